/* SPDX-License-Identifier: GPL-2.0 */
/*
 * As much of a test framework as pure logic needs, in two harnesses: TAP on
 * stdout in userspace, KUnit in a kernel. A test file looks like this:
 *
 *	#include "test.h"
 *
 *	static void something(void)
 *	{
 *		check(1 + 1 == 2, "for %d", 1);
 *	}
 *
 *	#define CASES(X) X(something)
 *	test_suite(name, CASES);
 *
 * It uses the kernel's names for what it needs; shim/ has them in userspace.
 * The first check of a case that fails is reported.
 */
#ifndef _UNIT_TEST_H
#define _UNIT_TEST_H

#ifdef __KERNEL__
#include "test_kunit.h"
#else
#include "test_tap.h"
#endif

#define check(cond, ...) do {						\
	if (!(cond) && test_ok) {					\
		test_report(#cond, " " __VA_ARGS__);			\
		test_ok = false;					\
	}								\
} while (0)

#endif
