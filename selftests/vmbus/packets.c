// SPDX-License-Identifier: GPL-2.0
/* Cases about packets: every kind, all sizes, full rings, many of them. */
#include <endian.h>
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <sched.h>
#include <unistd.h>
#include <zlib.h>

#include "guest.h"

#define LONGEST	(VMBUS_ECHO_MAX_PACKET - sizeof(struct vmh_descriptor))

/* The packet must be the one that fill() makes of @seed. */
static void verify(const struct vg_packet *packet, uint32_t len, uint32_t seed)
{
	static __thread uint8_t want[VMBUS_ECHO_MAX_PACKET];

	if (packet->len != ((len + 7) & ~7U))
		fail("length %u, want %u", packet->len, len);
	fill(want, len, seed);
	if (memcmp(packet->payload, want, len))
		fail("packet %u is another one", seed);
}

/* All sizes, in-band and with completion; the ring wraps at every offset. */
static void sizes(int argc, char **argv)
{
	static uint8_t out[VMBUS_ECHO_MAX_PACKET], in[VMBUS_ECHO_MAX_PACKET];
	uint32_t len, seed = 0, step = argc ? atoi(argv[0]) : 1;
	struct vg_channel ch = {};
	struct vg_packet packet;
	struct vg vg;

	guest_start(&vg, MEMORY);
	echo_open(&ch, &vg, 5 * PAGE);
	for (len = 16; len <= LONGEST && len < 4 * PAGE - 200; len += step) {
		for (int completion = 0; completion < 2; completion++) {
			fill(out, len, ++seed);
			echo_send(&ch, VMH_PACKET_INBAND, completion, seed, NULL,
				  0, out, len);
			ok(vg_recv_wait(&ch, in, sizeof(in), &packet, 20000));
			check(packet.type == (completion ? VMH_PACKET_COMPLETION :
					      VMH_PACKET_INBAND));
			check(packet.trans_id == seed);
			verify(&packet, len, seed);
		}
	}
	printf("# %u packets, %" PRIu64 " signals sent, %" PRIu64
	       " interrupts\n", seed, ch.signals, ch.interrupts);
	ok(vg_channel_close(&ch));
	vg_close(&vg);
}

/* As many as fit, without reading what comes back; then all of it. */
static void full(int argc, char **argv)
{
	static uint8_t out[4096], in[VMBUS_ECHO_MAX_PACKET];
	uint32_t sent = 0, got = 0, round, len;
	struct vg_channel ch = {};
	struct vg_packet packet;
	struct vg vg;
	int err;

	(void)argc, (void)argv;
	guest_start(&vg, MEMORY);
	echo_open(&ch, &vg, 3 * PAGE);
	for (round = 0; round < 50; round++) {
		/* Until both rings are full, and the host holds one packet. */
		for (;;) {
			len = 16 + sent * 37 % 900;
			fill(out, len, sent);
			err = vg_send(&ch, VMH_PACKET_INBAND, 1, sent, NULL, 0,
				      out, len);
			if (!err) {
				sent++;
				continue;
			}
			check(err == -EAGAIN);
			if (vg_channel_wait(&ch, 50) <= 0)
				break;
		}
		check(sent > got + 10);
		while (got < sent) {
			ok(vg_recv_wait(&ch, in, sizeof(in), &packet, 20000));
			check(packet.trans_id == got);
			verify(&packet, 16 + got * 37 % 900, got);
			got++;
		}
	}
	printf("# %u packets\n", sent);
	ok(vg_channel_close(&ch));
	vg_close(&vg);
}

/* Both rings full, and so they stay. */
static void stuffed(int argc, char **argv)
{
	struct vg_channel ch = {};
	struct vg vg;

	(void)argc, (void)argv;
	guest_start(&vg, MEMORY);
	echo_open(&ch, &vg, 5 * PAGE);
	echo_stuff(&ch, 200);
	printf("# ready\n");
	for (;;)
		pause();
}

/* N packets, at most DEPTH under way. */
static void run_depth(struct vg_channel *ch, uint32_t n, uint32_t depth,
		      uint32_t size)
{
	static __thread uint8_t out[VMBUS_ECHO_MAX_PACKET],
				in[VMBUS_ECHO_MAX_PACKET];
	uint32_t sent = 0, got = 0;
	struct vg_packet packet;
	int err;

	while (got < n) {
		while (sent < n && sent - got < depth) {
			fill(out, size, sent);
			err = vg_send_quiet(ch, VMH_PACKET_INBAND, 1, sent, NULL,
					    0, out, size);
			if (err == -EAGAIN)
				break;
			ok(err);
			sent++;
		}
		ok(vg_flush(ch));
		ok(vg_recv_wait(ch, in, sizeof(in), &packet, 30000));
		check(packet.trans_id == got);
		verify(&packet, size, got);
		got++;
		while (!vg_recv(ch, in, sizeof(in), &packet)) {
			check(packet.trans_id == got);
			verify(&packet, size, got);
			got++;
		}
	}
}

/* guest PARTITION many N DEPTH SIZE [eventfd] */
static void many(int argc, char **argv)
{
	uint32_t n, depth, size;
	struct vg_channel ch = {};
	struct vg vg;

	check(argc >= 3);
	n = atoi(argv[0]);
	depth = atoi(argv[1]);
	size = atoi(argv[2]);
	guest_start(&vg, MEMORY);
	echo_open(&ch, &vg, 33 * PAGE);
	if (argc > 3)
		ok(vg_channel_use_eventfd(&ch));
	run_depth(&ch, n, depth, size);
	/* One signal too many is abuse; one too few would have hung. */
	printf("# %u packets, depth %u: %" PRIu64 " signals, %" PRIu64
	       " interrupts\n", n, depth, ch.signals, ch.interrupts);
	check(ch.signals <= n + 1);
	ok(vg_channel_close(&ch));
	vg_close(&vg);
}

static uint32_t range(uint8_t *extra, uint32_t at, const struct vg *vg,
		      const uint8_t *from, uint32_t bytes)
{
	uint64_t gpa = vg_gpa(vg, from), pfn;
	struct vmh_gpa_range r = {
		.byte_count = htole32(bytes),
		.byte_offset = htole32(gpa % PAGE),
	};
	uint32_t frames = (gpa % PAGE + bytes + PAGE - 1) / PAGE, i;

	memcpy(extra + at, &r, sizeof(r));
	at += sizeof(r);
	for (i = 0; i < frames; i++, at += 8) {
		pfn = htole64(gpa / PAGE + i);
		memcpy(extra + at, &pfn, 8);
	}
	return at;
}

static struct vmbus_echo_header ask_memory(struct vg_channel *ch, uint32_t op,
					   const uint8_t *extra, uint32_t len)
{
	struct vmbus_echo_header hdr = { .op = htole32(op) };
	struct vg_packet packet;
	uint8_t in[256];

	echo_send(ch, VMH_PACKET_GPA_DIRECT, 1, op, extra, len, &hdr,
		  sizeof(hdr));
	ok(vg_recv_wait(ch, in, sizeof(in), &packet, 30000));
	check(packet.type == VMH_PACKET_COMPLETION && packet.trans_id == op &&
	      packet.len == sizeof(hdr));
	memcpy(&hdr, packet.payload, sizeof(hdr));
	return hdr;
}

/* GPA-direct: ranges of all alignments, one and many, and memory that is none. */
static void gpa(int argc, char **argv)
{
	static uint8_t extra[12000], copy[512 * 1024];
	uint32_t at, i, n, bytes, total, count, cnt;
	struct vg_channel ch = {};
	struct vmbus_echo_header hdr;
	struct vg vg;
	uint8_t *mem;
	uLong crc;

	(void)argc, (void)argv;
	guest_start(&vg, MEMORY);
	echo_open(&ch, &vg, RING);
	mem = vg_alloc(&vg, 128);
	check(mem);
	for (i = 0; i < 128 * PAGE; i++)
		mem[i] = i * 2654435761U >> 13;
	memcpy(copy, mem, 128 * PAGE);
	for (n = 1; n <= 24; n++) {
		crc = crc32(0, NULL, 0);
		total = 0;
		memset(extra, 0, 8);
		cnt = htole32(n);
		memcpy(extra + 4, &cnt, 4);
		at = 8;
		for (i = 0; i < n; i++) {
			uint32_t offset = i * 5 * PAGE + n * 173 % PAGE;

			bytes = 1 + (i + n) * 1237 % (4 * PAGE);
			at = range(extra, at, &vg, mem + offset, bytes);
			crc = crc32(crc, mem + offset, bytes);
			total += bytes;
		}
		hdr = ask_memory(&ch, VMBUS_ECHO_OP_SUM, extra, at);
		check(!hdr.status);
		if (le32toh(hdr.arg) != crc)
			fail("crc %x, want %lx", le32toh(hdr.arg), crc);
		hdr = ask_memory(&ch, VMBUS_ECHO_OP_INVERT, extra, at);
		check(!hdr.status && le32toh(hdr.arg) == total);
		count = 0;
		for (i = 0; i < 128 * PAGE; i++)
			count += (mem[i] ^ copy[i]) == 0xff;
		check(count == total);
		hdr = ask_memory(&ch, VMBUS_ECHO_OP_INVERT, extra, at);
		check(!memcmp(mem, copy, 128 * PAGE));
	}
	/* No memory there: the packet fails, the channel lives. */
	memset(extra, 0, 8);
	extra[4] = 1;
	at = range(extra, 8, &vg, vg.mem + vg.size, PAGE);
	hdr = ask_memory(&ch, VMBUS_ECHO_OP_SUM, extra, at);
	check(le32toh(hdr.status) == EFAULT);
	extra[4] = 0;
	hdr = ask_memory(&ch, VMBUS_ECHO_OP_SUM, extra, 8);
	check(!hdr.status && !hdr.arg);
	ok(vg_channel_close(&ch));
	vg_close(&vg);
}

/* Transfer pages: the host writes into a buffer of ours. */
static void xfer(int argc, char **argv)
{
	struct {
		struct vmbus_echo_header hdr;
		uint8_t data[1500];
	} msg;
	static uint8_t in[VMBUS_ECHO_MAX_PACKET];
	uint32_t gpadl, status, n, i, count, offset, arg;
	struct vmh_xfer_header xh;
	struct vmh_xfer_range r;
	struct vg_channel ch = {};
	struct vg_packet packet;
	struct vg vg;
	uint8_t *mem;

	(void)argc, (void)argv;
	guest_start(&vg, MEMORY);
	echo_open(&ch, &vg, RING);
	mem = vg_alloc(&vg, 32);
	check(mem);
	arg = echo_ask(&ch, VMBUS_ECHO_OP_XFER, 1, &status);
	check(status == ENXIO);
	arg = echo_ask(&ch, VMBUS_ECHO_OP_BUFFER, 0x999, &status);
	check(status == ENOENT);
	/* Not at the begin of a page. */
	ok(vg_gpadl_create(&vg, ch.relid, mem + 64, 24 * PAGE, &gpadl));
	arg = echo_ask(&ch, VMBUS_ECHO_OP_BUFFER, gpadl, &status);
	check(!status && arg == gpadl);
	for (n = 1; n <= VMBUS_ECHO_MAX_RANGES; n++) {
		memset(&msg, 0, sizeof(msg));
		msg.hdr.op = htole32(VMBUS_ECHO_OP_XFER);
		msg.hdr.arg = htole32(n);
		memset(msg.data, n, sizeof(msg.data));
		echo_send(&ch, VMH_PACKET_INBAND, 1, n, NULL, 0, &msg,
			  sizeof(msg.hdr) + 1496);
		ok(vg_recv_wait(&ch, in, sizeof(in), &packet, 20000));
		check(packet.type == VMH_PACKET_XFER_PAGES);
		check(packet.flags == 1 && packet.trans_id == n);
		check(packet.extra_len == sizeof(xh) + n * sizeof(r));
		memcpy(&xh, packet.extra, sizeof(xh));
		check(le16toh(xh.pageset_id) == VMBUS_ECHO_PAGESET);
		check(le32toh(xh.range_cnt) == n);
		for (i = 0; i < n; i++) {
			memcpy(&r, packet.extra + sizeof(xh) + i * sizeof(r),
			       sizeof(r));
			count = le32toh(r.byte_count);
			offset = le32toh(r.byte_offset);
			check(count == 1496 && offset + count <= 24 * PAGE);
			check(mem[64 + offset] == n &&
			      mem[64 + offset + count - 1] == n);
		}
		echo_send(&ch, VMH_PACKET_COMPLETION, 0, n, NULL, 0, NULL, 0);
	}
	check(!mem[63] && !mem[64 + 24 * PAGE]);
	/* More than fits. */
	arg = echo_ask(&ch, VMBUS_ECHO_OP_XFER, 1, &status);
	check(status == EINVAL);
	/* The answer to its end comes when the service has let go of it. */
	arg = echo_ask(&ch, VMBUS_ECHO_OP_BUFFER, 0, &status);
	check(!status);
	ok(vg_gpadl_teardown(&vg, ch.relid, gpadl));
	ok(vg_channel_close(&ch));
	vg_close(&vg);
}

struct thread {
	pthread_t id;
	struct vg_channel ch;
	uint32_t n, cpu;
};

static void *run_thread(void *arg)
{
	struct thread *t = arg;
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(t->cpu % 2, &set);
	sched_setaffinity(0, sizeof(set), &set);
	run_depth(&t->ch, t->n, 8, 700);
	return NULL;
}

/* guest PARTITION subchannels COUNT N: all at once, each with a thread */
static void subchannels(int argc, char **argv)
{
	uint32_t count, n, status, i, relid, round;
	struct thread *t;
	struct vg_offer *offer;
	struct vg vg;

	check(argc >= 2);
	count = atoi(argv[0]);
	n = atoi(argv[1]);
	check(count < VG_VPS);
	guest_start(&vg, MEMORY);
	for (round = 0; round < 2; round++) {
		t = calloc(count + 1, sizeof(*t));
		echo_open(&t[0].ch, &vg, 9 * PAGE);
		check(echo_ask(&t[0].ch, VMBUS_ECHO_OP_SUBCHANNELS, count,
			       &status) == count && !status);
		for (i = 1; i <= count; i++) {
			offer = vg_find(&vg, &echo_class, i, 10000);
			check(offer);
			relid = offer->relid;
			ok(vg_channel_open(&t[i].ch, &vg, relid, 9 * PAGE, i));
			/* Only a primary channel has them. */
			echo_ask(&t[i].ch, VMBUS_ECHO_OP_SUBCHANNELS, 1, &status);
			check(status == EINVAL);
		}
		for (i = 0; i <= count; i++) {
			t[i].n = n;
			t[i].cpu = i;
			pthread_create(&t[i].id, NULL, run_thread, &t[i]);
		}
		for (i = 0; i <= count; i++)
			pthread_join(t[i].id, NULL);
		/* The primary one's end is theirs; half of them say so before. */
		for (i = 1; i <= count / 2; i++)
			ok(vg_channel_close(&t[i].ch));
		ok(vg_channel_close(&t[0].ch));
		for (i = 1; i <= count; i++) {
			uint8_t bytes[VMBUS_DEV_MESSAGE_MAX];

			/* With its GPADL, or without, as Linux does. */
			if (i > count / 2 && i % 2)
				ok(vg_gpadl_teardown(&vg, t[i].ch.relid,
						     t[i].ch.gpadl));
			while (vg_find(&vg, &echo_class, i, 0))
				ok(vg_expect(&vg, VMH_MSG_RESCIND, bytes, 10000));
			ok(vg_release(&vg, t[i].ch.relid));
		}
		free(t);
	}
	printf("# over\n");
	while (argc > 2)
		pause();
	vg_close(&vg);
}

const struct test_case packet_cases[] = {
	{ "sizes", sizes },
	{ "full", full },
	{ "stuffed", stuffed },
	{ "many", many },
	{ "gpa", gpa },
	{ "xfer", xfer },
	{ "subchannels", subchannels },
	{}
};
