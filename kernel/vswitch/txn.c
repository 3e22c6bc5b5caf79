// SPDX-License-Identifier: GPL-2.0
/*
 * Transactions. One netlink message holds little, so a large change comes in
 * many: begin, any number of messages about ports, ACLs and profiles that name
 * the transaction, and a commit that publishes them in one table, or refuses and
 * changes nothing.
 *
 * A transaction belongs to the socket that began it and dies with it. It is
 * bound to the generation that the switch had then: when anything else changes
 * the switch first, staging and commit are refused, so that no change is lost
 * and no port that is gone is touched.
 *
 * Lock order: sw->lock, txn_lock.
 */
#include <linux/module.h>
#include <linux/slab.h>

#include "netlink.h"
#include "txn.h"
#include "vswitch.h"

/**
 * struct vsw_txn - a transaction
 * @node: in txns
 * @net: netns of the socket
 * @portid: the socket
 * @id: how the socket calls it
 * @ifindex: the switch
 * @cookie: makes sure that it is still that switch
 * @generation: what it was when the transaction began
 * @staged: struct staged by index of the port
 * @count: how many those are
 * @profiles: changes of profiles
 */
struct vsw_txn {
	struct list_head node;
	struct net *net;
	u32 portid;
	u32 id;
	u32 ifindex;
	u64 cookie;
	u32 generation;
	struct xarray staged;
	u32 count;
	struct vsw_profile_changes profiles;
};

/**
 * struct staged - what a port is to become
 * @port: the port; there as long as the generation is what it was
 * @policy: its new settings
 */
struct staged {
	struct vsw_port *port;
	struct vsw_policy policy;
};

static DEFINE_MUTEX(txn_lock);
static LIST_HEAD(txns);
static u32 last_id;

static void txn_free(struct vsw_txn *txn)
{
	struct staged *staged;
	unsigned long index;

	xa_for_each(&txn->staged, index, staged) {
		vsw_policy_free(&staged->policy);
		kfree(staged);
	}
	xa_destroy(&txn->staged);
	vsw_profile_changes_free(&txn->profiles);
	kfree(txn);
}

static struct vsw_txn *txn_find(struct genl_info *info, u32 id)
{
	struct vsw_txn *txn;

	lockdep_assert_held(&txn_lock);

	list_for_each_entry(txn, &txns, node) {
		if (txn->id == id && txn->portid == info->snd_portid &&
		    net_eq(txn->net, genl_info_net(info)))
			return txn;
	}
	NL_SET_ERR_MSG(info->extack, "this socket has no such transaction");
	return NULL;
}

/* Has nothing happened to the switch since the transaction began? */
static int txn_check(struct vsw_txn *txn, struct vsw_switch *sw,
		     struct netlink_ext_ack *extack)
{
	lockdep_assert_held(&sw->lock);

	if (txn->cookie != sw->cookie) {
		NL_SET_ERR_MSG(extack, "the transaction is about another switch");
		return -EINVAL;
	}
	return vsw_switch_check_generation(sw, txn->generation, extack);
}

/**
 * vsw_txn_begin() - begin a transaction
 * @info: the request; its socket becomes the owner
 * @sw: the switch
 * @id: set to the transaction's name
 *
 * Context: process; sw->lock.
 * Return: 0; -ENOMEM; -ENOSPC when the netns has too many.
 */
int vsw_txn_begin(struct genl_info *info, struct vsw_switch *sw, u32 *id)
{
	struct vsw_txn *txn, *other;
	unsigned int count = 0;

	lockdep_assert_held(&sw->lock);

	txn = kzalloc(sizeof(*txn), GFP_KERNEL_ACCOUNT);
	if (!txn) {
		NL_SET_ERR_MSG(info->extack, "no memory for a transaction");
		return -ENOMEM;
	}
	txn->net = genl_info_net(info);
	txn->portid = info->snd_portid;
	txn->ifindex = sw->dev->ifindex;
	txn->cookie = sw->cookie;
	txn->generation = vsw_dereference(sw)->generation;
	xa_init(&txn->staged);
	vsw_profile_changes_init(&txn->profiles);

	mutex_lock(&txn_lock);
	list_for_each_entry(other, &txns, node)
		count += net_eq(other->net, txn->net);
	if (count >= VSW_TXN_PER_NETNS) {
		mutex_unlock(&txn_lock);
		kfree(txn);
		NL_SET_ERR_MSG(info->extack,
			       "this netns has 16 transactions open: commit or abort one");
		return -ENOSPC;
	}
	txn->id = ++last_id ?: ++last_id;
	*id = txn->id;
	list_add_tail(&txn->node, &txns);
	mutex_unlock(&txn_lock);
	return 0;
}

/* A new place for a port in a transaction, with its present settings. */
static struct staged *stage_port(struct vsw_txn *txn, struct vsw_port *port,
				 struct netlink_ext_ack *extack)
{
	struct staged *staged;
	int err;

	if (txn->count >= VSWITCH_TXN_MAX_PORTS) {
		NL_SET_ERR_MSG(extack, "a transaction touches at most 4096 ports");
		return ERR_PTR(-ENOSPC);
	}
	staged = kzalloc(sizeof(*staged), GFP_KERNEL_ACCOUNT);
	if (!staged)
		return ERR_PTR(-ENOMEM);
	staged->port = port;
	vsw_policy_copy(&staged->policy, &port->snap->own);
	err = xa_err(xa_store(&txn->staged, port->index, staged,
			      GFP_KERNEL_ACCOUNT));
	if (err) {
		vsw_policy_free(&staged->policy);
		kfree(staged);
		return ERR_PTR(err);
	}
	txn->count++;
	return staged;
}

static void unstage_port(struct vsw_txn *txn, struct staged *staged)
{
	xa_erase(&txn->staged, staged->port->index);
	vsw_policy_free(&staged->policy);
	kfree(staged);
	txn->count--;
}

/* The transaction of a request, if the request fits it. */
static struct vsw_txn *txn_of(struct genl_info *info, const struct nlattr *id,
			      struct vsw_switch *sw)
{
	struct vsw_txn *txn;
	int err = -ENOENT;

	txn = txn_find(info, nla_get_u32(id));
	if (txn)
		err = txn_check(txn, sw, info->extack);
	if (!err)
		return txn;
	NL_SET_BAD_ATTR(info->extack, id);
	return ERR_PTR(err);
}

/**
 * vsw_txn_profiles() - what a transaction has about profiles
 * @info: the request
 * @id: which transaction it is part of
 * @sw: the switch that it is about
 *
 * vsw_txn_profiles_end() ends the use of it.
 * Context: process; sw->lock.
 * Return: the changes, to add some, or ERR_PTR and nothing to end.
 */
struct vsw_profile_changes *vsw_txn_profiles(struct genl_info *info,
					     struct nlattr *id,
					     struct vsw_switch *sw)
{
	struct vsw_txn *txn;

	lockdep_assert_held(&sw->lock);

	mutex_lock(&txn_lock);
	txn = txn_of(info, id, sw);
	if (!IS_ERR(txn))
		return &txn->profiles;
	mutex_unlock(&txn_lock);
	return ERR_CAST(txn);
}

/**
 * vsw_txn_profiles_end() - end what vsw_txn_profiles() began
 */
void vsw_txn_profiles_end(void)
{
	mutex_unlock(&txn_lock);
}

/**
 * vsw_txn_stage() - add a request to its transaction
 * @info: the request
 * @port: the port that it names
 * @id: the attribute that names the transaction
 * @change: makes the change
 *
 * A request that is refused leaves what was staged before as it was.
 * Context: process; sw->lock.
 * Return: 0 or a negative error.
 */
int vsw_txn_stage(struct genl_info *info, struct vsw_port *port,
		  const struct nlattr *id, vsw_txn_change *change)
{
	struct staged *staged;
	struct vsw_txn *txn;
	bool is_new;
	int err;

	lockdep_assert_held(&port->sw->lock);

	mutex_lock(&txn_lock);
	txn = txn_of(info, id, port->sw);
	if (IS_ERR(txn)) {
		err = PTR_ERR(txn);
		goto unlock;
	}
	staged = xa_load(&txn->staged, port->index);
	is_new = !staged;
	if (is_new)
		staged = stage_port(txn, port, info->extack);
	if (IS_ERR(staged)) {
		err = PTR_ERR(staged);
		goto unlock;
	}
	err = change(&staged->policy, port, info, &txn->profiles);
	if (err && is_new)
		unstage_port(txn, staged);
unlock:
	mutex_unlock(&txn_lock);
	return err;
}

/* Take a transaction away from its socket. */
static struct vsw_txn *txn_take(struct genl_info *info, u32 id)
{
	struct vsw_txn *txn;

	mutex_lock(&txn_lock);
	txn = txn_find(info, id);
	if (txn)
		list_del(&txn->node);
	mutex_unlock(&txn_lock);
	return txn;
}

static int stage_ports(struct vsw_txn *txn)
{
	struct staged *staged;
	unsigned long index;
	int err;

	xa_for_each(&txn->staged, index, staged) {
		err = vsw_policy_stage(staged->port, &staged->policy);
		if (err)
			return err;
	}
	return 0;
}

/**
 * vsw_txn_commit() - make all that was staged take effect
 * @info: the request
 * @id: the transaction; gone afterwards, refused or not
 * @generation: set to the switch's new generation
 *
 * Context: process.
 * Return: 0, or a negative error and then nothing has changed.
 */
int vsw_txn_commit(struct genl_info *info, u32 id, u32 *generation)
{
	struct vsw_txn *txn = txn_take(info, id);
	struct vsw_switch *sw;
	int err;

	if (!txn)
		return -ENOENT;
	sw = vsw_switch_lock(txn->net, txn->ifindex, info->extack);
	if (IS_ERR(sw)) {
		err = PTR_ERR(sw);
		goto free;
	}
	err = txn_check(txn, sw, info->extack);
	if (err)
		goto unlock;
	err = vsw_profile_changes_stage(&txn->profiles, sw, info->extack);
	if (!err)
		err = stage_ports(txn);
	if (!err && (txn->count || sw->profiles.staged))
		err = vsw_policy_commit(sw, info->extack);
	if (err)
		vsw_policy_abort(sw);
	else if (txn->profiles.has_default)
		vsw_nl_switch_notify(sw, VSWITCH_CMD_SWITCH_NTF);
	*generation = vsw_dereference(sw)->generation;
unlock:
	vsw_switch_unlock(sw);
free:
	txn_free(txn);
	return err;
}

/**
 * vsw_txn_abort() - forget a transaction
 * @info: the request
 * @id: the transaction
 *
 * Context: process.
 * Return: 0 or -ENOENT.
 */
int vsw_txn_abort(struct genl_info *info, u32 id)
{
	struct vsw_txn *txn = txn_take(info, id);

	if (!txn)
		return -ENOENT;
	txn_free(txn);
	return 0;
}

/* A socket was closed: what it had begun is over. */
static int socket_event(struct notifier_block *nb, unsigned long event,
			void *ptr)
{
	struct netlink_notify *closed = ptr;
	struct vsw_txn *txn, *next;
	LIST_HEAD(gone);

	if (event != NETLINK_URELEASE || closed->protocol != NETLINK_GENERIC)
		return NOTIFY_DONE;

	mutex_lock(&txn_lock);
	list_for_each_entry_safe(txn, next, &txns, node) {
		if (txn->portid == closed->portid &&
		    net_eq(txn->net, closed->net))
			list_move(&txn->node, &gone);
	}
	mutex_unlock(&txn_lock);
	list_for_each_entry_safe(txn, next, &gone, node)
		txn_free(txn);
	return NOTIFY_DONE;
}

static struct notifier_block socket_notifier = {
	.notifier_call = socket_event,
};

/**
 * vsw_txn_init() - begin to watch sockets close
 *
 * Return: 0, or a negative errno.
 */
int __init vsw_txn_init(void)
{
	return netlink_register_notifier(&socket_notifier);
}

/**
 * vsw_txn_uninit() - end all transactions
 *
 * The family is gone, so no new one can begin.
 */
void vsw_txn_uninit(void)
{
	struct vsw_txn *txn, *next;

	netlink_unregister_notifier(&socket_notifier);
	list_for_each_entry_safe(txn, next, &txns, node)
		txn_free(txn);
}
