// SPDX-License-Identifier: GPL-2.0
/*
 * vswitchctl -b: commands from a file, one a line.
 *
 * With -a the "port set" lines are not run where they stand. They are checked
 * and kept, and when the file has ended each switch gets its own in one
 * transaction; all other lines are run at once. So a file may add ports and set
 * them, and either all settings of a switch come into force or none.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"

#define MAX_WORDS	256

struct staged {
	struct staged *next;
	uint32_t sw;
	unsigned int line;
	char name[IFNAMSIZ];
	struct vsw_port_change chg;
};

struct atomic_batch {
	struct staged *head;
	struct staged **tail;
};

int batch_stage(struct ctx *ctx, uint32_t sw, const char *name,
		const struct vsw_port_change *chg)
{
	struct staged *s = calloc(1, sizeof(*s));

	if (!s)
		return report_text(ctx, "port", name, "out of memory");
	s->sw = sw;
	s->line = ctx->line;
	snprintf(s->name, sizeof(s->name), "%s", name);
	s->chg = *chg;
	*ctx->atomic->tail = s;
	ctx->atomic->tail = &s->next;
	return EXIT_OK;
}

/* One switch: stage what is kept for it, then commit. */
static int commit_switch(struct ctx *ctx, struct staged *first)
{
	unsigned int end = ctx->line;
	uint32_t txn, sw = first->sw;
	struct staged *s;
	int ret;

	ctx->line = first->line;
	if (vsw_txn_begin(ctx->vsw, sw, &txn, NULL))
		return report(ctx, "switch", dev_name(sw));
	for (s = first; s; s = s->next) {
		if (s->sw != sw)
			continue;
		ctx->line = s->line;
		s->chg.txn = txn;
		if (vsw_port_set(ctx->vsw, &s->chg)) {
			ret = report(ctx, "port", s->name);
			vsw_txn_abort(ctx->vsw, txn);
			return ret;
		}
		s->sw = 0;
	}
	ctx->line = end;
	if (vsw_txn_commit(ctx->vsw, txn, NULL)) {
		ret = report(ctx, "switch", dev_name(sw));
		vsw_txn_abort(ctx->vsw, txn);
		return ret;
	}
	return EXIT_OK;
}

static int commit_all(struct ctx *ctx, bool force)
{
	int ret = EXIT_OK, err;
	struct staged *s, *t;

	for (s = ctx->atomic->head; s; s = s->next) {
		uint32_t sw = s->sw;

		if (!sw)
			continue;
		err = commit_switch(ctx, s);
		if (!err)
			continue;
		ret = err;
		if (!force)
			break;
		for (t = s; t; t = t->next)
			if (t->sw == sw)
				t->sw = 0;
	}
	return ret;
}

/*
 * Split a line at blanks. Quotes keep blanks in a word, # begins a comment.
 * The words stay in @line. Returns how many, or -1 for an open quote or too
 * many words.
 */
static int split(char *line, char **words)
{
	char *in = line, *out = line;
	int n = 0;

	for (;;) {
		char quote = 0;

		while (*in == ' ' || *in == '\t' || *in == '\n' || *in == '\r')
			in++;
		if (!*in || *in == '#')
			return n;
		if (n == MAX_WORDS)
			return -1;
		words[n++] = out;
		for (; *in; in++) {
			if (quote && *in == quote) {
				quote = 0;
			} else if (!quote && (*in == '"' || *in == '\'')) {
				quote = *in;
			} else if (!quote && strchr(" \t\r\n", *in)) {
				in++;
				break;
			} else {
				*out++ = *in;
			}
		}
		if (quote)
			return -1;
		*out++ = '\0';
	}
}

static int run_line(struct ctx *ctx, char *line)
{
	char *words[MAX_WORDS];
	struct args a = { .argv = words };

	a.argc = split(line, words);
	if (a.argc < 0)
		return arg_usage(&a, "a quote is not closed, or too many words");
	return a.argc ? run_command(ctx, &a) : EXIT_OK;
}

int batch_run(struct ctx *ctx, const char *file, bool atomic, bool force)
{
	bool is_stdin = !strcmp(file, "-");
	FILE *f = is_stdin ? stdin : fopen(file, "re");
	struct atomic_batch staging = {};
	int ret = EXIT_OK, err;
	char *line = NULL;
	size_t size = 0;

	if (!f)
		return report_text(ctx, "batch", file, "%s", strerror(errno));
	staging.tail = &staging.head;
	if (atomic)
		ctx->atomic = &staging;
	ctx->file = is_stdin ? "stdin" : file;

	while (getline(&line, &size, f) >= 0) {
		ctx->line++;
		err = run_line(ctx, line);
		if (!err)
			continue;
		ret = err;
		if (!force)
			break;
	}
	if (!ret && ferror(f))
		ret = report_text(ctx, "batch", file, "%s", strerror(errno));
	if (atomic && (!ret || force)) {
		err = commit_all(ctx, force);
		if (err)
			ret = err;
	}

	while (staging.head) {
		struct staged *next = staging.head->next;

		free(staging.head);
		staging.head = next;
	}
	free(line);
	if (!is_stdin)
		fclose(f);
	return ret;
}
