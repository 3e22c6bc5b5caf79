/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Profiles: settings under a name, which ports of a switch refer to. What is
 * not set on a port itself comes from its profile, then from the default
 * profile of the switch, and else is what it is when nobody says anything.
 */
#ifndef _VSW_PROFILE_H
#define _VSW_PROFILE_H

#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/xarray.h>

#include "policy.h"
#include "txn.h"

struct netlink_ext_ack;
struct vsw_port;
struct vsw_switch;

/**
 * enum vsw_profile_change - what a commit is to do with a profile
 * @VSW_PROFILE_KEEP: nothing
 * @VSW_PROFILE_ADD: it is new
 * @VSW_PROFILE_SET: its settings change
 * @VSW_PROFILE_DEL: it goes
 */
enum vsw_profile_change {
	VSW_PROFILE_KEEP,
	VSW_PROFILE_ADD,
	VSW_PROFILE_SET,
	VSW_PROFILE_DEL,
};

/**
 * struct vsw_profile - a profile
 * @ref: its switch, policies that refer to it, and staged changes
 * @id: its place in vsw_profiles.all
 * @change: staged, for the commit
 * @policy: its settings, those in @policy.own
 * @next: what they are to be, with VSW_PROFILE_ADD and VSW_PROFILE_SET
 * @name: how ports refer to it
 *
 * @rcu: who only shows the name of the default profile may hold no lock
 *
 * All but @name changes under sw->lock. Frames never read it.
 */
struct vsw_profile {
	refcount_t ref;
	u32 id;
	enum vsw_profile_change change;
	struct vsw_policy policy;
	struct vsw_policy next;
	char name[VSWITCH_NAME_MAX + 1];
	struct rcu_head rcu;
};

/**
 * struct vsw_profiles - the profiles of a switch
 * @all: by id, in the order in which they were made
 * @next_id: of the next one
 * @count: how many there are
 * @fallback: the default profile, or NULL
 * @next_fallback: what @fallback is to be, while a change is being made
 * @staged: something is to change
 */
struct vsw_profiles {
	struct xarray all;
	u32 next_id;
	u32 count;
	struct vsw_profile __rcu *fallback;
	struct vsw_profile *next_fallback;
	bool staged;
};

/**
 * struct vsw_profile_changes - what shall become of profiles of one switch
 * @list: a change of each of them
 * @count: how many those are
 * @has_default: the switch gets another default profile
 * @fallback: which, or NULL for none; holds a reference
 *
 * Collected over any number of requests, then made at once. The switch must
 * not have changed meanwhile.
 */
struct vsw_profile_changes {
	struct list_head list;
	u32 count;
	bool has_default;
	struct vsw_profile *fallback;
};

/* profile.c */
void vsw_profiles_init(struct vsw_switch *sw);
void vsw_profiles_destroy(struct vsw_switch *sw);
struct vsw_profile *vsw_profile_alloc(const char *name);
struct vsw_profile *vsw_profile_get(struct vsw_profile *profile);
void vsw_profile_put(struct vsw_profile *profile);
struct vsw_profile *vsw_profile_find(struct vsw_switch *sw, const char *name);
unsigned int vsw_profile_users(struct vsw_switch *sw,
			       const struct vsw_profile *profile);
struct vsw_profile *vsw_profile_fallback(const struct vsw_port *port);
void vsw_profile_apply(struct vsw_policy *policy, const struct vsw_port *port);
const struct vsw_profile *
vsw_profile_source(const struct vsw_port *port,
		   enum vswitch_port_setting setting);
void vsw_profile_sources(const struct vsw_port *port, u32 *from_profile,
			 u32 *from_default);
int vsw_profile_stage(struct vsw_switch *sw, struct vsw_profile *profile,
		      enum vsw_profile_change change,
		      const struct vsw_policy *policy,
		      struct netlink_ext_ack *extack);
void vsw_profile_stage_default(struct vsw_switch *sw,
			       struct vsw_profile *profile);
int vsw_profiles_prepare(struct vsw_switch *sw, struct netlink_ext_ack *extack);
void vsw_profiles_commit(struct vsw_switch *sw);
void vsw_profiles_abort(struct vsw_switch *sw);

/* profile_change.c */
void vsw_profile_changes_init(struct vsw_profile_changes *changes);
void vsw_profile_changes_free(struct vsw_profile_changes *changes);
struct vsw_profile *vsw_profile_changes_find(struct vsw_profile_changes *changes,
					     struct vsw_switch *sw,
					     const char *name);
const struct vsw_policy *
vsw_profile_changes_policy(struct vsw_profile_changes *changes,
			   const struct vsw_profile *profile);
int vsw_profile_changes_add(struct vsw_profile_changes *changes,
			    struct vsw_profile *profile,
			    enum vsw_profile_change change,
			    const struct vsw_policy *policy,
			    struct netlink_ext_ack *extack);
int vsw_profile_changes_edit(struct vsw_profile_changes *changes,
			     struct vsw_profile *profile,
			     struct genl_info *info, vsw_txn_change *edit);
void vsw_profile_changes_default(struct vsw_profile_changes *changes,
				 struct vsw_profile *profile);
int vsw_profile_changes_stage(struct vsw_profile_changes *changes,
			      struct vsw_switch *sw,
			      struct netlink_ext_ack *extack);
int vsw_profile_changes_make(struct vsw_profile_changes *changes,
			     struct vsw_switch *sw,
			     struct netlink_ext_ack *extack);

#endif
