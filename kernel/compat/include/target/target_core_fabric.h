/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Before 6.7 a fabric chose with each command whether a workqueue submits it; from
 * then on for all of them, or leaves it to the backstore.
 */
#ifndef _VSW_COMPAT_TARGET_TARGET_CORE_FABRIC_H
#define _VSW_COMPAT_TARGET_TARGET_CORE_FABRIC_H

#include_next <target/target_core_fabric.h>
#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 7, 0)
#define VSW_TARGET_QUEUES
#define target_submit(se) target_queue_submission(se)
#else
#define VSW_TARGET_QUEUES .default_submit_type = TARGET_QUEUE_SUBMIT,

static inline int transport_handle_cdb_direct(struct se_cmd *cmd)
{
	sense_reason_t ret;

	cmd->t_state = TRANSPORT_NEW_CMD;
	cmd->transport_state |= CMD_T_ACTIVE;
	ret = transport_generic_new_cmd(cmd);
	if (ret)
		transport_generic_request_failure(cmd, ret);
	return 0;
}
#endif

#endif
