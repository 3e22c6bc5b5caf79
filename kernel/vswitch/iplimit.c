// SPDX-License-Identifier: GPL-2.0
/*
 * The dynamic IP limit: a port may be seen to use so many IP addresses.
 *
 * Seen is what the port itself says: the sender of ARP, the source of IPv4 and
 * IPv6, the target of a neighbour advertisement. What others say of it, DHCP
 * servers included, uses up none of its places. Link-local addresses, which
 * hosts give themselves unasked, are counted by themselves, up to the same
 * number.
 *
 * An address that was not seen for the ageing time of the switch can be pushed
 * out by a new one; until then it keeps its place. When the limit is lowered,
 * those learned first stay.
 *
 * The addresses are in a hash with linear probing, at most half full. Lookups
 * take no lock: a seqcount tells whether the table stood still meanwhile.
 */
#include <linux/jiffies.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/rcupdate.h>
#include <linux/seqlock.h>
#include <linux/siphash.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "headers.h"
#include "iplimit.h"

#define ND_ADVERTISEMENT	136

/* Of one frame: a source and a target. */
#define ADDRS			2

enum scope {
	GLOBAL,
	LINK_LOCAL,
	SCOPES
};

/**
 * struct ip_table - the addresses
 * @bits: log2 of the size of @slots
 * @rcu: frames in flight may still look into it after it was replaced
 * @slots: by hash of the address
 */
struct ip_table {
	u8 bits;
	struct rcu_head rcu;
	struct vsw_ip slots[];
};

/**
 * struct vsw_ips - what a port uses
 * @table: the addresses; NULL before the first vsw_ips_reserve()
 * @secret: nobody can choose addresses that collide
 * @lock: to change anything
 * @seq: changes with @table and what is in it
 * @limit: most addresses of a scope; 0: any number, and none is learned
 * @count: of a scope: how many
 * @oldest: no address was last seen before this
 * @since: of the last that was learned
 */
struct vsw_ips {
	struct ip_table __rcu *table;
	siphash_key_t secret;
	spinlock_t lock;	/* changes */
	seqcount_spinlock_t seq;
	u32 limit;
	u32 count[SCOPES];
	unsigned long oldest;
	u64 since;
};

static u32 mask_of(const struct ip_table *table)
{
	return (1U << table->bits) - 1;
}

static struct ip_table *locked_table(struct vsw_ips *ips)
{
	return rcu_dereference_protected(ips->table,
					 lockdep_is_held(&ips->lock));
}

static enum scope scope_of(const struct in6_addr *addr)
{
	static const u8 v4[] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff,
				 169, 254 };

	if (addr->s6_addr[0] == 0xfe && (addr->s6_addr[1] & 0xc0) == 0x80)
		return LINK_LOCAL;
	return memcmp(addr, v4, sizeof(v4)) ? GLOBAL : LINK_LOCAL;
}

static u32 home(const struct vsw_ips *ips, const struct ip_table *table,
		const struct in6_addr *addr)
{
	return siphash(addr, sizeof(*addr), &ips->secret) & mask_of(table);
}

/*
 * The slot of an address, or the free one where it would be. NULL, which a
 * reader without the lock may see, is neither.
 */
static struct vsw_ip *probe(const struct vsw_ips *ips, struct ip_table *table,
			    const struct in6_addr *addr)
{
	u32 mask = mask_of(table), i = home(ips, table, addr), n;

	for (n = 0; n <= mask; n++, i = (i + 1) & mask) {
		struct vsw_ip *ip = &table->slots[i];

		if (!ip->since || !memcmp(&ip->addr, addr, sizeof(*addr)))
			return ip;
	}
	return NULL;
}

/* Into a table that nobody reads, or between write_seqcount_begin() and _end(). */
static void put_in(struct vsw_ips *ips, struct ip_table *table,
		   const struct vsw_ip *ip)
{
	*probe(ips, table, &ip->addr) = *ip;
}

/* Between the same. What follows in the same run moves up, so that it is still found. */
static void take_out(struct vsw_ips *ips, struct ip_table *table, u32 hole)
{
	u32 mask = mask_of(table), i = hole;

	ips->count[scope_of(&table->slots[hole].addr)]--;
	for (;;) {
		i = (i + 1) & mask;
		if (!table->slots[i].since)
			break;
		/* Is its home at or before the hole, seen from where it is? */
		if (((i - home(ips, table, &table->slots[i].addr)) & mask) <
		    ((i - hole) & mask))
			continue;
		table->slots[hole] = table->slots[i];
		hole = i;
	}
	memset(&table->slots[hole], 0, sizeof(table->slots[hole]));
}

static bool is_aged(const struct vsw_ip *ip, unsigned long now,
		    unsigned long ageing)
{
	return now - ip->used >= ageing;
}

/* Called with the lock held: take out what has aged. */
static void purge(struct vsw_ips *ips, unsigned long now, unsigned long ageing)
{
	struct ip_table *table = locked_table(ips);
	unsigned long idle = 0;
	u32 i = 0;

	write_seqcount_begin(&ips->seq);
	while (i <= mask_of(table)) {
		const struct vsw_ip *ip = &table->slots[i];

		if (ip->since && is_aged(ip, now, ageing)) {
			/* Another may be in its place now. */
			take_out(ips, table, i);
			continue;
		}
		if (ip->since)
			idle = max(idle, now - ip->used);
		i++;
	}
	write_seqcount_end(&ips->seq);
	WRITE_ONCE(ips->oldest, now - idle);
}

static bool is_one_of(const struct in6_addr *addr, const struct in6_addr *addrs,
		      unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		if (!memcmp(addr, &addrs[i], sizeof(*addr)))
			return true;
	return false;
}

/* Called with the lock held: how many of a scope purge() would take out? */
static u32 count_aged(struct vsw_ips *ips, enum scope scope,
		      const struct in6_addr *addrs, unsigned int n,
		      unsigned long now, unsigned long ageing)
{
	struct ip_table *table = locked_table(ips);
	u32 i, count = 0;

	for (i = 0; i <= mask_of(table); i++) {
		const struct vsw_ip *ip = &table->slots[i];

		if (ip->since && is_aged(ip, now, ageing) &&
		    scope_of(&ip->addr) == scope &&
		    !is_one_of(&ip->addr, addrs, n))
			count++;
	}
	return count;
}

/*
 * The addresses that a frame shows to be its sender's. None, or any, is no
 * address.
 */
static unsigned int addresses(const struct vsw_headers *headers,
			      struct in6_addr *addrs)
{
	static const struct in6_addr any;
	unsigned int n = 0;

	switch (headers->kind) {
	case VSW_HEADERS_ARP:
	case VSW_HEADERS_IPV4:
		if (!headers->src.s6_addr32[0])
			break;
		memset(&addrs[n], 0, sizeof(addrs[n]));
		addrs[n].s6_addr32[2] = htonl(0xffff);
		addrs[n++].s6_addr32[3] = headers->src.s6_addr32[0];
		break;
	case VSW_HEADERS_IPV6:
		if (memcmp(&headers->src, &any, sizeof(any)))
			addrs[n++] = headers->src;
		if (headers->flags & VSW_HEADERS_TARGET &&
		    headers->icmp_type == ND_ADVERTISEMENT &&
		    !is_one_of(&headers->target, addrs, n))
			addrs[n++] = headers->target;
		break;
	}
	return n;
}

enum known {
	UNKNOWN,
	KNOWN,
	FRESH,		/* and seen within the last second */
	UNSURE,		/* something changed meanwhile */
};

/* Without the lock: is an address known? */
static enum known look(const struct vsw_ips *ips, const struct in6_addr *addr,
		       unsigned long now)
{
	unsigned int seq = raw_seqcount_begin(&ips->seq);
	const struct vsw_ip *ip = probe(ips, rcu_dereference(ips->table), addr);
	enum known known = UNKNOWN;

	if (ip && ip->since)
		known = now - READ_ONCE(ip->used) < HZ ? FRESH : KNOWN;
	return read_seqcount_retry(&ips->seq, seq) ? UNSURE : known;
}

/*
 * Without the lock: is there no room, nor anything that might have aged?
 * Frames beyond the limit shall not queue for the lock.
 */
static bool is_full(const struct vsw_ips *ips, enum scope scope,
		    unsigned long now, unsigned long ageing)
{
	u32 limit = READ_ONCE(ips->limit);

	return limit && READ_ONCE(ips->count[scope]) >= limit &&
	       now - READ_ONCE(ips->oldest) < ageing;
}

/* Called with the lock held: is there room for addresses that are not known? */
static bool has_room(struct vsw_ips *ips, const u32 *missing,
		     const struct in6_addr *addrs, unsigned int n,
		     unsigned long now, unsigned long ageing, bool dry)
{
	enum scope scope;
	u32 aged;

	for (scope = 0; scope < SCOPES; scope++) {
		if (!missing[scope] ||
		    ips->count[scope] + missing[scope] <= ips->limit)
			continue;
		if (now - ips->oldest < ageing)
			return false;
		aged = 0;
		if (dry)
			aged = count_aged(ips, scope, addrs, n, now, ageing);
		else
			purge(ips, now, ageing);
		if (ips->count[scope] - aged + missing[scope] > ips->limit)
			return false;
	}
	return true;
}

static void learn(struct vsw_ips *ips, const struct in6_addr *addrs,
		  unsigned int n, unsigned long now)
{
	struct ip_table *table = locked_table(ips);
	unsigned int i;

	write_seqcount_begin(&ips->seq);
	for (i = 0; i < n; i++) {
		struct vsw_ip ip = { .addr = addrs[i], .used = now };

		if (probe(ips, table, &addrs[i])->since)
			continue;
		ip.since = ++ips->since;
		put_in(ips, table, &ip);
		ips->count[scope_of(&addrs[i])]++;
	}
	write_seqcount_end(&ips->seq);
}

/* Called with the lock held. */
static enum vsw_drop_reason admit(struct vsw_ips *ips,
				  const struct in6_addr *addrs, unsigned int n,
				  unsigned long now, unsigned long ageing,
				  bool dry)
{
	struct ip_table *table = locked_table(ips);
	u32 missing[SCOPES] = {};
	unsigned int i;

	if (!ips->limit)
		return VSW_PASS;
	for (i = 0; i < n; i++) {
		struct vsw_ip *ip = probe(ips, table, &addrs[i]);

		if (!ip->since)
			missing[scope_of(&addrs[i])]++;
		else if (!dry)
			WRITE_ONCE(ip->used, now);
	}
	if (!missing[GLOBAL] && !missing[LINK_LOCAL])
		return VSW_PASS;
	if (!has_room(ips, missing, addrs, n, now, ageing, dry))
		return VSW_DROP_IP_LIMIT;
	if (!dry)
		learn(ips, addrs, n, now);
	return VSW_PASS;
}

/**
 * vsw_ips_admit() - may a port use the addresses that a frame shows?
 * @ips: what it uses
 * @headers: the frame's headers, which could be followed
 * @now: jiffies
 * @ageing: jiffies after which an address that was not seen may be pushed out
 * @dry: do not learn
 *
 * All addresses of the frame are learned, or none.
 * Context: softirq, or bottom halves off; RCU read lock.
 * Return: VSW_PASS or VSW_DROP_IP_LIMIT.
 */
enum vsw_drop_reason vsw_ips_admit(struct vsw_ips *ips,
				   const struct vsw_headers *headers,
				   unsigned long now, unsigned long ageing,
				   bool dry)
{
	struct in6_addr addrs[ADDRS];
	enum vsw_drop_reason reason;
	unsigned int n = addresses(headers, addrs), i;
	bool fresh = true;

	for (i = 0; i < n; i++) {
		enum known known = look(ips, &addrs[i], now);

		if (known == UNKNOWN &&
		    is_full(ips, scope_of(&addrs[i]), now, ageing))
			return VSW_DROP_IP_LIMIT;
		fresh &= known == FRESH;
	}
	if (likely(fresh))
		return VSW_PASS;
	spin_lock(&ips->lock);
	reason = admit(ips, addrs, n, now, ageing, dry);
	spin_unlock(&ips->lock);
	return reason;
}

static u32 count_until(const struct ip_table *table, enum scope scope,
		       u64 since)
{
	u32 i, count = 0;

	for (i = 0; i <= mask_of(table); i++) {
		const struct vsw_ip *ip = &table->slots[i];

		if (ip->since && ip->since <= since &&
		    scope_of(&ip->addr) == scope)
			count++;
	}
	return count;
}

/* Called with the lock held: only those of a scope stay that came first. */
static void trim(struct vsw_ips *ips, enum scope scope, u32 limit)
{
	struct ip_table *table = locked_table(ips);
	u64 low = 0, high = ips->since, middle;
	u32 i = 0;

	if (ips->count[scope] <= limit)
		return;
	/* The last one that stays, by halves. */
	while (low < high) {
		middle = high - (high - low) / 2;
		if (count_until(table, scope, middle) <= limit)
			low = middle;
		else
			high = middle - 1;
	}
	write_seqcount_begin(&ips->seq);
	while (i <= mask_of(table)) {
		const struct vsw_ip *ip = &table->slots[i];

		if (ip->since > low && scope_of(&ip->addr) == scope)
			take_out(ips, table, i);
		else
			i++;
	}
	write_seqcount_end(&ips->seq);
}

/**
 * vsw_ips_set_limit() - set how many addresses a port may use
 * @ips: what it uses, with room for them: vsw_ips_reserve()
 * @limit: the number, of each scope; 0: any, and what was learned is forgotten
 *
 * If there are more already, those that were learned first stay.
 * Context: process.
 */
void vsw_ips_set_limit(struct vsw_ips *ips, u32 limit)
{
	enum scope scope;

	spin_lock_bh(&ips->lock);
	WRITE_ONCE(ips->limit, limit);
	for (scope = 0; scope < SCOPES; scope++)
		trim(ips, scope, limit);
	spin_unlock_bh(&ips->lock);
}

/**
 * vsw_ips_flush() - forget the addresses that a port used
 * @ips: what it uses
 *
 * Context: process.
 */
void vsw_ips_flush(struct vsw_ips *ips)
{
	enum scope scope;

	spin_lock_bh(&ips->lock);
	for (scope = 0; scope < SCOPES; scope++)
		trim(ips, scope, 0);
	spin_unlock_bh(&ips->lock);
}

/**
 * vsw_ips_for_each() - go through the addresses that a port uses
 * @ips: what it uses
 * @now: jiffies
 * @ageing: jiffies after which an address that was not seen is none any more
 * @fn: called for each, with the lock held; other than 0 ends it
 * @arg: for @fn
 *
 * Context: process.
 * Return: what @fn returned last, or 0.
 */
int vsw_ips_for_each(struct vsw_ips *ips, unsigned long now,
		     unsigned long ageing,
		     int (*fn)(const struct vsw_ip *ip, void *arg), void *arg)
{
	struct ip_table *table;
	int err = 0;
	u32 i;

	spin_lock_bh(&ips->lock);
	table = locked_table(ips);
	for (i = 0; table && !err && i <= mask_of(table); i++) {
		const struct vsw_ip *ip = &table->slots[i];

		if (ip->since && !is_aged(ip, now, ageing))
			err = fn(ip, arg);
	}
	spin_unlock_bh(&ips->lock);
	return err;
}

/**
 * vsw_ips_reserve() - make room for as many addresses as a limit allows
 * @ips: where; what was learned stays
 * @limit: the limit
 * @gfp: how to allocate
 *
 * Context: process, one at a time.
 * Return: 0 or -ENOMEM.
 */
int vsw_ips_reserve(struct vsw_ips *ips, u32 limit, gfp_t gfp)
{
	struct ip_table *old = rcu_dereference_protected(ips->table, true);
	/* At most half full of all scopes together. */
	u8 bits = order_base_2(2 * SCOPES * limit);
	struct ip_table *table;
	u32 i;

	if (old && old->bits >= bits)
		return 0;
	table = kvzalloc(struct_size(table, slots, 1U << bits), gfp);
	if (!table)
		return -ENOMEM;
	table->bits = bits;

	spin_lock_bh(&ips->lock);
	for (i = 0; old && i <= mask_of(old); i++)
		if (old->slots[i].since)
			put_in(ips, table, &old->slots[i]);
	rcu_assign_pointer(ips->table, table);
	spin_unlock_bh(&ips->lock);
	if (old)
		kvfree_rcu(old, rcu);
	return 0;
}

/**
 * vsw_ips_alloc() - a port that uses no address, without a limit
 * @gfp: how to allocate
 *
 * Return: what it uses, or NULL without memory.
 */
struct vsw_ips *vsw_ips_alloc(gfp_t gfp)
{
	struct vsw_ips *ips = kzalloc(sizeof(*ips), gfp);

	if (!ips)
		return NULL;
	get_random_bytes(&ips->secret, sizeof(ips->secret));
	spin_lock_init(&ips->lock);
	seqcount_spinlock_init(&ips->seq, &ips->lock);
	return ips;
}

/**
 * vsw_ips_free() - free what no frame can find any more
 * @ips: what a port uses, or NULL
 */
void vsw_ips_free(struct vsw_ips *ips)
{
	if (!ips)
		return;
	kvfree(rcu_dereference_protected(ips->table, true));
	kfree(ips);
}
