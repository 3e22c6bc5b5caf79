# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034
#
# Guests whose eth0 is hv_netvsc, and whose pNAME is the NIC of a partition. Sourced by
# lib.sh with VSWITCH_GUESTS=nic, and then what a test says of guests holds for these. The
# modules are there: netvsppolicy.sh has loaded them.

guest()
{
	local name=$1 mac=${2--} addr dev words=()

	shift $(($# < 2 ? $# : 2))
	ns_add "$name" || return
	vswitchctl partition add "$name" transport local services none || return
	defer vswitchctl partition del "$name"
	[ "$mac" = - ] || words=(mac "$mac")
	vswitchctl nic add "$name" name "p$name" "${words[@]}" netns "$(ns "$name")" || return
	dev=$(ip -n "$(ns "$name")" -o link | awk -F': ' '$2 !~ /^lo/ { print $2; exit }')
	[ "$dev" = eth0 ] || ip -n "$(ns "$name")" link set "${dev%@*}" name eth0 || return
	for addr in "$@"; do
		ip -n "$(ns "$name")" addr add "$addr" dev eth0 || return
	done
	ip -n "$(ns "$name")" link set eth0 up || return
	busywait 20000 lib_nic_runs "$name"
}

lib_nic_runs()
{
	[ "$(in_ns "$1" cat /sys/class/net/eth0/carrier 2>/dev/null)" = 1 ]
}
