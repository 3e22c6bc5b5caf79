// SPDX-License-Identifier: GPL-2.0
/* Compiling the configuration and publishing it. */
#include <linux/log2.h>
#include <linux/slab.h>

#include "acl.h"
#include "frag.h"
#include "iplimit.h"
#include "trace.h"
#include "vswitch.h"

/* Which stages do settings ask for? */
static u32 policy_flags(const struct vsw_policy *policy)
{
	u32 flags = 0;

	if (!vsw_policy_may_spoof(policy))
		flags |= VSW_SNAP_CHECK_SOURCE;
	if (policy->allow_teaming)
		flags |= VSW_SNAP_TEAMING;
	if (policy->dhcp_guard)
		flags |= VSW_SNAP_DHCP_GUARD;
	if (policy->router_guard)
		flags |= VSW_SNAP_ROUTER_GUARD;
	if (policy->ip_limit)
		flags |= VSW_SNAP_IP_LIMIT;
	if (policy->storm_limit)
		flags |= VSW_SNAP_STORM_LIMIT;
	if (policy->priority_tag)
		flags |= VSW_SNAP_PRIORITY;
	if (policy->mirror == VSWITCH_MIRROR_MODE_SOURCE)
		flags |= VSW_SNAP_MIRROR_SOURCE;
	else if (policy->mirror == VSWITCH_MIRROR_MODE_DESTINATION)
		flags |= VSW_SNAP_MIRROR_DESTINATION;
	return flags;
}

static void snap_free(struct rcu_head *head)
{
	struct vsw_snap *snap = container_of(head, struct vsw_snap, rcu);

	vsw_meters_put(snap->meters);
	vsw_policy_free(&snap->policy);
	vsw_policy_free(&snap->own);
	kfree(snap);
}

static int reserve_ips(struct vsw_port *port, u32 limit, gfp_t gfp)
{
	if (!port->ips) {
		port->ips = vsw_ips_alloc(gfp);
		if (!port->ips)
			return -ENOMEM;
	}
	return vsw_ips_reserve(port->ips, limit, gfp);
}

static int make_meters(struct vsw_snap *snap, const struct vsw_port *port)
{
	const struct vsw_snap *old = port->snap;
	struct vsw_meters *meters;

	meters = vsw_meters_make(snap->policy.acl, old ? old->policy.acl : NULL,
				 old ? old->meters : NULL);
	if (IS_ERR(meters))
		return PTR_ERR(meters);
	snap->meters = meters;
	return 0;
}

/**
 * vsw_snap_compile() - make the snapshot of a port
 * @port: the port
 * @own: its settings as stated; copied
 * @gfp: how to allocate
 *
 * Context: process; sw->lock.
 * Return: the snapshot, or NULL without memory.
 */
struct vsw_snap *vsw_snap_compile(struct vsw_port *port,
				  const struct vsw_policy *own, gfp_t gfp)
{
	struct vsw_snap *snap;

	lockdep_assert_held(&port->sw->lock);

	snap = kzalloc(sizeof(*snap), gfp | __GFP_ACCOUNT);
	if (!snap)
		return NULL;
	vsw_policy_copy(&snap->own, own);
	vsw_policy_copy(&snap->policy, own);
	vsw_profile_apply(&snap->policy, port);
	/* Only a compiled ACL knows what it needs. */
	if (vsw_acl_prepare(port, snap->policy.acl) || make_meters(snap, port))
		goto free;
	snap->flags = vsw_port_flags(port) | policy_flags(&snap->policy) |
		      vsw_acl_snap_flags(snap->policy.acl);
	if (snap->flags & VSW_SNAP_INGRESS_TRANSPORT && !port->frags) {
		port->frags = vsw_frags_alloc(gfp | __GFP_ACCOUNT);
		if (!port->frags)
			goto free;
	}
	if (snap->flags & VSW_SNAP_IP_LIMIT &&
	    reserve_ips(port, snap->policy.ip_limit, gfp | __GFP_ACCOUNT))
		goto free;
	if (snap->flags & VSW_SNAP_INGRESS_TRANSPORT)
		snap->frags = port->frags;
	if (snap->flags & VSW_SNAP_IP_LIMIT)
		snap->ips = port->ips;
	snap->index = port->index;
	snap->dev = port->dev;
	snap->stats = port->stats;
	snap->port = port;
	return snap;

free:
	snap_free(&snap->rcu);
	return NULL;
}

/**
 * vsw_snap_free_rcu() - free a snapshot that no new frame can find
 * @snap: the snapshot, or NULL
 */
void vsw_snap_free_rcu(struct vsw_snap *snap)
{
	if (snap)
		call_rcu(&snap->rcu, snap_free);
}

/* Enter an assigned MAC into the table's hash. */
static int add_mac(struct vsw_table *table, const struct vsw_snap *snap)
{
	u32 mask = BIT(table->mac_bits) - 1;
	u32 slot;

	if (vsw_table_assigned(table, snap->policy.mac))
		return -EADDRINUSE;
	slot = hash_64(snap->policy.mac, table->mac_bits);
	while (table->macs[slot] != VSW_NO_PORT)
		slot = (slot + 1) & mask;
	table->macs[slot] = snap->index;
	table->has_macs = true;
	return 0;
}

/* The snapshot that a port has, or is to have. */
static struct vsw_snap *snap_of(const struct vsw_port *port)
{
	return port->next ?: port->snap;
}

/* What has to have room in a table. */
struct needs {
	u32 size;
	u32 macs;
	u32 mirrors;
	bool private;
};

static struct needs count_needs(struct vsw_switch *sw)
{
	struct needs needs = {};
	struct vsw_port *port;
	unsigned long index;
	bool mirrored = false;

	xa_for_each(&sw->ports, index, port) {
		const struct vsw_snap *snap = snap_of(port);

		needs.size = index + 1;
		needs.macs += !!snap->policy.mac;
		needs.mirrors += !!(snap->flags & VSW_SNAP_MIRROR_DESTINATION);
		mirrored |= snap->flags & VSW_SNAP_MIRROR_SOURCE;
		needs.private |= snap->policy.vlan.pvlan;
	}
	if (!mirrored)
		needs.mirrors = 0;
	return needs;
}

static struct vsw_table *table_alloc(struct vsw_switch *sw, gfp_t gfp)
{
	struct needs needs = count_needs(sw);
	/* At most half full, so that probing is short and always ends. */
	u8 bits = max(1, order_base_2(2 * needs.macs));
	struct vsw_table *table;
	size_t bytes;

	bytes = struct_size(table, snaps, needs.size) +
		sizeof(*table->macs) * BIT(bits) +
		sizeof(*table->mirrors) * needs.mirrors +
		(needs.private ? sizeof(*table->fids) : 0);
	table = kvzalloc(bytes, gfp | __GFP_ACCOUNT);
	if (!table)
		return NULL;
	table->size = needs.size;
	table->mac_bits = bits;
	table->macs = (u16 *)&table->snaps[needs.size];
	memset(table->macs, 0xff, sizeof(*table->macs) * BIT(bits));
	table->nr_mirrors = needs.mirrors;
	table->mirrors = table->macs + BIT(bits);
	if (needs.private) {
		table->fids = (void *)(table->mirrors + needs.mirrors);
		vsw_fids_init(table->fids);
	}
	return table;
}

/* Note which ports are to get copies, if any are. */
static void add_mirrors(struct vsw_table *table)
{
	u32 i, n = 0;

	for (i = 0; i < table->size && n < table->nr_mirrors; i++) {
		const struct vsw_snap *snap = table->snaps[i];

		if (snap && snap->flags & VSW_SNAP_MIRROR_DESTINATION)
			table->mirrors[n++] = i;
	}
}

/* Enter what is about the switch as a whole. */
static int add_port(struct vsw_table *table, const struct vsw_snap *snap,
		    struct netlink_ext_ack *extack)
{
	int err = 0;

	if (snap->policy.mac && add_mac(table, snap)) {
		NL_SET_ERR_MSG(extack,
			       "another port of this switch has that mac: give another");
		return -EADDRINUSE;
	}
	if (snap->flags & VSW_SNAP_TEAMING && snap->policy.vm[0])
		table->has_teams = true;
	if (table->fids)
		err = vsw_fids_add(table->fids, &snap->policy.vlan);
	if (err == -EEXIST)
		NL_SET_ERR_MSG(extack,
			       "a secondary VLAN would have two primary VLANs: give another, or change all its ports in one transaction");
	else if (err)
		NL_SET_ERR_MSG(extack,
			       "a VLAN would be the primary of one private VLAN and a secondary of another: give another");
	return err;
}

/**
 * vsw_table_build() - make a table of the ports as they are, or are to be
 * @sw: the switch; ports with a staged snapshot enter with that
 * @gfp: how to allocate
 * @extack: for what the ports cannot have together
 *
 * Context: process; sw->lock.
 * Return: the table, or ERR_PTR: -ENOMEM; -EADDRINUSE when two ports would
 * have the same assigned MAC; -EEXIST or -EINVAL when they contradict each
 * other about a private VLAN.
 */
struct vsw_table *vsw_table_build(struct vsw_switch *sw, gfp_t gfp,
				  struct netlink_ext_ack *extack)
{
	struct vsw_table *table, *old;
	struct vsw_port *port;
	unsigned long index;
	int err;

	lockdep_assert_held(&sw->lock);

	table = table_alloc(sw, gfp);
	if (!table)
		return ERR_PTR(-ENOMEM);
	table->tpid = sw->tpid;
	table->running = netif_running(sw->dev) && !sw->dead;
	old = vsw_dereference(sw);
	table->generation = old ? old->generation : 0;

	xa_for_each(&sw->ports, index, port)
		table->snaps[index] = snap_of(port);
	xa_for_each(&sw->ports, index, port) {
		err = add_port(table, table->snaps[index], extack);
		if (err) {
			kvfree(table);
			return ERR_PTR(err);
		}
	}
	add_mirrors(table);
	return table;
}

/**
 * vsw_table_publish() - let frames see a table
 * @sw: the switch
 * @table: the table
 * @changed: membership or policy differ from before, not only link states
 *
 * Context: process; sw->lock.
 */
void vsw_table_publish(struct vsw_switch *sw, struct vsw_table *table,
		       bool changed)
{
	struct vsw_table *old;

	lockdep_assert_held(&sw->lock);

	if (changed)
		table->generation++;
	old = rcu_replace_pointer(sw->table, table,
				  lockdep_is_held(&sw->lock));
	if (old)
		kvfree_rcu(old, rcu);
	if (changed) {
		atomic_inc(&vsw_net(dev_net(sw->dev))->seq);
		trace_vsw_policy(sw, table);
	}
}

/**
 * vsw_table_refresh() - publish the ports as they are now
 * @sw: the switch
 * @changed: see vsw_table_publish()
 *
 * For changes that cannot be refused; see VSW_GFP_MUST.
 * Context: process; sw->lock.
 */
void vsw_table_refresh(struct vsw_switch *sw, bool changed)
{
	struct vsw_table *table = vsw_table_build(sw, VSW_GFP_MUST, NULL);

	/* Nothing new was staged, so nothing can clash. */
	if (!WARN_ON_ONCE(IS_ERR(table)))
		vsw_table_publish(sw, table, changed);
}
