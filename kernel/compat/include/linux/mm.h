/* SPDX-License-Identifier: GPL-2.0 */
/* Before 6.5 pin_user_pages_remote() could give the areas as well. */
#ifndef _VSW_COMPAT_LINUX_MM_H
#define _VSW_COMPAT_LINUX_MM_H

#include_next <linux/mm.h>
#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 5, 0)
#define pin_user_pages_remote(mm, start, n, flags, pages, locked) \
	pin_user_pages_remote(mm, start, n, flags, pages, NULL, locked)
#endif

#endif
