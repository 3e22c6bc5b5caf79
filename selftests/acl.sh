#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# ACLs: basic and extended rules, what they refuse, and what they do to traffic.
#
#	g1: 192.0.2.1/24     g2: 192.0.2.2/24    g3 (netns)
#	  eth0                 eth0                eth0
#	    |                    |                   |
#	   pg1 ------- vs0 ---- pg2 --------------- pg3
#
# timeout: 900
# requires: jq iperf3 python3
. "$(dirname "$0")/lib.sh"
TESTS="basic_prefix basic_mac arp_sender precedence arp_spoofing nd_spoofing meter
       meter_gso meter_kept extended isolation_id protocols stateful
       stateful_timeout stateful_quoted stateful_dropped stateful_private stateful_revoked
       icmp_errors nd_alone arp_probe quotes fragments flow_limit flows_given_back
       flows_charged
       refusals clashes host_bits del_and_flush show_json transaction limits
       replace_under_traffic privilege oracle survives_port"

DIR=$(dirname "$0")
G1=02:00:00:00:00:01
G2=02:00:00:00:00:02

setup()
{
	guest g1 $G1 192.0.2.1/24 2001:db8::1/64
	guest g2 $G2 192.0.2.2/24 2001:db8::2/64
	check vswitchctl switch add vs0 type private
	defer lib_link_del vs0
	check ip link set vs0 up
	check ip link set pg1 master vs0
	check ip link set pg2 master vs0
	check reaches g1 192.0.2.2
}

acl()
{
	check vswitchctl acl add "$@"
}

drops()
{
	vswitchctl -j -s port show "$1" | jq -r --arg r "$2" \
		'.[0].stats.drops | map(select(.reason == $r).packets) | add // 0'
}

count()
{
	vswitchctl -j acl show "$1" | jq '.[0].count'
}

bytes()
{
	vswitchctl -j acl show "$1" |
		jq --arg d "$2" '[.[0].rules[] | select(.action == "meter" and
			.direction == $d).bytes] | add'
}

# serve NAME PORT: who connects is greeted
serve()
{
	bg in_ns "$1" python3 "$DIR/lib/acl_tcp.py" serve "$2"
	busywait 10000 grep -q ready "$BG_LOG" || fail "no service at $1"
}

gets()
{
	in_ns "$1" python3 "$DIR/lib/acl_tcp.py" get "$2" "$3"
}

gets_nothing()
{
	! gets "$@"
}

test_basic_prefix()
{
	local before

	acl pg1 direction out action deny remote-ip 192.0.2.2
	before=$(drops pg1 acl)
	check isolated g1 192.0.2.2
	check_ge "$(drops pg1 acl)" $((before + 1)) "drops at pg1"
	check vswitchctl acl flush pg1
	check reaches g1 192.0.2.2

	# Not what it sends but what the other gets.
	acl pg2 direction in action deny remote-ip 192.0.2.0/24
	check isolated g1 192.0.2.2
	check_ge "$(drops pg2 acl)" 1 "drops at pg2"
	check reaches g1 2001:db8::2
	acl pg2 direction in action deny remote-ip 2001:db8::/32
	check isolated g1 2001:db8::2
	check vswitchctl acl flush pg2
	check reaches g1 2001:db8::2

	acl pg1 direction both action deny local-ip any
	check isolated g1 192.0.2.2
	check isolated g1 2001:db8::2
}

test_basic_mac()
{
	acl pg1 direction out action deny remote-mac $G2
	check isolated g1 192.0.2.2
	check vswitchctl acl flush pg1
	acl pg1 direction out action deny remote-mac any
	acl pg1 direction out action allow remote-mac $G2
	check reaches g1 192.0.2.2
	# Broadcast is not allowed. (Nor does g2 ask where g1 is, which would tell
	# g1 where g2 is.)
	check ip -n "$(ns g2)" neigh replace 192.0.2.1 lladdr $G1 dev eth0 \
		nud permanent
	check ip -n "$(ns g1)" neigh flush dev eth0
	check isolated g1 192.0.2.2
	check vswitchctl acl flush pg1
	# The MAC kind and the IP kind both have to allow.
	acl pg1 direction out action allow local-mac $G1
	acl pg1 direction out action deny remote-ip 192.0.2.2
	check isolated g1 192.0.2.2
}

# ARP names a sender, too: from one's own address for another one.
test_arp_sender()
{
	local other=02:00:00:00:00:77

	acl pg1 direction out action allow local-mac $G1
	acl pg1 direction out action deny local-mac any
	check in_ns g1 python3 "$DIR/lib/acl_frames.py" send sender:$G1 5 0
	check_eq "$(drops pg1 acl)" 0 "drops of its own"
	check in_ns g1 python3 "$DIR/lib/acl_frames.py" send sender:$other 5 0
	check_eq "$(drops pg1 acl)" 5 "drops of another's"
	check vswitchctl acl flush pg1
	acl pg2 direction in action deny remote-mac $other
	check in_ns g1 python3 "$DIR/lib/acl_frames.py" send sender:$other 5 0
	check_eq "$(drops pg2 acl)" 5 "drops at who receives it"
	check reaches g1 192.0.2.2
}

test_precedence()
{
	# The longest prefix decides, in any order of insertion.
	acl pg1 direction out action allow remote-ip 192.0.2.2
	acl pg1 direction out action deny remote-ip 192.0.2.0/24
	acl pg1 direction out action deny remote-ip any
	check reaches g1 192.0.2.2
	# Of equal length, denial.
	acl pg1 direction out action deny local-ip 192.0.2.1
	check isolated g1 192.0.2.2
	check vswitchctl acl del pg1 direction out action deny local-ip 192.0.2.1
	check reaches g1 192.0.2.2
	check vswitchctl acl del pg1 direction out action allow remote-ip 192.0.2.2
	check isolated g1 192.0.2.2
}

# The recipe against ARP spoofing: what a guest may send, and no more.
only_own_addresses()
{
	acl "$1" direction out action allow local-ip "$2"
	acl "$1" direction out action allow local-ip "$3"
	# Routers have link-local addresses, too: its own is enough.
	acl "$1" direction out action allow local-ip "$4"
	acl "$1" direction out action deny local-ip any
}

test_arp_spoofing()
{
	guest g3 02:00:00:00:00:03 192.0.2.3/24
	check ip link set pg3 master vs0
	check reaches g2 192.0.2.3
	only_own_addresses pg1 192.0.2.1 2001:db8::1 fe80::ff:fe00:1
	check reaches g1 192.0.2.2
	# g1 says that it is g3.
	check in_ns g1 /usr/bin/python3 "$DIR/lib/acl_spoof.py" arp 192.0.2.3 192.0.2.2 $G2
	check_eq "$(ip -n "$(ns g2)" -j neigh show 192.0.2.3 | jq -r '.[0].lladdr')" \
		02:00:00:00:00:03 "g2's neighbour"
	check_ge "$(drops pg1 acl)" 1 "spoofed ARP"
	# Without the rules it works: the test can fail.
	check vswitchctl acl flush pg1
	check in_ns g1 /usr/bin/python3 "$DIR/lib/acl_spoof.py" arp 192.0.2.3 192.0.2.2 $G2
	check_eq "$(ip -n "$(ns g2)" -j neigh show 192.0.2.3 | jq -r '.[0].lladdr')" \
		$G1 "g2's poisoned neighbour"
}

test_nd_spoofing()
{
	guest g3 02:00:00:00:00:03 2001:db8::3/64
	check ip link set pg3 master vs0
	check reaches g2 2001:db8::3
	only_own_addresses pg1 192.0.2.1 2001:db8::1 fe80::ff:fe00:1
	check reaches g1 2001:db8::2
	# Nor can it be the router, which has but a link-local address.
	check in_ns g2 ping -c 1 -W 5 fe80::ff:fe00:3%eth0
	check in_ns g1 /usr/bin/python3 "$DIR/lib/acl_spoof.py" nd fe80::ff:fe00:3 2001:db8::2 $G2
	check_eq "$(ip -n "$(ns g2)" -j neigh show fe80::ff:fe00:3 | jq -r '.[0].lladdr')" \
		02:00:00:00:00:03 "g2's router"
	check in_ns g1 /usr/bin/python3 "$DIR/lib/acl_spoof.py" nd 2001:db8::3 2001:db8::2 $G2
	check_eq "$(ip -n "$(ns g2)" -j neigh show 2001:db8::3 | jq -r '.[0].lladdr')" \
		02:00:00:00:00:03 "g2's neighbour"
	check_ge "$(drops pg1 acl)" 1 "spoofed advertisement"
	check vswitchctl acl flush pg1
	check in_ns g1 /usr/bin/python3 "$DIR/lib/acl_spoof.py" nd 2001:db8::3 2001:db8::2 $G2
	check_eq "$(ip -n "$(ns g2)" -j neigh show 2001:db8::3 | jq -r '.[0].lladdr')" \
		$G1 "g2's poisoned neighbour"
}

test_meter()
{
	acl pg1 direction both action meter remote-ip 192.0.2.0/24
	acl pg1 direction both action meter remote-ip 0.0.0.0/0
	check in_ns g1 ping -n -q -c 5 -i 0.2 -s 100 -w 5 192.0.2.2
	# 5 echoes of 142 bytes: the longest prefix alone counts.
	check_eq "$(vswitchctl -j acl show pg1 | jq -c '[.[0].rules[] |
		[.direction, .remote_ip, .bytes]] | sort')" \
		'[["in","0.0.0.0/0",0],["in","192.0.2.0/24",710],["out","0.0.0.0/0",0],["out","192.0.2.0/24",710]]' \
		"metered"
	# What is denied is not counted.
	acl pg1 direction out action deny remote-ip 192.0.2.2
	check isolated g1 192.0.2.2
	check_eq "$(bytes pg1 out)" 710 "after denial"
}

# What g1 sent, as it counts itself: bytes of IP, a super-frame's headers once;
# frames; segments on a wire; and segments that were sent again.
g1_counts()
{
	in_ns g1 awk '{ key = $1 }
		!(key in names) { names[key] = $0; next }
		{
			split(names[key], name)
			for (i = 2; i <= NF; i++)
				n[key name[i]] = $i
		}
		END {
			print n["IpExt:OutOctets"], n["Ip:OutRequests"],
				n["Tcp:OutSegs"], n["Tcp:RetransSegs"]
		}' /proc/net/snmp /proc/net/netstat
}

# What was written may still be on its way.
g1_is_quiet()
{
	local before

	before=$(g1_counts)
	sleep 0.3
	[ "$(g1_counts)" = "$before" ]
}

test_meter_gso()
{
	local a b octets frames segments again want metered

	acl pg1 direction out action meter remote-ip 192.0.2.2
	bg in_ns g2 iperf3 -s -1 -p 5001
	busywait 20000 in_ns g2 sh -c "ss -Hlnt | grep -q :5001" >/dev/null
	read -r -a a < <(g1_counts)
	check in_ns g1 iperf3 -c 192.0.2.2 -p 5001 -n 4M -l 64K
	check busywait 20000 g1_is_quiet
	read -r -a b < <(g1_counts)
	octets=$((b[0] - a[0])) frames=$((b[1] - a[1]))
	segments=$((b[2] - a[2])) again=$((b[3] - a[3]))
	metered=$(bytes pg1 out)
	# IP and TCP have 52 bytes, with Ethernet 66: here once a frame, there once a
	# segment. What was sent again may have been lost before the switch.
	want=$((octets - frames * 52 + (segments + again) * 66))
	diag "metered $metered, frames $frames, segments $segments, again $again"
	check_ge "$segments" $((frames * 2)) "segments of GSO frames"
	check_ge "$metered" $((want - again * 1514 - 500)) "metered"
	check_le "$metered" $((want + 500)) "metered"
}

test_meter_kept()
{
	local before

	acl pg1 direction out action meter remote-ip 192.0.2.2
	check in_ns g1 ping -n -q -c 3 -i 0.2 -w 5 192.0.2.2
	before=$(bytes pg1 out)
	check_ge "$before" 1 "metered"
	acl pg1 direction out action deny remote-ip 203.0.113.0/24
	check vswitchctl port set pg1 mac $G1
	check vswitchctl acl del pg1 direction out action deny remote-ip 203.0.113.0/24
	check_ge "$(bytes pg1 out)" "$before" "after unrelated changes"
	check in_ns g1 ping -n -q -c 3 -i 0.2 -w 5 192.0.2.2
	check_ge "$(bytes pg1 out)" $((before + 3 * 98)) "goes on"
}

test_extended()
{
	serve g2 80
	serve g2 81
	acl pg2 direction in action deny weight 1
	# ARP is no IP, and ND is its like: both still work.
	check ip -n "$(ns g1)" neigh flush dev eth0
	check isolated g1 192.0.2.2
	check_eq "$(ip -n "$(ns g1)" -j neigh show 192.0.2.2 | jq -r '.[0].lladdr')" \
		$G2 "ARP"
	acl pg2 direction in action allow weight 10 protocol tcp local-port 80
	check gets g1 192.0.2.2 80
	check gets g1 2001:db8::2 80
	check gets_nothing g1 192.0.2.2 81
	# A range, and a heavier rule that takes from it.
	acl pg2 direction in action allow weight 5 protocol tcp local-port 80-90
	check gets g1 192.0.2.2 81
	acl pg2 direction in action deny weight 20 protocol tcp local-port 81 remote-ip 192.0.2.1
	check gets_nothing g1 192.0.2.2 81
	check gets g1 2001:db8::2 81
	# Both kinds have to allow.
	acl pg2 direction in action deny remote-ip 192.0.2.1
	check gets_nothing g1 192.0.2.2 80
}

test_isolation_id()
{
	check vswitchctl port set pg1 vlan access 10
	check vswitchctl port set pg2 vlan access 10
	check reaches g1 192.0.2.2
	acl pg1 direction out action deny weight 7 isolation-id 11
	check reaches g1 192.0.2.2
	acl pg1 direction out action deny weight 8 isolation-id 10
	check isolated g1 192.0.2.2
}

test_protocols()
{
	acl pg1 direction out action deny weight 9 protocol icmp
	check isolated g1 192.0.2.2
	check reaches g1 2001:db8::2
	acl pg1 direction out action deny weight 10 protocol 58 remote-ip 2001:db8::/64
	check isolated g1 2001:db8::2
}

test_stateful()
{
	serve g1 80
	serve g2 80
	# g1 may ask, and gets answers, and nobody may ask it.
	acl pg1 direction in action deny weight 1
	check gets_nothing g1 192.0.2.2 80
	check gets_nothing g2 192.0.2.1 80
	acl pg1 direction out action allow weight 10 stateful
	check gets g1 192.0.2.2 80
	check gets g1 2001:db8::2 80
	check gets_nothing g2 192.0.2.1 80
	check reaches g1 192.0.2.2
	check isolated g2 192.0.2.1
	check_ge "$(vswitchctl -j -s acl show pg1 | jq '.[0].flows')" 3 "flows"
	# The other way round: who is asked may answer.
	check vswitchctl acl flush pg1
	acl pg1 direction out action deny weight 1
	acl pg1 direction in action allow weight 10 protocol tcp local-port 80 stateful
	check gets g2 192.0.2.1 80
	check gets_nothing g1 192.0.2.2 80
}

test_stateful_timeout()
{
	# What g1 has said to g2 lets g2 answer, for three seconds.
	acl pg1 direction in action deny weight 1 protocol udp
	acl pg1 direction out action allow weight 2 protocol udp stateful idle-timeout 3
	check python3 "$DIR/lib/acl_udp.py" "$(ns g1)" "$(ns g2)" answer:0 answer:1 answer:2 answer:2 none:5 ask answer:1
	# However short it is, what goes on goes on, without another question.
	check vswitchctl acl flush pg1
	acl pg1 direction in action deny weight 1 protocol udp
	acl pg1 direction out action allow weight 2 protocol udp stateful idle-timeout 1
	check python3 "$DIR/lib/acl_udp.py" "$(ns g1)" "$(ns g2)" answers:5 none:3
}

# Who quotes a flow keeps it not alive.
test_stateful_quoted()
{
	acl pg1 direction in action deny weight 1
	acl pg1 direction out action allow weight 2 stateful idle-timeout 3
	check python3 "$DIR/lib/acl_udp.py" "$(ns g1)" "$(ns g2)" answer:0 \
		"run:ip netns exec $(ns g2) python3 $DIR/lib/acl_frames.py send quote4 9 0.7" \
		none:0
}

# What else of the port lets a frame not pass begins no flow, and is not counted.
test_stateful_dropped()
{
	local i

	check vswitchctl port set pg1 dynamic-ip-limit 1
	acl pg1 direction out action allow weight 2 protocol udp stateful
	acl pg1 direction out action meter remote-ip 198.51.100.0/24
	for i in 1 11 12 13; do
		ip -n "$(ns g1)" addr replace 192.0.2.$i/24 dev eth0
		check in_ns g1 python3 -c "
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(('192.0.2.$i', 5000))
s.sendto(b'x', ('192.0.2.2', 6000))"
	done
	check_ge "$(drops pg1 ip-limit)" 1 "drops"
	check_eq "$(vswitchctl -j -s acl show pg1 | jq '.[0].flows')" 1 "flows"
}

# Places for flows are given back when there are few flows.
test_flows_given_back()
{
	local before full

	acl pg1 direction out action allow weight 2 protocol udp stateful idle-timeout 15
	before=$(kernel_kib)
	check in_ns g1 python3 "$DIR/lib/acl_udp.py" flood 192.0.2.2 40000
	full=$(kernel_kib)
	diag "$((full - before)) KiB more with flows"
	# 100 bytes each.
	check_ge $((full - before)) 2500 "KiB"
	# They end by themselves.
	check busywait 90000 kernel_kib_below $((full - 2000))
	# And it can begin others.
	check in_ns g1 python3 "$DIR/lib/acl_udp.py" flood 192.0.2.2 5000
	check_ge "$(vswitchctl -j -s acl show pg1 | jq '.[0].flows')" 1500 "flows"
}

# Memory for flows is charged to who asked for the rule, not to a kernel thread.
test_flows_charged()
{
	local group=/sys/fs/cgroup/acl before

	echo +memory 2>/dev/null >/sys/fs/cgroup/cgroup.subtree_control ||
		skip "no memory cgroups"
	defer eval "echo -memory >/sys/fs/cgroup/cgroup.subtree_control"
	mkdir "$group" || fail "no cgroup"
	defer rmdir "$group"
	# shellcheck disable=SC2016 # of the inner shell
	check bash -c 'echo $$ >"$1/cgroup.procs" && exec "${@:2}"' - "$group" \
		vswitchctl acl add pg1 direction out action allow weight 2 \
		protocol udp stateful
	before=$(<"$group/memory.current")
	check in_ns g1 python3 "$DIR/lib/acl_udp.py" flood 192.0.2.2 20000
	check_ge $((($(<"$group/memory.current") - before) / 1024)) 1500 \
		"KiB more, with flows"
}

kernel_kib()
{
	awk '$1 == "SUnreclaim:" { print $2 }' /proc/meminfo
}

kernel_kib_below()
{
	[ "$(kernel_kib)" -le "$1" ]
}

# In a private VLAN both directions have a VLAN each: rules go on with that of the first.
test_stateful_private()
{
	check vswitchctl port set pg1 pvlan community primary 100 secondary 101
	check vswitchctl port set pg2 pvlan promiscuous primary 100 secondary 101
	check reaches g1 192.0.2.2
	acl pg1 direction in action deny weight 1 protocol udp
	acl pg1 direction out action allow weight 10 protocol udp isolation-id 101 stateful
	acl pg1 direction out action allow weight 5 protocol tcp stateful
	check python3 "$DIR/lib/acl_udp.py" "$(ns g1)" "$(ns g2)" answer:0 \
		"run:vswitchctl acl add pg1 direction out action deny weight 3 protocol tcp" \
		answer:0 \
		"run:vswitchctl acl add pg1 direction out action deny weight 20 isolation-id 101" none:0
}

test_stateful_revoked()
{
	acl pg1 direction in action deny weight 1 protocol udp
	acl pg1 direction out action allow weight 2 protocol udp stateful
	# There are others that are stateful, so flows are looked for to the end.
	acl pg1 direction out action allow weight 5 protocol tcp stateful
	# Unrelated changes leave the flow, that of its rule ends it.
	check python3 "$DIR/lib/acl_udp.py" "$(ns g1)" "$(ns g2)" answer:0 \
		"run:vswitchctl acl add pg1 direction out action deny weight 3 protocol tcp" \
		answer:0 \
		"run:vswitchctl acl del pg1 direction out weight 2" none:0
}

test_icmp_errors()
{
	# Rules that say icmpv6 are about neighbour discovery as well.
	check ip -n "$(ns g1)" neigh replace 2001:db8::2 lladdr $G2 dev eth0 nud permanent
	check ip -n "$(ns g2)" neigh replace 2001:db8::1 lladdr $G1 dev eth0 nud permanent
	# Nobody listens: the error that g2 sends back belongs to the flow.
	acl pg1 direction in action deny weight 1 protocol icmp
	acl pg1 direction in action deny weight 2 protocol icmpv6
	check python3 "$DIR/lib/acl_udp.py" "$(ns g1)" "$(ns g2)" unreachable:no
	acl pg1 direction out action allow weight 3 protocol udp stateful
	check python3 "$DIR/lib/acl_udp.py" "$(ns g1)" "$(ns g2)" unreachable:yes
}

has_flows()
{
	[ "$(vswitchctl -j -s acl show pg1 | jq '.[0].flows')" -ge "$1" ]
}

# What becomes of a frame of acl_frames.py that comes from a port.
verdict()
{
	vswitchctl -j port trace "$1" hex "$(python3 "$DIR/lib/acl_frames.py" hex "$2")" |
		jq -r '.[0] | if .drops == [] then "passes" else .drops[0].reason end'
}

# Neighbour discovery passes what denies all. What routers forward is none.
test_nd_alone()
{
	acl pg1 direction out action deny weight 1
	acl pg1 direction in action deny weight 1
	check_eq "$(verdict pg1 nd)" passes "an advertisement"
	check_eq "$(verdict pg1 nd_routed)" acl "one that could be routed"
	check_eq "$(verdict pg1 nd_code)" acl "one with a code"
	check_eq "$(verdict pg1 nd_parts)" acl "one in fragments"
	check vswitchctl acl flush pg1
	acl pg1 direction out action deny weight 1 protocol icmpv6
	check_eq "$(verdict pg1 nd)" acl "an advertisement, denied"
	# Where the addresses that it claims matter, there is none in fragments.
	check vswitchctl acl flush pg1
	acl pg1 direction out action deny remote-ip 2001:db8::9
	check_eq "$(verdict pg1 nd_parts)" passes "to another address than that"
	acl pg1 direction out action allow local-ip 2001:db8::1
	check_eq "$(verdict pg1 nd)" passes "of its own address"
	check_eq "$(verdict pg1 nd_parts)" unparsable "of its own address, in fragments"
}

# Who asks whether somebody has an address claims it.
test_arp_probe()
{
	acl pg1 direction out action allow local-ip 192.0.2.1
	acl pg1 direction out action allow local-ip 0.0.0.0
	acl pg1 direction out action deny local-ip any
	check_eq "$(verdict pg1 probe:192.0.2.1)" passes "for its own address"
	check_eq "$(verdict pg1 probe:192.0.2.2)" acl "for that of another"
	check vswitchctl acl flush pg1
	acl pg2 direction in action deny remote-ip 192.0.2.7
	check_eq "$(verdict pg1 probe:192.0.2.7)" acl "at who hears it"
	check_eq "$(verdict pg1 probe:192.0.2.8)" passes "at who hears it"
}

# Errors belong to the flow that they quote, whatever is in front of its ports.
test_quotes()
{
	acl pg1 direction in action deny weight 1
	acl pg1 direction out action allow weight 2 stateful
	check_eq "$(verdict pg2 quote4)" acl "about no flow"
	check_eq "$(verdict pg2 quote6)" acl "about no flow"
	check_eq "$(verdict pg2 quote6_parts)" acl "about no flow"
	check in_ns g1 python3 -c '
import socket
for family, a, b in ((socket.AF_INET, "192.0.2.1", "192.0.2.2"),
                     (socket.AF_INET6, "2001:db8::1", "2001:db8::2")):
    s = socket.socket(family, socket.SOCK_DGRAM)
    s.bind((a, 5000))
    s.sendto(b"x", (b, 6000))'
	check busywait 20000 has_flows 2
	check_eq "$(verdict pg2 quote4)" passes "about a flow"
	check_eq "$(verdict pg2 quote6)" passes "about a flow, IPv6"
	check_eq "$(verdict pg2 quote6_parts)" passes "about its first fragment"
}

test_fragments()
{
	# Fragments follow their first one, in both verdicts.
	acl pg2 direction in action deny weight 1 protocol udp
	acl pg2 direction in action allow weight 2 protocol udp local-port 7000
	check python3 "$DIR/lib/acl_udp.py" "$(ns g1)" "$(ns g2)" big:7000:yes big:7001:no
	# And what passes by a flow.
	check vswitchctl acl flush pg2
	acl pg1 direction in action deny weight 1 protocol udp
	acl pg1 direction out action allow weight 2 protocol udp stateful
	check python3 "$DIR/lib/acl_udp.py" "$(ns g1)" "$(ns g2)" big_answer:yes
	check vswitchctl acl del pg1 direction out weight 2
	check python3 "$DIR/lib/acl_udp.py" "$(ns g1)" "$(ns g2)" big_answer:no
}

test_flow_limit()
{
	local flows

	acl pg1 direction out action allow weight 2 protocol udp stateful
	check in_ns g1 python3 "$DIR/lib/acl_udp.py" flood 192.0.2.2 80000
	flows=$(vswitchctl -j -s acl show pg1 | jq '.[0].flows')
	check_ge "$flows" 2000 "flows"
	check_le "$flows" 65536 "flows"
	check_ge "$(drops pg1 flow-limit)" 1 "no room"
	# Everything else goes on.
	check reaches g1 192.0.2.2
}

refused()
{
	local regex=$1; shift

	check_fail_with "$regex" vswitchctl acl add pg1 "$@"
}

test_refusals()
{
	acl pg1 direction in action deny remote-ip 203.0.113.0/24
	refused "'direction" action deny local-ip any
	refused "'action" direction in local-ip any
	refused "one address" direction in action deny
	refused "one address" direction in action deny local-ip any remote-ip any
	refused "not both" direction in action deny local-ip any local-mac any
	refused "needs a weight" direction in action deny local-ip any protocol tcp
	refused "needs a weight" direction in action deny local-ip any isolation-id 3
	refused "about an IP" direction in action meter local-mac any
	refused "in or out" direction both action deny weight 1
	refused "meter rules have none" direction in action meter weight 1
	refused "no MAC" direction in action deny weight 1 local-mac any
	refused "protocol: tcp" direction in action deny weight 1 local-port 80
	refused "protocol: tcp" direction in action deny weight 1 local-port 80 protocol icmp
	refused "both IPv4 or both IPv6" direction in action deny weight 1 local-ip 192.0.2.0/24 remote-ip 2001:db8::/32
	refused "stateful rule allows" direction in action deny weight 1 stateful
	refused "goes with 'stateful'" direction in action allow weight 1 idle-timeout 3
	refused "from 1 to 65535" direction in action allow weight 1 stateful idle-timeout 0
	refused "from 0 to 65535" direction in action allow weight 65536
	refused "from 0 to 4094" direction in action allow weight 1 isolation-id 4095
	refused "expected 80-90" direction in action allow weight 1 protocol tcp local-port 90-80
	refused "no port" direction in action allow weight 1 protocol tcp local-port 80-70000
	refused "from 0 to 32" direction in action deny local-ip 192.0.2.0/33
	refused "from 0 to 128" direction in action deny local-ip 2001:db8::/129
	refused "no IP address" direction in action deny local-ip 192.0.2
	refused "no MAC address" direction in action deny local-mac 02:00
	refused "protocol 'foo' is unknown" direction in action deny weight 1 protocol foo
	refused "given twice" direction in direction out action deny local-ip any
	refused "unknown word" direction in action deny bogus 1
	check_fail_with "not a port" vswitchctl acl add lo direction in action deny local-ip any
	check_fail_with "no such device" vswitchctl acl show nodev
	check_eq "$(count pg1)" 1 "rules after refusals"
}

test_clashes()
{
	acl pg1 direction in action deny remote-ip 203.0.113.0/24
	refused "very rule" direction in action deny remote-ip 203.0.113.0/24
	refused "other action" direction in action allow remote-ip 203.0.113.0/24
	refused "other action" direction both action allow remote-ip 203.0.113.0/24
	check_eq "$(count pg1)" 1 "half of a rule of both directions"
	acl pg1 direction out action allow remote-ip 203.0.113.0/24
	acl pg1 direction in action meter remote-ip 203.0.113.0/24
	acl pg1 direction in action deny local-ip 203.0.113.0/24
	acl pg1 direction in action deny weight 5 protocol tcp
	refused "very rule" direction in action deny weight 5 protocol tcp
	refused "has that weight" direction in action allow weight 5 protocol udp
	acl pg1 direction out action deny weight 5 protocol udp
	acl pg2 direction in action allow weight 5 protocol udp
	check_eq "$(count pg1)" 6 "rules"
	# Within one request, too, and the line is named.
	printf '%s\n' "acl add pg1 direction in action allow weight 9" \
		"acl add pg1 direction in action allow weight 10" \
		"acl add pg1 direction in action deny weight 9" >"$LIB_TMP/batch"
	check_fail_with "$LIB_TMP/batch:[13]: .*has that weight" vswitchctl -a -b "$LIB_TMP/batch"
	check_eq "$(count pg1)" 6 "rules"
}

test_host_bits()
{
	refused "192.0.2.0/24 or 192.0.2.1/32" direction in action deny local-ip 192.0.2.1/24
	refused "2001:db8::/32 or 2001:db8::1/128" direction in action deny local-ip 2001:db8::1/32
	check_eq "$(count pg1)" 0 "rules"
}

test_del_and_flush()
{
	local id

	acl pg1 direction both action deny remote-ip 203.0.113.0/24
	acl pg1 direction in action allow weight 5 protocol tcp local-port 80
	acl pg1 direction in action allow weight 6 protocol tcp local-port 81
	acl pg1 direction out action allow weight 6
	check_eq "$(count pg1)" 5 "rules"
	check vswitchctl acl del pg1 direction in weight 5
	check_fail_with "that weight" vswitchctl acl del pg1 direction in weight 5
	check_fail_with "says something else" vswitchctl acl del pg1 direction in action deny weight 6
	check vswitchctl acl del pg1 direction in action allow weight 6 protocol tcp local-port 81
	check_fail_with "no such rule" vswitchctl acl del pg1 direction both action deny remote-ip 203.0.113.0/25
	id=$(vswitchctl -j acl show pg1 | jq '.[0].rules[] | select(.weight == 6).id')
	check_fail_with "that id" vswitchctl acl del pg1 id 4000000
	check vswitchctl acl del pg1 id "$id"
	check_eq "$(count pg1)" 2 "rules"
	check vswitchctl acl del pg1 direction both action deny remote-ip 203.0.113.0/24
	check_eq "$(count pg1)" 0 "rules"
	check_fail_with "no such rule" vswitchctl acl del pg1 direction in action deny remote-ip any
	acl pg1 direction out action allow weight 6
	check vswitchctl acl flush pg1
	check vswitchctl acl flush pg1
	check_eq "$(count pg1)" 0 "rules"
}

test_show_json()
{
	acl pg1 direction in action allow weight 5 protocol tcp local-ip 192.0.2.0/24 remote-ip 198.51.100.7 local-port 80-90 remote-port 1000 isolation-id 4 stateful idle-timeout 60
	acl pg1 direction out action deny local-mac $G1
	check_eq "$(vswitchctl -j acl show pg1 | jq -c '.[0] | .ifname, .count, (.rules[] | del(.id))')" \
"\"pg1\"
2
{\"direction\":\"out\",\"action\":\"deny\",\"local_mac\":\"$G1\"}
{\"direction\":\"in\",\"action\":\"allow\",\"weight\":5,\"protocol\":\"tcp\",\"local_ip\":\"192.0.2.0/24\",\"remote_ip\":\"198.51.100.7\",\"local_port\":80,\"local_port_end\":90,\"remote_port\":1000,\"isolation_id\":4,\"stateful\":true,\"idle_timeout\":60}" \
		"as JSON"
	check_eq "$(vswitchctl acl show pg1 | tail -1 | sed 's/^ *id [0-9]* //')" \
		"direction in action allow weight 5 protocol tcp local-ip 192.0.2.0/24 remote-ip 198.51.100.7 local-port 80-90 remote-port 1000 isolation-id 4 stateful idle-timeout 60" \
		"as text"
	# Each port has lines of its own.
	acl pg2 direction in action deny local-ip any
	check_eq "$(vswitchctl acl show | grep -c '^pg[12]: ')" 2 "ports in text"
	check_eq "$(vswitchctl acl show | tail -c 1)" "" "the end of the last line"
	# In the words that it shows, it can be deleted.
	# shellcheck disable=SC2046 # words
	check vswitchctl acl del pg1 $(vswitchctl acl show pg1 | tail -1 | sed 's/^ *id [0-9]* //')
	check_ge "$(vswitchctl -j -s acl show pg1 | jq '.[0].memory')" 100 "memory"
}

# many DEV N ACTION: lines of N rules
many()
{
	awk -v dev="$1" -v n="$2" -v action="$3" 'BEGIN {
		for (i = 0; i < n; i++)
			printf "acl add %s direction out action %s weight %d protocol tcp remote-ip 10.%d.%d.0/24 remote-port %d\n",
				dev, action, i + 10, i / 256 % 256, i % 256, i % 1000 + 1
	}'
}

test_transaction()
{
	acl pg1 direction out action deny weight 1 protocol icmp
	# One bad line among many: nothing changes.
	{ echo "acl flush pg1"; many pg1 1000 allow
	  echo "acl add pg1 direction out action allow weight 20"; } >"$LIB_TMP/batch"
	check_fail_with "$LIB_TMP/batch:(12|1002): .*weight" vswitchctl -a -b "$LIB_TMP/batch"
	check_eq "$(count pg1)" 1 "rules after a refused transaction"
	check isolated g1 192.0.2.2
	{ echo "acl flush pg1"; many pg1 10000 allow; } >"$LIB_TMP/batch"
	check vswitchctl -a -b "$LIB_TMP/batch"
	check_eq "$(count pg1)" 10000 "rules"
	check reaches g1 192.0.2.2
	diag "$(vswitchctl -s acl show pg1 | tail -1)"
}

test_limits()
{
	many pg1 55000 allow >"$LIB_TMP/batch"
	awk 'BEGIN { for (i = 0; i < 45000; i++)
		printf "acl add pg1 direction in action deny remote-ip 10.%d.%d.0/24\n",
			i / 256, i % 256 }' >>"$LIB_TMP/batch"
	check vswitchctl -a -b "$LIB_TMP/batch"
	check_eq "$(count pg1)" 100000 "rules"
	diag "$(vswitchctl -s acl show pg1 | tail -1)"
	refused "at most 100000" direction in action deny remote-ip 198.51.100.0/24
	check_eq "$(count pg1)" 100000 "rules"
	check reaches g1 192.0.2.2
	# Copies for transactions are limited, too.
	sed -i 's/ pg1 / pg2 /' "$LIB_TMP/batch"
	check vswitchctl -a -b "$LIB_TMP/batch"
	check python3 "$DIR/lib/acl_copies.py" vs0 pg1 pg2
	check_eq "$(count pg1) $(count pg2)" "100000 100000" "rules"
}

# While 2,000 rules are replaced again and again, each ping passes: no frame
# sees a list without the rule that allows it, or one that is half made.
test_replace_under_traffic()
{
	local i

	{ echo "acl flush pg1"; many pg1 2000 allow
	  echo "acl add pg1 direction out action allow weight 5 protocol icmp"
	  echo "acl add pg1 direction out action deny weight 1"; } >"$LIB_TMP/batch"
	check vswitchctl -a -b "$LIB_TMP/batch"
	bg in_ns g1 ping -n -q -i 0.01 -c 1500 192.0.2.2
	for i in 1 2 3 4 5 6 7 8 9 10; do
		check vswitchctl -a -b "$LIB_TMP/batch"
	done
	kill -INT "$BG_PID"
	wait "$BG_PID" || :
	check grep -q " 0% packet loss" "$BG_LOG"
}

test_privilege()
{
	acl pg1 direction out action deny weight 1 remote-ip 203.0.113.7
	check_fail_with "CAP_NET_ADMIN" setpriv --bounding-set -net_admin --inh-caps -net_admin \
		--reuid 65534 --clear-groups vswitchctl acl show pg1
	check_fail_with "CAP_NET_ADMIN" setpriv --reuid 65534 --clear-groups \
		vswitchctl acl flush pg1
	check_eq "$(count pg1)" 1 "rules"
}

test_oracle()
{
	check vswitchctl port set pg1 vlan access 10
	check vswitchctl port set pg2 vlan access 10
	in_ns g1 sysctl -q -w net.ipv6.conf.all.disable_ipv6=1
	in_ns g2 sysctl -q -w net.ipv6.conf.all.disable_ipv6=1
	lib_run python3 "$DIR/lib/acldiff.py" "${ACL_SEED:-1}" 8 8 1000 "$(ns g1)" "$(ns g2)"
	[ $LIB_RC = 0 ] || fail "$LIB_OUT"
	diag "$LIB_OUT"
}

# Flows, meters and rules go with the port, and the module's memory with them.
test_survives_port()
{
	acl pg1 direction out action allow weight 10 stateful
	acl pg1 direction out action meter remote-ip any
	check reaches g1 192.0.2.2
	check vswitchctl port del pg1
	check vswitchctl port add vs0 pg1
	check_eq "$(count pg1)" 0 "rules of a port that came back"
	check reaches g1 192.0.2.2
}

run_tests "$@"
