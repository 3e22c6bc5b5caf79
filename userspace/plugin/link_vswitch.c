// SPDX-License-Identifier: GPL-2.0
/* ip link ... type vswitch: options of a virtual switch. */
#include <arpa/inet.h>
#include <string.h>
#include <linux/if_ether.h>
#include <linux/vswitch.h>

#include "iplink_abi.h"

static const char *const types[] = { "external", "internal", "private" };
static const char *const modes[] = { "weight", "absolute", "none" };

#define N_WORDS(a) (sizeof(a) / sizeof((a)[0]))

static void print_usage(FILE *f)
{
	fputs("Usage: ... vswitch [ type external|internal|private ]\n"
	      "                   [ uplink DEV|none ]\n"
	      "                   [ ageing_time SECONDS ]\n"
	      "                   [ fdb_limit NUMBER ]\n"
	      "                   [ bandwidth_mode weight|absolute|none ]\n"
	      "                   [ iov on|off ]\n"
	      "                   [ vlan_protocol 802.1Q|802.1ad ]\n"
	      "\n"
	      "The last three can be given to a new switch only.\n", f);
}

static void help(struct link_util *lu, int argc, char **argv, FILE *f)
{
	(void)lu;
	(void)argc;
	(void)argv;
	print_usage(f);
}

static uint32_t word_index(const char *const *words, size_t n,
			   const char *complaint, const char *arg)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (!strcmp(words[i], arg))
			return i;
	invarg(complaint, arg);
}

static uint32_t number(const char *complaint, const char *arg)
{
	uint32_t v;

	if (get_u32(&v, arg, 0))
		invarg(complaint, arg);
	return v;
}

static uint32_t uplink(const char *arg)
{
	uint32_t ifindex;

	if (!strcmp(arg, "none"))
		return 0;
	ifindex = ll_name_to_index(arg);
	if (!ifindex)
		invarg("no such device for \"uplink\"", arg);
	return ifindex;
}

static uint16_t vlan_protocol(const char *arg)
{
	if (!strcasecmp(arg, "802.1q"))
		return htons(ETH_P_8021Q);
	if (!strcasecmp(arg, "802.1ad"))
		return htons(ETH_P_8021AD);
	invarg("\"vlan_protocol\" is 802.1Q or 802.1ad", arg);
}

static bool on_off(const char *complaint, const char *arg)
{
	if (!strcmp(arg, "on"))
		return true;
	if (strcmp(arg, "off"))
		invarg(complaint, arg);
	return false;
}

static int parse_opt(struct link_util *lu, int argc, char **argv,
		     struct nlmsghdr *n)
{
	(void)lu;
	for (; argc > 0; argc -= 2, argv += 2) {
		const char *key = argv[0], *arg = argv[1];

		if (!strcmp(key, "help")) {
			print_usage(stderr);
			return -1;
		}
		if (argc < 2)
			incomplete_command();
		if (!strcmp(key, "type")) {
			addattr32(n, IPLINK_REQ_SIZE, IFLA_VSWITCH_TYPE,
				  word_index(types, N_WORDS(types),
					     "\"type\" is external, internal or private",
					     arg));
		} else if (!strcmp(key, "uplink")) {
			addattr32(n, IPLINK_REQ_SIZE, IFLA_VSWITCH_UPLINK,
				  uplink(arg));
		} else if (!strcmp(key, "ageing_time")) {
			addattr32(n, IPLINK_REQ_SIZE, IFLA_VSWITCH_AGEING_TIME,
				  number("\"ageing_time\" is a number of seconds",
					 arg));
		} else if (!strcmp(key, "fdb_limit")) {
			addattr32(n, IPLINK_REQ_SIZE, IFLA_VSWITCH_FDB_LIMIT,
				  number("\"fdb_limit\" is a number of entries",
					 arg));
		} else if (!strcmp(key, "bandwidth_mode")) {
			addattr32(n, IPLINK_REQ_SIZE,
				  IFLA_VSWITCH_BANDWIDTH_MODE,
				  word_index(modes, N_WORDS(modes),
					     "\"bandwidth_mode\" is weight, absolute or none",
					     arg));
		} else if (!strcmp(key, "iov")) {
			addattr8(n, IPLINK_REQ_SIZE, IFLA_VSWITCH_IOV,
				 on_off("\"iov\" is on or off", arg));
		} else if (!strcmp(key, "vlan_protocol")) {
			addattr16(n, IPLINK_REQ_SIZE,
				  IFLA_VSWITCH_VLAN_PROTOCOL,
				  vlan_protocol(arg));
		} else {
			fprintf(stderr, "vswitch: unknown option \"%s\"?\n",
				key);
			print_usage(stderr);
			return -1;
		}
	}
	return 0;
}

static uint32_t u32(const struct rtattr *a)
{
	return *(uint32_t *)RTA_DATA(a);
}

static void print_opt(struct link_util *lu, FILE *f, struct rtattr *tb[])
{
	uint32_t v;

	(void)lu;
	(void)f;
	if (!tb)
		return;
	if (tb[IFLA_VSWITCH_TYPE]) {
		v = u32(tb[IFLA_VSWITCH_TYPE]);
		print_word("type", "type",
			   v < N_WORDS(types) ? types[v] : "unknown");
	}
	if (tb[IFLA_VSWITCH_UPLINK] && u32(tb[IFLA_VSWITCH_UPLINK]))
		print_word("uplink", "uplink",
			   ll_index_to_name(u32(tb[IFLA_VSWITCH_UPLINK])));
	if (tb[IFLA_VSWITCH_BANDWIDTH_MODE]) {
		v = u32(tb[IFLA_VSWITCH_BANDWIDTH_MODE]);
		print_word("bandwidth_mode", "bandwidth_mode",
			   v < N_WORDS(modes) ? modes[v] : "unknown");
	}
	if (tb[IFLA_VSWITCH_IOV])
		print_switch("iov", "iov",
			     *(uint8_t *)RTA_DATA(tb[IFLA_VSWITCH_IOV]));
	if (tb[IFLA_VSWITCH_AGEING_TIME])
		print_number("ageing_time", "ageing_time",
			     u32(tb[IFLA_VSWITCH_AGEING_TIME]));
	if (tb[IFLA_VSWITCH_FDB_LIMIT])
		print_number("fdb_limit", "fdb_limit",
			     u32(tb[IFLA_VSWITCH_FDB_LIMIT]));
	if (tb[IFLA_VSWITCH_VLAN_PROTOCOL])
		print_word("vlan_protocol", "vlan_protocol",
			   *(uint16_t *)RTA_DATA(tb[IFLA_VSWITCH_VLAN_PROTOCOL]) ==
			   htons(ETH_P_8021AD) ? "802.1ad" : "802.1Q");
}

struct link_util vswitch_link_util = {
	.id = "vswitch",
	.maxattr = IFLA_VSWITCH_MAX,
	.parse_opt = parse_opt,
	.print_opt = print_opt,
	.print_help = help,
};
