// SPDX-License-Identifier: GPL-2.0
/*
 * Reads or writes of a block device, so many at a time.
 *
 *	io DEVICE read|write SIZE DEPTH COUNT
 *
 * Of SIZE bytes, anywhere in the device, or one after the other if SIZE is large. Prints
 * how many microseconds COUNT of them took, after a quarter of them to warm up, and how
 * many of those the CPU was idle.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <linux/fs.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "clock.h"

#define DEPTH_MAX	64
#define SEQUENTIAL	(256 << 10)

static aio_context_t context;
static struct iocb blocks[DEPTH_MAX];
static uint64_t n_slots;
static uint64_t next;

static void die(const char *what)
{
	fprintf(stderr, "io: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* The same places each time. */
static uint64_t slot(uint64_t size)
{
	static uint64_t x = 1;

	if (size >= SEQUENTIAL)
		return next++ % n_slots;
	x = x * 6364136223846793005ULL + 1442695040888963407ULL;
	return (x >> 33) % n_slots;
}

static void submit(struct iocb *cb)
{
	cb->aio_offset = slot(cb->aio_nbytes) * cb->aio_nbytes;
	if (syscall(SYS_io_submit, context, 1, &cb) != 1)
		die("io_submit");
}

/* @depth of them are under way all the time. */
static void run(long count, int depth)
{
	struct io_event events[DEPTH_MAX];
	long begun = 0, done = 0;
	int i, n;

	while (begun < depth && begun < count)
		submit(&blocks[begun++]);
	while (done < count) {
		n = syscall(SYS_io_getevents, context, 1, depth, events, NULL);
		if (n < 1)
			die("io_getevents");
		for (i = 0; i < n; i++, done++) {
			struct iocb *cb = (struct iocb *)(uintptr_t)events[i].obj;

			if (events[i].res != (long long)cb->aio_nbytes) {
				errno = -events[i].res;
				die("IO");
			}
			if (begun < count) {
				submit(cb);
				begun++;
			}
		}
	}
}

int main(int argc, char **argv)
{
	long long start, start_idle;
	uint64_t size, bytes;
	bool write;
	int depth, fd, i;
	void *buffer;
	long count;

	if (argc != 6)
		die("usage");
	write = !strcmp(argv[2], "write");
	size = strtoull(argv[3], NULL, 0);
	depth = atoi(argv[4]);
	count = atol(argv[5]);
	fd = open(argv[1], O_RDWR | O_DIRECT);
	if (fd < 0 || ioctl(fd, BLKGETSIZE64, &bytes) || depth > DEPTH_MAX)
		die(argv[1]);
	n_slots = bytes / size;
	if (syscall(SYS_io_setup, DEPTH_MAX, &context))
		die("io_setup");
	for (i = 0; i < depth; i++) {
		if (posix_memalign(&buffer, 4096, size))
			die("memory");
		memset(buffer, i, size);
		blocks[i].aio_data = i;
		blocks[i].aio_lio_opcode = write ? IOCB_CMD_PWRITE : IOCB_CMD_PREAD;
		blocks[i].aio_fildes = fd;
		blocks[i].aio_buf = (uintptr_t)buffer;
		blocks[i].aio_nbytes = size;
	}
	run(count / 4, depth);
	start_idle = idle();
	start = now();
	run(count, depth);
	printf("%lld", now() - start);
	printf(" %lld\n", idle() - start_idle);
	return 0;
}
