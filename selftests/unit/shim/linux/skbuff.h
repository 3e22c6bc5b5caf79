/* SPDX-License-Identifier: GPL-2.0 */
/* A frame of two pieces, of which only the first can be pointed into. */
#ifndef _SHIM_LINUX_SKBUFF_H
#define _SHIM_LINUX_SKBUFF_H

#include <linux/types.h>

struct sk_buff {
	unsigned int len;
	unsigned int linear;
	__be16 protocol;
	bool gso;
	u8 ip_summed;
	int csum_start;		/* from data on */
	u16 csum_offset;
	u8 *data;
	u8 *rest;
};

#define CHECKSUM_NONE 0
#define CHECKSUM_PARTIAL 3

static inline int skb_checksum_start_offset(const struct sk_buff *skb)
{
	return skb->csum_start;
}

static inline bool skb_is_gso(const struct sk_buff *skb)
{
	return skb->gso;
}

static inline void *skb_header_pointer(const struct sk_buff *skb, int offset,
				       int len, void *buffer)
{
	int i;

	assert(offset >= 0 && len >= 0);
	if (offset + len <= skb->linear)
		return skb->data + offset;
	if (offset + len > skb->len)
		return NULL;
	for (i = 0; i < len; i++, offset++)
		((u8 *)buffer)[i] = offset < skb->linear ?
			skb->data[offset] : skb->rest[offset - skb->linear];
	return buffer;
}

#endif
