// SPDX-License-Identifier: GPL-2.0
/*
 * How much a LUN may do in a second, counted in IO operations of 8 KiB as Windows
 * Server 2012 R2 does: one of up to 8 KiB is one, one of 64 KiB eight.
 *
 * Each operation makes the next one due so much later. Those that come too early wait
 * in order; those that come late have at most BURST saved up. While a LUN is being reset
 * all that comes waits; and so when it goes.
 */
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/sched/mm.h>
#include <linux/wait_bit.h>

#include "storvsp.h"

/* More than a tick: a timer that is late must not cost what was due meanwhile. */
#define BURST	(20 * NSEC_PER_MSEC)

/* May it go? If so it has gone. */
static bool take(struct storvsp_qos *qos, u32 cost, u64 now)
{
	lockdep_assert_held(&qos->lock);
	if (qos->due > now + BURST)
		return false;
	qos->due = max(qos->due, now) + div_u64(cost * NSEC_PER_SEC, qos->max);
	return true;
}

static void wake_later(struct storvsp_lun *lun, u64 now)
{
	struct storvsp_qos *qos = &lun->qos;
	u64 wait = qos->due > now + BURST ? qos->due - now - BURST : 0;

	queue_delayed_work(lun->ctl->wq, &qos->work, nsecs_to_jiffies(wait) + 1);
}

static struct storvsp_cmd *next(struct storvsp_lun *lun)
{
	struct storvsp_qos *qos = &lun->qos;
	struct storvsp_cmd *cmd;
	u64 now = ktime_get_ns();

	spin_lock(&qos->lock);
	cmd = list_first_entry_or_null(&qos->waiting, struct storvsp_cmd, waiting);
	if (qos->held) {
		cmd = NULL;
	} else if (cmd && qos->max && !take(qos, cmd->cost, now)) {
		wake_later(lun, now);
		cmd = NULL;
	}
	if (cmd)
		list_del(&cmd->waiting);
	spin_unlock(&qos->lock);
	return cmd;
}

static void work_fn(struct work_struct *work)
{
	struct storvsp_lun *lun = container_of(to_delayed_work(work),
					       struct storvsp_lun, qos.work);
	/* As in storvsp_packet(), from where the others are submitted. */
	unsigned int noio = memalloc_noio_save();
	struct storvsp_cmd *cmd;

	while ((cmd = next(lun)))
		storvsp_cmd_submit(cmd);
	memalloc_noio_restore(noio);
}

/**
 * storvsp_qos_init() - a LUN without limits
 * @lun: the LUN
 */
void storvsp_qos_init(struct storvsp_lun *lun)
{
	spin_lock_init(&lun->qos.lock);
	INIT_LIST_HEAD(&lun->qos.waiting);
	INIT_DELAYED_WORK(&lun->qos.work, work_fn);
}

/**
 * storvsp_qos_take() - may a command go, of a LUN that is limited, or is being reset?
 * @cmd: the command
 *
 * Context: process.
 * Return: as storvsp_qos_wait().
 */
bool storvsp_qos_take(struct storvsp_cmd *cmd)
{
	struct storvsp_lun *lun = cmd->lun;
	struct storvsp_qos *qos = &lun->qos;
	u64 now = ktime_get_ns();
	bool wait;

	spin_lock(&qos->lock);
	wait = qos->held || !list_empty(&qos->waiting) ||
	       (cmd->cost && qos->max && !take(qos, cmd->cost, now));
	if (wait)
		list_add_tail(&cmd->waiting, &qos->waiting);
	if (qos->held)
		storvsp_lun_switch(cmd);
	else if (wait)
		wake_later(lun, now);
	spin_unlock(&qos->lock);
	return wait;
}

/* What waits goes to @list, if it is not to wait on. */
static u32 hold(struct storvsp_lun *lun, struct list_head *list,
		bool (*keep)(const struct vstor_srb *srb))
{
	struct storvsp_qos *qos = &lun->qos;
	struct storvsp_cmd *cmd, *next;
	u32 epoch;

	lockdep_assert_held(&lun->reset_lock);
	spin_lock(&qos->lock);
	WRITE_ONCE(qos->held, true);
	epoch = lun->epoch;
	/* Pairs with lun_get(): who is of the new one is held back. */
	smp_store_release(&lun->epoch, !epoch);
	list_for_each_entry_safe(cmd, next, &qos->waiting, waiting) {
		if (keep && keep(&cmd->reply.packet.srb))
			storvsp_lun_switch(cmd);
		else
			list_move_tail(&cmd->waiting, list);
	}
	spin_unlock(&qos->lock);
	/* Pairs with lun_get(), and storvsp_qos_wait(). */
	smp_mb();
	return epoch;
}

static void unhold(struct storvsp_lun *lun, struct list_head *list,
		   bool (*keep)(const struct vstor_srb *srb))
{
	struct storvsp_qos *qos = &lun->qos;
	struct storvsp_cmd *cmd, *next;
	bool wait;

	lockdep_assert_held(&lun->reset_lock);
	spin_lock(&qos->lock);
	WRITE_ONCE(qos->held, false);
	if (list) {
		list_for_each_entry_safe(cmd, next, &qos->waiting, waiting) {
			if (!keep(&cmd->reply.packet.srb))
				list_move_tail(&cmd->waiting, list);
		}
	}
	wait = !list_empty(&qos->waiting);
	spin_unlock(&qos->lock);
	if (wait)
		mod_delayed_work(lun->ctl->wq, &qos->work, 0);
}

/**
 * storvsp_qos_hold() - a LUN is being reset
 * @lun: the LUN
 *
 * What waits is aborted. What comes from now on waits until storvsp_qos_unhold(), and is
 * of another epoch than what came before.
 *
 * Context: process; storvsp_lun.reset_lock held.
 * Return: the epoch of what came before.
 */
u32 storvsp_qos_hold(struct storvsp_lun *lun)
{
	struct storvsp_cmd *cmd, *next;
	LIST_HEAD(list);
	u32 epoch;

	epoch = hold(lun, &list, NULL);
	list_for_each_entry_safe(cmd, next, &list, waiting)
		storvsp_cmd_finish(cmd);
	return epoch;
}

/**
 * storvsp_qos_unhold() - it has been reset
 * @lun: the LUN
 *
 * Context: process; storvsp_lun.reset_lock held.
 */
void storvsp_qos_unhold(struct storvsp_lun *lun)
{
	unhold(lun, NULL, NULL);
}

static void answer_gone(struct list_head *list)
{
	struct storvsp_cmd *cmd, *next;

	list_for_each_entry_safe(cmd, next, list, waiting) {
		storvsp_absent_late(cmd);
		storvsp_cmd_finish(cmd);
	}
	INIT_LIST_HEAD(list);
}

/**
 * storvsp_qos_drain() - a LUN goes, and is not there already for who asks
 * @lun: the LUN
 *
 * What waits for its turn will not get it, or could get at the next disk with this number.
 *
 * Context: process; waits for the LUN.
 */
void storvsp_qos_drain(struct storvsp_lun *lun)
{
	LIST_HEAD(list);
	u32 epoch;

	mutex_lock(&lun->reset_lock);
	epoch = hold(lun, &list, storvsp_stands_in);
	answer_gone(&list);
	wait_var_event(&lun->inflight[epoch], !atomic_read(&lun->inflight[epoch]));
	/* Who was on the way here had yet to be held back. */
	unhold(lun, &list, storvsp_stands_in);
	answer_gone(&list);
	mutex_unlock(&lun->reset_lock);
}

static void take_all(struct storvsp_qos *qos, struct storvsp_chan *chan,
		     struct list_head *list)
{
	struct storvsp_cmd *cmd, *next;

	spin_lock(&qos->lock);
	list_for_each_entry_safe(cmd, next, &qos->waiting, waiting) {
		if (cmd->chan == chan)
			list_move_tail(&cmd->waiting, list);
	}
	spin_unlock(&qos->lock);
}

/**
 * storvsp_qos_flush() - what waits for its turn need not any more: it is aborted
 * @lun: the LUN
 * @chan: what came from there
 *
 * Context: process.
 */
void storvsp_qos_flush(struct storvsp_lun *lun, struct storvsp_chan *chan)
{
	struct storvsp_cmd *cmd, *next;
	LIST_HEAD(list);

	take_all(&lun->qos, chan, &list);
	list_for_each_entry_safe(cmd, next, &list, waiting)
		storvsp_cmd_finish(cmd);
}

/**
 * storvsp_qos_release() - what waits for its turn goes at once
 * @lun: the LUN
 * @chan: what came from there
 *
 * Context: process; waits for the LUN if it is being reset.
 */
void storvsp_qos_release(struct storvsp_lun *lun, struct storvsp_chan *chan)
{
	struct storvsp_cmd *cmd, *next;
	LIST_HEAD(list);

	mutex_lock(&lun->reset_lock);
	take_all(&lun->qos, chan, &list);
	list_for_each_entry_safe(cmd, next, &list, waiting)
		storvsp_cmd_submit(cmd);
	mutex_unlock(&lun->reset_lock);
}

/**
 * storvsp_qos_set() - limit a LUN
 * @lun: the LUN
 * @max: IO operations in a second, 0 for no limit
 * @min: that it should be able to do, 0 if nobody cares
 *
 * Context: process.
 */
void storvsp_qos_set(struct storvsp_lun *lun, u32 max, u32 min)
{
	struct storvsp_qos *qos = &lun->qos;

	spin_lock(&qos->lock);
	WRITE_ONCE(qos->max, max);
	WRITE_ONCE(qos->min, min);
	qos->due = 0;
	spin_unlock(&qos->lock);
	mod_delayed_work(lun->ctl->wq, &qos->work, 0);
	storvsp_minimum_set(lun);
}
