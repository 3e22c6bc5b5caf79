// SPDX-License-Identifier: GPL-2.0
/*
 * Packets of a guest: which they are, and all that is no SRB and no reset.
 *
 *	NEW	BEGIN_INITIALIZATION
 *	BEGUN	QUERY_PROTOCOL_VERSION, until one is spoken
 *	VERSION	QUERY_PROPERTIES, END_INITIALIZATION
 *	READY	the rest; now the controller's other channels may be used, too
 *
 * The order is that of the Linux guest, storvsc_channel_init().
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/sched/mm.h>
#include <linux/string.h>

#include "storvsp.h"

/**
 * storvsp_is_spoken() - is there such a version?
 * @version: as a guest says
 *
 * Return: true if so.
 */
bool storvsp_is_spoken(u32 version)
{
	switch (version) {
	case VSTOR_VERSION_WIN6:
	case VSTOR_VERSION_WIN7:
	case VSTOR_VERSION_WIN8:
	case VSTOR_VERSION_WIN8_1:
	case VSTOR_VERSION_WIN10:
		return true;
	}
	return false;
}

static u32 on_version(struct storvsp_ctl *ctl, struct vstor_packet *packet)
{
	u16 version = le16_to_cpu(packet->version.version);

	if (!storvsp_is_spoken(version))
		return VSTOR_STATUS_REVISION_MISMATCH;
	WRITE_ONCE(ctl->version, version);
	return VSTOR_STATUS_SUCCESS;
}

static u32 on_properties(struct storvsp_ctl *ctl, struct vstor_packet *packet)
{
	bool many = ctl->version >= VSTOR_VERSION_WIN8;

	packet->properties = (struct vstor_properties) {
		.max_subchannels = cpu_to_le16(many ? STORVSP_SUBCHANNELS : 0),
		.flags = cpu_to_le32(many ? VSTOR_MULTI_CHANNEL : 0),
		.max_transfer = cpu_to_le32(STORVSP_MAX_TRANSFER),
	};
	return VSTOR_STATUS_SUCCESS;
}

static u32 on_subchannels(struct storvsp_ctl *ctl, struct vmh_channel *ch,
			  const struct vstor_packet *packet)
{
	u16 n = le16_to_cpu(packet->subchannels);

	if (n > STORVSP_SUBCHANNELS || ctl->version < VSTOR_VERSION_WIN8)
		return VSTOR_STATUS_INVALID_PARAMETER;
	if (vmh_offer_subchannels(vmh_channel_device(ch), n))
		return VSTOR_STATUS_UNSUCCESSFUL;
	return VSTOR_STATUS_SUCCESS;
}

/* What is in no order, or on no channel, that it can be in is refused. */
static u32 handle(struct storvsp_ctl *ctl, struct vmh_channel *ch,
		  struct vstor_packet *packet, enum storvsp_state *state)
{
	u32 status;

	if (vmh_channel_index(ch))
		return VSTOR_STATUS_INVALID_DEVICE_STATE;
	switch (le32_to_cpu(packet->operation)) {
	case VSTOR_BEGIN_INITIALIZATION:
		if (*state != STORVSP_NEW)
			break;
		*state = STORVSP_BEGUN;
		return VSTOR_STATUS_SUCCESS;
	case VSTOR_QUERY_PROTOCOL_VERSION:
		if (*state != STORVSP_BEGUN)
			break;
		status = on_version(ctl, packet);
		if (status == VSTOR_STATUS_SUCCESS)
			*state = STORVSP_VERSION;
		return status;
	case VSTOR_QUERY_PROPERTIES:
		if (*state != STORVSP_VERSION)
			break;
		return on_properties(ctl, packet);
	case VSTOR_END_INITIALIZATION:
		if (*state != STORVSP_VERSION)
			break;
		*state = STORVSP_READY;
		return VSTOR_STATUS_SUCCESS;
	case VSTOR_CREATE_SUB_CHANNELS:
		if (*state < STORVSP_VERSION)
			break;
		return on_subchannels(ctl, ch, packet);
	case VSTOR_FCHBA_DATA:
		return VSTOR_STATUS_INVALID_DEVICE_REQUEST;
	}
	return VSTOR_STATUS_INVALID_DEVICE_STATE;
}

/**
 * storvsp_set_state() - the guest has come further
 * @chan: the primary channel
 * @state: how far
 *
 * Context: process.
 */
void storvsp_set_state(struct storvsp_chan *chan, enum storvsp_state state)
{
	struct storvsp_ctl *ctl = chan->ctl;

	/* Pairs with is_ready(): a sub-channel's worker can be another. */
	smp_store_release(&ctl->state, state);
	if (state == STORVSP_BEGUN)
		storvsp_begins(ctl);
	if (state != STORVSP_READY)
		return;
	mutex_lock(&ctl->primary_lock);
	ctl->primary = chan;
	mutex_unlock(&ctl->primary_lock);
}

/* Answered first: without room for that it all comes again. */
static int answer(struct storvsp_ctl *ctl, struct storvsp_chan *chan,
		  const struct vmh_packet *packet, struct vstor_packet *copy)
{
	enum storvsp_state state = ctl->state;
	u32 status;
	int err = 0;

	status = handle(ctl, chan->ch, copy, &state);
	copy->operation = cpu_to_le32(VSTOR_COMPLETE_IO);
	copy->status = cpu_to_le32(status);
	if (packet->wants_completion)
		err = vmh_channel_complete(chan->ch, packet->trans_id, copy,
					   packet->len);
	if (!err && state != ctl->state)
		storvsp_set_state(chan, state);
	return err;
}

static bool is_ready(const struct storvsp_ctl *ctl)
{
	/* Pairs with storvsp_set_state(). */
	return smp_load_acquire(&ctl->state) == STORVSP_READY;
}

/* All that is rare. */
static noinline int others(struct storvsp_chan *chan, const struct vmh_packet *packet,
			   int kind)
{
	struct storvsp_ctl *ctl = chan->ctl;
	struct vstor_packet copy;

	storvsp_packet_copy(&copy, packet);
	if (kind == STORVSP_RESET && is_ready(ctl))
		return storvsp_reset(chan, packet, &copy);
	return answer(ctl, chan, packet, &copy);
}

static int dispatch(struct storvsp_chan *chan, const struct vmh_packet *packet)
{
	struct storvsp_ctl *ctl = chan->ctl;
	int kind;

	kind = storvsp_packet_kind(packet, READ_ONCE(ctl->version));
	if (kind <= STORVSP_NOTHING)
		return kind;
	if (kind == STORVSP_SRB && is_ready(ctl))
		return storvsp_srb(chan, packet, GFP_KERNEL);
	return others(chan, packet, kind);
}

/**
 * storvsp_packet() - a packet of the guest
 * @ch: the channel
 * @packet: the packet, which stays until this returns
 *
 * Context: the channel's worker; waits for no LUN.
 * Return: 0, -EAGAIN if there is no room for the answer, another errno if it is not
 * vstor: the channel is broken then.
 */
int storvsp_packet(struct vmh_channel *ch, const struct vmh_packet *packet)
{
	struct storvsp_chan *chan = vmh_channel_priv(ch);
	unsigned int noio;
	int err;

	if (unlikely(atomic_read(&chan->restored)) && storvsp_restored_first(chan))
		return -EAGAIN;
	/* A guest in this kernel may be writing pages out to have memory freed. */
	noio = memalloc_noio_save();
	err = dispatch(chan, packet);
	memalloc_noio_restore(noio);
	return err;
}

/**
 * storvsp_try_packet() - likewise, without sleeping
 * @ch: the channel, of a guest that nobody waits for
 * @packet: the packet, which stays until this returns
 *
 * With commands on their way there will be more, and the worker takes several together:
 * all is left to it unless that has not happened for a while.
 *
 * Context: process, without sleeping.
 * Return: as storvsp_packet(), -EAGAIN also if that is to see it.
 */
int storvsp_try_packet(struct vmh_channel *ch, const struct vmh_packet *packet)
{
	struct storvsp_chan *chan = vmh_channel_priv(ch);
	struct storvsp_ctl *ctl = chan->ctl;

	if (chan->single < STORVSP_SINGLE || storvsp_busy(chan) ||
	    atomic_read(&chan->restored) || !is_ready(ctl) ||
	    storvsp_packet_kind(packet, READ_ONCE(ctl->version)) != STORVSP_SRB)
		return -EAGAIN;
	return storvsp_try_srb(chan, packet);
}

/**
 * storvsp_looked() - there are no more packets for now
 * @ch: the channel
 *
 * Context: as storvsp_packet() or storvsp_try_packet(), after it.
 */
void storvsp_looked(struct vmh_channel *ch)
{
	struct storvsp_chan *chan = vmh_channel_priv(ch);

	chan->now = 0;
	if (unlikely(READ_ONCE(chan->ctl->scan)))
		storvsp_scan_again(chan->ctl);
}
