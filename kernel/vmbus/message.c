// SPDX-License-Identifier: GPL-2.0
/*
 * Control messages: from the guest, each handled where it is posted, and to the
 * guest, which wait until it reads them.
 *
 * A guest that posts and does not read is stopped by the limit on answers. What
 * it did not ask for lies in the objects themselves, so that there is no more of
 * it than of these.
 */
#include <linux/slab.h>

#include "partition.h"
#include "trace.h"

/* Most answers that a guest may leave unread. */
#define ANSWERS_MAX	256

/**
 * vmh_out_alloc() - an answer
 *
 * Return: with its type and length still to be set by vmh_out_init(); or NULL.
 */
struct vmh_out *vmh_out_alloc(void)
{
	struct vmh_out *out = kmalloc(sizeof(*out), GFP_KERNEL_ACCOUNT);

	if (out) {
		INIT_LIST_HEAD(&out->node);
		out->own = true;
	}
	return out;
}

/**
 * vmh_out_init() - begin a message
 * @out: the message
 * @type: enum vmh_msg_type
 * @len: bytes of it; all but the type are zero
 */
void vmh_out_init(struct vmh_out *out, u32 type, u32 len)
{
	struct vmh_msg_header *hdr = (void *)out->data;

	memset(out->data, 0, len);
	hdr->type = cpu_to_le32(type);
	out->len = len;
}

/**
 * vmh_out_send() - queue a message for the guest
 * @p: the partition
 * @out: the message, in no queue
 *
 * Context: process, the partition's lock.
 */
void vmh_out_send(struct vmh_partition *p, struct vmh_out *out)
{
	lockdep_assert_held(&p->lock);
	trace_vmbus_message_out(p->name, out->data, out->len);
	spin_lock(&p->out_lock);
	list_add_tail(&out->node, &p->out);
	p->answers += out->own;
	p->messages_out++;
	spin_unlock(&p->out_lock);
	if (p->guest)
		p->transport->message(p->guest);
}

static void unlink(struct vmh_partition *p, struct vmh_out *out)
{
	lockdep_assert_held(&p->out_lock);
	list_del_init(&out->node);
	p->answers -= out->own;
}

/**
 * vmh_out_cancel() - the guest shall not see a message
 * @p: the partition
 * @out: the message, which is somebody's own
 *
 * Return: false if it has, or was never queued.
 */
bool vmh_out_cancel(struct vmh_partition *p, struct vmh_out *out)
{
	bool queued;

	spin_lock(&p->out_lock);
	queued = !list_empty(&out->node);
	if (queued)
		unlink(p, out);
	spin_unlock(&p->out_lock);
	return queued;
}

/**
 * vmh_out_purge() - forget all messages
 * @p: the partition
 */
void vmh_out_purge(struct vmh_partition *p)
{
	struct vmh_out *out, *next;
	LIST_HEAD(own);

	spin_lock(&p->out_lock);
	list_for_each_entry_safe(out, next, &p->out, node) {
		unlink(p, out);
		if (out->own)
			list_add(&out->node, &own);
	}
	spin_unlock(&p->out_lock);
	list_for_each_entry_safe(out, next, &own, node)
		kfree(out);
}

/**
 * vmh_message_pending() - is there a message to the guest?
 * @p: the partition
 *
 * Context: any.
 * Return: true if vmh_message_read() would find one.
 */
bool vmh_message_pending(const struct vmh_partition *p)
{
	return !list_empty_careful(&p->out);
}
EXPORT_SYMBOL_GPL(vmh_message_pending);

/**
 * vmh_message_read() - take the next message to the guest
 * @p: the partition
 * @message: where to; %VMH_MSG_MAX bytes
 *
 * Context: process; takes no lock that is held while others wait.
 * Return: bytes of the message, 0 if there is none.
 */
int vmh_message_read(struct vmh_partition *p, void *message)
{
	struct vmh_out *out;
	int len = 0;

	spin_lock(&p->out_lock);
	out = list_first_entry_or_null(&p->out, struct vmh_out, node);
	if (out) {
		unlink(p, out);
		len = out->len;
		memcpy(message, out->data, len);
		if (out->own)
			kfree(out);
	}
	spin_unlock(&p->out_lock);
	return len;
}
EXPORT_SYMBOL_GPL(vmh_message_read);

/**
 * vmh_version_is_known() - is a version of VMBus spoken?
 * @version: major << 16 | minor
 *
 * Return: true from 2.4 to 5.3.
 */
bool vmh_version_is_known(u32 version)
{
	switch (version) {
	case VMH_VERSION_WIN8:
	case VMH_VERSION_WIN8_1:
	case VMH_VERSION_WIN10:
	case VMH_VERSION_WIN10_V4_1:
	case VMH_VERSION_WIN10_V5:
	case VMH_VERSION_WIN10_V5_1:
	case VMH_VERSION_WIN10_V5_2:
	case VMH_VERSION_WIN10_V5_3:
		return true;
	default:
		return false;
	}
}

/* A guest that was rebooted without a word begins here: so we begin anew, too. */
static void on_contact(struct vmh_partition *p, const struct vmh_msg_contact *msg,
		       struct vmh_out *answer)
{
	struct vmh_msg_version_response *response = (void *)answer->data;
	u32 version = le32_to_cpu(msg->version);

	vmh_partition_disconnect(p);
	vmh_out_init(answer, VMH_MSG_VERSION_RESPONSE, sizeof(*response));
	if (vmh_version_is_known(version)) {
		response->supported = 1;
		p->version = version;
		/* Where it has posted this one to (vmbus_negotiate_version()). */
		if (version >= VMH_VERSION_WIN10_V5)
			response->message_connection_id =
				cpu_to_le32(VMH_MESSAGE_CONNECTION_ID_4);
	} else {
		vmh_error(p, VMBUS_HOST_ERROR_VERSION);
	}
	vmh_out_send(p, answer);
}

static void on_unload(struct vmh_partition *p, struct vmh_out *answer)
{
	vmh_partition_disconnect(p);
	vmh_out_init(answer, VMH_MSG_UNLOAD_RESPONSE,
		     sizeof(struct vmh_msg_header));
	vmh_out_send(p, answer);
}

static void on_request_offers(struct vmh_partition *p, struct vmh_out *answer)
{
	p->offers_sent = true;
	vmh_offer_all(p);
	vmh_out_init(answer, VMH_MSG_ALL_OFFERS_DELIVERED,
		     sizeof(struct vmh_msg_header));
	vmh_out_send(p, answer);
}

/* The least that each type has. */
static u32 min_len(u32 type)
{
	switch (type) {
	case VMH_MSG_REQUEST_OFFERS:
	case VMH_MSG_UNLOAD:
		return sizeof(struct vmh_msg_header);
	case VMH_MSG_OPEN:
		return sizeof(struct vmh_msg_open);
	case VMH_MSG_CLOSE:
	case VMH_MSG_RELID_RELEASED:
		return sizeof(struct vmh_msg_relid);
	case VMH_MSG_GPADL_HEADER:
		return sizeof(struct vmh_msg_gpadl_header);
	case VMH_MSG_GPADL_BODY:
		return sizeof(struct vmh_msg_gpadl_body);
	case VMH_MSG_GPADL_TEARDOWN:
		return sizeof(struct vmh_msg_gpadl_teardown);
	case VMH_MSG_INITIATE_CONTACT:
		return sizeof(struct vmh_msg_contact);
	case VMH_MSG_MODIFY_CHANNEL:
		return sizeof(struct vmh_msg_modify);
	default:
		return 0;
	}
}

/* Hands the answer on, or leaves it. */
static void handle(struct vmh_partition *p, u32 type, const void *msg, u32 len,
		   struct vmh_out **answer)
{
	const struct vmh_msg_relid *relid = msg;
	struct vmh_out *out = *answer;

	/* For all that handle one. */
	lockdep_assert_held(&p->lock);
	switch (type) {
	case VMH_MSG_INITIATE_CONTACT:
		*answer = NULL;
		on_contact(p, msg, out);
		return;
	case VMH_MSG_UNLOAD:
		*answer = NULL;
		on_unload(p, out);
		return;
	}
	if (!p->version) {
		/* Linux lets go of its offers after it has said UNLOAD. */
		if (type != VMH_MSG_RELID_RELEASED)
			vmh_error(p, VMBUS_HOST_ERROR_MESSAGE_STATE);
		return;
	}
	switch (type) {
	case VMH_MSG_REQUEST_OFFERS:
		if (p->offers_sent) {
			vmh_error(p, VMBUS_HOST_ERROR_MESSAGE_STATE);
			return;
		}
		*answer = NULL;
		on_request_offers(p, out);
		return;
	case VMH_MSG_OPEN:
		*answer = NULL;
		vmh_channel_on_open(p, msg, out);
		return;
	case VMH_MSG_CLOSE:
		vmh_channel_on_close(p, le32_to_cpu(relid->relid));
		return;
	case VMH_MSG_RELID_RELEASED:
		vmh_channel_on_released(p, le32_to_cpu(relid->relid));
		return;
	case VMH_MSG_MODIFY_CHANNEL:
		*answer = NULL;
		vmh_channel_on_modify(p, msg, out);
		return;
	case VMH_MSG_GPADL_HEADER:
		vmh_gpadl_on_header(p, msg, len, answer);
		return;
	case VMH_MSG_GPADL_BODY:
		vmh_gpadl_on_body(p, msg, len, answer);
		return;
	case VMH_MSG_GPADL_TEARDOWN:
		vmh_gpadl_on_teardown(p, msg, answer);
		return;
	}
}

/* After these nothing that was unread matters. */
static bool begins_anew(u32 type)
{
	return type == VMH_MSG_INITIATE_CONTACT || type == VMH_MSG_UNLOAD;
}

/**
 * vmh_post_possible() - would vmh_post() take a message?
 * @p: the partition
 *
 * Context: any.
 * Return: false if the guest has to read answers first.
 */
bool vmh_post_possible(const struct vmh_partition *p)
{
	return READ_ONCE(p->answers) < ANSWERS_MAX;
}

/**
 * vmh_post() - a control message from the guest
 * @p: its partition
 * @message: in private memory
 * @len: bytes of it
 *
 * What is wrong in it is counted, and answered as far as there is an answer to it;
 * the guest's side has no other way to be told. When this returns, the answers can
 * be read.
 *
 * Context: process; may wait for the channel's worker, and for its service.
 * Return: 0; -EMSGSIZE if it is none at all; -EAGAIN if the guest has to read
 * answers first; -EBUSY while it is stopped; -ENOMEM, and then nothing has been done;
 * -ENODEV if the partition was removed.
 */
int vmh_post(struct vmh_partition *p, const void *message, u32 len)
{
	const struct vmh_msg_header *hdr = message;
	struct vmh_out *answer;
	u32 type, need;
	int err = 0;

	if (len < sizeof(*hdr) || len > VMH_MSG_MAX)
		return -EMSGSIZE;
	type = le32_to_cpu(hdr->type);
	answer = vmh_out_alloc();
	if (!answer)
		return -ENOMEM;

	mutex_lock(&p->lock);
	if (!p->guest) {
		err = -ENODEV;
		goto out;
	}
	if (p->paused) {
		err = -EBUSY;
		goto out;
	}
	if (READ_ONCE(p->answers) >= ANSWERS_MAX && !begins_anew(type)) {
		vmh_error(p, VMBUS_HOST_ERROR_MESSAGE_FLOOD);
		err = -EAGAIN;
		goto out;
	}
	trace_vmbus_message_in(p->name, message, len);
	p->messages_in++;
	need = min_len(type);
	if (!need)
		vmh_error(p, VMBUS_HOST_ERROR_MESSAGE_UNKNOWN);
	else if (len < need)
		vmh_error(p, VMBUS_HOST_ERROR_MESSAGE_SHORT);
	else
		handle(p, type, message, len, &answer);
out:
	mutex_unlock(&p->lock);
	kfree(answer);
	return err;
}
EXPORT_SYMBOL_GPL(vmh_post);
