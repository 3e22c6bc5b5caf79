// SPDX-License-Identifier: GPL-2.0
/* vswitchctl vnic: the management OS's own adapters. */
#include <net/if.h>

#include "cmd.h"
#include "convert.h"
#include "macpool.h"
#include "out.h"

static int create(struct ctx *ctx, const struct vsw_switch *sw,
		  const char *name, const uint8_t *mac)
{
	uint32_t ifindex;
	int err;

	if (vsw_link_create_vnic(ctx->vsw, sw->ifindex, name, mac, 0))
		return report(ctx, "vnic", name);
	err = find_dev(ctx, "vnic", name, &ifindex);
	if (!err && vsw_link_set_up(ctx->vsw, ifindex, true)) {
		err = report(ctx, "vnic", name);
		vsw_link_delete(ctx->vsw, ifindex);
	}
	return err;
}

static int create_from_pool(struct ctx *ctx, const struct vsw_switch *sw,
			    const char *name)
{
	struct mac_lease lease;
	int err;

	err = macpool_take(ctx, "vnic", sw->name, name, &lease);
	if (err)
		return err;
	err = create(ctx, sw, name, lease.mac);
	if (err)
		macpool_undo(ctx, sw->name, name, &lease);
	else
		macpool_note(ctx, "vnic", name, &lease);
	return err;
}

static int vnic_add(struct ctx *ctx, struct args *a)
{
	const char *sw_name, *name;
	uint8_t mac[VSW_MAC_LEN];
	struct vsw_switch sw;
	bool has_mac = false;
	int err;

	err = arg_ifname(a, "switch", &sw_name);
	if (!err)
		err = arg_ifname(a, "name", &name);
	if (!err && arg_peek(a)) {
		if (!arg_is(a, "mac"))
			return arg_unknown(a, "mac");
		has_mac = !arg_is(a, "auto");
		err = has_mac ? arg_mac(a, "mac", mac) : 0;
	}
	if (!err)
		err = arg_end(a);
	if (!err)
		err = find_switch(ctx, "switch", sw_name, &sw);
	if (err)
		return err;
	err = has_mac ? create(ctx, &sw, name, mac) :
			create_from_pool(ctx, &sw, name);
	vsw_switch_clear(&sw);
	return err;
}

static int vnic_del(struct ctx *ctx, struct args *a)
{
	struct vsw_port port;
	const char *name;
	int err;

	err = arg_last_ifname(a, "name", &name);
	if (!err)
		err = find_port(ctx, "vnic", name, &port);
	if (err)
		return err;
	if (port.role == VSWITCH_PORT_ROLE_VNIC)
		err = convert_del_vnic(ctx, &port);
	else
		err = report_text(ctx, "vnic", name, "not a vNIC");
	vsw_port_clear(&port);
	return err;
}

static int vnic_show(struct ctx *ctx, struct args *a)
{
	struct vsw_switch sw = { .ifindex = 0 };
	struct vsw_port *list;
	const char *name = NULL;
	size_t n, i;
	int err = 0;

	if (arg_peek(a)) {
		err = arg_last_ifname(a, "switch", &name);
		if (!err)
			err = find_switch(ctx, "switch", name, &sw);
		if (err)
			return err;
		vsw_switch_clear(&sw);
	}
	if (vsw_port_dump(ctx->vsw, sw.ifindex, &list, &n))
		return report(ctx, "vnic", name);
	out_list_begin();
	for (i = 0; i < n; i++) {
		if (list[i].role != VSWITCH_PORT_ROLE_VNIC)
			continue;
		out_object_begin(NULL);
		show_port(ctx, &list[i]);
		out_object_end();
	}
	out_list_end();
	vsw_port_free(list, n);
	return EXIT_OK;
}

static const struct verb verbs[] = {
	{ "show", vnic_show, "[SWITCH]" },
	{ "add", vnic_add, "SWITCH NAME [mac ADDR|auto]" },
	{ "del", vnic_del, "NAME" },
	{}
};

const struct object vnic_object = {
	.name = "vnic",
	.verbs = verbs,
	.help =
"vNICs are how the host itself takes part in an external or internal switch.\n"
"Their policy is set with 'vswitchctl port set'. Without a mac, they get one from\n"
"the pool of this host: see 'vswitchctl mac-pool help'.\n",
};
