// SPDX-License-Identifier: GPL-2.0
/* Words for the numbers of the kernel's interface. */
#include <linux/if_ether.h>

#include "vswitch.h"

/* A newer kernel may know values that this library does not. */
static const char *word(const char *const *words, size_t n, uint32_t v)
{
	return v < n ? words[v] : "unknown";
}

#define WORDS(_fn, ...)							\
const char *_fn(uint32_t v)						\
{									\
	static const char *const words[] = { __VA_ARGS__ };		\
									\
	return word(words, sizeof(words) / sizeof(words[0]), v);	\
}

WORDS(vsw_switch_type_name,
      [VSWITCH_SWITCH_TYPE_EXTERNAL]	= "external",
      [VSWITCH_SWITCH_TYPE_INTERNAL]	= "internal",
      [VSWITCH_SWITCH_TYPE_PRIVATE]	= "private")

WORDS(vsw_bandwidth_mode_name,
      [VSWITCH_BANDWIDTH_MODE_WEIGHT]	= "weight",
      [VSWITCH_BANDWIDTH_MODE_ABSOLUTE]	= "absolute",
      [VSWITCH_BANDWIDTH_MODE_NONE]	= "none")

WORDS(vsw_port_role_name,
      [VSWITCH_PORT_ROLE_GUEST]		= "guest",
      [VSWITCH_PORT_ROLE_UPLINK]	= "uplink",
      [VSWITCH_PORT_ROLE_VNIC]		= "vnic")

WORDS(vsw_vlan_accept_name,
      [VSWITCH_VLAN_ACCEPT_ALL]		= "all",
      [VSWITCH_VLAN_ACCEPT_UNTAGGED]	= "untagged")

WORDS(vsw_vlan_mode_name,
      [VSWITCH_VLAN_MODE_UNTAGGED]	= "untagged",
      [VSWITCH_VLAN_MODE_ACCESS]	= "access",
      [VSWITCH_VLAN_MODE_TRUNK]		= "trunk",
      [VSWITCH_VLAN_MODE_GENERAL]	= "general",
      [VSWITCH_VLAN_MODE_ISOLATED]	= "isolated",
      [VSWITCH_VLAN_MODE_COMMUNITY]	= "community",
      [VSWITCH_VLAN_MODE_PROMISCUOUS]	= "promiscuous")

WORDS(vsw_pvlan_mode_name,
      [VSWITCH_PVLAN_MODE_NONE]		= "none",
      [VSWITCH_PVLAN_MODE_ISOLATED]	= "isolated",
      [VSWITCH_PVLAN_MODE_COMMUNITY]	= "community",
      [VSWITCH_PVLAN_MODE_PROMISCUOUS]	= "promiscuous")

WORDS(vsw_mirror_mode_name,
      [VSWITCH_MIRROR_MODE_NONE]	= "none",
      [VSWITCH_MIRROR_MODE_SOURCE]	= "source",
      [VSWITCH_MIRROR_MODE_DESTINATION]	= "destination")

WORDS(vsw_fdb_state_name,
      [VSWITCH_FDB_STATE_LEARNED]	= "learned",
      [VSWITCH_FDB_STATE_STATIC]	= "static",
      [VSWITCH_FDB_STATE_ASSIGNED]	= "assigned")

WORDS(vsw_acl_direction_name,
      [VSWITCH_ACL_DIRECTION_IN]	= "in",
      [VSWITCH_ACL_DIRECTION_OUT]	= "out",
      [VSWITCH_ACL_DIRECTION_BOTH]	= "both")

WORDS(vsw_acl_action_name,
      [VSWITCH_ACL_ACTION_ALLOW]	= "allow",
      [VSWITCH_ACL_ACTION_DENY]		= "deny",
      [VSWITCH_ACL_ACTION_METER]	= "meter")

WORDS(vsw_walk_stage_name,
      [VSWITCH_WALK_STAGE_RECEIVE]	= "receive",
      [VSWITCH_WALK_STAGE_LINK_LOCAL]	= "link-local",
      [VSWITCH_WALK_STAGE_VLAN]		= "vlan",
      [VSWITCH_WALK_STAGE_PVLAN]	= "pvlan",
      [VSWITCH_WALK_STAGE_SOURCE]	= "source",
      [VSWITCH_WALK_STAGE_HEADERS]	= "headers",
      [VSWITCH_WALK_STAGE_ACL]		= "acl",
      [VSWITCH_WALK_STAGE_DHCP_GUARD]	= "dhcp-guard",
      [VSWITCH_WALK_STAGE_ROUTER_GUARD]	= "router-guard",
      [VSWITCH_WALK_STAGE_IP_LIMIT]	= "ip-limit",
      [VSWITCH_WALK_STAGE_LEARN]	= "learn",
      [VSWITCH_WALK_STAGE_LOOKUP]	= "lookup",
      [VSWITCH_WALK_STAGE_STORM_LIMIT]	= "storm-limit",
      [VSWITCH_WALK_STAGE_MIRROR]	= "mirror",
      [VSWITCH_WALK_STAGE_EGRESS]	= "egress",
      [VSWITCH_WALK_STAGE_ACL_IN]	= "acl-in",
      [VSWITCH_WALK_STAGE_DELIVER]	= "deliver")

WORDS(vsw_walk_verdict_name,
      [VSWITCH_WALK_VERDICT_PASS]	= "pass",
      [VSWITCH_WALK_VERDICT_DROP]	= "drop",
      [VSWITCH_WALK_VERDICT_SKIP]	= "skip",
      [VSWITCH_WALK_VERDICT_NOTE]	= "note")

const char *vsw_vlan_proto_name(uint16_t v)
{
	switch (v) {
	case ETH_P_8021Q:
		return "802.1Q";
	case ETH_P_8021AD:
		return "802.1ad";
	default:
		return "unknown";
	}
}

WORDS(vsw_transport_name,
      [VMBUS_HOST_TRANSPORT_DEVICE]	= "device",
      [VMBUS_HOST_TRANSPORT_LOCAL]	= "local")

WORDS(vsw_channel_state_name,
      [VMBUS_HOST_CHANNEL_STATE_OFFERED]	= "offered",
      [VMBUS_HOST_CHANNEL_STATE_OPEN]	= "open",
      [VMBUS_HOST_CHANNEL_STATE_BROKEN]	= "broken",
      [VMBUS_HOST_CHANNEL_STATE_RESCINDED]	= "rescinded")

WORDS(vsw_nic_state_name,
      [VMBUS_HOST_NIC_STATE_CLOSED]	= "closed",
      [VMBUS_HOST_NIC_STATE_OPEN]	= "open",
      [VMBUS_HOST_NIC_STATE_NEGOTIATED]	= "negotiated",
      [VMBUS_HOST_NIC_STATE_BUFFERS]	= "buffers",
      [VMBUS_HOST_NIC_STATE_RUNNING]	= "running")

WORDS(vsw_shutdown_action_name,
      [VMBUS_HOST_SHUTDOWN_ACTION_POWER_OFF]	= "power-off",
      [VMBUS_HOST_SHUTDOWN_ACTION_REBOOT]	= "reboot",
      [VMBUS_HOST_SHUTDOWN_ACTION_HIBERNATE]	= "hibernate")

WORDS(vsw_kvp_pool_name,
      [VMBUS_HOST_KVP_POOL_EXTERNAL]	= "external",
      [VMBUS_HOST_KVP_POOL_GUEST]	= "guest",
      [VMBUS_HOST_KVP_POOL_AUTO]	= "auto")

WORDS(vsw_outcome_name,
      [VMBUS_HOST_OUTCOME_DONE]		= "done",
      [VMBUS_HOST_OUTCOME_REFUSED]	= "refused",
      [VMBUS_HOST_OUTCOME_TIMEOUT]	= "timeout",
      [VMBUS_HOST_OUTCOME_GONE]		= "gone")

WORDS(vsw_vmbus_error_name,
      [VMBUS_HOST_ERROR_MESSAGE_SHORT]	= "message-short",
      [VMBUS_HOST_ERROR_MESSAGE_UNKNOWN]	= "message-unknown",
      [VMBUS_HOST_ERROR_MESSAGE_STATE]	= "message-state",
      [VMBUS_HOST_ERROR_MESSAGE_FLOOD]	= "message-flood",
      [VMBUS_HOST_ERROR_VERSION]	= "version",
      [VMBUS_HOST_ERROR_RELID]		= "relid",
      [VMBUS_HOST_ERROR_GPADL_MALFORMED]	= "gpadl-malformed",
      [VMBUS_HOST_ERROR_GPADL_DUPLICATE]	= "gpadl-duplicate",
      [VMBUS_HOST_ERROR_GPADL_UNKNOWN]	= "gpadl-unknown",
      [VMBUS_HOST_ERROR_GPADL_QUOTA]	= "gpadl-quota",
      [VMBUS_HOST_ERROR_MEMORY]		= "memory",
      [VMBUS_HOST_ERROR_RING]		= "ring",
      [VMBUS_HOST_ERROR_PACKET]		= "packet",
      [VMBUS_HOST_ERROR_PACKET_LONG]	= "packet-long",
      [VMBUS_HOST_ERROR_SERVICE]	= "service",
      [VMBUS_HOST_ERROR_NO_MEMORY]	= "no-memory")
