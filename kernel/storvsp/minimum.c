// SPDX-License-Identifier: GPL-2.0
/*
 * Does a LUN do what it should be able to do in a second? Nothing makes it faster: as
 * with Windows Server 2012 R2 an administrator is told, once when it does not, and once
 * when it does again.
 *
 * A LUN can show what it is able to only while the guest wants something of it: time
 * without a command that costs something does not count, and one that has hardly any is
 * not judged.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/ktime.h>
#include <linux/math64.h>

#include "../vmbus/disk.h"
#include "storvsp.h"

/* For so long at a time it is looked at, if it has commands for a tenth of that. */
#define WINDOW		(5 * HZ)
#define BUSY_MIN	(500 * NSEC_PER_MSEC)

/* A little less is enough: a limit of as much would be just missed. */
static u32 enough(u32 min)
{
	return min - min / 16;
}

/* What was done since the last time, in operations a second, and begin anew. */
static u64 take_rate(struct storvsp_minimum *m, u64 *busy)
{
	u64 now = ktime_get_ns(), done;

	spin_lock(&m->lock);
	*busy = m->busy;
	if (m->active) {
		*busy += now - m->since;
		m->since = now;
	}
	done = m->done;
	m->busy = 0;
	m->done = 0;
	spin_unlock(&m->lock);
	return *busy ? div64_u64(done * NSEC_PER_SEC, *busy) : 0;
}

static void tell(struct storvsp_lun *lun, const struct vmh_disk_rate *rate)
{
	struct storvsp_ctl *ctl = lun->ctl;

	if (rate->low)
		pr_notice_ratelimited("%s: controller %u LUN %u: %u operations a second, less than its minimum of %u\n",
				      ctl->wwn->name, rate->controller,
				      rate->lun, rate->iops, rate->min);
	else
		pr_notice_ratelimited("%s: controller %u LUN %u: %u operations a second, its minimum of %u again\n",
				      ctl->wwn->name, rate->controller,
				      rate->lun, rate->iops, rate->min);
	/* Who takes the controller away with the other lock held may wait for us. */
	mutex_lock(&ctl->dev_lock);
	if (ctl->dev)
		vmh_disk_notify(ctl->dev, rate);
	mutex_unlock(&ctl->dev_lock);
}

static void work_fn(struct work_struct *work)
{
	struct storvsp_lun *lun = container_of(to_delayed_work(work),
					       struct storvsp_lun, minimum.work);
	struct storvsp_minimum *m = &lun->minimum;
	struct vmh_disk_rate rate = {
		.controller = lun->ctl->number,
		.lun = lun - lun->ctl->luns,
		.min = READ_ONCE(lun->qos.min),
	};
	u64 busy;

	if (!rate.min)
		return;
	rate.iops = min_t(u64, take_rate(m, &busy), U32_MAX);
	rate.low = rate.iops < enough(rate.min);
	if (busy >= BUSY_MIN && rate.low != m->low) {
		m->low = rate.low;
		tell(lun, &rate);
	}
	queue_delayed_work(lun->ctl->wq, &m->work, WINDOW);
}

/**
 * storvsp_minimum_init() - a LUN that nobody watches
 * @lun: the LUN
 */
void storvsp_minimum_init(struct storvsp_lun *lun)
{
	spin_lock_init(&lun->minimum.lock);
	INIT_DELAYED_WORK(&lun->minimum.work, work_fn);
}

/**
 * storvsp_minimum_set() - storvsp_qos.min of a LUN has changed
 * @lun: the LUN
 *
 * Context: process.
 */
void storvsp_minimum_set(struct storvsp_lun *lun)
{
	struct storvsp_minimum *m = &lun->minimum;
	u64 busy;

	cancel_delayed_work_sync(&m->work);
	m->low = false;
	take_rate(m, &busy);
	if (READ_ONCE(lun->qos.min))
		queue_delayed_work(lun->ctl->wq, &m->work, WINDOW);
}

/**
 * storvsp_minimum_begin() - a LUN that is watched has a command
 * @cmd: the command
 *
 * Context: process.
 */
void storvsp_minimum_begin(struct storvsp_cmd *cmd)
{
	struct storvsp_minimum *m = &cmd->lun->minimum;

	/* What is no work takes none of its time. */
	if (!cmd->cost)
		return;
	cmd->watched = true;
	spin_lock(&m->lock);
	if (!m->active++)
		m->since = ktime_get_ns();
	spin_unlock(&m->lock);
}

/**
 * storvsp_minimum_end() - that is done
 * @cmd: the command
 *
 * Context: process.
 */
void storvsp_minimum_end(struct storvsp_cmd *cmd)
{
	struct storvsp_minimum *m = &cmd->lun->minimum;

	if (likely(!cmd->watched))
		return;
	spin_lock(&m->lock);
	m->done += cmd->cost;
	if (!--m->active)
		m->busy += ktime_get_ns() - m->since;
	spin_unlock(&m->lock);
}
