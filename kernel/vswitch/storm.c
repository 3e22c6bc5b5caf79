// SPDX-License-Identifier: GPL-2.0
/*
 * The storm limit. Time is cut into seconds: the first frames of each pass, up
 * to the limit, and the others do not. Called only for ports with a limit, and
 * only for frames that go to many (broadcast, multicast, unknown unicast).
 */
#include <linux/jiffies.h>

#include "frame.h"
#include "vswitch.h"
#include "walk.h"

/**
 * vsw_storm_exceeds() - is a frame one too many?
 * @frame: the frame, whose port has a storm limit
 *
 * A GSO frame counts as the frames that it becomes, and passes if all of them
 * may. What is dropped does not count.
 *
 * Context: softirq, or bottom halves off; RCU read lock.
 * Return: true if it has to be dropped.
 */
bool vsw_storm_exceeds(const struct vsw_frame *frame)
{
	struct vsw_storm *storm = &frame->src->port->storm;
	u64 second = (u64)(u32)(jiffies / HZ) << 32;
	s64 old = atomic64_read(&storm->state);
	u64 count;

	do {
		count = (old ^ second) >> 32 ? 0 : (u32)old;
		count += frame->segs;
		if (count > frame->src->policy.storm_limit)
			return true;
		if (vsw_walk_is_dry(frame))
			break;
	} while (!atomic64_try_cmpxchg(&storm->state, &old, second | count));
	vsw_walk_pass(frame, VSWITCH_WALK_STAGE_STORM_LIMIT, frame->src,
		      "%llu of %u in this second", count,
		      frame->src->policy.storm_limit);
	return false;
}
