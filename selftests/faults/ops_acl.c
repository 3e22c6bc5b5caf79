// SPDX-License-Identifier: GPL-2.0
/* ACLs: rules of every kind, with all that a port keeps because of them. */
#include <net/if.h>
#include <linux/vswitch.h>

#include "op.h"

static const uint8_t address[4] = { 192, 0, 2, 1 };
static struct msg m;

static void begin(struct msg *req, uint8_t cmd)
{
	msg_begin_genl(req, cmd, 0);
	msg_u32(req, VSWITCH_A_ACL_PORT, if_nametoindex("d1"));
}

static struct nlattr *rule(struct msg *req, uint32_t action)
{
	struct nlattr *nest = msg_nest(req, VSWITCH_A_ACL_RULE);

	msg_u32(req, VSWITCH_A_ACL_RULE_DIRECTION, VSWITCH_ACL_DIRECTION_OUT);
	msg_u32(req, VSWITCH_A_ACL_RULE_ACTION, action);
	return nest;
}

/* Some of each kind; enough extended ones for a tree. */
static void ask_rules(struct msg *req)
{
	struct nlattr *nest;
	int i;

	begin(req, VSWITCH_CMD_ACL_ADD);
	nest = rule(req, VSWITCH_ACL_ACTION_METER);
	msg_put(req, VSWITCH_A_ACL_RULE_REMOTE_IP, address, 4);
	msg_nest_end(req, nest);
	nest = rule(req, VSWITCH_ACL_ACTION_ALLOW);
	msg_put(req, VSWITCH_A_ACL_RULE_LOCAL_MAC, mac_a, 6);
	msg_nest_end(req, nest);
	nest = rule(req, VSWITCH_ACL_ACTION_ALLOW);
	msg_put(req, VSWITCH_A_ACL_RULE_LOCAL_IP, address, 4);
	msg_nest_end(req, nest);
	for (i = 0; i < 20; i++) {
		nest = rule(req, VSWITCH_ACL_ACTION_ALLOW);
		msg_u16(req, VSWITCH_A_ACL_RULE_WEIGHT, i);
		msg_u8(req, VSWITCH_A_ACL_RULE_PROTOCOL, 6);
		msg_u16(req, VSWITCH_A_ACL_RULE_LOCAL_PORT, 100 * i);
		msg_put(req, VSWITCH_A_ACL_RULE_STATEFUL, NULL, 0);
		msg_nest_end(req, nest);
	}
}

static void add(void)
{
	ask_rules(op_request());
}

static void there(void)
{
	ask_rules(&m);
	msg_must(&m, NULL, NULL);
}

static void gone(void)
{
	begin(&m, VSWITCH_CMD_ACL_FLUSH);
	msg_must(&m, NULL, NULL);
}

static void del(void)
{
	struct msg *req = op_request();
	struct nlattr *nest;

	begin(req, VSWITCH_CMD_ACL_DEL);
	nest = msg_nest(req, VSWITCH_A_ACL_RULE);
	msg_u32(req, VSWITCH_A_ACL_RULE_DIRECTION, VSWITCH_ACL_DIRECTION_OUT);
	msg_u16(req, VSWITCH_A_ACL_RULE_WEIGHT, 7);
	msg_nest_end(req, nest);
}

static void back(void)
{
	gone();
	there();
}

static void flush(void)
{
	begin(op_request(), VSWITCH_CMD_ACL_FLUSH);
}

static void get(void)
{
	begin(op_request(), VSWITCH_CMD_ACL_GET);
}

static void dump(void)
{
	msg_begin_genl(op_request(), VSWITCH_CMD_ACL_GET, NLM_F_DUMP);
}

const struct op acl_ops[] = {
	{ "acl add", .prepare = add, .undo = gone },
	{ "acl del", there, del, .undo = back, .cleanup = gone },
	{ "acl flush", there, flush, .undo = there, .cleanup = gone },
	{ "acl get", there, get, .cleanup = gone },
	{ "acl dump", there, dump, .cleanup = gone },
	{}
};
