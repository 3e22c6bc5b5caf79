/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A packet from the guest, once it has been copied out of the ring. Pure logic.
 *
 * Parsing is of the private copy only, so that nothing changes between looking
 * at it and using it; and it ends before anybody is told of the packet.
 */
#ifndef _VMH_PACKET_H
#define _VMH_PACKET_H

#include <linux/minmax.h>
#include <linux/unaligned.h>

#include "wire.h"

/* How many frames a range of bytes touches. */
static inline u64 vmh_frames(u32 offset, u32 bytes)
{
	return ((u64)offset + bytes + VMH_PAGE_SIZE - 1) >> VMH_PAGE_SHIFT;
}

/**
 * struct vmh_packet - a packet that has been checked
 * @type: enum vmh_packet_type
 * @wants_completion: the guest waits for a completion with @trans_id
 * @trans_id: to be given back as it is; means nothing to the host
 * @payload: in the copy
 * @len: of the payload, padded to a multiple of 8 as all is on the wire
 * @ranges: of GPA-direct and transfer pages: the first range, in the copy; for
 *	vmh_packet_gpa() and vmh_packet_xfer()
 * @range_cnt: how many; each lies within the copy
 * @pageset_id: of transfer pages
 * @data_len: bytes of all ranges
 */
struct vmh_packet {
	u16 type;
	bool wants_completion;
	u64 trans_id;
	const u8 *payload;
	u32 len;
	const u8 *ranges;
	u32 range_cnt;
	u16 pageset_id;
	u64 data_len;
};

int vmh_packet_parse(struct vmh_packet *packet, const void *copy, u32 len);

/**
 * struct vmh_gpa_iter - a walk through the guest's memory that a packet names
 * @packet: the packet
 * @at: the range after the current one, in the copy
 * @left: how many ranges come after the current one
 * @pfns: of the current range: the frame we are in
 * @offset: into that
 * @bytes: left of the range
 */
struct vmh_gpa_iter {
	const struct vmh_packet *packet;
	const u8 *at;
	u32 left;
	const u8 *pfns;
	u32 offset;
	u32 bytes;
};

/**
 * vmh_packet_gpa() - begin to walk through the memory of a GPA-direct packet
 * @iter: the walk
 * @packet: which vmh_packet_parse() found good; stays while the walk lasts
 */
static inline void vmh_packet_gpa(struct vmh_gpa_iter *iter,
				  const struct vmh_packet *packet)
{
	*iter = (struct vmh_gpa_iter) {
		.packet = packet,
		.at = packet->ranges,
		.left = packet->type == VMH_PACKET_GPA_DIRECT ?
			packet->range_cnt : 0,
	};
}

/**
 * vmh_gpa_next() - the next bytes that lie together
 * @iter: the walk
 * @gpa: set to their guest physical address
 * @max: no more than these
 *
 * A piece ends where a page does.
 *
 * Return: how many bytes, 0 at the end.
 */
static inline u32 vmh_gpa_next(struct vmh_gpa_iter *iter, u64 *gpa, u32 max)
{
	u32 n;

	while (!iter->bytes) {
		if (!iter->left)
			return 0;
		iter->left--;
		iter->bytes = get_unaligned_le32(iter->at);
		iter->offset = get_unaligned_le32(iter->at + 4);
		iter->pfns = iter->at + sizeof(struct vmh_gpa_range);
		iter->at = iter->pfns + vmh_frames(iter->offset, iter->bytes) *
					sizeof(__le64);
	}
	n = min3(iter->bytes, VMH_PAGE_SIZE - iter->offset, max);
	*gpa = (get_unaligned_le64(iter->pfns) << VMH_PAGE_SHIFT) + iter->offset;
	iter->bytes -= n;
	iter->offset += n;
	if (iter->offset == VMH_PAGE_SIZE) {
		iter->offset = 0;
		iter->pfns += sizeof(__le64);
	}
	return n;
}

void vmh_packet_xfer(const struct vmh_packet *packet, u32 i, u32 *offset,
		     u32 *bytes);

#endif
