/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A mark is NOPL disp32(REGISTER), executed by a program: the register is the
 * kind of mark, the displacement its value. Compilers' own have none.
 */
#ifndef _BENCH_MARK_H
#define _BENCH_MARK_H

#define MARK_LEN 7
#define MARK_MAGIC 0x42575356	/* the value of MARK_TOGGLE */

/* The others have the lower half of a kernel address. 4 is no register. */
enum mark {
	MARK_TOGGLE = 0,	/* start or stop counting */
	MARK_ENTRY = 1,		/* where frames enter the switch */
	MARK_FOREIGN = 2,	/* a function that is not the switch's work */
	MARK_OWN_FROM = 3,	/* the switch's own code; forgets what was told */
	MARK_OWN_TO = 5,
	MARK_CALLER_FROM = 6,	/* the code that calls the entry */
	MARK_CALLER_TO = 7,
};

#endif
