#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The switch's policies hold for guests whose adapter is hv_netvsc: the tests that are
# there for each of them, with such guests in the place of veth pairs (lib/nicguest.sh).
#
# requires: jq python3 iperf3 ethtool dnsmasq dhclient dhcpd radvd
# uses: vmbus_host vmbus_local netvsp
# timeout: 2400
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lib/vmbus.sh"

TESTS="acl guard pvlan mirror storm iplimit porttest traffic gso"

setup()
{
	[ -e /run/vswitch-vm/job ] || skip "only in the disposable VM"
	driver_file net/hyperv/hv_netvsc >/dev/null || skip "this kernel has no hv_netvsc"
	! loaded hv_vmbus || skip "hv_vmbus is loaded"
	load_bus
	check insmod "$(module_file netvsp)"
	defer unload netvsp
	insmod_driver net/hyperv/hv_netvsc
	defer unload hv_netvsc
}

# A skipped case would be one that proves nothing.
of()	# TEST CASE...
{
	local out status=0

	out=$(VSWITCH_GUESTS=nic "$(dirname "$0")/$1.sh" "${@:2}" 2>&1) || status=$?
	diag "$out"
	check_eq $status 0 "status of $1.sh"
	! grep "^ok .* # SKIP" <<<"$out" || fail "skipped cases of $1.sh"
}

test_acl()
{
	of acl basic_prefix basic_mac precedence arp_spoofing nd_spoofing meter_gso \
		stateful stateful_revoked icmp_errors fragments
}

# Not "messages": that takes what does not come at once for lost, and a NIC is not a wire.
test_guard()
{
	of guard dhcp4 dhcp4_dhcpd dhcp6 router redirect4 redirect6 vlan live
}

test_pvlan()
{
	of pvlan traffic
}

test_mirror()
{
	of mirror traffic
}

# Nor "gso", which has it as UDP segments.
test_storm()
{
	of storm traffic live
}

test_iplimit()
{
	of iplimit guest
}

test_porttest()
{
	of porttest answered vlan unseen silence dropped icmp_error
}

test_traffic()
{
	of traffic external internal private dhcp drop_reasons
}

# hv_netvsc has no UDP segmentation.
test_gso()
{
	of gso tcp tcp_tagged checksum
}

run_tests "$@"
