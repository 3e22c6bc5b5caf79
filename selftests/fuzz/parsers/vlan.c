// SPDX-License-Identifier: GPL-2.0
/*
 * VLAN admission: settings mean what was set, in either of their forms, and a
 * frame is sorted as the documentation has it, written down a second time.
 */
#include "../../../kernel/vswitch/vlan.c"
#include "settings.h"

static const __be16 tpids[] = { 0, 0x0081, 0xa888, 0x0008 };
/* What follows a tag: more of these are tags than a switch can sort by. */
static const __be16 inners[] = {
	0x0008, 0x0081, 0xa888, 0x0008, 0x0091, 0x0092, 0x0093, 0xdd86,
};

static bool is_tag(__be16 type)
{
	return type != inners[0] && type != inners[7];
}

static void same_settings(const struct settings *s, const struct vsw_vlan *v)
{
	int vid;

	for (vid = 0; vid < 4096; vid++) {
		must(vsw_vlan_member(v, vid) == s->member[vid] ||
		     vid == VSWITCH_VLAN_NONE);
		if (s->member[vid])
			must(vsw_vlan_untagged(v, vid) == s->untagged[vid]);
	}
}

static enum vsw_drop_reason sort(const struct settings *s,
				 const struct vsw_tags *t, __be16 tpid,
				 u16 *vid)
{
	bool tag_inside = is_tag(t->inner);
	bool strict = s->vlan.untagged_only;
	u16 tagged = t->tci % 4096;

	if (t->tpid == tpid && tagged) {
		if (strict)
			return VSW_DROP_VLAN_TAGGED;
		*vid = tagged;
		return s->member[tagged] ? VSW_PASS : VSW_DROP_VLAN_NOT_MEMBER;
	}
	/* Behind a priority tag. */
	if (t->tpid == tpid && (t->inner == tpid || (strict && tag_inside)))
		return VSW_DROP_DOUBLE_TAGGED;
	if (t->tpid != tpid && strict && (t->tpid || tag_inside))
		return VSW_DROP_VLAN_TAGGED;
	if (s->vlan.pvid == VSWITCH_VLAN_NONE)
		return VSW_DROP_VLAN_UNTAGGED;
	*vid = s->vlan.pvid;
	return VSW_PASS;
}

static void same_again(const struct settings *s)
{
	struct vsw_vlan again = { .pvid = 7 };
	struct vsw_vlan_set *copy = vsw_vlan_set_dup(&s->vlan);

	vsw_vlan_replace(&again, copy, s->vlan.pvid, s->vlan.untagged_only);
	same_settings(s, &again);
	must(!again.set == !s->vlan.set);
	must(vsw_vlan_mode(&again) == vsw_vlan_mode(&s->vlan));
	vsw_vlan_put(&again);
}

static void modes(const struct settings *s)
{
	enum vswitch_vlan_mode mode = vsw_vlan_mode(&s->vlan);
	int members = 0, untagged = 0, vid;
	u16 pvid = s->vlan.pvid;

	for (vid = 0; vid < 4095; vid++) {
		members += s->member[vid];
		untagged += s->member[vid] && s->untagged[vid];
	}
	if (mode == VSWITCH_VLAN_MODE_UNTAGGED)
		must(s->vlan.untagged_only && !pvid && members == 1);
	if (mode == VSWITCH_VLAN_MODE_ACCESS)
		must(s->vlan.untagged_only && pvid && members == 1 &&
		     s->untagged[pvid]);
	if (mode == VSWITCH_VLAN_MODE_TRUNK)
		must(!s->vlan.untagged_only && (pvid == VSWITCH_VLAN_NONE ?
		     !untagged : untagged == 1 && s->untagged[pvid]));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	static struct settings s;

	take_settings(&in, &s);
	same_settings(&s, &s.vlan);
	same_again(&s);
	modes(&s);
	while (in.size >= 4) {
		uint8_t kinds = take_u8(&in);
		struct vsw_tags tags = {
			.tpid = tpids[kinds & 3] == tpids[3] ? 0 :
				tpids[kinds & 3],
			.inner = inners[(kinds >> 2 & 3) | (kinds >> 3 & 4)],
			.tci = take_vid(&in) | take_u8(&in) << 12,
		};
		__be16 tpid = tpids[1 + (kinds >> 4 & 1)];
		u16 got = 0xffff, want = 0xffff;
		int reason = vsw_vlan_ingress(&s.vlan, &tags, tpid, &got);

		must(reason == (int)sort(&s, &tags, tpid, &want));
		if (reason)
			continue;
		must(got == want && s.member[got]);
		/* Let out at the same port, it never shows a tag unsorted. */
		must(vsw_vlan_uncovers(&s.vlan, got, tags.inner, tpid) ==
		     (is_tag(tags.inner) && s.untagged[got] &&
		      (tags.inner == tpid || s.vlan.untagged_only)));
	}
	vsw_vlan_put(&s.vlan);
	return 0;
}
