#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Does the netlink fuzzer find bugs? Each of those of planted/, on the debug
# kernel, which nothing but its messages reaches; and none where there is none.
# Alone, a stream that finds one finds it at the same message again.
#
#	selfcheck.sh [BUG...]	default: none oob uaf lock; one boot each
#
#	TIME=SECONDS	to find each in (default 40)
#	SEED=N		(default 1)

set -euo pipefail
. "$(dirname "$0")/../../scripts/common.sh"

HERE=$ROOT/selftests/fuzz
TIME=${TIME:-40} SEED=${SEED:-1}
BUILT=$BUILD/debug/planted
passed=0 failed=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT

result()
{
	if [ "$1" = 0 ]; then
		passed=$((passed + 1)); echo "ok - $2"
	else
		failed=$((failed + 1)); echo "not ok - $2"
	fi
}

# What the kernel has to say of each.
complaint()
{
	case $1 in
	oob)	echo 'KASAN: slab-out-of-bounds' ;;
	uaf)	echo 'KASAN: (slab-)?use-after-free|KASAN: (double|invalid)-free' ;;
	lock)	echo 'WARNING: .*planted' ;;
	esac
}

# In the VM: all streams, then one alone, twice. The names are for the kernel's
# log, where run.sh looks for what was said during each.
commands()
{
	local name args

	for name in together alone again; do
		args="-s $SEED -t $TIME"
		[ $name = together ] || args+=" -r root0"
		cat <<-END
			rmmod planted
			insmod $BUILT/planted.ko bug=$1
			echo "<4>selftest: $name" >/dev/kmsg
			$HERE/guest.sh $args $HERE/planted/planted.yaml
		END
		[ "$1" != none ] || break
	done
}

# Who was in the kernel when it complained: stream#step.
culprit()
{
	sed -n "/^not ok - kernel report during \"$1\"/,/^[^#]*not ok/p" "$log" |
		grep -oE '[a-z]+[0-9]#[0-9]+' | sed -n 1p || :
}

check()
{
	local bug=$1 status=0 alone again

	"$ROOT/selftests/vm/run.sh" -k debug -n -m "$BUILT/planted.ko" \
		-t $((TIME + 150)) --append kasan_multi_shot \
		-c "$(commands "$bug")" >"$log" 2>&1 || status=$?
	if [ "$bug" = none ]; then
		[ $status = 0 ] || sed 's/^/# /' "$log"
		result $status "no bug, none found"
		return
	fi
	if [ $status = 0 ] ||
	   ! grep -E '^not ok - kernel report during "together"' "$log" |
			grep -qE "$(complaint "$bug")"; then
		sed 's/^/# /' "$log"
		result 1 "$bug is found"
		return
	fi
	sed -n 's/^not ok - kernel report during "together": /# /p' "$log"
	sed -n 's/^all: /# /p' "$log" | sed -n 1p
	result 0 "$bug is found (by $(culprit together))"
	alone=$(culprit alone) again=$(culprit again)
	[ -n "$alone" ] && [ "$alone" = "$again" ] || status=2
	[ $status = 1 ] || sed 's/^/# /' "$log"
	result $((status - 1)) "$bug is found by the same message each time (${alone:-none}, ${again:-none})"
}

make -s -C "$HERE" netlink >&2
"$ROOT/selftests/vm/debug-kernel.sh" >/dev/null
mkdir -p "$BUILT"
cp "$HERE"/planted/{Makefile,planted.c} "$BUILT/"
make -s -C "$("$ROOT/scripts/kernels.sh" build debug)" M="$BUILT" W=1 \
	KCFLAGS=-Werror modules >"$log" 2>&1 || { cat "$log"; die "planted.ko does not build"; }

[ $# -gt 0 ] || set -- none oob uaf lock
for bug in "$@"; do
	check "$bug"
done
echo "$passed passed, $failed failed, 0 skipped"
[ $failed = 0 ]
