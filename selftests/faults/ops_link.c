// SPDX-License-Identifier: GPL-2.0
/* What rtnetlink does: switches, ports and vNICs come, change and go. */
#include <net/if.h>
#include <linux/if_link.h>
#include <linux/vswitch.h>

#include "op.h"

#define EXTERNAL VSWITCH_SWITCH_TYPE_EXTERNAL
#define INTERNAL VSWITCH_SWITCH_TYPE_INTERNAL
#define PRIVATE VSWITCH_SWITCH_TYPE_PRIVATE

static struct msg m;

static void new_switch(const char *name, uint32_t type, const char *uplink)
{
	ask_new_switch(&m, name, type, uplink);
	msg_must(&m, NULL, NULL);
}

static void new_vnic(const char *name, const char *sw)
{
	ask_new_vnic(&m, name, sw);
	msg_must(&m, NULL, NULL);
}

static void set_type(const char *name, uint32_t type, const char *uplink)
{
	ask_type(&m, name, type, uplink);
	msg_must(&m, NULL, NULL);
}

static void ask_del(const char *name)
{
	struct msg *req = op_request();

	msg_begin_link(req, RTM_DELLINK, 0, AF_UNSPEC, 0);
	msg_text(req, IFLA_IFNAME, name);
}

/* Switches */

static void add_internal(void)
{
	ask_new_switch(op_request(), "s1", INTERNAL, NULL);
}

static void add_external(void)
{
	ask_new_switch(op_request(), "s1", EXTERNAL, "d0");
}

static void del_s1(void)
{
	link_del("s1");
}

static void full_switch(void)
{
	new_switch("s1", EXTERNAL, "d0");
	link_set_up("s1", true);
	link_set_master("d3", "s1");
	new_vnic("vn1", "s1");
}

static void ask_del_s1(void)
{
	ask_del("s1");
}

static void plain_switch(void)
{
	new_switch("s1", INTERNAL, NULL);
	link_set_master("d3", "s1");
}

static void s1_up(void)
{
	ask_up(op_request(), "s1", true);
}

static void s1_down(void)
{
	ask_up(op_request(), "s1", false);
}

static void up_s1(void)
{
	link_set_up("s1", true);
}

static void down_s1(void)
{
	link_set_up("s1", false);
}

static void plain_switch_up(void)
{
	plain_switch();
	up_s1();
}

static void to_private(void)
{
	ask_type(op_request(), "s1", PRIVATE, NULL);
}

static void back_to_internal(void)
{
	set_type("s1", INTERNAL, NULL);
}

static void set_uplink(void)
{
	ask_type(op_request(), "s0", EXTERNAL, "d0");
}

static void uplink_cleared(void)
{
	set_type("s0", INTERNAL, NULL);
}

static void uplink_set(void)
{
	set_type("s0", EXTERNAL, "d0");
}

static void clear_uplink(void)
{
	ask_type(op_request(), "s0", INTERNAL, NULL);
}

static void ask_limits(struct msg *req, uint32_t ageing, uint32_t limit)
{
	struct nlattr *info, *data;

	ask_link(req, "s0", 0);
	info = msg_nest(req, IFLA_LINKINFO);
	msg_text(req, IFLA_INFO_KIND, "vswitch");
	data = msg_nest(req, IFLA_INFO_DATA);
	msg_u32(req, IFLA_VSWITCH_AGEING_TIME, ageing);
	msg_u32(req, IFLA_VSWITCH_FDB_LIMIT, limit);
	msg_nest_end(req, data);
	msg_nest_end(req, info);
}

static void set_limits(void)
{
	ask_limits(op_request(), 100, 500);
}

static void limits_back(void)
{
	ask_limits(&m, 600, 1000);
	msg_must(&m, NULL, NULL);
}

/* Ports */

static void add_port(void)
{
	ask_master(op_request(), "d3", "s0");
}

static void port_gone(void)
{
	link_set_master("d3", NULL);
}

static void port_there(void)
{
	link_set_master("d3", "s0");
}

static void del_port(void)
{
	ask_master(op_request(), "d3", NULL);
}

static void device_there(void)
{
	link_add("d9", "dummy");
	link_set_up("d9", true);
	link_set_master("d9", "s0");
	fdb_add("d9", mac_b, 0);
}

static void del_device(void)
{
	ask_del("d9");
}

static void device_gone(void)
{
	link_del("d9");
}

static void d1_down(void)
{
	ask_up(op_request(), "d1", false);
}

static void d1_up(void)
{
	ask_up(op_request(), "d1", true);
}

static void up_d1(void)
{
	link_set_up("d1", true);
}

static void down_d1(void)
{
	link_set_up("d1", false);
}

static void d1_mtu(void)
{
	ask_mtu(op_request(), "d1", 1400);
}

static void d1_mtu_back(void)
{
	link_set_mtu("d1", 1500);
}

static void port_down_there(void)
{
	link_set_up("d3", false);
	port_there();
}

static void port_down_gone(void)
{
	port_gone();
	link_set_up("d3", true);
}

static void ask_rename(struct msg *req, const char *from, const char *to)
{
	msg_begin_link(req, RTM_NEWLINK, 0, AF_UNSPEC, if_nametoindex(from));
	msg_text(req, IFLA_IFNAME, to);
}

/*
 * A device whose renaming failed for lack of memory may have lost its link in
 * sysfs, and is not renamed ever again: the kernel's device_rename(). So each
 * attempt has a new one.
 */
static void rename_port(void)
{
	link_del("d3");
	link_add("d3", "dummy");
	port_there();
	ask_rename(op_request(), "d3", "d3x");
}

static void rename_back(void)
{
	link_del("d3x");
	link_add("d3", "dummy");
	port_there();
}

/* vNICs */

static void add_vnic(void)
{
	ask_new_vnic(op_request(), "vn1", "s0");
}

static void vnic_gone(void)
{
	link_del("vn1");
}

static void vnic_there(void)
{
	new_vnic("vn1", "s0");
}

static void del_vnic(void)
{
	ask_del("vn1");
}

static void vnic_address(void)
{
	struct msg *req = op_request();

	ask_link(req, "vn1", 0);
	msg_put(req, IFLA_ADDRESS, mac_c, 6);
}

static void vnic_address_back(void)
{
	/* As ask_new_vnic() gives it. */
	static const uint8_t mac[6] = { 2, 1, 'v', 'n', '1' };

	ask_link(&m, "vn1", 0);
	msg_put(&m, IFLA_ADDRESS, mac, 6);
	msg_must(&m, NULL, NULL);
}

static void vnic_up(void)
{
	ask_up(op_request(), "vn1", true);
}

static void vnic_down(void)
{
	link_set_up("vn1", false);
}

/* Looking */

static void show_link(void)
{
	msg_begin_link(op_request(), RTM_GETLINK, 0, AF_UNSPEC,
		       if_nametoindex("s0"));
	msg_begin_link(op_request(), RTM_GETLINK, 0, AF_UNSPEC,
		       if_nametoindex("d1"));
	msg_begin_link(op_request(), RTM_GETLINK, 0, AF_UNSPEC,
		       if_nametoindex("vn0"));
}

static void dump_links(void)
{
	msg_begin_link(op_request(), RTM_GETLINK, NLM_F_DUMP, AF_UNSPEC, 0);
}

const struct op link_ops[] = {
	{ "switch add internal", .prepare = add_internal, .undo = del_s1 },
	{ "switch add external", .prepare = add_external, .undo = del_s1,
	  .once_only = true },
	{ "switch del", full_switch, ask_del_s1, .undo = full_switch,
	  .cleanup = del_s1 },
	{ "switch up", plain_switch, s1_up, .undo = down_s1,
	  .cleanup = del_s1 },
	{ "switch down", plain_switch_up, s1_down, .undo = up_s1,
	  .cleanup = del_s1 },
	{ "switch to private", plain_switch, to_private,
	  .undo = back_to_internal, .cleanup = del_s1 },
	{ "uplink set", .prepare = set_uplink, .undo = uplink_cleared },
	{ "uplink clear", uplink_set, clear_uplink, .undo = uplink_set,
	  .cleanup = uplink_cleared },
	{ "switch limits", limits_back, set_limits, .undo = limits_back },
	{ "port add", .prepare = add_port, .undo = port_gone },
	{ "port del", port_there, del_port, .undo = port_there,
	  .cleanup = port_gone },
	{ "port device del", device_there, del_device, .undo = device_there,
	  .cleanup = device_gone },
	{ "port down", .prepare = d1_down, .undo = up_d1 },
	{ "port up", down_d1, d1_up, .undo = down_d1, .cleanup = up_d1 },
	{ "port mtu", .prepare = d1_mtu, .undo = d1_mtu_back },
	{ "port rename", port_down_there, rename_port, .undo = rename_back,
	  .cleanup = port_down_gone, .taken_back = true },
	{ "vnic add", .prepare = add_vnic, .undo = vnic_gone },
	{ "vnic del", vnic_there, del_vnic, .undo = vnic_there,
	  .cleanup = vnic_gone },
	{ "vnic address", vnic_there, vnic_address,
	  .undo = vnic_address_back, .cleanup = vnic_gone },
	{ "vnic up", vnic_there, vnic_up, .undo = vnic_down,
	  .cleanup = vnic_gone },
	{ "link show", .prepare = show_link },
	{ "link show all", .prepare = dump_links },
	{}
};
