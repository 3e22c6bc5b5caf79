// SPDX-License-Identifier: GPL-2.0
/*
 * What a guest has to be told of a LUN before it gets anything else: that its capacity has
 * changed, or that the disk is gone which it had under that number.
 *
 * A disk that comes right after another has gone would be taken for that: hv_storvsc removes
 * one only when a command says INVALID LUN. Until it has heard that, and looks for the LUN
 * anew, it means the one that is gone, with all that is on its way.
 *
 * It looks with INQUIRY. So does a program that asks just then, between the first INVALID
 * LUN and the removal, and what the guest sends before that goes to the new disk: from here
 * nobody can tell.
 */
#include <linux/atomic.h>
#include <linux/bitops.h>
#include <linux/bits.h>
#include <scsi/scsi_common.h>
#include <scsi/scsi_proto.h>

#include "storvsp.h"

#define OF_REPLACED	(BIT(STORVSP_REPLACED) | BIT(STORVSP_MAY_LOOK) | \
			 BIT(STORVSP_REFUSED))

/*
 * Linux does not look at the status of some (storvsc_on_io_completion()): what they were told
 * would be lost. The other two are not to be disturbed, says SPC.
 */
static bool is_deaf(u8 opcode)
{
	switch (opcode) {
	case INQUIRY:
	case REPORT_LUNS:
	case REQUEST_SENSE:
	case MODE_SENSE:
	case MODE_SENSE_10:
		return true;
	}
	return false;
}

/* A guest that looks for a LUN begins with this. */
static bool is_look(const u8 *cdb)
{
	return cdb[0] == INQUIRY && !(cdb[1] & 1);
}

/*
 * Each INVALID LUN has hv_storvsc remove what has the number by then, one after the other.
 * If it finds the new disk before the last of them it loses it again: it is to look once
 * more, after all of them.
 */
static void looks(struct storvsp_lun *lun)
{
	unsigned long bits = READ_ONCE(lun->untold);

	if (!(bits & BIT(STORVSP_MAY_LOOK)))
		return;
	/* Unless another disk goes just now. */
	if (cmpxchg(&lun->untold, bits, bits & ~OF_REPLACED) == bits &&
	    bits & BIT(STORVSP_REFUSED))
		storvsp_scan(lun->ctl);
}

/**
 * storvsp_untold() - tell the guest what it does not know of a LUN
 * @cmd: a command for one that is there, with something untold
 *
 * Context: process.
 * Return: true if it is answered.
 */
bool storvsp_untold(struct storvsp_cmd *cmd)
{
	const u8 *cdb = cmd->reply.packet.srb.cdb;
	struct storvsp_lun *lun = cmd->lun;

	if (is_look(cdb))
		looks(lun);
	if (is_deaf(cdb[0]))
		return false;
	if (test_bit(STORVSP_REPLACED, &lun->untold)) {
		storvsp_srb_status(cmd, VSTOR_SRB_INVALID_LUN, SAM_STAT_GOOD);
		return true;
	}
	if (!test_and_clear_bit(STORVSP_RESIZED, &lun->untold))
		return false;
	storvsp_srb_sense(cmd, UNIT_ATTENTION, 0x2a, 0x09);
	return true;
}

/**
 * storvsp_gone() - what had a LUN's number is not it any more
 * @lun: the LUN, still there
 *
 * Context: process; storvsp_ctl.luns_lock held.
 */
void storvsp_gone(struct storvsp_lun *lun)
{
	lockdep_assert_held(&lun->ctl->luns_lock);
	clear_bit(STORVSP_RESIZED, &lun->untold);
	/* Who has not looked since the last one went has none that could be this one. */
	if (test_and_set_bit(STORVSP_REPLACED, &lun->untold))
		return;
	if (READ_ONCE(lun->ctl->state) != STORVSP_READY)
		set_bit(STORVSP_MAY_LOOK, &lun->untold);
}

/**
 * storvsp_hears() - a command is going to say INVALID LUN
 * @lun: which
 */
void storvsp_hears(struct storvsp_lun *lun)
{
	if (!test_bit(STORVSP_REPLACED, &lun->untold))
		return;
	set_bit(STORVSP_REFUSED, &lun->untold);
	set_bit(STORVSP_MAY_LOOK, &lun->untold);
}

/**
 * storvsp_heard() - a command has said INVALID LUN
 * @lun: which
 *
 * When the guest has removed the disk it is to look for what there is instead. If it looks
 * before that, it will hear this again.
 *
 * Context: any.
 */
void storvsp_heard(struct storvsp_lun *lun)
{
	if (test_bit(STORVSP_REPLACED, &lun->untold) && storvsp_is_present(lun))
		storvsp_scan(lun->ctl);
}

/**
 * storvsp_begins() - a guest begins, and may know of nothing that was before
 * @ctl: the controller
 *
 * One that begins looks first. But Linux begins as well when it goes on after hibernation
 * (storvsc_resume()), and has its disks still.
 */
void storvsp_begins(struct storvsp_ctl *ctl)
{
	u32 i;

	for (i = 0; i < VSTOR_LUNS_MAX; i++) {
		if (test_bit(STORVSP_REPLACED, &ctl->luns[i].untold))
			set_bit(STORVSP_MAY_LOOK, &ctl->luns[i].untold);
	}
}
