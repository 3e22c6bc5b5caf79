// SPDX-License-Identifier: GPL-2.0
/* From names to interfaces and back. */
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"

/*
 * The name of an interface, or its number while the name is gone already. Good
 * until it is called again four times.
 */
const char *dev_name(uint32_t ifindex)
{
	static char names[4][IFNAMSIZ];
	static unsigned int next;
	char *name = names[next++ % 4];

	if (!if_indextoname(ifindex, name))
		snprintf(name, IFNAMSIZ, "if%u", ifindex);
	return name;
}

int find_dev(struct ctx *ctx, const char *what, const char *name,
	     uint32_t *ifindex)
{
	*ifindex = if_nametoindex(name);
	if (!*ifindex)
		return report_text(ctx, what, name, "no such device");
	return 0;
}

int find_switch(struct ctx *ctx, const char *what, const char *name,
		struct vsw_switch *sw)
{
	struct vsw_link link;
	uint32_t ifindex;
	int err;

	memset(sw, 0, sizeof(*sw));
	if (vsw_connect(ctx->vsw))
		return report(ctx, what, name);
	err = find_dev(ctx, what, name, &ifindex);
	if (err)
		return err;
	if (!vsw_link_get(ctx->vsw, ifindex, &link) &&
	    strcmp(link.kind, "vswitch"))
		return report_text(ctx, what, name, "not a virtual switch");
	if (vsw_switch_get(ctx->vsw, ifindex, sw))
		return report(ctx, what, name);
	return 0;
}

int find_port(struct ctx *ctx, const char *what, const char *name,
	      struct vsw_port *port)
{
	uint32_t ifindex;
	int err;

	memset(port, 0, sizeof(*port));
	if (vsw_connect(ctx->vsw))
		return report(ctx, what, name);
	err = find_dev(ctx, what, name, &ifindex);
	if (err)
		return err;
	if (vsw_port_get(ctx->vsw, ifindex, port))
		return report(ctx, what, name);
	return 0;
}

int find_mac(struct ctx *ctx, const struct vsw_port *port, uint8_t *mac)
{
	struct vsw_fdb *list;
	size_t n, i, found = 0;

	if (port->has_mac) {
		memcpy(mac, port->mac, VSW_MAC_LEN);
		return 0;
	}
	if (vsw_fdb_dump(ctx->vsw, port->sw, &list, &n))
		return report(ctx, "port", port->name);
	for (i = 0; i < n; i++) {
		if (list[i].port != port->ifindex ||
		    (found && !memcmp(mac, list[i].mac, VSW_MAC_LEN)))
			continue;
		memcpy(mac, list[i].mac, VSW_MAC_LEN);
		found++;
	}
	free(list);
	if (found == 1)
		return 0;
	return report_text(ctx, "port", port->name, found ?
			   "has several MAC addresses: say which one to send from" :
			   "its MAC address is not known: say which one to send from");
}
