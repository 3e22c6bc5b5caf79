# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What tests of StorVSP share. Sourced after lib/vmbus.sh.
#
#	load_storage [PARAMETER...]	load_bus, target core, storvsp; the guest's driver is not
#	load_target			the same without this kernel's guest half
#	backstore TYPE NAME [CONTROL...]	under core/; TYPE is file, ram or block
#	lun PARTITION CONTROLLER LUN TYPE NAME	a backstore as a LUN
#	enable PARTITION CONTROLLER	the guest sees it
#	disk NAME			the guest's device node of that backstore, once it is there
#	guest_driver			hv_storvsc
#	loop_device NAME MIB		a block device
#	dm NAME TABLE			a device of the device mapper
#	loopback TYPE NAME		the backstore is also a disk of tcm_loop
#	sg_of tcm_loop|vmbus_local	its /dev/sg, or that of the guest's first disk
#	quiet_log			nothing on the console but what run.sh looks for
#
# With configfs by hand, so that the tests of the tool are about the tool.

TARGET=/sys/kernel/config/target

# The host's side only.
load_target()
{
	check insmod "$(module_file vmbus_host)"
	defer unload vmbus_host
	load_fabric
}

load_storage()
{
	load_bus "$@"
	load_fabric
	modprobe sd_mod || :
	modprobe sg || :
}

load_fabric()
{
	modprobe configfs || :
	mountpoint -q /sys/kernel/config || check mount -t configfs none /sys/kernel/config
	check modprobe target_core_mod
	check modprobe target_core_file
	check modprobe target_core_iblock
	check insmod "$(module_file storvsp)"
	defer unload storvsp
	check mkdir -p "$TARGET/storvsp"
	# Without it persistent reservations fail.
	check mkdir -p "$(cat "$TARGET/dbroot")/pr"
	defer rmdir "$TARGET/storvsp"
}

guest_driver()	# [PARAMETER...]
{
	insmod_driver scsi/hv_storvsc "$@"
	defer unload_driver
}

# It is in use as long as it looks for disks.
unload_driver()
{
	busywait 60000 unload hv_storvsc 2>/dev/null
}

hba_of()
{
	case $1 in
	file)	echo fileio_0 ;;
	ram)	echo rd_mcp_0 ;;
	block)	echo iblock_0 ;;
	esac
}

backstore()	# TYPE NAME CONTROL...
{
	local dir

	dir=$TARGET/core/$(hba_of "$1")/$2
	check mkdir -p "$dir"
	defer remove_backstore "$dir"
	echo "${3}" >"$dir/control" || fail "control of $2"
	check write "$2" "$dir/wwn/vpd_unit_serial"
	check write 1 "$dir/enable"
}

write()	# VALUE FILE
{
	echo "$1" >"$2"
}

remove_backstore()
{
	[ ! -d "$1" ] || rmdir "$1" || diag "$1 is left: it was made later than what uses it"
	rmdir "${1%/*}" 2>/dev/null || :
}

file_backstore()	# NAME MIB
{
	check truncate -s "$2M" "$LIB_TMP/$1.img"
	backstore file "$1" "fd_dev_name=$LIB_TMP/$1.img,fd_dev_size=$(($2 << 20))"
}

ram_backstore()	# NAME MIB
{
	backstore ram "$1" "rd_pages=$(($2 * 256))"
}

tpg()	# PARTITION CONTROLLER
{
	echo "$TARGET/storvsp/$1/tpgt_$2"
}

controller()	# PARTITION CONTROLLER
{
	check mkdir -p "$(tpg "$1" "$2")"
	defer remove_controller "$1" "$2"
}

remove_controller()
{
	local acl dir lun

	dir=$(tpg "$1" "$2")
	[ -d "$dir" ] || return 0
	echo 0 >"$dir/enable"
	for acl in "$dir"/acls/naa.*; do
		for lun in "$acl"/lun_*; do
			[ ! -d "$lun" ] || { rm -f "$lun"/link; rmdir "$lun"; }
		done
		[ ! -d "$acl" ] || rmdir "$acl"
	done
	for lun in "$dir"/lun/lun_*; do
		[ ! -d "$lun" ] || remove_lun "$1" "$2" "${lun##*_}"
	done
	rmdir "$dir"
	rmdir "${dir%/*}" 2>/dev/null || :
}

lun()	# PARTITION CONTROLLER LUN TYPE NAME
{
	local dir

	dir=$(tpg "$1" "$2")/lun/lun_$3
	check mkdir "$dir"
	check ln -s "$TARGET/core/$(hba_of "$4")/$5" "$dir/link"
}

remove_lun()	# PARTITION CONTROLLER LUN
{
	local dir

	dir=$(tpg "$1" "$2")/lun/lun_$3
	rm -f "$dir/link"
	rmdir "$dir"
}

enable()	# PARTITION CONTROLLER
{
	check write 1 "$(tpg "$1" "$2")/enable"
}

disabled()	# PARTITION CONTROLLER
{
	[ "$(cat "$(tpg "$1" "$2")/enable")" = 0 ]
}

# By the backstore's name, which is its serial number.
disks()
{
	local dir

	for dir in /sys/block/sd*; do
		[ -e "$dir/device/vpd_pg80" ] || continue
		[ "$(readlink -f "$dir/device/../../../.." | grep -c vmbus_local)" = 1 ] || continue
		echo "$(tail -c +5 "$dir/device/vpd_pg80" | tr -d '\0 ') ${dir##*/}"
	done
}

disk_of()	# NAME
{
	disks | sed -n "s/^$1 //p" | sed -n 1p
}

has_disk()
{
	[ -n "$(disk_of "$1")" ]
}

# The device node of a disk that is there, or soon will be.
disk()	# NAME
{
	busywait 20000 has_disk "$1" || fail "there is no disk $1"
	echo "/dev/$(disk_of "$1")"
}

gone_disk()	# NAME
{
	! has_disk "$1"
}

size_is()	# DEVICE BYTES
{
	[ "$(blockdev --getsize64 "$1")" = "$2" ]
}

loop_device()	# NAME MIB
{
	local dev

	modprobe loop 2>/dev/null || :
	check truncate -s "$2M" "$LIB_TMP/$1.img"
	dev=$(losetup -f --show "$LIB_TMP/$1.img") || fail "no loop device"
	defer losetup -d "$dev"
	LOOP=$dev
}

block_backstore()	# NAME DEVICE
{
	backstore block "$1" "udev_path=$2"
}

dm()	# NAME TABLE
{
	modprobe dm_mod 2>/dev/null || :
	check dmsetup create "$1" --noudevrules --noudevsync --table "$2"
	check dmsetup mknodes "$1"
	defer dm_remove "$1"
}

dm_remove()
{
	dmsetup resume --noudevrules --noudevsync "$1" 2>/dev/null || :
	dmsetup remove --noudevrules --noudevsync --retry "$1"
}

dm_load()	# NAME TABLE: instead of the one that it has
{
	check dmsetup suspend --noflush --nolockfs "$1"
	check dmsetup load "$1" --table "$2"
	check dmsetup resume --noudevrules --noudevsync "$1"
}

# What another fabric says of the same backstore.
loopback()	# TYPE NAME
{
	local dir=$TARGET/loopback/naa.6001405000000001/tpgt_1

	modprobe tcm_loop || skip "no tcm_loop"
	check mkdir -p "$dir"
	defer rmdir "$TARGET/loopback/naa.6001405000000001"
	defer rmdir "$dir"
	check write naa.6001405000000002 "$dir/nexus"
	defer write NULL "$dir/nexus"
	check mkdir "$dir/lun/lun_0"
	defer rmdir "$dir/lun/lun_0"
	check ln -s "$TARGET/core/$(hba_of "$1")/$2" "$dir/lun/lun_0/link"
	defer rm "$dir/lun/lun_0/link"
	check busywait 10000 sg_of tcm_loop
}

sg_of()	# HOST
{
	local dev

	for dev in /sys/class/scsi_generic/sg*; do
		if readlink -f "$dev/device" | grep -q "$1"; then
			echo "/dev/${dev##*/}"
			return 0
		fi
	done
	return 1
}

# Target core has a line for each command that it refuses. On the console that takes longer
# than the command does.
quiet_log()
{
	defer dmesg -n 5
	check dmesg -n 1
	defer report_log
	bg watch_log
}

watch_log()
{
	while sleep 5; do
		report_log
	done
}

# What was said since the last time.
report_log()
{
	{ echo "selftest: log"; dmesg -S -c; } |
		"$(dirname "$0")/vm/kernel-report.sh" /dev/fd/0 >/dev/console
}
