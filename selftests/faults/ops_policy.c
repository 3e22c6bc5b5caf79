// SPDX-License-Identifier: GPL-2.0
/* Settings of switches and ports, by generic netlink and by bridge vlan. */
#include <net/if.h>
#include <linux/if_bridge.h>
#include <linux/vswitch.h>

#include "op.h"

static const uint8_t no_mac[6];
static struct msg m;

static void get_switch(void)
{
	struct msg *req = op_request();

	msg_begin_genl(req, VSWITCH_CMD_SWITCH_GET, 0);
	msg_text(req, VSWITCH_A_SWITCH_IFNAME, "s0");
}

static void dump_switches(void)
{
	msg_begin_genl(op_request(), VSWITCH_CMD_SWITCH_GET, NLM_F_DUMP);
}

static void ask_set(struct msg *req, uint32_t ageing)
{
	msg_begin_genl(req, VSWITCH_CMD_SWITCH_SET, 0);
	msg_u32(req, VSWITCH_A_SWITCH_IFINDEX, if_nametoindex("s0"));
	msg_u32(req, VSWITCH_A_SWITCH_AGEING_TIME, ageing);
	msg_u32(req, VSWITCH_A_SWITCH_FDB_LIMIT, ageing * 2);
}

static void set_switch(void)
{
	ask_set(op_request(), 100);
}

static void set_switch_back(void)
{
	ask_set(&m, 500);
	msg_must(&m, NULL, NULL);
}

static void get_port(void)
{
	struct msg *req = op_request();

	msg_begin_genl(req, VSWITCH_CMD_PORT_GET, 0);
	msg_text(req, VSWITCH_A_PORT_IFNAME, "d2");
}

/* A description that needs more than a page: every other VLAN. */
static void ask_many_vlans(struct msg *req, const char *port)
{
	struct nlattr *vlan, *range;
	int vid;

	msg_begin_genl(req, VSWITCH_CMD_PORT_SET, 0);
	msg_u32(req, VSWITCH_A_PORT_IFINDEX, if_nametoindex(port));
	vlan = msg_nest(req, VSWITCH_A_PORT_VLAN);
	msg_u16(req, VSWITCH_A_VLAN_PVID, 0);
	msg_u32(req, VSWITCH_A_VLAN_ACCEPT, VSWITCH_VLAN_ACCEPT_ALL);
	for (vid = 2; vid < 1000; vid += 2) {
		range = msg_nest(req, VSWITCH_A_VLAN_RANGE);
		msg_u16(req, VSWITCH_A_VLAN_RANGE_START, vid);
		msg_nest_end(req, range);
	}
	msg_nest_end(req, vlan);
}

static void many_vlans(void)
{
	ask_many_vlans(&m, "d2");
	msg_must(&m, NULL, NULL);
}

static void d2_back(void)
{
	port_vlan("d2", 0, false, 20, 30);
}

static void set_many_vlans(void)
{
	ask_many_vlans(op_request(), "d2");
}

static void dump_ports(void)
{
	msg_begin_genl(op_request(), VSWITCH_CMD_PORT_GET, NLM_F_DUMP);
}

static void set_untagged(void)
{
	ask_vlan(op_request(), "d1", 0, true, 0, 0);
}

static void d1_back(void)
{
	port_vlan("d1", 10, true, 10, 10);
}

static void set_access(void)
{
	ask_vlan(op_request(), "d1", 11, true, 11, 11);
}

static void set_trunk(void)
{
	ask_vlan(op_request(), "d1", 0, false, 100, 200);
}

/* What the old VLAN's members knew goes with it. */
static void static_entry(void)
{
	fdb_add("d1", mac_a, 10);
}

static void d1_back_with_entry(void)
{
	d1_back();
	static_entry();
}

static void no_entries(void)
{
	fdb_flush("s0", true);
}

static void set_mac(void)
{
	struct msg *req = op_request();

	msg_begin_genl(req, VSWITCH_CMD_PORT_SET, 0);
	msg_u32(req, VSWITCH_A_PORT_IFINDEX, if_nametoindex("d1"));
	msg_put(req, VSWITCH_A_PORT_MAC, mac_a, 6);
}

static void mac_taken(void)
{
	port_mac("d1", no_mac);
}

static void mac_given(void)
{
	port_mac("d1", mac_a);
}

static void take_mac(void)
{
	struct msg *req = op_request();

	msg_begin_genl(req, VSWITCH_CMD_PORT_SET, 0);
	msg_u32(req, VSWITCH_A_PORT_IFINDEX, if_nametoindex("d1"));
	msg_put(req, VSWITCH_A_PORT_MAC, no_mac, 6);
}

static void ask_spoofing(struct msg *req, uint8_t on)
{
	msg_begin_genl(req, VSWITCH_CMD_PORT_SET, 0);
	msg_u32(req, VSWITCH_A_PORT_IFINDEX, if_nametoindex("d1"));
	msg_u8(req, VSWITCH_A_PORT_MAC_SPOOFING, on);
}

static void mac_and_spoofing(void)
{
	mac_given();
	port_spoofing("d1", true);
}

static void set_spoofing(void)
{
	ask_spoofing(op_request(), 0);
}

static void spoofing_back(void)
{
	port_spoofing("d1", true);
}

/* bridge vlan */

static void ask_bridge_vlan(struct msg *req, const char *port, bool add,
			    uint16_t flags, uint16_t vid)
{
	struct bridge_vlan_info info = { .vid = vid };
	struct nlattr *spec;

	msg_begin_link(req, add ? RTM_SETLINK : RTM_DELLINK, 0, PF_BRIDGE,
		       if_nametoindex(port));
	spec = msg_nest(req, IFLA_AF_SPEC);
	msg_u16(req, IFLA_BRIDGE_FLAGS, flags);
	msg_put(req, IFLA_BRIDGE_VLAN_INFO, &info, sizeof(info));
	msg_nest_end(req, spec);
}

static void bridge_add(void)
{
	ask_bridge_vlan(op_request(), "d1", true, BRIDGE_FLAGS_MASTER, 40);
}

static void bridge_del(void)
{
	ask_bridge_vlan(op_request(), "d2", false, BRIDGE_FLAGS_MASTER, 25);
}

static void bridge_add_vnic(void)
{
	ask_bridge_vlan(op_request(), "vn0", true, BRIDGE_FLAGS_SELF, 40);
}

/* As it was made: nothing of it is its own. */
static void vn0_back(void)
{
	msg_begin_genl(&m, VSWITCH_CMD_PORT_SET, 0);
	msg_u32(&m, VSWITCH_A_PORT_IFINDEX, if_nametoindex("vn0"));
	msg_u32(&m, VSWITCH_A_PORT_UNSET, VSWITCH_PORT_SETTING_VLAN);
	msg_must(&m, NULL, NULL);
}

static void bridge_show(void)
{
	struct msg *req = op_request();

	msg_begin_link(req, RTM_GETLINK, NLM_F_DUMP, PF_BRIDGE, 0);
	msg_u32(req, IFLA_EXT_MASK, RTEXT_FILTER_BRVLAN_COMPRESSED);
}

const struct op policy_ops[] = {
	{ "switch get", .prepare = get_switch },
	{ "switch dump", .prepare = dump_switches },
	{ "switch set", set_switch_back, set_switch,
	  .undo = set_switch_back },
	{ "port get", .prepare = get_port },
	{ "port get, large", many_vlans, get_port, .cleanup = d2_back },
	{ "port dump", .prepare = dump_ports },
	{ "port set vlan untagged", .prepare = set_untagged, .undo = d1_back },
	{ "port set vlan access", static_entry, set_access,
	  .undo = d1_back_with_entry, .cleanup = no_entries },
	{ "port set vlan trunk", .prepare = set_trunk, .undo = d1_back },
	{ "port set vlan, large", .prepare = set_many_vlans, .undo = d2_back },
	{ "port set mac", .prepare = set_mac, .undo = mac_taken },
	{ "port set mac none", mac_given, take_mac, .undo = mac_given,
	  .cleanup = mac_taken },
	{ "port set mac-spoofing", mac_and_spoofing, set_spoofing,
	  .undo = spoofing_back, .cleanup = mac_taken },
	{ "bridge vlan add", .prepare = bridge_add, .undo = d1_back },
	{ "bridge vlan del", .prepare = bridge_del, .undo = d2_back },
	{ "bridge vlan add, vnic", .prepare = bridge_add_vnic,
	  .undo = vn0_back, .told_late = true },
	{ "bridge vlan show", .prepare = bridge_show },
	{}
};
