// SPDX-License-Identifier: GPL-2.0
/*
 * Who looks while others change: dumps in which those devices that stay are
 * found exactly once each time, and events.
 */
#include <errno.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/vswitch.h>

#include "churn.h"

static struct msg m;
static unsigned int seen[16];

static void count_index(const struct nlmsghdr *h, void *arg)
{
	char *data = (char *)NLMSG_DATA(h) + 4;
	int type = *(int *)arg, i;

	msg_for_each(a, data, (char *)h + h->nlmsg_len - data) {
		if (msg_type(a) != type)
			continue;
		for (i = 0; i < n_devs; i++)
			seen[i] += msg_get_u32(a) == if_nametoindex(devs[i]);
	}
}

/* Static entries of VLAN 0 that have the addresses 02:00:00:00:20:NN. */
static void count_entry(const struct nlmsghdr *h, void *arg)
{
	static const uint8_t prefix[5] = { 2, 0, 0, 0, 0x20 };
	char *data = (char *)NLMSG_DATA(h) + 4;

	msg_for_each(a, data, (char *)h + h->nlmsg_len - data) {
		const uint8_t *mac = msg_data(a);

		if (msg_type(a) == VSWITCH_A_FDB_MAC &&
		    !memcmp(mac, prefix, sizeof(prefix)) && mac[5] < 16)
			seen[mac[5]]++;
	}
}

static void dump(uint8_t cmd, msg_cb cb, void *arg)
{
	struct answer answer;

	memset(seen, 0, sizeof(seen));
	msg_begin_genl(&m, cmd, NLM_F_DUMP);
	answer = msg_talk(&m, cb, arg);
	if (answer.err)
		die("a dump (command %d) ended with %s", cmd,
		    strerror(-answer.err));
	granted++;
}

/* The devices are ports that stay; behind port N is the static entry N. */
static void dump_step(void)
{
	int ifindex = VSWITCH_A_PORT_IFINDEX, i;
	bool ports = below(2);

	if (ports)
		dump(VSWITCH_CMD_PORT_GET, count_index, &ifindex);
	else
		dump(VSWITCH_CMD_FDB_GET, count_entry, NULL);
	for (i = 0; i < n_devs; i++) {
		if (seen[i] != 1)
			die("%s %s is in a dump %u times",
			    ports ? "the port" : "the entry behind", devs[i],
			    seen[i]);
	}
	dump(VSWITCH_CMD_SWITCH_GET, NULL, NULL);
}

/* What ip -d -s link, bridge vlan and bridge fdb read. */
static void rtnl_step(void)
{
	struct answer answer;

	switch (below(3)) {
	case 0:
		msg_begin_link(&m, RTM_GETLINK, NLM_F_DUMP, AF_UNSPEC, 0);
		break;
	case 1:
		msg_begin_link(&m, RTM_GETLINK, NLM_F_DUMP, PF_BRIDGE, 0);
		msg_u32(&m, IFLA_EXT_MASK, RTEXT_FILTER_BRVLAN_COMPRESSED);
		break;
	case 2:
		msg_begin_neigh(&m, RTM_GETNEIGH, NLM_F_DUMP, 0, 0);
		break;
	}
	answer = msg_talk(&m, NULL, NULL);
	if (answer.err)
		die("a dump of rtnetlink ended with %s: %s",
		    strerror(-answer.err), answer.text);
	granted++;
}

/* One port, one switch, one entry: by those who know them already. */
static void get_step(void)
{
	uint8_t mac[6];

	switch (below(3)) {
	case 0:
		msg_begin_genl(&m, VSWITCH_CMD_PORT_GET, 0);
		msg_text(&m, VSWITCH_A_PORT_IFNAME, any_dev());
		break;
	case 1:
		msg_begin_genl(&m, VSWITCH_CMD_SWITCH_GET, 0);
		msg_text(&m, VSWITCH_A_SWITCH_IFNAME, sw);
		break;
	case 2:
		any_mac(mac);
		msg_begin_genl(&m, VSWITCH_CMD_FDB_GET, 0);
		msg_u32(&m, VSWITCH_A_FDB_SWITCH, if_nametoindex(sw));
		msg_put(&m, VSWITCH_A_FDB_MAC, mac, sizeof(mac));
		break;
	}
	try(&m);
}

static void events_step(void)
{
	static char buf[65536];
	static int fd = -1;

	if (fd < 0) {
		fd = msg_socket(NETLINK_GENERIC);
		if (setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP,
			       &msg_events, sizeof(msg_events)))
			die("no events: %m");
	}
	if (!poll(&(struct pollfd) { .fd = fd, .events = POLLIN }, 1, 100))
		return;
	/* Who is too slow is told so. */
	if (recv(fd, buf, sizeof(buf), MSG_DONTWAIT) >= 0)
		granted++;
	else if (errno == ENOBUFS)
		refused++;
	else if (errno != EAGAIN)
		die("events: %m");
}

const struct role read_roles[] = {
	{ "dump", dump_step, NULL, 0 },
	{ "rtnl", rtnl_step, NULL, 0 },
	{ "get", get_step, NULL, 1 },
	{ "events", events_step, NULL, 0 },
	{}
};
