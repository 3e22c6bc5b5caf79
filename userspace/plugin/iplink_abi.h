/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What ip and its link_KIND.so plugins agree on. iproute2 installs no header
 * for it; the layout has been the same since 2017, and only functions that ip
 * has exported since 5.x are used.
 */
#ifndef _PLUGIN_IPLINK_ABI_H
#define _PLUGIN_IPLINK_ABI_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <linux/rtnetlink.h>

/* ip looks for a symbol KIND_link_util of this type. */
struct link_util {
	struct link_util *next;
	const char *id;
	int maxattr;
	int (*parse_opt)(struct link_util *lu, int argc, char **argv,
			 struct nlmsghdr *n);
	void (*print_opt)(struct link_util *lu, FILE *f, struct rtattr *tb[]);
	void (*print_xstats)(struct link_util *lu, FILE *f,
			     struct rtattr *xstats);
	void (*print_help)(struct link_util *lu, int argc, char **argv,
			   FILE *f);
	int (*parse_ifla_xstats)(struct link_util *lu, int argc, char **argv);
	int (*print_ifla_xstats)(struct nlmsghdr *n, void *arg);
};

/* The size of the request that parse_opt adds to, its header included. */
#define IPLINK_REQ_SIZE	1024

/* For text, JSON, or whichever of them is being printed */
enum output_type {
	PRINT_FP = 1,
	PRINT_JSON = 2,
	PRINT_ANY = 4,
};

#define COLOR_NONE	6

int print_color_string(enum output_type type, int color, const char *key,
		       const char *fmt, const char *value);
int print_color_uint(enum output_type type, int color, const char *key,
		     const char *fmt, unsigned int value);
int print_color_bool(enum output_type type, int color, const char *key,
		     const char *fmt, bool value);
bool is_json_context(void);

int addattr8(struct nlmsghdr *n, int maxlen, int type, uint8_t data);
int addattr16(struct nlmsghdr *n, int maxlen, int type, uint16_t data);
int addattr32(struct nlmsghdr *n, int maxlen, int type, uint32_t data);

void invarg(const char *msg, const char *arg) __attribute__((noreturn));
void incomplete_command(void) __attribute__((noreturn));
int get_u32(uint32_t *val, const char *arg, int base);
unsigned int ll_name_to_index(const char *name);
const char *ll_index_to_name(unsigned int idx);

/* How options of all three kinds are printed. */
static inline void print_word(const char *key, const char *label,
			      const char *value)
{
	print_color_string(PRINT_FP, COLOR_NONE, NULL, "%s ", label);
	print_color_string(PRINT_ANY, COLOR_NONE, key, "%s ", value);
}

static inline void print_number(const char *key, const char *label,
				unsigned int value)
{
	print_color_string(PRINT_FP, COLOR_NONE, NULL, "%s ", label);
	print_color_uint(PRINT_ANY, COLOR_NONE, key, "%u ", value);
}

static inline void print_switch(const char *key, const char *label, bool on)
{
	if (is_json_context())
		print_color_bool(PRINT_JSON, COLOR_NONE, key, NULL, on);
	else
		print_word(NULL, label, on ? "on" : "off");
}

#endif /* _PLUGIN_IPLINK_ABI_H */
