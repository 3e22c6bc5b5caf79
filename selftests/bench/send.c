// SPDX-License-Identifier: GPL-2.0
/*
 * Send frames that nobody else holds, as those of a NIC are: pktgen keeps a
 * reference to each of its own.
 *
 *	send DEV CPU COUNT SOURCE DESTINATION
 *
 * Prints how many microseconds it took. A frame is 60 bytes: UDP over IPv4.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/ether.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

static const uint8_t ip[] = {
	0x45, 0, 0, 46, 0, 0, 0, 0, 64, 17, 0xf6, 0xbb,
	192, 0, 2, 1, 192, 0, 2, 2, 0, 9, 0, 9, 0, 26,
};

static long long now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

int main(int argc, char **argv)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET };
	struct ether_addr src, dst;
	uint8_t frame[60] = {};
	long long start;
	cpu_set_t cpu;
	long count;
	int fd;

	if (argc != 6 || !ether_aton_r(argv[4], &src) ||
	    !ether_aton_r(argv[5], &dst))
		return 2;
	to.sll_ifindex = if_nametoindex(argv[1]);
	CPU_ZERO(&cpu);
	CPU_SET(atoi(argv[2]), &cpu);
	fd = socket(AF_PACKET, SOCK_RAW, 0);
	if (fd < 0 || !to.sll_ifindex ||
	    sched_setaffinity(0, sizeof(cpu), &cpu)) {
		perror("send");
		return 1;
	}

	memcpy(frame, &dst, sizeof(dst));
	memcpy(frame + 6, &src, sizeof(src));
	frame[12] = ETH_P_IP >> 8;
	memcpy(frame + 14, ip, sizeof(ip));

	start = now();
	for (count = atol(argv[3]); count; count--) {
		if (sendto(fd, frame, sizeof(frame), 0, (void *)&to,
			   sizeof(to)) < 0) {
			perror("send");
			return 1;
		}
	}
	printf("%lld\n", (now() - start) / 1000);
	return 0;
}
