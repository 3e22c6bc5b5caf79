// SPDX-License-Identifier: GPL-2.0
/*
 * vswitchctl disk add: a backstore, a LUN that is linked to it, and an entry in the ACL,
 * without which the guest does not see it.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <linux/fs.h>
#include <unistd.h>

#include "cmd.h"
#include "disk.h"

/* Target core has room for so much of a path; fileio cuts what is longer. */
#define FILE_PATH_MAX	255
#define DEVICE_PATH_MAX	511

static const struct choice types[] = {
	{ "file", DISK_FILE },
	{ "block", DISK_BLOCK },
	{ "scsi", DISK_SCSI },
	{}
};

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

/* A device that cannot be opened, or is none, is not. */
bool disk_device_is_readonly(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), ro = 0;

	if (fd < 0)
		return false;
	ioctl(fd, BLKROGET, &ro);
	close(fd);
	return ro;
}

/*
 * Target core opens one that is read-only as it is, but goes by what the guest's ACL says
 * when the guest writes: the two must agree.
 */
static int control_block(struct diskfs *fs, struct disk_args *d, char *buf,
			 size_t size)
{
	struct stat st;
	bool ro;

	if (stat(d->path, &st))
		return report_text(fs->ctx, "disk", fs->name, "%s: %s", d->path,
				   strerror(errno));
	if (!S_ISBLK(st.st_mode))
		return report_text(fs->ctx, "disk", fs->name,
				   "%s is no block device; a file is a disk of type file",
				   d->path);
	ro = disk_device_is_readonly(d->path);
	if (ro && d->has_readonly && !d->readonly)
		return report_text(fs->ctx, "disk", fs->name,
				   "%s is a read-only device: say readonly on",
				   d->path);
	d->readonly |= ro;
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

/*
 * One may be left of a disk that is gone. What nobody uses is made anew; what others use is
 * the disk's again, with the reservations that they have: @reuse, if it is of the same path.
 */
static int clear_way(struct diskfs *fs, const struct disk_args *d,
		     const char *store, bool *reuse)
{
	char user[PATH_MAX] = "others", path[PATH_MAX] = "";
	int err;

	*reuse = false;
	if (!diskfs_exists("%s", store))
		return EXIT_OK;
	err = diskfs_try_rmdir("%s", store);
	if (!err || err == ENOENT)
		return EXIT_OK;
	diskfs_read(path, sizeof(path), "%s/udev_path", store);
	if (!strcmp(path, d->path)) {
		*reuse = true;
		return EXIT_OK;
	}
	diskfs_user(store, user, sizeof(user));
	return report_text(fs->ctx, "disk", fs->name,
			   "the backstore %s is of %s, and used by %s", store,
			   *path ? path : "something else", user);
}

static int add_backstore(struct diskfs *fs, struct disk_args *d, const char *store)
{
	char control[PATH_MAX + 64], serial[64], what[PATH_MAX + 16];
	bool reuse = false;
	int err;

	err = check_path(fs, d);
	if (!err)
		err = clear_way(fs, d, store, &reuse);
	if (err || reuse)
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
	snprintf(what, sizeof(what), "%s:%s", disk_plugins[d->type], d->identity);
	serial_of(what, serial, sizeof(serial));
	if (diskfs_mkdir(fs, true, "core/%s_%u", disk_plugins[d->type], DISK_HBA) ||
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
	err = d->type == DISK_SCSI ? EXIT_OK : diskpr_restore(fs, store, serial);
	if (!err)
		offer_discard(store);
	return err;
}

int disk_set_limits(struct diskfs *fs, const char *tpg, uint32_t lun,
		      uint32_t max, uint32_t min)
{
	char value[64];

	snprintf(value, sizeof(value), "%u %u %u", lun, max, min);
	return diskfs_write(fs, value, "%s/qos", tpg);
}

static bool is_enabled(const char *tpg)
{
	char buf[8];

	return diskfs_read(buf, sizeof(buf), "%s/enable", tpg) && buf[0] == '1';
}

static int map_one(struct diskfs *fs, const char *tpg, const char *nexus,
		   uint32_t lun)
{
	char target[PATH_MAX + 64];

	snprintf(target, sizeof(target), "%s/lun/lun_%u", tpg, lun);
	return diskfs_mkdir(fs, true, "%s/acls/%s/lun_%u", tpg, nexus, lun) ||
	       diskfs_link(fs, target, "%s/acls/%s/lun_%u/link", tpg, nexus, lun) ?
	       EXIT_REFUSED : EXIT_OK;
}

struct mapping {
	struct diskfs *fs;
	uint32_t controller;
	const char *tpg;
	const char *nexus;
};

static int map_other(const struct disk *disk, void *arg)
{
	struct mapping *m = arg;

	return disk->controller == m->controller ?
	       map_one(m->fs, m->tpg, m->nexus, disk->lun) : 0;
}

/*
 * What the guest sees is in its ACL from now on, and so what others have linked, which it
 * saw without one. If it does already, nothing of that is taken back: with the ACL its
 * session would end.
 */
int disk_own_acl(struct diskfs *fs, const struct disk_args *d, const char *tpg,
		   const char *nexus)
{
	struct mapping m = { fs, d->controller, tpg, nexus };
	struct diskfs others = { .ctx = fs->ctx, .name = fs->name, .lock = -1 };
	int err;

	if (diskfs_exists("%s/acls/%s", tpg, nexus))
		return EXIT_OK;
	if (is_enabled(tpg))
		m.fs = &others;
	err = diskfs_mkdir(m.fs, true, "%s/acls/%s", tpg, nexus) ||
	      diskfs_each(d->partition, map_other, &m) ? EXIT_REFUSED : EXIT_OK;
	if (m.fs == &others) {
		diskfs_keep(&others);
		free(others.steps);
	}
	return err;
}

/*
 * Without an ACL the guest would see the LUN, and could write, as soon as that is linked;
 * with one from the link in there on, and then it is all that it is to be.
 */
static int link_lun(struct diskfs *fs, const struct disk_args *d, const char *tpg,
		    const char *store)
{
	static const char protect[] = "attrib/prod_mode_write_protect";
	char nexus[64];

	if (!diskfs_read(nexus, sizeof(nexus), "%s/nexus", tpg))
		return report_text(fs->ctx, "disk", fs->name,
				   "%s has no nexus: it is not StorVSP's", tpg);
	if (disk_own_acl(fs, d, tpg, nexus) ||
	    diskfs_mkdir(fs, false, "%s/lun/lun_%u", tpg, d->lun) ||
	    diskfs_mkdir(fs, false, "%s/acls/%s/lun_%u", tpg, nexus, d->lun) ||
	    diskfs_link(fs, store, "%s/lun/lun_%u/link", tpg, d->lun))
		return EXIT_REFUSED;
	if ((d->max_iops || d->min_iops) &&
	    disk_set_limits(fs, tpg, d->lun, d->max_iops, d->min_iops))
		return EXIT_REFUSED;
	if (diskfs_set(fs, d->readonly ? "1" : "0", "0", "%s/%s", tpg, protect) ||
	    map_one(fs, tpg, nexus, d->lun) ||
	    diskfs_write(fs, "0", "%s/%s", tpg, protect) ||
	    diskfs_write(fs, d->readonly ? "1" : "0",
			 "%s/acls/%s/lun_%u/write_protect", tpg, nexus, d->lun))
		return EXIT_REFUSED;
	return EXIT_OK;
}

static int refuse_offer(struct diskfs *fs, const struct disk_args *d, int err)
{
	if (err == EXDEV)
		return report_text(fs->ctx, "disk", fs->name,
				   "controller %u is offered to a partition of this name in another network namespace",
				   d->controller);
	return report_text(fs->ctx, "disk", fs->name,
			   "controller %u cannot be offered: %s", d->controller,
			   strerror(err));
}

/*
 * Configfs knows no network namespaces: what it calls by the partition's name may be that
 * of another one. 0 in @offered: to nobody.
 */
static int check_offer(struct diskfs *fs, const struct disk_args *d,
		       const char *tpg, bool *offered)
{
	int err;

	*offered = false;
	if (!is_enabled(tpg))
		return EXIT_OK;
	err = diskfs_try_write("1", "%s/rescan", tpg);
	/* It was, to a partition that was removed. */
	if (err == ENODEV && !is_enabled(tpg))
		return EXIT_OK;
	*offered = !err;
	return err ? refuse_offer(fs, d, err) : EXIT_OK;
}

static int offer(struct diskfs *fs, const struct disk_args *d, const char *tpg)
{
	bool offered;

	if (check_offer(fs, d, tpg, &offered))
		return EXIT_REFUSED;
	return offered ? EXIT_OK : diskfs_set(fs, "1", "0", "%s/enable", tpg);
}

/* So often a controller is made that others remove. */
#define TRIES	1000

/* Its directory is there, and nobody else of us changes what is in it. */
static int take_controller(struct diskfs *fs, const struct disk_args *d,
			   const char *tpg)
{
	int err, tries = 0;

	do {
		/* Who has just removed it may also remove what is around it. */
		err = diskfs_mkdir(fs, true, "storvsp/%s", d->partition);
		if (!err)
			err = diskfs_mkdir_in(fs, "%s", tpg);
		if (!err)
			err = diskfs_lock(fs, "%s", tpg);
	} while (err == DISKFS_GONE && ++tries < TRIES);
	if (err != DISKFS_GONE)
		return err;
	return report_text(fs->ctx, "disk", fs->name,
			   "controller %u is removed again and again by others",
			   d->controller);
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

static int add_steps(struct diskfs *fs, struct disk_args *d)
{
	char store[PATH_MAX], tpg[PATH_MAX];
	bool offered;

	snprintf(tpg, sizeof(tpg), "storvsp/%s/tpgt_%u", d->partition,
		 d->controller);
	if (take_controller(fs, d, tpg))
		return EXIT_REFUSED;
	if (!pick_lun(d))
		return report_text(fs->ctx, "disk", fs->name,
				   "controller %u has %u LUNs, which is all it can have",
				   d->controller, DISK_LUNS);
	if (diskfs_exists("%s/lun/lun_%u", tpg, d->lun))
		return report_text(fs->ctx, "disk", fs->name,
				   "controller %u has a LUN %u", d->controller,
				   d->lun);
	snprintf(store, sizeof(store), "core/%s_%u/%s.%u.%u", disk_plugins[d->type],
		 DISK_HBA, d->partition, d->controller, d->lun);
	if (check_offer(fs, d, tpg, &offered) ||
	    add_backstore(fs, d, store) || link_lun(fs, d, tpg, store))
		return EXIT_REFUSED;
	return offer(fs, d, tpg);
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

int disk_add(struct ctx *ctx, struct args *a)
{
	char real[PATH_MAX], identity[PATH_MAX];
	struct disk_args d = {};
	struct vsw_partition p;
	struct diskfs fs;
	int err;

	err = disk_parse_partition(a, &d.partition);
	if (!err)
		err = arg_choice(a, "type", types, &d.type);
	if (!err)
		err = arg_word(a, "path", &d.path);
	if (!err)
		err = disk_parse_rest(a, &d, WANT_SETTINGS);
	if (!err)
		err = disk_check_limits(a, &d);
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
	if (!err)
		err = add_steps(&fs, &d);
	return diskfs_end(&fs, err);
}
