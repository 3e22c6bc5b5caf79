#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The distribution's hv_storvsc, as it comes, uses disks of the SCSI target.
#
#	hv_storvsc.ko		/lib/modules
#	vmbus_local.ko		the guest half of VMBus
#	storvsp.ko		controllers of partition p1
#	target_core_*.ko	files, memory
#
# requires: jq python3 mkfs.ext4
# uses: vmbus_host vmbus_local storvsp
# timeout: 900
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lib/vmbus.sh"
. "$(dirname "$0")/lib/storvsp.sh"

TESTS="appears"

setup()
{
	[ -e /run/vswitch-vm/job ] || skip "only in the disposable VM"
	driver_file scsi/hv_storvsc >/dev/null || skip "this kernel has no hv_storvsc"
	! loaded hv_vmbus || skip "hv_vmbus is loaded"
}

test_appears()
{
	local dev

	load_storage
	partition p1
	ram_backstore rama 64
	file_backstore filea 64
	controller p1 0
	lun p1 0 0 ram rama
	lun p1 0 5 file filea
	guest_driver
	enable p1 0
	dev=$(disk rama)
	check_eq "$(blockdev --getsize64 "$dev")" $((64 << 20)) "size"
	check dd if=/dev/urandom of="$LIB_TMP/data" bs=1M count=16 status=none
	check dd if="$LIB_TMP/data" of="$dev" bs=1M oflag=direct status=none
	check dd if="$dev" of="$LIB_TMP/back" bs=64k count=256 iflag=direct status=none
	check cmp "$LIB_TMP/data" "$LIB_TMP/back"
	dev=$(disk filea)
	check mkfs.ext4 -q "$dev"
	check mkdir -p "$LIB_TMP/mnt"
	check mount "$dev" "$LIB_TMP/mnt"
	check cp "$LIB_TMP/data" "$LIB_TMP/mnt/"
	check umount "$LIB_TMP/mnt"
	check fsck.ext4 -fn "$dev"
}

run_tests "$@"
