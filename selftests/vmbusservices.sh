#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What guests are asked by the administrator: to shut down, and for keys and values.
# A process is the guest (vmbus/services.c), which answers as it is told to, and then
# the distribution's hv_utils in this kernel, and its hv_kvp_daemon.
#
#	vswitchctl --- vmbus_host --- shutdown, kvp --- guest | hv_utils --- hv_kvp_daemon
#
# requires: jq python3
# uses: vmbus_host vmbus_local
# timeout: 900
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lib/vmbus.sh"

TESTS="actions refused nobody silent late close numbers killed many keys hostile
	removal privilege real_shutdown real_kvp"

HERE=$(cd "$(dirname "$0")" && pwd)
GUEST=$HERE/vmbus/build/guest

setup()
{
	[ -x "$GUEST" ] || fail "selftests/vmbus is not built (scripts/build-tests.sh)"
	[ -e /run/vswitch-vm/job ] || skip "only in the disposable VM"
	rm -f "$LIB_TMP/go"
	check insmod "$(module_file vmbus_host)"
	# Whatever a case leaves behind goes with it.
	defer unload vmbus_host
	check vswitchctl partition add g services shutdown,kvp
	defer partition_del g
}

# A guest of g, that has agreed on a version.
start()	# [-c] CASE VERSION HOW [FILE]
{
	local copy=() before

	[ "$1" != -c ] || { copy=(-c); shift; }
	before=$(packets "$1")
	bg "$GUEST" "${copy[@]}" g "$@"
	check busywait 30000 grep -q "^# ready" "$BG_LOG"
	# The host reads that a little later.
	check busywait 10000 have_come "$1" "$before"
}

packets()	# SERVICE
{
	show g ".channel_list[] | select(.service == \"$1\").stats.rx_packets"
}

have_come()	# SERVICE BEFORE
{
	[ "$(packets "$1")" -gt "$2" ]
}

stop()
{
	lib_kill "$BG_PID"
	check busywait 10000 is_gone
}

is_gone()
{
	[ "$(show g .attached)" = false ]
}

# When the guest is there for it.
ask()	# WORD...
{
	local out

	while ! out=$(vswitchctl partition "$@" 2>&1) && [[ $out == *"not ready"* ]]; do
		sleep 0.1
	done
	[ -z "$out" ] || echo "$out"
	[[ $out != vswitchctl:* ]] || { echo "the guest: $(tail -n 5 "$BG_LOG")"; return 1; }
}

test_actions()
{
	local copy

	for copy in "" -c; do
		# shellcheck disable=SC2086 # none, or one
		start $copy shutdown 3.2 ok
		check grep -q "^# version 3.2" "$BG_LOG"
		check ask shutdown g
		check ask shutdown g force
		check ask shutdown g reboot
		check ask shutdown g reboot force
		check ask shutdown g hibernate
		check ask shutdown g hibernate force
		check_eq "$(sed -n 's/^# asked //p' "$BG_LOG" | xargs)" \
			"80000000 0 0 80000000 0 1 80000000 0 2 80000000 0 3 80000000 0 4 80000000 0 5" \
			"what was asked"
		check_eq "$(vswitchctl -j partition shutdown g reboot | jq -r '.[0] | [.name, .action, .outcome] | join(" ")')" \
			"g reboot done" "as JSON"
		stop
	done
	check_eq "$(show g '.errors | length')" 0 "errors"
}

# By the guest, or on behalf of one that is too old.
test_refused()
{
	start shutdown 3.2 refuse
	check_fail_with "the guest refuses: status 0x80004005" ask shutdown g
	stop
	start shutdown 3.1 ok
	check ask shutdown g reboot
	check_fail_with "too old" ask shutdown g hibernate
	stop
	start shutdown 3.0 ok
	check ask shutdown g
	check_fail_with "too old" ask shutdown g reboot
	stop
	start shutdown 1.0 ok
	check ask shutdown g force
	check_fail_with "too old" ask shutdown g reboot
	check_mistakes vswitchctl partition <<-'END'
		shutdown
		shutdown g now
		shutdown g force reboot
		kvp g get
		kvp g set a
		kvp g del
		kvp g show a
		kvp g none
		kvp g get a b
	END
}

test_nobody()
{
	check_fail_with "no driver for this, or is not ready" vswitchctl partition shutdown g
	check_fail_with "no driver for this, or is not ready" vswitchctl partition kvp g
	check vswitchctl partition add h
	defer partition_del h
	check_fail_with "made without this service" vswitchctl partition shutdown h
	check_fail_with "made without this service" vswitchctl partition kvp h get x
	check_fail_with "no partition of this name" vswitchctl partition shutdown x
	check_fail_with "no partition of this name" vswitchctl partition kvp x
	# Its channel is open, but it has said nothing.
	bg "$GUEST" g shutdown none ok
	check busywait 20000 is_open
	check_fail_with "no driver for this, or is not ready" vswitchctl partition shutdown g
	lib_kill "$BG_PID"
}

is_open()
{
	[ "$(show g '.channel_list[] | select(.service == "shutdown").state')" = open ]
}

# A guest that does not answer, and whoever else waits for it meanwhile.
test_silent()
{
	local begin=$SECONDS first

	start shutdown 3.2 silent
	bg ask shutdown g
	first=$BG_LOG
	check busywait 20000 grep -q "^# asked" "$LIB_TMP"/bg.*
	check_fail_with "the guest does not answer" vswitchctl partition shutdown g reboot
	check busywait 20000 grep -q "the guest does not answer" "$first"
	check_ge $((SECONDS - begin)) 39 "seconds until then"
	check_eq "$(show g '.errors | length')" 0 "errors"
}

# What is late is nobody's answer, and in nobody's way.
test_late()
{
	start shutdown 3.2 late "$LIB_TMP/go"
	check_fail_with "the guest does not answer" ask shutdown g
	touch "$LIB_TMP/go"
	check vswitchctl partition shutdown g reboot
	check_eq "$(show g '.errors | length')" 0 "errors"
}

test_close()
{
	local what

	for what in shutdown kvp; do
		start "$what" 3.2 close
		check_fail_with "has closed the channel" ask "$what" g
		check busywait 10000 is_gone
	done
}

# Answers to what was asked of somebody else, or of nobody.
test_numbers()
{
	local how

	for how in wrong twice guess; do
		start shutdown 3.2 "$how"
		check ask shutdown g
		check vswitchctl partition shutdown g reboot
		check vswitchctl partition shutdown g hibernate
		check_eq "$(grep -c "^# asked" "$BG_LOG")" 3 "questions to one that answers $how"
		stop
	done
	check_eq "$(show g '.errors | length')" 0 "errors"
}

# Who asked is gone when the answer comes; the next one's turn comes all the same.
test_killed()
{
	local guest log i

	start shutdown 3.2 late "$LIB_TMP/go"
	guest=$BG_PID log=$BG_LOG
	for i in 1 2 3 4; do
		bg "$HERE/../userspace/vswitchctl" partition shutdown g reboot
		check busywait 20000 grep -q "^# asked" "$log"
		lib_kill "$BG_PID"
	done
	touch "$LIB_TMP/go"
	check vswitchctl partition shutdown g
	check_eq "$(sed -n 's/^# asked //p' "$log" | xargs)" "80000000 0 2 80000000 0 0" \
		"what was asked: those that were given up in time never were"
	BG_PID=$guest
	stop
}

# More than wait their turn.
test_many()
{
	local i pids=() refused=0

	start shutdown 3.2 late "$LIB_TMP/go"
	for i in {1..80}; do
		vswitchctl partition shutdown g reboot >"$LIB_TMP/many.$i" 2>&1 &
		pids+=($!)
	done
	check busywait 60000 some_refused
	touch "$LIB_TMP/go"
	for i in "${pids[@]}"; do
		wait "$i" || refused=$((refused + 1))
	done
	check_eq "$(cat "$LIB_TMP"/many.* | grep -c "has not answered what it was asked before")" \
		"$refused" "those that were refused, and why"
	check_ge "$refused" 10 "refused"
	check_ge $((80 - refused)) 64 "granted"
}

some_refused()
{
	[ "$(cat "$LIB_TMP"/many.* | grep -c "asked before")" -ge 10 ]
}

test_keys()
{
	local copy long out

	for copy in "" -c; do
		# shellcheck disable=SC2086 # none, or one
		start $copy kvp 4.0 ok
		check_eq "$(ask kvp g get OSName)" "Grüße 🐧" "text"
		check_eq "$(ask kvp g get Dword)" $((0x56789abc)) "a number"
		check_eq "$(ask kvp g get Qword)" $((0x123456789abc)) "a long number"
		check_eq "$(ask kvp g get Escape)" "a?[2Jb??2Jc?" "what is meant for the terminal"
		check_eq "$(vswitchctl -j partition kvp g get Escape | jq -r '.[0].value | length')" 11 \
			"the same as JSON"
		long=$(vswitchctl -j partition kvp g | jq -r '.[] | select(.key | startswith("歫")) | [(.key | length), (.value | length)] | join(" ")')
		check_eq "$long" "255 1023" "units of the longest"
		check_eq "$(vswitchctl -j partition kvp g | jq -r '.[] | select(.key == "Unknown").value')" "" \
			"a value of another kind"
		check_fail_with "knows no such key" ask kvp g get nothing
		check ask kvp g set Täst "ein Wert"
		check ask kvp g set b ""
		check_eq "$(ask kvp g get Täst)" "ein Wert" "what was set"
		check ask kvp g set Täst "ein anderer"
		check_eq "$(vswitchctl -j partition kvp g show |
			jq -c '[.[] | select(.pool == "external") | [.key, .value]]')" \
			'[["Täst","ein anderer"],["b",""]]' "pool external"
		check ask kvp g del Täst
		check_fail_with "knows no such key" ask kvp g del Täst
		check_fail_with "knows no such key" ask kvp g get Täst
		check_eq "$(vswitchctl partition kvp g show | grep external)" "external b: " "what is left"
		long=$(printf 'x%.0s' {1..255})
		check ask kvp g set "$long" "$long$long$long$long"
		out=$(ask kvp g get "$long")
		check_eq "${#out}" 1020 "length of a long value"
		check_fail_with "key: UTF-8 of 1 to 255" vswitchctl partition kvp g set "${long}x" a
		check_fail_with "key: UTF-8 of 1 to 255" vswitchctl partition kvp g set "" a
		check_fail_with "key: UTF-8 of 1 to 255" vswitchctl partition kvp g del $'\xff\xfe'
		check_fail_with "value: UTF-8 of at most 1023" vswitchctl partition kvp g set a "$long$long$long$long${long:0:4}"
		stop
	done
	check_eq "$(show g '.errors | length')" 0 "errors"
	start kvp 3.0 ok
	check_eq "$(ask kvp g get Dword)" $((0x56789abc)) "by an older version"
}

test_hostile()
{
	local how n=0

	for how in short huge; do
		n=$((n + 1))
		start kvp 4.0 "$how"
		check_fail_with "has closed the channel" ask kvp g get OSName
		check_eq "$(show g '.channel_list[] | select(.service == "kvp") | [.state, .error] | join(" ")')" \
			"broken packet" "channel"
		check_eq "$(show g '.errors.packet')" $n "errors"
		check_fail_with "not ready" vswitchctl partition kvp g get OSName
		stop
	done
	start kvp 4.0 guess
	check_eq "$(ask kvp g get Dword)" $((0x56789abc)) "in spite of guesses"
}

# The partition goes, or its namespace, while somebody waits.
test_removal()
{
	local guest

	start shutdown 3.2 silent
	guest=$BG_PID
	bg ask shutdown g
	check busywait 20000 grep -q "^# asked" "$LIB_TMP"/bg.*
	check vswitchctl partition del g
	lib_kill "$guest"
	lib_kill "$BG_PID"
	check ip netns add gone
	check vswitchctl -n gone partition add n services shutdown
	bg ip netns exec gone "$GUEST" n shutdown 3.2 silent
	check busywait 30000 grep -q "^# ready" "$BG_LOG"
	guest=$BG_PID
	bg ask_in gone shutdown n
	check busywait 20000 grep -q "^# asked" "$LIB_TMP"/bg.*
	lib_kill "$guest"
	lib_kill "$BG_PID"
	check ip netns del gone
}

ask_in()
{
	ip netns exec "$1" "$HERE/../userspace/vswitchctl" partition "${@:2}"
}

test_privilege()
{
	start shutdown 3.2 ok
	check_fail_with "CAP_NET_ADMIN is needed" setpriv --bounding-set -net_admin \
		--inh-caps -net_admin "$HERE/../userspace/vswitchctl" partition shutdown g
	check_fail_with "CAP_NET_ADMIN is needed" setpriv --bounding-set -net_admin \
		--inh-caps -net_admin "$HERE/../userspace/vswitchctl" partition kvp g
	check_fail grep "^# asked" "$BG_LOG"
}

local_guest()	# SERVICES
{
	check insmod "$(module_file vmbus_local)"
	defer unload vmbus_local
	check vswitchctl partition add p1 transport local services "$1"
	defer partition_del p1
	insmod_driver hv/hv_utils
	defer unload hv_utils
	check busywait 10000 bound_are 1
}

# hv_utils has the kernel power off, and the kernel runs a command for that: ours.
test_real_shutdown()
{
	local old

	# shellcheck disable=SC2016 # for the shell that runs it
	printf '#!/bin/sh\necho "$0" >>%s/said\n' "$LIB_TMP" >"$LIB_TMP/off"
	cp "$LIB_TMP/off" "$LIB_TMP/reboot"
	chmod +x "$LIB_TMP/off" "$LIB_TMP/reboot"
	old=$(sysctl -n kernel.poweroff_cmd)
	defer sysctl -q -w "kernel.poweroff_cmd=$old"
	check sysctl -q -w "kernel.poweroff_cmd=$LIB_TMP/off"
	[ -e /sbin/reboot ] || { check touch /sbin/reboot; defer rm /sbin/reboot; }
	check mount --bind "$LIB_TMP/reboot" /sbin/reboot
	defer umount /sbin/reboot
	local_guest shutdown
	check ask shutdown p1 reboot
	check busywait 20000 grep -q reboot "$LIB_TMP/said"
	# That depends on the machine, and does no more than to tell udev.
	lib_run ask shutdown p1 hibernate
	diag "hibernate: ${LIB_OUT:-done}"
	[[ ${LIB_OUT:-0x80004005} == *0x80004005* ]] || fail "neither done nor refused"
	check ask shutdown p1 force
	check busywait 20000 grep -q off "$LIB_TMP/said"
	check_eq "$(show p1 '.errors | length')" 0 "errors"
}

test_real_kvp()
{
	local daemon

	daemon=$(command -v hv_kvp_daemon || :)
	[ -n "$daemon" ] || skip "no hv_kvp_daemon (package hyperv-daemons)"
	local_guest kvp
	# Both names are there.
	check busywait 10000 test -c /dev/vmbus/hv_kvp
	check test -c /dev/vmbus_host
	check_fail_with "not ready" vswitchctl partition kvp p1
	rm -rf /var/lib/hyperv
	bg "$daemon" -n
	defer rm -rf /var/lib/hyperv
	check_eq "$(ask kvp p1 get OSName)" "$(. /etc/os-release && echo "$NAME")" "OSName"
	check_eq "$(ask kvp p1 get ProcessorArchitecture)" "$(uname -m)" "ProcessorArchitecture"
	check_eq "$(ask kvp p1 get OSBuildNumber)" "$(uname -r)" "OSBuildNumber"
	diag "$(vswitchctl partition kvp p1)"
	check_ge "$(vswitchctl -j partition kvp p1 | jq '[.[] | select(.pool == "auto")] | length')" 10 \
		"what it says of itself"
	check ask kvp p1 set role "Datenbank ü"
	check ask kvp p1 set owner me
	check grep -q "Datenbank ü" /var/lib/hyperv/.kvp_pool_0
	check_eq "$(ask kvp p1 get role)" "Datenbank ü" "what was set"
	check ask kvp p1 del role
	check_fail_with "knows no such key" ask kvp p1 get role
	check_fail_with "knows no such key" ask kvp p1 del role
	check_eq "$(ask kvp p1 get owner)" me "the other"
	# The daemon comes again.
	lib_kill "$BG_PID"
	bg "$daemon" -n
	check_eq "$(ask kvp p1 get owner)" me "by the next daemon"
	check_eq "$(show p1 '.errors | length')" 0 "errors"
}

run_tests "$@"
