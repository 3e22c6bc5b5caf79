// SPDX-License-Identifier: GPL-2.0
/* Ports: how they join a switch, follow their netdev, and leave. */
#include <linux/etherdevice.h>
#include <linux/if_arp.h>
#include <linux/if_vlan.h>
#include <linux/slab.h>
#include <net/addrconf.h>

#include "acl.h"
#include "flow.h"
#include "frag.h"
#include "iplimit.h"
#include "netlink.h"
#include "probe.h"
#include "vswitch.h"

/**
 * vsw_port_flags() - what a port's role and link make of its snapshot's flags
 * @port: the port
 *
 * Return: enum vsw_snap_flags, those that do not come from policy.
 */
u32 vsw_port_flags(const struct vsw_port *port)
{
	u32 flags = 0;

	if (port->link_up)
		flags |= VSW_SNAP_LINK_UP;
	if (port->role == VSWITCH_PORT_ROLE_UPLINK)
		flags |= VSW_SNAP_UPLINK;
	if (port->role == VSWITCH_PORT_ROLE_VNIC)
		flags |= VSW_SNAP_VNIC;
	return flags;
}

static void port_free_rcu(struct rcu_head *head)
{
	struct vsw_port *port = container_of(head, struct vsw_port, rcu);

	vsw_frags_free(port->frags);
	vsw_acl_release(port);
	vsw_ips_free(port->ips);
	vsw_probe_free(port);
	free_percpu(port->stats);
	kfree(port);
}

/* A guest's own NIC, whose permanent address is that of the guest. */
static bool is_nic(const struct net_device *dev)
{
	return dev->rtnl_link_ops && !strcmp(dev->rtnl_link_ops->kind, "netvsp");
}

/* The first settings of a port. */
static int initial_policy(struct vsw_policy *policy,
			  const struct vsw_port *port)
{
	int err;

	if (port->role == VSWITCH_PORT_ROLE_VNIC) {
		vsw_policy_init(policy, port->role);
		policy->mac = vsw_mac_key(port->dev->dev_addr, 0);
		return 0;
	}
	err = vsw_policy_init(policy, port->role);
	if (!err && port->role == VSWITCH_PORT_ROLE_GUEST && is_nic(port->dev))
		policy->mac = vsw_mac_key(port->dev->perm_addr, 0);
	return err;
}

static struct vsw_port *port_alloc(struct vsw_switch *sw,
				   struct net_device *dev,
				   enum vswitch_port_role role)
{
	struct vsw_port *port = kzalloc(sizeof(*port), GFP_KERNEL_ACCOUNT);

	if (!port)
		return NULL;
	port->stats = vsw_stats_alloc();
	if (!port->stats) {
		kfree(port);
		return NULL;
	}
	port->sw = sw;
	port->dev = dev;
	port->role = role;
	netdev_hold(dev, &port->dev_tracker, GFP_KERNEL);
	netdev_hold(sw->dev, &port->sw_tracker, GFP_KERNEL);
	return port;
}

/* Frees a port that no frame has seen, or can see any more. */
static void port_free(struct vsw_port *port)
{
	vsw_flows_stop(port->flows);
	vsw_snap_free_rcu(port->snap);
	netdev_put(port->dev, &port->dev_tracker);
	netdev_put(port->sw->dev, &port->sw_tracker);
	call_rcu(&port->rcu, port_free_rcu);
}

static bool has_link(const struct net_device *dev)
{
	return netif_running(dev) && netif_carrier_ok(dev);
}

/* Give the port its slot and let frames be sent to it. */
static int port_publish(struct vsw_port *port, struct netlink_ext_ack *extack)
{
	struct vsw_switch *sw = port->sw;
	struct vsw_policy policy;
	int err;

	err = initial_policy(&policy, port);
	if (err)
		return err;

	mutex_lock(&sw->lock);
	port->link_up = has_link(port->dev);
	err = xa_alloc(&sw->ports, &port->index, port,
		       XA_LIMIT(0, VSW_MAX_PORTS - 1), GFP_KERNEL_ACCOUNT);
	if (err) {
		if (err == -EBUSY)
			NL_SET_ERR_MSG(extack, "a switch has at most 4096 ports");
		goto unlock;
	}
	sw->nr_ports++;
	if (port->role == VSWITCH_PORT_ROLE_UPLINK)
		sw->uplink = port;
	err = vsw_policy_change(port, &policy, extack);
	if (err) {
		if (sw->uplink == port)
			sw->uplink = NULL;
		sw->nr_ports--;
		xa_erase(&sw->ports, port->index);
	}
unlock:
	mutex_unlock(&sw->lock);
	vsw_policy_free(&policy);
	return err;
}

/* Step one of a port's death: no new frame finds it. */
static void port_unpublish(struct vsw_port *port)
{
	const struct vsw_fdb_filter mine = {
		.port = port, .vid = -1, .statics = true,
	};
	struct vsw_switch *sw = port->sw;

	mutex_lock(&sw->lock);
	xa_erase(&sw->ports, port->index);
	sw->nr_ports--;
	if (sw->uplink == port)
		sw->uplink = NULL;
	vsw_table_refresh(sw, true);
	port->dead = true;
	vsw_probe_end(port);
	/*
	 * A frame with the old table may still want to learn: under the FDB
	 * lock it sees the new one, or its entry is there for the flush.
	 */
	vsw_fdb_flush(sw, &mine);
	vsw_nl_port_notify(port, VSWITCH_CMD_PORT_DEL_NTF);
	mutex_unlock(&sw->lock);
}

/* Is the device the other end of a pair whose one end is a port already? */
static bool is_other_end(struct vsw_switch *sw, struct net_device *dev)
{
	struct vsw_port *port = NULL;
	struct net_device *peer;

	if (!dev->netdev_ops->ndo_get_peer_dev)
		return false;
	rcu_read_lock();
	peer = dev->netdev_ops->ndo_get_peer_dev(dev);
	if (peer)
		port = vsw_port_rcu(peer);
	rcu_read_unlock();
	return port && port->sw == sw;
}

/* Is the device on top of the switch, as a VLAN on one of its vNICs is? */
static bool is_above(struct vsw_switch *sw, struct net_device *dev)
{
	bool above;

	rcu_read_lock();
	above = netdev_has_upper_dev_all_rcu(sw->dev, dev);
	rcu_read_unlock();
	return above;
}

static int check_netdev(struct vsw_switch *sw, struct net_device *dev,
			struct netlink_ext_ack *extack)
{
	if (dev == sw->dev) {
		NL_SET_ERR_MSG(extack, "a switch cannot be its own port");
		return -ELOOP;
	}
	if (vsw_is_vnic(dev)) {
		NL_SET_ERR_MSG(extack,
			       "a vNIC stays on its own switch: connect switches by a veth pair");
		return -ELOOP;
	}
	if (is_above(sw, dev)) {
		NL_SET_ERR_MSG(extack, "the device is on top of this switch: that would be a loop");
		return -ELOOP;
	}
	if (vsw_is_switch(dev)) {
		NL_SET_ERR_MSG(extack,
			       "a switch cannot be a port: connect switches by a veth pair");
		return -ELOOP;
	}
	if (dev->flags & IFF_LOOPBACK || dev->type != ARPHRD_ETHER ||
	    dev->addr_len != ETH_ALEN || !is_valid_ether_addr(dev->dev_addr)) {
		NL_SET_ERR_MSG(extack, "a port must be an Ethernet device");
		return -EINVAL;
	}
	if (dev->priv_flags & (IFF_DONT_BRIDGE | IFF_NO_RX_HANDLER)) {
		NL_SET_ERR_MSG(extack, "this device cannot be bridged, and so cannot be a port");
		return -EOPNOTSUPP;
	}
	if (netdev_master_upper_dev_get(dev)) {
		NL_SET_ERR_MSG(extack,
			       "the device has a master: 'ip link set DEV nomaster' releases it");
		return -EBUSY;
	}
	if (netdev_is_rx_handler_busy(dev)) {
		NL_SET_ERR_MSG(extack,
			       "another driver takes the device's frames already, such as macvlan");
		return -EBUSY;
	}
	if (is_other_end(sw, dev)) {
		NL_SET_ERR_MSG(extack,
			       "the pair's other end is a port of this switch: that is a loop");
		return -ELOOP;
	}
	return 0;
}

static int check_uplink(struct vsw_switch *sw, struct net_device *dev,
			struct netlink_ext_ack *extack)
{
	if (sw->uplink) {
		NL_SET_ERR_MSG(extack,
			       "the switch has an uplink: for several NICs use a bond or team");
		return -EBUSY;
	}
	if (sw->iov && (netif_is_bond_master(dev) || netif_is_team_master(dev))) {
		NL_SET_ERR_MSG(extack,
			       "the uplink of a switch with iov on cannot be a bond or team");
		return -EOPNOTSUPP;
	}
	return 0;
}

/* What a netdev is told when its frames are to pass through a switch. */
static int netdev_join(struct vsw_port *port, struct netlink_ext_ack *extack)
{
	struct net_device *dev = port->dev;
	struct vsw_switch *sw = port->sw;
	int err;

	err = netdev_master_upper_dev_link(dev, sw->dev, port, NULL, extack);
	if (err)
		return err;
	err = dev_set_promiscuity(dev, 1);
	if (err) {
		netdev_upper_dev_unlink(dev, sw->dev);
		return err;
	}
	dev_disable_lro(dev);
	/* Before the addresses of IPv6 appear on a device that comes up. */
	port->addrconf = vsw_netdev_stop_addrconf(dev);
	return 0;
}

static void netdev_leave(struct vsw_port *port)
{
	struct net_device *dev = port->dev;

	netdev_upper_dev_unlink(dev, port->sw->dev);
	dev_set_promiscuity(dev, -1);
	netdev_reset_rx_headroom(dev);
	vsw_netdev_resume_addrconf(dev, port->addrconf);
}

/**
 * vsw_port_add() - make a netdev a port
 * @sw: the switch
 * @dev: the netdev; a vNIC's own if @role says so
 * @role: guest, uplink or vNIC
 * @extack: for the refusal
 *
 * Context: process; RTNL.
 * Return: the port, or ERR_PTR with nothing changed.
 */
struct vsw_port *vsw_port_add(struct vsw_switch *sw, struct net_device *dev,
			      enum vswitch_port_role role,
			      struct netlink_ext_ack *extack)
{
	struct vsw_port *port;
	int err;

	ASSERT_RTNL();

	if (sw->dead) {
		NL_SET_ERR_MSG(extack, "the switch is being deleted");
		return ERR_PTR(-ENODEV);
	}
	if (role != VSWITCH_PORT_ROLE_VNIC) {
		err = check_netdev(sw, dev, extack);
		if (err)
			return ERR_PTR(err);
	}
	if (role == VSWITCH_PORT_ROLE_UPLINK) {
		err = check_uplink(sw, dev, extack);
		if (err)
			return ERR_PTR(err);
	}

	port = port_alloc(sw, dev, role);
	if (!port) {
		NL_SET_ERR_MSG(extack, "no memory for the port");
		return ERR_PTR(-ENOMEM);
	}
	if (role != VSWITCH_PORT_ROLE_VNIC) {
		err = netdev_join(port, extack);
		if (err)
			goto free;
	}
	/* Before the handler, which looks the port up in the table. */
	err = port_publish(port, extack);
	if (err)
		goto leave;
	if (role != VSWITCH_PORT_ROLE_VNIC) {
		err = netdev_rx_handler_register(dev, vsw_rx_handler, port);
		if (err)
			goto unpublish;
	}
	vsw_port_update_switch(sw);
	vsw_nl_switch_notify(sw, VSWITCH_CMD_SWITCH_NTF);
	return port;

unpublish:
	port_unpublish(port);
leave:
	if (role != VSWITCH_PORT_ROLE_VNIC)
		netdev_leave(port);
free:
	port_free(port);
	return ERR_PTR(err);
}

/**
 * vsw_port_del() - take a port from its switch
 * @port: the port; gone when this returns, but for readers under RCU
 *
 * Who can still hold it: frames that read the old table, from the handler,
 * from a vNIC's transmit or as the entry of the FDB they found, all under the
 * RCU read lock; readers of statistics and netlink, under sw->lock. Nobody
 * keeps it beyond that.
 * Context: process; RTNL.
 */
void vsw_port_del(struct vsw_port *port)
{
	struct vsw_switch *sw = port->sw;

	ASSERT_RTNL();

	port_unpublish(port);
	if (port->role != VSWITCH_PORT_ROLE_VNIC) {
		/* Waits for frames that are in the handler: step two. */
		netdev_rx_handler_unregister(port->dev);
		netdev_leave(port);
	}
	vsw_port_update_switch(sw);
	if (!sw->dead)
		vsw_nl_switch_notify(sw, VSWITCH_CMD_SWITCH_NTF);
	port_free(port);
}

/**
 * vsw_port_link_change() - a port's netdev went up or down, or its carrier did
 * @port: the port
 *
 * Context: process; RTNL.
 */
void vsw_port_link_change(struct vsw_port *port)
{
	const struct vsw_fdb_filter learned = { .port = port, .vid = -1 };
	struct vsw_switch *sw = port->sw;
	struct vsw_snap *snap;

	ASSERT_RTNL();

	mutex_lock(&sw->lock);
	if (port->link_up != has_link(port->dev)) {
		port->link_up = !port->link_up;
		snap = vsw_snap_compile(port, &port->snap->own, VSW_GFP_MUST);
		swap(snap, port->snap);
		vsw_table_refresh(sw, false);
		vsw_snap_free_rcu(snap);
		/* What was behind it may come back elsewhere. */
		if (!port->link_up) {
			vsw_fdb_flush(sw, &learned);
			if (port->ips)
				vsw_ips_flush(port->ips);
		}
		vsw_nl_port_notify(port, VSWITCH_CMD_PORT_NTF);
	}
	mutex_unlock(&sw->lock);
	vsw_port_update_switch(sw);
}

/**
 * vsw_port_update_switch() - let the switch's netdev follow its ports
 * @sw: the switch: its carrier is on when any port's is, its MTU is the least
 *	of theirs, which vNICs take over, and its headroom the most. An MTU that
 *	was set by hand, of the switch or of a vNIC, stays
 *
 * Context: process; RTNL.
 */
void vsw_port_update_switch(struct vsw_switch *sw)
{
	unsigned int mtu = ETH_MAX_MTU, headroom = 0;
	struct vsw_port *port;
	unsigned long index;
	bool carrier = false;

	ASSERT_RTNL();

	xa_for_each(&sw->ports, index, port) {
		carrier |= has_link(port->dev);
		if (port->role == VSWITCH_PORT_ROLE_VNIC)
			continue;
		mtu = min(mtu, port->dev->mtu);
		headroom = max_t(unsigned int, headroom,
				 netdev_get_fwd_headroom(port->dev));
	}
	xa_for_each(&sw->ports, index, port) {
		if (port->role == VSWITCH_PORT_ROLE_VNIC)
			WRITE_ONCE(port->dev->needed_headroom, headroom);
		else
			netdev_set_rx_headroom(port->dev, headroom);
	}

	if (sw->dead)
		return;
	if (mtu != ETH_MAX_MTU && mtu != sw->dev->mtu && !sw->mtu_by_hand) {
		sw->mtu_follows = true;
		dev_set_mtu(sw->dev, mtu);
		sw->mtu_follows = false;
	}
	xa_for_each(&sw->ports, index, port) {
		if (port->role == VSWITCH_PORT_ROLE_VNIC)
			vsw_vnic_follow_mtu(port->dev, sw->dev->mtu);
	}
	if (carrier)
		netif_carrier_on(sw->dev);
	else
		netif_carrier_off(sw->dev);
}

/**
 * vsw_port_rcu() - the port that a netdev is
 * @dev: any netdev
 *
 * Context: RCU read lock.
 * Return: the port, or NULL.
 */
struct vsw_port *vsw_port_rcu(const struct net_device *dev)
{
	if (vsw_is_vnic(dev))
		return vsw_vnic_port_rcu(dev);
	if (rcu_access_pointer(dev->rx_handler) != vsw_rx_handler)
		return NULL;
	return rcu_dereference(dev->rx_handler_data);
}

/**
 * vsw_port_rtnl() - the port that a netdev is
 * @dev: any netdev
 *
 * Context: process; RTNL, under which the port stays.
 * Return: the port, or NULL.
 */
struct vsw_port *vsw_port_rtnl(const struct net_device *dev)
{
	struct vsw_port *port;

	ASSERT_RTNL();

	rcu_read_lock();
	port = vsw_port_rcu(dev);
	rcu_read_unlock();
	return port;
}

/**
 * vsw_port_lock() - find a port and lock its switch
 * @net: where to look
 * @ifindex: the port's netdev, or 0 to go by @name
 * @name: its name
 * @extack: for the refusal
 *
 * Context: process, with or without RTNL. vsw_switch_unlock() ends it.
 * Return: the port, which stays while the lock is held, or ERR_PTR.
 */
struct vsw_port *vsw_port_lock(struct net *net, u32 ifindex, const char *name,
			       struct netlink_ext_ack *extack)
{
	struct vsw_switch *sw = NULL;
	struct net_device *dev;
	struct vsw_port *port;

	rcu_read_lock();
	dev = ifindex ? dev_get_by_index_rcu(net, ifindex) :
			dev_get_by_name_rcu(net, name);
	if (!dev) {
		rcu_read_unlock();
		NL_SET_ERR_MSG(extack, "no such device in this network namespace");
		return ERR_PTR(-ENODEV);
	}
	dev_hold(dev);
	port = vsw_port_rcu(dev);
	if (port) {
		sw = port->sw;
		dev_hold(sw->dev);
	}
	rcu_read_unlock();
	if (!sw)
		goto no_port;

	/* It may have left, or changed switches, before we had the lock. */
	mutex_lock(&sw->lock);
	rcu_read_lock();
	port = vsw_port_rcu(dev);
	if (port && (port->sw != sw || port->dead))
		port = NULL;
	rcu_read_unlock();
	if (port) {
		dev_put(dev);
		return port;
	}
	vsw_switch_unlock(sw);
no_port:
	dev_put(dev);
	NL_SET_ERR_MSG(extack, "the device is not a port of a vswitch");
	return ERR_PTR(-EINVAL);
}
