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

#endif
