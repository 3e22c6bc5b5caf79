// SPDX-License-Identifier: GPL-2.0
/*
 * What was reached: which commands and attributes were accepted and refused,
 * which of the module's refusals were heard, how much of its code ran.
 */
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"

#define KCOV_INIT_TRACE	_IOR('c', 1, unsigned long)
#define KCOV_ENABLE	_IO('c', 100)
#define KCOV_WORDS	(64 << 10)
#define EDGES		(1 << 16)

static char *texts[TEXTS];
static char *text_files[TEXTS];
static unsigned int n_texts;

/* --- the module's refusals, as its sources have them --- */

static void add_text(const char *file, const char *text)
{
	unsigned int i;

	for (i = 0; i < n_texts; i++)
		if (!strcmp(texts[i], text))
			return;
	if (n_texts == TEXTS)
		errx(2, "too many texts");
	texts[n_texts] = strdup(text);
	text_files[n_texts++] = strdup(file);
}

/* The string literals of a statement, joined; returns where it ends. */
static const char *statement(const char *file, const char *p)
{
	char text[256];
	size_t n = 0;

	for (; *p && *p != ';'; p++) {
		if (*p != '"')
			continue;
		for (p++; *p && *p != '"'; p++)
			if (n < sizeof(text) - 1)
				text[n++] = *p;
	}
	text[n] = '\0';
	if (n)
		add_text(file, text);
	return p;
}

static void read_texts(const char *dir, const char *name)
{
	static const char *const calls[] = {
		"NL_SET_ERR_MSG", "vsw_nl_required(",
	};
	static char source[1 << 18];
	char path[4096];
	unsigned int i;
	const char *p;
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		err(2, "%s", path);
	n = read(fd, source, sizeof(source) - 1);
	close(fd);
	source[n < 0 ? 0 : n] = '\0';
	for (i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		for (p = source; (p = strstr(p, calls[i])); )
			p = statement(name, p);
}

void cover_find_texts(const char *dir)
{
	DIR *d = opendir(dir);
	struct dirent *e;

	if (!d)
		err(2, "%s", dir);
	while ((e = readdir(d))) {
		size_t len = strlen(e->d_name);

		if (len > 2 && !strcmp(e->d_name + len - 2, ".c"))
			read_texts(dir, e->d_name);
	}
	closedir(d);
}

/* --- what an answer tells --- */

static void count(uint32_t *n)
{
	__atomic_add_fetch(n, 1, __ATOMIC_RELAXED);
}

static struct cover_attr *attr_of(const struct spec_attr *attr)
{
	return &shared->attrs[attr->set->index][attr->number];
}

static void blame(const struct msg *m, int off, int miss)
{
	unsigned int i;

	for (i = 0; off && i < m->n_placed; i++)
		if (m->placed[i].off == (uint32_t)off)
			count(&attr_of(m->placed[i].attr)->blamed);
	if (miss > 0 && m->op && m->op->set && miss < SPEC_ATTRS &&
	    m->op->set->attrs[miss].name)
		count(&attr_of(&m->op->set->attrs[miss])->blamed);
}

void cover_answer(struct fuzz *f, const struct msg *m, int err,
		  const char *text, int off, int miss)
{
	const struct nlmsghdr *nlh = (const struct nlmsghdr *)m->buf;
	unsigned int i;

	if (nlh->nlmsg_type == f->family && m->op) {
		bool dump = (nlh->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP;
		struct cover_op *c = dump ? &shared->dumps[m->op->index] :
					    &shared->calls[m->op->index];

		count(err ? &c->refused : &c->accepted);
	} else if (m->kind) {
		struct cover_op *c = &shared->kinds[m->kind - 1];

		count(err ? &c->refused : &c->accepted);
	}
	if (!err)
		for (i = 0; i < m->n_placed; i++)
			count(&attr_of(m->placed[i].attr)->accepted);
	else
		blame(m, off, miss);
	for (i = 0; i < n_texts; i++)
		if (!strcmp(text, texts[i]))
			count(&shared->texts[i]);
	snprintf(f->last_text, sizeof(f->last_text), "%s", text);
}

void cover_event(struct fuzz *f, unsigned int cmd)
{
	struct spec_op *op = spec_op_of_cmd(f->spec, cmd);

	if (op)
		count(&shared->events[op->index]);
}

/* --- code --- */

int kcov_open(struct fuzz *f)
{
	int fd = open("/sys/kernel/debug/kcov", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	if (ioctl(fd, KCOV_INIT_TRACE, KCOV_WORDS))
		return -errno;
	f->kcov = mmap(NULL, KCOV_WORDS * 8, PROT_READ | PROT_WRITE,
		       MAP_SHARED, fd, 0);
	if (f->kcov == MAP_FAILED || ioctl(fd, KCOV_ENABLE, 0)) {
		f->kcov = NULL;
		return -errno;
	}
	f->edges = calloc(EDGES, 1);
	return 0;
}

void kcov_reset(struct fuzz *f)
{
	if (f->kcov)
		__atomic_store_n(&f->kcov[0], 0, __ATOMIC_RELAXED);
}

static void add_pc(uint64_t pc)
{
	uint32_t slot = choice_mix(pc) % PCS, tries;

	for (tries = 0; tries < 64; tries++, slot = (slot + 1) % PCS) {
		uint64_t was = 0;

		if (__atomic_load_n(&shared->pcs[slot], __ATOMIC_RELAXED) == pc)
			return;
		if (__atomic_compare_exchange_n(&shared->pcs[slot], &was, pc,
						false, __ATOMIC_RELAXED,
						__ATOMIC_RELAXED)) {
			count(&shared->n_pcs);
			return;
		}
		if (was == pc)
			return;
	}
}

void kcov_collect(struct fuzz *f)
{
	uint64_t n, i, pc, before = 0;
	uint32_t edge;

	if (!f->kcov)
		return;
	n = __atomic_load_n(&f->kcov[0], __ATOMIC_RELAXED);
	if (n >= KCOV_WORDS)
		n = KCOV_WORDS - 1;
	for (i = 0; i < n; i++) {
		pc = f->kcov[i + 1];
		edge = choice_mix(pc ^ (before << 1)) % EDGES;
		before = pc;
		if (f->edges[edge])
			continue;
		f->edges[edge] = 1;
		f->n_edges++;
		f->new_code = true;
		add_pc(pc);
	}
}

/* --- the report --- */

static void show_calls(struct spec *spec, const char *title, bool dump)
{
	unsigned int accepted = 0, refused = 0, all = 0, i;
	char never[2048] = "";
	size_t used = 0;

	for (i = 0; i < spec->n_ops; i++) {
		struct spec_op *op = &spec->ops[i];
		struct cover_op *c = dump ? &shared->dumps[i] :
					    &shared->calls[i];

		if (!(dump ? &op->dump : &op->call)->there)
			continue;
		all++;
		accepted += !!c->accepted;
		refused += !!c->refused;
		if ((!c->accepted || !c->refused) && used < sizeof(never))
			used += snprintf(never + used, sizeof(never) - used,
					 " %s(%s)", op->name, c->accepted ?
					 "refused" : "accepted");
	}
	printf("%s: accepted %u of %u, refused %u of %u%s%s\n", title,
	       accepted, all, refused, all, *never ? "; never:" : "", never);
}

/* Attributes that some request takes. */
static void requestable(struct spec_set *set, const uint8_t *list,
			unsigned int n, uint64_t *masks)
{
	unsigned int i;

	for (i = 0; i < n; i++) {
		struct spec_attr *attr = &set->attrs[list[i]];
		uint8_t all[SPEC_ATTRS];
		unsigned int k, j = 0;

		masks[set->index] |= 1ULL << list[i];
		if (!attr->nested || masks[attr->nested->index])
			continue;
		for (k = 1; k <= attr->nested->max; k++)
			if (attr->nested->attrs[k].name)
				all[j++] = k;
		requestable(attr->nested, all, j, masks);
	}
}

static void show_attrs(struct spec *spec)
{
	unsigned int accepted = 0, blamed = 0, all = 0, i, k;
	uint64_t masks[SPEC_SETS] = {};
	char never[4096] = "";
	struct spec_set *link;
	size_t used = 0;

	for (i = 0; i < spec->n_ops; i++) {
		struct spec_op *op = &spec->ops[i];

		requestable(op->set, op->call.request, op->call.n_request,
			    masks);
		requestable(op->set, op->dump.request, op->dump.n_request,
			    masks);
	}
	link = spec_find_set(spec, "link");
	for (i = 1; link && i <= link->max; i++)
		masks[link->index] |= 1ULL << i;
	for (i = 0; i < spec->n_sets; i++) {
		for (k = 1; k <= spec->sets[i].max; k++) {
			struct cover_attr *c = &shared->attrs[i][k];

			if (!(masks[i] >> k & 1))
				continue;
			all++;
			accepted += !!c->accepted;
			blamed += !!c->blamed;
			if ((!c->accepted || !c->blamed) &&
			    used < sizeof(never))
				used += snprintf(never + used,
						 sizeof(never) - used,
						 " %s.%s(%s)",
						 spec->sets[i].name,
						 spec->sets[i].attrs[k].name,
						 c->accepted ? "blamed" :
						 "accepted");
		}
	}
	printf("attributes of requests: accepted %u of %u, blamed %u of %u%s%s\n",
	       accepted, all, blamed, all, *never ? "; never:" : "", never);
}

void cover_report(struct spec *spec, const char *code_of)
{
	unsigned int met = 0, i;
	char line[256];

	show_calls(spec, "requests", false);
	show_calls(spec, "dumps", true);
	show_attrs(spec);
	if (spec_find_set(spec, "link"))
		printf("links: switches made or changed %u times and refused %u, vNICs %u and %u\n",
		       shared->kinds[0].accepted, shared->kinds[0].refused,
		       shared->kinds[1].accepted, shared->kinds[1].refused);
	printf("events:");
	for (i = 0; i < spec->n_ops; i++)
		if (spec->ops[i].notifies || spec->ops[i].event)
			printf(" %s %u", spec->ops[i].name, shared->events[i]);
	printf("\n");
	printf("errors:");
	for (i = 1; i < 256; i++) {
		if (!shared->errors[i])
			continue;
		snprintf(line, sizeof(line), "%s", strerrorname_np(i));
		printf(" %s %u", line, shared->errors[i]);
	}
	printf("\n");
	for (i = 0; i < n_texts; i++)
		met += !!shared->texts[i];
	if (n_texts)
		printf("refusals of the module: %u of %u heard\n", met,
		       n_texts);
	for (i = 0; i < n_texts; i++)
		if (!shared->texts[i])
			printf("  not heard (%s): %s\n", text_files[i],
			       texts[i]);
	if (shared->n_pcs)
		printf("code: %u of %s points in the module ran in a request\n",
		       shared->n_pcs, code_of);
}
