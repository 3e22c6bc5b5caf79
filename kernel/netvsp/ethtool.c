// SPDX-License-Identifier: GPL-2.0
/* ethtool: -S, -l, -c, -C, link settings. */
#include <linux/ethtool.h>
#include <linux/rtnetlink.h>

#include "netvsp.h"

static const char drop_names[NSP_DROPS][ETH_GSTRING_LEN] = {
	[NSP_RX_MALFORMED]	= "rx_malformed",
	[NSP_RX_INFO]		= "rx_bad_info",
	[NSP_RX_LENGTH]		= "rx_bad_length",
	[NSP_RX_OFFLOAD]	= "rx_bad_offload",
	[NSP_RX_MEMORY]		= "rx_bad_memory",
	[NSP_RX_NO_MEMORY]	= "rx_no_memory",
	[NSP_RX_DOWN]		= "rx_down",
	[NSP_TX_DOWN]		= "tx_no_guest",
	[NSP_TX_FILTER]		= "tx_filtered",
	[NSP_TX_LENGTH]		= "tx_too_long",
	[NSP_TX_CSUM]		= "tx_bad_csum",
	[NSP_TX_STALLED]	= "tx_stalled",
	[NSP_TX_MEMORY]		= "tx_bad_memory",
	[NSP_TX_NO_MEMORY]	= "tx_no_memory",
};

struct counter {
	char name[ETH_GSTRING_LEN];
	size_t offset;
};

#define COUNTER(name) { #name, offsetof(struct nsp_stats, name) }

static const struct counter counters[] = {
	COUNTER(rx_packets),
	COUNTER(rx_bytes),
	COUNTER(rx_batches),
	COUNTER(tx_packets),
	COUNTER(tx_bytes),
	COUNTER(tx_batches),
	COUNTER(tx_full),
	COUNTER(tx_csum),
};

static u64 get_counter(const struct nsp_queue *q, u32 i)
{
	return READ_ONCE(*(const u64 *)((const u8 *)&q->stats +
					counters[i].offset));
}

static void put_name(u8 **data, const char *name)
{
	strscpy(*data, name, ETH_GSTRING_LEN);
	*data += ETH_GSTRING_LEN;
}

static int get_sset_count(struct net_device *dev, int set)
{
	if (set != ETH_SS_STATS)
		return -EOPNOTSUPP;
	return NSP_DROPS + ARRAY_SIZE(counters) * (1 + nsp_nic(dev)->n_queues);
}

static void get_strings(struct net_device *dev, u32 set, u8 *data)
{
	const struct nsp_nic *nic = nsp_nic(dev);
	u32 i, q;

	if (set != ETH_SS_STATS)
		return;
	for (i = 0; i < ARRAY_SIZE(counters); i++)
		put_name(&data, counters[i].name);
	for (i = 0; i < NSP_DROPS; i++)
		put_name(&data, drop_names[i]);
	for (q = 0; q < nic->n_queues; q++) {
		for (i = 0; i < ARRAY_SIZE(counters); i++)
			ethtool_sprintf(&data, "queue_%u_%s", q, counters[i].name);
	}
}

static void get_stats(struct net_device *dev, struct ethtool_stats *stats,
		      u64 *data)
{
	const struct nsp_nic *nic = nsp_nic(dev);
	u32 i, q;

	for (i = 0; i < ARRAY_SIZE(counters); i++, data++) {
		for (*data = 0, q = 0; q < nic->n_queues; q++)
			*data += get_counter(&nic->queues[q], i);
	}
	for (i = 0; i < NSP_DROPS; i++, data++) {
		for (*data = 0, q = 0; q < nic->n_queues; q++)
			*data += atomic64_read(&nic->queues[q].stats.drops[i]);
	}
	for (q = 0; q < nic->n_queues; q++) {
		for (i = 0; i < ARRAY_SIZE(counters); i++)
			*data++ = get_counter(&nic->queues[q], i);
	}
}

static void get_drvinfo(struct net_device *dev, struct ethtool_drvinfo *info)
{
	strscpy(info->driver, "netvsp", sizeof(info->driver));
	strscpy(info->bus_info, nsp_nic(dev)->partition, sizeof(info->bus_info));
}

/* How many queues there are the guest decides. */
static void get_channels(struct net_device *dev, struct ethtool_channels *ch)
{
	ch->max_combined = nsp_nic(dev)->n_queues;
	ch->combined_count = atomic_read(&nsp_nic(dev)->open_queues);
}

static int get_link(struct net_device *dev, struct ethtool_link_ksettings *cmd)
{
	cmd->base.speed = READ_ONCE(nsp_nic(dev)->speed);
	cmd->base.duplex = DUPLEX_FULL;
	cmd->base.port = PORT_OTHER;
	cmd->base.autoneg = AUTONEG_DISABLE;
	return 0;
}

static int get_coalesce(struct net_device *dev, struct ethtool_coalesce *c,
			struct kernel_ethtool_coalesce *kernel,
			struct netlink_ext_ack *extack)
{
	const struct nsp_nic *nic = nsp_nic(dev);

	c->rx_coalesce_usecs = nic->rx_usecs;
	c->use_adaptive_rx_coalesce = nic->rx_adaptive;
	return 0;
}

static int set_coalesce(struct net_device *dev, struct ethtool_coalesce *c,
			struct kernel_ethtool_coalesce *kernel,
			struct netlink_ext_ack *extack)
{
	struct nsp_nic *nic = nsp_nic(dev);
	struct vmh_channel *ch;
	struct nsp_queue *q;

	ASSERT_RTNL();
	if (c->rx_coalesce_usecs > VMH_MODERATE_MAX) {
		static_assert(VMH_MODERATE_MAX == 10000);
		NL_SET_ERR_MSG(extack, "rx-usecs: at most 10000");
		return -EINVAL;
	}
	WRITE_ONCE(nic->rx_usecs, c->rx_coalesce_usecs);
	WRITE_ONCE(nic->rx_adaptive, c->use_adaptive_rx_coalesce);
	/* Pairs with service_open(): either sees the other. */
	smp_mb();
	rcu_read_lock();
	for (q = nic->queues; q < nic->queues + nic->n_queues; q++) {
		ch = READ_ONCE(q->ch);
		if (ch)
			nsp_moderate(nic, ch);
	}
	rcu_read_unlock();
	return 0;
}

const struct ethtool_ops nsp_ethtool_ops = {
	.supported_coalesce_params = ETHTOOL_COALESCE_RX_USECS |
				     ETHTOOL_COALESCE_USE_ADAPTIVE_RX,
	.get_drvinfo		= get_drvinfo,
	.get_link		= ethtool_op_get_link,
	.get_ts_info		= ethtool_op_get_ts_info,
	.get_sset_count		= get_sset_count,
	.get_strings		= get_strings,
	.get_ethtool_stats	= get_stats,
	.get_channels		= get_channels,
	.get_coalesce		= get_coalesce,
	.set_coalesce		= set_coalesce,
	.get_link_ksettings	= get_link,
};
