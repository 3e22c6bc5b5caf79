// SPDX-License-Identifier: GPL-2.0
/* Reading the counters. */
#include <linux/ethtool.h>

#include "deliver.h"
#include "netlink.h"
#include "vswitch.h"

/**
 * vsw_stats_alloc() - counters of a new port, all zero
 *
 * Return: the counters or NULL; free_percpu() frees them.
 */
struct vsw_port_stats __percpu *vsw_stats_alloc(void)
{
	return __netdev_alloc_pcpu_stats(struct vsw_port_stats,
					 GFP_KERNEL_ACCOUNT);
}

/**
 * vsw_stats_add() - add a port's counters to a sum
 * @sum: the sum
 * @stats: the counters
 */
void vsw_stats_add(struct vsw_stats_sum *sum,
		   const struct vsw_port_stats __percpu *stats)
{
	struct vsw_stats_sum one;
	unsigned int start;
	int cpu, i;

	for_each_possible_cpu(cpu) {
		const struct vsw_port_stats *s = per_cpu_ptr(stats, cpu);

		do {
			start = u64_stats_fetch_begin(&s->syncp);
			one.rx_packets = u64_stats_read(&s->rx_packets);
			one.rx_bytes = u64_stats_read(&s->rx_bytes);
			one.tx_packets = u64_stats_read(&s->tx_packets);
			one.tx_bytes = u64_stats_read(&s->tx_bytes);
			for (i = 0; i < VSW_DROP_MAX; i++)
				one.drops[i] = u64_stats_read(&s->drops[i]);
		} while (u64_stats_fetch_retry(&s->syncp, start));

		sum->rx_packets += one.rx_packets;
		sum->rx_bytes += one.rx_bytes;
		sum->tx_packets += one.tx_packets;
		sum->tx_bytes += one.tx_bytes;
		for (i = 0; i < VSW_DROP_MAX; i++)
			sum->drops[i] += one.drops[i];
	}
}

/**
 * vsw_stats_of_switch() - the counters of all ports of a switch
 * @sum: where they are added
 * @sw: the switch
 */
void vsw_stats_of_switch(struct vsw_stats_sum *sum, struct vsw_switch *sw)
{
	const struct vsw_table *table;
	u32 i;

	rcu_read_lock();
	table = rcu_dereference(sw->table);
	for (i = 0; table && i < table->size; i++) {
		if (table->snaps[i])
			vsw_stats_add(sum, table->snaps[i]->stats);
	}
	rcu_read_unlock();
}

/**
 * vsw_stats_fill() - write counters into a netlink message
 * @skb: the message
 * @attrtype: the nest to put them in
 * @sum: the counters
 *
 * Return: 0 or -EMSGSIZE.
 */
int vsw_stats_fill(struct sk_buff *skb, int attrtype,
		   const struct vsw_stats_sum *sum)
{
	struct nlattr *nest, *drop;
	int i;

	nest = nla_nest_start(skb, attrtype);
	if (!nest ||
	    nla_put_u64_64bit(skb, VSWITCH_A_STATS_RX_PACKETS,
			      sum->rx_packets, VSWITCH_A_STATS_PAD) ||
	    nla_put_u64_64bit(skb, VSWITCH_A_STATS_RX_BYTES,
			      sum->rx_bytes, VSWITCH_A_STATS_PAD) ||
	    nla_put_u64_64bit(skb, VSWITCH_A_STATS_TX_PACKETS,
			      sum->tx_packets, VSWITCH_A_STATS_PAD) ||
	    nla_put_u64_64bit(skb, VSWITCH_A_STATS_TX_BYTES,
			      sum->tx_bytes, VSWITCH_A_STATS_PAD))
		return -EMSGSIZE;

	for (i = VSW_PASS + 1; i < VSW_DROP_MAX; i++) {
		if (!sum->drops[i])
			continue;
		drop = nla_nest_start(skb, VSWITCH_A_STATS_DROP);
		if (!drop ||
		    nla_put_string(skb, VSWITCH_A_DROP_REASON,
				   vsw_drop_name(i)) ||
		    nla_put_string(skb, VSWITCH_A_DROP_TEXT,
				   vsw_drop_text(i)) ||
		    nla_put_u64_64bit(skb, VSWITCH_A_DROP_PACKETS,
				      sum->drops[i], VSWITCH_A_DROP_PAD))
			return -EMSGSIZE;
		nla_nest_end(skb, drop);
	}
	nla_nest_end(skb, nest);
	return 0;
}

static void get_drvinfo(struct net_device *dev, struct ethtool_drvinfo *info)
{
	strscpy(info->driver, dev->rtnl_link_ops->kind, sizeof(info->driver));
}

static int get_sset_count(struct net_device *dev, int sset)
{
	return sset == ETH_SS_STATS ? VSW_DROP_MAX - 1 : -EOPNOTSUPP;
}

static void get_strings(struct net_device *dev, u32 sset, u8 *data)
{
	int i;

	if (sset != ETH_SS_STATS)
		return;
	for (i = VSW_PASS + 1; i < VSW_DROP_MAX; i++) {
		snprintf(data, ETH_GSTRING_LEN, "drop-%s", vsw_drop_name(i));
		data += ETH_GSTRING_LEN;
	}
}

/* Of a switch the drops of all its ports, of a vNIC its own. */
static void get_ethtool_stats(struct net_device *dev,
			      struct ethtool_stats *stats, u64 *data)
{
	struct vsw_stats_sum sum = {};
	struct vsw_port *port;

	if (vsw_is_switch(dev)) {
		vsw_stats_of_switch(&sum, netdev_priv(dev));
	} else {
		rcu_read_lock();
		port = vsw_port_rcu(dev);
		if (port)
			vsw_stats_add(&sum, port->stats);
		rcu_read_unlock();
	}
	memcpy(data, &sum.drops[VSW_PASS + 1],
	       sizeof(*data) * (VSW_DROP_MAX - 1));
}

const struct ethtool_ops vsw_ethtool_ops = {
	.get_drvinfo		= get_drvinfo,
	.get_link		= ethtool_op_get_link,
	.get_sset_count		= get_sset_count,
	.get_strings		= get_strings,
	.get_ethtool_stats	= get_ethtool_stats,
	.get_ts_info		= ethtool_op_get_ts_info,
};
