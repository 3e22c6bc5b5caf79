/* SPDX-License-Identifier: GPL-2.0 */
/* The words for the settings of a port. */
#ifndef _VSWITCHCTL_POLICY_H
#define _VSWITCHCTL_POLICY_H

#include "args.h"
#include "vswitch.h"

/*
 * Read KEY VALUE pairs up to the end of the line into @chg. Returns 0, or
 * EXIT_USAGE after having said what is wrong.
 */
int policy_parse(struct args *a, struct vsw_port_change *chg);
/* What policy_parse() takes, for help. */
extern const char policy_usage[];

#endif /* _VSWITCHCTL_POLICY_H */
