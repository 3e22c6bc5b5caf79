// SPDX-License-Identifier: GPL-2.0
/* vswitchctl acl: rules about what ports may send and receive. */
#include <inttypes.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "acl_args.h"
#include "cmd.h"
#include "out.h"

static void show_ports(const char *key, const char *end_key, const char *fmt,
		       const struct vsw_acl_ports *ports)
{
	if (!ports->given)
		return;
	out_uint(key, fmt, ports->first);
	if (ports->last != ports->first)
		out_uint(end_key, "-%" PRIu64, ports->last);
}

static void show_addr(const char *side, const struct vsw_acl_addr *addr)
{
	bool mac = addr->kind == VSW_ACL_ADDR_MAC ||
		   addr->kind == VSW_ACL_ADDR_ANY_MAC;
	bool local = !strcmp(side, "local");

	if (addr->kind == VSW_ACL_ADDR_NONE)
		return;
	out_text(" %s-%s ", side, mac ? "mac" : "ip");
	if (mac)
		out_str(local ? "local_mac" : "remote_mac", "%s",
			acl_addr_text(addr));
	else
		out_str(local ? "local_ip" : "remote_ip", "%s",
			acl_addr_text(addr));
}

/* In the words that would add it. */
static void show_rule(const struct vsw_acl_rule *rule)
{
	out_uint("id", "id %" PRIu64, rule->id);
	out_str("direction", " direction %s",
		vsw_acl_direction_name(rule->direction));
	out_str("action", " action %s", vsw_acl_action_name(rule->action));
	if (rule->has_weight)
		out_uint("weight", " weight %" PRIu64, rule->weight);
	if (rule->has_protocol)
		out_str("protocol", " protocol %s",
			acl_protocol_text(rule->protocol));
	show_addr("local", &rule->local);
	show_addr("remote", &rule->remote);
	show_ports("local_port", "local_port_end", " local-port %" PRIu64,
		   &rule->local_port);
	show_ports("remote_port", "remote_port_end", " remote-port %" PRIu64,
		   &rule->remote_port);
	if (rule->isolation_id)
		out_uint("isolation_id", " isolation-id %" PRIu64,
			 rule->isolation_id);
	if (rule->stateful) {
		out_on_off("stateful", NULL, true);
		out_text(" stateful");
		out_uint("idle_timeout", " idle-timeout %" PRIu64,
			 rule->idle_timeout);
	}
	if (rule->has_bytes)
		out_uint("bytes", "  %" PRIu64 " bytes", rule->bytes);
}

static void show_numbers(const struct vsw_acl *acl)
{
	out_break();
	out_uint("memory", "memory %" PRIu64 " bytes", acl->memory);
	out_uint("memory_per_rule", ", %" PRIu64 " per rule",
		 acl->total ? acl->memory / acl->total : 0);
	if (acl->flow_limit) {
		out_uint("flows", "  flows %" PRIu64, acl->flows);
		out_uint("flow_limit", " of at most %" PRIu64,
			 acl->flow_limit);
	}
}

/* In JSON a port is told from a profile by having an ifname. */
void show_acl(const struct vsw_acl *acl)
{
	const struct vsw_acl_owner *of = &acl->of;

	if (of->port) {
		out_str("ifname", "%s:", dev_name(of->port));
		out_str("switch", NULL, dev_name(of->sw));
	} else {
		out_str("profile", "profile %s", of->profile);
		out_str("switch", " switch %s:", dev_name(of->sw));
	}
	out_uint("count", " %" PRIu64 " rules", acl->total);
	if (!of->port)
		return;
	if (of->profile[0])
		out_str("profile", " from profile %s", of->profile);
	else if (out_is_json())
		out_null("profile");
}

/* The pieces of one owner, which follow each other. */
static size_t show_rules(struct ctx *ctx, const struct vsw_acl *list,
			      size_t n)
{
	size_t i, j;

	out_object_begin(NULL);
	show_acl(&list[0]);
	out_array_begin("rules");
	for (i = 0; i < n && vsw_acl_same_owner(&list[i].of, &list[0].of); i++) {
		for (j = 0; j < list[i].n; j++) {
			out_break();
			out_object_begin(NULL);
			show_rule(&list[i].rules[j]);
			out_object_end();
		}
	}
	out_array_end();
	if (ctx->stats)
		show_numbers(&list[0]);
	out_object_end();
	out_text("\n");
	return i;
}

/* What messages are about, before a name. */
const char *acl_what(const struct vsw_acl_owner *of)
{
	return of->port ? "acl" : "acl profile";
}

static int take_profile(struct ctx *ctx, struct args *a, const char **name,
			struct vsw_acl_owner *of)
{
	const char *sw_name;
	struct vsw_switch sw;
	int err;

	err = profile_parse_names(a, &sw_name, name);
	if (err || batch_last_profile(ctx, sw_name, *name, of))
		return err;
	err = find_switch(ctx, "switch", sw_name, &sw);
	if (err)
		return err;
	of->sw = sw.ifindex;
	snprintf(of->profile, sizeof(of->profile), "%s", *name);
	vsw_switch_clear(&sw);
	return 0;
}

/* DEV or profile SWITCH NAME; @name is that of the device or the profile. */
static int take_owner(struct ctx *ctx, struct args *a, const char **name,
		      struct vsw_acl_owner *of)
{
	int err;

	memset(of, 0, sizeof(*of));
	if (arg_is(a, "profile"))
		return take_profile(ctx, a, name, of);
	*name = arg_peek(a);
	if (*name && batch_last_port(ctx, *name, of)) {
		a->pos++;
		return 0;
	}
	err = arg_ifname(a, "device", name);
	if (err)
		return err;
	return find_dev(ctx, "acl", *name, &of->port);
}

static int acl_show(struct ctx *ctx, struct args *a)
{
	struct vsw_acl *list, one;
	const char *name = NULL;
	struct vsw_acl_owner of;
	size_t n, i;
	int err = 0;

	if (arg_peek(a)) {
		err = take_owner(ctx, a, &name, &of);
		if (!err)
			err = arg_end(a);
		if (err)
			return err;
		/* Is there such a one? A dump would not say. */
		if (vsw_acl_get(ctx->vsw, &of, &one))
			return report(ctx, acl_what(&of), name);
	}
	if (vsw_acl_dump(ctx->vsw, name ? &of : NULL, &list, &n))
		return report(ctx, "acl", name);
	out_list_begin();
	for (i = 0; i < n;)
		i += show_rules(ctx, &list[i], n - i);
	if (name && !n)
		show_rules(ctx, &one, 1);
	out_list_end();
	vsw_acl_free(list, n);
	return EXIT_OK;
}

static int change(struct ctx *ctx, struct args *a, enum acl_change_kind kind)
{
	struct vsw_acl_change chg = {};
	struct vsw_acl_rule rule;
	const char *name;
	int err;

	err = take_owner(ctx, a, &name, &chg.of);
	if (!err)
		err = kind == ACL_FLUSH ? arg_end(a) :
		      acl_args_rule(a, kind == ACL_DEL, &rule);
	if (err)
		return err;
	if (ctx->atomic)
		return batch_stage_acl(ctx, &chg.of, name, kind, &rule);
	if (kind == ACL_ADD)
		err = vsw_acl_add(ctx->vsw, &chg, &rule, 1);
	else if (kind == ACL_DEL)
		err = vsw_acl_del(ctx->vsw, &chg, &rule, 1);
	else
		err = vsw_acl_flush(ctx->vsw, &chg);
	return err ? report(ctx, acl_what(&chg.of), name) : EXIT_OK;
}

static int acl_add(struct ctx *ctx, struct args *a)
{
	return change(ctx, a, ACL_ADD);
}

static int acl_del(struct ctx *ctx, struct args *a)
{
	return change(ctx, a, ACL_DEL);
}

static int acl_flush(struct ctx *ctx, struct args *a)
{
	return change(ctx, a, ACL_FLUSH);
}

static const struct verb verbs[] = {
	{ "show", acl_show, "[DEV | profile SWITCH NAME]" },
	{ "add", acl_add, acl_rule_usage },
	{ "del", acl_del, "DEV | profile SWITCH NAME\n"
	  "         id N | direction in|out weight N | RULE" },
	{ "flush", acl_flush, "DEV | profile SWITCH NAME" },
	{}
};

const struct object acl_object = {
	.name = "acl",
	.verbs = verbs,
	.help =
"in and out are the guest's view: what it receives and what it sends. local is\n"
"its side. A rule without a weight is about one address: the longest prefix\n"
"that matches decides. A rule with a weight is about all that is said: the\n"
"highest weight that matches decides. Both have to allow; what no rule matches\n"
"passes. meter counts bytes. Many rules are best given in a file: -a -b FILE.\n"
"Rules of a profile are in force at its ports, all at once. A port with rules of\n"
"its own has none of its profile; without any, 'show' says where its rules are from.\n",
};
