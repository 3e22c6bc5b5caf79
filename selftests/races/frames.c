// SPDX-License-Identifier: GPL-2.0
/* Frames into devices that come and go; pktgen has those that stay. */
#include <arpa/inet.h>
#include <net/if.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>

#include "churn.h"

static size_t make_frame(uint8_t *frame)
{
	uint16_t tag[2] = { htons(ETH_P_8021Q), htons(1 + below(20)) };
	size_t len = 2 * ETH_ALEN;

	any_mac(frame);
	if (!below(8))
		memset(frame, 0xff, ETH_ALEN);
	any_mac(frame + ETH_ALEN);
	if (!below(3)) {
		memcpy(frame + len, tag, sizeof(tag));
		len += sizeof(tag);
	}
	/* An EtherType for experiments. */
	frame[len] = 0x88;
	frame[len + 1] = 0xb5;
	return len + 46;
}

static void flood_step(void)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET };
	static uint8_t frame[128];
	static int fd = -1;
	int i;

	if (fd < 0)
		fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (fd < 0)
		die("no packet socket: %m");
	to.sll_ifindex = if_nametoindex(any_dev());
	if (!to.sll_ifindex)
		usleep(1000);
	for (i = 0; to.sll_ifindex && i < 64; i++) {
		if (sendto(fd, frame, make_frame(frame), MSG_DONTWAIT,
			   (void *)&to, sizeof(to)) < 0) {
			refused++;
			return;
		}
		granted++;
	}
}

const struct role frame_roles[] = {
	{ "flood", flood_step, NULL, 1 },
	{}
};
