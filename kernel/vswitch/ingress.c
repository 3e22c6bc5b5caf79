// SPDX-License-Identifier: GPL-2.0
/*
 * What a port may send, beyond VLAN and source address. Called only for ports
 * whose policy has to look (VSW_SNAP_INGRESS_POLICY).
 *
 *	vsw_ingress_policy
 *	  vsw_acl_check		acl.c
 *	  by_transport		what not all fragments show
 *	    vsw_guard		guard.c
 *	    vsw_frags_first, vsw_frags_later	frag.c
 *	  by_address
 *	    vsw_ips_admit	iplimit.c
 *	  vsw_acl_passed	acl.c: begins flows, counts
 */
#include <linux/jiffies.h>

#include "acl.h"
#include "deliver.h"
#include "frag.h"
#include "guard.h"
#include "iplimit.h"
#include "vswitch.h"
#include "walk.h"

static void note_headers(const struct vsw_frame *frame)
{
	static const char * const kinds[] = {
		[VSW_HEADERS_OTHER] = "neither IP nor ARP",
		[VSW_HEADERS_ARP] = "ARP",
		[VSW_HEADERS_IPV4] = "IPv4",
		[VSW_HEADERS_IPV6] = "IPv6",
		[VSW_HEADERS_BAD] = "cannot be followed",
	};
	const struct vsw_headers *headers = &frame->headers;
	const char *part = "";

	if (headers->kind != VSW_HEADERS_IPV4 &&
	    headers->kind != VSW_HEADERS_IPV6) {
		vsw_walk_note(frame, VSWITCH_WALK_STAGE_HEADERS, frame->src,
			      "%s", kinds[headers->kind]);
		return;
	}
	if (headers->flags & VSW_HEADERS_FRAGMENT)
		part = headers->flags & VSW_HEADERS_LATER ?
		       ", later fragment" : ", first fragment";
	if (headers->flags & VSW_HEADERS_PORTS)
		vsw_walk_note(frame, VSWITCH_WALK_STAGE_HEADERS, frame->src,
			      "%s, protocol %u, port %u to %u%s",
			      kinds[headers->kind], headers->protocol,
			      ntohs(headers->src_port),
			      ntohs(headers->dst_port), part);
	else if (headers->flags & VSW_HEADERS_ICMP)
		vsw_walk_note(frame, VSWITCH_WALK_STAGE_HEADERS, frame->src,
			      "%s, protocol %u, type %u%s",
			      kinds[headers->kind], headers->protocol,
			      headers->icmp_type, part);
	else
		vsw_walk_note(frame, VSWITCH_WALK_STAGE_HEADERS, frame->src,
			      "%s, protocol %u%s", kinds[headers->kind],
			      headers->protocol, part);
}

static void pull_headers(struct vsw_frame *frame, u32 seen)
{
	struct sk_buff *skb = frame->skb;

	if (!pskb_may_pull(skb, seen)) {
		frame->headers.kind = VSW_HEADERS_BAD;
		frame->headers.flags = VSW_HEADERS_NO_MEMORY;
	} else if (vsw_headers_parse(&frame->headers, skb) > skb_headlen(skb)) {
		/* Somebody writes to it. */
		frame->headers.kind = VSW_HEADERS_BAD;
		frame->headers.flags = 0;
	}
}

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
	u32 seen = vsw_headers_parse(&frame->headers, frame->skb);

	if (unlikely(seen > skb_headlen(frame->skb)) &&
	    frame->headers.kind != VSW_HEADERS_BAD)
		pull_headers(frame, seen);
	if (vsw_walks(frame))
		note_headers(frame);
}

/* One line for each guard that is on and did not drop the frame. */
static void write_down(const struct vsw_frame *frame)
{
	const struct vsw_snap *src = frame->src;
	const char *why = frame->headers.flags & VSW_HEADERS_LATER ?
			  "follows the first fragment" : "";

	if (src->flags & VSW_SNAP_DHCP_GUARD)
		vsw_walk_pass(frame, VSWITCH_WALK_STAGE_DHCP_GUARD, src, "%s",
			      why);
	if (src->flags & VSW_SNAP_ROUTER_GUARD)
		vsw_walk_pass(frame, VSWITCH_WALK_STAGE_ROUTER_GUARD, src,
			      "%s", why);
}

/* A later fragment does not show what is asked for: it follows the first. */
static enum vsw_drop_reason by_fragment(const struct vsw_frame *frame)
{
	const struct vsw_headers *headers = &frame->headers;
	const struct vsw_snap *src = frame->src;
	enum vsw_drop_reason reason;

	/* Each fragment has the addresses of IPv4. */
	if (!(src->flags & VSW_SNAP_INGRESS_GUARDS) &&
	    headers->kind != VSW_HEADERS_IPV6)
		return VSW_PASS;
	if (headers->flags & VSW_HEADERS_LATER)
		return vsw_frags_later(src->frags, headers, frame->vid,
				       jiffies);
	reason = vsw_guard(src->flags, headers);
	if (!reason && src->flags & VSW_SNAP_IP_LIMIT &&
	    vsw_headers_split_nd(headers))
		reason = VSW_DROP_UNPARSABLE;
	return vsw_frags_first(src->frags, headers, frame->vid, src->index,
			       jiffies, reason, vsw_walk_is_dry(frame));
}

static enum vsw_drop_reason by_transport(struct vsw_frame *frame)
{
	const struct vsw_headers *headers = vsw_frame_headers(frame);
	enum vsw_drop_reason reason;

	if (headers->kind == VSW_HEADERS_BAD)
		return vsw_frame_unread(headers);
	reason = unlikely(headers->flags & VSW_HEADERS_FRAGMENT) ?
		 by_fragment(frame) : vsw_guard(frame->src->flags, headers);
	if (!reason && vsw_walks(frame))
		write_down(frame);
	return reason;
}

/* Each address that it shows, whatever follows. */
static enum vsw_drop_reason by_address(struct vsw_frame *frame)
{
	const struct vsw_headers *headers = vsw_frame_headers(frame);
	const struct vsw_snap *src = frame->src;
	enum vsw_drop_reason reason;

	if (headers->kind == VSW_HEADERS_BAD)
		return vsw_frame_unread(headers);
	reason = vsw_ips_admit(src->ips, headers, jiffies,
			       READ_ONCE(src->port->sw->fdb.ageing),
			       vsw_walk_is_dry(frame));
	if (!reason)
		vsw_walk_pass(frame, VSWITCH_WALK_STAGE_IP_LIMIT, src,
			      "within the limit of %u", src->policy.ip_limit);
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
	const enum vswitch_acl_direction out = VSWITCH_ACL_DIRECTION_OUT;
	const struct vsw_snap *src = frame->src;
	enum vsw_drop_reason reason;
	struct vsw_acl_pass pass;

	if (src->flags & VSW_SNAP_ACL_OUT) {
		reason = vsw_acl_check(frame, src, out, &pass);
		if (reason)
			return reason;
	}
	if (src->flags & VSW_SNAP_INGRESS_TRANSPORT) {
		reason = by_transport(frame);
		if (reason)
			return reason;
	}
	if (src->flags & VSW_SNAP_IP_LIMIT) {
		reason = by_address(frame);
		if (reason)
			return reason;
	}
	if (src->flags & VSW_SNAP_ACL_OUT)
		return vsw_acl_passed(frame, src, out, &pass);
	return VSW_PASS;
}
