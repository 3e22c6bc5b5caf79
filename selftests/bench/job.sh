#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Boot a kernel with the rows of a job in the place of those of rows.sh, and
# print them.
#
#	job.sh KVER FRAMES JOB [PROGRAM...]
#
# Exit status: 0 good, 1 it did not get to the end.

set -euo pipefail
. "$(dirname "$0")/../../scripts/common.sh"

HERE=$ROOT/selftests/bench
kver=$1 frames=$2 job=$3
shift 3

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
{ echo "FRAMES=$frames"; cat "$HERE/$job"; } >"$tmp/bench.job"
"$HERE/initramfs.sh" "$kver" "$tmp/initrd" "$HERE/rows.sh" "$tmp/bench.job" "$@"
"$HERE/boot.sh" "$kver" "$tmp/initrd" >"$tmp/rows"
cat "$tmp/rows"
grep -qx 'all rows done' "$tmp/rows" || die "it did not get to the end of the rows"
