/* SPDX-License-Identifier: GPL-2.0 */
/* Counters of a port, per CPU. */
#ifndef _VSW_STATS_H
#define _VSW_STATS_H

#include <linux/u64_stats_sync.h>

#include "drop.h"

/**
 * struct vsw_port_stats - one CPU's share of a port's counters
 * @syncp: for readers on machines whose words have 32 bits
 * @rx_packets: frames that the port gave to the switch; a GSO frame counts as
 *	what it is on a wire
 * @rx_bytes: likewise, with the Ethernet header
 * @tx_packets: frames that the switch gave to the port
 * @tx_bytes: likewise
 * @drops: by enum vsw_drop_reason
 */
struct vsw_port_stats {
	struct u64_stats_sync syncp;
	u64_stats_t rx_packets;
	u64_stats_t rx_bytes;
	u64_stats_t tx_packets;
	u64_stats_t tx_bytes;
	u64_stats_t drops[VSW_DROP_MAX];
};

/**
 * struct vsw_stats_sum - a port's counters, or those of several, added up
 * @rx_packets: see struct vsw_port_stats
 * @rx_bytes: likewise
 * @tx_packets: likewise
 * @tx_bytes: likewise
 * @drops: likewise
 */
struct vsw_stats_sum {
	u64 rx_packets;
	u64 rx_bytes;
	u64 tx_packets;
	u64 tx_bytes;
	u64 drops[VSW_DROP_MAX];
};

struct sk_buff;
struct vsw_switch;

struct vsw_port_stats __percpu *vsw_stats_alloc(void);
void vsw_stats_add(struct vsw_stats_sum *sum,
		   const struct vsw_port_stats __percpu *stats);
void vsw_stats_of_switch(struct vsw_stats_sum *sum, struct vsw_switch *sw);
int vsw_stats_fill(struct sk_buff *skb, int attrtype,
		   const struct vsw_stats_sum *sum);

extern const struct ethtool_ops vsw_ethtool_ops;

/**
 * vsw_stats_rx() - count a frame that a port gave to the switch
 * @stats: the port's counters
 * @segs: frames on a wire
 * @bytes: bytes on a wire
 *
 * Context: softirq, or bottom halves off.
 */
static inline void vsw_stats_rx(struct vsw_port_stats __percpu *stats,
				u32 segs, u32 bytes)
{
	struct vsw_port_stats *s = this_cpu_ptr(stats);

	u64_stats_update_begin(&s->syncp);
	u64_stats_add(&s->rx_packets, segs);
	u64_stats_add(&s->rx_bytes, bytes);
	u64_stats_update_end(&s->syncp);
}

/**
 * vsw_stats_tx() - count a frame that the switch gives to a port
 * @stats: the port's counters
 * @segs: frames on a wire
 * @bytes: bytes on a wire
 *
 * Context: softirq, or bottom halves off.
 */
static inline void vsw_stats_tx(struct vsw_port_stats __percpu *stats,
				u32 segs, u32 bytes)
{
	struct vsw_port_stats *s = this_cpu_ptr(stats);

	u64_stats_update_begin(&s->syncp);
	u64_stats_add(&s->tx_packets, segs);
	u64_stats_add(&s->tx_bytes, bytes);
	u64_stats_update_end(&s->syncp);
}

#endif
