// SPDX-License-Identifier: GPL-2.0
/* Channels in generic netlink. */
#include "netlink.h"
#include "partition.h"

static u32 state_of(const struct vmh_channel *ch)
{
	if (ch->rescinded)
		return VMBUS_HOST_CHANNEL_STATE_RESCINDED;
	if (!READ_ONCE(ch->open))
		return VMBUS_HOST_CHANNEL_STATE_OFFERED;
	return READ_ONCE(ch->error) == VMH_NO_ERROR ?
		VMBUS_HOST_CHANNEL_STATE_OPEN : VMBUS_HOST_CHANNEL_STATE_BROKEN;
}

static int put_u64(struct sk_buff *skb, int type, u64 value)
{
	return nla_put_u64_64bit(skb, type, value, VMBUS_HOST_A_CHANNEL_STATS_PAD);
}

static int put_stats(struct sk_buff *skb, const struct vmh_channel *ch)
{
	const struct vmh_channel_stats *s = &ch->stats;
	struct nlattr *nest;

	nest = nla_nest_start(skb, VMBUS_HOST_A_CHANNEL_STATS);
	if (!nest ||
	    put_u64(skb, VMBUS_HOST_A_CHANNEL_STATS_RX_PACKETS,
		    READ_ONCE(s->rx_packets)) ||
	    put_u64(skb, VMBUS_HOST_A_CHANNEL_STATS_RX_BYTES,
		    READ_ONCE(s->rx_bytes)) ||
	    put_u64(skb, VMBUS_HOST_A_CHANNEL_STATS_TX_PACKETS,
		    READ_ONCE(s->tx_packets)) ||
	    put_u64(skb, VMBUS_HOST_A_CHANNEL_STATS_TX_BYTES,
		    READ_ONCE(s->tx_bytes)) ||
	    put_u64(skb, VMBUS_HOST_A_CHANNEL_STATS_RX_SIGNALS,
		    atomic64_read(&s->rx_signals)) ||
	    put_u64(skb, VMBUS_HOST_A_CHANNEL_STATS_TX_SIGNALS,
		    atomic64_read(&s->tx_signals)) ||
	    put_u64(skb, VMBUS_HOST_A_CHANNEL_STATS_WAKEUPS,
		    READ_ONCE(s->wakeups)) ||
	    put_u64(skb, VMBUS_HOST_A_CHANNEL_STATS_IDLE,
		    READ_ONCE(s->idle)) ||
	    put_u64(skb, VMBUS_HOST_A_CHANNEL_STATS_NEEDLESS_SIGNALS,
		    READ_ONCE(s->needless)) ||
	    put_u64(skb, VMBUS_HOST_A_CHANNEL_STATS_FULL,
		    READ_ONCE(s->full)) ||
	    put_u64(skb, VMBUS_HOST_A_CHANNEL_STATS_OPENS,
		    READ_ONCE(s->opens)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_open(struct sk_buff *skb, const struct vmh_channel *ch)
{
	u32 error = READ_ONCE(ch->error);

	if (nla_put_u32(skb, VMBUS_HOST_A_CHANNEL_VP, READ_ONCE(ch->vp)) ||
	    nla_put_u32(skb, VMBUS_HOST_A_CHANNEL_CPU, READ_ONCE(ch->cpu)) ||
	    nla_put_u32(skb, VMBUS_HOST_A_CHANNEL_RING_IN, ch->in.size) ||
	    nla_put_u32(skb, VMBUS_HOST_A_CHANNEL_RING_OUT, ch->out.size) ||
	    (ch->mapped && nla_put_flag(skb, VMBUS_HOST_A_CHANNEL_MAPPED)) ||
	    (error != VMH_NO_ERROR &&
	     nla_put_u32(skb, VMBUS_HOST_A_CHANNEL_ERROR, error)))
		return -EMSGSIZE;
	return 0;
}

static int put(struct sk_buff *skb, const void *object)
{
	const struct vmh_channel *ch = object;
	const struct vmh_device *dev = ch->dev;

	if (nla_put_string(skb, VMBUS_HOST_A_CHANNEL_PARTITION,
			   ch->partition->name) ||
	    nla_put_u32(skb, VMBUS_HOST_A_CHANNEL_RELID, ch->relid) ||
	    nla_put(skb, VMBUS_HOST_A_CHANNEL_CLASS, sizeof(dev->class),
		    &dev->class) ||
	    nla_put(skb, VMBUS_HOST_A_CHANNEL_INSTANCE, sizeof(dev->instance),
		    &dev->instance) ||
	    nla_put_string(skb, VMBUS_HOST_A_CHANNEL_SERVICE, dev->name) ||
	    nla_put_u32(skb, VMBUS_HOST_A_CHANNEL_INDEX, ch->index) ||
	    nla_put_u32(skb, VMBUS_HOST_A_CHANNEL_STATE, state_of(ch)) ||
	    (READ_ONCE(ch->open) && put_open(skb, ch)))
		return -EMSGSIZE;
	return put_stats(skb, ch);
}

/**
 * vmh_nl_channel_notify() - tell the group events of a channel
 * @ch: the channel, opened, closed or broken
 *
 * Context: process; the partition's lock or the channel's worker.
 */
void vmh_nl_channel_notify(struct vmh_channel *ch)
{
	vmh_nl_event(ch->partition, put, ch, VMBUS_HOST_CMD_CHANNEL_NTF);
}

/* From relid @cb->args[1] on. */
static int dump_one(struct sk_buff *skb, struct netlink_callback *cb,
		    struct vmh_partition *p)
{
	struct vmh_channel *ch;
	unsigned long relid;
	int err = 0;

	/* Channels are freed after a grace period, and their device with them. */
	rcu_read_lock();
	xa_for_each_start(&p->channels, relid, ch, cb->args[1]) {
		err = vmh_nl_dump_one(skb, put, ch, VMBUS_HOST_CMD_CHANNEL_GET,
				      cb);
		if (err)
			break;
		cb->args[1] = relid + 1;
	}
	rcu_read_unlock();
	return err;
}

/* args[0] is the cookie of the partition that the dump is at. */
int vmbus_host_nl_channel_get_dumpit(struct sk_buff *skb,
				     struct netlink_callback *cb)
{
	struct vmh_net *vnet = vmh_net(sock_net(skb->sk));
	struct nlattr **attrs = vsw_genl_dump_attrs(cb);
	struct nlattr *only = attrs ? attrs[VMBUS_HOST_A_CHANNEL_PARTITION] : NULL;
	struct vmh_partition *p;
	bool found = false;

	mutex_lock(&vnet->lock);
	cb->seq = vnet->seq;
	list_for_each_entry(p, &vnet->partitions, node) {
		if (only && strcmp(nla_data(only), p->name))
			continue;
		found = true;
		if (p->cookie < cb->args[0])
			continue;
		if (p->cookie != cb->args[0])
			cb->args[1] = 0;
		cb->args[0] = p->cookie;
		if (dump_one(skb, cb, p))
			break;
	}
	mutex_unlock(&vnet->lock);
	if (only && !found && !cb->args[0]) {
		NL_SET_ERR_MSG_ATTR(cb->extack, only,
				    "partition: there is no partition of this name in this network namespace");
		return -ENOENT;
	}
	return skb->len;
}
