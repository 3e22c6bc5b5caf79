// SPDX-License-Identifier: GPL-2.0
/*
 * Faults through /proc/thread-self/fail-nth, which counts the allocations of
 * one task in process context, down to one that fails. What fails after that
 * one, if anything, is for the attributes of failslab and fail_page_alloc: all,
 * for tasks with make-it-fail set, as long as @times lasts.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "inject.h"
#include "msg.h"

/* Enough for every second attempt; not so many that what must not fail, and
 * so tries again for ever, is kept from it.
 */
#define GONE_FOR "12"

#define DEBUG "/sys/kernel/debug/"
#define TRACE "/sys/kernel/tracing/instances/faults/"

static int nth_fd, make_fd, slab_fd, page_fd;
static int mark_fd = -1, tracing_fd = -1;

static int must_open(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		die("%s: %m", path);
	return fd;
}

static void put(int fd, const char *text)
{
	/* None of these files minds its offset, and some have none. */
	if (write(fd, text, strlen(text)) < 0)
		die("writing '%s' to a file of the fault injection: %m", text);
}

static void set(const char *path, const char *text)
{
	int fd = must_open(path);

	put(fd, text);
	close(fd);
}

static void set_both(const char *name, const char *text)
{
	char path[128];

	snprintf(path, sizeof(path), DEBUG "failslab/%s", name);
	set(path, text);
	snprintf(path, sizeof(path), DEBUG "fail_page_alloc/%s", name);
	set(path, text);
}

static void stop(void)
{
	set_both("probability", "0");
}

void inject_open(void)
{
	/* A stack for each would be too much, and look like a kernel report. */
	set_both("verbose", "0");
	set_both("ignore-gfp-wait", "N");
	set_both("task-filter", "Y");
	set_both("interval", "1");
	set_both("times", "0");
	set_both("space", "0");
	set(DEBUG "fail_page_alloc/min-order", "0");
	/* Pages of per-CPU memory are allocated as highmem. */
	set(DEBUG "fail_page_alloc/ignore-gfp-highmem", "N");
	set_both("probability", "100");
	atexit(stop);
	nth_fd = must_open("/proc/thread-self/fail-nth");
	make_fd = must_open("/proc/thread-self/make-it-fail");
	slab_fd = must_open(DEBUG "failslab/times");
	page_fd = must_open(DEBUG "fail_page_alloc/times");
	mark_fd = open(TRACE "trace_marker", O_WRONLY | O_CLOEXEC);
	tracing_fd = open(TRACE "tracing_on", O_RDWR | O_CLOEXEC);
}

void inject_arm(unsigned int nth, enum inject_mode mode)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", nth);
	if (mode == INJECT_GONE) {
		put(slab_fd, GONE_FOR);
		put(page_fd, GONE_FOR);
		put(make_fd, "1");
	} else if (tracing_fd >= 0) {
		put(tracing_fd, "1");
	}
	put(nth_fd, text);
}

bool inject_disarm(void)
{
	char text[16] = "";

	if (pread(nth_fd, text, sizeof(text) - 1, 0) < 0)
		die("reading fail-nth: %m");
	put(nth_fd, "0");
	put(make_fd, "0");
	if (tracing_fd >= 0)
		put(tracing_fd, "0");
	return atoi(text) == 0;
}

void inject_mark(const char *text)
{
	if (mark_fd < 0 || tracing_fd < 0)
		return;
	put(tracing_fd, "1");
	if (write(mark_fd, text, strlen(text)) < 0)
		die("trace_marker: %m");
	put(tracing_fd, "0");
}
