// SPDX-License-Identifier: GPL-2.0
/* Partitions: made, given a guest, disconnected, removed. */
#include <linux/ctype.h>
#include <linux/kcov.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

#include "partition.h"

/* Transports whose guests come by themselves. */
static LIST_HEAD(transports);
static DEFINE_MUTEX(transports_lock);

/**
 * vmh_net() - the partitions of a network namespace
 * @net: the namespace
 *
 * Return: never NULL.
 */
struct vmh_net *vmh_net(struct net *net)
{
	return net_generic(net, vmh_net_id);
}

/**
 * vmh_error() - count what a guest did wrong
 * @p: its partition
 * @error: enum vmbus_host_error
 *
 * Context: any.
 */
void vmh_error(struct vmh_partition *p, u32 error)
{
	atomic64_inc(&p->errors[error]);
}

/**
 * vmh_partition_hold() - one more reference
 * @p: the partition, of which the caller has one
 */
void vmh_partition_hold(struct vmh_partition *p)
{
	refcount_inc(&p->ref);
}
EXPORT_SYMBOL_GPL(vmh_partition_hold);

static void destroy_wqs(struct vmh_partition *p)
{
	if (p->wq)
		destroy_workqueue(p->wq);
	if (p->brief_wq)
		destroy_workqueue(p->brief_wq);
}

/**
 * vmh_partition_put() - give a reference back
 * @p: the partition; gone if it was the last one
 *
 * Context: process, not under the partition's lock.
 */
void vmh_partition_put(struct vmh_partition *p)
{
	if (!refcount_dec_and_test(&p->ref))
		return;
	WARN_ON(!xa_empty(&p->channels) || !xa_empty(&p->gpadls) ||
		!list_empty(&p->out) || !list_empty(&p->devices));
	xa_destroy(&p->channels);
	xa_destroy(&p->gpadls);
	destroy_wqs(p);
	mutex_destroy(&p->lock);
	mutex_destroy(&p->net_lock);
	kfree(p);
}
EXPORT_SYMBOL_GPL(vmh_partition_put);

static struct vmh_partition *find(struct vmh_net *vnet, const char *name)
{
	struct vmh_partition *p;

	lockdep_assert_held(&vnet->lock);
	list_for_each_entry(p, &vnet->partitions, node) {
		if (!strcmp(p->name, name))
			return p;
	}
	return NULL;
}

/**
 * vmh_partition_find() - the partition of a name
 * @net: where
 * @name: its name
 *
 * Context: process.
 * Return: with a reference, or NULL.
 */
struct vmh_partition *vmh_partition_find(struct net *net, const char *name)
{
	struct vmh_net *vnet = vmh_net(net);
	struct vmh_partition *p;

	mutex_lock(&vnet->lock);
	p = find(vnet, name);
	if (p)
		vmh_partition_hold(p);
	mutex_unlock(&vnet->lock);
	return p;
}
EXPORT_SYMBOL_GPL(vmh_partition_find);

/* What workers leave to others, since it takes the partition's lock. */
static void partition_work(struct work_struct *work)
{
	struct vmh_partition *p = container_of(work, struct vmh_partition, work);

	mutex_lock(&p->lock);
	if (!p->paused)
		vmh_offer_wanted(p);
	vmh_gpadl_reap(p);
	mutex_unlock(&p->lock);
	vmh_partition_put(p);
}

/**
 * vmh_partition_disconnect() - the guest knows nothing of us any more
 * @p: the partition
 *
 * As when it was booted: channels are closed, those that were rescinded and all
 * sub-channels are gone, GPADLs and unread messages are dropped.
 *
 * Context: process, the partition's lock.
 */
void vmh_partition_disconnect(struct vmh_partition *p)
{
	struct vmh_channel *ch;
	unsigned long relid;

	lockdep_assert_held(&p->lock);
	/* Sub-channels have no life of their own. */
	xa_for_each(&p->channels, relid, ch) {
		if (ch->index) {
			vmh_channel_close(ch);
			vmh_channel_forget(ch);
		}
	}
	xa_for_each(&p->channels, relid, ch) {
		vmh_channel_close(ch);
		ch->told = false;
		ch->dev->wanted = 0;
		if (ch->rescinded)
			vmh_channel_forget(ch);
	}
	vmh_gpadl_drop_all(p);
	vmh_out_purge(p);
	p->version = 0;
	p->offers_sent = false;
	p->paused = false;
}

static void remove_work(struct work_struct *work)
{
	struct vmh_partition *p = container_of(work, struct vmh_partition,
					       remove_work);
	struct vmh_device *dev, *next;

	mutex_lock(&p->lock);
	p->removed = true;
	list_for_each_entry(dev, &p->devices, node) {
		if (p->guest && dev->service->depart)
			dev->service->depart(dev);
		if (dev->service->linger)
			vmh_device_recall(dev);
	}
	mutex_unlock(&p->lock);
	vmh_linger(p, &p->lingering);

	mutex_lock(&p->lock);
	vmh_partition_disconnect(p);
	list_for_each_entry_safe(dev, next, &p->devices, node)
		vmh_device_remove(dev);
	if (p->guest) {
		p->transport->gone(p->guest);
		p->guest = NULL;
		p->transport = NULL;
	}
	mutex_unlock(&p->lock);
	vmh_partition_put(p);
}

/* Names are words, for command lines and files. */
static bool valid_name(const char *name)
{
	if (!*name || !strcmp(name, ".") || !strcmp(name, ".."))
		return false;
	for (; *name; name++) {
		if (*name == '/' || !isprint(*name) || isspace(*name))
			return false;
	}
	return true;
}

/*
 * What takes its time shall not keep other work of the same CPU from it; what hands on
 * does not have another thread woken for that. A disk may be served, and memory wait for
 * what is written to it.
 */
static bool alloc_wqs(struct vmh_partition *p, const char *name)
{
	p->wq = alloc_workqueue("vmbus_%s", WQ_CPU_INTENSIVE, 0, name);
	p->brief_wq = alloc_workqueue("vmbus_%s_brief", WQ_MEM_RECLAIM, 0, name);
	if (p->wq && p->brief_wq)
		return true;
	destroy_wqs(p);
	return false;
}

static struct vmh_partition *alloc(struct net *net, const char *name,
				   const struct vmh_partition_config *config)
{
	struct vmh_partition *p = kzalloc(sizeof(*p), GFP_KERNEL_ACCOUNT);

	if (!p)
		return NULL;
	if (!alloc_wqs(p, name)) {
		kfree(p);
		return NULL;
	}
	strscpy(p->name, name, sizeof(p->name));
	refcount_set(&p->ref, 1);
	p->kind = config->kind;
	p->services = config->services;
	p->coalesce = config->coalesce_us * NSEC_PER_USEC;
	p->quota.max = config->max_gpadls;
	p->quota.max_frames = config->max_pages;
	p->net = net;
	mutex_init(&p->net_lock);
	mutex_init(&p->lock);
	INIT_LIST_HEAD(&p->devices);
	xa_init_flags(&p->channels, XA_FLAGS_ALLOC1);
	xa_init(&p->gpadls);
	p->next_relid = 1;
	INIT_LIST_HEAD(&p->builds);
	init_llist_head(&p->dead_gpadls);
	init_waitqueue_head(&p->let_go);
	spin_lock_init(&p->ic_lock);
	INIT_LIST_HEAD(&p->ics);
	INIT_WORK(&p->work, partition_work);
	INIT_WORK(&p->remove_work, remove_work);
	spin_lock_init(&p->out_lock);
	INIT_LIST_HEAD(&p->out);
	return p;
}

/* Have its guest come, if that is what it does. */
static void summon(struct vmh_partition *p)
{
	struct vmh_transport *transport;

	mutex_lock(&transports_lock);
	list_for_each_entry(transport, &transports, node) {
		if (transport->kind == p->kind)
			transport->attach(p);
	}
	mutex_unlock(&transports_lock);
}

/**
 * vmh_partition_add() - make a partition
 * @net: where
 * @name: its name
 * @config: what it is to be
 *
 * Context: process.
 * Return: 0, -EINVAL for a name that is none, -EEXIST, -ENOMEM.
 */
int vmh_partition_add(struct net *net, const char *name,
		      const struct vmh_partition_config *config)
{
	struct vmh_net *vnet = vmh_net(net);
	struct vmh_partition *p;
	int err;

	if (!valid_name(name))
		return -EINVAL;
	p = alloc(net, name, config);
	if (!p)
		return -ENOMEM;
	mutex_lock(&vnet->lock);
	err = find(vnet, name) ? -EEXIST : 0;
	if (!err)
		err = vmh_builtin_offer(p);
	if (err) {
		mutex_unlock(&vnet->lock);
		remove_work(&p->remove_work);
		return err;
	}
	p->cookie = ++vnet->cookie;
	vnet->seq++;
	list_add_tail(&p->node, &vnet->partitions);
	vmh_partition_hold(p);
	mutex_unlock(&vnet->lock);

	vmh_nl_partition_notify(p, VMBUS_HOST_CMD_PARTITION_NTF);
	summon(p);
	vmh_partition_put(p);
	return 0;
}

/* The rest waits for its services and for guest memory; nobody waits for that. */
static void remove_later(struct vmh_net *vnet, struct vmh_partition *p)
{
	lockdep_assert_held(&vnet->lock);
	list_del(&p->node);
	vnet->seq++;
	vmh_nl_partition_notify(p, VMBUS_HOST_CMD_PARTITION_DEL_NTF);
	mutex_lock(&p->net_lock);
	p->net = NULL;
	mutex_unlock(&p->net_lock);
	/* With the list's reference. */
	queue_work(vmh_wq, &p->remove_work);
}

/**
 * vmh_partition_remove() - remove a partition
 * @net: where
 * @name: its name, which is free when this returns
 *
 * What is left to be done is done soon: channels are closed, services and the
 * guest are told.
 *
 * Context: process.
 * Return: 0 or -ENOENT.
 */
int vmh_partition_remove(struct net *net, const char *name)
{
	struct vmh_net *vnet = vmh_net(net);
	struct vmh_partition *p;

	mutex_lock(&vnet->lock);
	p = find(vnet, name);
	if (p)
		remove_later(vnet, p);
	mutex_unlock(&vnet->lock);
	return p ? 0 : -ENOENT;
}

/**
 * vmh_partition_remove_all() - a network namespace is going
 * @net: the namespace
 *
 * Context: process; waits for nothing.
 */
void vmh_partition_remove_all(struct net *net)
{
	struct vmh_net *vnet = vmh_net(net);
	struct vmh_partition *p, *next;

	mutex_lock(&vnet->lock);
	list_for_each_entry_safe(p, next, &vnet->partitions, node)
		remove_later(vnet, p);
	mutex_unlock(&vnet->lock);
}

/**
 * vmh_attach() - a partition has a guest from now on
 * @p: the partition
 * @transport: what the guest is made of
 * @guest: for its ops; must live until vmh_detach() returns, or
 *	@transport->gone() is called
 * @map: guest memory may be mapped; else it is only copied from and to
 *
 * Context: process.
 * Return: 0, -EINVAL for a partition of another kind, -EBUSY if it has a guest,
 * -ENODEV if it is being removed.
 */
int vmh_attach(struct vmh_partition *p, const struct vmh_transport *transport,
	       void *guest, bool map)
{
	int err = 0;

	mutex_lock(&p->lock);
	if (p->removed)
		err = -ENODEV;
	else if (p->kind != transport->kind)
		err = -EINVAL;
	else if (p->guest)
		err = -EBUSY;
	if (!err) {
		p->transport = transport;
		p->guest = guest;
		p->map = map;
		p->kcov_handle = kcov_common_handle();
	}
	mutex_unlock(&p->lock);
	if (!err)
		vmh_nl_partition_notify(p, VMBUS_HOST_CMD_PARTITION_NTF);
	return err;
}
EXPORT_SYMBOL_GPL(vmh_attach);

/**
 * vmh_detach() - the guest of a partition is gone
 * @p: the partition
 * @guest: as given to vmh_attach(); nothing of it is used when this returns
 *
 * The partition and what is offered to it stay, for the next guest.
 *
 * Context: process; waits for workers, and for services to let go.
 */
void vmh_detach(struct vmh_partition *p, void *guest)
{
	bool notify = false;

	mutex_lock(&p->lock);
	if (p->guest == guest) {
		vmh_partition_disconnect(p);
		p->guest = NULL;
		p->transport = NULL;
		notify = true;
	}
	mutex_unlock(&p->lock);
	if (notify)
		vmh_nl_partition_notify(p, VMBUS_HOST_CMD_PARTITION_NTF);
}
EXPORT_SYMBOL_GPL(vmh_detach);

/**
 * vmh_transport_register() - guests of a kind can come by themselves now
 * @transport: the kind; its attach() is called for all partitions that are, and
 *	for each new one
 *
 * Context: process.
 * Return: 0, or -EEXIST if there is a transport of this kind.
 */
int vmh_transport_register(struct vmh_transport *transport)
{
	struct vmh_transport *other;
	struct vmh_partition *p;
	struct vmh_net *vnet;
	struct net *net;

	mutex_lock(&transports_lock);
	list_for_each_entry(other, &transports, node) {
		if (other->kind == transport->kind) {
			mutex_unlock(&transports_lock);
			return -EEXIST;
		}
	}
	list_add(&transport->node, &transports);
	mutex_unlock(&transports_lock);

	down_read(&net_rwsem);
	for_each_net(net) {
		vnet = vmh_net(net);
		mutex_lock(&vnet->lock);
		list_for_each_entry(p, &vnet->partitions, node) {
			if (p->kind == transport->kind)
				transport->attach(p);
		}
		mutex_unlock(&vnet->lock);
	}
	up_read(&net_rwsem);
	return 0;
}
EXPORT_SYMBOL_GPL(vmh_transport_register);

/**
 * vmh_transport_unregister() - they cannot any more
 * @transport: the kind; attach() is not called again
 *
 * Context: process.
 */
void vmh_transport_unregister(struct vmh_transport *transport)
{
	mutex_lock(&transports_lock);
	list_del(&transport->node);
	mutex_unlock(&transports_lock);
}
EXPORT_SYMBOL_GPL(vmh_transport_unregister);
