// SPDX-License-Identifier: GPL-2.0
/*
 * The state of storvsp: what is configured, as directories, links and files that say
 * something.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <ftw.h>
#include <string.h>
#include <unistd.h>

#include "disk.h"
#include "msg.h"
#include "state.h"

static void (*say)(const char *fmt, ...);

/* Those of target core's can be different each time. */
static bool is_read(const char *name)
{
	static const char * const names[] = {
		"enable", "nexus", "qos", "stats_low", "stats_high",
		"write_protect", "prod_mode_write_protect",
	};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (!strcmp(name, names[i]))
			return true;
	}
	return false;
}

/* Of counters only whose they are, the first word of each line. */
static void say_file(const char *path, bool counters)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	static char text[4096];
	char *line;
	ssize_t n;

	n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	if (n < 0)
		die("%s: %m", path);
	close(fd);
	text[n] = 0;
	for (line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		say("file %s: %.*s\n", path,
		    (int)strcspn(line, counters ? " " : "\n"), line);
}

static int on_entry(const char *path, const struct stat *st, int type,
		    struct FTW *ftw)
{
	const char *name = path + ftw->base;
	char target[512];
	ssize_t n;

	if (type == FTW_D) {
		say("folder %s\n", path);
	} else if (type == FTW_SL) {
		n = readlink(path, target, sizeof(target));
		say("link %s to %.*s\n", path, (int)n, target);
	} else if (type == FTW_F && is_read(name)) {
		say_file(path, !strncmp(name, "stats_", 6));
	}
	return 0;
}

void state_read_storvsp(void (*how)(const char *fmt, ...))
{
	say = how;
	if (access("/sys/module/storvsp", F_OK))
		return;
	if (!access(DISK_FABRIC, F_OK) && nftw(DISK_FABRIC, on_entry, 8, FTW_PHYS))
		die("%s: %m", DISK_FABRIC);
}
