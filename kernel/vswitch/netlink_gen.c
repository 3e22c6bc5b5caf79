// SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause)
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/vswitch.yaml */
/* YNL-GEN kernel source */

#include <net/netlink.h>
#include <net/genetlink.h>

#include "netlink_gen.h"

#include <uapi/linux/vswitch.h>

/* Integer value ranges */
static const struct netlink_range_validation vswitch_a_switch_ageing_time_range = {
	.min	= 1ULL,
	.max	= 1000000ULL,
};

static const struct netlink_range_validation vswitch_a_switch_fdb_limit_range = {
	.min	= 1ULL,
	.max	= 1048576ULL,
};

static const struct netlink_range_validation vswitch_a_inject_timeout_range = {
	.min	= 1ULL,
	.max	= 60000ULL,
};

/* Common nested types */
const struct nla_policy vswitch_acl_rule_nl_policy[VSWITCH_A_ACL_RULE_BYTES + 1] = {
	[VSWITCH_A_ACL_RULE_ID] = NLA_POLICY_MIN(NLA_U32, 1),
	[VSWITCH_A_ACL_RULE_DIRECTION] = NLA_POLICY_MAX(NLA_U32, 2),
	[VSWITCH_A_ACL_RULE_ACTION] = NLA_POLICY_MAX(NLA_U32, 2),
	[VSWITCH_A_ACL_RULE_LOCAL_IP] = { .type = NLA_BINARY, },
	[VSWITCH_A_ACL_RULE_LOCAL_PREFIX] = NLA_POLICY_MAX(NLA_U8, 128),
	[VSWITCH_A_ACL_RULE_REMOTE_IP] = { .type = NLA_BINARY, },
	[VSWITCH_A_ACL_RULE_REMOTE_PREFIX] = NLA_POLICY_MAX(NLA_U8, 128),
	[VSWITCH_A_ACL_RULE_LOCAL_MAC] = { .type = NLA_BINARY, },
	[VSWITCH_A_ACL_RULE_REMOTE_MAC] = { .type = NLA_BINARY, },
	[VSWITCH_A_ACL_RULE_WEIGHT] = { .type = NLA_U16, },
	[VSWITCH_A_ACL_RULE_PROTOCOL] = { .type = NLA_U8, },
	[VSWITCH_A_ACL_RULE_LOCAL_PORT] = { .type = NLA_U16, },
	[VSWITCH_A_ACL_RULE_LOCAL_PORT_END] = { .type = NLA_U16, },
	[VSWITCH_A_ACL_RULE_REMOTE_PORT] = { .type = NLA_U16, },
	[VSWITCH_A_ACL_RULE_REMOTE_PORT_END] = { .type = NLA_U16, },
	[VSWITCH_A_ACL_RULE_ISOLATION_ID] = NLA_POLICY_MAX(NLA_U16, 4094),
	[VSWITCH_A_ACL_RULE_STATEFUL] = { .type = NLA_FLAG, },
	[VSWITCH_A_ACL_RULE_IDLE_TIMEOUT] = NLA_POLICY_MIN(NLA_U16, 1),
	[VSWITCH_A_ACL_RULE_BYTES] = { .type = NLA_U64, },
};

const struct nla_policy vswitch_pvlan_nl_policy[VSWITCH_A_PVLAN_SECONDARY + 1] = {
	[VSWITCH_A_PVLAN_MODE] = NLA_POLICY_MAX(NLA_U32, 3),
	[VSWITCH_A_PVLAN_PRIMARY] = NLA_POLICY_RANGE(NLA_U16, 1, 4094),
	[VSWITCH_A_PVLAN_SECONDARY] = NLA_POLICY_RANGE(NLA_U16, 1, 4094),
};

const struct nla_policy vswitch_vlan_nl_policy[VSWITCH_A_VLAN_MODE + 1] = {
	[VSWITCH_A_VLAN_PVID] = NLA_POLICY_MAX(NLA_U16, VSWITCH_VLAN_NONE),
	[VSWITCH_A_VLAN_ACCEPT] = NLA_POLICY_MAX(NLA_U32, 1),
	[VSWITCH_A_VLAN_RANGE] = NLA_POLICY_NESTED(vswitch_vlan_range_nl_policy),
	[VSWITCH_A_VLAN_MODE] = NLA_POLICY_MAX(NLA_U32, 6),
};

const struct nla_policy vswitch_vlan_range_nl_policy[VSWITCH_A_VLAN_RANGE_UNTAGGED + 1] = {
	[VSWITCH_A_VLAN_RANGE_START] = NLA_POLICY_RANGE(NLA_U16, 1, 4094),
	[VSWITCH_A_VLAN_RANGE_END] = NLA_POLICY_RANGE(NLA_U16, 1, 4094),
	[VSWITCH_A_VLAN_RANGE_UNTAGGED] = { .type = NLA_FLAG, },
};

/* VSWITCH_CMD_SWITCH_GET - do */
static const struct nla_policy vswitch_switch_get_do_nl_policy[VSWITCH_A_SWITCH_IFNAME + 1] = {
	[VSWITCH_A_SWITCH_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[VSWITCH_A_SWITCH_IFNAME] = { .type = NLA_NUL_STRING, .len = 15, },
};

/* VSWITCH_CMD_SWITCH_GET - dump */
static const struct nla_policy vswitch_switch_get_dump_nl_policy[VSWITCH_A_SWITCH_IFINDEX + 1] = {
	[VSWITCH_A_SWITCH_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
};

/* VSWITCH_CMD_SWITCH_SET - do */
static const struct nla_policy vswitch_switch_set_nl_policy[VSWITCH_A_SWITCH_TXN + 1] = {
	[VSWITCH_A_SWITCH_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[VSWITCH_A_SWITCH_AGEING_TIME] = NLA_POLICY_FULL_RANGE(NLA_U32, &vswitch_a_switch_ageing_time_range),
	[VSWITCH_A_SWITCH_FDB_LIMIT] = NLA_POLICY_FULL_RANGE(NLA_U32, &vswitch_a_switch_fdb_limit_range),
	[VSWITCH_A_SWITCH_DEFAULT_PROFILE] = { .type = NLA_NUL_STRING, .len = VSWITCH_NAME_MAX, },
	[VSWITCH_A_SWITCH_TXN] = NLA_POLICY_MIN(NLA_U32, 1),
	[VSWITCH_A_SWITCH_EXPECT_GENERATION] = { .type = NLA_U32, },
};

/* VSWITCH_CMD_PORT_GET - do */
static const struct nla_policy vswitch_port_get_do_nl_policy[VSWITCH_A_PORT_IFNAME + 1] = {
	[VSWITCH_A_PORT_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[VSWITCH_A_PORT_IFNAME] = { .type = NLA_NUL_STRING, .len = 15, },
};

/* VSWITCH_CMD_PORT_GET - dump */
static const struct nla_policy vswitch_port_get_dump_nl_policy[VSWITCH_A_PORT_SWITCH + 1] = {
	[VSWITCH_A_PORT_SWITCH] = NLA_POLICY_MIN(NLA_U32, 1),
};

/* VSWITCH_CMD_PORT_SET - do */
static const struct nla_policy vswitch_port_set_nl_policy[VSWITCH_A_PORT_PROFILE + 1] = {
	[VSWITCH_A_PORT_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[VSWITCH_A_PORT_MAC] = NLA_POLICY_EXACT_LEN(6),
	[VSWITCH_A_PORT_MAC_SPOOFING] = NLA_POLICY_MAX(NLA_U8, 1),
	[VSWITCH_A_PORT_VLAN] = NLA_POLICY_NESTED(vswitch_vlan_nl_policy),
	[VSWITCH_A_PORT_PVLAN] = NLA_POLICY_NESTED(vswitch_pvlan_nl_policy),
	[VSWITCH_A_PORT_DHCP_GUARD] = NLA_POLICY_MAX(NLA_U8, 1),
	[VSWITCH_A_PORT_ROUTER_GUARD] = NLA_POLICY_MAX(NLA_U8, 1),
	[VSWITCH_A_PORT_ALLOW_TEAMING] = NLA_POLICY_MAX(NLA_U8, 1),
	[VSWITCH_A_PORT_STORM_LIMIT] = { .type = NLA_U32, },
	[VSWITCH_A_PORT_DYNAMIC_IP_LIMIT] = NLA_POLICY_MAX(NLA_U32, VSWITCH_DYNAMIC_IP_LIMIT_MAX),
	[VSWITCH_A_PORT_IEEE_PRIORITY_TAG] = NLA_POLICY_MAX(NLA_U8, 1),
	[VSWITCH_A_PORT_MIRROR] = NLA_POLICY_MAX(NLA_U32, 2),
	[VSWITCH_A_PORT_MIRROR_SESSION] = { .type = NLA_U8, },
	[VSWITCH_A_PORT_VM] = { .type = NLA_NUL_STRING, .len = VSWITCH_NAME_MAX, },
	[VSWITCH_A_PORT_PROFILE] = { .type = NLA_NUL_STRING, .len = VSWITCH_NAME_MAX, },
	[VSWITCH_A_PORT_UNSET] = NLA_POLICY_MASK(NLA_U32, 0x3ff),
	[VSWITCH_A_PORT_TXN] = NLA_POLICY_MIN(NLA_U32, 1),
	[VSWITCH_A_PORT_EXPECT_GENERATION] = { .type = NLA_U32, },
};

/* VSWITCH_CMD_PORT_TRACE - dump */
static const struct nla_policy vswitch_port_trace_nl_policy[VSWITCH_A_WALK_FRAME + 1] = {
	[VSWITCH_A_WALK_PORT] = NLA_POLICY_MIN(NLA_U32, 1),
	[VSWITCH_A_WALK_FRAME] = { .type = NLA_BINARY, },
};

/* VSWITCH_CMD_PROFILE_GET - do */
static const struct nla_policy vswitch_profile_get_do_nl_policy[VSWITCH_A_PORT_PROFILE + 1] = {
	[VSWITCH_A_PORT_SWITCH] = NLA_POLICY_MIN(NLA_U32, 1),
	[VSWITCH_A_PORT_PROFILE] = { .type = NLA_NUL_STRING, .len = VSWITCH_NAME_MAX, },
};

/* VSWITCH_CMD_PROFILE_GET - dump */
static const struct nla_policy vswitch_profile_get_dump_nl_policy[VSWITCH_A_PORT_SWITCH + 1] = {
	[VSWITCH_A_PORT_SWITCH] = NLA_POLICY_MIN(NLA_U32, 1),
};

/* VSWITCH_CMD_PROFILE_ADD - do */
static const struct nla_policy vswitch_profile_add_nl_policy[VSWITCH_A_PORT_PROFILE + 1] = {
	[VSWITCH_A_PORT_SWITCH] = NLA_POLICY_MIN(NLA_U32, 1),
	[VSWITCH_A_PORT_PROFILE] = { .type = NLA_NUL_STRING, .len = VSWITCH_NAME_MAX, },
	[VSWITCH_A_PORT_MAC_SPOOFING] = NLA_POLICY_MAX(NLA_U8, 1),
	[VSWITCH_A_PORT_VLAN] = NLA_POLICY_NESTED(vswitch_vlan_nl_policy),
	[VSWITCH_A_PORT_PVLAN] = NLA_POLICY_NESTED(vswitch_pvlan_nl_policy),
	[VSWITCH_A_PORT_DHCP_GUARD] = NLA_POLICY_MAX(NLA_U8, 1),
	[VSWITCH_A_PORT_ROUTER_GUARD] = NLA_POLICY_MAX(NLA_U8, 1),
	[VSWITCH_A_PORT_ALLOW_TEAMING] = NLA_POLICY_MAX(NLA_U8, 1),
	[VSWITCH_A_PORT_STORM_LIMIT] = { .type = NLA_U32, },
	[VSWITCH_A_PORT_DYNAMIC_IP_LIMIT] = NLA_POLICY_MAX(NLA_U32, VSWITCH_DYNAMIC_IP_LIMIT_MAX),
	[VSWITCH_A_PORT_IEEE_PRIORITY_TAG] = NLA_POLICY_MAX(NLA_U8, 1),
	[VSWITCH_A_PORT_MIRROR] = NLA_POLICY_MAX(NLA_U32, 2),
	[VSWITCH_A_PORT_MIRROR_SESSION] = { .type = NLA_U8, },
	[VSWITCH_A_PORT_TXN] = NLA_POLICY_MIN(NLA_U32, 1),
	[VSWITCH_A_PORT_EXPECT_GENERATION] = { .type = NLA_U32, },
};

/* VSWITCH_CMD_PROFILE_SET - do */
static const struct nla_policy vswitch_profile_set_nl_policy[VSWITCH_A_PORT_PROFILE + 1] = {
	[VSWITCH_A_PORT_SWITCH] = NLA_POLICY_MIN(NLA_U32, 1),
	[VSWITCH_A_PORT_PROFILE] = { .type = NLA_NUL_STRING, .len = VSWITCH_NAME_MAX, },
	[VSWITCH_A_PORT_MAC_SPOOFING] = NLA_POLICY_MAX(NLA_U8, 1),
	[VSWITCH_A_PORT_VLAN] = NLA_POLICY_NESTED(vswitch_vlan_nl_policy),
	[VSWITCH_A_PORT_PVLAN] = NLA_POLICY_NESTED(vswitch_pvlan_nl_policy),
	[VSWITCH_A_PORT_DHCP_GUARD] = NLA_POLICY_MAX(NLA_U8, 1),
	[VSWITCH_A_PORT_ROUTER_GUARD] = NLA_POLICY_MAX(NLA_U8, 1),
	[VSWITCH_A_PORT_ALLOW_TEAMING] = NLA_POLICY_MAX(NLA_U8, 1),
	[VSWITCH_A_PORT_STORM_LIMIT] = { .type = NLA_U32, },
	[VSWITCH_A_PORT_DYNAMIC_IP_LIMIT] = NLA_POLICY_MAX(NLA_U32, VSWITCH_DYNAMIC_IP_LIMIT_MAX),
	[VSWITCH_A_PORT_IEEE_PRIORITY_TAG] = NLA_POLICY_MAX(NLA_U8, 1),
	[VSWITCH_A_PORT_MIRROR] = NLA_POLICY_MAX(NLA_U32, 2),
	[VSWITCH_A_PORT_MIRROR_SESSION] = { .type = NLA_U8, },
	[VSWITCH_A_PORT_UNSET] = NLA_POLICY_MASK(NLA_U32, 0x3ff),
	[VSWITCH_A_PORT_TXN] = NLA_POLICY_MIN(NLA_U32, 1),
	[VSWITCH_A_PORT_EXPECT_GENERATION] = { .type = NLA_U32, },
};

/* VSWITCH_CMD_PROFILE_DEL - do */
static const struct nla_policy vswitch_profile_del_nl_policy[VSWITCH_A_PORT_PROFILE + 1] = {
	[VSWITCH_A_PORT_SWITCH] = NLA_POLICY_MIN(NLA_U32, 1),
	[VSWITCH_A_PORT_PROFILE] = { .type = NLA_NUL_STRING, .len = VSWITCH_NAME_MAX, },
	[VSWITCH_A_PORT_TXN] = NLA_POLICY_MIN(NLA_U32, 1),
	[VSWITCH_A_PORT_EXPECT_GENERATION] = { .type = NLA_U32, },
};

/* VSWITCH_CMD_PORT_INJECT - do */
static const struct nla_policy vswitch_port_inject_nl_policy[VSWITCH_A_INJECT_TIMEOUT + 1] = {
	[VSWITCH_A_INJECT_PORT] = NLA_POLICY_MIN(NLA_U32, 1),
	[VSWITCH_A_INJECT_FRAME] = { .type = NLA_BINARY, },
	[VSWITCH_A_INJECT_TIMEOUT] = NLA_POLICY_FULL_RANGE(NLA_U32, &vswitch_a_inject_timeout_range),
};

/* VSWITCH_CMD_FDB_GET - do */
static const struct nla_policy vswitch_fdb_get_do_nl_policy[VSWITCH_A_FDB_VID + 1] = {
	[VSWITCH_A_FDB_SWITCH] = NLA_POLICY_MIN(NLA_U32, 1),
	[VSWITCH_A_FDB_MAC] = NLA_POLICY_EXACT_LEN(6),
	[VSWITCH_A_FDB_VID] = NLA_POLICY_MAX(NLA_U16, 4094),
};

/* VSWITCH_CMD_FDB_GET - dump */
static const struct nla_policy vswitch_fdb_get_dump_nl_policy[VSWITCH_A_FDB_SWITCH + 1] = {
	[VSWITCH_A_FDB_SWITCH] = NLA_POLICY_MIN(NLA_U32, 1),
};

/* VSWITCH_CMD_FDB_ADD - do */
static const struct nla_policy vswitch_fdb_add_nl_policy[VSWITCH_A_FDB_PORT + 1] = {
	[VSWITCH_A_FDB_SWITCH] = NLA_POLICY_MIN(NLA_U32, 1),
	[VSWITCH_A_FDB_MAC] = NLA_POLICY_EXACT_LEN(6),
	[VSWITCH_A_FDB_VID] = NLA_POLICY_MAX(NLA_U16, 4094),
	[VSWITCH_A_FDB_PORT] = NLA_POLICY_MIN(NLA_U32, 1),
};

/* VSWITCH_CMD_FDB_DEL - do */
static const struct nla_policy vswitch_fdb_del_nl_policy[VSWITCH_A_FDB_VID + 1] = {
	[VSWITCH_A_FDB_SWITCH] = NLA_POLICY_MIN(NLA_U32, 1),
	[VSWITCH_A_FDB_MAC] = NLA_POLICY_EXACT_LEN(6),
	[VSWITCH_A_FDB_VID] = NLA_POLICY_MAX(NLA_U16, 4094),
};

/* VSWITCH_CMD_FDB_FLUSH - do */
static const struct nla_policy vswitch_fdb_flush_nl_policy[VSWITCH_A_FDB_STATE + 1] = {
	[VSWITCH_A_FDB_SWITCH] = NLA_POLICY_MIN(NLA_U32, 1),
	[VSWITCH_A_FDB_VID] = NLA_POLICY_MAX(NLA_U16, 4094),
	[VSWITCH_A_FDB_PORT] = NLA_POLICY_MIN(NLA_U32, 1),
	[VSWITCH_A_FDB_STATE] = NLA_POLICY_MAX(NLA_U32, 2),
};

/* VSWITCH_CMD_TXN_BEGIN - do */
static const struct nla_policy vswitch_txn_begin_nl_policy[VSWITCH_A_TXN_GENERATION + 1] = {
	[VSWITCH_A_TXN_SWITCH] = NLA_POLICY_MIN(NLA_U32, 1),
	[VSWITCH_A_TXN_GENERATION] = { .type = NLA_U32, },
};

/* VSWITCH_CMD_TXN_COMMIT - do */
static const struct nla_policy vswitch_txn_commit_nl_policy[VSWITCH_A_TXN_ID + 1] = {
	[VSWITCH_A_TXN_ID] = NLA_POLICY_MIN(NLA_U32, 1),
};

/* VSWITCH_CMD_TXN_ABORT - do */
static const struct nla_policy vswitch_txn_abort_nl_policy[VSWITCH_A_TXN_ID + 1] = {
	[VSWITCH_A_TXN_ID] = NLA_POLICY_MIN(NLA_U32, 1),
};

/* VSWITCH_CMD_ACL_GET - do */
static const struct nla_policy vswitch_acl_get_do_nl_policy[VSWITCH_A_ACL_PROFILE + 1] = {
	[VSWITCH_A_ACL_PORT] = NLA_POLICY_MIN(NLA_U32, 1),
	[VSWITCH_A_ACL_SWITCH] = NLA_POLICY_MIN(NLA_U32, 1),
	[VSWITCH_A_ACL_PROFILE] = { .type = NLA_NUL_STRING, .len = VSWITCH_NAME_MAX, },
};

/* VSWITCH_CMD_ACL_GET - dump */
static const struct nla_policy vswitch_acl_get_dump_nl_policy[VSWITCH_A_ACL_PROFILE + 1] = {
	[VSWITCH_A_ACL_PORT] = NLA_POLICY_MIN(NLA_U32, 1),
	[VSWITCH_A_ACL_SWITCH] = NLA_POLICY_MIN(NLA_U32, 1),
	[VSWITCH_A_ACL_PROFILE] = { .type = NLA_NUL_STRING, .len = VSWITCH_NAME_MAX, },
};

/* VSWITCH_CMD_ACL_ADD - do */
static const struct nla_policy vswitch_acl_add_nl_policy[VSWITCH_A_ACL_PROFILE + 1] = {
	[VSWITCH_A_ACL_PORT] = NLA_POLICY_MIN(NLA_U32, 1),
	[VSWITCH_A_ACL_SWITCH] = NLA_POLICY_MIN(NLA_U32, 1),
	[VSWITCH_A_ACL_PROFILE] = { .type = NLA_NUL_STRING, .len = VSWITCH_NAME_MAX, },
	[VSWITCH_A_ACL_RULE] = NLA_POLICY_NESTED(vswitch_acl_rule_nl_policy),
	[VSWITCH_A_ACL_REPLACE] = { .type = NLA_FLAG, },
	[VSWITCH_A_ACL_TXN] = NLA_POLICY_MIN(NLA_U32, 1),
	[VSWITCH_A_ACL_EXPECT_GENERATION] = { .type = NLA_U32, },
};

/* VSWITCH_CMD_ACL_DEL - do */
static const struct nla_policy vswitch_acl_del_nl_policy[VSWITCH_A_ACL_PROFILE + 1] = {
	[VSWITCH_A_ACL_PORT] = NLA_POLICY_MIN(NLA_U32, 1),
	[VSWITCH_A_ACL_SWITCH] = NLA_POLICY_MIN(NLA_U32, 1),
	[VSWITCH_A_ACL_PROFILE] = { .type = NLA_NUL_STRING, .len = VSWITCH_NAME_MAX, },
	[VSWITCH_A_ACL_RULE] = NLA_POLICY_NESTED(vswitch_acl_rule_nl_policy),
	[VSWITCH_A_ACL_TXN] = NLA_POLICY_MIN(NLA_U32, 1),
	[VSWITCH_A_ACL_EXPECT_GENERATION] = { .type = NLA_U32, },
};

/* VSWITCH_CMD_ACL_FLUSH - do */
static const struct nla_policy vswitch_acl_flush_nl_policy[VSWITCH_A_ACL_PROFILE + 1] = {
	[VSWITCH_A_ACL_PORT] = NLA_POLICY_MIN(NLA_U32, 1),
	[VSWITCH_A_ACL_SWITCH] = NLA_POLICY_MIN(NLA_U32, 1),
	[VSWITCH_A_ACL_PROFILE] = { .type = NLA_NUL_STRING, .len = VSWITCH_NAME_MAX, },
	[VSWITCH_A_ACL_TXN] = NLA_POLICY_MIN(NLA_U32, 1),
	[VSWITCH_A_ACL_EXPECT_GENERATION] = { .type = NLA_U32, },
};

/* Ops table for vswitch */
const struct genl_split_ops vswitch_nl_ops[26] = {
	{
		.cmd		= VSWITCH_CMD_SWITCH_GET,
		.doit		= vswitch_nl_switch_get_doit,
		.policy		= vswitch_switch_get_do_nl_policy,
		.maxattr	= VSWITCH_A_SWITCH_IFNAME,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= VSWITCH_CMD_SWITCH_GET,
		.dumpit		= vswitch_nl_switch_get_dumpit,
		.policy		= vswitch_switch_get_dump_nl_policy,
		.maxattr	= VSWITCH_A_SWITCH_IFINDEX,
		.flags		= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= VSWITCH_CMD_SWITCH_SET,
		.doit		= vswitch_nl_switch_set_doit,
		.policy		= vswitch_switch_set_nl_policy,
		.maxattr	= VSWITCH_A_SWITCH_TXN,
		.flags		= GENL_UNS_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= VSWITCH_CMD_PORT_GET,
		.doit		= vswitch_nl_port_get_doit,
		.policy		= vswitch_port_get_do_nl_policy,
		.maxattr	= VSWITCH_A_PORT_IFNAME,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= VSWITCH_CMD_PORT_GET,
		.start		= vswitch_nl_port_get_start,
		.dumpit		= vswitch_nl_port_get_dumpit,
		.policy		= vswitch_port_get_dump_nl_policy,
		.maxattr	= VSWITCH_A_PORT_SWITCH,
		.flags		= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= VSWITCH_CMD_PORT_SET,
		.doit		= vswitch_nl_port_set_doit,
		.policy		= vswitch_port_set_nl_policy,
		.maxattr	= VSWITCH_A_PORT_PROFILE,
		.flags		= GENL_UNS_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= VSWITCH_CMD_PORT_TRACE,
		.dumpit		= vswitch_nl_port_trace_dumpit,
		.done		= vswitch_nl_port_trace_done,
		.policy		= vswitch_port_trace_nl_policy,
		.maxattr	= VSWITCH_A_WALK_FRAME,
		.flags		= GENL_UNS_ADMIN_PERM | GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= VSWITCH_CMD_PROFILE_GET,
		.doit		= vswitch_nl_profile_get_doit,
		.policy		= vswitch_profile_get_do_nl_policy,
		.maxattr	= VSWITCH_A_PORT_PROFILE,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= VSWITCH_CMD_PROFILE_GET,
		.start		= vswitch_nl_profile_get_start,
		.dumpit		= vswitch_nl_profile_get_dumpit,
		.policy		= vswitch_profile_get_dump_nl_policy,
		.maxattr	= VSWITCH_A_PORT_SWITCH,
		.flags		= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= VSWITCH_CMD_PROFILE_ADD,
		.doit		= vswitch_nl_profile_add_doit,
		.policy		= vswitch_profile_add_nl_policy,
		.maxattr	= VSWITCH_A_PORT_PROFILE,
		.flags		= GENL_UNS_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= VSWITCH_CMD_PROFILE_SET,
		.doit		= vswitch_nl_profile_set_doit,
		.policy		= vswitch_profile_set_nl_policy,
		.maxattr	= VSWITCH_A_PORT_PROFILE,
		.flags		= GENL_UNS_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= VSWITCH_CMD_PROFILE_DEL,
		.doit		= vswitch_nl_profile_del_doit,
		.policy		= vswitch_profile_del_nl_policy,
		.maxattr	= VSWITCH_A_PORT_PROFILE,
		.flags		= GENL_UNS_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= VSWITCH_CMD_PORT_INJECT,
		.doit		= vswitch_nl_port_inject_doit,
		.policy		= vswitch_port_inject_nl_policy,
		.maxattr	= VSWITCH_A_INJECT_TIMEOUT,
		.flags		= GENL_UNS_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= VSWITCH_CMD_FDB_GET,
		.doit		= vswitch_nl_fdb_get_doit,
		.policy		= vswitch_fdb_get_do_nl_policy,
		.maxattr	= VSWITCH_A_FDB_VID,
		.flags		= GENL_UNS_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= VSWITCH_CMD_FDB_GET,
		.dumpit		= vswitch_nl_fdb_get_dumpit,
		.policy		= vswitch_fdb_get_dump_nl_policy,
		.maxattr	= VSWITCH_A_FDB_SWITCH,
		.flags		= GENL_UNS_ADMIN_PERM | GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= VSWITCH_CMD_FDB_ADD,
		.doit		= vswitch_nl_fdb_add_doit,
		.policy		= vswitch_fdb_add_nl_policy,
		.maxattr	= VSWITCH_A_FDB_PORT,
		.flags		= GENL_UNS_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= VSWITCH_CMD_FDB_DEL,
		.doit		= vswitch_nl_fdb_del_doit,
		.policy		= vswitch_fdb_del_nl_policy,
		.maxattr	= VSWITCH_A_FDB_VID,
		.flags		= GENL_UNS_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= VSWITCH_CMD_FDB_FLUSH,
		.doit		= vswitch_nl_fdb_flush_doit,
		.policy		= vswitch_fdb_flush_nl_policy,
		.maxattr	= VSWITCH_A_FDB_STATE,
		.flags		= GENL_UNS_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= VSWITCH_CMD_TXN_BEGIN,
		.doit		= vswitch_nl_txn_begin_doit,
		.policy		= vswitch_txn_begin_nl_policy,
		.maxattr	= VSWITCH_A_TXN_GENERATION,
		.flags		= GENL_UNS_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= VSWITCH_CMD_TXN_COMMIT,
		.doit		= vswitch_nl_txn_commit_doit,
		.policy		= vswitch_txn_commit_nl_policy,
		.maxattr	= VSWITCH_A_TXN_ID,
		.flags		= GENL_UNS_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= VSWITCH_CMD_TXN_ABORT,
		.doit		= vswitch_nl_txn_abort_doit,
		.policy		= vswitch_txn_abort_nl_policy,
		.maxattr	= VSWITCH_A_TXN_ID,
		.flags		= GENL_UNS_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= VSWITCH_CMD_ACL_GET,
		.doit		= vswitch_nl_acl_get_doit,
		.policy		= vswitch_acl_get_do_nl_policy,
		.maxattr	= VSWITCH_A_ACL_PROFILE,
		.flags		= GENL_UNS_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= VSWITCH_CMD_ACL_GET,
		.start		= vswitch_nl_acl_get_start,
		.dumpit		= vswitch_nl_acl_get_dumpit,
		.policy		= vswitch_acl_get_dump_nl_policy,
		.maxattr	= VSWITCH_A_ACL_PROFILE,
		.flags		= GENL_UNS_ADMIN_PERM | GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= VSWITCH_CMD_ACL_ADD,
		.doit		= vswitch_nl_acl_add_doit,
		.policy		= vswitch_acl_add_nl_policy,
		.maxattr	= VSWITCH_A_ACL_PROFILE,
		.flags		= GENL_UNS_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= VSWITCH_CMD_ACL_DEL,
		.doit		= vswitch_nl_acl_del_doit,
		.policy		= vswitch_acl_del_nl_policy,
		.maxattr	= VSWITCH_A_ACL_PROFILE,
		.flags		= GENL_UNS_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= VSWITCH_CMD_ACL_FLUSH,
		.doit		= vswitch_nl_acl_flush_doit,
		.policy		= vswitch_acl_flush_nl_policy,
		.maxattr	= VSWITCH_A_ACL_PROFILE,
		.flags		= GENL_UNS_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
};
