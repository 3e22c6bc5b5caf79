// SPDX-License-Identifier: GPL-2.0
/* guard.c: which messages the guards stop, of all that there are. */
#include "test.h"
#include "../../kernel/vswitch/guard.c"

#define DHCP VSW_SNAP_DHCP_GUARD
#define ROUTER VSW_SNAP_ROUTER_GUARD

static struct vsw_headers udp(u8 kind, u16 port, u8 payload)
{
	return (struct vsw_headers) {
		.kind = kind, .protocol = 17, .payload = payload,
		.flags = VSW_HEADERS_PORTS | VSW_HEADERS_PAYLOAD,
		.src_port = htons(4000), .dst_port = htons(port),
	};
}

static int dhcp(u8 kind, u16 port, u8 payload)
{
	struct vsw_headers h = udp(kind, port, payload);

	return vsw_guard(DHCP, &h);
}

static void dhcp_ports(void)
{
	const u8 v4 = VSW_HEADERS_IPV4, v6 = VSW_HEADERS_IPV6;
	u32 port;

	for (port = 0; port < 65536; port++) {
		check(dhcp(v4, port, 1) == (port == 68 ? VSW_DROP_DHCP_GUARD :
					    VSW_PASS), "port %u", port);
		check(dhcp(v6, port, 1) == (port == 546 ? VSW_DROP_DHCP_GUARD :
					    VSW_PASS), "port %u", port);
		check(dhcp(v4, port, 2) == (port == 68 || port == 67 ?
					    VSW_DROP_DHCP_GUARD : VSW_PASS),
		      "port %u", port);
		check(dhcp(v6, port, 2) == (port == 546 ? VSW_DROP_DHCP_GUARD :
					    VSW_PASS), "port %u", port);
		check(dhcp(v4, port, 13) == (port == 68 ? VSW_DROP_DHCP_GUARD :
					     VSW_PASS), "port %u", port);
		check(dhcp(v6, port, 13) == (port == 546 || port == 547 ?
					     VSW_DROP_DHCP_GUARD : VSW_PASS),
		      "port %u", port);
	}
}

static void dhcp_messages(void)
{
	struct vsw_headers h;
	u32 kind;

	for (kind = 0; kind < 256; kind++) {
		check(dhcp(VSW_HEADERS_IPV4, 67, kind) ==
		      (kind == 2 ? VSW_DROP_DHCP_GUARD : VSW_PASS));
		check(dhcp(VSW_HEADERS_IPV4, 68, kind) == VSW_DROP_DHCP_GUARD);
		check(dhcp(VSW_HEADERS_IPV6, 547, kind) ==
		      (kind == 13 ? VSW_DROP_DHCP_GUARD : VSW_PASS));
		check(dhcp(VSW_HEADERS_IPV6, 546, kind) == VSW_DROP_DHCP_GUARD);
	}
	h = udp(VSW_HEADERS_IPV4, 67, 0);
	h.flags = VSW_HEADERS_PORTS;
	check(vsw_guard(DHCP, &h) == VSW_PASS, "empty");
	h.flags |= VSW_HEADERS_FRAGMENT;
	check(vsw_guard(DHCP, &h) == VSW_DROP_UNPARSABLE, "begins elsewhere");
	h = udp(VSW_HEADERS_IPV4, 68, 2);
	h.protocol = 6;
	check(vsw_guard(DHCP, &h) == VSW_PASS, "TCP");
	h.protocol = 17;
	check(vsw_guard(ROUTER, &h) == VSW_PASS, "the other guard");
	check(vsw_guard(ROUTER | DHCP, &h) == VSW_DROP_DHCP_GUARD);
	h.flags = 0;
	check(vsw_guard(ROUTER | DHCP, &h) == VSW_PASS, "no ports");
}

static void router_messages(void)
{
	struct vsw_headers h4 = {
		.kind = VSW_HEADERS_IPV4, .protocol = 1,
		.flags = VSW_HEADERS_ICMP,
	};
	struct vsw_headers h6 = {
		.kind = VSW_HEADERS_IPV6, .protocol = 58,
		.flags = VSW_HEADERS_ICMP,
	};
	u32 type;

	for (type = 0; type < 256; type++) {
		h4.icmp_type = type;
		h6.icmp_type = type;
		check(vsw_guard(ROUTER, &h4) == (type == 5 || type == 9 ?
		      VSW_DROP_ROUTER_GUARD : VSW_PASS), "type %u", type);
		check(vsw_guard(ROUTER, &h6) == (type == 134 || type == 137 ?
		      VSW_DROP_ROUTER_GUARD : VSW_PASS), "type %u", type);
		check(vsw_guard(ROUTER | DHCP, &h4) == vsw_guard(ROUTER, &h4));
		check(vsw_guard(DHCP, &h4) == VSW_PASS);
		check(vsw_guard(DHCP, &h6) == VSW_PASS);
	}
}

#define CASES(X) X(dhcp_ports) X(dhcp_messages) X(router_messages)

test_suite(guard, CASES);
