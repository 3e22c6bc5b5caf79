/* SPDX-License-Identifier: GPL-2.0 */
/* How many frames a port may send to many in a second. */
#ifndef _VSW_STORM_H
#define _VSW_STORM_H

#include <linux/atomic.h>
#include <linux/cache.h>
#include <linux/types.h>

struct vsw_frame;

/**
 * struct vsw_storm - what a port has sent to many
 * @state: the interval in the upper half, in seconds of jiffies, and the frames
 *	of it that passed in the lower: both change in one exchange
 *
 * Belongs to the port and outlives its settings. On its own cache line, since
 * CPUs that send for the same port share it; not written while frames are
 * being dropped.
 */
struct vsw_storm {
	atomic64_t state;
} ____cacheline_aligned_in_smp;

bool vsw_storm_exceeds(const struct vsw_frame *frame);

#endif
