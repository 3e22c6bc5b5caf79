// SPDX-License-Identifier: GPL-2.0
/* Numbers that follow from a seed: xorshift64. */
#include <stdlib.h>

#include "random.h"

static uint64_t state = 1;

void rnd_seed(const char *seed)
{
	/* Zero would stay zero, and small ones give small numbers for long. */
	state = strtoull(seed, NULL, 0) * 0x9e3779b97f4a7c15ULL | 1;
}

uint32_t rnd(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state >> 16;
}

uint32_t below(uint32_t n)
{
	return rnd() % n;
}
