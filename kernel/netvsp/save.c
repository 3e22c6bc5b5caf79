// SPDX-License-Identifier: GPL-2.0
/*
 * What a NIC knows of its guest, written down and taken up again: with the primary
 * channel what was agreed upon, and messages that wait; with each channel the sections
 * that the guest has. Frames that the guest has not been shown are lost, as in a cable.
 *
 * State is as untrusted as the guest: whoever brings it can have written it himself.
 */
#include <linux/mm.h>
#include <linux/slab.h>

#include "netvsp.h"

#define SAVED_RECV		BIT(0)
#define SAVED_SEND		BIT(1)
#define SAVED_RSC4		BIT(2)
#define SAVED_RSC6		BIT(3)
#define SAVED_RSS		BIT(4)
#define SAVED_SUB_PENDING	BIT(5)
#define SAVED_SUB_KNOWN		BIT(6)
#define SAVED_MAC_KNOWN		BIT(7)

struct saved_nic {
	__le32 state;
	__le32 flags;
	__le32 version;
	__le32 ndis;
	__le64 caps;
	__le64 sub_trans;
	__le32 sub_count;
	__le32 frame;
	__le32 recv_gpadl;
	__le32 recv_size;		/* of a section */
	__le32 send_gpadl;
	__le16 recv_id;
	__le16 send_id;
	__le32 filter;
	u8 mac[ETH_ALEN];
	__le16 n_mcast;
	u8 mcast[NSP_MCAST_MAX][ETH_ALEN];
	__le32 rss_hash;
	__le32 rss_size;
	u8 rss_table[NSP_RSS_TABLE];
	u8 rss_key[NSP_RSS_KEY];
	__le32 control;			/* sections of such messages, as bits */
	__le32 n_messages;
	/* each: its length, and itself, padded to 4 */
};

struct saved_queue {
	__le32 answer;			/* bytes of an answer that is due, and 1 */
	u8 bytes[NVSP_SIZE_V61];
	__le32 n_sections;
	/* the sections of each packet; the last one of it has SAVED_LAST */
};

#define SAVED_LAST	BIT(31)

/* All sections, of a primary channel; as many messages as may wait. */
static_assert(sizeof(struct saved_queue) + NSP_SECTIONS_MAX * sizeof(__le32) +
	      sizeof(struct saved_nic) +
	      NSP_CONTROL_QUEUED * (sizeof(__le32) + round_up(NSP_QUERY_MAX, 4)) <=
	      VMH_SAVE_MAX);

/**
 * nsp_quiesce() - a channel is stopped, to be saved
 * @q: its queue
 *
 * Context: process, the partition's lock; the worker does not run.
 */
void nsp_quiesce(struct nsp_queue *q)
{
	struct nsp_nic *nic = q->nic;

	if (!q->index) {
		/* Nothing is added to what is saved. */
		mutex_lock(&nic->control_lock);
		nic->control_ready = false;
		mutex_unlock(&nic->control_lock);
	}
	nsp_tx_pause(q);
}

/**
 * nsp_unquiesce() - it goes on
 * @q: its queue
 *
 * Context: the worker.
 */
void nsp_unquiesce(struct nsp_queue *q)
{
	struct nsp_nic *nic = q->nic;

	if (!q->index) {
		mutex_lock(&nic->control_lock);
		nic->control_ready = nic->session.state == NSP_RUNNING;
		mutex_unlock(&nic->control_lock);
		nsp_nvsp_resume(nic);
		/* Needs RTNL. */
		if (READ_ONCE(nic->flags) & (BIT(NSP_LINK_DUE) | BIT(NSP_SPEED_DUE)))
			queue_work(nsp_wq, &nic->work);
	}
	nsp_tx_unpause(q);
}

static u32 save_messages(struct nsp_nic *nic, u8 *to, u32 *n)
{
	const struct nsp_control *c;
	u32 used = 0;
	__le32 len;

	*n = 0;
	mutex_lock(&nic->control_lock);
	list_for_each_entry(c, &nic->control, node) {
		len = cpu_to_le32(c->len);
		memcpy(to + used, &len, sizeof(len));
		memcpy(to + used + sizeof(len), c->data, c->len);
		used += sizeof(len) + round_up(c->len, 4);
		++*n;
	}
	mutex_unlock(&nic->control_lock);
	return used;
}

static u32 save_nic(struct nsp_nic *nic, void *to)
{
	const struct nsp_rss *rss = rcu_dereference_protected(nic->rss, true);
	const struct nsp_session *s = &nic->session;
	struct saved_nic *saved = to;
	u32 flags = 0, n, len;

	memset(saved, 0, sizeof(*saved));
	saved->state = cpu_to_le32(s->state);
	saved->version = cpu_to_le32(s->version);
	saved->ndis = cpu_to_le32(s->ndis);
	saved->caps = cpu_to_le64(s->caps);
	saved->frame = cpu_to_le32(s->frame);
	if (s->recv) {
		flags |= SAVED_RECV;
		saved->recv_gpadl = cpu_to_le32(vmh_gpadl_id(s->recv->gpadl));
		saved->recv_size = cpu_to_le32(s->recv->size);
		saved->recv_id = cpu_to_le16(s->recv->id);
		saved->control = cpu_to_le32(~s->recv->control &
					     (BIT(NSP_CONTROL_SECTIONS) - 1));
	}
	if (s->send) {
		flags |= SAVED_SEND;
		saved->send_gpadl = cpu_to_le32(vmh_gpadl_id(s->send));
		saved->send_id = cpu_to_le16(s->send_id);
	}
	if (s->sub_pending) {
		flags |= SAVED_SUB_PENDING;
		saved->sub_trans = cpu_to_le64(s->sub_trans);
	}
	if (s->sub_known)
		flags |= SAVED_SUB_KNOWN;
	if (s->mac_known)
		flags |= SAVED_MAC_KNOWN;
	saved->sub_count = cpu_to_le32(s->sub_count);
	if (s->rsc4)
		flags |= SAVED_RSC4;
	if (s->rsc6)
		flags |= SAVED_RSC6;
	saved->filter = cpu_to_le32(s->filter_bits);
	ether_addr_copy(saved->mac, s->mac);
	saved->n_mcast = cpu_to_le16(s->n_mcast);
	memcpy(saved->mcast, s->mcast, sizeof(saved->mcast));
	if (rss) {
		flags |= SAVED_RSS;
		saved->rss_hash = cpu_to_le32(rss->hash);
		saved->rss_size = cpu_to_le32(rss->size);
		memcpy(saved->rss_table, rss->table, sizeof(saved->rss_table));
		memcpy(saved->rss_key, rss->key, sizeof(saved->rss_key));
	}
	saved->flags = cpu_to_le32(flags);
	len = save_messages(nic, to + sizeof(*saved), &n);
	saved->n_messages = cpu_to_le32(n);
	return sizeof(*saved) + len;
}

static u32 save_queue(const struct nsp_queue *q, void *to)
{
	const struct nsp_recv *recv = q->nic->session.recv;
	struct saved_queue *saved = to;
	__le32 *sections = to + sizeof(*saved);
	u32 n = 0, i, at;

	memset(saved, 0, sizeof(*saved));
	if (q->answering) {
		saved->answer = cpu_to_le32(q->answer_len + 1);
		memcpy(saved->bytes, &q->answer, q->answer_len);
	}
	for (i = 0; recv && i < recv->count; i++) {
		if (recv->sections[i].state != nsp_shown(q))
			continue;
		for (at = i; at != NSP_LAST; at = recv->sections[at].next)
			sections[n++] = cpu_to_le32(at |
				(recv->sections[at].next == NSP_LAST ?
				 SAVED_LAST : 0));
	}
	saved->n_sections = cpu_to_le32(n);
	return sizeof(*saved) + n * sizeof(*sections);
}

/**
 * nsp_save() - write down what is known of a channel that is stopped
 * @q: its queue
 * @to: where to
 *
 * Return: bytes, at most %VMH_SAVE_MAX.
 */
u32 nsp_save(struct nsp_queue *q, void *to)
{
	u32 len = save_queue(q, to);

	return q->index ? len : len + save_nic(q->nic, to + len);
}

/* The guest has these. Return: 0, or -EINVAL for one that it cannot have. */
static int restore_sections(struct nsp_queue *q, const __le32 *sections, u32 n)
{
	struct nsp_recv *recv = q->nic->session.recv;
	u32 i, at, last = NSP_LAST, in_packet = 0;
	struct nsp_section *s;

	if (n && !recv)
		return -EINVAL;
	for (i = 0; i < n; i++) {
		at = le32_to_cpu(sections[i]) & ~SAVED_LAST;
		if (at >= recv->count || at < recv->n_control ||
		    recv->sections[at].state != NSP_SECTION_FREE ||
		    ++in_packet > NSP_RANGES)
			return -EINVAL;
		s = &recv->sections[at];
		s->next = NSP_LAST;
		/* BQL does not wait for them. */
		s->bytes = 0;
		s->frames = 0;
		if (last == NSP_LAST) {
			s->state = nsp_shown(q);
		} else {
			s->state = nsp_more(q);
			recv->sections[last].next = at;
		}
		last = at;
		if (sections[i] & cpu_to_le32(SAVED_LAST)) {
			last = NSP_LAST;
			in_packet = 0;
		}
	}
	if (last != NSP_LAST)
		return -EINVAL;
	q->taken += n;
	if (n)
		nsp_recv_rebuild(recv);
	return 0;
}

static int restore_buffers(struct nsp_queue *q, const struct saved_nic *saved,
			   u32 flags)
{
	struct nsp_session *s = &q->nic->session;
	struct vmh_gpadl *gpadl;
	struct nsp_recv *recv;

	if (flags & SAVED_RECV) {
		gpadl = vmh_gpadl_get(q->ch, le32_to_cpu(saved->recv_gpadl));
		if (!gpadl)
			return -EINVAL;
		recv = nsp_recv_create(gpadl, le16_to_cpu(saved->recv_id),
				       s->frame,
				       le32_to_cpu(saved->recv_size));
		if (IS_ERR(recv)) {
			vmh_gpadl_put(gpadl);
			return PTR_ERR(recv);
		}
		s->recv = recv;
		recv->control &= ~le32_to_cpu(saved->control);
		nsp_recv_restore_control(recv);
	}
	if (flags & SAVED_SEND) {
		s->send = vmh_gpadl_get(q->ch, le32_to_cpu(saved->send_gpadl));
		if (!s->send)
			return -EINVAL;
		s->send_map = vmh_gpadl_map(s->send);
		s->send_size = vmh_gpadl_size(s->send);
		s->send_id = le16_to_cpu(saved->send_id);
	}
	return 0;
}

static int restore_messages(struct nsp_nic *nic, const u8 *from, u32 left, u32 n)
{
	__le32 size;
	u32 len;
	int err;

	while (n--) {
		if (left < sizeof(size))
			return -EINVAL;
		memcpy(&size, from, sizeof(size));
		len = le32_to_cpu(size);
		from += sizeof(size);
		left -= sizeof(size);
		if (len > NSP_QUERY_MAX || round_up(len, 4) > left)
			return -EINVAL;
		err = nsp_control_send(nic, from, len);
		if (err)
			return err == -ENOMEM ? err : -EINVAL;
		from += round_up(len, 4);
		left -= round_up(len, 4);
	}
	return left ? -EINVAL : 0;
}

static int restore_rss(struct nsp_nic *nic, const struct saved_nic *saved)
{
	return nsp_rss_restore(nic, le32_to_cpu(saved->rss_hash),
			       saved->rss_table, le32_to_cpu(saved->rss_size),
			       saved->rss_key);
}

static int restore_nic(struct nsp_queue *q, const void *from, u32 len)
{
	const struct saved_nic *saved = from;
	struct nsp_nic *nic = q->nic;
	struct nsp_session *s = &nic->session;
	bool negotiated, shown;
	u32 flags, state;
	int err;

	if (len < sizeof(*saved))
		return -EINVAL;
	flags = le32_to_cpu(saved->flags);
	state = le32_to_cpu(saved->state);
	s->version = le32_to_cpu(saved->version);
	s->frame = le32_to_cpu(saved->frame);
	/* What there is at each state, and not before. */
	negotiated = state >= NSP_NEGOTIATED;
	shown = state >= NSP_BUFFERS;
	if (state < NSP_OPEN || state > NSP_RUNNING ||
	    negotiated != nsp_version_is_known(s->version) ||
	    shown != !!(flags & SAVED_RECV) ||
	    (negotiated && s->frame < ETH_MIN_MTU + ETH_HLEN) ||
	    s->frame > READ_ONCE(nic->max_mtu) + ETH_HLEN ||
	    le16_to_cpu(saved->n_mcast) > NSP_MCAST_MAX)
		return -EINVAL;
	s->state = state;
	s->ndis = le32_to_cpu(saved->ndis);
	s->caps = le64_to_cpu(saved->caps);
	s->rsc4 = flags & SAVED_RSC4;
	s->rsc6 = flags & SAVED_RSC6;
	s->sub_pending = flags & SAVED_SUB_PENDING;
	s->sub_known = flags & SAVED_SUB_KNOWN;
	s->sub_trans = le64_to_cpu(saved->sub_trans);
	s->sub_count = le32_to_cpu(saved->sub_count);
	s->filter_bits = le32_to_cpu(saved->filter);
	ether_addr_copy(s->mac, saved->mac);
	s->mac_said = !ether_addr_equal(s->mac, nic->mac);
	s->mac_known = flags & SAVED_MAC_KNOWN;
	s->n_mcast = le16_to_cpu(saved->n_mcast);
	memcpy(s->mcast, saved->mcast, sizeof(s->mcast));
	err = restore_buffers(q, saved, flags);
	if (!err && flags & SAVED_RSS)
		err = restore_rss(nic, saved);
	if (err)
		return err;
	nsp_offload_publish(nic);
	err = nsp_filter_publish(nic);
	if (err)
		return err;
	mutex_lock(&nic->control_lock);
	nic->control_ready = state == NSP_RUNNING;
	mutex_unlock(&nic->control_lock);
	return restore_messages(nic, from + sizeof(*saved), len - sizeof(*saved),
				le32_to_cpu(saved->n_messages));
}

static int restore_queue(struct nsp_queue *q, const struct saved_queue *saved,
			 u32 len, u32 *used)
{
	u32 n = le32_to_cpu(saved->n_sections), answer;

	answer = le32_to_cpu(saved->answer);
	if (n > (len - sizeof(*saved)) / sizeof(__le32) ||
	    answer > NVSP_SIZE_V61 + 1)
		return -EINVAL;
	*used = sizeof(*saved) + n * sizeof(__le32);
	if (answer) {
		q->answering = true;
		q->answer_len = answer - 1;
		memcpy(&q->answer, saved->bytes, q->answer_len);
	}
	return 0;
}

/**
 * nsp_restore() - go on from there
 * @q: the queue of a channel that was just opened, and is stopped
 * @from: from nsp_save()
 * @len: bytes of it
 *
 * Context: process, the partition's lock.
 * Return: 0, -EINVAL if that is no state, -ENOMEM.
 */
int nsp_restore(struct nsp_queue *q, const void *from, u32 len)
{
	const struct saved_queue *saved = from;
	struct nsp_nic *nic = q->nic;
	u32 used;
	int err;

	if (len < sizeof(*saved))
		return -EINVAL;
	err = restore_queue(q, saved, len, &used);
	if (err || (q->index && used != len))
		return err ?: -EINVAL;
	down_write(&nic->run);
	if (!q->index)
		err = restore_nic(q, from + used, len - used);
	if (!err)
		err = restore_sections(q, from + sizeof(*saved),
				       le32_to_cpu(saved->n_sections));
	if (!err && !q->index && nic->session.state == NSP_RUNNING)
		err = nsp_tx_start(q, nic->session.recv);
	if (err && !q->index)
		nic->session.state = NSP_OPEN;
	up_write(&nic->run);
	if (!err && !q->index) {
		/* Another host's may have been otherwise. */
		set_bit(NSP_LINK_DUE, &nic->flags);
		set_bit(NSP_SPEED_DUE, &nic->flags);
		queue_work(nsp_wq, &nic->work);
	}
	return err;
}
