/* SPDX-License-Identifier: GPL-2.0 */
/* Make one allocation of this thread fail, or one and those after it. */
#ifndef _FAULTS_INJECT_H
#define _FAULTS_INJECT_H

#include <stdbool.h>

/**
 * enum inject_mode - how memory fails
 * @INJECT_ONCE: one allocation fails, the next succeeds
 * @INJECT_GONE: it fails, and so do the next ones: a second attempt, or what
 *	is allocated to take things back, has none either
 * @INJECT_MODES: number of modes
 */
enum inject_mode {
	INJECT_ONCE,
	INJECT_GONE,
	INJECT_MODES
};

void inject_open(void);
/* From now on this thread's allocation number @nth fails. */
void inject_arm(unsigned int nth, enum inject_mode mode);
/* No more; true if there were as many. */
bool inject_disarm(void);
/* A line in the trace of failed allocations: what comes next. */
void inject_mark(const char *text);

#endif
