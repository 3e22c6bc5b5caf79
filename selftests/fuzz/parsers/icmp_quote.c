// SPDX-License-Identifier: GPL-2.0
/*
 * What an ICMP error quotes: the same wherever the frame is cut into pieces, whatever is
 * behind the bytes that headers.c says it saw; and the flow that the quoted packet itself
 * would belong to, seen on its way in the other direction.
 */
#include "fuzz_target.h"
#include "../../unit/test_skb.h"
#include "../../../kernel/vswitch/headers.c"
#include "../../../kernel/vswitch/acl_key.c"

#define FID	77
/* Behind a quoted packet, so that its transport header is there. */
#define PADDING	64

struct bytes {
	const u8 *at;
	u32 len;
	u16 type;
	bool out;
};

static bool begin(struct vsw_frame *frame, struct vsw_acl_key *key,
		  const struct bytes *b, u32 linear, u32 *seen)
{
	*frame = (struct vsw_frame) { .fid = FID };
	frame->skb = test_skb(b->at, b->len, linear, b->type, false);
	*seen = vsw_headers_parse(&frame->headers, frame->skb);
	if (frame->headers.kind != VSW_HEADERS_IPV4 &&
	    frame->headers.kind != VSW_HEADERS_IPV6) {
		test_skb_free(frame->skb);
		return false;
	}
	vsw_acl_key_init(key, &frame->headers, b->out ? VSWITCH_ACL_DIRECTION_OUT :
			 VSWITCH_ACL_DIRECTION_IN, FID);
	return true;
}

/* Return: -1 if it cannot be told, else whether a flow is quoted. */
static int quoted(struct vsw_flow_key *flow, const struct bytes *b, u32 linear,
		  struct vsw_headers *headers, u32 *seen)
{
	struct vsw_frame frame;
	struct vsw_acl_key key;
	bool got;

	memset(flow, 0, sizeof(*flow));
	if (!begin(&frame, &key, b, linear, seen))
		return -1;
	got = vsw_acl_quoted_key(flow, &key, &frame);
	*headers = frame.headers;
	test_skb_free(frame.skb);
	return got;
}

static void put16(u8 *at, u16 v)
{
	at[0] = v >> 8;
	at[1] = v;
}

/* The quoted packet, as long as it says that it is: it was sent the other way. */
static void check_itself(const struct bytes *b, const struct vsw_headers *headers,
			 const struct vsw_flow_key *flow)
{
	u32 at = headers->transport + 8, len, seen;
	bool v6 = headers->kind == VSW_HEADERS_IPV6;
	struct vsw_frame frame;
	struct vsw_acl_key key;
	struct vsw_flow_key own;
	struct bytes p;
	u8 *copy;

	must(b->at[at] >> 4 == (v6 ? 6 : 4) && (v6 || b->at[at] % 16 >= 5));
	/* A fragment that is not the last one is of whole units. */
	len = ((b->len - at) & ~7U) + PADDING;
	if (!v6)
		len += b->at[at] % 2 * 4;
	copy = calloc(1, len);
	must(copy);
	memcpy(copy, b->at + at, b->len - at < len ? b->len - at : len);
	put16(copy + (v6 ? 4 : 2), v6 ? len - 40 : len);
	p = (struct bytes) {
		.at = copy, .len = len, .type = v6 ? ETH_P_IPV6 : ETH_P_IP,
		.out = !b->out,
	};
	if (begin(&frame, &key, &p, len, &seen)) {
		/* What headers.c goes on behind, and the stack does not. */
		if (!(frame.headers.flags & VSW_HEADERS_LATER) &&
		    flow->protocol == frame.headers.protocol) {
			must(vsw_acl_flow_key(&own, &key, &frame));
			must(!memcmp(&own, flow, sizeof(own)));
		} else {
			must(v6 && (flow->protocol == 135 || flow->protocol == 139 ||
				    flow->protocol == 140));
		}
		test_skb_free(frame.skb);
	}
	free(copy);
}

static void check(const struct bytes *b, u32 cut)
{
	struct vsw_flow_key flow, again;
	struct vsw_headers headers, other;
	u32 seen, i;
	int got;
	u8 *copy;

	got = quoted(&flow, b, b->len, &headers, &seen);
	must(quoted(&again, b, cut < b->len ? cut : b->len, &other, &i) == got);
	must(!memcmp(&flow, &again, sizeof(flow)) && i == seen);
	if (got < 0)
		return;
	copy = malloc(b->len);
	must(copy);
	memcpy(copy, b->at, b->len);
	for (i = seen; i < b->len; i++)
		copy[i] = ~copy[i];
	must(quoted(&again, &(struct bytes){ copy, b->len, b->type, b->out }, b->len,
		    &other, &i) == got);
	must(!memcmp(&flow, &again, sizeof(flow)));
	free(copy);
	if (!got)
		return;
	must(vsw_headers_is_icmp_error(&headers));
	must(flow.vid == FID && !flow.zero);
	must(flow.version == (headers.kind == VSW_HEADERS_IPV6 ? 6 : 4));
	/* Its sender is told, nobody else. */
	must(be32_to_cpu(headers.dst.s6_addr32[0]) ==
	     (b->out ? flow.remote : flow.local)[0]);
	check_itself(b, &headers, &flow);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	u8 options = take_u8(&in);
	u32 cut = take_u8(&in);
	struct bytes b = {
		.out = options & 1,
		.type = options & 2 ? ETH_P_8021Q : options & 4 ? ETH_P_IPV6 : ETH_P_IP,
	};

	b.len = in.size;
	b.at = take_rest(&in);
	check(&b, cut);
	free((void *)b.at);
	return 0;
}
