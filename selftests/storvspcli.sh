#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# vswitchctl disk: what each of its words does. How it shares configfs with others is
# storvspconfigfs.sh.
#
# requires: jq python3 sg_inq sg_persist dmsetup fio
# uses: vmbus_host vmbus_local storvsp
# timeout: 1800
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lib/vmbus.sh"
. "$(dirname "$0")/lib/storvsp.sh"
. "$(dirname "$0")/lib/disks.sh"
. "$(dirname "$0")/lib/diskcli.sh"

TESTS="add_del types set resize resize_device discard limits minimum sample refused
	namespaces readonly_device limits_stay"

setup()
{
	disk_setup
}

test_add_del()
{
	guest_driver
	check vswitchctl disk add p1 file "$LIB_TMP/a.img"
	check busywait 20000 sd_there 1
	check vswitchctl disk add p1 file "$LIB_TMP/b.img"
	check busywait 20000 sd_there 2
	check_eq "$(shown 'map(.lun) | join(" ")')" "0 1" "LUNs"
	check_eq "$(shown '.[0].path')" "$LIB_TMP/a.img" "path"
	check_eq "$(shown '.[0].size')" $((32 << 20)) "size"
	check_eq "$(shown '.[0].offered')" true "offered"
	sg_inq "$(first_disk)" >"$LIB_TMP/inq"
	check grep -q 'Vendor identification: Msft' "$LIB_TMP/inq"
	check dd if=/dev/zero of="$(first_disk)" bs=64k count=16 oflag=direct status=none
	check_eq "$(vswitchctl -j -s disk show p1 | jq '.[0].stats.write_bytes')" \
		$((1 << 20)) "bytes written"
	check vswitchctl disk del p1 lun 0
	check busywait 20000 sd_there 1
	check_eq "$(shown 'map(.lun) | join(" ")')" "1" "LUNs"
	check vswitchctl disk del p1 lun 1
	check busywait 20000 sd_there 0
	check_empty
}

test_types()
{
	loop_device l 16
	guest_driver
	check vswitchctl disk add p1 block "$LOOP" controller 2 lun 5
	check busywait 20000 sd_there 1
	check_eq "$(shown '.[0] | "\(.type) \(.controller) \(.lun) \(.path)"')" \
		"block 2 5 $LOOP" "the disk"
	check vswitchctl disk del p1 controller 2 lun 5
	check busywait 20000 sd_there 0
	modprobe scsi_debug dev_size_mb=8 || skip "no scsi_debug"
	defer modprobe -r scsi_debug
	check modprobe target_core_pscsi
	dev=/dev/$(find /sys/bus/pseudo/drivers/scsi_debug/adapter*/host*/target*/*/block/ \
		-mindepth 1 -maxdepth 1 -printf '%f')
	check vswitchctl disk add p1 scsi "$dev"
	check busywait 20000 sd_there 1
	check grep -q scsi_debug "/sys/block/$(basename "$(first_disk)")/device/model"
	check vswitchctl disk del p1 lun 0
	check busywait 20000 sd_there 0
	check_empty
}

writable()
{
	[ "$(cat "/sys/block/$(basename "$(first_disk)")/ro")" = 0 ]
}

test_set()
{
	guest_driver
	check vswitchctl disk add p1 file "$LIB_TMP/a.img" readonly on
	check busywait 20000 sd_there 1
	check_eq "$(shown '.[0].readonly')" true "readonly"
	check_eq "$(cat "/sys/block/$(basename "$(first_disk)")/ro")" 1 "ro"
	check_fail dd if=/dev/zero of="$(first_disk)" bs=4k count=1 oflag=direct status=none
	check vswitchctl disk set p1 lun 0 readonly off
	check_eq "$(shown '.[0].readonly')" false "readonly"
	check busywait 20000 writable
	check dd if=/dev/zero of="$(first_disk)" bs=4k count=1 oflag=direct status=none
	check vswitchctl disk set p1 lun 0 max-iops 500 min-iops 50
	check_eq "$(shown '.[0] | "\(.max_iops) \(.min_iops)"')" "500 50" "limits"
	check vswitchctl disk set p1 lun 0 min-iops 0
	check_eq "$(shown '.[0] | "\(.max_iops) \(.min_iops)"')" "500 0" "limits"
}

test_resize()
{
	guest_driver
	check vswitchctl disk add p1 file "$LIB_TMP/a.img"
	check busywait 20000 sd_there 1
	check vswitchctl disk resize p1 lun 0 size 48M
	check_eq "$(shown '.[0].size')" $((48 << 20)) "size"
	check busywait 20000 size_is "$(first_disk)" $((48 << 20))
	check_fail_with 'blocks of 512' vswitchctl disk resize p1 lun 0 size 1000
	check_fail_with 'not a number' vswitchctl disk resize p1 lun 0 size 48x
}

# A device that has grown: the guest is told when its administrator says so.
test_resize_device()
{
	guest_driver
	loop_device grows 16
	check vswitchctl disk add p1 block "$LOOP"
	check busywait 20000 sd_there 1
	check size_is "$(first_disk)" $((16 << 20))
	check truncate -s 24M "$LIB_TMP/grows.img"
	check losetup -c "$LOOP"
	check vswitchctl disk resize p1 lun 0
	check busywait 20000 size_is "$(first_disk)" $((24 << 20))
	check_eq "$(shown '.[0].size')" $((24 << 20)) "size"
	check dd if=/dev/urandom of="$LIB_TMP/end" bs=1M count=1 status=none
	check dd if="$LIB_TMP/end" of="$(first_disk)" bs=1M seek=23 oflag=direct status=none
	check cmp -n $((1 << 20)) -i $((23 << 20)):0 "$LOOP" "$LIB_TMP/end"
}

# What is not needed goes, what is to be zero is, and the rest stays.
test_discard()
{
	local before dev

	guest_driver
	check dd if=/dev/urandom of="$LIB_TMP/full.img" bs=1M count=16 conv=fsync status=none
	check cp "$LIB_TMP/full.img" "$LIB_TMP/was"
	check vswitchctl disk add p1 file "$LIB_TMP/full.img"
	check busywait 20000 sd_there 1
	dev=$(first_disk)
	before=$(stat -c %b "$LIB_TMP/full.img")
	check_ge "$(cat "/sys/block/${dev##*/}/queue/discard_max_bytes")" 1 "discard_max_bytes"
	check blkdiscard -o $((4 << 20)) -l $((4 << 20)) "$dev"
	check_le "$(stat -c %b "$LIB_TMP/full.img")" $((before - (3 << 11))) "blocks of the file"
	check blkdiscard -z -o $((10 << 20)) -l $((2 << 20)) "$dev"
	check dd if="$dev" of="$LIB_TMP/back" bs=1M iflag=direct status=none
	check cmp -n $((4 << 20)) "$LIB_TMP/back" "$LIB_TMP/was"
	check cmp -n $((4 << 20)) -i $((4 << 20)):0 "$LIB_TMP/back" /dev/zero
	check cmp -n $((2 << 20)) -i $((8 << 20)) "$LIB_TMP/back" "$LIB_TMP/was"
	check cmp -n $((2 << 20)) -i $((10 << 20)):0 "$LIB_TMP/back" /dev/zero
	check cmp -i $((12 << 20)) "$LIB_TMP/back" "$LIB_TMP/was"
}

# 200 a second for two seconds; a bucket that is full lets some more through.
test_limits()
{
	local begun i ms

	guest_driver
	check vswitchctl disk add p1 file "$LIB_TMP/a.img" max-iops 200
	check busywait 20000 sd_there 1
	begun=$(date +%s%3N)
	check dd if="$(first_disk)" of=/dev/null bs=8k count=400 iflag=direct status=none
	ms=$(($(date +%s%3N) - begun))
	check_ge $ms 1800 "milliseconds for 400 operations"
	begun=$(date +%s%3N)
	check dd if="$(first_disk)" of=/dev/null bs=64k count=50 iflag=direct status=none
	ms=$(($(date +%s%3N) - begun))
	check_ge $ms 1800 "milliseconds for 50 operations of eight times the size"
	# So does what writes the same block 4096 times, which are 256 operations.
	begun=$(date +%s%3N)
	for i in 0 1 2; do
		check sg_write_same --10 --lba=$((i * 4096)) --num=4096 --xferlen=512 \
			"$(first_disk)"
	done
	ms=$(($(date +%s%3N) - begun))
	check_ge $ms 2200 "milliseconds for three times 256 operations"
	check_ge "$(vswitchctl -j -s disk show p1 | jq '.[0].stats.writes')" 3 "writes"
	check vswitchctl disk set p1 lun 0 max-iops 0
	# What waits is answered when it is taken away.
	check vswitchctl disk set p1 lun 0 max-iops 1
	bg dd if="$(first_disk)" of=/dev/null bs=64k count=50 iflag=direct status=none
	check vswitchctl disk del p1 lun 0
	wait "$BG_PID" || :
	check busywait 20000 sd_there 0
	# And does not get at the disk that has its number then.
	check vswitchctl disk add p1 file "$LIB_TMP/a.img" max-iops 1
	check busywait 20000 sd_there 1
	bg dd if=/dev/urandom of="$(first_disk)" bs=64k count=50 oflag=direct status=none
	sleep 1
	check vswitchctl disk del p1 lun 0
	check vswitchctl disk add p1 file "$LIB_TMP/b.img" lun 0
	wait "$BG_PID" || :
	sleep 2
	check cmp -n $((32 << 20)) "$LIB_TMP/b.img" /dev/zero
}

# Who wants to know is told when a disk is too slow, and when it no longer is.
test_minimum()
{
	guest_driver
	loop_device a 16
	modprobe dm-delay || skip "this kernel has no dm-delay"
	dm slow "0 $((16 << 11)) delay $LOOP 0 200"
	defer del_disks
	check vswitchctl disk add p1 block /dev/mapper/slow min-iops 200
	check busywait 20000 sd_there 1
	bg vswitchctl -j monitor partition
	events=$BG_LOG
	check busywait 20000 watched
	# At most 40 in a second.
	bg fio --name=x --filename="$(first_disk)" --direct=1 --rw=randread --bs=4k \
		--ioengine=libaio --iodepth=8 --time_based --runtime=120
	check busywait 30000 told true
	check_eq "$(disk_events | jq -r '"\(.partition) \(.controller) \(.lun) \(.min_iops)"')" \
		"p1 0 0 200" "who is slow"
	check_le "$(disk_events | jq .iops)" 48 "operations in a second"
	check dmesg_has 'p1: controller 0 LUN 0: .* less than its minimum of 200'
	dm_load slow "0 $((16 << 11)) linear $LOOP 0"
	check busywait 30000 told false
	check_eq "$(disk_events | wc -l)" 2 "events"
	# Without demand nobody is slow.
	kill "$BG_PID"
	wait "$BG_PID" || :
	dm_load slow "0 $((16 << 11)) delay $LOOP 0 200"
	sleep 12
	check_eq "$(disk_events | wc -l)" 2 "events"
	# Nor when nobody cares.
	check vswitchctl disk set p1 lun 0 min-iops 0
	check dd if="$(first_disk)" of=/dev/null bs=4k count=35 iflag=direct status=none
	check_eq "$(disk_events | wc -l)" 2 "events"
}

watched()
{
	check vswitchctl partition add p2
	check vswitchctl partition del p2
	[ -s "$events" ]
}

disk_events()
{
	jq -c 'select(.event == "disk-min")' "$events"
}

told()	# LOW
{
	[ "$(disk_events | jq -s '.[-1].low')" = "$1" ]
}

dmesg_has()	# REGEX
{
	dmesg | grep -q "$1"
}

# What a disk does now is not what it has done in its life.
test_sample()
{
	guest_driver
	loop_device a 16
	modprobe dm-delay || skip "this kernel has no dm-delay"
	dm slow "0 $((16 << 11)) linear $LOOP 0"
	defer del_disks
	check vswitchctl disk add p1 block /dev/mapper/slow
	check busywait 20000 sd_there 1
	check dd if=/dev/zero of="$(first_disk)" bs=4k count=2000 oflag=direct status=none
	check_eq "$(stat_of '.sample | "\(.iops) \(.write_iops) \(.latency_nsecs)"')" '"0 0 null"' \
		"a disk that does nothing"
	dm_load slow "0 $((16 << 11)) delay $LOOP 0 100"
	# Two at a time that take at least 100 ms each, and some of the first second.
	bg fio --name=x --filename="$(first_disk)" --direct=1 --rw=randread --bs=8k \
		--ioengine=libaio --iodepth=2 --time_based --runtime=120
	check busywait 60000 has_read 2
	stat_of '' >"$LIB_TMP/stats"
	check_ge "$(jq .sample.latency_nsecs "$LIB_TMP/stats")" 100000000 "latency"
	check_le "$(jq .sample.read_iops "$LIB_TMP/stats")" 22 "reads in a second"
	check_ge "$(jq .sample.read_iops "$LIB_TMP/stats")" 1 "reads in a second"
	check_eq "$(jq .sample.write_iops "$LIB_TMP/stats")" 0 "writes in a second"
	check_ge "$(jq .sample.bytes_per_second "$LIB_TMP/stats")" 4096 "bytes in a second"
	check_ge "$(jq .sample.nsecs "$LIB_TMP/stats")" 1000000000 "the time"
	check_le "$(jq .latency_nsecs "$LIB_TMP/stats")" 99999999 "latency of its life"
	vswitchctl -s disk show p1 >"$LIB_TMP/text"
	check grep -qE '^ +now [0-9]+ IOPS \(read [0-9]+ written 0\) [0-9]+ bytes/s latency [0-9]{9,} ns$' \
		"$LIB_TMP/text"
	kill "$BG_PID"
}

has_read()	# N
{
	[ "$(stat_of .sample.read_iops)" -ge "$1" ]
}

test_refused()
{
	local long

	check_fail_with 'there is no partition of this name' vswitchctl disk add none file "$LIB_TMP/a.img"
	check_fail_with 'is no file' vswitchctl disk add p1 file /dev/null
	check_fail_with 'is no block device' vswitchctl disk add p1 block "$LIB_TMP/a.img"
	check_fail_with 'is no SCSI device' vswitchctl disk add p1 scsi /dev/null
	check_fail_with 'number from 0 to 63' vswitchctl disk add p1 file "$LIB_TMP/a.img" lun 64
	check_fail_with 'number from 0 to 3' vswitchctl disk add p1 file "$LIB_TMP/a.img" controller 4
	check_fail_with 'more than max-iops' vswitchctl disk add p1 file "$LIB_TMP/a.img" max-iops 1 min-iops 2
	check_fail_with 'has no LUN 3' vswitchctl disk del p1 lun 3
	check_fail_with 'lun is missing' vswitchctl disk del p1
	long=$LIB_TMP/$(printf 'x%.0s' {1..200})
	check mkdir "$long"
	long+=/$(printf 'y%.0s' {1..100})
	check truncate -s 1M "$long"
	check_fail_with 'more than 255 bytes' vswitchctl disk add p1 file "$long"
	check_empty
	check vswitchctl disk add p1 file "$LIB_TMP/a.img"
	check_fail_with 'has a LUN 0' vswitchctl disk add p1 file "$LIB_TMP/b.img" lun 0
}

# A partition's name is one of its network namespace, and no other guest gets its disk.
test_namespaces()
{
	local b

	guest_driver
	ns_add b
	b=$(ns b)
	check vswitchctl -n "$b" partition add p1
	defer vswitchctl -n "$b" partition del p1
	check vswitchctl disk add p1 file "$LIB_TMP/a.img"
	check busywait 20000 sd_there 1
	check_fail_with 'another network namespace' \
		vswitchctl -n "$b" disk add p1 file "$LIB_TMP/b.img"
	check_eq "$(shown 'map(.lun) | join(" ")')" 0 "LUNs"
	check_eq "$(backstores)" p1.0.0 "backstores"
	check_fail_with 'Invalid cross-device' nsenter --net="/run/netns/$b" \
		bash -c "echo 1 >$(tpg p1 0)/rescan"
	check write 1 "$(tpg p1 0)/rescan"
	check sd_there 1
	# Its own partition's, when that of the first one is gone.
	check nl del p1
	check busywait 20000 disabled p1 0
	check_fail write 1 "$(tpg p1 0)/rescan"
	check vswitchctl -n "$b" disk add p1 file "$LIB_TMP/b.img"
	check_eq "$(shown '.[1].offered')" true "offered"
	partition p1
	check_fail_with 'another network namespace' \
		vswitchctl disk add p1 file "$LIB_TMP/a.img"
	check_eq "$(shown 'map(.lun) | join(" ")')" "0 1" "LUNs"
	check vswitchctl disk del p1 lun 0
	check vswitchctl disk del p1 lun 1
	check_empty
}

# A device that is read-only is a disk that is, whatever anybody says.
test_readonly_device()
{
	loop_device a 16
	check blockdev --setro "$LOOP"
	# It would stay so for who has it next.
	defer blockdev --setrw "$LOOP"
	guest_driver
	check_fail_with "$LOOP is a read-only device: say readonly on" \
		vswitchctl disk add p1 block "$LOOP" readonly off
	check vswitchctl disk add p1 block "$LOOP"
	check busywait 20000 sd_there 1
	check_eq "$(shown '.[0].readonly')" true "readonly"
	check_fail dd if=/dev/urandom of="$(first_disk)" bs=4k count=1 oflag=direct status=none
	check_fail_with "$LOOP is a read-only device: readonly stays on" \
		vswitchctl disk set p1 lun 0 readonly off
	check write 0 "$(tpg p1 0)/acls/$(cat "$(tpg p1 0)/nexus")/lun_0/write_protect"
	check blockdev --setrw "$(first_disk)"
	check_fail dd if=/dev/urandom of="$(first_disk)" bs=4k count=1 oflag=direct status=none
	check cmp -n 4096 "$LOOP" /dev/zero
	check vswitchctl disk del p1 lun 0
}

# Limits that come when a disk goes are not the next one's.
test_limits_stay()
{
	local i

	ram_backstore rama 1
	controller p1 0
	for i in 1 2; do
		bg python3 -c '
import os, sys
fd = os.open(sys.argv[1], os.O_WRONLY)
while True:
    try:
        os.pwrite(fd, b"0 5 5", 0)
    except OSError:
        pass' "$(tpg p1 0)/qos"
	done
	lun p1 0 0 ram rama
	for ((i = 0; i < 60; i++)); do
		check rm "$(tpg p1 0)/lun/lun_0/link"
		check_eq "$(cat "$(tpg p1 0)/qos")" "" "limits of none, after $i times"
		check ln -s "$TARGET/core/rd_mcp_0/rama" "$(tpg p1 0)/lun/lun_0/link"
	done
}

run_tests "$@"
