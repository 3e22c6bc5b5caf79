// SPDX-License-Identifier: GPL-2.0
/* NICs of a partition, which has no guest: netvsp, behind vmbus_host. */
#include <net/if.h>
#include <linux/vmbus_host.h>

#include "op.h"

static const uint8_t mac[6] = { 2, 0, 0, 0, 0, 0x11 };
static const uint8_t instance[16] = { 0x4e, 1 };
static struct msg m;

static void partition_gone(void)
{
	msg_begin_genl(&m, VMBUS_HOST_CMD_PARTITION_DEL, 0);
	msg_text(&m, VMBUS_HOST_A_PARTITION_NAME, "f");
	msg_must(&m, NULL, NULL);
}

static void partition(void)
{
	msg_begin_genl(&m, VMBUS_HOST_CMD_PARTITION_ADD, 0);
	msg_text(&m, VMBUS_HOST_A_PARTITION_NAME, "f");
	msg_u32(&m, VMBUS_HOST_A_PARTITION_SERVICES, 0);
	msg_must(&m, NULL, NULL);
}

static void ask_new(struct msg *req)
{
	msg_begin_genl(req, VMBUS_HOST_CMD_NIC_NEW, 0);
	msg_text(req, VMBUS_HOST_A_NIC_NAME, "nic1");
	msg_text(req, VMBUS_HOST_A_NIC_PARTITION, "f");
	msg_put(req, VMBUS_HOST_A_NIC_MAC, mac, sizeof(mac));
	msg_u32(req, VMBUS_HOST_A_NIC_QUEUES, 2);
	msg_put(req, VMBUS_HOST_A_NIC_INSTANCE, instance, sizeof(instance));
}

static void ask_nic(struct msg *req, uint8_t cmd)
{
	msg_begin_genl(req, cmd, 0);
	msg_text(req, VMBUS_HOST_A_NIC_NAME, "nic1");
}

static void there(void)
{
	partition();
	ask_new(&m);
	msg_must(&m, NULL, NULL);
}

static void gone(void)
{
	if (!if_nametoindex("nic1"))
		return;
	ask_nic(&m, VMBUS_HOST_CMD_NIC_DEL);
	msg_must(&m, NULL, NULL);
}

static void all_gone(void)
{
	gone();
	partition_gone();
}

/* Channels are numbered anew only with their partition. */
static void add(void)
{
	all_gone();
	partition();
	ask_new(op_request());
}

static void del(void)
{
	all_gone();
	there();
	ask_nic(op_request(), VMBUS_HOST_CMD_NIC_DEL);
}

static void there_again(void)
{
	all_gone();
	there();
}

static void get(void)
{
	ask_nic(op_request(), VMBUS_HOST_CMD_NIC_GET);
}

static void dump(void)
{
	msg_begin_genl(op_request(), VMBUS_HOST_CMD_NIC_GET, NLM_F_DUMP);
}

static void ask_speed(struct msg *req, uint32_t speed)
{
	ask_nic(req, VMBUS_HOST_CMD_NIC_SET);
	msg_u32(req, VMBUS_HOST_A_NIC_SPEED, speed);
}

static void set(void)
{
	ask_speed(op_request(), 1000);
}

static void set_back(void)
{
	ask_speed(&m, 10000);
	msg_must(&m, NULL, NULL);
}

const struct op nic_ops[] = {
	{ "nic new", partition, add, .undo = gone, .cleanup = all_gone,
	  .remade = true, .once_only = true },
	{ "nic get", there, get, .cleanup = all_gone },
	{ "nic dump", there, dump, .cleanup = all_gone },
	{ "nic set", there, set, .undo = set_back, .cleanup = all_gone },
	{ "nic del", there, del, .undo = there_again, .cleanup = all_gone,
	  .remade = true },
	{}
};
