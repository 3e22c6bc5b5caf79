// SPDX-License-Identifier: GPL-2.0
/* vmbus/packet.c: packets that are good, and all others. */
#include "test.h"
#include "../../kernel/vmbus/packet.c"

static u8 raw[4096] __attribute__((aligned(8)));
static struct vmh_packet p;

static void descriptor(u16 type, u32 offset, u32 len, u16 flags)
{
	struct vmh_descriptor desc = {
		.type = cpu_to_le16(type), .offset8 = cpu_to_le16(offset / 8),
		.len8 = cpu_to_le16(len / 8), .flags = cpu_to_le16(flags),
		.trans_id = cpu_to_le64(0x1122334455667788ull),
	};

	memset(raw, 0, sizeof(raw));
	memcpy(raw, &desc, sizeof(desc));
}

static void put32(u32 at, u32 v)
{
	put_unaligned_le32(v, raw + at);
}

static void put64(u32 at, u64 v)
{
	put_unaligned_le64(v, raw + at);
}

static void inband(void)
{
	descriptor(VMH_PACKET_INBAND, 16, 64, 1);
	check(!vmh_packet_parse(&p, raw, 64));
	check(p.payload == raw + 16 && p.len == 48);
	check(p.wants_completion && p.trans_id == 0x1122334455667788ull);
	descriptor(VMH_PACKET_INBAND, 16, 16, 0);
	check(!vmh_packet_parse(&p, raw, 16) && !p.len && !p.wants_completion);
	descriptor(VMH_PACKET_COMPLETION, 16, 24, 1);
	check(!vmh_packet_parse(&p, raw, 24) && !p.wants_completion);
}

static void lengths(void)
{
	descriptor(VMH_PACKET_INBAND, 16, 64, 0);
	check(vmh_packet_parse(&p, raw, 8) == -EPROTO);
	check(vmh_packet_parse(&p, raw, 56) == -EPROTO);
	check(vmh_packet_parse(&p, raw, 72) == -EPROTO);
	descriptor(VMH_PACKET_INBAND, 8, 64, 0);
	check(vmh_packet_parse(&p, raw, 64) == -EPROTO);
	descriptor(VMH_PACKET_INBAND, 72, 64, 0);
	check(vmh_packet_parse(&p, raw, 64) == -EPROTO);
}

static void unknown_types(void)
{
	u32 type;

	for (type = 0; type < 0x10000; type++) {
		if (type == 6 || type == 7 || type == 9 || type == 0xb)
			continue;
		descriptor(type, 16, 64, 0);
		check(vmh_packet_parse(&p, raw, 64) == -EOPNOTSUPP, "%u", type);
	}
}

/* Two ranges: 6000 bytes from 100 on in 2 frames; none in a frame that is none. */
static void gpa_direct(void)
{
	struct vmh_gpa_iter iter;
	u64 gpa;

	descriptor(VMH_PACKET_GPA_DIRECT, 64, 128, 1);
	put32(20, 2);
	put32(24, 6000);
	put32(28, 100);
	put64(32, 5);
	put64(40, 9);
	put32(48, 0);
	put32(52, 0);
	check(!vmh_packet_parse(&p, raw, 128));
	check(p.range_cnt == 2 && p.data_len == 6000);
	vmh_packet_gpa(&iter, &p);
	check(vmh_gpa_next(&iter, &gpa, -1) == 3996 && gpa == 5 * 4096 + 100);
	check(vmh_gpa_next(&iter, &gpa, 4) == 4 && gpa == 9 * 4096);
	check(vmh_gpa_next(&iter, &gpa, -1) == 2000 && gpa == 9 * 4096 + 4);
	check(!vmh_gpa_next(&iter, &gpa, -1));
	check(!vmh_gpa_next(&iter, &gpa, -1));
	/* In other packets there is none. */
	p.type = VMH_PACKET_XFER_PAGES;
	vmh_packet_gpa(&iter, &p);
	check(!vmh_gpa_next(&iter, &gpa, -1));
}

static void gpa_direct_refused(void)
{
	static const struct {
		u32 offset, count, bytes, first;
	} bad[] = {
		{ 16, 0, 0, 0 },		/* no room for the header */
		{ 24, 1, 0, 0 },		/* nor for the range */
		{ 32, 1, 1, 0 },		/* nor for its frame */
		{ 40, 1, 4097, 0 },
		{ 40, 1, 4096, 1 },
		{ 40, 1, 1, 4096 },		/* offset beyond the frame */
		{ 40, 1, 0, U32_MAX },
		{ 40, 1, U32_MAX, 4095 },
		{ 40, 2, 1, 0 },
		{ 40, U32_MAX, 0, 0 },
		{ 128, 0x20000001, 1, 0 },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		descriptor(VMH_PACKET_GPA_DIRECT, bad[i].offset, 128, 0);
		put32(20, bad[i].count);
		put32(24, bad[i].bytes);
		put32(28, bad[i].first);
		check(vmh_packet_parse(&p, raw, 128) == -EPROTO, "%u", i);
	}
	descriptor(VMH_PACKET_GPA_DIRECT, 24, 128, 0);
	check(!vmh_packet_parse(&p, raw, 128) && !p.data_len, "no ranges at all");
}

static void xfer_pages(void)
{
	u32 offset, bytes;

	descriptor(VMH_PACKET_XFER_PAGES, 40, 64, 1);
	put32(16, 0xcafe);
	put32(20, 2);
	put32(24, 100);
	put32(28, 4096);
	put32(32, 7);
	put32(36, U32_MAX);
	check(!vmh_packet_parse(&p, raw, 64));
	check(p.pageset_id == 0xcafe && p.range_cnt == 2 && p.data_len == 107);
	vmh_packet_xfer(&p, 1, &offset, &bytes);
	check(offset == U32_MAX && bytes == 7);
	put32(20, 3);
	check(vmh_packet_parse(&p, raw, 64) == -EPROTO);
	put32(20, 0x20000000);
	check(vmh_packet_parse(&p, raw, 64) == -EPROTO);
	descriptor(VMH_PACKET_XFER_PAGES, 16, 64, 1);
	check(vmh_packet_parse(&p, raw, 64) == -EPROTO);
}

/* Anything: it ends, and what was said to be good can be walked. */
static void noise(void)
{
	u32 seed = 12345, i, j, len, n, bytes;
	struct vmh_gpa_iter iter;
	u64 gpa, sum;

	for (i = 0; i < 20000; i++) {
		static const u16 types[] = { 6, 7, 9, 9, 9, 0xb };

		len = 16 + (i % 40) * 8;
		descriptor(types[i % 6], 16 + ((i / 3) % 50) * 8, len, i);
		for (j = 16; j < len; j++) {
			seed = seed * 1664525 + 1013904223;
			/* Mostly zeroes, so that some are good. */
			raw[j] = seed >> 29 ? 0 : seed >> 16;
		}
		if (vmh_packet_parse(&p, raw, len))
			continue;
		check(p.payload + p.len == raw + len);
		vmh_packet_gpa(&iter, &p);
		for (sum = 0; (n = vmh_gpa_next(&iter, &gpa, -1)); sum += n)
			;
		check(p.type != VMH_PACKET_GPA_DIRECT || sum == p.data_len);
		for (j = 0; p.type == VMH_PACKET_XFER_PAGES && j < p.range_cnt; j++)
			vmh_packet_xfer(&p, j, &n, &bytes);
	}
}

#define CASES(X) \
	X(inband) X(lengths) X(unknown_types) X(gpa_direct) \
	X(gpa_direct_refused) X(xfer_pages) X(noise)

test_suite(packet, CASES);
