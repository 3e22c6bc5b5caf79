// SPDX-License-Identifier: GPL-2.0
/* vswitchctl switch: the words; what they do is in convert.c. */
#include <string.h>
#include <linux/if_ether.h>

#include "cmd.h"
#include "convert.h"
#include "out.h"
#include "policy.h"

static const struct choice types[] = {
	{ "external", VSWITCH_SWITCH_TYPE_EXTERNAL },
	{ "internal", VSWITCH_SWITCH_TYPE_INTERNAL },
	{ "private", VSWITCH_SWITCH_TYPE_PRIVATE },
	{}
};

static const struct choice bandwidth_modes[] = {
	{ "weight", VSWITCH_BANDWIDTH_MODE_WEIGHT },
	{ "absolute", VSWITCH_BANDWIDTH_MODE_ABSOLUTE },
	{ "none", VSWITCH_BANDWIDTH_MODE_NONE },
	{}
};

static const struct choice vlan_protocols[] = {
	{ "802.1Q", ETH_P_8021Q },
	{ "802.1q", ETH_P_8021Q },
	{ "802.1ad", ETH_P_8021AD },
	{}
};

/* The bounds of the kernel's interface (netlink/vswitch.yaml). */
#define AGEING_TIME_MAX	1000000
#define FDB_LIMIT_MAX	1048576

struct words {
	struct vsw_switch_opts opts;
	bool has_management;
	bool management;
	const char *uplink;
	bool has_default_profile;
	char default_profile[VSWITCH_NAME_MAX + 1];	/* empty: none */
};

/* For set: a new switch has no profiles yet. */
#define SET_WORDS "type, uplink, management, ageing-time, fdb-limit or default-profile"

static int once(struct args *a, struct words *w, unsigned int opt,
		const char *word)
{
	if (w->opts.set & opt)
		return arg_usage(a, "'%s' is given twice", word);
	w->opts.set |= opt;
	return 0;
}

/* Words that add and set have in common. Returns -1 for one that is not. */
static int parse_common(struct args *a, struct words *w)
{
	struct vsw_switch_opts *o = &w->opts;
	int err;

	if (arg_is(a, "type")) {
		err = once(a, w, VSW_OPT_TYPE, "type");
		return err ? err : arg_choice(a, "type", types, &o->type);
	}
	if (arg_is(a, "uplink")) {
		err = once(a, w, VSW_OPT_UPLINK, "uplink");
		return err ? err : arg_ifname(a, "uplink", &w->uplink);
	}
	if (arg_is(a, "management")) {
		err = arg_once(a, "management", &w->has_management);
		return err ? err : arg_on_off(a, "management", &w->management);
	}
	if (arg_is(a, "ageing-time")) {
		err = once(a, w, VSW_OPT_AGEING_TIME, "ageing-time");
		return err ? err : arg_u32(a, "ageing-time", 1, AGEING_TIME_MAX,
					   &o->ageing_time);
	}
	if (arg_is(a, "fdb-limit")) {
		err = once(a, w, VSW_OPT_FDB_LIMIT, "fdb-limit");
		return err ? err : arg_u32(a, "fdb-limit", 1, FDB_LIMIT_MAX,
					   &o->fdb_limit);
	}
	return -1;
}

/* Words that only a new switch takes. */
static int parse_creation(struct args *a, struct words *w)
{
	struct vsw_switch_opts *o = &w->opts;
	uint32_t proto;
	int err;

	if (arg_is(a, "bandwidth-mode")) {
		err = once(a, w, VSW_OPT_BANDWIDTH_MODE, "bandwidth-mode");
		return err ? err : arg_choice(a, "bandwidth-mode",
					      bandwidth_modes,
					      &o->bandwidth_mode);
	}
	if (arg_is(a, "iov")) {
		err = once(a, w, VSW_OPT_IOV, "iov");
		return err ? err : arg_on_off(a, "iov", &o->iov);
	}
	if (arg_is(a, "vlan-protocol")) {
		err = once(a, w, VSW_OPT_VLAN_PROTO, "vlan-protocol");
		if (!err)
			err = arg_choice(a, "vlan-protocol", vlan_protocols,
					 &proto);
		if (!err)
			o->vlan_proto = proto;
		return err;
	}
	return arg_unknown(a, "type, uplink, management, bandwidth-mode, iov, ageing-time, fdb-limit or vlan-protocol");
}

/* A word that only a switch that is there takes. */
static int parse_change(struct args *a, struct words *w)
{
	int err;

	if (!arg_is(a, "default-profile"))
		return arg_unknown(a, SET_WORDS);
	err = arg_once(a, "default-profile", &w->has_default_profile);
	return err ? err : policy_parse_profile(a, "default-profile",
						w->default_profile);
}

static int check(const struct args *a, uint32_t type, const struct words *w,
		 bool uplink)
{
	if (type == VSWITCH_SWITCH_TYPE_PRIVATE && w->management)
		return arg_usage(a, "a private switch has no management: the host is not on it");
	if (type != VSWITCH_SWITCH_TYPE_EXTERNAL && uplink)
		return arg_usage(a, "an %s switch has no uplink, only an external one has",
				 vsw_switch_type_name(type));
	return 0;
}

static int switch_add(struct ctx *ctx, struct args *a)
{
	struct words w = { .uplink = NULL };
	const char *name;
	int err;

	err = arg_ifname(a, "name", &name);
	while (!err && arg_peek(a)) {
		err = parse_common(a, &w);
		if (err < 0)
			err = parse_creation(a, &w);
	}
	if (err)
		return err;
	if (w.uplink && !strcmp(w.uplink, "none"))
		return arg_usage(a, "'uplink none' is for set, leave it out");
	if (!(w.opts.set & VSW_OPT_TYPE))
		w.opts.type = w.uplink ? VSWITCH_SWITCH_TYPE_EXTERNAL :
					 VSWITCH_SWITCH_TYPE_INTERNAL;
	w.opts.set |= VSW_OPT_TYPE;
	err = check(a, w.opts.type, &w, w.uplink);
	if (err)
		return err;
	if (w.opts.type == VSWITCH_SWITCH_TYPE_EXTERNAL && !w.uplink)
		return arg_usage(a, "an external switch needs 'uplink DEV'");
	if (!w.has_management)
		w.management = w.opts.type != VSWITCH_SWITCH_TYPE_PRIVATE;

	if (vsw_connect(ctx->vsw))
		return report(ctx, "switch", name);
	if (w.uplink) {
		err = find_dev(ctx, "uplink", w.uplink, &w.opts.uplink);
		if (err)
			return err;
	}
	return convert_add(ctx, name, &w.opts, w.management);
}

/* What the words ask for, on top of what the switch is. */
static int resolve(struct ctx *ctx, const struct args *a,
		   const struct words *w, const struct vsw_switch *sw,
		   struct target *t)
{
	bool has_uplink = w->uplink && strcmp(w->uplink, "none");
	bool to_external;
	int err;

	*t = (struct target){
		.type = sw->type,
		.uplink = sw->uplink,
		.ageing_time = w->opts.ageing_time,
		.fdb_limit = w->opts.fdb_limit,
		.has_default_profile = w->has_default_profile,
	};
	memcpy(t->default_profile, w->default_profile,
	       sizeof(t->default_profile));
	if (w->opts.set & VSW_OPT_TYPE)
		t->type = w->opts.type;
	else if (has_uplink)
		t->type = VSWITCH_SWITCH_TYPE_EXTERNAL;
	to_external = t->type == VSWITCH_SWITCH_TYPE_EXTERNAL &&
		      sw->type != VSWITCH_SWITCH_TYPE_EXTERNAL;
	err = check(a, t->type, w, has_uplink);
	if (err)
		return err;
	if (to_external && !has_uplink)
		return arg_usage(a, "an external switch needs 'uplink DEV'");

	if (has_uplink)
		err = find_dev(ctx, "uplink", w->uplink, &t->uplink);
	else if (w->uplink || t->type != VSWITCH_SWITCH_TYPE_EXTERNAL)
		t->uplink = 0;
	if (err)
		return err;
	if (w->has_management)
		t->management = w->management ? MANAGEMENT_ON : MANAGEMENT_OFF;
	else if (t->type == VSWITCH_SWITCH_TYPE_PRIVATE)
		t->management = MANAGEMENT_OFF;
	else
		t->management = to_external ? MANAGEMENT_ON : MANAGEMENT_AS_IS;
	return 0;
}

/* With what takes rtnetlink it cannot be one transaction. */
static int stage_default(struct ctx *ctx, const struct args *a,
			 const struct words *w, const struct vsw_switch *sw)
{
	if (w->opts.set || w->has_management || w->uplink)
		return arg_usage(a, "with -a, default-profile is set in a line of its own");
	return batch_stage(ctx, STAGE_DEFAULT, sw->ifindex, w->default_profile,
			   NULL);
}

static int switch_set(struct ctx *ctx, struct args *a)
{
	struct words w = { .uplink = NULL };
	struct vsw_switch sw;
	struct target t;
	const char *name;
	int err;

	err = arg_ifname(a, "name", &name);
	if (!err && !arg_peek(a))
		err = arg_unknown(a, SET_WORDS);
	while (!err && arg_peek(a)) {
		err = parse_common(a, &w);
		if (err < 0)
			err = parse_change(a, &w);
	}
	if (!err)
		err = find_switch(ctx, "switch", name, &sw);
	if (err)
		return err;
	if (ctx->atomic && w.has_default_profile) {
		err = stage_default(ctx, a, &w, &sw);
	} else {
		err = resolve(ctx, a, &w, &sw, &t);
		if (!err)
			err = convert_set(ctx, &sw, &t);
	}
	vsw_switch_clear(&sw);
	return err;
}

static int switch_del(struct ctx *ctx, struct args *a)
{
	struct vsw_switch sw;
	const char *name;
	int err;

	err = arg_last_ifname(a, "name", &name);
	if (!err)
		err = find_switch(ctx, "switch", name, &sw);
	if (err)
		return err;
	err = convert_del(ctx, &sw);
	vsw_switch_clear(&sw);
	return err;
}

static void show_in_list(struct ctx *ctx, const struct vsw_switch *sw)
{
	out_object_begin(NULL);
	show_switch(ctx, sw);
	out_object_end();
}

static int switch_show(struct ctx *ctx, struct args *a)
{
	struct vsw_switch sw, *list;
	const char *name;
	size_t n, i;
	int err;

	if (arg_peek(a)) {
		err = arg_last_ifname(a, "name", &name);
		if (!err)
			err = find_switch(ctx, "switch", name, &sw);
		if (err)
			return err;
		out_list_begin();
		show_in_list(ctx, &sw);
		out_list_end();
		vsw_switch_clear(&sw);
		return EXIT_OK;
	}
	if (vsw_switch_dump(ctx->vsw, &list, &n))
		return report(ctx, "switch", NULL);
	out_list_begin();
	for (i = 0; i < n; i++)
		show_in_list(ctx, &list[i]);
	out_list_end();
	vsw_switch_free(list, n);
	return EXIT_OK;
}

static const struct verb verbs[] = {
	{ "show", switch_show, "[NAME]" },
	{ "add", switch_add,
	  "NAME [type external|internal|private] [uplink DEV]\n"
	  "                             [management on|off] [bandwidth-mode weight|absolute|none]\n"
	  "                             [iov on|off] [ageing-time SECONDS] [fdb-limit N]\n"
	  "                             [vlan-protocol 802.1Q|802.1ad]" },
	{ "set", switch_set,
	  "NAME [type external|internal|private] [uplink DEV|none]\n"
	  "                             [management on|off] [ageing-time SECONDS] [fdb-limit N]\n"
	  "                             [default-profile PROFILE|none]" },
	{ "del", switch_del, "NAME" },
	{}
};

const struct object switch_object = {
	.name = "switch",
	.verbs = verbs,
	.help =
"external: guests, the host and the wire; internal: guests and the host;\n"
"private: guests only. Without a type, a switch with an uplink is external and\n"
"one without is internal.\n"
"management on (the default, but for private) gives the host a vNIC, NAME-mgmt,\n"
"which takes over MAC, addresses and routes of the uplink; that gets them back\n"
"when it leaves the switch, or when management is turned off. Off, and type\n"
"private, delete all vNICs of the switch.\n",
};
