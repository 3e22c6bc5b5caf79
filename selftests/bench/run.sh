#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# How many instructions does a frame cost? Measures the vswitch and what it
# competes with, each kernel in one boot, and prints a table; then policies,
# ACLs, VMBus, NICs and disks, in boots of their own. See
# docs/performance.md for how to read it; rows.sh draws the set-up.
#
#	run.sh [OPTION...]
#
#	-k "KVER..."	kernels (default: $KVER, or the first of
#			scripts/kernels.sh list)
#	-n FRAMES	frames per row (default 10000)
#	-r N		boot N times; all results must agree within 1 %
#	--json FILE	write the results there as well
#
# Exit status: 0 good, 1 a row or a bar failed or runs differ, 2 usage.

set -euo pipefail
. "$(dirname "$0")/../../scripts/common.sh"

HERE=$ROOT/selftests/bench
kernels=${KVER-} frames=10000 repeat=1 json=

usage()
{
	sed -n '3,/^$/s/^# \{0,1\}//p' "$0" >&2
	exit 2
}

while [ $# -gt 0 ]; do
	[ $# -ge 2 ] || usage
	case $1 in
	-k)	kernels=$2 ;;
	-n)	frames=$2 ;;
	-r)	repeat=$2 ;;
	--json)	json=$2 ;;
	*)	usage ;;
	esac
	shift 2
done

"$ROOT/scripts/deps.sh" bench
[ -n "$kernels" ] || kernels=$("$ROOT/scripts/kernels.sh" list | sed -n 1p)
[ -n "$kernels" ] || die "no kernel to boot is installed (scripts/deps.sh vm gets them)"

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
echo "FRAMES=$frames" >"$tmp/settings.sh"

# One boot: rows of text to $2. Emulated machines die now and then.
measure()
{
	local tries=3

	while [ $((tries--)) -gt 0 ]; do
		"$HERE/boot.sh" "$1" "$tmp/initrd" >"$2" || continue
		! grep -qx 'all rows done' "$2" || return 0
	done
	note "kernel $1 did not get to the end of the rows:"
	tail -n3 "$2" >&2
	return 1
}

status=0
for kver in $kernels; do
	"$HERE/initramfs.sh" "$kver" "$tmp/initrd" "$HERE/rows.sh" \
		"$tmp/settings.sh"
	"$HERE/pair.sh" -k "$kver" >"$tmp/pairs" || status=1
	for ((run = 1; run <= repeat; run++)); do
		measure "$kver" "$tmp/rows" || { status=1; continue; }
		jq -R -s --arg kernel "$kver" -f "$HERE/results.jq" \
			"$tmp/rows" "$tmp/pairs" >"$tmp/result.$run"
	done
	[ -e "$tmp/result.1" ] || continue
	cat "$tmp/result.1" >>"$tmp/results"
	jq -r -f "$HERE/table.jq" "$tmp/result.1"
	jq -e '(.errors == []) and all(.bars[]; .pass)' "$tmp/result.1" >/dev/null || status=1
	if [ "$repeat" -gt 1 ]; then
		jq -r -s -f "$HERE/agree.jq" "$tmp"/result.[0-9]* || status=1
	fi
	rm -f "$tmp"/result.[0-9]*
	"$HERE/policy.sh" -k "$kver" || status=1
	"$HERE/acl.sh" -k "$kver" || status=1
	"$HERE/vmbus.sh" -k "$kver" || status=1
	"$HERE/netvsp.sh" -k "$kver" || status=1
	"$HERE/storvsp.sh" -k "$kver" || status=1
done
[ -z "$json" ] || jq -s '{runs: .}' "$tmp/results" >"$json"
exit $status
