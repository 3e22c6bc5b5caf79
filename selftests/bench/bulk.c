// SPDX-License-Identifier: GPL-2.0
/*
 * Bulk TCP from one network namespace to another on one CPU.
 *
 *	bulk NETNS NETNS ADDRESS BYTES		ADDRESS is of the second
 *
 * Prints how many microseconds BYTES took at the receiver, after a quarter of
 * them to warm up, and how many of those the CPU was idle.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"

static char buffer[65536];

static void die(const char *what)
{
	fprintf(stderr, "bulk: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int tcp_socket(const char *netns)
{
	char path[64];
	int ns, fd;

	snprintf(path, sizeof(path), "/run/netns/%s", netns);
	ns = open(path, O_RDONLY);
	if (ns < 0 || setns(ns, CLONE_NEWNET))
		die(path);
	close(ns);
	fd = socket(AF_INET, SOCK_STREAM, 0);
	if (fd < 0)
		die("socket");
	return fd;
}

static void transmit(int fd, long long bytes)
{
	ssize_t n;

	for (; bytes > 0; bytes -= n) {
		n = bytes < (long long)sizeof(buffer) ? bytes : (long long)sizeof(buffer);
		n = write(fd, buffer, n);
		if (n <= 0)
			die("write");
	}
}

static void receive(int fd, long long bytes)
{
	ssize_t n;

	for (; bytes > 0; bytes -= n) {
		n = bytes < (long long)sizeof(buffer) ? bytes : (long long)sizeof(buffer);
		n = read(fd, buffer, n);
		if (n <= 0)
			die("read");
	}
}

int main(int argc, char **argv)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(5001) };
	long long bytes, start, idle_before;
	int server, client, fd;
	pid_t sender;

	if (argc != 5 || inet_pton(AF_INET, argv[3], &to.sin_addr) != 1)
		return 2;
	bytes = atoll(argv[4]);
	server = tcp_socket(argv[2]);
	if (bind(server, (void *)&to, sizeof(to)) || listen(server, 1))
		die("listen");
	client = tcp_socket(argv[1]);
	if (connect(client, (void *)&to, sizeof(to)))
		die("connect");
	fd = accept(server, NULL, NULL);
	if (fd < 0)
		die("accept");

	sender = fork();
	if (sender < 0)
		die("fork");
	if (!sender) {
		transmit(client, bytes / 4 + bytes);
		return 0;
	}
	close(client);
	receive(fd, bytes / 4);
	idle_before = idle();
	start = now();
	receive(fd, bytes);
	printf("%lld %lld\n", now() - start, idle() - idle_before);
	return 0;
}
