// SPDX-License-Identifier: GPL-2.0
/* What a guest says before, and beside, its frames; see parse.h. */
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include "parse.h"

/* The least a control message of a type has, or 0. */
static u32 request_size(u32 type)
{
	switch (type) {
	case RNDIS_MSG_INIT:
		return sizeof(struct rndis_init);
	case RNDIS_MSG_QUERY:
	case RNDIS_MSG_SET:
		return sizeof(struct rndis_request);
	case RNDIS_MSG_KEEPALIVE:
		return offsetofend(struct rndis_request, request);
	case RNDIS_MSG_HALT:
	case RNDIS_MSG_RESET:
		return sizeof(struct rndis_head);
	default:
		return 0;
	}
}

/**
 * nsp_request_parse() - check a control message
 * @request: set
 * @copy: the message; aligned
 * @len: bytes of it, and of what may follow it; at least those of struct rndis_head
 *
 * Who queries an object may have nothing to say of it, wherever that is.
 *
 * Return: false if it is none, or shorter than what it says.
 */
bool nsp_request_parse(struct nsp_request *request, const void *copy, u32 len)
{
	const struct rndis_request *msg = copy;
	u32 type = le32_to_cpu(msg->head.type), size = request_size(type), offset;

	if (le32_to_cpu(msg->head.len) > len)
		return false;
	len = le32_to_cpu(msg->head.len);
	if (!size || len < size)
		return false;
	*request = (struct nsp_request) { .type = type };
	if (size >= offsetofend(struct rndis_request, request))
		request->request = msg->request;
	if (type != RNDIS_MSG_QUERY && type != RNDIS_MSG_SET)
		return true;
	request->oid = le32_to_cpu(msg->oid);
	request->in_len = le32_to_cpu(msg->len);
	offset = le32_to_cpu(msg->offset);
	if (type == RNDIS_MSG_QUERY && !request->in_len)
		offset = sizeof(*msg) - sizeof(msg->head);
	len -= sizeof(msg->head);
	if (offset >= sizeof(*msg) - sizeof(msg->head) && offset <= len &&
	    request->in_len <= len - offset)
		request->in = copy + sizeof(msg->head) + offset;
	return true;
}

/* UTF-16, as far as it is ASCII. Return: false if it is too long. */
static bool get_string(char *to, u32 size, const void *in, u32 len)
{
	u32 i, n = len / 2;
	u16 c;

	if (len % 2 || n >= size)
		return false;
	for (i = 0; i < n; i++) {
		c = get_unaligned_le16(in + 2 * i);
		if (!c || c > 0x7f)
			break;
		to[i] = c;
	}
	to[i] = 0;
	return true;
}

/* Does it lie in @len bytes, from @begin on? */
static bool lies(u32 offset, u32 size, u32 begin, u32 len)
{
	return offset >= begin && offset <= len && size <= len - offset;
}

/**
 * nsp_parameter_parse() - a name and a value, as strings
 * @p: set
 * @in: struct rndis_parameter, and what it refers to
 * @len: bytes of that
 *
 * Return: false if they do not lie there.
 */
bool nsp_parameter_parse(struct nsp_parameter *p, const void *in, u32 len)
{
	u32 name_offset, name_len, value_offset, value_len;
	struct rndis_parameter msg;

	if (len < sizeof(msg))
		return false;
	memcpy(&msg, in, sizeof(msg));
	name_offset = le32_to_cpu(msg.name_offset);
	name_len = le32_to_cpu(msg.name_len);
	value_offset = le32_to_cpu(msg.value_offset);
	value_len = le32_to_cpu(msg.value_len);
	if (!lies(name_offset, name_len, 0, len) ||
	    !lies(value_offset, value_len, 0, len))
		return false;
	if (le32_to_cpu(msg.type) != RNDIS_PARAMETER_STRING ||
	    !get_string(p->name, sizeof(p->name), in + name_offset, name_len) ||
	    !get_string(p->value, sizeof(p->value), in + value_offset, value_len)) {
		p->name[0] = 0;
		p->value[0] = 0;
	}
	return true;
}

static u32 get_table(struct nsp_rss_said *said, const void *table, u32 bytes, u32 queues)
{
	u32 size = bytes / sizeof(__le32), i, queue;

	if (!size || size > NSP_RSS_TABLE || !is_power_of_2(size))
		return RNDIS_STATUS_INVALID_DATA;
	for (i = 0; i < size; i++) {
		queue = get_unaligned_le32(table + i * sizeof(__le32));
		if (queue >= queues)
			return RNDIS_STATUS_INVALID_DATA;
		said->table[i] = queue;
	}
	said->size = size;
	return RNDIS_STATUS_SUCCESS;
}

/**
 * nsp_rss_parse() - how does a guest want frames to be spread?
 * @said: set
 * @in: struct ndis_rss_params, with a table and a key
 * @len: bytes of it
 * @queues: how many there are to choose from, no more than 256
 *
 * Return: RNDIS_STATUS_*.
 */
u32 nsp_rss_parse(struct nsp_rss_said *said, const void *in, u32 len, u32 queues)
{
	u32 flags, offset, size, status;
	struct ndis_rss_params p;

	if (len < sizeof(p))
		return RNDIS_STATUS_INVALID_LENGTH;
	memcpy(&p, in, sizeof(p));
	if (p.head.type != NDIS_OBJECT_RSS_PARAMS)
		return RNDIS_STATUS_INVALID_LENGTH;
	memset(said, 0, sizeof(*said));
	flags = le16_to_cpu(p.flags);
	said->has_hash = !(flags & NDIS_RSS_HASH_UNCHANGED);
	said->off = flags & NDIS_RSS_DISABLE || (said->has_hash && !p.hash);
	if (said->off)
		return RNDIS_STATUS_SUCCESS;
	said->hash = le32_to_cpu(p.hash);
	said->has_table = !(flags & NDIS_RSS_TABLE_UNCHANGED);
	if (said->has_table) {
		offset = le32_to_cpu(p.table_offset);
		size = le16_to_cpu(p.table_size);
		if (!lies(offset, size, sizeof(p), len))
			return RNDIS_STATUS_INVALID_LENGTH;
		status = get_table(said, in + offset, size, queues);
		if (status)
			return status;
	}
	said->has_key = !(flags & NDIS_RSS_KEY_UNCHANGED);
	if (said->has_key) {
		offset = le32_to_cpu(p.key_offset);
		size = le16_to_cpu(p.key_size);
		if (size > NSP_RSS_KEY || !lies(offset, size, sizeof(p), len))
			return RNDIS_STATUS_INVALID_LENGTH;
		memcpy(said->key, in + offset, size);
	}
	return RNDIS_STATUS_SUCCESS;
}

/**
 * nsp_offload_parse() - what does a guest want to be so of offloads?
 * @said: set
 * @in: struct ndis_offload_params, or the beginning of it
 * @len: bytes of it
 *
 * What a guest sends says by itself what is to be done; so only what we send matters.
 *
 * Return: RNDIS_STATUS_*.
 */
u32 nsp_offload_parse(struct nsp_offload_said *said, const void *in, u32 len)
{
	struct ndis_offload_params p = {};

	if (len < NDIS_PARAMS_MIN)
		return RNDIS_STATUS_INVALID_LENGTH;
	memcpy(&p, in, min_t(u32, len, sizeof(p)));
	if (p.head.type != NDIS_OBJECT_DEFAULT)
		return RNDIS_STATUS_INVALID_LENGTH;
	if (p.lsov1 == NDIS_PARAM_ON)
		return RNDIS_STATUS_NOT_SUPPORTED;
	said->rsc4 = NDIS_PARAM_UNCHANGED;
	said->rsc6 = NDIS_PARAM_UNCHANGED;
	if (len >= NDIS_PARAMS_RSC) {
		said->rsc4 = p.rsc4;
		said->rsc6 = p.rsc6;
	}
	return RNDIS_STATUS_SUCCESS;
}

/**
 * nsp_version_is_known() - is a version of NVSP spoken?
 * @version: the version
 *
 * Return: true if it is.
 */
bool nsp_version_is_known(u32 version)
{
	switch (version) {
	case NVSP_VERSION_1:
	case NVSP_VERSION_2:
	case NVSP_VERSION_4:
	case NVSP_VERSION_5:
	case NVSP_VERSION_6:
	case NVSP_VERSION_61:
		return true;
	default:
		return false;
	}
}

/* How much of a message is looked at, or 0. */
static u32 nvsp_size(u32 type)
{
	switch (type) {
	case NVSP_INIT:
		return sizeof(struct nvsp_init);
	case NVSP_SEND_NDIS_CONFIG:
		return sizeof(struct nvsp_ndis_config);
	case NVSP_SEND_NDIS_VERSION:
		return sizeof(struct nvsp_ndis_version);
	case NVSP_SEND_RECV_BUFFER:
	case NVSP_SEND_SEND_BUFFER:
		return sizeof(struct nvsp_buffer);
	case NVSP_REVOKE_RECV_BUFFER:
	case NVSP_REVOKE_SEND_BUFFER:
		return sizeof(struct nvsp_revoke);
	case NVSP_SUBCHANNEL:
		return sizeof(struct nvsp_subchannel);
	case NVSP_SWITCH_DATA_PATH:
	case NVSP_OID_QUERY_EX:
		return sizeof(__le32);
	default:
		return 0;
	}
}

/**
 * nsp_nvsp_parse() - check a message of NVSP that is not RNDIS
 * @msg: set, as far as messages of this type are looked at; the rest is zero
 * @type: what the message begins with
 * @payload: the message
 * @len: bytes of it
 *
 * One that ends earlier than it could does not: the ring knows 8 bytes at a time, and
 * zeroes follow.
 *
 * Return: false if a guest sends no such thing, or it is too short.
 */
bool nsp_nvsp_parse(union nvsp_request *msg, u32 type, const void *payload, u32 len)
{
	u32 size = nvsp_size(type);

	if (!size || len < size)
		return false;
	memset(msg, 0, sizeof(*msg));
	memcpy(msg, payload, size);
	return true;
}
