// SPDX-License-Identifier: GPL-2.0
/* ip -d link show: what a port of a virtual switch is. */
#include "port_opts.h"

static void help(struct link_util *lu, int argc, char **argv, FILE *f)
{
	(void)lu;
	(void)argc;
	(void)argv;
	fputs("Usage: ... vswitch_slave\n"
	      "\n"
	      "Ports have no options here, see 'vswitchctl port set help'.\n", f);
}

struct link_util vswitch_slave_link_util = {
	.id = "vswitch_slave",
	.maxattr = IFLA_VSWITCH_SLAVE_MAX,
	.print_opt = print_opt,
	.print_help = help,
};
