// SPDX-License-Identifier: GPL-2.0
/* Partitions of vmbus_host, and their channels. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <netlink/genl/genl.h>

#include "internal.h"

static uint64_t get_u64(struct nlattr *attr)
{
	return attr ? nla_get_u64(attr) : 0;
}

static int parse_errors(struct nlmsghdr *nlh, struct vsw_partition *p)
{
	static struct nla_policy policy[VMBUS_HOST_A_ERROR_COUNT_MAX + 1] = {
		[VMBUS_HOST_A_ERROR_COUNT_ERROR] = { .type = NLA_U32 },
		[VMBUS_HOST_A_ERROR_COUNT_COUNT] = { .type = NLA_U64 },
	};
	struct nlattr *tb[VMBUS_HOST_A_ERROR_COUNT_MAX + 1], *nest;
	uint32_t error;
	int left;

	nla_for_each_attr(nest, genlmsg_attrdata(nlmsg_data(nlh), 0),
			  genlmsg_attrlen(nlmsg_data(nlh), 0), left) {
		if (nla_type(nest) != VMBUS_HOST_A_PARTITION_ERRORS)
			continue;
		if (nla_parse_nested(tb, VMBUS_HOST_A_ERROR_COUNT_MAX, nest,
				     policy) < 0)
			return -EPROTO;
		error = vsw_get_u32(tb[VMBUS_HOST_A_ERROR_COUNT_ERROR]);
		/* A newer kernel may know more of them. */
		if (error < VSW_VMBUS_ERRORS)
			p->errors[error] =
				get_u64(tb[VMBUS_HOST_A_ERROR_COUNT_COUNT]);
	}
	return 0;
}

int vsw_partition_parse(struct nlmsghdr *nlh, void *item)
{
	static struct nla_policy policy[VMBUS_HOST_A_PARTITION_MAX + 1] = {
		[VMBUS_HOST_A_PARTITION_NAME]	= { .type = NLA_STRING },
		[VMBUS_HOST_A_PARTITION_TRANSPORT] = { .type = NLA_U32 },
		[VMBUS_HOST_A_PARTITION_SERVICES] = { .type = NLA_U32 },
		[VMBUS_HOST_A_PARTITION_MAX_GPADLS] = { .type = NLA_U32 },
		[VMBUS_HOST_A_PARTITION_MAX_PAGES] = { .type = NLA_U32 },
		[VMBUS_HOST_A_PARTITION_COALESCE_USECS] = { .type = NLA_U32 },
		[VMBUS_HOST_A_PARTITION_VERSION] = { .type = NLA_U32 },
		[VMBUS_HOST_A_PARTITION_CHANNELS] = { .type = NLA_U32 },
		[VMBUS_HOST_A_PARTITION_GPADLS]	= { .type = NLA_U32 },
		[VMBUS_HOST_A_PARTITION_PAGES]	= { .type = NLA_U32 },
		[VMBUS_HOST_A_PARTITION_HEARTBEAT_AGE] = { .type = NLA_U32 },
		[VMBUS_HOST_A_PARTITION_MESSAGES_IN] = { .type = NLA_U64 },
		[VMBUS_HOST_A_PARTITION_MESSAGES_OUT] = { .type = NLA_U64 },
	};
	struct nlattr *tb[VMBUS_HOST_A_PARTITION_MAX + 1];
	struct vsw_partition *p = item;

	if (nlmsg_parse(nlh, GENL_HDRLEN, tb, VMBUS_HOST_A_PARTITION_MAX,
			policy) < 0 ||
	    !tb[VMBUS_HOST_A_PARTITION_NAME])
		return -EPROTO;
	nla_strlcpy(p->name, tb[VMBUS_HOST_A_PARTITION_NAME], sizeof(p->name));
	p->transport = vsw_get_u32(tb[VMBUS_HOST_A_PARTITION_TRANSPORT]);
	p->services = vsw_get_u32(tb[VMBUS_HOST_A_PARTITION_SERVICES]);
	p->max_gpadls = vsw_get_u32(tb[VMBUS_HOST_A_PARTITION_MAX_GPADLS]);
	p->max_pages = vsw_get_u32(tb[VMBUS_HOST_A_PARTITION_MAX_PAGES]);
	p->coalesce_usecs = vsw_get_u32(tb[VMBUS_HOST_A_PARTITION_COALESCE_USECS]);
	p->attached = tb[VMBUS_HOST_A_PARTITION_ATTACHED];
	p->version = vsw_get_u32(tb[VMBUS_HOST_A_PARTITION_VERSION]);
	p->channels = vsw_get_u32(tb[VMBUS_HOST_A_PARTITION_CHANNELS]);
	p->gpadls = vsw_get_u32(tb[VMBUS_HOST_A_PARTITION_GPADLS]);
	p->pages = vsw_get_u32(tb[VMBUS_HOST_A_PARTITION_PAGES]);
	p->alive = tb[VMBUS_HOST_A_PARTITION_HEARTBEAT_AGE];
	p->heartbeat_age = vsw_get_u32(tb[VMBUS_HOST_A_PARTITION_HEARTBEAT_AGE]);
	p->messages_in = get_u64(tb[VMBUS_HOST_A_PARTITION_MESSAGES_IN]);
	p->messages_out = get_u64(tb[VMBUS_HOST_A_PARTITION_MESSAGES_OUT]);
	return parse_errors(nlh, p);
}

static int parse_stats(struct nlattr *nest, uint64_t *stats)
{
	struct nlattr *tb[VMBUS_HOST_A_CHANNEL_STATS_MAX + 1];
	int i;

	if (nla_parse_nested(tb, VMBUS_HOST_A_CHANNEL_STATS_MAX, nest, NULL) < 0)
		return -EPROTO;
	for (i = 1; i <= VMBUS_HOST_A_CHANNEL_STATS_MAX; i++) {
		if (!tb[i] || i == VMBUS_HOST_A_CHANNEL_STATS_PAD)
			continue;
		if (nla_len(tb[i]) != sizeof(*stats))
			return -EPROTO;
		stats[i] = nla_get_u64(tb[i]);
	}
	return 0;
}

int vsw_channel_parse(struct nlmsghdr *nlh, void *item)
{
	static struct nla_policy policy[VMBUS_HOST_A_CHANNEL_MAX + 1] = {
		[VMBUS_HOST_A_CHANNEL_PARTITION] = { .type = NLA_STRING },
		[VMBUS_HOST_A_CHANNEL_RELID]	= { .type = NLA_U32 },
		[VMBUS_HOST_A_CHANNEL_CLASS]	= { .minlen = 16 },
		[VMBUS_HOST_A_CHANNEL_INSTANCE]	= { .minlen = 16 },
		[VMBUS_HOST_A_CHANNEL_SERVICE]	= { .type = NLA_STRING },
		[VMBUS_HOST_A_CHANNEL_INDEX]	= { .type = NLA_U32 },
		[VMBUS_HOST_A_CHANNEL_STATE]	= { .type = NLA_U32 },
		[VMBUS_HOST_A_CHANNEL_VP]	= { .type = NLA_U32 },
		[VMBUS_HOST_A_CHANNEL_CPU]	= { .type = NLA_U32 },
		[VMBUS_HOST_A_CHANNEL_RING_IN]	= { .type = NLA_U32 },
		[VMBUS_HOST_A_CHANNEL_RING_OUT]	= { .type = NLA_U32 },
		[VMBUS_HOST_A_CHANNEL_ERROR]	= { .type = NLA_U32 },
		[VMBUS_HOST_A_CHANNEL_STATS]	= { .type = NLA_NESTED },
	};
	struct nlattr *tb[VMBUS_HOST_A_CHANNEL_MAX + 1];
	struct vsw_channel *ch = item;

	if (nlmsg_parse(nlh, GENL_HDRLEN, tb, VMBUS_HOST_A_CHANNEL_MAX,
			policy) < 0 ||
	    !tb[VMBUS_HOST_A_CHANNEL_PARTITION] ||
	    !tb[VMBUS_HOST_A_CHANNEL_SERVICE] ||
	    !tb[VMBUS_HOST_A_CHANNEL_CLASS] ||
	    !tb[VMBUS_HOST_A_CHANNEL_INSTANCE])
		return -EPROTO;
	nla_strlcpy(ch->partition, tb[VMBUS_HOST_A_CHANNEL_PARTITION],
		    sizeof(ch->partition));
	nla_strlcpy(ch->service, tb[VMBUS_HOST_A_CHANNEL_SERVICE],
		    sizeof(ch->service));
	nla_memcpy(ch->class_id, tb[VMBUS_HOST_A_CHANNEL_CLASS],
		   sizeof(ch->class_id));
	nla_memcpy(ch->instance_id, tb[VMBUS_HOST_A_CHANNEL_INSTANCE],
		   sizeof(ch->instance_id));
	ch->relid = vsw_get_u32(tb[VMBUS_HOST_A_CHANNEL_RELID]);
	ch->index = vsw_get_u32(tb[VMBUS_HOST_A_CHANNEL_INDEX]);
	ch->state = vsw_get_u32(tb[VMBUS_HOST_A_CHANNEL_STATE]);
	ch->vp = vsw_get_u32(tb[VMBUS_HOST_A_CHANNEL_VP]);
	ch->cpu = vsw_get_u32(tb[VMBUS_HOST_A_CHANNEL_CPU]);
	ch->ring_in = vsw_get_u32(tb[VMBUS_HOST_A_CHANNEL_RING_IN]);
	ch->ring_out = vsw_get_u32(tb[VMBUS_HOST_A_CHANNEL_RING_OUT]);
	ch->mapped = tb[VMBUS_HOST_A_CHANNEL_MAPPED];
	ch->has_error = tb[VMBUS_HOST_A_CHANNEL_ERROR];
	ch->error = vsw_get_u32(tb[VMBUS_HOST_A_CHANNEL_ERROR]);
	return tb[VMBUS_HOST_A_CHANNEL_STATS] ?
		parse_stats(tb[VMBUS_HOST_A_CHANNEL_STATS], ch->stats) : 0;
}

static int begin(struct vsw *c, uint8_t cmd, struct nl_msg **msg)
{
	int err = vsw_connect_family(c, VSW_FAMILY_VMBUS_HOST);

	if (err)
		return err;
	*msg = vsw_genl_msg_of(c, VSW_FAMILY_VMBUS_HOST, cmd, NLM_F_ACK);
	return *msg ? 0 : vsw_no_memory(c);
}

int vsw_partition_add(struct vsw *c, const struct vsw_partition *p,
		      bool has_services)
{
	struct nl_msg *msg;
	int err = begin(c, VMBUS_HOST_CMD_PARTITION_ADD, &msg);

	if (err)
		return err;
	nla_put_string(msg, VMBUS_HOST_A_PARTITION_NAME, p->name);
	nla_put_u32(msg, VMBUS_HOST_A_PARTITION_TRANSPORT, p->transport);
	if (has_services)
		nla_put_u32(msg, VMBUS_HOST_A_PARTITION_SERVICES, p->services);
	if (p->max_gpadls)
		nla_put_u32(msg, VMBUS_HOST_A_PARTITION_MAX_GPADLS,
			    p->max_gpadls);
	if (p->max_pages)
		nla_put_u32(msg, VMBUS_HOST_A_PARTITION_MAX_PAGES, p->max_pages);
	if (p->coalesce_usecs)
		nla_put_u32(msg, VMBUS_HOST_A_PARTITION_COALESCE_USECS,
			    p->coalesce_usecs);
	return vsw_genl_talk(c, msg, &vsw_partition_attrs, NULL, NULL);
}

int vsw_partition_del(struct vsw *c, const char *name)
{
	struct nl_msg *msg;
	int err = begin(c, VMBUS_HOST_CMD_PARTITION_DEL, &msg);

	if (err)
		return err;
	nla_put_string(msg, VMBUS_HOST_A_PARTITION_NAME, name);
	return vsw_genl_talk(c, msg, &vsw_partition_attrs, NULL, NULL);
}

static int parse_one(struct nlmsghdr *nlh, void *arg)
{
	memset(arg, 0, sizeof(struct vsw_partition));
	return vsw_partition_parse(nlh, arg);
}

int vsw_partition_get(struct vsw *c, const char *name, struct vsw_partition *p)
{
	struct nl_msg *msg;
	int err = begin(c, VMBUS_HOST_CMD_PARTITION_GET, &msg);

	if (err)
		return err;
	nla_put_string(msg, VMBUS_HOST_A_PARTITION_NAME, name);
	return vsw_genl_talk(c, msg, &vsw_partition_attrs, parse_one, p);
}

static void put_partition(struct nl_msg *msg, const void *filter)
{
	if (filter)
		nla_put_string(msg, VMBUS_HOST_A_CHANNEL_PARTITION, filter);
}

int vsw_partition_dump(struct vsw *c, struct vsw_partition **list, size_t *n)
{
	struct vsw_list l = {
		.size = sizeof(**list), .parse = vsw_partition_parse,
	};
	int err = vsw_list_dump_of(c, VSW_FAMILY_VMBUS_HOST, &l,
				   VMBUS_HOST_CMD_PARTITION_GET,
				   &vsw_partition_attrs, put_partition, NULL);

	*list = l.items;
	*n = l.n;
	return err;
}

int vsw_channel_dump(struct vsw *c, const char *partition,
		     struct vsw_channel **list, size_t *n)
{
	struct vsw_list l = {
		.size = sizeof(**list), .parse = vsw_channel_parse,
	};
	int err = vsw_list_dump_of(c, VSW_FAMILY_VMBUS_HOST, &l,
				   VMBUS_HOST_CMD_CHANNEL_GET,
				   &vsw_channel_attrs, put_partition, partition);

	*list = l.items;
	*n = l.n;
	return err;
}
