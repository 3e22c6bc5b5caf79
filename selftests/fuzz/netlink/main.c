// SPDX-License-Identifier: GPL-2.0
/*
 * A fuzzer of a generic netlink family, and of the links that it is about.
 *
 *	nlfuzz [OPTION...] SPEC.yaml
 *
 *	-s SEED		decides on every message (default: from the clock)
 *	-t SECONDS	how long (default 60)
 *	-r STREAM	this stream alone, and compare what there is before and
 *			after each message; see below
 *	-n STEPS	at most so many steps of a stream
 *	-q		alone, but compare nothing: many more messages
 *	-g		led by coverage (alone)
 *	-T DIR		the module's sources, to know all of its refusals; several
 *			if there are several
 *	-w WORD		what run.sh calls this family
 *	-c N		points of the module that KCOV could report, for the
 *			report
 *	-v		show each message
 *
 * A stream is a process, with messages that follow from the seed, its number,
 * and how far it is. What they refer to (an ifindex, the generation of a switch)
 * is looked up when they are sent, so that together streams meet in new ways
 * each time, and alone a stream repeats. Streams: root0 and root1, root; dev0,
 * root, which makes and deletes devices most of the time; user0, root of a user
 * namespace and of a netns in it; nobody0; netns0, root, whose netns come and
 * go; and frames0 and listen0, which send frames and hear events.
 *
 *   files of a message's life		choice.h  what it is going to be
 *	steps.c world.c vmbus.c gen.c msg.c	it is made
 *	talk.c check.c digest.c		sent, answered, judged
 *	cover.c				counted
 *
 * Exit status: 0 good, 1 something that must not happen has happened, 2 the
 * fuzzer could not do its work.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "fuzz.h"

#define NETNS_STEPS	24
#define NOBODY		65534

struct shared *shared;

static const struct {
	const char *name;
	enum role role;
} plan[] = {
	{ "root0",	ROLE_ROOT },
	{ "root1",	ROLE_ROOT },
	{ "dev0",	ROLE_DEVICES },
	{ "user0",	ROLE_USERNS },
	{ "nobody0",	ROLE_NOBODY },
	{ "netns0",	ROLE_NETNS },
	{ "frames0",	ROLE_TRAFFIC },
	{ "listen0",	ROLE_LISTEN },
};

#define PLANNED (sizeof(plan) / sizeof(plan[0]))

static struct fuzz fuzz;
static uint64_t max_steps = UINT64_MAX;
static unsigned int seconds = 60;
static bool guided, quick;
static struct timespec started;

static double elapsed(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec - started.tv_sec +
	       (now.tv_nsec - started.tv_nsec) / 1e9;
}

bool fuzz_over(struct fuzz *f)
{
	(void)f;
	return __atomic_load_n(&shared->stop, __ATOMIC_RELAXED) ||
	       elapsed() >= seconds;
}

static void write_file(const char *path, const char *fmt, ...)
{
	char text[64];
	va_list ap;
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		warn("%s", path);
	close(fd);
}

/* What sends by itself would change what is learned. */
static void new_netns(int flags)
{
	if (unshare(CLONE_NEWNET | flags))
		err(2, "unshare");
}

static void quiet_netns(void)
{
	static const char *const files[] = {
		"/proc/sys/net/ipv6/conf/default/disable_ipv6",
		"/proc/sys/net/ipv6/conf/all/disable_ipv6",
	};

	if (!access(files[0], W_OK)) {
		write_file(files[0], "1");
		write_file(files[1], "1");
	}
}

/* Sockets belong to the netns in which they were made. */
void fuzz_sockets(struct fuzz *f)
{
	int i;

	for (i = 0; i < SOCKETS; i++)
		if (sock_open(&f->genl[i], NETLINK_GENERIC))
			err(2, "socket");
	if (sock_open(&f->rtnl, NETLINK_ROUTE) ||
	    sock_open(&f->look, NETLINK_GENERIC))
		err(2, "socket");
	f->ctl = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	talk_resolve(f);
	if (!f->family)
		errx(2, "the kernel has no family '%s'", f->spec->name);
}

static void close_sockets(struct fuzz *f)
{
	int i;

	for (i = 0; i < SOCKETS; i++)
		sock_close(&f->genl[i]);
	sock_close(&f->rtnl);
	sock_close(&f->look);
	close(f->ctl);
}

void fuzz_step(struct fuzz *f, uint64_t step)
{
	f->stream->step = step;
	choice_begin(&f->c, choice_seed(f->seed, f->index, step));
	step_run(f);
}

static void steps(struct fuzz *f)
{
	bool refused = f->role == ROLE_NOBODY ||
		       (f->role == ROLE_USERNS && vmbus_has(f));
	uint64_t step;

	if (guided) {
		guided_run(f, max_steps);
		return;
	}
	for (step = 0; step < max_steps && !fuzz_over(f); step++) {
		fuzz_step(f, step);
		/* Its refusals are quick, and would leave no time to others. */
		if (refused && !f->strict)
			usleep(10000);
	}
}

/* A netns that goes away with all that is in it, its sockets still open. */
static void one_netns(struct fuzz *f, uint64_t first)
{
	uint64_t step;

	close_sockets(f);
	new_netns(0);
	quiet_netns();
	fuzz_sockets(f);
	f->stream->step = first;
	choice_begin(&f->c, choice_seed(f->seed, f->index, first));
	world_build(f, 60);
	for (step = first + 1; step < first + NETNS_STEPS && !fuzz_over(f);
	     step++)
		fuzz_step(f, step);
}

static void netns_run(struct fuzz *f)
{
	uint64_t first;

	for (first = 0; first < max_steps && !fuzz_over(f);
	     first += NETNS_STEPS) {
		pid_t pid = fork();

		if (pid < 0)
			err(2, "fork");
		if (!pid) {
			f->kcov = NULL;
			kcov_open(f);
			one_netns(f, first);
			fflush(stdout);
			_exit(0);
		}
		waitpid(pid, NULL, 0);
	}
}

/* All that a fuzzer of its own netns needs, seen from inside. */
static void enter_userns(struct fuzz *f)
{
	close_sockets(f);
	new_netns(CLONE_NEWUSER);
	write_file("/proc/self/setgroups", "deny");
	write_file("/proc/self/uid_map", "0 0 1");
	write_file("/proc/self/gid_map", "0 0 1");
	quiet_netns();
	fuzz_sockets(f);
	choice_begin(&f->c, choice_seed(f->seed, f->index, UINT64_MAX));
	world_build(f, 100);
}

static void become_nobody(struct fuzz *f)
{
	if (setresgid(NOBODY, NOBODY, NOBODY) ||
	    setresuid(NOBODY, NOBODY, NOBODY))
		err(2, "setresuid");
	/* Who opened a socket counts as well as who uses it. */
	close_sockets(f);
	fuzz_sockets(f);
}

static void run_stream(struct fuzz *f)
{
	kcov_open(f);
	if (f->role == ROLE_USERNS)
		enter_userns(f);
	else if (f->role == ROLE_NOBODY)
		become_nobody(f);
	else if (f->role != ROLE_NETNS)
		fuzz_sockets(f);
	switch (f->role) {
	case ROLE_NETNS:
		fuzz_sockets(f);
		netns_run(f);
		break;
	case ROLE_TRAFFIC:
		traffic_run(f);
		break;
	case ROLE_LISTEN:
		listen_run(f);
		break;
	default:
		steps(f);
	}
	fflush(stdout);
}

static void start(struct fuzz *f, unsigned int i)
{
	struct stream *st = &shared->streams[i];

	snprintf(st->name, sizeof(st->name), "%s", plan[i].name);
	st->role = plan[i].role;
	st->pid = fork();
	if (st->pid < 0)
		err(2, "fork");
	if (st->pid)
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	f->stream = st;
	f->index = i;
	f->role = st->role;
	run_stream(f);
	_exit(0);
}

/*
 * Has the kernel complained since we began? Not all complaints leave a taint,
 * so its log is read. What it must not say is written down with more care in
 * vm/kernel-report.sh, which has the last word.
 */
static bool complained(void)
{
	static const char *const words[] = {
		"BUG:", "WARNING:", "UBSAN", "KASAN", "Oops", "INFO: task",
		"INFO: rcu", "rcu: INFO", "suspicious", "corruption", "leaked",
		"unregister_netdevice: waiting", "refcount_t", "ODEBUG",
		"general protection",
	};
	static int fd = -1;
	char line[2048];
	unsigned int i;
	ssize_t n;

	if (fd < 0) {
		fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
		if (fd < 0)
			err(2, "/dev/kmsg");
		lseek(fd, 0, SEEK_END);
	}
	for (;;) {
		n = read(fd, line, sizeof(line) - 1);
		/* Lines were lost: there are others. */
		if (n < 0 && errno == EPIPE)
			continue;
		if (n < 0)
			return false;
		line[n] = '\0';
		if (strstr(line, "nlfuzz:"))
			continue;
		for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
			if (strstr(line, words[i]))
				return true;
	}
}

static void say_console(const char *line)
{
	static int fd = -1;

	puts(line);
	if (fd < 0)
		fd = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);
	if (fd >= 0)
		dprintf(fd, "<4>nlfuzz: %s\n", line);
}

/* The last messages of all streams, where a dead machine leaves them too. */
static void show_streams(void)
{
	char line[80];
	unsigned int i, k;

	for (i = shared->first; i < shared->n_streams; i++) {
		struct stream *st = &shared->streams[i];
		unsigned int n = st->ring_pos < RING ? st->ring_pos : RING;

		snprintf(line, sizeof(line), "stream %s, at step %llu:",
			 st->name, (unsigned long long)st->step);
		say_console(line);
		for (k = 0; k < n; k++)
			show_sent(&st->ring[(st->ring_pos - n + k) % RING],
				  say_console);
	}
	fflush(stdout);
}

static void progress(void)
{
	unsigned int i;

	printf("# %.0f s:", elapsed());
	for (i = shared->first; i < shared->n_streams; i++)
		printf(" %s %llu", shared->streams[i].name,
		       (unsigned long long)shared->streams[i].step);
	printf("; %u points of code\n", shared->n_pcs);
	fflush(stdout);
}

/* Until all streams have ended, or the kernel complains. */
static void watch(void)
{
	unsigned int left = shared->n_streams - shared->first, i;
	double told = 0, ended = 0;
	bool good = true;

	while (left) {
		int status;
		pid_t pid = waitpid(-1, &status, WNOHANG);

		if (pid > 0) {
			left--;
			if (WIFEXITED(status) && !WEXITSTATUS(status))
				continue;
			for (i = shared->first; i < shared->n_streams; i++)
				if (shared->streams[i].pid == pid)
					printf("VIOLATION: stream %s ended with status %#x\n",
					       shared->streams[i].name, status);
			shared->violations++;
			shared->stop = 1;
			continue;
		}
		if (good && complained()) {
			good = false;
			shared->stop = 1;
			shared->violations++;
			printf("VIOLATION: the kernel complained; the last messages:\n");
			show_streams();
		}
		if (elapsed() - told >= 10) {
			told = elapsed();
			progress();
		}
		if (shared->stop || elapsed() > seconds) {
			if (!ended)
				ended = elapsed();
			if (elapsed() - ended > 150) {
				printf("VIOLATION: streams hang in the kernel:\n");
				show_streams();
				shared->violations++;
				return;
			}
		}
		usleep(100000);
	}
}

static void run_all(struct fuzz *f)
{
	unsigned int i;

	shared->n_streams = PLANNED;
	for (i = 0; i < PLANNED; i++)
		start(f, i);
}

static void run_alone(struct fuzz *f, const char *name)
{
	unsigned int i;

	for (i = 0; strcmp(plan[i].name, name); i++)
		if (i + 1 == PLANNED)
			errx(2, "no such stream: %s", name);
	/* In its own place, so that its steps are the same as in company. */
	shared->first = i;
	shared->n_streams = i + 1;
	f->strict = !quick;
	start(f, i);
	f->strict = false;
}

/* Is the family well, after all that? */
static void last_questions(struct fuzz *f)
{
	static struct msg m;
	unsigned int i;
	int err;

	for (i = 0; i < f->spec->n_ops; i++) {
		struct spec_op *op = &f->spec->ops[i];

		if (!op->dump.there)
			continue;
		msg_begin_genl(&m, f, op->cmd, NLM_F_DUMP, op->name);
		err = talk(f, &f->genl[0], &m);
		/* Some want to be told of what: to say so is an answer. */
		if (err && (abs(err) != EINVAL || !f->last_text[0]))
			violation(f, "%s is not answered at the end", op->name);
	}
}

static void report(struct fuzz *f, const char *points)
{
	uint64_t messages = 0, accepted = 0, refused = 0;
	unsigned int i;

	for (i = shared->first; i < shared->n_streams; i++) {
		struct stream *st = &shared->streams[i];

		printf("%s: %llu steps, %llu messages, %llu accepted, %llu refused\n",
		       st->name, (unsigned long long)st->step + 1,
		       (unsigned long long)st->messages,
		       (unsigned long long)st->accepted,
		       (unsigned long long)st->refused);
		if (st->role == ROLE_TRAFFIC || st->role == ROLE_LISTEN)
			continue;
		messages += st->messages;
		accepted += st->accepted;
		refused += st->refused;
	}
	printf("all: %llu messages in %.0f s, %llu accepted, %llu refused\n",
	       (unsigned long long)messages, elapsed(),
	       (unsigned long long)accepted, (unsigned long long)refused);
	cover_report(f->spec, points);
}

int main(int argc, char **argv)
{
	const char *alone = NULL, *points = "?";
	struct fuzz *f = &fuzz;
	int opt;

	f->word = "netlink";
	f->seed = time(NULL);
	while ((opt = getopt(argc, argv, "s:t:r:n:qgT:c:w:v")) >= 0) {
		switch (opt) {
		case 's':
			f->seed = strtoull(optarg, NULL, 0);
			break;
		case 't':
			seconds = atoi(optarg);
			break;
		case 'r':
			alone = optarg;
			break;
		case 'n':
			max_steps = strtoull(optarg, NULL, 0);
			break;
		case 'q':
			quick = true;
			break;
		case 'g':
			guided = true;
			break;
		case 'T':
			cover_find_texts(optarg);
			break;
		case 'c':
			points = optarg;
			break;
		case 'w':
			f->word = optarg;
			break;
		case 'v':
			f->verbose = true;
			break;
		default:
			return 2;
		}
	}
	if (argc != optind + 1)
		errx(2, "which specification?");
	if (guided && !alone)
		alone = "root0";
	f->spec = spec_read(argv[optind]);
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		err(2, "mmap");

	printf("nlfuzz: seed %llu, family %s, %u s%s%s%s\n",
	       (unsigned long long)f->seed, f->spec->name, seconds,
	       alone ? ", alone: " : "", alone ? alone : "",
	       guided ? ", led by coverage" : "");
	/* The netns that things are sent away to, then that of the streams. */
	new_netns(0);
	quiet_netns();
	f->other_netns = open("/proc/self/ns/net", O_RDONLY);
	new_netns(0);
	quiet_netns();
	f->stream = &shared->streams[STREAMS - 1];
	snprintf(f->stream->name, sizeof(f->stream->name), "setup");
	fuzz_sockets(f);
	choice_begin(&f->c, f->seed);
	world_build(f, 100);
	fflush(stdout);

	complained();
	clock_gettime(CLOCK_MONOTONIC, &started);
	if (alone)
		run_alone(f, alone);
	else
		run_all(f);
	watch();
	snprintf(f->stream->name, sizeof(f->stream->name), "end");
	last_questions(f);
	world_clear(f);
	report(f, points);
	printf("nlfuzz: seed %llu: %s\n", (unsigned long long)f->seed,
	       shared->violations ? "FAILED" : "passed");
	return shared->violations ? 1 : 0;
}
