// SPDX-License-Identifier: GPL-2.0
/*
 * The generic netlink family vmbus_host: registration and events. Policies and
 * the table of commands are generated from netlink/vmbus_host.yaml.
 *
 * Reading takes no partition's lock: a guest can make its holder wait.
 */
#include <linux/module.h>

#include "netlink.h"
#include "partition.h"

static const struct genl_multicast_group mcgrps[] = {
	[VMBUS_HOST_NLGRP_EVENTS] = { .name = "events" },
};

struct genl_family vmh_genl_family __ro_after_init = {
	.name		= VMBUS_HOST_GENL_NAME,
	.version	= VMBUS_HOST_GENL_VERSION,
	.netnsok	= true,
	.parallel_ops	= true,
	.module		= THIS_MODULE,
	.mcgrps		= mcgrps,
	.n_mcgrps	= ARRAY_SIZE(mcgrps),
};

/* Partitions that go with the module are not told of. */
static bool registered;

/* What the table of commands is folded into for kernels without split ops. */
static struct genl_ops ops[ARRAY_SIZE(vmbus_host_nl_ops)];

/**
 * vmh_nl_init() - register the family
 *
 * Return: 0, or a negative errno.
 */
int __init vmh_nl_init(void)
{
	int err;

	err = vsw_genl_fold(&vmh_genl_family, ops, vmbus_host_nl_ops,
			    ARRAY_SIZE(vmbus_host_nl_ops));
	if (!err)
		err = genl_register_family(&vmh_genl_family);
	if (err)
		vsw_genl_unfold(ops, vmbus_host_nl_ops,
				ARRAY_SIZE(vmbus_host_nl_ops));
	else
		WRITE_ONCE(registered, true);
	return err;
}

/**
 * vmh_nl_uninit() - unregister the family
 */
void vmh_nl_uninit(void)
{
	WRITE_ONCE(registered, false);
	genl_unregister_family(&vmh_genl_family);
	vsw_genl_unfold(ops, vmbus_host_nl_ops, ARRAY_SIZE(vmbus_host_nl_ops));
}

static int fill(struct sk_buff *skb, vmh_nl_put *put, const void *object,
		u32 portid, u32 seq, int flags, u8 cmd,
		struct netlink_callback *cb)
{
	void *hdr;

	hdr = genlmsg_put(skb, portid, seq, &vmh_genl_family, flags, cmd);
	if (!hdr)
		return -EMSGSIZE;
	if (cb)
		genl_dump_check_consistent(cb, hdr);
	if (put(skb, object)) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

/**
 * vmh_nl_fill() - make a message of something
 * @skb: to which the message is added
 * @put: puts what it is of
 * @object: for @put
 * @portid: of the message
 * @seq: likewise
 * @flags: likewise
 * @cmd: likewise
 *
 * Return: 0, or -EMSGSIZE with nothing added.
 */
int vmh_nl_fill(struct sk_buff *skb, vmh_nl_put *put, const void *object,
		u32 portid, u32 seq, int flags, u8 cmd)
{
	return fill(skb, put, object, portid, seq, flags, cmd, NULL);
}

/**
 * vmh_nl_dump_one() - the same for a dump, which must be consistent
 * @skb: to which the message is added
 * @put: puts what it is of
 * @object: for @put
 * @cmd: of the message
 * @cb: of the dump
 *
 * Return: 0, or -EMSGSIZE with nothing added.
 */
int vmh_nl_dump_one(struct sk_buff *skb, vmh_nl_put *put, const void *object,
		    u8 cmd, struct netlink_callback *cb)
{
	return fill(skb, put, object, NETLINK_CB(cb->skb).portid,
		    cb->nlh->nlmsg_seq, NLM_F_MULTI, cmd, cb);
}

/**
 * vmh_nl_event() - tell the group events of something
 * @p: of which partition
 * @put: puts it into a message
 * @object: for @put
 * @cmd: of the message
 *
 * Nothing is told of a partition that is being removed. Who misses one for lack of
 * memory reads ENOBUFS.
 *
 * Context: process.
 */
void vmh_nl_event(struct vmh_partition *p, vmh_nl_put *put,
		  const void *object, u8 cmd)
{
	struct sk_buff *skb;

	mutex_lock(&p->net_lock);
	if (!READ_ONCE(registered) || !p->net ||
	    !genl_has_listeners(&vmh_genl_family, p->net,
				VMBUS_HOST_NLGRP_EVENTS))
		goto unlock;
	skb = genlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	if (skb && !vmh_nl_fill(skb, put, object, 0, 0, 0, cmd)) {
		genlmsg_multicast_netns(&vmh_genl_family, p->net, skb, 0,
					VMBUS_HOST_NLGRP_EVENTS, GFP_KERNEL);
		goto unlock;
	}
	nlmsg_free(skb);
	genl_set_err(&vmh_genl_family, p->net, 0, VMBUS_HOST_NLGRP_EVENTS,
		     -ENOBUFS);
unlock:
	mutex_unlock(&p->net_lock);
}

/**
 * vmh_nl_answer() - answer a request whose time has come
 * @p: of which partition
 * @skb: the answer, consumed
 * @portid: of the socket that asked
 *
 * Context: process.
 */
void vmh_nl_answer(struct vmh_partition *p, struct sk_buff *skb, u32 portid)
{
	mutex_lock(&p->net_lock);
	if (READ_ONCE(registered) && p->net)
		genlmsg_unicast(p->net, skb, portid);
	else
		nlmsg_free(skb);
	mutex_unlock(&p->net_lock);
}
