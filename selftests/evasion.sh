#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Can a guard, or rules, be evaded? Thousands of frames that say what a policy should
# stop, each in another way, and others that it should let pass, go through switches
# that are alike but for the policy. What comes out of a real stack behind them is
# compared; lib/evasion.py has the picture.
#
# timeout: 900
. "$(dirname "$0")/lib.sh"
TESTS="stack stack_ad acl"

LIB_DIR=$(dirname "$0")/lib
COUNT=${EVASION_COUNT:-3000}

# A switch with a victim, an attacker and a vNIC, in jumbo frames.
world()
{
	local w=$1 victim dev; shift

	check vswitchctl switch add "vs$w" type internal management off "$@"
	defer lib_link_del "vs$w"
	check ip link set "vs$w" up mtu 9000
	ns_add "victim$w"
	victim=$(ns "victim$w")
	in_ns "victim$w" sysctl -q -w net.ipv4.conf.{all,default}.rp_filter=0 \
		net.ipv4.conf.{all,default}.accept_redirects=0 \
		net.ipv6.conf.{all,default}.accept_{ra,redirects}=0 \
		net.ipv4.icmp_echo_ignore_all=1
	check ip link add "pw$w" mtu 9000 type veth peer name eth0 mtu 9000 \
		address 02:00:00:00:00:09 netns "$victim"
	defer lib_link_del "pw$w"
	check ip link add "pa$w" mtu 9000 type veth peer name "a$w" mtu 9000 \
		address 02:00:00:00:00:01 netns "$(ns attacker)"
	defer lib_link_del "pa$w"
	check ip -n "$(ns attacker)" link set "a$w" up
	check ip link add "v$w" mtu 9000 link "vs$w" address 02:00:00:00:00:02 \
		type vswitch_vnic
	check ip link set "v$w" up
	for dev in "pa$w" "pw$w"; do
		check ip link set "$dev" master "vs$w" up
	done
	for dev in "pa$w" "pw$w" "v$w"; do
		check vswitchctl port set "$dev" vlan trunk all native 0
	done
	# So that checksums are written, and GSO frames cut, on the way.
	check ethtool -K "pw$w" tx off tso off gso off sg off
	check ip -n "$victim" link set eth0 up
	check ip -n "$victim" addr add 192.0.2.2/24 dev eth0
	check ip -n "$victim" addr add 2001:db8::2/64 dev eth0 nodad
	vlan_device "$victim" eth0 802.1q 7 q7
	vlan_device "$victim" eth0 802.1ad 7 ad7
	vlan_device "$victim" q7 802.1q 5 q7q5
	vlan_device "$victim" q7 802.1ad 5 q7ad5
	vlan_device "$victim" ad7 802.1q 5 ad7q5
}

vlan_device()	# NETNS LINK PROTOCOL VID NAME
{
	check ip -n "$1" link add link "$2" "$5" type vlan protocol "$3" id "$4"
	check ip -n "$1" link set "$5" up
}

number_of()	# WORD NAME
{
	awk -v name="$1" '
		$1 " " $2 == name { n = $3 }
		END { print n + 0 }' <<<"$LIB_OUT"
}

compare()	# WORLDS FEATURE...
{
	local seed=${EVASION_SEED:-$RANDOM} worlds=$1 w way feature victims=()

	shift
	for ((w = 0; w < ${#worlds}; w++)); do
		way=${worlds:w:1}
		victims+=("VICTIM_${way^}=$(ns "victim$way")")
	done
	diag "EVASION_SEED=$seed EVASION_COUNT=$COUNT"
	check env ATTACKER="$(ns attacker)" "${victims[@]}" \
		/usr/bin/python3 "$LIB_DIR/evasion.py" "$seed" "$COUNT" "$worlds"
	diag "$(grep -v '^FAULT\|^ ' <<<"$LIB_OUT" | paste -sd' ')"
	check_eq "$(sed -n 's/^faults //p' <<<"$LIB_OUT")" 0 \
		"evasions, or harmless frames dropped
$(sed -n '/^FAULT/,$p' <<<"$LIB_OUT")"
	# These ways work when there is no policy: the victim is a real one.
	for way in veth vnic tap; do
		check_ge "$(number_of "accepted $way")" $((COUNT / 20)) "$way"
		check_ge "$(number_of "passed $way")" $((COUNT / 60)) "$way"
		for feature in llc orphan overtakes overlaps follows-bad \
			follows-good begins-twice echo-becomes-nd nd-becomes-nd \
			split-nd split-echo; do
			check_ge "$(number_of "accepted $way-$feature")" 1 \
				"$way-$feature"
		done
	done
	for feature in "$@"; do
		check_ge "$(number_of "accepted $feature")" 1 "$feature"
	done
}

setup()
{
	ipv6=$(sysctl -n net.ipv6.conf.default.disable_ipv6)
	sysctl -q -w net.ipv6.conf.default.disable_ipv6=1
	defer sysctl -q -w "net.ipv6.conf.default.disable_ipv6=$ipv6"
	[ -e /dev/net/tun ] || check modprobe tun
	modprobe -a 8021q 2>/dev/null || :
	ns_add attacker
	in_ns attacker sysctl -q -w net.ipv6.conf.{all,default}.disable_ipv6=1
}

test_stack()
{
	world u
	world g
	compare ug priority-tag vlan double-tag options fragments-order \
		fragments-reverse fragments-shuffle fragments-tiny fragments-twice \
		atomic routing hop-by-hop dstopts endless jumbo padded \
		non-linear checksum-partial gso-3 \
		rewritten-port rewritten-offset
}

# With the other kind of tag to sort by, priority tags are payload.
test_stack_ad()
{
	world u vlan-protocol 802.1ad
	world g vlan-protocol 802.1ad
	compare ug priority-tag priority-tags vlan double-tag
}

# Rules, extended ones of either side and basic ones, see the same as guards do; and
# nobody claims an address, in any way, that is not his own.
test_acl()
{
	world u
	world e
	world r
	world s
	compare uers priority-tag vlan double-tag options fragments-order \
		fragments-reverse fragments-shuffle fragments-tiny fragments-twice \
		atomic routing hop-by-hop dstopts endless jumbo padded \
		claim claim-vlan claim-double-tag claim-options \
		claim-fragments-order claim-fragments-reverse claim-atomic \
		claim-routing claim-hop-by-hop claim-dstopts claim-endless claim-jumbo
}

run_tests "$@"
