#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Who tests the tests? A module that misbehaves on demand and a few test files
# show that run.sh notices each kind of failure and says which test it was.
#
#	selfcheck.sh [KVER]	(make check-harness)
#
# A leak is found on the kernel "debug" only, a data race on "kcsan".

set -euo pipefail
. "$(dirname "$0")/../../scripts/common.sh"

kver=${1:-$("$ROOT/scripts/kernels.sh" list | sed -n 1p)}
kdir=$("$ROOT/scripts/kernels.sh" build "$kver")
dir=$CACHE/selfcheck/$kver
n=0 failed=0

rm -rf "$dir"
mkdir -p "$dir"
cat >"$dir/Kbuild" <<'END'
obj-m := trap.o
END
cat >"$dir/trap.c" <<'END'
// SPDX-License-Identifier: GPL-2.0
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/slab.h>

/* Two threads add to a number, without a lock, for a second. */
static long number;

static int add(void *unused)
{
	unsigned long end = jiffies + HZ;

	while (time_before(jiffies, end)) {
		number++;
		cond_resched();
	}
	return 0;
}

static void race(void)
{
	kthread_run(add, NULL, "trap");
	add(NULL);
	msleep(500);
}

static int trap_set(const char *val, const struct kernel_param *kp)
{
	if (sysfs_streq(val, "warn"))
		WARN(1, "trap\n");
	else if (sysfs_streq(val, "oops"))
		*(volatile int *)8 = 0;
	else if (sysfs_streq(val, "hang"))
		for (;;)
			msleep(1000);
	else if (sysfs_streq(val, "pin"))
		__module_get(THIS_MODULE);
	else if (sysfs_streq(val, "leak"))
		kmalloc(100, GFP_KERNEL);
	else if (sysfs_streq(val, "race"))
		race();
	return 0;
}

static const struct kernel_param_ops trap_ops = { .set = trap_set };
module_param_cb(trap, &trap_ops, NULL, 0200);
MODULE_DESCRIPTION("misbehaves on demand");
MODULE_LICENSE("GPL");
END
make -s -C "$kdir" M="$dir" KCFLAGS=-Wno-unused-result modules >"$dir/log" 2>&1 ||
	die "the trap module does not build ($dir/log)"

# A test file: NAME HEADER BODY
write()
{
	cat >"$dir/$1.sh" <<END
#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# $2
. "$ROOT/selftests/lib.sh"
TESTS="good case"
test_good() { check true; }
test_case() { $3; }
run_tests "\$@"
END
	chmod +x "$dir/$1.sh"
}

trap=/sys/module/trap/parameters/trap
write works "" "check true"
write fails "" "check ls /nonexistent"
write skips "requires: no-such-program" "true"
write leaves "" "ip link add left type veth"
write sleeps "timeout: 20" "sleep 1000"
write waits "timeout: 10 + RACES_SECONDS" "sleep 18"
write warns "" "echo warn >$trap"
write hangs "timeout: 20" "echo hang >$trap"
write oopses "" "echo oops >$trap"
write resets "" "echo b >/proc/sysrq-trigger"
write pins "" "echo pin >$trap"
write leaks "" "echo leak >$trap"
write races "" "echo race >$trap"
cat >"$dir/dies.sh" <<'END'
#!/bin/bash
echo 1..3
echo ok 1 dies.one
END
chmod +x "$dir/dies.sh"

# TITLE STATUS TESTS REGEX...: run TESTS, compare run.sh's exit status, look
# for each REGEX in what it says.
try()
{
	local title=$1 want=$2 tests=() status=0 regex problem='' name

	for name in $3; do
		tests+=("$dir/$name.sh")
	done
	shift 3
	"$ROOT/selftests/vm/run.sh" -n -k "$kver" -m "$dir/trap.ko" \
		"${args[@]}" "${tests[@]}" >"$dir/out" 2>&1 || status=$?
	[ $status = "$want" ] || problem="status $status instead of $want"
	for regex in "$@"; do
		grep -qE -- "$regex" "$dir/out" || problem+="${problem:+, }no line '$regex'"
	done
	n=$((n + 1))
	if [ -z "$problem" ]; then
		echo "ok $n $title"
	else
		echo "not ok $n $title: $problem"
		sed 's/^/# /' "$dir/out"
		failed=$((failed + 1))
	fi
}

args=()
echo "KTAP version 1"
try "good tests" 0 "works works" \
	"^4 passed, 0 failed, 0 skipped$"
try "a failing case, a WARN, leftovers, a timeout, a bad plan, a skip" 1 \
	"fails leaves sleeps warns dies skips works" \
	"not ok 2 fails.case" "^not ok 1 fails$" "at fails.sh:7 \(test_case\)" \
	"left behind: links left" "^not ok - sleeps did not end in time" \
	"^not ok - warns tainted" \
	"^not ok - kernel report during \"warns case\": WARNING: .*trap" \
	"^not ok - dies planned 3 cases, ran 1" "^ok 6 skips # SKIP" \
	"^ok 7 works$" "^8 passed, 6 failed, 1 skipped$"
try "an oops ends the run" 1 "works oopses works" \
	"^not ok - oopses: the VM died in it .last result: ok 1 oopses.good" \
	"^not ok - works was not run" \
	"^not ok - kernel report during \"oopses case\": BUG: "
try "a reset leaves no success token" 1 "resets" \
	"^not ok - resets: the VM died in it"
try "a task that cannot be killed" 1 "hangs works" \
	"^not ok - works was not run" \
	"^not ok - hangs left a process that cannot be killed: hangs.sh"
try "a module that cannot be unloaded" 1 "pins" \
	"^not ok - rmmod: ERROR: Module trap is in use"
args=(--qemu-args "-device no-such-device")
try "QEMU dies before the boot" 1 "works" \
	"did not reach init .*try 3 of 3" "^not ok - kernel .* did not boot"
args=(-t 5)
try "a limit that is an expression" 0 "waits" "^2 passed, 0 failed, 0 skipped$"
args=()
[ "$kver" != debug ] ||
	try "a leak" 1 "leaks" "^not ok - kmemleak: 1 objects leaked" "trap_set"
[ "$kver" != kcsan ] ||
	try "a data race" 1 "races works" \
		"^not ok - kernel report during \"races case\": BUG: KCSAN: data-race in add" \
		"^ok 2 works$"
echo "1..$n"
echo "$((n - failed)) passed, $failed failed, 0 skipped"
[ $failed = 0 ]
