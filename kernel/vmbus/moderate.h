/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Is it worth letting a guest's signal wait a moment? Pure logic; moderate.c has the timer.
 *
 *	at once		while looks at the ring come one right after the other, and each
 *			finds next to nothing, count them; after many, try to let them wait
 *	they wait	until a moment after the last look, if the signal is earlier; when
 *			that gathers too little, do not, and try again after twice as many
 *
 * So whoever waits for each answer before it asks again is put off once in thousands of
 * times, and a stream of packets nearly always.
 */
#ifndef _VMH_MODERATE_H
#define _VMH_MODERATE_H

#include <linux/compiler.h>
#include <linux/minmax.h>
#include <linux/types.h>

/* Fewer packets than these are not worth a look of their own, nor a wait. */
#define VMH_PACE_WORTH		8
/* Looks that find fewer, before they are put off. */
#define VMH_PACE_PATIENCE_MIN	64
#define VMH_PACE_PATIENCE_MAX	8192

/**
 * struct vmh_pace - what is known of a guest's pace
 * @delay: looks are so many ns apart at least when signals wait; 0: they never do
 * @adaptive: they do if it is worth it; else always
 * @waits: it is, or it has to be found out
 * @few: so many looks in a row found next to nothing
 * @patience: and so many make it worth a try
 * @ended: when the last look ended, in ns
 */
struct vmh_pace {
	u32 delay;
	bool adaptive;
	bool waits;
	u32 few;
	u32 patience;
	u64 ended;
};

/**
 * vmh_pace_init() - nothing is known yet, and no signal waits
 * @pace: to be set up
 */
static inline void vmh_pace_init(struct vmh_pace *pace)
{
	*pace = (struct vmh_pace) { .patience = VMH_PACE_PATIENCE_MIN };
}

/**
 * vmh_pace_forget() - what was learned is about somebody, or some time, else
 * @pace: the guest's; what vmh_pace_set() said stays
 *
 * Context: not at the same time as vmh_pace_looked().
 */
static inline void vmh_pace_forget(struct vmh_pace *pace)
{
	WRITE_ONCE(pace->waits, false);
	WRITE_ONCE(pace->ended, 0);
	pace->few = 0;
	pace->patience = VMH_PACE_PATIENCE_MIN;
}

/**
 * vmh_pace_set() - say how signals are moderated
 * @pace: the guest's
 * @delay: in ns, or 0
 * @adaptive: only where it is worth it
 *
 * Context: any; one call at a time.
 */
static inline void vmh_pace_set(struct vmh_pace *pace, u32 delay, bool adaptive)
{
	WRITE_ONCE(pace->adaptive, adaptive);
	WRITE_ONCE(pace->delay, delay);
}

/**
 * vmh_pace_due() - when shall there be a look for a signal?
 * @pace: the guest's
 * @now: in ns
 *
 * Context: any.
 * Return: 0 if at once, or when, in ns.
 */
static inline u64 vmh_pace_due(const struct vmh_pace *pace, u64 now)
{
	u64 due = READ_ONCE(pace->ended) + READ_ONCE(pace->delay);

	if (READ_ONCE(pace->adaptive) && !READ_ONCE(pace->waits))
		return 0;
	return now < due ? due : 0;
}

static inline void vmh_pace_try(struct vmh_pace *pace, u32 packets, bool soon)
{
	if (!soon || packets >= VMH_PACE_WORTH) {
		pace->few = 0;
	} else if (packets && ++pace->few >= pace->patience) {
		pace->few = 0;
		WRITE_ONCE(pace->waits, true);
	}
}

static inline void vmh_pace_judge(struct vmh_pace *pace, u32 packets)
{
	if (packets >= VMH_PACE_WORTH) {
		pace->patience = VMH_PACE_PATIENCE_MIN;
		return;
	}
	WRITE_ONCE(pace->waits, false);
	pace->patience = min(pace->patience * 2, (u32)VMH_PACE_PATIENCE_MAX);
}

/**
 * vmh_pace_looked() - learn from a look
 * @pace: the guest's
 * @began: when it did, in ns
 * @ended: when it did
 * @packets: what it found
 * @waited: the signal for it was put off
 *
 * Context: the worker.
 */
static inline void vmh_pace_looked(struct vmh_pace *pace, u64 began, u64 ended,
				   u32 packets, bool waited)
{
	u64 soon = pace->ended + READ_ONCE(pace->delay);

	if (!pace->waits)
		vmh_pace_try(pace, packets, began < soon);
	else if (waited)
		vmh_pace_judge(pace, packets);
	WRITE_ONCE(pace->ended, ended);
}

#endif
