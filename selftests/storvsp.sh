#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The distribution's hv_storvsc, as it comes, uses disks of the SCSI target. What fails is
# storvsperrors.sh, what is behind a disk storvspbackstore.sh.
#
#	hv_storvsc.ko		/lib/modules
#	vmbus_local.ko		the guest half of VMBus
#	storvsp.ko		controllers of partition p1
#	target_core_*.ko	files, memory, block devices
#
# requires: jq python3 mkfs.ext4 sg_raw sg_xcopy sg_rtpg sg_persist fio
# uses: vmbus_host vmbus_local storvsp
# timeout: 1800
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lib/vmbus.sh"
. "$(dirname "$0")/lib/storvsp.sh"
. "$(dirname "$0")/lib/disks.sh"

TESTS="appears copied subchannels matrix unaligned discard hotplug absent_zero resize readonly
	reservations many controllers orders copy_offload alua refused"

setup()
{
	need_driver
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
