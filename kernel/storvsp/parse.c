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
 * storvsp_packet_kind() - what is a packet?
 * @packet: the packet
 * @version: that the guest speaks, or %VSTOR_VERSION_NONE
 *
 * Return: enum storvsp_kind; -EPROTO or -EOPNOTSUPP if it is not vstor. What is more than
 * %STORVSP_NOTHING, storvsp_packet_copy() can have.
 */
int storvsp_packet_kind(const struct vmh_packet *packet, u16 version)
{
	/* Nobody asked for one. */
	if (packet->type == VMH_PACKET_COMPLETION)
		return STORVSP_NOTHING;
	if (packet->type != VMH_PACKET_INBAND &&
	    packet->type != VMH_PACKET_GPA_DIRECT)
		return -EOPNOTSUPP;
	if (!is_length(packet->len, version))
		return -EPROTO;

	switch (le32_to_cpu(((const struct vstor_packet *)packet->payload)->operation)) {
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

/* Most are of 10 bytes, or of 16. */
static void clear_behind(u8 *cdb, u32 len)
{
	u32 bits = 8 * (VSTOR_CDB_MAX - len);
	u64 last;

	static_assert(VSTOR_CDB_MAX == 2 * sizeof(last));
	if (likely(bits < 64)) {
		last = get_unaligned_le64(cdb + sizeof(last));
		put_unaligned_le64(last << bits >> bits, cdb + sizeof(last));
	} else {
		memset(cdb + len, 0, VSTOR_CDB_MAX - len);
	}
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
	u32 len = le32_to_cpu(srb->data_length);
	int direction;

	if (!srb->cdb_length || srb->cdb_length > VSTOR_CDB_MAX)
		return false;
	clear_behind(srb->cdb, srb->cdb_length);
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
