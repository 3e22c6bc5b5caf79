# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034
#
# What every script here needs: where the repository is, where the cache is,
# and one way to say something. Sourced, never run.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# Kernels, out-of-tree builds and results live here; `rm -r` is always safe.
CACHE=${VSWITCH_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/vswitch}
# What was built from this working tree, by kernel; another tree has its own.
BUILD=$CACHE/build/$(sha256sum <<<"$ROOT" | cut -c1-8)
# Packages for VMs alone, unpacked; one folder each.
PEERS=$CACHE/peers

# Is it the word for a kernel of selftests/vm/debug-kernel.sh, not a release?
is_debug_kernel()
{
	[ "$1" = debug ] || [ "$1" = kcsan ]
}

# Something the user should know; stdout is kept for answers.
note()
{
	echo "${0##*/}: $*" >&2
}

die()
{
	note "$@"
	exit 1
}

# A script that make started is not part of that make: its variables and job
# slots are not for the makes we start.
unset MAKEFLAGS MFLAGS MAKELEVEL
