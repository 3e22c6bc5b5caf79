// SPDX-License-Identifier: GPL-2.0
/* What a GSO frame becomes on a wire: as skb_segment() and its callers make it. */
#include <linux/if_ether.h>
#include <linux/sctp.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/ipv6.h>

#include "frame.h"
#include "gso.h"

/*
 * Bytes from skb->data on that each segment has of its own: of TCP and UDP their header,
 * inside of a tunnel, too. Of fragments of UDP the first one has it as payload.
 */
static u32 header_len(const struct sk_buff *skb)
{
	u32 type = skb_shinfo(skb)->gso_type;
	const struct tcphdr *tcp;
	struct tcphdr buf;
	int at;

	/* With a checksum that is yet to be made, which is the rule, it says where. */
	at = skb->ip_summed == CHECKSUM_PARTIAL ? skb_checksum_start_offset(skb) :
						  skb_transport_offset(skb);
	if (at < 0)
		return 0;
	if (type & (SKB_GSO_TCPV4 | SKB_GSO_TCPV6)) {
		tcp = skb_header_pointer(skb, at, sizeof(buf), &buf);
		at += tcp ? max_t(u32, __tcp_hdrlen(tcp), sizeof(buf)) : sizeof(buf);
	} else if (type & SKB_GSO_UDP_L4) {
		at += sizeof(struct udphdr);
	} else if (type & SKB_GSO_SCTP) {
		at += sizeof(struct sctphdr);
	}
	return min_t(u32, at, skb->len);
}

/**
 * vsw_gso_count() - how many frames does a GSO frame become, if it does not say so?
 * @skb: the frame, with data at the network header
 *
 * Context: any.
 * Return: at least 1.
 */
u32 vsw_gso_count(const struct sk_buff *skb)
{
	u32 payload = skb->len - header_len(skb);

	return max_t(u32, DIV_ROUND_UP(payload, skb_shinfo(skb)->gso_size), 1);
}

/**
 * vsw_gso_bytes() - how many bytes is a frame on a wire?
 * @frame: the frame
 *
 * The headers of a GSO frame are there once for each segment.
 *
 * Context: any.
 * Return: bytes, without tags.
 */
u64 vsw_gso_bytes(const struct vsw_frame *frame)
{
	const struct sk_buff *skb = frame->skb;
	u64 bytes = frame->bytes;

	if (frame->segs == 1)
		return bytes;
	bytes += (u64)(frame->segs - 1) * (ETH_HLEN + header_len(skb));
	/* Fragments of IPv6 have a header that says so. */
	if (skb_shinfo(skb)->gso_type & SKB_GSO_UDP &&
	    skb->protocol == htons(ETH_P_IPV6))
		bytes += (u64)frame->segs * sizeof(struct frag_hdr);
	return bytes;
}
