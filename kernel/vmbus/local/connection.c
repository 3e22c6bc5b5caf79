// SPDX-License-Identifier: GPL-2.0
/*
 * The connection to the host: messages to it, its messages, and who waits for
 * them.
 *
 *	vml_wait_begin()	before the message: the answer may be quick
 *	vml_post()		once, or for each part of a message
 *	vml_wait_end()		the answer, or the partition is gone
 *
 * The host answers all that it has taken, for rescinded channels too, or removes
 * the partition. So nothing else ends a wait.
 */
#include <linux/vmalloc.h>
#include <asm/mshyperv.h>
#include <linux/hyperv.h>
#include <linux/tracepoint.h>
#ifndef __GENKSYMS__
#include <linux/delay.h>
#include <linux/export.h>

#include "local.h"

union message {
	struct vmbus_channel_message_header hdr;
	struct vmbus_channel_offer_channel offer;
	struct vmbus_channel_rescind_offer rescind;
	struct vmbus_channel_open_result open_result;
	struct vmbus_channel_gpadl_created created;
	struct vmbus_channel_gpadl_torndown torndown;
	struct vmbus_channel_version_response version;
	u8 bytes[VMH_MSG_MAX];
};

/* The newest first. */
static const u32 versions[] = {
	VERSION_WIN10_V5_3,
	VERSION_WIN10_V5_2,
	VERSION_WIN10_V5_1,
	VERSION_WIN10_V5,
	VERSION_WIN10_V4_1,
	VERSION_WIN10,
	VERSION_WIN8_1,
	VERSION_WIN8,
};
#endif

/* All guests have the same host, and so the same version. */
__u32 vmbus_proto_version;
EXPORT_SYMBOL_GPL(vmbus_proto_version);

/**
 * vml_post() - send a message to the host
 * @g: the guest
 * @message: the message
 * @len: bytes of it
 *
 * Context: process.
 * Return: 0, -ENODEV if there is no host any more, another errno if it was not
 * taken.
 */
int vml_post(struct vml_guest *g, void *message, u32 len)
{
	int err;

	for (;;) {
		err = vmh_post(g->partition, message, len);
		/* Its answers are being read. */
		if (err != -EAGAIN)
			return err;
		usleep_range(1000, 2000);
	}
}

/**
 * vml_wait_begin() - an answer will come
 * @g: the guest
 * @w: to wait with
 * @type: of the answer, enum vmbus_channel_message_type
 * @id: what it is an answer to: a channel's number, or a GPADL's
 *
 * Context: process. vml_wait_end() must follow.
 */
void vml_wait_begin(struct vml_guest *g, struct vml_wait *w, u32 type, u32 id)
{
	*w = (struct vml_wait) { .type = type, .id = id };
	init_completion(&w->done);
	spin_lock(&g->wait_lock);
	list_add_tail(&w->node, &g->waiting);
	if (g->gone)
		complete(&w->done);
	spin_unlock(&g->wait_lock);
}

/**
 * vml_wait_end() - wait for an answer
 * @g: the guest
 * @w: as given to vml_wait_begin()
 * @err: of vml_post(); if it is not 0 there is no waiting
 *
 * Context: process.
 * Return: 0 if there was an answer, and then @w->status is what it says; @err, or
 * -ENODEV if there is no host any more.
 */
int vml_wait_end(struct vml_guest *g, struct vml_wait *w, int err)
{
	if (!err)
		wait_for_completion(&w->done);
	spin_lock(&g->wait_lock);
	list_del(&w->node);
	spin_unlock(&g->wait_lock);
	if (!err && !w->answered)
		err = -ENODEV;
	return err;
}

/**
 * vml_wait_abort() - there will be no more answers
 * @g: the guest
 *
 * Context: process; waits for nothing.
 */
void vml_wait_abort(struct vml_guest *g)
{
	struct vml_wait *w;

	spin_lock(&g->wait_lock);
	g->gone = true;
	list_for_each_entry(w, &g->waiting, node)
		complete(&w->done);
	spin_unlock(&g->wait_lock);
}

static void answer(struct vml_guest *g, u32 type, u32 id, u32 status)
{
	struct vml_wait *w;

	spin_lock(&g->wait_lock);
	list_for_each_entry(w, &g->waiting, node) {
		if (w->type != type || w->id != id || w->answered)
			continue;
		w->status = status;
		w->answered = true;
		complete(&w->done);
		break;
	}
	spin_unlock(&g->wait_lock);
}

/* The host is this kernel's: its messages are what they should be. */
static void handle(struct vml_guest *g, const union message *msg)
{
	u32 type = msg->hdr.msgtype;

	switch (type) {
	case CHANNELMSG_OFFERCHANNEL:
		vml_on_offer(g, &msg->offer);
		break;
	case CHANNELMSG_RESCIND_CHANNELOFFER:
		vml_on_rescind(g, msg->rescind.child_relid);
		break;
	case CHANNELMSG_OPENCHANNEL_RESULT:
		answer(g, type, msg->open_result.child_relid,
		       msg->open_result.status);
		break;
	case CHANNELMSG_GPADL_CREATED:
		answer(g, type, msg->created.gpadl, msg->created.creation_status);
		break;
	case CHANNELMSG_GPADL_TORNDOWN:
		answer(g, type, msg->torndown.gpadl, 0);
		break;
	case CHANNELMSG_VERSION_RESPONSE:
		answer(g, type, 0, !msg->version.version_supported);
		break;
	}
}

/**
 * vml_message_work() - read what the host says
 * @work: vml_guest.message_work
 *
 * Waits for nobody: others wait for what is read here.
 */
void vml_message_work(struct work_struct *work)
{
	struct vml_guest *g = container_of(work, struct vml_guest, message_work);
	union message msg;

	while (vmh_message_read(g->partition, &msg) > 0)
		handle(g, &msg);
}

static int contact(struct vml_guest *g, u32 version, bool *supported)
{
	struct vmbus_channel_initiate_contact msg = {
		.header.msgtype = CHANNELMSG_INITIATE_CONTACT,
		.vmbus_version_requested = version,
	};
	struct vml_wait w;
	int err;

	/* Where it was the interrupt page: the host has no use for one. */
	if (version >= VERSION_WIN10_V5)
		msg.msg_sint = VMH_SINT;
	vml_wait_begin(g, &w, CHANNELMSG_VERSION_RESPONSE, 0);
	err = vml_post(g, &msg, sizeof(msg));
	err = vml_wait_end(g, &w, err);
	*supported = !err && !w.status;
	return err;
}

/**
 * vml_connect() - agree on a version, and ask for offers
 * @g: the guest, attached
 *
 * Context: process; waits for the host.
 * Return: 0, -ENODEV if there is no host any more, -EPROTO if there is no version
 * that both speak.
 */
int vml_connect(struct vml_guest *g)
{
	struct vmbus_channel_message_header msg = {
		.msgtype = CHANNELMSG_REQUESTOFFERS,
	};
	bool supported = false;
	int i, err;

	for (i = 0; i < ARRAY_SIZE(versions) && !supported; i++) {
		err = contact(g, versions[i], &supported);
		if (err)
			return err;
	}
	if (!supported)
		return -EPROTO;
	WRITE_ONCE(vmbus_proto_version, versions[i - 1]);
	return vml_post(g, &msg, sizeof(msg));
}

/**
 * vmbus_set_event() - signal a channel to the host
 * @channel: the channel
 *
 * Context: any.
 */
void vmbus_set_event(struct vmbus_channel *channel)
{
	struct vml_channel *c = vml_channel(channel);

	++channel->sig_events;
	vmh_kick(c->guest->partition, channel->offermsg.child_relid);
}
EXPORT_SYMBOL_GPL(vmbus_set_event);
