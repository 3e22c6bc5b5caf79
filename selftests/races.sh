#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Several processes on both CPUs change one switch, each its own kind of thing,
# while both CPUs send as many frames as they can:
#
#	pktgen, CPU 0	a0 ~~ pa -+        +- pg1 ~~ g1 (192.0.2.1)
#			          +- vs0 --+- pg2 ~~ g2 (192.0.2.2)
#	pktgen, CPU 1	b0 ~~ pb -+        +- d0..d5 (dummies), vNICs, others
#
# The frames' addresses are few, and the same on both sides, so that each CPU
# learns what the other has just moved. pa and pb, pg1 and pg2 stay ports all the
# time. What goes on besides is that of races/: roles are explained there.
#
# When it is over, and quiet again, the counters of the ports that stayed are
# those of their netdevs, to the frame; the FDB counts as many entries as it
# shows, each behind a port that is there; the switch still forwards; and when it
# is deleted nothing refers to the module any more.
#
# Each case lasts RACES_SECONDS, 20 if that is not set: enough to see that all is
# as it should be, not to find what is rare. Minutes are for that:
#
#	RACES_SECONDS=300 make check TESTS=races
#	RACES_SECONDS=300 make check-kcsan TESTS=races
#
# timeout: 900 + 12 * RACES_SECONDS
# shellcheck disable=SC2086 # lists of devices
. "$(dirname "$0")/lib.sh"

TESTS="policy txn fdb ports devices netns convert switches everything"

HERE=$(cd "$(dirname "$0")" && pwd)
CHURN=$HERE/races/build/churn
SECS=${RACES_SECONDS:-20}
MODULE=/sys/module/vswitch
PKTGEN=/proc/net/pktgen
DUMMIES="d0 d1 d2 d3 d4 d5"
STAY="pg1 pg2 pa pb"

# --- traffic ------------------------------------------------------------------

pktgen_set()
{
	local file=$PKTGEN/$1 line; shift

	for line in "$@"; do
		echo "$line" >"$file" || return
	done
}

# DEVICE CPU [LINE...]
pktgen_device()
{
	local dev=$1 cpu=$2; shift 2

	pktgen_set "kpktgend_$cpu" rem_device_all "add_device $dev"
	pktgen_set "$dev" "count 0" "clone_skb 0" "pkt_size 60" "delay 0" \
		"src_mac 02:00:00:00:10:00" "src_mac_count 64" "flag MACSRC_RND" \
		"dst_mac 02:00:00:00:10:00" "dst_mac_count 64" "flag MACDST_RND" \
		"$@"
}

# NICE: how willingly it makes room for those who only now and then have
# something to do. No CPU is ever idle.
traffic_start()
{
	pktgen_device a0 0
	pktgen_device b0 1
	# Each network namespace has its own.
	pgrep 'kpktgend_' | xargs renice -n "$1" -p >/dev/null 2>&1 || :
	bg bash -c "echo start >$PKTGEN/pgctrl"
	PKTGEN_PID=$BG_PID
	defer traffic_stop
	check busywait 10000 frames_come
}

traffic_stop()
{
	echo stop >$PKTGEN/pgctrl
	wait "$PKTGEN_PID" 2>/dev/null || :
}

frames_come()
{
	[ "$(port_stat pa rx_packets)" -gt 1000 ] &&
		[ "$(port_stat pb rx_packets)" -gt 1000 ]
}

# Nothing is sent any more, and nothing under way.
all_counters()
{
	cat /sys/class/net/{a0,b0,pa,pb,pg1,pg2}/statistics/{rx,tx}_packets
}

is_quiet()
{
	local before

	before=$(all_counters)
	sleep 0.3
	[ "$before" = "$(all_counters)" ]
}

# --- topology -----------------------------------------------------------------

setup()
{
	local dev i=0 modprobe_path

	[ -x "$CHURN" ] || fail "$CHURN is not built"
	[ "$(nproc)" -ge 2 ] || skip "needs two CPUs"
	modprobe pktgen 2>/dev/null || skip "no pktgen"
	defer modprobe -r pktgen
	check modprobe dummy numdummies=0
	check modprobe veth
	# Who asks for a device that is gone has the kernel look for a module of that
	# name, each time, by a program: nothing else would come to run.
	modprobe_path=$(</proc/sys/kernel/modprobe)
	check sysctl -q -w kernel.modprobe=
	defer sysctl -q -w "kernel.modprobe=$modprobe_path"
	# Netdevs are made and deleted by the thousand.
	echo 1 >/sys/kernel/rcu_expedited
	defer eval 'echo 0 >/sys/kernel/rcu_expedited'
	# What the host's own IPv6 sends is nothing that anybody counts.
	check sysctl -q -w net.ipv6.conf.{all,default}.disable_ipv6=1
	defer sysctl -q -w net.ipv6.conf.{all,default}.disable_ipv6=0

	guest g1 02:00:00:00:00:01 192.0.2.1/24
	guest g2 02:00:00:00:00:02 192.0.2.2/24
	for dev in $DUMMIES; do
		check ip link add "$dev" up type dummy
		defer lib_link_del "$dev"
	done
	for dev in a b; do
		check ip link add "p$dev" type veth peer name "${dev}0"
		defer lib_link_del "p$dev"
	done
	REFS=$(<$MODULE/refcnt)
	check ip link add vs0 up type vswitch
	defer lib_link_del vs0
	for dev in $STAY; do
		check ip link set "$dev" master vs0
		check vswitchctl fdb add vs0 "02:00:00:00:20:0$((i++))" port "$dev"
	done
	for dev in a b; do
		check ip link set "p$dev" up
		check ip link set "${dev}0" up
	done
	busywait 20000 is_quiet || fail "frames without anybody who sends"
	read_counters "$LIB_TMP/before"
}

# --- what must be true afterwards ---------------------------------------------

# For each port that stays: what the switch counted, what the netdev counted.
counters()
{
	local dev

	for dev in $STAY; do
		vswitchctl -j -s port show "$dev" |
			jq -r '.[0].stats | "\(.rx.packets) \(.tx.packets)"'
		echo $(($(port_stat "$dev" rx_packets))) \
			$(($(port_stat "$dev" tx_packets) + $(port_stat "$dev" tx_dropped)))
	done | paste -d' ' - -
}

# At one moment: the stack has something to say now and then, between two of them.
read_counters()	# FILE
{
	local n

	counters >"$1"
	for n in {1..20}; do
		mv "$1" "$1.last"
		counters >"$1"
		! cmp -s "$1" "$1.last" || return 0
	done
	fail "frames without anybody who sends, $n times"
}

check_counters()
{
	local dev old now

	read_counters "$LIB_TMP/after"
	exec 5<"$LIB_TMP/before" 6<"$LIB_TMP/after"
	for dev in $STAY; do
		read -r -u 5 -a old
		read -r -u 6 -a now
		check_eq $((now[0] - old[0])) $((now[2] - old[2])) \
			"frames that the switch has from $dev, and $dev received"
		check_eq $((now[1] - old[1])) $((now[3] - old[3])) \
			"frames that the switch gave to $dev, and $dev has"
	done
	exec 5<&- 6<&-
}

# The FDB's count is that of its entries, and each is behind a port.
check_fdb()
{
	local shown counted strays

	vswitchctl -j fdb show vs0 >"$LIB_TMP/fdb"
	vswitchctl -j port show >"$LIB_TMP/ports"
	shown=$(jq '[.[] | select(.state != "assigned")] | length' "$LIB_TMP/fdb")
	counted=$(vswitchctl -j switch show vs0 | jq '.. | .fdb_count? // empty')
	check_eq "$shown" "$counted" "entries of the FDB"
	strays=$(jq -n --slurpfile fdb "$LIB_TMP/fdb" --slurpfile ports "$LIB_TMP/ports" \
		'[$fdb[0][].port] - [$ports[0][] | .ifname] | unique')
	check_eq "$strays" "[]" "entries behind what is no port"
}

check_forwards()
{
	local dev

	for dev in pg1 pg2; do
		check vswitchctl port set "$dev" vlan untagged
	done
	check vswitchctl fdb flush vs0
	check reaches g1 192.0.2.2
	check reaches g2 192.0.2.1
}

unreferenced()
{
	[ "$(<$MODULE/refcnt)" = "$REFS" ]
}

check_gone()
{
	check ip link del vs0
	check busywait 10000 unreferenced
}

# --- a race -------------------------------------------------------------------

# ROLE CPU DEVICE...: in the background
churn()
{
	local role=$1 cpu=$2; shift 2

	bg "$CHURN" "$role" "$cpu" "$SECS" vs0 "$@"
	CHURNS+=("$BG_PID" "$BG_LOG")
}

# All of them end well, and the first, whom the case is about, got something
# done. (Devices may be there too seldom for those that need them.)
finish()
{
	local i log

	sleep "$SECS"
	# They come to their ends sooner without it.
	traffic_stop
	for ((i = 0; i < ${#CHURNS[@]}; i += 2)); do
		log=${CHURNS[i + 1]}
		wait "${CHURNS[i]}" || fail "$(<"$log")"
		diag "$(<"$log")"
	done
	check grep -qE ': [1-9][0-9]* granted' "${CHURNS[1]}"
	diag "frames: $(($(port_stat pa rx_packets) + $(port_stat pb rx_packets))) in $SECS s"
	busywait 20000 is_quiet || fail "frames go round"
	check_counters
	check_fdb
	check_forwards
	check_gone
}

begin()
{
	CHURNS=()
	traffic_start "${1-0}"
}

join()
{
	local dev

	for dev in "$@"; do
		check ip link set "$dev" master vs0
	done
}

# Settings of the very ports that the frames come through, by requests of their
# own.
test_policy()
{
	join d0 d1
	begin
	churn policy 0 pa pb d0
	churn policy 1 pa pb d1
	churn get 0 pa pb
	churn dump 0 pg1 pg2
	churn rtnl 1
	finish
}

# And many at once, where whoever comes second has to be refused.
test_txn()
{
	join d0 d1
	begin
	churn txn 0 pa pb d0 d1
	churn txn 1 pa pb d0 d1
	churn policy 1 d0 d1
	churn dump 0 pg1 pg2
	churn events 1
	finish
}

# Entries are flushed, set and aged while frames teach them.
test_fdb()
{
	begin
	churn fdb 0 pa pb
	churn fdb 1 pa pb
	churn limits 0
	churn dump 1 pg1 pg2
	churn rtnl 0
	churn events 1
	finish
}

# Ports join and leave.
test_ports()
{
	begin 8
	churn ports 0 d0 d1 d2 d3
	churn ports 1 d2 d3 d4 d5
	churn policy 0 $DUMMIES
	churn txn 1 $DUMMIES
	churn fdb 1 $DUMMIES
	churn dump 0 $STAY
	finish
}

# Ports are deleted, by either end of their pair, and frames come from them.
test_devices()
{
	local new="c0 c1 c2 c3"

	begin 8
	churn devices 0 c0 c1 c2
	churn devices 1 c1 c2 c3
	churn policy 1 $new
	churn fdb 0 $new
	churn flood 0 xc0 xc1 xc2 xc3
	churn flood 1 xc0 xc1 xc2 xc3
	churn dump 1 $STAY
	finish
}

# Namespaces end with their switches, and with ports of ours.
test_netns()
{
	begin 8
	churn netns 0 n0
	churn netns 1 n1
	churn flood 0 xn0 xn1
	churn policy 1 xn0 xn1
	churn dump 0 $STAY
	churn rtnl 1
	finish
}

# Conversions: the uplink and the vNICs come and go, links go down.
test_convert()
{
	join d2
	begin 8
	churn convert 0 d0 d1
	churn vnics 1 v0 v1 v2
	churn flap 0 d0 d1 d2
	churn policy 1 v0 v1 d2
	churn flood 0 v0 v1 v2
	churn dump 1 $STAY
	churn get 0 v0 v1 d0
	finish
}

# Other switches come and go, which take the same devices.
test_switches()
{
	begin 8
	churn switch 0 w0 d0 d1 d2
	churn switch 1 w1 d1 d2 d3
	churn ports 0 d0 d1 d2
	churn policy 1 d0 d1 d2 d3
	churn dump 0 $STAY
	churn rtnl 1
	finish
}

test_everything()
{
	begin 8
	churn policy 0 pa pb d0 d1
	churn txn 1 pa pb d0 d1
	churn fdb 0 pa pb d0 d1
	churn limits 1
	churn ports 0 d0 d1 d2
	churn devices 1 c0 c1
	churn netns 0 n0
	churn convert 1 d3
	churn vnics 0 v0 v1
	churn switch 1 w0 d1 d2
	churn flood 0 xc0 xc1 v0 v1 xn0
	churn dump 1 pg1 pg2
	churn rtnl 0
	churn events 1
	finish
}

run_tests "$@"
