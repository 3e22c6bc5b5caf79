// SPDX-License-Identifier: GPL-2.0
/*
 * LUNs that are not there, on a bus where guests look for 2 times 8 times 255.
 *
 * The Linux guest takes any INQUIRY for good (storvsc_on_io_completion()), so that its
 * data have to say that there is nothing; and REPORT LUNS that there is no more, or
 * it would go on and ask for each. What is not there is asked for only until a list
 * says so; and LUN 0 has to be able to, even if it is no disk.
 */
#include <linux/minmax.h>
#include <scsi/scsi_proto.h>

#include "storvsp.h"

/* Peripheral qualifier 3: no device can be here; of unknown type. */
#define NOT_HERE	0x7f

static void answer(struct storvsp_cmd *cmd, const struct vmh_packet *packet,
		   const u8 *data, u32 len)
{
	struct vmh_gpa_iter iter;

	len = min(len, cmd->len);
	if (len) {
		vmh_packet_gpa(&iter, packet);
		if (!cmd->read ||
		    vmh_channel_copy_to(cmd->chan->ch, &iter, data, len)) {
			storvsp_srb_status(cmd, VSTOR_SRB_INVALID_REQUEST,
					   SAM_STAT_GOOD);
			return;
		}
	}
	storvsp_srb_status(cmd, VSTOR_SRB_SUCCESS, SAM_STAT_GOOD);
	cmd->reply.packet.srb.data_length = cpu_to_le32(len);
}

static void inquiry(struct storvsp_cmd *cmd, const u8 *cdb,
		    const struct vmh_packet *packet)
{
	u8 data[36] = { NOT_HERE };

	/* The standard data, or a page of vital product data without contents. */
	if (cdb[1] & 1) {
		data[1] = cdb[2];
		answer(cmd, packet, data, 4);
		return;
	}
	data[2] = 5;			/* SPC-3 */
	data[3] = 2;			/* this format */
	data[4] = sizeof(data) - 5;
	answer(cmd, packet, data, sizeof(data));
}

static void report_luns(struct storvsp_cmd *cmd, const struct vmh_packet *packet)
{
	static const u8 none[8];

	answer(cmd, packet, none, sizeof(none));
}

static void not_here(struct storvsp_cmd *cmd, const struct vmh_packet *packet)
{
	const struct vstor_srb *srb = &cmd->reply.packet.srb;

	if (srb->cdb[0] == INQUIRY)
		inquiry(cmd, srb->cdb, packet);
	else if (srb->cdb[0] == REPORT_LUNS)
		report_luns(cmd, packet);
	else
		storvsp_srb_status(cmd, VSTOR_SRB_INVALID_LUN, SAM_STAT_GOOD);
}

/**
 * storvsp_stands_in() - may target core answer for LUN 0, if that is none?
 * @srb: what is asked
 *
 * It knows what LUN 0 has to say for others, and nothing else.
 *
 * Return: true if so.
 */
bool storvsp_stands_in(const struct vstor_srb *srb)
{
	return !srb->path && !srb->target && !srb->lun &&
	       (srb->cdb[0] == INQUIRY || srb->cdb[0] == REPORT_LUNS);
}

/**
 * storvsp_absent() - is the LUN of a command not there?
 * @cmd: the command, checked
 * @packet: the guest's
 *
 * Context: the channel's worker; may wait for guest memory.
 * Return: true if so; the command is through then.
 */
bool storvsp_absent(struct storvsp_cmd *cmd, const struct vmh_packet *packet)
{
	const struct vstor_srb *srb = &cmd->reply.packet.srb;
	const struct storvsp_ctl *ctl = cmd->chan->ctl;

	if (!READ_ONCE(ctl->leaving)) {
		if (storvsp_is_address(srb) &&
		    storvsp_is_present(&ctl->luns[srb->lun]))
			return false;
		if (storvsp_stands_in(srb))
			return false;
	}
	not_here(cmd, packet);
	return true;
}

/**
 * storvsp_absent_late() - the LUN went when a command was on its way
 * @cmd: the command, which target core has refused, or never had
 *
 * Context: process; may wait for guest memory.
 */
void storvsp_absent_late(struct storvsp_cmd *cmd)
{
	struct vmh_packet packet = {
		.type = VMH_PACKET_GPA_DIRECT,
		.ranges = cmd->ranges,
		.range_cnt = 1,
	};

	not_here(cmd, &packet);
}
