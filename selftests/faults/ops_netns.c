// SPDX-License-Identifier: GPL-2.0
/* A new network namespace, in which every subsystem has a part. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>

#include "op.h"

static int home = -1;

static void remember(void)
{
	home = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	if (home < 0)
		die("no network namespaces: %m");
}

static struct answer new_netns(void)
{
	struct answer answer = { .sure = true };

	if (unshare(CLONE_NEWNET)) {
		answer.err = -errno;
		return answer;
	}
	/* The fault may be met here; there is only one. */
	while (setns(home, CLONE_NEWNET))
		;
	return answer;
}

const struct op netns_ops[] = {
	{ "netns", remember, .act = new_netns, .once_only = true },
	{}
};
