// SPDX-License-Identifier: GPL-2.0
/*
 * A frame from words: its bytes in hex, a record of a pcap file, or a few words
 * that describe it.
 */
#include <ctype.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "describe.h"

#define PCAP_USEC	0xa1b2c3d4
#define PCAP_NSEC	0xa1b23c4d
#define PCAP_NG		0x0a0d0d0a
#define PCAP_ETHERNET	1

#define TTL		64
#define PAYLOAD		18

const char describe_usage[] =
"DEV hex BYTES\n"
"           DEV pcap FILE [record N]\n"
"           DEV arp [request|reply] from IP to IP [OPTIONS]\n"
"           DEV solicit|advertise from IP to IP [target IP] [OPTIONS]\n"
"           DEV icmp [type N] [code N] from IP to IP [OPTIONS]\n"
"           DEV udp|tcp from IP PORT to IP PORT [OPTIONS]\n"
"           DEV ip proto N from IP to IP [OPTIONS]\n"
"           DEV type HEX [OPTIONS]\n"
"           OPTIONS: [smac ADDR] [dmac ADDR] [vlan N] [prio N] [size N]";

/* What a description says. */
struct words {
	struct frame_eth eth;
	bool has_from, has_to, has_target, has_size, has_vid, has_prio;
	struct ipaddr from, to, target;
	uint16_t sport, dport;
	uint32_t size;
	bool ports;
};

static int hex_digit(char c)
{
	if (!isxdigit((unsigned char)c))
		return -1;
	return isdigit((unsigned char)c) ? c - '0' :
					   tolower((unsigned char)c) - 'a' + 10;
}

static int describe_hex(struct args *a, struct frame *f)
{
	size_t digits = 0;
	const char *p;
	int err, d;

	err = arg_word(a, "the frame in hex", &p);
	if (err)
		return err;
	memset(f, 0, sizeof(*f));
	for (; *p; p++) {
		if (strchr(" :-\t\n", *p))
			continue;
		d = hex_digit(*p);
		if (d < 0)
			return arg_usage(a, "'%c' is no hex digit", *p);
		if (digits / 2 == FRAME_MAX)
			return arg_usage(a, "the frame is longer than %d bytes",
					 FRAME_MAX);
		f->bytes[digits / 2] = f->bytes[digits / 2] << 4 | d;
		digits++;
	}
	if (digits & 1)
		return arg_usage(a, "the frame has half a byte at its end");
	f->len = digits / 2;
	if (f->len < FRAME_MIN)
		return arg_usage(a, "the frame has %zu bytes, expected at least the %d of its header",
				 f->len, FRAME_MIN);
	return arg_end(a);
}

static uint32_t pcap_u32(const uint8_t *p, bool swapped)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return swapped ? __builtin_bswap32(v) : v;
}

/* Returns why it cannot be had, or NULL. */
static const char *pcap_record(FILE *file, uint32_t number, struct frame *f)
{
	uint8_t head[24], rec[16];
	bool swapped;
	uint32_t magic, len;

	if (fread(head, sizeof(head), 1, file) != 1)
		return "it is no pcap file";
	magic = pcap_u32(head, false);
	if (magic == PCAP_NG)
		return "it is pcapng: 'tcpdump -r FILE -w NEW' makes pcap of it";
	swapped = magic != PCAP_USEC && magic != PCAP_NSEC;
	magic = pcap_u32(head, swapped);
	if (magic != PCAP_USEC && magic != PCAP_NSEC)
		return "it is no pcap file";
	if ((pcap_u32(head + 20, swapped) & 0xffff) != PCAP_ETHERNET)
		return "its records are no Ethernet frames";
	for (;;) {
		if (fread(rec, sizeof(rec), 1, file) != 1)
			return "it has no such record";
		len = pcap_u32(rec + 8, swapped);
		if (len > FRAME_MAX)
			return "a record is longer than any frame";
		if (fread(f->bytes, 1, len, file) != len)
			return "it ends within a record";
		if (!--number)
			break;
	}
	if (len < pcap_u32(rec + 12, swapped))
		return "the record is cut short: capture whole frames, with -s 0";
	if (len < FRAME_MIN)
		return "the record is shorter than a header";
	f->start = 0;
	f->len = len;
	return NULL;
}

static int describe_pcap(struct ctx *ctx, struct args *a, struct frame *f)
{
	uint32_t number = 1;
	const char *path, *why;
	FILE *file;
	int err;

	err = arg_word(a, "the file", &path);
	if (err)
		return err;
	if (arg_is(a, "record"))
		err = arg_u32(a, "record", 1, UINT32_MAX, &number);
	if (!err)
		err = arg_end(a);
	if (err)
		return err;
	file = fopen(path, "rb");
	if (!file)
		return report_text(ctx, "pcap", path, "%s", strerror(errno));
	why = pcap_record(file, number, f);
	fclose(file);
	return why ? report_text(ctx, "pcap", path, "%s", why) : 0;
}

static int arg_ip(struct args *a, const char *what, struct ipaddr *ip)
{
	const char *text;
	int err = arg_word(a, what, &text);

	if (!err && !parse_ip(text, ip))
		err = arg_usage(a, "%s '%s' is no IP address, expected one like 192.0.2.1 or 2001:db8::1",
				what, text);
	return err;
}

static int arg_end_point(struct args *a, const char *what, struct ipaddr *ip,
			 bool ports, uint16_t *port)
{
	uint32_t v;
	int err = arg_ip(a, what, ip);

	if (!err && ports) {
		err = arg_u32(a, "port", 0, UINT16_MAX, &v);
		if (!err)
			*port = v;
	}
	return err;
}

/* A destination may be a group; a source may be nobody's. */
static int arg_any_mac(struct args *a, const char *what, uint8_t *mac)
{
	const char *text;
	int err = arg_word(a, what, &text);

	if (!err && !parse_mac(text, mac))
		err = arg_usage(a, "%s '%s' is no MAC address, expected one like 02:00:00:00:00:01",
				what, text);
	return err;
}

static int parse_option(struct args *a, struct words *w)
{
	uint32_t v;
	int err;

	if (arg_is(a, "from") || arg_is(a, "src")) {
		err = arg_once(a, "from", &w->has_from);
		return err ? err : arg_end_point(a, "from", &w->from, w->ports,
						 &w->sport);
	}
	if (arg_is(a, "to") || arg_is(a, "dst")) {
		err = arg_once(a, "to", &w->has_to);
		return err ? err : arg_end_point(a, "to", &w->to, w->ports,
						 &w->dport);
	}
	if (arg_is(a, "target")) {
		err = arg_once(a, "target", &w->has_target);
		return err ? err : arg_ip(a, "target", &w->target);
	}
	if (arg_is(a, "smac")) {
		err = arg_once(a, "smac", &w->eth.has_src);
		return err ? err : arg_any_mac(a, "smac", w->eth.src);
	}
	if (arg_is(a, "dmac")) {
		err = arg_once(a, "dmac", &w->eth.has_dst);
		return err ? err : arg_any_mac(a, "dmac", w->eth.dst);
	}
	if (arg_is(a, "vlan")) {
		err = arg_once(a, "vlan", &w->has_vid);
		w->eth.tagged = true;
		return err ? err : arg_vlan(a, "vlan", 0, &w->eth.vid);
	}
	if (arg_is(a, "prio")) {
		err = arg_once(a, "prio", &w->has_prio);
		if (!err)
			err = arg_u32(a, "prio", 0, 7, &v);
		if (!err)
			w->eth.prio = v;
		w->eth.tagged = true;
		return err;
	}
	if (arg_is(a, "size")) {
		err = arg_once(a, "size", &w->has_size);
		return err ? err : arg_u32(a, "size", 0, FRAME_MAX - 100,
					   &w->size);
	}
	return arg_unknown(a, "from, to, target, smac, dmac, vlan, prio or size");
}

static int parse_options(struct args *a, struct words *w)
{
	int err = 0;

	while (!err && arg_peek(a))
		err = parse_option(a, w);
	return err;
}

/* Both ends, of one family; @family 0: either. */
static int need_ends(struct args *a, const struct words *w, int family)
{
	if (!w->has_from || !w->has_to)
		return arg_usage(a, "expected from and to, and their IP addresses");
	if (w->from.family != w->to.family)
		return arg_usage(a, "from and to are not both IPv4, or both IPv6");
	if (family && w->from.family != family)
		return arg_usage(a, "expected %s addresses",
				 family == AF_INET ? "IPv4" : "IPv6");
	return 0;
}

static int need_macs(struct args *a, struct words *w)
{
	if (w->eth.has_dst)
		return 0;
	if (w->has_to && ip_group_mac(&w->to, w->eth.dst))
		return 0;
	return arg_usage(a, "expected dmac and the MAC address of the next hop");
}

static int build_arp(struct args *a, struct words *w, struct frame *f, bool reply)
{
	int err = need_ends(a, w, AF_INET);

	if (!err && !w->eth.has_dst) {
		if (reply)
			err = need_macs(a, w);
		else
			memset(w->eth.dst, 0xff, sizeof(w->eth.dst));
	}
	if (err)
		return err;
	frame_arp(f, reply ? 2 : 1, w->eth.src, &w->from,
		  reply ? w->eth.dst : NULL, &w->to);
	frame_eth(f, &w->eth, ETH_P_ARP);
	return 0;
}

static int build_nd(struct args *a, struct words *w, struct frame *f,
		    bool solicit)
{
	int err = need_ends(a, w, AF_INET6);

	if (err)
		return err;
	if (!w->has_target)
		w->target = solicit ? w->to : w->from;
	/* One asks a group, unless it is said whom. */
	if (solicit && !w->eth.has_dst && w->to.addr[0] != 0xff)
		ip_solicited_node(&w->target, &w->to);
	err = need_macs(a, w);
	if (err)
		return err;
	frame_nd(f, solicit ? ND_NEIGHBOR_SOLICIT : ND_NEIGHBOR_ADVERT,
		 &w->from, &w->to, &w->target, w->eth.src);
	frame_eth(f, &w->eth, ETH_P_IPV6);
	return 0;
}

static int finish_ip(struct words *w, struct frame *f, uint8_t protocol)
{
	frame_ip(f, &w->from, &w->to, protocol, TTL);
	frame_eth(f, &w->eth, w->from.family == AF_INET ? ETH_P_IP : ETH_P_IPV6);
	return 0;
}

/* The kinds that need more than addresses. */
enum kind { ARP, SOLICIT, ADVERTISE, ICMP, UDP, TCP, IP, TYPE };

static int arg_byte(struct args *a, const char *what, uint32_t *out)
{
	return arg_is(a, what) ? arg_u32(a, what, 0, UINT8_MAX, out) : 0;
}

static int arg_ethertype(struct args *a, uint32_t *out)
{
	const char *text;
	char *end;
	int err = arg_word(a, "type", &text);

	if (err)
		return err;
	*out = strtoul(text, &end, 16);
	if (!isxdigit((unsigned char)*text) || *end || *out > 0xffff)
		return arg_usage(a, "type '%s' is no EtherType, expected one like 88b5",
				 text);
	return 0;
}

/* What comes before the options. */
static int parse_kind(struct args *a, enum kind kind, bool *reply,
		      uint32_t *type, uint32_t *code)
{
	int err = 0;

	*type = UINT32_MAX;
	*code = 0;
	switch (kind) {
	case ARP:
		*reply = arg_is(a, "reply");
		if (!*reply)
			arg_is(a, "request");
		break;
	case ICMP:
		err = arg_byte(a, "type", type);
		if (!err)
			err = arg_byte(a, "code", code);
		break;
	case IP:
		if (!arg_is(a, "proto"))
			return arg_unknown(a, "proto and a protocol number");
		err = arg_u32(a, "proto", 0, UINT8_MAX, type);
		break;
	case TYPE:
		err = arg_ethertype(a, type);
		break;
	default:
		break;
	}
	return err;
}

static int build(struct args *a, enum kind kind, struct words *w,
		 struct frame *f, bool reply, uint32_t type, uint32_t code)
{
	size_t size = w->has_size ? w->size : PAYLOAD;
	int err;

	if (kind == ARP)
		return build_arp(a, w, f, reply);
	if (kind == SOLICIT || kind == ADVERTISE)
		return build_nd(a, w, f, kind == SOLICIT);
	err = need_macs(a, w);
	if (!err && kind != TYPE)
		err = need_ends(a, w, 0);
	if (err)
		return err;
	frame_begin(f, size);
	switch (kind) {
	case ICMP:
		if (type == UINT32_MAX)
			type = w->from.family == AF_INET ? ICMP_ECHO :
							   ICMP6_ECHO_REQUEST;
		frame_icmp(f, &w->from, &w->to, type, code, 0x00010001);
		return finish_ip(w, f, w->from.family == AF_INET ?
				 IPPROTO_ICMP : IPPROTO_ICMPV6);
	case UDP:
		frame_udp(f, &w->from, &w->to, w->sport, w->dport);
		return finish_ip(w, f, IPPROTO_UDP);
	case TCP:
		frame_tcp(f, &w->from, &w->to, w->sport, w->dport);
		return finish_ip(w, f, IPPROTO_TCP);
	case IP:
		return finish_ip(w, f, type);
	default:
		frame_eth(f, &w->eth, type);
		return 0;
	}
}

static const char *const kinds[] = {
	[ARP] = "arp", [SOLICIT] = "solicit", [ADVERTISE] = "advertise",
	[ICMP] = "icmp", [UDP] = "udp", [TCP] = "tcp", [IP] = "ip",
	[TYPE] = "type",
};

#define N_KINDS (sizeof(kinds) / sizeof(kinds[0]))

int describe_frame(struct ctx *ctx, struct args *a, struct frame *f,
		   int (*mac)(struct ctx *ctx, void *arg, uint8_t *out),
		   void *arg)
{
	struct words w = { .eth.tagged = false };
	uint32_t type, code;
	bool reply = false;
	unsigned int kind;
	int err;

	if (arg_is(a, "hex"))
		return describe_hex(a, f);
	if (arg_is(a, "pcap"))
		return describe_pcap(ctx, a, f);
	for (kind = 0; kind < N_KINDS; kind++)
		if (arg_is(a, kinds[kind]))
			break;
	if (kind == N_KINDS)
		return arg_unknown(a, "hex, pcap, arp, solicit, advertise, icmp, udp, tcp, ip or type");
	w.ports = kind == UDP || kind == TCP;
	err = parse_kind(a, kind, &reply, &type, &code);
	if (!err)
		err = parse_options(a, &w);
	if (!err && !w.eth.has_src)
		err = mac(ctx, arg, w.eth.src);
	if (!err)
		err = build(a, kind, &w, f, reply, type, code);
	return err;
}
