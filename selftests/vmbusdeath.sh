#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Every order in which a guest, its devices, its partition, its network namespace and
# the modules can go, each while packets flow. Meanwhile the packets of another guest
# come back as they were.
#
#	process (vmbus/)		partition g, and w, which nothing may happen to
#	echo_guest, hv_utils, vmbus_local	partition p1
#
# requires: jq python3
# uses: vmbus_host vmbus_local echo_guest
# timeout: 900
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lib/vmbus.sh"

TESTS="ways del netns kill unload unbind del_local netns_local in_use asked orders"

HERE=$(cd "$(dirname "$0")" && pwd)
GUEST=$HERE/vmbus/build/guest
PARAMETERS=/sys/module/echo_guest/parameters

setup()
{
	[ -x "$GUEST" ] || fail "selftests/vmbus is not built (scripts/build-tests.sh)"
	[ -e /run/vswitch-vm/job ] || skip "only in the disposable VM"
	check insmod "$(module_file vmbus_host)"
	# Whatever a case leaves behind goes with it.
	defer unload vmbus_host
	check vswitchctl partition add w services echo
	defer partition_del w
	bg "$GUEST" w many 100000000 4 64
	WITNESS=$BG_PID
	check busywait 30000 flows w
}

flows()	# PARTITION
{
	[ "$(show "$1" '[.channel_list[].stats.rx_packets] | add')" -gt 100 ]
}

# Nobody else has noticed, and nothing is left of who is gone.
all_well()
{
	local before

	check kill -0 "$WITNESS"
	check_eq "$(show w '.errors | length')" 0 "errors of the other partition"
	before=$(show w '[.channel_list[].stats.rx_packets] | add')
	check busywait 30000 flows_on "$before"
}

flows_on()
{
	[ "$(show w '[.channel_list[].stats.rx_packets] | add')" -gt "$1" ]
}

let_go()
{
	[ "$(show g '[.attached, .gpadls, .pages, .channels] | join(" ")')" = "false 0 0 1" ]
}

# Of a process: channel closed, memory gone, node closed, killed, and the like.
test_ways()
{
	check vswitchctl partition add g services echo
	defer partition_del g
	check "$GUEST" g deaths 3
	diag "mapped: $LIB_OUT"
	check busywait 20000 let_go
	check "$GUEST" -c g deaths 2
	diag "copied: $LIB_OUT"
	check busywait 20000 let_go
	all_well
}

test_del()
{
	local copy

	for copy in "" -c "" -c ""; do
		check vswitchctl partition add g services echo
		# shellcheck disable=SC2086 # none, or one
		bg "$GUEST" $copy g flow
		check busywait 30000 flows g
		check vswitchctl partition del g
		# The name is free; the guest is of the one that was.
		check vswitchctl partition add g services echo
		check vswitchctl partition del g
		lib_kill "$BG_PID"
	done
	all_well
}

test_netns()
{
	local i

	for i in 1 2 3; do
		check ip netns add "death$i"
		check vswitchctl -n "death$i" partition add g services echo
		bg ip netns exec "death$i" "$GUEST" g flow
		check busywait 30000 grep -q "^# ready" "$BG_LOG"
		# The process is in it, and keeps it; the last one to go ends it.
		check ip netns del "death$i"
		lib_kill "$BG_PID"
	done
	all_well
}

test_kill()
{
	local copy

	check vswitchctl partition add g services echo
	defer partition_del g
	for copy in "" -c "" -c ""; do
		# shellcheck disable=SC2086 # none, or one
		bg "$GUEST" $copy g flow
		check busywait 30000 grep -q "^# ready" "$BG_LOG"
		kill -KILL "$BG_PID"
		wait "$BG_PID" 2>/dev/null || :
		check busywait 20000 let_go
	done
	all_well
}

get()
{
	cat "$PARAMETERS/$1"
}

sent_some()
{
	[ "$(get sent)" -ge 100 ]
}

local_flow()	# MODE
{
	[ -n "$(module_file echo_guest)" ] || skip "this kernel has no hv_vmbus to build a driver for"
	loaded vmbus_local || check insmod "$(module_file vmbus_local)"
	defer unload vmbus_local
	check insmod "$(module_file echo_guest)" packets=1000000000 subchannels=2 mode="$1"
	defer unload echo_guest
	check nl add p1 transport=local services=4
	defer del_partition p1
	check busywait 30000 sent_some
}

# The driver goes.
test_unload()
{
	local i

	for i in 0 1 2; do
		local_flow "$i"
		check_eq "$(get bad)" 0 "wrong answers"
		check rmmod echo_guest
		check nl del p1
		check busywait 20000 devices_are 0
	done
	check rmmod vmbus_local
	all_well
}

# The driver lets go of its device, and takes it again.
test_unbind()
{
	local i device driver

	local_flow 0
	for i in 1 2 3; do
		device=$(find /sys/bus/vmbus/devices -mindepth 1 -printf '%f\n' | head -n 1)
		driver=$(readlink -f "/sys/bus/vmbus/devices/$device/driver")
		[ -d "$driver" ] || fail "no driver"
		echo "$device" >"$driver/unbind"
		check bound_are 0
		echo "$device" >"$driver/bind"
		check bound_are 1
	done
	check_eq "$(get bad)" 0 "wrong answers"
	all_well
}

# All its devices are rescinded.
test_del_local()
{
	local i

	for i in 0 1 2; do
		local_flow "$i"
		check nl del p1
		check busywait 20000 devices_are 0
		check_eq "$(get bad)" 0 "wrong answers"
		check rmmod echo_guest
	done
	all_well
}

test_netns_local()
{
	[ -n "$(module_file echo_guest)" ] || skip "this kernel has no hv_vmbus to build a driver for"
	check insmod "$(module_file vmbus_local)"
	defer unload vmbus_local
	check insmod "$(module_file echo_guest)" packets=1000000000 subchannels=2
	defer unload echo_guest
	check ip netns add death
	check ip netns exec death /usr/bin/python3 -E -s -S -B \
		"$VMBUS_DIR/vmbus_nl.py" add p1 transport=local services=4
	check busywait 30000 sent_some
	check ip netns del death
	check busywait 20000 devices_are 0
	check_eq "$(get bad)" 0 "wrong answers"
	all_well
}

# What is in use cannot go, and does not mind that it was tried.
test_in_use()
{
	local before

	local_flow 0
	check_fail_with "in use" rmmod vmbus_host
	check_fail_with "in use" rmmod vmbus_local
	before=$(get sent)
	check busywait 20000 sent_more "$before"
	check rmmod echo_guest
	check busywait 10000 bound_are 0
	check rmmod vmbus_local
	check_fail_with "in use" rmmod vmbus_host
	all_well
	# A node that is open keeps the module; the last one to go lets it.
	lib_kill "$WITNESS"
	check busywait 10000 rmmod vmbus_host
}

sent_more()
{
	[ "$(get sent)" -gt "$1" ]
}

# Who is asked something goes before it has answered.
test_asked()
{
	local i

	check insmod "$(module_file vmbus_local)"
	defer unload vmbus_local
	for i in 1 2 3; do
		check vswitchctl partition add p1 transport local services heartbeat,shutdown,kvp
		defer partition_del p1
		insmod_driver hv/hv_utils
		defer unload hv_utils
		check busywait 20000 bound_are 3
		check vswitchctl partition add g services shutdown
		defer partition_del g
		bg "$GUEST" g shutdown 3.2 silent
		check busywait 30000 grep -q "^# ready" "$BG_LOG"
		bg "$HERE/../userspace/vswitchctl" partition shutdown g
		case $i in
		1)	check rmmod hv_utils; check nl del p1 ;;
		2)	check nl del p1; check rmmod hv_utils ;;
		3)	nl del p1 & check rmmod hv_utils; wait $! ;;
		esac
		check vswitchctl partition del g
		lib_kill "$BG_PID"
	done
	check busywait 20000 devices_are 0
	all_well
}

# Each order in which what is loaded can go, with packets under way; what is in use
# stays, and goes when its turn comes again.
test_orders()
{
	local order what

	for order in "echo_guest p1 vmbus_local" "echo_guest vmbus_local p1" \
		     "p1 echo_guest vmbus_local" "p1 vmbus_local echo_guest vmbus_local" \
		     "vmbus_local echo_guest p1 vmbus_local" \
		     "vmbus_local p1 echo_guest vmbus_local"; do
		local_flow 0
		for what in $order; do
			if [ "$what" = p1 ]; then
				check nl del p1
			else
				rmmod "$what" 2>/dev/null || :
			fi
		done
		check busywait 20000 all_gone
	done
	all_well
}

all_gone()
{
	! loaded echo_guest && ! loaded vmbus_local
}

run_tests "$@"
