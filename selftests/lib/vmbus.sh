# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What tests of VMBus with a guest in the same kernel share. Sourced after lib.sh.
#
#	load_bus [PARAMETER...]	vmbus_host, and vmbus_local with these; unloaded at the end
#	insmod_driver FILE [PARAMETER...]	a driver of the distribution, as drivers/FILE.ko
#	module_file NAME	where a module that was built here lies
#	partition NAME [KEY=VALUE...]	a partition of this kernel's kind
#	field NAME FILTER	what jq finds in partition NAME
#	nl CMD NAME...		lib/vmbus_nl.py
#	show NAME FILTER	what jq finds in partition NAME, by vswitchctl
#	partition_del NAME	by vswitchctl; may be gone already

VMBUS_DIR=$(dirname "${BASH_SOURCE[0]}")

module_file()	# vmbus_host | vmbus_local | netvsp | echo_guest
{
	# The run's own copies first: beside them somebody may be building.
	# shellcheck disable=SC1091
	( . /run/vswitch-vm/job
	  if [ -e "$VM_BIN/$1.ko" ]; then
		echo "$VM_BIN/$1.ko"
	  else
		find "$VM_BUILT/kernel" "$VM_BUILT/selftests" -name "$1.ko" | sed -n 1p
	  fi )
}

# insmod knows no compression, so that it is undone.
driver_file()	# hid/hid-hyperv
{
	local file

	for file in "/lib/modules/$(uname -r)/kernel/drivers/$1.ko"*; do
		[ -e "$file" ] || return 1
		case $file in
		*.xz)	xz -dc "$file" >"$LIB_TMP/${1##*/}.ko" ;;
		*)	cat "$file" >"$LIB_TMP/${1##*/}.ko" ;;
		esac
	done
	echo "$LIB_TMP/${1##*/}.ko"
}

# What drivers need besides VMBus.
modprobe_needs()
{
	local need

	for need in $(modinfo -F depends "$1" | tr ',' ' '); do
		[ "$need" = hv_vmbus ] || modprobe "$need"
	done
}

insmod_driver()
{
	local file

	file=$(driver_file "$1") || skip "this kernel has no ${1##*/}"
	check modprobe_needs "$file"
	check insmod "$file" "${@:2}"
}

nl()
{
	/usr/bin/python3 -E -s -S -B "$VMBUS_DIR/vmbus_nl.py" "$@"
}

show()
{
	vswitchctl -j -s partition show "$1" | jq -r ".[0] | $2"
}

partition_del()
{
	vswitchctl partition del "$1" 2>/dev/null || :
}

loaded()
{
	[ -e "/sys/module/$1" ]
}

unload()
{
	! loaded "$1" || rmmod "$1"
}

# What is deferred more than once is unloaded the first time.
load_bus()
{
	check insmod "$(module_file vmbus_host)"
	defer unload vmbus_host
	check insmod "$(module_file vmbus_local)" "$@"
	defer unload vmbus_local
}

partition()
{
	check nl add "$1" transport=local "${@:2}"
	defer del_partition "$1"
}

del_partition()
{
	loaded vmbus_host || return 0
	nl del "$1" 2>/dev/null || :
}

field()
{
	nl get "$1" | jq -r "$2"
}

state()	# PARTITION SERVICE
{
	nl channels "$1" | jq ".[] | select(.service == \"$2\") | .state"
}

# Devices on the bus, and those that have a driver.
devices()
{
	find /sys/bus/vmbus/devices -mindepth 1 | wc -l
}

devices_are()
{
	[ "$(devices)" = "$1" ]
}

bound()
{
	local link n=0

	for link in /sys/bus/vmbus/devices/*/driver; do
		[ ! -e "$link" ] || n=$((n + 1))
	done
	echo $n
}

bound_are()
{
	[ "$(bound)" = "$1" ]
}
