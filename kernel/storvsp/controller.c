// SPDX-License-Identifier: GPL-2.0
/* A controller: offered to its partition, opened and closed by the guest, withdrawn. */
#include <linux/blk_types.h>
#include <linux/configfs.h>
#include <linux/nsproxy.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../vmbus/transport.h"
#include "storvsp.h"

static int chan_open(struct vmh_channel *ch, const u8 *user_data)
{
	struct storvsp_ctl *ctl = vmh_device_priv(vmh_channel_device(ch));
	struct storvsp_chan *chan;

	chan = kvzalloc(struct_size(chan, own, STORVSP_OWN), GFP_KERNEL_ACCOUNT);
	if (!chan)
		return -ENOMEM;
	chan->ch = ch;
	chan->ctl = ctl;
	chan->prompt = vmh_channel_is_prompt(ch);
	atomic_set(&chan->busy, 1);
	init_llist_head(&chan->done);
	INIT_WORK(&chan->work, storvsp_reply_work);
	storvsp_own(chan);
	vmh_channel_set_priv(ch, chan);
	if (!vmh_channel_index(ch)) {
		WRITE_ONCE(ctl->version, VSTOR_VERSION_NONE);
		WRITE_ONCE(ctl->state, STORVSP_NEW);
	}
	return 0;
}

/*
 * Commands cannot be called back from a backstore; until they are through, it may
 * use the guest's pages. Only those wait for nothing that still wait for their turn.
 */
static void chan_close(struct vmh_channel *ch)
{
	struct storvsp_chan *chan = vmh_channel_priv(ch);
	struct storvsp_ctl *ctl = chan->ctl;
	u32 i;

	mutex_lock(&ctl->primary_lock);
	if (ctl->primary == chan)
		ctl->primary = NULL;
	mutex_unlock(&ctl->primary_lock);
	for (i = 0; i < VSTOR_LUNS_MAX; i++)
		storvsp_qos_flush(&ctl->luns[i], chan);
	storvsp_chan_wait(chan);
	cancel_work_sync(&chan->work);
	storvsp_reply_all(chan);
	storvsp_reply_drop(chan);
	kvfree(chan);
}

/* A guest asks for something at least so often while it looks for its disks. */
#define QUIET		msecs_to_jiffies(1000)
#define QUIET_TRIES	10

/*
 * hv_storvsc forgets, and waits for, what it would send into a channel that was
 * rescinded (storvsc_queuecommand()). So its disks go first, which it knows how to cope
 * with, and the channel when it asks for nothing any more; but not every guest looks.
 */
static void part(struct storvsp_ctl *ctl)
{
	u32 tries, before;
	bool there;

	WRITE_ONCE(ctl->leaving, true);
	storvsp_scan(ctl);
	for (tries = 0; tries < QUIET_TRIES; tries++) {
		before = READ_ONCE(ctl->asked);
		mutex_lock(&ctl->primary_lock);
		there = ctl->primary;
		mutex_unlock(&ctl->primary_lock);
		if (!there)
			return;
		schedule_timeout_uninterruptible(QUIET);
		if (READ_ONCE(ctl->asked) == before)
			return;
	}
}

static void depart(struct vmh_device *dev)
{
	part(vmh_device_priv(dev));
}

/* The partition's lock is held, which is taken under our own. */
static void release(struct vmh_device *dev)
{
	struct storvsp_ctl *ctl = vmh_device_priv(dev);

	WRITE_ONCE(ctl->gone, true);
	mod_delayed_work(system_unbound_wq, &ctl->gone_work, 0);
}

static const struct vmh_service service = {
	.name		= "scsi",
	.class		= { VSTOR_SCSI_CLASS },
	.flags		= VMH_OFFER_ENUMERATE,
	.subchannels	= true,
	.brief		= true,
	.max_packet	= sizeof(struct vmh_descriptor) +
			  sizeof(struct vmh_gpa_direct_header) +
			  sizeof(struct vmh_gpa_range) +
			  STORVSP_MAX_PAGES * sizeof(__le64) + VSTOR_PACKET_V2,
	.open		= chan_open,
	.close		= chan_close,
	.packet		= storvsp_packet,
	.try_packet	= storvsp_try_packet,
	.writable	= storvsp_writable,
	.done		= storvsp_looked,
	.quiesce	= storvsp_quiesce,
	.save		= storvsp_save,
	.restore	= storvsp_restore,
	.depart		= depart,
	.release	= release,
};

/* The same on each host, for what was saved on one and is restored on another. */
static void name_instance(const struct storvsp_ctl *ctl, struct vmh_guid *guid)
{
	*guid = service.class;
	guid->b[8] ^= 0xff;
	guid->b[15] = ctl->number;
}

static void set_dev(struct storvsp_ctl *ctl, struct vmh_device *dev)
{
	lockdep_assert_held(&ctl->lock);
	mutex_lock(&ctl->dev_lock);
	ctl->dev = dev;
	mutex_unlock(&ctl->dev_lock);
}

static int offer(struct storvsp_ctl *ctl, struct vmh_partition *p)
{
	struct vmh_device *dev;
	struct vmh_guid guid;
	int err;

	lockdep_assert_held(&ctl->lock);
	ctl->sess = storvsp_session(ctl);
	if (IS_ERR(ctl->sess)) {
		err = PTR_ERR(ctl->sess);
		ctl->sess = NULL;
		return err;
	}
	name_instance(ctl, &guid);
	dev = vmh_offer(p, &service, &guid, NULL, ctl);
	if (IS_ERR(dev)) {
		target_remove_session(ctl->sess);
		ctl->sess = NULL;
		return PTR_ERR(dev);
	}
	vmh_partition_hold(p);
	ctl->partition = p;
	ctl->net = current->nsproxy->net_ns;
	set_dev(ctl, dev);
	return 0;
}

/* Target core has written down that it is offered by then, if it was about to. */
#define SETTLED		HZ

static void withdraw(struct storvsp_ctl *ctl)
{
	struct vmh_device *dev = ctl->dev;

	lockdep_assert_held(&ctl->lock);
	if (!dev)
		return;
	part(ctl);
	set_dev(ctl, NULL);
	vmh_withdraw(dev);
	/* From here on nobody says that it is gone. */
	WRITE_ONCE(ctl->gone, false);
	vmh_partition_put(ctl->partition);
	ctl->partition = NULL;
	ctl->leaving = false;
	cancel_work_sync(&ctl->scan_work);
	/* Of a command that is gone its count comes last. */
	target_stop_session(ctl->sess);
	target_wait_for_sess_cmds(ctl->sess);
	target_remove_session(ctl->sess);
	ctl->sess = NULL;
	/* Look again: who has just offered it may have yet to tell target core. */
	mod_delayed_work(system_unbound_wq, &ctl->gone_work, SETTLED);
}

/*
 * Target core believes what was last written to "enable". It is told in its own way, by
 * that file: a newer one has more to undo than a flag (tpg_rtpi).
 */
static void unmark(struct storvsp_ctl *ctl)
{
	struct config_item *item = &ctl->tpg.tpg_group.cg_item;
	struct configfs_attribute **attr;

	lockdep_assert_held(&ctl->lock);
	if (ctl->dev || !READ_ONCE(ctl->tpg.enabled))
		return;
	WRITE_ONCE(ctl->unmarking, current);
	for (attr = item->ci_type->ct_attrs; *attr; attr++) {
		if (!strcmp((*attr)->ca_name, "enable"))
			(*attr)->store(item, "0", 1);
	}
	WRITE_ONCE(ctl->unmarking, NULL);
}

/*
 * The partition that the caller means, or NULL. What is offered to one of that name that
 * was there before it, and need not be gone yet, is taken back.
 */
static struct vmh_partition *find_partition(struct storvsp_ctl *ctl)
{
	const struct net *net = current->nsproxy->net_ns;
	struct vmh_partition *p;

	lockdep_assert_held(&ctl->lock);
	p = vmh_partition_find(current->nsproxy->net_ns, ctl->wwn->name);
	if (ctl->dev && (READ_ONCE(ctl->gone) ||
			 (ctl->net == net && ctl->partition != p)))
		withdraw(ctl);
	return p;
}

/**
 * storvsp_enable() - offer a controller to its partition
 * @ctl: the controller
 *
 * The partition is looked for in the network namespace of who asks.
 *
 * Context: process; not under RTNL.
 * Return: 0, -ENODEV if there is no such partition, -EXDEV if it is offered to one in
 * another network namespace, or another errno.
 */
int storvsp_enable(struct storvsp_ctl *ctl)
{
	struct vmh_partition *p;
	int err = 0;

	mutex_lock(&ctl->lock);
	p = find_partition(ctl);
	if (!p)
		err = -ENODEV;
	else if (!ctl->dev)
		err = offer(ctl, p);
	else if (ctl->partition != p)
		err = -EXDEV;
	mutex_unlock(&ctl->lock);
	if (p)
		vmh_partition_put(p);
	return err;
}

/**
 * storvsp_disable() - take a controller back from its partition
 * @ctl: the controller; nothing happens if it is not offered
 *
 * What its LUNs are doing is done when this returns. A guest that uses them gets some
 * seconds to let go of them first.
 *
 * Context: process; not under RTNL.
 */
void storvsp_disable(struct storvsp_ctl *ctl)
{
	/* It is, and we only have target core know it. */
	if (READ_ONCE(ctl->unmarking) == current)
		return;
	mutex_lock(&ctl->lock);
	withdraw(ctl);
	mutex_unlock(&ctl->lock);
}

/**
 * storvsp_take_back() - the same, if target core does not ask for it
 * @ctl: the controller
 *
 * Context: process; not under RTNL.
 */
void storvsp_take_back(struct storvsp_ctl *ctl)
{
	mutex_lock(&ctl->lock);
	withdraw(ctl);
	unmark(ctl);
	mutex_unlock(&ctl->lock);
}

/**
 * storvsp_offered_here() - is a controller offered to the partition that its caller means?
 * @ctl: the controller
 *
 * If it is not offered at all, target core knows that afterwards.
 *
 * Context: process; not under RTNL.
 * Return: 0, -ENODEV if it is not offered, -EXDEV if it is offered to one in another network
 * namespace.
 */
int storvsp_offered_here(struct storvsp_ctl *ctl)
{
	struct vmh_partition *p;
	int err = 0;

	mutex_lock(&ctl->lock);
	p = find_partition(ctl);
	unmark(ctl);
	if (!ctl->dev)
		err = -ENODEV;
	else if (ctl->partition != p)
		err = -EXDEV;
	mutex_unlock(&ctl->lock);
	if (p)
		vmh_partition_put(p);
	return err;
}

static void gone_work(struct work_struct *work)
{
	struct storvsp_ctl *ctl = container_of(to_delayed_work(work),
					       struct storvsp_ctl, gone_work);

	mutex_lock(&ctl->lock);
	if (READ_ONCE(ctl->gone))
		withdraw(ctl);
	unmark(ctl);
	mutex_unlock(&ctl->lock);
}

static bool make_queues(struct storvsp_ctl *ctl)
{
	/* All of its commands may have to wait for the guest at once. */
	ctl->wq = alloc_workqueue("storvsp_%s_%u", WQ_UNBOUND | WQ_MEM_RECLAIM,
				  STORVSP_LUN_DEPTH, ctl->wwn->name, ctl->number);
	if (!ctl->wq)
		return false;
	/*
	 * A reset waits for commands. One can be PERSISTENT RESERVE OUT, which waits for
	 * others, and finds a worker: there are more than can be resets.
	 */
	ctl->lun_wq = alloc_workqueue("storvsp_%s_%u_lun",
				      WQ_UNBOUND | WQ_MEM_RECLAIM,
				      2 * STORVSP_CTL_RESETS, ctl->wwn->name,
				      ctl->number);
	if (!ctl->lun_wq)
		destroy_workqueue(ctl->wq);
	return ctl->lun_wq;
}

/**
 * storvsp_ctl_init() - make a controller that is not offered
 * @ctl: zeroed, but for its name
 *
 * Return: 0 or -ENOMEM.
 */
int storvsp_ctl_init(struct storvsp_ctl *ctl)
{
	u32 i;

	ctl->stats = __alloc_percpu(VSTOR_LUNS_MAX * sizeof(*ctl->stats),
				    __alignof__(*ctl->stats));
	if (!ctl->stats)
		return -ENOMEM;
	if (!make_queues(ctl)) {
		free_percpu(ctl->stats);
		return -ENOMEM;
	}
	mutex_init(&ctl->lock);
	mutex_init(&ctl->dev_lock);
	mutex_init(&ctl->primary_lock);
	mutex_init(&ctl->luns_lock);
	INIT_DELAYED_WORK(&ctl->gone_work, gone_work);
	INIT_WORK(&ctl->scan_work, storvsp_scan_work);
	for (i = 0; i < VSTOR_LUNS_MAX; i++) {
		ctl->luns[i].ctl = ctl;
		ctl->luns[i].align = SECTOR_SIZE;
		mutex_init(&ctl->luns[i].reset_lock);
		storvsp_qos_init(&ctl->luns[i]);
		storvsp_minimum_init(&ctl->luns[i]);
	}
	return 0;
}

/**
 * storvsp_ctl_exit() - undo that
 * @ctl: the controller, not offered
 */
void storvsp_ctl_exit(struct storvsp_ctl *ctl)
{
	u32 i;

	cancel_delayed_work_sync(&ctl->gone_work);
	cancel_work_sync(&ctl->scan_work);
	for (i = 0; i < VSTOR_LUNS_MAX; i++) {
		cancel_delayed_work_sync(&ctl->luns[i].qos.work);
		cancel_delayed_work_sync(&ctl->luns[i].minimum.work);
		mutex_destroy(&ctl->luns[i].reset_lock);
	}
	destroy_workqueue(ctl->lun_wq);
	destroy_workqueue(ctl->wq);
	free_percpu(ctl->stats);
	mutex_destroy(&ctl->luns_lock);
	mutex_destroy(&ctl->primary_lock);
	mutex_destroy(&ctl->dev_lock);
	mutex_destroy(&ctl->lock);
}
