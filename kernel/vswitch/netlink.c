// SPDX-License-Identifier: GPL-2.0
/*
 * The generic netlink family vswitch: registration, and what each of its
 * objects needs to answer and to notify. The objects are in *_nl.c; policies
 * and the table of commands are generated from netlink/vswitch.yaml.
 */
#include <linux/module.h>

#include "netlink.h"
#include "vswitch.h"

/* Events name MAC addresses, so the group is for those who may see them. */
static const struct genl_multicast_group mcgrps[] = {
	[VSWITCH_NLGRP_EVENTS] = {
		.name	= "events",
		.flags	= GENL_MCAST_CAP_NET_ADMIN,
	},
};

struct genl_family vsw_genl_family __ro_after_init = {
	.name		= VSWITCH_GENL_NAME,
	.version	= VSWITCH_GENL_VERSION,
	.netnsok	= true,
	/* Each switch has its own lock. */
	.parallel_ops	= true,
	.module		= THIS_MODULE,
	.mcgrps		= mcgrps,
	.n_mcgrps	= ARRAY_SIZE(mcgrps),
};

/* What the table of commands is folded into for kernels without split ops. */
static struct genl_ops ops[ARRAY_SIZE(vswitch_nl_ops)];

/**
 * vsw_nl_init() - register the family
 *
 * Return: 0, or a negative errno.
 */
int __init vsw_nl_init(void)
{
	int err;

	err = vsw_genl_fold(&vsw_genl_family, ops, vswitch_nl_ops,
			    ARRAY_SIZE(vswitch_nl_ops));
	if (!err)
		err = genl_register_family(&vsw_genl_family);
	if (err)
		vsw_genl_unfold(ops, vswitch_nl_ops,
				ARRAY_SIZE(vswitch_nl_ops));
	return err;
}

/**
 * vsw_nl_uninit() - unregister the family
 */
void vsw_nl_uninit(void)
{
	genl_unregister_family(&vsw_genl_family);
	vsw_genl_unfold(ops, vswitch_nl_ops, ARRAY_SIZE(vswitch_nl_ops));
}

/**
 * vsw_nl_event_new() - a message for the group events, if anybody listens
 * @net: where
 * @gfp: how to allocate
 *
 * Return: an empty message, or NULL.
 */
struct sk_buff *vsw_nl_event_new(struct net *net, gfp_t gfp)
{
	struct sk_buff *skb;

	if (!genl_has_listeners(&vsw_genl_family, net, VSWITCH_NLGRP_EVENTS))
		return NULL;
	skb = genlmsg_new(NLMSG_GOODSIZE, gfp);
	if (!skb)
		vsw_nl_event_lost(net);
	return skb;
}

/**
 * vsw_nl_event_lost() - tell the group events that it misses one
 * @net: where
 *
 * What listeners believe is out of date from now on; they read ENOBUFS, as
 * when their own queue is full, and have to look again.
 * Context: any.
 */
void vsw_nl_event_lost(struct net *net)
{
	genl_set_err(&vsw_genl_family, net, 0, VSWITCH_NLGRP_EVENTS, -ENOBUFS);
}

/**
 * vsw_nl_event_send() - send an event
 * @net: where
 * @skb: the message, from vsw_nl_event_new(); consumed
 * @gfp: how to allocate
 */
void vsw_nl_event_send(struct net *net, struct sk_buff *skb, gfp_t gfp)
{
	genlmsg_multicast_netns(&vsw_genl_family, net, skb, 0,
				VSWITCH_NLGRP_EVENTS, gfp);
}

/**
 * vsw_nl_is_private() - may the sender of a request see MAC addresses?
 * @request: the request
 * @net: the netns it asks about
 *
 * Return: true for CAP_NET_ADMIN in the user namespace of the netns.
 */
bool vsw_nl_is_private(struct sk_buff *request, struct net *net)
{
	return netlink_ns_capable(request, net->user_ns, CAP_NET_ADMIN);
}

/**
 * vsw_nl_check_expected() - is a switch still what a request takes it for?
 * @info: the request
 * @sw: the switch
 * @expect: the attribute with the generation that was read, or NULL
 *
 * Context: process; sw->lock.
 * Return: 0 or -EAGAIN.
 */
int vsw_nl_check_expected(struct genl_info *info, struct vsw_switch *sw,
			  const struct nlattr *expect)
{
	int err;

	if (!expect)
		return 0;
	err = vsw_switch_check_generation(sw, nla_get_u32(expect),
					  info->extack);
	if (err)
		NL_SET_BAD_ATTR(info->extack, expect);
	return err;
}

/**
 * vsw_nl_dump_seek() - has a dump still to do with a switch?
 * @cb: the dump: args[0] is the cookie of the switch that it is at, args[1] to
 *	args[3] its place in that one, 0 for its begin
 * @sw: the next switch in the order of vsw_net.switches, which is that of
 *	cookies; so switches may come and go between two parts of a dump
 *
 * Return: false if the dump is past it.
 */
bool vsw_nl_dump_seek(struct netlink_callback *cb, const struct vsw_switch *sw)
{
	if (sw->cookie < cb->args[0])
		return false;
	if (sw->cookie > cb->args[0]) {
		cb->args[0] = sw->cookie;
		cb->args[1] = 0;
		cb->args[2] = 0;
		cb->args[3] = 0;
	}
	return true;
}

/**
 * vsw_nl_reply_new() - begin the reply to a request
 * @info: the request
 * @hdr: set to the header, for vsw_nl_reply_send()
 *
 * Return: the message or NULL.
 */
struct sk_buff *vsw_nl_reply_new(struct genl_info *info, void **hdr)
{
	struct sk_buff *skb = genlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);

	if (!skb)
		return NULL;
	*hdr = genlmsg_put_reply(skb, info, &vsw_genl_family, 0,
				 info->genlhdr->cmd);
	if (!*hdr) {
		nlmsg_free(skb);
		return NULL;
	}
	return skb;
}

/**
 * vsw_nl_reply_send() - finish a reply and send it
 * @info: the request
 * @skb: the reply; consumed
 * @hdr: its header
 *
 * Return: 0, or a negative errno.
 */
int vsw_nl_reply_send(struct genl_info *info, struct sk_buff *skb, void *hdr)
{
	genlmsg_end(skb, hdr);
	return genlmsg_reply(skb, info);
}
