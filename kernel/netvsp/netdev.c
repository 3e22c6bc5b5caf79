// SPDX-License-Identifier: GPL-2.0
/* The netdev of a NIC: what the stack, a bridge or a switch has of it. */
#include <linux/if_vlan.h>
#include <linux/rtnetlink.h>

#include "netvsp.h"

/* Frames can pass, and the guest has a link. */
static int netdev_open(struct net_device *dev)
{
	struct nsp_nic *nic = nsp_nic(dev);
	u32 i;

	for (i = 0; i < nic->n_queues; i++)
		napi_enable(&nic->queues[i].napi);
	WRITE_ONCE(nic->link, true);
	netif_tx_start_all_queues(dev);
	nsp_indicate_link(nic);
	return 0;
}

static int netdev_stop(struct net_device *dev)
{
	struct nsp_nic *nic = nsp_nic(dev);
	struct nsp_queue *q;
	u32 i;

	/* A worker that did not see it has queued its frames when this returns. */
	down_write(&nic->run);
	WRITE_ONCE(nic->link, false);
	up_write(&nic->run);
	nsp_indicate_link(nic);
	netif_tx_stop_all_queues(dev);
	for (i = 0; i < nic->n_queues; i++) {
		q = &nic->queues[i];
		napi_disable(&q->napi);
		nsp_rx_purge(q);
	}
	return 0;
}

static int netdev_set_mac(struct net_device *dev, void *p)
{
	/* That of this end: the guest's is its own. */
	return eth_mac_addr(dev, p);
}

static int netdev_change_mtu(struct net_device *dev, int mtu)
{
	struct nsp_nic *nic = nsp_nic(dev);

	if (!test_bit(NSP_MTU_FOLLOWS, &nic->flags))
		set_bit(NSP_MTU_BY_HAND, &nic->flags);
	WRITE_ONCE(dev->mtu, mtu);
	return 0;
}

static void netdev_stats64(struct net_device *dev, struct rtnl_link_stats64 *s)
{
	const struct nsp_nic *nic = nsp_nic(dev);
	u64 packets, bytes, mcast;
	unsigned int start;
	u32 i, why;

	for (i = 0; i < nic->n_queues; i++) {
		const struct nsp_stats *q = &nic->queues[i].stats;

		do {
			start = u64_stats_fetch_begin(&q->rx_sync);
			packets = q->rx_packets;
			bytes = q->rx_bytes;
			mcast = q->rx_multicast;
		} while (u64_stats_fetch_retry(&q->rx_sync, start));
		s->rx_packets += packets;
		s->rx_bytes += bytes;
		s->multicast += mcast;
		do {
			start = u64_stats_fetch_begin(&q->tx_sync);
			packets = q->tx_packets;
			bytes = q->tx_bytes;
		} while (u64_stats_fetch_retry(&q->tx_sync, start));
		s->tx_packets += packets;
		s->tx_bytes += bytes;
		for (why = 0; why < NSP_DROPS; why++) {
			u64 n = atomic64_read(&q->drops[why]);

			if (why < NSP_RX_NO_MEMORY)
				s->rx_errors += n;
			else if (why <= NSP_RX_DOWN)
				s->rx_dropped += n;
			else if (why != NSP_TX_FILTER)
				s->tx_dropped += n;
		}
	}
}

static int netdev_init(struct net_device *dev)
{
	netdev_lockdep_set_classes(dev);
	return 0;
}

static const struct net_device_ops nsp_netdev_ops = {
	.ndo_init		= netdev_init,
	.ndo_open		= netdev_open,
	.ndo_stop		= netdev_stop,
	.ndo_start_xmit		= nsp_xmit,
	.ndo_select_queue	= nsp_select_queue,
	.ndo_features_check	= nsp_features_check,
	.ndo_set_mac_address	= netdev_set_mac,
	.ndo_validate_addr	= eth_validate_addr,
	.ndo_change_mtu		= netdev_change_mtu,
	.ndo_get_stats64	= netdev_stats64,
};

/**
 * nsp_netdev_setup() - what all netdevs of NICs are
 * @dev: a new one
 */
void nsp_netdev_setup(struct net_device *dev)
{
	ether_setup(dev);
	vsw_netdev_set_local(dev);
	dev->netdev_ops = &nsp_netdev_ops;
	dev->ethtool_ops = &nsp_ethtool_ops;
	dev->rtnl_link_ops = &nsp_link_ops;
	dev->needs_free_netdev = true;
	dev->priv_flags &= ~IFF_TX_SKB_SHARING;
	dev->priv_flags |= IFF_LIVE_ADDR_CHANGE;
	dev->min_mtu = ETH_MIN_MTU;
	dev->max_mtu = NSP_MTU_MAX;
	dev->hw_features = NETIF_F_SG | NETIF_F_FRAGLIST | NETIF_F_HIGHDMA |
			   NETIF_F_HW_CSUM | NETIF_F_RXCSUM | NETIF_F_TSO |
			   NETIF_F_TSO_ECN | NETIF_F_TSO_MANGLEID | NETIF_F_TSO6;
	dev->features |= dev->hw_features | NETIF_F_HW_VLAN_CTAG_TX |
			 NETIF_F_HW_VLAN_CTAG_RX;
	dev->vlan_features = dev->hw_features;
	/* The guest can say what it likes. */
	dev->hw_features |= NETIF_F_RXHASH;
}
