// SPDX-License-Identifier: GPL-2.0
/* Guests of LUNs that may do so many operations in a second. */
#include <errno.h>
#include <time.h>

#include "commands.h"

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
	start_as(&g, partition);
	hear(&g, same.lun);
	run_command(&g, &same, &p);
	s = move_srb(0x28, same.lun, 0, 1);
	send_srb(&g, &s, 5);
	check_eq(vg_recv_wait(&g.ch, buf, sizeof(buf), &packet, 1000), -ETIMEDOUT);
	check_eq(next_completion(&g, &p, 60000), 5);
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
	while (next_completion(g, &p, 60000) != WAITING)
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
 * guest PARTITION limited LUN OTHER: the first may do one operation in a second. What waits for
 * its turn is aborted by a reset, done when the guest is saved, and nothing when its channel is
 * closed: each of it in less than half of the time that it would take.
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
	start_as(&g, partition);
	hear(&g, lun);
	begun = now();
	done = send_reads(&g, lun, other);
	send_lun_reset(&g, lun, 1000);
	while (next_completion(&g, &p, 60000) != 1000) {
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
		next_completion(&g, &p, 60000);
		check_eq(p.srb.srb_status, VSTOR_SRB_SUCCESS);
	}
	check(now() - begun < WAITING / 2);

	begun = now();
	send_reads(&g, lun, other);
	guest_end(&g);
	check(now() - begun < WAITING / 2);
}

const struct test_case limit_cases[] = {
	{ "cost", cost },
	{ "limited", limited },
	{}
};
