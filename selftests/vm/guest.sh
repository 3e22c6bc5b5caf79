#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# PID 1 of the VM: make a usable machine, load the modules under test, do the
# job that run.sh left in /run/vswitch-vm, unload the modules, look for leaks,
# power off.
#
# It speaks to run.sh over a virtio-serial port. Lines that begin with "#vm "
# are its own, the rest is the output of the tests:
#
#	#vm phase SECONDS TEXT	what happens now, and how long it may take
#	#vm begin NAME		a test starts
#	#vm end NAME STATUS	it is over; STATUS is its exit status
#	#vm skip NAME REASON	it was not run
#	#vm fail TEXT		something other than a test went wrong
#	#vm done TOKEN		everything was done
#
# What happened when is also written to the kernel log, for run.sh to tell
# which test a kernel report belongs to.

JOB=/run/vswitch-vm
# VM_ROOT VM_BIN VM_BUILT VM_PEERS VM_TOKEN VM_KVER VM_MODULES_DIR VM_MODULES VM_TIMEOUT VM_SCALE
# VM_STOP VM_MODE (tests, command, shell) VM_COMMAND VM_STTY
LIMIT=300			# for a test or a command; seconds
# shellcheck disable=SC1091
. $JOB/job
# The distribution's own python3 and tools come before anything local.
export PATH=$VM_BIN:/usr/sbin:/usr/bin:/sbin:/bin
export HOME=/root LC_ALL=C.UTF-8 VM_KVER VM_STOP PYTHONDONTWRITEBYTECODE=1

say()
{
	echo "#vm $*" >&3
}

mark()
{
	echo "<4>selftest: $*" >/dev/kmsg
}

seconds_up()
{
	local up

	read -r up _ </proc/uptime
	echo "${up%.*}"
}

finish()
{
	say "done $VM_TOKEN"
	sync
	echo b >/proc/sysrq-trigger	# QEMU runs with -no-reboot
	sleep 60
}

mount_all()
{
	mkdir -p /dev/pts /dev/shm
	mount -t devpts -o ptmxmode=666 devpts /dev/pts
	mount -t tmpfs shm /dev/shm
	ln -sfn /proc/self/fd /dev/fd
	mount -t cgroup2 cgroup2 /sys/fs/cgroup
	mount -t bpf bpf /sys/fs/bpf
	mount -t configfs configfs /sys/kernel/config
	mount -t debugfs debugfs /sys/kernel/debug
	mount -t tracefs tracefs /sys/kernel/tracing
} 2>/dev/null

# Tests that are not root run our programs too, wherever they lie; this is the
# VM's own copy of the folders.
let_others_in()
{
	local dir=$1

	while [ "$dir" != / ]; do
		chmod a+rx "$dir"
		dir=$(dirname "$dir")
	done
}

# The kernel that looks for data races begins to do so. What it says of the boot
# would be nothing of ours.
watch_races()
{
	[ -w /sys/kernel/debug/kcsan ] || return
	echo on >/sys/kernel/debug/kcsan
}

# Opening a file of the host takes three messages to it, reading a link one. What
# is started all the time goes to the writable layer, which is in memory.
keep_near()
{
	xargs touch -c -h <$JOB/near
}

# The modules of a kernel that is not installed are elsewhere.
mount_modules()
{
	local dir=/lib/modules/$VM_KVER

	[ "$VM_MODULES_DIR" -ef "$dir" ] && return
	mkdir -p "$dir"
	mount --bind "$VM_MODULES_DIR" "$dir"
}

find_port()
{
	local dir

	for dir in /sys/class/virtio-ports/*; do
		[ "$(cat "$dir/name" 2>/dev/null)" = vswitch ] || continue
		exec 3>"/dev/${dir##*/}"
		return
	done
	exec 3>/dev/null
}

settle()
{
	hostname vswitch-vm
	ip link set lo up
	# The emulated machine may be slow, which is not a lockup.
	sysctl -q -w kernel.watchdog_thresh=60 kernel.printk='5 4 1 5'
	sysctl -q -w kernel.hung_task_timeout_secs=120
	ulimit -c 0
}

# --- modules under test -------------------------------------------------------

LOADED=()

load()
{
	local file dep deps err

	for file in $VM_MODULES; do
		deps=$(modinfo -F depends "$file")
		for dep in ${deps//,/ }; do
			[ ! -d "/sys/module/$dep" ] || continue
			err=$(modprobe "$dep" 2>&1) ||
				say "fail modprobe $dep (for $file): $err"
		done
		if err=$(insmod "$file" 2>&1); then
			LOADED=("$(basename "$file" .ko)" "${LOADED[@]}")
		else
			say "fail insmod $file: $err"
			return 1
		fi
	done
}

# A network namespace that was deleted goes away, and what is in it, some time
# later.
unload()
{
	local module err i

	for module in "${LOADED[@]}"; do
		for ((i = 0; i < 60; i++)); do
			err=$(rmmod "${module//-/_}" 2>&1) && continue 2
			sleep 0.5
		done
		say "fail $err"
	done
}

# --- what went wrong in the kernel --------------------------------------------

# All but P(1), which is nobody's here, O(4096) and E(8192): we are out of tree
# and not signed; and N(262144): KUnit ran a test.
taint()
{
	echo $(($(</proc/sys/kernel/tainted) & ~(4096 | 8192 | 262144)))
}

KMEMLEAK=/sys/kernel/debug/kmemleak

jiffies()
{
	awk '$1 == "jiffies:" { print $2; exit }' /proc/timer_list
}

# Addresses of a module that is gone have no names any more: remember them.
symbols_keep()
{
	[ -w $KMEMLEAK ] || return
	awk '$4 { print $1, $3, $4 }' /proc/kallsyms | sort >$JOB/symbols
}

# "[<...>] 0x<address>" becomes "... name [module]", the last symbol before it.
symbols_name()
{
	awk '
	FNR == NR	{ at[++n] = $1; name[n] = $2 " " $3; next }
	$2 ~ /^0x/ && length($2) == 18 {
		address = substr($2, 3)
		low = 0
		for (high = n + 1; high - low > 1; ) {
			mid = int((low + high) / 2)
			# as text: awk has no integers of 64 bits
			if (at[mid] "" <= address "")
				low = mid
			else
				high = mid
		}
		if (low && substr(at[low], 1, 10) == substr(address, 1, 10))
			$0 = $0 " " name[low]
	}
	{ print }' $JOB/symbols -
}

# The suspects that were allocated since $1, in jiffies. What the boot left is not
# our doing.
leaks_since()
{
	awk -v since="$1" '
	/^unreferenced/	{ head = $0; ours = 0; next }
	/^  comm .* jiffies /	{
		sub(/ \(age.*/, "")	# gone in newer kernels
		ours = $NF >= since + 0
		if (ours)
			print head
	}
	ours' $KMEMLEAK
}

# $1 is when the tests began, in jiffies.
leaks_find()
{
	[ -w $KMEMLEAK ] || return
	say "phase 1800 kmemleak scan"
	# Only what is older than five seconds is reported, and only by the
	# second scan that sees it: the first has no checksum to compare with.
	sleep 6
	echo scan >$KMEMLEAK
	echo scan >$KMEMLEAK
	leaks_since "$1" >$JOB/leaks
	[ -s $JOB/leaks ] || return
	say "fail kmemleak: $(grep -c ^unreferenced $JOB/leaks) objects leaked"
	symbols_name <$JOB/leaks | head -n 40 | sed 's/^/# /' >&3
}

# --- tests --------------------------------------------------------------------

header()
{
	sed -n "1,/^[^#]/s/^# $2: *//p" "$1"
}

missing()
{
	local word

	for word in $(header "$1" requires); do
		command -v "$word" >/dev/null || { echo "$word"; return; }
	done
	return 1
}

# Run something that may hang in the kernel; if it does, say where.
guarded()
{
	local dog

	{ sleep 90; blocked; } 3>&- &
	dog=$!
	"$@"
	kill $dog
	wait $dog
} 2>/dev/null

# The kernel log gets the stacks of all tasks that wait and cannot be killed.
blocked()
{
	dmesg -n 7
	echo w >/proc/sysrq-trigger
	dmesg -n 5
}

# Are there user processes other than us? (Kernel threads are children of 2.)
others()
{
	local file text state ppid comm

	for file in /proc/[0-9]*/stat; do
		read -r text <"$file" || continue
		comm=${text#*(} comm=${comm%)*}
		read -r state ppid _ <<<"${text##*) }"
		[ "${text%% *}" -le 2 ] || [ "$ppid" = 2 ] || [ "$state" = Z ] ||
			echo "$comm"
	done
} 2>/dev/null

# For PID 1, -1 is everybody else. Who survives is stuck in the kernel, and
# nothing that runs after it would be worth looking at.
kill_others()
{
	local i

	for ((i = 0; i < 50; i++)); do
		kill -KILL -1 2>/dev/null
		wait 2>/dev/null
		others >$JOB/others
		[ -s $JOB/others ] || return 0
		sleep 0.2
	done
	blocked
	say "fail $1 left a process that cannot be killed: $(xargs <$JOB/others)"
	sleep 1
	echo b >/proc/sysrq-trigger
	sleep 60
}

# Run a program with a time limit, its output to run.sh; STATUS is its status.
# It writes to a pipe, because the port cannot be opened a second time (by way
# of /dev/stderr, say).
run_limited()
{
	local seconds=$1 reader; shift

	mkfifo $JOB/out
	cat <$JOB/out >&3 &
	reader=$!
	STATUS=0
	timeout -k 10 "$seconds" "$@" </dev/null >$JOB/out 2>&1 3>&- || STATUS=$?
	# A process left behind may hold the pipe open.
	timeout 5 tail -f --pid=$reader /dev/null
	rm $JOB/out
}

# A test that could not clean up must not spoil the next one.
sweep()
{
	local name

	for name in $(ip netns list | cut -d' ' -f1); do
		ip netns del "$name"
	done
	for name in /sys/class/net/*; do
		name=${name##*/}
		grep -qxF "$name" $JOB/links || ip link del "$name"
	done
} >/dev/null 2>&1

# run_test FILE [CASE...]
run_test()
{
	local test=$1 name seconds before after word; shift

	name=$(basename "$test" .sh)
	if word=$(missing "$test"); then
		say "skip $name needs $word"
		return
	fi
	if [ -n "$VM_STOP" ] && [ "$(seconds_up)" -ge "$VM_STOP" ]; then
		say "skip $name no time left"
		return
	fi
	# An expression. The user may have asked for more time than the test.
	seconds=$(($(header "$test" timeout) + 0))
	[ $seconds -ge "${VM_TIMEOUT:-0}" ] || seconds=$VM_TIMEOUT
	seconds=$(((seconds ? seconds : LIMIT) * VM_SCALE))
	before=$(taint)
	say "phase $((seconds + 60)) $name"
	say "begin $name"
	mark "$name begins"
	run_limited $seconds "$test" "$@"
	mark "$name ends"
	say "end $name $STATUS"
	kill_others "$name"
	guarded sweep
	# What the test says that it may do to it, is no news.
	after=$(($(taint) & ~$(($(header "$test" taints) + 0))))
	[ $((before | after)) = "$before" ] ||
		say "fail $name tainted the kernel ($before before, $after after)"
}

run_tests()
{
	local words

	while read -r -a words; do
		run_test "${words[@]}"
	done <$JOB/tests
}

# --- a shell or a command -----------------------------------------------------

run_command()
{
	local seconds=$((${VM_TIMEOUT:-$LIMIT} * VM_SCALE))

	say "phase $((seconds + 60)) the command"
	say "begin command"
	run_limited $seconds bash -c "$VM_COMMAND"
	say "end command $STATUS"
	kill_others "the command"
	guarded sweep
}

run_shell()
{
	# shellcheck disable=SC2086 # stty's words
	stty $VM_STTY sane </dev/ttyS0
	echo "vswitch: kernel $VM_KVER, loaded: ${LOADED[*]:-nothing}. 'exit' powers off." >/dev/ttyS0
	TERM=${VM_TERM:-linux} setsid -c bash -l -c \
		"PATH=$PATH; exec bash --norc -i" </dev/ttyS0 >/dev/ttyS0 2>&1
}

cd "$VM_ROOT" || exit
mount_all
let_others_in "$VM_ROOT"
let_others_in "$VM_BIN"
cp -a "$VM_PEERS"/*/. / 2>/dev/null
find_port
say "phase 60 start"
keep_near
settle
mount_modules
watch_races
began=$(jiffies)
mark "loading modules"
if load; then
	ls /sys/class/net >$JOB/links
	case $VM_MODE in
	tests)		run_tests ;;
	command)	run_command ;;
	shell)		run_shell ;;
	esac
fi
if [ "$VM_MODE" != shell ]; then
	before=$(taint)
	say "phase 240 unloading modules"
	mark "unloading modules"
	symbols_keep
	guarded unload
	leaks_find "$began"
	[ "$(taint)" = "$before" ] ||
		say "fail unloading tainted the kernel ($before before, $(taint) after)"
fi
mark "end"
finish
