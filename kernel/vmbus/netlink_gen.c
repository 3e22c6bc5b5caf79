// SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause)
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/vmbus_host.yaml */
/* YNL-GEN kernel source */

#include <net/netlink.h>
#include <net/genetlink.h>

#include "netlink_gen.h"

#include <uapi/linux/vmbus_host.h>

/* Integer value ranges */
static const struct netlink_range_validation vmbus_host_a_partition_max_gpadls_range = {
	.min	= 1ULL,
	.max	= 65536ULL,
};

static const struct netlink_range_validation vmbus_host_a_partition_max_pages_range = {
	.min	= 1ULL,
	.max	= 16777216ULL,
};

/* VMBUS_HOST_CMD_PARTITION_GET - do */
static const struct nla_policy vmbus_host_partition_get_nl_policy[VMBUS_HOST_A_PARTITION_NAME + 1] = {
	[VMBUS_HOST_A_PARTITION_NAME] = { .type = NLA_NUL_STRING, .len = VMBUS_HOST_NAME_MAX, },
};

/* VMBUS_HOST_CMD_PARTITION_ADD - do */
static const struct nla_policy vmbus_host_partition_add_nl_policy[VMBUS_HOST_A_PARTITION_COALESCE_USECS + 1] = {
	[VMBUS_HOST_A_PARTITION_NAME] = { .type = NLA_NUL_STRING, .len = VMBUS_HOST_NAME_MAX, },
	[VMBUS_HOST_A_PARTITION_TRANSPORT] = NLA_POLICY_MAX(NLA_U32, 1),
	[VMBUS_HOST_A_PARTITION_SERVICES] = NLA_POLICY_MASK(NLA_U32, 0x1f),
	[VMBUS_HOST_A_PARTITION_MAX_GPADLS] = NLA_POLICY_FULL_RANGE(NLA_U32, &vmbus_host_a_partition_max_gpadls_range),
	[VMBUS_HOST_A_PARTITION_MAX_PAGES] = NLA_POLICY_FULL_RANGE(NLA_U32, &vmbus_host_a_partition_max_pages_range),
	[VMBUS_HOST_A_PARTITION_COALESCE_USECS] = NLA_POLICY_MAX(NLA_U32, 10000),
};

/* VMBUS_HOST_CMD_PARTITION_DEL - do */
static const struct nla_policy vmbus_host_partition_del_nl_policy[VMBUS_HOST_A_PARTITION_NAME + 1] = {
	[VMBUS_HOST_A_PARTITION_NAME] = { .type = NLA_NUL_STRING, .len = VMBUS_HOST_NAME_MAX, },
};

/* VMBUS_HOST_CMD_CHANNEL_GET - dump */
static const struct nla_policy vmbus_host_channel_get_nl_policy[VMBUS_HOST_A_CHANNEL_PARTITION + 1] = {
	[VMBUS_HOST_A_CHANNEL_PARTITION] = { .type = NLA_NUL_STRING, .len = VMBUS_HOST_NAME_MAX, },
};

/* VMBUS_HOST_CMD_PARTITION_SHUTDOWN - do */
static const struct nla_policy vmbus_host_partition_shutdown_nl_policy[VMBUS_HOST_A_SHUTDOWN_FORCE + 1] = {
	[VMBUS_HOST_A_SHUTDOWN_PARTITION] = { .type = NLA_NUL_STRING, .len = VMBUS_HOST_NAME_MAX, },
	[VMBUS_HOST_A_SHUTDOWN_ACTION] = NLA_POLICY_MAX(NLA_U32, 2),
	[VMBUS_HOST_A_SHUTDOWN_FORCE] = { .type = NLA_FLAG, },
};

/* VMBUS_HOST_CMD_KVP_GET - do */
static const struct nla_policy vmbus_host_kvp_get_nl_policy[VMBUS_HOST_A_KVP_INDEX + 1] = {
	[VMBUS_HOST_A_KVP_PARTITION] = { .type = NLA_NUL_STRING, .len = VMBUS_HOST_NAME_MAX, },
	[VMBUS_HOST_A_KVP_POOL] = NLA_POLICY_MAX(NLA_U32, 2),
	[VMBUS_HOST_A_KVP_INDEX] = { .type = NLA_U32, },
};

/* VMBUS_HOST_CMD_KVP_SET - do */
static const struct nla_policy vmbus_host_kvp_set_nl_policy[VMBUS_HOST_A_KVP_VALUE + 1] = {
	[VMBUS_HOST_A_KVP_PARTITION] = { .type = NLA_NUL_STRING, .len = VMBUS_HOST_NAME_MAX, },
	[VMBUS_HOST_A_KVP_KEY] = { .type = NLA_NUL_STRING, .len = VMBUS_HOST_KVP_KEY_MAX, },
	[VMBUS_HOST_A_KVP_VALUE] = { .type = NLA_NUL_STRING, .len = VMBUS_HOST_KVP_VALUE_MAX, },
};

/* VMBUS_HOST_CMD_KVP_DEL - do */
static const struct nla_policy vmbus_host_kvp_del_nl_policy[VMBUS_HOST_A_KVP_KEY + 1] = {
	[VMBUS_HOST_A_KVP_PARTITION] = { .type = NLA_NUL_STRING, .len = VMBUS_HOST_NAME_MAX, },
	[VMBUS_HOST_A_KVP_KEY] = { .type = NLA_NUL_STRING, .len = VMBUS_HOST_KVP_KEY_MAX, },
};

/* VMBUS_HOST_CMD_NIC_NEW - do */
static const struct nla_policy vmbus_host_nic_new_nl_policy[VMBUS_HOST_A_NIC_INSTANCE + 1] = {
	[VMBUS_HOST_A_NIC_NAME] = { .type = NLA_NUL_STRING, .len = 15, },
	[VMBUS_HOST_A_NIC_PARTITION] = { .type = NLA_NUL_STRING, .len = VMBUS_HOST_NAME_MAX, },
	[VMBUS_HOST_A_NIC_MAC] = NLA_POLICY_EXACT_LEN(6),
	[VMBUS_HOST_A_NIC_QUEUES] = NLA_POLICY_RANGE(NLA_U32, 1, VMBUS_HOST_QUEUES_MAX),
	[VMBUS_HOST_A_NIC_MTU] = NLA_POLICY_RANGE(NLA_U32, 68, VMBUS_HOST_MTU_MAX),
	[VMBUS_HOST_A_NIC_SPEED] = NLA_POLICY_MIN(NLA_U32, 1),
	[VMBUS_HOST_A_NIC_INSTANCE] = NLA_POLICY_EXACT_LEN(16),
};

/* VMBUS_HOST_CMD_NIC_SET - do */
static const struct nla_policy vmbus_host_nic_set_nl_policy[VMBUS_HOST_A_NIC_SPEED + 1] = {
	[VMBUS_HOST_A_NIC_NAME] = { .type = NLA_NUL_STRING, .len = 15, },
	[VMBUS_HOST_A_NIC_MAC] = NLA_POLICY_EXACT_LEN(6),
	[VMBUS_HOST_A_NIC_MTU] = NLA_POLICY_RANGE(NLA_U32, 68, VMBUS_HOST_MTU_MAX),
	[VMBUS_HOST_A_NIC_SPEED] = NLA_POLICY_MIN(NLA_U32, 1),
};

/* VMBUS_HOST_CMD_NIC_DEL - do */
static const struct nla_policy vmbus_host_nic_del_nl_policy[VMBUS_HOST_A_NIC_NAME + 1] = {
	[VMBUS_HOST_A_NIC_NAME] = { .type = NLA_NUL_STRING, .len = 15, },
};

/* VMBUS_HOST_CMD_NIC_GET - do */
static const struct nla_policy vmbus_host_nic_get_nl_policy[VMBUS_HOST_A_NIC_NAME + 1] = {
	[VMBUS_HOST_A_NIC_NAME] = { .type = NLA_NUL_STRING, .len = 15, },
};

/* Ops table for vmbus_host */
const struct genl_split_ops vmbus_host_nl_ops[14] = {
	{
		.cmd		= VMBUS_HOST_CMD_PARTITION_GET,
		.doit		= vmbus_host_nl_partition_get_doit,
		.policy		= vmbus_host_partition_get_nl_policy,
		.maxattr	= VMBUS_HOST_A_PARTITION_NAME,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd	= VMBUS_HOST_CMD_PARTITION_GET,
		.dumpit	= vmbus_host_nl_partition_get_dumpit,
		.flags	= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= VMBUS_HOST_CMD_PARTITION_ADD,
		.doit		= vmbus_host_nl_partition_add_doit,
		.policy		= vmbus_host_partition_add_nl_policy,
		.maxattr	= VMBUS_HOST_A_PARTITION_COALESCE_USECS,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= VMBUS_HOST_CMD_PARTITION_DEL,
		.doit		= vmbus_host_nl_partition_del_doit,
		.policy		= vmbus_host_partition_del_nl_policy,
		.maxattr	= VMBUS_HOST_A_PARTITION_NAME,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= VMBUS_HOST_CMD_CHANNEL_GET,
		.dumpit		= vmbus_host_nl_channel_get_dumpit,
		.policy		= vmbus_host_channel_get_nl_policy,
		.maxattr	= VMBUS_HOST_A_CHANNEL_PARTITION,
		.flags		= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= VMBUS_HOST_CMD_PARTITION_SHUTDOWN,
		.doit		= vmbus_host_nl_partition_shutdown_doit,
		.policy		= vmbus_host_partition_shutdown_nl_policy,
		.maxattr	= VMBUS_HOST_A_SHUTDOWN_FORCE,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= VMBUS_HOST_CMD_KVP_GET,
		.doit		= vmbus_host_nl_kvp_get_doit,
		.policy		= vmbus_host_kvp_get_nl_policy,
		.maxattr	= VMBUS_HOST_A_KVP_INDEX,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= VMBUS_HOST_CMD_KVP_SET,
		.doit		= vmbus_host_nl_kvp_set_doit,
		.policy		= vmbus_host_kvp_set_nl_policy,
		.maxattr	= VMBUS_HOST_A_KVP_VALUE,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= VMBUS_HOST_CMD_KVP_DEL,
		.doit		= vmbus_host_nl_kvp_del_doit,
		.policy		= vmbus_host_kvp_del_nl_policy,
		.maxattr	= VMBUS_HOST_A_KVP_KEY,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= VMBUS_HOST_CMD_NIC_NEW,
		.doit		= vmbus_host_nl_nic_new_doit,
		.policy		= vmbus_host_nic_new_nl_policy,
		.maxattr	= VMBUS_HOST_A_NIC_INSTANCE,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= VMBUS_HOST_CMD_NIC_SET,
		.doit		= vmbus_host_nl_nic_set_doit,
		.policy		= vmbus_host_nic_set_nl_policy,
		.maxattr	= VMBUS_HOST_A_NIC_SPEED,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= VMBUS_HOST_CMD_NIC_DEL,
		.doit		= vmbus_host_nl_nic_del_doit,
		.policy		= vmbus_host_nic_del_nl_policy,
		.maxattr	= VMBUS_HOST_A_NIC_NAME,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= VMBUS_HOST_CMD_NIC_GET,
		.doit		= vmbus_host_nl_nic_get_doit,
		.policy		= vmbus_host_nic_get_nl_policy,
		.maxattr	= VMBUS_HOST_A_NIC_NAME,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd	= VMBUS_HOST_CMD_NIC_GET,
		.dumpit	= vmbus_host_nl_nic_get_dumpit,
		.flags	= GENL_CMD_CAP_DUMP,
	},
};
