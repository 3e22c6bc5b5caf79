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

/**
 * vmh_nl_event() - tell the group events of something
 * @p: of which partition
 * @fill: puts it into a message
 * @object: for @fill
 * @cmd: of the message
 *
 * Nothing is told of a partition that is being removed. Who misses one for lack of
 * memory reads ENOBUFS.
 *
 * Context: process.
 */
void vmh_nl_event(struct vmh_partition *p, vmh_nl_fill *fill,
		  const void *object, u8 cmd)
{
	struct sk_buff *skb;

	mutex_lock(&p->net_lock);
	if (!READ_ONCE(registered) || !p->net ||
	    !genl_has_listeners(&vmh_genl_family, p->net,
				VMBUS_HOST_NLGRP_EVENTS))
		goto unlock;
	skb = genlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	if (skb && !fill(skb, object, cmd)) {
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
