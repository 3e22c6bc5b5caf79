#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What of a switch's forwarding path would two CPUs get in each other's way
# with? Two flows between disjoint ports run on two CPUs under a QEMU plugin;
# prints, for each switch, "pair SWITCH LOCKED LINES": per forwarded frame, the
# LOCK-prefixed instructions executed and the distinct cache lines written that
# forwarding on the other CPU uses as well, from the receive handler on and
# without what dev_queue_xmit() does. docs/performance.md says more.
#
#	pair.sh [-k KVER] [-n FRAMES] [-v] [SWITCH...]
#
#	SWITCH	vswitch, bridge or bridge-vlan (default: all)
#	-v	say which instructions those are, as comments

set -euo pipefail
. "$(dirname "$0")/../../scripts/common.sh"

HERE=$ROOT/selftests/bench
kver='' frames=1000 verbose=

usage()
{
	sed -n '3,/^$/s/^# \{0,1\}//p' "$0" >&2
	exit 2
}

while getopts k:n:v opt; do
	case $opt in
	k)	kver=$OPTARG ;;
	n)	frames=$OPTARG ;;
	v)	verbose=y ;;
	*)	usage ;;
	esac
done
shift $((OPTIND - 1))
[ $# -gt 0 ] || set -- vswitch bridge bridge-vlan
[ -n "$kver" ] || kver=$("$ROOT/scripts/kernels.sh" list | sed -n 1p)

"$ROOT/scripts/deps.sh" bench

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
${CC:-cc} -O2 -Wall -shared -fPIC -o "$tmp/count.so" "$HERE/count.c"

# ENTRY and MODULE of a switch
code_of()
{
	case $1 in
	vswitch*)	echo vsw_rx_handler vswitch ;;
	bridge*)	echo br_handle_frame bridge ;;
	*)		usage ;;
	esac
}

{
	echo "FRAMES=$((frames / 2))"
	for switch; do
		echo "pair $switch $(code_of "$switch")"
	done
	[ -z "$verbose" ] || echo "grep -E '\[(vswitch|bridge)\]' /tmp/symbols"
} >"$tmp/bench.job"
"$HERE/initramfs.sh" "$kver" "$tmp/initrd" "$HERE/rows.sh" "$tmp/bench.job"
BENCH_CPUS=2 "$HERE/boot.sh" "$kver" "$tmp/initrd" \
	-plugin "$tmp/count.so,out=$tmp/counts,memory=on" >"$tmp/out"
grep '^error ' "$tmp/out" || :
grep -q '^pair ' "$tmp/out" || die "no pair of flows ran"
if [ -n "$verbose" ]; then
	# Under the plugin this would take minutes. Where modules are may differ.
	echo "grep -i ' [tw] [^[]*$' /proc/kallsyms" >"$tmp/bench.job"
	"$HERE/initramfs.sh" "$kver" "$tmp/initrd" "$HERE/rows.sh" "$tmp/bench.job"
	BENCH_CPUS=2 "$HERE/boot.sh" "$kver" "$tmp/initrd" >>"$tmp/out"
fi

perl -e '
	no warnings "portable";
	my ($out, $counts, $verbose) = @ARGV;
	my (%name, @rows);
	open(my $f, "<", $out) or die;
	while (<$f>) {
		push @rows, [$1, $2] if /^pair (\S+) (\d+)/;
		$name{hex $1} //= $2 if /^([0-9a-f]{16}) [tTwW] (\S+)/;
	}
	my @starts = sort { $a <=> $b } keys %name;
	sub where {
		return $_[0] unless @starts;
		my ($addr, $low, $high) = (hex $_[0], 0, $#starts);
		while ($low < $high) {
			my $middle = int(($low + $high + 1) / 2);
			$starts[$middle] <= $addr ? ($low = $middle) : ($high = $middle - 1);
		}
		return sprintf "%s+0x%x", $name{$starts[$low]}, $addr - $starts[$low];
	}
	my (@locked, @lines);
	open($f, "<", $counts) or die;
	while (<$f>) {
		my ($what, @l) = split;
		push @locked, [where($l[0]), $l[2]] if $what eq "insn" && $l[3] && $l[2];
		push @lines, [where($l[3]), $l[0], $l[1], $l[2], where($l[4])] if $what eq "line";
		next unless $what eq "frames";

		my ($switch, $frames) = @{shift @rows or die "more stretches than rows\n"};
		die "$switch: $frames frames, but $l[0] entries\n" if $frames != $l[0];
		# What the other CPU met by chance is not shared.
		@lines = grep { $_->[3] >= $frames / 200 } @lines;
		my ($locked, $written) = (0, 0);
		$locked += $_->[1] for @locked;
		$written += $_->[2] for @lines;
		printf "pair %s %.3f %.3f\n", $switch, $locked / $frames, $written / $frames;
		if ($verbose) {
			printf "# locked %.3f at %s\n", $_->[1] / $frames, $_->[0]
				for grep { $_->[1] >= $frames / 1000 } @locked;
			printf "# line %s: %.3f, last by %s; the other CPU: %.3f, last by %s\n",
				$_->[1], $_->[2] / $frames, $_->[0], $_->[3] / $frames, $_->[4]
				for grep { $_->[2] >= $frames / 1000 } @lines;
		}
		@locked = @lines = ();
	}
	die "fewer stretches than rows\n" if @rows;
' "$tmp/out" "$tmp/counts" "$verbose"
