// SPDX-License-Identifier: GPL-2.0
/* vswitchctl port trace: what would become of a frame, stage by stage. */
#include <inttypes.h>
#include <stdlib.h>

#include "cmd.h"
#include "describe.h"
#include "out.h"

static void show_tag(const struct vsw_step *step)
{
	if (!step->tagged) {
		if (!out_is_json())
			out_text(" untagged");
		else
			out_null("tag");
		return;
	}
	out_object_begin("tag");
	out_str("protocol", " tag %s", vsw_vlan_proto_name(step->tpid));
	out_uint("vlan", " vlan %" PRIu64, step->tci & 0xfff);
	out_uint("prio", " prio %" PRIu64, step->tci >> 13);
	if (out_is_json() || step->tci & 0x1000)
		out_on_off("dei", " dei %s", step->tci >> 12 & 1);
	out_object_end();
}

static void show_step(const struct vsw_step *step)
{
	out_object_begin(NULL);
	out_text("    ");
	out_str("stage", "%-12s", vsw_walk_stage_name(step->stage));
	out_str("verdict", " %s", vsw_walk_verdict_name(step->verdict));
	if (step->port)
		out_str("port", " port %s", dev_name(step->port));
	if (step->has_vid)
		out_uint("vlan", " vlan %" PRIu64, step->vid);
	if (step->reason[0])
		out_str("reason", " reason %s", step->reason);
	if (step->stage == VSWITCH_WALK_STAGE_DELIVER)
		show_tag(step);
	if (step->text[0])
		out_str("text", " (%s)", step->text);
	if (step->detail[0])
		out_str("detail", ": %s", step->detail);
	out_object_end();
	out_text("\n");
}

/* In short: who gets it, or why nobody does. */
static void show_outcome(const struct vsw_step *steps, size_t n)
{
	size_t i, delivered = 0, dropped = 0;

	out_array_begin("delivered");
	for (i = 0; i < n; i++) {
		if (steps[i].stage != VSWITCH_WALK_STAGE_DELIVER)
			continue;
		out_str("", delivered++ ? ", %s" : "delivered to %s",
			dev_name(steps[i].port));
	}
	out_array_end();
	out_array_begin("drops");
	for (i = 0; i < n; i++) {
		if (steps[i].verdict != VSWITCH_WALK_VERDICT_DROP)
			continue;
		out_object_begin(NULL);
		out_text("%s", dropped ? ", " : delivered ? "; dropped" : "dropped");
		out_str("port", " at %s", dev_name(steps[i].port));
		out_str("reason", ": %s", steps[i].reason);
		out_object_end();
		dropped++;
	}
	out_array_end();
	if (!delivered && !dropped)
		out_text("given to the host");
	out_text("\n");
}

static int mac_of_port(struct ctx *ctx, void *arg, uint8_t *out)
{
	return find_mac(ctx, arg, out);
}

int port_trace(struct ctx *ctx, struct args *a)
{
	static struct frame frame;
	struct vsw_step *steps;
	struct vsw_port port;
	const char *dev;
	size_t n, i;
	int err;

	err = arg_ifname(a, "device", &dev);
	if (err)
		return err;
	err = find_port(ctx, "port", dev, &port);
	if (err)
		return err;
	err = describe_frame(ctx, a, &frame, mac_of_port, &port);
	vsw_port_clear(&port);
	if (err)
		return err;
	if (vsw_port_trace(ctx->vsw, port.ifindex, frame_data(&frame),
			   frame.len, &steps, &n))
		return report(ctx, "port", dev);

	out_list_begin();
	out_object_begin(NULL);
	out_str("port", "port %s", dev);
	out_uint("bytes", " frame of %" PRIu64 " bytes\n", frame.len);
	out_array_begin("steps");
	for (i = 0; i < n; i++)
		show_step(&steps[i]);
	out_array_end();
	show_outcome(steps, n);
	out_object_end();
	out_list_end();
	free(steps);
	return EXIT_OK;
}
