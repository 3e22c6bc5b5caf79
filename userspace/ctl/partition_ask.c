// SPDX-License-Identifier: GPL-2.0
/* vswitchctl partition shutdown, kvp: what the guest itself answers. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "out.h"

/* No more, or none of this key: ERROR_NO_MORE_ITEMS, ERROR_FILE_NOT_FOUND. */
#define STATUS_NO_MORE		0x80070103
#define STATUS_NOT_FOUND	0x80070002

static int judge(struct ctx *ctx, const char *name,
		 const struct vsw_answer *answer)
{
	switch (answer->outcome) {
	case VMBUS_HOST_OUTCOME_DONE:
		return EXIT_OK;
	case VMBUS_HOST_OUTCOME_REFUSED:
		return report_text(ctx, "partition", name,
				   "the guest refuses: status 0x%08x",
				   answer->status);
	case VMBUS_HOST_OUTCOME_TIMEOUT:
		return report_text(ctx, "partition", name,
				   "the guest does not answer");
	default:
		return report_text(ctx, "partition", name,
				   "the guest has closed the channel before it answered");
	}
}

int partition_shutdown(struct ctx *ctx, struct args *a)
{
	uint32_t action = VMBUS_HOST_SHUTDOWN_ACTION_POWER_OFF;
	struct vsw_answer answer;
	bool force = false;
	const char *name;
	int err;

	err = partition_name(a, &name);
	if (!err && arg_is(a, "reboot"))
		action = VMBUS_HOST_SHUTDOWN_ACTION_REBOOT;
	else if (!err && arg_is(a, "hibernate"))
		action = VMBUS_HOST_SHUTDOWN_ACTION_HIBERNATE;
	if (!err)
		force = arg_is(a, "force");
	if (!err && arg_peek(a))
		err = arg_unknown(a, "reboot, hibernate or force");
	if (err)
		return err;
	if (vsw_partition_shutdown(ctx->vsw, name, action, force, &answer))
		return report(ctx, "partition", name);
	err = judge(ctx, name, &answer);
	if (!err && out_is_json()) {
		out_list_begin();
		out_object_begin(NULL);
		out_str("name", NULL, name);
		out_str("action", NULL, vsw_shutdown_action_name(action));
		out_str("outcome", NULL, vsw_outcome_name(answer.outcome));
		out_object_end();
		out_list_end();
	}
	return err;
}

/* What a guest says can be meant for the terminal. */
static const char *harmless(const char *text)
{
	static char copy[VMBUS_HOST_KVP_VALUE_MAX + 1];
	unsigned char *at;

	snprintf(copy, sizeof(copy), "%s", text);
	for (at = (unsigned char *)copy; *at; at++) {
		if (*at < 0x20 || *at == 0x7f)
			*at = '?';
		/* U+0080 to U+009F do the same as ESC and a letter. */
		else if (*at == 0xc2 && at[1] >= 0x80 && at[1] < 0xa0)
			*at = at[1] = '?';
	}
	return copy;
}

/* The order in which one would look for a key. */
static const uint32_t pools[] = {
	VMBUS_HOST_KVP_POOL_AUTO,
	VMBUS_HOST_KVP_POOL_GUEST,
	VMBUS_HOST_KVP_POOL_EXTERNAL,
};

static void show_kvp(const struct vsw_kvp *kvp)
{
	out_object_begin(NULL);
	out_str("pool", "%s", vsw_kvp_pool_name(kvp->pool));
	out_str("key", " %s", out_is_json() ? kvp->key : harmless(kvp->key));
	out_str("value", ": %s\n",
		out_is_json() ? kvp->value : harmless(kvp->value));
	out_object_end();
}

static bool is_end(const struct vsw_answer *answer)
{
	return answer->outcome == VMBUS_HOST_OUTCOME_REFUSED &&
	       (answer->status == STATUS_NO_MORE ||
		answer->status == STATUS_NOT_FOUND);
}

/* Until a guest says that there are no more; one need never say so. */
#define INDEX_MAX	1024

/* All of a pool, or @only, whose value is shown alone. */
static int walk_pool(struct ctx *ctx, const char *name, uint32_t pool,
		     const char *only, bool *found)
{
	struct vsw_kvp kvp = { .pool = pool };
	struct vsw_answer answer;

	for (; kvp.index < INDEX_MAX; kvp.index++) {
		if (vsw_kvp_get(ctx->vsw, name, &kvp, &answer))
			return report(ctx, "partition", name);
		if (is_end(&answer))
			return EXIT_OK;
		if (answer.outcome != VMBUS_HOST_OUTCOME_DONE)
			return judge(ctx, name, &answer);
		if (only && strcmp(only, kvp.key))
			continue;
		*found = true;
		if (only && !out_is_json())
			out_text("%s\n", harmless(kvp.value));
		else
			show_kvp(&kvp);
		if (only)
			return EXIT_OK;
	}
	return EXIT_OK;
}

static int walk(struct ctx *ctx, const char *name, const char *only)
{
	bool found = false;
	int ret = EXIT_OK;
	size_t i;

	out_list_begin();
	for (i = 0; i < sizeof(pools) / sizeof(pools[0]); i++) {
		if (!ret && !(only && found))
			ret = walk_pool(ctx, name, pools[i], only, &found);
	}
	out_list_end();
	if (!ret && only && !found)
		return report_text(ctx, "partition", name,
				   "the guest knows no such key");
	return ret;
}

int partition_kvp(struct ctx *ctx, struct args *a)
{
	const char *name, *key, *value;
	struct vsw_answer answer;
	bool get, set;
	int err;

	err = partition_name(a, &name);
	if (err)
		return err;
	if (!arg_peek(a) || arg_is(a, "show")) {
		err = arg_end(a);
		return err ? err : walk(ctx, name, NULL);
	}
	get = arg_is(a, "get");
	set = !get && arg_is(a, "set");
	if (!get && !set && !arg_is(a, "del"))
		return arg_unknown(a, "show, get, set or del");
	err = arg_word(a, "key", &key);
	if (!err && set)
		err = arg_word(a, "value", &value);
	if (!err)
		err = arg_end(a);
	if (err)
		return err;
	if (get)
		return walk(ctx, name, key);
	if (set)
		err = vsw_kvp_set(ctx->vsw, name, key, value, &answer);
	else
		err = vsw_kvp_del(ctx->vsw, name, key, &answer);
	if (err)
		return report(ctx, "partition", name);
	if (!set && is_end(&answer))
		return report_text(ctx, "partition", name,
				   "the guest knows no such key");
	return judge(ctx, name, &answer);
}
