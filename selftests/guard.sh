#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# DHCP guard and router guard against real servers and routers, and a real
# client that would believe them.
#
#	good (netns)   rogue (netns)   client (netns)     host
#	   eth0           eth0            eth0              |
#	    |              |               |                |
#	  pgood         progue          pclient         v1 (vNIC)
#	    +--------------+--- vs0 -------+----------------+
#
# requires: jq dnsmasq dhclient dhcpd radvd
# timeout: 900
. "$(dirname "$0")/lib.sh"
TESTS="settings dhcp4 dhcp4_dhcpd dhcp4_vnic dhcp6 dhcp6_dhcpd router redirect4
       redirect6 messages vlan live"

LIB_DIR=$(dirname "$0")/lib

setup()
{
	check vswitchctl switch add vs0 type internal management off
	defer lib_link_del vs0
	check ip link set vs0 up
}

join()
{
	local name

	for name in "$@"; do
		check ip link set "p$name" master vs0
	done
}

drops()	# PORT REASON
{
	vswitchctl -s -j port show "$1" | jq --arg r "$2" \
		'[.. | objects | select(.reason? == $r) | .packets] | add // 0'
}

dropped()	# PORT REASON: since it was asked last
{
	local now before=${DROPS[$1 $2]-0}

	now=$(drops "$1" "$2")
	DROPS[$1 $2]=$now
	[ "$now" -gt "$before" ]
}
declare -A DROPS=()

unparsed()
{
	check_eq "$(vswitchctl -s -j port show | jq -c '[.[].stats.drops[] |
		select(.reason == "unparsable")]')" "[]" "frames not understood"
}

test_settings()
{
	guest g
	check vswitchctl port add vs0 pg
	guards()
	{
		vswitchctl -j port show pg | jq -r '[.. | objects |
			select(has("ifname"))][0] |
			"\(.dhcp_guard) \(.router_guard)"'
	}
	check_eq "$(guards)" "false false" "at first"
	check vswitchctl port set pg dhcp-guard on
	check_eq "$(guards)" "true false" "one"
	check vswitchctl port set pg router-guard on dhcp-guard off
	check_eq "$(guards)" "false true" "the other"
	check vswitchctl port set pg dhcp-guard on
	check_eq "$(vswitchctl port show pg | grep -o '[a-z]*-guard on' | xargs)" \
		"dhcp-guard on router-guard on" "text"
	check_fail_with "on or off" vswitchctl port set pg dhcp-guard maybe
	check_eq "$(guards)" "true true" "after a refusal"
}

# --- DHCP ------------------------------------------------------------------------

lib_kill_file()
{
	[ ! -s "$1" ] || lib_kill "$(<"$1")"
}

# The address that the client gets, and keeps asking for until then.
lease()	# 4|6 [SECONDS]
{
	local file

	file=$(mktemp "$LIB_TMP/lease.XXXXXX")
	timeout "${2-60}" ip netns exec "$(ns client)" dhclient "-$1" -1 -v \
		-sf /bin/true -pf "$file.pid" -lf "$file" eth0 >"$file.log" 2>&1 || :
	lib_kill_file "$file.pid"
	sed -nE 's/.*(fixed-address|iaaddr) ([0-9a-f.:]+).*/\2/p' "$file" |
		tail -n 1
}

at()
{
	if [ "$1" = host ]; then
		bg "${@:2}"
	else
		bg in_ns "$@"
	fi
}

dnsmasq4()	# WHERE DEVICE FIRST LAST
{
	at "$1" dnsmasq --no-daemon --conf-file=/dev/null --port=0 --user=root \
		--interface="$2" --bind-interfaces --dhcp-authoritative --no-ping \
		--dhcp-leasefile="$(mktemp "$LIB_TMP/leases.XXXXXX")" \
		--dhcp-range="$3,$4,1h" --pid-file="$LIB_TMP/dnsmasq.$1"
	busywait 60000 grep -q "DHCP, IP range" "$BG_LOG"
}

dnsmasq6()	# WHERE DEVICE FIRST LAST
{
	at "$1" dnsmasq --no-daemon --conf-file=/dev/null --port=0 --user=root \
		--interface="$2" --bind-interfaces --dhcp-authoritative \
		--dhcp-leasefile="$(mktemp "$LIB_TMP/leases.XXXXXX")" \
		--dhcp-range="$3,$4,64,1h" --pid-file="$LIB_TMP/dnsmasq.$1"
	busywait 60000 grep -q "DHCPv6, IP range" "$BG_LOG"
}

dhcpd()	# 4|6 NETNS CONFIGURATION
{
	local leases

	leases=$(mktemp "$LIB_TMP/leases.XXXXXX")
	echo "authoritative; $3" >"$LIB_TMP/dhcpd.conf"
	bg in_ns "$2" dhcpd "-$1" -d -f -cf "$LIB_TMP/dhcpd.conf" -lf "$leases" \
		--no-pid eth0
	busywait 60000 grep -q "Server starting service" "$BG_LOG"
}

# The server named by the prefix of its leases: before, with, after the guard.
guarded()	# 4|6 PORT PREFIX
{
	local log=$BG_LOG before

	[[ $(lease "$1") = "$3"* ]] || fail "no lease from a server without guard" \
		"$(<"$log")"
	check vswitchctl port set "$2" dhcp-guard on
	before=$(wc -l <"$log")
	check_eq "$(lease "$1" 12)" "" "lease from behind the guard"
	check dropped "$2" dhcp-guard
	# It was asked, and answered: what clients say passes.
	check_ge "$(wc -l <"$log")" $((before + 1)) "lines in the server's log"
	unparsed
	check vswitchctl port set "$2" dhcp-guard off
	[[ $(lease "$1") = "$3"* ]] || fail "no lease when the guard is off again"
	check vswitchctl port set "$2" dhcp-guard on
}

# The rogue one has only what the good one would not give.
good4()
{
	dnsmasq4 good eth0 192.0.2.100 192.0.2.110
	# A guard of the client's own is no hindrance.
	check vswitchctl port set pclient dhcp-guard on router-guard on
	[[ $(lease 4) = 192.0.2.1* ]] || fail "no lease from the good server"
	unparsed
}

three()
{
	guest good - 192.0.2.1/24 2001:db8::1/64
	guest rogue - 198.51.100.1/24 2001:db8:bad::1/64
	guest client
	join good rogue client
}

test_dhcp4()
{
	three
	dnsmasq4 rogue eth0 198.51.100.100 198.51.100.110
	guarded 4 progue 198.51.100.1
	good4
}

# It uses raw sockets.
test_dhcp4_dhcpd()
{
	three
	dhcpd 4 rogue "subnet 198.51.100.0 netmask 255.255.255.0 {
		range 198.51.100.100 198.51.100.110; }"
	guarded 4 progue 198.51.100.1
	good4
}

# The host is the rogue one.
test_dhcp4_vnic()
{
	three
	check ip link add v1 link vs0 type vswitch_vnic
	defer lib_link_del v1
	check ip addr add 203.0.113.1/24 dev v1
	check ip link set v1 up
	dnsmasq4 host v1 203.0.113.100 203.0.113.110
	guarded 4 v1 203.0.113.1
	good4
}

good6()
{
	dnsmasq6 good eth0 2001:db8::100 2001:db8::110
	check vswitchctl port set pclient dhcp-guard on router-guard on
	[[ $(lease 6) = 2001:db8::1* ]] || fail "no lease from the good server"
	unparsed
}

test_dhcp6()
{
	three
	dnsmasq6 rogue eth0 2001:db8:bad::100 2001:db8:bad::110
	guarded 6 progue 2001:db8:bad::1
	good6
}

test_dhcp6_dhcpd()
{
	three
	dhcpd 6 rogue "subnet6 2001:db8:bad::/64 {
		range6 2001:db8:bad::100 2001:db8:bad::110; }"
	guarded 6 progue 2001:db8:bad::1
	good6
}

# --- routers ---------------------------------------------------------------------

believes()	# PREFIX
{
	ip -n "$(ns client)" -6 -j addr show dev eth0 |
		jq -e --arg p "$1" '[.[].addr_info[].local | select(startswith($p))] |
			length > 0'
}

router()	# NETNS PREFIX
{
	cat >"$LIB_TMP/radvd.$1" <<-EOT
	interface eth0 {
		AdvSendAdvert on; MinRtrAdvInterval 3; MaxRtrAdvInterval 4;
		UnicastOnly off; prefix $2 { };
	};
	EOT
	in_ns "$1" sysctl -q -w net.ipv6.conf.all.forwarding=1
	bg in_ns "$1" radvd -n -m stderr -u root -C "$LIB_TMP/radvd.$1" \
		-p "$LIB_TMP/radvd.pid.$1"
}

forget()
{
	ip -n "$(ns client)" link set eth0 down
	ip -n "$(ns client)" link set eth0 up
}

advertised()	# GUARDED PORT, twice
{
	dropped "$1" router-guard && dropped "$1" router-guard
}

test_router()
{
	three
	in_ns client sysctl -q -w net.ipv6.conf.eth0.accept_ra=1 \
		net.ipv6.conf.eth0.autoconf=1
	router rogue 2001:db8:bad::/64
	check busywait 30000 believes 2001:db8:bad:
	check vswitchctl port set progue router-guard on
	forget
	dropped progue router-guard || :
	check busywait 30000 dropped progue router-guard
	check busywait 30000 dropped progue router-guard
	check_fail believes 2001:db8:bad:
	# DHCP guard is another matter, and the good router is heard.
	check vswitchctl port set pgood dhcp-guard on
	check vswitchctl port set pclient router-guard on
	router good 2001:db8::/64
	check busywait 30000 believes 2001:db8::
	check_fail believes 2001:db8:bad:
	unparsed
	check vswitchctl port set progue router-guard off
	check busywait 30000 believes 2001:db8:bad:
}

message()	# NETNS DEVICE KIND...
{
	in_ns "$1" /usr/bin/python3 "$LIB_DIR/router_message.py" "$2" "${@:3}"
}

# The client's way to an address far away, through GATEWAY?
goes_by()	# -4|-6 GATEWAY FAR
{
	in_ns client ip "$1" route get "$3" | grep -F "via $2 "
}

test_redirect4()
{
	local mac

	three
	check ip -n "$(ns client)" addr add 192.0.2.2/24 dev eth0
	check ip -n "$(ns client)" route add default via 192.0.2.1
	check ip -n "$(ns rogue)" addr add 192.0.2.66/24 dev eth0
	in_ns client sysctl -q -w net.ipv4.conf.{all,eth0}.accept_redirects=1 \
		net.ipv4.conf.{all,eth0}.secure_redirects=0
	check reaches client 192.0.2.1
	check reaches client 192.0.2.66
	mac=$(guest_mac client)
	check vswitchctl port set progue router-guard on
	check goes_by -4 192.0.2.1 198.51.100.9
	check message rogue eth0 redirect4 "$mac" 192.0.2.2 192.0.2.1 \
		192.0.2.66 198.51.100.9
	check dropped progue router-guard
	check goes_by -4 192.0.2.1 198.51.100.9
	check vswitchctl port set progue router-guard off
	check message rogue eth0 redirect4 "$mac" 192.0.2.2 192.0.2.1 \
		192.0.2.66 198.51.100.9
	check busywait 20000 goes_by -4 192.0.2.66 198.51.100.9
}

test_redirect6()
{
	local mac

	three
	check ip -n "$(ns client)" addr add 2001:db8::2/64 dev eth0 nodad
	check ip -n "$(ns good)" addr add fe80::1/64 dev eth0 nodad
	check ip -n "$(ns rogue)" addr add fe80::66/64 dev eth0 nodad
	check ip -n "$(ns client)" route add default via fe80::1 dev eth0
	in_ns client sysctl -q -w net.ipv6.conf.{all,eth0}.accept_redirects=1
	check reaches client fe80::1%eth0
	check reaches client fe80::66%eth0
	mac=$(guest_mac client)
	check vswitchctl port set progue router-guard on
	check message rogue eth0 redirect6 "$mac" 2001:db8::2 fe80::1 fe80::66 \
		2001:db8:9::9
	check dropped progue router-guard
	check goes_by -6 fe80::1 2001:db8:9::9
	check vswitchctl port set progue router-guard off
	check message rogue eth0 redirect6 "$mac" 2001:db8::2 fe80::1 fe80::66 \
		2001:db8:9::9
	check busywait 20000 goes_by -6 fe80::66 2001:db8:9::9
}

# --- exactly these ---------------------------------------------------------------

# Every type of ICMP and every kind of message to the ports of DHCP.
test_messages()
{
	guest a
	guest b
	join a b
	check vswitchctl port set pa dhcp-guard on router-guard on
	check /usr/bin/python3 "$LIB_DIR/guard_messages.py" "$(ns a)" "$(ns b)"
	check_eq "$(tail -n1 <<<"$LIB_OUT" | xargs -n1 | tail -n+2 | xargs)" \
		"$(xargs <<-EOT
		4.67.2 4.68 4.icmp.5 4.icmp.9
		6.546 6.547.13 6.icmp.134 6.icmp.137
		EOT
		)" "what the guards stop"
}

# Guards see through the tags of a trunk, and of another port.
test_vlan()
{
	three
	check vswitchctl port set pclient vlan access 10
	check vswitchctl port set progue vlan trunk 10
	check ip -n "$(ns rogue)" link add link eth0 q10 type vlan id 10
	check ip -n "$(ns rogue)" addr flush dev eth0 scope global
	check ip -n "$(ns rogue)" addr add 198.51.100.1/24 dev q10
	check ip -n "$(ns rogue)" link set q10 up
	dnsmasq4 rogue q10 198.51.100.100 198.51.100.110
	guarded 4 progue 198.51.100.1
}

# Other traffic of the port does not notice that its guards change.
test_live()
{
	local i

	guest a - 192.0.2.1/24
	guest b - 192.0.2.2/24
	join a b
	check reaches a 192.0.2.2
	bg in_ns a ping -n -q -i 0.02 192.0.2.2
	for i in 1 2 3 4 5 6 7 8; do
		check vswitchctl port set pa dhcp-guard on
		check vswitchctl port set pa router-guard on
		check vswitchctl port set pa dhcp-guard off router-guard off
	done
	kill -INT "$BG_PID"
	check busywait 20000 grep -q "0% packet loss" "$BG_LOG"
	check grep -q " 0% packet loss" "$BG_LOG"
	unparsed
}

run_tests "$@"
