/* SPDX-License-Identifier: GPL-2.0 */
/* What a frame carries: a view of its headers from L2 to L4. */
#ifndef _VSW_HEADERS_H
#define _VSW_HEADERS_H

#include <linux/if_ether.h>
#include <linux/in6.h>
#include <linux/types.h>

struct sk_buff;

/**
 * enum vsw_headers_kind - what is behind the Ethernet header and all tags
 * @VSW_HEADERS_NONE: nobody has looked yet
 * @VSW_HEADERS_OTHER: neither IP nor ARP
 * @VSW_HEADERS_ARP: ARP for IPv4 on Ethernet
 * @VSW_HEADERS_IPV4: IPv4
 * @VSW_HEADERS_IPV6: IPv6
 * @VSW_HEADERS_BAD: cannot be followed; nothing else in the view is valid
 */
enum vsw_headers_kind {
	VSW_HEADERS_NONE,
	VSW_HEADERS_OTHER,
	VSW_HEADERS_ARP,
	VSW_HEADERS_IPV4,
	VSW_HEADERS_IPV6,
	VSW_HEADERS_BAD,
};

/**
 * enum vsw_headers_flags - which parts of the view are valid
 * @VSW_HEADERS_FRAGMENT: it is one of several fragments
 * @VSW_HEADERS_LATER: ... and not the first: neither ports nor an ICMP type
 * @VSW_HEADERS_PORTS: @src_port and @dst_port are valid
 * @VSW_HEADERS_TARGET: @target is valid: ND
 * @VSW_HEADERS_ICMP: @icmp_type and @icmp_code are valid: ICMP in IPv4,
 *	ICMPv6 in IPv6
 * @VSW_HEADERS_PAYLOAD: @payload is valid: UDP, and there is any
 * @VSW_HEADERS_NO_MEMORY: VSW_HEADERS_BAD, and that is why
 */
enum vsw_headers_flags {
	VSW_HEADERS_FRAGMENT	= BIT(0),
	VSW_HEADERS_LATER	= BIT(1),
	VSW_HEADERS_PORTS	= BIT(2),
	VSW_HEADERS_TARGET	= BIT(3),
	VSW_HEADERS_ICMP	= BIT(4),
	VSW_HEADERS_PAYLOAD	= BIT(5),
	VSW_HEADERS_NO_MEMORY	= BIT(6),
};

/**
 * struct vsw_headers - the view
 * @kind: enum vsw_headers_kind
 * @flags: enum vsw_headers_flags
 * @protocol: of what follows the last header that was followed; IP only. In
 *	a later fragment what its own headers say follows, which for IPv6 may be
 *	an extension header.
 * @icmp_type: of ICMP and ICMPv6
 * @icmp_code: likewise
 * @payload: first byte of what UDP carries
 * @hop_limit: of IPv6
 * @ether_type: behind all tags and LLC/SNAP; ETH_P_802_2 for other LLC
 * @network: where the IP or ARP header is, from skb->data
 * @transport: where that protocol begins, or a later fragment's payload
 * @end: where the datagram ends: what is behind it is padding, or a trailer
 * @src_port: of TCP, UDP, UDP-Lite, SCTP and DCCP
 * @dst_port: likewise
 * @fragment_offset: where in the datagram the fragment begins, in bytes
 * @fragment_size: bytes of the datagram that are in it
 * @fragment: identification of the datagram; 16 bits of it for IPv4
 * @src: source address; for IPv4 and the sender of ARP in s6_addr32[0], the
 *	rest being zero
 * @dst: destination address; for ARP that of the target
 * @target: of a neighbour solicitation or advertisement
 * @arp_sender: hardware address of the sender
 */
struct vsw_headers {
	u8 kind;
	u8 flags;
	u8 protocol;
	u8 icmp_type;
	u8 icmp_code;
	u8 payload;
	u8 hop_limit;
	__be16 ether_type;
	u16 network;
	u16 transport;
	u32 end;
	__be16 src_port;
	__be16 dst_port;
	u16 fragment_offset;
	u16 fragment_size;
	__be32 fragment;
	struct in6_addr src;
	struct in6_addr dst;
	struct in6_addr target;
	u8 arp_sender[ETH_ALEN];
};

/*
 * So many bytes from the transport header on an ICMP error is looked at: what it quotes,
 * up to the ports in that.
 */
#define VSW_HEADERS_QUOTE	160U

/**
 * vsw_headers_split_nd() - is it neighbour discovery in fragments?
 * @headers: the view
 *
 * No receiver should heed it (RFC 6980), but not all know that.
 *
 * Return: true for the first of several fragments of such a message.
 */
static inline bool vsw_headers_split_nd(const struct vsw_headers *headers)
{
	return headers->flags & VSW_HEADERS_FRAGMENT &&
	       headers->flags & VSW_HEADERS_TARGET;
}

bool vsw_headers_is_icmp_error(const struct vsw_headers *headers);
u32 vsw_headers_parse(struct vsw_headers *headers, const struct sk_buff *skb);

#endif
