#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The distribution's hv_storvsc, as it comes, uses disks of the SCSI target.
#
#	hv_storvsc.ko		/lib/modules
#	vmbus_local.ko		the guest half of VMBus
#	storvsp.ko		controllers of partition p1
#	target_core_*.ko	files, memory, block devices
#
# requires: jq python3 mkfs.ext4 dmsetup sg_reset sg_inq sg_raw sg_xcopy sg_rtpg fio
# uses: vmbus_host vmbus_local storvsp
# timeout: 3600
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lib/vmbus.sh"
. "$(dirname "$0")/lib/storvsp.sh"

TESTS="appears copied subchannels matrix unaligned discard hotplug absent_zero resize readonly
	reservations many controllers errors sense flakey slow_neighbour pressure careful user process patience reset pulled death orders
	integrity passed_through recovered recovered_copied copy_offload alua refused"

setup()
{
	[ -e /run/vswitch-vm/job ] || skip "only in the disposable VM"
	driver_file scsi/hv_storvsc >/dev/null || skip "this kernel has no hv_storvsc"
	! loaded hv_vmbus || skip "hv_vmbus is loaded"
}

# Written at one size, read at another.
round_trip()	# DEVICE
{
	check dd if=/dev/urandom of="$LIB_TMP/data" bs=1M count=16 status=none
	check dd if="$LIB_TMP/data" of="$1" bs=1M oflag=direct status=none
	check dd if="$1" of="$LIB_TMP/back" bs=68k count=240 iflag=direct status=none
	check cmp -n $((240 * 68 * 1024)) "$LIB_TMP/data" "$LIB_TMP/back"
}

file_system()	# DEVICE
{
	check mkfs.ext4 -q "$1"
	check mkdir -p "$LIB_TMP/mnt"
	check mount "$1" "$LIB_TMP/mnt"
	check cp "$LIB_TMP/data" "$LIB_TMP/mnt/"
	check umount "$LIB_TMP/mnt"
	check fsck.ext4 -fn "$1"
}

one_of_each()
{
	partition p1
	ram_backstore rama 64
	file_backstore filea 64
	controller p1 0
	lun p1 0 0 ram rama
	lun p1 0 5 file filea
	guest_driver
	enable p1 0
}

test_appears()
{
	local dev

	load_storage
	one_of_each
	dev=$(disk rama)
	check size_is "$dev" $((64 << 20))
	round_trip "$dev"
	dev=$(disk filea)
	round_trip "$dev"
	file_system "$dev"
	check_eq "$(field p1 '.errors // [] | length')" 0 "errors of p1"
}

# Nothing of the guest's is mapped: rings and data are copied.
test_copied()
{
	local dev

	load_storage copy=1
	one_of_each
	round_trip "$(disk rama)"
	dev=$(disk filea)
	round_trip "$dev"
	file_system "$dev"
	check_eq "$(field p1 '.errors // [] | length')" 0 "errors of p1"
}

# A channel for each processor: both are used, and go.
test_subchannels()
{
	load_storage
	partition p1
	ram_backstore rama 64
	controller p1 0
	lun p1 0 0 ram rama
	guest_driver storvsc_vcpus_per_sub_channel=1
	enable p1 0
	check disk rama
	check busywait 10000 open_channels_are p1 "$(nproc)"
	check fio --name=x --filename="$(disk rama)" --direct=1 --rw=randwrite --bs=4k \
		--ioengine=libaio --iodepth=16 --numjobs=2 --size=16m --offset_increment=16m \
		--verify=crc32c --verify_fatal=1 --cpus_allowed=0,1 --cpus_allowed_policy=split
	check_ge "$(nl channels p1 | jq '[.[] | select(.service == "scsi") |
		select(.stats.rx_packets > 100)] | length')" 2 "channels that were used"
	check unload_driver
	check busywait 10000 open_channels_are p1 0
	guest_driver storvsc_vcpus_per_sub_channel=1
	round_trip "$(disk rama)"
}

# What was written is read, for each size and each depth.
test_matrix()
{
	local bs depth dev rw

	load_storage
	one_of_each
	for dev in "$(disk rama)" "$(disk filea)"; do
		for bs in 512 4k 12k 64k 256k 1m 4m; do
			for depth in 1 16 64; do
				rw=randwrite
				[ $depth != 16 ] || rw="write"
				check fio --name="$bs-$depth" --filename="$dev" --direct=1 \
					--rw=$rw --bs=$bs --ioengine=libaio --iodepth=$depth \
					--size=48m --io_size="$(matrix_bytes $bs)" \
					--verify=crc32c --verify_fatal=1 --randrepeat=0 \
					--output="$LIB_TMP/fio"
			done
		done
	done
	# Pieces that begin, and end, anywhere in a page.
	check fio --name=mixed --filename="$(disk rama)" --direct=1 --rw=randwrite \
		--bsrange=512-256k --bs_unaligned=0 --blockalign=512 --iomem_align=512 \
		--ioengine=libaio --iodepth=32 --size=48m --io_size=8m --verify=crc32c \
		--verify_fatal=1 --output="$LIB_TMP/fio"
	check_eq "$(field p1 '.errors // [] | length')" 0 "errors of p1"
}

# From and to where no block begins, as Linux lets a program do it with O_DIRECT: whatever
# is behind a disk, what was written is read, and in its place.
test_unaligned()
{
	local name names="rama filea loopa"

	load_storage
	partition p1
	ram_backstore rama 16
	file_backstore filea 16
	loop_device a 16
	block_backstore loopa "$LOOP"
	# A disk whose driver cares where data lie.
	if modprobe scsi_debug dev_size_mb=16 2>/dev/null; then
		defer modprobe -r scsi_debug
		check busywait 10000 debug_disk
		block_backstore debuga "$(debug_disk)"
		names+=" debuga"
	fi
	controller p1 0
	lun p1 0 0 ram rama
	lun p1 0 1 file filea
	lun p1 0 2 block loopa
	[ "$names" = "${names%debuga}" ] || lun p1 0 3 block debuga
	guest_driver
	enable p1 0
	for name in $names; do
		check unaligned "$(disk "$name")"
	done
	check_eq "$(field p1 '.errors // [] | length')" 0 "errors of p1"
}

debug_disk()
{
	find /sys/bus/pseudo/drivers/scsi_debug/adapter*/host*/target*/*/block/ \
		-mindepth 1 -maxdepth 1 -printf '/dev/%f' | grep .
}

unaligned()	# DEVICE
{
	python3 -c '
import mmap, os, random, sys

fd = os.open(sys.argv[1], os.O_RDWR | os.O_DIRECT)
space = memoryview(mmap.mmap(-1, 3 << 20))
r = random.Random(1)
sizes = [512, 1024, 4096, 12 << 10, 64 << 10, 252 << 10, 1 << 20]
disk = bytearray(8 << 20)
for pos in range(0, len(disk), 1 << 20):
    os.pwritev(fd, [space[:1 << 20]], pos)
for n in range(150):
    size = r.choice(sizes)
    pos = r.randrange((len(disk) - size) // 512 + 1) * 512
    at = r.randrange(1024) * 4
    disk[pos:pos + size] = r.randbytes(size)
    space[at:at + size] = disk[pos:pos + size]
    assert os.pwritev(fd, [space[at:at + size]], pos) == size
    # A little more on either side, so that what went elsewhere is seen.
    first = max(0, pos - 8192)
    size = min(len(disk), pos + size + 8192) - first
    at = (1 << 20) + r.randrange(1024) * 4
    assert os.preadv(fd, [space[at:at + size]], first) == size
    assert space[at:at + size] == disk[first:first + size], (n, pos, size)
at = 4
for pos in range(0, len(disk), 1 << 20):
    os.preadv(fd, [space[at:at + (1 << 20)]], pos)
    assert space[at:at + (1 << 20)] == disk[pos:pos + (1 << 20)], pos
' "$1"
}

# Enough to be of use, and not to take long.
matrix_bytes()	# BLOCK_SIZE
{
	case $1 in
	512)	echo 256k ;;
	4k)	echo 1m ;;
	12k)	echo 2m ;;
	64k)	echo 8m ;;
	*)	echo 32m ;;
	esac
}

# What is discarded, or zeroed, is zero, or what it was if the backstore cannot.
test_discard()
{
	local dev

	load_storage
	partition p1
	loop_device a 64
	block_backstore discards "$LOOP"
	check write 1 "$TARGET/core/iblock_0/discards/attrib/emulate_tpu"
	check write 1 "$TARGET/core/iblock_0/discards/attrib/emulate_tpws"
	controller p1 0
	lun p1 0 0 block discards
	guest_driver
	enable p1 0
	dev=$(disk discards)
	round_trip "$dev"
	check_ge "$(cat "/sys/block/${dev##*/}/queue/discard_max_bytes")" 1 "discard"
	check blkdiscard -o $((4 << 20)) -l $((2 << 20)) "$dev"
	check_zero "$dev" 4 2
	check dd if="$dev" of="$LIB_TMP/back" bs=1M count=4 iflag=direct status=none
	check cmp -n $((4 << 20)) "$LIB_TMP/data" "$LIB_TMP/back"
	check sg_write_same --10 --lba=$((8 << 11)) --num=1024 --xferlen=512 "$dev"
	check dd if="$dev" of="$LIB_TMP/back" bs=512k count=1 skip=16 iflag=direct status=none
	check cmp -n $((512 << 10)) /dev/zero "$LIB_TMP/back"
	check sg_unmap --lba=$((10 << 11)) --num=2048 "$dev"
	check_zero "$dev" 10 1
	check blkdiscard -z -o $((12 << 20)) -l $((1 << 20)) "$dev"
	check_zero "$dev" 12 1
	check dd if="$dev" of="$LIB_TMP/back" bs=1M skip=13 count=3 iflag=direct status=none
	check cmp -n $((3 << 20)) -i $((13 << 20)):0 "$LIB_TMP/data" "$LIB_TMP/back"
}

check_zero()	# DEVICE MIB COUNT
{
	check dd if="$1" of="$LIB_TMP/back" bs=1M skip="$2" count="$3" iflag=direct status=none
	check cmp -n $(($3 << 20)) /dev/zero "$LIB_TMP/back"
}

open_channels_are()	# PARTITION N
{
	[ "$(nl channels "$1" | jq '[.[] | select(.service == "scsi") | select(.state == 1)] | length')" = "$2" ]
}

test_hotplug()
{
	load_storage
	one_of_each
	check disk rama
	ram_backstore ramb 16
	lun p1 0 63 ram ramb
	check disk ramb
	remove_lun p1 0 5
	check busywait 20000 gone_disk filea
	# In use all the time.
	round_trip "$(disk rama)"
	lun p1 0 7 file filea
	check disk filea
	remove_lun p1 0 63
	check busywait 20000 gone_disk ramb
}

# Without a disk at LUN 0 a guest finds the others.
test_absent_zero()
{
	load_storage
	partition p1
	ram_backstore rama 16
	controller p1 0
	lun p1 0 3 ram rama
	guest_driver
	enable p1 0
	round_trip "$(disk rama)"
	check_eq "$(disks | wc -l)" 1 "disks"
}

test_resize()
{
	local dev

	load_storage
	one_of_each
	dev=$(disk filea)
	check truncate -s 96M "$LIB_TMP/filea.img"
	check write "fd_dev_size=$((96 << 20))" "$TARGET/core/fileio_0/filea/control"
	check write 5 "$(tpg p1 0)/resized"
	check busywait 20000 size_is "$dev" $((96 << 20))
	check_fail write 6 "$(tpg p1 0)/resized"
	check_fail write 64 "$(tpg p1 0)/resized"
}

# What an ACL says of the guest holds, and it learns of it.
test_readonly()
{
	local acl dev

	load_storage
	partition p1
	ram_backstore rama 16
	controller p1 0
	lun p1 0 0 ram rama
	acl=$(tpg p1 0)/acls/$(cat "$(tpg p1 0)/nexus")
	check mkdir "$acl"
	defer rmdir "$acl"
	check mkdir "$acl/lun_0"
	defer rmdir "$acl/lun_0"
	check ln -s "$(tpg p1 0)/lun/lun_0" "$acl/lun_0/link"
	defer rm -f "$acl/lun_0/link"
	check write 1 "$acl/lun_0/write_protect"
	guest_driver
	enable p1 0
	dev=$(disk rama)
	check_eq "$(cat "/sys/block/${dev##*/}/ro")" 1 "read-only"
	check_fail dd if=/dev/zero of="$dev" bs=4k count=1 oflag=direct status=none
	check dd if="$dev" of=/dev/null bs=4k count=1 iflag=direct status=none
	# By hand, a WRITE that says it reads; a WRITE SAME without data that unmaps.
	# Opened for reading: sd refuses another open by itself.
	check_fail sg_raw -R -r 512 "$dev" 2a 00 00 00 00 00 00 00 01 00
	is_protected 93 08 00 00 00 00 00 00 00 00 00 00 00 08 00 00
	# What a device that is passed through may know: SANITIZE, RESET WRITE POINTER.
	is_protected 48 03 00 00 00 00 00 00 00 00
	is_protected 94 04 00 00 00 00 00 00 00 00 00 00 00 00 00 00
	check sg_raw -R "$dev" 00 00 00 00 00 00
	check sg_raw -R -r 32 "$dev" 9e 10 00 00 00 00 00 00 00 00 00 00 00 20 00 00
	echo 0 >"$(tpg p1 0)/enable"
}

is_protected()	# CDB
{
	sg_raw -R "$dev" "$@" >"$LIB_TMP/raw" 2>&1 || :
	check grep -qi 'write protected' "$LIB_TMP/raw"
}

# A second guest meets the first one's reservation.
test_reservations()
{
	local a b

	load_storage
	partition p1
	partition p2
	file_backstore shared 16
	controller p1 0
	controller p2 0
	lun p1 0 0 file shared
	lun p2 0 0 file shared
	guest_driver
	enable p1 0
	enable p2 0
	check busywait 20000 disks_are 2
	a=/dev/$(disks | sed -n '1s/.* //p')
	b=/dev/$(disks | sed -n '2s/.* //p')
	check sg_persist -n --out --register --param-sark=abc1 "$a"
	check sg_persist -n --out --reserve --param-rk=abc1 --prout-type=5 "$a"
	check sg_persist -n --in -r "$b"
	check dd if=/dev/zero of="$a" bs=4k count=1 oflag=direct status=none
	check_fail dd if=/dev/zero of="$b" bs=4k count=1 oflag=direct status=none
	check sg_persist -n --out --register --param-sark=abc2 "$b"
	check dd if=/dev/zero of="$b" bs=4k count=1 oflag=direct status=none
	check sg_persist -n --out --preempt-abort --param-rk=abc2 --param-sark=abc1 \
		--prout-type=5 "$b"
	check_fail dd if=/dev/zero of="$a" bs=4k count=1 oflag=direct status=none
	check sg_persist -n --out --clear --param-rk=abc2 "$b"
}

disks_are()
{
	[ "$(disks | wc -l)" = "$1" ]
}

milliseconds()
{
	date +%s%3N
}

# Of all hosts, and cheap: who looks for each of 64 disks keeps them from coming.
sd_are()	# N
{
	local all=(/sys/block/sd*)

	[ -e "${all[0]}" ] || all=()
	[ ${#all[@]} = "$1" ]
}

# Milliseconds in which the kernel's own loopback fabric shows 64 disks, which is what the
# kernel itself takes to find them: sets $took.
by_loopback()
{
	local dir=$TARGET/loopback/naa.6001405000000001/tpgt_1 i

	modprobe tcm_loop || skip "no tcm_loop"
	check mkdir -p "$dir"
	check write naa.6001405000000002 "$dir/nexus"
	took=$(milliseconds)
	for ((i = 0; i < 64; i++)); do
		mkdir "$dir/lun/lun_$i" && ln -s "$TARGET/core/rd_mcp_0/r$i" "$dir/lun/lun_$i/link" ||
			fail "LUN $i of tcm_loop"
	done
	check busywait 300000 sd_are 64
	took=$(($(milliseconds) - took))
	for ((i = 0; i < 64; i++)); do
		rm "$dir/lun/lun_$i/link"
		rmdir "$dir/lun/lun_$i"
	done
	check write NULL "$dir/nexus"
	check rmdir "$dir" "${dir%/*}"
	check busywait 20000 sd_are 0
}

# As many as there can be on one controller, in seconds; or, where the kernel takes longer to
# find them, whoever has them, in not much more than that.
test_many()
{
	local i begun all limit=10000 took

	load_storage
	partition p1
	for ((i = 0; i < 64; i++)); do
		ram_backstore "r$i" 1
	done
	by_loopback
	controller p1 0
	for ((i = 0; i < 64; i++)); do
		lun p1 0 "$i" ram "r$i"
	done
	guest_driver
	begun=$(milliseconds)
	enable p1 0
	check busywait 300000 sd_are 64
	all=$(($(milliseconds) - begun))
	diag "64 disks after $all ms, by loopback after $took ms"
	[ $((took * 3)) -le $limit ] || limit=$((took * 3))
	check_le "$all" "$limit" "milliseconds for 64 disks"
	round_trip_small "$(disk r63)"
}

round_trip_small()
{
	check dd if=/dev/urandom of="$LIB_TMP/data" bs=64k count=8 status=none
	check dd if="$LIB_TMP/data" of="$1" bs=64k oflag=direct status=none
	check dd if="$1" of="$LIB_TMP/back" bs=4k count=128 iflag=direct status=none
	check cmp "$LIB_TMP/data" "$LIB_TMP/back"
}

test_controllers()
{
	local i

	load_storage
	partition p1
	for i in 0 1 2 3; do
		ram_backstore "r$i" 1
		controller p1 "$i"
		lun p1 "$i" 0 ram "r$i"
		enable p1 "$i"
	done
	guest_driver
	check busywait 30000 disks_are 4
	for i in 0 1 2 3; do
		round_trip_small "$(disk "r$i")"
	done
	check_fail mkdir "$TARGET/storvsp/p1/tpgt_4"
	check write 0 "$(tpg p1 2)/enable"
	check busywait 20000 disks_are 3
	check write 1 "$(tpg p1 2)/enable"
	check busywait 20000 disks_are 4
}

# A device whose second half, from sector $half on, only fails; of partition p1.
half_bad()
{
	load_storage
	loop_device a 64
	half=$((32 << 11))
	dm bad "0 $half linear $LOOP 0
$half $half error"
	partition p1
	block_backstore bad /dev/mapper/bad
}

# What fails below fails in the guest, and only that.
test_errors()
{
	local dev half

	half_bad
	controller p1 0
	lun p1 0 0 block bad
	guest_driver
	enable p1 0
	dev=$(disk bad)
	round_trip "$dev"
	check_fail dd if="$dev" of=/dev/null bs=4k skip=$((half / 8)) count=1 iflag=direct status=none
	check_fail dd if=/dev/zero of="$dev" bs=4k seek=$((half / 8)) count=1 oflag=direct status=none
	round_trip "$dev"
	# Beyond the end: ILLEGAL REQUEST, logical block address out of range.
	check_fail sg_dd if="$dev" of=/dev/null bs=512 skip=$((64 << 11)) count=1 blk_sgio=1
	sg_raw -r 512 "$dev" 28 00 00 10 00 00 00 00 01 00 >"$LIB_TMP/raw" 2>&1 || :
	check grep -qi 'illegal request' "$LIB_TMP/raw"
	check grep -qi 'out of range' "$LIB_TMP/raw"
	sg_raw "$dev" e0 00 00 00 00 00 >"$LIB_TMP/raw" 2>&1 || :
	check grep -qi 'invalid command operation code' "$LIB_TMP/raw"
	# Back, after it was away.
	dm_load bad "0 $((half * 2)) error"
	check_fail dd if="$dev" of=/dev/null bs=4k count=1 iflag=direct status=none
	dm_load bad "0 $((half * 2)) linear $LOOP 0"
	round_trip "$dev"
}

# What the backstore has against a command is told as loopback tells it.
test_sense()
{
	local cdb half n=0 way ways

	half_bad
	loopback block bad
	controller p1 0
	lun p1 0 0 block bad
	guest_driver
	enable p1 0
	check disk bad
	check dd if=/dev/urandom of="$LIB_TMP/blocks" bs=4k count=2 status=none
	# LBA 0x10000 is the first bad one; 0x20000 is none.
	while read -r cdb; do
		n=$((n + 1))
		ways="tcm_loop vmbus_local"
		# By way of tcm_loop newer target cores warn if that cannot read.
		[[ $cdb != *": 89 00 00 00 00 00 00 01 "* || $(uname -r) = 6.1.* ]] ||
			ways=vmbus_local
		for way in $ways; do
			# shellcheck disable=SC2086 # options, and bytes
			sg_raw ${cdb%%:*} "$(sg_of "$way")" ${cdb#*:} >"$LIB_TMP/$way" 2>&1 </dev/null || :
		done
		[ "$ways" = vmbus_local ] || check cmp "$LIB_TMP/tcm_loop" "$LIB_TMP/vmbus_local"
		check grep -q 'Sense key: ' "$LIB_TMP/vmbus_local"
		[ $n != 1 ] || diag "$(grep -A1 'Sense key: ' "$LIB_TMP/vmbus_local")"
	done <<-END
	-r 4096: 28 00 00 01 00 00 00 00 08 00
	-r 4096: 88 00 00 00 00 00 00 01 00 00 00 00 00 08 00 00
	-r 4096: 28 00 00 00 ff fc 00 00 08 00
	-r 4096: 28 00 00 02 00 00 00 00 08 00
	-s 4096 -i $LIB_TMP/blocks: 2a 00 00 01 00 00 00 00 08 00
	-s 4096 -i $LIB_TMP/blocks: 8a 00 00 00 00 00 00 01 00 00 00 00 00 08 00 00
	-s 4096 -i $LIB_TMP/blocks: 2a 08 00 01 00 00 00 00 08 00
	-s 4096 -i $LIB_TMP/blocks: 2a 00 00 02 00 00 00 00 08 00
	-s 512 -i $LIB_TMP/blocks: 41 00 00 01 00 00 00 00 08 00
	-s 1024 -i $LIB_TMP/blocks: 89 00 00 00 00 00 00 01 00 00 00 00 00 01 00 00
	-s 1024 -i $LIB_TMP/blocks: 89 00 00 00 00 00 00 00 00 00 00 00 00 01 00 00
	END
}

# It works for two seconds, and fails for two: what was written, and did not fail, is
# there, and in its place.
failures()	# N
{
	[ "$(grep -c '^failed' "$LIB_TMP/log")" -ge "$1" ]
}

# A device that answers with errors half of the time: what it took is on it.
test_flakey()
{
	local dev tool writer

	tool=$(dirname "$0")/storvsp/integrity.py
	load_storage
	loop_device a 64
	modprobe dm-flakey || skip "this kernel has no dm-flakey"
	dm sometimes "0 $((64 << 11)) linear $LOOP 0"
	partition p1
	block_backstore sometimes /dev/mapper/sometimes
	controller p1 0
	lun p1 0 0 block sometimes
	guest_driver
	enable p1 0
	dev=$(disk sometimes)
	bg "$tool" write sometimes "$LIB_TMP/log" "$LIB_TMP/stop"
	writer=$BG_PID
	check busywait 120000 test -s "$LIB_TMP/log"
	dm_load sometimes "0 $((64 << 11)) flakey $LOOP 0 2 2"
	check busywait 120000 failures 20
	goes_on
	goes_on
	check busywait 120000 failures $(($(grep -c '^failed' "$LIB_TMP/log") + 20))
	dm_load sometimes "0 $((64 << 11)) linear $LOOP 0"
	goes_on
	check touch "$LIB_TMP/stop"
	check wait "$writer"
	diag "$(grep -c '^done' "$LIB_TMP/log") writes acknowledged, $(grep -c '^failed' "$LIB_TMP/log") failed"
	check "$tool" verify "$dev" "$LIB_TMP/log"
	check "$tool" verify "$LOOP" "$LIB_TMP/log"
	round_trip "$dev"
	file_system "$dev"
}

# A disk that does not answer keeps nobody else waiting, nor does one that is slow.
test_slow_neighbour()
{
	local dev

	load_storage
	loop_device a 16
	dm slow "0 $((16 << 11)) linear $LOOP 0"
	partition p1
	block_backstore slow /dev/mapper/slow
	ram_backstore quick 16
	controller p1 0
	lun p1 0 0 block slow
	lun p1 0 1 ram quick
	guest_driver
	enable p1 0
	dev=$(disk slow)
	check disk quick
	check dmsetup suspend --noflush --nolockfs slow
	bg fio --name=x --filename="$dev" --direct=1 --rw=randwrite --bs=4k \
		--ioengine=libaio --iodepth=64 --size=4m
	defer dmsetup resume --noudevrules --noudevsync slow
	check busywait 60000 in_flight "$dev"
	round_trip_small "$(disk quick)"
	check in_flight "$dev"
	check dmsetup resume --noudevrules --noudevsync slow
	check wait "$BG_PID"
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
	check mkfs.ext4 -q -E nodiscard /dev/ram0
	check mkdir -p "$LIB_TMP/below"
	check mount /dev/ram0 "$LIB_TMP/below"
	defer umount "$LIB_TMP/below"
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
	check mkfs.ext4 -q /dev/mapper/stops
	check mkdir -p "$LIB_TMP/below"
	check mount /dev/mapper/stops "$LIB_TMP/below"
	defer umount "$LIB_TMP/below"
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

# A disk that takes longer than the guest has patience for: it waits, as hv_storvsc does for
# any host, and loses nothing.
test_patience()
{
	local dev

	load_storage
	modprobe dm-delay || skip "this kernel has no dm-delay"
	loop_device a 16
	dm late "0 $((16 << 11)) delay $LOOP 0 0 $LOOP 0 7000"
	partition p1
	block_backstore late /dev/mapper/late
	controller p1 0
	lun p1 0 0 block late
	guest_driver
	enable p1 0
	dev=$(disk late)
	check write 2 "/sys/block/${dev##*/}/device/timeout"
	check dd if=/dev/urandom of="$LIB_TMP/data" bs=64k count=4 status=none
	check dd if="$LIB_TMP/data" of="$dev" bs=64k oflag=direct status=none
	check cmp -n $((256 << 10)) "$LIB_TMP/data" "$LOOP"
	check_eq "$(cat "/sys/block/${dev##*/}/device/state")" running "state"
	check_eq "$(field p1 '.errors // [] | length')" 0 "errors of p1"
}

in_flight()	# DEVICE
{
	local r w

	read -r r w <"/sys/block/${1##*/}/inflight"
	[ $((r + w)) -gt 0 ]
}

# Over a suspended device it waits, and only for that. The guest itself holds all that is
# on a controller back while it resets one: the neighbour is on another one.
test_reset()
{
	local dev pid

	load_storage
	loop_device a 16
	dm slow "0 $((16 << 11)) linear $LOOP 0"
	partition p1
	block_backstore slow /dev/mapper/slow
	ram_backstore quick 16
	controller p1 0
	controller p1 1
	lun p1 0 0 block slow
	lun p1 1 0 ram quick
	guest_driver
	enable p1 0
	enable p1 1
	dev=$(disk slow)
	check disk quick
	check sg_reset --host "$dev"
	round_trip_small "$dev"
	check dmsetup suspend --noflush --nolockfs slow
	bg dd if=/dev/urandom of="$dev" bs=64k count=4 oflag=direct status=none
	pid=$BG_PID
	check busywait 60000 in_flight "$dev"
	bg sg_reset --host "$dev"
	# Before they are waited for.
	defer dmsetup resume --noudevrules --noudevsync slow
	round_trip_small "$(disk quick)"
	sleep 2
	check kill -0 "$BG_PID"
	check dmsetup resume --noudevrules --noudevsync slow
	check wait "$BG_PID"
	wait "$pid" || :
	round_trip_small "$dev"
	round_trip_small "$(disk quick)"
}

# A LUN goes while it is being written to; so does the controller.
test_pulled()
{
	local i dev

	load_storage
	one_of_each
	for i in 1 2 3; do
		dev=$(disk filea)
		bg fio --name=x --filename="$dev" --direct=1 --rw=randrw --bs=16k \
			--ioengine=libaio --iodepth=32 --size=32m --time_based --runtime=30
		check busywait 60000 in_flight "$dev"
		if [ "$i" = 3 ]; then
			check write 0 "$(tpg p1 0)/enable"
			check busywait 20000 disks_are 0
			check write 1 "$(tpg p1 0)/enable"
		else
			remove_lun p1 0 5
			check busywait 20000 gone_disk filea
			lun p1 0 5 file filea
		fi
		wait "$BG_PID" || :
		round_trip "$(disk rama)"
		round_trip "$(disk filea)"
	done
}

# The partition goes while its disks are busy.
test_death()
{
	local dev

	load_storage
	one_of_each
	dev=$(disk filea)
	bg fio --name=x --filename="$dev" --direct=1 --rw=randrw --bs=16k \
		--ioengine=libaio --iodepth=32 --size=32m --time_based --runtime=30
	check busywait 60000 in_flight "$dev"
	check nl del p1
	check busywait 30000 disks_are 0
	wait "$BG_PID" || :
	check busywait 10000 disabled p1 0
	partition p1
	check write 1 "$(tpg p1 0)/enable"
	round_trip "$(disk filea)"
}

acknowledged()	# N
{
	[ "$(grep -c '^done' "$LIB_TMP/log")" -ge "$1" ]
}

# It goes on from here.
goes_on()
{
	check busywait 120000 acknowledged $(($(grep -c '^done' "$LIB_TMP/log") + 100))
	check kill -0 "$writer"
}

vmbus_disk()
{
	find /sys/bus/vmbus/drivers/hv_storvsc/ -name '*-*-*' -printf '%f\n' | grep .
}

# Nothing that was acknowledged is lost, or elsewhere, whatever happens meanwhile.
test_integrity()
{
	local how tool writer

	tool=$(dirname "$0")/storvsp/integrity.py
	load_storage
	one_of_each
	check disk filea
	bg "$tool" write filea "$LIB_TMP/log" "$LIB_TMP/stop"
	writer=$BG_PID
	check busywait 120000 test -s "$LIB_TMP/log"
	goes_on
	for how in device bus host; do
		check sg_reset --$how "$(disk filea)"
		goes_on
	done
	check_fail_with 'in use' rmmod storvsp
	goes_on
	remove_lun p1 0 5
	check busywait 20000 gone_disk filea
	lun p1 0 5 file filea
	goes_on
	# Under load: the driver itself would wait for who has the disk open.
	check write "$(vmbus_disk)" /sys/bus/vmbus/drivers/hv_storvsc/unbind
	check busywait 20000 gone_disk filea
	check unload_driver
	guest_driver storvsc_vcpus_per_sub_channel=1
	goes_on
	check nl del p1
	check busywait 30000 disks_are 0
	check busywait 10000 disabled p1 0
	partition p1
	enable p1 0
	goes_on
	check touch "$LIB_TMP/stop"
	check wait "$writer"
	check_ge "$(grep -c '^failed' "$LIB_TMP/log")" 2 "writes that failed"
	check "$tool" verify "$(disk filea)" "$LIB_TMP/log"
	check "$tool" verify "$LIB_TMP/filea.img" "$LIB_TMP/log"
	diag "$(grep -c '^done' "$LIB_TMP/log") writes acknowledged"
	# It would be noticed.
	check dd if="$LIB_TMP/filea.img" of="$LIB_TMP/filea.img" bs=4k count=1 skip=100 seek=101 \
		conv=notrunc status=none
	check_fail_with ' 1 blocks wrong' "$tool" verify "$(disk filea)" "$LIB_TMP/log"
}

disabled()
{
	[ "$(cat "$(tpg "$1" "$2")/enable")" = 0 ]
}

test_orders()
{
	load_storage
	one_of_each
	check disk filea
	check_fail_with 'in use' rmmod storvsp
	check_fail_with 'in use' rmmod vmbus_host
	check unload_driver
	check busywait 10000 disks_are 0
	guest_driver
	check disk filea
	# The controller before the driver.
	remove_controller p1 0
	check busywait 10000 disks_are 0
	check unload_driver
	check rmmod vmbus_local
	check rmmdir_all
	check rmmod storvsp
	check insmod "$(module_file storvsp)"
	# Configured before anybody is there.
	controller p1 0
	lun p1 0 0 ram rama
	enable p1 0
	check insmod "$(module_file vmbus_local)"
	guest_driver
	check disk rama
	# The bus before the controller.
	check nl del p1
	check busywait 10000 disks_are 0
	remove_controller p1 0
}

rmmdir_all()
{
	rmdir "$TARGET/storvsp" 2>/dev/null || :
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

generic()	# NAME
{
	find "/sys/block/$(disk_of "$1")/device/scsi_generic" -mindepth 1 -maxdepth 1 \
		-printf '/dev/%f\n'
}

# From one disk to another, and none of it by way of the guest. Target core makes their
# names of the hexadecimal digits of the serial numbers.
test_copy_offload()
{
	load_storage
	partition p1
	ram_backstore c0de01 16
	file_backstore c0de02 16
	controller p1 0
	lun p1 0 0 ram c0de01
	lun p1 0 1 file c0de02
	guest_driver
	enable p1 0
	round_trip "$(disk c0de01)"
	check disk c0de02
	check sg_xcopy if="$(generic c0de01)" of="$(generic c0de02)" bs=512 count=1024 skip=256 \
		seek=512
	check cmp -n $((512 << 10)) -i $((128 << 10)):$((256 << 10)) "$LIB_TMP/data" \
		"$LIB_TMP/c0de02.img"
	check cmp -n $((256 << 10)) /dev/zero "$LIB_TMP/c0de02.img"
	check cmp -n $((1 << 20)) -i 0:$((768 << 10)) /dev/zero "$LIB_TMP/c0de02.img"
	check_eq "$(field p1 '.errors // [] | length')" 0 "errors of p1"
}

access_state_is()	# STATE
{
	sg_rtpg "$dev" | grep -q "asymmetric access state : 0x0*$1\b"
}

# The guest learns of a state that was set, and meets it.
test_alua()
{
	local dev group

	load_storage
	partition p1
	ram_backstore rama 16
	group=$TARGET/core/rd_mcp_0/rama/alua/default_tg_pt_gp
	controller p1 0
	lun p1 0 0 ram rama
	guest_driver
	enable p1 0
	dev=$(disk rama)
	check access_state_is 0
	check write 1 "$group/alua_access_state"
	check busywait 10000 access_state_is 1
	round_trip_small "$dev"
	check write 2 "$group/alua_access_state"
	check busywait 10000 access_state_is 2
	sg_raw -r 512 "$dev" 28 00 00 00 00 00 00 00 01 00 >"$LIB_TMP/raw" 2>&1 || :
	# UNIT ATTENTION, asymmetric access state changed, may be first.
	sg_raw -r 512 "$dev" 28 00 00 00 00 00 00 00 01 00 >"$LIB_TMP/raw" 2>&1 || :
	check grep -qi 'not ready' "$LIB_TMP/raw"
	check grep -qi 'standby state' "$LIB_TMP/raw"
	check write 0 "$group/alua_access_state"
	check busywait 10000 access_state_is 0
	round_trip_small "$dev"
}

test_refused()
{
	load_storage
	partition p1
	ram_backstore rama 1
	check_fail mkdir -p "$TARGET/storvsp/p1/tpg_0"
	check_fail mkdir -p "$TARGET/storvsp/$(printf 'x%.0s' {1..64})"
	controller none 0
	check_fail write 1 "$(tpg none 0)/enable"
	controller p1 0
	check_fail write "0 100 10" "$(tpg p1 0)/qos"
	lun p1 0 0 ram rama
	check_fail write "0 10 100" "$(tpg p1 0)/qos"
	check_fail write "64 100 10" "$(tpg p1 0)/qos"
	check write "0 100 10" "$(tpg p1 0)/qos"
	check_eq "$(cat "$(tpg p1 0)/qos")" "0 100 10" "qos"
	check write "0 0 0" "$(tpg p1 0)/qos"
}

run_tests "$@"
