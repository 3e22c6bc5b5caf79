// SPDX-License-Identifier: GPL-2.0
/*
 * A hostile guest that is led by what the host does with it: KCOV says what code ran.
 *
 * What the guest asks for, its own thread runs. What it writes into rings the host's
 * workers look at, on behalf of whoever attached: a thread that does nothing else, since
 * KCOV serves a thread with one of the two only.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/kcov.h>
#include <pthread.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "case.h"
#include "guided.h"
#include "random.h"

#define WORDS		(64 << 10)
/* Of one run of a worker. */
#define AREA_WORDS	(16 << 10)
#define EDGES		(1 << 17)
#define INPUTS		4096
#define INPUT_MAX	1024		/* choices that a step can be made of */
/* A guest that lives for long hides what only a new one can do. */
#define STEPS_OF_ONE	400

struct input {
	uint32_t n;
	uint32_t *choices;
};

static struct input inputs[INPUTS];
static uint32_t n_inputs;
static uint8_t edges[EDGES];
static uint32_t n_edges;

/* Of this thread, and of the workers. */
static uint64_t *own, *others;

static uint64_t *kcov_map(int *fd)
{
	uint64_t *map;

	*fd = open("/sys/kernel/debug/kcov", O_RDWR | O_CLOEXEC);
	if (*fd < 0 || ioctl(*fd, KCOV_INIT_TRACE, WORDS))
		return NULL;
	map = mmap(NULL, WORDS * 8, PROT_READ | PROT_WRITE, MAP_SHARED, *fd, 0);
	return map == MAP_FAILED ? NULL : map;
}

/* ---- The thread that attaches ---- */

static struct {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	void (*call)(void);
} attacher = {
	.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER,
};

static void *attach(void *arg)
{
	struct kcov_remote_arg remote = {
		.trace_mode = KCOV_TRACE_PC, .area_size = AREA_WORDS,
		.common_handle = kcov_remote_handle(KCOV_SUBSYSTEM_COMMON, getpid()),
	};
	int fd;

	(void)arg;
	others = kcov_map(&fd);
	if (others && ioctl(fd, KCOV_REMOTE_ENABLE, &remote))
		others = NULL;
	pthread_mutex_lock(&attacher.lock);
	for (;;) {
		while (!attacher.call)
			pthread_cond_wait(&attacher.changed, &attacher.lock);
		attacher.call();
		attacher.call = NULL;
		pthread_cond_broadcast(&attacher.changed);
	}
	return NULL;
}

static void call_attacher(void (*call)(void))
{
	pthread_mutex_lock(&attacher.lock);
	attacher.call = call;
	pthread_cond_broadcast(&attacher.changed);
	while (attacher.call)
		pthread_cond_wait(&attacher.changed, &attacher.lock);
	pthread_mutex_unlock(&attacher.lock);
}

/* ---- What ran ---- */

static void reset(void)
{
	if (own)
		__atomic_store_n(own, 0, __ATOMIC_RELAXED);
	if (others)
		__atomic_store_n(others, 0, __ATOMIC_RELAXED);
}

static uint32_t mix(uint64_t v)
{
	v *= 0x9e3779b97f4a7c15ULL;
	return v >> 40;
}

/* Return: how many pairs of points were not seen before. */
static uint32_t collect(const uint64_t *trace)
{
	uint64_t n, i, before = 0;
	uint32_t edge, found = 0;

	if (!trace)
		return 0;
	n = __atomic_load_n(trace, __ATOMIC_ACQUIRE);
	for (i = 1; i <= n && i < WORDS; i++) {
		edge = mix(trace[i] ^ before << 1) % EDGES;
		before = trace[i];
		found += !edges[edge];
		edges[edge] = 1;
	}
	return found;
}

/* ---- What a step is made of ---- */

static const struct input *some_input(void)
{
	return &inputs[below(n_inputs)];
}

/* Something like what was good before. Return: how many choices. */
static uint32_t mutate(uint32_t *choices)
{
	const struct input *other, *in = some_input();
	uint32_t n = in->n, i, from, len;

	memcpy(choices, in->choices, n * sizeof(*choices));
	for (i = 1 + below(4); i && n; i--) {
		switch (below(6)) {
		case 0:
		case 1:
			choices[below(n)] = rnd();
			break;
		case 2:
			choices[below(n)] ^= 1U << below(32);
			break;
		case 3:
			choices[below(n)] += below(9) - 4;
			break;
		case 4:		/* from here on anew */
			n = below(n + 1);
			break;
		case 5:
			other = some_input();
			from = below(other->n + 1);
			len = below(other->n - from + 1);
			if (len > INPUT_MAX - n)
				len = INPUT_MAX - n;
			memcpy(choices + n, other->choices + from, len * sizeof(*choices));
			n += len;
			break;
		}
	}
	return n;
}

static void keep(const uint32_t *choices, uint32_t n)
{
	struct input *in = n_inputs < INPUTS ? &inputs[n_inputs++] :
					       &inputs[below(INPUTS)];

	free(in->choices);
	in->choices = malloc(n * sizeof(*choices) + 1);
	check(in->choices);
	memcpy(in->choices, choices, n * sizeof(*choices));
	in->n = n;
}

/* ---- The run ---- */

static bool one(const struct guided *g)
{
	static uint32_t choices[INPUT_MAX];
	uint32_t n = n_inputs && below(4) ? mutate(choices) : 0, found;
	bool good;

	rnd_replay(choices, n, INPUT_MAX);
	reset();
	good = g->step();
	g->settle();
	n = rnd_recorded();
	found = collect(own) + collect(others);
	n_edges += found;
	if (found)
		keep(choices, n);
	return good;
}

void guided_run(const struct guided *g, const char *seed, uint64_t steps)
{
	uint64_t step, next = 0, begun = 0;
	uint32_t left = 0;
	int fd;

	rnd_seed(seed);
	check(!pthread_create(&attacher.thread, NULL, attach, NULL));
	own = kcov_map(&fd);
	if (own && ioctl(fd, KCOV_ENABLE, KCOV_TRACE_PC))
		own = NULL;
	for (step = 0; step < steps; step++) {
		if (!left) {
			call_attacher(g->begin);
			begun++;
			left = STEPS_OF_ONE;
		}
		left = one(g) ? left - 1 : 0;
		if (!left || step == steps - 1) {
			g->end();
			left = 0;
		}
		if (step >= next) {
			printf("# %llu steps: %u pairs of points, %u inputs\n",
			       (unsigned long long)step, n_edges, n_inputs);
			next = next ? next * 2 : 1000;
		}
	}
	printf("# %llu steps, %llu guests: %u pairs of points, %u inputs%s\n",
	       (unsigned long long)steps, (unsigned long long)begun, n_edges, n_inputs,
	       own && others ? "" : " (no KCOV)");
	/* On a kernel that has it, both must have said something. */
	check(!own || n_edges);
}
