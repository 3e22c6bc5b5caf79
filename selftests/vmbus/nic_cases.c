// SPDX-License-Identifier: GPL-2.0
/* What a guest with a network adapter can do: all versions, moves, frames it keeps. */
#include <errno.h>
#include <time.h>
#include <unistd.h>

#include "nic.h"

/* guest PARTITION nic_versions: each version, and none that there is not. */
static void versions(int argc, char **argv)
{
	static const uint32_t known[] = {
		2, 0x30002, 0x40000, 0x50000, 0x60000, 0x60001,
	};
	struct nic n;
	size_t i;

	(void)argc;
	(void)argv;
	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		memset(&n, 0, sizeof(n));
		nic_open(&n);
		check(!nic_negotiate(&n, 0x70000));
		check(!nic_negotiate(&n, 3));
		check(nic_negotiate(&n, known[i]));
		nic_buffers(&n);
		nic_rndis_start(&n);
		nic_reach(&n);
		nic_close(&n);
	}
}

/* guest PARTITION nic_keep: nothing is given back; the host does not wait for ever. */
static void keep(int argc, char **argv)
{
	uint8_t msg[256], buf[8192];
	struct nic n = {};
	struct vg_packet p;
	time_t end;
	uint32_t len;

	check(argc == 1);
	nic_start(&n, 0x60001);
	nic_reach(&n);
	n.keep = true;
	end = time(NULL) + atoi(argv[0]);
	while (time(NULL) < end) {
		len = nic_arp(&n, msg + 44);
		nic_data_head(msg, len);
		nic_rndis(&n, 0, msg, 44 + len);
		while (nic_recv(&n, buf, sizeof(buf), &p, 1) >= 0) {
			if (p.type == VMH_PACKET_XFER_PAGES)
				nic_on_xfer(&n, &p);
		}
	}
	nic_close(&n);
}

/*
 * guest PARTITION nic_migrate OTHER ROUNDS [BUFFER]: to and fro, with frames that have not
 * been given back, and requests that have not been answered.
 */
static void migrate(int argc, char **argv)
{
	static uint8_t saved[4U << 20];
	const char *there[2] = { NULL, partition };
	uint8_t buf[8192], reply[4096];
	uint64_t kept[64];
	uint32_t n_kept = 0, round, rounds, i;
	struct nic n = {};
	struct vg_packet p;
	size_t size;

	check(argc == 2 || argc == 3);
	there[0] = argv[0];
	rounds = atoi(argv[1]);
	nic_recv_argument(argc, argv, 2);
	nic_start(&n, 0x60001);
	nic_reach(&n);
	for (round = 0; round < rounds; round++) {
		/* A request that is under way. */
		nic_keepalive(&n, 6);
		size = sizeof(saved);
		ok(vg_save(&n.vg, saved, &size));
		vg_detach(&n.vg);
		ok(vg_attach(&n.vg, there[round % 2], attach_flags));
		ok(vg_restore(&n.vg, saved, size));
		ok(vg_resume(&n.vg));
		for (i = 0; i < 2; ) {
			check(nic_recv(&n, buf, sizeof(buf), &p, 20000) >= 0);
			if (p.type == VMH_PACKET_COMPLETION) {
				check(p.trans_id == 6);
				i++;
			} else if (p.type == VMH_PACKET_XFER_PAGES) {
				const uint8_t *c = nic_on_xfer(&n, &p);

				if (c && get32(c) == 0x80000008) {
					check(get32(c + 8) == n.request);
					i++;
				}
				/* Some the guest has for long. */
				if (n_kept < 64 && round % 2)
					kept[n_kept++] = p.trans_id;
				else
					nic_give_back(&n, p.trans_id);
			}
		}
		nic_reach(&n);
		check(nic_request(&n, 4, 0x0001010e, NULL, 0, reply) == 0);
		check(get32(reply + 24) == 0x20);
	}
	check(n_kept);
	while (n_kept)
		nic_give_back(&n, kept[--n_kept]);
	nic_reach(&n);
	nic_close(&n);
}

/*
 * guest PARTITION nic_resub OTHER ROUNDS: it moves before it hears of the sub-channels
 * that it has asked for.
 */
static void resub(int argc, char **argv)
{
	static uint8_t saved[4U << 20];
	uint32_t rounds;
	size_t size;

	check(argc == 2);
	for (rounds = atoi(argv[1]); rounds; rounds--) {
		struct nic n = {};

		nic_start(&n, 0x60001);
		nic_ask_subchannels(&n, 3, 9);
		usleep(rounds % 8 * 20);
		size = sizeof(saved);
		ok(vg_save(&n.vg, saved, &size));
		vg_detach(&n.vg);
		ok(vg_attach(&n.vg, argv[0], attach_flags));
		ok(vg_restore(&n.vg, saved, size));
		ok(vg_resume(&n.vg));
		check(nic_got_subchannels(&n, 9) == 3);
		nic_close(&n);
	}
}

static void command(const char *what, const char *netdev, const char *rest)
{
	char line[256];

	snprintf(line, sizeof(line), "%s %s %s", what, netdev, rest);
	check(!system(line));
}

/* Wait until all of these indications have come, and what was asked is answered. */
static void indications(struct nic *n, const uint32_t *status, uint32_t count,
			uint32_t answers)
{
	uint32_t missing = (1U << count) - 1, i;
	struct vg_packet p;
	uint8_t buf[8192];

	while (missing || answers) {
		check(nic_recv(n, buf, sizeof(buf), &p, 20000) >= 0);
		if (p.type == VMH_PACKET_COMPLETION && p.trans_id == 6)
			answers--;
		if (p.type == VMH_PACKET_XFER_PAGES) {
			const uint8_t *c = nic_on_xfer(n, &p);

			if (c && get32(c) == 0x80000008)
				answers--;
			for (i = 0; c && get32(c) == 7 && i < count; i++) {
				if (get32(c + 8) == status[i])
					missing &= ~(1U << i);
			}
			nic_give_back(n, p.trans_id);
		}
	}
}

/*
 * guest PARTITION nic_pause NETDEV: while it is stopped it asks something, and the link
 * changes.
 */
static void paused(int argc, char **argv)
{
	static const uint32_t down[] = { 0x4001000c, 0x40010013 };
	static const uint32_t up[] = { 0x4001000b };
	static uint8_t saved[4U << 20];
	size_t size = sizeof(saved);
	struct nic n = {};

	check(argc == 1);
	nic_start(&n, 0x60001);
	nic_reach(&n);
	ok(vg_save(&n.vg, saved, &size));
	nic_keepalive(&n, 6);
	command("ip link set dev", argv[0], "down");
	command("vswitchctl nic set", argv[0], "speed 2500");
	ok(vg_resume(&n.vg));
	indications(&n, down, 2, 2);
	command("ip link set dev", argv[0], "up");
	indications(&n, up, 1, 0);
	command("vswitchctl nic set", argv[0], "speed 10000");
	nic_reach(&n);
	nic_close(&n);
}

static void sub_open(struct nic *n, struct vg_channel *sub, uint16_t index)
{
	struct vg_offer *offer = vg_find(&n->vg, &nic_class, index, 5000);

	check(offer);
	ok(vg_channel_open(sub, &n->vg, offer->relid, RING, index));
}

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

/*
 * guest PARTITION nic_starve [BUFFER]: frames come on two channels. What comes on the first
 * one it keeps, and the other one goes on; and the first one, too, when all is given back.
 */
static void starve(int argc, char **argv)
{
	uint32_t done[2] = { htole32(108), htole32(1) };
	uint32_t n_kept = 0, late = 0, last = 0, i;
	struct vg_channel sub = {};
	static uint64_t kept[4096];
	uint8_t buf[8192];
	struct vg_packet p;
	struct nic n = {};
	int64_t start;

	/* Some 150 sections. */
	nic_recv_bytes = 256 << 10;
	nic_recv_argument(argc, argv, 0);
	nic_start(&n, 0x60001);
	nic_ask_subchannels(&n, 1, 9);
	check(nic_got_subchannels(&n, 9) == 1);
	sub_open(&n, &sub, 1);
	start = now_ms();
	while (now_ms() < start + 14000) {
		while (vg_recv(&n.ch, buf, sizeof(buf), &p) >= 0) {
			if (p.type != VMH_PACKET_XFER_PAGES)
				continue;
			nic_on_xfer(&n, &p);
			/* BQL begins with one frame, until one was given back. */
			if (now_ms() < start + 500) {
				nic_give_back(&n, p.trans_id);
				continue;
			}
			check(n_kept < 4096);
			kept[n_kept++] = p.trans_id;
			last = now_ms() - start;
		}
		while (vg_recv(&sub, buf, sizeof(buf), &p) >= 0) {
			check(p.type == VMH_PACKET_XFER_PAGES);
			nic_on_xfer(&n, &p);
			late += now_ms() > start + 10000;
			ok(vg_send(&sub, VMH_PACKET_COMPLETION, 0, p.trans_id, NULL,
				   0, done, sizeof(done)));
		}
		usleep(500);
	}
	printf("# %u packets were kept, the last after %u ms, %u came late\n", n_kept,
	       last, late);
	check(n_kept > 48 && late > 10);
	for (i = 0; i < n_kept; i++)
		nic_give_back(&n, kept[i]);
	check(vg_recv_wait(&n.ch, buf, sizeof(buf), &p, 10000) >= 0);
	ok(vg_channel_close(&sub));
	nic_close(&n);
}

/* The value of a kind of information of a frame, or -1. */
static int64_t info_of(const uint8_t *msg, uint32_t type)
{
	uint32_t at = 8 + get32(msg + 28), left = get32(msg + 32), size;

	for (; left; at += size, left -= size) {
		size = get32(msg + at);
		check(size >= 16 && size <= left);
		if (get32(msg + at + 4) == type)
			return get32(msg + at + get32(msg + at + 8));
	}
	return -1;
}

/*
 * guest PARTITION nic_rsc LENGTH COUNT [BUFFER]: COUNT TCP segments with LENGTH bytes of data
 * come, in as many parts as it takes, and each byte says where it is.
 */
static void rsc(int argc, char **argv)
{
	static uint8_t whole[65536], buf[8192];
	uint32_t length, left, len = 0, parts = 0, i, at;
	uint8_t params[28] = { 0x80, 3, 28 };
	const uint8_t *msg;
	struct vg_packet p;
	struct nic n = {};
	int64_t flags;

	check(argc == 2 || argc == 3);
	length = strtoul(argv[0], NULL, 0);
	left = strtoul(argv[1], NULL, 0);
	nic_recv_argument(argc, argv, 2);
	nic_start(&n, 0x60001);
	params[22] = 2;
	check(nic_request(&n, 5, 0xfc01020c, params, sizeof(params), buf) == 0);
	while (left) {
		check(nic_recv(&n, buf, sizeof(buf), &p, 20000) >= 0);
		if (p.type != VMH_PACKET_XFER_PAGES)
			continue;
		for (i = 0; i < get32(p.extra + 4); i++) {
			msg = n.recv + get32(p.extra + 12 + 8 * i);
			flags = get32(msg) == 1 ? info_of(msg, 0x80000001) : -1;
			if (flags < 0)
				continue;
			/* A part; the first; the last. */
			check(flags & 0x100 && !(flags & 0x200) == !!parts);
			check(len + get32(msg + 12) <= sizeof(whole));
			memcpy(whole + len, msg + 8 + get32(msg + 8), get32(msg + 12));
			len += get32(msg + 12);
			parts++;
			if (!(flags & 0x400))
				continue;
			check_eq(len, 54 + length);
			check(parts > 1);
			for (at = 0; at < length; at++)
				check(whole[54 + at] == (uint8_t)(at * 7 + at / 256));
			left--;
			len = 0;
			parts = 0;
		}
		nic_give_back(&n, p.trans_id);
	}
	nic_close(&n);
}

/* guest PARTITION nic_hash: until a frame comes with the hash that its sender knew. */
static void hash(int argc, char **argv)
{
	const uint8_t *msg;
	uint8_t buf[8192];
	bool seen = false;
	struct vg_packet p;
	struct nic n = {};
	uint32_t i;

	(void)argc;
	(void)argv;
	nic_start(&n, 0x60001);
	while (!seen) {
		check(nic_recv(&n, buf, sizeof(buf), &p, 20000) >= 0);
		if (p.type != VMH_PACKET_XFER_PAGES)
			continue;
		nic_on_xfer(&n, &p);
		for (i = 0; i < get32(p.extra + 4); i++) {
			msg = n.recv + get32(p.extra + 12 + 8 * i);
			/* NBL_HASH_VALUE, in the place of PACKET_CANCEL_ID. */
			seen |= get32(msg) == 1 && info_of(msg, 8) >= 0;
		}
		nic_give_back(&n, p.trans_id);
	}
	nic_close(&n);
}

/*
 * guest PARTITION nic_subs SECONDS: a sub-channel comes and goes while frames come on it
 * and on others, of a buffer that is small.
 */
static void subs(int argc, char **argv)
{
	uint32_t done[2] = { htole32(108), htole32(1) }, opened = 0, other = 0;
	struct vg_channel sub = {};
	uint8_t buf[8192];
	struct vg_packet p;
	struct nic n = {};
	int64_t end, close_at = 0;

	check(argc == 1);
	nic_recv_bytes = RECV_SMALL;
	nic_start(&n, 0x60001);
	nic_ask_subchannels(&n, 1, 9);
	check(nic_got_subchannels(&n, 9) == 1);
	end = now_ms() + atoi(argv[0]) * 1000;
	while (now_ms() < end) {
		if (!close_at) {
			sub_open(&n, &sub, 1);
			close_at = now_ms() + 2 + opened++ % 16;
		}
		while (vg_recv(&n.ch, buf, sizeof(buf), &p) >= 0) {
			if (p.type != VMH_PACKET_XFER_PAGES)
				continue;
			nic_on_xfer(&n, &p);
			nic_give_back(&n, p.trans_id);
			other++;
		}
		while (vg_recv(&sub, buf, sizeof(buf), &p) >= 0)
			ok(vg_send(&sub, VMH_PACKET_COMPLETION, 0, p.trans_id, NULL,
				   0, done, sizeof(done)));
		if (now_ms() > close_at) {
			ok(vg_channel_close(&sub));
			close_at = 0;
		}
	}
	if (close_at)
		ok(vg_channel_close(&sub));
	printf("# %u times, and %u packets on the other channel\n", opened, other);
	check(opened > 20 && other > 20);
	nic_reach(&n);
	nic_close(&n);
}

/*
 * guest PARTITION nic_step N: up to step N, at which it stops; or to the end of them, with
 * some sub-channels that are open and some that are not.
 */
static void step(int argc, char **argv)
{
	struct vg_channel sub[2] = {};
	uint8_t msg[40] = {};
	struct nic n = {};

	check(argc == 1);
	nic_steps = strtoul(argv[0], NULL, 0);
	nic_start(&n, 0x60001);
	nic_ask_subchannels(&n, 3, 9);
	check(nic_got_subchannels(&n, 9) == 3);
	nic_step();
	sub_open(&n, &sub[0], 1);
	nic_step();
	sub_open(&n, &sub[1], 2);
	nic_reach(&n);
	/* The receive buffer is taken back. */
	put32(msg, 103);
	put32(msg + 4, RECV_ID);
	nic_tell(&n, msg, sizeof(msg));
	printf("all\n");
	nic_steps = 1;
	nic_step();
}

const struct test_case nic_cases[] = {
	{ "nic_versions", versions },
	{ "nic_keep", keep },
	{ "nic_migrate", migrate },
	{ "nic_resub", resub },
	{ "nic_pause", paused },
	{ "nic_starve", starve },
	{ "nic_step", step },
	{ "nic_rsc", rsc },
	{ "nic_hash", hash },
	{ "nic_subs", subs },
	{}
};
