// SPDX-License-Identifier: GPL-2.0
/*
 * ACLs in generic netlink: whose rules a request is about. Those of a port, or
 * those of a profile, which has a name and a switch.
 */
#include "acl_nl.h"
#include "netlink.h"
#include "vswitch.h"

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
	if (owner->sw && owner->profile)
		return 0;
	if (owner->profile)
		vsw_nl_missing(extack, VSWITCH_A_ACL_SWITCH,
			       "a profile of which switch? its ifindex is needed");
	else if (owner->sw)
		vsw_nl_missing(extack, VSWITCH_A_ACL_PROFILE,
			       "which profile of the switch? its name is needed");
	else
		vsw_nl_missing(extack, VSWITCH_A_ACL_PORT,
			       "which port, or which profile? port is needed, or switch and profile");
	return -EINVAL;
}

/**
 * vsw_acl_owner_lock() - lock the switch that a request is about
 * @owner: set to whose rules it is about
 * @info: the request
 * @port: set to the port, or to NULL for a profile
 *
 * Context: process.
 * Return: the switch, for vsw_switch_unlock(), or ERR_PTR.
 */
struct vsw_switch *vsw_acl_owner_lock(struct vsw_acl_owner *owner,
				      struct genl_info *info,
				      struct vsw_port **port)
{
	struct net *net = genl_info_net(info);
	struct vsw_switch *sw;
	int err;

	*port = NULL;
	err = vsw_acl_owner_read(owner, info->attrs, info->extack);
	if (err)
		return ERR_PTR(err);
	if (!owner->port) {
		sw = vsw_switch_lock(net, nla_get_u32(owner->sw),
				     info->extack);
		if (IS_ERR(sw))
			NL_SET_BAD_ATTR(info->extack, owner->sw);
		return sw;
	}
	*port = vsw_port_lock(net, nla_get_u32(owner->port), NULL,
			      info->extack);
	if (!IS_ERR(*port))
		return (*port)->sw;
	NL_SET_BAD_ATTR(info->extack, owner->port);
	return ERR_CAST(*port);
}
