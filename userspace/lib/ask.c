// SPDX-License-Identifier: GPL-2.0
/*
 * What guests are asked: the kernel replies when a guest has answered. There is no
 * acknowledgement, which could come before that, or after.
 */
#include <errno.h>
#include <string.h>

#include <netlink/genl/genl.h>

#include "internal.h"

/* The kernel gives up after 40 seconds, for each that waits. */
#define ANSWER_SECONDS	60

struct reader {
	struct vsw_answer *answer;
	struct vsw_kvp *kvp;
};

static int read_answer(struct vsw_answer *answer, struct nlattr *outcome,
		       struct nlattr *status)
{
	memset(answer, 0, sizeof(*answer));
	if (!outcome)
		return -EPROTO;
	answer->outcome = nla_get_u32(outcome);
	answer->has_status = status;
	if (status)
		answer->status = nla_get_u32(status);
	return 0;
}

static int parse_shutdown(struct nlmsghdr *nlh, void *arg)
{
	static struct nla_policy policy[VMBUS_HOST_A_SHUTDOWN_MAX + 1] = {
		[VMBUS_HOST_A_SHUTDOWN_OUTCOME]	= { .type = NLA_U32 },
		[VMBUS_HOST_A_SHUTDOWN_STATUS]	= { .type = NLA_U32 },
	};
	struct nlattr *tb[VMBUS_HOST_A_SHUTDOWN_MAX + 1];
	struct reader *reader = arg;

	if (nlmsg_parse(nlh, GENL_HDRLEN, tb, VMBUS_HOST_A_SHUTDOWN_MAX,
			policy) < 0)
		return -EPROTO;
	return read_answer(reader->answer, tb[VMBUS_HOST_A_SHUTDOWN_OUTCOME],
			   tb[VMBUS_HOST_A_SHUTDOWN_STATUS]);
}

static int parse_kvp(struct nlmsghdr *nlh, void *arg)
{
	static struct nla_policy policy[VMBUS_HOST_A_KVP_MAX + 1] = {
		[VMBUS_HOST_A_KVP_OUTCOME]	= { .type = NLA_U32 },
		[VMBUS_HOST_A_KVP_STATUS]	= { .type = NLA_U32 },
		[VMBUS_HOST_A_KVP_KEY]		= { .type = NLA_STRING },
		[VMBUS_HOST_A_KVP_VALUE]	= { .type = NLA_STRING },
	};
	struct nlattr *tb[VMBUS_HOST_A_KVP_MAX + 1];
	struct reader *reader = arg;
	struct vsw_kvp *kvp = reader->kvp;

	if (nlmsg_parse(nlh, GENL_HDRLEN, tb, VMBUS_HOST_A_KVP_MAX,
			policy) < 0)
		return -EPROTO;
	if (kvp) {
		kvp->key[0] = '\0';
		kvp->value[0] = '\0';
		if (tb[VMBUS_HOST_A_KVP_KEY])
			nla_strlcpy(kvp->key, tb[VMBUS_HOST_A_KVP_KEY],
				    sizeof(kvp->key));
		if (tb[VMBUS_HOST_A_KVP_VALUE])
			nla_strlcpy(kvp->value, tb[VMBUS_HOST_A_KVP_VALUE],
				    sizeof(kvp->value));
	}
	return read_answer(reader->answer, tb[VMBUS_HOST_A_KVP_OUTCOME],
			   tb[VMBUS_HOST_A_KVP_STATUS]);
}

static int begin(struct vsw *c, uint8_t cmd, struct nl_msg **msg)
{
	int err = vsw_connect_family(c, VSW_FAMILY_VMBUS_HOST);

	if (err)
		return err;
	*msg = vsw_genl_msg_of(c, VSW_FAMILY_VMBUS_HOST, cmd, 0);
	return *msg ? 0 : vsw_no_memory(c);
}

int vsw_partition_shutdown(struct vsw *c, const char *partition, uint32_t action,
			   bool force, struct vsw_answer *answer)
{
	struct reader reader = { .answer = answer };
	struct nl_msg *msg;
	int err = begin(c, VMBUS_HOST_CMD_PARTITION_SHUTDOWN, &msg);

	if (err)
		return err;
	nla_put_string(msg, VMBUS_HOST_A_SHUTDOWN_PARTITION, partition);
	nla_put_u32(msg, VMBUS_HOST_A_SHUTDOWN_ACTION, action);
	if (force)
		nla_put_flag(msg, VMBUS_HOST_A_SHUTDOWN_FORCE);
	return vsw_genl_ask(c, msg, &vsw_shutdown_attrs, parse_shutdown,
			    &reader, ANSWER_SECONDS);
}

int vsw_kvp_get(struct vsw *c, const char *partition, struct vsw_kvp *kvp,
		struct vsw_answer *answer)
{
	struct reader reader = { .answer = answer, .kvp = kvp };
	struct nl_msg *msg;
	int err = begin(c, VMBUS_HOST_CMD_KVP_GET, &msg);

	if (err)
		return err;
	nla_put_string(msg, VMBUS_HOST_A_KVP_PARTITION, partition);
	nla_put_u32(msg, VMBUS_HOST_A_KVP_POOL, kvp->pool);
	nla_put_u32(msg, VMBUS_HOST_A_KVP_INDEX, kvp->index);
	return vsw_genl_ask(c, msg, &vsw_kvp_attrs, parse_kvp, &reader,
			    ANSWER_SECONDS);
}

int vsw_kvp_set(struct vsw *c, const char *partition, const char *key,
		const char *value, struct vsw_answer *answer)
{
	struct reader reader = { .answer = answer };
	struct nl_msg *msg;
	int err = begin(c, VMBUS_HOST_CMD_KVP_SET, &msg);

	if (err)
		return err;
	nla_put_string(msg, VMBUS_HOST_A_KVP_PARTITION, partition);
	nla_put_string(msg, VMBUS_HOST_A_KVP_KEY, key);
	nla_put_string(msg, VMBUS_HOST_A_KVP_VALUE, value);
	return vsw_genl_ask(c, msg, &vsw_kvp_attrs, parse_kvp, &reader,
			    ANSWER_SECONDS);
}

int vsw_kvp_del(struct vsw *c, const char *partition, const char *key,
		struct vsw_answer *answer)
{
	struct reader reader = { .answer = answer };
	struct nl_msg *msg;
	int err = begin(c, VMBUS_HOST_CMD_KVP_DEL, &msg);

	if (err)
		return err;
	nla_put_string(msg, VMBUS_HOST_A_KVP_PARTITION, partition);
	nla_put_string(msg, VMBUS_HOST_A_KVP_KEY, key);
	return vsw_genl_ask(c, msg, &vsw_kvp_attrs, parse_kvp, &reader,
			    ANSWER_SECONDS);
}
