/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Why a frame was dropped. Each drop has one reason, is counted at one port
 * and passes through vsw_drop(): the port whose policy said no, which is the
 * ingress port until a destination is known.
 *
 * X(symbol, name shown to users, the reason in words)
 */
#ifndef _VSW_DROP_H
#define _VSW_DROP_H

#define VSW_DROP_REASONS(X)						\
	X(SWITCH_DOWN, "switch-down", "the switch is administratively down") \
	X(SOURCE_INVALID, "source-invalid",				\
	  "the source address is zero or multicast")			\
	X(LINK_LOCAL, "link-local",					\
	  "link-local control frames are not forwarded")		\
	X(VLAN_TAGGED, "vlan-tagged",					\
	  "tagged frame from a port that may only send untagged ones")	\
	X(VLAN_UNTAGGED, "vlan-untagged",				\
	  "untagged frame from a port without a native VLAN")		\
	X(VLAN_NOT_MEMBER, "vlan-not-member",				\
	  "frame of a VLAN that the sending port is not a member of")	\
	X(VLAN_EGRESS, "vlan-egress",					\
	  "frame of a VLAN that the receiving port is not a member of")	\
	X(DOUBLE_TAGGED, "double-tagged",				\
	  "taking the tag off would uncover another tag")		\
	X(MAC_SPOOFED, "mac-spoofed",					\
	  "source address is not the one assigned to the port")		\
	X(MAC_ASSIGNED, "mac-assigned",					\
	  "source address is assigned to another port")			\
	X(ACL, "acl", "denied by an ACL")				\
	X(DHCP_GUARD, "dhcp-guard",					\
	  "message of a DHCP server from a port with dhcp-guard on")	\
	X(ROUTER_GUARD, "router-guard",					\
	  "message of a router from a port with router-guard on")	\
	X(UNPARSABLE, "unparsable",					\
	  "headers that cannot be followed, from or to a port whose policy has to") \
	X(IP_LIMIT, "ip-limit", "IP address beyond the limit of the port") \
	X(STORM_LIMIT, "storm-limit",					\
	  "more frames to many in this second than the port may send")	\
	X(PVLAN, "pvlan", "ports of a private VLAN that are kept apart") \
	X(FLOW_LIMIT, "flow-limit", "no room for another stateful flow") \
	X(SAME_PORT, "same-port", "the destination is behind the same port") \
	X(NO_DESTINATION, "no-destination",				\
	  "no other port takes frames of this kind in this VLAN")	\
	X(LINK_DOWN, "link-down", "the receiving port is down")		\
	X(TOO_BIG, "too-big", "longer than the MTU of the receiving port") \
	X(NO_MEMORY, "no-memory", "out of memory")

/* The index of a reason in the counters. VSW_PASS: not dropped. */
enum vsw_drop_reason {
	VSW_PASS,
#define X(symbol, ...) VSW_DROP_##symbol,
	VSW_DROP_REASONS(X)
#undef X
	VSW_DROP_MAX
};

#endif
