# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What tests of vswitchctl disk share. Sourced after lib/disks.sh.
#
#	disk_setup			p1 is there, and files a.img and b.img; nothing is left behind
#	shown FILTER			of p1's disks, as JSON
#	check_empty			nothing of ours is left in configfs
#	backstores			of ours, their names
#	lsscsi_disks, sd_there N	how many disks the guest has
#	first_disk			and the first one's device node
#	stat_of FILTER			of the statistics of p1's first disk
#	writes DEVICE			until a write fails, or for long

disk_setup()
{
	need_driver
	load_storage
	partition p1
	check truncate -s 32M "$LIB_TMP/a.img"
	check truncate -s 32M "$LIB_TMP/b.img"
	defer sweep
	defer del_disks
}

# What a case that failed has left is not the next one's trouble.
sweep()
{
	local dir

	for dir in "$TARGET"/storvsp/*/tpgt_*; do
		[ ! -d "$dir" ] || remove_controller "$(basename "${dir%/*}")" "${dir##*_}"
	done
	for dir in "$TARGET"/core/*_2012/*/ "$TARGET"/core/*_2012/; do
		[ ! -d "$dir" ] || rmdir "$dir"
	done
}

del_disks()
{
	vswitchctl -j disk show | jq -r '.[] | "\(.partition) controller \(.controller) lun \(.lun)"' |
		while read -r words; do
			# shellcheck disable=SC2086 # words they are
			vswitchctl disk del $words
		done
}

shown()	# FILTER
{
	vswitchctl -j disk show p1 | jq -r "$1"
}

# Nothing of ours is left.
check_empty()
{
	check_eq "$(find "$TARGET/storvsp" -mindepth 1 -maxdepth 1 -type d \
		! -name discovery_auth | wc -l)" 0 "partitions"
	check_eq "$(find "$TARGET/core" -mindepth 1 -maxdepth 1 -name '*_2012' | wc -l)" 0 \
		"backstores"
}

sd_there()
{
	[ "$(lsscsi_disks)" = "$1" ]
}

lsscsi_disks()
{
	find /sys/bus/vmbus/devices/*/host*/target*/*/block -mindepth 1 -maxdepth 1 2>/dev/null |
		wc -l
}

first_disk()
{
	find /sys/bus/vmbus/devices/*/host*/target*/*/block -mindepth 1 -maxdepth 1 \
		-printf '/dev/%f\n' 2>/dev/null | sort | sed -n 1p
}

stat_of()	# FILTER
{
	vswitchctl -j -s disk show p1 | jq ".[0].stats$1"
}

backstores()
{
	find "$TARGET/core" -mindepth 2 -maxdepth 2 -type d -path '*_2012/*' -printf '%f\n' | sort | xargs
}

# What it does not find it does not make: a file of that name would be in the next one's way.
writes()	# DEVICE
{
	local n

	for ((n = 0; n < 4000; n++)); do
		dd if="$LIB_TMP/ones" of="$1" bs=1M count=4 oflag=direct conv=nocreat \
			status=none 2>/dev/null || break
	done
}
