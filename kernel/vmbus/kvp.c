// SPDX-License-Identifier: GPL-2.0
/*
 * Keys and values that are exchanged with the guest (hv_kvp.c of Linux, and its
 * hv_kvp_daemon): read one by one from each of its pools, and written to the one
 * that is the host's.
 *
 * Reading by key is left out: what Linux returns for that is four bytes off
 * (kvp_respond_to_host() takes it from the place that another operation has it
 * at), and Hyper-V enumerates, too. What a guest says is text of its choice.
 */
#include <linux/nls.h>

#include "builtin.h"
#include "ic.h"
#include "partition.h"
#include "request.h"

enum { KVP_SET = 1, KVP_DELETE, KVP_ENUMERATE };

/* Of Windows' registry. Linux takes 8 for a number of 64 bits. */
enum {
	REG_SZ		= 1,
	REG_EXPAND_SZ	= 2,
	REG_DWORD	= 4,
	REG_QWORD_LINUX	= 8,
	REG_QWORD	= 11,
};

/* In units of UTF-16, the end included. */
#define KEY_UNITS	256
#define VALUE_UNITS	1024

/* struct hv_kvp_exchg_msg_value */
struct pair {
	__le32 value_type;
	__le32 key_size;	/* bytes, the end included */
	__le32 value_size;	/* likewise */
	__le16 key[KEY_UNITS];
	union {
		__le16 value[VALUE_UNITS];
		__le32 value_u32;
		__le64 value_u64;
	} __packed;
} __packed;

/* struct hv_kvp_msg: the answer is of the same kind and length. */
struct kvp {
	u8 operation;
	u8 pool;
	__le16 reserved;
	union {
		struct pair set;
		struct {
			__le32 key_size;
			__le16 key[KEY_UNITS];
		} __packed del;
		struct {
			__le32 index;
			struct pair pair;
		} __packed enumerate;
	} __packed;
} __packed;

static_assert(sizeof(struct kvp) == 2580);
static_assert((KEY_UNITS - 1) * 3 == VMBUS_HOST_KVP_KEY_MAX);
static_assert((VALUE_UNITS - 1) * 3 == VMBUS_HOST_KVP_VALUE_MAX);

static const u32 versions[] = { VMH_IC_V(4, 0), VMH_IC_V(3, 0), 0 };

static const struct vmh_ic_service kvp = {
	.type		= VMH_IC_KVP,
	.bit		= VMBUS_HOST_SERVICE_KVP,
	.versions	= versions,
};

static const struct vmh_request_attrs attrs = {
	.partition	= VMBUS_HOST_A_KVP_PARTITION,
	.outcome	= VMBUS_HOST_A_KVP_OUTCOME,
	.status		= VMBUS_HOST_A_KVP_STATUS,
};

/* What the guest says, which need not end; the last of @units would be its end. */
static int put_utf16(const struct vmh_request *r, int type, const __le16 *text,
		     __le32 bytes, u32 units)
{
	u32 n = min_t(u32, le32_to_cpu(bytes) / sizeof(*text), units - 1);
	int len;

	len = utf16s_to_utf8s((const wchar_t *)text, n,
			      UTF16_LITTLE_ENDIAN, r->scratch,
			      VMH_REQUEST_SCRATCH - 1);
	((char *)r->scratch)[len] = 0;
	return nla_put_string(r->skb, type, r->scratch);
}

static int put_value(const struct vmh_request *r, const struct pair *pair)
{
	char number[24];
	u64 value;

	switch (le32_to_cpu(pair->value_type)) {
	case REG_SZ:
	case REG_EXPAND_SZ:
		return put_utf16(r, VMBUS_HOST_A_KVP_VALUE, pair->value,
				 pair->value_size, VALUE_UNITS);
	case REG_DWORD:
		value = le32_to_cpu(pair->value_u32);
		break;
	case REG_QWORD:
	case REG_QWORD_LINUX:
		value = le64_to_cpu(pair->value_u64);
		break;
	default:
		/* Nothing that could be read. */
		return 0;
	}
	snprintf(number, sizeof(number), "%llu", value);
	return nla_put_string(r->skb, VMBUS_HOST_A_KVP_VALUE, number);
}

static int put_enumerated(const struct vmh_request *r, const void *data,
			  u32 len)
{
	const struct kvp *asked = (const void *)r->data, *msg = data;
	const struct pair *pair = &msg->enumerate.pair;

	if (len < sizeof(*msg) ||
	    le32_to_cpu(pair->key_size) > sizeof(pair->key) ||
	    le32_to_cpu(pair->value_size) > sizeof(pair->value))
		return -EPROTO;
	if (nla_put_u32(r->skb, VMBUS_HOST_A_KVP_POOL, asked->pool) ||
	    nla_put_u32(r->skb, VMBUS_HOST_A_KVP_INDEX,
			le32_to_cpu(asked->enumerate.index)) ||
	    put_utf16(r, VMBUS_HOST_A_KVP_KEY, pair->key,
		      pair->key_size, KEY_UNITS) ||
	    put_value(r, pair))
		return -EMSGSIZE;
	return 0;
}

static struct vmh_request *begin(struct genl_info *info, u8 operation, u32 pool)
{
	struct vmh_request *r = vmh_request_alloc(info, sizeof(struct kvp));
	struct kvp *msg;

	if (!r)
		return NULL;
	r->attrs = &attrs;
	msg = (void *)r->data;
	msg->operation = operation;
	msg->pool = pool;
	return r;
}

/* As many units as there are, with an end; how many bytes that are, or 0. */
static u32 to_utf16(struct vmh_request *r, struct nlattr *text, __le16 *to,
		    u32 units)
{
	int n;

	/* There is room for more than what can be right. */
	n = utf8s_to_utf16s(nla_data(text), strlen(nla_data(text)),
			    UTF16_LITTLE_ENDIAN, r->scratch,
			    VMH_REQUEST_SCRATCH / sizeof(*to));
	if (n < 0 || n >= units)
		return 0;
	memcpy(to, r->scratch, n * sizeof(*to));
	return (n + 1) * sizeof(*to);
}

static int get_key(struct genl_info *info, struct vmh_request *r, __le16 *to,
		   __le32 *size)
{
	struct nlattr *key = info->attrs[VMBUS_HOST_A_KVP_KEY];
	u32 bytes;

	if (!key) {
		NL_SET_ERR_MSG(info->extack, "which one? key is needed");
		NL_SET_ERR_ATTR_MISS(info->extack, NULL, VMBUS_HOST_A_KVP_KEY);
		return -EINVAL;
	}
	bytes = to_utf16(r, key, to, KEY_UNITS);
	if (bytes <= sizeof(*to)) {
		NL_SET_ERR_MSG_ATTR(info->extack, key,
				    "key: UTF-8 of 1 to 255 units of UTF-16 is needed");
		return -EINVAL;
	}
	*size = cpu_to_le32(bytes);
	return 0;
}

static int get_value(struct genl_info *info, struct vmh_request *r,
		     struct pair *pair)
{
	struct nlattr *value = info->attrs[VMBUS_HOST_A_KVP_VALUE];
	u32 bytes;

	if (!value) {
		NL_SET_ERR_MSG(info->extack,
			       "what shall it be? value is needed");
		NL_SET_ERR_ATTR_MISS(info->extack, NULL,
				     VMBUS_HOST_A_KVP_VALUE);
		return -EINVAL;
	}
	bytes = to_utf16(r, value, pair->value, VALUE_UNITS);
	if (!bytes) {
		NL_SET_ERR_MSG_ATTR(info->extack, value,
				    "value: UTF-8 of at most 1023 units of UTF-16 is needed");
		return -EINVAL;
	}
	pair->value_size = cpu_to_le32(bytes);
	pair->value_type = cpu_to_le32(REG_SZ);
	return 0;
}

int vmbus_host_nl_kvp_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *index = info->attrs[VMBUS_HOST_A_KVP_INDEX];
	struct nlattr *pool = info->attrs[VMBUS_HOST_A_KVP_POOL];
	struct vmh_request *r;
	struct kvp *msg;

	r = begin(info, KVP_ENUMERATE, pool ? nla_get_u32(pool) :
					      VMBUS_HOST_KVP_POOL_AUTO);
	if (!r)
		return -ENOMEM;
	r->put = put_enumerated;
	msg = (void *)r->data;
	msg->enumerate.index = cpu_to_le32(index ? nla_get_u32(index) : 0);
	return vmh_request_submit(info, r, &kvp, 0);
}

int vmbus_host_nl_kvp_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct vmh_request *r = begin(info, KVP_SET,
				      VMBUS_HOST_KVP_POOL_EXTERNAL);
	struct kvp *msg;
	int err;

	if (!r)
		return -ENOMEM;
	msg = (void *)r->data;
	err = get_key(info, r, msg->set.key, &msg->set.key_size);
	if (!err)
		err = get_value(info, r, &msg->set);
	if (err) {
		vmh_request_put(r);
		return err;
	}
	return vmh_request_submit(info, r, &kvp, 0);
}

int vmbus_host_nl_kvp_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct vmh_request *r = begin(info, KVP_DELETE,
				      VMBUS_HOST_KVP_POOL_EXTERNAL);
	struct kvp *msg;
	int err;

	if (!r)
		return -ENOMEM;
	msg = (void *)r->data;
	err = get_key(info, r, msg->del.key, &msg->del.key_size);
	if (err) {
		vmh_request_put(r);
		return err;
	}
	return vmh_request_submit(info, r, &kvp, 0);
}

static int kvp_open(struct vmh_channel *ch, const u8 *user_data)
{
	return vmh_ic_open(ch, &kvp);
}

/* a9a0f4e7-5a45-4d96-b827-8a841e8c03e6 */
const struct vmh_service vmh_kvp = {
	.name		= "kvp",
	.class		= { { 0xe7, 0xf4, 0xa0, 0xa9, 0x45, 0x5a, 0x96, 0x4d,
			      0xb8, 0x27, 0x8a, 0x84, 0x1e, 0x8c, 0x03, 0xe6 } },
	.max_packet	= VMH_IC_MAX,
	.open		= kvp_open,
	.close		= vmh_ic_close,
	.packet		= vmh_ic_packet,
	.save		= vmh_ic_save,
	.restore	= vmh_ic_restore,
};
