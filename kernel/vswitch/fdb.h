/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The forwarding database: which port is an address of a VLAN behind? Where
 * several VLANs are one private VLAN, VLAN means their FID here: see pvlan.h.
 *
 * It holds learned and static entries. Assigned MACs are configuration and
 * are part of struct vsw_table; they are looked up first. For one that failed
 * over within a team there is a learned entry as well: see team.h.
 */
#ifndef _VSW_FDB_H
#define _VSW_FDB_H

#include <linux/rhashtable.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

#include <uapi/linux/vswitch.h>

#include "mac.h"

struct netlink_ext_ack;
struct vsw_frame;
struct vsw_port;
struct vsw_switch;

#define VSW_FDB_AGEING_DEFAULT	300		/* seconds */
#define VSW_FDB_LIMIT_DEFAULT	131072		/* entries of a switch */
#define VSW_FDB_NETNS_MAX	1048576		/* entries of a netns */

/**
 * struct vsw_fdb_entry - one address of one VLAN
 * @node: in the hash, by @key
 * @key: vsw_mac_key()
 * @port: where it is. A port's entries go before the port does, so that
 *	whoever found the entry under RCU may use the port
 * @used: jiffies when it was last seen, give or take a second: written only
 *	when it is off by more, so that busy CPUs can share the line
 * @state: learned or static
 * @id: place in vsw_fdb.ids; rises with each entry, which is what lets a dump
 *	go on where it stopped
 * @rcu: frames in flight may still read it
 */
struct vsw_fdb_entry {
	struct rhash_head node;
	u64 key;
	struct vsw_port *port;
	unsigned long used;
	enum vswitch_fdb_state state;
	u32 id;
	struct rcu_head rcu;
};

/**
 * struct vsw_fdb - the forwarding database of a switch
 * @hash: the entries, for softirq lookups under RCU
 * @ids: the entries in order of age. Its lock is the lock of the FDB: held
 *	to add, move and delete; taken with bottom halves off
 * @next_id: where @ids goes on
 * @count: number of entries
 * @limit: most entries that may be
 * @ageing: jiffies without traffic after which a learned entry goes
 * @gc: deletes what has aged
 */
struct vsw_fdb {
	struct rhashtable hash;
	struct xarray ids;
	u32 next_id;
	u32 count;
	u32 limit;
	unsigned long ageing;
	struct delayed_work gc;
};

/**
 * struct vsw_fdb_filter - which entries to flush
 * @port: those of this port only, or NULL
 * @vid: those of this FID only, or negative
 * @outdated: those only that the configuration of now would not let their
 *	ports have
 * @left: with @outdated: learned ones of these FIDs, too; a bitmap, or NULL
 * @statics: the static ones too
 */
struct vsw_fdb_filter {
	const struct vsw_port *port;
	const unsigned long *left;
	int vid;
	bool outdated;
	bool statics;
};

extern u64 vsw_fdb_keys[2];

/*
 * Multilinear hashing, a universal family: whoever does not know the
 * multipliers finds no addresses that collide more often than any others.
 * They are random, and change with the seed, which the table renews when it
 * finds a long chain.
 */
static inline u32 vsw_fdb_hash(const void *data, u32 len, u32 seed)
{
	u64 key = *(const u64 *)data;

	return ((vsw_fdb_keys[0] + seed) * (key >> 32) +
		(vsw_fdb_keys[1] + seed) * (u32)key) >> 32;
}

static inline int vsw_fdb_cmp(struct rhashtable_compare_arg *arg,
			      const void *obj)
{
	const struct vsw_fdb_entry *entry = obj;

	return entry->key != *(const u64 *)arg->key;
}

static const struct rhashtable_params vsw_fdb_params = {
	.head_offset = offsetof(struct vsw_fdb_entry, node),
	.key_offset = offsetof(struct vsw_fdb_entry, key),
	.key_len = sizeof(u64),
	.hashfn = vsw_fdb_hash,
	.obj_cmpfn = vsw_fdb_cmp,
	.automatic_shrinking = true,
};

/**
 * vsw_fdb_find() - look an address up
 * @fdb: the database
 * @key: vsw_mac_key() of the address and the VLAN
 *
 * Context: RCU read lock.
 * Return: the entry or NULL.
 */
static inline __flatten struct vsw_fdb_entry *
vsw_fdb_find(struct vsw_fdb *fdb, u64 key)
{
	return rhashtable_lookup(&fdb->hash, &key, vsw_fdb_params);
}

static inline enum vswitch_fdb_state
vsw_fdb_state(const struct vsw_fdb_entry *entry)
{
	return READ_ONCE(entry->state);
}

bool vsw_fdb_is_full(struct vsw_switch *sw);
void vsw_fdb_learn_slow(struct vsw_switch *sw, struct vsw_port *port, u64 key);
void vsw_fdb_forget(struct vsw_switch *sw, const struct vsw_port *port,
		    u64 key);

/**
 * vsw_fdb_learn() - note where a source address is
 * @sw: the switch
 * @fdb: its database
 * @port: the port that the frame came from
 * @key: vsw_mac_key() of the source address and the VLAN
 *
 * Writes nothing while nothing changes.
 * Context: softirq, or bottom halves off; RCU read lock.
 */
static inline void vsw_fdb_learn(struct vsw_switch *sw, struct vsw_fdb *fdb,
				 struct vsw_port *port, u64 key)
{
	struct vsw_fdb_entry *entry = vsw_fdb_find(fdb, key);

	if (likely(entry) && likely(READ_ONCE(entry->port) == port)) {
		if (jiffies - READ_ONCE(entry->used) >= HZ)
			WRITE_ONCE(entry->used, jiffies);
		return;
	}
	if (entry && vsw_fdb_state(entry) == VSWITCH_FDB_STATE_STATIC)
		return;
	vsw_fdb_learn_slow(sw, port, key);
}

void vsw_fdb_keys_init(void);
int vsw_fdb_init(struct vsw_switch *sw);
void vsw_fdb_destroy(struct vsw_switch *sw);
int vsw_fdb_add_static(struct vsw_switch *sw, struct vsw_port *port, u64 key,
		       bool replace, struct netlink_ext_ack *extack);
int vsw_fdb_del(struct vsw_switch *sw, u64 key,
		struct netlink_ext_ack *extack);
unsigned int vsw_fdb_flush(struct vsw_switch *sw,
			   const struct vsw_fdb_filter *filter);
void vsw_fdb_set_ageing(struct vsw_switch *sw, u32 seconds);
u32 vsw_fdb_age(const struct vsw_fdb_entry *entry);

#endif
