// SPDX-License-Identifier: GPL-2.0
/*
 * Packets to the guest. They are written at once, and shown to the guest together:
 * by vmh_channel_flush(), or by the worker when it has nothing more to do, so that
 * a guest is signalled once for many. With coalescing the signal waits, too: for
 * what else is sent, or for the guest to come by itself.
 */
#include "partition.h"
#include "trace.h"

#define PIECES_MAX	8

/**
 * struct write - a packet that is to be written
 * @desc: its descriptor
 * @payload: what follows it, if @pieces are NULL
 * @payload_len: bytes of that
 * @pieces: all of it
 * @n: how many
 * @len: bytes of all, padded
 */
struct write {
	const struct vmh_descriptor *desc;
	const void *payload;
	u32 payload_len;
	const struct vmh_piece *pieces;
	u32 n;
	u32 len;
};

/* Rings that are mapped can be written in softirq, others only by who may wait. */
static __always_inline int
out_locked(struct vmh_channel *ch,
	   int (*what)(struct vmh_channel *ch, const void *arg),
	   const void *arg)
{
	int ret;

	if (ch->mapped) {
		spin_lock_bh(&ch->out_spin);
		ret = what(ch, arg);
		spin_unlock_bh(&ch->out_spin);
	} else {
		mutex_lock(&ch->out_mutex);
		ret = what(ch, arg);
		mutex_unlock(&ch->out_mutex);
	}
	return ret;
}

static void kick(struct vmh_channel *ch)
{
	struct vmh_partition *p = ch->partition;
	u32 vp = READ_ONCE(ch->vp);

	if (vp == VMH_VP_NONE)
		return;
	atomic64_inc(&ch->stats.tx_signals);
	p->transport->kick(p->guest, ch->relid, vp);
}

/*
 * Not needed any more, if the guest has come by itself. A ring that is not mapped, only
 * the worker can ask: it may wait.
 */
static enum hrtimer_restart kick_late(struct hrtimer *timer)
{
	struct vmh_channel *ch = container_of(timer, struct vmh_channel, late);

	if (!ch->mapped) {
		WRITE_ONCE(ch->late_due, true);
		vmh_worker_queue(ch);
	} else if (vmh_ring_is_awaited(&ch->out)) {
		kick(ch);
	}
	return HRTIMER_NORESTART;
}

static int flush_locked(struct vmh_channel *ch, const void *arg)
{
	struct vmh_partition *p = ch->partition;
	bool signal;
	int err;

	if (!ch->out_open)
		return 0;
	err = vmh_ring_write_done(&ch->out, &signal);
	if (err)
		WRITE_ONCE(ch->out_error, err);
	else if (signal && p->coalesce && !ch->out.waiting)
		hrtimer_start(&ch->late, ns_to_ktime(p->coalesce),
			      HRTIMER_MODE_REL);
	else if (signal)
		kick(ch);
	return err;
}

static int write_ring(struct vmh_channel *ch, const struct write *w)
{
	if (likely(!w->pieces))
		return vmh_ring_put(&ch->out, w->desc, w->payload, w->payload_len);
	return vmh_ring_write(&ch->out, w->pieces, w->n);
}

static int write_locked(struct vmh_channel *ch, const void *arg)
{
	bool waited = ch->out.waiting;
	const struct write *w = arg;
	int err;

	if (!ch->out_open)
		return -ENOTCONN;
	err = write_ring(ch, w);
	if (err == -EAGAIN) {
		/*
		 * The guest signals for room by what it sees, so it has to see all:
		 * shown only after the last look, it could take it for room that was
		 * there before.
		 */
		flush_locked(ch, NULL);
		err = write_ring(ch, w);
	}
	if (!err) {
		ch->stats.tx_packets++;
		ch->stats.tx_bytes += w->len + VMH_TRAILER;
		/* The guest need not signal any more: not even for who else waits. */
		if (waited && !ch->out.waiting && ch->out_full)
			vmh_worker_queue(ch);
	} else if (err == -EAGAIN) {
		ch->stats.full++;
		if (!ch->out_full)
			vmh_worker_full(ch);
		ch->out_full = true;
	} else if (err != -EMSGSIZE) {
		WRITE_ONCE(ch->out_error, err);
		vmh_worker_queue(ch);
	}
	return err;
}

/* The worker shall see what became of it. */
static int write_flush_locked(struct vmh_channel *ch, const void *arg)
{
	int err = write_locked(ch, arg);

	if (!err && flush_locked(ch, NULL))
		vmh_worker_queue(ch);
	return err;
}

static int take_full_locked(struct vmh_channel *ch, const void *arg)
{
	bool full = ch->out_full;

	ch->out_full = false;
	return full;
}

/**
 * vmh_channel_take_full() - has somebody found no room?
 * @ch: the channel
 *
 * Return: true once for all that did.
 */
bool vmh_channel_take_full(struct vmh_channel *ch)
{
	return out_locked(ch, take_full_locked, NULL);
}

/**
 * vmh_send_init() - let a channel be able to send
 * @ch: a new channel
 */
void vmh_send_init(struct vmh_channel *ch)
{
	spin_lock_init(&ch->out_spin);
	mutex_init(&ch->out_mutex);
	hrtimer_init(&ch->late, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
	ch->late.function = kick_late;
}

/**
 * vmh_channel_flush() - show the guest what has been sent
 * @ch: the channel
 *
 * Context: process or softirq if guest memory is mapped, else process.
 */
void vmh_channel_flush(struct vmh_channel *ch)
{
	int err;

	/* Whoever writes something after this shows it, or has us come again. */
	if (data_race(ch->out.own == ch->out.published))
		return;
	err = out_locked(ch, flush_locked, NULL);

	/* The worker shall see it. */
	if (err)
		vmh_worker_queue(ch);
}
EXPORT_SYMBOL_GPL(vmh_channel_flush);

static int shut_locked(struct vmh_channel *ch, const void *arg)
{
	ch->out_open = false;
	return 0;
}

static int flush_shut_locked(struct vmh_channel *ch, const void *arg)
{
	flush_locked(ch, NULL);
	return shut_locked(ch, NULL);
}

static int reopen_locked(struct vmh_channel *ch, const void *arg)
{
	ch->out_open = true;
	return 0;
}

static int kick_due_locked(struct vmh_channel *ch, const void *arg)
{
	WRITE_ONCE(ch->late_due, false);
	if (vmh_ring_is_awaited(&ch->out))
		kick(ch);
	return 0;
}

/**
 * vmh_channel_kick_due() - signal the guest, if that was put off until now
 * @ch: the channel
 *
 * Context: process.
 * Return: was it?
 */
bool vmh_channel_kick_due(struct vmh_channel *ch)
{
	if (!READ_ONCE(ch->late_due))
		return false;
	out_locked(ch, kick_due_locked, NULL);
	return true;
}

/* Nobody starts it any more; what it was for is still due. */
static void cancel_late(struct vmh_channel *ch)
{
	if (hrtimer_cancel(&ch->late))
		WRITE_ONCE(ch->late_due, true);
	vmh_channel_kick_due(ch);
}

/**
 * vmh_channel_shut() - nothing is written to the guest any more
 * @ch: the channel
 *
 * Context: process.
 */
void vmh_channel_shut(struct vmh_channel *ch)
{
	out_locked(ch, shut_locked, NULL);
	cancel_late(ch);
}

/**
 * vmh_channel_flush_shut() - show the guest what has been sent, and write nothing more
 * @ch: the channel
 *
 * Nobody sends anything between the two.
 *
 * Context: process.
 */
void vmh_channel_flush_shut(struct vmh_channel *ch)
{
	out_locked(ch, flush_shut_locked, NULL);
	cancel_late(ch);
}

/**
 * vmh_channel_reopen() - take vmh_channel_shut() back
 * @ch: the channel
 *
 * Context: process.
 */
void vmh_channel_reopen(struct vmh_channel *ch)
{
	out_locked(ch, reopen_locked, NULL);
}

/* @desc: complete but for the length; @head: what belongs to it */
static int send_packet(struct vmh_channel *ch, struct vmh_descriptor *desc,
		       const void *head, u32 head_len,
		       const struct vmh_piece *payload, u32 n)
{
	u32 len = sizeof(*desc) + head_len, i;
	struct vmh_piece pieces[PIECES_MAX];

	if (WARN_ON_ONCE(n > PIECES_MAX - 2))
		return -EMSGSIZE;
	pieces[0] = (struct vmh_piece) { desc, sizeof(*desc) };
	pieces[1] = (struct vmh_piece) { head, head_len };
	for (i = 0; i < n; i++) {
		pieces[2 + i] = payload[i];
		len += payload[i].len;
	}
	len = round_up(len, VMH_UNIT);
	if (len / VMH_UNIT > U16_MAX)
		return -EMSGSIZE;
	desc->len8 = cpu_to_le16(len / VMH_UNIT);
	trace_vmbus_packet_out(ch, desc, len);
	return out_locked(ch, write_locked, &(struct write) {
		.pieces = pieces, .n = 2 + n, .len = len,
	});
}

/**
 * vmh_channel_send() - send an in-band packet
 * @ch: the channel, open
 * @payload: its pieces, at most 6
 * @n: how many
 * @trans_id: comes back with the completion
 * @want_completion: there shall be one
 *
 * Context: process or softirq if guest memory is mapped, else process; calls of the
 * service included.
 * Return: 0; -EAGAIN if there is no room: the service's writable() is called when
 * there is; -EMSGSIZE if there never is; -ENOTCONN if the channel is closed or
 * broken; what else breaks it soon.
 */
int vmh_channel_send(struct vmh_channel *ch, const struct vmh_piece *payload,
		     u32 n, u64 trans_id, bool want_completion)
{
	struct vmh_descriptor desc = {
		.type = cpu_to_le16(VMH_PACKET_INBAND),
		.offset8 = cpu_to_le16(sizeof(desc) / VMH_UNIT),
		.flags = cpu_to_le16(want_completion ?
				     VMH_PACKET_WANTS_COMPLETION : 0),
		.trans_id = cpu_to_le64(trans_id),
	};

	return send_packet(ch, &desc, NULL, 0, payload, n);
}
EXPORT_SYMBOL_GPL(vmh_channel_send);

static __always_inline int
send_completion(struct vmh_channel *ch, u64 trans_id, const void *payload, u32 len,
		int (*what)(struct vmh_channel *ch, const void *arg))
{
	u32 all = round_up(sizeof(struct vmh_descriptor) + len, VMH_UNIT);
	struct vmh_descriptor desc = {
		.type = cpu_to_le16(VMH_PACKET_COMPLETION),
		.offset8 = cpu_to_le16(sizeof(desc) / VMH_UNIT),
		.len8 = cpu_to_le16(all / VMH_UNIT),
		.trans_id = cpu_to_le64(trans_id),
	};

	if (all / VMH_UNIT > U16_MAX)
		return -EMSGSIZE;
	trace_vmbus_packet_out(ch, &desc, all);
	return out_locked(ch, what, &(struct write) {
		.desc = &desc, .payload = payload, .payload_len = len, .len = all,
	});
}

/**
 * vmh_channel_complete() - complete a packet of the guest's
 * @ch: the channel, open
 * @trans_id: the packet's
 * @payload: the answer
 * @len: bytes of it; may be 0
 *
 * Context: as vmh_channel_send().
 * Return: likewise.
 */
int vmh_channel_complete(struct vmh_channel *ch, u64 trans_id,
			 const void *payload, u32 len)
{
	return send_completion(ch, trans_id, payload, len, write_locked);
}
EXPORT_SYMBOL_GPL(vmh_channel_complete);

/**
 * vmh_channel_complete_flush() - likewise, and show the guest all that has been sent
 * @ch: the channel, open
 * @trans_id: the packet's
 * @payload: the answer
 * @len: bytes of it; may be 0
 *
 * Context: as vmh_channel_send().
 * Return: likewise.
 */
int vmh_channel_complete_flush(struct vmh_channel *ch, u64 trans_id,
			       const void *payload, u32 len)
{
	return send_completion(ch, trans_id, payload, len, write_flush_locked);
}
EXPORT_SYMBOL_GPL(vmh_channel_complete_flush);

/**
 * vmh_channel_send_xfer() - show the guest what is in a buffer of its
 * @ch: the channel, open
 * @pageset: the buffer's number, agreed upon with the guest
 * @ranges: where in it
 * @n: how many
 * @trans_id: comes back with the completion
 * @payload: what is said of it
 * @len: bytes of that
 *
 * A completion is always wanted: until then the ranges are the guest's.
 *
 * Context: as vmh_channel_send().
 * Return: likewise.
 */
int vmh_channel_send_xfer(struct vmh_channel *ch, u16 pageset,
			  const struct vmh_xfer_range *ranges, u32 n,
			  u64 trans_id, const void *payload, u32 len)
{
	struct vmh_xfer_header hdr = {
		.pageset_id = cpu_to_le16(pageset),
		.range_cnt = cpu_to_le32(n),
	};
	struct vmh_piece pieces[] = {
		{ ranges, n * sizeof(*ranges) }, { payload, len },
	};
	u32 offset = sizeof(struct vmh_descriptor) + sizeof(hdr) + pieces[0].len;
	struct vmh_descriptor desc = {
		.type = cpu_to_le16(VMH_PACKET_XFER_PAGES),
		.offset8 = cpu_to_le16(offset / VMH_UNIT),
		.flags = cpu_to_le16(VMH_PACKET_WANTS_COMPLETION),
		.trans_id = cpu_to_le64(trans_id),
	};

	return send_packet(ch, &desc, &hdr, sizeof(hdr), pieces,
			   ARRAY_SIZE(pieces));
}
EXPORT_SYMBOL_GPL(vmh_channel_send_xfer);
