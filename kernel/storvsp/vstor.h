/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vstor on the wire: how a guest talks SCSI over a VMBus channel.
 *
 * No logic here. The facts are those of the Linux guest (drivers/scsi/storvsc_drv.c)
 * and of Windows' SRBs (storport.h); all is little-endian.
 */
#ifndef _STORVSP_VSTOR_H
#define _STORVSP_VSTOR_H

#include <linux/build_bug.h>
#include <linux/types.h>

/* HV_SCSI_GUID, ba6163d9-04a1-4d29-b605-72e2ffb1dc7f */
#define VSTOR_SCSI_CLASS {						\
	0xd9, 0x63, 0x61, 0xba, 0xa1, 0x04, 0x29, 0x4d,			\
	0xb6, 0x05, 0x72, 0xe2, 0xff, 0xb1, 0xdc, 0x7f,			\
}

/* Of a SCSI controller: one bus, one target on it. */
#define VSTOR_LUNS_MAX		64
#define VSTOR_CONTROLLERS_MAX	4

/* enum vstor_packet_operation */
enum vstor_operation {
	VSTOR_COMPLETE_IO		= 1,
	VSTOR_REMOVE_DEVICE		= 2,
	VSTOR_EXECUTE_SRB		= 3,
	VSTOR_RESET_LUN			= 4,
	VSTOR_RESET_ADAPTER		= 5,
	VSTOR_RESET_BUS			= 6,
	VSTOR_BEGIN_INITIALIZATION	= 7,
	VSTOR_END_INITIALIZATION	= 8,
	VSTOR_QUERY_PROTOCOL_VERSION	= 9,
	VSTOR_QUERY_PROPERTIES		= 10,
	VSTOR_ENUMERATE_BUS		= 11,
	VSTOR_FCHBA_DATA		= 12,
	VSTOR_CREATE_SUB_CHANNELS	= 13,
};

/* major << 8 | minor */
enum vstor_version {
	VSTOR_VERSION_NONE	= 0,
	VSTOR_VERSION_WIN6	= 0x0200,
	VSTOR_VERSION_WIN7	= 0x0402,
	VSTOR_VERSION_WIN8	= 0x0501,
	VSTOR_VERSION_WIN8_1	= 0x0600,
	VSTOR_VERSION_WIN10	= 0x0602,
};

/* NTSTATUS of a packet */
#define VSTOR_STATUS_SUCCESS			0x00000000U
#define VSTOR_STATUS_BUFFER_OVERFLOW		0x80000005U
#define VSTOR_STATUS_DEVICE_BUSY		0x80000011U
#define VSTOR_STATUS_UNSUCCESSFUL		0xc0000001U
#define VSTOR_STATUS_INVALID_PARAMETER		0xc000000dU
#define VSTOR_STATUS_INVALID_DEVICE_REQUEST	0xc0000010U
#define VSTOR_STATUS_REVISION_MISMATCH		0xc0000059U
#define VSTOR_STATUS_DEVICE_DOES_NOT_EXIST	0xc00000c0U
#define VSTOR_STATUS_CANCELLED			0xc0000120U
#define VSTOR_STATUS_INVALID_DEVICE_STATE	0xc0000184U
#define VSTOR_STATUS_IO_DEVICE_ERROR		0xc0000185U

/* SRB_STATUS_*, of which the two upper bits are flags */
enum vstor_srb_status {
	VSTOR_SRB_SUCCESS		= 0x01,
	VSTOR_SRB_ABORTED		= 0x02,
	VSTOR_SRB_ERROR			= 0x04,
	VSTOR_SRB_BUSY			= 0x05,
	VSTOR_SRB_INVALID_REQUEST	= 0x06,
	VSTOR_SRB_INVALID_LUN		= 0x20,
	VSTOR_SRB_AUTOSENSE_VALID	= 0x80,
};

/* SRB_FLAGS_* */
#define VSTOR_SRB_DISABLE_AUTOSENSE	0x00000020U

/* data_in */
enum vstor_data {
	VSTOR_DATA_OUT	= 0,
	VSTOR_DATA_IN	= 1,
	VSTOR_DATA_NONE	= 2,
};

/* queue_action: the task attribute, if the flag is set */
#define VSTOR_SRB_QUEUE_ACTION_ENABLE	0x00000002U
#define VSTOR_QUEUE_SIMPLE		0x20
#define VSTOR_QUEUE_HEAD		0x21
#define VSTOR_QUEUE_ORDERED		0x22

#define VSTOR_CDB_MAX		16
#define VSTOR_SENSE_MAX		20
#define VSTOR_SENSE_MAX_V1	18

/* struct vmscsi_request */
struct vstor_srb {
	__le16 length;
	__u8 srb_status;
	__u8 scsi_status;
	__u8 port;
	__u8 path;
	__u8 target;
	__u8 lun;
	__u8 cdb_length;
	__u8 sense_length;
	__u8 data_in;
	__u8 reserved;
	__le32 data_length;
	union {
		__u8 cdb[VSTOR_CDB_MAX];
		__u8 sense[VSTOR_SENSE_MAX];
	};
	/* from Windows 8 on */
	__le16 reserved2;
	__u8 queue_tag;
	__u8 queue_action;
	__le32 flags;
	__le32 timeout;
	__le32 sort_key;
} __packed;

static_assert(sizeof(struct vstor_srb) == 0x34);
static_assert(offsetof(struct vstor_srb, reserved2) == 0x24);

/* struct vmstorage_channel_properties */
struct vstor_properties {
	__le32 reserved;
	__le16 max_subchannels;
	__le16 reserved2;
	__le32 flags;
	__le32 max_transfer;
	__le64 reserved3;
} __packed;

static_assert(sizeof(struct vstor_properties) == 24);

#define VSTOR_MULTI_CHANNEL	1U

/* struct vmstorage_protocol_version */
struct vstor_version_query {
	__le16 version;
	__le16 revision;
} __packed;

static_assert(sizeof(struct vstor_version_query) == 4);

/* struct vstor_packet */
struct vstor_packet {
	__le32 operation;
	__le32 flags;
	__le32 status;
	union {
		struct vstor_srb srb;
		struct vstor_properties properties;
		struct vstor_version_query version;
		__le16 subchannels;
	};
} __packed;

static_assert(sizeof(struct vstor_packet) == 64);

/* What guests older than Windows 8 send: an SRB ends before reserved2. */
#define VSTOR_PACKET_V1		48U
#define VSTOR_PACKET_V2		64U

static_assert(offsetof(struct vstor_packet, srb.reserved2) == VSTOR_PACKET_V1);

#endif
