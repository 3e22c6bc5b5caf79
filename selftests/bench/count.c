// SPDX-License-Identifier: GPL-2.0
/*
 * A QEMU TCG plugin: what does the kernel execute between two marks, and which
 * cache lines does a switch write that it uses on another CPU as well?
 *
 *	-plugin count.so,out=FILE[,memory=on]
 *
 * mark.c makes the marks, and says which kernel code is which. A CPU is inside
 * the switch from the switch's entry until it is back in the code that called
 * it, but for the time it spends in functions that are somebody else's work.
 *
 * For each stretch between two marks FILE gets
 *
 *	insn ADDRESS TIMES INSIDE LOCKED	an instruction, how often it was
 *			executed, how often of that inside, and 1 if it is
 *			LOCK-prefixed or an XCHG with memory
 *	line ADDRESS FRAMES OTHERS INSN INSN	a cache line written inside by
 *			one CPU for so many frames, and accessed so often by the
 *			other while that had a frame inside or in somebody
 *			else's function; which instructions did so last
 *	frames N				entries to the switch
 *
 * lines only with memory=on. QEMU's plugin header is not packaged everywhere,
 * so what is used of API version 4 is declared here.
 */
#include <inttypes.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mark.h"

#define EXPORT __attribute__((visibility("default")))
#define CPUS 2
#define LINE_SHIFT 6
#define BUCKETS (1 << 16)

typedef uint64_t qemu_plugin_id_t;
typedef uint32_t qemu_plugin_meminfo_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
struct qemu_info_t;

enum qemu_plugin_cb_flags { QEMU_PLUGIN_CB_NO_REGS };
enum qemu_plugin_mem_rw { QEMU_PLUGIN_MEM_RW = 3 };

typedef void (*tb_trans_cb)(qemu_plugin_id_t id, struct qemu_plugin_tb *tb);
typedef void (*exec_cb)(unsigned int cpu, void *data);
typedef void (*mem_cb)(unsigned int cpu, qemu_plugin_meminfo_t info,
		       uint64_t addr, void *data);
typedef void (*exit_cb)(qemu_plugin_id_t id, void *data);

void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id, tb_trans_cb cb);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn,
					    exec_cb cb,
					    enum qemu_plugin_cb_flags flags,
					    void *data);
void qemu_plugin_register_vcpu_mem_cb(struct qemu_plugin_insn *insn, mem_cb cb,
				      enum qemu_plugin_cb_flags flags,
				      enum qemu_plugin_mem_rw rw, void *data);
void qemu_plugin_register_atexit_cb(qemu_plugin_id_t id, exit_cb cb, void *data);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb,
						 size_t index);
size_t qemu_plugin_insn_data(const struct qemu_plugin_insn *insn, void *dest,
			     size_t len);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
bool qemu_plugin_mem_is_store(qemu_plugin_meminfo_t info);

EXPORT int qemu_plugin_version = 4;

/* What an instruction says of where its CPU is. */
enum place { ELSEWHERE, ENTRY, OWN, FOREIGN, CALLER };

struct insn {
	struct insn *next;
	uint64_t addr;
	uint64_t times;
	uint64_t inside;
	enum place place;
	bool locked;
};

struct line {
	struct line *next;
	uint64_t addr;
	struct insn *writer;
	struct insn *user[CPUS];
	uint64_t touched[CPUS];
	uint64_t frames[CPUS];		/* in which it was written inside */
	uint64_t last[CPUS];		/* the last of those */
};

static struct cpu {
	enum { OUTSIDE, INSIDE, AWAY } state;
	uint64_t frames;
} cpus[CPUS];

static struct insn *insns[BUCKETS];
static struct line *lines[BUCKETS];
static uint64_t entries[16], foreign[16];
static size_t nr_entries, nr_foreign;
static uint64_t own_from, own_to, caller_from, caller_to;
static FILE *out;
static bool counting, memory;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static size_t bucket_of(uint64_t value)
{
	return value * 0x9e3779b97f4a7c15 >> 48;
}

static enum place place_of(uint64_t addr)
{
	size_t i;

	for (i = 0; i < nr_entries; i++) {
		if (addr == entries[i])
			return ENTRY;
	}
	for (i = 0; i < nr_foreign; i++) {
		if (addr == foreign[i])
			return FOREIGN;
	}
	if (addr >= own_from && addr < own_to)
		return OWN;
	return addr >= caller_from && addr < caller_to ? CALLER : ELSEWHERE;
}

static struct insn *find_insn(uint64_t addr)
{
	struct insn **bucket = &insns[bucket_of(addr)];
	struct insn *insn;

	for (insn = *bucket; insn; insn = insn->next) {
		if (insn->addr == addr)
			return insn;
	}
	insn = calloc(1, sizeof(*insn));
	insn->addr = addr;
	insn->place = place_of(addr);
	insn->next = *bucket;
	*bucket = insn;
	return insn;
}

static struct line *find_line(uint64_t addr)
{
	struct line **bucket = &lines[bucket_of(addr)];
	struct line *line;

	for (line = *bucket; line; line = line->next) {
		if (line->addr == addr)
			return line;
	}
	line = calloc(1, sizeof(*line));
	line->addr = addr;
	line->next = *bucket;
	*bucket = line;
	return line;
}

static bool is_locked(const uint8_t *code, size_t len)
{
	size_t i = 0;

	for (; i < len; i++) {
		if (code[i] == 0xf0)
			return true;
		/* operand size, segments, REP, REX */
		if (code[i] != 0x66 && code[i] != 0x64 && code[i] != 0x65 &&
		    code[i] != 0x2e && code[i] != 0x3e && code[i] != 0xf2 &&
		    code[i] != 0xf3 && (code[i] & 0xf0) != 0x40)
			break;
	}
	return i + 1 < len && (code[i] == 0x86 || code[i] == 0x87) &&
	       code[i + 1] >> 6 != 3;
}

static void print_line(const struct line *line)
{
	unsigned int cpu, other;

	for (cpu = 0; cpu < CPUS; cpu++) {
		other = !cpu;
		if (line->frames[cpu] && line->touched[other])
			fprintf(out, "line %" PRIx64 " %" PRIu64 " %" PRIu64 " %" PRIx64 " %" PRIx64 "\n",
				line->addr << LINE_SHIFT, line->frames[cpu],
				line->touched[other], line->writer->addr,
				line->user[other]->addr);
	}
}

/* Print what was counted, and begin anew. */
static void report(void)
{
	struct line *line, *next;
	struct insn *insn;
	size_t i;

	for (i = 0; i < BUCKETS; i++) {
		for (insn = insns[i]; insn; insn = insn->next) {
			if (insn->times)
				fprintf(out, "insn %" PRIx64 " %" PRIu64 " %" PRIu64 " %d\n",
					insn->addr, insn->times, insn->inside,
					insn->locked);
			insn->times = 0;
			insn->inside = 0;
		}
		for (line = lines[i]; line; line = next) {
			next = line->next;
			print_line(line);
			free(line);
		}
		lines[i] = NULL;
	}
	fprintf(out, "frames %" PRIu64 "\n", cpus[0].frames + cpus[1].frames);
	memset(cpus, 0, sizeof(cpus));
}

/* The code that was met before is what the new address makes of it. */
static void place_all(void)
{
	struct insn *insn;
	size_t i;

	for (i = 0; i < BUCKETS; i++) {
		for (insn = insns[i]; insn; insn = insn->next)
			insn->place = place_of(insn->addr);
	}
}

static void mark(const void *data)
{
	uint64_t addr = 0xffffffff00000000 | (uint32_t)(uintptr_t)data;

	switch ((uintptr_t)data >> 32) {
	case MARK_TOGGLE:
		counting = !counting;
		if (!counting)
			report();
		return;
	case MARK_ENTRY:
		entries[nr_entries++ % 16] = addr;
		break;
	case MARK_FOREIGN:
		foreign[nr_foreign++ % 16] = addr;
		break;
	case MARK_OWN_FROM:
		nr_entries = 0;
		nr_foreign = 0;
		own_from = addr;
		break;
	case MARK_OWN_TO:
		own_to = addr;
		break;
	case MARK_CALLER_FROM:
		caller_from = addr;
		break;
	case MARK_CALLER_TO:
		caller_to = addr;
		break;
	}
	place_all();
}

static void on_mark(unsigned int cpu, void *data)
{
	pthread_mutex_lock(&lock);
	mark(data);
	pthread_mutex_unlock(&lock);
}

static void execute(struct cpu *cpu, struct insn *insn)
{
	insn->times++;
	switch (insn->place) {
	case ENTRY:
		cpu->state = INSIDE;
		cpu->frames++;
		break;
	case OWN:
		if (cpu->state == AWAY)
			cpu->state = INSIDE;
		break;
	case FOREIGN:
		if (cpu->state == INSIDE)
			cpu->state = AWAY;
		break;
	case CALLER:
		cpu->state = OUTSIDE;
		break;
	case ELSEWHERE:
		break;
	}
	insn->inside += cpu->state == INSIDE;
}

static void on_exec(unsigned int n, void *data)
{
	if (!counting)
		return;
	pthread_mutex_lock(&lock);
	execute(&cpus[n % CPUS], data);
	pthread_mutex_unlock(&lock);
}

static void access_line(unsigned int n, struct line *line, struct insn *insn,
			bool write)
{
	line->touched[n]++;
	line->user[n] = insn;
	if (!write || cpus[n].state != INSIDE)
		return;
	line->writer = insn;
	if (line->last[n] != cpus[n].frames) {
		line->last[n] = cpus[n].frames;
		line->frames[n]++;
	}
}

static void on_access(unsigned int n, qemu_plugin_meminfo_t info, uint64_t addr,
		      void *data)
{
	if (cpus[n % CPUS].state == OUTSIDE || !(addr >> 63))
		return;
	pthread_mutex_lock(&lock);
	access_line(n % CPUS, find_line(addr >> LINE_SHIFT), data,
		    qemu_plugin_mem_is_store(info));
	pthread_mutex_unlock(&lock);
}

/* The no-op of a mark, in a program: returns what it says, or 0. */
static uint64_t mark_of(const uint8_t *code, size_t len)
{
	uint64_t kind = code[2] & 7;
	uint32_t value;

	if (len != MARK_LEN || code[0] != 0x0f || code[1] != 0x1f ||
	    (code[2] & 0xf8) != 0x80)
		return 0;
	memcpy(&value, &code[3], sizeof(value));
	if (kind == MARK_TOGGLE ? value != MARK_MAGIC : !(value >> 31))
		return 0;
	return kind << 32 | value;
}

static void on_translate(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	size_t n = qemu_plugin_tb_n_insns(tb), i, len;
	struct qemu_plugin_insn *insn;
	uint8_t code[16];
	struct insn *mine;
	uint64_t addr, what;

	pthread_mutex_lock(&lock);
	for (i = 0; i < n; i++) {
		insn = qemu_plugin_tb_get_insn(tb, i);
		addr = qemu_plugin_insn_vaddr(insn);
		len = qemu_plugin_insn_data(insn, code, sizeof(code));
		if (addr >> 63) {
			mine = find_insn(addr);
			mine->locked = is_locked(code, len);
			qemu_plugin_register_vcpu_insn_exec_cb(insn, on_exec,
				QEMU_PLUGIN_CB_NO_REGS, mine);
			if (memory)
				qemu_plugin_register_vcpu_mem_cb(insn,
					on_access, QEMU_PLUGIN_CB_NO_REGS,
					QEMU_PLUGIN_MEM_RW, mine);
		} else {
			what = mark_of(code, len);
			if (what)
				qemu_plugin_register_vcpu_insn_exec_cb(insn,
					on_mark, QEMU_PLUGIN_CB_NO_REGS,
					(void *)what);
		}
	}
	pthread_mutex_unlock(&lock);
}

static void on_exit_(qemu_plugin_id_t id, void *data)
{
	fclose(out);
}

EXPORT int qemu_plugin_install(qemu_plugin_id_t id,
			       const struct qemu_info_t *info, int argc,
			       char **argv)
{
	int i;

	for (i = 0; i < argc; i++) {
		if (!strncmp(argv[i], "out=", 4))
			out = fopen(argv[i] + 4, "w");
		else if (!strcmp(argv[i], "memory=on"))
			memory = true;
		else
			return -1;
	}
	if (!out)
		return -1;
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_translate);
	qemu_plugin_register_atexit_cb(id, on_exit_, NULL);
	return 0;
}
