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
# requires: jq python3 iscsi-test-cu sg_inq sg_persist
# uses: vmbus_host vmbus_local storvsp
# timeout: 3000
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lib/vmbus.sh"
. "$(dirname "$0")/lib/storvsp.sh"
. "$(dirname "$0")/lib/disks.sh"

TESTS="utilities same"

# hv_storvsc takes any INQUIRY and MODE SENSE for good, so that what is wrong with one is
# never seen; and it has commands of 16 bytes at most. MultipathIO wants two ways to one disk.
# What target core does not have is skipped both ways, PreventAllow and WriteAtomic16 at present.
FAMILIES=${STORVSP_CONFORM:-CompareAndWrite ExtendedCopy GetLBAStatus Mandatory NoMedia
	OrWrite Prefetch10 Prefetch16 PreventAllow PrinReadKeys PrinReportCapabilities
	PrinServiceactionRange ProutClear ProutPreempt ProutRegister ProutReserve Read6 Read10
	Read12 Read16 ReadCapacity10 ReadCapacity16 ReadDefectData10 ReadDefectData12 ReadOnly
	ReceiveCopyResults ReportSupportedOpcodes Reserve6 Sanitize StartStopUnit
	TestUnitReady Unmap Verify10 Verify12 Verify16 Write10 Write12 Write16 WriteAtomic16 WriteSame10
	WriteSame16 WriteVerify10 WriteVerify12 WriteVerify16}

# FAMILY.TEST, one a line, that may pass by way of loopback only, and why.
EXCEPTIONS=""

setup()
{
	need_driver
}

# "FAMILY.TEST passed" and so on: one that skips a part, or fails in one, has not passed,
# whatever is said in the end.
results()	# LOG
{
	awk '
	function end() {
		how = passed ? "passed" : "unfinished"
		if (skipped)
			how = "skipped"
		if (failed)
			how = "failed"
		if (test != "")
			print suite "." test, how
		test = ""
	}
	/^ *Suite: / { end(); suite = $2 }
	/^ *Test: / { end(); test = $2; failed = skipped = passed = 0 }
	/^Run Summary:/ { end() }
	/\[SKIPPED\]/ { skipped = 1 }
	/FAILED/ { failed = 1 }
	/(\.\.\. *|^)passed *$/ { passed = 1 }
	END { end() }' "$1" | sort
}

run_suite()	# SG OUT
{
	local family tests=

	for family in $FAMILIES; do
		tests+="${tests:+,}SCSI.$family.*"
	done
	iscsi-test-cu --dataloss --test="$tests" "$1" >"$2.log" 2>&1 || :
	results "$2.log" >"$2"
	for family in $FAMILIES; do
		grep -q "^$family\." "$2" ||
			fail "the test came to no $family: $(tail -n 3 "$2.log")"
	done
}

count()	# WORD FILE
{
	grep -c " $1\$" "$LIB_TMP/$2" || :
}

tally()	# FILE
{
	diag "$1: $(count passed "$1") passed, $(count skipped "$1") skipped, $(count failed "$1") failed"
}

both_ways()
{
	local name

	load_storage
	file_backstore filea 64
	for name in emulate_tpu emulate_tpws; do
		check write 1 "$TARGET/core/fileio_0/filea/attrib/$name"
	done
	loopback file filea
}

by_storvsp()
{
	partition p1
	controller p1 0
	lun p1 0 0 file filea
	guest_driver
	enable p1 0
	check busywait 20000 sg_of vmbus_local
}

test_same()
{
	local name

	both_ways
	run_suite "$(sg_of tcm_loop)" "$LIB_TMP/loop"
	tally loop
	by_storvsp
	run_suite "$(sg_of vmbus_local)" "$LIB_TMP/storvsp"
	tally storvsp
	check_ge "$(count passed loop)" 50 "passed by loopback"
	for name in loop storvsp; do
		sed -n 's/ passed$//p' "$LIB_TMP/$name" >"$LIB_TMP/$name.good"
	done
	name=$(comm -23 "$LIB_TMP/loop.good" "$LIB_TMP/storvsp.good" |
		grep -vxF "$EXCEPTIONS" | xargs) || :
	[ -z "$name" ] || fail "passed by loopback only: $name: $(for name in $name; do
		grep "^$name " "$LIB_TMP/storvsp" || echo "$name missing"; done | xargs)"
}

# "=" if what is said is the same, too; "?" if only the status can be, since the rest
# names the port; "!" for RESERVATION CONFLICT, beside which hv_storvsc says DID_ERROR, as of
# whatever failed without sense data. The kernel looks at the conflict all the same.
commands()
{
	cat <<-END
	= sg_inq
	= sg_inq -d
	= sg_inq --cmddt
	= sg_vpd -p 0x00
	= sg_vpd -p 0x80
	? sg_vpd -p 0x83
	? sg_vpd -p 0x86
	= sg_vpd -p 0xb0
	= sg_vpd -p 0xb1
	= sg_vpd -p 0xb2
	= sg_luns
	= sg_luns -s 2
	= sg_readcap
	= sg_readcap --16
	= sg_readcap --brief
	= sg_modes
	= sg_modes -a
	= sg_modes -6 -p 8
	= sg_modes -p 0x0a
	= sg_turs -v
	= sg_requests
	= sg_requests --desc
	= sg_start --start
	= sg_sync
	= sg_sync --16 --lba=8 --count=8
	= sg_sync --lba=131073
	= sg_verify --lba=0 --count=64
	= sg_verify --16 --lba=0 --count=64
	= sg_verify --lba=131072 --count=1
	= sg_verify --lba=0 --count=1 --ndo=512 --in=$LIB_TMP/block
	= sg_verify --lba=1 --count=1 --ndo=512 --in=$LIB_TMP/block
	= sg_raw -r 512 -s 0 DEVICE 28 00 00 00 00 00 00 00 01 00
	= sg_raw -r 512 DEVICE 88 00 00 00 00 00 00 02 00 00 00 00 00 01 00 00
	= sg_raw -r 512 DEVICE 08 00 00 00 01 00
	= sg_raw -s 512 -i $LIB_TMP/block DEVICE 2a 00 00 00 00 10 00 00 01 00
	= sg_raw -s 512 -i $LIB_TMP/block DEVICE 2e 00 00 00 00 11 00 00 01 00
	= sg_raw -s 512 -i $LIB_TMP/block DEVICE 53 00 00 00 00 12 00 00 01 00
	= sg_raw -r 512 DEVICE 28 e0 00 00 00 00 00 00 01 00
	= sg_raw DEVICE c0 00 00 00 00 00
	= sg_raw -r 32 DEVICE 9e 1f 00 00 00 00 00 00 00 00 00 00 00 20 00 00
	= sg_compare_and_write --lba=0 --num=1 --xferlen=1024 --in=$LIB_TMP/blocks
	= sg_compare_and_write --lba=1 --num=1 --xferlen=1024 --in=$LIB_TMP/blocks
	= sg_write_same --10 --lba=128 --num=64 --xferlen=512
	= sg_write_same --16 --lba=128 --num=64 --xferlen=512 --in=$LIB_TMP/block
	= sg_write_same --16 --unmap --lba=256 --num=64 --xferlen=512
	= sg_write_same --10 --lba=131071 --num=64 --xferlen=512
	= sg_unmap --lba=512 --num=64
	= sg_unmap --lba=131071 --num=64
	= sg_get_lba_status --lba=0
	= sg_persist -n --in -k
	= sg_persist -n --in -r
	= sg_persist -n --in -c
	= sg_persist -n --out --register --param-sark=abc1
	= sg_persist -n --out --reserve --param-rk=abc1 --prout-type=1
	! sg_persist -n --out --reserve --param-rk=abc9 --prout-type=1
	! sg_persist -n --out --release --param-rk=abc1 --prout-type=3
	= sg_persist -n --out --release --param-rk=abc1 --prout-type=1
	= sg_persist -n --out --register --param-rk=abc1 --param-sark=0
	= sg_persist -n --out --clear --param-rk=abc1
	? sg_persist -n --in -s
	? sg_rtpg
	? sg_rtpg -e
	= sg_copy_results -p
	= sg_copy_results -s
	= sg_opcodes -n
	= sg_logs -n
	= sg_senddiag -t
	= sg_read_buffer --mode=3
	= sg_read_buffer -l 4
	= sg_sanitize --crypto --early --quick
	= sg_prevent --allow
	= sg_ident
	= sg_referrals
	= sg_rep_zones
	= sg_read_long --lba=0 --xfer_len=512
	= sg_seek --lba=0
	= sg_stream_ctl --get
	END
}

# The device is the last word, if it is not among them.
test_utilities()
{
	local how line n=0 sg way words wrong=

	both_ways
	check dd if=/dev/urandom of="$LIB_TMP/filea.img" bs=1M count=1 conv=notrunc status=none
	check dd if="$LIB_TMP/filea.img" of="$LIB_TMP/block" bs=512 count=1 status=none
	cat "$LIB_TMP/block" "$LIB_TMP/block" >"$LIB_TMP/blocks"
	cp "$LIB_TMP/filea.img" "$LIB_TMP/copy"
	by_storvsp
	for way in tcm_loop vmbus_local; do
		sg=$(sg_of "$way")
		# Both meet the same disk, and whatever UNIT ATTENTION there is before.
		check dd if="$LIB_TMP/copy" of="$LIB_TMP/filea.img" bs=1M conv=notrunc status=none
		sg_turs "$sg" >/dev/null 2>&1 || :
		n=0
		while read -r how line; do
			n=$((n + 1))
			read -ra words <<<"$line"
			utility "$sg" "$LIB_TMP/$n.$way" "$how" "${words[@]}"
		done < <(commands)
		cp "$LIB_TMP/filea.img" "$LIB_TMP/$way.img"
	done
	check_ge "$n" 60 "commands"
	n=0
	while read -r how line; do
		n=$((n + 1))
		cmp -s "$LIB_TMP/$n.tcm_loop" "$LIB_TMP/$n.vmbus_local" && continue
		wrong+="; $line"
		diag "$line: $(diff "$LIB_TMP/$n.tcm_loop" "$LIB_TMP/$n.vmbus_local" || :)"
	done < <(commands)
	[ -z "$wrong" ] || fail "not as by way of loopback${wrong/;/:}"
	# What is on the disk in the end is the same, too.
	check cmp "$LIB_TMP/tcm_loop.img" "$LIB_TMP/vmbus_local.img"
	diag "$n commands, $(cat "$LIB_TMP"/*.vmbus_local | grep -c '^status 0$') of them with status 0"
}

utility()	# SG OUT HOW WORD...
{
	local sg=$1 out=$2 how=$3 status=0 words

	shift 3
	words=("${@/#DEVICE/$sg}")
	[ "${words[*]}" != "$*" ] || words+=("$sg")
	timeout 60 "${words[@]}" >"$out.said" 2>&1 </dev/null || status=$?
	if [ "$how" = "!" ]; then
		grep -qE 'Reservation conflict|Host_status=0x07' "$out.said" && echo conflict >"$out" ||
			cp "$out.said" "$out"
		return 0
	fi
	{
		# How much at a time is the fabric's; the generation counts what both did.
		[ "$how" = "?" ] || sed -E "s#$sg#DEVICE#g; /aximum transfer length/d
			s/(PR generation)=0x[0-9a-f]*/\1/" "$out.said"
		echo "status $status"
	} >"$out"
}

run_tests "$@"
