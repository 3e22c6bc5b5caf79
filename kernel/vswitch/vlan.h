/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which VLAN a frame belongs to, and which ports are members of it.
 *
 * A port's VLANs are held in the general form of IEEE 802.1Q: the member set,
 * the set that leaves without a tag, the PVID, and the acceptable frame types.
 * Hyper-V's untagged, access and trunk modes are cases of it. VLAN 0 is "no
 * VLAN"; a port is a member of it when its PVID is 0, and then untagged.
 *
 * Pure: this file is also built, and tested, in userspace.
 */
#ifndef _VSW_VLAN_H
#define _VSW_VLAN_H

#include <linux/bitmap.h>
#include <linux/if_vlan.h>
#include <linux/refcount.h>
#include <linux/types.h>

#include <uapi/linux/vswitch.h>

#include "drop.h"

/**
 * struct vsw_vlan_set - VLANs of a port that is a member of several
 * @members: bit N: frames of VLAN N may pass
 * @untagged: bit N: they leave through the port without a tag
 * @ref: one for each policy that points here. A policy in a snapshot gives up
 *	its own only after a grace period
 *
 * Immutable once a port uses it.
 */
struct vsw_vlan_set {
	DECLARE_BITMAP(members, VLAN_N_VID);
	DECLARE_BITMAP(untagged, VLAN_N_VID);
	refcount_t ref;
};

/**
 * struct vsw_vlan - the VLAN settings of one port
 * @set: the VLANs, or NULL when @pvid, untagged, is the only one
 * @pvid: VLAN of untagged frames, VSWITCH_VLAN_NONE to drop them
 * @untagged_only: tagged frames are neither taken nor given
 * @pvlan: enum vswitch_pvlan_mode. In a private VLAN what a port sends on,
 *	its PVID, need not be among the VLANs that it receives, its members
 * @primary: of the private VLAN
 */
struct vsw_vlan {
	struct vsw_vlan_set *set;
	u16 pvid;
	bool untagged_only;
	u8 pvlan;
	u16 primary;
};

/**
 * struct vsw_tags - the tags of a frame as it arrived
 * @tpid: EtherType of the outermost tag, in @tci; 0 when there is none
 * @tci: priority, drop eligible indicator and VLAN of that tag
 * @inner: EtherType behind the outermost tag, or of the untagged frame
 */
struct vsw_tags {
	__be16 tpid;
	u16 tci;
	__be16 inner;
};

/* Sets do not change under us: test_bit(), a barrier to the compiler, is more. */
static inline bool vsw_vlan_test(const unsigned long *set, u16 vid)
{
	return set[vid / BITS_PER_LONG] >> (vid % BITS_PER_LONG) & 1;
}

/**
 * vsw_vlan_member() - may frames of a VLAN pass a port?
 * @vlan: the port's settings
 * @vid: 0..4095; 4095 is never a member
 *
 * Return: true if they may.
 */
static inline bool vsw_vlan_member(const struct vsw_vlan *vlan, u16 vid)
{
	return vlan->set ? vsw_vlan_test(vlan->set->members, vid) :
			   vid == vlan->pvid;
}

/**
 * vsw_vlan_carries() - is a VLAN one of a port's, in one direction at least?
 * @vlan: the port's settings
 * @vid: 0..4095
 *
 * Return: true if the port is a member, or sends on it in a private VLAN.
 */
static inline bool vsw_vlan_carries(const struct vsw_vlan *vlan, u16 vid)
{
	return vsw_vlan_member(vlan, vid) ||
	       (vlan->pvlan && vid == vlan->pvid);
}

/**
 * vsw_vlan_untagged() - do frames of a VLAN leave a port without a tag?
 * @vlan: the port's settings
 * @vid: a VLAN that the port is a member of
 *
 * Return: true if they do.
 */
static inline bool vsw_vlan_untagged(const struct vsw_vlan *vlan, u16 vid)
{
	return vlan->set ? vsw_vlan_test(vlan->set->untagged, vid) : true;
}

/* Can a switch sort by such tags? */
static inline bool vsw_is_tpid(__be16 proto)
{
	return proto == htons(ETH_P_8021Q) || proto == htons(ETH_P_8021AD);
}

/* Does anybody? Double tags had TPIDs of their own before there was 802.1ad. */
static inline bool vsw_is_tag(__be16 proto)
{
	/* Nearly all frames, each copy of a flooded one: with one comparison. */
	if (likely(ntohs(proto) < ETH_P_8021Q))
		return false;
	switch (proto) {
	case htons(ETH_P_8021Q):
	case htons(ETH_P_8021AD):
	case htons(ETH_P_QINQ1):
	case htons(ETH_P_QINQ2):
	case htons(ETH_P_QINQ3):
		return true;
	default:
		return false;
	}
}

/**
 * vsw_vlan_ingress() - sort a frame into a VLAN
 * @vlan: settings of the port it came from
 * @tags: its tags
 * @tpid: EtherType of the tags that the switch sorts by
 * @vid: set to the VLAN of the frame
 *
 * A tag of another protocol (an 802.1ad tag on an 802.1Q switch, say) is
 * payload: the frame is untagged, as for any 802.1Q bridge; but a port that
 * may only send untagged frames may not send that either: some switch further on
 * may sort by it. A priority tag (VLAN 0) is no tag, unless a tag hides behind it.
 *
 * Return: VSW_PASS or why the port may not send the frame.
 */
static inline enum vsw_drop_reason
vsw_vlan_ingress(const struct vsw_vlan *vlan, const struct vsw_tags *tags,
		 __be16 tpid, u16 *vid)
{
	u16 tag_vid = tags->tci & VLAN_VID_MASK;

	if (tags->tpid != tpid) {
		if (vlan->untagged_only &&
		    (tags->tpid || vsw_is_tag(tags->inner)))
			return VSW_DROP_VLAN_TAGGED;
	} else if (tag_vid) {
		if (vlan->untagged_only)
			return VSW_DROP_VLAN_TAGGED;
		*vid = tag_vid;
		return vsw_vlan_member(vlan, tag_vid) ?
			VSW_PASS : VSW_DROP_VLAN_NOT_MEMBER;
	} else if (tags->inner == tpid ||
		   (vlan->untagged_only && vsw_is_tag(tags->inner))) {
		return VSW_DROP_DOUBLE_TAGGED;
	}

	if (vlan->pvid == VSWITCH_VLAN_NONE)
		return VSW_DROP_VLAN_UNTAGGED;
	*vid = vlan->pvid;
	return VSW_PASS;
}

/**
 * vsw_vlan_uncovers() - would a port see a tag that the switch did not sort?
 * @vlan: settings of the port the frame is going to
 * @vid: the frame's VLAN, which the port is a member of
 * @inner: EtherType that follows the frame's own tag
 * @tpid: EtherType of the tags that the switch sorts by
 *
 * Sending a frame out untagged whose payload starts with a tag would move it
 * into the VLAN of that tag at the next switch: the double tagging attack.
 *
 * Return: true if it would; such a frame is dropped.
 */
static inline bool vsw_vlan_uncovers(const struct vsw_vlan *vlan, u16 vid,
				     __be16 inner, __be16 tpid)
{
	return vsw_is_tag(inner) && vsw_vlan_untagged(vlan, vid) &&
	       (inner == tpid || vlan->untagged_only);
}

enum vswitch_vlan_mode vsw_vlan_mode(const struct vsw_vlan *vlan);
u16 vsw_vlan_range_end(const struct vsw_vlan_set *set, u16 start);
unsigned int vsw_vlan_ranges(const struct vsw_vlan_set *set);

#endif
