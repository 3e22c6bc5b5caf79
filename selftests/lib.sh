# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What every selftest sources. A test file looks like this:
#
#	#!/bin/bash
#	# SPDX-License-Identifier: GPL-2.0
#	#
#	#    g1 (netns)          g2 (netns)
#	#      eth0                eth0
#	#        |                   |
#	#       pg1 ---- vs0 ------ pg2
#	#
#	# requires: iperf3
#	. "$(dirname "$0")/lib.sh"
#	TESTS="unicast"
#
#	setup()			# optional, before every case
#	{
#		guest g1 02:00:00:00:00:01 192.0.2.1/24
#		guest g2 02:00:00:00:00:02 192.0.2.2/24
#		check ip link add vs0 type vswitch
#		defer ip link del vs0
#		...
#	}
#
#	test_unicast()
#	{
#		check reaches g1 192.0.2.2
#	}
#
#	run_tests "$@"
#
# A case runs in a subshell with `set -eEuo pipefail`: the first command that
# fails ends it, and is reported with its place. When the case ends, however it
# ends, teardown() runs if there is one, then everything deferred, last first.
# A case that leaves a link or a network namespace behind fails.
#
#	check CMD...			CMD must succeed
#	check_fail CMD...		CMD must fail, by itself (not by a signal)
#	check_fail_with REGEX CMD...	... and its output must match
#	check_eq GOT WANT WHAT		equal strings
#	check_ge GOT WANT WHAT		GOT >= WANT, numbers; check_le likewise
#	fail TEXT, skip TEXT, diag TEXT
#	defer CMD...			run at the end of the case, last first
#	busywait MS CMD...		repeat CMD until it succeeds
#	bg CMD...			run in the background; killed at the end;
#					BG_PID is its pid, BG_LOG its output
#	ns_add NAME...			network namespaces, lo up
#	guest NAME [MAC|-] [IP/LEN]...	a netns with eth0; the host has pNAME
#	in_ns NAME CMD...		run in that namespace
#	ns NAME				its real name, for ip -n
#	reaches NAME IP			ping gets an answer within 5 seconds
#	isolated NAME IP		ping gets none
#	mac_of DEV, guest_mac NAME, port_stat DEV FIELD, guest_stat NAME FIELD

declare -A LIB_NS=()
LIB_DEFERRED=()
LIB_FILE=$(basename "$0" .sh)
LIB_SKIP=4		# exit status of a skipped case, as in kselftest
LIB_TMP=

diag()
{
	local line

	while IFS= read -r line; do
		echo "# $line"
	done <<<"$*"
}

# The places in the test file that led here, innermost first.
lib_where()
{
	local i text=

	for ((i = 1; i < ${#FUNCNAME[@]}; i++)); do
		[ "${BASH_SOURCE[i]}" != "${BASH_SOURCE[0]}" ] || continue
		[ "${FUNCNAME[i]}" != main ] || continue
		text+="${text:+, from }${BASH_SOURCE[i]##*/}:${BASH_LINENO[i - 1]} (${FUNCNAME[i]})"
	done
	diag "at ${text:-$LIB_FILE}"
}

lib_failed()
{
	trap - ERR
	diag "$@"
	lib_where
	exit 1
}

fail()
{
	lib_failed "$@"
}

skip()
{
	echo "$*" >"$LIB_TMP/skip"
	exit $LIB_SKIP
}

# Run a command in this shell (it may call defer), keep its output and status.
lib_run()
{
	LIB_RC=0
	"$@" >"$LIB_TMP/out" 2>&1 </dev/null || LIB_RC=$?
	LIB_OUT=$(<"$LIB_TMP/out")
	[ -z "${VERBOSE-}" ] || diag "+ $* -> $LIB_RC" "${LIB_OUT:+$'\n'$LIB_OUT}"
}

check()
{
	lib_run "$@"
	[ $LIB_RC = 0 ] ||
		lib_failed "failed with status $LIB_RC: $*${LIB_OUT:+$'\n'$LIB_OUT}"
}

check_fail()
{
	lib_run "$@"
	[ $LIB_RC != 0 ] ||
		lib_failed "should have failed: $*${LIB_OUT:+$'\n'$LIB_OUT}"
	[ $LIB_RC -lt 126 ] ||
		lib_failed "died with status $LIB_RC instead of failing: $*${LIB_OUT:+$'\n'$LIB_OUT}"
}

check_fail_with()
{
	local regex=$1; shift

	check_fail "$@"
	[[ $LIB_OUT =~ $regex ]] ||
		lib_failed "failed without saying '$regex': $*"$'\n'"$LIB_OUT"
}

# Each line of stdin, after a command: a mistake in the words, status 2, said in one
# line.
check_mistakes()	# COMMAND...
{
	local line rc

	while IFS= read -r line; do
		rc=0
		# shellcheck disable=SC2086 # words
		"$@" $line >"$LIB_TMP/stdout" 2>"$LIB_TMP/stderr" || rc=$?
		check_eq "$rc" 2 "status of: $line"
		check_eq "$(wc -l <"$LIB_TMP/stderr")" 1 "lines on stderr of: $line"
	done
}

check_eq()
{
	[ "$1" = "$2" ] || lib_failed "$3: got '$1', want '$2'"
}

check_ge()
{
	[ "$1" -ge "$2" ] || lib_failed "$3: got $1, want at least $2"
}

check_le()
{
	[ "$1" -le "$2" ] || lib_failed "$3: got $1, want at most $2"
}

defer()
{
	LIB_DEFERRED+=("$(printf '%q ' "$@")")
}

busywait()
{
	local end=$((${EPOCHREALTIME/[.,]/} + $1 * 1000)); shift
	local out

	while ! out=$("$@" 2>&1); do
		if [ "${EPOCHREALTIME/[.,]/}" -ge $end ]; then
			echo "gave up waiting for: $*${out:+$'\n'$out}"
			return 1
		fi
		sleep 0.05
	done
	[ -z "$out" ] || echo "$out"
}

bg()
{
	# The pid must be that of the program, not that of a shell around it.
	[ "$1" != in_ns ] || set -- ip netns exec "$(ns "$2")" "${@:3}"
	BG_LOG=$(mktemp "$LIB_TMP/bg.XXXXXX")
	"$@" >"$BG_LOG" 2>&1 </dev/null &
	BG_PID=$!
	defer lib_kill $BG_PID
}

lib_kill()
{
	kill "$1" 2>/dev/null || return 0
	busywait 3000 lib_gone "$1" >/dev/null || kill -KILL "$1" 2>/dev/null || :
	wait "$1" 2>/dev/null || :
}

lib_gone()
{
	[ ! -e "/proc/$1/stat" ] || grep -q '^[0-9]* (.*) Z' "/proc/$1/stat"
}

ns()
{
	echo "${LIB_NS[$1]-$1}"
}

ns_add()
{
	local name real

	for name in "$@"; do
		real=$name-$$
		ip netns add "$real" || return
		LIB_NS[$name]=$real
		defer lib_ns_del "$real"
		ip -n "$real" link set lo up
		# Duplicate address detection only costs time here, and
		# router solicitations only disturb counters.
		ip netns exec "$real" sysctl -q -w \
			net.ipv6.conf.{all,default}.accept_dad=0 \
			net.ipv6.conf.{all,default}.router_solicitations=0
	done
}

lib_ns_del()
{
	ip netns pids "$1" | xargs -r kill -KILL
	ip netns del "$1"
}

in_ns()
{
	local real=${LIB_NS[$1]-$1}; shift

	ip netns exec "$real" "$@"
}

guest()
{
	local name=$1 mac=${2--} addr

	shift $(($# < 2 ? $# : 2))
	ns_add "$name" || return
	ip link add "p$name" type veth peer name eth0 netns "$(ns "$name")" || return
	defer lib_link_del "p$name"
	[ "$mac" = - ] || ip -n "$(ns "$name")" link set eth0 address "$mac" || return
	for addr in "$@"; do
		ip -n "$(ns "$name")" addr add "$addr" dev eth0 || return
	done
	ip -n "$(ns "$name")" link set eth0 up || return
	ip link set "p$name" up
}

lib_link_del()
{
	[ ! -e "/sys/class/net/$1" ] || ip link del "$1"
}

reaches()
{
	in_ns "$1" ping -n -q -c 1 -i 0.2 -w 20 "$2"
}

isolated()
{
	! in_ns "$1" ping -n -q -c 3 -i 0.2 -w 1 "$2"
}

# Does the switch know that a port's link is up, or down? It is told a moment
# after the netdev: use it with busywait.
port_link_is()	# DEV up|down
{
	[ "$(vswitchctl -j port show "$1" | jq -r '.[0].link')" = "$2" ]
}

mac_of()
{
	cat "/sys/class/net/$1/address"
}

guest_mac()
{
	in_ns "$1" cat /sys/class/net/eth0/address
}

port_stat()
{
	cat "/sys/class/net/$1/statistics/$2"
}

guest_stat()
{
	in_ns "$1" cat "/sys/class/net/eth0/statistics/$2"
}

# Guests of another kind.
# shellcheck source=/dev/null
[ -z "${VSWITCH_GUESTS-}" ] || . "${BASH_SOURCE[0]%/*}/lib/${VSWITCH_GUESTS}guest.sh"

# --- running cases ------------------------------------------------------------

lib_links()
{
	ls /sys/class/net
}

lib_spaces()
{
	ip netns list 2>/dev/null | cut -d' ' -f1
}

# Names that are there now and were not before the case.
lib_new()
{
	comm -13 <(sort <<<"$1") <(sort <<<"$2") | xargs
}

lib_same_as_before()
{
	[ -z "$(lib_new "$LIB_LINKS" "$(lib_links)")" ] &&
		[ -z "$(lib_new "$LIB_SPACES" "$(lib_spaces)")" ]
}

lib_left_behind()
{
	local links spaces name

	busywait 20000 lib_same_as_before >/dev/null && return 1
	links=$(lib_new "$LIB_LINKS" "$(lib_links)")
	spaces=$(lib_new "$LIB_SPACES" "$(lib_spaces)")
	diag "left behind:${links:+ links $links}${spaces:+ namespaces $spaces}"
	for name in $links; do
		ip link del "$name" 2>/dev/null || :
	done
	for name in $spaces; do
		ip netns del "$name" || :
	done
}

lib_cleanup()
{
	local rc=$? i

	trap - EXIT ERR
	set +eEu
	if declare -F teardown >/dev/null; then
		teardown >"$LIB_TMP/out" 2>&1 || {
			diag "teardown failed:" "$(<"$LIB_TMP/out")"
			[ $rc != 0 ] || rc=1
		}
	fi
	for ((i = ${#LIB_DEFERRED[@]} - 1; i >= 0; i--)); do
		eval "${LIB_DEFERRED[i]}" >"$LIB_TMP/out" 2>&1 && continue
		diag "cleanup failed: ${LIB_DEFERRED[i]}" "$(<"$LIB_TMP/out")"
		[ $rc != 0 ] || rc=1
	done
	exit $rc
}

lib_err()
{
	local rc=$? cmd=$BASH_COMMAND

	lib_failed "failed with status $rc: $cmd"
}

lib_case()
(
	trap lib_cleanup EXIT
	trap 'exit 1' INT TERM
	trap lib_err ERR
	set -eEuo pipefail
	! declare -F setup >/dev/null || setup
	"test_$1"
)

# Tell the kernel log which case runs, so that a report in it has an owner.
lib_mark()
{
	[ ! -e /run/vswitch-vm ] || echo "<4>selftest: $LIB_FILE $1" >/dev/kmsg
}

# Is it later than run.sh was told to begin a case? (VM_STOP: seconds of uptime)
lib_too_late()
{
	local up

	[ -n "${VM_STOP-}" ] || return 1
	read -r up _ </proc/uptime
	[ "${up%.*}" -ge "$VM_STOP" ]
}

run_tests()
{
	local name n=0 rc start time failed=0 text dir cases=("$@")

	# shellcheck disable=SC2153,SC2206 # TESTS is the test file's list of words
	[ $# -gt 0 ] || cases=($TESTS)
	dir=$(mktemp -d)
	# shellcheck disable=SC2064 # it is local
	trap "rm -rf '$dir'" EXIT

	echo "TAP version 13"
	if [ "$(id -u)" != 0 ]; then
		echo "1..0 # SKIP needs root"
		exit $LIB_SKIP
	fi
	echo "1..${#cases[@]}"
	for name in "${cases[@]}"; do
		if lib_too_late; then
			echo "ok $((++n)) $LIB_FILE.$name # SKIP no time left"
			continue
		fi
		LIB_LINKS=$(lib_links)
		LIB_SPACES=$(lib_spaces)
		# What a case leaves there is none of the next one's business.
		LIB_TMP=$(mktemp -d "$dir/XXXX")
		start=${EPOCHREALTIME/[.,]/}
		rc=0
		lib_mark "$name"
		if declare -F "test_$name" >/dev/null; then
			lib_case "$name"
			rc=$?
		else
			diag "no such case: $name"
			rc=1
		fi
		lib_left_behind && [ $rc != 1 ] && rc=1
		time=$((${EPOCHREALTIME/[.,]/} - start))
		printf -v time '%d.%d s' $((time / 1000000)) $((time / 100000 % 10))
		text="$((++n)) $LIB_FILE.$name"
		case $rc in
		0)		echo "ok $text # $time" ;;
		"$LIB_SKIP")	echo "ok $text # SKIP $(<"$LIB_TMP/skip")" ;;
		*)		echo "not ok $text"; failed=1 ;;
		esac
		rm -rf --one-file-system "$LIB_TMP"
	done
	lib_mark "-"
	exit $failed
}
