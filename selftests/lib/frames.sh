# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Crafted frames in shell tests; sourced after lib.sh.
#
#	far (netns)
#	   g1   g2   g3  ...	stations: whole frames are written and read here
#	    |    |    |
#	   pg1  pg2  pg3 ...	ports
#	    +----+----+--- SWITCH ---- vNICs, taps
#
#	frames_start			start lib/frames.py, one for each case
#	stations SWITCH NAME...		make stations and their ports, all up, and
#					open them for frames
#	tap_station SWITCH NAME		the same, behind a tap
#	vnic_station SWITCH NAME	the same, a vNIC
#	uplink_station SWITCH NAME	the wire: the uplink's other end; it comes
#					before vNICs, since it leaves none
#	frames COMMAND...		a command of frames.py; REPLY is the answer
#	check_rx WANT NAME [KEY=VALUE...]
#					send a frame from NAME; exactly WANT, sorted
#					and "none" if none, receive it
#	check_drops WANT [CMD...]	exactly WANT was dropped, at any port, since the
#					last time (or by CMD): "pg1 link-local 1",
#					joined by ", ", "none" if nothing

FRAMES_DIR=$(dirname "${BASH_SOURCE[0]}")
FRAMES_ENDS=

frames_start()
{
	# What the stack says by itself would be counted among the frames.
	FRAMES_IPV6=$(sysctl -n net.ipv6.conf.default.disable_ipv6)
	sysctl -q -w net.ipv6.conf.default.disable_ipv6=1
	defer sysctl -q -w "net.ipv6.conf.default.disable_ipv6=$FRAMES_IPV6"
	coproc FRAMES { exec python3 -u "$FRAMES_DIR/frames.py"; }
	# shellcheck disable=SC2153 # set by coproc
	defer lib_kill "$FRAMES_PID"
	read -r -t 120 REPLY <&"${FRAMES[0]}" || fail "frames.py does not start"
	check_eq "$REPLY" ready "frames.py"
	ns_add far
	in_ns far sysctl -q -w net.ipv6.conf.{all,default}.disable_ipv6=1
}

frames()
{
	echo "$*" >&"${FRAMES[1]}"
	read -r -t 120 REPLY <&"${FRAMES[0]}" || fail "no answer to: $*"
	[[ $REPLY != error* ]] || fail "frames.py: $*: $REPLY"
}

frames_mac()
{
	FRAMES_ENDS+="$1 "
	# shellcheck disable=SC2086 # words
	set -- $FRAMES_ENDS
	printf -v MAC '02:00:00:00:00:%02x' $#
}

stations()
{
	local sw=$1 name far; shift

	far=$(ns far)
	for name in "$@"; do
		frames_mac "$name"
		echo "link add p$name type veth peer name $name address $MAC netns $far"
		echo "link set p$name master $sw up"
	done >"$LIB_TMP/batch"
	check ip -batch "$LIB_TMP/batch"
	for name in "$@"; do
		defer lib_link_del "p$name"
		echo "link set $name up"
	done >"$LIB_TMP/batch"
	check ip -n "$far" -batch "$LIB_TMP/batch"
	for name in "$@"; do
		frames packet "$name" "$name" "$far"
	done
}

tap_station()
{
	frames_mac "$2"
	[ -e /dev/net/tun ] || check modprobe tun
	frames tap "$2" "p$2"
	check ip link set "p$2" master "$1" up
}

vnic_station()
{
	frames_mac "$2"
	check ip link add "$2" link "$1" address "$MAC" type vswitch_vnic
	defer lib_link_del "$2"
	check ip link set "$2" up
	frames packet "$2" "$2"
}

uplink_station()
{
	local far

	far=$(ns far)
	frames_mac "$2"
	check ip link add "p$2" type veth peer name "$2" address "$MAC" netns "$far"
	defer lib_link_del "p$2"
	check ip link set "p$2" up
	check ip -n "$far" link set "$2" up
	check vswitchctl switch set "$1" type external uplink "p$2" management off
	frames packet "$2" "$2" "$far"
}

check_rx()
{
	local want=$1; shift

	frames tx "$@"
	check_eq "$REPLY" "$want" "receivers of: $*"
}

check_drops()
{
	local want=$1; shift

	"$@"
	frames drops
	check_eq "$REPLY" "$want" "dropped${*:+ by: $*}"
}
