// SPDX-License-Identifier: GPL-2.0
/* Numbers that follow from a seed: xorshift64. */
#include <stdlib.h>

#include "random.h"

static uint64_t state = 1;

/* What comes first, and where what came is written. */
static uint32_t *tape;
static uint32_t tape_at, tape_len, tape_max;

void rnd_seed(const char *seed)
{
	/* Zero would stay zero, and small ones give small numbers for long. */
	state = strtoull(seed, NULL, 0) * 0x9e3779b97f4a7c15ULL | 1;
}

void rnd_replay(uint32_t *choices, uint32_t n, uint32_t max)
{
	tape = choices;
	tape_at = 0;
	tape_len = n;
	tape_max = max;
}

uint32_t rnd_recorded(void)
{
	tape = NULL;
	return tape_at;
}

uint32_t rnd(void)
{
	uint32_t value;

	if (tape && tape_at < tape_len)
		return tape[tape_at++];
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	value = state >> 16;
	if (tape && tape_at < tape_max)
		tape[tape_at++] = value;
	return value;
}

uint32_t below(uint32_t n)
{
	return rnd() % n;
}
