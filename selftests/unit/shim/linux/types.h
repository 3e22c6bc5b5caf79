/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _SHIM_LINUX_TYPES_H
#define _SHIM_LINUX_TYPES_H

#include <assert.h>
#include <endian.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include_next <linux/types.h>
#include <linux/if_ether.h>

/* For constants, case labels among them. */
#undef htons
#define htons(x) ((__be16)__builtin_bswap16(x))

#define be16_to_cpu be16toh
#define be32_to_cpu be32toh

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int16_t s16;
typedef unsigned int gfp_t;


#define U16_MAX 0xffff
#define U32_MAX 0xffffffffu
#define U64_MAX 0xffffffffffffffffull
#define struct_size(p, member, n) \
	(sizeof(*(p)) + sizeof((p)->member[0]) * (n))
#define BIT(n) (1UL << (n))
#define BIT_ULL(n) (1ULL << (n))
#define GENMASK(high, low) ((2UL << (high)) - (1UL << (low)))
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define offsetofend(type, member) \
	(offsetof(type, member) + sizeof(((type *)0)->member))
#define ____cacheline_aligned __attribute__((aligned(64)))
#define __percpu
#define __rcu
#define noinline
#define __packed __attribute__((packed))
#define likely(x) (x)
#define unlikely(x) (x)
#define GFP_KERNEL 0
#define GFP_KERNEL_ACCOUNT 0
#define __GFP_NOFAIL 0

struct rcu_head {
	void *next;
};

static inline void *kmalloc(size_t size, gfp_t gfp)
{
	return malloc(size);
}

static inline void *kzalloc(size_t size, gfp_t gfp)
{
	return calloc(1, size);
}

static inline void kfree(void *p)
{
	free(p);
}

#endif
