// SPDX-License-Identifier: GPL-2.0
/*
 * Which way a command's data go.
 *
 * Target core believes what it is told, runs a READ as a WRITE if told so, and by it
 * decides what may be done to a LUN that is read-only. So a guest is not believed.
 */
#include <linux/compiler.h>
#include <linux/dma-direction.h>
#include <linux/errno.h>
#include <scsi/scsi_proto.h>

#include "parse.h"

enum kind {
	ANY,
	READS,		/* what is on the medium */
	WRITES,		/* changes that, with or without data */
};

static enum kind kind_of(u8 opcode)
{
	switch (opcode) {
	case READ_6:
	case READ_10:
	case READ_12:
	case READ_16:
		return READS;
	case FORMAT_UNIT:
	case WRITE_6:
	case WRITE_10:
	case WRITE_12:
	case WRITE_16:
	case WRITE_VERIFY:
	case WRITE_VERIFY_12:
	case WRITE_VERIFY_16:
	case WRITE_LONG:
	case WRITE_SAME:
	case WRITE_SAME_16:
	case UNMAP:
	case COMPARE_AND_WRITE:
	case EXTENDED_COPY:
	case XDWRITEREAD_10:
	case 0x8b:		/* ORWRITE(16) */
	case 0x9c:		/* WRITE ATOMIC(16) */
		return WRITES;
	}
	return ANY;
}

/**
 * storvsp_direction() - which way do a command's data go?
 * @cdb: the command
 * @said: enum vstor_data
 * @len: bytes of data
 *
 * Return: enum dma_data_direction, or -EINVAL for what cannot be.
 */
int storvsp_direction(const u8 *cdb, u8 said, u32 len)
{
	enum kind kind;
	int direction;

	/* Nearly all. The bit is what WRITE has and READ has not. */
	if (likely(len && storvsp_in_place(cdb))) {
		direction = cdb[0] & 2 ? VSTOR_DATA_OUT : VSTOR_DATA_IN;
		if (said != direction)
			return -EINVAL;
		return said == VSTOR_DATA_OUT ? DMA_TO_DEVICE : DMA_FROM_DEVICE;
	}
	kind = kind_of(cdb[0]);
	if (!len)
		return kind == WRITES ? DMA_TO_DEVICE : DMA_NONE;
	switch (said) {
	case VSTOR_DATA_OUT:
		direction = DMA_TO_DEVICE;
		break;
	case VSTOR_DATA_IN:
		direction = DMA_FROM_DEVICE;
		break;
	default:
		return -EINVAL;
	}
	if ((kind == READS && direction != DMA_FROM_DEVICE) ||
	    (kind == WRITES && direction != DMA_TO_DEVICE))
		return -EINVAL;
	return direction;
}

/**
 * storvsp_moves() - does a command read what is on the medium, or change it?
 * @cdb: the command
 *
 * Return: true if so.
 */
bool storvsp_moves(const u8 *cdb)
{
	return kind_of(cdb[0]) != ANY;
}

/**
 * storvsp_is_harmless() - does a command leave the medium as it is?
 * @cdb: the command
 *
 * A device that is passed through has commands that nobody here knows, without data, or
 * with data that it returns. So only of those is it believed that are known.
 *
 * Return: true if so.
 */
bool storvsp_is_harmless(const u8 *cdb)
{
	switch (cdb[0]) {
	case TEST_UNIT_READY:
	case REZERO_UNIT:
	case REQUEST_SENSE:
	case READ_BLOCK_LIMITS:
	case READ_6:
	case SEEK_6:
	case READ_REVERSE:
	case SPACE:
	case INQUIRY:
	case 0x13:		/* VERIFY(6), of tapes */
	case RESERVE:
	case RELEASE:
	case MODE_SENSE:
	case START_STOP:
	case RECEIVE_DIAGNOSTIC:
	case ALLOW_MEDIUM_REMOVAL:
	case 0x23:		/* READ FORMAT CAPACITIES */
	case READ_CAPACITY:
	case READ_10:
	case SEEK_10:
	case VERIFY:
	case PRE_FETCH:
	case SYNCHRONIZE_CACHE:
	case LOCK_UNLOCK_CACHE:
	case READ_DEFECT_DATA:
	case READ_BUFFER:
	case READ_LONG:
	case READ_TOC:
	case READ_HEADER:
	case GET_EVENT_STATUS_NOTIFICATION:
	case 0x46:		/* GET CONFIGURATION */
	case LOG_SENSE:
	case RESERVE_10:
	case RELEASE_10:
	case MODE_SENSE_10:
	case PERSISTENT_RESERVE_IN:
	case 0x84:		/* RECEIVE COPY RESULTS */
	case READ_16:
	case 0x8c:		/* READ ATTRIBUTE */
	case VERIFY_16:
	case 0x90:		/* PRE-FETCH(16) */
	case SYNCHRONIZE_CACHE_16:
	case ZBC_IN:
	case SERVICE_ACTION_IN_16:
	case REPORT_LUNS:
	case SECURITY_PROTOCOL_IN:
	case MAINTENANCE_IN:
	case READ_12:
	case 0xad:		/* READ DISC STRUCTURE */
	case VERIFY_12:
	case 0xb7:		/* READ DEFECT DATA(12) */
	case READ_ELEMENT_STATUS:
	case 0xb9:		/* READ CD MSF */
	case 0xbe:		/* READ CD */
		return true;
	}
	return false;
}
