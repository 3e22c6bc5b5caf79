// SPDX-License-Identifier: GPL-2.0
/* The settings of a port in generic netlink. */
#include <linux/slab.h>

#include "netlink.h"
#include "vswitch.h"

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
	if (vsw_vlan_ranges(set) > VSWITCH_VLAN_RANGES_MAX) {
		NL_SET_ERR_MSG_ATTR(extack, nest,
				    "a port has at most 2048 ranges of VLANs, each all tagged or all untagged");
		err = -ENOSPC;
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

/* The VLANs of a private VLAN that a request lists: @set without the primary. */
static int parse_secondaries(struct vsw_vlan_set *set,
			     const struct nlattr *nest, u16 primary,
			     struct netlink_ext_ack *extack)
{
	const struct nlattr *attr;
	int rem;
	u16 vid;

	nla_for_each_nested(attr, nest, rem) {
		if (nla_type(attr) != VSWITCH_A_PVLAN_SECONDARY)
			continue;
		vid = nla_get_u16(attr);
		if (vid == primary) {
			NL_SET_ERR_MSG_ATTR(extack, attr,
					    "a secondary VLAN is another than the primary");
			return -EINVAL;
		}
		if (test_bit(vid, set->members)) {
			NL_SET_ERR_MSG_ATTR(extack, attr,
					    "a secondary VLAN is listed twice");
			return -EINVAL;
		}
		__set_bit(vid, set->members);
	}
	return 0;
}

static int parse_pvlan(struct vsw_vlan *vlan, const struct nlattr *nest,
		       struct netlink_ext_ack *extack)
{
	struct nlattr *tb[VSWITCH_A_PVLAN_MAX + 1];
	enum vswitch_pvlan_mode mode;
	struct vsw_vlan_set *set;
	unsigned int n;
	u16 primary;
	int err;

	err = nla_parse_nested(tb, VSWITCH_A_PVLAN_MAX, nest,
			       vswitch_pvlan_nl_policy, extack);
	if (err)
		return err;
	mode = tb[VSWITCH_A_PVLAN_MODE] ?
	       nla_get_u32(tb[VSWITCH_A_PVLAN_MODE]) : VSWITCH_PVLAN_MODE_NONE;
	if (mode == VSWITCH_PVLAN_MODE_NONE) {
		NL_SET_ERR_MSG_ATTR(extack, nest,
				    "the mode of a private VLAN is isolated, community or promiscuous: to end it, set vlan");
		return -EINVAL;
	}
	if (!tb[VSWITCH_A_PVLAN_PRIMARY]) {
		NL_SET_ERR_MSG_ATTR(extack, nest,
				    "a private VLAN needs its primary VLAN, 1 to 4094");
		return -EINVAL;
	}
	primary = nla_get_u16(tb[VSWITCH_A_PVLAN_PRIMARY]);

	set = vsw_vlan_set_alloc();
	if (!set)
		return -ENOMEM;
	err = parse_secondaries(set, nest, primary, extack);
	if (err)
		goto free;
	n = bitmap_weight(set->members, VLAN_N_VID);
	if (!n || (n > 1 && mode != VSWITCH_PVLAN_MODE_PROMISCUOUS)) {
		NL_SET_ERR_MSG_ATTR(extack, nest,
				    "an isolated or community port has one secondary VLAN, a promiscuous one at least one");
		err = -EINVAL;
		goto free;
	}
	/* They are told a second time, as secondaries, in the same message. */
	if (vsw_vlan_ranges(set) > VSWITCH_VLAN_RANGES_MAX / 2) {
		NL_SET_ERR_MSG_ATTR(extack, nest,
				    "the secondary VLANs of a port make at most 1024 ranges of consecutive ones");
		err = -ENOSPC;
		goto free;
	}
	vsw_vlan_make_private(vlan, mode, primary, set);
	return 0;

free:
	kfree(set);
	return err;
}

/* What a port is and whose; such things are nobody's default. */
static int parse_identity(struct vsw_policy *policy, struct nlattr **attrs,
			  struct netlink_ext_ack *extack)
{
	struct nlattr *attr;

	attr = attrs[VSWITCH_A_PORT_VM];
	if (attr)
		nla_strscpy(policy->vm, attr, sizeof(policy->vm));

	attr = attrs[VSWITCH_A_PORT_MAC];
	if (attr) {
		const u8 *mac = nla_data(attr);

		if (is_zero_ether_addr(mac)) {
			policy->mac = 0;
			if (policy->spoofing == VSW_SPOOFING_OFF) {
				policy->spoofing = VSW_SPOOFING_DEFAULT;
				policy->own &= ~VSWITCH_PORT_SETTING_MAC_SPOOFING;
			}
		} else if (is_valid_ether_addr(mac)) {
			policy->mac = vsw_mac_key(mac, 0);
		} else {
			NL_SET_ERR_MSG_ATTR(extack, attr,
					    "the mac is a unicast address, or all zeroes for none");
			return -EADDRNOTAVAIL;
		}
	}
	return 0;
}

static void parse_spoofing(struct vsw_policy *policy,
			   const struct nlattr *attr)
{
	if (!attr)
		return;
	policy->spoofing = nla_get_u8(attr) ? VSW_SPOOFING_ON :
					      VSW_SPOOFING_OFF;
	policy->own |= VSWITCH_PORT_SETTING_MAC_SPOOFING;
}

static int parse_vlans(struct vsw_policy *policy, struct nlattr **attrs,
		       struct netlink_ext_ack *extack)
{
	struct nlattr *vlan = attrs[VSWITCH_A_PORT_VLAN];
	struct nlattr *pvlan = attrs[VSWITCH_A_PORT_PVLAN];
	int err;

	if (!vlan && !pvlan)
		return 0;
	if (vlan && pvlan) {
		NL_SET_ERR_MSG_ATTR(extack, pvlan,
				    "a port has vlan settings or is in a private VLAN, not both");
		return -EINVAL;
	}
	err = vlan ? parse_vlan(&policy->vlan, vlan, extack) :
		     parse_pvlan(&policy->vlan, pvlan, extack);
	if (!err)
		policy->own |= VSWITCH_PORT_SETTING_VLAN;
	return err;
}

static void parse_flag(struct vsw_policy *policy, const struct nlattr *attr,
		       enum vswitch_port_setting setting, bool *value)
{
	if (!attr)
		return;
	*value = nla_get_u8(attr);
	policy->own |= setting;
}

static void parse_number(struct vsw_policy *policy, const struct nlattr *attr,
			 enum vswitch_port_setting setting, u32 *value)
{
	if (!attr)
		return;
	*value = nla_get_u32(attr);
	policy->own |= setting;
}

static int parse_mirror(struct vsw_policy *policy, struct nlattr **attrs,
			struct netlink_ext_ack *extack)
{
	struct nlattr *session = attrs[VSWITCH_A_PORT_MIRROR_SESSION];
	struct nlattr *mode = attrs[VSWITCH_A_PORT_MIRROR];

	if (mode) {
		policy->mirror = nla_get_u32(mode);
		policy->own |= VSWITCH_PORT_SETTING_MIRROR;
		if (!policy->mirror)
			policy->mirror_session = 0;
	}
	if (!session)
		return 0;
	if (!policy->mirror) {
		NL_SET_ERR_MSG_ATTR(extack, session,
				    "a mirror-session is that of a mirror source or destination: set mirror");
		return -EINVAL;
	}
	policy->mirror_session = nla_get_u8(session);
	policy->own |= VSWITCH_PORT_SETTING_MIRROR;
	return 0;
}

/* Settings that are the port's own no longer have the value of silence. */
static int parse_unset(struct vsw_policy *policy, const struct nlattr *attr,
		       enum vswitch_port_role role)
{
	struct vsw_policy initial;
	u32 settings;
	int err;

	if (!attr)
		return 0;
	settings = nla_get_u32(attr);
	err = vsw_policy_init(&initial, role);
	if (!err) {
		vsw_policy_take(policy, &initial, settings);
		policy->own &= ~settings;
	}
	vsw_policy_free(&initial);
	return err;
}

/**
 * vsw_policy_parse_settings() - apply the settings that a request has
 * @policy: a private copy of what was stated; half changed on error
 * @role: what the port is to its switch; of a profile, guest
 * @attrs: VSWITCH_A_PORT_*, checked against the generated policy
 * @extack: names the attribute at fault
 *
 * Return: 0 or a negative error.
 */
int vsw_policy_parse_settings(struct vsw_policy *policy,
			      enum vswitch_port_role role,
			      struct nlattr **attrs,
			      struct netlink_ext_ack *extack)
{
	int err;

	err = parse_unset(policy, attrs[VSWITCH_A_PORT_UNSET], role);
	if (!err)
		err = parse_vlans(policy, attrs, extack);
	if (!err)
		err = parse_mirror(policy, attrs, extack);
	if (err)
		return err;
	parse_spoofing(policy, attrs[VSWITCH_A_PORT_MAC_SPOOFING]);
	parse_flag(policy, attrs[VSWITCH_A_PORT_DHCP_GUARD],
		   VSWITCH_PORT_SETTING_DHCP_GUARD, &policy->dhcp_guard);
	parse_flag(policy, attrs[VSWITCH_A_PORT_ROUTER_GUARD],
		   VSWITCH_PORT_SETTING_ROUTER_GUARD, &policy->router_guard);
	parse_flag(policy, attrs[VSWITCH_A_PORT_ALLOW_TEAMING],
		   VSWITCH_PORT_SETTING_ALLOW_TEAMING, &policy->allow_teaming);
	parse_flag(policy, attrs[VSWITCH_A_PORT_IEEE_PRIORITY_TAG],
		   VSWITCH_PORT_SETTING_IEEE_PRIORITY_TAG, &policy->priority_tag);
	parse_number(policy, attrs[VSWITCH_A_PORT_STORM_LIMIT],
		     VSWITCH_PORT_SETTING_STORM_LIMIT, &policy->storm_limit);
	parse_number(policy, attrs[VSWITCH_A_PORT_DYNAMIC_IP_LIMIT],
		     VSWITCH_PORT_SETTING_DYNAMIC_IP_LIMIT, &policy->ip_limit);
	return 0;
}

/**
 * vsw_policy_parse() - apply the attributes of a request about a port
 * @policy: a private copy of what was stated; half changed on error
 * @role: what the port is to its switch
 * @attrs: VSWITCH_A_PORT_*, checked against the generated policy
 * @extack: names the attribute at fault
 *
 * Return: 0 or a negative error.
 */
int vsw_policy_parse(struct vsw_policy *policy, enum vswitch_port_role role,
		     struct nlattr **attrs, struct netlink_ext_ack *extack)
{
	int err;

	err = parse_identity(policy, attrs, extack);
	if (!err)
		err = vsw_policy_parse_settings(policy, role, attrs, extack);
	if (err)
		return err;
	if (policy->spoofing == VSW_SPOOFING_OFF && !policy->mac) {
		NL_SET_ERR_MSG_ATTR(extack, attrs[VSWITCH_A_PORT_MAC_SPOOFING],
				    "mac-spoofing is off only on a port with an assigned mac: give it one");
		return -EINVAL;
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
		end = vsw_vlan_range_end(set, start);
		if (fill_range(skb, start, end, test_bit(start, set->untagged)))
			return -EMSGSIZE;
	}
	return 0;
}

static int fill_vlan(struct sk_buff *skb, const struct vsw_vlan *vlan)
{
	struct nlattr *nest = nla_nest_start(skb, VSWITCH_A_PORT_VLAN);

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
	/* VSWITCH_VLAN_RANGES_MAX ranges of 24 bytes fit into a nest. */
	nla_nest_end(skb, nest);
	return 0;
}

/* Beside the VLANs that a private VLAN amounts to, the private VLAN itself. */
static int fill_pvlan(struct sk_buff *skb, const struct vsw_vlan *vlan)
{
	struct nlattr *nest;
	u32 vid;

	if (vlan->pvlan == VSWITCH_PVLAN_MODE_NONE)
		return 0;
	nest = nla_nest_start(skb, VSWITCH_A_PORT_PVLAN);
	if (!nest)
		return -EMSGSIZE;
	if (nla_put_u32(skb, VSWITCH_A_PVLAN_MODE, vlan->pvlan) ||
	    nla_put_u16(skb, VSWITCH_A_PVLAN_PRIMARY, vlan->primary))
		return -EMSGSIZE;
	if (vlan->pvlan != VSWITCH_PVLAN_MODE_PROMISCUOUS) {
		if (nla_put_u16(skb, VSWITCH_A_PVLAN_SECONDARY, vlan->pvid))
			return -EMSGSIZE;
		nla_nest_end(skb, nest);
		return 0;
	}
	for_each_set_bit(vid, vlan->set->members, VLAN_N_VID) {
		if (vid != vlan->primary &&
		    nla_put_u16(skb, VSWITCH_A_PVLAN_SECONDARY, vid))
			return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	return 0;
}

static int fill_flag(struct sk_buff *skb, bool wanted, int attr, bool value)
{
	return wanted ? nla_put_u8(skb, attr, value) : 0;
}

static int fill_number(struct sk_buff *skb, bool wanted, int attr, u32 value)
{
	return wanted ? nla_put_u32(skb, attr, value) : 0;
}

static int fill_settings(struct sk_buff *skb, const struct vsw_policy *policy,
			 u32 which)
{
	if ((which & VSWITCH_PORT_SETTING_VLAN &&
	     (fill_vlan(skb, &policy->vlan) ||
	      fill_pvlan(skb, &policy->vlan))) ||
	    fill_flag(skb, which & VSWITCH_PORT_SETTING_DHCP_GUARD,
		      VSWITCH_A_PORT_DHCP_GUARD, policy->dhcp_guard) ||
	    fill_flag(skb, which & VSWITCH_PORT_SETTING_ROUTER_GUARD,
		      VSWITCH_A_PORT_ROUTER_GUARD, policy->router_guard) ||
	    fill_flag(skb, which & VSWITCH_PORT_SETTING_ALLOW_TEAMING,
		      VSWITCH_A_PORT_ALLOW_TEAMING, policy->allow_teaming) ||
	    fill_number(skb, which & VSWITCH_PORT_SETTING_STORM_LIMIT,
			VSWITCH_A_PORT_STORM_LIMIT, policy->storm_limit) ||
	    fill_number(skb, which & VSWITCH_PORT_SETTING_DYNAMIC_IP_LIMIT,
			VSWITCH_A_PORT_DYNAMIC_IP_LIMIT, policy->ip_limit) ||
	    fill_flag(skb, which & VSWITCH_PORT_SETTING_IEEE_PRIORITY_TAG,
		      VSWITCH_A_PORT_IEEE_PRIORITY_TAG, policy->priority_tag) ||
	    fill_number(skb, which & VSWITCH_PORT_SETTING_MIRROR,
			VSWITCH_A_PORT_MIRROR, policy->mirror) ||
	    (which & VSWITCH_PORT_SETTING_MIRROR &&
	     nla_put_u8(skb, VSWITCH_A_PORT_MIRROR_SESSION,
			policy->mirror_session)))
		return -EMSGSIZE;
	return 0;
}

/**
 * vsw_policy_fill() - write the settings of a port into a netlink message
 * @skb: the message
 * @policy: the settings in force
 * @private: the reader may see MAC addresses
 *
 * Return: 0 or -EMSGSIZE; the caller cancels its message then.
 */
int vsw_policy_fill(struct sk_buff *skb, const struct vsw_policy *policy,
		    bool private)
{
	u8 mac[ETH_ALEN];

	if (private && policy->mac) {
		vsw_key_mac(policy->mac, mac);
		if (nla_put(skb, VSWITCH_A_PORT_MAC, ETH_ALEN, mac))
			return -EMSGSIZE;
	}
	if (nla_put_u8(skb, VSWITCH_A_PORT_MAC_SPOOFING,
		       vsw_policy_may_spoof(policy)) ||
	    fill_settings(skb, policy, U32_MAX) ||
	    (policy->vm[0] &&
	     nla_put_string(skb, VSWITCH_A_PORT_VM, policy->vm)))
		return -EMSGSIZE;
	return 0;
}

/**
 * vsw_policy_fill_own() - write the settings of a profile into a message
 * @skb: the message
 * @policy: the settings, of which only those that were stated are written
 *
 * Return: 0 or -EMSGSIZE; the caller cancels its message then.
 */
int vsw_policy_fill_own(struct sk_buff *skb, const struct vsw_policy *policy)
{
	if (fill_flag(skb, policy->own & VSWITCH_PORT_SETTING_MAC_SPOOFING,
		      VSWITCH_A_PORT_MAC_SPOOFING,
		      policy->spoofing == VSW_SPOOFING_ON) ||
	    fill_settings(skb, policy, policy->own))
		return -EMSGSIZE;
	return 0;
}
