#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What does each policy cost, in instructions per frame, and what when it is
# off? policy.job has the rows; docs/performance.md says how to read them.
#
#	policy.sh [-k KVER] [-n FRAMES]
#
# Exit status: 0 good, else a row or a bar failed.

set -euo pipefail
"$(dirname "$0")/job.sh" policy.job "$@" | awk '
$1 == "kernel" { print "Kernel " $2 ": instructions per 64-byte frame, by policy" }
$1 == "row" && $3 == "floor" { floor = 1000 * $9 / $8 }
$1 == "row" { total[$3, $4] = 1000 * $9 / $8; if ($4 == "never") order[++n] = $3 }
$1 == "error" { print; failed++ }
# Within one in a hundred of what it was when nobody had set it, all included.
function same(name, state) {
	ratio = total[name, "never"] ? total[name, state] / total[name, "never"] : 0
	if (ratio > 0 && ratio <= 1.01)
		return
	printf "  FAIL  %.3f of 1.01  %s, %s\n", ratio, name, state
	failed++
}
END {
	printf "%-20s %7s %9s %9s %9s %9s\n", "net", "never", "elsewhere", "on", "off again", "on adds"
	for (i = 1; i <= n; i++) {
		p = order[i]
		printf "%-20s %7d %9d %9d %9d %9d\n", p, total[p, "never"] - floor,
			total[p, "other"] - floor, total[p, "on"] - floor,
			total[p, "off"] - floor, total[p, "on"] - total[p, "never"]
	}
	print "Bars: total elsewhere and off again at most 1.01 of never"
	for (i = 1; i <= n; i++) {
		same(order[i], "other")
		same(order[i], "off")
	}
	if (!failed && n)
		print "  PASS"
	exit failed > 0 || !n
}'
