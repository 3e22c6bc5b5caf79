#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# vswitchctl port trace: what would become of a frame.
#
#	far (netns)
#	   g1 .. g5   wire          host
#	    |     |     |            |
#	  pg1 .. pg5  pwire       v1 (vNIC)
#	    +-----+-----+---- vs0 ---+
#
# requires: jq tcpdump
# timeout: 900
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lib/frames.sh"
TESTS="stages effects inputs words refused private agreement"

LIB=$(dirname "$0")/lib
G1=02:00:00:00:00:01 G2=02:00:00:00:00:02
DESCRIPTION="udp from 192.0.2.1 1000 to 192.0.2.2 53 smac $G1 dmac $G2"

switch()
{
	check vswitchctl switch add vs0 type internal management off
	defer lib_link_del vs0
	check ip link set vs0 up
}

three_ports()
{
	switch
	frames_start
	stations vs0 g1 g2 g3
}

# "stage verdict port reason" of each step
steps()
{
	vswitchctl -j port trace "$@" | jq -r '.[0].steps[] |
		"\(.stage) \(.verdict) \(.port // "-")\(if .reason then " " + .reason else "" end)"'
}

check_steps()
{
	local want=$1; shift

	check_eq "$(steps "$@")" "$want" "the steps of: $*"
}

# Each stage has its say, in the order of the pipeline.
test_stages()
{
	three_ports
	# shellcheck disable=SC2086 # words
	check_steps "receive note pg1
vlan pass pg1
source pass pg1
learn note pg1
lookup pass -
egress skip pg1
deliver pass pg2
deliver pass pg3" pg1 $DESCRIPTION
	check vswitchctl port set pg1 mac $G1 dhcp-guard on router-guard on \
		dynamic-ip-limit 1
	check vswitchctl port set pg2 mac $G2
	# shellcheck disable=SC2086
	check_steps "receive note pg1
vlan pass pg1
source pass pg1
headers note pg1
dhcp-guard pass pg1
router-guard pass pg1
ip-limit pass pg1
lookup pass pg2
deliver pass pg2" pg1 $DESCRIPTION
	check_steps "receive note pg1
vlan pass pg1
source pass pg1
headers note pg1
dhcp-guard drop pg1 dhcp-guard" pg1 udp from 192.0.2.1 67 to 255.255.255.255 68
	check_steps "receive note pg1
vlan pass pg1
source drop pg1 mac-spoofed" pg1 arp from 192.0.2.1 to 192.0.2.2 smac 02:00:00:00:ff:01
	check_steps "receive note pg1
vlan drop pg1 vlan-tagged" pg1 arp from 192.0.2.1 to 192.0.2.2 vlan 5
	check_steps "receive note pg1
link-local drop pg1 link-local" pg1 type 88cc smac $G1 dmac 01:80:c2:00:00:0e
	check_steps "receive note pg1
source drop pg1 source-invalid" pg1 arp from 192.0.2.1 to 192.0.2.2 smac 01:00:00:00:00:01
	check ip link set pg2 down
	check busywait 20000 grep -q down /sys/class/net/pg2/operstate
	# shellcheck disable=SC2086
	check_steps "receive note pg3
vlan pass pg3
source pass pg3
learn note pg3
lookup pass pg2
egress drop pg2 link-down" pg3 ${DESCRIPTION/$G1/02:00:00:00:00:03}
	check ip link set vs0 down
	check_steps "receive note pg1
receive drop pg1 switch-down" pg1 arp from 192.0.2.1 to 192.0.2.2
}

state()
{
	vswitchctl -s -j port show
	vswitchctl -j fdb show vs0
	vswitchctl -j acl show pg1
}

# A question leaves nothing behind.
test_effects()
{
	local before i

	three_ports
	check vswitchctl port set pg1 dynamic-ip-limit 1 storm-limit 1
	check vswitchctl port set pg2 vlan access 7
	check vswitchctl acl add pg1 direction out action meter remote-ip 192.0.2.0/24
	check vswitchctl acl add pg1 direction out action allow weight 10 stateful
	before=$(state)
	for i in 1 2 3; do
		check vswitchctl port trace pg1 arp from 192.0.2.$i to 192.0.2.9 smac $G1
		# shellcheck disable=SC2086 # words
		check vswitchctl port trace pg1 $DESCRIPTION
		# None of these is the one frame that may go to many in a second.
		[[ $LIB_OUT != *drop* ]] || fail "it counted: $LIB_OUT"
		check vswitchctl port trace pg3 type 88b5 dmac $G1 smac $G2
	done
	check_eq "$(state)" "$before" "the state of the switch"
	frames seen
	check_eq "$REPLY" none "frames at the stations"
	# ... and what happens afterwards is what would have happened.
	check_rx g3 g1
}

test_inputs()
{
	local hex

	three_ports
	check vswitchctl port set pg1 vlan trunk 10 native 0 ieee-priority-tag on
	check vswitchctl port set pg2 vlan trunk 10 native 0 ieee-priority-tag on
	hex=ffffffffffff020000000001810060 hex+=0a88b500000000
	check vswitchctl port trace pg1 hex $hex
	[[ $LIB_OUT == *"deliver      pass port pg2 vlan 10 tag 802.1Q vlan 10 prio 3"* ]] ||
		fail "not in text: $LIB_OUT"
	[[ $LIB_OUT == *"delivered to pg2"* ]] || fail "no outcome: $LIB_OUT"
	check vswitchctl -j port trace pg1 hex "ff:ff:ff:ff:ff:ff 02-00-00-00-00-01 81 00 60 0a 88b5 0000"
	check_eq "$(jq -c '.[0] | [.bytes, .delivered, .drops, .steps[-1].tag]' <<<"$LIB_OUT")" \
		'[20,["pg2"],[],{"protocol":"802.1Q","vlan":10,"prio":3,"dei":false}]' "JSON"
	# What was captured can be asked about.
	bg in_ns far tcpdump -q -U -c 2 -w "$LIB_TMP/cap" -i g2
	check busywait 10000 grep -q listening "$BG_LOG"
	frames tx g1 type=88b5
	frames tx g1 type=88b6 vid=10
	check busywait 10000 lib_gone "$BG_PID"
	check vswitchctl -j port trace pg1 pcap "$LIB_TMP/cap"
	check_eq "$(jq -c '.[0] | [.bytes, .delivered]' <<<"$LIB_OUT")" \
		'[60,["pg2","pg3"]]' "the first record"
	check vswitchctl -j port trace pg1 pcap "$LIB_TMP/cap" record 2
	check_eq "$(jq -c '.[0] | [.bytes, .delivered]' <<<"$LIB_OUT")" \
		'[64,["pg2"]]' "the second record"
	check_fail_with "no such record" vswitchctl port trace pg1 pcap "$LIB_TMP/cap" record 3
}

# What a description becomes is what was described.
test_words()
{
	three_ports
	check vswitchctl port set pg1 dynamic-ip-limit 5 mac $G1 dhcp-guard on
	described "ARP" arp from 192.0.2.1 to 192.0.2.2
	described "ARP" arp reply from 192.0.2.1 to 192.0.2.2 dmac $G2
	described "IPv6, protocol 58, type 135" solicit from 2001:db8::1 to 2001:db8::2
	described "IPv6, protocol 58, type 136" advertise from 2001:db8::1 to ff02::1
	described "IPv4, protocol 1, type 8" icmp from 192.0.2.1 to 192.0.2.2 dmac $G2
	described "IPv4, protocol 1, type 3" icmp type 3 code 1 from 192.0.2.1 to 192.0.2.2 dmac $G2
	described "IPv6, protocol 58, type 128" icmp from 2001:db8::1 to 2001:db8::2 dmac $G2 size 0
	described "IPv4, protocol 17, port 1 to 2" udp from 192.0.2.1 1 to 192.0.2.2 2 dmac $G2
	described "IPv6, protocol 6, port 1 to 2" tcp from 2001:db8::1 1 to 2001:db8::2 2 dmac $G2
	described "IPv4, protocol 47" ip proto 47 from 192.0.2.1 to 224.0.0.5
	described "neither IP nor ARP" type 88b5 dmac $G2
	described "IPv4, protocol 17, port 1 to 2" udp src 192.0.2.1 1 dst 192.0.2.2 2 dmac $G2 prio 3
}

described()
{
	check vswitchctl -j port trace pg1 "${@:2}"
	check_eq "$(jq -r '.[0].steps[] | select(.stage == "headers").detail' <<<"$LIB_OUT")" \
		"$1" "headers of: ${*:2}"
}

test_refused()
{
	three_ports
	check_fail_with "not a port" vswitchctl port trace lo type 88b5 dmac $G1 smac $G1
	check_fail_with "no such device" vswitchctl port trace nix0 hex 00
	check_fail_with "no hex digit" vswitchctl port trace pg1 hex 0z
	check_fail_with "half a byte" vswitchctl port trace pg1 hex 000
	check_fail_with "at least the 14" vswitchctl port trace pg1 hex 00
	check_fail_with "unknown word 'foo', expected hex" vswitchctl port trace pg1 foo
	check_fail_with "expected hex" vswitchctl port trace pg1
	check_fail_with "not known" vswitchctl port trace pg1 arp from 192.0.2.1 to 192.0.2.2
	check_fail_with "dmac" vswitchctl port trace pg1 icmp from 192.0.2.1 to 192.0.2.2 smac $G1
	check_fail_with "not both IPv4" vswitchctl port trace pg1 icmp from 192.0.2.1 to ff02::1 smac $G1
	check_fail_with "expected IPv4" vswitchctl port trace pg1 arp from ::1 to ff02::1 smac $G1
	check_fail_with "given twice" vswitchctl port trace pg1 type 88b5 smac $G1 smac $G1
	check_fail_with "no EtherType" vswitchctl port trace pg1 type 188b5
	check_fail_with "no pcap file" vswitchctl port trace pg1 pcap "$0"
	check_fail_with "No such file" vswitchctl port trace pg1 pcap /nonexistent
	# No driver would hand this on.
	check_fail_with "ends within its tag" vswitchctl port trace pg1 hex ffffffffffff0200000000018100000a
	# By netlink, without the tool's own checks.
	check python3 "$LIB/trace_requests.py" pg1
}

test_private()
{
	three_ports
	check_fail_with "not permitted" setpriv --reuid=65534 --regid=65534 \
		--clear-groups --bounding-set=-all --inh-caps=-all \
		vswitchctl port trace pg1 type 88b5 smac $G1 dmac $G2
}

# Random frames and configurations: what is said is what happens.
test_agreement()
{
	local seed=${SEED-$RANDOM}

	switch
	frames_start
	stations vs0 g1 g2 g3 g4 g5
	uplink_station vs0 wire
	vnic_station vs0 v1
	check ip link set pg4 mtu 1280
	# It has followed that, until it is set by hand.
	check ip link set v1 mtu 1500
	diag "SEED=$seed"
	check python3 "$LIB/trace_agree.py" vs0 "$(ns far)" "$seed" "${ROUNDS-12}" \
		"${COUNT-40}"
	diag "$LIB_OUT"
}

run_tests "$@"
