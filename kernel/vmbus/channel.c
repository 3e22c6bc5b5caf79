// SPDX-License-Identifier: GPL-2.0
/* Channels: opened, modified, closed by the guest. */
#include <linux/cpu.h>
#include <linux/cpumask.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "partition.h"
#include "trace.h"

/**
 * vmh_channel_find() - the channel of a number
 * @p: the partition
 * @relid: its number, as the guest says
 *
 * Context: process, the partition's lock.
 * Return: a channel that the guest knows, or NULL, which has been counted.
 */
struct vmh_channel *vmh_channel_find(struct vmh_partition *p, u32 relid)
{
	struct vmh_channel *ch = xa_load(&p->channels, relid);

	lockdep_assert_held(&p->lock);
	if (ch && ch->told)
		return ch;
	vmh_error(p, VMBUS_HOST_ERROR_RELID);
	return NULL;
}

/* Its worker runs on a CPU of its own, if there are as many as the guest has. */
static void set_vp(struct vmh_channel *ch, u32 vp)
{
	u32 nth = vp == VMH_VP_NONE ? ch->relid : vp;

	WRITE_ONCE(ch->vp, vp);
	/* Which must not become fewer while one is looked for. */
	cpus_read_lock();
	WRITE_ONCE(ch->cpu, cpumask_local_spread(nth % num_online_cpus(),
						 NUMA_NO_NODE));
	cpus_read_unlock();
}

static int init_rings(struct vmh_channel *ch, u32 downstream)
{
	const struct vmh_gpadl *rings = ch->rings;
	u32 pages = rings->bytes / VMH_PAGE_SIZE;
	int err;

	if (rings->offset || rings->bytes % VMH_PAGE_SIZE || downstream >= pages)
		return -EPROTO;
	err = vmh_ring_init(&ch->in, &rings->mem, 0, downstream * VMH_PAGE_SIZE,
			    false);
	if (!err)
		err = vmh_ring_init(&ch->out, &rings->mem,
				    downstream * VMH_PAGE_SIZE,
				    (pages - downstream) * VMH_PAGE_SIZE, true);
	return err;
}

/**
 * vmh_channel_open() - open a channel, but for its worker
 * @ch: the channel
 * @msg: what the guest says
 *
 * Context: process, the partition's lock.
 * Return: VMH_NO_ERROR, or what is wrong, enum vmbus_host_error.
 */
u32 vmh_channel_open(struct vmh_channel *ch, const struct vmh_msg_open *msg)
{
	const struct vmh_service *service = ch->dev->service;
	struct vmh_partition *p = ch->partition;
	int err;

	lockdep_assert_held(&p->lock);
	if (ch->open || ch->rescinded)
		return VMBUS_HOST_ERROR_MESSAGE_STATE;
	ch->rings = vmh_gpadl_find(p, ch->relid, le32_to_cpu(msg->gpadl));
	if (!ch->rings)
		return VMBUS_HOST_ERROR_GPADL_UNKNOWN;
	ch->buf_size = service->max_packet;
	ch->buf = kvmalloc(ch->buf_size, GFP_KERNEL_ACCOUNT);
	if (!ch->buf) {
		err = -ENOMEM;
		goto put;
	}
	err = init_rings(ch, le32_to_cpu(msg->downstream_page));
	if (err)
		goto free;
	ch->held = false;
	ch->out_full = false;
	ch->out_error = 0;
	vmh_pace_init(&ch->pace);
	ch->mapped = ch->rings->vaddr;
	ch->here = service->try_packet && ch->mapped && p->transport->prompt;
	/* One that is restored sends nothing before it goes on. */
	ch->out_open = !p->paused;
	ch->error = VMH_NO_ERROR;
	set_vp(ch, le32_to_cpu(msg->target_vp));
	ch->open = true;
	err = service->open(ch, msg->user_data);
	if (err)
		goto closed;
	ch->stats.opens++;
	ch->opened = *msg;
	return VMH_NO_ERROR;

closed:
	ch->open = false;
	ch->out_open = false;
free:
	kvfree(ch->buf);
	ch->buf = NULL;
put:
	vmh_gpadl_put(ch->rings);
	ch->rings = NULL;
	switch (err) {
	case -ENOMEM:
		return VMBUS_HOST_ERROR_NO_MEMORY;
	case -EFAULT:
		return VMBUS_HOST_ERROR_MEMORY;
	case -EPROTO:
		return VMBUS_HOST_ERROR_RING;
	default:
		return VMBUS_HOST_ERROR_SERVICE;
	}
}

/**
 * vmh_channel_on_open() - the guest opens a channel
 * @p: the partition
 * @msg: what it says
 * @answer: consumed
 *
 * Context: process, the partition's lock.
 */
void vmh_channel_on_open(struct vmh_partition *p, const struct vmh_msg_open *msg,
			 struct vmh_out *answer)
{
	struct vmh_msg_open_result *result = (void *)answer->data;
	struct vmh_channel *ch = vmh_channel_find(p, le32_to_cpu(msg->relid));
	u32 error = VMBUS_HOST_ERROR_RELID;

	if (ch) {
		error = vmh_channel_open(ch, msg);
		if (error != VMH_NO_ERROR)
			vmh_error(p, error);
	}
	vmh_out_init(answer, VMH_MSG_OPEN_RESULT, sizeof(*result));
	result->relid = msg->relid;
	result->open_id = msg->open_id;
	result->status = cpu_to_le32(error == VMH_NO_ERROR ?
				     VMH_STATUS_SUCCESS :
				     VMH_STATUS_UNSUCCESSFUL);
	vmh_out_send(p, answer);
	if (error != VMH_NO_ERROR)
		return;
	trace_vmbus_channel_open(ch);
	/* After the answer: what the worker finds can come before it no more. */
	vmh_worker_start(ch);
	vmh_nl_channel_notify(ch);
}

/**
 * vmh_channel_close() - close a channel, whoever wants it
 * @ch: the channel; nothing happens if it is not open
 *
 * Context: process, the partition's lock; waits for its worker and its service.
 */
void vmh_channel_close(struct vmh_channel *ch)
{
	struct vmh_partition *p = ch->partition;

	lockdep_assert_held(&p->lock);
	if (!ch->open)
		return;
	vmh_worker_stop(ch);
	/* What it completes now, the guest still gets. */
	ch->dev->service->close(ch);
	vmh_channel_flush(ch);
	vmh_channel_shut(ch);
	trace_vmbus_channel_close(ch);
	ch->open = false;
	if (ch->dev->leaving) {
		WRITE_ONCE(ch->dev->lingering, ch->dev->lingering - 1);
		WRITE_ONCE(p->lingering, p->lingering - 1);
		wake_up_all(&p->let_go);
	}
	ch->error = VMH_NO_ERROR;
	/* Whatever its worker asked for last. */
	if (!ch->index) {
		ch->dev->wanted = 0;
		ch->dev->asked = false;
	}
	ch->priv = NULL;
	kvfree(ch->buf);
	ch->buf = NULL;
	vmh_gpadl_put(ch->rings);
	ch->rings = NULL;
	vmh_gpadl_reap(p);
	vmh_nl_channel_notify(ch);
}

/**
 * vmh_channel_on_close() - the guest closes a channel
 * @p: the partition
 * @relid: which
 *
 * There is no answer to it. The sub-channels of a primary one go with it.
 *
 * Context: process, the partition's lock.
 */
void vmh_channel_on_close(struct vmh_partition *p, u32 relid)
{
	struct vmh_channel *ch = vmh_channel_find(p, relid), *sub;
	unsigned long i;

	if (!ch)
		return;
	if (!ch->open) {
		/* One that was rescinded, the guest closes all the same. */
		if (!ch->rescinded)
			vmh_error(p, VMBUS_HOST_ERROR_MESSAGE_STATE);
		return;
	}
	if (!ch->index) {
		xa_for_each(&p->channels, i, sub) {
			if (sub->dev == ch->dev && sub->index)
				vmh_channel_rescind(sub);
		}
	}
	vmh_channel_close(ch);
}

/**
 * vmh_channel_on_modify() - the guest wants another processor to be interrupted
 * @p: the partition
 * @msg: what it says
 * @answer: consumed; from 5.3 on there is one
 *
 * Context: process, the partition's lock.
 */
void vmh_channel_on_modify(struct vmh_partition *p,
			   const struct vmh_msg_modify *msg,
			   struct vmh_out *answer)
{
	struct vmh_msg_modify_response *response = (void *)answer->data;
	struct vmh_channel *ch = vmh_channel_find(p, le32_to_cpu(msg->relid));
	u32 vp = le32_to_cpu(msg->target_vp);
	bool ok = false;

	/* Without interrupts a channel can only begin. */
	if (ch && ch->open && vp != VMH_VP_NONE) {
		set_vp(ch, vp);
		ok = true;
	} else if (ch) {
		vmh_error(p, VMBUS_HOST_ERROR_MESSAGE_STATE);
	}
	if (p->version < VMH_VERSION_WIN10_V5_3) {
		kfree(answer);
		return;
	}
	vmh_out_init(answer, VMH_MSG_MODIFY_RESPONSE, sizeof(*response));
	response->relid = msg->relid;
	response->status = cpu_to_le32(ok ? VMH_STATUS_SUCCESS :
				       VMH_STATUS_UNSUCCESSFUL);
	vmh_out_send(p, answer);
}

/**
 * vmh_channel_on_released() - the guest has forgotten a channel
 * @p: the partition
 * @relid: which
 *
 * Linux says so of what was rescinded, and, when its hv_vmbus is unloaded, of all
 * that it was offered. The latter is offered again to the next that connects.
 *
 * Context: process, the partition's lock.
 */
void vmh_channel_on_released(struct vmh_partition *p, u32 relid)
{
	struct vmh_channel *ch = vmh_channel_find(p, relid);

	if (!ch)
		return;
	if (ch->open) {
		vmh_error(p, VMBUS_HOST_ERROR_MESSAGE_STATE);
		return;
	}
	vmh_gpadl_drop(p, relid);
	if (ch->rescinded || ch->index) {
		vmh_channel_forget(ch);
		/* One that waits for the place it had. */
		vmh_offer_wanted(p);
		return;
	}
	vmh_out_cancel(p, &ch->offer);
	ch->told = false;
}

/**
 * vmh_serves() - is a channel open, and its service there?
 * @p: the partition
 * @relid: the channel
 *
 * For a guest in this kernel, whose drivers may wait for answers: a channel that was
 * taken back can be served until it is closed.
 *
 * Context: any.
 * Return: true if what the guest asks is answered.
 */
bool vmh_serves(struct vmh_partition *p, u32 relid)
{
	struct vmh_channel *ch;
	bool serves;

	rcu_read_lock();
	ch = xa_load(&p->channels, relid);
	serves = ch && READ_ONCE(ch->open);
	rcu_read_unlock();
	return serves;
}
EXPORT_SYMBOL_GPL(vmh_serves);

/**
 * vmh_channel_device() - whose channel is it?
 * @ch: the channel
 *
 * Return: the device, as from vmh_offer().
 */
struct vmh_device *vmh_channel_device(const struct vmh_channel *ch)
{
	return ch->dev;
}
EXPORT_SYMBOL_GPL(vmh_channel_device);

/**
 * vmh_channel_index() - which of its device's channels is it?
 * @ch: the channel
 *
 * Return: 0 for the primary one.
 */
u32 vmh_channel_index(const struct vmh_channel *ch)
{
	return ch->index;
}
EXPORT_SYMBOL_GPL(vmh_channel_index);

/**
 * vmh_channel_version() - which VMBus does its guest speak?
 * @ch: the channel, open
 *
 * Return: enum vmh_version.
 */
u32 vmh_channel_version(const struct vmh_channel *ch)
{
	return READ_ONCE(ch->partition->version);
}
EXPORT_SYMBOL_GPL(vmh_channel_version);

/**
 * vmh_channel_is_prompt() - can somebody wait for this guest who must not?
 * @ch: the channel, open
 *
 * Return: true if sending, and using the guest's memory, takes no longer than the
 * work itself. Else only who serves this guest alone should do it.
 */
bool vmh_channel_is_prompt(const struct vmh_channel *ch)
{
	return ch->partition->transport->prompt;
}
EXPORT_SYMBOL_GPL(vmh_channel_is_prompt);

/**
 * vmh_channel_is_mapped() - are its rings mapped?
 * @ch: the channel, open
 *
 * Return: true if what sends can be called in softirq.
 */
bool vmh_channel_is_mapped(const struct vmh_channel *ch)
{
	return ch->mapped;
}
EXPORT_SYMBOL_GPL(vmh_channel_is_mapped);

/**
 * vmh_channel_is_stopped() - is its partition?
 * @ch: the channel, being opened
 *
 * Return: true if the channel is one that is restored, and goes on later.
 */
bool vmh_channel_is_stopped(const struct vmh_channel *ch)
{
	return ch->partition->paused;
}
EXPORT_SYMBOL_GPL(vmh_channel_is_stopped);

/**
 * vmh_channel_set_priv() - have a channel remember something
 * @ch: the channel, being opened
 * @priv: what vmh_channel_priv() shall return until it is closed
 */
void vmh_channel_set_priv(struct vmh_channel *ch, void *priv)
{
	ch->priv = priv;
}
EXPORT_SYMBOL_GPL(vmh_channel_set_priv);

/**
 * vmh_channel_priv() - what a channel remembers
 * @ch: the channel, open
 *
 * Return: what vmh_channel_set_priv() was given.
 */
void *vmh_channel_priv(const struct vmh_channel *ch)
{
	return ch->priv;
}
EXPORT_SYMBOL_GPL(vmh_channel_priv);
