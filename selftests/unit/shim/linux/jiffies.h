/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _SHIM_LINUX_JIFFIES_H
#define _SHIM_LINUX_JIFFIES_H

#define HZ 250
#define jiffies 0UL
#define time_before(a, b) ((long)((a) - (b)) < 0)

#endif
