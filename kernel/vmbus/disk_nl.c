// SPDX-License-Identifier: GPL-2.0
/* What happens to disks, in generic netlink; what they are is in configfs. */
#include "disk.h"
#include "netlink.h"
#include "partition.h"

struct event {
	const struct vmh_partition *partition;
	const struct vmh_disk_rate *rate;
};

static int put(struct sk_buff *skb, const void *object)
{
	const struct event *event = object;
	const struct vmh_disk_rate *rate = event->rate;

	if (nla_put_string(skb, VMBUS_HOST_A_DISK_PARTITION,
			   event->partition->name) ||
	    nla_put_u32(skb, VMBUS_HOST_A_DISK_CONTROLLER, rate->controller) ||
	    nla_put_u32(skb, VMBUS_HOST_A_DISK_LUN, rate->lun) ||
	    nla_put_u32(skb, VMBUS_HOST_A_DISK_MIN_IOPS, rate->min) ||
	    nla_put_u32(skb, VMBUS_HOST_A_DISK_IOPS, rate->iops) ||
	    (rate->low && nla_put_flag(skb, VMBUS_HOST_A_DISK_LOW)))
		return -EMSGSIZE;
	return 0;
}

/**
 * vmh_disk_notify() - tell the group events that a disk is slow, or no longer so
 * @dev: its controller, from vmh_offer(), and not withdrawn
 * @rate: how fast it is
 *
 * Context: process.
 */
void vmh_disk_notify(struct vmh_device *dev, const struct vmh_disk_rate *rate)
{
	struct event event = { dev->partition, rate };

	vmh_nl_event(dev->partition, put, &event, VMBUS_HOST_CMD_DISK_MIN_NTF);
}
EXPORT_SYMBOL_GPL(vmh_disk_notify);
