/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/vmbus_host.yaml */
/* YNL-GEN kernel header */

#ifndef _LINUX_VMBUS_HOST_GEN_H
#define _LINUX_VMBUS_HOST_GEN_H

#include <net/netlink.h>
#include <net/genetlink.h>

#include <uapi/linux/vmbus_host.h>

/* Ops table for vmbus_host */
extern const struct genl_split_ops vmbus_host_nl_ops[14];

int vmbus_host_nl_partition_get_doit(struct sk_buff *skb,
				     struct genl_info *info);
int vmbus_host_nl_partition_get_dumpit(struct sk_buff *skb,
				       struct netlink_callback *cb);
int vmbus_host_nl_partition_add_doit(struct sk_buff *skb,
				     struct genl_info *info);
int vmbus_host_nl_partition_del_doit(struct sk_buff *skb,
				     struct genl_info *info);
int vmbus_host_nl_channel_get_dumpit(struct sk_buff *skb,
				     struct netlink_callback *cb);
int vmbus_host_nl_partition_shutdown_doit(struct sk_buff *skb,
					  struct genl_info *info);
int vmbus_host_nl_kvp_get_doit(struct sk_buff *skb, struct genl_info *info);
int vmbus_host_nl_kvp_set_doit(struct sk_buff *skb, struct genl_info *info);
int vmbus_host_nl_kvp_del_doit(struct sk_buff *skb, struct genl_info *info);
int vmbus_host_nl_nic_new_doit(struct sk_buff *skb, struct genl_info *info);
int vmbus_host_nl_nic_set_doit(struct sk_buff *skb, struct genl_info *info);
int vmbus_host_nl_nic_del_doit(struct sk_buff *skb, struct genl_info *info);
int vmbus_host_nl_nic_get_doit(struct sk_buff *skb, struct genl_info *info);
int vmbus_host_nl_nic_get_dumpit(struct sk_buff *skb,
				 struct netlink_callback *cb);

enum {
	VMBUS_HOST_NLGRP_EVENTS,
};

#endif /* _LINUX_VMBUS_HOST_GEN_H */
