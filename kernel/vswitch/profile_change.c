// SPDX-License-Identifier: GPL-2.0
/*
 * Changes of profiles that are collected before they are made: those of a
 * transaction, or of one request alone.
 */
#include <linux/slab.h>

#include "netlink.h"
#include "txn.h"
#include "vswitch.h"

/**
 * struct change - what shall become of one profile
 * @node: in vsw_profile_changes.list
 * @profile: which; holds a reference
 * @what: what
 * @policy: its new settings
 */
struct change {
	struct list_head node;
	struct vsw_profile *profile;
	enum vsw_profile_change what;
	struct vsw_policy policy;
};

/**
 * vsw_profile_changes_init() - no changes
 * @changes: the changes
 */
void vsw_profile_changes_init(struct vsw_profile_changes *changes)
{
	memset(changes, 0, sizeof(*changes));
	INIT_LIST_HEAD(&changes->list);
}

static void drop_change(struct vsw_profile_changes *changes,
			struct change *change)
{
	list_del(&change->node);
	changes->count--;
	vsw_policy_free(&change->policy);
	vsw_profile_put(change->profile);
	kfree(change);
}

/**
 * vsw_profile_changes_free() - forget changes
 * @changes: the changes
 */
void vsw_profile_changes_free(struct vsw_profile_changes *changes)
{
	struct change *change, *next;

	list_for_each_entry_safe(change, next, &changes->list, node)
		drop_change(changes, change);
	vsw_profile_put(changes->fallback);
	changes->fallback = NULL;
}

static struct change *change_of(struct vsw_profile_changes *changes,
				const struct vsw_profile *profile)
{
	struct change *change;

	list_for_each_entry(change, &changes->list, node) {
		if (change->profile == profile)
			return change;
	}
	return NULL;
}

/**
 * vsw_profile_changes_find() - find a profile that there will be
 * @changes: what is to change before, or NULL
 * @sw: the switch
 * @name: the name
 *
 * Context: process; sw->lock.
 * Return: the profile, or NULL.
 */
struct vsw_profile *vsw_profile_changes_find(struct vsw_profile_changes *changes,
					     struct vsw_switch *sw,
					     const char *name)
{
	struct vsw_profile *profile;
	struct change *change;

	if (!changes)
		return vsw_profile_find(sw, name);
	list_for_each_entry(change, &changes->list, node) {
		if (change->what == VSW_PROFILE_ADD &&
		    !strcmp(change->profile->name, name))
			return change->profile;
	}
	profile = vsw_profile_find(sw, name);
	change = profile ? change_of(changes, profile) : NULL;
	return change && change->what == VSW_PROFILE_DEL ? NULL : profile;
}

/**
 * vsw_profile_changes_policy() - the settings that a profile will have
 * @changes: what is to change before
 * @profile: the profile
 *
 * Return: the settings.
 */
const struct vsw_policy *
vsw_profile_changes_policy(struct vsw_profile_changes *changes,
			   const struct vsw_profile *profile)
{
	struct change *change = change_of(changes, profile);

	return change ? &change->policy : &profile->policy;
}

static int add_change(struct vsw_profile_changes *changes,
		      struct vsw_profile *profile,
		      enum vsw_profile_change what,
		      const struct vsw_policy *policy,
		      struct netlink_ext_ack *extack)
{
	struct change *change;

	if (changes->count >= VSWITCH_PROFILES_MAX) {
		NL_SET_ERR_MSG(extack, "a transaction touches at most 1024 profiles");
		return -ENOSPC;
	}
	change = kzalloc(sizeof(*change), GFP_KERNEL_ACCOUNT);
	if (!change)
		return -ENOMEM;
	change->profile = vsw_profile_get(profile);
	change->what = what;
	if (policy)
		vsw_policy_copy(&change->policy, policy);
	list_add_tail(&change->node, &changes->list);
	changes->count++;
	return 0;
}

/**
 * vsw_profile_changes_add() - one more change
 * @changes: those before
 * @profile: the profile; see vsw_profile_changes_find()
 * @what: what shall become of it
 * @policy: its settings, copied; NULL with VSW_PROFILE_DEL
 * @extack: for the refusal
 *
 * Context: process.
 * Return: 0; -ENOMEM; -ENOSPC when these are too many.
 */
int vsw_profile_changes_add(struct vsw_profile_changes *changes,
			    struct vsw_profile *profile,
			    enum vsw_profile_change what,
			    const struct vsw_policy *policy,
			    struct netlink_ext_ack *extack)
{
	struct change *change = change_of(changes, profile);

	if (!change)
		return add_change(changes, profile, what, policy, extack);
	/* What was never there need not be deleted. */
	if (what == VSW_PROFILE_DEL && change->what == VSW_PROFILE_ADD) {
		drop_change(changes, change);
		return 0;
	}
	vsw_policy_free(&change->policy);
	memset(&change->policy, 0, sizeof(change->policy));
	if (what == VSW_PROFILE_DEL)
		change->what = VSW_PROFILE_DEL;
	else
		vsw_policy_copy(&change->policy, policy);
	return 0;
}

/**
 * vsw_profile_changes_edit() - one more change, of the settings as they are here
 * @changes: those before
 * @profile: the profile; see vsw_profile_changes_find()
 * @info: the request
 * @edit: makes the change, or refuses and changes nothing
 *
 * What many requests add to, such as a list of rules, is not copied each time.
 * Context: process.
 * Return: 0; -ENOMEM; -ENOSPC when these are too many; what @edit returned.
 */
int vsw_profile_changes_edit(struct vsw_profile_changes *changes,
			     struct vsw_profile *profile,
			     struct genl_info *info, vsw_txn_change *edit)
{
	struct change *change = change_of(changes, profile);
	bool is_new = !change;
	int err;

	if (is_new) {
		err = add_change(changes, profile, VSW_PROFILE_SET,
				 &profile->policy, info->extack);
		if (err)
			return err;
		change = change_of(changes, profile);
	}
	err = edit(&change->policy, NULL, info, changes);
	if (err && is_new)
		drop_change(changes, change);
	return err;
}

/**
 * vsw_profile_changes_default() - another default profile
 * @changes: the changes
 * @profile: the profile, or NULL for none
 */
void vsw_profile_changes_default(struct vsw_profile_changes *changes,
				 struct vsw_profile *profile)
{
	vsw_profile_get(profile);
	vsw_profile_put(changes->fallback);
	changes->fallback = profile;
	changes->has_default = true;
}

/**
 * vsw_profile_changes_stage() - stage changes in their switch
 * @changes: the changes
 * @sw: the switch
 * @extack: for the refusal
 *
 * vsw_policy_commit() makes them; on error, vsw_policy_abort() forgets them.
 * Context: process; sw->lock.
 * Return: 0 or a negative error.
 */
int vsw_profile_changes_stage(struct vsw_profile_changes *changes,
			      struct vsw_switch *sw,
			      struct netlink_ext_ack *extack)
{
	struct change *change;
	int err;

	/* Those that go make room for those that come. */
	list_for_each_entry(change, &changes->list, node) {
		if (change->what == VSW_PROFILE_DEL)
			vsw_profile_stage(sw, change->profile, change->what,
					  NULL, extack);
	}
	list_for_each_entry(change, &changes->list, node) {
		if (change->what == VSW_PROFILE_DEL)
			continue;
		err = vsw_profile_stage(sw, change->profile, change->what,
					&change->policy, extack);
		if (err)
			return err;
	}
	if (changes->has_default)
		vsw_profile_stage_default(sw, changes->fallback);
	return 0;
}

/**
 * vsw_profile_changes_make() - make changes at once
 * @changes: the changes
 * @sw: the switch
 * @extack: for the refusal
 *
 * Context: process; sw->lock.
 * Return: 0, or a negative error and then nothing has changed.
 */
int vsw_profile_changes_make(struct vsw_profile_changes *changes,
			     struct vsw_switch *sw,
			     struct netlink_ext_ack *extack)
{
	int err;

	err = vsw_profile_changes_stage(changes, sw, extack);
	if (!err)
		err = vsw_policy_commit(sw, extack);
	if (err)
		vsw_policy_abort(sw);
	return err;
}
