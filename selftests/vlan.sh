#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# VLANs of ports: Hyper-V's modes, the general form of bridge(8), and that
# nothing ever passes from one VLAN into another.
#
#	far (netns)
#	   g1     g2     g3    wire          host
#	    |      |      |      |            |
#	  pg1    pg2    pg3   pwire         v1 (vNIC)
#	    +------+------+------+--- vs0 ----+
#
# The isolation cases have a topology of their own: lib/vlan_matrix.py.
#
# requires: jq ethtool tc bridge
# timeout: 900
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lib/frames.sh"
TESTS="modes priority trunk_lists bridge_vlan bridge_refused uplink truncated
       isolation_8021q isolation_8021ad"

switch()
{
	check vswitchctl switch add vs0 type internal management off "$@"
	defer lib_link_del vs0
	check ip link set vs0 up
}

four_ports()
{
	switch
	frames_start
	stations vs0 g1 g2 g3
	vnic_station vs0 v1
	check vswitchctl port set v1 mac-spoofing on
}

# The settings of a port, as vswitchctl shows them.
vlan()
{
	vswitchctl port show "$1" | sed -n 's/.* vlan \(.*\)/\1/p' |
		sed 's/ ieee-priority-tag on//; s/ *$//'
}

# Members by bridge(8): "10-12 20:pu" is pvid and untagged.
bridge_vlans()
{
	bridge -compressvlans -j vlan show dev "$1" | jq -r '[.[].vlans[]? |
		(.vlan | tostring) + (if .vlanEnd then "-\(.vlanEnd)" else "" end) +
		(if (.flags | length) > 0 then ":" + ([.flags[] | if . == "PVID" then "p"
			else "u" end] | join("")) else "" end)] | join(" ")'
}

# bridge(8) says no with status 255, which looks like a crash.
bridge_refuses()
{
	bridge "$@" || return 1
}

test_modes()
{
	four_ports
	check_eq "$(vlan pg1)" "untagged" "a new port"
	check_eq "$(vlan v1)" "untagged" "a new vNIC"
	# Untagged: untagged and priority-tagged frames, nothing else.
	check_rx "g2 g3 v1" g1
	check_rx "g2 g3 v1" g1 tags=q0p5
	check_drops "pg1 vlan-tagged 1" check_rx none g1 tags=q10
	check_drops "pg1 vlan-tagged 1" check_rx none g1 tags=ad10
	check_drops "pg1 vlan-tagged 1" check_rx none g1 tags=old10
	check_drops "pg1 double-tagged 1" check_rx none g1 tags=q0/old10

	check vswitchctl port set pg1 vlan access 10
	check_eq "$(vlan pg1)" "access 10" "access"
	check vswitchctl port set pg2 vlan trunk 10,20 native 0
	check_eq "$(vlan pg2)" "trunk 10,20 native 0" "trunk"
	check vswitchctl port set v1 vlan trunk 10-12,20
	check_eq "$(vlan v1)" "trunk 10-12,20 native none" "trunk without native"
	check_rx "g2:q10 v1:q10" g1
	check_rx "g2:q10 v1:q10" g1 tags=q0p5
	check_drops "pg1 vlan-tagged 1" check_rx none g1 tags=q10
	check_rx g3 g2
	check_rx "g1 v1:q10" g2 tags=q10
	check_rx v1:q20 g2 tags=q20p3
	check_drops "pg2 vlan-not-member 1" check_rx none g2 tags=q30
	check_drops "v1 vlan-untagged 1" check_rx none v1
	check_drops "v1 vlan-untagged 1" check_rx none v1 tags=q0p5
	check_rx g2:q20 v1 tags=q20
	check vswitchctl port set pg2 vlan trunk 10,20 native 20
	check_rx v1:q20 g2
	check_rx g2 v1 tags=q20
	# Back again, with nothing left over.
	check vswitchctl port set pg1 vlan untagged
	check vswitchctl port set pg2 vlan untagged
	check_eq "$(vlan pg1)" "untagged" "untagged again"
	check_rx "g2 g3" g1
	check_drops "pg2 vlan-tagged 1" check_rx none g2 tags=q20
}

# 802.1p priorities pass between ports that let them, and nobody else.
test_priority()
{
	four_ports
	check vswitchctl port set pg1 vlan trunk 10 native 0
	check vswitchctl port set pg2 vlan trunk 10 native 0
	check vswitchctl port set pg3 vlan access 10
	check vswitchctl port set v1 vlan access 10
	# Off is the default: reset in both directions.
	check_rx "g2:q10 g3 v1" g1 tags=q10p5
	check_rx "g2:q10 g3 v1" g1 tags=q10p5d
	check vswitchctl port set pg1 ieee-priority-tag on
	check_rx "g2:q10 g3 v1" g1 tags=q10p5
	check_rx "g1:q10 g3 v1" g2 tags=q10p5
	# From one that lets them to others that do; as a priority tag to those
	# who have no other.
	check vswitchctl port set pg2 ieee-priority-tag on
	check vswitchctl port set pg3 ieee-priority-tag on
	check_rx "g2:q10p5 g3:q0p5 v1" g1 tags=q10p5
	check_rx "g2:q10p3d g3:q0p3d v1" g1 tags=q10p3d
	check_rx "g2:q10d g3:q0d v1" g1 tags=q10d
	check_rx "g2:q10 g3 v1" g1 tags=q10
	check_rx "g2:q0p7" g1 tags=q0p7
	check_rx g2 g1 tags=q0
	check_rx "g1:q10p1 g2:q10p1 v1" g3 tags=q0p1
	check_rx "g1:q10 g2:q10 g3" v1 tags=q0p1
	check vswitchctl port set v1 ieee-priority-tag on
	check_rx "g1:q10p1 g2:q10p1 g3:q0p1" v1 tags=q0p1
	check_rx "g1:q10p6 g3:q0p6 v1:q0p6" g2 tags=q10p6
	# The uplink lets them unless it is told not to.
	uplink_station vs0 wire
	check_rx "g1:q10p4 g2:q10p4 g3:q0p4" wire tags=q10p4
	check_rx "g1:q10p4 g2:q10p4 wire:q10p4" g3 tags=q0p4
	check vswitchctl port set pwire ieee-priority-tag off
	check_rx "g1:q10 g2:q10 g3" wire tags=q10p4
	check vswitchctl port set pwire ieee-priority-tag default
	check_rx "g1:q10p4 g2:q10p4 g3:q0p4" wire tags=q10p4
	frames drops
	# Unicast too, and not beyond the first tag.
	check_rx g3:q0p4 wire tags=q10p4 dst=02:00:00:00:00:03
	check_drops "pg3 double-tagged 1" check_rx \
		"g2:q10p2/ad7p5 wire:q10p2/ad7p5" g1 tags=q10p2/ad7p5
	check_rx "g2:q0p2/ad7p5 wire:q0p2/ad7p5" g1 tags=q0p2/ad7p5
}

test_trunk_lists()
{
	four_ports
	check vswitchctl port set pg1 vlan trunk all native none
	check vswitchctl port set pg2 vlan trunk 1,4094 native none
	check vswitchctl port set pg3 vlan trunk 2-4093 native none
	check vswitchctl port set v1 vlan access 4094
	check_rx g2:q1 g1 tags=q1
	check_rx g3:q2 g1 tags=q2
	check_rx g3:q4093 g1 tags=q4093
	check_rx "g2:q4094 v1" g1 tags=q4094
	check_drops "pg1 vlan-not-member 1" check_rx none g1 tags=q4095
	check_rx "g1:q4094 g2:q4094" v1
	check_fail vswitchctl port set pg1 vlan trunk 0
	check_fail vswitchctl port set pg1 vlan trunk 4095
	check_fail vswitchctl port set pg1 vlan trunk 10 native 4095
	check_fail vswitchctl port set pg1 vlan access 0
	check_fail vswitchctl port set pg1 vlan access 4095
	check_fail vswitchctl port set pg1 vlan trunk 20-10
	check_eq "$(vlan pg1)" "trunk all native none" "after refused changes"
}

test_bridge_vlan()
{
	four_ports
	check_eq "$(bridge_vlans pg1)" "" "an untagged port"
	check vswitchctl port set pg2 vlan access 20
	check_eq "$(bridge_vlans pg2)" "20:pu" "an access port"
	check vswitchctl port set pg2 vlan trunk 10-12,20 native 20
	check_eq "$(bridge_vlans pg2)" "10-12 20:pu" "a trunk"

	# A port that had no VLAN keeps untagged frames until it has a PVID.
	check bridge vlan add dev pg1 vid 20 untagged
	check_eq "$(bridge_vlans pg1)" "20:u" "one VLAN"
	check_rx "g3 v1" g1
	check_rx g1 g2
	check_rx g2 g1 tags=q20
	check bridge vlan add dev pg1 vid 10 pvid untagged
	check bridge vlan add dev pg1 vid 11-12
	check_eq "$(bridge_vlans pg1)" "10:pu 11-12 20:u" "several VLANs"
	check_rx g2:q10 g1
	check_rx g2:q11 g1 tags=q11
	check_rx g1:q12 g2 tags=q12
	check_rx g1 g2 tags=q10
	check_rx g3 v1

	# The PVID moves, and goes.
	check bridge vlan add dev pg1 vid 12 pvid
	check_eq "$(bridge_vlans pg1)" "10:u 11 12:p 20:u" "another PVID"
	check_rx g2:q12 g1
	check_rx g1:q12 g2 tags=q12
	check bridge vlan add dev pg1 vid 12
	check_drops "pg1 vlan-untagged 1" check_rx none g1
	check bridge vlan del dev pg1 vid 11-12
	check_eq "$(bridge_vlans pg1)" "10:u 20:u" "fewer VLANs"
	check_drops "pg1 vlan-not-member 1" check_rx none g1 tags=q11
	check_drops "pg2 no-destination 1" check_rx none g2 tags=q11

	# A vNIC has no master.
	check bridge vlan add dev v1 vid 20 pvid untagged self
	check_eq "$(bridge_vlans v1)" "20:pu" "a vNIC"
	check_rx "g1 g2" v1
	check bridge vlan del dev v1 vid 20 self
	check_eq "$(bridge_vlans v1)" "" "a vNIC without VLANs"
	check_drops "v1 vlan-untagged 1" check_rx none v1
	# Hyper-V's modes are the same settings.
	check vswitchctl port set pg1 vlan untagged
	check bridge vlan add dev pg1 vid 10 pvid untagged
	check vswitchctl port set pg3 vlan trunk 10 native 10
	check_eq "$(vlan pg1)" "$(vlan pg3)" "the mode of the same settings"
}

test_bridge_refused()
{
	local before

	four_ports
	check vswitchctl port set pg1 vlan trunk 10,20 native 10
	before=$(vlan pg1)
	check_fail bridge_refuses vlan add dev pg1 vid 4095
	check_fail bridge_refuses vlan add dev pg1 vid 0
	check_fail bridge_refuses vlan add dev pg1 vid 10-20 pvid
	check_fail bridge_refuses vlan add dev vs0 vid 10 self
	check_fail bridge_refuses link set dev pg1 learning off
	check_eq "$(vlan pg1)" "$before" "after refused changes"
	check_rx none g1 tags=q30
}

test_uplink()
{
	switch
	frames_start
	stations vs0 g1 g2
	uplink_station vs0 wire
	check_eq "$(vlan pwire)" "trunk all native 0" "the uplink"
	check vswitchctl port set pg2 vlan access 10
	check_rx wire g1
	check_rx g1 wire
	check_rx wire:q10 g2
	check_rx g2 wire tags=q10
	check_rx g2 wire tags=q10p7
	check_rx wire:q10 g2 tags=q0p2
	check_drops "pwire no-destination 1" check_rx none wire tags=q99
	check_drops "pwire vlan-not-member 1" check_rx none wire tags=q4095
	check vswitchctl port set pwire vlan trunk 99 native none
	check_drops "pwire vlan-untagged 1" check_rx none wire
	check_drops "pwire vlan-not-member 1" check_rx none wire tags=q10
	check_drops "pg2 no-destination 1" check_rx none g2
	check vswitchctl port set pg2 vlan access 99
	check_rx wire:q99 g2
	check_rx g2 wire tags=q99
}

# Frames that end where a tag should go on.
test_truncated()
{
	local head=ffffffffffff020000000001 tag

	four_ports
	check vswitchctl port set pg1 vlan trunk 10 native 0
	frames seen
	for tag in 8100 8100000a 810000 81008100 8100000a81 88a8000a; do
		frames hex g1 $head$tag
	done
	frames hex v1 02000000000102000000000481000000
	frames seen
	[[ $REPLY != *"$head"* ]] || fail "passed on: $REPLY"
	check_rx "g2 g3 v1" g1
}

isolation()
{
	local backlog

	switch vlan-protocol "$1"
	# Frames of many ports wait for a CPU together, on a debug kernel for long.
	backlog=$(sysctl -n net.core.netdev_max_backlog)
	check sysctl -q -w net.core.netdev_max_backlog=100000
	defer sysctl -q -w net.core.netdev_max_backlog="$backlog"
	ns_add far
	in_ns far sysctl -q -w net.ipv6.conf.{all,default}.disable_ipv6=1
	defer sysctl -q -w net.ipv6.conf.default.disable_ipv6=0
	sysctl -q -w net.ipv6.conf.default.disable_ipv6=1
	[ -e /dev/net/tun ] || check modprobe tun
	check python3 "$(dirname "$0")/lib/vlan_matrix.py" vs0 "$1" "$(ns far)"
	diag "$LIB_OUT"
}

test_isolation_8021q()
{
	isolation 802.1Q
}

test_isolation_8021ad()
{
	isolation 802.1ad
}

run_tests "$@"
