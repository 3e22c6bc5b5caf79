// SPDX-License-Identifier: GPL-2.0
/*
 * What a stream does, one thing after another, drawn by lot: requests of the
 * family, transactions, links made, changed and deleted, VLANs and addresses
 * by way of rtnetlink as bridge(8) sets them, sockets closed at bad times.
 */
#include <linux/genetlink.h>
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "fuzz.h"

static struct msg m;

static struct sock *any_socket(struct fuzz *f)
{
	return &f->genl[choice_below(&f->c, SOCKETS)];
}

static struct spec_op *any_op(struct fuzz *f, bool dump)
{
	struct spec_op *op;

	do
		op = &f->spec->ops[choice_below(&f->c, f->spec->n_ops)];
	while (!(dump ? &op->dump : &op->call)->there);
	return op;
}

static void request(struct fuzz *f)
{
	enum quality q = gen_quality(f);

	gen_plan(f, q);
	gen_request(f, &m, any_op(f, false), false);
	if (q != VALID)
		gen_spoil(f, &m, q);
	talk(f, any_socket(f), &m);
}

static void dump(struct fuzz *f)
{
	enum quality q = gen_quality(f);

	if (!any_op(f, false))
		return;
	gen_plan(f, q);
	gen_request(f, &m, any_op(f, true), true);
	if (q == HOSTILE)
		gen_spoil(f, &m, q);
	talk(f, any_socket(f), &m);
}

/* A dump whose reader goes away, or asks for another one meanwhile. */
static void dump_unread(struct fuzz *f)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	static char buf[1 << 16];
	struct sock s;

	if (sock_open(&s, NETLINK_GENERIC))
		return;
	gen_plan(f, VALID);
	gen_request(f, &m, any_op(f, true), true);
	sendto(s.fd, m.buf, m.len, 0, (void *)&kernel, sizeof(kernel));
	if (choice_percent(&f->c, 50))
		recv(s.fd, buf, sizeof(buf), MSG_DONTWAIT);
	if (choice_percent(&f->c, 50))
		sendto(s.fd, m.buf, m.len, 0, (void *)&kernel, sizeof(kernel));
	sock_close(&s);
}

/* Bytes of any kind behind a good header. */
static void noise(struct fuzz *f)
{
	size_t len = choice_below(&f->c, 120);
	uint8_t bytes[120], *p;

	msg_begin_genl(&m, f, choice_below(&f->c, f->spec->max_cmd + 2),
		       NLM_F_ACK, "noise");
	choice_bytes(&f->c, bytes, len);
	p = msg_add(&m, len);
	memcpy(p, bytes, len);
	talk(f, any_socket(f), &m);
}

/* Several requests in one datagram. */
static void burst(struct fuzz *f)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	uint32_t n = 2 + choice_below(&f->c, 4), i;
	static uint8_t all[4 * MSG_MAX];
	struct sock *s = any_socket(f);
	size_t len = 0;

	for (i = 0; i < n; i++) {
		gen_plan(f, VALID);
		gen_request(f, &m, any_op(f, false), false);
		if (len + m.len > sizeof(all))
			break;
		((struct nlmsghdr *)m.buf)->nlmsg_flags &= ~NLM_F_ACK;
		memcpy(all + len, m.buf, m.len);
		len += m.len;
	}
	f->digest_known = false;
	sendto(s->fd, all, len, MSG_DONTWAIT, (void *)&kernel, sizeof(kernel));
	/* What they said is dropped with the next answer: other numbers. */
	gen_request(f, &m, any_op(f, false), false);
	talk(f, s, &m);
}

static void socket_again(struct fuzz *f)
{
	struct sock *s = any_socket(f);

	sock_close(s);
	sock_open(s, NETLINK_GENERIC);
	f->digest_known = false;
}

/* --- transactions, if the family has any ------------------------------------ */

static const struct spec_attr *attr(struct fuzz *f, const char *set,
				    const char *name)
{
	struct spec_set *s = spec_find_set(f->spec, set);
	unsigned int i;

	for (i = 1; s && i <= s->max; i++)
		if (s->attrs[i].name && !strcmp(s->attrs[i].name, name))
			return &s->attrs[i];
	return NULL;
}

static void txn_end(struct fuzz *f, struct sock *s, const char *name,
		    uint32_t id)
{
	struct spec_op *op = spec_find_op(f->spec, name);

	msg_begin_genl(&m, f, op->cmd, NLM_F_ACK, name);
	m.stages = !strcmp(name, "txn-abort");
	msg_placed(&m, attr(f, "txn", "id"), m.len);
	msg_put_u32(&m, attr(f, "txn", "id")->number, id);
	talk(f, s, &m);
}

/* One of the requests that can be part of a transaction; often this one. */
static struct spec_op *staged_op(struct fuzz *f, struct spec_op *often)
{
	struct spec_op *op;
	unsigned int tries, i;

	for (tries = 0; tries < 20 && choice_percent(&f->c, 60); tries++) {
		op = any_op(f, false);
		for (i = 0; i < op->call.n_request; i++) {
			if (op->call.request[i] <= op->set->max &&
			    !strcmp(op->set->attrs[op->call.request[i]].name,
				    "txn"))
				return op;
		}
	}
	return often;
}

static void transaction(struct fuzz *f)
{
	struct spec_op *begin = spec_find_op(f->spec, "txn-begin");
	struct spec_op *set = spec_find_op(f->spec, "port-set");
	struct sock *s = any_socket(f), *other = any_socket(f);
	uint32_t chunks, i, id, luck;

	if (!begin || !set)
		return;
	gen_plan(f, VALID);
	gen_request(f, &m, begin, false);
	m.stages = true;
	if (talk(f, s, &m) || !s->n_ids)
		return;
	id = s->ids[(s->n_ids - 1) % 4];
	chunks = choice_below(&f->c, 6);
	for (i = 0; i < chunks; i++) {
		enum quality q = gen_quality(f);
		struct spec_op *op = staged_op(f, set);

		gen_plan(f, q == VALID ? VALID : NEAR_VALID);
		gen_request(f, &m, op, false);
		msg_put_u32(&m, attr(f, op->set->name, "txn")->number, id);
		m.stages = true;
		talk(f, choice_percent(&f->c, 95) ? s : other, &m);
	}
	/* Somebody is faster. */
	if (choice_percent(&f->c, 15)) {
		gen_plan(f, VALID);
		gen_request(f, &m, set, false);
		talk(f, other, &m);
	}
	luck = choice_below(&f->c, 100);
	if (luck < 10)
		return;
	txn_end(f, luck < 90 ? s : other,
		luck % 10 < 7 ? "txn-commit" : "txn-abort", id);
	if (luck >= 95)
		txn_end(f, s, "txn-commit", id);
}

/* More than a netns may have. */
static void many_transactions(struct fuzz *f)
{
	struct spec_op *begin = spec_find_op(f->spec, "txn-begin");
	struct sock *s = any_socket(f);
	unsigned int i;

	if (!begin)
		return;
	for (i = 0; i < 18; i++) {
		gen_plan(f, VALID);
		gen_request(f, &m, begin, false);
		m.stages = true;
		talk(f, s, &m);
	}
	sock_close(s);
	sock_open(s, NETLINK_GENERIC);
}

/* --- links -------------------------------------------------------------------- */

static void link_make(struct fuzz *f)
{
	world_make(f, &world[choice_below(&f->c, world_n)],
		   choice_percent(&f->c, 60));
}

/* Ours are worth more tries than others'. */
static void link_make_ours(struct fuzz *f)
{
	const struct dev *dev;

	do
		dev = &world[choice_below(&f->c, world_n)];
	while (dev->kind != DEV_SWITCH && dev->kind != DEV_VNIC);
	world_make(f, dev, true);
}

static const char *any_link(struct fuzz *f)
{
	return vmbus_has(f) ? vmbus_pick_nic(f) :
	       world[choice_below(&f->c, world_n)].name;
}

static void link_delete(struct fuzz *f)
{
	world_delete(f, any_link(f));
}

/* An existing switch: convert it, change its settings. */
static void link_change(struct fuzz *f)
{
	struct ifinfomsg ifi = { .ifi_index = world_pick(f, "switch") };
	enum quality q = gen_quality(f);
	size_t info, data;

	if (!ifi.ifi_index)
		return;
	msg_begin(&m, RTM_NEWLINK, NLM_F_ACK, &ifi, sizeof(ifi),
		  "link change (switch)");
	m.kind = 1;
	gen_plan(f, q);
	info = msg_nest(&m, IFLA_LINKINFO);
	msg_put_string(&m, IFLA_INFO_KIND,
		       choice_percent(&f->c, 97) ? "vswitch" : "vswitch_vnic");
	data = msg_nest(&m, IFLA_INFO_DATA);
	gen_all_attrs(f, &m, spec_find_set(f->spec, "link"));
	msg_nest_end(&m, data);
	msg_nest_end(&m, info);
	talk(f, &f->rtnl, &m);
}

static void link_uplink(struct fuzz *f)
{
	static const char *const words[] = { "type", "uplink" };
	struct ifinfomsg ifi = { .ifi_index = world_pick(f, "switch") };
	size_t info, data;
	unsigned int i;

	if (!ifi.ifi_index)
		return;
	msg_begin(&m, RTM_NEWLINK, NLM_F_ACK, &ifi, sizeof(ifi),
		  "link change (uplink)");
	m.kind = 1;
	info = msg_nest(&m, IFLA_LINKINFO);
	msg_put_string(&m, IFLA_INFO_KIND, "vswitch");
	data = msg_nest(&m, IFLA_INFO_DATA);
	for (i = 0; i < 2; i++) {
		const struct spec_attr *a = attr(f, "link", words[i]);

		if (!a || !choice_percent(&f->c, 80))
			continue;
		msg_placed(&m, a, m.len);
		msg_put_u32(&m, a->number, !i ? choice_below(&f->c, 3) :
			    choice_percent(&f->c, 40) ? 0 :
			    choice_percent(&f->c, 10) ?
			    world_ifindex(f, "b0") :
			    world_pick(f, choice_percent(&f->c, 70) ? "port" :
				       ""));
	}
	msg_nest_end(&m, data);
	msg_nest_end(&m, info);
	talk(f, &f->rtnl, &m);
}

static void link_master(struct fuzz *f)
{
	const char *name = world_pick_name(f, choice_percent(&f->c, 75) ?
					   "port" : "");
	uint32_t master = choice_percent(&f->c, 25) ? 0 :
			  world_pick(f, choice_percent(&f->c, 90) ? "switch" :
				     "");

	world_set_master(f, name, master);
}

/*
 * Both ends of a pair as ports: the same switch refuses it. Between switches it
 * makes a loop as soon as there is another path, and a storm that would leave
 * nothing of the machine to the fuzzer; so it is undone at once.
 */
static void link_loop(struct fuzz *f)
{
	world_set_master(f, "v0", world_pick(f, "switch"));
	world_set_master(f, "p0", world_pick(f, "switch"));
	world_set_master(f, "p0", 0);
}

static void link_up(struct fuzz *f)
{
	world_set_up(f, any_link(f), choice_percent(&f->c, 70));
}

static void link_set(struct fuzz *f)
{
	struct ifinfomsg ifi = { .ifi_index = world_pick(f, "port") };
	uint8_t mac[6];

	if (choice_percent(&f->c, 15))
		ifi.ifi_index = world_pick(f, "switch");
	if (!ifi.ifi_index)
		return;
	msg_begin(&m, RTM_SETLINK, NLM_F_ACK, &ifi, sizeof(ifi),
		  "link set address, mtu, name or netns");
	switch (choice_below(&f->c, 8)) {
	case 0:
	case 1:
	case 2:
		gen_mac(f, mac);
		msg_put(&m, IFLA_ADDRESS, mac, 6);
		break;
	case 3:
	case 4:
	case 5:
		msg_put_u32(&m, IFLA_MTU, 60 + choice_below(&f->c, 9200));
		break;
	case 6:
		if (vmbus_has(f)) {
			msg_put_string(&m, IFLA_IFNAME, vmbus_pick_nic(f));
			break;
		}
		/* fall through */
	default:
		msg_put(&m, IFLA_NET_NS_FD, &f->other_netns, 4);
		/* The core may find out late that it cannot. */
		m.loose = true;
	}
	talk(f, &f->rtnl, &m);
}

/* --- as bridge(8) does ---------------------------------------------------------- */

static void bridge_vlan(struct fuzz *f)
{
	struct ifinfomsg ifi = {
		.ifi_family = AF_BRIDGE,
		.ifi_index = world_pick(f, choice_percent(&f->c, 90) ? "port" :
					""),
	};
	uint32_t n = choice_below(&f->c, 4), i, form = choice_below(&f->c, 16);
	bool add = choice_percent(&f->c, 65);
	size_t spec;

	msg_begin(&m, add ? RTM_SETLINK : RTM_DELLINK, NLM_F_ACK, &ifi,
		  sizeof(ifi), add ? "bridge vlan add" : "bridge vlan del");
	if (form == 0) {
		spec = msg_nest(&m, IFLA_PROTINFO | NLA_F_NESTED);
		msg_nest_end(&m, spec);
	}
	spec = msg_nest(&m, IFLA_AF_SPEC);
	if (form < 8)
		msg_put_u16(&m, IFLA_BRIDGE_FLAGS,
			    form < 7 ? BRIDGE_FLAGS_SELF : BRIDGE_FLAGS_MASTER);
	for (i = 0; i < n; i++) {
		static const uint16_t flags[] = {
			0, 0, BRIDGE_VLAN_INFO_PVID, BRIDGE_VLAN_INFO_UNTAGGED,
			BRIDGE_VLAN_INFO_PVID | BRIDGE_VLAN_INFO_UNTAGGED,
			BRIDGE_VLAN_INFO_RANGE_BEGIN,
			BRIDGE_VLAN_INFO_RANGE_END,
			BRIDGE_VLAN_INFO_RANGE_END | BRIDGE_VLAN_INFO_UNTAGGED,
		};
		struct bridge_vlan_info info = {
			.flags = flags[choice_below(&f->c, 8)],
			.vid = gen_vid(f),
		};

		if (choice_percent(&f->c, 2))
			info.vid = choice_bits(&f->c);
		msg_put(&m, choice_percent(&f->c, 96) ? IFLA_BRIDGE_VLAN_INFO :
			choice_below(&f->c, 6), &info,
			choice_percent(&f->c, 96) ? sizeof(info) :
			choice_below(&f->c, sizeof(info)));
	}
	/* A good range. */
	if (choice_percent(&f->c, 20)) {
		struct bridge_vlan_info info = {
			.flags = BRIDGE_VLAN_INFO_RANGE_BEGIN, .vid = 5,
		};

		msg_put(&m, IFLA_BRIDGE_VLAN_INFO, &info, sizeof(info));
		info.flags = BRIDGE_VLAN_INFO_RANGE_END;
		info.vid = 6 + choice_below(&f->c, 4080);
		msg_put(&m, IFLA_BRIDGE_VLAN_INFO, &info, sizeof(info));
	}
	msg_nest_end(&m, spec);
	talk(f, &f->rtnl, &m);
}

static void bridge_show(struct fuzz *f)
{
	struct ifinfomsg ifi = { .ifi_family = AF_BRIDGE };
	struct ndmsg ndm = { .ndm_family = AF_BRIDGE };

	if (choice_percent(&f->c, 50)) {
		msg_begin(&m, RTM_GETLINK, NLM_F_DUMP, &ifi, sizeof(ifi),
			  "bridge vlan show");
		msg_put_u32(&m, IFLA_EXT_MASK, choice_percent(&f->c, 50) ?
			    RTEXT_FILTER_BRVLAN :
			    RTEXT_FILTER_BRVLAN_COMPRESSED);
	} else {
		msg_begin(&m, RTM_GETNEIGH, NLM_F_DUMP, &ndm, sizeof(ndm),
			  "bridge fdb show");
	}
	talk(f, &f->rtnl, &m);
}

static void link_show(struct fuzz *f)
{
	struct ifinfomsg ifi = { .ifi_index = world_pick(f, "") };

	if (!ifi.ifi_index)
		return;
	msg_begin(&m, RTM_GETLINK, NLM_F_ACK, &ifi, sizeof(ifi), "link show");
	talk(f, &f->rtnl, &m);
}

static void bridge_fdb(struct fuzz *f)
{
	static const uint16_t states[] = {
		NUD_PERMANENT, NUD_NOARP, NUD_NOARP, NUD_REACHABLE, 0,
	};
	static const struct {
		uint16_t type;
		const char *what;
	} verbs[] = {
		{ RTM_NEWNEIGH, "bridge fdb add" },
		{ RTM_NEWNEIGH, "bridge fdb add" },
		{ RTM_DELNEIGH, "bridge fdb del" },
		{ RTM_GETNEIGH, "bridge fdb get" },
	};
	struct ndmsg ndm = {
		.ndm_family = AF_BRIDGE,
		.ndm_ifindex = world_pick(f, choice_percent(&f->c, 95) ?
					  "switch" : ""),
		.ndm_state = states[choice_below(&f->c, 5)],
		.ndm_flags = choice_percent(&f->c, 95) ? NTF_SELF : NTF_MASTER,
	};
	unsigned int verb = choice_below(&f->c, 4);
	uint16_t flags = NLM_F_ACK;
	uint8_t mac[8] = {};

	if (verbs[verb].type == RTM_NEWNEIGH)
		flags |= choice_percent(&f->c, 30) ? NLM_F_REPLACE :
			 NLM_F_CREATE | NLM_F_EXCL;
	msg_begin(&m, verbs[verb].type, flags, &ndm, sizeof(ndm),
		  verbs[verb].what);
	gen_mac(f, mac);
	msg_put(&m, NDA_LLADDR, mac, choice_percent(&f->c, 97) ? 6 : 4);
	if (choice_percent(&f->c, 60))
		msg_put_u16(&m, NDA_VLAN, gen_vid(f));
	if (choice_percent(&f->c, 90)) {
		uint32_t port = world_pick(f, "port");

		msg_put(&m, NDA_IFINDEX, &port,
			choice_percent(&f->c, 96) ? 4 : 2);
	}
	talk(f, &f->rtnl, &m);
}

/* --- which, and how often ------------------------------------------------------- */

/* Families that it is for. */
enum { ANY, SWITCHES = 1, PARTITIONS = 2, LINKS = SWITCHES | PARTITIONS };

struct action {
	void (*run)(struct fuzz *f);
	unsigned int weight;
	unsigned int device_weight;	/* for ROLE_DEVICES and ROLE_NETNS */
	unsigned int family;
};

static const struct action actions[] = {
	{ request,		400,	100,	ANY },
	{ dump,			60,	30,	ANY },
	{ dump_unread,		15,	10,	ANY },
	{ noise,		30,	5,	ANY },
	{ burst,		15,	5,	ANY },
	{ socket_again,		15,	10,	ANY },
	{ transaction,		90,	50,	SWITCHES },
	{ many_transactions,	3,	2,	SWITCHES },
	{ link_make,		20,	180,	SWITCHES },
	{ link_make_ours,	20,	60,	SWITCHES },
	{ link_delete,		6,	70,	LINKS },
	{ link_change,		35,	40,	SWITCHES },
	{ link_uplink,		25,	40,	SWITCHES },
	{ link_master,		30,	120,	SWITCHES },
	{ link_loop,		3,	5,	SWITCHES },
	{ link_up,		8,	50,	LINKS },
	{ link_set,		15,	40,	LINKS },
	{ link_show,		10,	10,	LINKS },
	{ bridge_vlan,		50,	30,	SWITCHES },
	{ bridge_show,		15,	15,	SWITCHES },
	{ bridge_fdb,		45,	30,	SWITCHES },
	{ vmbus_partition,	40,	150,	PARTITIONS },
	{ vmbus_nic,		60,	250,	PARTITIONS },
	{ vmbus_guest,		10,	40,	PARTITIONS },
};

#define ACTIONS (sizeof(actions) / sizeof(actions[0]))

static unsigned int weight(const struct fuzz *f, const struct action *a)
{
	if (a->family && !(a->family & (vmbus_has(f) ? PARTITIONS :
					world_has(f) ? SWITCHES : 0)))
		return 0;
	return f->role == ROLE_DEVICES || f->role == ROLE_NETNS ?
		a->device_weight : a->weight;
}

void step_run(struct fuzz *f)
{
	unsigned int sum = 0, i, luck;

	for (i = 0; i < ACTIONS; i++)
		sum += weight(f, &actions[i]);
	luck = choice_below(&f->c, sum);
	for (i = 0; luck >= weight(f, &actions[i]); i++)
		luck -= weight(f, &actions[i]);
	actions[i].run(f);
}
