#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The generic netlink family, spoken to without libvswitch.
#
#	lib/netlink_*.py ---- lib/vswnl.py ---- kernel
#
#	lo  d0		vs0 (802.1Q)			vs1
#			  p0 p1 (dummies), vn0 (vNIC)	  q0 (dummy)
#
# All in a network namespace of its own: dumps and limits are per namespace.
#
# timeout: 600
. "$(dirname "$0")/lib.sh"

TESTS="read change settings private_vlans ranges range_limit largest fdb refusals
	strict txn_basics txn_atomic txn_limits txn_owner txn_lost dump_interrupted
	dump_fdb_marked dump_complete events link_events acl_rules acl_refusals
	acl_replace acl_dump ynl"

py()
{
	in_ns t /usr/bin/python3 -E -s -S -B "$(dirname "$0")/lib/$1.py" "${@:2}"
}

setup()
{
	local dev

	ns_add t
	in_ns t sysctl -q -w net.ipv6.conf.default.disable_ipv6=1
	for dev in d0 p0 p1 q0; do
		check ip -n "$(ns t)" link add "$dev" type dummy
		check ip -n "$(ns t)" link set "$dev" up
	done
	check ip -n "$(ns t)" link add vs0 up type vswitch
	check ip -n "$(ns t)" link add vs1 up type vswitch
	check ip -n "$(ns t)" link set p0 master vs0
	check ip -n "$(ns t)" link set p1 master vs0
	check ip -n "$(ns t)" link set q0 master vs1
	check ip -n "$(ns t)" link add vn0 link vs0 type vswitch_vnic
	check ip -n "$(ns t)" link set vn0 up
}

test_read()		{ check py netlink_requests read; }
test_change()		{ check py netlink_requests change; }
test_settings()		{ check py netlink_requests settings; }
test_private_vlans()	{ check py netlink_requests private_vlans; }
test_ranges()		{ check py netlink_requests ranges; }
test_range_limit()	{ check py netlink_requests range_limit; }
test_largest()		{ check py netlink_requests largest; }
test_fdb()		{ check py netlink_requests fdb; }
test_refusals()		{ check py netlink_requests refusals; }
test_strict()		{ check py netlink_requests strict; }
test_txn_basics()	{ check py netlink_txn txn_basics; }
test_txn_atomic()	{ check py netlink_txn txn_atomic; }
test_txn_limits()	{ check py netlink_txn txn_limits; }
test_txn_owner()	{ check py netlink_txn txn_owner; }
test_txn_lost()		{ check py netlink_txn txn_lost; }
test_dump_interrupted()	{ check py netlink_watch dump_interrupted; }
test_dump_fdb_marked()	{ check py netlink_watch dump_fdb_marked; }
test_dump_complete()	{ check py netlink_watch dump_complete; }
test_acl_rules()		{ check py netlink_acl rules; }
test_acl_refusals()	{ check py netlink_acl refusals; }
test_acl_replace()	{ check py netlink_acl replace; }
test_acl_dump()		{ check py netlink_acl dump; }
test_events()		{ check py netlink_watch events; }
test_link_events()	{ check py netlink_watch link_events; }

# The kernel's own client, which knows nothing but the specification.
ynl()
{
	in_ns t /usr/bin/python3 "$YNL" --no-schema --output-json \
		--spec "$(dirname "$0")/../netlink/vswitch.yaml" "$@"
}

test_ynl()
{
	local tree p0

	tree=$("$(dirname "$0")/../scripts/ksrc.sh") || tree=
	YNL=$tree/tools/net/ynl/cli.py
	[ -e "$YNL" ] || skip "no kernel source with the YNL client"
	/usr/bin/python3 -c 'import yaml' 2>/dev/null || skip "needs python3-yaml"

	p0=$(in_ns t cat /sys/class/net/p0/ifindex)
	check ynl --do port-set --json '{
		"ifindex": '"$p0"', "mac": "020000000101", "vlan": {
			"pvid": 10, "accept": "all", "range": [
				{ "start": 10, "end": 10, "untagged": true },
				{ "start": 20, "end": 29 } ] } }'
	check ynl --do port-get --json '{ "ifname": "p0" }'
	check_eq "$(jq -c '[.role, .mac, ."mac-spoofing", .vlan.pvid,
		.vlan.mode, [.vlan.range[] | [.start, .end, .untagged]]]' \
		<<<"$LIB_OUT")" \
		'["guest","020000000101",0,10,"trunk",[[10,10,true],[20,29,null]]]' \
		"what YNL reads of p0"
	check ynl --dump switch-get
	check_eq "$(jq -c '[.[] | [.ifname, .type, ."bandwidth-mode", .ports]]' \
		<<<"$LIB_OUT")" \
		'[["vs0","internal","weight",3],["vs1","internal","weight",1]]' \
		"what YNL reads of the switches"
	check_fail_with 'a VLAN range must not|must not be below' ynl --do port-set --json '{
		"ifindex": '"$p0"', "vlan": { "pvid": 0, "accept": "all",
			"range": [ { "start": 9, "end": 8 } ] } }'
}

run_tests "$@"
