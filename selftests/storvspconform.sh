#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# libiscsi's conformance test by way of StorVSP passes at least what it passes by way of
# the kernel's own loopback fabric, on one and the same backstore.
#
#	iscsi-test-cu - sg - hv_storvsc - storvsp  \
#						    target core - file
#	iscsi-test-cu - sg - tcm_loop		   /
#
# requires: jq python3 iscsi-test-cu
# uses: vmbus_host vmbus_local storvsp
# timeout: 2400
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lib/vmbus.sh"
. "$(dirname "$0")/lib/storvsp.sh"

TESTS="same"

# hv_storvsc takes any INQUIRY and MODE SENSE for good, so that what is wrong with one is
# never seen; and it has commands of 16 bytes at most.
FAMILIES=${STORVSP_CONFORM:-CompareAndWrite GetLBAStatus NoMedia OrWrite Prefetch10
	Prefetch16 PrinReadKeys PrinReportCapabilities ProutRegister ProutReserve Read6
	Read10 Read12 Read16 ReadCapacity10 ReadCapacity16 ReadOnly ReportSupportedOpcodes
	TestUnitReady Unmap Verify10 Verify12 Verify16 Write10 Write12 Write16 WriteSame10
	WriteSame16 WriteVerify10 WriteVerify12 WriteVerify16}

setup()
{
	[ -e /run/vswitch-vm/job ] || skip "only in the disposable VM"
	driver_file scsi/hv_storvsc >/dev/null || skip "this kernel has no hv_storvsc"
	! loaded hv_vmbus || skip "hv_vmbus is loaded"
}

loop_disk()
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
	check ln -s "$TARGET/core/fileio_0/filea" "$dir/lun/lun_0/link"
	defer rm "$dir/lun/lun_0/link"
}

# "NAME passed" and so on, for each test.
run_suite()	# SG OUT
{
	local family tests=

	for family in $FAMILIES; do
		tests+="${tests:+,}SCSI.$family.*"
	done
	iscsi-test-cu --dataloss --test="$tests" "$1" >"$2.log" 2>&1 || :
	sed -nE 's/^ *Test: ([A-Za-z0-9_]+) *\.\.\. *(\[SKIPPED\])? *(passed|FAILED).*/\1 \2\3/p' \
		"$2.log" | sort >"$2"
	[ -s "$2" ] || fail "the test said nothing: $(tail -n 3 "$2.log")"
}

sg_of()	# VENDOR-OR-HOST
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

count()	# WORD FILE
{
	grep -c "$1" "$LIB_TMP/$2" || :
}

test_same()
{
	local name

	load_storage
	file_backstore filea 64
	for name in emulate_tpu emulate_tpws; do
		check write 1 "$TARGET/core/fileio_0/filea/attrib/$name"
	done
	loop_disk
	check busywait 10000 sg_of tcm_loop
	run_suite "$(sg_of tcm_loop)" "$LIB_TMP/loop"
	partition p1
	controller p1 0
	lun p1 0 0 file filea
	guest_driver
	enable p1 0
	check busywait 10000 sg_of vmbus_local
	run_suite "$(sg_of vmbus_local)" "$LIB_TMP/storvsp"
	diag "loopback: $(count passed loop) passed, $(count FAILED loop) failed"
	diag "storvsp: $(count passed storvsp) passed, $(count FAILED storvsp) failed"
	check_ge "$(count passed storvsp)" 50 "passed"
	sed -n 's/ passed//p' "$LIB_TMP/loop" >"$LIB_TMP/good"
	sed -n 's/ .*FAILED.*//p' "$LIB_TMP/storvsp" >"$LIB_TMP/bad"
	name=$(comm -12 "$LIB_TMP/good" "$LIB_TMP/bad" | xargs)
	[ -z "$name" ] || fail "passed by loopback only: $name"
}

run_tests "$@"
