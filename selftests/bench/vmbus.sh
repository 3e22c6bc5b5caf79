#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What does a packet of VMBus cost, there and back, in instructions? vmbus.job has
# the rows; docs/performance.md says how to read them.
#
#	vmbus.sh [-k KVER] [-n PACKETS]
#
# Exit status: 0 good, else a row or a bar failed.

set -euo pipefail
. "$(dirname "$0")/../../scripts/common.sh"

"$ROOT/scripts/build-tests.sh" >&2
BENCH_MODULES=vhost_net BENCH_OWN_MODULES=vmbus_host "$(dirname "$0")/job.sh" vmbus.job "$@" \
	"$ROOT/selftests/vmbus/build/guest" | awk '
$1 == "kernel" {
	print "Kernel " $2 ": instructions there and back, guest and host, and signals per packet"
	printf "%-8s %6s %6s %8s %8s %8s\n", "", "bytes", "depth", "instr", "to host", "to guest"
}
$1 == "vmbus" {
	printf "%-8s %6d %6d %8d %8.3f %8.3f\n", $2, $3, $4, $5, $6, $7
	cost[$2, $3, $4] = $5
	to_host[$2, $3, $4] = $6
	to_guest[$2, $3, $4] = $7
}
function bar(name, got, limit) {
	good = got > 0 && got <= limit
	printf "  %s  %8.3f of %.3f  %s\n", good ? "PASS" : "FAIL", got, limit, name
	failed += !good
}
END {
	print "Bars:"
	bar("64 bytes, one at a time, as by pipes", cost["mapped", 64, 1] / cost["pipe", 64, 1], 1)
	for (depth = 1; depth <= 64; depth *= 64)
		for (size = 64; size <= 4096; size *= 64)
			if (("virtio", size, depth) in cost)
				bar(size " bytes, " depth " at a time, as by virtio",
				    cost["mapped", size, depth] / cost["virtio", size, depth], 1)
	bar("64 bytes, 64 at a time, as one at a time", cost["mapped", 64, 64] / cost["mapped", 64, 1], 0.3)
	bar("signals to the host, one at a time", to_host["mapped", 64, 1], 1.001)
	bar("signals to the guest, one at a time", to_guest["mapped", 64, 1], 1.001)
	bar("signals to the host, 64 at a time", to_host["mapped", 64, 64], 0.05)
	exit failed > 0
}'
