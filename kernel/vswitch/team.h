/* SPDX-License-Identifier: GPL-2.0 */
/*
 * NIC teams of a guest: addresses that fail over between ports of one VM.
 *
 * A port with allow-teaming may send from the assigned MACs of its VM's other
 * ports. What it sends is learned, as from any port, and while that entry lives
 * it tells where the address is; the assignment says whose it is. The entry
 * goes when the owner sends from the address again, when the port's link is
 * lost, by age, and when the settings do not allow it any more.
 */
#ifndef _VSW_TEAM_H
#define _VSW_TEAM_H

#include "deliver.h"
#include "vswitch.h"

/**
 * vsw_team_may_use() - may a port use what is assigned to another?
 * @snap: the port
 * @owner: the port that an address is assigned to
 *
 * The sender needs allow-teaming, the owner only the same VM.
 *
 * Return: true if it may.
 */
static inline bool vsw_team_may_use(const struct vsw_snap *snap,
				    const struct vsw_snap *owner)
{
	return snap->flags & VSW_SNAP_TEAMING && snap->policy.vm[0] &&
	       !strcmp(snap->policy.vm, owner->policy.vm);
}

/**
 * vsw_team_find() - has an assigned MAC failed over?
 * @table: the table
 * @fdb: the FDB of the same switch
 * @owner: the port that it is assigned to
 * @key: the key of it in the FDB
 *
 * Context: RCU read lock.
 * Return: the entry that says to which port, or NULL when it is at its owner's.
 */
static __always_inline struct vsw_fdb_entry *
vsw_team_find(const struct vsw_table *table, struct vsw_fdb *fdb,
	      const struct vsw_snap *owner, u64 key)
{
	struct vsw_fdb_entry *entry;
	const struct vsw_snap *snap;

	if (likely(!table->has_teams) || !owner->policy.vm[0])
		return NULL;
	entry = vsw_fdb_find(fdb, key);
	if (!entry || vsw_fdb_state(entry) != VSWITCH_FDB_STATE_LEARNED)
		return NULL;
	snap = vsw_table_port(table, READ_ONCE(entry->port));
	return snap && snap != owner && vsw_team_may_use(snap, owner) ?
		entry : NULL;
}

#endif
