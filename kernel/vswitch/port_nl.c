// SPDX-License-Identifier: GPL-2.0
/* Ports in generic netlink. */
#include <net/ipv6.h>

#include "iplimit.h"
#include "netlink.h"
#include "txn.h"
#include "vswitch.h"

/* Where the settings are from that are not the port's own. */
static int fill_sources(struct sk_buff *skb, const struct vsw_port *port)
{
	const struct vsw_profile *profile = port->snap->own.profile;
	const struct vsw_profile *fallback = vsw_profile_fallback(port);
	u32 from_profile, from_default;

	vsw_profile_sources(port, &from_profile, &from_default);
	if ((profile &&
	     nla_put_string(skb, VSWITCH_A_PORT_PROFILE, profile->name)) ||
	    (fallback && nla_put_string(skb, VSWITCH_A_PORT_DEFAULT_PROFILE,
					fallback->name)) ||
	    nla_put_u32(skb, VSWITCH_A_PORT_FROM_PROFILE, from_profile) ||
	    nla_put_u32(skb, VSWITCH_A_PORT_FROM_DEFAULT, from_default))
		return -EMSGSIZE;
	return 0;
}

static int fill_ip(const struct vsw_ip *ip, void *arg)
{
	struct sk_buff *skb = arg;
	struct nlattr *nest = nla_nest_start(skb, VSWITCH_A_PORT_IP_ADDRESS);
	int err;

	if (!nest)
		return -EMSGSIZE;
	if (ipv6_addr_v4mapped(&ip->addr))
		err = nla_put_in_addr(skb, VSWITCH_A_IP_ADDRESS_ADDRESS,
				      ip->addr.s6_addr32[3]);
	else
		err = nla_put_in6_addr(skb, VSWITCH_A_IP_ADDRESS_ADDRESS,
				       &ip->addr);
	if (err || nla_put_u32(skb, VSWITCH_A_IP_ADDRESS_AGE,
			       (jiffies - READ_ONCE(ip->used)) / HZ))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int fill_ips(struct sk_buff *skb, struct vsw_port *port)
{
	if (!port->ips)
		return 0;
	return vsw_ips_for_each(port->ips, jiffies,
				READ_ONCE(port->sw->fdb.ageing), fill_ip, skb);
}

/* Called with sw->lock held. */
static int fill(struct sk_buff *skb, struct vsw_port *port, bool private,
		u32 portid, u32 seq, int flags, u8 cmd,
		struct netlink_callback *cb)
{
	struct vsw_stats_sum sum = {};
	void *hdr;

	lockdep_assert_held(&port->sw->lock);

	hdr = genlmsg_put(skb, portid, seq, &vsw_genl_family, flags, cmd);
	if (!hdr)
		return -EMSGSIZE;
	if (cb)
		genl_dump_check_consistent(cb, hdr);

	vsw_stats_add(&sum, port->stats);
	if (nla_put_u32(skb, VSWITCH_A_PORT_IFINDEX, port->dev->ifindex) ||
	    nla_put_string(skb, VSWITCH_A_PORT_IFNAME, port->dev->name) ||
	    nla_put_u32(skb, VSWITCH_A_PORT_SWITCH,
			port->sw->dev->ifindex) ||
	    nla_put_u32(skb, VSWITCH_A_PORT_ROLE, port->role) ||
	    vsw_policy_fill(skb, &port->snap->policy, private) ||
	    (private && fill_ips(skb, port)) ||
	    nla_put_u32(skb, VSWITCH_A_PORT_OWN, port->snap->own.own) ||
	    fill_sources(skb, port) ||
	    nla_put_u8(skb, VSWITCH_A_PORT_LINK_UP,
		       !!(port->snap->flags & VSW_SNAP_LINK_UP)) ||
	    vsw_stats_fill(skb, VSWITCH_A_PORT_STATS, &sum)) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

/*
 * A port with thousands of separate VLAN ranges needs more than a page, so a
 * message that was too small is made again, larger.
 */
static struct sk_buff *fill_new(struct vsw_port *port, bool private, u32 portid,
				u32 seq, u8 cmd)
{
	size_t size = NLMSG_GOODSIZE;
	struct sk_buff *skb;

	for (; size <= SZ_256K; size *= 4) {
		skb = genlmsg_new(size, GFP_KERNEL);
		if (!skb)
			return ERR_PTR(-ENOMEM);
		if (!fill(skb, port, private, portid, seq, 0, cmd, NULL))
			return skb;
		nlmsg_free(skb);
	}
	return ERR_PTR(-EMSGSIZE);
}

/**
 * vsw_nl_port_notify() - tell the group events of a port
 * @port: the port
 * @cmd: VSWITCH_CMD_PORT_NTF or VSWITCH_CMD_PORT_DEL_NTF
 *
 * Context: process; sw->lock.
 */
void vsw_nl_port_notify(struct vsw_port *port, u8 cmd)
{
	struct net *net = dev_net(port->sw->dev);
	struct sk_buff *skb;

	if (!genl_has_listeners(&vsw_genl_family, net, VSWITCH_NLGRP_EVENTS))
		return;
	skb = fill_new(port, true, 0, 0, cmd);
	if (IS_ERR(skb))
		vsw_nl_event_lost(net);
	else
		vsw_nl_event_send(net, skb, GFP_KERNEL);
}

/* The port that a request names, its switch locked. */
static struct vsw_port *lock_port(struct genl_info *info)
{
	struct nlattr *index = info->attrs[VSWITCH_A_PORT_IFINDEX];
	struct nlattr *name = NULL;
	struct vsw_port *port;

	/* port-set takes no name, and its table of attributes ends later. */
	if (info->genlhdr->cmd == VSWITCH_CMD_PORT_GET)
		name = info->attrs[VSWITCH_A_PORT_IFNAME];
	if (!name) {
		index = vsw_nl_required(info, VSWITCH_A_PORT_IFINDEX,
					"which port? its ifindex is needed");
		if (!index)
			return ERR_PTR(-EINVAL);
	}
	port = vsw_port_lock(genl_info_net(info),
			     index ? nla_get_u32(index) : 0,
			     name ? nla_data(name) : NULL, info->extack);
	if (IS_ERR(port))
		NL_SET_BAD_ATTR(info->extack, index ?: name);
	return port;
}

int vswitch_nl_port_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct vsw_port *port = lock_port(info);
	struct vsw_switch *sw;
	struct sk_buff *reply;

	if (IS_ERR(port))
		return PTR_ERR(port);
	sw = port->sw;
	reply = fill_new(port, vsw_nl_is_private(skb, genl_info_net(info)),
			 info->snd_portid, info->snd_seq, VSWITCH_CMD_PORT_GET);
	vsw_switch_unlock(sw);
	return IS_ERR(reply) ? PTR_ERR(reply) : genlmsg_reply(reply, info);
}

/* Dump the ports of one switch from an index on. */
static int dump_switch(struct sk_buff *skb, struct netlink_callback *cb,
		       struct vsw_switch *sw)
{
	bool private = vsw_nl_is_private(cb->skb, sock_net(skb->sk));
	unsigned long index;
	struct vsw_port *port;
	int err = 0;

	mutex_lock(&sw->lock);
	xa_for_each_start(&sw->ports, index, port, cb->args[1]) {
		err = fill(skb, port, private, NETLINK_CB(cb->skb).portid,
			   cb->nlh->nlmsg_seq, NLM_F_MULTI,
			   VSWITCH_CMD_PORT_GET, cb);
		if (err)
			break;
		cb->args[1] = index + 1;
	}
	mutex_unlock(&sw->lock);
	return err;
}

int vswitch_nl_port_get_dumpit(struct sk_buff *skb,
			       struct netlink_callback *cb)
{
	struct nlattr **attrs = vsw_genl_dump_attrs(cb);
	struct net *net = sock_net(skb->sk);
	struct vsw_net *vnet = vsw_net(net);
	struct vsw_switch *sw;
	u32 only = 0;
	int err = 0;

	if (attrs && attrs[VSWITCH_A_PORT_SWITCH])
		only = nla_get_u32(attrs[VSWITCH_A_PORT_SWITCH]);

	rtnl_lock();
	cb->seq = atomic_read(&vnet->seq);
	list_for_each_entry(sw, &vnet->switches, node) {
		if (!vsw_nl_dump_seek(cb, sw) ||
		    (only && sw->dev->ifindex != only))
			continue;
		err = dump_switch(skb, cb, sw);
		if (err)
			break;
	}
	rtnl_unlock();
	return err && !skb->len ? err : skb->len;
}

/*
 * The settings of one port, and its addresses, have to fit into one message: at
 * most 49 KiB of VLANs, those of a private VLAN included, and 64 of addresses,
 * 1024 of either scope. Readers with a fixed buffer have 128 KiB, as the kernel's
 * own, and more would leave no room for events in the queue of a socket.
 */
int vswitch_nl_port_get_start(struct netlink_callback *cb)
{
	cb->min_dump_alloc = SKB_WITH_OVERHEAD(SZ_128K);
	return 0;
}

/* Parsing may stop half way: what was stated changes when it did not. */
static int change(struct vsw_policy *policy, const struct vsw_port *port,
		  struct genl_info *info, struct vsw_profile_changes *staged)
{
	struct vsw_policy next;
	int err;

	vsw_policy_copy(&next, policy);
	err = vsw_policy_parse(&next, port->role, info->attrs, info->extack);
	if (!err)
		err = vsw_nl_profile_refer(&next, info, port->sw, staged);
	if (!err)
		swap(next, *policy);
	vsw_policy_free(&next);
	return err;
}

/* What puts a port into a private VLAN that others contradict. */
static struct nlattr *private_attr(const struct genl_info *info)
{
	return info->attrs[VSWITCH_A_PORT_PVLAN] ?:
	       info->attrs[VSWITCH_A_PORT_PROFILE] ?:
	       info->attrs[VSWITCH_A_PORT_UNSET];
}

int vswitch_nl_port_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *expect = info->attrs[VSWITCH_A_PORT_EXPECT_GENERATION];
	struct nlattr *txn = info->attrs[VSWITCH_A_PORT_TXN];
	struct vsw_policy policy;
	struct vsw_switch *sw;
	struct vsw_port *port;
	int err;

	port = lock_port(info);
	if (IS_ERR(port))
		return PTR_ERR(port);
	sw = port->sw;

	if (info->attrs[VSWITCH_A_PORT_MAC] &&
	    port->role == VSWITCH_PORT_ROLE_VNIC) {
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[VSWITCH_A_PORT_MAC],
				    "the mac of a vNIC is its address: 'ip link set DEV address MAC'");
		err = -EOPNOTSUPP;
		goto unlock;
	}
	if (info->attrs[VSWITCH_A_PORT_MAC] &&
	    port->role == VSWITCH_PORT_ROLE_UPLINK) {
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[VSWITCH_A_PORT_MAC],
				    "the uplink has no assigned mac: the wire is behind it");
		err = -EOPNOTSUPP;
		goto unlock;
	}
	err = vsw_nl_check_expected(info, sw, expect);
	if (err)
		goto unlock;
	if (txn) {
		err = vsw_txn_stage(info, port, txn, change);
		if (err && err != -ENOMEM)
			vsw_nl_blame(info->extack, txn);
		goto unlock;
	}

	vsw_policy_copy(&policy, &port->snap->own);
	err = change(&policy, port, info, NULL);
	if (!err) {
		err = vsw_policy_change(port, &policy, info->extack);
		if (err == -EADDRINUSE)
			NL_SET_BAD_ATTR(info->extack,
					info->attrs[VSWITCH_A_PORT_MAC]);
		else if (err == -EEXIST || err == -EINVAL)
			NL_SET_BAD_ATTR(info->extack, private_attr(info));
	}
	vsw_policy_free(&policy);
unlock:
	vsw_switch_unlock(sw);
	return err;
}
