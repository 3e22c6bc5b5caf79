// SPDX-License-Identifier: GPL-2.0
/*
 * The settings of a port: their defaults, their netlink form, and how a
 * change of them, on one port or on many, becomes what frames live by.
 */
#include <linux/slab.h>

#include "netlink.h"
#include "vswitch.h"

/**
 * vsw_policy_init() - the settings of a new port
 * @policy: set to: no assigned MAC, any source address, no VLAN
 */
void vsw_policy_init(struct vsw_policy *policy)
{
	memset(policy, 0, sizeof(*policy));
	policy->vlan.untagged_only = true;
}

/**
 * vsw_policy_copy() - copy settings
 * @to: the copy, with its own reference to the VLAN set
 * @from: the settings
 */
void vsw_policy_copy(struct vsw_policy *to, const struct vsw_policy *from)
{
	*to = *from;
	if (to->vlan.set)
		refcount_inc(&to->vlan.set->ref);
}

/**
 * vsw_policy_free() - drop what settings refer to
 * @policy: the settings
 */
void vsw_policy_free(struct vsw_policy *policy)
{
	vsw_vlan_put(&policy->vlan);
}

static int parse_range(struct vsw_vlan_set *set, const struct nlattr *attr,
		       struct netlink_ext_ack *extack)
{
	struct nlattr *tb[VSWITCH_A_VLAN_RANGE_MAX + 1];
	u16 start, end;
	int err;

	err = nla_parse_nested(tb, VSWITCH_A_VLAN_RANGE_MAX, attr,
			       vswitch_vlan_range_nl_policy, extack);
	if (err)
		return err;
	if (!tb[VSWITCH_A_VLAN_RANGE_START]) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "a VLAN range needs a start, 1 to 4094");
		return -EINVAL;
	}
	start = nla_get_u16(tb[VSWITCH_A_VLAN_RANGE_START]);
	end = start;
	if (tb[VSWITCH_A_VLAN_RANGE_END])
		end = nla_get_u16(tb[VSWITCH_A_VLAN_RANGE_END]);
	if (end < start) {
		NL_SET_ERR_MSG_ATTR(extack, tb[VSWITCH_A_VLAN_RANGE_END],
				    "the end of a VLAN range must not be below its start");
		return -EINVAL;
	}
	if (find_next_bit(set->members, end + 1, start) <= end) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "VLAN ranges of one port must not overlap");
		return -EINVAL;
	}
	bitmap_set(set->members, start, end - start + 1);
	if (nla_get_flag(tb[VSWITCH_A_VLAN_RANGE_UNTAGGED]))
		bitmap_set(set->untagged, start, end - start + 1);
	return 0;
}

static int parse_vlan(struct vsw_vlan *vlan, const struct nlattr *nest,
		      struct netlink_ext_ack *extack)
{
	struct nlattr *tb[VSWITCH_A_VLAN_MAX + 1];
	struct vsw_vlan_set *set;
	const struct nlattr *attr;
	bool untagged_only;
	int err, rem;
	u16 pvid;

	err = nla_parse_nested(tb, VSWITCH_A_VLAN_MAX, nest,
			       vswitch_vlan_nl_policy, extack);
	if (err)
		return err;
	if (tb[VSWITCH_A_VLAN_MODE]) {
		NL_SET_ERR_MSG_ATTR(extack, tb[VSWITCH_A_VLAN_MODE],
				    "the mode follows from pvid, accept and range: set those");
		return -EINVAL;
	}
	if (!tb[VSWITCH_A_VLAN_PVID] || !tb[VSWITCH_A_VLAN_ACCEPT]) {
		NL_SET_ERR_MSG_ATTR(extack, nest,
				    "VLAN settings need both pvid and accept");
		return -EINVAL;
	}
	pvid = nla_get_u16(tb[VSWITCH_A_VLAN_PVID]);
	untagged_only = nla_get_u32(tb[VSWITCH_A_VLAN_ACCEPT]) ==
			VSWITCH_VLAN_ACCEPT_UNTAGGED;

	set = vsw_vlan_set_alloc();
	if (!set)
		return -ENOMEM;
	nla_for_each_nested(attr, nest, rem) {
		if (nla_type(attr) != VSWITCH_A_VLAN_RANGE)
			continue;
		err = parse_range(set, attr, extack);
		if (err)
			goto free;
	}

	err = -EINVAL;
	if (pvid && pvid != VSWITCH_VLAN_NONE && !test_bit(pvid, set->members)) {
		NL_SET_ERR_MSG_ATTR(extack, tb[VSWITCH_A_VLAN_PVID],
				    "the pvid is a VLAN of one of the ranges, or 0, or 4095 for none");
		goto free;
	}
	if (untagged_only && pvid == VSWITCH_VLAN_NONE) {
		NL_SET_ERR_MSG_ATTR(extack, tb[VSWITCH_A_VLAN_ACCEPT],
				    "a port that accepts untagged frames only needs a pvid, 0 to 4094");
		goto free;
	}
	vsw_vlan_replace(vlan, set, pvid, untagged_only);
	return 0;

free:
	kfree(set);
	return err;
}

/**
 * vsw_policy_parse() - apply the attributes of a port-set request
 * @policy: a private copy of the settings; half changed on error
 * @attrs: VSWITCH_A_PORT_*, checked against the generated policy
 * @extack: names the attribute at fault
 *
 * Return: 0 or a negative error.
 */
int vsw_policy_parse(struct vsw_policy *policy, struct nlattr **attrs,
		     struct netlink_ext_ack *extack)
{
	struct nlattr *attr;
	int err;

	attr = attrs[VSWITCH_A_PORT_MAC];
	if (attr) {
		const u8 *mac = nla_data(attr);

		if (is_zero_ether_addr(mac)) {
			policy->mac = 0;
			if (policy->spoofing == VSW_SPOOFING_OFF)
				policy->spoofing = VSW_SPOOFING_DEFAULT;
		} else if (is_valid_ether_addr(mac)) {
			policy->mac = vsw_mac_key(mac, 0);
		} else {
			NL_SET_ERR_MSG_ATTR(extack, attr,
					    "the mac is a unicast address, or all zeroes for none");
			return -EADDRNOTAVAIL;
		}
	}

	attr = attrs[VSWITCH_A_PORT_MAC_SPOOFING];
	if (attr)
		policy->spoofing = nla_get_u8(attr) ? VSW_SPOOFING_ON :
						      VSW_SPOOFING_OFF;
	if (policy->spoofing == VSW_SPOOFING_OFF && !policy->mac) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "mac-spoofing is off only on a port with an assigned mac: give it one");
		return -EINVAL;
	}

	attr = attrs[VSWITCH_A_PORT_VLAN];
	if (attr) {
		err = parse_vlan(&policy->vlan, attr, extack);
		if (err)
			return err;
	}
	return 0;
}

static int fill_range(struct sk_buff *skb, u32 start, u32 end, bool untagged)
{
	struct nlattr *nest = nla_nest_start(skb, VSWITCH_A_VLAN_RANGE);

	if (!nest)
		return -EMSGSIZE;
	if (nla_put_u16(skb, VSWITCH_A_VLAN_RANGE_START, start) ||
	    nla_put_u16(skb, VSWITCH_A_VLAN_RANGE_END, end) ||
	    (untagged && nla_put_flag(skb, VSWITCH_A_VLAN_RANGE_UNTAGGED)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int fill_ranges(struct sk_buff *skb, const struct vsw_vlan_set *set)
{
	u32 start, end;

	for (start = find_next_bit(set->members, VLAN_N_VID, 1);
	     start < VLAN_N_VID;
	     start = find_next_bit(set->members, VLAN_N_VID, end + 1)) {
		bool untagged = test_bit(start, set->untagged);

		end = start;
		while (end + 1 < VLAN_N_VID && test_bit(end + 1, set->members) &&
		       test_bit(end + 1, set->untagged) == untagged)
			end++;
		if (fill_range(skb, start, end, untagged))
			return -EMSGSIZE;
	}
	return 0;
}

/**
 * vsw_policy_fill() - write settings into a netlink message
 * @skb: the message
 * @policy: the settings
 * @private: the reader may see MAC addresses
 *
 * Return: 0 or -EMSGSIZE; the caller cancels its message then.
 */
int vsw_policy_fill(struct sk_buff *skb, const struct vsw_policy *policy,
		    bool private)
{
	const struct vsw_vlan *vlan = &policy->vlan;
	struct nlattr *nest;
	u8 mac[ETH_ALEN];

	if (private && policy->mac) {
		vsw_key_mac(policy->mac, mac);
		if (nla_put(skb, VSWITCH_A_PORT_MAC, ETH_ALEN, mac))
			return -EMSGSIZE;
	}
	if (nla_put_u8(skb, VSWITCH_A_PORT_MAC_SPOOFING,
		       vsw_policy_may_spoof(policy)))
		return -EMSGSIZE;

	nest = nla_nest_start(skb, VSWITCH_A_PORT_VLAN);
	if (!nest)
		return -EMSGSIZE;
	if (nla_put_u16(skb, VSWITCH_A_VLAN_PVID, vlan->pvid) ||
	    nla_put_u32(skb, VSWITCH_A_VLAN_ACCEPT, vlan->untagged_only ?
			VSWITCH_VLAN_ACCEPT_UNTAGGED :
			VSWITCH_VLAN_ACCEPT_ALL) ||
	    nla_put_u32(skb, VSWITCH_A_VLAN_MODE, vsw_vlan_mode(vlan)))
		return -EMSGSIZE;
	if (vlan->set) {
		if (fill_ranges(skb, vlan->set))
			return -EMSGSIZE;
	} else if (vlan->pvid && vlan->pvid != VSWITCH_VLAN_NONE) {
		if (fill_range(skb, vlan->pvid, vlan->pvid, true))
			return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	return 0;
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

/*
 * What was learned, or set, under the old settings and could not be under the
 * new ones goes: it would lead frames to where they are not let out.
 */
static void flush_outdated(struct vsw_port *port, const struct vsw_snap *old)
{
	const struct vsw_snap *snap = port->snap;
	struct vsw_fdb_filter filter = { .port = port, .vid = -1 };

	if (snap->flags & ~old->flags & VSW_SNAP_CHECK_SOURCE)
		vsw_fdb_flush(port->sw, &filter);
	filter.vlan = &snap->policy.vlan;
	filter.statics = true;
	vsw_fdb_flush(port->sw, &filter);
}

/**
 * vsw_policy_commit() - make what was staged take effect, all at once
 * @sw: the switch
 * @extack: for the refusal
 *
 * On error nothing has changed and what was staged is still there: see
 * vsw_policy_abort().
 * Context: process; sw->lock.
 * Return: 0; -ENOMEM; -EADDRINUSE when two ports would have the same MAC.
 */
int vsw_policy_commit(struct vsw_switch *sw, struct netlink_ext_ack *extack)
{
	struct vsw_table *table;
	struct vsw_port *port;
	struct vsw_snap *old;
	unsigned long index;

	lockdep_assert_held(&sw->lock);

	table = vsw_table_build(sw, GFP_KERNEL);
	if (IS_ERR(table)) {
		if (PTR_ERR(table) == -EADDRINUSE)
			NL_SET_ERR_MSG(extack,
				       "another port of this switch has that mac: give another");
		return PTR_ERR(table);
	}
	vsw_table_publish(sw, table, true);
	xa_for_each(&sw->ports, index, port) {
		if (!port->next)
			continue;
		old = port->snap;
		port->snap = port->next;
		port->next = NULL;
		if (old)
			flush_outdated(port, old);
		vsw_snap_free_rcu(old);
		vsw_nl_port_notify(port, VSWITCH_CMD_PORT_NTF);
	}
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
