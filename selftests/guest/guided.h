/* SPDX-License-Identifier: GPL-2.0 */
/* A hostile guest that is led by what the host does with it. */
#ifndef _TEST_GUIDED_H
#define _TEST_GUIDED_H

#include <stdbool.h>
#include <stdint.h>

/**
 * struct guided - a guest that can be led
 * @begin: attach, and all that comes before something can go wrong
 * @step: something at random; false if nothing comes of this guest any more
 * @settle: wait until the host has looked at that, or will not
 * @end: detach
 */
struct guided {
	void (*begin)(void);
	bool (*step)(void);
	void (*settle)(void);
	void (*end)(void);
};

/*
 * So many steps. What a step was made of is kept if it made the host run code that it had
 * not run before, and those that follow are made of what is kept. Without KCOV, which
 * only the debug kernel has, nothing leads.
 */
void guided_run(const struct guided *g, const char *seed, uint64_t steps);

#endif
