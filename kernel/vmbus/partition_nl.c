// SPDX-License-Identifier: GPL-2.0
/* Partitions in generic netlink. */
#include <linux/jiffies.h>

#include "netlink.h"
#include "partition.h"

#define MAX_GPADLS	1024
/* What Hyper-V itself grants, or used to (vmbus.rst of the kernel). */
#define MAX_PAGES	(384U << (20 - VMH_PAGE_SHIFT))
#define SERVICES	(VMBUS_HOST_SERVICE_HEARTBEAT | VMBUS_HOST_SERVICE_TIMESYNC)

static u32 count_channels(const struct vmh_partition *p)
{
	struct vmh_channel *ch;
	unsigned long relid;
	u32 n = 0;

	rcu_read_lock();
	xa_for_each((struct xarray *)&p->channels, relid, ch)
		n++;
	rcu_read_unlock();
	return n;
}

static int fill_errors(struct sk_buff *skb, const struct vmh_partition *p)
{
	struct nlattr *nest;
	u64 count;
	u32 i;

	for (i = 0; i < VMH_ERRORS; i++) {
		count = atomic64_read(&p->errors[i]);
		if (!count)
			continue;
		nest = nla_nest_start(skb, VMBUS_HOST_A_PARTITION_ERRORS);
		if (!nest ||
		    nla_put_u32(skb, VMBUS_HOST_A_ERROR_COUNT_ERROR, i) ||
		    nla_put_u64_64bit(skb, VMBUS_HOST_A_ERROR_COUNT_COUNT, count,
				      VMBUS_HOST_A_ERROR_COUNT_PAD))
			return -EMSGSIZE;
		nla_nest_end(skb, nest);
	}
	return 0;
}

static int put(struct sk_buff *skb, const void *object)
{
	const struct vmh_partition *p = object;
	u32 age = jiffies_to_msecs(jiffies - READ_ONCE(p->heartbeat));

	if (nla_put_string(skb, VMBUS_HOST_A_PARTITION_NAME, p->name) ||
	    nla_put_u32(skb, VMBUS_HOST_A_PARTITION_TRANSPORT, p->kind) ||
	    nla_put_u32(skb, VMBUS_HOST_A_PARTITION_SERVICES, p->services) ||
	    nla_put_u32(skb, VMBUS_HOST_A_PARTITION_MAX_GPADLS, p->quota.max) ||
	    nla_put_u32(skb, VMBUS_HOST_A_PARTITION_MAX_PAGES,
			p->quota.max_frames) ||
	    nla_put_u32(skb, VMBUS_HOST_A_PARTITION_COALESCE_USECS,
			p->coalesce / NSEC_PER_USEC) ||
	    (READ_ONCE(p->guest) &&
	     nla_put_flag(skb, VMBUS_HOST_A_PARTITION_ATTACHED)) ||
	    nla_put_u32(skb, VMBUS_HOST_A_PARTITION_VERSION,
			READ_ONCE(p->version)) ||
	    nla_put_u32(skb, VMBUS_HOST_A_PARTITION_CHANNELS,
			count_channels(p)) ||
	    nla_put_u32(skb, VMBUS_HOST_A_PARTITION_GPADLS,
			READ_ONCE(p->quota.count)) ||
	    nla_put_u32(skb, VMBUS_HOST_A_PARTITION_PAGES,
			READ_ONCE(p->quota.frames)) ||
	    (READ_ONCE(p->alive) &&
	     nla_put_u32(skb, VMBUS_HOST_A_PARTITION_HEARTBEAT_AGE, age)) ||
	    nla_put_u64_64bit(skb, VMBUS_HOST_A_PARTITION_MESSAGES_IN,
			      READ_ONCE(p->messages_in),
			      VMBUS_HOST_A_PARTITION_PAD) ||
	    nla_put_u64_64bit(skb, VMBUS_HOST_A_PARTITION_MESSAGES_OUT,
			      READ_ONCE(p->messages_out),
			      VMBUS_HOST_A_PARTITION_PAD))
		return -EMSGSIZE;
	return fill_errors(skb, p);
}

/**
 * vmh_nl_partition_notify() - tell the group events of a partition
 * @p: the partition
 * @cmd: VMBUS_HOST_CMD_PARTITION_NTF or VMBUS_HOST_CMD_PARTITION_DEL_NTF
 *
 * Context: process.
 */
void vmh_nl_partition_notify(struct vmh_partition *p, u8 cmd)
{
	vmh_nl_event(p, put, p, cmd);
}

static const char *need_name(struct genl_info *info)
{
	struct nlattr *name = info->attrs[VMBUS_HOST_A_PARTITION_NAME];

	if (name)
		return nla_data(name);
	NL_SET_ERR_MSG(info->extack, "which partition? name is needed");
	NL_SET_ERR_ATTR_MISS(info->extack, NULL, VMBUS_HOST_A_PARTITION_NAME);
	return NULL;
}

static int no_such(struct genl_info *info)
{
	NL_SET_ERR_MSG_ATTR(info->extack,
			    info->attrs[VMBUS_HOST_A_PARTITION_NAME],
			    "name: there is no partition of this name in this network namespace");
	return -ENOENT;
}

int vmbus_host_nl_partition_get_doit(struct sk_buff *skb,
				     struct genl_info *info)
{
	const char *name = need_name(info);
	struct vmh_partition *p;
	struct sk_buff *reply;
	int err;

	if (!name)
		return -EINVAL;
	p = vmh_partition_find(genl_info_net(info), name);
	if (!p)
		return no_such(info);
	err = -ENOMEM;
	reply = genlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	if (reply)
		err = vmh_nl_fill(reply, put, p, info->snd_portid,
				  info->snd_seq, 0,
				  VMBUS_HOST_CMD_PARTITION_GET);
	vmh_partition_put(p);
	if (err) {
		nlmsg_free(reply);
		return err;
	}
	return genlmsg_reply(reply, info);
}

int vmbus_host_nl_partition_get_dumpit(struct sk_buff *skb,
				       struct netlink_callback *cb)
{
	struct vmh_net *vnet = vmh_net(sock_net(skb->sk));
	struct vmh_partition *p;
	u64 done = cb->args[0];

	mutex_lock(&vnet->lock);
	cb->seq = vnet->seq;
	list_for_each_entry(p, &vnet->partitions, node) {
		if (p->cookie <= done)
			continue;
		if (vmh_nl_dump_one(skb, put, p, VMBUS_HOST_CMD_PARTITION_GET,
				    cb))
			break;
		cb->args[0] = p->cookie;
	}
	mutex_unlock(&vnet->lock);
	return skb->len;
}

static u32 get_u32(struct genl_info *info, int type, u32 fallback)
{
	return info->attrs[type] ? nla_get_u32(info->attrs[type]) : fallback;
}

int vmbus_host_nl_partition_add_doit(struct sk_buff *skb,
				     struct genl_info *info)
{
	struct vmh_partition_config config = {
		.kind = get_u32(info, VMBUS_HOST_A_PARTITION_TRANSPORT,
				VMBUS_HOST_TRANSPORT_DEVICE),
		.services = get_u32(info, VMBUS_HOST_A_PARTITION_SERVICES,
				    SERVICES),
		.max_gpadls = get_u32(info, VMBUS_HOST_A_PARTITION_MAX_GPADLS,
				      MAX_GPADLS),
		.max_pages = get_u32(info, VMBUS_HOST_A_PARTITION_MAX_PAGES,
				     MAX_PAGES),
		.coalesce_us = get_u32(info,
				       VMBUS_HOST_A_PARTITION_COALESCE_USECS, 0),
	};
	const char *name = need_name(info);
	int err;

	if (!name)
		return -EINVAL;
	err = vmh_partition_add(genl_info_net(info), name, &config);
	if (err)
		NL_SET_BAD_ATTR(info->extack,
				info->attrs[VMBUS_HOST_A_PARTITION_NAME]);
	if (err == -EINVAL)
		NL_SET_ERR_MSG(info->extack,
			       "name: one word of printable characters without '/' is needed, and neither . nor ..");
	else if (err == -EEXIST)
		NL_SET_ERR_MSG(info->extack,
			       "name: there is a partition of this name; choose another, or delete that one");
	return err;
}

int vmbus_host_nl_partition_del_doit(struct sk_buff *skb,
				     struct genl_info *info)
{
	const char *name = need_name(info);

	if (!name)
		return -EINVAL;
	if (vmh_partition_remove(genl_info_net(info), name))
		return no_such(info);
	return 0;
}
