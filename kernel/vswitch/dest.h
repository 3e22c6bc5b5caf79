/* SPDX-License-Identifier: GPL-2.0 */
/* Which ports a frame may, and which it should, go to. Pure. */
#ifndef _VSW_DEST_H
#define _VSW_DEST_H

#include "table.h"

/**
 * enum vsw_flood_kind - why a frame goes to many
 * @VSW_FLOOD_MULTICAST: it is for many, or for all
 * @VSW_FLOOD_UNKNOWN: nobody knows where its destination is
 */
enum vsw_flood_kind {
	VSW_FLOOD_MULTICAST,
	VSW_FLOOD_UNKNOWN,
};

/**
 * vsw_flood_wants() - does a flooded frame go to a port?
 * @src: the port it came from
 * @dst: the port in question
 * @vid: the frame's VLAN
 * @kind: why it is flooded
 *
 * A port that may only use its assigned MAC has no unknown address behind it.
 *
 * Return: true if it does.
 */
static inline bool vsw_flood_wants(const struct vsw_snap *src,
				   const struct vsw_snap *dst, u16 vid,
				   enum vsw_flood_kind kind)
{
	if (dst == src || !(dst->flags & VSW_SNAP_LINK_UP))
		return false;
	if (kind == VSW_FLOOD_UNKNOWN && (dst->flags & VSW_SNAP_CHECK_SOURCE))
		return false;
	return vsw_vlan_member(&dst->policy.vlan, vid);
}

/**
 * vsw_dest_refuses() - why a port cannot get a frame
 * @dst: the port
 * @vid: the frame's VLAN
 * @inner: EtherType that follows the frame's own tag
 * @tpid: EtherType of the tags that the switch sorts by
 *
 * Return: the reason, or VSW_PASS.
 */
static inline enum vsw_drop_reason
vsw_dest_refuses(const struct vsw_snap *dst, u16 vid, __be16 inner,
		 __be16 tpid)
{
	const struct vsw_vlan *vlan = &dst->policy.vlan;

	if (!(dst->flags & VSW_SNAP_LINK_UP))
		return VSW_DROP_LINK_DOWN;
	if (!vsw_vlan_member(vlan, vid))
		return vlan->pvlan ? VSW_DROP_PVLAN : VSW_DROP_VLAN_EGRESS;
	if (vsw_vlan_uncovers(vlan, vid, inner, tpid))
		return VSW_DROP_DOUBLE_TAGGED;
	return VSW_PASS;
}

#endif
