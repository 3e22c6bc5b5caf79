// SPDX-License-Identifier: GPL-2.0
/* vswitchctl acl: rules about what ports may send and receive. */
#include <inttypes.h>
#include <net/if.h>
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
	if (rule->action == VSWITCH_ACL_ACTION_METER)
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

void show_acl(const struct vsw_acl *acl)
{
	out_str("ifname", "%s:", dev_name(acl->port));
	out_uint("count", " %" PRIu64 " rules", acl->total);
}

/* The pieces of one port, which follow each other. */
static size_t show_port_rules(struct ctx *ctx, const struct vsw_acl *list,
			      size_t n)
{
	size_t i, j;

	out_object_begin(NULL);
	show_acl(&list[0]);
	out_array_begin("rules");
	for (i = 0; i < n && list[i].port == list[0].port; i++) {
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
	return i;
}

static int take_port(struct ctx *ctx, struct args *a, const char **dev,
		     uint32_t *ifindex)
{
	int err = arg_ifname(a, "device", dev);

	if (err || batch_last_port(ctx, *dev, ifindex))
		return err;
	return find_dev(ctx, "acl", *dev, ifindex);
}

static int acl_show(struct ctx *ctx, struct args *a)
{
	struct vsw_acl *list, one;
	const char *dev = NULL;
	uint32_t ifindex = 0;
	size_t n, i;
	int err = 0;

	if (arg_peek(a)) {
		err = take_port(ctx, a, &dev, &ifindex);
		if (!err)
			err = arg_end(a);
		if (err)
			return err;
		/* Is it a port? A dump would not say. */
		if (vsw_acl_get(ctx->vsw, ifindex, &one))
			return report(ctx, "acl", dev);
	}
	if (vsw_acl_dump(ctx->vsw, ifindex, &list, &n))
		return report(ctx, "acl", dev);
	out_list_begin();
	for (i = 0; i < n;)
		i += show_port_rules(ctx, &list[i], n - i);
	if (dev && !n)
		show_port_rules(ctx, &one, 1);
	out_list_end();
	vsw_acl_free(list, n);
	return EXIT_OK;
}

static int change(struct ctx *ctx, struct args *a, enum acl_change_kind kind)
{
	struct vsw_acl_change chg = {};
	struct vsw_acl_rule rule;
	const char *dev;
	int err;

	err = take_port(ctx, a, &dev, &chg.port);
	if (!err)
		err = kind == ACL_FLUSH ? arg_end(a) :
		      acl_args_rule(a, kind == ACL_DEL, &rule);
	if (err)
		return err;
	if (ctx->atomic)
		return batch_stage_acl(ctx, chg.port, dev, kind, &rule);
	if (kind == ACL_ADD)
		err = vsw_acl_add(ctx->vsw, &chg, &rule, 1);
	else if (kind == ACL_DEL)
		err = vsw_acl_del(ctx->vsw, &chg, &rule, 1);
	else
		err = vsw_acl_flush(ctx->vsw, &chg);
	return err ? report(ctx, "acl", dev) : EXIT_OK;
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
	{ "show", acl_show, "[DEV]" },
	{ "add", acl_add, acl_rule_usage },
	{ "del", acl_del, "DEV id N | direction in|out weight N | RULE" },
	{ "flush", acl_flush, "DEV" },
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
"passes. meter counts bytes. Many rules are best given in a file: -a -b FILE.\n",
};
