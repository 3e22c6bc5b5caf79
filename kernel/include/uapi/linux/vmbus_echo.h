/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * The echo service of vmbus_host: what a guest sends comes back. All packets
 * that VMBus has can be made to go through it, in both directions.
 *
 * Every payload begins with struct vmbus_echo_header, little-endian.
 */
#ifndef _UAPI_LINUX_VMBUS_ECHO_H
#define _UAPI_LINUX_VMBUS_ECHO_H

#include <linux/types.h>

/* Class 3fbd5da6-8c4b-4c64-9a4d-2b5c8c3e1f70, in the order of the wire */
#define VMBUS_ECHO_CLASS						\
	{ 0xa6, 0x5d, 0xbd, 0x3f, 0x4b, 0x8c, 0x64, 0x4c,		\
	  0x9a, 0x4d, 0x2b, 0x5c, 0x8c, 0x3e, 0x1f, 0x70 }

#define VMBUS_ECHO_MAX_PACKET	16384

/**
 * enum vmbus_echo_op - what the service shall do
 * @VMBUS_ECHO_OP_ECHO: in-band: the payload comes back, as a completion if one was
 *	asked for, in-band with the same transaction id if not
 * @VMBUS_ECHO_OP_INVERT: GPA-direct: all bytes of the ranges are inverted; @arg of
 *	the completion is how many there are
 * @VMBUS_ECHO_OP_SUM: GPA-direct: @arg of the completion is the CRC-32 of the
 *	ranges' bytes, as of crc32(1) and Ethernet
 * @VMBUS_ECHO_OP_BUFFER: in-band: @arg is a GPADL that @VMBUS_ECHO_OP_XFER may use;
 *	0 gives the last one back
 * @VMBUS_ECHO_OP_XFER: in-band: the payload after the header is written into the
 *	buffer @arg times, one after the other, and shown by one packet of transfer
 *	pages with as many ranges
 * @VMBUS_ECHO_OP_SUBCHANNELS: in-band: there shall be @arg sub-channels
 */
enum vmbus_echo_op {
	VMBUS_ECHO_OP_ECHO,
	VMBUS_ECHO_OP_INVERT,
	VMBUS_ECHO_OP_SUM,
	VMBUS_ECHO_OP_BUFFER,
	VMBUS_ECHO_OP_XFER,
	VMBUS_ECHO_OP_SUBCHANNELS,
};

#define VMBUS_ECHO_PAGESET	0xec40
#define VMBUS_ECHO_MAX_RANGES	64

/**
 * struct vmbus_echo_header - begin of a payload
 * @op: enum vmbus_echo_op
 * @arg: of it
 * @status: in a completion: 0, or what went wrong, a positive errno of Linux
 * @reserved: comes back as it is
 */
struct vmbus_echo_header {
	__le32 op;
	__le32 arg;
	__le32 status;
	__le32 reserved;
};

#endif
