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
# timeout: 1200
. "$(dirname "$0")/lib.sh"

TESTS="layers read born refusals contradictions txn limits dump_marked events flushed atomic
	traffic default_profile show batch in_use monitor words deleted_switch
	acl_layers acl_refusals acl_txn acl_dump acl_events acl_quota acl_atomic
	acl_traffic acl_state acl_replace acl_batch acl_words acl_monitor
	acl_gone"

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

# Rules of profiles.
py_acl()
{
	nl_setup
	check in_ns t /usr/bin/python3 -E -s -S -B \
		"$(dirname "$0")/lib/netlink_profile_acl.py" "$@"
}

test_layers()		{ py layers; }
test_read()		{ py read; }
test_born()		{ py born; }
test_refusals()		{ py refusals; }
test_contradictions()	{ py contradictions; }
test_txn()		{ py txn; }
test_limits()		{ py limits; }
test_dump_marked()	{ py dump_marked; }
test_events()		{ py events; }
test_flushed()		{ py flushed; }
test_atomic()		{ py atomic; }

test_acl_layers()	{ py_acl layers; }
test_acl_refusals()	{ py_acl refusals; }
test_acl_txn()		{ py_acl txn; }
test_acl_dump()		{ py_acl dump; }
test_acl_events()	{ py_acl events; }
test_acl_quota()	{ py_acl quota; }
test_acl_atomic()	{ py_acl atomic; }

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
	check busywait 20000 told '^profile office: switch vs0 users 0 settings vlan access 10$' 1
	check busywait 20000 told '^profile office: switch vs0 users 1 settings vlan access 11$' 1
	check busywait 20000 told '^profile-del office: switch vs0' 1
	check told '^port' 0
}

# Words that are wrong: one line, status 2, nothing changed.
test_words()
{
	local before

	topology
	check vswitchctl profile add vs0 office vlan access 10
	before=$(vswitchctl -j profile show)
	check_mistakes vswitchctl <<-EOT
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

# rules DEV|profile SWITCH NAME: how many, and of a port from which profile
rules()
{
	vswitchctl -j acl show "$@" | jq -c '.[0] | [.count, .profile]'
}

metered()
{
	vswitchctl -j acl show "$1" | jq '[.[0].rules[].bytes // 0] | add'
}

# What frames meet is the list of the profile, at each of its ports.
test_acl_traffic()
{
	local n

	topology
	check vswitchctl profile add vs0 office
	check vswitchctl acl add profile vs0 office direction out action deny remote-ip 192.0.2.3
	check reaches g1 192.0.2.3
	for n in 1 2; do
		check vswitchctl port set pg$n profile office
		check_eq "$(rules pg$n)" '[1,"office"]' "rules of pg$n"
		check isolated g$n 192.0.2.3
	done
	check reaches g1 192.0.2.2

	# The port's own list is in the place of it, as long as there is one.
	check vswitchctl acl add pg1 direction out action deny remote-ip 192.0.2.2
	check_eq "$(rules pg1)" '[1,null]' "a rule of its own"
	check reaches g1 192.0.2.3
	check isolated g1 192.0.2.2
	check isolated g2 192.0.2.3
	check_fail_with 'there is no such rule' \
		vswitchctl acl del pg1 direction out action deny remote-ip 192.0.2.3
	check vswitchctl acl del pg1 direction out action deny remote-ip 192.0.2.2
	check_eq "$(rules pg1)" '[1,"office"]' "after its last rule"
	check isolated g1 192.0.2.3
	check reaches g1 192.0.2.2
	check_fail_with 'no rules of its own' \
		vswitchctl acl del pg1 direction out action deny remote-ip 192.0.2.3
	# No rules at all are a rule that allows all.
	check vswitchctl acl add pg1 direction both action allow local-mac any
	check reaches g1 192.0.2.3
	check vswitchctl acl flush pg1
	check isolated g1 192.0.2.3

	# All of them at once.
	check vswitchctl acl add profile vs0 office direction out action allow weight 1
	check vswitchctl acl flush profile vs0 office
	check reaches g1 192.0.2.3
	check reaches g2 192.0.2.3
	# And the default profile's where nobody says otherwise.
	check vswitchctl profile add vs0 base
	check vswitchctl acl add profile vs0 base direction in action deny weight 9 protocol icmp
	check vswitchctl switch set vs0 default-profile base
	check_eq "$(rules pg3) $(rules pg1)" '[1,"base"] [1,"base"]' "by default"
	check isolated g1 192.0.2.3
	check vswitchctl acl add profile vs0 office direction in action allow weight 1
	check vswitchctl port set pg3 profile office
	check reaches g1 192.0.2.3
	check_eq "$(rules pg3)" '[1,"office"]' "its profile comes first"
}

# One list, but flows, fragments and counts are those of each port.
test_acl_state()
{
	topology
	check vswitchctl profile add vs0 office
	# Not what guests say of themselves in IPv6.
	check vswitchctl acl add profile vs0 office direction out action meter remote-ip 192.0.2.0/24
	check vswitchctl acl add profile vs0 office direction in action deny weight 1 protocol icmp
	check vswitchctl acl add profile vs0 office direction out action allow weight 2 protocol icmp stateful
	check vswitchctl port set pg1 profile office
	check vswitchctl port set pg2 profile office
	check_eq "$(vswitchctl -j acl show profile vs0 office |
		jq -c '[.[0].rules[] | has("bytes")] | unique')" '[false]' \
		"counts of nobody"
	check in_ns g1 ping -n -q -c 3 -i 0.2 -s 100 -w 5 192.0.2.3
	check_eq "$(metered pg1) $(metered pg2)" "426 0" "bytes at each port"
	check isolated g3 192.0.2.1
	check isolated g3 192.0.2.2
	check reaches g2 192.0.2.3
	check_eq "$(vswitchctl -j -s acl show pg1 | jq '.[0].flows > 0')" true \
		"flows of pg1"
	check_eq "$(vswitchctl -j -s acl show profile vs0 office |
		jq '.[0] | has("flows")')" false "flows of nobody"
	# Other rules come and go, and counts stay.
	check vswitchctl acl add profile vs0 office direction out action deny remote-ip 203.0.113.0/24
	check vswitchctl acl add profile vs0 office direction out action meter remote-ip 203.0.113.0/24
	check vswitchctl profile set vs0 office dhcp-guard on
	check vswitchctl acl del profile vs0 office direction out action deny remote-ip 203.0.113.0/24
	check_eq "$(metered pg1)" 426 "bytes after changes"
	check in_ns g1 ping -n -q -c 3 -i 0.2 -s 100 -w 5 192.0.2.3
	check_eq "$(metered pg1)" 852 "bytes go on"
	# A rule that was another meanwhile has counted nothing.
	check vswitchctl acl add pg1 direction out action meter remote-ip 192.0.2.0/24
	check_eq "$(metered pg1)" 0 "its own meter"
	check vswitchctl acl flush pg1
	check_eq "$(metered pg1)" 0 "bytes after another list"
	# What allowed a flow goes, and it with that, at each port.
	bg in_ns g1 ping -n -i 0.1 192.0.2.3
	check busywait 10000 grep -q 'icmp_seq=5' "$BG_LOG"
	check vswitchctl acl del profile vs0 office direction out weight 2
	check isolated g1 192.0.2.3
	check isolated g2 192.0.2.3
}

# Each ping passes while the list is replaced again and again: no frame sees a
# list without the rule that allows it, at either of the ports.
test_acl_replace()
{
	topology
	check vswitchctl profile add vs0 office
	{ echo "acl flush profile vs0 office"
	  seq -f 'acl add profile vs0 office direction out action deny weight %.0f protocol tcp remote-port 80' 10 800
	  echo "acl add profile vs0 office direction out action allow weight 5 protocol icmp"
	  echo "acl add profile vs0 office direction in action allow weight 5 protocol icmp"
	  echo "acl add profile vs0 office direction both action allow local-ip any"
	  echo "acl add profile vs0 office direction out action deny weight 1"
	  echo "acl add profile vs0 office direction in action deny weight 1"
	} >"$LIB_TMP/batch"
	check vswitchctl -a -b "$LIB_TMP/batch"
	check vswitchctl switch set vs0 default-profile office
	check_eq "$(rules pg2)" '[797,"office"]' "rules"
	bg in_ns g1 ping -n -q -i 0.01 192.0.2.2
	for _ in 1 2 3 4 5 6 7 8; do
		check vswitchctl -a -b "$LIB_TMP/batch"
	done
	kill -INT "$BG_PID"
	wait "$BG_PID" || :
	check grep -q " 0% packet loss" "$BG_LOG"
}

# In the words of a file, along with all else that it says of profiles.
test_acl_batch()
{
	local before

	topology
	cat >"$LIB_TMP/batch" <<-EOT
		profile add vs0 office dhcp-guard on
		acl add profile vs0 office direction in action deny weight 5 protocol tcp
		acl add profile vs0 office direction in action deny weight 6
		acl add pg3 direction in action deny weight 7
		acl add pg3 direction in action deny weight 8
		acl del profile vs0 office direction in weight 6
		profile set vs0 office router-guard on
		port set pg1 profile office
		acl add profile vs0 office direction out action allow weight 5
	EOT
	before=$(vswitchctl -j switch show vs0 | jq '.[0].generation')
	check vswitchctl -a -b "$LIB_TMP/batch"
	check_eq "$(vswitchctl -j switch show vs0 | jq '.[0].generation')" \
		$((before + 1)) "one change"
	check_eq "$(rules pg1) $(rules pg3)" '[2,"office"] [2,null]' "rules"
	check_eq "$(vswitchctl acl show profile vs0 office | sed 's/id [0-9]* //')" \
"profile office switch vs0: 2 rules
    direction in action deny weight 5 protocol tcp
    direction out action allow weight 5" "text of a profile's rules"
	check_eq "$(vswitchctl acl show pg1 | sed -n 1p)" \
		"pg1: 2 rules from profile office" "text of a port's rules"
	check_eq "$(vswitchctl profile show vs0 office)" \
"office: switch vs0 users 1
    settings dhcp-guard on router-guard on
    acl 2 rules" "text of a profile"
	check_eq "$(vswitchctl -j profile show vs0 office |
		jq -c '.[0] | [.own, .acl_rules]')" \
		'[["dhcp-guard","router-guard","acl"],2]' "JSON of a profile"
	check_eq "$(vswitchctl -j port show pg1 | jq -c '.[0].from_profile')" \
		'["dhcp-guard","router-guard","acl"]' "JSON of a port"
	# All there is, ports first.
	check_eq "$(vswitchctl -j acl show |
		jq -c 'map([.ifname, .switch, .profile, .count])')" \
		'[["pg1","vs0","office",2],["pg3","vs0",null,2],[null,"vs0","office",2]]' \
		"JSON of all rules"

	# A line that is refused is named, and nothing has changed.
	before=$(vswitchctl -j acl show; vswitchctl -j profile show)
	cat >"$LIB_TMP/batch" <<-EOT
		acl flush profile vs0 office
		acl add profile vs0 office direction in action deny weight 50
		acl add profile vs0 office direction in action deny weight 51
		acl add profile vs0 office direction in action allow weight 50
	EOT
	check_fail_with 'batch:[24]: acl profile office: .*has that weight' \
		vswitchctl -a -b "$LIB_TMP/batch"
	echo "acl add profile vs0 nosuch direction in action deny weight 50" \
		>>"$LIB_TMP/batch"
	sed -i 4d "$LIB_TMP/batch"
	check_fail_with 'batch:4: acl profile nosuch: the switch has no profile' \
		vswitchctl -a -b "$LIB_TMP/batch"
	check_eq "$(vswitchctl -j acl show; vswitchctl -j profile show)" \
		"$before" "state after refused files"
	# In the words that it shows, a rule can be deleted.
	# shellcheck disable=SC2046 # words
	check vswitchctl acl del profile vs0 office $(vswitchctl acl show \
		profile vs0 office | tail -1 | sed 's/^ *id [0-9]* //')
	check_eq "$(rules pg1)" '[1,"office"]' "rules after a deletion"
	check vswitchctl acl del profile vs0 office direction in weight 5
	check_eq "$(rules profile vs0 office)" '[0,"office"]' "none left"
	check_eq "$(vswitchctl profile show vs0 office | tail -1)" \
		"    settings dhcp-guard on router-guard on" "text without rules"
}

test_acl_words()
{
	local before

	topology
	check vswitchctl profile add vs0 office
	check vswitchctl acl add profile vs0 office direction in action deny weight 1
	before=$(vswitchctl -j acl show)
	check_mistakes vswitchctl <<-EOT
		acl add profile
		acl add profile vs0
		acl add profile vs0 office
		acl add profile vs0 none direction in action deny weight 2
		acl add profile vs0 office direction in
		acl del profile vs0 office
		acl flush profile
		acl flush profile vs0
		acl flush profile vs0 office now
		acl show profile
		acl show profile vs0
		acl show profile vs0 office now
	EOT
	check_fail_with 'no such device' vswitchctl acl show profile nosuch office
	check_fail_with 'not a virtual switch' vswitchctl acl show profile pg1 office
	check_fail_with 'acl profile nosuch: the switch has no profile of that name' \
		vswitchctl acl show profile vs0 nosuch
	check_fail_with 'acl profile nosuch: the switch has no profile of that name' \
		vswitchctl acl flush profile vs0 nosuch
	check_eq "$(vswitchctl -j acl show)" "$before" "state after wrong words"
	check vswitchctl acl help
}

test_acl_monitor()
{
	topology
	check vswitchctl profile add vs0 office
	bg vswitchctl monitor all
	check busywait 10000 eval 'vswitchctl profile set vs0 office dhcp-guard on; grep -q . "$BG_LOG"'
	check vswitchctl acl add profile vs0 office direction in action deny weight 1
	check vswitchctl port set pg1 profile office
	check vswitchctl acl add profile vs0 office direction in action deny weight 2
	check vswitchctl acl flush profile vs0 office
	check busywait 20000 told '^acl profile office switch vs0: 1 rules$' 1
	check busywait 20000 told '^acl profile office switch vs0: 2 rules$' 1
	check busywait 20000 told '^acl profile office switch vs0: 0 rules$' 1
	check busywait 20000 told '^acl pg1: 1 rules from profile office$' 1
	check busywait 20000 told '^acl pg1: 2 rules from profile office$' 1
	check busywait 20000 told '^acl pg1: 0 rules$' 1
}

# Rules, meters and flows of profiles go with the switch, and a vNIC that comes
# back has of its own what it had.
test_acl_gone()
{
	local before

	topology
	check vswitchctl profile add vs0 office
	check vswitchctl acl add profile vs0 office direction out action meter remote-ip any
	check vswitchctl acl add profile vs0 office direction out action allow weight 2 stateful
	check vswitchctl switch set vs0 default-profile office
	check vswitchctl vnic add vs0 vn0
	# The vNIC is deleted, and made again when the last step fails.
	before=$(value vn0 .ifindex)
	check_fail_with 'an Ethernet device' vswitchctl switch set vs0 \
		type external uplink lo management off
	[ "$(value vn0 .ifindex)" != "$before" ] || fail "nothing was undone"
	check_eq "$(rules vn0)" '[2,"office"]' "rules of the vNIC"
	check_eq "$(vswitchctl -j port show vn0 | jq -c '.[0].own')" '[]' \
		"own settings of the vNIC"
	bg in_ns g1 ping -f -q 192.0.2.2
	check vswitchctl port del pg2
	check_fail_with 'is the default-profile' vswitchctl profile del vs0 office
	check vswitchctl switch set vs0 default-profile none
	check vswitchctl profile del vs0 office
	check_eq "$(vswitchctl acl show)" "" "rules"
	check vswitchctl profile add vs0 office
	check vswitchctl acl add profile vs0 office direction out action allow weight 2 stateful
	check vswitchctl switch set vs0 default-profile office
	check ip link del vs0
	check_eq "$(vswitchctl acl show)" "" "rules without the switch"
}

run_tests "$@"
