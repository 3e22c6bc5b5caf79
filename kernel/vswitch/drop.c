// SPDX-License-Identifier: GPL-2.0
/* The one place where frames are dropped. */
#include "deliver.h"
#include "trace.h"
#include "vswitch.h"
#include "walk.h"

static const struct {
	const char *name;
	const char *text;
} reasons[VSW_DROP_MAX] = {
#define X(symbol, name, text)				\
	[VSW_DROP_##symbol] = { name, text },
	VSW_DROP_REASONS(X)
#undef X
};

/**
 * vsw_drop_name() - the name of a reason, one word
 * @reason: not VSW_PASS
 *
 * Return: the name, as in statistics.
 */
const char *vsw_drop_name(enum vsw_drop_reason reason)
{
	return reasons[reason].name;
}

/**
 * vsw_drop_text() - a reason in words
 * @reason: not VSW_PASS
 *
 * Return: the text.
 */
const char *vsw_drop_text(enum vsw_drop_reason reason)
{
	return reasons[reason].text;
}

/**
 * vsw_refuse() - count and report that a port does not get, or give, a frame
 * @frame: the frame; not consumed
 * @at: the port whose policy decided
 * @reason: why
 *
 * For a frame that others may still get, or that is already gone.
 * Context: softirq, or bottom halves off; RCU read lock.
 */
noinline void vsw_refuse(const struct vsw_frame *frame,
			 const struct vsw_snap *at,
			 enum vsw_drop_reason reason)
{
	struct vsw_port_stats *stats = this_cpu_ptr(at->stats);

	if (vsw_walks(frame) && vsw_walk_drop(frame, at, reason))
		return;
	u64_stats_update_begin(&stats->syncp);
	u64_stats_add(&stats->drops[reason], frame->segs);
	u64_stats_update_end(&stats->syncp);
	trace_vsw_drop(frame, at, reason);
}

/**
 * vsw_drop() - drop a frame
 * @frame: the frame; consumed
 * @at: the port whose policy decided
 * @reason: why
 *
 * Context: softirq, or bottom halves off; RCU read lock.
 */
noinline void vsw_drop(const struct vsw_frame *frame, const struct vsw_snap *at,
		       enum vsw_drop_reason reason)
{
	vsw_refuse(frame, at, reason);
	vsw_discard(frame);
}

/**
 * vsw_discard() - free a frame whose drop has been reported
 * @frame: the frame; consumed
 *
 * Context: softirq, or bottom halves off.
 */
void vsw_discard(const struct vsw_frame *frame)
{
	/* Nobody lost a frame that was only a question. */
	if (vsw_walk_is_dry(frame))
		consume_skb(frame->skb);
	else
		kfree_skb(frame->skb);
}
