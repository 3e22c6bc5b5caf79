// SPDX-License-Identifier: GPL-2.0
/* vmbus/moderate.h: whose signals wait, and until when. */
#include "test.h"
#include "../../kernel/vmbus/moderate.h"

#define DELAY	50000
#define LOOK	1000

static struct vmh_pace pace;
static u64 now;
static u32 put_off, at_once;

static void begin(bool adaptive)
{
	vmh_pace_init(&pace);
	vmh_pace_set(&pace, DELAY, adaptive);
	now = 1000000000;
	put_off = 0;
	at_once = 0;
}

/*
 * The guest signals @gap after the last look, and what is there when it is looked is a
 * packet, and another for each @interval that the signal waited, @most in all.
 */
static void packet(u64 gap, u64 interval, u32 most)
{
	u64 due = vmh_pace_due(&pace, now + gap), began;
	u32 n = 1;

	now += gap;
	if (due) {
		check(due > now && due - now <= DELAY);
		n = min_t(u64, n + (due - now) / interval, most);
		now = due;
		put_off++;
	} else {
		at_once++;
	}
	began = now;
	now += LOOK;
	vmh_pace_looked(&pace, began, now, n, due);
}

static void off(void)
{
	vmh_pace_init(&pace);
	check(!vmh_pace_due(&pace, 1));
	vmh_pace_set(&pace, 0, false);
	check(!vmh_pace_due(&pace, 0));
	vmh_pace_looked(&pace, 10, 20, 1, false);
	check(!vmh_pace_due(&pace, 20));
}

static void always(void)
{
	begin(false);
	packet(DELAY + 1, 1000, 1);
	check(!put_off);
	packet(10, 1000, 1);
	check(put_off == 1);
	/* From the last look on, not from the signal. */
	check(vmh_pace_due(&pace, now + DELAY - 1) == now + DELAY);
	check(!vmh_pace_due(&pace, now + DELAY));
}

static void stream(void)
{
	u32 i;

	begin(true);
	for (i = 0; i < 10000; i++)
		packet(1000, 1000, -1);
	/* The first look comes long after nothing. */
	check(at_once == VMH_PACE_PATIENCE_MIN + 1, "%u", at_once);
}

/* Whoever waits for an answer sends nothing while its signal waits. */
static void question_and_answer(void)
{
	u32 i;

	begin(true);
	for (i = 0; i < 100000; i++)
		packet(5000, 1000, 1);
	check(put_off >= 1 && put_off <= 8 + 100000 / VMH_PACE_PATIENCE_MAX,
	      "%u", put_off);
}

/* Too slow for that to be worth it, but not so slow as not to come soon. */
static void trickle(void)
{
	u32 i;

	begin(true);
	for (i = 0; i < 100000; i++)
		packet(1000, DELAY / 4, -1);
	check(put_off <= 8 + 100000 / VMH_PACE_PATIENCE_MAX, "%u", put_off);
	begin(true);
	for (i = 0; i < 100000; i++)
		packet(DELAY, 1000, -1);
	check(!put_off);
}

/* Who has become a stream is one soon, and again after a pause. */
static void changes(void)
{
	u32 i;

	begin(true);
	for (i = 0; i < 1000; i++)
		packet(1000, 1000, -1);
	check(pace.waits);
	put_off = 0;
	for (i = 0; i < 1000; i++)
		packet(5000, 1000, 1);
	check(put_off < 10, "%u", put_off);
	at_once = 0;
	for (i = 0; i < 10000; i++)
		packet(1000, 1000, -1);
	check(at_once <= 2 * VMH_PACE_PATIENCE_MAX && pace.waits, "%u", at_once);
	check(pace.patience == VMH_PACE_PATIENCE_MIN);
	/* A look that found nothing, or that the host had done, says nothing. */
	for (i = 0; i < 1000; i++)
		vmh_pace_looked(&pace, now, now, 0, false);
	check(pace.waits);
}

static void forgotten(void)
{
	u32 i;

	begin(true);
	for (i = 0; i < 1000; i++)
		packet(1000, 1000, -1);
	vmh_pace_forget(&pace);
	check(!vmh_pace_due(&pace, now));
	at_once = 0;
	for (i = 0; i < 1000; i++)
		packet(1000, 1000, -1);
	check(at_once == VMH_PACE_PATIENCE_MIN + 1, "%u", at_once);
}

#define CASES(X) \
	X(off) X(always) X(stream) X(question_and_answer) X(trickle) X(changes) \
	X(forgotten)

test_suite(moderate, CASES);
