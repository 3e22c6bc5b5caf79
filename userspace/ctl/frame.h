/* SPDX-License-Identifier: GPL-2.0 */
/* Frames, put together from the inside out. */
#ifndef _VSWITCHCTL_FRAME_H
#define _VSWITCHCTL_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vswitch.h"

#define FRAME_MAX	65500
#define FRAME_MIN	14

/* An IPv4 or IPv6 address. */
struct ipaddr {
	int family;
	uint8_t addr[16];
};

/* What is already there begins at bytes + start; headers go before it. */
struct frame {
	size_t start;
	size_t len;
	uint8_t bytes[FRAME_MAX + 256];
};

/* What all frames have. */
struct frame_eth {
	bool has_src, has_dst, tagged;
	uint8_t src[VSW_MAC_LEN];
	uint8_t dst[VSW_MAC_LEN];
	uint16_t vid;
	uint8_t prio;
};

static inline const uint8_t *frame_data(const struct frame *f)
{
	return f->bytes + f->start;
}

/* A payload of so many bytes, each its own number. */
void frame_begin(struct frame *f, size_t payload);
void frame_udp(struct frame *f, const struct ipaddr *src, const struct ipaddr *dst,
	       uint16_t sport, uint16_t dport);
/* A SYN. */
void frame_tcp(struct frame *f, const struct ipaddr *src, const struct ipaddr *dst,
	       uint16_t sport, uint16_t dport);
/* ICMP or ICMPv6, by the addresses; @rest is the second half of the header. */
void frame_icmp(struct frame *f, const struct ipaddr *src, const struct ipaddr *dst,
		uint8_t type, uint8_t code, uint32_t rest);
void frame_ip(struct frame *f, const struct ipaddr *src, const struct ipaddr *dst,
	      uint8_t protocol, uint8_t ttl);
void frame_arp(struct frame *f, uint16_t op, const uint8_t *smac,
	       const struct ipaddr *src, const uint8_t *tmac, const struct ipaddr *dst);
/* Neighbour solicitation or advertisement, with the link-layer address. */
void frame_nd(struct frame *f, uint8_t type, const struct ipaddr *src,
	      const struct ipaddr *dst, const struct ipaddr *target,
	      const uint8_t *mac);
void frame_eth(struct frame *f, const struct frame_eth *eth, uint16_t type);

void ip_solicited_node(const struct ipaddr *ip, struct ipaddr *group);
/* The MAC of a group or of all; false: @ip is one station. */
bool ip_group_mac(const struct ipaddr *ip, uint8_t *mac);
bool parse_ip(const char *text, struct ipaddr *ip);
const char *ip_text(const struct ipaddr *ip);

#endif /* _VSWITCHCTL_FRAME_H */
