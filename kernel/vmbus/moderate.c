// SPDX-License-Identifier: GPL-2.0
/*
 * Moderation of a guest's signals, as network cards moderate their interrupts.
 *
 * A guest signals when it writes into a ring that was empty. A host that keeps up with it
 * empties the ring after each packet, so that each has its signal, and its worker woken,
 * which costs both sides more than the packet. If the signal waits a moment, one is enough
 * for all that come in the meantime. moderate.h says when that is worth it.
 *
 *	vmh_kick()			too soon: starts the timer
 *	timer				queues the worker
 *	look()				learns how much it was worth
 *
 * Only signals wait. What the host itself has the worker called for is done at once.
 */
#include "partition.h"

static enum hrtimer_restart fire(struct hrtimer *timer)
{
	struct vmh_channel *ch = container_of(timer, struct vmh_channel,
					      moderation);

	WRITE_ONCE(ch->moderated, true);
	vmh_worker_queue(ch);
	return HRTIMER_NORESTART;
}

/**
 * vmh_moderate_init() - let the signals of a channel be moderated
 * @ch: a new channel; they are not yet
 */
void vmh_moderate_init(struct vmh_channel *ch)
{
	vmh_pace_init(&ch->pace);
	hrtimer_init(&ch->moderation, CLOCK_MONOTONIC, HRTIMER_MODE_ABS);
	ch->moderation.function = fire;
}

/**
 * vmh_moderate_signal() - a guest has signalled
 * @ch: the channel, armed
 *
 * Context: any; RCU.
 * Return: true if its worker is queued later, by itself.
 */
bool vmh_moderate_signal(struct vmh_channel *ch)
{
	u64 due;

	if (!READ_ONCE(ch->pace.delay))
		return false;
	due = vmh_pace_due(&ch->pace, ktime_get_ns());
	if (!due)
		return false;
	/* One that is to fire already, fires at this time, too. */
	hrtimer_start(&ch->moderation, ns_to_ktime(due), HRTIMER_MODE_ABS);
	return true;
}

/**
 * vmh_moderate_begin() - a worker begins to look
 * @ch: the channel
 *
 * Context: the worker.
 * Return: when, for vmh_moderate_end().
 */
u64 vmh_moderate_begin(struct vmh_channel *ch)
{
	return READ_ONCE(ch->pace.delay) ? ktime_get_ns() : 0;
}

/**
 * vmh_moderate_end() - it has looked
 * @ch: the channel
 * @began: what vmh_moderate_begin() returned; nothing is learned if that was 0
 * @packets: how many it has taken
 *
 * Context: the worker.
 */
void vmh_moderate_end(struct vmh_channel *ch, u64 began, u64 packets)
{
	bool moderated;

	if (!began)
		return;
	moderated = READ_ONCE(ch->moderated);
	if (moderated)
		WRITE_ONCE(ch->moderated, false);
	vmh_pace_looked(&ch->pace, began, ktime_get_ns(),
			min_t(u64, packets, U32_MAX), moderated);
}

/**
 * vmh_moderate_cancel() - nothing is queued later any more
 * @ch: the channel, whose signals are not moderated: it is not armed, or unknown
 *
 * Context: process.
 */
void vmh_moderate_cancel(struct vmh_channel *ch)
{
	hrtimer_cancel(&ch->moderation);
}

/**
 * vmh_channel_moderate() - say how a guest's signals are moderated
 * @ch: the channel
 * @usecs: its worker is queued so many microseconds after it last was at the ring, or
 *	later; at most %VMH_MODERATE_MAX. 0: at once
 * @adaptive: only while the guest sends so much that it is worth it
 *
 * They are not until this is called, each time that the channel is opened.
 *
 * Context: any, RCU; one call at a time for a channel.
 */
void vmh_channel_moderate(struct vmh_channel *ch, u32 usecs, bool adaptive)
{
	vmh_pace_set(&ch->pace, usecs * NSEC_PER_USEC, adaptive);
}
EXPORT_SYMBOL_GPL(vmh_channel_moderate);
