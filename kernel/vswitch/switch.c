// SPDX-License-Identifier: GPL-2.0
/* The switch as a netdev, and as something to find and to lock. */
#include <linux/etherdevice.h>
#include <linux/module.h>

#include "netlink.h"
#include "vswitch.h"

static int switch_open(struct net_device *dev)
{
	struct vsw_switch *sw = netdev_priv(dev);

	mutex_lock(&sw->lock);
	vsw_table_refresh(sw, false);
	mutex_unlock(&sw->lock);
	vsw_vnic_carrier(sw, true);
	netif_start_queue(dev);
	return 0;
}

static int switch_stop(struct net_device *dev)
{
	struct vsw_switch *sw = netdev_priv(dev);

	netif_stop_queue(dev);
	vsw_vnic_carrier(sw, false);
	mutex_lock(&sw->lock);
	vsw_table_refresh(sw, false);
	mutex_unlock(&sw->lock);
	return 0;
}

/* The host speaks through vNICs; the switch itself carries no host traffic. */
static netdev_tx_t switch_xmit(struct sk_buff *skb, struct net_device *dev)
{
	dev_core_stats_tx_dropped_inc(dev);
	kfree_skb(skb);
	return NETDEV_TX_OK;
}

static void switch_get_stats64(struct net_device *dev,
			       struct rtnl_link_stats64 *s)
{
	struct vsw_stats_sum sum = {};
	int reason;

	vsw_stats_of_switch(&sum, netdev_priv(dev));
	s->rx_packets = sum.rx_packets;
	s->rx_bytes = sum.rx_bytes;
	s->tx_packets = sum.tx_packets;
	s->tx_bytes = sum.tx_bytes;
	for (reason = VSW_PASS + 1; reason < VSW_DROP_MAX; reason++)
		s->rx_dropped += sum.drops[reason];
}

/* Set by hand it stays; else it follows the ports. */
static int switch_change_mtu(struct net_device *dev, int mtu)
{
	struct vsw_switch *sw = netdev_priv(dev);

	sw->mtu_by_hand = !sw->mtu_follows;
	WRITE_ONCE(dev->mtu, mtu);
	return 0;
}

static int switch_add_slave(struct net_device *dev, struct net_device *slave,
			    struct netlink_ext_ack *extack)
{
	struct vsw_switch *sw = netdev_priv(dev);

	return PTR_ERR_OR_ZERO(vsw_port_add(sw, slave, VSWITCH_PORT_ROLE_GUEST,
					    extack));
}

static int switch_del_slave(struct net_device *dev, struct net_device *slave)
{
	struct vsw_port *port = vsw_port_rtnl(slave);

	if (!port || port->sw != netdev_priv(dev))
		return -EINVAL;
	vsw_port_del(port);
	return 0;
}

/* Called by register_netdevice(), so that a failed creation needs no undoing. */
static int switch_ndo_init(struct net_device *dev)
{
	return vsw_switch_init(netdev_priv(dev));
}

static void switch_ndo_uninit(struct net_device *dev)
{
	struct vsw_switch *sw = netdev_priv(dev);
	struct vsw_table *table;

	/* The ports have left. A request that waits for the lock gives up. */
	mutex_lock(&sw->lock);
	sw->dead = true;
	table = rcu_replace_pointer(sw->table, NULL,
				    lockdep_is_held(&sw->lock));
	mutex_unlock(&sw->lock);
	kvfree_rcu(table, rcu);

	list_del(&sw->node);
	atomic_inc(&vsw_net(dev_net(dev))->seq);
	vsw_fdb_destroy(sw);
	vsw_profiles_destroy(sw);
	xa_destroy(&sw->ports);
	module_put(THIS_MODULE);
}

const struct net_device_ops vsw_switch_netdev_ops = {
	.ndo_init		= switch_ndo_init,
	.ndo_uninit		= switch_ndo_uninit,
	.ndo_open		= switch_open,
	.ndo_stop		= switch_stop,
	.ndo_start_xmit		= switch_xmit,
	.ndo_get_stats64	= switch_get_stats64,
	.ndo_add_slave		= switch_add_slave,
	.ndo_del_slave		= switch_del_slave,
	.ndo_set_mac_address	= eth_mac_addr,
	.ndo_change_mtu		= switch_change_mtu,
	.ndo_fdb_add		= vsw_fdb_rtnl_add,
	.ndo_fdb_del		= vsw_fdb_rtnl_del,
	.ndo_fdb_dump		= vsw_fdb_rtnl_dump,
	.ndo_fdb_get		= vsw_fdb_rtnl_get,
	.ndo_bridge_setlink	= vsw_bridge_setlink,
	.ndo_bridge_dellink	= vsw_bridge_dellink,
	.ndo_bridge_getlink	= vsw_bridge_getlink,
};

/**
 * vsw_switch_setup() - the setup function of the rtnl kind
 * @dev: the netdev, just allocated
 */
void vsw_switch_setup(struct net_device *dev)
{
	struct vsw_switch *sw = netdev_priv(dev);

	ether_setup(dev);
	eth_hw_addr_random(dev);
	vsw_netdev_set_soft(dev);
	dev->netdev_ops = &vsw_switch_netdev_ops;
	dev->ethtool_ops = &vsw_ethtool_ops;
	dev->needs_free_netdev = true;
	dev->priv_flags |= IFF_NO_QUEUE | IFF_DONT_BRIDGE;
	dev->priv_flags &= ~IFF_TX_SKB_SHARING;
	dev->max_mtu = ETH_MAX_MTU;
	/* Without LRO here the stack keeps it off on the ports. */
	dev->features |= NETIF_F_SG | NETIF_F_FRAGLIST | NETIF_F_HIGHDMA |
			 NETIF_F_HW_CSUM | NETIF_F_GSO_SOFTWARE |
			 NETIF_F_HW_VLAN_CTAG_TX | NETIF_F_HW_VLAN_STAG_TX;
	dev->hw_features = dev->features & ~NETIF_F_NEVER_CHANGE;
	dev->vlan_features = dev->hw_features;

	sw->dev = dev;
	sw->type = VSWITCH_SWITCH_TYPE_INTERNAL;
	sw->tpid = htons(ETH_P_8021Q);
}

/**
 * vsw_switch_init() - make a switch out of the settings it was given
 * @sw: the switch
 *
 * A switch keeps the module: rmmod is refused while there is one.
 * Context: process; RTNL.
 * Return: 0 or -ENOMEM.
 */
int vsw_switch_init(struct vsw_switch *sw)
{
	struct vsw_net *vnet = vsw_net(dev_net(sw->dev));
	static atomic64_t cookies;
	struct vsw_table *table;
	int err;

	sw->cookie = atomic64_inc_return(&cookies);
	mutex_init(&sw->lock);
	xa_init_flags(&sw->ports, XA_FLAGS_ALLOC);
	vsw_profiles_init(sw);
	err = vsw_fdb_init(sw);
	if (err)
		return err;

	mutex_lock(&sw->lock);
	table = vsw_table_build(sw, GFP_KERNEL, NULL);
	if (!IS_ERR(table))
		vsw_table_publish(sw, table, true);
	mutex_unlock(&sw->lock);
	if (IS_ERR(table)) {
		vsw_fdb_destroy(sw);
		return PTR_ERR(table);
	}

	netdev_lockdep_set_classes(sw->dev);
	netif_carrier_off(sw->dev);
	list_add_tail(&sw->node, &vnet->switches);
	__module_get(THIS_MODULE);
	return 0;
}

/**
 * vsw_switch_dellink() - delete a switch, and its vNICs with it
 * @dev: the switch's netdev
 * @head: list to unregister by
 *
 * Context: process; RTNL.
 */
void vsw_switch_dellink(struct net_device *dev, struct list_head *head)
{
	const struct vsw_fdb_filter everything = { .vid = -1, .statics = true };
	struct vsw_switch *sw = netdev_priv(dev);
	struct vsw_port *port;
	unsigned long index;

	if (sw->dead)
		return;
	vsw_nl_switch_notify(sw, VSWITCH_CMD_SWITCH_DEL_NTF);
	/* Nothing is forwarded, nor learned, while the ports leave one by one. */
	mutex_lock(&sw->lock);
	sw->dead = true;
	vsw_table_refresh(sw, true);
	vsw_fdb_flush(sw, &everything);
	mutex_unlock(&sw->lock);

	xa_for_each(&sw->ports, index, port) {
		if (port->role == VSWITCH_PORT_ROLE_VNIC)
			vsw_vnic_dellink(port->dev, head);
		else
			vsw_port_del(port);
	}
	unregister_netdevice_queue(dev, head);
}

static bool has_vnic(struct vsw_switch *sw)
{
	struct vsw_port *port;
	unsigned long index;

	xa_for_each(&sw->ports, index, port) {
		if (port->role == VSWITCH_PORT_ROLE_VNIC)
			return true;
	}
	return false;
}

/**
 * vsw_switch_set_type() - convert a switch, change its uplink, or both
 * @sw: the switch
 * @type: external, internal or private
 * @uplink: the new uplink if @uplink_given, NULL for none
 * @uplink_given: the uplink is to change
 * @extack: for the refusal
 *
 * Context: process; RTNL.
 * Return: 0, or a negative error and then nothing has changed.
 */
int vsw_switch_set_type(struct vsw_switch *sw, enum vswitch_switch_type type,
			struct net_device *uplink, bool uplink_given,
			struct netlink_ext_ack *extack)
{
	struct net_device *old = sw->uplink ? sw->uplink->dev : NULL;
	struct net_device *new = uplink_given ? uplink : old;
	struct vsw_port *port;

	ASSERT_RTNL();

	if (type == VSWITCH_SWITCH_TYPE_EXTERNAL && !new &&
	    sw->type != VSWITCH_SWITCH_TYPE_EXTERNAL) {
		NL_SET_ERR_MSG(extack, "an external switch needs an uplink");
		return -EINVAL;
	}
	if (type != VSWITCH_SWITCH_TYPE_EXTERNAL && new) {
		NL_SET_ERR_MSG(extack,
			       "only an external switch has an uplink: take that away as well");
		return -EINVAL;
	}
	if (type == VSWITCH_SWITCH_TYPE_PRIVATE && has_vnic(sw)) {
		NL_SET_ERR_MSG(extack, "a private switch has no vNIC: delete the vNICs first");
		return -EBUSY;
	}

	if (new && new != old) {
		if (old) {
			NL_SET_ERR_MSG(extack,
				       "the switch has an uplink: for several NICs use a bond or team");
			return -EBUSY;
		}
		port = vsw_port_add(sw, new, VSWITCH_PORT_ROLE_UPLINK, extack);
		if (IS_ERR(port))
			return PTR_ERR(port);
	} else if (old && !new) {
		vsw_port_del(sw->uplink);
	}

	mutex_lock(&sw->lock);
	if (sw->type != type) {
		sw->type = type;
		vsw_table_refresh(sw, true);
	}
	mutex_unlock(&sw->lock);
	return 0;
}

/**
 * vsw_switch_check_fdb_limit() - could the FDB have that limit now?
 * @sw: the switch
 * @limit: the most entries that it may have
 * @extack: for the refusal
 *
 * Return: 0; -ENOSPC when there are more already.
 */
int vsw_switch_check_fdb_limit(struct vsw_switch *sw, u32 limit,
			       struct netlink_ext_ack *extack)
{
	if (limit >= READ_ONCE(sw->fdb.count))
		return 0;
	NL_SET_ERR_MSG(extack,
		       "the FDB has more entries than that already: flush it first");
	return -ENOSPC;
}

/**
 * vsw_switch_set_fdb_limit() - set the most entries that the FDB may have
 * @sw: the switch
 * @limit: the number
 * @extack: for the refusal
 *
 * Return: 0; -ENOSPC when there are more already.
 */
int vsw_switch_set_fdb_limit(struct vsw_switch *sw, u32 limit,
			     struct netlink_ext_ack *extack)
{
	int err;

	xa_lock_bh(&sw->fdb.ids);
	err = vsw_switch_check_fdb_limit(sw, limit, extack);
	if (!err)
		WRITE_ONCE(sw->fdb.limit, limit);
	xa_unlock_bh(&sw->fdb.ids);
	return err;
}

/**
 * vsw_switch_lock() - find a switch and lock it
 * @net: where to look
 * @ifindex: its netdev
 * @extack: for the refusal
 *
 * Context: process, with or without RTNL. vsw_switch_unlock() ends it.
 * Return: the switch, which stays while the lock is held, or ERR_PTR.
 */
struct vsw_switch *vsw_switch_lock(struct net *net, u32 ifindex,
				   struct netlink_ext_ack *extack)
{
	struct net_device *dev = dev_get_by_index(net, ifindex);
	struct vsw_switch *sw;

	if (!dev) {
		NL_SET_ERR_MSG(extack, "no such switch in this network namespace");
		return ERR_PTR(-ENODEV);
	}
	if (!vsw_is_switch(dev)) {
		NL_SET_ERR_MSG(extack, "the device is not a vswitch");
		dev_put(dev);
		return ERR_PTR(-EINVAL);
	}
	sw = netdev_priv(dev);
	mutex_lock(&sw->lock);
	if (sw->dead) {
		NL_SET_ERR_MSG(extack, "the switch is being deleted");
		vsw_switch_unlock(sw);
		return ERR_PTR(-ENODEV);
	}
	return sw;
}

/**
 * vsw_switch_unlock() - let go of what vsw_switch_lock() or vsw_port_lock() gave
 * @sw: the switch
 */
void vsw_switch_unlock(struct vsw_switch *sw)
{
	mutex_unlock(&sw->lock);
	dev_put(sw->dev);
}

/**
 * vsw_switch_check_generation() - has the switch changed since it was read?
 * @sw: the switch
 * @expected: the generation that was read
 * @extack: for the refusal
 *
 * Context: process; sw->lock.
 * Return: 0 or -EAGAIN.
 */
int vsw_switch_check_generation(struct vsw_switch *sw, u32 expected,
				struct netlink_ext_ack *extack)
{
	if (vsw_dereference(sw)->generation == expected)
		return 0;
	NL_SET_ERR_MSG(extack, "the switch has changed: its generation is another than expected");
	return -EAGAIN;
}
