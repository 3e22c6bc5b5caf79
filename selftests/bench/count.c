// SPDX-License-Identifier: GPL-2.0
/*
 * A QEMU TCG plugin: how often was each instruction executed between two
 * marks, and which of them are locked?
 *
 *	-plugin count.so,out=FILE
 *
 * A mark is the no-op of mark.c. FILE gets a line for each kernel instruction
 * that was executed: address, times, 1 if it is LOCK-prefixed or an XCHG with
 * memory. QEMU's plugin header is not packaged everywhere, so what is used of
 * API version 4 is declared here.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))

typedef uint64_t qemu_plugin_id_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
struct qemu_info_t;

enum qemu_plugin_cb_flags { QEMU_PLUGIN_CB_NO_REGS };

typedef void (*tb_trans_cb)(qemu_plugin_id_t id, struct qemu_plugin_tb *tb);
typedef void (*exec_cb)(unsigned int cpu, void *data);
typedef void (*exit_cb)(qemu_plugin_id_t id, void *data);

void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id, tb_trans_cb cb);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn,
					    exec_cb cb,
					    enum qemu_plugin_cb_flags flags,
					    void *data);
void qemu_plugin_register_atexit_cb(qemu_plugin_id_t id, exit_cb cb, void *data);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb,
						 size_t index);
size_t qemu_plugin_insn_data(const struct qemu_plugin_insn *insn, void *dest,
			     size_t len);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);

EXPORT int qemu_plugin_version = 4;

struct insn {
	struct insn *next;
	uint64_t addr;
	uint64_t times;
	bool locked;
};

static const uint8_t mark[] = { 0x0f, 0x1f, 0x80, 0x56, 0x53, 0x57, 0x42 };
static struct insn *buckets[1 << 16];
static FILE *out;
static bool counting;

static struct insn *find(uint64_t addr)
{
	struct insn **bucket = &buckets[addr * 0x9e3779b97f4a7c15 >> 48];
	struct insn *insn;

	for (insn = *bucket; insn; insn = insn->next) {
		if (insn->addr == addr)
			return insn;
	}
	insn = calloc(1, sizeof(*insn));
	insn->addr = addr;
	insn->next = *bucket;
	*bucket = insn;
	return insn;
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

static void on_mark(unsigned int cpu, void *data)
{
	counting = !counting;
}

static void on_exec(unsigned int cpu, void *data)
{
	((struct insn *)data)->times += counting;
}

static void on_translate(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	size_t n = qemu_plugin_tb_n_insns(tb), i, len;
	struct qemu_plugin_insn *insn;
	uint8_t code[16];
	struct insn *mine;
	uint64_t addr;

	for (i = 0; i < n; i++) {
		insn = qemu_plugin_tb_get_insn(tb, i);
		addr = qemu_plugin_insn_vaddr(insn);
		len = qemu_plugin_insn_data(insn, code, sizeof(code));
		if (addr >> 63) {
			mine = find(addr);
			mine->locked = is_locked(code, len);
			qemu_plugin_register_vcpu_insn_exec_cb(insn, on_exec,
				QEMU_PLUGIN_CB_NO_REGS, mine);
		} else if (len == sizeof(mark) && !memcmp(code, mark, len)) {
			qemu_plugin_register_vcpu_insn_exec_cb(insn, on_mark,
				QEMU_PLUGIN_CB_NO_REGS, NULL);
		}
	}
}

static void on_exit_(qemu_plugin_id_t id, void *data)
{
	struct insn *insn;
	size_t i;

	for (i = 0; i < sizeof(buckets) / sizeof(*buckets); i++) {
		for (insn = buckets[i]; insn; insn = insn->next) {
			if (insn->times)
				fprintf(out, "%" PRIx64 " %" PRIu64 " %d\n",
					insn->addr, insn->times, insn->locked);
		}
	}
	fclose(out);
}

EXPORT int qemu_plugin_install(qemu_plugin_id_t id,
			       const struct qemu_info_t *info, int argc,
			       char **argv)
{
	if (argc != 1 || strncmp(argv[0], "out=", 4) ||
	    !(out = fopen(argv[0] + 4, "w")))
		return -1;
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_translate);
	qemu_plugin_register_atexit_cb(id, on_exit_, NULL);
	return 0;
}
