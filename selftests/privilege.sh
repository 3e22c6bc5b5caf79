#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Who may do what: root, root of a user namespace, nobody.
#
#	host:	g1 -- vs0 -- g2		root's
#		      vn0
#	u:	unshare -Urn: root of its own network namespace, where it may
#		do everything; a stranger on the host
#	nobody:	uid 65534 without capabilities: may look, but not at addresses
#
# timeout: 600
. "$(dirname "$0")/lib.sh"

TESTS="nobody_reads nobody_changes userns_owner userns_stranger
	fdb_limit fdb_netns_cap"

LIB=$(dirname "$0")/lib
MAC=02:00:00:00:00:05

py()
{
	/usr/bin/python3 -E -s -S -B "$LIB/privilege_probe.py" "$@"
}

nobody()
{
	setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all \
		--bounding-set=-all "$@"
}

# Its own status for failure is 255, which check_fail calls a death.
br()
{
	"$1" bridge "${@:2}" || return 1
}

topology()
{
	guest g1 02:00:00:00:00:01 192.0.2.1/24
	guest g2 02:00:00:00:00:02 192.0.2.2/24
	check ip link add vs0 up type vswitch
	defer lib_link_del vs0
	check ip link set pg1 master vs0
	check ip link set pg2 master vs0
	check ip link add vn0 up link vs0 type vswitch_vnic
	check vswitchctl port set pg1 mac 02:00:00:00:00:01
	check vswitchctl fdb add vs0 "$MAC" port pg2
	check reaches g1 192.0.2.2
}

# Configuration, as root sees it.
state()
{
	vswitchctl -j switch show | jq -c 'map(del(.fdb_count))'
	vswitchctl -j port show
	vswitchctl -j fdb show | jq -c 'map(select(.state != "learned"))'
	ip -j link show | jq -c '.[] | del(.operstate, .flags)'
}

test_nobody_reads()
{
	topology

	# Root sees the addresses that nobody must not see.
	check vswitchctl -j port show pg1
	check_eq "$(jq -r '.[0].mac' <<<"$LIB_OUT")" 02:00:00:00:00:01 "root's view"
	check vswitchctl -j fdb show vs0
	[[ $LIB_OUT = *$MAC* ]] || fail "root does not see the FDB: $LIB_OUT"
	check bridge fdb show dev vs0 self
	[[ $LIB_OUT = *$MAC* ]] || fail "root does not see bridge fdb: $LIB_OUT"

	check nobody vswitchctl -j switch show
	check_eq "$(jq -c 'map(.ifname)' <<<"$LIB_OUT")" '["vs0"]' "nobody's view of switches"
	check nobody vswitchctl -j -s port show
	check_eq "$(jq -c 'map(.ifname) | sort' <<<"$LIB_OUT")" \
		'["pg1","pg2","vn0"]' "nobody's view of ports"
	check_eq "$(jq -c 'map(select(has("mac")))' <<<"$LIB_OUT")" '[]' \
		"addresses in nobody's view of ports"
	check nobody vswitchctl -j port show pg1
	check_eq "$(jq -c '.[0] | [.ifname, has("mac"), .mac_spoofing]' <<<"$LIB_OUT")" \
		'["pg1",false,false]' "nobody's view of one port"
	check_fail_with 'CAP_NET_ADMIN|not permitted' nobody vswitchctl fdb show vs0
	[[ $LIB_OUT != *02:00:00* ]] || fail "addresses in the refusal: $LIB_OUT"
	check nobody bridge fdb show dev vs0 self
	check_eq "$LIB_OUT" "" "nobody's view of bridge fdb"
	check nobody ip -d -j link show type vswitch
	[[ $LIB_OUT = *vs0* ]] || fail "nobody does not see the switch: $LIB_OUT"
	check nobody bridge vlan show dev pg1
	check_fail_with 'not permitted|CAP_NET_ADMIN' nobody timeout 20 vswitchctl monitor
	check nobody /usr/bin/python3 -E -s -S -B "$LIB/privilege_probe.py" reads vs0 pg1
}

test_nobody_changes()
{
	local before

	topology
	before=$(state)
	check nobody /usr/bin/python3 -E -s -S -B "$LIB/privilege_probe.py" \
		changes vs0 pg1 EPERM
	check_fail nobody ip link add vs9 type vswitch
	check_fail nobody ip link add vn9 link vs0 type vswitch_vnic
	check_fail nobody ip link set pg1 nomaster
	check_fail nobody ip link del vs0
	check_fail br nobody vlan add vid 5 dev pg1
	check_fail br nobody fdb add 02:00:00:00:00:09 dev vs0 self via pg1 static
	check_fail_with 'not permitted' nobody vswitchctl port set pg1 vlan access 5
	check_fail_with 'not permitted' nobody vswitchctl switch add vs9
	check_eq "$(state)" "$before" "state after nobody's attempts"
	# The probe itself is right: as root each of its requests is taken.
	check py changes vs0 pg1 ""
	[ "$(state)" != "$before" ] || fail "root could not change anything either"
}

# In a network namespace that it owns, root of a user namespace is root.
test_userns_owner()
{
	check unshare -Urn bash -e -u -o pipefail -c '
		ip link set lo up
		ip link add p0 up type dummy
		ip link add up0 up type dummy
		ip link add vs0 up type vswitch
		ip link set p0 master vs0
		ip link add vn0 up link vs0 type vswitch_vnic
		vswitchctl port set p0 vlan access 10 mac 02:00:00:00:00:07
		vswitchctl -j port show p0 | jq -e ".[0] | .vlan.pvid == 10 and .mac == \"02:00:00:00:00:07\"" >/dev/null
		vswitchctl fdb add vs0 02:00:00:00:00:08 port p0 vlan 10
		vswitchctl -j fdb show vs0 | jq -e "map(.mac) | index(\"02:00:00:00:00:08\") != null" >/dev/null
		bridge fdb show dev vs0 self | grep -q 02:00:00:00:00:08
		vswitchctl switch set vs0 uplink up0
		vswitchctl switch del vs0
		ip link add vs0 up type vswitch
		ip link set p0 master vs0
		"$@" changes vs0 p0 ""
		"$@" listens
		ip link del vs0
	' - /usr/bin/python3 -E -s -S -B "$LIB/privilege_probe.py"
}

# With all capabilities of a user namespace, but in somebody else's network.
test_userns_stranger()
{
	local before

	topology
	before=$(state)
	check unshare -Ur /usr/bin/python3 -E -s -S -B "$LIB/privilege_probe.py" \
		changes vs0 pg1 EPERM
	check unshare -Ur /usr/bin/python3 -E -s -S -B "$LIB/privilege_probe.py" \
		reads vs0 pg1
	check_fail unshare -Ur ip link add vs9 type vswitch
	check_eq "$(state)" "$before" "state after a stranger's attempts"
	# And from its own network the host's switch cannot be named at all.
	check unshare -Urn /usr/bin/python3 -E -s -S -B "$LIB/privilege_probe.py" \
		changes "$(cat /sys/class/net/vs0/ifindex)" \
		"$(cat /sys/class/net/pg1/ifindex)" ENODEV
	check_eq "$(state)" "$before" "state after attempts from another netns"
}

count()
{
	vswitchctl -j switch show "$1" | jq '.[0].fdb_count'
}

test_fdb_limit()
{
	topology
	check vswitchctl switch set vs0 fdb-limit 40
	check py fill vs0 pg1 100
	check_eq "$LIB_OUT" "ENOSPC" "the 41st entry"
	check_eq "$(count vs0)" 40 "entries at the limit"
	# What is not learned is flooded: traffic goes on.
	check vswitchctl port set pg1 mac none
	check reaches g1 192.0.2.2
	check_le "$(count vs0)" 40 "entries after traffic"
	check vswitchctl fdb flush vs0 state static
	check reaches g1 192.0.2.2
	check_ge "$(count vs0)" 2 "learned after the flush"
}

# One source address after the other, as fast as the kernel can make them.
pktgen()
{
	local dev=$1 count=$2 from=$3 line

	for line in "rem_device_all" "add_device $dev"; do
		echo "$line" >/proc/net/pktgen/kpktgend_0
	done
	for line in "count $count" "clone_skb 0" "pkt_size 60" "delay 0" \
		"dst_mac ff:ff:ff:ff:ff:ff" "src_mac $from" \
		"src_mac_count $count"; do
		echo "$line" >"/proc/net/pktgen/$dev"
	done
	echo start >/proc/net/pktgen/pgctrl
}

# No network namespace has more than 2^20 entries, in however many switches.
test_fdb_netns_cap()
{
	local sw max=1048576

	[ ! -e /sys/kernel/debug/kmemleak ] || skip "takes too long on a debug kernel"
	modprobe pktgen 2>/dev/null || skip "no pktgen"
	for sw in a b; do
		check ip link add vs"$sw" up type vswitch
		defer lib_link_del vs"$sw"
		check ip link add p"$sw" up type veth peer name x"$sw"
		defer lib_link_del p"$sw"
		check ip link set x"$sw" up
		check ip link set p"$sw" master vs"$sw"
		check vswitchctl switch set vs"$sw" fdb-limit "$max" ageing-time 1000000
	done
	check pktgen xa 700000 02:00:00:00:00:00
	check_ge "$(count vsa)" 600000 "entries of the first switch"
	check pktgen xb 700000 02:00:00:00:00:00
	check_eq $(($(count vsa) + $(count vsb))) "$max" "entries in the network namespace"
	check_fail_with 'full|limit' vswitchctl fdb add vsb 06:00:00:00:00:01 port pb
	# Room that one switch gives back is there for the other.
	check ip link del vsa
	check vswitchctl fdb add vsb 06:00:00:00:00:01 port pb
	check rmmod pktgen
}

run_tests "$@"
