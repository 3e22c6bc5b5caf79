// SPDX-License-Identifier: GPL-2.0
/* What a guest says, looked at; see parse.h. */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <scsi/scsi_proto.h>

#include "parse.h"

/* Guests before Windows 8 have shorter packets, and so has who did not say yet. */
static bool is_length(u32 len, u16 version)
{
	if (len == VSTOR_PACKET_V1)
		return version < VSTOR_VERSION_WIN8;
	return len == VSTOR_PACKET_V2;
}

/**
 * storvsp_packet_parse() - what is a packet?
 * @copy: set to what is in it, with zeroes behind a shorter one
 * @packet: the packet
 * @version: that the guest speaks, or %VSTOR_VERSION_NONE
 *
 * Return: enum storvsp_kind; -EPROTO or -EOPNOTSUPP if it is not vstor.
 */
int storvsp_packet_parse(struct vstor_packet *copy, const struct vmh_packet *packet,
			 u16 version)
{
	/* Nobody asked for one. */
	if (packet->type == VMH_PACKET_COMPLETION)
		return STORVSP_NOTHING;
	if (packet->type != VMH_PACKET_INBAND &&
	    packet->type != VMH_PACKET_GPA_DIRECT)
		return -EOPNOTSUPP;
	if (!is_length(packet->len, version))
		return -EPROTO;
	if (packet->len == sizeof(*copy)) {
		*copy = *(const struct vstor_packet *)packet->payload;
	} else {
		memset(copy, 0, sizeof(*copy));
		memcpy(copy, packet->payload, packet->len);
	}

	switch (le32_to_cpu(copy->operation)) {
	case VSTOR_EXECUTE_SRB:
		return STORVSP_SRB;
	case VSTOR_RESET_LUN:
	case VSTOR_RESET_ADAPTER:
	case VSTOR_RESET_BUS:
		return STORVSP_RESET;
	case VSTOR_BEGIN_INITIALIZATION:
	case VSTOR_END_INITIALIZATION:
	case VSTOR_QUERY_PROTOCOL_VERSION:
	case VSTOR_QUERY_PROPERTIES:
	case VSTOR_FCHBA_DATA:
	case VSTOR_CREATE_SUB_CHANNELS:
		return STORVSP_CONTROL;
	default:
		return -EOPNOTSUPP;
	}
}

static u8 queue_action(const struct vstor_srb *srb)
{
	if (!(le32_to_cpu(srb->flags) & VSTOR_SRB_QUEUE_ACTION_ENABLE))
		return VSTOR_QUEUE_SIMPLE;
	switch (srb->queue_action) {
	case VSTOR_QUEUE_HEAD:
	case VSTOR_QUEUE_ORDERED:
		return srb->queue_action;
	}
	return VSTOR_QUEUE_SIMPLE;
}

/**
 * storvsp_srb_parse() - are a command and its data, as the guest says, what they can be?
 * @said: set
 * @srb: the SRB; what is behind its command is zeroed
 * @packet: the packet that it came with
 *
 * Return: false if they are not.
 */
bool storvsp_srb_parse(struct storvsp_said *said, struct vstor_srb *srb,
		       const struct vmh_packet *packet)
{
	u32 len = le32_to_cpu(srb->data_length), i;
	int direction;

	if (!srb->cdb_length || srb->cdb_length > VSTOR_CDB_MAX)
		return false;
	/* A few bytes, if any. */
	for (i = srb->cdb_length; i < VSTOR_CDB_MAX; i++)
		srb->cdb[i] = 0;
	/* Target core copies what the operation code says; one says more. */
	if (srb->cdb[0] == VARIABLE_LENGTH_CMD)
		return false;
	if (len > STORVSP_MAX_TRANSFER || srb->data_in > VSTOR_DATA_NONE)
		return false;
	if (len && (packet->type != VMH_PACKET_GPA_DIRECT ||
		    packet->data_len < len))
		return false;
	direction = storvsp_direction(srb->cdb, srb->data_in, len);
	if (direction < 0)
		return false;
	said->len = len;
	said->direction = direction;
	said->queue = queue_action(srb);
	return true;
}
