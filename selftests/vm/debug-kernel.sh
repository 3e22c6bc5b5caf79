#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Build a debug kernel: Debian's linux-source-6.1 with debug.patch and
# debug.config, outside the tree, once per source version, patch and configuration.
# The kernel "kcsan" is that one with what kcsan.config says differently.
#
#	debug-kernel.sh [debug|kcsan]	build it if needed, print its directory
#	debug-kernel.sh --cached [...]	print its directory if it is built, else fail
#
# The directory holds:
#	vmlinuz				the kernel
#	build/				for make -C DIR/build M=...
#	root/lib/modules/RELEASE	its modules
#	release				RELEASE, one line
# A build that was interrupted is taken up where it stopped; two callers at
# once share one build.

set -euo pipefail
. "$(dirname "$0")/../../scripts/common.sh"

SERIES=6.1
TARBALL=/usr/src/linux-source-$SERIES.tar.xz
HERE=$ROOT/selftests/vm
PATCH=$HERE/debug.patch
# Raise it when this script starts to build something else from the same input.
RECIPE=1

cached=
if [ "${1-}" = --cached ]; then
	cached=y
	shift
fi
kind=${1:-debug} fragments=("$HERE/debug.config") make_args=()
case $kind in
debug)	# What watches the rest need not be watched itself: of a process start
	# they are the most that runs. Locks and what RCU frees are, as ever.
	make_args=(KASAN_SANITIZE_{lockdep,trace_preemptirq,unwind_frame,stacktrace,extable,smp_processor_id,debugobjects,kmemleak}.o=n) ;;
kcsan)	fragments+=("$HERE/kcsan.config")
	# Only our modules are watched, and the xarrays that hold their data:
	# races of the rest are not ours, and watching it all makes a kernel ten
	# times slower. (rhashtable has its locks in the words that they protect,
	# which is a race by the letter.) Where barriers are implied, they still
	# have to be seen.
	make_args=(KCSAN_SANITIZE=n
		KCSAN_SANITIZE_xarray.o=y
		KCSAN_INSTRUMENT_BARRIERS_{mutex,rwsem,spinlock,tree,update,workqueue,timer,softirq}.o=y) ;;
*)	die "unknown kernel: $kind (debug or kcsan)" ;;
esac

# What the fragments say, in the order of the first; the last one is right. What
# is "n" in a later one is not named at all, as if the first did not have it.
merge()
{
	awk -F= '/^CONFIG_/ {
		if (!($1 in line))
			name[n++] = $1
		line[$1] = $0
	}
	END {
		for (i = 0; i < n; i++)
			if (line[name[i]] !~ /=n$/)
				print line[name[i]]
	}' "${fragments[@]}"
}

source_version=$(dpkg-query -W -f '${Version}' "linux-source-$SERIES" 2>/dev/null) ||
	die "the $kind kernel needs the package linux-source-$SERIES (scripts/deps.sh debug)"
wanted=$(merge)
# Without KASAN and kmemleak there is nothing to make cheaper.
patch_id=
[ "$kind" != debug ] || patch_id=$(sha256sum <"$PATCH" | cut -c1-8)
id=$(echo "$RECIPE $source_version $wanted ${make_args[*]}${patch_id:+ $patch_id}" |
	sha256sum | cut -c1-12)
DIR=$CACHE/$kind-$id
SRC=$CACHE/src/linux-$source_version${patch_id:+-$patch_id}

if [ -e "$DIR/complete" ]; then
	echo "$DIR"
	exit
fi
[ -z "$cached" ] || exit 1

unpack()
{
	[ ! -e "$SRC/.unpacked" ] || return 0
	note "unpacking linux-source-$SERIES $source_version"
	mkdir -p "$SRC"
	tar -C "$SRC" --strip-components=1 -xf "$TARBALL"
	[ -z "$patch_id" ] || patch -d "$SRC" -s -p1 <"$PATCH" ||
		die "$PATCH does not apply"
	touch "$SRC/.unpacked"
}

configure()
{
	local line bad=0

	echo "$wanted" >"$DIR/wanted.config"
	kmake KCONFIG_ALLCONFIG="$DIR/wanted.config" allnoconfig >/dev/null
	while read -r line; do
		grep -qxF "$line" "$DIR/build/.config" && continue
		note "$kind.config: $line was not taken over by Kconfig"
		bad=1
	done <<<"$wanted"
	[ $bad = 0 ] || exit 1
}

kmake()
{
	nice -n 19 make -s -C "$SRC" O="$DIR/build" KBUILD_BUILD_TIMESTAMP=@0 \
		"${make_args[@]}" "$@"
}

# Objects and built modules are not needed to build other modules.
prune()
{
	find "$DIR/build" \( -path "$DIR/build/scripts" -o \
			     -path "$DIR/build/tools" \) -prune -o \
		-type f \( -name '*.o' -o -name '*.a' -o -name '*.ko' -o \
			   -name '.*.cmd' -o -name 'vmlinux*' -o \
			   -name 'bzImage' \) -exec rm -f {} +
}

mkdir -p "$DIR/build" "$CACHE/src"
exec 9>"$DIR/lock"
flock 9
if [ ! -e "$DIR/complete" ]; then
	unpack
	[ -e "$DIR/build/.config.ok" ] || configure
	touch "$DIR/build/.config.ok"
	note "building the $kind kernel in $DIR (about 15 minutes on two cores)"
	kmake -j"$(nproc)" bzImage modules >"$DIR/build.log" 2>&1 ||
		die "the $kind kernel does not build: $(grep -m1 -E 'error|Error' "$DIR/build.log" || tail -n1 "$DIR/build.log") ($DIR/build.log)"
	kmake INSTALL_MOD_PATH="$DIR/root" modules_install >>"$DIR/build.log" 2>&1
	release=$(<"$DIR/build/include/config/kernel.release")
	ln -sfn "$DIR/build" "$DIR/root/lib/modules/$release/build"
	cp "$DIR/build/arch/x86/boot/bzImage" "$DIR/vmlinuz"
	echo "$release" >"$DIR/release"
	prune
	touch "$DIR/complete"
fi
echo "$DIR"
