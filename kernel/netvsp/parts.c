// SPDX-License-Identifier: GPL-2.0
/*
 * A frame as the guest sees it: a message of RNDIS in a section of its receive buffer, with
 * what accompanies the frame before it; or several, of a large frame that the guest puts
 * together again (RSC).
 */
#include <linux/if_vlan.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/checksum.h>

#include "netvsp.h"

/* The header of a message to the guest, with all that can accompany a frame. */
struct head {
	struct rndis_head head;
	struct rndis_data data;
	struct {
		struct rndis_info info;
		__le32 value;
	} infos[4];
} __packed;

static_assert(sizeof(struct head) <= NSP_HEAD_MAX - VLAN_HLEN);

/* Less of it is used by the parts of a large frame after the first. */
#define HEAD_LEN(n) (offsetof(struct head, infos) +			\
		     (n) * sizeof_field(struct head, infos[0]))

static void add_info(struct head *head, u32 *n, u32 type, u32 value)
{
	head->infos[*n].info.size = cpu_to_le32(sizeof(head->infos[0]));
	head->infos[*n].info.type = cpu_to_le32(type);
	head->infos[*n].info.offset = cpu_to_le32(sizeof(struct rndis_info));
	head->infos[*n].value = cpu_to_le32(value);
	++*n;
}

/* Of what the checksum is, or 0. */
static u8 l4_protocol(const struct sk_buff *skb)
{
	u32 offset = skb_network_offset(skb);
	const struct ipv6hdr *ip6;
	const struct iphdr *ip;
	struct ipv6hdr buf;

	if (skb->protocol == htons(ETH_P_IP)) {
		ip = skb_header_pointer(skb, offset, sizeof(*ip), &buf);
		return ip ? ip->protocol : 0;
	}
	if (skb->protocol == htons(ETH_P_IPV6)) {
		ip6 = skb_header_pointer(skb, offset, sizeof(*ip6), &buf);
		return ip6 ? ip6->nexthdr : 0;
	}
	return 0;
}

/**
 * struct csum - what is said of a frame's checksum
 * @flags: RNDIS_RXCSUM_*
 * @compute: it has to be written, too
 * @start: of what
 * @at: where in the frame
 * @value: it, once it is known
 */
struct csum {
	u32 flags;
	bool compute;
	u32 start;
	u32 at;
	__sum16 value;
};

static void set_csum(struct csum *csum, __wsum sum)
{
	csum->value = csum_fold(sum) ?: CSUM_MANGLED_0;
}

static void sum_frame(struct csum *csum, const struct sk_buff *skb)
{
	if (csum->compute)
		set_csum(csum, skb_checksum(skb, csum->start,
					    skb->len - csum->start, 0));
}

/*
 * One that the stack left to us is computed, since a guest may forward what it got, or
 * look at it itself: with "rx off" Linux does, and does not tell us. That of a large
 * frame is the one of all its parts together, as the guest will see it.
 */
static void get_csum(struct csum *csum, struct nsp_queue *q,
		     const struct sk_buff *skb)
{
	u8 l4;

	csum->flags = 0;
	csum->compute = false;
	if (skb->ip_summed == CHECKSUM_PARTIAL) {
		if (skb->csum_offset == offsetof(struct tcphdr, check))
			csum->flags = RNDIS_RXCSUM_TCP_OK;
		else if (skb->csum_offset == offsetof(struct udphdr, check))
			csum->flags = RNDIS_RXCSUM_UDP_OK;
		q->stats.tx_csum++;
		csum->start = skb_checksum_start_offset(skb);
		csum->at = csum->start + skb->csum_offset;
		csum->compute = true;
	} else if (skb->ip_summed == CHECKSUM_UNNECESSARY) {
		l4 = l4_protocol(skb);
		if (l4 == IPPROTO_TCP)
			csum->flags = RNDIS_RXCSUM_TCP_OK;
		else if (l4 == IPPROTO_UDP)
			csum->flags = RNDIS_RXCSUM_UDP_OK;
	}
}

/* What accompanies the frame, or its first part. */
static u32 build_head(struct head *head, const struct nsp_queue *q,
		      const struct sk_buff *skb, const struct csum *csum)
{
	u32 n = 0;
	u16 tci;

	if (csum->flags)
		add_info(head, &n, RNDIS_INFO_CSUM, csum->flags);
	if (skb_vlan_tag_present(skb)) {
		tci = skb_vlan_tag_get(skb);
		add_info(head, &n, RNDIS_INFO_8021Q,
			 tci >> VLAN_PRIO_SHIFT |
			 (tci & VLAN_CFI_MASK ? RNDIS_8021Q_CFI : 0) |
			 (tci & VLAN_VID_MASK) << 4);
	}
	if (skb->l4_hash)
		add_info(head, &n, RNDIS_INFO_HASH, skb->hash);
	return n;
}

static u32 finish_head(struct head *head, u32 infos, u32 len)
{
	u32 head_len = HEAD_LEN(infos);

	head->head.type = cpu_to_le32(RNDIS_MSG_PACKET);
	head->head.len = cpu_to_le32(head_len + len);
	head->data = (struct rndis_data) {
		.offset = cpu_to_le32(head_len - sizeof(head->head)),
		.len = cpu_to_le32(len),
		.info_offset = cpu_to_le32(infos ? sizeof(head->data) : 0),
		.info_len = cpu_to_le32(infos * sizeof(head->infos[0])),
	};
	return head_len;
}

/* Where the next part is put together: in its section, or what is copied there. */
static struct head *begin_part(const struct nsp_queue *q)
{
	const struct nsp_recv *recv = q->recv;

	return recv->map ? recv->map + q->held[q->n_held - 1] * recv->size :
			   (void *)q->bounce;
}

/* One more section for the packet; there is one. */
static u32 next_section(struct nsp_queue *q, u32 len)
{
	struct nsp_recv *recv = q->recv;
	u32 section = q->held[--q->n_held], n = q->n_ranges++;
	struct nsp_section *s = &recv->sections[section];
	struct vmh_xfer_range *range = &q->ranges[n];

	s->next = NSP_LAST;
	WRITE_ONCE(s->state, nsp_more(q));
	if (n)
		recv->sections[q->last].next = section;
	else
		q->first = section;
	q->last = section;
	range->byte_count = cpu_to_le32(len);
	range->byte_offset = cpu_to_le32(section * recv->size);
	return section;
}

/* A part is complete, and where it shall be, or what it is copied from. */
static int end_part(struct nsp_queue *q, u32 section, void *head, u32 len)
{
	return likely(q->recv->map) ? 0 :
	       nsp_recv_write(q->recv, section, 0, head, len);
}

static void put_csum(u8 *frame, const struct csum *csum)
{
	if (csum->compute)
		memcpy(frame + csum->at, &csum->value, sizeof(csum->value));
}

/**
 * struct source - a frame that is read from its begin to its end
 * @seq: what comes next
 * @done: bytes that have been read
 * @at: those that lie together
 * @left: how many of them
 * @sum: what is copied from @start on is added up
 * @start: see there
 * @total: the sum
 */
struct source {
	struct skb_seq_state seq;
	u32 done;
	const u8 *at;
	u32 left;
	bool sum;
	u32 start;
	__wsum total;
};

static void copy_source(struct source *from, u8 *to, u32 len)
{
	u32 before = from->done < from->start ?
		     min(from->start - from->done, len) : 0;
	__wsum sum;

	if (!from->sum)
		before = len;
	memcpy(to, from->at, before);
	if (before == len)
		return;
	sum = csum_partial_copy_nocheck(from->at + before, to + before,
					len - before);
	from->total = csum_block_add(from->total, sum,
				     from->done + before - from->start);
}

static int read_source(struct source *from, u8 *to, u32 len)
{
	u32 n;

	for (; len; len -= n, to += n) {
		if (!from->left) {
			from->left = skb_seq_read(from->done, &from->at, &from->seq);
			if (!from->left)
				return -EFAULT;
		}
		n = min(len, from->left);
		copy_source(from, to, n);
		from->at += n;
		from->left -= n;
		from->done += n;
	}
	return 0;
}

/*
 * One that takes several sections; there may be fewer parts: none of them is empty. What is
 * read from begin to end stays mapped meanwhile, and so nobody may wait: who copies to
 * the guest looks for each part's place anew. The checksum is known last then.
 */
static noinline int write_parts(struct nsp_queue *q, struct sk_buff *skb)
{
	u32 size = q->recv->size, infos, at, n, flags, len, section;
	bool mapped = q->recv->map;
	struct source from = {};
	struct csum csum = {};
	struct head *head;
	u8 *first = NULL;
	int err = 0;

	get_csum(&csum, q, skb);
	if (mapped) {
		skb_prepare_seq_read(skb, 0, skb->len, &from.seq);
		from.sum = csum.compute;
		from.start = csum.start;
	} else {
		sum_frame(&csum, skb);
	}
	for (at = 0; at < skb->len && !err; at += n) {
		head = begin_part(q);
		infos = at ? 0 : build_head(head, q, skb, &csum);
		flags = RNDIS_ID_PART;
		if (!at)
			flags |= RNDIS_ID_FIRST;
		n = min_t(u32, skb->len - at, size - HEAD_LEN(infos + 1));
		if (at + n == skb->len)
			flags |= RNDIS_ID_LAST;
		add_info(head, &infos, RNDIS_INFO_ID, 1 | flags << 8);
		len = finish_head(head, infos, n);
		section = next_section(q, len + n);
		err = mapped ? read_source(&from, (u8 *)head + len, n) :
			       skb_copy_bits(skb, at, (u8 *)head + len, n);
		if (!at) {
			first = (u8 *)head + len;
			if (!mapped)
				put_csum(first, &csum);
		}
		if (!err)
			err = end_part(q, section, head, len + n);
	}
	if (mapped) {
		skb_abort_seq_read(&from.seq);
		set_csum(&csum, from.total);
		put_csum(first, &csum);
	}
	return err;
}

/**
 * nsp_parts_write() - put a frame into the packet that is being made
 * @q: the queue, which holds @parts sections
 * @skb: the frame
 * @parts: as nsp_parts() said
 *
 * Context: the transmit lock, if guest memory is mapped; else the worker.
 * Return: 0, or what the guest's memory says: the packet is of no use then.
 */
int nsp_parts_write(struct nsp_queue *q, struct sk_buff *skb, u32 parts)
{
	struct head *head;
	struct csum csum;
	u32 len, section;
	u8 *to;

	/* A large one is marked as such, even if it is not. */
	if (unlikely(parts > 1 || skb_is_gso(skb)))
		return write_parts(q, skb);
	get_csum(&csum, q, skb);
	sum_frame(&csum, skb);
	head = begin_part(q);
	len = finish_head(head, build_head(head, q, skb, &csum), skb->len);
	section = next_section(q, len + skb->len);
	to = (u8 *)head + len;
	/* It is all there, and in memory of ours: that cannot fail. */
	if (likely(!skb_is_nonlinear(skb)))
		memcpy(to, skb->data, skb->len);
	else if (skb_copy_bits(skb, 0, to, skb->len))
		return -EFAULT;
	put_csum(to, &csum);
	return end_part(q, section, head, len + skb->len);
}

/**
 * nsp_parts_large() - how many sections does a large frame take?
 * @q: the queue
 * @skb: the frame
 *
 * All but the last one are full.
 *
 * Return: at least 1.
 */
u32 nsp_parts_large(const struct nsp_queue *q, const struct sk_buff *skb)
{
	u32 size = q->recv->size, first;

	/* No less than this is in the first, so no more are needed. */
	first = size - HEAD_LEN(4);
	if (skb->len <= first)
		return 1;
	return 1 + DIV_ROUND_UP(skb->len - first, size - HEAD_LEN(1));
}

/**
 * nsp_rsc_max() - how long can a frame be that the guest puts together?
 * @recv: its receive buffer
 *
 * Return: bytes.
 */
u32 nsp_rsc_max(const struct nsp_recv *recv)
{
	return (recv->parts - 1) * (recv->size - HEAD_LEN(1));
}
