// SPDX-License-Identifier: GPL-2.0
/* Profiles in generic netlink. */
#include "acl.h"
#include "netlink.h"
#include "txn.h"
#include "vswitch.h"

/* Called with sw->lock held. */
static int fill(struct sk_buff *skb, struct vsw_switch *sw,
		const struct vsw_profile *profile, u32 portid, u32 seq,
		int flags, u8 cmd, struct netlink_callback *cb)
{
	void *hdr;

	lockdep_assert_held(&sw->lock);

	hdr = genlmsg_put(skb, portid, seq, &vsw_genl_family, flags, cmd);
	if (!hdr)
		return -EMSGSIZE;
	if (cb)
		genl_dump_check_consistent(cb, hdr);

	if (nla_put_u32(skb, VSWITCH_A_PORT_SWITCH, sw->dev->ifindex) ||
	    nla_put_string(skb, VSWITCH_A_PORT_PROFILE, profile->name) ||
	    vsw_policy_fill_own(skb, &profile->policy) ||
	    (profile == rcu_access_pointer(sw->profiles.fallback) &&
	     nla_put_string(skb, VSWITCH_A_PORT_DEFAULT_PROFILE,
			    profile->name)) ||
	    nla_put_u32(skb, VSWITCH_A_PORT_OWN, profile->policy.own) ||
	    nla_put_u32(skb, VSWITCH_A_PORT_USERS,
			vsw_profile_users(sw, profile)) ||
	    (profile->policy.acl &&
	     nla_put_u32(skb, VSWITCH_A_PORT_ACL_RULES,
			 profile->policy.acl->nr))) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

/* As for ports: made again, larger, if a page was too small. */
static struct sk_buff *fill_new(struct vsw_switch *sw,
				const struct vsw_profile *profile, u32 portid,
				u32 seq, u8 cmd)
{
	size_t size = NLMSG_GOODSIZE;
	struct sk_buff *skb;

	for (; size <= SZ_256K; size *= 4) {
		skb = genlmsg_new(size, GFP_KERNEL);
		if (!skb)
			return ERR_PTR(-ENOMEM);
		if (!fill(skb, sw, profile, portid, seq, 0, cmd, NULL))
			return skb;
		nlmsg_free(skb);
	}
	return ERR_PTR(-EMSGSIZE);
}

/**
 * vsw_nl_profile_notify() - tell the group events of a profile
 * @sw: the switch
 * @profile: the profile
 * @cmd: VSWITCH_CMD_PROFILE_NTF or VSWITCH_CMD_PROFILE_DEL_NTF
 *
 * Context: process; sw->lock.
 */
void vsw_nl_profile_notify(struct vsw_switch *sw,
			   const struct vsw_profile *profile, u8 cmd)
{
	struct net *net = dev_net(sw->dev);
	struct sk_buff *skb;

	if (!genl_has_listeners(&vsw_genl_family, net, VSWITCH_NLGRP_EVENTS))
		return;
	skb = fill_new(sw, profile, 0, 0, cmd);
	if (IS_ERR(skb))
		vsw_nl_event_lost(net);
	else
		vsw_nl_event_send(net, skb, GFP_KERNEL);
}

/* A name is a word wherever it is shown. */
static bool is_word(const char *name)
{
	const u8 *p;

	for (p = name; *p; p++) {
		if (*p <= ' ' || *p == 0x7f)
			return false;
	}
	return true;
}

/**
 * vsw_nl_profile_find() - find the profile that a request names
 * @sw: the switch
 * @name: the attribute with its name
 * @changes: what is to become of profiles before, or NULL
 * @extack: names the attribute
 *
 * Context: process; sw->lock.
 * Return: the profile, or ERR_PTR(-ENOENT).
 */
struct vsw_profile *vsw_nl_profile_find(struct vsw_switch *sw,
					const struct nlattr *name,
					struct vsw_profile_changes *changes,
					struct netlink_ext_ack *extack)
{
	struct vsw_profile *profile;

	profile = vsw_profile_changes_find(changes, sw, nla_data(name));
	if (profile)
		return profile;
	NL_SET_ERR_MSG_ATTR(extack, name,
			    "the switch has no profile of that name");
	return ERR_PTR(-ENOENT);
}

/**
 * vsw_nl_profile_refer() - let a port refer to the profile that a request names
 * @policy: the settings of the port; unchanged if the request names none
 * @info: the request
 * @sw: the switch
 * @changes: what is to become of its profiles before, or NULL
 *
 * Context: process; sw->lock.
 * Return: 0 or -ENOENT.
 */
int vsw_nl_profile_refer(struct vsw_policy *policy, struct genl_info *info,
			 struct vsw_switch *sw,
			 struct vsw_profile_changes *changes)
{
	struct nlattr *name = info->attrs[VSWITCH_A_PORT_PROFILE];
	struct vsw_profile *profile = NULL;

	if (!name)
		return 0;
	if (*(char *)nla_data(name)) {
		profile = vsw_nl_profile_find(sw, name, changes, info->extack);
		if (IS_ERR(profile))
			return PTR_ERR(profile);
	}
	vsw_profile_put(policy->profile);
	policy->profile = vsw_profile_get(profile);
	return 0;
}

/* The switch that a request is about, locked. */
static struct vsw_switch *lock_switch(struct genl_info *info)
{
	struct vsw_switch *sw;
	struct nlattr *index;

	index = vsw_nl_required(info, VSWITCH_A_PORT_SWITCH,
				"a profile of which switch? its ifindex is needed");
	if (!index)
		return ERR_PTR(-EINVAL);
	if (!vsw_nl_required(info, VSWITCH_A_PORT_PROFILE,
			     "which profile? its name is needed"))
		return ERR_PTR(-EINVAL);
	sw = vsw_switch_lock(genl_info_net(info), nla_get_u32(index),
			     info->extack);
	if (IS_ERR(sw))
		NL_SET_BAD_ATTR(info->extack, index);
	return sw;
}

int vswitch_nl_profile_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct vsw_switch *sw = lock_switch(info);
	struct vsw_profile *profile;
	struct sk_buff *reply;

	if (IS_ERR(sw))
		return PTR_ERR(sw);
	profile = vsw_nl_profile_find(sw, info->attrs[VSWITCH_A_PORT_PROFILE],
				      NULL, info->extack);
	if (IS_ERR(profile))
		reply = ERR_CAST(profile);
	else
		reply = fill_new(sw, profile, info->snd_portid, info->snd_seq,
				 VSWITCH_CMD_PROFILE_GET);
	vsw_switch_unlock(sw);
	return IS_ERR(reply) ? PTR_ERR(reply) : genlmsg_reply(reply, info);
}

/* Dump the profiles of one switch from an id on. */
static int dump_switch(struct sk_buff *skb, struct netlink_callback *cb,
		       struct vsw_switch *sw)
{
	struct vsw_profile *profile;
	unsigned long id;
	int err = 0;

	mutex_lock(&sw->lock);
	xa_for_each_start(&sw->profiles.all, id, profile, cb->args[1]) {
		err = fill(skb, sw, profile, NETLINK_CB(cb->skb).portid,
			   cb->nlh->nlmsg_seq, NLM_F_MULTI,
			   VSWITCH_CMD_PROFILE_GET, cb);
		if (err)
			break;
		cb->args[1] = id + 1;
	}
	mutex_unlock(&sw->lock);
	return err;
}

int vswitch_nl_profile_get_dumpit(struct sk_buff *skb,
				  struct netlink_callback *cb)
{
	struct nlattr **attrs = vsw_genl_dump_attrs(cb);
	struct net *net = sock_net(skb->sk);
	struct vsw_net *vnet = vsw_net(net);
	struct vsw_switch *sw;
	u32 only = 0;
	int err = 0;

	if (attrs && attrs[VSWITCH_A_PORT_SWITCH])
		only = nla_get_u32(attrs[VSWITCH_A_PORT_SWITCH]);

	rtnl_lock();
	cb->seq = atomic_read(&vnet->seq);
	list_for_each_entry(sw, &vnet->switches, node) {
		if (!vsw_nl_dump_seek(cb, sw) ||
		    (only && sw->dev->ifindex != only))
			continue;
		err = dump_switch(skb, cb, sw);
		if (err)
			break;
	}
	rtnl_unlock();
	return err && !skb->len ? err : skb->len;
}

/* The settings of one profile have to fit into one message: 49 KiB of VLANs. */
int vswitch_nl_profile_get_start(struct netlink_callback *cb)
{
	cb->min_dump_alloc = SZ_64K;
	return 0;
}

/* One more change, on top of those before. */
static int add(struct genl_info *info, struct vsw_switch *sw,
	       struct vsw_profile_changes *changes)
{
	struct nlattr *name = info->attrs[VSWITCH_A_PORT_PROFILE];
	struct vsw_profile *profile;
	struct vsw_policy policy;
	int err;

	if (!*(char *)nla_data(name) || !is_word(nla_data(name))) {
		NL_SET_ERR_MSG_ATTR(info->extack, name,
				    "the name of a profile has 1 to 63 characters and no blanks");
		return -EINVAL;
	}
	if (vsw_profile_changes_find(changes, sw, nla_data(name))) {
		NL_SET_ERR_MSG_ATTR(info->extack, name,
				    "the switch has a profile of that name already");
		return -EEXIST;
	}
	profile = vsw_profile_alloc(nla_data(name));
	if (!profile)
		return -ENOMEM;
	vsw_policy_copy(&policy, &profile->policy);
	err = vsw_policy_parse_settings(&policy, VSWITCH_PORT_ROLE_GUEST,
					info->attrs, info->extack);
	if (!err)
		err = vsw_profile_changes_add(changes, profile, VSW_PROFILE_ADD,
					      &policy, info->extack);
	vsw_policy_free(&policy);
	vsw_profile_put(profile);
	return err;
}

static int set(struct genl_info *info, struct vsw_profile *profile,
	       struct vsw_profile_changes *changes)
{
	struct vsw_policy policy;
	int err;

	vsw_policy_copy(&policy, vsw_profile_changes_policy(changes, profile));
	err = vsw_policy_parse_settings(&policy, VSWITCH_PORT_ROLE_GUEST,
					info->attrs, info->extack);
	if (!err)
		err = vsw_profile_changes_add(changes, profile, VSW_PROFILE_SET,
					      &policy, info->extack);
	vsw_policy_free(&policy);
	return err;
}

static int collect(struct genl_info *info, struct vsw_switch *sw,
		   struct vsw_profile_changes *changes)
{
	struct nlattr *name = info->attrs[VSWITCH_A_PORT_PROFILE];
	struct vsw_profile *profile;

	if (info->genlhdr->cmd == VSWITCH_CMD_PROFILE_ADD)
		return add(info, sw, changes);
	profile = vsw_nl_profile_find(sw, name, changes, info->extack);
	if (IS_ERR(profile))
		return PTR_ERR(profile);
	if (info->genlhdr->cmd == VSWITCH_CMD_PROFILE_SET)
		return set(info, profile, changes);
	return vsw_profile_changes_add(changes, profile, VSW_PROFILE_DEL, NULL,
				       info->extack);
}

/**
 * vsw_nl_profile_change() - change profiles, or leave that to a transaction
 * @info: the request
 * @sw: the switch
 * @txn: the attribute that names the transaction, or NULL
 * @collect: adds what the request says to the changes before, or refuses
 *
 * Context: process; sw->lock.
 * Return: 0, or a negative error and then nothing has changed.
 */
int vsw_nl_profile_change(struct genl_info *info, struct vsw_switch *sw,
			  struct nlattr *txn, vsw_nl_profile_collect *collect)
{
	struct vsw_profile_changes one, *changes;
	int err;

	if (txn) {
		changes = vsw_txn_profiles(info, txn, sw);
		if (IS_ERR(changes))
			return PTR_ERR(changes);
		err = collect(info, sw, changes);
		vsw_txn_profiles_end();
		return err;
	}
	vsw_profile_changes_init(&one);
	err = collect(info, sw, &one);
	if (!err)
		err = vsw_profile_changes_make(&one, sw, info->extack);
	vsw_profile_changes_free(&one);
	return err;
}

/* What a refusal is about that does not say so: the profile, or its VLANs. */
static void blame(struct genl_info *info, int err)
{
	struct nlattr **attrs = info->attrs;
	struct nlattr *attr = attrs[VSWITCH_A_PORT_PROFILE];

	/* Ports would contradict each other about a private VLAN. */
	if (err == -EEXIST || err == -EINVAL)
		attr = attrs[VSWITCH_A_PORT_PVLAN] ?:
		       attrs[VSWITCH_A_PORT_UNSET] ?: attr;
	if (err != -ENOMEM)
		vsw_nl_blame(info->extack, attr);
}

static int change(struct genl_info *info)
{
	struct nlattr *expect = info->attrs[VSWITCH_A_PORT_EXPECT_GENERATION];
	struct vsw_switch *sw = lock_switch(info);
	int err;

	if (IS_ERR(sw))
		return PTR_ERR(sw);
	err = vsw_nl_check_expected(info, sw, expect);
	if (!err)
		err = vsw_nl_profile_change(info, sw,
					    info->attrs[VSWITCH_A_PORT_TXN],
					    collect);
	if (err)
		blame(info, err);
	vsw_switch_unlock(sw);
	return err;
}

int vswitch_nl_profile_add_doit(struct sk_buff *skb, struct genl_info *info)
{
	return change(info);
}

int vswitch_nl_profile_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	return change(info);
}

int vswitch_nl_profile_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	return change(info);
}
