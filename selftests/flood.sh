#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Frames for many and frames for nobody known: each port of the VLAN gets
# exactly one, the sender none, and ports of other VLANs none.
#
#	far (netns)
#	   g1     g2     g3     g4          t1 (tap)   host
#	    |      |      |      |           |          |
#	  pg1    pg2    pg3    pg4         pt1         v1 (vNIC)
#	    +------+------+------+--- vs0 ---+----------+
#
# requires: jq
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lib/frames.sh"
TESTS="kinds vlans assigned_mac down no_destination"

UNKNOWN=02:00:00:00:ff:01
MULTICAST=01:00:5e:00:00:05
MULTICAST6=33:33:00:00:00:05

setup()
{
	check vswitchctl switch add vs0 type internal management off
	defer lib_link_del vs0
	check ip link set vs0 up
	frames_start
	stations vs0 g1 g2 g3 g4
	tap_station vs0 t1
	vnic_station vs0 v1
}

test_kinds()
{
	local from kind name want all="g1 g2 g3 g4 t1 v1"

	# Unknown unicast does not go to v1, which may only use its own MAC.
	for from in $all; do
		for kind in ff:ff:ff:ff:ff:ff $MULTICAST $MULTICAST6 $UNKNOWN; do
			want=
			for name in $all; do
				[ "$name" != "$from" ] || continue
				[ "$name $kind" != "v1 $UNKNOWN" ] || continue
				want+="${want:+ }$name"
			done
			check_rx "$want" "$from" dst=$kind
		done
	done
	check_drops none
	# What is known is not flooded.
	check_rx g2 g1 dst=02:00:00:00:00:02
	check_rx v1 g1 dst=02:00:00:00:00:06
	check_rx t1 v1 dst=02:00:00:00:00:05
}

test_vlans()
{
	local kind

	check vswitchctl port set pg1 vlan access 10
	check vswitchctl port set pg2 vlan access 10
	check vswitchctl port set pg3 vlan access 20
	check vswitchctl port set pt1 vlan trunk 10,20 native 0
	check vswitchctl port set v1 vlan access 20
	# g4 is in no VLAN
	for kind in ff:ff:ff:ff:ff:ff $MULTICAST $UNKNOWN; do
		check_rx "g2 t1:q10" g1 dst=$kind
		check_rx "g1 g2" t1 dst=$kind tags=q10
		check_rx "t1" g4 dst=$kind
		check_rx "g4" t1 dst=$kind
	done
	check_rx "t1:q20 v1" g3 dst=$MULTICAST
	check_rx "t1:q20" g3 dst=$UNKNOWN
	check_rx "g3 t1:q20" v1
	# Known in one VLAN is unknown in the other.
	check_rx "g1" g2 dst=02:00:00:00:00:01
	check_rx "t1:q20" g3 dst=02:00:00:00:00:01
}

test_assigned_mac()
{
	check vswitchctl port set pg2 mac 02:00:00:00:00:02
	check_rx "g3 g4 t1" g1 dst=$UNKNOWN
	check_rx "g2 g3 g4 t1 v1" g1 dst=$MULTICAST
	check_rx "g2" g1 dst=02:00:00:00:00:02
	# With spoofing there may be anybody behind it.
	check vswitchctl port set pg2 mac-spoofing on
	check_rx "g2 g3 g4 t1" g1 dst=$UNKNOWN
	check vswitchctl port set v1 mac-spoofing on
	check_rx "g2 g3 g4 t1 v1" g1 dst=$UNKNOWN
	check vswitchctl port set pg2 mac-spoofing off
	check_rx "g3 g4 t1 v1" g1 dst=$UNKNOWN
	check vswitchctl port set pg2 mac none
	check_rx "g2 g3 g4 t1 v1" g1 dst=$UNKNOWN
}

test_down()
{
	# Down on this side, and no carrier.
	check ip link set pg2 down
	check in_ns far ip link set g3 down
	busywait 10000 port_link_is pg2 down
	busywait 10000 port_link_is pg3 down
	check_rx "g4 t1 v1" g1
	check_rx "g4 t1" g1 dst=$UNKNOWN
	check ip link set pg2 up
	busywait 10000 port_link_is pg2 up
	check_rx "g2 g4 t1 v1" g1
	check_drops none
	# The switch itself.
	check ip link set vs0 down
	check_drops "pg1 switch-down 1" check_rx none g1
	check ip link set vs0 up
	check_rx "g2 g4 t1 v1" g1
}

test_no_destination()
{
	check vswitchctl port set pg1 vlan access 99
	check_drops "pg1 no-destination 1" check_rx none g1
	check_drops "pg1 no-destination 1" check_rx none g1 dst=$UNKNOWN
	check_drops "pg1 no-destination 1" check_rx none g1 dst=$MULTICAST
	# Alone but for a port that takes no unknown unicast.
	check vswitchctl port set v1 vlan access 99
	check_drops "pg1 no-destination 1" check_rx none g1 dst=$UNKNOWN
	check_rx v1 g1 dst=$MULTICAST
	check_drops none
}

run_tests "$@"
