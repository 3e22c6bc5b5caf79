#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# dynamic-ip-limit: how many IP addresses a port may be seen to use.
#
#	far (netns)
#	   g1     g2     g3
#	    |      |      |
#	  pg1    pg2    pg3
#	    +------+------+--- vs0
#
# requires: jq setpriv
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lib/frames.sh"
TESTS="beyond counted uncounted link_local nd layers unparsable ageing change
       clearing largest profile_of_users guest"

A=192.0.2.1 B=192.0.2.2 C=192.0.2.3
A6=2001:db8::1 B6=2001:db8::2

setup()
{
	check vswitchctl switch add vs0 type internal management off
	defer lib_link_del vs0
	check ip link set vs0 up
	frames_start
	stations vs0 g1 g2
}

limit()
{
	check vswitchctl port set "${2-pg1}" dynamic-ip-limit "$1"
}

# The station uses addresses: it may, or not.
uses()
{
	frames use "$@"
	check_eq "$REPLY" "${WANT-g2}" "receivers of what uses ${*:2}"
}

too_many()
{
	frames drops
	frames use "$@"
	check_eq "$REPLY" none "receivers of an address too many: ${*:2}"
	frames drops
	check_eq "$REPLY" "p$1 ip-limit 1" "the drop of ${*:2}"
}

addresses()
{
	vswitchctl -j port show "${1-pg1}" |
		jq -r '.[0].addresses // ["no list"] | map(.address? // .) | join(" ")'
}

check_addresses()
{
	check_eq "$(addresses)" "$1" "addresses"
}

test_beyond()
{
	limit 2
	check_addresses ""
	uses g1 arp $A
	check_addresses "$A"
	uses g1 ip $B
	too_many g1 arp $C
	too_many g1 ip $C
	too_many g1 ip $A6
	check_addresses "$A $B"
	# What is known may go on, in every way.
	uses g1 ip $A
	uses g1 arp $B $A
	uses g1 reply $A $B
	# The limit is the port's own: others may use what they like.
	WANT=g1 uses g2 ip $C
	WANT=g1 uses g2 ip $A
	check vswitchctl -s port show pg1
	[[ $LIB_OUT =~ address\ $A\ age ]] || fail "not in text: $LIB_OUT"
	# Frames that are dropped before teach nothing.
	limit 3
	check vswitchctl port set pg1 mac 02:00:00:00:00:01
	WANT=none uses g1 ip $C src=02:00:00:00:ff:01
	check_addresses "$A $B"
}

test_counted()
{
	limit 6
	uses g1 arp 192.0.2.10 192.0.2.99
	uses g1 reply 192.0.2.11 192.0.2.99
	uses g1 ip 192.0.2.12
	uses g1 ip 2001:db8::12
	uses g1 options 192.0.2.13
	uses g1 options 2001:db8::13
	check_addresses "192.0.2.10 192.0.2.11 192.0.2.12 192.0.2.13 2001:db8::12 2001:db8::13"
	too_many g1 ip 192.0.2.14
}

# An ARP probe, DAD and what DHCP clients say are from nobody yet.
test_uncounted()
{
	limit 1
	uses g1 arp 0.0.0.0 $C
	uses g1 ip 0.0.0.0 255.255.255.255
	uses g1 ip :: ff02::2
	uses g1 solicit :: $B6
	frames tx g1
	check_eq "$REPLY" g2 "neither IP nor ARP"
	check_addresses ""
	uses g1 ip $A
	# The target of ARP, and a destination, is somebody else.
	uses g1 arp $A $B
	uses g1 ip $A $C
	check_addresses "$A"
	# ... of what others say to the port, too.
	WANT=g1 uses g2 ip $B $C
	WANT=g1 uses g2 reply $B $C
	check_addresses "$A"
}

test_link_local()
{
	limit 1
	uses g1 ip fe80::1
	uses g1 ip $A6
	check_addresses "$A6 fe80::1"
	too_many g1 ip fe80::2
	too_many g1 ip febf::2
	too_many g1 ip 169.254.1.1
	too_many g1 ip $A
	too_many g1 ip fec0::1
	limit 2
	uses g1 arp 169.254.1.1
	too_many g1 ip fe80::2
	uses g1 ip $A
	too_many g1 ip $B
	check_addresses "169.254.1.1 $A $A6 fe80::1"
}

test_nd()
{
	limit 2
	uses g1 solicit fe80::1 $B6
	uses g1 advertise fe80::1 $A6
	check_addresses "$A6 fe80::1"
	uses g1 advertise fe80::2 $B6
	check_addresses "$A6 $B6 fe80::1 fe80::2"
	# All addresses of a frame are learned, or none.
	limit 3
	uses g1 ip $A
	too_many g1 advertise fe80::3 2001:db8::3
	check_addresses "$A $A6 $B6 fe80::1 fe80::2"
	# In fragments there is none (RFC 6980), and nothing else becomes one.
	WANT=none check_drops "pg1 unparsable 1" uses g1 parts fe80::1 $A6
	WANT=none check_drops "pg1 unparsable 1" uses g1 fragment fe80::1
	uses g1 first fe80::2
	WANT=none check_drops "pg1 unparsable 1" uses g1 overlap fe80::2
	uses g1 fragment fe80::2
	# IPv4 has neither.
	uses g1 fragment $A
	uses g1 first $A
	uses g1 overlap $A
}

# Wherever the address is in a frame.
test_layers()
{
	limit 1
	uses g1 ip $A
	too_many g1 fragment $B
	too_many g1 first $B6
	too_many g1 snap $B
	too_many g1 options $B
	too_many g1 arp $B tags=q0
	check vswitchctl port set pg1 vlan trunk 10 native 0
	check vswitchctl port set pg2 vlan trunk 10 native 0
	too_many g1 arp $B vid=10
	too_many g1 ip $B6 tags=q10p5
	too_many g1 tagged $B vid=10
	WANT=g2:q10 uses g1 ip $A vid=10
}

test_unparsable()
{
	WANT=g2 uses g1 short $A
	limit 1
	check_drops "pg1 unparsable 1" frames use g1 short $A
	check_addresses ""
}

# A new address may take the place of one that was not seen for long.
test_ageing()
{
	# Longer than a step of this test takes on a debug kernel.
	check vswitchctl switch set vs0 ageing-time 8
	limit 2
	uses g1 ip $A
	uses g1 ip $B
	frames use g1 ip $C
	# How slow is this machine?
	check busywait 60000 age_check ""
	# They keep their places as long as nobody wants them.
	uses g1 ip $A
	check_addresses "$A"
	uses g1 ip 192.0.2.9
	check_addresses "$A 192.0.2.9"
}

age_check()
{
	[ "$(addresses)" = "$1" ]
}

test_change()
{
	limit 4
	uses g1 ip $C
	uses g1 ip $B
	uses g1 ip $A
	uses g1 ip $A6
	# Lower: those that came first stay. Link and other settings do not matter.
	limit 2
	check_addresses "$B $C"
	too_many g1 ip $A
	uses g1 ip $C
	check vswitchctl port set pg1 storm-limit 1000 dhcp-guard on
	check_addresses "$B $C"
	# Higher: what is known stays.
	limit 100
	check_addresses "$B $C"
	uses g1 ip $A
	limit 1000
	limit 3
	check_addresses "$A $B $C"
	too_many g1 ip $A6
	# In a transaction with other ports, too.
	printf 'port set pg1 dynamic-ip-limit 1\nport set pg2 dynamic-ip-limit 5\n' \
		>"$LIB_TMP/batch"
	check vswitchctl -a -b "$LIB_TMP/batch"
	check_addresses "$C"
	# A refused change changes nothing.
	check_fail_with "dynamic-ip-limit" \
		vswitchctl port set pg1 dynamic-ip-limit 1025
	check_fail_with "given twice" vswitchctl port set pg1 \
		dynamic-ip-limit 5 dynamic-ip-limit 6
	too_many g1 ip $A
	check_eq "$(addresses pg2)" "" "of the other port"
}

test_clearing()
{
	limit 1
	uses g1 ip $A
	too_many g1 ip $B
	limit none
	check_addresses "no list"
	uses g1 ip $B
	uses g1 ip $C
	limit 1
	check_addresses ""
	uses g1 ip $B
	too_many g1 ip $A
	# Whoever comes back after the link was down is another.
	check ip link set pg1 down
	check_addresses ""
	check ip link set pg1 up
	check busywait 20000 port_link_is pg1 up
	uses g1 ip $A
	too_many g1 ip $B
}

# All places of the highest limit can be used, and are listed.
test_largest()
{
	local i

	limit 1024
	for ((i = 0; i < 1024; i++)); do
		printf 'use g1 ip 198.51.%d.%d\n' $((100 + i / 200)) $((i % 200 + 1))
	done >"$LIB_TMP/many"
	while read -r i; do
		# shellcheck disable=SC2086 # words
		frames $i
	done <"$LIB_TMP/many"
	check_eq "$(vswitchctl -j port show pg1 | jq '.[0].addresses | length')" \
		1024 "addresses"
	too_many g1 ip $A
	uses g1 ip 198.51.100.1
	uses g1 ip fe80::1
	# By dump as well.
	check_eq "$(vswitchctl -j port show vs0 |
		jq '.[] | select(.ifname == "pg1").addresses | length')" 1025 "in a dump"
	limit 10
	check_eq "$(vswitchctl -j port show pg1 | jq -r '.[0].addresses | map(.address) | join(" ")')" \
		"$(printf '198.51.100.%d ' {1..10})fe80::1" "the first ones"
}

# Who may not set it does not see them.
test_profile_of_users()
{
	limit 2
	uses g1 ip $A
	check setpriv --reuid=65534 --regid=65534 --clear-groups \
		--bounding-set=-all --inh-caps=-all \
		vswitchctl -s -j port show pg1
	check_eq "$(jq -r '.[0] | "\(.dynamic_ip_limit) \(.addresses | length)"' <<<"$LIB_OUT")" \
		"2 0" "for nobody"
}

# A real guest with one address each of IPv4 and IPv6 needs a limit of two.
test_guest()
{
	sysctl -q -w net.ipv6.conf.default.disable_ipv6=0
	guest v1 02:00:00:00:01:01 $A/24 $A6/64
	guest v2 02:00:00:00:01:02 $B/24 $B6/64
	check vswitchctl port add vs0 pv1
	check vswitchctl port add vs0 pv2
	limit 2 pv1
	check reaches v1 $B
	check reaches v1 $B6
	check ip -n "$(ns v1)" addr add 192.0.2.77/24 dev eth0
	check ip -n "$(ns v1)" addr add 2001:db8::77/64 dev eth0
	check_fail in_ns v1 ping -n -q -c 2 -i 0.2 -w 1 -I 192.0.2.77 $B
	check_fail in_ns v1 ping -n -q -c 2 -i 0.2 -w 1 -I 2001:db8::77 $B6
	# What it had before goes on.
	check in_ns v1 ping -n -q -c 1 -w 5 -I $A $B
	check in_ns v1 ping -n -q -c 1 -w 5 -I $A6 $B6
}

run_tests "$@"
