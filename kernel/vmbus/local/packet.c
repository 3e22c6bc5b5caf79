// SPDX-License-Identifier: GPL-2.0
/* Packets: sent, and received whole. */
#include "as_channel.h"
#ifndef __GENKSYMS__
#include <linux/align.h>
#include <linux/export.h>
#include <linux/string.h>

#include "local.h"
#endif

/* What is sent begins with @desc, and is filled up with zeroes if need be. */
static int send(struct vmbus_channel *channel, void *desc, u32 desc_size,
		void *buffer, u32 len, u64 request, u64 *trans_id)
{
	u64 zeroes = 0;
	u32 total = desc_size + len, pad = ALIGN(total, sizeof(u64)) - total;
	struct kvec pieces[] = {
		{ desc, desc_size },
		{ buffer, len },
		{ &zeroes, pad },
	};

	return vml_ring_write(channel, pieces, pad ? 3 : 2, request, trans_id);
}

/**
 * vmbus_sendpacket_getid() - send a packet
 * @channel: the channel
 * @buffer: what it says
 * @bufferlen: bytes of that
 * @requestid: what the driver calls it
 * @trans_id: gets what the host is told as its name; may be NULL
 * @type: enum vmbus_packet_type
 * @flags: VMBUS_DATA_PACKET_FLAG_COMPLETION_REQUESTED or 0
 *
 * Context: any.
 * Return: 0, -EAGAIN if there is no room, -ENODEV if the channel was rescinded.
 */
int vmbus_sendpacket_getid(struct vmbus_channel *channel, void *buffer,
			   u32 bufferlen, u64 requestid, u64 *trans_id,
			   enum vmbus_packet_type type, u32 flags)
{
	struct vmpacket_descriptor desc = {
		.type = type,
		.flags = flags,
		.offset8 = sizeof(desc) / sizeof(u64),
		.len8 = ALIGN(sizeof(desc) + bufferlen, sizeof(u64)) /
			sizeof(u64),
	};

	return send(channel, &desc, sizeof(desc), buffer, bufferlen, requestid,
		    trans_id);
}
EXPORT_SYMBOL(vmbus_sendpacket_getid);

/**
 * vmbus_sendpacket() - send a packet
 * @channel: the channel
 * @buffer: what it says
 * @bufferlen: bytes of that
 * @requestid: what the driver calls it
 * @type: enum vmbus_packet_type
 * @flags: VMBUS_DATA_PACKET_FLAG_COMPLETION_REQUESTED or 0
 *
 * Context: any.
 * Return: as vmbus_sendpacket_getid().
 */
int vmbus_sendpacket(struct vmbus_channel *channel, void *buffer, u32 bufferlen,
		     u64 requestid, enum vmbus_packet_type type, u32 flags)
{
	return vmbus_sendpacket_getid(channel, buffer, bufferlen, requestid,
				      NULL, type, flags);
}
EXPORT_SYMBOL(vmbus_sendpacket);

/**
 * vmbus_sendpacket_mpb_desc() - send a packet that refers to memory
 * @channel: the channel
 * @mpb: its beginning, with the ranges and their number filled in
 * @desc_size: bytes of it
 * @buffer: what it says
 * @bufferlen: bytes of that
 * @requestid: what the driver calls it
 *
 * Context: any.
 * Return: as vmbus_sendpacket_getid().
 */
int vmbus_sendpacket_mpb_desc(struct vmbus_channel *channel,
			      struct vmbus_packet_mpb_array *mpb, u32 desc_size,
			      void *buffer, u32 bufferlen, u64 requestid)
{
	mpb->type = VM_PKT_DATA_USING_GPA_DIRECT;
	mpb->dataoffset8 = desc_size / sizeof(u64);
	mpb->length8 = ALIGN(desc_size + bufferlen, sizeof(u64)) / sizeof(u64);
	mpb->flags = VMBUS_DATA_PACKET_FLAG_COMPLETION_REQUESTED;
	mpb->transactionid = 0;
	mpb->reserved = 0;
	return send(channel, mpb, desc_size, buffer, bufferlen, requestid, NULL);
}
EXPORT_SYMBOL_GPL(vmbus_sendpacket_mpb_desc);

static int receive(struct vmbus_channel *channel, void *buffer, u32 bufferlen,
		   u32 *len, u64 *requestid, bool raw)
{
	struct vmpacket_descriptor *desc;
	void *from;

	*len = 0;
	*requestid = 0;
	if (!bufferlen)
		return -EINVAL;
	desc = hv_pkt_iter_first(channel);
	/* Nothing there is not an error, but no bytes. */
	if (!desc)
		return 0;
	from = raw ? desc : hv_pkt_data(desc);
	*len = raw ? hv_pkt_len(desc) : hv_pkt_datalen(desc);
	*requestid = desc->trans_id;
	if (*len > bufferlen)
		return -ENOBUFS;
	memcpy(buffer, from, *len);
	__hv_pkt_iter_next(channel, desc);
	hv_pkt_iter_close(channel);
	return 0;
}

/**
 * vmbus_recvpacket() - receive what a packet says
 * @channel: the channel
 * @buffer: where to
 * @bufferlen: bytes that fit there
 * @buffer_actual_len: gets its bytes; 0 if there is no packet
 * @requestid: gets its name
 *
 * Context: any, one at a time.
 * Return: 0, -EINVAL, -ENOBUFS if it does not fit.
 */
int vmbus_recvpacket(struct vmbus_channel *channel, void *buffer, u32 bufferlen,
		     u32 *buffer_actual_len, u64 *requestid)
{
	return receive(channel, buffer, bufferlen, buffer_actual_len, requestid,
		       false);
}
EXPORT_SYMBOL(vmbus_recvpacket);

/**
 * vmbus_recvpacket_raw() - receive a packet with its descriptor
 * @channel: the channel
 * @buffer: where to
 * @bufferlen: bytes that fit there
 * @buffer_actual_len: gets its bytes; 0 if there is no packet
 * @requestid: gets its name
 *
 * Context: any, one at a time.
 * Return: as vmbus_recvpacket().
 */
int vmbus_recvpacket_raw(struct vmbus_channel *channel, void *buffer,
			 u32 bufferlen, u32 *buffer_actual_len, u64 *requestid)
{
	return receive(channel, buffer, bufferlen, buffer_actual_len, requestid,
		       true);
}
EXPORT_SYMBOL_GPL(vmbus_recvpacket_raw);
