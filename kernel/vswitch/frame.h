/* SPDX-License-Identifier: GPL-2.0 */
/* One frame on its way through the switch. */
#ifndef _VSW_FRAME_H
#define _VSW_FRAME_H

#include <linux/compiler.h>
#include <linux/if_vlan.h>
#include <linux/skbuff.h>

#include "drop.h"
#include "headers.h"
#include "mac.h"
#include "table.h"
#include "vlan.h"

struct vsw_walk;

/**
 * struct vsw_frame - a view of a frame's headers and what is known of it
 * @skb: the frame; data is at the network header, the outermost tag of either
 *	protocol is in its VLAN fields
 * @table: the configuration that the frame lives by from end to end
 * @src: the port it came from
 * @dst_key: destination address, as vsw_mac_key() of VLAN 0
 * @src_key: source address, likewise
 * @tags: its tags on arrival
 * @vid: the VLAN it belongs to; valid after VLAN admission
 * @fid: where that VLAN's addresses belong, see pvlan.h; likewise
 * @bytes: length on a wire, with the Ethernet header and without tags
 * @segs: number of frames it is on a wire
 * @from_host: sent by the host's own stack, which may be deep in its calls
 * @headers: what it carries, once somebody asked: vsw_frame_headers()
 * @walk: where what happens to it is written down, see walk.h; mostly NULL
 *
 * Stages read the headers from here and never parse again. It lives on the
 * stack of the CPU that handles the frame: nothing of it is kept in skb->cb,
 * which qdiscs, GSO and BPF own.
 */
struct vsw_frame {
	struct sk_buff *skb;
	const struct vsw_table *table;
	const struct vsw_snap *src;
	u64 dst_key;
	u64 src_key;
	struct vsw_tags tags;
	u16 vid;
	u16 fid;
	bool from_host;
	u32 bytes;
	u32 segs;
	struct vsw_headers headers;
	struct vsw_walk *walk;
};

static inline bool vsw_frame_is_multicast(const struct vsw_frame *frame)
{
	return vsw_key_is_multicast(frame->dst_key);
}

void vsw_frame_look(struct vsw_frame *frame);

/**
 * vsw_frame_headers() - what a frame carries
 * @frame: the frame, after VLAN admission, which may move its headers
 *
 * Parsed when a stage asks first.
 * Context: softirq, or bottom halves off.
 * Return: the view.
 */
static inline const struct vsw_headers *
vsw_frame_headers(struct vsw_frame *frame)
{
	if (frame->headers.kind == VSW_HEADERS_NONE)
		vsw_frame_look(frame);
	return &frame->headers;
}

/**
 * vsw_frame_unread() - why a frame is dropped whose headers are VSW_HEADERS_BAD
 * @headers: its headers
 *
 * Return: the reason.
 */
static inline enum vsw_drop_reason
vsw_frame_unread(const struct vsw_headers *headers)
{
	return headers->flags & VSW_HEADERS_NO_MEMORY ? VSW_DROP_NO_MEMORY :
							VSW_DROP_UNPARSABLE;
}

/**
 * vsw_frame_priority() - the 802.1p priority with which a frame leaves
 * @frame: the frame
 * @dst: the port through which it leaves
 *
 * It passes where both ports let it. The drop eligible indicator belongs to it.
 *
 * Return: priority and indicator, where they are in a tag.
 */
static inline u16 vsw_frame_priority(const struct vsw_frame *frame,
				     const struct vsw_snap *dst)
{
	u16 priority = frame->tags.tci & ~VLAN_VID_MASK;

	/* Most have none: for them nothing else is looked at. */
	if (likely(!priority) || frame->tags.tpid != frame->table->tpid ||
	    !(frame->src->flags & dst->flags & VSW_SNAP_PRIORITY))
		return 0;
	return priority;
}

#endif
