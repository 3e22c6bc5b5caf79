// SPDX-License-Identifier: GPL-2.0
/* A guest whose partition is saved while it writes to a disk, and restored elsewhere. */
#include <errno.h>
#include <unistd.h>

#include "guest.h"

#define STATE	(4U << 20)
#define MOST	300

static uint8_t state[STATE];

/*
 * guest PARTITION migrate OTHER ROUNDS: both have the same disk. Answers are not read
 * before it was moved: they are in the ring, or there was no room for them.
 */
static void migrate(int argc, char **argv)
{
	const char *there[2] = { NULL, partition };
	uint32_t round, rounds, sent = 0, got, i, tries;
	struct vstor_packet p;
	struct vg_packet packet;
	bool seen[MOST];
	struct guest g;
	uint8_t in[256];
	size_t size = 0;
	struct srb srb;

	check(argc == 2);
	there[0] = argv[0];
	rounds = atoi(argv[1]);
	/* Room for some 90 answers. */
	ring_bytes = 3 * PAGE;
	guest_start(&g);
	guest_ready(&g, VSTOR_VERSION_WIN10);
	for (round = 0; round < rounds; round++) {
		sent = 0;
		for (tries = 0; sent < MOST && tries < 50;) {
			srb = (struct srb) {
				.cdb = { 0x2a, 0, 0, 0, sent >> 8, sent, 0, 0, 1 },
				.cdb_length = 10, .data_in = VSTOR_DATA_OUT,
				.len = 512, .offset = sent * 512,
			};
			for (i = 0; i < 512; i++)
				g.data[srb.offset + i] = sent * 13 + i + round;
			if (try_srb(&g, &srb, 1000 + sent)) {
				usleep(2000);
				tries++;
			} else {
				sent++;
			}
		}
		check(sent > 100);
		size = sizeof(state);
		ok(vg_save(&g.vg, state, &size));
		vg_detach(&g.vg);
		ok(vg_attach(&g.vg, there[round % 2], attach_flags));
		ok(vg_restore(&g.vg, state, size));
		ok(vg_resume(&g.vg));
		memset(seen, 0, sizeof(seen));
		for (got = 0; got < sent; got++) {
			ok(vg_recv_wait(&g.ch, in, sizeof(in), &packet, 60000));
			check_eq(packet.type, VMH_PACKET_COMPLETION);
			check(packet.trans_id >= 1000 &&
			      packet.trans_id < 1000 + sent);
			check(!seen[packet.trans_id - 1000]);
			seen[packet.trans_id - 1000] = true;
			memcpy(&p, packet.payload, sizeof(p));
			check_eq(p.srb.srb_status, VSTOR_SRB_SUCCESS);
			check_eq(le32toh(p.srb.data_length), 512);
		}
		/* What it wrote there is here. */
		srb = (struct srb) {
			.cdb = { 0x28, 0, 0, 0, 0, 0, 0, sent >> 8, sent },
			.cdb_length = 10, .data_in = VSTOR_DATA_IN,
			.len = sent * 512, .offset = MOST * 512,
		};
		memset(g.data + srb.offset, 0, srb.len);
		run_srb(&g, &srb, &p);
		check_eq(p.srb.srb_status, VSTOR_SRB_SUCCESS);
		check(!memcmp(g.data, g.data + srb.offset, srb.len));
	}
	printf("# %u writes the last time, %zu bytes of state\n", sent, size);
	guest_end(&g);
}

static void say(const char *path, const char *what)
{
	FILE *f = fopen(path, "w");

	check(f);
	check(fputs(what, f) >= 0);
	check(!fclose(f));
}

static void is_told(struct guest *g)
{
	struct vg_packet packet;
	struct vstor_packet p;
	uint8_t in[256];

	ok(vg_recv_wait(&g->ch, in, sizeof(in), &packet, 20000));
	check_eq(packet.type, VMH_PACKET_INBAND);
	memcpy(&p, packet.payload, sizeof(p));
	check_eq(le32toh(p.operation), VSTOR_ENUMERATE_BUS);
}

/*
 * guest PARTITION told OTHER RESIZED: what happens to a disk while the guest is stopped,
 * and what it had not asked for before that. RESIZED is PARTITION's file of that name.
 */
static void told(int argc, char **argv)
{
	struct srb ready = { .cdb_length = 6, .data_in = VSTOR_DATA_NONE };
	/* Of this the Linux guest ignores the status. */
	struct srb mode = {
		.cdb = { 0x1a, 0, 0x3f, 0, 64 }, .cdb_length = 6,
		.data_in = VSTOR_DATA_IN, .len = 64,
	};
	size_t size = sizeof(state);
	struct vstor_packet p;
	struct guest g;

	check(argc == 2);
	guest_start(&g);
	guest_ready(&g, VSTOR_VERSION_WIN10);
	ok(vg_save(&g.vg, state, &size));
	say(argv[1], "0");
	/* It is tried, and cannot be. */
	usleep(300000);
	ok(vg_resume(&g.vg));
	is_told(&g);
	size = sizeof(state);
	ok(vg_save(&g.vg, state, &size));
	vg_detach(&g.vg);
	ok(vg_attach(&g.vg, argv[0], attach_flags));
	ok(vg_restore(&g.vg, state, size));
	ok(vg_resume(&g.vg));
	run_srb(&g, &mode, &p);
	check_eq(p.srb.srb_status, VSTOR_SRB_SUCCESS);
	run_srb(&g, &ready, &p);
	check_eq(p.srb.srb_status, VSTOR_SRB_ERROR | VSTOR_SRB_AUTOSENSE_VALID);
	check_eq(p.srb.sense[2] & 0xf, 6);
	check_eq(p.srb.sense[12], 0x2a);
	check_eq(p.srb.sense[13], 0x09);
	run_srb(&g, &ready, &p);
	check_eq(p.srb.srb_status, VSTOR_SRB_SUCCESS);
	guest_end(&g);
	/* Where it came from it is still to be told. */
	guest_start(&g);
	guest_ready(&g, VSTOR_VERSION_WIN10);
	run_srb(&g, &ready, &p);
	check_eq(p.srb.sense[12], 0x2a);
	guest_end(&g);
}

/* So often the guest was told to look, and has not looked at that. */
static unsigned int enumerations;

static void says(struct guest *g, const struct srb *srb, uint8_t status)
{
	struct vg_packet packet;
	struct vstor_packet p;
	uint8_t in[256];

	send_srb(g, srb, 7);
	for (;;) {
		ok(vg_recv_wait(&g->ch, in, sizeof(in), &packet, 20000));
		memcpy(&p, packet.payload, sizeof(p));
		if (packet.type == VMH_PACKET_COMPLETION)
			break;
		check_eq(le32toh(p.operation), VSTOR_ENUMERATE_BUS);
		enumerations++;
	}
	check_eq(p.srb.srb_status, status);
}

static void is_to_look(struct guest *g)
{
	if (!enumerations)
		is_told(g);
	enumerations = 0;
}

/* @command: while it is away, or NULL */
static void save_and_restore(struct guest *g, const char *command)
{
	size_t size = sizeof(state);

	ok(vg_save(&g->vg, state, &size));
	vg_detach(&g->vg);
	check(!command || !system(command));
	ok(vg_attach(&g->vg, partition, attach_flags));
	ok(vg_restore(&g->vg, state, size));
	ok(vg_resume(&g->vg));
}

/*
 * guest PARTITION replaced LUN COMMAND: after that there is another disk. Nothing that is meant
 * for the one before gets there, until the guest has heard that it is gone, and looks.
 */
static void replaced(int argc, char **argv)
{
	struct srb look = {
		.cdb = { 0x12, 0, 0, 0, 36 }, .cdb_length = 6,
		.data_in = VSTOR_DATA_IN, .len = 36,
	};
	struct srb write = {
		.cdb = { 0x2a, [8] = 1 }, .cdb_length = 10,
		.data_in = VSTOR_DATA_OUT, .len = 512, .offset = PAGE,
	};
	struct srb read = {
		.cdb = { 0x28, [8] = 1 }, .cdb_length = 10,
		.data_in = VSTOR_DATA_IN, .len = 512,
	};
	struct guest g;
	int i, round;

	check(argc == 2);
	guest_start(&g);
	guest_ready(&g, VSTOR_VERSION_WIN10);
	look.lun = atoi(argv[0]);
	write.lun = look.lun;
	read.lun = look.lun;
	for (round = 0; round < 2; round++) {
		memset(g.data + PAGE, 1, 512);
		says(&g, &look, VSTOR_SRB_SUCCESS);
		says(&g, &write, VSTOR_SRB_SUCCESS);
		check(!system(argv[1]));
		is_to_look(&g);
		/* It does not know yet why it looks. */
		says(&g, &look, VSTOR_SRB_SUCCESS);
		for (i = 0; i < 3; i++) {
			memset(g.data + PAGE, 2, 512);
			says(&g, &write, VSTOR_SRB_INVALID_LUN);
			is_to_look(&g);
		}
		says(&g, &look, VSTOR_SRB_SUCCESS);
		check_eq(g.data[0] & 0xe0, 0);
		says(&g, &read, VSTOR_SRB_SUCCESS);
		for (i = 0; i < 512; i++)
			check_eq(g.data[i], 0);
		/* And that is all. */
		says(&g, &write, VSTOR_SRB_SUCCESS);
	}
	/* It is saved before it has heard: then it hears it where it goes on. */
	check(!system(argv[1]));
	save_and_restore(&g, NULL);
	says(&g, &write, VSTOR_SRB_INVALID_LUN);
	says(&g, &look, VSTOR_SRB_SUCCESS);
	says(&g, &write, VSTOR_SRB_SUCCESS);
	/* What happens to a disk while it is away is not about a disk of its. */
	save_and_restore(&g, argv[1]);
	says(&g, &write, VSTOR_SRB_SUCCESS);
	guest_end(&g);
}

const struct test_case migrate_cases[] = {
	{ "migrate", migrate },
	{ "told", told },
	{ "replaced", replaced },
	{}
};
