/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What every target has: the entry that libFuzzer calls, a way to take the
 * input apart, and a way to say that a property does not hold.
 */
#ifndef _FUZZ_TARGET_H
#define _FUZZ_TARGET_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define must(cond) do {							\
	if (!(cond)) {							\
		fprintf(stderr, "%s:%d: does not hold: %s\n",		\
			__FILE__, __LINE__, #cond);			\
		abort();						\
	}								\
} while (0)

struct input {
	const uint8_t *data;
	size_t size;
};

/* Zeroes behind the end. */
static inline uint8_t take_u8(struct input *in)
{
	if (!in->size)
		return 0;
	in->size--;
	return *in->data++;
}

static inline uint16_t take_u16(struct input *in)
{
	uint16_t v = take_u8(in);

	return v | take_u8(in) << 8;
}

static inline uint64_t take_u64(struct input *in)
{
	uint64_t v = 0;
	int i;

	for (i = 0; i < 8; i++)
		v |= (uint64_t)take_u8(in) << i * 8;
	return v;
}

/* A copy that ends where the input does, so that no byte is read beyond. */
static inline void *take_rest(struct input *in)
{
	void *copy = malloc(in->size ? in->size : 1);

	if (!copy)
		abort();
	memcpy(copy, in->data, in->size);
	return copy;
}

static inline char *take_string(struct input *in)
{
	char *s = malloc(in->size + 1);

	if (!s)
		abort();
	memcpy(s, in->data, in->size);
	s[in->size] = '\0';
	return s;
}

#endif
