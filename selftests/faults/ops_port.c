// SPDX-License-Identifier: GPL-2.0
/*
 * What a port makes when it first needs it, and then keeps: so each attempt has a new port,
 * d3. And frames of our own making.
 */
#include <net/if.h>
#include <string.h>
#include <linux/if_ether.h>
#include <linux/vswitch.h>

#include "op.h"
#include "tap.h"

static const uint8_t address[4] = { 192, 0, 2, 1 };
static struct msg m;

static void gone(void)
{
	if (if_nametoindex("d3"))
		link_set_master("d3", NULL);
}

static void anew(void)
{
	gone();
	link_set_master("d3", "s0");
}

static void begin_set(struct msg *req)
{
	msg_begin_genl(req, VSWITCH_CMD_PORT_SET, 0);
	msg_u32(req, VSWITCH_A_PORT_IFINDEX, if_nametoindex("d3"));
}

/* Rules of both directions, one of them stateful: flows, and what is known of fragments. */
static void add_rules(void)
{
	struct msg *req;
	struct nlattr *nest;
	uint32_t d;

	anew();
	req = op_request();
	msg_begin_genl(req, VSWITCH_CMD_ACL_ADD, 0);
	msg_u32(req, VSWITCH_A_ACL_PORT, if_nametoindex("d3"));
	for (d = 0; d < 2; d++) {
		nest = msg_nest(req, VSWITCH_A_ACL_RULE);
		msg_u32(req, VSWITCH_A_ACL_RULE_DIRECTION,
			d ? VSWITCH_ACL_DIRECTION_OUT : VSWITCH_ACL_DIRECTION_IN);
		msg_u32(req, VSWITCH_A_ACL_RULE_ACTION, VSWITCH_ACL_ACTION_ALLOW);
		msg_u16(req, VSWITCH_A_ACL_RULE_WEIGHT, 1);
		msg_u8(req, VSWITCH_A_ACL_RULE_PROTOCOL, 6);
		msg_put(req, VSWITCH_A_ACL_RULE_REMOTE_IP, address, 4);
		msg_u16(req, VSWITCH_A_ACL_RULE_LOCAL_PORT, 80);
		if (d)
			msg_put(req, VSWITCH_A_ACL_RULE_STATEFUL, NULL, 0);
		msg_nest_end(req, nest);
	}
}

static void set_guard(void)
{
	struct msg *req;

	anew();
	req = op_request();
	begin_set(req);
	msg_u8(req, VSWITCH_A_PORT_DHCP_GUARD, 1);
}

static void ask_limit(struct msg *req, uint32_t limit)
{
	begin_set(req);
	msg_u32(req, VSWITCH_A_PORT_DYNAMIC_IP_LIMIT, limit);
}

static void set_limit(void)
{
	anew();
	ask_limit(op_request(), 1);
}

/* More than there is room for. */
static void raise_limit(void)
{
	anew();
	ask_limit(&m, 1);
	msg_must(&m, NULL, NULL);
	ask_limit(op_request(), 1000);
}

static void limit_is_low(void)
{
	anew();
	ask_limit(&m, 1);
	msg_must(&m, NULL, NULL);
}

/* The second port of a switch: the first one needs no node of the xarray. */

static void one_port(void)
{
	ask_new_switch(&m, "s1", VSWITCH_SWITCH_TYPE_PRIVATE, NULL);
	msg_must(&m, NULL, NULL);
	link_set_master("d0", "s1");
}

static void no_switch(void)
{
	link_del("s1");
}

static void add_second(void)
{
	ask_master(op_request(), "d3", "s1");
}

/* Frames of our own making */

static uint8_t frame[60];

/* An ARP request of d3's guest, or the answer of t0's. */
static void make_arp(uint8_t op)
{
	static const uint8_t head[] = { 8, 6, 0, 1, 8, 0, 6, 4, 0 };
	static const uint8_t theirs[4] = { 192, 0, 2, 2 };

	memset(frame, 0, sizeof(frame));
	memcpy(frame, mac_b, 6);
	if (op == 1)
		memset(frame, 0xff, 6);
	memcpy(frame + 6, op == 1 ? mac_b : mac_a, 6);
	memcpy(frame + 12, head, sizeof(head));
	frame[21] = op;
	memcpy(frame + 22, op == 1 ? mac_b : mac_a, 6);
	memcpy(frame + 28, op == 1 ? address : theirs, 4);
	if (op == 2)
		memcpy(frame + 32, mac_b, 6);
	memcpy(frame + 38, op == 1 ? theirs : address, 4);
}

static void trace(void)
{
	struct msg *req;

	make_arp(1);
	req = op_request();
	msg_begin_genl(req, VSWITCH_CMD_PORT_TRACE, NLM_F_DUMP);
	msg_u32(req, VSWITCH_A_WALK_PORT, if_nametoindex("d3"));
	msg_put(req, VSWITCH_A_WALK_FRAME, frame, sizeof(frame));
}

static void ask_inject(struct msg *req, uint32_t timeout)
{
	make_arp(1);
	msg_begin_genl(req, VSWITCH_CMD_PORT_INJECT, 0);
	msg_u32(req, VSWITCH_A_INJECT_PORT, if_nametoindex("d3"));
	msg_put(req, VSWITCH_A_INJECT_FRAME, frame, sizeof(frame));
	msg_u32(req, VSWITCH_A_INJECT_TIMEOUT, timeout);
}

static void inject(void)
{
	anew();
	fdb_flush("s0", false);
	ask_inject(op_request(), 1);
}

/* Whoever injected it is told, or not: there may be no memory for that. */
static void wait_for_answer(void)
{
	anew();
	fdb_flush("s0", false);
	ask_inject(&m, 5000);
	msg_must(&m, NULL, NULL);
	make_arp(2);
}

static struct answer answer(void)
{
	return (struct answer) {
		.err = tap_write(frame, sizeof(frame), 0), .sure = true,
	};
}

static void forget(void)
{
	anew();
	fdb_flush("s0", false);
}

const struct op port_ops[] = {
	{ "acl add, new port", anew, add_rules, .undo = anew, .cleanup = gone,
	  .remade = true },
	{ "port set dhcp-guard, new port", anew, set_guard, .undo = anew,
	  .cleanup = gone, .remade = true },
	{ "port set dynamic-ip-limit, new port", anew, set_limit, .undo = anew,
	  .cleanup = gone, .remade = true },
	{ "port set dynamic-ip-limit, more", limit_is_low, raise_limit,
	  .undo = limit_is_low, .cleanup = gone, .remade = true },
	{ "port add, the second", one_port, add_second, .undo = gone,
	  .cleanup = no_switch },
	{ "port trace", anew, trace, .cleanup = gone },
	{ "port inject", anew, inject, .undo = forget, .cleanup = gone,
	  .lossy = true, .remade = true },
	{ "answer to an injected frame", anew, wait_for_answer, answer, NULL,
	  forget, gone, .lossy = true, .remade = true },
	{}
};
