# SPDX-License-Identifier: GPL-2.0
#
# Several runs of the same rows: how far apart are they? Fails beyond 1 %.

map([ (.rows[] | { row: "\(.path) \(.switch) \(.variant)", total }),
       (.bulk[] | { row: "tcp \(.switch) \(.variant)", total: .per_byte }) ]) as $runs
| [ range($runs[0] | length) as $i
    | [ $runs[][$i].total ] as $totals
    | { row: $runs[0][$i].row,
	apart: (($totals | max) / ($totals | min) - 1) } ]
| max_by(.apart) as $worst
| "\($runs | length) boots, \(length) rows: totals at most \($worst.apart * 100000 | round / 1000) % apart (\($worst.row))",
  if $worst.apart > 0.01 then error("runs differ") else empty end
