#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Move addresses, routes and settings between two interfaces, and back.
#
#	eth0 ---- wire0		the NIC that the host uses
#	vnic ---- wire1		where it shall move to
#	tun0 ---- wire2		another interface, with routes that refer to
#				the host's address
#
# Runs in a network namespace of its own, and needs no vswitch.
set -eu

DRV=$(dirname "$0")/hostmove_drv

if [ "${1-}" != inside ]; then
	exec unshare --user --map-root-user --net "$0" inside
fi

n=0 bad=0

result()
{
	n=$((n + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $n - $2"
	else
		echo "not ok $n - $2"
		bad=1
	fi
}

# Link-local addresses that the kernel makes by itself, as patterns.
AUTO_LL='fe80::[0-9a-f]*:[0-9a-f]*ff:fe'

# Everything that is to move, with names and times made equal.
state()
{
	local dev=$1

	ip -o addr show dev "$dev" | grep -v "$AUTO_LL" |
		sed -E "s/^[0-9]+: //; s/\b$dev\b/DEV/g" |
		sed -E 's/[0-9]+sec/NUMsec/g; s/ +/ /g' | sort
	ip -4 route show table all dev "$dev" | sort
	ip -6 route show table all dev "$dev" | grep -v '^fe80::/64' |
		grep -v "^local $AUTO_LL\|^multicast\|^anycast fe80" |
		sed -E 's/expires [0-9]+sec/expires NUMsec/' | sort
}

# Routes with several nexthops, which belong to no one interface.
shared()
{
	{ ip route show table all; ip -6 route show table all; } |
		grep -A2 -E '^(198.51.100.0/24|2001:db8:ff::/48|203.0.113.128|203.0.113.0/25) ' |
		sed -E "s/\b$1\b/DEV/g; s/ +/ /g" || true
	ip nexthop show | sed -E "s/\b$1\b/DEV/g"
}

setup()
{
	local i dev

	i=0
	for dev in eth0 vnic tun0; do
		ip link add "$dev" type veth peer name "wire$i"
		ip link set "wire$i" up
		i=$((i + 1))
	done
	ip link set vnic address "$(ip -o link show eth0 |
		sed 's/.*ether \([^ ]*\).*/\1/')"
	echo 2 >/proc/sys/net/ipv4/conf/eth0/rp_filter
	echo 1 >/proc/sys/net/ipv4/conf/eth0/arp_ignore
	echo 2 >/proc/sys/net/ipv6/conf/eth0/accept_ra
	echo 0 >/proc/sys/net/ipv6/conf/eth0/autoconf
	echo 1 >/proc/sys/net/ipv6/conf/eth0/addr_gen_mode
	ip link set lo up
	ip link set eth0 up
	ip link set tun0 up

	ip addr add 192.0.2.2/24 brd + dev eth0
	ip addr add 192.0.2.3/24 dev eth0 label eth0:1
	ip addr add 198.18.0.1 peer 198.18.0.2/32 scope link dev eth0
	ip addr add 203.0.113.9/28 noprefixroute dev eth0 valid_lft 5000 preferred_lft 4000
	ip addr add 203.0.113.33/28 metric 77 dev eth0
	ip -6 addr add 2001:db8:1::2/64 dev eth0 nodad
	ip -6 addr add 2001:db8:1::3/64 dev eth0 nodad valid_lft 5000 preferred_lft 0
	ip -6 addr add 2001:db8:2::2/64 dev eth0 nodad noprefixroute
	ip -6 addr add fe80::1234/64 dev eth0 nodad
	ip addr add 10.9.0.1/24 dev tun0

	ip route add default via 192.0.2.1 dev eth0 proto dhcp metric 100
	ip route add 203.0.113.0/28 dev eth0 proto kernel scope link src 203.0.113.9 metric 100
	ip route add 198.51.100.128/25 via 192.0.2.77 dev eth0 src 192.0.2.3 mtu 1400
	ip route add 100.64.0.1 dev eth0 scope link
	ip route add 100.65.0.0/16 via 100.64.0.1 dev eth0 table 77
	ip route add 100.64.0.1 dev eth0 scope link table 77
	ip route add 100.66.0.0/16 via 100.99.0.1 dev eth0 onlink
	ip route add 10.10.0.0/16 via 10.9.0.2 dev tun0 src 192.0.2.2
	ip route add 198.51.100.0/24 nexthop via 192.0.2.9 dev eth0 weight 2 nexthop via 10.9.0.2 dev tun0
	ip -6 route add default via fe80::1 dev eth0 proto ra metric 1024 pref high expires 3000
	ip -6 route add default via 2001:db8:1::1 dev eth0 metric 2048
	ip -6 route add 2001:db8:2::/64 dev eth0 proto kernel metric 100
	ip -6 route add 2001:db8:3::/48 via 2001:db8:2::1 dev eth0 table 88 onlink
	ip -6 addr add 2001:db8:9::1/64 dev tun0 nodad
	ip -6 route add 2001:db8:ff::/48 nexthop via 2001:db8:1::9 dev eth0 nexthop via 2001:db8:9::2 dev tun0
	ip nexthop add id 5 via 192.0.2.50 dev eth0
	ip nexthop add id 6 via 10.9.0.7 dev tun0
	ip nexthop add id 7 group 5/6
	ip route add 203.0.113.128/25 nhid 5
	ip route add 203.0.114.0/25 nhid 7
	# eth0's own check for duplicates of its link-local address
	sleep 1.5
	ip link set vnic up
}

same()
{
	[ "$1" = "$2" ] && return
	diff <(echo "$1") <(echo "$2") | sed 's/^/# /'
	return 1
}

setup
before=$(state eth0)
before_shared=$(shared eth0)
src_route=$(ip route show 10.10.0.0/16)
echo "# $(echo "$before" | wc -l) addresses and routes"

"$DRV" eth0 vnic
result "$?" "the move is done"
same "$before" "$(state vnic)" && r=0 || r=1
result "$r" "addresses and routes are on the new interface"
same "$before_shared" "$(shared vnic)" && r=0 || r=1
result "$r" "multipath routes and nexthops follow"
left=$(state eth0)
same "" "$left" && r=0 || r=1
result "$r" "nothing is left on the old interface"
same "$src_route" "$(ip route show 10.10.0.0/16)" && r=0 || r=1
result "$r" "a route of another interface keeps its source address"
settings=$(cd /proc/sys/net && cat ipv4/conf/vnic/rp_filter \
	ipv4/conf/vnic/arp_ignore ipv6/conf/vnic/accept_ra \
	ipv6/conf/vnic/autoconf ipv6/conf/vnic/addr_gen_mode | paste -sd' ')
same "2 1 2 0 1" "$settings" && r=0 || r=1
result "$r" "settings are copied"
ip -o -6 addr show dev vnic | grep -v "$AUTO_LL" | grep -q tentative && r=1 || r=0
result "$r" "no address waits for duplicate detection"

"$DRV" vnic eth0
same "$before" "$(state eth0)" && r=0 || r=1
result "$r" "moved back, everything is as before"
same "$before_shared" "$(shared eth0)" && r=0 || r=1
result "$r" "moved back, multipath routes and nexthops are as before"

"$DRV" eth0 vnic undo
same "$before" "$(state eth0)" && r=0 || r=1
result "$r" "undone, everything is as before"
same "$before_shared" "$(shared eth0)" && r=0 || r=1
result "$r" "undone, multipath routes and nexthops are as before"
same "" "$(state vnic)" && r=0 || r=1
result "$r" "undone, nothing is left on the new interface"

# A route that the new interface cannot take: it is down.
ip link set vnic down
"$DRV" eth0 vnic 2>/tmp/hostmove.$$ && r=1 || r=0
sed 's/^/# /' /tmp/hostmove.$$
grep -q '^cannot move .* from eth0 to vnic: ' /tmp/hostmove.$$ || r=1
rm -f /tmp/hostmove.$$
result "$r" "a failure says what could not be moved"
same "$before" "$(state eth0)" && r=0 || r=1
result "$r" "after a failure everything is as before"
same "$before_shared" "$(shared eth0)" && r=0 || r=1
result "$r" "after a failure multipath routes and nexthops are as before"
same "" "$(state vnic)" && r=0 || r=1
result "$r" "after a failure nothing is left on the new interface"
echo "1..$n"
exit $bad
