/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of libvswitch share among themselves. */
#ifndef _LIBVSWITCH_INTERNAL_H
#define _LIBVSWITCH_INTERNAL_H

#include <netlink/netlink.h>
#include <netlink/msg.h>
#include <netlink/attr.h>

#include "vswitch.h"

/* A port that lists every second VLAN and 2048 addresses takes 128 KiB. */
#define VSW_RECV_BUFFER	(256 * 1024)

/* Names of attributes, to put an offset in a request into words. */
struct vsw_attr {
	const char *name;
	const struct vsw_attr_table *nested;
};

struct vsw_attr_table {
	const struct vsw_attr *attrs;	/* by attribute number */
	unsigned int n;
};

extern const struct vsw_attr_table vsw_switch_attrs;
extern const struct vsw_attr_table vsw_port_attrs;
extern const struct vsw_attr_table vsw_fdb_attrs;
extern const struct vsw_attr_table vsw_acl_attrs;
extern const struct vsw_attr_table vsw_txn_attrs;
extern const struct vsw_attr_table vsw_link_attrs;
extern const struct vsw_attr_table vsw_walk_attrs;
extern const struct vsw_attr_table vsw_inject_attrs;
extern const struct vsw_attr_table vsw_partition_attrs;
extern const struct vsw_attr_table vsw_nic_attrs;
extern const struct vsw_attr_table vsw_channel_attrs;
extern const struct vsw_attr_table vsw_shutdown_attrs;
extern const struct vsw_attr_table vsw_kvp_attrs;

/* Where a message's attributes start, and what they are called. */
struct vsw_request {
	struct nl_msg *msg;
	size_t hdrlen;			/* family header after the nlmsghdr */
	const struct vsw_attr_table *table;
	bool late;			/* the answer ends it, whenever it comes */
};

/* The generic netlink families that we speak. */
enum vsw_family {
	VSW_FAMILY_VSWITCH,
	VSW_FAMILY_VMBUS_HOST,
	VSW_FAMILIES
};

struct vsw {
	struct nl_sock *rtnl;
	struct nl_sock *genl;
	struct nl_sock *events;
	enum vsw_family events_family;	/* of the socket of events */
	int family[VSW_FAMILIES];	/* 0: not asked for yet */
	char *buf;			/* receive buffer */
	char error[768];
	char warning[512];
	int blamed;			/* see vsw_blamed() */
};

int vsw_connect_family(struct vsw *c, enum vsw_family family);
int vsw_events_subscribe_of(struct vsw *c, enum vsw_family family);
struct nl_msg *vsw_genl_msg(struct vsw *c, uint8_t cmd, int flags);
/* With room for @size bytes of attributes. */
struct nl_msg *vsw_genl_msg_sized(struct vsw *c, uint8_t cmd, int flags, size_t size);
struct nl_msg *vsw_genl_msg_of(struct vsw *c, enum vsw_family family,
			       uint8_t cmd, int flags);
int vsw_genl_talk(struct vsw *c, struct nl_msg *msg,
		  const struct vsw_attr_table *table, vsw_msg_cb cb, void *arg);
/* The same of what is answered later, and by nothing else; seconds to wait. */
int vsw_genl_ask(struct vsw *c, struct nl_msg *msg,
		 const struct vsw_attr_table *table, vsw_msg_cb cb, void *arg,
		 int timeout);
int vsw_link_talk(struct vsw *c, struct nl_msg *msg,
		  const struct vsw_attr_table *table);
int vsw_no_memory(struct vsw *c);

/* error.c */
void vsw_error_from_ack(struct vsw *c, const struct vsw_request *req,
			int err, const struct nlattr *tlvs, int len);

/*
 * A growing list that a dump is collected in: nothing is shown before the
 * dump is known to be consistent, so that a retry shows nothing twice.
 */
struct vsw_list {
	void *items;
	size_t n;
	size_t cap;
	size_t size;			/* of one item */
	int (*parse)(struct nlmsghdr *nlh, void *item);
	void (*clear)(void *item);	/* may be NULL */
};

int vsw_list_dump(struct vsw *c, struct vsw_list *list, uint8_t cmd,
		  const struct vsw_attr_table *table,
		  int attr, uint32_t value);

/* The same with a filter of one's own. */
int vsw_list_dump_filtered(struct vsw *c, struct vsw_list *list, uint8_t cmd,
			   const struct vsw_attr_table *table,
			   void (*put)(struct nl_msg *msg, const void *filter),
			   const void *filter);

/* The same of another family. */
int vsw_list_dump_of(struct vsw *c, enum vsw_family family,
		     struct vsw_list *list, uint8_t cmd,
		     const struct vsw_attr_table *table,
		     void (*put)(struct nl_msg *msg, const void *filter),
		     const void *filter);

/* The same with a message of one's own, which is consumed, asked once. */
int vsw_list_talk(struct vsw *c, struct vsw_list *list, struct nl_msg *msg,
		  const struct vsw_attr_table *table);

int vsw_switch_parse(struct nlmsghdr *nlh, void *item);
int vsw_port_parse(struct nlmsghdr *nlh, void *item);
int vsw_profile_parse(struct nlmsghdr *nlh, void *item);
/* port.c: a profile is described by the attributes of a port */
int vsw_port_parse_attrs(struct nlmsghdr *nlh, struct nlattr **tb);
int vsw_port_parse_settings(struct nlattr **tb, struct vsw_port *port);
int vsw_port_put_change(struct vsw *c, struct nl_msg *msg,
			const struct vsw_port_change *chg);
int vsw_fdb_parse(struct nlmsghdr *nlh, void *item);
int vsw_partition_parse(struct nlmsghdr *nlh, void *item);
/* 0 if it is not there. */
static inline uint32_t vsw_get_u32(struct nlattr *attr)
{
	return attr ? nla_get_u32(attr) : 0;
}

int vsw_nic_parse(struct nlmsghdr *nlh, void *item);
int vsw_disk_rate_parse(struct nlmsghdr *nlh, struct vsw_disk_rate *rate);
int vsw_channel_parse(struct nlmsghdr *nlh, void *item);
int vsw_acl_parse(struct nlmsghdr *nlh, void *item);
int vsw_stats_parse(struct nlattr *nest, struct vsw_stats *stats);
void vsw_stats_clear(struct vsw_stats *stats);

#endif /* _LIBVSWITCH_INTERNAL_H */
