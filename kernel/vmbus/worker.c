// SPDX-License-Identifier: GPL-2.0
/*
 * A channel's worker: a work item that takes packets out of the ring while there
 * are any, and gives each to the service.
 *
 *	guest signals		vmh_kick()	any context: queues the worker
 *	worker			mask, drain, unmask, look again
 *	ring to the guest full	the packet is held; the guest signals when there is
 *				room, and the worker goes on with it
 *	guest breaks the rules	the channel is broken: nothing more is read from it or
 *				written to it until the guest closes it
 *
 * What a guest can make it do at a time is bounded: it goes to the end of the queue
 * after so many packets.
 *
 * A guest in this kernel need not have a thread woken for what the service only hands on:
 * who signals takes that himself, if nobody else does, and leaves all else to the worker.
 */
#include <linux/bottom_half.h>
#include <linux/delay.h>
#include <linux/irqflags.h>
#include <linux/kcov.h>
#include <linux/preempt.h>
#include <linux/slab.h>

#include "partition.h"
#include "trace.h"

#define BUDGET		128
/* So many are taken by who signals. */
#define BUDGET_HERE	4
/* So often a guest that fills its ring learns of room. */
#define READ_DONE_EVERY	16
/* For guests that do not say that there is room. */
#define POLL_FULL	msecs_to_jiffies(10)
/*
 * A driver signals when it has written, or has made room. Now and then the worker has
 * seen that by itself and is called for nothing, but not so often in a row. A guest that
 * does that is looked at once in a tick of the clock, until it has something.
 */
#define NEEDLESS_MAX	64

static int cpu_of(const struct vmh_channel *ch)
{
	int cpu = READ_ONCE(ch->cpu);

	return cpu_online(cpu) ? cpu : WORK_CPU_UNBOUND;
}

/* Return: false if it is queued already, be it for later. */
static bool queue(struct vmh_channel *ch, unsigned long delay)
{
	return queue_delayed_work_on(cpu_of(ch), ch->wq, &ch->work, delay);
}

/**
 * vmh_worker_queue() - have a channel's worker look
 * @ch: the channel
 *
 * Context: any.
 */
void vmh_worker_queue(struct vmh_channel *ch)
{
	if (!READ_ONCE(ch->armed) || queue(ch, 0))
		return;
	/* Not when it meant to look by itself, but now. */
	if (timer_pending(&ch->work.timer))
		mod_delayed_work_on(cpu_of(ch), ch->wq, &ch->work, 0);
}

/**
 * vmh_channel_wake() - have a channel's worker look, and call the service
 * @ch: the channel, open
 *
 * Context: any.
 */
void vmh_channel_wake(struct vmh_channel *ch)
{
	vmh_worker_queue(ch);
}
EXPORT_SYMBOL_GPL(vmh_channel_wake);

/* What a packet, or the lack of one, says of the guest. */
static u32 to_error(int err)
{
	switch (err) {
	case -EPROTO:
		return VMBUS_HOST_ERROR_RING;
	case -EFAULT:
		return VMBUS_HOST_ERROR_MEMORY;
	case -EMSGSIZE:
		return VMBUS_HOST_ERROR_PACKET_LONG;
	case -EBADMSG:
		return VMBUS_HOST_ERROR_PACKET;
	case -ENOMEM:
		return VMBUS_HOST_ERROR_NO_MEMORY;
	default:
		return VMBUS_HOST_ERROR_SERVICE;
	}
}

/**
 * vmh_channel_break() - a channel is not served any more
 * @ch: the channel, open
 * @error: why, enum vmbus_host_error
 *
 * Until the guest closes it. Nothing else is touched.
 *
 * Context: process; the channel's worker.
 */
void vmh_channel_break(struct vmh_channel *ch, u32 error)
{
	WRITE_ONCE(ch->armed, false);
	vmh_channel_shut(ch);
	WRITE_ONCE(ch->error, error);
	vmh_error(ch->partition, error);
	trace_vmbus_channel_break(ch);
	vmh_nl_channel_notify(ch);
}

static int read_done(struct vmh_channel *ch)
{
	struct vmh_partition *p = ch->partition;
	bool signal;
	int err;
	u32 vp;

	err = vmh_ring_read_done(&ch->in, &signal);
	vp = READ_ONCE(ch->vp);
	if (!err && signal && vp != VMH_VP_NONE) {
		atomic64_inc(&ch->stats.tx_signals);
		p->transport->kick(p->guest, ch->relid, vp);
	}
	return err;
}

/* @desc: what vmh_ring_peek() gave. Return: 1; the packet is in ch->packet. */
static int read_packet(struct vmh_channel *ch, const struct vmh_descriptor *desc)
{
	u32 len = le16_to_cpu(desc->len8) * VMH_UNIT;
	int err;

	if (len > ch->buf_size)
		return -EMSGSIZE;
	err = vmh_ring_read(&ch->in, desc, ch->buf);
	if (err)
		return err;
	if (vmh_packet_parse(&ch->packet, ch->buf, len))
		return -EBADMSG;
	ch->stats.rx_packets++;
	ch->stats.rx_bytes += len + VMH_TRAILER;
	trace_vmbus_packet_in(ch, desc, len);
	return 1;
}

/* The next packet: 1 if there is one, in ch->packet. */
static int next_packet(struct vmh_channel *ch)
{
	struct vmh_descriptor desc;
	int ret;

	if (ch->held) {
		ch->held = false;
		return 1;
	}
	ret = vmh_ring_peek(&ch->in, &desc);
	return ret > 0 ? read_packet(ch, &desc) : ret;
}

/*
 * Take up to @budget packets.
 * Return: what is left of it, or an errno, -EAGAIN if the packet is held.
 */
static int drain(struct vmh_channel *ch, int budget)
{
	const struct vmh_service *service = ch->dev->service;
	int err;

	while (budget) {
		err = next_packet(ch);
		if (err <= 0)
			return err ?: budget;
		err = service->packet(ch, &ch->packet);
		if (err == -EAGAIN) {
			ch->held = true;
			return err;
		}
		if (err)
			return err == -EPROTO ? -EBADMSG : err;
		budget--;
		if (!(budget % READ_DONE_EVERY)) {
			err = read_done(ch);
			if (err)
				return err;
		}
	}
	return 0;
}

/* Drain, and leave only when there is nothing to do, or not now. */
static int work_through(struct vmh_channel *ch)
{
	struct vmh_descriptor desc;
	int left = BUDGET, err;

	for (;;) {
		err = vmh_ring_mask(&ch->in);
		if (err)
			return err;
		left = drain(ch, left);
		if (left < 0 && left != -EAGAIN)
			return left;
		err = read_done(ch);
		if (err)
			return err;
		if (left == -EAGAIN)
			return -EAGAIN;
		if (!left) {
			queue(ch, 0);
			return 0;
		}
		err = vmh_ring_unmask(&ch->in);
		if (err)
			return err;
		/* The guest may have written before it saw that. */
		err = vmh_ring_peek(&ch->in, &desc);
		if (err <= 0)
			return err;
	}
}

/* Does it tell us when there is room? What the bit promises is a producer's. */
static bool tells_room(struct vmh_channel *ch)
{
	u32 features;

	return !vmh_ring_features(&ch->in, &features) &&
	       features & VMH_RING_FEATURE_PENDING;
}

/**
 * vmh_worker_full() - there is no room in the ring to the guest
 * @ch: the channel, open
 *
 * Its worker looks from time to time, if the guest does not say when there is some.
 *
 * Context: any if the rings are mapped, else process.
 */
void vmh_worker_full(struct vmh_channel *ch)
{
	if (READ_ONCE(ch->armed) && !tells_room(ch))
		queue(ch, POLL_FULL);
}

/* Was there what the guest could have signalled for, until there were @signals? */
static void judge_signals(struct vmh_channel *ch, u64 signals, bool found)
{
	u64 more = signals - ch->seen_signals;

	ch->seen_signals = signals;
	if (found) {
		if (ch->needless)
			WRITE_ONCE(ch->needless, 0);
		return;
	}
	if (!more)
		return;
	WRITE_ONCE(ch->stats.needless, ch->stats.needless + more);
	if (ch->needless < NEEDLESS_MAX)
		WRITE_ONCE(ch->needless, ch->needless + 1);
}

/* What is written after somebody was told of room was written for that. */
static bool room_was_used(struct vmh_channel *ch)
{
	u64 sent = READ_ONCE(ch->stats.tx_packets);
	bool used = sent != ch->seen_sent;

	ch->seen_sent = sent;
	return used;
}

/*
 * Show the guest what the service has sent since there were @sent packets. What others send
 * they show, when they have all of it.
 */
static void show(struct vmh_channel *ch, u64 sent)
{
	if (sent != READ_ONCE(ch->stats.tx_packets))
		vmh_channel_flush(ch);
}

/* One at a time. All barriers: pairs with vmh_worker_stop(), too. */
static bool begin_look(struct vmh_channel *ch)
{
	return !test_and_set_bit(VMH_LOOKING, &ch->flags);
}

static void end_look(struct vmh_channel *ch)
{
	clear_bit_unlock(VMH_LOOKING, &ch->flags);
}

/*
 * What is held has to wait, and that there is room is the worker's business. Who waits
 * for room has said so here before he has told the guest.
 */
static bool is_simple(const struct vmh_channel *ch)
{
	return !ch->held && !READ_ONCE(ch->out.waiting) && !READ_ONCE(ch->out_full);
}

static int take_one(struct vmh_channel *ch)
{
	struct vmh_descriptor desc;
	int err;

	err = vmh_ring_peek(&ch->in, &desc);
	if (err > 0)
		err = read_packet(ch, &desc);
	if (err <= 0)
		return err;
	err = ch->dev->service->try_packet(ch, &ch->packet);
	if (err == -EAGAIN)
		ch->held = true;
	if (err)
		return err == -EPROTO ? -EBADMSG : err;
	return read_done(ch) ?: 1;
}

/*
 * Without the mask: what the guest writes before it sees that this one was read, it does not
 * signal, but the next look is after that. Return: true if nothing is left.
 */
static bool take_some(struct vmh_channel *ch)
{
	const struct vmh_service *service = ch->dev->service;
	u64 signals = atomic64_read(&ch->stats.rx_signals);
	u64 sent = READ_ONCE(ch->stats.tx_packets);
	u64 before = ch->stats.rx_packets;
	int left = BUDGET_HERE, ret;

	do {
		ret = take_one(ch);
	} while (ret > 0 && --left);
	/* Why was it signalled? The worker knows. */
	if (!ret && before == ch->stats.rx_packets)
		return false;
	judge_signals(ch, signals, true);
	if (service->done)
		service->done(ch);
	show(ch, sent);
	if (ret < 0 && ret != -EAGAIN)
		WRITE_ONCE(ch->out_error, ret);
	return !ret;
}

/*
 * Take what there is on the stack of who signals: that is process context, where no
 * softirq can have what the service locks. Return: false if the worker has to look.
 */
static bool look_here(struct vmh_channel *ch)
{
	bool done;

	if (!ch->here || !in_task() || irqs_disabled() ||
	    IS_ENABLED(CONFIG_PREEMPT_RT))
		return false;
	/* Nobody else runs on this processor before the worker can look. */
	local_bh_disable();
	done = begin_look(ch);
	if (done) {
		/* Pairs with vmh_worker_start(). */
		done = smp_load_acquire(&ch->armed) && is_simple(ch) && take_some(ch);
		end_look(ch);
	}
	local_bh_enable();
	return done;
}

static void signalled(struct vmh_channel *ch)
{
	if (!READ_ONCE(ch->armed))
		return;
	if (unlikely(READ_ONCE(ch->needless) >= NEEDLESS_MAX))
		queue(ch, 1);
	else if (!look_here(ch) && !vmh_moderate_signal(ch))
		vmh_worker_queue(ch);
}

/**
 * vmh_kick() - the guest signals a channel
 * @p: its partition
 * @relid: the channel
 *
 * At once, unless its signals are moderated, or it has signalled for nothing many times.
 *
 * Context: any.
 * Return: false if there is no such channel.
 */
bool vmh_kick(struct vmh_partition *p, u32 relid)
{
	struct vmh_channel *ch;

	rcu_read_lock();
	ch = xa_load(&p->channels, relid);
	if (ch) {
		atomic64_inc(&ch->stats.rx_signals);
		signalled(ch);
	}
	rcu_read_unlock();
	return ch;
}
EXPORT_SYMBOL_GPL(vmh_kick);

static void look(struct vmh_channel *ch)
{
	const struct vmh_service *service = ch->dev->service;
	u64 signals = atomic64_read(&ch->stats.rx_signals);
	u64 sent = READ_ONCE(ch->stats.tx_packets);
	u64 before = ch->stats.rx_packets;
	bool held = ch->held;
	bool full, due, read, used;
	int err;

	/* Pairs with vmh_worker_start(). */
	if (!smp_load_acquire(&ch->armed))
		return;
	ch->stats.wakeups++;
	due = vmh_channel_kick_due(ch);
	full = vmh_channel_take_full(ch);
	if (full && service->writable)
		service->writable(ch);
	err = READ_ONCE(ch->out_error) ?: work_through(ch);
	if (service->done)
		service->done(ch);
	show(ch, sent);
	if (READ_ONCE(ch->out_error))
		err = ch->out_error;
	if (err && err != -EAGAIN) {
		vmh_channel_break(ch, to_error(err));
		return;
	}
	read = before != ch->stats.rx_packets || (held && !ch->held);
	used = room_was_used(ch);
	if (!full && !due && !read)
		ch->stats.idle++;
	judge_signals(ch, signals, read || (full && used));
	if (READ_ONCE(ch->out_full))
		vmh_worker_full(ch);
}

static void worker(struct work_struct *work)
{
	struct vmh_channel *ch = container_of(to_delayed_work(work),
					      struct vmh_channel, work);
	u64 before = ch->stats.rx_packets, began;

	/* Who signals does not take long. */
	if (!begin_look(ch)) {
		queue(ch, 0);
		return;
	}
	kcov_remote_start_common(ch->partition->kcov_handle);
	began = vmh_moderate_begin(ch);
	look(ch);
	vmh_moderate_end(ch, began, ch->stats.rx_packets - before);
	kcov_remote_stop();
	end_look(ch);
}

/**
 * vmh_worker_init() - give a channel its worker
 * @ch: a new channel of a device
 */
void vmh_worker_init(struct vmh_channel *ch)
{
	ch->wq = ch->dev->service->brief ? ch->partition->brief_wq :
					   ch->partition->wq;
	INIT_DELAYED_WORK(&ch->work, worker);
}

/**
 * vmh_worker_start() - a channel has been opened
 * @ch: the channel
 *
 * Context: process, the partition's lock.
 */
void vmh_worker_start(struct vmh_channel *ch)
{
	lockdep_assert_held(&ch->partition->lock);
	WRITE_ONCE(ch->needless, 0);
	ch->seen_signals = atomic64_read(&ch->stats.rx_signals);
	ch->seen_sent = READ_ONCE(ch->stats.tx_packets);
	/* Pairs with look(): all of the channel is there. */
	smp_store_release(&ch->armed, true);
	/* The guest may have been faster. */
	queue(ch, 0);
}

/**
 * vmh_worker_stop() - a channel is being closed
 * @ch: the channel; its worker does not run any more when this returns
 *
 * Context: process, the partition's lock.
 */
void vmh_worker_stop(struct vmh_channel *ch)
{
	lockdep_assert_held(&ch->partition->lock);
	WRITE_ONCE(ch->armed, false);
	vmh_moderate_cancel(ch);
	/* One that a late kick queues finds it disarmed. */
	cancel_delayed_work_sync(&ch->work);
	/* Who signals may have been faster, and was to look, too. */
	while (test_bit_acquire(VMH_LOOKING, &ch->flags))
		usleep_range(20, 100);
	cancel_delayed_work_sync(&ch->work);
	vmh_pace_forget(&ch->pace);
}
