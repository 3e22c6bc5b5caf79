#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Boot an initramfs of initramfs.sh so that time is a count of instructions,
# print what its rows say, return when it is off.
#
#	boot.sh KVER INITRD [QEMU-ARGUMENT...]
#
# -icount shift=0 makes one executed instruction one nanosecond of guest time,
# for everything in the guest; with sleep=off idle time is skipped, not waited
# for. One vCPU, nothing random, no device that answers in its own time: the
# same input gives the same result to the nanosecond, on any machine, however
# busy. The REP string instructions of a CPU with ERMS, or one of the later
# features for short strings, count once per byte, so the CPU has none of them.
#
# BENCH_CPUS=N in the environment: that many vCPUs, which run at once, and so
# without all that. In one thread QEMU would tell plugins the wrong CPU, since a
# piece of code that one vCPU translated is the others' as well.

set -euo pipefail
. "$(dirname "$0")/../../scripts/common.sh"

kver=$1 initrd=$2
shift 2
image=$("$ROOT/scripts/kernels.sh" image "$kver")

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

cmdline=(console=ttyS0 quiet panic=-1 oops=panic no_timer_check ipv6.disable=1
	net.ifnames=0 nokaslr norandmaps random.trust_cpu=on noreplace-smp)

cpus=${BENCH_CPUS:-1}
accel=(-accel "tcg,thread=single" -icount "shift=0,sleep=off")
[ "$cpus" = 1 ] || accel=(-accel "tcg,thread=multi")

status=0
timeout "${BENCH_TIMEOUT:-3600}" \
	qemu-system-x86_64 -nodefaults -no-user-config -no-reboot -display none \
	-M q35 -smp "$cpus" -m 1G -cpu max,erms=off,fsrm=off,fzrm=off,fsrs=off,fsrc=off \
	"${accel[@]}" \
	-seed 42 -rtc base=2024-01-01T00:00:00,clock=vm \
	-kernel "$image" -initrd "$initrd" -append "${cmdline[*]}" \
	-serial "file:$tmp/console" -serial "file:$tmp/rows" "$@" \
	</dev/null >&2 || status=$?
tr -d '\r' <"$tmp/rows"
# The kernel is quiet, and a program that complains has not done its part.
tr -d '\r' <"$tmp/console" | grep -avE '^$|reboot: Power down' | head -n 50 |
	sed 's/^/console: /' >&2 || :
[ $status = 0 ] || die "QEMU ended with status $status"
