#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Real protocols through each type of switch, and that each type keeps apart
# what it promises to.
#
#	g1, g2 (netns)    host           wire (netns)
#	   eth0            |                eth0
#	    |              |                 |
#	  pg1, pg2      v1 (vNIC)         pwire (uplink)
#	    +--------------+---- vs0 --------+
#
#	external	all of it
#	internal	no uplink: the wire is beside the switch
#	private		neither uplink nor vNIC
#
# requires: jq ethtool iperf3 dnsmasq dhclient
# timeout: 900
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lib/frames.sh"
TESTS="external internal private dhcp dhcp_from_wire drop_reasons"

declare -A ADDR=([g1]=192.0.2.1 [g2]=192.0.2.2 [v1]=192.0.2.3 [wire]=192.0.2.4)
declare -A ADDR6=([g1]=2001:db8::1 [g2]=2001:db8::2 [v1]=2001:db8::3
	[wire]=2001:db8::4)

at()
{
	local name=$1; shift

	if [ "$name" = v1 ]; then
		"$@"
	else
		in_ns "$name" "$@"
	fi
}

two_guests()
{
	local name

	for name in "$@"; do
		guest "$name" - "${ADDR[$name]}/24" "${ADDR6[$name]}/64"
	done
}

# The host's own adapter.
vnic()
{
	check ip link add v1 link vs0 type vswitch_vnic
	check ip addr add ${ADDR[v1]}/24 dev v1
	check ip addr add ${ADDR6[v1]}/64 dev v1 nodad
	check ip link set v1 up
}

setup()
{
	check vswitchctl switch add vs0 type internal management off
	defer lib_link_del vs0
	check ip link set vs0 up
}

join()
{
	local name

	for name in "$@"; do
		check ip link set "p$name" master vs0
	done
}

# TCP and UDP by IPv4 and IPv6 from one station to another, both ways.
iperf()
{
	local from=$1 to=$2 address port=$((++IPERF_PORT)) server args

	if [ "$to" = v1 ]; then
		bg iperf3 -s -p $port --forceflush
	else
		bg in_ns "$to" iperf3 -s -p $port --forceflush
	fi
	server=$BG_PID
	busywait 60000 grep -q listening "$BG_LOG"
	# The server stops reading when the client has sent enough: not all counts.
	for address in "${ADDR[$to]}" "${ADDR6[$to]}"; do
		check busywait 60000 reaches "$from" "$address"
		for args in "-n 1M" "-n 1M -R" "-u -b 2M -k 50 -l 1000"; do
			# shellcheck disable=SC2086 # words
			check at "$from" iperf3 -J -p $port -c "$address" $args
			check_ge "$(jq '.end.sum_received.bytes //
				(.end.sum.bytes - .end.sum.lost_packets * 1000)' \
				<<<"$LIB_OUT")" 20000 "bytes by $args to $address"
		done
	done
	lib_kill "$server"
}
IPERF_PORT=5200

frames_of()
{
	port_stat "$1" "rx_packets"
}

test_external()
{
	two_guests g1 g2 wire
	join g1 g2
	check vswitchctl switch set vs0 type external uplink pwire management off
	vnic
	iperf g1 g2
	iperf g1 v1
	iperf g2 wire
	iperf wire v1
	# Ordinary traffic was not dropped on the way.
	check_eq "$(vswitchctl -s -j port show | jq -c '[.[].stats.drops[] |
		select(.reason != "link-local" and .reason != "no-destination") |
		.reason]')" "[]" "drops"
}

test_internal()
{
	two_guests g1 g2 wire
	join g1 g2
	vnic
	check_eq "$(vswitchctl -j switch show vs0 | jq -r '.. | .type? // empty')" \
		internal "type"
	iperf g1 g2
	iperf g2 v1
	check isolated g1 ${ADDR[wire]}
	check isolated wire ${ADDR[g1]}
	# There is no uplink but on an external switch.
	check_fail vswitchctl switch set vs0 type internal uplink pwire
	check vswitchctl switch set vs0 type external uplink pwire management off
	check busywait 30000 reaches g1 ${ADDR[wire]}
	check vswitchctl switch set vs0 type internal uplink none
	check busywait 30000 isolated g1 ${ADDR[wire]}
}

test_private()
{
	two_guests g1 g2 wire
	join g1 g2
	vnic
	check busywait 30000 reaches g1 ${ADDR[v1]}
	# The host takes part no more.
	check vswitchctl switch set vs0 type private
	[ ! -e /sys/class/net/v1 ] || fail "a private switch has a vNIC"
	iperf g1 g2
	check_fail_with "private" ip link add v1 link vs0 type vswitch_vnic
	check_fail vswitchctl switch set vs0 type private uplink pwire
	check_fail vswitchctl switch set vs0 uplink pwire type private
	# Whatever addresses the host puts on the switch or the ports' devices,
	# nothing comes in and nothing goes out.
	check ip addr add 192.0.2.9/24 dev vs0
	check isolated g1 192.0.2.9
	# Others on the switch may send to g1 at any time.
	check in_ns g1 tc qdisc add dev eth0 clsact
	check in_ns g1 tc filter add dev eth0 ingress flower \
		src_mac "$(cat /sys/class/net/vs0/address)" action pass
	check_fail ping -n -q -c 3 -i 0.2 -w 1 -I vs0 ${ADDR[g1]}
	check in_ns g1 tc -s -j filter show dev eth0 ingress
	check_eq "$(jq '[.. | .stats? // empty | .packets] | add' <<<"$LIB_OUT")" 0 \
		"frames that came to g1 from the host"
	check ip addr del 192.0.2.9/24 dev vs0
	check ip addr add 192.0.2.9/24 dev pg1
	check isolated g1 192.0.2.9
	check isolated g2 192.0.2.9
	check isolated g1 ${ADDR[wire]}
	check reaches g1 ${ADDR[g2]}
}

# A lease by a real server and a real client.
lease()
{
	local client=$1

	check in_ns "$client" dhclient -4 -1 -v -sf /bin/true \
		-pf "$LIB_TMP/pid.$client" -lf "$LIB_TMP/lease.$client" eth0
	defer lib_kill_file "$LIB_TMP/pid.$client"
	grep -o 'fixed-address [0-9.]*' "$LIB_TMP/lease.$client" | tail -n 1 |
		cut -d' ' -f2
}

lib_kill_file()
{
	[ ! -s "$1" ] || lib_kill "$(<"$1")"
}

dhcp_server()
{
	: >"$LIB_TMP/leases"
	bg in_ns "$1" dnsmasq --no-daemon --conf-file=/dev/null --port=0 \
		--user=root --interface=eth0 --bind-interfaces \
		--dhcp-authoritative --no-ping --dhcp-leasefile="$LIB_TMP/leases" \
		--dhcp-range="$2",192.0.2.110,1h --pid-file="$LIB_TMP/dnsmasq"
	busywait 30000 grep -q "DHCP, IP range" "$BG_LOG"
}

test_dhcp()
{
	two_guests g2
	guest g1
	join g1 g2
	check vswitchctl switch set vs0 type private
	dhcp_server g2 192.0.2.100
	check_eq "$(lease g1 | cut -d. -f1-3)" 192.0.2 "lease in a private switch"
	# The same between two ports of a VLAN; and not across VLANs.
	check vswitchctl port set pg1 vlan access 10
	check_fail timeout 10 ip netns exec "$(ns g1)" dhclient -4 -1 \
		-sf /bin/true -pf "$LIB_TMP/pid" -lf "$LIB_TMP/none" eth0
	check vswitchctl port set pg2 vlan access 10
	check_eq "$(lease g1 | cut -d. -f1-3)" 192.0.2 "lease in a VLAN"
}

test_dhcp_from_wire()
{
	two_guests wire
	guest g1
	join g1
	check vswitchctl switch set vs0 type external uplink pwire management off
	dhcp_server wire 192.0.2.100
	check_eq "$(lease g1 | cut -d. -f1-3)" 192.0.2 "lease from the wire"
	check vswitchctl switch set vs0 type internal uplink none
	join wire
	check_eq "$(lease g1 | cut -d. -f1-3)" 192.0.2 "lease in an internal switch"
}

ethtool_drops()
{
	ethtool -S "$1" | sed -n "s/^ *drop-$2: //p"
}

# One frame that is dropped for a reason; all who tell of it name it.
#	dropped PORT REASON FRAME...
dropped()
{
	local port=$1 reason=$2 before; shift 2

	before=$(ethtool_drops vs0 "$reason")
	: >$TRACE/trace
	check_drops "$port $reason 1" check_rx none "$@"
	grep -q "vsw_drop: reason=$reason port=$port " $TRACE/trace ||
		fail "not traced: $reason"$'\n'"$(grep -v ^# $TRACE/trace)"
	check_eq "$(ethtool_drops vs0 "$reason")" $((before + 1)) \
		"ethtool -S vs0, $reason"
	SEEN+="$reason "
}

test_drop_reasons()
{
	local reason ll=01:80:c2:00:00:0e

	TRACE=/sys/kernel/tracing
	SEEN=
	echo 1 >$TRACE/events/vswitch/vsw_drop/enable
	defer eval "echo 0 >$TRACE/events/vswitch/vsw_drop/enable"
	frames_start
	stations vs0 a1 a2 a3
	vnic_station vs0 v1
	dropped pa1 source-invalid a1 src=03:00:00:00:00:01
	dropped pa1 link-local a1 dst=$ll
	dropped pa1 vlan-tagged a1 tags=q10
	dropped v1 mac-spoofed v1 src=02:00:00:00:ff:01
	check_eq "$(ethtool_drops v1 mac-spoofed)" 1 "ethtool -S v1"
	dropped pa1 mac-assigned a1 src=02:00:00:00:00:04
	check vswitchctl port set pa1 vlan trunk 10 native none
	dropped pa1 vlan-untagged a1
	dropped pa1 vlan-not-member a1 tags=q20
	dropped pa1 no-destination a1 tags=q10
	check vswitchctl port set pa1 vlan trunk 10 native 0
	check vswitchctl port set pa2 vlan access 10
	dropped pa1 double-tagged a1 tags=q0/q10
	dropped pa2 double-tagged a1 tags=q10/q20
	check vswitchctl fdb add vs0 02:00:00:00:ff:03 port pa3
	check_rx a3 a1 dst=02:00:00:00:ff:03
	check ip link set pa1 mtu 2000
	check in_ns far ip link set a1 mtu 2000
	dropped pa3 too-big a1 dst=02:00:00:00:ff:03 len=1600
	dropped pa1 same-port a1 dst=02:00:00:00:00:01
	check ip link set pa3 down
	dropped pa3 link-down a1 dst=02:00:00:00:ff:03
	check ip link set vs0 down
	dropped pa1 switch-down a1
	# Two cannot be produced from outside: no-memory, and vlan-egress, since
	# no FDB entry leads to a port that is not a member of its VLAN. Policies
	# have tests of their own, which look at their reasons.
	SEEN+=" no-memory vlan-egress"
	SEEN+=" acl flow-limit dhcp-guard router-guard unparsable ip-limit"
	SEEN+=" storm-limit pvlan"
	for reason in $(ethtool -S vs0 | sed -n 's/^ *drop-\(.*\):.*/\1/p'); do
		[[ " $SEEN " == *" $reason "* ]] ||
			fail "no case for the reason $reason"
	done
}

run_tests "$@"
