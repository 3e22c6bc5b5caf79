/* SPDX-License-Identifier: GPL-2.0 */
/* The words for the settings of a port. */
#ifndef _VSWITCHCTL_POLICY_H
#define _VSWITCHCTL_POLICY_H

#include "args.h"
#include "vswitch.h"

/*
 * Read KEY VALUE pairs up to the end of the line into @chg. Returns 0, or
 * EXIT_USAGE after having said what is wrong. @auto_mac: has_mac, but which is
 * left to the pool.
 */
int policy_parse(struct args *a, struct vsw_port_change *chg, bool *auto_mac);
/* The same without what is said of ports only; nothing at all is taken, too. */
int policy_parse_settings(struct args *a, struct vsw_port_change *chg);
/* A profile to refer to; none is the empty name. */
int policy_parse_profile(struct args *a, const char *what, char *name);
/* What these two take, for help. */
extern const char policy_usage[];
extern const char policy_usage_settings[];

#endif /* _VSWITCHCTL_POLICY_H */
