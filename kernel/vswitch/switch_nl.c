// SPDX-License-Identifier: GPL-2.0
/* Switches in generic netlink. */
#include "netlink.h"
#include "txn.h"
#include "vswitch.h"

/* Called with RTNL or sw->lock held, so that the switch stays. */
static int fill(struct sk_buff *skb, struct vsw_switch *sw, u32 portid,
		u32 seq, int flags, u8 cmd, struct netlink_callback *cb)
{
	char profile[VSWITCH_NAME_MAX + 1] = "";
	const struct vsw_profile *fallback;
	struct vsw_stats_sum sum = {};
	const struct vsw_table *table;
	struct vsw_port *uplink;
	u32 generation = 0;
	void *hdr;

	hdr = genlmsg_put(skb, portid, seq, &vsw_genl_family, flags, cmd);
	if (!hdr)
		return -EMSGSIZE;
	if (cb)
		genl_dump_check_consistent(cb, hdr);

	rcu_read_lock();
	table = rcu_dereference(sw->table);
	if (table)
		generation = table->generation;
	fallback = rcu_dereference(sw->profiles.fallback);
	if (fallback)
		strscpy(profile, fallback->name, sizeof(profile));
	rcu_read_unlock();
	uplink = sw->uplink;
	vsw_stats_of_switch(&sum, sw);

	if (nla_put_u32(skb, VSWITCH_A_SWITCH_IFINDEX, sw->dev->ifindex) ||
	    nla_put_string(skb, VSWITCH_A_SWITCH_IFNAME, sw->dev->name) ||
	    nla_put_u32(skb, VSWITCH_A_SWITCH_TYPE, sw->type) ||
	    nla_put_u32(skb, VSWITCH_A_SWITCH_BANDWIDTH_MODE,
			sw->bandwidth_mode) ||
	    nla_put_u8(skb, VSWITCH_A_SWITCH_IOV, sw->iov) ||
	    nla_put_be16(skb, VSWITCH_A_SWITCH_VLAN_PROTOCOL, sw->tpid) ||
	    (uplink && nla_put_u32(skb, VSWITCH_A_SWITCH_UPLINK,
				   uplink->dev->ifindex)) ||
	    nla_put_u32(skb, VSWITCH_A_SWITCH_AGEING_TIME,
			READ_ONCE(sw->fdb.ageing) / HZ) ||
	    nla_put_u32(skb, VSWITCH_A_SWITCH_FDB_LIMIT,
			READ_ONCE(sw->fdb.limit)) ||
	    nla_put_u32(skb, VSWITCH_A_SWITCH_FDB_COUNT,
			READ_ONCE(sw->fdb.count)) ||
	    nla_put_u32(skb, VSWITCH_A_SWITCH_PORTS, sw->nr_ports) ||
	    nla_put_u32(skb, VSWITCH_A_SWITCH_GENERATION, generation) ||
	    (profile[0] && nla_put_string(skb, VSWITCH_A_SWITCH_DEFAULT_PROFILE,
					  profile)) ||
	    vsw_stats_fill(skb, VSWITCH_A_SWITCH_STATS, &sum)) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

/**
 * vsw_nl_switch_notify() - tell the group events of a switch
 * @sw: the switch
 * @cmd: VSWITCH_CMD_SWITCH_NTF or VSWITCH_CMD_SWITCH_DEL_NTF
 *
 * Context: process; RTNL or sw->lock.
 */
void vsw_nl_switch_notify(struct vsw_switch *sw, u8 cmd)
{
	struct net *net = dev_net(sw->dev);
	struct sk_buff *skb = vsw_nl_event_new(net, GFP_KERNEL);

	if (!skb)
		return;
	if (fill(skb, sw, 0, 0, 0, cmd, NULL)) {
		nlmsg_free(skb);
		vsw_nl_event_lost(net);
		return;
	}
	vsw_nl_event_send(net, skb, GFP_KERNEL);
}

int vswitch_nl_switch_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *name = info->attrs[VSWITCH_A_SWITCH_IFNAME];
	struct nlattr *index = info->attrs[VSWITCH_A_SWITCH_IFINDEX];
	struct net *net = genl_info_net(info);
	struct net_device *dev;
	struct vsw_switch *sw;
	struct sk_buff *reply;
	u32 ifindex;
	int err;

	if (index) {
		ifindex = nla_get_u32(index);
	} else if (name) {
		dev = dev_get_by_name(net, nla_data(name));
		ifindex = dev ? dev->ifindex : 0;
		dev_put(dev);
	} else {
		vsw_nl_missing(info->extack, VSWITCH_A_SWITCH_IFINDEX,
			       "which switch? ifindex or ifname is needed");
		return -EINVAL;
	}
	sw = vsw_switch_lock(net, ifindex, info->extack);
	if (IS_ERR(sw)) {
		NL_SET_BAD_ATTR(info->extack, index ?: name);
		return PTR_ERR(sw);
	}

	err = -ENOMEM;
	reply = genlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	if (reply)
		err = fill(reply, sw, info->snd_portid, info->snd_seq, 0,
			   VSWITCH_CMD_SWITCH_GET, NULL);
	vsw_switch_unlock(sw);
	if (err) {
		nlmsg_free(reply);
		return err;
	}
	return genlmsg_reply(reply, info);
}

int vswitch_nl_switch_get_dumpit(struct sk_buff *skb,
				 struct netlink_callback *cb)
{
	struct nlattr **attrs = vsw_genl_dump_attrs(cb);
	struct net *net = sock_net(skb->sk);
	struct vsw_net *vnet = vsw_net(net);
	struct vsw_switch *sw;
	u32 only = 0;

	if (attrs && attrs[VSWITCH_A_SWITCH_IFINDEX])
		only = nla_get_u32(attrs[VSWITCH_A_SWITCH_IFINDEX]);

	rtnl_lock();
	cb->seq = atomic_read(&vnet->seq);
	list_for_each_entry(sw, &vnet->switches, node) {
		if (!vsw_nl_dump_seek(cb, sw) || cb->args[1] ||
		    (only && sw->dev->ifindex != only))
			continue;
		if (fill(skb, sw, NETLINK_CB(cb->skb).portid,
			 cb->nlh->nlmsg_seq, NLM_F_MULTI,
			 VSWITCH_CMD_SWITCH_GET, cb))
			break;
		cb->args[1] = 1;
	}
	rtnl_unlock();
	return skb->len;
}

/* Let a switch have the default profile that a request names. */
static int collect_default(struct vsw_switch *sw, struct nlattr *name,
			   struct vsw_profile_changes *changes,
			   struct netlink_ext_ack *extack)
{
	struct vsw_profile *profile = NULL;

	if (*(char *)nla_data(name)) {
		profile = vsw_nl_profile_find(sw, name, changes, extack);
		if (IS_ERR(profile))
			return PTR_ERR(profile);
	}
	vsw_profile_changes_default(changes, profile);
	return 0;
}

static int set_default(struct vsw_switch *sw, struct nlattr *name,
		       struct netlink_ext_ack *extack)
{
	struct vsw_profile_changes changes;
	int err;

	vsw_profile_changes_init(&changes);
	err = collect_default(sw, name, &changes, extack);
	if (!err)
		err = vsw_profile_changes_make(&changes, sw, extack);
	vsw_profile_changes_free(&changes);
	return err;
}

/* What a transaction may have of a switch is its default profile. */
static int stage(struct vsw_switch *sw, struct genl_info *info)
{
	struct nlattr *name = info->attrs[VSWITCH_A_SWITCH_DEFAULT_PROFILE];
	struct nlattr *txn = info->attrs[VSWITCH_A_SWITCH_TXN];
	struct vsw_profile_changes *changes;
	int err = 0;

	if (info->attrs[VSWITCH_A_SWITCH_FDB_LIMIT] ||
	    info->attrs[VSWITCH_A_SWITCH_AGEING_TIME]) {
		NL_SET_ERR_MSG_ATTR(info->extack, txn,
				    "of a switch a transaction changes the default-profile only");
		return -EINVAL;
	}
	changes = vsw_txn_profiles(info, txn, sw);
	if (IS_ERR(changes))
		return PTR_ERR(changes);
	if (name)
		err = collect_default(sw, name, changes, info->extack);
	vsw_txn_profiles_end();
	return err;
}

/* All of it, or nothing. */
static int set(struct vsw_switch *sw, struct genl_info *info)
{
	struct nlattr *name = info->attrs[VSWITCH_A_SWITCH_DEFAULT_PROFILE];
	struct nlattr *limit = info->attrs[VSWITCH_A_SWITCH_FDB_LIMIT];
	struct nlattr *ageing = info->attrs[VSWITCH_A_SWITCH_AGEING_TIME];
	u32 before = sw->fdb.limit;
	int err = 0;

	if (limit)
		err = vsw_switch_set_fdb_limit(sw, nla_get_u32(limit),
					       info->extack);
	if (err) {
		NL_SET_BAD_ATTR(info->extack, limit);
		return err;
	}
	if (name)
		err = set_default(sw, name, info->extack);
	if (err) {
		if (err != -ENOMEM)
			vsw_nl_blame(info->extack, name);
		/* More than that may have been learned: no entry goes for it. */
		if (limit)
			WRITE_ONCE(sw->fdb.limit, before);
		return err;
	}
	if (ageing)
		vsw_fdb_set_ageing(sw, nla_get_u32(ageing));
	vsw_nl_switch_notify(sw, VSWITCH_CMD_SWITCH_NTF);
	return 0;
}

int vswitch_nl_switch_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct vsw_switch *sw;
	struct nlattr *index;
	int err;

	index = vsw_nl_required(info, VSWITCH_A_SWITCH_IFINDEX,
				"which switch? ifindex is needed");
	if (!index)
		return -EINVAL;
	sw = vsw_switch_lock(genl_info_net(info), nla_get_u32(index),
			     info->extack);
	if (IS_ERR(sw)) {
		NL_SET_BAD_ATTR(info->extack, index);
		return PTR_ERR(sw);
	}

	err = vsw_nl_check_expected(info, sw,
				    info->attrs[VSWITCH_A_SWITCH_EXPECT_GENERATION]);
	if (!err && info->attrs[VSWITCH_A_SWITCH_TXN])
		err = stage(sw, info);
	else if (!err)
		err = set(sw, info);
	vsw_switch_unlock(sw);
	return err;
}
