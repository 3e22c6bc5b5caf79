// SPDX-License-Identifier: GPL-2.0
/*
 * The MAC pool on disk.
 *
 * It names addresses, so it is root's alone; so is the lock, which else anybody
 * could keep. The lock is a file of its own, since the other is replaced by each
 * change.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "poolfile.h"

#define NEW_FILE	POOL_FILE ".new"
#define LOCK_FILE	POOL_FILE ".lock"
#define LOCK_SECONDS	10
#define MAX_BYTES	(16 << 20)

static int take_lock(struct poolfile *f)
{
	const struct timespec pause = { .tv_nsec = 20 * 1000 * 1000 };
	int tries = LOCK_SECONDS * 50;

	if (mkdir(POOL_DIR, 0755) && errno != EEXIST)
		return errno;
	f->lock = open(LOCK_FILE, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
		       0600);
	if (f->lock < 0)
		return errno;
	while (flock(f->lock, LOCK_EX | LOCK_NB)) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return errno;
		if (!tries--)
			return EWOULDBLOCK;
		nanosleep(&pause, NULL);
	}
	return 0;
}

/* Returns the text, "" where there is none; NULL with errno. */
static char *read_text(void)
{
	FILE *file = fopen(POOL_FILE, "re");
	size_t size = 0, got;
	char *text = NULL;

	if (!file)
		return errno == ENOENT ? strdup("") : NULL;
	do {
		char *more = realloc(text, size + 65536 + 1);

		if (!more)
			goto fail;
		text = more;
		got = fread(text + size, 1, 65536, file);
		size += got;
	} while (got && size < MAX_BYTES);
	if (ferror(file))
		goto fail;
	fclose(file);
	text[size] = '\0';
	return text;

fail:
	free(text);
	fclose(file);
	errno = EIO;
	return NULL;
}

int poolfile_open(struct poolfile *f, bool change, char *why, size_t why_len)
{
	char reason[128];
	char *text;
	int err;

	*f = (struct poolfile){ .lock = -1 };
	if (change)
		f->err = take_lock(f);
	if (f->err == EWOULDBLOCK) {
		snprintf(why, why_len, "%s: locked for more than %d seconds by another vswitchctl",
			 POOL_FILE, LOCK_SECONDS);
		poolfile_close(f);
		return -1;
	}
	text = read_text();
	if (!text) {
		f->err = f->err ? f->err : errno;
		return 0;
	}
	err = vsw_pool_parse(text, &f->pool, reason, sizeof(reason));
	free(text);
	if (!err)
		return 0;
	snprintf(why, why_len, "%s: %s", POOL_FILE,
		 err == -EINVAL ? reason : "out of memory");
	poolfile_close(f);
	return -1;
}

static int write_all(int fd, const char *text)
{
	size_t left = strlen(text);
	ssize_t done;

	while (left) {
		done = write(fd, text, left);
		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return errno;
		text += done;
		left -= done;
	}
	return fsync(fd) ? errno : 0;
}

/* The name is on disk when its directory is. */
static void sync_directory(void)
{
	int fd = open(POOL_DIR, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return;
	fsync(fd);
	close(fd);
}

int poolfile_save(struct poolfile *f)
{
	char *text;
	int fd, err;

	if (f->err || f->lock < 0)
		return f->err ? f->err : EBADF;
	text = vsw_pool_format(&f->pool);
	if (!text)
		return f->err = ENOMEM;
	fd = open(NEW_FILE, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC |
		  O_NOFOLLOW, 0600);
	err = fd < 0 ? errno : write_all(fd, text);
	if (fd >= 0 && close(fd) && !err)
		err = errno;
	if (!err && rename(NEW_FILE, POOL_FILE))
		err = errno;
	if (err && fd >= 0)
		unlink(NEW_FILE);
	if (!err)
		sync_directory();
	free(text);
	f->err = err;
	return err;
}

void poolfile_close(struct poolfile *f)
{
	vsw_pool_free(&f->pool);
	if (f->lock >= 0)
		close(f->lock);
	f->lock = -1;
}
