// SPDX-License-Identifier: GPL-2.0
/*
 * A guest with a network adapter: what NVSP and RNDIS say that it must do, in all
 * versions, and then what it must not. Numbers are written out here once more: nothing
 * comes from the module.
 */
#include <endian.h>
#include <errno.h>
#include <pthread.h>
#include <time.h>
#include <unistd.h>

#include "guest.h"

#define RECV_BYTES	(1U << 20)
#define SEND_BYTES	(24U * 6144)
#define RECV_ID		0xcafe
#define MTU		1500

static const struct vmh_guid nic_class = {{
	0x63, 0x51, 0x61, 0xf8, 0x3e, 0xdf, 0xc5, 0x46,
	0x91, 0x3f, 0xf2, 0xd2, 0xf9, 0x65, 0xed, 0x0e,
}};

struct nic {
	struct vg vg;
	struct vg_channel ch;
	uint8_t *recv;
	uint8_t *send;
	uint32_t recv_gpadl;
	uint32_t send_gpadl;
	uint32_t version;
	uint32_t request;
	uint32_t section;		/* bytes of one, of the receive buffer */
	uint8_t mac[6];
	uint32_t frames;		/* received */
	uint8_t frame[2048];		/* the last one */
	uint32_t frame_len;
	bool keep;			/* do not give sections back */
};

static uint32_t recv_bytes = RECV_BYTES;
static uint64_t state;
static uint32_t rnd(void);
static uint32_t below(uint32_t n);
static uint32_t some(void);

static void put32(void *at, uint32_t value)
{
	value = htole32(value);
	memcpy(at, &value, sizeof(value));
}

static uint32_t get32(const void *at)
{
	uint32_t value;

	memcpy(&value, at, sizeof(value));
	return le32toh(value);
}

static uint32_t msg_size(const struct nic *n)
{
	return n->version >= 0x60001 ? 40 : 28;
}

/* ---- What comes from the host ---- */

static void give_back(struct nic *n, uint64_t trans_id)
{
	uint32_t done[2] = { htole32(108), htole32(1) };

	if (!n->keep)
		ok(vg_send(&n->ch, VMH_PACKET_COMPLETION, 0, trans_id, NULL, 0,
			   done, sizeof(done)));
}

/* A packet of transfer pages. Return: the control message in it, or NULL. */
static const uint8_t *on_xfer(struct nic *n, const struct vg_packet *p)
{
	uint32_t count = get32(p->extra + 4), i, len, at, offset;
	const uint8_t *control = NULL;

	check(p->flags & VMH_PACKET_WANTS_COMPLETION);
	check((p->extra[0] | p->extra[1] << 8) == RECV_ID);
	check(p->extra_len == 8 + 8 * count && count);
	check(get32(p->payload) == 107);
	for (i = 0; i < count; i++) {
		len = get32(p->extra + 8 + 8 * i);
		at = get32(p->extra + 12 + 8 * i);
		check(len >= 8 && len <= n->section && at % n->section == 0 &&
		      at + len <= RECV_BYTES);
		check(get32(n->recv + at + 4) <= len);
		if (get32(p->payload + 4) == 1) {
			control = n->recv + at;
			continue;
		}
		check(get32(n->recv + at) == 1);
		offset = 8 + get32(n->recv + at + 8);
		n->frame_len = get32(n->recv + at + 12);
		check(offset + n->frame_len <= len);
		memcpy(n->frame, n->recv + at + offset,
		       n->frame_len < sizeof(n->frame) ? n->frame_len :
							 sizeof(n->frame));
		n->frames++;
	}
	return control;
}

static int recv_packet(struct nic *n, uint8_t *buf, uint32_t size,
		       struct vg_packet *p, int timeout)
{
	int err = vg_recv_wait(&n->ch, buf, size, p, timeout);

	if (err != -ETIMEDOUT)
		ok(err);
	return err;
}

/* Wait for the completion of one of ours; what comes besides is dealt with. */
static uint32_t completion(struct nic *n, uint64_t trans_id, uint8_t *buf,
			   uint32_t size)
{
	struct vg_packet p;

	for (;;) {
		check(recv_packet(n, buf, size, &p, 20000) >= 0);
		if (p.type == VMH_PACKET_XFER_PAGES) {
			on_xfer(n, &p);
			give_back(n, p.trans_id);
			continue;
		}
		if (p.type != VMH_PACKET_COMPLETION)
			continue;
		check(p.trans_id == trans_id);
		memmove(buf, p.payload, p.len);
		return p.len;
	}
}

static uint32_t ask(struct nic *n, const void *msg, uint32_t len, uint8_t *buf)
{
	ok(vg_send(&n->ch, VMH_PACKET_INBAND, VMH_PACKET_WANTS_COMPLETION, 77,
		   NULL, 0, msg, len));
	return completion(n, 77, buf, 4096);
}

static void tell(struct nic *n, const void *msg, uint32_t len)
{
	ok(vg_send(&n->ch, VMH_PACKET_INBAND, 0, 0, NULL, 0, msg, len));
}

/* ---- Up to frames ---- */

static bool negotiate(struct nic *n, uint32_t version)
{
	uint8_t msg[40] = {}, buf[4096];

	put32(msg, 1);
	put32(msg + 4, version);
	put32(msg + 8, version);
	check(ask(n, msg, 40, buf) >= 16);
	check(get32(buf) == 2);
	n->version = version;
	return get32(buf + 12) == 1;
}

static void buffers(struct nic *n)
{
	uint8_t msg[40] = {}, buf[4096];

	if (n->version >= 0x30002) {
		put32(msg, 125);
		put32(msg + 4, MTU + 14);
		msg[12] = 0x88;		/* 802.1Q, RSC */
		tell(n, msg, 40);
	}
	memset(msg, 0, sizeof(msg));
	put32(msg, 100);
	put32(msg + 4, 6);
	put32(msg + 8, 30);
	tell(n, msg, 40);
	memset(msg, 0, sizeof(msg));
	put32(msg, 101);
	put32(msg + 4, n->recv_gpadl);
	msg[8] = RECV_ID & 0xff;
	msg[9] = RECV_ID >> 8;
	check(ask(n, msg, 40, buf) == (msg_size(n) + 7) / 8 * 8);
	check(get32(buf) == 102 && get32(buf + 4) == 1 && get32(buf + 8) == 1);
	n->section = get32(buf + 16);
	check(n->section >= MTU + 14 + 44 &&
	      (uint64_t)n->section * get32(buf + 20) <= RECV_BYTES);
	memset(msg, 0, sizeof(msg));
	put32(msg, 104);
	put32(msg + 4, n->send_gpadl);
	check(ask(n, msg, 40, buf) >= 12);
	check(get32(buf) == 105 && get32(buf + 4) == 1 && get32(buf + 8) == 6144);
}

/* An RNDIS message out of the send buffer. */
static uint32_t rndis(struct nic *n, uint32_t channel, const void *msg, uint32_t len)
{
	uint8_t nvsp[40] = {}, buf[4096];

	memcpy(n->send, msg, len);
	put32(nvsp, 107);
	put32(nvsp + 4, channel);
	put32(nvsp + 8, 0);
	put32(nvsp + 12, len);
	check(ask(n, nvsp, 40, buf) >= 8);
	check(get32(buf) == 108);
	return get32(buf + 4);
}

/* A request, and its answer in @reply. Return: the status in it. */
static uint32_t request(struct nic *n, uint32_t type, uint32_t oid, const void *in,
			uint32_t in_len, uint8_t *reply)
{
	uint8_t msg[2048] = {}, buf[8192], nvsp[40] = {};
	const uint8_t *control = NULL;
	struct vg_packet p;
	bool done = false;

	put32(msg, type);
	put32(msg + 4, 28 + in_len);
	put32(msg + 8, ++n->request);
	put32(msg + 12, oid);
	put32(msg + 16, in_len);
	put32(msg + 20, 20);
	if (in_len)
		memcpy(msg + 28, in, in_len);
	memcpy(n->send, msg, 28 + in_len);
	put32(nvsp, 107);
	put32(nvsp + 4, 1);
	put32(nvsp + 12, 28 + in_len);
	ok(vg_send(&n->ch, VMH_PACKET_INBAND, VMH_PACKET_WANTS_COMPLETION, 5,
		   NULL, 0, nvsp, 40));
	while (!control || !done) {
		check(recv_packet(n, buf, sizeof(buf), &p, 20000) >= 0);
		if (p.type == VMH_PACKET_COMPLETION) {
			check(p.trans_id == 5 && get32(p.payload + 4) == 1);
			done = true;
		} else if (p.type == VMH_PACKET_XFER_PAGES) {
			const uint8_t *c = on_xfer(n, &p);

			if (c && get32(c) == (type | 0x80000000)) {
				memcpy(reply, c, get32(c + 4));
				control = c;
			}
			give_back(n, p.trans_id);
		}
	}
	check(get32(reply + 8) == n->request);
	return get32(reply + 12);
}

static void rndis_start(struct nic *n)
{
	static const uint8_t filter[4] = { 0x20 };	/* promiscuous */
	uint8_t reply[4096];

	check(request(n, 2, 1, NULL, 0, reply) == 0);
	check(request(n, 4, 0x01010101, NULL, 0, reply) == 0);
	check(get32(reply + 16) == 6 && get32(reply + 20) == 16);
	memcpy(n->mac, reply + 24, 6);
	check(request(n, 5, 0x0001010e, filter, 4, reply) == 0);
}

static void nic_open(struct nic *n)
{
	struct vg_offer *offer;

	guest_start(&n->vg, MEMORY);
	offer = vg_find(&n->vg, &nic_class, 0, 5000);
	check(offer);
	ok(vg_channel_open(&n->ch, &n->vg, offer->relid, RING, 0));
	n->recv = vg_alloc(&n->vg, RECV_BYTES / PAGE);
	n->send = vg_alloc(&n->vg, SEND_BYTES / PAGE);
	check(n->recv && n->send);
	ok(vg_gpadl_create(&n->vg, offer->relid, n->recv, recv_bytes,
			   &n->recv_gpadl));
	ok(vg_gpadl_create(&n->vg, offer->relid, n->send, SEND_BYTES,
			   &n->send_gpadl));
}

static void nic_start(struct nic *n, uint32_t version)
{
	nic_open(n);
	check(negotiate(n, version));
	buffers(n);
	rndis_start(n);
}

static void nic_close(struct nic *n)
{
	ok(vg_channel_close(&n->ch));
	vg_close(&n->vg);
}

/* ---- Cases ---- */

static uint32_t data_head(uint8_t *msg, uint32_t len)
{
	memset(msg, 0, 44);
	put32(msg, 1);
	put32(msg + 4, 44 + len);
	put32(msg + 8, 36);
	put32(msg + 12, len);
	return 44;
}

/* An ARP request, which whoever is the host answers. */
static uint32_t arp(struct nic *n, uint8_t *frame)
{
	static const uint8_t head[] = {
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 8, 6,
		0, 1, 8, 0, 6, 4, 0, 1, 0, 0, 0, 0, 0, 0, 192, 0, 2, 2,
		0, 0, 0, 0, 0, 0, 192, 0, 2, 1,
	};

	memset(frame, 0, 60);
	memcpy(frame, head, sizeof(head));
	memcpy(frame + 6, n->mac, 6);
	memcpy(frame + 22, n->mac, 6);
	return 60;
}

/* Ask the host for its address, and wait for its answer. */
static void reach(struct nic *n)
{
	uint8_t msg[256], buf[8192];
	struct vg_packet p;
	uint32_t len;
	int i;

	for (i = 0; i < 100; i++) {
		len = arp(n, msg + 44);
		data_head(msg, len);
		check(rndis(n, 0, msg, 44 + len) == 1);
		while (recv_packet(n, buf, sizeof(buf), &p, 200) >= 0) {
			if (p.type != VMH_PACKET_XFER_PAGES)
				continue;
			on_xfer(n, &p);
			give_back(n, p.trans_id);
			if (n->frame_len >= 42 && n->frame[12] == 8 &&
			    n->frame[13] == 6 && n->frame[21] == 2)
				return;
		}
	}
	fail("no answer from the host");
}

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
		check(!negotiate(&n, 0x70000));
		check(!negotiate(&n, 3));
		check(negotiate(&n, known[i]));
		buffers(&n);
		rndis_start(&n);
		reach(&n);
		nic_close(&n);
	}
}

/* guest PARTITION nic_oids: what can be asked, all of it, short and long. */
static void oids(int argc, char **argv)
{
	uint8_t reply[4096], in[64] = {};
	uint32_t list[256], count, i;
	struct nic n = {};

	(void)argc;
	(void)argv;
	nic_start(&n, 0x60001);
	check(request(&n, 4, 0x00010101, NULL, 0, reply) == 0);
	count = get32(reply + 16) / 4;
	check(count > 30 && count < 256);
	for (i = 0; i < count; i++)
		list[i] = get32(reply + 24 + 4 * i);
	for (i = 0; i < count; i++) {
		request(&n, 4, list[i], NULL, 0, reply);
		check(get32(reply + 4) <= n.section);
		request(&n, 5, list[i], in, sizeof(in), reply);
	}
	check(request(&n, 4, 0x12345678, NULL, 0, reply) == 0xc00000bb);
	check(request(&n, 5, 0x12345678, NULL, 0, reply) == 0xc00000bb);
	/* KEEPALIVE, RESET */
	check(request(&n, 8, 0, NULL, 0, reply) == 0);
	nic_close(&n);
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
	reach(&n);
	n.keep = true;
	end = time(NULL) + atoi(argv[0]);
	while (time(NULL) < end) {
		len = arp(&n, msg + 44);
		data_head(msg, len);
		rndis(&n, 0, msg, 44 + len);
		while (recv_packet(&n, buf, sizeof(buf), &p, 1) >= 0) {
			if (p.type == VMH_PACKET_XFER_PAGES)
				on_xfer(&n, &p);
		}
	}
	nic_close(&n);
}

/*
 * guest PARTITION nic_migrate OTHER ROUNDS: to and fro, with frames that have not been
 * given back, and requests that have not been answered.
 */
static void migrate(int argc, char **argv)
{
	static uint8_t saved[4U << 20];
	const char *there[2] = { NULL, partition };
	uint8_t buf[8192], reply[4096], msg[32] = {}, nvsp[40] = {};
	uint64_t kept[64];
	uint32_t n_kept = 0, round, rounds, i;
	struct nic n = {};
	struct vg_packet p;
	size_t size;

	check(argc == 2);
	there[0] = argv[0];
	rounds = atoi(argv[1]);
	nic_start(&n, 0x60001);
	reach(&n);
	for (round = 0; round < rounds; round++) {
		/* A request that is under way. */
		put32(msg, 8);
		put32(msg + 4, 12);
		put32(msg + 8, ++n.request);
		memcpy(n.send, msg, 12);
		put32(nvsp, 107);
		put32(nvsp + 4, 1);
		put32(nvsp + 12, 12);
		ok(vg_send(&n.ch, VMH_PACKET_INBAND, VMH_PACKET_WANTS_COMPLETION,
			   6, NULL, 0, nvsp, 40));
		size = sizeof(saved);
		ok(vg_save(&n.vg, saved, &size));
		vg_detach(&n.vg);
		ok(vg_attach(&n.vg, there[round % 2], attach_flags));
		ok(vg_restore(&n.vg, saved, size));
		ok(vg_resume(&n.vg));
		for (i = 0; i < 2; ) {
			check(recv_packet(&n, buf, sizeof(buf), &p, 20000) >= 0);
			if (p.type == VMH_PACKET_COMPLETION) {
				check(p.trans_id == 6);
				i++;
			} else if (p.type == VMH_PACKET_XFER_PAGES) {
				const uint8_t *c = on_xfer(&n, &p);

				if (c && get32(c) == 0x80000008) {
					check(get32(c + 8) == n.request);
					i++;
				}
				/* Some the guest has for long. */
				if (n_kept < 64 && round % 2)
					kept[n_kept++] = p.trans_id;
				else
					give_back(&n, p.trans_id);
			}
		}
		reach(&n);
		check(request(&n, 4, 0x0001010e, NULL, 0, reply) == 0);
		check(get32(reply + 24) == 0x20);
	}
	check(n_kept);
	while (n_kept)
		give_back(&n, kept[--n_kept]);
	reach(&n);
	nic_close(&n);
}

/* guest PARTITION nic_badstate OTHER SEED ROUNDS: state that nobody saved. */
static void badstate(int argc, char **argv)
{
	static uint8_t saved[4U << 20], bad[4U << 20];
	uint32_t round, rounds, i, taken = 0;
	struct nic n = {};
	size_t size;

	check(argc == 3);
	state = strtoull(argv[1], NULL, 0) | 1;
	rounds = atoi(argv[2]);
	nic_start(&n, 0x60001);
	reach(&n);
	size = sizeof(saved);
	ok(vg_save(&n.vg, saved, &size));
	vg_detach(&n.vg);
	for (round = 0; round < rounds; round++) {
		memcpy(bad, saved, size);
		/* The last part is the NIC's, and its messages. */
		for (i = 1 + below(3); i; i--)
			put32(bad + (size - 4 - below(size < 2000 ? size / 2 : 1400)) / 4 * 4,
			      below(3) ? some() : rnd());
		ok(vg_attach(&n.vg, argv[0], attach_flags));
		if (!vg_restore(&n.vg, bad, size)) {
			taken++;
			ok(vg_resume(&n.vg));
		}
		vg_detach(&n.vg);
	}
	printf("# %u of %u were taken\n", taken, rounds);
	ok(vg_attach(&n.vg, argv[0], attach_flags));
	ok(vg_restore(&n.vg, saved, size));
	ok(vg_resume(&n.vg));
	reach(&n);
	nic_close(&n);
}

/* Sub-channels: asked for, and how many there are. */
static void ask_subchannels(struct nic *n, uint32_t count, uint64_t trans_id)
{
	uint8_t msg[40] = {};

	put32(msg, 133);
	put32(msg + 4, 1);
	put32(msg + 8, count);
	ok(vg_send(&n->ch, VMH_PACKET_INBAND, VMH_PACKET_WANTS_COMPLETION,
		   trans_id, NULL, 0, msg, 40));
}

static uint32_t got_subchannels(struct nic *n, uint64_t trans_id)
{
	uint8_t buf[8192];

	check(completion(n, trans_id, buf, sizeof(buf)) >= 12);
	check(get32(buf) == 133 && get32(buf + 4) == 1);
	return get32(buf + 8);
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
		ask_subchannels(&n, 3, 9);
		usleep(rounds % 8 * 20);
		size = sizeof(saved);
		ok(vg_save(&n.vg, saved, &size));
		vg_detach(&n.vg);
		ok(vg_attach(&n.vg, argv[0], attach_flags));
		ok(vg_restore(&n.vg, saved, size));
		ok(vg_resume(&n.vg));
		check(got_subchannels(&n, 9) == 3);
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
		check(recv_packet(n, buf, sizeof(buf), &p, 20000) >= 0);
		if (p.type == VMH_PACKET_COMPLETION && p.trans_id == 6)
			answers--;
		if (p.type == VMH_PACKET_XFER_PAGES) {
			const uint8_t *c = on_xfer(n, &p);

			if (c && get32(c) == 0x80000008)
				answers--;
			for (i = 0; c && get32(c) == 7 && i < count; i++) {
				if (get32(c + 8) == status[i])
					missing &= ~(1U << i);
			}
			give_back(n, p.trans_id);
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
	uint8_t msg[12], nvsp[40] = {};
	size_t size = sizeof(saved);
	struct nic n = {};

	check(argc == 1);
	nic_start(&n, 0x60001);
	reach(&n);
	ok(vg_save(&n.vg, saved, &size));
	put32(msg, 8);
	put32(msg + 4, 12);
	put32(msg + 8, ++n.request);
	memcpy(n.send, msg, 12);
	put32(nvsp, 107);
	put32(nvsp + 4, 1);
	put32(nvsp + 12, 12);
	ok(vg_send(&n.ch, VMH_PACKET_INBAND, VMH_PACKET_WANTS_COMPLETION, 6, NULL,
		   0, nvsp, 40));
	command("ip link set dev", argv[0], "down");
	command("vswitchctl nic set", argv[0], "speed 2500");
	ok(vg_resume(&n.vg));
	indications(&n, down, 2, 2);
	command("ip link set dev", argv[0], "up");
	indications(&n, up, 1, 0);
	command("vswitchctl nic set", argv[0], "speed 10000");
	reach(&n);
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
 * guest PARTITION nic_starve: frames come on two channels. What comes on the first one it
 * keeps, and the other one goes on; and the first one, too, when all is given back.
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

	(void)argc;
	(void)argv;
	/* Some 150 sections. */
	recv_bytes = 256 << 10;
	nic_start(&n, 0x60001);
	ask_subchannels(&n, 1, 9);
	check(got_subchannels(&n, 9) == 1);
	sub_open(&n, &sub, 1);
	start = now_ms();
	while (now_ms() < start + 14000) {
		while (vg_recv(&n.ch, buf, sizeof(buf), &p) >= 0) {
			if (p.type != VMH_PACKET_XFER_PAGES)
				continue;
			on_xfer(&n, &p);
			/* BQL begins with one frame, until one was given back. */
			if (now_ms() < start + 500) {
				give_back(&n, p.trans_id);
				continue;
			}
			check(n_kept < 4096);
			kept[n_kept++] = p.trans_id;
			last = now_ms() - start;
		}
		while (vg_recv(&sub, buf, sizeof(buf), &p) >= 0) {
			check(p.type == VMH_PACKET_XFER_PAGES);
			on_xfer(&n, &p);
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
		give_back(&n, kept[i]);
	check(vg_recv_wait(&n.ch, buf, sizeof(buf), &p, 10000) >= 0);
	ok(vg_channel_close(&sub));
	nic_close(&n);
}

/* ---- What a guest must not ---- */

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
	return rndis(n, 0, msg, 60 + len);
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
	reach(&n);
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
		data_head(msg + 104 * i, 60);
		arp(&n, msg + 104 * i + 44);
	}
	check(rndis(&n, 0, msg, 8 * 104) == 1);
	check(rndis(&n, 0, msg, 9 * 104) != 1);
	reach(&n);
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
	state = strtoull(argv[0], NULL, 0) | 1;
	for (rounds = atoi(argv[1]); rounds; rounds--) {
		struct nic n = {};

		nic_start(&n, 0x60001);
		ask_subchannels(&n, 1, 9);
		check(got_subchannels(&n, 9) == 1);
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
		data_head(msg, len);
		arp(n, msg + 44);
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
		check(rndis(n, 0, msg, i >= 10 ? 60 + len : 44 + len) != 1);
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
	reach(&n);
	bad_data(&n);
	/* A section that is none. */
	put32(nvsp, 107);
	put32(nvsp + 8, SEND_BYTES / 6144);
	put32(nvsp + 12, 60);
	check(ask(&n, nvsp, 40, buf) >= 8 && get32(buf + 4) != 1);
	put32(nvsp + 8, 0x2aaaaaab);
	check(ask(&n, nvsp, 40, buf) >= 8 && get32(buf + 4) != 1);
	put32(nvsp + 8, 0);
	put32(nvsp + 12, 6145);
	check(ask(&n, nvsp, 40, buf) >= 8 && get32(buf + 4) != 1);
	reach(&n);
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
		reach(&n);
		ok(vg_send(&n.ch, VMH_PACKET_COMPLETION, 0, i ? 1 : 0x7fffffff,
			   NULL, 0, done, sizeof(done)));
		/* Frames of the host's may have been on their way; then nothing is. */
		while (recv_packet(&n, buf, sizeof(buf), &p, 500) != -ETIMEDOUT)
			;
		nic_close(&n);
	}
}

static uint32_t rnd(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state >> 16;
}

static uint32_t below(uint32_t n)
{
	return rnd() % n;
}

/* A number that could mean something. */
static uint32_t some(void)
{
	static const uint32_t known[] = {
		0, 1, 2, 4, 8, 12, 16, 20, 28, 36, 44, 60, 1514, 6144, 0x7fffffff,
		0x80000000, 0xfffffff0, 0xffffffff,
	};

	if (below(3))
		return known[below(sizeof(known) / sizeof(known[0]))];
	return rnd() >> below(32);
}

static void fuzz_rndis(struct nic *n)
{
	static const uint32_t types[] = { 1, 1, 1, 1, 2, 4, 5, 6, 8, 3 };
	static const uint32_t known[] = {
		0x0001010e, 0x01010103, 0x0001021b, 0xfc01020c, 0x00010204,
		0x00010203, 0xfc01020d, 0x01010101, 0x00010101, 0x00020106,
	};
	uint32_t type = types[below(sizeof(types) / sizeof(types[0]))];
	uint8_t *at = n->send + below(24) * 6144;
	uint32_t i, len = 8 + below(600);

	for (i = 0; i < len; i += 4)
		put32(at + i, below(4) ? some() : rnd());
	put32(at, type);
	put32(at + 4, below(8) ? len : some());
	if (type == 1) {
		data_head(at, 60);
		arp(n, at + 44);
		len = 104;
		if (below(2)) {
			/* Information of all kinds. */
			put32(at + 4, 60 + 60);
			put32(at + 8, 52);
			put32(at + 28, 36);
			put32(at + 32, 16);
			put32(at + 44, 16);
			put32(at + 48, below(12) | (below(8) ? 0 : 0x80000000));
			put32(at + 52, 12);
			put32(at + 56, rnd());
			arp(n, at + 60);
			len = 120;
		}
		for (i = below(4); i; i--)
			put32(at + 4 * below(30), some());
	} else {
		put32(at + 12, known[below(sizeof(known) / sizeof(known[0]))]);
		if (below(4)) {
			put32(at + 4, len);
			put32(at + 16, len > 28 ? len - 28 : 0);
			put32(at + 20, 20);
		}
		if (below(2) && len > 68) {
			/* RSS, with a table and a key somewhere */
			at[28] = 0x89;
			at[32] = below(32);
			put32(at + 36, rnd());
			at[40] = 4 * below(130);
			put32(at + 44, some());
			at[48] = below(48);
			put32(at + 52, some());
		}
	}
}

static void fuzz_one(struct nic *n)
{
	static const uint32_t types[] = {
		107, 107, 107, 107, 107, 107, 107, 107, 107, 107, 107, 107,
		1, 100, 101, 103, 104, 106, 125, 129, 131, 133, 99, 134,
	};
	uint32_t type = types[below(sizeof(types) / sizeof(types[0]))], i;
	uint32_t kind = below(20), extra_len = 0;
	uint8_t msg[40] = {}, extra[256];

	for (i = 4; i < sizeof(msg); i += 4)
		put32(msg + i, some());
	put32(msg, below(200) ? 107 : type);
	fuzz_rndis(n);
	if (below(8)) {
		put32(msg + 4, below(3) == 0);
		put32(msg + 8, below(8) ? below(24) : some());
		put32(msg + 12, below(4) ? 104 + below(600) : some());
	}
	if (kind == 0 && !below(50)) {
		vg_send(&n->ch, VMH_PACKET_COMPLETION, 0, 1 + below(700), NULL, 0,
			msg, 8);
		return;
	}
	if (kind < 6) {
		/* Pages: of ours, or of nobody. */
		put32(extra, 0);
		put32(extra + 4, 1 + below(2));
		extra_len = 8;
		for (i = get32(extra + 4); i; i--) {
			put32(extra + extra_len, below(4096 - 1000));
			put32(extra + extra_len + 4, below(1000));
			put32(extra + extra_len + 8,
			      below(30) ? below(MEMORY / PAGE) : rnd());
			put32(extra + extra_len + 12, 0);
			extra_len += 16;
		}
		if (below(2))
			put32(msg + 8, 0xffffffff);
	}
	vg_send(&n->ch, extra_len ? VMH_PACKET_GPA_DIRECT : VMH_PACKET_INBAND,
		below(10) ? 1 : 0, rnd(), extra_len ? extra : NULL, extra_len, msg,
		below(50) ? 40 : 8 * below(6));
}

/*
 * The ring is full of what was sent before. Return: false if it stays so: the channel has
 * broken.
 */
static bool give_back_soon(struct nic *n, uint64_t trans_id)
{
	uint32_t done[2] = { htole32(108), htole32(1) };
	int i, err = -EAGAIN;

	for (i = 0; i < 200 && err == -EAGAIN; i++) {
		err = vg_send(&n->ch, VMH_PACKET_COMPLETION, 0, trans_id, NULL, 0,
			      done, sizeof(done));
		if (err == -EAGAIN)
			usleep(1000);
	}
	if (err != -EAGAIN)
		ok(err);
	return err != -EAGAIN;
}

/*
 * guest PARTITION nic_fuzz SEED MESSAGES: at random; a channel that broke is opened
 * again.
 */
static void fuzz(int argc, char **argv)
{
	uint64_t messages, sent = 0, opens = 0;
	uint8_t buf[8192];
	struct vg_packet p;
	uint32_t i, quiet;

	check(argc == 2);
	state = strtoull(argv[0], NULL, 0) | 1;
	messages = strtoull(argv[1], NULL, 0);
	while (sent < messages) {
		struct nic n = {};
		bool broken = false;

		nic_start(&n, 0x60001);
		opens++;
		/* No answer for long: it broke. */
		for (quiet = 0; quiet < 40 && sent < messages; ) {
			for (i = 0; i < 16; i++, sent++)
				fuzz_one(&n);
			quiet++;
			while (vg_recv(&n.ch, buf, sizeof(buf), &p) >= 0) {
				quiet = 0;
				if (p.type == VMH_PACKET_XFER_PAGES &&
				    below(200) && !broken)
					broken = !give_back_soon(&n, p.trans_id);
			}
			if (quiet > 4)
				usleep(1000);
		}
		nic_close(&n);
	}
	printf("# %llu messages, %llu channels\n", (unsigned long long)sent,
	       (unsigned long long)opens);
}

const struct test_case netvsp_cases[] = {
	{ "nic_versions", versions },
	{ "nic_oids", oids },
	{ "nic_keep", keep },
	{ "nic_malformed", malformed },
	{ "nic_twice", twice },
	{ "nic_fuzz", fuzz },
	{ "nic_migrate", migrate },
	{ "nic_badstate", badstate },
	{ "nic_resub", resub },
	{ "nic_pause", paused },
	{ "nic_starve", starve },
	{ "nic_offload", offload },
	{ "nic_many", many },
	{ "nic_revoke", revoked },
	{}
};
