/* SPDX-License-Identifier: GPL-2.0 */
/* test.h in a kernel: a suite is one of the module vswitch_kunit. */
#ifndef _UNIT_TEST_KUNIT_H
#define _UNIT_TEST_KUNIT_H

#include <kunit/test.h>
/* They have members called check, which is about to be a macro. */
#include <linux/ipv6.h>
#include <linux/skbuff.h>
#include <net/dst.h>

static bool test_ok;
/* KUnit runs one case at a time. */
static struct kunit *test_case;

#define test_report(cond, fmt, ...)					\
	KUNIT_FAIL(test_case, "%s:" fmt, cond, ##__VA_ARGS__)

#define test_wrap(name)							\
static void name##_case(struct kunit *test)				\
{									\
	test_ok = true;							\
	test_case = test;						\
	name();								\
}

#define test_entry(name_) { .run_case = name_##_case, .name = #name_ },

#define test_suite(suite, cases)					\
cases(test_wrap)							\
static struct kunit_case suite##_cases[] = { cases(test_entry) {} };	\
static struct kunit_suite suite##_suite = {				\
	.name		= "vswitch_" #suite,				\
	.test_cases	= suite##_cases,				\
};									\
kunit_test_suite(suite##_suite)

#endif
