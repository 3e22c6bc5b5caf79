#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A switch lives in a network namespace and sees nothing else.
#
#	a: vs0 -- p0 (dummy), x1		b: vs0 -- p0 (dummy)
#		   vn0
#
. "$(dirname "$0")/lib.sh"

TESTS="apart tool events port_moves netns_goes netns_goes_busy"

REFCNT=/sys/module/vswitch/refcnt

one()
{
	check ip -n "$(ns "$1")" link add vs0 up type vswitch
	check ip -n "$(ns "$1")" link add p0 up type dummy
	check ip -n "$(ns "$1")" link set p0 master vs0
	check ip -n "$(ns "$1")" link add vn0 up link vs0 type vswitch_vnic
}

ctl()
{
	vswitchctl -n "$(ns "$1")" "${@:2}"
}

names()
{
	ctl "$1" -j "$2" show | jq -c 'map(.ifname) | sort'
}

unused()
{
	[ "$(<"$REFCNT")" = "$1" ]
}

test_apart()
{
	ns_add a b
	one a
	one b
	check_eq "$(names a switch)" '["vs0"]' "switches of a"
	check_eq "$(names b port)" '["p0","vn0"]' "ports of b"
	check_eq "$(vswitchctl -j switch show | jq -c .)" '[]' "switches of the host"
	check ctl a port set p0 vlan access 5 mac 02:00:00:00:00:05
	check_eq "$(ctl b -j port show p0 | jq -c '.[0] | [.vlan.mode, .mac]')" \
		'["untagged",null]' "the port of the same name in b"
	# The same MAC is assigned twice, in two worlds.
	check ctl b port set p0 mac 02:00:00:00:00:05
	check ip -n "$(ns a)" link del vs0
	check_eq "$(names a switch)" '[]' "switches of a"
	check_eq "$(names b port)" '["p0","vn0"]' "ports of b"
}

test_tool()
{
	ns_add a
	one a
	check_fail_with 'nowhere' vswitchctl -n nowhere switch show
	check_fail_with 'vs0' vswitchctl switch show vs0
	check vswitchctl -n "/var/run/netns/$(ns a)" switch show vs0
	check in_ns a vswitchctl switch show vs0
	check ctl a switch set vs0 ageing-time 9
	check_eq "$(in_ns a vswitchctl -j switch show | jq '.[0].ageing_time')" 9 \
		"ageing time"
	echo 'port set p0 vlan access 3' >"$LIB_TMP/batch"
	check vswitchctl -n "$(ns a)" -b "$LIB_TMP/batch"
	check_eq "$(ctl a -j port show p0 | jq '.[0].vlan.pvid')" 3 "VLAN set by a batch"
}

heard()
{
	grep -q -- "$1" "$2"
}

test_events()
{
	local log_a log_b

	ns_add a b
	one a
	one b
	bg in_ns a vswitchctl -j monitor
	log_a=$BG_LOG
	bg in_ns b vswitchctl -j monitor
	log_b=$BG_LOG
	check busywait 10000 poked a "$log_a"
	check busywait 10000 poked b "$log_b"
	check ctl a port set p0 vlan access 77
	check busywait 20000 heard '"pvid": *77' "$log_a"
	check ctl b port set p0 vlan access 88
	check busywait 20000 heard '"pvid": *88' "$log_b"
	check_fail heard '"pvid": *77' "$log_b"
	check_fail heard '"pvid": *88' "$log_a"
}

# Set something until the monitor hears of it.
poked()
{
	ctl "$1" port set p0 vlan access 1
	ctl "$1" port set p0 vlan untagged
	heard '"pvid": *1[^0-9]' "$2"
}

# Who leaves the namespace leaves the switch.
test_port_moves()
{
	ns_add a b
	one a
	check ctl a port set p0 mac 02:00:00:00:00:05 vlan access 9
	check ctl a fdb add vs0 02:00:00:00:00:06 port p0 vlan 9
	check ip -n "$(ns a)" link set p0 netns "$(ns b)"
	check_eq "$(names a port)" '["vn0"]' "ports after one has left"
	check_eq "$(ctl a -j fdb show | jq -c 'map(.port)')" '["vn0"]' \
		"addresses after a port has left"
	check_eq "$(ip -n "$(ns b)" -j link show p0 | jq '.[0].master')" null \
		"master in the new namespace"
	check ip -n "$(ns b)" link set p0 netns "$(ns a)"
	check ip -n "$(ns a)" link set p0 up master vs0
	check_eq "$(ctl a -j port show p0 | jq -c '.[0] | [.vlan.mode, .mac]')" \
		'["untagged",null]' "a port that came back is new"
	# Its other end may be anywhere.
	check ip -n "$(ns a)" link add x1 up type veth peer name y1 netns "$(ns b)"
	check ip -n "$(ns a)" link set x1 master vs0
	check ip -n "$(ns b)" link set y1 netns "$(ns a)"
	check_eq "$(names a port)" '["p0","vn0","x1"]' "ports"
	check ip -n "$(ns a)" link del y1
	check_eq "$(names a port)" '["p0","vn0"]' "ports"
}

drop_ns()
{
	ip netns pids "$(ns "$1")" | xargs -r kill -KILL
	ip netns del "$(ns "$1")"
}

again()
{
	[ -e "/var/run/netns/$(ns "$1")" ] || ip netns add "$(ns "$1")"
}

test_netns_goes()
{
	local refs i

	refs=$(<"$REFCNT")
	for i in 1 2 3 4 5; do
		ns_add "n$i"
		defer again "n$i"
		one "n$i"
		check ip -n "$(ns "n$i")" link add up0 up type dummy
		check ctl "n$i" switch set vs0 uplink up0 management off
		check ctl "n$i" fdb add vs0 02:00:00:00:00:01 port p0
		check ip -n "$(ns "n$i")" link add vs1 up type vswitch
		check_eq "$(<"$REFCNT")" $((refs + 2)) "users of the module"
		check drop_ns "n$i"
		check busywait 15000 unused "$refs"
	done
}

# The same while guests talk through the switch and a monitor listens.
test_netns_goes_busy()
{
	local refs i

	refs=$(<"$REFCNT")
	for i in 1 2 3; do
		ns_add "m$i" "g$i"
		defer again "m$i"
		one "m$i"
		check ip -n "$(ns "g$i")" link add eth0 up type veth peer name pg netns "$(ns "m$i")"
		check ip -n "$(ns "g$i")" addr add 192.0.2.1/24 dev eth0
		check ip -n "$(ns "m$i")" link set pg up master vs0
		check ip -n "$(ns "m$i")" addr add 192.0.2.2/24 dev vn0
		check reaches "g$i" 192.0.2.2
		bg in_ns "m$i" vswitchctl monitor
		bg in_ns "g$i" ping -f -q 192.0.2.2
		check busywait 20000 sent_some "g$i"
		check drop_ns "m$i"
		check busywait 15000 unused "$refs"
		check busywait 20000 no_eth0 "g$i"
	done
}

sent_some()
{
	[ "$(guest_stat "$1" tx_packets)" -gt 50 ]
}

# The veth of the guest went with its other end.
no_eth0()
{
	! in_ns "$1" test -e /sys/class/net/eth0
}

run_tests "$@"
