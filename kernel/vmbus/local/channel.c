// SPDX-License-Identifier: GPL-2.0
/*
 * Channels: rings are made, shown to the host, and the channel is opened; and the
 * other way round.
 */
#include "as_channel.h"
#ifndef __GENKSYMS__
#include <linux/export.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/string.h>
#include <linux/topology.h>

#include "local.h"
#endif

/**
 * vmbus_setevent() - signal a channel to the host
 * @channel: the channel
 *
 * Context: any.
 */
void vmbus_setevent(struct vmbus_channel *channel)
{
	vmbus_set_event(channel);
}
EXPORT_SYMBOL_GPL(vmbus_setevent);

/**
 * vmbus_alloc_ring() - give a channel memory for its rings
 * @channel: the channel
 * @send_size: bytes of the one to the host, with its header
 * @recv_size: of the other
 *
 * Context: process.
 * Return: 0, -EINVAL for what is not whole pages, -ENOMEM.
 */
int vmbus_alloc_ring(struct vmbus_channel *channel, u32 send_size, u32 recv_size)
{
	int order = get_order(send_size + recv_size);
	struct page *page;

	/* A header and data, each. */
	if (send_size % PAGE_SIZE || recv_size % PAGE_SIZE ||
	    send_size < 2 * PAGE_SIZE || recv_size < 2 * PAGE_SIZE)
		return -EINVAL;
	page = alloc_pages_node(cpu_to_node(channel->target_cpu),
				GFP_KERNEL | __GFP_ZERO, order);
	if (!page)
		return -ENOMEM;
	channel->ringbuffer_page = page;
	channel->ringbuffer_pagecount = (send_size + recv_size) >> PAGE_SHIFT;
	channel->ringbuffer_send_offset = send_size >> PAGE_SHIFT;
	return 0;
}
EXPORT_SYMBOL_GPL(vmbus_alloc_ring);

/**
 * vmbus_free_ring() - undo vmbus_alloc_ring(), and the mapping of the rings
 * @channel: the channel, closed
 *
 * Context: process.
 */
void vmbus_free_ring(struct vmbus_channel *channel)
{
	vml_ring_exit(&channel->outbound);
	vml_ring_exit(&channel->inbound);
	if (!channel->ringbuffer_page)
		return;
	__free_pages(channel->ringbuffer_page,
		     get_order(channel->ringbuffer_pagecount << PAGE_SHIFT));
	channel->ringbuffer_page = NULL;
}
EXPORT_SYMBOL_GPL(vmbus_free_ring);

static int map_rings(struct vmbus_channel *channel)
{
	u32 send = channel->ringbuffer_send_offset;
	int err;

	err = vml_ring_init(&channel->outbound, channel->ringbuffer_page, send);
	if (err)
		return err;
	err = vml_ring_init(&channel->inbound, channel->ringbuffer_page + send,
			    channel->ringbuffer_pagecount - send);
	if (err)
		vml_ring_exit(&channel->outbound);
	return err;
}

/* Ask the host, and wait for what it says. */
static int post_open(struct vmbus_channel *channel, const void *userdata,
		     u32 userdatalen)
{
	struct vml_guest *g = vml_channel(channel)->guest;
	struct vmbus_channel_open_channel msg = {
		.header.msgtype = CHANNELMSG_OPENCHANNEL,
		.child_relid = channel->offermsg.child_relid,
		.openid = channel->offermsg.child_relid,
		.ringbuffer_gpadlhandle =
			channel->ringbuffer_gpadlhandle.gpadl_handle,
		.target_vp = channel->target_cpu,
		.downstream_ringbuffer_pageoffset =
			channel->ringbuffer_send_offset,
	};
	struct vml_wait w;
	int err;

	if (userdatalen)
		memcpy(msg.userdata, userdata, userdatalen);
	vml_wait_begin(g, &w, CHANNELMSG_OPENCHANNEL_RESULT, msg.child_relid);
	err = vml_post(g, &msg, sizeof(msg));
	err = vml_wait_end(g, &w, err);
	if (err)
		return err;
	if (READ_ONCE(channel->rescind))
		return -ENODEV;
	return w.status ? -EAGAIN : 0;
}

static int open_channel(struct vmbus_channel *channel, const void *userdata,
			u32 userdatalen, void (*callback)(void *context),
			void *context)
{
	struct vmbus_gpadl *gpadl = &channel->ringbuffer_gpadlhandle;
	int err;

	if (userdatalen > MAX_USER_DEFINED_BYTES ||
	    channel->state != CHANNEL_OPEN_STATE)
		return -EINVAL;
	if (READ_ONCE(channel->rescind))
		return -ENODEV;
	channel->state = CHANNEL_OPENING_STATE;
	err = vml_requestor_init(channel);
	if (err)
		goto closed;
	err = map_rings(channel);
	if (err)
		goto requestor;
	channel->channel_callback_context = context;
	channel->onchannel_callback = callback;
	err = vml_gpadl_create(channel, page_address(channel->ringbuffer_page),
			       channel->ringbuffer_pagecount << PAGE_SHIFT,
			       gpadl);
	if (err)
		goto callback;
	err = post_open(channel, userdata, userdatalen);
	if (err)
		goto gpadl;
	channel->state = CHANNEL_OPENED_STATE;
	return 0;

gpadl:
	vmbus_teardown_gpadl(channel, gpadl);
callback:
	vml_callback_reset(vml_channel(channel));
	vml_ring_exit(&channel->outbound);
	vml_ring_exit(&channel->inbound);
requestor:
	vml_requestor_exit(channel);
closed:
	channel->state = CHANNEL_OPEN_STATE;
	return err;
}

/**
 * vmbus_connect_ring() - open a channel that has rings
 * @channel: the channel
 * @onchannel_callback: hears of packets; in the context that its
 *	vmbus_channel.callback_mode says
 * @context: for it
 *
 * Context: process; waits for the host.
 * Return: 0, -EINVAL, -ENODEV if it was rescinded, -EAGAIN if the host refuses,
 * -ENOMEM.
 */
int vmbus_connect_ring(struct vmbus_channel *channel,
		       void (*onchannel_callback)(void *context), void *context)
{
	return open_channel(channel, NULL, 0, onchannel_callback, context);
}
EXPORT_SYMBOL_GPL(vmbus_connect_ring);

/**
 * vmbus_open() - open a channel
 * @channel: the channel
 * @send_ringbuffersize: bytes of the ring to the host, with its header
 * @recv_ringbuffersize: of the other
 * @userdata: for the service
 * @userdatalen: bytes of it
 * @onchannel_callback: see vmbus_connect_ring()
 * @context: for it
 *
 * Context: process; waits for the host.
 * Return: as vmbus_connect_ring().
 */
int vmbus_open(struct vmbus_channel *channel, u32 send_ringbuffersize,
	       u32 recv_ringbuffersize, void *userdata, u32 userdatalen,
	       void (*onchannel_callback)(void *context), void *context)
{
	int err;

	err = vmbus_alloc_ring(channel, send_ringbuffersize,
			       recv_ringbuffersize);
	if (err)
		return err;
	err = open_channel(channel, userdata, userdatalen, onchannel_callback,
			   context);
	if (err)
		vmbus_free_ring(channel);
	return err;
}
EXPORT_SYMBOL_GPL(vmbus_open);

/* The host uses nothing of it when this returns. */
static int close_channel(struct vmbus_channel *channel)
{
	struct vml_guest *g = vml_channel(channel)->guest;
	struct vmbus_channel_close_channel msg = {
		.header.msgtype = CHANNELMSG_CLOSECHANNEL,
		.child_relid = channel->offermsg.child_relid,
	};

	vml_callback_reset(vml_channel(channel));
	if (channel->state != CHANNEL_OPENED_STATE)
		return -EINVAL;
	vml_post(g, &msg, sizeof(msg));
	vmbus_teardown_gpadl(channel, &channel->ringbuffer_gpadlhandle);
	vml_requestor_exit(channel);
	return 0;
}

static struct vmbus_channel *open_subchannel(struct vmbus_channel *primary)
{
	struct vml_guest *g = vml_channel(primary)->guest;
	struct vmbus_channel *sub, *found = NULL;

	mutex_lock(&g->lock);
	list_for_each_entry(sub, &primary->sc_list, sc_list) {
		if (sub->state == CHANNEL_OPENED_STATE) {
			found = sub;
			break;
		}
	}
	mutex_unlock(&g->lock);
	return found;
}

/**
 * vmbus_disconnect_ring() - close a channel, with its sub-channels
 * @channel: a primary channel; it keeps its rings
 *
 * Context: process; waits for the host.
 * Return: 0, or -EINVAL if it is none, or is not open.
 */
int vmbus_disconnect_ring(struct vmbus_channel *channel)
{
	struct vmbus_channel *sub;
	int err;

	if (channel->primary_channel)
		return -EINVAL;
	/* While it is open nobody frees it. */
	while ((sub = open_subchannel(channel))) {
		close_channel(sub);
		vmbus_free_ring(sub);
		vml_channel_closed(vml_channel(sub));
	}
	err = close_channel(channel);
	if (!err)
		channel->state = CHANNEL_OPEN_STATE;
	return err;
}
EXPORT_SYMBOL_GPL(vmbus_disconnect_ring);

/**
 * vmbus_close() - close a channel, with its sub-channels
 * @channel: a primary channel
 *
 * Context: process; waits for the host.
 */
void vmbus_close(struct vmbus_channel *channel)
{
	if (!vmbus_disconnect_ring(channel))
		vmbus_free_ring(channel);
}
EXPORT_SYMBOL_GPL(vmbus_close);
