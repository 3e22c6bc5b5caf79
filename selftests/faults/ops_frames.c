// SPDX-License-Identifier: GPL-2.0
/*
 * Frames, sent so that the switch handles them in the sender's own context:
 * through a tap, or by a packet socket on a vNIC. A frame may be lost for want
 * of memory, and is counted then; it may go untaught; nothing else.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/if_packet.h>
#include <linux/vswitch.h>

#include "op.h"
#include "state.h"
#include "tap.h"

#define PORTS 4

static const char * const ports[PORTS] = { "t0", "d1", "d2", "vn0" };
static struct counters before[PORTS];
static uint64_t dropped_before;
static const char *from;
static int watch_fd = -1, send_fd = -1;
static struct msg m;
/* The kernel may lose it before the switch has it, and says so nowhere. */
static bool core_may_lose;

static uint8_t frame[5000];
static size_t frame_len, linear;

static void make_frame(const uint8_t *source, uint16_t tpid)
{
	memset(frame, 0, sizeof(frame));
	memset(frame, 0xff, ETH_ALEN);
	memcpy(frame + ETH_ALEN, source, ETH_ALEN);
	if (tpid) {
		frame[12] = tpid >> 8;
		frame[13] = tpid & 0xff;
		/* Priority 1, VLAN 0 of our own protocol; 5 of the other. */
		frame[14] = 0x20;
		frame[15] = tpid == ETH_P_8021Q ? 0 : 5;
	}
	/* An EtherType for experiments. */
	frame[tpid ? 16 : 12] = 0x88;
	frame[tpid ? 17 : 13] = 0xb5;
	frame_len = 64;
	linear = 0;
}

/* Frames that the vNIC lost before they were the switch's. */
static void on_link(const struct nlmsghdr *h, void *arg)
{
	const struct ifinfomsg *ifi = NLMSG_DATA(h);
	struct rtnl_link_stats64 stats;

	msg_for_each(a, ifi + 1, h->nlmsg_len - NLMSG_SPACE(sizeof(*ifi))) {
		if (msg_type(a) != IFLA_STATS64)
			continue;
		memcpy(&stats, msg_data(a), sizeof(stats));
		*(uint64_t *)arg = stats.tx_dropped;
	}
}

static uint64_t vnic_dropped(void)
{
	uint64_t n = 0;

	msg_begin_link(&m, RTM_GETLINK, 0, AF_UNSPEC, link_index("vn0"));
	msg_must(&m, on_link, &n);
	return n;
}

static void count(void)
{
	int i;

	tap_drain();
	for (i = 0; i < PORTS; i++)
		before[i] = state_counters(ports[i]);
	dropped_before = vnic_dropped();
}

/* Everything went somewhere: out of a port, or into a counter. */
static const char *judge(const struct answer *answer, bool hit)
{
	uint64_t rx = 0, tx = 0, lost = 0, lost_at_source = 0, other = 0;
	uint64_t dropped = vnic_dropped() - dropped_before;
	int i;

	for (i = 0; i < PORTS; i++) {
		struct counters now = state_counters(ports[i]);

		other += now.other - before[i].other;
		if (!strcmp(ports[i], from)) {
			rx = now.rx - before[i].rx;
			lost_at_source = now.no_memory - before[i].no_memory;
		} else {
			tx += now.tx - before[i].tx;
			lost += now.no_memory - before[i].no_memory;
		}
	}
	if (other)
		return "a frame was dropped for another reason than memory";
	if (!hit && (rx != 1 || tx != PORTS - 1 || answer->err))
		return "the frame did not reach all ports, without a fault";
	if (!rx && (tx || lost || lost_at_source))
		return "more was sent than came";
	if (!rx && !answer->err && !core_may_lose && dropped != 1)
		return "a frame was lost, and is counted nowhere";
	if (rx && lost_at_source + (tx + lost) / (PORTS - 1) != 1)
		return "copies are missing, or were counted twice";
	return NULL;
}

/* VLAN 0 everywhere. @all: tagged frames may pass as well. */
static void one_vlan(bool all)
{
	port_vlan("d1", 0, !all, 0, 0);
	port_vlan("t0", 0, !all, 0, 0);
	port_vlan("vn0", 0, !all, 0, 0);
	core_may_lose = false;
}

static void vlans_back(void)
{
	port_vlan("d1", 10, true, 10, 10);
	port_vlan("t0", 0, true, 0, 0);
	port_vlan("vn0", 0, true, 0, 0);
	if (watch_fd >= 0)
		close(watch_fd);
	if (send_fd >= 0)
		close(send_fd);
	watch_fd = -1;
	send_fd = -1;
}

static int packet_socket(const char *dev, int proto)
{
	struct sockaddr_ll at = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(proto),
		.sll_ifindex = link_index(dev),
	};
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0 || bind(fd, (void *)&at, sizeof(at)))
		die("no packet socket: %m");
	return fd;
}

static void forget(void)
{
	fdb_flush("s0", false);
}

static struct answer write_tap(void)
{
	return (struct answer) {
		.err = tap_write(frame, frame_len, linear), .sure = true,
	};
}

/* From a guest */

static void guests(void)
{
	one_vlan(false);
	from = "t0";
}

static void plain(void)
{
	make_frame(mac_a, 0);
	count();
}

/* Somebody listens, and so the frame is shared. */
static void guests_watched(void)
{
	guests();
	watch_fd = packet_socket("t0", ETH_P_ALL);
}

/*
 * The headers of a frame in pieces are looked at; a copy of it is with somebody who
 * listens, so that they cannot be made linear where they are.
 */

static void set_guard(bool on)
{
	msg_begin_genl(&m, VSWITCH_CMD_PORT_SET, 0);
	msg_u32(&m, VSWITCH_A_PORT_IFINDEX, link_index("t0"));
	msg_u8(&m, VSWITCH_A_PORT_DHCP_GUARD, on);
	msg_must(&m, NULL, NULL);
}

static void set_mtus(uint32_t mtu)
{
	int i;

	for (i = 0; i < PORTS; i++)
		link_set_mtu(ports[i], mtu);
}

static void guests_guarded(void)
{
	set_mtus(9000);
	set_guard(true);
	guests_watched();
}

static void unguarded(void)
{
	set_mtus(1500);
	set_guard(false);
	vlans_back();
}

static void in_pieces(void)
{
	static const uint8_t head[] = {
		8, 0, 0x45, 0, (sizeof(frame) - ETH_HLEN) >> 8,
		(sizeof(frame) - ETH_HLEN) & 0xff, 0, 0, 0, 0, 64, 17, 0, 0,
		192, 0, 2, 1, 192, 0, 2, 255, 1, 0, 1, 0,
		(sizeof(frame) - ETH_HLEN - 20) >> 8,
		(sizeof(frame) - ETH_HLEN - 20) & 0xff,
	};

	make_frame(mac_a, 0);
	memcpy(frame + 12, head, sizeof(head));
	frame_len = sizeof(frame);
	linear = ETH_HLEN;
	count();
}

/* The tag of the other protocol, which becomes payload. */
static void guests_all(void)
{
	one_vlan(true);
	from = "t0";
	watch_fd = packet_socket("t0", ETH_P_ALL);
	core_may_lose = true;
}

static void foreign(void)
{
	make_frame(mac_a, ETH_P_8021AD);
	count();
}

/* From the host */

static void host(void)
{
	one_vlan(false);
	from = "vn0";
	port_spoofing("vn0", true);
	watch_fd = packet_socket("vn0", ETH_P_ALL);
	send_fd = packet_socket("vn0", 0);
}

static void host_back(void)
{
	vlans_back();
	port_spoofing("vn0", false);
}

static void tagged(void)
{
	make_frame(mac_b, ETH_P_8021Q);
	count();
}

static struct answer send_packet(void)
{
	struct answer answer = { .sure = true };

	if (send(send_fd, frame, frame_len, 0) < 0)
		answer.err = -errno;
	return answer;
}

/*
 * An address for which the hash of the FDB has to grow at once: the worker
 * that makes it larger in time does not get the CPU.
 */

static void alone(bool on)
{
	struct sched_param param = { .sched_priority = on ? 50 : 0 };
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(0, &cpus);
	if (!on)
		CPU_SET(1, &cpus);
	if (sched_setaffinity(0, sizeof(cpus), &cpus) ||
	    sched_setscheduler(0, on ? SCHED_FIFO : SCHED_OTHER, &param))
		die("no real-time scheduling: %m");
}

static void guests_alone(void)
{
	guests();
	alone(true);
}

static void alone_back(void)
{
	alone(false);
	vlans_back();
}

static void almost_full(void)
{
	uint8_t source[ETH_ALEN] = { 2, 2 };
	int i;

	forget();
	/* Now it shrinks, to four. */
	usleep(50000);
	for (i = 0; i < 5; i++) {
		source[5] = i;
		make_frame(source, 0);
		if (tap_write(frame, frame_len, linear))
			die("no frame without a fault");
	}
	make_frame(mac_a, 0);
	count();
}

/* What a guest sends is copied to another port, too. */

static uint64_t expected;

static uint64_t sent(uint64_t *lost, uint64_t *other)
{
	uint64_t tx = 0;
	int i;

	*lost = 0;
	*other = 0;
	for (i = 0; i < PORTS; i++) {
		struct counters now = state_counters(ports[i]);

		tx += now.tx - before[i].tx;
		*lost += now.no_memory - before[i].no_memory;
		*other += now.other - before[i].other;
	}
	return tx;
}

static const char *judge_copies(const struct answer *answer, bool hit)
{
	uint64_t lost, other, tx = sent(&lost, &other);

	if (other)
		return "a frame was dropped for another reason than memory";
	if (!hit && (tx != expected || lost || answer->err))
		return "not all copies were sent, without a fault";
	if (tx + lost > expected)
		return "copies were sent twice, or counted twice";
	/* It came to the switch: what is not sent is counted. */
	if (tx && tx + lost != expected)
		return "copies are missing, and are counted nowhere";
	return NULL;
}

static void set_mirror(const char *port, uint32_t mode)
{
	msg_begin_genl(&m, VSWITCH_CMD_PORT_SET, 0);
	msg_u32(&m, VSWITCH_A_PORT_IFINDEX, link_index(port));
	msg_u32(&m, VSWITCH_A_PORT_MIRROR, mode);
	msg_must(&m, NULL, NULL);
}

static void to_one(void)
{
	make_frame(mac_a, 0);
	memcpy(frame, mac_c, ETH_ALEN);
	count();
}

static void mirrored(void)
{
	uint64_t lost, other;

	one_vlan(false);
	from = "t0";
	set_mirror("t0", VSWITCH_MIRROR_MODE_SOURCE);
	set_mirror("vn0", VSWITCH_MIRROR_MODE_SOURCE);
	set_mirror("d2", VSWITCH_MIRROR_MODE_DESTINATION);
	plain();
	write_tap();
	expected = sent(&lost, &other);
}

static void mirrored_to_one(void)
{
	uint64_t lost, other;

	mirrored();
	fdb_add("d1", mac_c, 0);
	to_one();
	write_tap();
	expected = sent(&lost, &other);
}

static void mirrored_back(void)
{
	fdb_flush("s0", true);
	set_mirror("t0", VSWITCH_MIRROR_MODE_NONE);
	set_mirror("vn0", VSWITCH_MIRROR_MODE_NONE);
	set_mirror("d2", VSWITCH_MIRROR_MODE_NONE);
	vlans_back();
}

const struct op frame_ops[] = {
	{ "frame that is copied", mirrored, plain, write_tap, judge_copies, forget,
	  mirrored_back, .lossy = true },
	{ "frame to one, that is copied", mirrored_to_one, to_one, write_tap,
	  judge_copies, forget, mirrored_back, .lossy = true },
	{ "frame from a guest", guests, plain, write_tap, judge, forget,
	  vlans_back, .lossy = true },
	{ "frame from a guest, shared", guests_watched, plain, write_tap,
	  judge, forget, vlans_back, .lossy = true },
	{ "frame in pieces, shared, looked at", guests_guarded, in_pieces,
	  write_tap, judge, forget, unguarded, .lossy = true },
	{ "frame with a foreign tag", guests_all, foreign, write_tap, judge,
	  forget, vlans_back, .lossy = true },
	{ "frame from the host, tagged", host, tagged, send_packet, judge,
	  forget, host_back, .lossy = true },
	{ "frame that fills the FDB's hash", guests_alone, almost_full,
	  write_tap, judge, almost_full, alone_back, .lossy = true },
	{}
};
