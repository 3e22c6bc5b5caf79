// SPDX-License-Identifier: GPL-2.0
/* What integration components have in common; see ic.h. */
#include <linux/errno.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "ic.h"
#include "partition.h"
#include "request.h"

/* A guest that does not answer is asked again, but not faster for that. */
#define NEGOTIATE_PERIOD	(5 * HZ)

/* Frames that Linux and Windows agree upon since 2012. */
static const u32 frame_versions[] = { VMH_IC_V(3, 0), VMH_IC_V(1, 0), 0 };

struct negotiate {
	__le16 frames;
	__le16 messages;
	__le32 reserved;
	struct vmh_ic_version versions[];
} __packed;

/**
 * vmh_ic_send() - send a request
 * @ic: on whose channel
 * @type: enum vmh_ic_type
 * @data: what is asked
 * @len: bytes of it
 *
 * Its number is the next one after @ic->transaction.
 *
 * Context: process; @ic->work only.
 * Return: as vmh_channel_send().
 */
int vmh_ic_send(struct vmh_ic *ic, u16 type, const void *data, u32 len)
{
	struct vmh_ic_pipe pipe = {
		.flags = cpu_to_le32(1),
		.size = cpu_to_le32(sizeof(struct vmh_ic_header) + len),
	};
	struct vmh_ic_header hdr = {
		.frame.major = cpu_to_le16(3),
		.type = cpu_to_le16(type),
		.message.major = cpu_to_le16(ic->version >> 16),
		.message.minor = cpu_to_le16(ic->version),
		.size = cpu_to_le16(len),
		.transaction = ++ic->transaction,
		.flags = VMH_IC_TRANSACTION | VMH_IC_REQUEST,
	};
	struct vmh_piece pieces[] = {
		{ &pipe, sizeof(pipe) }, { &hdr, sizeof(hdr) }, { data, len },
	};
	int err;

	err = vmh_channel_send(ic->ch, pieces, ARRAY_SIZE(pieces), 0, false);
	if (!err)
		vmh_channel_flush(ic->ch);
	return err;
}

static u32 add_versions(struct vmh_ic_version *to, const u32 *versions)
{
	u32 n;

	for (n = 0; versions[n]; n++) {
		to[n].major = cpu_to_le16(versions[n] >> 16);
		to[n].minor = cpu_to_le16(versions[n]);
	}
	return n;
}

static int negotiate(struct vmh_ic *ic, void *data)
{
	struct negotiate *msg = data;
	u32 frames, messages;

	memset(msg, 0, sizeof(*msg));
	frames = add_versions(msg->versions, frame_versions);
	messages = add_versions(msg->versions + frames, ic->service->versions);
	msg->frames = cpu_to_le16(frames);
	msg->messages = cpu_to_le16(messages);
	return vmh_ic_send(ic, VMH_IC_NEGOTIATE, msg,
			   struct_size(msg, versions, frames + messages));
}

/* A full ring is a guest that does not read: then it is asked the next time. */
static void ask(struct work_struct *work)
{
	struct vmh_ic *ic = container_of(to_delayed_work(work), struct vmh_ic,
					 work);
	unsigned long again = ic->service->period;
	u32 version = READ_ONCE(ic->version);
	int err = -ENOMEM;
	void *data;
	u32 len;

	if (version && !again) {
		vmh_request_next(ic);
		return;
	}
	data = kmalloc(VMH_IC_MAX, GFP_KERNEL);
	if (data && !version) {
		err = negotiate(ic, data);
	} else if (data) {
		len = ic->service->ask(ic, data);
		if (!vmh_ic_send(ic, ic->service->type, data, len))
			ic->asked++;
	}
	kfree(data);
	/* A driver that waits for its daemon takes its time, and forgets nothing. */
	if (!version && (again || err))
		again = NEGOTIATE_PERIOD;
	if (again)
		queue_delayed_work(ic->ch->partition->wq, &ic->work, again);
}

/**
 * vmh_ic_open() - the guest opens a channel of such a service
 * @ch: the channel
 * @service: what it does
 *
 * Return: 0 or -ENOMEM; for the open() of a service.
 */
int vmh_ic_open(struct vmh_channel *ch, const struct vmh_ic_service *service)
{
	struct vmh_ic *ic = kzalloc(sizeof(*ic), GFP_KERNEL_ACCOUNT);

	if (!ic)
		return -ENOMEM;
	ic->ch = ch;
	ic->service = service;
	INIT_DELAYED_WORK(&ic->work, ask);
	vmh_request_open(ic);
	vmh_channel_set_priv(ch, ic);
	/* The guest learns first that it is open. */
	queue_delayed_work(ch->partition->wq, &ic->work, HZ / 10);
	return 0;
}

/**
 * vmh_ic_close() - such a channel is closed
 * @ch: the channel
 */
void vmh_ic_close(struct vmh_channel *ch)
{
	struct vmh_ic *ic = vmh_channel_priv(ch);

	vmh_request_close(ic);
	cancel_delayed_work_sync(&ic->work);
	vmh_request_gone(ic);
	kfree(ic);
}

static int on_negotiated(struct vmh_ic *ic, const void *data, u32 len)
{
	const struct negotiate *msg = data;
	const u32 *known = ic->service->versions;
	u32 version, at;

	if (len < sizeof(*msg))
		return -EPROTO;
	/* The guest leaves one of each kind, or none if it knows none. */
	if (le16_to_cpu(msg->frames) != 1 || le16_to_cpu(msg->messages) != 1)
		return 0;
	at = 1;
	if (len < struct_size(msg, versions, at + 1))
		return -EPROTO;
	version = le16_to_cpu(msg->versions[at].major) << 16 |
		  le16_to_cpu(msg->versions[at].minor);
	for (; *known; known++) {
		if (*known == version) {
			WRITE_ONCE(ic->version, version);
			mod_delayed_work(ic->ch->partition->wq, &ic->work, 0);
			return 0;
		}
	}
	return -EPROTO;
}

/**
 * vmh_ic_packet() - a packet of such a channel
 * @ch: the channel
 * @packet: the packet
 *
 * Return: for the packet() of a service.
 */
int vmh_ic_packet(struct vmh_channel *ch, const struct vmh_packet *packet)
{
	const struct vmh_ic_header *hdr = (const void *)packet->payload +
					  sizeof(struct vmh_ic_pipe);
	struct vmh_ic *ic = vmh_channel_priv(ch);
	u32 len;

	if (packet->type == VMH_PACKET_COMPLETION)
		return 0;
	if (packet->type != VMH_PACKET_INBAND ||
	    packet->len < sizeof(struct vmh_ic_pipe) + sizeof(*hdr))
		return -EPROTO;
	len = packet->len - sizeof(struct vmh_ic_pipe) - sizeof(*hdr);
	if (le16_to_cpu(hdr->size) > len || !(hdr->flags & VMH_IC_RESPONSE))
		return -EPROTO;
	len = le16_to_cpu(hdr->size);
	if (le16_to_cpu(hdr->type) == VMH_IC_NEGOTIATE)
		return on_negotiated(ic, hdr + 1, len);
	if (le16_to_cpu(hdr->type) != ic->service->type)
		return -EPROTO;
	if (!ic->service->period)
		return vmh_request_answered(ic, hdr, hdr + 1, len);
	return ic->service->answered ?
		ic->service->answered(ic, hdr + 1, len) : 0;
}

struct saved_ic {
	__le32 version;
	__le32 transaction;
	__le64 asked;
};

/**
 * vmh_ic_save() - what such a channel knows
 * @ch: the channel
 * @state: where to
 *
 * Return: for the save() of a service.
 */
u32 vmh_ic_save(struct vmh_channel *ch, void *state)
{
	const struct vmh_ic *ic = vmh_channel_priv(ch);
	struct saved_ic *saved = state;

	saved->version = cpu_to_le32(READ_ONCE(ic->version));
	saved->transaction = cpu_to_le32(ic->transaction);
	saved->asked = cpu_to_le64(ic->asked);
	return sizeof(*saved);
}

/**
 * vmh_ic_restore() - go on from there
 * @ch: the channel
 * @state: from vmh_ic_save()
 * @len: bytes of it
 *
 * Return: for the restore() of a service.
 */
int vmh_ic_restore(struct vmh_channel *ch, const void *state, u32 len)
{
	struct vmh_ic *ic = vmh_channel_priv(ch);
	const struct saved_ic *saved = state;
	const u32 *known = ic->service->versions;
	u32 version;

	if (len != sizeof(*saved))
		return -EINVAL;
	version = le32_to_cpu(saved->version);
	while (version && *known && *known != version)
		known++;
	if (version && !*known)
		return -EINVAL;
	ic->transaction = le32_to_cpu(saved->transaction);
	/* The guest's clock stood still meanwhile: it is set anew. */
	ic->asked = 0;
	WRITE_ONCE(ic->version, version);
	return 0;
}
