/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Making, converting and deleting a switch in steps, each of which is undone,
 * in reverse order, when a later one fails.
 */
#ifndef _VSWITCHCTL_CONVERT_H
#define _VSWITCHCTL_CONVERT_H

#include "cmd.h"

/* What a switch shall become. */
struct target {
	uint32_t type;
	uint32_t uplink;		/* 0: none */
	bool management;		/* the host takes part */
	uint32_t ageing_time;		/* 0: leave */
	uint32_t fdb_limit;		/* 0: leave */
};

int convert_add(struct ctx *ctx, const char *name,
		const struct vsw_switch_opts *opts, bool management);
int convert_set(struct ctx *ctx, const struct vsw_switch *sw,
		const struct target *t);
int convert_del(struct ctx *ctx, const struct vsw_switch *sw);
int convert_del_vnic(struct ctx *ctx, const struct vsw_port *vnic);
/* Whether the switch has vNICs. */
int convert_has_vnics(struct ctx *ctx, const struct vsw_switch *sw,
		      bool *answer);

#endif /* _VSWITCHCTL_CONVERT_H */
