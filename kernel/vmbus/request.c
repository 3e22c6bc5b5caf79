// SPDX-License-Identifier: GPL-2.0
/*
 * What an administrator asks a guest; see request.h.
 *
 *	vmh_request_submit()	noted down, if the guest has its driver
 *	vmh_request_next()	the channel's work: sent, when the one before is done
 *	vmh_request_answered()	the guest answers: the reply goes to who asked
 *
 * A guest takes one request at a time (hv_kvp.c of Linux), so that there is never
 * more than one to answer. It may answer late, or what was never asked: what counts
 * is the number of the transaction.
 */
#include <linux/jiffies.h>
#include <linux/netlink.h>
#include <linux/notifier.h>
#include <linux/slab.h>

#include "partition.h"
#include "request.h"

/* Longer than Linux waits for its daemon (HV_UTIL_TIMEOUT). */
#define ANSWER_TIMEOUT	(40 * HZ)
/* For what is not sent at once: the ring is full. */
#define SEND_AGAIN	(HZ / 4)
#define WAITING_MAX	64
/* A key and a value, as long as they can be, and all else. */
#define REPLY_MAX	(VMBUS_HOST_KVP_KEY_MAX + VMBUS_HOST_KVP_VALUE_MAX + 256)

/**
 * vmh_request_alloc() - begin a request
 * @info: who asks
 * @len: bytes for the guest; zeroes
 *
 * Return: the request, for vmh_request_submit(); NULL if there is no memory.
 */
struct vmh_request *vmh_request_alloc(struct genl_info *info, u32 len)
{
	struct vmh_request *r;

	r = kvzalloc(struct_size(r, data, len) + VMH_REQUEST_SCRATCH,
		     GFP_KERNEL_ACCOUNT);
	if (!r)
		return NULL;
	r->skb = genlmsg_new(REPLY_MAX, GFP_KERNEL);
	if (!r->skb) {
		kvfree(r);
		return NULL;
	}
	/* There is room. */
	r->hdr = genlmsg_put_reply(r->skb, info, &vmh_genl_family, 0,
				   info->genlhdr->cmd);
	refcount_set(&r->ref, 1);
	r->portid = info->snd_portid;
	r->deadline = jiffies + ANSWER_TIMEOUT;
	r->len = len;
	r->scratch = r->data + len;
	return r;
}

/**
 * vmh_request_put() - forget a request, or a reference to it
 * @r: the request
 */
void vmh_request_put(struct vmh_request *r)
{
	if (!refcount_dec_and_test(&r->ref))
		return;
	nlmsg_free(r->skb);
	kvfree(r);
}

static int put_answer(struct vmh_partition *p, const struct vmh_request *r,
		      u32 outcome, const struct vmh_ic_header *hdr)
{
	if (nla_put_string(r->skb, r->attrs->partition, p->name) ||
	    nla_put_u32(r->skb, r->attrs->outcome, outcome) ||
	    (hdr && nla_put_u32(r->skb, r->attrs->status,
				le32_to_cpu(hdr->status))))
		return -EMSGSIZE;
	return 0;
}

/* Tell who asked; @r is in no list any more. */
static int finish(struct vmh_partition *p, struct vmh_request *r, u32 outcome,
		  const struct vmh_ic_header *hdr, const void *data, u32 len)
{
	void *begin = skb_tail_pointer(r->skb);
	struct sk_buff *skb = r->skb;
	int err;

	err = put_answer(p, r, outcome, hdr);
	if (!err && outcome == VMBUS_HOST_OUTCOME_DONE && r->put)
		err = r->put(r, data, len);
	if (err) {
		/* Its channel is not served any more. */
		nlmsg_trim(skb, begin);
		put_answer(p, r, VMBUS_HOST_OUTCOME_GONE, NULL);
	}
	if (READ_ONCE(r->portid)) {
		genlmsg_end(skb, r->hdr);
		r->skb = NULL;
		vmh_nl_answer(p, skb, r->portid);
	}
	return err;
}

static struct vmh_ic *find(struct vmh_partition *p,
			   const struct vmh_ic_service *service)
{
	struct vmh_ic *ic;

	lockdep_assert_held(&p->ic_lock);
	list_for_each_entry(ic, &p->ics, node) {
		if (ic->service == service)
			return ic;
	}
	return NULL;
}

/* Note it down; what is wrong with the guest otherwise. */
static const char *enqueue(struct vmh_partition *p, struct vmh_request *r,
			   const struct vmh_ic_service *service,
			   u32 min_version, int *err)
{
	const char *text = NULL;
	struct vmh_ic *ic;

	spin_lock(&p->ic_lock);
	ic = find(p, service);
	if (!ic || !READ_ONCE(ic->version) ||
	    READ_ONCE(ic->ch->error) != VMH_NO_ERROR) {
		*err = -ENOTCONN;
		text = "partition: its guest has no driver for this, or is not ready yet";
	} else if (READ_ONCE(ic->version) < min_version) {
		*err = -EOPNOTSUPP;
		text = "action: the guest's driver is too old for this; power-off it does know";
	} else if (ic->waiting == WAITING_MAX) {
		*err = -EBUSY;
		text = "partition: the guest has not answered what it was asked before; wait";
	} else {
		list_add_tail(&r->node, &ic->requests);
		ic->waiting++;
		mod_delayed_work(p->wq, &ic->work, 0);
	}
	spin_unlock(&p->ic_lock);
	return text;
}

/**
 * vmh_request_submit() - ask a guest something
 * @info: who asks
 * @r: what, consumed
 * @service: the service by which
 * @min_version: of its messages that this needs, or 0
 *
 * Context: process; waits for no guest.
 * Return: for the doit() of a command; the reply comes later.
 */
int vmh_request_submit(struct genl_info *info, struct vmh_request *r,
		       const struct vmh_ic_service *service, u32 min_version)
{
	struct nlattr *name = info->attrs[r->attrs->partition];
	struct vmh_partition *p = NULL;
	const char *text = NULL;
	int err = 0;

	if (!name) {
		err = -EINVAL;
		text = "which partition? partition is needed";
		NL_SET_ERR_ATTR_MISS(info->extack, NULL, r->attrs->partition);
	} else {
		NL_SET_BAD_ATTR(info->extack, name);
		p = vmh_partition_find(genl_info_net(info), nla_data(name));
	}
	if (name && !p) {
		err = -ENOENT;
		text = "partition: there is no partition of this name in this network namespace";
	} else if (p && !(p->services & service->bit)) {
		err = -EOPNOTSUPP;
		text = "partition: it was made without this service (services, when it is added)";
	} else if (p) {
		text = enqueue(p, r, service, min_version, &err);
	}
	if (text && info->extack)
		info->extack->_msg = text;
	if (err)
		vmh_request_put(r);
	if (p)
		vmh_partition_put(p);
	return err;
}

/**
 * vmh_request_open() - requests can be sent on a channel
 * @ic: the channel's
 *
 * Context: process.
 */
void vmh_request_open(struct vmh_ic *ic)
{
	struct vmh_partition *p = ic->ch->partition;

	INIT_LIST_HEAD(&ic->requests);
	spin_lock(&p->ic_lock);
	list_add_tail(&ic->node, &p->ics);
	spin_unlock(&p->ic_lock);
}

/**
 * vmh_request_close() - no more of them
 * @ic: the channel's
 *
 * Context: process.
 */
void vmh_request_close(struct vmh_ic *ic)
{
	struct vmh_partition *p = ic->ch->partition;

	spin_lock(&p->ic_lock);
	list_del(&ic->node);
	spin_unlock(&p->ic_lock);
}

static void finish_all(struct vmh_partition *p, struct list_head *list,
		       u32 outcome)
{
	struct vmh_request *r, *next;

	list_for_each_entry_safe(r, next, list, node) {
		list_del(&r->node);
		finish(p, r, outcome, NULL, NULL, 0);
		vmh_request_put(r);
	}
}

/**
 * vmh_request_gone() - what was not answered is not going to be
 * @ic: the channel's, closed, without work and worker
 *
 * Context: process.
 */
void vmh_request_gone(struct vmh_ic *ic)
{
	/* Nobody else finds it any more. */
	if (ic->sent)
		list_add(&ic->sent->node, &ic->requests);
	ic->sent = NULL;
	finish_all(ic->ch->partition, &ic->requests, VMBUS_HOST_OUTCOME_GONE);
}

/* Those that were not answered in time, or never will be, sent or not. */
static void expire(struct vmh_ic *ic, bool broken, struct list_head *late)
{
	struct vmh_request *r, *next;

	lockdep_assert_held(&ic->ch->partition->ic_lock);
	if (ic->sent &&
	    (broken || time_after_eq(jiffies, ic->sent->deadline))) {
		list_add(&ic->sent->node, late);
		ic->sent = NULL;
	}
	list_for_each_entry_safe(r, next, &ic->requests, node) {
		if (!broken && time_before(jiffies, r->deadline))
			break;
		list_move_tail(&r->node, late);
		ic->waiting--;
	}
}

/* The next one, if its turn has come, with a reference of ours. */
static struct vmh_request *take(struct vmh_ic *ic)
{
	struct vmh_request *r;

	lockdep_assert_held(&ic->ch->partition->ic_lock);
	r = list_first_entry_or_null(&ic->requests, struct vmh_request, node);
	if (!r || ic->sent)
		return NULL;
	list_del(&r->node);
	ic->waiting--;
	r->transaction = ic->transaction + 1;
	refcount_inc(&r->ref);
	ic->sent = r;
	return r;
}

/* Was it answered, though it was not sent? A guest may guess. */
static void take_back(struct vmh_ic *ic, struct vmh_request *r)
{
	lockdep_assert_held(&ic->ch->partition->ic_lock);
	if (ic->sent != r)
		return;
	ic->sent = NULL;
	list_add(&r->node, &ic->requests);
	ic->waiting++;
}

/**
 * vmh_request_next() - send what is to be sent, give up what was not answered
 * @ic: the channel's, whose version is agreed upon
 *
 * Context: process; @ic->work.
 */
void vmh_request_next(struct vmh_ic *ic)
{
	bool broken = READ_ONCE(ic->ch->error) != VMH_NO_ERROR;
	struct vmh_partition *p = ic->ch->partition;
	unsigned long again = 0;
	struct vmh_request *r;
	LIST_HEAD(late);
	int err = 0;

	spin_lock(&p->ic_lock);
	expire(ic, broken, &late);
	r = take(ic);
	spin_unlock(&p->ic_lock);

	if (r)
		err = vmh_ic_send(ic, ic->service->type, r->data, r->len);
	spin_lock(&p->ic_lock);
	if (err)
		take_back(ic, r);
	if (ic->sent)
		again = max_t(long, ic->sent->deadline - jiffies, 0) + 1;
	else if (!list_empty(&ic->requests))
		again = SEND_AGAIN;
	spin_unlock(&p->ic_lock);
	if (r)
		vmh_request_put(r);
	finish_all(p, &late, broken ? VMBUS_HOST_OUTCOME_GONE :
				      VMBUS_HOST_OUTCOME_TIMEOUT);
	if (again)
		queue_delayed_work(p->wq, &ic->work, again);
}

/**
 * vmh_request_answered() - the guest has answered
 * @ic: the channel's
 * @hdr: the head of what it says
 * @data: and the rest
 * @len: bytes of that
 *
 * Context: process; the channel's worker.
 * Return: 0, or -EPROTO for what is no answer.
 */
int vmh_request_answered(struct vmh_ic *ic, const struct vmh_ic_header *hdr,
			 const void *data, u32 len)
{
	struct vmh_partition *p = ic->ch->partition;
	struct vmh_request *r;
	int err;

	spin_lock(&p->ic_lock);
	r = ic->sent;
	/* Else it is late, and who asked has given up. */
	if (r && r->transaction == hdr->transaction)
		ic->sent = NULL;
	else
		r = NULL;
	spin_unlock(&p->ic_lock);
	if (!r)
		return 0;
	err = finish(p, r, hdr->status ? VMBUS_HOST_OUTCOME_REFUSED :
					 VMBUS_HOST_OUTCOME_DONE,
		     hdr, data, len);
	vmh_request_put(r);
	mod_delayed_work(p->wq, &ic->work, 0);
	return err;
}

/* A socket was closed: nobody wants to know any more. */
static void forget(struct vmh_partition *p, u32 portid)
{
	struct vmh_request *r, *next;
	struct vmh_ic *ic;
	LIST_HEAD(gone);

	spin_lock(&p->ic_lock);
	list_for_each_entry(ic, &p->ics, node) {
		/* What was sent was sent. */
		if (ic->sent && ic->sent->portid == portid)
			WRITE_ONCE(ic->sent->portid, 0);
		list_for_each_entry_safe(r, next, &ic->requests, node) {
			if (r->portid != portid)
				continue;
			list_move(&r->node, &gone);
			ic->waiting--;
		}
	}
	spin_unlock(&p->ic_lock);
	list_for_each_entry_safe(r, next, &gone, node)
		vmh_request_put(r);
}

static int socket_event(struct notifier_block *nb, unsigned long event,
			void *ptr)
{
	struct netlink_notify *closed = ptr;
	struct vmh_partition *p;
	struct vmh_net *vnet;

	if (event != NETLINK_URELEASE || closed->protocol != NETLINK_GENERIC)
		return NOTIFY_DONE;
	vnet = vmh_net(closed->net);
	mutex_lock(&vnet->lock);
	list_for_each_entry(p, &vnet->partitions, node)
		forget(p, closed->portid);
	mutex_unlock(&vnet->lock);
	return NOTIFY_DONE;
}

static struct notifier_block socket_notifier = {
	.notifier_call = socket_event,
};

/**
 * vmh_request_init() - begin to watch sockets close
 *
 * Return: 0, or a negative errno.
 */
int __init vmh_request_init(void)
{
	return netlink_register_notifier(&socket_notifier);
}

/**
 * vmh_request_uninit() - no more of that
 */
void vmh_request_uninit(void)
{
	netlink_unregister_notifier(&socket_notifier);
}
