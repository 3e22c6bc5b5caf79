/* SPDX-License-Identifier: GPL-2.0 */
/*
 * VMBus on the wire: rings, packets and control messages, as a guest's memory
 * and its messages have them.
 *
 * No logic here. Names are those of the field (GPADL, relid, transaction id); the
 * facts are those of the Linux guest, include/linux/hyperv.h and drivers/hv, which
 * this header must be able to stand beside: hence the prefix. All is little-endian,
 * and nothing can be trusted to be aligned: a guest chooses where things lie.
 */
#ifndef _VMH_WIRE_H
#define _VMH_WIRE_H

#include <linux/build_bug.h>
#include <linux/types.h>

/* The unit of page frame numbers, whatever pages the host has. */
#define VMH_PAGE_SHIFT		12
#define VMH_PAGE_SIZE		4096U
/* Lengths and offsets in descriptors are in units of 8 bytes. */
#define VMH_UNIT		8U

struct vmh_guid {
	__u8 b[16];
} __packed;

static_assert(sizeof(struct vmh_guid) == 16);

/* ---- A ring: one page of this, then data (struct hv_ring_buffer) ---- */

struct vmh_ring_header {
	__le32 write_index;
	__le32 read_index;
	__le32 interrupt_mask;
	/*
	 * What a producer waits for who found the ring full: the consumer signals
	 * when more than this became free.
	 */
	__le32 pending_send_sz;
	__le32 reserved[12];
	__le32 feature_bits;
};

static_assert(offsetof(struct vmh_ring_header, feature_bits) == 64);

/* The producer will use pending_send_sz, and honours it in the other ring. */
#define VMH_RING_FEATURE_PENDING	1U

/* ---- Packets (struct vmpacket_descriptor) ---- */

struct vmh_descriptor {
	__le16 type;
	__le16 offset8;			/* of the payload */
	__le16 len8;			/* of all but the trailer */
	__le16 flags;
	__le64 trans_id;
} __packed;

static_assert(sizeof(struct vmh_descriptor) == 16);

/* After each packet: where it began, in the upper half. */
#define VMH_TRAILER		8U

enum vmh_packet_type {
	VMH_PACKET_INBAND	= 0x6,
	VMH_PACKET_XFER_PAGES	= 0x7,
	VMH_PACKET_GPA_DIRECT	= 0x9,
	VMH_PACKET_COMPLETION	= 0xb,
};

#define VMH_PACKET_WANTS_COMPLETION	1U

/* After the descriptor (struct vmtransfer_page_packet_header) */
struct vmh_xfer_header {
	__le16 pageset_id;
	__u8 sender_owns_set;
	__u8 reserved;
	__le32 range_cnt;
	/* struct vmh_xfer_range[range_cnt] */
} __packed;

static_assert(sizeof(struct vmh_xfer_header) == 8);

struct vmh_xfer_range {
	__le32 byte_count;
	__le32 byte_offset;
} __packed;

static_assert(sizeof(struct vmh_xfer_range) == 8);

/* After the descriptor (struct vmdata_gpa_direct) */
struct vmh_gpa_direct_header {
	__le32 reserved;
	__le32 range_cnt;
	/* range_cnt times: struct vmh_gpa_range, and the frames it spans */
} __packed;

static_assert(sizeof(struct vmh_gpa_direct_header) == 8);

/* struct gpa_range; the number of frames follows from the two. */
struct vmh_gpa_range {
	__le32 byte_count;
	__le32 byte_offset;
	/* __le64 pfn[] */
} __packed;

static_assert(sizeof(struct vmh_gpa_range) == 8);

/* ---- Control messages (enum vmbus_channel_message_type) ---- */

/* HV_MESSAGE_PAYLOAD_BYTE_COUNT */
#define VMH_MSG_MAX		240U
#define VMH_USER_DEF		120U

/* Where messages are posted to: from 5.0 on, and before (hyperv.h of the guest). */
#define VMH_MESSAGE_CONNECTION_ID_4	4U
#define VMH_MESSAGE_CONNECTION_ID	1U

/* The interrupt line of the guest that VMBus has (VMBUS_MESSAGE_SINT). */
#define VMH_SINT			2U

enum vmh_msg_type {
	VMH_MSG_OFFER			= 1,
	VMH_MSG_RESCIND			= 2,
	VMH_MSG_REQUEST_OFFERS		= 3,
	VMH_MSG_ALL_OFFERS_DELIVERED	= 4,
	VMH_MSG_OPEN			= 5,
	VMH_MSG_OPEN_RESULT		= 6,
	VMH_MSG_CLOSE			= 7,
	VMH_MSG_GPADL_HEADER		= 8,
	VMH_MSG_GPADL_BODY		= 9,
	VMH_MSG_GPADL_CREATED		= 10,
	VMH_MSG_GPADL_TEARDOWN		= 11,
	VMH_MSG_GPADL_TORNDOWN		= 12,
	VMH_MSG_RELID_RELEASED		= 13,
	VMH_MSG_INITIATE_CONTACT	= 14,
	VMH_MSG_VERSION_RESPONSE	= 15,
	VMH_MSG_UNLOAD			= 16,
	VMH_MSG_UNLOAD_RESPONSE		= 17,
	VMH_MSG_MODIFY_CHANNEL		= 22,
	VMH_MSG_MODIFY_RESPONSE		= 24,
};

/* major << 16 | minor */
enum vmh_version {
	VMH_VERSION_WIN8	= 0x00020004,
	VMH_VERSION_WIN8_1	= 0x00030000,
	VMH_VERSION_WIN10	= 0x00040000,
	VMH_VERSION_WIN10_V4_1	= 0x00040001,
	VMH_VERSION_WIN10_V5	= 0x00050000,
	VMH_VERSION_WIN10_V5_1	= 0x00050001,
	VMH_VERSION_WIN10_V5_2	= 0x00050002,
	VMH_VERSION_WIN10_V5_3	= 0x00050003,
};

/* NTSTATUS, of which guests only tell 0 from others. */
#define VMH_STATUS_SUCCESS		0x00000000U
#define VMH_STATUS_UNSUCCESSFUL		0xc0000001U
/* What Hyper-V answers to a GPADL it does not take. */
#define VMH_STATUS_GPADL_REFUSED	0x8000ffffU

struct vmh_msg_header {
	__le32 type;
	__le32 padding;
} __packed;

static_assert(sizeof(struct vmh_msg_header) == 8);

struct vmh_msg_offer {
	struct vmh_msg_header header;
	struct vmh_guid class_id;
	struct vmh_guid instance_id;
	__le64 reserved[2];
	__le16 flags;
	__le16 mmio_megabytes;
	__u8 user_def[VMH_USER_DEF];
	__le16 sub_channel_index;
	__le16 reserved3;
	__le32 relid;
	__u8 monitor_id;
	__u8 monitor_allocated;
	__le16 is_dedicated_interrupt;
	__le32 connection_id;
} __packed;

static_assert(sizeof(struct vmh_msg_offer) == 196);

/* VMBUS_CHANNEL_ENUMERATE_DEVICE_INTERFACE, ..._NAMED_PIPE_MODE */
#define VMH_OFFER_ENUMERATE	0x0001U
#define VMH_OFFER_PIPE		0x0010U

/* RESCIND, CLOSE and RELID_RELEASED have no more than this. */
struct vmh_msg_relid {
	struct vmh_msg_header header;
	__le32 relid;
} __packed;

static_assert(sizeof(struct vmh_msg_relid) == 12);

struct vmh_msg_open {
	struct vmh_msg_header header;
	__le32 relid;
	__le32 open_id;
	__le32 gpadl;
	__le32 target_vp;
	__le32 downstream_page;
	__u8 user_data[VMH_USER_DEF];
} __packed;

static_assert(sizeof(struct vmh_msg_open) == 148);

struct vmh_msg_open_result {
	struct vmh_msg_header header;
	__le32 relid;
	__le32 open_id;
	__le32 status;
} __packed;

static_assert(sizeof(struct vmh_msg_open_result) == 20);

struct vmh_msg_modify {
	struct vmh_msg_header header;
	__le32 relid;
	__le32 target_vp;
} __packed;

static_assert(sizeof(struct vmh_msg_modify) == 16);

/* A target that is none: the guest wants no interrupts. */
#define VMH_VP_NONE		0xffffffffU

struct vmh_msg_modify_response {
	struct vmh_msg_header header;
	__le32 relid;
	__le32 status;
} __packed;

static_assert(sizeof(struct vmh_msg_modify_response) == 16);

struct vmh_msg_gpadl_header {
	struct vmh_msg_header header;
	__le32 relid;
	__le32 gpadl;
	__le16 range_buflen;		/* bytes of all ranges, bodies included */
	__le16 range_cnt;
	/* the first of these bytes */
} __packed;

static_assert(sizeof(struct vmh_msg_gpadl_header) == 20);

struct vmh_msg_gpadl_body {
	struct vmh_msg_header header;
	__le32 number;
	__le32 gpadl;
	/* the next bytes of the ranges */
} __packed;

static_assert(sizeof(struct vmh_msg_gpadl_body) == 16);

struct vmh_msg_gpadl_created {
	struct vmh_msg_header header;
	__le32 relid;
	__le32 gpadl;
	__le32 status;
} __packed;

static_assert(sizeof(struct vmh_msg_gpadl_created) == 20);

struct vmh_msg_gpadl_teardown {
	struct vmh_msg_header header;
	__le32 relid;
	__le32 gpadl;
} __packed;

static_assert(sizeof(struct vmh_msg_gpadl_teardown) == 16);

struct vmh_msg_gpadl_torndown {
	struct vmh_msg_header header;
	__le32 gpadl;
} __packed;

static_assert(sizeof(struct vmh_msg_gpadl_torndown) == 12);

struct vmh_msg_contact {
	struct vmh_msg_header header;
	__le32 version;
	__le32 target_vcpu;
	/* before 5.0 an interrupt page, then {u8 sint, u8 vtl} */
	__le64 interrupt_page;
	__le64 monitor_page[2];
} __packed;

static_assert(sizeof(struct vmh_msg_contact) == 40);

struct vmh_msg_version_response {
	struct vmh_msg_header header;
	__u8 supported;
	__u8 connection_state;		/* 0: success */
	__le16 padding;
	__le32 message_connection_id;	/* from 5.0 on: where to post to */
} __packed;

static_assert(sizeof(struct vmh_msg_version_response) == 16);

#endif
