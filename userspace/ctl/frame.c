// SPDX-License-Identifier: GPL-2.0
/* Frames, put together from the inside out. Each header finds what it covers. */
#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <string.h>

#include "frame.h"

#define ROOM		256		/* for headers */
#define TTL_ND		255

static uint8_t *push(struct frame *f, size_t len)
{
	f->start -= len;
	f->len += len;
	memset(f->bytes + f->start, 0, len);
	return f->bytes + f->start;
}

static void put16(uint8_t *to, uint16_t v)
{
	to[0] = v >> 8;
	to[1] = v;
}

static void put32(uint8_t *to, uint32_t v)
{
	put16(to, v >> 16);
	put16(to + 2, v);
}

static uint32_t sum(uint32_t start, const uint8_t *data, size_t len)
{
	size_t i;

	for (i = 0; i + 1 < len; i += 2)
		start += data[i] << 8 | data[i + 1];
	if (len & 1)
		start += data[len - 1] << 8;
	return start;
}

static uint16_t fold(uint32_t s)
{
	while (s >> 16)
		s = (s & 0xffff) + (s >> 16);
	return ~s;
}

static size_t ip_len(const struct ipaddr *ip)
{
	return ip->family == AF_INET ? 4 : 16;
}

/* Of the frame so far, which @src sends to @dst. */
static uint16_t checksum(const struct frame *f, const struct ipaddr *src,
			 const struct ipaddr *dst, uint8_t protocol)
{
	uint32_t s = protocol + f->len;

	s = sum(s, src->addr, ip_len(src));
	s = sum(s, dst->addr, ip_len(dst));
	return fold(sum(s, frame_data(f), f->len));
}

void frame_begin(struct frame *f, size_t payload)
{
	size_t i;

	f->start = ROOM;
	f->len = payload;
	for (i = 0; i < payload; i++)
		f->bytes[ROOM + i] = i;
}

void frame_udp(struct frame *f, const struct ipaddr *src, const struct ipaddr *dst,
	       uint16_t sport, uint16_t dport)
{
	uint8_t *h = push(f, 8);
	uint16_t check;

	put16(h, sport);
	put16(h + 2, dport);
	put16(h + 4, f->len);
	check = checksum(f, src, dst, IPPROTO_UDP);
	put16(h + 6, check ? check : 0xffff);
}

void frame_tcp(struct frame *f, const struct ipaddr *src, const struct ipaddr *dst,
	       uint16_t sport, uint16_t dport)
{
	uint8_t *h = push(f, 20);

	put16(h, sport);
	put16(h + 2, dport);
	put32(h + 4, 1);
	h[12] = 5 << 4;
	h[13] = 0x02;		/* SYN */
	put16(h + 14, 65535);
	put16(h + 16, checksum(f, src, dst, IPPROTO_TCP));
}

void frame_icmp(struct frame *f, const struct ipaddr *src, const struct ipaddr *dst,
		uint8_t type, uint8_t code, uint32_t rest)
{
	uint8_t *h = push(f, 8);

	h[0] = type;
	h[1] = code;
	put32(h + 4, rest);
	if (src->family == AF_INET)
		put16(h + 2, fold(sum(0, h, f->len)));
	else
		put16(h + 2, checksum(f, src, dst, IPPROTO_ICMPV6));
}

void frame_ip(struct frame *f, const struct ipaddr *src, const struct ipaddr *dst,
	      uint8_t protocol, uint8_t ttl)
{
	size_t payload = f->len;
	uint8_t *h;

	if (src->family == AF_INET) {
		h = push(f, 20);
		h[0] = 0x45;
		put16(h + 2, f->len);
		h[8] = ttl;
		h[9] = protocol;
		memcpy(h + 12, src->addr, 4);
		memcpy(h + 16, dst->addr, 4);
		put16(h + 10, fold(sum(0, h, 20)));
	} else {
		h = push(f, 40);
		h[0] = 0x60;
		put16(h + 4, payload);
		h[6] = protocol;
		h[7] = ttl;
		memcpy(h + 8, src->addr, 16);
		memcpy(h + 24, dst->addr, 16);
	}
}

void frame_arp(struct frame *f, uint16_t op, const uint8_t *smac,
	       const struct ipaddr *src, const uint8_t *tmac, const struct ipaddr *dst)
{
	uint8_t *h;

	frame_begin(f, 0);
	h = push(f, 28);
	put16(h, 1);
	put16(h + 2, ETH_P_IP);
	h[4] = VSW_MAC_LEN;
	h[5] = 4;
	put16(h + 6, op);
	memcpy(h + 8, smac, VSW_MAC_LEN);
	memcpy(h + 14, src->addr, 4);
	if (tmac)
		memcpy(h + 18, tmac, VSW_MAC_LEN);
	memcpy(h + 24, dst->addr, 4);
}

void frame_nd(struct frame *f, uint8_t type, const struct ipaddr *src,
	      const struct ipaddr *dst, const struct ipaddr *target,
	      const uint8_t *mac)
{
	bool solicit = type == ND_NEIGHBOR_SOLICIT;
	static const uint8_t any[16];
	uint8_t *h;

	frame_begin(f, 0);
	/* Nobody without an address may say where he is. */
	if (memcmp(src->addr, any, sizeof(any))) {
		h = push(f, 8);
		h[0] = solicit ? ND_OPT_SOURCE_LINKADDR :
				 ND_OPT_TARGET_LINKADDR;
		h[1] = 1;
		memcpy(h + 2, mac, VSW_MAC_LEN);
	}
	h = push(f, 16);
	memcpy(h, target->addr, 16);
	frame_icmp(f, src, dst, type, 0, solicit ? 0 : 0x60000000);
	frame_ip(f, src, dst, IPPROTO_ICMPV6, TTL_ND);
}

void frame_eth(struct frame *f, const struct frame_eth *eth, uint16_t type)
{
	uint8_t *h;

	h = push(f, 2);
	put16(h, type);
	if (eth->tagged) {
		h = push(f, 4);
		put16(h, ETH_P_8021Q);
		put16(h + 2, eth->prio << 13 | eth->vid);
	}
	h = push(f, 12);
	memcpy(h, eth->dst, VSW_MAC_LEN);
	memcpy(h + VSW_MAC_LEN, eth->src, VSW_MAC_LEN);
}

void ip_solicited_node(const struct ipaddr *ip, struct ipaddr *group)
{
	static const uint8_t prefix[] = {
		0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff,
	};

	*group = *ip;
	memcpy(group->addr, prefix, sizeof(prefix));
}

bool ip_group_mac(const struct ipaddr *ip, uint8_t *mac)
{
	static const uint8_t all[4] = { 255, 255, 255, 255 };

	if (ip->family == AF_INET6) {
		if (ip->addr[0] != 0xff)
			return false;
		mac[0] = 0x33;
		mac[1] = 0x33;
		memcpy(mac + 2, ip->addr + 12, 4);
		return true;
	}
	if (!memcmp(ip->addr, all, sizeof(all))) {
		memset(mac, 0xff, VSW_MAC_LEN);
		return true;
	}
	if (ip->addr[0] >> 4 != 14)
		return false;
	mac[0] = 0x01;
	mac[1] = 0x00;
	mac[2] = 0x5e;
	memcpy(mac + 3, ip->addr + 1, 3);
	mac[3] &= 0x7f;
	return true;
}

bool parse_ip(const char *text, struct ipaddr *ip)
{
	memset(ip, 0, sizeof(*ip));
	ip->family = strchr(text, ':') ? AF_INET6 : AF_INET;
	return inet_pton(ip->family, text, ip->addr) == 1;
}

const char *ip_text(const struct ipaddr *ip)
{
	static char text[2][INET6_ADDRSTRLEN];
	static unsigned int next;
	char *to = text[next++ % 2];

	inet_ntop(ip->family, ip->addr, to, INET6_ADDRSTRLEN);
	return to;
}
