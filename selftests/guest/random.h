/* SPDX-License-Identifier: GPL-2.0 */
/* Numbers that follow from a seed. */
#ifndef _TEST_RANDOM_H
#define _TEST_RANDOM_H

#include <stdint.h>

/* What is next on; @seed as on a command line. */
void rnd_seed(const char *seed);
uint32_t rnd(void);
/* One of 0 to @n - 1. */
uint32_t below(uint32_t n);

/*
 * From now on the first @n of @choices come, and then others; they are written behind
 * them, up to @max.
 */
void rnd_replay(uint32_t *choices, uint32_t n, uint32_t max);
/* And no more. Return: how many of them there are now. */
uint32_t rnd_recorded(void);

#endif
