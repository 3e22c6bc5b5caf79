// SPDX-License-Identifier: GPL-2.0
/*
 * A packet of vstor, from its descriptor on: an SRB that can be has its command in 16
 * bytes and its data in the one range that the packet names, and the data go the way that
 * the command is known to have them go.
 */
#include "fuzz_target.h"
#include "../../unit/test_tap.h"
#include "../../../kernel/vmbus/packet.c"
#include "../../../kernel/storvsp/parse.c"
#include "../../../kernel/storvsp/direction.c"

static const u16 versions[] = {
	VSTOR_VERSION_NONE, VSTOR_VERSION_WIN6, VSTOR_VERSION_WIN7,
	VSTOR_VERSION_WIN8, VSTOR_VERSION_WIN8_1, VSTOR_VERSION_WIN10,
};

/* The range as storvsp/data.c keeps it: what it says lies in the copy. */
static void check_range(const struct vmh_packet *p, u32 len)
{
	u32 offset = get_unaligned_le32(p->ranges + 4), sum = 0, n;
	u32 bytes = get_unaligned_le32(p->ranges);
	u64 frames = ((u64)offset + bytes + 4095) / 4096, gpa;
	struct vmh_gpa_iter iter;

	must(offset < 4096 && len <= bytes);
	must(p->ranges + 8 + frames * 8 <= p->payload);
	vmh_packet_gpa(&iter, p);
	while (sum < len && (n = vmh_gpa_next(&iter, &gpa, len - sum)))
		sum += n;
	must(sum == len);
}

static void check_srb(const struct vstor_srb *before, const struct vstor_srb *srb,
		      const struct storvsp_said *said, const struct vmh_packet *p)
{
	bool in = said->direction == DMA_FROM_DEVICE;
	bool out = said->direction == DMA_TO_DEVICE;
	u32 i;

	must(srb->cdb_length >= 1 && srb->cdb_length <= 16 && srb->cdb[0] != 0x7f);
	for (i = 0; i < 16; i++)
		must(srb->cdb[i] == (i < srb->cdb_length ? before->cdb[i] : 0));
	must(!memcmp(before, srb, offsetof(struct vstor_srb, cdb)));
	must(!memcmp(srb->sense + 16, before->sense + 16,
		     sizeof(*srb) - offsetof(struct vstor_srb, sense[16])));
	must(said->len == le32_to_cpu(srb->data_length) && said->len <= 1 << 20);
	must(in || out || said->direction == DMA_NONE);
	if (said->len) {
		must(in == (srb->data_in == 1) && out == (srb->data_in == 0));
		check_range(p, said->len);
	}
	/* READ and WRITE of 6, 10, 12 and 16 bytes differ in what group they are of. */
	must((srb->cdb[0] & 0x5f) != READ_6 || !out);
	must((srb->cdb[0] & 0x5f) != WRITE_6 || out);
	must(!storvsp_is_harmless(srb->cdb) || !storvsp_moves(srb->cdb) || !out);
	must(said->queue == 0x20 ||
	     (le32_to_cpu(srb->flags) & 2 && said->queue == srb->queue_action));
	if (storvsp_is_address(srb))
		must(srb->lun < 64);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	u16 version = versions[take_u8(&in) % ARRAY_SIZE(versions)];
	struct vstor_packet got, before;
	struct storvsp_said said;
	struct vmh_packet p;
	u32 len = in.size & ~7UL;
	u8 *copy;
	int kind;

	in.size = len;
	copy = take_rest(&in);
	if (len >= sizeof(struct vmh_descriptor) && len / 8 <= U16_MAX)
		((struct vmh_descriptor *)copy)->len8 = cpu_to_le16(len / 8);
	if (vmh_packet_parse(&p, copy, len))
		goto out;
	kind = storvsp_packet_kind(&p, version);
	if (kind <= STORVSP_NOTHING)
		goto out;
	memset(&got, 0x5a, sizeof(got));
	storvsp_packet_copy(&got, &p);
	must(p.len == 64 || (p.len == 48 && version < VSTOR_VERSION_WIN8));
	must(!memcmp(&got, p.payload, p.len));
	must(p.len == 64 || (!got.srb.flags && !got.srb.queue_action));
	must((kind == STORVSP_SRB) == (le32_to_cpu(got.operation) == 3));
	if (kind != STORVSP_SRB || !storvsp_is_one_range(&p))
		goto out;
	before = got;
	if (storvsp_srb_parse(&said, &got.srb, &p))
		check_srb(&before.srb, &got.srb, &said, &p);
out:
	free(copy);
	return 0;
}
