// SPDX-License-Identifier: GPL-2.0
/*
 * Packets of the ring from the host, one after the other, where they lie: the host is in
 * this kernel, writes nothing that cannot be, and writes nothing there before it learns of
 * what was read, when the iteration is closed. A guest that does not trust its host, as
 * the real one, copies each.
 */
#include <linux/uio.h>
#include <asm/mshyperv.h>
#include <linux/hyperv.h>
#include <linux/tracepoint.h>
#include <linux/vmalloc.h>
#ifndef __GENKSYMS__
#include <linux/export.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "local.h"
#endif

/* Bytes that the host has written and we have not read. */
static u32 unread(const struct hv_ring_buffer_info *info)
{
	/* What was written is there; pairs with the host's barrier before it. */
	u32 write = virt_load_acquire(&info->ring_buffer->write_index);
	u32 read = info->priv_read_index;

	return write >= read ? write - read : info->ring_datasize - read + write;
}

/**
 * hv_pkt_iter_first() - the next packet that was not read
 * @channel: the channel
 *
 * Context: any, one at a time.
 * Return: the packet, valid until the iteration is closed; NULL if there is none.
 */
struct vmpacket_descriptor *hv_pkt_iter_first(struct vmbus_channel *channel)
{
	struct hv_ring_buffer_info *info = &channel->inbound;
	struct vmpacket_descriptor *desc;
	u32 there = unread(info);

	if (!there)
		return NULL;
	desc = hv_get_ring_buffer(info) + info->priv_read_index;
	if (WARN_ON_ONCE(hv_pkt_len(desc) + VMH_TRAILER > there))
		return NULL;
	return desc;
}
EXPORT_SYMBOL_GPL(hv_pkt_iter_first);

/**
 * __hv_pkt_iter_next() - done with a packet
 * @channel: the channel
 * @pkt: the packet
 *
 * Context: any, one at a time.
 * Return: the next one, as hv_pkt_iter_first().
 */
struct vmpacket_descriptor *
__hv_pkt_iter_next(struct vmbus_channel *channel,
		   const struct vmpacket_descriptor *pkt)
{
	struct hv_ring_buffer_info *info = &channel->inbound;
	u32 at = info->priv_read_index + hv_pkt_len(pkt) + VMH_TRAILER;

	info->priv_read_index = at >= info->ring_datasize ?
				at - info->ring_datasize : at;
	return hv_pkt_iter_first(channel);
}
EXPORT_SYMBOL_GPL(__hv_pkt_iter_next);

/**
 * hv_pkt_iter_close() - tell the host how far we have read
 * @channel: the channel
 *
 * It is signalled if it waits for room, and what it waits for has become free now.
 *
 * Context: any, one at a time.
 */
void hv_pkt_iter_close(struct vmbus_channel *channel)
{
	struct hv_ring_buffer_info *info = &channel->inbound;
	struct hv_ring_buffer *ring = info->ring_buffer;
	u32 before = ring->read_index, pending, room, freed;

	/* All was read before the host may write there. */
	virt_store_release(&ring->read_index, info->priv_read_index);
	if (!ring->feature_bits.feat_pending_send_sz)
		return;
	/* Pairs with the host's, between saying that it waits and looking again. */
	virt_mb();
	pending = READ_ONCE(ring->pending_send_sz);
	if (!pending)
		return;
	/* The host says what it waits for after it has written. */
	virt_rmb();
	room = hv_get_bytes_to_write(info);
	freed = info->priv_read_index >= before ?
		info->priv_read_index - before :
		info->ring_datasize - before + info->priv_read_index;
	/* There was room already, or there still is none. */
	if (room - freed > pending || room <= pending)
		return;
	++channel->intr_in_full;
	vmbus_setevent(channel);
}
EXPORT_SYMBOL_GPL(hv_pkt_iter_close);
