// SPDX-License-Identifier: GPL-2.0
/*
 * storvsp: disks of a partition, and all that is configured by way of configfs. Much of
 * what is allocated there is configfs' and target core's; but then storvsp has to take
 * back what it did, or to know that it has not got what it was promised.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <linux/bpf.h>
#include <linux/vmbus_host.h>

#include "disk.h"
#include "op.h"

static struct answer result(int err)
{
	return (struct answer) { .err = err, .sure = true };
}

/* ---- Steps, forth and back ---- */

static enum disk_step step;

static struct answer make(void)
{
	return result(disk_do(step));
}

static struct answer drop(void)
{
	return result(disk_undo(step));
}

static void make_again(void)
{
	disk_must_do(step);
}

static void drop_again(void)
{
	disk_must_undo(step);
}

static void before(enum disk_step which)
{
	step = which;
	disk_up_to(which - 1, which > DISK_ACL && which <= DISK_MAPPED_LINK);
}

static void after(enum disk_step which)
{
	step = which;
	disk_up_to(which, which >= DISK_ACL && which <= DISK_MAPPED_LINK);
}

static void before_fabric(void)
{
	before(DISK_FABRIC_DIR);
}

static void after_fabric(void)
{
	after(DISK_FABRIC_DIR);
}

static void before_wwn(void)
{
	before(DISK_WWN);
}

static void after_wwn(void)
{
	after(DISK_WWN);
}

static void before_tpg(void)
{
	before(DISK_TPG);
}

static void after_tpg(void)
{
	after(DISK_TPG);
}

static void before_lun(void)
{
	before(DISK_LUN_DIR);
}

static void after_lun(void)
{
	after(DISK_LUN_DIR);
}

static void before_link(void)
{
	before(DISK_LINK);
}

static void after_link(void)
{
	after(DISK_LINK);
}

static void before_acl(void)
{
	before(DISK_ACL);
}

static void after_acl(void)
{
	after(DISK_ACL);
}

static void before_mapped(void)
{
	before(DISK_MAPPED);
}

static void after_mapped(void)
{
	after(DISK_MAPPED);
}

static void before_mapped_link(void)
{
	before(DISK_MAPPED_LINK);
}

static void after_mapped_link(void)
{
	after(DISK_MAPPED_LINK);
}

static void before_enable(void)
{
	before(DISK_ENABLE);
}

static void after_enable(void)
{
	after(DISK_ENABLE);
}

static void before_enable_acl(void)
{
	step = DISK_ENABLE;
	disk_up_to(DISK_MAPPED_LINK, true);
}

/* ---- What was granted works ---- */

/* configfs keeps a long name elsewhere. */
static void before_long_wwn(void)
{
	disk_wwn = "a-partition-with-a-long-name";
	before(DISK_WWN);
}

static void long_wwn_gone(void)
{
	disk_down();
	disk_wwn = "f";
}

/* Names are compared when an ACL's LUN is linked. */
static void use_long_wwn(void)
{
	enum disk_step last = DISK_MAPPED_LINK;

	disk_up_to(last, true);
	while (last >= DISK_WWN)
		disk_must_undo(last--);
}

/* Target core says nothing if it has no memory to show a LUN to the guest. */
static void use_enabled(void)
{
	scsi_begin();
	if (!scsi_sees(DISK_LUN))
		die("the guest does not see a LUN of a controller that was enabled");
	scsi_end();
	disk_must_undo(DISK_ENABLE);
}

/* Anew each time: what target core has of the guest stays when it is withdrawn. */
static void prepare_enable(void)
{
	disk_down();
	before_enable();
}

/* ---- While a guest is there ---- */

static void guest_without_lun(void)
{
	disk_up_to(DISK_ENABLE, false);
	disk_must_undo(DISK_LINK);
	step = DISK_LINK;
	scsi_begin();
	disk_was_lost();
}

static void guest_with_lun(void)
{
	after_enable();
	step = DISK_LINK;
	scsi_begin();
}

static void guest_gone(void)
{
	scsi_end();
	disk_down();
}

/* The kernel's log has to say so. */
static const char *judge_link(const struct answer *answer, bool hit)
{
	bool sees = scsi_sees(DISK_LUN);

	if (answer->err && sees)
		return "it was refused, and the guest sees it";
	if (!answer->err && !sees && !disk_was_lost())
		return "it was granted, the guest does not see it, and nobody says so";
	return NULL;
}

static const char *judge_unlink(const struct answer *answer, bool hit)
{
	if (scsi_sees(DISK_LUN) != !!answer->err)
		return "the guest sees something else than there is";
	return NULL;
}

/* ---- An ACL for who has none, and is using what there is ---- */

/*
 * Target core takes the one that it has made; and with what it has to give back, if there
 * is no memory for something else of the directory, goes the guest's session.
 */
static void enable_again(void)
{
	char value[8];

	if (disk_read("enable", value, sizeof(value)))
		die("enable: %m");
	if (value[0] == '0')
		disk_must_do(DISK_ENABLE);
}

static const char *judge_acl(const struct answer *answer, bool hit)
{
	if (answer->err)
		enable_again();
	return NULL;
}

static void undo_acl(void)
{
	disk_must_undo(DISK_ACL);
	enable_again();
}

static void before_acl_enabled(void)
{
	disk_up_to(DISK_ENABLE, false);
	step = DISK_ACL;
}

/* ---- The partition goes, and takes the controller away ---- */

static void prepare_partition_del(void)
{
	struct msg *m = op_request();

	msg_begin_genl(m, VMBUS_HOST_CMD_PARTITION_DEL, 0);
	msg_text(m, VMBUS_HOST_A_PARTITION_NAME, "f");
}

static bool partition_is_there(void)
{
	static struct msg m;
	struct answer answer;

	msg_begin_genl(&m, VMBUS_HOST_CMD_PARTITION_GET, 0);
	msg_text(&m, VMBUS_HOST_A_PARTITION_NAME, "f");
	answer = msg_talk(&m, NULL, NULL);
	return !answer.err;
}

/* A worker does that. */
static void settle_partition_del(const struct answer *answer)
{
	char value[8] = "";
	int tries;

	if (answer->err && partition_is_there())
		return;
	for (tries = 0; tries < 600; tries++) {
		if (disk_read("enable", value, sizeof(value)))
			die("enable cannot be read: %m");
		if (value[0] == '0')
			return;
		usleep(100000);
	}
	die("a controller is enabled whose partition is gone");
}

static void partition_again(void)
{
	disk_must_do(DISK_PARTITION);
	disk_must_do(DISK_ENABLE);
}

/* ---- Attributes ---- */

static char text[4096];

static struct answer read_nexus(void)
{
	return result(disk_read("nexus", text, sizeof(text)));
}

static struct answer read_qos(void)
{
	return result(disk_read("qos", text, sizeof(text)));
}

static struct answer read_stats(void)
{
	return result(disk_read("stats_low", text, sizeof(text)));
}

static struct answer write_qos(void)
{
	return result(disk_write("qos", "1 1000 100"));
}

static void undo_qos(void)
{
	if (disk_write("qos", "1 0 0"))
		die("qos: %m");
}

static struct answer write_resized(void)
{
	return result(disk_write("resized", "1"));
}

static struct answer write_rescan(void)
{
	return result(disk_write("rescan", "1"));
}

static struct answer write_protect(void)
{
	return result(disk_write("attrib/prod_mode_write_protect", "1"));
}

static void undo_protect(void)
{
	if (disk_write("attrib/prod_mode_write_protect", "0"))
		die("prod_mode_write_protect: %m");
}

/* ---- Counters, which are per-CPU memory ---- */

#define MAPS_MAX 256

static int maps[MAPS_MAX];
static unsigned int n_maps;

/*
 * That is cut from pages that are there already. So they are used up, by BPF, faster
 * than a worker can provide others.
 */
static void use_up(void)
{
	union bpf_attr attr = {
		.map_type = BPF_MAP_TYPE_PERCPU_ARRAY,
		.key_size = 4,
		.value_size = 3584,
		.max_entries = 16,
	};
	int fd = syscall(SYS_bpf, BPF_MAP_CREATE, &attr, sizeof(attr));

	if (fd < 0 || n_maps == MAPS_MAX)
		die("%u maps: %m", n_maps);
	maps[n_maps++] = fd;
}

static void before_counters(void)
{
	before_tpg();
	own_cpu(true);
}

static void counters_gone(void)
{
	own_cpu(false);
	while (n_maps)
		close(maps[--n_maps]);
	disk_down();
}

const struct op disk_ops[] = {
	{ "fabric", before_fabric, .act = make, .undo = drop_again,
	  .cleanup = disk_down },
	{ "fabric drop", after_fabric, .act = drop, .undo = make_again,
	  .cleanup = disk_down },
	{ "disks of a partition", before_wwn, .act = make, .undo = drop_again,
	  .cleanup = disk_down },
	{ "disks of a partition, long name", before_long_wwn, .act = make,
	  .undo = use_long_wwn, .cleanup = long_wwn_gone },
	{ "disks of a partition drop", after_wwn, .act = drop,
	  .undo = make_again, .cleanup = disk_down },
	{ "controller", before_tpg, .act = make, .undo = drop_again,
	  .cleanup = disk_down },
	{ "controller, new counters", before_counters, use_up, make,
	  .undo = drop_again, .cleanup = counters_gone, .once_only = true },
	{ "controller drop", after_tpg, .act = drop, .undo = make_again,
	  .cleanup = disk_down },
	{ "lun", before_lun, .act = make, .undo = drop_again,
	  .cleanup = disk_down },
	{ "lun drop", after_lun, .act = drop, .undo = make_again,
	  .cleanup = disk_down },
	{ "link", before_link, .act = make, .undo = drop_again,
	  .cleanup = disk_down },
	{ "unlink", after_link, .act = drop, .undo = make_again,
	  .cleanup = disk_down },
	{ "acl", before_acl, .act = make, .undo = drop_again,
	  .cleanup = disk_down },
	{ "acl drop", after_acl, .act = drop, .undo = make_again,
	  .cleanup = disk_down },
	{ "acl lun", before_mapped, .act = make, .undo = drop_again,
	  .cleanup = disk_down },
	{ "acl lun drop", after_mapped, .act = drop, .undo = make_again,
	  .cleanup = disk_down },
	{ "acl link", before_mapped_link, .act = make, .undo = drop_again,
	  .cleanup = disk_down },
	{ "acl unlink", after_mapped_link, .act = drop, .undo = make_again,
	  .cleanup = disk_down },
	{ "enable", before_enable, prepare_enable, make, .undo = use_enabled,
	  .cleanup = disk_down, .remade = true },
	{ "enable, with an acl", before_enable_acl, .act = make,
	  .undo = use_enabled, .cleanup = disk_down },
	{ "disable", after_enable, .act = drop, .undo = make_again,
	  .cleanup = disk_down },
	{ "link, of a guest", guest_without_lun, .act = make,
	  .judge = judge_link, .undo = drop_again, .cleanup = guest_gone },
	{ "unlink, of a guest", guest_with_lun, .act = drop,
	  .judge = judge_unlink, .undo = make_again, .cleanup = guest_gone },
	{ "acl, of a controller in use", before_acl_enabled, .act = make,
	  .judge = judge_acl, .undo = undo_acl, .cleanup = disk_down },
	{ "partition del, with a controller", after_enable,
	  prepare_partition_del, .settle = settle_partition_del,
	  .undo = partition_again, .cleanup = disk_down },
	{ "nexus", after_tpg, .act = read_nexus, .cleanup = disk_down },
	{ "qos", after_link, .act = read_qos, .cleanup = disk_down },
	{ "stats", after_link, .act = read_stats, .cleanup = disk_down },
	{ "qos set", after_link, .act = write_qos, .undo = undo_qos,
	  .cleanup = disk_down },
	{ "resized", after_enable, .act = write_resized, .cleanup = disk_down },
	{ "rescan", after_enable, .act = write_rescan, .cleanup = disk_down },
	{ "write protect", after_tpg, .act = write_protect,
	  .undo = undo_protect, .cleanup = disk_down },
	{}
};
