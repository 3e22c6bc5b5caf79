// SPDX-License-Identifier: GPL-2.0
/* Devices: offered, given sub-channels, rescinded. */
#include <linux/slab.h>

#include "partition.h"

static void device_put(struct vmh_device *dev)
{
	if (!refcount_dec_and_test(&dev->ref))
		return;
	vmh_partition_put(dev->partition);
	kfree(dev);
}

/* What a guest is told of a channel (vmbus_onoffer()). */
static void fill_offer(struct vmh_channel *ch)
{
	struct vmh_msg_offer *msg = (void *)ch->offer.data;
	const struct vmh_device *dev = ch->dev;

	vmh_out_init(&ch->offer, VMH_MSG_OFFER, sizeof(*msg));
	msg->class_id = dev->class;
	msg->instance_id = dev->instance;
	msg->flags = cpu_to_le16(dev->service->flags);
	memcpy(msg->user_def, dev->user_def, sizeof(msg->user_def));
	msg->sub_channel_index = cpu_to_le16(ch->index);
	msg->relid = cpu_to_le32(ch->relid);
	msg->is_dedicated_interrupt = cpu_to_le16(1);
	/* As Hyper-V's: 24 bits, and none of those that messages are posted to. */
	msg->connection_id = cpu_to_le32(ch->relid | VMH_SINT << 12);
}

/**
 * vmh_channel_create() - give a device one more channel
 * @dev: the device
 * @index: 0 for its primary channel
 *
 * Context: process, the partition's lock.
 * Return: the channel, or -ENOSPC or -ENOMEM as a pointer.
 */
struct vmh_channel *vmh_channel_create(struct vmh_device *dev, u16 index)
{
	struct vmh_partition *p = dev->partition;
	struct vmh_channel *ch;
	int err;

	lockdep_assert_held(&p->lock);
	ch = kzalloc(sizeof(*ch), GFP_KERNEL_ACCOUNT);
	if (!ch)
		return ERR_PTR(-ENOMEM);
	ch->dev = dev;
	ch->partition = p;
	ch->index = index;
	ch->error = VMH_NO_ERROR;
	ch->vp = VMH_VP_NONE;
	INIT_LIST_HEAD(&ch->offer.node);
	INIT_LIST_HEAD(&ch->rescind.node);
	vmh_moderate_init(ch);
	vmh_worker_init(ch);
	vmh_send_init(ch);
	/* Not soon again: somebody may still think of the one before. */
	err = xa_alloc_cyclic(&p->channels, &ch->relid, NULL,
			      XA_LIMIT(1, VMBUS_HOST_CHANNELS_MAX),
			      &p->next_relid, GFP_KERNEL_ACCOUNT);
	if (err < 0) {
		kfree(ch);
		return ERR_PTR(err == -EBUSY ? -ENOSPC : err);
	}
	fill_offer(ch);
	refcount_inc(&dev->ref);
	/* The entry is there: this does not allocate. */
	xa_store(&p->channels, ch->relid, ch, GFP_KERNEL_ACCOUNT);
	return ch;
}

static void channel_free(struct work_struct *work)
{
	struct vmh_channel *ch = container_of(to_rcu_work(work),
					      struct vmh_channel, free_work);
	struct vmh_device *dev = ch->dev;

	/* A kick that still found it may have queued it, or have that done later. */
	vmh_moderate_cancel(ch);
	cancel_delayed_work_sync(&ch->work);
	mutex_destroy(&ch->out_mutex);
	kfree(ch);
	device_put(dev);
}

/**
 * vmh_channel_forget() - a channel that is closed is gone
 * @ch: the channel
 *
 * Context: process, the partition's lock.
 */
void vmh_channel_forget(struct vmh_channel *ch)
{
	struct vmh_partition *p = ch->partition;

	lockdep_assert_held(&p->lock);
	WARN_ON(ch->open);
	if (ch->dev->primary == ch)
		ch->dev->primary = NULL;
	xa_erase(&p->channels, ch->relid);
	vmh_out_cancel(p, &ch->offer);
	vmh_out_cancel(p, &ch->rescind);
	if (ch->index && !ch->rescinded)
		ch->dev->subchannels--;
	INIT_RCU_WORK(&ch->free_work, channel_free);
	queue_rcu_work(vmh_wq, &ch->free_work);
}

/**
 * vmh_offer_one() - tell the guest of a channel
 * @ch: the channel, which it does not know
 *
 * Context: process, the partition's lock.
 */
void vmh_offer_one(struct vmh_channel *ch)
{
	lockdep_assert_held(&ch->partition->lock);
	ch->told = true;
	vmh_out_send(ch->partition, &ch->offer);
}

/**
 * vmh_offer_all() - the guest asks for offers
 * @p: its partition
 *
 * Primary channels only: sub-channels come when their device asks for them.
 *
 * Context: process, the partition's lock.
 */
void vmh_offer_all(struct vmh_partition *p)
{
	struct vmh_channel *ch;
	unsigned long relid;

	lockdep_assert_held(&p->lock);
	xa_for_each(&p->channels, relid, ch) {
		if (!ch->told)
			vmh_offer_one(ch);
	}
}

/* It is closed, or is served until the guest closes it. */
static void take_back(struct vmh_channel *ch)
{
	struct vmh_msg_relid *msg = (void *)ch->rescind.data;
	struct vmh_partition *p = ch->partition;

	if (!ch->told) {
		vmh_channel_forget(ch);
		return;
	}
	/*
	 * An offer that it has not read yet is not called back: it may have guessed the
	 * number, and use the channel; or its driver was promised it, and waits for it.
	 */
	ch->rescinded = true;
	if (ch->index)
		ch->dev->subchannels--;
	vmh_out_init(&ch->rescind, VMH_MSG_RESCIND, sizeof(*msg));
	msg->relid = cpu_to_le32(ch->relid);
	vmh_out_send(p, &ch->rescind);
}

/**
 * vmh_channel_rescind() - take an offer back
 * @ch: the channel; may be gone when this returns
 *
 * It is closed at once. Its number is free when the guest has let go of it, or if
 * it never knew it.
 *
 * Context: process, the partition's lock.
 */
void vmh_channel_rescind(struct vmh_channel *ch)
{
	lockdep_assert_held(&ch->partition->lock);
	vmh_channel_close(ch);
	if (!ch->rescinded)
		take_back(ch);
}

static void recall(struct vmh_channel *ch)
{
	struct vmh_partition *p = ch->partition;

	if (ch->rescinded)
		return;
	if (ch->open) {
		WRITE_ONCE(ch->dev->lingering, ch->dev->lingering + 1);
		WRITE_ONCE(p->lingering, p->lingering + 1);
	}
	take_back(ch);
}

static void offer_wanted(struct vmh_device *dev);

/**
 * vmh_device_recall() - take a device back, and go on to serve what is open of it
 * @dev: the device; nothing happens if it was taken back
 *
 * Sub-channels first: that is the order in which guests can part with them. Those that
 * the guest was promised it gets before: its driver may wait for them.
 *
 * Context: process, the partition's lock.
 */
void vmh_device_recall(struct vmh_device *dev)
{
	struct vmh_partition *p = dev->partition;
	struct vmh_channel *ch;
	unsigned long relid;

	lockdep_assert_held(&p->lock);
	if (dev->leaving)
		return;
	offer_wanted(dev);
	dev->leaving = true;
	xa_for_each(&p->channels, relid, ch) {
		if (ch->dev == dev && ch->index)
			recall(ch);
	}
	if (dev->primary)
		recall(dev->primary);
}

/* What a guest that does not let go is granted, unless it is known to do so. */
#define LINGER_MAX	(5 * HZ)

static bool is_patient(struct vmh_partition *p)
{
	bool patient;

	mutex_lock(&p->lock);
	patient = p->transport && p->transport->lets_go;
	mutex_unlock(&p->lock);
	return patient;
}

/**
 * vmh_linger() - wait for a guest to close what was taken back
 * @p: its partition
 * @lingering: how many channels it still has to close
 *
 * Context: process, without the partition's lock, nor RTNL: a guest's driver may want
 * that.
 */
void vmh_linger(struct vmh_partition *p, const u32 *lingering)
{
	while (!wait_event_timeout(p->let_go, !READ_ONCE(*lingering),
				   LINGER_MAX)) {
		if (!is_patient(p))
			return;
	}
}

static void rescind_all(struct vmh_device *dev)
{
	struct vmh_partition *p = dev->partition;
	struct vmh_channel *ch;
	unsigned long relid;

	xa_for_each(&p->channels, relid, ch) {
		if (ch->dev == dev && ch->index)
			vmh_channel_rescind(ch);
	}
	if (dev->primary)
		vmh_channel_rescind(dev->primary);
	dev->primary = NULL;
}

/**
 * vmh_device_remove() - the partition is removed, and a device with it
 * @dev: the device; its service is told
 *
 * Context: process, the partition's lock.
 */
void vmh_device_remove(struct vmh_device *dev)
{
	lockdep_assert_held(&dev->partition->lock);
	list_del_init(&dev->node);
	rescind_all(dev);
	dev->removed = true;
	if (dev->service->release)
		dev->service->release(dev);
	else
		/* Nobody else will: that is what our own services are like. */
		device_put(dev);
}

/**
 * vmh_offer() - offer a device to the guest of a partition
 * @p: the partition
 * @service: who serves it
 * @instance: GUID of the device
 * @user_def: %VMH_USER_DEF bytes for the guest, or NULL
 * @priv: for vmh_device_priv()
 *
 * Context: process; not from calls of the service. Not under RTNL: what takes the
 * partition's lock may wait for a guest's memory.
 * Return: the device, to be given to vmh_withdraw(); -EEXIST if there is one of
 * these GUIDs, -ENOSPC for a channel too many, -ENODEV if the partition is being
 * removed, -EINTR if the caller is killed, -ENOMEM as a pointer.
 */
struct vmh_device *vmh_offer(struct vmh_partition *p,
			     const struct vmh_service *service,
			     const struct vmh_guid *instance,
			     const u8 *user_def, void *priv)
{
	struct vmh_device *dev, *other;
	struct vmh_channel *ch;
	int err = 0;

	dev = kzalloc(sizeof(*dev), GFP_KERNEL_ACCOUNT);
	if (!dev)
		return ERR_PTR(-ENOMEM);
	dev->service = service;
	strscpy(dev->name, service->name, sizeof(dev->name));
	dev->class = service->class;
	dev->instance = *instance;
	dev->priv = priv;
	if (user_def)
		memcpy(dev->user_def, user_def, sizeof(dev->user_def));
	refcount_set(&dev->ref, 1);
	dev->partition = p;
	vmh_partition_hold(p);

	/* Whose guest's memory does not come, he can be told to give up. */
	if (mutex_lock_killable(&p->lock)) {
		device_put(dev);
		return ERR_PTR(-EINTR);
	}
	if (p->removed)
		err = -ENODEV;
	list_for_each_entry(other, &p->devices, node) {
		if (!memcmp(&other->instance, instance, sizeof(*instance)) &&
		    !memcmp(&other->class, &dev->class, sizeof(dev->class)))
			err = -EEXIST;
	}
	if (!err) {
		ch = vmh_channel_create(dev, 0);
		err = PTR_ERR_OR_ZERO(ch);
	}
	if (!err) {
		dev->primary = ch;
		list_add_tail(&dev->node, &p->devices);
		if (p->offers_sent)
			vmh_offer_one(ch);
	}
	mutex_unlock(&p->lock);
	if (err) {
		device_put(dev);
		return ERR_PTR(err);
	}
	return dev;
}
EXPORT_SYMBOL_GPL(vmh_offer);

/**
 * vmh_withdraw() - take a device back
 * @dev: from vmh_offer(); must not be used any more
 *
 * When this returns its service is not called any more. The guest is told, and may
 * take its time.
 *
 * Context: process; not from calls of the service; not under RTNL.
 */
void vmh_withdraw(struct vmh_device *dev)
{
	struct vmh_partition *p = dev->partition;

	mutex_lock(&p->lock);
	if (!dev->removed) {
		list_del_init(&dev->node);
		rescind_all(dev);
		dev->removed = true;
	}
	mutex_unlock(&p->lock);
	device_put(dev);
}
EXPORT_SYMBOL_GPL(vmh_withdraw);

/**
 * vmh_withdraw_gently() - take a device back, when the guest has let go of it
 * @dev: from vmh_offer(); must not be used any more
 *
 * The guest is told, and its driver gets answers until it has closed all channels. A
 * guest that is not known to do so has some seconds. Then as vmh_withdraw().
 *
 * Context: process; waits for the guest. Not from calls of the service; not under RTNL.
 */
void vmh_withdraw_gently(struct vmh_device *dev)
{
	struct vmh_partition *p = dev->partition;

	mutex_lock(&p->lock);
	if (!dev->removed)
		vmh_device_recall(dev);
	mutex_unlock(&p->lock);
	vmh_linger(p, &dev->lingering);
	vmh_withdraw(dev);
}
EXPORT_SYMBOL_GPL(vmh_withdraw_gently);

/**
 * vmh_offer_subchannels() - let a device have sub-channels
 * @dev: the device
 * @n: how many; none are taken away
 *
 * They are offered soon, and live until the primary channel is closed.
 *
 * Context: process, calls of the service included.
 * Return: 0, -ENOSPC if a partition cannot have that many.
 */
int vmh_offer_subchannels(struct vmh_device *dev, u32 n)
{
	struct vmh_partition *p = dev->partition;

	if (WARN_ON_ONCE(!dev->service->subchannels))
		return -EINVAL;
	if (n >= VMBUS_HOST_CHANNELS_MAX)
		return -ENOSPC;
	WRITE_ONCE(dev->wanted, n);
	/* Pairs with offer_wanted(), which looks at @wanted then. */
	smp_store_release(&dev->asked, true);
	vmh_partition_hold(p);
	if (!queue_work(vmh_wq, &p->work))
		vmh_partition_put(p);
	return 0;
}
EXPORT_SYMBOL_GPL(vmh_offer_subchannels);

/**
 * vmh_channel_of() - the channel of a device with an index
 * @dev: the device
 * @index: the index
 *
 * Context: process, the partition's lock.
 * Return: the channel, which is not one that was rescinded, or NULL.
 */
struct vmh_channel *vmh_channel_of(const struct vmh_device *dev, u32 index)
{
	struct vmh_channel *ch;
	unsigned long relid;

	lockdep_assert_held(&dev->partition->lock);
	xa_for_each(&dev->partition->channels, relid, ch) {
		if (ch->dev == dev && ch->index == index && !ch->rescinded)
			return ch;
	}
	return NULL;
}

static void offer_wanted(struct vmh_device *dev)
{
	struct vmh_partition *p = dev->partition;
	struct vmh_channel *ch;
	u32 index = 1;
	bool asked;

	/* It was closed, and opened, meanwhile: nobody asked since. */
	if (!dev->primary || !dev->primary->open)
		return;
	/* Pairs with vmh_offer_subchannels(): what it wants is there then. */
	asked = smp_load_acquire(&dev->asked);
	/* One that is taken back gets no more. */
	while (!dev->leaving && dev->subchannels < READ_ONCE(dev->wanted)) {
		/* Some may be there, and others gone. */
		while (vmh_channel_of(dev, index))
			index++;
		ch = vmh_channel_create(dev, index);
		if (IS_ERR(ch)) {
			vmh_error(p, VMBUS_HOST_ERROR_NO_MEMORY);
			break;
		}
		dev->subchannels++;
		vmh_offer_one(ch);
	}
	if (!asked)
		return;
	WRITE_ONCE(dev->asked, false);
	if (dev->service->offered)
		dev->service->offered(dev->primary, dev->subchannels);
}

/**
 * vmh_offer_wanted() - offer the sub-channels that services asked for
 * @p: the partition
 *
 * Context: process, the partition's lock.
 */
void vmh_offer_wanted(struct vmh_partition *p)
{
	struct vmh_device *dev;

	lockdep_assert_held(&p->lock);
	list_for_each_entry(dev, &p->devices, node)
		offer_wanted(dev);
}

/**
 * vmh_device_priv() - what a service gave to vmh_offer()
 * @dev: the device
 *
 * Return: @priv.
 */
void *vmh_device_priv(const struct vmh_device *dev)
{
	return dev->priv;
}
EXPORT_SYMBOL_GPL(vmh_device_priv);
