// SPDX-License-Identifier: GPL-2.0
/* Channels: opened, closed, signalled in both directions. */
#include <endian.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "vmbusguest.h"

static void ring_init(struct vg_ring *ring, uint8_t *at, size_t bytes)
{
	memset(at, 0, VMH_PAGE_SIZE);
	ring->hdr = (void *)at;
	ring->data = at + VMH_PAGE_SIZE;
	ring->size = bytes - VMH_PAGE_SIZE;
	ring->own = 0;
	ring->hdr->feature_bits = htole32(VMH_RING_FEATURE_PENDING);
}

static int open_channel(struct vg_channel *ch)
{
	struct vmh_msg_open msg = {
		.header.type = htole32(VMH_MSG_OPEN),
		.relid = htole32(ch->relid),
		.open_id = htole32(ch->vg->next_open++),
		.gpadl = htole32(ch->gpadl),
		.target_vp = htole32(ch->vp),
		.downstream_page = htole32(ch->bytes / 2 / VMH_PAGE_SIZE),
	};
	union {
		uint8_t bytes[VMBUS_DEV_MESSAGE_MAX];
		struct vmh_msg_open_result result;
	} u;
	int err;

	err = vg_post(ch->vg, &msg, sizeof(msg));
	if (!err)
		err = vg_expect(ch->vg, VMH_MSG_OPEN_RESULT, u.bytes, 10000);
	if (err < 0)
		return err;
	return u.result.status || u.result.open_id != msg.open_id ? -EIO : 0;
}

int vg_channel_open(struct vg_channel *ch, struct vg *vg, uint32_t relid,
		    size_t ring_bytes, uint32_t vp)
{
	uint8_t *mem = ch->mem;
	int err;

	/* The memory of a channel that was closed serves again. */
	if (!mem || ch->vg != vg || ch->bytes != 2 * ring_bytes)
		mem = vg_alloc(vg, 2 * ring_bytes / VMH_PAGE_SIZE);
	if (!mem)
		return -ENOMEM;
	memset(ch, 0, sizeof(*ch));
	ch->vg = vg;
	ch->relid = relid;
	ch->vp = vp;
	ch->signal = -1;
	ch->mem = mem;
	ch->bytes = 2 * ring_bytes;
	ring_init(&ch->out, mem, ring_bytes);
	ring_init(&ch->in, mem + ring_bytes, ring_bytes);
	err = vg_gpadl_create(vg, relid, mem, ch->bytes, &ch->gpadl);
	return err ? err : open_channel(ch);
}

int vg_channel_close(struct vg_channel *ch)
{
	struct vmh_msg_relid msg = {
		.header.type = htole32(VMH_MSG_CLOSE),
		.relid = htole32(ch->relid),
	};
	struct vmbus_dev_event e = { .relid = ch->relid, .fd = -1 };
	int err;

	err = vg_post(ch->vg, &msg, sizeof(msg));
	if (!err)
		err = vg_gpadl_teardown(ch->vg, ch->relid, ch->gpadl);
	if (ch->signal >= 0) {
		ioctl(ch->vg->fd, VMBUS_DEV_SET_EVENT, &e);
		close(ch->signal);
		ch->signal = -1;
	}
	return err;
}

int vg_channel_modify(struct vg_channel *ch, uint32_t vp)
{
	struct vmh_msg_modify msg = {
		.header.type = htole32(VMH_MSG_MODIFY_CHANNEL),
		.relid = htole32(ch->relid), .target_vp = htole32(vp),
	};
	union {
		uint8_t bytes[VMBUS_DEV_MESSAGE_MAX];
		struct vmh_msg_modify_response response;
	} u;
	int err;

	err = vg_post(ch->vg, &msg, sizeof(msg));
	if (err)
		return err;
	if (ch->vg->version >= VMH_VERSION_WIN10_V5_3) {
		err = vg_expect(ch->vg, VMH_MSG_MODIFY_RESPONSE, u.bytes, 10000);
		if (err < 0)
			return err;
		if (u.response.status)
			return -EINVAL;
	}
	ch->vp = vp;
	return 0;
}

int vg_channel_use_eventfd(struct vg_channel *ch)
{
	struct vmbus_dev_event e = { .relid = ch->relid };

	ch->signal = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (ch->signal < 0)
		return -errno;
	e.fd = ch->signal;
	return ioctl(ch->vg->fd, VMBUS_DEV_SET_EVENT, &e) ? -errno : 0;
}

int vg_channel_signal(struct vg_channel *ch)
{
	ch->signals++;
	if (ch->signal >= 0)
		return eventfd_write(ch->signal, 1) ? -errno : 0;
	return ioctl(ch->vg->fd, VMBUS_DEV_SIGNAL, (unsigned long)ch->relid) ?
		-errno : 0;
}

int vg_channel_wait(struct vg_channel *ch, int timeout_ms)
{
	struct pollfd pfd = { .fd = ch->vg->event[ch->vp], .events = POLLIN };
	uint64_t *flags = ch->vg->flags[ch->vp];
	eventfd_t count;
	int n;

	n = poll(&pfd, 1, timeout_ms);
	if (n <= 0)
		return n < 0 && errno != EINTR ? -errno : 0;
	eventfd_read(pfd.fd, &count);
	/* Before we look into the ring: what comes later is signalled again. */
	__atomic_fetch_and(&flags[ch->relid / 64], ~(1ULL << ch->relid % 64),
			   __ATOMIC_SEQ_CST);
	ch->interrupts++;
	return 1;
}
