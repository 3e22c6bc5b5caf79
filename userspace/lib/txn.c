// SPDX-License-Identifier: GPL-2.0
/* Transactions: several port changes that are made together or not at all. */
#include <errno.h>

#include <netlink/genl/genl.h>

#include "internal.h"

struct txn_reply {
	uint32_t id;
	uint32_t generation;
};

static int reply_parse(struct nlmsghdr *nlh, void *arg)
{
	static struct nla_policy policy[VSWITCH_A_TXN_MAX + 1] = {
		[VSWITCH_A_TXN_ID]		= { .type = NLA_U32 },
		[VSWITCH_A_TXN_GENERATION]	= { .type = NLA_U32 },
	};
	struct nlattr *tb[VSWITCH_A_TXN_MAX + 1];
	struct txn_reply *reply = arg;

	if (nlmsg_parse(nlh, GENL_HDRLEN, tb, VSWITCH_A_TXN_MAX, policy) < 0)
		return -EPROTO;
	if (tb[VSWITCH_A_TXN_ID])
		reply->id = nla_get_u32(tb[VSWITCH_A_TXN_ID]);
	if (tb[VSWITCH_A_TXN_GENERATION])
		reply->generation = nla_get_u32(tb[VSWITCH_A_TXN_GENERATION]);
	return 0;
}

static int txn_call(struct vsw *c, uint8_t cmd, int attr, uint32_t value,
		    struct txn_reply *reply)
{
	int err = vsw_connect(c);
	struct nl_msg *msg;

	if (err)
		return err;
	msg = vsw_genl_msg(c, cmd, NLM_F_ACK);
	if (!msg)
		return vsw_no_memory(c);
	nla_put_u32(msg, attr, value);
	return vsw_genl_talk(c, msg, &vsw_txn_attrs, reply_parse, reply);
}

int vsw_txn_begin(struct vsw *c, uint32_t sw, uint32_t *id,
		  uint32_t *generation)
{
	struct txn_reply reply = {};
	int err = txn_call(c, VSWITCH_CMD_TXN_BEGIN, VSWITCH_A_TXN_SWITCH, sw,
			   &reply);

	if (err)
		return err;
	*id = reply.id;
	if (generation)
		*generation = reply.generation;
	return 0;
}

int vsw_txn_commit(struct vsw *c, uint32_t id, uint32_t *generation)
{
	struct txn_reply reply = {};
	int err = txn_call(c, VSWITCH_CMD_TXN_COMMIT, VSWITCH_A_TXN_ID, id,
			   &reply);

	if (!err && generation)
		*generation = reply.generation;
	return err;
}

int vsw_txn_abort(struct vsw *c, uint32_t id)
{
	struct txn_reply reply = {};

	return txn_call(c, VSWITCH_CMD_TXN_ABORT, VSWITCH_A_TXN_ID, id, &reply);
}
