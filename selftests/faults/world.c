// SPDX-License-Identifier: GPL-2.0
/*
 * What there is while operations are tried:
 *
 *	s0 (internal, up)	d1 (access 10), d2 (trunk 20-30), vn0, t0 (tap)
 *	no switch's		d0, d3
 *
 * d0 to d3 are dummies. And requests that more than one operation makes.
 */
#include <net/if.h>
#include <string.h>
#include <linux/if_link.h>
#include <linux/vswitch.h>

#include "ask.h"
#include "op.h"
#include "tap.h"

const uint8_t mac_a[6] = { 2, 0, 0, 0, 0, 0x0a };
const uint8_t mac_b[6] = { 2, 0, 0, 0, 0, 0x0b };
const uint8_t mac_c[6] = { 2, 0, 0, 0, 0, 0x0c };

static struct msg m;

void ask_fdb(struct msg *m, int cmd, const char *port, const uint8_t *mac,
	     uint16_t vid)
{
	msg_begin_genl(m, cmd, 0);
	msg_u32(m, VSWITCH_A_FDB_SWITCH, if_nametoindex("s0"));
	msg_put(m, VSWITCH_A_FDB_MAC, mac, 6);
	msg_u16(m, VSWITCH_A_FDB_VID, vid);
	if (port)
		msg_u32(m, VSWITCH_A_FDB_PORT, if_nametoindex(port));
}

void link_add(const char *name, const char *kind)
{
	struct nlattr *info;

	ask_link(&m, name, NLM_F_CREATE | NLM_F_EXCL);
	ask_address(&m, name);
	info = msg_nest(&m, IFLA_LINKINFO);
	msg_text(&m, IFLA_INFO_KIND, kind);
	msg_nest_end(&m, info);
	msg_must(&m, NULL, NULL);
}

void link_del(const char *name)
{
	msg_begin_link(&m, RTM_DELLINK, 0, AF_UNSPEC, 0);
	msg_text(&m, IFLA_IFNAME, name);
	msg_must(&m, NULL, NULL);
}

void link_set_master(const char *name, const char *master)
{
	ask_master(&m, name, master);
	msg_must(&m, NULL, NULL);
}

void link_set_up(const char *name, bool up)
{
	ask_up(&m, name, up);
	msg_must(&m, NULL, NULL);
}

void link_set_mtu(const char *name, uint32_t mtu)
{
	ask_mtu(&m, name, mtu);
	msg_must(&m, NULL, NULL);
}

void port_vlan(const char *port, uint16_t pvid, bool untagged_only,
	       uint16_t from, uint16_t to)
{
	ask_vlan(&m, port, pvid, untagged_only, from, to);
	msg_must(&m, NULL, NULL);
}

void port_mac(const char *port, const uint8_t *mac)
{
	msg_begin_genl(&m, VSWITCH_CMD_PORT_SET, 0);
	msg_u32(&m, VSWITCH_A_PORT_IFINDEX, if_nametoindex(port));
	msg_put(&m, VSWITCH_A_PORT_MAC, mac, 6);
	msg_must(&m, NULL, NULL);
}

void port_spoofing(const char *port, bool on)
{
	msg_begin_genl(&m, VSWITCH_CMD_PORT_SET, 0);
	msg_u32(&m, VSWITCH_A_PORT_IFINDEX, if_nametoindex(port));
	msg_u8(&m, VSWITCH_A_PORT_MAC_SPOOFING, on);
	msg_must(&m, NULL, NULL);
}

void fdb_add(const char *port, const uint8_t *mac, uint16_t vid)
{
	ask_fdb(&m, VSWITCH_CMD_FDB_ADD, port, mac, vid);
	msg_must(&m, NULL, NULL);
}

void fdb_flush(const char *sw, bool statics)
{
	msg_begin_genl(&m, VSWITCH_CMD_FDB_FLUSH, 0);
	msg_u32(&m, VSWITCH_A_FDB_SWITCH, if_nametoindex(sw));
	msg_u32(&m, VSWITCH_A_FDB_STATE, statics ? VSWITCH_FDB_STATE_STATIC :
						   VSWITCH_FDB_STATE_LEARNED);
	msg_must(&m, NULL, NULL);
}

void world_make(void)
{
	static const char * const dummies[] = { "d0", "d1", "d2", "d3" };
	unsigned int i;

	for (i = 0; i < 4; i++) {
		link_add(dummies[i], "dummy");
		link_set_up(dummies[i], true);
	}
	ask_new_switch(&m, "s0", VSWITCH_SWITCH_TYPE_INTERNAL, NULL);
	msg_must(&m, NULL, NULL);
	link_set_up("s0", true);
	ask_new_vnic(&m, "vn0", "s0");
	msg_must(&m, NULL, NULL);
	link_set_up("vn0", true);
	tap_open("t0");
	link_set_up("t0", true);
	link_set_master("d1", "s0");
	link_set_master("d2", "s0");
	link_set_master("t0", "s0");
	port_vlan("d1", 10, true, 10, 10);
	port_vlan("d2", 0, false, 20, 30);
}

void world_vanish(void)
{
	tap_close();
	link_del("s0");
	link_del("d0");
	link_del("d1");
	link_del("d2");
	link_del("d3");
}
