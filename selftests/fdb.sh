#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The forwarding database: what it learns, moves, ages, keeps and forgets.
#
#	far (netns)
#	   g1     g2     g3
#	    |      |      |
#	  pg1    pg2    pg3
#	    +------+------+--- vs0
#
# requires: jq bridge
# timeout: 600
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lib/frames.sh"
TESTS="learn move age static per_vlan limit flush port_leaves link_down
       refused_frames bridge_fdb dump"

A=02:00:00:00:aa:01
B=02:00:00:00:aa:02

setup()
{
	check vswitchctl switch add vs0 type internal management off
	defer lib_link_del vs0
	check ip link set vs0 up
	frames_start
	stations vs0 g1 g2 g3
}

# All entries as lines "MAC VLAN PORT STATE".
fdb()
{
	vswitchctl -j fdb show vs0 | jq -r \
		'.[] | "\(.mac) \(.vlan // "-") \(.port) \(.state)"' | sort
}

has()
{
	grep -qF "$1" <<<"$(fdb)"
}

has_not()
{
	! has "$1"
}

check_fdb()
{
	check_eq "$(fdb)" "$(sort <<<"$1")" "${2-FDB}"
}

# Follow the events of the FDB in two ways; returns when both listen. Before
# 6.7 a module cannot keep what it sends to an rtnetlink group from those who
# may not see it, so bridge(8) is told nothing there.
watch_fdb()
{
	bg vswitchctl monitor fdb vs0
	GENL=$BG_LOG
	bg bridge monitor fdb
	RTNL=$BG_LOG
	TELLS_RTNL=$(printf '%s\n' 6.7 "$(uname -r)" | sort -V | sed -n 2p)
	[ "$TELLS_RTNL" != 6.7 ] || TELLS_RTNL=
	busywait 120000 watch_probe ||
		fail "no events:"$'\n'"$(tail -n 5 "$GENL" "$RTNL")"
}

watch_probe()
{
	vswitchctl fdb add vs0 02:00:00:00:ee:ee port pg3
	vswitchctl fdb del vs0 02:00:00:00:ee:ee
	grep -q ee:ee "$GENL" &&
		{ [ -z "$TELLS_RTNL" ] || grep -q ee:ee "$RTNL"; }
}

event()
{
	grep -q -- "$2" "$1"
}

check_event()
{
	busywait 30000 event "$@" ||
		fail "no event '$2' in:"$'\n'"$(<"$1")"
}

check_rtnl_event()
{
	if [ -n "$TELLS_RTNL" ]; then
		check_event "$RTNL" "$1"
	elif event "$RTNL" "$1"; then
		fail "bridge(8) is told of addresses, whoever runs it"
	fi
}

test_learn()
{
	check_fdb "" "the FDB of a new switch"
	check_rx "g2 g3" g1 src=$A
	check_fdb "$A 0 pg1 learned"
	check_rx g1 g2 dst=$A src=$B
	check_fdb "$A 0 pg1 learned
$B 0 pg2 learned"
	check_rx g2 g3 dst=$B
	check_eq "$(vswitchctl -j switch show vs0 | jq '.. | .fdb_count? // empty')" 3 \
		"fdb_count"
	# Known to be behind the port it came from.
	check_drops "pg1 same-port 1" check_rx none g1 dst=$A
}

test_move()
{
	watch_fdb
	check_rx "g2 g3" g1 src=$A
	check_event "$GENL" "$A.*pg1"
	check_rx g1 g3 dst=$A
	check_rx "g1 g3" g2 src=$A
	check_fdb "$A 0 pg2 learned
02:00:00:00:00:03 0 pg3 learned"
	check_event "$GENL" "$A.*pg2"
	check_rtnl_event "$A.*pg2"
	check_rx g2 g3 dst=$A
	check vswitchctl fdb del vs0 $A
	check_event "$GENL" "del.*$A"
	check_rtnl_event "[Dd]eleted.*$A"
	check_rx "g1 g2" g3 dst=$A
}

# A is heard of all the time, B is not.
b_is_gone()
{
	check_rx "g2 g3" g1 src=$A
	has_not $B
}

test_age()
{
	watch_fdb
	check vswitchctl switch set vs0 ageing-time 1000000
	check_rx "g1 g3" g2 src=$B
	check vswitchctl switch set vs0 ageing-time 10
	busywait 120000 b_is_gone
	check_event "$GENL" "del.*$B"
	check_rtnl_event "[Dd]eleted.*$B"
	has $A || fail "an address with traffic aged"
	! event "$GENL" "del.*$A" || fail "an address with traffic aged"
	check_rx "g1 g2" g3 dst=$B
	check_rx g1 g3 dst=$A
	busywait 120000 has_not $A
	check_fail vswitchctl switch set vs0 ageing-time 0
}

test_static()
{
	check vswitchctl fdb add vs0 $A port pg1
	check_rx g1 g2 dst=$A
	# It does not move, ...
	check_rx "g1 g3" g2 src=$A
	check_rx g1 g3 dst=$A
	has "$A 0 pg1 static" || fail "moved: $(fdb)"
	# ... nor age, ...
	check_rx "g2 g3" g1 src=$B
	check vswitchctl switch set vs0 ageing-time 1
	busywait 60000 has_not $B
	has "$A 0 pg1 static" || fail "aged: $(fdb)"
	# ... nor is it there twice.
	check_fail_with "static entry" vswitchctl fdb add vs0 $A port pg2
	check vswitchctl switch set vs0 ageing-time 300
	# A learned entry gives way to it.
	check_rx "g1 g3" g2 src=$B
	check vswitchctl fdb add vs0 $B port pg3
	has "$B 0 pg3 static" || fail "not static: $(fdb)"
	check_rx g3 g1 dst=$B
	check vswitchctl fdb del vs0 $B
	check_rx "g2 g3" g1 dst=$B
	check_fail vswitchctl fdb del vs0 $B
	check_fail vswitchctl fdb add vs0 01:00:5e:00:00:01 port pg1
	check_fail vswitchctl fdb add vs0 00:00:00:00:00:00 port pg1
	check_fail vswitchctl fdb add vs0 $B port lo
	check_fail vswitchctl fdb add vs0 $B port pg1 vlan 4095
}

test_per_vlan()
{
	check vswitchctl port set pg1 vlan access 10
	check vswitchctl port set pg2 vlan access 20
	check vswitchctl port set pg3 vlan trunk 10,20 native none
	check_rx g3:q10 g1 src=$A
	check_rx g3:q20 g2 src=$A
	check_fdb "$A 10 pg1 learned
$A 20 pg2 learned"
	check_rx g1 g3 dst=$A tags=q10
	check_rx g2 g3 dst=$A tags=q20
	check vswitchctl fdb del vs0 $A vlan 20
	check_fdb "$A 10 pg1 learned
02:00:00:00:00:03 10 pg3 learned
02:00:00:00:00:03 20 pg3 learned"
	# An entry is of a VLAN of its port, and goes when the port leaves it.
	check_fail_with "not a member" vswitchctl fdb add vs0 $B port pg1
	check vswitchctl fdb add vs0 $B port pg1 vlan 10
	check_rx g1 g3 dst=$B tags=q10
	check vswitchctl port set pg1 vlan access 11
	check_fdb "02:00:00:00:00:03 10 pg3 learned
02:00:00:00:00:03 20 pg3 learned"
	check_drops "pg3 no-destination 1" check_rx none g3 dst=$A tags=q10
}

test_limit()
{
	check vswitchctl switch set vs0 fdb-limit 4
	frames learn g1 first=02:00:00:00:bb:00 count=10
	check_eq "$(fdb | wc -l)" 4 "entries with fdb-limit 4"
	# The others are unknown, and everything is still forwarded.
	check_rx g1 g2 dst=02:00:00:00:bb:00
	check_rx "g1 g3" g2 dst=02:00:00:00:bb:09
	check_rx "g1 g3" g2
	# What is there can still move.
	check_rx "g1 g3" g2 src=02:00:00:00:bb:00
	check_rx g2 g3 dst=02:00:00:00:bb:00
	check_fail_with "full" vswitchctl fdb add vs0 $A port pg1
	check_fail_with "more entries" vswitchctl switch set vs0 fdb-limit 3
	check vswitchctl switch set vs0 fdb-limit 5
	check vswitchctl fdb add vs0 $A port pg1
	check vswitchctl fdb flush vs0
	check_fdb "$A 0 pg1 static"
	check_rx "g2 g3" g1 src=$B
	check_rx g1 g3 dst=$B
}

test_flush()
{
	check vswitchctl port set pg1 vlan trunk 10 native 0
	check vswitchctl port set pg2 vlan trunk 10 native 0
	frames tx g1 src=$A
	frames tx g1 src=$A tags=q10
	frames tx g2 src=$B
	frames tx g2 src=$B tags=q10
	check vswitchctl fdb add vs0 02:00:00:00:cc:01 port pg1
	check vswitchctl fdb add vs0 02:00:00:00:cc:02 port pg2 vlan 10
	check_eq "$(fdb | wc -l)" 6 "entries"
	check vswitchctl fdb flush vs0 port pg1 vlan 10
	has_not "$A 10 pg1" || fail "by port and VLAN: $(fdb)"
	check_eq "$(fdb | wc -l)" 5 "entries after flush by port and VLAN"
	check vswitchctl fdb flush vs0 vlan 10
	has_not "$B 10 pg2" || fail "by VLAN: $(fdb)"
	check_eq "$(fdb | wc -l)" 4 "entries after flush by VLAN"
	check vswitchctl fdb flush vs0 port pg2
	has_not "$B 0 pg2" || fail "by port: $(fdb)"
	check_eq "$(fdb | wc -l)" 3 "entries after flush by port"
	check vswitchctl fdb flush vs0 vlan 10 state static
	has_not cc:02 || fail "static by VLAN: $(fdb)"
	check vswitchctl fdb flush vs0
	check_fdb "02:00:00:00:cc:01 0 pg1 static" "after flush of all learned"
	check vswitchctl fdb flush vs0 state static
	check_fdb "" "after flush of all"
}

test_port_leaves()
{
	watch_fdb
	check_rx "g2 g3" g1 src=$A
	check_rx "g1 g3" g2 src=$B
	check vswitchctl fdb add vs0 02:00:00:00:cc:01 port pg1
	check vswitchctl port del pg1
	check_fdb "$B 0 pg2 learned"
	check_event "$GENL" "del.*$A"
	check_event "$GENL" "del.*cc:01"
	check_rx "g3" g2 dst=$A
	# It comes back as another port, with nothing behind it.
	check vswitchctl port add vs0 pg1
	check_rx "g1 g3" g2 dst=$A
	check_fdb "02:00:00:00:00:02 0 pg2 learned
$B 0 pg2 learned"
	# The device goes.
	check_rx "g2 g3" g1 src=$A
	check ip link del pg1
	has_not $A || fail "entries outlive the device: $(fdb)"
}

test_link_down()
{
	check_rx "g2 g3" g1 src=$A
	check_rx "g1 g3" g2 src=$B
	check vswitchctl fdb add vs0 02:00:00:00:cc:01 port pg1
	check in_ns far ip link set g1 down
	busywait 30000 has_not $A
	check_fdb "02:00:00:00:cc:01 0 pg1 static
$B 0 pg2 learned"
	check_drops "pg1 link-down 1" check_rx none g2 dst=02:00:00:00:cc:01
	check_rx g3 g2 dst=$A
}

# Nobody teaches the switch what he may not send.
test_refused_frames()
{
	check vswitchctl port set pg1 vlan trunk 10 native none
	check_drops "pg1 vlan-untagged 1" check_rx none g1 src=$A
	check_drops "pg1 vlan-not-member 1" check_rx none g1 src=$A tags=q20
	check_drops "pg2 vlan-tagged 1" check_rx none g2 src=$A tags=q10
	check_drops "pg2 double-tagged 1" check_rx none g2 src=$A tags=q0/q10
	check_drops "pg3 link-local 1" \
		check_rx none g3 src=$A dst=01:80:c2:00:00:0e
	check_drops "pg3 source-invalid 1" \
		check_rx none g3 src=03:00:00:00:00:01
	check vswitchctl port set pg2 mac 02:00:00:00:00:02
	check_drops "pg2 mac-spoofed 1" check_rx none g2 src=$A
	check_drops "pg3 mac-assigned 1" check_rx none g3 src=02:00:00:00:00:02
	check_fdb "02:00:00:00:00:02 - pg2 assigned"
	check_drops "pg1 no-destination 1" check_rx none g1 src=$A tags=q10
	has "$A 10 pg1 learned" || fail "not learned: $(fdb)"
}

# bridge(8) says no with status 255, which looks like a crash.
bridge_refuses()
{
	bridge "$@" || return 1
}

test_bridge_fdb()
{
	check vswitchctl port set pg2 vlan trunk 10 native 0
	check bridge fdb add $A dev vs0 self static via pg1
	check bridge fdb add $B dev vs0 self static via pg2 vlan 10
	check_rx "g2 g3" g1 src=02:00:00:00:aa:03
	check_fdb "$A 0 pg1 static
$B 10 pg2 static
02:00:00:00:aa:03 0 pg1 learned"
	check_rx g1 g2 dst=$A
	check vswitchctl port set pg3 mac 02:00:00:00:00:03
	check bridge fdb show dev vs0
	check_eq "$(sort <<<"$LIB_OUT" | sed 's/ *$//')" "$(sort <<-END
		$A via pg1 self static
		$B vlan 10 via pg2 self static
		02:00:00:00:aa:03 via pg1 self
		02:00:00:00:00:02 via pg2 self
		02:00:00:00:00:03 via pg3 self permanent
	END
	)" "bridge fdb show"
	check bridge fdb del $A dev vs0 self
	check_fail bridge_refuses fdb del $A dev vs0 self
	check_fail bridge_refuses fdb del $B dev vs0 self
	check bridge fdb del $B dev vs0 self vlan 10
	check_fail_with "via" bridge_refuses fdb add $A dev vs0 self static
	check_fail_with "not a port" bridge_refuses fdb add $A dev vs0 self static via lo
	check_fail_with "static or permanent" \
		bridge_refuses fdb add $A dev vs0 self dynamic via pg1
	check_fail bridge_refuses fdb add $A dev pg1 master static
	check_rx g1 g2 dst=$A
}

# Each of the STABLE entries exactly once.
check_stable()
{
	check_eq "$(grep -o '02:00:00:10:[0-9a-f:]*' | sort | uniq -c |
		awk '$1 == 1 { once++ } END { print once "/" NR }')" \
		5000/5000 "stable entries that $1 shows once"
}

test_dump()
{
	local i

	# On a slow kernel the whole test takes longer than entries live.
	check vswitchctl switch set vs0 ageing-time 86400
	frames tx g3
	frames learn g1 first=02:00:00:10:00:00 count=5000 \
		dst=02:00:00:00:00:03
	fdb >"$LIB_TMP/fdb"
	check_stable "a dump at rest" <"$LIB_TMP/fdb"
	for ((i = 0; i < 4; i++)); do
		# The answer is read after the dumps.
		echo "learn g2 first=02:00:00:2$i:00:00 count=3000" \
			"dst=02:00:00:00:00:03" >&"${FRAMES[1]}"
		busywait 60000 has 02:00:00:2$i
		vswitchctl -j fdb show vs0 >"$LIB_TMP/genl"
		bridge fdb show dev vs0 >"$LIB_TMP/rtnl"
		# Entries go while others come.
		vswitchctl fdb flush vs0 port pg2 &
		vswitchctl -j fdb show vs0 >"$LIB_TMP/flushing"
		wait $!
		check_stable "a dump during learning" <"$LIB_TMP/genl"
		check_stable "bridge(8) during learning" <"$LIB_TMP/rtnl"
		check_stable "a dump during a flush" <"$LIB_TMP/flushing"
		read -r -t 120 REPLY <&"${FRAMES[0]}"
		check_eq "$REPLY" ok "learning"
	done
}

run_tests "$@"
