// SPDX-License-Identifier: GPL-2.0
/*
 * NICs of a partition: netvsp, behind vmbus_host. What its guest has them do is done by
 * workers, whose memory cannot be made to fail for one of them alone; but a channel is
 * opened, and state restored, while the guest's process waits.
 */
#include <errno.h>
#include <net/if.h>
#include <string.h>
#include <linux/vmbus_host.h>

#include "nic.h"
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

static void partition_there(void)
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
	partition_there();
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
	partition_there();
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

/* ---- With a guest ---- */

#define NVSP_6_1	0x60001
#define RNDIS_SET	5
#define OID_RSS		0x00010204
#define RING_PAGES	4
#define GPADL		77

static struct nic nic;
static uint8_t saved[1 << 16];
static size_t saved_size;
static uint32_t relid;

static void must(int err, const char *what)
{
	if (err < 0)
		die("%s without a fault: %s", what, strerror(-err));
}

static struct answer result(int err)
{
	return (struct answer) { .err = err < 0 ? err : 0, .sure = true };
}

/* For nic_open(). Its memory is copied from and to, so that buffers of ours are needed. */
void guest_start(struct vg *vg, size_t memory)
{
	must(vg_open(vg, "f", memory, VMBUS_DEV_ATTACH_COPY), "becoming a guest");
	must(vg_connect(vg, VMH_VERSION_WIN10_V5_3), "connecting");
	must(vg_request_offers(vg), "asking for offers");
}

/* Rings are shown, and the channel is not opened. */
static void there_offered(void)
{
	struct vg_offer *offer;
	uint8_t *rings;

	there();
	memset(&nic, 0, sizeof(nic));
	guest_start(&nic.vg, MEMORY);
	offer = vg_find(&nic.vg, &nic_class, 0, 5000);
	rings = vg_alloc(&nic.vg, 2 * RING_PAGES);
	if (!offer || !rings)
		die("the NIC is not offered");
	relid = offer->relid;
	memset(rings, 0, 2 * RING_PAGES * PAGE);
	must(vg_gpadl_post(&nic.vg, relid, rings, 2 * RING_PAGES * PAGE, GPADL),
	     "showing rings");
	must(vg_expect(&nic.vg, VMH_MSG_GPADL_CREATED, saved, 5000), "showing rings");
}

static void guest_gone(void)
{
	vg_close(&nic.vg);
	all_gone();
}

/* The answer is there when the message was taken. */
static struct answer act_open(void)
{
	static union {
		uint8_t bytes[VMBUS_DEV_MESSAGE_MAX];
		struct vmh_msg_open_result result;
	} in;
	struct vmh_msg_open msg = {
		.header.type = htole32(VMH_MSG_OPEN),
		.relid = htole32(relid), .gpadl = htole32(GPADL),
		.downstream_page = htole32(RING_PAGES),
	};
	int err = vg_post(&nic.vg, &msg, sizeof(msg));

	if (!err)
		err = vg_expect(&nic.vg, VMH_MSG_OPEN_RESULT, in.bytes, 0);
	return result(err < 0 ? err : in.result.status ? -ENOMEM : 0);
}

static void undo_open(void)
{
	struct vmh_msg_relid msg = {
		.header.type = htole32(VMH_MSG_CLOSE),
		.relid = htole32(relid),
	};

	must(vg_post(&nic.vg, &msg, sizeof(msg)), "closing");
}

/* Frames could pass, on one queue by a table. */
static void there_running(void)
{
	struct {
		uint8_t head[40];
		uint8_t table[4];
		uint8_t key[40];
	} rss = { .head = { 0x89, 2, 40 } };
	uint8_t reply[4096];

	there();
	memset(&nic, 0, sizeof(nic));
	nic_start(&nic, NVSP_6_1);
	put32(rss.head + 8, 0x101);	/* Toeplitz, IPv4 */
	put32(rss.head + 12, sizeof(rss.table));
	put32(rss.head + 16, 40);
	put32(rss.head + 20, sizeof(rss.key));
	put32(rss.head + 24, 44);
	if (nic_request(&nic, RNDIS_SET, OID_RSS, &rss, sizeof(rss), reply))
		die("the guest cannot say how frames are spread");
}

static void there_saved(void)
{
	there_running();
	saved_size = sizeof(saved);
	must(vg_save(&nic.vg, saved, &saved_size), "saving");
	vg_detach(&nic.vg);
	/* Channels are numbered as they were. */
	there_again();
}

static void attach(void)
{
	if (nic.vg.fd < 0)
		must(vg_attach(&nic.vg, "f", VMBUS_DEV_ATTACH_COPY),
		     "becoming a guest");
}

static struct answer act_restore(void)
{
	return result(vg_restore(&nic.vg, saved, saved_size));
}

static void undo_restore(void)
{
	vg_detach(&nic.vg);
	there_again();
	attach();
}

const struct op nic_ops[] = {
	{ "nic new", partition_there, add, .undo = gone, .cleanup = all_gone,
	  .remade = true, .once_only = true },
	{ "nic get", there, get, .cleanup = all_gone },
	{ "nic dump", there, dump, .cleanup = all_gone },
	{ "nic set", there, set, .undo = set_back, .cleanup = all_gone },
	{ "nic del", there, del, .undo = there_again, .cleanup = all_gone,
	  .remade = true },
	{ "nic set, of a guest", there_running, set, .undo = set_back,
	  .cleanup = guest_gone },
	{ "nic open", there_offered, .act = act_open, .undo = undo_open,
	  .cleanup = guest_gone },
	{ "nic restore", there_saved, attach, act_restore, .undo = undo_restore,
	  .cleanup = guest_gone, .once_only = true, .unheard = true, .again = 2 },
	{}
};
