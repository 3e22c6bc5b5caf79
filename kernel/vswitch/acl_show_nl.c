// SPDX-License-Identifier: GPL-2.0
/* ACLs in generic netlink: what there is, in replies, dumps and events. */
#include "acl.h"
#include "acl_nl.h"
#include "flow.h"
#include "netlink.h"
#include "vswitch.h"

/**
 * struct view - a list of rules, and where it is to be seen
 * @sw: the switch
 * @port: the port where it is in force; NULL if it is looked at in a profile
 * @profile: the profile that it is from; NULL if it is the port's own
 * @acl: the list; NULL without rules
 * @meters: what the port has counted; NULL if nothing
 */
struct view {
	const struct vsw_switch *sw;
	const struct vsw_port *port;
	const struct vsw_profile *profile;
	const struct vsw_acl *acl;
	const struct vsw_meters *meters;
};

static struct view view_port(const struct vsw_port *port)
{
	return (struct view){
		.sw = port->sw,
		.port = port,
		.profile = vsw_profile_source(port, VSWITCH_PORT_SETTING_ACL),
		.acl = port->snap->policy.acl,
		.meters = port->snap->meters,
	};
}

static struct view view_profile(const struct vsw_switch *sw,
				const struct vsw_profile *profile)
{
	return (struct view){
		.sw = sw,
		.profile = profile,
		.acl = profile->policy.acl,
	};
}

/* Whose they are, how many rules, and what they take. */
static int fill(struct sk_buff *skb, const struct view *view)
{
	const struct vsw_acl *acl = view->acl;
	const struct vsw_flows *flows = view->port ? view->port->flows : NULL;

	if (nla_put_u32(skb, VSWITCH_A_ACL_SWITCH, view->sw->dev->ifindex) ||
	    (view->port && nla_put_u32(skb, VSWITCH_A_ACL_PORT,
				       view->port->dev->ifindex)) ||
	    (view->profile && nla_put_string(skb, VSWITCH_A_ACL_PROFILE,
					     view->profile->name)) ||
	    nla_put_u32(skb, VSWITCH_A_ACL_RULES, acl ? acl->nr : 0) ||
	    nla_put_u64_64bit(skb, VSWITCH_A_ACL_MEMORY, vsw_acl_bytes(acl) +
			      vsw_meters_bytes(view->meters),
			      VSWITCH_A_ACL_PAD))
		return -EMSGSIZE;
	if (flows && (nla_put_u32(skb, VSWITCH_A_ACL_FLOWS,
				  READ_ONCE(flows->nr_flows)) ||
		      nla_put_u32(skb, VSWITCH_A_ACL_FLOW_LIMIT,
				  VSW_FLOWS_MAX)))
		return -EMSGSIZE;
	return 0;
}

static struct sk_buff *summary(const struct view *view, u32 portid, u32 seq,
			       u8 cmd)
{
	struct sk_buff *skb = genlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	void *hdr;

	if (!skb)
		return ERR_PTR(-ENOMEM);
	hdr = genlmsg_put(skb, portid, seq, &vsw_genl_family, 0, cmd);
	if (!hdr || fill(skb, view)) {
		nlmsg_free(skb);
		return ERR_PTR(-EMSGSIZE);
	}
	genlmsg_end(skb, hdr);
	return skb;
}

static void notify(const struct view *view)
{
	struct net *net = dev_net(view->sw->dev);
	struct sk_buff *skb;

	if (!genl_has_listeners(&vsw_genl_family, net, VSWITCH_NLGRP_EVENTS))
		return;
	skb = summary(view, 0, 0, VSWITCH_CMD_ACL_NTF);
	if (IS_ERR(skb))
		vsw_nl_event_lost(net);
	else
		vsw_nl_event_send(net, skb, GFP_KERNEL);
}

/**
 * vsw_nl_acl_notify_port() - tell the group events that a port's rules changed
 * @port: the port
 *
 * Context: process; sw->lock.
 */
void vsw_nl_acl_notify_port(const struct vsw_port *port)
{
	struct view view = view_port(port);

	notify(&view);
}

/**
 * vsw_nl_acl_notify_profile() - tell the group events that a profile's rules
 *	changed
 * @sw: the switch
 * @profile: the profile
 *
 * Context: process; sw->lock.
 */
void vsw_nl_acl_notify_profile(const struct vsw_switch *sw,
			       const struct vsw_profile *profile)
{
	struct view view = view_profile(sw, profile);

	notify(&view);
}

int vswitch_nl_acl_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct vsw_profile *profile;
	struct vsw_acl_owner owner;
	struct sk_buff *reply;
	struct vsw_switch *sw;
	struct vsw_port *port;
	struct view view;

	sw = vsw_acl_owner_lock(&owner, info, &port);
	if (IS_ERR(sw))
		return PTR_ERR(sw);
	if (port) {
		view = view_port(port);
	} else {
		profile = vsw_nl_profile_find(sw, owner.profile, NULL,
					      info->extack);
		if (IS_ERR(profile)) {
			vsw_switch_unlock(sw);
			return PTR_ERR(profile);
		}
		view = view_profile(sw, profile);
	}
	reply = summary(&view, info->snd_portid, info->snd_seq,
			VSWITCH_CMD_ACL_GET);
	vsw_switch_unlock(sw);
	return IS_ERR(reply) ? PTR_ERR(reply) : genlmsg_reply(reply, info);
}

/*
 * A dump's place, beside its switch: args[3], is it at the ports or at the
 * profiles; args[1], which of them; args[2], which rule.
 */
enum { DUMP_PORTS, DUMP_PROFILES };

/* Rules from args[2] on, as many as there is room for. */
static int dump_list(struct sk_buff *skb, struct netlink_callback *cb,
		     const struct view *view)
{
	const struct vsw_acl *acl = view->acl;
	u32 nr = acl ? acl->nr : 0, at = cb->args[2];
	void *hdr;

	/* Also when most of them have gone since the piece before. */
	if (at >= nr)
		return 0;
	hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
			  &vsw_genl_family, NLM_F_MULTI, VSWITCH_CMD_ACL_GET);
	if (!hdr)
		return -EMSGSIZE;
	genl_dump_check_consistent(cb, hdr);
	if (fill(skb, view)) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	while (at < nr && !vsw_acl_rule_fill(skb, &acl->rules[at],
					     view->meters))
		at++;
	if (at == cb->args[2]) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	cb->args[2] = at;
	return at < nr ? -EMSGSIZE : 0;
}

/* The next list of a kind, which is at this place. */
static void dump_seek(struct netlink_callback *cb, unsigned long place)
{
	if (place != cb->args[1])
		cb->args[2] = 0;
	cb->args[1] = place;
}

static int dump_ports(struct sk_buff *skb, struct netlink_callback *cb,
		      struct vsw_switch *sw, const struct nlattr *only)
{
	unsigned long index;
	struct vsw_port *port;
	struct view view;
	int err;

	xa_for_each_start(&sw->ports, index, port, cb->args[1]) {
		dump_seek(cb, index);
		if (only && port->dev->ifindex != nla_get_u32(only))
			continue;
		view = view_port(port);
		err = dump_list(skb, cb, &view);
		if (err)
			return err;
		dump_seek(cb, index + 1);
	}
	return 0;
}

static int dump_profiles(struct sk_buff *skb, struct netlink_callback *cb,
			 struct vsw_switch *sw, const struct nlattr *only)
{
	struct vsw_profile *profile;
	struct view view;
	unsigned long id;
	int err;

	xa_for_each_start(&sw->profiles.all, id, profile, cb->args[1]) {
		dump_seek(cb, id);
		if (only && nla_strcmp(only, profile->name))
			continue;
		view = view_profile(sw, profile);
		err = dump_list(skb, cb, &view);
		if (err)
			return err;
		dump_seek(cb, id + 1);
	}
	return 0;
}

static int dump_switch(struct sk_buff *skb, struct netlink_callback *cb,
		       struct vsw_switch *sw, const struct vsw_acl_owner *owner)
{
	int err = 0;

	mutex_lock(&sw->lock);
	if (cb->args[3] == DUMP_PORTS) {
		if (!owner->profile)
			err = dump_ports(skb, cb, sw, owner->port);
		if (!err) {
			cb->args[3] = DUMP_PROFILES;
			cb->args[1] = 0;
			cb->args[2] = 0;
		}
	}
	if (!err && !owner->port)
		err = dump_profiles(skb, cb, sw, owner->profile);
	mutex_unlock(&sw->lock);
	return err;
}

/* Of one owner, if the request names one, or of all. */
static int dump_owner(struct netlink_callback *cb, struct vsw_acl_owner *owner)
{
	struct nlattr **attrs = vsw_genl_dump_attrs(cb);

	memset(owner, 0, sizeof(*owner));
	if (!attrs || (!attrs[VSWITCH_A_ACL_PORT] &&
		       !attrs[VSWITCH_A_ACL_SWITCH] &&
		       !attrs[VSWITCH_A_ACL_PROFILE]))
		return 0;
	return vsw_acl_owner_read(owner, attrs, cb->extack);
}

int vswitch_nl_acl_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct vsw_net *vnet = vsw_net(sock_net(skb->sk));
	struct vsw_acl_owner owner;
	struct vsw_switch *sw;
	int err;

	err = dump_owner(cb, &owner);
	if (err)
		return err;

	rtnl_lock();
	cb->seq = atomic_read(&vnet->seq);
	list_for_each_entry(sw, &vnet->switches, node) {
		if (!vsw_nl_dump_seek(cb, sw) ||
		    (owner.sw && sw->dev->ifindex != nla_get_u32(owner.sw)))
			continue;
		err = dump_switch(skb, cb, sw, &owner);
		if (err)
			break;
	}
	rtnl_unlock();
	return err && !skb->len ? err : skb->len;
}

int vswitch_nl_acl_get_start(struct netlink_callback *cb)
{
	cb->min_dump_alloc = SZ_64K;
	return 0;
}
