/* SPDX-License-Identifier: GPL-2.0 */
/* What the administrator says of one port. */
#ifndef _VSW_POLICY_H
#define _VSW_POLICY_H

#include <linux/types.h>

#include "vlan.h"

struct netlink_ext_ack;
struct nlattr;
struct sk_buff;

/**
 * enum vsw_spoofing - may a port send from addresses that are not its own?
 * @VSW_SPOOFING_DEFAULT: no if it has an assigned MAC, else yes
 * @VSW_SPOOFING_OFF: no
 * @VSW_SPOOFING_ON: yes
 */
enum vsw_spoofing {
	VSW_SPOOFING_DEFAULT,
	VSW_SPOOFING_OFF,
	VSW_SPOOFING_ON,
};

/**
 * struct vsw_policy - settings of one port
 * @mac: vsw_mac_key() of the assigned MAC, 0 when there is none
 * @spoofing: as set
 * @vlan: its VLANs; holds a reference to the set
 *
 * Plain data: copied with vsw_policy_copy(), changed while nobody else sees
 * it, and then compiled into a struct vsw_snap that never changes.
 */
struct vsw_policy {
	u64 mac;
	enum vsw_spoofing spoofing;
	struct vsw_vlan vlan;
};

static inline bool vsw_policy_may_spoof(const struct vsw_policy *policy)
{
	return policy->spoofing == VSW_SPOOFING_ON ||
	       (policy->spoofing == VSW_SPOOFING_DEFAULT && !policy->mac);
}

/* vlan.c */
struct vsw_vlan_set *vsw_vlan_set_alloc(void);
struct vsw_vlan_set *vsw_vlan_set_dup(const struct vsw_vlan *vlan);
void vsw_vlan_put(struct vsw_vlan *vlan);
void vsw_vlan_replace(struct vsw_vlan *vlan, struct vsw_vlan_set *set,
		      u16 pvid, bool untagged_only);
int vsw_vlan_trunk_all(struct vsw_vlan *vlan);

/* policy.c */
void vsw_policy_init(struct vsw_policy *policy);
void vsw_policy_copy(struct vsw_policy *to, const struct vsw_policy *from);
void vsw_policy_free(struct vsw_policy *policy);
int vsw_policy_parse(struct vsw_policy *policy, struct nlattr **attrs,
		     struct netlink_ext_ack *extack);
int vsw_policy_fill(struct sk_buff *skb, const struct vsw_policy *policy,
		    bool private);

#endif
