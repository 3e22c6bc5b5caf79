/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _SHIM_NET_IPV6_H
#define _SHIM_NET_IPV6_H

#include <linux/skbuff.h>

/* As net/ipv6/exthdrs_core.c has it. */
static inline int ipv6_skip_exthdr(const struct sk_buff *skb, int start,
				   u8 *nexthdr, __be16 *frag_off)
{
	const u8 *header, *frag;
	u8 buf[2], next = *nexthdr;
	int size;

	*frag_off = 0;
	while (next == 0 || next == 43 || next == 44 || next == 51 || next == 59 ||
	       next == 60) {
		if (next == 59)
			return -1;
		header = skb_header_pointer(skb, start, 2, buf);
		if (!header)
			return -1;
		size = next == 44 ? 8 : next == 51 ? (header[1] + 2) << 2 :
						     (header[1] + 1) << 3;
		if (next == 44) {
			u8 bytes[2];

			frag = skb_header_pointer(skb, start + 2, 2, bytes);
			if (!frag)
				return -1;
			memcpy(frag_off, frag, 2);
			if (ntohs(*frag_off) & ~7)
				break;
		}
		next = header[0];
		start += size;
	}
	*nexthdr = next;
	return start;
}

#endif
