// SPDX-License-Identifier: GPL-2.0
/*
 * Sets of VLANs: lists as people write them, and the general form that the
 * kernel holds Hyper-V's modes in.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vswitch.h"

/* Digits only: strtoul would take signs, spaces and an empty string. */
static const char *parse_vid(const char *p, unsigned int *vid)
{
	unsigned int v = 0, digits = 0;

	for (; *p >= '0' && *p <= '9'; p++, digits++)
		if (v <= VSW_VLAN_MAX)
			v = v * 10 + (*p - '0');
	*vid = v;
	return digits ? p : NULL;
}

static bool vid_valid(unsigned int vid)
{
	return vid >= VSW_VLAN_MIN && vid <= VSW_VLAN_MAX;
}

/*
 * "all", or VLANs and ranges of VLANs with commas between them. Members may
 * repeat and ranges overlap: the list means their union. A range that runs
 * backwards is a slip of the hand, and refused.
 */
int vsw_vlan_parse_list(const char *text, struct vsw_vlan_set *set,
			char *why, size_t why_len)
{
	const char *p = text;

	memset(set, 0, sizeof(*set));
	if (!strcmp(text, "all")) {
		unsigned int vid;

		for (vid = VSW_VLAN_MIN; vid <= VSW_VLAN_MAX; vid++)
			vsw_vlan_add(set, vid);
		return 0;
	}

	for (;;) {
		unsigned int start, end;

		p = parse_vid(p, &start);
		end = start;
		if (p && *p == '-')
			p = parse_vid(p + 1, &end);
		if (!p || (*p && *p != ',')) {
			snprintf(why, why_len,
				 "'%s' is no list of VLANs, expected one like 10,20-30 or all",
				 text);
			return -1;
		}
		if (!vid_valid(start) || !vid_valid(end)) {
			snprintf(why, why_len,
				 "'%s' has a VLAN that is not in %d to %d",
				 text, VSW_VLAN_MIN, VSW_VLAN_MAX);
			return -1;
		}
		if (start > end) {
			snprintf(why, why_len, "range %u-%u runs backwards",
				 start, end);
			return -1;
		}
		for (; start <= end; start++)
			vsw_vlan_add(set, start);
		if (!*p)
			return 0;
		p++;
	}
}

bool vsw_vlan_next_range(const struct vsw_vlan_set *set, unsigned int from,
			 unsigned int *start, unsigned int *end)
{
	while (from <= VSW_VLAN_MAX && !vsw_vlan_has(set, from))
		from++;
	if (from > VSW_VLAN_MAX)
		return false;
	*start = from;
	while (from < VSW_VLAN_MAX && vsw_vlan_has(set, from + 1))
		from++;
	*end = from;
	return true;
}

char *vsw_vlan_format_list(const struct vsw_vlan_set *set)
{
	unsigned int from = VSW_VLAN_MIN, start, end;
	size_t len = 0;
	char *buf;

	/* Longest when every second VLAN is in it: 4 digits and a comma. */
	buf = malloc((VSW_VLAN_MAX / 2 + 1) * 5 + 1);
	if (!buf)
		return NULL;
	buf[0] = '\0';
	for (; vsw_vlan_next_range(set, from, &start, &end); from = end + 1) {
		if (start == VSW_VLAN_MIN && end == VSW_VLAN_MAX) {
			strcpy(buf, "all");
			break;
		}
		len += sprintf(buf + len, "%s%u", len ? "," : "", start);
		if (end > start)
			len += sprintf(buf + len, "-%u", end);
	}
	return buf;
}

void vsw_vlan_make_untagged(struct vsw_vlan *v)
{
	memset(v, 0, sizeof(*v));
	v->accept = VSWITCH_VLAN_ACCEPT_UNTAGGED;
	v->mode = VSWITCH_VLAN_MODE_UNTAGGED;
}

void vsw_vlan_make_access(struct vsw_vlan *v, unsigned int vid)
{
	memset(v, 0, sizeof(*v));
	v->pvid = vid;
	v->accept = VSWITCH_VLAN_ACCEPT_UNTAGGED;
	v->mode = VSWITCH_VLAN_MODE_ACCESS;
	vsw_vlan_add(&v->member, vid);
	vsw_vlan_add(&v->untagged, vid);
}

/* @native: a VLAN, 0 for "no VLAN", or VSWITCH_VLAN_NONE to drop */
void vsw_vlan_make_trunk(struct vsw_vlan *v, const struct vsw_vlan_set *tagged,
			 unsigned int native)
{
	memset(v, 0, sizeof(*v));
	v->pvid = native;
	v->accept = VSWITCH_VLAN_ACCEPT_ALL;
	v->mode = VSWITCH_VLAN_MODE_TRUNK;
	v->member = *tagged;
	if (vid_valid(native)) {
		vsw_vlan_add(&v->member, native);
		vsw_vlan_add(&v->untagged, native);
	}
}
