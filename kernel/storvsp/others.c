// SPDX-License-Identifier: GPL-2.0
/*
 * Commands that are about other initiators, and refused.
 *
 * PERSISTENT RESERVE OUT can name ports of theirs. How a guest is called for target core is
 * the host's business, and no guest has a use for it. Target core does not release what it
 * holds for such a command in each case: if the list of names is wrong it keeps the
 * guest's LUN, which nobody can remove any more; and what a reservation has moved to it
 * releases twice. So does PREEMPT of the key that its sender has itself: it is among those
 * whose registration goes, and is used after that.
 *
 * SET TARGET PORT GROUPS says that a disk is not available, to all who have it, and until
 * somebody says that it is.
 */
#include <linux/scatterlist.h>
#include <linux/string.h>
#include <scsi/scsi_common.h>
#include <scsi/scsi_proto.h>

#include "storvsp.h"

/* Of the parameter list of all others: two keys, the own one first. */
#define FLAGS			20
#define SPEC_I_PT		0x08

/* What target core will look at is ours: no guest changes it meanwhile. */
static bool is_refused(const struct storvsp_cmd *cmd, u8 action)
{
	const u8 *list;

	if (cmd->data != STORVSP_DATA_COPIED || cmd->len <= FLAGS)
		return false;
	list = sg_virt(cmd->sgt.sgl);
	if ((action == STORVSP_PREEMPT || action == STORVSP_PREEMPT_AND_ABORT) &&
	    !memcmp(list, list + STORVSP_KEY_SIZE, STORVSP_KEY_SIZE))
		return true;
	return list[FLAGS] & SPEC_I_PT;
}

/* The additional sense code for it, or 0. */
static u8 why_not(const struct storvsp_cmd *cmd)
{
	const u8 *cdb = cmd->reply.packet.srb.cdb;
	u8 action = storvsp_service_action(cdb);

	switch (cdb[0]) {
	case PERSISTENT_RESERVE_OUT:
		if (action == STORVSP_REGISTER_AND_MOVE)
			return 0x24;
		return is_refused(cmd, action) ? 0x26 : 0;
	case MAINTENANCE_OUT:
		return action == MO_SET_TARGET_PGS ? 0x20 : 0;
	}
	return 0;
}

/**
 * storvsp_refuses() - refuse a command that is about other initiators
 * @cmd: the command, with its data
 *
 * Return: true if it is one; it is answered.
 */
bool storvsp_refuses(struct storvsp_cmd *cmd)
{
	u8 asc = why_not(cmd);

	if (likely(!asc))
		return false;
	storvsp_srb_sense(cmd, ILLEGAL_REQUEST, asc, 0);
	return true;
}
