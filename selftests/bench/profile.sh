#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Where do the instructions of a row go? Runs a row of rows.sh under a QEMU
# plugin that counts each executed instruction, and prints, per function:
# instructions per frame, and how many of them are locked.
#
#	profile.sh [-k KVER] [-n FRAMES] [-i] [-j JOB] ROW...
#
#	ROW...	as in rows.sh: plain switch vswitch, flood vswitch 256, ...
#	-j	what the job has before its rows comes first, and ROW is a line of
#		shell: -j netvsp.job "nics; nic_row plain"
#	-i	print single instructions, for use with objdump: function,
#		offset, times per frame, 1 if locked
#
# Counting slows QEMU down by far; the counts are exact.

set -euo pipefail
. "$(dirname "$0")/../../scripts/common.sh"

HERE=$ROOT/selftests/bench
kver='' frames=2000 single='' job=

usage()
{
	sed -n '3,/^$/s/^# \{0,1\}//p' "$0" >&2
	exit 2
}

while getopts k:n:ij: opt; do
	case $opt in
	k)	kver=$OPTARG ;;
	n)	frames=$OPTARG ;;
	i)	single=y ;;
	j)	job=$OPTARG ;;
	*)	usage ;;
	esac
done
shift $((OPTIND - 1))
[ $# -gt 0 ] || usage
[ -n "$kver" ] || kver=$("$ROOT/scripts/kernels.sh" list | sed -n 1p)

"$ROOT/scripts/deps.sh" bench

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
${CC:-cc} -O2 -Wall -shared -fPIC -o "$tmp/count.so" "$HERE/count.c"
cat >"$tmp/bench.job" <<JOB
FRAMES=$frames
${job:+$(sed '/^# The rows:/,$d' "$HERE/$job")}
$@
grep -i ' [tw] ' /proc/kallsyms
JOB
"$HERE/initramfs.sh" "$kver" "$tmp/initrd" "$HERE/rows.sh" "$tmp/bench.job"
"$HERE/boot.sh" "$kver" "$tmp/initrd" \
	-plugin "$tmp/count.so,out=$tmp/counts" >"$tmp/out"

grep -E '^(row|nic|bulk|disk|error) ' "$tmp/out" | sed 's/^/# /'
# Some rows are measured several times.
frames=$(awk '$1 == "row" { n += $8 } $1 == "nic" { n += $7 } $1 == "bulk" { n += $4 / 1000 } $1 == "disk" { n += $6 } END { print n + 0 }' "$tmp/out")
[ "$frames" -gt 0 ] || die "the row failed"

# Each instruction belongs to the last symbol before it.
perl -e '
	no warnings "portable";
	my ($out, $counts, $frames, $single) = @ARGV;
	my (%name, %n, %locked, $all, $all_locked);
	open(my $f, "<", $out) or die;
	while (<$f>) {
		next unless /^([0-9a-f]{16}) [tTwW] (\S+)\s*(\[.*\])?/;
		$name{hex $1} //= defined $3 ? "$2 $3" : $2;
	}
	my @starts = sort { $a <=> $b } keys %name;
	open($f, "<", $counts) or die;
	my (%times, %is_locked);
	while (<$f>) {
		next unless /^insn (\S+) (\d+) \d+ (\d)/;
		$times{hex $1} += $2;
		$is_locked{hex $1} = $3;
	}
	my $i = 0;
	for my $addr (sort { $a <=> $b } keys %times) {
		my ($times, $is_locked) = ($times{$addr}, $is_locked{$addr});
		$i++ while $i < $#starts && $starts[$i + 1] <= $addr;
		my $name = $name{$starts[$i]};
		printf "%s+0x%x %.2f %d\n", $name, $addr - $starts[$i],
			$times / $frames, $is_locked if $single && $times / $frames >= 0.01;
		$n{$name} += $times;
		$locked{$name} += $times * $is_locked;
		$all += $times;
		$all_locked += $times * $is_locked;
	}
	exit if $single;
	for (sort { $n{$b} <=> $n{$a} } keys %n) {
		printf "%9.1f %7.1f  %s\n", $n{$_} / $frames, $locked{$_} / $frames, $_
			if $n{$_} / $frames >= 0.5;
	}
	printf "%9.1f %7.1f  all\n", $all / $frames, $all_locked / $frames;
' "$tmp/out" "$tmp/counts" "$frames" "$single"
