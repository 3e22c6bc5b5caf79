// SPDX-License-Identifier: GPL-2.0
/*
 * Requests: what drivers call a request, often an address, is not for the host. It
 * is told a small number, which is good for one answer.
 *
 * Free slots of the array are a list: each has the number of the next one.
 */
#include "as_channel.h"
#ifndef __GENKSYMS__
#include <linux/bitmap.h>
#include <linux/export.h>
#include <linux/slab.h>

#include "local.h"
#endif

/**
 * vml_requestor_init() - have a channel give names to requests
 * @ch: the channel; its driver has set vmbus_channel.rqstor_size, or not
 *
 * Context: process.
 * Return: 0 or -ENOMEM.
 */
int vml_requestor_init(struct vmbus_channel *ch)
{
	struct vmbus_requestor *r = &ch->requestor;
	u32 size = ch->rqstor_size, i;

	if (!size)
		return 0;
	r->req_arr = kvmalloc_array(size, sizeof(*r->req_arr), GFP_KERNEL);
	r->req_bitmap = bitmap_zalloc(size, GFP_KERNEL);
	if (!r->req_arr || !r->req_bitmap) {
		vml_requestor_exit(ch);
		return -ENOMEM;
	}
	for (i = 0; i < size; i++)
		r->req_arr[i] = i + 1;
	r->size = size;
	r->next_request_id = 0;
	spin_lock_init(&r->req_lock);
	return 0;
}

/**
 * vml_requestor_exit() - undo vml_requestor_init()
 * @ch: the channel
 *
 * Context: process.
 */
void vml_requestor_exit(struct vmbus_channel *ch)
{
	struct vmbus_requestor *r = &ch->requestor;

	kvfree(r->req_arr);
	r->req_arr = NULL;
	bitmap_free(r->req_bitmap);
	r->req_bitmap = NULL;
	r->size = 0;
}

/**
 * vmbus_next_request_id() - name a request
 * @channel: the channel
 * @rqst_addr: what the driver calls it
 *
 * Context: any.
 * Return: its name for the host; VMBUS_NO_RQSTOR if it gives none,
 * VMBUS_RQST_ERROR if there is none left.
 */
u64 vmbus_next_request_id(struct vmbus_channel *channel, u64 rqst_addr)
{
	struct vmbus_requestor *r = &channel->requestor;
	unsigned long flags;
	u64 slot;

	if (!channel->rqstor_size)
		return VMBUS_NO_RQSTOR;
	lock_requestor(channel, flags);
	slot = r->next_request_id;
	if (slot < r->size) {
		r->next_request_id = r->req_arr[slot];
		r->req_arr[slot] = rqst_addr;
		__set_bit(slot, r->req_bitmap);
	}
	slot = slot < r->size ? slot + 1 : VMBUS_RQST_ERROR;
	unlock_requestor(channel, flags);
	/* Not 0: that is what the host says of its own accord. */
	return slot;
}
EXPORT_SYMBOL_GPL(vmbus_next_request_id);

/**
 * __vmbus_request_addr_match() - whose answer is it? The requestor is locked
 * @channel: the channel
 * @trans_id: the name that the host says
 * @rqst_addr: who it must be for the name to be free again, or VMBUS_RQST_ADDR_ANY
 *
 * Context: any.
 * Return: what the driver calls it; VMBUS_NO_RQSTOR, or VMBUS_RQST_ERROR if that
 * is nobody's name.
 */
u64 __vmbus_request_addr_match(struct vmbus_channel *channel, u64 trans_id,
			       u64 rqst_addr)
{
	struct vmbus_requestor *r = &channel->requestor;
	u64 slot = trans_id - 1, addr;

	if (!channel->rqstor_size)
		return VMBUS_NO_RQSTOR;
	if (!trans_id || slot >= r->size || !test_bit(slot, r->req_bitmap))
		return VMBUS_RQST_ERROR;
	addr = r->req_arr[slot];
	if (rqst_addr == VMBUS_RQST_ADDR_ANY || rqst_addr == addr) {
		__clear_bit(slot, r->req_bitmap);
		r->req_arr[slot] = r->next_request_id;
		r->next_request_id = slot;
	}
	return addr;
}
EXPORT_SYMBOL_GPL(__vmbus_request_addr_match);

/**
 * vmbus_request_addr_match() - whose answer is it?
 * @channel: the channel
 * @trans_id: the name that the host says
 * @rqst_addr: who it must be for the name to be free again, or VMBUS_RQST_ADDR_ANY
 *
 * Context: any.
 * Return: as __vmbus_request_addr_match().
 */
u64 vmbus_request_addr_match(struct vmbus_channel *channel, u64 trans_id,
			     u64 rqst_addr)
{
	unsigned long flags;
	u64 addr;

	lock_requestor(channel, flags);
	addr = __vmbus_request_addr_match(channel, trans_id, rqst_addr);
	unlock_requestor(channel, flags);
	return addr;
}
EXPORT_SYMBOL_GPL(vmbus_request_addr_match);

/**
 * vmbus_request_addr() - whose answer is it? Its name is free again
 * @channel: the channel
 * @trans_id: the name that the host says
 *
 * Context: any.
 * Return: as __vmbus_request_addr_match().
 */
u64 vmbus_request_addr(struct vmbus_channel *channel, u64 trans_id)
{
	return vmbus_request_addr_match(channel, trans_id, VMBUS_RQST_ADDR_ANY);
}
EXPORT_SYMBOL_GPL(vmbus_request_addr);
