/* SPDX-License-Identifier: GPL-2.0 */
/* The generic netlink family: what its files share. */
#ifndef _VSW_NETLINK_H
#define _VSW_NETLINK_H

#include <net/genetlink.h>
#include <net/sock.h>

#include "netlink_gen.h"

struct vsw_fdb_entry;
struct vsw_policy;
struct vsw_port;
struct vsw_profile;
struct vsw_profile_changes;
struct vsw_switch;

extern struct genl_family vsw_genl_family;

/* netlink.c */
int vsw_nl_init(void);
void vsw_nl_uninit(void);
struct sk_buff *vsw_nl_event_new(struct net *net, gfp_t gfp);
void vsw_nl_event_send(struct net *net, struct sk_buff *skb, gfp_t gfp);
void vsw_nl_event_lost(struct net *net);
bool vsw_nl_is_private(struct sk_buff *request, struct net *net);
bool vsw_nl_dump_seek(struct netlink_callback *cb, const struct vsw_switch *sw);
struct sk_buff *vsw_nl_reply_new(struct genl_info *info, void **hdr);
int vsw_nl_reply_send(struct genl_info *info, struct sk_buff *skb, void *hdr);

int vsw_nl_check_expected(struct genl_info *info, struct vsw_switch *sw,
			  const struct nlattr *expect);

/* Refuse a request for what it does not have. */
#define vsw_nl_missing(extack, attrtype, msg) do {		\
	struct netlink_ext_ack *__ack = (extack);		\
								\
	NL_SET_ERR_MSG(__ack, msg);				\
	NL_SET_ERR_ATTR_MISS(__ack, NULL, attrtype);		\
} while (0)

/* A refusal is about an attribute, unless it says already about which. */
static inline void vsw_nl_blame(struct netlink_ext_ack *extack,
				const struct nlattr *attr)
{
	if (extack && attr && !extack->bad_attr)
		NL_SET_BAD_ATTR(extack, attr);
}

/* An attribute that a request must have, or NULL with the message set. */
#define vsw_nl_required(info, attrtype, msg) ({			\
	const struct genl_info *__info = (info);		\
	const int __type = (attrtype);				\
	struct nlattr *__attr = __info->attrs[__type];		\
								\
	if (!__attr)						\
		vsw_nl_missing(__info->extack, __type, msg);	\
	__attr;							\
})

/* switch_nl.c */
void vsw_nl_switch_notify(struct vsw_switch *sw, u8 cmd);

/* acl_show_nl.c */
void vsw_nl_acl_notify_port(const struct vsw_port *port);
void vsw_nl_acl_notify_profile(const struct vsw_switch *sw,
			       const struct vsw_profile *profile);

/* port_nl.c */
void vsw_nl_port_notify(struct vsw_port *port, u8 cmd);

/* profile_nl.c */
struct vsw_profile *vsw_nl_profile_find(struct vsw_switch *sw,
					const struct nlattr *name,
					struct vsw_profile_changes *changes,
					struct netlink_ext_ack *extack);
/* Add what a request says to the changes before, or refuse. */
typedef int vsw_nl_profile_collect(struct genl_info *info,
				   struct vsw_switch *sw,
				   struct vsw_profile_changes *changes);
int vsw_nl_profile_change(struct genl_info *info, struct vsw_switch *sw,
			  struct nlattr *txn, vsw_nl_profile_collect *collect);
int vsw_nl_profile_refer(struct vsw_policy *policy, struct genl_info *info,
			 struct vsw_switch *sw,
			 struct vsw_profile_changes *changes);
void vsw_nl_profile_notify(struct vsw_switch *sw,
			   const struct vsw_profile *profile, u8 cmd);

/* fdb_nl.c */
void vsw_nl_fdb_notify(struct vsw_switch *sw,
		       const struct vsw_fdb_entry *entry, u8 cmd);

#endif
