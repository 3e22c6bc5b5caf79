/* SPDX-License-Identifier: GPL-2.0 */
/* Before 6.5 this was in <linux/netdevice.h> and <linux/skbuff.h>. */
#ifndef _VSW_COMPAT_NET_GSO_H
#define _VSW_COMPAT_NET_GSO_H

#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 5, 0)
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#else
#include_next <net/gso.h>
#endif

#endif
