// SPDX-License-Identifier: GPL-2.0
/*
 * Memory for frames from the guest: fragments of pages that come back to the queue when
 * nobody has their frames any more. Nobody clears them for each frame, as what is
 * allocated anew may be.
 *
 * A frame that is kept for long keeps its whole page, so several are in one, but never
 * many: no more than four times its memory is what the page has.
 */
#include <linux/skbuff.h>
#include <net/page_pool/helpers.h>

#include "netvsp.h"

/* Frames beyond this are in pages, their headers excepted. */
#define COPY_LINEAR	2048
#define HEADROOM	(NET_SKB_PAD + NET_IP_ALIGN)
/* Less is not taken of a page. */
#define PIECE_MIN	(PAGE_SIZE / 4)
/* Pages that wait for the next frames: as many as may be on their way. */
#define POOL_SIZE	1024

static_assert(DIV_ROUND_UP(NSP_LSO_MAX, PAGE_SIZE) <= MAX_SKB_FRAGS);

/**
 * nsp_frame_init() - frames can come
 * @q: the queue
 *
 * Context: process.
 * Return: 0 or -ENOMEM.
 */
int nsp_frame_init(struct nsp_queue *q)
{
	const struct page_pool_params params = {
		.flags = PP_FLAG_PAGE_FRAG,
		.pool_size = POOL_SIZE,
		.nid = NUMA_NO_NODE,
	};
	struct page_pool *pool = page_pool_create(&params);

	if (IS_ERR(pool))
		return PTR_ERR(pool);
	q->pool = pool;
	return 0;
}

/**
 * nsp_frame_exit() - no more come
 * @q: the queue; those that are on their way keep their memory
 *
 * Context: process; the worker does not run.
 */
void nsp_frame_exit(struct nsp_queue *q)
{
	page_pool_destroy(q->pool);
	q->pool = NULL;
}

static bool add_frags(struct nsp_queue *q, struct sk_buff *skb, u32 len)
{
	struct page *page;
	u32 offset, n;

	for (; len; len -= n) {
		n = min_t(u32, len, PAGE_SIZE);
		page = page_pool_alloc_frag(q->pool, &offset, PAGE_SIZE, GFP_KERNEL);
		if (unlikely(!page))
			return false;
		skb_add_rx_frag(skb, skb_shinfo(skb)->nr_frags, page, offset, n,
				PAGE_SIZE);
	}
	return true;
}

/**
 * nsp_frame_alloc() - memory for a frame
 * @q: the queue
 * @len: bytes of it, at most NSP_LSO_HEADERS and NSP_LSO_MAX
 *
 * Context: the worker.
 * Return: the frame, whose data are not set, or NULL.
 */
struct sk_buff *nsp_frame_alloc(struct nsp_queue *q, u32 len)
{
	u32 linear = likely(len <= COPY_LINEAR) ? len : NSP_LSO_HEADERS, size, offset;
	struct sk_buff *skb;
	struct page *page;

	size = max_t(u32, SKB_HEAD_ALIGN(HEADROOM + linear), PIECE_MIN);
	page = page_pool_alloc_frag(q->pool, &offset, size, GFP_KERNEL);
	if (unlikely(!page))
		return NULL;
	/* It comes from the CPU's cache. */
	local_bh_disable();
	skb = napi_build_skb(page_address(page) + offset, size);
	local_bh_enable();
	if (unlikely(!skb)) {
		page_pool_put_full_page(q->pool, page, false);
		return NULL;
	}
	skb_mark_for_recycle(skb);
	skb_reserve(skb, HEADROOM);
	__skb_put(skb, linear);
	if (unlikely(linear < len) && !add_frags(q, skb, len - linear)) {
		kfree_skb(skb);
		return NULL;
	}
	return skb;
}
