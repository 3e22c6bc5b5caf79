// SPDX-License-Identifier: GPL-2.0
/*
 * PERSISTENT RESERVE OUT: one at a time for a device, whoever sends it, and none while the
 * device is being reset. So it is with READ FULL STATUS, for which target core lets go of its
 * lock and then follows a registration that may be gone.
 *
 * Target core would let them wait for each other for good. PREEMPT AND ABORT holds on to its
 * sender's registration while it waits for commands that it aborts; one of these may be a
 * REGISTER of the same sender that removes that registration, and spins until nobody holds
 * on to it. A LUN reset has a mutex that PREEMPT AND ABORT needs, while it waits for
 * that. What has not begun, neither finds. Nor must PREEMPT AND ABORT find what EXTENDED
 * COPY does (copy.c): if one is stuck it is answered BUSY. (Other fabrics that have the
 * device are not ours.)
 *
 * PREEMPT AND ABORT waits for all work items that submit to the backstore
 * (core_tmr_drain_state_list()), and so must not be run by one of them.
 */
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/scatterlist.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/workqueue.h>
#include <scsi/scsi_proto.h>
#include <target/target_core_base.h>
#include <target/target_core_fabric.h>

#include "storvsp.h"

/**
 * struct storvsp_turns - who may change a device's reservations
 * @node: in devices
 * @dev: the device; only to be compared
 * @users: commands that wait or run, and resets
 * @lock: held by who may
 * @waiting: commands
 * @running: @work runs one of them, or is queued to
 * @work: runs one
 * @stopped: there is a @stop; @work's own
 * @stop: no copies from or to the device begin
 */
struct storvsp_turns {
	struct list_head node;
	const struct se_device *dev;
	u32 users;
	struct mutex lock; /* see above */
	struct list_head waiting;
	bool running;
	struct work_struct work;
	bool stopped;
	struct storvsp_copy_stop stop;
};

static struct workqueue_struct *wq;
static DEFINE_SPINLOCK(lock);	/* of this, and what is in it */
static LIST_HEAD(devices);

static struct storvsp_turns *find(const struct se_device *dev)
{
	struct storvsp_turns *turns;

	lockdep_assert_held(&lock);
	list_for_each_entry(turns, &devices, node) {
		if (turns->dev == dev)
			return turns;
	}
	return NULL;
}

static void put(struct storvsp_turns *turns)
{
	spin_lock(&lock);
	if (--turns->users)
		turns = NULL;
	else
		list_del(&turns->node);
	spin_unlock(&lock);
	WARN_ON_ONCE(turns && turns->stopped);
	kfree(turns);
}

/*
 * What EXTENDED COPY has on a stack must not be aborted. None begins as long as commands
 * wait here; and whoever sends very many has others wait once for those that had begun.
 */
static bool are_copies_over(struct storvsp_turns *turns, const struct se_device *dev)
{
	if (turns->stopped)
		return storvsp_copy_stopped(&turns->stop);
	storvsp_copy_of(&turns->stop, dev);
	turns->stopped = true;
	return storvsp_copy_stop(&turns->stop);
}

/* Unless there is one more. */
static void let_copies_begin(struct storvsp_turns *turns)
{
	bool last;

	if (!turns->stopped)
		return;
	spin_lock(&lock);
	last = list_empty(&turns->waiting);
	spin_unlock(&lock);
	if (!last)
		return;
	storvsp_copy_go(&turns->stop);
	turns->stopped = false;
}

/*
 * Without a key PREEMPT ends a reservation that all registrants have. Target core frees the
 * registration of who has made it, and then looks at its type
 * (__core_scsi3_complete_pro_preempt()).
 */
static bool frees_holder(const struct storvsp_cmd *cmd)
{
	const struct t10_pr_registration *holder;
	const struct se_cmd *se = &cmd->se;
	struct se_device *dev = se->se_dev;
	bool another;

	if (cmd->data != STORVSP_DATA_COPIED || cmd->len < 2 * STORVSP_KEY_SIZE ||
	    memchr_inv(sg_virt(cmd->sgt.sgl) + STORVSP_KEY_SIZE, 0, STORVSP_KEY_SIZE))
		return false;
	spin_lock(&dev->dev_reservation_lock);
	holder = dev->dev_pr_res_holder;
	another = holder && holder->pr_reg_nacl != se->se_sess->se_node_acl;
	spin_unlock(&dev->dev_reservation_lock);
	return another;
}

static sense_reason_t may_submit(struct storvsp_turns *turns, struct storvsp_cmd *cmd)
{
	u8 action = storvsp_service_action(cmd->se.t_task_cdb);

	if (cmd->se.t_task_cdb[0] != PERSISTENT_RESERVE_OUT)
		return TCM_NO_SENSE;
	if (action == STORVSP_PREEMPT_AND_ABORT &&
	    !are_copies_over(turns, cmd->se.se_dev))
		return TCM_LUN_BUSY;
	if (action == STORVSP_PREEMPT && frees_holder(cmd))
		return TCM_INVALID_PARAMETER_LIST;
	return TCM_NO_SENSE;
}

static void submit(struct storvsp_turns *turns, struct storvsp_cmd *cmd)
{
	sense_reason_t reason = may_submit(turns, cmd);

	if (reason)
		transport_generic_request_failure(&cmd->se, reason);
	else
		transport_handle_cdb_direct(&cmd->se);
}

static void next(struct work_struct *work)
{
	struct storvsp_turns *turns = container_of(work, struct storvsp_turns, work);
	/* A guest in this kernel may be writing pages out to have memory freed. */
	unsigned int noio = memalloc_noio_save();
	struct storvsp_cmd *cmd;

	spin_lock(&lock);
	cmd = list_first_entry(&turns->waiting, struct storvsp_cmd, waiting);
	list_del(&cmd->waiting);
	spin_unlock(&lock);

	mutex_lock(&turns->lock);
	submit(turns, cmd);
	mutex_unlock(&turns->lock);
	let_copies_begin(turns);

	spin_lock(&lock);
	turns->running = !list_empty(&turns->waiting);
	if (turns->running)
		queue_work(wq, &turns->work);
	spin_unlock(&lock);
	put(turns);
	memalloc_noio_restore(noio);
}

/* Used once more. */
static struct storvsp_turns *get(const struct se_device *dev)
{
	struct storvsp_turns *fresh = kzalloc(sizeof(*fresh), GFP_NOIO), *turns;

	if (!fresh)
		return NULL;
	fresh->dev = dev;
	mutex_init(&fresh->lock);
	INIT_LIST_HEAD(&fresh->waiting);
	INIT_WORK(&fresh->work, next);

	spin_lock(&lock);
	turns = find(dev);
	if (!turns) {
		turns = fresh;
		fresh = NULL;
		list_add(&turns->node, &devices);
	}
	turns->users++;
	spin_unlock(&lock);
	kfree(fresh);
	return turns;
}

/**
 * storvsp_reserve() - submit a command of those above
 * @cmd: the command, target_submit_prep() has looked at it; may be gone when this returns
 *
 * Context: process.
 */
void storvsp_reserve(struct storvsp_cmd *cmd)
{
	struct storvsp_turns *turns = get(cmd->se.se_dev);

	if (!turns) {
		transport_generic_request_failure(&cmd->se, TCM_OUT_OF_RESOURCES);
		return;
	}
	spin_lock(&lock);
	list_add_tail(&cmd->waiting, &turns->waiting);
	if (!turns->running)
		queue_work(wq, &turns->work);
	turns->running = true;
	spin_unlock(&lock);
}

/**
 * storvsp_reserve_stop() - wait until none runs, and let none begin
 * @dev: of this device
 *
 * Context: process; waits for the device.
 * Return: for storvsp_reserve_go(), NULL if there is no memory.
 */
struct storvsp_turns *storvsp_reserve_stop(const struct se_device *dev)
{
	struct storvsp_turns *turns = get(dev);

	if (turns)
		mutex_lock(&turns->lock);
	return turns;
}

/**
 * storvsp_reserve_go() - take storvsp_reserve_stop() back
 * @turns: what that has returned
 */
void storvsp_reserve_go(struct storvsp_turns *turns)
{
	mutex_unlock(&turns->lock);
	put(turns);
}

/**
 * storvsp_reserve_init() - let there be reservations
 *
 * Return: 0 or -ENOMEM.
 */
int storvsp_reserve_init(void)
{
	/* Each device that is stuck has one of its workers. */
	wq = alloc_workqueue("storvsp_reserve", WQ_UNBOUND | WQ_MEM_RECLAIM, 0);
	return wq ? 0 : -ENOMEM;
}

/**
 * storvsp_reserve_exit() - undo that; nothing is configured any more
 */
void storvsp_reserve_exit(void)
{
	destroy_workqueue(wq);
}
