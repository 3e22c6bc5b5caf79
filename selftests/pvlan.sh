#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Private VLANs: who reaches whom, on one switch and over trunks; one set of
# addresses for a primary VLAN and its secondaries; what contradicts itself.
#
#	far (netns)
#	   g1     g2     g3    g4    wire
#	    |      |      |     |      |
#	  pg1    pg2    pg3   pg4   pwire
#	    +------+------+-----+--- vs0
#
# The matrix has three switches: lib/pvlan_matrix.py.
#
# requires: jq bridge iperf3
# timeout: 600
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lib/frames.sh"
TESTS="matrix modes claims trunk_secondaries learning static_entries
       remapped contradictions transaction bridge_vlan traffic"

G1=02:00:00:00:00:01
G2=02:00:00:00:00:02
G3=02:00:00:00:00:03
ALIEN=02:00:00:00:ff:01

switch()
{
	check vswitchctl switch add vs0 type internal management off
	defer lib_link_del vs0
	check ip link set vs0 up
}

four_ports()
{
	switch
	frames_start
	stations vs0 g1 g2 g3 g4
	uplink_station vs0 wire
}

port_set()
{
	check vswitchctl port set "$@"
}

# Learned and static entries of an address: "PORT VLAN", sorted.
fdb()
{
	vswitchctl -j fdb show vs0 | jq -r --arg m "$1" '[.[] |
		select(.mac == $m) | "\(.port) \(.vlan // "-")"] | sort |
		join(", ")'
}

test_matrix()
{
	local i

	for i in 0 1 2; do
		check vswitchctl switch add vs$i type internal management off
		defer lib_link_del vs$i
		check ip link set vs$i up
	done
	check ip link add u0 type veth peer name u1
	defer lib_link_del u0
	check ip link add t1 type veth peer name u2
	defer lib_link_del t1
	for i in u0 u1 u2 t1; do
		check ip link set $i up
	done
	for i in 0 1 2; do
		check vswitchctl switch set vs$i type external uplink u$i management off
	done
	check vswitchctl port add vs1 t1
	port_set t1 vlan trunk all native 0
	ns_add far
	in_ns far sysctl -q -w net.ipv6.conf.{all,default}.disable_ipv6=1
	check python3 "$FRAMES_DIR/pvlan_matrix.py" "$(ns far)" vs0 vs1 vs2
	diag "$LIB_OUT"
}

# What is set is what is shown, and it holds from then on.
test_modes()
{
	four_ports
	port_set pg1 pvlan isolated primary 100 secondary 109
	port_set pg2 pvlan community primary 100 secondary 101
	port_set pg3 pvlan promiscuous primary 100 secondary 101,109
	check_eq "$(vswitchctl port show | grep -o ' pvlan .*' | sed 's/ *$//')" \
		" pvlan isolated primary 100 secondary 109
 pvlan community primary 100 secondary 101
 pvlan promiscuous primary 100 secondary 101,109" "as shown"
	check_rx "g3 wire:q109" g1
	check_rx "g3 wire:q101" g2
	check_rx "g1 g2 wire:q100" g3
	check_rx "g2 g3" wire tags=q101
	check_rx g3 wire tags=q109
	check_rx "g1 g2 g3" wire tags=q100
	check_rx wire g4
	# Tags are not for these ports; priority tags are as good as none.
	check_drops "pg1 vlan-tagged 1" check_rx none g1 tags=q109
	check_drops "pg1 vlan-tagged 1" check_rx none g1 tags=q100
	check_rx "g3 wire:q109" g1 tags=q0
	check_drops "pg3 vlan-tagged 1" check_rx none g3 tags=q101

	# Live: another list, another kind, none.
	port_set pg3 pvlan promiscuous primary 100 secondary 101
	check_rx wire:q109 g1
	check_drops "pg3 pvlan 1" check_rx none g1 dst=$G3
	port_set pg1 pvlan community primary 100 secondary 101
	check_rx "g2 g3 wire:q101" g1
	port_set pg1 vlan untagged
	check_rx "g4 wire" g1
	port_set pg2 vlan default
	check_rx "g1 g4 wire" g2
}

# Nobody takes over a neighbour's address, whatever VLAN he sends on.
test_claims()
{
	four_ports
	port_set pg1 mac $G1 pvlan isolated primary 100 secondary 109
	port_set pg2 pvlan isolated primary 100 secondary 109
	port_set pg3 pvlan community primary 100 secondary 101
	port_set pg4 pvlan promiscuous primary 100 secondary 101,109
	check_drops "pg2 mac-assigned 1" check_rx none g2 src=$G1
	check_drops "pg3 mac-assigned 1" check_rx none g3 src=$G1
	check_drops "pg4 mac-assigned 1" check_rx none g4 src=$G1
	check_drops "pwire mac-assigned 1" check_rx none wire src=$G1 tags=q100
	check_drops "pwire mac-assigned 1" check_rx none wire src=$G1 tags=q101
	# Unicast: refused and not flooded.
	check_drops "pg1 pvlan 1" check_rx none g2 dst=$G1
	check_drops "pg1 pvlan 1" check_rx none g3 dst=$G1
	check_rx g1 g4 dst=$G1
	check_drops "pg1 pvlan 1" check_rx none wire tags=q109 dst=$G1
	check_rx g1 wire tags=q100 dst=$G1
	# Learned addresses likewise.
	check_rx "g4 wire:q109" g2
	check_drops "pg2 pvlan 1" check_rx none g3 dst=$G2
	check_drops "pg2 pvlan 1" check_rx none g1 dst=$G2
	check_rx g2 g4 dst=$G2
	# Another network has its own addresses.
	port_set pg2 pvlan isolated primary 200 secondary 209
	check_rx wire:q209 g2 src=$G1
	port_set pg2 vlan access 300
	check_rx wire:q300 g2 src=$G1
}

# A trunk need not carry the primary VLAN.
test_trunk_secondaries()
{
	four_ports
	port_set pg1 pvlan promiscuous primary 100 secondary 101,109
	port_set pg2 pvlan community primary 100 secondary 101
	port_set pg3 vlan trunk 101
	port_set pwire vlan trunk 109,300
	check_rx "g1 g2" g3 tags=q101
	check_eq "$(fdb $G3)" "pg3 100" "learned from a trunk"
	check_rx g3:q101 g2 dst=$G3
	check_drops "pg3 vlan-egress 1" check_rx none g1 dst=$G3
	check_rx g1 wire tags=q109 src=$ALIEN
	check_eq "$(fdb $ALIEN)" "pwire 100" "learned from the uplink"
	check_drops "pwire vlan-egress 1" check_rx none g2 dst=$ALIEN
	# A change elsewhere keeps what is still true.
	port_set pg4 vlan access 300
	check_eq "$(fdb $G3)" "pg3 100" "after another change"
	# An address that is assigned to a trunk is its own in all of the network.
	port_set pg3 mac $G3 mac-spoofing on
	check_drops "pg1 mac-assigned 1" check_rx none g1 src=$G3
	check_rx g3:q101 g2 dst=$G3
}

# One set of addresses, under the primary VLAN.
test_learning()
{
	four_ports
	port_set pg1 pvlan isolated primary 100 secondary 109
	port_set pg2 pvlan promiscuous primary 100 secondary 109
	check_rx "g2 wire:q109" g1
	check_eq "$(fdb $G1)" "pg1 100" "learned on a secondary"
	check_rx "g1 wire:q100" g2
	check_eq "$(fdb $G2)" "pg2 100" "learned on the primary"
	# So neither direction floods.
	check_rx g1 g2 dst=$G1
	check_rx g2 g1 dst=$G2
	check_eq "$(bridge -j fdb get $G1 dev vs0 vlan 109 self | jq -r '.[].vlan')" \
		100 "bridge fdb get by the secondary"
	check_eq "$(bridge -j fdb show dev vs0 | jq -r --arg m $G1 \
		'.[] | select(.mac == $m) | .vlan')" 100 "bridge fdb show"
	# An address moves within the network.
	check_rx "g1 g2" wire tags=q100 src=$ALIEN
	check_rx "g2 wire:q109" g1 src=$ALIEN
	check_eq "$(fdb $ALIEN)" "pg1 100" "moved"
	check vswitchctl fdb flush vs0 vlan 109
	check_eq "$(fdb $G1)$(fdb $G2)$(fdb $ALIEN)" "" "flushed by the secondary"
	check_rx "g2 wire:q109" g1 dst=$G2
}

test_static_entries()
{
	four_ports
	port_set pg1 pvlan isolated primary 100 secondary 109
	port_set pg2 pvlan promiscuous primary 100 secondary 109
	check vswitchctl fdb add vs0 $ALIEN port pg1 vlan 109
	check_eq "$(fdb $ALIEN)" "pg1 100" "added by the secondary"
	check_fail_with "static entry" \
		vswitchctl fdb add vs0 $ALIEN port pg2 vlan 100
	check_rx g1 g2 dst=$ALIEN
	check vswitchctl fdb del vs0 $ALIEN vlan 109
	check_eq "$(fdb $ALIEN)" "" "deleted"
	check_fail_with "not a member" \
		vswitchctl fdb add vs0 $ALIEN port pg1 vlan 101
	check bridge fdb add $ALIEN dev vs0 self static via pg1 vlan 109
	check_eq "$(fdb $ALIEN)" "pg1 100" "by bridge fdb add"
	check bridge fdb del $ALIEN dev vs0 self vlan 100
	port_set pg1 mac $G1
	check_fail_with "assigned" \
		vswitchctl fdb add vs0 $G1 port pwire vlan 109
}

# A VLAN that enters or leaves a private VLAN takes no address along.
test_remapped()
{
	four_ports
	port_set pg1 vlan trunk 100,101,102,300
	check_rx wire:q101 g1 tags=q101
	check_rx wire:q102 g1 tags=q102 src=$G2
	check_rx wire:q300 g1 tags=q300
	check vswitchctl fdb add vs0 $ALIEN port pg1 vlan 101
	check_eq "$(fdb $G1)" "pg1 101, pg1 300" "before"
	port_set pg3 pvlan community primary 100 secondary 101
	check_eq "$(fdb $G1)" "pg1 300" "learned, entered"
	check_eq "$(fdb $ALIEN)" "" "static, entered"
	check_eq "$(fdb $G2)" "pg1 102" "of a VLAN that has no part in it"
	check_rx "g3 wire:q101" g1 tags=q101
	check vswitchctl fdb add vs0 $ALIEN port pg1 vlan 101
	check_eq "$(fdb $G1)" "pg1 100, pg1 300" "within"
	port_set pg4 pvlan community primary 100 secondary 102
	check_eq "$(fdb $G1)" "pg1 100, pg1 300" "when another VLAN entered"
	port_set pg3 vlan untagged
	check_eq "$(fdb $G1)" "pg1 300" "learned, left"
	check_eq "$(fdb $ALIEN)" "pg1 100" "static, and still possible"
	check_rx "g4 wire:q100" g1 tags=q100
	port_set pg1 vlan trunk 101,300
	check_eq "$(fdb $ALIEN)" "" "static, and no longer possible"
}

test_contradictions()
{
	local primary="a VLAN would be the primary"
	local two="would have two primary"

	four_ports
	port_set pg1 pvlan isolated primary 100 secondary 109
	check_fail_with "$two" vswitchctl port set pg2 \
		pvlan community primary 200 secondary 109
	check_fail_with "$two" vswitchctl port set pg2 \
		pvlan promiscuous primary 200 secondary 201,109
	check_fail_with "$primary" vswitchctl port set pg2 \
		pvlan isolated primary 109 secondary 110
	check_fail_with "$primary" vswitchctl port set pg2 \
		pvlan isolated primary 200 secondary 100
	check_fail_with "$primary" vswitchctl port set pg2 \
		pvlan promiscuous primary 200 secondary 100
	check_eq "$(vswitchctl port show pg2 | grep -c pvlan || :)" 0 "after refusals"
	check_rx "g3 g4 wire" g2
	check_rx wire:q109 g1
	# Its own contradiction goes with it.
	port_set pg1 pvlan isolated primary 109 secondary 100
	port_set pg2 pvlan isolated primary 109 secondary 110
	check_fail_with "$two" vswitchctl port set pg1 \
		pvlan isolated primary 100 secondary 110
	check ip link set pg2 nomaster
	port_set pg1 pvlan isolated primary 100 secondary 110
}

# What cannot be said of one port after another can be said of all at once.
test_transaction()
{
	four_ports
	port_set pg1 pvlan isolated primary 100 secondary 109
	port_set pg2 pvlan promiscuous primary 100 secondary 109
	check_fail_with "one transaction" vswitchctl port set pg1 \
		pvlan isolated primary 200 secondary 109
	printf 'port set pg%s pvlan %s primary 200 secondary 109\n' \
		1 isolated 2 promiscuous >"$LIB_TMP/batch"
	check vswitchctl -a -b "$LIB_TMP/batch"
	check_rx "g2 wire:q109" g1
	check_rx "g1 wire:q200" g2
	printf 'port set pg%s pvlan isolated primary %s secondary 109\n' \
		1 300 3 400 >"$LIB_TMP/batch"
	check_fail_with "two primary" vswitchctl -a -b "$LIB_TMP/batch"
	check_rx "g2 wire:q109" g1
	check_rx "g4 wire" g3
}

test_bridge_vlan()
{
	local show="bridge -compressvlans -j vlan show dev"

	four_ports
	port_set pg1 pvlan isolated primary 100 secondary 109
	port_set pg2 pvlan community primary 100 secondary 101
	port_set pg3 pvlan promiscuous primary 100 secondary 101,109
	check_eq "$($show pg1 | jq -c '[.[].vlans[] | [.vlan] + .flags]')" \
		'[[100,"Egress Untagged"],[109,"PVID"]]' isolated
	check_eq "$($show pg2 | jq -c '[.[].vlans[] | [.vlan] + .flags]')" \
		'[[100,"Egress Untagged"],[101,"PVID","Egress Untagged"]]' community
	check_eq "$($show pg3 | jq -c '[.[].vlans[] | [.vlan] + .flags]')" \
		'[[100,"PVID","Egress Untagged"],[101,"Egress Untagged"],[109,"Egress Untagged"]]' \
		promiscuous
	! bridge vlan add dev pg1 vid 10 2>/dev/null ||
		fail "bridge vlan changed a port of a private VLAN"
	check_rx "g3 wire:q109" g1
}

# Real hosts, ARP, ND and TCP, a switch apart from their gateway.
test_traffic()
{
	local i

	for i in 0 1; do
		check vswitchctl switch add vs$i type internal management off
		defer lib_link_del vs$i
		check ip link set vs$i up
	done
	check ip link add u0 type veth peer name u1
	defer lib_link_del u0
	check ip link set u0 up
	check ip link set u1 up
	for i in 0 1; do
		check vswitchctl switch set vs$i type external uplink u$i management off
	done
	guest gw 02:00:00:00:00:11 192.0.2.1/24 2001:db8::1/64
	guest i1 02:00:00:00:00:12 192.0.2.2/24 2001:db8::2/64
	guest i2 02:00:00:00:00:13 192.0.2.3/24 2001:db8::3/64
	guest i3 02:00:00:00:00:14 192.0.2.4/24
	check vswitchctl port add vs0 pgw mac 02:00:00:00:00:11
	check vswitchctl port add vs0 pi1 mac 02:00:00:00:00:12
	check vswitchctl port add vs1 pi2 mac 02:00:00:00:00:13
	check vswitchctl port add vs1 pi3
	port_set pgw pvlan promiscuous primary 100 secondary 109
	port_set pi1 pvlan isolated primary 100 secondary 109
	port_set pi2 pvlan isolated primary 100 secondary 109
	port_set pi3 pvlan isolated primary 100 secondary 109
	check reaches i1 192.0.2.1
	check reaches i2 192.0.2.1
	check reaches i2 2001:db8::1
	check reaches gw 192.0.2.4
	check isolated i1 192.0.2.3
	check isolated i2 192.0.2.2
	check isolated i2 192.0.2.4
	# Not even who knows the address gets through.
	check ip -n "$(ns i1)" neigh replace 192.0.2.3 dev eth0 lladdr 02:00:00:00:00:13
	check ip -n "$(ns i2)" neigh replace 192.0.2.2 dev eth0 lladdr 02:00:00:00:00:12
	check isolated i1 192.0.2.3
	bg in_ns gw iperf3 -s -1 -p 5201
	check busywait 10000 in_ns i2 iperf3 -c 192.0.2.1 -p 5201 -n 4M
}

run_tests "$@"
