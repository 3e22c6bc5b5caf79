/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/vswitch.yaml */
/* YNL-GEN kernel header */

#ifndef _LINUX_VSWITCH_GEN_H
#define _LINUX_VSWITCH_GEN_H

#include <net/netlink.h>
#include <net/genetlink.h>

#include <uapi/linux/vswitch.h>

/* Common nested types */
extern const struct nla_policy vswitch_acl_rule_nl_policy[VSWITCH_A_ACL_RULE_BYTES + 1];
extern const struct nla_policy vswitch_pvlan_nl_policy[VSWITCH_A_PVLAN_SECONDARY + 1];
extern const struct nla_policy vswitch_vlan_nl_policy[VSWITCH_A_VLAN_MODE + 1];
extern const struct nla_policy vswitch_vlan_range_nl_policy[VSWITCH_A_VLAN_RANGE_UNTAGGED + 1];

/* Ops table for vswitch */
extern const struct genl_split_ops vswitch_nl_ops[26];

int vswitch_nl_port_get_start(struct netlink_callback *cb);
int vswitch_nl_profile_get_start(struct netlink_callback *cb);
int vswitch_nl_acl_get_start(struct netlink_callback *cb);
int vswitch_nl_port_trace_done(struct netlink_callback *cb);

int vswitch_nl_switch_get_doit(struct sk_buff *skb, struct genl_info *info);
int vswitch_nl_switch_get_dumpit(struct sk_buff *skb,
				 struct netlink_callback *cb);
int vswitch_nl_switch_set_doit(struct sk_buff *skb, struct genl_info *info);
int vswitch_nl_port_get_doit(struct sk_buff *skb, struct genl_info *info);
int vswitch_nl_port_get_dumpit(struct sk_buff *skb,
			       struct netlink_callback *cb);
int vswitch_nl_port_set_doit(struct sk_buff *skb, struct genl_info *info);
int vswitch_nl_port_trace_dumpit(struct sk_buff *skb,
				 struct netlink_callback *cb);
int vswitch_nl_profile_get_doit(struct sk_buff *skb, struct genl_info *info);
int vswitch_nl_profile_get_dumpit(struct sk_buff *skb,
				  struct netlink_callback *cb);
int vswitch_nl_profile_add_doit(struct sk_buff *skb, struct genl_info *info);
int vswitch_nl_profile_set_doit(struct sk_buff *skb, struct genl_info *info);
int vswitch_nl_profile_del_doit(struct sk_buff *skb, struct genl_info *info);
int vswitch_nl_port_inject_doit(struct sk_buff *skb, struct genl_info *info);
int vswitch_nl_fdb_get_doit(struct sk_buff *skb, struct genl_info *info);
int vswitch_nl_fdb_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int vswitch_nl_fdb_add_doit(struct sk_buff *skb, struct genl_info *info);
int vswitch_nl_fdb_del_doit(struct sk_buff *skb, struct genl_info *info);
int vswitch_nl_fdb_flush_doit(struct sk_buff *skb, struct genl_info *info);
int vswitch_nl_txn_begin_doit(struct sk_buff *skb, struct genl_info *info);
int vswitch_nl_txn_commit_doit(struct sk_buff *skb, struct genl_info *info);
int vswitch_nl_txn_abort_doit(struct sk_buff *skb, struct genl_info *info);
int vswitch_nl_acl_get_doit(struct sk_buff *skb, struct genl_info *info);
int vswitch_nl_acl_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int vswitch_nl_acl_add_doit(struct sk_buff *skb, struct genl_info *info);
int vswitch_nl_acl_del_doit(struct sk_buff *skb, struct genl_info *info);
int vswitch_nl_acl_flush_doit(struct sk_buff *skb, struct genl_info *info);

enum {
	VSWITCH_NLGRP_EVENTS,
};

#endif /* _LINUX_VSWITCH_GEN_H */
