// SPDX-License-Identifier: GPL-2.0
/*
 *	vmbus-echo CHANNELS
 *
 * In the inner guest: a driver for the echo service of vmbus_host, on top of
 * uio_hv_generic, and with the rings of libvmbusguest. What is tried: packets one
 * by one and many at once, and the host writing into a buffer of ours (31 MiB that
 * the driver has a GPADL for); all of it again on processor 1, if there is one; and
 * on a sub-channel. CHANNELS is the directory of that name of the device in sysfs.
 */
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "vmbusguest.h"

#define UIO		"/dev/uio0"
#define MAPS		"/sys/class/uio/uio0/maps"
#define RINGS		0
#define BUFFER		3
#define TIMEOUT		20000

#define RANGES		5
#define RANGE		3000

static struct vg vg;
static uint8_t in[VMBUS_ECHO_MAX_PACKET];

static void fail(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf(" (%s)\n", strerror(errno));
	exit(1);
}

#define check(what)	((what) ? (void)0 : fail("line %d: %s", __LINE__, #what))

/* What ring.c asks for; here the signal is a write, and the interrupt a read. */
int vg_channel_signal(struct vg_channel *ch)
{
	uint32_t on = 1;

	ch->signals++;
	return write(ch->vg->fd, &on, sizeof(on)) == sizeof(on) ? 0 : -errno;
}

int vg_channel_wait(struct vg_channel *ch, int timeout_ms)
{
	struct pollfd pfd = { .fd = ch->vg->fd, .events = POLLIN };
	uint32_t count;

	if (poll(&pfd, 1, timeout_ms) <= 0)
		return 0;
	check(read(ch->vg->fd, &count, sizeof(count)) == sizeof(count));
	ch->interrupts++;
	return 1;
}

static void read_file(const char *path, char *to, size_t size)
{
	FILE *f = fopen(path, "r");

	if (!f || !fgets(to, size, f))
		fail("%s", path);
	fclose(f);
}

static void *map(int index, size_t *size)
{
	char path[128], text[64];
	void *at;

	snprintf(path, sizeof(path), MAPS "/map%d/size", index);
	read_file(path, text, sizeof(text));
	*size = strtoul(text, NULL, 16);
	at = mmap(NULL, *size, PROT_READ | PROT_WRITE, MAP_SHARED, vg.fd,
		  (off_t)index * sysconf(_SC_PAGESIZE));
	if (at == MAP_FAILED)
		fail("map %d", index);
	return at;
}

static void ring_attach(struct vg_ring *ring, uint8_t *at, size_t bytes)
{
	ring->hdr = (void *)at;
	ring->data = at + VMH_PAGE_SIZE;
	ring->size = bytes - VMH_PAGE_SIZE;
	ring->own = 0;
}

static void packets(struct vg_channel *ch, uint32_t n, uint32_t depth)
{
	uint32_t sent = 0, got = 0, out[16] = { htole32(VMBUS_ECHO_OP_ECHO) };
	struct vg_packet packet;

	while (got < n) {
		while (sent < n && sent - got < depth) {
			out[15] = out[1] = sent;
			check(!vg_send_quiet(ch, VMH_PACKET_INBAND,
					     VMH_PACKET_WANTS_COMPLETION, sent,
					     NULL, 0, out, sizeof(out)));
			sent++;
		}
		check(!vg_flush(ch));
		check(!vg_recv_wait(ch, in, sizeof(in), &packet, TIMEOUT));
		check(packet.type == VMH_PACKET_COMPLETION);
		check(packet.trans_id == got && packet.len == sizeof(out));
		out[15] = out[1] = got++;
		check(!memcmp(packet.payload, out, sizeof(out)));
	}
}

static void ask(struct vg_channel *ch, uint32_t op, uint32_t arg)
{
	struct vmbus_echo_header hdr = { .op = htole32(op), .arg = htole32(arg) };
	struct vg_packet packet;

	check(!vg_send(ch, VMH_PACKET_INBAND, VMH_PACKET_WANTS_COMPLETION, 1, NULL,
		       0, &hdr, sizeof(hdr)));
	check(!vg_recv_wait(ch, in, sizeof(in), &packet, TIMEOUT));
	check(packet.type == VMH_PACKET_COMPLETION);
	memcpy(&hdr, packet.payload, sizeof(hdr));
	check(!hdr.status && le32toh(hdr.arg) == arg);
}

/* The host writes the same text several times, one after the other. */
static void buffer(struct vg_channel *ch, const uint8_t *mem, uint32_t gpadl)
{
	struct {
		struct vmbus_echo_header hdr;
		uint8_t text[RANGE];
	} out = { .hdr.op = htole32(VMBUS_ECHO_OP_XFER), .hdr.arg = htole32(RANGES) };
	struct vg_packet packet;
	uint32_t i;

	ask(ch, VMBUS_ECHO_OP_BUFFER, gpadl);
	for (i = 0; i < RANGE; i++)
		out.text[i] = rand();
	check(!vg_send(ch, VMH_PACKET_INBAND, 0, 2, NULL, 0, &out, sizeof(out)));
	check(!vg_recv_wait(ch, in, sizeof(in), &packet, TIMEOUT));
	check(packet.type == VMH_PACKET_XFER_PAGES);
	for (i = 0; i < RANGES; i++)
		check(!memcmp(mem + i * RANGE, out.text, RANGE));
	ask(ch, VMBUS_ECHO_OP_BUFFER, 0);
}

static void all(struct vg_channel *ch, const char *what, const uint8_t *mem,
		uint32_t gpadl)
{
	packets(ch, 200, 1);
	packets(ch, 5000, 32);
	buffer(ch, mem, gpadl);
	printf("%s: %lu signals, %lu interrupts\n", what,
	       (unsigned long)ch->signals, (unsigned long)ch->interrupts);
	ch->signals = ch->interrupts = 0;
}

/* The path of a file of the first or second channel, when there is one. */
static const char *channel_file(const char *channels, size_t n, const char *file)
{
	static char path[256];
	int tries;
	glob_t g;

	snprintf(path, sizeof(path), "%s/*/%s", channels, file);
	for (tries = 0; tries < TIMEOUT / 10; tries++) {
		if (!glob(path, 0, NULL, &g) && g.gl_pathc > n) {
			snprintf(path, sizeof(path), "%s", g.gl_pathv[n]);
			globfree(&g);
			return path;
		}
		usleep(10000);
	}
	fail("no %s", path);
	return NULL;
}

static void move(const char *file)
{
	FILE *f = fopen(file, "w");

	if (!f || fputs("1", f) < 0 || fclose(f))
		fail("%s", file);
}

/* The driver opens it; its rings are a file. The primary one has the lower number. */
static void subchannel(struct vg_channel *primary, const char *channels)
{
	struct vg_channel ch = { .vg = &vg };
	const char *file;
	uint8_t *rings;
	struct stat st;
	int fd;

	ask(primary, VMBUS_ECHO_OP_SUBCHANNELS, 1);
	file = channel_file(channels, 1, "ring");
	fd = open(file, O_RDWR);
	if (fd < 0 || fstat(fd, &st))
		fail("%s", file);
	rings = mmap(NULL, st.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (rings == MAP_FAILED)
		fail("%s", file);
	ring_attach(&ch.out, rings, st.st_size / 2);
	ring_attach(&ch.in, rings + st.st_size / 2, st.st_size / 2);
	packets(&ch, 200, 1);
	packets(&ch, 5000, 32);
	printf("sub-channel: %lu signals, %lu interrupts\n",
	       (unsigned long)ch.signals, (unsigned long)ch.interrupts);
}

int main(int argc, char **argv)
{
	struct vg_channel ch = { .vg = &vg };
	char text[64];
	uint8_t *rings, *mem;
	uint32_t gpadl;
	size_t size;

	if (argc != 2)
		return 2;
	vg.fd = open(UIO, O_RDWR);
	if (vg.fd < 0)
		fail(UIO);
	mem = map(BUFFER, &size);
	read_file(MAPS "/map3/name", text, sizeof(text));
	check(sscanf(text, "recv:%u", &gpadl) == 1);
	rings = map(RINGS, &size);
	ring_attach(&ch.out, rings, size / 2);
	ring_attach(&ch.in, rings + size / 2, size / 2);
	all(&ch, "processor 0", mem, gpadl);
	if (sysconf(_SC_NPROCESSORS_ONLN) > 1) {
		move(channel_file(argv[1], 0, "cpu"));
		all(&ch, "processor 1", mem, gpadl);
	}
	subchannel(&ch, argv[1]);
	return 0;
}
