/* SPDX-License-Identifier: GPL-2.0 */
/*
 * NVSP, as on the wire: what the guest's network driver and we say to each other
 * over a channel, RNDIS excepted. The guest's half is drivers/net/hyperv/hyperv_net.h.
 *
 * A message has a fixed length, whatever is in it: NVSP_SIZE, or NVSP_SIZE_V61 from
 * version 6.1 on. Guests may send less or more of what they leave zero.
 */
#ifndef _NSP_NVSP_H
#define _NSP_NVSP_H

#include <linux/build_bug.h>
#include <linux/types.h>

#define NVSP_SIZE		28
#define NVSP_SIZE_V61		40

enum nvsp_version {
	NVSP_VERSION_1	= 0x00002,
	NVSP_VERSION_2	= 0x30002,
	NVSP_VERSION_4	= 0x40000,
	NVSP_VERSION_5	= 0x50000,
	NVSP_VERSION_6	= 0x60000,
	NVSP_VERSION_61	= 0x60001,
};

enum nvsp_type {
	NVSP_INIT			= 1,
	NVSP_INIT_COMPLETE		= 2,
	NVSP_SEND_NDIS_VERSION		= 100,
	NVSP_SEND_RECV_BUFFER		= 101,
	NVSP_RECV_BUFFER_COMPLETE	= 102,
	NVSP_REVOKE_RECV_BUFFER		= 103,
	NVSP_SEND_SEND_BUFFER		= 104,
	NVSP_SEND_BUFFER_COMPLETE	= 105,
	NVSP_REVOKE_SEND_BUFFER		= 106,
	NVSP_RNDIS			= 107,
	NVSP_RNDIS_COMPLETE		= 108,
	NVSP_SEND_NDIS_CONFIG		= 125,
	NVSP_SWITCH_DATA_PATH		= 129,
	NVSP_OID_QUERY_EX		= 131,
	NVSP_OID_QUERY_EX_COMPLETE	= 132,
	NVSP_SUBCHANNEL			= 133,
	NVSP_SEND_TABLE			= 134,
};

enum nvsp_status {
	NVSP_STATUS_NONE	= 0,
	NVSP_STATUS_SUCCESS	= 1,
	NVSP_STATUS_FAIL	= 2,
	NVSP_STATUS_BAD_RNDIS	= 5,
};

struct nvsp_init {
	__le32 type;
	__le32 min;
	__le32 max;
};

struct nvsp_init_complete {
	__le32 type;
	__le32 version;			/* not used by anybody */
	__le32 max_mdl_chain;
	__le32 status;
};

struct nvsp_ndis_version {
	__le32 type;
	__le32 major;
	__le32 minor;
};

#define NVSP_CAP_SRIOV		BIT_ULL(2)
#define NVSP_CAP_8021Q		BIT_ULL(3)
#define NVSP_CAP_TEAMING	BIT_ULL(5)
#define NVSP_CAP_RSC		BIT_ULL(7)

struct nvsp_ndis_config {
	__le32 type;
	__le32 mtu;			/* a frame, without its VLAN tag */
	__le32 reserved;
	__le64 caps;
} __packed;

static_assert(sizeof(struct nvsp_ndis_config) == 20);

/* SEND_RECV_BUFFER, SEND_SEND_BUFFER */
struct nvsp_buffer {
	__le32 type;
	__le32 gpadl;
	__le16 id;
} __packed;

static_assert(sizeof(struct nvsp_buffer) == 10);

struct nvsp_revoke {
	__le32 type;
	__le16 id;
} __packed;

static_assert(sizeof(struct nvsp_revoke) == 6);

/* One section, of @count allocations of @size bytes. */
struct nvsp_recv_complete {
	__le32 type;
	__le32 status;
	__le32 sections;
	__le32 offset;
	__le32 size;
	__le32 count;
	__le32 end;
};

static_assert(sizeof(struct nvsp_recv_complete) == NVSP_SIZE);

struct nvsp_send_complete {
	__le32 type;
	__le32 status;
	__le32 size;
};

enum nvsp_channel {
	NVSP_CHANNEL_DATA	= 0,
	NVSP_CHANNEL_CONTROL	= 1,
};

#define NVSP_NO_SECTION		0xffffffffU

struct nvsp_rndis {
	__le32 type;
	__le32 channel;
	__le32 section;			/* of the send buffer */
	__le32 size;
};

struct nvsp_rndis_complete {
	__le32 type;
	__le32 status;
};

/* RNDIS to the guest is for all versions the same size: in the first 16 bytes. */
static_assert(sizeof(struct nvsp_rndis) == 16);

#define NVSP_SUBCHANNEL_ALLOCATE	1

struct nvsp_subchannel {
	__le32 type;
	__le32 op;
	__le32 count;
};

struct nvsp_subchannel_complete {
	__le32 type;
	__le32 status;
	__le32 count;
};

#define NVSP_TABLE		16

struct nvsp_table {
	__le32 type;
	__le32 count;
	__le32 offset;			/* from @type */
};

struct nvsp_oid_query_complete {
	__le32 type;
	__le32 status;			/* NDIS's */
	__le32 len;
};

/* What a guest says; of SWITCH_DATA_PATH and OID_QUERY_EX nothing is looked at. */
union nvsp_request {
	__le32 type;
	struct nvsp_init init;
	struct nvsp_ndis_version ndis_version;
	struct nvsp_ndis_config ndis_config;
	struct nvsp_buffer buffer;
	struct nvsp_revoke revoke;
	struct nvsp_subchannel sub;
};

/* Long enough for each answer. */
union nvsp_answer {
	__le32 type;
	struct nvsp_init_complete init;
	struct nvsp_recv_complete recv;
	struct nvsp_send_complete send;
	struct nvsp_rndis_complete rndis;
	struct nvsp_subchannel_complete sub;
	struct nvsp_oid_query_complete oid;
	u8 bytes[NVSP_SIZE_V61];
};

static_assert(sizeof(union nvsp_answer) == NVSP_SIZE_V61);

#endif
