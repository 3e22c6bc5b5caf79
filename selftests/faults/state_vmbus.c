// SPDX-License-Identifier: GPL-2.0
/* The state of vmbus_host: partitions and channels, without what only counts. */
#include <unistd.h>
#include <linux/genetlink.h>
#include <linux/vmbus_host.h>

#include "msg.h"
#include "state.h"

static void (*say)(const char *fmt, ...);

static void say_hex(const struct nlattr *a)
{
	const uint8_t *p = msg_data(a);
	int i;

	say(" %d=", msg_type(a));
	for (i = 0; i < msg_len(a); i++)
		say("%02x", p[i]);
}

/* What a guest did wrong: nothing, but that there was no memory. */
static void say_error(const struct nlattr *error)
{
	uint32_t what = 0;

	msg_for_each(a, msg_data(error), msg_len(error)) {
		if (msg_type(a) == VMBUS_HOST_A_ERROR_COUNT_ERROR)
			what = msg_get_u32(a);
	}
	if (what != VMBUS_HOST_ERROR_NO_MEMORY)
		say(" error=%u", what);
}

static void on_partition(const struct nlmsghdr *h, void *arg)
{
	char *data = (char *)NLMSG_DATA(h) + GENL_HDRLEN;

	say("partition");
	msg_for_each(a, data, h->nlmsg_len - NLMSG_HDRLEN - GENL_HDRLEN) {
		switch (msg_type(a)) {
		case VMBUS_HOST_A_PARTITION_ERRORS:
			say_error(a);
			break;
		case VMBUS_HOST_A_PARTITION_HEARTBEAT_AGE:
		case VMBUS_HOST_A_PARTITION_MESSAGES_IN:
		case VMBUS_HOST_A_PARTITION_MESSAGES_OUT:
			break;
		default:
			say_hex(a);
		}
	}
	say("\n");
}

static void on_channel(const struct nlmsghdr *h, void *arg)
{
	char *data = (char *)NLMSG_DATA(h) + GENL_HDRLEN;

	say("channel");
	msg_for_each(a, data, h->nlmsg_len - NLMSG_HDRLEN - GENL_HDRLEN) {
		switch (msg_type(a)) {
		/* Means nothing as long as no guest knows it. */
		case VMBUS_HOST_A_CHANNEL_RELID:
		case VMBUS_HOST_A_CHANNEL_CPU:
		case VMBUS_HOST_A_CHANNEL_STATS:
			break;
		default:
			say_hex(a);
		}
	}
	say("\n");
}

/* NICs go by name, as all links. */
static void on_nic(const struct nlmsghdr *h, void *arg)
{
	char *data = (char *)NLMSG_DATA(h) + GENL_HDRLEN;

	say("nic");
	msg_for_each(a, data, h->nlmsg_len - NLMSG_HDRLEN - GENL_HDRLEN) {
		if (msg_type(a) != VMBUS_HOST_A_NIC_IFINDEX)
			say_hex(a);
	}
	say("\n");
}

void state_read_vmbus(void (*how)(const char *fmt, ...))
{
	static struct msg m;

	say = how;
	msg_begin_genl(&m, VMBUS_HOST_CMD_PARTITION_GET, NLM_F_DUMP);
	msg_must(&m, on_partition, NULL);
	msg_begin_genl(&m, VMBUS_HOST_CMD_CHANNEL_GET, NLM_F_DUMP);
	msg_must(&m, on_channel, NULL);
	state_read_storvsp(how);
	if (access("/sys/module/netvsp", F_OK))
		return;
	msg_begin_genl(&m, VMBUS_HOST_CMD_NIC_GET, NLM_F_DUMP);
	msg_must(&m, on_nic, NULL);
}
