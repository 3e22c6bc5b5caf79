#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The distribution's hv_* drivers, as they come, are the guest of a partition.
#
#	hv_utils.ko, hv_netvsc.ko, hv_storvsc.ko	/lib/modules
#	vmbus_local.ko		the guest half of VMBus
#	vmbus_host.ko		partition p1
#
# requires: jq make python3
# uses: vmbus_host vmbus_local echo_guest
# timeout: 900
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lib/vmbus.sh"

TESTS="never_found heartbeat copy two_guests driver_first driver_last
	del_bound del_races netns reload_host orders network_storage hyperv"

load_all()
{
	load_bus "$@"
	insmod_driver hv/hv_utils
	defer unload hv_utils
}

beats()
{
	[ "$(field "$1" '."heartbeat_age" // "none"')" != none ]
}

# All is well: a guest answers, timesync has its driver too, and nothing was wrong.
works()	# PARTITION
{
	check busywait 30000 beats "$1"
	check busywait 10000 bound_are 2
	check_eq "$(field "$1" '.errors // [] | length')" 0 "errors of $1"
}

setup()
{
	[ -e /run/vswitch-vm/job ] || skip "only in the disposable VM"
	driver_file hv/hv_utils >/dev/null || skip "this kernel has no hv_utils"
	! loaded hv_vmbus || skip "hv_vmbus is loaded"
}

# What depmod has seen says that the drivers need hv_vmbus, and knows nothing of us.
test_never_found()
{
	local dep driver line

	dep=/lib/modules/$(uname -r)/modules.dep
	[ -e "$dep" ] || skip "no modules.dep"
	for driver in hv_utils hv_netvsc hv_storvsc; do
		check grep -q "/$driver\.ko.*:.*/hv_vmbus\.ko" "$dep"
	done
	check_fail grep -q vmbus_local "$dep"
	check_fail modprobe vmbus_local
	# Nor would make install bring it there: what make says last counts.
	line=$(make -s -n -C "$VMBUS_DIR/../.." MAKE=echo KDIR=/none kver=x install |
		grep ' modules_install$' | tail -n 1)
	check_eq "$(grep -o 'CONFIG_VMBUS_LOCAL=[a-z]*' <<<"$line" | tail -n 1)" \
		CONFIG_VMBUS_LOCAL= "what make install installs"
}

test_heartbeat()
{
	load_all
	partition p1
	works p1
	check_eq "$(field p1 .version)" $((0x50003)) "version"
	check_eq "$(field p1 .attached)" true "attached"
	check_eq "$(state p1 heartbeat)" 1 "state of the heartbeat channel"
	check_eq "$(state p1 timesync)" 1 "state of the timesync channel"
	check_eq "$(nl channels p1 | jq '[.[].mapped] | all')" true "mapped rings"
}

# Rings are copied from and to.
test_copy()
{
	load_all copy=1
	partition p1
	works p1
	check_eq "$(nl channels p1 | jq '[.[].mapped // false] | any')" false "mapped rings"
}

# hv_utils has one state for all devices of a kind: the second one waits for it.
test_two_guests()
{
	load_all
	partition p1
	works p1
	partition p2
	check busywait 10000 devices_are 4
	check_eq "$(bound)" 2 "devices with a driver"
	check_fail beats p2
	check nl del p1
	check busywait 10000 devices_are 2
	works p2
}

test_driver_first()
{
	load_all
	partition p1
	works p1
	check_fail_with 'in use' rmmod vmbus_local
	check_fail_with 'in use' rmmod vmbus_host
	check rmmod hv_utils
	check bound_are 0
	check devices_are 2
	check busywait 10000 closed p1
	check rmmod vmbus_local
	check_eq "$(field p1 '.attached // false')" false "attached"
	check_eq "$(field p1 .gpadls)" 0 "GPADLs"
	check nl get p1
	check rmmod vmbus_host
}

closed()
{
	[ "$(state "$1" heartbeat)" = 0 ]
}

# The partition was there before its guest, and the guest before its driver.
test_driver_last()
{
	check insmod "$(module_file vmbus_host)"
	defer unload vmbus_host
	partition p1
	check_eq "$(field p1 '.attached // false')" false "attached"
	check insmod "$(module_file vmbus_local)"
	defer unload vmbus_local
	check busywait 10000 devices_are 2
	insmod_driver hv/hv_utils
	defer unload hv_utils
	works p1
	check rmmod hv_utils
	insmod_driver hv/hv_utils
	works p1
}

test_del_bound()
{
	load_all
	partition p1
	works p1
	check nl del p1
	check busywait 10000 devices_are 0
	partition p1
	works p1
	check nl del p1
	check rmmod hv_utils
	check rmmod vmbus_local
	check rmmod vmbus_host
}

# Partitions go while their guests come, open and close.
test_del_races()
{
	local i

	load_all
	for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
		check nl add "r$i" transport=local
		[ $((i % 3)) != 0 ] || check busywait 10000 any_bound
		check nl del "r$i"
	done
	for i in 1 2 3 4; do
		check nl add "r$i" transport=local
		rmmod hv_utils &
		check nl del "r$i"
		check wait $!
		insmod_driver hv/hv_utils
	done
	check busywait 20000 devices_are 0
	partition p1
	works p1
}

any_bound()
{
	[ "$(bound)" -gt 0 ]
}

del_netns()
{
	ip netns del vmbuslocal 2>/dev/null || :
}

# A network namespace goes with its partitions.
test_netns()
{
	load_all
	check ip netns add vmbuslocal
	defer del_netns
	check ip netns exec vmbuslocal /usr/bin/python3 -E -s -S -B \
		"$VMBUS_DIR/vmbus_nl.py" add p1 transport=local
	check busywait 10000 bound_are 2
	check ip netns del vmbuslocal
	check busywait 20000 devices_are 0
}

# The module goes while its partitions have guests, and comes again.
test_reload_host()
{
	local i

	load_bus
	partition p1
	for i in 1 2 3; do
		check busywait 10000 devices_are 2
		check rmmod vmbus_local
		check insmod "$(module_file vmbus_local)"
	done
	check rmmod vmbus_local
	check rmmod vmbus_host
	check insmod "$(module_file vmbus_host)"
	check insmod "$(module_file vmbus_local)"
	partition p1
	# At once, while it attaches.
	check rmmod vmbus_local
	check rmmod vmbus_host
}

# Each order in which what is loaded can go; what is in use stays.
test_orders()
{
	local order module

	for order in "hv_utils vmbus_local vmbus_host" "vmbus_local hv_utils vmbus_host vmbus_local vmbus_host" \
		     "vmbus_host hv_utils vmbus_host vmbus_local vmbus_host" \
		     "vmbus_host vmbus_local hv_utils vmbus_local vmbus_host"; do
		load_all
		check nl add p1 transport=local
		check busywait 10000 bound_are 2
		for module in $order; do
			rmmod "$module" 2>/dev/null || :
		done
		! loaded hv_utils && ! loaded vmbus_local && ! loaded vmbus_host ||
			fail "still loaded after $order"
	done
}

test_network_storage()
{
	load_bus
	partition p1
	check busywait 10000 devices_are 2
	insmod_driver net/hyperv/hv_netvsc
	defer unload hv_netvsc
	insmod_driver scsi/hv_storvsc
	defer unload hv_storvsc
	check_eq "$(find /sys/bus/vmbus/drivers -mindepth 1 -maxdepth 1 | wc -l)" 2 "drivers"
	check_eq "$(bound)" 0 "devices that have one"
}

# Its devices are hv_vmbus's.
test_hyperv()
{
	dmesg | grep -q 'Hypervisor detected: Microsoft Hyper-V' ||
		skip "this is no guest of Hyper-V"
	check insmod "$(module_file vmbus_host)"
	defer unload vmbus_host
	check_fail_with 'No such device' insmod "$(module_file vmbus_local)"
}

run_tests "$@"
