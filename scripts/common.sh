# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034
#
# What every script here needs: where the repository is, where the cache is,
# and one way to say something. Sourced, never run.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# Kernels, out-of-tree builds and results live here; `rm -r` is always safe.
CACHE=${VSWITCH_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/vswitch}

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
