/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Before 6.2 a generic netlink family had one struct genl_ops for both the
 * do and the dump of a command, and no split ops. The generated tables are
 * split; vsw_genl_fold() makes of them what the running kernel registers.
 */
#ifndef _VSW_COMPAT_NET_GENETLINK_H
#define _VSW_COMPAT_NET_GENETLINK_H

#include_next <net/genetlink.h>
#include <linux/slab.h>
#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)

struct genl_split_ops {
	union {
		struct {
			int (*pre_doit)(const struct genl_split_ops *ops,
					struct sk_buff *skb,
					struct genl_info *info);
			int (*doit)(struct sk_buff *skb,
				    struct genl_info *info);
			void (*post_doit)(const struct genl_split_ops *ops,
					  struct sk_buff *skb,
					  struct genl_info *info);
		};
		struct {
			int (*start)(struct netlink_callback *cb);
			int (*dumpit)(struct sk_buff *skb,
				      struct netlink_callback *cb);
			int (*done)(struct netlink_callback *cb);
		};
	};
	const struct nla_policy *policy;
	unsigned int maxattr;
	u8 cmd;
	u8 internal_flags;
	u8 flags;
	u8 validate;
};

/* The policy of a command whose do and dump take different attributes. */
static inline int vsw_genl_merge(struct genl_ops *op,
				 const struct genl_split_ops *split)
{
	unsigned int max = max(op->maxattr, split->maxattr), i;
	struct nla_policy *both;

	both = kcalloc(max + 1, sizeof(*both), GFP_KERNEL);
	if (!both)
		return -ENOMEM;
	/* The members of an entry are const: copy it whole. */
	memcpy(both, op->policy, (op->maxattr + 1) * sizeof(*both));
	for (i = 0; i <= split->maxattr; i++) {
		if (split->policy[i].type)
			memcpy(&both[i], &split->policy[i], sizeof(*both));
	}
	op->maxattr = max;
	op->policy = both;
	return 0;
}

/**
 * vsw_genl_fold() - join the do and dump halves of each command
 * @family: the family to complete
 * @ops: zeroes, room for as many entries as @split has
 * @split: the generated table
 * @n: its length
 *
 * An unsplit command has one policy for both halves, so each then takes the
 * attributes of the other as well. Called once, before the family is
 * registered; what it allocates stays until vsw_genl_unfold().
 *
 * Return: 0 or -ENOMEM.
 */
static inline int vsw_genl_fold(struct genl_family *family,
				struct genl_ops *ops,
				const struct genl_split_ops *split,
				unsigned int n)
{
	struct genl_ops *op = ops;
	unsigned int i;
	int err;

	for (i = 0; i < n; i++) {
		if (i && split[i].cmd != op->cmd)
			op++;
		op->cmd = split[i].cmd;
		op->validate |= split[i].validate;
		op->flags |= split[i].flags &
			     ~(GENL_CMD_CAP_DO | GENL_CMD_CAP_DUMP);
		if (split[i].flags & GENL_CMD_CAP_DO) {
			op->doit = split[i].doit;
		} else {
			op->start = split[i].start;
			op->dumpit = split[i].dumpit;
			op->done = split[i].done;
		}
		if (!split[i].policy)
			continue;
		if (!op->policy) {
			op->maxattr = split[i].maxattr;
			op->policy = split[i].policy;
			continue;
		}
		err = vsw_genl_merge(op, &split[i]);
		if (err)
			return err;
	}
	family->ops = ops;
	family->n_ops = op - ops + 1;
	/* Every command is newer than strict validation: none is exempt. */
	family->resv_start_op = 0;
	return 0;
}

/**
 * vsw_genl_unfold() - free what vsw_genl_fold() allocated
 * @ops: as filled by it, in full or in part
 * @split: the generated table
 * @n: its length
 */
static inline void vsw_genl_unfold(struct genl_ops *ops,
				   const struct genl_split_ops *split,
				   unsigned int n)
{
	struct genl_ops *op;
	unsigned int i;

	for (op = ops; op < ops + n && op->cmd; op++) {
		for (i = 0; i < n; i++) {
			if (op->policy == split[i].policy)
				break;
		}
		if (i == n)
			kfree(op->policy);
	}
}

#else

static inline int vsw_genl_fold(struct genl_family *family,
				struct genl_ops *ops,
				const struct genl_split_ops *split,
				unsigned int n)
{
	family->split_ops = split;
	family->n_split_ops = n;
	return 0;
}

static inline void vsw_genl_unfold(struct genl_ops *ops,
				   const struct genl_split_ops *split,
				   unsigned int n)
{
}

#endif

/**
 * vsw_genl_dump_attrs() - the attributes of a dump request
 * @cb: the dump
 *
 * Return: the attributes by type, or NULL when the command takes none.
 */
static inline struct nlattr **vsw_genl_dump_attrs(struct netlink_callback *cb)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 7, 0)
	return genl_dumpit_info(cb)->attrs;
#else
	return genl_info_dump(cb)->attrs;
#endif
}

#endif
