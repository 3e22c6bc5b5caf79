// SPDX-License-Identifier: GPL-2.0
/* What a guest with a network adapter can ask for, and set; numbers are those of NDIS. */
#include "nic.h"

#define NOT_SUPPORTED	0xc00000bb

static uint64_t get64(const uint8_t *at)
{
	return get32(at) | (uint64_t)get32(at + 4) << 32;
}

/* Ask, with so many bytes of nothing. Return: bytes of the answer, which is in @info. */
static uint32_t query(struct nic *n, uint32_t oid, uint32_t room, uint8_t *info)
{
	uint8_t reply[4096], in[64] = {};
	uint32_t status = nic_request(n, 4, oid, in, room, reply), len;

	if (status)
		fail("status %#x of %#x", status, oid);
	len = get32(reply + 16);
	check(get32(reply + 4) <= n->section && len <= n->section - 24);
	check_eq(get32(reply + 4), 24 + len);
	check_eq(get32(reply + 20), 16);
	memcpy(info, reply + 24, len);
	return len;
}

/* Of 64 bits for who has room for it, else of 32. */
static uint64_t counter(struct nic *n, uint32_t oid)
{
	uint8_t info[4096], narrow[4096];

	check_eq(query(n, oid, 8, info), 8);
	check_eq(query(n, oid, 4, narrow), 4);
	check_eq(query(n, oid, 0, narrow), 4);
	check_eq(get32(narrow), get32(info));
	return get64(info);
}

static void the_head(const uint8_t *info, uint32_t type, uint32_t revision, uint32_t size)
{
	check_eq(info[0], type);
	check_eq(info[1], revision);
	check_eq(info[2] | info[3] << 8, size);
}

static bool is_listed(const uint8_t *list, uint32_t count, uint32_t oid)
{
	uint32_t i, times = 0;

	for (i = 0; i < count; i++)
		times += get32(list + 4 * i) == oid;
	check(times <= 1);
	return times;
}

static bool is_set_only(uint32_t oid)
{
	return oid == 0x0001021b || oid == 0x00010204 || oid == 0xfc01020c;
}

/* All that is listed there is, once; and what there is is listed. */
static void the_list(struct nic *n)
{
	static const uint32_t wanted[] = {
		0x00010113, 0x00010207, 0x00020101, 0x00020102, 0x00020103,
		0x00020104, 0x00020105, 0x00020106, 0x00020202, 0x0002020d,
		0x00020219, 0x0002021a, 0x0002021b, 0x0002021c, 0x0101010a,
		0xfc01020b, 0xfc01020c, 0xfc01020d,
	};
	uint8_t list[4096], info[4096];
	uint32_t count, i, oid;

	count = query(n, 0x00010101, 0, list) / 4;
	check(count > 30 && count < 256);
	for (i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		if (!is_listed(list, count, wanted[i]))
			fail("%#x is not listed", wanted[i]);
	}
	for (i = 0; i < count; i++) {
		oid = get32(list + 4 * i);
		check(is_listed(list, count, oid));
		if (is_set_only(oid))
			check_eq(nic_request(n, 4, oid, NULL, 0, info), NOT_SUPPORTED);
		else
			query(n, oid, 0, info);
	}
	/* What only is of frames by kind, and not counted. */
	for (oid = 0x00020201; oid < 0x0002020d; oid++) {
		if (!is_listed(list, count, oid))
			check_eq(nic_request(n, 4, oid, NULL, 0, info), NOT_SUPPORTED);
	}
}

static void adapter(struct nic *n)
{
	uint8_t info[4096];

	/* NO_LOOPBACK, 8021P_PRIORITY, 8021Q_VLAN */
	check_eq(query(n, 0x00010113, 4, info), 4);
	check_eq(get32(info), 0x8 | 0x40 | 0x200);
	check_eq(query(n, 0x00010207, 0, info), 40);
	the_head(info, 0x80, 1, 40);
	check_eq(get32(info + 4), 1);		/* connected */
	check_eq(get32(info + 8), 2);		/* full duplex */
	check_eq(get64(info + 16), 10000000000);
	check_eq(get64(info + 24), 10000000000);
	check_eq(query(n, 0x00010206, 0, info), 16);
	check_eq(get64(info), 10000000000);
}

/* Of NDIS_STATISTICS_INFO. */
enum {
	IN_DISCARDS = 8, IN_ERRORS = 16, IN_BYTES = 24, IN_UCAST = 32, IN_MCAST = 40,
	IN_BCAST = 48, OUT_BYTES = 56, OUT_UCAST = 64, OUT_MCAST = 72, OUT_BCAST = 80,
	OUT_ERRORS = 88, OUT_DISCARDS = 96, UCAST_BYTES_IN = 104, STATISTICS = 152,
};

static void send_frame(struct nic *n, bool broadcast)
{
	uint8_t msg[256];
	uint32_t len = nic_arp(n, msg + 44);

	if (!broadcast)
		memcpy(msg + 44, "\2\0\0\0\0\7", 6);
	nic_data_head(msg, len);
	check(nic_rndis(n, 0, msg, 44 + len) == 1);
}

static void statistics(struct nic *n)
{
	uint8_t before[4096], after[4096], bad[128] = {};
	uint64_t sent = counter(n, 0x00020101);
	int i;

	check_eq(query(n, 0x00020106, 0, before), STATISTICS);
	for (i = 0; i < 3; i++)
		send_frame(n, true);
	for (i = 0; i < 2; i++)
		send_frame(n, false);
	nic_data_head(bad, 60);
	put32(bad + 4, 43);
	check(nic_rndis(n, 0, bad, 104) != 1);
	check_eq(query(n, 0x00020106, 0, after), STATISTICS);
	the_head(after, 0x80, 1, STATISTICS);
	/*
	 * Received: bytes, discards, errors. Sent: frames to one, bytes, errors, discards.
	 * What is not said to be there is 0.
	 */
	check_eq(get32(after + 4), 0x8 | 0x10 | 0x20 | 0x40 | 0x200 | 0x400 | 0x8000);
	check(get64(after + IN_BYTES) >= 42);
	check_eq(get64(after + IN_UCAST) + get64(after + IN_MCAST) +
		 get64(after + IN_BCAST), 0);
	check_eq(get64(after + OUT_BYTES) - get64(before + OUT_BYTES), 5 * 60);
	check_eq(get64(after + OUT_UCAST) - get64(before + OUT_UCAST), 2);
	check_eq(get64(after + OUT_MCAST) + get64(after + OUT_BCAST), 0);
	check_eq(get64(after + OUT_ERRORS) - get64(before + OUT_ERRORS), 1);
	check_eq(get64(after + OUT_DISCARDS), get64(before + OUT_DISCARDS));
	for (i = UCAST_BYTES_IN; i < STATISTICS; i += 8)
		check_eq(get64(after + i), 0);
	/* The same of NDIS 5. */
	check_eq(counter(n, 0x00020101) - sent, 5);
	check(counter(n, 0x00020102) >= 1);
	check_eq(counter(n, 0x00020103), get64(after + OUT_ERRORS));
	check_eq(counter(n, 0x00020104), get64(after + IN_ERRORS));
	check(counter(n, 0x00020105) <= get64(after + IN_DISCARDS));
	check_eq(counter(n, 0x00020202), get64(after + OUT_UCAST));
	check(counter(n, 0x00020219) >= get64(after + IN_BYTES));
	check_eq(counter(n, 0x0002021a), get64(after + OUT_BYTES));
	check_eq(counter(n, 0x0002021b), get64(after + IN_DISCARDS));
	check_eq(counter(n, 0x0002021c), get64(after + OUT_DISCARDS));
}

/* NDIS_OFFLOAD of revision 3, and whether RSC is on. */
static void the_offloads(const uint8_t *info, uint32_t len, bool rsc4, bool rsc6)
{
	check_eq(len, 156);
	the_head(info, 0xa7, 3, 156);
	check_eq(get32(info + 4), 2);		/* 802.3 */
	check_eq(info[144], rsc4);
	check_eq(info[145], rsc6);
}

static void set_rsc(struct nic *n, uint32_t rsc4, uint32_t rsc6)
{
	uint8_t params[28] = { 0x80, 3, 28 }, reply[4096];

	params[22] = rsc4;
	params[23] = rsc6;
	check_eq(nic_request(n, 5, 0xfc01020c, params, sizeof(params), reply), 0);
}

/* What comes by itself: TASK_OFFLOAD_CURRENT_CONFIG. */
static void the_indication(struct nic *n, bool rsc4, bool rsc6)
{
	const uint8_t *msg = NULL;
	uint8_t buf[8192];
	struct vg_packet p;

	while (!msg) {
		check(nic_recv(n, buf, sizeof(buf), &p, 5000) >= 0);
		if (p.type != VMH_PACKET_XFER_PAGES)
			continue;
		msg = nic_on_xfer(n, &p);
		if (msg && get32(msg) == 7 && get32(msg + 8) == 0x40020006) {
			check_eq(get32(msg + 4), 20 + get32(msg + 12));
			check_eq(get32(msg + 16), 12);
			the_offloads(msg + 20, get32(msg + 12), rsc4, rsc6);
		} else {
			msg = NULL;
		}
		nic_give_back(n, p.trans_id);
	}
}

static void offloads(struct nic *n)
{
	uint8_t info[4096];
	static const uint8_t encap[28] = {
		0xa8, 1, 28, 0, 1, 0, 0, 0, 2, 0, 0, 0, 14, 0, 0, 0,
		1, 0, 0, 0, 2, 0, 0, 0, 14, 0, 0, 0,
	};

	the_offloads(info, query(n, 0xfc01020d, 0, info), true, true);
	the_offloads(info, query(n, 0xfc01020b, 0, info), false, false);
	set_rsc(n, 2, 2);
	the_indication(n, true, true);
	the_offloads(info, query(n, 0xfc01020b, 0, info), true, true);
	set_rsc(n, 0, 1);
	the_indication(n, true, false);
	the_offloads(info, query(n, 0xfc01020b, 0, info), true, false);
	the_offloads(info, query(n, 0xfc01020d, 0, info), true, true);
	check_eq(query(n, 0x0101010a, 0, info), sizeof(encap));
	check(!memcmp(info, encap, sizeof(encap)));
	check_eq(nic_request(n, 5, 0x0101010a, encap, sizeof(encap), info), 0);
	the_indication(n, true, false);
}

/*
 * It takes all, gives nothing back, and asks on: what comes by itself is not what becomes too
 * much. All answers come once it does give back.
 */
static void unread(struct nic *n)
{
	uint32_t sent, answers = 0, n_kept = 0, wanted = 50;
	uint8_t set[56] = {}, nvsp[40] = {}, buf[8192];
	uint64_t kept[64];
	const uint8_t *c;
	struct vg_packet p;

	put32(set, 5);
	put32(set + 4, sizeof(set));
	put32(set + 12, 0xfc01020c);
	put32(set + 16, 28);
	put32(set + 20, 20);
	memcpy(set + 28, "\x80\3\x1c", 3);
	memcpy(n->send, set, sizeof(set));
	put32(nvsp, 107);
	put32(nvsp + 4, 1);
	put32(nvsp + 12, sizeof(set));
	for (sent = 0; answers < wanted; ) {
		if (sent < wanted) {
			ok(vg_send(&n->ch, VMH_PACKET_INBAND, VMH_PACKET_WANTS_COMPLETION,
				   5, NULL, 0, nvsp, sizeof(nvsp)));
			sent++;
		}
		do {
			check(nic_recv(n, buf, sizeof(buf), &p, 5000) >= 0);
			if (p.type != VMH_PACKET_XFER_PAGES)
				continue;
			c = nic_on_xfer(n, &p);
			answers += c && get32(c) == 0x80000005;
			if (c && sent < wanted && n_kept < 64)
				kept[n_kept++] = p.trans_id;
			else
				nic_give_back(n, p.trans_id);
		} while (sent < wanted && p.type != VMH_PACKET_COMPLETION);
		while (sent == wanted && n_kept)
			nic_give_back(n, kept[--n_kept]);
	}
}

/* guest PARTITION nic_oids: what can be asked, all of it, and what is said to that. */
static void oids(int argc, char **argv)
{
	uint8_t reply[4096], list[4096], in[64] = {};
	uint32_t count, i;
	struct nic n = {};

	(void)argc;
	(void)argv;
	nic_start(&n, 0x60001);
	nic_reach(&n);
	the_list(&n);
	adapter(&n);
	statistics(&n);
	offloads(&n);
	unread(&n);
	count = query(&n, 0x00010101, 0, list) / 4;
	for (i = 0; i < count; i++)
		nic_request(&n, 5, get32(list + 4 * i), in, sizeof(in), reply);
	check_eq(nic_request(&n, 4, 0x12345678, NULL, 0, reply), NOT_SUPPORTED);
	check_eq(nic_request(&n, 5, 0x12345678, NULL, 0, reply), NOT_SUPPORTED);
	/* KEEPALIVE, RESET */
	check_eq(nic_request(&n, 8, 0, NULL, 0, reply), 0);
	nic_close(&n);
}

const struct test_case nic_oid_cases[] = {
	{ "nic_oids", oids },
	{}
};
