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
#include <limits.h>
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
	struct vsw_acl_rule *rules;	/* those of this line and the next ones */
	size_t n;
	size_t room;
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

/* The first line behind it. */
static unsigned int end_of(const struct staged *s)
{
	return s->line + (s->n ? s->n : 1);
}

/* The line before, if it is about rules of what is called like this. */
static const struct staged *last_acl(const struct ctx *ctx, const char *name)
{
	const struct staged *s = ctx->atomic ? ctx->atomic->last : NULL;

	return s && s->what == STAGE_ACL && end_of(s) == ctx->line &&
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

static bool add_rule(struct staged *s, const struct vsw_acl_rule *rule)
{
	size_t room = s->room ? 2 * s->room : 4;
	struct vsw_acl_rule *rules;

	if (s->n == s->room) {
		rules = realloc(s->rules, room * sizeof(*rules));
		if (!rules)
			return false;
		s->rules = rules;
		s->room = room;
	}
	s->rules[s->n++] = *rule;
	return true;
}

/* Do rules of this line go into one message with those of the line before? */
static bool goes_with(const struct staged *s, const struct ctx *ctx,
		      const struct vsw_acl_owner *of, enum acl_change_kind kind)
{
	return s && s->what == STAGE_ACL && s->acl == kind && kind != ACL_FLUSH &&
	       s->n < vsw_acl_at_once() && end_of(s) == ctx->line &&
	       vsw_acl_same_owner(&s->of, of);
}

int batch_stage_acl(struct ctx *ctx, const struct vsw_acl_owner *of,
		    const char *name, enum acl_change_kind kind,
		    const struct vsw_acl_rule *rule)
{
	struct staged *s = ctx->atomic->last;
	uint32_t sw = of->sw;

	if (!sw) {
		struct vsw_port info = {};

		if (vsw_port_get(ctx->vsw, of->port, &info))
			return report(ctx, acl_what(of), name);
		sw = info.sw;
		vsw_port_clear(&info);
	}
	if (!goes_with(s, ctx, of, kind)) {
		s = keep(ctx, STAGE_ACL, sw, name);
		if (!s)
			return report_text(ctx, acl_what(of), name, "out of memory");
		s->of = *of;
		s->of.sw = sw;
		s->acl = kind;
	}
	if (kind != ACL_FLUSH && !add_rule(s, rule))
		return report_text(ctx, acl_what(of), name, "out of memory");
	return EXIT_OK;
}

/* The next of the same switch, from this one on. */
static struct staged *same_switch(struct staged *s, uint32_t sw)
{
	while (s && s->sw != sw)
		s = s->next;
	return s;
}

static int send_rules(struct ctx *ctx, const struct staged *s, uint32_t txn)
{
	struct vsw_acl_change chg = { .of = s->of, .txn = txn };
	int err, blamed;

	if (s->acl == ACL_ADD)
		err = vsw_acl_add(ctx->vsw, &chg, s->rules, s->n);
	else if (s->acl == ACL_DEL)
		err = vsw_acl_del(ctx->vsw, &chg, s->rules, s->n);
	else
		err = vsw_acl_flush(ctx->vsw, &chg);
	if (!err)
		return EXIT_OK;
	blamed = vsw_blamed(ctx->vsw);
	if (blamed > 0)
		ctx->line += blamed;
	return report(ctx, acl_what(&s->of), s->name);
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

/* What is kept, in the transaction that it has now. */
static int stage(struct ctx *ctx, const struct staged *s, uint32_t txn)
{
	struct vsw *c = ctx->vsw;
	int err = 0;

	ctx->line = s->line;
	if (s->chg)
		s->chg->txn = txn;
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
		return send_rules(ctx, s, txn);
	}
	return err ? report(ctx, "profile", s->name) : EXIT_OK;
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
	for (; s; s = same_switch(s->next, sw)) {
		ret = stage(ctx, s, txn);
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

/* Characters that a word without quotes does not go on with. */
static const bool ends_plain[UCHAR_MAX + 1] = {
	['\0'] = true, [' '] = true, ['\t'] = true, ['\n'] = true, ['\r'] = true,
	['"'] = true, ['\''] = true,
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Take quotes out of a word that begins at @in; NULL if one is not closed. */
static char *unquote(char *in, char **end)
{
	char *out = in;
	char quote = 0;

	for (; *in && (quote || !is_blank(*in)); in++) {
		if (quote && *in == quote)
			quote = 0;
		else if (!quote && (*in == '"' || *in == '\''))
			quote = *in;
		else
			*out++ = *in;
	}
	*end = out;
	return quote ? NULL : in;
}

/*
 * Split a line at blanks. Quotes keep blanks in a word, # begins a comment.
 * The words stay in @line. Returns how many, or -1 for an open quote or too
 * many words.
 */
static int split(char *line, char **words)
{
	char *in = line, *end;
	int n = 0;

	for (;;) {
		while (is_blank(*in))
			in++;
		if (!*in || *in == '#')
			return n;
		if (n == MAX_WORDS)
			return -1;
		words[n++] = in;
		while (!ends_plain[(unsigned char)*in])
			in++;
		end = in;
		if (*in == '"' || *in == '\'')
			in = unquote(in, &end);
		if (!in)
			return -1;
		if (*in)
			in++;
		*end = '\0';
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
		free(staging.head->rules);
		free(staging.head);
		staging.head = next;
	}
	free(line);
	if (!is_stdin)
		fclose(f);
	return ret;
}
