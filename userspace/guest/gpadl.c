// SPDX-License-Identifier: GPL-2.0
/* GPADLs: memory shown to the host. */
#include <endian.h>
#include <errno.h>
#include <string.h>

#include "vmbusguest.h"

#define HEADER_FRAMES	26
#define BODY_FRAMES	28

int vg_gpadl_post(struct vg *vg, uint32_t relid, const void *at, size_t bytes,
		  uint32_t id)
{
	union {
		uint8_t bytes[VMBUS_DEV_MESSAGE_MAX];
		struct vmh_msg_gpadl_header header;
		struct vmh_msg_gpadl_body body;
	} u = {};
	uint64_t gpa = vg_gpa(vg, at), pfn = gpa >> VMH_PAGE_SHIFT, v;
	uint32_t offset = gpa % VMH_PAGE_SIZE, number = 0;
	size_t frames = (offset + bytes + VMH_PAGE_SIZE - 1) >> VMH_PAGE_SHIFT;
	size_t head = sizeof(u.header), n, i;
	struct vmh_gpa_range range = {
		.byte_count = htole32(bytes), .byte_offset = htole32(offset),
	};
	int err;

	u.header.header.type = htole32(VMH_MSG_GPADL_HEADER);
	u.header.relid = htole32(relid);
	u.header.gpadl = htole32(id);
	u.header.range_buflen = htole16(sizeof(range) + frames * 8);
	u.header.range_cnt = htole16(1);
	memcpy(u.bytes + head, &range, sizeof(range));
	head += sizeof(range);
	n = frames < HEADER_FRAMES ? frames : HEADER_FRAMES;
	for (;;) {
		for (i = 0; i < n; i++) {
			v = htole64(pfn++);
			memcpy(u.bytes + head + i * 8, &v, 8);
		}
		err = vg_post(vg, u.bytes, head + n * 8);
		frames -= n;
		if (err || !frames)
			return err;
		memset(&u, 0, sizeof(u));
		u.body.header.type = htole32(VMH_MSG_GPADL_BODY);
		u.body.number = htole32(number++);
		u.body.gpadl = htole32(id);
		head = sizeof(u.body);
		n = frames < BODY_FRAMES ? frames : BODY_FRAMES;
	}
}

int vg_gpadl_create(struct vg *vg, uint32_t relid, const void *at, size_t bytes,
		    uint32_t *id)
{
	union {
		uint8_t bytes[VMBUS_DEV_MESSAGE_MAX];
		struct vmh_msg_gpadl_created created;
	} u;
	int err;

	*id = vg->next_gpadl++;
	err = vg_gpadl_post(vg, relid, at, bytes, *id);
	if (!err)
		err = vg_expect(vg, VMH_MSG_GPADL_CREATED, u.bytes, 10000);
	if (err < 0)
		return err;
	return u.created.status || le32toh(u.created.gpadl) != *id ? -EINVAL : 0;
}

int vg_gpadl_teardown(struct vg *vg, uint32_t relid, uint32_t id)
{
	struct vmh_msg_gpadl_teardown msg = {
		.header.type = htole32(VMH_MSG_GPADL_TEARDOWN),
		.relid = htole32(relid), .gpadl = htole32(id),
	};
	uint8_t bytes[VMBUS_DEV_MESSAGE_MAX];
	int err;

	err = vg_post(vg, &msg, sizeof(msg));
	if (!err)
		err = vg_expect(vg, VMH_MSG_GPADL_TORNDOWN, bytes, 10000);
	return err < 0 ? err : 0;
}
