// SPDX-License-Identifier: GPL-2.0
/* The settings of a port, as words: KEY VALUE pairs. */
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "policy.h"

/* untagged | access N | trunk LIST [native N|none] */
static int parse_vlan(struct args *a, struct vsw_port_change *chg)
{
	uint16_t vid, native = VSWITCH_VLAN_NONE;
	struct vsw_vlan_set set;
	const char *list;
	char why[192];
	int err;

	if (arg_is(a, "untagged")) {
		vsw_vlan_make_untagged(&chg->vlan);
		return 0;
	}
	if (arg_is(a, "access")) {
		err = arg_vlan(a, "vlan access", VSW_VLAN_MIN, &vid);
		if (!err)
			vsw_vlan_make_access(&chg->vlan, vid);
		return err;
	}
	if (!arg_is(a, "trunk"))
		return arg_unknown(a, "untagged, access, trunk or default after 'vlan'");
	err = arg_word(a, "vlan trunk list", &list);
	if (err)
		return err;
	if (vsw_vlan_parse_list(list, &set, why, sizeof(why)))
		return arg_usage(a, "vlan trunk: %s", why);
	if (arg_is(a, "native") && !arg_is(a, "none")) {
		err = arg_vlan(a, "native", 0, &native);
		if (err)
			return err;
	}
	vsw_vlan_make_trunk(&chg->vlan, &set, native);
	return 0;
}

static unsigned int count_vlans(const struct vsw_vlan_set *set)
{
	unsigned int vid, n = 0;

	for (vid = VSW_VLAN_MIN; vid <= VSW_VLAN_MAX; vid++)
		n += vsw_vlan_has(set, vid);
	return n;
}

/* isolated|community|promiscuous primary N secondary LIST */
static int parse_pvlan(struct args *a, struct vsw_port_change *chg)
{
	static const struct choice modes[] = {
		{ "isolated", VSWITCH_PVLAN_MODE_ISOLATED },
		{ "community", VSWITCH_PVLAN_MODE_COMMUNITY },
		{ "promiscuous", VSWITCH_PVLAN_MODE_PROMISCUOUS },
		{}
	};
	struct vsw_pvlan *pvlan = &chg->pvlan;
	const char *list;
	char why[192];
	int err;

	err = arg_choice(a, "pvlan", modes, &pvlan->mode);
	if (err)
		return err;
	if (!arg_is(a, "primary"))
		return arg_unknown(a, "primary and its VLAN after the mode of a pvlan");
	err = arg_vlan(a, "primary", VSW_VLAN_MIN, &pvlan->primary);
	if (err)
		return err;
	if (!arg_is(a, "secondary"))
		return arg_unknown(a, "secondary and its VLAN after the primary of a pvlan");
	err = arg_word(a, "secondary", &list);
	if (err)
		return err;
	if (vsw_vlan_parse_list(list, &pvlan->secondary, why, sizeof(why)))
		return arg_usage(a, "secondary: %s", why);
	if (vsw_vlan_has(&pvlan->secondary, pvlan->primary))
		return arg_usage(a, "secondary '%s' has the primary VLAN %u in it, expected others",
				 list, pvlan->primary);
	if (pvlan->mode != VSWITCH_PVLAN_MODE_PROMISCUOUS &&
	    count_vlans(&pvlan->secondary) != 1)
		return arg_usage(a, "secondary '%s' is more than one VLAN, which only a promiscuous port has",
				 list);
	return 0;
}

static int parse_assigned(struct args *a, struct vsw_port_change *chg)
{
	return arg_is(a, "none") ? 0 : arg_mac(a, "mac", chg->mac);
}

static int parse_vm(struct args *a, struct vsw_port_change *chg)
{
	const char *name;
	int err;

	if (arg_is(a, "none"))
		return 0;
	err = arg_word(a, "vm", &name);
	if (err)
		return err;
	if (!*name || strlen(name) > VSWITCH_NAME_MAX)
		return arg_usage(a, "vm '%s' is not a name of 1 to %d characters, or none",
				 name, VSWITCH_NAME_MAX);
	strcpy(chg->vm, name);
	return 0;
}

int policy_parse_profile(struct args *a, const char *what, char *name)
{
	const char *word;
	int err;

	if (arg_is(a, "none")) {
		*name = '\0';
		return 0;
	}
	err = arg_word(a, what, &word);
	if (err)
		return err;
	if (!*word || strlen(word) > VSWITCH_NAME_MAX || strpbrk(word, " \t\n"))
		return arg_usage(a, "%s '%s' is no name of a profile, expected 1 to %d characters and no blanks, or none",
				 what, word, VSWITCH_NAME_MAX);
	strcpy(name, word);
	return 0;
}

static int parse_profile(struct args *a, struct vsw_port_change *chg)
{
	return policy_parse_profile(a, "profile", chg->profile);
}

static int parse_spoofing(struct args *a, struct vsw_port_change *chg)
{
	return arg_on_off(a, "mac-spoofing", &chg->mac_spoofing);
}

static int parse_dhcp_guard(struct args *a, struct vsw_port_change *chg)
{
	return arg_on_off(a, "dhcp-guard", &chg->dhcp_guard);
}

static int parse_router_guard(struct args *a, struct vsw_port_change *chg)
{
	return arg_on_off(a, "router-guard", &chg->router_guard);
}

static int parse_teaming(struct args *a, struct vsw_port_change *chg)
{
	return arg_on_off(a, "allow-teaming", &chg->allow_teaming);
}

static int parse_priority(struct args *a, struct vsw_port_change *chg)
{
	return arg_on_off(a, "ieee-priority-tag", &chg->priority_tag);
}

static int parse_storm_limit(struct args *a, struct vsw_port_change *chg)
{
	if (arg_is(a, "none"))
		return 0;
	return arg_u32(a, "storm-limit", 0, UINT32_MAX, &chg->storm_limit);
}

static int parse_ip_limit(struct args *a, struct vsw_port_change *chg)
{
	if (arg_is(a, "none"))
		return 0;
	return arg_u32(a, "dynamic-ip-limit", 0, VSWITCH_DYNAMIC_IP_LIMIT_MAX,
		       &chg->ip_limit);
}

/* none|source|destination [session N] */
static int parse_mirror(struct args *a, struct vsw_port_change *chg)
{
	static const struct choice modes[] = {
		{ "none", VSWITCH_MIRROR_MODE_NONE },
		{ "source", VSWITCH_MIRROR_MODE_SOURCE },
		{ "destination", VSWITCH_MIRROR_MODE_DESTINATION },
		{}
	};
	uint32_t session;
	int err;

	err = arg_choice(a, "mirror", modes, &chg->mirror);
	if (err || !chg->mirror || !arg_is(a, "session"))
		return err;
	err = arg_u32(a, "session", 0, UINT8_MAX, &session);
	if (!err)
		chg->mirror_session = session;
	return err;
}

/*
 * @setting 0: nobody's default. vlan and pvlan are two ways to say the same
 * setting, so only one of them can be given.
 */
static const struct key {
	const char *name;
	uint32_t setting;
	int (*parse)(struct args *a, struct vsw_port_change *chg);
} keys[] = {
	{ "vlan", VSWITCH_PORT_SETTING_VLAN, parse_vlan },
	{ "pvlan", VSWITCH_PORT_SETTING_VLAN, parse_pvlan },
	{ "mac", 0, parse_assigned },
	{ "vm", 0, parse_vm },
	{ "profile", 0, parse_profile },
	{ "mac-spoofing", VSWITCH_PORT_SETTING_MAC_SPOOFING, parse_spoofing },
	{ "allow-teaming", VSWITCH_PORT_SETTING_ALLOW_TEAMING, parse_teaming },
	{ "dhcp-guard", VSWITCH_PORT_SETTING_DHCP_GUARD, parse_dhcp_guard },
	{ "router-guard", VSWITCH_PORT_SETTING_ROUTER_GUARD,
	  parse_router_guard },
	{ "dynamic-ip-limit", VSWITCH_PORT_SETTING_DYNAMIC_IP_LIMIT,
	  parse_ip_limit },
	{ "storm-limit", VSWITCH_PORT_SETTING_STORM_LIMIT, parse_storm_limit },
	{ "ieee-priority-tag", VSWITCH_PORT_SETTING_IEEE_PRIORITY_TAG,
	  parse_priority },
	{ "mirror", VSWITCH_PORT_SETTING_MIRROR, parse_mirror },
};

#define N_KEYS (sizeof(keys) / sizeof(keys[0]))

#define USAGE_VLANS							\
"[vlan untagged | vlan access N | vlan trunk LIST|all [native N|none]]\n"	\
"         [pvlan isolated|community primary N secondary N]\n"		\
"         [pvlan promiscuous primary N secondary LIST]\n"

#define USAGE_REST							\
"         [dhcp-guard on|off] [router-guard on|off]\n"			\
"         [dynamic-ip-limit N|none] [storm-limit PPS|none]\n"		\
"         [ieee-priority-tag on|off]\n"					\
"         [mirror none | mirror source|destination [session N]]"

const char policy_usage[] =
"DEV " USAGE_VLANS
"         [mac ADDR|auto|none] [mac-spoofing on|off]\n"
"         [vm NAME|none] [allow-teaming on|off]\n"
USAGE_REST "\n"
"         [profile NAME|none] [KEY default]";

const char policy_usage_settings[] =
"SWITCH NAME\n"
"         " USAGE_VLANS
"         [mac-spoofing on|off] [allow-teaming on|off]\n"
USAGE_REST;

static int unknown_key(struct args *a, bool port)
{
	char list[256] = "";
	size_t i, used = 0;

	for (i = 0; i < N_KEYS && used < sizeof(list); i++)
		if (port || keys[i].setting)
			used += snprintf(list + used, sizeof(list) - used,
					 "%s%s", !used ? "" :
					 i + 1 < N_KEYS ? ", " : " or ",
					 keys[i].name);
	return arg_unknown(a, list);
}

static const struct key *next_key(struct args *a, bool port)
{
	size_t i;

	for (i = 0; i < N_KEYS; i++)
		if ((port || keys[i].setting) && arg_is(a, keys[i].name))
			return &keys[i];
	return NULL;
}

static int parse_key(struct args *a, const struct key *key,
		     struct vsw_port_change *chg)
{
	if ((chg->set | chg->unset) & key->setting) {
		if (key->setting == VSWITCH_PORT_SETTING_VLAN)
			return arg_usage(a, "'vlan' and 'pvlan' set the same thing, expected it once");
		return arg_usage(a, "'%s' is given twice", key->name);
	}
	if (key->setting && arg_is(a, "default")) {
		chg->unset |= key->setting;
		return 0;
	}
	chg->set |= key->setting;
	return key->parse(a, chg);
}

/* @auto_mac NULL: not of a port */
static int parse_keys(struct args *a, struct vsw_port_change *chg,
		      bool *auto_mac)
{
	const struct key *key;
	int err;

	do {
		key = next_key(a, auto_mac);
		if (!key)
			return unknown_key(a, auto_mac);
		err = 0;
		if (key->parse == parse_assigned)
			err = arg_once(a, key->name, &chg->has_mac);
		else if (key->parse == parse_vm)
			err = arg_once(a, key->name, &chg->has_vm);
		else if (key->parse == parse_profile)
			err = arg_once(a, key->name, &chg->has_profile);
		if (err)
			return err;
		if (key->parse == parse_assigned && arg_is(a, "auto"))
			*auto_mac = true;
		else
			err = parse_key(a, key, chg);
		if (err)
			return err;
	} while (arg_peek(a));
	return 0;
}

int policy_parse(struct args *a, struct vsw_port_change *chg, bool *auto_mac)
{
	*auto_mac = false;
	return parse_keys(a, chg, auto_mac);
}

int policy_parse_settings(struct args *a, struct vsw_port_change *chg)
{
	return arg_peek(a) ? parse_keys(a, chg, NULL) : 0;
}
