#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Run all tests, or some: what `make check` and `make check-debug` do.
#
#	check.sh [-k "KVER..."] [TEST...]
#
# Without -k on every kernel of kernels.sh list. Without TEST all of them, but
# those named in VSWITCH_CHECK_SKIP, and also what needs no kernel: unit tests
# and static gates.
# VSWITCH_CHECK_JOBS VMs run at once: two, where there are as many cores. Each
# has one kernel, and all tests or its share of them.
# The last line is "N passed, N failed, N skipped"; exit status 0 only if
# nothing failed and something passed.

set -euo pipefail
. "$(dirname "$0")/common.sh"

kernels=''
if [ "${1-}" = -k ]; then
	kernels=$2
	shift 2
fi
tests=("$@")

# An emulated VM seldom keeps more than one core busy.
jobs=${VSWITCH_CHECK_JOBS:-$(($(nproc) < 2 ? 1 : 2))}
passed=0 failed=0 skipped=0
out=$(mktemp)
# The VMs of jobs in the background would not hear of an interrupt.
trap 'jobs -p | xargs -r kill 2>/dev/null || :; wait; rm -f "$out" "$out".*' EXIT
trap 'exit 130' INT TERM

# Show what a program says, keep it in $out, return its status.
show()
{
	"$@" 2>&1 </dev/null | tee "$out"
	return "${PIPESTATUS[0]}"
}

result()
{
	case $1 in
	0)	passed=$((passed + 1)); echo "ok - $2" ;;
	4)	skipped=$((skipped + 1)); echo "ok - $2 # SKIP" ;;
	*)	failed=$((failed + 1)); echo "not ok - $2" ;;
	esac
}

unit_tests()
{
	local status=0 ok bad

	show make -C "$ROOT" unit || status=$?
	ok=$(grep -cE '^ *ok ' "$out" || :)
	bad=$(grep -cE '^ *not ok ' "$out" || :)
	passed=$((passed + ok))
	failed=$((failed + bad))
	# No results at all, or a bad end without a bad result.
	if [ $((ok + bad)) = 0 ] || { [ $status != 0 ] && [ "$bad" = 0 ]; }; then
		result $status "unit tests"
	fi
}

# Adds what the last line of $out says; $1 is what it was.
add_totals()
{
	local totals

	read -r -a totals < <(sed -nE '$s/^([0-9]+) passed, ([0-9]+) failed, ([0-9]+) skipped$/\1 \2 \3/p' "$out") || :
	if [ ${#totals[@]} != 3 ]; then
		result 1 "$1"
		return
	fi
	passed=$((passed + totals[0]))
	failed=$((failed + totals[1]))
	skipped=$((skipped + totals[2]))
}

static_gates()
{
	show "$ROOT/scripts/static.sh" || :
	add_totals "static gates"
}

# What must be built before the VM of a kernel can start.
build_for()
{
	if is_debug_kernel "$1" &&
	   ! "$ROOT/selftests/vm/debug-kernel.sh" "$1" >/dev/null; then
		result 1 "build of the $1 kernel"
		return 1
	fi
	if ! show "$ROOT/scripts/build.sh" "$1"; then
		result 1 "build for kernel $1"
		return 1
	fi
}

# The tests of shard $1 of $2: each $2nd one.
shard()
{
	local i

	for ((i = $1; i < ${#tests[@]}; i += $2)); do
		echo "${tests[i]}"
	done
}

# All tests on all kernels, $jobs VMs at a time; with fewer kernels than that,
# the tests of one are shared out. What the first VM says is shown as it comes,
# the others' after that.
boots()
{
	local -A pids
	local kver i n=0 names=() mine running=0
	local shards=$(($# < jobs && $# > 0 ? jobs / $# : 1))

	[ $shards -le ${#tests[@]} ] || shards=${#tests[@]}
	for kver in "$@"; do
		for ((i = 0; i < shards; i++)); do
			if [ $running = "$jobs" ]; then
				wait -n || :
				running=$((running - 1))
			fi
			readarray -t mine < <(shard $i $shards)
			# Should the time not suffice, the other kernel has the rest.
			[ -z "${VSWITCH_VM_UNTIL-}" ] || [ $((n % 2)) = 0 ] ||
				readarray -t mine < <(printf '%s\n' "${mine[@]}" | tac)
			# It is read below, perhaps before the job has begun.
			: >"$out.$kver.$i"
			"$ROOT/selftests/vm/run.sh" -n -k "$kver" "${mine[@]}" \
				>"$out.$kver.$i" 2>&1 </dev/null &
			pids[$kver.$i]=$!
			names+=("$kver.$i")
			running=$((running + 1))
		done
		n=$((n + 1))
	done
	for kver in "${names[@]}"; do
		echo "# kernel ${kver%.*}"
		tail -n +1 -s 0.5 -f --pid="${pids[$kver]}" "$out.$kver"
		cp "$out.$kver" "$out"
		add_totals "kernel ${kver%.*}"
	done
}

groups=check
[[ ! " $kernels " =~ \ (debug|kcsan)\  ]] || groups+=" debug"
# shellcheck disable=SC2086 # words
"$ROOT/scripts/deps.sh" $groups
[ -n "$kernels" ] || kernels=$("$ROOT/scripts/kernels.sh" list)
[ -n "$kernels" ] || die "no kernel to test on is installed"

if [ ${#tests[@]} = 0 ]; then
	if ! is_debug_kernel "$kernels"; then
		[ ! -e "$ROOT/selftests/unit/Makefile" ] || unit_tests
		static_gates
	fi
	for file in "$ROOT"/selftests/*.sh; do
		name=$(basename "$file" .sh)
		[ -x "$file" ] || continue
		if [[ " ${VSWITCH_CHECK_SKIP-} " = *" $name "* ]]; then
			result 4 "$name: left out by VSWITCH_CHECK_SKIP"
		else
			tests+=("$name")
		fi
	done
fi

if ! show "$ROOT/scripts/build-tests.sh"; then
	result 1 "build of the tools and of what tests run"
fi
if [ ${#tests[@]} -gt 0 ]; then
	built=()
	for kver in $kernels; do
		! build_for "$kver" || built+=("$kver")
	done
	boots "${built[@]}"
fi

echo "$passed passed, $failed failed, $skipped skipped"
[ $failed = 0 ] && [ $passed -gt 0 ]
