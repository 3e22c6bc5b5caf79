#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Make the initramfs of a measurement: busybox, the few programs that set a
# network up with the libraries they need, the modules, and the scripts. There
# is no other file system, so that guest time never includes waiting for one.
#
#	initramfs.sh KVER OUT FILE...	scripts (*.sh, *.job), or more programs

set -euo pipefail
. "$(dirname "$0")/../../scripts/common.sh"

HERE=$ROOT/selftests/bench
PROGRAMS=(ip bridge tc ethtool "$ROOT/userspace/vswitchctl")
OWN=(mark send bulk io ovs-datapath)
MODULES=(dummy veth pktgen bridge)
# Rows without their module are left out.
# shellcheck disable=SC2206 # words
OPTIONAL=(macvlan sch_ingress cls_flower act_mirred openvswitch ${BENCH_MODULES-})

kver=$1 out=$2
shift 2
release=$("$ROOT/scripts/kernels.sh" release "$kver")
modules=$("$ROOT/scripts/kernels.sh" modules "$kver")
busybox=$(command -v busybox) || die "busybox is missing (package busybox-static)"

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
mkdir -p "$tmp"/{bin,modules,bench/bin,proc,sys,dev,etc,run,tmp}
cp "$busybox" "$tmp/bin/busybox"
cp "$HERE/guest.sh" "$tmp/init"

for file; do
	case $file in
	*.sh | *.job)	cp "$file" "$tmp/bench/" ;;
	*)		PROGRAMS+=("$file") ;;
	esac
done
make -s -C "$ROOT/userspace" >&2
read -ra nl < <(pkg-config --cflags --libs libnl-genl-3.0 | xargs)
for program in "${OWN[@]}"; do
	${CC:-cc} -O2 -Wall -o "$tmp/$program" "$HERE/$program.c" "${nl[@]}"
done
for program in "${PROGRAMS[@]}" "${OWN[@]/#/$tmp/}"; do
	path=$(command -v "$program") || die "$program is missing"
	cp "$path" "$tmp/bench/bin/"
	# "name => path (address)", and the loader, which has no arrow
	ldd "$path" | sed -nE 's/.*=> (\/[^ ]+) .*/\1/p; s/^\s+(\/[^ ]+) .*/\1/p' |
		while read -r lib; do
			[ -e "$tmp/$lib" ] || install -D "$lib" "$tmp/$lib"
		done
done
rm "${OWN[@]/#/$tmp/}"

# A module's dependencies come before it; what is built in is not listed.
for module in "${MODULES[@]}" "${OPTIONAL[@]}"; do
	modprobe -d "${modules%/lib/modules/*}/" -S "$release" --show-depends "$module" 2>/dev/null ||
		[[ " ${OPTIONAL[*]} " == *" $module "* ]] ||
		die "kernel $release has no module $module"
done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }' >"$tmp/list"
while read -r file; do
	name=$(basename "$file")
	case $name in
	*.xz)	xz -dc "$file" >"$tmp/modules/${name%.xz}" ;;
	*)	cp "$file" "$tmp/modules/" ;;
	esac
	echo "${name%.xz}" >>"$tmp/modules/order"
done <"$tmp/list"
rm "$tmp/list"

built=$("$ROOT/scripts/build.sh" "$kver")
cp "$built/vswitch/vswitch.ko" "$tmp/modules/"
echo vswitch.ko >>"$tmp/modules/order"
# The job loads these itself, and drivers of the distribution without what they ask for.
for module in ${BENCH_GUEST_MODULES-}; do
	file=$(find "$modules/" -name "$module.ko*" | sed -n 1p)
	case $file in
	*.xz)	xz -dc "$file" >"$tmp/modules/$module.ko" ;;
	*)	cp "$file" "$tmp/modules/" ;;
	esac
done
for module in ${BENCH_OWN_MODULES-}; do
	cp "$(find "$built" -name "$module.ko")" "$tmp/modules/"
done

# Nothing of it may differ from one build to the next but what is measured.
find "$tmp" -exec touch -h -d @0 {} +
(cd "$tmp" && find . | LC_ALL=C sort |
	cpio --quiet --reproducible -o -H newc -R 0:0) >"$out"
