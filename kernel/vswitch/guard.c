// SPDX-License-Identifier: GPL-2.0
/*
 * What a guest may not say: what DHCP servers and routers say.
 *
 * Clients of DHCP look at the port that a message is sent to and at nothing
 * else that the sender could not choose, so its source port means nothing. The
 * ports of servers and relays receive from clients as well; there the first
 * byte, the kind of message, tells.
 */
#include "guard.h"
#include "table.h"

#define DHCP4_SERVER	67
#define DHCP4_CLIENT	68
#define BOOTP_REPLY	2
#define DHCP6_CLIENT	546
#define DHCP6_SERVER	547
#define DHCP6_RELAY_REPL	13

#define ICMP4_REDIRECT	5
#define ICMP4_ROUTER	9
#define ICMP6_ROUTER	134
#define ICMP6_REDIRECT	137

/* A message to a port that clients send to as well: from a server? */
static enum vsw_drop_reason server_port(const struct vsw_headers *headers,
					u8 kind)
{
	if (headers->flags & VSW_HEADERS_PAYLOAD)
		return headers->payload == kind ? VSW_DROP_DHCP_GUARD :
						  VSW_PASS;
	/* The message begins in the next fragment. */
	return headers->flags & VSW_HEADERS_FRAGMENT ? VSW_DROP_UNPARSABLE :
						       VSW_PASS;
}

static enum vsw_drop_reason dhcp_guard(const struct vsw_headers *headers)
{
	bool ipv4 = headers->kind == VSW_HEADERS_IPV4;

	if (headers->protocol != IPPROTO_UDP)
		return VSW_PASS;
	switch (headers->dst_port) {
	case htons(DHCP4_CLIENT):
		return ipv4 ? VSW_DROP_DHCP_GUARD : VSW_PASS;
	case htons(DHCP4_SERVER):
		return ipv4 ? server_port(headers, BOOTP_REPLY) : VSW_PASS;
	case htons(DHCP6_CLIENT):
		return ipv4 ? VSW_PASS : VSW_DROP_DHCP_GUARD;
	case htons(DHCP6_SERVER):
		return ipv4 ? VSW_PASS :
			      server_port(headers, DHCP6_RELAY_REPL);
	default:
		return VSW_PASS;
	}
}

static enum vsw_drop_reason router_guard(const struct vsw_headers *headers)
{
	u8 type = headers->icmp_type;
	bool routers;

	if (headers->kind == VSW_HEADERS_IPV4)
		routers = type == ICMP4_REDIRECT || type == ICMP4_ROUTER;
	else
		routers = type == ICMP6_ROUTER || type == ICMP6_REDIRECT;
	return routers ? VSW_DROP_ROUTER_GUARD : VSW_PASS;
}

/**
 * vsw_guard() - do the guards of a port let a frame pass?
 * @flags: enum vsw_snap_flags of the port that sends it
 * @headers: its headers; not VSW_HEADERS_BAD, not of a later fragment
 *
 * Return: VSW_PASS, or why not.
 */
enum vsw_drop_reason vsw_guard(u32 flags, const struct vsw_headers *headers)
{
	enum vsw_drop_reason reason = VSW_PASS;

	if (flags & VSW_SNAP_DHCP_GUARD && headers->flags & VSW_HEADERS_PORTS)
		reason = dhcp_guard(headers);
	if (flags & VSW_SNAP_ROUTER_GUARD && headers->flags & VSW_HEADERS_ICMP)
		reason = router_guard(headers);
	return reason;
}
