// SPDX-License-Identifier: GPL-2.0
/*
 * What a port may send, beyond VLAN and source address. Called only for ports
 * whose policy has to look (VSW_SNAP_INGRESS_POLICY).
 *
 *	vsw_ingress_policy
 *	  vsw_acl_check		acl.c
 *	  by_transport		what depends on ports and ICMP types
 *	    vsw_guard		guard.c
 *	    vsw_frags_first, vsw_frags_later	frag.c
 */
#include <linux/jiffies.h>

#include "acl.h"
#include "deliver.h"
#include "frag.h"
#include "guard.h"

/**
 * vsw_frame_look() - read a frame's headers
 * @frame: the frame; its headers are made linear if they are not
 *
 * Whoever sends from a packet ring, or without copying, may still write to
 * pages of the frame; what was decided of its headers must be what the receiver
 * finds there. Nothing writes to the linear part of a frame but its owner.
 * Context: softirq, or bottom halves off.
 */
void vsw_frame_look(struct vsw_frame *frame)
{
	struct sk_buff *skb = frame->skb;
	u32 seen = vsw_headers_parse(&frame->headers, skb);

	if (likely(seen <= skb_headlen(skb)) ||
	    frame->headers.kind == VSW_HEADERS_BAD)
		return;
	if (!pskb_may_pull(skb, seen) ||
	    vsw_headers_parse(&frame->headers, skb) > skb_headlen(skb))
		frame->headers.kind = VSW_HEADERS_BAD;
}

/* A later fragment does not show what is asked for: it follows the first. */
static enum vsw_drop_reason by_transport(struct vsw_frame *frame)
{
	const struct vsw_headers *headers = vsw_frame_headers(frame);
	const struct vsw_snap *src = frame->src;
	enum vsw_drop_reason reason;

	if (headers->kind == VSW_HEADERS_BAD)
		return VSW_DROP_UNPARSABLE;
	if (headers->flags & VSW_HEADERS_LATER)
		return vsw_frags_later(src->frags, headers, frame->vid,
				       jiffies);
	reason = vsw_guard(src->flags, headers);
	if (headers->flags & VSW_HEADERS_FRAGMENT)
		reason = vsw_frags_first(src->frags, headers, frame->vid,
					 jiffies, reason);
	return reason;
}

/**
 * vsw_ingress_policy() - may a port send a frame?
 * @frame: the frame, admitted to its VLAN
 *
 * Context: softirq, or bottom halves off; RCU read lock.
 * Return: VSW_PASS, or why not.
 */
enum vsw_drop_reason vsw_ingress_policy(struct vsw_frame *frame)
{
	enum vsw_drop_reason reason;

	if (frame->src->flags & VSW_SNAP_ACL_OUT) {
		reason = vsw_acl_check(frame, frame->src,
				       VSWITCH_ACL_DIRECTION_OUT);
		if (reason)
			return reason;
	}
	if (frame->src->flags & VSW_SNAP_INGRESS_TRANSPORT) {
		reason = by_transport(frame);
		if (reason)
			return reason;
	}
	return VSW_PASS;
}
