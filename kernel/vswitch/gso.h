/* SPDX-License-Identifier: GPL-2.0 */
/* What a GSO frame becomes on a wire. */
#ifndef _VSW_GSO_H
#define _VSW_GSO_H

#include <linux/skbuff.h>

struct vsw_frame;

u32 vsw_gso_count(const struct sk_buff *skb);
u64 vsw_gso_bytes(const struct vsw_frame *frame);

/**
 * vsw_gso_segs() - how many frames is it on a wire?
 * @skb: the frame, with data at the network header
 *
 * Context: any.
 * Return: at least 1.
 */
static inline u32 vsw_gso_segs(const struct sk_buff *skb)
{
	if (likely(!skb_is_gso(skb)))
		return 1;
	/* Senders that are not trusted to know leave it at 0. */
	return skb_shinfo(skb)->gso_segs ?: vsw_gso_count(skb);
}

#endif
