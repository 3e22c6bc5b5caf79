// SPDX-License-Identifier: GPL-2.0
/*
 * The life of a frame, from the port it came from to the choice of where it
 * goes. The order is a contract: see docs/architecture.md.
 *
 *	vsw_rx_handler, vsw_vnic_ingress	a frame enters
 *	  parse					its headers are read, once
 *	  ingress				may the port send it?
 *	    vsw_ingress_policy			ingress.c
 *	  learn					where is its source?
 *	  forward				where is its destination?
 *	    vsw_storm_exceeds			storm.c
 *	    vsw_unicast, vsw_flood		deliver.c
 *	    vsw_mirror_unicast, vsw_mirror_flood	mirror.c, in their place
 *
 * All of it runs in softirq or with bottom halves off, under the RCU read
 * lock, on one table, and allocates nothing.
 */
#include <linux/if_vlan.h>
#include <linux/rculist.h>

#include "deliver.h"
#include "frame.h"
#include "gso.h"
#include "mirror.h"
#include "team.h"
#include "trace.h"
#include "vswitch.h"
#include "walk.h"

static __always_inline void parse(struct vsw_frame *frame, struct sk_buff *skb,
				  const struct vsw_table *table,
				  const struct vsw_snap *src, bool from_host)
{
	const struct ethhdr *eth = eth_hdr(skb);
	bool tagged = skb_vlan_tag_present(skb);

	/* One by one: the view of the headers behind is for who looks there. */
	frame->skb = skb;
	frame->table = table;
	frame->src = src;
	frame->walk = NULL;
	frame->dst_key = vsw_header_key(eth->h_dest);
	frame->src_key = vsw_header_key(eth->h_source);
	frame->tags.tpid = tagged ? skb->vlan_proto : 0;
	frame->tags.tci = tagged ? skb_vlan_tag_get(skb) : 0;
	frame->tags.inner = skb->protocol;
	frame->vid = 0;
	frame->fid = 0;
	frame->from_host = from_host;
	frame->headers.kind = VSW_HEADERS_NONE;
	frame->bytes = skb->len + ETH_HLEN;
	frame->segs = vsw_gso_segs(skb);
}

/*
 * A tag of the protocol that the switch does not sort by is payload; put it
 * there, since the VLAN fields of the skb are about to hold our own.
 */
static noinline bool bury_tag(struct vsw_frame *frame)
{
	struct sk_buff *skb = frame->skb;

	skb_push(skb, ETH_HLEN);
	skb = vlan_insert_tag_set_proto(skb, frame->tags.tpid,
					frame->tags.tci);
	if (!skb)
		return false;
	__vlan_hwaccel_clear_tag(skb);
	skb_pull(skb, ETH_HLEN);
	skb_forward_csum(skb);
	skb_reset_mac_len(skb);
	frame->skb = skb;
	frame->tags.inner = frame->tags.tpid;
	frame->bytes += VLAN_HLEN;
	return true;
}

/*
 * A checksum that is yet to be made is put where the sender says, which must not
 * be in what decides about the frame.
 */
static bool rewrites_header(const struct sk_buff *skb)
{
	return skb->ip_summed == CHECKSUM_PARTIAL &&
	       skb_checksum_start_offset(skb) < 0;
}

/* Admission comes before learning: nobody can teach us what he may not send. */
static __always_inline enum vsw_drop_reason
ingress(struct vsw_frame *frame)
{
	const struct vsw_snap *src = frame->src;
	const struct vsw_table *table = frame->table;
	const struct vsw_snap *owner;
	enum vsw_drop_reason reason;

	if (unlikely(!table->running))
		return VSW_DROP_SWITCH_DOWN;
	if (unlikely(!vsw_key_is_valid_source(frame->src_key)))
		return VSW_DROP_SOURCE_INVALID;
	if (unlikely(rewrites_header(frame->skb)))
		return VSW_DROP_UNPARSABLE;

	reason = vsw_vlan_ingress(&src->policy.vlan, &frame->tags, table->tpid,
				  &frame->vid);
	if (unlikely(reason))
		return reason;
	frame->fid = vsw_table_fid(table, frame->vid);

	if (src->flags & VSW_SNAP_CHECK_SOURCE && frame->src_key == src->policy.mac)
		return VSW_PASS;
	owner = table->has_macs ?
		vsw_table_assigned(table, frame->src_key) : NULL;
	if (unlikely(owner && owner != src && vsw_team_may_use(src, owner)))
		return VSW_PASS;
	if (src->flags & VSW_SNAP_CHECK_SOURCE)
		return VSW_DROP_MAC_SPOOFED;
	if (owner && owner != src && vsw_table_holds(table, owner, frame->fid))
		return VSW_DROP_MAC_ASSIGNED;
	return VSW_PASS;
}

static __always_inline void learn(const struct vsw_frame *frame)
{
	struct vsw_port *port = frame->src->port;
	u64 key = frame->src_key | frame->fid;

	/* Its assigned MAC is in the table. */
	if (frame->src_key == frame->src->policy.mac) {
		if (unlikely(vsw_team_find(frame->table, &port->sw->fdb,
					   frame->src, key)) &&
		    !vsw_walk_is_dry(frame))
			vsw_fdb_forget(port->sw, port, key);
		return;
	}
	if (vsw_walks(frame) && vsw_walk_learn(frame))
		return;
	vsw_fdb_learn(port->sw, &port->sw->fdb, port, key);
}

/* Which port is the destination behind? NULL when nobody knows. */
static __always_inline const struct vsw_snap *
lookup(const struct vsw_frame *frame)
{
	struct vsw_fdb *fdb = &frame->src->port->sw->fdb;
	u64 key = frame->dst_key | frame->fid;
	const struct vsw_table *table = frame->table;
	const struct vsw_snap *owner = NULL;
	const struct vsw_fdb_entry *entry;

	if (table->has_macs)
		owner = vsw_table_assigned(table, frame->dst_key);
	/* The same address may be somebody else's in another VLAN. */
	if (owner && vsw_table_holds(table, owner, frame->fid)) {
		entry = vsw_team_find(table, fdb, owner, key);
		if (likely(!entry))
			return owner;
	} else {
		entry = vsw_fdb_find(fdb, key);
	}
	return entry ? vsw_table_port(table, READ_ONCE(entry->port)) : NULL;
}

/* To all who should have it, if the port may send to many now. */
static void flood(struct vsw_frame *frame, enum vsw_flood_kind kind)
{
	if (unlikely(frame->src->flags & VSW_SNAP_STORM_LIMIT) &&
	    vsw_storm_exceeds(frame))
		vsw_drop(frame, frame->src, VSW_DROP_STORM_LIMIT);
	else if (unlikely(frame->table->nr_mirrors))
		vsw_mirror_flood(frame, kind);
	else
		vsw_flood(frame, kind);
}

static __always_inline void forward(struct vsw_frame *frame)
{
	const struct vsw_snap *dst;

	if (vsw_frame_is_multicast(frame)) {
		flood(frame, VSW_FLOOD_MULTICAST);
		return;
	}
	dst = lookup(frame);
	if (vsw_walks(frame))
		dst = vsw_walk_lookup(frame, dst);
	if (!dst) {
		flood(frame, VSW_FLOOD_UNKNOWN);
		return;
	}
	if (unlikely(frame->table->nr_mirrors))
		vsw_mirror_unicast(frame, dst);
	else if (unlikely(dst == frame->src))
		vsw_drop(frame, dst, VSW_DROP_SAME_PORT);
	else
		vsw_unicast(frame, dst);
}

/* Inlined, like its stages: a call costs as much as a stage. */
static __always_inline void switch_frame(struct vsw_frame *frame)
{
	enum vsw_drop_reason reason;

	if (!vsw_walk_is_dry(frame)) {
		vsw_stats_rx(frame->src->stats, frame->segs, frame->bytes);
		trace_vsw_receive(frame);
	}

	reason = ingress(frame);
	if (unlikely(reason)) {
		vsw_drop(frame, frame->src, reason);
		return;
	}
	if (vsw_walks(frame))
		vsw_walk_admitted(frame);
	if (unlikely(frame->tags.tpid &&
		     frame->tags.tpid != frame->table->tpid) &&
	    !bury_tag(frame)) {
		vsw_refuse(frame, frame->src, VSW_DROP_NO_MEMORY);
		return;
	}
	if (unlikely(frame->src->flags & VSW_SNAP_INGRESS_POLICY)) {
		reason = vsw_ingress_policy(frame);
		if (reason) {
			vsw_drop(frame, frame->src, reason);
			return;
		}
	}
	learn(frame);
	forward(frame);
}

/*
 * Link-local control frames end here. On the uplink those that speak of the
 * wire itself are the host's; anything else, IP in particular, would reach
 * the host past the policy of its vNICs.
 */
static bool is_for_host(const struct vsw_frame *frame)
{
	if (!(frame->src->flags & VSW_SNAP_UPLINK))
		return false;
	switch (frame->skb->protocol) {
	case htons(ETH_P_LLDP):		/* and DCBX, which it carries */
	case htons(ETH_P_SLOW):		/* LACP */
	case htons(ETH_P_PAE):		/* 802.1X */
	case htons(ETH_P_802_2):	/* spanning tree */
		return true;
	default:
		return false;
	}
}

/* A frame from a netdev, which may have others that hold it as well. */
static __always_inline rx_handler_result_t
receive(struct sk_buff **pskb, const struct vsw_table *table,
	const struct vsw_snap *src)
{
	struct vsw_frame frame __uninitialized;

	parse(&frame, *pskb, table, src, false);

	/* Before anything is written to it. */
	frame.skb = skb_share_check(frame.skb, GFP_ATOMIC);
	if (unlikely(!frame.skb)) {
		vsw_stats_rx(src->stats, frame.segs, frame.bytes);
		vsw_refuse(&frame, src, VSW_DROP_NO_MEMORY);
		return RX_HANDLER_CONSUMED;
	}

	if (unlikely(vsw_key_is_link_local(frame.dst_key))) {
		if (is_for_host(&frame)) {
			*pskb = frame.skb;
			return RX_HANDLER_PASS;
		}
		vsw_stats_rx(src->stats, frame.segs, frame.bytes);
		vsw_drop(&frame, src, VSW_DROP_LINK_LOCAL);
		return RX_HANDLER_CONSUMED;
	}
	switch_frame(&frame);
	return RX_HANDLER_CONSUMED;
}

/**
 * vsw_rx_handler() - take a frame from a port's netdev
 * @pskb: the frame, with data at the network header
 *
 * Context: softirq, RCU read lock.
 * Return: RX_HANDLER_CONSUMED, or RX_HANDLER_PASS for what belongs to the host.
 */
rx_handler_result_t vsw_rx_handler(struct sk_buff **pskb)
{
	struct sk_buff *skb = *pskb;
	struct vsw_port *port = rcu_dereference(skb->dev->rx_handler_data);
	const struct vsw_table *table = rcu_dereference(port->sw->table);
	const struct vsw_snap *src = vsw_table_port(table, port);

	if (unlikely(skb->pkt_type == PACKET_LOOPBACK))
		return RX_HANDLER_PASS;
	/* The port is leaving: there is nobody left to count it for. */
	if (unlikely(!src)) {
		kfree_skb(skb);
		return RX_HANDLER_CONSUMED;
	}
	return receive(pskb, table, src);
}

static __always_inline void send(struct sk_buff *skb,
				 const struct vsw_table *table,
				 const struct vsw_snap *src)
{
	struct vsw_frame frame __uninitialized;

	parse(&frame, skb, table, src, true);

	if (unlikely(vsw_key_is_link_local(frame.dst_key))) {
		vsw_stats_rx(src->stats, frame.segs, frame.bytes);
		vsw_drop(&frame, src, VSW_DROP_LINK_LOCAL);
		return;
	}
	switch_frame(&frame);
}

/**
 * vsw_vnic_ingress() - take a frame that the host sends through a vNIC
 * @port: the vNIC's port
 * @skb: the frame, with data at the network header and the mac header set
 *
 * Context: bottom halves off, RCU read lock.
 */
void vsw_vnic_ingress(struct vsw_port *port, struct sk_buff *skb)
{
	const struct vsw_table *table = rcu_dereference(port->sw->table);
	const struct vsw_snap *src = vsw_table_port(table, port);

	if (unlikely(!src))
		kfree_skb(skb);
	else
		send(skb, table, src);
}

/**
 * vsw_walk_run() - send a frame into the pipeline and write down its way
 * @port: the port that it comes from
 * @skb: the frame, from vsw_walk_frame(); consumed
 * @walk: where its way is written; of a dry one nothing else comes
 *
 * Context: process; sw->lock, so that the port is in the table; between
 * vsw_walk_begin() and vsw_walk_end().
 */
void vsw_walk_run(struct vsw_port *port, struct sk_buff *skb,
		  struct vsw_walk *walk)
{
	const struct vsw_table *table;
	const struct vsw_snap *src;
	struct vsw_frame frame __uninitialized;

	local_bh_disable();
	rcu_read_lock();
	table = rcu_dereference(port->sw->table);
	src = vsw_table_port(table, port);
	parse(&frame, skb, table, src, src->flags & VSW_SNAP_VNIC);
	frame.walk = walk;
	vsw_walk_received(&frame);

	if (likely(!vsw_key_is_link_local(frame.dst_key))) {
		switch_frame(&frame);
	} else if (is_for_host(&frame)) {
		vsw_walk_pass(&frame, VSWITCH_WALK_STAGE_LINK_LOCAL, frame.src,
			      "for the host's own daemons");
		consume_skb(skb);
	} else {
		if (!walk->dry)
			vsw_stats_rx(frame.src->stats, frame.segs, frame.bytes);
		vsw_drop(&frame, frame.src, VSW_DROP_LINK_LOCAL);
	}
	rcu_read_unlock();
	local_bh_enable();
}
