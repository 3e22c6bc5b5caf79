/* SPDX-License-Identifier: GPL-2.0 */
/* The MAC pool on disk: locked, read, written as a whole or not at all. */
#ifndef _VSWITCHCTL_POOLFILE_H
#define _VSWITCHCTL_POOLFILE_H

#include <stdbool.h>

#include "pool.h"

#define POOL_DIR	"/etc/vswitch"
#define POOL_FILE	POOL_DIR "/mac-pool"

struct poolfile {
	struct vsw_pool pool;
	int lock;			/* -1: the file cannot be changed */
	int err;			/* errno that says why */
};

/*
 * Read it, for a change with a lock on it. Where it cannot be read or locked, for
 * want of privilege or because /etc cannot be written, that is not an error:
 * the pool is empty then and poolfile_save() fails. Returns 0, or -1 with the
 * reason in @why when the file is not understood or somebody keeps the lock.
 */
int poolfile_open(struct poolfile *f, bool change, char *why, size_t why_len);
/* Returns 0, or an errno. */
int poolfile_save(struct poolfile *f);
void poolfile_close(struct poolfile *f);

#endif /* _VSWITCHCTL_POOLFILE_H */
