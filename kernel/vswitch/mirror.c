// SPDX-License-Identifier: GPL-2.0
/*
 * Port mirroring. Called only on switches that have a source and a destination.
 *
 * What a source sends, once its policy let it, and what it receives is given to
 * the destinations of its session: once, however many reasons there are, the
 * frame's own way among them, and never back to where it came from. A copy
 * leaves as any frame would (VLANs of the port, tags, MTU), but it is nobody's
 * to receive: it is not mirrored again, not learned from, and no policy of what
 * the port may hear applies.
 *
 *	vsw_mirror_unicast	in place of vsw_unicast()
 *	vsw_mirror_flood	in place of vsw_flood()
 */
#include "deliver.h"
#include "mirror.h"
#include "vswitch.h"
#include "walk.h"

#define SESSIONS (U8_MAX + 1)

/* What a port sends, or receives, is for its session to see. */
static void note(unsigned long *sessions, const struct vsw_snap *snap)
{
	if (snap->flags & VSW_SNAP_MIRROR_SOURCE)
		__set_bit(snap->policy.mirror_session, sessions);
}

/* A destination that is not on the frame's own way: is there a copy for it? */
static bool is_copied(const struct vsw_frame *frame,
		      const unsigned long *sessions, const struct vsw_snap *to)
{
	if (to == frame->src || !(to->flags & VSW_SNAP_LINK_UP) ||
	    !test_bit(to->policy.mirror_session, sessions) ||
	    !vsw_vlan_member(&to->policy.vlan, frame->vid))
		return false;
	vsw_walk_note(frame, VSWITCH_WALK_STAGE_MIRROR, to,
		      "a copy for session %u", to->policy.mirror_session);
	return true;
}

/*
 * Copies for all who should have one; @dst gets the frame, if it was not
 * refused, which is counted elsewhere.
 */
static void copy_unicast(const struct vsw_frame *frame,
			 const unsigned long *sessions,
			 const struct vsw_snap *dst,
			 enum vsw_drop_reason refused)
{
	const struct vsw_table *table = frame->table;
	enum vsw_drop_reason reason;
	u32 i;

	for (i = 0; i < table->nr_mirrors; i++) {
		const struct vsw_snap *to = table->snaps[table->mirrors[i]];
		struct sk_buff *clone = NULL;

		if ((to == dst && !refused) || !is_copied(frame, sessions, to))
			continue;
		reason = vsw_egress_fits(frame, to);
		if (!reason) {
			clone = skb_clone(frame->skb, GFP_ATOMIC);
			reason = clone ? VSW_PASS : VSW_DROP_NO_MEMORY;
		}
		if (!reason)
			vsw_deliver_copy(frame, to, clone, to == dst);
		else if (to != dst || reason != refused)
			vsw_refuse(frame, to, reason);
	}
}

/**
 * vsw_mirror_unicast() - vsw_unicast() on a switch with mirrors
 * @frame: the frame; consumed
 * @dst: its destination, which may also be where it came from
 *
 * Context: softirq, or bottom halves off; RCU read lock.
 */
void vsw_mirror_unicast(struct vsw_frame *frame,
			const struct vsw_snap *dst)
{
	DECLARE_BITMAP(sessions, SESSIONS) = {};
	enum vsw_drop_reason reason = VSW_DROP_SAME_PORT;

	if (likely(dst != frame->src))
		reason = vsw_egress(frame, dst);
	note(sessions, frame->src);
	if (!reason)
		note(sessions, dst);
	if (!bitmap_empty(sessions, SESSIONS))
		copy_unicast(frame, sessions, dst, reason);
	if (unlikely(reason))
		vsw_drop(frame, dst, reason);
	else
		vsw_deliver(frame, dst, frame->skb);
}

/*
 * Ports that get a frame, known one at a time: all but the last get a clone.
 * @last: the port known last, or NULL
 * @copy: it gets a copy of the mirror
 * @copy_refused: because it did not let the frame in
 * @served: the frame has a destination of its own
 * @refused: or had one, if its policy did not say no
 */
struct fanout {
	const struct vsw_snap *last;
	bool copy;
	bool copy_refused;
	bool served;
	bool refused;
};

static void fanout_deliver(const struct fanout *out,
			   const struct vsw_frame *frame, struct sk_buff *skb)
{
	if (out->copy)
		vsw_deliver_copy(frame, out->last, skb, out->copy_refused);
	else
		vsw_deliver(frame, out->last, skb);
}

static void fanout_add(struct fanout *out, const struct vsw_frame *frame,
		       const struct vsw_snap *dst)
{
	struct sk_buff *clone;

	if (out->last) {
		clone = skb_clone(frame->skb, GFP_ATOMIC);
		if (unlikely(!clone))
			vsw_refuse(frame, out->last, VSW_DROP_NO_MEMORY);
		else
			fanout_deliver(out, frame, clone);
	}
	out->last = dst;
	out->copy = false;
}

static void fanout_add_frame(struct fanout *out, const struct vsw_frame *frame,
			     const struct vsw_snap *dst)
{
	fanout_add(out, frame, dst);
	out->served = true;
}

static void fanout_add_copy(struct fanout *out, const struct vsw_frame *frame,
			    const struct vsw_snap *dst, bool refused)
{
	fanout_add(out, frame, dst);
	out->copy = true;
	out->copy_refused = refused;
}

static void fanout_end(struct fanout *out, const struct vsw_frame *frame)
{
	if (!out->served && !out->refused)
		vsw_refuse(frame, frame->src, VSW_DROP_NO_DESTINATION);
	if (!out->last)
		vsw_discard(frame);
	else
		fanout_deliver(out, frame, frame->skb);
}

/* Does the frame go to a port on its own way? Why not is set, and counted. */
static bool floods_to(struct vsw_frame *frame,
		      const struct vsw_snap *dst, enum vsw_flood_kind kind,
		      enum vsw_drop_reason *reason)
{
	*reason = VSW_PASS;
	if (!vsw_flood_wants(frame->src, dst, frame->vid, kind)) {
		if (vsw_walks(frame))
			vsw_walk_unwanted(frame, dst);
		return false;
	}
	*reason = vsw_egress(frame, dst);
	if (*reason)
		vsw_refuse(frame, dst, *reason);
	return !*reason;
}

static void flood_to_mirror(struct fanout *out, struct vsw_frame *frame,
			    const unsigned long *sessions,
			    const struct vsw_snap *to, enum vsw_flood_kind kind)
{
	enum vsw_drop_reason reason, again;

	if (floods_to(frame, to, kind, &reason)) {
		fanout_add_frame(out, frame, to);
		return;
	}
	out->refused |= reason;
	if (!is_copied(frame, sessions, to))
		return;
	again = vsw_egress_fits(frame, to);
	if (!again)
		fanout_add_copy(out, frame, to, reason);
	else if (again != reason)
		vsw_refuse(frame, to, again);
}

/**
 * vsw_mirror_flood() - vsw_flood() on a switch with mirrors
 * @frame: the frame; consumed
 * @kind: why it is flooded
 *
 * Mirror destinations come last, when it is known who received the frame.
 * Context: softirq, or bottom halves off; RCU read lock.
 */
void vsw_mirror_flood(struct vsw_frame *frame, enum vsw_flood_kind kind)
{
	const struct vsw_table *table = frame->table;
	DECLARE_BITMAP(sessions, SESSIONS) = {};
	enum vsw_drop_reason reason;
	struct fanout out = {};
	u32 i;

	note(sessions, frame->src);
	for (i = 0; i < table->size; i++) {
		const struct vsw_snap *dst = table->snaps[i];

		if (!dst || dst->flags & VSW_SNAP_MIRROR_DESTINATION)
			continue;
		if (floods_to(frame, dst, kind, &reason)) {
			note(sessions, dst);
			fanout_add_frame(&out, frame, dst);
		}
		out.refused |= reason;
	}
	for (i = 0; i < table->nr_mirrors; i++)
		flood_to_mirror(&out, frame, sessions,
				table->snaps[table->mirrors[i]], kind);
	fanout_end(&out, frame);
}
