// SPDX-License-Identifier: GPL-2.0
/* From a frame's headers to what ACLs and stateful flows go by. */
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/unaligned.h>
#include <net/ipv6.h>

#include "acl_key.h"
#include "flow.h"
#include "frame.h"

#define ND_ADVERTISEMENT	136

static void put_words(u32 *words, const struct in6_addr *addr, u32 version)
{
	u32 i;

	words[0] = be32_to_cpu(addr->s6_addr32[0]);
	for (i = 1; i < 4; i++)
		words[i] = version == VSW_ACL_V6 ?
			   be32_to_cpu(addr->s6_addr32[i]) : 0;
}

/*
 * ND claims addresses as ARP does. Who probes, in either, names what he is about to
 * use, or that somebody else has it: only as the target.
 */
static void find_claim(struct vsw_acl_key *key,
		       const struct vsw_headers *headers)
{
	static const struct in6_addr none;

	if (headers->kind == VSW_HEADERS_ARP) {
		key->claim = VSW_ACL_CLAIM_ONLY;
		put_words(key->claimed, headers->src.s6_addr32[0] ?
			  &headers->src : &headers->dst, VSW_ACL_V4);
		return;
	}
	if (!(headers->flags & VSW_HEADERS_TARGET))
		return;
	if (headers->icmp_type == ND_ADVERTISEMENT) {
		key->claim = VSW_ACL_CLAIM_TOO;
		put_words(key->claimed, &headers->target, VSW_ACL_V6);
	} else if (!memcmp(&headers->src, &none, sizeof(none))) {
		key->claim = VSW_ACL_CLAIM_ONLY;
		put_words(key->claimed, &headers->target, VSW_ACL_V6);
	}
}

/*
 * Neighbour discovery, as RFC 4861 and RFC 6980 have receivers look at it: what a router
 * has forwarded is none, nor are fragments.
 */
static bool is_nd(const struct vsw_headers *headers)
{
	return headers->flags & VSW_HEADERS_TARGET &&
	       !(headers->flags & VSW_HEADERS_FRAGMENT) &&
	       headers->hop_limit == 255 && !headers->icmp_code;
}

/**
 * vsw_acl_key_init() - what rules are to be compared with
 * @key: set
 * @headers: of the frame: ARP, IPv4 or IPv6
 * @direction: which way it goes at the port
 * @vid: its VLAN
 */
void vsw_acl_key_init(struct vsw_acl_key *key,
		      const struct vsw_headers *headers,
		      enum vswitch_acl_direction direction, u16 vid)
{
	bool ports = headers->flags & VSW_HEADERS_PORTS;
	u32 src, dst;

	key->direction = direction;
	key->out = direction == VSWITCH_ACL_DIRECTION_OUT;
	key->version = headers->kind == VSW_HEADERS_IPV6 ? VSW_ACL_V6 :
							   VSW_ACL_V4;
	key->claim = VSW_ACL_CLAIM_NONE;
	key->vid = vid;
	put_words(key->out ? key->local : key->remote, &headers->src,
		  key->version);
	put_words(key->out ? key->remote : key->local, &headers->dst,
		  key->version);
	src = ports ? be16_to_cpu(headers->src_port) : VSW_ACL_NO_PORT;
	dst = ports ? be16_to_cpu(headers->dst_port) : VSW_ACL_NO_PORT;
	key->local_port = key->out ? src : dst;
	key->remote_port = key->out ? dst : src;
	key->proto = vsw_acl_proto(headers->protocol);
	if (is_nd(headers))
		key->proto = VSW_ACL_PROTO_ND;
	find_claim(key, headers);
}

/**
 * vsw_acl_key_dims() - the point that a classifier of extended rules looks up
 * @key: the packet
 * @dims: set: VSW_ACL_DIMS_EXT4 or _EXT6 numbers, in the order of
 *	put_extended() in acl_compile.c
 */
void vsw_acl_key_dims(const struct vsw_acl_key *key, u32 *dims)
{
	u32 words = key->version == VSW_ACL_V6 ? 4 : 1;

	memcpy(dims, key->remote, words * sizeof(*dims));
	memcpy(dims + words, key->local, words * sizeof(*dims));
	dims += 2 * words;
	dims[0] = key->local_port;
	dims[1] = key->remote_port;
	dims[2] = key->proto;
	dims[3] = key->vid;
}

static bool has_ports(u8 protocol)
{
	switch (protocol) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
	case IPPROTO_SCTP:
	case IPPROTO_DCCP:
		return true;
	default:
		return false;
	}
}

/**
 * vsw_acl_key_of_flow() - what rules would be compared with for a flow
 * @key: a packet of it; becomes that of the direction that does not matter
 * @flow: the flow
 * @vid: the VLAN of its first packet
 */
void vsw_acl_key_of_flow(struct vsw_acl_key *key,
			 const struct vsw_flow_key *flow, u16 vid)
{
	memcpy(key->local, flow->local, sizeof(key->local));
	memcpy(key->remote, flow->remote, sizeof(key->remote));
	key->version = flow->version == 6 ? VSW_ACL_V6 : VSW_ACL_V4;
	key->proto = vsw_acl_proto(flow->protocol);
	key->vid = vid;
	key->local_port = VSW_ACL_NO_PORT;
	key->remote_port = VSW_ACL_NO_PORT;
	if (has_ports(flow->protocol)) {
		key->local_port = flow->local_port;
		key->remote_port = flow->remote_port;
	}
}

static bool is_icmp(u8 version, u8 protocol)
{
	return protocol == (version == 6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP);
}

/* An echo belongs to who asks. Errors and all the rest are no flows. */
static bool put_echo(struct vsw_flow_key *flow, u8 type, __be16 id,
		     bool from_local)
{
	bool request = type == (flow->version == 6 ? ICMPV6_ECHO_REQUEST :
						     ICMP_ECHO);

	if (!request && type != (flow->version == 6 ? ICMPV6_ECHO_REPLY :
						      ICMP_ECHOREPLY))
		return false;
	flow->client = request == from_local ? VSW_FLOW_LOCAL :
					       VSW_FLOW_REMOTE;
	flow->local_port = be16_to_cpu(id);
	flow->remote_port = be16_to_cpu(id);
	return true;
}

/**
 * vsw_acl_flow_key() - which flow would a packet belong to?
 * @flow: set
 * @key: the packet
 * @frame: its frame; no later fragment
 *
 * Return: false if it is none that can be one.
 */
bool vsw_acl_flow_key(struct vsw_flow_key *flow, const struct vsw_acl_key *key,
		      const struct vsw_frame *frame)
{
	const struct vsw_headers *headers = &frame->headers;
	const struct icmphdr *icmp;
	struct icmphdr buf;

	memset(flow, 0, sizeof(*flow));
	memcpy(flow->local, key->local, sizeof(flow->local));
	memcpy(flow->remote, key->remote, sizeof(flow->remote));
	flow->vid = frame->fid;
	flow->protocol = headers->protocol;
	flow->version = key->version == VSW_ACL_V6 ? 6 : 4;
	if (is_icmp(flow->version, headers->protocol)) {
		icmp = skb_header_pointer(frame->skb, headers->transport,
					  sizeof(buf), &buf);
		return icmp && put_echo(flow, icmp->type, icmp->un.echo.id,
					key->out);
	}
	if (!has_ports(headers->protocol))
		return true;
	if (!(headers->flags & VSW_HEADERS_PORTS))
		return false;
	flow->local_port = key->local_port;
	flow->remote_port = key->remote_port;
	return true;
}

/**
 * struct quote - what an ICMP error quotes
 * @src: who had sent it
 * @dst: to whom
 * @protocol: of IP, behind all extension headers
 * @transport: offset of what comes then
 */
struct quote {
	struct in6_addr src;
	struct in6_addr dst;
	u8 protocol;
	u32 transport;
};

static bool read_quote4(struct quote *quote, const struct sk_buff *skb, u32 at)
{
	const struct iphdr *ip;
	struct iphdr buf;

	ip = skb_header_pointer(skb, at, sizeof(buf), &buf);
	if (!ip || ip->version != 4 || ip->ihl < 5 ||
	    ip->frag_off & htons(0x1fff))
		return false;
	quote->src.s6_addr32[0] = ip->saddr;
	quote->dst.s6_addr32[0] = ip->daddr;
	quote->protocol = ip->protocol;
	quote->transport = at + ip->ihl * 4;
	return true;
}

static bool read_quote6(struct quote *quote, const struct sk_buff *skb, u32 at)
{
	const struct ipv6hdr *ip;
	__be16 fragment = 0;
	struct ipv6hdr buf;
	int transport;

	ip = skb_header_pointer(skb, at, sizeof(buf), &buf);
	if (!ip || ip->version != 6)
		return false;
	quote->src = ip->saddr;
	quote->dst = ip->daddr;
	quote->protocol = ip->nexthdr;
	transport = ipv6_skip_exthdr(skb, at + sizeof(buf), &quote->protocol,
				     &fragment);
	if (transport < 0 || ntohs(fragment) & 0xfff8)
		return false;
	quote->transport = transport;
	return true;
}

/**
 * vsw_acl_quoted_key() - which flow is an ICMP error about?
 * @flow: set
 * @key: the error
 * @frame: its frame
 *
 * Return: false if it is no error, or is not for who sent what it quotes.
 */
bool vsw_acl_quoted_key(struct vsw_flow_key *flow,
			const struct vsw_acl_key *key,
			const struct vsw_frame *frame)
{
	const struct vsw_headers *headers = &frame->headers;
	bool v6 = key->version == VSW_ACL_V6;
	u32 at = headers->transport + sizeof(struct icmphdr);
	struct quote quote = {};
	const u8 *bytes;
	u8 buf[8];

	if (!vsw_headers_is_icmp_error(headers) ||
	    !(v6 ? read_quote6(&quote, frame->skb, at) :
		   read_quote4(&quote, frame->skb, at)))
		return false;
	/*
	 * What was not looked at before could become something else, and what is behind
	 * the datagram its receiver does not look at.
	 */
	if (quote.transport + 8 > min(headers->transport + VSW_HEADERS_QUOTE,
				      headers->end))
		return false;
	/* Ports, or of ICMP the type and the identifier. */
	bytes = skb_header_pointer(frame->skb, quote.transport, 8, buf);
	if (!bytes || memcmp(&quote.src, &headers->dst, v6 ? 16 : 4))
		return false;

	memset(flow, 0, sizeof(*flow));
	flow->version = v6 ? 6 : 4;
	flow->protocol = quote.protocol;
	flow->vid = frame->fid;
	/* Its sender is whom the error goes to. */
	put_words(key->out ? flow->remote : flow->local, &quote.src,
		  key->version);
	put_words(key->out ? flow->local : flow->remote, &quote.dst,
		  key->version);
	if (is_icmp(flow->version, quote.protocol))
		return put_echo(flow, bytes[0],
				*(const __be16 *)(bytes + 4), !key->out);
	if (!has_ports(quote.protocol))
		return true;
	flow->local_port = get_unaligned_be16(bytes + (key->out ? 2 : 0));
	flow->remote_port = get_unaligned_be16(bytes + (key->out ? 0 : 2));
	return true;
}
