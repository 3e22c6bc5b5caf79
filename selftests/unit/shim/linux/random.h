/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _SHIM_LINUX_RANDOM_H
#define _SHIM_LINUX_RANDOM_H

#include <linux/types.h>

static inline void get_random_bytes(void *buffer, size_t len)
{
	u8 *bytes = buffer;

	while (len--)
		*bytes++ = rand();
}

#endif
