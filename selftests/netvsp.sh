#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The distribution's hv_netvsc, as it comes, is the guest of NICs on a switch.
#
#	netns g1			netns g2
#	hv_netvsc			hv_netvsc
#	   | VMBus (vmbus_local)	   |
#	vmbus_host, partition p1	partition p2
#	   |				   |
#	 nic1				 nic2	(netvsp)
#	   +---------- vsT --------------+	(vswitch)
#			|
#		       ext0: veth to netns ext
#
# requires: jq python3 iperf3 ethtool
# uses: vmbus_host vmbus_local netvsp
# timeout: 1500
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lib/vmbus.sh"

TESTS="basic"

load_all()	# [PARAMETER...] of vmbus_local
{
	load_bus "$@"
	check insmod "$(module_file netvsp)"
	defer unload netvsp
	insmod_driver net/hyperv/hv_netvsc
	defer unload hv_netvsc
}

setup()
{
	[ -e /run/vswitch-vm/job ] || skip "only in the disposable VM"
	driver_file net/hyperv/hv_netvsc >/dev/null || skip "this kernel has no hv_netvsc"
	! loaded hv_vmbus || skip "hv_vmbus is loaded"
}

nic()	# NAME FILTER
{
	vswitchctl -j nic show "$1" | jq -r ".[0]$2"
}

is_running()	# NAME
{
	[ "$(nic "$1" .state)" = running ]
}

del_switch()
{
	ip link del vsT 2>/dev/null || :
}

test_basic()
{
	load_all
	check vswitchctl switch add vsT type private
	defer del_switch
	partition p1
	check vswitchctl nic add p1 name nic1 switch vsT mac 02:00:00:00:00:11
	vswitchctl nic show
	check busywait 20000 is_running nic1
	vswitchctl -s partition show p1
	ip link
	sleep 3
	ip link
}

run_tests "$@"
