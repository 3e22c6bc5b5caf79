#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Packets of all kinds and sizes between two ends in one kernel.
#
#	echo_guest.ko		selftests/vmbus: sends, and compares what comes back
#	vmbus_local.ko		rings, requests, interrupts
#	vmbus_host.ko		partition p1 with the echo service
#
# requires: jq python3
# uses: vmbus_host vmbus_local echo_guest
# timeout: 900
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lib/vmbus.sh"

TESTS="batched direct isr millions subchannels copy small_rings stop del rmmod_early"

PARAMETERS=/sys/module/echo_guest/parameters

# On a kernel that checks everything, a part has to do.
many()
{
	[ ! -e /sys/kernel/debug/kmemleak ] || { echo $(($1 / 10)); return; }
	echo "$1"
}

setup()
{
	[ -e /run/vswitch-vm/job ] || skip "only in the disposable VM"
	[ -n "$(module_file echo_guest)" ] || skip "this kernel has no hv_vmbus to build a driver for"
}

get()
{
	cat "$PARAMETERS/$1"
}

idle_are()
{
	[ "$(get idle)" = "$1" ]
}

sent_some()
{
	[ "$(get sent)" -ge 100 ]
}

guest_load()	# PARAMETER...
{
	check insmod "$(module_file echo_guest)" "$@"
	defer unload echo_guest
}

# All that was sent came back, as it was.
all_back()	# CHANNELS PACKETS [MILLISECONDS]
{
	check busywait "${3:-120000}" idle_are "$1"
	check_eq "$(get bad)" 0 "wrong answers"
	check_eq "$(get sent)" "$2" "packets sent"
	check_eq "$(get good)" "$2" "right answers"
	check_eq "$(field p1 '.errors // [] | length')" 0 "errors of the guest"
}

send_all()	# PARAMETER...
{
	local n

	n=$(many 20000)
	load_bus
	partition p1 services=4
	guest_load packets="$n" "$@"
	all_back 1 "$n"
}

test_batched()
{
	send_all mode=0
}

test_direct()
{
	send_all mode=1
}

# In hard-irq context and on the channel's own processor, says the driver.
test_isr()
{
	send_all mode=2
}

# Of all kinds, short ones, each compared; the guest's end on one processor, the host's
# worker on another. The driver says if what it reads is read elsewhere.
test_millions()
{
	local n=2000000

	[ "$(nproc)" -ge 2 ] || skip "needs two CPUs"
	[ ! -e /sys/kernel/debug/kmemleak ] || n=50000
	load_bus
	partition p1 services=4
	guest_load packets="$n" mode=2 cpu=1 longest=64 shown=256 ring=65536
	check busywait 20000 sent_some
	check_eq "$(nl channels p1 | jq '.[0].cpu')" 0 "the host's processor"
	all_back 1 "$n" 400000
	diag "$n packets, $(get full) times no room; $(nl channels p1 |
		jq -r '.[0].stats | to_entries | map("\(.key) \(.value)") | join(", ")')"
}

# Each on a processor of its own; the next time there are new ones.
test_subchannels()
{
	local n i

	n=$(many 5000)
	load_bus
	partition p1 services=4
	for i in 1 2 3; do
		guest_load packets="$n" subchannels=3 mode=$((i % 3))
		all_back 4 $((4 * n))
		check_eq "$(nl channels p1 | jq '[.[] | select(.state == 1)] | length')" 4 \
			"open channels"
		check rmmod echo_guest
		check busywait 10000 channels_are 1
	done
}

channels_are()
{
	[ "$(field p1 .channels)" = "$1" ]
}

test_copy()
{
	local n

	n=$(many 5000)
	load_bus copy=1
	partition p1 services=4
	guest_load packets="$n" subchannels=1
	all_back 2 $((2 * n))
	check_eq "$(nl channels p1 | jq '[.[].mapped // false] | any')" false "mapped rings"
}

# Two pages each: full all the time, and no packet lies without wrapping for long.
test_small_rings()
{
	local n

	n=$(many 10000)
	load_bus
	partition p1 services=4
	guest_load packets="$n" ring=8192 subchannels=1
	all_back 2 $((2 * n))
	check_ge "$(get full)" 1 "times that there was no room for a packet"
}

# The driver goes, or the partition, in the middle of it.
test_stop()
{
	local i

	load_bus
	partition p1 services=4
	for i in 1 2 3 4 5; do
		guest_load packets=1000000000 subchannels=2 mode=$((i % 3))
		check busywait 20000 sent_some
		check rmmod echo_guest
	done
	check busywait 10000 channels_are 1
	check_eq "$(field p1 .gpadls)" 0 "GPADLs"
}

test_del()
{
	local i

	load_bus
	guest_load packets=1000000000 subchannels=2
	for i in 1 2 3 4 5; do
		check nl add p1 transport=local services=4
		check busywait 10000 bound_are 1
		check nl del p1
		check busywait 20000 devices_are 0
	done
	check_eq "$(get bad)" 0 "wrong answers"
}

# At once, while it connects, opens, or is offered sub-channels.
test_rmmod_early()
{
	local i

	for i in 1 2 3 4 5 6; do
		load_bus
		check nl add p1 transport=local services=4
		check insmod "$(module_file echo_guest)" packets=1000000 subchannels=4
		check rmmod echo_guest
		[ $((i % 2)) != 0 ] || check nl del p1
		check rmmod vmbus_local
		check rmmod vmbus_host
	done
}

run_tests "$@"
