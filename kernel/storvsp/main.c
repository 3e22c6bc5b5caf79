// SPDX-License-Identifier: GPL-2.0
/*
 * storvsp: a guest's SCSI controllers, served by the kernel's SCSI target.
 *
 * Words
 *	controller	a VMBus device of a partition; to target core a TPG
 *	LUN		a disk of a controller, whatever target core has behind it
 *	SRB		a SCSI command, as a guest sends it
 *
 * An SRB
 *	storvsp_packet()		vstor.c		from the channel's worker, or
 *	storvsp_try_packet()				from who signals
 *	  storvsp_srb()			srb.c, parse.c	is it one; for which LUN
 *	    none there			absent.c
 *	    not the one it means	untold.c
 *	    its data			data.c, direction.c
 *	    is it about others		others.c
 *	    target core's holes		copy.c, caw.c, reserve.c
 *	    no waiting for itself	local.c
 *	    its turn			qos.c, cost.c
 *	    is its LUN fast enough	minimum.c
 *	  target core			runs it in a workqueue of the backstore, and
 *					calls back in another
 *	  storvsp_queue_*()		srb.c
 *	  what became of it		status.c
 *	  storvsp_release_cmd()		srb.c		nobody touches its data any more
 *	  storvsp_reply()		reply.c		into the ring, or when there is room
 *
 * What else a guest asks for
 *	versions, sub-channels		vstor.c
 *	resets				tmf.c
 *
 * An administrator
 *	configfs			fabric.c
 *	what the guest sees of it	acl.c
 *	a controller is offered		controller.c
 *	the guest is to look for LUNs	scan.c
 *	state, saved and restored	save.c
 *
 * Locking is described in storvsp.h.
 */
#include <linux/module.h>
#include <linux/workqueue.h>

#include "storvsp.h"

struct workqueue_struct *storvsp_wq;

static int __init storvsp_init(void)
{
	int err;

	/* Where target core's completions are, and so behind them. */
	storvsp_wq = alloc_workqueue("storvsp", WQ_MEM_RECLAIM, 0);
	if (!storvsp_wq)
		return -ENOMEM;
	err = storvsp_reserve_init();
	if (err)
		goto wq;
	err = storvsp_fabric_init();
	if (err)
		goto reserve;
	return 0;

reserve:
	storvsp_reserve_exit();
wq:
	destroy_workqueue(storvsp_wq);
	return err;
}

static void __exit storvsp_exit(void)
{
	storvsp_fabric_exit();
	storvsp_reserve_exit();
	destroy_workqueue(storvsp_wq);
}

module_init(storvsp_init);
module_exit(storvsp_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Storage VSP: Hyper-V's synthetic SCSI controller on the SCSI target");
