/* SPDX-License-Identifier: GPL-2.0 */
/* ACL rules in generic netlink. */
#ifndef _VSW_ACL_NL_H
#define _VSW_ACL_NL_H

struct netlink_ext_ack;
struct nlattr;
struct sk_buff;
struct vsw_acl_rule;

int vsw_acl_rule_parse(struct vsw_acl_rule *rule, const struct nlattr *attr,
		       struct netlink_ext_ack *extack);
int vsw_acl_rule_parse_name(struct vsw_acl_rule *rule,
			    const struct nlattr *attr,
			    struct netlink_ext_ack *extack);
int vsw_acl_rule_fill(struct sk_buff *skb, const struct vsw_acl_rule *rule);

#endif
