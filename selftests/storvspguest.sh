#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A process is the guest of a partition that has a SCSI controller (storvsp/, on
# libvmbusguest): what the protocol is in detail, and guests that break it. Each case
# runs twice, with guest memory mapped and with copies only.
#
#	storvsp/build/guest	/dev/vmbus_host
#	storvsp.ko		LUN 0 memory, LUN 1 a file
#
# requires: jq python3 dmsetup
# uses: vmbus_host storvsp
# taints: 512
# timeout: 1800
# cmdline: log_buf_len=8M
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lib/vmbus.sh"
. "$(dirname "$0")/lib/storvsp.sh"

TESTS="versions states short srbs odd told_how names resets breaks migrate told replaced stuck caw cawabort preempt copy copy_protected order
	copies copy_reset copy_preempt copy_stuck cost limited fuzz guided"

HERE=$(cd "$(dirname "$0")" && pwd)
GUEST=$HERE/storvsp/build/guest

setup()
{
	[ -x "$GUEST" ] || fail "selftests/storvsp is not built (scripts/build-tests.sh)"
	[ -e /run/vswitch-vm/job ] || skip "only in the disposable VM"
	load_target
	check nl add g services=0
	defer del_partition g
	ram_backstore rama 16
	file_backstore filea 16
	controller g 0
	lun g 0 0 ram rama
	lun g 0 1 file filea
	enable g 0
}

# With mapped memory, and with copies.
both()
{
	check "$GUEST" g "$@"
	check "$GUEST" -c g "$@"
}

errors()	# NAME
{
	field g ".errors // {} | .$1 // 0"
}

test_versions()
{
	both versions
}

test_states()
{
	both states
}

test_short()
{
	both short
}

test_srbs()
{
	both srbs
	check_eq "$(field g '.errors // {} | length')" 0 "errors"
}

test_told_how()
{
	both told_how
}

# Each kind of backstore takes data in its own way.
test_odd()
{
	loop_device a 16
	block_backstore loopa "$LOOP"
	lun g 0 2 block loopa
	defer remove_lun g 0 2
	both odd 0
	both odd 1
	both odd 2
	check_eq "$(field g '.errors // {} | length')" 0 "errors"
}

# After which nothing keeps the LUN.
test_names()
{
	ram_backstore ramn 4
	lun g 0 2 ram ramn
	defer remove_lun g 0 2
	both names 2
}

test_resets()
{
	check_said "$GUEST" g resets
	check_said "$GUEST" -c g resets
}

test_breaks()
{
	local name

	for name in short old long operation answer two none; do
		both breaks "$name"
	done
	check nl get g
}

# Another partition that has the same disk.
second()
{
	check nl add g2 services=0
	defer del_partition g2
	controller g2 0
	lun g2 0 0 ram rama
	enable g2 0
}

# There, and back.
test_migrate()
{
	second
	check_said "$GUEST" g migrate g2 5
	check_said "$GUEST" -c g migrate g2 4
}

# What a guest is to know of its disks it is told when it goes on, there or here.
test_told()
{
	second
	both told g2 "$(tpg g 0)/resized"
}

# One disk after the other under a number, each of them new.
test_replaced()
{
	local dir again

	dir=$(tpg g 0)/lun/lun_2
	again="rm -f $dir/link && rmdir $dir && mkdir $dir && ln -s $TARGET/core/rd_mcp_0"
	ram_backstore ramn 4
	ram_backstore ramo 4
	ram_backstore ramp 4
	lun g 0 2 ram ramn
	defer remove_lun g 0 2
	check "$GUEST" g replaced 2 "[ -e $LIB_TMP/once ] && n=p || n=o; touch $LIB_TMP/once; $again/ram\$n $dir/link"
}

# Disks that do not answer leave some of the controller's commands to the others.
test_stuck()
{
	local i go="" stop=""

	for i in 2 3; do
		loop_device "l$i" 4
		dm "stuck$i" "0 8192 linear $LOOP 0"
		block_backstore "dm$i" "/dev/mapper/stuck$i"
		lun g 0 "$i" block "dm$i"
		defer remove_lun g 0 "$i"
		stop+="dmsetup suspend --noflush --nolockfs stuck$i && "
		go+="dmsetup resume --noudevrules --noudevsync stuck$i && "
	done
	defer sh -c "$go true"
	check_said "$GUEST" g stuck 2 3 "$stop true" "$go true"
}

# A block device more, and another partition that has all disks.
third()	# [DEVICE]
{
	loop_device a 16
	block_backstore c0de02 "${1:-$LOOP}"
	lun g 0 2 block c0de02
	defer remove_lun g 0 2
	check nl add g2 services=0
	defer del_partition g2
	controller g2 0
	lun g2 0 0 ram rama
	lun g2 0 1 file filea
	lun g2 0 2 block c0de02
	enable g2 0
}

# Each kind of backstore ends a command in its own way.
test_caw()
{
	third
	both caw g2 0 1 2
}

test_cawabort()
{
	stoppable
	both cawabort g2 2 "$STOP" "$GO"
}

test_preempt()
{
	third
	quiet_log
	both preempt g2 2
}

# The third disk of both can be stopped.
stoppable()
{
	STOP="dmsetup suspend --noflush --nolockfs stops"
	GO="dmsetup resume --noudevrules --noudevsync stops"
	loop_device b 16
	dm stops "0 32768 linear $LOOP 0"
	third /dev/mapper/stops
	defer sh -c "$GO"
}

test_copy()
{
	third
	both copy 0 1
	both copy 1 2
	check_eq "$(field g '.errors // {} | length')" 0 "errors"
}

# The guest may write to LUN 0.
test_copy_protected()
{
	local acl lun

	check nl add gr services=0
	defer del_partition gr
	controller gr 0
	ram_backstore c0de03 4
	lun gr 0 0 ram rama
	lun gr 0 1 ram c0de03
	acl=$(tpg gr 0)/acls/$(cat "$(tpg gr 0)/nexus")
	check mkdir "$acl"
	defer rmdir "$acl"
	for lun in 0 1; do
		check mkdir "$acl/lun_$lun"
		defer rmdir "$acl/lun_$lun"
		check ln -s "$(tpg gr 0)/lun/lun_$lun" "$acl/lun_$lun/link"
		defer rm -f "$acl/lun_$lun/link"
	done
	check write 1 "$acl/lun_1/write_protect"
	enable gr 0
	defer sh -c "echo 0 >$(tpg gr 0)/enable"
	check "$GUEST" gr copy 0 1 protected
	check "$GUEST" -c gr copy 0 1 protected
}

test_order()
{
	both order 0 1
}

test_copies()
{
	check_said "$GUEST" g copies 0 1
	check_said "$GUEST" -c g copies 1 0
}

# Writes to its first quarter take a second, to the next one three.
test_copy_reset()
{
	modprobe dm-delay || skip "this kernel has no dm-delay"
	loop_device b 16
	dm delays "0 8192 delay $LOOP 0 0 $LOOP 0 1000
8192 8192 delay $LOOP 8192 0 $LOOP 8192 3000
16384 16384 linear $LOOP 16384"
	third /dev/mapper/delays
	check_said "$GUEST" g copyreset g2 0 2
	check_said "$GUEST" -c g copyreset g2 0 2
}

# So do reads.
test_copy_preempt()
{
	modprobe dm-delay || skip "this kernel has no dm-delay"
	loop_device b 16
	dm delays "0 8192 delay $LOOP 0 1000
8192 8192 delay $LOOP 8192 3000
16384 16384 linear $LOOP 16384"
	third /dev/mapper/delays
	both copypreempt g2 2 0
}

test_copy_stuck()
{
	stoppable
	both copystuck g2 0 2 "$STOP" "$GO"
}

test_cost()
{
	check write "0 4096 0" "$(tpg g 0)/qos"
	both cost 0
}

test_limited()
{
	defer write "0 0 0" "$(tpg g 0)/qos"
	check write "0 1 0" "$(tpg g 0)/qos"
	both limited 0 1
}

errors_of_g()
{
	diag "errors: $(field g '.errors // {} | tostring')"
}

# What it has to say is of interest even if all is well.
check_said()
{
	"$@" >"$LIB_TMP/said" || fail "$* : $(cat "$LIB_TMP/said")"
	diag "$(sed 's/^# //' "$LIB_TMP/said")"
}

# A partition more, like g but with disks of its own.
another()	# NAME
{
	check nl add "$1" services=0
	defer del_partition "$1"
	ram_backstore "ram-$1" 16
	file_backstore "file-$1" 16
	controller "$1" 0
	lun "$1" 0 0 ram "ram-$1"
	lun "$1" 0 1 file "file-$1"
	enable "$1" 0
}

# Three guests at once, one of which has copies, so that no processor waits: each sends a third
# of the messages. The host is as it was then.
test_fuzz()
{
	local seed=${FUZZ_SEED:-$RANDOM} n=$((${FUZZ_MESSAGES:-30000} / 3)) i
	local guests=(g g2 g3) copies=("" "" -c) pids=() logs=()

	diag "seed $seed"
	defer errors_of_g
	quiet_log
	another g2
	another g3
	ram_backstore c0de01 16
	lun g 0 2 ram c0de01
	defer remove_lun g 0 2
	lun g2 0 2 ram c0de01
	defer remove_lun g2 0 2
	for i in 0 1 2; do
		# shellcheck disable=SC2086
		bg "$GUEST" ${copies[i]} "${guests[i]}" fuzz $((seed + i)) "$n"
		pids+=("$BG_PID") logs+=("$BG_LOG")
	done
	for i in 0 1 2; do
		wait "${pids[i]}" || fail "${guests[i]}: $(cat "${logs[i]}")"
		diag "$(sed 's/^# //' "${logs[i]}")"
	done
	for i in "${guests[@]}"; do
		check "$GUEST" "$i" srbs
	done
}

# Of steps, half as many with copies. The host is as it was then.
break_rules()	# CASE N
{
	local seed=${FUZZ_SEED:-$RANDOM}

	diag "seed $seed"
	defer errors_of_g
	quiet_log
	check_said "$GUEST" g "$1" "$seed" "$2"
	check_said "$GUEST" -c g "$1" "$((seed + 1))" "$(($2 / 2))"
	check "$GUEST" g srbs
}

# Led by what code of the host ran, where the kernel can tell.
test_guided()
{
	break_rules guided "${GUIDED_STEPS:-4000}"
}

run_tests "$@"
