#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# allow-teaming: an assigned MAC fails over between ports of one VM.
#
#	far (netns)
#	   g1     g2     g3    g4
#	    |      |      |     |
#	  pg1    pg2    pg3   pg4
#	    +------+------+-----+--- vs0
#
# g1 and g2 are NICs of one guest. One case has a real guest, with a bond.
#
# requires: jq bridge
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lib/frames.sh"
TESTS="allowed refused failover bystanders revoked spoofing_on bond"

G1=02:00:00:00:00:01
G2=02:00:00:00:00:02

switch()
{
	check vswitchctl switch add vs0 type internal management off
	defer lib_link_del vs0
	check ip link set vs0 up
}

team()
{
	switch
	frames_start
	stations vs0 g1 g2 g3 g4
	check vswitchctl port set pg1 mac $G1 vm web
	check vswitchctl port set pg2 mac $G2 vm web allow-teaming on
}

entries()
{
	vswitchctl -j fdb show vs0 | jq -r --arg m "$1" '[.[] |
		select(.mac == $m) | "\(.port) \(.state)"] | sort | join(", ")'
}

test_allowed()
{
	team
	check_rx "g1 g3 g4" g2
	check_rx "g1 g3 g4" g2 src=$G1
	# The other way it was not allowed.
	check_drops "pg1 mac-spoofed 1" check_rx none g1 src=$G2
	check vswitchctl port set pg1 allow-teaming on
	check_rx "g2 g3 g4" g1 src=$G2
	check_drops "pg1 mac-spoofed 1" check_rx none g1 src=02:00:00:00:ff:01
	check_drops "pg2 mac-spoofed 1" check_rx none g2 src=02:00:00:00:ff:01
}

# Another VM, none, or no permission.
test_refused()
{
	team
	check vswitchctl port set pg3 mac 02:00:00:00:00:03 vm db allow-teaming on
	check_drops "pg3 mac-spoofed 1" check_rx none g3 src=$G1
	check_drops "pg2 mac-spoofed 1" check_rx none g2 src=02:00:00:00:00:03
	check vswitchctl port set pg3 vm none
	check_drops "pg3 mac-spoofed 1" check_rx none g3 src=$G1
	# Two ports without a VM are not of the same one.
	check vswitchctl port set pg1 vm none
	check_drops "pg3 mac-spoofed 1" check_rx none g3 src=$G1
	check_drops "pg2 mac-spoofed 1" check_rx none g2 src=$G1
	check vswitchctl port set pg1 vm web
	check_rx "g1 g3 g4" g2 src=$G1
	check vswitchctl port set pg2 allow-teaming off
	check_drops "pg2 mac-spoofed 1" check_rx none g2 src=$G1
	check_drops "pg4 mac-assigned 1" check_rx none g4 src=$G1
}

# The address is where it was last sent from.
test_failover()
{
	team
	check_rx g1 g3 dst=$G1
	check_rx "g1 g3 g4" g2 src=$G1
	check_rx g2 g3 dst=$G1
	check_rx g2 g3 dst=$G2
	check_eq "$(entries $G1)" "pg1 assigned, pg2 learned" "failed over"
	check_eq "$(vswitchctl -j fdb show vs0 | jq length)" 4 "nothing else but g3"
	# Back by a frame of the owner's ...
	check_rx "g2 g3 g4" g1
	check_rx g1 g3 dst=$G1
	check_eq "$(entries $G1)" "pg1 assigned" "back"
	# ... by the loss of the link ...
	check_rx "g1 g3 g4" g2 src=$G1
	check ip link set pg2 down
	check_rx g1 g3 dst=$G1
	check ip link set pg2 up
	check busywait 10000 port_link_is pg2 up
	# ... or by hand.
	check_rx "g1 g3 g4" g2 src=$G1
	check_rx g2 g3 dst=$G1
	check vswitchctl fdb flush vs0
	check_rx g1 g3 dst=$G1
}

# Nobody but the team moves it.
test_bystanders()
{
	team
	check_rx "g1 g3 g4" g2 src=$G1
	check_drops "pg3 mac-assigned 1" check_rx none g3 src=$G1
	check_rx g2 g3 dst=$G1
	check_fail_with "assigned" vswitchctl fdb add vs0 $G1 port pg3
	# In another VLAN it is another address.
	check vswitchctl port set pg3 vlan access 10
	check vswitchctl port set pg4 vlan access 10
	check_rx g4 g3 src=$G1
	check_rx g3 g4 dst=$G1
	check vswitchctl port set pg4 vlan untagged
	check_rx g2 g4 dst=$G1
}

# A permission that ends takes along what it allowed.
test_revoked()
{
	team
	check_rx "g1 g3 g4" g2 src=$G1
	check vswitchctl port set pg2 allow-teaming off
	check_eq "$(entries $G1)" "pg1 assigned" "teaming off"
	check_rx g1 g3 dst=$G1
	check vswitchctl port set pg2 allow-teaming on
	check_rx "g1 g3 g4" g2 src=$G1
	check vswitchctl port set pg1 vm db
	check_eq "$(entries $G1)" "pg1 assigned" "the owner in another VM"
	check vswitchctl port set pg1 vm web
	check_rx "g1 g3 g4" g2 src=$G1
	check vswitchctl port set pg2 vm db
	check_eq "$(entries $G1)" "pg1 assigned" "the other in another VM"
	check_rx g1 g3 dst=$G1
}

test_spoofing_on()
{
	team
	check vswitchctl port set pg2 mac-spoofing on
	check_rx "g1 g3 g4" g2 src=$G1
	check_rx g2 g3 dst=$G1
	check vswitchctl port set pg2 allow-teaming off
	check_drops "pg2 mac-assigned 1" check_rx none g2 src=$G1
	check_rx g1 g3 dst=$G1
}

active()
{
	[ "$(in_ns vm cat /sys/class/net/bond0/bonding/active_slave)" = "$1" ]
}

# A guest's own active-backup bond: both NICs have the address of the first.
test_bond()
{
	local i

	[ -e /sys/class/net/bonding_masters ] || skip "no bonding driver"
	switch
	guest peer 02:00:00:00:00:09 192.0.2.9/24
	check ip link set ppeer master vs0
	ns_add vm
	for i in 1 2; do
		check ip link add pn$i type veth peer name n$i \
			address 02:00:00:00:00:0$i netns "$(ns vm)"
		defer lib_link_del pn$i
		check ip link set pn$i master vs0 up
		check vswitchctl port set pn$i mac 02:00:00:00:00:0$i vm web allow-teaming on
	done
	check ip -n "$(ns vm)" link add bond0 type bond mode active-backup miimon 50
	for i in 1 2; do
		check ip -n "$(ns vm)" link set n$i master bond0
		check ip -n "$(ns vm)" link set n$i up
	done
	check ip -n "$(ns vm)" link set bond0 up
	check ip -n "$(ns vm)" addr add 192.0.2.1/24 dev bond0
	check busywait 20000 active n1
	check reaches peer 192.0.2.1
	check in_ns vm sh -c 'echo n2 >/sys/class/net/bond0/bonding/active_slave'
	check reaches peer 192.0.2.1
	check_eq "$(entries $G1)" "pn1 assigned, pn2 learned" "failed over"
	check in_ns vm sh -c 'echo n1 >/sys/class/net/bond0/bonding/active_slave'
	check reaches peer 192.0.2.1
	check_eq "$(entries $G1)" "pn1 assigned" "failed back"
	check ip -n "$(ns vm)" link set n1 down
	check busywait 20000 active n2
	check reaches peer 192.0.2.1
	check vswitchctl port set pn2 allow-teaming off
	check isolated peer 192.0.2.1
}

# Loading it during a case would leave /sys/class/net/bonding_masters behind.
modprobe -q bonding max_bonds=0 || :
run_tests "$@"
