/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What disks are made of: directories, links and files of target core's configfs.
 * Nothing is known of a disk but what is there.
 */
#ifndef _VSWITCHCTL_DISKFS_H
#define _VSWITCHCTL_DISKFS_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "cmd.h"

#define DISK_LUNS		64
#define DISK_CONTROLLERS	4

enum disk_type {
	DISK_FILE,
	DISK_BLOCK,
	DISK_SCSI,
	DISK_OTHER,
};

/* What a LUN has done; see the kernel's storvsp/fabric.c */
struct disk_stats {
	uint64_t reads;
	uint64_t writes;
	uint64_t others;
	uint64_t read_bytes;
	uint64_t write_bytes;
	uint64_t errors;
	uint64_t nsecs;
	uint64_t taken;			/* when it was asked, in ns; 0 if it was not */
};

struct disk {
	char partition[VMBUS_HOST_NAME_MAX + 1];
	uint32_t controller;
	uint32_t lun;
	enum disk_type type;
	char path[PATH_MAX];		/* of a file or device; empty if unknown */
	char backstore[PATH_MAX];	/* where it is in configfs */
	bool enabled;			/* the controller is offered */
	bool readonly;
	uint32_t max_iops;
	uint32_t min_iops;
	uint64_t size;			/* bytes; 0 if unknown */
	struct disk_stats stats;
};

/* Steps that were taken, to be taken back; see journal.h */
struct diskfs_undo;

struct diskfs {
	struct ctx *ctx;
	const char *name;		/* for messages */
	struct diskfs_undo *steps;
	size_t n;
	int lock;			/* a file, or -1 */
};

void diskfs_begin(struct diskfs *fs, struct ctx *ctx, const char *name);
/* With @err not 0, everything is undone. Returns @err. */
int diskfs_end(struct diskfs *fs, int err);

/* Each reports what fails, and returns EXIT_REFUSED then. */
int diskfs_mount(struct diskfs *fs);
int diskfs_mkdir(struct diskfs *fs, bool may_exist, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
int diskfs_link(struct diskfs *fs, const char *to, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
int diskfs_write(struct diskfs *fs, const char *value, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* Undone by writing @before. */
int diskfs_set(struct diskfs *fs, const char *value, const char *before,
	       const char *fmt, ...) __attribute__((format(printf, 4, 5)));
int diskfs_remove(struct diskfs *fs, bool may_lack, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/*
 * A directory in another, which may be there; and a lock on it against others of us, until
 * diskfs_end(). DISKFS_GONE, without a word, if the other, or it, is not there any more.
 */
#define DISKFS_GONE	(-1)
int diskfs_mkdir_in(struct diskfs *fs, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
int diskfs_lock(struct diskfs *fs, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* What was done so far is not undone. */
void diskfs_keep(struct diskfs *fs);

/* Without a word; false if it is not there, or empty. */
bool diskfs_read(char *buf, size_t size, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
bool diskfs_exists(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* These return 0 or an errno. */
int diskfs_try_write(const char *value, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
int diskfs_try_rmdir(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* A LUN, of whatever fabric, that is linked to a backstore. */
bool diskfs_user(const char *store, char *buf, size_t size);

/* Call @one for each disk, of a partition or all; stops at what is not 0. */
int diskfs_each(const char *partition,
		int (*one)(const struct disk *disk, void *arg), void *arg);

#endif /* _VSWITCHCTL_DISKFS_H */
