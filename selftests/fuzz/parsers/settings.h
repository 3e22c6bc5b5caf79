/* SPDX-License-Identifier: GPL-2.0 */
/* A port's VLAN settings out of the input, and the same as a plain list. */
#ifndef _FUZZ_SETTINGS_H
#define _FUZZ_SETTINGS_H

#include "fuzz_target.h"
#include "vlan.h"

struct settings {
	struct vsw_vlan vlan;
	bool member[4096];
	bool untagged[4096];
};

static inline uint16_t take_vid(struct input *in)
{
	static const uint16_t often[] = { 0, 1, 2, 10, 4094, 4095 };
	uint8_t v = take_u8(in);

	return v < 6 ? often[v] : (v << 8 | take_u8(in)) % 4096;
}

/* What the netlink parser lets through: ranges that do not overlap, 1 to 4094,
 * a PVID that is one of them, 0, or none; and what it refuses made good.
 */
static inline void take_settings(struct input *in, struct settings *s)
{
	struct vsw_vlan_set *set = vsw_vlan_set_alloc();
	bool untagged_only = take_u8(in) & 1;
	unsigned int n = take_u8(in) % 8;
	uint16_t pvid = take_vid(in);

	memset(s, 0, sizeof(*s));
	while (n--) {
		uint16_t start = take_vid(in), end = start + take_u8(in) % 32;
		bool untagged = take_u8(in) & 1;

		for (; start <= end && start < 4095; start++) {
			if (!start)
				continue;
			s->member[start] = true;
			s->untagged[start] = untagged;
			__set_bit(start, set->members);
			__assign_bit(start, set->untagged, untagged);
		}
	}
	if (pvid && pvid != VSWITCH_VLAN_NONE && !s->member[pvid])
		pvid = 0;
	if (untagged_only && pvid == VSWITCH_VLAN_NONE)
		untagged_only = false;
	s->member[0] = !pvid;
	s->untagged[0] = !pvid;
	vsw_vlan_replace(&s->vlan, set, pvid, untagged_only);
}

#endif
