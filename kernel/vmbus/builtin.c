// SPDX-License-Identifier: GPL-2.0
/* Which services of its own a partition has. */
#include <linux/err.h>

#include "builtin.h"
#include "partition.h"

static const struct {
	u32 bit;
	const struct vmh_service *service;
} builtins[] = {
	{ VMBUS_HOST_SERVICE_HEARTBEAT, &vmh_heartbeat },
	{ VMBUS_HOST_SERVICE_TIMESYNC, &vmh_timesync },
	{ VMBUS_HOST_SERVICE_ECHO, &vmh_echo },
	{ VMBUS_HOST_SERVICE_SHUTDOWN, &vmh_shutdown },
	{ VMBUS_HOST_SERVICE_KVP, &vmh_kvp },
};

/**
 * vmh_builtin_offer() - offer what a new partition has by itself
 * @p: the partition; its @services say what
 *
 * Context: process.
 * Return: 0 or a negative errno; some may have been offered then.
 */
int vmh_builtin_offer(struct vmh_partition *p)
{
	struct vmh_guid instance;
	struct vmh_device *dev;
	int i;

	for (i = 0; i < ARRAY_SIZE(builtins); i++) {
		if (!(p->services & builtins[i].bit))
			continue;
		/* One of its class in each partition: the class will do. */
		instance = builtins[i].service->class;
		instance.b[15] ^= 0xff;
		dev = vmh_offer(p, builtins[i].service, &instance, NULL, NULL);
		if (IS_ERR(dev))
			return PTR_ERR(dev);
	}
	return 0;
}
