#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Print the path of a kernel source tree that holds the tools which no header
# package ships: the netlink spec generator, checkpatch and the forwarding
# selftests. KSRC= names one; else the tarball of Debian's linux-source
# package is unpacked, those parts only, into the cache. Exits 1, silently,
# when there is neither: what needs the tools is then left out by the caller.
set -euo pipefail

if [ -n "${KSRC:-}" ]; then
	echo "$KSRC"
	exit
fi

cache=${VSWITCH_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/vswitch}
tarball=/usr/src/linux-source-6.12.tar.xz
[ -r "$tarball" ] || exit 1

tree=$cache/ksrc/$(stat -c %Y-%s "$tarball")
if [ ! -e "$tree/.complete" ]; then
	rm -rf "$tree"
	mkdir -p "$tree"
	tar -xf "$tarball" -C "$tree" --strip-components=1 --wildcards \
		'*/Documentation/netlink' '*/tools/net/ynl' \
		'*/tools/testing/selftests/net' \
		'*/tools/testing/selftests/lib.mk' \
		'*/tools/testing/selftests/kselftest' \
		'*/tools/testing/selftests/kselftest*.h' \
		'*/scripts/checkpatch.pl' '*/scripts/spelling.txt' \
		'*/scripts/const_structs.checkpatch' '*/scripts/kernel-doc'
	touch "$tree/.complete"
fi
echo "$tree"
