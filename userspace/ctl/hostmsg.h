/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Addresses, routes and nexthops as the kernel described them, kept as the
 * messages they came in, so that nothing is lost that this program does not
 * know of.
 */
#ifndef _VSWITCHCTL_HOSTMSG_H
#define _VSWITCHCTL_HOSTMSG_H

#include "vswitch.h"

struct hostitem {
	struct nlmsghdr *msg;
	bool added;			/* to the new interface */
	bool removed;			/* from the old one */
};

struct hostlist {
	struct hostitem *items;
	size_t n;
	size_t cap;
};

int hostlist_add(struct hostlist *list, const struct nlmsghdr *nlh);
void hostlist_free(struct hostlist *list);

int hostmsg_read_addrs(struct vsw *c, uint32_t ifindex, struct hostlist *list);
/* Needs the addresses, to tell which routes come with them. */
int hostmsg_read_routes(struct vsw *c, uint32_t ifindex,
			const struct hostlist *addrs, struct hostlist *list);
int hostmsg_read_nexthops(struct vsw *c, uint32_t ifindex,
			  struct hostlist *list);

/* An address, on the interface @to instead of the one it was read from. */
struct addr_place {
	uint32_t ifindex;
	const char *from_name;
	const char *name;
};

struct nl_msg *hostmsg_addr(const struct nlmsghdr *src, int type, int flags,
			    const struct addr_place *to, uint32_t extra_flags);
struct nl_msg *hostmsg_del_prefix(const struct nlmsghdr *src, uint32_t ifindex);
struct nl_msg *hostmsg_route(const struct nlmsghdr *src, int type, int flags,
			     uint32_t from, uint32_t to);
struct nl_msg *hostmsg_nexthop(const struct nlmsghdr *src, uint32_t to);

/* The address was checked for duplicates, so it need not be again. */
bool hostmsg_addr_is_unique(const struct nlmsghdr *src);
bool hostmsg_route_has_gateway(const struct nlmsghdr *src);
/* IPv6 changes routes with several nexthops only as a whole. */
bool hostmsg_route_needs_replace(const struct nlmsghdr *src);

/* For messages: "address 192.0.2.1/24", "route 0.0.0.0/0" */
void hostmsg_describe(const struct nlmsghdr *src, char *buf, size_t size);

#endif /* _VSWITCHCTL_HOSTMSG_H */
