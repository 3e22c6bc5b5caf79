#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Make the initramfs of one kernel, print its path: busybox, ./initramfs-init
# and the modules needed to reach the host's root file system over 9p. Kept in
# the cache. Not compressed, so that a job can be appended to it as a second
# archive.
#
#	initramfs.sh KVER

set -euo pipefail
. "$(dirname "$0")/../../scripts/common.sh"

HERE=$ROOT/selftests/vm
MODULES=(virtio_pci virtio_console 9pnet_virtio 9p overlay)

kver=$1
release=$("$ROOT/scripts/kernels.sh" release "$kver")
modules=$("$ROOT/scripts/kernels.sh" modules "$kver")
busybox=$(command -v busybox) || die "busybox is missing (package busybox-static)"
id=$(cat "$0" "$HERE/initramfs-init" "$modules/modules.dep" | sha256sum | cut -c1-12)
out=$CACHE/initramfs/$release-$id

if [ -e "$out" ]; then
	echo "$out"
	exit
fi

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
mkdir -p "$tmp"/{bin,lib,proc,sys,dev,host,rw,new} "$CACHE/initramfs"
cp "$busybox" "$tmp/bin/busybox"
cp "$HERE/initramfs-init" "$tmp/init"
chmod +x "$tmp/init"

# A module's dependencies come before it; what is built in is not listed.
for module in "${MODULES[@]}"; do
	modprobe -d "${modules%/lib/modules/*}/" -S "$release" --show-depends "$module" ||
		die "kernel $release has no module $module"
done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }' >"$tmp/list"
while read -r file; do
	name=$(basename "$file")
	case $name in
	*.xz)	xz -dc "$file" >"$tmp/lib/${name%.xz}" ;;
	*)	cp "$file" "$tmp/lib/" ;;
	esac
	echo "${name%.xz}" >>"$tmp/modules"
done <"$tmp/list"
touch "$tmp/modules"
rm "$tmp/list"

(cd "$tmp" && find . | cpio --quiet -o -H newc -R 0:0) >"$out.$$"
mv "$out.$$" "$out"
echo "$out"
