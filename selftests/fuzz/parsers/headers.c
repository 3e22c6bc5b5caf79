// SPDX-License-Identifier: GPL-2.0
/*
 * What a frame carries: the same wherever it is cut into pieces, from no other
 * bytes than it says, and where another walk through the headers, written down
 * in another way, comes to.
 */
#include "fuzz_target.h"
#include "../../unit/test_skb.h"
#include "../../../kernel/vswitch/headers.c"

#define NOWHERE	-1

struct frame {
	const u8 *bytes;
	u32 len;
	u16 type;
	bool gso;
	bool partial;
	int start;
	u16 offset;
};

static u32 parse_frame(const struct frame *f, u32 linear, struct vsw_headers *h)
{
	struct sk_buff *skb = test_skb(f->bytes, f->len, linear, f->type,
				       f->gso);
	u32 seen;

	if (f->partial)
		test_skb_partial(skb, f->start, f->offset);
	seen = vsw_headers_parse(h, skb);
	test_skb_free(skb);
	return seen;
}

static u32 be16_at(const struct frame *f, u32 at)
{
	return f->bytes[at] << 8 | f->bytes[at + 1];
}

/* Where the upper layer of an IPv6 packet is, by recursion. */
static int upper6(const struct frame *f, u8 next, u32 at, u32 end, int depth,
		  bool jumbo)
{
	u32 size, frag;

	if (next != 0 && next != 43 && next != 44 && next != 51 &&
	    next != 60 && next != 135 && next != 139 && next != 140)
		return at;
	if (at + 8 > end || depth == 16)
		return NOWHERE;
	size = 8 + 8 * f->bytes[at + 1];
	if (next == 51)
		size = 8 + 4 * f->bytes[at + 1];
	if (next == 44) {
		size = 8;
		frag = be16_at(f, at + 2);
		if (frag & 0xfff9 && (jumbo || f->gso))
			return NOWHERE;
		if (frag & 0xfff8)
			return at + 8;
	}
	if (at + size > end)
		return NOWHERE;
	return upper6(f, f->bytes[at], at + size, end, depth + 1, jumbo);
}

static void check6(const struct frame *f, const struct vsw_headers *h)
{
	u32 at = h->network, end, length;
	bool jumbo;

	must(at + 40 <= f->len && f->bytes[at] >> 4 == 6);
	must(!memcmp(&h->src, f->bytes + at + 8, 16));
	must(!memcmp(&h->dst, f->bytes + at + 24, 16));
	length = be16_at(f, at + 4);
	jumbo = !length && !f->bytes[at + 6];
	end = jumbo || f->gso ? f->len : at + 40 + length;
	must(end <= f->len);
	must(upper6(f, f->bytes[at + 6], at + 40, end, 0, jumbo) ==
	     h->transport);
}

static void check4(const struct frame *f, const struct vsw_headers *h)
{
	u32 at = h->network, size = (f->bytes[at] & 15) * 4;

	must(at + size <= f->len && size >= 20 && f->bytes[at] >> 4 == 4);
	must(h->transport == at + size);
	must(f->gso || at + be16_at(f, at + 2) <= f->len);
	must(f->gso || size <= be16_at(f, at + 2));
	must(h->protocol == f->bytes[at + 9]);
	must(!memcmp(&h->src, f->bytes + at + 12, 4));
	must(!memcmp(&h->dst, f->bytes + at + 16, 4));
	must(!!(h->flags & VSW_HEADERS_LATER) ==
	     !!(be16_at(f, at + 6) & 0x1fff));
}

static void check_transport(const struct frame *f, const struct vsw_headers *h)
{
	u32 at = h->transport;

	must(at <= f->len);
	if (h->flags & VSW_HEADERS_PORTS) {
		must(at + 8 <= f->len);
		must(be16_at(f, at) == ntohs(h->src_port));
		must(be16_at(f, at + 2) == ntohs(h->dst_port));
	}
	if (h->flags & VSW_HEADERS_ICMP)
		must(f->bytes[at] == h->icmp_type);
	if (h->flags & VSW_HEADERS_PAYLOAD)
		must(f->bytes[at + 8] == h->payload);
	if (h->flags & VSW_HEADERS_TARGET)
		must(!memcmp(&h->target, f->bytes + at + 8, 16));
	if (h->flags & VSW_HEADERS_LATER)
		must(h->fragment_offset && !(h->flags & ~3));
	else
		must(!h->fragment_offset);
	if (!(h->flags & VSW_HEADERS_LATER))
		must(h->protocol != IPPROTO_UDP ||
		     h->flags & VSW_HEADERS_PORTS);
	must(h->fragment_offset % 8 == 0);
	must(h->fragment_offset + h->fragment_size <= 65535);
}

/* What is behind the bytes that it says it saw makes no difference. */
static void check_seen(const struct frame *f, const struct vsw_headers *h,
		       u32 seen)
{
	u8 *other = malloc(f->len ? f->len : 1);
	struct frame g = *f;
	struct vsw_headers again;
	u32 i;

	must(other && seen <= f->len);
	memcpy(other, f->bytes, f->len);
	for (i = seen; i < f->len; i++)
		other[i] = ~other[i];
	g.bytes = other;
	must(parse_frame(&g, f->len, &again) == seen);
	must(!memcmp(h, &again, sizeof(again)));
	free(other);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	struct vsw_headers whole, split;
	u8 options = take_u8(&in);
	struct frame f = {
		.type = take_u16(&in), .gso = options & 1,
		.partial = options & 2, .start = take_u8(&in) - 14,
		.offset = options >> 4,
	};
	u32 cut = take_u8(&in), seen;

	f.len = in.size;
	f.bytes = take_rest(&in);
	seen = parse_frame(&f, f.len, &whole);
	must(parse_frame(&f, cut < f.len ? cut : f.len, &split) == seen);
	must(!memcmp(&whole, &split, sizeof(whole)));
	must(whole.kind != VSW_HEADERS_NONE);
	check_seen(&f, &whole, seen);
	if (whole.kind == VSW_HEADERS_IPV4)
		check4(&f, &whole);
	if (whole.kind == VSW_HEADERS_IPV6)
		check6(&f, &whole);
	if (whole.kind == VSW_HEADERS_IPV4 || whole.kind == VSW_HEADERS_IPV6)
		check_transport(&f, &whole);
	free((void *)f.bytes);
	return 0;
}
