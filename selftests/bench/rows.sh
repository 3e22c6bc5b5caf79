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
#   sent: the switch itself again, with frames that nobody else holds
#
#	send --> g0 ~~ p0 --> SWITCH --> d1 (dummy, eats it)
#
#   pair: two of those at once, each on a CPU of its own
#
#	send --> g0 ~~ p0 --> SWITCH --> d2
#	send --> g1 ~~ p1 --> SWITCH --> d3
#
#   tcp: bulk TCP between network namespaces
#
#	bulk --> g0 ~~ p0 --> SWITCH --> p1 ~~ g1 --> bulk
#
# Without a switch the stack of d0, or p0, drops the frame: the floor. It is
# dropped as early as a frame for somebody else is (not promiscuous, no
# address). Every frame is 64 bytes on the wire and unicast to an address that
# the switch knows, unless the row says otherwise.
#
# Each row prints "row PATH SWITCH VARIANT PORTS MACS COPIES COUNT USEC", USEC
# being guest time for COUNT frames, or "error PATH ... : WHY". A frame must
# have come out COPIES times for each that went in, or the row is an error. Of
# several equal rows the cheapest counts. Bulk TCP prints "bulk SWITCH VARIANT
# BYTES USEC", and the pair "pair SWITCH FRAMES" after count.c counted.

SRC=02:00:00:00:00:01		# whose frames are measured
DST=02:00:00:00:00:02		# whom they are for
UNKNOWN=02:00:00:00:00:03	# nobody's address
SRC2=02:00:00:00:00:04		# the other two of a pair
DST2=02:00:00:00:00:05
MANY=02:10			# the first bytes of the many addresses
FRAMES=10000
BULK=16000000			# bytes of TCP in frames of a wire
BULK_GSO=256000000		# and in big ones, of which there are fewer
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
	[ ! -x /bench/bin/mark ] || bench_mark
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
	sent)	IN=g0 MODE=netif_receive PORTS="p0 d1" ;;
	pair)	IN=g0 MODE=netif_receive PORTS="p0 p1 d2 d3" ;;
	tcp)	PORTS="p0 p1" ;;
	esac
	for port in $PORTS; do
		case $port in
		d*)	echo "link add $port type dummy" ;;
		p*)	echo "link add $port type veth peer name g${port#p}"
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
	switch | sent | pair)
		cat "/sys/class/net/d$1/statistics/tx_packets" ;;
	veth)	cat "/sys/class/net/g$1/statistics/rx_packets" ;;
	esac
}

# Where a guest behind port N would send.
in_of()
{
	case $PATH_ in
	switch | sent | pair)
		echo "d$1" ;;
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
	switch | sent)	echo d1 ;;
	veth | tcp)	echo p1 ;;
	pair)		echo d2 ;;
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
	usec=$(pg_usec "$IN")
	pg_clear
	[ -n "$FAILED" ] || [ -n "$usec" ] || fail "pktgen has no result"
	result "$count" "$usec" "$before"
}

# result COUNT USEC BEFORE: of this row, if as much came out as should.
result()
{
	out=$(($(came_out) - $3))
	[ -n "$FAILED" ] || [ $out = $(($1 * COPIES)) ] ||
		fail "$out frames came out, not $(($1 * COPIES))"
	[ -n "$FAILED" ] || echo "row $ROW $COPIES $1 $2"
}

# teach [N MAC MAC]: let the switch learn the first MAC, or DST, behind port N,
# or the second. The others are told by the frames that are measured.
teach()
{
	in=$(in_of "${1:-1}")
	pg_set "$in" "$MODE" 2 "${2:-$DST}" "${3:-$SRC}"
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
	for _ in 1 2 3; do
		once "$@"
	done
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

# flood SWITCH PORTS: to an address that nobody knows. Three times: few frames
# suffice for many copies, and anything else that runs meanwhile shows.
flood()
{
	begin switch "$1" flood "$2" 1
	COPIES=$(($2 - 1))
	for _ in 1 2 3; do
		measure $((FRAMES / COPIES)) $UNKNOWN
	done
	end
}

# sent SWITCH: two ports, and frames that nobody else holds
sent()
{
	begin sent "$1" plain 2 1
	case $1 in
	floor | flower | openvswitch) ;;
	*)	teach ;;
	esac
	frames_send g0 0 $WARM $SRC $DST >/dev/null
	before=$(came_out)
	mark
	usec=$(frames_send g0 0 "$FRAMES" $SRC $DST)
	mark
	result "$FRAMES" "$usec" "$before"
	end
}

# tell_code ENTRY MODULE: which code is a switch's, for count.c. The plugin slows
# the kernel down, so its symbols are read once.
tell_code()
{
	[ -e /tmp/symbols ] || cat /proc/kallsyms >/tmp/symbols
	own=$(awk -v module="[$2]" '$4 == module && $2 ~ /[tT]/ { print $1 }' \
		/tmp/symbols | sort)
	bench_mark 3 "$(echo "$own" | head -n 1)"
	bench_mark 5 "$(echo "$own" | tail -n 1)"
	bench_mark 1 "$(awk -v name="$1" '$3 == name { print $1; exit }' /tmp/symbols)"
	# Interrupts are somebody else's work as well.
	for address in $(awk '$3 == "__dev_queue_xmit" ||
			$3 == "asm_common_interrupt" ||
			$3 ~ /^asm_sysvec_(apic_timer|call_function|reschedule|irq_work)/ {
				print $1 }' /tmp/symbols); do
		bench_mark 2 "$address"
	done
	# from its start to that of the next
	caller=$(awk 'found && $1 != found { print found, $1; exit }
		!found && $3 ~ /^__netif_receive_skb_core/ { found = $1 }' /tmp/symbols)
	bench_mark 6 "${caller% *}"
	bench_mark 7 "${caller#* }"
}

pair_send()
{
	frames_send g0 0 "$1" $SRC $DST &
	frames_send g1 1 "$1" $SRC2 $DST2 &
	wait
}

# pair SWITCH ENTRY MODULE: two flows on two CPUs
pair()
{
	begin pair "$1" plain 4 1
	OUTPUTS="2 3"
	teach 2 $DST $SRC
	teach 3 $DST2 $SRC2
	tell_code "$2" "$3"
	pair_send $WARM >/dev/null
	before=$(came_out)
	bench_mark
	pair_send "$FRAMES" >/dev/null
	bench_mark
	out=$(($(came_out) - before))
	[ $out = $((2 * FRAMES)) ] || fail "$out frames came out, not $((2 * FRAMES))"
	[ -n "$FAILED" ] || echo "pair $1 $((2 * FRAMES))"
	end
}

# guest N ADDRESS MAC PEER MAC: put g$N in a network namespace of its own
guest()
{
	ip netns add "n$1" &&
		ip link set "g$1" netns "n$1" address "$3" &&
		ip -n "n$1" link set "g$1" up &&
		ip -n "n$1" address add "$2/24" dev "g$1" &&
		ip -n "n$1" neighbour add "$4" lladdr "$5" dev "g$1" nud permanent
}

# bulk SWITCH VARIANT: TCP in big frames (gso), or in those of a wire (nogso).
# Without a switch the guests are the two ends of one veth.
bulk()
{
	begin tcp "$1" "$2" 2 1
	bytes=$BULK
	[ "$2" = nogso ] || bytes=$BULK_GSO
	if [ "$1" = floor ]; then
		ports_del
		ip link add g0 type veth peer name g1
	fi
	guest 0 192.0.2.1 $SRC 192.0.2.2 $DST &&
		guest 1 192.0.2.2 $DST 192.0.2.1 $SRC ||
		fail "its guests cannot be made"
	[ "$2" = gso ] ||
		for n in 0 1; do
			ip netns exec n$n /bench/bin/ethtool -K g$n tso off gso off
		done || fail "GSO cannot be turned off"
	settle
	result=$(bulk_run n0 n1 192.0.2.2 "$bytes") || fail "the transfer failed"
	usec=${result% *} idle=${result#* }
	[ -n "$FAILED" ] || [ $((100 * idle)) -le "$usec" ] ||
		fail "idle for $idle of $usec microseconds"
	[ -n "$FAILED" ] || echo "bulk $1 $2 $bytes $usec"
	switch_del "$1"
	if [ "$1" = floor ]; then
		ip -n n0 link del g0
	else
		ports_del
	fi
	ip netns del n0
	ip netns del n1
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

	for switch in floor bridge bridge-vlan vswitch; do
		sent $switch
	done
	! has openvswitch || sent openvswitch

	for variant in gso nogso; do
		for switch in floor bridge bridge-vlan vswitch; do
			bulk $switch $variant
		done
		! has openvswitch || bulk openvswitch $variant
	done
	echo "all rows done"
}

# shellcheck source=/dev/null # instead of all rows, the caller's own
if [ -e /bench/bench.job ]; then
	. /bench/bench.job
else
	main
fi
