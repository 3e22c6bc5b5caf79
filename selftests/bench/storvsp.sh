#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What does it cost to read and write a disk with a guest's hv_storvsc and storvsp, in
# instructions, guest and host; and what by tcm_loop with the same backstore (fileio), by
# loop with the same file, and by scsi_debug, in the same boot? storvsp.job has the rows.
#
#	storvsp.sh [-k KVER] [-n IOS]
#
# Exit status: 0 good, else a row or a bar failed.

set -euo pipefail
. "$(dirname "$0")/../../scripts/common.sh"

BENCH_OWN_MODULES="vmbus_host vmbus_local storvsp" \
BENCH_GUEST_MODULES="hv_storvsc scsi_debug" \
BENCH_MODULES="target_core_mod target_core_file tcm_loop sd_mod loop scsi_transport_fc" \
	"$(dirname "$0")/job.sh" storvsp.job -n 16000 "$@" | awk '
$1 == "kernel" { print "Kernel " $2 ": instructions for an operation of 4 KiB, or for 1 MiB"
		 printf "%-12s %10s %10s %10s %10s %10s %10s\n", "", "read", "write",
			"read, 32", "write, 32", "read 1 MiB", "write 1 MiB" }
$1 == "error" { print; failed++ }
$1 == "disk" {
	cost[$2, $3 " " $4 " " $5] = ($7 - $9) * 1000 / $6
	if (!($2 in seen)) {
		seen[$2] = 1
		names[n++] = $2
	}
}
function bar(what, name) {
	ratio = cost["tcm_loop", what] ? cost["storvsp", what] / cost["tcm_loop", what] : 0
	good = ratio > 0 && ratio <= 1.2
	printf "  %s  %6.3f of 1.200  %s, as by tcm_loop\n", good ? "PASS" : "FAIL", ratio, name
	failed += !good
}
END {
	for (i = 0; i < n; i++)
		printf "%-12s %10d %10d %10d %10d %10d %10d\n", names[i],
			cost[names[i], "read 4096 1"], cost[names[i], "write 4096 1"],
			cost[names[i], "read 4096 32"], cost[names[i], "write 4096 32"],
			cost[names[i], "read 1048576 4"], cost[names[i], "write 1048576 4"]
	print "Bars:"
	bar("read 4096 1", "a read of 4 KiB")
	bar("write 4096 1", "a write of 4 KiB")
	bar("read 4096 32", "a read of 4 KiB, 32 at a time")
	bar("write 4096 32", "a write of 4 KiB, 32 at a time")
	bar("read 1048576 4", "a read of 1 MiB")
	bar("write 1048576 4", "a write of 1 MiB")
	exit failed > 0
}'
