// SPDX-License-Identifier: GPL-2.0
/* Requests that change links and ports: see ask.h. */
#include <net/if.h>
#include <string.h>
#include <linux/if_link.h>
#include <linux/vswitch.h>

#include "ask.h"

/* An address that is the same each time the device is made. */
void ask_address(struct msg *m, const char *name)
{
	uint8_t mac[6] = { 2, 1 };

	memcpy(mac + 2, name, strnlen(name, 4));
	msg_put(m, IFLA_ADDRESS, mac, sizeof(mac));
}

void ask_link(struct msg *m, const char *name, int flags)
{
	msg_begin_link(m, RTM_NEWLINK, flags, AF_UNSPEC, 0);
	msg_text(m, IFLA_IFNAME, name);
}

void ask_up(struct msg *m, const char *name, bool up)
{
	struct ifinfomsg *ifi = NLMSG_DATA(&m->h);

	ask_link(m, name, 0);
	ifi->ifi_flags = up ? IFF_UP : 0;
	ifi->ifi_change = IFF_UP;
}

void ask_mtu(struct msg *m, const char *name, uint32_t mtu)
{
	ask_link(m, name, 0);
	msg_u32(m, IFLA_MTU, mtu);
}

void ask_master(struct msg *m, const char *name, const char *master)
{
	ask_link(m, name, 0);
	msg_u32(m, IFLA_MASTER, master ? if_nametoindex(master) : 0);
}

void ask_new_switch(struct msg *m, const char *name, uint32_t type,
		    const char *uplink)
{
	struct nlattr *info, *data;

	ask_link(m, name, NLM_F_CREATE | NLM_F_EXCL);
	ask_address(m, name);
	info = msg_nest(m, IFLA_LINKINFO);
	msg_text(m, IFLA_INFO_KIND, "vswitch");
	data = msg_nest(m, IFLA_INFO_DATA);
	msg_u32(m, IFLA_VSWITCH_TYPE, type);
	msg_u32(m, IFLA_VSWITCH_AGEING_TIME, 600);
	msg_u32(m, IFLA_VSWITCH_FDB_LIMIT, 1000);
	if (uplink)
		msg_u32(m, IFLA_VSWITCH_UPLINK, if_nametoindex(uplink));
	msg_nest_end(m, data);
	msg_nest_end(m, info);
}

void ask_type(struct msg *m, const char *name, uint32_t type,
	      const char *uplink)
{
	struct nlattr *info, *data;

	ask_link(m, name, 0);
	info = msg_nest(m, IFLA_LINKINFO);
	msg_text(m, IFLA_INFO_KIND, "vswitch");
	data = msg_nest(m, IFLA_INFO_DATA);
	msg_u32(m, IFLA_VSWITCH_TYPE, type);
	msg_u32(m, IFLA_VSWITCH_UPLINK, uplink ? if_nametoindex(uplink) : 0);
	msg_nest_end(m, data);
	msg_nest_end(m, info);
}

void ask_new_vnic(struct msg *m, const char *name, const char *sw)
{
	struct nlattr *info;

	ask_link(m, name, NLM_F_CREATE | NLM_F_EXCL);
	ask_address(m, name);
	msg_u32(m, IFLA_LINK, if_nametoindex(sw));
	info = msg_nest(m, IFLA_LINKINFO);
	msg_text(m, IFLA_INFO_KIND, "vswitch_vnic");
	msg_nest_end(m, info);
}

void ask_vlan(struct msg *m, const char *port, uint16_t pvid,
	      bool untagged_only, uint16_t from, uint16_t to)
{
	struct nlattr *vlan, *range;

	msg_begin_genl(m, VSWITCH_CMD_PORT_SET, 0);
	msg_u32(m, VSWITCH_A_PORT_IFINDEX, if_nametoindex(port));
	vlan = msg_nest(m, VSWITCH_A_PORT_VLAN);
	msg_u16(m, VSWITCH_A_VLAN_PVID, pvid);
	msg_u32(m, VSWITCH_A_VLAN_ACCEPT, untagged_only ?
		VSWITCH_VLAN_ACCEPT_UNTAGGED : VSWITCH_VLAN_ACCEPT_ALL);
	if (from) {
		range = msg_nest(m, VSWITCH_A_VLAN_RANGE);
		msg_u16(m, VSWITCH_A_VLAN_RANGE_START, from);
		msg_u16(m, VSWITCH_A_VLAN_RANGE_END, to);
		if (untagged_only)
			msg_put(m, VSWITCH_A_VLAN_RANGE_UNTAGGED, NULL, 0);
		msg_nest_end(m, range);
	}
	msg_nest_end(m, vlan);
}
