// SPDX-License-Identifier: GPL-2.0
/*
 * Which of a guest's queues a frame goes to: the Toeplitz hash of its flow, by the
 * guest's own key and table (NDIS RSS).
 */
#include <linux/bitfield.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/slab.h>
#include <linux/unaligned.h>

#include "netvsp.h"

/* What there is at most to be hashed: two addresses and two ports. */
#define INPUT_MAX	36

/**
 * nsp_rss_caps() - what of it we can
 * @nic: the NIC
 * @out: struct ndis_rss_caps
 * @out_len: set to its length
 *
 * Return: RNDIS_STATUS_SUCCESS.
 */
u32 nsp_rss_caps(const struct nsp_nic *nic, void *out, u32 *out_len)
{
	struct ndis_rss_caps caps = {
		.head.type = NDIS_OBJECT_RSS_CAPS,
		.head.revision = 2,
		.head.size = cpu_to_le16(sizeof(caps)),
		.flags = cpu_to_le32(NDIS_RSS_CAP_TCP4 | NDIS_RSS_CAP_TCP6 |
				     NDIS_HASH_TOEPLITZ),
		.messages = cpu_to_le32(nic->n_queues),
		.queues = cpu_to_le32(nic->n_queues),
		.entries = cpu_to_le16(NSP_RSS_TABLE),
	};

	memcpy(out, &caps, sizeof(caps));
	*out_len = sizeof(caps);
	return RNDIS_STATUS_SUCCESS;
}

/* The hash is linear: that of a sequence is the sum of those of its half bytes. */
static void make_nibbles(struct nsp_rss *rss)
{
	u8 key[NSP_RSS_KEY + 4] = {};
	u32 i, v, bit, window;
	u64 bits;

	memcpy(key, rss->key, sizeof(rss->key));
	for (i = 0; i < 2 * INPUT_MAX; i++) {
		/* The key's bits from that half byte on. */
		bits = get_unaligned_be64(key + i / 2) << (i % 2 * 4);
		for (v = 0; v < 16; v++) {
			window = 0;
			for (bit = 0; bit < 4; bit++) {
				if (v & (8 >> bit))
					window ^= (bits << bit) >> 32;
			}
			rss->nibbles[i][v] = window;
		}
	}
}

static u32 toeplitz(const struct nsp_rss *rss, const u8 *in, u32 len)
{
	u32 hash = 0, i;

	for (i = 0; i < len; i++)
		hash ^= rss->nibbles[2 * i][in[i] >> 4] ^
			rss->nibbles[2 * i + 1][in[i] & 15];
	return hash;
}

static void replace(struct nsp_nic *nic, struct nsp_rss *rss)
{
	struct nsp_rss *old;

	old = rcu_replace_pointer(nic->rss, rss, lockdep_is_held(&nic->run));
	kvfree_rcu(old, rcu);
}

/**
 * nsp_rss_set() - the guest says how it wants frames to be spread
 * @nic: the NIC
 * @in: struct ndis_rss_params, with a table and a key
 * @len: bytes of it
 *
 * Context: the primary channel's worker.
 * Return: RNDIS_STATUS_*.
 */
u32 nsp_rss_set(struct nsp_nic *nic, const void *in, u32 len)
{
	const struct nsp_rss *old =
		rcu_dereference_protected(nic->rss, lockdep_is_held(&nic->run));
	struct nsp_rss_said said;
	struct nsp_rss *rss;
	u32 status;

	status = nsp_rss_parse(&said, in, len, nic->n_queues);
	if (status)
		return status;
	if (said.off) {
		replace(nic, NULL);
		return RNDIS_STATUS_SUCCESS;
	}
	/* What it did not change it must have set before. */
	if (!said.has_table && !old)
		return RNDIS_STATUS_INVALID_DATA;
	rss = kvzalloc(sizeof(*rss), GFP_KERNEL_ACCOUNT);
	if (!rss)
		return RNDIS_STATUS_RESOURCES;
	if (old)
		*rss = *old;
	if (said.has_hash)
		rss->hash = said.hash;
	if (said.has_table) {
		rss->size = said.size;
		memcpy(rss->table, said.table, said.size);
	}
	if (said.has_key) {
		memcpy(rss->key, said.key, sizeof(rss->key));
		make_nibbles(rss);
	}
	replace(nic, rss);
	return RNDIS_STATUS_SUCCESS;
}

/**
 * nsp_rss_reset() - a guest has not said anything of it
 * @nic: the NIC
 *
 * Context: process; nsp_nic.run held for writing.
 */
void nsp_rss_reset(struct nsp_nic *nic)
{
	replace(nic, NULL);
}

/**
 * nsp_rss_restore() - as a guest said before
 * @nic: the NIC
 * @hash: NDIS_HASH_*
 * @table: queues
 * @size: entries of it
 * @key: %NSP_RSS_KEY bytes
 *
 * Context: process; nsp_nic.run held for writing.
 * Return: 0, -EINVAL for what nobody can have said, -ENOMEM.
 */
int nsp_rss_restore(struct nsp_nic *nic, u32 hash, const u8 *table, u32 size,
		    const u8 *key)
{
	struct nsp_rss *rss;
	u32 i;

	if (!size || size > NSP_RSS_TABLE || !is_power_of_2(size))
		return -EINVAL;
	for (i = 0; i < size; i++) {
		if (table[i] >= nic->n_queues)
			return -EINVAL;
	}
	rss = kvzalloc(sizeof(*rss), GFP_KERNEL_ACCOUNT);
	if (!rss)
		return -ENOMEM;
	rss->hash = hash;
	rss->size = size;
	memcpy(rss->table, table, size);
	memcpy(rss->key, key, sizeof(rss->key));
	make_nibbles(rss);
	replace(nic, rss);
	return 0;
}

/* Addresses, then ports if it is TCP and no fragment. Return: bytes. */
static u32 get_input(const struct sk_buff *skb, u32 hash, u8 *in)
{
	u32 offset = skb_network_offset(skb);
	const struct ipv6hdr *ip6;
	const struct iphdr *ip;
	struct ipv6hdr buf;
	u32 len, l4;
	bool tcp;

	if (skb->protocol == htons(ETH_P_IP)) {
		ip = skb_header_pointer(skb, offset, sizeof(*ip), &buf);
		if (!ip)
			return 0;
		memcpy(in, &ip->addrs, 8);
		len = 8;
		l4 = offset + ip->ihl * 4;
		tcp = hash & NDIS_HASH_TCP4 && ip->protocol == IPPROTO_TCP &&
		      !(ip->frag_off & htons(0x3fff));
		if (!tcp && !(hash & NDIS_HASH_IPV4))
			return 0;
	} else if (skb->protocol == htons(ETH_P_IPV6)) {
		ip6 = skb_header_pointer(skb, offset, sizeof(*ip6), &buf);
		if (!ip6)
			return 0;
		memcpy(in, &ip6->addrs, 32);
		len = 32;
		l4 = offset + sizeof(*ip6);
		tcp = hash & NDIS_HASH_TCP6 && ip6->nexthdr == IPPROTO_TCP;
		if (!tcp && !(hash & NDIS_HASH_IPV6))
			return 0;
	} else {
		return 0;
	}
	if (tcp && !skb_copy_bits(skb, l4, in + len, 4))
		len += 4;
	return len;
}

/**
 * nsp_select_queue() - by which queue shall a frame go?
 * @dev: the netdev
 * @skb: the frame
 * @sb_dev: not used
 *
 * Return: the queue of a channel that is open, if there is one.
 */
u16 nsp_select_queue(struct net_device *dev, struct sk_buff *skb,
		     struct net_device *sb_dev)
{
	const struct nsp_nic *nic = nsp_nic(dev);
	const struct nsp_rss *rss = rcu_dereference_bh(nic->rss);
	u32 hash, len, queue;
	u8 in[INPUT_MAX];

	if (!rss)
		return 0;
	len = get_input(skb, rss->hash, in);
	if (!len)
		return 0;
	hash = toeplitz(rss, in, len);
	queue = rss->table[hash & (rss->size - 1)];
	/* The guest may not have opened it. */
	return READ_ONCE(nic->queues[queue].ready) ? queue : 0;
}
