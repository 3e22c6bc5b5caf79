#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Boot one kernel in a disposable VM that sees this machine's files (read-only,
# with a private writable layer) and run selftests in it, all in one boot.
#
#	run.sh [OPTION...] TEST...	NAME for selftests/NAME.sh, or a path; with
#					:CASE,CASE these of its cases only
#	run.sh [OPTION...] -c COMMAND	run one command; its status is ours
#	run.sh [OPTION...] -i		an interactive shell
#
#	-k KVER		kernel (default: the first of scripts/kernels.sh list);
#			"debug" and "kcsan" are those of debug-kernel.sh
#	-m "NAME..."	modules to load, by name or path (default: vswitch); with ""
#			none is loaded, and none is built
#	-t SECONDS	limit for a test that asks for a shorter one, or for none: then it is
#			300 without this. A debug kernel gets 3x
#	-n		do not build the modules and tools first
#	--append ARGS	more kernel command line
#	--qemu-args ARGS
#
# VSWITCH_VM_UNTIL=EPOCHSECONDS in the environment: begin no case later than that;
# those left over count as skipped. RACES_SECONDS=20: how long each case of the
# test races lasts. FUZZ_SEED, FUZZ_MESSAGES, GUIDED_STEPS: of hostile guests.
# VSWITCH_VM_MEM=3G, VSWITCH_VM_ACCEL=kvm|tcg,... override the machine's memory and accelerator.
#
# A test's header comment may ask for things (see selftests/README.md):
#	# requires: COMMAND...	skip it where these are missing
#	# modules: NAME...	load these as well
#	# timeout: SECONDS
#	# cmdline: ARGS		kernel command line, for the whole boot
#	# qemu: ARGS		devices, for the whole boot
#
# Output is KTAP, one subtest per file, and "N passed, N failed, N skipped" at
# the end. Besides failing cases it is a failure if the kernel reports anything
# (oops, WARN, lockdep, stall, hung task, leak...), becomes tainted, dies or
# hangs, if a module cannot be unloaded, or if the word that only a completed
# run produces is missing. The VM's console and all else is kept in a results
# directory. Exit status: 0 good, 1 something failed, 2 usage.

set -euo pipefail
. "$(dirname "$0")/../../scripts/common.sh"

HERE=$ROOT/selftests/vm
BOOT_TRIES=3

kver='' modules=vswitch timeout='' mode=tests command='' build=y
append=() qemu_args=() tests=()

usage()
{
	sed -n '3,/^$/s/^# \{0,1\}//p' "$0" >&2
	exit 2
}

while [ $# -gt 0 ]; do
	case $1 in
	-k)		kver=$2; shift ;;
	-m)		modules=$2; shift ;;
	-t)		timeout=$2; shift ;;
	-c)		mode=command command=$2; shift ;;
	-i)		mode=shell ;;
	-n)		build= ;;
	--append)	read -ra words <<<"$2"; append+=("${words[@]}"); shift ;;
	--qemu-args)	read -ra words <<<"$2"; qemu_args+=("${words[@]}"); shift ;;
	-*)		usage ;;
	*)		tests+=("$1") ;;
	esac
	shift || usage
done
[ $mode != tests ] || [ ${#tests[@]} -gt 0 ] || usage

kernels=$ROOT/scripts/kernels.sh
[ -n "$kver" ] || kver=$("$kernels" list | sed -n 1p)
[ -n "$kver" ] || die "no kernel to boot is installed (scripts/deps.sh vm gets them)"
image=$("$kernels" image "$kver")
release=$("$kernels" release "$kver")
modules_dir=$("$kernels" modules "$kver")
command -v qemu-system-x86_64 >/dev/null ||
	die "qemu-system-x86_64 is missing (scripts/deps.sh vm installs it)"
scale=1
if is_debug_kernel "$kver"; then
	scale=3
	# Accounting of memory adds a quarter to a fork. Tests of it have the
	# other kernels.
	append=(cgroup_disable=memory "${append[@]}")
fi

# --- what to run ---------------------------------------------------------------

cases=()
for i in "${!tests[@]}"; do
	file=${tests[i]%%:*} cases[i]=
	[ "$file" = "${tests[i]}" ] || cases[i]=${tests[i]#*:}
	[ -e "$file" ] && [[ $file == */* ]] || file=$ROOT/selftests/${file%.sh}.sh
	[ -x "$file" ] || die "no such test: ${tests[i]}"
	tests[i]=$(realpath "$file")
done

header()
{
	[ ${#tests[@]} = 0 ] || sed -sn "1,/^[^#]/s/^# $1: *//p" "${tests[@]}"
}

modules+=" $(header modules | xargs)"
read -ra words <<<"$(header cmdline | xargs)"
append+=("${words[@]}")
read -ra words <<<"$(header qemu | xargs)"
qemu_args+=("${words[@]}")

built=$BUILD/$kver/kernel
if [ -n "$build" ] && [ -e "$ROOT/kernel/Kbuild" ] && [[ $modules =~ [^\ ] ]]; then
	"$ROOT/scripts/build.sh" "$kver" >/dev/null
	"$ROOT/scripts/build-tests.sh" >&2
fi

# --- the machine ---------------------------------------------------------------

out=$CACHE/results/$(date +%Y%m%d-%H%M%S)-$release-$$
mkdir -p "$out/job" "$out/bin"
# The fifty latest results are enough.
(cd "$CACHE/results" && printf '%s\n' */ | head -n -50 | xargs -r rm -rf)

# The run gets its own copies: the originals may be built again meanwhile.
module_files=
for name in $modules; do
	case $name in
	*/*)	file=$(realpath "$name") ;;
	*)	file=$(find "$built" -name "$name.ko" 2>/dev/null) ;;
	esac
	[ -n "$file" ] || die "module $name is not built for $kver ($built)"
	[ ! -e "$out/bin/$(basename "$file")" ] || continue
	cp "$file" "$out/bin/"
	module_files+=" $out/bin/$(basename "$file")"
done
# Those that tests load by themselves.
for name in $(header uses); do
	file=$(find "$built" "${built%/*}/selftests" -name "$name.ko" 2>/dev/null)
	[ -z "$file" ] || cp "$file" "$out/bin/"
done
for file in "$ROOT"/userspace/{vswitchctl,*.so}; do
	[ ! -e "$file" ] || cp "$file" "$out/bin/"
done

# What tests start most, with its libraries and the symbolic links on the way there,
# for guest.sh to keep in memory.
near()
{
	local files

	readarray -t files < <(PATH=/usr/sbin:/usr/bin:/sbin:/bin type -P \
		bash ip bridge tc ethtool sysctl ping sleep timeout env mktemp rm \
		cat cut grep sed awk sort comm head tail tr wc xargs jq python3)
	{
		printf '%s\n' /bin /sbin /lib /lib64 "${files[@]}"
		readlink -e "${files[@]}"
		ldd "${files[@]}" 2>/dev/null | grep -oE '/[^ :]+' |
			while read -r file; do
				echo "$file"
				readlink -e "$file"
			done
	} | sort -u
}

token=$(od -An -N8 -tx8 /dev/urandom | xargs)
stty_size=$(stty size 2>/dev/null | awk '{ print "rows", $1, "cols", $2 }' || :)

stop=
if [ -n "${VSWITCH_VM_UNTIL-}" ]; then
	stop=$((VSWITCH_VM_UNTIL > EPOCHSECONDS ? VSWITCH_VM_UNTIL - EPOCHSECONDS : 0))
fi

for i in "${!tests[@]}"; do
	echo "${tests[i]} ${cases[i]//,/ }"
done >"$out/job/tests"
near >"$out/job/near"
{
	printf 'VM_%s=%q\n' ROOT "$ROOT" BIN "$out/bin" BUILT "${built%/*}" TOKEN "$token" KVER "$release" \
		PEERS "$PEERS" MODULES_DIR "$modules_dir" MODULES "$module_files" \
		TIMEOUT "$timeout" SCALE "$scale" MODE "$mode" \
		STOP "$stop" \
		COMMAND "$command" STTY "$stty_size" TERM "${TERM-}"
	printf 'export RACES_SECONDS=%q\n' "${RACES_SECONDS:-20}"
	for var in FUZZ_SEED FUZZ_MESSAGES GUIDED_STEPS; do
		[ -z "${!var-}" ] || printf 'export %s=%q\n' "$var" "${!var}"
	done
} >"$out/job/job"
{
	cat "$("$HERE/initramfs.sh" "$kver")"
	cd "$out" && find job | cpio --quiet -o -H newc
} >"$out/initrd"

cmdline=(console=ttyS0 loglevel=5 panic=-1 oops=panic no_timer_check
	random.trust_cpu=on mitigations=off net.ifnames=0
	"${append[@]}")
qemu=(qemu-system-x86_64 -nodefaults -no-user-config -no-reboot
	-M q35 -smp 2 -m "${VSWITCH_VM_MEM:-3G}"
	-kernel "$image" -initrd "$out/initrd"
	-fsdev "local,id=host,path=/,security_model=none,readonly=on,multidevs=remap"
	-device "virtio-9p-pci,fsdev=host,mount_tag=host")
accel=${VSWITCH_VM_ACCEL:-$("$HERE/accel.sh")}

# Sets $machine, the arguments that depend on the accelerator.
accelerate()
{
	local words=("${cmdline[@]}")

	case $accel in
	kvm)	machine=(-accel kvm -cpu host) ;;
	tcg)	# Emulated, "rep stosb" is far slower than stores of words, and
		# reading the HPET than the TSC.
		machine=(-accel "tcg,thread=multi" -cpu "max,-erms,-fsrm")
		words+=(tsc=reliable) ;;
	*)	machine=(-accel "$accel" -cpu max) ;;
	esac
	machine+=(-append "${words[*]}")
}

accelerate
if [ $mode = shell ]; then
	qemu+=(-nographic -serial mon:stdio)
else
	qemu+=(-display none -serial "file:$out/console" -device virtio-serial-pci
		-chardev "file,id=port,path=$out/port"
		-device "virtserialport,chardev=port,name=vswitch")
fi
qemu+=("${qemu_args[@]}")

pid=
trap '[ -z "$pid" ] || kill "$pid" 2>/dev/null || :; rm -rf "$out/initrd" "$out/bin"' EXIT
trap 'exit 130' INT TERM

if [ $mode = shell ]; then
	"${qemu[@]}" "${machine[@]}"
	exit
fi

# --- following a run -------------------------------------------------------------

passed=0 failed=0 skipped=0	# what the last line says
ready='' complete=''		# guest.sh runs; it has come to its end
test='' case=''			# what runs now; the last result it gave
file_passed=0 file_failed=0 planned=''
index=0 status=0

# A failure that is not a case's.
failure()
{
	failed=$((failed + 1))
	echo "not ok - $*"
}

count()
{
	case $1 in
	"not ok "*)	failed=$((failed + 1)); file_failed=$((file_failed + 1)) ;;
	*"# SKIP"*)	skipped=$((skipped + 1)); file_passed=$((file_passed + 1)) ;;
	*)		passed=$((passed + 1)); file_passed=$((file_passed + 1)) ;;
	esac
	case=$1
}

begin()
{
	test=$1 case='' planned='' file_passed=0 file_failed=0
	index=$((index + 1))
	[ $mode != tests ] || echo "  # Subtest: $test"
}

end()
{
	local why=

	status=$2
	case $2 in
	0 | 4)	;;
	124 | 137)
		why="did not end in time (last result: ${case:-none})" ;;
	*)	[ $file_failed -gt 0 ] || why="ended with status $2" ;;
	esac
	if [ -z "$why" ] && [ -z "$planned" ]; then
		why="gave no plan"
	elif [ -z "$why" ] && [ $((file_passed + file_failed)) != "$planned" ]; then
		why="planned $planned cases, ran $((file_passed + file_failed))"
	fi
	test=
	[ $mode = tests ] || return 0
	[ -z "$why" ] || failure "$1 $why"
	if [ -z "$why" ] && [ $file_failed = 0 ]; then
		echo "ok $index $1"
	else
		echo "not ok $index $1"
	fi
}

line()
{
	local word rest

	case $1 in
	"#vm "*)
		read -r _ word rest <<<"$1"
		case $word in
		phase)	ready=y phase=${rest#* }
			limit=$((SECONDS + ${rest%% *})) ;;
		begin)	begin "$rest" ;;
		end)	end "${rest% *}" "${rest##* }" ;;
		skip)	index=$((index + 1)) skipped=$((skipped + 1))
			echo "ok $index ${rest%% *} # SKIP ${rest#* }" ;;
		fail)	failure "$rest" ;;
		done)	[ "$rest" != "$token" ] || complete=y ;;
		esac
		return ;;
	esac
	if [ $mode = command ]; then
		echo "$1"
		return
	fi
	echo "  $1"
	case $1 in
	"ok "[0-9]* | "not ok "[0-9]*)	count "$1" ;;
	1..[0-9]*)
		planned=${1#1..} planned=${planned%% *}
		[[ $1 != *"# SKIP"* ]] || skipped=$((skipped + 1)) ;;
	esac
}

# One boot, from start to end. Returns when QEMU is gone.
boot()
{
	local text='' part rc

	: >"$out/port"
	"${qemu[@]}" "${machine[@]}" </dev/null >"$out/qemu" 2>&1 &
	pid=$!
	phase="the boot" limit=$((SECONDS + 240 * scale))
	exec 4< <(exec tail -n +1 -s 0.2 -f --pid=$pid "$out/port")
	while :; do
		rc=0
		IFS= read -r -t 2 -u 4 part || rc=$?
		text+=$part
		if [ $rc = 0 ]; then
			line "${text%$'\r'}"
			text=
		elif [ $rc -le 128 ]; then
			break
		fi
		if [ $SECONDS -gt $limit ] && [ -n "$pid" ]; then
			[ -z "$ready" ] || failure "$phase: the VM hangs; it was stopped"
			kill -KILL "$pid"
			break
		fi
	done
	exec 4<&-
	qemu_status=0
	{ wait $pid || qemu_status=$?; } 2>/dev/null
	pid=
}

# "file: first line" of what the kernel said during the tests; nothing if it
# was quiet. What comes before guest.sh is not our doing.
report()
{
	"$HERE/kernel-report.sh" "$out/console"
}

[ $mode != tests ] || printf 'KTAP version 1\n1..%d\n' ${#tests[@]}
for ((try = 1; try <= BOOT_TRIES; try++)); do
	boot
	[ -z "$ready" ] || break
	cp "$out/console" "$out/console.$try"
	note "kernel $release did not reach init (QEMU's status $qemu_status: $(tail -n1 "$out/qemu" || :)); try $try of $BOOT_TRIES"
	# A KVM inside a KVM may well be broken; emulation always works.
	[ "$accel" != kvm ] || [ -n "${VSWITCH_VM_ACCEL-}" ] || accel=tcg
	accelerate
done

if [ -z "$ready" ]; then
	failure "kernel $release did not boot"
	tail -n 20 "$out/console" | sed 's/^/# /'
elif [ -z "$complete" ]; then
	[ -z "$test" ] || failure "$test: the VM died in it (last result: ${case:-none})"
	for ((; index < ${#tests[@]}; index++)); do
		failure "$(basename "${tests[index]}" .sh) was not run"
	done
	[ $failed -gt 0 ] || failure "the VM ended without its success token, during $phase"
fi
if [ -n "$ready" ]; then
	while IFS= read -r text; do
		case $text in
		"# "*)	echo "$text" ;;
		*)	failure "$text" ;;
		esac
	done < <(report)
fi

[ $failed = 0 ] || note "the console of this run is $out/console"
if [ $mode = command ]; then
	[ $failed = 0 ] || exit 1
	exit "$status"
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed = 0 ] && [ $((passed + skipped)) -gt 0 ]
