// SPDX-License-Identifier: GPL-2.0
/*
 * From the host to the guest: frames are copied into sections of its receive buffer, a
 * packet shows it some of them together, and its completion gives them back.
 *
 *	nsp_xmit()		copies at once if guest memory is mapped, else leaves it
 *				to the worker (nsp_tx_worker())
 *	tx_frame()		one section, or one for each part of a large frame
 *				(parts.c)
 *	nsp_tx_flush()		the packet; the guest is signalled if it has to be
 *	nsp_tx_completion()	sections are free again
 *
 * While the stack has more for us, or a NIC's poll gives many frames to the switch at a
 * time (nsp_batch_begin()), the packet waits for them.
 *
 * A queue is stopped while there is no section, no room in the ring, or more on its way
 * than BQL allows. A guest that gives nothing back for long makes it drop instead:
 * nobody else's memory waits for it. Sections are for all queues: one that has to wait
 * for some holds none, and tries again when any are given back, by whomever.
 */
#include <linux/if_vlan.h>
#include <net/gso.h>

#include "netvsp.h"

/* Frames that wait for the worker. */
#define BACKLOG_MAX	256
#define BATCH		16

/**
 * struct batch - what one CPU has put off
 * @on: it is in a poll
 * @n: how many queues
 * @queues: those with a packet that has not been shown
 */
struct batch {
	bool on;
	u32 n;
	struct nsp_queue *queues[BATCH];
};

static DEFINE_PER_CPU(struct batch, batches);

/**
 * nsp_tx_given() - sections were given back
 * @nic: the NIC
 * @waiting: queues that waited for some, as bits
 *
 * Context: as nsp_tx_wake().
 */
void nsp_tx_given(struct nsp_nic *nic, u64 waiting)
{
	struct nsp_queue *q;

	for (; unlikely(waiting); waiting &= waiting - 1) {
		q = &nic->queues[__ffs64(waiting)];
		WRITE_ONCE(q->starved, false);
		if (q->mapped)
			nsp_tx_wake(q);
		else
			nsp_wake_worker(q);
	}
}

static u32 open_queues(const struct nsp_queue *q)
{
	return max(1, atomic_read(&q->nic->open_queues));
}

/*
 * How many a queue has to leave if it takes @need more than it holds. Half of all are
 * divided evenly; of the others it leaves as many as the largest frame takes, so
 * that one that is flooded, or whose frames the guest keeps, is not the end of the rest.
 */
static u32 leave(const struct nsp_queue *q, u32 need)
{
	u32 open = open_queues(q), used;

	if (open == 1)
		return 0;
	/* The guest's, and in the packet. */
	used = q->taken - READ_ONCE(q->given) - q->n_held;
	if (!used ||
	    used + need <= (q->recv->count - q->recv->n_control) / (2 * open))
		return 0;
	return q->recv->parts;
}

static bool take_sections(struct nsp_queue *q, u32 need)
{
	struct nsp_recv *recv = q->recv;
	u32 share, n;
	u64 waiting;

	if (likely(q->n_held >= need))
		return true;
	/* None shall be idle in a queue while another one has none. */
	share = clamp_t(u32, recv->count / (8 * open_queues(q)), need, NSP_RANGES);
	n = nsp_recv_take(recv, q->held + q->n_held, need - q->n_held,
			  share - q->n_held, leave(q, need));
	q->taken += n;
	q->n_held += n;
	if (likely(n))
		return true;
	/* Or some that are too few each would be too many together. */
	if (q->n_held) {
		waiting = nsp_recv_give(recv, q->held, q->n_held);
		q->taken -= q->n_held;
		q->n_held = 0;
		nsp_tx_given(q->nic, waiting & ~BIT_ULL(q->index));
	}
	return false;
}

/* Return: false if there are enough meanwhile. */
static bool wait_sections(const struct nsp_queue *q, u32 need)
{
	return nsp_recv_wait(q->recv, q->index, need + leave(q, need));
}

/* The sections of a packet that begins with @at. Return: how many. */
static u32 chain(const struct nsp_recv *recv, u32 at, u32 *sections)
{
	u32 n = 0;

	for (; at != NSP_LAST && n < NSP_RANGES; at = recv->sections[at].next)
		sections[n++] = at;
	return n;
}

/* Free what the packet has, and forget it. */
static void drop_packet(struct nsp_queue *q)
{
	u32 sections[NSP_RANGES], n = chain(q->recv, q->first, sections);

	q->taken -= n;
	q->n_ranges = 0;
	q->bytes = 0;
	q->frames = 0;
	nsp_tx_given(q->nic, nsp_recv_give(q->recv, sections, n));
}

/**
 * nsp_tx_flush() - show the guest the packet
 * @q: the queue
 *
 * Context: the transmit lock, if guest memory is mapped; else the worker, or who has
 * stopped it.
 * Return: 0 if there is none any more, -EAGAIN if it has to wait.
 */
int nsp_tx_flush(struct nsp_queue *q)
{
	struct nsp_nic *nic = q->nic;
	struct nvsp_rndis msg[3] = {{
		.type = cpu_to_le32(NVSP_RNDIS),
		.channel = cpu_to_le32(NVSP_CHANNEL_DATA),
		.section = cpu_to_le32(NVSP_NO_SECTION),
	}};
	struct nsp_section *first;
	int err;

	if (!q->n_ranges)
		return 0;
	first = &q->recv->sections[q->first];
	first->bytes = q->bytes;
	first->frames = q->frames;
	/*
	 * From here on it can come back, even if it is not sent: from a guest that
	 * guesses. Pairs with nsp_tx_completion().
	 */
	smp_store_release(&first->state, nsp_shown(q));
	err = vmh_channel_send_xfer(q->ch, q->recv->id, q->ranges, q->n_ranges,
				    q->first + 1, msg, nsp_nvsp_size(nic));
	if (likely(!err)) {
		q->n_ranges = 0;
		q->bytes = 0;
		q->frames = 0;
		q->stats.tx_batches++;
		vmh_channel_flush(q->ch);
		return 0;
	}
	if (cmpxchg(&first->state, nsp_shown(q), nsp_more(q)) != nsp_shown(q)) {
		/* Its sections are free, and its frames are done with. */
		q->n_ranges = 0;
		q->bytes = 0;
		q->frames = 0;
		return 0;
	}
	if (err == -EAGAIN) {
		q->stats.tx_full++;
		return err;
	}
	/* The channel broke, or is being closed. */
	atomic64_add(q->frames, &q->stats.drops[NSP_TX_DOWN]);
	netdev_tx_completed_queue(nsp_txq(q), q->frames, q->bytes);
	drop_packet(q);
	return 0;
}

/* Return: 0; -EAGAIN if it has to wait; else it is lost, and counted. */
static int tx_frame(struct nsp_queue *q, struct sk_buff *skb)
{
	u32 parts = nsp_parts(q, skb), before;
	int err;

	/* It was segmented, if at all, for a larger buffer. */
	if (unlikely(parts > q->recv->parts)) {
		nsp_drop(q, NSP_TX_LENGTH);
		return -EMSGSIZE;
	}
	if (q->n_ranges + parts > NSP_RANGES) {
		err = nsp_tx_flush(q);
		if (err)
			return err;
	}
	if (unlikely(!take_sections(q, parts))) {
		q->stats.tx_full++;
		return -EAGAIN;
	}
	before = q->n_ranges;
	err = nsp_parts_write(q, skb, parts);
	if (unlikely(err)) {
		/* The guest's memory is gone: what is in the packet, too. */
		nsp_drop(q, NSP_TX_MEMORY);
		atomic64_add(q->frames, &q->stats.drops[NSP_TX_MEMORY]);
		if (before)
			netdev_tx_completed_queue(nsp_txq(q), q->frames, q->bytes);
		drop_packet(q);
		return err;
	}
	q->bytes += skb->len;
	q->frames++;
	u64_stats_update_begin(&q->stats.tx_sync);
	q->stats.tx_packets += skb_shinfo(skb)->gso_segs ?: 1;
	q->stats.tx_bytes += skb->len;
	u64_stats_update_end(&q->stats.tx_sync);
	return 0;
}

/*
 * Stop the queue, unless there are @need sections meanwhile. With a packet that found
 * no room it is the ring that is waited for.
 */
static bool must_wait(struct nsp_queue *q, struct netdev_queue *txq, u32 need)
{
	/* Who gives some back sees that, since he has nsp_recv.lock later than we. */
	netif_tx_stop_queue(txq);
	if (!q->n_ranges && !wait_sections(q, need)) {
		netif_tx_start_queue(txq);
		return false;
	}
	queue_delayed_work(nsp_wq, &q->nic->stall_work, NSP_STALL);
	return true;
}

/**
 * nsp_tx_wake() - what was waited for may be there
 * @q: the queue
 *
 * Context: any but hard-irq; @run held, or the netdev is there for another reason.
 */
void nsp_tx_wake(struct nsp_queue *q)
{
	struct netdev_queue *txq;

	if (q->nic->dying)
		return;
	txq = nsp_txq(q);
	/* Pairs with tx_later(). */
	smp_mb();
	if (netif_tx_queue_stopped(txq)) {
		local_bh_disable();
		netif_tx_wake_queue(txq);
		local_bh_enable();
	}
}

/* The stack has no more, or the queue is stopped: shall the guest be shown it now? */
static void tx_kick(struct nsp_queue *q, struct netdev_queue *txq)
{
	struct batch *batch = this_cpu_ptr(&batches);

	if (batch->on) {
		if (q->batched)
			return;
		if (batch->n < BATCH) {
			batch->queues[batch->n++] = q;
			q->batched = true;
			return;
		}
	}
	if (nsp_tx_flush(q))
		must_wait(q, txq, 0);
}

static netdev_tx_t tx_later(struct nsp_queue *q, struct sk_buff *skb,
			    struct netdev_queue *txq)
{
	/* A guest may let it wait for long: its sender does not. */
	if (skb_orphan_frags_rx(skb, GFP_ATOMIC)) {
		nsp_drop(q, NSP_TX_NO_MEMORY);
		kfree_skb(skb);
		return NETDEV_TX_OK;
	}
	skb_orphan(skb);
	nf_reset_ct(skb);
	WRITE_ONCE(q->took, jiffies);
	/* The worker waits for no lock of ours: once there, it may be done with. */
	__netdev_tx_sent_queue(txq, skb->len, false);
	skb_queue_tail(&q->backlog, skb);
	if (skb_queue_len_lockless(&q->backlog) >= BACKLOG_MAX) {
		netif_tx_stop_queue(txq);
		/* Pairs with nsp_tx_wake(), when the worker has emptied it. */
		smp_mb();
		if (skb_queue_len_lockless(&q->backlog) < BACKLOG_MAX / 2)
			netif_tx_start_queue(txq);
	}
	if (unlikely(netif_xmit_stopped(txq)))
		queue_delayed_work(nsp_wq, &q->nic->stall_work, NSP_STALL);
	vmh_channel_wake(q->ch);
	return NETDEV_TX_OK;
}

/*
 * Where the checksum is written has to be in the frame, and in the first part of a large one.
 * Programs may have moved its begin or its end.
 */
static bool csum_within(const struct sk_buff *skb, u32 most)
{
	int start = skb_checksum_start_offset(skb);

	return skb->ip_summed != CHECKSUM_PARTIAL ||
	       (start >= ETH_HLEN && start + skb->csum_offset + sizeof(__sum16) <=
				     min(skb->len, most));
}

/* Return: NSP_DROPS if the guest wants it, and can take it. */
static enum nsp_drop admit(struct nsp_queue *q, const struct sk_buff *skb)
{
	u32 most = READ_ONCE(q->nic->frame);

	if (unlikely(!q->ready))
		return NSP_TX_DOWN;
	if (unlikely(READ_ONCE(q->stalled) || READ_ONCE(q->starved)))
		return NSP_TX_STALLED;
	if (!nsp_filter_wants(q->nic, skb))
		return NSP_TX_FILTER;
	if (eth_type_vlan(skb->protocol))
		most += VLAN_HLEN;
	if (unlikely(!csum_within(skb, most)))
		return NSP_TX_CSUM;
	if (skb_is_gso(skb))
		return skb_gso_validate_mac_len(skb, most) &&
		       skb->len <= U16_MAX + ETH_HLEN ?
		       NSP_DROPS : NSP_TX_LENGTH;
	return skb->len <= most && skb->len >= ETH_HLEN ?
	       NSP_DROPS : NSP_TX_LENGTH;
}

/**
 * nsp_xmit() - a frame for the guest
 * @skb: the frame
 * @dev: the netdev
 *
 * Return: for ndo_start_xmit.
 */
netdev_tx_t nsp_xmit(struct sk_buff *skb, struct net_device *dev)
{
	struct nsp_queue *q = &nsp_nic(dev)->queues[skb_get_queue_mapping(skb)];
	struct netdev_queue *txq = netdev_get_tx_queue(dev, q->index);
	bool more = netdev_xmit_more(), kick;
	enum nsp_drop drop = admit(q, skb);
	int err;

	if (unlikely(drop != NSP_DROPS))
		goto drop;
	skb_tx_timestamp(skb);
	if (unlikely(!q->mapped))
		return tx_later(q, skb, txq);
	err = tx_frame(q, skb);
	if (unlikely(err == -EAGAIN)) {
		/* What is there the guest has to see, or it gives nothing back. */
		nsp_tx_flush(q);
		if (!must_wait(q, txq, nsp_parts(q, skb)))
			err = tx_frame(q, skb);
		if (err == -EAGAIN)
			return NETDEV_TX_BUSY;
	}
	WRITE_ONCE(q->took, jiffies);
	if (unlikely(err)) {
		kfree_skb(skb);
		return NETDEV_TX_OK;
	}
	kick = __netdev_tx_sent_queue(txq, skb->len, more);
	/* In a poll there is a cache for them. */
	napi_consume_skb(skb, this_cpu_read(batches.on));
	if (kick)
		tx_kick(q, txq);
	if (unlikely(netif_xmit_stopped(txq)))
		queue_delayed_work(nsp_wq, &q->nic->stall_work, NSP_STALL);
	return NETDEV_TX_OK;

drop:
	nsp_drop(q, drop);
	/* What others were told to wait for does not come. */
	if (!more && q->ready && q->mapped)
		tx_kick(q, txq);
	kfree_skb(skb);
	return NETDEV_TX_OK;
}

/**
 * nsp_batch_begin() - frames for several NICs are about to come
 *
 * Context: softirq, or bottom halves off, until nsp_batch_end().
 */
void nsp_batch_begin(void)
{
	this_cpu_ptr(&batches)->on = true;
}

/**
 * nsp_batch_end() - show guests what came since nsp_batch_begin()
 *
 * Context: as nsp_batch_begin(), the same CPU.
 */
void nsp_batch_end(void)
{
	struct batch *batch = this_cpu_ptr(&batches);
	struct netdev_queue *txq;
	struct nsp_queue *q;
	u32 i;

	batch->on = false;
	for (i = 0; i < batch->n; i++) {
		q = batch->queues[i];
		txq = nsp_txq(q);
		__netif_tx_lock(txq, smp_processor_id());
		q->batched = false;
		if (q->ready && nsp_tx_flush(q))
			must_wait(q, txq, 0);
		__netif_tx_unlock(txq);
	}
	batch->n = 0;
}

/**
 * nsp_tx_completion() - the guest gives back what a packet had
 * @q: the queue that the packet was sent on
 * @packet: the completion
 *
 * Context: the worker; @run held.
 * Return: 0, or -EPROTO for what the guest has not.
 */
int nsp_tx_completion(struct nsp_queue *q, const struct vmh_packet *packet)
{
	struct nsp_recv *recv = q->nic->session.recv;
	u64 number = packet->trans_id - 1;
	u32 sections[NSP_RANGES], n, bytes, frames;
	struct nsp_section *s;
	u64 waiting;

	/* One of a buffer that it has revoked. */
	if (!recv)
		return 0;
	if (number >= recv->count)
		return -EPROTO;
	s = &recv->sections[number];
	if (s->state == NSP_SECTION_CONTROL && !q->index) {
		nsp_recv_give_control(recv, number);
		nsp_control_pump(q->nic);
		return 0;
	}
	/* Twice, or on another channel than it came. Pairs with nsp_tx_flush(). */
	if (cmpxchg(&s->state, nsp_shown(q), NSP_SECTION_HELD) != nsp_shown(q))
		return -EPROTO;
	bytes = s->bytes;
	frames = s->frames;
	n = chain(recv, number, sections);
	WRITE_ONCE(q->given, q->given + n);
	waiting = nsp_recv_give(recv, sections, n);
	WRITE_ONCE(q->stalled, false);
	if (q->nic->dying)
		return 0;
	if (bytes) {
		local_bh_disable();
		netdev_tx_completed_queue(nsp_txq(q), frames, bytes);
		local_bh_enable();
	}
	nsp_tx_wake(q);
	nsp_tx_given(q->nic, waiting);
	return 0;
}

/**
 * nsp_tx_writable() - the ring to the guest has room again
 * @q: the queue
 *
 * Context: the worker; @run held.
 */
void nsp_tx_writable(struct nsp_queue *q)
{
	struct netdev_queue *txq;

	if (q->nic->dying || !q->mapped)
		return;
	txq = nsp_txq(q);
	__netif_tx_lock_bh(txq);
	WRITE_ONCE(q->stalled, false);
	if (q->ready)
		nsp_tx_flush(q);
	__netif_tx_unlock_bh(txq);
	nsp_tx_wake(q);
}

/* Return: 0, or how many sections it lacks for the next frame. */
static u32 tx_backlog(struct nsp_queue *q)
{
	struct sk_buff *skb;
	int err;

	while ((skb = skb_peek(&q->backlog))) {
		err = tx_frame(q, skb);
		if (err == -EAGAIN)
			return nsp_parts(q, skb);
		skb_unlink(skb, &q->backlog);
		if (err) {
			local_bh_disable();
			netdev_tx_completed_queue(nsp_txq(q), 1, skb->len);
			local_bh_enable();
		}
		consume_skb(skb);
	}
	return 0;
}

/**
 * nsp_tx_worker() - copy frames to a guest whose memory is not mapped
 * @q: the queue
 *
 * Context: the worker; @run held. Nobody else touches the packet then.
 */
void nsp_tx_worker(struct nsp_queue *q)
{
	u32 need;

	if (!q->ready || q->mapped || q->nic->dying)
		return;
	do {
		need = tx_backlog(q);
		nsp_tx_flush(q);
		/* As must_wait(). */
	} while (need && !q->n_ranges && !wait_sections(q, need));
	if (skb_queue_len_lockless(&q->backlog) < BACKLOG_MAX / 2)
		nsp_tx_wake(q);
}
