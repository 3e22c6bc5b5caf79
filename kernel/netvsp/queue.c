// SPDX-License-Identifier: GPL-2.0
/*
 * A queue to the guest (tx.c): when it begins and ends, when its channel is stopped, and
 * what becomes of frames for a guest that gives nothing back.
 */
#include "netvsp.h"

/**
 * nsp_tx_start() - a guest takes frames
 * @q: the queue, whose channel is open
 * @recv: where they go
 *
 * Context: process; nsp_nic.run held for writing.
 * Return: 0 or -ENOMEM.
 */
int nsp_tx_start(struct nsp_queue *q, struct nsp_recv *recv)
{
	struct netdev_queue *txq;

	lockdep_assert_held_write(&q->nic->run);
	if (q->nic->dying)
		return 0;
	q->mapped = vmh_channel_is_mapped(q->ch) && recv->map;
	if (!recv->map && !q->bounce) {
		q->bounce = kvmalloc(recv->size, GFP_KERNEL_ACCOUNT);
		if (!q->bounce)
			return -ENOMEM;
	}
	WRITE_ONCE(q->nic->rsc_max, nsp_rsc_max(recv));
	WRITE_ONCE(q->nic->frame, q->nic->session.frame);
	txq = nsp_txq(q);
	__netif_tx_lock_bh(txq);
	q->recv = recv;
	q->n_held = 0;
	q->n_ranges = 0;
	q->bytes = 0;
	q->frames = 0;
	WRITE_ONCE(q->stalled, false);
	WRITE_ONCE(q->starved, false);
	WRITE_ONCE(q->took, jiffies);
	q->ready = !q->paused;
	__netif_tx_unlock_bh(txq);
	if (!q->paused)
		nsp_tx_wake(q);
	return 0;
}

/* What waited for the worker. */
static void drop_backlog(struct nsp_queue *q, enum nsp_drop why)
{
	struct sk_buff *skb;

	while ((skb = skb_dequeue(&q->backlog))) {
		nsp_drop(q, why);
		kfree_skb(skb);
	}
}

/* What of the buffer is this queue's, wherever it is. Return: as nsp_recv_give(). */
static u64 reclaim(struct nsp_queue *q)
{
	struct nsp_recv *recv = q->recv;
	u32 i, state;
	u64 waiting;

	/* A packet that was not shown. */
	atomic64_add(q->frames, &q->stats.drops[NSP_TX_DOWN]);
	waiting = nsp_recv_give(recv, q->held, q->n_held);
	for (i = 0; i < recv->count; i++) {
		/* Others take and send theirs meanwhile. */
		state = READ_ONCE(recv->sections[i].state);
		if (state == nsp_shown(q) || state == nsp_more(q))
			waiting |= nsp_recv_give(recv, &i, 1);
	}
	q->frames = 0;
	q->n_held = 0;
	q->n_ranges = 0;
	q->taken = 0;
	q->given = 0;
	return waiting;
}

/**
 * nsp_tx_stop() - a guest takes no frames any more
 * @q: the queue; nothing happens if it did not
 *
 * Nobody writes into its receive buffer when this returns.
 *
 * Context: process; nsp_nic.run held for writing.
 */
void nsp_tx_stop(struct nsp_queue *q)
{
	struct netdev_queue *txq;
	u64 waiting;

	lockdep_assert_held_write(&q->nic->run);
	kvfree(q->bounce);
	q->bounce = NULL;
	if (!q->recv || q->nic->dying)
		return;
	txq = nsp_txq(q);
	__netif_tx_lock_bh(txq);
	q->ready = false;
	waiting = reclaim(q);
	q->recv = NULL;
	netdev_tx_reset_queue(txq);
	__netif_tx_unlock_bh(txq);
	drop_backlog(q, NSP_TX_DOWN);
	nsp_tx_wake(q);
	/* By BQL alone, which has let go. */
	netif_schedule_queue(txq);
	nsp_tx_given(q->nic, waiting);
}

/**
 * nsp_tx_quit() - the netdev goes, and the guest stays
 * @q: the queue
 *
 * What the guest has of the buffer it can still give back.
 *
 * Context: process; nsp_nic.run held for writing.
 */
void nsp_tx_quit(struct nsp_queue *q)
{
	struct netdev_queue *txq = nsp_txq(q);

	lockdep_assert_held_write(&q->nic->run);
	__netif_tx_lock_bh(txq);
	q->ready = false;
	netdev_tx_reset_queue(txq);
	__netif_tx_unlock_bh(txq);
	drop_backlog(q, NSP_TX_DOWN);
}

/**
 * nsp_tx_pause() - the guest is shown nothing, and gives nothing back, for a while
 * @q: the queue
 *
 * Context: process, the partition's lock; the worker does not run.
 */
void nsp_tx_pause(struct nsp_queue *q)
{
	struct nsp_nic *nic = q->nic;
	struct netdev_queue *txq;

	q->paused = true;
	/* As the worker does, whose the packet is if it has to be copied. */
	down_read(&nic->run);
	if (!q->recv || nic->dying)
		goto out;
	if (q->ready && !q->mapped)
		nsp_tx_flush(q);
	txq = nsp_txq(q);
	__netif_tx_lock_bh(txq);
	if (q->ready && q->mapped)
		nsp_tx_flush(q);
	q->ready = false;
	netif_tx_stop_queue(txq);
	__netif_tx_unlock_bh(txq);
out:
	up_read(&nic->run);
}

/**
 * nsp_tx_unpause() - it goes on
 * @q: the queue
 *
 * Context: the worker.
 */
void nsp_tx_unpause(struct nsp_queue *q)
{
	struct netdev_queue *txq;

	q->paused = false;
	if (!q->recv || q->nic->dying)
		return;
	txq = nsp_txq(q);
	WRITE_ONCE(q->took, jiffies);
	__netif_tx_lock_bh(txq);
	q->ready = true;
	__netif_tx_unlock_bh(txq);
	nsp_tx_wake(q);
	/* By what the guest has. Who looks after that may have missed this queue. */
	if (netif_xmit_stopped(txq))
		queue_delayed_work(nsp_wq, &q->nic->stall_work, NSP_STALL);
}

/* Nothing of it is waited for any more. */
static void forget_shown(struct nsp_queue *q)
{
	struct nsp_recv *recv = q->recv;
	u32 i;

	for (i = 0; i < recv->count; i++) {
		if (READ_ONCE(recv->sections[i].state) == nsp_shown(q))
			recv->sections[i].bytes = 0;
	}
	q->bytes = 0;
	netdev_tx_reset_queue(nsp_txq(q));
}

/*
 * It has waited for long. If the guest has nothing of this queue's, others have it all,
 * or had: whoever gives something back has it tried again.
 */
static void stall(struct nsp_queue *q)
{
	struct netdev_queue *txq = nsp_txq(q);
	bool again = false;

	__netif_tx_lock_bh(txq);
	if (q->taken - q->given != q->n_held) {
		WRITE_ONCE(q->stalled, true);
	} else {
		/* Whoever gives some back takes that away, from the moment that we wait. */
		WRITE_ONCE(q->starved, true);
		again = !nsp_recv_wait(q->recv, q->index, q->recv->parts);
	}
	if (!again)
		forget_shown(q);
	__netif_tx_unlock_bh(txq);
	if (again) {
		nsp_tx_given(q->nic, BIT_ULL(q->index));
		return;
	}
	if (!q->mapped)
		drop_backlog(q, NSP_TX_STALLED);
	nsp_tx_wake(q);
	/* By BQL alone, which has let go. */
	netif_schedule_queue(txq);
}

/**
 * nsp_tx_stall() - is a guest waited for in vain?
 * @nic: the NIC
 *
 * Context: process.
 * Return: true to be asked again.
 */
bool nsp_tx_stall(struct nsp_nic *nic)
{
	bool again = false;
	u32 i;

	down_write(&nic->run);
	for (i = 0; i < nic->n_queues && !nic->dying; i++) {
		struct nsp_queue *q = &nic->queues[i];

		if (!q->ready || !netif_xmit_stopped(nsp_txq(q)))
			continue;
		again = true;
		/* Not trans_start: that is when the queue was stopped, again and again. */
		if (time_after_eq(jiffies, READ_ONCE(q->took) + NSP_STALL))
			stall(q);
	}
	up_write(&nic->run);
	return again;
}
