// SPDX-License-Identifier: GPL-2.0
/* What a guest with a network adapter must not do, one thing at a time. */
#include <errno.h>
#include <pthread.h>
#include <unistd.h>

#include "nic.h"
#include "random.h"

/* A frame of IP; @ext: bytes of options, or of a header before UDP's. Return: its length. */
static uint32_t ip_frame(uint8_t *frame, bool tag, bool v6, uint32_t ext, uint8_t l4,
			 bool fragment)
{
	uint8_t *at = frame + 12;

	memset(frame, 0, 160);
	frame[0] = 2;
	frame[6] = 2;
	if (tag) {
		at[0] = 0x88;		/* 802.1ad */
		at[1] = 0xa8;
		at[3] = 5;
		at += 4;
	}
	at[0] = v6 ? 0x86 : 8;
	at[1] = v6 ? 0xdd : 0;
	at += 2;
	if (v6) {
		at[0] = 0x60;
		at[6] = ext ? (fragment ? 44 : 0) : l4;
		at[40] = l4;
		if (fragment)
			at[43] = 1;	/* more of it */
		return at + 40 + ext + 40 - frame;
	}
	at[0] = 0x45 + ext / 4;
	at[9] = l4;
	if (fragment)
		at[6] = 0x20;
	at[20 + ext + 12] = 0x50;	/* of TCP: where its data begin */
	return at + 20 + ext + 40 - frame;
}

/* A frame, and a piece of information. Return: the status. */
static uint32_t rndis_info(struct nic *n, uint32_t type, uint32_t value,
			   const uint8_t *frame, uint32_t len)
{
	uint8_t msg[512] = {};

	put32(msg, 1);
	put32(msg + 4, 60 + len);
	put32(msg + 8, 52);
	put32(msg + 12, len);
	put32(msg + 28, 36);
	put32(msg + 32, 16);
	put32(msg + 44, 16);
	put32(msg + 48, type);
	put32(msg + 52, 12);
	put32(msg + 56, value);
	memcpy(msg + 60, frame, len);
	return nic_rndis(n, 0, msg, 60 + len);
}

/* guest PARTITION nic_offload: what can be left to the host, and what not. */
static void offload(int argc, char **argv)
{
	static const struct {
		bool tag, v6;
		uint32_t ext;
		uint8_t l4;
		bool fragment;
		uint32_t type, value;
		bool good;
	} cases[] = {
		{ 0, 0, 0, 17, 0, 0, 34 << 16 | 9, 1 },
		{ 0, 0, 0, 6, 0, 0, 34 << 16 | 5, 1 },
		{ 0, 0, 0, 17, 0, 0, 9, 1 },		/* NDIS: that of TCP only */
		{ 0, 0, 8, 17, 0, 0, 42 << 16 | 9, 1 },
		{ 0, 0, 8, 6, 0, 0, 42 << 16 | 0x15, 1 },
		{ 1, 0, 0, 6, 0, 0, 38 << 16 | 5, 1 },
		{ 0, 1, 0, 17, 0, 0, 54 << 16 | 10, 1 },
		{ 0, 1, 8, 6, 0, 0, 62 << 16 | 6, 1 },
		{ 1, 1, 0, 6, 0, 0, 58 << 16 | 6, 1 },
		{ 0, 0, 0, 6, 0, 2, 0x40000000 | 34 << 20 | 1460, 1 },
		/* over a port, an address, another protocol's bytes */
		{ 0, 0, 0, 17, 0, 0, 36 << 16 | 9, 0 },
		{ 0, 0, 8, 17, 0, 0, 34 << 16 | 9, 0 },
		{ 0, 0, 0, 6, 0, 0, 5, 0 },
		{ 0, 0, 0, 17, 0, 0, 34 << 16 | 5, 0 },
		{ 0, 0, 0, 1, 0, 0, 34 << 16 | 9, 0 },
		{ 0, 0, 0, 17, 1, 0, 34 << 16 | 9, 0 },
		{ 0, 1, 8, 17, 1, 0, 62 << 16 | 10, 0 },
		{ 0, 1, 8, 17, 0, 0, 54 << 16 | 10, 0 },
		{ 0, 1, 0, 17, 0, 0, 200 << 16 | 10, 0 },
		/* segments longer than its MTU */
		{ 0, 0, 0, 6, 0, 2, 0x40000000 | 34 << 20 | 1461, 0 },
		{ 0, 0, 0, 6, 0, 2, 0x40000000 | 34 << 20 | 9000, 0 },
	};
	uint8_t frame[160];
	struct nic n = {};
	uint32_t len, i;

	(void)argc;
	(void)argv;
	nic_start(&n, 0x60001);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		len = ip_frame(frame, cases[i].tag, cases[i].v6, cases[i].ext,
			       cases[i].l4, cases[i].fragment);
		if ((rndis_info(&n, cases[i].type, cases[i].value, frame, len) == 1) !=
		    cases[i].good)
			fail("case %u", i);
	}
	nic_reach(&n);
	nic_close(&n);
}

/* guest PARTITION nic_many: as many messages in a packet as it was told, and one more. */
static void many(int argc, char **argv)
{
	uint8_t msg[1024];
	struct nic n = {};
	uint32_t i;

	(void)argc;
	(void)argv;
	nic_start(&n, 0x60001);
	for (i = 0; i < 9; i++) {
		nic_data_head(msg + 104 * i, 60);
		nic_arp(&n, msg + 104 * i + 44);
	}
	check(nic_rndis(&n, 0, msg, 8 * 104) == 1);
	check(nic_rndis(&n, 0, msg, 9 * 104) != 1);
	nic_reach(&n);
	nic_close(&n);
}

static void *take_away(void *arg)
{
	uint8_t msg[40] = {};
	struct nic *n = arg;

	put32(msg, 103);
	msg[4] = RECV_ID & 0xff;
	msg[5] = RECV_ID >> 8;
	usleep(n->request % 300);
	vg_send(&n->ch, VMH_PACKET_INBAND, 0, 0, NULL, 0, msg, 40);
	return NULL;
}

/*
 * guest PARTITION nic_revoke SEED ROUNDS: the receive buffer goes while a sub-channel is
 * opened.
 */
static void revoked(int argc, char **argv)
{
	uint32_t rounds, opened = 0;
	struct vg_channel sub = {};
	struct vg_offer *offer;
	pthread_t thread;

	check(argc == 2);
	rnd_seed(argv[0]);
	for (rounds = atoi(argv[1]); rounds; rounds--) {
		struct nic n = {};

		nic_start(&n, 0x60001);
		nic_ask_subchannels(&n, 1, 9);
		check(nic_got_subchannels(&n, 9) == 1);
		offer = vg_find(&n.vg, &nic_class, 1, 5000);
		check(offer);
		n.request = rnd();
		check(!pthread_create(&thread, NULL, take_away, &n));
		sub.vg = NULL;
		opened += !vg_channel_open(&sub, &n.vg, offer->relid, RING, 1);
		pthread_join(thread, NULL);
		nic_close(&n);
	}
	printf("# %u were opened\n", opened);
}

/* Each of these fails the packet, and nothing else. */
static void bad_data(struct nic *n)
{
	uint8_t msg[512];
	uint32_t i, len = 60;

	for (i = 0; i < 13; i++) {
		memset(msg, 0, sizeof(msg));
		nic_data_head(msg, len);
		nic_arp(n, msg + 44);
		switch (i) {
		case 0: put32(msg + 4, 43); break;
		case 1: put32(msg + 4, 44 + len + 1); break;
		case 2: put32(msg + 4, 0xffffffff); break;
		case 3: put32(msg + 8, 35); break;
		case 4: put32(msg + 8, 0xfffffff0); break;
		case 5: put32(msg + 12, len + 1); break;
		case 6: put32(msg + 12, 13); break;
		case 7: put32(msg + 20, 8); break;	/* out of band */
		case 8: put32(msg, 99); break;
		case 9: /* information that ends nowhere */
			put32(msg + 28, 36);
			put32(msg + 32, 4);
			break;
		case 10: /* of no size */
			put32(msg + 4, 60 + len);
			put32(msg + 8, 52);
			put32(msg + 28, 36);
			put32(msg + 32, 16);
			memmove(msg + 60, msg + 44, len);
			memset(msg + 44, 0, 16);
			break;
		case 11: /* a large send that is none */
		case 12: /* a checksum of nothing */
			put32(msg + 4, 60 + len);
			put32(msg + 8, 52);
			put32(msg + 28, 36);
			put32(msg + 32, 16);
			memmove(msg + 60, msg + 44, len);
			put32(msg + 44, 16);
			put32(msg + 48, i == 11 ? 2 : 0);
			put32(msg + 52, 12);
			put32(msg + 56, i == 11 ? 0x400005b4 : 0x03ff0005);
			break;
		}
		check(nic_rndis(n, 0, msg, i >= 10 ? 60 + len : 44 + len) != 1);
	}
}

/* guest PARTITION nic_malformed */
static void malformed(int argc, char **argv)
{
	uint8_t nvsp[40] = {}, buf[4096];
	struct nic n = {};

	(void)argc;
	(void)argv;
	nic_start(&n, 0x60001);
	nic_reach(&n);
	bad_data(&n);
	/* A section that is none. */
	put32(nvsp, 107);
	put32(nvsp + 8, SEND_BYTES / 6144);
	put32(nvsp + 12, 60);
	check(nic_ask(&n, nvsp, 40, buf) >= 8 && get32(buf + 4) != 1);
	put32(nvsp + 8, 0x2aaaaaab);
	check(nic_ask(&n, nvsp, 40, buf) >= 8 && get32(buf + 4) != 1);
	put32(nvsp + 8, 0);
	put32(nvsp + 12, 6145);
	check(nic_ask(&n, nvsp, 40, buf) >= 8 && get32(buf + 4) != 1);
	nic_reach(&n);
	nic_close(&n);
}

/* guest PARTITION nic_twice: a section given back twice breaks the channel. */
static void twice(int argc, char **argv)
{
	uint32_t done[2] = { htole32(108), htole32(1) };
	uint8_t buf[8192];
	struct vg_packet p;
	struct nic n = {};
	int i;

	(void)argc;
	(void)argv;
	for (i = 0; i < 2; i++) {
		memset(&n, 0, sizeof(n));
		nic_start(&n, 0x60001);
		nic_reach(&n);
		ok(vg_send(&n.ch, VMH_PACKET_COMPLETION, 0, i ? 1 : 0x7fffffff,
			   NULL, 0, done, sizeof(done)));
		/* Frames of the host's may have been on their way; then nothing is. */
		while (nic_recv(&n, buf, sizeof(buf), &p, 500) != -ETIMEDOUT)
			;
		nic_close(&n);
	}
}

/* guest PARTITION nic_badstate OTHER SEED ROUNDS [BUFFER]: state that nobody saved. */
static void badstate(int argc, char **argv)
{
	static uint8_t saved[4U << 20], bad[4U << 20], rings[2 * RING];
	uint32_t round, rounds, i, taken = 0;
	struct nic n = {};
	size_t size;

	check(argc == 3 || argc == 4);
	rnd_seed(argv[1]);
	rounds = atoi(argv[2]);
	nic_recv_argument(argc, argv, 3);
	nic_start(&n, 0x60001);
	nic_reach(&n);
	size = sizeof(saved);
	ok(vg_save(&n.vg, saved, &size));
	vg_detach(&n.vg);
	check(n.ch.bytes <= sizeof(rings));
	memcpy(rings, n.ch.mem, n.ch.bytes);
	for (round = 0; round < rounds; round++) {
		memcpy(bad, saved, size);
		/* The last part is the NIC's, and its messages. */
		for (i = 1 + below(3); i; i--)
			put32(bad + (size - 4 - below(size < 2000 ? size / 2 : 1400)) / 4 * 4,
			      below(3) ? nic_some() : rnd());
		ok(vg_attach(&n.vg, argv[0], attach_flags));
		if (!vg_restore(&n.vg, bad, size)) {
			taken++;
			ok(vg_resume(&n.vg));
		}
		vg_detach(&n.vg);
	}
	printf("# %u of %u were taken\n", taken, rounds);
	/* As who restores a guest does with all of its memory: hosts have written there. */
	memcpy(n.ch.mem, rings, n.ch.bytes);
	ok(vg_attach(&n.vg, argv[0], attach_flags));
	ok(vg_restore(&n.vg, saved, size));
	ok(vg_resume(&n.vg));
	nic_reach(&n);
	nic_close(&n);
}

/*
 * guest PARTITION nic_breaks ROUNDS: many frames, and what breaks the channel right behind
 * them, again and again: nothing of that counts as under way for ever.
 */
static void breaks(int argc, char **argv)
{
	uint32_t round, rounds, i, len, at;
	uint8_t nvsp[40], buf[8192];
	struct vg_packet p;
	int err;

	check(argc == 1);
	rounds = atoi(argv[0]);
	for (round = 0; round < rounds; round++) {
		struct nic n = {};

		nic_start(&n, 0x60001);
		nic_reach(&n);
		for (i = 0, at = 0; i < 3; i++, at += 44 + len) {
			len = 1514;
			nic_arp(&n, n.send + at + 44);
			nic_data_head(n.send + at, len);
		}
		memset(nvsp, 0, sizeof(nvsp));
		put32(nvsp, 107);
		put32(nvsp + 12, at);
		for (i = 0; i < 120; i++) {
			err = vg_send_quiet(&n.ch, VMH_PACKET_INBAND, 0, 7, NULL, 0,
					    nvsp, sizeof(nvsp));
			if (err == -EAGAIN)
				break;
			ok(err);
		}
		put32(nvsp, 9999);
		err = vg_send_quiet(&n.ch, VMH_PACKET_INBAND, 0, 7, NULL, 0, nvsp,
				    sizeof(nvsp));
		check(!err || err == -EAGAIN);
		ok(vg_flush(&n.ch));
		/* Until there is nothing more from the host. */
		while (nic_recv(&n, buf, sizeof(buf), &p, 100) != -ETIMEDOUT)
			;
		nic_close(&n);
	}
}

const struct test_case nic_hostile_cases[] = {
	{ "nic_offload", offload },
	{ "nic_many", many },
	{ "nic_revoke", revoked },
	{ "nic_malformed", malformed },
	{ "nic_twice", twice },
	{ "nic_breaks", breaks },
	{ "nic_badstate", badstate },
	{}
};
