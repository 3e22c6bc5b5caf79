// SPDX-License-Identifier: GPL-2.0
/* What comes and goes under RTNL: ports, devices, vNICs, uplinks, netns. */
#define _GNU_SOURCE
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <linux/if_link.h>
#include <linux/veth.h>
#include <linux/vswitch.h>

#include "churn.h"

/* So that all of these devices can be named at once. */
#define GROUP 77

static struct msg m;

/* Devices that are there join and leave. */
static void ports_step(void)
{
	ask_master(&m, any_dev(), below(2) ? sw : NULL);
	try(&m);
}

/* They go down and up, their MTU changes. */
static void flap_step(void)
{
	const char *dev = any_dev();

	if (below(3)) {
		ask_up(&m, dev, below(2));
	} else {
		ask_link(&m, dev, 0);
		msg_u32(&m, IFLA_MTU, 1400 + below(100));
	}
	try(&m);
}

static void flap_end(void)
{
	int i;

	for (i = 0; i < n_devs; i++) {
		ask_up(&m, devs[i], true);
		try(&m);
		ask_link(&m, devs[i], 0);
		msg_u32(&m, IFLA_MTU, 1500);
		try(&m);
	}
}

static void ask_delete(struct msg *m, const char *name)
{
	msg_begin_link(m, RTM_DELLINK, 0, AF_UNSPEC, 0);
	msg_text(m, IFLA_IFNAME, name);
}

/*
 * A pair NAME -- xNAME, the first end up and a port from the start. (The other
 * cannot be up yet: it has no peer when it is made.)
 */
static void ask_pair(struct msg *m, const char *name, const char *master)
{
	struct ifinfomsg *ifi = NLMSG_DATA(&m->h);
	struct nlattr *info, *data, *peer;
	char other[IFNAMSIZ];

	snprintf(other, sizeof(other), "x%s", name);
	ask_link(m, name, NLM_F_CREATE | NLM_F_EXCL);
	ifi->ifi_flags = IFF_UP;
	ifi->ifi_change = IFF_UP;
	msg_u32(m, IFLA_MASTER, if_nametoindex(master));
	msg_u32(m, IFLA_GROUP, GROUP);
	info = msg_nest(m, IFLA_LINKINFO);
	msg_text(m, IFLA_INFO_KIND, "veth");
	data = msg_nest(m, IFLA_INFO_DATA);
	peer = msg_nest(m, VETH_INFO_PEER);
	/* A header without anything in it; its attributes follow. */
	memset(m->buf + m->h.nlmsg_len, 0, sizeof(*ifi));
	m->h.nlmsg_len += sizeof(*ifi);
	msg_text(m, IFLA_IFNAME, other);
	msg_nest_end(m, peer);
	msg_nest_end(m, data);
	msg_nest_end(m, info);
}

/* Devices are made as ports, and deleted while they are: by an end, or all. */
static void devices_step(void)
{
	const char *dev = any_dev();
	char name[IFNAMSIZ];

	if (if_nametoindex(dev)) {
		/* Not before there were some frames. */
		usleep(below(50) * 1000);
		if (below(2)) {
			msg_begin_link(&m, RTM_DELLINK, 0, AF_UNSPEC, 0);
			msg_u32(&m, IFLA_GROUP, GROUP);
		} else {
			snprintf(name, sizeof(name), "%s%s",
				 below(2) ? "x" : "", dev);
			ask_delete(&m, name);
		}
		try(&m);
		return;
	}
	ask_pair(&m, dev, sw);
	if (!try(&m))
		return;
	snprintf(name, sizeof(name), "x%s", dev);
	ask_up(&m, name, true);
	try(&m);
}

static void devices_end(void)
{
	int i;

	for (i = 0; i < n_devs; i++) {
		if (!if_nametoindex(devs[i]))
			continue;
		ask_delete(&m, devs[i]);
		try(&m);
	}
}

static void vnics_step(void)
{
	const char *dev = any_dev();

	if (!if_nametoindex(dev)) {
		ask_new_vnic(&m, dev, sw);
	} else if (below(2)) {
		ask_up(&m, dev, below(4) > 0);
	} else if (below(2)) {
		uint8_t mac[6];

		any_mac(mac);
		ask_link(&m, dev, 0);
		msg_put(&m, IFLA_ADDRESS, mac, sizeof(mac));
	} else {
		ask_delete(&m, dev);
	}
	try(&m);
}

/* External over one of the devices, internal, private. */
static void convert_step(void)
{
	switch (below(4)) {
	case 0:
	case 1:
		ask_type(&m, sw, VSWITCH_SWITCH_TYPE_EXTERNAL, any_dev());
		break;
	case 2:
		ask_type(&m, sw, VSWITCH_SWITCH_TYPE_INTERNAL, NULL);
		break;
	case 3:
		ask_type(&m, sw, VSWITCH_SWITCH_TYPE_PRIVATE, NULL);
		break;
	}
	try(&m);
}

static void convert_end(void)
{
	ask_type(&m, sw, VSWITCH_SWITCH_TYPE_INTERNAL, NULL);
	try(&m);
}

/* A whole switch with ports and vNIC comes and goes. */
static void switch_step(void)
{
	const char *other = devs[0];
	int i;

	if (if_nametoindex(other)) {
		ask_delete(&m, other);
		try(&m);
		return;
	}
	ask_new_switch(&m, other, VSWITCH_SWITCH_TYPE_INTERNAL, NULL);
	if (!try(&m))
		return;
	ask_up(&m, other, true);
	try(&m);
	for (i = 1; i < n_devs; i++) {
		ask_master(&m, devs[i], other);
		try(&m);
	}
}

static void switch_end(void)
{
	if (!if_nametoindex(devs[0]))
		return;
	ask_delete(&m, devs[0]);
	try(&m);
}

/*
 * A network namespace with a switch of its own, which another one's is tied to
 * by a pair, and which ends with all that is in it.
 */
static void in_netns(const char *outer, useconds_t life)
{
	uint32_t parent = getppid();

	if (unshare(CLONE_NEWNET))
		die("no network namespace: %m");
	msg_reopen();
	ask_new_switch(&m, "inner", VSWITCH_SWITCH_TYPE_INTERNAL, NULL);
	msg_must(&m, NULL, NULL);
	ask_up(&m, "inner", true);
	msg_must(&m, NULL, NULL);
	ask_new_vnic(&m, "in0", "inner");
	msg_must(&m, NULL, NULL);
	ask_up(&m, "in0", true);
	msg_must(&m, NULL, NULL);
	ask_pair(&m, devs[0], "inner");
	msg_must(&m, NULL, NULL);

	/* The pair's other end is for the switch outside. */
	ask_link(&m, outer, 0);
	msg_u32(&m, IFLA_NET_NS_PID, parent);
	msg_must(&m, NULL, NULL);
	/* Frames flow; then all ends at once, in this order or another. */
	usleep(life);
	exit(0);
}

static void netns_step(void)
{
	useconds_t life = below(200) * 1000;
	char outer[IFNAMSIZ];
	int status, i;
	pid_t pid;

	snprintf(outer, sizeof(outer), "x%s", devs[0]);
	fflush(stdout);
	pid = fork();
	if (!pid)
		in_netns(outer, life);
	/* It may be here, or gone again. */
	for (i = 0; i < 200; i++) {
		if (if_nametoindex(outer)) {
			ask_master(&m, outer, sw);
			if (try(&m)) {
				ask_up(&m, outer, true);
				try(&m);
				break;
			}
		}
		usleep(1000);
	}
	if (waitpid(pid, &status, 0) != pid || status)
		die("the one in the namespace failed");
	granted++;
	/* Its name is free again once the namespace is cleaned up. */
	for (i = 0; i < 120000 && if_nametoindex(outer); i++)
		usleep(1000);
	if (if_nametoindex(outer))
		die("a namespace is not gone after two minutes");
}

const struct role link_roles[] = {
	{ "ports", ports_step, NULL, 1 },
	{ "flap", flap_step, flap_end, 1 },
	{ "devices", devices_step, devices_end, 1 },
	{ "vnics", vnics_step, devices_end, 1 },
	{ "convert", convert_step, convert_end, 1 },
	{ "switch", switch_step, switch_end, 1 },
	{ "netns", netns_step, NULL, 1 },
	{}
};
