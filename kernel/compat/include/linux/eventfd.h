/* SPDX-License-Identifier: GPL-2.0 */
/* Before 6.8 eventfd_signal() had to be told by how much. */
#ifndef _VSW_COMPAT_LINUX_EVENTFD_H
#define _VSW_COMPAT_LINUX_EVENTFD_H

#include_next <linux/eventfd.h>
#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 8, 0)
#define eventfd_signal(ctx) eventfd_signal(ctx, 1)
#endif

#endif
