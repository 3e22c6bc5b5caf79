#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Boot a kernel with the rows of a job in the place of those of rows.sh, and
# print them, after "kernel KVER".
#
#	job.sh JOB [-k KVER] [-n FRAMES] [PROGRAM...]
#
# A program that is not there is left out: the job looks whether it has it.
# Exit status: 0 good, 1 it did not get to the end, 2 usage.

set -euo pipefail
. "$(dirname "$0")/../../scripts/common.sh"

HERE=$ROOT/selftests/bench
kver=${KVER-} frames=5000
job=$1
shift

while getopts k:n: opt; do
	case $opt in
	k)	kver=$OPTARG ;;
	n)	frames=$OPTARG ;;
	*)	echo "only -k KVER and -n FRAMES" >&2; exit 2 ;;
	esac
done
shift $((OPTIND - 1))

"$ROOT/scripts/deps.sh" bench
[ -n "$kver" ] || kver=$("$ROOT/scripts/kernels.sh" list | sed -n 1p)

programs=()
for program; do
	[ -z "$(command -v "$program")" ] || programs+=("$program")
done

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
{ echo "FRAMES=$frames"; cat "$HERE/$job"; } >"$tmp/bench.job"
"$HERE/initramfs.sh" "$kver" "$tmp/initrd" "$HERE/rows.sh" "$tmp/bench.job" \
	"${programs[@]}"
"$HERE/boot.sh" "$kver" "$tmp/initrd" >"$tmp/rows"
echo "kernel $kver"
cat "$tmp/rows"
grep -qx 'all rows done' "$tmp/rows" || die "it did not get to the end of the rows"
