// SPDX-License-Identifier: GPL-2.0
/*
 * From the guest to the host: RNDIS messages, as frames.
 *
 *	nsp_rx()		the worker: a packet's messages, which lie in a section
 *				of the send buffer, in pages that it names, or begin in
 *				the former and end in the latter. Copied once.
 *	nsp_rx_done()		what the worker has found, to the queue's NAPI
 *	nsp_rx_poll()		GRO, and the stack
 *
 * A message that makes no sense fails its packet; those before it are frames all the
 * same.
 */
#include <linux/if_vlan.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/skbuff.h>

#include "netvsp.h"

/* So much of a message is read at once: mostly all before the frame, and often that, too. */
#define AHEAD		128
/* Memory of frames that wait for the stack; with more the ring is not read. */
#define READY_MAX	SZ_4M

/**
 * struct stream - what a packet consists of, as one sequence of bytes
 * @q: the queue; its @head has what was read ahead
 * @iter: the pages that it names
 * @offset: into the send buffer
 * @section: bytes left there
 * @unread: bytes left, in all
 * @used: how much of what was read ahead is done with
 * @ahead: how much that is
 */
struct stream {
	struct nsp_queue *q;
	struct vmh_gpa_iter iter;
	u32 offset;
	u32 section;
	u64 unread;
	u32 used;
	u32 ahead;
};

static u64 stream_left(const struct stream *st)
{
	return st->unread + st->ahead - st->used;
}

static int section_read(const struct nsp_session *s, u32 offset, void *to,
			u32 len)
{
	if (!s->send_map)
		return vmh_gpadl_read(s->send, offset, to, len);
	memcpy(to, s->send_map + offset, len);
	return 0;
}

/* Read of what lies together at most @max. Return: how much, or an errno. */
static int stream_piece(struct stream *st, void *to, u32 max)
{
	int n, err;

	if (st->section) {
		n = min(max, st->section);
		err = section_read(&st->q->nic->session, st->offset, to, n);
		if (err)
			return err;
		st->offset += n;
		st->section -= n;
	} else {
		n = vmh_channel_copy_piece(st->q->ch, &st->iter, to, max);
		if (n <= 0)
			return n ?: -ERANGE;
	}
	st->unread -= n;
	return n;
}

static int stream_look_on(struct stream *st, u32 len)
{
	u8 *head = st->q->head;
	u32 want;
	int n;

	if (st->used) {
		st->ahead -= st->used;
		memmove(head, head + st->used, st->ahead);
		st->used = 0;
	}
	while (st->ahead < len) {
		want = max_t(u32, len, AHEAD) - st->ahead;
		n = stream_piece(st, head + st->ahead,
				 min_t(u64, st->unread, want));
		if (n < 0)
			return n;
		st->ahead += n;
	}
	return 0;
}

/* Have the next @len bytes in q->head, and those that come along with them. */
static inline int stream_look(struct stream *st, u32 len)
{
	return !st->used && st->ahead >= len ? 0 : stream_look_on(st, len);
}

/* @len: at most what is left. */
static int stream_read(struct stream *st, void *to, u32 len)
{
	int n = min(len, st->ahead - st->used);

	if (n) {
		memcpy(to, st->q->head + st->used, n);
		st->used += n;
	}
	for (len -= n, to += n; len; len -= n, to += n) {
		n = stream_piece(st, to, len);
		if (n < 0)
			return n;
	}
	return 0;
}

static void stream_skip(struct stream *st, u32 len)
{
	u32 n = min(len, st->ahead - st->used);

	st->used += n;
	len -= n;
	st->unread -= len;
	n = min(len, st->section);
	st->offset += n;
	st->section -= n;
	if (len > n)
		vmh_channel_skip(&st->iter, len - n);
}

/* Return: false if the packet refers to what is not in the send buffer. */
static bool stream_init(struct stream *st, struct nsp_queue *q,
			const struct vmh_packet *packet,
			const struct nvsp_rndis *msg)
{
	const struct nsp_session *s = &q->nic->session;

	st->q = q;
	st->used = 0;
	st->ahead = 0;
	if (!nsp_section(msg, s->send_size, &st->offset, &st->section))
		return false;
	st->unread = st->section;
	if (packet->type == VMH_PACKET_GPA_DIRECT) {
		vmh_channel_memory(&st->iter, packet);
		st->unread += packet->data_len;
	}
	return true;
}

/* What lies in pages. */
static noinline int fill_frags(struct sk_buff *skb, struct stream *st)
{
	u32 i, n, left = skb->data_len;
	int err = 0;

	for (i = 0; !err && i < skb_shinfo(skb)->nr_frags; i++) {
		skb_frag_t *frag = &skb_shinfo(skb)->frags[i];

		n = min_t(u32, left, skb_frag_size(frag));
		err = stream_read(st, skb_frag_address(frag), n);
		left -= n;
	}
	return err;
}

static int fill_frame(struct sk_buff *skb, struct stream *st)
{
	int err = stream_read(st, skb->data, skb_headlen(skb));

	return unlikely(skb_is_nonlinear(skb)) && !err ? fill_frags(skb, st) : err;
}

/* Return: NSP_DROPS if all is well, else why not. */
static enum nsp_drop rx_frame(struct nsp_queue *q, struct stream *st, u32 len,
			      const struct nsp_infos *infos)
{
	struct nsp_nic *nic = q->nic;
	bool lso = infos->there & BIT(RNDIS_INFO_LSO);
	struct sk_buff *skb;

	if (!nsp_is_frame(len, lso, nic->session.frame))
		return NSP_RX_LENGTH;
	if (!READ_ONCE(nic->link) || nic->dying) {
		stream_skip(st, len);
		nsp_drop(q, NSP_RX_DOWN);
		return NSP_DROPS;
	}
	skb = nsp_frame_alloc(q, len);
	if (unlikely(!skb))
		return NSP_RX_NO_MEMORY;
	if (unlikely(fill_frame(skb, st))) {
		kfree_skb(skb);
		return NSP_RX_MEMORY;
	}
	if ((lso && !nsp_lso(skb, infos->lso, nic->session.frame)) ||
	    (!lso && infos->there & BIT(RNDIS_INFO_CSUM) &&
	     !nsp_txcsum(skb, infos->csum))) {
		kfree_skb(skb);
		return NSP_RX_OFFLOAD;
	}
	if (infos->there & BIT(RNDIS_INFO_8021Q) && infos->tag)
		__vlan_hwaccel_put_tag(skb, htons(ETH_P_8021Q), nsp_tci(infos->tag));
	/* It steers, and no more: but the guest can say what it likes. */
	if (infos->there & BIT(RNDIS_INFO_HASH) &&
	    nic->dev->features & NETIF_F_RXHASH)
		skb_set_hash(skb, infos->hash, PKT_HASH_TYPE_L3);
	skb_record_rx_queue(skb, q->index);
	u64_stats_update_begin(&q->stats.rx_sync);
	q->stats.rx_packets += skb_shinfo(skb)->gso_segs ?: 1;
	q->stats.rx_bytes += len;
	if (is_multicast_ether_addr(skb->data))
		q->stats.rx_multicast++;
	u64_stats_update_end(&q->stats.rx_sync);
	skb->protocol = eth_type_trans(skb, nic->dev);
	WRITE_ONCE(q->rx_in, q->rx_in + skb->truesize);
	__skb_queue_tail(&q->rx, skb);
	return NSP_DROPS;
}

/* One message. Return: as rx_frame(). */
static enum nsp_drop rx_message(struct nsp_queue *q, struct stream *st)
{
	struct nsp_infos infos;
	struct nsp_message m;
	enum nsp_drop drop;

	if (stream_left(st) < NSP_MESSAGE_MIN)
		return NSP_RX_MALFORMED;
	if (stream_look(st, NSP_MESSAGE_MIN))
		return NSP_RX_MEMORY;
	if (!nsp_message_parse(&m, q->head, stream_left(st)))
		return NSP_RX_MALFORMED;
	/* What was read stays where it is, and is not read again. */
	if (stream_look(st, m.offset))
		return NSP_RX_MEMORY;
	st->used = m.offset;
	if (!nsp_infos_parse(&infos, q->head, m.offset))
		return NSP_RX_INFO;
	drop = rx_frame(q, st, m.len, &infos);
	/* The next one begins where this one says that it ends. */
	if (drop == NSP_DROPS && m.rest)
		stream_skip(st, m.rest);
	return drop;
}

static u32 rx_data(struct nsp_queue *q, struct stream *st)
{
	enum nsp_drop drop = NSP_RX_MALFORMED;
	u32 left = NSP_MESSAGES;

	/* Two large frames are more than one packet ever has. */
	if (!st->unread || st->unread > 2 * U16_MAX)
		goto drop;
	do {
		drop = left-- ? rx_message(q, st) : NSP_RX_MALFORMED;
	} while (drop == NSP_DROPS && stream_left(st));
	if (drop == NSP_DROPS)
		return NVSP_STATUS_SUCCESS;
drop:
	nsp_drop(q, drop);
	return NVSP_STATUS_FAIL;
}

/* Messages that cannot be one break the channel: there is no answer to them. */
static int rx_control(struct nsp_queue *q, struct stream *st)
{
	struct nsp_nic *nic = q->nic;
	u32 len = st->unread;

	if (q->index || nic->session.state < NSP_BUFFERS ||
	    st->unread < sizeof(struct rndis_head) ||
	    st->unread > NSP_CONTROL_MAX)
		return -EPROTO;
	if (stream_read(st, nic->message, len))
		return -EFAULT;
	return nsp_control(nic, len);
}

static bool are_many(const struct nsp_queue *q)
{
	return q->rx_in - READ_ONCE(q->rx_out) > READY_MAX;
}

/* What this run has found, nsp_rx_done() hands over, and the poll looks at @throttled. */
static bool is_throttled(struct nsp_queue *q)
{
	if (likely(!are_many(q)))
		return false;
	WRITE_ONCE(q->throttled, true);
	/* Pairs with nsp_rx_poll(): it sees that, or we see what it took. */
	smp_mb();
	return are_many(q);
}

/* Have the worker go on, if it waits for that. */
static void unthrottle(struct nsp_queue *q)
{
	if (xchg(&q->throttled, false))
		nsp_wake_worker(q);
}

/* What is said of a packet. */
static const union nvsp_answer success = {
	.rndis = {
		.type = cpu_to_le32(NVSP_RNDIS_COMPLETE),
		.status = cpu_to_le32(NVSP_STATUS_SUCCESS),
	},
};

static const union nvsp_answer fail = {
	.rndis = {
		.type = cpu_to_le32(NVSP_RNDIS_COMPLETE),
		.status = cpu_to_le32(NVSP_STATUS_FAIL),
	},
};

/**
 * nsp_rx() - a packet of RNDIS from the guest
 * @q: the queue
 * @packet: the packet
 *
 * Context: the worker; @run held.
 * Return: for the packet() of a service.
 */
int nsp_rx(struct nsp_queue *q, const struct vmh_packet *packet)
{
	u32 status = NVSP_STATUS_FAIL;
	struct nvsp_rndis msg;
	struct stream st;
	int err;

	if (packet->len < sizeof(msg))
		return -EPROTO;
	memcpy(&msg, packet->payload, sizeof(msg));
	if (unlikely(is_throttled(q)))
		return -EAGAIN;
	if (!stream_init(&st, q, packet, &msg)) {
		nsp_drop(q, NSP_RX_MALFORMED);
	} else if (likely(msg.channel == cpu_to_le32(NVSP_CHANNEL_DATA))) {
		if (q->nic->session.state != NSP_RUNNING)
			return -EPROTO;
		status = rx_data(q, &st);
		q->stats.rx_batches++;
	} else {
		err = rx_control(q, &st);
		if (err)
			return err;
		status = NVSP_STATUS_SUCCESS;
	}
	err = nsp_answer(q, packet, status == NVSP_STATUS_SUCCESS ? &success : &fail,
			 nsp_nvsp_size(q->nic));
	if (!err && unlikely(msg.channel != cpu_to_le32(NVSP_CHANNEL_DATA)))
		nsp_control_pump(q->nic);
	return err;
}

/**
 * nsp_rx_forget() - what the worker has found nobody gets
 * @q: the queue
 *
 * Context: the worker, or who has stopped it.
 */
void nsp_rx_forget(struct nsp_queue *q)
{
	struct sk_buff *skb;

	while ((skb = __skb_dequeue(&q->rx))) {
		nsp_drop(q, NSP_RX_DOWN);
		WRITE_ONCE(q->rx_in, q->rx_in - skb->truesize);
		kfree_skb(skb);
	}
	unthrottle(q);
}

/**
 * nsp_rx_done() - the worker has looked
 * @q: the queue
 *
 * Context: the worker; @run held.
 */
void nsp_rx_done(struct nsp_queue *q)
{
	if (skb_queue_empty(&q->rx))
		return;
	/* A netdev that is gone, or down, has no poll. */
	if (q->nic->dying || !READ_ONCE(q->nic->link)) {
		nsp_rx_forget(q);
		return;
	}
	local_bh_disable();
	spin_lock(&q->rx_ready.lock);
	skb_queue_splice_tail_init(&q->rx, &q->rx_ready);
	spin_unlock(&q->rx_ready.lock);
	napi_schedule(&q->napi);
	local_bh_enable();
}

/**
 * nsp_rx_purge() - what the stack has not taken it does not get
 * @q: the queue, whose NAPI is disabled
 *
 * Context: process.
 */
void nsp_rx_purge(struct nsp_queue *q)
{
	struct sk_buff *skb;

	while ((skb = skb_dequeue(&q->rx_ready)) ||
	       (skb = __skb_dequeue(&q->rx_polled))) {
		nsp_drop(q, NSP_RX_DOWN);
		WRITE_ONCE(q->rx_out, q->rx_out + skb->truesize);
		kfree_skb(skb);
	}
	unthrottle(q);
}

/*
 * Is it worth to look for others that it goes together with? Large sends are not, but
 * GRO may hold what the same connection had before.
 */
static bool is_tcp(const struct sk_buff *skb)
{
	const struct iphdr *ip = (const void *)skb->data;

	if (skb_headlen(skb) < sizeof(*ip))
		return false;
	if (skb->protocol == htons(ETH_P_IP))
		return ip->protocol == IPPROTO_TCP;
	return skb->protocol == htons(ETH_P_IPV6) &&
	       ((const struct ipv6hdr *)ip)->nexthdr == IPPROTO_TCP;
}

/**
 * nsp_rx_poll() - give frames to the stack
 * @napi: of the queue
 * @budget: how many
 *
 * What other NICs get from it is shown to their guests together.
 *
 * Return: how many it were.
 */
int nsp_rx_poll(struct napi_struct *napi, int budget)
{
	struct nsp_queue *q = container_of(napi, struct nsp_queue, napi);
	/* One that takes them each for itself: a bridge, or a switch. */
	bool taken = rcu_access_pointer(q->nic->dev->rx_handler);
	struct sk_buff *skb;
	LIST_HEAD(others);
	u32 out = 0;
	int n = 0;

	nsp_batch_begin();
	while (n < budget) {
		skb = __skb_dequeue(&q->rx_polled);
		if (!skb) {
			spin_lock(&q->rx_ready.lock);
			skb_queue_splice_init(&q->rx_ready, &q->rx_polled);
			spin_unlock(&q->rx_ready.lock);
			skb = __skb_dequeue(&q->rx_polled);
		}
		if (!skb)
			break;
		out += skb->truesize;
		if (is_tcp(skb))
			napi_gro_receive(napi, skb);
		else if (taken)
			netif_receive_skb(skb);
		else
			list_add_tail(&skb->list, &others);
		n++;
	}
	netif_receive_skb_list(&others);
	WRITE_ONCE(q->rx_out, q->rx_out + out);
	/* Pairs with is_throttled(). */
	smp_mb();
	if (unlikely(READ_ONCE(q->throttled)) &&
	    READ_ONCE(q->rx_in) - q->rx_out <= READY_MAX / 2)
		unthrottle(q);
	if (n < budget && napi_complete_done(napi, n) &&
	    unlikely(!skb_queue_empty_lockless(&q->rx_ready)))
		napi_schedule(napi);
	nsp_batch_end();
	return n;
}
