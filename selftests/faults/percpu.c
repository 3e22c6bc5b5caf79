// SPDX-License-Identifier: GPL-2.0
/*
 * The counters of a port are per-CPU memory, which is cut from pages that are
 * there already, and asks for new ones only now and then. So ports are added
 * until one needs them, and each time the allocation that would be theirs, the
 * one after the port itself, fails.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>
#include <string.h>

#include "inject.h"
#include "op.h"
#include "state.h"

#define PORTS_MAX 400
#define REFUSAL "no memory for the port"

static struct msg m;
static struct state before, now;

static bool refused(const char *port, unsigned int nth, bool *hit)
{
	struct answer answer;

	ask_master(&m, port, "s0");
	inject_arm(nth, INJECT_ONCE);
	answer = msg_talk(&m, NULL, NULL);
	*hit = inject_disarm();
	msg_reopen();
	return answer.err && !strcmp(answer.text, REFUSAL);
}

/* The first allocation whose failure means that there is no port. */
static unsigned int first_refusal(const char *port)
{
	unsigned int nth;
	bool hit = true;

	for (nth = 1; hit; nth++) {
		if (refused(port, nth, &hit))
			return nth;
		ask_master(&m, port, NULL);
		msg_must(&m, NULL, NULL);
	}
	die("no allocation of a port could be made to fail");
}

/* Pages would be provided ahead of time by a worker of this CPU. */
void own_cpu(bool yes)
{
	struct sched_param param = { .sched_priority = yes ? 50 : 0 };
	cpu_set_t cpus;
	int i;

	CPU_ZERO(&cpus);
	for (i = 0; i < (yes ? 1 : CPU_SETSIZE); i++)
		CPU_SET(i, &cpus);
	if (sched_setaffinity(0, sizeof(cpus), &cpus) ||
	    sched_setscheduler(0, yes ? SCHED_FIFO : SCHED_OTHER, &param))
		die("no other scheduling: %m");
}

void percpu_run(void)
{
	unsigned int nth, i, n;
	char name[16];
	bool hit;

	nth = first_refusal("d3") + 1;
	own_cpu(true);
	inject_mark("per-CPU counters");
	for (n = 0; n < PORTS_MAX; n++) {
		snprintf(name, sizeof(name), "p%u", n);
		link_add(name, "dummy");
		state_read(&before);
		if (refused(name, nth, &hit))
			break;
		ask_master(&m, name, "s0");
		msg_must(&m, NULL, NULL);
	}
	if (n == PORTS_MAX)
		die("%u ports needed no new per-CPU memory", n);
	state_read(&now);
	if (!state_same(&before, &now)) {
		state_diff(&before, &now);
		die("a refused port left something behind");
	}
	link_set_master(name, "s0");
	printf("# %-32s refused at port %u, and then not\n",
	       "per-CPU counters", n);
	for (i = 0; i <= n; i++) {
		snprintf(name, sizeof(name), "p%u", i);
		link_del(name);
	}
}
