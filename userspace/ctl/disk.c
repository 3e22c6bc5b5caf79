// SPDX-License-Identifier: GPL-2.0
/*
 * vswitchctl disk: LUNs of partitions' SCSI controllers.
 *
 * A disk is a backstore of target core's with the name PARTITION.CONTROLLER.LUN, and a
 * LUN of StorVSP's that is linked to it. Those made by hand are shown, too, and can be
 * changed; only what was made here has a backstore that goes with it.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <linux/fs.h>
#include <unistd.h>

#include "cmd.h"
#include "diskfs.h"
#include "out.h"

/* Backstores are grouped by who made them. */
#define HBA	2012U

/* Target core has room for so much of a path; fileio cuts what is longer. */
#define FILE_PATH_MAX	255
#define DEVICE_PATH_MAX	511

static const struct choice types[] = {
	{ "file", DISK_FILE },
	{ "block", DISK_BLOCK },
	{ "scsi", DISK_SCSI },
	{}
};

static const char *const plugins[] = {
	[DISK_FILE] = "fileio",
	[DISK_BLOCK] = "iblock",
	[DISK_SCSI] = "pscsi",
};

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

static int parse_partition(struct args *a, const char **name)
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

enum {
	WANT_SETTINGS = 1,		/* readonly, max-iops, min-iops */
	WANT_SIZE = 2,
	WANT_LUN = 4,			/* it must be said */
};

static int parse_rest(struct args *a, struct disk_args *d, int want)
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

/* ---- Adding ---- */

/* The same each time for the same disk: guests know disks by it. */
static void serial_of(const char *what, char *buf, size_t size)
{
	uint64_t hash[2] = { 0xcbf29ce484222325, 0x84222325cbf29ce4 };
	int i;

	for (i = 0; i < 2; i++) {
		const char *p;

		for (p = what; *p; p++)
			hash[i] = (hash[i] ^ (unsigned char)*p) * 0x100000001b3;
	}
	snprintf(buf, size, "%08x-%04x-%04x-%04x-%012llx",
		 (unsigned int)(hash[0] >> 32), (unsigned int)(hash[0] >> 16 & 0xffff),
		 (unsigned int)(hash[0] & 0xfff) | 0x8000,
		 (unsigned int)(hash[1] >> 48 & 0x3fff) | 0x8000,
		 (unsigned long long)(hash[1] & 0xffffffffffff));
}

static int control_file(struct diskfs *fs, struct disk_args *d, char *buf,
			size_t size)
{
	struct stat st;

	if (stat(d->path, &st))
		return report_text(fs->ctx, "disk", fs->name, "%s: %s", d->path,
				   strerror(errno));
	if (!S_ISREG(st.st_mode))
		return report_text(fs->ctx, "disk", fs->name,
				   "%s is no file; a device is a disk of type block",
				   d->path);
	if (st.st_size < 512)
		return report_text(fs->ctx, "disk", fs->name,
				   "%s has less than one block of 512 bytes", d->path);
	snprintf(buf, size, "fd_dev_name=%s,fd_dev_size=%lld", d->path,
		 (long long)st.st_size & ~511LL);
	return EXIT_OK;
}

static int control_block(struct diskfs *fs, struct disk_args *d, char *buf,
			 size_t size)
{
	struct stat st;
	int fd, ro = 0;

	if (stat(d->path, &st))
		return report_text(fs->ctx, "disk", fs->name, "%s: %s", d->path,
				   strerror(errno));
	if (!S_ISBLK(st.st_mode))
		return report_text(fs->ctx, "disk", fs->name,
				   "%s is no block device; a file is a disk of type file",
				   d->path);
	fd = open(d->path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		ioctl(fd, BLKROGET, &ro);
		close(fd);
	}
	snprintf(buf, size, "udev_path=%s%s", d->path, ro ? ",readonly=1" : "");
	return EXIT_OK;
}

/* Host, channel, target and LUN are the name of what /sys says the device is. */
static int control_scsi(struct diskfs *fs, struct disk_args *d, char *buf,
			size_t size)
{
	char link[PATH_MAX], real[PATH_MAX], *name;
	unsigned int h, c, t, l;
	const char *dev;

	dev = strrchr(d->path, '/');
	dev = dev ? dev + 1 : d->path;
	if (snprintf(link, sizeof(link), "/sys/class/%s/%s/device",
		     strncmp(dev, "sg", 2) ? "block" : "scsi_generic",
		     dev) < (int)sizeof(link) && realpath(link, real)) {
		name = strrchr(real, '/') + 1;
		if (sscanf(name, "%u:%u:%u:%u", &h, &c, &t, &l) == 4) {
			snprintf(buf, size,
				 "scsi_host_id=%u,scsi_channel_id=%u,scsi_target_id=%u,scsi_lun_id=%u",
				 h, c, t, l);
			return EXIT_OK;
		}
	}
	return report_text(fs->ctx, "disk", fs->name,
			   "%s is no SCSI device, such as /dev/sda or /dev/sg0",
			   d->path);
}

static int check_path(struct diskfs *fs, const struct disk_args *d)
{
	size_t max = d->type == DISK_FILE ? FILE_PATH_MAX : DEVICE_PATH_MAX;

	if (strlen(d->path) <= max)
		return EXIT_OK;
	return report_text(fs->ctx, "disk", fs->name,
			   "%s: target core takes no path of more than %zu bytes",
			   d->path, max);
}

static int add_backstore(struct diskfs *fs, struct disk_args *d, const char *store)
{
	char control[PATH_MAX + 64], serial[64], what[PATH_MAX + 16];
	int err;

	err = check_path(fs, d);
	if (err)
		return err;
	switch (d->type) {
	case DISK_FILE:
		err = control_file(fs, d, control, sizeof(control));
		break;
	case DISK_BLOCK:
		err = control_block(fs, d, control, sizeof(control));
		break;
	default:
		err = control_scsi(fs, d, control, sizeof(control));
	}
	if (err)
		return err;
	snprintf(what, sizeof(what), "%s:%s", plugins[d->type], d->identity);
	serial_of(what, serial, sizeof(serial));
	if (diskfs_mkdir(fs, true, "core/%s_%u", plugins[d->type], HBA) ||
	    diskfs_mkdir(fs, false, "%s", store) ||
	    diskfs_write(fs, control, "%s/control", store) ||
	    diskfs_write(fs, d->path, "%s/udev_path", store))
		return EXIT_REFUSED;
	/* A device that is passed through says who it is by itself. */
	if (d->type != DISK_SCSI &&
	    (diskfs_write(fs, "Msft", "%s/wwn/vendor_id", store) ||
	     diskfs_write(fs, "Virtual Disk", "%s/wwn/product_id", store) ||
	     diskfs_write(fs, "1.0", "%s/wwn/revision", store) ||
	     diskfs_write(fs, serial, "%s/wwn/vpd_unit_serial", store)))
		return EXIT_REFUSED;
	if (diskfs_write(fs, "1", "%s/enable", store))
		return EXIT_REFUSED;
	/* Such a device also keeps its reservations itself. */
	return d->type == DISK_SCSI ? EXIT_OK : diskpr_restore(fs, store, serial);
}

/* What is below may have no discard, and then has none. */
static void offer_discard(const char *store)
{
	static const char *const attrs[] = { "emulate_tpu", "emulate_tpws" };
	char path[PATH_MAX + 64];
	size_t i;
	int fd;

	for (i = 0; i < 2; i++) {
		snprintf(path, sizeof(path),
			 "/sys/kernel/config/target/%s/attrib/%s", store, attrs[i]);
		fd = open(path, O_WRONLY | O_CLOEXEC);
		if (fd < 0)
			continue;
		if (write(fd, "1", 1) < 0)
			errno = 0;
		close(fd);
	}
}

static int set_limits(struct diskfs *fs, const char *tpg, uint32_t lun,
		      uint32_t max, uint32_t min)
{
	char value[64];

	snprintf(value, sizeof(value), "%u %u %u", lun, max, min);
	return diskfs_write(fs, value, "%s/qos", tpg);
}

/* From the moment that the guest sees it a LUN is what it is to be. */
static int link_mapped(struct diskfs *fs, const struct disk_args *d,
		       const char *tpg, const char *nexus, const char *target)
{
	static const char protect[] = "attrib/prod_mode_write_protect";
	int lock, err;

	/* What is linked there meanwhile would be read-only, too. */
	if (diskfs_lock(fs, &lock, "%s", tpg))
		return EXIT_REFUSED;
	err = diskfs_set(fs, d->readonly ? "1" : "0", "0", "%s/%s", tpg, protect) ||
	      diskfs_link(fs, target, "%s/acls/%s/lun_%u/link", tpg, nexus,
			  d->lun) ||
	      diskfs_write(fs, "0", "%s/%s", tpg, protect);
	close(lock);
	return err ? EXIT_REFUSED : EXIT_OK;
}

/* The guest sees a LUN through its ACL, which also says whether it may write. */
static int map_lun(struct diskfs *fs, const struct disk_args *d, const char *tpg)
{
	char nexus[64], target[PATH_MAX + 64];

	if (!diskfs_read(nexus, sizeof(nexus), "%s/nexus", tpg))
		return report_text(fs->ctx, "disk", fs->name,
				   "%s has no nexus: it is not StorVSP's", tpg);
	snprintf(target, sizeof(target), "%s/lun/lun_%u", tpg, d->lun);
	if (diskfs_mkdir(fs, true, "%s/acls/%s", tpg, nexus) ||
	    diskfs_mkdir(fs, false, "%s/acls/%s/lun_%u", tpg, nexus, d->lun) ||
	    link_mapped(fs, d, tpg, nexus, target) ||
	    diskfs_write(fs, d->readonly ? "1" : "0",
			 "%s/acls/%s/lun_%u/write_protect", tpg, nexus, d->lun))
		return EXIT_REFUSED;
	return EXIT_OK;
}

static bool is_enabled(const char *tpg)
{
	char buf[8];

	return diskfs_read(buf, sizeof(buf), "%s/enable", tpg) && buf[0] == '1';
}

static int add_steps(struct diskfs *fs, struct disk_args *d)
{
	char store[PATH_MAX], tpg[PATH_MAX];

	snprintf(store, sizeof(store), "core/%s_%u/%s.%u.%u", plugins[d->type],
		 HBA, d->partition, d->controller, d->lun);
	snprintf(tpg, sizeof(tpg), "storvsp/%s/tpgt_%u", d->partition,
		 d->controller);
	if (diskfs_exists("%s/lun/lun_%u", tpg, d->lun))
		return report_text(fs->ctx, "disk", fs->name,
				   "controller %u has a LUN %u", d->controller,
				   d->lun);
	if (add_backstore(fs, d, store))
		return EXIT_REFUSED;
	offer_discard(store);
	if (diskfs_mkdir(fs, true, "storvsp/%s", d->partition) ||
	    diskfs_mkdir(fs, true, "%s", tpg) ||
	    diskfs_mkdir(fs, false, "%s/lun/lun_%u", tpg, d->lun) ||
	    diskfs_link(fs, store, "%s/lun/lun_%u/link", tpg, d->lun) ||
	    map_lun(fs, d, tpg))
		return EXIT_REFUSED;
	if ((d->max_iops || d->min_iops) &&
	    set_limits(fs, tpg, d->lun, d->max_iops, d->min_iops))
		return EXIT_REFUSED;
	if (is_enabled(tpg))
		return diskfs_write(fs, "1", "%s/rescan", tpg);
	return diskfs_set(fs, "1", "0", "%s/enable", tpg);
}

/* The first one that is free. */
static bool pick_lun(struct disk_args *d)
{
	if (d->has_lun)
		return true;
	for (d->lun = 0; d->lun < DISK_LUNS; d->lun++)
		if (!diskfs_exists("storvsp/%s/tpgt_%u/lun/lun_%u", d->partition,
				   d->controller, d->lun))
			return true;
	return false;
}

static int check_limits(struct args *a, const struct disk_args *d)
{
	if (d->max_iops && d->min_iops > d->max_iops)
		return arg_usage(a, "min-iops %u is more than max-iops %u",
				 d->min_iops, d->max_iops);
	return 0;
}

/*
 * A device's name is often a link, and the same after the next boot; what that leads to,
 * such as dm-3, then is another's.
 */
static bool identify(const char *path, char *buf, size_t size)
{
	const char *name = strrchr(path, '/');
	char dir[PATH_MAX], real[PATH_MAX];

	name = name ? name + 1 : path;
	if (!*name ||
	    snprintf(dir, sizeof(dir), "%.*s.", (int)(name - path), path) >=
	    (int)sizeof(dir) || !realpath(dir, real))
		return false;
	return snprintf(buf, size, "%s/%s", real, name) < (int)size;
}

static int disk_add(struct ctx *ctx, struct args *a)
{
	char real[PATH_MAX], identity[PATH_MAX];
	struct disk_args d = {};
	struct vsw_partition p;
	struct diskfs fs;
	int err;

	err = parse_partition(a, &d.partition);
	if (!err)
		err = arg_choice(a, "type", types, &d.type);
	if (!err)
		err = arg_word(a, "path", &d.path);
	if (!err)
		err = parse_rest(a, &d, WANT_SETTINGS);
	if (!err)
		err = check_limits(a, &d);
	if (err)
		return err;
	if (vsw_partition_get(ctx->vsw, d.partition, &p))
		return report(ctx, "partition", d.partition);
	if (!realpath(d.path, real))
		return report_text(ctx, "disk", d.partition, "%s: %s", d.path,
				   strerror(errno));
	/* What can be in a line that target core takes apart at commas. */
	if (strpbrk(real, ",\n"))
		return report_text(ctx, "disk", d.partition,
				   "%s: target core takes no path with a comma in it",
				   real);
	d.identity = d.type != DISK_FILE &&
		     identify(d.path, identity, sizeof(identity)) ? identity : real;
	d.path = real;
	diskfs_begin(&fs, ctx, d.partition);
	err = diskfs_mount(&fs);
	if (!err && !pick_lun(&d))
		err = report_text(ctx, "disk", d.partition,
				  "controller %u has %u LUNs, which is all it can have",
				  d.controller, DISK_LUNS);
	if (!err)
		err = add_steps(&fs, &d);
	return diskfs_end(&fs, err);
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

static int find(struct ctx *ctx, const struct disk_args *d, struct disk *disk)
{
	struct search s = { .d = d };

	if (!diskfs_each(d->partition, is_it, &s))
		return report_text(ctx, "disk", d->partition,
				   "controller %u has no LUN %u", d->controller,
				   d->lun);
	*disk = s.disk;
	return EXIT_OK;
}

static int parse_and_find(struct ctx *ctx, struct args *a, struct disk_args *d,
			  int want, struct disk *disk)
{
	int err;

	err = parse_partition(a, &d->partition);
	if (!err)
		err = parse_rest(a, d, want | WANT_LUN);
	return err ? err : find(ctx, d, disk);
}

static void tpg_of(const struct disk *disk, char *buf, size_t size)
{
	snprintf(buf, size, "storvsp/%s/tpgt_%u", disk->partition,
		 disk->controller);
}

static int disk_set(struct ctx *ctx, struct args *a)
{
	char tpg[PATH_MAX], nexus[64], value[16];
	struct disk_args d = {};
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
	err = check_limits(a, &d);
	if (err)
		return err;
	tpg_of(&disk, tpg, sizeof(tpg));
	diskfs_begin(&fs, ctx, d.partition);
	if (d.has_readonly) {
		if (!diskfs_read(nexus, sizeof(nexus), "%s/nexus", tpg))
			nexus[0] = '\0';
		err = diskfs_set(&fs, d.readonly ? "1" : "0",
				 disk.readonly ? "1" : "0",
				 "%s/acls/%s/lun_%u/write_protect", tpg, nexus,
				 disk.lun);
		/* What has another size Linux reads all of again. */
		snprintf(value, sizeof(value), "%u", disk.lun);
		if (!err)
			err = diskfs_write(&fs, value, "%s/resized", tpg);
	}
	if (!err && (d.has_max || d.has_min))
		err = set_limits(&fs, tpg, disk.lun, d.max_iops, d.min_iops);
	return diskfs_end(&fs, err);
}

static int disk_resize(struct ctx *ctx, struct args *a)
{
	char tpg[PATH_MAX], value[64];
	struct disk_args d = {};
	struct disk disk;
	struct diskfs fs;
	struct stat st;
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
	/* It grows before the guest may write there. */
	if (disk.type == DISK_FILE) {
		if (d.has_size && truncate(disk.path, d.size))
			err = report_text(ctx, "disk", d.partition, "%s: %s",
					  disk.path, strerror(errno));
		else if (stat(disk.path, &st))
			err = report_text(ctx, "disk", d.partition, "%s: %s",
					  disk.path, strerror(errno));
		if (!err) {
			snprintf(value, sizeof(value), "fd_dev_size=%lld",
				 (long long)st.st_size & ~511LL);
			err = diskfs_write(&fs, value, "%s/control",
					   disk.backstore);
		}
	}
	if (!err) {
		snprintf(value, sizeof(value), "%u", disk.lun);
		err = diskfs_write(&fs, value, "%s/resized", tpg);
	}
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
	/* Others may be there. */
	if (!diskfs_exists("storvsp/%s/tpgt_0", disk->partition) &&
	    !diskfs_exists("storvsp/%s/tpgt_1", disk->partition) &&
	    !diskfs_exists("storvsp/%s/tpgt_2", disk->partition) &&
	    !diskfs_exists("storvsp/%s/tpgt_3", disk->partition))
		return diskfs_remove(fs, true, "storvsp/%s", disk->partition);
	return EXIT_OK;
}

/* One that was made here, and so is called as that is done here. */
static bool is_ours(const struct disk *disk)
{
	char ours[PATH_MAX];

	if (disk->type == DISK_OTHER)
		return false;
	snprintf(ours, sizeof(ours), "core/%s_%u/%s.%u.%u", plugins[disk->type],
		 HBA, disk->partition, disk->controller, disk->lun);
	return !strcmp(ours, disk->backstore);
}

static void remove_hba(enum disk_type type)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "/sys/kernel/config/target/core/%s_%u",
		 plugins[type], HBA);
	/* Unless it has others. */
	rmdir(path);
}

static int disk_del(struct ctx *ctx, struct args *a)
{
	char tpg[PATH_MAX], nexus[64] = "";
	struct disk_args d = {};
	struct disk disk;
	struct diskfs fs;
	int err;

	err = parse_and_find(ctx, a, &d, 0, &disk);
	if (err)
		return err;
	tpg_of(&disk, tpg, sizeof(tpg));
	diskfs_read(nexus, sizeof(nexus), "%s/nexus", tpg);
	diskfs_begin(&fs, ctx, d.partition);
	/* The disk first: without its ACL alone there would be a LUN 0 all the same. */
	if (diskfs_remove(&fs, true, "%s/lun/lun_%u/link", tpg, d.lun) ||
	    diskfs_remove(&fs, true, "%s/acls/%s/lun_%u/link", tpg, nexus,
			  d.lun) ||
	    diskfs_remove(&fs, true, "%s/acls/%s/lun_%u", tpg, nexus, d.lun) ||
	    diskfs_remove(&fs, false, "%s/lun/lun_%u", tpg, d.lun))
		err = EXIT_REFUSED;
	if (!err && is_ours(&disk)) {
		err = diskfs_remove(&fs, false, "%s", disk.backstore);
		remove_hba(disk.type);
	}
	if (!err)
		err = remove_controller(&fs, &disk, tpg, nexus);
	return diskfs_end(&fs, err);
}

static int disk_show(struct ctx *ctx, struct args *a)
{
	const char *partition = NULL;
	int err = 0;

	if (arg_peek(a)) {
		err = parse_partition(a, &partition);
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
