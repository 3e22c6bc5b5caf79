#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The kernel's own forwarding selftests (tools/testing/selftests/net/forwarding
# of Debian's linux-source-6.12; the code stays there), run against a vswitch.
# One case here is one script there; what it says of its own cases is shown as
# comments. forwarding/lib.sh is the adapter; docs/forwarding-selftests.md says
# which scripts and cases are left out, and why.
#
#	     namespace of one script
#	  vrf vh1                    vrf vh2
#	    h1 ----- swp1 [vs] swp2 ----- h2
#		           |
#		          br0, or the router behind it
#
# requires: mausezahn jq tc tcpdump ethtool socat ping6 teamd vswitchctl
# timeout: 1800
. "$(dirname "$0")/lib.sh"
HERE=$(cd "$(dirname "$0")" && pwd)

TESTS="bridge_vlan_aware bridge_vlan_unaware bridge_sticky_fdb no_forwarding
	router_bridge router_bridge_1d router_bridge_vlan
	router_bridge_vlan_upper router_bridge_vlan_upper_pvid
	router_bridge_pvid_vlan_upper router_bridge_lag router_bridge_1d_lag
	local_termination tc_vlan_modify skbedit_priority"

# Unpacked before; to do it here, on an emulated machine, would take too long.
KSRC=$(timeout 60 "$HERE/../scripts/ksrc.sh" 2>/dev/null)
UPSTREAM=$KSRC/tools/testing/selftests/net/forwarding

results()
{
	grep -c "^TEST: .*\[ *$1 *\]$" "$LIB_TMP/upstream" || :
}

# Run SCRIPT in a namespace of its own and expect OK results, no less, since a
# script that did nothing has not failed either. VAR=VALUE sets upstream's knobs;
# TESTS chooses its cases.
upstream()	# SCRIPT OK [VAR=VALUE...]
{
	local script=$1 want=$2 rc=0 ok; shift 2

	[ -e "$UPSTREAM/$script" ] ||
		skip "no kernel source: install linux-source-6.12, run scripts/ksrc.sh"
	ns_add upstream
	in_ns upstream env -C "$UPSTREAM" PATH="$HERE/forwarding:$PATH" \
		FWD_UPSTREAM="$UPSTREAM" INTERFACE_TIMEOUT=30 WAIT_TIME=0 PING_COUNT=3 "$@" \
		bash "./$script" >"$LIB_TMP/upstream" 2>&1 || rc=$?
	if [ "$rc" = "$LIB_SKIP" ]; then
		skip "$(grep -m1 SKIP "$LIB_TMP/upstream")"
	fi
	ok=$(results OK)
	if [ "$rc" != 0 ] || [ "$ok" -lt "$want" ]; then
		fail "$script ended with status $rc, $ok of $want cases OK"$'\n'"$(<"$LIB_TMP/upstream")"
	fi
	diag "$ok OK, $(results XFAIL) expected to fail"
	diag "$(grep -v '^TEST: .*\[ OK \]$' "$LIB_TMP/upstream")"
}

test_bridge_vlan_aware()
{
	upstream bridge_vlan_aware.sh 10 \
		TESTS="ping_ipv4 ping_ipv6 learning flooding vlan_deletion other_tpid"
}

test_bridge_vlan_unaware()
{
	upstream bridge_vlan_unaware.sh 5
}

test_bridge_sticky_fdb()
{
	upstream bridge_sticky_fdb.sh 1
}

test_no_forwarding()
{
	upstream no_forwarding.sh 84 PING=ping-once PING6="ping-once -6" \
		FWD_VIDS="0 1 2 100 4094" \
		TESTS="two_bridges one_bridge_two_pvids"
}

test_router_bridge()
{
	upstream router_bridge.sh 10
}

test_router_bridge_1d()
{
	upstream router_bridge_1d.sh 8
}

test_router_bridge_vlan()
{
	upstream router_bridge_vlan.sh 9
}

test_router_bridge_vlan_upper()
{
	upstream router_bridge_vlan_upper.sh 4
}

test_router_bridge_vlan_upper_pvid()
{
	upstream router_bridge_vlan_upper_pvid.sh 6
}

test_router_bridge_pvid_vlan_upper()
{
	upstream router_bridge_pvid_vlan_upper.sh 4
}

test_router_bridge_lag()
{
	upstream router_bridge_lag.sh 18
}

test_router_bridge_1d_lag()
{
	upstream router_bridge_1d_lag.sh 32
}

test_local_termination()
{
	upstream local_termination.sh 42 \
		TESTS="vlan_aware_bridge vlan_over_vlan_aware_bridged_port
			vlan_over_vlan_aware_bridge"
}

test_tc_vlan_modify()
{
	upstream tc_vlan_modify.sh 2
}

test_skbedit_priority()
{
	upstream skbedit_priority.sh 9 TESTS="ping_ipv4 test_ingress"
}

run_tests "$@"
