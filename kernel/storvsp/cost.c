// SPDX-License-Identifier: GPL-2.0
/*
 * What a command costs, in IO operations of 8 KiB: by the data that come with it, or by
 * what it does with few or none.
 *
 * A guest may say what it likes: what is too much for target core it refuses, and then the
 * guest has paid for nothing. But it need not wait for hours.
 */
#include <linux/math.h>
#include <linux/minmax.h>
#include <linux/unaligned.h>
#include <scsi/scsi_proto.h>

#include "storvsp.h"

/* What limits count in. */
#define UNIT		8192U
/* More than one command moves at a time. */
#define MAX_BYTES	(64U << 20)

static u32 of_bytes(u64 bytes)
{
	return max(1U, DIV_ROUND_UP((u32)min_t(u64, bytes, MAX_BYTES), UNIT));
}

/*
 * It only takes blocks away if the bit UNMAP is set. No count means all that there are, for a
 * device that is passed through; target core itself takes none such.
 */
static u32 of_write_same(const struct storvsp_cmd *cmd, u32 blocks)
{
	if (cmd->reply.packet.srb.cdb[1] & 0x08)
		return 1;
	if (!blocks)
		return of_bytes(MAX_BYTES);
	return of_bytes((u64)blocks * READ_ONCE(cmd->lun->block));
}

/* One for each range. */
static u32 of_unmap(const struct storvsp_cmd *cmd)
{
	return max(1U, cmd->len / 16);
}

/*
 * Segments from block device to block device, after targets; all in one page. The disk that
 * it was sent to pays, whichever of the two that is.
 */
static u32 of_copy(const struct storvsp_cmd *cmd)
{
	u32 len, at, blocks = 0;
	const u8 *list;

	if (cmd->data != STORVSP_DATA_COPIED)
		return 1;
	list = sg_virt(cmd->sgt.sgl);
	len = cmd->sgt.sgl->length;
	if (len < 16)
		return 1;
	for (at = 16 + get_unaligned_be16(list + 2); at + 28 <= len; at += 28) {
		if (list[at] == 0x02)
			blocks += get_unaligned_be16(list + at + 10);
	}
	return of_bytes((u64)blocks * READ_ONCE(cmd->lun->block));
}

/**
 * storvsp_cost() - what does a command cost?
 * @cmd: the command, its data where target core can use them
 *
 * Return: 0 for one that neither reads what is on the medium nor changes it.
 */
u32 storvsp_cost(const struct storvsp_cmd *cmd)
{
	const u8 *cdb = cmd->reply.packet.srb.cdb;

	/* Nearly all. */
	if (likely(storvsp_in_place(cdb)))
		return of_bytes(cmd->len);
	switch (cdb[0]) {
	case WRITE_SAME:
		return of_write_same(cmd, get_unaligned_be16(cdb + 7));
	case WRITE_SAME_16:
		return of_write_same(cmd, get_unaligned_be32(cdb + 10));
	case UNMAP:
		return of_unmap(cmd);
	case EXTENDED_COPY:
		return of_copy(cmd);
	}
	return storvsp_moves(cdb) ? of_bytes(cmd->len) : 0;
}
