// SPDX-License-Identifier: GPL-2.0
/*
 * From the switch to ports. What a destination may see is decided here, once
 * for each destination; the frame itself is shared, only its VLAN fields are
 * each copy's own.
 */
#include <linux/if_vlan.h>

#include "deliver.h"
#include "trace.h"
#include "vswitch.h"

/* May a frame leave through a port? */
static __always_inline enum vsw_drop_reason
egress(const struct vsw_frame *frame, const struct vsw_snap *dst)
{
	enum vsw_drop_reason reason;

	reason = vsw_dest_refuses(dst, frame->vid, frame->tags.inner,
				  frame->table->tpid);
	if (unlikely(reason))
		return reason;
	/* What it takes for a tag is not counted, as on the Linux bridge. */
	if (unlikely(frame->bytes > READ_ONCE(dst->dev->mtu) + ETH_HLEN +
				    VLAN_HLEN) && !skb_is_gso(frame->skb))
		return VSW_DROP_TOO_BIG;
	return VSW_PASS;
}

static noinline void deliver_vnic(const struct vsw_frame *frame,
				  const struct vsw_snap *dst,
				  struct sk_buff *skb)
{
	/*
	 * From vNIC to vNIC the frame arrives anew: nothing that the sending
	 * side of the stack attached may come along.
	 */
	if (frame->from_host) {
		skb_orphan(skb);
		skb_scrub_packet(skb, false);
		skb_clear_tstamp(skb);
	}
	skb->dev = dst->dev;
	if (vsw_frame_is_multicast(frame))
		skb->pkt_type = is_broadcast_ether_addr(eth_hdr(skb)->h_dest) ?
				PACKET_BROADCAST : PACKET_MULTICAST;
	else
		skb->pkt_type = frame->dst_key == dst->policy.mac ?
				PACKET_HOST : PACKET_OTHERHOST;

	/* The sender's call chain may be deep. */
	if (frame->from_host)
		netif_rx(skb);
	else
		netif_receive_skb(skb);
}

/* With a tag in the payload the network header is behind that. */
static noinline void skip_payload_tags(struct sk_buff *skb)
{
	int depth;

	if (vlan_get_protocol_and_depth(skb, skb->protocol, &depth))
		skb_set_network_header(skb, depth);
}

static __always_inline void
deliver_netdev(const struct vsw_snap *dst, struct sk_buff *skb)
{
	/* The header was there when the frame came. */
	__skb_push(skb, ETH_HLEN);
	/* A checksum of the whole, from a NIC, does not hold on the way out. */
	skb_forward_csum(skb);
	/* A delivery time that the sender set is none of the next queue's. */
	skb_clear_tstamp(skb);
	if (skb->ip_summed == CHECKSUM_PARTIAL &&
	    unlikely(eth_type_vlan(skb->protocol)))
		skip_payload_tags(skb);
	skb->dev = dst->dev;
	dev_queue_xmit(skb);
}

/* Inlined where it is called for each frame or copy. */
static __always_inline void
deliver(const struct vsw_frame *frame, const struct vsw_snap *dst,
	struct sk_buff *skb)
{
	if (vsw_vlan_untagged(&dst->policy.vlan, frame->vid))
		__vlan_hwaccel_clear_tag(skb);
	else
		__vlan_hwaccel_put_tag(skb, frame->table->tpid,
				       vsw_frame_tci(frame));

	vsw_stats_tx(dst->stats, frame->segs, frame->bytes);
	trace_vsw_forward(frame, dst);

	if (dst->flags & VSW_SNAP_VNIC)
		deliver_vnic(frame, dst, skb);
	else
		deliver_netdev(dst, skb);
}

/**
 * vsw_deliver() - give a frame to a port that may have it
 * @frame: what is known of the frame
 * @dst: the port
 * @skb: the frame, or a copy for this port; consumed
 *
 * Context: softirq, or bottom halves off; RCU read lock.
 */
void vsw_deliver(const struct vsw_frame *frame, const struct vsw_snap *dst,
		 struct sk_buff *skb)
{
	deliver(frame, dst, skb);
}

/**
 * vsw_unicast() - give a frame to the one port that it is for
 * @frame: the frame; consumed
 * @dst: the port
 *
 * Context: softirq, or bottom halves off; RCU read lock.
 */
void vsw_unicast(const struct vsw_frame *frame, const struct vsw_snap *dst)
{
	enum vsw_drop_reason reason = egress(frame, dst);

	if (unlikely(reason))
		vsw_drop(frame, dst, reason);
	else
		deliver(frame, dst, frame->skb);
}

/**
 * vsw_flood() - give a frame to all ports that should have it
 * @frame: the frame; consumed
 * @kind: why it is flooded
 *
 * Each port but the last gets a clone.
 * Context: softirq, or bottom halves off; RCU read lock.
 */
void vsw_flood(const struct vsw_frame *frame, enum vsw_flood_kind kind)
{
	const struct vsw_table *table = frame->table;
	const struct vsw_snap *last = NULL;
	enum vsw_drop_reason reason;
	bool refused = false;
	u32 i;

	for (i = 0; i < table->size; i++) {
		const struct vsw_snap *dst = table->snaps[i];
		struct sk_buff *clone;

		if (!dst || !vsw_flood_wants(frame->src, dst, frame->vid, kind))
			continue;
		reason = egress(frame, dst);
		if (unlikely(reason)) {
			vsw_refuse(frame, dst, reason);
			refused = true;
			continue;
		}
		if (last) {
			clone = skb_clone(frame->skb, GFP_ATOMIC);
			if (likely(clone))
				deliver(frame, last, clone);
			else
				vsw_refuse(frame, last, VSW_DROP_NO_MEMORY);
		}
		last = dst;
	}

	if (likely(last))
		vsw_deliver(frame, last, frame->skb);
	else if (refused)
		kfree_skb(frame->skb);
	else
		vsw_drop(frame, frame->src, VSW_DROP_NO_DESTINATION);
}
