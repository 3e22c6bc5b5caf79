// SPDX-License-Identifier: GPL-2.0
/*
 * Frames into the switches while they are being changed: from the other ends
 * of veth pairs and from vNICs, with tags and without, to addresses that the
 * requests are about.
 */
#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fuzz.h"

static size_t make_frame(struct fuzz *f, uint8_t *frame)
{
	static const uint16_t tpids[] = { ETH_P_8021Q, ETH_P_8021AD };
	static const uint16_t protos[] = { ETH_P_IP, ETH_P_ARP, ETH_P_IPV6,
					   ETH_P_LLDP, 0x88b5, 60 };
	uint32_t tags = choice_below(&f->c, 8);
	uint16_t v;
	size_t len;

	gen_mac(f, frame);
	if (choice_percent(&f->c, 4))
		memcpy(frame, "\x01\x80\xc2\x00\x00\x0e", 6);
	gen_mac(f, frame + 6);
	len = 12;
	for (tags = tags < 4 ? 0 : tags < 7 ? 1 : 2; tags; tags--) {
		v = htons(tpids[choice_percent(&f->c, 20)]);
		memcpy(frame + len, &v, 2);
		v = htons(gen_vid(f) | choice_below(&f->c, 8) << 13);
		memcpy(frame + len + 2, &v, 2);
		len += 4;
	}
	v = htons(protos[choice_below(&f->c, 6)]);
	memcpy(frame + len, &v, 2);
	len += 2;
	choice_bytes(&f->c, frame + len, 32);
	return len + (choice_percent(&f->c, 10) ? choice_below(&f->c, 1400) :
		      choice_below(&f->c, 64));
}

void traffic_run(struct fuzz *f)
{
	static const char *const from[] = { "p0", "p1", "n0", "n1", "n2", "q0" };
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	uint8_t frame[2048] = {};
	uint64_t step;

	for (step = 0; !fuzz_over(f); step++) {
		struct sockaddr_ll to = { .sll_family = AF_PACKET };
		unsigned int i;

		f->stream->step = step;
		choice_begin(&f->c, choice_seed(f->seed, f->index, step));
		to.sll_ifindex = world_ifindex(f, from[choice_below(&f->c, 6)]);
		for (i = 0; to.sll_ifindex && i < 16; i++)
			if (sendto(fd, frame, make_frame(f, frame),
				   MSG_DONTWAIT, (void *)&to, sizeof(to)) > 0)
				f->stream->messages++;
		/* Two processors are shared with those who make requests. */
		usleep(5000);
	}
	close(fd);
}
