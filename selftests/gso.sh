#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Frames that are many on a wire and one here, and checksums that are not made
# yet: they cross the switch as they are, and are finished where they leave
# through a device that cannot take them so.
#
#	g1, g2 (netns)     t1 (netns)          host
#	   eth0              eth0               |
#	    |                 | tapvm.py        |
#	  pg1, pg2           pt1 (tap)       v1 (vNIC)
#	    +-----------------+------ vs0 ------+
#
# requires: jq ethtool iperf3
# timeout: 900
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lib/frames.sh"
TESTS="tcp tcp_tagged tcp_qinq split udp count checksum mtu"

BYTES=2000000
declare -A ADDR=([g1]=192.0.2.1 [g2]=192.0.2.2 [t1]=192.0.2.3 [v1]=192.0.2.4)
declare -A ADDR6=([g1]=2001:db8::1 [g2]=2001:db8::2)
declare -A PORT=([g1]=pg1 [g2]=pg2 [t1]=pt1 [v1]=v1)

tap_guest()
{
	[ -e /dev/net/tun ] || check modprobe tun
	ns_add "$1"
	bg python3 "$FRAMES_DIR/tapvm.py" "p$1" "$(ns "$1")" eth0
	busywait 60000 grep -qx ready "$BG_LOG"
	check ip -n "$(ns "$1")" addr add "$2" dev eth0
	check ip -n "$(ns "$1")" link set eth0 up
	check ip link set "p$1" up
}

setup()
{
	local name

	check vswitchctl switch add vs0 type internal management off
	defer lib_link_del vs0
	check ip link set vs0 up
	frames_start
	guest g1 02:00:00:00:01:01 ${ADDR[g1]}/24
	guest g2 02:00:00:00:01:02 ${ADDR[g2]}/24
	# Until a case needs it: what IPv6 says by itself would be counted.
	for name in g1 g2; do
		in_ns $name sysctl -q -w net.ipv6.conf.eth0.disable_ipv6=1
	done
	check ip link set pg1 master vs0
	check ip link set pg2 master vs0
	frames packet g1 eth0 "$(ns g1)"
	frames packet g2 eth0 "$(ns g2)"
}

# The slower kinds of guests, for the cases that use them.
all_kinds()
{
	tap_guest t1 ${ADDR[t1]}/24
	check ip link set pt1 master vs0
	frames packet t1 eth0 "$(ns t1)"
	check ip link add v1 link vs0 type vswitch_vnic
	check ip addr add ${ADDR[v1]}/24 dev v1
	check ip link set v1 up
	frames packet v1 v1
}

at()
{
	local name=$1; shift

	[ "$name" = v1 ] || set -- ip netns exec "$(ns "$name")" "$@"
	"$@"
}

server()
{
	if [ "$1" = v1 ]; then
		bg iperf3 -s --forceflush
	else
		bg in_ns "$1" iperf3 -s --forceflush
	fi
	SERVER=$BG_PID
	busywait 30000 grep -q listening "$BG_LOG"
}

sent()
{
	vswitchctl -s -j port show "$1" | jq -r \
		'[.. | .stats? // empty][0].tx | "\(.packets) \(.bytes)"'
}

# TCP from one station to another; how the frames looked where they arrived.
#	tcp FROM TO [ADDRESS]
# sets BIG, and fails if the port's counters do not count what is on a wire.
tcp()
{
	local from=$1 to=$2 address=${3-${ADDR[$2]}} packets bytes p b got

	read -r packets bytes < <(sent "${PORT[$to]}")
	frames sizes "$to"
	check at "$from" iperf3 -c "$address" -n $BYTES -J
	# The server stops reading when the client has sent enough.
	got=$(jq .end.sum_received.bytes <<<"$LIB_OUT")
	check_ge "$got" 100000 "bytes received by $to"
	frames sizes "$to"
	read -r _ BIG _ <<<"$REPLY"
	read -r p b < <(sent "${PORT[$to]}")
	packets=$((p - packets)) bytes=$((b - bytes))
	check_ge $bytes "$got" "bytes given to ${PORT[$to]}"
	check_ge $packets $((got / 1460)) "frames given to ${PORT[$to]}"
	diag "$from to $to: $packets frames on a wire; $REPLY (frames, longer than the MTU, longest)"
}

test_tcp()
{
	local pair

	all_kinds
	for pair in "g1 g2" "g1 t1" "t1 g1" "g1 v1" "v1 g1" "t1 v1" "v1 t1"; do
		server "${pair#* }"
		# shellcheck disable=SC2086 # words
		tcp $pair
		check_ge "$BIG" 10 "frames longer than the MTU, $pair"
		lib_kill $SERVER
	done
	check_eq "$(vswitchctl -s -j port show | jq -c \
		'[.[].stats.drops[] | select(.reason == "too-big")]')" "[]" \
		"too-big"
}

test_tcp_tagged()
{
	local name pair dev
	declare -A tagged=([g1]=198.51.100.1 [g2]=198.51.100.2 [t1]=198.51.100.3
		[v1]=198.51.100.4)

	all_kinds
	for name in g1 t1 v1; do
		check vswitchctl port set "${PORT[$name]}" vlan trunk 10 native 0
	done
	check vswitchctl port set pg2 vlan access 10
	check at g2 ip addr add ${tagged[g2]}/24 dev eth0
	for name in g1 t1 v1; do
		dev=eth0
		[ $name != v1 ] || dev=v1
		check at $name ip link add link $dev name $dev.10 type vlan id 10
		check at $name ip addr add ${tagged[$name]}/24 dev $dev.10
		check at $name ip link set $dev.10 up
	done
	for pair in "g1 g2" "g2 g1" "g1 t1" "t1 g1" "g1 v1" "v1 g1" "v1 t1"; do
		server "${pair#* }"
		# shellcheck disable=SC2086 # words
		tcp $pair "${tagged[${pair#* }]}"
		check_ge "$BIG" 10 "frames longer than the MTU, $pair"
		lib_kill $SERVER
	done
}

# Under tags that are payload to the switch.
test_tcp_qinq()
{
	local name i=0

	for name in g1 g2; do
		check vswitchctl port set p$name vlan trunk 10 native 0
		check at $name ip link add link eth0 name ad20 type vlan \
			protocol 802.1ad id 20
		check at $name ip link add link eth0 name q10 type vlan id 10
		check at $name ip link add link q10 name q20 type vlan id 20
		check at $name ip link set ad20 up
		check at $name ip link set q10 up
		check at $name ip link set q20 up
		check at $name ip addr add 198.51.100.$((++i))/25 dev ad20
		check at $name ip addr add 198.51.100.$((128 + i))/25 dev q20
	done
	server g2
	tcp g1 g2 198.51.100.2
	check_ge "$BIG" 10 "frames longer than the MTU, 802.1ad"
	tcp g1 g2 198.51.100.130
	check_ge "$BIG" 10 "frames longer than the MTU, two tags"
	check ethtool -K pg2 tso off gso off
	tcp g1 g2 198.51.100.2
	check_eq "$BIG" 0 "frames longer than the MTU, 802.1ad, without gso"
	tcp g1 g2 198.51.100.130
	check_eq "$BIG" 0 "frames longer than the MTU, two tags, without gso"
}

test_split()
{
	server g2
	check ethtool -K pg2 tso off gso off
	tcp g1 g2
	check_eq "$BIG" 0 "frames longer than the MTU, without tso and gso"
	check ethtool -K pg2 tx off
	tcp g1 g2
	check_eq "$BIG" 0 "frames longer than the MTU, without checksums"
	check ethtool -K pg2 tx on tso on gso on
	tcp g1 g2
	check_ge "$BIG" 10 "frames longer than the MTU, with tso again"
}

udp_gso()
{
	local packets p

	read -r packets _ < <(sent pg2)
	frames sizes g2
	check python3 "$FRAMES_DIR/udpgso.py" "$(ns g1)" "$(ns g2)" "$1"
	frames sizes g2
	read -r _ BIG _ <<<"$REPLY"
	read -r p _ < <(sent pg2)
	check_ge $((p - packets)) 200 "datagrams given to pg2"
}

# In what is counted, a large frame is what it becomes.
test_count()
{
	[ -e /dev/net/tun ] || check modprobe tun
	check python3 "$FRAMES_DIR/gso_count.py" vs0
}

test_udp()
{
	local name address

	for name in g1 g2; do
		in_ns $name sysctl -q -w net.ipv6.conf.eth0.disable_ipv6=0
		check at $name ip addr add "${ADDR6[$name]}/64" dev eth0 nodad
	done
	check busywait 20000 reaches g1 ${ADDR[g2]}
	check busywait 20000 reaches g1 ${ADDR6[g2]}
	for address in ${ADDR[g2]} ${ADDR6[g2]}; do
		udp_gso "$address"
		check_ge "$BIG" 20 "frames longer than the MTU to $address"
	done
	check ethtool -K pg2 gso off tx-udp-segmentation off
	for address in ${ADDR[g2]} ${ADDR6[g2]}; do
		udp_gso "$address"
		check_eq "$BIG" 0 "frames longer than the MTU without gso"
	done
}

# Not every kind of guest is a wire.
one_checksum()	# STATION WHAT
{
	for _ in {1..50}; do
		frames checksums "$1"
		[ "$REPLY" = "0 0" ] || break
		sleep 0.1
	done
	check_eq "$REPLY" "1 0" "right and wrong checksums $2"
}

# One UDP packet from g1 by a device; its checksum as t2, a tap, has it.
datagram()
{
	local dev=$1 address=$2

	check at g1 ip neigh replace "$address" lladdr 02:00:00:00:01:05 dev "$dev"
	frames checksums t2
	check in_ns g1 bash -c "echo checksum me >/dev/udp/$address/9"
	one_checksum t2 "by $dev"
}

test_checksum()
{
	local dev

	frames tap t2 pt2
	defer lib_link_del pt2
	check ip link set pt2 master vs0 up
	check vswitchctl port set pg1 vlan trunk 10 native 0
	check vswitchctl port set pt2 vlan trunk 10 native 0
	check at g1 ip link add link eth0 name q10 type vlan id 10
	check at g1 ip link add link q10 name q20 type vlan id 20
	check at g1 ip link add link eth0 name ad20 type vlan \
		protocol 802.1ad id 20
	check at g1 ip link add link ad20 name ad20q type vlan id 30
	for dev in q10 q20 ad20 ad20q; do
		check at g1 ip link set $dev up
	done
	check at g1 ip addr add 198.51.100.1/28 dev q10
	check at g1 ip addr add 198.51.100.17/28 dev q20
	check at g1 ip addr add 198.51.100.33/28 dev ad20
	check at g1 ip addr add 198.51.100.49/28 dev ad20q
	datagram eth0 192.0.2.77
	datagram q10 198.51.100.2
	datagram ad20 198.51.100.34
	# hv_netvsc has vlan_features with tags in them, and loses one of two.
	[ "${VSWITCH_GUESTS-}" != nic ] || return 0
	datagram q20 198.51.100.18
	datagram ad20q 198.51.100.50
	# A veth that leaves it to the sender.
	check vswitchctl port set pg2 vlan trunk 10 native 0
	check ethtool -K pg2 tx off
	frames checksums g2
	check in_ns g1 bash -c "echo checksum me >/dev/udp/192.0.2.77/9"
	one_checksum g2 "at a veth"
}

test_mtu()
{
	check ip link set pg1 mtu 2000
	check in_ns g1 ip link set eth0 mtu 2000
	# The tag that a frame may have is not counted.
	check_rx g2 g1 len=1518
	check_drops "pg2 too-big 1" check_rx none g1 len=1519
	check_drops "pg2 too-big 1" check_rx none g1 len=2014
	check_drops none check_rx g1 g2 len=1514
	check ip link set pg2 mtu 2000
	check in_ns g2 ip link set eth0 mtu 2000
	check_drops none check_rx g2 g1 len=2014
	check ip link set pg2 mtu 1000
	check_drops "pg2 too-big 1" check_rx none g1 len=1019
	check_rx g2 g1 len=1018
}

run_tests "$@"
