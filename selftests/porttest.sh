#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# vswitchctl port test: an echo on behalf of a port.
#
#	g1 (netns)   g2 (netns)    host
#	  eth0         eth0         |
#	   |            |           |
#	  pg1 -------- vs0 ---- v1 (vNIC)
#
# requires: jq tcpdump
. "$(dirname "$0")/lib.sh"
TESTS="answered vnic vlan unseen silence dropped icmp_error refused busy leaving"

A=192.0.2.1 B=192.0.2.2 V=192.0.2.9
A6=2001:db8::1 B6=2001:db8::2
MAC1=02:00:00:00:01:01 MAC2=02:00:00:00:01:02

setup()
{
	check vswitchctl switch add vs0 type internal management off
	defer lib_link_del vs0
	check ip link set vs0 up
	guest g1 $MAC1 $A/24 $A6/64
	guest g2 $MAC2 $B/24 $B6/64
	check vswitchctl port add vs0 pg1 mac $MAC1
	check vswitchctl port add vs0 pg2 mac $MAC2
}

# "question result" of each frame that was sent
results()
{
	{ vswitchctl -j port test "$@" 2>/dev/null || :; } |
		jq -r 'map("\(.question) \(.result)") | join(", ")'
}

check_results()
{
	local want=$1; shift

	check_eq "$(results "$@" timeout 5000)" "$want" "results of: $*"
}

test_answered()
{
	check_results "arp answered, echo answered" pg1 from $A to $B
	check_results "solicit answered, echo answered" pg1 from $A6 to $B6
	check_results "echo answered" pg1 from $A to $B next-hop $MAC2
	check_results "arp answered, echo answered, echo answered, echo answered" \
		pg1 from $A to $B count 3 size 1400
	# By way of somebody else, and to all.
	check_results "arp answered, echo answered" pg1 from $A to $B next-hop $B
	check_results "echo answered" pg1 from $A6 to ff02::1
	check vswitchctl port test pg1 from $A to $B timeout 5000 seq 7
	[[ $LIB_OUT =~ "pg1: arp $B: answered after "[0-9.]+" ms from port pg2: it is at $MAC2" ]] ||
		fail "arp not in text: $LIB_OUT"
	[[ $LIB_OUT =~ "pg1: echo $B: answered after "[0-9.]+" ms from port pg2, seq 7" ]] ||
		fail "echo not in text: $LIB_OUT"
	check vswitchctl -j port test pg1 from $A to $B timeout 5000
	check_eq "$(jq -c '.[1] | del(.time_ns), (.time_ns > 0)' <<<"$LIB_OUT" | xargs)" \
		"{port:pg1,question:echo,to:$B,result:answered,from_port:pg2,delivered:1,to_port:pg2,seq:100,drops:[]} true" \
		"JSON"
}

test_vnic()
{
	check ip link add v1 link vs0 type vswitch_vnic
	defer lib_link_del v1
	check ip addr add $V/24 dev v1
	check ip link set v1 up
	check_results "arp answered, echo answered" pg1 from $A to $V
	check_results "arp answered, echo answered" v1 from $V to $B
}

test_vlan()
{
	check vswitchctl port set pg1 vlan trunk 10,20 native 20
	check vswitchctl port set pg2 vlan access 10
	check_results "arp answered, echo answered" pg1 from $A to $B vlan 10
	check_results "arp dropped" pg1 from $A to $B vlan 30
	# An untagged frame is of VLAN 20, where nobody is.
	check_results "arp dropped" pg1 from $A to $B
	check_results "arp dropped" pg1 from $A to $B vlan 20 prio 3
}

# Neither the guest's own echoes are taken away, nor are the answers shown to it.
test_unseen()
{
	bg in_ns g1 tcpdump -n -l -i eth0 -Q in "icmp or arp"
	check busywait 10000 grep -q listening "$BG_LOG"
	check vswitchctl port test pg1 from $A to $B count 3 timeout 5000
	check in_ns g1 ping -n -q -c 1 -W 20 $B
	check busywait 20000 grep -q "ICMP echo reply" "$BG_LOG"
	check_eq "$(grep -c "ICMP echo reply" "$BG_LOG")" 1 "answers that the guest saw"
	check_eq "$(grep -c "ARP, Reply" "$BG_LOG")" 1 "ARP replies that the guest saw"
	# What is sent counts as the port's.
	check_ge "$(stat_of pg1 rx_packets)" 4 "frames of the port"
	# While a test waits, the guest's traffic passes.
	bg vswitchctl port test pg1 from $A to 192.0.2.77 timeout 10000
	check reaches g1 $B
	check reaches g2 $A
}

stat_of()
{
	vswitchctl -s -j port show "$1" | jq ".[0].stats | {rx_packets: .rx.packets, tx_packets: .tx.packets} | .$2"
}

test_silence()
{
	check_fail vswitchctl port test pg1 from $A to 192.0.2.77 timeout 300
	check_eq "$LIB_RC" 1 "status"
	[[ $LIB_OUT == *"arp 192.0.2.77: no answer within 300 ms, it was delivered to pg2"* ]] ||
		fail "not said: $LIB_OUT"
	check_fail vswitchctl port test pg1 from $A to 192.0.2.77 next-hop $MAC2 timeout 300
	[[ $LIB_OUT == *"echo 192.0.2.77: no answer within 300 ms"* ]] ||
		fail "not said: $LIB_OUT"
	# Who has waited may ask again at once, though a timer may be late by an eighth.
	for _ in 1 2 3; do
		check_eq "$(results pg1 from $A to 192.0.2.77 next-hop $MAC2 timeout 2100)" \
			"echo no answer" "one after another"
	done
	# An answer that comes too late goes to the guest.
	bg in_ns g1 tcpdump -n -l -i eth0 -Q in icmp
	check busywait 10000 grep -q listening "$BG_LOG"
	check tc -n "$(ns g2)" qdisc add dev eth0 root netem delay 1s
	check_fail vswitchctl port test pg1 from $A to $B next-hop $MAC2 timeout 100
	check busywait 10000 grep -q "echo reply" "$BG_LOG"
}

# All policy of the port applies, and says where it went wrong.
test_dropped()
{
	check_fail vswitchctl port test pg1 from $A to $B mac 02:00:00:00:ff:01
	[[ $LIB_OUT == *"arp $B: dropped"*"dropped at pg1: mac-spoofed (source"* ]] ||
		fail "not said: $LIB_OUT"
	check vswitchctl port set pg1 dynamic-ip-limit 1
	check_results "arp answered, echo answered" pg1 from $A to $B
	check_results "arp dropped" pg1 from 192.0.2.3 to $B
	check vswitchctl port set pg2 vlan access 9
	check_fail vswitchctl -j port test pg1 from $A to $B next-hop $MAC2
	check_eq "$(jq -c '.[0] | [.result, .delivered, .drops[0].port, .drops[0].reason]' \
		<<<"$LIB_OUT")" '["dropped",0,"pg1","no-destination"]' "JSON"
	# The answer, too, has to get through: here another address has the place.
	check vswitchctl port set pg2 vlan untagged dynamic-ip-limit 1
	check_fail vswitchctl port test pg2 from 192.0.2.50 to $A next-hop $MAC1 timeout 100
	# Not those that the guest uses of itself.
	check_eq "$(vswitchctl -j port show pg2 |
		jq -r '.[0].addresses[].address | select(contains(":") | not)')" \
		192.0.2.50 "addresses of pg2"
	check_fail vswitchctl port test pg1 from $A to $B next-hop $MAC2 timeout 1000
	check_ge "$(vswitchctl -s -j port show pg2 |
		jq '[.[0].stats.drops[] | select(.reason == "ip-limit").packets] | add // 0')" \
		1 "answers dropped"
}

# Somebody on the way may say that it cannot be.
test_icmp_error()
{
	in_ns g2 sysctl -q -w net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
	check ip -n "$(ns g2)" route add unreachable 198.51.100.0/24
	check ip -n "$(ns g2)" -6 route add unreachable 2001:db8:1::/64
	bg in_ns g1 tcpdump -n -l -i eth0 -Q in "icmp or icmp6"
	check busywait 10000 grep -q listening "$BG_LOG"
	check_results "arp answered, echo refused" pg1 from $A to 198.51.100.1 next-hop $B
	check_results "solicit answered, echo refused" pg1 from $A6 to 2001:db8:1::1 next-hop $B6
	check_fail vswitchctl port test pg1 from $A to 198.51.100.1 next-hop $B timeout 5000
	[[ $LIB_OUT == *"refused"*"by $B: ICMP type 3 code "* ]] || fail "not said: $LIB_OUT"
	check reaches g1 $B
	check busywait 20000 grep -q "echo reply" "$BG_LOG"
	check_eq "$(grep -c unreachable "$BG_LOG" || :)" 0 "errors that the guest saw"
}

test_refused()
{
	check_fail_with "not a port" vswitchctl port test lo from $A to $B mac $MAC1
	check_fail_with "expected from and to" vswitchctl port test pg1 from $A
	check_fail_with "not both IPv4" vswitchctl port test pg1 from $A to $B6
	check_fail_with "same family" vswitchctl port test pg1 from $A to $B next-hop $B6
	check_fail_with "neither a MAC" vswitchctl port test pg1 from $A to $B next-hop x
	check_fail_with "'from' is given twice" vswitchctl port test pg1 from $A from $A
	check_fail_with "not a number from 1 to 60000" \
		vswitchctl port test pg1 from $A to $B timeout 0
	check_fail_with "longer than the MTU" \
		vswitchctl port test pg1 from $A to $B next-hop $MAC2 size 2000
	check_fail_with "not permitted" setpriv --reuid=65534 --regid=65534 \
		--clear-groups --bounding-set=-all --inh-caps=-all \
		vswitchctl port test pg1 from $A to $B mac $MAC1 next-hop $MAC2
	check vswitchctl port set pg1 mac none
	check_fail_with "say which one" vswitchctl port test pg1 from $A to $B
	check ip link set pg1 down
	check busywait 10000 port_link_is pg1 down
	check_fail_with "the port is down" vswitchctl port test pg1 from $A to $B mac $MAC1
}

# One test of a port at a time.
test_busy()
{
	quiet_g1
	bg vswitchctl port test pg1 from $A to 192.0.2.77 timeout 20000
	check busywait 10000 has_rx pg1
	check_fail_with "waits for an answer already" \
		vswitchctl port test pg1 from $A to $B next-hop $MAC2
	check_results "arp answered, echo answered" pg2 from $B to $A
}

# The guest says nothing of itself, so that what the port gets is what a test sends.
quiet_g1()
{
	in_ns g1 sysctl -q -w net.ipv6.conf.eth0.disable_ipv6=1
	BEFORE=$(stat_of pg1 rx_packets)
}

has_rx()	# PORT
{
	[ "$(stat_of "$1" rx_packets)" -gt "$BEFORE" ]
}

# A port, and its switch, may go while somebody waits.
test_leaving()
{
	quiet_g1
	bg vswitchctl port test pg1 from $A to 192.0.2.77 timeout 20000
	check busywait 10000 has_rx pg1
	check vswitchctl port del pg1
	check vswitchctl port add vs0 pg1 mac $MAC1
	check_results "arp answered, echo answered" pg1 from $A to $B
	BEFORE=$(stat_of pg1 rx_packets)
	bg vswitchctl port test pg1 from $A to 192.0.2.77 timeout 20000
	check busywait 10000 has_rx pg1
	check vswitchctl switch del vs0
}

run_tests "$@"
