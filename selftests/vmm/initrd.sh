#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The initramfs of the inner guest: busybox, what is in guest/, and modules of
# a kernel of this machine with what they depend on. One that is a path is only copied.
#
#	initrd.sh RELEASE OUT MODULE...
set -euo pipefail

release=$1 out=$2
shift 2
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
mkdir -p "$tmp"/{bin,lib,proc,sys,dev}
cp "$(command -v busybox)" "$tmp/bin/busybox"
here=$(dirname "$0")
cp "$here/guest/init" "$tmp/init"
cp "$here/build/vmbus-echo" "$tmp/bin/"
for module in "$@"; do
	case $module in
	*/*)	cp "$module" "$tmp/lib/" ;;
	*)	modprobe -S "$release" --show-depends "$module" ;;
	esac
done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }' >"$tmp/list"
while read -r file; do
	name=$(basename "$file")
	case $name in
	*.xz)	xz -dc "$file" >"$tmp/lib/${name%.xz}" ;;
	*)	cp "$file" "$tmp/lib/" ;;
	esac
	echo "${name%.xz}" >>"$tmp/modules"
done <"$tmp/list"
rm "$tmp/list"
(cd "$tmp" && find . | cpio --quiet -o -H newc -R 0:0) >"$out"
