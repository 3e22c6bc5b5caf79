// SPDX-License-Identifier: GPL-2.0
/*
 * Which way a command's data go.
 *
 * Target core believes what it is told, runs a READ as a WRITE if told so, and by it
 * decides what may be done to a LUN that is read-only. So a guest is not believed.
 */
#include <linux/dma-direction.h>
#include <linux/errno.h>
#include <scsi/scsi_proto.h>

#include "storvsp.h"

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
	enum kind kind = kind_of(cdb[0]);
	int direction;

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
 * storvsp_in_place() - may a command's data be used in the guest's pages?
 * @cdb: the command
 *
 * The guest can change them meanwhile. That is harmless if nobody looks at them.
 *
 * Return: true if so.
 */
bool storvsp_in_place(const u8 *cdb)
{
	switch (cdb[0]) {
	case READ_6:
	case READ_10:
	case READ_12:
	case READ_16:
	case WRITE_6:
	case WRITE_10:
	case WRITE_12:
	case WRITE_16:
		return true;
	}
	return false;
}
