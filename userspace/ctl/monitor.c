// SPDX-License-Identifier: GPL-2.0
/*
 * vswitchctl monitor: what happens, as it happens.
 *
 * Changes of switches, ports, their ACLs and the FDB are told by the kernel. Drops are too
 * many for that: their counters are read once a second while somebody looks,
 * and what they grew by is shown.
 */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cmd.h"
#include "out.h"

enum {
	WATCH_SWITCH	= 1 << 0,
	WATCH_PORT	= 1 << 1,
	WATCH_FDB	= 1 << 2,
	WATCH_DROP	= 1 << 3,
	WATCH_PROFILE	= 1 << 4,
	WATCH_ALL	= (1 << 5) - 1,
	WATCH_PARTITION	= 1 << 5,	/* of another module: by itself only */
};

struct watch {
	struct ctx *ctx;
	unsigned int what;
	bool timestamp;
	uint32_t sw;			/* 0: any */
	struct vsw_port *last;		/* as of the last look at drops */
	size_t n_last;
};

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

static void begin(const struct watch *w, const char *event)
{
	char text[64], zone[8];
	struct timespec ts;
	struct tm tm;

	out_event_begin();
	if (w->timestamp) {
		clock_gettime(CLOCK_REALTIME, &ts);
		localtime_r(&ts.tv_sec, &tm);
		strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
		strftime(zone, sizeof(zone), "%z", &tm);
		snprintf(text + strlen(text), sizeof(text) - strlen(text),
			 ".%06ld%s", ts.tv_nsec / 1000, zone);
		out_str("timestamp", "%s ", text);
	}
	out_str("event", "%s ", event);
}

static void show_disk_rate(const struct vsw_disk_rate *rate)
{
	out_str("partition", "%s:", rate->partition);
	out_uint("controller", " controller %" PRIu64, rate->controller);
	out_uint("lun", " lun %" PRIu64, rate->lun);
	out_uint("iops", " iops %" PRIu64, rate->iops);
	out_uint("min_iops", " min-iops %" PRIu64, rate->min_iops);
	out_on_off("low", " low %s", rate->low);
}

static void on_event(const struct vsw_event *ev, void *arg)
{
	struct watch *w = arg;

	switch (ev->type) {
	case VSW_EVENT_SWITCH:
		if (!(w->what & WATCH_SWITCH) ||
		    (w->sw && ev->sw->ifindex != w->sw))
			return;
		begin(w, ev->deleted ? "switch-del" : "switch");
		show_switch(w->ctx, ev->sw);
		break;
	case VSW_EVENT_PORT:
		if (!(w->what & WATCH_PORT) || (w->sw && ev->port->sw != w->sw))
			return;
		begin(w, ev->deleted ? "port-del" : "port");
		show_port(w->ctx, ev->port);
		break;
	case VSW_EVENT_FDB:
		if (!(w->what & WATCH_FDB) || (w->sw && ev->fdb->sw != w->sw))
			return;
		begin(w, ev->deleted ? "fdb-del" : "fdb");
		show_fdb(ev->fdb);
		break;
	case VSW_EVENT_ACL:
		if (!(w->what & (ev->acl->of.port ? WATCH_PORT :
						    WATCH_PROFILE)) ||
		    (w->sw && ev->acl->of.sw != w->sw))
			return;
		begin(w, "acl");
		show_acl(ev->acl);
		out_text("\n");
		break;
	case VSW_EVENT_PROFILE:
		if (!(w->what & WATCH_PROFILE) ||
		    (w->sw && ev->profile->sw != w->sw))
			return;
		begin(w, ev->deleted ? "profile-del" : "profile");
		show_profile(ev->profile);
		break;
	case VSW_EVENT_PARTITION:
		begin(w, ev->deleted ? "partition-del" : "partition");
		show_partition(ev->partition);
		out_text("\n");
		break;
	case VSW_EVENT_CHANNEL:
		begin(w, "channel");
		out_str("partition", "%s: ", ev->channel->partition);
		show_channel(ev->channel);
		out_text("\n");
		break;
	case VSW_EVENT_NIC:
		begin(w, ev->deleted ? "nic-del" : "nic");
		show_nic(ev->nic);
		out_text("\n");
		break;
	case VSW_EVENT_DISK_MIN:
		begin(w, "disk-min");
		show_disk_rate(ev->disk_rate);
		out_text("\n");
		break;
	}
	out_event_end();
}

static uint64_t count_of(const struct vsw_port *port, const char *reason)
{
	unsigned int i;

	for (i = 0; i < port->stats.n_drops; i++)
		if (!strcmp(port->stats.drops[i].reason, reason))
			return port->stats.drops[i].packets;
	return 0;
}

static const struct vsw_port *last_of(const struct watch *w, uint32_t ifindex)
{
	size_t i;

	for (i = 0; i < w->n_last; i++)
		if (w->last[i].ifindex == ifindex)
			return &w->last[i];
	return NULL;
}

static void show_growth(const struct watch *w, const struct vsw_port *port,
			const struct vsw_port *last)
{
	unsigned int i;

	for (i = 0; i < port->stats.n_drops; i++) {
		const struct vsw_drop *d = &port->stats.drops[i];
		uint64_t before = last ? count_of(last, d->reason) : 0;

		/* Fewer than before: the port left and came back. */
		if (d->packets < before)
			before = 0;
		if (d->packets == before)
			continue;
		begin(w, "drop");
		out_str("ifname", "%s:", port->name);
		out_str("switch", " switch %s", dev_name(port->sw));
		out_uint("packets", " %" PRIu64, d->packets - before);
		out_str("reason", " %s", d->reason);
		out_str("text", " (%s)\n", d->text);
		out_event_end();
	}
}

static int look_at_drops(struct watch *w, bool first)
{
	struct vsw_port *list;
	size_t n, i;
	int err;

	err = vsw_port_dump(w->ctx->vsw, w->sw, &list, &n);
	if (err == -EAGAIN)
		return EXIT_OK;
	if (err)
		return report(w->ctx, "monitor", NULL);
	for (i = 0; !first && i < n; i++)
		show_growth(w, &list[i], last_of(w, list[i].ifindex));
	vsw_port_free(w->last, w->n_last);
	w->last = list;
	w->n_last = n;
	return EXIT_OK;
}

static int watch_loop(struct watch *w)
{
	struct pollfd pfd = { .fd = vsw_events_fd(w->ctx->vsw),
			      .events = POLLIN };
	int64_t next = now_ms() + 1000;
	int err;

	for (;;) {
		int64_t wait = -1;

		if (w->what & WATCH_DROP) {
			wait = next - now_ms();
			if (wait < 0)
				wait = 0;
		}
		if (poll(&pfd, 1, wait) < 0 && errno != EINTR)
			return report_text(w->ctx, "monitor", NULL, "poll: %s",
					   strerror(errno));
		if (pfd.revents) {
			err = vsw_events_read(w->ctx->vsw, on_event, w);
			if (err == -ENOBUFS)
				report_note(w->ctx, "monitor: events came faster than they could be read, some are missing");
			else if (err)
				return report(w->ctx, "monitor", NULL);
		}
		if ((w->what & WATCH_DROP) && now_ms() >= next) {
			err = look_at_drops(w, false);
			if (err)
				return err;
			next = now_ms() + 1000;
		}
	}
}

static bool take_thing(struct args *a, unsigned int *what)
{
	static const struct choice things[] = {
		{ "switch", WATCH_SWITCH }, { "port", WATCH_PORT },
		{ "fdb", WATCH_FDB }, { "drop", WATCH_DROP },
		{ "profile", WATCH_PROFILE }, { "all", WATCH_ALL },
		{ "partition", WATCH_PARTITION }, {}
	};
	const struct choice *t;

	for (t = things; t->word; t++) {
		if (!arg_is(a, t->word))
			continue;
		*what = t->value;
		return true;
	}
	return false;
}

/* [-t] [switch|port|profile|fdb|drop|all] [SWITCH], the option in any place. */
static int parse(struct ctx *ctx, struct args *a, struct watch *w)
{
	const char *name = NULL;
	bool thing = false;
	struct vsw_switch sw;
	int err = 0;

	while (!err && arg_peek(a)) {
		if (arg_is(a, "-t"))
			w->timestamp = true;
		else if (!thing && !name && take_thing(a, &w->what))
			thing = true;
		else if (!name)
			err = arg_ifname(a, "switch", &name);
		else
			err = arg_end(a);
	}
	if (!err && name && w->what == WATCH_PARTITION)
		return arg_usage(a, "monitor partition takes no name: it shows all of this network namespace");
	if (!err && name) {
		err = find_switch(ctx, "switch", name, &sw);
		w->sw = sw.ifindex;
		vsw_switch_clear(&sw);
	}
	return err;
}

static int monitor(struct ctx *ctx, struct args *a)
{
	/* Without being asked for, drops are not polled. */
	struct watch w = { .ctx = ctx, .what = WATCH_ALL & ~WATCH_DROP };
	int err = parse(ctx, a, &w);

	if (err)
		return err;
	if (w.what == WATCH_PARTITION ?
	    vsw_partition_events_subscribe(ctx->vsw) :
	    vsw_connect(ctx->vsw) || vsw_events_subscribe(ctx->vsw))
		return report(ctx, "monitor", NULL);
	if (w.what & WATCH_DROP)
		err = look_at_drops(&w, true);
	if (!err)
		err = watch_loop(&w);
	vsw_port_free(w.last, w.n_last);
	return err;
}

static const struct verb verbs[] = {
	{ "", monitor, "[-t] [switch|port|profile|fdb|drop|all] [SWITCH]" },
	{ "", monitor, "[-t] partition" },
	{}
};

const struct object monitor_object = {
	.name = "monitor",
	.verbs = verbs,
	.help =
"Prints changes as they happen, one a line; with -j one JSON object a line, with\n"
"-t each with its time. drop and all also show, once a second, what was dropped\n"
"at which port and why. partition shows those of vmbus_host, their\n"
"channels and NICs, and disks that do less than their min-iops.\n",
};
