// SPDX-License-Identifier: GPL-2.0
/* Ports: read them, change their policy. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <netlink/genl/genl.h>

#include "internal.h"

static int range_parse(struct nlattr *nest, struct vsw_vlan *vlan)
{
	static struct nla_policy policy[VSWITCH_A_VLAN_RANGE_MAX + 1] = {
		[VSWITCH_A_VLAN_RANGE_START]	= { .type = NLA_U16 },
		[VSWITCH_A_VLAN_RANGE_END]	= { .type = NLA_U16 },
		[VSWITCH_A_VLAN_RANGE_UNTAGGED]	= { .type = NLA_FLAG },
	};
	struct nlattr *tb[VSWITCH_A_VLAN_RANGE_MAX + 1];
	unsigned int vid, end;

	if (nla_parse_nested(tb, VSWITCH_A_VLAN_RANGE_MAX, nest, policy) < 0 ||
	    !tb[VSWITCH_A_VLAN_RANGE_START])
		return -EPROTO;
	vid = nla_get_u16(tb[VSWITCH_A_VLAN_RANGE_START]);
	end = vid;
	if (tb[VSWITCH_A_VLAN_RANGE_END])
		end = nla_get_u16(tb[VSWITCH_A_VLAN_RANGE_END]);
	if (vid < VSW_VLAN_MIN || end > VSW_VLAN_MAX)
		return -EPROTO;
	for (; vid <= end; vid++) {
		vsw_vlan_add(&vlan->member, vid);
		if (tb[VSWITCH_A_VLAN_RANGE_UNTAGGED])
			vsw_vlan_add(&vlan->untagged, vid);
	}
	return 0;
}

static int vlan_parse(struct nlattr *nest, struct vsw_vlan *vlan)
{
	static struct nla_policy policy[VSWITCH_A_VLAN_MAX + 1] = {
		[VSWITCH_A_VLAN_PVID]	= { .type = NLA_U16 },
		[VSWITCH_A_VLAN_ACCEPT]	= { .type = NLA_U32 },
		[VSWITCH_A_VLAN_RANGE]	= { .type = NLA_NESTED },
		[VSWITCH_A_VLAN_MODE]	= { .type = NLA_U32 },
	};
	struct nlattr *tb[VSWITCH_A_VLAN_MAX + 1], *pos;
	int rem, err;

	if (nla_parse_nested(tb, VSWITCH_A_VLAN_MAX, nest, policy) < 0)
		return -EPROTO;
	if (tb[VSWITCH_A_VLAN_PVID])
		vlan->pvid = nla_get_u16(tb[VSWITCH_A_VLAN_PVID]);
	if (tb[VSWITCH_A_VLAN_ACCEPT])
		vlan->accept = nla_get_u32(tb[VSWITCH_A_VLAN_ACCEPT]);
	if (tb[VSWITCH_A_VLAN_MODE])
		vlan->mode = nla_get_u32(tb[VSWITCH_A_VLAN_MODE]);
	nla_for_each_nested(pos, nest, rem) {
		if (nla_type(pos) != VSWITCH_A_VLAN_RANGE)
			continue;
		err = range_parse(pos, vlan);
		if (err)
			return err;
	}
	return 0;
}

static int pvlan_parse(struct nlattr *nest, struct vsw_pvlan *pvlan)
{
	static struct nla_policy policy[VSWITCH_A_PVLAN_MAX + 1] = {
		[VSWITCH_A_PVLAN_MODE]		= { .type = NLA_U32 },
		[VSWITCH_A_PVLAN_PRIMARY]	= { .type = NLA_U16 },
		[VSWITCH_A_PVLAN_SECONDARY]	= { .type = NLA_U16 },
	};
	struct nlattr *tb[VSWITCH_A_PVLAN_MAX + 1], *pos;
	int rem;

	if (nla_parse_nested(tb, VSWITCH_A_PVLAN_MAX, nest, policy) < 0 ||
	    !tb[VSWITCH_A_PVLAN_MODE] || !tb[VSWITCH_A_PVLAN_PRIMARY])
		return -EPROTO;
	pvlan->mode = nla_get_u32(tb[VSWITCH_A_PVLAN_MODE]);
	pvlan->primary = nla_get_u16(tb[VSWITCH_A_PVLAN_PRIMARY]);
	nla_for_each_nested(pos, nest, rem) {
		if (nla_type(pos) != VSWITCH_A_PVLAN_SECONDARY)
			continue;
		if (nla_get_u16(pos) > VSW_VLAN_MAX)
			return -EPROTO;
		vsw_vlan_add(&pvlan->secondary, nla_get_u16(pos));
	}
	return 0;
}

static void parse_values(struct nlattr **tb, struct vsw_port *port)
{
	static const struct {
		int attr;
		size_t offset;
	} flags[] = {
		{ VSWITCH_A_PORT_MAC_SPOOFING,
		  offsetof(struct vsw_port, mac_spoofing) },
		{ VSWITCH_A_PORT_DHCP_GUARD,
		  offsetof(struct vsw_port, dhcp_guard) },
		{ VSWITCH_A_PORT_ROUTER_GUARD,
		  offsetof(struct vsw_port, router_guard) },
		{ VSWITCH_A_PORT_ALLOW_TEAMING,
		  offsetof(struct vsw_port, allow_teaming) },
		{ VSWITCH_A_PORT_IEEE_PRIORITY_TAG,
		  offsetof(struct vsw_port, priority_tag) },
	}, numbers[] = {
		{ VSWITCH_A_PORT_STORM_LIMIT,
		  offsetof(struct vsw_port, storm_limit) },
		{ VSWITCH_A_PORT_DYNAMIC_IP_LIMIT,
		  offsetof(struct vsw_port, ip_limit) },
		{ VSWITCH_A_PORT_MIRROR, offsetof(struct vsw_port, mirror) },
		{ VSWITCH_A_PORT_OWN, offsetof(struct vsw_port, own) },
		{ VSWITCH_A_PORT_FROM_PROFILE,
		  offsetof(struct vsw_port, from_profile) },
		{ VSWITCH_A_PORT_FROM_DEFAULT,
		  offsetof(struct vsw_port, from_default) },
	};
	size_t i;

	for (i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (tb[flags[i].attr])
			*(bool *)((char *)port + flags[i].offset) =
				nla_get_u8(tb[flags[i].attr]);
	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (tb[numbers[i].attr])
			*(uint32_t *)((char *)port + numbers[i].offset) =
				nla_get_u32(tb[numbers[i].attr]);
	if (tb[VSWITCH_A_PORT_MIRROR_SESSION])
		port->mirror_session =
			nla_get_u8(tb[VSWITCH_A_PORT_MIRROR_SESSION]);
	if (tb[VSWITCH_A_PORT_VM])
		nla_strlcpy(port->vm, tb[VSWITCH_A_PORT_VM], sizeof(port->vm));
	if (tb[VSWITCH_A_PORT_PROFILE])
		nla_strlcpy(port->profile, tb[VSWITCH_A_PORT_PROFILE],
			    sizeof(port->profile));
	if (tb[VSWITCH_A_PORT_DEFAULT_PROFILE])
		nla_strlcpy(port->default_profile,
			    tb[VSWITCH_A_PORT_DEFAULT_PROFILE],
			    sizeof(port->default_profile));
}

static int ip_parse(struct nlattr *nest, struct vsw_ip *ip)
{
	static struct nla_policy policy[VSWITCH_A_IP_ADDRESS_MAX + 1] = {
		[VSWITCH_A_IP_ADDRESS_AGE]	= { .type = NLA_U32 },
	};
	struct nlattr *tb[VSWITCH_A_IP_ADDRESS_MAX + 1], *addr;

	if (nla_parse_nested(tb, VSWITCH_A_IP_ADDRESS_MAX, nest, policy) < 0)
		return -EPROTO;
	addr = tb[VSWITCH_A_IP_ADDRESS_ADDRESS];
	if (!addr || (nla_len(addr) != 4 && nla_len(addr) != 16))
		return -EPROTO;
	ip->family = nla_len(addr) == 4 ? AF_INET : AF_INET6;
	nla_memcpy(ip->addr, addr, sizeof(ip->addr));
	if (tb[VSWITCH_A_IP_ADDRESS_AGE])
		ip->age = nla_get_u32(tb[VSWITCH_A_IP_ADDRESS_AGE]);
	return 0;
}

static int compare_ips(const void *a, const void *b)
{
	const struct vsw_ip *x = a, *y = b;

	if (x->family != y->family)
		return x->family == AF_INET ? -1 : 1;
	return memcmp(x->addr, y->addr, sizeof(x->addr));
}

static int ips_parse(struct nlmsghdr *nlh, struct vsw_port *port)
{
	struct nlattr *pos;
	size_t n = 0;
	int rem, err;

	nlmsg_for_each_attr(pos, nlh, GENL_HDRLEN, rem)
		n += nla_type(pos) == VSWITCH_A_PORT_IP_ADDRESS;
	if (!n)
		return 0;
	port->ips = calloc(n, sizeof(*port->ips));
	if (!port->ips)
		return -ENOMEM;
	nlmsg_for_each_attr(pos, nlh, GENL_HDRLEN, rem) {
		if (nla_type(pos) != VSWITCH_A_PORT_IP_ADDRESS)
			continue;
		err = ip_parse(pos, &port->ips[port->n_ips]);
		if (err)
			return err;
		port->n_ips++;
	}
	qsort(port->ips, port->n_ips, sizeof(*port->ips), compare_ips);
	return 0;
}

/* @tb has room for VSWITCH_A_PORT_MAX + 1. */
int vsw_port_parse_attrs(struct nlmsghdr *nlh, struct nlattr **tb)
{
	static struct nla_policy policy[VSWITCH_A_PORT_MAX + 1] = {
		[VSWITCH_A_PORT_IFINDEX]	= { .type = NLA_U32 },
		[VSWITCH_A_PORT_IFNAME]		= { .type = NLA_NUL_STRING },
		[VSWITCH_A_PORT_SWITCH]		= { .type = NLA_U32 },
		[VSWITCH_A_PORT_ROLE]		= { .type = NLA_U32 },
		[VSWITCH_A_PORT_MAC]		= { .minlen = VSW_MAC_LEN },
		[VSWITCH_A_PORT_MAC_SPOOFING]	= { .type = NLA_U8 },
		[VSWITCH_A_PORT_VLAN]		= { .type = NLA_NESTED },
		[VSWITCH_A_PORT_LINK_UP]	= { .type = NLA_U8 },
		[VSWITCH_A_PORT_STATS]		= { .type = NLA_NESTED },
		[VSWITCH_A_PORT_PVLAN]		= { .type = NLA_NESTED },
		[VSWITCH_A_PORT_DHCP_GUARD]	= { .type = NLA_U8 },
		[VSWITCH_A_PORT_ROUTER_GUARD]	= { .type = NLA_U8 },
		[VSWITCH_A_PORT_ALLOW_TEAMING]	= { .type = NLA_U8 },
		[VSWITCH_A_PORT_STORM_LIMIT]	= { .type = NLA_U32 },
		[VSWITCH_A_PORT_DYNAMIC_IP_LIMIT]	= { .type = NLA_U32 },
		[VSWITCH_A_PORT_IEEE_PRIORITY_TAG]	= { .type = NLA_U8 },
		[VSWITCH_A_PORT_MIRROR]		= { .type = NLA_U32 },
		[VSWITCH_A_PORT_MIRROR_SESSION]	= { .type = NLA_U8 },
		[VSWITCH_A_PORT_VM]		= { .type = NLA_NUL_STRING },
		[VSWITCH_A_PORT_OWN]		= { .type = NLA_U32 },
		[VSWITCH_A_PORT_PROFILE]	= { .type = NLA_NUL_STRING },
		[VSWITCH_A_PORT_DEFAULT_PROFILE] = { .type = NLA_NUL_STRING },
		[VSWITCH_A_PORT_FROM_PROFILE]	= { .type = NLA_U32 },
		[VSWITCH_A_PORT_FROM_DEFAULT]	= { .type = NLA_U32 },
		[VSWITCH_A_PORT_USERS]		= { .type = NLA_U32 },
		[VSWITCH_A_PORT_ACL_RULES]	= { .type = NLA_U32 },
	};

	if (nlmsg_parse(nlh, GENL_HDRLEN, tb, VSWITCH_A_PORT_MAX, policy) < 0)
		return -EPROTO;
	return 0;
}

int vsw_port_parse_settings(struct nlattr **tb, struct vsw_port *port)
{
	int err;

	parse_values(tb, port);
	if (tb[VSWITCH_A_PORT_VLAN]) {
		err = vlan_parse(tb[VSWITCH_A_PORT_VLAN], &port->vlan);
		if (err)
			return err;
	}
	if (tb[VSWITCH_A_PORT_PVLAN])
		return pvlan_parse(tb[VSWITCH_A_PORT_PVLAN], &port->pvlan);
	return 0;
}

int vsw_port_parse(struct nlmsghdr *nlh, void *item)
{
	struct nlattr *tb[VSWITCH_A_PORT_MAX + 1];
	struct vsw_port *port = item;
	int err;

	if (vsw_port_parse_attrs(nlh, tb) || !tb[VSWITCH_A_PORT_IFINDEX])
		return -EPROTO;
	port->ifindex = nla_get_u32(tb[VSWITCH_A_PORT_IFINDEX]);
	if (tb[VSWITCH_A_PORT_IFNAME])
		nla_strlcpy(port->name, tb[VSWITCH_A_PORT_IFNAME],
			    sizeof(port->name));
	if (tb[VSWITCH_A_PORT_SWITCH])
		port->sw = nla_get_u32(tb[VSWITCH_A_PORT_SWITCH]);
	if (tb[VSWITCH_A_PORT_ROLE])
		port->role = nla_get_u32(tb[VSWITCH_A_PORT_ROLE]);
	if (tb[VSWITCH_A_PORT_MAC]) {
		port->has_mac = true;
		nla_memcpy(port->mac, tb[VSWITCH_A_PORT_MAC], VSW_MAC_LEN);
	}
	if (tb[VSWITCH_A_PORT_LINK_UP])
		port->link_up = nla_get_u8(tb[VSWITCH_A_PORT_LINK_UP]);
	err = vsw_port_parse_settings(tb, port);
	if (!err)
		err = ips_parse(nlh, port);
	if (err)
		return err;
	if (tb[VSWITCH_A_PORT_STATS])
		return vsw_stats_parse(tb[VSWITCH_A_PORT_STATS], &port->stats);
	return 0;
}

void vsw_port_clear(struct vsw_port *port)
{
	vsw_stats_clear(&port->stats);
	free(port->ips);
	port->ips = NULL;
	port->n_ips = 0;
}

static void clear_item(void *item)
{
	vsw_port_clear(item);
}

int vsw_port_get(struct vsw *c, uint32_t ifindex, struct vsw_port *port)
{
	struct nl_msg *msg;
	int err;

	memset(port, 0, sizeof(*port));
	err = vsw_connect(c);
	if (err)
		return err;
	msg = vsw_genl_msg(c, VSWITCH_CMD_PORT_GET, NLM_F_ACK);
	if (!msg)
		return vsw_no_memory(c);
	nla_put_u32(msg, VSWITCH_A_PORT_IFINDEX, ifindex);
	err = vsw_genl_talk(c, msg, &vsw_port_attrs, vsw_port_parse, port);
	if (err)
		vsw_port_clear(port);
	return err;
}

int vsw_port_dump(struct vsw *c, uint32_t sw, struct vsw_port **list,
		  size_t *n)
{
	struct vsw_list l = {
		.size = sizeof(struct vsw_port),
		.parse = vsw_port_parse,
		.clear = clear_item,
	};
	int err = vsw_list_dump(c, &l, VSWITCH_CMD_PORT_GET, &vsw_port_attrs,
				sw ? VSWITCH_A_PORT_SWITCH : 0, sw);

	*list = l.items;
	*n = l.n;
	return err;
}

void vsw_port_free(struct vsw_port *list, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		vsw_port_clear(&list[i]);
	free(list);
}

static int put_range(struct nl_msg *msg, unsigned int start, unsigned int end,
		     bool untagged)
{
	struct nlattr *nest;

	nest = nla_nest_start(msg, NLA_F_NESTED | VSWITCH_A_VLAN_RANGE);
	if (!nest ||
	    nla_put_u16(msg, VSWITCH_A_VLAN_RANGE_START, start) < 0 ||
	    (end != start &&
	     nla_put_u16(msg, VSWITCH_A_VLAN_RANGE_END, end) < 0) ||
	    (untagged && nla_put_flag(msg, VSWITCH_A_VLAN_RANGE_UNTAGGED) < 0))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

/* Two sets on the kernel's side of one membership: with and without a tag. */
static int put_vlan(struct nl_msg *msg, const struct vsw_vlan *vlan)
{
	struct vsw_vlan_set tagged = vlan->member;
	unsigned int start, end, from, i;
	struct nlattr *nest;

	for (i = 0; i < 64; i++)
		tagged.bits[i] &= ~vlan->untagged.bits[i];

	nest = nla_nest_start(msg, NLA_F_NESTED | VSWITCH_A_PORT_VLAN);
	if (!nest || nla_put_u16(msg, VSWITCH_A_VLAN_PVID, vlan->pvid) < 0 ||
	    nla_put_u32(msg, VSWITCH_A_VLAN_ACCEPT, vlan->accept) < 0)
		return -EMSGSIZE;
	for (from = VSW_VLAN_MIN;
	     vsw_vlan_next_range(&tagged, from, &start, &end); from = end + 1)
		if (put_range(msg, start, end, false))
			return -EMSGSIZE;
	for (from = VSW_VLAN_MIN;
	     vsw_vlan_next_range(&vlan->untagged, from, &start, &end);
	     from = end + 1)
		if (put_range(msg, start, end, true))
			return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static int put_pvlan(struct nl_msg *msg, const struct vsw_pvlan *pvlan)
{
	struct nlattr *nest;
	unsigned int vid;

	nest = nla_nest_start(msg, NLA_F_NESTED | VSWITCH_A_PORT_PVLAN);
	if (!nest || nla_put_u32(msg, VSWITCH_A_PVLAN_MODE, pvlan->mode) < 0 ||
	    nla_put_u16(msg, VSWITCH_A_PVLAN_PRIMARY, pvlan->primary) < 0)
		return -EMSGSIZE;
	for (vid = VSW_VLAN_MIN; vid <= VSW_VLAN_MAX; vid++)
		if (vsw_vlan_has(&pvlan->secondary, vid) &&
		    nla_put_u16(msg, VSWITCH_A_PVLAN_SECONDARY, vid) < 0)
			return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static void put_settings(struct nl_msg *msg, const struct vsw_port_change *chg)
{
	if (chg->set & VSWITCH_PORT_SETTING_MAC_SPOOFING)
		nla_put_u8(msg, VSWITCH_A_PORT_MAC_SPOOFING,
			   chg->mac_spoofing);
	if (chg->set & VSWITCH_PORT_SETTING_DHCP_GUARD)
		nla_put_u8(msg, VSWITCH_A_PORT_DHCP_GUARD, chg->dhcp_guard);
	if (chg->set & VSWITCH_PORT_SETTING_ROUTER_GUARD)
		nla_put_u8(msg, VSWITCH_A_PORT_ROUTER_GUARD,
			   chg->router_guard);
	if (chg->set & VSWITCH_PORT_SETTING_ALLOW_TEAMING)
		nla_put_u8(msg, VSWITCH_A_PORT_ALLOW_TEAMING,
			   chg->allow_teaming);
	if (chg->set & VSWITCH_PORT_SETTING_IEEE_PRIORITY_TAG)
		nla_put_u8(msg, VSWITCH_A_PORT_IEEE_PRIORITY_TAG,
			   chg->priority_tag);
	if (chg->set & VSWITCH_PORT_SETTING_STORM_LIMIT)
		nla_put_u32(msg, VSWITCH_A_PORT_STORM_LIMIT,
			    chg->storm_limit);
	if (chg->set & VSWITCH_PORT_SETTING_DYNAMIC_IP_LIMIT)
		nla_put_u32(msg, VSWITCH_A_PORT_DYNAMIC_IP_LIMIT, chg->ip_limit);
	if (chg->set & VSWITCH_PORT_SETTING_MIRROR) {
		nla_put_u32(msg, VSWITCH_A_PORT_MIRROR, chg->mirror);
		if (chg->mirror)
			nla_put_u8(msg, VSWITCH_A_PORT_MIRROR_SESSION,
				   chg->mirror_session);
	}
	if (chg->unset)
		nla_put_u32(msg, VSWITCH_A_PORT_UNSET, chg->unset);
}

/* Last in a message, so that what comes before has room whatever is in it. */
static int put_vlans(struct nl_msg *msg, const struct vsw_port_change *chg)
{
	if (!(chg->set & VSWITCH_PORT_SETTING_VLAN))
		return 0;
	return chg->pvlan.mode ? put_pvlan(msg, &chg->pvlan) :
				 put_vlan(msg, &chg->vlan);
}

/*
 * All of a change that can be said of a profile as well. On failure the message
 * is freed.
 */
int vsw_port_put_change(struct vsw *c, struct nl_msg *msg,
			const struct vsw_port_change *chg)
{
	put_settings(msg, chg);
	if (chg->txn)
		nla_put_u32(msg, VSWITCH_A_PORT_TXN, chg->txn);
	if (chg->has_expect)
		nla_put_u32(msg, VSWITCH_A_PORT_EXPECT_GENERATION,
			    chg->expect_generation);
	if (put_vlans(msg, chg)) {
		nlmsg_free(msg);
		return vsw_set_error(c, -EMSGSIZE,
				     "the list of VLANs is too long for one message");
	}
	return 0;
}

int vsw_port_set(struct vsw *c, const struct vsw_port_change *chg)
{
	int err = vsw_connect(c);
	struct nl_msg *msg;

	if (err)
		return err;
	msg = vsw_genl_msg(c, VSWITCH_CMD_PORT_SET, NLM_F_ACK);
	if (!msg)
		return vsw_no_memory(c);
	nla_put_u32(msg, VSWITCH_A_PORT_IFINDEX, chg->ifindex);
	if (chg->has_mac)
		nla_put(msg, VSWITCH_A_PORT_MAC, VSW_MAC_LEN, chg->mac);
	if (chg->has_vm)
		nla_put_string(msg, VSWITCH_A_PORT_VM, chg->vm);
	if (chg->has_profile)
		nla_put_string(msg, VSWITCH_A_PORT_PROFILE, chg->profile);
	err = vsw_port_put_change(c, msg, chg);
	if (err)
		return err;
	return vsw_genl_talk(c, msg, &vsw_port_attrs, NULL, NULL);
}

void vsw_port_stated(const struct vsw_port *port, struct vsw_port_change *chg)
{
	*chg = (struct vsw_port_change){
		.has_vm = port->vm[0],
		.has_profile = port->profile[0],
		.set = port->own,
		.mac_spoofing = port->mac_spoofing,
		.vlan = port->vlan,
		.pvlan = port->pvlan,
		.dhcp_guard = port->dhcp_guard,
		.router_guard = port->router_guard,
		.allow_teaming = port->allow_teaming,
		.priority_tag = port->priority_tag,
		.storm_limit = port->storm_limit,
		.ip_limit = port->ip_limit,
		.mirror = port->mirror,
		.mirror_session = port->mirror_session,
	};
	memcpy(chg->vm, port->vm, sizeof(chg->vm));
	memcpy(chg->profile, port->profile, sizeof(chg->profile));
}
