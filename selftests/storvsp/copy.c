// SPDX-License-Identifier: GPL-2.0
/*
 * EXTENDED COPY while a disk of it is being reset, reserved or standing still, to one that is
 * read-only, or very many at once.
 */
#include <unistd.h>

#include "commands.h"

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
	start_as(&g, partition);
	hear(&g, from);
	hear(&g, to);
	get_names(&g, &c, from, to);
	/* Sent to where it comes from, and to where it goes. */
	for (i = 0; i < 2; i++) {
		fill(&g, from, 16, 8, 0x11 + i);
		s = make_copy(&g, i ? to : from, 0, &c);
		if (argc > 2) {
			run_command(&g, &s, &p);
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
		run_command(&g, &s, &p);
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
	start_as(&g, partition);
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
	start_as(&g, partition);
	hear(&g, from);
	hear(&g, to);
	get_names(&g, &c, from, to);
	s = make_copy(&g, from, 0, &c);
	good(&g, s);
	for (i = 0; i < MANY; i++)
		send_srb(&g, &s, i);
	for (i = 0; i < MANY; i++) {
		next_completion(&g, &p, 120000);
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

/* Both have both LUNs, argv[1] and argv[2]; the other one is a guest of argv[0]. */
static void start_pair(struct guest *g, struct guest *other, char **argv, struct copy *copy,
		       uint8_t *from, uint8_t *to)
{
	const char *names[2] = { partition, argv[0] };

	*from = atoi(argv[1]);
	*to = atoi(argv[2]);
	start_as(g, names[0]);
	start_as(other, names[1]);
	hear(g, *from);
	hear(g, *to);
	hear(other, *from);
	hear(other, *to);
	get_names(g, copy, *from, *to);
}

/*
 * guest PARTITION copyreset OTHER LUN LUN: copies from the first to the second, which is
 * reset meanwhile, by whoever has it. Of those that had begun one ends later than others,
 * which go on to other things.
 */
static void copyreset(int argc, char **argv)
{
	uint32_t round, i, n, done = 0, busy = 0;
	struct copy c = { .blocks = 8 };
	struct vstor_packet p;
	struct guest g[2];
	uint8_t from, to;

	check(argc == 3);
	start_pair(&g[0], &g[1], argv, &c, &from, &to);
	for (round = 0; round < 4; round++) {
		n = 0;
		for (i = 0; i < 4; i++) {
			send_copy(&g[0], from, n++, &c, (i + round) % 2 ? SLOW_LBA : SLOWER_LBA);
			usleep(20000);
		}
		usleep(300000);
		send_lun_reset(&g[round / 2 % 2], to, 1000);
		usleep(1000000);
		for (i = 0; i < 8; i++)
			send_copy(&g[0], from, n++, &c, QUICK_LBA);
		if (round / 2 % 2) {
			check_eq(next_completion(&g[1], &p, 60000), 1000);
			check_eq(le32toh(p.status), VSTOR_STATUS_SUCCESS);
		} else {
			n++;
		}
		for (i = 0; i < n; i++) {
			if (next_completion(&g[0], &p, 60000) == 1000)
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
	next_completion(&g[0], &p, 60000);
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
	struct copy c = { .blocks = 8 };
	struct guest g, other;
	struct vstor_packet p;
	uint32_t round, i, n;
	uint8_t from, to;
	struct srb s;

	check(argc == 3);
	start_pair(&g, &other, argv, &c, &from, &to);
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
			if (next_completion(&g, &p, 60000) < 4)
				check_eq(p.srb.srb_status, VSTOR_SRB_SUCCESS);
		}
		check_eq(next_completion(&other, &p, 60000), 99);
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
	struct copy c = { .blocks = 8 };
	struct vstor_packet p;
	struct guest g, other;
	uint8_t from, to;

	check(argc == 5);
	start_pair(&g, &other, argv, &c, &from, &to);
	check(!system(argv[3]));
	send_copy(&g, from, 1, &c, 0);
	usleep(300000);
	/* It is free after a reset, whatever target core was told. */
	good(&other, (struct srb) { .lun = to, .cdb = { 0x16 }, .cdb_length = 6,
				    .data_in = VSTOR_DATA_NONE });
	send_lun_reset(&other, to, 2);
	check_eq(next_completion(&other, &p, 20000), 2);
	check_eq(le32toh(p.status), VSTOR_STATUS_SUCCESS);
	/* Another disk's is as it is otherwise. */
	lun_reset(&other, from);
	check(!system(argv[4]));
	check_eq(next_completion(&g, &p, 60000), 1);
	check_eq(p.srb.srb_status, VSTOR_SRB_SUCCESS);
	hear(&g, to);
	fill(&g, to, 8, 1, 1);
	lun_reset(&g, to);
	hear(&g, to);
	guest_end(&other);
	guest_end(&g);
}

const struct test_case copy_cases[] = {
	{ "copy", copy },
	{ "order", order },
	{ "copies", copies },
	{ "copyreset", copyreset },
	{ "copypreempt", copypreempt },
	{ "copystuck", copystuck },
	{}
};
