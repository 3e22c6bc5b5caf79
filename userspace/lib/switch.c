// SPDX-License-Identifier: GPL-2.0
/* Switches: read them, set what is set without rtnetlink. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <netlink/genl/genl.h>

#include "internal.h"

int vsw_switch_parse(struct nlmsghdr *nlh, void *item)
{
	static struct nla_policy policy[VSWITCH_A_SWITCH_MAX + 1] = {
		[VSWITCH_A_SWITCH_IFINDEX]	= { .type = NLA_U32 },
		[VSWITCH_A_SWITCH_IFNAME]	= { .type = NLA_NUL_STRING },
		[VSWITCH_A_SWITCH_TYPE]		= { .type = NLA_U32 },
		[VSWITCH_A_SWITCH_BANDWIDTH_MODE] = { .type = NLA_U32 },
		[VSWITCH_A_SWITCH_IOV]		= { .type = NLA_U8 },
		[VSWITCH_A_SWITCH_VLAN_PROTOCOL] = { .type = NLA_U16 },
		[VSWITCH_A_SWITCH_UPLINK]	= { .type = NLA_U32 },
		[VSWITCH_A_SWITCH_AGEING_TIME]	= { .type = NLA_U32 },
		[VSWITCH_A_SWITCH_FDB_LIMIT]	= { .type = NLA_U32 },
		[VSWITCH_A_SWITCH_FDB_COUNT]	= { .type = NLA_U32 },
		[VSWITCH_A_SWITCH_PORTS]	= { .type = NLA_U32 },
		[VSWITCH_A_SWITCH_GENERATION]	= { .type = NLA_U32 },
		[VSWITCH_A_SWITCH_STATS]	= { .type = NLA_NESTED },
		[VSWITCH_A_SWITCH_DEFAULT_PROFILE] = { .type = NLA_NUL_STRING },
	};
	struct nlattr *tb[VSWITCH_A_SWITCH_MAX + 1];
	struct vsw_switch *sw = item;

	if (nlmsg_parse(nlh, GENL_HDRLEN, tb, VSWITCH_A_SWITCH_MAX,
			policy) < 0 || !tb[VSWITCH_A_SWITCH_IFINDEX])
		return -EPROTO;
	sw->ifindex = nla_get_u32(tb[VSWITCH_A_SWITCH_IFINDEX]);
	if (tb[VSWITCH_A_SWITCH_IFNAME])
		nla_strlcpy(sw->name, tb[VSWITCH_A_SWITCH_IFNAME],
			    sizeof(sw->name));
	if (tb[VSWITCH_A_SWITCH_TYPE])
		sw->type = nla_get_u32(tb[VSWITCH_A_SWITCH_TYPE]);
	if (tb[VSWITCH_A_SWITCH_BANDWIDTH_MODE])
		sw->bandwidth_mode =
			nla_get_u32(tb[VSWITCH_A_SWITCH_BANDWIDTH_MODE]);
	if (tb[VSWITCH_A_SWITCH_IOV])
		sw->iov = nla_get_u8(tb[VSWITCH_A_SWITCH_IOV]);
	if (tb[VSWITCH_A_SWITCH_VLAN_PROTOCOL])
		sw->vlan_proto =
			ntohs(nla_get_u16(tb[VSWITCH_A_SWITCH_VLAN_PROTOCOL]));
	if (tb[VSWITCH_A_SWITCH_UPLINK])
		sw->uplink = nla_get_u32(tb[VSWITCH_A_SWITCH_UPLINK]);
	if (tb[VSWITCH_A_SWITCH_AGEING_TIME])
		sw->ageing_time = nla_get_u32(tb[VSWITCH_A_SWITCH_AGEING_TIME]);
	if (tb[VSWITCH_A_SWITCH_FDB_LIMIT])
		sw->fdb_limit = nla_get_u32(tb[VSWITCH_A_SWITCH_FDB_LIMIT]);
	if (tb[VSWITCH_A_SWITCH_FDB_COUNT])
		sw->fdb_count = nla_get_u32(tb[VSWITCH_A_SWITCH_FDB_COUNT]);
	if (tb[VSWITCH_A_SWITCH_PORTS])
		sw->ports = nla_get_u32(tb[VSWITCH_A_SWITCH_PORTS]);
	if (tb[VSWITCH_A_SWITCH_GENERATION])
		sw->generation = nla_get_u32(tb[VSWITCH_A_SWITCH_GENERATION]);
	if (tb[VSWITCH_A_SWITCH_DEFAULT_PROFILE])
		nla_strlcpy(sw->default_profile,
			    tb[VSWITCH_A_SWITCH_DEFAULT_PROFILE],
			    sizeof(sw->default_profile));
	if (tb[VSWITCH_A_SWITCH_STATS])
		return vsw_stats_parse(tb[VSWITCH_A_SWITCH_STATS], &sw->stats);
	return 0;
}

void vsw_switch_clear(struct vsw_switch *sw)
{
	vsw_stats_clear(&sw->stats);
}

static void clear_item(void *item)
{
	vsw_switch_clear(item);
}

int vsw_switch_get(struct vsw *c, uint32_t ifindex, struct vsw_switch *sw)
{
	struct nl_msg *msg;
	int err;

	memset(sw, 0, sizeof(*sw));
	err = vsw_connect(c);
	if (err)
		return err;
	msg = vsw_genl_msg(c, VSWITCH_CMD_SWITCH_GET, NLM_F_ACK);
	if (!msg)
		return vsw_no_memory(c);
	nla_put_u32(msg, VSWITCH_A_SWITCH_IFINDEX, ifindex);
	err = vsw_genl_talk(c, msg, &vsw_switch_attrs, vsw_switch_parse, sw);
	if (err)
		vsw_switch_clear(sw);
	return err;
}

int vsw_switch_dump(struct vsw *c, struct vsw_switch **list, size_t *n)
{
	struct vsw_list l = {
		.size = sizeof(struct vsw_switch),
		.parse = vsw_switch_parse,
		.clear = clear_item,
	};
	int err = vsw_list_dump(c, &l, VSWITCH_CMD_SWITCH_GET,
				&vsw_switch_attrs, 0, 0);

	*list = l.items;
	*n = l.n;
	return err;
}

void vsw_switch_free(struct vsw_switch *list, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		vsw_switch_clear(&list[i]);
	free(list);
}

int vsw_switch_set(struct vsw *c, const struct vsw_switch_change *chg)
{
	int err = vsw_connect(c);
	struct nl_msg *msg;

	if (err)
		return err;
	msg = vsw_genl_msg(c, VSWITCH_CMD_SWITCH_SET, NLM_F_ACK);
	if (!msg)
		return vsw_no_memory(c);
	nla_put_u32(msg, VSWITCH_A_SWITCH_IFINDEX, chg->ifindex);
	if (chg->ageing_time)
		nla_put_u32(msg, VSWITCH_A_SWITCH_AGEING_TIME,
			    chg->ageing_time);
	if (chg->fdb_limit)
		nla_put_u32(msg, VSWITCH_A_SWITCH_FDB_LIMIT, chg->fdb_limit);
	if (chg->has_default_profile)
		nla_put_string(msg, VSWITCH_A_SWITCH_DEFAULT_PROFILE,
			       chg->default_profile);
	if (chg->txn)
		nla_put_u32(msg, VSWITCH_A_SWITCH_TXN, chg->txn);
	if (chg->has_expect)
		nla_put_u32(msg, VSWITCH_A_SWITCH_EXPECT_GENERATION,
			    chg->expect_generation);
	return vsw_genl_talk(c, msg, &vsw_switch_attrs, NULL, NULL);
}
