/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of vswitchctl disk share; what disks are made of is in diskfs.h. */
#ifndef _VSWITCHCTL_DISK_H
#define _VSWITCHCTL_DISK_H

#include "diskfs.h"

/* Backstores are grouped by who made them. */
#define DISK_HBA	2012U

struct disk_args {
	const char *partition;
	uint32_t type;
	const char *path;
	const char *identity;		/* what the serial number follows from */
	uint32_t controller;
	uint32_t lun;
	bool has_lun;
	bool readonly, has_readonly;
	uint32_t max_iops, min_iops;
	bool has_max, has_min;
	uint64_t size;
	bool has_size;
};

enum {
	WANT_SETTINGS = 1,		/* readonly, max-iops, min-iops */
	WANT_SIZE = 2,
	WANT_LUN = 4,			/* it must be said */
};

/* disk.c */
extern const char *const disk_plugins[];
int disk_parse_partition(struct args *a, const char **name);
int disk_parse_rest(struct args *a, struct disk_args *d, int want);
int disk_check_limits(struct args *a, const struct disk_args *d);

/* diskadd.c */
int disk_add(struct ctx *ctx, struct args *a);
bool disk_device_is_readonly(const char *path);
int disk_own_acl(struct diskfs *fs, const struct disk_args *d, const char *tpg,
		 const char *nexus);
int disk_set_limits(struct diskfs *fs, const char *tpg, uint32_t lun,
		    uint32_t max, uint32_t min);

/* diskpr.c: have a backstore know the reservations that were written down for its serial. */
int diskpr_restore(struct diskfs *fs, const char *store, const char *serial);

/* diskshow.c: of a partition, or all */
void show_disks(struct ctx *ctx, const char *partition);

#endif /* _VSWITCHCTL_DISK_H */
