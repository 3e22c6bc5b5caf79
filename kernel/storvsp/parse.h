/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a guest says, looked at: packets of vstor, and SRBs. Pure logic: unit-tested in
 * userspace.
 *
 * All of it has been copied, so that nothing changes between looking at it and using it.
 */
#ifndef _STORVSP_PARSE_H
#define _STORVSP_PARSE_H

#include <linux/string.h>
#include <linux/types.h>
#include <scsi/scsi_proto.h>

#include "../vmbus/packet.h"
#include "vstor.h"

/* Data of one SRB: 1 MiB, which need not begin where a page does. */
#define STORVSP_MAX_TRANSFER	1048576U

/* What a packet is. */
enum storvsp_kind {
	STORVSP_NOTHING,	/* that anybody asked for */
	STORVSP_CONTROL,
	STORVSP_SRB,
	STORVSP_RESET,
};

/**
 * struct storvsp_said - an SRB that can be
 * @len: bytes of data
 * @direction: enum dma_data_direction
 * @queue: VSTOR_QUEUE_*
 */
struct storvsp_said {
	u32 len;
	int direction;
	u8 queue;
};

/**
 * storvsp_is_one_range() - does a packet name at most one range of memory?
 * @packet: the packet
 *
 * All data of an SRB are one (storvsc_queuecommand()).
 *
 * Return: true if so.
 */
static inline bool storvsp_is_one_range(const struct vmh_packet *packet)
{
	return packet->type != VMH_PACKET_GPA_DIRECT || packet->range_cnt == 1;
}

/**
 * storvsp_is_address() - does a guest mean a LUN that there can be?
 * @srb: its SRB
 *
 * Return: true if so: its number is less than %VSTOR_LUNS_MAX.
 */
static inline bool storvsp_is_address(const struct vstor_srb *srb)
{
	return !srb->path && !srb->target && srb->lun < VSTOR_LUNS_MAX;
}

/**
 * storvsp_in_place() - may a command's data be used in the guest's pages?
 * @cdb: the command
 *
 * The guest can change them meanwhile. That is harmless if nobody looks at them.
 *
 * Return: true if so.
 */
static inline bool storvsp_in_place(const u8 *cdb)
{
	/*
	 * READ and WRITE of 6, 10, 12, and 16 bytes: what differs are bits 5 and 7 for the
	 * size, and bit 1.
	 */
	return (cdb[0] & ~0xa2) == READ_6;
}

/**
 * storvsp_packet_copy() - have what is in a packet
 * @copy: set to it, with zeroes behind a shorter one
 * @packet: the packet, which storvsp_packet_kind() knows
 */
static __always_inline void
storvsp_packet_copy(struct vstor_packet *copy, const struct vmh_packet *packet)
{
	if (packet->len == sizeof(*copy)) {
		*copy = *(const struct vstor_packet *)packet->payload;
		return;
	}
	memset(copy, 0, sizeof(*copy));
	memcpy(copy, packet->payload, packet->len);
}

/* parse.c */
int storvsp_packet_kind(const struct vmh_packet *packet, u16 version);
bool storvsp_srb_parse(struct storvsp_said *said, struct vstor_srb *srb,
		       const struct vmh_packet *packet);

/* direction.c */
int storvsp_direction(const u8 *cdb, u8 said, u32 len);
bool storvsp_moves(const u8 *cdb);
bool storvsp_is_harmless(const u8 *cdb);

#endif
