// SPDX-License-Identifier: GPL-2.0
/*
 * Guests that have target core do what it does not do well: COMPARE AND WRITE that fails
 * before it begins, or that another guest aborts; EXTENDED COPY while a disk of it is being
 * reset, to one that is read-only, or very many at once.
 */
#include <errno.h>
#include <time.h>
#include <unistd.h>

#include "core.h"

/* Of guest memory: what is sent, what is read, and lists. */
#define SENT		(100 * PAGE)
#define READ		(300 * PAGE)
#define LISTS		(500 * PAGE)
#define BLOCK		512

static void put_be(uint8_t *at, uint64_t value, int bytes)
{
	while (bytes--) {
		at[bytes] = value;
		value >>= 8;
	}
}

/* Whatever the host says unasked is of no interest. */
static uint64_t next_answer(struct guest *g, struct vstor_packet *p, int timeout_ms)
{
	struct vg_packet packet;
	uint8_t buf[256];

	do {
		ok(vg_recv_wait(&g->ch, buf, sizeof(buf), &packet, timeout_ms));
	} while (packet.type != VMH_PACKET_COMPLETION);
	memcpy(p, packet.payload, sizeof(*p));
	return packet.trans_id;
}

static void run(struct guest *g, const struct srb *srb, struct vstor_packet *p)
{
	send_srb(g, srb, 99);
	check_eq(next_answer(g, p, 60000), 99);
}

bool get_naa(struct guest *g, uint8_t lun, uint8_t *naa)
{
	struct srb s = {
		.lun = lun, .cdb = { 0x12, 1, 0x83, 1, 0 }, .cdb_length = 6,
		.data_in = VSTOR_DATA_IN, .len = 256, .offset = READ,
	};
	const uint8_t *d = g->data + READ + 4;
	struct vstor_packet p;

	memset(g->data + READ, 0, 256);
	run(g, &s, &p);
	for (; d < g->data + READ + 256 - 20 && d[3]; d += 4 + d[3]) {
		if ((d[1] & 0xf) == 3 && d[3] == NAA_LEN) {
			memcpy(naa, d + 4, NAA_LEN);
			return true;
		}
	}
	return false;
}

void put_copy(uint8_t *list, const struct copy *copy)
{
	uint8_t *segment = list + 16 + 2 * 32, *target = list + 16;
	int i;

	memset(list, 0, COPY_LEN);
	put_be(list + 2, 2 * 32, 2);
	put_be(list + 8, 28, 4);
	for (i = 0; i < 2; i++, target += 32) {
		target[0] = 0xe4;
		target[4] = 1;
		target[5] = 3;
		target[7] = NAA_LEN;
		memcpy(target + 8, i ? copy->to : copy->from, NAA_LEN);
	}
	segment[0] = 2;
	put_be(segment + 2, 0x18, 2);
	put_be(segment + 6, 1, 2);
	put_be(segment + 10, copy->blocks, 2);
	put_be(segment + 12, copy->from_lba, 8);
	put_be(segment + 20, copy->to_lba, 8);
}

struct srb copy_srb(uint8_t lun, uint32_t offset)
{
	return (struct srb) {
		.lun = lun, .cdb = { 0x83, [13] = COPY_LEN }, .cdb_length = 16,
		.data_in = VSTOR_DATA_OUT, .len = COPY_LEN, .offset = offset,
	};
}

struct srb caw_srb(uint8_t lun, uint32_t lba, uint32_t offset)
{
	struct srb s = {
		.lun = lun, .cdb = { 0x89, [13] = 1 }, .cdb_length = 16,
		.data_in = VSTOR_DATA_OUT, .len = 2 * BLOCK, .offset = offset,
	};

	put_be(s.cdb + 6, lba, 4);
	return s;
}

struct srb reserve_srb(uint8_t lun, uint8_t action, uint8_t type, uint32_t offset)
{
	return (struct srb) {
		.lun = lun, .cdb = { 0x5f, action, type, [8] = 24 }, .cdb_length = 10,
		.data_in = VSTOR_DATA_OUT, .len = 24, .offset = offset,
	};
}

void put_keys(uint8_t *list, uint8_t old, uint8_t new)
{
	memset(list, 0, 24);
	list[7] = old;
	list[15] = new;
}

static struct srb move_srb(uint8_t opcode, uint8_t lun, uint32_t lba, uint8_t blocks)
{
	struct srb s = {
		.lun = lun, .cdb = { opcode, [8] = blocks }, .cdb_length = 10,
		.data_in = opcode == 0x28 ? VSTOR_DATA_IN : VSTOR_DATA_OUT,
		.len = blocks * BLOCK, .offset = opcode == 0x28 ? READ : SENT,
	};

	put_be(s.cdb + 2, lba, 4);
	return s;
}

static void good(struct guest *g, struct srb srb)
{
	struct vstor_packet p;

	run(g, &srb, &p);
	if (p.srb.srb_status != VSTOR_SRB_SUCCESS)
		fail("%#x for LUN %u: SRB status %#x, SCSI status %#x, sense %x %02x %02x",
		     srb.cdb[0], srb.lun, p.srb.srb_status, p.srb.scsi_status,
		     p.srb.sense[2] & 0xf, p.srb.sense[12], p.srb.sense[13]);
}

static void fill(struct guest *g, uint8_t lun, uint32_t lba, uint8_t blocks, uint8_t byte)
{
	memset(g->data + SENT, byte, blocks * BLOCK);
	good(g, move_srb(0x2a, lun, lba, blocks));
}

/* Is that what is there? */
static void filled(struct guest *g, uint8_t lun, uint32_t lba, uint8_t blocks, uint8_t byte)
{
	uint32_t i;

	memset(g->data + READ, ~byte, blocks * BLOCK);
	good(g, move_srb(0x28, lun, lba, blocks));
	for (i = 0; i < blocks * BLOCK; i++)
		if (g->data[READ + i] != byte)
			fail("LUN %u block %u: byte %u is %#x, not %#x", lun,
			     (unsigned int)(lba + i / BLOCK), i % BLOCK,
			     g->data[READ + i], byte);
}

/* What UNIT ATTENTION has to say. */
static void hear(struct guest *g, uint8_t lun)
{
	struct srb test = { .lun = lun, .cdb_length = 6, .data_in = VSTOR_DATA_NONE };
	struct vstor_packet p;
	int i;

	for (i = 0; i < 8; i++) {
		run(g, &test, &p);
		if (p.srb.srb_status == VSTOR_SRB_SUCCESS)
			return;
	}
	fail("LUN %u is not ready", lun);
}

static void sense_is(const struct vstor_packet *p, uint8_t key, uint8_t asc, uint8_t ascq)
{
	if (p->srb.scsi_status != 2 || (p->srb.sense[2] & 0xf) != key ||
	    p->srb.sense[12] != asc || p->srb.sense[13] != ascq)
		fail("SCSI status %#x, sense %x %02x %02x, not %x %02x %02x",
		     p->srb.scsi_status, p->srb.sense[2] & 0xf, p->srb.sense[12],
		     p->srb.sense[13], key, asc, ascq);
}

static void send_reset(struct guest *g, uint8_t lun, uint64_t trans_id)
{
	struct vstor_packet p = {
		.operation = htole32(VSTOR_RESET_LUN), .flags = htole32(1),
		.srb.lun = lun,
	};

	ok(vg_send(&g->ch, VMH_PACKET_INBAND, VMH_PACKET_WANTS_COMPLETION, trans_id, NULL, 0,
		   &p, sizeof(p)));
}

static void reset(struct guest *g, uint8_t lun)
{
	struct vstor_packet p;

	send_reset(g, lun, 77);
	check_eq(next_answer(g, &p, 60000), 77);
	check_eq(le32toh(p.status), VSTOR_STATUS_SUCCESS);
}

static void start(struct guest *g, const char *name)
{
	partition = name;
	guest_start(g);
	guest_ready(g, VSTOR_VERSION_WIN10);
}

static void put_caw(struct guest *g, uint32_t offset, uint8_t old, uint8_t new)
{
	memset(g->data + offset, old, BLOCK);
	memset(g->data + offset + BLOCK, new, BLOCK);
}

#define CAW_LBA		8
#define AT_ONCE		16
#define ROUNDS		8

/* Of many that find the block as it was, one does. */
static void exclusive(struct guest *g, uint8_t lun)
{
	uint32_t round, i, won;
	struct vstor_packet p;
	struct srb s;

	for (round = 0; round < ROUNDS; round++) {
		fill(g, lun, CAW_LBA, 1, 0);
		for (i = 0; i < AT_ONCE; i++) {
			put_caw(g, SENT + i * PAGE, 0, i + 1);
			s = caw_srb(lun, CAW_LBA, SENT + i * PAGE);
			send_srb(g, &s, i);
		}
		won = AT_ONCE;
		for (i = 0; i < AT_ONCE; i++) {
			uint64_t id = next_answer(g, &p, 60000);

			if (p.srb.srb_status != VSTOR_SRB_SUCCESS) {
				sense_is(&p, 0xe, 0x1d, 0);
				continue;
			}
			if (won != AT_ONCE)
				fail("LUN %u: two found the same block", lun);
			won = id;
		}
		check(won < AT_ONCE);
		filled(g, lun, CAW_LBA, 1, won + 1);
	}
}

/*
 * guest PARTITION caw OTHER LUN...: COMPARE AND WRITE that fails before it begins writes
 * nothing, and leaves the next ones as exclusive as they were. OTHER has the same disks.
 */
static void caw(int argc, char **argv)
{
	const char *names[2] = { partition, argv[0] };
	struct vstor_packet p;
	struct guest g, other;
	struct srb s;
	uint8_t lun;
	int i;

	check(argc >= 2);
	start(&g, names[0]);
	start(&other, names[1]);
	for (i = 1; i < argc; i++) {
		lun = atoi(argv[i]);
		hear(&g, lun);
		hear(&other, lun);
		fill(&g, lun, CAW_LBA, 1, 0);
		s = caw_srb(lun, CAW_LBA, SENT);
		/* UNIT ATTENTION */
		reset(&g, lun);
		put_caw(&g, SENT, 0, 0x5a);
		run(&g, &s, &p);
		sense_is(&p, 6, 0x29, 3);
		filled(&g, lun, CAW_LBA, 1, 0);
		exclusive(&g, lun);
		fill(&g, lun, CAW_LBA, 1, 0);
		/* RESERVE, of another. */
		hear(&other, lun);
		good(&other, (struct srb) { .lun = lun, .cdb = { 0x16 }, .cdb_length = 6,
					    .data_in = VSTOR_DATA_NONE });
		put_caw(&g, SENT, 0, 0x5a);
		run(&g, &s, &p);
		check_eq(p.srb.scsi_status, 0x18);
		good(&other, (struct srb) { .lun = lun, .cdb = { 0x17 }, .cdb_length = 6,
					    .data_in = VSTOR_DATA_NONE });
		filled(&g, lun, CAW_LBA, 1, 0);
		exclusive(&g, lun);
		/* It is good for something: and one that finds something else. */
		fill(&g, lun, CAW_LBA, 1, 0);
		put_caw(&g, SENT, 0, 0x5a);
		good(&g, s);
		filled(&g, lun, CAW_LBA, 1, 0x5a);
		run(&g, &s, &p);
		sense_is(&p, 0xe, 0x1d, 0);
		filled(&g, lun, CAW_LBA, 1, 0x5a);
	}
	guest_end(&other);
	guest_end(&g);
}

#define CHANGES		4

/*
 * All at once: registers, reserves, preempts and aborts, removes what it registered; and before
 * each of it reads who is registered.
 */
static void change(struct guest *g, uint8_t lun, uint8_t key, uint8_t victim)
{
	static const uint8_t actions[CHANGES] = { 6, 1, 5, 0 };
	const uint8_t keys[CHANGES][2] = { { 0, key }, { key, 0 }, { key, victim }, { key, 0 } };
	struct srb read = {
		.lun = lun, .cdb = { 0x5e, 3, [7] = 2 }, .cdb_length = 10,
		.data_in = VSTOR_DATA_IN, .len = 512, .offset = READ,
	};
	struct srb s;
	int i;

	for (i = 0; i < CHANGES; i++) {
		send_srb(g, &read, CHANGES + i);
		put_keys(g->data + SENT + i * PAGE, keys[i][0], keys[i][1]);
		s = reserve_srb(lun, actions[i], 5, SENT + i * PAGE);
		send_srb(g, &s, i);
	}
}

/* Target core would use what it has freed. */
static void preempt_itself(struct guest *g, uint8_t lun)
{
	static const uint8_t actions[] = { 4, 5 };
	struct vstor_packet p;
	struct srb s;
	uint32_t i;

	put_keys(g->data + SENT, 0, 1);
	good(g, reserve_srb(lun, 6, 0, SENT));
	put_keys(g->data + SENT, 1, 1);
	for (i = 0; i < sizeof(actions); i++) {
		s = reserve_srb(lun, actions[i], 5, SENT);
		run(g, &s, &p);
		sense_is(&p, 5, 0x26, 0);
	}
	put_keys(g->data + SENT, 1, 0);
	good(g, reserve_srb(lun, 0, 0, SENT));
}

/*
 * A reservation of all registrants: without a key one of them ends it, with all other
 * registrations. Target core cannot, if it was made by another.
 */
static void preempt_all(struct guest *g, struct guest *other, uint8_t lun)
{
	struct vstor_packet p;
	struct srb s;

	hear(other, lun);
	put_keys(g->data + SENT, 0, 1);
	good(g, reserve_srb(lun, 6, 0, SENT));
	put_keys(g->data + SENT, 1, 0);
	good(g, reserve_srb(lun, 1, 7, SENT));
	put_keys(other->data + SENT, 0, 2);
	good(other, reserve_srb(lun, 6, 0, SENT));
	put_keys(other->data + SENT, 2, 0);
	s = reserve_srb(lun, 4, 7, SENT);
	run(other, &s, &p);
	sense_is(&p, 5, 0x26, 0);
	good(g, s);
	hear(other, lun);
	s = reserve_srb(lun, 1, 7, SENT);
	run(other, &s, &p);
	check_eq(p.srb.scsi_status, 0x18);
	put_keys(g->data + SENT, 1, 0);
	good(g, reserve_srb(lun, 3, 0, SENT));
}

/*
 * guest PARTITION preempt OTHER LUN: both have the disk, change its reservations at the same
 * time, and reset it. Whatever becomes of that, it comes to an end.
 */
static void preempt(int argc, char **argv)
{
	const char *names[2] = { partition, argv[0] };
	struct vstor_packet p;
	struct guest g, other;
	uint8_t lun;
	int round, i;

	check(argc == 2);
	lun = atoi(argv[1]);
	start(&g, names[0]);
	start(&other, names[1]);
	hear(&g, lun);
	preempt_itself(&g, lun);
	preempt_all(&g, &other, lun);
	for (round = 0; round < 500; round++) {
		change(&g, lun, 1, 1 + round % 2);
		change(&other, lun, 2, 1 + round / 2 % 2);
		if (round % 4 == 3)
			send_reset(&other, lun, 77);
		for (i = 0; i < 2 * CHANGES; i++)
			next_answer(&g, &p, 60000);
		for (i = 0; i < 2 * CHANGES + (round % 4 == 3); i++)
			next_answer(&other, &p, 60000);
	}
	guest_end(&other);
	guest_end(&g);
}

/*
 * guest PARTITION cawabort OTHER LUN STOP GO: the other one resets the disk while it does not
 * answer. STOP and GO are commands after which it does not, and does.
 */
static void cawabort(int argc, char **argv)
{
	const char *names[2] = { partition, argv[0] };
	struct vstor_packet p;
	struct guest g, other;
	struct srb s;
	uint8_t lun;
	int i;

	check(argc == 4);
	lun = atoi(argv[1]);
	start(&g, names[0]);
	start(&other, names[1]);
	for (i = 0; i < 3; i++) {
		hear(&g, lun);
		hear(&other, lun);
		fill(&g, lun, CAW_LBA, 1, 0);
		check(!system(argv[2]));
		put_caw(&g, SENT, 0, 0x5a);
		s = caw_srb(lun, CAW_LBA, SENT);
		send_srb(&g, &s, 1);
		usleep(300000);
		send_reset(&other, lun, 2);
		usleep(300000);
		check(!system(argv[3]));
		check_eq(next_answer(&g, &p, 60000), 1);
		check_eq(p.srb.srb_status, VSTOR_SRB_ABORTED);
		check_eq(next_answer(&other, &p, 60000), 2);
		hear(&g, lun);
		filled(&g, lun, CAW_LBA, 1, 0);
		exclusive(&g, lun);
		/* It is over: nobody waits for it. */
		s = move_srb(0x2a, lun, 100, 1);
		s.queue = VSTOR_QUEUE_ORDERED;
		good(&g, s);
	}
	guest_end(&other);
	guest_end(&g);
}

/* A list in guest memory, number @n, and the command for it. */
static struct srb make_copy(struct guest *g, uint8_t lun, uint32_t n, const struct copy *copy)
{
	put_copy(g->data + LISTS + n * BLOCK, copy);
	return copy_srb(lun, LISTS + n * BLOCK);
}

static void get_names(struct guest *g, struct copy *copy, uint8_t from, uint8_t to)
{
	check(get_naa(g, from, copy->from));
	check(get_naa(g, to, copy->to));
	check(memcmp(copy->from, copy->to, NAA_LEN));
}

/*
 * guest PARTITION copy LUN LUN [protected]: from the first to the second, which may be
 * read-only
 */
static void copy(int argc, char **argv)
{
	struct copy c = { .blocks = 8, .from_lba = 16, .to_lba = 64 };
	struct vstor_packet p;
	uint8_t from, to, i;
	struct guest g;
	struct srb s;

	check(argc >= 2);
	from = atoi(argv[0]);
	to = atoi(argv[1]);
	start(&g, partition);
	hear(&g, from);
	hear(&g, to);
	get_names(&g, &c, from, to);
	/* Sent to where it comes from, and to where it goes. */
	for (i = 0; i < 2; i++) {
		fill(&g, from, 16, 8, 0x11 + i);
		s = make_copy(&g, i ? to : from, 0, &c);
		if (argc > 2) {
			run(&g, &s, &p);
			filled(&g, to, 64, 8, 0);
			sense_is(&p, 7, 0x27, 0);
		} else {
			fill(&g, to, 63, 10, 0);
			good(&g, s);
			filled(&g, to, 63, 1, 0);
			filled(&g, to, 64, 8, 0x11 + i);
			filled(&g, to, 72, 1, 0);
		}
	}
	/* One that nobody here is called. */
	c.to[5] ^= 0x80;
	if (argc == 2) {
		s = make_copy(&g, from, 0, &c);
		run(&g, &s, &p);
		sense_is(&p, 0xa, 0x0d, 2);
	}
	guest_end(&g);
}

/*
 * guest PARTITION order LUN LUN: what is ORDERED is done, before something was copied from the
 * first to the second, and after that
 */
static void order(int argc, char **argv)
{
	struct copy c = { .blocks = 8 };
	uint8_t luns[2], i, n;
	struct guest g;
	struct srb s;

	check(argc == 2);
	start(&g, partition);
	for (n = 0; n < 2; n++) {
		luns[n] = atoi(argv[n]);
		hear(&g, luns[n]);
	}
	get_names(&g, &c, luns[0], luns[1]);
	for (i = 0; i < 3; i++) {
		for (n = 0; n < 2; n++) {
			s = move_srb(0x2a, luns[n], 100, 1);
			s.queue = VSTOR_QUEUE_ORDERED;
			good(&g, s);
		}
		good(&g, make_copy(&g, luns[i % 2], 0, &c));
	}
	guest_end(&g);
}

#define MANY		64

/*
 * guest PARTITION copies LUN LUN: more at once than the host has memory for; those that it
 * takes it does
 */
static void copies(int argc, char **argv)
{
	struct copy c = { .blocks = 32760 };
	uint32_t i, done = 0, busy = 0;
	struct vstor_packet p;
	uint8_t from, to;
	struct guest g;
	struct srb s;

	check(argc == 2);
	from = atoi(argv[0]);
	to = atoi(argv[1]);
	start(&g, partition);
	hear(&g, from);
	hear(&g, to);
	get_names(&g, &c, from, to);
	s = make_copy(&g, from, 0, &c);
	good(&g, s);
	for (i = 0; i < MANY; i++)
		send_srb(&g, &s, i);
	for (i = 0; i < MANY; i++) {
		next_answer(&g, &p, 120000);
		if (p.srb.srb_status == VSTOR_SRB_BUSY)
			busy++;
		else if (p.srb.srb_status == VSTOR_SRB_SUCCESS)
			done++;
		else
			fail("status %#x", p.srb.srb_status);
	}
	printf("# %u copied, %u refused\n", done, busy);
	check(done && busy);
	good(&g, s);
	guest_end(&g);
}

/* Where writes take long, and not so long; see storvspguest.sh. */
#define SLOW_LBA	0
#define SLOWER_LBA	8192
#define QUICK_LBA	16384

static void send_copy(struct guest *g, uint8_t lun, uint32_t n, struct copy *c, uint64_t to_lba)
{
	struct srb s;

	c->to_lba = to_lba;
	s = make_copy(g, lun, n, c);
	send_srb(g, &s, n);
}

/*
 * guest PARTITION copyreset OTHER LUN LUN: copies from the first to the second, which is
 * reset meanwhile, by whoever has it. Of those that had begun one ends later than others,
 * which go on to other things.
 */
static void copyreset(int argc, char **argv)
{
	const char *names[2] = { partition, argv[0] };
	uint32_t round, i, n, done = 0, busy = 0;
	struct copy c = { .blocks = 8 };
	struct vstor_packet p;
	struct guest g[2];
	uint8_t from, to;

	check(argc == 3);
	from = atoi(argv[1]);
	to = atoi(argv[2]);
	for (i = 0; i < 2; i++) {
		start(&g[i], names[i]);
		hear(&g[i], from);
		hear(&g[i], to);
	}
	get_names(&g[0], &c, from, to);
	for (round = 0; round < 4; round++) {
		n = 0;
		for (i = 0; i < 4; i++) {
			send_copy(&g[0], from, n++, &c, (i + round) % 2 ? SLOW_LBA : SLOWER_LBA);
			usleep(20000);
		}
		usleep(300000);
		send_reset(&g[round / 2 % 2], to, 1000);
		usleep(1000000);
		for (i = 0; i < 8; i++)
			send_copy(&g[0], from, n++, &c, QUICK_LBA);
		if (round / 2 % 2) {
			check_eq(next_answer(&g[1], &p, 60000), 1000);
			check_eq(le32toh(p.status), VSTOR_STATUS_SUCCESS);
		} else {
			n++;
		}
		for (i = 0; i < n; i++) {
			if (next_answer(&g[0], &p, 60000) == 1000)
				check_eq(le32toh(p.status), VSTOR_STATUS_SUCCESS);
			else if (p.srb.srb_status == VSTOR_SRB_BUSY)
				busy++;
			else if (p.srb.srb_status == VSTOR_SRB_SUCCESS)
				done++;
		}
		for (i = 0; i < 2; i++)
			hear(&g[i], to);
	}
	printf("# %u copied, %u refused\n", done, busy);
	send_copy(&g[0], from, 0, &c, QUICK_LBA);
	next_answer(&g[0], &p, 60000);
	check_eq(p.srb.srb_status, VSTOR_SRB_SUCCESS);
	/* None that had begun was lost. */
	check(done >= 16);
	for (i = 0; i < 2; i++)
		guest_end(&g[i]);
}

/*
 * guest PARTITION copypreempt OTHER LUN LUN: copies from the first, which the guest has
 * reserved, to the second; the other one preempts and aborts. None that had begun is lost.
 */
static void copypreempt(int argc, char **argv)
{
	const char *names[2] = { partition, argv[0] };
	struct copy c = { .blocks = 8 };
	struct guest g, other;
	struct vstor_packet p;
	uint32_t round, i, n;
	uint8_t from, to;
	struct srb s;

	check(argc == 3);
	from = atoi(argv[1]);
	to = atoi(argv[2]);
	start(&g, names[0]);
	start(&other, names[1]);
	hear(&g, from);
	hear(&g, to);
	hear(&other, from);
	get_names(&g, &c, from, to);
	for (round = 0; round < 3; round++) {
		put_keys(g.data + SENT, 0, 1);
		good(&g, reserve_srb(from, 6, 0, SENT));
		put_keys(g.data + SENT, 1, 0);
		good(&g, reserve_srb(from, 1, 1, SENT));
		put_keys(other.data + SENT, 0, 2);
		good(&other, reserve_srb(from, 6, 0, SENT));
		for (n = 0; n < 4; n++) {
			c.from_lba = (n + round) % 2 ? SLOW_LBA : SLOWER_LBA;
			send_copy(&g, from, n, &c, n * 8);
			usleep(20000);
		}
		usleep(300000);
		put_keys(other.data + SENT, 2, 1);
		s = reserve_srb(from, 5, 1, SENT);
		send_srb(&other, &s, 99);
		usleep(1000000);
		c.from_lba = QUICK_LBA;
		for (; n < 12; n++)
			send_copy(&g, from, n, &c, n * 8);
		for (i = 0; i < n; i++) {
			if (next_answer(&g, &p, 60000) < 4)
				check_eq(p.srb.srb_status, VSTOR_SRB_SUCCESS);
		}
		check_eq(next_answer(&other, &p, 60000), 99);
		check_eq(p.srb.srb_status, VSTOR_SRB_SUCCESS);
		put_keys(other.data + SENT, 2, 0);
		good(&other, reserve_srb(from, 3, 0, SENT));
		hear(&g, from);
	}
	guest_end(&other);
	guest_end(&g);
}

/*
 * guest PARTITION copystuck OTHER LUN LUN STOP GO: a copy to a disk that does not answer. Who
 * resets that waits for its own commands, of which the copy is none.
 */
static void copystuck(int argc, char **argv)
{
	const char *names[2] = { partition, argv[0] };
	struct copy c = { .blocks = 8 };
	struct vstor_packet p;
	struct guest g, other;
	uint8_t from, to;

	check(argc == 5);
	from = atoi(argv[1]);
	to = atoi(argv[2]);
	start(&g, names[0]);
	start(&other, names[1]);
	hear(&g, from);
	hear(&g, to);
	hear(&other, to);
	get_names(&g, &c, from, to);
	check(!system(argv[3]));
	send_copy(&g, from, 1, &c, 0);
	usleep(300000);
	/* It is free after a reset, whatever target core was told. */
	good(&other, (struct srb) { .lun = to, .cdb = { 0x16 }, .cdb_length = 6,
				    .data_in = VSTOR_DATA_NONE });
	send_reset(&other, to, 2);
	check_eq(next_answer(&other, &p, 20000), 2);
	check_eq(le32toh(p.status), VSTOR_STATUS_SUCCESS);
	/* Another disk's is as it is otherwise. */
	reset(&other, from);
	check(!system(argv[4]));
	check_eq(next_answer(&g, &p, 60000), 1);
	check_eq(p.srb.srb_status, VSTOR_SRB_SUCCESS);
	hear(&g, to);
	fill(&g, to, 8, 1, 1);
	reset(&g, to);
	hear(&g, to);
	guest_end(&other);
	guest_end(&g);
}

/*
 * guest PARTITION cost LUN: that may do 4096 operations in a second. WRITE SAME without a count
 * means the whole disk, for which two seconds are due.
 */
static void cost(int argc, char **argv)
{
	struct srb same = {
		.cdb = { 0x93 }, .cdb_length = 16, .data_in = VSTOR_DATA_OUT,
		.len = BLOCK, .offset = SENT,
	};
	struct vg_packet packet;
	struct vstor_packet p;
	uint8_t buf[256];
	struct guest g;
	struct srb s;

	check(argc == 1);
	same.lun = atoi(argv[0]);
	start(&g, partition);
	hear(&g, same.lun);
	run(&g, &same, &p);
	s = move_srb(0x28, same.lun, 0, 1);
	send_srb(&g, &s, 5);
	check_eq(vg_recv_wait(&g.ch, buf, sizeof(buf), &packet, 1000), -ETIMEDOUT);
	check_eq(next_answer(&g, &p, 60000), 5);
	check_eq(p.srb.srb_status, VSTOR_SRB_SUCCESS);
	guest_end(&g);
}

#define WAITING		64

/* For a LUN with a limit. What came after them, for another one, is answered: the host has them. */
static uint32_t send_reads(struct guest *g, uint8_t lun, uint8_t other)
{
	struct srb s = move_srb(0x28, lun, 0, 1);
	uint32_t i, answered = 0;
	struct vstor_packet p;

	for (i = 0; i < WAITING; i++)
		send_srb(g, &s, i);
	s = move_srb(0x28, other, 0, 1);
	send_srb(g, &s, WAITING);
	while (next_answer(g, &p, 60000) != WAITING)
		answered++;
	return answered;
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

/*
 * guest PARTITION limited LUN OTHER: the first may do one operation in a second. What waits for its turn
 * is aborted by a reset, done when the guest is saved, and nothing when its channel is closed:
 * each of it in less than half of the time that it would take.
 */
static void limited(int argc, char **argv)
{
	uint32_t i, done, aborted = 0;
	static uint8_t state[1 << 20];
	size_t size = sizeof(state);
	struct vstor_packet p;
	uint8_t lun, other;
	struct guest g;
	double begun;

	check(argc == 2);
	lun = atoi(argv[0]);
	other = atoi(argv[1]);
	start(&g, partition);
	hear(&g, lun);
	begun = now();
	done = send_reads(&g, lun, other);
	send_reset(&g, lun, 1000);
	while (next_answer(&g, &p, 60000) != 1000) {
		if (p.srb.srb_status == VSTOR_SRB_ABORTED)
			aborted++;
		else
			done++;
	}
	check_eq(le32toh(p.status), VSTOR_STATUS_SUCCESS);
	check_eq(aborted + done, WAITING);
	check(aborted > WAITING / 2);
	check(now() - begun < WAITING / 2);

	hear(&g, lun);
	begun = now();
	i = send_reads(&g, lun, other);
	ok(vg_save(&g.vg, state, &size));
	vg_detach(&g.vg);
	ok(vg_attach(&g.vg, partition, attach_flags));
	ok(vg_restore(&g.vg, state, size));
	ok(vg_resume(&g.vg));
	for (; i < WAITING; i++) {
		next_answer(&g, &p, 60000);
		check_eq(p.srb.srb_status, VSTOR_SRB_SUCCESS);
	}
	check(now() - begun < WAITING / 2);

	begun = now();
	send_reads(&g, lun, other);
	guest_end(&g);
	check(now() - begun < WAITING / 2);
}

const struct test_case core_cases[] = {
	{ "caw", caw },
	{ "cawabort", cawabort },
	{ "copy", copy },
	{ "order", order },
	{ "preempt", preempt },
	{ "copies", copies },
	{ "copyreset", copyreset },
	{ "copypreempt", copypreempt },
	{ "copystuck", copystuck },
	{ "cost", cost },
	{ "limited", limited },
	{}
};
