// SPDX-License-Identifier: GPL-2.0
/*
 * The steps by which a disk comes to be, and goes. What is behind it is a RAM disk of
 * target core's that is there already.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <linux/vmbus_host.h>

#include "disk.h"
#include "op.h"

#define STORE "/sys/kernel/config/target/core/rd_mcp_0/r0"

const char *disk_wwn = "f";

static bool done[DISK_STEPS];
static char path[DISK_STEPS][256];
static struct msg m;

/* What the guest's ACL is called. */
static char nexus[64];

static void name_paths(void)
{
	const size_t size = sizeof(*path);

	snprintf(path[DISK_FABRIC_DIR], size, DISK_FABRIC);
	snprintf(path[DISK_WWN], size, DISK_FABRIC "/%s", disk_wwn);
	snprintf(path[DISK_TPG], size, DISK_FABRIC "/%s/tpgt_0", disk_wwn);
	snprintf(path[DISK_LUN_DIR], size, DISK_FABRIC "/%s/tpgt_0/lun/lun_%d",
		 disk_wwn, DISK_LUN);
	snprintf(path[DISK_LINK], size, DISK_FABRIC "/%s/tpgt_0/lun/lun_%d/link",
		 disk_wwn, DISK_LUN);
	snprintf(path[DISK_ACL], size, DISK_FABRIC "/%s/tpgt_0/acls/%s", disk_wwn,
		 nexus);
	snprintf(path[DISK_MAPPED], size, DISK_FABRIC "/%s/tpgt_0/acls/%s/lun_%d",
		 disk_wwn, nexus, DISK_LUN);
	snprintf(path[DISK_MAPPED_LINK], size,
		 DISK_FABRIC "/%s/tpgt_0/acls/%s/lun_%d/link", disk_wwn, nexus,
		 DISK_LUN);
}

static int result(int ret)
{
	return ret < 0 ? -errno : 0;
}

static int partition(uint8_t cmd)
{
	struct answer answer;

	msg_begin_genl(&m, cmd, 0);
	msg_text(&m, VMBUS_HOST_A_PARTITION_NAME, "f");
	if (cmd == VMBUS_HOST_CMD_PARTITION_ADD)
		msg_u32(&m, VMBUS_HOST_A_PARTITION_SERVICES, 0);
	answer = msg_talk(&m, NULL, NULL);
	return answer.err;
}

int disk_do(enum disk_step step)
{
	int err;

	name_paths();
	if (step == DISK_PARTITION)
		err = partition(VMBUS_HOST_CMD_PARTITION_ADD);
	else if (step == DISK_LINK)
		err = result(symlink(STORE, path[step]));
	else if (step == DISK_MAPPED_LINK)
		err = result(symlink(path[DISK_LUN_DIR], path[step]));
	else if (step == DISK_ENABLE)
		err = disk_write("enable", "1");
	else
		err = result(mkdir(path[step], 0755));
	done[step] = !err;
	return err;
}

int disk_undo(enum disk_step step)
{
	int err;

	if (step == DISK_PARTITION)
		err = partition(VMBUS_HOST_CMD_PARTITION_DEL);
	else if (step == DISK_LINK || step == DISK_MAPPED_LINK)
		err = result(unlink(path[step]));
	else if (step == DISK_ENABLE)
		err = disk_write("enable", "0");
	else
		err = result(rmdir(path[step]));
	done[step] = err;
	return err;
}

void disk_must_do(enum disk_step step)
{
	int err = disk_do(step);

	if (err)
		die("%s: step %d without a fault: %s", path[step], step,
		    strerror(-err));
	/* It is known when the controller is there. */
	if (step == DISK_TPG && disk_read("nexus", nexus, sizeof(nexus)))
		die("%s has no nexus", path[step]);
	nexus[strcspn(nexus, "\n")] = 0;
}

void disk_must_undo(enum disk_step step)
{
	int err = disk_undo(step);

	if (err)
		die("%s: undoing step %d without a fault: %s", path[step], step,
		    strerror(-err));
}

void disk_up_to(enum disk_step last, bool with_acl)
{
	enum disk_step step;

	for (step = 0; step <= last; step++) {
		if (!with_acl && step >= DISK_ACL && step <= DISK_MAPPED_LINK)
			continue;
		if (!done[step])
			disk_must_do(step);
	}
}

void disk_down(void)
{
	enum disk_step step = DISK_STEPS;

	while (step-- > 0) {
		if (done[step])
			disk_must_undo(step);
	}
}

static int open_file(const char *file, int flags)
{
	char name[300];

	snprintf(name, sizeof(name), "%s/%s", path[DISK_TPG], file);
	return open(name, flags | O_CLOEXEC);
}

int disk_write(const char *file, const char *text)
{
	int fd = open_file(file, O_WRONLY), err = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		err = -errno;
	close(fd);
	return err;
}

int disk_read(const char *file, char *text, size_t size)
{
	int fd = open_file(file, O_RDONLY), err = 0;
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = read(fd, text, size - 1);
	if (n < 0)
		err = -errno;
	text[n < 0 ? 0 : n] = 0;
	close(fd);
	return err;
}

bool disk_was_lost(void)
{
	static char line[1024];
	static int fd = -1;
	bool lost = false;
	ssize_t n;

	if (fd < 0)
		fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	/* Lines that were overwritten before they were read: EPIPE. */
	while ((n = read(fd, line, sizeof(line) - 1)) > 0 || errno == EPIPE) {
		line[n > 0 ? n : 0] = 0;
		lost |= !!strstr(line, "no memory to show LUN");
	}
	return lost;
}
