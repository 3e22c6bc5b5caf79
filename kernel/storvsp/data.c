// SPDX-License-Identifier: GPL-2.0
/*
 * A command's data: the guest's own pages for what is only read or written, and
 * copies for what is looked at, or if the guest's memory cannot be mapped or the data do
 * not lie there as the backstore's blocks do.
 *
 * What a command that is not a READ returns, target core has in pages of its own: it
 * can be longer than what the guest has room for.
 */
#include <linux/minmax.h>
#include <linux/slab.h>
#include <linux/unaligned.h>

#include "storvsp.h"

static int get_table(struct storvsp_cmd *cmd, u32 nents)
{
	u32 i;

	cmd->sgt.sgl = cmd->sg;
	if (likely(nents <= STORVSP_INLINE_SG)) {
		cmd->sgt.nents = nents;
		cmd->sgt.orig_nents = nents;
		for (i = 0; i < nents; i++)
			cmd->sg[i] = (struct scatterlist) {};
		sg_init_marker(cmd->sg, nents);
		return 0;
	}
	return sg_alloc_table_chained(&cmd->sgt, nents, cmd->sg,
				      STORVSP_INLINE_SG);
}

static void put_table(struct storvsp_cmd *cmd)
{
	if (cmd->sgt.orig_nents > STORVSP_INLINE_SG)
		sg_free_table_chained(&cmd->sgt, STORVSP_INLINE_SG);
}

static int pin(struct storvsp_cmd *cmd, const struct vmh_packet *packet)
{
	u32 offset = get_unaligned_le32(packet->ranges + 4);
	int err;

	err = get_table(cmd, DIV_ROUND_UP(offset + cmd->len, VMH_PAGE_SIZE));
	if (err)
		return err;
	err = vmh_channel_pin(cmd->chan->ch, packet, cmd->len, cmd->sgt.sgl,
			      cmd->sgt.nents);
	if (err < 0) {
		put_table(cmd);
		return err;
	}
	cmd->nents = err;
	cmd->data = STORVSP_DATA_PINNED;
	return 0;
}

/**
 * storvsp_data_aligned() - do data lie in the guest's pages as a LUN's blocks do?
 * @lun: the LUN
 * @packet: the guest's, with a range
 * @len: bytes of the data
 *
 * iblock and fileio take a command's pages as they are, and split data where a page ends:
 * that has to be between two blocks, or the rest goes to the wrong place, or nowhere.
 *
 * Return: true if so.
 */
bool storvsp_data_aligned(const struct storvsp_lun *lun,
			  const struct vmh_packet *packet, u32 len)
{
	u32 offset = get_unaligned_le32(packet->ranges + 4);

	return !((offset | len) & (READ_ONCE(lun->align) - 1));
}

/* It is needed when the packet is gone. */
static int keep_range(struct storvsp_cmd *cmd, const struct vmh_packet *packet,
		      gfp_t gfp)
{
	u32 offset = get_unaligned_le32(packet->ranges + 4);
	u32 bytes = get_unaligned_le32(packet->ranges);
	u32 size = sizeof(struct vmh_gpa_range) +
		   DIV_ROUND_UP((u64)offset + bytes, VMH_PAGE_SIZE) *
		   sizeof(__le64);

	cmd->ranges = cmd->ranges_inline;
	if (size > sizeof(cmd->ranges_inline)) {
		cmd->ranges = kmalloc(size, gfp);
		if (!cmd->ranges)
			return -ENOMEM;
	}
	memcpy(cmd->ranges, packet->ranges, size);
	return 0;
}

static void drop_range(struct storvsp_cmd *cmd)
{
	if (cmd->ranges != cmd->ranges_inline)
		kfree(cmd->ranges);
	cmd->ranges = NULL;
}

static int copy_from_guest(struct storvsp_cmd *cmd,
			   const struct vmh_packet *packet)
{
	struct vmh_gpa_iter iter;
	struct scatterlist *sg;
	int i, err = 0;

	vmh_packet_gpa(&iter, packet);
	for_each_sg(cmd->sgt.sgl, sg, cmd->nents, i) {
		err = vmh_channel_copy_from(cmd->chan->ch, &iter, sg_virt(sg),
					    sg->length);
		if (err)
			break;
	}
	return err;
}

/* Zeroed: a backstore that does not fill it must not show what was there. */
static int get_pages(struct storvsp_cmd *cmd, gfp_t gfp)
{
	cmd->sgt.sgl = sgl_alloc_order(cmd->len, 0, false,
				       gfp | __GFP_ZERO, &cmd->nents);
	if (!cmd->sgt.sgl)
		return -ENOMEM;
	cmd->data = STORVSP_DATA_COPIED;
	return 0;
}

static int charge(struct storvsp_cmd *cmd)
{
	struct storvsp_ctl *ctl = cmd->chan->ctl;

	if (atomic_add_return(cmd->len, &ctl->bounce) <= STORVSP_MAX_BOUNCE)
		return 0;
	atomic_sub(cmd->len, &ctl->bounce);
	return -EBUSY;
}

static int copied(struct storvsp_cmd *cmd, const struct vmh_packet *packet,
		  gfp_t gfp)
{
	const u8 *cdb = cmd->reply.packet.srb.cdb;
	int err;

	err = charge(cmd);
	if (err)
		return err;
	if (cmd->read)
		err = keep_range(cmd, packet, gfp);
	cmd->data = STORVSP_DATA_CORE;
	if (!err && (!cmd->read || storvsp_in_place(cdb)))
		err = get_pages(cmd, gfp);
	if (!err && !cmd->read)
		err = copy_from_guest(cmd, packet);
	if (err)
		storvsp_data_put(cmd);
	return err;
}

/**
 * storvsp_data_get() - have a command's data where target core can use them
 * @cmd: the command, with @read and @len
 * @packet: the guest's, whose range is not shorter than that
 * @gfp: for copies
 *
 * Context: the channel's worker, which may wait for guest memory, or who signals.
 * Return: 0, -EBUSY if too much is being copied, -ENOMEM, -EFAULT.
 */
int storvsp_data_get(struct storvsp_cmd *cmd, const struct vmh_packet *packet,
		     gfp_t gfp)
{
	int err = -EOPNOTSUPP;

	cmd->data = STORVSP_DATA_NONE;
	cmd->nents = 0;
	cmd->ranges = NULL;
	cmd->sgt.sgl = NULL;
	if (!cmd->len)
		return 0;
	if (storvsp_in_place(cmd->reply.packet.srb.cdb) &&
	    storvsp_data_aligned(cmd->lun, packet, cmd->len))
		err = pin(cmd, packet);
	return err == -EOPNOTSUPP ? copied(cmd, packet, gfp) : err;
}

/**
 * storvsp_data_trim() - have a command move less than the guest has room for
 * @cmd: the command, target_submit_prep() has looked at it
 *
 * Target core knows how much then, but a backstore goes by the scatterlist.
 */
void storvsp_data_trim(struct storvsp_cmd *cmd)
{
	struct se_cmd *se = &cmd->se;
	u32 left = se->data_length, i;
	struct scatterlist *sg;

	for_each_sg(se->t_data_sg, sg, se->t_data_nents, i) {
		if (!left)
			break;
		sg->length = min(sg->length, left);
		left -= sg->length;
	}
	se->t_data_nents = i;
}

/**
 * storvsp_data_to_guest() - copy what a command has read
 * @cmd: the command, as target core is through with it
 *
 * Context: process; may wait for guest memory.
 * Return: 0 or -EFAULT.
 */
int storvsp_data_to_guest(struct storvsp_cmd *cmd)
{
	struct vmh_packet packet = {
		.type = VMH_PACKET_GPA_DIRECT,
		.ranges = cmd->ranges,
		.range_cnt = 1,
	};
	struct scatterlist *sg = cmd->data == STORVSP_DATA_COPIED ?
				 cmd->sgt.sgl : cmd->se.t_data_sg;
	u32 left = min(cmd->len, cmd->se.data_length), n;
	struct vmh_gpa_iter iter;
	int err;

	vmh_packet_gpa(&iter, &packet);
	for (; left && sg; left -= n, sg = sg_next(sg)) {
		n = min(left, sg->length);
		err = vmh_channel_copy_to(cmd->chan->ch, &iter, sg_virt(sg), n);
		if (err)
			return err;
	}
	return 0;
}

/**
 * storvsp_data_put() - a command's data are not used any more
 * @cmd: the command
 *
 * Context: process; may wait for guest memory.
 */
void storvsp_data_put(struct storvsp_cmd *cmd)
{
	if (cmd->data == STORVSP_DATA_PINNED) {
		vmh_channel_unpin(cmd->chan->ch, cmd->sgt.sgl, cmd->nents,
				  cmd->read);
		put_table(cmd);
	} else if (cmd->data != STORVSP_DATA_NONE) {
		if (cmd->data == STORVSP_DATA_COPIED)
			sgl_free(cmd->sgt.sgl);
		drop_range(cmd);
		atomic_sub(cmd->len, &cmd->chan->ctl->bounce);
	}
	cmd->data = STORVSP_DATA_NONE;
}
