// SPDX-License-Identifier: GPL-2.0
/* Transactions in generic netlink. */
#include "netlink.h"
#include "txn.h"
#include "vswitch.h"

int vswitch_nl_txn_begin_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *expect = info->attrs[VSWITCH_A_TXN_GENERATION];
	struct nlattr *index;
	struct vsw_switch *sw;
	struct sk_buff *reply;
	u32 id, generation;
	void *hdr;
	int err;

	index = vsw_nl_required(info, VSWITCH_A_TXN_SWITCH,
				"which switch? its ifindex is needed");
	if (!index)
		return -EINVAL;
	/* First, so that no transaction begins that nobody hears of. */
	reply = vsw_nl_reply_new(info, &hdr);
	if (!reply)
		return -ENOMEM;

	sw = vsw_switch_lock(genl_info_net(info), nla_get_u32(index),
			     info->extack);
	if (IS_ERR(sw)) {
		NL_SET_BAD_ATTR(info->extack, index);
		err = PTR_ERR(sw);
		goto free;
	}
	generation = vsw_dereference(sw)->generation;
	err = vsw_nl_check_expected(info, sw, expect);
	if (!err)
		err = vsw_txn_begin(info, sw, &id);
	vsw_switch_unlock(sw);
	if (err) {
		vsw_nl_blame(info->extack, index);
		goto free;
	}

	/* An empty message has room for two numbers. */
	nla_put_u32(reply, VSWITCH_A_TXN_ID, id);
	nla_put_u32(reply, VSWITCH_A_TXN_GENERATION, generation);
	return vsw_nl_reply_send(info, reply, hdr);

free:
	nlmsg_free(reply);
	return err;
}

int vswitch_nl_txn_commit_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct sk_buff *reply;
	struct nlattr *id;
	u32 generation;
	void *hdr;
	int err;

	id = vsw_nl_required(info, VSWITCH_A_TXN_ID,
			     "which transaction? its id is needed");
	if (!id)
		return -EINVAL;
	reply = vsw_nl_reply_new(info, &hdr);
	if (!reply)
		return -ENOMEM;
	err = vsw_txn_commit(info, nla_get_u32(id), &generation);
	if (err) {
		NL_SET_BAD_ATTR(info->extack, id);
		nlmsg_free(reply);
		return err;
	}
	nla_put_u32(reply, VSWITCH_A_TXN_GENERATION, generation);
	return vsw_nl_reply_send(info, reply, hdr);
}

int vswitch_nl_txn_abort_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *id;
	int err;

	id = vsw_nl_required(info, VSWITCH_A_TXN_ID,
			     "which transaction? its id is needed");
	if (!id)
		return -EINVAL;
	err = vsw_txn_abort(info, nla_get_u32(id));
	if (err)
		NL_SET_BAD_ATTR(info->extack, id);
	return err;
}
