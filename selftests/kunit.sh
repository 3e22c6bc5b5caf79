#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The unit tests of selftests/unit once more, in the kernel: a module of KUnit
# suites is loaded, which runs them, and what KUnit wrote to the kernel log is
# passed on. Kernels without KUnit skip it; userspace has run the same tests.
#
# timeout: 200
# cmdline: kunit.enable=1

SKIP=4
cd "$(dirname "$0")" || exit

begin="selftest: kunit - $$"

skip()
{
	echo "1..0 # SKIP $*"
	exit $SKIP
}

kernel_log()
{
	dmesg | sed 's/^\[[^]]*\] //' | sed "1,/^$begin\$/d"
}

# "ok 1 SUITE.CASE", all suites in one row; what KUnit says of a failure comes
# before it as comments.
results()
{
	awk '
	/^ *# Subtest: / {
		suite = $NF
		next
	}
	/^ +(not )?ok [0-9]+ / {
		good = ($1 == "ok")
		name = $(good ? 3 : 4)
		sub(/^vswitch_/, "", suite)
		skipped = index($0, "# SKIP") ? " # SKIP" : ""
		printf "%sok %d kunit.%s.%s%s\n", good ? "" : "not ",
			++n, suite, name, skipped
		next
	}
	/^ +# .*: / { sub(/^ +/, ""); print; next }
	/^ +[^0-9#K ]/ { sub(/^ +/, "#   "); print }
	END { printf "1..%d\n", n }'
}

# Every case that the files name; a suite that KUnit forgot would not be missed.
expected()
{
	sed -n '/^#define CASES(X)/,/^$/p' unit/*_test.c | grep -o 'X([a-z_0-9]\+)' |
		wc -l
}

echo "TAP version 13"
[ "$(id -u)" = 0 ] || skip "needs root"
[ -d /sys/module/kunit ] || skip "this kernel has no KUnit"
[ -e /run/vswitch-vm/job ] || skip "only in the disposable VM"
# shellcheck disable=SC1091
. /run/vswitch-vm/job
module=$VM_BUILT/selftests/unit/vswitch_kunit.ko
[ -e "$module" ] || skip "vswitch_kunit.ko is not built"

echo "<5>$begin" >/dev/kmsg
if ! error=$(insmod "$module" 2>&1); then
	echo "# $error"
	echo "not ok 1 kunit.insmod"
	echo "1..1"
	exit 1
fi
out=$(kernel_log | results)
rmmod vswitch_kunit
want=$(expected)
got=$(grep -cE '^(not )?ok ' <<<"$out")
if [ "$got" != "$want" ]; then
	kernel_log | head -n 40 | sed 's/^/# /'
	echo "# $got cases ran, not the $want of the files"
	echo "not ok 1 kunit.complete"
	echo "1..1"
	exit 1
fi
echo "$out"
! grep -q '^not ok ' <<<"$out"
