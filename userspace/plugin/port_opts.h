/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What ip shows of a port. Guests' ports have it as slave data of kind
 * vswitch, vNICs as data of their own kind: two plugins, one content.
 */
#ifndef _PLUGIN_PORT_OPTS_H
#define _PLUGIN_PORT_OPTS_H

#include <linux/vswitch.h>

#include "iplink_abi.h"

static inline const char *port_word(const char *const *words, size_t n,
				    const struct rtattr *a)
{
	uint32_t v = *(uint32_t *)RTA_DATA(a);

	return v < n ? words[v] : "unknown";
}

static void print_opt(struct link_util *lu, FILE *f, struct rtattr *tb[])
{
	static const char *const roles[] = { "guest", "uplink", "vnic" };
	static const char *const modes[] = {
		"untagged", "access", "trunk", "general",
		"isolated", "community", "promiscuous",
	};
	uint16_t pvid;

	(void)lu;
	(void)f;
	if (!tb)
		return;
	if (tb[IFLA_VSWITCH_SLAVE_ROLE])
		print_word("role", "role",
			   port_word(roles, 3, tb[IFLA_VSWITCH_SLAVE_ROLE]));
	if (tb[IFLA_VSWITCH_SLAVE_VLAN_MODE])
		print_word("vlan_mode", "vlan_mode",
			   port_word(modes, 7,
				     tb[IFLA_VSWITCH_SLAVE_VLAN_MODE]));
	if (tb[IFLA_VSWITCH_SLAVE_PVID]) {
		pvid = *(uint16_t *)RTA_DATA(tb[IFLA_VSWITCH_SLAVE_PVID]);
		if (pvid == VSWITCH_VLAN_NONE)
			print_word("pvid", "pvid", "none");
		else
			print_number("pvid", "pvid", pvid);
	}
	if (tb[IFLA_VSWITCH_SLAVE_MAC_SPOOFING])
		print_switch("mac_spoofing", "mac_spoofing",
			     *(uint8_t *)RTA_DATA(tb[IFLA_VSWITCH_SLAVE_MAC_SPOOFING]));
}

#endif /* _PLUGIN_PORT_OPTS_H */
