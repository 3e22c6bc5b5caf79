// SPDX-License-Identifier: GPL-2.0
/* vswitchctl partition: guests of vmbus_host, and their channels. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "out.h"

static const struct choice transports[] = {
	{ "device", VMBUS_HOST_TRANSPORT_DEVICE },
	{ "local", VMBUS_HOST_TRANSPORT_LOCAL },
	{}
};

static const struct choice services[] = {
	{ "heartbeat", VMBUS_HOST_SERVICE_HEARTBEAT },
	{ "timesync", VMBUS_HOST_SERVICE_TIMESYNC },
	{ "echo", VMBUS_HOST_SERVICE_ECHO },
	{ "shutdown", VMBUS_HOST_SERVICE_SHUTDOWN },
	{ "kvp", VMBUS_HOST_SERVICE_KVP },
	{}
};

int partition_name(struct args *a, const char **name)
{
	int err = arg_word(a, "partition", name);

	if (!err && strlen(*name) > VMBUS_HOST_NAME_MAX)
		return arg_usage(a, "a partition's name has at most %d bytes",
				 VMBUS_HOST_NAME_MAX);
	return err;
}

/* A list of words, or none. */
static int parse_services(struct args *a, uint32_t *out)
{
	char buf[128], *word, *at = buf;
	const struct choice *s;
	const char *list;
	int err;

	err = arg_word(a, "services", &list);
	if (err)
		return err;
	*out = 0;
	if (!strcmp(list, "none"))
		return 0;
	if (strlen(list) < sizeof(buf)) {
		strcpy(buf, list);
		while ((word = strsep(&at, ","))) {
			for (s = services; s->word; s++)
				if (!strcmp(s->word, word))
					break;
			if (!s->word)
				break;
			*out |= s->value;
		}
		if (!word)
			return 0;
	}
	a->pos--;
	return arg_unknown(a, "none, or a list of heartbeat, timesync, shutdown, kvp, echo, joined by commas");
}

static int partition_add(struct ctx *ctx, struct args *a)
{
	bool has_transport = false, has_services = false, has_gpadls = false;
	struct vsw_partition p = { .transport = VMBUS_HOST_TRANSPORT_DEVICE };
	bool has_pages = false, has_coalesce = false;
	const char *name;
	int err;

	err = partition_name(a, &name);
	while (!err && arg_peek(a)) {
		if (arg_is(a, "transport")) {
			err = arg_once(a, "transport", &has_transport);
			if (!err)
				err = arg_choice(a, "transport", transports,
						 &p.transport);
		} else if (arg_is(a, "services")) {
			err = arg_once(a, "services", &has_services);
			if (!err)
				err = parse_services(a, &p.services);
		} else if (arg_is(a, "max-gpadls")) {
			err = arg_once(a, "max-gpadls", &has_gpadls);
			if (!err)
				err = arg_u32(a, "max-gpadls", 1, 65536,
					      &p.max_gpadls);
		} else if (arg_is(a, "max-pages")) {
			err = arg_once(a, "max-pages", &has_pages);
			if (!err)
				err = arg_u32(a, "max-pages", 1, 16777216,
					      &p.max_pages);
		} else if (arg_is(a, "coalesce-usecs")) {
			err = arg_once(a, "coalesce-usecs", &has_coalesce);
			if (!err)
				err = arg_u32(a, "coalesce-usecs", 0, 10000,
					      &p.coalesce_usecs);
		} else {
			err = arg_unknown(a, "transport, services, max-gpadls, max-pages or coalesce-usecs");
		}
	}
	if (err)
		return err;
	strcpy(p.name, name);
	if (vsw_partition_add(ctx->vsw, &p, has_services))
		return report(ctx, "partition", name);
	return EXIT_OK;
}

static int partition_del(struct ctx *ctx, struct args *a)
{
	const char *name;
	int err;

	err = partition_name(a, &name);
	if (!err)
		err = arg_end(a);
	if (err)
		return err;
	if (vsw_partition_del(ctx->vsw, name))
		return report(ctx, "partition", name);
	return EXIT_OK;
}

/* The first three parts of a GUID are little-endian on the wire. */
void show_guid(const char *key, const char *fmt, const uint8_t *g)
{
	char text[37];

	snprintf(text, sizeof(text),
		 "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x",
		 g[3], g[2], g[1], g[0], g[5], g[4], g[7], g[6], g[8], g[9],
		 g[10], g[11], g[12], g[13], g[14], g[15]);
	out_str(key, fmt, text);
}

static void show_channel_stats(const struct vsw_channel *ch)
{
	static const struct {
		int attr;
		const char *key, *fmt;
	} counters[] = {
		{ VMBUS_HOST_A_CHANNEL_STATS_RX_PACKETS, "rx_packets",
		  "rx %" PRIu64 " packets" },
		{ VMBUS_HOST_A_CHANNEL_STATS_RX_BYTES, "rx_bytes",
		  " %" PRIu64 " bytes" },
		{ VMBUS_HOST_A_CHANNEL_STATS_RX_SIGNALS, "rx_signals",
		  " %" PRIu64 " signals" },
		{ VMBUS_HOST_A_CHANNEL_STATS_TX_PACKETS, "tx_packets",
		  "  tx %" PRIu64 " packets" },
		{ VMBUS_HOST_A_CHANNEL_STATS_TX_BYTES, "tx_bytes",
		  " %" PRIu64 " bytes" },
		{ VMBUS_HOST_A_CHANNEL_STATS_TX_SIGNALS, "tx_signals",
		  " %" PRIu64 " signals" },
		{ VMBUS_HOST_A_CHANNEL_STATS_WAKEUPS, "wakeups",
		  "  wakeups %" PRIu64 },
		{ VMBUS_HOST_A_CHANNEL_STATS_IDLE, "idle", " idle %" PRIu64 },
		{ VMBUS_HOST_A_CHANNEL_STATS_NEEDLESS_SIGNALS, "needless_signals",
		  " needless signals %" PRIu64 },
		{ VMBUS_HOST_A_CHANNEL_STATS_FULL, "full", " full %" PRIu64 },
		{ VMBUS_HOST_A_CHANNEL_STATS_OPENS, "opens", " opens %" PRIu64 },
	};
	size_t i;

	out_object_begin("stats");
	out_text("\n         ");
	for (i = 0; i < sizeof(counters) / sizeof(counters[0]); i++)
		out_uint(counters[i].key, counters[i].fmt,
			 ch->stats[counters[i].attr]);
	out_object_end();
}

static bool is_open(const struct vsw_channel *ch)
{
	return ch->state == VMBUS_HOST_CHANNEL_STATE_OPEN ||
	       ch->state == VMBUS_HOST_CHANNEL_STATE_BROKEN;
}

void show_channel(const struct vsw_channel *ch)
{
	out_uint("relid", "channel %" PRIu64, ch->relid);
	out_str("service", " %s", ch->service);
	if (ch->index)
		out_uint("index", " sub-channel %" PRIu64, ch->index);
	else
		out_uint("index", NULL, 0);
	out_str("state", " %s", vsw_channel_state_name(ch->state));
	if (ch->has_error)
		out_str("error", " (%s)", vsw_vmbus_error_name(ch->error));
	show_guid("class", NULL, ch->class_id);
	show_guid("instance", NULL, ch->instance_id);
	if (is_open(ch)) {
		if (ch->vp != UINT32_MAX)
			out_uint("vp", " vp %" PRIu64, ch->vp);
		out_uint("cpu", " cpu %" PRIu64, ch->cpu);
		out_uint("ring_in", " ring-in %" PRIu64, ch->ring_in);
		out_uint("ring_out", " ring-out %" PRIu64, ch->ring_out);
		out_on_off("mapped", " mapped %s", ch->mapped);
	}
}

static int show_channels(struct ctx *ctx, const char *name)
{
	struct vsw_channel *list;
	size_t n, i;

	if (vsw_channel_dump(ctx->vsw, name, &list, &n))
		return report(ctx, "partition", name);
	out_array_begin("channel_list");
	for (i = 0; i < n; i++) {
		out_break();
		out_object_begin(NULL);
		show_channel(&list[i]);
		show_channel_stats(&list[i]);
		out_object_end();
	}
	out_array_end();
	free(list);
	return EXIT_OK;
}

static void show_services(uint32_t bits)
{
	const struct choice *s;
	bool first = true;

	out_array_begin("services");
	out_text(" services");
	for (s = services; s->word; s++) {
		if (!(bits & s->value))
			continue;
		out_str("", first ? " %s" : ",%s", s->word);
		first = false;
	}
	if (first)
		out_text(" none");
	out_array_end();
}

static void show_errors(const struct vsw_partition *p)
{
	uint32_t i;

	out_object_begin("errors");
	for (i = 0; i < VSW_VMBUS_ERRORS; i++) {
		if (!p->errors[i])
			continue;
		out_break();
		out_text("refused %s", vsw_vmbus_error_name(i));
		out_uint(vsw_vmbus_error_name(i), " %" PRIu64, p->errors[i]);
	}
	out_object_end();
}

void show_partition(const struct vsw_partition *p)
{
	char version[16];

	out_str("name", "%s:", p->name);
	out_str("transport", " transport %s", vsw_transport_name(p->transport));
	out_on_off("attached", " attached %s", p->attached);
	if (p->version) {
		snprintf(version, sizeof(version), "%u.%u", p->version >> 16,
			 p->version & 0xffff);
		out_str("version", " version %s", version);
	}
	show_services(p->services);
	out_break();
	out_uint("channels", "channels %" PRIu64, p->channels);
	out_uint("gpadls", " gpadls %" PRIu64, p->gpadls);
	out_uint("max_gpadls", " of %" PRIu64, p->max_gpadls);
	out_uint("pages", " pages %" PRIu64, p->pages);
	out_uint("max_pages", " of %" PRIu64, p->max_pages);
	if (p->coalesce_usecs)
		out_uint("coalesce_usecs", " coalesce-usecs %" PRIu64,
			 p->coalesce_usecs);
	else
		out_uint("coalesce_usecs", NULL, 0);
	if (p->alive)
		out_uint("heartbeat_age", " heartbeat %" PRIu64 " ms ago",
			 p->heartbeat_age);
}

static int show_one(struct ctx *ctx, const struct vsw_partition *p)
{
	int err = EXIT_OK;

	out_object_begin(NULL);
	show_partition(p);
	if (ctx->stats) {
		out_break();
		out_uint("messages_in", "messages in %" PRIu64, p->messages_in);
		out_uint("messages_out", " out %" PRIu64, p->messages_out);
		show_errors(p);
		err = show_channels(ctx, p->name);
	}
	out_text("\n");
	out_object_end();
	return err;
}

static int partition_show(struct ctx *ctx, struct args *a)
{
	struct vsw_partition one, *list = &one;
	const char *name = NULL;
	int err = 0, ret = EXIT_OK;
	size_t n = 1, i;

	if (arg_peek(a)) {
		err = partition_name(a, &name);
		if (!err)
			err = arg_end(a);
		if (err)
			return err;
	}
	if (name)
		err = vsw_partition_get(ctx->vsw, name, &one);
	else
		err = vsw_partition_dump(ctx->vsw, &list, &n);
	if (err)
		return report(ctx, "partition", name);
	out_list_begin();
	for (i = 0; i < n && !ret; i++)
		ret = show_one(ctx, &list[i]);
	out_list_end();
	if (!name)
		free(list);
	return ret;
}

static const struct verb verbs[] = {
	{ "show", partition_show, "[NAME]" },
	{ "add", partition_add,
	  "NAME [transport device|local] [services LIST|none] [max-gpadls N] [max-pages N] [coalesce-usecs N]" },
	{ "del", partition_del, "NAME" },
	{ "shutdown", partition_shutdown, "NAME [reboot|hibernate] [force]" },
	{ "kvp", partition_kvp, "NAME [show|get KEY|set KEY VALUE|del KEY]" },
	{}
};

const struct object partition_object = {
	.name = "partition",
	.verbs = verbs,
	.help =
"A partition is the place for a guest that speaks VMBus, as under Hyper-V. With\n"
"transport device a process that opens /dev/vmbus_host becomes the guest; with local\n"
"this kernel does, by vmbus_local.ko. Services are what the guest finds at once: a\n"
"list of heartbeat, timesync, shutdown, kvp and echo, joined by commas. max-pages\n"
"bounds what the guest can have pinned, in pages of 4096 bytes; coalesce-usecs lets a\n"
"signal to the guest be late, so that one tells of more. With -s, show lists the\n"
"channels. shutdown asks the guest to power off (or reboot, or hibernate) and says\n"
"what it answered; kvp reads keys and values from it, or sets one there. These need\n"
"the services of their names, and the guest's drivers for them.\n",
};
