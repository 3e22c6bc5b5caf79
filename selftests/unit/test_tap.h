/* SPDX-License-Identifier: GPL-2.0 */
/* test.h in userspace: a suite is a program that prints TAP. */
#ifndef _UNIT_TEST_TAP_H
#define _UNIT_TEST_TAP_H

#include <stdbool.h>
#include <stdio.h>

static bool test_ok;

#define test_report(cond, ...) do {					\
	printf("# %s:%d: %s:", __FILE__, __LINE__, cond);		\
	printf(__VA_ARGS__);						\
	printf("\n");							\
} while (0)

#define test_run(name) do {						\
	test_ok = true;							\
	name();								\
	count++;							\
	failures += !test_ok;						\
	printf("%sok %d %s\n", test_ok ? "" : "not ", count, #name);	\
} while (0);

#define test_suite(suite, cases)					\
int main(void)								\
{									\
	int count = 0, failures = 0;					\
									\
	cases(test_run)							\
	printf("1..%d\n", count);					\
	return failures ? 1 : 0;					\
}									\
typedef int test_suite_##suite

#endif
