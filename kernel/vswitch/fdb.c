// SPDX-License-Identifier: GPL-2.0
/*
 * The forwarding database off the fast path: entries come, move and go.
 *
 * All of it happens under the FDB lock, which is that of vsw_fdb.ids. Frames
 * look entries up without it (fdb.h) and come here only when they saw
 * something new.
 */
#include <linux/if_vlan.h>
#include <linux/random.h>
#include <linux/slab.h>

#include "deliver.h"
#include "netlink.h"
#include "team.h"
#include "trace.h"
#include "vswitch.h"

/* What the administrator adds is charged to him; softirq has nobody to charge. */
#define VSW_GFP_ENTRY (GFP_ATOMIC | __GFP_NOWARN | __GFP_ACCOUNT)

/* The multipliers of vsw_fdb_hash(). */
u64 vsw_fdb_keys[2] __ro_after_init;

/* How often aged entries are looked for: an eighth of the ageing time, but
 * neither more often than every second nor less often than every minute.
 */
static unsigned long gc_period(const struct vsw_fdb *fdb)
{
	return clamp(READ_ONCE(fdb->ageing) / 8, (unsigned long)HZ, 60UL * HZ);
}

static void notify(struct vsw_switch *sw, const struct vsw_fdb_entry *entry,
		   bool gone)
{
	trace_vsw_fdb(sw, entry, gone);
	vsw_nl_fdb_notify(sw, entry, gone ? VSWITCH_CMD_FDB_DEL_NTF :
					    VSWITCH_CMD_FDB_NTF);
	vsw_fdb_rtnl_notify(sw, entry, gone ? RTM_DELNEIGH : RTM_NEWNEIGH);
}

/**
 * vsw_fdb_is_full() - is there no room for another entry?
 * @sw: the switch
 *
 * Context: any.
 * Return: true if there is none.
 */
bool vsw_fdb_is_full(struct vsw_switch *sw)
{
	const struct vsw_net *vnet = vsw_net(dev_net(sw->dev));

	return READ_ONCE(sw->fdb.count) >= READ_ONCE(sw->fdb.limit) ||
	       atomic_read(&vnet->fdb_entries) >= VSW_FDB_NETNS_MAX;
}

/* Called with the FDB lock held. */
static struct vsw_fdb_entry *insert(struct vsw_switch *sw,
				    struct vsw_port *port, u64 key,
				    enum vswitch_fdb_state state, int *err)
{
	struct vsw_net *vnet = vsw_net(dev_net(sw->dev));
	struct vsw_fdb *fdb = &sw->fdb;
	struct vsw_fdb_entry *entry;

	lockdep_assert_held(&fdb->ids.xa_lock);

	*err = -ENOSPC;
	if (fdb->count >= fdb->limit)
		return NULL;
	if (atomic_inc_return(&vnet->fdb_entries) > VSW_FDB_NETNS_MAX)
		goto uncount;

	*err = -ENOMEM;
	entry = kmalloc(sizeof(*entry), VSW_GFP_ENTRY);
	if (!entry)
		goto uncount;
	entry->key = key;
	entry->port = port;
	entry->used = jiffies;
	entry->state = state;

	*err = __xa_alloc_cyclic(&fdb->ids, &entry->id, entry, xa_limit_32b,
				 &fdb->next_id, VSW_GFP_ENTRY);
	if (*err < 0)
		goto free;
	*err = rhashtable_insert_fast(&fdb->hash, &entry->node,
				      vsw_fdb_params);
	if (*err)
		goto erase;
	WRITE_ONCE(fdb->count, fdb->count + 1);
	notify(sw, entry, false);
	return entry;

erase:
	__xa_erase(&fdb->ids, entry->id);
free:
	kfree(entry);
uncount:
	atomic_dec(&vnet->fdb_entries);
	return NULL;
}

/* Called with the FDB lock held. */
static void remove(struct vsw_switch *sw, struct vsw_fdb_entry *entry)
{
	struct vsw_fdb *fdb = &sw->fdb;

	lockdep_assert_held(&fdb->ids.xa_lock);

	notify(sw, entry, true);
	rhashtable_remove_fast(&fdb->hash, &entry->node, vsw_fdb_params);
	__xa_erase(&fdb->ids, entry->id);
	WRITE_ONCE(fdb->count, fdb->count - 1);
	atomic_dec(&vsw_net(dev_net(sw->dev))->fdb_entries);
	kfree_rcu(entry, rcu);
}

/*
 * Would the configuration of now let the port teach us this? The frame may
 * have passed under that of a moment ago, and what it would leave behind has
 * been flushed since. Called with the FDB lock held.
 */
static bool may_learn(struct vsw_switch *sw, const struct vsw_port *port,
		      u64 key)
{
	const struct vsw_table *table = rcu_dereference(sw->table);
	const struct vsw_snap *snap = table ? vsw_table_port(table, port) : NULL;
	const struct vsw_snap *owner;
	u16 fid = vsw_key_vid(key);

	if (!snap || !vsw_table_holds(table, snap, fid))
		return false;
	owner = vsw_table_assigned(table, key ^ fid);
	if (owner && owner != snap && vsw_team_may_use(snap, owner))
		return true;
	if (snap->flags & VSW_SNAP_CHECK_SOURCE)
		return false;
	return !owner || !vsw_table_holds(table, owner, fid);
}

/* The same for an entry that is there: could it come to be now? */
static bool is_outdated(struct vsw_switch *sw,
			const struct vsw_fdb_entry *entry)
{
	const struct vsw_table *table = rcu_dereference(sw->table);
	const struct vsw_snap *snap = vsw_table_port(table, entry->port);

	if (entry->state == VSWITCH_FDB_STATE_LEARNED)
		return !may_learn(sw, entry->port, entry->key);
	return !snap || !vsw_table_holds(table, snap, vsw_key_vid(entry->key));
}

/**
 * vsw_fdb_learn_slow() - an address is new, or is not where it was
 * @sw: the switch
 * @port: where it is
 * @key: vsw_mac_key() of the address and the VLAN
 *
 * Without room or memory the address stays unknown: frames to it are flooded.
 * Context: softirq, or bottom halves off; RCU read lock.
 */
noinline void vsw_fdb_learn_slow(struct vsw_switch *sw, struct vsw_port *port,
				 u64 key)
{
	struct vsw_fdb *fdb = &sw->fdb;
	struct vsw_fdb_entry *entry;
	int err;

	/* A full table must not make every frame queue for the lock. */
	if (vsw_fdb_is_full(sw) && !vsw_fdb_find(fdb, key))
		return;

	xa_lock_bh(&fdb->ids);
	if (!may_learn(sw, port, key))
		goto unlock;
	entry = vsw_fdb_find(fdb, key);
	if (!entry) {
		insert(sw, port, key, VSWITCH_FDB_STATE_LEARNED, &err);
	} else if (entry->state == VSWITCH_FDB_STATE_LEARNED &&
		   entry->port != port) {
		WRITE_ONCE(entry->port, port);
		WRITE_ONCE(entry->used, jiffies);
		notify(sw, entry, false);
	}
unlock:
	xa_unlock_bh(&fdb->ids);
}

/**
 * vsw_fdb_forget() - an assigned MAC is back at its port
 * @sw: the switch
 * @port: the port that it is assigned to
 * @key: vsw_mac_key() of the address and the FID
 *
 * Context: softirq, or bottom halves off; RCU read lock.
 */
noinline void vsw_fdb_forget(struct vsw_switch *sw, const struct vsw_port *port,
			     u64 key)
{
	struct vsw_fdb_entry *entry;

	xa_lock_bh(&sw->fdb.ids);
	entry = vsw_fdb_find(&sw->fdb, key);
	if (entry && entry->state == VSWITCH_FDB_STATE_LEARNED &&
	    entry->port != port)
		remove(sw, entry);
	xa_unlock_bh(&sw->fdb.ids);
}

/**
 * vsw_fdb_age() - how long ago was an entry's address last seen?
 * @entry: the entry
 *
 * Return: seconds, give or take one.
 */
u32 vsw_fdb_age(const struct vsw_fdb_entry *entry)
{
	return (jiffies - READ_ONCE(entry->used)) / HZ;
}

/* Is the address somebody's assigned MAC in this VLAN? That would win. */
static bool is_assigned(struct vsw_switch *sw, u64 key)
{
	const struct vsw_table *table = vsw_dereference(sw);
	const struct vsw_snap *owner;

	owner = vsw_table_assigned(table, key & ~0xffffULL);
	return owner && vsw_table_holds(table, owner, vsw_key_vid(key));
}

/**
 * vsw_fdb_add_static() - add an entry that neither ages nor moves
 * @sw: the switch
 * @port: where the address is
 * @key: vsw_mac_key() of the address and the VLAN
 * @replace: a static entry that there is already gives way to it
 * @extack: for the refusal
 *
 * A learned entry gives way to it in any case.
 * Context: process; sw->lock.
 * Return: 0; -EEXIST when there is a static entry already; -EINVAL when no
 * frame would follow it; -ENOSPC; -ENOMEM.
 */
int vsw_fdb_add_static(struct vsw_switch *sw, struct vsw_port *port, u64 key,
		       bool replace, struct netlink_ext_ack *extack)
{
	struct vsw_fdb *fdb = &sw->fdb;
	struct vsw_fdb_entry *entry;
	int err = 0;

	lockdep_assert_held(&sw->lock);

	if (!vsw_vlan_carries(&port->snap->policy.vlan, vsw_key_vid(key))) {
		NL_SET_ERR_MSG(extack,
			       "the port is not a member of that vlan: give one of its own");
		return -EINVAL;
	}
	key = vsw_table_key(vsw_dereference(sw), key);
	if (is_assigned(sw, key)) {
		NL_SET_ERR_MSG(extack, "the mac is assigned to a port of that vlan already");
		return -EINVAL;
	}

	xa_lock_bh(&fdb->ids);
	rcu_read_lock();
	entry = vsw_fdb_find(fdb, key);
	if (entry && entry->state == VSWITCH_FDB_STATE_STATIC && !replace) {
		NL_SET_ERR_MSG(extack,
			       "there is a static entry for this mac and vlan: delete it first");
		err = -EEXIST;
	} else if (entry) {
		WRITE_ONCE(entry->state, VSWITCH_FDB_STATE_STATIC);
		WRITE_ONCE(entry->port, port);
		notify(sw, entry, false);
	} else {
		insert(sw, port, key, VSWITCH_FDB_STATE_STATIC, &err);
		if (err == -ENOSPC)
			NL_SET_ERR_MSG(extack,
				       "the FDB is full: raise fdb-limit, or delete entries");
	}
	rcu_read_unlock();
	xa_unlock_bh(&fdb->ids);
	return err;
}

/**
 * vsw_fdb_del() - delete a learned or static entry
 * @sw: the switch
 * @key: vsw_mac_key() of the address and the VLAN
 * @extack: for the refusal
 *
 * Context: process; sw->lock.
 * Return: 0 or -ENOENT.
 */
int vsw_fdb_del(struct vsw_switch *sw, u64 key, struct netlink_ext_ack *extack)
{
	struct vsw_fdb_entry *entry;
	int err = 0;

	lockdep_assert_held(&sw->lock);

	key = vsw_table_key(vsw_dereference(sw), key);
	xa_lock_bh(&sw->fdb.ids);
	rcu_read_lock();
	entry = vsw_fdb_find(&sw->fdb, key);
	if (entry) {
		remove(sw, entry);
	} else {
		NL_SET_ERR_MSG(extack, "no entry for this mac and vlan");
		err = -ENOENT;
	}
	rcu_read_unlock();
	xa_unlock_bh(&sw->fdb.ids);
	return err;
}

static bool matches(struct vsw_switch *sw, const struct vsw_fdb_filter *filter,
		    const struct vsw_fdb_entry *entry)
{
	bool learned = entry->state == VSWITCH_FDB_STATE_LEARNED;
	u16 fid = vsw_key_vid(entry->key);

	if (filter->port && entry->port != filter->port)
		return false;
	if (filter->vid >= 0 && fid != filter->vid)
		return false;
	if (!learned && !filter->statics)
		return false;
	if (!filter->outdated)
		return true;
	return (learned && filter->left && test_bit(fid, filter->left)) ||
	       is_outdated(sw, entry);
}

/**
 * vsw_fdb_flush() - delete the entries that match
 * @sw: the switch
 * @filter: which
 *
 * The lock is let go between batches so that frames can learn meanwhile.
 * Context: process.
 * Return: how many.
 */
unsigned int vsw_fdb_flush(struct vsw_switch *sw,
			   const struct vsw_fdb_filter *filter)
{
	struct vsw_fdb *fdb = &sw->fdb;
	struct vsw_fdb_entry *entry;
	unsigned int seen = 0, gone = 0;
	unsigned long id;

	xa_lock_bh(&fdb->ids);
	xa_for_each(&fdb->ids, id, entry) {
		rcu_read_lock();
		if (matches(sw, filter, entry)) {
			remove(sw, entry);
			gone++;
		}
		rcu_read_unlock();
		if (!(++seen % 256)) {
			xa_unlock_bh(&fdb->ids);
			cond_resched();
			xa_lock_bh(&fdb->ids);
		}
	}
	xa_unlock_bh(&fdb->ids);
	return gone;
}

static void gc(struct work_struct *work)
{
	struct vsw_fdb *fdb = container_of(work, struct vsw_fdb, gc.work);
	struct vsw_switch *sw = container_of(fdb, struct vsw_switch, fdb);
	struct vsw_fdb_entry *entry;
	unsigned int seen = 0;
	unsigned long id;

	xa_lock_bh(&fdb->ids);
	xa_for_each(&fdb->ids, id, entry) {
		if (entry->state == VSWITCH_FDB_STATE_LEARNED &&
		    jiffies - READ_ONCE(entry->used) >= READ_ONCE(fdb->ageing))
			remove(sw, entry);
		if (!(++seen % 256)) {
			xa_unlock_bh(&fdb->ids);
			cond_resched();
			xa_lock_bh(&fdb->ids);
		}
	}
	xa_unlock_bh(&fdb->ids);
	queue_delayed_work(system_power_efficient_wq, &fdb->gc,
			   gc_period(fdb));
}

/**
 * vsw_fdb_set_ageing() - set the ageing time
 * @sw: the switch
 * @seconds: the time; holds for the entries there are, too
 *
 * Context: process.
 */
void vsw_fdb_set_ageing(struct vsw_switch *sw, u32 seconds)
{
	WRITE_ONCE(sw->fdb.ageing, (unsigned long)seconds * HZ);
	mod_delayed_work(system_power_efficient_wq, &sw->fdb.gc,
			 gc_period(&sw->fdb));
}

/**
 * vsw_fdb_keys_init() - choose the keys of the hash
 *
 * Context: module init.
 */
void __init vsw_fdb_keys_init(void)
{
	get_random_bytes(vsw_fdb_keys, sizeof(vsw_fdb_keys));
}

/**
 * vsw_fdb_init() - make an empty FDB
 * @sw: the switch
 *
 * Return: 0 or -ENOMEM.
 */
int vsw_fdb_init(struct vsw_switch *sw)
{
	struct vsw_fdb *fdb = &sw->fdb;
	int err;

	err = rhashtable_init(&fdb->hash, &vsw_fdb_params);
	if (err)
		return err;
	xa_init_flags(&fdb->ids, XA_FLAGS_ALLOC | XA_FLAGS_LOCK_BH);
	INIT_DELAYED_WORK(&fdb->gc, gc);
	if (!fdb->limit)
		fdb->limit = VSW_FDB_LIMIT_DEFAULT;
	if (!fdb->ageing)
		fdb->ageing = VSW_FDB_AGEING_DEFAULT * HZ;
	queue_delayed_work(system_power_efficient_wq, &fdb->gc,
			   gc_period(fdb));
	return 0;
}

/**
 * vsw_fdb_destroy() - free the FDB of a switch without ports
 * @sw: the switch
 *
 * The ports took their entries with them, so none is left, and frames in
 * flight have ended.
 */
void vsw_fdb_destroy(struct vsw_switch *sw)
{
	cancel_delayed_work_sync(&sw->fdb.gc);
	WARN_ON_ONCE(sw->fdb.count);
	xa_destroy(&sw->fdb.ids);
	rhashtable_destroy(&sw->fdb.hash);
}
