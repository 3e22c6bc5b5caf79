// SPDX-License-Identifier: GPL-2.0
/* The forwarding database in generic netlink. */
#include "netlink.h"
#include "team.h"
#include "vswitch.h"

/* What a message says of an entry, learned, static or assigned. */
struct fdb_info {
	u64 key;
	const struct vsw_port *port;
	enum vswitch_fdb_state state;
	u32 age;
};

static int fill(struct sk_buff *skb, struct vsw_switch *sw,
		const struct fdb_info *fdb, u32 portid, u32 seq, int flags,
		u8 cmd, struct netlink_callback *cb)
{
	u8 mac[ETH_ALEN];
	void *hdr;

	hdr = genlmsg_put(skb, portid, seq, &vsw_genl_family, flags, cmd);
	if (!hdr)
		return -EMSGSIZE;
	if (cb)
		genl_dump_check_consistent(cb, hdr);
	vsw_key_mac(fdb->key, mac);
	if (nla_put_u32(skb, VSWITCH_A_FDB_SWITCH, sw->dev->ifindex) ||
	    nla_put(skb, VSWITCH_A_FDB_MAC, ETH_ALEN, mac) ||
	    (fdb->state != VSWITCH_FDB_STATE_ASSIGNED &&
	     nla_put_u16(skb, VSWITCH_A_FDB_VID, vsw_key_vid(fdb->key))) ||
	    nla_put_u32(skb, VSWITCH_A_FDB_PORT, fdb->port->dev->ifindex) ||
	    nla_put_u32(skb, VSWITCH_A_FDB_STATE, fdb->state) ||
	    (fdb->state == VSWITCH_FDB_STATE_LEARNED &&
	     nla_put_u32(skb, VSWITCH_A_FDB_AGE, fdb->age))) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

static struct fdb_info info_of(const struct vsw_fdb_entry *entry)
{
	return (struct fdb_info) {
		.key = entry->key,
		.port = READ_ONCE(entry->port),
		.state = vsw_fdb_state(entry),
		.age = vsw_fdb_age(entry),
	};
}

/**
 * vsw_nl_fdb_notify() - tell the group events of an entry
 * @sw: the switch
 * @entry: the entry
 * @cmd: VSWITCH_CMD_FDB_NTF or VSWITCH_CMD_FDB_DEL_NTF
 *
 * Context: any; FDB lock.
 */
void vsw_nl_fdb_notify(struct vsw_switch *sw,
		       const struct vsw_fdb_entry *entry, u8 cmd)
{
	struct fdb_info fdb = info_of(entry);
	struct net *net = dev_net(sw->dev);
	struct sk_buff *skb = vsw_nl_event_new(net, GFP_ATOMIC);

	if (!skb)
		return;
	if (fill(skb, sw, &fdb, 0, 0, 0, cmd, NULL))
		nlmsg_free(skb);
	else
		vsw_nl_event_send(net, skb, GFP_ATOMIC);
}

/* The switch that a request names, locked. */
static struct vsw_switch *lock_switch(struct genl_info *info)
{
	struct vsw_switch *sw;
	struct nlattr *attr;

	attr = vsw_nl_required(info, VSWITCH_A_FDB_SWITCH,
			       "which switch? its ifindex is needed");
	if (!attr)
		return ERR_PTR(-EINVAL);
	sw = vsw_switch_lock(genl_info_net(info), nla_get_u32(attr),
			     info->extack);
	if (IS_ERR(sw))
		NL_SET_BAD_ATTR(info->extack, attr);
	return sw;
}

/* The address and VLAN that a request names; VLAN 0 if it names none. */
static int get_key(struct genl_info *info, u64 *key)
{
	struct nlattr *vid = info->attrs[VSWITCH_A_FDB_VID];
	struct nlattr *mac;

	mac = vsw_nl_required(info, VSWITCH_A_FDB_MAC,
			      "which address? mac is needed");
	if (!mac)
		return -EINVAL;
	if (!is_valid_ether_addr(nla_data(mac))) {
		NL_SET_ERR_MSG_ATTR(info->extack, mac,
				    "mac is a unicast address and not zero");
		return -EADDRNOTAVAIL;
	}
	*key = vsw_mac_key(nla_data(mac), vid ? nla_get_u16(vid) : 0);
	return 0;
}

int vswitch_nl_fdb_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct vsw_snap *owner;
	struct vsw_fdb_entry *entry;
	struct vsw_table *table;
	struct vsw_switch *sw;
	struct fdb_info fdb;
	struct sk_buff *reply;
	u64 key;
	int err;

	err = get_key(info, &key);
	if (err)
		return err;
	reply = genlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	if (!reply)
		return -ENOMEM;
	sw = lock_switch(info);
	if (IS_ERR(sw)) {
		nlmsg_free(reply);
		return PTR_ERR(sw);
	}

	rcu_read_lock();
	table = vsw_dereference(sw);
	key = vsw_table_key(table, key);
	owner = vsw_table_assigned(table, key & ~0xffffULL);
	entry = vsw_fdb_find(&sw->fdb, key);
	if (owner && vsw_table_holds(table, owner, vsw_key_vid(key)) &&
	    !vsw_team_find(table, &sw->fdb, owner, key)) {
		fdb.key = key;
		fdb.port = owner->port;
		fdb.state = VSWITCH_FDB_STATE_ASSIGNED;
		err = 0;
	} else if (entry) {
		fdb = info_of(entry);
	} else {
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[VSWITCH_A_FDB_MAC],
				    "no entry for this mac and vlan");
		err = -ENOENT;
	}
	if (!err)
		err = fill(reply, sw, &fdb, info->snd_portid, info->snd_seq, 0,
			   VSWITCH_CMD_FDB_GET, NULL);
	rcu_read_unlock();
	vsw_switch_unlock(sw);
	if (err) {
		nlmsg_free(reply);
		return err;
	}
	return genlmsg_reply(reply, info);
}

/*
 * Assigned MACs, by port, from cb->args[1] on. One that moves between two ports
 * meanwhile can be missed or come twice.
 */
static int dump_assigned(struct sk_buff *skb, struct netlink_callback *cb,
			 struct vsw_switch *sw)
{
	struct vsw_port *port;
	unsigned long index;

	xa_for_each_start(&sw->ports, index, port, cb->args[1]) {
		struct fdb_info fdb = {
			.key = port->snap->policy.mac,
			.port = port,
			.state = VSWITCH_FDB_STATE_ASSIGNED,
		};

		if (fdb.key && fill(skb, sw, &fdb, NETLINK_CB(cb->skb).portid,
				    cb->nlh->nlmsg_seq, NLM_F_MULTI,
				    VSWITCH_CMD_FDB_GET, cb))
			return -EMSGSIZE;
		cb->args[1] = index + 1;
	}
	return 0;
}

/*
 * Learned and static entries, by id, from cb->args[2] on. Ids only rise, so
 * an entry that is there all the time is dumped exactly once.
 */
static int dump_entries(struct sk_buff *skb, struct netlink_callback *cb,
			struct vsw_switch *sw)
{
	struct vsw_fdb_entry *entry;
	unsigned long id;
	int err = 0;

	rcu_read_lock();
	xa_for_each_start(&sw->fdb.ids, id, entry, cb->args[2]) {
		struct fdb_info fdb = info_of(entry);

		err = fill(skb, sw, &fdb, NETLINK_CB(cb->skb).portid,
			   cb->nlh->nlmsg_seq, NLM_F_MULTI,
			   VSWITCH_CMD_FDB_GET, cb);
		if (err)
			break;
		cb->args[2] = id + 1;
	}
	rcu_read_unlock();
	return err;
}

int vswitch_nl_fdb_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct nlattr **attrs = vsw_genl_dump_attrs(cb);
	struct vsw_net *vnet = vsw_net(sock_net(skb->sk));
	struct vsw_switch *sw;
	u32 only = 0;
	int err = 0;

	if (attrs && attrs[VSWITCH_A_FDB_SWITCH])
		only = nla_get_u32(attrs[VSWITCH_A_FDB_SWITCH]);

	rtnl_lock();
	/* Marks what becomes of ports; entries come and go without a mark. */
	cb->seq = atomic_read(&vnet->seq);
	list_for_each_entry(sw, &vnet->switches, node) {
		if (!vsw_nl_dump_seek(cb, sw) ||
		    (only && sw->dev->ifindex != only))
			continue;
		mutex_lock(&sw->lock);
		err = dump_assigned(skb, cb, sw);
		if (!err)
			err = dump_entries(skb, cb, sw);
		mutex_unlock(&sw->lock);
		if (err)
			break;
	}
	rtnl_unlock();
	return skb->len;
}

int vswitch_nl_fdb_add_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct net *net = genl_info_net(info);
	struct vsw_switch *sw;
	struct vsw_port *port;
	struct nlattr *attr;
	u64 key;
	int err;

	err = get_key(info, &key);
	if (err)
		return err;
	attr = vsw_nl_required(info, VSWITCH_A_FDB_PORT,
			       "which port? its ifindex is needed");
	if (!attr)
		return -EINVAL;
	port = vsw_port_lock(net, nla_get_u32(attr), NULL, info->extack);
	if (IS_ERR(port)) {
		NL_SET_BAD_ATTR(info->extack, attr);
		return PTR_ERR(port);
	}
	sw = port->sw;

	if (info->attrs[VSWITCH_A_FDB_SWITCH] &&
	    nla_get_u32(info->attrs[VSWITCH_A_FDB_SWITCH]) !=
	    sw->dev->ifindex) {
		NL_SET_ERR_MSG_ATTR(info->extack, attr,
				    "the port belongs to another switch");
		err = -EINVAL;
	} else {
		err = vsw_fdb_add_static(sw, port, key, false, info->extack);
		if (err)
			NL_SET_BAD_ATTR(info->extack,
					info->attrs[VSWITCH_A_FDB_MAC]);
	}
	vsw_switch_unlock(sw);
	return err;
}

int vswitch_nl_fdb_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct vsw_switch *sw;
	u64 key;
	int err;

	err = get_key(info, &key);
	if (err)
		return err;
	sw = lock_switch(info);
	if (IS_ERR(sw))
		return PTR_ERR(sw);
	err = vsw_fdb_del(sw, key, info->extack);
	if (err)
		NL_SET_BAD_ATTR(info->extack, info->attrs[VSWITCH_A_FDB_MAC]);
	vsw_switch_unlock(sw);
	return err;
}

int vswitch_nl_fdb_flush_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr **attrs = info->attrs;
	struct vsw_fdb_filter filter = { .vid = -1 };
	enum vswitch_fdb_state state = VSWITCH_FDB_STATE_LEARNED;
	struct vsw_switch *sw;
	struct vsw_port *port;
	struct nlattr *attr;

	if (attrs[VSWITCH_A_FDB_VID])
		filter.vid = nla_get_u16(attrs[VSWITCH_A_FDB_VID]);
	if (attrs[VSWITCH_A_FDB_STATE])
		state = nla_get_u32(attrs[VSWITCH_A_FDB_STATE]);
	if (state == VSWITCH_FDB_STATE_ASSIGNED) {
		NL_SET_ERR_MSG_ATTR(info->extack, attrs[VSWITCH_A_FDB_STATE],
				    "assigned MACs are not flushed: take them from their ports");
		return -EINVAL;
	}
	filter.statics = state == VSWITCH_FDB_STATE_STATIC;

	attr = attrs[VSWITCH_A_FDB_PORT];
	if (!attr) {
		sw = lock_switch(info);
		if (IS_ERR(sw))
			return PTR_ERR(sw);
		goto flush;
	}
	port = vsw_port_lock(genl_info_net(info), nla_get_u32(attr), NULL,
			     info->extack);
	if (IS_ERR(port)) {
		NL_SET_BAD_ATTR(info->extack, attr);
		return PTR_ERR(port);
	}
	sw = port->sw;
	filter.port = port;
	if (attrs[VSWITCH_A_FDB_SWITCH] &&
	    nla_get_u32(attrs[VSWITCH_A_FDB_SWITCH]) != sw->dev->ifindex) {
		NL_SET_ERR_MSG_ATTR(info->extack, attr,
				    "the port belongs to another switch");
		vsw_switch_unlock(sw);
		return -EINVAL;
	}
flush:
	if (filter.vid >= 0)
		filter.vid = vsw_table_fid(vsw_dereference(sw), filter.vid);
	vsw_fdb_flush(sw, &filter);
	vsw_switch_unlock(sw);
	return 0;
}
