#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Everything that the kernel refuses: it says why and what would be taken, and
# changes nothing.
#
#	ext (external)	  int (internal)	priv (private)	iov (iov on)
#	  up0, vx	    p0 -- x0, vi	  g0
#
#	d0 free, b0 in the bridge br0, m0 below a macvlan, tun0 no Ethernet
#
# timeout: 600
. "$(dirname "$0")/lib.sh"

TESTS="create convert uplink port loops vnic fixed bridge_vlan bridge_fdb raw
	address netns not_bridgeable too_many_ports genl policies profile complete"

HERE=$(dirname "$0")

# ip with the plugin, in t.
ipt()
{
	# The plugin's errors end in 255, which check_fail calls a death.
	in_ns t env IP_LIB_DIR="$HERE/../userspace" ip "$@" || return 1
}

ctlt()
{
	vswitchctl -n "$(ns t)" "$@"
}

bridget()
{
	in_ns t bridge "$@" || return 1
}

py()
{
	in_ns t /usr/bin/python3 -E -s -S -B "$HERE/lib/$1.py" "${@:2}"
}

setup()
{
	# One for all cases; lib/vswcheck.py writes to it as well.
	export REFUSED_LOG=$LIB_TMP/refused
	ns_add t
	in_ns t sysctl -q -w net.ipv6.conf.default.disable_ipv6=1
	ipt -batch - <<-EOT
		link add up0 up type dummy
		link add up1 up type dummy
		link add g0 up type dummy
		link add d0 up type dummy
		link add d1 up type dummy
		link add b0 type dummy
		link add m0 up type dummy
		link add br0 type bridge
		link set b0 master br0
		link add mv0 link m0 type macvlan
		link add p0 up type veth peer name x0
		link add ext up type vswitch type external uplink up0
		link add int up type vswitch
		link add priv up type vswitch type private
		link add vx up link ext type vswitch_vnic
		link add vi up link int type vswitch_vnic
		link set p0 master int
		link set g0 master priv
	EOT
}

# The generation may rise: what was done and undone counts as a change. A link
# may come up when it likes.
state()
{
	printf '%s show\n' switch port fdb | vswitchctl -n "$(ns t)" -j -b - |
		sed -E 's/"generation":[0-9]+//g'
	ip -n "$(ns t)" -j -d link show | jq -c '.[] | del(.operstate, .flags)'
}

# check_same GOT WANT WHAT: several lines
check_same()
{
	[ "$1" = "$2" ] || fail "$3:"$'\n'"$(diff <(echo "$2") <(echo "$1") | cut -c1-300)"
}

# refuse TEXT COMMAND...: refused, in these words, and nothing has changed.
refuse()
{
	local text=$1 before; shift

	before=$(state)
	check_fail "$@"
	[[ $LIB_OUT = *"$text"* ]] ||
		fail "refused without saying '$text': $*"$'\n'"$LIB_OUT"
	echo "$LIB_OUT" >>"$REFUSED_LOG"
	check_same "$(state)" "$before" "state after $*"
}

test_create()
{
	refuse "an external switch needs an uplink" \
		ipt link add bad type vswitch type external
	refuse "only an external switch has an uplink" \
		ipt link add bad type vswitch type internal uplink d0
	refuse "only an external switch has an uplink" \
		ipt link add bad type vswitch type private uplink d0
	refuse "with iov on the bandwidth-mode is none" \
		ipt link add bad type vswitch iov on bandwidth_mode weight
	refuse "the device has a master: " \
		ipt link add bad type vswitch uplink b0
	check ipt link add good type vswitch uplink d0 iov on bandwidth_mode none
}

test_convert()
{
	refuse "an external switch needs an uplink" \
		ipt link set int type vswitch type external
	refuse "a private switch has no vNIC: delete the vNICs first" \
		ipt link set int type vswitch type private
	refuse "only an external switch has an uplink" \
		ipt link set ext type vswitch type internal
	refuse "only an external switch has an uplink" \
		ipt link set priv type vswitch type private uplink d0
	check ipt link set ext type vswitch type internal uplink none
	check ipt link del vi
	check ipt link set int type vswitch type private
}

test_uplink()
{
	refuse "the switch has an uplink: " \
		ipt link set ext type vswitch uplink up1
	refuse "a switch cannot be its own port" \
		ipt link set int type vswitch type external uplink int
	refuse "a switch cannot be a port: connect" \
		ipt link set int type vswitch type external uplink priv
	refuse "the device has a master: " \
		ipt link set int type vswitch type external uplink p0
	check ipt link add iov type vswitch iov on
	check ipt link add bond0 type bond
	refuse "the uplink of a switch with iov on cannot be a bond or team" \
		ipt link set iov type vswitch type external uplink bond0
	check ipt link set iov type vswitch type external uplink up1
}

test_port()
{
	refuse "a switch cannot be its own port" ipt link set int master int
	refuse "a switch cannot be a port: connect" \
		ipt link set priv master int
	refuse "a port must be an Ethernet device" ipt link set lo master int
	modprobe tun 2>/dev/null || :	# built in, perhaps
	check ipt tuntap add tun0 mode tun
	refuse "a port must be an Ethernet device" ipt link set tun0 master int
	refuse "another driver" \
		ipt link set m0 master int
	check ipt link set d0 master int
	check ipt link set d0 nomaster
}

test_loops()
{
	refuse "that is a loop" \
		ipt link set x0 master int
	refuse "a vNIC stays on its own switch" ipt link set vi master int
	refuse "a vNIC stays on its own switch" ipt link set vx master int
	# The vNIC comes back to its switch in disguise.
	check ipt link add vi.5 link vi type vlan id 5
	refuse "loop" ipt link set vi.5 master int
	check ipt link del vi.5
	check ipt link add vi.m link vi type macvlan
	refuse "loop" ipt link set vi.m master int
	check ipt link del vi.m
	# A veth pair between two switches is none.
	check ipt link set x0 master priv
}

test_vnic()
{
	refuse "a private switch has no vNIC: the host cannot take part in it" \
		ipt link add bad link priv type vswitch_vnic
	refuse "ip link add NAME link SWITCH type vswitch_vnic" \
		ipt link add bad type vswitch_vnic
	refuse "link is not a vswitch of this network namespace" \
		ipt link add bad link d0 type vswitch_vnic
	refuse "another port of this switch has that mac" \
		ipt link add bad link int address "$(in_ns t cat /sys/class/net/vi/address)" type vswitch_vnic
	check ipt link add good link int type vswitch_vnic
}

test_fixed()
{
	refuse "bandwidth-mode is fixed when the switch is made" \
		ipt link set int type vswitch bandwidth_mode absolute
	refuse "iov is fixed when the switch is made" \
		ipt link set int type vswitch iov on
	refuse "vlan-protocol is fixed when the switch is made" \
		ipt link set int type vswitch vlan_protocol 802.1ad
	# Saying what is so already is not a change.
	check ipt link set int type vswitch bandwidth_mode weight iov off vlan_protocol 802.1Q
	check vswitchctl -n "$(ns t)" fdb add int 02:00:00:00:00:01 port p0
	check vswitchctl -n "$(ns t)" fdb add int 02:00:00:00:00:02 port p0
	refuse "flush it first" \
		ipt link set int type vswitch ageing_time 7 fdb_limit 1
	check ipt link set int type vswitch fdb_limit 2
}

test_bridge_vlan()
{
	refuse "VLANs of its ports and vNICs" \
		bridget vlan add vid 5 dev int self
	refuse "no other bridge port option" \
		bridget link set dev p0 cost 5
	refuse "no other bridge port option" \
		bridget link set dev vi learning off self
	check bridget vlan add vid 5 dev p0
}

test_bridge_fdb()
{
	local mac=02:00:00:00:00:01

	refuse "which port? name it with 'via DEV'" \
		bridget fdb add "$mac" dev int self static
	refuse "static" \
		bridget fdb add "$mac" dev int self via p0 dynamic
	refuse "the address is a unicast one and not zero" \
		bridget fdb add 01:00:5e:00:00:01 dev int self via p0 static
	refuse "the device named with 'via' is not a port of this switch" \
		bridget fdb add "$mac" dev int self via d0 static
	refuse "the device named with 'via' is not a port of this switch" \
		bridget fdb add "$mac" dev int self via g0 static
	refuse "no entry for this mac and vlan" bridget fdb del "$mac" dev int self
	check bridget fdb add "$mac" dev int self via p0 static
	refuse "there is a static entry for this mac and vlan" \
		bridget fdb add "$mac" dev int self via vi static
	refuse "the port is not a member of that vlan" \
		bridget fdb add 02:00:00:00:00:02 vlan 9 dev int self via p0 static
	refuse "the mac is assigned to a port of that vlan already" \
		bridget fdb add "$(in_ns t cat /sys/class/net/vi/address)" dev int self via p0 static
	check ipt link set int type vswitch fdb_limit 1
	refuse "the FDB is full: raise fdb-limit" \
		bridget fdb add 02:00:00:00:00:02 dev int self via p0 static
}

test_raw()
{
	local before

	before=$(state)
	check py rtnl_refusals links
	check py rtnl_refusals entries
	check py rtnl_refusals vlans
	check_same "$(state)" "$before" "state after raw requests"
}

# ndo_set_mac_address has no extack, so only the errno can be looked at.
test_address()
{
	local before mac

	check ipt link add v2 up link int type vswitch_vnic
	before=$(state)
	mac=$(in_ns t cat /sys/class/net/vi/address)
	check_fail ipt link set v2 address "$mac"
	check_fail ipt link set v2 address 01:00:00:00:00:01
	check_same "$(state)" "$before" "state after bad addresses"
	check ipt link set v2 address 02:00:00:00:00:33
}

test_netns()
{
	local before

	ns_add other
	before=$(state)
	# A switch, and a vNIC, stay where they were made.
	check_fail ipt link set int netns "$(ns other)"
	check_fail ipt link set vi netns "$(ns other)"
	check_same "$(state)" "$before" "state after attempts to move away"
	# An uplink elsewhere is not even a name here.
	check ip -n "$(ns other)" link add far index 4242 type dummy
	check_fail_with 'no such device' ipt link set int type vswitch type external uplink far
	check_same "$(state)" "$before" "state after an uplink elsewhere"
	check py rtnl_refusals uplink 4242
	refuse "the uplink is in another network namespace than the switch" \
		ipt link add bad netns "$(ns other)" type vswitch uplink d0
	refuse "the switch is in another network namespace than the vNIC" \
		ipt link add bad link int netns "$(ns other)" type vswitch_vnic
	check_same "$(state)" "$before" "state after an uplink elsewhere"
}

# Wireless stations are what cannot be bridged.
test_not_bridgeable()
{
	modprobe mac80211_hwsim radios=1 2>/dev/null || {
		echo "this device cannot be bridged, and so cannot be a port" >>"$REFUSED_LOG"
		skip "no mac80211_hwsim"
	}
	defer rmmod mac80211_hwsim
	[ -e /sys/class/net/wlan0 ] || skip "mac80211_hwsim made no wlan0"
	check ip link add vsw type vswitch
	defer ip link del vsw
	refuse "this device cannot be bridged, and so cannot be a port" \
		ip link set wlan0 master vsw
}

ip_seq()
{
	seq -f "$2" "$1" | ipt -batch -
}

test_too_many_ports()
{
	[ ! -e /sys/kernel/debug/kmemleak ] || {
		echo "a switch has at most 4096 ports" >>"$REFUSED_LOG"
		skip "takes too long on a debug kernel"
	}
	check ipt link add many type vswitch
	check ip_seq 4097 'link add t%.0f type dummy'
	check ip_seq 4096 'link set t%.0f master many'
	refuse "a switch has at most 4096 ports" ipt link set t4097 master many
	check ipt link set t77 nomaster
	check ipt link set t4097 master many
}

# The requests of netlink.sh, for their texts.
test_genl()
{
	local name

	check ipt link add vs0 up type vswitch
	check ipt link add vs1 up type vswitch
	for name in p1 q0; do
		check ipt link add "$name" up type dummy
	done
	check ipt link set p0 nomaster
	check ipt link set p0 up master vs0
	check ipt link set p1 master vs0
	check ipt link set q0 master vs1
	check ipt link add vn0 up link vs0 type vswitch_vnic
	refuse "the uplink has no assigned mac" \
		vswitchctl -n "$(ns t)" port set up0 mac 02:00:00:00:00:01
	check py netlink_requests refusals
	check vswitchctl -n "$(ns t)" port set p0 pvlan isolated primary 100 secondary 101
	refuse "the port is in a private VLAN" bridget vlan add dev p0 vid 7
	check vswitchctl -n "$(ns t)" port set p0 vlan default
	check vswitchctl -n "$(ns t)" fdb flush vs0 state static
	check vswitchctl -n "$(ns t)" port set p0 mac none
	check vswitchctl -n "$(ns t)" port set p1 mac none
	check py netlink_txn txn_limits
	check py netlink_txn txn_owner
}

# The requests of profile.sh, for their texts.
test_profile()
{
	local name

	check ipt link add vs0 up type vswitch
	check ipt link add vs1 up type vswitch
	for name in p1 q0 u0; do
		check ipt link add "$name" up type dummy
	done
	check ipt link set p0 nomaster
	check ipt link set p0 up master vs0
	check ipt link set p1 master vs0
	check ipt link set q0 master vs1
	check ipt link add vn0 up link vs0 type vswitch_vnic
	check py netlink_profile refusals
	check py netlink_profile_acl refusals
	check py netlink_profile limits
}

# What ports of private VLANs, ACLs and frames of our own making are refused.
test_policies()
{
	local name

	check ipt link add vs0 up type vswitch
	check ipt link set p0 nomaster
	check ipt link set p0 up master vs0
	for name in p1 p2; do
		check ipt link add "$name" up type dummy
		check ipt link set "$name" master vs0
	done
	check ctlt port set p0 pvlan isolated primary 100 secondary 101
	refuse "would have two primary" \
		ctlt port set p1 pvlan isolated primary 200 secondary 101
	refuse "would be the primary of one" \
		ctlt port set p1 pvlan isolated primary 101 secondary 300
	check ctlt port set p0 pvlan default
	check py netlink_acl refusals
	check ctlt acl flush p0
	refuse "there is no such rule" \
		ctlt acl del p0 direction in action deny remote-ip 192.0.2.9
	check ctlt acl flush p1
	check py netlink_acl replace
	check py trace_requests p2
}

# Every text in the sources was met above. Not met can be what needs memory to
# run out, two requests to meet in the middle, or a check before it to fail. What
# takes a test of its own is met there: acl.sh, porttest.sh, porttrace.sh.
test_complete()
{
	local text missing=0 n=0

	[ "$(wc -l <"$REFUSED_LOG")" -gt 50 ] || skip "only in a full run"
	while read -r text; do
		n=$((n + 1))
		case $text in
		"no memory for "* | "the switch is being deleted" | \
		"a transaction touches at most 4096 ports" | \
		"gets no memory for its settings" | \
		"a port or profile has at most 100000 rules" | \
		"a netns has at most 1000000 rules"* | \
		"2000000 rules are staged and in force"* | \
		"the port waits for an answer already"* | \
		"the frame ends within its tag"* | \
		"the way of that frame has more steps"*)
			continue ;;
		esac
		grep -qF -- "${text:0:40}" "$REFUSED_LOG" || {
			diag "never refused with: $text"
			missing=$((missing + 1))
		}
	done < <(texts)
	check_ge "$n" 50 "texts found in the sources"
	check_eq "$missing" 0 "refusals that were not provoked"
}

texts()
{
	cat "$HERE"/../kernel/vswitch/*.c | tr '\n' ' ' |
		grep -oE '(NL_SET_ERR_MSG(_ATTR)?|vsw_nl_required|vsw_nl_missing|vsw_ext_ack_of)\([^"]*"[^"]*"' |
		sed 's/^[^"]*"//; s/"$//' | sort -u
}

# Loading it during a case would leave /sys/class/net/bonding_masters behind.
modprobe bonding max_bonds=0 2>/dev/null || :

run_tests "$@"
