/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where the fuzzer's decisions come from: numbers drawn one by one, a function
 * of the seed alone. They are recorded, so that a step can be made again with
 * a few of them changed.
 */
#ifndef _FUZZ_CHOICE_H
#define _FUZZ_CHOICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CHOICE_MAX 512

/**
 * struct choice - a source of decisions
 * @state: of the generator (splitmix64)
 * @drawn: what was drawn, or is to be drawn
 * @given: how many of @drawn are there beforehand
 * @pos: how many were taken
 */
struct choice {
	uint64_t state;
	uint32_t drawn[CHOICE_MAX];
	unsigned int given;
	unsigned int pos;
};

static inline uint64_t choice_mix(uint64_t z)
{
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

/* The seed of one step of one stream: every step can be made on its own. */
static inline uint64_t choice_seed(uint64_t seed, uint32_t stream,
				   uint64_t step)
{
	return choice_mix(choice_mix(seed + 0x9e3779b97f4a7c15ULL * stream) +
			  step);
}

static inline void choice_begin(struct choice *c, uint64_t seed)
{
	c->state = seed;
	c->given = 0;
	c->pos = 0;
}

static inline uint32_t choice_bits(struct choice *c)
{
	uint32_t v;

	if (c->pos < c->given)
		return c->drawn[c->pos++];
	c->state += 0x9e3779b97f4a7c15ULL;
	v = choice_mix(c->state) >> 32;
	if (c->pos < CHOICE_MAX) {
		c->drawn[c->pos++] = v;
		c->given = c->pos;
	}
	return v;
}

/* 0 to @n - 1 */
static inline uint32_t choice_below(struct choice *c, uint32_t n)
{
	return n > 1 ? (uint64_t)choice_bits(c) * n >> 32 : 0;
}

/* True in @percent of a hundred cases. */
static inline bool choice_percent(struct choice *c, uint32_t percent)
{
	return choice_below(c, 100) < percent;
}

static inline void choice_bytes(struct choice *c, uint8_t *to, size_t n)
{
	uint32_t v = 0;
	size_t i;

	for (i = 0; i < n; i++) {
		if (i % 4 == 0)
			v = choice_bits(c);
		to[i] = v >> (i % 4 * 8);
	}
}

#endif
