// SPDX-License-Identifier: GPL-2.0
/*
 * ACLs in generic netlink: whose rules a request is about. Those of a port, or
 * those of a profile, which has a name and a switch.
 */
#include "acl_nl.h"
#include "netlink.h"
#include "vswitch.h"

static int missing(struct netlink_ext_ack *extack, int type, const char *what)
{
	do_trace_netlink_extack(what);
	extack->_msg = what;
	NL_SET_ERR_ATTR_MISS(extack, NULL, type);
	return -EINVAL;
}

/**
 * vsw_acl_owner_read() - find out whose rules a request is about
 * @owner: set
 * @attrs: VSWITCH_A_ACL_*, checked against the generated policy
 * @extack: names the attribute at fault
 *
 * Return: 0; -EINVAL for a request about nobody's rules, or about two owners.
 */
int vsw_acl_owner_read(struct vsw_acl_owner *owner, struct nlattr **attrs,
		       struct netlink_ext_ack *extack)
{
	owner->port = attrs[VSWITCH_A_ACL_PORT];
	owner->sw = attrs[VSWITCH_A_ACL_SWITCH];
	owner->profile = attrs[VSWITCH_A_ACL_PROFILE];

	if (owner->port && (owner->sw || owner->profile)) {
		NL_SET_ERR_MSG_ATTR(extack, owner->profile ?: owner->sw,
				    "rules are those of a port or of a profile: give port, or switch and profile, not both");
		return -EINVAL;
	}
	if (owner->port)
		return 0;
	if (!owner->sw && !owner->profile)
		return missing(extack, VSWITCH_A_ACL_PORT,
			       "which port, or which profile? port is needed, or switch and profile");
	if (!owner->sw)
		return missing(extack, VSWITCH_A_ACL_SWITCH,
			       "a profile of which switch? its ifindex is needed");
	if (!owner->profile)
		return missing(extack, VSWITCH_A_ACL_PROFILE,
			       "which profile of the switch? its name is needed");
	return 0;
}

/**
 * vsw_acl_owner_lock() - lock the switch of an owner of rules
 * @owner: the owner
 * @net: where to look for it
 * @port: set to the port, or to NULL for a profile
 * @extack: names the attribute at fault
 *
 * Context: process.
 * Return: the switch, for vsw_switch_unlock(), or ERR_PTR.
 */
struct vsw_switch *vsw_acl_owner_lock(const struct vsw_acl_owner *owner,
				      struct net *net, struct vsw_port **port,
				      struct netlink_ext_ack *extack)
{
	struct vsw_switch *sw;

	*port = NULL;
	if (!owner->port) {
		sw = vsw_switch_lock(net, nla_get_u32(owner->sw), extack);
		if (IS_ERR(sw))
			NL_SET_BAD_ATTR(extack, owner->sw);
		return sw;
	}
	*port = vsw_port_lock(net, nla_get_u32(owner->port), NULL, extack);
	if (!IS_ERR(*port))
		return (*port)->sw;
	NL_SET_BAD_ATTR(extack, owner->port);
	return ERR_CAST(*port);
}

/**
 * vsw_acl_owner_profile() - find the profile that owns rules
 * @owner: the owner, which is a profile
 * @sw: its switch
 * @changes: what is to become of its profiles before, or NULL
 * @extack: for the refusal
 *
 * Context: process; sw->lock.
 * Return: the profile, or ERR_PTR.
 */
struct vsw_profile *vsw_acl_owner_profile(const struct vsw_acl_owner *owner,
					  struct vsw_switch *sw,
					  struct vsw_profile_changes *changes,
					  struct netlink_ext_ack *extack)
{
	struct vsw_profile *profile;

	profile = vsw_profile_changes_find(changes, sw,
					   nla_data(owner->profile));
	if (profile)
		return profile;
	NL_SET_ERR_MSG_ATTR(extack, owner->profile,
			    "the switch has no profile of that name");
	return ERR_PTR(-ENOENT);
}
