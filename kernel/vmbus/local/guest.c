// SPDX-License-Identifier: GPL-2.0
/*
 * Guests: one for each partition of this kernel's kind, from when it was made, or
 * this module was loaded, until either is gone.
 *
 *	vml_guest_create()	a partition is there: attach_work
 *	attach_work		attach, connect, ask for offers
 *	vml_guest_leave()	it was removed, or the module is: leave_work, once
 *	leave_work		remove the channels and so the devices; detach
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/printk.h>
#include <linux/slab.h>

#include "local.h"

static LIST_HEAD(guests);
static DEFINE_MUTEX(guests_lock);
static DECLARE_WAIT_QUEUE_HEAD(guests_wait);
static atomic_t nr_guests;
static u32 next_number;

static void attach_work(struct work_struct *work)
{
	struct vml_guest *g = container_of(work, struct vml_guest, attach_work);
	int err;

	err = vmh_attach(g->partition, &vml_transport, g, !vml_copy);
	if (err) {
		/* It has one already, or is gone again. */
		vml_guest_leave(g);
		return;
	}
	err = vml_connect(g);
	if (err && err != -ENODEV)
		pr_warn("guest %u: no connection: %d\n", g->number, err);
}

static void leave_work(struct work_struct *work)
{
	struct vml_guest *g = container_of(work, struct vml_guest, leave_work);

	flush_work(&g->attach_work);
	/* The offers that were read before it was leaving are there then. */
	flush_work(&g->message_work);
	vml_channels_remove(g);
	wait_event(g->wait, !atomic_read(&g->nr_channels));
	vmh_detach(g->partition, g);
	cancel_work_sync(&g->message_work);
	vmh_partition_put(g->partition);

	mutex_lock(&guests_lock);
	list_del(&g->node);
	mutex_unlock(&guests_lock);
	vml_guest_put(g);
	atomic_dec(&nr_guests);
	wake_up_all(&guests_wait);
}

/**
 * vml_guest_create() - a partition shall have a guest
 * @p: the partition
 *
 * Context: process; waits for nothing but memory.
 */
void vml_guest_create(struct vmh_partition *p)
{
	struct vml_guest *g = kzalloc(sizeof(*g), GFP_KERNEL);

	if (!g)
		return;
	vmh_partition_hold(p);
	g->partition = p;
	refcount_set(&g->ref, 1);
	INIT_WORK(&g->attach_work, attach_work);
	INIT_WORK(&g->message_work, vml_message_work);
	INIT_WORK(&g->leave_work, leave_work);
	mutex_init(&g->lock);
	INIT_LIST_HEAD(&g->primaries);
	xa_init(&g->channels);
	init_waitqueue_head(&g->wait);
	spin_lock_init(&g->wait_lock);
	INIT_LIST_HEAD(&g->waiting);

	mutex_lock(&guests_lock);
	g->number = next_number++;
	atomic_inc(&nr_guests);
	list_add_tail(&g->node, &guests);
	queue_work(vml_guest_wq, &g->attach_work);
	mutex_unlock(&guests_lock);
}

/**
 * vml_guest_leave() - a guest comes to its end, soon
 * @g: the guest
 *
 * Context: process, the partition's lock; waits for nothing.
 */
void vml_guest_leave(struct vml_guest *g)
{
	if (!test_and_set_bit(0, &g->leaving))
		queue_work(vml_guest_wq, &g->leave_work);
}

/**
 * vml_guest_put() - give a reference back
 * @g: the guest
 *
 * Context: process.
 */
void vml_guest_put(struct vml_guest *g)
{
	if (!refcount_dec_and_test(&g->ref))
		return;
	xa_destroy(&g->channels);
	mutex_destroy(&g->lock);
	kfree(g);
}

/**
 * vml_guest_leave_all() - end all guests
 *
 * Context: process; waits for them. None is created any more.
 */
void vml_guest_leave_all(void)
{
	struct vml_guest *g;

	mutex_lock(&guests_lock);
	list_for_each_entry(g, &guests, node)
		vml_guest_leave(g);
	mutex_unlock(&guests_lock);
	wait_event(guests_wait, !atomic_read(&nr_guests));
}
