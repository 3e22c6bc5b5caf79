// SPDX-License-Identifier: GPL-2.0
/*
 * The forwarding database for bridge(8): 'bridge fdb ... dev SWITCH self'.
 * The port is given, and shown, with 'via'. The forms without self are gated
 * by the kernel on flags of the Linux bridge's own.
 */
#include <net/neighbour.h>
#include <net/netlink.h>
#include <net/sock.h>

#include "netlink.h"
#include "team.h"
#include "vswitch.h"

/**
 * vsw_fdb_rtnl_add() - ndo_fdb_add of a switch
 * @ndm: the request
 * @tb: NDA_*
 * @dev: the switch
 * @addr: the address
 * @vid: the VLAN; 0 is the untagged one
 * @flags: NLM_F_*
 * @extack: for the refusal
 *
 * Context: process; RTNL.
 * Return: 0, or a negative errno with the reason in @extack.
 */
int vsw_fdb_rtnl_add(struct ndmsg *ndm, struct nlattr *tb[],
		     struct net_device *dev, const unsigned char *addr,
		     u16 vid, u16 flags, struct netlink_ext_ack *extack)
{
	struct vsw_switch *sw = netdev_priv(dev);
	struct net_device *port_dev;
	struct vsw_port *port;
	int err;

	if (!tb[NDA_IFINDEX]) {
		vsw_nl_missing(extack, NDA_IFINDEX,
			       "which port? name it with 'via DEV'");
		return -EINVAL;
	}
	if (!(ndm->ndm_state & (NUD_PERMANENT | NUD_NOARP))) {
		NL_SET_ERR_MSG(extack,
			       "an added entry is static or permanent: it neither ages nor moves");
		return -EINVAL;
	}
	if (!is_valid_ether_addr(addr)) {
		NL_SET_ERR_MSG_ATTR(extack, tb[NDA_LLADDR],
				    "the address is a unicast one and not zero");
		return -EADDRNOTAVAIL;
	}
	/* The core hands attributes over as they came. */
	if (nla_len(tb[NDA_IFINDEX]) != sizeof(u32)) {
		NL_SET_ERR_MSG_ATTR(extack, tb[NDA_IFINDEX],
				    "'via' takes the ifindex of a port, 4 bytes");
		return -EINVAL;
	}
	port_dev = __dev_get_by_index(dev_net(dev),
				      nla_get_u32(tb[NDA_IFINDEX]));
	port = port_dev ? vsw_port_rtnl(port_dev) : NULL;
	if (!port || port->sw != sw) {
		NL_SET_ERR_MSG_ATTR(extack, tb[NDA_IFINDEX],
				    "the device named with 'via' is not a port of this switch");
		return -EINVAL;
	}
	mutex_lock(&sw->lock);
	err = vsw_fdb_add_static(sw, port, vsw_mac_key(addr, vid),
				 flags & NLM_F_REPLACE, extack);
	mutex_unlock(&sw->lock);
	if (err)
		vsw_nl_blame(extack, tb[NDA_LLADDR]);
	return err;
}

/**
 * vsw_fdb_rtnl_del() - ndo_fdb_del of a switch
 * @ndm: the request
 * @tb: NDA_*
 * @dev: the switch
 * @addr: the address
 * @vid: the VLAN
 * @extack: for the refusal
 *
 * Context: process; RTNL.
 * Return: 0, or a negative errno with the reason in @extack.
 */
int vsw_fdb_rtnl_del(struct ndmsg *ndm, struct nlattr *tb[],
		     struct net_device *dev, const unsigned char *addr,
		     u16 vid, struct netlink_ext_ack *extack)
{
	struct vsw_switch *sw = netdev_priv(dev);
	int err;

	mutex_lock(&sw->lock);
	err = vsw_fdb_del(sw, vsw_mac_key(addr, vid), extack);
	mutex_unlock(&sw->lock);
	if (err)
		vsw_nl_blame(extack, tb[NDA_LLADDR]);
	return err;
}

static int fill(struct sk_buff *skb, struct vsw_switch *sw, u64 key,
		const struct vsw_port *port, u16 state, u32 age, u32 portid,
		u32 seq, int type, int flags)
{
	struct nda_cacheinfo ci = {
		.ndm_used = jiffies_to_clock_t((unsigned long)age * HZ),
		.ndm_updated = jiffies_to_clock_t((unsigned long)age * HZ),
	};
	struct nlmsghdr *nlh;
	struct ndmsg *ndm;
	u8 mac[ETH_ALEN];

	nlh = nlmsg_put(skb, portid, seq, type, sizeof(*ndm), flags);
	if (!nlh)
		return -EMSGSIZE;
	ndm = nlmsg_data(nlh);
	memset(ndm, 0, sizeof(*ndm));
	ndm->ndm_family = AF_BRIDGE;
	ndm->ndm_flags = NTF_SELF;
	ndm->ndm_ifindex = sw->dev->ifindex;
	ndm->ndm_state = state;
	vsw_key_mac(key, mac);
	if (nla_put(skb, NDA_LLADDR, ETH_ALEN, mac) ||
	    nla_put_u32(skb, NDA_IFINDEX, port->dev->ifindex) ||
	    (vsw_key_vid(key) &&
	     nla_put_u16(skb, NDA_VLAN, vsw_key_vid(key))) ||
	    nla_put(skb, NDA_CACHEINFO, sizeof(ci), &ci)) {
		nlmsg_cancel(skb, nlh);
		return -EMSGSIZE;
	}
	nlmsg_end(skb, nlh);
	return 0;
}

static int fill_entry(struct sk_buff *skb, struct vsw_switch *sw,
		      const struct vsw_fdb_entry *entry, u32 portid, u32 seq,
		      int type, int flags)
{
	u16 state = vsw_fdb_state(entry) == VSWITCH_FDB_STATE_STATIC ?
		    NUD_NOARP : NUD_REACHABLE;

	return fill(skb, sw, entry->key, READ_ONCE(entry->port), state,
		    vsw_fdb_age(entry), portid, seq, type, flags);
}

/**
 * vsw_fdb_rtnl_dump() - ndo_fdb_dump of a switch
 * @skb: where to write
 * @cb: the dump; args[2] is where to go on
 * @dev: the switch
 * @filter_dev: unused
 * @idx: as @cb counts
 *
 * Shows nothing to those who may not see MAC addresses: an error would end
 * the dump of all other devices as well.
 * Context: process; RTNL.
 * Return: 0, or -EMSGSIZE when @skb is full.
 */
int vsw_fdb_rtnl_dump(struct sk_buff *skb, struct netlink_callback *cb,
		      struct net_device *dev, struct net_device *filter_dev,
		      int *idx)
{
	struct vsw_switch *sw = netdev_priv(dev);
	u32 portid = NETLINK_CB(cb->skb).portid;
	struct vsw_fdb_entry *entry;
	struct vsw_port *port;
	unsigned long i;
	int err = 0;

	if (!netlink_ns_capable(cb->skb, dev_net(dev)->user_ns, CAP_NET_ADMIN))
		return 0;

	mutex_lock(&sw->lock);
	rcu_read_lock();
	xa_for_each(&sw->ports, i, port) {
		if (!port->snap->policy.mac)
			continue;
		if (*idx >= cb->args[2])
			err = fill(skb, sw, port->snap->policy.mac, port,
				   NUD_PERMANENT, 0, portid,
				   cb->nlh->nlmsg_seq, RTM_NEWNEIGH,
				   NLM_F_MULTI);
		if (err)
			goto unlock;
		*idx += 1;
	}
	xa_for_each(&sw->fdb.ids, i, entry) {
		if (*idx >= cb->args[2])
			err = fill_entry(skb, sw, entry, portid,
					 cb->nlh->nlmsg_seq, RTM_NEWNEIGH,
					 NLM_F_MULTI);
		if (err)
			goto unlock;
		*idx += 1;
	}
unlock:
	rcu_read_unlock();
	mutex_unlock(&sw->lock);
	return err;
}

/**
 * vsw_fdb_rtnl_get() - ndo_fdb_get of a switch
 * @skb: where to write
 * @tb: NDA_*
 * @dev: the switch
 * @addr: the address
 * @vid: the VLAN
 * @portid: who asked
 * @seq: and when
 * @extack: for the refusal
 *
 * Context: process; RTNL.
 * Return: 0; -ENOENT; -EMSGSIZE.
 */
int vsw_fdb_rtnl_get(struct sk_buff *skb, struct nlattr *tb[],
		     struct net_device *dev, const unsigned char *addr,
		     u16 vid, u32 portid, u32 seq,
		     struct netlink_ext_ack *extack)
{
	struct vsw_switch *sw = netdev_priv(dev);
	const struct vsw_table *table;
	const struct vsw_snap *owner;
	struct vsw_fdb_entry *entry;
	int err = -ENOENT;
	u64 key;

	rcu_read_lock();
	table = rcu_dereference(sw->table);
	key = vsw_table_key(table, vsw_mac_key(addr, vid));
	owner = vsw_table_assigned(table, vsw_mac_key(addr, 0));
	entry = vsw_fdb_find(&sw->fdb, key);
	if (owner && vsw_table_holds(table, owner, vsw_key_vid(key)) &&
	    !vsw_team_find(table, &sw->fdb, owner, key))
		err = fill(skb, sw, key, owner->port, NUD_PERMANENT, 0, portid,
			   seq, RTM_NEWNEIGH, 0);
	else if (entry)
		err = fill_entry(skb, sw, entry, portid, seq, RTM_NEWNEIGH, 0);
	else
		NL_SET_ERR_MSG_ATTR(extack, tb[NDA_LLADDR],
				    "no entry for this mac and vlan");
	rcu_read_unlock();
	return err;
}

/*
 * Events follow the rule of the dump: addresses are for those who could see
 * them there. The socket's opener counts; this runs in anybody's context. (The
 * core sends an event of its own for 'bridge fdb add', to everybody.)
 */
static int hide_from(struct sock *listener, struct sk_buff *skb, void *user_ns)
{
	struct socket *sock;
	bool hide = true;

	/* While the lock is held a socket that is there keeps its file. */
	read_lock_bh(&listener->sk_callback_lock);
	sock = listener->sk_socket;
	if (sock && sock->file)
		hide = !file_ns_capable(sock->file, user_ns, CAP_NET_ADMIN);
	read_unlock_bh(&listener->sk_callback_lock);
	return hide;
}

/**
 * vsw_fdb_rtnl_notify() - tell 'bridge monitor fdb' of an entry
 * @sw: the switch
 * @entry: the entry
 * @type: RTM_NEWNEIGH or RTM_DELNEIGH
 *
 * Context: any; FDB lock.
 */
void vsw_fdb_rtnl_notify(struct vsw_switch *sw,
			 const struct vsw_fdb_entry *entry, int type)
{
	struct net *net = dev_net(sw->dev);
	struct sk_buff *skb;

	if (!netlink_has_listeners(net->rtnl, RTNLGRP_NEIGH))
		return;
	skb = nlmsg_new(NLMSG_GOODSIZE, GFP_ATOMIC);
	if (!skb) {
		/* Who may not see the event learns only that there was one. */
		rtnl_set_sk_err(net, RTNLGRP_NEIGH, -ENOBUFS);
		return;
	}
	if (fill_entry(skb, sw, entry, 0, 0, type, 0)) {
		nlmsg_free(skb);
		return;
	}
	NETLINK_CB(skb).dst_group = RTNLGRP_NEIGH;
	netlink_broadcast_filtered(net->rtnl, skb, 0, RTNLGRP_NEIGH,
				   GFP_ATOMIC, hide_from, net->user_ns);
}
