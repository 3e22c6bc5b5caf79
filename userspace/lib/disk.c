// SPDX-License-Identifier: GPL-2.0
/* Disks of guests: what netlink tells of them. */
#include <errno.h>

#include <netlink/genl/genl.h>

#include "internal.h"

int vsw_disk_rate_parse(struct nlmsghdr *nlh, struct vsw_disk_rate *rate)
{
	static struct nla_policy policy[VMBUS_HOST_A_DISK_MAX + 1] = {
		[VMBUS_HOST_A_DISK_PARTITION]	= { .type = NLA_STRING },
		[VMBUS_HOST_A_DISK_CONTROLLER]	= { .type = NLA_U32 },
		[VMBUS_HOST_A_DISK_LUN]		= { .type = NLA_U32 },
		[VMBUS_HOST_A_DISK_MIN_IOPS]	= { .type = NLA_U32 },
		[VMBUS_HOST_A_DISK_IOPS]	= { .type = NLA_U32 },
	};
	struct nlattr *tb[VMBUS_HOST_A_DISK_MAX + 1];

	if (nlmsg_parse(nlh, GENL_HDRLEN, tb, VMBUS_HOST_A_DISK_MAX, policy) < 0 ||
	    !tb[VMBUS_HOST_A_DISK_PARTITION])
		return -EPROTO;
	nla_strlcpy(rate->partition, tb[VMBUS_HOST_A_DISK_PARTITION],
		    sizeof(rate->partition));
	rate->controller = vsw_get_u32(tb[VMBUS_HOST_A_DISK_CONTROLLER]);
	rate->lun = vsw_get_u32(tb[VMBUS_HOST_A_DISK_LUN]);
	rate->min_iops = vsw_get_u32(tb[VMBUS_HOST_A_DISK_MIN_IOPS]);
	rate->iops = vsw_get_u32(tb[VMBUS_HOST_A_DISK_IOPS]);
	rate->low = tb[VMBUS_HOST_A_DISK_LOW];
	return 0;
}
