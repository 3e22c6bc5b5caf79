// SPDX-License-Identifier: GPL-2.0
/*
 * ACLs in generic netlink: changes. Rules themselves are in acl_rule_nl.c, whose
 * they are in acl_owner_nl.c, and what is said of them in acl_show_nl.c.
 */
#include <linux/mm.h>
#include <linux/sort.h>

#include "acl.h"
#include "acl_nl.h"
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
	req->rules = kvmalloc_array(2 * n, sizeof(*req->rules),
				    GFP_KERNEL_ACCOUNT);
	req->attrs = kvmalloc_array(2 * n, sizeof(*req->attrs),
				    GFP_KERNEL_ACCOUNT);
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

/* Into the order of a list, which those of a file often have already. */
static void request_sort(struct request *req)
{
	u32 i;

	for (i = 1; i < req->n; i++) {
		if (vsw_acl_compare(&req->rules[i - 1], &req->rules[i]) > 0) {
			sort(req->rules, req->n, sizeof(*req->rules), compare,
			     NULL);
			return;
		}
	}
}

static struct vsw_quota *quota_of(struct genl_info *info)
{
	return vsw_net(genl_info_net(info))->quota;
}

/*
 * Each of these changes all or nothing of what was stated of a port, or, without
 * one, of a profile.
 */

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
	request_sort(&req);

	if (info->attrs[VSWITCH_A_ACL_REPLACE])
		policy->acl = NULL;
	bad = req.n;
	err = vsw_acl_add(&policy->acl, req.rules, req.n, quota_of(info),
			  info->attrs[VSWITCH_A_ACL_TXN], &bad, info->extack);
	if (info->attrs[VSWITCH_A_ACL_REPLACE]) {
		acl = err ? policy->acl : old;
		if (err)
			policy->acl = old;
		vsw_acl_put(acl);
	}
	if (!err) {
		policy->own |= VSWITCH_PORT_SETTING_ACL;
	} else if (bad < req.n) {
		NL_SET_BAD_ATTR(info->extack,
				req.attrs[req.rules[bad].id - 1]);
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

	if (!policy->acl && port && !port->snap->own.acl &&
	    port->snap->policy.acl) {
		NL_SET_ERR_MSG_ATTR(info->extack,
				    info->attrs[VSWITCH_A_ACL_PORT],
				    "the port has no rules of its own: those that it has are deleted in its profile");
		return -ENOENT;
	}
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

/* An operation that changes a list. */
static vsw_txn_change *change_of(const struct genl_info *info)
{
	switch (info->genlhdr->cmd) {
	case VSWITCH_CMD_ACL_ADD:
		return add;
	case VSWITCH_CMD_ACL_DEL:
		return del;
	default:
		return flush;
	}
}

static int change_port(struct genl_info *info, struct vsw_port *port,
		       const struct nlattr *txn)
{
	struct vsw_policy policy;
	int err;

	if (txn)
		return vsw_txn_stage(info, port, txn, change_of(info));
	vsw_policy_copy(&policy, &port->snap->own);
	err = change_of(info)(&policy, port, info, NULL);
	if (!err)
		err = vsw_policy_change(port, &policy, info->extack);
	vsw_policy_free(&policy);
	return err;
}

/* One more change of a profile, on top of those before. */
static int collect(struct genl_info *info, struct vsw_switch *sw,
		   struct vsw_profile_changes *changes)
{
	struct vsw_profile *profile;

	profile = vsw_nl_profile_find(sw, info->attrs[VSWITCH_A_ACL_PROFILE],
				      changes, info->extack);
	if (IS_ERR(profile))
		return PTR_ERR(profile);
	return vsw_profile_changes_edit(changes, profile, info,
					change_of(info));
}

static int change(struct genl_info *info)
{
	struct nlattr *expect = info->attrs[VSWITCH_A_ACL_EXPECT_GENERATION];
	struct nlattr *txn = info->attrs[VSWITCH_A_ACL_TXN];
	struct vsw_acl_owner owner;
	struct vsw_switch *sw;
	struct vsw_port *port;
	int err;

	sw = vsw_acl_owner_lock(&owner, info, &port);
	if (IS_ERR(sw))
		return PTR_ERR(sw);
	err = vsw_nl_check_expected(info, sw, expect);
	if (!err && port)
		err = change_port(info, port, txn);
	else if (!err)
		err = vsw_nl_profile_change(info, sw, txn, collect);
	vsw_switch_unlock(sw);
	return err;
}

int vswitch_nl_acl_add_doit(struct sk_buff *skb, struct genl_info *info)
{
	return change(info);
}

int vswitch_nl_acl_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	return change(info);
}

int vswitch_nl_acl_flush_doit(struct sk_buff *skb, struct genl_info *info)
{
	return change(info);
}
