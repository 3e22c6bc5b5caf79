// SPDX-License-Identifier: GPL-2.0
/* Heartbeat: the guest answers, or it does not (heartbeat_onchannelcallback()). */
#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/string.h>

#include "builtin.h"
#include "ic.h"
#include "partition.h"

struct heartbeat {
	__le64 number;
	__le32 reserved[8];
} __packed;

static const u32 versions[] = { VMH_IC_V(3, 0), VMH_IC_V(1, 0), 0 };

static u32 heartbeat_ask(struct vmh_ic *ic, void *data)
{
	struct heartbeat *beat = data;

	memset(beat, 0, sizeof(*beat));
	beat->number = cpu_to_le64(ic->asked);
	return sizeof(*beat);
}

/* The guest counts on from what we said; all that matters is that it did. */
static int heartbeat_answered(struct vmh_ic *ic, const void *data, u32 len)
{
	struct vmh_partition *p = ic->ch->partition;

	if (len < sizeof(__le64))
		return -EPROTO;
	WRITE_ONCE(p->heartbeat, jiffies);
	WRITE_ONCE(p->alive, true);
	return 0;
}

static const struct vmh_ic_service heartbeat = {
	.type		= VMH_IC_HEARTBEAT,
	.bit		= VMBUS_HOST_SERVICE_HEARTBEAT,
	.period		= 2 * HZ,
	.versions	= versions,
	.ask		= heartbeat_ask,
	.answered	= heartbeat_answered,
};

static int heartbeat_open(struct vmh_channel *ch, const u8 *user_data)
{
	return vmh_ic_open(ch, &heartbeat);
}

static void heartbeat_close(struct vmh_channel *ch)
{
	vmh_ic_close(ch);
	WRITE_ONCE(ch->partition->alive, false);
}

/* 57164f39-9115-4e78-ab55-382f3bd5422d */
const struct vmh_service vmh_heartbeat = {
	.name		= "heartbeat",
	.class		= { { 0x39, 0x4f, 0x16, 0x57, 0x15, 0x91, 0x78, 0x4e,
			      0xab, 0x55, 0x38, 0x2f, 0x3b, 0xd5, 0x42, 0x2d } },
	.max_packet	= VMH_IC_MAX,
	.open		= heartbeat_open,
	.close		= heartbeat_close,
	.packet		= vmh_ic_packet,
	.save		= vmh_ic_save,
	.restore	= vmh_ic_restore,
};
