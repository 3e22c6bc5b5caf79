/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Remote NDIS, as on the wire: messages, what a packet is accompanied by, and the
 * structures of NDIS that objects are made of. Types, statuses and most object
 * identifiers are those of <linux/rndis.h>.
 *
 * Offsets within a message are counted from behind struct rndis_head.
 */
#ifndef _NSP_RNDIS_H
#define _NSP_RNDIS_H

#include <linux/build_bug.h>
#include <linux/rndis.h>
#include <linux/types.h>

struct rndis_head {
	__le32 type;
	__le32 len;			/* this one included */
};

/* A packet; nothing out of band is used by anybody. */
struct rndis_data {
	__le32 offset;
	__le32 len;
	__le32 oob_offset;
	__le32 oob_len;
	__le32 oob_count;
	__le32 info_offset;
	__le32 info_len;
	__le32 vc;
	__le32 reserved;
};

static_assert(sizeof(struct rndis_head) + sizeof(struct rndis_data) == 44);

#define RNDIS_INFO_INTERNAL	0x80000000U

struct rndis_info {
	__le32 size;			/* this one included */
	__le32 type;
	__le32 offset;			/* from @size */
};

enum rndis_info_type {
	RNDIS_INFO_CSUM		= 0,
	RNDIS_INFO_LSO		= 2,
	RNDIS_INFO_8021Q	= 6,
	RNDIS_INFO_HASH		= 8,	/* its place: what cancels a send */
	RNDIS_INFO_ID		= 1 | RNDIS_INFO_INTERNAL,
};

/* From the guest: what shall be computed. */
#define RNDIS_TXCSUM_IPV4	BIT(0)
#define RNDIS_TXCSUM_IPV6	BIT(1)
#define RNDIS_TXCSUM_TCP	BIT(2)
#define RNDIS_TXCSUM_UDP	BIT(3)
#define RNDIS_TXCSUM_IP		BIT(4)
#define RNDIS_TXCSUM_OFFSET	GENMASK(25, 16)

/* To the guest: what is known. */
#define RNDIS_RXCSUM_TCP_OK	BIT(3)
#define RNDIS_RXCSUM_UDP_OK	BIT(4)
#define RNDIS_RXCSUM_IP_OK	BIT(5)

#define RNDIS_LSO_MSS		GENMASK(19, 0)
#define RNDIS_LSO_OFFSET	GENMASK(29, 20)
#define RNDIS_LSO_V2		BIT(30)
#define RNDIS_LSO_IPV6		BIT(31)

#define RNDIS_8021Q_PRIO	GENMASK(2, 0)
#define RNDIS_8021Q_CFI		BIT(3)
#define RNDIS_8021Q_VID		GENMASK(15, 4)

/* A frame in several messages of one packet: received segments, coalesced. */
#define RNDIS_ID_PART		BIT(0)
#define RNDIS_ID_FIRST		BIT(1)
#define RNDIS_ID_LAST		BIT(2)

struct rndis_info_id {
	u8 version;
	u8 flags;
	__le16 id;
};

static_assert(sizeof(struct rndis_info_id) == 4);

/* Control messages: all but RESET have the number of the request first. */
struct rndis_init {
	struct rndis_head head;
	__le32 request;
	__le32 major;
	__le32 minor;
	__le32 max_transfer;
};

struct rndis_init_complete {
	struct rndis_head head;
	__le32 request;
	__le32 status;
	__le32 major;
	__le32 minor;
	__le32 flags;
	__le32 medium;
	__le32 max_packets;		/* in a message */
	__le32 max_transfer;
	__le32 alignment;		/* a power of 2 */
	__le32 af_offset;
	__le32 af_len;
};

static_assert(sizeof(struct rndis_init_complete) == 52);

/* QUERY, SET */
struct rndis_request {
	struct rndis_head head;
	__le32 request;
	__le32 oid;
	__le32 len;
	__le32 offset;
	__le32 vc;
};

static_assert(sizeof(struct rndis_request) == 28);

struct rndis_query_complete {
	struct rndis_head head;
	__le32 request;
	__le32 status;
	__le32 len;
	__le32 offset;
};

/* SET, KEEPALIVE */
struct rndis_complete {
	struct rndis_head head;
	__le32 request;
	__le32 status;
};

struct rndis_reset_complete {
	struct rndis_head head;
	__le32 status;
	__le32 addressing;		/* filters are to be set again */
};

struct rndis_indicate {
	struct rndis_head head;
	__le32 status;
	__le32 len;
	__le32 offset;
};

/* NDIS's numbers for what <linux/rndis.h> lacks. */
#define NDIS_STATUS_TASK_OFFLOAD	0x40020006
#define NDIS_STATUS_BUFFER_TOO_SHORT	0xc0010016
#define OID_RSS_CAPS			0x00010203
#define OID_RSS_PARAMS			0x00010204
#define OID_LINK_STATE			0x00010207
#define OID_MAX_LINK_SPEED		0x00010206
#define OID_STATISTICS			0x00020106
#define OID_OFFLOAD_CONFIG		0xfc01020b
#define OID_OFFLOAD_PARAMS		0xfc01020c
#define OID_OFFLOAD_CAPS		0xfc01020d
#define OID_OFFLOAD_ENCAP		0x0101010a
#define OID_NETWORK_LAYER_ADDRESSES	0x00010118
#define OID_FRIENDLY_NAME		0x00020216
#define OID_BYTES_RCV			0x00020219
#define OID_BYTES_XMIT			0x0002021a
#define OID_RCV_DISCARDS		0x0002021b
#define OID_XMIT_DISCARDS		0x0002021c
#define NDIS_MAC_OPTION_8021Q_VLAN	0x00000200

struct ndis_object {
	u8 type;
	u8 revision;
	__le16 size;
};

#define NDIS_OBJECT_DEFAULT	0x80
#define NDIS_OBJECT_RSS_CAPS	0x88
#define NDIS_OBJECT_RSS_PARAMS	0x89
#define NDIS_OBJECT_OFFLOAD	0xa7
#define NDIS_OBJECT_ENCAP	0xa8

#define NDIS_ENCAP_8023		0x2
#define NDIS_ENCAP_ON		1

struct ndis_encap {
	struct ndis_object head;
	__le32 on4;
	__le32 encap4;
	__le32 header4;			/* bytes before IP */
	__le32 on6;
	__le32 encap6;
	__le32 header6;
};

static_assert(sizeof(struct ndis_encap) == 28);

/* NDIS_TCP_IP_CHECKSUM_OFFLOAD: each bit field has two bits for each thing. */
#define NDIS_CSUM_IPV4_OPTIONS	0x001
#define NDIS_CSUM_TCP_OPTIONS	0x004
#define NDIS_CSUM_TCP		0x010
#define NDIS_CSUM_UDP		0x040
#define NDIS_CSUM_IPV4		0x100
#define NDIS_CSUM_IPV6_EXT	0x001

struct ndis_offload {
	struct ndis_object head;
	__le32 tx4_encap;
	__le32 tx4;
	__le32 rx4_encap;
	__le32 rx4;
	__le32 tx6_encap;
	__le32 tx6;
	__le32 rx6_encap;
	__le32 rx6;
	__le32 lsov1[4];
	__le32 ipsecv1[7];
	__le32 lso4_encap;
	__le32 lso4_max;
	__le32 lso4_min;		/* segments */
	__le32 lso6_encap;
	__le32 lso6_max;
	__le32 lso6_min;
	__le32 lso6_options;
	__le32 flags;
	/* from NDIS 6.1 on */
	__le32 ipsecv2[8];
	/* from NDIS 6.30 on */
	u8 rsc4;
	u8 rsc6;
	__le16 padding;
	__le32 gre_flags;
	__le32 gre_max;
};

#define NDIS_OFFLOAD_SIZE_1	offsetof(struct ndis_offload, ipsecv2)
#define NDIS_OFFLOAD_SIZE_2	offsetof(struct ndis_offload, rsc4)

static_assert(NDIS_OFFLOAD_SIZE_1 == 112);
static_assert(NDIS_OFFLOAD_SIZE_2 == 144);
static_assert(sizeof(struct ndis_offload) == 156);

#define NDIS_PARAM_UNCHANGED	0
#define NDIS_PARAM_OFF		1
#define NDIS_PARAM_ON		2	/* LSO, RSC */
#define NDIS_PARAM_TX		2	/* checksums */
#define NDIS_PARAM_RX		3
#define NDIS_PARAM_TX_RX	4

struct ndis_offload_params {
	struct ndis_object head;
	u8 ip4_csum;
	u8 tcp4_csum;
	u8 udp4_csum;
	u8 tcp6_csum;
	u8 udp6_csum;
	u8 lsov1;
	u8 ipsecv1;
	u8 lso4;
	u8 lso6;
	u8 tcp4_connection;
	u8 tcp6_connection;
	u8 padding;
	__le32 flags;
	u8 ipsecv2[2];
	u8 rsc4;
	u8 rsc6;
	u8 encap[2];
	u8 padding2[2];
};

/* What there always is of it, and what there is with RSC. */
#define NDIS_PARAMS_MIN		20
#define NDIS_PARAMS_RSC		offsetofend(struct ndis_offload_params, rsc6)

static_assert(offsetof(struct ndis_offload_params, flags) == 16);
static_assert(sizeof(struct ndis_offload_params) == 28);

#define NDIS_RSS_CAP_TCP4	0x00000100
#define NDIS_RSS_CAP_TCP6	0x00000200
#define NDIS_RSS_CAP_TCP6_EX	0x00000400
#define NDIS_HASH_TOEPLITZ	0x00000001

struct ndis_rss_caps {
	struct ndis_object head;
	__le32 flags;
	__le32 messages;
	__le32 queues;
	__le16 entries;
} __packed;

static_assert(sizeof(struct ndis_rss_caps) == 18);

#define NDIS_RSS_HASH_UNCHANGED		0x0002
#define NDIS_RSS_TABLE_UNCHANGED	0x0004
#define NDIS_RSS_KEY_UNCHANGED		0x0008
#define NDIS_RSS_DISABLE		0x0010

#define NDIS_HASH_IPV4		0x00000100
#define NDIS_HASH_TCP4		0x00000200
#define NDIS_HASH_IPV6		0x00000400
#define NDIS_HASH_TCP6		0x00001000

struct ndis_rss_params {
	struct ndis_object head;
	__le16 flags;
	__le16 base_cpu;
	__le32 hash;
	__le16 table_size;		/* bytes */
	__le16 padding;
	__le32 table_offset;		/* from @head */
	__le16 key_size;
	__le16 padding2;
	__le32 key_offset;
	__le32 masks_offset;
	__le32 masks;
	__le32 mask_size;
};

static_assert(sizeof(struct ndis_rss_params) == 40);

struct ndis_link_state {
	struct ndis_object head;
	__le32 connect;			/* 1: connected, 2: not */
	__le32 duplex;			/* 2: full */
	__le32 padding;
	__le64 tx_speed;		/* bit/s */
	__le64 rx_speed;
	__le32 pause;
	__le32 autoneg;
};

static_assert(offsetof(struct ndis_link_state, tx_speed) == 16);
static_assert(sizeof(struct ndis_link_state) == 40);

/* ndis_statistics.supported: which of these are counted. RCV: what the guest receives. */
#define NDIS_STATISTICS_DIRECTED_FRAMES_RCV	0x00000001
#define NDIS_STATISTICS_MULTICAST_FRAMES_RCV	0x00000002
#define NDIS_STATISTICS_BROADCAST_FRAMES_RCV	0x00000004
#define NDIS_STATISTICS_BYTES_RCV		0x00000008
#define NDIS_STATISTICS_RCV_DISCARDS		0x00000010
#define NDIS_STATISTICS_RCV_ERROR		0x00000020
#define NDIS_STATISTICS_DIRECTED_FRAMES_XMIT	0x00000040
#define NDIS_STATISTICS_MULTICAST_FRAMES_XMIT	0x00000080
#define NDIS_STATISTICS_BROADCAST_FRAMES_XMIT	0x00000100
#define NDIS_STATISTICS_BYTES_XMIT		0x00000200
#define NDIS_STATISTICS_XMIT_ERROR		0x00000400
#define NDIS_STATISTICS_XMIT_DISCARDS		0x00008000

struct ndis_statistics {
	struct ndis_object head;
	__le32 supported;
	__le64 in_discards;
	__le64 in_errors;
	__le64 in_bytes;
	__le64 in_ucast;
	__le64 in_mcast;
	__le64 in_bcast;
	__le64 out_bytes;
	__le64 out_ucast;
	__le64 out_mcast;
	__le64 out_bcast;
	__le64 out_errors;
	__le64 out_discards;
	__le64 in_ucast_bytes;
	__le64 in_mcast_bytes;
	__le64 in_bcast_bytes;
	__le64 out_ucast_bytes;
	__le64 out_mcast_bytes;
	__le64 out_bcast_bytes;
};

static_assert(sizeof(struct ndis_statistics) == 152);

/* What OID_GEN_RNDIS_CONFIG_PARAMETER sets: a name and a value, both UTF-16. */
struct rndis_parameter {
	__le32 name_offset;		/* from here, as the other one */
	__le32 name_len;
	__le32 type;
	__le32 value_offset;
	__le32 value_len;
};

#define RNDIS_PARAMETER_STRING	2

#endif
