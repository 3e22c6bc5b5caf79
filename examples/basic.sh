#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The basic configuration of the white paper, on one machine: an external
# switch over one NIC, the host's own adapter on it, guests in two VLANs, and
# the wire beyond. Guests and the wire are network namespaces.
#
#	    host                 web1   web2        db1
#	  vsLAN-mgmt              |      |           |
#	      | VLAN 0            | 10   | 10        | 20
#	  +---+-------------------+------+-----------+---+
#	  |                    vsLAN                     |
#	  +----------------------+-----------------------+
#	                         | nic0: the uplink, a trunk
#	                  wire: DHCP for the host and VLAN 10
#
# `make demo` runs it in a disposable VM; it is not meant for a machine in use.
set -euo pipefail

say()
{
	printf '\n\033[1m%s\033[0m\n' "$*"
}

# Show a command, then its output, indented.
show()
{
	printf '  # %s\n' "$*"
	"$@" 2>&1 | sed 's/^/    /'
}

quietly()
{
	"$@" >/dev/null 2>&1
}

# A guest: a netns whose eth0 is the other end of the port NAME.
guest()
{
	ip netns add "$1"
	ip link add "$1" type veth peer name eth0 netns "$1"
	ip -n "$1" link set lo up
	ip -n "$1" link set eth0 up
}

expect()
{
	local want=$1 what=$2
	shift 2
	if "$@" >/dev/null 2>&1; then got=yes; else got=no; fi
	if [ $got = "$want" ]; then
		printf '    %-46s %s\n' "$what" "$([ $got = yes ] && echo 'yes' || echo 'no, as it should be')"
	else
		printf '    %-46s %s: WRONG\n' "$what" "$got"
		exit 1
	fi
}

say "1. A machine with one NIC that has its address from DHCP, and three guests"
ip netns add wire
ip link add nic0 type veth peer name port1 netns wire
ip -n wire link set lo up
ip -n wire link set port1 up
ip -n wire addr add 192.0.2.1/24 dev port1
ip -n wire link add link port1 name port1.10 type vlan id 10
ip -n wire link set port1.10 up
ip -n wire addr add 198.51.100.1/24 dev port1.10
for net in port1,192.0.2.50,192.0.2.99 port1.10,198.51.100.50,198.51.100.99; do
	IFS=, read -r dev first last <<<"$net"
	ip netns exec wire dnsmasq --conf-file=/dev/null --port=0 \
		--interface="$dev" --bind-interfaces --except-interface=lo \
		--dhcp-range="$first,$last,1h" --dhcp-authoritative \
		--leasefile-ro --pid-file="/run/dnsmasq-$dev.pid"
done
ip link set nic0 up
quietly dhclient -4 -1 -sf /sbin/dhclient-script -pf /run/dhclient-nic0.pid nic0 || :
guest web1
guest web2
guest db1
show ip -br addr show dev nic0

say "2. One switch over the NIC: the host's address moves to the switch's own adapter"
show vswitchctl switch add vsLAN uplink nic0
show ip -br addr show
expect yes "host still reaches the wire" ping -c1 -W5 192.0.2.1

say "3. The guests are plugged in: two into VLAN 10, one into VLAN 20"
for port in web1 web2 db1; do
	show vswitchctl port add vsLAN $port
done
show vswitchctl port set web1 vlan access 10
show vswitchctl port set web2 vlan access 10
show vswitchctl port set db1 vlan access 20
show vswitchctl port show vsLAN

say "4. The guests get addresses: from the wire in VLAN 10, where a DHCP server is"
for ns in web1 web2; do
	quietly ip netns exec $ns dhclient -4 -1 -pf /run/dhclient-$ns.pid \
		-lf /run/dhclient-$ns.leases eth0
	show ip -n $ns -br -4 addr show dev eth0
done
# The same subnet, so that only the VLAN keeps them apart.
ip -n db1 addr add 198.51.100.200/24 dev eth0
web2=$(ip -n web2 -j -4 addr show dev eth0 | jq -r '.[0].addr_info[0].local')

say "5. Who reaches whom"
expect yes "web1 -> web2 (both VLAN 10)" ip netns exec web1 ping -c1 -W5 "$web2"
expect yes "web1 -> the wire (VLAN 10, through the trunk)" \
	ip netns exec web1 ping -c1 -W5 198.51.100.1
expect no "db1 (VLAN 20) -> web2" ip netns exec db1 ping -c1 -W1 "$web2"
expect no "db1 (VLAN 20) -> the wire's VLAN 10" \
	ip netns exec db1 ping -c1 -W1 198.51.100.1

say "6. TCP from web1 to web2: large frames cross the switch unsplit"
ip netns exec web2 iperf3 -s -1 -D --pidfile /run/iperf3.pid
for _ in {1..50}; do
	quietly ip netns exec web2 ss -Hltn 'sport = 5201' && break
	sleep 0.1
done
ip netns exec web1 iperf3 -c "$web2" -t 3 -J |
	jq -r '"    \(.end.sum_received.bytes / 1e6 | round) MB in \(.end.sum_received.seconds | round) s"'

say "7. A guest that forges its source address: it may only use the one it was given"
mac=$(ip -n db1 -j link show eth0 | jq -r '.[0].address')
show vswitchctl port set db1 mac "$mac"
ip -n db1 link set eth0 address 02:00:00:00:66:66
quietly ip netns exec db1 ping -c2 -i0.2 -W1 198.51.100.201 || :
show vswitchctl -s port show db1

say "8. What the switch knows"
show vswitchctl fdb show vsLAN
show vswitchctl -s switch show vsLAN

say "9. Taken apart again: the host's address is back on the NIC"
show vswitchctl switch del vsLAN
show ip -br addr show dev nic0
expect yes "host reaches the wire" ping -c1 -W5 192.0.2.1
