/* SPDX-License-Identifier: GPL-2.0 */
/* Before 6.6 this was <net/page_pool.h>, and pools had to say that they have fragments. */
#ifndef _VSW_COMPAT_NET_PAGE_POOL_HELPERS_H
#define _VSW_COMPAT_NET_PAGE_POOL_HELPERS_H

#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 6, 0)
#include <net/page_pool.h>
#else
#include_next <net/page_pool/helpers.h>
#endif

#ifndef PP_FLAG_PAGE_FRAG
#define PP_FLAG_PAGE_FRAG 0
#endif

#endif
