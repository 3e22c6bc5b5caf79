#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Every allocation fails once, and then again with those that follow it: what
# was refused has changed nothing, what was granted was done in full, a listener
# hears of each event or that it missed one, a frame is delivered or counted.
# faults/main.c tries the operations, each group in a netns of its own:
#
#	s0 (internal)	d1, d2 (dummies), vn0 (vNIC), t0 (tap)
#	s1		comes and goes; d0 is an uplink, d3 another port
#
# The kernel traces each failed allocation with its stack. The last case
# looks for places in the module that allocate and were never seen to fail.
# What leaked is found when the VM ends. vmbus_host, netvsp and storvsp have cases
# of their own, with a guest in the same program. The kernel itself shows a stack
# when it has no memory for some things, and even warns; kernel-report.sh knows
# those.
#
# uses: vmbus_host netvsp storvsp
# timeout: 2000
# taints: 512
. "$(dirname "$0")/lib.sh"

TESTS="link policy port acl profile fdb txn frames percpu netns module traffic sites
	vmbus vmbus_nic storvsp storvsp_guest vmbus_module netvsp_module storvsp_module
	vmbus_sites netvsp_sites storvsp_sites"

HERE=$(cd "$(dirname "$0")" && pwd)
PROGRAM=$HERE/faults/build/faults
TRACE=/sys/kernel/tracing/instances/faults
SLAB=/sys/kernel/debug/failslab
# Kept from case to case: failures that were traced, as places in a module.
SEEN=/tmp/vswitch-faults-seen	# .MODULE

setup()
{
	[ -e /proc/self/fail-nth ] && [ -d $SLAB ] ||
		skip "this kernel has no fault injection"
	[ -x "$PROGRAM" ] || fail "$PROGRAM is not built"
	# Netdevs are made and deleted by the thousand.
	echo 1 >/sys/kernel/rcu_expedited
	defer eval 'echo 0 >/sys/kernel/rcu_expedited'
}

# Where failed allocations leave their stacks. One in another CPU's context, or
# in an interrupt, does as well.
trace_on()
{
	local event

	mkdir -p $TRACE
	defer rmdir $TRACE
	echo 16384 >$TRACE/buffer_size_kb
	echo 1 >$TRACE/options/stacktrace
	# The name of the module comes with the offset only.
	echo 1 >$TRACE/options/sym-offset
	echo 1 >$TRACE/options/sym-addr
	echo 0 >$TRACE/tracing_on
	for event in kmem/kmalloc kmem/kmem_cache_alloc; do
		echo 'ptr == 0' >$TRACE/events/$event/filter
		echo 1 >$TRACE/events/$event/enable
	done
	echo 1 >$TRACE/events/percpu/percpu_alloc_percpu_fail/enable
}

# "OPERATION ADDRESS": addresses as offsets into the module's code.
trace_keep()	# MODULE
{
	local base

	base=$(<"/sys/module/$1/sections/.text")
	check_eq "$(awk '/^overrun:/ && $2' $TRACE/per_cpu/cpu*/stats)" "" \
		"traced failures that were lost"
	awk -v module="[$1]" '
	/tracing_mark_write[^:]*: / { sub(/.*tracing_mark_write[^:]*: /, ""); op = $0; next }
	index($0, module) && match($0, /<[0-9a-f]+>/) {
		print substr($0, RSTART + 1, RLENGTH - 2) "\t" op
	}' $TRACE/trace | sort -u | "$HERE/faults/sites.py" offsets "$base" >>"$SEEN.$1"
}

# A group of operations. What the program says of each is shown.
group()
{
	trace_on
	ns_add f
	in_ns f sysctl -q -w net.ipv6.conf.{all,default}.disable_ipv6=1
	modprobe dummy numdummies=0
	# ip netns exec would hide debugfs.
	lib_run nsenter "--net=/run/netns/$(ns f)" "$PROGRAM" "$1"
	sed -n '/^# /p' <<<"$LIB_OUT"
	[ $LIB_RC = 0 ] || fail "status $LIB_RC" \
		"$(sed '/^# /d' <<<"$LIB_OUT")"
	trace_keep vswitch
}

test_link()
{
	group link
}

test_port()
{
	group port
}

test_acl()
{
	group acl
}

test_policy()
{
	group policy
}

test_profile()
{
	group profile
}

test_fdb()
{
	group fdb
}

test_txn()
{
	group txn
}

test_frames()
{
	group frames
}

test_percpu()
{
	group percpu
}

test_netns()
{
	group netns
}

# All of it is read, or who writes it may die of that.
module_file()	# MODULE
{
	# shellcheck disable=SC1091
	( . /run/vswitch-vm/job && tr ' ' '\n' <<<"$VM_MODULES" &&
		find "$VM_BIN" "$VM_BUILT" -name "$1.ko" ) |
		awk -v name="/$1.ko" 'substr($0, length($0) - length(name) + 1) == name && !n++'
}

loaded()
{
	[ -e /sys/module/vswitch ] || insmod "$1"
}

test_module()
{
	local file

	[ -e /run/vswitch-vm/job ] || skip "only in the disposable VM"
	file=$(module_file vswitch)
	defer loaded "$file"
	check busywait 10000 rmmod vswitch
	load_with_faults "$file" module
}

load_with_faults()	# FILE GROUP
{
	# Smaller without what a debugger wants, and so sooner loaded.
	check strip -g -o "$LIB_TMP/module.ko" "$1"
	export FAULTS_MODULE=$LIB_TMP/module.ko
	lib_run "$PROGRAM" "$2"
	sed -n '/^# /p' <<<"$LIB_OUT"
	[ $LIB_RC = 0 ] || fail "status $LIB_RC" \
		"$(sed '/^# /d' <<<"$LIB_OUT")"
}

atomic_faults()
{
	echo 0 >$SLAB/verbose
	echo N >$SLAB/task-filter
	echo Y >$SLAB/ignore-gfp-wait
	echo 0 >$SLAB/space
	echo -1 >$SLAB/times
	echo "$1" >$SLAB/probability
}

drops_of()
{
	vswitchctl -j -s port show vs0 |
		jq -r '[.[].stats.drops[] | select(.packets > 0) | .reason] |
			unique | join(" ")'
}

# In softirq, where no task is to blame: each tenth allocation that may not
# wait fails, for all the machine.
test_traffic()
{
	local drops

	guest g1 02:00:00:00:00:01 192.0.2.1/24
	guest g2 02:00:00:00:00:02 192.0.2.2/24
	guest g3 02:00:00:00:00:03 192.0.2.3/24
	check ip link add vs0 up type vswitch
	defer lib_link_del vs0
	for port in pg1 pg2 pg3; do
		check ip link set $port master vs0
	done
	check reaches g1 192.0.2.2
	defer atomic_faults 0
	atomic_faults 10
	bg in_ns g1 ping -b -f -q 192.0.2.255
	bg in_ns g2 ping -f -q 192.0.2.1
	for ((i = 0; i < 10; i++)); do
		vswitchctl fdb flush vs0 >/dev/null 2>&1 || :
		sleep 0.5
	done
	atomic_faults 0
	drops=$(drops_of)
	diag "drops for: ${drops:-no reason}; lost allocations $(<$SLAB/times)"
	[ -z "${drops//no-memory/}" ] ||
		fail "frames were dropped for $drops"
	check busywait 10000 reaches g1 192.0.2.2
	check reaches g3 192.0.2.1
}

sites()	# MODULE FOLDER
{
	[ -s "$SEEN.$1" ] || skip "wants the cases before it"
	lib_run "$HERE/faults/sites.py" report "$HERE/../kernel/$2" \
		"$(module_file "$1")" "$SEEN.$1"
	diag "$LIB_OUT"
	[ $LIB_RC = 0 ] || fail "places that allocate, and never failed"
}

test_sites()
{
	sites vswitch vswitch
}

module_gone()
{
	[ ! -e "/sys/module/$1" ] || rmmod "$1"
}

# A group of vmbus_host's, with what it needs besides.
vmbus_group()	# GROUP [MODULE]
{
	local module

	[ -e /run/vswitch-vm/job ] || skip "only in the disposable VM"
	trace_on
	for module in vmbus_host "${@:2}"; do
		check insmod "$(module_file "$module")"
		defer busywait 20000 module_gone "$module"
	done
	lib_run "$PROGRAM" "$1"
	sed -n '/^# /p' <<<"$LIB_OUT"
	[ $LIB_RC = 0 ] || fail "status $LIB_RC" \
		"$(sed '/^# /d' <<<"$LIB_OUT")" "$(tail -n 60 $TRACE/trace)"
	for module in vmbus_host "${@:2}"; do
		trace_keep "$module"
	done
}

test_vmbus()
{
	vmbus_group vmbus
}

test_vmbus_nic()
{
	vmbus_group vmbusnic netvsp
}

# Target core, and memory that serves as a disk.
ram_disk()
{
	local hba=/sys/kernel/config/target/core/rd_mcp_0

	[ -e /run/vswitch-vm/job ] || skip "only in the disposable VM"
	modprobe configfs || :
	mountpoint -q /sys/kernel/config || check mount -t configfs none /sys/kernel/config
	check modprobe target_core_mod
	check mkdir -p $hba/r0
	defer rmdir $hba
	defer rmdir $hba/r0
	echo rd_pages=256 >$hba/r0/control || fail "no RAM disk"
	echo 1 >$hba/r0/enable || fail "no RAM disk"
}

test_storvsp()
{
	ram_disk
	vmbus_group vmbusdisk storvsp
}

test_storvsp_guest()
{
	ram_disk
	vmbus_group vmbusscsi storvsp
}

test_vmbus_module()
{
	[ -e /run/vswitch-vm/job ] || skip "only in the disposable VM"
	defer module_gone vmbus_host
	load_with_faults "$(module_file vmbus_host)" vmbusmodule
}

# One that vmbus_host's devices come from.
service_module()	# MODULE
{
	[ -e /run/vswitch-vm/job ] || skip "only in the disposable VM"
	check insmod "$(module_file vmbus_host)"
	defer busywait 20000 module_gone vmbus_host
	defer module_gone "$1"
	FAULTS_NAME=$1 load_with_faults "$(module_file "$1")" vmbusmodule
}

test_netvsp_module()
{
	service_module netvsp
}

test_storvsp_module()
{
	check modprobe target_core_mod
	service_module storvsp
}

test_vmbus_sites()
{
	sites vmbus_host vmbus
}

test_netvsp_sites()
{
	sites netvsp netvsp
}

test_storvsp_sites()
{
	sites storvsp storvsp
}

rm -f $SEEN.*
run_tests "$@"
