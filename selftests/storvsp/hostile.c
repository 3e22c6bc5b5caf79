// SPDX-License-Identifier: GPL-2.0
/*
 * A guest that breaks the rules of vstor, at random and for long.
 *
 * What it sends follows from the seed. Meanwhile another thread changes the data that
 * are being written and looked at: what the host reads twice, it does not find twice.
 */
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "guest.h"
#include "guided.h"
#include "random.h"

/* Commands that target core knows, and where their lengths are. */
static const uint8_t opcodes[] = {
	0x00, 0x03, 0x04, 0x08, 0x0a, 0x12, 0x12, 0x15, 0x16, 0x17, 0x1a, 0x1b, 0x1d,
	0x1e, 0x25, 0x28, 0x28, 0x28, 0x2a, 0x2a, 0x2a, 0x2e, 0x2f, 0x35, 0x3b, 0x3c,
	0x41, 0x42, 0x42, 0x53, 0x55, 0x56, 0x57, 0x5a, 0x5e, 0x5e, 0x5f, 0x5f, 0x7f,
	0x83, 0x84, 0x85, 0x88, 0x89, 0x89, 0x8a, 0x8e, 0x8f, 0x91, 0x93, 0x93, 0x9c,
	0x9e, 0x9f, 0xa0, 0xa3, 0xa4, 0xa8, 0xaa, 0xae, 0xaf, 0xc0, 0xe0, 0xff,
};

struct fuzz {
	struct guest g;
	uint64_t sent;
	uint64_t answered;
	uint64_t channels;		/* that were opened */
	_Atomic bool stop;
	bool bad;			/* what was sent last breaks the channel */
	uint64_t breaks;
	uint64_t by_status[64];
};

static void *shake_data(void *arg)
{
	struct fuzz *f = arg;
	uint8_t *data = f->g.data;
	uint64_t x = 88172645463325252ULL;

	while (!atomic_load_explicit(&f->stop, memory_order_relaxed)) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		data[x % (DATA_PAGES * PAGE)] = x >> 40;
		data[x % 64] = x >> 32;
	}
	return NULL;
}

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
		return pfn + below(DATA_PAGES);
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

/* What there is of it is in its buffer. */
static bool send_some(struct fuzz *f)
{
	struct {
		__le32 reserved, count;
		struct vmh_gpa_range range;
		__le64 pfn[300];
	} extra = {};
	uint32_t len, range, offset, n, i, count = 0, extra_len = 0, packet_len;
	struct vstor_packet p = {};
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
	err = vg_send_quiet(&f->g.ch, extra_len ? VMH_PACKET_GPA_DIRECT :
						  VMH_PACKET_INBAND,
			    VMH_PACKET_WANTS_COMPLETION, f->sent + 1, &extra,
			    extra_len, &p, packet_len);
	if (err == -EAGAIN)
		return false;
	ok(err);
	f->sent++;
	f->bad = !is_vstor(le32toh(p.operation), packet_len, extra_len, count, range,
			   offset, n);
	return !f->bad;
}

/* Take what is there. False if nothing came in time. */
static bool take(struct fuzz *f, int timeout_ms)
{
	struct vstor_packet p;
	struct vg_packet packet;
	uint8_t buf[256];
	int err;

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

static void begin(struct fuzz *f)
{
	guest_start(&f->g);
	guest_ready(&f->g, below(4) ? VSTOR_VERSION_WIN10 : VSTOR_VERSION_WIN8);
	f->channels++;
}

/* guest PARTITION fuzz SEED MESSAGES */
static void fuzz(int argc, char **argv)
{
	struct fuzz f = {};
	uint64_t messages, done = 0, total_answered = 0;
	pthread_t shaker;
	uint32_t i;

	check(argc == 2);
	rnd_seed(argv[0]);
	messages = strtoull(argv[1], NULL, 0);
	while (done < messages) {
		uint64_t burst = 2000 + below(20000);

		begin(&f);
		f.sent = f.answered = 0;
		f.bad = false;
		atomic_store(&f.stop, false);
		check(!pthread_create(&shaker, NULL, shake_data, &f));
		while (f.sent < burst && done + f.sent < messages && !f.bad) {
			for (i = below(100); i && send_some(&f); i--)
				;
			ok(vg_flush(&f.g.ch));
			/* Some are left, unless it is time to see that none is. */
			while (!f.bad && f.answered + below(200) < f.sent)
				must_take(&f);
		}
		/* What was before it may be answered, or not. */
		while (f.bad && f.answered < f.sent && take(&f, 300))
			;
		while (!f.bad && f.answered < f.sent)
			must_take(&f);
		f.breaks += f.bad;
		atomic_store(&f.stop, true);
		check(!pthread_join(shaker, NULL));
		done += f.sent;
		total_answered += f.answered;
		ok(vg_channel_close(&f.g.ch));
		vg_close(&f.g.vg);
	}
	printf("# %" PRIu64 " messages, %" PRIu64 " answers, %" PRIu64 " channels, %" PRIu64
	       " broken; by status", done, total_answered, f.channels, f.breaks);
	for (i = 0; i < 64; i++)
		if (f.by_status[i])
			printf(" %#x: %" PRIu64, i, f.by_status[i]);
	printf("\n");
}

/* ---- The same, led ---- */

static struct fuzz led;

static void led_begin(void)
{
	memset(&led, 0, sizeof(led));
	begin(&led);
}

static bool led_step(void)
{
	uint32_t i;

	for (i = 1 + below(4); i && send_some(&led); i--)
		;
	ok(vg_flush(&led.g.ch));
	return !led.bad;
}

static void led_settle(void)
{
	while (led.bad && led.answered < led.sent && take(&led, 300))
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
