// SPDX-License-Identifier: GPL-2.0
/*
 * A guest that breaks the rules of vstor, at random and for long.
 *
 * What it sends follows from the seed. Meanwhile another thread changes it in the ring, and
 * the data that are being written and looked at: what the host reads twice, it does not
 * find twice.
 *
 * One in a dozen is good, or almost, and of those for which target core does most: COMPARE AND
 * WRITE, EXTENDED COPY between its disks, reservations of a disk that another guest has. Half of
 * its controllers have a sub-channel, which what is sent comes by as well.
 */
#include <errno.h>
#include <inttypes.h>
#include <unistd.h>

#include "commands.h"
#include "guided.h"
#include "random.h"
#include "shake.h"

/* Commands that target core knows, and where their lengths are. */
static const uint8_t opcodes[] = {
	0x00, 0x03, 0x04, 0x08, 0x0a, 0x12, 0x12, 0x15, 0x16, 0x17, 0x1a, 0x1b, 0x1d,
	0x1e, 0x25, 0x28, 0x28, 0x28, 0x2a, 0x2a, 0x2a, 0x2e, 0x2f, 0x35, 0x3b, 0x3c,
	0x41, 0x42, 0x42, 0x53, 0x55, 0x56, 0x57, 0x5a, 0x5e, 0x5e, 0x5f, 0x5f, 0x7f,
	0x83, 0x84, 0x85, 0x88, 0x89, 0x89, 0x8a, 0x8e, 0x8f, 0x91, 0x93, 0x93, 0x9c,
	0x9e, 0x9f, 0xa0, 0xa3, 0xa4, 0xa8, 0xaa, 0xae, 0xaf, 0xc0, 0xe0, 0xff,
};

/* That there may be; the last one another guest has, too, and may be reserved. */
#define LUNS		3
#define SHARED		2
/* Of guest memory, for what is good. */
#define SPARE_PAGES	64

#define LONG		65536U
#define POLL_USEC	20000
/* No answer for so long: there is none any more. */
#define BROKEN_MSEC	60

struct fuzz {
	struct guest g;
	struct vg_channel sub;		/* another channel of the controller */
	bool has_sub;
	struct vg_channel *ch;		/* the one of both that is written to */
	uint64_t sent;
	uint64_t answered;
	uint64_t channels;		/* that were opened, and so many with another */
	uint64_t subs;
	bool bad;			/* what was sent last breaks the channel */
	bool polls;			/* rather than have the host tell it of answers */
	struct shaker shaker;
	uint8_t naa[LUNS][NAA_LEN];	/* how its disks are called */
	uint64_t breaks;
	uint64_t by_status[64];
};

static void some_cdb(uint8_t *cdb)
{
	uint32_t i, n;

	cdb[0] = below(30) ? opcodes[below(sizeof(opcodes))] : rnd();
	for (i = 1; i < 16; i++)
		cdb[i] = below(3) ? 0 : below(2) ? below(8) : rnd();
	/* Near the beginning of the disk, and few blocks. */
	if (below(4)) {
		cdb[2] = cdb[3] = cdb[4] = 0;
		if (cdb[0] >= 0x80 && cdb[0] < 0xa0)
			cdb[6] = cdb[7] = cdb[10] = cdb[11] = cdb[12] = 0;
	}
	n = below(3);
	while (n--)
		cdb[below(16)] = rnd();
}

/* What the command says it moves, so that some are good. */
static uint32_t fitting(const uint8_t *cdb)
{
	switch (cdb[0]) {
	case 0x08:
	case 0x0a:
		return (cdb[4] ? cdb[4] : 256) * 512;
	case 0x28:
	case 0x2a:
		return (cdb[7] << 8 | cdb[8]) * 512;
	case 0x88:
	case 0x8a:
		return (cdb[12] << 8 | cdb[13]) * 512;
	case 0x89:
		return cdb[13] * 1024;
	case 0x12:
		return cdb[3] << 8 | cdb[4];
	case 0x42:
	case 0x5f:
		return cdb[7] << 8 | cdb[8];
	case 0x83:
	case 0xa0:
		return cdb[8] << 8 | cdb[9];
	}
	return below(4) * 512;
}

static uint8_t way(const uint8_t *cdb)
{
	switch (cdb[0]) {
	case 0x0a: case 0x2a: case 0x8a: case 0xaa: case 0x2e: case 0x41:
	case 0x42: case 0x5f: case 0x83: case 0x89: case 0x93: case 0x15:
	case 0x55: case 0xa4:
		return VSTOR_DATA_OUT;
	}
	return VSTOR_DATA_IN;
}

static uint64_t some_pfn(const struct fuzz *f)
{
	uint64_t pfn = vg_gpa(&f->g.vg, f->g.data) / PAGE;

	if (below(200))
		return pfn + below(DATA_PAGES - SPARE_PAGES);
	return below(2) ? rnd() : (uint64_t)rnd() << below(40);
}

/* Would a host take it at all? What is in two ranges or more is not looked into. */
static bool is_vstor(uint32_t operation, uint32_t packet_len, uint32_t extra_len,
		     uint32_t count, uint64_t range, uint32_t offset, uint32_t n)
{
	if (packet_len != VSTOR_PACKET_V2 || operation < VSTOR_EXECUTE_SRB ||
	    operation == VSTOR_ENUMERATE_BUS || operation > VSTOR_CREATE_SUB_CHANNELS)
		return false;
	if (!extra_len)
		return true;
	/* Longer than an SRB with all data it can have. */
	if (extra_len > 16 + 257 * 8)
		return false;
	return count == 1 && offset < PAGE && (offset + range + PAGE - 1) / PAGE <= n;
}

struct ranges {
	__le32 reserved, count;
	struct vmh_gpa_range range;
	__le64 pfn[300];
};

/* What is in the ring at @at, and not shown to the host yet. */
static void to_be_shaken(struct fuzz *f, uint32_t at, const struct ranges *extra,
			 uint32_t extra_len)
{
	uint64_t first = vg_gpa(&f->g.vg, f->g.data) / PAGE;
	uint64_t pfn = le64toh(extra->pfn[0]);
	struct shake_spot spot = {
		.ring = &f->ch->out,
		.packet = at + sizeof(struct vmh_descriptor) + extra_len,
		.range = at + sizeof(struct vmh_descriptor) + offsetof(struct ranges, range),
		.bytes = le32toh(extra->range.byte_count),
		.pfn = at + sizeof(struct vmh_descriptor) + offsetof(struct ranges, pfn),
		.data = f->g.data,
	};

	if (extra_len > offsetof(struct ranges, pfn))
		spot.n_pfn = (extra_len - offsetof(struct ranges, pfn)) / 8;
	if (spot.n_pfn && pfn >= first && pfn < first + DATA_PAGES)
		spot.data += (pfn - first) * PAGE +
			     le32toh(extra->range.byte_offset) % PAGE;
	shaker_add(&f->shaker, &spot);
}

/* What there is of it is in its buffer. */
static bool send_some(struct fuzz *f)
{
	struct ranges extra = {};
	uint32_t len, range, offset, n, i, count = 0, extra_len = 0, packet_len;
	struct vstor_packet p = {};
	uint32_t at;
	int err;

	p.operation = htole32(VSTOR_EXECUTE_SRB);
	p.flags = htole32(1);
	p.srb.lun = below(8) ? below(2) : below(70);
	p.srb.target = below(50) ? 0 : rnd();
	p.srb.path = below(50) ? 0 : rnd();
	some_cdb(p.srb.cdb);
	p.srb.cdb_length = below(50) ? 16 : rnd();
	p.srb.sense_length = below(20) ? VSTOR_SENSE_MAX : rnd();
	len = below(8) ? fitting(p.srb.cdb) : below(2) ? below(4096) : rnd() >> below(20);
	if (len > 1100000 && below(10))
		len = 4096;
	/* One that is long takes as much time as many that are not. */
	if (len > LONG && below(8))
		len %= LONG;
	/* A little more, or less, than fits, or than a block. */
	if (!below(12))
		len += below(2) ? below(1024) : -below(len + 1);
	p.srb.data_in = below(20) ? len ? way(p.srb.cdb) : VSTOR_DATA_NONE : below(4);
	p.srb.data_length = htole32(len);
	p.srb.flags = htole32(below(10) ? 2 : rnd());
	p.srb.queue_action = 0x20 + (below(20) ? 0 : below(4));
	range = below(30) ? len : rnd() >> below(32);
	offset = below(3) ? 0 : below(2) ? below(8) * 512 : below(PAGE);
	if (range > 1048576 && below(1000))
		range = 1048576;
	n = (offset + (uint64_t)range + PAGE - 1) / PAGE;
	if (n > 300)
		n = 300;
	if (range || !below(50)) {
		count = below(2000) ? 1 : below(4);
		if (!below(2000))
			offset = rnd();
		extra.count = htole32(count);
		extra.range.byte_count = htole32(range);
		extra.range.byte_offset = htole32(offset);
		for (i = 0; i < n; i++)
			extra.pfn[i] = htole64(some_pfn(f));
		extra_len = 16 + n * 8;
	}
	if (!below(3000))
		p.operation = htole32(below(16));
	if (!below(600)) {
		static const uint8_t resets[] = { VSTOR_RESET_LUN, VSTOR_RESET_BUS };

		p.operation = htole32(resets[below(2)]);
		extra_len = 0;
	}
	packet_len = below(3000) ? sizeof(p) : 8 * below(10);
	if (packet_len > sizeof(p))
		packet_len = sizeof(p);
	at = f->ch->out.own;
	err = vg_send_quiet(f->ch, extra_len ? VMH_PACKET_GPA_DIRECT :
						  VMH_PACKET_INBAND,
			    VMH_PACKET_WANTS_COMPLETION, f->sent + 1, &extra,
			    extra_len, &p, packet_len);
	if (err == -EAGAIN)
		return false;
	ok(err);
	f->sent++;
	f->bad = !is_vstor(le32toh(p.operation), packet_len, extra_len, count, range,
			   offset, n);
	if (!f->bad)
		to_be_shaken(f, at, &extra, extra_len);
	return !f->bad;
}

/* ---- What is good, or almost ---- */

/* One that finds what it compares with, or not: the block is one of two things. */
static struct srb some_caw(struct fuzz *f, uint32_t offset)
{
	memset(f->g.data + offset, below(2) ? 0 : 0x11, 512);
	memset(f->g.data + offset + 512, below(2) ? 0 : 0x11, 512);
	return caw_srb(below(LUNS), 30000 + below(4), offset);
}

static struct srb some_copy(struct fuzz *f, uint32_t offset)
{
	uint32_t from = below(LUNS), to = below(LUNS), lun = below(4) ? from : to;
	struct copy copy = {
		.blocks = below(32) ? below(64) : below(30000),
		.from_lba = below(1024), .to_lba = below(1024),
	};

	memcpy(copy.from, f->naa[from], NAA_LEN);
	memcpy(copy.to, f->naa[to], NAA_LEN);
	put_copy(f->g.data + offset, &copy);
	if (!below(8))
		f->g.data[offset + below(COPY_LEN)] = rnd();
	return copy_srb(lun, offset);
}

/* REGISTER (AND IGNORE), RESERVE, RELEASE, CLEAR, PREEMPT (AND ABORT). */
static struct srb some_reserve(struct fuzz *f, uint32_t offset)
{
	static const uint8_t actions[] = { 0, 6, 6, 6, 1, 1, 2, 3, 4, 5, 5, 5 };
	static const uint8_t types[] = { 1, 3, 5, 6, 7, 8 };

	put_keys(f->g.data + offset, below(3), below(3));
	return reserve_srb(SHARED, actions[below(sizeof(actions))],
			   types[below(sizeof(types))], offset);
}

/* So that UNIT ATTENTION is pending, and others are on their way. */
static bool send_reset(struct fuzz *f, uint8_t lun)
{
	struct vstor_packet p = {
		.operation = htole32(VSTOR_RESET_LUN), .flags = htole32(1),
		.srb.lun = lun,
	};
	int err;

	err = vg_send_quiet(f->ch, VMH_PACKET_INBAND, VMH_PACKET_WANTS_COMPLETION,
			    f->sent + 1, NULL, 0, &p, sizeof(p));
	if (err == -EAGAIN)
		return false;
	ok(err);
	f->sent++;
	return true;
}

/* In a page of its own, of those that nothing else is told to read into. */
static bool send_good(struct fuzz *f)
{
	uint32_t offset = (DATA_PAGES - SPARE_PAGES + below(SPARE_PAGES)) * PAGE;
	struct srb srb;
	int err;

	/* A copy takes as long as a hundred others. */
	if (!below(16))
		srb = some_copy(f, offset);
	else if (below(2))
		srb = some_caw(f, offset);
	else
		srb = some_reserve(f, offset);
	if (!below(16) && !send_reset(f, below(LUNS)))
		return false;
	err = try_srb_quiet(&f->g, f->ch, &srb, f->sent + 1);
	if (err == -EAGAIN)
		return false;
	ok(err);
	f->sent++;
	return true;
}

static bool send_one(struct fuzz *f)
{
	return below(12) ? send_some(f) : send_good(f);
}

static void send_burst(struct fuzz *f, uint32_t n)
{
	f->ch = f->has_sub && below(2) ? &f->sub : &f->g.ch;
	shaker_hold(&f->shaker);
	while (n && send_one(f))
		n--;
	shaker_go(&f->shaker);
	ok(vg_flush(f->ch));
}

static int recv_any(struct fuzz *f, void *buf, uint32_t size, struct vg_packet *packet)
{
	int err = vg_recv(&f->g.ch, buf, size, packet);

	return err == -EAGAIN && f->has_sub ? vg_recv(&f->sub, buf, size, packet) : err;
}

/* Meanwhile the host does many in one go: being told of each takes longer than they do. */
static int poll_rings(struct fuzz *f, void *buf, uint32_t size, struct vg_packet *packet,
		      int timeout_ms)
{
	int err, usec;

	f->g.ch.in.hdr->interrupt_mask = htole32(f->polls);
	if (f->has_sub)
		f->sub.in.hdr->interrupt_mask = htole32(f->polls);
	for (usec = 0; ; usec += POLL_USEC) {
		err = recv_any(f, buf, size, packet);
		if (err != -EAGAIN)
			return err;
		if (usec >= timeout_ms * 1000)
			return -ETIMEDOUT;
		usleep(POLL_USEC);
	}
}

/* Take what is there. False if nothing came in time. */
static bool take(struct fuzz *f, int timeout_ms)
{
	struct vstor_packet p;
	struct vg_packet packet;
	uint8_t buf[256];
	int err;

	if (f->polls || f->has_sub)
		err = poll_rings(f, buf, sizeof(buf), &packet, timeout_ms);
	else
		err = vg_recv_wait(&f->g.ch, buf, sizeof(buf), &packet, timeout_ms);
	if (err == -ETIMEDOUT)
		return false;
	ok(err);
	/* ENUMERATE_BUS, perhaps. */
	if (packet.type != VMH_PACKET_COMPLETION)
		return true;
	check(packet.len >= 48);
	memcpy(&p, packet.payload, packet.len < sizeof(p) ? packet.len : sizeof(p));
	check_eq(le32toh(p.operation), VSTOR_COMPLETE_IO);
	f->by_status[p.srb.srb_status & 63]++;
	f->answered++;
	return true;
}

static void must_take(struct fuzz *f)
{
	if (!take(f, 120000))
		fail("%" PRIu64 " of %" PRIu64 " messages are not answered",
		     f->sent - f->answered, f->sent);
}

static void open_sub(struct fuzz *f)
{
	struct vstor_packet p = { .subchannels = htole16(1) };
	struct vg_offer *offer;

	check_eq(ask_op(&f->g, VSTOR_CREATE_SUB_CHANNELS, &p), 0);
	offer = vg_find(&f->g.vg, &scsi_class, 1, 5000);
	check(offer);
	ok(vg_channel_open(&f->sub, &f->g.vg, offer->relid, ring_bytes, below(VG_VPS)));
	f->has_sub = true;
	f->subs++;
}

/* All that there were, or were asked for by chance: they go with the primary one. */
static void release_subs(struct fuzz *f)
{
	uint8_t bytes[VMBUS_DEV_MESSAGE_MAX];
	struct vg *vg = &f->g.vg;
	size_t i = 0;

	while (i < vg->n_offers) {
		if (!vg->offers[i].index) {
			i++;
			continue;
		}
		while (!vg->offers[i].rescinded)
			check(vg_expect(vg, VMH_MSG_RESCIND, bytes, 10000) > 0);
		ok(vg_release(vg, vg->offers[i].relid));
	}
}

/* The one or the other first: a driver begins with the sub-channels. */
static void close_channels(struct fuzz *f)
{
	bool late = below(2);

	if (f->has_sub && !late)
		ok(vg_channel_close(&f->sub));
	ok(vg_channel_close(&f->g.ch));
	if (f->has_sub && late)
		ok(vg_channel_close(&f->sub));
	f->has_sub = false;
}

static void begin(struct fuzz *f, bool with_sub)
{
	uint8_t lun;

	guest_ready(&f->g, below(4) ? VSTOR_VERSION_WIN10 : VSTOR_VERSION_WIN8);
	for (lun = 0; lun < LUNS; lun++)
		get_naa(&f->g, lun, f->naa[lun]);
	if (with_sub)
		open_sub(f);
	f->channels++;
	f->sent = 0;
	f->answered = 0;
	f->bad = false;
}

/* Most of what goes wrong does so with the channel: the guest's memory lives longer. */
static void attach(struct fuzz *f)
{
	guest_start(&f->g);
	memset(&f->sub, 0, sizeof(f->sub));
	shaker_start(&f->shaker, &f->g);
}

static void detach(struct fuzz *f)
{
	shaker_stop(&f->shaker);
	close_channels(f);
	vg_close(&f->g.vg);
}

/* On any processor: workers of the host's run where that is. */
static void reopen(struct fuzz *f)
{
	shaker_hold(&f->shaker);
	close_channels(f);
	release_subs(f);
	ok(vg_channel_open(&f->g.ch, &f->g.vg, f->g.ch.relid, ring_bytes,
			   below(VG_VPS)));
	shaker_go(&f->shaker);
}

/* A channel, until it breaks. */
static void fuzz_channel(struct fuzz *f, uint64_t messages)
{
	uint32_t left;

	begin(f, below(2));
	while (f->sent < messages && !f->bad) {
		f->polls = below(8);
		send_burst(f, below(200));
		/* Some are left, unless it is time to see that none is. */
		left = below(8) ? below(300) : 0;
		while (!f->bad && f->answered + left < f->sent)
			must_take(f);
	}
	/* What was before it may be answered, or not. */
	while (f->bad && f->answered < f->sent && take(f, BROKEN_MSEC))
		;
	while (!f->bad && f->answered < f->sent)
		must_take(f);
	f->breaks += f->bad;
}

static void show(const struct fuzz *f, uint64_t sent, uint64_t answered)
{
	int i;

	printf("# %" PRIu64 " messages, %" PRIu64 " answers, %" PRIu64 " channels, %" PRIu64
	       " with another, %" PRIu64 " broken; by status", sent, answered, f->channels,
	       f->subs, f->breaks);
	for (i = 0; i < 64; i++)
		if (f->by_status[i])
			printf(" %#x: %" PRIu64, i, f->by_status[i]);
	printf("\n");
}

/* guest PARTITION fuzz SEED MESSAGES */
static void fuzz(int argc, char **argv)
{
	static struct fuzz f;
	uint64_t messages, burst, sent = 0, answered = 0;

	check(argc == 2);
	rnd_seed(argv[0]);
	messages = strtoull(argv[1], NULL, 0);
	attach(&f);
	for (;;) {
		burst = 2000 + below(20000);
		fuzz_channel(&f, burst < messages - sent ? burst : messages - sent);
		sent += f.sent;
		answered += f.answered;
		if (sent >= messages)
			break;
		if (below(8)) {
			reopen(&f);
		} else {
			detach(&f);
			attach(&f);
		}
	}
	detach(&f);
	show(&f, sent, answered);
}

/* ---- The same, led ---- */

static struct fuzz led;

static void led_begin(void)
{
	memset(&led, 0, sizeof(led));
	guest_start(&led.g);
	begin(&led, false);
}

static bool led_step(void)
{
	send_burst(&led, 1 + below(4));
	return !led.bad;
}

static void led_settle(void)
{
	while (led.bad && led.answered < led.sent && take(&led, BROKEN_MSEC))
		;
	while (!led.bad && led.answered < led.sent)
		must_take(&led);
}

static void led_end(void)
{
	ok(vg_channel_close(&led.g.ch));
	vg_close(&led.g.vg);
}

/* guest PARTITION guided SEED STEPS */
static void guided(int argc, char **argv)
{
	static const struct guided g = {
		led_begin, led_step, led_settle, led_end,
	};

	check(argc == 2);
	guided_run(&g, argv[0], strtoull(argv[1], NULL, 0));
}

const struct test_case hostile_cases[] = {
	{ "fuzz", fuzz },
	{ "guided", guided },
	{}
};
