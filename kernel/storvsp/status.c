// SPDX-License-Identifier: GPL-2.0
/*
 * What became of a command, in words of SCSI, of SRBs and of Windows.
 *
 * The Linux guest looks at the SRB's status first (storvsc_handle_error()): an error
 * without sense is one of the host, INVALID_LUN has the LUN removed.
 */
#include <linux/minmax.h>
#include <linux/string.h>
#include <scsi/scsi_common.h>
#include <scsi/scsi_eh.h>
#include <scsi/scsi_proto.h>
#include <target/target_core_backend.h>

#include "storvsp.h"

static u32 to_nt(u8 srb_status)
{
	switch (srb_status) {
	case VSTOR_SRB_SUCCESS:
		return VSTOR_STATUS_SUCCESS;
	case VSTOR_SRB_ABORTED:
		return VSTOR_STATUS_CANCELLED;
	case VSTOR_SRB_BUSY:
		return VSTOR_STATUS_DEVICE_BUSY;
	case VSTOR_SRB_INVALID_REQUEST:
		return VSTOR_STATUS_INVALID_DEVICE_REQUEST;
	case VSTOR_SRB_INVALID_LUN:
		return VSTOR_STATUS_DEVICE_DOES_NOT_EXIST;
	}
	return VSTOR_STATUS_IO_DEVICE_ERROR;
}

/**
 * storvsp_srb_status() - a command ends with a status, and no sense
 * @cmd: the command
 * @srb_status: enum vstor_srb_status
 * @scsi_status: SAM_STAT_*
 */
void storvsp_srb_status(struct storvsp_cmd *cmd, u8 srb_status, u8 scsi_status)
{
	struct vstor_packet *packet = &cmd->reply.packet;

	cmd->answered = true;
	packet->status = cpu_to_le32(to_nt(srb_status));
	packet->srb.srb_status = srb_status;
	packet->srb.scsi_status = scsi_status;
	packet->srb.sense_length = 0;
	memset(packet->srb.sense, 0, sizeof(packet->srb.sense));
	if (srb_status != VSTOR_SRB_SUCCESS)
		packet->srb.data_length = 0;
}

static void check_condition(struct storvsp_cmd *cmd, const u8 *sense, u32 len)
{
	struct vstor_srb *srb = &cmd->reply.packet.srb;
	/* How much the guest has room for it says in the SRB. */
	u32 max = cmd->reply.packet.srb.sense_length;

	if (cmd->reply.len == VSTOR_PACKET_V1)
		max = min_t(u32, max, VSTOR_SENSE_MAX_V1);
	len = min3(len, max, (u32)VSTOR_SENSE_MAX);
	storvsp_srb_status(cmd, VSTOR_SRB_ERROR, SAM_STAT_CHECK_CONDITION);
	if (!len || le32_to_cpu(srb->flags) & VSTOR_SRB_DISABLE_AUTOSENSE)
		return;
	srb->srb_status |= VSTOR_SRB_AUTOSENSE_VALID;
	srb->sense_length = len;
	memcpy(srb->sense, sense, len);
}

/**
 * storvsp_srb_sense() - a command ends with CHECK CONDITION
 * @cmd: the command
 * @key: sense key
 * @asc: additional sense code
 * @ascq: its qualifier
 */
void storvsp_srb_sense(struct storvsp_cmd *cmd, u8 key, u8 asc, u8 ascq)
{
	u8 sense[18] = {};

	scsi_build_sense_buffer(0, sense, key, asc, ascq);
	check_condition(cmd, sense, sizeof(sense));
}

/**
 * storvsp_is_gone() - did target core find no LUN for a command?
 * @se: the command, through
 *
 * It was there when the guest's packet came, or the guest's ACL has none of it. Instead of
 * LUN 0 there is always another, which is not to be written to.
 *
 * Return: true if so.
 */
bool storvsp_is_gone(struct se_cmd *se)
{
	struct scsi_sense_hdr hdr;

	if (se->scsi_status != SAM_STAT_CHECK_CONDITION ||
	    !scsi_normalize_sense(se->sense_buffer, se->scsi_sense_length, &hdr))
		return false;
	if (hdr.sense_key == DATA_PROTECT)
		return hdr.asc == 0x27 && !se->se_lun && !se->orig_fe_lun &&
		       !target_lun_is_rdonly(se);
	return hdr.sense_key == ILLEGAL_REQUEST && hdr.asc == 0x25 && !hdr.ascq;
}

/* Bytes that went to or fro: what is left over target core has counted. */
static u32 moved(const struct storvsp_cmd *cmd)
{
	const struct se_cmd *se = &cmd->se;

	if (se->se_cmd_flags & SCF_UNDERFLOW_BIT)
		return cmd->len - min(cmd->len, se->residual_count);
	return cmd->len;
}

/* A process that serves a disk may have an error, and no data; target core sees to it then. */
static bool has_data(const struct se_cmd *se)
{
	return se->data_direction != DMA_FROM_DEVICE ||
	       se->se_cmd_flags & SCF_TREAT_READ_AS_NORMAL ||
	       !strcmp(se->se_dev->transport->name, "pscsi");
}

/**
 * storvsp_is_recovered() - has a backstore done a command, though not at once?
 * @se: the command, through
 *
 * Return: true if so: it says RECOVERED ERROR, of this command, and its data are good.
 */
bool storvsp_is_recovered(const struct se_cmd *se)
{
	struct scsi_sense_hdr hdr;

	return se->se_cmd_flags & SCF_TRANSPORT_TASK_SENSE &&
	       se->scsi_status == SAM_STAT_CHECK_CONDITION &&
	       scsi_normalize_sense(se->sense_buffer, se->scsi_sense_length, &hdr) &&
	       hdr.sense_key == RECOVERED_ERROR && !scsi_sense_is_deferred(&hdr) &&
	       has_data(se);
}

/* How much was moved, and what else there is to say, matters to a tape. */
static bool is_disk(struct se_device *dev)
{
	u32 type = dev->transport->get_device_type(dev);

	return type == TYPE_DISK || type == TYPE_ZBC;
}

/*
 * The Linux guest takes an SRB with sense for one that moved nothing
 * (storvsc_command_completion()), and has the block layer read or write all of it again, as
 * long as the device says so. What moves blocks of a disk is as good as any, then.
 */
static void recovered(struct storvsp_cmd *cmd)
{
	const struct se_cmd *se = &cmd->se;

	if (cmd->cost && is_disk(se->se_dev))
		storvsp_srb_status(cmd, VSTOR_SRB_SUCCESS, SAM_STAT_GOOD);
	else
		check_condition(cmd, se->sense_buffer, se->scsi_sense_length);
	cmd->reply.packet.srb.data_length = cpu_to_le32(moved(cmd));
}

static noinline void refused(struct storvsp_cmd *cmd)
{
	const struct se_cmd *se = &cmd->se;
	struct scsi_sense_hdr hdr;

	/* Whether a LUN is read-only nobody tells us, but target core. */
	if (scsi_normalize_sense(se->sense_buffer, se->scsi_sense_length, &hdr) &&
	    hdr.sense_key == DATA_PROTECT && hdr.asc == 0x27)
		WRITE_ONCE(cmd->lun->protected, true);
	check_condition(cmd, se->sense_buffer, se->scsi_sense_length);
}

/**
 * storvsp_status() - a command ends as target core says
 * @cmd: the command
 */
void storvsp_status(struct storvsp_cmd *cmd)
{
	struct se_cmd *se = &cmd->se;
	u8 status = se->scsi_status;

	switch (status) {
	case SAM_STAT_GOOD:
		storvsp_srb_status(cmd, VSTOR_SRB_SUCCESS, status);
		cmd->reply.packet.srb.data_length = cpu_to_le32(moved(cmd));
		return;
	case SAM_STAT_CHECK_CONDITION:
		if (storvsp_is_gone(se))
			storvsp_srb_status(cmd, VSTOR_SRB_INVALID_LUN, status);
		else if (storvsp_is_recovered(se))
			recovered(cmd);
		else
			refused(cmd);
		return;
	case SAM_STAT_BUSY:
	case SAM_STAT_TASK_SET_FULL:
		storvsp_srb_status(cmd, VSTOR_SRB_BUSY, status);
		return;
	case SAM_STAT_TASK_ABORTED:
		storvsp_srb_status(cmd, VSTOR_SRB_ABORTED, status);
		return;
	}
	storvsp_srb_status(cmd, VSTOR_SRB_ERROR, status);
}
