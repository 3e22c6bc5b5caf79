// SPDX-License-Identifier: GPL-2.0
/*
 * Only the first fragment of a datagram shows its ports. What was decided of it
 * holds for the others, which find it here by addresses, identification, VLAN
 * and, for IPv4, protocol: what receivers put datagrams together by.
 *
 * A table of fixed size in buckets of a few cache lines, each with a lock of its
 * own. A table is of one port and one direction: that of what a port receives is
 * shared by all who send to it. In a full bucket a denied datagram makes room first,
 * and for another denied one nothing else does; then the oldest one of the port that
 * has most of the bucket. So who begins datagrams without end takes places from
 * others only while he has fewer than they, which leaves them half of a bucket. All
 * behind one port, the uplink say, count as one. What is forgotten or too old is as
 * if there had been no first fragment.
 *
 * Nothing is put together or kept. So a later fragment that overtakes the first
 * is dropped, as is any that overlaps it: depending on the receiver it could
 * write over what was looked at. An IPv6 datagram that begins twice could be
 * read as a mixture of both beginnings, whose extension headers lead elsewhere;
 * those of IPv4 each have the ports, and the protocol, in the same place.
 */
#include <linux/cache.h>
#include <linux/jiffies.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/siphash.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "frag.h"

#define BUCKETS		64
#define WAYS		8
#define LIFETIME	(30 * HZ)	/* receivers wait as long */

/**
 * struct frag - a first fragment
 * @hash: of what tells its datagram from others; zero when free
 * @seen: when it came, in jiffies
 * @size: bytes of the datagram that it has
 * @sender: index of the port that sent it
 * @verdict: enum vsw_drop_reason
 */
struct frag {
	u64 hash;
	unsigned long seen;
	u16 size;
	u16 sender;
	u8 verdict;
};

struct bucket {
	spinlock_t lock;	/* of the others */
	struct frag ways[WAYS];
} ____cacheline_aligned;

/**
 * struct vsw_frags - first fragments from a port, or to it
 * @secret: what the hash depends on, so that nobody can make two that collide
 * @buckets: by hash
 */
struct vsw_frags {
	siphash_key_t secret;
	struct bucket buckets[BUCKETS];
};

/* No padding: all of it is hashed. */
struct datagram {
	struct in6_addr src;
	struct in6_addr dst;
	__be32 fragment;
	u16 vid;
	u8 kind;
	u8 protocol;
};

static u64 hash(const struct vsw_frags *frags,
		const struct vsw_headers *headers, u16 vid)
{
	struct datagram key = {
		.src = headers->src, .dst = headers->dst,
		.fragment = headers->fragment, .vid = vid,
		.kind = headers->kind,
		.protocol = headers->kind == VSW_HEADERS_IPV4 ?
			    headers->protocol : 0,
	};

	return siphash(&key, sizeof(key), &frags->secret) | 1;
}

static struct bucket *bucket_of(struct vsw_frags *frags, u64 hash)
{
	return &frags->buckets[hash >> 32 & (BUCKETS - 1)];
}

static bool is_live(const struct frag *frag, unsigned long now)
{
	return frag->hash && time_before(now, frag->seen + LIFETIME);
}

static struct frag *find(struct bucket *bucket, u64 hash, unsigned long now)
{
	struct frag *frag = bucket->ways;
	int i;

	for (i = 0; i < WAYS; i++, frag++)
		if (frag->hash == hash && is_live(frag, now))
			return frag;
	return NULL;
}

/* How many datagrams of a sender's that passed are in a bucket? */
static int held_by(const struct bucket *bucket, u16 sender)
{
	int i, n = 0;

	for (i = 0; i < WAYS; i++)
		n += bucket->ways[i].sender == sender &&
		     !bucket->ways[i].verdict;
	return n;
}

/* Which one makes room in a full bucket? See above; NULL if none does. */
static struct frag *make_room(struct bucket *bucket, u16 sender, bool denied,
			      unsigned long now)
{
	struct frag *victim = NULL;
	int i, rank, highest = -1;

	for (i = 0; i < WAYS; i++) {
		struct frag *frag = &bucket->ways[i];

		if (!is_live(frag, now))
			return frag;
		if (frag->verdict)
			rank = 2 * WAYS + 2;
		else if (denied)
			continue;
		else	/* of those with equally many, the new one's sender */
			rank = 2 * held_by(bucket, frag->sender) +
			       (frag->sender == sender);
		if (rank > highest ||
		    (rank == highest && time_before(frag->seen, victim->seen)))
			victim = frag;
		highest = max(highest, rank);
	}
	return victim;
}

/**
 * vsw_frags_first() - remember what was decided of a first fragment
 * @frags: the table of its port
 * @headers: its headers; VSW_HEADERS_FRAGMENT without VSW_HEADERS_LATER
 * @vid: the VLAN that it belongs to
 * @sender: index of the port that sent it
 * @now: jiffies
 * @verdict: what was decided, VSW_PASS or a reason
 * @dry: do not remember it
 *
 * Context: softirq, or bottom halves off.
 * Return: what becomes of it: @verdict, or VSW_DROP_UNPARSABLE if its datagram
 * has begun before.
 */
enum vsw_drop_reason vsw_frags_first(struct vsw_frags *frags,
				     const struct vsw_headers *headers,
				     u16 vid, u16 sender, unsigned long now,
				     enum vsw_drop_reason verdict, bool dry)
{
	u64 key = hash(frags, headers, vid);
	struct bucket *bucket = bucket_of(frags, key);
	struct frag *frag;

	spin_lock(&bucket->lock);
	frag = find(bucket, key, now);
	if (frag && headers->kind == VSW_HEADERS_IPV6) {
		if (!verdict)
			verdict = VSW_DROP_UNPARSABLE;
	} else if (!dry) {
		u16 size = frag ? frag->size : 0;

		if (!frag)
			frag = make_room(bucket, sender, verdict, now);
		if (frag)
			*frag = (struct frag) {
				.hash = key, .seen = now, .verdict = verdict,
				.size = max(size, headers->fragment_size),
				.sender = sender,
			};
	}
	spin_unlock(&bucket->lock);
	return verdict;
}

/**
 * vsw_frags_later() - what becomes of a later fragment?
 * @frags: the table of its port
 * @headers: its headers; VSW_HEADERS_LATER
 * @vid: the VLAN that it belongs to
 * @now: jiffies
 *
 * Context: softirq, or bottom halves off.
 * Return: what was decided of the first one, or VSW_DROP_UNPARSABLE if that is
 * not known or both overlap.
 */
enum vsw_drop_reason vsw_frags_later(struct vsw_frags *frags,
				     const struct vsw_headers *headers,
				     u16 vid, unsigned long now)
{
	enum vsw_drop_reason verdict = VSW_DROP_UNPARSABLE;
	u64 key = hash(frags, headers, vid);
	struct bucket *bucket = bucket_of(frags, key);
	const struct frag *frag;

	spin_lock(&bucket->lock);
	frag = find(bucket, key, now);
	if (frag && (frag->verdict || headers->fragment_offset >= frag->size))
		verdict = frag->verdict;
	spin_unlock(&bucket->lock);
	return verdict;
}

/**
 * vsw_frags_alloc() - make a table
 * @gfp: how to allocate
 *
 * 16 KiB, for 512 datagrams.
 * Context: as @gfp says.
 * Return: the table, or NULL without memory.
 */
struct vsw_frags *vsw_frags_alloc(gfp_t gfp)
{
	struct vsw_frags *frags;
	int i;

	frags = kvzalloc(sizeof(*frags), gfp);
	if (!frags)
		return NULL;
	get_random_bytes(&frags->secret, sizeof(frags->secret));
	for (i = 0; i < BUCKETS; i++)
		spin_lock_init(&frags->buckets[i].lock);
	return frags;
}

/**
 * vsw_frags_free() - free a table that no frame can find any more
 * @frags: the table, or NULL
 */
void vsw_frags_free(struct vsw_frags *frags)
{
	kvfree(frags);
}
