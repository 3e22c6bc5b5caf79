// SPDX-License-Identifier: GPL-2.0
/* Profiles: alone, with ports that have something from them, in transactions. */
#include <net/if.h>
#include <linux/genetlink.h>
#include <linux/vswitch.h>

#include "op.h"

static struct msg m;

static void ask(struct msg *req, int cmd, const char *name)
{
	msg_begin_genl(req, cmd, 0);
	msg_u32(req, VSWITCH_A_PORT_SWITCH, if_nametoindex("s0"));
	msg_text(req, VSWITCH_A_PORT_PROFILE, name);
}

/* Its VLANs are a set, which is memory of its own. */
static void put_vlans(struct msg *req, uint16_t from)
{
	struct nlattr *vlan, *range;

	vlan = msg_nest(req, VSWITCH_A_PORT_VLAN);
	msg_u16(req, VSWITCH_A_VLAN_PVID, 0);
	msg_u32(req, VSWITCH_A_VLAN_ACCEPT, VSWITCH_VLAN_ACCEPT_ALL);
	range = msg_nest(req, VSWITCH_A_VLAN_RANGE);
	msg_u16(req, VSWITCH_A_VLAN_RANGE_START, from);
	msg_u16(req, VSWITCH_A_VLAN_RANGE_END, from + 10);
	msg_nest_end(req, range);
	msg_nest_end(req, vlan);
}

static void ask_settings(struct msg *req, int cmd, const char *name,
			 uint16_t from)
{
	ask(req, cmd, name);
	put_vlans(req, from);
	msg_u32(req, VSWITCH_A_PORT_STORM_LIMIT, from);
}

static void ask_refer(struct msg *req, const char *port, const char *name)
{
	msg_begin_genl(req, VSWITCH_CMD_PORT_SET, 0);
	msg_u32(req, VSWITCH_A_PORT_IFINDEX, if_nametoindex(port));
	msg_text(req, VSWITCH_A_PORT_PROFILE, name);
}

static void ask_default(struct msg *req, const char *name)
{
	msg_begin_genl(req, VSWITCH_CMD_SWITCH_SET, 0);
	msg_u32(req, VSWITCH_A_SWITCH_IFINDEX, if_nametoindex("s0"));
	msg_text(req, VSWITCH_A_SWITCH_DEFAULT_PROFILE, name);
}

static void add(const char *name, uint16_t from)
{
	ask_settings(&m, VSWITCH_CMD_PROFILE_ADD, name, from);
	msg_must(&m, NULL, NULL);
}

static void del(const char *name)
{
	ask(&m, VSWITCH_CMD_PROFILE_DEL, name);
	msg_must(&m, NULL, NULL);
}

static void refer(const char *port, const char *name)
{
	ask_refer(&m, port, name);
	msg_must(&m, NULL, NULL);
}

static void set_default(const char *name)
{
	ask_default(&m, name);
	msg_must(&m, NULL, NULL);
}

static void profile_a(void)
{
	add("a", 50);
}

static void no_profile_a(void)
{
	del("a");
}

static void ask_add(void)
{
	ask_settings(op_request(), VSWITCH_CMD_PROFILE_ADD, "a", 50);
}

static void ask_del(void)
{
	ask(op_request(), VSWITCH_CMD_PROFILE_DEL, "a");
}

static void ask_get(void)
{
	ask(op_request(), VSWITCH_CMD_PROFILE_GET, "a");
}

static void ask_dump(void)
{
	msg_begin_genl(op_request(), VSWITCH_CMD_PROFILE_GET, NLM_F_DUMP);
}

/* t0 and vn0 have no VLANs of their own. */
static void used(void)
{
	add("a", 50);
	add("base", 70);
	refer("t0", "a");
	set_default("base");
}

static void unused(void)
{
	set_default("");
	refer("t0", "");
	del("base");
	del("a");
}

static void ask_set(void)
{
	ask_settings(op_request(), VSWITCH_CMD_PROFILE_SET, "a", 90);
}

static void set_back(void)
{
	ask_settings(&m, VSWITCH_CMD_PROFILE_SET, "a", 50);
	msg_must(&m, NULL, NULL);
}

static void ask_set_default(void)
{
	ask_settings(op_request(), VSWITCH_CMD_PROFILE_SET, "base", 90);
}

static void default_back(void)
{
	ask_settings(&m, VSWITCH_CMD_PROFILE_SET, "base", 70);
	msg_must(&m, NULL, NULL);
}

static void ask_other_default(void)
{
	ask_default(op_request(), "a");
}

static void same_default(void)
{
	set_default("base");
}

static void ask_t0_refers(void)
{
	ask_refer(op_request(), "t0", "base");
}

static void t0_back(void)
{
	refer("t0", "a");
}

static void ask_join(void)
{
	ask_master(op_request(), "d3", "s0");
}

static void leave(void)
{
	link_set_master("d3", NULL);
}

/* Rules of a profile that a port has; a meter makes that count for itself. */

static void ask_acl(struct msg *req, int cmd, const char *name)
{
	msg_begin_genl(req, cmd, 0);
	msg_u32(req, VSWITCH_A_ACL_SWITCH, if_nametoindex("s0"));
	msg_text(req, VSWITCH_A_ACL_PROFILE, name);
}

static void put_rule(struct msg *req, uint32_t action, uint16_t weight)
{
	struct nlattr *nest = msg_nest(req, VSWITCH_A_ACL_RULE);

	msg_u32(req, VSWITCH_A_ACL_RULE_DIRECTION, VSWITCH_ACL_DIRECTION_OUT);
	msg_u32(req, VSWITCH_A_ACL_RULE_ACTION, action);
	if (action == VSWITCH_ACL_ACTION_METER) {
		msg_put(req, VSWITCH_A_ACL_RULE_REMOTE_IP, NULL, 0);
	} else {
		msg_u16(req, VSWITCH_A_ACL_RULE_WEIGHT, weight);
		msg_put(req, VSWITCH_A_ACL_RULE_STATEFUL, NULL, 0);
	}
	msg_nest_end(req, nest);
}

static void ask_rules(struct msg *req, const char *name)
{
	ask_acl(req, VSWITCH_CMD_ACL_ADD, name);
	put_rule(req, VSWITCH_ACL_ACTION_METER, 0);
	put_rule(req, VSWITCH_ACL_ACTION_ALLOW, 1);
	put_rule(req, VSWITCH_ACL_ACTION_ALLOW, 2);
}

static void ask_weight(struct msg *req, int cmd, uint16_t weight)
{
	ask_acl(req, cmd, "a");
	put_rule(req, VSWITCH_ACL_ACTION_ALLOW, weight);
}

static void ask_add_rules(void)
{
	ask_rules(op_request(), "a");
}

static void rules(void)
{
	used();
	ask_rules(&m, "a");
	msg_must(&m, NULL, NULL);
}

static void no_rules(void)
{
	ask_acl(&m, VSWITCH_CMD_ACL_FLUSH, "a");
	msg_must(&m, NULL, NULL);
}

static void rules_again(void)
{
	ask_rules(&m, "a");
	msg_must(&m, NULL, NULL);
}

static void ask_one_more(void)
{
	ask_weight(op_request(), VSWITCH_CMD_ACL_ADD, 3);
}

static void one_less(void)
{
	ask_weight(&m, VSWITCH_CMD_ACL_DEL, 3);
	msg_must(&m, NULL, NULL);
}

static void ask_one_less(void)
{
	ask_weight(op_request(), VSWITCH_CMD_ACL_DEL, 2);
}

static void one_more(void)
{
	ask_weight(&m, VSWITCH_CMD_ACL_ADD, 2);
	msg_must(&m, NULL, NULL);
}

static void ask_no_rules(void)
{
	ask_acl(op_request(), VSWITCH_CMD_ACL_FLUSH, "a");
}

static void ask_get_rules(void)
{
	ask_acl(op_request(), VSWITCH_CMD_ACL_GET, "a");
}

static void ask_dump_rules(void)
{
	struct msg *req = op_request();

	msg_begin_genl(req, VSWITCH_CMD_ACL_GET, NLM_F_DUMP);
	msg_u32(req, VSWITCH_A_ACL_SWITCH, if_nametoindex("s0"));
	msg_text(req, VSWITCH_A_ACL_PROFILE, "a");
}

/* A port comes to have the rules, with what it needs of its own for them. */
static void ask_other_port(void)
{
	ask_refer(op_request(), "vn0", "a");
}

static void other_port_back(void)
{
	refer("vn0", "");
}

/* One transaction of all kinds of requests. */

static struct msg begin, stage[7], end;
static uint32_t id;

static void read_id(const struct nlmsghdr *h, void *arg)
{
	char *data = (char *)NLMSG_DATA(h) + GENL_HDRLEN;

	msg_for_each(a, data, h->nlmsg_len - NLMSG_HDRLEN - GENL_HDRLEN) {
		if (msg_type(a) == VSWITCH_A_TXN_ID)
			id = msg_get_u32(a);
	}
}

static void ask_begin(void)
{
	msg_begin_genl(&begin, VSWITCH_CMD_TXN_BEGIN, 0);
	msg_u32(&begin, VSWITCH_A_TXN_SWITCH, if_nametoindex("s0"));
}

static void ask_stages(void)
{
	int i;

	ask_settings(&stage[0], VSWITCH_CMD_PROFILE_ADD, "new", 110);
	ask_settings(&stage[1], VSWITCH_CMD_PROFILE_SET, "base", 130);
	ask_refer(&stage[2], "t0", "new");
	ask(&stage[3], VSWITCH_CMD_PROFILE_DEL, "a");
	for (i = 0; i < 4; i++)
		msg_u32(&stage[i], VSWITCH_A_PORT_TXN, id);
	ask_default(&stage[4], "new");
	msg_u32(&stage[4], VSWITCH_A_SWITCH_TXN, id);
	ask_rules(&stage[5], "new");
	ask_rules(&stage[6], "base");
	for (i = 5; i < 7; i++)
		msg_u32(&stage[i], VSWITCH_A_ACL_TXN, id);
	msg_begin_genl(&end, VSWITCH_CMD_TXN_COMMIT, 0);
	msg_u32(&end, VSWITCH_A_TXN_ID, id);
}

static struct answer whole(void)
{
	struct answer answer = msg_talk(&begin, read_id, NULL);
	int i;

	ask_stages();
	for (i = 0; !answer.err && i < 7; i++)
		answer = msg_talk(&stage[i], NULL, NULL);
	if (!answer.err)
		answer = msg_talk(&end, NULL, NULL);
	return answer;
}

static void whole_back(void)
{
	add("a", 50);
	set_default("base");
	refer("t0", "a");
	del("new");
	ask_acl(&m, VSWITCH_CMD_ACL_FLUSH, "base");
	msg_must(&m, NULL, NULL);
	default_back();
}

/* What a refused attempt left open goes with its socket. */
static void unused_and_closed(void)
{
	msg_reopen();
	unused();
}

const struct op profile_ops[] = {
	{ "profile add", .prepare = ask_add, .undo = no_profile_a },
	{ "profile get", profile_a, ask_get, .cleanup = no_profile_a },
	{ "profile dump", profile_a, ask_dump, .cleanup = no_profile_a },
	{ "profile del", profile_a, ask_del, .undo = profile_a,
	  .cleanup = no_profile_a },
	{ "profile set, used by a port", used, ask_set, .undo = set_back,
	  .cleanup = unused },
	{ "profile set, the default", used, ask_set_default,
	  .undo = default_back, .cleanup = unused },
	{ "switch set default-profile", used, ask_other_default,
	  .undo = same_default, .cleanup = unused },
	{ "port set profile", used, ask_t0_refers, .undo = t0_back,
	  .cleanup = unused },
	{ "port add, with a default profile", used, ask_join, .undo = leave,
	  .cleanup = unused },
	{ "acl add, to a profile", used, ask_add_rules, .undo = no_rules,
	  .cleanup = unused },
	{ "acl add, to one with rules", rules, ask_one_more, .undo = one_less,
	  .cleanup = unused },
	{ "acl del, of a profile", rules, ask_one_less, .undo = one_more,
	  .cleanup = unused },
	{ "acl flush, of a profile", rules, ask_no_rules, .undo = rules_again,
	  .cleanup = unused },
	{ "acl get, of a profile", rules, ask_get_rules, .cleanup = unused },
	{ "acl dump, of a profile", rules, ask_dump_rules, .cleanup = unused },
	{ "port set profile, with rules", rules, ask_other_port,
	  .undo = other_port_back, .cleanup = unused },
	{ "transaction with profiles", used, ask_begin, .act = whole,
	  .undo = whole_back, .cleanup = unused_and_closed },
	{}
};
