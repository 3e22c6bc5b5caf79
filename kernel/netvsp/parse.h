/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a guest says, taken apart: messages of RNDIS and of NVSP. Pure logic: unit-tested
 * in userspace.
 *
 * All of it has been copied, so that nothing changes between looking at it and using it;
 * and what is found lies within the copy. What each frame has is inline.
 */
#ifndef _NSP_PARSE_H
#define _NSP_PARSE_H

#include <linux/bitfield.h>
#include <linux/if_ether.h>
#include <linux/if_vlan.h>
#include <linux/kernel.h>
#include <linux/types.h>

#include "nvsp.h"
#include "rndis.h"

/* Of the send buffer; guests know it by heart. */
#define NSP_SEND_SECTION	6144
#define NSP_RSS_KEY		40
#define NSP_RSS_TABLE		128
/* A large frame, whichever way, and what may be added for its headers. */
#define NSP_LSO_MAX		0xf53c
#define NSP_LSO_HEADERS		256
/* The least a message with a frame has, and how much of it is looked at before that. */
#define NSP_MESSAGE_MIN		(sizeof(struct rndis_head) + sizeof(struct rndis_data))
#define NSP_MESSAGE_HEAD	(NSP_MESSAGE_MIN + 512)

/**
 * nsp_section() - what a packet has in the send buffer
 * @msg: the packet, as NVSP has it
 * @have: bytes of the send buffer
 * @offset: set to where it begins there, if there is any
 * @size: set to how much it is
 *
 * Return: false if it is not in the send buffer.
 */
static inline bool nsp_section(const struct nvsp_rndis *msg, u32 have, u32 *offset,
			       u32 *size)
{
	u32 section = le32_to_cpu(msg->section), n = le32_to_cpu(msg->size);

	*size = 0;
	if (section == NVSP_NO_SECTION)
		return true;
	if (n > NSP_SEND_SECTION || (u64)section * NSP_SEND_SECTION + n > have)
		return false;
	*offset = section * NSP_SEND_SECTION;
	*size = n;
	return true;
}

/**
 * struct nsp_message - a message with a frame
 * @offset: where the frame begins, from the message's begin on
 * @len: bytes of it
 * @rest: of the message, behind it
 */
struct nsp_message {
	u32 offset;
	u32 len;
	u32 rest;
};

/**
 * nsp_message_parse() - where is the frame of a message?
 * @m: set
 * @copy: %NSP_MESSAGE_MIN bytes of the message
 * @left: bytes of the packet from its begin on, not less
 *
 * Return: false if it contradicts itself. Else the frame begins within
 * %NSP_MESSAGE_HEAD bytes, and all of the message is within @left.
 */
static inline bool nsp_message_parse(struct nsp_message *m, const void *copy, u64 left)
{
	const struct rndis_head *head = copy;
	const struct rndis_data *data = (const void *)(head + 1);
	u32 len = le32_to_cpu(head->len), offset, frame;

	if (head->type != cpu_to_le32(RNDIS_MSG_PACKET) || len < NSP_MESSAGE_MIN ||
	    len > left || data->oob_len || data->vc)
		return false;
	/* Offsets are counted from @data; all lies in @len. */
	len -= sizeof(*head);
	offset = le32_to_cpu(data->offset);
	frame = le32_to_cpu(data->len);
	if (offset < sizeof(*data) || offset > NSP_MESSAGE_HEAD - sizeof(*head) ||
	    offset > len || frame > len - offset)
		return false;
	m->offset = sizeof(*head) + offset;
	m->len = frame;
	m->rest = len - offset - frame;
	return true;
}

/**
 * struct nsp_infos - what accompanies a frame
 * @there: which are, as bits
 * @csum: RNDIS_TXCSUM_*
 * @lso: RNDIS_LSO_*
 * @tag: RNDIS_8021Q_*
 * @hash: of its flow
 */
struct nsp_infos {
	u32 there;
	u32 csum;
	u32 lso;
	u32 tag;
	u32 hash;
};

static inline bool nsp_infos_walk(struct nsp_infos *infos, const u8 *at, u32 len)
{
	const struct rndis_info *info;
	u32 size, offset, type, value;

	while (len) {
		if (len < sizeof(*info))
			return false;
		info = (const void *)at;
		size = le32_to_cpu(info->size);
		offset = le32_to_cpu(info->offset);
		type = le32_to_cpu(info->type);
		if (size < sizeof(*info) || size > len || size % 4 ||
		    offset < sizeof(*info) || offset > size || offset % 4)
			return false;
		if (size - offset >= sizeof(value)) {
			value = le32_to_cpup((const __le32 *)(at + offset));
			switch (type) {
			case RNDIS_INFO_CSUM:
				infos->csum = value;
				break;
			case RNDIS_INFO_LSO:
				infos->lso = value;
				break;
			case RNDIS_INFO_8021Q:
				infos->tag = value;
				break;
			case RNDIS_INFO_HASH:
				infos->hash = value;
				break;
			default:
				/* Windows has some of its own. */
				type = 31;
			}
			infos->there |= BIT(type);
		}
		at += size;
		len -= size;
	}
	return true;
}

/**
 * nsp_infos_parse() - what accompanies the frame of a message?
 * @infos: set: what @there says is valid
 * @copy: the message, as far as its frame; aligned
 * @offset: bytes of that, as nsp_message_parse() says
 *
 * Return: false if it contradicts itself.
 */
static inline bool nsp_infos_parse(struct nsp_infos *infos, const void *copy, u32 offset)
{
	const struct rndis_data *data = copy + sizeof(struct rndis_head);
	u32 at = le32_to_cpu(data->info_offset), len = le32_to_cpu(data->info_len);

	offset -= sizeof(struct rndis_head);
	infos->there = 0;
	if (!len)
		return true;
	return at >= sizeof(*data) && at % 4 == 0 && at <= offset &&
	       len <= offset - at &&
	       nsp_infos_walk(infos, (const u8 *)data + at, len);
}

/**
 * nsp_is_frame() - can a frame be so long?
 * @len: bytes of it
 * @lso: it is to be segmented
 * @most: the longest one that is not, without a VLAN tag
 *
 * Return: true if it can.
 */
static inline bool nsp_is_frame(u32 len, bool lso, u32 most)
{
	return len >= ETH_HLEN && len <= (lso ? NSP_LSO_HEADERS + NSP_LSO_MAX :
						most + VLAN_HLEN);
}

/**
 * nsp_tci() - a VLAN tag as the wire has it
 * @tag: RNDIS_8021Q_*
 *
 * Return: its TCI.
 */
static inline u16 nsp_tci(u32 tag)
{
	u16 tci = FIELD_GET(RNDIS_8021Q_VID, tag) |
		  FIELD_GET(RNDIS_8021Q_PRIO, tag) << VLAN_PRIO_SHIFT;

	return tag & RNDIS_8021Q_CFI ? tci | VLAN_CFI_MASK : tci;
}

/**
 * struct nsp_request - a control message
 * @type: RNDIS_MSG_*
 * @request: the guest's number for it, if it has one
 * @oid: of QUERY and SET: which object
 * @in: of them: what is said of that; NULL if it does not lie in the message
 * @in_len: bytes of it
 */
struct nsp_request {
	u32 type;
	__le32 request;
	u32 oid;
	const void *in;
	u32 in_len;
};

bool nsp_request_parse(struct nsp_request *request, const void *copy, u32 len);

/**
 * struct nsp_parameter - a string from the registry of a guest
 * @name: of what, as far as it is ASCII; "" if either is too long, or it is no string
 * @value: what that is, likewise
 */
struct nsp_parameter {
	char name[64];
	char value[64];
};

bool nsp_parameter_parse(struct nsp_parameter *p, const void *in, u32 len);

/**
 * struct nsp_rss_said - how a guest wants frames to be spread
 * @off: not at all; nothing else is set
 * @has_hash: @hash is new
 * @has_table: @table is
 * @has_key: @key is
 * @hash: NDIS_HASH_*
 * @size: entries of @table, a power of 2
 * @table: queues
 * @key: padded with zeroes
 */
struct nsp_rss_said {
	bool off;
	bool has_hash;
	bool has_table;
	bool has_key;
	u32 hash;
	u32 size;
	u8 table[NSP_RSS_TABLE];
	u8 key[NSP_RSS_KEY];
};

u32 nsp_rss_parse(struct nsp_rss_said *said, const void *in, u32 len, u32 queues);

/**
 * struct nsp_offload_said - what of offloads a guest wants to be so
 * @rsc4: NDIS_PARAM_*: whether it puts coalesced segments of IPv4 together
 * @rsc6: and of IPv6
 */
struct nsp_offload_said {
	u8 rsc4;
	u8 rsc6;
};

u32 nsp_offload_parse(struct nsp_offload_said *said, const void *in, u32 len);

bool nsp_version_is_known(u32 version);
bool nsp_nvsp_parse(union nvsp_request *msg, u32 type, const void *payload, u32 len);

#endif
