/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Making, converting and deleting a switch in steps, each of which is undone,
 * in reverse order, when a later one fails.
 */
#ifndef _VSWITCHCTL_CONVERT_H
#define _VSWITCHCTL_CONVERT_H

#include "cmd.h"

/* Shall the host take part? */
enum management {
	MANAGEMENT_OFF,
	MANAGEMENT_ON,
	MANAGEMENT_AS_IS,	/* if it does now */
};

/* What a switch shall become. */
struct target {
	uint32_t type;
	uint32_t uplink;		/* 0: none */
	enum management management;
	uint32_t ageing_time;		/* 0: leave */
	uint32_t fdb_limit;		/* 0: leave */
	bool has_default_profile;
	char default_profile[VSWITCH_NAME_MAX + 1];	/* empty: none */
};

int convert_add(struct ctx *ctx, const char *name,
		const struct vsw_switch_opts *opts, bool management);
int convert_set(struct ctx *ctx, const struct vsw_switch *sw,
		const struct target *t);
int convert_del(struct ctx *ctx, const struct vsw_switch *sw);
int convert_del_vnic(struct ctx *ctx, const struct vsw_port *vnic);

#endif /* _VSWITCHCTL_CONVERT_H */
