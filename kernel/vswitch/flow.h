/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Stateful flows: what a stateful rule of a port's ACL has let through once
 * passes in both directions, without a look at the extended rules, until
 * there was no traffic for as long as the rule says.
 */
#ifndef _VSW_FLOW_H
#define _VSW_FLOW_H

#include <linux/list.h>
#include <linux/rcupdate.h>
#include <linux/siphash.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/workqueue.h>

#include "drop.h"

struct mem_cgroup;
struct vsw_acl;
struct vsw_flow_chunk;
struct vsw_frame;
struct vsw_quota;

#define VSW_FLOWS_MAX		65536	/* flows of a port */
#define VSW_FLOWS_FIRST		1024	/* places that a port has to begin with */
#define VSW_FLOWS_NETNS_MAX	1048576	/* places of a netns, beside the first ones */
#define VSW_FLOW_BUCKETS	8192
#define VSW_FLOW_STALE		(HZ / 4)	/* how old vsw_flow.used may be */

/**
 * enum vsw_flow_client - who asked, in an ICMP echo
 * @VSW_FLOW_NO_ECHO: it is something else
 * @VSW_FLOW_LOCAL: the guest behind the port
 * @VSW_FLOW_REMOTE: the other side
 */
enum vsw_flow_client {
	VSW_FLOW_NO_ECHO,
	VSW_FLOW_LOCAL,
	VSW_FLOW_REMOTE,
};

/**
 * struct vsw_flow_key - the packets of a flow, as the port sees both directions
 * @local: address of the port's side; the first word for IPv4, the rest zero
 * @remote: address of the other side
 * @local_port: zero for what has no ports
 * @remote_port: likewise; of an ICMP echo, its identifier in both
 * @vid: VLAN; in a private VLAN, whose directions differ, the primary
 * @protocol: of IP
 * @version: 4 or 6
 * @client: enum vsw_flow_client
 * @zero: makes it an even number of words
 */
struct vsw_flow_key {
	u32 local[4];
	u32 remote[4];
	u16 local_port;
	u16 remote_port;
	u16 vid;
	u8 protocol;
	u8 version;
	u32 client;
	u32 zero;
};

/**
 * struct vsw_flow - a flow
 * @node: in its bucket, or among the free ones
 * @key: which packets belong to it
 * @used: jiffies when it last had one, or up to VSW_FLOW_STALE before that: not
 *	written for each packet
 * @serial: vsw_acl_compiled.serial of the rules that are known to allow it
 * @chunk: where it is
 * @timeout: seconds, of its rule
 * @vid: VLAN of its first packet, which rules were compared with
 * @direction: in which that went
 */
struct vsw_flow {
	struct hlist_node node;
	struct vsw_flow_key key;
	unsigned long used;
	u64 serial;
	struct vsw_flow_chunk *chunk;
	u16 timeout;
	u16 vid;
	u8 direction;
};

/**
 * struct vsw_flows - the flows of a port
 * @lock: to change any of it; taken with bottom halves off
 * @buckets: hash of the flows, for lookups under RCU
 * @seed: of the hash
 * @free: places for other flows
 * @nr_free: how many
 * @nr_flows: number of flows
 * @nr: number of places
 * @asked: the work was asked for places
 * @stopped: the port is leaving
 * @retry: when there were none to be had, jiffies until asking again
 * @chunks: where the places are; the first ones last
 * @quota: what all others are charged to
 * @memcg: of who asked for the first ones, to which the memory of all is charged
 * @work: looks for flows that have ended, makes places before they are
 *	needed (frames allocate nothing), and frees what is needed no more
 */
struct vsw_flows {
	spinlock_t lock;	/* see above */
	struct hlist_head *buckets;
	siphash_key_t seed;
	struct hlist_head free;
	u32 nr_free;
	u32 nr_flows;
	u32 nr;
	bool asked;
	bool stopped;
	unsigned long retry;
	struct vsw_flow_chunk *chunks;
	struct vsw_quota *quota;
	struct mem_cgroup *memcg;
	struct delayed_work work;
};

struct vsw_flows *vsw_flows_alloc(struct vsw_quota *quota);
void vsw_flows_stop(struct vsw_flows *flows);
void vsw_flows_free(struct vsw_flows *flows);
struct vsw_flow *vsw_flow_find(struct vsw_flows *flows,
			       const struct vsw_flow_key *key);
bool vsw_flow_add(struct vsw_flows *flows, const struct vsw_flow_key *key,
		  u64 serial, u16 timeout, u16 vid, u8 direction);
void vsw_flow_end(struct vsw_flow *flow);

static inline void vsw_flow_touch(struct vsw_flow *flow)
{
	if (jiffies - READ_ONCE(flow->used) >= VSW_FLOW_STALE)
		WRITE_ONCE(flow->used, jiffies);
}

#endif
