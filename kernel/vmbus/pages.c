// SPDX-License-Identifier: GPL-2.0
/* Pages that packets refer to, used where they lie: by block devices, for instance. */
#include <linux/mm.h>
#include <linux/scatterlist.h>

#include "partition.h"

/* So many are pinned, and unpinned, at a time. Their arrays are cleared each time. */
#define BATCH	8

/* The pieces that come next, but for their pages; return how many. */
static u32 gather(struct vmh_gpa_iter *iter, u32 *len, struct scatterlist *sg,
		  u32 max, u64 *pfns)
{
	u64 gpa;
	u32 i, n;

	for (i = 0; i < max && *len; i++, sg = sg_next(sg)) {
		n = vmh_gpa_next(iter, &gpa, *len);
		if (!n)
			break;
		pfns[i] = gpa >> VMH_PAGE_SHIFT;
		sg->offset = gpa % VMH_PAGE_SIZE;
		sg->length = n;
		*len -= n;
	}
	return i;
}

/* One page, as most packets have it: there are no arrays to clear. */
static int pin_one(const struct vmh_partition *p, struct vmh_gpa_iter *iter,
		   u32 len, struct scatterlist *sg)
{
	struct page *page;
	u64 gpa, pfn;
	int err;

	if (vmh_gpa_next(iter, &gpa, len) != len)
		return -ERANGE;
	pfn = gpa >> VMH_PAGE_SHIFT;
	err = p->transport->borrow(p->guest, &pfn, 1, &page);
	if (err)
		return err;
	sg_set_page(sg, page, len, gpa % VMH_PAGE_SIZE);
	return 1;
}

static noinline int pin_all(struct vmh_channel *ch, struct vmh_gpa_iter *iter,
			    u32 len, struct scatterlist *sg, u32 nents)
{
	const struct vmh_partition *p = ch->partition;
	struct scatterlist *first = sg;
	struct page *pages[BATCH];
	u32 done = 0, i, n;
	u64 pfns[BATCH];
	int err;

	while (len) {
		n = gather(iter, &len, sg, min_t(u32, nents - done, BATCH), pfns);
		err = -ERANGE;
		if (!n)
			goto unpin;
		err = p->transport->borrow(p->guest, pfns, n, pages);
		if (err)
			goto unpin;
		for (i = 0; i < n; i++, sg = sg_next(sg))
			sg_assign_page(sg, pages[i]);
		done += n;
	}
	return done;

unpin:
	vmh_channel_unpin(ch, first, done, false);
	return err;
}

/**
 * vmh_channel_pin() - use what a GPA-direct packet refers to where it lies
 * @ch: the channel, open
 * @iter: where in the guest's memory; advanced
 * @len: how much, in bytes
 * @sg: filled in, an entry for a page; its end is not marked
 * @nents: how many of these there are
 *
 * The guest can read and write it all the time. It must be given back before the
 * service's close() returns.
 *
 * Context: process.
 * Return: how many entries, for vmh_channel_unpin(); -EOPNOTSUPP if this guest's
 * memory can only be copied, -ERANGE if the packet refers to less, or to more pages
 * than @nents, -EFAULT if that is no memory, -ENOMEM.
 */
int vmh_channel_pin(struct vmh_channel *ch, struct vmh_gpa_iter *iter, u32 len,
		    struct scatterlist *sg, u32 nents)
{
	const struct vmh_partition *p = ch->partition;

	if (!p->map || PAGE_SIZE != VMH_PAGE_SIZE)
		return -EOPNOTSUPP;
	return nents == 1 && len ? pin_one(p, iter, len, sg) :
				   pin_all(ch, iter, len, sg, nents);
}
EXPORT_SYMBOL_GPL(vmh_channel_pin);

static noinline void give_back(struct vmh_channel *ch, struct scatterlist *sg,
			       u32 nents, bool dirty)
{
	const struct vmh_partition *p = ch->partition;
	struct page *pages[BATCH];
	u32 i;

	while (nents) {
		for (i = 0; i < BATCH && nents; i++, nents--) {
			pages[i] = sg_page(sg);
			sg = sg_next(sg);
		}
		p->transport->give_back(p->guest, pages, i, dirty);
	}
}

/**
 * vmh_channel_unpin() - undo vmh_channel_pin()
 * @ch: the channel, open
 * @sg: as it was given
 * @nents: what that has returned
 * @dirty: the memory may have been written to
 *
 * Context: process.
 */
void vmh_channel_unpin(struct vmh_channel *ch, struct scatterlist *sg, u32 nents,
		       bool dirty)
{
	if (ch->partition->transport->give_back)
		give_back(ch, sg, nents, dirty);
}
EXPORT_SYMBOL_GPL(vmh_channel_unpin);
