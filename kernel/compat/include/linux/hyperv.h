/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the bus and its drivers take and return, which is not the same everywhere.
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

/* A driver's remove() returns nothing from 6.3 on; nobody looked at it before. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 3, 0)
#define VSW_HV_REMOVE int
#else
#define VSW_HV_REMOVE void
#endif

#endif
