#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Fuzz: what `make fuzz` does.
#
#	run.sh			the netlink fuzzer of both families, then every parser
#	run.sh netlink		that of vswitch, in a VM, on the debug kernel
#	run.sh vmbus-netlink	that of vmbus_host, in the same
#	run.sh vmbus|nic|disk	a hostile guest, in the same
#	run.sh NAME...		these of parsers/NAME.c
#
# In the environment:
#	TIME=SECONDS	for each family, and for all parsers together (default 60)
#	SEED=N		(default: from the clock)
#	MESSAGES=N	what a guest sends at random, and a tenth of it led by coverage
#			(default 100000)
#	STREAM=NAME	netlink: this stream alone, comparing what there is before
#			and after each message; with STEPS=N to repeat a failure
#	GUIDED=y	netlink: one stream, led by coverage
#	KVER=KVER	netlink and guests: another kernel
#	VERBOSE=y	netlink: show each message
#
# The last line is "N passed, N failed, N skipped"; exit status 0 only if
# nothing failed.

set -euo pipefail
. "$(dirname "$0")/../../scripts/common.sh"

HERE=$ROOT/selftests/fuzz
TIME=${TIME:-60} SEED=${SEED:-$(date +%s)} KVER=${KVER:-debug}
MESSAGES=${MESSAGES:-100000}
# What parsers found interesting, and what broke them.
FOUND=$CACHE/fuzz
passed=0 failed=0 skipped=0

result()
{
	case $1 in
	0)	passed=$((passed + 1)); echo "ok - fuzz $2" ;;
	4)	skipped=$((skipped + 1)); echo "ok - fuzz $2 # SKIP $3" ;;
	*)	failed=$((failed + 1)); echo "not ok - fuzz $2" ;;
	esac
}

# How many points of the modules KCOV can tell from each other.
points()
{
	objdump -dr "$@" | grep -c '__sanitizer_cov_trace_pc' || :
}

# NAME SPECIFICATION MODULES ARGUMENT...: a family, and more arguments of the fuzzer.
netlink()
{
	local name=$1 spec=$2 built module files=() status=0 args

	make -s -C "$HERE" netlink >&2
	! is_debug_kernel "$KVER" ||
		"$ROOT/selftests/vm/debug-kernel.sh" "$KVER" >/dev/null
	built=$("$ROOT/scripts/build.sh" "$KVER")
	for module in $3; do
		files+=("$(find "$built" -name "$module.ko")")
	done
	args=(-w "$name" -s "$SEED" -t "$TIME" -c "$(points "${files[@]}")"
		"${@:4}")
	[ -z "${STREAM-}" ] || args+=(-r "$STREAM")
	[ -z "${STEPS-}" ] || args+=(-n "$STEPS")
	[ -z "${GUIDED-}" ] || args+=(-g -q)
	[ -z "${VERBOSE-}" ] || args+=(-v)
	echo "# $name: repeat it with make fuzz FUZZ=$name SEED=$SEED TIME=$TIME"
	# A boot of the debug kernel gets thrice the limit.
	"$ROOT/selftests/vm/run.sh" -k "$KVER" -m "$3" -t $((TIME + 200)) \
		-c "$HERE/guest.sh ${args[*]} $ROOT/netlink/$spec.yaml" || status=$?
	result $status "$name"
}

netlink_vswitch()
{
	netlink netlink vswitch vswitch -T "$ROOT/kernel/vswitch"
}

netlink_vmbus()
{
	netlink vmbus-netlink vmbus_host "vmbus_host netvsp storvsp" \
		-T "$ROOT/kernel/vmbus" -T "$ROOT/kernel/netvsp"
}

# The cases of a test that has a hostile guest.
guest()
{
	local name=$1 test=$2 status=0

	! is_debug_kernel "$KVER" ||
		"$ROOT/selftests/vm/debug-kernel.sh" "$KVER" >/dev/null
	echo "# $name: repeat it with make fuzz FUZZ=$name SEED=$SEED MESSAGES=$MESSAGES"
	FUZZ_SEED=$SEED FUZZ_MESSAGES=$MESSAGES GUIDED_STEPS=$((MESSAGES / 10)) \
		"$ROOT/selftests/vm/run.sh" -k "$KVER" -t $((600 + MESSAGES / 100)) \
		"$test" || status=$?
	result $status "$name"
}

parser()
{
	local name=$1 seconds=$2 status=0

	mkdir -p "$FOUND/$name"
	"$HERE/build/fuzz-$name" -seed="$SEED" -max_total_time="$seconds" \
		-timeout=20 -print_final_stats=1 \
		-artifact_prefix="$FOUND/$name." \
		"$FOUND/$name" "$HERE/corpus/$name" >"$FOUND/$name.log" 2>&1 || status=$?
	if [ $status = 0 ]; then
		sed -nE 's/.*DONE +(cov.*) lim.*/# '"$name"': \1/p
			s/^stat::number_of_executed_units: /# '"$name"': runs: /p' \
			"$FOUND/$name.log"
	else
		grep -E 'does not hold|runtime error|ERROR|SUMMARY|^ +#[0-9] ' \
			"$FOUND/$name.log" | sed 's/^/# /'
		echo "# again: $HERE/build/fuzz-$name $(ls -t "$FOUND/$name".*-* | sed -n 1p)"
	fi
	result $status "$name"
}

parsers()
{
	local name seconds=$((TIME / $# > 0 ? TIME / $# : 1))

	if ! command -v clang >/dev/null; then
		result 4 parsers "clang is missing"
		return
	fi
	make -s -C "$HERE" -j"$(nproc)" parsers >&2
	echo "# parsers: repeat it with make fuzz FUZZ=\"$*\" SEED=$SEED TIME=$TIME"
	for name in "$@"; do
		parser "$name" "$seconds"
	done
}

read -ra all < <(make -s -C "$HERE" list)
what=()
for name in "${@:-all}"; do
	case $name in
	all)		netlink_vswitch; netlink_vmbus; what=("${all[@]}") ;;
	parsers)	what=("${all[@]}") ;;
	netlink)	netlink_vswitch ;;
	vmbus-netlink)	netlink_vmbus ;;
	vmbus)		guest vmbus vmbus:fuzz,guided ;;
	nic)		guest nic netvsphostile:fuzz,fuzz_copy,guided ;;
	disk)		guest disk storvspguest:fuzz,guided ;;
	*)		what+=("$name") ;;
	esac
done
[ ${#what[@]} = 0 ] || parsers "${what[@]}"
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed = 0 ] && [ $((passed + skipped)) -gt 0 ]
