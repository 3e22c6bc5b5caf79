// SPDX-License-Identifier: GPL-2.0
/* Pages that packets refer to, used where they lie: by block devices, for instance. */
#include <linux/mm.h>
#include <linux/scatterlist.h>
#include <linux/unaligned.h>

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

/* All is in one page, as for most packets. */
static bool is_one(const struct vmh_packet *packet, u32 len)
{
	return packet->type == VMH_PACKET_GPA_DIRECT && packet->range_cnt && len &&
	       get_unaligned_le32(packet->ranges) >= len &&
	       get_unaligned_le32(packet->ranges + 4) + len <= VMH_PAGE_SIZE;
}

/* There are no arrays to clear. */
static int pin_one(const struct vmh_partition *p, const struct vmh_packet *packet,
		   u32 len, struct scatterlist *sg)
{
	u64 pfn = get_unaligned_le64(packet->ranges + sizeof(struct vmh_gpa_range));
	struct page *page;
	int err;

	err = p->transport->borrow(p->guest, &pfn, 1, &page);
	if (err)
		return err;
	sg_set_page(sg, page, len, get_unaligned_le32(packet->ranges + 4));
	return 1;
}

static noinline int pin_all(struct vmh_channel *ch, const struct vmh_packet *packet,
			    u32 len, struct scatterlist *sg, u32 nents)
{
	const struct vmh_partition *p = ch->partition;
	struct scatterlist *first = sg;
	struct page *pages[BATCH];
	struct vmh_gpa_iter iter;
	u32 done = 0, i, n;
	u64 pfns[BATCH];
	int err;

	vmh_packet_gpa(&iter, packet);
	while (len) {
		n = gather(&iter, &len, sg, min_t(u32, nents - done, BATCH), pfns);
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
 * @packet: the packet
 * @len: how much of that, in bytes, from where it begins
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
int vmh_channel_pin(struct vmh_channel *ch, const struct vmh_packet *packet, u32 len,
		    struct scatterlist *sg, u32 nents)
{
	const struct vmh_partition *p = ch->partition;

	if (!p->map || PAGE_SIZE != VMH_PAGE_SIZE)
		return -EOPNOTSUPP;
	return nents && is_one(packet, len) ? pin_one(p, packet, len, sg) :
					      pin_all(ch, packet, len, sg, nents);
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
