#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Build the modules for one kernel outside the tree, where several kernels can
# have their objects side by side and the working tree stays clean.
#
#	build.sh KVER	build, print the directory with the modules
#
# With W=1, and a warning is an error; so is a symbol of vmbus_local that is not the
# kernel's own (symvers-check.sh). On the debug kernels our code's addresses
# can be told as lines of source, and the unit tests are built as a module of
# KUnit; on "debug" our code, and only ours, is instrumented for KCOV and UBSAN.

set -euo pipefail
. "$(dirname "$0")/common.sh"

kver=$1
kdir=$("$ROOT/scripts/kernels.sh" build "$kver")
dir=$BUILD/$kver
log=$dir/build.log
args=(W=1 KCFLAGS=-Werror)
if is_debug_kernel "$kver"; then
	args=(W=1 "KCFLAGS=-Werror -g1")
	[ "$kver" != debug ] || args+=(KCOV_INSTRUMENT=y UBSAN_SANITIZE=y)
fi

mkdir -p "$dir"
exec 9>"$dir/lock"
flock 9

# Another header package or debug kernel: nothing built before is of use.
id=$(realpath "$kdir")\ $(stat -Lc %Y "$kdir/Module.symvers")
if [ "$id" != "$(cat "$dir/id" 2>/dev/null)" ]; then
	rm -rf "$dir/kernel" "$dir/selftests"
	echo "$id" >"$dir/id"
fi

# By content, and with new times: a file that was edited while an older version
# of it was being compiled is older than that object.
copy()
{
	mkdir -p "$dir/$1"
	rsync -rlpc --delete \
		--exclude='*.o' --exclude='*.ko' --exclude='*.mod' --exclude='*.mod.c' \
		--exclude='.*.cmd' --exclude='*.order' --exclude='Module.symvers' \
		--exclude='*.d' --exclude='.tmp_*' --exclude='*.symversions' \
		--exclude=/build \
		"$ROOT/$1/" "$dir/$1/"
}

compile()
{
	make -C "$ROOT" KVER="$kver" KDIR="$kdir" MDIR="$dir/$1" \
		-j"$(nproc)" "${args[@]}" modules >>"$log" 2>&1 && return
	grep -vE '^make|^  [A-Z]+ ' "$log" >&2 || cat "$log" >&2
	die "the modules do not build for kernel $kver ($log)"
}

: >"$log"
copy kernel
compile kernel
"$ROOT/scripts/symvers-check.sh" "$dir/kernel/Module.symvers" "$kdir/Module.symvers"
# A driver of VMBus, for tests.
copy selftests/vmbus
compile selftests/vmbus
if is_debug_kernel "$kver"; then
	copy selftests/unit
	compile selftests/unit
fi

# Warnings that are not the C compiler's: modpost, objtool, kernel-doc.
if grep -i '\<warning:' "$log" | grep -v 'the compiler differs' >&2; then
	# Kbuild would be silent about them the next time.
	find "$dir/kernel" "$dir/selftests" -name '*.o' -delete 2>/dev/null
	die "warnings in the build for kernel $kver ($log)"
fi
echo "$dir/kernel"
