#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Assigned MACs and MAC spoofing: who may send from which source address, and
# where frames for it go.
#
#	far (netns)
#	   g1     g2     g3                 host
#	    |      |      |                  |
#	  pg1    pg2    pg3              v1, v2 (vNICs)
#	    +------+------+--- vs0 ---------+
#
# requires: jq ethtool
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lib/frames.sh"
TESTS="defaults spoofed assigned_elsewhere spoofing_on duplicates vnic_change
       other_vlan not_learned invalid_source checksum"

G1=02:00:00:00:00:01
G2=02:00:00:00:00:02
V1=02:00:00:00:00:04
ALIEN=02:00:00:00:ff:01

setup()
{
	check vswitchctl switch add vs0 type internal management off
	defer lib_link_del vs0
	check ip link set vs0 up
	frames_start
	stations vs0 g1 g2 g3
	vnic_station vs0 v1
	vnic_station vs0 v2
}

policy()
{
	vswitchctl -j port show "$1" |
		jq -r '[.. | objects | select(has("ifname"))][0] |
			"\(.mac // "none") \(.mac_spoofing)"'
}

fdb()
{
	vswitchctl -j fdb show vs0 |
		jq -r --arg m "$1" '.[] | select(.mac == $m) |
			"\(.port) \(.vlan // "-")"' | sort
}

test_defaults()
{
	check_eq "$(policy pg1)" "none true" "a port without a MAC"
	check_eq "$(policy v1)" "$V1 false" "a vNIC"
	check vswitchctl port set pg1 mac $G1
	check_eq "$(policy pg1)" "$G1 false" "a port with a MAC"
	check vswitchctl port set pg1 mac-spoofing on
	check_eq "$(policy pg1)" "$G1 true" "spoofing switched on"
	# What was switched on stays on.
	check vswitchctl port set pg1 mac 02:00:00:00:00:11
	check_eq "$(policy pg1)" "02:00:00:00:00:11 true" "another MAC"
	check vswitchctl port set pg1 mac none
	check_eq "$(policy pg1)" "none true" "the MAC taken away"
	# There is nothing to spoof without a MAC.
	check_fail_with "assigned mac" vswitchctl port set pg1 mac-spoofing off
	check_eq "$(policy pg1)" "none true" "a refused change"
	check vswitchctl port set pg1 mac $G1 mac-spoofing off
	check vswitchctl port set pg1 mac none
	check_eq "$(policy pg1)" "none true" "off goes with the MAC"
	# A port can be added with its MAC.
	check vswitchctl port del pg2
	check vswitchctl port add vs0 pg2 mac $G2
	check_eq "$(policy pg2)" "$G2 false" "a port added with a MAC"
	check_fail vswitchctl port set pg1 mac 01:00:5e:00:00:01
	check_fail vswitchctl port set pg1 mac zz
}

test_spoofed()
{
	check_rx "g2 g3 v1 v2" g1 src=$ALIEN
	check vswitchctl port set pg1 mac $G1
	check_rx "g2 g3 v1 v2" g1
	check_drops "pg1 mac-spoofed 1" check_rx none g1 src=$ALIEN
	check_drops "pg1 mac-spoofed 1" check_rx none g1 src=$G2
	check_drops "v1 mac-spoofed 1" check_rx none v1 src=$ALIEN
	check_rx "g1 g2 g3 v2" v1
	check_eq "$(ethtool -S v1 | awk '$1 == "drop-mac-spoofed:" { print $2 }')" 1 \
		"at the vNIC, by ethtool"
	# The other ports are free.
	check_rx "g1 g3 v1 v2" g2 src=$ALIEN
}

test_assigned_elsewhere()
{
	check vswitchctl port set pg1 mac $G1
	check_drops "pg2 mac-assigned 1" check_rx none g2 src=$G1
	check_drops "pg2 mac-assigned 1" check_rx none g2 src=$V1
	check_rx "g1 g3 v1 v2" g2
	# Nor does it teach the switch anything: delivery is as before.
	check_rx g1 g3 dst=$G1
	check_rx v1 g3 dst=$V1
	check vswitchctl port set pg1 mac none
	check_rx "g1 g3 v1 v2" g2 src=$G1
}

test_spoofing_on()
{
	check vswitchctl port set pg1 mac $G1 mac-spoofing on
	check_rx "g2 g3 v1 v2" g1 src=$ALIEN
	check_rx g1 g2 dst=$ALIEN
	check_rx g1 g2 dst=$G1
	# ... but not from what is assigned to another port.
	check vswitchctl port set pg2 mac $G2
	check_drops "pg1 mac-assigned 1" check_rx none g1 src=$G2
	check_drops "pg2 mac-spoofed 1" check_rx none g2 src=$ALIEN
	check vswitchctl port set v1 mac-spoofing on
	check_rx "g1 g2 g3 v2" v1 src=02:00:00:00:ff:02
	check_rx v1 g1 dst=02:00:00:00:ff:02
}

test_duplicates()
{
	check vswitchctl port set pg1 mac $G1
	check_fail_with "another port of this switch has that mac" \
		vswitchctl port set pg2 mac $G1
	check_fail_with "another port of this switch has that mac" \
		vswitchctl port set pg2 mac $V1
	check_eq "$(policy pg2)" "none true" "after the refusal"
	check_fail ip link set v1 address $G1
	check_eq "$(mac_of v1)" $V1 "the vNIC after the refusal"
	check_fail ip link add v3 link vs0 address $G1 type vswitch_vnic
	check_fail vswitchctl vnic add vs0 v3 mac $V1
	[ ! -e /sys/class/net/v3 ] || fail "v3 was made"
	# Its own again is no duplicate; once given back it is free.
	check vswitchctl port set pg1 mac $G1
	check vswitchctl port set pg1 mac none
	check vswitchctl port set pg2 mac $G1
	check_rx g2 g3 dst=$G1
}

test_vnic_change()
{
	local new=02:00:00:00:00:44

	check_rx v1 g1 dst=$V1
	check_rx "g2 g3" g1 dst=$new
	check ip link set v1 address $new
	check_eq "$(policy v1)" "$new false" "the port's MAC"
	check_rx v1 g1 dst=$new
	# The old one is unknown, and no longer the vNIC's to use.
	check_rx "g2 g3" g1 dst=$V1
	check_drops "v1 mac-spoofed 1" check_rx none v1 src=$V1
	check_rx "g1 g2 g3 v2" v1 src=$new
	# Somebody else may have it now.
	check_rx "g1 g3 v1 v2" g2 src=$V1
	check_rx g2 g1 dst=$V1
}

test_other_vlan()
{
	# The same MAC is another station in another VLAN.
	check vswitchctl port set pg1 vlan access 10 mac $G1
	check vswitchctl port set pg2 vlan access 20
	check vswitchctl port set pg3 vlan trunk 10,20 native none
	check_rx g3:q20 g2 src=$G1
	check_drops "pg3 mac-assigned 1" check_rx none g3 src=$G1 tags=q10
	check_rx g1 g3 dst=$G1 tags=q10
	check_rx g2 g3 dst=$G1 tags=q20
	check_eq "$(fdb $G1)" "pg1 -
pg2 20" "FDB entries"
	# In one VLAN there is one owner.
	check vswitchctl port set pg2 vlan access 10
	check_drops "pg2 mac-assigned 1" check_rx none g2 src=$G1
}

test_not_learned()
{
	check vswitchctl port set pg1 mac $G1
	check_drops "pg1 mac-spoofed 1" check_rx none g1 src=$ALIEN
	check_drops "pg2 mac-assigned 1" check_rx none g2 src=$G1
	check_eq "$(fdb $ALIEN)" "" "a spoofed address"
	check_eq "$(fdb $G1)" "pg1 -" "an assigned address"
	check_rx "g1 g3 v1 v2" g2 src=$ALIEN
	check_eq "$(fdb $ALIEN)" "pg2 0" "an allowed address"
}

test_invalid_source()
{
	local src

	for src in 00:00:00:00:00:00 ff:ff:ff:ff:ff:ff 01:00:5e:00:00:01; do
		check_drops "pg1 source-invalid 1" check_rx none g1 src=$src
		check_eq "$(fdb $src)" "" "entries of $src"
	done
	check_rx "g2 g3 v1 v2" g1 src=$ALIEN
}

# The last two bytes of the source would be a checksum that the sender chooses.
test_checksum()
{
	[ -e /dev/net/tun ] || check modprobe tun
	check /usr/bin/python3 -E -s -B "$(dirname "$0")/lib/csum_source.py"
	diag "$LIB_OUT"
}

run_tests "$@"
