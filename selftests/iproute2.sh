#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Stock ip(8) and bridge(8), without the plugin and with it.
#
#	    g1 g2 (guests)
#	    |  |
#	up0 -- vs0 -- vn0	up0: dummy, the uplink when there is one
#
. "$(dirname "$0")/lib.sh"

TESTS="no_plugin plugin plugin_refuses show slave vlan_add vlan_pvid vlan_range
	vlan_self vlan_refuses vlan_traffic fdb monitor"

# ip with the plugin, whose errors end in 255, which check_fail calls a death.
ipp()
{
	IP_LIB_DIR="$(dirname "$0")/../userspace" ip "$@" || return 1
}

# Its own status for failure is 255, which check_fail calls a death.
br()
{
	bridge "$@" || return 1
}

setup()
{
	guest g1 02:00:00:00:00:01 192.0.2.1/24
	guest g2 02:00:00:00:00:02 192.0.2.2/24
	check ip link add up0 up type dummy
	defer lib_link_del up0
	check ip link add vs0 up type vswitch
	defer lib_link_del vs0
}

ports()
{
	ip link set pg1 master vs0
	ip link set pg2 master vs0
}

info()
{
	ipp -d -j link show "$1" | jq -c ".[0].linkinfo.info_data$2"
}

# VLANs of a port as bridge shows them: "10 PVID untagged, 20".
vlans()
{
	bridge -j vlan show dev "$1" | jq -r '[.[].vlans[]? |
		[(.vlan | tostring) + (if .vlanEnd then "-\(.vlanEnd)" else "" end)] +
		((.flags // []) | map(if . == "Egress Untagged" then "untagged" else . end)) |
		join(" ")] | join(", ")'
}

mode()
{
	vswitchctl -j port show "$1" | jq -c '.[0].vlan | [.mode, .pvid, .accept]'
}

test_no_plugin()
{
	check ip link add plain type vswitch
	defer lib_link_del plain
	check ip -d -j link show plain
	check_eq "$(jq -r '.[0].linkinfo.info_kind' <<<"$LIB_OUT")" vswitch kind
	check ip -j link show type vswitch
	check_eq "$(jq -c 'map(.ifname) | sort' <<<"$LIB_OUT")" '["plain","vs0"]' \
		"switches"
	check ip link set pg1 master plain
	check_eq "$(ip -j link show pg1 | jq -r '.[0].master')" plain master
	check ip link set pg1 nomaster
	check_eq "$(ip -j link show pg1 | jq -r '.[0].master')" null master
	check ip link del plain
	check_fail ip link show plain
}

test_plugin()
{
	check ipp link add full type vswitch type external uplink up0 \
		bandwidth_mode absolute ageing_time 77 fdb_limit 99 iov off \
		vlan_protocol 802.1ad
	defer lib_link_del full
	check vswitchctl -j switch show full
	check_eq "$(jq -c '.[0] | [.type, .uplink, .bandwidth_mode, .iov,
		.vlan_protocol, .ageing_time, .fdb_limit]' <<<"$LIB_OUT")" \
		'["external","up0","absolute",false,"802.1ad",77,99]' \
		"what the switch is made of"
	check ipp link set full type vswitch type internal uplink none \
		ageing_time 5 fdb_limit 6
	check vswitchctl -j switch show full
	check_eq "$(jq -c '.[0] | [.type, .uplink, .ageing_time, .fdb_limit]' \
		<<<"$LIB_OUT")" '["internal",null,5,6]' "what the switch became"
	check ipp link set full type vswitch type external uplink up0
	check_eq "$(ip -j link show up0 | jq -r '.[0].master')" full "master of the uplink"
	check ipp link del full
	check ipp link add full type vswitch iov on
	check_eq "$(info full '|[.bandwidth_mode,.iov]')" '["none",true]' \
		"what iov on makes of the bandwidth mode"
}

test_plugin_refuses()
{
	local words

	while read -r words; do
		# shellcheck disable=SC2086 # words
		check_fail ipp link add bad type vswitch $words
		check_fail ip link show bad
	done <<-EOT
		type public
		type
		ageing_time never
		fdb_limit -1
		uplink nosuchdev
		iov maybe
		vlan_protocol 802.3
		bandwidth_mode half
		colour blue
	EOT
	check ipp link help vswitch
}

test_show()
{
	check ipp link set vs0 type vswitch type external uplink up0
	check_eq "$(info vs0 '|[.type,.uplink,.bandwidth_mode,.iov,.ageing_time,.fdb_limit,.vlan_protocol]')" \
		'["external","up0","weight",false,300,131072,"802.1Q"]' "ip -d -j link show"
	check ipp -d link show vs0
	[[ $LIB_OUT = *"vswitch type external uplink up0"* ]] ||
		fail "ip -d link show: $LIB_OUT"
}

test_slave()
{
	ports
	check vswitchctl port set pg1 vlan access 5 mac 02:00:00:00:00:01
	check ip -d -j link show pg1
	check_eq "$(jq -r '.[0].linkinfo.info_slave_kind' <<<"$LIB_OUT")" vswitch "kind of the port"
	check ipp -d -j link show pg1
	check_eq "$(jq -c '.[0].linkinfo.info_slave_data | [.role, .vlan_mode, .pvid, .mac_spoofing]' <<<"$LIB_OUT")" \
		'["guest","access",5,false]' "port in ip -d link show"
	check ip link add vn0 link vs0 type vswitch_vnic
	check ipp -d -j link show vn0
	check_eq "$(jq -c '.[0] | [.link, .linkinfo.info_kind, .linkinfo.info_data.role, .linkinfo.info_data.vlan_mode]' <<<"$LIB_OUT")" \
		'["vs0","vswitch_vnic","vnic","untagged"]' "vNIC in ip -d link show"
	check ip link del vn0
}

# add vid N: tagged member. Untagged frames stay where they were, but not if N
# was their VLAN. The port takes tagged frames from then on.
test_vlan_add()
{
	ports
	check_eq "$(vlans pg1)" "" "VLANs of a new port"
	check bridge vlan add vid 10 dev pg1
	check_eq "$(vlans pg1)" "10" "add vid 10"
	check_eq "$(mode pg1)" '["trunk",0,"all"]' "add vid 10 to a new port"
	check bridge vlan add vid 20 untagged dev pg1
	check_eq "$(vlans pg1)" "10, 20 untagged" "add vid 20 untagged"
	check_eq "$(mode pg1)" '["general",0,"all"]' "add vid 20 untagged"
	check bridge vlan add vid 20 dev pg1
	check_eq "$(vlans pg1)" "10, 20" "add vid 20 again, now tagged"
	check bridge vlan del vid 10 dev pg1
	check_eq "$(vlans pg1)" "20" "del vid 10"
	check bridge vlan del vid 99 dev pg1
	check_eq "$(vlans pg1)" "20" "del of a VLAN it is not a member of"
	check bridge vlan del vid 20 dev pg1
	check_eq "$(vlans pg1)" "" "del vid 20"
	check_eq "$(mode pg1 | jq '.[1]')" 0 "PVID of a port that never had one"
}

# add vid N pvid: untagged frames belong to N. Taken away, they are dropped.
test_vlan_pvid()
{
	ports
	check bridge vlan add vid 10 pvid untagged dev pg1
	check_eq "$(vlans pg1)" "10 PVID untagged" "add vid 10 pvid untagged"
	check_eq "$(mode pg1)" '["general",10,"all"]' "add vid 10 pvid untagged"
	check bridge vlan add vid 20 pvid dev pg1
	check_eq "$(vlans pg1)" "10 untagged, 20 PVID" "another pvid"
	check bridge vlan add vid 20 dev pg1
	check_eq "$(vlans pg1)" "10 untagged, 20" "the pvid without pvid"
	check_eq "$(mode pg1 | jq '.[1]')" null "PVID"
	check bridge vlan add vid 20 pvid untagged dev pg1
	check bridge vlan del vid 20 dev pg1
	check_eq "$(vlans pg1)" "10 untagged" "del of the pvid"
	check_eq "$(mode pg1 | jq '.[1]')" null "PVID after it was deleted"
	# An access port becomes one that takes tagged frames as well.
	check vswitchctl port set pg2 vlan access 7
	check_eq "$(vlans pg2)" "7 PVID untagged" "access port"
	check bridge vlan add vid 8 dev pg2
	check_eq "$(vlans pg2)" "7 PVID untagged, 8" "access port and VLAN 8"
	check_eq "$(mode pg2)" '["trunk",7,"all"]' "access port and VLAN 8"
}

test_vlan_range()
{
	ports
	check bridge vlan add vid 100-4094 dev pg1
	check bridge -j -compressvlans vlan show dev pg1
	check_eq "$(jq -c '[.[].vlans[] | [.vlan, .vlanEnd]]' <<<"$LIB_OUT")" \
		'[[100,4094]]' "compressed"
	check bridge vlan del vid 200-4000 dev pg1
	check bridge -j -compressvlans vlan show dev pg1
	check_eq "$(jq -c '[.[].vlans[] | [.vlan, .vlanEnd]]' <<<"$LIB_OUT")" \
		'[[100,199],[4001,4094]]' "after a range was taken out"
	check_eq "$(bridge -j vlan show dev pg1 | jq '[.[].vlans[]] | length')" 194 \
		"one by one"
	# The uplink is a member of all.
	check ipp link set vs0 type vswitch type external uplink up0
	check bridge -j -compressvlans vlan show dev up0
	check_eq "$(jq -c '[.[].vlans[] | [.vlan, .vlanEnd]]' <<<"$LIB_OUT")" \
		'[[1,4094]]' "VLANs of an uplink"
}

# A vNIC has no master; it takes the same commands with self.
test_vlan_self()
{
	check ip link add vn0 up link vs0 type vswitch_vnic
	check bridge vlan add vid 30 pvid untagged dev vn0 self
	check_eq "$(vlans vn0)" "30 PVID untagged" "VLANs of a vNIC"
	check bridge vlan del vid 30 dev vn0 self
	check_eq "$(vlans vn0)" "" "VLANs of a vNIC, taken away"
	check_fail br vlan add vid 31 dev vn0 master
	check_eq "$(vlans vn0)" "" "VLANs of a vNIC that has no master"
}

test_vlan_refuses()
{
	local before

	ports
	check bridge vlan add vid 10 dev pg1
	before=$(vswitchctl -j port show)
	check_fail br vlan add vid 0 dev pg1
	check_fail br vlan add vid 4095 dev pg1
	check_fail br vlan add vid 20-10 dev pg1
	check_fail br vlan add vid 10-20 pvid dev pg1
	check_fail_with 'VLANs of its ports' br vlan add vid 10 dev vs0 self
	check_fail_with 'no other bridge port option' br link set dev pg1 guard on
	check_fail_with 'no other bridge port option' br link set dev pg1 learning off
	check_fail br vlan add vid 10 dev up0
	check_eq "$(vswitchctl -j port show)" "$before" "state after refusals"
}

test_vlan_traffic()
{
	ports
	check reaches g1 192.0.2.2
	check bridge vlan add vid 10 pvid untagged dev pg1
	check isolated g1 192.0.2.2
	check bridge vlan add vid 10 pvid untagged dev pg2
	check reaches g1 192.0.2.2
	check bridge vlan del vid 10 dev pg2
	check isolated g1 192.0.2.2
}

test_fdb()
{
	local mac=02:00:00:00:00:99

	ports
	check bridge fdb add "$mac" dev vs0 self via pg1 static
	check bridge fdb show dev vs0 self
	[[ $LIB_OUT = *"$mac via pg1 self static"* ]] ||
		fail "bridge fdb show: $LIB_OUT"
	check bridge vlan add vid 7 dev pg2
	check bridge fdb add "$mac" vlan 7 dev vs0 self via pg2 permanent
	check vswitchctl -j fdb show vs0 state static
	check_eq "$(jq -c 'map([.mac, .vlan, .port]) | sort' <<<"$LIB_OUT")" \
		"[[\"$mac\",0,\"pg1\"],[\"$mac\",7,\"pg2\"]]" "the same in vswitchctl"
	check bridge fdb del "$mac" vlan 7 dev vs0 self
	check_fail br fdb del "$mac" vlan 7 dev vs0 self
	check bridge fdb del "$mac" dev vs0 self
	check_eq "$(vswitchctl -j fdb show vs0 state static | jq -c .)" '[]' "left over"
	# Learned and assigned entries are shown as well.
	check vswitchctl port set pg2 mac 02:00:00:00:00:02
	check reaches g1 192.0.2.2
	check bridge fdb show dev vs0 self
	[[ $LIB_OUT = *"02:00:00:00:00:01 via pg1 self"* ]] ||
		fail "no learned entry: $LIB_OUT"
	[[ $LIB_OUT = *"02:00:00:00:00:02 via pg2 self permanent"* ]] ||
		fail "no assigned entry: $LIB_OUT"
}

logged()
{
	grep -q -- "$1" "$2"
}

test_monitor()
{
	local mac=02:00:00:00:00:98 log

	ports
	bg bridge monitor fdb
	log=$BG_LOG
	# It listens when it reports something.
	busywait 10000 told "$mac" "$log"
	check bridge vlan add vid 9 dev pg2
	check bridge fdb add "$mac" vlan 9 dev vs0 self via pg2 static
	check busywait 20000 logged "$mac.*vlan 9" "$log"
	check bridge fdb del "$mac" vlan 9 dev vs0 self
	check busywait 20000 logged "Deleted $mac.*vlan 9" "$log"
	bg bridge monitor vlan link
	log=$BG_LOG
	busywait 10000 flipped "$log"
}

told()
{
	bridge fdb add "$1" dev vs0 self via pg1 static
	bridge fdb del "$1" dev vs0 self
	logged "$1" "$2"
}

flipped()
{
	bridge vlan add vid 55 dev pg1
	bridge vlan del vid 55 dev pg1
	logged pg1 "$1"
}

run_tests "$@"
