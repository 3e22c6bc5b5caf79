// SPDX-License-Identifier: GPL-2.0
/* headers.c: what is behind tags, options, extension headers and fragments. */
#include "test.h"
#include "test_skb.h"
#include "../../kernel/vswitch/headers.c"

#define DHCP4	68
#define DHCP6	546

/* A frame under construction, from its network header on. */
static struct frame {
	u16 type;
	u32 len;
	bool gso;
	u8 bytes[1024];
} f;

static void start(u16 type)
{
	memset(&f, 0, sizeof(f));
	f.type = type;
}

static void put8(u8 v)
{
	f.bytes[f.len++] = v;
}

static void put16(u16 v)
{
	put8(v >> 8);
	put8(v);
}

static void zeroes(u32 n)
{
	f.len += n;
}

static void set16(u32 at, u16 v)
{
	f.bytes[at] = v >> 8;
	f.bytes[at + 1] = v;
}

/* An IPv4 header, @options in words; @frag is the field of that name. */
static void put_ipv4(u8 protocol, u32 payload, u32 options, u16 frag)
{
	put8(0x45 + options);
	put8(0);
	put16(20 + options * 4 + payload);
	put16(0xabcd);
	put16(frag);
	put8(64);
	put8(protocol);
	put16(0);
	put16(0xc000);
	put16(0x0201);
	put16(0xc000);
	put16(0x0202);
	while (options--) {
		put16(0x0101);
		put16(0x0101);
	}
}

static void put_ipv6(u8 next, u16 payload)
{
	put16(0x6000);
	put16(0);
	put16(payload);
	put8(next);
	put8(64);
	put16(0xfe80);
	zeroes(13);
	put8(1);
	put16(0xff02);
	zeroes(13);
	put8(2);
}

/* An extension header of @units beyond the first, whatever its kind. */
static void put_ext(u8 next, u8 units)
{
	put8(next);
	put8(units);
	put16(0x0104);		/* PadN */
	zeroes(4 + units * 8);
}

static void put_frag(u8 next, u16 frag)
{
	put8(next);
	put8(0);
	put16(frag);
	put16(0x1234);
	put16(0x5678);
}

static void put_udp(u16 port, u32 payload)
{
	put16(1000);
	put16(port);
	put16(8 + payload);
	put16(0);
	zeroes(payload);
}

static struct vsw_headers parse_split(u32 len, u32 linear)
{
	struct sk_buff *skb = test_skb(f.bytes, len, linear, f.type, f.gso);
	struct vsw_headers headers;

	vsw_headers_parse(&headers, skb);
	test_skb_free(skb);
	return headers;
}

/* The same wherever the frame is cut into pieces. */
static struct vsw_headers parse(void)
{
	struct vsw_headers whole = parse_split(f.len, f.len), other;
	u32 linear;

	for (linear = 0; linear < f.len; linear += 1 + linear / 100) {
		other = parse_split(f.len, linear);
		check(!memcmp(&whole, &other, sizeof(whole)),
		      "%u of %u bytes linear", linear, f.len);
	}
	return whole;
}

static bool is_bad(void)
{
	return parse().kind == VSW_HEADERS_BAD;
}

static bool shows(u8 kind, u16 port)
{
	struct vsw_headers h = parse();

	return h.kind == kind && h.flags & VSW_HEADERS_PORTS &&
	       !(h.flags & VSW_HEADERS_LATER) && h.protocol == IPPROTO_UDP &&
	       h.src_port == htons(1000) && h.dst_port == htons(port);
}

/* Every length short of the last byte that is needed cannot be followed. */
static void check_truncated(u32 needed)
{
	u32 len;

	for (len = 0; len < needed; len++)
		check(parse_split(len, len).kind == VSW_HEADERS_BAD,
		      "%u of %u bytes", len, needed);
}

static void udp4(void)
{
	struct vsw_headers h;
	u32 options;

	for (options = 0; options <= 10; options++) {
		start(ETH_P_IP);
		put_ipv4(IPPROTO_UDP, 8 + 10, options, 0);
		put_udp(DHCP4, 10);
		check(shows(VSW_HEADERS_IPV4, DHCP4), "%u options", options);
		check_truncated(f.len);
		h = parse();
		check(h.network == 0 && h.transport == 20 + options * 4);
		check(h.ether_type == htons(ETH_P_IP));
		check(h.src.s6_addr[0] == 0xc0 && h.src.s6_addr[3] == 1);
		check(h.dst.s6_addr[3] == 2 && !h.dst.s6_addr[4]);
		zeroes(30);	/* padding */
		check(shows(VSW_HEADERS_IPV4, DHCP4));
	}
}

static void lengths4(void)
{
	start(ETH_P_IP);
	put_ipv4(IPPROTO_UDP, 8, 0, 0);
	put_udp(DHCP4, 0);
	f.bytes[0] = 0x55;
	check(is_bad(), "version");
	f.bytes[0] = 0x44;
	check(is_bad(), "header of 16 bytes");
	f.bytes[0] = 0x48;
	check(is_bad(), "header longer than the packet");
	f.bytes[0] = 0x45;
	set16(2, 29);
	check(is_bad(), "packet longer than the frame");
	set16(2, 27);
	check(is_bad(), "UDP header cut short");
	set16(2, 19);
	check(is_bad(), "packet shorter than its header");
	set16(2, 28);
	check(shows(VSW_HEADERS_IPV4, DHCP4));

	/* Segmentation will write the length. */
	f.gso = true;
	set16(2, 0);
	check(shows(VSW_HEADERS_IPV4, DHCP4));
	set16(6, IPV4_MORE);
	check(is_bad(), "fragment of a GSO frame");
	set16(6, 100);
	check(is_bad(), "later fragment of a GSO frame");
}

static void tags(void)
{
	static const u16 tpids[] = { 0x8100, 0x88a8, 0x9100, 0x9200, 0x9300 };
	int first, n, i;

	for (first = 0; first < 5; first++) {
		for (n = 1; n < 7; n++) {
			start(tpids[first]);
			for (i = 1; i < n; i++) {
				put16(i * 4);
				put16(tpids[(first + i) % 5]);
			}
			put16(0);
			put16(ETH_P_IP);
			put_ipv4(IPPROTO_UDP, 8, 0, 0);
			put_udp(DHCP4, 0);
			check(n > MAX_TAGS ? is_bad() :
			      shows(VSW_HEADERS_IPV4, DHCP4), "%d tags", n);
			check_truncated(f.len);
			check(n > MAX_TAGS || parse().network == n * 4);
		}
	}
}

static void put_snap(u8 oui, u16 type)
{
	put16(0xaaaa);
	put8(3);
	put16(0);
	put8(oui);
	put16(type);
}

static void llc_snap(void)
{
	static const u8 ouis[] = { 0, 0xf8, 0x0c };
	static const u16 starts[] = { ETH_P_802_2, ETH_P_802_3, 36, 1535 };
	int i, j;

	for (i = 0; i < 3; i++) {
		for (j = 0; j < 4; j++) {
			start(starts[j]);
			put_snap(ouis[i], ETH_P_IP);
			put_ipv4(IPPROTO_UDP, 8, 0, 0);
			put_udp(DHCP4, 0);
			check(ouis[i] == 0x0c ?
			      parse().kind == VSW_HEADERS_OTHER :
			      shows(VSW_HEADERS_IPV4, DHCP4));
			f.bytes[0] = 0xab;	/* group address */
			f.bytes[1] = 0x01;
			f.bytes[2] = 0x13;	/* poll */
			check(ouis[i] == 0x0c ||
			      shows(VSW_HEADERS_IPV4, DHCP4));
			f.bytes[2] = 0xaf;	/* XID */
			check(parse().kind == VSW_HEADERS_OTHER);
		}
	}
	/* A tag, SNAP, a tag. */
	start(ETH_P_8021Q);
	put16(7);
	put16(44);
	put_snap(0, ETH_P_8021AD);
	put16(8);
	put16(ETH_P_IPV6);
	put_ipv6(IPPROTO_UDP, 8);
	put_udp(DHCP6, 0);
	check(shows(VSW_HEADERS_IPV6, DHCP6));
	check(parse().network == 16);

	start(ETH_P_802_2);
	put_snap(0, ETH_P_IP);
	f.len = 7;
	check(is_bad(), "SNAP cut short");
	f.len = 2;
	check(parse().kind == VSW_HEADERS_OTHER);
	start(ETH_P_802_2);
	put_snap(0, 46);	/* no EtherType */
	put_snap(0, ETH_P_IP);
	check(parse().kind == VSW_HEADERS_OTHER);
	check(parse().ether_type == htons(ETH_P_802_2));
	start(ETH_P_802_2);
	put16(0x0606);
	put8(3);
	check(is_bad(), "IP without SNAP");
	start(ETH_P_802_2);
	put16(0x4242);
	put8(3);
	check(parse().kind == VSW_HEADERS_OTHER, "spanning tree");
	check(parse().ether_type == htons(ETH_P_802_2));
}

static void arp_frames(void)
{
	struct vsw_headers h;

	start(ETH_P_ARP);
	put16(1);
	put16(ETH_P_IP);
	put16(0x0604);
	put16(2);
	put16(0x0200);
	zeroes(3);
	put8(9);
	put16(0xc000);
	put16(0x0201);
	zeroes(6);
	put16(0xc000);
	put16(0x0202);
	h = parse();
	check(h.kind == VSW_HEADERS_ARP);
	check(h.arp_sender[0] == 2 && h.arp_sender[5] == 9);
	check(h.src.s6_addr[0] == 0xc0 && h.src.s6_addr[3] == 1);
	check(h.dst.s6_addr[3] == 2);
	check_truncated(f.len);
	f.bytes[4] = 8;
	check(is_bad(), "IP with hardware addresses of eight bytes");
	set16(2, ETH_P_IPV6);
	check(parse().kind == VSW_HEADERS_OTHER);
	f.bytes[4] = 6;
	check(parse().kind == VSW_HEADERS_ARP, "laid out as for IP");

	start(ETH_P_RARP);
	check(parse().kind == VSW_HEADERS_OTHER);
	check(parse().ether_type == htons(ETH_P_RARP));
}

static void fragments4(void)
{
	struct vsw_headers h;

	start(ETH_P_IP);
	put_ipv4(IPPROTO_UDP, 16, 0, IPV4_MORE);
	put_udp(DHCP4, 8);
	check(shows(VSW_HEADERS_IPV4, DHCP4), "first");
	h = parse();
	check(h.flags == (VSW_HEADERS_FRAGMENT | VSW_HEADERS_PORTS |
			  VSW_HEADERS_PAYLOAD));
	check(h.fragment == htonl(0xabcd));
	check(!h.fragment_offset && h.fragment_size == 16);

	set16(6, 2);
	h = parse();
	check(h.kind == VSW_HEADERS_IPV4);
	check(h.flags == (VSW_HEADERS_FRAGMENT | VSW_HEADERS_LATER));
	check(h.fragment_offset == 16 && h.fragment_size == 16);
	check(h.transport == 20 && h.protocol == IPPROTO_UDP);
	set16(6, 0x4000);
	check(!(parse().flags & VSW_HEADERS_FRAGMENT), "do not fragment");
	set16(6, 0x8000);
	check(!(parse().flags & VSW_HEADERS_FRAGMENT), "reserved bit");

	set16(6, 8190);
	check(is_bad(), "beyond the longest datagram");
	set16(6, 8189);
	check(parse().kind == VSW_HEADERS_IPV4);
	set16(6, IPV4_MORE);
	set16(2, 20 + 15);
	check(is_bad(), "no whole units");
	set16(2, 20);
	check(is_bad(), "empty");
	set16(6, 5);
	check(is_bad(), "empty, later");

	f.bytes[9] = IPPROTO_TCP;
	set16(6, 1);
	set16(2, 36);
	check(is_bad(), "TCP from the second unit");
	set16(6, 2);
	check(parse().kind == VSW_HEADERS_IPV4);
	set16(6, IPV4_MORE);
	check(is_bad(), "tiny first fragment");
	f.bytes[9] = IPPROTO_UDP;
	set16(6, 1);
	check(parse().kind == VSW_HEADERS_IPV4);
}

static const u8 kinds[] = {
	IPPROTO_HOPOPTS, IPPROTO_ROUTING, IPPROTO_DSTOPTS, IPPROTO_AH,
	IPPROTO_MH, PROTOCOL_HIP, PROTOCOL_SHIM6, IPPROTO_FRAGMENT,
};

/* A kernel that watches each access, emulated, would need minutes for all. */
#ifdef __KERNEL__
#define ORDERS 31	/* coprime to the number of kinds: each kind, everywhere */
#else
#define ORDERS 1
#endif

/* All kinds, in as many orders as there are of three, long and short. */
static void chains(void)
{
	u32 n, i, first = ARRAY_SIZE(kinds), order, begin;

	for (order = 0; order < first * first * first; order += ORDERS) {
		for (n = 1; n <= MAX_EXTENSIONS + 1; n++) {
			u32 digits = order;

			start(ETH_P_IPV6);
			put_ipv6(kinds[digits % first], 0);
			for (i = 0; i < n; i++) {
				u8 kind = kinds[digits % first];
				u8 next, units = (i + n) % 3;

				digits = digits / first +
					 digits % first * first * first;
				next = i + 1 < n ? kinds[digits % first] :
						   IPPROTO_UDP;
				if (kind == IPPROTO_AH)
					units = units * 2 + 1;
				begin = f.len;
				if (kind == IPPROTO_FRAGMENT)
					put_frag(next, 0);
				else
					put_ext(next, units);
				if (kind == IPPROTO_AH)
					f.len = begin + (units + 2) * 4;
			}
			put_udp(DHCP6, 3);
			set16(4, f.len - 40);
			check(n > MAX_EXTENSIONS ? is_bad() :
			      shows(VSW_HEADERS_IPV6, DHCP6),
			      "order %u, %u headers", order, n);
			if (n == 5)
				check_truncated(f.len);
		}
		if (!test_ok)
			return;
	}
}

static void ends_of_chain(void)
{
	struct vsw_headers h;

	start(ETH_P_IPV6);
	put_ipv6(IPPROTO_DSTOPTS, 8);
	put_ext(IPPROTO_ESP, 0);
	h = parse();
	check(h.kind == VSW_HEADERS_IPV6 && h.protocol == IPPROTO_ESP);
	check(!h.flags && h.transport == 48);
	f.bytes[40] = IPPROTO_NONE;
	check(parse().protocol == IPPROTO_NONE);
	f.bytes[41] = 1;
	check(is_bad(), "header longer than the packet");
	f.bytes[40] = IPPROTO_UDP;
	f.bytes[41] = 0;
	zeroes(8);
	check(is_bad(), "UDP beyond the payload");
	set16(4, 17);
	check(is_bad(), "payload longer than the frame");
	set16(4, 16);
	check(parse().flags == VSW_HEADERS_PORTS);
	f.bytes[0] = 0x40;
	check(is_bad(), "version");
}

static void fragments6(void)
{
	struct vsw_headers h;

	start(ETH_P_IPV6);
	put_ipv6(IPPROTO_FRAGMENT, 32);
	put_frag(IPPROTO_DSTOPTS, IPV6_MORE);
	put_ext(IPPROTO_UDP, 0);
	put_udp(DHCP6, 8);
	check(shows(VSW_HEADERS_IPV6, DHCP6), "first");
	h = parse();
	check(h.flags == (VSW_HEADERS_FRAGMENT | VSW_HEADERS_PORTS |
			  VSW_HEADERS_PAYLOAD));
	check(h.fragment == htonl(0x12345678));
	check(!h.fragment_offset && h.fragment_size == 24);
	set16(42, IPV6_MORE | 6);
	check(shows(VSW_HEADERS_IPV6, DHCP6), "reserved bits");

	set16(42, 16);
	h = parse();
	check(h.flags == (VSW_HEADERS_FRAGMENT | VSW_HEADERS_LATER));
	check(h.fragment_offset == 16 && h.fragment_size == 24);
	check(h.protocol == IPPROTO_DSTOPTS && h.transport == 48);
	set16(42, IPV6_OFFSET);
	check(is_bad(), "beyond the longest datagram");

	set16(42, IPV6_MORE);
	set16(4, 31);
	check(is_bad(), "no whole units");
	set16(4, 16);
	check(is_bad(), "headers end in another fragment");
	set16(4, 8);
	check(is_bad(), "empty");
	set16(4, 32);
	f.gso = true;
	check(is_bad(), "fragment of a GSO frame");
	f.gso = false;
	f.bytes[40] = IPPROTO_FRAGMENT;
	check(is_bad(), "fragment of a fragment");

	/* Atomic ones may be repeated, and come before a true one. */
	start(ETH_P_IPV6);
	put_ipv6(IPPROTO_FRAGMENT, 32);
	put_frag(IPPROTO_FRAGMENT, 0);
	put_frag(IPPROTO_UDP, 0);
	put_udp(DHCP6, 8);
	check(shows(VSW_HEADERS_IPV6, DHCP6) && !(parse().flags & VSW_HEADERS_FRAGMENT));
	set16(50, IPV6_MORE);
	check(shows(VSW_HEADERS_IPV6, DHCP6) && parse().flags & VSW_HEADERS_FRAGMENT);
	set16(50, 80);
	check(parse().flags & VSW_HEADERS_LATER);
	set16(42, 80);
	check(parse().flags & VSW_HEADERS_LATER);
	set16(42, IPV6_MORE);
	check(is_bad(), "fragment of a fragment");
}

static void jumbograms(void)
{
	int option;

	for (option = 0; option < 2; option++) {
		start(ETH_P_IPV6);
		put_ipv6(IPPROTO_HOPOPTS, 0);
		put_ext(IPPROTO_UDP, 0);
		if (option)
			set16(42, 0xc204);
		put_udp(DHCP6, 8);
		check(shows(VSW_HEADERS_IPV6, DHCP6));
		check_truncated(40 + 8 + 8);
		f.bytes[6] = IPPROTO_DSTOPTS;
		check(is_bad(), "no payload");

		start(ETH_P_IPV6);
		put_ipv6(IPPROTO_HOPOPTS, 0);
		put_ext(IPPROTO_FRAGMENT, 0);
		put_frag(IPPROTO_UDP, IPV6_MORE);
		put_udp(DHCP6, 8);
		check(is_bad(), "fragment of a jumbogram");
	}
	start(ETH_P_IPV6);
	put_ipv6(IPPROTO_UDP, 0);
	put_udp(DHCP6, 8);
	check(is_bad(), "no payload");
	f.gso = true;
	check(shows(VSW_HEADERS_IPV6, DHCP6), "length to be written");
}

static void icmp(void)
{
	struct vsw_headers h;

	start(ETH_P_IP);
	put_ipv4(IPPROTO_ICMP, 8, 2, 0);
	put16(0x0501);
	zeroes(6);
	h = parse();
	check(h.flags == VSW_HEADERS_ICMP);
	check(h.icmp_type == 5 && h.icmp_code == 1);
	check_truncated(f.len);
	f.bytes[9] = IPPROTO_ICMPV6;
	check(!parse().flags, "of the other family");

	start(ETH_P_IPV6);
	put_ipv6(IPPROTO_DSTOPTS, 16);
	put_ext(IPPROTO_ICMPV6, 0);
	put16(0x8600);
	zeroes(6);
	h = parse();
	check(h.flags == VSW_HEADERS_ICMP && h.icmp_type == 134);
	check_truncated(f.len);
	f.bytes[40] = IPPROTO_ICMP;
	check(!parse().flags, "of the other family");
}

static void nd(void)
{
	struct vsw_headers h;
	int type;

	for (type = 133; type < 138; type++) {
		bool has = type == 135 || type == 136;

		start(ETH_P_IPV6);
		put_ipv6(IPPROTO_ICMPV6, 24);
		put8(type);
		zeroes(7);
		put16(0x2001);
		zeroes(13);
		put8(7);
		h = parse();
		check(h.icmp_type == type);
		check(!!(h.flags & VSW_HEADERS_TARGET) == has, "type %d", type);
		check(!has || (h.target.s6_addr[0] == 0x20 &&
			       h.target.s6_addr[15] == 7));
		set16(4, 23);
		check(is_bad() == has, "type %d cut short", type);
	}
}

/* Which places for a checksum are good, of all there are. */
static void check_places(int good)
{
	struct vsw_headers headers;
	struct sk_buff *skb;
	u32 seen;
	int at;

	for (at = -14; at < (int)f.len; at++) {
		skb = test_skb(f.bytes, f.len, f.len, f.type, false);
		test_skb_partial(skb, at - (at > 5 ? 6 : 0), at > 5 ? 6 : 0);
		seen = vsw_headers_parse(&headers, skb);
		check((headers.kind == VSW_HEADERS_BAD) ==
		      (at < (int)seen && at != good), "at %d", at);
		test_skb_free(skb);
	}
}

static void checksums(void)
{
	static const u8 protocols[] = { 6, 17, 132, 33, 136, 1, 50 };
	static const u8 offsets[] = { 16, 6, 8, 6, 6, 2, 200 };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(protocols); i++) {
		start(ETH_P_8021Q);
		put16(1);
		put16(ETH_P_IP);
		put_ipv4(protocols[i], 40, 1, 0);
		zeroes(40);
		check_places(4 + 24 + offsets[i]);
		set16(4 + 6, 100);	/* a later fragment */
		check_places(-100);
	}
	start(ETH_P_IPV6);
	put_ipv6(IPPROTO_DSTOPTS, 48);
	put_ext(IPPROTO_ICMPV6, 1);
	put8(136);
	zeroes(31);
	check_places(40 + 16 + 2);
	start(ETH_P_LLDP);
	zeroes(20);
	check_places(-100);
	start(ETH_P_802_2);
	put_snap(0, ETH_P_LLDP);
	zeroes(20);
	check_places(-100);
	start(ETH_P_ARP);
	put16(1);
	put16(ETH_P_IP);
	put16(0x0604);
	zeroes(30);
	check_places(-100);
}

/* The view is made of the bytes that are said to have been seen. */
static void seen(void)
{
	struct vsw_headers whole, part;
	struct sk_buff *skb;
	u32 n;

	start(ETH_P_IP);
	put_ipv4(IPPROTO_UDP, 8 + 10, 0, 0);
	put_udp(DHCP4, 10);
	f.bytes[28] = 2;
	skb = test_skb(f.bytes, f.len, f.len, f.type, false);
	n = vsw_headers_parse(&whole, skb);
	test_skb_free(skb);
	check(n == 29);
	check(whole.flags & VSW_HEADERS_PAYLOAD && whole.payload == 2);
	memset(f.bytes + n, 0xff, f.len - n);
	part = parse();
	check(!memcmp(&whole, &part, sizeof(whole)));
	set16(2, 28);
	check(!(parse().flags & VSW_HEADERS_PAYLOAD), "without payload");
}

static u32 count_seen(void)
{
	struct sk_buff *skb = test_skb(f.bytes, f.len, f.len, f.type, false);
	struct vsw_headers headers;
	u32 n;

	n = vsw_headers_parse(&headers, skb);
	test_skb_free(skb);
	return n;
}

/* Of an ICMP error that is so much of what it quotes; the rest of it nobody reads. */
static void seen_quotes(void)
{
	u32 i;

	for (i = 0; i < 2; i++) {
		start(i ? ETH_P_IPV6 : ETH_P_IP);
		if (i)
			put_ipv6(IPPROTO_ICMPV6, 8 + 300);
		else
			put_ipv4(IPPROTO_ICMP, 8 + 300, 0, 0);
		put8(3);
		zeroes(7 + 300);
		check(count_seen() == (i ? 40 : 20) + VSW_HEADERS_QUOTE, "%u", i);
		f.bytes[i ? 40 : 20] = i ? 128 : 8;
		check(count_seen() == (i ? 40 : 20) + 8, "an echo, %u", i);
	}
	start(ETH_P_IP);
	put_ipv4(IPPROTO_ICMP, 8 + 28, 0, 0);
	put8(11);
	zeroes(7 + 28);
	check(count_seen() == f.len);
	check_places(20 + 2);
}

static void others(void)
{
	static const u16 types[] = {
		ETH_P_LLDP, 0x0600, 0xffff, ETH_P_MPLS_UC, ETH_P_PPP_SES,
	};
	struct vsw_headers h;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(types); i++) {
		start(types[i]);
		check(parse().kind == VSW_HEADERS_OTHER);
		put_ipv4(IPPROTO_UDP, 8, 0, 0);
		put_udp(DHCP4, 0);
		h = parse();
		check(h.kind == VSW_HEADERS_OTHER && !h.flags);
		check(h.ether_type == htons(types[i]));
	}
}

#define CASES(X) \
	X(udp4) X(lengths4) X(tags) X(llc_snap) X(arp_frames) X(fragments4) \
	X(chains) X(ends_of_chain) X(fragments6) X(jumbograms) X(icmp) X(nd) \
	X(checksums) X(seen) X(seen_quotes) X(others)

test_suite(headers, CASES);
