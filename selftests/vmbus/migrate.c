// SPDX-License-Identifier: GPL-2.0
/* Cases about state: saved at any time, restored elsewhere, or refused. */
#include <endian.h>
#include <errno.h>

#include "guest.h"

#define STATE	(4U << 20)

static uint8_t state[STATE];

static void restore(struct vg *vg, const char *there, size_t size)
{
	vg_detach(vg);
	ok(vg_attach(vg, there, attach_flags));
	ok(vg_restore(vg, state, size));
	ok(vg_resume(vg));
}

/*
 * guest PARTITION migrate OTHER ROUNDS: to and fro, with packets under way, a ring
 * that is full, and one that the host holds.
 */
static void migrate(int argc, char **argv)
{
	static uint8_t out[1000], in[VMBUS_ECHO_MAX_PACKET];
	uint32_t sent = 0, got = 0, status, gpadl, len, round, rounds;
	struct vmh_msg_header offers = { .type = htole32(VMH_MSG_REQUEST_OFFERS) };
	const char *there[2] = { NULL, partition };
	struct vg_channel ch = {}, sub = {};
	struct vg_packet packet;
	size_t size;
	struct vg vg;
	uint8_t *mem;

	check(argc == 2);
	there[0] = argv[0];
	rounds = atoi(argv[1]);
	guest_start(&vg, MEMORY);
	echo_open(&ch, &vg, 3 * PAGE);
	mem = vg_alloc(&vg, 60);
	check(mem);
	ok(vg_gpadl_create(&vg, ch.relid, mem, 60 * PAGE - 5, &gpadl));
	echo_ask(&ch, VMBUS_ECHO_OP_BUFFER, gpadl, &status);
	check(!status);
	echo_ask(&ch, VMBUS_ECHO_OP_SUBCHANNELS, 1, &status);
	check(!status && vg_find(&vg, &echo_class, 1, 10000));
	ok(vg_channel_open(&sub, &vg, vg_find(&vg, &echo_class, 1, 0)->relid,
			   RING, 1));
	/* It stands, and says so. */
	size = 10;
	check(vg_save(&vg, state, &size) == -ENOSPC && size > 1000);
	check(vg_post(&vg, &offers, sizeof(offers)) == -EBUSY);
	ok(vg_resume(&vg));
	check(vg_resume(&vg) == -EINVAL);

	for (round = 0; round < rounds; round++) {
		for (;;) {
			len = 16 + sent * 37 % 900;
			fill(out, len, sent);
			if (vg_send(&ch, VMH_PACKET_INBAND, 1, sent, NULL, 0,
				    out, len))
				break;
			sent++;
		}
		size = sizeof(state);
		ok(vg_save(&vg, state, &size));
		restore(&vg, there[round % 2], size);
		while (got < sent) {
			ok(vg_recv_wait(&ch, in, sizeof(in), &packet, 20000));
			if (packet.trans_id != got)
				fail("packet %u, want %u", (uint32_t)packet.trans_id,
				     got);
			len = 16 + got * 37 % 900;
			fill(out, len, got);
			check(packet.len == ((len + 7) & ~7U) &&
			      !memcmp(packet.payload, out, len));
			got++;
		}
		check(echo_ask(&sub, VMBUS_ECHO_OP_ECHO, round, &status) ==
		      round);
		/* The service knows its buffer. */
		check(echo_ask(&ch, VMBUS_ECHO_OP_XFER, 1, &status) == 0 &&
		      status == EINVAL);
	}
	printf("# %u packets, %zu bytes of state\n", sent, size);
	echo_ask(&ch, VMBUS_ECHO_OP_BUFFER, 0, &status);
	ok(vg_gpadl_teardown(&vg, ch.relid, gpadl));
	ok(vg_channel_close(&sub));
	ok(vg_channel_close(&ch));
	vg_close(&vg);
}

/* guest PARTITION badstate OTHER SEED N: state that somebody has bent */
static void badstate(int argc, char **argv)
{
	static uint8_t good[STATE];
	struct vg_channel ch = {};
	uint32_t i, n, flips, taken = 0;
	uint64_t x;
	uint8_t *mem;
	uint32_t gpadl;
	struct vg vg;
	size_t size = sizeof(good);
	int err;

	check(argc == 3);
	x = strtoull(argv[1], NULL, 0) * 0x9e3779b97f4a7c15ULL + 1;
	n = atoi(argv[2]);
	guest_start(&vg, MEMORY);
	echo_open(&ch, &vg, 3 * PAGE);
	mem = vg_alloc(&vg, 2);
	check(mem);
	ok(vg_gpadl_create(&vg, ch.relid, mem, 2 * PAGE, &gpadl));
	ok(vg_save(&vg, good, &size));
	vg_detach(&vg);
	for (i = 0; i < n; i++) {
		memcpy(state, good, size);
		x ^= x << 13, x ^= x >> 7, x ^= x << 17;
		for (flips = 1 + x % 3; flips; flips--) {
			x ^= x << 13, x ^= x >> 7, x ^= x << 17;
			state[(x >> 8) % size] = x >> 40;
		}
		while ((err = vg_attach(&vg, argv[0], attach_flags)) == -EBUSY)
			;
		ok(err);
		err = vg_restore(&vg, state, x % 7 ? size : x % (size + 1));
		taken += !err;
		if (err && err != -EINVAL && err != -ENODEV && err != -EFAULT &&
		    err != -EDQUOT && err != -ENOSPC)
			fail("%s", strerror(-err));
		if (!err)
			vg_resume(&vg);
		vg_detach(&vg);
	}
	printf("# %u of %u were taken\n", taken, n);
	/* And still takes what is right. */
	memcpy(state, good, size);
	restore(&vg, argv[0], size);
	check(vg_restore(&vg, good, size) == -EISCONN);
	ok(vg_gpadl_teardown(&vg, ch.relid, gpadl));
	ok(vg_channel_close(&ch));
	vg_close(&vg);
}

const struct test_case migrate_cases[] = {
	{ "migrate", migrate },
	{ "badstate", badstate },
	{}
};
