#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Disks of a guest's own hv_storvsc that fail, stand still, or go; and what was written is there.
#
# requires: jq python3 mkfs.ext4 dmsetup sg_reset sg_raw fio
# uses: vmbus_host vmbus_local storvsp
# timeout: 1800
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lib/vmbus.sh"
. "$(dirname "$0")/lib/storvsp.sh"
. "$(dirname "$0")/lib/disks.sh"

TESTS="errors sense flakey slow_neighbour patience reset pulled death integrity"

setup()
{
	need_driver
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

run_tests "$@"
