// SPDX-License-Identifier: GPL-2.0
/* vswitchctl port: membership and policy of ports. */
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "describe.h"
#include "macpool.h"
#include "out.h"
#include "policy.h"

static int join(struct ctx *ctx, const char *dev, uint32_t sw,
		const struct vsw_port_change *chg)
{
	struct vsw_link link;
	int err;

	if (vsw_link_get(ctx->vsw, chg->ifindex, &link))
		return report(ctx, "port", dev);
	/* The kernel would move it here from its present master. */
	if (link.master)
		return report_text(ctx, "port", dev,
				   "already belongs to %s, take it away from there first",
				   dev_name(link.master));
	if (vsw_link_set_master(ctx->vsw, chg->ifindex, sw))
		return report(ctx, "port", dev);
	if ((!chg->has_mac || !vsw_port_set(ctx->vsw, chg)) &&
	    (link.flags & IFF_UP ||
	     !vsw_link_set_up(ctx->vsw, chg->ifindex, true)))
		return EXIT_OK;
	err = report(ctx, "port", dev);
	vsw_link_set_master(ctx->vsw, chg->ifindex, 0);
	return err;
}

/* What is to be done with an address that is left to the pool. */
static int take_mac(struct ctx *ctx, const char *sw, const char *dev,
		    bool auto_mac, struct vsw_port_change *chg,
		    struct mac_lease *lease)
{
	int err;

	memset(lease, 0, sizeof(*lease));
	if (!auto_mac)
		return 0;
	err = macpool_take(ctx, "port", sw, dev, lease);
	if (!err)
		memcpy(chg->mac, lease->mac, VSW_MAC_LEN);
	return err;
}

/* How it ended. Returns @err. */
static int end_mac(struct ctx *ctx, const char *sw, const char *dev, int err,
		   const struct mac_lease *lease)
{
	if (err)
		macpool_undo(ctx, sw, dev, lease);
	else
		macpool_note(ctx, "port", dev, lease);
	return err;
}

static int port_add(struct ctx *ctx, struct args *a)
{
	const char *sw_name, *dev;
	struct vsw_port_change chg = { .has_mac = false };
	struct mac_lease lease;
	struct vsw_switch sw;
	bool auto_mac = false;
	int err;

	err = arg_ifname(a, "switch", &sw_name);
	if (!err)
		err = arg_ifname(a, "device", &dev);
	if (!err && arg_peek(a)) {
		if (!arg_is(a, "mac"))
			return arg_unknown(a, "mac");
		chg.has_mac = true;
		auto_mac = arg_is(a, "auto");
		err = auto_mac ? 0 : arg_mac(a, "mac", chg.mac);
	}
	if (!err)
		err = arg_end(a);
	if (!err)
		err = find_switch(ctx, "switch", sw_name, &sw);
	if (err)
		return err;
	vsw_switch_clear(&sw);

	err = find_dev(ctx, "port", dev, &chg.ifindex);
	if (!err)
		err = take_mac(ctx, sw.name, dev, auto_mac, &chg, &lease);
	if (err)
		return err;
	return end_mac(ctx, sw.name, dev, join(ctx, dev, sw.ifindex, &chg),
		       &lease);
}

static int port_del(struct ctx *ctx, struct args *a)
{
	char sw[IFNAMSIZ];
	struct vsw_port port;
	const char *dev;
	int err;

	err = arg_last_ifname(a, "device", &dev);
	if (!err)
		err = find_port(ctx, "port", dev, &port);
	if (err)
		return err;
	vsw_port_clear(&port);
	snprintf(sw, sizeof(sw), "%s", dev_name(port.sw));
	/* These two take more than this verb would do. */
	if (port.role == VSWITCH_PORT_ROLE_VNIC)
		return report_text(ctx, "port", dev,
				   "is a vNIC, remove it with 'vswitchctl vnic del %s'",
				   dev);
	if (port.role == VSWITCH_PORT_ROLE_UPLINK)
		return report_text(ctx, "port", dev,
				   "is the uplink, take it away with 'vswitchctl switch set %s uplink none'",
				   dev_name(port.sw));
	if (vsw_link_set_master(ctx->vsw, port.ifindex, 0))
		return report(ctx, "port", dev);
	macpool_release(ctx, sw, dev);
	return EXIT_OK;
}

/*
 * The assigned MAC of a vNIC is the address of its netdev, so rtnetlink sets
 * it, and it cannot be one message with the rest.
 */
static int set_vnic_mac(struct ctx *ctx, struct args *a, const char *dev,
			const struct vsw_port_change *chg)
{
	static const uint8_t none[VSW_MAC_LEN];

	if (chg->set || chg->unset || chg->has_vm || chg->has_profile ||
	    ctx->atomic)
		return arg_usage(a, "the mac of a vNIC is set by itself, in a command of its own");
	if (!memcmp(chg->mac, none, sizeof(none)))
		return arg_usage(a, "a vNIC always has a mac: give another instead of none");
	if (vsw_link_set_mac(ctx->vsw, chg->ifindex, chg->mac))
		return report(ctx, "port", dev);
	return EXIT_OK;
}

static int apply(struct ctx *ctx, struct args *a, const struct vsw_port *port,
		 const char *dev, const struct vsw_port_change *chg)
{
	if (port->role == VSWITCH_PORT_ROLE_VNIC && chg->has_mac)
		return set_vnic_mac(ctx, a, dev, chg);
	if (ctx->atomic)
		return batch_stage(ctx, STAGE_PORT, port->sw, dev, chg);
	if (vsw_port_set(ctx->vsw, chg))
		return report(ctx, "port", dev);
	report_warning(ctx, "port", dev);
	return EXIT_OK;
}

static int port_set(struct ctx *ctx, struct args *a)
{
	struct vsw_port_change chg = { .ifindex = 0 };
	struct mac_lease lease;
	struct vsw_port port;
	char sw[IFNAMSIZ];
	const char *dev;
	bool auto_mac;
	int err;

	err = arg_ifname(a, "device", &dev);
	if (!err)
		err = policy_parse(a, &chg, &auto_mac);
	if (!err)
		err = find_port(ctx, "port", dev, &port);
	if (err)
		return err;
	vsw_port_clear(&port);
	chg.ifindex = port.ifindex;
	snprintf(sw, sizeof(sw), "%s", dev_name(port.sw));
	err = take_mac(ctx, sw, dev, auto_mac, &chg, &lease);
	if (err)
		return err;
	err = apply(ctx, a, &port, dev, &chg);
	/* Another address than the pool's, so that one is free. */
	if (!err && chg.has_mac && !auto_mac && !ctx->atomic)
		macpool_release(ctx, sw, dev);
	return end_mac(ctx, sw, dev, err, &lease);
}

static void show_in_list(struct ctx *ctx, const struct vsw_port *port)
{
	out_object_begin(NULL);
	show_port(ctx, port);
	out_object_end();
}

static int show_many(struct ctx *ctx, uint32_t sw, const char *name)
{
	struct vsw_port *list;
	size_t n, i;

	if (vsw_port_dump(ctx->vsw, sw, &list, &n))
		return report(ctx, "port", name);
	out_list_begin();
	for (i = 0; i < n; i++)
		show_in_list(ctx, &list[i]);
	out_list_end();
	vsw_port_free(list, n);
	return EXIT_OK;
}

static int port_show(struct ctx *ctx, struct args *a)
{
	struct vsw_port port;
	struct vsw_link link;
	uint32_t ifindex;
	const char *name;
	int err;

	if (!arg_peek(a))
		return show_many(ctx, 0, NULL);
	err = arg_last_ifname(a, "switch or device", &name);
	if (!err)
		err = find_dev(ctx, "port", name, &ifindex);
	if (err)
		return err;
	if (!vsw_link_get(ctx->vsw, ifindex, &link) &&
	    !strcmp(link.kind, "vswitch"))
		return show_many(ctx, ifindex, name);
	err = find_port(ctx, "port", name, &port);
	if (err)
		return err;
	out_list_begin();
	show_in_list(ctx, &port);
	out_list_end();
	vsw_port_clear(&port);
	return EXIT_OK;
}

static const struct verb verbs[] = {
	{ "show", port_show, "[SWITCH|DEV]" },
	{ "add", port_add, "SWITCH DEV [mac ADDR|auto]" },
	{ "del", port_del, "DEV" },
	{ "set", port_set, policy_usage },
	{ "test", port_test, porttest_usage },
	{ "trace", port_trace, describe_usage },
	{}
};

const struct object port_object = {
	.name = "port",
	.verbs = verbs,
	.help =
"LIST is VLANs and ranges of VLANs with commas between them: 10,20-30. Untagged\n"
"frames of a trunk belong to its native VLAN; native 0 is the untagged VLAN,\n"
"none (the default) drops them. Everything that one set changes takes effect\n"
"at once, or nothing does. vNICs and the uplink are ports as well. KEY default\n"
"takes back what was set on the port itself: it has that from its profile, or\n"
"from the default profile of the switch, or else is as if never set. Ports of one\n"
"vm may, with allow-teaming on, send from each other's assigned MACs.\n"
"test sends an echo on behalf of the port, which does not see the answer; trace\n"
"shows what each stage of the switch would do with a frame, and sends nothing.\n",
};
