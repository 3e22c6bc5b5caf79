// SPDX-License-Identifier: GPL-2.0
/*
 * The per-interface settings under /proc/sys/net: accept_ra, rp_filter, arp_*
 * and the rest. All that differ are copied, whichever the kernel has; an
 * interface that was just made differs exactly where somebody chose so.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hostsysctl.h"

/* /proc/sys shows the network namespace of the process that looks. */
static const char *const families[] = {
	"/proc/sys/net/ipv4/conf",
	"/proc/sys/net/ipv6/conf",
};

static ssize_t read_value(const char *path, char *buf, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = read(fd, buf, size - 1);
	if (n < 0)
		n = -errno;
	else
		buf[n] = '\0';
	close(fd);
	return n;
}

static int write_value(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = write(fd, value, strlen(value));
	n = n < 0 ? -errno : 0;
	close(fd);
	return n;
}

static void remember(struct sysctl_undo **undo, const char *path,
		     const char *value)
{
	struct sysctl_undo *u = malloc(sizeof(*u) + strlen(path) + 1);

	if (!u)
		return;
	u->value = strdup(value);
	strcpy(u->path, path);
	u->next = *undo;
	*undo = u;
}

/*
 * The link's own MTU bounds this one, and it is set there. The mode of address
 * generation has a copy of its own below.
 */
static bool is_skipped(const char *name)
{
	return name[0] == '.' || !strcmp(name, "mtu") ||
	       !strcmp(name, "addr_gen_mode");
}

static int copy_one(const char *src, const char *dst,
		    struct sysctl_undo **undo)
{
	char want[256], have[256];
	struct stat st;
	int err;

	/* Some can only be read, and some have no value until they are set. */
	if (stat(dst, &st) || !(st.st_mode & 0200) ||
	    read_value(src, want, sizeof(want)) <= 0 ||
	    read_value(dst, have, sizeof(have)) <= 0 || !strcmp(want, have))
		return 0;
	err = write_value(dst, want);
	if (!err)
		remember(undo, dst, have);
	return err;
}

int sysctl_copy(const char *from, const char *to, struct sysctl_undo **undo,
		char *why, size_t why_len)
{
	char dir[96], src[384], dst[384];
	struct dirent *e;
	int err = 0;
	size_t i;
	DIR *d;

	for (i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
		snprintf(dir, sizeof(dir), "%s/%s", families[i], from);
		d = opendir(dir);
		if (!d)
			continue;
		while (!err && (e = readdir(d))) {
			if (is_skipped(e->d_name))
				continue;
			snprintf(src, sizeof(src), "%s/%s", dir, e->d_name);
			snprintf(dst, sizeof(dst), "%s/%s/%s", families[i], to,
				 e->d_name);
			err = copy_one(src, dst, undo);
			if (err)
				snprintf(why, why_len, "cannot set %s: %s",
					 dst, strerror(-err));
		}
		closedir(d);
		if (err)
			return err;
	}
	return 0;
}

int sysctl_copy_gen_mode(const char *from, const char *to,
			 struct sysctl_undo **undo, char *why, size_t why_len)
{
	char src[96], dst[96];
	int err;

	snprintf(src, sizeof(src), "%s/%s/addr_gen_mode", families[1], from);
	snprintf(dst, sizeof(dst), "%s/%s/addr_gen_mode", families[1], to);
	err = copy_one(src, dst, undo);
	if (err)
		snprintf(why, why_len, "cannot set %s: %s", dst,
			 strerror(-err));
	return err;
}

void sysctl_undo(struct sysctl_undo **undo)
{
	struct sysctl_undo *u;

	for (u = *undo; u; u = u->next)
		if (u->value)
			write_value(u->path, u->value);
	sysctl_undo_free(undo);
}

void sysctl_undo_free(struct sysctl_undo **undo)
{
	while (*undo) {
		struct sysctl_undo *next = (*undo)->next;

		free((*undo)->value);
		free(*undo);
		*undo = next;
	}
}
