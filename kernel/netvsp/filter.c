// SPDX-License-Identifier: GPL-2.0
/* What a guest wants to receive: the packet filter of NDIS. */
#include <linux/rcupdate.h>
#include <linux/slab.h>

#include "netvsp.h"

/**
 * nsp_filter_publish() - those who send shall see the session's filter
 * @nic: the NIC
 *
 * Without memory for it the guest gets nothing, until it says so again.
 *
 * Context: process; one at a time: the primary channel's worker, or nsp_nic.run held for
 * writing.
 * Return: 0 or -ENOMEM.
 */
int nsp_filter_publish(struct nsp_nic *nic)
{
	const struct nsp_session *s = &nic->session;
	struct nsp_filter *filter = NULL, *old;

	if (s->filter_bits) {
		filter = kmalloc(sizeof(*filter), GFP_KERNEL_ACCOUNT);
		if (filter) {
			filter->bits = s->filter_bits;
			ether_addr_copy(filter->mac, s->mac);
			ether_addr_copy(filter->other,
					s->mac_known ? s->mac : nic->mac);
			filter->n_mcast = s->n_mcast;
			memcpy(filter->mcast, s->mcast, sizeof(s->mcast));
		}
	}
	old = rcu_replace_pointer(nic->filter, filter,
				  lockdep_is_held(&nic->run));
	if (old)
		kfree_rcu(old, rcu);
	/* The guest's interface is up, or is not. */
	if (!nic->dying && filter)
		netif_carrier_on(nic->dev);
	else if (!nic->dying)
		netif_carrier_off(nic->dev);
	return filter || !s->filter_bits ? 0 : -ENOMEM;
}

/**
 * nsp_filter_wants() - does the guest want a frame?
 * @nic: the NIC
 * @skb: the frame
 *
 * Context: softirq, or bottom halves off.
 * Return: true if it does.
 */
bool nsp_filter_wants(const struct nsp_nic *nic, const struct sk_buff *skb)
{
	const struct nsp_filter *filter = rcu_dereference_bh(nic->filter);
	const u8 *to = skb->data;
	u32 i;

	if (unlikely(!filter))
		return false;
	if (filter->bits & RNDIS_PACKET_TYPE_PROMISCUOUS)
		return true;
	if (likely(!is_multicast_ether_addr(to)))
		return filter->bits & RNDIS_PACKET_TYPE_DIRECTED &&
		       (likely(ether_addr_equal_unaligned(to, filter->mac)) ||
			ether_addr_equal_unaligned(to, filter->other));
	if (is_broadcast_ether_addr(to))
		return filter->bits & RNDIS_PACKET_TYPE_BROADCAST;
	if (filter->bits & RNDIS_PACKET_TYPE_ALL_MULTICAST)
		return true;
	if (!(filter->bits & RNDIS_PACKET_TYPE_MULTICAST))
		return false;
	for (i = 0; i < filter->n_mcast; i++) {
		if (ether_addr_equal_unaligned(to, filter->mcast[i]))
			return true;
	}
	return false;
}
