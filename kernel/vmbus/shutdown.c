// SPDX-License-Identifier: GPL-2.0
/*
 * Shutdown: the guest is asked to power off, reboot or hibernate, and says whether
 * it does (shutdown_onchannelcallback()). Linux minds neither time, nor force, nor
 * words; Windows shows the latter to its users.
 */
#include "builtin.h"
#include "ic.h"
#include "partition.h"
#include "request.h"

#define FORCE		1
#define REBOOT		2
#define HIBERNATE	4

/* SHTDN_REASON_FLAG_PLANNED of Windows */
#define REASON_PLANNED	0x80000000

/* struct shutdown_msg_data */
struct shutdown {
	__le32 reason;
	__le32 timeout;
	__le32 flags;
	__le16 text[1024];
} __packed;

static const u32 versions[] = {
	VMH_IC_V(3, 2), VMH_IC_V(3, 1), VMH_IC_V(3, 0), VMH_IC_V(1, 0), 0
};

static const struct vmh_ic_service shutdown = {
	.type		= VMH_IC_SHUTDOWN,
	.bit		= VMBUS_HOST_SERVICE_SHUTDOWN,
	.versions	= versions,
};

/* What each action is called on the wire, and who knows it (sd_versions). */
static const struct {
	u32 flags;
	u32 min_version;
} actions[] = {
	[VMBUS_HOST_SHUTDOWN_ACTION_POWER_OFF]	= { 0, 0 },
	[VMBUS_HOST_SHUTDOWN_ACTION_REBOOT]	= { REBOOT, VMH_IC_V(3, 1) },
	[VMBUS_HOST_SHUTDOWN_ACTION_HIBERNATE]	= { HIBERNATE, VMH_IC_V(3, 2) },
};

static const struct vmh_request_attrs attrs = {
	.partition	= VMBUS_HOST_A_SHUTDOWN_PARTITION,
	.outcome	= VMBUS_HOST_A_SHUTDOWN_OUTCOME,
	.status		= VMBUS_HOST_A_SHUTDOWN_STATUS,
};

int vmbus_host_nl_partition_shutdown_doit(struct sk_buff *skb,
					  struct genl_info *info)
{
	struct nlattr *action = info->attrs[VMBUS_HOST_A_SHUTDOWN_ACTION];
	u32 what = action ? nla_get_u32(action) :
			    VMBUS_HOST_SHUTDOWN_ACTION_POWER_OFF;
	struct vmh_request *r;
	struct shutdown *msg;
	u32 flags;

	r = vmh_request_alloc(info, sizeof(*msg));
	if (!r)
		return -ENOMEM;
	r->attrs = &attrs;
	flags = actions[what].flags;
	if (info->attrs[VMBUS_HOST_A_SHUTDOWN_FORCE])
		flags |= FORCE;
	msg = (void *)r->data;
	msg->reason = cpu_to_le32(REASON_PLANNED);
	msg->flags = cpu_to_le32(flags);
	return vmh_request_submit(info, r, &shutdown,
				  actions[what].min_version);
}

static int shutdown_open(struct vmh_channel *ch, const u8 *user_data)
{
	return vmh_ic_open(ch, &shutdown);
}

/* 0e0b6031-5213-4934-818b-38d90ced39db */
const struct vmh_service vmh_shutdown = {
	.name		= "shutdown",
	.class		= { { 0x31, 0x60, 0x0b, 0x0e, 0x13, 0x52, 0x34, 0x49,
			      0x81, 0x8b, 0x38, 0xd9, 0x0c, 0xed, 0x39, 0xdb } },
	.max_packet	= VMH_IC_MAX,
	.open		= shutdown_open,
	.close		= vmh_ic_close,
	.packet		= vmh_ic_packet,
	.save		= vmh_ic_save,
	.restore	= vmh_ic_restore,
};
