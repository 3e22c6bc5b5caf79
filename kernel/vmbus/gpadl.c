// SPDX-License-Identifier: GPL-2.0
/* GPADLs as they come; see gpadl.h. */
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include "gpadl.h"

static int add_bytes(struct vmh_gpadl_build *build, const void *from, u32 len)
{
	/*
	 * Messages are 240 bytes as the hypervisor delivers them: what is in one
	 * after the last frame number is not meant.
	 */
	len = min(len, build->size - build->bytes);
	memcpy(build->data + build->bytes, from, len);
	build->bytes += len;
	return len ? 0 : -EPROTO;
}

/**
 * vmh_gpadl_begin() - take a GPADL_HEADER
 * @quota: charged for the whole GPADL
 * @msg: struct vmh_msg_gpadl_header and what follows it, in private memory
 * @len: bytes of it
 *
 * create_gpadl_header() of Linux makes these: one range, up to 26 frame numbers
 * in the header, 28 in each body. A GPADL of several ranges is refused: nothing
 * that is known makes one.
 *
 * Context: process; allocates.
 * Return: to be given bodies unless vmh_gpadl_is_complete(), freed by kvfree()
 * after vmh_gpadl_uncharge(); or -EPROTO, -EDQUOT, -ENOMEM as a pointer.
 */
struct vmh_gpadl_build *vmh_gpadl_begin(struct vmh_gpadl_quota *quota,
					const void *msg, u32 len)
{
	const struct vmh_msg_gpadl_header *hdr = msg;
	struct vmh_gpadl_build *build;
	u32 size, frames;

	if (len < sizeof(*hdr) + sizeof(struct vmh_gpa_range))
		return ERR_PTR(-EPROTO);
	size = le16_to_cpu(hdr->range_buflen);
	if (le16_to_cpu(hdr->range_cnt) != 1 || size % sizeof(__le64) ||
	    size < sizeof(struct vmh_gpa_range) + sizeof(__le64))
		return ERR_PTR(-EPROTO);
	frames = (size - sizeof(struct vmh_gpa_range)) / sizeof(__le64);
	if (quota->count >= quota->max ||
	    frames > quota->max_frames - quota->frames)
		return ERR_PTR(-EDQUOT);
	build = kvmalloc(struct_size(build, data, size), GFP_KERNEL_ACCOUNT);
	if (!build)
		return ERR_PTR(-ENOMEM);
	build->relid = le32_to_cpu(hdr->relid);
	build->id = le32_to_cpu(hdr->gpadl);
	build->bytes = 0;
	build->size = size;
	build->charged = frames;
	quota->count++;
	quota->frames += frames;
	add_bytes(build, hdr + 1, len - sizeof(*hdr));
	return build;
}

/**
 * vmh_gpadl_body() - take a GPADL_BODY
 * @build: which it belongs to
 * @msg: struct vmh_msg_gpadl_body and what follows it, in private memory
 * @len: bytes of it
 *
 * The number in it is not looked at, as guests disagree where to begin: messages
 * keep their order.
 *
 * Return: 0, or -EPROTO for one that brings nothing.
 */
int vmh_gpadl_body(struct vmh_gpadl_build *build, const void *msg, u32 len)
{
	const struct vmh_msg_gpadl_body *hdr = msg;

	if (len < sizeof(*hdr) || (len - sizeof(*hdr)) % sizeof(__le64))
		return -EPROTO;
	return add_bytes(build, hdr + 1, len - sizeof(*hdr));
}

/**
 * vmh_gpadl_end() - check a GPADL that is complete
 * @build: all of it
 * @range: set to what it describes; points into @build
 *
 * Return: 0, or -EPROTO if its length and its frames do not fit each other.
 */
int vmh_gpadl_end(const struct vmh_gpadl_build *build,
		  struct vmh_gpadl_range *range)
{
	u64 frames;

	range->bytes = get_unaligned_le32(build->data);
	range->offset = get_unaligned_le32(build->data + 4);
	range->frames = build->charged;
	range->pfns = build->data + sizeof(struct vmh_gpa_range);
	frames = ((u64)range->offset + range->bytes + VMH_PAGE_SIZE - 1) >>
		 VMH_PAGE_SHIFT;
	if (!range->bytes || range->offset >= VMH_PAGE_SIZE ||
	    frames != range->frames)
		return -EPROTO;
	return 0;
}

/**
 * vmh_gpadl_uncharge() - a GPADL is no more
 * @quota: which it was charged to
 * @frames: its frames
 */
void vmh_gpadl_uncharge(struct vmh_gpadl_quota *quota, u32 frames)
{
	quota->count--;
	quota->frames -= frames;
}
