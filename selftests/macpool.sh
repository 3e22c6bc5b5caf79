#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# MAC addresses of adapters that are given none: the pool, and what it remembers
# over a reboot.
#
#	t (netns):	d0 198.51.100.7		vs0 (internal) -- vNICs, p0, p1
#	/etc/vswitch:	a file system of its own
#
# timeout: 600
. "$(dirname "$0")/lib.sh"

TESTS="first in_use reboot exhausted released guest management undone
	read_only disk_full not_root parallel locked broken spaces words"

POOL=/etc/vswitch/mac-pool
BASE=00:15:5d:64:07		# of 198.51.100.7

ctl()
{
	in_ns t vswitchctl "$@"
}

ipt()
{
	ip -n "$(ns t)" "$@"
}

no_directory()
{
	rmdir /etc/vswitch 2>/dev/null || :
}

setup()
{
	mkdir -p /etc/vswitch
	defer no_directory
	mount -t tmpfs -o size=1m none /etc/vswitch
	defer umount /etc/vswitch
	ns_add t
	in_ns t sysctl -q -w net.ipv6.conf.default.disable_ipv6=1
	boot
}

# What is there after each boot.
boot()
{
	ipt link add d0 up type dummy
	ipt addr add 198.51.100.7/24 dev d0
	ipt link add p0 type dummy
	ipt link add p1 type dummy
	check ctl switch add vs0 management off
}

mac()
{
	in_ns t cat "/sys/class/net/$1/address"
}

is()
{
	check_eq "$(mac "$1")" "$BASE:$2" "address of $1"
}

# given SWITCH NAME: the line that remembers it, without its netns
given()
{
	grep -E "^(used|released) [0-9a-f:]+ $1 $2( |\$)" $POOL |
		cut -d' ' -f1,2 || :
}

# How many lines of the file match
lines()
{
	grep -c "$1" $POOL || :
}

# Words on stderr, which is one line; the command succeeds.
noted()
{
	local regex=$1; shift

	"$@" >"$LIB_TMP/stdout" 2>"$LIB_TMP/stderr" </dev/null ||
		fail "status $?: $*"$'\n'"$(<"$LIB_TMP/stderr")"
	check_eq "$(wc -l <"$LIB_TMP/stderr")" 1 "lines on stderr of $*"
	grep -qE "$regex" "$LIB_TMP/stderr" ||
		fail "not said '$regex': $(<"$LIB_TMP/stderr")"
}

test_first()
{
	check_eq "$(ctl -j mac-pool show | jq -c '.[0] | [.first, .last, .addresses, .free]')" \
		"[\"$BASE:00\",\"$BASE:ff\",256,256]" "the pool before its first use"
	[ ! -e $POOL ] || fail "looking at the pool made a file"
	check ctl vnic add vs0 vn0
	check_eq "$LIB_OUT" "" "output"
	is vn0 00
	check ctl vnic add vs0 vn1 mac auto
	is vn1 01
	check ctl vnic add vs0 vn2 mac 02:00:00:00:00:09
	check_eq "$(mac vn2)" 02:00:00:00:00:09 "address of vn2"
	check_eq "$(given vs0 vn2)" "" "what is remembered of vn2"
	check_eq "$(given vs0 vn0)" "used $BASE:00" "what is remembered of vn0"
	check_eq "$(stat -c %a $POOL)" 600 "mode of the file"
	check ctl port show vn0
	[[ $LIB_OUT = *"mac $BASE:00"* ]] || fail "not the assigned MAC: $LIB_OUT"
	# It stays what it is when the host's address changes.
	ipt addr del 198.51.100.7/24 dev d0
	ipt addr add 203.0.113.1/24 dev d0
	check ctl vnic add vs0 vn3
	is vn3 02
	check ctl mac-pool show
	[[ $LIB_OUT = "$BASE:00 to $BASE:ff: 256 addresses, 253 free"*"$BASE:00 vs0 vn0 netns t-"* ]] ||
		fail "text of the pool: $LIB_OUT"
}

# Addresses of any device, and assigned ones, are nobody else's.
test_in_use()
{
	ipt link set d0 address $BASE:00
	ipt link set p0 master vs0
	check ctl port set p0 mac $BASE:01
	check ctl vnic add vs0 vn0
	is vn0 02
	# The adapter that it is remembered of is not there, somebody else is.
	ipt link del vn0
	ipt link set p1 address $BASE:02
	check ctl vnic add vs0 vn0
	is vn0 03
	check_eq "$(given vs0 vn0)" "used $BASE:03" "what is remembered of vn0"
	# One without a line that is in the pool's range all the same.
	check ctl vnic add vs0 vn1 mac $BASE:04
	check ctl vnic add vs0 vn2
	is vn2 05
}

test_reboot()
{
	local name

	for name in a b c; do
		check ctl vnic add vs0 $name
	done
	ipt link set p0 master vs0
	check ctl port set p0 mac auto
	check ctl switch add vs1
	# Nobody tells the tool when a machine goes down.
	for name in vs0 vs1 d0 p0 p1; do
		check ipt link del dev $name
	done
	boot
	check ctl switch add vs1
	is vs1-mgmt 04
	ipt link set p0 master vs0
	check ctl port set p0 mac auto
	check_eq "$(ctl -j port show p0 | jq -r '.[0].mac')" $BASE:03 "MAC of p0"
	check ctl vnic add vs0 new
	is new 05
	for name in c a b; do
		check ctl vnic add vs0 $name
	done
	is a 00
	is b 01
	is c 02
}

test_exhausted()
{
	local before

	check ctl mac-pool set 02-aa-bb-cc-dd 10-12
	check_eq "$(ctl -j mac-pool show | jq -c '.[0] | [.first, .last]')" \
		'["02:aa:bb:cc:dd:10","02:aa:bb:cc:dd:12"]' "the pool"
	for name in a b c; do
		check ctl vnic add vs0 $name
	done
	check_eq "$(mac c)" 02:aa:bb:cc:dd:12 "address of c"
	before=$(<$POOL)
	check_fail_with 'vnic d: the MAC pool, 02:aa:bb:cc:dd:10 to 02:aa:bb:cc:dd:12, has no free address' \
		ctl vnic add vs0 d
	check_eq "$(wc -l <<<"$LIB_OUT")" 1 "lines of the refusal"
	check_fail_with 'no free address' ctl switch add vs1
	check_fail in_ns t test -e /sys/class/net/d -o -e /sys/class/net/vs1
	check_eq "$(<$POOL)" "$before" "what is remembered"
	# Those of before the range changed stay theirs.
	check ctl mac-pool set 00:15:5d 010000-0100ff
	check ctl vnic add vs0 d
	check_eq "$(mac d)" 00:15:5d:01:00:00 "address of d"
	ipt link del dev a
	check ctl vnic add vs0 a
	check_eq "$(mac a)" 02:aa:bb:cc:dd:10 "address of a"
	check ctl vnic del a
	check ctl mac-pool del 02:aa:bb:cc:dd:10
	check ctl vnic add vs0 a
	check_eq "$(mac a)" 00:15:5d:01:00:01 "address of a, forgotten"
	check_fail_with 'no adapter was given' ctl mac-pool del 02:aa:bb:cc:dd:10
}

# One that was deleted has its address for as long as there are others.
test_released()
{
	check ctl mac-pool set $BASE 00-02
	for name in a b c; do
		check ctl vnic add vs0 $name
	done
	check ctl vnic del b
	check_eq "$(given vs0 b)" "released $BASE:01" "what is remembered of b"
	check ctl vnic add vs0 b
	is b 01
	check_eq "$(given vs0 b)" "used $BASE:01" "what is remembered of b"
	# Deleted by ip, it is not known to be gone for good.
	ipt link del dev c
	check_fail_with 'no free address' ctl vnic add vs0 d
	check ctl vnic del b
	check ctl vnic add vs0 d
	is d 01
	check_eq "$(given vs0 b)" "" "what is remembered of b"
	check ctl vnic add vs0 c
	is c 02
}

test_guest()
{
	check ctl port add vs0 p0 mac auto
	check_eq "$(ctl -j port show p0 | jq -c '.[0] | [.mac, .mac_spoofing]')" \
		"[\"$BASE:00\",false]" "port p0"
	ipt link set p1 up master vs0
	check ctl port set p1 mac auto vlan access 7
	check_eq "$(ctl -j port show p1 | jq -c '.[0] | [.mac, .vlan.pvid]')" \
		"[\"$BASE:01\",7]" "port p1"
	check ctl port set p1 mac auto
	check_eq "$(ctl -j port show p1 | jq -r '.[0].mac')" $BASE:01 "MAC of p1 again"
	check ctl port set p1 mac none
	check_eq "$(given vs0 p1)" "released $BASE:01" "what is remembered of p1"
	check ctl port del p0
	check_eq "$(given vs0 p0)" "released $BASE:00" "what is remembered of p0"
	check ctl vnic add vs0 vn0 mac 02:00:00:00:00:05
	check ctl port set vn0 mac auto
	is vn0 02
	# Refused, and nothing is kept.
	check_fail ctl port set p1 mac auto profile nosuch
	check_eq "$(given vs0 p1)" "" "what is remembered of p1"
	printf 'port set p1 mac auto\nport set vn0 vlan access 3\n' >"$LIB_TMP/batch"
	check ctl -a -b "$LIB_TMP/batch"
	check_eq "$(ctl -j port show p1 | jq -r '.[0].mac')" $BASE:01 \
		"MAC of p1 by a batch"
}

# The host's own adapter has one only if it does not take over that of a NIC.
test_management()
{
	check ctl switch add vs1
	is vs1-mgmt 00
	check ctl switch add vs2 uplink p0
	check_eq "$(mac vs2-mgmt)" "$(mac p0)" "address of vs2-mgmt"
	check_eq "$(given vs2 vs2-mgmt)" "" "what is remembered of vs2-mgmt"
	check ctl switch set vs1 type private
	check_eq "$(given vs1 vs1-mgmt)" "released $BASE:00" "private"
	check ctl switch set vs1 type internal management on
	is vs1-mgmt 00
	check_eq "$(given vs1 vs1-mgmt)" "used $BASE:00" "internal again"
	check ctl vnic add vs1 vn1
	check ctl switch del vs1
	check_eq "$(given vs1 vs1-mgmt) $(given vs1 vn1)" \
		"released $BASE:00 released $BASE:01" "after switch del"
}

# What was not made leaves no line.
test_undone()
{
	check ctl vnic add vs0 vn0
	check ctl switch add priv type private
	check_fail_with 'a private switch has no vNIC' ctl vnic add priv vn1
	check_fail_with 'exists' ctl vnic add vs0 vn0
	check_fail_with 'exists' ctl vnic add vs0 d0
	check_fail_with 'exists' ctl switch add vs0
	check_eq "$(lines ^used)" 1 "lines of the file"
	check_eq "$(given vs0 vn0)" "used $BASE:00" "what is remembered of vn0"
}

test_read_only()
{
	check ctl vnic add vs0 vn0
	check mount -o remount,ro /etc/vswitch
	noted 'vnic vn1: note: its mac may be another after a reboot: cannot write .*: Read-only file system' \
		ctl vnic add vs0 vn1
	is vn1 01
	noted 'Read-only' ctl switch add vs1
	is vs1-mgmt 02
	check_fail_with 'mac-pool: cannot write .*: Read-only file system' \
		ctl mac-pool set 02:00:00:00:00
	check_fail_with 'Read-only' ctl mac-pool del $BASE:00
	check ctl mac-pool show
	check ctl vnic del vn1
	check_eq "$LIB_OUT" "" "output of vnic del"
	# What it remembers it still gives.
	ipt link del vn0
	noted 'Read-only' ctl vnic add vs0 vn0
	is vn0 00
	check mount -o remount,rw /etc/vswitch
	check ctl vnic add vs0 vn9
	check_eq "$LIB_OUT" "" "output"
}

# Half a file is worse than an old one.
test_disk_full()
{
	local before

	check ctl vnic add vs0 vn0
	before=$(<$POOL)
	dd if=/dev/zero of=/etc/vswitch/junk bs=4k 2>/dev/null || :
	noted 'cannot write .*: No space left on device' ctl vnic add vs0 vn1
	check_eq "$(<$POOL)" "$before" "the file on a full disk"
	[ ! -e $POOL.new ] || fail "half a file is left"
	rm /etc/vswitch/junk
	# A crash in the middle leaves that; it is not looked at.
	echo "junk" >$POOL.new
	check ctl vnic add vs0 vn2
	is vn2 02
}


test_not_root()
{
	local before

	check ctl vnic add vs0 vn0
	before=$(<$POOL)
	check_fail_with 'mac-pool: cannot read .*: Permission denied' \
		in_ns t setpriv --reuid=65534 --clear-groups vswitchctl mac-pool show
	check_fail_with 'mac-pool: cannot write .*: Permission denied' \
		in_ns t setpriv --reuid=65534 --clear-groups vswitchctl mac-pool set 02:00:00:00:00
	check_fail_with 'vnic vn1: .*not permitted' \
		in_ns t setpriv --reuid=65534 --clear-groups vswitchctl vnic add vs0 vn1
	check_eq "$(wc -l <<<"$LIB_OUT")" 1 "lines of the refusal"
	check_eq "$(<$POOL)" "$before" "the file"
	# Root of its own little world has no file, but it has addresses.
	check unshare -Urn bash -e -c '
		ip link set lo up
		ip link add vs0 up type vswitch
		vswitchctl vnic add vs0 vn0 2>/dev/null
		vswitchctl vnic add vs0 vn1 2>/dev/null
		ip -o link show vn0 | grep -q 00:15:5d
		ip -o link show vn1 | grep -q 00:15:5d
		vswitchctl switch del vs0'
}

test_parallel()
{
	local n pids=()

	for n in {1..12}; do
		ctl vnic add vs0 vn"$n" >"$LIB_TMP/par$n" 2>&1 &
		pids+=($!)
	done
	for n in "${pids[@]}"; do
		wait "$n" || fail "one of them failed: $(cat "$LIB_TMP"/par*)"
	done
	check_eq "$(ctl -j vnic show vs0 | jq '[.[].mac] | unique | length')" 12 \
		"different addresses"
	check_eq "$(lines "^used $BASE:0[0-9a-b] vs0 vn")" 12 "lines"
}

test_locked()
{
	local lock

	check ctl vnic add vs0 vn0
	check_eq "$(stat -c %a $POOL.lock)" 600 "mode of the lock"
	exec {lock}>$POOL.lock
	flock "$lock"
	check_fail_with 'vnic vn1: no address for it: .*locked for more than 10 seconds' \
		ctl vnic add vs0 vn1
	# To look it takes no lock.
	check ctl mac-pool show
	exec {lock}>&-
	check ctl vnic add vs0 vn1
}

test_broken()
{
	printf 'range %s:00 %s:ff\nused nonsense\n' $BASE $BASE >$POOL
	check_fail_with "vnic vn0: no address for it: $POOL: line 2 is not MAC SWITCH NAME" \
		ctl vnic add vs0 vn0
	check_fail_with 'line 2' ctl mac-pool show
	check_fail_with 'line 2' ctl mac-pool set 02:00:00:00:00
	check_fail in_ns t test -e /sys/class/net/vn0
	check_eq "$(tail -n 1 $POOL)" "used nonsense" "the file"
	check ctl vnic add vs0 vn0 mac 02:00:00:00:00:05
	check ctl vnic del vn0
}

# The same names in another network namespace are others.
test_spaces()
{
	ns_add u
	check ctl vnic add vs0 vn0
	check vswitchctl -n "$(ns u)" switch add vs0 management off
	check vswitchctl -n "$(ns u)" vnic add vs0 vn0
	is vn0 00
	check_eq "$(in_ns u cat /sys/class/net/vn0/address)" $BASE:01 "that in u"
	check_eq "$(lines " $(ns u)\$")" 1 "lines of u"
	# However it is entered, it is the same.
	check ip -n "$(ns u)" link del vn0
	check in_ns u vswitchctl vnic add vs0 vn0
	check_eq "$(in_ns u cat /sys/class/net/vn0/address)" $BASE:01 "that in u"
	# One without a name is not remembered.
	check unshare -n bash -e -c 'vswitchctl switch add vs0'
	check_eq "$LIB_OUT" "" "output"
	check_eq "$(lines ' vs0-mgmt')" 0 "lines of a netns without a name"
	# A pool that begins with -n is the host's all the same.
	rm $POOL
	ip link add hostip up type dummy
	defer lib_link_del hostip
	ip addr add 192.0.2.200/24 dev hostip
	ip -n "$(ns u)" addr add 203.0.113.9/24 dev vn0
	check vswitchctl -n "$(ns u)" vnic add vs0 vn1
	check_eq "$(vswitchctl -j mac-pool show | jq -r '.[0].first' | cut -d: -f4-5)" \
		"$(host_bytes)" "bytes of the host's address"
}

host_bytes()
{
	ip -4 -o addr show | awk '$2 != "lo" { split($4, a, /[.\/]/);
		printf "%02x:%02x\n", a[3], a[4]; exit }'
}

test_words()
{
	check_mistakes ctl <<-EOT
		mac-pool set
		mac-pool set 00
		mac-pool set 00:15
		mac-pool set 00:15:5d:
		mac-pool set 00:15-5d
		mac-pool set 00:15:5
		mac-pool set 00:15:5g
		mac-pool set 01:15:5d
		mac-pool set 00:15:5d:01:02:03
		mac-pool set 00:15:5d:01:02 10
		mac-pool set 00:15:5d:01:02 10-
		mac-pool set 00:15:5d:01:02 -10
		mac-pool set 00:15:5d:01:02 20-10
		mac-pool set 00:15:5d:01:02 0-100
		mac-pool set 00:15:5d:01:02 0x0-0x9
		mac-pool set 00:15:5d:01:02 0-9 now
		mac-pool set 00:00:00:00:00
		mac-pool del
		mac-pool del junk
		mac-pool show now
		mac-pool junk
		vnic add vs0 vn0 mac
		vnic add vs0 vn0 mac auto now
	EOT
	[ ! -e $POOL ] || fail "wrong words made a file: $(<$POOL)"
	check ctl mac-pool help
	check ctl mac-pool set 00:00:00:00:00 1-ff
	check ctl mac-pool set 00-15-5d-01-02
}

run_tests "$@"
