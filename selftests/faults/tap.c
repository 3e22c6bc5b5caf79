// SPDX-License-Identifier: GPL-2.0
/* See tap.h. */
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <unistd.h>
#include <linux/if_tun.h>
#include <linux/virtio_net.h>

#include "msg.h"
#include "tap.h"

static int tap_fd = -1;

void tap_open(const char *name)
{
	struct ifreq ifr = { .ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR };

	tap_fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK);
	strncpy(ifr.ifr_name, name, IFNAMSIZ - 1);
	if (tap_fd < 0 || ioctl(tap_fd, TUNSETIFF, &ifr))
		die("no tap: %m");
}

void tap_close(void)
{
	close(tap_fd);
}

int tap_write(const void *frame, size_t len, size_t linear)
{
	struct virtio_net_hdr header = { .hdr_len = linear };
	const struct iovec parts[] = {
		{ &header, sizeof(header) }, { (void *)frame, len },
	};

	return writev(tap_fd, parts, 2) < 0 ? -errno : 0;
}

void tap_drain(void)
{
	char frame[8192];

	while (read(tap_fd, frame, sizeof(frame)) > 0)
		;
}
