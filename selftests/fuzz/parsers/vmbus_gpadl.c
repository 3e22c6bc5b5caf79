// SPDX-License-Identifier: GPL-2.0
/*
 * A GPADL as it comes, message by message: the quota is what is charged, and what
 * is described lies within what has come.
 */
#include "fuzz_target.h"
#include "../../unit/test_tap.h"
#include "../../../kernel/vmbus/gpadl.c"

/* One of at most 255 bytes, which ends where its memory does. */
static u8 *take_message(struct input *in, u32 *len)
{
	u8 *msg;

	*len = take_u8(in);
	if (*len > in->size)
		*len = in->size;
	msg = malloc(*len ? *len : 1);
	must(msg);
	memcpy(msg, in->data, *len);
	in->data += *len;
	in->size -= *len;
	return msg;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	struct vmh_gpadl_quota quota = { .max = 4, .max_frames = 500 };
	struct vmh_gpadl_build *build;
	struct vmh_gpadl_range range;
	int err = 0;
	u32 len, i;
	u8 *msg;

	msg = take_message(&in, &len);
	build = vmh_gpadl_begin(&quota, msg, len);
	free(msg);
	if (IS_ERR(build)) {
		must(!quota.count && !quota.frames);
		return 0;
	}
	must(quota.count == 1 && quota.frames == build->charged);
	while (!err && !vmh_gpadl_is_complete(build) && in.size) {
		msg = take_message(&in, &len);
		err = vmh_gpadl_body(build, msg, len);
		free(msg);
		must(build->bytes <= build->size);
	}
	if (!err && vmh_gpadl_is_complete(build) &&
	    !vmh_gpadl_end(build, &range)) {
		must(range.frames == build->charged && range.bytes);
		must(range.offset < VMH_PAGE_SIZE);
		for (i = 0; i < range.frames; i++)
			get_unaligned_le64(range.pfns + i * 8);
	}
	vmh_gpadl_uncharge(&quota, build->charged);
	must(!quota.count && !quota.frames);
	kvfree(build);
	return 0;
}
