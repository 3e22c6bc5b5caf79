// SPDX-License-Identifier: GPL-2.0
/*
 * Do one kind of thing to a switch, as fast as it can be done, from one CPU.
 *
 *	churn ROLE CPU SECONDS SWITCH [DEVICE...]
 *
 * Roles are in config.c, links.c, read.c and frames.c. Several processes at
 * once, some of them about the same devices, make a race. Whatever the kernel
 * says to a request that came too late is fine, if it is one of the answers
 * to be expected, and has a reason with it; a request that is not answered is
 * a failure, and so is an answer that is wrong by itself. The last line is
 * "ROLE: N granted, N refused".
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sys/socket.h>

#include "churn.h"

const char *sw;
char **devs;
int n_devs;
unsigned long granted, refused;

static const struct role *const roles[] = {
	config_roles, link_roles, read_roles, frame_roles,
};
static uint64_t state;
static volatile sig_atomic_t stop;

/* Marsaglia's xorshift. */
uint32_t below(uint32_t n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (state >> 32) % n;
}

const char *any_dev(void)
{
	return devs[below(n_devs)];
}

void any_mac(uint8_t *mac)
{
	static const uint8_t first[6] = { 2, 0, 0, 0, 0x10, 0 };

	memcpy(mac, first, sizeof(first));
	mac[5] = below(64);
}

static bool expected(int err)
{
	switch (-err) {
	case ENODEV:		/* it is gone */
	case ENOENT:
	case EINVAL:		/* it is no port any more, no member of that VLAN */
	case EADDRINUSE:	/* somebody was there first */
	case EBUSY:
	case EEXIST:
	case EAGAIN:		/* the generation has changed */
	case ENOSPC:		/* too many transactions, the FDB is full */
	case EOPNOTSUPP:	/* the switch is private now, the port a vNIC */
	case ELOOP:
	case ERANGE:		/* index 0: its name was not found */
		return true;
	}
	return false;
}

bool try(struct msg *m)
{
	struct answer answer = msg_talk(m, NULL, NULL);

	if (!answer.err) {
		granted++;
		return true;
	}
	refused++;
	if (!expected(answer.err))
		die("refused (type %d): %s: %s", m->h.nlmsg_type,
		    strerror(-answer.err), answer.text);
	/* The core has refusals without a word, the family has none. */
	if (m->fd == &msg_genl && !answer.text[0])
		die("refused without a reason: %s", strerror(-answer.err));
	return false;
}

static const struct role *find(const char *name)
{
	const struct role *role;
	unsigned int i;

	for (i = 0; i < sizeof(roles) / sizeof(roles[0]); i++) {
		for (role = roles[i]; role->name; role++) {
			if (!strcmp(role->name, name))
				return role;
		}
	}
	die("no such role: %s", name);
}

static void on_signal(int sig)
{
	stop = 1;
}

static time_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec;
}

int main(int argc, char **argv)
{
	const struct role *role;
	cpu_set_t cpus;
	time_t end;

	if (argc < 5)
		die("churn ROLE CPU SECONDS SWITCH [DEVICE...]");
	role = find(argv[1]);
	sw = argv[4];
	devs = argv + 5;
	n_devs = argc - 5;
	if (n_devs < role->args)
		die("%s needs %d devices", role->name, role->args);
	CPU_ZERO(&cpus);
	CPU_SET(atoi(argv[2]), &cpus);
	if (sched_setaffinity(0, sizeof(cpus), &cpus))
		die("CPU %s: %m", argv[2]);
	state = (uint64_t)getpid() << 32 | time(NULL);
	signal(SIGTERM, on_signal);
	/* Who waits for RTNL may be the last of many. */
	msg_patience = 120;
	msg_open();

	for (end = now() + atoi(argv[3]); now() < end && !stop;)
		role->step();
	if (role->end)
		role->end();
	printf("%s: %lu granted, %lu refused\n", role->name, granted, refused);
	return 0;
}
