// SPDX-License-Identifier: GPL-2.0
/* vlan.h and vlan.c: which VLAN a frame belongs to, and who is a member. */
#include "test.h"
#include "../../kernel/vswitch/vlan.c"

#define Q htons(ETH_P_8021Q)
#define AD htons(ETH_P_8021AD)
#define IP htons(ETH_P_IP)
#define OLD htons(0x9100)

static struct vsw_vlan untagged_mode(void)
{
	return (struct vsw_vlan) { .pvid = 0, .untagged_only = true };
}

static struct vsw_vlan access_mode(u16 vid)
{
	return (struct vsw_vlan) { .pvid = vid, .untagged_only = true };
}

/* Members 10, 20 to 30, and the native VLAN, untagged. */
static struct vsw_vlan trunk_mode(u16 native)
{
	struct vsw_vlan vlan = {};
	struct vsw_vlan_set *set = vsw_vlan_set_alloc();

	__set_bit(10, set->members);
	bitmap_set(set->members, 20, 11);
	if (native && native != VSWITCH_VLAN_NONE) {
		__set_bit(native, set->members);
		__set_bit(native, set->untagged);
	}
	vsw_vlan_replace(&vlan, set, native, false);
	return vlan;
}

static bool in_trunk(u16 vid, u16 native)
{
	return vid != VSWITCH_VLAN_NONE &&
	       (vid == 10 || (vid >= 20 && vid <= 30) || vid == native);
}

static void members(void)
{
	struct vsw_vlan u = untagged_mode(), a = access_mode(7);
	static const u16 natives[] = { 0, 1, 10, 4094, VSWITCH_VLAN_NONE };
	struct vsw_vlan all = {};
	int vid, i;

	check(!vsw_vlan_trunk_all(&all));
	for (vid = 0; vid < 4096; vid++) {
		check(vsw_vlan_member(&u, vid) == (vid == 0), "vid %d", vid);
		check(vsw_vlan_member(&a, vid) == (vid == 7), "vid %d", vid);
		check(vsw_vlan_member(&all, vid) == (vid < 4095), "vid %d", vid);
		check(vid == 4095 || vsw_vlan_untagged(&all, vid) == !vid);
	}
	vsw_vlan_put(&all);

	for (i = 0; i < 5; i++) {
		struct vsw_vlan t = trunk_mode(natives[i]);

		for (vid = 0; vid < 4096; vid++) {
			check(vsw_vlan_member(&t, vid) ==
			      in_trunk(vid, natives[i]),
			      "native %u vid %d", natives[i], vid);
			if (vsw_vlan_member(&t, vid))
				check(vsw_vlan_untagged(&t, vid) ==
				      (vid == natives[i]));
		}
		vsw_vlan_put(&t);
	}
}

/* 4095 is reserved: it passes nowhere, whatever a set may say. */
static void none_is_no_member(void)
{
	struct vsw_vlan vlan = { .pvid = VSWITCH_VLAN_NONE };
	struct vsw_vlan_set *set = vsw_vlan_set_alloc();
	struct vsw_tags tags = { .inner = IP };
	u16 vid;

	vsw_vlan_replace(&vlan, set, VSWITCH_VLAN_NONE, false);
	check(vlan.set, "no PVID must not turn into a single VLAN");
	check(!vsw_vlan_member(&vlan, VSWITCH_VLAN_NONE));
	check(vsw_vlan_ingress(&vlan, &tags, Q, &vid) ==
	      VSW_DROP_VLAN_UNTAGGED);
	vsw_vlan_put(&vlan);
}

/* The documented meaning, written down a second time and differently. */
static enum vsw_drop_reason oracle(const struct vsw_vlan *vlan,
				   bool (*member)(u16 vid), struct vsw_tags t,
				   __be16 tpid, u16 *vid)
{
	bool own_tag = t.tpid == tpid;
	bool foreign = t.tpid && !own_tag;
	bool hidden_own = t.inner == tpid;
	bool hidden_foreign = !hidden_own && t.inner != IP;
	int n = t.tci % 4096;

	if (own_tag && n) {
		if (vlan->untagged_only)
			return VSW_DROP_VLAN_TAGGED;
		*vid = n;
		return member(n) ? VSW_PASS : VSW_DROP_VLAN_NOT_MEMBER;
	}
	if (own_tag && (hidden_own || (vlan->untagged_only && hidden_foreign)))
		return VSW_DROP_DOUBLE_TAGGED;
	if (vlan->untagged_only && !own_tag &&
	    (foreign || hidden_own || hidden_foreign))
		return VSW_DROP_VLAN_TAGGED;
	*vid = vlan->pvid;
	return vlan->pvid == VSWITCH_VLAN_NONE ? VSW_DROP_VLAN_UNTAGGED :
						 VSW_PASS;
}

static bool only_0(u16 vid)
{
	return vid == 0;
}

static bool only_7(u16 vid)
{
	return vid == 7;
}

static bool trunk_native_1(u16 vid)
{
	return in_trunk(vid, 1);
}

static bool trunk_no_native(u16 vid)
{
	return in_trunk(vid, VSWITCH_VLAN_NONE);
}

/* Every mode, outer tag, VLAN, priority and inner EtherType there is. */
static void ingress_exhaustive(void)
{
	struct vsw_vlan modes[] = {
		untagged_mode(), access_mode(7), trunk_mode(1),
		trunk_mode(VSWITCH_VLAN_NONE),
	};
	bool (*member[])(u16) = {
		only_0, only_7, trunk_native_1, trunk_no_native,
	};
	__be16 outer[] = { 0, Q, AD };
	__be16 inner[] = { IP, Q, AD, OLD, htons(0x9200), htons(0x9300) };
	__be16 tpids[] = { Q, AD };
	int m, o, i, p;
	u32 tci;

	for (m = 0; m < 4; m++)
	for (o = 0; o < 3; o++)
	for (i = 0; i < ARRAY_SIZE(inner); i++)
	for (p = 0; p < 2; p++)
	for (tci = 0; tci < 65536; tci++) {
		struct vsw_tags tags = {
			.tpid = outer[o], .tci = tci, .inner = inner[i],
		};
		u16 got = 0xffff, want = 0xffff;
		int r = vsw_vlan_ingress(&modes[m], &tags, tpids[p], &got);
		int w = oracle(&modes[m], member[m], tags, tpids[p], &want);

		check(r == w, "mode %d outer %d inner %d tpid %d tci %x: %d, not %d",
		      m, o, i, p, tci, r, w);
		check(r || got == want);
		/* Whatever passes is in a VLAN of the port. */
		check(r || member[m](got), "mode %d tci %x", m, tci);
		if (!outer[o])
			break;
	}
	for (m = 0; m < 4; m++)
		vsw_vlan_put(&modes[m]);
}

static void uncovering(void)
{
	struct vsw_vlan a = access_mode(10), t = trunk_mode(10);
	struct vsw_vlan general = { .pvid = 10 };

	/* Taken off towards an access port, any tag below would show. */
	check(vsw_vlan_uncovers(&a, 10, Q, Q));
	check(vsw_vlan_uncovers(&a, 10, AD, Q));
	check(vsw_vlan_uncovers(&a, 10, OLD, Q));
	check(vsw_vlan_uncovers(&a, 10, OLD, AD));
	check(!vsw_vlan_uncovers(&a, 10, IP, Q));
	/* A trunk keeps the tag on, but for its native VLAN. */
	check(!vsw_vlan_uncovers(&t, 20, Q, Q));
	check(vsw_vlan_uncovers(&t, 10, Q, Q));
	/* Another protocol's tag is payload to whom takes all frames. */
	check(!vsw_vlan_uncovers(&general, 10, AD, Q));
	check(!vsw_vlan_uncovers(&general, 10, OLD, Q));
	check(vsw_vlan_uncovers(&general, 10, AD, AD));
	vsw_vlan_put(&t);
}

static void modes(void)
{
	struct vsw_vlan t = trunk_mode(1), none = trunk_mode(VSWITCH_VLAN_NONE);
	struct vsw_vlan u = untagged_mode(), a = access_mode(4094);
	struct vsw_vlan general = { .pvid = 10 };

	check(vsw_vlan_mode(&u) == VSWITCH_VLAN_MODE_UNTAGGED);
	check(vsw_vlan_mode(&a) == VSWITCH_VLAN_MODE_ACCESS);
	check(vsw_vlan_mode(&t) == VSWITCH_VLAN_MODE_TRUNK);
	check(vsw_vlan_mode(&none) == VSWITCH_VLAN_MODE_TRUNK);
	check(vsw_vlan_mode(&general) == VSWITCH_VLAN_MODE_GENERAL);
	__set_bit(20, t.set->untagged);
	check(vsw_vlan_mode(&t) == VSWITCH_VLAN_MODE_GENERAL);
	vsw_vlan_put(&t);
	vsw_vlan_put(&none);
}

/* One form for the same settings, however they were made. */
static void normal_form(void)
{
	struct vsw_vlan vlan = access_mode(10);
	struct vsw_vlan_set *set = vsw_vlan_set_dup(&vlan);

	check(test_bit(10, set->members) && test_bit(10, set->untagged));
	check(bitmap_weight(set->members, VLAN_N_VID) == 1);
	vsw_vlan_replace(&vlan, set, 10, true);
	check(!vlan.set && vlan.pvid == 10);

	/* VLAN 0 comes with PVID 0 and goes with another. */
	set = vsw_vlan_set_alloc();
	__set_bit(10, set->members);
	vsw_vlan_replace(&vlan, set, 0, false);
	check(vsw_vlan_member(&vlan, 0) && vsw_vlan_untagged(&vlan, 0));
	set = vsw_vlan_set_dup(&vlan);
	vsw_vlan_replace(&vlan, set, 10, false);
	check(!vsw_vlan_member(&vlan, 0) && vsw_vlan_member(&vlan, 10));
	check(!vsw_vlan_untagged(&vlan, 10));
	vsw_vlan_put(&vlan);
}

/* A range ends where a VLAN is missing, or is tagged unlike those before. */
static void ranges(void)
{
	struct vsw_vlan_set *set = vsw_vlan_set_alloc();
	int vid;

	check(vsw_vlan_ranges(set) == 0);
	__set_bit(0, set->members);
	__set_bit(0, set->untagged);
	check(vsw_vlan_ranges(set) == 0);
	bitmap_set(set->members, 1, 4094);
	check(vsw_vlan_ranges(set) == 1);
	check(vsw_vlan_range_end(set, 1) == 4094);
	__set_bit(4094, set->untagged);
	check(vsw_vlan_ranges(set) == 2);
	check(vsw_vlan_range_end(set, 1) == 4093);
	check(vsw_vlan_range_end(set, 4094) == 4094);
	__clear_bit(7, set->members);
	check(vsw_vlan_ranges(set) == 3);
	check(vsw_vlan_range_end(set, 1) == 6);
	__set_bit(7, set->members);
	for (vid = 1; vid < 4095; vid += 2)
		__set_bit(vid, set->untagged);
	__clear_bit(4094, set->untagged);
	check(vsw_vlan_ranges(set) == 4094);
	for (vid = 2; vid < 4095; vid += 2)
		__clear_bit(vid, set->members);
	check(vsw_vlan_ranges(set) == 2047);
	kfree(set);
}

#define CASES(X) \
	X(members) X(none_is_no_member) X(ingress_exhaustive) \
	X(uncovering) X(modes) X(normal_form) X(ranges)

test_suite(vlan, CASES);
