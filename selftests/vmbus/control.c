// SPDX-License-Identifier: GPL-2.0
/* Cases about control messages: connection, offers, channels, GPADLs. */
#include <endian.h>
#include <errno.h>
#include <sched.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "guest.h"

/* Every version that is spoken, and none that is not; each begins anew. */
static void versions(int argc, char **argv)
{
	static const uint32_t spoken[] = {
		0x20004, 0x30000, 0x40000, 0x40001, 0x50000, 0x50001, 0x50002,
		0x50003,
	};
	static const uint32_t others[] = { 0, 0xd, 0x10001, 0x50004, 0x60000, ~0U };
	struct vg_channel ch = {};
	struct vg vg;
	size_t i;

	(void)argc, (void)argv;
	ok(vg_open(&vg, partition, MEMORY, attach_flags));
	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		check(vg_connect(&vg, others[i]) == -EPROTONOSUPPORT);
	for (i = 0; i < sizeof(spoken) / sizeof(spoken[0]); i++) {
		ok(vg_connect(&vg, spoken[i]));
		ok(vg_request_offers(&vg));
		check(vg.n_offers >= 1);
		/* Left open: the next contact is a guest that was rebooted. */
		echo_open(&ch, &vg, RING);
	}
	ok(vg_unload(&vg));
	ok(vg_connect(&vg, spoken[0]));
	ok(vg_request_offers(&vg));
	echo_open(&ch, &vg, RING);
	ok(vg_channel_close(&ch));
	vg_close(&vg);
}

static void reopen(int argc, char **argv)
{
	int n = argc ? atoi(argv[0]) : 100, i;
	struct vg_channel ch = {};
	uint32_t status;
	struct vg vg;

	guest_start(&vg, MEMORY);
	for (i = 0; i < n; i++) {
		echo_open(&ch, &vg, RING);
		check(echo_ask(&ch, VMBUS_ECHO_OP_ECHO, i, &status) ==
		      (uint32_t)i);
		ok(vg_channel_close(&ch));
	}
	vg_close(&vg);
}

/* What a guest lets go of it does not know any more, until it connects anew. */
static void released(int argc, char **argv)
{
	struct vg_channel ch = {};
	uint32_t relid, id;
	struct vg vg;

	(void)argc, (void)argv;
	guest_start(&vg, MEMORY);
	echo_open(&ch, &vg, RING);
	relid = ch.relid;
	ok(vg_release(&vg, relid));		/* refused: it is open */
	ok(vg_channel_close(&ch));
	ok(vg_release(&vg, relid));
	check(vg_gpadl_create(&vg, relid, ch.mem, PAGE, &id) < 0);
	ok(vg_unload(&vg));
	ok(vg_release(&vg, relid));
	ok(vg_connect(&vg, 0x50003));
	ok(vg_request_offers(&vg));
	echo_open(&ch, &vg, RING);
	ok(vg_channel_close(&ch));
	vg_close(&vg);
}

static void modify(int argc, char **argv)
{
	struct vg_channel ch = {};
	uint32_t status, vp;
	struct vg vg;

	(void)argc, (void)argv;
	guest_start(&vg, MEMORY);
	echo_open(&ch, &vg, RING);
	for (vp = 0; vp < VG_VPS; vp++) {
		struct vmbus_echo_header hdr = { .arg = htole32(vp) };
		struct vg_packet packet;
		uint8_t in[256];

		ok(vg_channel_modify(&ch, vp));
		/* A processor is interrupted once when it is set up. */
		while (vg_channel_wait(&ch, 0) > 0)
			;
		ok(vg_send(&ch, VMH_PACKET_INBAND, 0, vp, NULL, 0, &hdr,
			   sizeof(hdr)));
		/* There, and nowhere else: each processor has its own eventfd. */
		check(vg_channel_wait(&ch, 20000) == 1);
		ok(vg_recv(&ch, in, sizeof(in), &packet));
		check(packet.trans_id == vp);
	}
	check(echo_ask(&ch, VMBUS_ECHO_OP_ECHO, vp, &status) == vp);
	check(vg_channel_modify(&ch, VMH_VP_NONE) == -EINVAL);
	ok(vg_channel_close(&ch));
	check(vg_channel_modify(&ch, 1) == -EINVAL);
	vg_close(&vg);
}

/* GPADLs: small, large, many, of the same number, torn down while in use. */
static void gpadls(int argc, char **argv)
{
	struct vmh_msg_gpadl_teardown teardown = {
		.header.type = htole32(VMH_MSG_GPADL_TEARDOWN),
	};
	union {
		uint8_t bytes[VMBUS_DEV_MESSAGE_MAX];
		struct vmh_msg_gpadl_created created;
		struct vmh_msg_gpadl_torndown torndown;
	} u;
	struct vmh_msg_relid close = {
		.header.type = htole32(VMH_MSG_CLOSE),
	};
	static const size_t sizes[] = {
		1, 4096, 4097, 26 * PAGE, 26 * PAGE + 1, 54 * PAGE, 55 * PAGE,
		8190 * PAGE,
	};
	uint32_t relid, id, ids[200], status;
	struct vg_channel ch = {};
	uint8_t *mem;
	struct vg vg;
	size_t i;

	(void)argc, (void)argv;
	guest_start(&vg, MEMORY);
	relid = vg_find(&vg, &echo_class, 0, 0)->relid;
	mem = vg_alloc(&vg, 8191);
	check(mem);
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		ok(vg_gpadl_create(&vg, relid, mem + (sizes[i] % PAGE ? 100 : 0),
				   sizes[i], &id));
		ok(vg_gpadl_teardown(&vg, relid, id));
	}
	for (i = 0; i < 200; i++)
		ok(vg_gpadl_create(&vg, relid, mem, 60 * PAGE, &ids[i]));
	for (i = 0; i < 200; i++)
		ok(vg_gpadl_teardown(&vg, relid, ids[(i * 7) % 200]));

	/* The same number twice: the first one stays. */
	ok(vg_gpadl_create(&vg, relid, mem, PAGE, &id));
	ok(vg_gpadl_post(&vg, relid, mem, PAGE, id));
	ok(vg_expect(&vg, VMH_MSG_GPADL_CREATED, u.bytes, 10000));
	check(u.created.status);
	ok(vg_gpadl_teardown(&vg, relid, id));

	/* Memory that is none. */
	check(vg_gpadl_create(&vg, relid, vg.mem + vg.size, PAGE, &id) ==
	      (attach_flags ? 0 : -EINVAL));
	if (attach_flags)
		ok(vg_gpadl_teardown(&vg, relid, id));

	/* Torn down while a channel uses it: the answer comes with its end. */
	echo_open(&ch, &vg, RING);
	teardown.relid = htole32(relid);
	teardown.gpadl = htole32(ch.gpadl);
	ok(vg_post(&vg, &teardown, sizeof(teardown)));
	check(echo_ask(&ch, VMBUS_ECHO_OP_ECHO, 5, &status) == 5);
	check(vg_expect(&vg, VMH_MSG_GPADL_TORNDOWN, u.bytes, 200) ==
	      -ETIMEDOUT);
	close.relid = htole32(relid);
	ok(vg_post(&vg, &close, sizeof(close)));
	ok(vg_expect(&vg, VMH_MSG_GPADL_TORNDOWN, u.bytes, 10000));
	check(le32toh(u.torndown.gpadl) == ch.gpadl);

	/* One that is none is answered, too. */
	ok(vg_gpadl_teardown(&vg, relid, 0xdead));
	vg_close(&vg);
}

/* guest PARTITION quota GPADLS PAGES: what the partition was made with */
static void quota(int argc, char **argv)
{
	uint32_t relid, id, ids[64], n, max, pages, big;
	struct vg vg;
	uint8_t *mem;

	check(argc == 2);
	max = atoi(argv[0]);
	pages = atoi(argv[1]);
	check(max < 64);
	guest_start(&vg, MEMORY);
	relid = vg_find(&vg, &echo_class, 0, 0)->relid;
	mem = vg_alloc(&vg, pages + 1);
	check(mem);
	for (n = 0; n < max; n++)
		ok(vg_gpadl_create(&vg, relid, mem, PAGE, &ids[n]));
	check(vg_gpadl_create(&vg, relid, mem, PAGE, &id) == -EINVAL);
	ok(vg_gpadl_teardown(&vg, relid, ids[--n]));
	check(vg_gpadl_create(&vg, relid, mem, (pages - n + 1) * PAGE, &id) ==
	      -EINVAL);
	ok(vg_gpadl_create(&vg, relid, mem, (pages - n) * PAGE, &big));
	ok(vg_gpadl_teardown(&vg, relid, big));
	while (n)
		ok(vg_gpadl_teardown(&vg, relid, ids[--n]));
	ok(vg_gpadl_create(&vg, relid, mem, pages * PAGE, &big));
	vg_close(&vg);
}

/* A guest that asks and does not listen. */
static void flood(int argc, char **argv)
{
	struct vmh_msg_gpadl_teardown msg = {
		.header.type = htole32(VMH_MSG_GPADL_TEARDOWN), .relid = htole32(1),
	};
	uint8_t bytes[VMBUS_DEV_MESSAGE_MAX];
	int i, n, err = 0;
	struct vg vg;

	(void)argc, (void)argv;
	guest_start(&vg, MEMORY);
	for (n = 0; n < 100000 && !err; n++)
		err = vg_post(&vg, &msg, sizeof(msg));
	check(err == -EAGAIN);
	printf("# %d answers unread\n", n - 1);
	check(n < 1000);
	for (i = 0; i < n - 1; i++)
		ok(vg_expect(&vg, VMH_MSG_GPADL_TORNDOWN, bytes, 1000));
	check(vg_message(&vg, bytes, 0) == 0);
	ok(vg_post(&vg, &msg, sizeof(msg)));
	vg_close(&vg);
}

/* Open a channel of which the offer is still unread, and wait to be removed. */
static void unread(int argc, char **argv)
{
	struct vmh_msg_header offers = { .type = htole32(VMH_MSG_REQUEST_OFFERS) };
	struct vmh_msg_open open = {
		.header.type = htole32(VMH_MSG_OPEN),
		.target_vp = htole32(0),
		.downstream_page = htole32(RING / PAGE),
	};
	struct vg_channel ch = {};
	struct vg vg;

	(void)argc, (void)argv;
	guest_start(&vg, MEMORY);
	echo_open(&ch, &vg, RING);
	ok(vg_channel_close(&ch));
	ok(vg_unload(&vg));
	/* It will have the same number again. */
	ok(vg_connect(&vg, 0x50003));
	ok(vg_post(&vg, &offers, sizeof(offers)));
	ok(vg_gpadl_post(&vg, ch.relid, ch.mem, ch.bytes, 77));
	open.relid = htole32(ch.relid);
	open.open_id = htole32(1);
	open.gpadl = htole32(77);
	ok(vg_post(&vg, &open, sizeof(open)));
	printf("# ready\n");
	fflush(stdout);
	pause();
}

/*
 * guest PARTITION removed [leave]: wait for the partition's removal, having left
 * its network namespace or not. All fails, and nothing hangs.
 */
static void removed(int argc, char **argv)
{
	struct vmh_msg_header msg = { .type = htole32(VMH_MSG_REQUEST_OFFERS) };
	struct vg_channel ch = {};
	uint8_t bytes[VMBUS_DEV_MESSAGE_MAX];
	struct vg vg;
	int i, err;

	(void)argv;
	guest_start(&vg, MEMORY);
	echo_open(&ch, &vg, RING);
	ok(vg_channel_use_eventfd(&ch));
	if (argc)
		check(!unshare(CLONE_NEWNET));
	printf("# ready\n");
	for (i = 0; i < 200; i++) {
		err = vg_message(&vg, bytes, 100);
		if (err < 0)
			break;
	}
	check(err == -ENODEV);
	check(vg_post(&vg, &msg, sizeof(msg)) == -ENODEV);
	check(ioctl(vg.fd, VMBUS_DEV_SIGNAL, (unsigned long)ch.relid) < 0 &&
	      errno == ENODEV);
	ok(vg_channel_signal(&ch));
	vg_close(&vg);
}

/* Everything in use, until somebody kills us. */
static void hold(int argc, char **argv)
{
	struct vg_channel ch = {};
	uint8_t payload[256];
	struct vg vg;

	(void)argc, (void)argv;
	guest_start(&vg, MEMORY);
	echo_open(&ch, &vg, RING);
	ok(vg_channel_use_eventfd(&ch));
	fill(payload, sizeof(payload), 1);
	printf("# ready\n");
	for (;;) {
		if (vg_send(&ch, VMH_PACKET_INBAND, 0, 1, NULL, 0, payload,
			    sizeof(payload)) == -EAGAIN) {
			uint8_t buf[1024];
			struct vg_packet packet;

			while (!vg_recv(&ch, buf, sizeof(buf), &packet))
				;
		}
	}
}

/* What the node refuses. */
static void refusals(int argc, char **argv)
{
	struct vmbus_dev_attach attach = {};
	struct vmbus_dev_region r = {};
	struct vmbus_dev_event e = {};
	struct vmbus_dev_vp vp = {};
	uint8_t bytes[300] = {};
	struct vg vg, other;
	int fd, i;

	(void)argc, (void)argv;
	guest_start(&vg, MEMORY);
	fd = vg.fd;
#define refuses(error, request, arg)					\
	check(ioctl(fd, request, arg) < 0 && errno == (error))

	check(vg_open(&other, partition, PAGE, 0) == -EBUSY);
	strcpy(attach.name, partition);
	refuses(EISCONN, VMBUS_DEV_ATTACH, &attach);
	attach.flags = 2;
	refuses(EINVAL, VMBUS_DEV_ATTACH, &attach);
	attach.flags = 0;
	memset(attach.name, 'x', sizeof(attach.name));
	refuses(EINVAL, VMBUS_DEV_ATTACH, &attach);
	refuses(EFAULT, VMBUS_DEV_ATTACH, (void *)8);
	refuses(ENOTTY, _IO(VMBUS_DEV_TYPE, 99), 0);
	check(vg_open(&other, "no-such-partition", PAGE, 0) == -ENOENT);

	refuses(ENOENT, VMBUS_DEV_SET_REGION, &(struct vmbus_dev_region) {
		.gpa = 1ULL << 40 });
	r = (struct vmbus_dev_region) { .gpa = 100, .size = PAGE };
	refuses(EINVAL, VMBUS_DEV_SET_REGION, &r);
	r = (struct vmbus_dev_region) { .gpa = 0, .size = PAGE };
	refuses(EEXIST, VMBUS_DEV_SET_REGION, &r);
	r = (struct vmbus_dev_region) { .gpa = 1ULL << 40, .size = PAGE,
		.address = 1ULL << 63 };
	refuses(EINVAL, VMBUS_DEV_SET_REGION, &r);
	r = (struct vmbus_dev_region) { .gpa = ~0xfffULL, .size = PAGE };
	refuses(EINVAL, VMBUS_DEV_SET_REGION, &r);
	for (i = 1; i < VMBUS_DEV_REGIONS_MAX; i++) {
		r = (struct vmbus_dev_region) { .gpa = (1ULL << 40) + i * PAGE,
			.size = PAGE, .address = (uintptr_t)vg.mem };
		check(!ioctl(fd, VMBUS_DEV_SET_REGION, &r));
	}
	r.gpa += PAGE;
	refuses(ENOSPC, VMBUS_DEV_SET_REGION, &r);
	r.gpa -= PAGE;
	r.size = 0;
	check(!ioctl(fd, VMBUS_DEV_SET_REGION, &r));

	vp = (struct vmbus_dev_vp) { .vp = VMBUS_DEV_VPS_MAX, .fd = -1,
		.flags = ~0ULL };
	refuses(EINVAL, VMBUS_DEV_SET_VP, &vp);
	vp = (struct vmbus_dev_vp) { .vp = 1, .fd = -1, .flags = 8 };
	refuses(EINVAL, VMBUS_DEV_SET_VP, &vp);
	vp = (struct vmbus_dev_vp) { .vp = 1, .fd = -1, .flags = 1ULL << 50 };
	refuses(EINVAL, VMBUS_DEV_SET_VP, &vp);
	vp = (struct vmbus_dev_vp) { .vp = 1, .fd = fd, .flags = ~0ULL };
	refuses(EINVAL, VMBUS_DEV_SET_VP, &vp);
	e = (struct vmbus_dev_event) { .relid = 0, .fd = -1 };
	refuses(EINVAL, VMBUS_DEV_SET_EVENT, &e);
	e = (struct vmbus_dev_event) { .relid = 1, .fd = 99 };
	refuses(EBADF, VMBUS_DEV_SET_EVENT, &e);
	e = (struct vmbus_dev_event) { .relid = 1, .fd = fd };
	refuses(EINVAL, VMBUS_DEV_SET_EVENT, &e);
	refuses(ENOENT, VMBUS_DEV_SIGNAL, 2000UL);
	refuses(ENOENT, VMBUS_DEV_SIGNAL, 1UL << 40);

	check(vg_post(&vg, bytes, 7) == -EMSGSIZE);
	check(vg_post(&vg, bytes, 241) == -EMSGSIZE);
	check(vg_post(&vg, (void *)8, 16) == -EFAULT);
	check(read(fd, bytes, 100) < 0 && errno == EINVAL);
	if (!fork()) {
		check(ioctl(fd, VMBUS_DEV_SIGNAL, 1UL) < 0 && errno == EIO);
		check(write(fd, bytes, 16) < 0 && errno == EIO);
		_exit(0);
	}
	vg_close(&vg);
}

struct ic {
	uint32_t pipe[2];
	uint16_t frame[2], type, message[2], size;
	uint32_t status;
	uint8_t transaction, flags, reserved[2];
	uint8_t data[200];
} __attribute__((packed));

#define IC_HEAD	offsetof(struct ic, data)

/* As hv_utils does: agree on versions, and answer what is asked. */
static void ic_answer(struct vg_channel *ch, struct ic *msg, uint32_t len,
		      uint64_t trans_id)
{
	uint16_t counts[2];

	memcpy(counts, msg->data, sizeof(counts));
	if (msg->type == 0) {
		/* One of each: the first frame version, the first of messages. */
		memmove(msg->data + 12, msg->data + 8 + 4 * counts[0], 4);
		counts[0] = 1;
		counts[1] = 1;
		memcpy(msg->data, counts, sizeof(counts));
		msg->size = 16;
	} else {
		msg->data[0]++;
	}
	msg->flags = 1 | 4;
	ok(vg_send(ch, VMH_PACKET_INBAND, 0, trans_id, NULL, 0, msg, len));
}

/* guest PARTITION heartbeat [N]: of N beats */
static void heartbeat(int argc, char **argv)
{
	static const struct vmh_guid class_id = { {
		0x39, 0x4f, 0x16, 0x57, 0x15, 0x91, 0x78, 0x4e,
		0xab, 0x55, 0x38, 0x2f, 0x3b, 0xd5, 0x42, 0x2d } };
	int n = argc ? atoi(argv[0]) : 2, beats = 0;
	struct vg_channel ch = {};
	struct vg_packet packet;
	uint8_t in[4096];
	struct ic msg;
	struct vg vg;

	guest_start(&vg, MEMORY);
	check(vg_find(&vg, &class_id, 0, 0));
	ok(vg_channel_open(&ch, &vg, vg_find(&vg, &class_id, 0, 0)->relid, RING,
			   1));
	while (beats < n) {
		ok(vg_recv_wait(&ch, in, sizeof(in), &packet, 20000));
		check(packet.type == VMH_PACKET_INBAND && packet.len >= IC_HEAD &&
		      packet.len <= sizeof(msg));
		memcpy(&msg, packet.payload, packet.len);
		check(msg.flags == 3 && msg.type <= 1);
		check(msg.size + IC_HEAD <= packet.len);
		check(msg.pipe[1] == msg.size + IC_HEAD - 8);
		beats += msg.type;
		ic_answer(&ch, &msg, packet.len, packet.trans_id);
	}
	printf("# %d beats\n", beats);
	while (argc > 1)
		pause();
	ok(vg_channel_close(&ch));
	vg_close(&vg);
}

const struct test_case control_cases[] = {
	{ "heartbeat", heartbeat },
	{ "versions", versions },
	{ "reopen", reopen },
	{ "released", released },
	{ "modify", modify },
	{ "gpadls", gpadls },
	{ "quota", quota },
	{ "flood", flood },
	{ "unread", unread },
	{ "removed", removed },
	{ "hold", hold },
	{ "refusals", refusals },
	{}
};
