/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Frames for tests: bytes from the network header on, of which the first
 * @linear can be pointed into and the rest cannot. In userspace not a byte can
 * be read beyond either of them.
 */
#ifndef _UNIT_TEST_SKB_H
#define _UNIT_TEST_SKB_H

#include <linux/skbuff.h>

#ifdef __KERNEL__

#include <linux/gfp.h>

#define TEST_HEADROOM 64

static struct sk_buff *test_skb(const u8 *bytes, u32 len, u32 linear,
				u16 type, bool gso)
{
	struct sk_buff *skb = alloc_skb(TEST_HEADROOM + linear,
					GFP_KERNEL | __GFP_NOFAIL);
	struct page *page;

	skb_reserve(skb, TEST_HEADROOM);
	skb_put_data(skb, bytes, linear);
	if (linear < len) {
		page = alloc_page(GFP_KERNEL | __GFP_NOFAIL);
		memcpy(page_address(page), bytes + linear, len - linear);
		skb_add_rx_frag(skb, 0, page, 0, len - linear, PAGE_SIZE);
	}
	skb->protocol = htons(type);
	skb_shinfo(skb)->gso_size = gso;
	return skb;
}

/* A checksum of what is at @start and beyond, counted from data, is missing. */
static inline void test_skb_partial(struct sk_buff *skb, int start, u16 offset)
{
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = skb_headroom(skb) + start;
	skb->csum_offset = offset;
}

static void test_skb_free(struct sk_buff *skb)
{
	kfree_skb(skb);
}

#else

static void *test_skb_piece(const u8 *bytes, u32 len)
{
	void *piece = malloc(len);

	assert(!len || piece);
	return len ? memcpy(piece, bytes, len) : piece;
}

static struct sk_buff *test_skb(const u8 *bytes, u32 len, u32 linear,
				u16 type, bool gso)
{
	struct sk_buff *skb = malloc(sizeof(*skb));

	assert(skb);
	*skb = (struct sk_buff) {
		.len = len, .linear = linear, .gso = gso,
		.protocol = htons(type),
		.data = test_skb_piece(bytes, linear),
		.rest = test_skb_piece(bytes + linear, len - linear),
	};
	return skb;
}

static inline void test_skb_partial(struct sk_buff *skb, int start, u16 offset)
{
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = start;
	skb->csum_offset = offset;
}

static void test_skb_free(struct sk_buff *skb)
{
	free(skb->data);
	free(skb->rest);
	free(skb);
}

#endif

#endif
