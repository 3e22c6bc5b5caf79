#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Port profiles: settings under a name, for ports to refer to.
#
#	netlink cases, in a network namespace of their own:
#	  vs0 (external): p0 p1 (dummies), vn0 (vNIC), u0 (uplink)   vs1: q0
#
#	the others:  g1, g2, g3 (netns) -- vs0 (internal) -- vn0
#
# timeout: 600
. "$(dirname "$0")/lib.sh"

TESTS="layers read born refusals txn limits dump_marked events flushed atomic
	traffic default_profile show batch in_use monitor words deleted_switch"

nl_setup()
{
	local dev

	ns_add t
	in_ns t sysctl -q -w net.ipv6.conf.default.disable_ipv6=1
	for dev in p0 p1 q0 u0 d0; do
		check ip -n "$(ns t)" link add "$dev" up type dummy
	done
	check ip -n "$(ns t)" link add vs0 up type vswitch
	check ip -n "$(ns t)" link add vs1 up type vswitch
	check ip -n "$(ns t)" link set p0 master vs0
	check ip -n "$(ns t)" link set p1 master vs0
	check ip -n "$(ns t)" link set q0 master vs1
	check vswitchctl -n "$(ns t)" switch set vs0 uplink u0 management off
	check ip -n "$(ns t)" link add vn0 up link vs0 type vswitch_vnic
}

py()
{
	nl_setup
	check in_ns t /usr/bin/python3 -E -s -S -B \
		"$(dirname "$0")/lib/netlink_profile.py" "$@"
}

test_layers()		{ py layers; }
test_read()		{ py read; }
test_born()		{ py born; }
test_refusals()		{ py refusals; }
test_txn()		{ py txn; }
test_limits()		{ py limits; }
test_dump_marked()	{ py dump_marked; }
test_events()		{ py events; }
test_flushed()		{ py flushed; }
test_atomic()		{ py atomic; }

topology()
{
	local n

	check vswitchctl switch add vs0 management off
	defer lib_link_del vs0
	for n in 1 2 3; do
		guest g$n 02:00:00:00:00:0$n 192.0.2.$n/24
		check ip link set pg$n master vs0
	done
}

# value DEV JQ: of its JSON
value()
{
	vswitchctl -j port show "$1" | jq -c ".[0] | $2"
}

# What frames meet is what the profile says, from the next one on.
test_traffic()
{
	topology
	check reaches g1 192.0.2.2
	check vswitchctl profile add vs0 office vlan access 10
	check vswitchctl port set pg1 profile office
	check isolated g1 192.0.2.2
	check vswitchctl port set pg2 profile office
	check reaches g1 192.0.2.2
	check isolated g3 192.0.2.1
	check vswitchctl profile set vs0 office vlan default
	check reaches g3 192.0.2.1
	check vswitchctl profile set vs0 office vlan access 11
	check reaches g2 192.0.2.1
	check isolated g3 192.0.2.1
	# Its own VLAN is stronger.
	check vswitchctl port set pg3 profile office vlan access 12
	check isolated g3 192.0.2.1
	check vswitchctl port set pg3 vlan default
	check reaches g3 192.0.2.1
	check vswitchctl port set pg1 profile none
	check isolated g3 192.0.2.1
	# A source that is not its own, by the profile's word.
	check vswitchctl port set pg2 mac 02:00:00:00:00:02
	check vswitchctl profile set vs0 office mac-spoofing on
	check ip -n "$(ns g2)" link set eth0 address 02:00:00:00:00:22
	check reaches g2 192.0.2.3
	check vswitchctl profile set vs0 office mac-spoofing off
	check isolated g2 192.0.2.3
}

test_default_profile()
{
	topology
	check vswitchctl profile add vs0 base vlan access 5
	check vswitchctl switch set vs0 default-profile base
	check_eq "$(vswitchctl -j switch show vs0 | jq -r '.[0].default_profile')" \
		base "default profile of the switch"
	check reaches g1 192.0.2.2
	guest g4 02:00:00:00:00:04 192.0.2.4/24
	check vswitchctl port add vs0 pg4
	check_eq "$(value pg4 '[.vlan.pvid, .from_default]')" '[5,["vlan"]]' \
		"a new port"
	check reaches g4 192.0.2.1
	check vswitchctl vnic add vs0 vn0
	check_eq "$(value vn0 '[.vlan.pvid, .own]')" '[5,[]]' "a new vNIC"
	# bridge vlan begins with what is in force, and makes it the port's own.
	check bridge vlan add vid 6 dev pg4
	check_eq "$(value pg4 '[.vlan.ranges[].start]')" '[5,6]' "bridge vlan"
	check_eq "$(value pg4 .own)" '["vlan"]' "own after bridge vlan"
	check vswitchctl port set pg4 vlan default
	# The wire is nobody's guest.
	check ip link add up0 type dummy
	defer lib_link_del up0
	check vswitchctl switch set vs0 uplink up0 management off
	check_eq "$(value up0 '[.vlan.pvid, .default_profile, .from_default]')" \
		'[0,null,[]]' "the uplink"
	check vswitchctl port set up0 profile base
	check_eq "$(value up0 '[.vlan.pvid, .profile, .from_profile]')" \
		'[5,"base",["vlan"]]' "the uplink with a profile"
	check vswitchctl port set up0 profile none
	check vswitchctl switch set vs0 default-profile none
	check_eq "$(value pg1 '[.vlan.pvid, .default_profile]')" '[0,null]' \
		"without a default profile"
	# A step that fails later takes the default profile back.
	check_fail vswitchctl switch set vs0 default-profile base uplink nosuch
	check_eq "$(vswitchctl -j switch show vs0 | jq -c '.[0].default_profile')" \
		null "default profile after a refusal"
	check_fail vswitchctl switch set vs0 fdb-limit 77 default-profile nosuch
	check_eq "$(vswitchctl -j switch show vs0 | jq -c '.[0].fdb_limit')" \
		131072 "fdb-limit after a refusal"
}

test_show()
{
	topology
	check vswitchctl profile add vs0 base dhcp-guard on storm-limit 10 \
		mac-spoofing on
	check vswitchctl profile add vs0 office vlan trunk 7,9 native 1 \
		dhcp-guard off mirror source session 3
	check vswitchctl profile add vs0 empty
	check vswitchctl switch set vs0 default-profile base
	check vswitchctl port set pg1 profile office router-guard on
	check vswitchctl port show pg1
	[[ $LIB_OUT = *"profile office (vlan, dhcp-guard, mirror) default-profile base (mac-spoofing, storm-limit)"* ]] ||
		fail "text does not say where settings are from: $LIB_OUT"
	[[ $LIB_OUT = *"dhcp-guard off router-guard on"*"storm-limit 10"* ]] ||
		fail "values in text: $LIB_OUT"
	check_eq "$(value pg1 '[.profile, .default_profile, .own, .from_profile,
		.from_default, .dhcp_guard, .storm_limit, .vlan.mode]')" \
		'["office","base",["router-guard"],["vlan","dhcp-guard","mirror"],["mac-spoofing","storm-limit"],false,10,"trunk"]' \
		"JSON of a port"
	check vswitchctl profile show vs0 office
	check_eq "$LIB_OUT" "office: switch vs0 users 1
    settings vlan trunk 7,9 native 1 dhcp-guard off mirror source session 3" \
		"text of a profile"
	check vswitchctl profile show vs0
	check_eq "$LIB_OUT" "base: switch vs0 users 0 default
    settings mac-spoofing on dhcp-guard on storm-limit 10
office: switch vs0 users 1
    settings vlan trunk 7,9 native 1 dhcp-guard off mirror source session 3
empty: switch vs0 users 0" "text of all profiles"
	check_eq "$(vswitchctl -j profile show vs0 office | jq -c '.[0] |
		[.profile, .switch, .users, .default, .own, .vlan.mode,
		.dhcp_guard, .mirror_session, has("storm_limit")]')" \
		'["office","vs0",1,false,["vlan","dhcp-guard","mirror"],"trunk",false,3,false]' \
		"JSON of a profile"
	check_eq "$(vswitchctl -j profile show | jq -c 'map(.profile)')" \
		'["base","office","empty"]' "JSON of all profiles"
	check_fail_with 'no such device' vswitchctl -j profile show nosuch
	# Whatever a profile is shown as can be given again.
	vswitchctl profile show vs0 office | sed -n 's/^ *settings //p' >"$LIB_TMP/words"
	# shellcheck disable=SC2046 # words
	check vswitchctl profile add vs0 again $(<"$LIB_TMP/words")
	check_eq "$(vswitchctl -j profile show vs0 again |
		jq -c '.[0] | del(.profile, .users)')" \
		"$(vswitchctl -j profile show vs0 office |
		jq -c '.[0] | del(.profile, .users)')" "a profile given again"
}

# A whole office at one moment, with profiles that the file makes.
test_batch()
{
	local before

	topology
	check vswitchctl profile add vs0 old vlan access 3
	cat >"$LIB_TMP/batch" <<-EOT
		profile add vs0 base dhcp-guard on
		profile add vs0 office vlan access 10
		profile set vs0 office router-guard on
		switch set vs0 default-profile base
		port set pg1 profile office
		port set pg2 profile office storm-limit 7
		profile del vs0 old
	EOT
	before=$(vswitchctl -j switch show vs0 | jq '.[0].generation')
	check vswitchctl -a -b "$LIB_TMP/batch"
	check_eq "$(vswitchctl -j switch show vs0 | jq '.[0].generation')" \
		$((before + 1)) "one change"
	check_eq "$(value pg2 '[.vlan.pvid, .router_guard, .dhcp_guard, .storm_limit]')" \
		'[10,true,true,7]' "a port after it"
	check_eq "$(vswitchctl -j profile show vs0 | jq -c 'map(.profile)')" \
		'["base","office"]' "profiles after it"

	# Refused as a whole, in the last line or by the commit.
	before=$(vswitchctl -j profile show; vswitchctl -j port show)
	cat >"$LIB_TMP/batch" <<-EOT
		profile add vs0 new vlan access 20
		port set pg1 profile new
		profile set vs0 base dhcp-guard off
		port set pg3 profile nosuch
	EOT
	check_fail_with 'batch:4: port pg3: the switch has no profile of that name' \
		vswitchctl -a -b "$LIB_TMP/batch"
	check_eq "$(vswitchctl -j profile show; vswitchctl -j port show)" \
		"$before" "state after a refused line"
	cat >"$LIB_TMP/batch" <<-EOT
		profile add vs0 new vlan access 20
		port set pg1 profile new
		profile del vs0 office
	EOT
	check_fail_with 'refers to that profile' vswitchctl -a -b "$LIB_TMP/batch"
	check_eq "$(vswitchctl -j profile show; vswitchctl -j port show)" \
		"$before" "state after a refused commit"
	echo "switch set vs0 default-profile none fdb-limit 9" >"$LIB_TMP/batch"
	check_fail_with 'a line of its own' vswitchctl -a -b "$LIB_TMP/batch"
}

test_in_use()
{
	topology
	check vswitchctl profile add vs0 office vlan access 10
	check vswitchctl port set pg1 profile office
	check vswitchctl port set pg3 profile office
	check_fail_with 'refers to that profile: give it another first.*it is used by pg1 pg3' \
		vswitchctl profile del vs0 office
	check_eq "$(value pg1 .vlan.pvid)" 10 "VLAN after the refusal"
	# A port that left does not count.
	check ip link set pg1 nomaster
	check ip link del pg3
	check vswitchctl profile del vs0 office
	check_eq "$(vswitchctl profile show)" "" "profiles"
	# On its own again, it has nothing of the old one.
	check vswitchctl port add vs0 pg1
	check_eq "$(value pg1 '[.profile, .vlan.pvid]')" '[null,0]' "a port that came back"
}

told()
{
	local n

	n=$(grep -cE "$1" "$BG_LOG") || n=0
	[ "$n" = "$2" ] || { echo "$n lines with $1:"; cat "$BG_LOG"; return 1; }
}

test_monitor()
{
	topology
	check vswitchctl profile add vs0 first
	bg vswitchctl monitor profile
	check busywait 10000 eval 'vswitchctl profile set vs0 first dhcp-guard on; grep -q . "$BG_LOG"'
	check vswitchctl profile add vs0 office vlan access 10
	check vswitchctl port set pg1 profile office
	check vswitchctl profile set vs0 office vlan access 11
	check vswitchctl port set pg1 profile none
	check vswitchctl profile del vs0 office
	check busywait 5000 told '^profile office: switch vs0 users 0 settings vlan access 10$' 1
	check busywait 5000 told '^profile office: switch vs0 users 1 settings vlan access 11$' 1
	check busywait 5000 told '^profile-del office: switch vs0' 1
	check told '^port' 0
}

# Words that are wrong: one line, status 2, nothing changed.
test_words()
{
	local line before rc

	topology
	check vswitchctl profile add vs0 office vlan access 10
	before=$(vswitchctl -j profile show)
	while IFS= read -r line; do
		rc=0
		# shellcheck disable=SC2086 # words
		vswitchctl $line >"$LIB_TMP/stdout" 2>"$LIB_TMP/stderr" || rc=$?
		check_eq "$rc" 2 "status of: $line"
		check_eq "$(wc -l <"$LIB_TMP/stderr")" 1 "lines on stderr of: $line"
	done <<-EOT
		profile add
		profile add vs0
		profile add vs0 none
		profile add vs0 $(printf 'x%.0s' {1..64})
		profile add vs0 new vlan
		profile add vs0 new vlan default
		profile add vs0 new mac 02:00:00:00:00:01
		profile add vs0 new vm one
		profile add vs0 new profile office
		profile add vs0 new nosuch on
		profile add vs0 new vlan access 1 pvlan isolated primary 2 secondary 3
		profile set vs0 office
		profile set vs0 office dhcp-guard perhaps
		profile set vs0 office dhcp-guard on dhcp-guard off
		profile del vs0
		profile del vs0 office now
		profile del vs0 none
		profile show vs0 office now
		profile nosuch
		port set pg1 profile
		port set pg1 profile office profile office
		switch set vs0 default-profile
		switch add vs1 default-profile office
	EOT
	check_eq "$(vswitchctl -j profile show)" "$before" "state after wrong words"
	check_fail_with 'no such device' vswitchctl profile add nosuch new
	check_fail_with 'not a virtual switch' vswitchctl profile add pg1 new
	check vswitchctl profile help
	check vswitchctl profile add help
	check vswitchctl profile list vs0
}

# The profiles of a switch go with it, and so do references to them.
test_deleted_switch()
{
	topology
	check vswitchctl profile add vs0 office vlan access 10
	check vswitchctl switch set vs0 default-profile office
	check vswitchctl port set pg1 profile office
	check vswitchctl vnic add vs0 vn0
	bg in_ns g1 ping -f -q 192.0.2.2
	check ip link del vs0
	check vswitchctl switch add vs0 management off
	check_eq "$(vswitchctl profile show)" "" "profiles of a new switch"
	check vswitchctl port add vs0 pg1
	check_eq "$(value pg1 '[.profile, .default_profile, .vlan.pvid]')" \
		'[null,null,0]' "a port of a new switch"
}

run_tests "$@"
