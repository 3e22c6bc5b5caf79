// SPDX-License-Identifier: GPL-2.0
/*
 * vmbus_host: partitions, a guest of partition "f" that comes, connects, shows
 * memory, opens channels, is saved and restored, and what it is asked.
 *
 * A message of the guest's is refused by write(), or by its answer: either must have
 * changed nothing.
 */
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <linux/genetlink.h>
#include <linux/vmbus_host.h>

#include "op.h"
#include "vmbusguest.h"

#define MEMORY	(4U << 20)
#define RING	(4 * VMH_PAGE_SIZE)
/* More than a header has room for, so that a body follows. */
#define LARGE	(40 * VMH_PAGE_SIZE)
#define ALL	(VMBUS_HOST_SERVICE_HEARTBEAT | VMBUS_HOST_SERVICE_ECHO | \
		 VMBUS_HOST_SERVICE_SHUTDOWN | VMBUS_HOST_SERVICE_KVP)
#define GPADL	77

static const struct vmh_guid echo_class = { VMBUS_ECHO_CLASS };
static const struct vmh_guid shutdown_class = { {
	0x31, 0x60, 0x0b, 0x0e, 0x13, 0x52, 0x34, 0x49,
	0x81, 0x8b, 0x38, 0xd9, 0x0c, 0xed, 0x39, 0xdb } };

static struct vg vg = { .fd = -1 };
static struct vg_channel ch;
static uint8_t *memory;
static uint8_t saved[1 << 16];
static size_t saved_size;

static void must(int err, const char *what)
{
	if (err < 0)
		die("%s without a fault: %s", what, strerror(-err));
}

static struct answer result(int err)
{
	return (struct answer) { .err = err < 0 ? err : 0, .sure = true };
}

static struct answer of_ioctl(unsigned long cmd, void *arg)
{
	return result(ioctl(vg.fd, cmd, arg) ? -errno : 0);
}

/* ---- Partitions ---- */

static void ask_add(struct msg *m, const char *name)
{
	msg_begin_genl(m, VMBUS_HOST_CMD_PARTITION_ADD, 0);
	msg_text(m, VMBUS_HOST_A_PARTITION_NAME, name);
	msg_u32(m, VMBUS_HOST_A_PARTITION_SERVICES, ALL);
}

static void ask_del(struct msg *m, const char *name)
{
	msg_begin_genl(m, VMBUS_HOST_CMD_PARTITION_DEL, 0);
	msg_text(m, VMBUS_HOST_A_PARTITION_NAME, name);
}

static void add(const char *name)
{
	static struct msg m;

	ask_add(&m, name);
	msg_must(&m, NULL, NULL);
}

static void del(const char *name)
{
	static struct msg m;

	ask_del(&m, name);
	msg_must(&m, NULL, NULL);
}

static void prepare_add(void)
{
	ask_add(op_request(), "g");
}

static void undo_add(void)
{
	del("g");
}

static void setup_del(void)
{
	add("g");
}

static void prepare_del(void)
{
	ask_del(op_request(), "g");
}

static void prepare_get(void)
{
	struct msg *m = op_request();

	msg_begin_genl(m, VMBUS_HOST_CMD_PARTITION_GET, 0);
	msg_text(m, VMBUS_HOST_A_PARTITION_NAME, "f");
}

/* ---- The node ---- */

static void setup_f(void)
{
	add("f");
}

static void cleanup_f(void)
{
	del("f");
}

static struct answer act_open(void)
{
	int fd = open("/dev/vmbus_host", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return result(-errno);
	close(fd);
	return result(0);
}

static void undo_close(void)
{
	if (vg.fd >= 0)
		close(vg.fd);
	vg.fd = -1;
}

static void prepare_attach(void)
{
	if (vg.fd < 0)
		vg.fd = open("/dev/vmbus_host", O_RDWR | O_CLOEXEC | O_NONBLOCK);
	if (vg.fd < 0)
		die("/dev/vmbus_host: %m");
}

static struct answer act_attach(void)
{
	struct vmbus_dev_attach a = { .name = "f" };

	return of_ioctl(VMBUS_DEV_ATTACH, &a);
}

static void cleanup_attach(void)
{
	undo_close();
	del("f");
}

/* A guest with memory; connected only. */
static void setup_guest(void)
{
	add("f");
	must(vg_open(&vg, "f", MEMORY, 0), "becoming a guest");
	memory = vg_alloc(&vg, LARGE / VMH_PAGE_SIZE);
	/* It is there, or its page tables would be what fails. */
	memset(vg.mem, 0, vg.size);
	must(vg_connect(&vg, VMH_VERSION_WIN10_V5_3), "connecting");
}

static void cleanup_guest(void)
{
	vg_close(&vg);
	vg.fd = -1;
	del("f");
}

static int event;

static void setup_event(void)
{
	setup_guest();
	event = eventfd(0, EFD_CLOEXEC);
}

static void cleanup_event(void)
{
	close(event);
	cleanup_guest();
}

/* Each time one for which a node of the xarray has to be made. */
static struct answer act_set_vp(void)
{
	static uint32_t n;
	struct vmbus_dev_vp vp = {
		.vp = ++n * 64 % VMBUS_DEV_VPS_MAX, .fd = event, .flags = vg_gpa(&vg, memory),
	};

	return of_ioctl(VMBUS_DEV_SET_VP, &vp);
}

static struct answer act_set_event(void)
{
	struct vmbus_dev_event e = { .relid = 1, .fd = event };

	return of_ioctl(VMBUS_DEV_SET_EVENT, &e);
}

static void undo_set_event(void)
{
	struct vmbus_dev_event e = { .relid = 1, .fd = -1 };

	if (ioctl(vg.fd, VMBUS_DEV_SET_EVENT, &e))
		die("taking an eventfd away: %m");
}

/* ---- Control messages ---- */

static uint8_t in[VMBUS_DEV_MESSAGE_MAX];

static int post(const void *message, size_t len)
{
	return vg_post(&vg, message, len);
}

/* The answer is there when the message was taken. */
static int expect(uint32_t type)
{
	return vg_expect(&vg, type, in, 0);
}

static int status_of(uint32_t status)
{
	return status ? -ENOMEM : 0;
}

static struct answer act_contact(void)
{
	struct vmh_msg_contact msg = {
		.header.type = htole32(VMH_MSG_INITIATE_CONTACT),
		.version = htole32(VMH_VERSION_WIN10_V5_3),
	};
	int err = post(&msg, sizeof(msg));

	return result(err ? err : expect(VMH_MSG_VERSION_RESPONSE));
}

static void prepare_unconnected(void)
{
	must(vg_unload(&vg), "unload");
}

static struct answer act_unload(void)
{
	struct vmh_msg_header msg = { .type = htole32(VMH_MSG_UNLOAD) };
	int err = post(&msg, sizeof(msg));

	return result(err ? err : expect(VMH_MSG_UNLOAD_RESPONSE));
}

static void connect_again(void)
{
	must(vg_connect(&vg, VMH_VERSION_WIN10_V5_3), "connecting");
}

static struct answer act_offers(void)
{
	struct vmh_msg_header msg = { .type = htole32(VMH_MSG_REQUEST_OFFERS) };
	int err = post(&msg, sizeof(msg));

	return result(err ? err : expect(VMH_MSG_ALL_OFFERS_DELIVERED));
}

static int created(void)
{
	const struct vmh_msg_gpadl_created *msg = (void *)in;
	int err = expect(VMH_MSG_GPADL_CREATED);

	return err < 0 ? err : status_of(msg->status);
}

static int show_gpadl(void)
{
	int err = vg_gpadl_post(&vg, 1, memory, RING, GPADL);

	return err ? err : created();
}

static struct answer act_gpadl(void)
{
	return result(show_gpadl());
}

static uint8_t *put_frames(uint8_t *at, uint32_t first, uint32_t n)
{
	uint64_t pfn = vg_gpa(&vg, memory) / VMH_PAGE_SIZE + first;

	for (; n; n--, at += sizeof(pfn), pfn++)
		memcpy(at, &(uint64_t) { htole64(pfn) }, sizeof(pfn));
	return at;
}

/* A body that finds no memory was not taken, and can be sent again. */
static struct answer act_gpadl_large(void)
{
	union {
		uint8_t bytes[VMBUS_DEV_MESSAGE_MAX];
		struct vmh_msg_gpadl_header header;
		struct vmh_msg_gpadl_body body;
	} u = {};
	struct vmh_gpa_range range = { .byte_count = htole32(LARGE) };
	uint32_t frames = LARGE / VMH_PAGE_SIZE, head = 20;
	uint8_t *at = u.bytes + sizeof(u.header);
	int err;

	u.header.header.type = htole32(VMH_MSG_GPADL_HEADER);
	u.header.relid = htole32(1);
	u.header.gpadl = htole32(GPADL);
	u.header.range_buflen = htole16(sizeof(range) + frames * 8);
	u.header.range_cnt = htole16(1);
	memcpy(at, &range, sizeof(range));
	at = put_frames(at + sizeof(range), 0, head);
	err = post(u.bytes, at - u.bytes);
	if (err)
		return result(err);
	/* One that is refused already has its answer, and wants no body. */
	if (vg_message(&vg, in, 0) > 0)
		return result(-ENOMEM);
	memset(&u, 0, sizeof(u));
	u.body.header.type = htole32(VMH_MSG_GPADL_BODY);
	u.body.gpadl = htole32(GPADL);
	at = put_frames(u.bytes + sizeof(u.body), head, frames - head);
	do {
		err = post(u.bytes, at - u.bytes);
	} while (err == -ENOMEM);
	return result(err ? err : created());
}

static void undo_gpadl(void)
{
	must(vg_gpadl_teardown(&vg, 1, GPADL), "tearing a GPADL down");
}

static struct answer act_teardown(void)
{
	struct vmh_msg_gpadl_teardown msg = {
		.header.type = htole32(VMH_MSG_GPADL_TEARDOWN),
		.relid = htole32(1), .gpadl = htole32(GPADL),
	};
	int err = post(&msg, sizeof(msg));

	return result(err ? err : expect(VMH_MSG_GPADL_TORNDOWN));
}

static void show_again(void)
{
	must(show_gpadl(), "showing memory");
}

/* ---- Channels ---- */

static void setup_offers(void)
{
	setup_guest();
	must(vg_request_offers(&vg), "asking for offers");
}

static void setup_shown(void)
{
	setup_offers();
	show_again();
}

static uint32_t relid_of(const struct vmh_guid *class)
{
	struct vg_offer *offer = vg_find(&vg, class, 0, 0);

	if (!offer)
		die("there is no such offer");
	return offer->relid;
}

static void setup_open(const struct vmh_guid *class)
{
	uint32_t relid;

	setup_offers();
	relid = relid_of(class);
	memset(memory, 0, 2 * RING);
	must(vg_gpadl_post(&vg, relid, memory, 2 * RING, GPADL), "showing rings");
	must(expect(VMH_MSG_GPADL_CREATED), "showing rings");
	ch.relid = relid;
}

static void setup_open_echo(void)
{
	setup_open(&echo_class);
}

static void setup_open_shutdown(void)
{
	setup_open(&shutdown_class);
}

static struct answer act_open_channel(void)
{
	const struct vmh_msg_open_result *opened = (void *)in;
	struct vmh_msg_open msg = {
		.header.type = htole32(VMH_MSG_OPEN),
		.relid = htole32(ch.relid), .gpadl = htole32(GPADL),
		.downstream_page = htole32(RING / VMH_PAGE_SIZE),
	};
	int err = post(&msg, sizeof(msg));

	if (!err)
		err = expect(VMH_MSG_OPEN_RESULT);
	return result(err < 0 ? err : status_of(opened->status));
}

static int close_it(void)
{
	struct vmh_msg_relid msg = {
		.header.type = htole32(VMH_MSG_CLOSE),
		.relid = htole32(ch.relid),
	};

	return post(&msg, sizeof(msg));
}

static struct answer act_close(void)
{
	return result(close_it());
}

static void undo_open(void)
{
	must(close_it(), "closing");
}

static void open_again(void)
{
	struct answer answer = act_open_channel();

	must(answer.err, "opening");
}

static void setup_opened(void)
{
	setup_open_echo();
	open_again();
}

static struct answer act_modify(void)
{
	const struct vmh_msg_modify_response *response = (void *)in;
	struct vmh_msg_modify msg = {
		.header.type = htole32(VMH_MSG_MODIFY_CHANNEL),
		.relid = htole32(ch.relid), .target_vp = htole32(3),
	};
	int err = post(&msg, sizeof(msg));

	if (!err)
		err = expect(VMH_MSG_MODIFY_RESPONSE);
	return result(err < 0 ? err : status_of(response->status));
}

static void undo_modify(void)
{
	struct vmh_msg_modify msg = {
		.header.type = htole32(VMH_MSG_MODIFY_CHANNEL),
		.relid = htole32(ch.relid),
	};

	must(post(&msg, sizeof(msg)), "modifying");
	must(expect(VMH_MSG_MODIFY_RESPONSE), "modifying");
}

/* ---- State ---- */

static struct answer act_save(void)
{
	saved_size = sizeof(saved);
	return result(vg_save(&vg, saved, &saved_size));
}

static void undo_save(void)
{
	must(vg_resume(&vg), "going on");
}

/* The header of a GPADL whose other frames do not come. */
static void begin_gpadl(void)
{
	struct {
		struct vmh_msg_gpadl_header header;
		struct vmh_gpa_range range;
		uint64_t pfns[26];
	} __attribute__((packed)) msg = {
		.header.header.type = htole32(VMH_MSG_GPADL_HEADER),
		.header.relid = htole32(1),
		.header.gpadl = htole32(GPADL + 2),
		.header.range_buflen = htole16(sizeof(msg.range) + 40 * 8),
		.header.range_cnt = htole16(1),
		.range.byte_count = htole32(LARGE),
	};

	must(post(&msg, sizeof(msg)), "a part of a GPADL");
}

/* Of the last channel that the guest knows, but has not opened: by another number now. */
static void renumber(void)
{
	const size_t header = 24, relid = 32, flags = 38;
	uint32_t number = htole32(200), type, len;
	size_t at, last = 0;

	for (at = header; at + 8 <= saved_size; at += 8 + (len + 7) / 8 * 8) {
		memcpy(&type, saved + at, 4);
		memcpy(&len, saved + at + 4, 4);
		/* A channel; told, and not open. */
		if (type == 3 && (saved[at + 8 + flags] & 6) == 4)
			last = at;
	}
	if (!last)
		die("no channel is closed");
	memcpy(saved + last + 8 + relid, &number, 4);
}

static void setup_restore(void)
{
	struct answer answer;

	setup_opened();
	/* An answer that nobody has read, and a GPADL that is not complete. */
	must(vg_gpadl_post(&vg, 1, memory + 2 * RING, RING, GPADL + 1), "a GPADL");
	begin_gpadl();
	answer = act_save();
	must(answer.err, "saving");
	renumber();
	vg_detach(&vg);
}

static void prepare_restore(void)
{
	if (vg.fd < 0)
		must(vg_attach(&vg, "f", 0), "becoming a guest");
}

static struct answer act_restore(void)
{
	return result(vg_restore(&vg, saved, saved_size));
}

/* Channels keep their numbers as long as their partition is there. */
static void undo_restore(void)
{
	vg_detach(&vg);
	del("f");
	add("f");
	prepare_restore();
}

static struct answer act_resume(void)
{
	return result(vg_resume(&vg));
}

static void prepare_resume(void)
{
	struct answer answer = act_save();

	must(answer.err, "saving");
}

/* ---- What a guest is asked ---- */

struct ic {
	uint32_t pipe[2];
	uint16_t frame[2], type, message[2], size;
	uint32_t status;
	uint8_t transaction, flags, reserved[2];
	uint8_t data[4096];
} __attribute__((packed));

static struct ic ic;

/* Read what the host sends, and answer it. False if there is nothing. */
static bool serve(int timeout_ms)
{
	static uint8_t buf[8192];
	struct vg_packet packet;
	int err;

	err = vg_recv_wait(&ch, buf, sizeof(buf), &packet, timeout_ms);
	if (err == -ETIMEDOUT)
		return false;
	must(err, "a request");
	memcpy(&ic, packet.payload, packet.len);
	if (!ic.type) {
		/* The first version of each. */
		memmove(ic.data + 12, ic.data + 8 + 4 * ic.data[0], 4);
		ic.data[0] = 1;
		ic.data[2] = 1;
	}
	ic.flags = 5;
	must(vg_send(&ch, VMH_PACKET_INBAND, 0, packet.trans_id, NULL, 0, &ic,
		     packet.len), "an answer");
	return true;
}

static void setup_asked(void)
{
	setup_offers();
	must(vg_channel_open(&ch, &vg, relid_of(&shutdown_class), RING, 0),
	     "opening");
	if (!serve(60000))
		die("the host does not negotiate");
	/* There is no way to see when it was read. */
	sleep(2);
}

static void prepare_shutdown(void)
{
	struct msg *m = op_request();

	msg_begin_genl(m, VMBUS_HOST_CMD_PARTITION_SHUTDOWN, 0);
	msg_text(m, VMBUS_HOST_A_SHUTDOWN_PARTITION, "f");
}

/* One that was granted is on its way: it must reach the guest, and its reply us. */
static void undo_shutdown(void)
{
	static char buf[8192];
	struct nlmsghdr *h = (void *)buf;
	int tries;

	for (tries = 0; tries < 600; tries++) {
		serve(100);
		if (recv(msg_genl, buf, sizeof(buf), MSG_DONTWAIT) > 0 &&
		    h->nlmsg_type == msg_family)
			return;
	}
	die("no reply to a shutdown that was granted");
}

const struct op vmbus_ops[] = {
	{ "partition add", NULL, prepare_add, .undo = undo_add },
	{ "partition del", setup_del, prepare_del, .undo = setup_del,
	  .cleanup = undo_add },
	{ "partition get", setup_f, prepare_get, .cleanup = cleanup_f },
	{ "open", .act = act_open },
	{ "attach", setup_f, prepare_attach, act_attach, .undo = undo_close,
	  .cleanup = cleanup_attach },
	{ "set vp", setup_event, .act = act_set_vp, .cleanup = cleanup_event },
	{ "set event", setup_event, .act = act_set_event,
	  .undo = undo_set_event, .cleanup = cleanup_event },
	{ "contact", setup_guest, prepare_unconnected, act_contact,
	  .undo = prepare_unconnected, .cleanup = cleanup_guest },
	{ "unload", setup_guest, .act = act_unload, .undo = connect_again,
	  .cleanup = cleanup_guest },
	{ "request offers", setup_guest, .act = act_offers,
	  .undo = connect_again, .cleanup = cleanup_guest },
	{ "gpadl", setup_offers, .act = act_gpadl, .undo = undo_gpadl,
	  .cleanup = cleanup_guest },
	{ "gpadl with bodies", setup_offers, .act = act_gpadl_large,
	  .undo = undo_gpadl, .cleanup = cleanup_guest },
	{ "gpadl teardown", setup_shown, .act = act_teardown,
	  .undo = show_again, .cleanup = cleanup_guest },
	{ "channel open, echo", setup_open_echo, .act = act_open_channel,
	  .undo = undo_open, .cleanup = cleanup_guest },
	{ "channel open, shutdown", setup_open_shutdown,
	  .act = act_open_channel, .undo = undo_open,
	  .cleanup = cleanup_guest },
	{ "channel close", setup_opened, .act = act_close, .undo = open_again,
	  .cleanup = cleanup_guest },
	{ "channel modify", setup_opened, .act = act_modify,
	  .undo = undo_modify, .cleanup = cleanup_guest },
	{ "save", setup_opened, .act = act_save, .undo = undo_save,
	  .cleanup = cleanup_guest },
	{ "resume", setup_opened, prepare_resume, act_resume,
	  .cleanup = cleanup_guest },
	{ "restore", setup_restore, prepare_restore, act_restore,
	  .undo = undo_restore, .cleanup = cleanup_guest },
	{ "shutdown", setup_asked, prepare_shutdown,
	  .undo = undo_shutdown, .cleanup = cleanup_guest },
	{}
};
