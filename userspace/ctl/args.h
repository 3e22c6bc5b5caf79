/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Words of a command line, taken one by one. Each arg_* that reads a value
 * returns 0, or EXIT_USAGE after having said what is wrong with it and what
 * would have been accepted.
 */
#ifndef _VSWITCHCTL_ARGS_H
#define _VSWITCHCTL_ARGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct args {
	int argc;
	char **argv;
	int pos;
	const char *where;		/* "port set", for messages: */
	const char *verb;		/* two words, or one and NULL */
};

/* The words of a switch's type and the like; NULL ends them. */
struct choice {
	const char *word;
	uint32_t value;
};

static inline const char *arg_peek(const struct args *a)
{
	return a->pos < a->argc ? a->argv[a->pos] : NULL;
}

/* Files of many rules ask this more often than anything else; mostly it is not. */
static inline bool is_word(const char *text, const char *word)
{
	return *text == *word && !strcmp(text, word);
}

/* Take the next word if it is this one. */
static inline bool arg_is(struct args *a, const char *word)
{
	const char *next = arg_peek(a);

	if (!next || !is_word(next, word))
		return false;
	a->pos++;
	return true;
}

bool arg_is_help(const struct args *a);

int arg_usage(const struct args *a, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* The next word is none of those that could stand here. */
int arg_unknown(const struct args *a, const char *expected);
/* Nothing may follow. */
int arg_end(const struct args *a);
/* A keyword was given before. */
int arg_once(const struct args *a, const char *word, bool *seen);

int arg_word(struct args *a, const char *what, const char **out);
int arg_ifname(struct args *a, const char *what, const char **out);
/* The same, and nothing may follow. */
int arg_last_ifname(struct args *a, const char *what, const char **out);
int arg_u32(struct args *a, const char *what, uint32_t min, uint32_t max,
	    uint32_t *out);
int arg_vlan(struct args *a, const char *what, uint32_t min, uint16_t *out);
int arg_mac(struct args *a, const char *what, uint8_t *out);
int arg_on_off(struct args *a, const char *what, bool *out);
int arg_choice(struct args *a, const char *what, const struct choice *choices,
	       uint32_t *out);

/* The parsers below them, for words that are at hand already. */
bool parse_u32(const char *text, uint32_t *out);
bool parse_mac(const char *text, uint8_t *out);
/* NULL when the name can be a netdev's, else why it cannot */
const char *bad_ifname(const char *name);

#endif /* _VSWITCHCTL_ARGS_H */
