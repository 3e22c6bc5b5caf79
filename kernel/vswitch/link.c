// SPDX-License-Identifier: GPL-2.0
/* The rtnl kind vswitch: ip link add, set, show and del. */
#include <linux/etherdevice.h>
#include <net/addrconf.h>
#include <net/rtnetlink.h>

#include "deliver.h"
#include "netlink.h"
#include "vswitch.h"

static const struct nla_policy link_policy[IFLA_VSWITCH_MAX + 1] = {
	[IFLA_VSWITCH_TYPE] =
		NLA_POLICY_MAX(NLA_U32, VSWITCH_SWITCH_TYPE_PRIVATE),
	[IFLA_VSWITCH_BANDWIDTH_MODE] =
		NLA_POLICY_MAX(NLA_U32, VSWITCH_BANDWIDTH_MODE_NONE),
	[IFLA_VSWITCH_IOV]		= NLA_POLICY_MAX(NLA_U8, 1),
	[IFLA_VSWITCH_AGEING_TIME]	= { .type = NLA_U32 },
	[IFLA_VSWITCH_FDB_LIMIT]	= { .type = NLA_U32 },
	[IFLA_VSWITCH_UPLINK]		= { .type = NLA_U32 },
	[IFLA_VSWITCH_VLAN_PROTOCOL]	= { .type = NLA_U16 },
};

static int link_validate(struct nlattr *tb[], struct nlattr *data[],
			 struct netlink_ext_ack *extack)
{
	struct nlattr *attr;
	u32 value;

	attr = tb[IFLA_ADDRESS];
	if (attr && (nla_len(attr) != ETH_ALEN ||
		     !is_valid_ether_addr(nla_data(attr)))) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "the address of a switch is a unicast MAC");
		return -EADDRNOTAVAIL;
	}
	if (!data)
		return 0;
	attr = data[IFLA_VSWITCH_AGEING_TIME];
	value = attr ? nla_get_u32(attr) : 1;
	if (!value || value > 1000000) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "ageing-time is 1 to 1000000 seconds");
		return -ERANGE;
	}
	attr = data[IFLA_VSWITCH_FDB_LIMIT];
	value = attr ? nla_get_u32(attr) : 1;
	if (!value || value > VSW_FDB_NETNS_MAX) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "fdb-limit is 1 to 1048576 entries");
		return -ERANGE;
	}
	attr = data[IFLA_VSWITCH_VLAN_PROTOCOL];
	if (attr && !vsw_is_tpid(nla_get_be16(attr))) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "vlan-protocol is 802.1Q (0x8100) or 802.1ad (0x88a8)");
		return -EPROTONOSUPPORT;
	}
	attr = data[IFLA_VSWITCH_IOV];
	if (attr && nla_get_u8(attr) && data[IFLA_VSWITCH_BANDWIDTH_MODE] &&
	    nla_get_u32(data[IFLA_VSWITCH_BANDWIDTH_MODE]) !=
	    VSWITCH_BANDWIDTH_MODE_NONE) {
		NL_SET_ERR_MSG_ATTR(extack, data[IFLA_VSWITCH_BANDWIDTH_MODE],
				    "with iov on the bandwidth-mode is none");
		return -EINVAL;
	}
	return 0;
}

/* The uplink that a request names. NULL, and *given, when it names none. */
static struct net_device *get_uplink(struct net_device *dev,
				     struct nlattr *data[], bool *given,
				     struct netlink_ext_ack *extack)
{
	struct nlattr *attr = data ? data[IFLA_VSWITCH_UPLINK] : NULL;
	struct net_device *uplink;

	*given = attr;
	if (!attr || !nla_get_u32(attr))
		return NULL;
	uplink = __dev_get_by_index(dev_net(dev), nla_get_u32(attr));
	if (!uplink) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "no such uplink in the switch's network namespace");
		return ERR_PTR(-ENODEV);
	}
	return uplink;
}

/* The attribute that a refused conversion is about, unless it is known. */
static void name_culprit(struct nlattr *data[], struct netlink_ext_ack *extack)
{
	if (data)
		vsw_nl_blame(extack, data[IFLA_VSWITCH_UPLINK] ?:
				     data[IFLA_VSWITCH_TYPE]);
}

static int link_newlink(struct net *src_net, struct net_device *dev,
			struct nlattr *tb[], struct nlattr *data[],
			struct netlink_ext_ack *extack)
{
	struct vsw_switch *sw = netdev_priv(dev);
	enum vswitch_switch_type type;
	struct net_device *uplink;
	bool given;
	int err;

	/* iproute2 has made the ifindex of the uplink there, not here. */
	if (data && data[IFLA_VSWITCH_UPLINK] && !net_eq(src_net, dev_net(dev))) {
		NL_SET_ERR_MSG_ATTR(extack, data[IFLA_VSWITCH_UPLINK],
				    "the uplink is in another network namespace than the switch");
		return -EINVAL;
	}
	uplink = get_uplink(dev, data, &given, extack);
	if (IS_ERR(uplink))
		return PTR_ERR(uplink);
	type = uplink ? VSWITCH_SWITCH_TYPE_EXTERNAL :
			VSWITCH_SWITCH_TYPE_INTERNAL;
	if (data && data[IFLA_VSWITCH_TYPE])
		type = nla_get_u32(data[IFLA_VSWITCH_TYPE]);
	if (data && data[IFLA_VSWITCH_IOV])
		sw->iov = nla_get_u8(data[IFLA_VSWITCH_IOV]);
	if (sw->iov)
		sw->bandwidth_mode = VSWITCH_BANDWIDTH_MODE_NONE;
	if (data && data[IFLA_VSWITCH_BANDWIDTH_MODE])
		sw->bandwidth_mode =
			nla_get_u32(data[IFLA_VSWITCH_BANDWIDTH_MODE]);
	if (data && data[IFLA_VSWITCH_VLAN_PROTOCOL])
		sw->tpid = nla_get_be16(data[IFLA_VSWITCH_VLAN_PROTOCOL]);
	if (data && data[IFLA_VSWITCH_AGEING_TIME])
		sw->fdb.ageing = HZ *
			(unsigned long)nla_get_u32(data[IFLA_VSWITCH_AGEING_TIME]);
	if (data && data[IFLA_VSWITCH_FDB_LIMIT])
		sw->fdb.limit = nla_get_u32(data[IFLA_VSWITCH_FDB_LIMIT]);

	err = register_netdevice(dev);
	if (err)
		return err;
	vsw_netdev_stop_addrconf(dev);
	err = vsw_switch_set_type(sw, type, uplink, given, extack);
	if (err) {
		name_culprit(data, extack);
		unregister_netdevice(dev);
		return err;
	}
	vsw_nl_switch_notify(sw, VSWITCH_CMD_SWITCH_NTF);
	return 0;
}

static int check_fixed(struct vsw_switch *sw, struct nlattr *data[],
		       struct netlink_ext_ack *extack)
{
	struct nlattr *attr;

	attr = data[IFLA_VSWITCH_BANDWIDTH_MODE];
	if (attr && nla_get_u32(attr) != sw->bandwidth_mode) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "bandwidth-mode is fixed when the switch is made");
		return -EOPNOTSUPP;
	}
	attr = data[IFLA_VSWITCH_IOV];
	if (attr && nla_get_u8(attr) != sw->iov) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "iov is fixed when the switch is made");
		return -EOPNOTSUPP;
	}
	attr = data[IFLA_VSWITCH_VLAN_PROTOCOL];
	if (attr && nla_get_be16(attr) != sw->tpid) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "vlan-protocol is fixed when the switch is made");
		return -EOPNOTSUPP;
	}
	return 0;
}

static int link_changelink(struct net_device *dev, struct nlattr *tb[],
			   struct nlattr *data[],
			   struct netlink_ext_ack *extack)
{
	struct vsw_switch *sw = netdev_priv(dev);
	enum vswitch_switch_type type = sw->type;
	struct net_device *uplink;
	u32 limit = 0;
	bool given;
	int err;

	if (!data)
		return 0;
	err = check_fixed(sw, data, extack);
	if (err)
		return err;
	uplink = get_uplink(dev, data, &given, extack);
	if (IS_ERR(uplink))
		return PTR_ERR(uplink);
	if (data[IFLA_VSWITCH_TYPE])
		type = nla_get_u32(data[IFLA_VSWITCH_TYPE]);
	else if (uplink)
		type = VSWITCH_SWITCH_TYPE_EXTERNAL;

	if (data[IFLA_VSWITCH_FDB_LIMIT]) {
		limit = nla_get_u32(data[IFLA_VSWITCH_FDB_LIMIT]);
		err = vsw_switch_check_fdb_limit(sw, limit, extack);
		if (err) {
			vsw_nl_blame(extack, data[IFLA_VSWITCH_FDB_LIMIT]);
			return err;
		}
	}
	err = vsw_switch_set_type(sw, type, uplink, given, extack);
	if (err) {
		name_culprit(data, extack);
		return err;
	}
	/* Too late to refuse: what was learned meanwhile may stay. */
	if (limit)
		WRITE_ONCE(sw->fdb.limit, limit);
	if (data[IFLA_VSWITCH_AGEING_TIME])
		vsw_fdb_set_ageing(sw, nla_get_u32(data[IFLA_VSWITCH_AGEING_TIME]));
	vsw_nl_switch_notify(sw, VSWITCH_CMD_SWITCH_NTF);
	return 0;
}

static size_t link_get_size(const struct net_device *dev)
{
	return nla_total_size(sizeof(u32)) * 5 +
	       nla_total_size(sizeof(u8)) +
	       nla_total_size(sizeof(u16));
}

static int link_fill_info(struct sk_buff *skb, const struct net_device *dev)
{
	const struct vsw_switch *sw = netdev_priv(dev);

	if (nla_put_u32(skb, IFLA_VSWITCH_TYPE, sw->type) ||
	    nla_put_u32(skb, IFLA_VSWITCH_BANDWIDTH_MODE,
			sw->bandwidth_mode) ||
	    nla_put_u8(skb, IFLA_VSWITCH_IOV, sw->iov) ||
	    nla_put_u32(skb, IFLA_VSWITCH_AGEING_TIME,
			READ_ONCE(sw->fdb.ageing) / HZ) ||
	    nla_put_u32(skb, IFLA_VSWITCH_FDB_LIMIT,
			READ_ONCE(sw->fdb.limit)) ||
	    nla_put_be16(skb, IFLA_VSWITCH_VLAN_PROTOCOL, sw->tpid) ||
	    (sw->uplink &&
	     nla_put_u32(skb, IFLA_VSWITCH_UPLINK, sw->uplink->dev->ifindex)))
		return -EMSGSIZE;
	return 0;
}

/**
 * vsw_link_port_size() - room that vsw_link_fill_port() takes
 *
 * Return: bytes.
 */
size_t vsw_link_port_size(void)
{
	return nla_total_size(sizeof(u32)) * 2 + nla_total_size(sizeof(u16)) +
	       nla_total_size(sizeof(u8));
}

/**
 * vsw_link_fill_port() - describe a port to ip -d link show
 * @skb: the message
 * @port: the port
 *
 * Return: 0 or -EMSGSIZE.
 */
int vsw_link_fill_port(struct sk_buff *skb, const struct vsw_port *port)
{
	const struct vsw_policy *policy;
	const struct vsw_snap *snap;
	int err = 0;

	rcu_read_lock();
	snap = vsw_table_port(rcu_dereference(port->sw->table), port);
	if (!snap)
		goto unlock;
	policy = &snap->policy;
	err = -EMSGSIZE;
	if (!nla_put_u32(skb, IFLA_VSWITCH_SLAVE_ROLE, port->role) &&
	    !nla_put_u32(skb, IFLA_VSWITCH_SLAVE_VLAN_MODE,
			 vsw_vlan_mode(&policy->vlan)) &&
	    !nla_put_u16(skb, IFLA_VSWITCH_SLAVE_PVID, policy->vlan.pvid) &&
	    !nla_put_u8(skb, IFLA_VSWITCH_SLAVE_MAC_SPOOFING,
			vsw_policy_may_spoof(policy)))
		err = 0;
unlock:
	rcu_read_unlock();
	return err;
}

static size_t link_get_slave_size(const struct net_device *dev,
				  const struct net_device *slave)
{
	return vsw_link_port_size();
}

static int link_fill_slave_info(struct sk_buff *skb,
				const struct net_device *dev,
				const struct net_device *slave)
{
	struct vsw_port *port = vsw_port_rtnl(slave);

	return port ? vsw_link_fill_port(skb, port) : 0;
}

struct rtnl_link_ops vsw_link_ops = {
	.kind			= "vswitch",
	.priv_size		= sizeof(struct vsw_switch),
	.setup			= vsw_switch_setup,
	.maxtype		= IFLA_VSWITCH_MAX,
	.policy			= link_policy,
	.validate		= link_validate,
	.newlink		= link_newlink,
	.changelink		= link_changelink,
	.dellink		= vsw_switch_dellink,
	.get_size		= link_get_size,
	.fill_info		= link_fill_info,
	.get_slave_size		= link_get_slave_size,
	.fill_slave_info	= link_fill_slave_info,
};
