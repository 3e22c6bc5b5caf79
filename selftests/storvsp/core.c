// SPDX-License-Identifier: GPL-2.0
/*
 * Guests that have target core do what it does not do well: COMPARE AND WRITE that fails before it
 * begins, or that another guest aborts; reservations that change while others do.
 */
#include <unistd.h>

#include "commands.h"

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
			uint64_t id = next_completion(g, &p, 60000);

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
	start_as(&g, names[0]);
	start_as(&other, names[1]);
	for (i = 1; i < argc; i++) {
		lun = atoi(argv[i]);
		hear(&g, lun);
		hear(&other, lun);
		fill(&g, lun, CAW_LBA, 1, 0);
		s = caw_srb(lun, CAW_LBA, SENT);
		/* UNIT ATTENTION */
		lun_reset(&g, lun);
		put_caw(&g, SENT, 0, 0x5a);
		run_command(&g, &s, &p);
		sense_is(&p, 6, 0x29, 3);
		filled(&g, lun, CAW_LBA, 1, 0);
		exclusive(&g, lun);
		fill(&g, lun, CAW_LBA, 1, 0);
		/* RESERVE, of another. */
		hear(&other, lun);
		good(&other, (struct srb) { .lun = lun, .cdb = { 0x16 }, .cdb_length = 6,
					    .data_in = VSTOR_DATA_NONE });
		put_caw(&g, SENT, 0, 0x5a);
		run_command(&g, &s, &p);
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
		run_command(&g, &s, &p);
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
		run_command(g, &s, &p);
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
	run_command(other, &s, &p);
	sense_is(&p, 5, 0x26, 0);
	good(g, s);
	hear(other, lun);
	s = reserve_srb(lun, 1, 7, SENT);
	run_command(other, &s, &p);
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
	start_as(&g, names[0]);
	start_as(&other, names[1]);
	hear(&g, lun);
	preempt_itself(&g, lun);
	preempt_all(&g, &other, lun);
	for (round = 0; round < 500; round++) {
		change(&g, lun, 1, 1 + round % 2);
		change(&other, lun, 2, 1 + round / 2 % 2);
		if (round % 4 == 3)
			send_lun_reset(&other, lun, 77);
		for (i = 0; i < 2 * CHANGES; i++)
			next_completion(&g, &p, 60000);
		for (i = 0; i < 2 * CHANGES + (round % 4 == 3); i++)
			next_completion(&other, &p, 60000);
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
	start_as(&g, names[0]);
	start_as(&other, names[1]);
	for (i = 0; i < 3; i++) {
		hear(&g, lun);
		hear(&other, lun);
		fill(&g, lun, CAW_LBA, 1, 0);
		check(!system(argv[2]));
		put_caw(&g, SENT, 0, 0x5a);
		s = caw_srb(lun, CAW_LBA, SENT);
		send_srb(&g, &s, 1);
		usleep(300000);
		send_lun_reset(&other, lun, 2);
		usleep(300000);
		check(!system(argv[3]));
		check_eq(next_completion(&g, &p, 60000), 1);
		check_eq(p.srb.srb_status, VSTOR_SRB_ABORTED);
		check_eq(next_completion(&other, &p, 60000), 2);
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

const struct test_case core_cases[] = {
	{ "caw", caw },
	{ "cawabort", cawabort },
	{ "preempt", preempt },
	{}
};
