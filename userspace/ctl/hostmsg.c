// SPDX-License-Identifier: GPL-2.0
/*
 * Reading and rewriting the rtnetlink messages that describe an interface's
 * addresses, routes and nexthops.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/if_addr.h>
#include <linux/nexthop.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

#include "hostmsg.h"

/* What IPv6 takes of an address's flags; the rest is the kernel's to set. */
#define ADDR6_FLAGS	(IFA_F_NODAD | IFA_F_HOMEADDRESS | \
			 IFA_F_MANAGETEMPADDR | IFA_F_NOPREFIXROUTE | \
			 IFA_F_MCAUTOJOIN)

int hostlist_add(struct hostlist *list, const struct nlmsghdr *nlh)
{
	struct nlmsghdr *copy;

	if (list->n == list->cap) {
		size_t cap = list->cap ? list->cap * 2 : 16;
		struct hostitem *items;

		items = realloc(list->items, cap * sizeof(*items));
		if (!items)
			return -ENOMEM;
		list->items = items;
		list->cap = cap;
	}
	copy = malloc(nlh->nlmsg_len);
	if (!copy)
		return -ENOMEM;
	memcpy(copy, nlh, nlh->nlmsg_len);
	list->items[list->n++] = (struct hostitem){ .msg = copy };
	return 0;
}

void hostlist_free(struct hostlist *list)
{
	size_t i;

	for (i = 0; i < list->n; i++)
		free(list->items[i].msg);
	free(list->items);
	memset(list, 0, sizeof(*list));
}

struct reading {
	struct hostlist *list;
	const struct hostlist *addrs;
	uint32_t ifindex;
	int family;
};

static struct nlattr *addr_attr(const struct nlmsghdr *nlh, int type)
{
	return nlmsg_find_attr((struct nlmsghdr *)nlh, sizeof(struct ifaddrmsg),
			       type);
}

static struct nlattr *route_attr(const struct nlmsghdr *nlh, int type)
{
	return nlmsg_find_attr((struct nlmsghdr *)nlh, sizeof(struct rtmsg),
			       type);
}

static uint32_t addr_flags(const struct nlmsghdr *nlh)
{
	const struct ifaddrmsg *ifa = NLMSG_DATA(nlh);
	struct nlattr *flags = addr_attr(nlh, IFA_FLAGS);

	return flags ? nla_get_u32(flags) : ifa->ifa_flags;
}

/*
 * The link-local address that the kernel gives every interface: it gives the
 * new one its own. Kernels since 5.18 tell it from one that was set by hand.
 */
static bool is_kernels_link_local(const struct nlmsghdr *nlh)
{
	const struct ifaddrmsg *ifa = NLMSG_DATA(nlh);
	struct nlattr *proto = addr_attr(nlh, IFA_PROTO);

	return ifa->ifa_family == AF_INET6 && proto &&
	       nla_get_u8(proto) == IFAPROT_KERNEL_LL;
}

static int keep_addr(struct nlmsghdr *nlh, void *arg)
{
	const struct ifaddrmsg *ifa = NLMSG_DATA(nlh);
	struct reading *r = arg;

	if (nlh->nlmsg_type != RTM_NEWADDR || ifa->ifa_index != r->ifindex ||
	    ifa->ifa_family != r->family || is_kernels_link_local(nlh))
		return 0;
	return hostlist_add(r->list, nlh);
}

/* Both families into one list; asked again when it changed meanwhile. */
static int read_list(struct vsw *c, struct reading *r, vsw_msg_cb keep,
		     int (*request)(struct nl_msg *msg, struct reading *r),
		     int type, const int *families)
{
	struct nl_msg *msg;
	int err, tries, i;

	for (tries = 0; tries < 8; tries++) {
		hostlist_free(r->list);
		err = 0;
		for (i = 0; !err && families[i] >= 0; i++) {
			r->family = families[i];
			msg = vsw_rtnl_msg(type, NLM_F_DUMP);
			if (!msg || request(msg, r)) {
				nlmsg_free(msg);
				return vsw_set_error(c, -ENOMEM,
						     "out of memory");
			}
			err = vsw_rtnl_talk(c, msg, keep, r);
		}
		if (err != -EAGAIN)
			break;
	}
	return err;
}

static int request_addrs(struct nl_msg *msg, struct reading *r)
{
	struct ifaddrmsg ifa = {
		.ifa_family = r->family, .ifa_index = r->ifindex,
	};

	return nlmsg_append(msg, &ifa, sizeof(ifa), NLMSG_ALIGNTO);
}

/* A kernel without IPv6 has nothing to say about it. */
static const int *inet_families(void)
{
	static const int both[] = { AF_INET, AF_INET6, -1 };
	static const int v4[] = { AF_INET, -1 };

	return access("/proc/sys/net/ipv6", F_OK) ? v4 : both;
}

int hostmsg_read_addrs(struct vsw *c, uint32_t ifindex, struct hostlist *list)
{
	struct reading r = { .list = list, .ifindex = ifindex };

	return read_list(c, &r, keep_addr, request_addrs, RTM_GETADDR,
			 inet_families());
}

/* Calls @fn for each nexthop until it returns true. */
static bool any_nexthop(const struct nlmsghdr *nlh,
			bool (*fn)(struct rtnexthop *nh, uint32_t arg),
			uint32_t arg)
{
	struct nlattr *mp = route_attr(nlh, RTA_MULTIPATH);
	struct rtnexthop *nh;
	int len;

	if (!mp)
		return false;
	nh = nla_data(mp);
	for (len = nla_len(mp); RTNH_OK(nh, len);
	     len -= RTNH_ALIGN(nh->rtnh_len), nh = RTNH_NEXT(nh))
		if (fn(nh, arg))
			return true;
	return false;
}

static bool nexthop_uses(struct rtnexthop *nh, uint32_t ifindex)
{
	return (uint32_t)nh->rtnh_ifindex == ifindex;
}

static bool same_prefix(const void *a, const void *b, unsigned int bits)
{
	const uint8_t *x = a, *y = b;
	unsigned int rest = bits % 8;

	if (memcmp(x, y, bits / 8))
		return false;
	return !rest || !((x[bits / 8] ^ y[bits / 8]) >> (8 - rest));
}

/*
 * The kernel makes a route for the prefix of each address, unless told not to:
 * then whoever set the address made that route, with the kernel's label on it
 * (NetworkManager does so), and it must be moved.
 */
static bool comes_with_address(const struct nlmsghdr *route,
			       const struct hostlist *addrs)
{
	static const uint8_t link_local[16] = { 0xfe, 0x80 };
	const struct rtmsg *rtm = NLMSG_DATA(route);
	struct nlattr *dst = route_attr(route, RTA_DST);
	size_t i;

	if (rtm->rtm_protocol != RTPROT_KERNEL)
		return false;
	if (rtm->rtm_type != RTN_UNICAST)
		return true;
	if (!dst)
		return false;
	if (rtm->rtm_family == AF_INET6 && rtm->rtm_dst_len == 64 &&
	    same_prefix(nla_data(dst), link_local, 64))
		return true;
	for (i = 0; i < addrs->n; i++) {
		const struct nlmsghdr *addr = addrs->items[i].msg;
		const struct ifaddrmsg *ifa = NLMSG_DATA(addr);
		struct nlattr *prefix = addr_attr(addr, IFA_ADDRESS);

		if (!prefix || ifa->ifa_family != rtm->rtm_family ||
		    ifa->ifa_prefixlen != rtm->rtm_dst_len ||
		    (addr_flags(addr) & IFA_F_NOPREFIXROUTE))
			continue;
		if (same_prefix(nla_data(prefix), nla_data(dst),
				rtm->rtm_dst_len))
			return true;
	}
	return false;
}

static int keep_route(struct nlmsghdr *nlh, void *arg)
{
	const struct rtmsg *rtm = NLMSG_DATA(nlh);
	struct reading *r = arg;
	struct nlattr *oif;

	if (nlh->nlmsg_type != RTM_NEWROUTE || rtm->rtm_family != r->family ||
	    (rtm->rtm_flags & RTM_F_CLONED) ||
	    rtm->rtm_protocol == RTPROT_REDIRECT)
		return 0;
	/* Follows its nexthop, which is moved by itself. */
	if (route_attr(nlh, RTA_NH_ID))
		return 0;
	oif = route_attr(nlh, RTA_OIF);
	if (!(oif && nla_get_u32(oif) == r->ifindex) &&
	    !any_nexthop(nlh, nexthop_uses, r->ifindex))
		return 0;
	if (comes_with_address(nlh, r->addrs))
		return 0;
	return hostlist_add(r->list, nlh);
}

static int request_routes(struct nl_msg *msg, struct reading *r)
{
	struct rtmsg rtm = { .rtm_family = r->family };

	if (nlmsg_append(msg, &rtm, sizeof(rtm), NLMSG_ALIGNTO))
		return -ENOMEM;
	return nla_put_u32(msg, RTA_OIF, r->ifindex);
}

int hostmsg_read_routes(struct vsw *c, uint32_t ifindex,
			const struct hostlist *addrs, struct hostlist *list)
{
	struct reading r = {
		.list = list, .addrs = addrs, .ifindex = ifindex,
	};

	return read_list(c, &r, keep_route, request_routes, RTM_GETROUTE,
			 inet_families());
}

static int keep_nexthop(struct nlmsghdr *nlh, void *arg)
{
	struct reading *r = arg;
	struct nlattr *oif;

	oif = nlmsg_find_attr(nlh, sizeof(struct nhmsg), NHA_OIF);
	if (nlh->nlmsg_type != RTM_NEWNEXTHOP || !oif ||
	    nla_get_u32(oif) != r->ifindex)
		return 0;
	return hostlist_add(r->list, nlh);
}

static int request_nexthops(struct nl_msg *msg, struct reading *r)
{
	struct nhmsg nhm = { .nh_family = AF_UNSPEC };

	if (nlmsg_append(msg, &nhm, sizeof(nhm), NLMSG_ALIGNTO))
		return -ENOMEM;
	return nla_put_u32(msg, NHA_OIF, r->ifindex);
}

int hostmsg_read_nexthops(struct vsw *c, uint32_t ifindex,
			  struct hostlist *list)
{
	static const int any[] = { AF_UNSPEC, -1 };
	struct reading r = { .list = list, .ifindex = ifindex };

	return read_list(c, &r, keep_nexthop, request_nexthops,
			 RTM_GETNEXTHOP, any);
}

/* @src's family header, to be changed, in a message with room for the rest. */
static struct nl_msg *start(const struct nlmsghdr *src, int type, int flags,
			    const void *hdr, size_t hdrlen)
{
	struct nl_msg *msg = nlmsg_alloc_size(src->nlmsg_len + 256);

	if (!msg)
		return NULL;
	if (!nlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, type, 0,
		       NLM_F_REQUEST | NLM_F_ACK | flags) ||
	    nlmsg_append(msg, (void *)hdr, hdrlen, NLMSG_ALIGNTO) < 0) {
		nlmsg_free(msg);
		return NULL;
	}
	return msg;
}

/*
 * "eth0:1" becomes "vs0-mgmt:1". A label that would become too long stays as
 * it is; the kernel does not mind.
 */
static void put_label(struct nl_msg *msg, const char *label,
		      const struct addr_place *to)
{
	size_t n = strlen(to->from_name);
	char name[2 * IFNAMSIZ];

	if (!strncmp(label, to->from_name, n) &&
	    (!label[n] || label[n] == ':')) {
		snprintf(name, sizeof(name), "%s%s", to->name, label + n);
		if (strlen(name) < IFNAMSIZ)
			label = name;
	}
	nla_put_string(msg, IFA_LABEL, label);
}

struct nl_msg *hostmsg_addr(const struct nlmsghdr *src, int type, int flags,
			    const struct addr_place *to, uint32_t extra_flags)
{
	struct ifaddrmsg ifa = *(struct ifaddrmsg *)NLMSG_DATA(src);
	uint32_t ifa_flags = addr_flags(src);
	struct nl_msg *msg;
	struct nlattr *pos;
	int rem;

	if (ifa.ifa_family == AF_INET6)
		ifa_flags = (ifa_flags & ADDR6_FLAGS) | extra_flags;
	ifa.ifa_flags = 0;
	ifa.ifa_index = to->ifindex;
	msg = start(src, type, flags, &ifa, sizeof(ifa));
	if (!msg)
		return NULL;
	nla_put_u32(msg, IFA_FLAGS, ifa_flags);
	nlmsg_for_each_attr(pos, (struct nlmsghdr *)src, sizeof(ifa), rem) {
		switch (nla_type(pos)) {
		case IFA_FLAGS:
			break;
		case IFA_LABEL:
			put_label(msg, nla_get_string(pos), to);
			break;
		default:
			nla_put(msg, nla_type(pos), nla_len(pos),
				nla_data(pos));
		}
	}
	return msg;
}

/*
 * The kernel leaves the prefix of an address with a lifetime to expire, even
 * when the address is deleted; and until then it would lead there. NULL when
 * the address has none.
 */
struct nl_msg *hostmsg_del_prefix(const struct nlmsghdr *src, uint32_t ifindex)
{
	const struct ifaddrmsg *ifa = NLMSG_DATA(src);
	struct nlattr *addr = addr_attr(src, IFA_ADDRESS);
	struct rtmsg rtm = {
		.rtm_family = AF_INET6,
		.rtm_dst_len = ifa->ifa_prefixlen,
		.rtm_table = RT_TABLE_MAIN,
		.rtm_protocol = RTPROT_KERNEL,
		.rtm_type = RTN_UNICAST,
	};
	struct nl_msg *msg;

	if (ifa->ifa_family != AF_INET6 || !addr ||
	    (addr_flags(src) & (IFA_F_PERMANENT | IFA_F_NOPREFIXROUTE)))
		return NULL;
	msg = start(src, RTM_DELROUTE, 0, &rtm, sizeof(rtm));
	if (!msg)
		return NULL;
	/* The kernel looks at as many bits of it as the prefix is long. */
	nla_put(msg, RTA_DST, nla_len(addr), nla_data(addr));
	nla_put_u32(msg, RTA_OIF, ifindex);
	return msg;
}

static bool clean_nexthop(struct rtnexthop *nh, uint32_t arg)
{
	(void)arg;
	/* Dead, linkdown, offload: the kernel's findings, not settings. */
	nh->rtnh_flags &= RTNH_F_ONLINK | RTNH_F_PERVASIVE;
	return false;
}

/* Put all nexthops of @msg that are @from on @to. */
static void redirect_nexthops(struct nl_msg *msg, uint32_t from, uint32_t to)
{
	struct nlattr *mp = route_attr(nlmsg_hdr(msg), RTA_MULTIPATH);
	struct rtnexthop *nh;
	int len;

	if (!mp)
		return;
	any_nexthop(nlmsg_hdr(msg), clean_nexthop, 0);
	nh = nla_data(mp);
	for (len = nla_len(mp); RTNH_OK(nh, len);
	     len -= RTNH_ALIGN(nh->rtnh_len), nh = RTNH_NEXT(nh))
		if ((uint32_t)nh->rtnh_ifindex == from)
			nh->rtnh_ifindex = to;
}

/* A route tells how long it will live in another unit than it takes. */
static void put_expiry(struct nl_msg *msg, const struct nlattr *cacheinfo)
{
	const struct rta_cacheinfo *ci = nla_data(cacheinfo);
	long hz = sysconf(_SC_CLK_TCK);

	if (nla_len(cacheinfo) < (int)sizeof(*ci) || hz <= 0 ||
	    ci->rta_expires <= 0)
		return;
	nla_put_u32(msg, RTA_EXPIRES, (ci->rta_expires + hz - 1) / hz);
}

struct nl_msg *hostmsg_route(const struct nlmsghdr *src, int type, int flags,
			     uint32_t from, uint32_t to)
{
	struct rtmsg rtm = *(struct rtmsg *)NLMSG_DATA(src);
	struct nl_msg *msg;
	struct nlattr *pos;
	int rem;

	rtm.rtm_flags &= RTNH_F_ONLINK;
	msg = start(src, type, flags, &rtm, sizeof(rtm));
	if (!msg)
		return NULL;
	nlmsg_for_each_attr(pos, (struct nlmsghdr *)src, sizeof(rtm), rem) {
		switch (nla_type(pos)) {
		case RTA_OIF:
			nla_put_u32(msg, RTA_OIF, nla_get_u32(pos) == from ?
				    to : nla_get_u32(pos));
			break;
		case RTA_CACHEINFO:
			if (rtm.rtm_family == AF_INET6)
				put_expiry(msg, pos);
			break;
		default:
			nla_put(msg, nla_type(pos), nla_len(pos),
				nla_data(pos));
		}
	}
	redirect_nexthops(msg, from, to);
	return msg;
}

/* A nexthop is changed in place, and the routes that use it follow. */
struct nl_msg *hostmsg_nexthop(const struct nlmsghdr *src, uint32_t to)
{
	struct nhmsg nhm = *(struct nhmsg *)NLMSG_DATA(src);
	struct nl_msg *msg;
	struct nlattr *pos;
	int rem;

	nhm.nh_flags &= RTNH_F_ONLINK;
	nhm.nh_scope = 0;
	msg = start(src, RTM_NEWNEXTHOP, NLM_F_CREATE | NLM_F_REPLACE, &nhm,
		    sizeof(nhm));
	if (!msg)
		return NULL;
	nlmsg_for_each_attr(pos, (struct nlmsghdr *)src, sizeof(nhm), rem) {
		if (nla_type(pos) == NHA_OIF)
			nla_put_u32(msg, NHA_OIF, to);
		else
			nla_put(msg, nla_type(pos), nla_len(pos),
				nla_data(pos));
	}
	return msg;
}

bool hostmsg_addr_is_unique(const struct nlmsghdr *src)
{
	const struct ifaddrmsg *ifa = NLMSG_DATA(src);

	return ifa->ifa_family == AF_INET6 &&
	       !(addr_flags(src) & (IFA_F_TENTATIVE | IFA_F_DADFAILED));
}

bool hostmsg_route_has_gateway(const struct nlmsghdr *src)
{
	return route_attr(src, RTA_GATEWAY) || route_attr(src, RTA_VIA) ||
	       route_attr(src, RTA_MULTIPATH);
}

bool hostmsg_route_needs_replace(const struct nlmsghdr *src)
{
	const struct rtmsg *rtm = NLMSG_DATA(src);

	return rtm->rtm_family == AF_INET6 && route_attr(src, RTA_MULTIPATH);
}

void hostmsg_describe(const struct nlmsghdr *src, char *buf, size_t size)
{
	static const uint8_t any[16];
	const struct ifaddrmsg *ifa = NLMSG_DATA(src);
	const struct rtmsg *rtm = NLMSG_DATA(src);
	char text[INET6_ADDRSTRLEN] = "?";
	struct nlattr *a;

	switch (src->nlmsg_type) {
	case RTM_NEWADDR:
		a = addr_attr(src, IFA_LOCAL);
		if (!a)
			a = addr_attr(src, IFA_ADDRESS);
		if (a)
			inet_ntop(ifa->ifa_family, nla_data(a), text,
				  sizeof(text));
		snprintf(buf, size, "address %s/%u", text, ifa->ifa_prefixlen);
		break;
	case RTM_NEWROUTE:
		a = route_attr(src, RTA_DST);
		inet_ntop(rtm->rtm_family, a ? nla_data(a) : any, text,
			  sizeof(text));
		snprintf(buf, size, "route %s/%u", text, rtm->rtm_dst_len);
		break;
	default:
		a = nlmsg_find_attr((struct nlmsghdr *)src,
				    sizeof(struct nhmsg), NHA_ID);
		snprintf(buf, size, "nexthop %u", a ? nla_get_u32(a) : 0);
	}
}
