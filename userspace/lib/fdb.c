// SPDX-License-Identifier: GPL-2.0
/* The forwarding database of a switch. */
#include <errno.h>

#include <netlink/genl/genl.h>

#include "internal.h"

int vsw_fdb_parse(struct nlmsghdr *nlh, void *item)
{
	static struct nla_policy policy[VSWITCH_A_FDB_MAX + 1] = {
		[VSWITCH_A_FDB_SWITCH]	= { .type = NLA_U32 },
		[VSWITCH_A_FDB_MAC]	= { .minlen = VSW_MAC_LEN },
		[VSWITCH_A_FDB_VID]	= { .type = NLA_U16 },
		[VSWITCH_A_FDB_PORT]	= { .type = NLA_U32 },
		[VSWITCH_A_FDB_STATE]	= { .type = NLA_U32 },
		[VSWITCH_A_FDB_AGE]	= { .type = NLA_U32 },
	};
	struct nlattr *tb[VSWITCH_A_FDB_MAX + 1];
	struct vsw_fdb *fdb = item;

	if (nlmsg_parse(nlh, GENL_HDRLEN, tb, VSWITCH_A_FDB_MAX, policy) < 0 ||
	    !tb[VSWITCH_A_FDB_MAC])
		return -EPROTO;
	nla_memcpy(fdb->mac, tb[VSWITCH_A_FDB_MAC], VSW_MAC_LEN);
	if (tb[VSWITCH_A_FDB_SWITCH])
		fdb->sw = nla_get_u32(tb[VSWITCH_A_FDB_SWITCH]);
	if (tb[VSWITCH_A_FDB_VID]) {
		fdb->has_vid = true;
		fdb->vid = nla_get_u16(tb[VSWITCH_A_FDB_VID]);
	}
	if (tb[VSWITCH_A_FDB_PORT])
		fdb->port = nla_get_u32(tb[VSWITCH_A_FDB_PORT]);
	if (tb[VSWITCH_A_FDB_STATE])
		fdb->state = nla_get_u32(tb[VSWITCH_A_FDB_STATE]);
	if (tb[VSWITCH_A_FDB_AGE]) {
		fdb->has_age = true;
		fdb->age = nla_get_u32(tb[VSWITCH_A_FDB_AGE]);
	}
	return 0;
}

int vsw_fdb_dump(struct vsw *c, uint32_t sw, struct vsw_fdb **list, size_t *n)
{
	struct vsw_list l = {
		.size = sizeof(struct vsw_fdb),
		.parse = vsw_fdb_parse,
	};
	int err = vsw_list_dump(c, &l, VSWITCH_CMD_FDB_GET, &vsw_fdb_attrs,
				VSWITCH_A_FDB_SWITCH, sw);

	*list = l.items;
	*n = l.n;
	return err;
}

int vsw_fdb_add(struct vsw *c, const struct vsw_fdb *fdb)
{
	int err = vsw_connect(c);
	struct nl_msg *msg;

	if (err)
		return err;
	msg = vsw_genl_msg(c, VSWITCH_CMD_FDB_ADD, NLM_F_ACK);
	if (!msg)
		return vsw_no_memory(c);
	nla_put_u32(msg, VSWITCH_A_FDB_SWITCH, fdb->sw);
	nla_put(msg, VSWITCH_A_FDB_MAC, VSW_MAC_LEN, fdb->mac);
	nla_put_u16(msg, VSWITCH_A_FDB_VID, fdb->vid);
	nla_put_u32(msg, VSWITCH_A_FDB_PORT, fdb->port);
	return vsw_genl_talk(c, msg, &vsw_fdb_attrs, NULL, NULL);
}

int vsw_fdb_del(struct vsw *c, const struct vsw_fdb *fdb)
{
	int err = vsw_connect(c);
	struct nl_msg *msg;

	if (err)
		return err;
	msg = vsw_genl_msg(c, VSWITCH_CMD_FDB_DEL, NLM_F_ACK);
	if (!msg)
		return vsw_no_memory(c);
	nla_put_u32(msg, VSWITCH_A_FDB_SWITCH, fdb->sw);
	nla_put(msg, VSWITCH_A_FDB_MAC, VSW_MAC_LEN, fdb->mac);
	nla_put_u16(msg, VSWITCH_A_FDB_VID, fdb->vid);
	return vsw_genl_talk(c, msg, &vsw_fdb_attrs, NULL, NULL);
}

int vsw_fdb_flush(struct vsw *c, const struct vsw_fdb_filter *filter)
{
	int err = vsw_connect(c);
	struct nl_msg *msg;

	if (err)
		return err;
	msg = vsw_genl_msg(c, VSWITCH_CMD_FDB_FLUSH, NLM_F_ACK);
	if (!msg)
		return vsw_no_memory(c);
	nla_put_u32(msg, VSWITCH_A_FDB_SWITCH, filter->sw);
	if (filter->has_vid)
		nla_put_u16(msg, VSWITCH_A_FDB_VID, filter->vid);
	if (filter->port)
		nla_put_u32(msg, VSWITCH_A_FDB_PORT, filter->port);
	if (filter->has_state)
		nla_put_u32(msg, VSWITCH_A_FDB_STATE, filter->state);
	return vsw_genl_talk(c, msg, &vsw_fdb_attrs, NULL, NULL);
}
