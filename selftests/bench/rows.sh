# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# The rows of the benchmark; runs in the VM under busybox.
#
#   switch: what the switch itself costs
#
#	pktgen --> d0 (dummy) --> SWITCH --> d1 (dummy, eats it)
#
#   veth: what it costs on the way from one guest to another
#
#	pktgen --> g0 ~~ p0 --> SWITCH --> p1 ~~ g1 (its stack drops it)
#
# Without a switch the stack of d0, or p0, drops the frame: the floor. It is
# dropped as early as a frame for somebody else is (not promiscuous, no
# address). Every frame is 64 bytes on the wire and unicast to an address that
# the switch knows, unless the row says otherwise.
#
# Each row prints "row PATH SWITCH VARIANT PORTS MACS COPIES COUNT USEC", USEC
# being guest time for COUNT frames, or "error PATH ... : WHY". A frame must
# have come out COPIES times for each that went in, or the row is an error. Of
# several equal rows the cheapest counts.

SRC=02:00:00:00:00:01		# whose frames are measured
DST=02:00:00:00:00:02		# whom they are for
UNKNOWN=02:00:00:00:00:03	# nobody's address
MANY=02:10			# the first bytes of the many addresses
FRAMES=10000
# shellcheck source=/dev/null
[ ! -e /bench/settings.sh ] || . /bench/settings.sh
WARM=200
FRAME_SIZE=60			# and a checksum of 4, which pktgen does not count

# --- pktgen ----------------------------------------------------------------------

# pg FILE COMMAND; after a failure the rest of the row is not tried
pg()
{
	[ -z "$FAILED" ] || return
	echo "$2" >"/proc/net/pktgen/$1" || fail "pktgen refuses '$2' for $1"
}

# pg_set DEV MODE COUNT SRC DST [COMMAND...]
pg_set()
{
	pg_dev=$1
	pg kpktgend_0 "add_device $1"
	[ "$2" = start_xmit ] || pg "$1" "xmit_mode $2"
	pg "$1" "count $3"
	pg "$1" "src_mac $4"
	pg "$1" "dst_mac $5"
	pg "$1" "pkt_size $FRAME_SIZE"
	pg "$1" "clone_skb 0"
	pg "$1" "delay 0"
	pg "$1" "dst 192.0.2.2"
	shift 5
	for pg_command in "$@"; do
		pg "$pg_dev" "$pg_command"
	done
}

pg_run()
{
	[ -z "$FAILED" ] || return
	echo start >/proc/net/pktgen/pgctrl
}

# Tells count.c, if that listens, when to count.
mark()
{
	[ ! -x /bench/bin/mark ] || /bench/bin/mark
}

pg_clear()
{
	echo rem_device_all >/proc/net/pktgen/kpktgend_0
}

# Guest microseconds that DEV's last run took.
pg_usec()
{
	sed -n 's/^Result: OK: \([0-9]*\)(.*/\1/p' "/proc/net/pktgen/$1"
}

# The Nth of many addresses.
mac()
{
	printf '%s:%02x:%02x:%02x:%02x\n' "$MANY" \
		$(($1 >> 24 & 255)) $(($1 >> 16 & 255)) $(($1 >> 8 & 255)) $(($1 & 255))
}

# --- ports and switches ------------------------------------------------------------

# ports PATH N: make them. PORTS is those of the switch, IN where frames go in.
ports()
{
	PATH_=$1
	case $1 in
	switch)	IN=d0 MODE=netif_receive PORTS=$(seq 0 $(($2 - 1)) | sed s/^/d/) ;;
	veth)	IN=g0 MODE=start_xmit PORTS="p0 p1" ;;
	esac
	for port in $PORTS; do
		case $1 in
		switch)	echo "link add $port type dummy" ;;
		veth)	echo "link add $port type veth peer name g${port#p}"
			echo "link set g${port#p} up" ;;
		esac
		echo "link set $port up"
	done | ip -batch -
}

ports_del()
{
	for port in $PORTS; do
		echo "link del $port"
	done | ip -batch -
}

# Where frames come out of port N.
out_of()
{
	case $PATH_ in
	switch)	cat "/sys/class/net/d$1/statistics/tx_packets" ;;
	veth)	cat "/sys/class/net/g$1/statistics/rx_packets" ;;
	esac
}

# Where a guest behind port N would send.
in_of()
{
	case $PATH_ in
	switch)	echo "d$1" ;;
	veth)	echo "g$1" ;;
	esac
}

enslave()
{
	for port in $PORTS; do
		echo "link set $port master $1"
	done | ip -batch -
}

# Without the frames that a switch sends by itself.
bridge_add()
{
	ip link add br0 type bridge mcast_snooping 0 "$@" &&
		enslave br0 &&
		ip link set br0 up
}

vswitch_add()
{
	vswitchctl switch add vs0 type private &&
		enslave vs0 &&
		ip link set vs0 up
}

redirect()
{
	tc qdisc add dev "$1" clsact &&
		tc filter add dev "$1" ingress protocol all flower skip_hw \
			dst_mac "$3" action mirred egress redirect dev "$2"
}

first_port()
{
	echo "${PORTS%%[!a-z0-9]*}"
}

second_port()
{
	case $PATH_ in
	switch)	echo d1 ;;
	veth)	echo p1 ;;
	esac
}

# Make a switch of all ports.
switch_add()
{
	first=$(first_port) second=$(second_port)
	case $1 in
	floor)			;;
	bridge)			bridge_add ;;
	bridge-vlan)		bridge_add vlan_filtering 1 ;;
	bridge-trunk)		bridge_add vlan_filtering 1 &&
				bridge vlan add dev "$first" vid 10 &&
				bridge vlan add dev "$second" vid 10 pvid untagged ;;
	vswitch)		vswitch_add ;;
	vswitch-access)		vswitch_add &&
				vswitchctl port set "$first" vlan access 10 &&
				vswitchctl port set "$second" vlan access 10 ;;
	vswitch-trunk)		vswitch_add &&
				vswitchctl port set "$first" vlan trunk 10,20-30 &&
				vswitchctl port set "$second" vlan access 10 ;;
	vswitch-assigned)	vswitch_add &&
				vswitchctl port set "$first" mac $SRC &&
				vswitchctl port set "$second" mac $DST ;;
	macvlan)		ip link add mv0 link "$first" address $DST \
					type macvlan mode bridge &&
				ip link set mv0 up ;;
	flower)			redirect "$first" "$second" $DST &&
				redirect "$second" "$first" $SRC ;;
	openvswitch)		ovs_datapath add dp0 "$first" $SRC "$second" $DST ;;
	esac
}

switch_del()
{
	case $1 in
	bridge*)	ip link del br0 ;;
	vswitch*)	ip link del vs0 ;;
	macvlan*)	ip link del mv0 ;;
	openvswitch*)	ovs_datapath del dp0 ;;
	esac
}

# Which ports' counters say that frames came out; how many of them get each.
outputs()
{
	case $1 in
	floor)	OUTPUTS='' COPIES=0 ;;
	macvlan) OUTPUTS=mv0 COPIES=1 ;;
	*)	OUTPUTS=$(seq 1 $(($2 - 1))) COPIES=1 ;;
	esac
}

came_out()
{
	sum=0
	for output in $OUTPUTS; do
		case $output in
		mv0)	n=$(cat /sys/class/net/mv0/statistics/rx_packets) ;;
		*)	n=$(out_of "$output") ;;
		esac
		sum=$((sum + n))
	done
	echo $sum
}

# --- rows --------------------------------------------------------------------------

fail()
{
	echo "error $ROW: $*"
	FAILED=y
}

# Let the link watch and the switches come to rest; sleeping costs nothing.
settle()
{
	sleep 3
}

# measure COUNT DST [COMMAND...]: the frames of this row
measure()
{
	count=$1
	shift
	pg_set "$IN" "$MODE" $WARM $SRC "$@"
	pg_run
	before=$(came_out)
	pg "$IN" "count $count"
	mark
	pg_run
	mark
	after=$(came_out)
	usec=$(pg_usec "$IN")
	pg_clear
	[ -n "$FAILED" ] || [ -n "$usec" ] || fail "pktgen has no result"
	[ -n "$FAILED" ] || [ $((after - before)) = $((count * COPIES)) ] ||
		fail "$((after - before)) frames came out, not $((count * COPIES))"
	[ -n "$FAILED" ] || echo "row $ROW $COPIES $count $usec"
}

# Let the switch learn DST behind the second port. The others are told by the
# frames that are measured.
teach()
{
	in=$(in_of 1)
	pg_set "$in" "$MODE" 2 $DST $SRC
	pg_run
	pg_clear
}

# Let it learn SRC at the first port and MACS others behind all other ports,
# an equal share each. MANY_MACS is how many those are.
teach_many()
{
	pg_set d0 "$MODE" 2 $SRC $UNKNOWN
	pg_run
	pg_clear
	share=$((($2 + $1 - 2) / ($1 - 1)))
	for n in $(seq 1 $(($1 - 1))); do
		pg_set "d$n" "$MODE" $share "$(mac $(((n - 1) * share)))" $SRC \
			"src_mac_count $share"
	done
	pg_run
	pg_clear
	MANY_MACS=$((share * ($1 - 1)))
}

# begin PATH SWITCH VARIANT PORTS MACS
begin()
{
	ROW="$*" FAILED=
	ports "$1" "$4" || fail "its ports cannot be made"
	outputs "$2" "$4"
	switch_add "$2" || fail "its switch cannot be set up"
	settle
}

end()
{
	switch_del "${ROW#* }"
	ports_del
}

# plain PATH SWITCH: two ports, one address each. Three times, with a new switch
# each: two addresses may fall into one bucket of a hash with a random seed.
plain()
{
	once "$@"
	[ "$2" = floor ] || { once "$@"; once "$@"; }
}

once()
{
	begin "$1" "$2" plain 2 1
	case $2 in
	floor | flower | openvswitch) ;;
	*)	teach ;;
	esac
	measure "$FRAMES" $DST
	end
}

# for_host SWITCH: to the address of a host, whose stack drops it later
for_host()
{
	begin veth "$1" host 2 1
	[ "$1" != floor ] || ip link set p0 address $DST
	measure "$FRAMES" $DST
	end
}

# tagged SWITCH: from a trunk to an access port, in VLAN 10
tagged()
{
	begin switch "$1" tagged 2 1
	[ "$1" = floor ] || teach
	measure "$FRAMES" $DST "vlan_id 10"
	end
}

# scale SWITCH PORTS MACS: to one address among many, then to all in turn
scale()
{
	begin switch "$1" one "$2" "$3"
	teach_many "$2" "$3"
	measure "$FRAMES" "$(mac $((MANY_MACS - 1)))"
	ROW="switch $1 each $2 $3"
	measure "$FRAMES" "$(mac 0)" "dst_mac_count $MANY_MACS"
	end
}

# flood SWITCH PORTS: to an address that nobody knows
flood()
{
	begin switch "$1" flood "$2" 1
	COPIES=$(($2 - 1))
	measure $((FRAMES / COPIES)) $UNKNOWN
	end
}

has()
{
	[ -e "/modules/$1.ko" ]
}

main()
{

	for path in switch veth; do
		for switch in floor bridge bridge-vlan vswitch vswitch-access \
				vswitch-assigned; do
			plain $path $switch
		done
		! has cls_flower || plain $path flower
		! { has openvswitch && [ -x /bench/bin/ovs-datapath ]; } || plain $path openvswitch
	done
	# What a macvlan takes is for this host, so its floor is another.
	for_host floor
	! has macvlan || for_host macvlan

	tagged floor
	tagged bridge-trunk
	tagged vswitch-trunk

	# The many addresses are pktgen's work as well.
	begin switch floor each 2 1000
	measure "$FRAMES" "$(mac 0)" "dst_mac_count 1000"
	end
	for switch in bridge-vlan vswitch; do
		scale $switch 2 1000
		scale $switch 64 1000
		scale $switch 256 1000
		scale $switch 256 100000
	done

	begin switch floor flood 2 1
	measure "$FRAMES" $UNKNOWN
	end
	for switch in bridge bridge-vlan vswitch; do
		flood $switch 256
	done
	echo "all rows done"
}

# shellcheck source=/dev/null # instead of all rows, the caller's own
if [ -e /bench/bench.job ]; then
	. /bench/bench.job
else
	main
fi
