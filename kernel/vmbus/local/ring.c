// SPDX-License-Identifier: GPL-2.0
/*
 * Rings, as drivers see them: mapped twice, one after the other, so that a packet
 * that wraps around lies in one piece. The signalling rules are in ../ring.h.
 */
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "local.h"

/**
 * vml_ring_init() - map and initialise a ring
 * @info: the ring
 * @pages: its memory
 * @n: pages of it, the header included; at least 2
 *
 * Context: process.
 * Return: 0 or -ENOMEM.
 */
int vml_ring_init(struct hv_ring_buffer_info *info, struct page *pages, u32 n)
{
	struct page **twice;
	u32 i;

	twice = kvmalloc_array(2 * n - 1, sizeof(*twice), GFP_KERNEL);
	if (!twice)
		return -ENOMEM;
	twice[0] = pages;
	for (i = 1; i < n; i++) {
		twice[i] = pages + i;
		twice[n - 1 + i] = pages + i;
	}
	info->ring_buffer = vmap(twice, 2 * n - 1, VM_MAP, PAGE_KERNEL);
	kvfree(twice);
	if (!info->ring_buffer)
		return -ENOMEM;
	memset(info->ring_buffer, 0, sizeof(*info->ring_buffer));
	info->ring_buffer->feature_bits.feat_pending_send_sz = 1;
	info->ring_size = n << PAGE_SHIFT;
	info->ring_datasize = info->ring_size - sizeof(struct hv_ring_buffer);
	info->ring_size_div10_reciprocal = reciprocal_value(info->ring_size / 10);
	info->priv_read_index = 0;
	spin_lock_init(&info->ring_lock);
	return 0;
}

/**
 * vml_ring_exit() - undo vml_ring_init()
 * @info: the ring; nothing happens if it is not initialised
 *
 * Context: process.
 */
void vml_ring_exit(struct hv_ring_buffer_info *info)
{
	mutex_lock(&info->ring_buffer_mutex);
	vunmap(info->ring_buffer);
	info->ring_buffer = NULL;
	mutex_unlock(&info->ring_buffer_mutex);
}

/* The ring was empty before, and the host is not looking: it has to be told. */
static void signal_written(struct vmbus_channel *ch, u32 before)
{
	struct hv_ring_buffer *ring = ch->outbound.ring_buffer;

	/* The index is there before we look; pairs with the host's unmasking. */
	virt_mb();
	if (READ_ONCE(ring->interrupt_mask))
		return;
	/* The host unmasks when it has read all. */
	virt_rmb();
	if (READ_ONCE(ring->read_index) != before)
		return;
	++ch->intr_out_empty;
	vmbus_setevent(ch);
}

static void count_full(struct vmbus_channel *ch)
{
	++ch->out_full_total;
	if (!ch->out_full_flag) {
		++ch->out_full_first;
		ch->out_full_flag = true;
	}
}

/* Whose answer it will be; VMBUS_NO_RQSTOR if the driver has ids of its own. */
static u64 next_id(struct vmbus_channel *ch, u16 flags, u64 request)
{
	if (flags != VMBUS_DATA_PACKET_FLAG_COMPLETION_REQUESTED ||
	    !ch->next_request_id_callback)
		return VMBUS_NO_RQSTOR;
	return ch->next_request_id_callback(ch, request);
}

/**
 * vml_ring_write() - write a packet into the ring to the host
 * @ch: the channel
 * @pieces: what it is made of, the descriptor first; together a multiple of 8
 * @n: how many there are
 * @request: what the driver calls it
 * @trans_id: if not NULL, gets what the host is told as its name
 *
 * Context: any.
 * Return: 0, -EAGAIN if there is no room, -ENODEV if the channel was rescinded (but see
 * below),
 * -EIO for indices that cannot be.
 */
int vml_ring_write(struct vmbus_channel *ch, const struct kvec *pieces, u32 n,
		   u64 request, u64 *trans_id)
{
	struct hv_ring_buffer_info *info = &ch->outbound;
	struct hv_ring_buffer *ring = info->ring_buffer;
	const struct vmpacket_descriptor *desc = pieces[0].iov_base;
	u32 size = info->ring_datasize, len = sizeof(u64);
	u32 begin, read, at, room, i;
	unsigned long flags;
	u64 id, trailer;
	int err = 0;

	/*
	 * hv_storvsc forgets a command for which it is told anything but that there is
	 * no room, and waits for it for ever. This way it comes again until the disk is
	 * gone.
	 */
	if (READ_ONCE(ch->rescind))
		return ch->device_id == HV_SCSI ? -EAGAIN : -ENODEV;
	for (i = 0; i < n; i++)
		len += pieces[i].iov_len;

	spin_lock_irqsave(&info->ring_lock, flags);
	read = READ_ONCE(ring->read_index);
	begin = READ_ONCE(ring->write_index);
	if (unlikely(read >= size || begin >= size)) {
		err = -EIO;
		goto unlock;
	}
	/* One that is quite full would look like an empty one. */
	room = begin >= read ? size - (begin - read) : read - begin;
	if (room <= len) {
		count_full(ch);
		err = -EAGAIN;
		goto unlock;
	}
	ch->out_full_flag = false;
	for (i = 0, at = begin; i < n; at += pieces[i++].iov_len)
		memcpy(ring->buffer + at, pieces[i].iov_base, pieces[i].iov_len);
	/* When it has a name, an answer to it could come. */
	id = next_id(ch, desc->flags, request);
	if (id == VMBUS_RQST_ERROR) {
		err = -EAGAIN;
		goto unlock;
	}
	if (trans_id)
		*trans_id = id == VMBUS_NO_RQSTOR ? request : id;
	((struct vmpacket_descriptor *)(ring->buffer + begin))->trans_id =
		id == VMBUS_NO_RQSTOR ? request : id;
	trailer = (u64)begin << 32;
	memcpy(ring->buffer + at, &trailer, sizeof(trailer));
	at += sizeof(trailer);
	/* All of it is there before the host may read it. */
	virt_store_release(&ring->write_index, at >= size ? at - size : at);
unlock:
	spin_unlock_irqrestore(&info->ring_lock, flags);
	if (err)
		return err;

	signal_written(ch, begin);
	if (!READ_ONCE(ch->rescind))
		return 0;
	/* There will be no answer that could give it back. */
	if (id != VMBUS_NO_RQSTOR && ch->request_addr_callback)
		ch->request_addr_callback(ch, id);
	return -ENODEV;
}
