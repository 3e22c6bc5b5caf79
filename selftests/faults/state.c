// SPDX-License-Identifier: GPL-2.0
/* Reading the state: see state.h. It must be read while nothing fails. */
#include <net/if.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <linux/genetlink.h>
#include <linux/vswitch.h>

#include "msg.h"
#include "state.h"

static char *out, *out_end;

static void say(const char *fmt, ...)
	__attribute__((format(printf, 1, 2)));

static void say(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	out += vsnprintf(out, out_end - out, fmt, args);
	va_end(args);
	if (out >= out_end)
		die("the state is longer than expected");
}

static void say_hex(const struct nlattr *a)
{
	const uint8_t *p = msg_data(a);
	int i;

	say(" %d=", msg_type(a));
	for (i = 0; i < msg_len(a); i++)
		say("%02x", p[i]);
}

static void say_name(const struct nlattr *a)
{
	char name[IF_NAMESIZE] = "-";

	if (msg_get_u32(a))
		if_indextoname(msg_get_u32(a), name);
	say(" %d=%s", msg_type(a), name);
}

int link_index(const char *name)
{
	int index = if_nametoindex(name);

	if (!index)
		die("there is no %s", name);
	return index;
}

static void on_switch(const struct nlmsghdr *h, void *arg)
{
	struct state *state = arg;
	char *data = (char *)NLMSG_DATA(h) + GENL_HDRLEN;

	say("switch");
	msg_for_each(a, data, h->nlmsg_len - NLMSG_HDRLEN - GENL_HDRLEN) {
		switch (msg_type(a)) {
		case VSWITCH_A_SWITCH_IFINDEX:
		case VSWITCH_A_SWITCH_UPLINK:
			say_name(a);
			break;
		case VSWITCH_A_SWITCH_GENERATION:
			snprintf(strchr(state->generations, 0), 16, "%u ",
				 msg_get_u32(a));
			break;
		case VSWITCH_A_SWITCH_STATS:
			break;
		default:
			say_hex(a);
		}
	}
	say("\n");
}

static void say_port(const char *what, const struct nlmsghdr *h)
{
	char *data = (char *)NLMSG_DATA(h) + GENL_HDRLEN;

	say("%s", what);
	msg_for_each(a, data, h->nlmsg_len - NLMSG_HDRLEN - GENL_HDRLEN) {
		switch (msg_type(a)) {
		case VSWITCH_A_PORT_IFINDEX:
		case VSWITCH_A_PORT_SWITCH:
			say_name(a);
			break;
		case VSWITCH_A_PORT_STATS:
			break;
		default:
			say_hex(a);
		}
	}
	say("\n");
}

static void on_port(const struct nlmsghdr *h, void *arg)
{
	say_port("port", h);
}

/* Described by the attributes of a port. */
static void on_profile(const struct nlmsghdr *h, void *arg)
{
	say_port("profile", h);
}

static void on_fdb(const struct nlmsghdr *h, void *arg)
{
	char *data = (char *)NLMSG_DATA(h) + GENL_HDRLEN;

	say("fdb");
	msg_for_each(a, data, h->nlmsg_len - NLMSG_HDRLEN - GENL_HDRLEN) {
		switch (msg_type(a)) {
		case VSWITCH_A_FDB_SWITCH:
		case VSWITCH_A_FDB_PORT:
			say_name(a);
			break;
		case VSWITCH_A_FDB_AGE:
			break;
		default:
			say_hex(a);
		}
	}
	say("\n");
}

/* What IPv6 was told of addresses, deep in IFLA_AF_SPEC. */
static void say_af_spec(const struct nlattr *spec)
{
	msg_for_each(af, msg_data(spec), msg_len(spec)) {
		if (msg_type(af) != AF_INET6)
			continue;
		msg_for_each(a, msg_data(af), msg_len(af)) {
			if (msg_type(a) == IFLA_INET6_ADDR_GEN_MODE)
				say(" addr_gen_mode=%u", *(uint8_t *)msg_data(a));
		}
	}
}

static void say_info(const struct nlattr *info)
{
	bool is_switch = false;

	msg_for_each(a, msg_data(info), msg_len(info)) {
		if (msg_type(a) == IFLA_INFO_KIND)
			is_switch = !strcmp(msg_data(a), "vswitch");
		if (msg_type(a) != IFLA_INFO_DATA || !is_switch) {
			say_hex(a);
			continue;
		}
		msg_for_each(d, msg_data(a), msg_len(a)) {
			if (msg_type(d) == IFLA_VSWITCH_UPLINK)
				say_name(d);
			else
				say_hex(d);
		}
	}
}

static void on_link(const struct nlmsghdr *h, void *arg)
{
	const struct ifinfomsg *ifi = NLMSG_DATA(h);

	/* Whether it is running follows some time later. */
	say("link %x", ifi->ifi_flags & (IFF_UP | IFF_PROMISC | IFF_ALLMULTI |
					 IFF_MASTER | IFF_SLAVE | IFF_NOARP));
	msg_for_each(a, ifi + 1, h->nlmsg_len - NLMSG_SPACE(sizeof(*ifi))) {
		switch (msg_type(a)) {
		case IFLA_IFNAME:
			say(" %s", (char *)msg_data(a));
			break;
		case IFLA_MASTER:
		case IFLA_LINK:
			say_name(a);
			break;
		case IFLA_MTU:
		case IFLA_ADDRESS:
		case IFLA_PROMISCUITY:
		case IFLA_GROUP:
			say_hex(a);
			break;
		case IFLA_LINKINFO:
			say_info(a);
			break;
		case IFLA_AF_SPEC:
			say_af_spec(a);
			break;
		}
	}
	say("\n");
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char * const *)a, *(char * const *)b);
}

/* The order of a dump is that of numbers, which devices get anew. */
static void sort_lines(char *text)
{
	static char copy[sizeof(((struct state *)0)->text)];
	static char *lines[1024];
	char *line;
	int n = 0, i;

	strcpy(copy, text);
	for (line = strtok(copy, "\n"); line; line = strtok(NULL, "\n")) {
		if (n == 1024)
			die("the state has more lines than expected");
		lines[n++] = line;
	}
	qsort(lines, n, sizeof(*lines), by_text);
	for (i = 0; i < n; i++)
		text += sprintf(text, "%s\n", lines[i]);
}

void state_read(struct state *state)
{
	static struct msg m;

	state->generations[0] = 0;
	state->text[0] = 0;
	out = state->text;
	out_end = out + sizeof(state->text);
	if (strcmp(msg_family_name, VSWITCH_GENL_NAME)) {
		if (msg_family)
			state_read_vmbus(say);
		goto sort;
	}
	msg_begin_link(&m, RTM_GETLINK, NLM_F_DUMP, AF_UNSPEC, 0);
	msg_must(&m, on_link, NULL);
	if (!msg_family)
		goto sort;
	msg_begin_genl(&m, VSWITCH_CMD_SWITCH_GET, NLM_F_DUMP);
	msg_must(&m, on_switch, state);
	msg_begin_genl(&m, VSWITCH_CMD_PORT_GET, NLM_F_DUMP);
	msg_must(&m, on_port, NULL);
	msg_begin_genl(&m, VSWITCH_CMD_PROFILE_GET, NLM_F_DUMP);
	msg_must(&m, on_profile, NULL);
	msg_begin_genl(&m, VSWITCH_CMD_FDB_GET, NLM_F_DUMP);
	msg_must(&m, on_fdb, NULL);
sort:
	sort_lines(state->text);
}

bool state_same(const struct state *a, const struct state *b)
{
	return !strcmp(a->text, b->text);
}

void state_diff(const struct state *want, const struct state *got)
{
	const char *a = want->text, *b = got->text;
	const char *line_a = a, *line_b = b;

	for (; *a && *a == *b; a++, b++) {
		if (*a == '\n') {
			line_a = a + 1;
			line_b = b + 1;
		}
	}
	printf("#   want: %.*s\n#   got:  %.*s\n",
	       (int)strcspn(line_a, "\n"), line_a,
	       (int)strcspn(line_b, "\n"), line_b);
	if (strcmp(want->generations, got->generations))
		printf("#   generations: want %s, got %s\n",
		       want->generations, got->generations);
}

static void add_drop(struct counters *c, const struct nlattr *drop)
{
	const char *reason = "";
	uint64_t n = 0;

	msg_for_each(a, msg_data(drop), msg_len(drop)) {
		if (msg_type(a) == VSWITCH_A_DROP_REASON)
			reason = msg_data(a);
		if (msg_type(a) == VSWITCH_A_DROP_PACKETS)
			memcpy(&n, msg_data(a), sizeof(n));
	}
	if (!strcmp(reason, "no-memory"))
		c->no_memory += n;
	else
		c->other += n;
}

static void on_counters(const struct nlmsghdr *h, void *arg)
{
	char *data = (char *)NLMSG_DATA(h) + GENL_HDRLEN;
	struct counters *c = arg;

	msg_for_each(a, data, h->nlmsg_len - NLMSG_HDRLEN - GENL_HDRLEN) {
		if (msg_type(a) != VSWITCH_A_PORT_STATS)
			continue;
		msg_for_each(s, msg_data(a), msg_len(a)) {
			if (msg_type(s) == VSWITCH_A_STATS_RX_PACKETS)
				memcpy(&c->rx, msg_data(s), sizeof(c->rx));
			if (msg_type(s) == VSWITCH_A_STATS_TX_PACKETS)
				memcpy(&c->tx, msg_data(s), sizeof(c->tx));
			if (msg_type(s) == VSWITCH_A_STATS_DROP)
				add_drop(c, s);
		}
	}
}

struct counters state_counters(const char *port)
{
	struct counters c = {};
	static struct msg m;

	msg_begin_genl(&m, VSWITCH_CMD_PORT_GET, 0);
	msg_u32(&m, VSWITCH_A_PORT_IFINDEX, link_index(port));
	msg_must(&m, on_counters, &c);
	return c;
}
