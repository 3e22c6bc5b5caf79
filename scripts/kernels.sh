#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Where kernels are. KVER is a release such as `ls /lib/modules` shows, or the
# word "debug" or "kcsan" for a kernel of selftests/vm/debug-kernel.sh.
#
#	kernels.sh list			the kernels that tests run on: the newest
#					Debian kernel of each series that has
#					both an image and headers here
#	kernels.sh default		the one to build for when nobody said:
#					the running one if it has headers
#	kernels.sh release KVER		what uname -r will say
#	kernels.sh image KVER		the vmlinuz
#	kernels.sh modules KVER		the directory lib/modules/KVER
#	kernels.sh build KVER		the directory for make -C

set -euo pipefail
. "$(dirname "$0")/common.sh"

DEBUG=$ROOT/selftests/vm/debug-kernel.sh

image()
{
	[ -r "/boot/vmlinuz-$1" ] && echo "/boot/vmlinuz-$1"
}

modules()
{
	[ -d "/lib/modules/$1/kernel" ] && echo "/lib/modules/$1"
}

build()
{
	[ -e "/lib/modules/$1/build/Makefile" ] && echo "/lib/modules/$1/build"
}

# Every release with headers, newest last.
with_headers()
{
	find /lib/modules -maxdepth 2 -name build -printf '%h\n' 2>/dev/null |
		sed 's|.*/||' | sort -V |
		while read -r kver; do
			! build "$kver" >/dev/null || echo "$kver"
		done
}

list()
{
	local kver series last='' newest=''

	while read -r kver; do
		{ image "$kver" && modules "$kver"; } >/dev/null || continue
		series=$(cut -d. -f1,2 <<<"$kver")
		[ "$series" = "$last" ] || [ -z "$newest" ] || echo "$newest"
		last=$series newest=$kver
	done < <(with_headers | grep -- '-amd64$')
	[ -z "$newest" ] || echo "$newest"
}

default()
{
	if build "$(uname -r)" >/dev/null; then
		uname -r
	else
		with_headers | tail -n1
	fi
}

verb=${1-list} kver=${2-}
case $verb in
list | default)
	# In one write: a reader may only want the first line.
	text=$($verb)
	[ -z "$text" ] || echo "$text"
	exit ;;
release | image | modules | build)
	;;
*)
	die "unknown word: $verb" ;;
esac

if is_debug_kernel "$kver"; then
	dir=$("$DEBUG" --cached "$kver") ||
		die "the $kver kernel is not built ($DEBUG $kver builds it)"
	case $verb in
	release)	cat "$dir/release" ;;
	image)		echo "$dir/vmlinuz" ;;
	modules)	echo "$dir/root/lib/modules/$(<"$dir/release")" ;;
	build)		echo "$dir/build" ;;
	esac
elif [ "$verb" = release ]; then
	echo "$kver"
elif ! $verb "$kver"; then
	case $verb in
	build)	die "no headers for kernel $kver (package linux-headers-$kver)" ;;
	*)	die "no image of kernel $kver (scripts/deps.sh vm gets the tested ones)" ;;
	esac
fi
