// SPDX-License-Identifier: GPL-2.0
/* Settings of ports, the FDB, transactions. */
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <linux/if_bridge.h>
#include <linux/neighbour.h>
#include <linux/vswitch.h>

#include "churn.h"

static struct msg m;

static void ask_port(struct msg *m, const char *port)
{
	msg_begin_genl(m, VSWITCH_CMD_PORT_SET, 0);
	msg_u32(m, VSWITCH_A_PORT_IFINDEX, if_nametoindex(port));
}

/* Any settings, as one request of the family. */
static void ask_settings(struct msg *m, const char *port)
{
	uint16_t vid = 1 + below(20);
	uint8_t mac[6] = {};

	switch (below(6)) {
	case 0:
		ask_vlan(m, port, 0, true, 0, 0);
		break;
	case 1:
		ask_vlan(m, port, vid, true, vid, vid);
		break;
	case 2:
		ask_vlan(m, port, 0, false, vid, vid + 10);
		break;
	case 3:
		ask_vlan(m, port, vid, false, 1, 4094);
		break;
	case 4:
		if (below(2))
			any_mac(mac);
		ask_port(m, port);
		msg_put(m, VSWITCH_A_PORT_MAC, mac, sizeof(mac));
		break;
	case 5:
		ask_port(m, port);
		msg_u8(m, VSWITCH_A_PORT_MAC_SPOOFING, below(4) > 0);
		break;
	}
}

/* One VLAN, as bridge(8) does it. */
static void ask_bridge_vlan(struct msg *m, const char *port)
{
	struct bridge_vlan_info info = { .vid = 1 + below(20) };
	struct nlattr *spec;

	msg_begin_link(m, below(3) ? RTM_SETLINK : RTM_DELLINK, 0, PF_BRIDGE,
		       if_nametoindex(port));
	spec = msg_nest(m, IFLA_AF_SPEC);
	if (below(2))
		info.flags |= BRIDGE_VLAN_INFO_UNTAGGED;
	if (!below(4))
		info.flags |= BRIDGE_VLAN_INFO_PVID;
	msg_put(m, IFLA_BRIDGE_VLAN_INFO, &info, sizeof(info));
	msg_nest_end(m, spec);
}

static void policy_step(void)
{
	if (below(4))
		ask_settings(&m, any_dev());
	else
		ask_bridge_vlan(&m, any_dev());
	try(&m);
}

static void policy_end(void)
{
	static const uint8_t none[6];
	int i;

	for (i = 0; i < n_devs; i++) {
		ask_vlan(&m, devs[i], 0, true, 0, 0);
		try(&m);
		ask_port(&m, devs[i]);
		msg_put(&m, VSWITCH_A_PORT_MAC, none, sizeof(none));
		msg_u8(&m, VSWITCH_A_PORT_MAC_SPOOFING, true);
		try(&m);
	}
}

/* Limits of the switch: never so low that a static entry has no room. */
static void limits_step(void)
{
	msg_begin_genl(&m, VSWITCH_CMD_SWITCH_SET, 0);
	msg_u32(&m, VSWITCH_A_SWITCH_IFINDEX, if_nametoindex(sw));
	if (below(2))
		msg_u32(&m, VSWITCH_A_SWITCH_FDB_LIMIT, 16 + below(200));
	else
		msg_u32(&m, VSWITCH_A_SWITCH_AGEING_TIME, 1 + below(3));
	try(&m);
}

static void limits_end(void)
{
	msg_begin_genl(&m, VSWITCH_CMD_SWITCH_SET, 0);
	msg_u32(&m, VSWITCH_A_SWITCH_IFINDEX, if_nametoindex(sw));
	msg_u32(&m, VSWITCH_A_SWITCH_FDB_LIMIT, 10000);
	msg_u32(&m, VSWITCH_A_SWITCH_AGEING_TIME, 300);
	try(&m);
}

/* FDB: VLAN 0, which has the entries that have to stay, is not emptied. */

static void ask_entry(struct msg *m, uint8_t cmd)
{
	uint8_t mac[6];

	any_mac(mac);
	msg_begin_genl(m, cmd, 0);
	msg_u32(m, VSWITCH_A_FDB_SWITCH, if_nametoindex(sw));
	msg_put(m, VSWITCH_A_FDB_MAC, mac, sizeof(mac));
	msg_u16(m, VSWITCH_A_FDB_VID, below(2) * 10);
	if (cmd == VSWITCH_CMD_FDB_ADD)
		msg_u32(m, VSWITCH_A_FDB_PORT, if_nametoindex(any_dev()));
}

static void ask_flush(struct msg *m)
{
	msg_begin_genl(m, VSWITCH_CMD_FDB_FLUSH, 0);
	switch (below(4)) {
	case 0:
		msg_u32(m, VSWITCH_A_FDB_SWITCH, if_nametoindex(sw));
		break;
	case 1:
		msg_u32(m, VSWITCH_A_FDB_PORT, if_nametoindex(any_dev()));
		break;
	case 2:
		msg_u32(m, VSWITCH_A_FDB_SWITCH, if_nametoindex(sw));
		msg_u16(m, VSWITCH_A_FDB_VID, 10);
		break;
	case 3:
		msg_u32(m, VSWITCH_A_FDB_PORT, if_nametoindex(any_dev()));
		msg_u32(m, VSWITCH_A_FDB_STATE, VSWITCH_FDB_STATE_STATIC);
		break;
	}
}

/* As 'bridge fdb replace' does it. */
static void ask_replace(struct msg *m)
{
	uint8_t mac[6];

	any_mac(mac);
	msg_begin_neigh(m, RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE,
			if_nametoindex(sw), NUD_NOARP);
	msg_put(m, NDA_LLADDR, mac, sizeof(mac));
	msg_u32(m, NDA_IFINDEX, if_nametoindex(any_dev()));
}

static void fdb_step(void)
{
	switch (below(8)) {
	case 0:
	case 1:
		ask_entry(&m, VSWITCH_CMD_FDB_ADD);
		break;
	case 2:
	case 3:
		ask_entry(&m, VSWITCH_CMD_FDB_DEL);
		break;
	case 4:
		ask_replace(&m);
		break;
	default:
		ask_flush(&m);
	}
	try(&m);
}

/* Transactions */

static uint32_t txn;

static void on_begin(const struct nlmsghdr *h, void *arg)
{
	char *data = (char *)NLMSG_DATA(h) + 4;

	msg_for_each(a, data, (char *)h + h->nlmsg_len - data) {
		if (msg_type(a) == VSWITCH_A_TXN_ID)
			txn = msg_get_u32(a);
	}
}

static void txn_step(void)
{
	struct answer answer;
	int i, n = 1 + below(2 * n_devs);
	bool good = true;

	msg_begin_genl(&m, VSWITCH_CMD_TXN_BEGIN, 0);
	msg_u32(&m, VSWITCH_A_TXN_SWITCH, if_nametoindex(sw));
	answer = msg_talk(&m, on_begin, NULL);
	if (answer.err)
		die("no transaction: %s: %s", strerror(-answer.err),
		    answer.text);
	for (i = 0; i < n && good; i++) {
		ask_settings(&m, any_dev());
		msg_u32(&m, VSWITCH_A_PORT_TXN, txn);
		good = try(&m);
	}
	switch (below(8)) {
	case 0:
		/* The socket is closed over it. */
		msg_reopen();
		break;
	case 1:
		msg_begin_genl(&m, VSWITCH_CMD_TXN_ABORT, 0);
		msg_u32(&m, VSWITCH_A_TXN_ID, txn);
		msg_must(&m, NULL, NULL);
		break;
	default:
		msg_begin_genl(&m, VSWITCH_CMD_TXN_COMMIT, 0);
		msg_u32(&m, VSWITCH_A_TXN_ID, txn);
		try(&m);
	}
}

const struct role config_roles[] = {
	{ "policy", policy_step, policy_end, 1 },
	{ "limits", limits_step, limits_end, 0 },
	{ "fdb", fdb_step, NULL, 1 },
	{ "txn", txn_step, policy_end, 1 },
	{}
};
