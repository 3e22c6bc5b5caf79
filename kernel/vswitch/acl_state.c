// SPDX-License-Identifier: GPL-2.0
/*
 * What a port keeps because of its ACL while that changes: stateful flows, and
 * what was decided of first fragments. Made when rules first need it, before
 * frames can see these, and kept until the port leaves.
 */
#include "acl.h"
#include "flow.h"
#include "frag.h"
#include "quota.h"
#include "vswitch.h"

static bool make_frags(struct vsw_port *port, u32 direction, u32 flags)
{
	struct vsw_frags **frags = &port->acl_frags[direction];

	if (!(flags & (VSW_ACL_HAS_EXT | VSW_ACL_HAS_ND)) || *frags)
		return true;
	*frags = vsw_frags_alloc(GFP_KERNEL_ACCOUNT);
	return *frags;
}

/**
 * vsw_acl_prepare() - make ready for a list of rules to take effect
 * @port: the port that it is for
 * @acl: the list, or NULL; it does not change any more
 *
 * Allocates nothing for rules that the port had before.
 * Context: process; sw->lock.
 * Return: 0 or -ENOMEM.
 */
int vsw_acl_prepare(struct vsw_port *port, struct vsw_acl *acl)
{
	int err;
	u32 d;

	if (!acl)
		return 0;
	err = vsw_acl_compile(acl);
	if (err)
		return err;
	for (d = 0; d < VSW_ACL_DIRECTIONS; d++) {
		if (!make_frags(port, d, acl->compiled->dir[d].flags))
			return -ENOMEM;
	}
	if (acl->compiled->stateful && !port->flows) {
		port->flows = vsw_flows_alloc(acl->quota);
		if (!port->flows)
			return -ENOMEM;
	}
	return 0;
}

/**
 * vsw_acl_snap_flags() - which stages does a list of rules ask for?
 * @acl: the list, compiled, or NULL
 *
 * Return: enum vsw_snap_flags.
 */
u32 vsw_acl_snap_flags(const struct vsw_acl *acl)
{
	u32 flags = 0;

	if (!acl)
		return 0;
	if (acl->compiled->dir[VSWITCH_ACL_DIRECTION_OUT].flags)
		flags |= VSW_SNAP_ACL_OUT;
	if (acl->compiled->dir[VSWITCH_ACL_DIRECTION_IN].flags)
		flags |= VSW_SNAP_ACL_IN;
	return flags;
}

/**
 * vsw_acl_release() - free what a port kept because of its ACL
 * @port: the port; vsw_flows_stop() was called and no frame can find it
 *
 * Context: any but hard interrupts.
 */
void vsw_acl_release(struct vsw_port *port)
{
	u32 d;

	for (d = 0; d < VSW_ACL_DIRECTIONS; d++)
		vsw_frags_free(port->acl_frags[d]);
	vsw_flows_free(port->flows);
}
