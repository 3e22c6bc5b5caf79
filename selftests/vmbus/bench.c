// SPDX-License-Identifier: GPL-2.0
/*
 * What a packet there and back takes, beside the same over virtio's rings, and a byte
 * stream and a counter there and back: by pipes, and by two eventfds, which are the
 * least that two processes can do. In nanoseconds, which are instructions where the
 * emulator has them be so.
 */
#include <endian.h>
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "guest.h"
#include "virtio.h"

static uint64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

static void row(const char *name, uint32_t size, uint32_t depth, uint64_t ns,
		uint32_t n, uint64_t signals, uint64_t interrupts)
{
	printf("vmbus %s %u %u %" PRIu64 " %" PRIu64 ".%03" PRIu64 " %" PRIu64
	       ".%03" PRIu64 "\n", name, size, depth, ns / n, signals / n,
	       signals * 1000 / n % 1000, interrupts / n,
	       interrupts * 1000 / n % 1000);
}

static void echo(struct vg_channel *ch, uint32_t n, uint32_t depth, uint32_t size)
{
	static uint8_t out[VMBUS_ECHO_MAX_PACKET], in[VMBUS_ECHO_MAX_PACKET];
	uint32_t sent = 0, got = 0;
	struct vg_packet packet;

	fill(out, size, 1);
	while (got < n) {
		while (sent < n && sent - got < depth &&
		       !vg_send_quiet(ch, VMH_PACKET_INBAND, 1, sent, NULL, 0, out,
				      size))
			sent++;
		ok(vg_flush(ch));
		ok(vg_recv_wait(ch, in, sizeof(in), &packet, 30000));
		do {
			check(packet.trans_id == got);
			got++;
		} while (!vg_recv(ch, in, sizeof(in), &packet));
	}
}

static void measure(const char *name, struct vg_channel *ch, uint32_t n,
		    uint32_t depth, uint32_t size)
{
	uint64_t begin, signals, interrupts;

	echo(ch, n / 10, depth, size);
	signals = ch->signals;
	interrupts = ch->interrupts;
	begin = now();
	echo(ch, n, depth, size);
	row(name, size, depth, now() - begin, n, ch->signals - signals,
	    ch->interrupts - interrupts);
}

static void measure_virtio(struct virtio *v, uint32_t n, uint32_t depth, uint32_t size)
{
	uint64_t begin, signals, interrupts, signals_now, interrupts_now;

	virtio_echo(v, n / 10, depth, size);
	virtio_signals(v, &signals, &interrupts);
	begin = now();
	virtio_echo(v, n, depth, size);
	virtio_signals(v, &signals_now, &interrupts_now);
	row("virtio", size, depth, now() - begin, n, signals_now - signals,
	    interrupts_now - interrupts);
}

static void all_of(int fd, uint8_t *buf, uint32_t size, bool out)
{
	ssize_t n;

	while (size) {
		n = out ? write(fd, buf, size) : read(fd, buf, size);
		if (n <= 0)
			exit(0);
		buf += n;
		size -= n;
	}
}

static void pipes(uint32_t n, uint32_t size)
{
	static uint8_t buf[8192];
	int there[2], back[2];
	uint64_t begin;
	uint32_t i;
	pid_t pid;

	check(!pipe(there) && !pipe(back));
	pid = fork();
	if (!pid) {
		close(there[1]);
		for (;;) {
			all_of(there[0], buf, size, false);
			all_of(back[1], buf, size, true);
		}
	}
	close(there[0]);
	begin = now();
	for (i = 0; i < n; i++) {
		all_of(there[1], buf, size, true);
		all_of(back[0], buf, size, false);
	}
	row("pipe", size, 1, now() - begin, n, n, n);
	close(there[1]);
	waitpid(pid, NULL, 0);
}

static void eventfds(uint32_t n)
{
	int there = eventfd(0, 0), back = eventfd(0, 0);
	eventfd_t v;
	uint64_t begin;
	uint32_t i;
	pid_t pid;

	pid = fork();
	if (!pid) {
		for (i = 0; i < n; i++) {
			eventfd_read(there, &v);
			eventfd_write(back, 1);
		}
		_exit(0);
	}
	begin = now();
	for (i = 0; i < n; i++) {
		eventfd_write(there, 1);
		eventfd_read(back, &v);
	}
	row("eventfd", 0, 1, now() - begin, n, n, n);
	waitpid(pid, NULL, 0);
}

/* guest PARTITION bench N */
static void bench(int argc, char **argv)
{
	static const uint32_t sizes[] = { 64, 4096 };
	uint32_t n = argc ? atoi(argv[0]) : 10000;
	struct vg_channel ch = {};
	struct virtio *virtio = attach_flags ? NULL : virtio_open();
	const char *name = attach_flags ? "copied" : "mapped";
	struct vg vg;
	size_t i;

	guest_start(&vg, 16U << 20);
	echo_open(&ch, &vg, 65 * PAGE);
	ok(vg_channel_use_eventfd(&ch));
	for (i = 0; i < 2; i++) {
		measure(name, &ch, n, 1, sizes[i]);
		measure(name, &ch, n, 64, sizes[i]);
		if (virtio) {
			measure_virtio(virtio, n, 1, sizes[i]);
			measure_virtio(virtio, n, 64, sizes[i]);
		}
		if (!attach_flags)
			pipes(n, sizes[i]);
	}
	if (!attach_flags)
		eventfds(n);
	ok(vg_channel_close(&ch));
	vg_close(&vg);
}

const struct test_case bench_cases[] = {
	{ "bench", bench },
	{}
};
