/* SPDX-License-Identifier: GPL-2.0 */
/* As much of the Test Anything Protocol as these tests need. */
#ifndef _TESTS_TAP_H
#define _TESTS_TAP_H

#include <stdbool.h>
#include <stdio.h>

static unsigned int tap_count, tap_failed;

#define ok(_cond, ...) do {						\
	bool _ok = (_cond);						\
									\
	printf("%s %u - ", _ok ? "ok" : "not ok", ++tap_count);		\
	printf(__VA_ARGS__);						\
	putchar('\n');							\
	if (!_ok) {							\
		tap_failed++;						\
		printf("# %s:%d: %s\n", __FILE__, __LINE__, #_cond);	\
	}								\
} while (0)

static inline int tap_done(void)
{
	printf("1..%u\n", tap_count);
	return tap_failed != 0;
}

#endif /* _TESTS_TAP_H */
