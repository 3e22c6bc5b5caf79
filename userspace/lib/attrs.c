// SPDX-License-Identifier: GPL-2.0
/*
 * Names of the attributes that requests are made of, as netlink/vswitch.yaml
 * has them. Those of rtnetlink are named by the tool's own keywords.
 */
#include <linux/if_link.h>

#include "internal.h"

#define TABLE(_attrs) { .attrs = _attrs, .n = sizeof(_attrs) / sizeof(_attrs[0]) }

static const struct vsw_attr vlan_range_names[] = {
	[VSWITCH_A_VLAN_RANGE_START]	= { .name = "start" },
	[VSWITCH_A_VLAN_RANGE_END]	= { .name = "end" },
	[VSWITCH_A_VLAN_RANGE_UNTAGGED]	= { .name = "untagged" },
};

static const struct vsw_attr_table vlan_range_attrs = TABLE(vlan_range_names);

static const struct vsw_attr vlan_names[] = {
	[VSWITCH_A_VLAN_PVID]		= { .name = "pvid" },
	[VSWITCH_A_VLAN_ACCEPT]		= { .name = "accept" },
	[VSWITCH_A_VLAN_RANGE]		= { .name = "range",
					    .nested = &vlan_range_attrs },
	[VSWITCH_A_VLAN_MODE]		= { .name = "mode" },
};

static const struct vsw_attr_table vlan_attrs = TABLE(vlan_names);

static const struct vsw_attr pvlan_names[] = {
	[VSWITCH_A_PVLAN_MODE]		= { .name = "pvlan" },
	[VSWITCH_A_PVLAN_PRIMARY]	= { .name = "primary" },
	[VSWITCH_A_PVLAN_SECONDARY]	= { .name = "secondary" },
};

static const struct vsw_attr_table pvlan_attrs = TABLE(pvlan_names);

static const struct vsw_attr switch_names[] = {
	[VSWITCH_A_SWITCH_IFINDEX]	= { .name = "ifindex" },
	[VSWITCH_A_SWITCH_IFNAME]	= { .name = "ifname" },
	[VSWITCH_A_SWITCH_AGEING_TIME]	= { .name = "ageing-time" },
	[VSWITCH_A_SWITCH_FDB_LIMIT]	= { .name = "fdb-limit" },
	[VSWITCH_A_SWITCH_EXPECT_GENERATION] = { .name = "expect-generation" },
	[VSWITCH_A_SWITCH_DEFAULT_PROFILE] = { .name = "default-profile" },
	[VSWITCH_A_SWITCH_TXN]		= { .name = "txn" },
};

const struct vsw_attr_table vsw_switch_attrs = TABLE(switch_names);

static const struct vsw_attr port_names[] = {
	[VSWITCH_A_PORT_IFINDEX]	= { .name = "ifindex" },
	[VSWITCH_A_PORT_IFNAME]		= { .name = "ifname" },
	[VSWITCH_A_PORT_SWITCH]		= { .name = "switch" },
	[VSWITCH_A_PORT_MAC]		= { .name = "mac" },
	[VSWITCH_A_PORT_MAC_SPOOFING]	= { .name = "mac-spoofing" },
	[VSWITCH_A_PORT_VLAN]		= { .name = "vlan",
					    .nested = &vlan_attrs },
	[VSWITCH_A_PORT_TXN]		= { .name = "txn" },
	[VSWITCH_A_PORT_EXPECT_GENERATION] = { .name = "expect-generation" },
	[VSWITCH_A_PORT_PVLAN]		= { .name = "pvlan",
					    .nested = &pvlan_attrs },
	[VSWITCH_A_PORT_DHCP_GUARD]	= { .name = "dhcp-guard" },
	[VSWITCH_A_PORT_ROUTER_GUARD]	= { .name = "router-guard" },
	[VSWITCH_A_PORT_ALLOW_TEAMING]	= { .name = "allow-teaming" },
	[VSWITCH_A_PORT_STORM_LIMIT]	= { .name = "storm-limit" },
	[VSWITCH_A_PORT_DYNAMIC_IP_LIMIT]	= { .name = "dynamic-ip-limit" },
	[VSWITCH_A_PORT_IEEE_PRIORITY_TAG]	= { .name = "ieee-priority-tag" },
	[VSWITCH_A_PORT_MIRROR]		= { .name = "mirror" },
	[VSWITCH_A_PORT_MIRROR_SESSION]	= { .name = "mirror-session" },
	[VSWITCH_A_PORT_VM]		= { .name = "vm" },
	[VSWITCH_A_PORT_UNSET]		= { .name = "default" },
	[VSWITCH_A_PORT_PROFILE]	= { .name = "profile" },
};

const struct vsw_attr_table vsw_port_attrs = TABLE(port_names);

static const struct vsw_attr fdb_names[] = {
	[VSWITCH_A_FDB_SWITCH]		= { .name = "switch" },
	[VSWITCH_A_FDB_MAC]		= { .name = "mac" },
	[VSWITCH_A_FDB_VID]		= { .name = "vlan" },
	[VSWITCH_A_FDB_PORT]		= { .name = "port" },
	[VSWITCH_A_FDB_STATE]		= { .name = "state" },
};

const struct vsw_attr_table vsw_fdb_attrs = TABLE(fdb_names);

static const struct vsw_attr acl_rule_names[] = {
	[VSWITCH_A_ACL_RULE_ID]		= { .name = "id" },
	[VSWITCH_A_ACL_RULE_DIRECTION]	= { .name = "direction" },
	[VSWITCH_A_ACL_RULE_ACTION]	= { .name = "action" },
	[VSWITCH_A_ACL_RULE_LOCAL_IP]	= { .name = "local-ip" },
	[VSWITCH_A_ACL_RULE_LOCAL_PREFIX] = { .name = "local-ip prefix" },
	[VSWITCH_A_ACL_RULE_REMOTE_IP]	= { .name = "remote-ip" },
	[VSWITCH_A_ACL_RULE_REMOTE_PREFIX] = { .name = "remote-ip prefix" },
	[VSWITCH_A_ACL_RULE_LOCAL_MAC]	= { .name = "local-mac" },
	[VSWITCH_A_ACL_RULE_REMOTE_MAC]	= { .name = "remote-mac" },
	[VSWITCH_A_ACL_RULE_WEIGHT]	= { .name = "weight" },
	[VSWITCH_A_ACL_RULE_PROTOCOL]	= { .name = "protocol" },
	[VSWITCH_A_ACL_RULE_LOCAL_PORT]	= { .name = "local-port" },
	[VSWITCH_A_ACL_RULE_LOCAL_PORT_END] = { .name = "local-port" },
	[VSWITCH_A_ACL_RULE_REMOTE_PORT] = { .name = "remote-port" },
	[VSWITCH_A_ACL_RULE_REMOTE_PORT_END] = { .name = "remote-port" },
	[VSWITCH_A_ACL_RULE_ISOLATION_ID] = { .name = "isolation-id" },
	[VSWITCH_A_ACL_RULE_STATEFUL]	= { .name = "stateful" },
	[VSWITCH_A_ACL_RULE_IDLE_TIMEOUT] = { .name = "idle-timeout" },
	[VSWITCH_A_ACL_RULE_BYTES]	= { .name = "bytes" },
};

static const struct vsw_attr_table acl_rule_attrs = TABLE(acl_rule_names);

static const struct vsw_attr acl_names[] = {
	[VSWITCH_A_ACL_PORT]		= { .name = "port" },
	[VSWITCH_A_ACL_RULE]		= { .name = "rule",
					    .nested = &acl_rule_attrs },
	[VSWITCH_A_ACL_REPLACE]		= { .name = "replace" },
	[VSWITCH_A_ACL_TXN]		= { .name = "txn" },
	[VSWITCH_A_ACL_EXPECT_GENERATION] = { .name = "expect-generation" },
	[VSWITCH_A_ACL_SWITCH]		= { .name = "switch" },
	[VSWITCH_A_ACL_PROFILE]		= { .name = "profile" },
};

const struct vsw_attr_table vsw_acl_attrs = TABLE(acl_names);

static const struct vsw_attr txn_names[] = {
	[VSWITCH_A_TXN_ID]		= { .name = "id" },
	[VSWITCH_A_TXN_SWITCH]		= { .name = "switch" },
	[VSWITCH_A_TXN_GENERATION]	= { .name = "generation" },
};

const struct vsw_attr_table vsw_txn_attrs = TABLE(txn_names);

static const struct vsw_attr walk_names[] = {
	[VSWITCH_A_WALK_PORT]		= { .name = "port" },
	[VSWITCH_A_WALK_FRAME]		= { .name = "frame" },
};

const struct vsw_attr_table vsw_walk_attrs = TABLE(walk_names);

static const struct vsw_attr inject_names[] = {
	[VSWITCH_A_INJECT_PORT]		= { .name = "port" },
	[VSWITCH_A_INJECT_FRAME]	= { .name = "frame" },
	[VSWITCH_A_INJECT_TIMEOUT]	= { .name = "timeout" },
};

const struct vsw_attr_table vsw_inject_attrs = TABLE(inject_names);

static const struct vsw_attr switch_data_names[] = {
	[IFLA_VSWITCH_TYPE]		= { .name = "type" },
	[IFLA_VSWITCH_BANDWIDTH_MODE]	= { .name = "bandwidth-mode" },
	[IFLA_VSWITCH_IOV]		= { .name = "iov" },
	[IFLA_VSWITCH_AGEING_TIME]	= { .name = "ageing-time" },
	[IFLA_VSWITCH_FDB_LIMIT]	= { .name = "fdb-limit" },
	[IFLA_VSWITCH_UPLINK]		= { .name = "uplink" },
	[IFLA_VSWITCH_VLAN_PROTOCOL]	= { .name = "vlan-protocol" },
};

static const struct vsw_attr_table switch_data_attrs = TABLE(switch_data_names);

static const struct vsw_attr linkinfo_names[] = {
	[IFLA_INFO_KIND]		= { .name = "kind" },
	[IFLA_INFO_DATA]		= { .name = "options",
					    .nested = &switch_data_attrs },
};

static const struct vsw_attr_table linkinfo_attrs = TABLE(linkinfo_names);

static const struct vsw_attr link_names[] = {
	[IFLA_ADDRESS]			= { .name = "mac" },
	[IFLA_IFNAME]			= { .name = "name" },
	[IFLA_MTU]			= { .name = "mtu" },
	[IFLA_LINK]			= { .name = "switch" },
	[IFLA_MASTER]			= { .name = "switch" },
	[IFLA_LINKINFO]			= { .name = "link",
					    .nested = &linkinfo_attrs },
};

const struct vsw_attr_table vsw_link_attrs = TABLE(link_names);

static const struct vsw_attr partition_names[] = {
	[VMBUS_HOST_A_PARTITION_NAME]	= { .name = "name" },
	[VMBUS_HOST_A_PARTITION_TRANSPORT] = { .name = "transport" },
	[VMBUS_HOST_A_PARTITION_SERVICES] = { .name = "services" },
	[VMBUS_HOST_A_PARTITION_MAX_GPADLS] = { .name = "max-gpadls" },
	[VMBUS_HOST_A_PARTITION_MAX_PAGES] = { .name = "max-pages" },
	[VMBUS_HOST_A_PARTITION_COALESCE_USECS] = { .name = "coalesce-usecs" },
};

const struct vsw_attr_table vsw_partition_attrs = TABLE(partition_names);

static const struct vsw_attr nic_names[] = {
	[VMBUS_HOST_A_NIC_NAME]		= { .name = "name" },
	[VMBUS_HOST_A_NIC_PARTITION]	= { .name = "partition" },
	[VMBUS_HOST_A_NIC_MAC]		= { .name = "mac" },
	[VMBUS_HOST_A_NIC_QUEUES]	= { .name = "queues" },
	[VMBUS_HOST_A_NIC_MTU]		= { .name = "mtu" },
	[VMBUS_HOST_A_NIC_SPEED]	= { .name = "speed" },
	[VMBUS_HOST_A_NIC_INSTANCE]	= { .name = "instance" },
};

const struct vsw_attr_table vsw_nic_attrs = TABLE(nic_names);

static const struct vsw_attr channel_names[] = {
	[VMBUS_HOST_A_CHANNEL_PARTITION] = { .name = "partition" },
};

const struct vsw_attr_table vsw_channel_attrs = TABLE(channel_names);

static const struct vsw_attr shutdown_names[] = {
	[VMBUS_HOST_A_SHUTDOWN_PARTITION] = { .name = "partition" },
	[VMBUS_HOST_A_SHUTDOWN_ACTION]	= { .name = "action" },
	[VMBUS_HOST_A_SHUTDOWN_FORCE]	= { .name = "force" },
};

const struct vsw_attr_table vsw_shutdown_attrs = TABLE(shutdown_names);

static const struct vsw_attr kvp_names[] = {
	[VMBUS_HOST_A_KVP_PARTITION]	= { .name = "partition" },
	[VMBUS_HOST_A_KVP_POOL]		= { .name = "pool" },
	[VMBUS_HOST_A_KVP_INDEX]	= { .name = "index" },
	[VMBUS_HOST_A_KVP_KEY]		= { .name = "key" },
	[VMBUS_HOST_A_KVP_VALUE]	= { .name = "value" },
};

const struct vsw_attr_table vsw_kvp_attrs = TABLE(kvp_names);
