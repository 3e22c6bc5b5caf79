#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Link-local control frames, 01-80-C2-00-00-00 to -0F, end at the switch. On
# the uplink those that speak of the wire are the host's: its own listeners,
# bound to the uplink's device, hear them.
#
#	far (netns)                      host
#	   g1     g2    wire              v1 (vNIC), t1 (tap)
#	    |      |      |                |
#	  pg1    pg2   pwire (uplink)      |
#	    +------+------+---- vs0 -------+
#
# requires: jq
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lib/frames.sh"
TESTS="from_guests from_uplink pause not_ip lacp lldpd"

LL=01:80:c2:00:00

setup()
{
	check vswitchctl switch add vs0 type internal management off
	defer lib_link_del vs0
	check ip link set vs0 up
	frames_start
}

all()
{
	uplink_station vs0 wire
	stations vs0 g1 g2
	tap_station vs0 t1
	vnic_station vs0 v1
}

# Protocol listeners come after the switch, as those of the host's daemons.
listeners()
{
	frames listen lldp "$1" 88cc
	frames listen lacp "$1" 8809
	frames listen eapol "$1" 888e
	frames listen stp "$1" 0004
	frames listen pause "$1" 8808
	frames listen ip "$1" 0800
	frames listen other "$1" 88b5
}

test_from_guests()
{
	local from port i type

	all
	listeners pg1
	for from in g1 t1 v1; do
		case $from in
		v1)	port=v1 ;;
		*)	port=p$from ;;
		esac
		for i in {0..9} a b c d e f; do
			check_rx none $from dst=$LL:0$i
		done
		check_drops "$port link-local 16"
		for type in 88cc 8809 8808 888e 0800 0026; do
			check_rx none $from dst=$LL:0e type=$type
		done
		check_rx none $from dst=$LL:00 tags=q10
		check_rx none $from dst=$LL:00 tags=q0/q10
		check_drops "$port link-local 8"
	done
	# The neighbours of the block are multicast like any other.
	check_rx "g2 t1 v1 wire" g1 dst=$LL:10
	check_rx "g2 t1 v1 wire" g1 dst=01:80:c2:00:01:00
	check_rx "g2 t1 v1 wire" g1 dst=01:80:c1:ff:ff:ff
	check_rx "g2 t1 v1 wire" g1 dst=$LL:20 type=88cc
	check_drops none
}

test_from_uplink()
{
	local i

	all
	listeners pwire
	for i in 0 3 e; do
		check_rx lldp wire dst=$LL:0$i type=88cc
	done
	check_rx lacp wire dst=$LL:02 type=8809
	check_rx eapol wire dst=$LL:03 type=888e
	# Spanning tree is LLC: a length, not a type.
	check_rx stp wire dst=$LL:00 type=0026
	check_drops none
	# Anything else is nobody's.
	for i in 0 1 3 e f; do
		check_drops "pwire link-local 1" check_rx none wire dst=$LL:0$i
	done
	# Ordinary frames are not for the listeners.
	check_rx "g1 g2 t1 v1" wire type=88cc
	check_rx "g1 g2 t1 v1" wire dst=$LL:10
	# Guests say nothing on the wire's behalf.
	check_drops "pg1 link-local 1" check_rx none g1 dst=$LL:0e type=88cc
}

test_pause()
{
	all
	listeners pwire
	check_drops "pwire link-local 1" check_rx none wire dst=$LL:01 type=8808
	check_drops "pg1 link-local 1" check_rx none g1 dst=$LL:01 type=8808
}

# Past the vNICs' policy there is no way into the host's stack.
test_not_ip()
{
	local i

	all
	listeners pwire
	# By default nothing on the uplink is the host's, whoever it is for.
	check ip addr add 192.0.2.1/24 dev pwire
	for i in 0 1 2 3 8 e; do
		check_drops "pwire link-local 1" \
			check_rx none wire dst=$LL:0$i type=0800
		check_drops "pwire link-local 1" \
			check_rx none wire dst=$LL:0$i type=86dd
		check_drops "pwire link-local 1" \
			check_rx none wire dst=$LL:0$i type=0806
	done
	check_rx "g1 g2 t1 v1" wire type=0800
	check_rx "g1 g2 t1" wire type=0800 dst="$(mac_of pwire)"
	# The listener is not deaf: off the switch it hears.
	check vswitchctl switch set vs0 type internal uplink none
	check_rx ip wire type=0800
}

partner()
{
	[ "$(cat /sys/class/net/bond0/bonding/ad_partner_mac)" = "$1" ]
}

bonded()
{
	[ "$(cat /sys/class/net/bond0/bonding/ad_num_ports)" = 2 ]
}

# The uplink is a team of two; both ends agree on that by LACP.
test_lacp()
{
	local i far opts="mode 802.3ad miimon 100 lacp_rate fast"

	[ -e /sys/class/net/bonding_masters ] || skip "no bonding driver"
	stations vs0 g1 g2
	far=$(ns far)
	# shellcheck disable=SC2086 # words
	{
		check ip link add bond0 type bond $opts
		defer lib_link_del bond0
		check ip -n "$far" link add bond1 type bond $opts
	}
	for i in 0 1; do
		check ip link add m$i type veth peer name m$i netns "$far"
		defer lib_link_del m$i
		check ip link set m$i master bond0
		check ip -n "$far" link set m$i master bond1
		check ip link set m$i up
		check ip -n "$far" link set m$i up
	done
	check ip -n "$far" link set bond1 up
	check vswitchctl switch set vs0 type external uplink bond0 management off
	check ip link set bond0 up
	busywait 60000 partner "$(in_ns far cat /sys/class/net/bond1/address)"
	busywait 60000 bonded
	frames packet wire bond1 "$far"
	busywait 60000 reaches_up
	check_rx g1 wire dst=02:00:00:00:00:01
	check vswitchctl port set pg2 vlan access 10
	check_rx wire:q10 g2
	check_rx g2 wire tags=q10
}

reaches_up()
{
	frames tx g1
	[ "$REPLY" = "g2 wire" ]
}

# Does the lldpd with this socket have a neighbour of that description?
lldp_neighbour()
{
	lldpcli -u "$1" show neighbors | grep -q "SysDescr: *$2"
}

test_lldpd()
{
	command -v lldpd >/dev/null || skip "needs lldpd"
	uplink_station vs0 wire
	# It gives up root.
	getent passwd _lldpd >/dev/null ||
		check useradd -r -d /run/lldpd -s /usr/sbin/nologin _lldpd
	mkdir -p /run/lldpd
	chmod 711 "$LIB_TMP"
	bg lldpd -d -I pwire -u "$LIB_TMP/host.sock" -S the-switch-host
	bg in_ns far lldpd -d -I wire -u "$LIB_TMP/far.sock" -S the-wire
	busywait 90000 lldp_neighbour "$LIB_TMP/far.sock" the-switch-host
	busywait 90000 lldp_neighbour "$LIB_TMP/host.sock" the-wire
}

# It adds a file to /sys/class/net, which no case may.
modprobe -q bonding max_bonds=0 || :
run_tests "$@"
