#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Run TAP programs one after the other and add their results up.

passed=0 failed=0

for test in "$@"; do
	echo "# $test"
	out=$("$test" 2>&1)
	ret=$?
	echo "$out"
	passed=$((passed + $(grep -c '^ok' <<<"$out")))
	bad=$(grep -c '^not ok' <<<"$out")
	# One that died on the way has failed, whatever it said before.
	if [ $ret != 0 ] && [ "$bad" = 0 ]; then
		echo "not ok - $test exited with status $ret"
		bad=1
	fi
	failed=$((failed + bad))
done
echo "$passed passed, $failed failed"
[ $failed = 0 ] && [ $passed -gt 0 ]
