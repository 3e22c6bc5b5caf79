// SPDX-License-Identifier: GPL-2.0
/*
 * From the EtherType to the ports, as far as a policy has to know.
 *
 *	vsw_headers_parse
 *	  link_layer		tags in the payload, LLC/SNAP
 *	  arp
 *	  ipv4, ipv6
 *	    extensions		of IPv6, in any order
 *	    fragment
 *	    transport		ports, ICMP type, target of ND
 *	  checksum_rewrites	what a checksum to be filled in will write over
 *
 * The sender is not trusted to send what a stack would. Whoever receives the
 * frame may be lenient, so wherever stacks differ the view shows what the most
 * lenient one would find; what could be read in two ways, or only by looking
 * without end, is VSW_HEADERS_BAD. Tunnels are not looked into, nor is ESP.
 *
 * No state, no writes to the frame, and only headers are ever copied.
 */
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/if_arp.h>
#include <linux/if_vlan.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/minmax.h>
#include <linux/skbuff.h>
#include <linux/string.h>

#include "headers.h"
#include "vlan.h"

/* Beside the outermost tag, which is not in the payload. */
#define MAX_TAGS	4
#define MAX_EXTENSIONS	16

#define LLC_SAP_IP	0x06
#define LLC_SAP_SNAP	0xaa
#define LLC_GROUP	0x01
#define LLC_UI		0x03
#define LLC_POLL	0x10

#define PROTOCOL_HIP	139
#define PROTOCOL_SHIM6	140

#define IPV4_OFFSET	0x1fff	/* in units of eight bytes */
#define IPV4_MORE	0x2000
#define IPV6_OFFSET	0xfff8
#define IPV6_MORE	0x0001

#define ND_SOLICITATION		135
#define ND_ADVERTISEMENT	136

/* What TCP needs at least; the longest that transport() asks for. */
#define TRANSPORT_MAX	20
#define UDP_SIZE	8

/**
 * struct walk - how far parsing has come
 * @skb: the frame
 * @headers: the view
 * @offset: of what is read next, from skb->data
 * @end: where what the headers so far speak of ends; never before @offset
 * @seen: where what was looked at ends
 * @jumbo: the length is not in the IPv6 header
 */
struct walk {
	const struct sk_buff *skb;
	struct vsw_headers *headers;
	u32 offset;
	u32 end;
	u32 seen;
	bool jumbo;
};

struct llc {
	u8 dsap;
	u8 ssap;
	u8 control;
} __packed;

struct snap {
	struct llc llc;
	u8 oui[3];
	__be16 type;
} __packed;

struct arp_ipv4 {
	struct arphdr header;
	u8 sender[ETH_ALEN];
	u8 sender_ip[4];
	u8 target[ETH_ALEN];
	u8 target_ip[4];
} __packed;

struct extension {
	u8 next;
	u8 length;		/* in units of eight bytes, not the first */
	__be16 fragment;	/* these two of a fragment header only */
	__be32 id;
};

struct nd {
	u8 header[8];
	struct in6_addr target;
};

/* The next @size bytes, or NULL if there are not so many. */
static const void *peek(struct walk *walk, u32 size, void *buffer)
{
	if (size > walk->end - walk->offset)
		return NULL;
	walk->seen = walk->offset + size;
	return skb_header_pointer(walk->skb, walk->offset, size, buffer);
}

/*
 * The EtherType behind LLC; ETH_P_802_2 when there is none; 0 if it cannot be
 * followed, as IP without SNAP, which nobody sends in earnest.
 */
static __be16 behind_llc(struct walk *walk)
{
	static const u8 rfc1042[] = { 0, 0, 0 }, bridge_tunnel[] = { 0, 0, 0xf8 };
	const struct snap *snap;
	const struct llc *llc;
	struct snap buffer;

	llc = peek(walk, sizeof(*llc), &buffer);
	if (!llc || (llc->control & ~LLC_POLL) != LLC_UI)
		return htons(ETH_P_802_2);
	if ((llc->dsap & ~LLC_GROUP) == LLC_SAP_IP)
		return 0;
	if ((llc->dsap & ~LLC_GROUP) != LLC_SAP_SNAP)
		return htons(ETH_P_802_2);

	snap = peek(walk, sizeof(*snap), &buffer);
	if (!snap)
		return 0;
	if ((memcmp(snap->oui, rfc1042, sizeof(rfc1042)) &&
	     memcmp(snap->oui, bridge_tunnel, sizeof(bridge_tunnel))) ||
	    ntohs(snap->type) < ETH_P_802_3_MIN)
		return htons(ETH_P_802_2);
	walk->offset += sizeof(*snap);
	return snap->type;
}

/*
 * What skb->protocol says of a length field is ETH_P_802_3 or ETH_P_802_2,
 * which are no EtherTypes either. The length itself is not heeded: there are
 * stacks that do not. SNAP can be followed by a tag, but not by LLC again.
 */
static bool link_layer(struct walk *walk, __be16 type)
{
	struct vlan_hdr buffer;
	const struct vlan_hdr *tag;
	bool had_llc = false;
	int tags = 0;

	for (;;) {
		if (vsw_is_tag(type)) {
			tag = peek(walk, sizeof(*tag), &buffer);
			if (!tag || ++tags > MAX_TAGS)
				return false;
			walk->offset += sizeof(*tag);
			type = tag->h_vlan_encapsulated_proto;
		} else if (ntohs(type) < ETH_P_802_3_MIN && !had_llc) {
			type = behind_llc(walk);
			if (!type)
				return false;
			had_llc = true;
		} else {
			break;
		}
	}
	walk->headers->ether_type = type;
	walk->headers->network = walk->offset;
	return true;
}

static u8 arp(struct walk *walk)
{
	struct vsw_headers *headers = walk->headers;
	const struct arp_ipv4 *arp;
	const struct arphdr *header;
	struct arp_ipv4 buffer;

	header = peek(walk, sizeof(*header), &buffer);
	if (!header)
		return VSW_HEADERS_BAD;
	if (header->ar_hln != ETH_ALEN || header->ar_pln != 4)
		return header->ar_pro == htons(ETH_P_IP) ? VSW_HEADERS_BAD :
							   VSW_HEADERS_OTHER;
	arp = peek(walk, sizeof(*arp), &buffer);
	if (!arp)
		return VSW_HEADERS_BAD;
	memcpy(headers->arp_sender, arp->sender, ETH_ALEN);
	memcpy(&headers->src, arp->sender_ip, sizeof(arp->sender_ip));
	memcpy(&headers->dst, arp->target_ip, sizeof(arp->target_ip));
	return VSW_HEADERS_ARP;
}

/* How much of the header a frame must show, 0 if the protocol is opaque. */
static u32 transport_size(const struct vsw_headers *headers, u8 *flag)
{
	bool ipv6 = headers->kind == VSW_HEADERS_IPV6;

	*flag = VSW_HEADERS_PORTS;
	switch (headers->protocol) {
	case IPPROTO_TCP:
		return TRANSPORT_MAX;
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
		return UDP_SIZE;
	case IPPROTO_SCTP:
	case IPPROTO_DCCP:
		return 12;
	case IPPROTO_ICMP:
		*flag = VSW_HEADERS_ICMP;
		return ipv6 ? 0 : 8;
	case IPPROTO_ICMPV6:
		*flag = VSW_HEADERS_ICMP;
		return ipv6 ? 8 : 0;
	default:
		return 0;
	}
}

static bool nd_target(struct walk *walk)
{
	struct vsw_headers *headers = walk->headers;
	const struct nd *nd;
	struct nd buffer;

	nd = peek(walk, sizeof(*nd), &buffer);
	if (!nd)
		return false;
	headers->target = nd->target;
	headers->flags |= VSW_HEADERS_TARGET;
	return true;
}

static void udp_payload(struct walk *walk)
{
	u8 buffer[UDP_SIZE + 1];
	const u8 *bytes = peek(walk, sizeof(buffer), buffer);

	if (!bytes)
		return;
	walk->headers->payload = bytes[UDP_SIZE];
	walk->headers->flags |= VSW_HEADERS_PAYLOAD;
}

static bool transport(struct walk *walk)
{
	struct vsw_headers *headers = walk->headers;
	u8 buffer[TRANSPORT_MAX], flag;
	const u8 *bytes;
	u32 size;

	headers->transport = walk->offset;
	if (headers->flags & VSW_HEADERS_LATER)
		return true;
	size = transport_size(headers, &flag);
	if (!size)
		return true;
	bytes = peek(walk, size, buffer);
	if (!bytes)
		return false;

	headers->flags |= flag;
	if (flag == VSW_HEADERS_PORTS) {
		memcpy(&headers->src_port, bytes, 2);
		memcpy(&headers->dst_port, bytes + 2, 2);
		if (headers->protocol == IPPROTO_UDP)
			udp_payload(walk);
		return true;
	}
	headers->icmp_type = bytes[0];
	headers->icmp_code = bytes[1];
	if (vsw_headers_is_icmp_error(headers))
		walk->seen = walk->offset + min(walk->end - walk->offset,
						VSW_HEADERS_QUOTE);
	if (headers->kind == VSW_HEADERS_IPV6 &&
	    (bytes[0] == ND_SOLICITATION || bytes[0] == ND_ADVERTISEMENT))
		return nd_target(walk);
	return true;
}

/*
 * What follows is a part of a datagram, from @offset on. A part that is not
 * made of whole units of eight bytes would be read differently by different
 * stacks; TCP from the second unit on would rewrite the flags (RFC 3128). What
 * fragments do to one another is the business of frag.c.
 */
static bool fragment(const struct walk *walk, u32 offset, bool more, __be32 id)
{
	struct vsw_headers *headers = walk->headers;
	u32 size = walk->end - walk->offset;

	/* Segmentation writes offsets of its own. */
	if (skb_is_gso(walk->skb))
		return false;
	if (!size || offset + size > U16_MAX || (more && size % 8))
		return false;
	if (offset == 8 && headers->protocol == IPPROTO_TCP)
		return false;
	headers->flags |= VSW_HEADERS_FRAGMENT;
	if (offset)
		headers->flags |= VSW_HEADERS_LATER;
	headers->fragment_offset = offset;
	headers->fragment_size = size;
	headers->fragment = id;
	return true;
}

/* The length fields of a GSO frame are written when it is segmented. */
static bool ipv4(struct walk *walk)
{
	struct vsw_headers *headers = walk->headers;
	struct iphdr buffer;
	const struct iphdr *ip;
	u32 size, total, rest = walk->end - walk->offset;
	u16 frag;

	ip = peek(walk, sizeof(*ip), &buffer);
	if (!ip || ip->version != 4)
		return false;
	size = ip->ihl * 4;
	total = skb_is_gso(walk->skb) ? rest : ntohs(ip->tot_len);
	if (size < sizeof(*ip) || size > total || total > rest)
		return false;
	walk->end = walk->offset + total;
	walk->offset += size;

	headers->protocol = ip->protocol;
	memcpy(&headers->src, &ip->saddr, sizeof(ip->saddr));
	memcpy(&headers->dst, &ip->daddr, sizeof(ip->daddr));
	frag = ntohs(ip->frag_off);
	if (frag & (IPV4_OFFSET | IPV4_MORE) &&
	    !fragment(walk, (frag & IPV4_OFFSET) * 8, frag & IPV4_MORE,
		      htonl(ntohs(ip->id))))
		return false;
	return transport(walk);
}

static bool is_extension(u8 protocol)
{
	switch (protocol) {
	case IPPROTO_HOPOPTS:
	case IPPROTO_ROUTING:
	case IPPROTO_FRAGMENT:
	case IPPROTO_AH:
	case IPPROTO_DSTOPTS:
	case IPPROTO_MH:
	case PROTOCOL_HIP:
	case PROTOCOL_SHIM6:
		return true;
	default:
		return false;
	}
}

static u32 extension_size(u8 protocol, const struct extension *ext)
{
	switch (protocol) {
	case IPPROTO_FRAGMENT:
		return sizeof(*ext);
	case IPPROTO_AH:
		return (ext->length + 2) * 4;
	default:
		return (ext->length + 1) * 8;
	}
}

static bool fragment_header(const struct walk *walk,
			    const struct extension *ext)
{
	u16 frag = ntohs(ext->fragment);

	/* A fragment of a fragment. */
	if (walk->headers->flags & VSW_HEADERS_FRAGMENT)
		return false;
	if (!(frag & (IPV6_OFFSET | IPV6_MORE)))
		return true;	/* an atomic one: all of the datagram */
	return !walk->jumbo && fragment(walk, frag & IPV6_OFFSET,
					frag & IPV6_MORE, ext->id);
}

/* Up to what is none, or the payload of a later fragment. */
static bool extensions(struct walk *walk)
{
	struct vsw_headers *headers = walk->headers;
	const struct extension *ext;
	struct extension buffer;
	bool is_fragment;
	u32 size;
	int n;

	for (n = 0; is_extension(headers->protocol); n++) {
		ext = peek(walk, sizeof(*ext), &buffer);
		if (!ext || n == MAX_EXTENSIONS)
			return false;
		size = extension_size(headers->protocol, ext);
		if (size > walk->end - walk->offset)
			return false;
		walk->offset += size;
		is_fragment = headers->protocol == IPPROTO_FRAGMENT;
		headers->protocol = ext->next;
		if (is_fragment && !fragment_header(walk, ext))
			return false;
		if (headers->flags & VSW_HEADERS_LATER)
			break;
	}
	return true;
}

/*
 * A payload length of zero with hop-by-hop options means a jumbogram. Whether
 * the option that says so is there or not, stacks take all of the frame.
 */
static bool ipv6(struct walk *walk)
{
	struct vsw_headers *headers = walk->headers;
	const struct ipv6hdr *ip;
	struct ipv6hdr buffer;
	u32 size;

	ip = peek(walk, sizeof(*ip), &buffer);
	if (!ip || ip->version != 6)
		return false;
	walk->offset += sizeof(*ip);
	size = ntohs(ip->payload_len);
	walk->jumbo = !size && ip->nexthdr == IPPROTO_HOPOPTS;
	if (walk->jumbo || skb_is_gso(walk->skb))
		size = walk->end - walk->offset;
	if (size > walk->end - walk->offset)
		return false;
	walk->end = walk->offset + size;

	headers->protocol = ip->nexthdr;
	headers->hop_limit = ip->hop_limit;
	headers->src = ip->saddr;
	headers->dst = ip->daddr;
	return extensions(walk) && transport(walk);
}

static int checksum_offset(u8 protocol)
{
	switch (protocol) {
	case IPPROTO_TCP:
		return 16;
	case IPPROTO_SCTP:
		return 8;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		return 2;
	default:
		return 6;	/* UDP, UDP-Lite, DCCP */
	}
}

/*
 * A checksum that is left to hardware goes where the sender said, which could
 * be a port, or the EtherType. Into what was looked at it may only go where
 * the protocol has its checksum.
 */
static bool checksum_rewrites(const struct walk *walk)
{
	const struct vsw_headers *headers = walk->headers;
	const struct sk_buff *skb = walk->skb;
	int at;

	if (skb->ip_summed != CHECKSUM_PARTIAL)
		return false;
	at = skb_checksum_start_offset(skb) + skb->csum_offset;
	if (at >= (int)walk->seen)
		return false;
	return !(headers->flags & (VSW_HEADERS_PORTS | VSW_HEADERS_ICMP)) ||
	       at != headers->transport + checksum_offset(headers->protocol);
}

/**
 * vsw_headers_is_icmp_error() - does it quote what was sent before?
 * @headers: the view
 *
 * Return: true for the errors of ICMP and ICMPv6 that every host sends.
 */
bool vsw_headers_is_icmp_error(const struct vsw_headers *headers)
{
	if (!(headers->flags & VSW_HEADERS_ICMP))
		return false;
	if (headers->kind == VSW_HEADERS_IPV6)
		return headers->icmp_type >= ICMPV6_DEST_UNREACH &&
		       headers->icmp_type <= ICMPV6_PARAMPROB;
	switch (headers->icmp_type) {
	case ICMP_DEST_UNREACH:
	case ICMP_TIME_EXCEEDED:
	case ICMP_PARAMETERPROB:
		return true;
	default:
		return false;
	}
}

static u8 network_layer(struct walk *walk)
{
	struct vsw_headers *headers = walk->headers;

	switch (headers->ether_type) {
	case htons(ETH_P_IP):
		headers->kind = VSW_HEADERS_IPV4;
		return ipv4(walk) ? VSW_HEADERS_IPV4 : VSW_HEADERS_BAD;
	case htons(ETH_P_IPV6):
		headers->kind = VSW_HEADERS_IPV6;
		return ipv6(walk) ? VSW_HEADERS_IPV6 : VSW_HEADERS_BAD;
	case htons(ETH_P_ARP):
		return arp(walk);
	default:
		return VSW_HEADERS_OTHER;
	}
}

/**
 * vsw_headers_parse() - look at the headers of a frame
 * @headers: the view, which is written anew
 * @skb: the frame; data is at the network header, protocol is the EtherType of
 *	what is there, and the outermost tag is not in the payload. It may be
 *	non-linear and is not changed.
 *
 * Context: any.
 * Return: how many bytes from skb->data on the view follows from.
 */
u32 vsw_headers_parse(struct vsw_headers *headers, const struct sk_buff *skb)
{
	struct walk walk = {
		.skb = skb, .headers = headers, .end = skb->len,
	};

	memset(headers, 0, sizeof(*headers));
	if (!link_layer(&walk, skb->protocol))
		headers->kind = VSW_HEADERS_BAD;
	else
		headers->kind = network_layer(&walk);
	if (checksum_rewrites(&walk))
		headers->kind = VSW_HEADERS_BAD;
	headers->end = walk.end;
	return walk.seen;
}
