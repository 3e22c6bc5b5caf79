/* SPDX-License-Identifier: GPL-2.0 */
/* A hash of all bytes, without the strength of the kernel's. */
#ifndef _SHIM_LINUX_SIPHASH_H
#define _SHIM_LINUX_SIPHASH_H

#include <linux/types.h>

typedef struct {
	u64 key[2];
} siphash_key_t;

static inline u64 siphash(const void *data, size_t len,
			  const siphash_key_t *key)
{
	const u8 *bytes = data;
	u64 hash = key->key[0];

	while (len--)
		hash = (hash ^ *bytes++) * 0x9E3779B97F4A7C15ull;
	return hash ^ hash >> 29 ^ key->key[1];
}

#endif
