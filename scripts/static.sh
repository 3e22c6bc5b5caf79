#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What can be said of the code without running it: `make static`, and part of
# `make check`.
#
#	static.sh [GATE...]	all of them if none is named; see gates= below
#
# W=1 is not among them: no build of ours goes without (scripts/build.sh).
# Each gate is one line, "ok - ..." or "not ok - ..." after what it found; the
# last line is "N passed, N failed, N skipped".

set -euo pipefail
. "$(dirname "$0")/common.sh"

cd "$ROOT"
gates=(checkpatch sparse kernel_doc shellcheck cppcheck generated)

# What checkpatch says of things that are as they are in the kernel's own files
# of that kind. PATTERN TYPE[,TYPE...]
checkpatch_exempt()
{
	case $1 in
	# Trace events are written in a way of their own, everywhere.
	*/trace.h)	echo OPEN_ENDED_LINE,PARENTHESIS_ALIGNMENT ;;
	# A list of X() is no expression, and not each X() wants all words.
	*/drop.[ch])	echo COMPLEX_MACRO,MACRO_ARG_REUSE,BRACKET_SPACE,MACRO_ARG_UNUSED ;;
	# The one folder that may ask for versions.
	*/compat/*)	echo LINUX_VERSION_CODE,CONSTANT_COMPARISON ;;
	# Older kernels write to it.
	*/local/bus.c)	echo CONST_STRUCT ;;
	# The generator's style is not ours to choose.
	*_gen.[ch])	echo LONG_LINE ;;
	esac
}

c_files()
{
	git ls-files --cached --others --exclude-standard "$@" | grep '\.[ch]$'
}

scripts()
{
	git ls-files --cached --others --exclude-standard |
		while read -r file; do
			[ ! -f "$file" ] || ! head -n1 "$file" | grep -qE '^#! ?/bin/(ba)?sh' ||
				echo "$file"
		done
}

# A gate is silent when all is well. It returns 4 if its program is missing.

gate_checkpatch()
{
	local ksrc file

	ksrc=$(scripts/ksrc.sh) || return 4
	for file in $(c_files kernel selftests/fuzz/planted); do
		# In a git tree it would leave a file behind.
		(cd / && perl "$ksrc/scripts/checkpatch.pl" --no-tree --strict \
			--terse --show-types --no-summary \
			--ignore "FILE_PATH_CHANGES,$(checkpatch_exempt "$file")" \
			-f "$ROOT/$file" 2>&1)
	done
}

# With the checks of byte order; on every kernel, as its headers decide.
gate_sparse()
{
	local kver dir

	command -v sparse >/dev/null || return 4
	for kver in $(scripts/kernels.sh list); do
		scripts/build.sh "$kver" >/dev/null || { echo "$kver: no build"; continue; }
		dir=$BUILD/$kver/sparse
		rsync -rlpc --delete --exclude='*.o' --exclude='*.ko' --exclude='*.mod' \
			--exclude='*.mod.c' --exclude='.*.cmd' "$ROOT/kernel/" "$dir/"
		find "$dir" -name '*.c' -exec touch {} +
		make -s -C "$ROOT" KVER="$kver" MDIR="$dir" -j"$(nproc)" C=2 \
			CF="-D__CHECK_ENDIAN__" modules >"$dir/log" 2>&1 ||
			{ cat "$dir/log"; continue; }
		# What it says of the kernel's own headers is not about us.
		grep "^$dir/.*warning:" "$dir/log" || :
	done
}

gate_kernel_doc()
{
	local ksrc file

	ksrc=$(scripts/ksrc.sh) || return 4
	for file in $(c_files kernel selftests/fuzz/planted); do
		perl "$ksrc/scripts/kernel-doc" -none -Wall "$file" 2>&1
	done
}

gate_shellcheck()
{
	command -v shellcheck >/dev/null || return 4
	scripts | xargs shellcheck -x -P SCRIPTDIR -S warning -f gcc
}

gate_cppcheck()
{
	command -v cppcheck >/dev/null || return 4
	# autoVariables: a pointer handed down for the time of one call. Kernel code
	# counts in void pointers. A driver among the tests is no user space.
	c_files userspace selftests/{unit,races,faults,vmbus,storvsp,guest,vmm,bench} \
		selftests/fuzz/{netlink,parsers} |
		grep -vx selftests/vmbus/echo_guest.c |
		cppcheck -q --file-list=- --std=c11 --error-exitcode=1 \
			--enable=warning,performance,portability \
			--suppress=autoVariables --suppress=arithOperationsOnVoidPointer --suppress=missingInclude \
			--inline-suppr -I userspace/lib -I userspace/guest -I userspace/guest/shim \
			-I selftests/guest -I selftests/faults -I kernel/include/uapi \
			-I kernel/vmbus -I kernel/storvsp 2>&1
}

gate_generated()
{
	scripts/regen.sh --check
}

passed=0 failed=0 skipped=0
[ $# = 0 ] || gates=("$@")
for gate in "${gates[@]}"; do
	status=0
	found=$("gate_$gate") || status=$?
	if [ $status = 4 ]; then
		echo "ok - $gate # SKIP its program is missing"
		skipped=$((skipped + 1))
	elif [ -n "$found" ] || [ $status != 0 ]; then
		echo "$found"
		echo "not ok - $gate"
		failed=$((failed + 1))
	else
		echo "ok - $gate"
		passed=$((passed + 1))
	fi
done
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed = 0 ]
