/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The compiled configuration of a switch: one snapshot per port and one table
 * that points to them all. Both are immutable. A change compiles snapshots of
 * the ports it touches and publishes a new table in a single store, so that a
 * frame, which reads the table once, never sees half a change.
 */
#ifndef _VSW_TABLE_H
#define _VSW_TABLE_H

#include <linux/hash.h>
#include <linux/rcupdate.h>

#include "mac.h"
#include "policy.h"
#include "pvlan.h"

struct net_device;
struct vsw_frags;
struct vsw_ips;
struct vsw_port;
struct vsw_port_stats;
struct vsw_switch;

/**
 * enum vsw_snap_flags - which stages a port's frames have to pass
 * @VSW_SNAP_LINK_UP: frames can be sent to the port
 * @VSW_SNAP_CHECK_SOURCE: it may only send from its assigned MAC
 * @VSW_SNAP_UPLINK: it faces the wire
 * @VSW_SNAP_VNIC: it is an adapter of the management OS
 * @VSW_SNAP_TEAMING: assigned MACs of its VM's other ports are its own, too
 * @VSW_SNAP_DHCP_GUARD: it is no DHCP server
 * @VSW_SNAP_ROUTER_GUARD: it is no router
 * @VSW_SNAP_IP_LIMIT: the number of its IP addresses is limited
 * @VSW_SNAP_STORM_LIMIT: what it sends to many is limited
 * @VSW_SNAP_PRIORITY: 802.1p priorities pass
 * @VSW_SNAP_MIRROR_SOURCE: its frames are copied
 * @VSW_SNAP_MIRROR_DESTINATION: it gets the copies
 * @VSW_SNAP_ACL_OUT: there are rules about what it sends
 * @VSW_SNAP_ACL_IN: there are rules about what it receives
 */
enum vsw_snap_flags {
	VSW_SNAP_LINK_UP		= BIT(0),
	VSW_SNAP_CHECK_SOURCE		= BIT(1),
	VSW_SNAP_UPLINK			= BIT(2),
	VSW_SNAP_VNIC			= BIT(3),
	VSW_SNAP_TEAMING		= BIT(4),
	VSW_SNAP_DHCP_GUARD		= BIT(5),
	VSW_SNAP_ROUTER_GUARD		= BIT(6),
	VSW_SNAP_IP_LIMIT		= BIT(7),
	VSW_SNAP_STORM_LIMIT		= BIT(8),
	VSW_SNAP_PRIORITY		= BIT(9),
	VSW_SNAP_MIRROR_SOURCE		= BIT(10),
	VSW_SNAP_MIRROR_DESTINATION	= BIT(11),
	VSW_SNAP_ACL_OUT		= BIT(12),
	VSW_SNAP_ACL_IN			= BIT(13),
};

/* What has to be looked at of frames from a port, beyond VLAN and source. */
#define VSW_SNAP_INGRESS_POLICY	(VSW_SNAP_DHCP_GUARD | VSW_SNAP_ROUTER_GUARD | \
				 VSW_SNAP_IP_LIMIT | VSW_SNAP_ACL_OUT)

/* What has to be looked at of frames to a port, beyond link and VLAN. */
#define VSW_SNAP_EGRESS_POLICY	VSW_SNAP_ACL_IN

/* Those of them that look at ports or ICMP types, which not all fragments have. */
#define VSW_SNAP_INGRESS_GUARDS	(VSW_SNAP_DHCP_GUARD | VSW_SNAP_ROUTER_GUARD)

/* ... or, of IPv6 only, at the targets of neighbour discovery. */
#define VSW_SNAP_INGRESS_TRANSPORT (VSW_SNAP_INGRESS_GUARDS | VSW_SNAP_IP_LIMIT)

/**
 * struct vsw_snap - one port, compiled
 * @flags: enum vsw_snap_flags
 * @index: its place in the table
 * @dev: its netdev
 * @stats: its counters; they outlive the snapshot
 * @port: the port, which outlives every table that names it
 * @policy: the settings in force; what most frames read of them comes first
 * @own: the settings as they were stated, from which @policy follows; frames
 *	have no use for it
 * @meters: what meter rules of its ACL have counted; NULL without such rules
 * @ips: IP addresses that the port uses; NULL without a limit
 * @frags: first fragments from the port; NULL without
 *	VSW_SNAP_INGRESS_TRANSPORT
 * @rcu: frames in flight may still read it after it was replaced
 *
 * What every frame reads comes first and shares a cache line.
 */
struct vsw_snap {
	u32 flags;
	u32 index;
	struct net_device *dev;
	struct vsw_port_stats __percpu *stats;
	struct vsw_port *port;
	struct vsw_policy policy;
	struct vsw_policy own;
	struct vsw_meters *meters;
	struct vsw_frags *frags;
	struct vsw_ips *ips;
	struct rcu_head rcu;
} ____cacheline_aligned;

static_assert(offsetofend(struct vsw_snap, policy.vlan) <= 64);

/**
 * struct vsw_table - one switch, compiled
 * @running: the switch is administratively up
 * @has_macs: some port has an assigned MAC
 * @has_teams: some port may use those of its VM's other ports
 * @mac_bits: log2 of the size of @macs
 * @tpid: EtherType of the tags it sorts by
 * @nr_mirrors: number of @mirrors; 0 when no port is a mirror source
 * @size: number of slots in @snaps
 * @generation: rises with each published change
 * @fids: the private VLANs, NULL when no port is in one
 * @macs: the assigned MACs: a hash of slots into @snaps, VSW_NO_PORT when
 *	free, linear probing, never full
 * @mirrors: the slots in @snaps of the mirror destinations
 * @rcu: see struct vsw_snap
 * @snaps: the ports by index; NULL where there is none
 */
struct vsw_table {
	bool running;
	bool has_macs;
	bool has_teams;
	u8 mac_bits;
	__be16 tpid;
	u16 nr_mirrors;
	u32 size;
	u32 generation;
	struct vsw_fids *fids;
	u16 *macs;
	u16 *mirrors;
	struct rcu_head rcu;
	struct vsw_snap *snaps[];
};

#define VSW_NO_PORT U16_MAX
#define VSW_MAX_PORTS 4096

/* For changes that must not fail: taking a port away, following its link. */
#define VSW_GFP_MUST (GFP_KERNEL | __GFP_NOFAIL)

/**
 * vsw_table_assigned() - whose assigned MAC is it?
 * @table: the table
 * @key: vsw_mac_key() of the address and VLAN 0
 *
 * Return: the port, or NULL.
 */
static inline const struct vsw_snap *
vsw_table_assigned(const struct vsw_table *table, u64 key)
{
	u32 mask = BIT(table->mac_bits) - 1;
	u32 slot = hash_64(key, table->mac_bits);
	u16 index;

	while ((index = table->macs[slot]) != VSW_NO_PORT) {
		const struct vsw_snap *snap = table->snaps[index];

		if (snap->policy.mac == key)
			return snap;
		slot = (slot + 1) & mask;
	}
	return NULL;
}

/**
 * vsw_table_fid() - where do the addresses of a VLAN belong?
 * @table: the table
 * @vid: the VLAN
 *
 * Return: its FID, see pvlan.h.
 */
static inline u16 vsw_table_fid(const struct vsw_table *table, u16 vid)
{
	return unlikely(table->fids) ? table->fids->fid[vid] : vid;
}

/**
 * vsw_table_key() - the key that the FDB has for an address and a VLAN
 * @table: the table
 * @key: vsw_mac_key() of the address and any VLAN, 0..4095
 *
 * Return: vsw_mac_key() of the address and the VLAN's FID.
 */
static inline u64 vsw_table_key(const struct vsw_table *table, u64 key)
{
	u16 vid = vsw_key_vid(key);

	return (key ^ vid) | vsw_table_fid(table, vid);
}

/**
 * vsw_table_holds() - can addresses of a FID be behind a port?
 * @table: the table
 * @snap: the port
 * @fid: the FID
 *
 * Return: true if they can.
 */
static inline bool vsw_table_holds(const struct vsw_table *table,
				   const struct vsw_snap *snap, u16 fid)
{
	if (unlikely(table->fids))
		return vsw_fids_share(table->fids, &snap->policy.vlan, fid);
	return vsw_vlan_member(&snap->policy.vlan, fid);
}

struct vsw_snap *vsw_snap_compile(struct vsw_port *port,
				  const struct vsw_policy *own, gfp_t gfp);
void vsw_snap_free_rcu(struct vsw_snap *snap);
struct vsw_table *vsw_table_build(struct vsw_switch *sw, gfp_t gfp,
				  struct netlink_ext_ack *extack);
void vsw_table_publish(struct vsw_switch *sw, struct vsw_table *table,
		       bool changed);
void vsw_table_refresh(struct vsw_switch *sw, bool changed);

#endif
