// SPDX-License-Identifier: GPL-2.0
/* vswitchctl fdb: the forwarding database. */
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "out.h"

static const struct choice states[] = {
	{ "learned", VSWITCH_FDB_STATE_LEARNED },
	{ "static", VSWITCH_FDB_STATE_STATIC },
	{ "assigned", VSWITCH_FDB_STATE_ASSIGNED },
	{}
};

/* "static" is the one state that flush takes; learned entries always go. */
static const struct choice flush_states[] = {
	{ "static", VSWITCH_FDB_STATE_STATIC },
	{}
};

/* [port DEV] [vlan N] [state STATE], in any order, each once. */
static int parse_filter(struct ctx *ctx, struct args *a,
			const struct choice *choices,
			struct vsw_fdb_filter *f)
{
	bool port = false, vlan = false, state = false;
	const char *dev;
	int err = 0;

	while (!err && arg_peek(a)) {
		if (arg_is(a, "port")) {
			err = arg_once(a, "port", &port);
			if (!err)
				err = arg_ifname(a, "port", &dev);
			if (!err)
				err = find_dev(ctx, "port", dev, &f->port);
		} else if (arg_is(a, "vlan")) {
			err = arg_once(a, "vlan", &vlan);
			f->has_vid = true;
			if (!err)
				err = arg_vlan(a, "vlan", 0, &f->vid);
		} else if (arg_is(a, "state")) {
			err = arg_once(a, "state", &state);
			f->has_state = true;
			if (!err)
				err = arg_choice(a, "state", choices,
						 &f->state);
		} else {
			err = arg_unknown(a, "port, vlan or state");
		}
	}
	return err;
}

/* An assigned MAC holds in each VLAN of its port, so no VLAN hides it. */
static bool matches(const struct vsw_fdb *e, const struct vsw_fdb_filter *f)
{
	return (!f->port || e->port == f->port) &&
	       (!f->has_vid || !e->has_vid || e->vid == f->vid) &&
	       (!f->has_state || e->state == f->state);
}

static int show_one(struct ctx *ctx, const char *name,
		    const struct vsw_fdb_filter *f)
{
	struct vsw_fdb *list;
	size_t n, i;

	if (vsw_fdb_dump(ctx->vsw, f->sw, &list, &n))
		return report(ctx, "fdb", name);
	for (i = 0; i < n; i++) {
		if (!matches(&list[i], f))
			continue;
		out_object_begin(NULL);
		show_fdb(&list[i]);
		out_object_end();
	}
	free(list);
	return EXIT_OK;
}

static int show_all(struct ctx *ctx, struct vsw_fdb_filter *f)
{
	struct vsw_switch *list;
	int err = EXIT_OK;
	size_t n, i;

	if (vsw_switch_dump(ctx->vsw, &list, &n))
		return report(ctx, "fdb", NULL);
	for (i = 0; !err && i < n; i++) {
		f->sw = list[i].ifindex;
		err = show_one(ctx, list[i].name, f);
	}
	vsw_switch_free(list, n);
	return err;
}

static bool is_filter_word(const char *word)
{
	return !strcmp(word, "port") || !strcmp(word, "vlan") ||
	       !strcmp(word, "state");
}

static int fdb_show(struct ctx *ctx, struct args *a)
{
	struct vsw_fdb_filter f = {};
	const char *name = NULL;
	struct vsw_switch sw;
	int err;

	if (arg_peek(a) && !is_filter_word(arg_peek(a))) {
		err = arg_ifname(a, "switch", &name);
		if (!err)
			err = find_switch(ctx, "fdb", name, &sw);
		if (err)
			return err;
		f.sw = sw.ifindex;
		vsw_switch_clear(&sw);
	}
	err = parse_filter(ctx, a, states, &f);
	if (err)
		return err;
	out_list_begin();
	err = name ? show_one(ctx, name, &f) : show_all(ctx, &f);
	out_list_end();
	return err;
}

/* SWITCH, which every changing verb begins with. */
static int take_switch(struct ctx *ctx, struct args *a, const char **name,
		       uint32_t *ifindex)
{
	struct vsw_switch sw;
	int err = arg_ifname(a, "switch", name);

	if (!err)
		err = find_switch(ctx, "fdb", *name, &sw);
	if (err)
		return err;
	*ifindex = sw.ifindex;
	vsw_switch_clear(&sw);
	return 0;
}

static int fdb_add(struct ctx *ctx, struct args *a)
{
	struct vsw_fdb_filter f = {};
	struct vsw_fdb fdb = {};
	const char *name;
	int err;

	err = take_switch(ctx, a, &name, &fdb.sw);
	if (!err)
		err = arg_mac(a, "address", fdb.mac);
	if (!err)
		err = parse_filter(ctx, a, states, &f);
	if (err)
		return err;
	if (f.has_state)
		return arg_usage(a, "'state' cannot be given: entries that are added are static");
	if (!f.port)
		return arg_usage(a, "'port DEV' is missing");
	fdb.port = f.port;
	fdb.vid = f.vid;
	if (vsw_fdb_add(ctx->vsw, &fdb))
		return report(ctx, "fdb", name);
	return EXIT_OK;
}

static int fdb_del(struct ctx *ctx, struct args *a)
{
	struct vsw_fdb fdb = {};
	const char *name;
	int err;

	err = take_switch(ctx, a, &name, &fdb.sw);
	if (!err)
		err = arg_mac(a, "address", fdb.mac);
	if (!err && arg_peek(a)) {
		if (!arg_is(a, "vlan"))
			return arg_unknown(a, "vlan");
		err = arg_vlan(a, "vlan", 0, &fdb.vid);
	}
	if (!err)
		err = arg_end(a);
	if (err)
		return err;
	if (vsw_fdb_del(ctx->vsw, &fdb))
		return report(ctx, "fdb", name);
	return EXIT_OK;
}

static int fdb_flush(struct ctx *ctx, struct args *a)
{
	struct vsw_fdb_filter f = {};
	const char *name;
	int err;

	err = take_switch(ctx, a, &name, &f.sw);
	if (!err)
		err = parse_filter(ctx, a, flush_states, &f);
	if (err)
		return err;
	if (vsw_fdb_flush(ctx->vsw, &f))
		return report(ctx, "fdb", name);
	return EXIT_OK;
}

static const struct verb verbs[] = {
	{ "show", fdb_show,
	  "[SWITCH] [port DEV] [vlan N] [state learned|static|assigned]" },
	{ "add", fdb_add, "SWITCH MAC port DEV [vlan N]" },
	{ "del", fdb_del, "SWITCH MAC [vlan N]" },
	{ "flush", fdb_flush, "SWITCH [port DEV] [vlan N] [state static]" },
	{}
};

const struct object fdb_object = {
	.name = "fdb",
	.verbs = verbs,
	.help =
"Without vlan, add and del mean the untagged VLAN, 0. Entries that are added\n"
"are static: they neither age nor move. flush removes learned entries, and\n"
"static ones as well with 'state static'. Assigned entries are the MACs of\n"
"ports: change them with 'vswitchctl port set DEV mac'.\n",
};
