// SPDX-License-Identifier: GPL-2.0
/*
 * EXTENDED COPY: from one of a guest's disks to another, by target core.
 *
 * It reads and writes with commands of its own, which are on the stack of its worker and
 * in the lists of both disks. If one of these is being reset meanwhile, whoever does it,
 * target core waits for one of them after the other, and finds the next one when its stack
 * is used for something else. PREEMPT AND ABORT does the same with what began under the
 * reservation that it ends, which is all that did meanwhile. So it is given neither while a
 * copy from or to that disk runs, and no such copy while it has one. (What other fabrics
 * give it is not ours.)
 *
 * It does not look whether the guest may write to where the copy goes, nor counts the
 * memory it takes for it: up to 16 MiB.
 *
 * It goes by names, as the VPD page 83 has them, and so do we: what they mean may change
 * until it looks. Nothing is left to it that is not understood here. A device that is
 * passed through has its own idea of all this.
 */
#include <linux/bitops.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <linux/unaligned.h>
#include <linux/wait.h>
#include <scsi/scsi_proto.h>
#include <target/target_core_backend.h>

#include "storvsp.h"

#define HEADER		16
#define TARGET		32
#define TARGETS_MAX	2
#define SEGMENT		28
#define INDEX_MAX	0x7ff
/* Of memory for one, by target core: XCOPY_MAX_BYTES. */
#define BUFFER_MAX	(16U << 20)
/* So long who aborts commands waits for copies; one can be stuck. */
#define PATIENCE	(5 * HZ)

#define SENSE(key, asc, ascq)	((key) << 16 | (asc) << 8 | (ascq))

/**
 * struct storvsp_copy - an EXTENDED COPY that target core has
 * @node: in copies
 * @naa: where it comes from, and goes
 * @charged: bytes of storvsp_ctl.bounce
 */
struct storvsp_copy {
	struct list_head node;
	u8 naa[2][STORVSP_NAA_LEN];
	u32 charged;
};

/* What a name stands for, for a guest. */
struct place {
	const struct se_device *dev;
	bool readonly;
	bool vague;		/* there are two of that name */
};

static DEFINE_SPINLOCK(lock);	/* of both lists */
static LIST_HEAD(copies);
static LIST_HEAD(stops);
static DECLARE_WAIT_QUEUE_HEAD(wait);

/* As spc_gen_naa_6h_vendor_specific() of target core does it, which is not exported. */
static void name_of(const struct se_device *dev, u8 *naa)
{
	const char *p = dev->t10_wwn.unit_serial;
	u32 company = dev->t10_wwn.company_id, digit;
	int value;

	memset(naa, 0, STORVSP_NAA_LEN);
	put_unaligned_be32(6U << 28 | (company & 0xffffff) << 4, naa);
	/* The last half of a byte, and 12 more. */
	for (digit = 7; *p && digit < 2 * STORVSP_NAA_LEN; p++) {
		value = hex_to_bin(*p);
		if (value < 0)
			continue;
		naa[digit / 2] |= digit % 2 ? value : value << 4;
		digit++;
	}
}

static bool is_name_of(const struct se_device *dev, const u8 *naa)
{
	u8 name[STORVSP_NAA_LEN];

	name_of(dev, name);
	return !memcmp(name, naa, sizeof(name));
}

static void find_place(struct se_node_acl *acl, const u8 *naa, struct place *place)
{
	const struct se_dev_entry *entry;
	const struct se_device *dev;

	*place = (struct place) {};
	hlist_for_each_entry_rcu(entry, &acl->lun_entry_hlist, link) {
		dev = rcu_dereference(entry->se_lun->lun_se_dev);
		if (!dev || !is_name_of(dev, naa))
			continue;
		place->vague |= place->dev && place->dev != dev;
		place->readonly |= entry->lun_access_ro ||
				   dev->dev_flags & DF_READ_ONLY;
		place->dev = dev;
	}
}

/* Does the disk itself know what to do with it? */
static bool passes_through(const struct storvsp_cmd *cmd)
{
	const struct se_device *dev;
	bool passes;

	rcu_read_lock();
	dev = storvsp_acl_dev(cmd->chan->ctl, cmd->reply.packet.srb.lun);
	passes = dev && dev->transport_flags & TRANSPORT_FLAG_PASSTHROUGH;
	rcu_read_unlock();
	return passes;
}

/* Each error is what target core would say, with a line in the log. */
static u32 parse(const struct storvsp_cmd *cmd, struct storvsp_copy *copy, u32 *blocks)
{
	const u8 *list = sg_virt(cmd->sgt.sgl), *segment;
	u32 targets, segments, i, index;

	if (cmd->reply.packet.srb.cdb[1] & 0x1f)
		return SENSE(ILLEGAL_REQUEST, 0x20, 0);
	if (cmd->len < HEADER)
		return SENSE(ILLEGAL_REQUEST, 0x1a, 0);
	targets = get_unaligned_be16(list + 2);
	segments = get_unaligned_be32(list + 8);
	if (segments > PAGE_SIZE || targets + segments > 1024)
		return SENSE(ILLEGAL_REQUEST, 0x1a, 0);
	/* Data in the list itself */
	if (get_unaligned_be32(list + 12))
		return SENSE(ILLEGAL_REQUEST, 0x26, 0);
	if (cmd->len < HEADER + targets + segments)
		return SENSE(ILLEGAL_REQUEST, 0x1a, 0);
	if (segments % SEGMENT)
		return SENSE(ILLEGAL_REQUEST, 0x26, 9);
	if (segments > SEGMENT)
		return SENSE(ILLEGAL_REQUEST, 0x26, 8);
	if (!segments)
		return SENSE(ILLEGAL_REQUEST, 0x26, 0);
	segment = list + HEADER + targets;
	if (segment[0] != 0x02)
		return SENSE(ILLEGAL_REQUEST, 0x26, 9);
	if (get_unaligned_be16(segment + 2) != SEGMENT - 4)
		return SENSE(ILLEGAL_REQUEST, 0x26, 0);
	if (targets % TARGET)
		return SENSE(ILLEGAL_REQUEST, 0x26, 7);
	if (targets > TARGETS_MAX * TARGET)
		return SENSE(ILLEGAL_REQUEST, 0x26, 6);
	for (i = 0; i < targets / TARGET; i++) {
		if (list[HEADER + i * TARGET] != 0xe4)
			return SENSE(ILLEGAL_REQUEST, 0x26, 7);
	}
	for (i = 0; i < 2; i++) {
		index = get_unaligned_be16(segment + 4 + 2 * i);
		if (index > INDEX_MAX)
			return SENSE(ILLEGAL_REQUEST, 0x26, 0);
		if (index >= targets / TARGET)
			return SENSE(COPY_ABORTED, 0x0d, 2);
		memcpy(copy->naa[i], list + HEADER + index * TARGET + 8,
		       STORVSP_NAA_LEN);
	}
	*blocks = get_unaligned_be16(segment + 10);
	return 0;
}

static u64 limit(const struct se_device *dev)
{
	return (u64)dev->dev_attrib.hw_max_sectors *
	       dev->dev_attrib.hw_block_size;
}

/* Not there, or not to be told from another; or not to be written to. */
static u32 look(struct storvsp_cmd *cmd, struct storvsp_copy *copy, u32 blocks)
{
	struct se_node_acl *acl = cmd->chan->ctl->sess->se_node_acl;
	struct place from, to;
	u32 sense = 0;
	u64 bytes;

	rcu_read_lock();
	find_place(acl, copy->naa[0], &from);
	find_place(acl, copy->naa[1], &to);
	if (!from.dev || !to.dev || from.vague || to.vague) {
		sense = SENSE(COPY_ABORTED, 0x0d, 2);
	} else if (to.readonly) {
		sense = SENSE(DATA_PROTECT, 0x27, 0);
	} else {
		bytes = (u64)blocks * from.dev->dev_attrib.block_size;
		bytes = min3(bytes, limit(from.dev), limit(to.dev));
		copy->charged = min_t(u64, bytes, BUFFER_MAX);
	}
	rcu_read_unlock();
	return sense;
}

static bool charge(struct storvsp_ctl *ctl, u32 bytes)
{
	if (atomic_add_return(bytes, &ctl->bounce) <= STORVSP_MAX_BOUNCE)
		return true;
	atomic_sub(bytes, &ctl->bounce);
	return false;
}

static bool is_of(const struct storvsp_copy *copy, const u8 *naa)
{
	return !memcmp(copy->naa[0], naa, STORVSP_NAA_LEN) ||
	       !memcmp(copy->naa[1], naa, STORVSP_NAA_LEN);
}

/* Unless commands of one of its disks are being aborted. */
static bool add(struct storvsp_copy *copy)
{
	const struct storvsp_copy_stop *stop;
	bool free = true;

	spin_lock(&lock);
	list_for_each_entry(stop, &stops, node)
		free &= !is_of(copy, stop->naa);
	if (free)
		list_add(&copy->node, &copies);
	spin_unlock(&lock);
	return free;
}

static bool begin(struct storvsp_cmd *cmd, struct storvsp_copy *copy)
{
	struct storvsp_ctl *ctl = cmd->chan->ctl;

	if (!charge(ctl, copy->charged))
		return false;
	if (add(copy))
		return true;
	atomic_sub(copy->charged, &ctl->bounce);
	return false;
}

/**
 * storvsp_copy_begin() - may target core have this EXTENDED COPY?
 * @cmd: the command; with storvsp_copy_end() when it is through
 *
 * Context: process.
 * Return: true if so; else it is answered.
 */
bool storvsp_copy_begin(struct storvsp_cmd *cmd)
{
	struct storvsp_copy *copy;
	u32 sense, blocks = 0;

	/* One without a list does nothing. */
	if (cmd->data != STORVSP_DATA_COPIED || passes_through(cmd))
		return true;
	copy = kmalloc(sizeof(*copy), GFP_KERNEL);
	if (!copy)
		goto busy;
	sense = parse(cmd, copy, &blocks);
	if (!sense)
		sense = look(cmd, copy, blocks);
	if (sense) {
		kfree(copy);
		storvsp_srb_sense(cmd, sense >> 16, sense >> 8, sense);
		return false;
	}
	if (!begin(cmd, copy))
		goto busy;
	cmd->copy = copy;
	return true;

busy:
	kfree(copy);
	storvsp_srb_status(cmd, VSTOR_SRB_BUSY, SAM_STAT_TASK_SET_FULL);
	return false;
}

/**
 * storvsp_copy_end() - target core has let go of it
 * @cmd: the command, with a copy
 */
void storvsp_copy_end(struct storvsp_cmd *cmd)
{
	struct storvsp_copy *copy = cmd->copy;

	spin_lock(&lock);
	list_del(&copy->node);
	spin_unlock(&lock);
	wake_up_all(&wait);
	atomic_sub(copy->charged, &cmd->chan->ctl->bounce);
	kfree(copy);
	cmd->copy = NULL;
}

static bool is_quiet(const u8 *naa)
{
	const struct storvsp_copy *copy;
	bool quiet = true;

	spin_lock(&lock);
	list_for_each_entry(copy, &copies, node)
		quiet &= !is_of(copy, naa);
	spin_unlock(&lock);
	return quiet;
}

/**
 * storvsp_copy_of() - say for which disk copies are to be stopped
 * @stop: for storvsp_copy_stop()
 * @dev: the disk, NULL if it is not there: it has no name then
 *
 * Context: under rcu_read_lock(), or a command has the disk.
 */
void storvsp_copy_of(struct storvsp_copy_stop *stop, const struct se_device *dev)
{
	memset(stop->naa, 0, sizeof(stop->naa));
	if (dev)
		name_of(dev, stop->naa);
}

/**
 * storvsp_copy_stop() - have no copies from or to a disk
 * @stop: which; with storvsp_copy_go() again
 *
 * Context: process; waits for those that run, for some seconds.
 * Return: true if there are none now.
 */
bool storvsp_copy_stop(struct storvsp_copy_stop *stop)
{
	spin_lock(&lock);
	list_add(&stop->node, &stops);
	spin_unlock(&lock);
	return wait_event_timeout(wait, is_quiet(stop->naa), PATIENCE);
}

/**
 * storvsp_copy_stopped() - are there none now?
 * @stop: between storvsp_copy_stop() and storvsp_copy_go()
 *
 * Return: true if so.
 */
bool storvsp_copy_stopped(const struct storvsp_copy_stop *stop)
{
	return is_quiet(stop->naa);
}

/**
 * storvsp_copy_go() - have them again
 * @stop: the same
 */
void storvsp_copy_go(struct storvsp_copy_stop *stop)
{
	spin_lock(&lock);
	list_del(&stop->node);
	spin_unlock(&lock);
}
