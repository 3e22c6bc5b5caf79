# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# The kernel's forwarding selftests say "source lib.sh". This file lies in a
# directory that comes first on PATH, so they find it instead of their own,
# which it sources; then it puts functions over ip(8) and bridge(8) that make
# a vswitch where the test asks for a Linux bridge.
#
#	ip link add br0 type bridge		swp1 --- br0-vs --- swp2
#	ip link set swp1 master br0	is		   |
#	ip link set swp2 master br0			  br0
#
# A Linux bridge is a switch and the host's adapter in one netdev. Here they
# are two: the switch is br0-vs, and br0 is a vNIC on it, so that addresses,
# VLAN uppers, filters and "bridge vlan ... self" need no translation.
#
#	vlan_filtering 1	ports and br0 start in the default PVID, untagged;
#				with vlan_default_pvid 0 in no VLAN at all
#	vlan_filtering 0	all tags pass: each port and br0 is a member of
#				every VLAN, tagged, and of VLAN 0
#	macvlan on br0, br0.10	br0 gets mac-spoofing on: it has several addresses
#	bridge fdb		the kernel keeps the forms with brport and master
#				to its own bridge; they become those with self
#	bridge link set DEV flood off, mcast_flood off, learning off
#				a vswitch has no such options. The failures that
#				follow from it are reported, but do not count
#
# FWD_UPSTREAM is the directory of the kernel's tests. What the adapter knows of
# its bridges it keeps in the shell that made them.

. "$FWD_UPSTREAM/lib.sh"

declare -A fwd_filtering=()	# bridge: vlan_filtering
declare -A fwd_pvid=()		# bridge: vlan_default_pvid
declare -A fwd_lacks=()		# option: what is not counted while it is asked for

fwd_unsupported()
{
	echo "vswitch: no equivalent of '$*'" >&2
	return 2
}

fwd_is_bridge()
{
	[ -n "$1" ] && [ -n "${fwd_filtering[$1]-}" ]
}

# The bridge that a device is a port of.
fwd_bridge_of()
{
	local master

	master=$(readlink "/sys/class/net/$1/master") || return
	master=${master##*/}
	[[ $master == *-vs ]] && echo "${master%-vs}"
}

fwd_ports()
{
	command ip -j link show master "$1-vs" | jq -r '.[].ifname'
}

# --- ip ---------------------------------------------------------------------------

# What a bridge does when a device joins it: fwd_join BRIDGE DEV [self]
fwd_join()
{
	local br=$1 dev=$2 self=${3-} pvid=${fwd_pvid[$1]} first

	if [ "${fwd_filtering[$br]}" = 0 ]; then
		# shellcheck disable=SC2086 # empty or one word
		command bridge vlan add dev "$dev" vid 1-4094 $self
		return
	fi
	# With no VLAN of its own a vswitch port is in VLAN 0, until it had one.
	first=$((pvid ? pvid : 1))
	# shellcheck disable=SC2086
	command bridge vlan add dev "$dev" vid $first pvid untagged $self &&
		if [ "$pvid" = 0 ]; then
			command bridge vlan del dev "$dev" vid 1 $self
		fi
}

fwd_link_add()
{
	local name='' address=() filtering=0 pvid=1 ageing=30000 up=''

	while [ $# -gt 0 ]; do
		case $1 in
		dev | name)		name=$2; shift ;;
		address)		address=(address "$2"); shift ;;
		up)			up=y ;;
		type)			shift ;;
		vlan_filtering)		filtering=$2; shift ;;
		vlan_default_pvid)	pvid=$2; shift ;;
		ageing_time)		ageing=$2; shift ;;
		mcast_snooping)		shift ;;	# 0 is what we do
		*)
			[ -z "$name" ] || { fwd_unsupported "type bridge $1"; return; }
			name=$1 ;;
		esac
		shift
	done
	fwd_filtering[$name]=$filtering
	fwd_pvid[$name]=$pvid
	command ip link add "$name-vs" type vswitch &&
		vswitchctl switch set "$name-vs" ageing-time $((ageing / 100)) &&
		command ip link add "$name" "${address[@]}" link "$name-vs" \
			type vswitch_vnic &&
		fwd_join "$name" "$name" self &&
		if [ -n "$up" ]; then ip link set "$name" up; fi
}

fwd_default_pvid()
{
	local br=$1 old=${fwd_pvid[$1]} new=$2 dev self

	fwd_pvid[$br]=$new
	for dev in "$br" $(fwd_ports "$br"); do
		self=
		[ "$dev" != "$br" ] || self=self
		# shellcheck disable=SC2086
		{
			[ "$old" = 0 ] || command bridge vlan del dev "$dev" vid "$old" $self
			[ "$new" = 0 ] || command bridge vlan add dev "$dev" vid "$new" \
				pvid untagged $self
		}
	done
}

fwd_link_set()
{
	local args=("$@") dev=$1 master='' i

	[ "$1" != dev ] || dev=$2
	if fwd_is_bridge "$dev"; then
		case " $* " in
		*" type bridge vlan_default_pvid "*)
			fwd_default_pvid "$dev" "${*: -1}"
			return ;;
		*" type bridge "*)
			fwd_unsupported "$@"
			return ;;
		*" up "*)	command ip link set "$dev-vs" up || return ;;
		*" down "*)	command ip link set "$dev-vs" down || return ;;
		esac
	fi
	for ((i = 0; i < $#; i++)); do
		if [ "${args[i]}" = master ] && fwd_is_bridge "${args[i + 1]}"; then
			master=${args[i + 1]}
			args[i + 1]=$master-vs
		fi
	done
	command ip link set "${args[@]}" || return
	[ -z "$master" ] || fwd_join "$master" "$dev"
}

ip()
{
	local words=" $* " name

	case "$words" in
	" link add "*" type bridge "*)
		fwd_link_add "${@:3}"
		return ;;
	" link add link "*" type macvlan "*)
		name=${4%%.*}		# br0, and its VLAN uppers
		! fwd_is_bridge "$name" ||
			vswitchctl port set "$name" mac-spoofing on || return ;;
	" link set "* | " li set "*)
		fwd_link_set "${@:3}"
		return ;;
	" link del "*)
		name=${*: -1}
		if fwd_is_bridge "$name"; then
			command ip link del "$name-vs"
			return
		fi ;;
	esac
	command ip "$@"
}

# --- bridge -----------------------------------------------------------------------

# show [br BRIDGE] [brport DEV] [[dev] DEV] [vlan N], as JSON when $1 is -j
fwd_fdb_show()
{
	local json=$1 br='' port='' vlan=''; shift
	# shellcheck disable=SC2016 # jq's variables
	local filter='map(select(.viaIf and ($port == "" or .viaIf == $port) and
			($vlan == "" or .vlan == ($vlan | tonumber))) |
		.ifname = .viaIf | del(.viaIf, .flags))'

	while [ $# -gt 0 ]; do
		case $1 in
		br)			br=$2; shift ;;
		brport | dev)		port=$2; shift ;;
		vlan)			vlan=$2; shift ;;
		self | master)		;;
		*)			port=$1 ;;
		esac
		shift
	done
	[ -n "$br" ] || br=$(fwd_bridge_of "$port") || return
	# shellcheck disable=SC2016
	[ -n "$json" ] || filter+=' | .[] | "\(.mac) dev \(.ifname) vlan \(.vlan) master \($br)"'
	command bridge -j fdb show dev "$br-vs" |
		jq -r --arg br "$br" --arg port "$port" --arg vlan "$vlan" "$filter"
}

# add|del MAC dev PORT master [static] [vlan N]
fwd_fdb_change()
{
	local verb=$1 mac='' port='' vlan=() br; shift

	while [ $# -gt 0 ]; do
		case $1 in
		dev)			port=$2; shift ;;
		vlan)			vlan=(vlan "$2"); shift ;;
		master | static)	;;
		sticky)			;;	# static entries never move
		*:*)			mac=$1 ;;
		*)			fwd_unsupported "fdb $verb $1"; return ;;
		esac
		shift
	done
	br=$(fwd_bridge_of "$port") || return
	if [ "$verb" = del ]; then
		command bridge fdb del "$mac" dev "$br-vs" self "${vlan[@]}"
	else
		command bridge fdb "$verb" "$mac" dev "$br-vs" self static \
			via "$port" "${vlan[@]}"
	fi
}

fwd_bridge_link()
{
	local option=$3 value=$4
	local -A checks=(
		[flood]="^Packet (flooded|reached|did not reach)"
		[mcast_flood]="^Packet flooded"
		[learning]="^Found FDB record"
	)

	[ -n "${checks[$option]-}" ] || { fwd_unsupported "$@"; return; }
	if [ "$value" = off ]; then
		fwd_lacks[$option]=${checks[$option]}
		return
	fi
	unset "fwd_lacks[$option]"
	# What a bridge would not have learned meanwhile.
	[ "$option" != learning ] ||
		vswitchctl fdb flush "$(fwd_bridge_of "$2")-vs" port "$2"
}

bridge()
{
	case " $* " in
	" fdb show "* | " fdb sh "*)
		fwd_fdb_show "" "${@:3}" ;;
	" -j fdb show "*)
		fwd_fdb_show -j "${@:4}" ;;
	" fdb add "*" master "* | " fdb replace "*" master "* | " fdb del "*" master "*)
		fwd_fdb_change "${@:2}" ;;
	" link set dev "*)
		fwd_bridge_link "${@:3}" ;;
	*)
		command bridge "$@" ;;
	esac
}

# --- what upstream's library does itself --------------------------------------------

# FWD_VIDS is fewer VLANs than no_forwarding.sh tries.
eval "fwd_upstream_$(declare -f tests_run)"
tests_run()
{
	# shellcheck disable=SC2034 # the script's
	[ -z "${FWD_VIDS-}" ] || read -ra vids <<<"$FWD_VIDS"
	fwd_upstream_tests_run
}

bridge_ageing_time_get()
{
	vswitchctl -j switch show "$1-vs" | jq '.[0]["ageing-time"]'
}

eval "fwd_upstream_$(declare -f check_err)"
check_err()
{
	local option

	(($1)) || return 0
	for option in "${!fwd_lacks[@]}"; do
		[[ ${2-} =~ ${fwd_lacks[$option]} ]] || continue
		log_info "not counted, a vswitch has no '$option off': $2"
		return 0
	done
	fwd_upstream_check_err "$@"
}
