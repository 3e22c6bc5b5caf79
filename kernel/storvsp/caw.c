// SPDX-License-Identifier: GPL-2.0
/*
 * COMPARE AND WRITE. Target core reads the block with se_device.caw_sem held, and when that
 * is done its callback compares, writes, and lets go of it.
 *
 * The callback is there from the beginning, and called for a command that fails before it
 * begins, too: for a UNIT ATTENTION, an ALUA state, another's reservation. Then nothing was
 * read, and nobody holds the semaphore; all the same it compares and writes (6.1), or lets
 * go of what others rely on. In 6.1 a command that was aborted is compared and written,
 * too, perhaps in an interrupt. So there is one only while the semaphore is held; and for what
 * has failed, or was aborted, there is no second half.
 */
#include "storvsp.h"

/* The second half is executed elsewhere than the first. */
static sense_reason_t compare_and_write(struct storvsp_cmd *cmd, int *post)
{
	bool local = storvsp_is_local(cmd);
	sense_reason_t reason;
	unsigned int flags;

	if (local)
		flags = storvsp_local_begin();
	reason = cmd->caw_done(&cmd->se, true, post);
	if (local)
		storvsp_local_end(flags);
	return reason;
}

/* The read is done; perhaps in an interrupt, if it is not to go on. */
static sense_reason_t done(struct se_cmd *se, bool success, int *post)
{
	struct storvsp_cmd *cmd = container_of(se, struct storvsp_cmd, se);

	if (success)
		return compare_and_write(cmd, post);
	se->transport_complete_callback = NULL;
	up(&se->se_dev->caw_sem);
	return TCM_NO_SENSE;
}

/* What cannot take the semaphore, or not begin to read, does away with the callback. */
static sense_reason_t execute(struct se_cmd *se)
{
	struct storvsp_cmd *cmd = container_of(se, struct storvsp_cmd, se);

	se->transport_complete_callback = done;
	return cmd->caw_execute(se);
}

/**
 * storvsp_caw() - keep target core from finishing a COMPARE AND WRITE that has not begun
 * @cmd: the command, target_submit_prep() has looked at it; any
 */
void storvsp_caw(struct storvsp_cmd *cmd)
{
	struct se_cmd *se = &cmd->se;

	if (likely(!(se->se_cmd_flags & SCF_COMPARE_AND_WRITE)))
		return;
	cmd->caw_done = se->transport_complete_callback;
	cmd->caw_execute = se->execute_cmd;
	se->transport_complete_callback = NULL;
	se->execute_cmd = execute;
}
