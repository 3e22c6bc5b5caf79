/* SPDX-License-Identifier: GPL-2.0 */
/* What the administrator says of one port. */
#ifndef _VSW_POLICY_H
#define _VSW_POLICY_H

#include <linux/types.h>

#include "vlan.h"

struct netlink_ext_ack;
struct nlattr;
struct sk_buff;
struct vsw_acl;
struct vsw_profile;

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
 * @own: enum vswitch_port_setting, as bits: the settings that were stated.
 *	The others have the value that they have when nobody says anything
 * @storm_limit: frames per second that it may send to many; 0: any number
 * @ip_limit: IP addresses that it may use; 0: any number
 * @dhcp_guard: drop what it says as a DHCP server
 * @router_guard: drop what it says as a router
 * @allow_teaming: it may send from the assigned MACs of its VM's other ports
 * @priority_tag: 802.1p priorities pass in both directions
 * @mirror: enum vswitch_mirror_mode
 * @mirror_session: which sources and destinations belong together
 * @acl: its ACL; holds a reference; NULL without rules
 * @vm: name of the virtual machine that it belongs to, or empty
 * @profile: where the settings are from that were not stated, or NULL; holds a
 *	reference
 *
 * Plain data: copied with vsw_policy_copy(), changed while nobody else sees
 * it, and then compiled into a struct vsw_snap that never changes. What it is
 * and whose, @mac, @vm and @profile, is said of a port alone; settings may also come
 * from elsewhere.
 */
struct vsw_policy {
	u64 mac;
	enum vsw_spoofing spoofing;
	struct vsw_vlan vlan;
	u32 own;
	u32 storm_limit;
	u32 ip_limit;
	bool dhcp_guard;
	bool router_guard;
	bool allow_teaming;
	bool priority_tag;
	u8 mirror;
	u8 mirror_session;
	struct vsw_acl *acl;
	char vm[VSWITCH_NAME_MAX + 1];
	struct vsw_profile *profile;
};

/* Without an assigned MAC there is none that it could keep to. */
static inline bool vsw_policy_may_spoof(const struct vsw_policy *policy)
{
	return policy->spoofing == VSW_SPOOFING_ON || !policy->mac;
}

/* vlan.c */
struct vsw_vlan_set *vsw_vlan_set_alloc(void);
struct vsw_vlan_set *vsw_vlan_set_dup(const struct vsw_vlan *vlan);
void vsw_vlan_put(struct vsw_vlan *vlan);
void vsw_vlan_replace(struct vsw_vlan *vlan, struct vsw_vlan_set *set,
		      u16 pvid, bool untagged_only);
void vsw_vlan_make_private(struct vsw_vlan *vlan, enum vswitch_pvlan_mode mode,
			   u16 primary, struct vsw_vlan_set *secondaries);
int vsw_vlan_trunk_all(struct vsw_vlan *vlan);

/* policy.c */
int vsw_policy_init(struct vsw_policy *policy, enum vswitch_port_role role);
void vsw_policy_copy(struct vsw_policy *to, const struct vsw_policy *from);
void vsw_policy_free(struct vsw_policy *policy);
void vsw_policy_take(struct vsw_policy *to, const struct vsw_policy *from,
		     u32 settings);

/* policy_nl.c */
int vsw_policy_parse(struct vsw_policy *policy, enum vswitch_port_role role,
		     struct nlattr **attrs, struct netlink_ext_ack *extack);
int vsw_policy_parse_settings(struct vsw_policy *policy,
			      enum vswitch_port_role role,
			      struct nlattr **attrs,
			      struct netlink_ext_ack *extack);
int vsw_policy_fill(struct sk_buff *skb, const struct vsw_policy *policy,
		    bool private);
int vsw_policy_fill_own(struct sk_buff *skb, const struct vsw_policy *policy);

#endif
