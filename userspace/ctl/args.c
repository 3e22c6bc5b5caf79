// SPDX-License-Identifier: GPL-2.0
/* Words of a command line, and what is wrong with them. */
#include <ctype.h>
#include <net/if.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cmd.h"

bool arg_is_help(const struct args *a)
{
	const char *next = arg_peek(a);

	return next && is_word(next, "help") && a->pos + 1 == a->argc;
}

int arg_usage(const struct args *a, const char *fmt, ...)
{
	va_list ap;

	report_prefix();
	if (a->where)
		fprintf(stderr, "%s%s%s: ", a->where, a->verb ? " " : "",
			a->verb ? a->verb : "");
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	return EXIT_USAGE;
}

int arg_unknown(const struct args *a, const char *expected)
{
	const char *next = arg_peek(a);

	if (!next)
		return arg_usage(a, "expected %s", expected);
	return arg_usage(a, "unknown word '%s', expected %s", next, expected);
}

int arg_end(const struct args *a)
{
	if (a->pos < a->argc)
		return arg_usage(a, "unexpected word '%s'", a->argv[a->pos]);
	return 0;
}

int arg_once(const struct args *a, const char *word, bool *seen)
{
	if (*seen)
		return arg_usage(a, "'%s' is given twice", word);
	*seen = true;
	return 0;
}

int arg_word(struct args *a, const char *what, const char **out)
{
	*out = arg_peek(a);
	if (!*out)
		return arg_usage(a, "%s is missing", what);
	a->pos++;
	return 0;
}

/* The kernel's own rules for names (dev_valid_name), said in words. */
const char *bad_ifname(const char *name)
{
	const char *p;

	if (!*name)
		return "is empty";
	if (strlen(name) >= IFNAMSIZ)
		return "is longer than 15 characters";
	if (!strcmp(name, ".") || !strcmp(name, ".."))
		return "is not a valid name";
	for (p = name; *p; p++)
		if (*p == '/' || *p == ':' || *p == '%' ||
		    isspace((unsigned char)*p))
			return "has a character that is not allowed in names";
	return NULL;
}

int arg_ifname(struct args *a, const char *what, const char **out)
{
	int err = arg_word(a, what, out);
	const char *why;

	if (err)
		return err;
	why = bad_ifname(*out);
	if (why)
		return arg_usage(a, "%s '%s' %s", what, *out, why);
	return 0;
}

int arg_last_ifname(struct args *a, const char *what, const char **out)
{
	int err = arg_ifname(a, what, out);

	return err ? err : arg_end(a);
}

/* Decimal digits and nothing else: no sign, no space, no octal, no junk. */
bool parse_u32(const char *text, uint32_t *out)
{
	uint64_t v = 0;

	if (!*text)
		return false;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return false;
		v = v * 10 + (*text - '0');
		if (v > UINT32_MAX)
			return false;
	}
	*out = v;
	return true;
}

int arg_u32(struct args *a, const char *what, uint32_t min, uint32_t max,
	    uint32_t *out)
{
	const char *text;
	int err = arg_word(a, what, &text);

	if (err)
		return err;
	if (!parse_u32(text, out) || *out < min || *out > max)
		return arg_usage(a, "%s '%s' is not a number from %u to %u",
				 what, text, min, max);
	return 0;
}

int arg_vlan(struct args *a, const char *what, uint32_t min, uint16_t *out)
{
	uint32_t v;
	int err = arg_u32(a, what, min, VSW_VLAN_MAX, &v);

	if (!err)
		*out = v;
	return err;
}

/* Six pairs of hex digits, all with ':' or all with '-' between them. */
bool parse_mac(const char *text, uint8_t *out)
{
	char sep = 0;
	int i;

	for (i = 0; i < VSW_MAC_LEN; i++) {
		int j, v = 0;

		for (j = 0; j < 2; j++, text++) {
			int d = tolower((unsigned char)*text);

			if (!isxdigit(d))
				return false;
			v = v * 16 + (isdigit(d) ? d - '0' : d - 'a' + 10);
		}
		out[i] = v;
		if (i == VSW_MAC_LEN - 1)
			return !*text;
		if (!sep && (*text == ':' || *text == '-'))
			sep = *text;
		if (!sep || *text++ != sep)
			return false;
	}
	return false;
}

/* An address that a station can have. */
int arg_mac(struct args *a, const char *what, uint8_t *out)
{
	static const uint8_t zero[VSW_MAC_LEN];
	const char *text;
	int err = arg_word(a, what, &text);

	if (err)
		return err;
	if (!parse_mac(text, out))
		return arg_usage(a, "%s '%s' is no MAC address, expected one like 02:00:00:00:00:01",
				 what, text);
	if (out[0] & 1)
		return arg_usage(a, "%s '%s' is a multicast address, expected a unicast one",
				 what, text);
	if (!memcmp(out, zero, VSW_MAC_LEN))
		return arg_usage(a, "%s '%s' is all zeroes, expected a unicast address",
				 what, text);
	return 0;
}

int arg_on_off(struct args *a, const char *what, bool *out)
{
	const char *text;
	int err = arg_word(a, what, &text);

	if (err)
		return err;
	if (strcmp(text, "on") && strcmp(text, "off"))
		return arg_usage(a, "%s '%s' is unknown, expected on or off",
				 what, text);
	*out = !strcmp(text, "on");
	return 0;
}

int arg_choice(struct args *a, const char *what, const struct choice *choices,
	       uint32_t *out)
{
	char list[128] = "";
	const char *text;
	size_t used = 0;
	int err, i;

	err = arg_word(a, what, &text);
	if (err)
		return err;
	for (i = 0; choices[i].word; i++) {
		if (is_word(text, choices[i].word)) {
			*out = choices[i].value;
			return 0;
		}
	}
	for (i = 0; choices[i].word; i++) {
		used += snprintf(list + used, sizeof(list) - used, "%s%s",
				 !i ? "" : choices[i + 1].word ? ", " : " or ",
				 choices[i].word);
	}
	return arg_usage(a, "%s '%s' is unknown, expected %s", what, text,
			 list);
}
