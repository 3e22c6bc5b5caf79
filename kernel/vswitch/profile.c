// SPDX-License-Identifier: GPL-2.0
/*
 * The profiles of a switch, and what ports have from them.
 *
 * A change of a profile is a change of the ports that depend on it. It is
 * staged in the profile, as that of a port's own settings is in the port; the
 * commit compiles the ports anew and publishes them all in one table.
 */
#include <linux/slab.h>

#include "netlink.h"
#include "vswitch.h"

/**
 * vsw_profiles_init() - a new switch has no profiles
 * @sw: the switch
 */
void vsw_profiles_init(struct vsw_switch *sw)
{
	xa_init_flags(&sw->profiles.all, XA_FLAGS_ALLOC1);
}

/**
 * vsw_profiles_destroy() - a switch goes, and its profiles with it
 * @sw: the switch, whose ports have left
 */
void vsw_profiles_destroy(struct vsw_switch *sw)
{
	struct vsw_profile *profile;
	unsigned long id;

	RCU_INIT_POINTER(sw->profiles.fallback, NULL);
	xa_for_each(&sw->profiles.all, id, profile)
		vsw_profile_put(profile);
	xa_destroy(&sw->profiles.all);
}

/**
 * vsw_profile_alloc() - a profile that no switch has yet
 * @name: its name
 *
 * Return: the profile, with one reference, or NULL.
 */
struct vsw_profile *vsw_profile_alloc(const char *name)
{
	struct vsw_profile *profile;

	profile = kzalloc(sizeof(*profile), GFP_KERNEL_ACCOUNT);
	if (!profile)
		return NULL;
	refcount_set(&profile->ref, 1);
	/* Without settings, these need no memory. */
	vsw_policy_init(&profile->policy, VSWITCH_PORT_ROLE_GUEST);
	strscpy(profile->name, name, sizeof(profile->name));
	return profile;
}

/**
 * vsw_profile_get() - refer to a profile
 * @profile: the profile, or NULL
 *
 * Return: @profile
 */
struct vsw_profile *vsw_profile_get(struct vsw_profile *profile)
{
	if (profile)
		refcount_inc(&profile->ref);
	return profile;
}

/**
 * vsw_profile_put() - refer to a profile no longer
 * @profile: the profile, or NULL
 *
 * Context: any but hard interrupts.
 */
void vsw_profile_put(struct vsw_profile *profile)
{
	if (!profile || !refcount_dec_and_test(&profile->ref))
		return;
	vsw_policy_free(&profile->policy);
	vsw_policy_free(&profile->next);
	kfree_rcu(profile, rcu);
}

static struct vsw_profile *fallback_of(const struct vsw_switch *sw)
{
	return rcu_dereference_protected(sw->profiles.fallback,
					 lockdep_is_held(&sw->lock));
}

/**
 * vsw_profile_find() - find a profile
 * @sw: the switch
 * @name: the name
 *
 * Context: process; sw->lock.
 * Return: the profile, or NULL.
 */
struct vsw_profile *vsw_profile_find(struct vsw_switch *sw, const char *name)
{
	struct vsw_profile *profile;
	unsigned long id;

	lockdep_assert_held(&sw->lock);

	xa_for_each(&sw->profiles.all, id, profile) {
		if (profile->change != VSW_PROFILE_DEL &&
		    !strcmp(profile->name, name))
			return profile;
	}
	return NULL;
}

/**
 * vsw_profile_users() - how many ports refer to a profile?
 * @sw: the switch
 * @profile: the profile
 *
 * Context: process; sw->lock.
 * Return: the number.
 */
unsigned int vsw_profile_users(struct vsw_switch *sw,
			       const struct vsw_profile *profile)
{
	struct vsw_port *port;
	unsigned int n = 0;
	unsigned long index;

	lockdep_assert_held(&sw->lock);

	xa_for_each(&sw->ports, index, port)
		n += (port->next ?: port->snap)->own.profile == profile;
	return n;
}

/* The settings of a profile as they are, or are to be. */
static const struct vsw_policy *settings_of(const struct vsw_profile *profile)
{
	return profile->change == VSW_PROFILE_KEEP ? &profile->policy :
						     &profile->next;
}

/**
 * vsw_profile_fallback() - the default profile that applies to a port
 * @port: the port; the wire is nobody's guest, so the uplink has none
 *
 * Context: process; sw->lock.
 * Return: the profile as it is, or is to be; NULL when there is none.
 */
struct vsw_profile *vsw_profile_fallback(const struct vsw_port *port)
{
	const struct vsw_profiles *profiles = &port->sw->profiles;

	if (port->role == VSWITCH_PORT_ROLE_UPLINK)
		return NULL;
	return profiles->staged ? profiles->next_fallback :
				  fallback_of(port->sw);
}

/**
 * vsw_profile_apply() - add what a port has from profiles
 * @policy: a copy of what was stated of the port
 * @port: the port
 *
 * Needs no memory.
 * Context: process; sw->lock.
 */
void vsw_profile_apply(struct vsw_policy *policy, const struct vsw_port *port)
{
	const struct vsw_profile *profiles[] = {
		policy->profile, vsw_profile_fallback(port),
	};
	u32 open = ~policy->own;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(profiles); i++) {
		const struct vsw_policy *from;

		if (!profiles[i])
			continue;
		from = settings_of(profiles[i]);
		vsw_policy_take(policy, from, from->own & open);
		open &= ~from->own;
	}
}

/**
 * vsw_profile_sources() - which of a port's settings are from elsewhere?
 * @port: the port
 * @from_profile: set to those that it has from its profile
 * @from_default: set to those that it has from the switch's default profile;
 *	both are enum vswitch_port_setting, as bits
 *
 * Context: process; sw->lock.
 */
void vsw_profile_sources(const struct vsw_port *port, u32 *from_profile,
			 u32 *from_default)
{
	const struct vsw_profile *fallback = vsw_profile_fallback(port);
	const struct vsw_policy *own = &port->snap->own;

	*from_profile = 0;
	*from_default = 0;
	if (own->profile)
		*from_profile = own->profile->policy.own & ~own->own;
	if (fallback)
		*from_default = fallback->policy.own & ~own->own &
				~*from_profile;
}

/**
 * vsw_profile_source() - which profile has a port a setting from?
 * @port: the port
 * @setting: the setting
 *
 * Context: process; sw->lock.
 * Return: the profile; NULL if the setting is its own, or nobody's.
 */
const struct vsw_profile *
vsw_profile_source(const struct vsw_port *port,
		   enum vswitch_port_setting setting)
{
	u32 from_profile, from_default;

	vsw_profile_sources(port, &from_profile, &from_default);
	if (from_profile & setting)
		return port->snap->own.profile;
	return from_default & setting ? vsw_profile_fallback(port) : NULL;
}

static void staging_begins(struct vsw_switch *sw)
{
	lockdep_assert_held(&sw->lock);

	if (sw->profiles.staged)
		return;
	sw->profiles.staged = true;
	sw->profiles.next_fallback = fallback_of(sw);
}

static int stage_new(struct vsw_switch *sw, struct vsw_profile *profile,
		     struct netlink_ext_ack *extack)
{
	struct vsw_profiles *profiles = &sw->profiles;
	int err;

	if (profiles->count >= VSWITCH_PROFILES_MAX) {
		NL_SET_ERR_MSG(extack,
			       "a switch has at most 1024 profiles: delete one first");
		return -ENOSPC;
	}
	err = xa_alloc_cyclic(&profiles->all, &profile->id, profile,
			      xa_limit_31b, &profiles->next_id,
			      GFP_KERNEL_ACCOUNT);
	if (err < 0)
		return err;
	vsw_profile_get(profile);
	profiles->count++;
	return 0;
}

/**
 * vsw_profile_stage() - say what is to become of a profile
 * @sw: the switch
 * @profile: the profile, of which nothing else is staged; a new one has a name
 *	that is free
 * @change: what
 * @policy: its new settings, copied; not for VSW_PROFILE_DEL
 * @extack: for the refusal
 *
 * Takes effect with vsw_policy_commit(). Ports whose own settings change with
 * it are staged after it.
 * Context: process; sw->lock.
 * Return: 0; -ENOMEM; -ENOSPC when the switch has too many.
 */
int vsw_profile_stage(struct vsw_switch *sw, struct vsw_profile *profile,
		      enum vsw_profile_change change,
		      const struct vsw_policy *policy,
		      struct netlink_ext_ack *extack)
{
	int err;

	staging_begins(sw);
	if (change == VSW_PROFILE_ADD) {
		err = stage_new(sw, profile, extack);
		if (err)
			return err;
	}
	if (change == VSW_PROFILE_DEL)
		sw->profiles.count--;
	else
		vsw_policy_copy(&profile->next, policy);
	profile->change = change;
	return 0;
}

/**
 * vsw_profile_stage_default() - say what is to be the default profile
 * @sw: the switch
 * @profile: the profile, or NULL for none
 *
 * Context: process; sw->lock.
 */
void vsw_profile_stage_default(struct vsw_switch *sw,
			       struct vsw_profile *profile)
{
	staging_begins(sw);
	sw->profiles.next_fallback = profile;
}

/* Will the switch have the profile that something refers to? */
static bool stays(struct vsw_switch *sw, const struct vsw_profile *profile)
{
	return xa_load(&sw->profiles.all, profile->id) == profile &&
	       profile->change != VSW_PROFILE_DEL;
}

static bool is_affected(const struct vsw_port *port)
{
	const struct vsw_profile *profile = port->snap->own.profile;
	const struct vsw_profile *fallback = vsw_profile_fallback(port);

	if (profile && profile->change != VSW_PROFILE_KEEP)
		return true;
	if (port->role == VSWITCH_PORT_ROLE_UPLINK)
		return false;
	return fallback != fallback_of(port->sw) ||
	       (fallback && fallback->change != VSW_PROFILE_KEEP);
}

/**
 * vsw_profiles_prepare() - stage the ports that staged profiles change
 * @sw: the switch
 * @extack: for the refusal, which names the port at fault
 *
 * Context: process; sw->lock.
 * Return: 0; -ENOMEM; -EBUSY when something refers to what is to go.
 */
int vsw_profiles_prepare(struct vsw_switch *sw, struct netlink_ext_ack *extack)
{
	struct vsw_profile *profile;
	struct vsw_port *port;
	unsigned long index;
	int err;

	lockdep_assert_held(&sw->lock);

	xa_for_each(&sw->ports, index, port) {
		profile = (port->next ?: port->snap)->own.profile;
		if (profile && !stays(sw, profile)) {
			vsw_ext_ack_of(extack, port->dev->name,
				       "refers to that profile: give it another first");
			return -EBUSY;
		}
		if (!sw->profiles.staged || port->next || !is_affected(port))
			continue;
		err = vsw_policy_stage(port, &port->snap->own);
		if (err) {
			vsw_ext_ack_of(extack, port->dev->name,
				       "no memory for its settings");
			return err;
		}
	}
	if (!sw->profiles.staged)
		return 0;
	profile = sw->profiles.next_fallback;
	if (profile && !stays(sw, profile)) {
		NL_SET_ERR_MSG(extack,
			       "the profile is the default-profile of the switch: give that another first");
		return -EBUSY;
	}
	return 0;
}

/**
 * vsw_profiles_commit() - make what was staged the present
 * @sw: the switch, whose new table is published
 *
 * Context: process; sw->lock.
 */
void vsw_profiles_commit(struct vsw_switch *sw)
{
	struct vsw_profiles *profiles = &sw->profiles;
	struct vsw_profile *profile;
	unsigned long id;

	if (!profiles->staged)
		return;
	profiles->staged = false;
	rcu_assign_pointer(profiles->fallback, profiles->next_fallback);
	xa_for_each(&profiles->all, id, profile) {
		if (profile->change == VSW_PROFILE_KEEP)
			continue;
		if (profile->change == VSW_PROFILE_DEL) {
			vsw_nl_profile_notify(sw, profile,
					      VSWITCH_CMD_PROFILE_DEL_NTF);
			xa_erase(&profiles->all, id);
			vsw_profile_put(profile);
			continue;
		}
		profile->change = VSW_PROFILE_KEEP;
		swap(profile->policy, profile->next);
		vsw_nl_profile_notify(sw, profile, VSWITCH_CMD_PROFILE_NTF);
		if (profile->policy.acl != profile->next.acl)
			vsw_nl_acl_notify_profile(sw, profile);
		vsw_policy_free(&profile->next);
		memset(&profile->next, 0, sizeof(profile->next));
	}
}

/**
 * vsw_profiles_abort() - forget what was staged
 * @sw: the switch
 *
 * Context: process; sw->lock.
 */
void vsw_profiles_abort(struct vsw_switch *sw)
{
	struct vsw_profiles *profiles = &sw->profiles;
	struct vsw_profile *profile;
	unsigned long id;

	lockdep_assert_held(&sw->lock);

	if (!profiles->staged)
		return;
	profiles->staged = false;
	xa_for_each(&profiles->all, id, profile) {
		enum vsw_profile_change change = profile->change;

		profile->change = VSW_PROFILE_KEEP;
		if (change == VSW_PROFILE_DEL) {
			profiles->count++;
		} else if (change != VSW_PROFILE_KEEP) {
			vsw_policy_free(&profile->next);
			memset(&profile->next, 0, sizeof(profile->next));
		}
		if (change == VSW_PROFILE_ADD) {
			xa_erase(&profiles->all, id);
			profiles->count--;
			vsw_profile_put(profile);
		}
	}
}
