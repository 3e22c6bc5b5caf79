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
/* What is in pages is in large ones, if there are any, and if it needs some of one. */
#define LARGE_ORDER	PAGE_ALLOC_COSTLY_ORDER
#define LARGE		(PAGE_SIZE << LARGE_ORDER)
#define LARGE_MIN	(LARGE / 4)
/* Memory that waits for the next frames, of either kind: of the NIC, and of a queue. */
#define POOL_BYTES	SZ_2M
#define POOL_MIN	SZ_128K

static_assert(DIV_ROUND_UP(NSP_LSO_MAX, PAGE_SIZE) <= MAX_SKB_FRAGS);

static struct page_pool *create_pool(const struct nsp_queue *q, u32 order)
{
	const struct page_pool_params params = {
		.flags = PP_FLAG_PAGE_FRAG,
		.order = order,
		.pool_size = max_t(u32, POOL_BYTES / q->nic->n_queues, POOL_MIN) >>
			     (PAGE_SHIFT + order),
		.nid = NUMA_NO_NODE,
	};

	return page_pool_create(&params);
}

/**
 * nsp_frame_init() - frames can come
 * @q: the queue; nothing happens if that was said before
 *
 * Its memory stays, whatever the guest does: pools that end while a frame is kept wait for
 * that, and say so in the log.
 *
 * Context: process.
 * Return: 0 or -ENOMEM.
 */
int nsp_frame_init(struct nsp_queue *q)
{
	struct page_pool *pool, *large;

	if (q->pool)
		return 0;
	pool = create_pool(q, 0);
	if (IS_ERR(pool))
		return PTR_ERR(pool);
	large = create_pool(q, LARGE_ORDER);
	if (IS_ERR(large)) {
		page_pool_destroy(pool);
		return PTR_ERR(large);
	}
	q->pool = pool;
	q->large = large;
	return 0;
}

/**
 * nsp_frame_exit() - no more come
 * @q: the queue, which ends; those that are on their way keep their memory
 *
 * Context: process; there is no worker.
 */
void nsp_frame_exit(struct nsp_queue *q)
{
	if (!q->pool)
		return;
	page_pool_destroy(q->pool);
	page_pool_destroy(q->large);
}

/* Return: NULL if there is none that need not be waited for. */
static struct page *alloc_large(struct nsp_queue *q, u32 *offset, u32 size)
{
	return page_pool_alloc_frag(q->large, offset, size,
				    (GFP_KERNEL & ~__GFP_DIRECT_RECLAIM) |
				    __GFP_NORETRY | __GFP_NOWARN);
}

static bool add_frags(struct nsp_queue *q, struct sk_buff *skb, u32 len)
{
	u32 offset, n, size;
	struct page *page;

	for (; len; len -= n) {
		page = NULL;
		if (len >= LARGE_MIN) {
			n = min_t(u32, len, LARGE);
			size = round_up(n, PAGE_SIZE);
			page = alloc_large(q, &offset, size);
		}
		if (!page) {
			n = min_t(u32, len, PAGE_SIZE);
			size = PAGE_SIZE;
			page = page_pool_alloc_frag(q->pool, &offset, size,
						    GFP_KERNEL);
			if (!page)
				return false;
		}
		skb_add_rx_frag(skb, skb_shinfo(skb)->nr_frags, page, offset, n, size);
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
