#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Does vmbus_local.ko have the symbols of the kernel's own hv_vmbus, with the same
# CRCs and kinds of export? Else the distribution's drivers do not load against it.
#
#	symvers-check.sh BUILT KERNEL	two files Module.symvers
#
# A kernel without CRCs, or without hv_vmbus as a module, has nothing to compare.

set -euo pipefail
. "$(dirname "$0")/common.sh"

built=$1 kernel=$2
[ -r "$built" ] || die "no such file: $built"
[ -r "$kernel" ] || die "no such file: $kernel"

# "CRC SYMBOL EXPORT" of a module.
symbols()
{
	awk -F'\t' -v module="$1\$" '$3 ~ module { print $1, $2, $4 }' "$2" | sort
}

theirs=$(symbols hv_vmbus "$kernel")
grep -qv '^0x00000000 ' <<<"$theirs" || exit 0
[ -n "$theirs" ] || exit 0
ours=$(symbols vmbus_local "$built")
[ -n "$ours" ] || die "vmbus_local exports nothing ($built)"
wrong=$(comm -23 <(echo "$ours") <(echo "$theirs"))
[ -n "$wrong" ] || exit 0
while read -r crc symbol export; do
	was=$(awk -v symbol="$symbol" '$2 == symbol { print $1, $3 }' <<<"$theirs")
	note "$symbol: $crc $export; hv_vmbus has ${was:-no such symbol}"
done <<<"$wrong"
die "vmbus_local is not what drivers were built for: an include too many or too few in the files that export these? ($kernel)"
