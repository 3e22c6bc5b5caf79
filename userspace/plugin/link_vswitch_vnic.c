// SPDX-License-Identifier: GPL-2.0
/* ip link add link SWITCH name NAME type vswitch_vnic */
#include <string.h>

#include "port_opts.h"

static void print_usage(FILE *f)
{
	fputs("Usage: ip link add link SWITCH name NAME [ address MAC ] type vswitch_vnic\n"
	      "\n"
	      "A vNIC has no options here, see 'vswitchctl port set help'.\n", f);
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
		fprintf(stderr, "vswitch_vnic: unknown option \"%s\"?\n",
			argv[0]);
	if (argc > 0)
		print_usage(stderr);
	return argc > 0 ? -1 : 0;
}

struct link_util vswitch_vnic_link_util = {
	.id = "vswitch_vnic",
	.maxattr = IFLA_VSWITCH_SLAVE_MAX,
	.parse_opt = parse_opt,
	.print_opt = print_opt,
	.print_help = help,
};
