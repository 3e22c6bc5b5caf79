// SPDX-License-Identifier: GPL-2.0
/* ip -d link show: whose guest a NIC is for. vswitchctl nic makes them. */
#include <stddef.h>
#include <string.h>

#include "iplink_abi.h"

#define INFO_PARTITION	1
#define INFO_MAX	INFO_PARTITION

static void print_usage(FILE *f)
{
	fputs("A NIC has a partition, so 'vswitchctl nic add PARTITION' makes it.\n", f);
}

static void help(struct link_util *lu, int argc, char **argv, FILE *f)
{
	(void)lu;
	(void)argc;
	(void)argv;
	print_usage(f);
}

static int parse_opt(struct link_util *lu, int argc, char **argv,
		     struct nlmsghdr *n)
{
	(void)lu;
	(void)n;
	if (argc > 0 && strcmp(argv[0], "help"))
		fprintf(stderr, "netvsp: unknown option \"%s\"?\n", argv[0]);
	if (argc > 0)
		print_usage(stderr);
	return argc > 0 ? -1 : 0;
}

static void print_opt(struct link_util *lu, FILE *f, struct rtattr *tb[])
{
	(void)lu;
	(void)f;
	if (tb && tb[INFO_PARTITION])
		print_word("partition", "partition", RTA_DATA(tb[INFO_PARTITION]));
}

struct link_util netvsp_link_util = {
	.id = "netvsp",
	.maxattr = INFO_MAX,
	.parse_opt = parse_opt,
	.print_opt = print_opt,
	.print_help = help,
};
