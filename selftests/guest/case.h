/* SPDX-License-Identifier: GPL-2.0 */
/* What the guests for tests have in common: cases, and how they fail. */
#ifndef _TEST_CASE_H
#define _TEST_CASE_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vmbusguest.h"

#define PAGE	VMH_PAGE_SIZE
#define RING	(16 * PAGE)
#define MEMORY	(64U << 20)

/* Set by the command line. */
extern const char *partition;
extern uint32_t attach_flags;

struct test_case {
	const char *name;
	void (*run)(int argc, char **argv);
};

/* All that a guest has, and NULL. */
extern const struct test_case *const test_tables[];

#define fail(fmt, ...) do {						\
	printf("# %s:%d: " fmt "\n", __func__, __LINE__, ##__VA_ARGS__);	\
	exit(1);							\
} while (0)

#define check(cond) do {						\
	if (!(cond))							\
		fail("not so: %s", #cond);				\
} while (0)

#define check_eq(got, want) do {					\
	uint64_t got_ = (got), want_ = (want);				\
									\
	if (got_ != want_)						\
		fail("%s is %#llx, not %#llx", #got,			\
		     (unsigned long long)got_, (unsigned long long)want_); \
} while (0)

#define ok(call) do {							\
	int __err = (call);						\
									\
	if (__err < 0)							\
		fail("%s: %s", #call, strerror(-__err));		\
} while (0)

#endif
