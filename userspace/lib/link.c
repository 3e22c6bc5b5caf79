// SPDX-License-Identifier: GPL-2.0
/* What rtnetlink makes and unmakes: switches, vNICs, membership. */
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include "internal.h"

static struct nl_msg *link_msg(int type, int flags, uint32_t ifindex,
			       uint32_t if_flags, uint32_t if_change)
{
	struct ifinfomsg ifi = {
		.ifi_family = AF_UNSPEC,
		.ifi_index = ifindex,
		.ifi_flags = if_flags,
		.ifi_change = if_change,
	};
	struct nl_msg *msg = vsw_rtnl_msg(type, NLM_F_ACK | flags);

	if (msg && nlmsg_append(msg, &ifi, sizeof(ifi), NLMSG_ALIGNTO) < 0) {
		nlmsg_free(msg);
		return NULL;
	}
	return msg;
}

static void put_opts(struct nl_msg *msg, const struct vsw_switch_opts *o)
{
	struct nlattr *info, *data;

	info = nla_nest_start(msg, IFLA_LINKINFO);
	nla_put_string(msg, IFLA_INFO_KIND, "vswitch");
	data = nla_nest_start(msg, IFLA_INFO_DATA);
	if (o->set & VSW_OPT_TYPE)
		nla_put_u32(msg, IFLA_VSWITCH_TYPE, o->type);
	if (o->set & VSW_OPT_BANDWIDTH_MODE)
		nla_put_u32(msg, IFLA_VSWITCH_BANDWIDTH_MODE,
			    o->bandwidth_mode);
	if (o->set & VSW_OPT_IOV)
		nla_put_u8(msg, IFLA_VSWITCH_IOV, o->iov);
	if (o->set & VSW_OPT_AGEING_TIME)
		nla_put_u32(msg, IFLA_VSWITCH_AGEING_TIME, o->ageing_time);
	if (o->set & VSW_OPT_FDB_LIMIT)
		nla_put_u32(msg, IFLA_VSWITCH_FDB_LIMIT, o->fdb_limit);
	if (o->set & VSW_OPT_UPLINK)
		nla_put_u32(msg, IFLA_VSWITCH_UPLINK, o->uplink);
	if (o->set & VSW_OPT_VLAN_PROTO)
		nla_put_u16(msg, IFLA_VSWITCH_VLAN_PROTOCOL,
			    htons(o->vlan_proto));
	nla_nest_end(msg, data);
	nla_nest_end(msg, info);
}

int vsw_link_create_switch(struct vsw *c, const char *name,
			   const struct vsw_switch_opts *opts)
{
	struct nl_msg *msg;

	msg = link_msg(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, 0, 0, 0);
	if (!msg)
		return vsw_no_memory(c);
	nla_put_string(msg, IFLA_IFNAME, name);
	put_opts(msg, opts);
	return vsw_link_talk(c, msg, &vsw_link_attrs);
}

int vsw_link_change_switch(struct vsw *c, uint32_t ifindex,
			   const struct vsw_switch_opts *opts)
{
	struct nl_msg *msg = link_msg(RTM_NEWLINK, 0, ifindex, 0, 0);

	if (!msg)
		return vsw_no_memory(c);
	put_opts(msg, opts);
	return vsw_link_talk(c, msg, &vsw_link_attrs);
}

int vsw_link_create_vnic(struct vsw *c, uint32_t sw, const char *name,
			 const uint8_t *mac, uint32_t mtu)
{
	struct nlattr *info;
	struct nl_msg *msg;

	msg = link_msg(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, 0, 0, 0);
	if (!msg)
		return vsw_no_memory(c);
	nla_put_string(msg, IFLA_IFNAME, name);
	nla_put_u32(msg, IFLA_LINK, sw);
	if (mac)
		nla_put(msg, IFLA_ADDRESS, VSW_MAC_LEN, mac);
	if (mtu)
		nla_put_u32(msg, IFLA_MTU, mtu);
	info = nla_nest_start(msg, IFLA_LINKINFO);
	nla_put_string(msg, IFLA_INFO_KIND, "vswitch_vnic");
	nla_nest_end(msg, info);
	return vsw_link_talk(c, msg, &vsw_link_attrs);
}

int vsw_link_delete(struct vsw *c, uint32_t ifindex)
{
	struct nl_msg *msg = link_msg(RTM_DELLINK, 0, ifindex, 0, 0);

	if (!msg)
		return vsw_no_memory(c);
	return vsw_link_talk(c, msg, &vsw_link_attrs);
}

int vsw_link_set_up(struct vsw *c, uint32_t ifindex, bool up)
{
	struct nl_msg *msg = link_msg(RTM_SETLINK, 0, ifindex,
				      up ? IFF_UP : 0, IFF_UP);

	if (!msg)
		return vsw_no_memory(c);
	return vsw_link_talk(c, msg, &vsw_link_attrs);
}

int vsw_link_set_master(struct vsw *c, uint32_t ifindex, uint32_t master)
{
	struct nl_msg *msg = link_msg(RTM_SETLINK, 0, ifindex, 0, 0);

	if (!msg)
		return vsw_no_memory(c);
	nla_put_u32(msg, IFLA_MASTER, master);
	return vsw_link_talk(c, msg, &vsw_link_attrs);
}

int vsw_link_set_mac(struct vsw *c, uint32_t ifindex, const uint8_t *mac)
{
	struct nl_msg *msg = link_msg(RTM_SETLINK, 0, ifindex, 0, 0);

	if (!msg)
		return vsw_no_memory(c);
	nla_put(msg, IFLA_ADDRESS, VSW_MAC_LEN, mac);
	return vsw_link_talk(c, msg, &vsw_link_attrs);
}

int vsw_link_set_netns(struct vsw *c, uint32_t ifindex, int fd)
{
	struct nl_msg *msg = link_msg(RTM_SETLINK, 0, ifindex, 0, 0);

	if (!msg)
		return vsw_no_memory(c);
	nla_put_u32(msg, IFLA_NET_NS_FD, fd);
	return vsw_link_talk(c, msg, &vsw_link_attrs);
}

static int link_parse(struct nlmsghdr *nlh, void *arg)
{
	static struct nla_policy policy[IFLA_MAX + 1] = {
		[IFLA_IFNAME]	= { .type = NLA_NUL_STRING },
		[IFLA_MASTER]	= { .type = NLA_U32 },
		[IFLA_MTU]	= { .type = NLA_U32 },
		[IFLA_LINKINFO]	= { .type = NLA_NESTED },
	};
	struct nlattr *tb[IFLA_MAX + 1], *info[IFLA_INFO_MAX + 1];
	struct ifinfomsg *ifi = nlmsg_data(nlh);
	struct vsw_link *link = arg;

	if (nlmsg_parse(nlh, sizeof(*ifi), tb, IFLA_MAX, policy) < 0)
		return -EPROTO;
	link->ifindex = ifi->ifi_index;
	link->flags = ifi->ifi_flags;
	if (tb[IFLA_IFNAME])
		nla_strlcpy(link->name, tb[IFLA_IFNAME], sizeof(link->name));
	if (tb[IFLA_MASTER])
		link->master = nla_get_u32(tb[IFLA_MASTER]);
	if (tb[IFLA_MTU])
		link->mtu = nla_get_u32(tb[IFLA_MTU]);
	if (tb[IFLA_ADDRESS] && nla_len(tb[IFLA_ADDRESS]) == VSW_MAC_LEN)
		nla_memcpy(link->mac, tb[IFLA_ADDRESS], VSW_MAC_LEN);
	if (tb[IFLA_LINKINFO] &&
	    !nla_parse_nested(info, IFLA_INFO_MAX, tb[IFLA_LINKINFO], NULL) &&
	    info[IFLA_INFO_KIND])
		nla_strlcpy(link->kind, info[IFLA_INFO_KIND],
			    sizeof(link->kind));
	return 0;
}

int vsw_link_get(struct vsw *c, uint32_t ifindex, struct vsw_link *link)
{
	struct nl_msg *msg = link_msg(RTM_GETLINK, 0, ifindex, 0, 0);

	if (!msg)
		return vsw_no_memory(c);
	memset(link, 0, sizeof(*link));
	return vsw_rtnl_talk(c, msg, link_parse, link);
}
