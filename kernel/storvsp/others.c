// SPDX-License-Identifier: GPL-2.0
/*
 * PERSISTENT RESERVE OUT that names ports of other initiators. How a guest is called for
 * target core is the host's business, and no guest has a use for it. Target core does not
 * release what it holds for such a command in each case: if the list of names is wrong
 * it keeps the guest's LUN, which nobody can remove any more; and what a reservation has
 * moved to it releases twice.
 */
#include <linux/scatterlist.h>
#include <scsi/scsi_common.h>
#include <scsi/scsi_proto.h>

#include "storvsp.h"

#define SERVICE_ACTION		0x1f
#define REGISTER_AND_MOVE	0x07
/* Of the parameter list of all others. */
#define FLAGS			20
#define SPEC_I_PT		0x08

/* What target core will look at is ours: no guest changes it meanwhile. */
static bool has_names(const struct storvsp_cmd *cmd)
{
	const u8 *list;

	if (cmd->data != STORVSP_DATA_COPIED || cmd->len <= FLAGS)
		return false;
	list = sg_virt(cmd->sgt.sgl);
	return list[FLAGS] & SPEC_I_PT;
}

/**
 * storvsp_names_others() - refuse a command that is about other initiators
 * @cmd: the command, with its data
 *
 * Return: true if it is one; it is answered.
 */
bool storvsp_names_others(struct storvsp_cmd *cmd)
{
	const u8 *cdb = cmd->reply.packet.srb.cdb;

	if (likely(cdb[0] != PERSISTENT_RESERVE_OUT))
		return false;
	if ((cdb[1] & SERVICE_ACTION) == REGISTER_AND_MOVE)
		storvsp_srb_sense(cmd, ILLEGAL_REQUEST, 0x24, 0);
	else if (has_names(cmd))
		storvsp_srb_sense(cmd, ILLEGAL_REQUEST, 0x26, 0);
	else
		return false;
	return true;
}
