#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The distribution's hv_netvsc, as it comes, is the guest of NICs on a switch.
#
#	netns g1			netns g2
#	eth0: hv_netvsc			eth0: hv_netvsc
#	   | VMBus (vmbus_local)	   |
#	partition p1			partition p2	(vmbus_host)
#	   |				   |
#	  nic1				  nic2		(netvsp)
#	   +---------- vsT ----------------+		(vswitch)
#			|
#		       pext: veth to netns ext
#
# requires: jq python3 iperf3 ethtool dnsmasq
# uses: vmbus_host vmbus_local netvsp
# timeout: 2400
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lib/vmbus.sh"

TESTS="show traffic copy dhcp large vlan mtu offloads queues rings moderation updown changes
	policy xdp address del_load removed partition_dies netdev_deleted driver_reload unload refused"

load_all()	# [PARAMETER...] of vmbus_local
{
	load_bus "$@"
	check insmod "$(module_file netvsp)"
	defer unload netvsp
	insmod_driver net/hyperv/hv_netvsc
	defer unload hv_netvsc
}

setup()
{
	[ -e /run/vswitch-vm/job ] || skip "only in the disposable VM"
	driver_file net/hyperv/hv_netvsc >/dev/null || skip "this kernel has no hv_netvsc"
	! loaded hv_vmbus || skip "hv_vmbus is loaded"
}

del_switch()
{
	ip link del vsT 2>/dev/null || :
}

# What there is in each case. Guests' interfaces come and go with their drivers.
topology()	# [PARAMETER...] of vmbus_local
{
	load_all "$@"
	check ip link add vsT type vswitch
	defer del_switch
	check ip link set vsT up
	ns_add g1 g2 ext
	nic_guest 1
	nic_guest 2
}

nic()	# NAME FILTER
{
	vswitchctl -j nic show "$1" | jq -r ".[0]$2"
}

nic_is()	# NAME FILTER VALUE
{
	[ "$(nic "$1" "$2")" = "$3" ]
}

stat_of()	# NETDEV COUNTER
{
	ethtool -S "$1" | awk -v name="$2:" '$1 == name { print $2 }'
}

has_carrier()	# NS
{
	[ "$(in_ns "$1" cat /sys/class/net/eth0/carrier 2>/dev/null)" = 1 ]
}

# Whatever the driver called it.
name_guest_dev()	# NS
{
	local dev

	dev=$(ip -n "$(ns "$1")" -o link | awk -F': ' '$2 !~ /^lo/ { print $2; exit }')
	[ -n "$dev" ] || return 1
	[ "$dev" = eth0 ] || ip -n "$(ns "$1")" link set "${dev%@*}" name eth0
}

guest_up()	# NUMBER
{
	check name_guest_dev "g$1"
	check ip -n "$(ns "g$1")" link set eth0 up
	check ip -n "$(ns "g$1")" addr add "192.0.2.$1/24" dev eth0
	check ip -n "$(ns "g$1")" addr add "2001:db8::$1/64" dev eth0 nodad
	check busywait 20000 has_carrier "g$1"
}

nic_guest()	# NUMBER [WORD...] of nic add
{
	partition "p$1" services=0
	check vswitchctl nic add "p$1" name "nic$1" switch vsT \
		mac "02:00:00:00:00:1$1" netns "$(ns "g$1")" "${@:2}"
	guest_up "$1"
	check busywait 20000 nic_is "nic$1" .state running
}

server()	# NS
{
	bg in_ns "$1" iperf3 -s
	check busywait 10000 listens "$1"
}

listens()	# NS
{
	[ -n "$(in_ns "$1" ss -Hltn 'sport = :5201')" ]
}

# As much as arrives is what was sent: iperf3 fails if not, and TCP's data is summed.
run_iperf()	# NS WORD...
{
	check timeout 120 ip netns exec "$(ns "$1")" iperf3 -J "${@:2}"
}

transfer()	# FROM TO IP BYTES
{
	local sum

	bg in_ns "$2" python3 -c '
import hashlib, socket
s = socket.create_server(("::", 7000), family=socket.AF_INET6, dualstack_ipv6=True)
print("ready", flush=True)
c, _ = s.accept()
h = hashlib.sha256()
while data := c.recv(1 << 16):
    h.update(data)
print(h.hexdigest(), flush=True)'
	check busywait 60000 grep -q ready "$BG_LOG"
	sum=$(in_ns "$1" python3 -c '
import hashlib, os, socket, sys
data = os.urandom(1 << 20)
h = hashlib.sha256()
c = socket.create_connection((sys.argv[1], 7000))
for i in range(0, int(sys.argv[2]), len(data)):
    c.sendall(data)
    h.update(data)
c.close()
print(h.hexdigest())' "$3" "$4")
	check busywait 60000 grep -q "$sum" "$BG_LOG"
}

# There and back, and the same: sizes that fit, and such as have to be fragmented.
datagrams()	# FROM TO IP SIZE...
{
	bg in_ns "$2" python3 -c '
import socket
s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
s.bind(("::", 7001))
print("ready", flush=True)
while True:
    s.sendto(*s.recvfrom(65535))'
	check busywait 60000 grep -q ready "$BG_LOG"
	check in_ns "$1" python3 -c '
import os, socket, sys
family = socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET
s = socket.socket(family, socket.SOCK_DGRAM)
s.connect((sys.argv[1], 7001))
s.settimeout(2)
for size in map(int, sys.argv[2:]):
    data = os.urandom(size)
    for _ in range(5):
        s.send(data)
        try:
            if s.recv(65535) == data:
                break
        except TimeoutError:
            pass
    else:
        sys.exit(f"{size} bytes do not come back")' "${@:3}"
	lib_kill "$BG_PID"
}

test_show()
{
	topology
	check_eq "$(nic nic1 .version)" 6.1 "version of NVSP"
	check_eq "$(nic nic1 .partition)" p1 "partition"
	check_eq "$(nic nic1 .guest_mac)" 02:00:00:00:00:11 "the guest's address"
	check_eq "$(nic nic1 .rsc)" true "coalesced segments"
	check_eq "$(nic nic1 .link)" true "link"
	check_eq "$(vswitchctl -j nic show | jq length)" 2 "NICs"
	check_eq "$(IP_LIB_DIR="$(dirname "$0")/../userspace" ip -d link show nic1 |
		grep -o 'netvsp partition p1')" "netvsp partition p1" "what ip says"
	check_eq "$(in_ns g1 cat /sys/class/net/eth0/address)" 02:00:00:00:00:11 "address"
	check_eq "$(in_ns g1 cat /sys/class/net/eth0/speed)" 10000 "speed"
	check vswitchctl nic set nic1 speed 25000
	check busywait 10000 speed_is g1 25000
	check_eq "$(field p1 '.errors // [] | length')" 0 "errors of p1"
}

speed_is()	# NS MBIT
{
	[ "$(in_ns "$1" cat /sys/class/net/eth0/speed)" = "$2" ]
}

complaints()
{
	dmesg | grep -E 'hv_netvsc.*([Ii]nvalid|too big|unhandled|error)'
}

both_ways()
{
	check reaches g1 192.0.2.2
	check reaches g2 2001:db8::1
	transfer g1 g2 192.0.2.2 8388608
	transfer g2 g1 2001:db8::1 8388608
	server g2
	run_iperf g1 -c 192.0.2.2 -t 2
	run_iperf g1 -c 2001:db8::2 -t 2 -R
	run_iperf g1 -c 192.0.2.2 -u -b 20M -t 2 -l 1200
	check_eq "$(field p1 '.errors // [] | length')" 0 "errors of p1"
	check_eq "$(field p2 '.errors // [] | length')" 0 "errors of p2"
	# What guests' drivers think of us.
	check_fail complaints
}

test_traffic()
{
	topology
	both_ways
	ethtool -S nic2 | head -n 30
}

# Guest memory is never mapped.
test_copy()
{
	topology copy=1
	both_ways
}

test_dhcp()
{
	topology
	check ip link add pext type veth peer name eth0 netns "$(ns ext)"
	defer ip link del pext
	check vswitchctl port add vsT pext
	check ip -n "$(ns ext)" addr add 192.0.2.254/24 dev eth0
	check ip -n "$(ns ext)" link set eth0 up
	bg in_ns ext dnsmasq --no-daemon --conf-file=/dev/null --port=0 --interface=eth0 \
		--dhcp-range=192.0.2.100,192.0.2.150,1h --leasefile-ro
	check ip -n "$(ns g1)" addr flush dev eth0
	# shellcheck disable=SC2016
	check busywait 30000 in_ns g1 busybox udhcpc -i eth0 -n -q -t 3 -T 2 -s /bin/true
	check grep -q "DHCPACK(eth0) 192.0.2.1[0-9]* 02:00:00:00:00:11" "$BG_LOG"
}

# Datagrams, 60 of them at once: the guest's kernel makes them of one.
bursts()	# NS IP COUNT
{
	check in_ns "$1" python3 -c '
import socket, sys, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.IPPROTO_UDP, 103, 1000)	# UDP_SEGMENT
for _ in range(int(sys.argv[2])):
    s.sendto(bytes(60000), (sys.argv[1], 9))
    time.sleep(0.002)' "$2" "$3"
}

# Large frames cross in one piece, if both ends can; how large they become TCP knows,
# and on a busy machine that is less. Small ones that come together go on together. A packet
# from the guest has one large frame, or small ones that fit into a section, of 6144 bytes.
test_large()
{
	local packets batches

	topology
	transfer g1 g2 192.0.2.2 33554432
	batches=$(stat_of nic1 rx_batches)
	diag "32 MiB: $(stat_of nic1 rx_packets) frames in $batches packets from the guest," \
		"$(stat_of nic2 tx_packets) in $(stat_of nic2 tx_batches) to the other one"
	check_le "$batches" $((33554432 / 6500)) "packets for 32 MiB"
	check_ge "$(stat_of nic2 tx_packets)" $((4 * $(stat_of nic2 tx_batches))) \
		"segments for four of each packet"
	packets=$(stat_of nic2 tx_packets)
	batches=$(stat_of nic2 tx_batches)
	bursts g1 192.0.2.2 100
	packets=$(($(stat_of nic2 tx_packets) - packets))
	batches=$(($(stat_of nic2 tx_batches) - batches))
	diag "$packets small frames in $batches packets"
	check_ge "$packets" 3000 "small frames"
	check_ge "$packets" $((3 * batches)) "small frames for three of each packet"
}

# Both guests in VLAN 10, of their own making.
vlans()
{
	local i

	for i in 1 2; do
		check vswitchctl port set "nic$i" vlan trunk 10 native 1
		check ip -n "$(ns "g$i")" link add link eth0 name v10 type vlan id 10
		check ip -n "$(ns "g$i")" link set v10 up
		check ip -n "$(ns "g$i")" addr add "198.51.100.$i/24" dev v10
		check ip -n "$(ns "g$i")" addr add "2001:db8:10::$i/64" dev v10 nodad
	done
}

test_vlan()
{
	topology
	vlans
	check reaches g1 198.51.100.2
	check reaches g1 2001:db8:10::2
	transfer g1 g2 198.51.100.2 4194304
	transfer g2 g1 2001:db8:10::1 4194304
	datagrams g1 g2 198.51.100.2 1 18 1000 1472 8000
	datagrams g2 g1 2001:db8:10::1 1 1000 1452 8000
	# The switch takes the tag off, and puts it on.
	check vswitchctl port set nic2 vlan access 10
	check isolated g1 198.51.100.2
	check ip -n "$(ns g2)" link del v10
	check ip -n "$(ns g2)" addr add 198.51.100.3/24 dev eth0
	check ip -n "$(ns g2)" addr add 2001:db8:10::3/64 dev eth0 nodad
	check reaches g1 198.51.100.3
	transfer g2 g1 198.51.100.1 4194304
	transfer g1 g2 2001:db8:10::3 4194304
	datagrams g1 g2 198.51.100.3 1 1472 8000
	datagrams g1 g2 2001:db8:10::3 1 1452 8000
}

guest_mtu()	# NUMBER MTU
{
	check ip -n "$(ns "g$1")" link set eth0 mtu "$2"
	check busywait 20000 has_carrier "g$1"
	check_eq "$(nic "nic$1" .guest_mtu)" "$2" "MTU that the guest said"
	check busywait 10000 mtu_is "nic$1" "$2"
}

mtu_is()	# NETDEV MTU
{
	[ "$(cat "/sys/class/net/$1/mtu")" = "$2" ]
}

test_mtu()
{
	local mtu i

	topology
	vlans
	# The least one last: who sends keeps it in mind.
	for mtu in 9000 1400 576 1500 68; do
		guest_mtu 1 $mtu
		guest_mtu 2 $mtu
		for i in 1 2; do
			check ip -n "$(ns "g$i")" link set v10 mtu $mtu
		done
		for i in 192.0.2.2 198.51.100.2; do
			check in_ns g1 ping -c 1 -W 5 -M "do" -s $((mtu - 28)) $i
		done
		transfer g1 g2 192.0.2.2 1048576
		transfer g2 g1 198.51.100.1 1048576
		datagrams g1 g2 192.0.2.2 1 $((mtu - 28)) $((mtu - 27)) 4000
		[ $mtu -ge 1280 ] || continue
		# With less the addresses are gone.
		for i in 1 2; do
			check ip -n "$(ns "g$i")" addr replace "2001:db8::$i/64" \
				dev eth0 nodad
			check ip -n "$(ns "g$i")" addr replace "2001:db8:10::$i/64" \
				dev v10 nodad
		done
		for i in 2001:db8::2 2001:db8:10::2; do
			check in_ns g1 ping -c 1 -W 5 -M "do" -s $((mtu - 48)) $i
		done
		transfer g1 g2 2001:db8::2 1048576
		datagrams g1 g2 2001:db8:10::2 1 $((mtu - 48)) $((mtu - 47)) 4000
	done
	# More than the host allows.
	check vswitchctl nic set nic1 mtu 2000
	check ip -n "$(ns g1)" link set eth0 mtu 3000
	check_eq "$(in_ns g1 cat /sys/class/net/eth0/mtu)" 2000 "MTU"
}

test_offloads()
{
	local what

	topology
	for what in "tso off" "tx off" "rx off" "lro off" "lro on" "gro off" "sg off" "sg on" \
		    "tx on" "tso on" "rx on"; do
		# shellcheck disable=SC2086
		in_ns g1 ethtool -K eth0 $what 2>/dev/null || diag "not: $what"
		diag "$what: $(cat /proc/uptime)"
		transfer g1 g2 192.0.2.2 2097152
		transfer g2 g1 192.0.2.1 2097152
	done
	for what in "tso off gso off" "tx off" "rx off gro off" "tx on" "tso on gso on gro on"; do
		# shellcheck disable=SC2086
		ethtool -K nic1 $what >/dev/null || diag "not: $what"
		transfer g1 g2 192.0.2.2 2097152
		transfer g2 g1 192.0.2.1 2097152
	done
}

test_queues()
{
	local i n

	topology
	server g2
	bg in_ns g1 iperf3 -c 192.0.2.2 -t 60 -P 2
	for i in 1 2 3 4 5 6; do
		for n in 1 2; do
			check ip netns exec "$(ns g2)" ethtool -L eth0 combined $n
			check_eq "$(nic nic2 .channels)" $n "channels"
		done
	done
	check busywait 20000 has_carrier g2
	check reaches g1 192.0.2.2
}

test_rings()
{
	local rx

	topology
	for rx in 10 64 1000 18000; do
		check ip netns exec "$(ns g2)" ethtool -G eth0 rx $rx tx 100
		check busywait 20000 has_carrier g2
		transfer g1 g2 192.0.2.2 2097152
		transfer g2 g1 192.0.2.1 2097152
	done
}

# How often the worker of a guest's channels was called.
wakeups()	# PARTITION
{
	vswitchctl -j -s partition show "$1" | jq '[.. | .wakeups? // empty] | add'
}

# Frames of a stream, that is not so fast that they are looked at together anyhow.
stream_wakeups()
{
	local before

	before=$(wakeups p1)
	run_iperf g1 -c 192.0.2.2 -u -b 800K -l 100 -t 3
	STREAM=$(($(wakeups p1) - before))
}

wakeups_each()	# PARTITION
{
	vswitchctl -j -s partition show "$1" | jq -c '[.. | .wakeups? // empty]'
}

# Microseconds that a question and its answer take, and how often a channel's worker was
# called in as many milliseconds: of the channel for which that was most often, since
# the answer may come to another than the question.
round_trip()
{
	local before began

	before=$(wakeups_each p1) began=${EPOCHREALTIME/[.,]/}
	RTT=$(ip netns exec "$(ns g1)" ping -q -A -c 100 192.0.2.2 |
		awk -F/ '/^rtt/ { printf "%d\n", $5 * 1000 }')
	CALLS=$(jq -n "[$before, $(wakeups_each p1)] | transpose | map(.[1] - .[0]) | max")
	MS=$(((${EPOCHREALTIME/[.,]/} - began) / 1000))
}

# Ten milliseconds after a channel's worker was called it is again, at the earliest.
signals_wait()
{
	check_le "$CALLS" $((MS / 10 + 20)) "wakeups in $MS ms"
}

test_moderation()
{
	local own none

	topology
	server g2
	check test "$(ethtool -c nic1 | grep -c -e '^Adaptive RX: on' -e '^rx-usecs:.*50')" = 2
	check_fail ethtool -C nic1 rx-usecs 10001
	check_fail ethtool -C nic1 tx-usecs 1
	check_fail ethtool -C nic1 rx-frames 1
	# On a busy machine frames come together, and need fewer by themselves.
	for _ in 1 2 3 4; do
		check ethtool -C nic1 adaptive-rx off rx-usecs 0
		stream_wakeups
		own=$STREAM
		round_trip
		none=$RTT
		check ethtool -C nic1 rx-usecs 10000
		stream_wakeups
		diag "$own wakeups, $STREAM with moderation"
		[ $((STREAM * 3)) -gt "$own" ] || break
	done
	check_le $((STREAM * 3)) "$own" "wakeups with moderation"
	round_trip
	own=$RTT
	signals_wait
	check ethtool -C nic1 adaptive-rx on
	# On a busy machine each takes as long.
	for _ in 1 2 3; do
		round_trip
		diag "there and back in $none us, moderated in $own us, adaptive in $RTT us"
		[ $((RTT * 3 / 2)) -gt "$own" ] || break
	done
	[ "$own" -lt $((none * 3)) ] ||
		check_le $((RTT * 3 / 2)) "$own" "a signal that is of use at once"
	# Channels that are opened anew have it, too.
	check ip netns exec "$(ns g1)" ethtool -L eth0 combined 2
	check busywait 20000 has_carrier g1
	check ethtool -C nic1 adaptive-rx off
	check ip netns exec "$(ns g1)" ethtool -L eth0 combined 1
	check busywait 20000 has_carrier g1
	round_trip
	signals_wait
}

test_updown()
{
	local i

	topology
	for i in $(seq 200); do
		ip -n "$(ns g1)" link set eth0 down
		ip -n "$(ns g1)" link set eth0 up
	done
	check busywait 20000 has_carrier g1
	check reaches g1 192.0.2.2
	check ip link set nic1 down
	check_eq "$(nic nic1 .link)" false "link"
	check busywait 10000 has_no_carrier g1
	check ip link set nic1 up
	check busywait 10000 has_carrier g1
	check reaches g1 192.0.2.2
}

# All that a guest can do to its interface, hundreds of times, while frames come.
test_changes()
{
	local i

	local pings=()

	topology
	bg in_ns g2 ping -f 192.0.2.1
	pings+=("$BG_PID")
	bg in_ns g1 ping -f 192.0.2.2
	pings+=("$BG_PID")
	for i in $(seq 200); do
		ip -n "$(ns g1)" link set eth0 down
		ip -n "$(ns g1)" link set eth0 up
		case $((i % 6)) in
		0)	check ip netns exec "$(ns g1)" ethtool -L eth0 combined $((i / 6 % 2 + 1)) ;;
		1)	check ip netns exec "$(ns g1)" ethtool -G eth0 \
				rx $((i * 37 % 6000 + 10)) tx $((i + 10)) ;;
		2)	check ip netns exec "$(ns g1)" ethtool -K eth0 tso off tx off ;;
		3)	check ip netns exec "$(ns g1)" ethtool -K eth0 rx off lro off ;;
		4)	check ip netns exec "$(ns g1)" ethtool -K eth0 tx on tso on rx on lro on ;;
		5)	check ip -n "$(ns g1)" link set eth0 mtu $((1000 + i)) ;;
		esac
	done
	for i in "${pings[@]}"; do
		lib_kill "$i"
	done
	check busywait 20000 has_carrier g1
	check reaches g1 192.0.2.2
	transfer g1 g2 192.0.2.2 2097152
	check_eq "$(field p1 '.errors // [] | length')" 0 "errors of p1"
}

has_no_carrier()	# NS
{
	! has_carrier "$1"
}

# hv_netvsc changes it only while it is down.
guest_address()	# NUMBER MAC
{
	check ip -n "$(ns "g$1")" link set eth0 down
	check ip -n "$(ns "g$1")" link set eth0 address "$2"
	check ip -n "$(ns "g$1")" link set eth0 up
	check busywait 20000 has_carrier "g$1"
}

# The switch's policies hold.
test_policy()
{
	topology
	check reaches g1 192.0.2.2
	guest_address 1 02:00:00:00:00:99
	check_eq "$(nic nic1 .guest_mac)" 02:00:00:00:00:99 "the guest's address"
	check isolated g1 192.0.2.2
	check vswitchctl port set nic1 mac-spoofing on
	check reaches g1 192.0.2.2
	guest_address 1 02:00:00:00:00:11
	check vswitchctl port set nic1 mac-spoofing off
	check reaches g1 192.0.2.2
	check vswitchctl acl add nic1 direction both action deny remote-ip 192.0.2.2
	check isolated g1 192.0.2.2
}

# A NIC has no XDP of its own; the kernel's, which any netdev has, sees what guests send.
test_xdp()
{
	local xdp

	xdp=$(dirname "$0")/lib/xdp_drop.py
	topology
	check reaches g1 192.0.2.2
	check python3 "$xdp" nic1 generic
	check isolated g1 192.0.2.2
	check ip link set nic1 xdpgeneric off
	check reaches g1 192.0.2.2
	! python3 "$xdp" nic1 native 2>"$LIB_TMP/native" || fail "there is native XDP"
	check grep -q "not support XDP in native mode" "$LIB_TMP/native"
}

# A port of a NIC has its address by nature; and changes it with that of the NIC.
test_address()
{
	topology
	partition p3 services=0
	check vswitchctl nic add p3 name nic3 mac 02:00:00:00:00:13
	check ip link set nic3 master vsT
	check_eq "$(vswitchctl -j port show nic3 | jq -r '.[0].mac')" 02:00:00:00:00:13 \
		"address of its port"
	check_fail_with 'auto is for a new NIC' vswitchctl nic set nic1 mac auto
	check_fail_with 'another port' vswitchctl nic set nic1 mac 02:00:00:00:00:13
	check_eq "$(nic nic1 .mac)" 02:00:00:00:00:11 "address after a refusal"
	check vswitchctl nic set nic1 mac 02:00:00:00:00:55
	check_eq "$(vswitchctl -j port show nic1 | jq -r '.[0].mac')" 02:00:00:00:00:55 \
		"address of its port"
	guest_address 1 02:00:00:00:00:55
	check reaches g1 192.0.2.2
	# The driver says it once, and opens its channel anew for another MTU.
	check vswitchctl port set nic1 mac-spoofing on
	guest_address 1 02:00:00:00:00:99
	guest_mtu 1 1400
	check reaches g1 192.0.2.2
	check reaches g2 192.0.2.1
	check_eq "$(nic nic1 .guest_mac)" 02:00:00:00:00:99 "the guest's address"
}

load_on()
{
	server g2
	bg in_ns g1 iperf3 -c 192.0.2.2 -t 120 -P 2
	bg in_ns g2 ping -f 192.0.2.1
	sleep 2
}

gone()	# NS
{
	! ip -n "$(ns "$1")" link show eth0 >/dev/null 2>&1
}

test_del_load()
{
	local i

	topology
	load_on
	for i in 1 2 3; do
		check vswitchctl nic del nic2
		check busywait 30000 gone g2
		check vswitchctl nic add p2 name nic2 switch vsT \
			mac 02:00:00:00:00:12 netns "$(ns g2)"
		guest_up 2
		check reaches g1 192.0.2.2
	done
}

test_partition_dies()
{
	local i

	topology
	load_on
	for i in 1 2 3; do
		check nl del p2
		check busywait 30000 gone g2
		check_fail ip link show nic2
		check nl add p2 transport=local services=0
		check vswitchctl nic add p2 name nic2 switch vsT \
			mac 02:00:00:00:00:12 netns "$(ns g2)"
		guest_up 2
		check reaches g1 192.0.2.2
	done
	# At each step on the way up.
	for i in $(seq 20); do
		check nl del p2
		check nl add p2 transport=local services=0
		vswitchctl nic add p2 name nic2
		sleep "0.$((i * 3))"
	done
}

# The host takes a NIC away while its guest is busy with it.
busy()	# KIND
{
	# shellcheck disable=SC2016 # it is not ours
	bg in_ns g2 bash -c 'dev=$(basename "$(readlink /sys/class/net/eth0/device)")
		drv=/sys/bus/vmbus/drivers/hv_netvsc
		n=0
		while [ -e "/sys/bus/vmbus/devices/$dev" ]; do
			case $1 in
			queues)	ethtool -L eth0 combined $((n % 2 + 1)) ;;
			mtu)	ip link set eth0 mtu $((1400 + n % 50)) ;;
			bind)	echo "$dev" >$drv/unbind; echo "$dev" >$drv/bind ;;
			esac
			n=$((n + 1))
		done 2>/dev/null
		echo "$n times"' _ "$1"
	sleep 1
}

test_removed()
{
	local kind how

	topology
	load_on
	for kind in queues mtu bind; do
		for how in nic partition; do
			busy $kind
			if [ $how = nic ]; then
				check vswitchctl nic del nic2
			else
				check nl del p2
				check nl add p2 transport=local services=0
			fi
			check busywait 60000 lib_gone "$BG_PID"
			diag "$kind, $how: $(tail -n 1 "$BG_LOG")"
			check busywait 30000 gone g2
			check vswitchctl nic add p2 name nic2 switch vsT \
				mac 02:00:00:00:00:12 netns "$(ns g2)"
			guest_up 2
			check busywait 20000 nic_is nic2 .state running
			check reaches g1 192.0.2.2
		done
	done
}

test_netdev_deleted()
{
	topology
	load_on
	check ip link del nic2
	check busywait 30000 gone g2
	check_eq "$(vswitchctl -j nic show | jq length)" 1 "NICs"
}

test_driver_reload()
{
	local i

	topology
	load_on
	for i in 1 2; do
		check rmmod hv_netvsc
		check_eq "$(nic nic1 .state)" closed "state"
		insmod_driver net/hyperv/hv_netvsc
		check busywait 20000 nic_is nic1 .state running
	done
}

# The host's half goes while the guest's is busy.
test_unload()
{
	topology
	load_on
	bg in_ns g2 bash -c 'for i in $(seq 20); do ip link set eth0 mtu $((1400 + i)); done'
	check rmmod netvsp
	check busywait 30000 gone g1
	check busywait 30000 gone g2
	check insmod "$(module_file netvsp)"
	check vswitchctl nic add p1 name nic1
	check busywait 20000 nic_is nic1 .state running
}

test_refused()
{
	load_bus
	partition p1 services=0
	check_fail_with 'netvsp, which is not loaded' vswitchctl nic add p1
	check insmod "$(module_file netvsp)"
	defer unload netvsp
	check_fail_with 'no partition of this name' vswitchctl nic add p9
	check_fail_with 'vswitchctl nic add' ip link add nic7 type netvsp
	check_fail_with 'unicast' vswitchctl nic add p1 mac 01:00:00:00:00:01
	check_fail_with 'no NIC of this name' vswitchctl nic del lo
	check vswitchctl nic add p1 name nic1
	check_fail_with 'netdev of this name' vswitchctl nic add p1 name nic1
	check_fail ip link set nic1 netns 1
	check vswitchctl nic del nic1
	check_fail ip link show nic1
}

run_tests "$@"
