/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a bus for <linux/hyperv.h>'s drivers is given as const, or not.
 *
 * Macros only: a type that is declared here could change the CRCs of symbols.
 */
#ifndef _VSW_COMPAT_LINUX_HYPERV_H
#define _VSW_COMPAT_LINUX_HYPERV_H

#include_next <linux/hyperv.h>
#include <linux/version.h>

/* Buses match const drivers from 6.11 on. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 11, 0)
#define VSW_MATCH_DRIVER struct device_driver
#else
#define VSW_MATCH_DRIVER const struct device_driver
#endif

#endif
