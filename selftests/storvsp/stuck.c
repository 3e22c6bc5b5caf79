// SPDX-License-Identifier: GPL-2.0
/* A guest some of whose disks do not answer: the others do. */
#include <errno.h>

#include "guest.h"

#define EACH	600

/* And as many resets, of which some are taken. */
#define RESETS	200
#define FIRST_RESET	(2 * EACH)

struct stuck {
	struct guest g;
	uint32_t busy[2];
	uint32_t done[2];
	uint32_t resets_busy;
	uint32_t resets_done;
};

static void took_reset(struct stuck *s, const struct vstor_packet *p)
{
	switch (le32toh(p->status)) {
	case VSTOR_STATUS_SUCCESS:
		s->resets_done++;
		break;
	case VSTOR_STATUS_DEVICE_BUSY:
		s->resets_busy++;
		break;
	default:
		fail("a reset has status %#x", le32toh(p->status));
	}
}

/* True if there was an answer. */
static bool take(struct stuck *s, int timeout_ms)
{
	struct vstor_packet p;
	struct vg_packet packet;
	uint8_t buf[256];
	uint32_t disk;
	int err;

	err = vg_recv_wait(&s->g.ch, buf, sizeof(buf), &packet, timeout_ms);
	if (err == -ETIMEDOUT)
		return false;
	ok(err);
	check_eq(packet.type, VMH_PACKET_COMPLETION);
	memcpy(&p, packet.payload, sizeof(p));
	if (packet.trans_id >= FIRST_RESET) {
		check(packet.trans_id < FIRST_RESET + RESETS);
		took_reset(s, &p);
		return true;
	}
	disk = packet.trans_id / EACH;
	if (p.srb.srb_status == VSTOR_SRB_BUSY) {
		check_eq(p.srb.scsi_status, 0x28);
		s->busy[disk]++;
	} else {
		check_eq(p.srb.srb_status, VSTOR_SRB_SUCCESS);
		s->done[disk]++;
	}
	return true;
}

static int reset(struct stuck *s, uint8_t lun, uint64_t trans_id)
{
	struct vstor_packet p = {
		.operation = htole32(VSTOR_RESET_LUN), .flags = htole32(1),
		.srb.lun = lun,
	};

	return vg_send(&s->g.ch, VMH_PACKET_INBAND, VMH_PACKET_WANTS_COMPLETION,
		       trans_id, NULL, 0, &p, sizeof(p));
}

/* All that it may, of disks that do not answer: they wait, and nobody else does. */
static uint32_t reset_stuck(struct stuck *s, char **luns)
{
	uint32_t i;
	int err;

	for (i = 0; i < RESETS; i++) {
		while ((err = reset(s, atoi(luns[i % 2]), FIRST_RESET + i)) == -EAGAIN)
			check(take(s, 20000));
		ok(err);
	}
	while (take(s, 2000))
		;
	check_eq(s->resets_done, 0);
	check(s->resets_busy > 0 && s->resets_busy < RESETS);
	return RESETS - s->resets_busy;
}

/* This is done where resets wait. REGISTER AND IGNORE EXISTING KEY, of none at last. */
static void reserve(struct stuck *s)
{
	struct srb out = {
		.cdb = { 0x5f, 6, 0, 0, 0, 0, 0, 0, 24 }, .cdb_length = 10,
		.data_in = VSTOR_DATA_OUT, .len = 24,
	};
	struct vstor_packet p;
	int i;

	for (i = 1; i >= 0; i--) {
		memset(s->g.data, 0, 24);
		s->g.data[15] = i;
		run_srb(&s->g, &out, &p);
		check_eq(p.srb.srb_status, VSTOR_SRB_SUCCESS);
	}
}

/*
 * guest PARTITION stuck LUN LUN STOP GO: more for each than it can have, and then something
 * for LUN 0. STOP and GO are commands after which the two do not answer, and do.
 */
static void stuck(int argc, char **argv)
{
	static struct stuck s;
	struct srb ready = { .cdb_length = 6, .data_in = VSTOR_DATA_NONE };
	struct vstor_packet p;
	uint32_t disk, i, kept[2], resets;
	int err;

	check(argc == 4);
	guest_start(&s.g);
	guest_ready(&s.g, VSTOR_VERSION_WIN10);
	/* What UNIT ATTENTION has to say. */
	run_srb(&s.g, &ready, &p);
	for (disk = 0; disk < 2; disk++) {
		ready.lun = atoi(argv[disk]);
		run_srb(&s.g, &ready, &p);
	}
	ready.lun = 0;
	check(!system(argv[2]));
	for (i = 0; i < 2 * EACH; i++) {
		struct srb read = {
			.lun = atoi(argv[i / EACH]),
			.cdb = { 0x28, 0, 0, 0, 0, 0, 0, 0, 1 }, .cdb_length = 10,
			.data_in = VSTOR_DATA_IN, .len = 512, .offset = i * 512,
		};

		while ((err = try_srb(&s.g, &read, i)) == -EAGAIN)
			check(take(&s, 20000));
		ok(err);
	}
	while (take(&s, 2000))
		;
	check_eq(s.done[0] + s.done[1], 0);
	for (disk = 0; disk < 2; disk++)
		kept[disk] = EACH - s.busy[disk];
	printf("# %u and %u commands are kept\n", kept[0], kept[1]);
	check(kept[0] > 400 && kept[0] <= 512);
	check(kept[1] > 64 && kept[1] < kept[0]);
	resets = reset_stuck(&s, argv);
	printf("# %u resets wait\n", resets);
	reserve(&s);
	for (i = 0; i < 50; i++) {
		run_srb(&s.g, &ready, &p);
		check_eq(p.srb.srb_status, VSTOR_SRB_SUCCESS);
	}
	check(!system(argv[3]));
	while (s.done[0] + s.done[1] < kept[0] + kept[1] || s.resets_done < resets)
		check(take(&s, 60000));
	/* One of a disk that nothing is wrong with. */
	check(!reset(&s, 0, FIRST_RESET));
	while (s.resets_done == resets)
		check(take(&s, 20000));
	guest_end(&s.g);
}

const struct test_case stuck_cases[] = {
	{ "stuck", stuck },
	{}
};
