// SPDX-License-Identifier: GPL-2.0
/*
 * vswitchctl -b: commands from a file, one a line.
 *
 * With -a the lines that set ports, or are about ACLs or profiles, are not run
 * where they stand. They are checked and kept, and when the file has ended each
 * switch gets its own in one transaction; all other lines are run at once. So a
 * file may add ports and set them, and either all settings of a switch come into
 * force or none.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"

#define MAX_WORDS	256

struct staged {
	struct staged *next;
	enum stage what;
	uint32_t sw;
	unsigned int line;
	char name[VSWITCH_NAME_MAX + 1];
	struct vsw_port_change *chg;	/* of a port or profile; large */
	struct vsw_acl_owner of;	/* of an acl change, as the rest */
	enum acl_change_kind acl;
	struct vsw_acl_rule rule;
};

struct atomic_batch {
	struct staged *head;
	struct staged **tail;
	struct staged *last;
};

static struct staged *keep(struct ctx *ctx, enum stage what, uint32_t sw,
			   const char *name)
{
	struct staged *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->what = what;
	s->sw = sw;
	s->line = ctx->line;
	memcpy(s->name, name, strnlen(name, sizeof(s->name) - 1));
	*ctx->atomic->tail = s;
	ctx->atomic->tail = &s->next;
	ctx->atomic->last = s;
	return s;
}

int batch_stage(struct ctx *ctx, enum stage what, uint32_t sw,
		const char *name, const struct vsw_port_change *chg)
{
	static const struct vsw_port_change none;
	struct staged *s = keep(ctx, what, sw, name);

	if (s)
		s->chg = malloc(sizeof(*chg));
	if (!s || !s->chg)
		return report_text(ctx, "batch", name, "out of memory");
	*s->chg = chg ? *chg : none;
	return EXIT_OK;
}

/* The line before, if it is about rules of what is called like this. */
static const struct staged *last_acl(const struct ctx *ctx, const char *name)
{
	const struct staged *s = ctx->atomic ? ctx->atomic->last : NULL;

	return s && s->what == STAGE_ACL && s->line + 1 == ctx->line &&
	       !strcmp(s->name, name) ? s : NULL;
}

bool batch_last_port(const struct ctx *ctx, const char *name,
		     struct vsw_acl_owner *of)
{
	const struct staged *s = last_acl(ctx, name);

	if (!s || !s->of.port)
		return false;
	*of = s->of;
	return true;
}

bool batch_last_profile(const struct ctx *ctx, const char *sw,
			const char *name, struct vsw_acl_owner *of)
{
	const struct staged *s = last_acl(ctx, name);

	if (!s || s->of.port || strcmp(dev_name(s->of.sw), sw))
		return false;
	*of = s->of;
	return true;
}

int batch_stage_acl(struct ctx *ctx, const struct vsw_acl_owner *of,
		    const char *name, enum acl_change_kind kind,
		    const struct vsw_acl_rule *rule)
{
	uint32_t sw = of->sw;
	struct staged *s;

	if (!sw) {
		struct vsw_port info = {};

		if (vsw_port_get(ctx->vsw, of->port, &info))
			return report(ctx, acl_what(of), name);
		sw = info.sw;
		vsw_port_clear(&info);
	}
	s = keep(ctx, STAGE_ACL, sw, name);
	if (!s)
		return report_text(ctx, acl_what(of), name, "out of memory");
	s->of = *of;
	s->of.sw = sw;
	s->acl = kind;
	if (kind != ACL_FLUSH)
		s->rule = *rule;
	return EXIT_OK;
}

/* The next of the same switch, from this one on. */
static struct staged *same_switch(struct staged *s, uint32_t sw)
{
	while (s && s->sw != sw)
		s = s->next;
	return s;
}

/*
 * Rules of one owner that are all added, or all deleted, go into one message.
 * Sets @s to the first line that does not belong to it.
 */
static int send_rules(struct ctx *ctx, struct staged **s, uint32_t txn)
{
	struct staged *first = *s, *at = first;
	struct vsw_acl_change chg = { .of = first->of, .txn = txn };
	size_t n = 0, most = vsw_acl_at_once();
	struct vsw_acl_rule *rules;
	int err, blamed;

	rules = calloc(most, sizeof(*rules));
	if (!rules)
		return report_text(ctx, acl_what(&first->of), first->name,
				   "out of memory");
	for (; at && n < most && at->what == STAGE_ACL &&
	     vsw_acl_same_owner(&at->of, &first->of) && at->acl == first->acl;
	     at = same_switch(at->next, first->sw))
		rules[n++] = at->rule;
	if (first->acl == ACL_ADD)
		err = vsw_acl_add(ctx->vsw, &chg, rules, n);
	else if (first->acl == ACL_DEL)
		err = vsw_acl_del(ctx->vsw, &chg, rules, n);
	else
		err = vsw_acl_flush(ctx->vsw, &chg);
	free(rules);
	*s = at;
	if (!err)
		return EXIT_OK;
	for (blamed = vsw_blamed(ctx->vsw); blamed > 0; blamed--)
		first = same_switch(first->next, first->sw);
	ctx->line = first->line;
	return report(ctx, acl_what(&first->of), first->name);
}

static int stage_default(struct ctx *ctx, const struct staged *s)
{
	struct vsw_switch_change chg = {
		.ifindex = s->sw,
		.has_default_profile = true,
		.txn = s->chg->txn,
	};

	memcpy(chg.default_profile, s->name, sizeof(chg.default_profile));
	if (vsw_switch_set(ctx->vsw, &chg))
		return report(ctx, "switch", dev_name(s->sw));
	return EXIT_OK;
}

/* A line about a port or a profile, in the transaction that it has now. */
static int stage(struct ctx *ctx, const struct staged *s)
{
	struct vsw *c = ctx->vsw;
	int err = 0;

	switch (s->what) {
	case STAGE_PORT:
		return vsw_port_set(c, s->chg) ?
		       report(ctx, "port", s->name) : EXIT_OK;
	case STAGE_PROFILE_ADD:
		err = vsw_profile_add(c, s->sw, s->name, s->chg);
		break;
	case STAGE_PROFILE_SET:
		err = vsw_profile_set(c, s->sw, s->name, s->chg);
		break;
	case STAGE_PROFILE_DEL:
		err = vsw_profile_del(c, s->sw, s->name, s->chg->txn);
		break;
	case STAGE_DEFAULT:
		return stage_default(ctx, s);
	case STAGE_ACL:
		break;
	}
	return err ? report(ctx, "profile", s->name) : EXIT_OK;
}

static int send_staged(struct ctx *ctx, struct staged **s, uint32_t txn)
{
	struct staged *one = *s;

	ctx->line = one->line;
	if (one->what == STAGE_ACL)
		return send_rules(ctx, s, txn);
	one->chg->txn = txn;
	*s = same_switch(one->next, one->sw);
	return stage(ctx, one);
}

/* One switch: stage what is kept for it, then commit. */
static int commit_switch(struct ctx *ctx, struct staged *first)
{
	unsigned int end = ctx->line;
	uint32_t txn, sw = first->sw;
	struct staged *s = first;
	int ret;

	ctx->line = first->line;
	if (vsw_txn_begin(ctx->vsw, sw, &txn, NULL))
		return report(ctx, "switch", dev_name(sw));
	while (s) {
		ret = send_staged(ctx, &s, txn);
		if (ret) {
			vsw_txn_abort(ctx->vsw, txn);
			return ret;
		}
	}
	for (s = first; s; s = s->next)
		if (s->sw == sw)
			s->sw = 0;
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

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
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

		while (is_blank(*in))
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
			} else if (!quote && is_blank(*in)) {
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

		free(staging.head->chg);
		free(staging.head);
		staging.head = next;
	}
	free(line);
	if (!is_stdin)
		fclose(f);
	return ret;
}
