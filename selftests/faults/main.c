// SPDX-License-Identifier: GPL-2.0
/*
 * Repeat operations with a fault at each of their allocations in turn.
 *
 *	faults GROUP...		link policy acl fdb txn frames percpu netns module
 *				vmbus vmbusnic vmbusdisk vmbusscsi vmbusmodule
 *
 * Makes its own devices, so it wants a network namespace of its own. Group
 * module wants the module's file in FAULTS_MODULE, and the module not loaded; its
 * name in FAULTS_NAME, if it is not that of the family.
 * The groups of vmbus_host are for that module, and do not go with others.
 * For each operation a line says what came of it; the first thing that is wrong
 * ends the run with status 1. What an operation must be like: op.h.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>
#include <linux/vmbus_host.h>
#include <linux/vswitch.h>

#include "inject.h"
#include "op.h"
#include "state.h"

#define REQUESTS 4
#define NTH_MAX 5000
/*
 * With many allocations, nearly all of them those of a netdev that comes, it is
 * enough for lasting faults to begin at each sixth: they overlap.
 */
#define MANY 100
#define STRIDE 6

static struct msg requests[REQUESTS];
static int n_requests;

struct msg *op_request(void)
{
	if (n_requests == REQUESTS)
		die("an operation has too many requests");
	return &requests[n_requests++];
}

struct answer op_send_all(void)
{
	struct answer answer = { .sure = true };
	int i;

	for (i = 0; !answer.err && i < n_requests; i++)
		answer = msg_talk(&requests[i], NULL, NULL);
	return answer;
}

/* Those who listen. */

enum listener { EVENTS, NEIGHBOURS, LISTENERS };

struct heard {
	unsigned int n[LISTENERS];
	bool lost[LISTENERS];
};

static int listeners[LISTENERS];
static char heard_buf[1 << 16];

static void listen_to(enum listener who, int protocol, unsigned int group)
{
	listeners[who] = msg_socket(protocol);
	if (setsockopt(listeners[who], SOL_NETLINK, NETLINK_ADD_MEMBERSHIP,
		       &group, sizeof(group)))
		die("nobody may listen: %m");
}

/* What they have heard since the last time. */
static struct heard hear(void)
{
	struct heard heard = {};
	struct nlmsghdr *h;
	ssize_t n;
	int i;

	for (i = 0; i < LISTENERS; i++) {
		if (!listeners[i])
			continue;
		for (;;) {
			n = recv(listeners[i], heard_buf, sizeof(heard_buf),
				 MSG_DONTWAIT);
			if (n < 0 && errno == ENOBUFS) {
				heard.lost[i] = true;
				continue;
			}
			if (n < 0)
				break;
			h = (void *)heard_buf;
			for (; NLMSG_OK(h, n); h = NLMSG_NEXT(h, n))
				heard.n[i]++;
		}
	}
	return heard;
}

/* One operation */

struct tally {
	unsigned int injected, refused, granted, unknown, lost;
};

static struct state before, after, now;
static const struct op *op;
static unsigned int nth;
static enum inject_mode mode;
static bool before_is_known;

static void __attribute__((noreturn)) wrong(const struct answer *answer,
					    const char *what)
{
	printf("# %s: allocation %u %s: %s\n", op->name, nth,
	       mode == INJECT_GONE ? "and those after it" : "only", what);
	printf("#   answer: %d%s %s\n", answer->err,
	       answer->sure ? "" : " (lost)", answer->text);
	exit(1);
}

static void prepare(void)
{
	n_requests = 0;
	if (op->prepare)
		op->prepare();
}

static struct answer act(void)
{
	return op->act ? op->act() : op_send_all();
}

static void settle(const struct answer *answer)
{
	if (op->settle)
		op->settle(answer);
}

static void undo(void)
{
	if (op->undo)
		op->undo();
}

/* Sockets that nothing has happened to, and listeners with no news. */
static void fresh(void)
{
	msg_reopen();
	hear();
}

/* How it goes without a fault, and whether it can be undone. */
static struct heard rehearse(void)
{
	struct answer answer;
	struct heard heard;

	nth = 0;
	prepare();
	state_read(&before);
	hear();
	answer = act();
	heard = hear();
	if (answer.err)
		wrong(&answer, "refused without a fault");
	settle(&answer);
	state_read(&after);
	undo();
	state_read(&now);
	if (!op->lossy && !state_same(&before, &now)) {
		state_diff(&before, &now);
		wrong(&answer, "cannot be undone");
	}
	fresh();
	return heard;
}

static void check_events(const struct answer *answer, struct heard want,
			 struct heard got, struct tally *tally)
{
	static const char * const who[] = { "events", "neighbours" };
	char text[96];
	int i;

	for (i = 0; i < LISTENERS; i++) {
		tally->lost += got.lost[i];
		if (got.n[i] >= want.n[i] || got.lost[i])
			continue;
		snprintf(text, sizeof(text), "%u of %u %s came, and no ENOBUFS",
			 got.n[i], want.n[i], who[i]);
		wrong(answer, text);
	}
}

/* False when there was no fault any more. */
static bool attempt(struct heard want, struct tally *tally)
{
	bool same_before, same_after, hit;
	const char *bad = NULL;
	struct answer answer;
	struct heard heard;

	prepare();
	/* Unless it was read, and found to be as before, the last time. */
	if (!before_is_known)
		state_read(&before);
	hear();
	inject_arm(nth, mode);
	answer = act();
	hit = inject_disarm();
	heard = hear();
	if (answer.err || op->act)
		msg_reopen();
	/* What it could not take back is in the way of the next attempt. */
	if (op->taken_back && answer.err == -EEXIST) {
		tally->refused += hit;
		tally->injected += hit;
		return false;
	}
	if (op->judge)
		bad = op->judge(&answer, hit);
	if (bad)
		wrong(&answer, bad);
	settle(&answer);
	state_read(&now);
	same_before = state_same(&before, &now) &&
		      (op->taken_back ||
		       !strcmp(before.generations, now.generations));
	same_after = state_same(&after, &now);

	if (!answer.err && !same_after && !(op->lossy && same_before)) {
		state_diff(&after, &now);
		wrong(&answer, "granted, but not in full");
	}
	if (answer.err && answer.sure && !same_before && !op->lossy &&
	    !op->told_late) {
		state_diff(&before, &now);
		wrong(&answer, "refused, but something has changed");
	}
	if (!same_before && !same_after) {
		state_diff(&before, &now);
		wrong(&answer, "half of it is done");
	}
	if (!hit && answer.err)
		wrong(&answer, "refused without a fault");
	if (same_after && !same_before && !op->unheard)
		check_events(&answer, want, heard, tally);

	tally->injected += hit;
	tally->refused += hit && answer.err && answer.sure;
	tally->unknown += hit && answer.err && !answer.sure;
	tally->granted += hit && !answer.err;
	before_is_known = same_before && answer.err && !op->lossy && !op->remade;
	if (!same_before || !answer.err || op->lossy)
		undo();
	return hit;
}

static void run(const struct op *which)
{
	struct tally tally[INJECT_MODES] = {};
	struct heard want;
	struct tally *t;
	int step, round;

	op = which;
	inject_mark(op->name);
	if (op->setup)
		op->setup();
	want = rehearse();
	before_is_known = false;
	for (mode = 0; mode < (op->once_only ? 1 : INJECT_MODES); mode++) {
		t = &tally[mode];
		step = mode == INJECT_GONE && tally->injected > MANY ? STRIDE : 1;
		for (round = 0; round <= op->again; round++) {
			for (nth = 1; attempt(want, t); nth += step) {
				if (nth > NTH_MAX)
					die("%s has no last allocation", op->name);
			}
		}
	}
	if (op->cleanup)
		op->cleanup();
	t = tally;
	printf("# %-32s %3u faults: %u refused, %u granted, %u unanswered, %u losses told",
	       op->name, t->injected, t->refused, t->granted, t->unknown,
	       t->lost);
	t++;
	if (!op->once_only)
		printf("; lasting %u: %u, %u, %u, %u", t->injected, t->refused,
		       t->granted, t->unknown, t->lost);
	printf("\n");
	fflush(stdout);
}

static const struct {
	const char *name;
	const struct op *ops;
} groups[] = {
	{ "link", link_ops },
	{ "policy", policy_ops },
	{ "port", port_ops },
	{ "acl", acl_ops },
	{ "profile", profile_ops },
	{ "fdb", fdb_ops },
	{ "txn", txn_ops },
	{ "frames", frame_ops },
	{ "netns", netns_ops },
	{ "module", module_ops },
	{ "vmbus", vmbus_ops },
	{ "vmbusmodule", module_ops },
	{ "vmbusnic", nic_ops },
	{ "vmbusdisk", disk_ops },
	{ "vmbusscsi", scsi_ops },
};

static void run_group(const char *name)
{
	const struct op *list;
	unsigned int i;

	if (!strcmp(name, "percpu")) {
		percpu_run();
		return;
	}
	for (i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		if (strcmp(groups[i].name, name))
			continue;
		for (list = groups[i].ops; list->name; list++)
			run(list);
		return;
	}
	die("no such group: %s", name);
}

int main(int argc, char **argv)
{
	const char *group = argc > 1 ? argv[1] : "";
	bool module = !strcmp(group, "module") || !strcmp(group, "vmbusmodule");
	bool vmbus = !strncmp(group, "vmbus", 5);
	int i;

	if (vmbus)
		msg_family_name = VMBUS_HOST_GENL_NAME;

	/* Page tables of ours must not be what fails. */
	mlockall(MCL_CURRENT | MCL_FUTURE);
	if (module) {
		msg_reopen();
	} else {
		msg_open();
		listen_to(EVENTS, NETLINK_GENERIC, msg_events);
	}
	if (!module && !vmbus) {
		listen_to(NEIGHBOURS, NETLINK_ROUTE, RTNLGRP_NEIGH);
		world_make();
	}
	inject_open();
	for (i = 1; i < argc; i++)
		run_group(argv[i]);
	if (!module && !vmbus)
		world_vanish();
	return 0;
}
