// SPDX-License-Identifier: GPL-2.0
/* The FDB, by generic netlink and by bridge fdb. */
#include <net/if.h>
#include <linux/neighbour.h>
#include <linux/vswitch.h>

#include "op.h"

static struct msg m;

static void add(void)
{
	ask_fdb(op_request(), VSWITCH_CMD_FDB_ADD, "d1", mac_a, 10);
}

static void no_entries(void)
{
	fdb_flush("s0", true);
}

static void one_entry(void)
{
	fdb_add("d1", mac_a, 10);
}

static void del(void)
{
	ask_fdb(op_request(), VSWITCH_CMD_FDB_DEL, NULL, mac_a, 10);
}

static void get(void)
{
	ask_fdb(op_request(), VSWITCH_CMD_FDB_GET, NULL, mac_a, 10);
}

static void dump(void)
{
	msg_begin_genl(op_request(), VSWITCH_CMD_FDB_GET, NLM_F_DUMP);
}

static void three_entries(void)
{
	fdb_add("d1", mac_a, 10);
	fdb_add("d1", mac_b, 10);
	fdb_add("d2", mac_c, 20);
}

static void ask_flush(uint16_t vid, const char *port)
{
	struct msg *req = op_request();

	msg_begin_genl(req, VSWITCH_CMD_FDB_FLUSH, 0);
	msg_u32(req, VSWITCH_A_FDB_SWITCH, if_nametoindex("s0"));
	msg_u32(req, VSWITCH_A_FDB_STATE, VSWITCH_FDB_STATE_STATIC);
	if (vid)
		msg_u16(req, VSWITCH_A_FDB_VID, vid);
	if (port)
		msg_u32(req, VSWITCH_A_FDB_PORT, if_nametoindex(port));
}

static void flush(void)
{
	ask_flush(0, NULL);
}

static void flush_some(void)
{
	ask_flush(20, "d2");
}

static void third_entry(void)
{
	fdb_add("d2", mac_c, 20);
}

/* bridge fdb */

static void ask_neigh(struct msg *req, int type, int flags, const char *port)
{
	msg_begin_neigh(req, type, flags, if_nametoindex("s0"), NUD_NOARP);
	msg_put(req, NDA_LLADDR, mac_a, 6);
	msg_u16(req, NDA_VLAN, port && port[1] == '2' ? 20 : 10);
	if (port)
		msg_u32(req, NDA_IFINDEX, if_nametoindex(port));
}

static void bridge_add(void)
{
	ask_neigh(op_request(), RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_EXCL, "d1");
}

static void bridge_replace(void)
{
	ask_neigh(op_request(), RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE,
		  "t0");
}

static void t0_in_10(void)
{
	port_vlan("t0", 10, true, 10, 10);
	one_entry();
}

static void entry_back(void)
{
	ask_neigh(&m, RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE, "d1");
	msg_must(&m, NULL, NULL);
}

static void t0_back(void)
{
	no_entries();
	port_vlan("t0", 0, true, 0, 0);
}

static void bridge_del(void)
{
	ask_neigh(op_request(), RTM_DELNEIGH, 0, NULL);
}

static void bridge_dump(void)
{
	msg_begin_neigh(op_request(), RTM_GETNEIGH, NLM_F_DUMP, 0, 0);
}

const struct op fdb_ops[] = {
	{ "fdb add", .prepare = add, .undo = no_entries },
	{ "fdb del", one_entry, del, .undo = one_entry,
	  .cleanup = no_entries },
	{ "fdb get", one_entry, get, .cleanup = no_entries },
	{ "fdb dump", three_entries, dump, .cleanup = no_entries },
	{ "fdb flush", three_entries, flush, .undo = three_entries,
	  .cleanup = no_entries },
	{ "fdb flush, one port and vlan", three_entries, flush_some,
	  .undo = third_entry, .cleanup = no_entries },
	{ "bridge fdb add", .prepare = bridge_add, .undo = no_entries },
	{ "bridge fdb replace", t0_in_10, bridge_replace, .undo = entry_back,
	  .cleanup = t0_back },
	{ "bridge fdb del", one_entry, bridge_del, .undo = one_entry,
	  .cleanup = no_entries },
	{ "bridge fdb show", three_entries, bridge_dump,
	  .cleanup = no_entries },
	{}
};
