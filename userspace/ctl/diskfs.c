// SPDX-License-Identifier: GPL-2.0
/* Disks in target core's configfs: steps that can be undone, and what is there. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <inttypes.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "diskfs.h"

#define CONFIGFS	"/sys/kernel/config"
#define TARGET		CONFIGFS "/target"
/* Enough for a LUN's, whatever the partition is called. */
#define PATHS		512
/* So long others of us are waited for. */
#define LOCK_SECS	20

extern char **environ;

struct diskfs_undo {
	enum { UNDO_RMDIR, UNDO_UNLINK, UNDO_WRITE } how;
	char *path;
	char *value;
};

/* Everything below is relative to the target. */
static void path_of(char *buf, const char *fmt, va_list ap)
{
	int n = snprintf(buf, PATH_MAX, TARGET "/");

	vsnprintf(buf + n, PATH_MAX - n, fmt, ap);
}

#define PATH_OF(buf, fmt)			\
	do {					\
		va_list ap_;			\
		va_start(ap_, fmt);		\
		path_of(buf, fmt, ap_);		\
		va_end(ap_);			\
	} while (0)

static void hold_signals(int how)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGPIPE);
	sigprocmask(how, &set, NULL);
}

/* Signals that would kill us half-way wait until diskfs_end(). */
void diskfs_begin(struct diskfs *fs, struct ctx *ctx, const char *name)
{
	*fs = (struct diskfs){ .ctx = ctx, .name = name, .lock = -1 };
	hold_signals(SIG_BLOCK);
}

static int refuse(struct diskfs *fs, const char *path)
{
	const char *shown = path;

	if (!strncmp(path, TARGET "/", sizeof(TARGET)))
		shown += sizeof(TARGET);
	return report_text(fs->ctx, "disk", fs->name, "%s: %s", shown,
			   strerror(errno));
}

static int write_file(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), err = 0;
	ssize_t n;

	if (fd < 0)
		return -1;
	n = write(fd, value, strlen(value));
	if (n < 0)
		err = errno;
	close(fd);
	errno = err;
	return err ? -1 : 0;
}

static bool note(struct diskfs *fs, int how, const char *path, const char *value)
{
	struct diskfs_undo *steps;

	steps = realloc(fs->steps, (fs->n + 1) * sizeof(*steps));
	if (!steps)
		return false;
	fs->steps = steps;
	steps += fs->n;
	steps->how = how;
	steps->path = strdup(path);
	steps->value = value ? strdup(value) : NULL;
	if (!steps->path || (value && !steps->value)) {
		free(steps->path);
		free(steps->value);
		return false;
	}
	fs->n++;
	return true;
}

static void forget(struct diskfs *fs)
{
	fs->n--;
	free(fs->steps[fs->n].path);
	free(fs->steps[fs->n].value);
}

static void undo(const struct diskfs_undo *step)
{
	switch (step->how) {
	case UNDO_RMDIR:
		rmdir(step->path);
		break;
	case UNDO_UNLINK:
		unlink(step->path);
		break;
	case UNDO_WRITE:
		write_file(step->path, step->value);
		break;
	}
}

int diskfs_end(struct diskfs *fs, int err)
{
	while (fs->n) {
		if (err)
			undo(&fs->steps[fs->n - 1]);
		forget(fs);
	}
	free(fs->steps);
	if (fs->lock >= 0)
		close(fs->lock);
	hold_signals(SIG_UNBLOCK);
	return err;
}

void diskfs_keep(struct diskfs *fs)
{
	while (fs->n)
		forget(fs);
}

/* Is it there? If not, it may be a module away. */
static bool try_modprobe(const char *module)
{
	char *argv[] = { "modprobe", "-q", (char *)module, NULL };
	int status;
	pid_t pid;

	if (posix_spawnp(&pid, argv[0], NULL, NULL, argv, environ))
		return false;
	return waitpid(pid, &status, 0) == pid && !status;
}

static bool is_dir(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISDIR(st.st_mode);
}

int diskfs_mount(struct diskfs *fs)
{
	char root[PATH_MAX], pr[PATH_MAX + 4];

	if (!is_dir(CONFIGFS))
		try_modprobe("configfs");
	if (!is_dir(TARGET) && is_dir(CONFIGFS))
		mount("configfs", CONFIGFS, "configfs", 0, NULL);
	if (!is_dir(TARGET))
		try_modprobe("target_core_mod");
	if (!is_dir(TARGET))
		return report_text(fs->ctx, "disk", fs->name,
				   "the kernel has no SCSI target (target_core_mod)");
	if (!is_dir("/sys/module/storvsp") && !try_modprobe("storvsp"))
		return report_text(fs->ctx, "disk", fs->name,
				   "the module storvsp is not loaded");
	if (mkdir(TARGET "/storvsp", 0755) && errno != EEXIST)
		return refuse(fs, TARGET "/storvsp");
	/* Where persistent reservations are written to; without it they would fail. */
	if (diskfs_read(root, sizeof(root), "dbroot")) {
		snprintf(pr, sizeof(pr), "%s/pr", root);
		if (mkdir(root, 0755) && errno != EEXIST)
			return refuse(fs, root);
		if (mkdir(pr, 0755) && errno != EEXIST)
			return refuse(fs, pr);
		if (!is_dir(pr)) {
			errno = ENOTDIR;
			return refuse(fs, pr);
		}
	}
	return EXIT_OK;
}

/* Return: 0, or an errno. */
static int make_dir(struct diskfs *fs, bool may_exist, const char *path)
{
	int err;

	if (may_exist && is_dir(path))
		return 0;
	if (!note(fs, UNDO_RMDIR, path, NULL))
		return errno;
	if (!mkdir(path, 0755))
		return 0;
	err = errno;
	forget(fs);
	/* By somebody else, just now. */
	return may_exist && err == EEXIST ? 0 : err;
}

int diskfs_mkdir(struct diskfs *fs, bool may_exist, const char *fmt, ...)
{
	char path[PATH_MAX];

	PATH_OF(path, fmt);
	errno = make_dir(fs, may_exist, path);
	return errno ? refuse(fs, path) : EXIT_OK;
}

int diskfs_mkdir_in(struct diskfs *fs, const char *fmt, ...)
{
	char path[PATH_MAX];

	PATH_OF(path, fmt);
	errno = make_dir(fs, true, path);
	if (errno == ENOENT)
		return DISKFS_GONE;
	return errno ? refuse(fs, path) : EXIT_OK;
}

int diskfs_link(struct diskfs *fs, const char *to, const char *fmt, ...)
{
	char path[PATH_MAX], target[PATH_MAX];

	PATH_OF(path, fmt);
	if (snprintf(target, sizeof(target), TARGET "/%s", to) >=
	    (int)sizeof(target))
		errno = ENAMETOOLONG;
	else if (note(fs, UNDO_UNLINK, path, NULL)) {
		if (!symlink(target, path))
			return EXIT_OK;
		forget(fs);
	}
	return refuse(fs, path);
}

int diskfs_write(struct diskfs *fs, const char *value, const char *fmt, ...)
{
	char path[PATH_MAX];

	PATH_OF(path, fmt);
	return write_file(path, value) ? refuse(fs, path) : EXIT_OK;
}

int diskfs_set(struct diskfs *fs, const char *value, const char *before,
	       const char *fmt, ...)
{
	char path[PATH_MAX];

	PATH_OF(path, fmt);
	if (!note(fs, UNDO_WRITE, path, before))
		return refuse(fs, path);
	if (write_file(path, value)) {
		forget(fs);
		return refuse(fs, path);
	}
	return EXIT_OK;
}

int diskfs_remove(struct diskfs *fs, bool may_lack, const char *fmt, ...)
{
	char path[PATH_MAX];
	struct stat st;

	PATH_OF(path, fmt);
	if (lstat(path, &st))
		return may_lack && errno == ENOENT ? EXIT_OK : refuse(fs, path);
	if (S_ISLNK(st.st_mode) ? unlink(path) : rmdir(path))
		return refuse(fs, path);
	return EXIT_OK;
}

/* It may have been removed, and another been made, before it was ours. */
static bool is_still(int fd, const char *path)
{
	struct stat a, b;

	return !fstat(fd, &a) && !stat(path, &b) && a.st_ino == b.st_ino &&
	       a.st_dev == b.st_dev;
}

int diskfs_lock(struct diskfs *fs, const char *fmt, ...)
{
	static const struct timespec pause = { .tv_nsec = 100000000 };
	char path[PATH_MAX];
	int tries, fd;

	PATH_OF(path, fmt);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? DISKFS_GONE : refuse(fs, path);
	for (tries = 0; flock(fd, LOCK_EX | LOCK_NB); tries++) {
		if (errno != EWOULDBLOCK) {
			close(fd);
			return refuse(fs, path);
		}
		/* Who removes a disk waits for what it is doing, which need not end. */
		if (tries == 10 * LOCK_SECS) {
			close(fd);
			return report_text(fs->ctx, "disk", fs->name,
					   "another vswitchctl is changing this controller");
		}
		nanosleep(&pause, NULL);
	}
	if (!is_still(fd, path)) {
		close(fd);
		return DISKFS_GONE;
	}
	fs->lock = fd;
	return EXIT_OK;
}

int diskfs_try_write(const char *value, const char *fmt, ...)
{
	char path[PATH_MAX];

	PATH_OF(path, fmt);
	return write_file(path, value) ? errno : 0;
}

int diskfs_try_rmdir(const char *fmt, ...)
{
	char path[PATH_MAX];

	PATH_OF(path, fmt);
	return rmdir(path) ? errno : 0;
}

bool diskfs_read(char *buf, size_t size, const char *fmt, ...)
{
	char path[PATH_MAX];
	ssize_t n = -1;
	int fd;

	PATH_OF(path, fmt);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		n = read(fd, buf, size - 1);
		close(fd);
	}
	if (n <= 0)
		return false;
	buf[n] = '\0';
	while (n && strchr("\n ", buf[n - 1]))
		buf[--n] = '\0';
	return n;
}

bool diskfs_exists(const char *fmt, ...)
{
	char path[PATH_MAX];

	PATH_OF(path, fmt);
	return is_dir(path);
}

/* ---- What is there ---- */

static enum disk_type type_of(const char *hba)
{
	if (!strncmp(hba, "fileio_", 7))
		return DISK_FILE;
	if (!strncmp(hba, "iblock_", 7))
		return DISK_BLOCK;
	if (!strncmp(hba, "pscsi_", 6))
		return DISK_SCSI;
	return DISK_OTHER;
}

/* The link in a LUN's directory; what it is called is up to who made it. */
static bool find_backstore(const char *lun, struct disk *disk)
{
	char dir[PATHS], link[PATHS + 256], real[PATH_MAX], *core;
	struct dirent *entry;
	bool found = false;
	DIR *d;

	snprintf(dir, sizeof(dir), TARGET "/%s", lun);
	d = opendir(dir);
	while (d && !found && (entry = readdir(d))) {
		if (entry->d_type != DT_LNK)
			continue;
		snprintf(link, sizeof(link), "%s/%s", dir, entry->d_name);
		if (!realpath(link, real))
			continue;
		core = strstr(real, "/target/core/");
		if (!core)
			continue;
		core += strlen("/target/");
		snprintf(disk->backstore, sizeof(disk->backstore), "%s", core);
		disk->type = type_of(core + strlen("core/"));
		found = true;
	}
	if (d)
		closedir(d);
	return found;
}

/* It is what target core has opened; udev_path is what somebody has written there. */
static void find_path(struct disk *disk)
{
	char buf[1024], *from, *to;

	diskfs_read(disk->path, sizeof(disk->path), "%s/udev_path",
		    disk->backstore);
	if (disk->type != DISK_FILE ||
	    !diskfs_read(buf, sizeof(buf), "%s/info", disk->backstore))
		return;
	from = strstr(buf, " File: ");
	to = from ? strstr(from, "  Size: ") : NULL;
	if (to && from[7] == '/')
		snprintf(disk->path, sizeof(disk->path), "%.*s",
			 (int)(to - from - 7), from + 7);
}

static void find_size(struct disk *disk)
{
	char buf[1024], *at;
	struct stat st;
	uint64_t n;
	FILE *f;

	if (disk->type == DISK_FILE && !stat(disk->path, &st) &&
	    S_ISREG(st.st_mode)) {
		/* What the guest sees is what the backstore was told. */
		if (diskfs_read(buf, sizeof(buf), "%s/info", disk->backstore)) {
			at = strstr(buf, " Size: ");
			if (at)
				disk->size = strtoull(at + 7, NULL, 10);
		}
		return;
	}
	if (stat(disk->path, &st) || !S_ISBLK(st.st_mode))
		return;
	snprintf(buf, sizeof(buf), "/sys/dev/block/%u:%u/size",
		 (unsigned int)(st.st_rdev >> 8 & 0xfff),
		 (unsigned int)((st.st_rdev & 0xff) |
				(st.st_rdev >> 12 & 0xfff00)));
	f = fopen(buf, "r");
	if (!f)
		return;
	if (fscanf(f, "%" SCNu64, &n) == 1)
		disk->size = n << 9;
	fclose(f);
}

static void find_limits(const char *tpg, struct disk *disk)
{
	unsigned int lun, max, min;
	char buf[4096], *at, *line;

	if (!diskfs_read(buf, sizeof(buf), "%s/qos", tpg))
		return;
	for (at = buf; (line = strsep(&at, "\n"));) {
		if (sscanf(line, "%u %u %u", &lun, &max, &min) == 3 &&
		    lun == disk->lun) {
			disk->max_iops = max;
			disk->min_iops = min;
		}
	}
}

static void find_stats(const char *tpg, struct disk *disk)
{
	char buf[4096], *at, *line;
	struct disk_stats s = {};
	struct timespec now;
	unsigned int lun;

	if (!diskfs_read(buf, sizeof(buf), "%s/stats_%s", tpg,
			 disk->lun < DISK_LUNS / 2 ? "low" : "high"))
		return;
	clock_gettime(CLOCK_MONOTONIC, &now);
	s.taken = now.tv_sec * UINT64_C(1000000000) + now.tv_nsec;
	for (at = buf; (line = strsep(&at, "\n"));) {
		if (sscanf(line, "%x %" SCNx64 " %" SCNx64 " %" SCNx64 " %" SCNx64
			   " %" SCNx64 " %" SCNx64 " %" SCNx64, &lun, &s.reads,
			   &s.writes, &s.others, &s.read_bytes, &s.write_bytes,
			   &s.errors, &s.nsecs) == 8 && lun == disk->lun)
			disk->stats = s;
	}
}

static bool fill(struct disk *disk)
{
	char tpg[PATHS / 2], lun[PATHS - 64], nexus[64], buf[64];

	snprintf(tpg, sizeof(tpg), "storvsp/%s/tpgt_%u", disk->partition,
		 disk->controller);
	snprintf(lun, sizeof(lun), "%s/lun/lun_%u", tpg, disk->lun);
	if (!find_backstore(lun, disk))
		return false;
	find_path(disk);
	disk->enabled = diskfs_read(buf, sizeof(buf), "%s/enable", tpg) &&
			buf[0] == '1';
	disk->readonly = diskfs_read(nexus, sizeof(nexus), "%s/nexus", tpg) &&
			 diskfs_read(buf, sizeof(buf),
				     "%s/acls/%s/lun_%u/write_protect", tpg,
				     nexus, disk->lun) && buf[0] == '1';
	find_size(disk);
	find_limits(tpg, disk);
	find_stats(tpg, disk);
	return true;
}

static int each_lun(const char *partition, uint32_t controller,
		    int (*one)(const struct disk *disk, void *arg), void *arg)
{
	struct disk disk;
	uint32_t lun;
	int ret;

	for (lun = 0; lun < DISK_LUNS; lun++) {
		if (!diskfs_exists("storvsp/%s/tpgt_%u/lun/lun_%u", partition,
				   controller, lun))
			continue;
		memset(&disk, 0, sizeof(disk));
		snprintf(disk.partition, sizeof(disk.partition), "%s", partition);
		disk.controller = controller;
		disk.lun = lun;
		ret = fill(&disk) ? one(&disk, arg) : 0;
		if (ret)
			return ret;
	}
	return 0;
}

static int not_dots(const struct dirent *entry)
{
	return entry->d_name[0] != '.' && entry->d_type == DT_DIR &&
	       strcmp(entry->d_name, "discovery_auth");
}

int diskfs_each(const char *partition,
		int (*one)(const struct disk *disk, void *arg), void *arg)
{
	struct dirent **names;
	uint32_t controller;
	int n, i, ret = 0;

	n = scandir(TARGET "/storvsp", &names, not_dots, alphasort);
	for (i = 0; i < n; i++) {
		for (controller = 0; !ret && controller < DISK_CONTROLLERS;
		     controller++) {
			if (!partition || !strcmp(partition, names[i]->d_name))
				ret = each_lun(names[i]->d_name, controller,
					       one, arg);
		}
		free(names[i]);
	}
	if (n >= 0)
		free(names);
	return ret;
}

bool diskfs_user(const char *store, char *buf, size_t size)
{
	char dir[PATH_MAX], real[PATH_MAX], *slash;
	bool found = false;
	struct stat st;
	glob_t g;
	size_t i;

	if (snprintf(dir, sizeof(dir), TARGET "/%s", store) >= (int)sizeof(dir) ||
	    glob(TARGET "/*/*/*/lun/lun_*/*", 0, NULL, &g))
		return false;
	for (i = 0; i < g.gl_pathc && !found; i++) {
		if (lstat(g.gl_pathv[i], &st) || !S_ISLNK(st.st_mode) ||
		    !realpath(g.gl_pathv[i], real) || strcmp(real, dir))
			continue;
		slash = strrchr(g.gl_pathv[i], '/');
		snprintf(buf, size, "%.*s",
			 (int)(slash - g.gl_pathv[i]) - (int)strlen(TARGET "/"),
			 g.gl_pathv[i] + strlen(TARGET "/"));
		found = true;
	}
	globfree(&g);
	return found;
}
