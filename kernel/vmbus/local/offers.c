// SPDX-License-Identifier: GPL-2.0
/*
 * Offers and rescinds: channels come and go.
 *
 *	vml_on_offer()		the channel is there: add_channel_work
 *	  add_channel_work	a device for a primary one; a sub-channel is the
 *				driver's
 *	vml_on_rescind()	no more packets, unless the host serves it until it is
 *				closed: remove_work
 *	  remove_work		the device is unregistered; a sub-channel that is
 *				open stays until its driver closes it
 *
 * A sub-channel is gone before its primary one is.
 */
#include <asm/mshyperv.h>
#include <linux/sched/isolation.h>
#include <linux/hyperv.h>
#include <linux/tracepoint.h>
#ifndef __GENKSYMS__
#include <linux/cpumask.h>
#include <linux/export.h>
#include <linux/interrupt.h>
#include <linux/slab.h>

#include "local.h"
#endif

/**
 * vmbus_set_sc_create_callback() - hear of sub-channels
 * @primary_channel: whose
 * @sc_cr_cb: called for each of them, in process context
 */
void vmbus_set_sc_create_callback(struct vmbus_channel *primary_channel,
				  void (*sc_cr_cb)(struct vmbus_channel *new_sc))
{
	primary_channel->sc_creation_callback = sc_cr_cb;
}
EXPORT_SYMBOL_GPL(vmbus_set_sc_create_callback);

/**
 * vmbus_set_chn_rescind_callback() - hear that a channel is rescinded
 * @channel: which
 * @chn_rescind_cb: called then, in process context
 */
void vmbus_set_chn_rescind_callback(struct vmbus_channel *channel,
				    void (*chn_rescind_cb)(struct vmbus_channel *))
{
	channel->chn_rescind_callback = chn_rescind_cb;
}
EXPORT_SYMBOL_GPL(vmbus_set_chn_rescind_callback);

/*
 * A channel that a lot goes through has a processor of its own, if there are
 * enough: a sub-channel the one after that of the sub-channel before it.
 */
static void choose_cpu(struct vml_channel *c)
{
	static atomic_t next = ATOMIC_INIT(0);
	struct vmbus_channel *ch = &c->ch;
	u32 n = num_online_cpus();

	if (!vml_is_fast(ch->device_id)) {
		ch->target_cpu = cpumask_first(cpu_online_mask);
		return;
	}
	if (ch->primary_channel)
		c->spread = vml_channel(ch->primary_channel)->spread +
			    ch->offermsg.offer.sub_channel_index;
	else
		c->spread = atomic_inc_return(&next);
	ch->target_cpu = cpumask_local_spread(c->spread % n, NUMA_NO_NODE);
}

static void channel_free(struct vml_channel *c)
{
	struct vmbus_channel_relid_released msg = {
		.header.msgtype = CHANNELMSG_RELID_RELEASED,
		.child_relid = c->ch.offermsg.child_relid,
	};
	struct vml_guest *g = c->guest;

	mutex_lock(&g->lock);
	xa_erase(&g->channels, c->ch.offermsg.child_relid);
	if (c->ch.primary_channel)
		list_del(&c->ch.sc_list);
	else
		list_del(&c->ch.listentry);
	mutex_unlock(&g->lock);
	if (c->release)
		vml_post(g, &msg, sizeof(msg));
	/* Who found it in order to interrupt for it; then, his interrupts. */
	synchronize_rcu();
	vml_irq_sync(c);
	tasklet_kill(&c->ch.callback_event);
	mutex_destroy(&c->ch.inbound.ring_buffer_mutex);
	mutex_destroy(&c->ch.outbound.ring_buffer_mutex);
	kfree(c);
	atomic_dec(&g->nr_channels);
	wake_up_all(&g->wait);
	vml_guest_put(g);
}

static void add_channel_work(struct work_struct *work)
{
	struct vmbus_channel *ch = container_of(work, struct vmbus_channel,
						add_channel_work);
	struct vmbus_channel *primary = ch->primary_channel;
	void (*callback)(struct vmbus_channel *sc);

	if (!primary) {
		/* If it fails the channel has no device until it is rescinded. */
		vml_device_register(vml_channel(ch));
	} else {
		callback = READ_ONCE(primary->sc_creation_callback);
		if (callback)
			callback(ch);
	}
	ch->probe_done = true;
}

/* It is the caller's to remove it if this returns true. */
static bool begin_remove(struct vml_channel *c)
{
	lockdep_assert_held(&c->guest->lock);
	return !test_and_set_bit(VML_REMOVING, &c->flags);
}

static void remove(struct vml_channel *c)
{
	struct vmbus_channel *ch = &c->ch;

	/*
	 * A host that goes on to serve it answers whatever its driver asks until it has
	 * closed it; who is told that the channel is rescinded would not ask, nor
	 * answer, and would wait for ever for what was on its way.
	 */
	if (!vmh_serves(c->guest->partition, ch->offermsg.child_relid)) {
		vml_irq_last(c);
		WRITE_ONCE(ch->rescind, true);
	}
	if (ch->chn_rescind_callback)
		ch->chn_rescind_callback(ch);
	queue_work(vml_channel_wq, &c->remove_work);
}

static struct vml_channel *next_subchannel(struct vml_channel *c)
{
	struct vml_channel *found = NULL;
	struct vmbus_channel *sub;

	mutex_lock(&c->guest->lock);
	list_for_each_entry(sub, &c->ch.sc_list, sc_list) {
		if (begin_remove(vml_channel(sub))) {
			found = vml_channel(sub);
			break;
		}
	}
	mutex_unlock(&c->guest->lock);
	return found;
}

static bool has_subchannels(struct vml_channel *c)
{
	/* Pairs with the barrier of wake_up_all() in channel_free(). */
	return !list_empty_careful(&c->ch.sc_list);
}

static void remove_work(struct work_struct *work)
{
	struct vml_channel *c = container_of(work, struct vml_channel,
					     remove_work);
	struct vml_guest *g = c->guest;
	struct vml_channel *sub;
	bool closed;

	/* Its driver may only just be getting it. */
	flush_work(&c->ch.add_channel_work);
	if (c->ch.primary_channel) {
		mutex_lock(&g->lock);
		c->removable = true;
		closed = c->ch.state == CHANNEL_OPEN_STATE;
		mutex_unlock(&g->lock);
		if (closed)
			channel_free(c);
		return;
	}
	vml_device_unregister(c);
	/* The host has rescinded them before. */
	while ((sub = next_subchannel(c)))
		remove(sub);
	wait_event(g->wait, !has_subchannels(c));
	channel_free(c);
}

/**
 * vml_channel_closed() - a driver has closed a sub-channel
 * @c: the sub-channel; may be gone when this returns
 *
 * Context: process.
 */
void vml_channel_closed(struct vml_channel *c)
{
	bool removable;

	mutex_lock(&c->guest->lock);
	c->ch.state = CHANNEL_OPEN_STATE;
	removable = c->removable;
	mutex_unlock(&c->guest->lock);
	if (removable)
		channel_free(c);
}

static struct vmbus_channel *
find_primary(struct vml_guest *g, const struct vmbus_channel_offer *offer)
{
	struct vmbus_channel *ch;

	lockdep_assert_held(&g->lock);
	list_for_each_entry(ch, &g->primaries, listentry) {
		/* One that goes may have a successor already. */
		if (!test_bit(VML_REMOVING, &vml_channel(ch)->flags) &&
		    guid_equal(&ch->offermsg.offer.if_type, &offer->if_type) &&
		    guid_equal(&ch->offermsg.offer.if_instance,
			       &offer->if_instance))
			return ch;
	}
	return NULL;
}

static struct vml_channel *
channel_create(struct vml_guest *g,
	       const struct vmbus_channel_offer_channel *offer)
{
	struct vml_channel *c = kzalloc(sizeof(*c), GFP_KERNEL);
	struct vmbus_channel *ch = &c->ch;

	if (!c)
		return NULL;
	c->guest = g;
	INIT_WORK(&c->remove_work, remove_work);
	INIT_WORK(&ch->add_channel_work, add_channel_work);
	INIT_LIST_HEAD(&ch->sc_list);
	init_completion(&ch->rescind_event);
	mutex_init(&ch->inbound.ring_buffer_mutex);
	mutex_init(&ch->outbound.ring_buffer_mutex);
	vml_irq_init(c);
	ch->state = CHANNEL_OPEN_STATE;
	ch->offermsg = *offer;
	ch->is_dedicated_interrupt = offer->is_dedicated_interrupt;
	ch->sig_event = offer->connection_id;
	ch->device_id = vml_device_type(&offer->offer.if_type);
	return c;
}

/* Sub-channels have a primary one. */
static int link_channel(struct vml_guest *g, struct vml_channel *c)
{
	struct vmbus_channel *ch = &c->ch;
	int err;

	lockdep_assert_held(&g->lock);
	if (test_bit(0, &g->leaving))
		return -ENODEV;
	if (ch->offermsg.offer.sub_channel_index) {
		ch->primary_channel = find_primary(g, &ch->offermsg.offer);
		if (!ch->primary_channel)
			return -ENOENT;
	}
	choose_cpu(c);
	err = xa_insert(&g->channels, ch->offermsg.child_relid, c, GFP_KERNEL);
	if (err)
		return err;
	if (ch->primary_channel)
		list_add_tail(&ch->sc_list, &ch->primary_channel->sc_list);
	else
		list_add_tail(&ch->listentry, &g->primaries);
	refcount_inc(&g->ref);
	atomic_inc(&g->nr_channels);
	return 0;
}

/**
 * vml_on_offer() - the host offers a channel
 * @g: the guest
 * @offer: what it says
 *
 * Context: process; waits for no answer.
 */
void vml_on_offer(struct vml_guest *g,
		  const struct vmbus_channel_offer_channel *offer)
{
	struct vml_channel *c = channel_create(g, offer);
	int err;

	if (!c)
		return;
	mutex_lock(&g->lock);
	err = link_channel(g, c);
	if (!err)
		queue_work(vml_channel_wq, &c->ch.add_channel_work);
	mutex_unlock(&g->lock);
	if (err)
		kfree(c);
}

/**
 * vml_on_rescind() - the host takes a channel back
 * @g: the guest
 * @relid: its number
 *
 * Context: process; waits for no answer.
 */
void vml_on_rescind(struct vml_guest *g, u32 relid)
{
	struct vmbus_channel_relid_released msg = {
		.header.msgtype = CHANNELMSG_RELID_RELEASED,
		.child_relid = relid,
	};
	struct vml_channel *c;
	bool mine = false;

	mutex_lock(&g->lock);
	c = xa_load(&g->channels, relid);
	if (c) {
		c->release = true;
		mine = begin_remove(c);
	}
	mutex_unlock(&g->lock);
	if (mine)
		remove(c);
	/* There was no memory for it. Not vml_post(), which waits for us. */
	if (!c)
		vmh_post(g->partition, &msg, sizeof(msg));
}

/**
 * vml_channels_remove() - remove all channels of a guest
 * @g: the guest, which takes no more offers
 *
 * Context: process. They are gone when vml_guest.nr_channels is 0.
 */
void vml_channels_remove(struct vml_guest *g)
{
	struct vml_channel *c;
	unsigned long relid;
	bool mine;

	/* Sub-channels go with theirs. */
	do {
		mutex_lock(&g->lock);
		mine = false;
		xa_for_each(&g->channels, relid, c) {
			if (c->ch.primary_channel)
				continue;
			mine = begin_remove(c);
			if (mine)
				break;
		}
		mutex_unlock(&g->lock);
		if (mine)
			remove(c);
	} while (mine);
}
