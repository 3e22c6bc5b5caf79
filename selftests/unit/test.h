/* SPDX-License-Identifier: GPL-2.0 */
/* As much of a test framework as pure logic needs: TAP on stdout. */
#ifndef _UNIT_TEST_H
#define _UNIT_TEST_H

#include <stdbool.h>
#include <stdio.h>

static int test_count;
static int test_failures;
static bool test_ok;

#define check(cond, ...) do {						\
	if (!(cond)) {							\
		if (test_ok) {						\
			printf("# %s:%d: %s:", __FILE__, __LINE__, #cond); \
			printf(" " __VA_ARGS__);				\
			printf("\n");					\
		}							\
		test_ok = false;					\
	}								\
} while (0)

#define run(test) do {							\
	test_ok = true;							\
	test();								\
	test_count++;							\
	test_failures += !test_ok;					\
	printf("%sok %d %s\n", test_ok ? "" : "not ", test_count, #test); \
} while (0)

static inline int test_done(void)
{
	printf("1..%d\n", test_count);
	return test_failures ? 1 : 0;
}

#endif
