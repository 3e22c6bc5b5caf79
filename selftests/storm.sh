#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The storm limit: how many frames a port may send to many in a second.
#
#	far (netns)
#	   g1     g2     g3
#	    |      |      |
#	  pg1    pg2    pg3
#	    +------+------+--- vs0
#
# A machine may take any time over what is sent. So the most that may pass is
# the limit times the seconds that it took, begun ones at both ends included; the
# least is one limit. With what was dropped it makes what was sent.
#
# requires: jq iperf3
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lib/frames.sh"
TESTS="broadcast multicast unknown known live gso others traffic"

FIRST=02:00:00:01:00:00

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

tx()
{
	vswitchctl -s -j port show "$1" |
		jq '[.. | .stats? // empty][0].tx.packets'
}

dropped()
{
	vswitchctl -s -j port show "$1" | jq '[.. | .drops? // empty | .[] |
		select(.reason == "storm-limit") | .packets] | add // 0'
}

# Of the whole switch at once: tx of pg2 and of pg3, dropped of pg1.
counters()
{
	vswitchctl -s -j port show vs0 | jq -r 'def at(n): .[] | select(.ifname == n).stats;
		"\(at("pg2").tx.packets) \(at("pg3").tx.packets) \([at("pg1").drops[] |
			select(.reason == "storm-limit") | .packets] | add // 0)"'
}

# Send COUNT frames from g1; PASSED went to g2, and as many as that to g3.
burst()	# COUNT LIMIT [KEY=VALUE...]
{
	local count=$1 limit=$2 start end a b; shift 2

	read -r -a a < <(counters)
	start=${EPOCHREALTIME/[.,]/}
	frames learn g1 first=$FIRST count="$count" "$@"
	end=${EPOCHREALTIME/[.,]/}
	read -r -a b < <(counters)
	PASSED=$((b[0] - a[0]))
	DROPPED=$((b[2] - a[2]))
	check_eq $((PASSED + DROPPED)) "$count" "passed and dropped"
	check_eq $((b[1] - a[1])) $PASSED "passed to the other port"
	check_ge $PASSED $((limit < count ? limit : count)) "passed"
	check_le $PASSED $((limit * ((end - start) / 1000000 + 2))) \
		"passed in $((end - start)) us"
}

test_broadcast()
{
	three_ports
	burst 100 100
	check_eq $PASSED 100 "without a limit"
	check vswitchctl port set pg1 storm-limit 20
	burst 150 20
	check_ge $DROPPED 1 "dropped"
	# Another second.
	sleep 1
	burst 20 20
	check vswitchctl port set pg1 storm-limit 1
	# Those 20 may have been in this second.
	sleep 1
	burst 50 1
}

test_multicast()
{
	three_ports
	check vswitchctl port set pg1 storm-limit 20
	burst 150 20 dst=01:00:5e:01:01:01
	check_ge $DROPPED 1 "dropped"
	sleep 1
	burst 150 20 dst=33:33:00:00:00:01
}

test_unknown()
{
	three_ports
	check vswitchctl port set pg1 storm-limit 20
	burst 150 20 dst=02:00:00:00:ff:01
	check_ge $DROPPED 1 "dropped"
}

# What is known goes to one, and is not counted.
test_known()
{
	local before

	three_ports
	check_rx "g1 g3" g2
	check vswitchctl port set pg1 storm-limit 1
	before=$(tx pg2)
	frames learn g1 first=$FIRST count=100 dst=02:00:00:00:00:02
	check_eq $(($(tx pg2) - before)) 100 "known unicast"
	check_eq "$(dropped pg1)" 0 "dropped"
	check vswitchctl port set pg3 mac 02:00:00:00:00:03
	before=$(tx pg3)
	frames learn g1 first=$FIRST count=100 dst=02:00:00:00:00:03
	check_eq $(($(tx pg3) - before)) 100 "an assigned address"
	check_eq "$(dropped pg1)" 0 "dropped, still"
}

test_live()
{
	three_ports
	check vswitchctl port set pg1 storm-limit 5
	burst 60 5
	check vswitchctl port set pg1 storm-limit none
	burst 60 60
	check_eq $PASSED 60 "without a limit again"
	check vswitchctl port set pg1 storm-limit 40
	burst 100 40
}

# A frame that becomes ten counts as ten.
send_gso()
{
	in_ns s1 python3 - <<-EOF
		import socket
		s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		s.setsockopt(17, 103, 1000)     # UDP_SEGMENT
		for i in range($1):
		    s.sendto(bytes(10000), ("239.1.1.1", 5300))
	EOF
}

test_gso()
{
	local before

	switch
	guest s1 02:00:00:00:00:01 192.0.2.1/24
	guest s2 02:00:00:00:00:02 192.0.2.2/24
	check vswitchctl port add vs0 ps1
	check vswitchctl port add vs0 ps2
	check ip -n "$(ns s1)" route add 239.0.0.0/8 dev eth0
	check vswitchctl port set ps1 storm-limit 9
	before=$(dropped ps1)
	check send_gso 3
	check_eq $(($(dropped ps1) - before)) 30 "ten of ten with a limit of nine"
	check vswitchctl port set ps1 storm-limit 40
	sleep 1
	before=$(tx ps2)
	check send_gso 3
	check_ge $(($(tx ps2) - before)) 30 "three of ten with a limit of 40"
}

# The limit is that of the port that sends.
test_others()
{
	local before

	three_ports
	check vswitchctl port set pg1 storm-limit 1
	burst 30 1
	before=$(tx pg1)
	frames learn g2 first=$FIRST count=100
	check_eq $(($(tx pg1) - before)) 100 "to the port with the limit"
	check_eq "$(dropped pg2)" 0 "dropped at another port"
}

# Who floods still has his connections.
has_dropped()
{
	[ "$(dropped "$1")" -ge 1 ]
}

test_traffic()
{
	switch
	guest s1 02:00:00:00:00:01 192.0.2.1/24
	guest s2 02:00:00:00:00:02 192.0.2.2/24
	check vswitchctl port add vs0 ps1
	check vswitchctl port add vs0 ps2
	check reaches s1 192.0.2.2
	check vswitchctl port set ps1 storm-limit 10
	bg in_ns s2 iperf3 -s -1 -p 5201
	bg in_ns s1 ping -n -q -b -f -w 20 192.0.2.255
	check busywait 15000 has_dropped ps1
	check busywait 15000 in_ns s1 iperf3 -c 192.0.2.2 -p 5201 -n 8M
}

run_tests "$@"
