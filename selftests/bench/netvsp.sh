#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What does a frame cost from one guest's hv_netvsc to another's, through NICs and the
# switch, in instructions; and what between veth pairs through the Linux bridge, in
# the same boot? netvsp.job has the rows.
#
#	netvsp.sh [-k KVER] [-n FRAMES]
#
# Exit status: 0 good, else a row or a bar failed.

set -euo pipefail
. "$(dirname "$0")/../../scripts/common.sh"

BENCH_OWN_MODULES="vmbus_host vmbus_local netvsp" BENCH_GUEST_MODULES=hv_netvsc \
	"$(dirname "$0")/job.sh" netvsp.job "$@" | awk '
$1 == "kernel" { print "Kernel " $2 ": instructions for a frame of 60 bytes, and a byte of bulk TCP" }
$1 == "error" { print; failed++ }
$1 == "row" { cost[$3] = $9 * 1000 / $8; printf "%-22s %8.0f\n", "veth " $3, cost[$3] }
$1 == "bulk" && $2 != "nic" { byte[$2] = $5 * 1000 / $4; printf "%-22s %8.3f\n", "bulk veth " $2, byte[$2] }
$1 == "bulk" && $2 == "nic" { byte["nic"] = $5 * 1000 / $4; printf "%-22s %8.3f\n", "bulk nic", byte["nic"] }
$1 == "nic" {
	cost["nic " $4] = $8 * 1000 / $7
	printf "%-22s %8.0f  lost %d of %d, signals per frame: sender %.3f, receiver %.3f\n",
		"nic " $4, $8 * 1000 / $7, $10 - $9, $10, $11 / $10, $12 / $10
	lost += $10 - $9
	signals = $12 / $10
}
function bar(name, got, limit) {
	good = got > 0 && got <= limit
	printf "  %s  %8.3f of %.3f  %s\n", good ? "PASS" : "FAIL", got, limit, name
	failed += !good
}
END {
	print "Bars:"
	bar("a frame from NIC to NIC", cost["nic plain"], 10000)
	bar("a byte of bulk TCP, as between veth pairs through the bridge", byte["nic"] / byte["bridge"], 1)
	exit failed > 0
}'
