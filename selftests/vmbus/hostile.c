// SPDX-License-Identifier: GPL-2.0
/*
 * Guests that break the rules: one rule at a time, so that the reason can be
 * looked at, and at random, for long.
 */
#include <endian.h>
#include <errno.h>
#include <inttypes.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "guest.h"
#include "guided.h"
#include "random.h"

/* What of a ring is bent, and what is left of the channel: nothing comes back. */
struct bend {
	const char *name;
	void (*bend)(struct vg_channel *ch);
};

static struct vmh_descriptor *put_echo(struct vg_channel *ch)
{
	struct vmbus_echo_header hdr = { .op = 0 };
	uint32_t at = ch->out.own;

	ok(vg_send_quiet(ch, VMH_PACKET_INBAND, 1, 1, NULL, 0, &hdr,
			 sizeof(hdr)));
	return (void *)(ch->out.data + at);
}

static void publish(struct vg_channel *ch)
{
	__atomic_store_n(&ch->out.hdr->write_index, htole32(ch->out.own),
			 __ATOMIC_SEQ_CST);
	ok(vg_channel_signal(ch));
}

static void write_index_far(struct vg_channel *ch)
{
	ch->out.own = ch->out.size;
	publish(ch);
}

static void write_index_odd(struct vg_channel *ch)
{
	ch->out.own += 4;
	publish(ch);
}

static void write_index_short(struct vg_channel *ch)
{
	ch->out.own = (ch->out.own + 16) % ch->out.size;
	publish(ch);
}

static void length_zero(struct vg_channel *ch)
{
	put_echo(ch)->len8 = 0;
	publish(ch);
}

static void length_beyond(struct vg_channel *ch)
{
	put_echo(ch)->len8 = htole16(6);
	publish(ch);
}

static void offset_small(struct vg_channel *ch)
{
	put_echo(ch)->offset8 = htole16(1);
	publish(ch);
}

static void offset_large(struct vg_channel *ch)
{
	put_echo(ch)->offset8 = htole16(5);
	publish(ch);
}

static void type_unknown(struct vg_channel *ch)
{
	put_echo(ch)->type = htole16(0x55);
	publish(ch);
}

static void too_long(struct vg_channel *ch)
{
	static uint8_t payload[VMBUS_ECHO_MAX_PACKET];

	ok(vg_send(ch, VMH_PACKET_INBAND, 1, 1, NULL, 0, payload,
		   sizeof(payload)));
}

static void gpa_lies(struct vg_channel *ch)
{
	struct vmbus_echo_header hdr = { .op = htole32(VMBUS_ECHO_OP_SUM) };
	struct {
		__le32 reserved, count;
		struct vmh_gpa_range range;
		__le64 pfn;
	} extra = {
		.count = htole32(1),
		.range = { htole32(0xffffffff), htole32(0) },
	};

	ok(vg_send(ch, VMH_PACKET_GPA_DIRECT, 1, 1, &extra, sizeof(extra), &hdr,
		   sizeof(hdr)));
}

static void service_unknown(struct vg_channel *ch)
{
	struct vmbus_echo_header hdr = { .op = htole32(4711) };

	ok(vg_send(ch, VMH_PACKET_INBAND, 1, 1, NULL, 0, &hdr, sizeof(hdr)));
}

static void in_read_index(struct vg_channel *ch)
{
	__atomic_store_n(&ch->in.hdr->read_index, htole32(3), __ATOMIC_SEQ_CST);
	put_echo(ch);
	publish(ch);
}

static const struct bend bends[] = {
	{ "write_index_far", write_index_far },
	{ "write_index_odd", write_index_odd },
	{ "write_index_short", write_index_short },
	{ "length_zero", length_zero },
	{ "length_beyond", length_beyond },
	{ "offset_small", offset_small },
	{ "offset_large", offset_large },
	{ "type_unknown", type_unknown },
	{ "too_long", too_long },
	{ "gpa_lies", gpa_lies },
	{ "service_unknown", service_unknown },
	{ "in_read_index", in_read_index },
	{}
};

/*
 * guest PARTITION bend NAME FILE: when FILE is there the channel is closed, and
 * works again.
 */
static void bend(int argc, char **argv)
{
	struct vg_channel ch = {};
	const struct bend *b;
	struct vg_packet packet;
	uint8_t in[4096];
	uint32_t status;
	struct vg vg;

	check(argc == 2);
	for (b = bends; b->name && strcmp(b->name, argv[0]); b++)
		;
	check(b->name);
	guest_start(&vg, MEMORY);
	echo_open(&ch, &vg, RING);
	check(echo_ask(&ch, VMBUS_ECHO_OP_ECHO, 9, &status) == 9);
	b->bend(&ch);
	/* As long as nobody closes it, nothing comes. */
	check(vg_recv_wait(&ch, in, sizeof(in), &packet, 200) == -ETIMEDOUT);
	printf("# broken\n");
	while (access(argv[1], F_OK))
		usleep(1000);
	ok(vg_channel_close(&ch));
	echo_open(&ch, &vg, RING);
	check(echo_ask(&ch, VMBUS_ECHO_OP_ECHO, 10, &status) == 10);
	ok(vg_channel_close(&ch));
	vg_close(&vg);
}

/* ---- At random ---- */

#define CHANNELS	4
#define GPADLS		8
#define PACKET_MAX	1200
/* A ring that the host has so often left as it was is not read any more. */
#define PATIENCE	3

/* What was sent: control messages, packets put into rings, and signals. */
static uint64_t messages, packets, signals;

struct fuzz {
	struct vg vg;
	uint8_t *rings;			/* of CHANNELS, RING each direction */
	uint32_t stuck[CHANNELS];	/* so often the host was seen not to read */
};

/* A number that could be one, or not. */
static uint32_t some_relid(void)
{
	return below(2) ? 1 : below(8) ? 1 + below(CHANNELS) : rnd() >> below(32);
}

static uint32_t some_gpadl(void)
{
	return below(16) ? 1 + below(GPADLS) : rnd() >> below(32);
}

static uint8_t *rings_of(struct fuzz *f, uint32_t relid)
{
	return f->rings + relid % CHANNELS * 2 * RING;
}

static void shake(void *at, size_t len)
{
	uint8_t *bytes = at;
	uint32_t n = below(4);

	while (n--)
		bytes[below(len)] = rnd();
}

static void drain_messages(struct fuzz *f)
{
	uint8_t bytes[VMBUS_DEV_MESSAGE_MAX];

	while (vg_message(&f->vg, bytes, 0) > 0)
		;
}

static int send_message(struct fuzz *f, const void *msg, size_t len)
{
	messages++;
	return vg_post(&f->vg, msg, len);
}

/* In a header with room for 26 frames, and bodies. */
static void send_gpadl(struct fuzz *f, uint32_t relid, const void *at,
		       size_t bytes, uint32_t id)
{
	messages += 1 + bytes / PAGE / 27;
	vg_gpadl_post(&f->vg, relid, at, bytes, id);
}

static void post(struct fuzz *f, void *msg, size_t len)
{
	if (!below(6))
		shake(msg, len);
	if (!below(20))
		len = below(VMBUS_DEV_MESSAGE_MAX + 2);
	if (send_message(f, msg, len) == -EAGAIN)
		drain_messages(f);
}

static void fuzz_open(struct fuzz *f)
{
	union {
		uint8_t bytes[VMBUS_DEV_MESSAGE_MAX + 8];
		struct vmh_msg_open open;
		struct vmh_msg_relid relid;
		struct vmh_msg_modify modify;
		struct vmh_msg_gpadl_teardown teardown;
	} u = {};
	uint32_t relid = some_relid();

	u.relid.relid = htole32(relid);
	switch (below(5)) {
	case 0:
	case 1:
		u.open.header.type = htole32(VMH_MSG_OPEN);
		u.open.gpadl = htole32(some_gpadl());
		u.open.target_vp = htole32(below(10) ? below(VG_VPS) : rnd());
		u.open.downstream_page =
			htole32(below(10) ? RING / PAGE : below(100));
		post(f, u.bytes, sizeof(u.open));
		break;
	case 2:
		u.relid.header.type = htole32(VMH_MSG_CLOSE);
		post(f, u.bytes, sizeof(u.relid));
		break;
	case 3:
		u.modify.header.type = htole32(VMH_MSG_MODIFY_CHANNEL);
		u.modify.target_vp = htole32(below(VG_VPS));
		post(f, u.bytes, sizeof(u.modify));
		break;
	case 4:
		u.relid.header.type = htole32(VMH_MSG_RELID_RELEASED);
		post(f, u.bytes, sizeof(u.relid));
		break;
	}
}

/* All that it takes, as a driver would; what was before is closed or not. */
static void fuzz_proper(struct fuzz *f, uint32_t relid)
{
	uint32_t id = relid;
	struct vmh_msg_relid close = {
		.header.type = htole32(VMH_MSG_CLOSE), .relid = htole32(relid),
	};
	struct vmh_msg_gpadl_teardown teardown = {
		.header.type = htole32(VMH_MSG_GPADL_TEARDOWN),
		.relid = htole32(relid), .gpadl = htole32(id),
	};
	struct vmh_msg_open open = {
		.header.type = htole32(VMH_MSG_OPEN), .relid = htole32(relid),
		.gpadl = htole32(id), .target_vp = htole32(below(VG_VPS)),
		.downstream_page = htole32(RING / PAGE),
	};
	uint8_t *rings = rings_of(f, relid);

	if (below(8)) {
		send_message(f, &close, sizeof(close));
		send_message(f, &teardown, sizeof(teardown));
	}
	memset(rings, 0, PAGE);
	memset(rings + RING, 0, PAGE);
	((struct vmh_ring_header *)rings)->feature_bits = htole32(below(4) > 0);
	/* Others than the first may not exist. */
	f->stuck[relid % CHANNELS] = relid == 1 ? 0 : PATIENCE;
	drain_messages(f);
	send_gpadl(f, relid, rings, 2 * RING, id);
	send_message(f, &open, sizeof(open));
}

static void fuzz_gpadl(struct fuzz *f)
{
	struct vmh_msg_gpadl_teardown msg = {
		.header.type = htole32(VMH_MSG_GPADL_TEARDOWN),
		.relid = htole32(some_relid()), .gpadl = htole32(some_gpadl()),
	};
	uint8_t *at = f->rings + below(CHANNELS) * 2 * RING;

	if (below(2)) {
		post(f, &msg, sizeof(msg));
		return;
	}
	send_gpadl(f, some_relid(), at + (below(8) ? 0 : below(PAGE)),
		   below(8) ? 2 * RING : 1 + below(4 * RING), some_gpadl());
}

static void fuzz_message(struct fuzz *f)
{
	uint8_t bytes[VMBUS_DEV_MESSAGE_MAX + 2];
	uint32_t type = below(30), i;

	/* These two end all, and are had often enough as it is. */
	if ((type == VMH_MSG_UNLOAD || type == VMH_MSG_INITIATE_CONTACT) &&
	    below(20))
		type = VMH_MSG_OPEN;

	for (i = 0; i < sizeof(bytes); i++)
		bytes[i] = below(3) ? 0 : rnd();
	memcpy(bytes, &type, sizeof(type));
	send_message(f, bytes, below(sizeof(bytes)));
}

/* Ranges, behind the descriptor. Return: how much they take. */
static uint32_t some_ranges(uint8_t *at, bool good)
{
	uint32_t extra = 8 * below(9), bytes = 0, offset = 0, i;
	uint64_t word;

	if (good) {
		offset = below(PAGE);
		bytes = below(4) ? below(PAGE) : below(3 * PAGE);
		extra = 16 + (offset + bytes + PAGE - 1) / PAGE * 8;
	}
	for (i = 0; i < extra; i += 8) {
		word = htole64(below(2) || good ? below(2000) :
			       (uint64_t)rnd() << below(40));
		memcpy(at + i, &word, 8);
	}
	/* One range or so, of some bytes. */
	if (extra) {
		word = htole64((uint64_t)(good ? 1 : below(4)) << 32);
		memcpy(at, &word, 8);
	}
	if (good) {
		word = htole64((uint64_t)offset << 32 | bytes);
		memcpy(at + 8, &word, 8);
	}
	return extra;
}

/*
 * A packet that could be one: the host looks into it. What breaks the channel is rare
 * enough for it to get to the next ones.
 */
static uint32_t some_packet(uint8_t *at, uint32_t room)
{
	static const uint16_t types[] = { 6, 6, 6, 9, 9, 7, 11 };
	static const uint8_t ops[] = { 0, 0, 3, 4, 4, 5 };
	struct vmbus_echo_header hdr = {
		.op = htole32(below(50) ? below(6) : rnd()),
		.arg = htole32(below(3) ? some_gpadl() : below(80)),
	};
	bool good = below(32);
	struct vmh_descriptor desc = {
		.flags = htole16(below(4) ? 1 : rnd()), .trans_id = rnd(),
	};
	uint32_t type = below(good ? 5 : 7), extra, len;

	if (room < PACKET_MAX)
		return 0;
	type = below(50) || good ? types[type] : rnd();
	if (good)
		hdr.op = htole32(type == 9 ? 1 + below(2) : ops[below(64) ? below(5) : 5]);
	extra = type == 9 || !good ? some_ranges(at + sizeof(desc), good) : 0;
	desc.type = htole16(type);
	len = sizeof(desc) + extra + sizeof(hdr) + 8 * below(100);
	desc.offset8 = htole16((sizeof(desc) + extra) / 8);
	desc.len8 = htole16(len / 8);
	memcpy(at, &desc, sizeof(desc));
	memcpy(at + sizeof(desc) + extra, &hdr, sizeof(hdr));
	packets++;
	if (!below(256))
		shake(at, len);
	return len + VMH_TRAILER;
}

/* The rest of the ring, so that the next packet is at its begin. */
static void some_end(uint8_t *at, uint32_t len)
{
	struct vmh_descriptor desc = {
		.type = htole16(VMH_PACKET_COMPLETION), .offset8 = htole16(2),
		.len8 = htole16((len - VMH_TRAILER) / 8),
	};

	memcpy(at, &desc, sizeof(desc));
	packets++;
}

/* Has the host left what was there when it was signalled before? */
static bool is_stuck(struct fuzz *f, uint32_t relid)
{
	const struct vmh_ring_header *out = (void *)rings_of(f, relid);
	uint32_t *times = &f->stuck[relid % CHANNELS];

	if (__atomic_load_n(&out->read_index, __ATOMIC_RELAXED) == out->write_index)
		*times = 0;
	else if (++*times < PATIENCE)
		usleep(50);
	return *times;
}

static void fuzz_ring(struct fuzz *f)
{
	uint32_t relid = some_relid();
	uint8_t *ring = rings_of(f, relid);
	struct vmh_ring_header *out = (void *)ring;
	struct vmh_ring_header *in = (void *)(ring + RING);
	uint32_t size = RING - PAGE, write, room, len, n = 1 + below(10);

	/* More would only lie there. */
	if (is_stuck(f, relid) && below(64)) {
		if (f->stuck[relid % CHANNELS] > PATIENCE &&
		    (relid == 1 || !below(8)))
			fuzz_proper(f, relid);
		return;
	}
	write = le32toh(out->write_index) % size & ~7U;
	room = (le32toh(out->read_index) % size + size - write - 1) % size;
	while (n--) {
		/* What the host has not read is mostly left to it. */
		if (room < PACKET_MAX && below(64))
			break;
		len = some_packet(ring + PAGE + write, size - write);
		write += len;
		room -= len;
		if (size - write < PACKET_MAX) {
			some_end(ring + PAGE + write, size - write);
			room -= size - write;
			write = 0;
		}
	}
	if (!below(100))
		write = rnd();
	__atomic_store_n(&out->write_index, htole32(write), __ATOMIC_SEQ_CST);
	if (below(200))
		__atomic_store_n(&in->read_index, in->write_index,
				 __ATOMIC_SEQ_CST);
	else
		shake(in, 20);
	if (!below(500))
		shake(out, PAGE);
	signals++;
	vg_channel_signal(&(struct vg_channel) {
		.vg = &f->vg, .relid = relid, .signal = -1,
	});
}

/* All memory is none for a moment, in which the host may be at it. */
static void fuzz_memory(struct fuzz *f)
{
	struct vmbus_dev_region r = {};

	ioctl(f->vg.fd, VMBUS_DEV_SET_REGION, &r);
	fuzz_ring(f);
	usleep(below(300));
	r.size = f->vg.size;
	r.address = (uintptr_t)f->vg.mem;
	check(!ioctl(f->vg.fd, VMBUS_DEV_SET_REGION, &r));
}

static void reconnect(struct fuzz *f)
{
	drain_messages(f);
	ok(vg_connect(&f->vg, below(4) ? VMH_VERSION_WIN10_V5_3 :
			      VMH_VERSION_WIN8));
	ok(vg_request_offers(&f->vg));
}

static void begin(struct fuzz *f)
{
	int err;

	/* The one before may not be gone yet. */
	do {
		err = vg_open(&f->vg, partition, MEMORY, attach_flags);
	} while (err == -EBUSY && !usleep(1000));
	ok(err);
	f->rings = vg_alloc(&f->vg, CHANNELS * 2 * RING / PAGE);
	check(f->rings);
	reconnect(f);
}

static void fuzz_step(struct fuzz *f)
{
	switch (below(80)) {
	case 0 ... 1:
		fuzz_open(f);
		break;
	case 2:
		fuzz_proper(f, below(2) ? 1 : 1 + below(CHANNELS));
		break;
	case 3 ... 6:
		fuzz_gpadl(f);
		break;
	case 7:
		fuzz_message(f);
		break;
	case 8:
		drain_messages(f);
		break;
	case 9:
		if (!below(20))
			fuzz_memory(f);
		break;
	default:
		fuzz_ring(f);
		break;
	}
	if (!below(500))
		reconnect(f);
}

static void say_sent(void)
{
	printf("# sent %" PRIu64 " messages, %" PRIu64 " packets, %" PRIu64
	       " signals\n", messages, packets, signals);
}

/* guest PARTITION fuzz SEED MESSAGES: packets are some, too. */
static void fuzz(int argc, char **argv)
{
	struct fuzz f = {};
	uint64_t all;

	check(argc == 2);
	rnd_seed(argv[0]);
	all = strtoull(argv[1], NULL, 0);
	begin(&f);
	while (messages + packets < all) {
		fuzz_step(&f);
		if (!below(5000)) {
			vg_close(&f.vg);
			begin(&f);
		}
	}
	vg_close(&f.vg);
	say_sent();
}

/* ---- The same, led ---- */

static struct fuzz led;

static void led_begin(void)
{
	begin(&led);
}

static bool led_step(void)
{
	fuzz_step(&led);
	return true;
}

/* A ring of a channel that is not open stays as it is. */
static void led_settle(void)
{
	const struct vmh_ring_header *ring;
	uint32_t relid, left, tries;

	for (tries = 0; tries < 10; tries++) {
		left = 0;
		for (relid = 1; relid <= CHANNELS; relid++) {
			ring = (const void *)rings_of(&led, relid);
			left += __atomic_load_n(&ring->read_index, __ATOMIC_RELAXED) !=
				ring->write_index;
		}
		if (!left)
			break;
		usleep(200);
	}
}

static void led_end(void)
{
	vg_close(&led.vg);
}

/* guest PARTITION guided SEED STEPS */
static void guided(int argc, char **argv)
{
	static const struct guided g = {
		led_begin, led_step, led_settle, led_end,
	};

	check(argc == 2);
	guided_run(&g, argv[0], strtoull(argv[1], NULL, 0));
	say_sent();
}

static void signal_for(struct vg_channel *ch, uint32_t ms)
{
	struct timespec begin, t;
	uint32_t i;

	printf("# begins\n");
	fflush(stdout);
	clock_gettime(CLOCK_MONOTONIC, &begin);
	do {
		for (i = 0; i < 1000; i++)
			ok(vg_channel_signal(ch));
		clock_gettime(CLOCK_MONOTONIC, &t);
	} while ((t.tv_sec - begin.tv_sec) * 1000 +
		 (t.tv_nsec - begin.tv_nsec) / 1000000 < ms);
}

/*
 * guest PARTITION needless MS [full]: signals for so long, and for nothing; or while
 * there is no room in the ring to it. It is served all the same, if later.
 */
static void needless(int argc, char **argv)
{
	static uint8_t buf[VMBUS_ECHO_MAX_PACKET];
	struct vg_channel ch = {};
	struct vg_packet packet;
	uint32_t sent = 0, i;
	struct vg vg;

	check(argc >= 1);
	guest_start(&vg, MEMORY);
	echo_open(&ch, &vg, 5 * PAGE);
	if (argc > 1)
		sent = echo_stuff(&ch, 200);
	signal_for(&ch, atoi(argv[0]));
	for (i = 0; i < sent; i++)
		ok(vg_recv_wait(&ch, buf, sizeof(buf), &packet, 20000));
	check(!echo_ask(&ch, VMBUS_ECHO_OP_BUFFER, 0, &i) && !i);
	printf("# %" PRIu64 " signals\n", ch.signals);
	ok(vg_channel_close(&ch));
	vg_close(&vg);
}

const struct test_case hostile_cases[] = {
	{ "needless", needless },
	{ "bend", bend },
	{ "fuzz", fuzz },
	{ "guided", guided },
	{}
};
