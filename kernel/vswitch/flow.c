// SPDX-License-Identifier: GPL-2.0
/*
 * The table of stateful flows of a port. Its buckets are allocated with it,
 * places for flows by its work, before they are needed. A flow that has ended
 * is taken out by that work and its place used again after a grace period.
 *
 * A port always has the first places. Others are charged to the network namespace,
 * and given back when few flows are left: a guest that has begun many does not keep
 * them from other ports for ever.
 */
#include <linux/jiffies.h>
#include <linux/memcontrol.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/rculist.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>

#include "flow.h"
#include "quota.h"

/**
 * struct vsw_flow_chunk - places for flows
 * @next: others of the same port
 * @nr: how many
 * @taken: how many are not among the free ones
 * @charged: to the quota; the first ones are not
 * @flow: the places
 */
struct vsw_flow_chunk {
	struct vsw_flow_chunk *next;
	u32 nr;
	u32 taken;
	bool charged;
	struct vsw_flow flow[] __counted_by(nr);
};

static struct hlist_head *bucket_of(struct vsw_flows *flows,
				    const struct vsw_flow_key *key)
{
	BUILD_BUG_ON(sizeof(*key) % sizeof(u64));
	return &flows->buckets[siphash(key, sizeof(*key), &flows->seed) %
			       VSW_FLOW_BUCKETS];
}

/* Never too early: its last packet may be that much later than is written down. */
static bool has_ended(const struct vsw_flow *flow)
{
	unsigned long timeout = READ_ONCE(flow->timeout);

	return jiffies - READ_ONCE(flow->used) > timeout * HZ + VSW_FLOW_STALE ||
	       !timeout;
}

static struct vsw_flow *lookup(struct vsw_flows *flows,
			       const struct vsw_flow_key *key)
{
	struct vsw_flow *flow;

	hlist_for_each_entry_rcu(flow, bucket_of(flows, key), node,
				 lockdep_is_held(&flows->lock)) {
		if (!memcmp(&flow->key, key, sizeof(*key)))
			return flow;
	}
	return NULL;
}

/**
 * vsw_flow_find() - which flow does a packet belong to?
 * @flows: those of the port
 * @key: what it is
 *
 * Context: RCU read lock.
 * Return: the flow, or NULL when there is none, or it has ended.
 */
struct vsw_flow *vsw_flow_find(struct vsw_flows *flows,
			       const struct vsw_flow_key *key)
{
	struct vsw_flow *flow = lookup(flows, key);

	return flow && !has_ended(flow) ? flow : NULL;
}

/**
 * vsw_flow_end() - the rules do not allow a flow any more
 * @flow: the flow
 *
 * Context: any, RCU read lock.
 */
void vsw_flow_end(struct vsw_flow *flow)
{
	WRITE_ONCE(flow->timeout, 0);
}

/* Half of the places are taken: it is time to make others. */
static bool wants_places(const struct vsw_flows *flows)
{
	return flows->nr_free < flows->nr / 2 && flows->nr < VSW_FLOWS_MAX &&
	       time_after_eq(jiffies, flows->retry);
}

/**
 * vsw_flow_add() - a rule has let the first packet of a flow through
 * @flows: those of the port
 * @key: what belongs to it
 * @serial: the rules
 * @timeout: seconds, of the rule
 * @vid: VLAN of the packet
 * @direction: in which it went
 *
 * Context: softirq, or bottom halves off.
 * Return: false if there is no room.
 */
bool vsw_flow_add(struct vsw_flows *flows, const struct vsw_flow_key *key,
		  u64 serial, u16 timeout, u16 vid, u8 direction)
{
	struct vsw_flow *flow;
	bool is_new = false;

	spin_lock(&flows->lock);
	flow = lookup(flows, key);
	if (!flow && flows->free.first && !flows->stopped) {
		flow = hlist_entry(flows->free.first, struct vsw_flow, node);
		hlist_del(&flow->node);
		flow->chunk->taken++;
		flows->nr_free--;
		flow->key = *key;
		is_new = true;
	}
	if (flow) {
		/* One that had ended begins again. */
		WRITE_ONCE(flow->used, jiffies);
		WRITE_ONCE(flow->serial, serial);
		WRITE_ONCE(flow->vid, vid);
		WRITE_ONCE(flow->direction, direction);
		WRITE_ONCE(flow->timeout, timeout);
	}
	if (is_new) {
		hlist_add_head_rcu(&flow->node, bucket_of(flows, key));
		if (!flows->nr_flows++)
			queue_delayed_work(system_power_efficient_wq,
					   &flows->work, HZ);
	}
	if (wants_places(flows) && !flows->asked && !flows->stopped) {
		flows->asked = true;
		mod_delayed_work(system_power_efficient_wq, &flows->work, 0);
	}
	spin_unlock(&flows->lock);
	return flow;
}

static void free_chunk(struct vsw_flows *flows, struct vsw_flow_chunk *chunk)
{
	if (chunk->charged)
		atomic_sub(chunk->nr, &flows->quota->flows);
	kvfree(chunk);
}

/*
 * Make @nr places. Those that a port has from the beginning are not charged: there are
 * not more of them than ports, and other ports cannot use them up.
 */
static bool add_chunk(struct vsw_flows *flows, u32 nr, bool charge)
{
	struct vsw_flow_chunk *chunk;
	struct mem_cgroup *own;
	u32 i;

	if (charge && !vsw_quota_charge(&flows->quota->flows, nr,
					VSW_FLOWS_NETNS_MAX))
		return false;
	/* A worker has no memory cgroup. */
	own = set_active_memcg(flows->memcg);
	chunk = kvzalloc(struct_size(chunk, flow, nr), GFP_KERNEL_ACCOUNT);
	set_active_memcg(own);
	if (!chunk) {
		if (charge)
			atomic_sub(nr, &flows->quota->flows);
		return false;
	}
	chunk->nr = nr;
	chunk->charged = charge;
	spin_lock_bh(&flows->lock);
	chunk->next = flows->chunks;
	flows->chunks = chunk;
	for (i = 0; i < nr; i++) {
		chunk->flow[i].chunk = chunk;
		hlist_add_head(&chunk->flow[i].node, &flows->free);
	}
	flows->nr += nr;
	flows->nr_free += nr;
	spin_unlock_bh(&flows->lock);
	return true;
}

/* Take the flows out that have ended; some buckets at a time. */
static u32 take_ended(struct vsw_flows *flows, u32 *bucket,
		      struct vsw_flow **ended, u32 most)
{
	struct hlist_node *next;
	struct vsw_flow *flow;
	u32 n = 0, seen = 0;

	spin_lock_bh(&flows->lock);
	for (; *bucket < VSW_FLOW_BUCKETS; (*bucket)++) {
		if (n + 64 > most || seen > 1024)
			break;
		seen++;
		hlist_for_each_entry_safe(flow, next, &flows->buckets[*bucket],
					  node) {
			seen++;
			if (!has_ended(flow) || n == most)
				continue;
			hlist_del_rcu(&flow->node);
			ended[n++] = flow;
			flows->nr_flows--;
		}
	}
	spin_unlock_bh(&flows->lock);
	return n;
}

#define ENDED_AT_ONCE 1024

static void collect(struct vsw_flows *flows)
{
	struct vsw_flow **ended;
	u32 bucket = 0, i, n;

	ended = kvmalloc_array(ENDED_AT_ONCE, sizeof(*ended), GFP_KERNEL);
	/* They have ended all the same, and will be found later. */
	while (ended && bucket < VSW_FLOW_BUCKETS) {
		n = take_ended(flows, &bucket, ended, ENDED_AT_ONCE);
		cond_resched();
		if (!n)
			continue;
		synchronize_rcu();
		spin_lock_bh(&flows->lock);
		for (i = 0; i < n; i++) {
			hlist_add_head(&ended[i]->node, &flows->free);
			ended[i]->chunk->taken--;
		}
		flows->nr_free += n;
		spin_unlock_bh(&flows->lock);
	}
	kvfree(ended);
}

/*
 * Called with the lock held: take out places that nobody needs, if there are any that
 * are all free. Some remain, or they would soon be made again.
 */
static struct vsw_flow_chunk *take_idle(struct vsw_flows *flows)
{
	struct vsw_flow_chunk **at, *chunk;
	u32 i;

	for (at = &flows->chunks; (chunk = *at); at = &chunk->next) {
		if (!chunk->charged || chunk->taken ||
		    flows->nr - chunk->nr < 4 * flows->nr_flows)
			continue;
		*at = chunk->next;
		for (i = 0; i < chunk->nr; i++)
			hlist_del(&chunk->flow[i].node);
		flows->nr -= chunk->nr;
		flows->nr_free -= chunk->nr;
		return chunk;
	}
	return NULL;
}

/* Frames that found flows there are gone: collect() has waited for them. */
static void shrink(struct vsw_flows *flows)
{
	struct vsw_flow_chunk *chunk;

	do {
		spin_lock_bh(&flows->lock);
		chunk = take_idle(flows);
		spin_unlock_bh(&flows->lock);
		if (chunk)
			free_chunk(flows, chunk);
		cond_resched();
	} while (chunk);
}

static void flows_work(struct work_struct *work)
{
	struct vsw_flows *flows = container_of(work, struct vsw_flows,
					       work.work);
	u32 nr = READ_ONCE(flows->nr);

	if (READ_ONCE(flows->asked) && nr < VSW_FLOWS_MAX &&
	    !add_chunk(flows, min(nr, VSW_FLOWS_MAX - nr), true))
		WRITE_ONCE(flows->retry, jiffies + HZ);
	collect(flows);
	shrink(flows);

	spin_lock_bh(&flows->lock);
	flows->asked = false;
	if (flows->nr_flows && !flows->stopped)
		queue_delayed_work(system_power_efficient_wq, &flows->work, HZ);
	spin_unlock_bh(&flows->lock);
}

/**
 * vsw_flows_alloc() - a table of flows, with none in it
 * @quota: what places are charged to
 *
 * Return: the table or NULL.
 */
struct vsw_flows *vsw_flows_alloc(struct vsw_quota *quota)
{
	struct vsw_flows *flows = kzalloc(sizeof(*flows), GFP_KERNEL_ACCOUNT);

	if (!flows)
		return NULL;
	spin_lock_init(&flows->lock);
	INIT_DELAYED_WORK(&flows->work, flows_work);
	get_random_bytes(&flows->seed, sizeof(flows->seed));
	flows->quota = vsw_quota_get(quota);
	flows->memcg = get_mem_cgroup_from_mm(current->mm);
	flows->retry = jiffies;
	flows->buckets = kvcalloc(VSW_FLOW_BUCKETS, sizeof(*flows->buckets),
				  GFP_KERNEL_ACCOUNT);
	if (!flows->buckets || !add_chunk(flows, VSW_FLOWS_FIRST, false)) {
		vsw_flows_free(flows);
		return NULL;
	}
	return flows;
}

/**
 * vsw_flows_stop() - no flow begins any more
 * @flows: the table, or NULL
 *
 * Context: process.
 */
void vsw_flows_stop(struct vsw_flows *flows)
{
	if (!flows)
		return;
	spin_lock_bh(&flows->lock);
	flows->stopped = true;
	spin_unlock_bh(&flows->lock);
	cancel_delayed_work_sync(&flows->work);
}

/**
 * vsw_flows_free() - free a table that no frame can find
 * @flows: the table, stopped or never used, or NULL
 *
 * Context: any but hard interrupts.
 */
void vsw_flows_free(struct vsw_flows *flows)
{
	struct vsw_flow_chunk *chunk;

	if (!flows)
		return;
	while ((chunk = flows->chunks)) {
		flows->chunks = chunk->next;
		free_chunk(flows, chunk);
	}
	mem_cgroup_put(flows->memcg);
	vsw_quota_put(flows->quota);
	kvfree(flows->buckets);
	kfree(flows);
}
