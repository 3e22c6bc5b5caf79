// SPDX-License-Identifier: GPL-2.0
/* vmbus/gpadl.c: GPADLs in pieces. */
#include "test.h"
#include "../../kernel/vmbus/gpadl.c"

static u8 msg[VMH_MSG_MAX];
static struct vmh_gpadl_quota quota;

static void reset(void)
{
	quota = (struct vmh_gpadl_quota) { .max = 4, .max_frames = 8190 };
}

/* A header of @n frames, of which as many as fit are in it. Returns its length. */
static u32 header(u32 n, u32 bytes, u32 offset)
{
	struct vmh_msg_gpadl_header h = {
		.relid = cpu_to_le32(3), .gpadl = cpu_to_le32(0xe1e10),
		.range_buflen = cpu_to_le16(8 + n * 8),
		.range_cnt = cpu_to_le16(1),
	};
	u32 i, first = n < 26 ? n : 26;

	memcpy(msg, &h, sizeof(h));
	put_unaligned_le32(bytes, msg + sizeof(h));
	put_unaligned_le32(offset, msg + sizeof(h) + 4);
	for (i = 0; i < first; i++)
		put_unaligned_le64(1000 + i, msg + sizeof(h) + 8 + 8 * i);
	return sizeof(h) + 8 + 8 * first;
}

static u32 body(u32 from, u32 n)
{
	struct vmh_msg_gpadl_body h = { .gpadl = cpu_to_le32(0xe1e10) };
	u32 i;

	memcpy(msg, &h, sizeof(h));
	for (i = 0; i < n; i++)
		put_unaligned_le64(1000 + from + i, msg + sizeof(h) + 8 * i);
	return sizeof(h) + 8 * n;
}

static void drop(struct vmh_gpadl_build *b)
{
	vmh_gpadl_uncharge(&quota, b->charged);
	kvfree(b);
}

static void one_message(void)
{
	struct vmh_gpadl_range range;
	struct vmh_gpadl_build *b;

	reset();
	b = vmh_gpadl_begin(&quota, msg, header(2, 8192, 0));
	check(!IS_ERR(b));
	check(vmh_gpadl_is_complete(b) && b->relid == 3 && b->id == 0xe1e10);
	check(!vmh_gpadl_end(b, &range));
	check(range.frames == 2 && range.bytes == 8192 && !range.offset);
	check(get_unaligned_le64(range.pfns + 8) == 1001);
	check(quota.count == 1 && quota.frames == 2);
	drop(b);
	check(!quota.count && !quota.frames);
}

/* As large as the 16 bits of the length allow. */
static void many_bodies(void)
{
	static const u32 sizes[] = { 26, 27, 54, 55, 1000, 8190 };
	struct vmh_gpadl_range range;
	struct vmh_gpadl_build *b;
	u32 i, k, n, at, take;
	bool good;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		reset();
		n = sizes[i];
		b = vmh_gpadl_begin(&quota, msg, header(n, n * 4096, 0));
		check(!IS_ERR(b), "%u", n);
		for (at = 26; at < n; at += take) {
			check(!vmh_gpadl_is_complete(b));
			take = n - at < 28 ? n - at : 28;
			check(!vmh_gpadl_body(b, msg, body(at, take)));
		}
		check(vmh_gpadl_is_complete(b), "%u", n);
		check(vmh_gpadl_body(b, msg, body(at, 1)) == -EPROTO, "one more");
		check(!vmh_gpadl_end(b, &range));
		for (good = true, k = 0; k < n; k++)
			good &= get_unaligned_le64(range.pfns + 8 * k) == 1000 + k;
		check(good, "%u", n);
		drop(b);
	}
}

/* Messages come padded to their full length from some transports. */
static void padded(void)
{
	struct vmh_gpadl_range range;
	struct vmh_gpadl_build *b;

	reset();
	header(2, 8192, 0);
	b = vmh_gpadl_begin(&quota, msg, VMH_MSG_MAX);
	check(!IS_ERR(b) && vmh_gpadl_is_complete(b));
	check(!vmh_gpadl_end(b, &range) && range.frames == 2);
	drop(b);
	header(27, 27 * 4096, 0);
	b = vmh_gpadl_begin(&quota, msg, 20 + 8 + 26 * 8);
	body(26, 1);
	check(!vmh_gpadl_body(b, msg, VMH_MSG_MAX));
	check(vmh_gpadl_is_complete(b));
	drop(b);
}

static void refuses(void)
{
	static const struct {
		u32 n, bytes, offset;
	} bad[] = {
		{ 2, 0, 0 }, { 2, 4096, 0 }, { 2, 8193, 0 }, { 2, 8192, 1 },
		{ 2, U32_MAX, 0 }, { 2, 8192, 4096 }, { 2, 1, U32_MAX },
		{ 1, 1, 0xfffff000 },
	};
	struct vmh_msg_gpadl_header *h = (void *)msg;
	struct vmh_gpadl_range range;
	struct vmh_gpadl_build *b;
	u32 i, len;

	reset();
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		len = header(bad[i].n, bad[i].bytes, bad[i].offset);
		b = vmh_gpadl_begin(&quota, msg, len);
		check(!IS_ERR(b), "%u", i);
		check(vmh_gpadl_end(b, &range) == -EPROTO, "%u", i);
		drop(b);
	}
	len = header(2, 8192, 0);
	for (i = 0; i < 28; i++)
		check(PTR_ERR(vmh_gpadl_begin(&quota, msg, i)) == -EPROTO, "%u", i);
	for (i = 0; i < 4; i++) {
		header(2, 8192, 0);
		h->range_cnt = cpu_to_le16(i == 1 ? 0xffff : i);
		check(PTR_ERR(vmh_gpadl_begin(&quota, msg, len)) == -EPROTO, "%u", i);
	}
	for (i = 0; i < 4; i++) {
		static const u16 sizes[] = { 0, 8, 12, 0xffff };

		header(2, 8192, 0);
		h->range_buflen = cpu_to_le16(sizes[i]);
		check(PTR_ERR(vmh_gpadl_begin(&quota, msg, len)) == -EPROTO, "%u", i);
	}
	len = header(30, 30 * 4096, 0);
	b = vmh_gpadl_begin(&quota, msg, len);
	check(vmh_gpadl_body(b, msg, 15) == -EPROTO);
	check(vmh_gpadl_body(b, msg, 16) == -EPROTO);
	check(vmh_gpadl_body(b, msg, 17) == -EPROTO);
	drop(b);
	check(!quota.count && !quota.frames);
}

static void within_quota(void)
{
	struct vmh_gpadl_build *b[4];
	u32 i;

	reset();
	for (i = 0; i < 4; i++)
		b[i] = vmh_gpadl_begin(&quota, msg, header(1, 1, 0));
	check(PTR_ERR(vmh_gpadl_begin(&quota, msg, header(1, 1, 0))) == -EDQUOT);
	drop(b[3]);
	check(PTR_ERR(vmh_gpadl_begin(&quota, msg, header(8188, 1, 0))) == -EDQUOT);
	b[3] = vmh_gpadl_begin(&quota, msg, header(8187, 1, 0));
	check(!IS_ERR(b[3]), "what is announced counts");
	for (i = 0; i < 4; i++)
		drop(b[i]);
	check(!quota.count && !quota.frames);
}

#define CASES(X) \
	X(one_message) X(many_bodies) X(padded) X(refuses) X(within_quota)

test_suite(gpadl, CASES);
