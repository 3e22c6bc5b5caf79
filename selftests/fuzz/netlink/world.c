// SPDX-License-Identifier: GPL-2.0
/*
 * The devices that a stream plays with. Their names are fixed, so that all
 * streams of a netns meet, and a message of one is about what another deletes.
 */
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#include "fuzz.h"

const struct dev world[] = {
	{ "d0", DEV_DUMMY, NULL },
	{ "d1", DEV_DUMMY, NULL },
	{ "d2", DEV_DUMMY, NULL },
	{ "d3", DEV_DUMMY, NULL },	/* has a macvlan */
	{ "d4", DEV_DUMMY, NULL },	/* in a bridge */
	{ "v0", DEV_VETH, "p0" },
	{ "p0", DEV_PEER, "v0" },
	{ "v1", DEV_VETH, "p1" },
	{ "p1", DEV_PEER, "v1" },
	{ "s0", DEV_SWITCH, NULL },
	{ "s1", DEV_SWITCH, NULL },
	{ "s2", DEV_SWITCH, NULL },
	{ "n0", DEV_VNIC, "s0" },
	{ "n1", DEV_VNIC, "s0" },
	{ "n2", DEV_VNIC, "s1" },
	{ "n3", DEV_VNIC, "s2" },
	{ "m0", DEV_MACVLAN, "d3" },
	{ "q0", DEV_VLAN, "n0" },
	{ "br0", DEV_BRIDGE, NULL },
	{ "b0", DEV_BOND, NULL },
};

const unsigned int world_n = sizeof(world) / sizeof(world[0]);

static const char *const switches[] = { "s0", "s1", "s2" };
static const char *const ports[] = {
	"d0", "d1", "v0", "v1", "n0", "n1", "n2", "d2", "n3",
};

#define PICK(f, array) \
	((array)[choice_below(&(f)->c, sizeof(array) / sizeof((array)[0]))])

/* Is the family one whose objects are these devices? */
bool world_has(const struct fuzz *f)
{
	return spec_find_set(f->spec, "link");
}

bool world_is_object(const char *object)
{
	return !strcmp(object, "switch") || !strcmp(object, "port");
}

uint32_t world_ifindex(struct fuzz *f, const char *name)
{
	struct ifreq req = {};

	snprintf(req.ifr_name, IFNAMSIZ, "%s", name);
	return ioctl(f->ctl, SIOCGIFINDEX, &req) ? 0 : req.ifr_ifindex;
}

/* @object: "switch", "port", or anything else for any device; or they are NICs */
const char *world_pick_name(struct fuzz *f, const char *object)
{
	uint32_t luck = choice_below(&f->c, 100);

	if (vmbus_has(f))
		return vmbus_pick_nic(f);
	if (luck < 3)
		return "none";
	if (luck < 5)
		return "lo";
	if (luck < 90 && !strcmp(object, "switch"))
		return PICK(f, switches);
	if (luck < 90 && !strcmp(object, "port"))
		return PICK(f, ports);
	/* The ends that frames come from; see link_loop() for those as ports. */
	do
		luck = choice_below(&f->c, world_n);
	while (world[luck].kind == DEV_PEER);
	return world[luck].name;
}

uint32_t world_pick(struct fuzz *f, const char *object)
{
	return world_ifindex(f, world_pick_name(f, object));
}

static const char *kind_name(enum dev_kind kind)
{
	switch (kind) {
	case DEV_SWITCH:	return "vswitch";
	case DEV_VNIC:		return "vswitch_vnic";
	case DEV_DUMMY:		return "dummy";
	case DEV_PEER:
	case DEV_VETH:		return "veth";
	case DEV_BOND:		return "bond";
	case DEV_BRIDGE:	return "bridge";
	case DEV_MACVLAN:	return "macvlan";
	case DEV_VLAN:		return "vlan";
	}
	return "";
}

/* IFLA_INFO_DATA of what is not ours. */
static void put_plain_data(struct msg *m, const struct dev *dev)
{
	size_t data = msg_nest(m, IFLA_INFO_DATA), peer;

	if (dev->kind == DEV_VLAN)
		msg_put_u16(m, IFLA_VLAN_ID, 7);
	if (dev->kind == DEV_VETH || dev->kind == DEV_PEER) {
		peer = msg_nest(m, VETH_INFO_PEER);
		msg_add(m, sizeof(struct ifinfomsg));
		msg_put_string(m, IFLA_IFNAME, dev->other);
		msg_nest_end(m, peer);
	}
	msg_nest_end(m, data);
}

/* Make a device; @random: of our own kinds, with random settings */
void world_make(struct fuzz *f, const struct dev *dev, bool random)
{
	struct ifinfomsg ifi = { .ifi_flags = IFF_UP, .ifi_change = IFF_UP };
	static struct msg m;
	size_t info, data;
	bool ours = dev->kind == DEV_SWITCH || dev->kind == DEV_VNIC;
	uint8_t mac[6];
	const char *set = dev->kind == DEV_SWITCH ? "link" : "link-slave";
	char what[48];

	snprintf(what, sizeof(what), "link add %s%s", dev->name,
		 random ? " (random)" : "");
	if (random && choice_percent(&f->c, 20))
		ifi.ifi_flags = 0;
	msg_begin(&m, RTM_NEWLINK, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL, &ifi,
		  sizeof(ifi), what);
	msg_put_string(&m, IFLA_IFNAME, dev->name);
	if (dev->kind == DEV_VNIC && random && choice_percent(&f->c, 20))
		msg_put_u32(&m, IFLA_LINK, world_pick(f, "switch"));
	else if (dev->other && dev->kind != DEV_VETH && dev->kind != DEV_PEER &&
		 !(random && choice_percent(&f->c, 5)))
		msg_put_u32(&m, IFLA_LINK, world_ifindex(f, dev->other));
	if (ours && random) {
		gen_plan(f, gen_quality(f));
		if (choice_percent(&f->c, 25)) {
			gen_mac(f, mac);
			msg_put(&m, IFLA_ADDRESS, mac,
				choice_percent(&f->c, 10) ? 4 : 6);
		}
		if (choice_percent(&f->c, 20))
			msg_put_u32(&m, IFLA_MTU,
				    choice_below(&f->c, 10000));
		/* Made from here, to be there. */
		if (choice_percent(&f->c, 10))
			msg_put(&m, IFLA_NET_NS_FD, &f->other_netns, 4);
	}
	info = msg_nest(&m, IFLA_LINKINFO);
	msg_put_string(&m, IFLA_INFO_KIND, kind_name(dev->kind));
	if (ours) {
		m.kind = dev->kind == DEV_SWITCH ? 1 : 2;
		data = msg_nest(&m, IFLA_INFO_DATA);
		if (random)
			gen_all_attrs(f, &m, spec_find_set(f->spec, set));
		msg_nest_end(&m, data);
	} else {
		put_plain_data(&m, dev);
		m.loose = true;
	}
	msg_nest_end(&m, info);
	talk(f, &f->rtnl, &m);
}

static void find_master(struct fuzz *f, struct nlmsghdr *nlh, void *arg)
{
	struct rtattr *rta = IFLA_RTA(NLMSG_DATA(nlh));
	int len = IFLA_PAYLOAD(nlh);

	(void)f;
	for (; RTA_OK(rta, len); rta = RTA_NEXT(rta, len))
		if (rta->rta_type == IFLA_MASTER)
			*(bool *)arg = true;
}

static bool has_master(struct fuzz *f, int ifindex)
{
	struct ifinfomsg ifi = { .ifi_index = ifindex };
	static struct msg m;
	bool has = false;

	msg_begin(&m, RTM_GETLINK, NLM_F_ACK, &ifi, sizeof(ifi), "master?");
	talk_quietly(f, &f->rtnl, &m, find_master, &has);
	return has;
}

static void set_link(struct fuzz *f, const char *name, uint16_t type,
		     unsigned int flags, int attr, uint32_t value,
		     const char *verb)
{
	struct ifinfomsg ifi = { .ifi_index = world_ifindex(f, name) };
	static struct msg m;
	char what[48];

	if (!ifi.ifi_index)
		return;
	snprintf(what, sizeof(what), "link %s %s %u", verb, name, value);
	if (!attr && type == RTM_SETLINK) {
		ifi.ifi_flags = flags;
		ifi.ifi_change = IFF_UP;
	}
	msg_begin(&m, type, NLM_F_ACK, &ifi, sizeof(ifi), what);
	if (attr)
		msg_put_u32(&m, attr, value);
	/* The core takes a port from one master before it asks the next. */
	if (f->strict && attr == IFLA_MASTER && value)
		m.loose = has_master(f, ifi.ifi_index);
	talk(f, &f->rtnl, &m);
}

void world_delete(struct fuzz *f, const char *name)
{
	set_link(f, name, RTM_DELLINK, 0, 0, 0, "del");
}

void world_set_up(struct fuzz *f, const char *name, bool up)
{
	set_link(f, name, RTM_SETLINK, up ? IFF_UP : 0, 0, up, "up");
}

void world_set_master(struct fuzz *f, const char *name, uint32_t master)
{
	set_link(f, name, RTM_SETLINK, 0, IFLA_MASTER, master, "master");
}

/* Something to begin with; @percent of it, drawn by lot. */
void world_build(struct fuzz *f, unsigned int percent)
{
	static const char *const slaves[][2] = {
		{ "d0", "s0" }, { "v0", "s0" }, { "d1", "s1" }, { "v1", "s1" },
		{ "d4", "br0" },
	};
	unsigned int i;

	if (vmbus_has(f))
		vmbus_build(f, percent);
	if (!world_has(f))
		return;
	for (i = 0; i < world_n; i++)
		if (choice_percent(&f->c, percent))
			world_make(f, &world[i], false);
	for (i = 0; i < sizeof(slaves) / sizeof(slaves[0]); i++)
		world_set_master(f, slaves[i][0],
				 world_ifindex(f, slaves[i][1]));
	for (i = 0; i < world_n; i++)
		if (world[i].kind == DEV_PEER)
			world_set_up(f, world[i].name, true);
}

void world_clear(struct fuzz *f)
{
	unsigned int i;

	if (vmbus_has(f))
		vmbus_clear(f);
	/* Deleting one can take others with it, and both ends of a pair. */
	for (i = 0; i < world_n; i++)
		world_delete(f, world[i].name);
}
