// SPDX-License-Identifier: GPL-2.0
/* pvlan.h: which VLANs are one network to the addresses in it. */
#include "test.h"
#include "../../kernel/vswitch/pvlan.c"

#define ISOLATED VSWITCH_PVLAN_MODE_ISOLATED
#define COMMUNITY VSWITCH_PVLAN_MODE_COMMUNITY
#define PROMISCUOUS VSWITCH_PVLAN_MODE_PROMISCUOUS

/* Members as vsw_vlan_make_private() makes them. */
static struct vsw_vlan port(u8 mode, u16 primary, u16 first, u16 last)
{
	struct vsw_vlan_set *set = kzalloc(sizeof(*set), GFP_KERNEL);
	u32 vid;

	__set_bit(primary, set->members);
	for (vid = first; vid <= last && mode != ISOLATED; vid++)
		__set_bit(vid, set->members);
	return (struct vsw_vlan) {
		.set = set, .pvid = mode == PROMISCUOUS ? primary : first,
		.untagged_only = true, .pvlan = mode, .primary = primary,
	};
}

/* Enter a port and forget it. */
static int add(struct vsw_fids *fids, u8 mode, u16 primary, u16 first, u16 last)
{
	struct vsw_vlan vlan = port(mode, primary, first, last);
	int err = vsw_fids_add(fids, &vlan);

	kfree(vlan.set);
	return err;
}

static struct vsw_fids *empty(void)
{
	struct vsw_fids *fids = kmalloc(sizeof(*fids), GFP_KERNEL);

	vsw_fids_init(fids);
	return fids;
}

/* Each VLAN is in one ring, and that is the one of its FID. */
static void check_rings(const struct vsw_fids *fids)
{
	u32 vid, next, n;

	for (vid = 0; vid < VLAN_N_VID; vid++) {
		n = 0;
		for (next = fids->next[vid]; next != vid && n < VLAN_N_VID;
		     next = fids->next[next], n++)
			check(fids->fid[next] == fids->fid[vid], "vid %u", vid);
		check(next == vid, "vid %u", vid);
		check(n || fids->fid[vid] == vid, "vid %u", vid);
	}
}

static void map(void)
{
	struct vsw_fids *fids = empty();
	u32 vid;

	check_rings(fids);
	check(!add(fids, ISOLATED, 100, 109, 109));
	check(!add(fids, COMMUNITY, 100, 101, 101));
	check(!add(fids, COMMUNITY, 100, 101, 101));
	check(!add(fids, PROMISCUOUS, 100, 101, 103));
	check(!add(fids, PROMISCUOUS, 200, 4090, 4094));
	check(!add(fids, VSWITCH_PVLAN_MODE_NONE, 300, 301, 301));
	check_rings(fids);
	for (vid = 0; vid < VLAN_N_VID; vid++) {
		u16 want = (vid >= 101 && vid <= 103) || vid == 109 ? 100 :
			   vid >= 4090 && vid <= 4094 ? 200 : vid;

		check(fids->fid[vid] == want, "vid %u", vid);
	}
	kfree(fids);
}

/* Whoever comes first, the second one is refused. */
static void contradictions(void)
{
	static const u8 modes[] = { ISOLATED, COMMUNITY, PROMISCUOUS };
	static const struct {
		u16 primary, secondary, primary2, secondary2;
		int err;
	} cases[] = {
		{ 100, 101, 100, 101, 0 },
		{ 100, 101, 100, 102, 0 },
		{ 100, 101, 200, 201, 0 },
		{ 100, 101, 200, 101, -EEXIST },
		{ 100, 101, 101, 102, -EINVAL },
		{ 100, 101, 200, 100, -EINVAL },
		{ 100, 101, 101, 100, -EINVAL },
	};
	u32 i, a, b;

	for (i = 0; i < 7 * 9; i++) {
		u32 c = i / 9;
		struct vsw_fids *fids = empty();
		int err;

		a = modes[i % 3];
		b = modes[i / 3 % 3];
		check(!add(fids, a, cases[c].primary, cases[c].secondary,
			   cases[c].secondary));
		err = add(fids, b, cases[c].primary2, cases[c].secondary2,
			  cases[c].secondary2);
		check(err == cases[c].err, "case %u: %d", c, err);
		vsw_fids_init(fids);
		check(!add(fids, b, cases[c].primary2, cases[c].secondary2,
			   cases[c].secondary2));
		err = add(fids, a, cases[c].primary, cases[c].secondary,
			  cases[c].secondary);
		check(!err == !cases[c].err, "case %u: %d", c, err);
		kfree(fids);
	}
}

static void sharing(void)
{
	struct vsw_vlan isolated = port(ISOLATED, 100, 109, 109);
	struct vsw_vlan other = port(COMMUNITY, 200, 201, 201);
	struct vsw_vlan access = { .pvid = 109, .untagged_only = true };
	struct vsw_vlan trunk = { .set = kzalloc(sizeof(*trunk.set), GFP_KERNEL),
				  .pvid = VSWITCH_VLAN_NONE };
	struct vsw_fids *fids = empty();

	__set_bit(103, trunk.set->members);
	__set_bit(300, trunk.set->members);
	check(!add(fids, ISOLATED, 100, 109, 109));
	check(!add(fids, PROMISCUOUS, 100, 101, 109));
	check(!add(fids, COMMUNITY, 200, 201, 201));

	check(vsw_fids_share(fids, &isolated, 100));
	check(!vsw_fids_share(fids, &other, 100));
	check(vsw_fids_share(fids, &access, 100));
	check(vsw_fids_share(fids, &trunk, 100));
	check(vsw_fids_share(fids, &trunk, 300));
	check(!vsw_fids_share(fids, &trunk, 200));
	check(!vsw_fids_share(fids, &trunk, 301));
	/* What is no FID has no addresses. */
	check(!vsw_fids_share(fids, &isolated, 109));
	check(!vsw_fids_share(fids, &access, 109));
	check(!vsw_fids_share(fids, &trunk, 103));
	kfree(isolated.set);
	kfree(other.set);
	kfree(trunk.set);
	kfree(fids);
}

static void changes(void)
{
	struct vsw_fids *old = empty(), *new = empty();
	DECLARE_BITMAP(left, VLAN_N_VID) = {};

	check(!vsw_fids_diff(NULL, NULL, left));
	check(!vsw_fids_diff(NULL, new, left));
	check(!add(old, COMMUNITY, 100, 101, 101));
	check(!add(new, COMMUNITY, 100, 102, 102));
	check(vsw_fids_diff(old, new, left));
	check(test_bit(100, left));
	check(test_bit(102, left));
	check(bitmap_weight(left, VLAN_N_VID) == 2);
	memset(left, 0, sizeof(left));
	check(vsw_fids_diff(old, NULL, left));
	check(test_bit(100, left) && bitmap_weight(left, VLAN_N_VID) == 1);
	memset(left, 0, sizeof(left));
	check(vsw_fids_diff(NULL, old, left));
	check(test_bit(101, left) && bitmap_weight(left, VLAN_N_VID) == 1);
	kfree(old);
	kfree(new);
}

#define CASES(X) X(map) X(contradictions) X(sharing) X(changes)

test_suite(pvlan, CASES);
