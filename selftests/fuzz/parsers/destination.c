// SPDX-License-Identifier: GPL-2.0
/*
 * Where a frame goes: whatever the settings of two ports, it stays in its VLAN,
 * does not come back, and shows nobody a tag that was not sorted by.
 */
#include "../../../kernel/vswitch/vlan.c"
#include "dest.h"
#include "settings.h"

static void egress(const struct settings *to, const struct vsw_snap *dst,
		   u16 vid, __be16 inner, __be16 tpid)
{
	int reason = vsw_dest_refuses(dst, vid, inner, tpid);

	if (!(dst->flags & VSW_SNAP_LINK_UP))
		must(reason == VSW_DROP_LINK_DOWN);
	else if (!to->member[vid])
		must(reason == VSW_DROP_VLAN_EGRESS);
	else if (to->untagged[vid] && inner == tpid)
		must(reason == VSW_DROP_DOUBLE_TAGGED);
	else if (to->untagged[vid] && to->vlan.untagged_only &&
		 inner != 0x0008)
		must(reason == VSW_DROP_DOUBLE_TAGGED);
	else
		must(reason == VSW_PASS);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const __be16 protos[] = { 0x0081, 0xa888, 0x0008, 0x0091 };
	struct input in = { data, size };
	static struct settings from, to;
	struct vsw_snap src = {}, dst = {};
	u16 vid = 0;

	take_settings(&in, &from);
	take_settings(&in, &to);
	src.policy.vlan = from.vlan;
	dst.policy.vlan = to.vlan;
	src.flags = VSW_SNAP_LINK_UP;
	dst.flags = take_u8(&in) & 15;
	while (in.size >= 4) {
		uint8_t kinds = take_u8(&in);
		__be16 tpid = protos[kinds & 1];
		struct vsw_tags tags = {
			.tpid = kinds & 2 ? protos[kinds >> 2 & 1] : 0,
			.inner = protos[kinds >> 3 & 3],
			.tci = take_vid(&in) | take_u8(&in) << 12,
		};
		bool all, unknown;

		if (vsw_vlan_ingress(&from.vlan, &tags, tpid, &vid))
			continue;
		egress(&to, &dst, vid, tags.inner, tpid);
		all = vsw_flood_wants(&src, &dst, vid, VSW_FLOOD_MULTICAST);
		unknown = vsw_flood_wants(&src, &dst, vid, VSW_FLOOD_UNKNOWN);
		must(all == (dst.flags & VSW_SNAP_LINK_UP && to.member[vid]));
		must(unknown == (all && !(dst.flags & VSW_SNAP_CHECK_SOURCE)));
		must(!vsw_flood_wants(&src, &src, vid, VSW_FLOOD_MULTICAST));
	}
	vsw_vlan_put(&from.vlan);
	vsw_vlan_put(&to.vlan);
	return 0;
}
