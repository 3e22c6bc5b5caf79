// SPDX-License-Identifier: GPL-2.0
/* VLAN settings: making and changing them, and what Hyper-V calls them. */
#include <linux/slab.h>

#include "policy.h"

/**
 * vsw_vlan_set_alloc() - an empty set
 *
 * Return: a set that the caller has the only reference to, or NULL.
 */
struct vsw_vlan_set *vsw_vlan_set_alloc(void)
{
	struct vsw_vlan_set *set = kzalloc(sizeof(*set), GFP_KERNEL_ACCOUNT);

	if (set)
		refcount_set(&set->ref, 1);
	return set;
}

/**
 * vsw_vlan_set_dup() - the VLANs of a port as a set that can be changed
 * @vlan: the port's settings, in either form
 *
 * Return: a set that the caller has the only reference to, or NULL.
 */
struct vsw_vlan_set *vsw_vlan_set_dup(const struct vsw_vlan *vlan)
{
	struct vsw_vlan_set *set = vsw_vlan_set_alloc();

	if (!set)
		return NULL;
	if (vlan->set) {
		bitmap_copy(set->members, vlan->set->members, VLAN_N_VID);
		bitmap_copy(set->untagged, vlan->set->untagged, VLAN_N_VID);
	} else if (vlan->pvid != VSWITCH_VLAN_NONE) {
		__set_bit(vlan->pvid, set->members);
		__set_bit(vlan->pvid, set->untagged);
	}
	return set;
}

/**
 * vsw_vlan_put() - give up a reference to a set
 * @vlan: the settings that hold it
 *
 * If frames may have seen the settings, a grace period has passed.
 */
void vsw_vlan_put(struct vsw_vlan *vlan)
{
	struct vsw_vlan_set *set = vlan->set;

	if (set && refcount_dec_and_test(&set->ref))
		kfree(set);
	vlan->set = NULL;
}

/**
 * vsw_vlan_replace() - new settings in place of the old ones
 * @vlan: the settings
 * @set: the VLANs, without VLAN 0, or NULL for none but @pvid; the reference
 *	becomes that of @vlan
 * @pvid: VLAN of untagged frames, or VSWITCH_VLAN_NONE
 * @untagged_only: see struct vsw_vlan
 *
 * Brings the settings into their one form: VLAN 0 in the set exactly if it is
 * the PVID, and no set where the PVID, untagged, is all there is. A private
 * VLAN ends.
 */
void vsw_vlan_replace(struct vsw_vlan *vlan, struct vsw_vlan_set *set,
		      u16 pvid, bool untagged_only)
{
	vsw_vlan_put(vlan);
	vlan->set = set;
	vlan->pvid = pvid;
	vlan->untagged_only = untagged_only;
	vlan->pvlan = VSWITCH_PVLAN_MODE_NONE;
	vlan->primary = 0;
	if (!set)
		return;

	__assign_bit(0, set->members, pvid == 0);
	__assign_bit(0, set->untagged, pvid == 0);
	if (pvid != VSWITCH_VLAN_NONE && test_bit(pvid, set->members) &&
	    test_bit(pvid, set->untagged) &&
	    bitmap_weight(set->members, VLAN_N_VID) == 1)
		vsw_vlan_put(vlan);
}

/**
 * vsw_vlan_make_private() - put a port into a private VLAN
 * @vlan: the settings
 * @mode: isolated, community or promiscuous
 * @primary: the primary VLAN
 * @secondaries: an own set whose members are the secondary VLANs, one but for
 *	promiscuous, none of them @primary; the reference becomes that of @vlan
 *
 * All that the port receives leaves without a tag.
 */
void vsw_vlan_make_private(struct vsw_vlan *vlan, enum vswitch_pvlan_mode mode,
			   u16 primary, struct vsw_vlan_set *secondaries)
{
	u16 secondary = find_first_bit(secondaries->members, VLAN_N_VID);

	vsw_vlan_put(vlan);
	if (mode == VSWITCH_PVLAN_MODE_ISOLATED)
		__clear_bit(secondary, secondaries->members);
	__set_bit(primary, secondaries->members);
	bitmap_copy(secondaries->untagged, secondaries->members, VLAN_N_VID);
	vlan->set = secondaries;
	vlan->pvid = mode == VSWITCH_PVLAN_MODE_PROMISCUOUS ? primary :
							      secondary;
	vlan->untagged_only = true;
	vlan->pvlan = mode;
	vlan->primary = primary;
}

/**
 * vsw_vlan_trunk_all() - what an uplink starts with
 * @vlan: the settings: every VLAN tagged, VLAN 0 untagged
 *
 * Return: 0 or -ENOMEM.
 */
int vsw_vlan_trunk_all(struct vsw_vlan *vlan)
{
	struct vsw_vlan_set *set = vsw_vlan_set_alloc();

	if (!set)
		return -ENOMEM;
	bitmap_set(set->members, 1, VLAN_VID_MASK - 1);
	vsw_vlan_replace(vlan, set, 0, false);
	return 0;
}

/**
 * vsw_vlan_mode() - the Hyper-V mode that settings amount to
 * @vlan: the settings
 *
 * Return: the mode; general for what Hyper-V has no word for.
 */
enum vswitch_vlan_mode vsw_vlan_mode(const struct vsw_vlan *vlan)
{
	unsigned int untagged;

	switch (vlan->pvlan) {
	case VSWITCH_PVLAN_MODE_ISOLATED:
		return VSWITCH_VLAN_MODE_ISOLATED;
	case VSWITCH_PVLAN_MODE_COMMUNITY:
		return VSWITCH_VLAN_MODE_COMMUNITY;
	case VSWITCH_PVLAN_MODE_PROMISCUOUS:
		return VSWITCH_VLAN_MODE_PROMISCUOUS;
	}
	if (!vlan->set && vlan->untagged_only)
		return vlan->pvid ? VSWITCH_VLAN_MODE_ACCESS :
				    VSWITCH_VLAN_MODE_UNTAGGED;
	if (!vlan->set || vlan->untagged_only)
		return VSWITCH_VLAN_MODE_GENERAL;

	/* A trunk is tagged but for its native VLAN. */
	untagged = bitmap_weight(vlan->set->untagged, VLAN_N_VID);
	if (vlan->pvid == VSWITCH_VLAN_NONE)
		return untagged ? VSWITCH_VLAN_MODE_GENERAL :
				  VSWITCH_VLAN_MODE_TRUNK;
	return untagged == 1 && test_bit(vlan->pvid, vlan->set->untagged) ?
		VSWITCH_VLAN_MODE_TRUNK : VSWITCH_VLAN_MODE_GENERAL;
}

/**
 * vsw_vlan_range_end() - how far do VLANs go on that are like one of them?
 * @set: the VLANs
 * @start: one of them
 *
 * Return: the last of those that follow it one by one and are tagged, or
 * untagged, as it is; @start itself if the next one is not.
 */
u16 vsw_vlan_range_end(const struct vsw_vlan_set *set, u16 start)
{
	bool untagged = test_bit(start, set->untagged);
	u16 end = start;

	while (end + 1 < VLAN_N_VID && test_bit(end + 1, set->members) &&
	       test_bit(end + 1, set->untagged) == untagged)
		end++;
	return end;
}

/**
 * vsw_vlan_ranges() - how many ranges does it take to list VLANs?
 * @set: the VLANs; VLAN 0 is not listed
 *
 * Return: the number, to be compared with VSWITCH_VLAN_RANGES_MAX by all who
 * take VLANs from a request.
 */
unsigned int vsw_vlan_ranges(const struct vsw_vlan_set *set)
{
	unsigned int n = 0;
	u32 vid;

	for (vid = find_next_bit(set->members, VLAN_N_VID, 1);
	     vid < VLAN_N_VID;
	     vid = find_next_bit(set->members, VLAN_N_VID,
				 vsw_vlan_range_end(set, vid) + 1))
		n++;
	return n;
}
