// SPDX-License-Identifier: GPL-2.0
/* Lists of VLANs, and what they are turned into. */
#include <stdlib.h>
#include <string.h>

#include "tap.h"
#include "vswitch.h"

/* What a list reads as when it is printed again; NULL when it is refused. */
static char *reprint(const char *text)
{
	struct vsw_vlan_set set;
	char why[192];

	if (vsw_vlan_parse_list(text, &set, why, sizeof(why)))
		return NULL;
	return vsw_vlan_format_list(&set);
}

static void reads_as(const char *text, const char *want)
{
	char *got = reprint(text);

	ok(got && !strcmp(got, want), "'%s' reads as '%s'", text, want);
	if (!got || strcmp(got, want))
		printf("# got '%s'\n", got ? got : "a refusal");
	free(got);
}

static void refused(const char *text, const char *reason)
{
	struct vsw_vlan_set set;
	char why[192] = "";
	int err = vsw_vlan_parse_list(text, &set, why, sizeof(why));

	ok(err && strstr(why, reason), "'%s' is refused: %s", text, reason);
	if (!err || !strstr(why, reason))
		printf("# got '%s'\n", why);
}

static void longest_list(void)
{
	struct vsw_vlan_set set = {}, again;
	char why[192], *text;
	unsigned int vid;

	for (vid = VSW_VLAN_MIN; vid <= VSW_VLAN_MAX; vid += 2)
		vsw_vlan_add(&set, vid);
	text = vsw_vlan_format_list(&set);
	ok(text && !vsw_vlan_parse_list(text, &again, why, sizeof(why)) &&
	   !memcmp(&set, &again, sizeof(set)),
	   "the longest list survives printing and parsing");
	free(text);
}

static void modes(void)
{
	struct vsw_vlan_set list;
	struct vsw_vlan v;
	char why[192];

	vsw_vlan_make_untagged(&v);
	ok(v.pvid == 0 && v.accept == VSWITCH_VLAN_ACCEPT_UNTAGGED,
	   "untagged: PVID 0, no tagged frames");
	vsw_vlan_make_access(&v, 10);
	ok(v.pvid == 10 && vsw_vlan_has(&v.member, 10) &&
	   vsw_vlan_has(&v.untagged, 10) &&
	   v.accept == VSWITCH_VLAN_ACCEPT_UNTAGGED,
	   "access 10: PVID 10, leaves untagged, no tagged frames");

	vsw_vlan_parse_list("10,20-22", &list, why, sizeof(why));
	vsw_vlan_make_trunk(&v, &list, VSWITCH_VLAN_NONE);
	ok(v.pvid == VSWITCH_VLAN_NONE && vsw_vlan_has(&v.member, 21) &&
	   !vsw_vlan_has(&v.untagged, 21) &&
	   v.accept == VSWITCH_VLAN_ACCEPT_ALL,
	   "trunk without native: no PVID, all tagged");
	vsw_vlan_make_trunk(&v, &list, 0);
	ok(v.pvid == 0 && !vsw_vlan_has(&v.member, 0),
	   "trunk native 0: PVID 0, which is not listed");
	vsw_vlan_make_trunk(&v, &list, 1);
	ok(v.pvid == 1 && vsw_vlan_has(&v.member, 1) &&
	   vsw_vlan_has(&v.untagged, 1),
	   "trunk native 1: a member, and leaves untagged");
	vsw_vlan_make_trunk(&v, &list, 20);
	ok(vsw_vlan_has(&v.untagged, 20) && vsw_vlan_has(&v.member, 20),
	   "a native VLAN out of the list leaves untagged");
}

int main(void)
{
	reads_as("10", "10");
	reads_as("10,20-30", "10,20-30");
	reads_as("1-4094", "all");
	reads_as("all", "all");
	reads_as("1,4094", "1,4094");
	reads_as("5-5", "5");
	reads_as("30,10", "10,30");
	reads_as("10,10", "10");
	reads_as("10-20,15-25", "10-25");
	reads_as("10-12,13-15", "10-15");
	reads_as("007", "7");

	refused("", "no list of VLANs");
	refused(",", "no list of VLANs");
	refused("10,", "no list of VLANs");
	refused(",10", "no list of VLANs");
	refused("10,,20", "no list of VLANs");
	refused("10-", "no list of VLANs");
	refused("-10", "no list of VLANs");
	refused("10-20-30", "no list of VLANs");
	refused("10 20", "no list of VLANs");
	refused(" 10", "no list of VLANs");
	refused("+10", "no list of VLANs");
	refused("0x10", "no list of VLANs");
	refused("ten", "no list of VLANs");
	refused("all,10", "no list of VLANs");
	refused("0", "not in 1 to 4094");
	refused("4095", "not in 1 to 4094");
	refused("10-4095", "not in 1 to 4094");
	refused("0-10", "not in 1 to 4094");
	refused("4294967297", "not in 1 to 4094");
	refused("99999999999999999999", "not in 1 to 4094");
	refused("30-20", "runs backwards");

	longest_list();
	modes();
	return tap_done();
}
