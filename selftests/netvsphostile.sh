#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A process is the guest of a NIC (vmbus/nic*.c, on libvmbusguest): all versions of
# NVSP, and what a guest must not do. The host end has an address, and answers ARP.
#
# requires: jq ethtool ping tc
# uses: vmbus_host netvsp
# timeout: 1500
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lib/vmbus.sh"

TESTS="versions oids malformed offload rsc hash subs breaks many twice keep keep_one starve revoke
	pause migrate resub badstate save steps fuzz fuzz_copy guided dies"

# A receive buffer of this size has sections of a page, as those of real guests; those of the
# guests here are smaller, and so are their sections.
LARGE=0x1000000

GUEST=$(cd "$(dirname "$0")" && pwd)/vmbus/build/guest

setup()
{
	[ -x "$GUEST" ] || fail "selftests/vmbus is not built (scripts/build-tests.sh)"
	[ -e /run/vswitch-vm/job ] || skip "only in the disposable VM"
	check insmod "$(module_file vmbus_host)"
	defer unload vmbus_host
	check insmod "$(module_file netvsp)"
	defer unload netvsp
	check vswitchctl partition add g services none
	defer del_partition g
	add_nic
}

add_nic()
{
	check vswitchctl nic add g name nic1 queues 4
	# Nothing is said but what is asked for.
	sysctl -q -w net.ipv6.conf.nic1.disable_ipv6=1
	check ip addr add 192.0.2.1/24 dev nic1
}

del_partition()
{
	vswitchctl partition del "$1" 2>/dev/null || :
}

both()
{
	check "$GUEST" g "$@"
	check "$GUEST" -c g "$@"
}

stat_of()
{
	ethtool -S nic1 | awk -v name="$1:" '$1 == name { print $2 }'
}

errors()
{
	vswitchctl -j -s partition show g | jq -r ".[0].errors[\"$1\"] // 0"
}

test_versions()
{
	both nic_versions
	check_eq "$(vswitchctl -j -s partition show g | jq '.[0].errors | length')" 0 "errors"
}

test_oids()
{
	both nic_oids
}

test_malformed()
{
	both nic_malformed
	check_ge "$(stat_of rx_malformed)" 10 "malformed messages"
	check_ge "$(stat_of rx_bad_info)" 2 "bad information"
	check_ge "$(stat_of rx_bad_offload)" 2 "offloads that are none"
	check_eq "$(errors service)" 0 "channels that broke"
}

test_offload()
{
	both nic_offload
	check_eq "$(stat_of rx_bad_offload)" 22 "offloads that are none"
}

has_carrier()
{
	! is_without_carrier
}

takes_large()
{
	[ "$(vswitchctl -j nic show nic1 | jq '.[0].rsc')" = true ]
}

# A frame of a page socket, with most of it in pages.
send_large()	# LENGTH COUNT
{
	python3 -c '
import socket, struct, sys
length, count = map(int, sys.argv[1:])
data = bytes((i * 7 + i // 256) & 0xff for i in range(length))
ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 40 + length, 1, 0, 64, 6, 0,
		 bytes((192, 0, 2, 1)), bytes((192, 0, 2, 2)))
tcp = struct.pack("!HHIIBBHHH", 1, 2, 3, 4, 0x50, 0x10, 1000, 0, 0)
vnet = struct.pack("=BBHHHH", 1, 1, 54, 1460, 34, 16)
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
s.setsockopt(263, 15, 1)		# PACKET_VNET_HDR
s.bind(("nic1", 0x800))
for _ in range(count):
    s.send(vnet + b"\2\0\0\0\0\2\2\0\0\0\0\1\x08\0" + ip + tcp + data)' "$@"
}

# Of several parts, from pages; a guest that is copied to may make whoever does that wait.
test_rsc()
{
	local how

	for how in "g nic_rsc 60000 20" "-c g nic_rsc 60000 20" \
		   "g nic_rsc 60000 20 $LARGE" "-c g nic_rsc 60000 20 $LARGE"; do
		# shellcheck disable=SC2086 # words
		bg "$GUEST" $how
		busywait 10000 takes_large || fail "$(cat "$BG_LOG")"
		busywait 10000 has_carrier || fail "$(cat "$BG_LOG")"
		check send_large 60000 20
		wait "$BG_PID" || fail "$(cat "$BG_LOG")"
		check busywait 10000 is_without_carrier
	done
}

# Of a connected socket, whose frames have the hash of their flow.
test_hash()
{
	check ip neigh replace 192.0.2.2 lladdr 02:00:00:00:00:02 dev nic1
	bg python3 -c '
import socket, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.connect(("192.0.2.2", 9))
while True:
    s.send(b"hash")
    time.sleep(0.05)'
	both nic_hash
}

# What goes to 192.0.2.3 goes by the second queue, to 192.0.2.2 by the first.
two_queues()
{
	check ip neigh replace 192.0.2.2 lladdr 02:00:00:00:00:02 dev nic1
	check ip neigh replace 192.0.2.3 lladdr 02:00:00:00:00:03 dev nic1
	check tc qdisc add dev nic1 clsact
	check tc filter add dev nic1 egress protocol ip flower dst_ip 192.0.2.3 \
		action skbedit queue_mapping 1
}

# Queues share the buffer; what one that ends gives back is its own.
test_subs()
{
	two_queues
	bg ping -q -f 192.0.2.2
	bg ping -q -f 192.0.2.3
	both nic_subs 10
}

test_breaks()
{
	both nic_breaks 20
	check_ge "$(($(errors service) + $(errors packet)))" 40 "channels that broke"
}

test_many()
{
	both nic_many
	check_eq "$(stat_of rx_malformed)" 2 "packets with a message too many"
}

test_twice()
{
	both nic_twice
	check_eq "$(($(errors service) + $(errors packet)))" 4 "channels that broke"
}

# What the host sends is not waited for, and no sender hangs.
test_keep()
{
	bg ping -f 192.0.2.2
	check "$GUEST" g nic_keep 15
	check_ge "$(stat_of tx_stalled)" 1 "frames that were not waited for"
}

# Nor does one that has all it may have in the queue, and sends nothing until some is gone.
test_keep_one()
{
	local copy before

	check ip neigh replace 192.0.2.2 lladdr 02:00:00:00:00:02 dev nic1 nud permanent
	for copy in "" -c; do
		before=$(received)
		# shellcheck disable=SC2086 # a word or none
		bg "$GUEST" $copy g nic_keep 30
		# It has asked who the host is.
		check busywait 10000 has_received "$before"
		check timeout 25 python3 -c '
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for _ in range(3000):
    s.sendto(bytes(1400), ("192.0.2.2", 9))'
		lib_kill "$BG_PID"
		check busywait 10000 is_without_carrier
	done
	check_ge "$(stat_of tx_stalled)" 1 "frames that were not waited for"
}

is_without_carrier()
{
	[ "$(cat /sys/class/net/nic1/carrier)" = 0 ]
}

received()
{
	cat /sys/class/net/nic1/statistics/rx_packets
}

# More than so many.
has_received()
{
	[ "$(received)" -gt "$1" ]
}

# Sections are for all queues: one that is flooded, and gets none back, is not the end of
# the others.
test_starve()
{
	two_queues
	bg ping -q -i 0.002 192.0.2.2
	bg ping -q -i 0.02 192.0.2.3
	both nic_starve
	check "$GUEST" g nic_starve $LARGE
	check_ge "$(stat_of tx_full)" 2 "times that there was no section"
	check_ge "$(stat_of tx_stalled)" 2 "frames that were not waited for"
}

test_revoke()
{
	both nic_revoke "${FUZZ_SEED:-$$}" 60
}

test_pause()
{
	both nic_pause nic1
	check_eq "$(($(errors service) + $(errors packet)))" 0 "channels that broke"
}

# Another partition has the same NIC, on the same wire.
other()
{
	local instance

	instance=$(vswitchctl -j nic show nic1 | jq -r '.[0].instance')
	check vswitchctl partition add h services none
	defer del_partition h
	check vswitchctl nic add h name nic2 queues 4 instance "$instance" \
		mac "$(vswitchctl -j nic show nic1 | jq -r '.[0].mac')"
	check ip addr flush dev nic1
	check ip link add br0 type bridge
	defer ip link del br0
	check ip link set br0 up
	check ip link set nic1 master br0
	check ip link set nic2 master br0
	check ip addr add 192.0.2.1/24 dev br0
}

test_migrate()
{
	other
	check "$GUEST" g nic_migrate h 10
	check "$GUEST" -c g nic_migrate h 10
	check "$GUEST" g nic_migrate h 6 $LARGE
	check_eq "$(($(errors service) + $(errors packet)))" 0 "channels that broke"
}

test_resub()
{
	other
	check "$GUEST" g nic_resub h 100
	check "$GUEST" -c g nic_resub h 50
}

test_badstate()
{
	other
	check "$GUEST" g nic_badstate h "${FUZZ_SEED:-$$}" 300
	diag "$LIB_OUT"
	check "$GUEST" g nic_badstate h "${FUZZ_SEED:-$$}" 100 $LARGE
	diag "$LIB_OUT"
}

test_save()
{
	local before

	check vswitchctl nic set nic1 mtu 4000 speed 2500
	before=$(vswitchctl nic save)
	check_eq "$(wc -l <<<"$before")" 1 "lines"
	check vswitchctl nic del nic1
	echo "$before" >"$LIB_TMP/nics"
	check vswitchctl nic restore "$LIB_TMP/nics"
	check_eq "$(vswitchctl nic save)" "$before" "NICs"
}

many()
{
	[ ! -e /sys/kernel/debug/kmemleak ] || { echo $(($1 / 4)); return; }
	echo "$1"
}

test_fuzz()
{
	bg ping -f -b 192.0.2.255
	check "$GUEST" g nic_fuzz "${FUZZ_SEED:-$$}" "${FUZZ_MESSAGES:-$(many 200000)}"
	diag "$LIB_OUT"
	check "$GUEST" g nic_versions
}

test_fuzz_copy()
{
	check "$GUEST" -c g nic_fuzz "${FUZZ_SEED:-$$}" "${FUZZ_MESSAGES:-$(many 100000)}"
	diag "$LIB_OUT"
}

# Led by what code of the host ran, where the kernel can tell.
test_guided()
{
	bg ping -f -b 192.0.2.255
	check "$GUEST" g nic_guided "${FUZZ_SEED:-$$}" "${GUIDED_STEPS:-4000}"
	diag "$LIB_OUT"
	check "$GUEST" g nic_versions
}

is_there()
{
	grep -q "^here" "$BG_LOG" || lib_gone "$BG_PID"
}

# The guest, its partition, its NIC: each goes at each step that a guest comes to.
test_steps()
{
	local step how done=

	for ((step = 1; step < 100; step++)); do
		for how in guest nic partition; do
			bg "$GUEST" g nic_step "$step"
			check busywait 20000 is_there
			check grep -q "^here" "$BG_LOG"
			! grep -q "^all" "$BG_LOG" || done=y
			case $how in
			nic)	check vswitchctl nic del nic1 ;;
			partition)
				check vswitchctl partition del g ;;
			esac
			lib_kill "$BG_PID"
			[ $how != partition ] || check vswitchctl partition add g services none
			[ $how = guest ] || add_nic
		done
		[ -z "$done" ] || break
	done
	diag "$step steps"
	check_ge "$step" 14 "steps"
	check "$GUEST" g nic_versions
}

# The same while it is busy.
test_dies()
{
	local i

	for i in 1 2 3 4 5 6; do
		bg "$GUEST" g nic_fuzz "$i" 100000000
		sleep 1
		case $((i % 3)) in
		0)	kill -9 "$BG_PID" ;;
		1)	check vswitchctl nic del nic1 ;;
		2)	check vswitchctl partition del g ;;
		esac
		sleep 0.5
		kill -9 "$BG_PID" 2>/dev/null || :
		[ $((i % 3)) != 2 ] || check vswitchctl partition add g services none
		[ $((i % 3)) = 0 ] || check vswitchctl nic add g name nic1
	done
}

run_tests "$@"
