// SPDX-License-Identifier: GPL-2.0
/*
 * The settings of a port: their defaults, and how a change of them, on one port
 * or on many, becomes what frames live by.
 */
#include <linux/slab.h>

#include "acl.h"
#include "iplimit.h"
#include "netlink.h"
#include "vswitch.h"

/**
 * vsw_policy_init() - the settings of a port of which nothing was said
 * @policy: set to: any source address, no VLAN, no limits, no guards; the
 *	uplink is a trunk of all VLANs, and priorities pass it
 * @role: what the port is to its switch
 *
 * Return: 0 or -ENOMEM.
 */
int vsw_policy_init(struct vsw_policy *policy, enum vswitch_port_role role)
{
	memset(policy, 0, sizeof(*policy));
	policy->vlan.untagged_only = true;
	if (role != VSWITCH_PORT_ROLE_UPLINK)
		return 0;
	policy->priority_tag = true;
	return vsw_vlan_trunk_all(&policy->vlan);
}

/**
 * vsw_policy_copy() - copy settings
 * @to: the copy, with its own references
 * @from: the settings
 */
void vsw_policy_copy(struct vsw_policy *to, const struct vsw_policy *from)
{
	*to = *from;
	if (to->vlan.set)
		refcount_inc(&to->vlan.set->ref);
	vsw_acl_get(to->acl);
	vsw_profile_get(to->profile);
}

/**
 * vsw_policy_free() - drop what settings refer to
 * @policy: the settings
 */
void vsw_policy_free(struct vsw_policy *policy)
{
	vsw_vlan_put(&policy->vlan);
	vsw_acl_put(policy->acl);
	policy->acl = NULL;
	vsw_profile_put(policy->profile);
}

/**
 * vsw_policy_take() - take over some of the settings of another policy
 * @to: the policy that changes
 * @from: where they are from
 * @settings: which: enum vswitch_port_setting, as bits
 *
 * Whose settings they are, @to->own, is left to the caller.
 */
void vsw_policy_take(struct vsw_policy *to, const struct vsw_policy *from,
		     u32 settings)
{
	if (settings & VSWITCH_PORT_SETTING_MAC_SPOOFING)
		to->spoofing = from->spoofing;
	if (settings & VSWITCH_PORT_SETTING_VLAN) {
		vsw_vlan_put(&to->vlan);
		to->vlan = from->vlan;
		if (to->vlan.set)
			refcount_inc(&to->vlan.set->ref);
	}
	if (settings & VSWITCH_PORT_SETTING_DHCP_GUARD)
		to->dhcp_guard = from->dhcp_guard;
	if (settings & VSWITCH_PORT_SETTING_ROUTER_GUARD)
		to->router_guard = from->router_guard;
	if (settings & VSWITCH_PORT_SETTING_ALLOW_TEAMING)
		to->allow_teaming = from->allow_teaming;
	if (settings & VSWITCH_PORT_SETTING_STORM_LIMIT)
		to->storm_limit = from->storm_limit;
	if (settings & VSWITCH_PORT_SETTING_DYNAMIC_IP_LIMIT)
		to->ip_limit = from->ip_limit;
	if (settings & VSWITCH_PORT_SETTING_IEEE_PRIORITY_TAG)
		to->priority_tag = from->priority_tag;
	if (settings & VSWITCH_PORT_SETTING_MIRROR) {
		to->mirror = from->mirror;
		to->mirror_session = from->mirror_session;
	}
	if (settings & VSWITCH_PORT_SETTING_ACL) {
		vsw_acl_get(from->acl);
		vsw_acl_put(to->acl);
		to->acl = from->acl;
	}
}

/**
 * vsw_policy_stage() - say what a port's settings are to be
 * @port: the port
 * @policy: the settings; copied
 *
 * Takes effect with vsw_policy_commit(), together with all that was staged on
 * the same switch.
 * Context: process; sw->lock.
 * Return: 0 or -ENOMEM.
 */
int vsw_policy_stage(struct vsw_port *port, const struct vsw_policy *policy)
{
	struct vsw_snap *snap;

	lockdep_assert_held(&port->sw->lock);

	snap = vsw_snap_compile(port, policy, GFP_KERNEL);
	if (!snap)
		return -ENOMEM;
	vsw_snap_free_rcu(port->next);
	port->next = snap;
	return 0;
}

/* Are there staged settings of ports that had others before? */
static bool replaces(struct vsw_switch *sw)
{
	struct vsw_port *port;
	unsigned long index;

	xa_for_each(&sw->ports, index, port) {
		if (port->next && port->snap)
			return true;
	}
	return false;
}

/* The staged snapshots become those of their ports. */
static void take_staged(struct vsw_switch *sw)
{
	struct vsw_port *port;
	unsigned long index;

	xa_for_each(&sw->ports, index, port) {
		if (!port->next)
			continue;
		swap(port->snap, port->next);
		if (port->snap->policy.acl !=
		    (port->next ? port->next->policy.acl : NULL))
			vsw_nl_acl_notify_port(port);
		if (port->ips)
			vsw_ips_set_limit(port->ips,
					  port->snap->policy.ip_limit);
		vsw_snap_free_rcu(port->next);
		port->next = NULL;
		vsw_nl_port_notify(port, VSWITCH_CMD_PORT_NTF);
	}
}

/**
 * vsw_policy_commit() - make what was staged take effect, all at once
 * @sw: the switch
 * @extack: for the refusal
 *
 * Ports whose profiles change are staged here. What was learned, or set, under
 * the old settings and could not be under the new ones goes: it would lead
 * frames to where they are not let out.
 *
 * On error nothing has changed and what was staged is still there: see
 * vsw_policy_abort().
 * Context: process; sw->lock.
 * Return: 0; -ENOMEM; -EBUSY when a profile is to go that is used; or what the
 * ports cannot have together, see vsw_table_build().
 */
int vsw_policy_commit(struct vsw_switch *sw, struct netlink_ext_ack *extack)
{
	struct vsw_fdb_filter filter = {
		.vid = -1, .outdated = true, .statics = true,
	};
	DECLARE_BITMAP(left, VLAN_N_VID) = {};
	struct vsw_table *table, *old;
	int err;

	lockdep_assert_held(&sw->lock);

	err = vsw_profiles_prepare(sw, extack);
	if (err)
		return err;
	table = vsw_table_build(sw, GFP_KERNEL, extack);
	if (IS_ERR(table))
		return PTR_ERR(table);
	old = vsw_dereference(sw);
	if ((old->fids || table->fids) &&
	    vsw_fids_diff(old->fids, table->fids, left))
		filter.left = left;
	vsw_table_publish(sw, table, true);
	if (replaces(sw) || filter.left)
		vsw_fdb_flush(sw, &filter);
	vsw_profiles_commit(sw);
	take_staged(sw);
	return 0;
}

/**
 * vsw_policy_abort() - forget what was staged
 * @sw: the switch
 *
 * Context: process; sw->lock.
 */
void vsw_policy_abort(struct vsw_switch *sw)
{
	struct vsw_port *port;
	unsigned long index;

	lockdep_assert_held(&sw->lock);

	xa_for_each(&sw->ports, index, port) {
		vsw_snap_free_rcu(port->next);
		port->next = NULL;
	}
	vsw_profiles_abort(sw);
}

/**
 * vsw_policy_change() - change the settings of one port
 * @port: the port
 * @policy: its new settings; copied
 * @extack: for the refusal
 *
 * Context: process; sw->lock.
 * Return: 0 or a negative error, and then nothing has changed.
 */
int vsw_policy_change(struct vsw_port *port, const struct vsw_policy *policy,
		      struct netlink_ext_ack *extack)
{
	int err;

	err = vsw_policy_stage(port, policy);
	if (err)
		return err;
	err = vsw_policy_commit(port->sw, extack);
	if (err)
		vsw_policy_abort(port->sw);
	return err;
}
