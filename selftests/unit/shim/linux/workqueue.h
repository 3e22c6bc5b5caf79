/* SPDX-License-Identifier: GPL-2.0 */
/* Nothing is ever queued. */
#ifndef _SHIM_LINUX_WORKQUEUE_H
#define _SHIM_LINUX_WORKQUEUE_H

#include <linux/jiffies.h>

struct work_struct {
	int unused;
};

struct delayed_work {
	struct work_struct work;
};

#endif
