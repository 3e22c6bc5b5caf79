// SPDX-License-Identifier: GPL-2.0
/*
 * vswitchctl disk: LUNs of partitions' SCSI controllers.
 *
 * A disk is a backstore of target core's with the name PARTITION.CONTROLLER.LUN, and a
 * LUN of StorVSP's that is linked to it. Those made by hand are shown, too, and can be
 * changed; only what was made here has a backstore that goes with it.
 */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd.h"
#include "disk.h"
#include "out.h"

const char *const disk_plugins[] = {
	[DISK_FILE] = "fileio",
	[DISK_BLOCK] = "iblock",
	[DISK_SCSI] = "pscsi",
};

int disk_parse_partition(struct args *a, const char **name)
{
	int err = arg_word(a, "partition", name);

	if (!err && (strlen(*name) > VMBUS_HOST_NAME_MAX || strchr(*name, '/')))
		return arg_usage(a, "a partition's name has at most %d bytes, and no slash",
				 VMBUS_HOST_NAME_MAX);
	return err;
}

/* Bytes, or KiB and so on with a letter. */
static int parse_size(struct args *a, uint64_t *out)
{
	static const char units[] = "KMGT";
	const char *text, *unit;
	char *end;
	int err;

	err = arg_word(a, "size", &text);
	if (err)
		return err;
	errno = 0;
	*out = strtoull(text, &end, 10);
	unit = *end ? strchr(units, *end) : NULL;
	if (!errno && end != text && *text >= '0' && *text <= '9' &&
	    (!*end || (unit && !end[1]))) {
		if (!unit)
			return 0;
		if (*out <= UINT64_MAX >> (10 * (unit - units + 1))) {
			*out <<= 10 * (unit - units + 1);
			return 0;
		}
	}
	return arg_usage(a, "size '%s' is not a number of bytes; K, M, G or T may follow it",
			 text);
}

int disk_parse_rest(struct args *a, struct disk_args *d, int want)
{
	static const char *const expected[] = {
		[0] = "controller or lun",
		[WANT_SETTINGS] = "controller, lun, readonly, max-iops or min-iops",
		[WANT_SIZE] = "controller, lun or size",
	};
	bool has_controller = false;
	int err = 0;

	while (!err && arg_peek(a)) {
		if (arg_is(a, "controller")) {
			err = arg_once(a, "controller", &has_controller);
			if (!err)
				err = arg_u32(a, "controller", 0,
					      DISK_CONTROLLERS - 1,
					      &d->controller);
		} else if (arg_is(a, "lun")) {
			err = arg_once(a, "lun", &d->has_lun);
			if (!err)
				err = arg_u32(a, "lun", 0, DISK_LUNS - 1, &d->lun);
		} else if (want & WANT_SETTINGS && arg_is(a, "readonly")) {
			err = arg_once(a, "readonly", &d->has_readonly);
			if (!err)
				err = arg_on_off(a, "readonly", &d->readonly);
		} else if (want & WANT_SETTINGS && arg_is(a, "max-iops")) {
			err = arg_once(a, "max-iops", &d->has_max);
			if (!err)
				err = arg_u32(a, "max-iops", 0, UINT32_MAX,
					      &d->max_iops);
		} else if (want & WANT_SETTINGS && arg_is(a, "min-iops")) {
			err = arg_once(a, "min-iops", &d->has_min);
			if (!err)
				err = arg_u32(a, "min-iops", 0, UINT32_MAX,
					      &d->min_iops);
		} else if (want & WANT_SIZE && arg_is(a, "size")) {
			err = arg_once(a, "size", &d->has_size);
			if (!err)
				err = parse_size(a, &d->size);
		} else {
			err = arg_unknown(a, expected[want & ~WANT_LUN]);
		}
	}
	if (!err && want & WANT_LUN && !d->has_lun)
		return arg_usage(a, "lun is missing");
	return err;
}

int disk_check_limits(struct args *a, const struct disk_args *d)
{
	if (d->max_iops && d->min_iops > d->max_iops)
		return arg_usage(a, "min-iops %u is more than max-iops %u",
				 d->min_iops, d->max_iops);
	return 0;
}

/* ---- What is there ---- */

struct search {
	const struct disk_args *d;
	struct disk disk;
};

static int is_it(const struct disk *disk, void *arg)
{
	struct search *s = arg;

	if (disk->controller != s->d->controller || disk->lun != s->d->lun)
		return 0;
	s->disk = *disk;
	return 1;
}

static bool is_there(const struct disk_args *d, struct disk *disk)
{
	struct search s = { .d = d };

	if (!diskfs_each(d->partition, is_it, &s))
		return false;
	*disk = s.disk;
	return true;
}

static int find(struct ctx *ctx, const struct disk_args *d, struct disk *disk)
{
	if (!is_there(d, disk))
		return report_text(ctx, "disk", d->partition,
				   "controller %u has no LUN %u", d->controller,
				   d->lun);
	return EXIT_OK;
}

static int parse_and_find(struct ctx *ctx, struct args *a, struct disk_args *d,
			  int want, struct disk *disk)
{
	int err;

	err = disk_parse_partition(a, &d->partition);
	if (!err)
		err = disk_parse_rest(a, d, want | WANT_LUN);
	return err ? err : find(ctx, d, disk);
}

static void tpg_of(const struct disk *disk, char *buf, size_t size)
{
	snprintf(buf, size, "storvsp/%s/tpgt_%u", disk->partition,
		 disk->controller);
}

static int lock_controller(struct diskfs *fs, const struct disk *disk,
			   const char *tpg)
{
	int err = diskfs_lock(fs, "%s", tpg);

	if (err == DISKFS_GONE)
		return report_text(fs->ctx, "disk", fs->name,
				   "controller %u is gone", disk->controller);
	return err;
}

static int notify_size(struct diskfs *fs, const char *tpg, uint32_t lun)
{
	char value[16];

	snprintf(value, sizeof(value), "%u", lun);
	return diskfs_write(fs, value, "%s/resized", tpg);
}

static int set_readonly(struct diskfs *fs, const struct disk_args *d,
			const struct disk *disk, const char *tpg)
{
	char nexus[64];

	if (!diskfs_read(nexus, sizeof(nexus), "%s/nexus", tpg))
		return report_text(fs->ctx, "disk", fs->name,
				   "%s has no nexus: it is not StorVSP's", tpg);
	/* What was made by hand may have none, and is what an ACL says. */
	if (disk_own_acl(fs, d, tpg, nexus))
		return EXIT_REFUSED;
	if (!diskfs_exists("%s/acls/%s/lun_%u", tpg, nexus, disk->lun))
		return report_text(fs->ctx, "disk", fs->name,
				   "%s/acls/%s has no lun_%u: the guest does not see LUN %u",
				   tpg, nexus, disk->lun, disk->lun);
	if (!d->readonly && disk->type == DISK_BLOCK &&
	    disk_device_is_readonly(disk->path))
		return report_text(fs->ctx, "disk", fs->name,
				   "%s is a read-only device: readonly stays on",
				   disk->path);
	if (diskfs_set(fs, d->readonly ? "1" : "0", disk->readonly ? "1" : "0",
		       "%s/acls/%s/lun_%u/write_protect", tpg, nexus, disk->lun))
		return EXIT_REFUSED;
	/* What has another size Linux reads all of again. */
	return notify_size(fs, tpg, disk->lun);
}

static int disk_set(struct ctx *ctx, struct args *a)
{
	struct disk_args d = {};
	char tpg[PATH_MAX];
	struct disk disk;
	struct diskfs fs;
	int err;

	err = parse_and_find(ctx, a, &d, WANT_SETTINGS, &disk);
	if (err)
		return err;
	if (!d.has_readonly && !d.has_max && !d.has_min)
		return arg_unknown(a, "readonly, max-iops or min-iops");
	if (!d.has_max)
		d.max_iops = disk.max_iops;
	if (!d.has_min)
		d.min_iops = disk.min_iops;
	err = disk_check_limits(a, &d);
	if (err)
		return err;
	tpg_of(&disk, tpg, sizeof(tpg));
	diskfs_begin(&fs, ctx, d.partition);
	err = lock_controller(&fs, &disk, tpg);
	if (!err && d.has_readonly)
		err = set_readonly(&fs, &d, &disk, tpg);
	if (!err && (d.has_max || d.has_min))
		err = disk_set_limits(&fs, tpg, disk.lun, d.max_iops, d.min_iops);
	return diskfs_end(&fs, err);
}

static int tell_size(struct diskfs *fs, const struct disk *disk, uint64_t size)
{
	char now[64], before[64];

	snprintf(now, sizeof(now), "fd_dev_size=%" PRIu64, size);
	snprintf(before, sizeof(before), "fd_dev_size=%" PRIu64, disk->size);
	return diskfs_set(fs, now, before, "%s/control", disk->backstore);
}

static int cut(struct diskfs *fs, const char *path, uint64_t size)
{
	return truncate(path, size) ?
	       report_text(fs->ctx, "disk", fs->name, "%s: %s", path,
			   strerror(errno)) : EXIT_OK;
}

/*
 * A file that grows does so before the guest may write there; one that shrinks when it may
 * no longer, or what it writes would have it grow again.
 */
static int resize_file(struct diskfs *fs, const struct disk_args *d,
		       const struct disk *disk, const char *tpg)
{
	uint64_t size;
	struct stat st;
	int err;

	if (disk->path[0] != '/')
		return report_text(fs->ctx, "disk", fs->name,
				   "%s/info does not say which file that is, by a path from the root on",
				   disk->backstore);
	if (stat(disk->path, &st))
		return report_text(fs->ctx, "disk", fs->name, "%s: %s",
				   disk->path, strerror(errno));
	size = d->has_size ? d->size : (uint64_t)st.st_size & ~UINT64_C(511);
	if (d->has_size && !S_ISREG(st.st_mode))
		return report_text(fs->ctx, "disk", fs->name,
				   "%s is no file: it is as large as its device",
				   disk->path);
	if (d->has_size && size > (uint64_t)st.st_size &&
	    cut(fs, disk->path, size))
		return EXIT_REFUSED;
	err = tell_size(fs, disk, size) || notify_size(fs, tpg, disk->lun) ?
	      EXIT_REFUSED : EXIT_OK;
	if (!err && d->has_size && size < (uint64_t)st.st_size)
		return cut(fs, disk->path, size);
	/* Nobody was told of more than there was. */
	if (err && d->has_size && size > (uint64_t)st.st_size)
		cut(fs, disk->path, st.st_size);
	return err;
}

static int disk_resize(struct ctx *ctx, struct args *a)
{
	struct disk_args d = {};
	char tpg[PATH_MAX], value[16];
	struct disk disk;
	struct diskfs fs;
	int err;

	err = parse_and_find(ctx, a, &d, WANT_SIZE, &disk);
	if (err)
		return err;
	if (disk.type != DISK_FILE && d.has_size)
		return report_text(ctx, "disk", d.partition,
				   "LUN %u is no file: it is as large as its device",
				   d.lun);
	if (d.has_size && (d.size < 512 || d.size % 512))
		return report_text(ctx, "disk", d.partition,
				   "a disk consists of blocks of 512 bytes");
	tpg_of(&disk, tpg, sizeof(tpg));
	diskfs_begin(&fs, ctx, d.partition);
	err = lock_controller(&fs, &disk, tpg);
	if (!err && disk.type == DISK_FILE) {
		err = diskfs_end(&fs, resize_file(&fs, &d, &disk, tpg));
		/* It may have been told of a size that is not to be. */
		if (err) {
			snprintf(value, sizeof(value), "%u", disk.lun);
			diskfs_try_write(value, "%s/resized", tpg);
		}
		return err;
	}
	if (!err)
		err = notify_size(&fs, tpg, disk.lun);
	return diskfs_end(&fs, err);
}

static int any(const struct disk *disk, void *arg)
{
	const struct disk *other = arg;

	return disk->controller == other->controller;
}

/* The controller goes with its last disk. */
static int remove_controller(struct diskfs *fs, const struct disk *disk,
			     const char *tpg, const char *nexus)
{
	if (diskfs_each(disk->partition, any, (void *)disk))
		return EXIT_OK;
	if (diskfs_write(fs, "0", "%s/enable", tpg) ||
	    diskfs_remove(fs, true, "%s/acls/%s", tpg, nexus) ||
	    diskfs_remove(fs, false, "%s", tpg))
		return EXIT_REFUSED;
	/* Unless it has others. */
	diskfs_try_rmdir("storvsp/%s", disk->partition);
	return EXIT_OK;
}

/* One that was made here, and so is called as that is done here. */
static bool is_ours(const struct disk *disk)
{
	char ours[PATH_MAX];

	if (disk->type == DISK_OTHER)
		return false;
	snprintf(ours, sizeof(ours), "core/%s_%u/%s.%u.%u", disk_plugins[disk->type],
		 DISK_HBA, disk->partition, disk->controller, disk->lun);
	return !strcmp(ours, disk->backstore);
}

/* With others it stays, and is the disk's again if that is added again. */
static int remove_backstore(struct diskfs *fs, const struct disk *disk)
{
	char user[PATH_MAX];
	int err;

	err = diskfs_try_rmdir("%s", disk->backstore);
	if (err && err != ENOENT && diskfs_user(disk->backstore, user, sizeof(user))) {
		report_note(fs->ctx, "disk %s: the backstore %s stays: %s uses it",
			    fs->name, disk->backstore, user);
		return EXIT_OK;
	}
	if (err && err != ENOENT)
		return report_text(fs->ctx, "disk", fs->name, "%s: %s",
				   disk->backstore, strerror(err));
	/* Likewise. */
	diskfs_try_rmdir("core/%s_%u", disk_plugins[disk->type], DISK_HBA);
	return EXIT_OK;
}

/* Who was killed half-way has left some of it. */
static bool is_half(const struct disk_args *d, struct disk *disk)
{
	char tpg[PATH_MAX], nexus[64] = "";

	memset(disk, 0, sizeof(*disk));
	snprintf(disk->partition, sizeof(disk->partition), "%s", d->partition);
	disk->controller = d->controller;
	disk->lun = d->lun;
	disk->type = DISK_OTHER;
	tpg_of(disk, tpg, sizeof(tpg));
	diskfs_read(nexus, sizeof(nexus), "%s/nexus", tpg);
	return diskfs_exists("%s/lun/lun_%u", tpg, d->lun) ||
	       (*nexus && diskfs_exists("%s/acls/%s/lun_%u", tpg, nexus, d->lun));
}

/* What it was linked to is not known any more; what has its name, and no user, was it. */
static void remove_unlinked(const struct disk *disk)
{
	size_t i;

	for (i = 0; i < DISK_OTHER; i++) {
		diskfs_try_rmdir("core/%s_%u/%s.%u.%u", disk_plugins[i], DISK_HBA,
				 disk->partition, disk->controller, disk->lun);
		diskfs_try_rmdir("core/%s_%u", disk_plugins[i], DISK_HBA);
	}
}

static int del_steps(struct diskfs *fs, const struct disk *disk, const char *tpg)
{
	char nexus[64] = "";
	int err;

	err = lock_controller(fs, disk, tpg);
	if (err)
		return err;
	diskfs_read(nexus, sizeof(nexus), "%s/nexus", tpg);
	/* The disk first: without its ACL alone there would be a LUN 0 all the same. */
	if (diskfs_remove(fs, true, "%s/lun/lun_%u/link", tpg, disk->lun) ||
	    diskfs_remove(fs, true, "%s/acls/%s/lun_%u/link", tpg, nexus,
			  disk->lun) ||
	    diskfs_remove(fs, true, "%s/acls/%s/lun_%u", tpg, nexus, disk->lun) ||
	    diskfs_remove(fs, true, "%s/lun/lun_%u", tpg, disk->lun))
		return EXIT_REFUSED;
	/* Whatever becomes of the backstore: without disks there is no controller. */
	if (is_ours(disk))
		err = remove_backstore(fs, disk);
	else if (!disk->backstore[0])
		remove_unlinked(disk);
	if (remove_controller(fs, disk, tpg, nexus))
		return EXIT_REFUSED;
	return err;
}

static int disk_del(struct ctx *ctx, struct args *a)
{
	struct disk_args d = {};
	char tpg[PATH_MAX];
	struct disk disk;
	struct diskfs fs;
	int err;

	err = disk_parse_partition(a, &d.partition);
	if (!err)
		err = disk_parse_rest(a, &d, WANT_LUN);
	if (!err && !is_there(&d, &disk) && !is_half(&d, &disk))
		err = find(ctx, &d, &disk);
	if (err)
		return err;
	tpg_of(&disk, tpg, sizeof(tpg));
	diskfs_begin(&fs, ctx, d.partition);
	return diskfs_end(&fs, del_steps(&fs, &disk, tpg));
}

static int disk_show(struct ctx *ctx, struct args *a)
{
	const char *partition = NULL;
	int err = 0;

	if (arg_peek(a)) {
		err = disk_parse_partition(a, &partition);
		if (!err)
			err = arg_end(a);
	}
	if (!err)
		show_disks(ctx, partition);
	return err;
}

static const struct verb verbs[] = {
	{ "add", disk_add,
	  "PARTITION file|block|scsi PATH [controller N] [lun N] [readonly on|off] [max-iops N] [min-iops N]" },
	{ "set", disk_set,
	  "PARTITION [controller N] lun N [readonly on|off] [max-iops N] [min-iops N]" },
	{ "resize", disk_resize, "PARTITION [controller N] lun N [size BYTES]" },
	{ "del", disk_del, "PARTITION [controller N] lun N" },
	{ "show", disk_show, "[PARTITION]" },
	{}
};

const struct object disk_object = {
	.name = "disk",
	.verbs = verbs,
	.help =
"A disk is a LUN, 0 to 63, of one of a partition's four SCSI controllers. Without lun\n"
"it is the first one that is free. A file, a block device, or a SCSI device that is\n"
"passed through is behind it; target core's configfs is where all of it is written\n"
"down.\n"
"\n"
"max-iops limits it, counted in operations of 8 KiB; 0 is no limit. When it does less\n"
"than min-iops, monitor partition and the kernel's log say so. resize tells the guest\n"
"that the file or device has another size; with size a file is given it first.\n",
};
