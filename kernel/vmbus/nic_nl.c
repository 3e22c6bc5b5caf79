// SPDX-License-Identifier: GPL-2.0
/* NICs in generic netlink; who serves them is another module, loaded when asked for. */
#include <linux/etherdevice.h>
#include <linux/kmod.h>
#include <linux/rwsem.h>
#include <linux/uuid.h>

#include "netlink.h"
#include "nic.h"
#include "partition.h"

#define QUEUES_DEFAULT	8U
#define SPEED_DEFAULT	10000

/* Held for reading while @ops is used. */
static DECLARE_RWSEM(ops_lock);
static const struct vmh_nic_ops *nic_ops;

/**
 * vmh_nic_register() - there is somebody who serves NICs
 * @ops: his
 *
 * Context: process.
 * Return: 0, or -EEXIST.
 */
int vmh_nic_register(const struct vmh_nic_ops *ops)
{
	int err = 0;

	down_write(&ops_lock);
	if (nic_ops)
		err = -EEXIST;
	else
		nic_ops = ops;
	up_write(&ops_lock);
	return err;
}
EXPORT_SYMBOL_GPL(vmh_nic_register);

/**
 * vmh_nic_unregister() - he is gone
 *
 * Context: process; none of his calls is made any more when this returns.
 */
void vmh_nic_unregister(void)
{
	down_write(&ops_lock);
	nic_ops = NULL;
	up_write(&ops_lock);
}
EXPORT_SYMBOL_GPL(vmh_nic_unregister);

/* Return: with @ops_lock held for reading; NULL, and then it is not. */
static const struct vmh_nic_ops *ops_get(struct netlink_ext_ack *extack)
{
	down_read(&ops_lock);
	if (!nic_ops && extack) {
		up_read(&ops_lock);
		request_module("netvsp");
		down_read(&ops_lock);
	}
	if (nic_ops)
		return nic_ops;
	up_read(&ops_lock);
	if (extack)
		NL_SET_ERR_MSG(extack, "NICs need the module netvsp, which is not loaded");
	return NULL;
}

static void ops_put(void)
{
	up_read(&ops_lock);
}

static int put(struct sk_buff *skb, const void *object)
{
	const struct vmh_nic_info *info = object;
	const struct vmh_nic_config *c = &info->config;

	if (nla_put_string(skb, VMBUS_HOST_A_NIC_NAME, c->name) ||
	    nla_put_u32(skb, VMBUS_HOST_A_NIC_IFINDEX, info->ifindex) ||
	    nla_put_string(skb, VMBUS_HOST_A_NIC_PARTITION, c->partition) ||
	    nla_put(skb, VMBUS_HOST_A_NIC_MAC, ETH_ALEN, c->mac) ||
	    nla_put_u32(skb, VMBUS_HOST_A_NIC_QUEUES, c->queues) ||
	    nla_put_u32(skb, VMBUS_HOST_A_NIC_MTU, c->mtu) ||
	    nla_put_u32(skb, VMBUS_HOST_A_NIC_SPEED, c->speed) ||
	    nla_put(skb, VMBUS_HOST_A_NIC_INSTANCE, sizeof(c->instance),
		    &c->instance) ||
	    nla_put_u32(skb, VMBUS_HOST_A_NIC_STATE, info->state) ||
	    (info->link && nla_put_flag(skb, VMBUS_HOST_A_NIC_LINK)))
		return -EMSGSIZE;
	if (!info->version)
		return 0;
	if (nla_put_u32(skb, VMBUS_HOST_A_NIC_VERSION, info->version) ||
	    nla_put_u32(skb, VMBUS_HOST_A_NIC_NDIS, info->ndis) ||
	    nla_put_u32(skb, VMBUS_HOST_A_NIC_GUEST_MTU, info->guest_mtu) ||
	    nla_put(skb, VMBUS_HOST_A_NIC_GUEST_MAC, ETH_ALEN, info->guest_mac) ||
	    nla_put_u32(skb, VMBUS_HOST_A_NIC_FILTER, info->filter) ||
	    nla_put_u32(skb, VMBUS_HOST_A_NIC_CHANNELS, info->channels) ||
	    nla_put_u32(skb, VMBUS_HOST_A_NIC_SECTIONS, info->sections) ||
	    nla_put_u32(skb, VMBUS_HOST_A_NIC_SECTION_SIZE, info->section_size) ||
	    (info->rsc && nla_put_flag(skb, VMBUS_HOST_A_NIC_RSC)) ||
	    (info->rss && nla_put_flag(skb, VMBUS_HOST_A_NIC_RSS)))
		return -EMSGSIZE;
	return 0;
}

/* Whoever reads many at that moment sees that it is so. Not what a guest does. */
static void changed(struct net *net)
{
	atomic_inc(&vmh_net(net)->nic_seq);
}

/**
 * vmh_nic_notify() - tell the group events of a NIC
 * @net: where it is
 * @info: the NIC
 * @gone: it is no more
 *
 * Context: process.
 */
void vmh_nic_notify(struct net *net, const struct vmh_nic_info *info, bool gone)
{
	struct sk_buff *skb;

	if (gone)
		changed(net);
	if (!genl_has_listeners(&vmh_genl_family, net, VMBUS_HOST_NLGRP_EVENTS))
		return;
	skb = genlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	if (skb && !vmh_nl_fill(skb, put, info, 0, 0, 0,
				gone ? VMBUS_HOST_CMD_NIC_DEL_NTF :
				       VMBUS_HOST_CMD_NIC_NTF)) {
		genlmsg_multicast_netns(&vmh_genl_family, net, skb, 0,
					VMBUS_HOST_NLGRP_EVENTS, GFP_KERNEL);
		return;
	}
	nlmsg_free(skb);
	genl_set_err(&vmh_genl_family, net, 0, VMBUS_HOST_NLGRP_EVENTS, -ENOBUFS);
}
EXPORT_SYMBOL_GPL(vmh_nic_notify);

static const char *need_name(struct genl_info *info)
{
	struct nlattr *name = info->attrs[VMBUS_HOST_A_NIC_NAME];

	if (name)
		return nla_data(name);
	NL_SET_ERR_MSG(info->extack, "which NIC? name is needed: that of its netdev");
	NL_SET_ERR_ATTR_MISS(info->extack, NULL, VMBUS_HOST_A_NIC_NAME);
	return NULL;
}

static int no_such(struct genl_info *info)
{
	NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[VMBUS_HOST_A_NIC_NAME],
			    "name: there is no NIC of this name in this network namespace");
	return -ENODEV;
}

static int check_mac(struct genl_info *info)
{
	struct nlattr *mac = info->attrs[VMBUS_HOST_A_NIC_MAC];

	if (!mac || is_valid_ether_addr(nla_data(mac)))
		return 0;
	NL_SET_ERR_MSG_ATTR(info->extack, mac,
			    "mac: a unicast address is needed");
	return -EADDRNOTAVAIL;
}

/* As the core would, which does not say so. */
static int check_name(struct genl_info *info)
{
	struct nlattr *name = info->attrs[VMBUS_HOST_A_NIC_NAME];
	const char *number = name ? strchr(nla_data(name), '%') : NULL;

	if (!name || (dev_valid_name(nla_data(name)) &&
		      (!number || (number[1] == 'd' && !strchr(number + 2, '%')))))
		return 0;
	NL_SET_ERR_MSG_ATTR(info->extack, name,
			    "name: it has to be one that a netdev can have; %d becomes a number");
	return -EINVAL;
}

static u32 get_u32(struct genl_info *info, int type, u32 fallback)
{
	return info->attrs[type] ? nla_get_u32(info->attrs[type]) : fallback;
}

/* Made before anything is done, so that what was done is not called refused. */
static struct sk_buff *new_reply(void)
{
	return genlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
}

static int reply(struct genl_info *info, struct sk_buff *skb,
		 const struct vmh_nic_info *nic, u8 cmd)
{
	int err = vmh_nl_fill(skb, put, nic, info->snd_portid, info->snd_seq, 0, cmd);

	if (err) {
		nlmsg_free(skb);
		return err;
	}
	return genlmsg_reply(skb, info);
}

static void parse_config(struct genl_info *info, struct vmh_nic_config *config)
{
	struct nlattr **attrs = info->attrs;
	guid_t guid;

	strscpy(config->name, attrs[VMBUS_HOST_A_NIC_NAME] ?
		nla_data(attrs[VMBUS_HOST_A_NIC_NAME]) : "nic%d",
		sizeof(config->name));
	strscpy(config->partition, nla_data(attrs[VMBUS_HOST_A_NIC_PARTITION]),
		sizeof(config->partition));
	if (attrs[VMBUS_HOST_A_NIC_MAC])
		nla_memcpy(config->mac, attrs[VMBUS_HOST_A_NIC_MAC], ETH_ALEN);
	else
		eth_random_addr(config->mac);
	config->queues = get_u32(info, VMBUS_HOST_A_NIC_QUEUES,
				 min(num_online_cpus(), QUEUES_DEFAULT));
	config->mtu = get_u32(info, VMBUS_HOST_A_NIC_MTU, VMBUS_HOST_MTU_MAX);
	config->speed = get_u32(info, VMBUS_HOST_A_NIC_SPEED, SPEED_DEFAULT);
	if (attrs[VMBUS_HOST_A_NIC_INSTANCE]) {
		nla_memcpy(&config->instance, attrs[VMBUS_HOST_A_NIC_INSTANCE],
			   sizeof(config->instance));
	} else {
		guid_gen(&guid);
		memcpy(&config->instance, &guid, sizeof(config->instance));
	}
}

int vmbus_host_nl_nic_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct net *net = genl_info_net(info);
	const struct vmh_nic_ops *ops;
	struct vmh_nic_config config = {};
	struct vmh_nic_info nic = {};
	struct vmh_partition *p;
	struct sk_buff *answer;
	int err;

	if (GENL_REQ_ATTR_CHECK(info, VMBUS_HOST_A_NIC_PARTITION)) {
		NL_SET_ERR_MSG(info->extack, "for which guest? partition is needed");
		return -EINVAL;
	}
	err = check_name(info) ?: check_mac(info);
	if (err)
		return err;
	parse_config(info, &config);
	p = vmh_partition_find(net, config.partition);
	if (!p) {
		NL_SET_ERR_MSG_ATTR(info->extack,
				    info->attrs[VMBUS_HOST_A_NIC_PARTITION],
				    "partition: there is no partition of this name in this network namespace");
		return -ENOENT;
	}
	answer = new_reply();
	if (!answer) {
		vmh_partition_put(p);
		return -ENOMEM;
	}
	ops = ops_get(info->extack);
	err = -EOPNOTSUPP;
	if (ops) {
		err = ops->add(net, p, &config, &nic, info->extack);
		ops_put();
	}
	vmh_partition_put(p);
	if (err) {
		nlmsg_free(answer);
		/* Of the netdev, or of what is offered to the guest. */
		if (err == -EEXIST)
			NL_SET_BAD_ATTR(info->extack, info->attrs[nic.ifindex ?
					VMBUS_HOST_A_NIC_INSTANCE :
					VMBUS_HOST_A_NIC_NAME]);
		return err;
	}
	changed(net);
	vmh_nic_notify(net, &nic, false);
	return reply(info, answer, &nic, VMBUS_HOST_CMD_NIC_NEW);
}

int vmbus_host_nl_nic_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *mac = info->attrs[VMBUS_HOST_A_NIC_MAC];
	struct vmh_nic_change change = {
		.mac = mac ? nla_data(mac) : NULL,
		.mtu = get_u32(info, VMBUS_HOST_A_NIC_MTU, 0),
		.speed = get_u32(info, VMBUS_HOST_A_NIC_SPEED, 0),
	};
	struct net *net = genl_info_net(info);
	const char *name = need_name(info);
	const struct vmh_nic_ops *ops;
	struct vmh_nic_info nic = {};
	int err;

	if (!name)
		return -EINVAL;
	err = check_mac(info);
	if (err)
		return err;
	ops = ops_get(NULL);
	if (!ops)
		return no_such(info);
	err = ops->set(net, name, &change, &nic, info->extack);
	ops_put();
	if (err == -ENODEV)
		return no_such(info);
	if (err) {
		NL_SET_BAD_ATTR(info->extack, info->attrs[VMBUS_HOST_A_NIC_MTU]);
		return err;
	}
	changed(net);
	vmh_nic_notify(net, &nic, false);
	return 0;
}

int vmbus_host_nl_nic_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	const char *name = need_name(info);
	const struct vmh_nic_ops *ops;
	int err;

	if (!name)
		return -EINVAL;
	ops = ops_get(NULL);
	if (!ops)
		return no_such(info);
	err = ops->del(genl_info_net(info), name);
	ops_put();
	return err == -ENODEV ? no_such(info) : err;
}

int vmbus_host_nl_nic_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	const char *name = need_name(info);
	const struct vmh_nic_ops *ops;
	struct vmh_nic_info nic = {};
	struct sk_buff *answer;
	int err;

	if (!name)
		return -EINVAL;
	ops = ops_get(NULL);
	if (!ops)
		return no_such(info);
	err = ops->get(genl_info_net(info), name, &nic);
	ops_put();
	if (err)
		return no_such(info);
	answer = new_reply();
	return answer ? reply(info, answer, &nic, VMBUS_HOST_CMD_NIC_GET) : -ENOMEM;
}

/* args[0] is the ifindex of the last one. One that stays is dumped once. */
int vmbus_host_nl_nic_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	const struct vmh_nic_ops *ops = ops_get(NULL);
	struct vmh_nic_info nic = {};

	if (!ops)
		return skb->len;
	cb->seq = atomic_read(&vmh_net(sock_net(skb->sk))->nic_seq);
	while (!ops->next(sock_net(skb->sk), cb->args[0], &nic)) {
		if (vmh_nl_dump_one(skb, put, &nic, VMBUS_HOST_CMD_NIC_GET, cb))
			break;
		cb->args[0] = nic.ifindex;
		memset(&nic, 0, sizeof(nic));
	}
	ops_put();
	return skb->len;
}
