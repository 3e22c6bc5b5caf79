#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A real guest of vmbus_host: a Debian kernel with the distribution's own hv_vmbus
# and drivers, in a VM (vmm/) in the VM that this runs in. KVM has its SynIC,
# /dev/vmbus_host the host's side.
#
#	inner kernel: hv_utils, uio_hv_generic + vmbus-echo
#	     |  hypercalls, event flags, SINT 2
#	KVM's SynIC --- eventfds, vmm ---> /dev/vmbus_host, partition "real"
#
# And with hv_netvsc and hv_storvsc, a NIC on a switch and a disk.
#
# requires: jq busybox cpio modprobe python3
# uses: vmbus_host vmbus_local echo_guest netvsp storvsp
# timeout: 1200
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lib/vmbus.sh"
. "$(dirname "$0")/lib/storvsp.sh"

TESTS="mapped copied versions older nic nic_copied disk disk_copied freezes
	not_on_hyperv"

HERE=$(cd "$(dirname "$0")" && pwd)
VMM=$HERE/vmm/build/vmm
# Messages of ours come in bursts, and the console has to show all of them.
ARGS="earlyprintk=serial,ttyS0,115200,keep printk.devkmsg=on nokaslr pci=off
	reboot=t panic=-1 mitigations=off random.trust_cpu=on"

# The newest kernel of a series (or of all of them) that can be booted here.
inner()	# [SERIES]
{
	find /boot -name "vmlinuz-${1-}*-amd64" -printf '%f\n' | sort -V |
		sed -n '$s/^vmlinuz-//p'
}

setup()
{
	local module=kvm_amd

	[ -e /run/vswitch-vm/job ] || skip "only in the disposable VM"
	[ -x "$VMM" ] || fail "selftests/vmm is not built (scripts/build-tests.sh)"
	! grep -qw vmx /proc/cpuinfo || module=kvm_intel
	modprobe $module 2>"$LIB_TMP/kvm" || skip "no KVM in this VM: $(<"$LIB_TMP/kvm")"
	[ -e /dev/kvm ] || skip "no /dev/kvm in this VM"
	check insmod "$(module_file vmbus_host)"
	defer unload vmbus_host
	check vswitchctl partition add real services heartbeat,timesync,echo
	defer partition_del real
}

channel()	# SERVICE FIELD
{
	show real ".channel_list[] | select(.service == \"$1\").$2"
}

is_gone()
{
	[ "$(show real .attached)" = false ] && [ "$(show real .pages)" = 0 ]
}

is_closed()
{
	[ "$(channel echo state) $(show real .channels)" = "offered 3" ]
}

# Boot, and wait until the guest's job is done.
boot()	# KERNEL JOB MODULES [VMM OPTION...]
{
	local kernel=$1 job=$2 modules=$3; shift 3

	# shellcheck disable=SC2086 # words
	check "$HERE/vmm/initrd.sh" "$kernel" "$LIB_TMP/initrd" $modules
	# shellcheck disable=SC2116,SC2086 # on one line
	bg "$VMM" -v "$@" -k "/boot/vmlinuz-$kernel" -i "$LIB_TMP/initrd" \
		-a "$(echo $ARGS) job=$job" real
	busywait 400000 said_or_dead "inner: ready" >/dev/null || :
	said "inner: ready" || fail "the guest did not get so far; its console:" "$(<"$BG_LOG")"
}

said()
{
	grep -q "$1" "$BG_LOG"
}

said_or_dead()
{
	said "$1" || lib_gone "$BG_PID"
}

check_said()
{
	said "$1" || fail "the guest did not say '$1'; its console:" "$(<"$BG_LOG")"
}

# What the partition is like with a guest that does well.
check_alive()
{
	local beats age

	check_said "inner: heartbeat channel: "
	check_eq "$(show real '[.version, .attached] | join(" ")')" "5.3 true" "connection"
	check_eq "$(channel heartbeat state) $(channel timesync state)" "open open" \
		"channels"
	beats=$(channel heartbeat stats.rx_packets)
	check busywait 30000 more_beats "$beats"
	age=$(show real '.heartbeat_age // 1000000')
	check_le "$age" 15000 "age of a beat"
	check_eq "$(show real '.errors | length')" 0 "errors"
	check_said "hv_utils: Heartbeat IC version 3.0"
	diag "heartbeats: $(channel heartbeat stats.rx_packets), the last $age ms ago"
}

more_beats()
{
	[ "$(channel heartbeat stats.rx_packets)" -gt "$1" ]
}

check_echo()
{
	check_said "inner: echo passed"
	check_eq "$(channel echo stats.opens)" 1 "opens of the echo channel"
	check_ge "$(channel echo stats.rx_packets)" "$1" "packets echoed"
	# Its driver has ended, and the sub-channel with that.
	check busywait 10000 is_closed
	diag "$(grep -o "inner: echo: .*\|inner: interrupts .*" "$BG_LOG")"
}

test_mapped()
{
	boot "$(inner)" echoes "hv_vmbus hv_utils uio_hv_generic"
	check_alive
	check_echo 5200
	lib_kill "$BG_PID"
	check busywait 10000 is_gone
}

# The host copies guest memory; and the channel moves to the second processor.
test_copied()
{
	boot "$(inner)" echoes "hv_vmbus hv_utils uio_hv_generic" -c -p 2
	check_alive
	check_echo 10400
	check_said "inner: interrupts HYP: [0-9]* [1-9][0-9][0-9]"
	lib_kill "$BG_PID"
	check busywait 10000 is_gone
}

# All that it speaks, each from the beginning to the end; then it resets itself.
check_versions()	# KERNEL
{
	local version

	boot "$1" versions "hv_vmbus hv_utils" -t
	for version in 2.4 3.0 4.0 4.1 5.0 5.1 5.2 5.3; do
		check_said "hv_vmbus: Vmbus version:$version"
	done
	check_eq "$(grep -c "inner: passed at" "$BG_LOG")" 8 "versions that had heartbeats"
	wait "$BG_PID" || fail "the VMM: $(tail -n 20 "$BG_LOG")"
	check busywait 10000 is_gone
	check_eq "$(channel heartbeat stats.opens)" 8 "opens of the heartbeat channel"
	check_eq "$(show real '.errors | length')" 0 "errors"
}

test_versions()
{
	check_versions "$(inner)"
}

# 6.12.95 forgets to say UNLOAD when its module is unloaded; 6.1 does, from 3.0 on.
test_older()
{
	local kernel

	kernel=$(inner 6.1.)
	[ -n "$kernel" ] || skip "no kernel 6.1 is installed"
	check_versions "$kernel"
	check_eq "$(grep -c "to connection [14]: message 16 of" "$BG_LOG")" 7 "UNLOAD"
	check_eq "$(grep -c "from the host: message 17 of" "$BG_LOG")" 7 "UNLOAD_RESPONSE"
}

# Until one has sent all; prints the sum of it, and of what others get.
servers()
{
	bg python3 -c '
import hashlib, os, socket, threading

def take():
    c, _ = taker.accept()
    h = hashlib.sha256()
    while data := c.recv(1 << 16):
        h.update(data)
    print("taken", h.hexdigest(), flush=True)

def give():
    c, _ = giver.accept()
    c.sendall(data)
    c.close()

data = os.urandom(3 << 20)
print("given", hashlib.sha256(data).hexdigest(), flush=True)
taker = socket.create_server(("192.0.2.1", 7000))
giver = socket.create_server(("192.0.2.1", 7001))
threads = [threading.Thread(target=f) for f in (take, give)]
for t in threads:
    t.start()
for t in threads:
    t.join()'
	SERVERS_LOG=$BG_LOG
	check busywait 10000 grep -q given "$SERVERS_LOG"
}

add_nic()
{
	check insmod "$(module_file netvsp)"
	defer unload netvsp
	check vswitchctl switch add vsR type internal management off
	defer lib_link_del vsR
	check ip link set vsR up
	check vswitchctl vnic add vsR hostR
	check ip addr add 192.0.2.1/24 dev hostR
	check ip link set hostR up
	check vswitchctl nic add real name nicR switch vsR mac 02:00:00:00:00:77
	servers
}

check_transfers()
{
	check_said "inner: netdev [a-z0-9]* 02:00:00:00:00:77"
	check_said "inner: ping passed"
	check_said "inner: sent $(sed -n 's/^taken //p' "$SERVERS_LOG")"
	check_said "inner: received $(sed -n 's/^given //p' "$SERVERS_LOG")"
	check_eq "$(vswitchctl -j nic show nicR | jq -r '.[0] | "\(.state) \(.version)"')" \
		"running 6.1" "the NIC"
	check_eq "$(show real '.errors | length')" 0 "errors"
}

check_nic()	# [VMM OPTION...]
{
	add_nic
	boot "$(inner)" net "hv_vmbus hv_netvsc" "$@"
	check_transfers
	lib_kill "$BG_PID"
	check busywait 10000 is_gone
	check_eq "$(vswitchctl -j nic show nicR | jq -r '.[0].state')" closed "the NIC"
}

test_nic()
{
	check_nic
}

test_nic_copied()
{
	check_nic -c -p 2
}

add_disk()
{
	load_fabric
	check truncate -s 16M "$LIB_TMP/real.img"
	check vswitchctl disk add real file "$LIB_TMP/real.img"
	defer vswitchctl disk del real lun 0
}

check_data()
{
	local sum

	check_said "inner: disk of 32768 sectors"
	sum=$(head -c 8M "$LIB_TMP/real.img" | sha256sum | cut -d' ' -f1)
	check_said "inner: wrote $sum"
	check_said "inner: read $sum"
	check_eq "$(show real '.errors | length')" 0 "errors"
}

check_disk()	# [VMM OPTION...]
{
	add_disk
	boot "$(inner)" disk "hv_vmbus hv_storvsc sd_mod" "$@"
	check_data
	lib_kill "$BG_PID"
	check busywait 10000 is_gone
}

test_disk()
{
	check_disk
}

test_disk_copied()
{
	check_disk -c
}

# A guest that hibernates closes its channels and unloads; when it wakes up it
# begins anew, on the same devices.
check_freezes()	# KERNEL
{
	add_disk
	add_nic
	boot "$1" freezes "hv_vmbus hv_utils hv_netvsc hv_storvsc sd_mod"
	check_said "inner: pinged before"
	check_eq "$(grep -c "inner: thawed" "$BG_LOG")" 2 "times that it woke up"
	check_transfers
	check_data
	check_eq "$(grep -c "inner: read $(sed -n 's/^.*inner: wrote //p' "$BG_LOG")" "$BG_LOG")" 2 \
		"times that the data were read"
	lib_kill "$BG_PID"
	check busywait 10000 is_gone
}

test_freezes()
{
	check_freezes "$(inner)"
}

# Where Hyper-V is, its guest's own bus is left alone.
test_not_on_hyperv()
{
	[ -e "/boot/vmlinuz-$(uname -r)" ] || skip "this kernel cannot be booted inside"
	boot "$(uname -r)" local_bus "$(module_file vmbus_host) $(module_file vmbus_local)"
	check_said "inner: vmbus_host is loaded"
	check_said "inner: vmbus_local is not loaded"
	check_said "this is a guest of Hyper-V"
}

run_tests "$@"
