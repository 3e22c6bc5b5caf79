#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What the host has on a NIC moves to its first vNIC when the NIC becomes an
# uplink, and moves back.
#
#	h:  vs0-mgmt -- vs0 -- eth0 ------- w: eth0 (192.0.2.1, 2001:db8:1::1)
#	    192.0.2.2, ...
#
# timeout: 1200
. "$(dirname "$0")/lib.sh"

TESTS="there_and_back type_change management_off vnic_del existing_switch
	no_management connection other_mac other_name own_addresses unclear
	fail_vnic_name fail_switch_name fail_master fail_no_ethernet fail_set
	fail_late bare_uplink mtu mtu_undo"

ctl()
{
	vswitchctl -n "$(ns h)" "$@"
}

iph()
{
	ip -n "$(ns h)" "$@"
}

setup()
{
	ns_add h w
	check iph link add eth0 address 02:00:00:00:00:0e type veth \
		peer name eth0 netns "$(ns w)"
	check ip -n "$(ns w)" link set eth0 up
	check ip -n "$(ns w)" addr add 192.0.2.1/24 dev eth0
	check ip -n "$(ns w)" addr add 2001:db8:1::1/64 dev eth0 nodad
	check iph link set eth0 up
	# No addresses that the kernel makes by itself and as it likes.
	in_ns h sysctl -q -w net.ipv6.conf.default.addr_gen_mode=1 \
		net.ipv6.conf.eth0.addr_gen_mode=1
	iph -6 addr flush dev eth0
	host_has
}

host_has()
{
	local line

	while read -r line; do
		# shellcheck disable=SC2086 # words
		check iph $line
	done <<-EOT
		addr add 192.0.2.2/24 brd + dev eth0
		addr add 192.0.2.3/24 dev eth0 label eth0:1
		addr add 198.51.100.2/24 dev eth0 valid_lft 5000 preferred_lft 4000
		addr add 203.0.113.9/28 dev eth0 noprefixroute
		-6 addr add 2001:db8:1::2/64 dev eth0 nodad
		-6 addr add 2001:db8:1::3/64 dev eth0 nodad valid_lft 5000 preferred_lft 0
		-6 addr add fe80::2/64 dev eth0 nodad
		route add default via 192.0.2.1 dev eth0 metric 100
		route add default via 192.0.2.1 dev eth0 metric 200 src 192.0.2.3
		route add 10.0.0.0/8 via 192.0.2.1 dev eth0 mtu 1400
		route add 10.1.0.0/16 via 192.0.2.1 dev eth0 table 77
		route add 192.0.2.0/24 dev eth0 scope link table 77
		-6 route add default via fe80::1 dev eth0 metric 1024
		-6 route add 2001:db8:2::/48 via 2001:db8:1::1 dev eth0
		-6 route add 2001:db8:3::/48 via 2001:db8:1::1 dev eth0 table 88
	EOT
}

# What the host has on a device, with its name and times made equal.
has()
{
	iph -o addr show dev "$1" |
		sed -E "s/^[0-9]+: //; s/\b$1\b/DEV/g; s/[0-9]+sec/NUMsec/g; s/[ \\\\]+/ /g" | sort
	iph -4 route show table all dev "$1" | sed 's/ *$//; s/ linkdown//' | sort
	iph -6 route show table all dev "$1" |
		sed -E '/^multicast/d; s/ *$//; s/ linkdown//; s/expires [0-9]+sec/expires NUMsec/' | sort
}

# check_same GOT WANT WHAT: several lines
check_same()
{
	[ "$1" = "$2" ] || fail "$3:"$'\n'"$(diff <(echo "$2") <(echo "$1"))"
}

addresses()
{
	iph -j addr show dev "$1" | jq -c '[.[0].addr_info[].local]'
}

online()
{
	in_ns h ping -q -c 1 -w 5 192.0.2.1
	in_ns h ping -q -c 1 -w 5 2001:db8:1::1
	in_ns w ping -q -c 1 -w 5 192.0.2.3
}

mac()
{
	iph -j link show dev "$1" | jq -r '.[0].address'
}

links()
{
	iph -j link show | jq -c '[.[] | [.ifname, .master, .address]]'
	ctl -j switch show | jq -c 'map(del(.generation, .fdb_count))'
	ctl -j port show
}

moved()
{
	check_same "$(has vs0-mgmt)" "$1" "what the vNIC has"
	check_eq "$(addresses eth0)" '[]' "addresses left on the uplink"
	check_eq "$(mac vs0-mgmt)" 02:00:00:00:00:0e "MAC of the vNIC"
	check_eq "$(iph -j link show dev eth0 | jq -r '.[0].master')" vs0 "master of eth0"
	check online
}

is_back()
{
	check_same "$(has eth0)" "$1" "what eth0 has"
	check_eq "$(iph -j link show dev eth0 | jq -r '.[0].master')" null "master of eth0"
	check_eq "$(mac eth0)" 02:00:00:00:00:0e "MAC of eth0"
	check online
}

test_there_and_back()
{
	local before i

	before=$(has eth0)
	check_ge "$(wc -l <<<"$before")" 20 "addresses and routes before"
	check online
	for i in 1 2 3; do
		check ctl switch add vs0 uplink eth0 management on
		moved "$before"
		check ctl switch del vs0
		is_back "$before"
	done
}

test_type_change()
{
	local before

	before=$(has eth0)
	check ctl switch add vs0 uplink eth0
	moved "$before"
	check ctl switch set vs0 type internal
	is_back "$before"
	check ctl switch set vs0 type external uplink eth0
	moved "$before"
	check ctl switch set vs0 type private
	is_back "$before"
	check_eq "$(ctl -j vnic show | jq length)" 0 "vNICs of a private switch"
	check ctl switch set vs0 type external uplink eth0
	moved "$before"
	check ctl switch set vs0 uplink none type internal
	is_back "$before"
}

# The uplink stays, and has the addresses; but it takes no host traffic.
test_management_off()
{
	local before

	before=$(has eth0)
	check ctl switch add vs0 uplink eth0 management on
	check ctl switch set vs0 management off
	check_same "$(has eth0)" "$before" "what eth0 has"
	check_eq "$(ctl -j vnic show | jq length)" 0 "vNICs"
	check_fail in_ns h ping -q -c 1 -w 1 192.0.2.1
	check ctl switch set vs0 management on
	moved "$before"
	check ctl switch del vs0
	is_back "$before"
}

test_vnic_del()
{
	local before

	before=$(has eth0)
	check ctl switch add vs0 uplink eth0
	check ctl vnic del vs0-mgmt
	check_same "$(has eth0)" "$before" "what eth0 has"
	check ctl switch del vs0
	is_back "$before"
}

test_existing_switch()
{
	local before

	before=$(has eth0)
	check ctl switch add vs0 type internal management off
	check ctl switch set vs0 uplink eth0 management on
	moved "$before"
	check ctl switch set vs0 uplink none
	is_back "$before"
}

# Without management nothing moves; the user is told what that means.
test_no_management()
{
	local before

	before=$(has eth0)
	check ctl switch add vs0 uplink eth0 management off
	[[ $LIB_OUT = *note* ]] || fail "no note: $LIB_OUT"
	check_same "$(has eth0)" "$before" "what eth0 has"
	check_eq "$(ctl -j vnic show | jq length)" 0 "vNICs"
	check ctl switch del vs0
	is_back "$before"
}

# A number a line, over one connection, until it breaks.
talker()
{
	local i=0

	exec 3<>"/dev/tcp/$1/$2"
	while echo $((i++)) >&3; do
		sleep 0.02
	done
}

more_lines()
{
	[ "$(wc -l <"$1")" -gt "$2" ]
}

still_talking()
{
	check busywait 30000 more_lines "$1" $(($(wc -l <"$1") + 20))
}

test_connection()
{
	local in=$LIB_TMP/in out=$LIB_TMP/out6 file i

	bg in_ns h socat -u TCP-LISTEN:7001,reuseaddr "CREATE:$in"
	bg in_ns w socat -u TCP6-LISTEN:7002,reuseaddr "CREATE:$out"
	export -f talker
	check busywait 10000 listens h 7001
	check busywait 10000 listens w 7002
	bg in_ns w bash -c 'talker 192.0.2.2 7001'
	bg in_ns h bash -c 'talker 2001:db8:1::1 7002'
	check busywait 10000 test -s "$in"
	check busywait 10000 test -s "$out"
	for i in 1 2 3; do
		check ctl switch add vs0 uplink eth0 management on
		still_talking "$in"
		still_talking "$out"
		check ctl switch del vs0
		still_talking "$in"
		still_talking "$out"
	done
	# The same connection all the time: one sequence from 0 on.
	for file in "$in" "$out"; do
		head -n -1 "$file" >"$file.whole"
		check_eq "$(seq 0 $(($(wc -l <"$file.whole") - 1)) | cksum)" \
			"$(cksum <"$file.whole")" "numbers that arrived"
	done
}

listens()
{
	in_ns "$1" ss -Hltn "sport = :$2" | grep -q .
}

new_macs()
{
	check iph link set "$1" address 02:00:00:00:00:aa
	forget
}

# Neighbours are not to be asked at the MACs that were.
forget()
{
	iph neigh flush all
	ip -n "$(ns w)" neigh flush all
}

# The vNIC has another MAC than the uplink, whoever changed it.
test_other_mac()
{
	local before

	before=$(has eth0)
	check ctl switch add vs0 uplink eth0
	new_macs vs0-mgmt
	check online
	check ctl switch del vs0
	check_eq "$LIB_OUT" "" "what it says"
	forget
	is_back "$before"

	check ctl switch add vs0 uplink eth0
	new_macs vs0-mgmt
	check ctl vnic del vs0-mgmt
	check_same "$(has eth0)" "$before" "what eth0 has"
	check ctl switch del vs0
	forget
	is_back "$before"

	check ctl switch add vs0 uplink eth0
	new_macs vs0-mgmt
	check ctl switch set vs0 management off
	check_same "$(has eth0)" "$before" "what eth0 has"
	check ctl switch set vs0 management on
	new_macs vs0-mgmt
	check ctl switch set vs0 type internal
	forget
	is_back "$before"
	check ctl switch del vs0

	# As a bond does.
	check ctl switch add vs0 uplink eth0
	new_macs eth0
	check ctl vnic add vs0 storage
	check iph addr add 10.20.0.1/24 dev storage
	check ctl switch del vs0
	check iph link set eth0 address 02:00:00:00:00:0e
	forget
	is_back "$before"
}

# Nor has it the switch's name; it is known by having addresses.
test_other_name()
{
	local before

	before=$(has eth0)
	check ctl switch add vs0 uplink eth0
	rename vs0 lan
	check ctl vnic add lan storage
	check ctl switch del lan
	check_eq "$LIB_OUT" "" "what it says of a vNIC with the uplink's MAC"
	is_back "$before"

	check ctl switch add vs0 uplink eth0
	rename vs0 lan
	new_macs vs0-mgmt
	check ctl vnic add lan storage
	check ctl vnic del storage
	check_eq "$LIB_OUT" "" "what it says of a vNIC without addresses"
	check ctl vnic add lan storage
	check ctl switch del lan
	check_note 'eth0 has the addresses of vNIC vs0-mgmt now'
	forget
	is_back "$before"

	check ctl switch add vs0 uplink eth0
	rename vs0 lan
	new_macs vs0-mgmt
	check ctl vnic del vs0-mgmt
	check_note 'eth0 has the addresses of vNIC vs0-mgmt now'
	check_same "$(has eth0)" "$before" "what eth0 has"
	check ctl switch del lan
	forget
	is_back "$before"
}

rename()
{
	check iph link set "$1" down
	check iph link set "$1" up name "$2"
	forget
	check online
}

check_note()
{
	[[ $LIB_OUT = "vswitchctl: "*"note: "*"$1"* ]] || fail "said: $LIB_OUT"
	check_eq "$(wc -l <<<"$LIB_OUT")" 1 "lines of the note"
}

# The uplink has what it had, so that no vNIC has it.
test_own_addresses()
{
	local before name

	before=$(has eth0)
	check ctl switch add vs0 uplink eth0 management off
	for name in a b; do
		check ctl vnic add vs0 $name
		check iph addr add 10.20.0.1/24 dev $name
	done
	check ctl vnic del b
	check_eq "$LIB_OUT" "" "what it says"
	check ctl vnic add vs0 b
	check iph addr add 10.20.0.1/24 dev b
	check ctl switch del vs0
	check_eq "$LIB_OUT" "" "what it says"
	is_back "$before"
}

test_unclear()
{
	local before args

	before=$(has eth0)
	check ctl switch add vs0 uplink eth0
	rename vs0 lan
	new_macs vs0-mgmt
	check ctl vnic add lan storage
	check iph addr add 10.20.0.1/24 dev storage
	for args in "del lan" "set lan type internal" "set lan uplink none" \
		"set lan ageing-time 77 management off"; do
		# shellcheck disable=SC2086 # words
		refuse switch $args
		[[ $SAID = *"vs0-mgmt and storage have some"* ]] || fail "said: $SAID"
		check_eq "$(wc -l <<<"$SAID")" 1 "lines that it says"
		check_same "$(has vs0-mgmt)" "$before" "what the vNIC has after '$args'"
	done
	# What does not ask for it is done.
	check ctl switch set lan ageing-time 77
	check ctl switch set lan management on

	# As it says: by the MAC,
	check iph link set vs0-mgmt address 02:00:00:00:00:0e
	forget
	check ctl switch del lan
	check_eq "$LIB_OUT" "" "what it says"
	is_back "$before"

	# or by deleting the other one, whose addresses go with it.
	check ctl switch add vs0 uplink eth0
	rename vs0 lan
	new_macs vs0-mgmt
	check ctl vnic add lan storage
	check iph addr add 10.20.0.1/24 dev storage
	check ctl vnic del storage
	check_note "eth0 did not get them, as vNIC vs0-mgmt has some"
	check_eq "$(addresses eth0)" '[]' "addresses of the uplink"
	check ctl switch del lan
	check_note 'eth0 has the addresses of vNIC vs0-mgmt now'
	forget
	is_back "$before"

	# With ip nothing moves.
	check ctl switch add vs0 uplink eth0
	check iph link set eth0 nomaster
	check_same "$(has vs0-mgmt)" "$before" "what the vNIC has"
}

# refuse COMMAND...: it fails, and all is as it was. SAID is what it said.
refuse()
{
	local before had

	before=$(links)
	had=$(has eth0)
	check_fail ctl "$@"
	[[ $LIB_OUT = vswitchctl:* ]] || fail "said: $LIB_OUT"
	SAID=$LIB_OUT
	check_same "$(links)" "$before" "devices, switches and ports after '$*'"
	check_same "$(has eth0)" "$had" "what eth0 has after '$*'"
	check online
}

test_fail_vnic_name()
{
	check iph link add vs0-mgmt type dummy
	refuse switch add vs0 uplink eth0 management on
	check iph link del vs0-mgmt
	check ctl switch add vs0 uplink eth0 management on
	check ctl switch del vs0
}

test_fail_switch_name()
{
	check iph link add vs0 type dummy
	refuse switch add vs0 uplink eth0 management on
	refuse switch add eth0 uplink eth0 management on
}

# Everything is made and moved but the last step, which the kernel refuses.
test_fail_master()
{
	check iph link add mv0 link eth0 type macvlan
	refuse switch add vs0 uplink eth0 management on
	check iph link del mv0
	check iph link add br0 type bridge
	check iph link add d0 type dummy
	check iph link set d0 master br0
	refuse switch add vs0 uplink d0 management on
	check ctl switch add vs0 uplink eth0 management on
	check online
	check iph link del d0
}

test_fail_no_ethernet()
{
	modprobe tun 2>/dev/null || :	# built in, perhaps
	check iph tuntap add tun0 mode tun
	check iph addr add 10.20.0.1/24 dev tun0
	refuse switch add vs0 uplink tun0 management on
	refuse switch add vs0 uplink lo management on
	check_eq "$(addresses tun0)" '["10.20.0.1"]' "addresses of tun0"
}

test_fail_set()
{
	check ctl switch add vs0 type internal management off
	check iph link add mv0 link eth0 type macvlan
	refuse switch set vs0 type external uplink eth0 management on
	refuse switch set vs0 ageing-time 77 uplink eth0
	check iph link del mv0
	check ctl switch set vs0 type external uplink eth0 management on
	check online
	check iph link add up1 up type dummy
	check ctl switch set vs0 uplink none
	check ctl switch set vs0 uplink up1
	refuse switch set vs0 uplink lo
}

# The new uplink is refused when everything has moved and the vNIC is gone.
test_fail_late()
{
	local before

	before=$(has eth0)
	check iph link add mv0 type dummy
	check iph link add mv1 link mv0 type macvlan
	check ctl switch add vs0 uplink eth0
	check_fail ctl switch set vs0 uplink mv0 management off
	moved "$before"
	check ctl switch del vs0
	is_back "$before"
}

# An uplink without any address, down: it comes up, and the vNIC has its MAC.
test_bare_uplink()
{
	check iph link add up1 type dummy
	check ctl switch add vs0 uplink up1 management on
	check_eq "$(mac vs0-mgmt)" "$(mac up1)" "MAC of the vNIC"
	check_eq "$(addresses vs0-mgmt)" '[]' "addresses"
	check_eq "$(iph -j link show dev up1 | jq -c '.[0].flags | index("UP") != null')" \
		true "up1 is up"
	check ctl switch del vs0
	check_fail iph link show dev vs0-mgmt
	check online
}

mtu_is()
{
	check_eq "$(iph -j link show dev "$1" | jq '.[0].mtu')" "$2" "MTU of $1"
}

# Of both ends of the wire. ICMP and IPv4 have 28 bytes of it.
set_mtu()
{
	check iph link set eth0 mtu "$1"
	check ip -n "$(ns w)" link set eth0 mtu "$1"
}

fits()
{
	check in_ns h ping -q -c 1 -w 5 -M "do" -s $(($1 - 28)) 192.0.2.1
	check_fail in_ns h ping -q -c 1 -w 1 -M "do" -s $(($1 - 27)) 192.0.2.1
	# In pieces of the MTU, none of which is too big for the uplink.
	check in_ns h ping -q -c 1 -w 5 -M dont -s $(($1 * 2)) 192.0.2.1
}

# The vNIC has the MTU of the uplink at once, and follows it both ways.
test_mtu()
{
	local mtu before

	before=$(has eth0)
	for mtu in 1500 1400 9000; do
		set_mtu $mtu
		check ctl switch add vs0 uplink eth0
		mtu_is vs0-mgmt $mtu
		moved "$before"
		fits $mtu
		check ctl switch del vs0
		mtu_is eth0 $mtu
		is_back "$before"
	done

	set_mtu 1500
	check ctl switch add vs0 uplink eth0
	for mtu in 1400 9000; do
		set_mtu $mtu
		mtu_is vs0-mgmt $mtu
		moved "$before"
		fits $mtu
	done
	check ctl switch set vs0 management off
	check ctl switch set vs0 management on
	mtu_is vs0-mgmt 9000
	set_mtu 1400
	mtu_is vs0-mgmt 1400
	# By hand it stays.
	check iph link set vs0-mgmt mtu 1300
	set_mtu 1500
	mtu_is vs0-mgmt 1300
	check ctl switch del vs0
	mtu_is eth0 1500
	is_back "$before"
}

# Deleted and made again, a vNIC follows if it did before.
test_mtu_undo()
{
	check iph link add mv0 type dummy
	check iph link add mv1 link mv0 type macvlan
	check ctl switch add vs0 uplink eth0
	check ctl vnic add vs0 hand
	check iph link set hand mtu 1300
	# The new uplink is refused when all vNICs are gone already.
	check_fail ctl switch set vs0 uplink mv0 management off
	mtu_is hand 1300
	mtu_is vs0-mgmt 1500
	set_mtu 1400
	mtu_is hand 1300
	mtu_is vs0-mgmt 1400
	set_mtu 9000
	mtu_is hand 1300
	mtu_is vs0-mgmt 9000
	check online
}

run_tests "$@"
