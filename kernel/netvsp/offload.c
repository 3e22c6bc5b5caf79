// SPDX-License-Identifier: GPL-2.0
/*
 * What a guest leaves to us, and we to it: checksums, large sends, and segments that
 * are put together. What frames say of it is checked against their headers, so that
 * the stack can rely on it.
 */
#include <linux/bitfield.h>
#include <linux/if_vlan.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/ip.h>
#include <net/ip6_checksum.h>
#include <net/ipv6.h>

#include "netvsp.h"

/* The least a segment has: TCP's own least, without its options. */
#define MSS_MIN		48

#define CSUM4	(NDIS_CSUM_IPV4_OPTIONS | NDIS_CSUM_TCP_OPTIONS | NDIS_CSUM_TCP | \
		 NDIS_CSUM_UDP | NDIS_CSUM_IPV4)
#define CSUM6	(NDIS_CSUM_IPV6_EXT | NDIS_CSUM_TCP_OPTIONS | NDIS_CSUM_TCP | \
		 NDIS_CSUM_UDP)

/**
 * nsp_offload_caps() - what can be left to us
 * @nic: the NIC
 * @in: in which revision the guest wants to know it; may be shorter
 * @in_len: bytes of that
 * @out: struct ndis_offload
 * @out_len: set to how much of it
 *
 * Return: RNDIS_STATUS_SUCCESS.
 */
u32 nsp_offload_caps(const struct nsp_nic *nic, const void *in, u32 in_len,
		     void *out, u32 *out_len)
{
	const struct ndis_object *asked = in;
	struct ndis_offload *caps = out;
	u8 revision = 1;

	if (in_len >= sizeof(*asked))
		revision = clamp_t(u8, asked->revision, 1, 3);
	else if (nic->session.version >= NVSP_VERSION_5)
		revision = 3;
	memset(caps, 0, sizeof(*caps));
	*out_len = revision == 1 ? NDIS_OFFLOAD_SIZE_1 :
		   revision == 2 ? NDIS_OFFLOAD_SIZE_2 : sizeof(*caps);
	caps->head.type = NDIS_OBJECT_OFFLOAD;
	caps->head.revision = revision;
	caps->head.size = cpu_to_le16(*out_len);
	caps->tx4_encap = cpu_to_le32(NDIS_ENCAP_8023);
	caps->tx4 = cpu_to_le32(CSUM4);
	caps->rx4_encap = cpu_to_le32(NDIS_ENCAP_8023);
	caps->rx4 = cpu_to_le32(CSUM4 & ~(NDIS_CSUM_IPV4 | NDIS_CSUM_IPV4_OPTIONS));
	caps->tx6_encap = cpu_to_le32(NDIS_ENCAP_8023);
	caps->tx6 = cpu_to_le32(CSUM6);
	caps->rx6_encap = cpu_to_le32(NDIS_ENCAP_8023);
	caps->rx6 = cpu_to_le32(CSUM6);
	caps->lso4_encap = cpu_to_le32(NDIS_ENCAP_8023);
	caps->lso4_max = cpu_to_le32(NSP_LSO_MAX);
	caps->lso4_min = cpu_to_le32(2);
	caps->lso6_encap = cpu_to_le32(NDIS_ENCAP_8023);
	caps->lso6_max = cpu_to_le32(NSP_LSO_MAX);
	caps->lso6_min = cpu_to_le32(2);
	caps->lso6_options = cpu_to_le32(NDIS_CSUM_IPV6_EXT |
					 NDIS_CSUM_TCP_OPTIONS);
	/* The guest has to say that it knows what these are. */
	if (nic->session.caps & NVSP_CAP_RSC) {
		caps->rsc4 = 1;
		caps->rsc6 = 1;
	}
	return RNDIS_STATUS_SUCCESS;
}

/**
 * nsp_offload_config() - what is left to us, as it is now
 * @nic: the NIC
 * @in: as nsp_offload_caps(), and the others
 * @in_len: bytes of that
 * @out: struct ndis_offload
 * @out_len: set to how much of it
 *
 * What a guest turns off of what we do for it, it does not ask for in its frames.
 *
 * Return: RNDIS_STATUS_SUCCESS.
 */
u32 nsp_offload_config(const struct nsp_nic *nic, const void *in, u32 in_len,
		       void *out, u32 *out_len)
{
	struct ndis_offload *config = out;
	u32 status = nsp_offload_caps(nic, in, in_len, out, out_len);

	config->rsc4 = nic->session.rsc4;
	config->rsc6 = nic->session.rsc6;
	return status;
}

static bool rsc_param(bool now, u8 param)
{
	return param == NDIS_PARAM_UNCHANGED ? now : param == NDIS_PARAM_ON;
}

/**
 * nsp_offload_set() - what the guest wants of it
 * @nic: the NIC
 * @in: struct ndis_offload_params, or the beginning of it
 * @len: bytes of it
 *
 * Return: RNDIS_STATUS_*.
 */
u32 nsp_offload_set(struct nsp_nic *nic, const void *in, u32 len)
{
	struct nsp_session *s = &nic->session;
	struct nsp_offload_said said;
	u32 status;

	status = nsp_offload_parse(&said, in, len);
	if (status)
		return status;
	if (s->caps & NVSP_CAP_RSC) {
		s->rsc4 = rsc_param(s->rsc4, said.rsc4);
		s->rsc6 = rsc_param(s->rsc6, said.rsc6);
	}
	nsp_offload_publish(nic);
	return RNDIS_STATUS_SUCCESS;
}

/**
 * nsp_offload_publish() - those who send shall see what the session says
 * @nic: the NIC
 *
 * Context: process; one at a time, as nsp_filter_publish().
 */
void nsp_offload_publish(struct nsp_nic *nic)
{
	const struct nsp_session *s = &nic->session;
	u32 rsc = 0;

	if (s->rsc4)
		rsc |= NSP_RSC_IPV4;
	if (s->rsc6)
		rsc |= NSP_RSC_IPV6;
	if (s->caps & NVSP_CAP_8021Q)
		rsc |= NSP_TAGS;
	WRITE_ONCE(nic->rsc, rsc);
}

/**
 * nsp_features_check() - can the guest take a frame as it is?
 * @skb: the frame
 * @dev: the netdev
 * @features: its
 *
 * Return: for ndo_features_check: what it can do with this one.
 */
netdev_features_t nsp_features_check(struct sk_buff *skb, struct net_device *dev,
				     netdev_features_t features)
{
	const struct nsp_nic *nic = nsp_nic(dev);
	u32 rsc = READ_ONCE(nic->rsc), type;

	if (!(rsc & NSP_TAGS))
		features &= ~(NETIF_F_HW_VLAN_CTAG_TX);
	if (skb_is_gso(skb)) {
		type = skb_shinfo(skb)->gso_type;
		if ((type & SKB_GSO_TCPV4 && !(rsc & NSP_RSC_IPV4)) ||
		    (type & SKB_GSO_TCPV6 && !(rsc & NSP_RSC_IPV6)) ||
		    skb->len > READ_ONCE(nic->rsc_max))
			features &= ~NETIF_F_GSO_MASK;
	}
	return vlan_features_check(skb, features);
}

/* Return: where TCP is, or 0 if that cannot be said of this frame. */
static u32 lso_ipv4(struct sk_buff *skb)
{
	struct iphdr *ip = (void *)(skb->data + ETH_HLEN);
	u32 offset;

	if (skb_headlen(skb) < ETH_HLEN + sizeof(*ip) || ip->version != 4 ||
	    ip->ihl < 5 || ip->protocol != IPPROTO_TCP || ip_is_fragment(ip))
		return 0;
	offset = ETH_HLEN + ip->ihl * 4;
	return offset + sizeof(struct tcphdr) <= skb_headlen(skb) ? offset : 0;
}

static u32 lso_ipv6(struct sk_buff *skb)
{
	struct ipv6hdr *ip = (void *)(skb->data + ETH_HLEN);
	__be16 fragment;
	u8 next;
	int at;

	if (skb_headlen(skb) < ETH_HLEN + sizeof(*ip) || ip->version != 6)
		return 0;
	next = ip->nexthdr;
	at = ipv6_skip_exthdr(skb, ETH_HLEN + sizeof(*ip), &next, &fragment);
	if (at < 0 || next != IPPROTO_TCP || fragment ||
	    at + sizeof(struct tcphdr) > skb_headlen(skb))
		return 0;
	return at;
}

/* The lengths that guests leave out, or cannot know, and the sum of them. */
static void lso_lengths(struct sk_buff *skb, u32 offset, bool v6)
{
	struct tcphdr *tcp = (void *)(skb->data + offset);
	struct ipv6hdr *ip6 = (void *)(skb->data + ETH_HLEN);
	struct iphdr *ip = (void *)(skb->data + ETH_HLEN);

	if (v6) {
		ip6->payload_len = htons(skb->len - ETH_HLEN - sizeof(*ip6));
		tcp->check = ~csum_ipv6_magic(&ip6->saddr, &ip6->daddr,
					      skb->len - offset, IPPROTO_TCP, 0);
	} else {
		ip->tot_len = htons(skb->len - ETH_HLEN);
		ip_send_check(ip);
		tcp->check = ~csum_tcpudp_magic(ip->saddr, ip->daddr,
						skb->len - offset, IPPROTO_TCP, 0);
	}
}

/**
 * nsp_lso() - a frame that is to be segmented
 * @skb: the frame, at its Ethernet header; what there is of headers is linear
 * @info: RNDIS_LSO_*
 * @most: bytes of a segment with its headers
 *
 * Return: false if it cannot be.
 */
bool nsp_lso(struct sk_buff *skb, u32 info, u32 most)
{
	__be16 proto = ((struct ethhdr *)skb->data)->h_proto;
	u32 mss = FIELD_GET(RNDIS_LSO_MSS, info), offset, head;
	bool v6 = info & RNDIS_LSO_IPV6;
	struct tcphdr *tcp;

	if (!(info & RNDIS_LSO_V2) || mss < MSS_MIN ||
	    proto != (v6 ? htons(ETH_P_IPV6) : htons(ETH_P_IP)))
		return false;
	offset = v6 ? lso_ipv6(skb) : lso_ipv4(skb);
	if (!offset || offset != FIELD_GET(RNDIS_LSO_OFFSET, info))
		return false;
	tcp = (void *)(skb->data + offset);
	head = offset + tcp->doff * 4;
	if (tcp->doff < 5 || head > skb_headlen(skb) || head >= skb->len ||
	    head + mss > most)
		return false;
	lso_lengths(skb, offset, v6);
	if (!skb_partial_csum_set(skb, offset, offsetof(struct tcphdr, check)))
		return false;
	if (skb->len - head <= mss)
		return true;
	skb_shinfo(skb)->gso_size = mss;
	skb_shinfo(skb)->gso_segs = DIV_ROUND_UP(skb->len - head, mss);
	skb_shinfo(skb)->gso_type = v6 ? SKB_GSO_TCPV6 : SKB_GSO_TCPV4;
	if (tcp->cwr)
		skb_shinfo(skb)->gso_type |= SKB_GSO_TCP_ECN;
	return true;
}

/* Where IP is; Linux leaves tags other than 802.1Q before it. */
static u32 csum_network(const struct sk_buff *skb, __be16 *proto)
{
	u32 at = ETH_HLEN;

	*proto = ((struct ethhdr *)skb->data)->h_proto;
	while (eth_type_vlan(*proto) && at + VLAN_HLEN <= skb_headlen(skb)) {
		*proto = ((struct vlan_hdr *)(skb->data + at))->h_vlan_encapsulated_proto;
		at += VLAN_HLEN;
	}
	return at;
}

/* Return: where that of @protocol begins, or 0 if that cannot be said of this frame. */
static u32 csum_ipv4(struct sk_buff *skb, u32 at, u8 protocol, bool compute)
{
	struct iphdr *ip = (void *)(skb->data + at);
	u32 end;

	if (skb_headlen(skb) < at + sizeof(*ip) || ip->version != 4 || ip->ihl < 5)
		return 0;
	end = at + ip->ihl * 4;
	if (skb_headlen(skb) < end)
		return 0;
	if (compute)
		ip_send_check(ip);
	if (protocol && (ip->protocol != protocol || ip_is_fragment(ip)))
		return 0;
	return end;
}

static u32 csum_ipv6(struct sk_buff *skb, u32 at, u8 protocol)
{
	struct ipv6hdr *ip = (void *)(skb->data + at);
	__be16 fragment;
	int end;
	u8 next;

	if (skb_headlen(skb) < at + sizeof(*ip) || ip->version != 6)
		return 0;
	next = ip->nexthdr;
	end = ipv6_skip_exthdr(skb, at + sizeof(*ip), &next, &fragment);
	return end > 0 && next == protocol && !fragment ? end : 0;
}

/**
 * nsp_txcsum() - a frame whose checksums are to be computed
 * @skb: the frame, at its Ethernet header
 * @info: RNDIS_TXCSUM_*
 *
 * That of IP is computed here, the other one by who has to have it: after the frame was
 * let pass, so that it must not be written over anything else.
 *
 * Return: false if there is no such header.
 */
bool nsp_txcsum(struct sk_buff *skb, u32 info)
{
	u32 said = FIELD_GET(RNDIS_TXCSUM_OFFSET, info), field = 0, at, offset;
	bool ip_sum = info & RNDIS_TXCSUM_IP && info & RNDIS_TXCSUM_IPV4;
	__be16 proto;
	u8 l4 = 0;

	if (info & RNDIS_TXCSUM_TCP) {
		l4 = IPPROTO_TCP;
		field = offsetof(struct tcphdr, check);
	} else if (info & RNDIS_TXCSUM_UDP) {
		l4 = IPPROTO_UDP;
		field = offsetof(struct udphdr, check);
	} else if (!ip_sum) {
		return true;
	}
	at = csum_network(skb, &proto);
	if (proto == htons(ETH_P_IP))
		offset = csum_ipv4(skb, at, l4, ip_sum);
	else if (proto == htons(ETH_P_IPV6) && !ip_sum)
		offset = csum_ipv6(skb, at, l4);
	else
		offset = 0;
	if (!offset || !l4)
		return offset;
	/* NDIS says where TCP is, and nothing of UDP. */
	if (said != offset && (l4 == IPPROTO_TCP || said))
		return false;
	if (!pskb_may_pull(skb, offset + field + sizeof(__sum16)))
		return false;
	return skb_partial_csum_set(skb, offset, field);
}
