/* SPDX-License-Identifier: GPL-2.0 */
/* Switches and ports, and who calls whom. */
#ifndef _VSW_VSWITCH_H
#define _VSW_VSWITCH_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <linux/xarray.h>
#include <net/netns/generic.h>

#include <uapi/linux/vswitch.h>

#include "drop.h"
#include "fdb.h"
#include "policy.h"
#include "profile.h"
#include "stats.h"
#include "storm.h"
#include "table.h"

struct vsw_probe;

/**
 * DOC: Locking
 *
 * RTNL		membership: switches, ports and vNICs come and go under it.
 * sw->lock	policy and the published table of one switch; nests inside RTNL.
 *		Whoever holds it without RTNL must not take RTNL.
 * FDB lock	the FDB of one switch; innermost, taken in softirq as well.
 * RCU		frames: from the receive handler, or the vNIC's transmit, to
 *		delivery.
 *
 * A port dies in three steps: it is unlinked, so that no new frame finds it
 * (vsw_port_del()); frames in flight and RCU readers end; its memory goes
 * (port_free_rcu()).
 */

/**
 * struct vsw_switch - private data of a switch's netdev
 * @dev: the netdev
 * @table: what frames live by
 * @fdb: the forwarding database
 * @lock: see DOC: Locking
 * @ports: all ports by index; written under RTNL and @lock
 * @nr_ports: how many those are
 * @profiles: settings that ports refer to; changed under @lock
 * @uplink: the port that faces the wire, or NULL
 * @type: external, internal or private
 * @bandwidth_mode: fixed at creation
 * @iov: fixed at creation
 * @tpid: EtherType of the tags it sorts by; fixed at creation
 * @dead: it is going away; no policy change starts any more
 * @mtu_by_hand: its MTU was set by the administrator
 * @mtu_follows: its MTU is being set by ourselves
 * @cookie: tells it from a switch that had its ifindex before; in the order of
 *	vsw_net.switches
 * @node: in vsw_net.switches
 */
struct vsw_switch {
	struct net_device *dev;
	struct vsw_table __rcu *table;
	struct vsw_fdb fdb;
	struct mutex lock;	/* configuration: see DOC: Locking */
	struct xarray ports;
	u32 nr_ports;
	struct vsw_profiles profiles;
	struct vsw_port *uplink;
	enum vswitch_switch_type type;
	enum vswitch_bandwidth_mode bandwidth_mode;
	bool iov;
	__be16 tpid;
	bool dead;
	bool mtu_by_hand;
	bool mtu_follows;
	u64 cookie;
	struct list_head node;
};

/**
 * struct vsw_port - a port, and what it keeps while its policy changes
 * @sw: the switch
 * @dev: the netdev
 * @index: its slot in the tables
 * @role: guest, uplink or vNIC
 * @snap: its configuration; changed under sw->lock
 * @next: while a change is being made, what @snap is going to be
 * @stats: its counters
 * @frags: first fragments that it sent; made when a policy first needs it
 * @acl_frags: first fragments of either direction, for its ACL; likewise
 * @flows: flows that stateful rules have allowed; likewise
 * @ips: IP addresses that it uses; made when they are first limited
 * @probe: what it waits for, see probe.c; made when it first does
 * @link_up: its netdev can take frames; changed under RTNL and sw->lock
 * @dead: unlinked; sw->lock
 * @addrconf: what IPv6 autoconfiguration of @dev was like before
 * @dev_tracker: for the reference to @dev
 * @sw_tracker: for the reference to sw->dev
 * @rcu: see DOC: Locking
 * @storm: what it has sent to many
 */
struct vsw_port {
	struct vsw_switch *sw;
	struct net_device *dev;
	u32 index;
	enum vswitch_port_role role;
	struct vsw_snap *snap;
	struct vsw_snap *next;
	struct vsw_port_stats __percpu *stats;
	struct vsw_frags *frags;
	struct vsw_frags *acl_frags[2];
	struct vsw_flows *flows;
	struct vsw_ips *ips;
	struct vsw_probe *probe;
	bool link_up;
	bool dead;
	int addrconf;
	netdevice_tracker dev_tracker;
	netdevice_tracker sw_tracker;
	struct rcu_head rcu;
	struct vsw_storm storm;
};

/**
 * struct vsw_net - what a network namespace has of us
 * @switches: all its switches; RTNL
 * @fdb_entries: entries of all its switches' FDBs
 * @quota: what of its limits is used
 * @seq: rises with each change that a dump of switches or ports could see
 */
struct vsw_net {
	struct list_head switches;
	atomic_t seq;
	atomic_t fdb_entries;
	struct vsw_quota *quota;
};

extern unsigned int vsw_net_id;

static inline struct vsw_net *vsw_net(const struct net *net)
{
	return net_generic(net, vsw_net_id);
}

/* switch.c */
extern const struct net_device_ops vsw_switch_netdev_ops;
void vsw_switch_setup(struct net_device *dev);
int vsw_switch_init(struct vsw_switch *sw);
void vsw_switch_dellink(struct net_device *dev, struct list_head *head);
int vsw_switch_set_type(struct vsw_switch *sw, enum vswitch_switch_type type,
			struct net_device *uplink, bool uplink_given,
			struct netlink_ext_ack *extack);
int vsw_switch_check_fdb_limit(struct vsw_switch *sw, u32 limit,
			       struct netlink_ext_ack *extack);
int vsw_switch_set_fdb_limit(struct vsw_switch *sw, u32 limit,
			     struct netlink_ext_ack *extack);
struct vsw_switch *vsw_switch_lock(struct net *net, u32 ifindex,
				   struct netlink_ext_ack *extack);
void vsw_switch_unlock(struct vsw_switch *sw);
int vsw_switch_check_generation(struct vsw_switch *sw, u32 expected,
				struct netlink_ext_ack *extack);

static inline bool vsw_is_switch(const struct net_device *dev)
{
	return dev->netdev_ops == &vsw_switch_netdev_ops;
}

/**
 * vsw_dereference() - the published table, for those who may replace it
 * @sw: the switch, whose lock is held
 *
 * Return: the table; NULL only while the switch is being made.
 */
static inline struct vsw_table *vsw_dereference(struct vsw_switch *sw)
{
	return rcu_dereference_protected(sw->table,
					 lockdep_is_held(&sw->lock));
}

/* port.c */
struct vsw_port *vsw_port_add(struct vsw_switch *sw, struct net_device *dev,
			      enum vswitch_port_role role,
			      struct netlink_ext_ack *extack);
void vsw_port_del(struct vsw_port *port);
void vsw_port_link_change(struct vsw_port *port);
void vsw_port_update_switch(struct vsw_switch *sw);
u32 vsw_port_flags(const struct vsw_port *port);
struct vsw_port *vsw_port_rcu(const struct net_device *dev);
struct vsw_port *vsw_port_rtnl(const struct net_device *dev);
struct vsw_port *vsw_port_lock(struct net *net, u32 ifindex, const char *name,
			       struct netlink_ext_ack *extack);

/* vnic.c */
extern struct rtnl_link_ops vsw_vnic_link_ops;
bool vsw_is_vnic(const struct net_device *dev);
struct vsw_port *vsw_vnic_port_rcu(const struct net_device *dev);
void vsw_vnic_dellink(struct net_device *dev, struct list_head *head);
void vsw_vnic_carrier(struct vsw_switch *sw, bool on);
void vsw_vnic_follow_mtu(struct net_device *dev, unsigned int mtu);

/* link.c */
extern struct rtnl_link_ops vsw_link_ops;
int vsw_link_fill_port(struct sk_buff *skb, const struct vsw_port *port);
size_t vsw_link_port_size(void);

/* policy.c */
int vsw_policy_change(struct vsw_port *port, const struct vsw_policy *policy,
		      struct netlink_ext_ack *extack);
int vsw_policy_stage(struct vsw_port *port, const struct vsw_policy *policy);
int vsw_policy_commit(struct vsw_switch *sw, struct netlink_ext_ack *extack);
void vsw_policy_abort(struct vsw_switch *sw);

/* pipeline.c */
rx_handler_result_t vsw_rx_handler(struct sk_buff **pskb);
void vsw_vnic_ingress(struct vsw_port *port, struct sk_buff *skb);

/* notifier.c */
extern struct notifier_block vsw_netdev_notifier;

/* bridge_nl.c */
int vsw_bridge_setlink(struct net_device *dev, struct nlmsghdr *nlh, u16 flags,
		       struct netlink_ext_ack *extack);
int vsw_bridge_dellink(struct net_device *dev, struct nlmsghdr *nlh,
		       u16 flags);
int vsw_bridge_getlink(struct sk_buff *skb, u32 pid, u32 seq,
		       struct net_device *dev, u32 filter_mask, int nlflags);

/* fdb_rtnl.c */
int vsw_fdb_rtnl_add(struct ndmsg *ndm, struct nlattr *tb[],
		     struct net_device *dev, const unsigned char *addr,
		     u16 vid, u16 flags, struct netlink_ext_ack *extack);
int vsw_fdb_rtnl_del(struct ndmsg *ndm, struct nlattr *tb[],
		     struct net_device *dev, const unsigned char *addr,
		     u16 vid, struct netlink_ext_ack *extack);
int vsw_fdb_rtnl_dump(struct sk_buff *skb, struct netlink_callback *cb,
		      struct net_device *dev, struct net_device *filter_dev,
		      int *idx);
int vsw_fdb_rtnl_get(struct sk_buff *skb, struct nlattr *tb[],
		     struct net_device *dev, const unsigned char *addr,
		     u16 vid, u32 portid, u32 seq,
		     struct netlink_ext_ack *extack);
void vsw_fdb_rtnl_notify(struct vsw_switch *sw,
			 const struct vsw_fdb_entry *entry, int type);

#endif
