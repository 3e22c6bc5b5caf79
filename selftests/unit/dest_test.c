// SPDX-License-Identifier: GPL-2.0
/* dest.h: which ports a frame goes to. */
#include "dest.h"
#include "test.h"

#define Q htons(ETH_P_8021Q)
#define IP htons(ETH_P_IP)

#define UP VSW_SNAP_LINK_UP
#define OWN VSW_SNAP_CHECK_SOURCE

static struct vsw_snap port(u32 flags, u16 vid)
{
	return (struct vsw_snap) {
		.flags = flags,
		.policy.vlan = { .pvid = vid, .untagged_only = true },
	};
}

static void flood_set(void)
{
	struct vsw_snap src = port(UP, 10);
	u32 flags;
	u16 vid;

	for (flags = 0; flags < 16; flags++) {
		for (vid = 9; vid < 12; vid++) {
			struct vsw_snap dst = port(flags, vid);
			bool reach = flags & UP && vid == 10;

			check(vsw_flood_wants(&src, &dst, 10,
					      VSW_FLOOD_MULTICAST) == reach);
			check(vsw_flood_wants(&src, &dst, 10,
					      VSW_FLOOD_UNKNOWN) ==
			      (reach && !(flags & OWN)));
		}
	}
	check(!vsw_flood_wants(&src, &src, 10, VSW_FLOOD_MULTICAST));
	check(!vsw_flood_wants(&src, &src, 10, VSW_FLOOD_UNKNOWN));
}

static void refusals(void)
{
	struct vsw_snap up = port(UP, 10), down = port(0, 10);

	check(vsw_dest_refuses(&up, 10, IP, Q) == VSW_PASS);
	check(vsw_dest_refuses(&down, 10, IP, Q) == VSW_DROP_LINK_DOWN);
	check(vsw_dest_refuses(&up, 11, IP, Q) == VSW_DROP_VLAN_EGRESS);
	check(vsw_dest_refuses(&up, 0, IP, Q) == VSW_DROP_VLAN_EGRESS);
	check(vsw_dest_refuses(&up, 10, Q, Q) == VSW_DROP_DOUBLE_TAGGED);
	up.policy.vlan.pvlan = VSWITCH_PVLAN_MODE_ISOLATED;
	check(vsw_dest_refuses(&up, 10, IP, Q) == VSW_PASS);
	check(vsw_dest_refuses(&up, 11, IP, Q) == VSW_DROP_PVLAN);
}

#define CASES(X) X(flood_set) X(refusals)

test_suite(dest, CASES);
