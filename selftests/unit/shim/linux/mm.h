/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _SHIM_LINUX_MM_H
#define _SHIM_LINUX_MM_H

#include <linux/types.h>

static inline void *kvmalloc(size_t size, gfp_t gfp)
{
	return malloc(size);
}

static inline void *kvzalloc(size_t size, gfp_t gfp)
{
	return calloc(1, size);
}

static inline void *kvmalloc_array(size_t n, size_t size, gfp_t gfp)
{
	return malloc(n * size);
}

static inline void *kvcalloc(size_t n, size_t size, gfp_t gfp)
{
	return calloc(n, size);
}

static inline void kvfree(const void *p)
{
	free((void *)p);
}

#endif
