// SPDX-License-Identifier: GPL-2.0
/*
 * A guest in this kernel with a file behind its disk: the file system below must not wait for
 * what the guest, which is the same memory management, can only do with this very disk.
 *
 * As the loop device has it (loop_process_work()): what is allocated for a command does no
 * IO, and who writes is held back by what is dirty on the file's own device, not by what the
 * guest has made dirty, nor by reclaim. The worker is target core's; what it executes is ours
 * to say.
 */
#include <linux/sched.h>
#include <linux/sched/mm.h>

#include "storvsp.h"

static sense_reason_t execute(struct se_cmd *se)
{
	struct storvsp_cmd *cmd = container_of(se, struct storvsp_cmd, se);
	unsigned int flags = current->flags;
	unsigned int noio = memalloc_noio_save();
	sense_reason_t reason;

	current->flags |= PF_LOCAL_THROTTLE;
	/* Afterwards the command may be gone. */
	reason = cmd->local_execute(se);
	current_restore_flags(flags, PF_LOCAL_THROTTLE);
	memalloc_noio_restore(noio);
	return reason;
}

/**
 * storvsp_local() - have target core run a command of a guest in this kernel with care
 * @cmd: the command, target_submit_prep() has looked at it
 */
void storvsp_local(struct storvsp_cmd *cmd)
{
	cmd->local_execute = cmd->se.execute_cmd;
	cmd->se.execute_cmd = execute;
}
