#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Build what tests run besides the modules: the tools, and the programs of those
# tests that have some. Several may call it at once.

set -euo pipefail
. "$(dirname "$0")/common.sh"

mkdir -p "$CACHE"
exec 9>"$CACHE/build-tests.lock"
flock 9
for dir in userspace selftests/{faults,races,vmbus,vmm,storvsp}; do
	[ ! -e "$ROOT/$dir/Makefile" ] || make -s -C "$ROOT/$dir" 9>&-
done
