// SPDX-License-Identifier: GPL-2.0
/* Loading the module: what its initialisation registers, or takes back. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "op.h"

static int file = -1;

static void open_file(void)
{
	const char *name = getenv("FAULTS_MODULE");

	file = name ? open(name, O_RDONLY | O_CLOEXEC) : -1;
	if (file < 0)
		die("FAULTS_MODULE: %m");
}

static const char *module_name(void)
{
	return getenv("FAULTS_NAME") ?: msg_family_name;
}

static struct answer load(void)
{
	struct answer answer = { .sure = true };

	if (syscall(SYS_finit_module, file, "", 0))
		answer.err = -errno;
	return answer;
}

static const char *judge(const struct answer *answer, bool hit)
{
	char path[64];
	bool there;

	snprintf(path, sizeof(path), "/sys/module/%s/refcnt", module_name());
	there = !access(path, F_OK);

	if (there == !!answer->err)
		return there ? "it was refused, and is there" :
			       "it was granted, and is not there";
	if (!answer->err && !msg_learn_family())
		return "it is there without its netlink family";
	return NULL;
}

static void unload(void)
{
	if (syscall(SYS_delete_module, module_name(), O_NONBLOCK))
		die("rmmod %s: %m", module_name());
	msg_family = 0;
}

const struct op module_ops[] = {
	{ "module", open_file, .act = load, .judge = judge, .undo = unload,
	  .once_only = true },
	{}
};
