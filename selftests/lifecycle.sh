#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Switches, ports and vNICs come, change and go, with and without traffic.
#
#	g1 (192.0.2.1) -- vs0 -- g2 (192.0.2.2)
#		         | |
#		       vn0 d0, d1 (dummies)
#
# timeout: 900
. "$(dirname "$0")/lib.sh"

TESTS="cycles port_traffic device_traffic switch_traffic convert_traffic
	stop_start rename mtu carrier lro dummy_port vlan_upper bond_uplink
	team_uplink parallel unload"

MODULE=/sys/module/vswitch

# On a kernel that checks everything, a part of the rounds has to do.
rounds()
{
	[ ! -e /sys/kernel/debug/kmemleak ] || { echo $(($1 / 5)); return; }
	echo "$1"
}

topology()
{
	guest g1 02:00:00:00:00:01 192.0.2.1/24
	guest g2 02:00:00:00:00:02 192.0.2.2/24
	check ip link add vs0 up type vswitch
	defer lib_link_del vs0
	check ip link set pg1 master vs0
	check ip link set pg2 master vs0
}

traffic()
{
	bg in_ns g1 ping -f -q 192.0.2.2
	check busywait 10000 frames_pass "$(port_stat pg2 tx_packets)"
}

frames_pass()
{
	[ "$(port_stat pg2 tx_packets)" -gt $(($1 + 20)) ]
}

# Does nothing of what was there before refer to the module any more?
unused()
{
	[ "$(<"$MODULE"/refcnt)" = "$1" ]
}

used_memory()
{
	awk '/^(SUnreclaim|Percpu):/ { sum += $2 } END { print sum }' /proc/meminfo
}

port_names()
{
	vswitchctl -j port show "$1" | jq -c 'map(.ifname) | sort'
}

one_round()
{
	cat <<-EOT
		link add vs0 up type vswitch
		link add d0 up type dummy
		link set d0 master vs0
		link add vn0 up link vs0 type vswitch_vnic
		link del ${1:-vs0}
		link del ${2:-d0}
	EOT
}

# In turn: with its ports, after them, and the vNIC before all else.
many_rounds()
{
	local i

	for ((i = 0; i < $1; i += 3)); do
		one_round
		one_round d0 vs0
		one_round vn0 vs0
		echo "link del d0"
	done | ip -batch -
}

test_cycles()
{
	local refs links before

	refs=$(<"$MODULE"/refcnt)
	links=$(lib_links)
	check many_rounds 60
	check busywait 10000 unused "$refs"
	before=$(used_memory)
	check many_rounds "$(rounds 1000)"
	check_eq "$(lib_links)" "$links" "devices"
	check busywait 10000 unused "$refs"
	echo 3 >/proc/sys/vm/drop_caches
	# A netdev that leaks is over 2 kB, and so 2 MB.
	busywait 10000 less_memory $((before + 2000)) >/dev/null ||
		fail "memory: $before kB before, $(used_memory) kB after"
}

less_memory()
{
	[ "$(used_memory)" -lt "$1" ]
}

test_port_traffic()
{
	local i

	topology
	traffic
	for ((i = $(rounds 20); i > 0; i--)); do
		check ip link set pg2 nomaster
		check ip link set pg2 master vs0
	done
	check busywait 10000 frames_pass "$(port_stat pg2 tx_packets)"
	for ((i = $(rounds 20); i > 0; i--)); do
		check ip link set pg1 nomaster
		check ip link set pg1 master vs0
	done
	check busywait 10000 frames_pass "$(port_stat pg2 tx_packets)"
}

test_device_traffic()
{
	local i refs

	refs=$(<"$MODULE"/refcnt)
	topology
	for ((i = 0; i < 4; i++)); do
		traffic
		check ip link del pg2
		check_eq "$(port_names vs0)" '["pg1"]' "ports without pg2"
		lib_kill "$BG_PID"
		check ip link add pg2 up type veth peer name eth0 netns "$(ns g2)"
		check ip -n "$(ns g2)" link set eth0 up address 02:00:00:00:00:02
		check ip -n "$(ns g2)" addr add 192.0.2.2/24 dev eth0
		check ip link set pg2 master vs0
		check reaches g1 192.0.2.2
	done
	check vswitchctl -j fdb show vs0 port pg2
	check_eq "$(jq length <<<"$LIB_OUT")" 1 "addresses behind pg2"
	check_eq "$(<"$MODULE"/refcnt)" $((refs + 1)) "users of the module"
}

test_switch_traffic()
{
	local i refs

	refs=$(<"$MODULE"/refcnt)
	topology
	check ip link add vn0 up link vs0 type vswitch_vnic
	for ((i = 0; i < 5; i++)); do
		traffic
		check ip link del vs0
		[ ! -e /sys/class/net/vn0 ] || fail "the vNIC outlived its switch"
		check_eq "$(ip -j link show pg1 | jq '.[0].master')" null "master of pg1"
		check isolated g1 192.0.2.2
		lib_kill "$BG_PID"
		check ip link add vs0 up type vswitch
		check ip link add vn0 up link vs0 type vswitch_vnic
		check ip link set pg1 master vs0
		check ip link set pg2 master vs0
		check reaches g1 192.0.2.2
	done
	check ip link del vs0
	check busywait 10000 unused "$refs"
}

# Guests talk on while their switch becomes each of the three types.
test_convert_traffic()
{
	local i lost

	topology
	check ip link add d0 up type dummy
	defer lib_link_del d0
	bg in_ns g1 ping -i 0.01 192.0.2.2
	for ((i = $(rounds 15); i > 0; i--)); do
		check vswitchctl switch set vs0 type private
		check_fail ip link add vn0 link vs0 type vswitch_vnic
		check vswitchctl switch set vs0 type external uplink d0 management off
		check vswitchctl switch set vs0 type internal
		check_eq "$(ip -j link show d0 | jq '.[0].master')" null "master of the former uplink"
	done
	check ip link add vn0 link vs0 type vswitch_vnic
	check ip link del vn0
	kill -INT "$BG_PID"
	wait "$BG_PID" || :
	# Answers may be under way when ping ends: those before the last one are there.
	lost=$(sed -n 's/.* icmp_seq=\([0-9]*\) .*/\1/p' "$BG_LOG" |
		awk '$1 > last { last = $1 } { n++ } END { print n ? last - n : "all" }')
	check_eq "$lost" 0 "pings lost while the switch was converted"
}

test_stop_start()
{
	topology
	check ip link add vn0 up link vs0 type vswitch_vnic
	check reaches g1 192.0.2.2
	check_eq "$(cat /sys/class/net/vn0/carrier)" 1 "carrier of the vNIC"
	check ip link set vs0 down
	check isolated g1 192.0.2.2
	check_eq "$(cat /sys/class/net/vn0/carrier)" 0 "carrier of the vNIC of a switch that is down"
	check ip link set vs0 up
	check reaches g1 192.0.2.2
	check_eq "$(cat /sys/class/net/vn0/carrier)" 1 "carrier of the vNIC again"
}

test_rename()
{
	topology
	check ip link set pg2 down
	check ip link set pg2 name other
	check ip link set other up
	check_eq "$(port_names vs0)" '["other","pg1"]' "ports"
	check reaches g1 192.0.2.2
	check ip link set vs0 down
	check ip link set vs0 name vs1
	defer lib_link_del vs1
	check ip link set vs1 up
	check_eq "$(port_names vs1)" '["other","pg1"]' "ports of the renamed switch"
	check reaches g1 192.0.2.2
	check ip link set other down
	check ip link set other name pg2
}

mtu_is()
{
	[ "$(cat "/sys/class/net/$1/mtu")" = "$2" ]
}

# The switch's MTU is the least of its ports', vNICs aside.
test_mtu()
{
	topology
	check mtu_is vs0 1500
	check ip link set pg1 mtu 1400
	check mtu_is vs0 1400
	check ip link set pg2 mtu 1300
	check mtu_is vs0 1300
	check ip link set pg2 mtu 9000
	check mtu_is vs0 1400
	check ip link add vn0 mtu 600 link vs0 type vswitch_vnic
	check mtu_is vs0 1400
	check ip link set pg1 nomaster
	check mtu_is vs0 9000
	check ip link add vn1 link vs0 type vswitch_vnic
	check mtu_is vn1 9000
	# What is too long for a port is dropped, with a reason.
	check ip link set pg1 mtu 1500 master vs0
	check ip -n "$(ns g2)" link set eth0 mtu 9000
	check ip link set vs0 up
	check in_ns g2 ping -c 1 -W 5 -s 1400 192.0.2.1
	check_fail in_ns g2 ping -c 1 -W 1 -s 4000 -M "do" 192.0.2.1
	check vswitchctl -j -s port show pg1
	check_ge "$(jq '[.[0].stats.drops[] | select(.reason == "too-big") | .packets] | add // 0' <<<"$LIB_OUT")" \
		1 "frames dropped as too big"
}

# vs0 has a carrier while a port has.
carrier_is()
{
	[ "$(cat /sys/class/net/vs0/carrier)" = "$1" ]
}

test_carrier()
{
	topology
	check reaches g1 192.0.2.2
	check busywait 20000 carrier_is 1
	check port_link_is pg2 up
	check ip -n "$(ns g2)" link set eth0 down
	check busywait 20000 port_link_is pg2 down
	check busywait 20000 carrier_is 1
	check_eq "$(vswitchctl -j fdb show vs0 port pg2 | jq length)" 0 \
		"addresses behind a port without a link"
	check ip -n "$(ns g1)" link set eth0 down
	check busywait 20000 carrier_is 0
	check ip -n "$(ns g1)" link set eth0 up
	check ip -n "$(ns g2)" link set eth0 up
	check busywait 20000 carrier_is 1
	check busywait 20000 port_link_is pg2 up
	check reaches g1 192.0.2.2
}

feature()
{
	ethtool -k "$1" | sed -n "s/^$2: //p"
}

# dummy and veth have no LRO; a bond passes on what its members are told.
test_lro()
{
	topology
	check_eq "$(feature vs0 large-receive-offload | cut -d' ' -f1)" off "LRO of the switch"
	check_fail ethtool -K vs0 lro on
	check_eq "$(feature pg1 large-receive-offload | cut -d' ' -f1)" off "LRO of a port"
	# What lets frames pass unsplit is on.
	check_eq "$(feature vs0 tcp-segmentation-offload)" on "TSO of the switch"
	check ip link add vn0 link vs0 type vswitch_vnic
	check_eq "$(feature vn0 tcp-segmentation-offload)" on "TSO of a vNIC"
	check_eq "$(feature vn0 large-receive-offload | cut -d' ' -f1)" off "LRO of a vNIC"
}

test_dummy_port()
{
	local before

	topology
	check ip link add d0 up type dummy
	defer lib_link_del d0
	check ip link set d0 master vs0
	before=$(port_stat d0 tx_packets)
	# Nobody answers to broadcasts.
	check_fail in_ns g1 ping -q -c 3 -b -i 0.2 -w 2 192.0.2.255
	check busywait 20000 sent_more d0 "$before"
	check ip link del d0
	check_eq "$(port_names vs0)" '["pg1","pg2"]' "ports"
}

sent_more()
{
	[ "$(port_stat "$1" tx_packets)" -gt "$2" ]
}

# VLAN 5 of a trunk link, taken off by an 802.1Q device, is a port.
test_vlan_upper()
{
	guest g1 02:00:00:00:00:01 192.0.2.1/24
	guest g2 02:00:00:00:00:02
	check ip -n "$(ns g2)" link add eth0.5 link eth0 up type vlan id 5
	check ip -n "$(ns g2)" addr add 192.0.2.2/24 dev eth0.5
	check ip link add pg2.5 link pg2 up type vlan id 5
	defer lib_link_del pg2.5
	check ip link add vs0 up type vswitch
	defer lib_link_del vs0
	check ip link set pg1 master vs0
	check ip link set pg2.5 master vs0
	check reaches g1 192.0.2.2
	check ip link del pg2.5
	check_eq "$(port_names vs0)" '["pg1"]' "ports"
	check isolated g1 192.0.2.2
}

# g1 -- vs0 -- bond0 or team0 == two veths == w (a bond of its own)
aggregate_uplink()
{
	local dev=$1 i

	guest g1 02:00:00:00:00:01 192.0.2.1/24
	ns_add w
	check ip -n "$(ns w)" link add bond0 type bond mode active-backup miimon 100
	check ip -n "$(ns w)" addr add 192.0.2.2/24 dev bond0
	for i in 0 1; do
		check ip link add m"$i" type veth peer name m"$i" netns "$(ns w)"
		defer lib_link_del m"$i"
		check ip -n "$(ns w)" link set m"$i" master bond0
		check ip link set m"$i" master "$dev"
		check ip link set m"$i" up
	done
	check ip -n "$(ns w)" link set bond0 up
	check ip link set "$dev" up
	check ip link add vs0 up type vswitch
	defer lib_link_del vs0
	check ip link set pg1 master vs0
	check vswitchctl switch set vs0 uplink "$dev" management off
	check_eq "$(vswitchctl -j port show "$dev" | jq -r '.[0].role')" uplink "role of $dev"
	check busywait 15000 reaches g1 192.0.2.2
	# A member of the aggregate is not free to be a port.
	check_fail_with 'master' vswitchctl switch add vs1 uplink m0 management off
	check ip link set m0 down
	check busywait 15000 reaches g1 192.0.2.2
	check ip link del "$dev"
	check_eq "$(port_names vs0)" '["pg1"]' "ports without the uplink"
	check_eq "$(vswitchctl -j switch show vs0 | jq '.[0].uplink')" null "uplink"
}

test_bond_uplink()
{
	check ip link add bond0 type bond mode active-backup miimon 100
	defer lib_link_del bond0
	aggregate_uplink bond0
}

test_team_uplink()
{
	modprobe team_mode_roundrobin 2>/dev/null || skip "no team driver"
	ip link add team0 type team 2>/dev/null || skip "no team driver"
	defer lib_link_del team0
	command -v teamnl >/dev/null || skip "needs teamnl"
	check teamnl team0 setoption mode roundrobin
	aggregate_uplink team0
}

# Membership under RTNL on one CPU, policy over generic netlink on another.
test_parallel()
{
	local n pid

	topology
	n=$(rounds 60)
	check ip link add d0 up type dummy
	defer lib_link_del d0
	(
		for ((i = 0; i < n; i++)); do
			ip link set d0 master vs0
			ip link add vn0 up link vs0 type vswitch_vnic
			ip link set d0 nomaster
			ip link del vn0
		done
	) &
	pid=$!
	while kill -0 "$pid" 2>/dev/null; do
		# Some of these name what is not there now.
		vswitchctl -f -b - <<-EOT >/dev/null 2>&1 || :
			port set pg1 vlan access 5
			port set d0 vlan trunk 5-9 mac 02:00:00:00:00:0d
			fdb add vs0 02:00:00:00:01:01 port d0 vlan 5
			port set pg1 vlan untagged
			port show
			switch set vs0 ageing-time 100
			fdb flush vs0 state static
			fdb show
		EOT
	done
	wait "$pid"
	check_eq "$(port_names vs0)" '["pg1","pg2"]' "ports"
	check vswitchctl port set pg1 vlan untagged
	check vswitchctl fdb flush vs0 state static
	check reaches g1 192.0.2.2
}

module_file()
{
	# shellcheck disable=SC1091
	( . /run/vswitch-vm/job && tr ' ' '\n' <<<"$VM_MODULES" ) |
		grep '/vswitch\.ko$'
}

loaded()
{
	[ -e "$MODULE" ] || insmod "$1"
}

test_unload()
{
	local file i

	[ -e /run/vswitch-vm/job ] || skip "only in the disposable VM"
	file=$(module_file)
	defer loaded "$file"
	check_eq "$(<"$MODULE"/refcnt)" 0 "users of the module"
	check ip link add vs0 up type vswitch
	defer lib_link_del vs0
	check_fail_with 'in use' rmmod vswitch
	check ip link add vn0 up link vs0 type vswitch_vnic
	check_fail_with 'in use' rmmod vswitch
	check ip link del vs0
	for ((i = 0; i < 5; i++)); do
		# In the same breath, while memory waits for its grace period.
		check rmmod vswitch
		check_fail ip link add vs0 type vswitch
		check insmod "$file"
		check ip link add vs0 up type vswitch
		check ip link add d0 up type dummy
		check ip link set d0 master vs0
		check ip link add vn0 up link vs0 type vswitch_vnic
		check vswitchctl fdb add vs0 02:00:00:00:00:01 port d0
		check ip link del d0
		check ip link del vs0
	done
	check_eq "$(<"$MODULE"/refcnt)" 0 "users of the module"
}

# Loading it during a case would leave /sys/class/net/bonding_masters behind.
modprobe bonding max_bonds=0 2>/dev/null || :

run_tests "$@"
