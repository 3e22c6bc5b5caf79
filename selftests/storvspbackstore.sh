#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What is behind a disk of a guest's own hv_storvsc, besides memory and block devices: a file of
# the machine that the guest itself is part of, when memory is short; a process; a disk that is
# passed through.
#
# requires: jq python3 mkfs.ext4 dmsetup sg_reset sg_raw fio
# uses: vmbus_host vmbus_local storvsp
# timeout: 1800
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lib/vmbus.sh"
. "$(dirname "$0")/lib/storvsp.sh"
. "$(dirname "$0")/lib/disks.sh"

TESTS="pressure careful user process passed_through recovered recovered_copied"

setup()
{
	need_driver
}

# On which the disk's file is.
file_system_below()	# DEVICE
{
	check mkfs.ext4 -q -E nodiscard "$1"
	check mkdir -p "$LIB_TMP/below"
	check mount "$1" "$LIB_TMP/below"
	defer umount "$LIB_TMP/below"
}

# A block device of memory that it has already, so that none is needed to write to it.
memory_device()	# MIB
{
	modprobe brd rd_nr=1 rd_size=$(($1 << 10)) || skip "this kernel has no brd"
	defer modprobe -r brd
	check dd if=/dev/zero of=/dev/ram0 bs=1M count="$1" oflag=direct status=none
}

# No more dirty pages than that: instead of the shares of memory, which end it.
limit_dirty()	# BYTES
{
	defer sysctl -q -w "vm.dirty_background_ratio=$(sysctl -n vm.dirty_background_ratio)"
	defer sysctl -q -w "vm.dirty_ratio=$(sysctl -n vm.dirty_ratio)"
	check sysctl -q -w "vm.dirty_background_bytes=$(($1 / 4))"
	check sysctl -q -w "vm.dirty_bytes=$1"
}

# Sets $took, milliseconds for 300 MiB.
through()	# DEVICE
{
	check mkfs.ext4 -q -E nodiscard "$1"
	check mkdir -p "$LIB_TMP/mnt"
	check mount "$1" "$LIB_TMP/mnt"
	took=$(milliseconds)
	timeout 600 dd if=/dev/urandom bs=1M count=300 iflag=fullblock status=none |
		tee "$LIB_TMP/mnt/data" | sha256sum >"$LIB_TMP/sum" || fail "dd"
	check timeout 600 sync -f "$LIB_TMP/mnt"
	took=$(($(milliseconds) - took))
	echo 3 >/proc/sys/vm/drop_caches
	check cmp <(sha256sum <"$LIB_TMP/mnt/data") "$LIB_TMP/sum"
	check umount "$LIB_TMP/mnt"
}

# Memory is short, and what would free some is to be written to such a disk; and what is dirty
# is over the limit, so that whoever makes more of it waits until some is written, which is
# up to the disk's file. That is on a file system which has yet to find blocks for it.
test_pressure()
{
	local by_loop dev took

	load_storage
	memory_device 720
	file_system_below /dev/ram0
	check truncate -s 400M "$LIB_TMP/below/filea.img"
	backstore file filea "fd_dev_name=$LIB_TMP/below/filea.img,fd_dev_size=$((400 << 20))"
	limit_dirty $((16 << 20))
	partition p1
	controller p1 0
	lun p1 0 0 file filea
	guest_driver
	enable p1 0
	dev=$(disk filea)
	defer not_mounted "$LIB_TMP/mnt"
	bg python3 -c '
import ctypes, mmap, time
lines = dict(line.split(":") for line in open("/proc/meminfo"))
n = (int(lines["MemAvailable"].split()[0]) >> 10) - 160
m = mmap.mmap(-1, n << 20)
for i in range(0, n << 20, 4096):
    m[i] = 1
ctypes.CDLL(None).mlockall(3)
print("full", flush=True)
time.sleep(3000)'
	check busywait 120000 grep -q full "$BG_LOG"
	through "$dev"
	dev=$took
	# What it is to be compared with has the same file, without a block again.
	enable_not p1 0
	check truncate -s 0 "$LIB_TMP/below/filea.img"
	check truncate -s 400M "$LIB_TMP/below/filea.img"
	modprobe loop 2>/dev/null || :
	by_loop=$(losetup -f --show "$LIB_TMP/below/filea.img") || fail "no loop device"
	defer losetup -d "$by_loop"
	through "$by_loop"
	kill -9 "$BG_PID"
	diag "300 MiB in $dev ms, by loop in $took ms"
	check_le "$dev" $((took * 3 + 10000)) "milliseconds for 300 MiB"
}

# PF_LOCAL_THROTTLE and PF_MEMALLOC_NOIO
careful_workers()
{
	local file text state rest flags

	for file in /proc/[0-9]*/stat; do
		read -r text <"$file" || continue
		read -r state _ _ _ _ _ flags rest <<<"${text##*) }"
		case $state$text in
		D*"(kworker/"*)	[ $((flags & 0x180000)) != $((0x180000)) ] || echo "$text" ;;
		esac
	done
} 2>/dev/null

are_careful()
{
	[ -n "$(careful_workers)" ]
}

# Who waits for the file system below a guest in this kernel is not to be waited for by it.
test_careful()
{
	local dev rw

	load_storage
	loop_device a 32
	dm stops "0 65536 linear $LOOP 0"
	file_system_below /dev/mapper/stops
	check dd if=/dev/zero of="$LIB_TMP/below/filea.img" bs=1M count=16 conv=fsync status=none
	backstore file filea "fd_dev_name=$LIB_TMP/below/filea.img,fd_dev_size=$((16 << 20))"
	partition p1
	controller p1 0
	lun p1 0 0 file filea
	guest_driver
	enable p1 0
	dev=$(disk filea)
	for rw in "if=/dev/zero of=$dev oflag=direct" "if=$dev of=/dev/null iflag=direct"; do
		check write 3 /proc/sys/vm/drop_caches
		check dmsetup suspend --noflush --nolockfs stops
		# shellcheck disable=SC2086 # words
		bg dd $rw bs=64k count=1 status=none
		check busywait 10000 are_careful
		check dmsetup resume --noudevrules --noudevsync stops
		check wait "$BG_PID"
		check_eq "$(careful_workers)" "" "workers that are still careful"
	done
}

not_mounted()	# DIRECTORY
{
	! mountpoint -q "$1" || umount "$1"
}

enable_not()	# PARTITION CONTROLLER
{
	check write 0 "$(tpg "$1" "$2")/enable"
}

user_backstore()	# NAME CONTROL SECONDS
{
	local dir=$TARGET/core/user_0/$1

	check mkdir -p "$dir"
	defer remove_backstore "$dir"
	check write "$2" "$dir/control"
	check write "$3" "$dir/attrib/cmd_time_out"
	check write 1 "$dir/enable"
}

generic_of()	# LUN
{
	find /sys/bus/vmbus/devices/*/host*/target*/*:"$1"/scsi_generic -mindepth 1 -maxdepth 1 \
		-printf '/dev/%f\n' 2>/dev/null | grep .
}

not_ready()	# DEVICE
{
	local status=0

	timeout 100 sg_raw -t 90 "$1" 00 00 00 00 00 00 >"$LIB_TMP/raw" 2>&1 || status=$?
	[ $status != 0 ] && [ $status != 124 ] || fail "TEST UNIT READY: $(cat "$LIB_TMP/raw")"
}

# A process is behind the disk, and is not there: what the guest wants ends when the time that
# it has is over, and so what waits for that.
test_user()
{
	local i sg

	load_storage
	modprobe target_core_user || skip "this kernel has no target_core_user"
	partition p1
	user_backstore nobody dev_config=nothing/at_all,dev_size=$((16 << 20)),hw_block_size=512 2
	ram_backstore rama 16
	controller p1 0
	check mkdir "$(tpg p1 0)/lun/lun_3"
	check ln -s "$TARGET/core/user_0/nobody" "$(tpg p1 0)/lun/lun_3/link"
	lun p1 0 0 ram rama
	guest_driver
	enable p1 0
	round_trip_small "$(disk rama)"
	# hv_storvsc takes an INQUIRY that failed for good.
	check busywait 60000 generic_of 3
	sg=$(generic_of 3)
	not_ready "$sg"
	for i in 1 2 3; do
		bg timeout 100 sg_raw -t 90 "$sg" 00 00 00 00 00 00
	done
	check timeout 100 sg_reset --device "$sg"
	not_ready "$sg"
	round_trip_small "$(disk rama)"
	for i in 1 2 3; do
		bg timeout 100 sg_raw -t 90 "$sg" 00 00 00 00 00 00
	done
	check timeout 100 rm "$(tpg p1 0)/lun/lun_3/link"
	check rmdir "$(tpg p1 0)/lun/lun_3"
	round_trip_small "$(disk rama)"
	check_eq "$(field p1 '.errors // [] | length')" 0 "errors of p1"
}

runner_has()	# WHAT
{
	grep -q "$1" /var/log/tcmu-runner.log
}

start_runner()
{
	: >/var/log/tcmu-runner.log
	tcmu-runner -d >"$LIB_TMP/runner.log" 2>&1 </dev/null &
	RUNNER=$!
	check busywait 20000 runner_has 'org.kernel.TCMUService1 acquired'
}

end_runner()
{
	lib_kill "$RUNNER"
}

# One that serves raw files, too. Target core waits for it when a backstore goes.
tcmu_runner()
{
	command -v tcmu-runner >/dev/null || skip "there is no tcmu-runner"
	modprobe target_core_user || skip "this kernel has no target_core_user"
	check mkdir -p /run/dbus
	bg dbus-daemon --system --nofork --nopidfile
	check busywait 10000 test -e /run/dbus/system_bus_socket
	defer end_runner
	start_runner
}

# Others that use what is behind the disk see what was written; a process that stands still, or
# dies, is a disk that does, and no more.
test_process()
{
	local dev neighbour

	load_storage
	tcmu_runner
	check truncate -s 32M "$LIB_TMP/x.raw"
	partition p1
	user_backstore served "dev_config=qcow/$LIB_TMP/x.raw,dev_size=$((32 << 20)),hw_block_size=512" 10
	ram_backstore rama 16
	controller p1 0
	lun p1 0 0 ram rama
	check mkdir "$(tpg p1 0)/lun/lun_3"
	check ln -s "$TARGET/core/user_0/served" "$(tpg p1 0)/lun/lun_3/link"
	guest_driver
	enable p1 0
	check busywait 30000 disks_are 2
	neighbour=$(disk rama)
	dev=/dev/$(basename "$(echo /sys/bus/vmbus/devices/*/host*/target*/*:3/block/sd*)")
	round_trip "$dev"
	check cmp -n $((16 << 20)) "$LIB_TMP/data" "$LIB_TMP/x.raw"
	check fio --name=x --filename="$dev" --direct=1 --rw=randwrite --bsrange=512-256k \
		--blockalign=512 --bs_unaligned=0 --ioengine=libaio --iodepth=16 --size=32m \
		--io_size=8m --verify=crc32c --verify_fatal=1 --output="$LIB_TMP/fio"
	check cp "$LIB_TMP/data" "$LIB_TMP/whole"
	check kill -STOP "$RUNNER"
	bg dd if="$LIB_TMP/whole" of="$dev" bs=64k oflag=direct status=none
	sleep 1
	round_trip_small "$neighbour"
	check kill -CONT "$RUNNER"
	check wait "$BG_PID"
	check cmp -n $((16 << 20)) "$LIB_TMP/whole" "$LIB_TMP/x.raw"
	check kill -KILL "$RUNNER"
	check_fail timeout 200 dd if=/dev/zero of="$dev" bs=4k count=1 oflag=direct status=none
	round_trip_small "$neighbour"
	start_runner
	round_trip_small "$dev"
	check_eq "$(field p1 '.errors // [] | length')" 0 "errors of p1"
}

# The guest's only disk is one of scsi_debug.
pass_through()
{
	local at dev dir=$TARGET/core/pscsi_0/passed

	modprobe target_core_pscsi || skip "this kernel has no pscsi"
	modprobe scsi_debug dev_size_mb=16 2>/dev/null || skip "this kernel has no scsi_debug"
	defer modprobe -r scsi_debug
	check busywait 10000 debug_disk
	dev=$(debug_disk)
	at=$(basename "$(readlink -f "/sys/block/${dev##*/}/device")")
	check mkdir -p "$dir"
	defer remove_backstore "$dir"
	check write "$(sed -E 's/(.*):(.*):(.*):(.*)/scsi_host_id=\1,scsi_channel_id=\2,scsi_target_id=\3,scsi_lun_id=\4/' \
		<<<"$at")" "$dir/control"
	check write "$dev" "$dir/udev_path"
	check write 1 "$dir/enable"
	partition p1
	controller p1 0
	check mkdir "$(tpg p1 0)/lun/lun_0"
	check ln -s "$dir" "$(tpg p1 0)/lun/lun_0/link"
	guest_driver
	enable p1 0
	check busywait 20000 disks_are 1
}

debug()	# PARAMETER VALUE
{
	check write "$2" "/sys/bus/pseudo/drivers/scsi_debug/$1"
}

# The commands of a disk that is passed through, and what it has to say of them.
test_passed_through()
{
	local dev

	load_storage
	pass_through
	dev=/dev/$(disks | sed 's/.* //')
	round_trip "$dev"
	check cmp -n $((16 << 20)) "$LIB_TMP/data" "$(debug_disk)"
	check unaligned "$dev"
	# From sector 0x1234 on it has bad ones.
	debug opts 2
	sg_raw -r 512 "$dev" 28 00 00 00 12 34 00 00 01 00 >"$LIB_TMP/raw" 2>&1 || :
	check grep -qi 'medium error' "$LIB_TMP/raw"
	check grep -qi 'unrecovered read error' "$LIB_TMP/raw"
	check sg_raw -r 512 "$dev" 28 00 00 00 12 00 00 00 01 00
	debug opts 0
	round_trip "$dev"
	check_eq "$(field p1 '.errors // [] | length')" 0 "errors of p1"
}

# A disk that does all, and says each time that it was difficult: that is no error, and its
# data are there, wherever the guest wants them.
recovers()	# [PARAMETER]
{
	local dev

	load_storage "$@"
	pass_through
	dev=/dev/$(disks | sed 's/.* //')
	round_trip "$dev"
	debug every_nth 1
	debug opts 8
	check timeout 60 dd if="$dev" of="$LIB_TMP/back" bs=64k iflag=direct status=none
	check cmp "$LIB_TMP/data" "$LIB_TMP/back"
	head -c 1M "$LIB_TMP/data" | tr a b >"$LIB_TMP/other"
	check timeout 60 dd if="$LIB_TMP/other" of="$dev" bs=64k oflag=direct status=none
	debug opts 0
	debug every_nth 0
	check dd if="$dev" of="$LIB_TMP/back" bs=1M count=1 iflag=direct status=none
	check cmp "$LIB_TMP/other" "$LIB_TMP/back"
	check_eq "$(field p1 '.errors // [] | length')" 0 "errors of p1"
}

test_recovered()
{
	recovers
}

test_recovered_copied()
{
	recovers copy=1
}

run_tests "$@"
