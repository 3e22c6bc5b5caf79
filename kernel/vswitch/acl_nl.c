// SPDX-License-Identifier: GPL-2.0
/* ACLs in generic netlink: requests. Rules themselves are in acl_rule_nl.c. */
#include <linux/mm.h>
#include <linux/sort.h>

#include "acl.h"
#include "acl_nl.h"
#include "flow.h"
#include "netlink.h"
#include "txn.h"
#include "vswitch.h"

/**
 * struct request - the rules that a request names
 * @rules: each direction of each; ids are places in @attrs, plus one, until
 *	they are those of a list
 * @attrs: where they were found
 * @n: how many
 */
struct request {
	struct vsw_acl_rule *rules;
	const struct nlattr **attrs;
	u32 n;
};

static void request_free(struct request *req)
{
	kvfree(req->attrs);
	kvfree(req->rules);
}

static int request_alloc(struct request *req, struct genl_info *info)
{
	const struct nlattr *attr;
	u32 n = 0;
	int rem;

	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rem)
		n += nla_type(attr) == VSWITCH_A_ACL_RULE;
	if (!n) {
		NL_SET_ERR_MSG(info->extack, "which rules? rule is needed");
		NL_SET_ERR_ATTR_MISS(info->extack, NULL, VSWITCH_A_ACL_RULE);
		return -EINVAL;
	}
	req->rules = kvcalloc(2 * n, sizeof(*req->rules), GFP_KERNEL_ACCOUNT);
	req->attrs = kvcalloc(2 * n, sizeof(*req->attrs), GFP_KERNEL_ACCOUNT);
	if (req->rules && req->attrs)
		return 0;
	request_free(req);
	return -ENOMEM;
}

/* A rule of both directions is two. */
static void request_put(struct request *req, const struct vsw_acl_rule *rule,
			const struct nlattr *attr)
{
	u8 d, both = rule->direction == VSWITCH_ACL_DIRECTION_BOTH;

	for (d = 0; d <= both; d++) {
		req->rules[req->n] = *rule;
		if (both)
			req->rules[req->n].direction = d;
		req->attrs[req->n++] = attr;
	}
}

static int request_parse(struct request *req, struct genl_info *info,
			 int parse(struct vsw_acl_rule *rule,
				   const struct nlattr *attr,
				   struct netlink_ext_ack *extack))
{
	struct vsw_acl_rule rule;
	const struct nlattr *attr;
	int err, rem;

	err = request_alloc(req, info);
	if (err)
		return err;
	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rem) {
		if (nla_type(attr) != VSWITCH_A_ACL_RULE)
			continue;
		err = parse(&rule, attr, info->extack);
		if (err) {
			request_free(req);
			return err;
		}
		request_put(req, &rule, attr);
	}
	return 0;
}

static int compare(const void *a, const void *b)
{
	return vsw_acl_compare(a, b);
}

static struct vsw_quota *quota_of(struct genl_info *info)
{
	return vsw_net(genl_info_net(info))->quota;
}

/* Each of these changes all or nothing of what was stated of a port. */

static int add(struct vsw_policy *policy, const struct vsw_port *port,
	       struct genl_info *info, struct vsw_profile_changes *staged)
{
	struct vsw_acl *acl = NULL, *old = policy->acl;
	struct request req = {};
	u32 i, bad;
	int err;

	err = request_parse(&req, info, vsw_acl_rule_parse);
	if (err)
		return err;
	for (i = 0; i < req.n; i++)
		req.rules[i].id = i + 1;
	sort(req.rules, req.n, sizeof(*req.rules), compare, NULL);

	if (info->attrs[VSWITCH_A_ACL_REPLACE])
		policy->acl = NULL;
	bad = req.n;
	err = vsw_acl_add(&policy->acl, req.rules, req.n, quota_of(info),
			  staged, &bad, info->extack);
	if (info->attrs[VSWITCH_A_ACL_REPLACE]) {
		acl = err ? policy->acl : old;
		if (err)
			policy->acl = old;
		vsw_acl_put(acl);
	}
	if (!err) {
		policy->own |= VSWITCH_PORT_SETTING_ACL;
	} else {
		if (bad < req.n)
			NL_SET_BAD_ATTR(info->extack,
					req.attrs[req.rules[bad].id - 1]);
		for (i = 0; i < req.n; i++)
			vsw_meter_put(req.rules[i].meter);
	}
	request_free(&req);
	return err;
}

static void forget(struct vsw_policy *policy)
{
	vsw_acl_put(policy->acl);
	policy->acl = NULL;
	policy->own &= ~VSWITCH_PORT_SETTING_ACL;
}

static int del(struct vsw_policy *policy, const struct vsw_port *port,
	       struct genl_info *info, struct vsw_profile_changes *staged)
{
	struct request req = {};
	u32 bad;
	int err;

	err = request_parse(&req, info, vsw_acl_rule_parse_name);
	if (err)
		return err;
	bad = req.n;
	err = vsw_acl_del(&policy->acl, req.rules, req.n, &bad, info->extack);
	if (err && bad < req.n)
		NL_SET_BAD_ATTR(info->extack, req.attrs[bad]);
	if (!err && !policy->acl->nr)
		forget(policy);
	request_free(&req);
	return err;
}

static int flush(struct vsw_policy *policy, const struct vsw_port *port,
		 struct genl_info *info, struct vsw_profile_changes *staged)
{
	forget(policy);
	return 0;
}

/* The port that a request names, its switch locked. */
static struct vsw_port *lock_port(struct genl_info *info)
{
	struct vsw_port *port;
	struct nlattr *index;

	index = vsw_nl_required(info, VSWITCH_A_ACL_PORT,
				"which port? its ifindex is needed");
	if (!index)
		return ERR_PTR(-EINVAL);
	port = vsw_port_lock(genl_info_net(info), nla_get_u32(index), NULL,
			     info->extack);
	if (IS_ERR(port))
		NL_SET_BAD_ATTR(info->extack, index);
	return port;
}

static int change(struct genl_info *info, vsw_txn_change *how)
{
	struct nlattr *expect = info->attrs[VSWITCH_A_ACL_EXPECT_GENERATION];
	struct nlattr *txn = info->attrs[VSWITCH_A_ACL_TXN];
	struct vsw_policy policy;
	struct vsw_switch *sw;
	struct vsw_port *port;
	int err = 0;

	port = lock_port(info);
	if (IS_ERR(port))
		return PTR_ERR(port);
	sw = port->sw;
	if (expect)
		err = vsw_switch_check_generation(sw, nla_get_u32(expect),
						  info->extack);
	if (err) {
		NL_SET_BAD_ATTR(info->extack, expect);
		goto unlock;
	}
	if (txn) {
		err = vsw_txn_stage(info, port, txn, how);
		goto unlock;
	}
	vsw_policy_copy(&policy, &port->snap->own);
	err = how(&policy, port, info, NULL);
	if (!err)
		err = vsw_policy_change(port, &policy, info->extack);
	vsw_policy_free(&policy);
unlock:
	vsw_switch_unlock(sw);
	return err;
}

int vswitch_nl_acl_add_doit(struct sk_buff *skb, struct genl_info *info)
{
	return change(info, add);
}

int vswitch_nl_acl_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	return change(info, del);
}

int vswitch_nl_acl_flush_doit(struct sk_buff *skb, struct genl_info *info)
{
	return change(info, flush);
}

/* Which port, how many rules, and what they take. */
static int fill(struct sk_buff *skb, const struct vsw_port *port)
{
	const struct vsw_acl *acl = port->snap->policy.acl;
	const struct vsw_flows *flows = port->flows;

	if (nla_put_u32(skb, VSWITCH_A_ACL_PORT, port->dev->ifindex) ||
	    nla_put_u32(skb, VSWITCH_A_ACL_RULES, acl ? acl->nr : 0) ||
	    nla_put_u64_64bit(skb, VSWITCH_A_ACL_MEMORY, vsw_acl_bytes(acl),
			      VSWITCH_A_ACL_PAD))
		return -EMSGSIZE;
	if (flows && (nla_put_u32(skb, VSWITCH_A_ACL_FLOWS,
				  READ_ONCE(flows->nr_flows)) ||
		      nla_put_u32(skb, VSWITCH_A_ACL_FLOW_LIMIT,
				  VSW_FLOWS_MAX)))
		return -EMSGSIZE;
	return 0;
}

static struct sk_buff *summary(const struct vsw_port *port, u32 portid,
			       u32 seq, u8 cmd)
{
	struct sk_buff *skb = genlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	void *hdr;

	if (!skb)
		return ERR_PTR(-ENOMEM);
	hdr = genlmsg_put(skb, portid, seq, &vsw_genl_family, 0, cmd);
	if (!hdr || fill(skb, port)) {
		nlmsg_free(skb);
		return ERR_PTR(-EMSGSIZE);
	}
	genlmsg_end(skb, hdr);
	return skb;
}

/**
 * vsw_nl_acl_notify() - tell the group events that a port's rules changed
 * @port: the port
 *
 * Context: process; sw->lock.
 */
void vsw_nl_acl_notify(const struct vsw_port *port)
{
	struct net *net = dev_net(port->sw->dev);
	struct sk_buff *skb;

	if (!genl_has_listeners(&vsw_genl_family, net, VSWITCH_NLGRP_EVENTS))
		return;
	skb = summary(port, 0, 0, VSWITCH_CMD_ACL_NTF);
	if (IS_ERR(skb))
		vsw_nl_event_lost(net);
	else
		vsw_nl_event_send(net, skb, GFP_KERNEL);
}

int vswitch_nl_acl_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct vsw_port *port = lock_port(info);
	struct vsw_switch *sw;
	struct sk_buff *reply;

	if (IS_ERR(port))
		return PTR_ERR(port);
	sw = port->sw;
	reply = summary(port, info->snd_portid, info->snd_seq,
			VSWITCH_CMD_ACL_GET);
	vsw_switch_unlock(sw);
	return IS_ERR(reply) ? PTR_ERR(reply) : genlmsg_reply(reply, info);
}

/* Rules of a port, from cb->args[2] on, as many as there is room for. */
static int dump_port(struct sk_buff *skb, struct netlink_callback *cb,
		     const struct vsw_port *port)
{
	const struct vsw_acl *acl = port->snap->policy.acl;
	u32 nr = acl ? acl->nr : 0, at = cb->args[2];
	void *hdr;

	if (!nr)
		return 0;
	hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
			  &vsw_genl_family, NLM_F_MULTI, VSWITCH_CMD_ACL_GET);
	if (!hdr)
		return -EMSGSIZE;
	genl_dump_check_consistent(cb, hdr);
	if (fill(skb, port)) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	while (at < nr && !vsw_acl_rule_fill(skb, &acl->rules[at]))
		at++;
	if (at == cb->args[2]) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	cb->args[2] = at;
	return at < nr ? -EMSGSIZE : 0;
}

/* Ports from cb->args[1] on. */
static int dump_switch(struct sk_buff *skb, struct netlink_callback *cb,
		       struct vsw_switch *sw, u32 only)
{
	unsigned long index;
	struct vsw_port *port;
	int err = 0;

	mutex_lock(&sw->lock);
	xa_for_each_start(&sw->ports, index, port, cb->args[1]) {
		if (index != cb->args[1])
			cb->args[2] = 0;
		cb->args[1] = index;
		if (only && port->dev->ifindex != only)
			continue;
		err = dump_port(skb, cb, port);
		if (err)
			break;
		cb->args[1] = index + 1;
		cb->args[2] = 0;
	}
	mutex_unlock(&sw->lock);
	return err;
}

int vswitch_nl_acl_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct nlattr **attrs = vsw_genl_dump_attrs(cb);
	struct vsw_net *vnet = vsw_net(sock_net(skb->sk));
	struct vsw_switch *sw;
	u32 only = 0;
	int err = 0;

	if (attrs && attrs[VSWITCH_A_ACL_PORT])
		only = nla_get_u32(attrs[VSWITCH_A_ACL_PORT]);

	rtnl_lock();
	cb->seq = atomic_read(&vnet->seq);
	list_for_each_entry(sw, &vnet->switches, node) {
		if (!vsw_nl_dump_seek(cb, sw))
			continue;
		err = dump_switch(skb, cb, sw, only);
		if (err)
			break;
	}
	rtnl_unlock();
	return err && !skb->len ? err : skb->len;
}

int vswitch_nl_acl_get_start(struct netlink_callback *cb)
{
	cb->min_dump_alloc = SZ_64K;
	return 0;
}
