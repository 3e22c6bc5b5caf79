// SPDX-License-Identifier: GPL-2.0
/*
 * From the switch to ports. What a destination may see is decided here, once
 * for each destination; the frame itself is shared, only its VLAN fields are
 * each copy's own.
 */
#include <linux/if_vlan.h>

#include "acl.h"
#include "deliver.h"
#include "trace.h"
#include "vswitch.h"
#include "walk.h"

/* Can a frame leave through a port, whatever it is to it? */
static __always_inline enum vsw_drop_reason
fits(const struct vsw_frame *frame, const struct vsw_snap *dst)
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

static noinline enum vsw_drop_reason
egress_policy(struct vsw_frame *frame, const struct vsw_snap *dst)
{
	const enum vswitch_acl_direction in = VSWITCH_ACL_DIRECTION_IN;
	struct vsw_acl_pass pass;

	return vsw_acl_check(frame, dst, in, &pass) ?:
	       vsw_acl_passed(frame, dst, in, &pass);
}

/* May a frame leave through a port as one of its own? */
static __always_inline enum vsw_drop_reason
egress(struct vsw_frame *frame, const struct vsw_snap *dst)
{
	enum vsw_drop_reason reason = fits(frame, dst);

	if (unlikely(dst->flags & VSW_SNAP_EGRESS_POLICY) && !reason)
		return egress_policy(frame, dst);
	return reason;
}

/* What a port's netdev gets. */
enum what {
	FRAME,		/* what is for it */
	COPY,		/* of a mirror, on its way to others */
	COPY_OF_OWN,	/* likewise, of what could be for it, and is kept from it */
};

/*
 * Devices on top of a vNIC take for theirs what has their address, whatever is said of
 * it (vlan_do_receive(), macvlan_handle_frame()).
 */
static bool has_devices_on_top(const struct net_device *dev)
{
#if IS_ENABLED(CONFIG_VLAN_8021Q)
	if (rcu_access_pointer(dev->vlan_info))
		return true;
#endif
	return rcu_access_pointer(dev->rx_handler);
}

/* Only who listens on the vNIC sees it, as if the host had sent it. */
static void show_to_taps(const struct vsw_snap *dst, struct sk_buff *skb)
{
	__skb_push(skb, ETH_HLEN);
	dev_queue_xmit_nit(skb, dst->dev);
	consume_skb(skb);
}

static noinline void deliver_vnic(const struct vsw_frame *frame,
				  const struct vsw_snap *dst,
				  struct sk_buff *skb, enum what what)
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
	if (unlikely(what == COPY_OF_OWN) && has_devices_on_top(dst->dev)) {
		show_to_taps(dst, skb);
		return;
	}
	if (unlikely(what != FRAME))
		skb->pkt_type = PACKET_OTHERHOST;
	else if (vsw_frame_is_multicast(frame))
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

/* Inlined where it is called for each frame or copy. A bare skb has no tag yet. */
static __always_inline void
deliver(const struct vsw_frame *frame, const struct vsw_snap *dst,
	struct sk_buff *skb, enum what what, bool bare)
{
	u16 tci = vsw_frame_priority(frame, dst);

	if (!vsw_vlan_untagged(&dst->policy.vlan, frame->vid))
		tci |= frame->vid;
	/* Without a VLAN a priority is a tag as well, of VLAN 0. */
	if (tci)
		__vlan_hwaccel_put_tag(skb, frame->table->tpid, tci);
	else if (!bare)
		__vlan_hwaccel_clear_tag(skb);

	if (static_branch_unlikely(&vsw_walk_key.key) &&
	    vsw_walk_deliver(frame, dst, skb))
		return;
	vsw_stats_tx(dst->stats, frame->segs, frame->bytes);
	trace_vsw_forward(frame, dst);

	if (dst->flags & VSW_SNAP_VNIC)
		deliver_vnic(frame, dst, skb, what);
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
	deliver(frame, dst, skb, FRAME, false);
}

/**
 * vsw_deliver_copy() - give the copy of a frame to a mirror destination
 * @frame: what is known of the frame
 * @dst: the port
 * @skb: the copy; consumed
 * @refused: the frame itself was on its way there, and the port did not let it in
 *
 * The host's stack shows it to who listens on a vNIC, and does not answer it.
 * Context: softirq, or bottom halves off; RCU read lock.
 */
void vsw_deliver_copy(const struct vsw_frame *frame, const struct vsw_snap *dst,
		      struct sk_buff *skb, bool refused)
{
	deliver(frame, dst, skb, refused || vsw_frame_is_multicast(frame) ?
				 COPY_OF_OWN : COPY, false);
}

/**
 * vsw_egress_fits() - can a mirror's copy leave through a port?
 * @frame: the frame
 * @dst: the port
 *
 * Return: VSW_PASS, or why not.
 */
enum vsw_drop_reason vsw_egress_fits(const struct vsw_frame *frame,
				     const struct vsw_snap *dst)
{
	return fits(frame, dst);
}

/**
 * vsw_egress() - may a frame leave through a port?
 * @frame: the frame
 * @dst: the port
 *
 * Return: VSW_PASS, or why not.
 */
enum vsw_drop_reason vsw_egress(struct vsw_frame *frame,
				const struct vsw_snap *dst)
{
	return egress(frame, dst);
}

/**
 * vsw_unicast() - give a frame to the one port that it is for
 * @frame: the frame; consumed
 * @dst: the port
 *
 * Context: softirq, or bottom halves off; RCU read lock.
 */
void vsw_unicast(struct vsw_frame *frame, const struct vsw_snap *dst)
{
	enum vsw_drop_reason reason = egress(frame, dst);

	if (unlikely(reason))
		vsw_drop(frame, dst, reason);
	else
		deliver(frame, dst, frame->skb, FRAME, false);
}

/**
 * vsw_flood() - give a frame to all ports that should have it
 * @frame: the frame; consumed
 * @kind: why it is flooded
 *
 * Each port but the last gets a clone.
 * Context: softirq, or bottom halves off; RCU read lock.
 */
void vsw_flood(struct vsw_frame *frame, enum vsw_flood_kind kind)
{
	const struct vsw_table *table = frame->table;
	const struct vsw_snap *last = NULL;
	enum vsw_drop_reason reason;
	bool refused = false;
	u32 i;

	/* What it had is in the frame: once is less than in each clone. */
	__vlan_hwaccel_clear_tag(frame->skb);
	for (i = 0; i < table->size; i++) {
		const struct vsw_snap *dst = table->snaps[i];
		struct sk_buff *clone;

		if (!dst)
			continue;
		if (!vsw_flood_wants(frame->src, dst, frame->vid, kind)) {
			if (vsw_walks(frame))
				vsw_walk_unwanted(frame, dst);
			continue;
		}
		reason = egress(frame, dst);
		if (unlikely(reason)) {
			vsw_refuse(frame, dst, reason);
			refused = true;
			continue;
		}
		if (last) {
			clone = skb_clone(frame->skb, GFP_ATOMIC);
			if (likely(clone))
				deliver(frame, last, clone, FRAME, true);
			else
				vsw_refuse(frame, last, VSW_DROP_NO_MEMORY);
		}
		last = dst;
	}

	if (likely(last))
		vsw_deliver(frame, last, frame->skb);
	else if (refused)
		vsw_discard(frame);
	else
		vsw_drop(frame, frame->src, VSW_DROP_NO_DESTINATION);
}
