// SPDX-License-Identifier: GPL-2.0
/*
 * vNICs: the adapters of the management OS. A vNIC is a netdev of the host
 * and, in the same person, a port of the switch: what the host sends enters
 * the switch, what the switch delivers is received by the host. It is an upper
 * device of its switch, as a VLAN device is of its NIC.
 */
#include <linux/etherdevice.h>
#include <linux/ethtool.h>
#include <linux/if_vlan.h>
#include <net/rtnetlink.h>

#include "netlink.h"
#include "vswitch.h"

/**
 * struct vnic - private data of a vNIC's netdev
 * @port: its port; NULL before it joined and after it left
 * @sw: the switch, while @port is there
 * @mtu_by_hand: its MTU was set by the administrator
 * @mtu_follows: its MTU is being set by the switch
 */
struct vnic {
	struct vsw_port __rcu *port;
	struct vsw_switch *sw;
	bool mtu_by_hand;
	bool mtu_follows;
};

static netdev_tx_t vnic_xmit(struct sk_buff *skb, struct net_device *dev)
{
	struct vnic *vnic = netdev_priv(dev);
	struct vsw_port *port;
	__be16 proto;

	rcu_read_lock();
	port = rcu_dereference(vnic->port);
	if (unlikely(!port || !pskb_may_pull(skb, ETH_HLEN)))
		goto drop;

	/* The header decides: packet sockets may say anything in protocol. */
	skb_reset_mac_header(skb);
	proto = eth_hdr(skb)->h_proto;
	if (likely(eth_proto_is_802_3(proto)))
		skb->protocol = proto;
	else
		skb->protocol = htons(ETH_P_802_2);
	skb_pull_inline(skb, ETH_HLEN);
	skb_reset_mac_len(skb);
	/* As on reception, the outermost tag goes into the skb's fields. */
	if (unlikely(eth_type_vlan(skb->protocol)) &&
	    !skb_vlan_tag_present(skb)) {
		skb = skb_vlan_untag(skb);
		if (unlikely(!skb)) {
			dev_core_stats_tx_dropped_inc(dev);
			goto out;
		}
	}
	vsw_vnic_ingress(port, skb);
out:
	rcu_read_unlock();
	return NETDEV_TX_OK;

drop:
	dev_core_stats_tx_dropped_inc(dev);
	kfree_skb(skb);
	goto out;
}

static void link_change(struct net_device *dev)
{
	struct vsw_port *port = vsw_port_rtnl(dev);

	if (port)
		vsw_port_link_change(port);
}

static int vnic_open(struct net_device *dev)
{
	netif_start_queue(dev);
	return 0;
}

static int vnic_stop(struct net_device *dev)
{
	netif_stop_queue(dev);
	return 0;
}

/* The address of a vNIC is its port's assigned MAC, and changes with it. */
static int vnic_set_mac_address(struct net_device *dev, void *p)
{
	struct vsw_port *port = vsw_port_rtnl(dev);
	struct sockaddr *addr = p;
	struct vsw_policy policy;
	int err;

	if (!is_valid_ether_addr(addr->sa_data))
		return -EADDRNOTAVAIL;
	if (!port)
		return -ENODEV;

	mutex_lock(&port->sw->lock);
	vsw_policy_copy(&policy, &port->snap->own);
	policy.mac = vsw_mac_key(addr->sa_data, 0);
	err = vsw_policy_change(port, &policy, NULL);
	vsw_policy_free(&policy);
	mutex_unlock(&port->sw->lock);
	if (!err)
		eth_hw_addr_set(dev, addr->sa_data);
	else if (err == -EADDRINUSE)
		netdev_info(dev, "%pM is assigned to another port of the switch\n",
			    addr->sa_data);
	return err;
}

static void vnic_get_stats64(struct net_device *dev,
			     struct rtnl_link_stats64 *s)
{
	struct vsw_stats_sum sum = {};
	struct vnic *vnic = netdev_priv(dev);
	struct vsw_port *port;

	rcu_read_lock();
	port = rcu_dereference(vnic->port);
	if (port)
		vsw_stats_add(&sum, port->stats);
	rcu_read_unlock();
	/* What the switch receives, the host has sent. */
	s->tx_packets = sum.rx_packets;
	s->tx_bytes = sum.rx_bytes;
	s->rx_packets = sum.tx_packets;
	s->rx_bytes = sum.tx_bytes;
}

static int vnic_get_iflink(const struct net_device *dev)
{
	const struct vnic *vnic = netdev_priv(dev);
	/* Read without RTNL as well. */
	const struct vsw_switch *sw = READ_ONCE(vnic->sw);

	return sw ? sw->dev->ifindex : 0;
}

static int vnic_change_mtu(struct net_device *dev, int mtu)
{
	struct vnic *vnic = netdev_priv(dev);

	vnic->mtu_by_hand = !vnic->mtu_follows;
	WRITE_ONCE(dev->mtu, mtu);
	return 0;
}

/**
 * vsw_vnic_follow_mtu() - give a vNIC the MTU of its switch
 * @dev: its netdev; an MTU that was set by hand stays
 * @mtu: the MTU
 *
 * Context: process; RTNL.
 */
void vsw_vnic_follow_mtu(struct net_device *dev, unsigned int mtu)
{
	struct vnic *vnic = netdev_priv(dev);

	if (vnic->mtu_by_hand || dev->mtu == mtu)
		return;
	vnic->mtu_follows = true;
	dev_set_mtu(dev, mtu);
	vnic->mtu_follows = false;
}

static int vnic_ndo_init(struct net_device *dev)
{
	netdev_lockdep_set_classes(dev);
	return 0;
}

static const struct net_device_ops vnic_netdev_ops = {
	.ndo_init		= vnic_ndo_init,
	.ndo_open		= vnic_open,
	.ndo_stop		= vnic_stop,
	.ndo_start_xmit		= vnic_xmit,
	.ndo_set_mac_address	= vnic_set_mac_address,
	.ndo_validate_addr	= eth_validate_addr,
	.ndo_change_mtu		= vnic_change_mtu,
	.ndo_get_stats64	= vnic_get_stats64,
	.ndo_get_iflink		= vnic_get_iflink,
	.ndo_bridge_setlink	= vsw_bridge_setlink,
	.ndo_bridge_dellink	= vsw_bridge_dellink,
	.ndo_bridge_getlink	= vsw_bridge_getlink,
	.ndo_features_check	= passthru_features_check,
};

static void vnic_setup(struct net_device *dev)
{
	ether_setup(dev);
	vsw_netdev_set_soft(dev);
	dev->netdev_ops = &vnic_netdev_ops;
	dev->ethtool_ops = &vsw_ethtool_ops;
	dev->needs_free_netdev = true;
	dev->priv_flags |= IFF_NO_QUEUE | IFF_LIVE_ADDR_CHANGE;
	dev->priv_flags &= ~IFF_TX_SKB_SHARING;
	dev->min_mtu = ETH_MIN_MTU;
	dev->max_mtu = ETH_MAX_MTU;
	/*
	 * All that the stack can do in software: a frame is split, and its
	 * checksum made, where it leaves through a device that has to have it
	 * so, and nowhere else.
	 */
	dev->features |= NETIF_F_SG | NETIF_F_FRAGLIST | NETIF_F_HIGHDMA |
			 NETIF_F_HW_CSUM | NETIF_F_RXCSUM |
			 NETIF_F_GSO_SOFTWARE | NETIF_F_GSO_ENCAP_ALL |
			 NETIF_F_HW_VLAN_CTAG_TX | NETIF_F_HW_VLAN_CTAG_RX |
			 NETIF_F_HW_VLAN_STAG_TX | NETIF_F_HW_VLAN_STAG_RX;
	dev->hw_features = dev->features & ~NETIF_F_NEVER_CHANGE;
	dev->hw_enc_features = dev->hw_features;
	dev->vlan_features = dev->hw_features;
	netif_set_tso_max_size(dev, GSO_MAX_SIZE);
}

static int vnic_validate(struct nlattr *tb[], struct nlattr *data[],
			 struct netlink_ext_ack *extack)
{
	if (tb[IFLA_ADDRESS] &&
	    (nla_len(tb[IFLA_ADDRESS]) != ETH_ALEN ||
	     !is_valid_ether_addr(nla_data(tb[IFLA_ADDRESS])))) {
		NL_SET_ERR_MSG_ATTR(extack, tb[IFLA_ADDRESS],
				    "the address of a vNIC is a unicast MAC");
		return -EADDRNOTAVAIL;
	}
	return 0;
}

static int vnic_newlink(struct net *src_net, struct net_device *dev,
			struct nlattr *tb[], struct nlattr *data[],
			struct netlink_ext_ack *extack)
{
	struct vnic *vnic = netdev_priv(dev);
	struct net_device *sw_dev;
	struct vsw_switch *sw;
	struct vsw_port *port;
	int err;

	if (!tb[IFLA_LINK]) {
		vsw_nl_missing(extack, IFLA_LINK,
			       "which switch? ip link add NAME link SWITCH type vswitch_vnic");
		return -EINVAL;
	}
	/* The ifindex was made there, not here. */
	if (!net_eq(src_net, dev_net(dev))) {
		NL_SET_ERR_MSG_ATTR(extack, tb[IFLA_LINK],
				    "the switch is in another network namespace than the vNIC");
		return -EINVAL;
	}
	sw_dev = __dev_get_by_index(dev_net(dev), nla_get_u32(tb[IFLA_LINK]));
	if (!sw_dev || !vsw_is_switch(sw_dev)) {
		NL_SET_ERR_MSG_ATTR(extack, tb[IFLA_LINK],
				    "link is not a vswitch of this network namespace");
		return sw_dev ? -EINVAL : -ENODEV;
	}
	sw = netdev_priv(sw_dev);
	if (sw->type == VSWITCH_SWITCH_TYPE_PRIVATE) {
		NL_SET_ERR_MSG_ATTR(extack, tb[IFLA_LINK],
				    "a private switch has no vNIC: the host cannot take part in it");
		return -EOPNOTSUPP;
	}

	if (!tb[IFLA_ADDRESS])
		eth_hw_addr_random(dev);
	if (tb[IFLA_MTU])
		vnic->mtu_by_hand = true;
	else
		dev->mtu = sw_dev->mtu;
	err = register_netdevice(dev);
	if (err)
		return err;
	err = netdev_upper_dev_link(sw_dev, dev, extack);
	if (err)
		goto unregister;
	port = vsw_port_add(sw, dev, VSWITCH_PORT_ROLE_VNIC, extack);
	if (IS_ERR(port)) {
		err = PTR_ERR(port);
		if (err == -EADDRINUSE)
			vsw_nl_blame(extack, tb[IFLA_ADDRESS]);
		else if (err != -ENOMEM)
			vsw_nl_blame(extack, tb[IFLA_LINK]);
		goto unlink;
	}
	WRITE_ONCE(vnic->sw, sw);
	rcu_assign_pointer(vnic->port, port);
	if (netif_running(sw_dev))
		netif_carrier_on(dev);
	else
		netif_carrier_off(dev);
	return 0;

unlink:
	netdev_upper_dev_unlink(sw_dev, dev);
unregister:
	unregister_netdevice(dev);
	return err;
}

/**
 * vsw_vnic_dellink() - delete a vNIC
 * @dev: its netdev
 * @head: list to unregister by
 *
 * Context: process; RTNL.
 */
void vsw_vnic_dellink(struct net_device *dev, struct list_head *head)
{
	struct vnic *vnic = netdev_priv(dev);
	struct vsw_port *port = rtnl_dereference(vnic->port);

	/* With its switch it is deleted twice. */
	if (!port)
		return;
	RCU_INIT_POINTER(vnic->port, NULL);
	netdev_upper_dev_unlink(vnic->sw->dev, dev);
	vsw_port_del(port);
	WRITE_ONCE(vnic->sw, NULL);
	unregister_netdevice_queue(dev, head);
}

static size_t vnic_get_size(const struct net_device *dev)
{
	return vsw_link_port_size();
}

static int vnic_fill_info(struct sk_buff *skb, const struct net_device *dev)
{
	struct vsw_port *port = vsw_port_rtnl(dev);

	return port ? vsw_link_fill_port(skb, port) : 0;
}

struct rtnl_link_ops vsw_vnic_link_ops = {
	.kind		= "vswitch_vnic",
	.priv_size	= sizeof(struct vnic),
	.setup		= vnic_setup,
	.validate	= vnic_validate,
	.newlink	= vnic_newlink,
	.dellink	= vsw_vnic_dellink,
	.get_size	= vnic_get_size,
	.fill_info	= vnic_fill_info,
};

/**
 * vsw_is_vnic() - is a netdev a vNIC?
 * @dev: any netdev
 *
 * Return: true if it is.
 */
bool vsw_is_vnic(const struct net_device *dev)
{
	return dev->netdev_ops == &vnic_netdev_ops;
}

/**
 * vsw_vnic_port_rcu() - the port of a vNIC
 * @dev: its netdev
 *
 * Context: RCU read lock.
 * Return: the port, or NULL while it joins or leaves.
 */
struct vsw_port *vsw_vnic_port_rcu(const struct net_device *dev)
{
	const struct vnic *vnic = netdev_priv(dev);

	return rcu_dereference(vnic->port);
}

/**
 * vsw_vnic_carrier() - vNICs are plugged into the switch, not into the wire
 * @sw: the switch
 * @on: it is up
 *
 * Context: process; RTNL.
 */
void vsw_vnic_carrier(struct vsw_switch *sw, bool on)
{
	struct vsw_port *port;
	unsigned long index;

	ASSERT_RTNL();

	xa_for_each(&sw->ports, index, port) {
		if (port->role != VSWITCH_PORT_ROLE_VNIC)
			continue;
		if (on)
			netif_carrier_on(port->dev);
		else
			netif_carrier_off(port->dev);
		link_change(port->dev);
	}
}
