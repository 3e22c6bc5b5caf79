#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Port mirroring: who gets a copy of what, and that there is only one.
#
#	far (netns)
#	   g1     g2     g3    g4    wire       host
#	    |      |      |     |      |          |
#	  pg1    pg2    pg3   pg4   pwire      v1 (vNIC)
#	    +------+------+-----+--- vs0 --------+
#
# requires: jq iperf3 tcpdump
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lib/frames.sh"
TESTS="both_directions once sessions nowhere refused_on_entry trunk
       priorities uplink vnic live side_effects too_big traffic"

G1=02:00:00:00:00:01
G2=02:00:00:00:00:02
G4=02:00:00:00:00:04
WIRE=02:00:00:00:00:05
ALIEN=02:00:00:00:ff:01
V1=02:00:00:00:00:06

switch()
{
	check vswitchctl switch add vs0 type internal management off
	defer lib_link_del vs0
	check ip link set vs0 up
}

# Everybody's address is known.
ports()
{
	switch
	frames_start
	stations vs0 g1 g2 g3 g4
	uplink_station vs0 wire
	vnic_station vs0 v1
	check_rx "g2 g3 g4 v1 wire" g1
	check_rx "g1 g3 g4 v1 wire" g2
	check_rx "g1 g2 g4 v1 wire" g3
	check_rx "g1 g2 g3 v1 wire" g4
	check_rx "g1 g2 g3 g4 v1" wire
}

mirror()
{
	check vswitchctl port set "$1" mirror "${@:2}"
}

tx()
{
	vswitchctl -s -j port show "$1" |
		jq '[.. | .stats? // empty][0].tx.packets'
}

test_both_directions()
{
	ports
	mirror pg4 destination
	# Without a source there is nothing to copy, and the other way round.
	check_rx g2 g1 dst=$G2
	mirror pg4 none
	mirror pg1 source
	check_rx g2 g1 dst=$G2
	mirror pg4 destination
	check_rx "g2 g4" g1 dst=$G2
	check_rx "g1 g4" g2 dst=$G1
	check_rx g2 g3 dst=$G2
	check_rx "g1 g2 g3 g4 v1" wire
	# A destination goes on being a port.
	check_rx g4 g3 dst=$G4
	check_rx g3 g4 dst=02:00:00:00:00:03
	# What a source is flooded with, the destination is shown.
	check vswitchctl port set pg4 mac $G4
	check_rx "g1 g3 g4 wire" g2 dst=$ALIEN
	mirror pg1 none
	check_rx "g1 g3 wire" g2 dst=$ALIEN
}

# One copy each, or the frame itself, whatever the number of reasons.
test_once()
{
	ports
	mirror pg1 source
	mirror pg2 source
	mirror pg4 destination
	check_rx "g2 g4" g1 dst=$G2
	check_rx "g1 g4" g2 dst=$G1
	check_rx "g2 g3 g4 v1 wire" g1
	check_rx "g1 g2 g4 v1 wire" g3
	check_rx "g2 g3 g4 wire" g1 dst=$ALIEN
	check_rx "g2 g3 g4 v1 wire" g1 dst=01:00:5e:01:01:01
	check_rx g4 g1 dst=$G4
	# Nothing comes back to where it came from.
	check_rx g1 g4 dst=$G1
	check_rx "g1 g2 g3 v1 wire" g4
	# Two destinations.
	mirror pg3 destination
	check_rx "g2 g3 g4" g1 dst=$G2
	check_rx "g1 g3" g4 dst=$G1
	check_rx "g1 g2 g3 v1 wire" g4
}

test_sessions()
{
	ports
	mirror pg1 source session 1
	mirror pg2 source session 255
	mirror pg3 destination session 1
	mirror pg4 destination session 255
	check_rx "g2 g3 g4" g1 dst=$G2
	check_rx "g3 wire" g1 dst=$WIRE
	check_rx "g4 wire" g2 dst=$WIRE
	check_rx "g2 g4" wire dst=$G2
	mirror pg2 source
	check_rx "g2 g3" g1 dst=$G2
	check_rx wire g2 dst=$WIRE
	mirror pg4 destination session 1
	check_rx "g2 g3 g4" g1 dst=$G2
}

# What reaches nobody was sent all the same.
test_nowhere()
{
	ports
	frames drops
	mirror pg1 source
	mirror pg4 destination
	frames tx g1 src=$ALIEN
	check_drops "pg1 same-port 1" check_rx g4 g1 dst=$ALIEN
	check vswitchctl port set pg1 vlan access 10
	check vswitchctl port set pwire vlan trunk 20
	check_drops "pg1 no-destination 1" check_rx none g1
	check vswitchctl port set pg4 vlan trunk 10 mac $G4
	# Nobody's address: not flooded to a port that has but one.
	check_drops "pg1 no-destination 1" check_rx g4:q10 g1 dst=$ALIEN
	check vswitchctl port set pg1 pvlan isolated primary 100 secondary 109
	check vswitchctl port set pg2 pvlan isolated primary 100 secondary 109 mac $G2
	check vswitchctl port set pg4 vlan trunk 100,109
	check_drops "pg2 pvlan 1" check_rx g4:q109 g1 dst=$G2
	# Not received by the source, so not seen.
	mirror pg1 none
	mirror pg2 source
	check_drops "pg2 pvlan 1" check_rx none g1 dst=$G2
	check_rx g4:q109 g2
	# Lost at a port whose link is down.
	check ip link set pg3 down
	mirror pg1 source
	check vswitchctl port set pg1 vlan untagged
	check vswitchctl port set pg4 vlan untagged
	check vswitchctl fdb add vs0 $ALIEN port pg3
	check_drops "pg3 link-down 1" check_rx g4 g1 dst=$ALIEN
}

# What the policy of the port did not let in was never sent.
test_refused_on_entry()
{
	local before passed=

	ports
	frames drops
	mirror pg1 source
	mirror pg4 destination
	check vswitchctl port set pg1 mac $G1 storm-limit 1
	check_drops "pg1 mac-spoofed 1" check_rx none g1 src=$ALIEN dst=$G2
	check_drops "pg1 vlan-tagged 1" check_rx none g1 tags=q10 dst=$G2
	# Of what goes to many, as many copies as got past the limit.
	before=$(tx pg4)
	check vswitchctl port set pg4 mac $G4
	for _ in 1 2 3 4 5 6 7 8; do
		frames tx g1 dst=$ALIEN
		[ "$REPLY" = none ] || passed+=x
	done
	check_eq $(($(tx pg4) - before)) "${#passed}" "copies of what passed"
	check_ge "${#passed}" 1 "passed"
}

# A destination has its own VLANs, and its own tags.
test_trunk()
{
	ports
	frames drops
	mirror pg1 source
	mirror pg4 destination
	check vswitchctl port set pg4 vlan trunk 10,20 native 0
	check vswitchctl port set pg1 vlan access 10
	check vswitchctl port set pg2 vlan access 10
	check_rx "g1 g4:q10 wire:q10" g2
	check_rx "g2 g4:q10" g1 dst=$G2
	check vswitchctl port set pg1 vlan trunk 20,30 native 0
	check vswitchctl port set pg2 vlan trunk 20,30 native 0
	check_rx "g1:q20 g4:q20 wire:q20" g2 tags=q20
	check_rx "g2:q20 g4:q20" g1 tags=q20 dst=$G2
	check_rx "g1:q30 wire:q30" g2 tags=q30
	# Of another VLAN there is no copy, so none is lost.
	check_drops none check_rx g2:q30 g1 tags=q30 dst=$G2
	check_rx "g1 g3 g4 v1 wire" g2
	check_rx "g2 g4" g1 dst=$G2
	check vswitchctl port set pg4 vlan access 30
	check_rx "g2:q30 g4" g1 tags=q30 dst=$G2
	check_rx g2:q20 g1 tags=q20 dst=$G2
}

test_priorities()
{
	ports
	mirror pg1 source
	mirror pg4 destination
	check vswitchctl port set pg1 ieee-priority-tag on
	check_rx "g2 g4" g1 tags=q0p5 dst=$G2
	check vswitchctl port set pg4 ieee-priority-tag on
	check_rx "g2 g4:q0p5" g1 tags=q0p5 dst=$G2
}

test_uplink()
{
	ports
	mirror pwire source
	mirror pg4 destination
	check_rx "g1 g4" wire dst=$G1
	check_rx "g4 wire" g1 dst=$WIRE
	check_rx g2 g1 dst=$G2
	check_rx "g2 g3 g4 v1 wire" g1
	# The wire sees what the guests say to each other.
	mirror pg4 none
	mirror pwire none
	mirror pg1 source
	mirror pwire destination
	check_rx "g2 wire" g1 dst=$G2
	check_rx "g1 wire" g2 dst=$G1
	check_rx g1 wire dst=$G1
	# From the wire and back to it: no.
	check_rx "g1 g2 g3 g4 v1" wire
}

# The management OS listens, and does not answer.
test_vnic()
{
	local arp=0001080006040001 before

	ports
	mirror pg1 source
	mirror v1 destination
	check_rx "g2 v1" g1 dst=$G2
	check_rx "g1 v1" g2 dst=$G1
	check ip addr add 192.0.2.50/24 dev v1
	frames seen
	frames hex g1 "${G2//:}${G1//:}0806$arp${G1//:}c0000201000000000000c0000232"
	frames seen
	[[ $REPLY == *v1:*c0000232* ]] || fail "no copy at the vNIC: $REPLY"
	[[ $REPLY != *g1:* ]] || fail "the host answered a copy: $REPLY"
	# The same to all is for the host as well, and there it answers.
	frames hex g1 "ffffffffffff${G1//:}0806$arp${G1//:}c0000201000000000000c0000232"
	frames seen
	[[ $REPLY == *g1:* ]] || fail "the host does not answer: $REPLY"
	# What the vNIC may not hear it is shown all the same, but does not hear.
	check vswitchctl acl add v1 direction in action deny remote-mac $G1
	frames hex g1 "ffffffffffff${G1//:}0806$arp${G1//:}c0000201000000000000c0000232"
	frames seen
	[[ $REPLY == *v1:*c0000232* ]] || fail "no copy past the ACL: $REPLY"
	[[ $REPLY != *g1:* ]] || fail "the host answered what it may not hear: $REPLY"
	check vswitchctl acl flush v1
	# Nor does a device on top of it, to which its address makes a frame its own again.
	check ip link add link v1 name v1.10 type vlan id 10
	defer lib_link_del v1.10
	check ip link set v1.10 up
	check ip addr add 192.0.2.60/24 dev v1.10
	check vswitchctl port set pg1 vlan trunk 10 native 0
	check vswitchctl port set v1 vlan trunk 10 native 0
	frames hex g1 "${V1//:}${G1//:}8100000a0806$arp${G1//:}c0000201000000000000c000023c"
	frames seen
	[[ $REPLY == *g1:* ]] || fail "the host does not answer on VLAN 10: $REPLY"
	check vswitchctl acl add v1 direction in action deny remote-mac $G1
	before=$(tx v1)
	frames hex g1 "${V1//:}${G1//:}8100000a0806$arp${G1//:}c0000201000000000000c000023c"
	frames seen
	check_eq $(($(tx v1) - before)) 1 "copies past the ACL"
	[[ $REPLY != *g1:* ]] || fail "the host answered what it may not hear: $REPLY"
	check vswitchctl acl flush v1
	check vswitchctl port set v1 vlan default
	check vswitchctl port set pg1 vlan default
	# A vNIC as source.
	mirror v1 source
	mirror pg4 destination
	check_rx "g2 g4" v1 dst=$G2
	check_rx "g4 v1" g2 dst=$V1
}

test_live()
{
	ports
	mirror pg1 source
	mirror pg4 destination
	check_rx "g2 g4" g1 dst=$G2
	mirror pg1 default
	check_rx g2 g1 dst=$G2
	mirror pg2 source
	check_rx "g2 g4" g1 dst=$G2
	check ip link set pg4 down
	check_rx g2 g1 dst=$G2
	check ip link set pg4 up
	check busywait 20000 check_rx "g2 g4" g1 dst=$G2
	check ip link set pg4 nomaster
	check_rx g2 g1 dst=$G2
}

# A copy teaches nobody, is nobody's flood, and is counted where it leaves.
test_side_effects()
{
	local before

	ports
	mirror pg1 source
	mirror pg4 destination
	before=$(tx pg4)
	check_rx "g2 g4" g1 dst=$G2
	check_eq $(($(tx pg4) - before)) 1 "tx of the destination"
	check_eq "$(vswitchctl -j fdb show vs0 | jq -r --arg m $G1 \
		'.[] | select(.mac == $m) | .port')" pg1 "where the sender is"
	check_rx "g1 g4" g2 dst=$G1
	check vswitchctl port set pg4 storm-limit 1
	for _ in 1 2 3 4; do
		check_rx "g2 g4" g1 dst=$G2
	done
}

test_too_big()
{
	ports
	frames drops
	mirror pg1 source
	mirror pg4 destination
	check ip link set pg4 mtu 1000
	check_drops "pg4 too-big 1" check_rx g2 g1 dst=$G2 len=1400
	check_rx "g2 g4" g1 dst=$G2 len=1000
	# Too big on its own way, and said once.
	# vNICs follow the least MTU of the ports.
	check_drops "pg4 too-big 1, v1 too-big 1" check_rx "g2 g3 wire" g1 len=1400
	check_drops "pg4 too-big 1" check_rx none g1 dst=$G4 len=1400
}

# TCP with its large frames, both directions, seen by tcpdump on a vNIC.
test_traffic()
{
	local log

	switch
	guest s1 02:00:00:00:00:11 192.0.2.1/24
	guest s2 02:00:00:00:00:12 192.0.2.2/24
	check vswitchctl port add vs0 ps1
	check vswitchctl port add vs0 ps2
	check vswitchctl vnic add vs0 v1
	check ip link set v1 up
	check reaches s1 192.0.2.2
	mirror ps1 source
	mirror v1 destination
	bg tcpdump -i v1 -n -l -w "$LIB_TMP/pcap" tcp port 5201
	log=$BG_LOG
	check busywait 10000 grep -q 'listening on' "$log"
	bg in_ns s2 iperf3 -s -1 -p 5201
	# What the sender's buffer still has when it has sent all, iperf3 does not wait for.
	check busywait 20000 in_ns s1 iperf3 -c 192.0.2.2 -p 5201 -n 16M
	check_ge "$(vswitchctl -s -j port show v1 |
		jq '[.. | .stats? // empty][0].tx.bytes')" 8388608 "bytes of copies"
	check kill -INT "$(pgrep -n tcpdump)"
	check busywait 20000 grep -q 'packets captured' "$log"
	check sh -c "tcpdump -n -r '$LIB_TMP/pcap' 2>/dev/null | grep -q '192.0.2.1.* > 192.0.2.2.5201: '"
	check sh -c "tcpdump -n -r '$LIB_TMP/pcap' 2>/dev/null | grep -q '192.0.2.2.5201 > 192.0.2.1'"
}

run_tests "$@"
