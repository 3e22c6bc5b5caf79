/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A GPADL (guest physical address descriptor list) as it comes: a header message
 * and as many bodies as the header's length asks for. Pure logic.
 *
 * The bytes of all these messages are put together first, and looked at when all
 * are there. What a guest can make us hold meanwhile is bounded by the quota.
 */
#ifndef _VMH_GPADL_H
#define _VMH_GPADL_H

#include "wire.h"

/* Its length, in a header, has 16 bits. */
#define VMH_GPADL_FRAMES_MAX \
	((U16_MAX - sizeof(struct vmh_gpa_range)) / sizeof(__le64))

/**
 * struct vmh_gpadl_quota - what one partition's GPADLs may take
 * @max: how many GPADLs
 * @max_frames: of all of them
 * @count: GPADLs that are, or are being put together
 * @frames: of them
 *
 * Frames are counted from the header on, by the length that it announces.
 */
struct vmh_gpadl_quota {
	u32 max;
	u32 max_frames;
	u32 count;
	u32 frames;
};

/**
 * struct vmh_gpadl_build - a GPADL that is being put together
 * @relid: the channel that it was made for
 * @id: the guest's name for it
 * @bytes: that have come
 * @size: that will
 * @charged: frames that the quota was charged with
 * @data: the bytes
 */
struct vmh_gpadl_build {
	u32 relid;
	u32 id;
	u32 bytes;
	u32 size;
	u32 charged;
	u8 data[];
};

/**
 * struct vmh_gpadl_range - what a GPADL describes
 * @offset: of its first byte in the first frame
 * @bytes: from there on
 * @frames: that these touch
 * @pfns: their numbers, in the message's bytes: unaligned, little-endian
 */
struct vmh_gpadl_range {
	u32 offset;
	u32 bytes;
	u32 frames;
	const u8 *pfns;
};

struct vmh_gpadl_build *vmh_gpadl_begin(struct vmh_gpadl_quota *quota,
					const void *msg, u32 len);
int vmh_gpadl_body(struct vmh_gpadl_build *build, const void *msg, u32 len);
int vmh_gpadl_end(const struct vmh_gpadl_build *build,
		  struct vmh_gpadl_range *range);
void vmh_gpadl_uncharge(struct vmh_gpadl_quota *quota, u32 frames);

static inline bool vmh_gpadl_is_complete(const struct vmh_gpadl_build *build)
{
	return build->bytes == build->size;
}

#endif
