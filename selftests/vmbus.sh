#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The host side of VMBus: a process is the guest (vmbus/, on libvmbusguest), and
# the echo service its device. Each case runs twice, with guest memory mapped and
# with copies only, where that makes a difference.
#
# requires: jq python3
# uses: vmbus_host vmbus_local echo_guest
# timeout: 900
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lib/vmbus.sh"

TESTS="partition refusals versions reopen released modify gpadls quota flood sizes full
	many millions signals needless coalesce gpa xfer subchannels bends fuzz guided two heartbeat events kill
	unread removal netns privilege rings migrate badstate"

HERE=$(cd "$(dirname "$0")" && pwd)
GUEST=$HERE/vmbus/build/guest

setup()
{
	[ -x "$GUEST" ] || fail "selftests/vmbus is not built (scripts/build-tests.sh)"
	[ -e /run/vswitch-vm/job ] || skip "only in the disposable VM"
	check insmod "$(module_file vmbus_host)"
	# Whatever a case leaves behind goes with it.
	defer unload vmbus_host
	check vswitchctl partition add g services heartbeat,echo
	defer partition_del g
}

vmguest()
{
	"$GUEST" "$@"
}

# With mapped memory, and with copies.
both()
{
	check vmguest "$@"
	check vmguest -c "$@"
}

errors()
{
	show g ".errors[\"$1\"] // 0"
}

is_gone()
{
	[ "$(show g .attached)" = false ] && [ "$(show g .pages)" = 0 ]
}

test_partition()
{
	check_eq "$(show g '[.name, .transport, .attached, .channels, .gpadls, .pages] | join(" ")')" \
		"g device false 2 0 0" "a new partition"
	check_eq "$(show g '.services | join(",")')" "heartbeat,echo" "services"
	check_eq "$(show g '[.channel_list[].state] | unique | join(" ")')" offered "states"
	check_eq "$(show g '.channel_list[] | select(.service == "heartbeat").class')" \
		57164f39-9115-4e78-ab55-382f3bd5422d "class of heartbeat"
	check vswitchctl partition add h max-gpadls 5 max-pages 100 services none
	defer partition_del h
	check_eq "$(show h '[.max_gpadls, .max_pages, .channels] | join(" ")')" "5 100 0" "limits"
	check vswitchctl partition show
	check vswitchctl -s partition show g
	check_fail_with "there is a partition of this name" vswitchctl partition add g
	check_fail_with "no partition of this name" vswitchctl partition show x
	check_fail_with "no partition of this name" vswitchctl partition del x
	check_fail_with "one word of printable characters" vswitchctl partition add a/b
	check_fail_with "one word of printable characters" vswitchctl partition add "a b"
	check_fail_with "one word of printable characters" vswitchctl partition add ..
	check_fail_with "one word of printable characters" vswitchctl partition add ""
	check vswitchctl partition del h
	check vswitchctl partition add h
	check_eq "$(show h '.services | join(",")')" "heartbeat,timesync" "services by default"
}

test_refusals()
{
	check vmguest g refusals
	check busywait 20000 is_gone
}

test_versions()
{
	both g versions
	check_ge "$(errors version)" 12 "versions refused"
	check busywait 20000 is_gone
}

test_reopen()
{
	both g reopen 100
	check_eq "$(show g '.channel_list[] | select(.service == "echo").stats.opens')" 200 "opens"
	check_eq "$(show g '.errors | length')" 0 "errors"
}

test_released()
{
	check vmguest g released
	check_eq "$(errors message-state)" 1 "releases refused"
	check_eq "$(errors relid)" 1 "channels that are none"
	check busywait 20000 is_gone
}

test_modify()
{
	both g modify
}

test_gpadls()
{
	both g gpadls
	check_ge "$(errors gpadl-duplicate)" 2 "duplicates"
	check_ge "$(errors gpadl-unknown)" 2 "unknown"
	check_ge "$(errors memory)" 1 "memory that is none"
	check busywait 20000 is_gone
}

test_quota()
{
	check vswitchctl partition add h max-gpadls 10 max-pages 200 services echo
	defer partition_del h
	both h quota 10 200
	check_eq "$(show h '.errors["gpadl-quota"]')" 4 "refused"
	# What a process may lock, it may not exceed either.
	check_fail prlimit --memlock=65536 setpriv --bounding-set -ipc_lock \
		--inh-caps -ipc_lock "$GUEST" h quota 10 200
	check_eq "$(show h '.errors["gpadl-quota"]')" 5 "refused by the limit"
}

test_flood()
{
	both g flood
	check_ge "$(errors message-flood)" 2 "floods"
}

test_sizes()
{
	check vmguest g sizes 9
	check vmguest -c g sizes 63
	check_eq "$(show g '.errors | length')" 0 "errors"
}

test_full()
{
	both g full
	check_ge "$(show g '.channel_list[] | select(.service == "echo").stats.full')" 100 \
		"rings found full"
	check_eq "$(show g '.errors | length')" 0 "errors"
}

test_many()
{
	check vmguest g many 100000 16 64
	check vmguest g many 30000 64 4096 eventfd
	check vmguest -c g many 10000 16 64
	check_eq "$(show g '.errors | length')" 0 "errors"
}

worker_is_on()	# CPU
{
	[ "$(show g '.channel_list[] | select(.service == "echo").cpu')" = "$1" ]
}

# Each compared; the guest on one processor, the host's worker on another.
test_millions()
{
	local n=2000000

	[ ! -e /sys/kernel/debug/kmemleak ] || n=100000
	[ "$(nproc)" -ge 2 ] || skip "needs two CPUs"
	bg taskset -c 1 "$GUEST" g many $n 64 64
	check busywait 20000 worker_is_on 0
	wait "$BG_PID" || fail "$(<"$BG_LOG")"
	diag "$(<"$BG_LOG")"
	check_eq "$(show g '.errors | length')" 0 "errors"
}

# One at a time, each is signalled once in each direction; many at a time need
# fewer.
test_signals()
{
	local before after

	before=$(show g '.channel_list[] | select(.service == "echo").stats | [.rx_signals, .tx_signals] | join(" ")')
	check vmguest g many 2000 1 64 eventfd
	after=$(show g '.channel_list[] | select(.service == "echo").stats | [.rx_signals, .tx_signals] | join(" ")')
	diag "depth 1: from $before to $after (received, sent)"
	check_ge 2100 $((${after% *} - ${before% *})) "signals received"
	check_ge 2100 $((${after#* } - ${before#* })) "signals sent"
	before=$after
	check vmguest g many 20000 64 64 eventfd
	after=$(show g '.channel_list[] | select(.service == "echo").stats | [.rx_signals, .tx_signals] | join(" ")')
	diag "depth 64: from $before to $after (received, sent)"
	check_ge 20000 $((${after#* } - ${before#* })) "signals sent"
}

packets_of()	# PARTITION
{
	show "$1" '.channel_list[] | select(.service == "echo").stats.rx_packets'
}

flows()	# PARTITION
{
	[ "$(packets_of "$1")" -gt 100 ]
}

# Packets of a partition in a second.
rate()	# PARTITION
{
	local begin end before after

	before=$(packets_of "$1")
	begin=${EPOCHREALTIME/[.,]/}
	sleep 3
	after=$(packets_of "$1")
	end=${EPOCHREALTIME/[.,]/}
	echo $(((after - before) * 1000000 / (end - begin)))
}

signals_of()
{
	show g '.channel_list[] | select(.service == "echo").stats |
		(.rx_signals, .needless_signals, .wakeups)'
}

# A guest that only signals, from one processor, is looked at on another once in a tick.
# Sets $alone and $beside: what its neighbour there, guest and worker, has in a second while that
# other processor computes, and while the guest signals.
beside_needless()	# -c|"" [full]
{
	local was now begin ms i

	bg taskset -c 1 sh -c 'while :; do :; done'
	alone=$(rate w)
	lib_kill "$BG_PID"
	mapfile -t was < <(signals_of)
	begin=${EPOCHREALTIME/[.,]/}
	# shellcheck disable=SC2086 # none, or one
	bg taskset -c 1 "$GUEST" $1 g needless 5000 "${@:2}"
	check busywait 20000 grep -q "^# begins" "$BG_LOG"
	beside=$(rate w)
	wait "$BG_PID" || fail "$(<"$BG_LOG")"
	ms=$(((${EPOCHREALTIME/[.,]/} - begin) / 1000))
	mapfile -t now < <(signals_of)
	for i in 0 1 2; do
		now[i]=$((now[i] - was[i]))
	done
	diag "${*:-mapped}: ${now[0]} signals, ${now[1]} needless, ${now[2]} wakeups in $((ms / 1000)) s; the other's packets per second: $alone, meanwhile $beside"
	check_ge "${now[0]}" 20000 "signals"
	check_ge "${now[1]}" $((now[0] / 10 * 9)) "needless ones"
	# No kernel has more ticks than one in a millisecond.
	check_le "${now[2]}" $((ms + 300)) "wakeups"
}

# The neighbour keeps at least half. What else the machine does changes from second to second.
signal_needlessly()	# -c|"" [full]
{
	local alone beside

	for _ in 1 2 3 4; do
		beside_needless "$@"
		[ "$beside" -lt $((alone / 2)) ] || break
	done
	check_ge "$beside" $((alone / 2)) "packets of the other partition"
}

test_needless()
{
	[ "$(nproc)" -ge 2 ] || skip "needs two CPUs"
	check vswitchctl partition add w services echo
	defer partition_del w
	bg taskset -c 0 "$GUEST" w many 100000000 16 64
	check busywait 30000 flows w
	signal_needlessly ""
	signal_needlessly -c
	signal_needlessly "" full
	check_eq "$(show w '.errors | length') $(show g '.errors | length')" "0 0" "errors"
}

# Signals that are put off are no more than the time allows, and nothing hangs for that.
# The guest is on another processor than the worker: on the same one it finds the answer
# before it waits.
test_coalesce()
{
	local copy depth begin ms now sent=0

	[ "$(nproc)" -ge 2 ] || skip "needs two CPUs"
	check vswitchctl partition add h services echo coalesce-usecs 10000
	defer partition_del h
	check_eq "$(show h .coalesce_usecs)" 10000 "coalesce-usecs"
	for copy in "" -c; do
		for depth in 1 16; do
			begin=${EPOCHREALTIME/[.,]/}
			# shellcheck disable=SC2086 # none, or one
			check taskset -c 1 "$GUEST" $copy h many 500 $depth 64 eventfd
			ms=$(((${EPOCHREALTIME/[.,]/} - begin) / 1000))
			now=$(show h '.channel_list[0].stats.tx_signals')
			diag "${copy:-mapped}, depth $depth: $ms ms, $((now - sent)) signals for 500 packets"
			check_le $((now - sent)) $((ms / 10)) "signals sent"
			sent=$now
		done
	done
	both h full
}

test_gpa()
{
	both g gpa
	check_eq "$(show g '.errors | length')" 0 "errors"
}

test_xfer()
{
	both g xfer
	check busywait 20000 is_gone
}

test_subchannels()
{
	bg "$GUEST" g subchannels 7 3000 stay
	check busywait 60000 grep -q "^# over" "$BG_LOG"
	check_eq "$(show g '[.gpadls, .pages] | join(" ")')" "0 0" "GPADLs left of channels that are gone"
	lib_kill "$BG_PID"
	check busywait 20000 is_gone
	check vmguest -c g subchannels 5 500
	check_eq "$(show g .channels)" 2 "channels that are left"
	check_eq "$(show g '.errors | length')" 0 "errors"
}

bend()
{
	local copy=$1 name=$2 error=$3 before state

	before=$(errors "$error")
	# shellcheck disable=SC2086 # none, or one
	bg "$GUEST" $copy g bend "$name" "$LIB_TMP/go"
	check busywait 20000 grep -q "^# broken" "$BG_LOG"
	state=$(show g '.channel_list[] | select(.service == "echo") | [.state, .error] | join(" ")')
	check_eq "$state" "broken $error" "channel after $name"
	check_eq "$(errors "$error")" $((before + 1)) "errors after $name"
	touch "$LIB_TMP/go"
	wait "$BG_PID" || fail "$name: $(<"$BG_LOG")"
	rm "$LIB_TMP/go"
}

# Each is named, and only its channel is at a loss.
test_bends()
{
	local copy

	for copy in "" -c; do
		bend "$copy" write_index_far ring
		bend "$copy" write_index_odd ring
		bend "$copy" write_index_short ring
		bend "$copy" length_zero ring
		bend "$copy" length_beyond ring
		bend "$copy" offset_small ring
		bend "$copy" offset_large ring
		bend "$copy" type_unknown packet
		bend "$copy" too_long packet-long
		bend "$copy" gpa_lies packet
		bend "$copy" service_unknown service
		bend "$copy" in_read_index ring
	done
}

# At random; the seed is said, and the same again with it.
test_fuzz()
{
	local seed=${FUZZ_SEED:-$RANDOM} n=${FUZZ_MESSAGES:-200000}

	diag "FUZZ_SEED=$seed FUZZ_MESSAGES=$n"
	check vswitchctl partition add other services echo
	defer partition_del other
	bg "$GUEST" other many 100000000 4 64
	check vswitchctl partition add f services echo
	defer partition_del f
	check vmguest f fuzz "$seed" "$n"
	diag "mapped: ${LIB_OUT#\# }"
	check vmguest -c f fuzz "$seed" $((n / 4))
	diag "copied: ${LIB_OUT#\# }"
	diag "the host has read: $(show f '[.messages_in, ([.channel_list[].stats.rx_packets] | add)] | "\(.[0]) messages, \(.[1]) packets"')"
	diag "errors: $(show f '.errors | to_entries | map("\(.key) \(.value)") | join(", ")')"
	check_eq "$(show f '[.attached, .gpadls, .pages] | join(" ")')" "false 0 0" "what is left"
	check vmguest f reopen 3
	# Nobody else has noticed.
	check kill -0 "$BG_PID"
	check_eq "$(show other '.errors | length')" 0 "errors of the other partition"
	check vmguest g reopen 1
}

# Led by what code of the host ran, where the kernel can tell.
test_guided()
{
	local seed=${FUZZ_SEED:-$RANDOM} steps=${GUIDED_STEPS:-4000}

	diag "FUZZ_SEED=$seed"
	check vswitchctl partition add f services echo
	defer partition_del f
	check vmguest f guided "$seed" "$((steps / 2))"
	diag "mapped: ${LIB_OUT//$'\n'#/;}"
	check vmguest -c f guided "$seed" "$((steps / 2))"
	diag "copied: ${LIB_OUT//$'\n'#/;}"
	check vmguest g reopen 1
}

# Two guests at once, on both CPUs.
test_two()
{
	check vswitchctl partition add h services echo
	defer partition_del h
	bg "$GUEST" h many 20000 16 1000
	check vmguest g many 20000 16 1000
	wait "$BG_PID" || fail "$(<"$BG_LOG")"
}

test_heartbeat()
{
	local age

	bg "$GUEST" g heartbeat 2 stay
	check busywait 30000 grep -q "beats" "$BG_LOG"
	age=$(show g '.heartbeat_age // "none"')
	check_le "$age" 10000 "age of a beat"
	lib_kill "$BG_PID"
	check busywait 20000 is_gone
	check_eq "$(show g '.channel_list[] | select(.service == "heartbeat").stats.opens')" 1 opens
	age=$(show g '.heartbeat_age // "none"')
	check_eq "$age" none "age of a guest that is gone"
}

first_event()
{
	vswitchctl partition add first
	vswitchctl partition del first
	grep -q first "$BG_LOG"
}

test_events()
{
	bg vswitchctl -j monitor partition
	# It says nothing of when it begins to listen.
	check busywait 20000 first_event
	check vswitchctl partition add h services echo
	check vmguest h reopen 1
	check vswitchctl partition del h
	check busywait 10000 grep -q '"partition-del","name":"h"' "$BG_LOG"
	check_eq "$(jq -r 'select(.name == "h" or .partition == "h") |
		[.event, (.relid // .attached), .state] | map(tostring) | join(" ")' "$BG_LOG")" \
"partition false null
partition true null
channel 1 open
channel 1 offered
partition false null
partition-del false null" "events"
}

test_kill()
{
	local copy i

	for copy in "" -c; do
		for i in 1 2 3 4 5; do
			# shellcheck disable=SC2086 # none, or one
			bg "$GUEST" $copy g hold
			check busywait 20000 grep -q "^# ready" "$BG_LOG"
			sleep 0.$i
			kill -KILL "$BG_PID"
			wait "$BG_PID" 2>/dev/null || :
			check busywait 10000 is_gone
		done
	done
	check vmguest g reopen 1
}

# A guest that has not read an offer can use the channel all the same.
test_unread()
{
	check vswitchctl partition add u services echo
	defer partition_del u
	bg "$GUEST" u unread
	check busywait 20000 grep -q "^# ready" "$BG_LOG"
	check_eq "$(show u '[.gpadls, (.channel_list[] | select(.service == "echo") | .state)] | join(" ")')" \
		"1 open" "GPADLs, and the state of the channel"
	check vswitchctl partition del u
	kill "$BG_PID"
	wait "$BG_PID" 2>/dev/null || :
	check vswitchctl partition add u services echo
	check vmguest u reopen 1
}

test_removal()
{
	local i

	for i in 1 2 3; do
		bg "$GUEST" g removed
		check busywait 20000 grep -q "^# ready" "$BG_LOG"
		check vswitchctl partition del g
		wait "$BG_PID" || fail "$(<"$BG_LOG")"
		check vswitchctl partition add g services echo
	done
	bg "$GUEST" g hold
	check busywait 20000 grep -q "^# ready" "$BG_LOG"
	check vswitchctl partition del g
	check vswitchctl partition add g services echo
	check vmguest g reopen 1
}

# It goes with its network namespace, whoever is its guest.
test_netns()
{
	# Not ns_add: it goes before the case ends.
	check ip netns add gone
	check vswitchctl -n gone partition add g services echo
	check_eq "$(vswitchctl -n gone -j partition show | jq length)" 1 "partitions there"
	# In the namespace for as long as it takes to become a guest there.
	bg in_ns gone "$GUEST" g removed leave
	check busywait 20000 grep -q "^# ready" "$BG_LOG"
	check_eq "$(show g .attached)" false "the one of the same name here"
	check ip netns del gone
	wait "$BG_PID" || fail "$(<"$BG_LOG")"
	check vmguest g reopen 1
}

test_privilege()
{
	check_fail_with "CAP_NET_ADMIN is needed" setpriv --bounding-set -net_admin \
		--inh-caps -net_admin "$HERE/../userspace/vswitchctl" partition add x
	check_fail_with "Operation not permitted" setpriv --bounding-set -net_admin \
		--inh-caps -net_admin "$GUEST" g reopen 1
	check_fail setpriv --reuid 65534 --clear-groups "$GUEST" g reopen 1
	check_eq "$(stat -c %a /dev/vmbus_host)" 600 "mode of the node"
}

test_rings()
{
	local dir=/sys/kernel/debug file

	mountpoint -q $dir || check mount -t debugfs none $dir
	file=$dir/vmbus_host/rings
	[ "$(cat $file)" = "" ] || fail "rings of nobody"
	bg "$GUEST" g stuffed
	check busywait 20000 grep -q "^# ready" "$BG_LOG"
	check busywait 10000 grep -q "g: channel [0-9]* echo index 0 mapped held" $file
	check_eq "$(grep -c "type 11 flags 0 trans-id 0x" $file)" 32 "packets to the guest"
	check grep -q "type 6 flags 1 trans-id 0x[0-9a-f]* header 16 length 216" $file
}

# The same guest elsewhere, in the middle of it, and back.
test_migrate()
{
	check vswitchctl partition add h services heartbeat,echo
	defer partition_del h
	both g migrate h 40
	check_eq "$(show g '.errors | length') $(show h '.errors | length')" "0 0" "errors"
	check vswitchctl partition add none services none
	defer partition_del none
	check_fail_with "No such device" "$GUEST" g migrate none 1
}

test_badstate()
{
	local seed=$RANDOM

	diag "seed $seed"
	check vswitchctl partition add h services heartbeat,echo
	defer partition_del h
	both g badstate h "$seed" 2000
	check_eq "$(show h '[.attached, .gpadls, .pages, .channels] | join(" ")')" "false 0 0 2" "what is left"
}

run_tests "$@"
