// SPDX-License-Identifier: GPL-2.0
/*
 * A line of a batch file: split into words in its own memory. Words written
 * back in quotes are the same words.
 */
#include "fuzz_target.h"
#include "../../../userspace/ctl/batch.c"

/* What the file is linked with for its other half. */
int run_command(struct ctx *ctx, struct args *a)
{
	(void)ctx;
	(void)a;
	return 0;
}

int report(struct ctx *ctx, const char *what, const char *name)
{
	(void)ctx;
	(void)what;
	(void)name;
	return EXIT_REFUSED;
}

int report_text(struct ctx *ctx, const char *what, const char *name,
		const char *fmt, ...)
{
	(void)fmt;
	return report(ctx, what, name);
}

const char *acl_what(const struct vsw_acl_owner *of)
{
	(void)of;
	return "port";
}

const char *dev_name(uint32_t ifindex)
{
	(void)ifindex;
	return "";
}

int arg_usage(const struct args *a, const char *fmt, ...)
{
	(void)a;
	(void)fmt;
	return EXIT_USAGE;
}

/* Quotes do not quote each other: a word with both is written in pieces. */
static char *put_word(char *to, const char *word)
{
	*to++ = '"';
	for (; *word; word++) {
		if (*word == '"') {
			memcpy(to, "\"'\"'\"", 5);
			to += 5;
		} else {
			*to++ = *word;
		}
	}
	*to++ = '"';
	*to++ = ' ';
	return to;
}

/* How many words there are, or -1, by another reading of the rules. */
static int count(const char *s)
{
	bool inside = false;
	char quote = 0;
	int n = 0;

	for (; *s; s++) {
		bool blank = strchr(" \t\r\n", *s);

		if (!inside && blank)
			continue;
		if (!inside && *s == '#')
			break;
		if (!inside && ++n > MAX_WORDS)
			return -1;
		inside = true;
		if (quote)
			quote = *s == quote ? 0 : quote;
		else if (*s == '"' || *s == '\'')
			quote = *s;
		else if (blank)
			inside = false;
	}
	return quote ? -1 : n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	char *line = take_string(&in), *again, *end;
	char *words[MAX_WORDS], *words_again[MAX_WORDS];
	size_t len = strlen(line);
	int n, i, want = count(line);

	n = split(line, words);
	must(n == want);
	if (n < 0) {
		free(line);
		return 0;
	}
	for (i = 0; i < n; i++) {
		must(words[i] >= line && words[i] <= line + len);
		must(words[i] + strlen(words[i]) <= line + len);
		if (i)
			must(words[i] > words[i - 1] + strlen(words[i - 1]));
	}
	again = malloc(len * 5 + 3 * (size_t)n + 1);
	must(again);
	end = again;
	for (i = 0; i < n; i++)
		end = put_word(end, words[i]);
	*end = '\0';
	must(split(again, words_again) == n);
	for (i = 0; i < n; i++)
		must(!strcmp(words[i], words_again[i]));
	free(again);
	free(line);
	return 0;
}
