// SPDX-License-Identifier: GPL-2.0
/*
 * A guest in this kernel with a file behind its disk: the file system below must not wait for
 * what the guest, which is the same memory management, can only do with this very disk.
 *
 * As the loop device has it (loop_process_work()): what is allocated to execute a command does
 * no IO, and who writes is held back by what is dirty on the file's own device, not by what the
 * guest has made dirty, nor by reclaim. The worker is target core's; what it executes is ours
 * to say.
 */
#include <linux/sched.h>

#include "storvsp.h"

/**
 * storvsp_local_begin() - execute something for such a guest from here on
 *
 * Context: process.
 * Return: for storvsp_local_end().
 */
unsigned int storvsp_local_begin(void)
{
	unsigned int flags = current->flags;

	current->flags |= PF_LOCAL_THROTTLE | PF_MEMALLOC_NOIO;
	return flags;
}

/**
 * storvsp_local_end() - until here
 * @flags: what storvsp_local_begin() has returned
 */
void storvsp_local_end(unsigned int flags)
{
	current_restore_flags(flags, PF_LOCAL_THROTTLE | PF_MEMALLOC_NOIO);
}

static sense_reason_t execute(struct se_cmd *se)
{
	struct storvsp_cmd *cmd = container_of(se, struct storvsp_cmd, se);
	unsigned int flags = storvsp_local_begin();
	sense_reason_t reason;

	/* Afterwards the command may be gone. */
	reason = cmd->local_execute(se);
	storvsp_local_end(flags);
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
