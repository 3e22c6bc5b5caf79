// SPDX-License-Identifier: GPL-2.0
/* storvsp/parse.c and direction.c: packets and SRBs that are good, and others. */
#include "test.h"
#include "../../kernel/storvsp/parse.c"
#include "../../kernel/storvsp/direction.c"

static u8 payload[256] __attribute__((aligned(8)));
static struct vstor_packet got;
static struct storvsp_said said;

static struct vmh_packet packet(u16 type, u32 len, u64 data_len)
{
	return (struct vmh_packet) {
		.type = type, .payload = payload, .len = len,
		.range_cnt = type == VMH_PACKET_GPA_DIRECT, .data_len = data_len,
	};
}

static int operation(u32 op, u32 len, u16 version)
{
	struct vmh_packet p = packet(VMH_PACKET_INBAND, len, 0);
	int kind;

	memset(payload, 0xa5, sizeof(payload));
	put_unaligned_le32(op, payload);
	memset(&got, 0x5a, sizeof(got));
	kind = storvsp_packet_kind(&p, version);
	if (kind > STORVSP_NOTHING)
		storvsp_packet_copy(&got, &p);
	return kind;
}

static void operations(void)
{
	u32 op;
	int want;

	for (op = 0; op < 20; op++) {
		want = -EOPNOTSUPP;
		if (op == 3)
			want = STORVSP_SRB;
		else if (op >= 4 && op <= 6)
			want = STORVSP_RESET;
		else if ((op >= 7 && op <= 10) || op == 12 || op == 13)
			want = STORVSP_CONTROL;
		check(operation(op, 64, VSTOR_VERSION_WIN10) == want, "%u", op);
	}
	check(operation(0x80000003, 64, VSTOR_VERSION_WIN10) == -EOPNOTSUPP);
}

static void lengths(void)
{
	u32 len, i;

	for (len = 0; len < 256; len += 8) {
		check(operation(3, len, VSTOR_VERSION_WIN8) ==
		      (len == 64 ? STORVSP_SRB : -EPROTO), "%u", len);
		check(operation(3, len, VSTOR_VERSION_WIN7) ==
		      (len == 64 || len == 48 ? STORVSP_SRB : -EPROTO), "%u", len);
		check(operation(7, len, VSTOR_VERSION_NONE) ==
		      (len == 64 || len == 48 ? STORVSP_CONTROL : -EPROTO), "%u", len);
	}
	operation(3, 48, VSTOR_VERSION_WIN7);
	for (i = 4; i < sizeof(got); i++)
		check(((u8 *)&got)[i] == (i < 48 ? 0xa5 : 0), "%u", i);
}

static void kinds(void)
{
	struct vmh_packet p = packet(VMH_PACKET_COMPLETION, 8, 0);

	check(storvsp_packet_kind(&p, 0) == STORVSP_NOTHING);
	p = packet(VMH_PACKET_XFER_PAGES, 64, 0);
	check(storvsp_packet_kind(&p, 0) == -EOPNOTSUPP);
	check(storvsp_is_one_range(&p));
	p = packet(VMH_PACKET_GPA_DIRECT, 64, 0);
	check(storvsp_is_one_range(&p));
	p.range_cnt = 0;
	check(!storvsp_is_one_range(&p));
	p.range_cnt = 2;
	check(!storvsp_is_one_range(&p));
	p.type = VMH_PACKET_INBAND;
	check(storvsp_is_one_range(&p));
}

static void addresses(void)
{
	struct vstor_srb srb = { .lun = 63 };

	check(storvsp_is_address(&srb));
	srb.lun = 64;
	check(!storvsp_is_address(&srb));
	srb.lun = 0;
	srb.target = 1;
	check(!storvsp_is_address(&srb));
	srb.target = 0;
	srb.path = 1;
	check(!storvsp_is_address(&srb));
	srb.path = 0;
	srb.port = 7;
	check(storvsp_is_address(&srb), "of which adapter is not looked at");
}

static struct vstor_srb srb(u8 opcode, u8 data, u32 len)
{
	struct vstor_srb s = {
		.cdb_length = 10, .data_in = data, .data_length = cpu_to_le32(len),
	};

	memset(s.sense, 0xee, sizeof(s.sense));
	s.cdb[0] = opcode;
	return s;
}

static bool parse(struct vstor_srb s, u64 room)
{
	struct vmh_packet p = packet(room ? VMH_PACKET_GPA_DIRECT :
					    VMH_PACKET_INBAND, 64, room);

	memset(&said, 0x5a, sizeof(said));
	return storvsp_srb_parse(&said, &s, &p);
}

static void srbs(void)
{
	check(parse(srb(READ_10, VSTOR_DATA_IN, 4096), 4096));
	check(said.len == 4096 && said.direction == DMA_FROM_DEVICE);
	check(said.queue == VSTOR_QUEUE_SIMPLE);
	check(parse(srb(WRITE_10, VSTOR_DATA_OUT, 512), 4096));
	check(said.len == 512 && said.direction == DMA_TO_DEVICE);
	check(parse(srb(TEST_UNIT_READY, VSTOR_DATA_NONE, 0), 0));
	check(!said.len && said.direction == DMA_NONE);
	check(parse(srb(READ_10, VSTOR_DATA_IN, STORVSP_MAX_TRANSFER), 2000000));
	check(!parse(srb(READ_10, VSTOR_DATA_IN, STORVSP_MAX_TRANSFER + 1), 2000000));
	check(!parse(srb(READ_10, VSTOR_DATA_IN, U32_MAX), U32_MAX));
	check(!parse(srb(READ_10, VSTOR_DATA_IN, 4097), 4096));
	check(!parse(srb(READ_10, VSTOR_DATA_IN, 1), 0));
	check(!parse(srb(READ_10, 3, 4096), 4096));
	check(!parse(srb(TEST_UNIT_READY, 255, 0), 0));
	check(!parse(srb(VARIABLE_LENGTH_CMD, VSTOR_DATA_NONE, 0), 0));
}

static void commands(void)
{
	struct vmh_packet p = packet(VMH_PACKET_INBAND, 64, 0);
	u32 len, i;

	for (len = 0; len < 256; len++) {
		struct vstor_srb s = srb(INQUIRY, VSTOR_DATA_NONE, 0);

		s.cdb_length = len;
		check(storvsp_srb_parse(&said, &s, &p) == (len && len <= 16), "%u", len);
		if (!len || len > 16)
			continue;
		for (i = 1; i < 20; i++)
			check(s.sense[i] == (i < len || i >= 16 ? 0xee : 0),
			      "%u %u", len, i);
	}
}

/* Of a READ and a WRITE the guest is not asked. */
static void directions(void)
{
	check(!parse(srb(READ_10, VSTOR_DATA_OUT, 4096), 4096));
	check(!parse(srb(READ_16, VSTOR_DATA_NONE, 4096), 4096));
	check(!parse(srb(WRITE_16, VSTOR_DATA_IN, 4096), 4096));
	check(!parse(srb(UNMAP, VSTOR_DATA_IN, 24), 4096));
	check(!parse(srb(0x9c, VSTOR_DATA_IN, 24), 4096));
	check(parse(srb(INQUIRY, VSTOR_DATA_OUT, 36), 4096));
	check(said.direction == DMA_TO_DEVICE);
	check(parse(srb(READ_10, VSTOR_DATA_OUT, 0), 0));
	check(said.direction == DMA_NONE, "nothing to be moved");
	check(parse(srb(WRITE_SAME_16, VSTOR_DATA_IN, 0), 0));
	check(said.direction == DMA_TO_DEVICE, "it writes without data, too");
}

static void queues(void)
{
	struct vstor_srb s = srb(TEST_UNIT_READY, VSTOR_DATA_NONE, 0);
	u32 i;

	for (i = 0; i < 256; i++) {
		s.queue_action = i;
		s.flags = cpu_to_le32(~VSTOR_SRB_QUEUE_ACTION_ENABLE);
		check(parse(s, 0) && said.queue == VSTOR_QUEUE_SIMPLE, "%u", i);
		s.flags = cpu_to_le32(VSTOR_SRB_QUEUE_ACTION_ENABLE);
		check(parse(s, 0) && said.queue ==
		      (i == 0x21 || i == 0x22 ? i : VSTOR_QUEUE_SIMPLE), "%u", i);
	}
}

/* What may be used in place, or run on a read-only disk, is no other's. */
static void opcodes(void)
{
	static const u8 reads_and_writes[] = {
		READ_6, READ_10, READ_12, READ_16, WRITE_6, WRITE_10, WRITE_12, WRITE_16,
	};
	u8 cdb[16] = {};
	u32 i;

	for (i = 0; i < 256; i++) {
		cdb[0] = i;
		check(storvsp_in_place(cdb) ==
		      !!memchr(reads_and_writes, i, sizeof(reads_and_writes)), "%x", i);
		check(!storvsp_in_place(cdb) || storvsp_moves(cdb), "%x", i);
		check(!storvsp_is_harmless(cdb) ||
		      storvsp_direction(cdb, VSTOR_DATA_NONE, 0) == DMA_NONE, "%x", i);
	}
}

#define CASES(X) \
	X(operations) X(lengths) X(kinds) X(addresses) X(srbs) X(commands) \
	X(directions) X(queues) X(opcodes)

test_suite(storvsp, CASES);
