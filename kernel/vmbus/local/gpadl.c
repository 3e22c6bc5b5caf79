// SPDX-License-Identifier: GPL-2.0
/*
 * GPADLs: memory is shown to the host, and had back.
 *
 * It is had back from a host that has rescinded the channel, too: it still maps it.
 * When there is no host any more, it has let go of all of it.
 */
#include "as_channel.h"
#ifndef __GENKSYMS__
#include <linux/export.h>
#include <linux/mm.h>

#include "local.h"

#define HEADER_FRAMES	((VMH_MSG_MAX - \
			  sizeof(struct vmbus_channel_gpadl_header) - \
			  sizeof(struct gpa_range)) / sizeof(u64))
#define BODY_FRAMES	((VMH_MSG_MAX - \
			  sizeof(struct vmbus_channel_gpadl_body)) / sizeof(u64))
#endif

static void fill_frames(u64 *frames, void *buffer, u32 from, u32 n)
{
	u32 i;

	for (i = 0; i < n; i++)
		frames[i] = virt_to_hvpfn(buffer +
					  ((size_t)(from + i) << HV_HYP_PAGE_SHIFT));
}

static int post_header(struct vmbus_channel *ch, u32 id, void *buffer, u32 size,
		       u32 frames)
{
	u64 space[VMH_MSG_MAX / sizeof(u64)] = {};
	struct vmbus_channel_gpadl_header *msg = (void *)space;
	u32 n = min_t(u32, frames, HEADER_FRAMES);

	msg->header.msgtype = CHANNELMSG_GPADL_HEADER;
	msg->child_relid = ch->offermsg.child_relid;
	msg->gpadl = id;
	msg->range_buflen = sizeof(struct gpa_range) + frames * sizeof(u64);
	msg->rangecount = 1;
	msg->range[0].byte_count = size;
	fill_frames(msg->range[0].pfn_array, buffer, 0, n);
	return vml_post(vml_channel(ch)->guest, msg,
			sizeof(*msg) + sizeof(struct gpa_range) +
			n * sizeof(u64));
}

static int post_body(struct vmbus_channel *ch, u32 id, void *buffer, u32 from,
		     u32 n)
{
	u64 space[VMH_MSG_MAX / sizeof(u64)] = {};
	struct vmbus_channel_gpadl_body *msg = (void *)space;

	msg->header.msgtype = CHANNELMSG_GPADL_BODY;
	msg->gpadl = id;
	fill_frames(msg->pfn, buffer, from, n);
	return vml_post(vml_channel(ch)->guest, msg,
			sizeof(*msg) + n * sizeof(u64));
}

/**
 * vml_gpadl_create() - show memory to the host
 * @ch: for which channel
 * @buffer: linear or vmalloc memory, whole pages
 * @size: bytes of it
 * @gpadl: filled in
 *
 * Context: process; waits for the host.
 * Return: 0, -EINVAL, -EDQUOT if the host refuses, -ENODEV if there is none.
 */
int vml_gpadl_create(struct vmbus_channel *ch, void *buffer, u32 size,
		     struct vmbus_gpadl *gpadl)
{
	struct vml_guest *g = vml_channel(ch)->guest;
	u32 frames = size >> HV_HYP_PAGE_SHIFT, from, n, id;
	struct vml_wait w;
	int err;

	gpadl->gpadl_handle = 0;
	gpadl->decrypted = false;
	/* The length of all frames' numbers has 16 bits. */
	if (!size || offset_in_hvpage(buffer) || size % HV_HYP_PAGE_SIZE ||
	    frames > (U16_MAX - sizeof(struct gpa_range)) / sizeof(u64))
		return -EINVAL;
	do {
		id = atomic_inc_return(&g->next_gpadl);
	} while (!id);

	vml_wait_begin(g, &w, CHANNELMSG_GPADL_CREATED, id);
	err = post_header(ch, id, buffer, size, frames);
	for (from = HEADER_FRAMES; !err && from < frames; from += n) {
		n = min_t(u32, frames - from, BODY_FRAMES);
		err = post_body(ch, id, buffer, from, n);
	}
	err = vml_wait_end(g, &w, err);
	if (err)
		return err;
	if (w.status)
		return -EDQUOT;
	gpadl->gpadl_handle = id;
	gpadl->buffer = buffer;
	gpadl->size = size;
	return 0;
}

/**
 * vmbus_establish_gpadl() - show memory to the host
 * @channel: for which channel
 * @kbuffer: linear or vmalloc memory, whole pages
 * @size: bytes of it
 * @gpadl: filled in
 *
 * Context: process; waits for the host.
 * Return: 0, -EINVAL, -EDQUOT if the host refuses, -ENODEV if the channel was
 * rescinded.
 */
int vmbus_establish_gpadl(struct vmbus_channel *channel, void *kbuffer, u32 size,
			  struct vmbus_gpadl *gpadl)
{
	if (READ_ONCE(channel->rescind)) {
		gpadl->decrypted = false;
		return -ENODEV;
	}
	return vml_gpadl_create(channel, kbuffer, size, gpadl);
}
EXPORT_SYMBOL_GPL(vmbus_establish_gpadl);

/**
 * vmbus_teardown_gpadl() - have memory back from the host
 * @channel: for which channel it was shown
 * @gpadl: the memory
 *
 * Context: process; waits for the host.
 * Return: 0: it does not use it any more.
 */
int vmbus_teardown_gpadl(struct vmbus_channel *channel, struct vmbus_gpadl *gpadl)
{
	struct vml_guest *g = vml_channel(channel)->guest;
	struct vmbus_channel_gpadl_teardown msg = {
		.header.msgtype = CHANNELMSG_GPADL_TEARDOWN,
		.child_relid = channel->offermsg.child_relid,
		.gpadl = gpadl->gpadl_handle,
	};
	struct vml_wait w;
	int err;

	if (!gpadl->gpadl_handle)
		return 0;
	vml_wait_begin(g, &w, CHANNELMSG_GPADL_TORNDOWN, msg.gpadl);
	err = vml_post(g, &msg, sizeof(msg));
	vml_wait_end(g, &w, err);
	gpadl->gpadl_handle = 0;
	gpadl->decrypted = false;
	return 0;
}
EXPORT_SYMBOL_GPL(vmbus_teardown_gpadl);
