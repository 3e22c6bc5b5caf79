// SPDX-License-Identifier: GPL-2.0
/* vswitchctl profile: settings under a name, which ports refer to. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "out.h"
#include "policy.h"

/* What the user may do about a profile that cannot go: who refers to it? */
static void note_users(struct ctx *ctx, uint32_t sw, const char *name)
{
	char list[256] = "";
	struct vsw_port *ports;
	size_t n, i, used = 0;

	if (vsw_port_dump(ctx->vsw, sw, &ports, &n))
		return;
	for (i = 0; i < n; i++) {
		if (strcmp(ports[i].profile, name))
			continue;
		if (used > 200) {
			snprintf(list + used, sizeof(list) - used, " ...");
			break;
		}
		used += snprintf(list + used, sizeof(list) - used, " %s",
				 ports[i].name);
	}
	vsw_port_free(ports, n);
	if (used)
		report_note(ctx, "profile %s: note: it is used by%s", name,
			    list);
}

int profile_parse_names(struct args *a, const char **sw, const char **name)
{
	char buf[VSWITCH_NAME_MAX + 1];
	int err;

	err = arg_ifname(a, "switch", sw);
	*name = arg_peek(a);
	if (!err && *name && !strcmp(*name, "none"))
		return arg_usage(a, "a profile is not called 'none', which is what ports without one have");
	return err ? err : policy_parse_profile(a, "name", buf);
}

/* The switch by its number. */
static int parse_place(struct ctx *ctx, struct args *a, uint32_t *ifindex,
		       const char **name)
{
	struct vsw_switch sw;
	const char *sw_name;
	int err;

	err = profile_parse_names(a, &sw_name, name);
	if (!err)
		err = find_switch(ctx, "switch", sw_name, &sw);
	if (err)
		return err;
	*ifindex = sw.ifindex;
	vsw_switch_clear(&sw);
	return 0;
}

/* All words are looked at before the kernel is asked for anything. */
static int parse(struct ctx *ctx, struct args *a, uint32_t *ifindex,
		 const char **name, struct vsw_port_change *chg)
{
	struct args place = *a;
	int err;

	a->pos += a->argc - a->pos < 2 ? a->argc - a->pos : 2;
	err = policy_parse_settings(a, chg);
	return err ? err : parse_place(ctx, &place, ifindex, name);
}

static int profile_add(struct ctx *ctx, struct args *a)
{
	struct vsw_port_change chg = { .set = 0 };
	const char *name;
	uint32_t sw;
	int err;

	err = parse(ctx, a, &sw, &name, &chg);
	if (err)
		return err;
	if (chg.unset)
		return arg_usage(a, "'default' is for set: a new profile says nothing of what is not named");
	if (ctx->atomic)
		return batch_stage(ctx, STAGE_PROFILE_ADD, sw, name, &chg);
	if (vsw_profile_add(ctx->vsw, sw, name, &chg))
		return report(ctx, "profile", name);
	return EXIT_OK;
}

static int profile_set(struct ctx *ctx, struct args *a)
{
	struct vsw_port_change chg = { .set = 0 };
	const char *name;
	uint32_t sw;
	int err;

	err = parse(ctx, a, &sw, &name, &chg);
	if (err)
		return err;
	if (!chg.set && !chg.unset)
		return arg_usage(a, "expected what to set, KEY VALUE or KEY default");
	if (ctx->atomic)
		return batch_stage(ctx, STAGE_PROFILE_SET, sw, name, &chg);
	if (vsw_profile_set(ctx->vsw, sw, name, &chg))
		return report(ctx, "profile", name);
	return EXIT_OK;
}

static int profile_del(struct ctx *ctx, struct args *a)
{
	const char *name;
	uint32_t sw;
	int err;

	err = parse_place(ctx, a, &sw, &name);
	if (!err)
		err = arg_end(a);
	if (err)
		return err;
	if (ctx->atomic)
		return batch_stage(ctx, STAGE_PROFILE_DEL, sw, name, NULL);
	if (!vsw_profile_del(ctx->vsw, sw, name, 0))
		return EXIT_OK;
	err = report(ctx, "profile", name);
	note_users(ctx, sw, name);
	return err;
}

static int show_one(struct ctx *ctx, struct args *a)
{
	struct vsw_profile profile;
	const char *name;
	uint32_t sw;
	int err;

	err = parse_place(ctx, a, &sw, &name);
	if (!err)
		err = arg_end(a);
	if (err)
		return err;
	if (vsw_profile_get(ctx->vsw, sw, name, &profile))
		return report(ctx, "profile", name);
	out_list_begin();
	out_object_begin(NULL);
	show_profile(&profile);
	out_object_end();
	out_list_end();
	return EXIT_OK;
}

static int profile_show(struct ctx *ctx, struct args *a)
{
	struct vsw_switch sw = { .ifindex = 0 };
	struct vsw_profile *list;
	const char *name = NULL;
	size_t n, i;
	int err;

	if (a->argc - a->pos > 1)
		return show_one(ctx, a);
	if (arg_peek(a)) {
		err = arg_last_ifname(a, "switch", &name);
		if (!err)
			err = find_switch(ctx, "switch", name, &sw);
		if (err)
			return err;
		vsw_switch_clear(&sw);
	}
	if (vsw_profile_dump(ctx->vsw, sw.ifindex, &list, &n))
		return report(ctx, "profile", name);
	out_list_begin();
	for (i = 0; i < n; i++) {
		out_object_begin(NULL);
		show_profile(&list[i]);
		out_object_end();
	}
	out_list_end();
	free(list);
	return EXIT_OK;
}

static const struct verb verbs[] = {
	{ "show", profile_show, "[SWITCH [NAME]]" },
	{ "add", profile_add, policy_usage_settings },
	{ "set", profile_set, "SWITCH NAME KEY VALUE|default ..." },
	{ "del", profile_del, "SWITCH NAME" },
	{}
};

const struct object profile_object = {
	.name = "profile",
	.verbs = verbs,
	.help =
"A profile is settings under a name. Ports refer to it ('port set DEV profile\n"
"NAME') and have from it what is not set on themselves; what it says nothing of\n"
"comes from the default profile of the switch ('switch set SWITCH\n"
"default-profile NAME'), which needs no reference, but does not apply to the\n"
"uplink. A change of a profile comes into force for all its ports at once. KEY\n"
"default makes the profile say nothing of it. One that is used cannot be deleted.\n",
};
