/* SPDX-License-Identifier: GPL-2.0 */
/* Disks, as netlink sees them: vmbus_host has the family, storvsp has the disks. */
#ifndef _VMH_DISK_H
#define _VMH_DISK_H

#include <linux/types.h>

struct vmh_device;

/**
 * struct vmh_disk_rate - how fast a disk is
 * @controller: its controller's number
 * @lun: its own
 * @min: what it should be able to do, in operations of 8 KiB a second
 * @iops: what it did
 * @low: that is less
 */
struct vmh_disk_rate {
	u32 controller;
	u32 lun;
	u32 min;
	u32 iops;
	bool low;
};

/* disk_nl.c */
void vmh_disk_notify(struct vmh_device *dev, const struct vmh_disk_rate *rate);

#endif
