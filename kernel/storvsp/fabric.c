// SPDX-License-Identifier: GPL-2.0
/*
 * What target core, and whoever configures it, see of us: a fabric.
 *
 *	/sys/kernel/config/target/storvsp/PARTITION/tpgt_CONTROLLER/
 *		attrib/prod_mode_write_protect	see storvsp_ctl.protect
 *		enable		the controller is offered to the partition
 *		nexus		what the guest is called in acls/
 *		qos		limits of LUNs
 *		resized		a LUN's capacity has changed: written to
 *		rescan		the guest is to look for LUNs: written to
 *		stats_low	what LUNs 0 to 31 have done
 *		stats_high	and the others
 *		lun/lun_N	N is less than 64
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/blk_types.h>
#include <linux/jhash.h>
#include <linux/kstrtox.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <scsi/scsi_proto.h>
#include <target/target_core_backend.h>

#include "storvsp.h"

static char *get_wwn(struct se_portal_group *tpg)
{
	return storvsp_ctl(tpg)->wwn->name;
}

static u16 get_tag(struct se_portal_group *tpg)
{
	return storvsp_ctl(tpg)->number;
}

static int say_yes(struct se_portal_group *tpg)
{
	return 1;
}

static int say_no(struct se_portal_group *tpg)
{
	return 0;
}

static int is_protecting(struct se_portal_group *tpg)
{
	return READ_ONCE(storvsp_ctl(tpg)->protect);
}

static int keeps_acl(struct se_portal_group *tpg)
{
	return !READ_ONCE(storvsp_ctl(tpg)->forget_acl);
}

static u32 get_inst_index(struct se_portal_group *tpg)
{
	return 1;
}

static u32 sess_get_index(struct se_session *sess)
{
	return 1;
}

static void set_default_node_attributes(struct se_node_acl *acl)
{
}

static int get_cmd_state(struct se_cmd *se)
{
	return 0;
}

/* Whoever removes the guest's ACL waits for its session to end. */
static void close_session(struct se_session *sess)
{
	storvsp_take_back(sess->fabric_sess_ptr);
}

/* What the guest sends is there when the command is submitted. */
static int write_pending(struct se_cmd *se)
{
	target_execute_cmd(se);
	return 0;
}

static void aborted_task(struct se_cmd *se)
{
}

static void release_cmd(struct se_cmd *se)
{
	if (se->se_cmd_flags & SCF_SCSI_TMR_CDB)
		storvsp_tmf_done(se);
	else
		storvsp_release_cmd(container_of(se, struct storvsp_cmd, se));
}

static struct storvsp_lun *find_lun(struct se_portal_group *tpg, u64 number)
{
	return number < VSTOR_LUNS_MAX ? &storvsp_ctl(tpg)->luns[number] : NULL;
}

/* No piece of what is read or written may be part of a block. */
static u32 alignment(const struct se_dev_attrib *attrib)
{
	u32 block = max3(attrib->block_size, attrib->hw_block_size,
			 (u32)SECTOR_SIZE);

	/* More is never in one piece, not even in pages of ours. */
	return min_t(u32, roundup_pow_of_two(block), PAGE_SIZE);
}

static void sum_stats(const struct storvsp_lun *lun, struct storvsp_stats *sum)
{
	const struct storvsp_stats *one;
	int cpu;

	*sum = (struct storvsp_stats) {};
	for_each_possible_cpu(cpu) {
		one = per_cpu_ptr(lun->ctl->stats, cpu) + (lun - lun->ctl->luns);
		sum->reads += READ_ONCE(one->reads);
		sum->writes += READ_ONCE(one->writes);
		sum->others += READ_ONCE(one->others);
		sum->read_bytes += READ_ONCE(one->read_bytes);
		sum->write_bytes += READ_ONCE(one->write_bytes);
		sum->errors += READ_ONCE(one->errors);
		sum->nsecs += READ_ONCE(one->nsecs);
	}
}

/* What was done until now another disk with this number has done. */
static void begin_stats(struct storvsp_lun *lun)
{
	spin_lock(&lun->qos.lock);
	sum_stats(lun, &lun->before);
	spin_unlock(&lun->qos.lock);
}

/* Counters only grow: others count while this looks. */
static void read_stats(struct storvsp_lun *lun, struct storvsp_stats *stats)
{
	const struct storvsp_stats *before = &lun->before;

	spin_lock(&lun->qos.lock);
	sum_stats(lun, stats);
	stats->reads -= before->reads;
	stats->writes -= before->writes;
	stats->others -= before->others;
	stats->read_bytes -= before->read_bytes;
	stats->write_bytes -= before->write_bytes;
	stats->errors -= before->errors;
	stats->nsecs -= before->nsecs;
	spin_unlock(&lun->qos.lock);
}

/* Target core does not ask whether a number will do. */
static int post_link(struct se_portal_group *tpg, struct se_lun *se_lun)
{
	struct storvsp_lun *lun = find_lun(tpg, se_lun->unpacked_lun);
	const struct se_device *dev = rcu_dereference_raw(se_lun->lun_se_dev);

	if (!lun) {
		pr_warn("%s: no guest sees LUN %llu: they are 0 to %u\n",
			get_wwn(tpg), se_lun->unpacked_lun, VSTOR_LUNS_MAX - 1);
		return -EINVAL;
	}
	WRITE_ONCE(lun->block, dev->dev_attrib.block_size);
	WRITE_ONCE(lun->align, alignment(&dev->dev_attrib));
	WRITE_ONCE(lun->readonly, dev->dev_flags & DF_READ_ONLY);
	WRITE_ONCE(lun->file, !strcmp(dev->transport->name, "fileio"));
	WRITE_ONCE(lun->protected, lun->readonly);
	begin_stats(lun);
	/* Pairs with storvsp_is_present(). */
	smp_store_release(&lun->present, true);
	/* After that: who enables the controller meanwhile looks at it. */
	if (!storvsp_acl_shows(lun->ctl, se_lun->unpacked_lun)) {
		pr_warn("%s: controller %u: no memory to show LUN %llu to the guest: link it again\n",
			get_wwn(tpg), get_tag(tpg), se_lun->unpacked_lun);
		return -ENOMEM;
	}
	storvsp_scan(lun->ctl);
	return 0;
}

static void pre_unlink(struct se_portal_group *tpg, struct se_lun *se_lun)
{
	struct storvsp_lun *lun = find_lun(tpg, se_lun->unpacked_lun);

	if (!lun)
		return;
	/* What is said of it from now on is said of the next one. */
	mutex_lock(&lun->ctl->luns_lock);
	storvsp_gone(lun);
	WRITE_ONCE(lun->present, false);
	storvsp_qos_set(lun, 0, 0);
	mutex_unlock(&lun->ctl->luns_lock);
	storvsp_qos_drain(lun);
	storvsp_scan(lun->ctl);
}

static int enable_tpg(struct se_portal_group *tpg, bool enable)
{
	if (enable)
		return storvsp_enable(storvsp_ctl(tpg));
	storvsp_disable(storvsp_ctl(tpg));
	return 0;
}

static ssize_t storvsp_tpg_nexus_show(struct config_item *item, char *page)
{
	return sysfs_emit(page, "%s\n", storvsp_ctl(to_tpg(item))->initiator);
}
CONFIGFS_ATTR_RO(storvsp_tpg_, nexus);

/* LUN MAX MIN, in lines */
static ssize_t storvsp_tpg_qos_show(struct config_item *item, char *page)
{
	struct storvsp_ctl *ctl = storvsp_ctl(to_tpg(item));
	const struct storvsp_qos *qos;
	ssize_t len = 0;
	u32 i;

	for (i = 0; i < VSTOR_LUNS_MAX; i++) {
		qos = &ctl->luns[i].qos;
		if (READ_ONCE(qos->max) || READ_ONCE(qos->min))
			len += sysfs_emit_at(page, len, "%u %u %u\n", i,
					     READ_ONCE(qos->max),
					     READ_ONCE(qos->min));
	}
	return len;
}

static ssize_t storvsp_tpg_qos_store(struct config_item *item, const char *page,
				     size_t count)
{
	struct storvsp_lun *lun;
	u32 number, max, min;
	bool present;

	if (sscanf(page, "%u %u %u", &number, &max, &min) != 3)
		return -EINVAL;
	lun = find_lun(to_tpg(item), number);
	if (!lun || (max && min > max))
		return -EINVAL;
	mutex_lock(&lun->ctl->luns_lock);
	present = lun->present;
	if (present)
		storvsp_qos_set(lun, max, min);
	mutex_unlock(&lun->ctl->luns_lock);
	return present ? count : -ENODEV;
}
CONFIGFS_ATTR(storvsp_tpg_, qos);

static ssize_t storvsp_tpg_resized_store(struct config_item *item,
					 const char *page, size_t count)
{
	struct storvsp_lun *lun;
	bool present;
	u32 number;
	int err;

	err = kstrtou32(page, 10, &number);
	if (err)
		return err;
	lun = find_lun(to_tpg(item), number);
	if (!lun)
		return -EINVAL;
	mutex_lock(&lun->ctl->luns_lock);
	present = lun->present;
	if (present)
		set_bit(STORVSP_RESIZED, &lun->untold);
	mutex_unlock(&lun->ctl->luns_lock);
	if (!present)
		return -ENODEV;
	/* A guest that looks meets the UNIT ATTENTION. */
	storvsp_scan(lun->ctl);
	return count;
}
CONFIGFS_ATTR_WO(storvsp_tpg_, resized);

/* LUNs come to see the guest with the link in lun/; an ACL's come later. */
static ssize_t storvsp_tpg_rescan_store(struct config_item *item,
					const char *page, size_t count)
{
	struct storvsp_ctl *ctl = storvsp_ctl(to_tpg(item));
	int err;

	/* Names are of a network namespace, and this directory is of the host. */
	err = storvsp_offered_here(ctl);
	if (err)
		return err;
	storvsp_scan(ctl);
	return count;
}
CONFIGFS_ATTR_WO(storvsp_tpg_, rescan);

/*
 * LUN READS WRITES OTHERS READ-BYTES WRITE-BYTES ERRORS NSECS, hexadecimal: that way
 * the longest lines of half of all LUNs still fit into a page.
 */
static ssize_t show_stats(struct config_item *item, char *page, u32 first)
{
	struct storvsp_ctl *ctl = storvsp_ctl(to_tpg(item));
	struct storvsp_stats stats;
	ssize_t len = 0;
	u32 i;

	for (i = first; i < first + VSTOR_LUNS_MAX / 2; i++) {
		if (!READ_ONCE(ctl->luns[i].present))
			continue;
		read_stats(&ctl->luns[i], &stats);
		len += sysfs_emit_at(page, len,
				     "%x %llx %llx %llx %llx %llx %llx %llx\n", i,
				     stats.reads, stats.writes, stats.others,
				     stats.read_bytes, stats.write_bytes,
				     stats.errors, stats.nsecs);
	}
	return len;
}

static ssize_t storvsp_tpg_stats_low_show(struct config_item *item, char *page)
{
	return show_stats(item, page, 0);
}
CONFIGFS_ATTR_RO(storvsp_tpg_, stats_low);

static ssize_t storvsp_tpg_stats_high_show(struct config_item *item, char *page)
{
	return show_stats(item, page, VSTOR_LUNS_MAX / 2);
}
CONFIGFS_ATTR_RO(storvsp_tpg_, stats_high);

static struct configfs_attribute *tpg_attrs[] = {
	&storvsp_tpg_attr_nexus,
	&storvsp_tpg_attr_qos,
	&storvsp_tpg_attr_resized,
	&storvsp_tpg_attr_rescan,
	&storvsp_tpg_attr_stats_low,
	&storvsp_tpg_attr_stats_high,
	NULL,
};

/* As iSCSI has it: without it a LUN could be written to before it is made read-only. */
static ssize_t
storvsp_tpg_attrib_prod_mode_write_protect_show(struct config_item *item,
						char *page)
{
	return sysfs_emit(page, "%d\n", is_protecting(attrib_to_tpg(item)));
}

static ssize_t
storvsp_tpg_attrib_prod_mode_write_protect_store(struct config_item *item,
						 const char *page, size_t count)
{
	bool protect;
	int err;

	err = kstrtobool(page, &protect);
	if (err)
		return err;
	WRITE_ONCE(storvsp_ctl(attrib_to_tpg(item))->protect, protect);
	return count;
}
CONFIGFS_ATTR(storvsp_tpg_attrib_, prod_mode_write_protect);

static struct configfs_attribute *attrib_attrs[] = {
	&storvsp_tpg_attrib_attr_prod_mode_write_protect,
	NULL,
};

/*
 * Persistent reservations know a guest by this, also after a reboot: it follows from
 * names. The first digit says that it was not assigned by anybody.
 */
static void name_initiator(struct storvsp_ctl *ctl)
{
	const char *name = ctl->wwn->name;
	u32 len = strlen(name);

	snprintf(ctl->initiator, sizeof(ctl->initiator), "naa.3%07x%08x",
		 jhash(name, len, ctl->number) & 0xfffffff,
		 jhash(name, len, ~ctl->number));
}

static struct se_portal_group *make_tpg(struct se_wwn *wwn, const char *name)
{
	struct storvsp_ctl *ctl;
	u16 number;
	int err;

	if (strncmp(name, "tpgt_", 5) || kstrtou16(name + 5, 10, &number) ||
	    number >= VSTOR_CONTROLLERS_MAX)
		return ERR_PTR(-EINVAL);
	ctl = kvzalloc(sizeof(*ctl), GFP_KERNEL);
	if (!ctl)
		return ERR_PTR(-ENOMEM);
	ctl->wwn = container_of(wwn, struct storvsp_wwn, wwn);
	ctl->number = number;
	name_initiator(ctl);
	err = storvsp_ctl_init(ctl);
	if (err)
		goto free;
	/* Transport ids of persistent reservations have the form of SAS'. */
	err = core_tpg_register(wwn, &ctl->tpg, SCSI_PROTOCOL_SAS);
	if (err)
		goto exit;
	return &ctl->tpg;

exit:
	storvsp_ctl_exit(ctl);
free:
	kvfree(ctl);
	return ERR_PTR(err);
}

static void drop_tpg(struct se_portal_group *tpg)
{
	struct storvsp_ctl *ctl = storvsp_ctl(tpg);

	storvsp_disable(ctl);
	cancel_delayed_work_sync(&ctl->gone_work);
	core_tpg_deregister(tpg);
	storvsp_ctl_exit(ctl);
	kvfree(ctl);
}

static struct se_wwn *make_wwn(struct target_fabric_configfs *tf,
			       struct config_group *group, const char *name)
{
	struct storvsp_wwn *wwn;

	if (strlen(name) >= STORVSP_NAME_MAX)
		return ERR_PTR(-ENAMETOOLONG);
	wwn = kzalloc(sizeof(*wwn), GFP_KERNEL);
	if (!wwn)
		return ERR_PTR(-ENOMEM);
	strscpy(wwn->name, name, sizeof(wwn->name));
	return &wwn->wwn;
}

/*
 * Nobody looks whether configfs had memory for a name that is long; and with none target
 * core is lost when an ACL's LUN is linked.
 */
static void name_wwn(struct se_wwn *se_wwn)
{
	struct storvsp_wwn *wwn = container_of(se_wwn, struct storvsp_wwn, wwn);
	struct config_item *item = &se_wwn->wwn_group.cg_item;

	if (!item->ci_name)
		item->ci_name = kstrdup(wwn->name, GFP_KERNEL | __GFP_NOFAIL);
}

static void drop_wwn(struct se_wwn *wwn)
{
	kfree(container_of(wwn, struct storvsp_wwn, wwn));
}

static const struct target_core_fabric_ops ops = {
	.module				= THIS_MODULE,
	.fabric_name			= "storvsp",
	.max_data_sg_nents		= STORVSP_MAX_TRANSFER / PAGE_SIZE,
	.tpg_get_wwn			= get_wwn,
	.tpg_get_tag			= get_tag,
	.tpg_check_demo_mode		= say_yes,
	.tpg_check_demo_mode_cache	= keeps_acl,
	.tpg_check_demo_mode_write_protect = say_no,
	.tpg_check_prod_mode_write_protect = is_protecting,
	.tpg_get_inst_index		= get_inst_index,
	.check_stop_free		= storvsp_check_stop_free,
	.release_cmd			= release_cmd,
	.close_session			= close_session,
	.sess_get_index			= sess_get_index,
	.write_pending			= write_pending,
	.set_default_node_attributes	= set_default_node_attributes,
	.get_cmd_state			= get_cmd_state,
	.queue_data_in			= storvsp_queue_data_in,
	.queue_status			= storvsp_queue_status,
	.queue_tm_rsp			= storvsp_queue_tm_rsp,
	.aborted_task			= aborted_task,
	.fabric_make_wwn		= make_wwn,
	.fabric_drop_wwn		= drop_wwn,
	.add_wwn_groups			= name_wwn,
	.fabric_make_tpg		= make_tpg,
	.fabric_enable_tpg		= enable_tpg,
	.fabric_drop_tpg		= drop_tpg,
	.fabric_post_link		= post_link,
	.fabric_pre_unlink		= pre_unlink,
	.tfc_tpg_base_attrs		= tpg_attrs,
	.tfc_tpg_attrib_attrs		= attrib_attrs,
	VSW_TARGET_QUEUES
};

/**
 * storvsp_fabric_init() - tell target core of the fabric
 *
 * Return: 0 or a negative errno.
 */
int storvsp_fabric_init(void)
{
	return target_register_template(&ops);
}

/**
 * storvsp_fabric_exit() - undo that; nothing is configured any more
 */
void storvsp_fabric_exit(void)
{
	target_unregister_template(&ops);
}
