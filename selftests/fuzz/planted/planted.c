// SPDX-License-Identifier: GPL-2.0
/*
 * Bugs for the netlink fuzzer to find, one at a time:
 *
 *	echo NAME > /sys/module/planted/parameters/bug
 *
 *	none	all is well
 *	oob	a nested range up to the last number there is writes behind the
 *		end of an array
 *	uaf	a deleted slot that had a label still has it when it is looked at
 *		again
 *	lock	moving a slot onto one that is taken, by force, does not take
 *		the lock
 *
 * Each takes what the switch's own requests take: nests, numbers at the end of
 * a range, several requests about the same thing. Never installed.
 */
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <net/genetlink.h>

#define SLOTS	8
#define MARKS	64

/* As planted.yaml numbers them. */
enum {
	RANGE_START = 1,
	RANGE_END,
	RANGE_MAX = RANGE_END,
};

enum {
	SLOT_NUMBER = 1,
	SLOT_LABEL,
	SLOT_RANGE,
	SLOT_TO,
	SLOT_FORCE,
	SLOT_MARKS,
	SLOT_MAX = SLOT_MARKS,
};

enum {
	CMD_GET = 1,
	CMD_SET,
	CMD_MOVE,
	CMD_DEL,
};

static char bug[8] = "none";
module_param_string(bug, bug, sizeof(bug), 0600);
MODULE_PARM_DESC(bug, "none, oob, uaf or lock");

/**
 * struct slot - what the requests are about
 * @label: its label, or NULL
 * @marks: which of 1 to 64 are marked; NULL where there is no slot
 */
struct slot {
	char *label;
	u8 *marks;
};

static DEFINE_MUTEX(slots_lock);
static struct slot slots[SLOTS];
static struct genl_family family;

static const struct nla_policy range_policy[RANGE_MAX + 1] = {
	[RANGE_START] = NLA_POLICY_RANGE(NLA_U16, 1, MARKS),
	[RANGE_END] = NLA_POLICY_RANGE(NLA_U16, 1, MARKS),
};

static const struct nla_policy slot_policy[SLOT_MAX + 1] = {
	[SLOT_NUMBER] = NLA_POLICY_MAX(NLA_U32, SLOTS - 1),
	[SLOT_LABEL] = { .type = NLA_NUL_STRING, .len = 15 },
	[SLOT_RANGE] = NLA_POLICY_NESTED(range_policy),
	[SLOT_TO] = NLA_POLICY_MAX(NLA_U32, SLOTS - 1),
	[SLOT_FORCE] = { .type = NLA_FLAG },
};

static bool has_bug(const char *name)
{
	/* "echo" leaves a newline. */
	return sysfs_streq(bug, name);
}

static struct slot *named(struct genl_info *info, int attr)
{
	if (info->attrs[attr])
		return &slots[nla_get_u32(info->attrs[attr])];
	GENL_SET_ERR_MSG(info, "which slot?");
	return NULL;
}

static void empty(struct slot *slot)
{
	lockdep_assert_held(&slots_lock);

	kfree(slot->label);
	kfree(slot->marks);
	slot->label = NULL;
	slot->marks = NULL;
}

static int fill(struct sk_buff *skb, struct slot *slot, u32 portid, u32 seq,
		int flags)
{
	u32 i, count = 0;
	void *hdr;

	hdr = genlmsg_put(skb, portid, seq, &family, flags, CMD_GET);
	if (!hdr)
		return -EMSGSIZE;
	for (i = 0; slot->marks && i < MARKS; i++)
		count += slot->marks[i];
	if (nla_put_u32(skb, SLOT_NUMBER, slot - slots) ||
	    (slot->label && nla_put_string(skb, SLOT_LABEL, slot->label)) ||
	    nla_put_u32(skb, SLOT_MARKS, count)) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

static int get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct slot *slot = named(info, SLOT_NUMBER);
	struct sk_buff *reply;
	int err;

	if (!slot)
		return -EINVAL;
	reply = genlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	if (!reply)
		return -ENOMEM;
	mutex_lock(&slots_lock);
	err = fill(reply, slot, info->snd_portid, info->snd_seq, 0);
	mutex_unlock(&slots_lock);
	if (err) {
		nlmsg_free(reply);
		return err;
	}
	return genlmsg_reply(reply, info);
}

static int get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	mutex_lock(&slots_lock);
	for (; cb->args[0] < SLOTS; cb->args[0]++) {
		if (slots[cb->args[0]].marks &&
		    fill(skb, &slots[cb->args[0]], NETLINK_CB(cb->skb).portid,
			 cb->nlh->nlmsg_seq, NLM_F_MULTI))
			break;
	}
	mutex_unlock(&slots_lock);
	return skb->len;
}

static int parse_range(u8 *marks, struct nlattr *attr,
		       struct netlink_ext_ack *extack)
{
	struct nlattr *tb[RANGE_MAX + 1];
	unsigned int i, start, end;
	int err;

	err = nla_parse_nested(tb, RANGE_MAX, attr, range_policy, extack);
	if (err)
		return err;
	if (!tb[RANGE_START] || !tb[RANGE_END]) {
		NL_SET_ERR_MSG(extack, "a range has a start and an end");
		return -EINVAL;
	}
	start = nla_get_u16(tb[RANGE_START]);
	end = nla_get_u16(tb[RANGE_END]);
	if (end < start) {
		NL_SET_ERR_MSG(extack, "a range does not run backwards");
		return -EINVAL;
	}
	/* The array begins with number 1, or so it should. */
	if (!has_bug("oob")) {
		start--;
		end--;
	}
	for (i = start; i <= end; i++)
		marks[i] = 1;
	return 0;
}

static int set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct slot *slot = named(info, SLOT_NUMBER);
	struct slot new = {};
	struct nlattr *attr;
	int err = 0, rem;

	if (!slot)
		return -EINVAL;
	new.marks = kzalloc(MARKS, GFP_KERNEL);
	if (!new.marks)
		return -ENOMEM;
	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rem) {
		if (nla_type(attr) == SLOT_RANGE)
			err = parse_range(new.marks, attr, info->extack);
		if (err)
			goto free;
	}
	if (info->attrs[SLOT_LABEL]) {
		new.label = nla_strdup(info->attrs[SLOT_LABEL], GFP_KERNEL);
		if (!new.label) {
			err = -ENOMEM;
			goto free;
		}
	}
	mutex_lock(&slots_lock);
	empty(slot);
	*slot = new;
	mutex_unlock(&slots_lock);
	return 0;

free:
	kfree(new.marks);
	return err;
}

static void move(struct slot *to, struct slot *from)
{
	empty(to);
	*to = *from;
	memset(from, 0, sizeof(*from));
}

static int move_doit(struct sk_buff *skb, struct genl_info *info)
{
	bool force = nla_get_flag(info->attrs[SLOT_FORCE]);
	struct slot *from = named(info, SLOT_NUMBER);
	struct slot *to = named(info, SLOT_TO);
	int err = 0;

	if (!from || !to)
		return -EINVAL;
	mutex_lock(&slots_lock);
	if (!from->marks || from == to || (to->marks && !force)) {
		GENL_SET_ERR_MSG(info, "there is no slot, or one too many");
		err = -EINVAL;
		goto unlock;
	}
	if (to->marks && has_bug("lock")) {
		mutex_unlock(&slots_lock);
		move(to, from);
		return 0;
	}
	move(to, from);
unlock:
	mutex_unlock(&slots_lock);
	return err;
}

static int del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct slot *slot = named(info, SLOT_NUMBER);
	char *stale;

	if (!slot)
		return -EINVAL;
	mutex_lock(&slots_lock);
	stale = has_bug("uaf") ? slot->label : NULL;
	empty(slot);
	slot->label = stale;
	mutex_unlock(&slots_lock);
	return 0;
}

static const struct genl_ops ops[] = {
	{ .cmd = CMD_GET, .doit = get_doit, .dumpit = get_dumpit },
	{ .cmd = CMD_SET, .doit = set_doit, .flags = GENL_ADMIN_PERM },
	{ .cmd = CMD_MOVE, .doit = move_doit, .flags = GENL_ADMIN_PERM },
	{ .cmd = CMD_DEL, .doit = del_doit, .flags = GENL_ADMIN_PERM },
};

static struct genl_family family __ro_after_init = {
	.name		= "vsw_planted",
	.version	= 1,
	.maxattr	= SLOT_MAX,
	.policy		= slot_policy,
	.netnsok	= true,
	.parallel_ops	= true,
	.module		= THIS_MODULE,
	.ops		= ops,
	.n_ops		= ARRAY_SIZE(ops),
	.resv_start_op	= CMD_DEL + 1,
};

static int __init planted_init(void)
{
	return genl_register_family(&family);
}

static void __exit planted_exit(void)
{
	int i;

	genl_unregister_family(&family);
	mutex_lock(&slots_lock);
	for (i = 0; i < SLOTS; i++) {
		/* What is stale was freed before. */
		if (!slots[i].marks)
			slots[i].label = NULL;
		empty(&slots[i]);
	}
	mutex_unlock(&slots_lock);
}

module_init(planted_init);
module_exit(planted_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Bugs for the netlink fuzzer to find");
