/* SPDX-License-Identifier: GPL-2.0 */
/* ACLs in generic netlink: what its files share. */
#ifndef _VSW_ACL_NL_H
#define _VSW_ACL_NL_H

struct genl_info;
struct netlink_ext_ack;
struct nlattr;
struct sk_buff;
struct vsw_acl_rule;
struct vsw_meters;
struct vsw_port;
struct vsw_switch;

/**
 * struct vsw_acl_owner - whose rules a request is about
 * @port: attribute with the ifindex of the port, or NULL
 * @sw: else, of the switch
 * @profile: and that with the name of the profile
 */
struct vsw_acl_owner {
	const struct nlattr *port;
	const struct nlattr *sw;
	const struct nlattr *profile;
};

/* acl_owner_nl.c */
int vsw_acl_owner_read(struct vsw_acl_owner *owner, struct nlattr **attrs,
		       struct netlink_ext_ack *extack);
struct vsw_switch *vsw_acl_owner_lock(struct vsw_acl_owner *owner,
				      struct genl_info *info,
				      struct vsw_port **port);

/* acl_rule_nl.c */
int vsw_acl_rule_parse(struct vsw_acl_rule *rule, const struct nlattr *attr,
		       struct netlink_ext_ack *extack);
int vsw_acl_rule_parse_name(struct vsw_acl_rule *rule,
			    const struct nlattr *attr,
			    struct netlink_ext_ack *extack);
int vsw_acl_rule_fill(struct sk_buff *skb, const struct vsw_acl_rule *rule,
		      const struct vsw_meters *meters);

#endif
