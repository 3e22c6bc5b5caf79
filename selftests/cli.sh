#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# vswitchctl with every kind of input: what is wrong is refused with one line
# on stderr and status 2 (usage) or 1 (refused), and changes nothing.
#
#	vs0 (internal) -- p0, p1 (dummies), vn0		ext -- up0 (uplink)
#	d0: free
#
# timeout: 900
. "$(dirname "$0")/lib.sh"

TESTS="help usage_tool usage_switch usage_port usage_vnic usage_fdb
	usage_monitor refused json saved show batch batch_bad atomic netns not_root
	no_module"

ctl()
{
	vswitchctl -n "$(ns t)" "$@"
}

ipt()
{
	ip -n "$(ns t)" "$@"
}

setup()
{
	local dev

	ns_add t
	in_ns t sysctl -q -w net.ipv6.conf.default.disable_ipv6=1
	for dev in p0 p1 d0 up0; do
		check ipt link add $dev up type dummy
	done
	check ipt link add vs0 up type vswitch
	check ipt link add ext up type vswitch
	check ipt link set p0 master vs0
	check ipt link set p1 master vs0
	check ipt link add vn0 up link vs0 type vswitch_vnic
	check ctl switch set ext uplink up0 management off
	check ctl port set p0 mac 02:00:00:00:00:01
	check ctl port set p1 vlan trunk 7 native 0
	check ctl fdb add vs0 02:00:00:00:00:05 port p1 vlan 7
}

# The generation may rise: what was done and undone counts as a change. A link
# may come up when it likes.
state()
{
	printf '%s show\n' switch port profile fdb | ctl -j -b - |
		sed -E 's/"generation":[0-9]+//g'
	ipt -j -d link show | jq -c '.[] | del(.operstate, .flags)'
}

# check_same GOT WANT WHAT: several lines
check_same()
{
	[ "$1" = "$2" ] || fail "$3:"$'\n'"$(diff <(echo "$2") <(echo "$1") | cut -c1-300)"
}

# judge STATUS COMMAND...: run it, look at how it failed, not at state.
judge()
{
	local want=$1 rc=0; shift

	"$@" >"$LIB_TMP/stdout" 2>"$LIB_TMP/stderr" </dev/null || rc=$?
	[ "$rc" = "$want" ] ||
		fail "status $rc, want $want: $*"$'\n'"$(cat "$LIB_TMP/stdout" "$LIB_TMP/stderr")"
	[ "$(wc -l <"$LIB_TMP/stderr")" = 1 ] ||
		fail "not one line on stderr: $*"$'\n'"$(<"$LIB_TMP/stderr")"
	[ ! -s "$LIB_TMP/stdout" ] || [[ $* = *" -j "* ]] ||
		fail "output on stdout: $*"$'\n'"$(<"$LIB_TMP/stdout")"
	grep -q '^vswitchctl: ' "$LIB_TMP/stderr" ||
		fail "whose message is it? $*"$'\n'"$(<"$LIB_TMP/stderr")"
}

# all STATUS: each line of stdin is a command that must end so.
all()
{
	local status=$1 line before

	before=$(state)
	while IFS= read -r line; do
		eval "set -- $line"
		judge "$status" ctl "$@"
	done
	check_same "$(state)" "$before" "state after wrong commands"
}

test_help()
{
	local words

	while read -r words; do
		# shellcheck disable=SC2086 # words
		vswitchctl $words >"$LIB_TMP/stdout" 2>"$LIB_TMP/stderr" ||
			fail "status $? of: vswitchctl $words"
		[ -s "$LIB_TMP/stdout" ] || fail "no help on stdout: $words"
		[ ! -s "$LIB_TMP/stderr" ] || fail "help on stderr: $words"
	done <<-EOT
		help
		--help
		-h
		--version
		-V
		switch help
		switch add help
		switch set help
		switch del help
		switch show help
		port help
		port set help
		vnic help
		vnic add help
		fdb help
		fdb flush help
		profile help
		profile add help
		profile set help
		mac-pool help
		mac-pool set help
		monitor help
		help port
		help fdb add
	EOT
	check_eq "$(vswitchctl help port)" "$(vswitchctl port help)" "help port"
	vswitchctl switch help | grep -q 'external|internal|private' ||
		fail "help of switch does not name the types"
}

test_usage_tool()
{
	local rc=0

	all 2 <<-EOT
		swich show
		switch shew
		switch show vs0 vs0
		-a switch show
		-f switch show
		-b /dev/null switch show
		port show p0 now
		"" show
		switch ""
		help swich
		help switch shew
		help fdb add vs0
	EOT
	# Wrong options are getopt's to report, in one line as well.
	vswitchctl --frob switch show >/dev/null 2>"$LIB_TMP/stderr" || rc=$?
	check_eq "$rc" 2 "status of an unknown option"
	check_eq "$(wc -l <"$LIB_TMP/stderr")" 1 "lines on stderr"
	rc=0
	vswitchctl -n >/dev/null 2>"$LIB_TMP/stderr" || rc=$?
	check_eq "$rc" 2 "status of an option without its argument"
	rc=0
	vswitchctl >/dev/null 2>"$LIB_TMP/stderr" || rc=$?
	check_eq "$rc" 2 "status of nothing at all"
}

test_usage_switch()
{
	all 2 <<-EOT
		switch add
		switch add 1234567890123456
		switch add a/b
		switch add "a b"
		switch add ""
		switch add .
		switch add ..
		switch add a:b
		switch add a%d
		switch add x type
		switch add x type public
		switch add x type external
		switch add x type internal uplink d0
		switch add x type private management on
		switch add x type private uplink d0
		switch add x uplink
		switch add x uplink none
		switch add x uplink 1234567890123456
		switch add x management maybe
		switch add x management
		switch add x iov 1
		switch add x bandwidth-mode half
		switch add x vlan-protocol 802.3
		switch add x ageing-time 0
		switch add x ageing-time -1
		switch add x ageing-time 1000001
		switch add x ageing-time 1s
		switch add x ageing-time 0x10
		switch add x ageing-time 99999999999999999999
		switch add x fdb-limit 0
		switch add x fdb-limit 1048577
		switch add x fdb-limit ""
		switch add x type internal type internal
		switch add x junk
		switch add x type internal junk
		switch set
		switch set vs0
		switch set vs0 junk 1
		switch set vs0 type
		switch set vs0 type external
		switch set vs0 type private management on
		switch set vs0 type internal uplink d0
		switch set vs0 iov on
		switch set vs0 bandwidth-mode none
		switch set vs0 ageing-time 0
		switch set vs0 ageing-time 5 ageing-time 5
		switch set vs0 management on off
		switch del
		switch del vs0 now
		switch del 1234567890123456
	EOT
}

test_usage_port()
{
	all 2 <<-EOT
		port add
		port add vs0
		port add vs0 d0 mac
		port add vs0 d0 mac 02:00:00:00:00
		port add vs0 d0 mac 01:00:00:00:00:01
		port add vs0 d0 mac 00:00:00:00:00:00
		port add vs0 d0 vlan access 5
		port add vs0 d0 mac 02:00:00:00:00:09 now
		port del
		port del p0 p1
		port set
		port set p0
		port set p0 vlan
		port set p0 vlan access
		port set p0 vlan access 0
		port set p0 vlan access 4095
		port set p0 vlan access 4096
		port set p0 vlan access -1
		port set p0 vlan access 1x
		port set p0 vlan access 65546
		port set p0 vlan access 1 2
		port set p0 vlan trunk
		port set p0 vlan trunk 0
		port set p0 vlan trunk 4095
		port set p0 vlan trunk 5-
		port set p0 vlan trunk -5
		port set p0 vlan trunk 9-5
		port set p0 vlan trunk 5,,6
		port set p0 vlan trunk 5,
		port set p0 vlan trunk ,5
		port set p0 vlan trunk 5 native
		port set p0 vlan trunk 5 native 4095
		port set p0 vlan trunk 5 native x
		port set p0 vlan general
		port set p0 vlan untagged vlan untagged
		port set p0 mac
		port set p0 mac 2:0:0:0:0:1
		port set p0 mac 02:00:00:00:00:01:02
		port set p0 mac 02-00:00:00:00:01
		port set p0 mac ff:ff:ff:ff:ff:ff
		port set p0 mac-spoofing
		port set p0 mac-spoofing yes
		port set p0 mac-spoofing on off
		port set p0 dhcp-guard perhaps
		port set p0 profile
		port set p0 profile a profile b
		port set p0 dhcp-guard
		port set p0 dhcp-guard on dhcp-guard off
		port set p0 dhcp-guard on dhcp-guard default
		port set p0 router-guard 1
		port set p0 allow-teaming
		port set p0 vm
		port set p0 vm ""
		port set p0 vm 1234567890123456789012345678901234567890123456789012345678901234
		port set p0 vm none vm none
		port set p0 mac default
		port set p0 storm-limit
		port set p0 storm-limit -1
		port set p0 storm-limit 4294967296
		port set p0 dynamic-ip-limit 1025
		port set p0 ieee-priority-tag 5
		port set p0 mirror
		port set p0 mirror both
		port set p0 mirror none session 1
		port set p0 mirror source session
		port set p0 mirror source session 256
		port set p0 pvlan
		port set p0 pvlan none
		port set p0 pvlan isolated
		port set p0 pvlan isolated primary
		port set p0 pvlan isolated primary 100
		port set p0 pvlan isolated primary 0 secondary 5
		port set p0 pvlan isolated primary 100 secondary 100
		port set p0 pvlan isolated primary 100 secondary 101,102
		port set p0 pvlan community primary 100 secondary 101-102
		port set p0 pvlan promiscuous primary 100 secondary 99-101
		port set p0 pvlan promiscuous primary 100 secondary all
		port set p0 pvlan isolated primary 100 secondary 101 vlan untagged
		port set 1234567890123456 vlan access 5
	EOT
}

test_usage_vnic()
{
	all 2 <<-EOT
		vnic add
		vnic add vs0
		vnic add vs0 1234567890123456
		vnic add vs0 v9 mac
		vnic add vs0 v9 mac 01:00:00:00:00:01
		vnic add vs0 v9 junk
		vnic add vs0 v9 mac 02:00:00:00:00:09 junk
		vnic del
		vnic del vn0 now
		vnic show vs0 now
		vnic set vn0
	EOT
}

test_usage_fdb()
{
	all 2 <<-EOT
		fdb add
		fdb add vs0
		fdb add vs0 02:00:00:00:00:09
		fdb add vs0 02:00:00:00:00:09 port
		fdb add vs0 02:00:00:00:00:09 port p0 vlan
		fdb add vs0 02:00:00:00:00:09 port p0 vlan 4095
		fdb add vs0 02:00:00:00:00:09 port p0 vlan x
		fdb add vs0 02:00:00:00:00:09 port p0 port p0
		fdb add vs0 02:00:00:00:00:09 port p0 state static
		fdb add vs0 ff:ff:ff:ff:ff:ff port p0
		fdb add vs0 nonsense port p0
		fdb del
		fdb del vs0
		fdb del vs0 02:00:00:00:00:05 vlan 7 junk
		fdb del vs0 02:00:00:00:00:05 port p1
		fdb flush
		fdb flush vs0 state learned
		fdb flush vs0 state assigned
		fdb flush vs0 vlan 4095
		fdb flush vs0 junk
		fdb show vs0 junk
		fdb show vs0 vlan
		fdb show vs0 state dynamic
	EOT
}

test_usage_monitor()
{
	all 2 <<-EOT
		monitor switch vs0 junk
		monitor 1234567890123456
	EOT
}

# Well said, but not possible.
test_refused()
{
	all 1 <<-EOT
		switch add vs0
		switch add lo
		switch add x uplink nosuch
		switch add x uplink lo management off
		switch add x uplink vs0
		switch add x uplink vs0 management off
		switch add x uplink p0
		switch add x uplink up0 management off
		switch set nosuch ageing-time 5
		switch set d0 ageing-time 5
		switch set vs0 uplink nosuch
		switch set vs0 uplink p0
		switch set ext uplink vs0
		switch set vs0 fdb-limit 1 uplink nosuch
		switch del nosuch
		switch del p0
		switch del vn0
		switch show nosuch
		switch show p0
		port add vs0 nosuch
		port add nosuch d0
		port add d0 p0
		port add vs0 vs0
		port add vs0 ext
		port add vs0 lo
		port add vs0 p0
		port add ext p0
		port add vs0 vn0
		port add vs0 d0 mac 02:00:00:00:00:01
		port del nosuch
		port del d0
		port del vn0
		port del up0
		port set d0 vlan access 5
		port set vs0 vlan access 5
		port set nosuch vlan access 5
		port set p1 mac 02:00:00:00:00:01
		port set p1 mac-spoofing off
		port set p1 vlan access 5 mac 02:00:00:00:00:01
		port set p0 mac none mac-spoofing off
		port show nosuch
		port show d0
		vnic add nosuch v9
		vnic add p0 v9
		vnic add vs0 p0
		vnic add vs0 vs0
		vnic add vs0 v9 mac 02:00:00:00:00:01
		vnic del p0
		vnic del d0
		vnic del nosuch
		vnic show nosuch
		fdb add vs0 02:00:00:00:00:09 port d0
		fdb add vs0 02:00:00:00:00:09 port up0
		fdb add vs0 02:00:00:00:00:09 port nosuch
		fdb add nosuch 02:00:00:00:00:09 port p0
		fdb add vs0 02:00:00:00:00:05 port p0 vlan 7
		fdb del vs0 02:00:00:00:00:09
		fdb del vs0 02:00:00:00:00:05
		fdb del vs0 02:00:00:00:00:01
		fdb flush vs0 port up0
		fdb flush vs0 port d0
		fdb flush p0
		fdb show nosuch
		monitor nosuch
	EOT
}

# valid FILTER COMMAND...: prints JSON that FILTER says true of.
valid()
{
	local filter=$1; shift

	"$@" >"$LIB_TMP/json" || fail "status $? of $*"
	jq -e "$filter" <"$LIB_TMP/json" >/dev/null ||
		fail "$* prints, against '$filter':"$'\n'"$(<"$LIB_TMP/json")"
}

test_json()
{
	local option

	for option in "-j" "-j -p" "-j -s" "-j -p -s"; do
		# shellcheck disable=SC2086 # words
		{
			valid 'map(.ifname) | sort == ["ext", "vs0"]' ctl $option switch show
			valid 'length == 1' ctl $option switch show vs0
			valid 'map(.ifname) | sort == ["p0", "p1", "up0", "vn0"]' ctl $option port show
			valid 'map(.ifname) | sort == ["p0", "p1", "vn0"]' ctl $option port show vs0
			valid '.[0].mac == "02:00:00:00:00:01"' ctl $option port show p0
			valid 'map(.ifname) == ["vn0"]' ctl $option vnic show
			valid '. == []' ctl $option vnic show ext
			valid 'map(.state) | sort == ["assigned", "assigned", "static"]' ctl $option fdb show vs0
			valid '. == []' ctl $option fdb show ext
			valid '. == []' ctl $option fdb show vs0 port p1 vlan 8
			valid 'map(.vlan) == [7]' ctl $option fdb show vs0 state static
		}
	done
	valid 'all(has("stats"))' ctl -j -s port show
	valid 'all(has("stats") | not)' ctl -j port show
	ns_add empty
	for option in switch port vnic profile fdb; do
		valid '. == []' vswitchctl -n "$(ns empty)" -j "$option" show
		valid '. == []' vswitchctl -n "$(ns empty)" -j "$option"
		check_eq "$(vswitchctl -n "$(ns empty)" "$option" show)" "" "text of no $option"
	done
	check_ge "$(ctl -j -p port show | wc -l)" 20 "lines of pretty JSON"
}

# What JSON has of a switch's policies, in the order of lib/saved.jq.
saved()
{
	printf '%s show\n' port profile acl | ctl -j -b - | jq -cs '
		map(sort_by(.switch, .ifname, .profile)) | walk(if type == "object"
		then del(.ifindex, .link, .id, .addresses, .users, .bytes) else . end)'
}

# JSON says all there is to say: from it the policies are made anew, and come out the
# same.
test_saved()
{
	local want mac

	mac=$(in_ns t cat /sys/class/net/vn0/address)
	cat >"$LIB_TMP/b" <<-EOT
		profile add vs0 base dhcp-guard on storm-limit 500
		profile add vs0 web vlan trunk 5,10-20 native 4 router-guard off dynamic-ip-limit none
		acl add profile vs0 web direction in action allow weight 7 protocol tcp local-port 80-443 stateful idle-timeout 60
		acl add profile vs0 base direction out action deny local-ip any
		switch set vs0 default-profile base
		port set p0 pvlan isolated primary 100 secondary 101 mac-spoofing on vm one allow-teaming on mirror source session 3
		port set p1 profile web dynamic-ip-limit 3 storm-limit none ieee-priority-tag on mirror destination session 3
		port set vn0 router-guard on vlan access 9 mirror none
		acl add p0 direction both action deny remote-ip 192.0.2.0/24
		acl add p0 direction out action meter local-ip 2001:db8::/32
		acl add p0 direction in action allow remote-mac 02:00:00:00:00:77
		acl add p0 direction out action allow weight 65535 protocol 47 remote-ip 10.0.0.0/8 isolation-id 101
		acl add p0 direction in action deny weight 0
		acl add vn0 direction in action deny weight 9 protocol udp local-port 53 remote-port 1024-65535
	EOT
	check ctl -a -b "$LIB_TMP/b"
	want=$(saved)
	jq -r -f "$(dirname "$0")/lib/saved.jq" <<<"$want" >"$LIB_TMP/commands"

	check ctl switch del vs0
	check ipt link add vs0 up type vswitch
	check ipt link set p0 master vs0
	check ipt link set p1 master vs0
	check ipt link add vn0 up link vs0 address "$mac" type vswitch_vnic
	check ctl -a -b "$LIB_TMP/commands"
	check_same "$(saved | jq .)" "$(jq . <<<"$want")" "policies made anew of JSON"
}

# What show prints, set takes, and then show prints the same.
test_show()
{
	local vlan text

	while read -r vlan; do
		# shellcheck disable=SC2086 # words
		check ctl port set p0 $vlan
		text=$(ctl port show p0)
		[[ $text = *"$vlan"* ]] || fail "'$vlan' is shown as: $text"
	done <<-EOT
		vlan untagged
		vlan access 10
		vlan access 4094
		vlan trunk 10,20-30 native 1
		vlan trunk 10,20-30 native none
		vlan trunk 10,20-30 native 0
	EOT
	check ctl -s switch show vs0
	[[ $LIB_OUT = *packets* ]] || fail "no counters: $LIB_OUT"
	check ctl switch
	check ctl port list vs0
	check ctl switch delete ext
}

test_batch()
{
	cat >"$LIB_TMP/b" <<-EOT
		# a comment, an empty line, quotes and blanks

		  port set p0   vlan access 10   # to the end
		port set 'p1' vlan trunk "10,20"
		fdb add vs0 02:00:00:00:00:09 port p1 vlan 20
	EOT
	check ctl -b "$LIB_TMP/b"
	valid '.[0].vlan.pvid == 10' ctl -j port show p0
	valid '.[0].vlan.mode == "trunk"' ctl -j port show p1
	printf 'port set p0 vlan access 11' | ctl -b - || fail "no newline at the end"
	valid '.[0].vlan.pvid == 11' ctl -j port show p0
	check ctl -b /dev/null
	printf 'switch show\nport show\n' | ctl -j -b - | jq -es 'length == 2' >/dev/null ||
		fail "-j -b prints no JSON values"
}

test_batch_bad()
{
	local rc=0

	judge 1 ctl -b "$LIB_TMP/nosuch"
	printf '%s\n' 'port set p0 vlan access 10' 'port set p0 vlan access 5000' \
		'port set p1 vlan access 20' >"$LIB_TMP/b"
	judge 2 ctl -b "$LIB_TMP/b"
	grep -q ":2: " "$LIB_TMP/stderr" || fail "no line number: $(<"$LIB_TMP/stderr")"
	valid '.[0].vlan.pvid == 10' ctl -j port show p0
	valid '.[0].vlan.pvid == 0' ctl -j port show p1
	# Going on is what -f is for; the status tells nevertheless.
	ctl -f -b "$LIB_TMP/b" 2>"$LIB_TMP/stderr" || rc=$?
	check_eq "$rc" 2 "status with -f"
	valid '.[0].vlan.pvid == 20' ctl -j port show p1
	echo 'port set p0 vlan "access 5' >"$LIB_TMP/b"
	judge 2 ctl -b "$LIB_TMP/b"
	echo 'swich show' >"$LIB_TMP/b"
	judge 2 ctl -b "$LIB_TMP/b"
	echo 'port set d0 vlan access 5' >"$LIB_TMP/b"
	judge 1 ctl -b "$LIB_TMP/b"
	# Not a comment, nor an empty line, by chance.
	{ printf x; head -c 4096 /dev/urandom | tr '\n' ' '; } >"$LIB_TMP/b"
	judge 2 ctl -b "$LIB_TMP/b"
}

test_atomic()
{
	local before

	printf '%s\n' 'port set p0 vlan access 10' 'port set p1 vlan access 20' \
		'port set p0 mac 02:00:00:00:00:0a' >"$LIB_TMP/good"
	check ctl -a -b "$LIB_TMP/good"
	valid '.[0] | .vlan.pvid == 10 and .mac == "02:00:00:00:00:0a"' ctl -j port show p0
	valid '.[0].vlan.pvid == 20' ctl -j port show p1

	# A swap of MACs is possible only all at once.
	check ctl port set p1 mac 02:00:00:00:00:0b
	printf '%s\n' 'port set p0 mac 02:00:00:00:00:0b' \
		'port set p1 mac 02:00:00:00:00:0a' >"$LIB_TMP/swap"
	judge 1 ctl -b "$LIB_TMP/swap"
	check ctl -a -b "$LIB_TMP/swap"
	valid '.[0].mac == "02:00:00:00:00:0b"' ctl -j port show p0
	valid '.[0].mac == "02:00:00:00:00:0a"' ctl -j port show p1

	before=$(state)
	for bad in 'port set p1 vlan access 5000' 'port set d0 vlan access 5' \
		'port set p1 mac 02:00:00:00:00:0c' 'port set nosuch mac none'; do
		printf '%s\n' 'port set p0 mac 02:00:00:00:00:0c' \
			'port set p0 vlan access 33' "$bad" >"$LIB_TMP/bad"
		judge "$([[ $bad = *5000 ]] && echo 2 || echo 1)" ctl -a -b "$LIB_TMP/bad"
		check_same "$(state)" "$before" "state after '$bad'"
	done
}

test_netns()
{
	judge 1 vswitchctl -n nosuch switch show
	judge 1 vswitchctl -n /proc/self/status switch show
	judge 1 vswitchctl switch show vs0
	check vswitchctl --netns "$(ns t)" switch show vs0
}

test_not_root()
{
	local before line

	before=$(state)
	while read -r line; do
		# shellcheck disable=SC2086 # words
		judge 1 in_ns t setpriv --reuid=65534 --clear-groups \
			--inh-caps=-all vswitchctl $line
	done <<-EOT
		switch add x
		switch del vs0
		switch set vs0 ageing-time 5
		switch set vs0 type private
		port add vs0 d0
		port del p0
		port set p0 vlan access 5
		vnic add vs0 v9
		vnic del vn0
		fdb add vs0 02:00:00:00:00:09 port p0
		fdb del vs0 02:00:00:00:00:05 vlan 7
		fdb flush vs0 state static
		fdb show vs0
		monitor
	EOT
	check_same "$(state)" "$before" "state"
	check in_ns t setpriv --reuid=65534 --clear-groups --inh-caps=-all \
		vswitchctl -j port show
}

test_no_module()
{
	local file line

	[ -e /run/vswitch-vm/job ] || skip "only in the disposable VM"
	# shellcheck disable=SC1091
	file=$( . /run/vswitch-vm/job && tr ' ' '\n' <<<"$VM_MODULES" | grep '/vswitch\.ko$')
	check ipt link del vs0
	check ipt link del ext
	check rmmod vswitch
	defer insmod "$file"
	# Nothing may bring it back while it is missed.
	while read -r line; do
		# shellcheck disable=SC2086 # words
		judge 1 ctl $line
		[ ! -e /sys/module/vswitch ] || fail "loaded by: $line"
	done <<-EOT
		switch show
		switch add x
		switch add x uplink d0
		port show
		vnic show
		fdb show
		monitor
	EOT
	check_fail ipt link show dev x
	check vswitchctl switch help
	judge 2 ctl switch add x type public
}

run_tests "$@"
