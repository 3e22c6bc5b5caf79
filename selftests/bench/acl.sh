#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What do ACLs cost, in instructions per frame and in instructions to load them?
# acl.job has the rows; docs/performance.md says how to read them.
#
#	acl.sh [-k KVER] [-n FRAMES]
#
# Exit status: 0 good, else a row or a bar failed.

set -euo pipefail
BENCH_MODULES=nf_tables "$(dirname "$0")/job.sh" acl.job "$@" nft | awk '
$1 == "kernel" {
	print "Kernel " $2 ": instructions per 64-byte frame, with rules of the sending port"
}
function bar(name, a, b, limit) {
	good = b > 0 && a / b <= limit
	printf "  %s  %6.2f of %.2f  %s\n", good ? "PASS" : "FAIL",
		b ? a / b : 0, limit, name
	failed += !good
}
$1 == "row" { total[$3, $4] = 1000 * $9 / $8; if (!($3 in seen)) order[++n] = $3; seen[$3] }
$1 == "memory" { memory[$2] = $3 }
$1 == "load" { load[$2, $3, $4] = $5; if (!(($3, $4) in loads)) { loads[$3, $4]; at[++m] = $3 " " $4 } }
$1 == "error" { print; failed++ }
END {
	printf "%-22s %14s %14s\n", "", "one flow", "always new"
	printf "%-22s %7s %6s %7s %6s\n", "rules", "total", "net", "total", "net"
	for (i = 1; i <= n; i++) {
		s = order[i]
		printf "%-22s %7d %6d %7d %6d\n", s, total[s, "one"],
			total[s, "one"] - total["floor", "one"], total[s, "new"],
			total[s, "new"] - total["floor", "new"]
	}
	for (r in memory)
		printf "%d rules: %d bytes a rule\n", r, memory[r]
	for (i = 1; i <= m; i++) {
		split(at[i], p, " ")
		printf "%d ports with %d rules each, loaded at once: %d million instructions",
			p[1], p[2], load["vswitch", p[1], p[2]]
		if (("nft", p[1], p[2]) in load)
			printf ", nft -f: %d", load["nft", p[1], p[2]]
		print ""
	}
	print "Bars:"
	for (v = 1; v <= 2; v++) {
		w = v == 1 ? "one" : "new"
		bar("10000 rules as 1, " (v == 1 ? "one flow" : "always new"),
		    total["acl-10000", w] - total["floor", w],
		    total["acl-1", w] - total["floor", w], 1.3)
	}
	bar("100 ports with 1000 rules, of a thousand million instructions",
	    load["vswitch", 100, 1000], 1000, 1)
	if (("nft", 100, 1000) in load)
		bar("100 ports with 1000 rules as nft -f",
		    load["vswitch", 100, 1000], load["nft", 100, 1000], 1)
	exit failed > 0
}'
