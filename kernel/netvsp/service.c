// SPDX-License-Identifier: GPL-2.0
/*
 * The service that NICs are to vmbus_host: channels opened and closed, and whom a
 * packet is for.
 *
 *	primary channel opened		a session begins
 *	packet				NVSP (nvsp.c), RNDIS (rx.c), or a completion of
 *					what we sent (tx.c)
 *	sub-channel opened		one more queue
 *	primary channel closed		all of it is forgotten
 */
#include <linux/slab.h>

#include "netvsp.h"

/**
 * nsp_run_begin() - the session shall not change
 * @q: the queue; nothing happens if that was said before
 *
 * If it was stopped, it goes on.
 *
 * Context: the worker; until it is done, or nsp_run_end().
 */
void nsp_run_begin(struct nsp_queue *q)
{
	if (q->running)
		return;
	down_read(&q->nic->run);
	q->running = true;
	/* Before anything is answered. */
	if (unlikely(q->paused))
		nsp_unquiesce(q);
}

/**
 * nsp_run_end() - it may change
 * @q: the queue
 *
 * Context: the worker.
 */
void nsp_run_end(struct nsp_queue *q)
{
	if (!q->running)
		return;
	q->running = false;
	up_read(&q->nic->run);
}

/**
 * nsp_wake_worker() - have a channel's worker look
 * @q: its queue; nothing happens if it is closed
 *
 * Context: any but hard-irq.
 */
void nsp_wake_worker(struct nsp_queue *q)
{
	struct vmh_channel *ch;

	rcu_read_lock();
	/* Channels are freed a grace period after they were closed. */
	ch = READ_ONCE(q->ch);
	if (ch)
		vmh_channel_wake(ch);
	rcu_read_unlock();
}

/**
 * nsp_moderate() - moderate a guest's signals, as was said
 * @nic: the NIC
 * @ch: a channel of it
 *
 * Context: any; RCU, or the channel is being opened.
 */
void nsp_moderate(const struct nsp_nic *nic, struct vmh_channel *ch)
{
	vmh_channel_moderate(ch, READ_ONCE(nic->rx_usecs),
			     READ_ONCE(nic->rx_adaptive));
}

static int service_open(struct vmh_channel *ch, const u8 *user_data)
{
	struct nsp_nic *nic = vmh_device_priv(vmh_channel_device(ch));
	const struct nsp_session *s = &nic->session;
	u32 index = vmh_channel_index(ch);
	struct nsp_queue *q;
	int err = -ENOMEM;

	if (index >= nic->n_queues)
		return -EINVAL;
	q = &nic->queues[index];
	q->head = kvmalloc(NSP_CONTROL_MAX, GFP_KERNEL_ACCOUNT);
	if (!index)
		nic->message = kvmalloc(NSP_CONTROL_MAX, GFP_KERNEL_ACCOUNT);
	if (!q->head || !nic->message || nsp_frame_init(q))
		goto free;
	down_write(&nic->run);
	/* The primary channel's worker may be taking the buffer away. */
	if (index && (s->state != NSP_RUNNING || !s->recv)) {
		up_write(&nic->run);
		err = -EINVAL;
		goto free;
	}
	WRITE_ONCE(q->ch, ch);
	/* Pairs with set_coalesce(). */
	smp_mb();
	nsp_moderate(nic, ch);
	q->answering = false;
	q->taken = 0;
	q->given = 0;
	q->paused = vmh_channel_is_stopped(ch);
	vmh_channel_set_priv(ch, q);
	if (index) {
		err = nsp_tx_start(q, s->recv);
		if (err) {
			q->ch = NULL;
			up_write(&nic->run);
			goto free;
		}
	}
	atomic_inc(&nic->open_queues);
	if (index) {
		nsp_on_subchannel(nic);
	} else {
		nsp_session_reset(nic);
		nic->session.state = NSP_OPEN;
	}
	up_write(&nic->run);
	return 0;

free:
	kvfree(q->head);
	q->head = NULL;
	if (!index) {
		kvfree(nic->message);
		nic->message = NULL;
	}
	return err;
}

/* Sub-channels were closed before. */
static void service_close(struct vmh_channel *ch)
{
	struct nsp_queue *q = vmh_channel_priv(ch);
	struct nsp_nic *nic = q->nic;

	/* One that broke may have left in the middle. */
	nsp_run_end(q);
	down_write(&nic->run);
	if (q->index) {
		nsp_tx_stop(q);
	} else {
		nsp_session_reset(nic);
		nic->session.state = NSP_CLOSED;
	}
	q->ch = NULL;
	atomic_dec(&nic->open_queues);
	up_write(&nic->run);
	nsp_rx_forget(q);
	kvfree(q->head);
	q->head = NULL;
	if (!q->index) {
		kvfree(nic->message);
		nic->message = NULL;
	}
}

/**
 * nsp_answer() - complete a packet of the guest's
 * @q: the queue
 * @packet: the packet; nothing is done if it wants no answer
 * @answer: what to say
 * @len: bytes of it
 *
 * Context: the worker.
 * Return: for the packet() of a service: with -EAGAIN the same comes again, and is not
 * looked at but only answered.
 */
int nsp_answer(struct nsp_queue *q, const struct vmh_packet *packet,
	       const union nvsp_answer *answer, u32 len)
{
	int err;

	if (!packet->wants_completion)
		return 0;
	err = vmh_channel_complete(q->ch, packet->trans_id, answer, len);
	if (err == -EAGAIN) {
		memcpy(&q->answer, answer, len);
		q->answer_len = len;
		q->answering = true;
	}
	return err;
}

static int answer_again(struct nsp_queue *q, const struct vmh_packet *packet)
{
	int err = vmh_channel_complete(q->ch, packet->trans_id, &q->answer,
				       q->answer_len);

	q->answering = err == -EAGAIN;
	return err;
}

static int service_packet(struct vmh_channel *ch, const struct vmh_packet *packet)
{
	struct nsp_queue *q = vmh_channel_priv(ch);
	__le32 type;

	nsp_run_begin(q);
	if (unlikely(q->answering))
		return answer_again(q, packet);
	if (packet->type == VMH_PACKET_COMPLETION)
		return nsp_tx_completion(q, packet);
	if ((packet->type != VMH_PACKET_INBAND &&
	     packet->type != VMH_PACKET_GPA_DIRECT) ||
	    packet->len < sizeof(type))
		return -EPROTO;
	memcpy(&type, packet->payload, sizeof(type));
	if (likely(type == cpu_to_le32(NVSP_RNDIS)))
		return nsp_rx(q, packet);
	/* What changes the session waits for who looks at it. */
	nsp_rx_done(q);
	nsp_run_end(q);
	/* All else is for the primary channel, and refers to no memory. */
	if (q->index || packet->type != VMH_PACKET_INBAND)
		return -EPROTO;
	return nsp_on_nvsp(q, packet, le32_to_cpu(type));
}

static void service_writable(struct vmh_channel *ch)
{
	struct nsp_queue *q = vmh_channel_priv(ch);

	nsp_run_begin(q);
	if (!q->index)
		nsp_control_pump(q->nic);
	nsp_tx_writable(q);
}

static void service_done(struct vmh_channel *ch)
{
	struct nsp_queue *q = vmh_channel_priv(ch);
	struct nsp_nic *nic = q->nic;

	if ((!q->mapped && q->ready) || unlikely(q->paused) ||
	    (!q->index && READ_ONCE(nic->n_control)))
		nsp_run_begin(q);
	if (q->running) {
		if (!q->index)
			nsp_control_pump(nic);
		nsp_rx_done(q);
		nsp_tx_worker(q);
	}
	nsp_run_end(q);
	if (!q->index)
		nsp_nvsp_done(nic);
}

static void service_offered(struct vmh_channel *ch, u32 n)
{
	struct nsp_queue *q = vmh_channel_priv(ch);

	nsp_on_offered(q->nic, n);
}

static void service_quiesce(struct vmh_channel *ch)
{
	nsp_quiesce(vmh_channel_priv(ch));
}

static u32 service_save(struct vmh_channel *ch, void *state)
{
	return nsp_save(vmh_channel_priv(ch), state);
}

static int service_restore(struct vmh_channel *ch, const void *state, u32 len)
{
	return nsp_restore(vmh_channel_priv(ch), state, len);
}

/* The partition is removed, and the NIC with it. */
static void service_release(struct vmh_device *dev)
{
	struct nsp_nic *nic = vmh_device_priv(dev);

	if (!test_and_set_bit(NSP_GOING, &nic->flags))
		queue_work(nsp_wq, &nic->bye);
}

const struct vmh_service nsp_service = {
	.name		= "netvsp",
	.class		= {{
		/* f8615163-df3e-46c5-913f-f2d2f965ed0e */
		0x63, 0x51, 0x61, 0xf8, 0x3e, 0xdf, 0xc5, 0x46,
		0x91, 0x3f, 0xf2, 0xd2, 0xf9, 0x65, 0xed, 0x0e,
	}},
	.subchannels	= true,
	.linger		= true,
	/* The most pages that a packet of Linux or Windows names, and more. */
	.max_packet	= 4096,
	.open		= service_open,
	.close		= service_close,
	.packet		= service_packet,
	.writable	= service_writable,
	.done		= service_done,
	.offered	= service_offered,
	.quiesce	= service_quiesce,
	.save		= service_save,
	.restore	= service_restore,
	.release	= service_release,
};
