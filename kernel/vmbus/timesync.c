// SPDX-License-Identifier: GPL-2.0
/*
 * Time synchronisation: the guest is told what time it is (timesync_onchannelcallback()).
 *
 * First that it shall set its clock, then samples, which it may follow. Version 3
 * of the message: the one after it counts on a reference clock of the hypervisor's,
 * which a transport need not have.
 */
#include <linux/errno.h>
#include <linux/ktime.h>
#include <linux/string.h>
#include <linux/timekeeping.h>

#include "builtin.h"
#include "ic.h"
#include "partition.h"

#define SYNC	1
#define SAMPLE	2

/* struct ictimesync_data: 100 ns since 1601 */
struct timesync {
	__le64 host;
	__le64 guest;
	__le64 round_trip;
	u8 flags;
} __packed;

#define EPOCH_1601	116444736000000000ULL

static const u32 versions[] = { VMH_IC_V(3, 0), VMH_IC_V(1, 0), 0 };

static u32 timesync_ask(struct vmh_ic *ic, void *data)
{
	struct timesync *msg = data;

	memset(msg, 0, sizeof(*msg));
	msg->host = cpu_to_le64(div_u64(ktime_get_real_ns(), 100) + EPOCH_1601);
	msg->flags = ic->asked ? SAMPLE : SYNC;
	return sizeof(*msg);
}

static const struct vmh_ic_service timesync = {
	.type		= VMH_IC_TIMESYNC,
	.bit		= VMBUS_HOST_SERVICE_TIMESYNC,
	.period		= 5 * HZ,
	.versions	= versions,
	.ask		= timesync_ask,
};

static int timesync_open(struct vmh_channel *ch, const u8 *user_data)
{
	return vmh_ic_open(ch, &timesync);
}

/* 9527e630-d0ae-497b-adce-e80ab0175caf */
const struct vmh_service vmh_timesync = {
	.name		= "timesync",
	.class		= { { 0x30, 0xe6, 0x27, 0x95, 0xae, 0xd0, 0x7b, 0x49,
			      0xad, 0xce, 0xe8, 0x0a, 0xb0, 0x17, 0x5c, 0xaf } },
	.max_packet	= VMH_IC_MAX,
	.open		= timesync_open,
	.close		= vmh_ic_close,
	.packet		= vmh_ic_packet,
	.save		= vmh_ic_save,
	.restore	= vmh_ic_restore,
};
