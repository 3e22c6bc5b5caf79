// SPDX-License-Identifier: GPL-2.0
/*
 * Resets: of a LUN, or of all. When one is answered, no command that came before it
 * can touch the guest's memory any more, and each of them is answered.
 *
 * Target core aborts nothing for it: what came before is waited for, and what comes later
 * is held back, so that it finds no command of ours. It would wait for those that its
 * backstore has begun, and so do we. What is left to it are the reservation of RESERVE, the
 * UNIT ATTENTION, and commands of others who have the same disk. It must not meet EXTENDED
 * COPY then (copy.c): if one is stuck it is not told at all.
 */
#include <linux/completion.h>
#include <linux/errno.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/wait_bit.h>

#include "storvsp.h"

/**
 * struct storvsp_tmf - a reset
 * @se: of the LUN that is being reset
 * @released: target core has let go of that
 * @response: and said this
 * @chan: where it came from
 * @work: waits for all of it
 * @reply: the packet
 */
struct storvsp_tmf {
	struct se_cmd se;
	struct completion released;
	u8 response;
	struct storvsp_chan *chan;
	struct work_struct work;
	struct storvsp_reply reply;
};

/* Until its answer is written it is one: a guest need not read them. */
static void tmf_free(struct storvsp_reply *reply)
{
	struct storvsp_tmf *tmf = container_of(reply, struct storvsp_tmf, reply);

	atomic_dec(&tmf->chan->resets);
	atomic_dec(&tmf->chan->ctl->resets);
	kfree(tmf);
}

/**
 * storvsp_queue_tm_rsp() - what target core has to say of a reset
 * @se: which
 */
void storvsp_queue_tm_rsp(struct se_cmd *se)
{
	struct storvsp_tmf *tmf = container_of(se, struct storvsp_tmf, se);

	tmf->response = se->se_tmr_req->response;
	transport_generic_free_cmd(se, 0);
}

/**
 * storvsp_tmf_done() - target core lets go of a reset
 * @se: which
 */
void storvsp_tmf_done(struct se_cmd *se)
{
	struct storvsp_tmf *tmf = container_of(se, struct storvsp_tmf, se);

	complete(&tmf->released);
}

/* What target core has to do for it, when no command of ours is there. */
static u32 tell_core(struct storvsp_tmf *tmf, struct storvsp_lun *lun)
{
	lockdep_assert_held(&lun->reset_lock);
	memset(&tmf->se, 0, sizeof(tmf->se));
	tmf->response = TMR_FUNCTION_FAILED;
	init_completion(&tmf->released);
	if (target_submit_tmr(&tmf->se, lun->ctl->sess, NULL, lun - lun->ctl->luns,
			      tmf, TMR_LUN_RESET, GFP_KERNEL, 0,
			      TARGET_SCF_ACK_KREF))
		return VSTOR_STATUS_UNSUCCESSFUL;
	wait_for_completion(&tmf->released);
	switch (tmf->response) {
	case TMR_FUNCTION_COMPLETE:
		return VSTOR_STATUS_SUCCESS;
	case TMR_LUN_DOES_NOT_EXIST:
		return VSTOR_STATUS_DEVICE_DOES_NOT_EXIST;
	}
	return VSTOR_STATUS_UNSUCCESSFUL;
}

/*
 * What target core cannot be told: who has the disk by RESERVE has it no more. The UNIT
 * ATTENTION would be for who knows, and for others, of whose commands none is aborted.
 */
static void end_reserve(struct storvsp_lun *lun)
{
	struct se_device *dev;

	rcu_read_lock();
	dev = storvsp_acl_dev(lun->ctl, lun - lun->ctl->luns);
	if (dev) {
		spin_lock(&dev->dev_reservation_lock);
		if (dev->dev_reservation_flags & DRF_SPC2_RESERVATIONS)
			dev->reservation_holder = NULL;
		dev->dev_reservation_flags &= ~DRF_SPC2_RESERVATIONS;
		spin_unlock(&dev->dev_reservation_lock);
	}
	rcu_read_unlock();
}

/* Only to be compared: it may be gone. */
static const struct se_device *device_of(struct storvsp_lun *lun)
{
	const struct se_device *dev;

	rcu_read_lock();
	dev = storvsp_acl_dev(lun->ctl, lun - lun->ctl->luns);
	rcu_read_unlock();
	return dev;
}

static u32 tell_core_alone(struct storvsp_tmf *tmf, struct storvsp_lun *lun)
{
	struct storvsp_turns *turns = storvsp_reserve_stop(device_of(lun));
	u32 status;

	if (!turns)
		return VSTOR_STATUS_UNSUCCESSFUL;
	status = tell_core(tmf, lun);
	storvsp_reserve_go(turns);
	return status;
}

static u32 reset_present(struct storvsp_tmf *tmf, struct storvsp_lun *lun)
{
	u32 status = VSTOR_STATUS_SUCCESS;
	struct storvsp_copy_stop stop;

	rcu_read_lock();
	storvsp_copy_of(&stop, storvsp_acl_dev(lun->ctl, lun - lun->ctl->luns));
	rcu_read_unlock();
	if (storvsp_copy_stop(&stop))
		status = tell_core_alone(tmf, lun);
	else
		end_reserve(lun);
	storvsp_copy_go(&stop);
	return status;
}

/* One that is not there any more can have commands still. */
static u32 reset_lun(struct storvsp_tmf *tmf, struct storvsp_lun *lun)
{
	u32 status = VSTOR_STATUS_DEVICE_DOES_NOT_EXIST;
	u32 epoch;

	mutex_lock(&lun->reset_lock);
	epoch = storvsp_qos_hold(lun);
	wait_var_event(&lun->inflight[epoch], !atomic_read(&lun->inflight[epoch]));
	if (storvsp_is_present(lun))
		status = reset_present(tmf, lun);
	storvsp_qos_unhold(lun);
	mutex_unlock(&lun->reset_lock);
	return status;
}

static u32 reset_all(struct storvsp_tmf *tmf, struct storvsp_ctl *ctl)
{
	u32 all = VSTOR_STATUS_SUCCESS, status, i;

	for (i = 0; i < VSTOR_LUNS_MAX; i++) {
		status = reset_lun(tmf, &ctl->luns[i]);
		if (status == VSTOR_STATUS_UNSUCCESSFUL)
			all = status;
	}
	return all;
}

static void reset_work(struct work_struct *work)
{
	struct storvsp_tmf *tmf = container_of(work, struct storvsp_tmf, work);
	struct vstor_packet *packet = &tmf->reply.packet;
	struct storvsp_chan *chan = tmf->chan;
	struct storvsp_ctl *ctl = chan->ctl;
	/* The guest may wait for it to write pages out. */
	unsigned int noio = memalloc_noio_save();
	u32 status;

	if (le32_to_cpu(packet->operation) == VSTOR_RESET_LUN)
		status = reset_lun(tmf, &ctl->luns[packet->srb.lun]);
	else
		status = reset_all(tmf, ctl);
	memalloc_noio_restore(noio);
	/* What it has waited for is answered; on any channel, the guest sees that first. */
	flush_workqueue(chan->prompt ? storvsp_wq : ctl->wq);
	packet->status = cpu_to_le32(status);
	storvsp_reply(chan, &tmf->reply);
	storvsp_chan_put(chan);
}

/* Whether it has such a LUN; if there is a disk is another question. */
static bool has_lun(const struct vstor_packet *packet)
{
	const struct vstor_srb *srb = &packet->srb;

	if (le32_to_cpu(packet->operation) != VSTOR_RESET_LUN)
		return true;
	return storvsp_is_address(srb);
}

static int refuse(struct storvsp_chan *chan, const struct vmh_packet *packet,
		  const struct vstor_packet *copy, u32 status)
{
	struct vstor_packet answer = *copy;

	if (!packet->wants_completion)
		return 0;
	answer.operation = cpu_to_le32(VSTOR_COMPLETE_IO);
	answer.status = cpu_to_le32(status);
	return vmh_channel_complete(chan->ch, packet->trans_id, &answer,
				    packet->len);
}

/**
 * storvsp_reset() - the guest resets a LUN, or all
 * @chan: the channel
 * @packet: the packet
 * @copy: what is in it
 *
 * Context: the channel's worker; waits for no LUN.
 * Return: 0, -EAGAIN if there is no room for an answer.
 */
int storvsp_reset(struct storvsp_chan *chan, const struct vmh_packet *packet,
		  const struct vstor_packet *copy)
{
	struct storvsp_ctl *ctl = chan->ctl;
	struct storvsp_tmf *tmf;

	if (!has_lun(copy))
		return refuse(chan, packet, copy,
			      VSTOR_STATUS_DEVICE_DOES_NOT_EXIST);
	if (atomic_read(&chan->resets) >= STORVSP_RESETS)
		return refuse(chan, packet, copy, VSTOR_STATUS_DEVICE_BUSY);
	if (atomic_inc_return(&ctl->resets) > STORVSP_CTL_RESETS) {
		atomic_dec(&ctl->resets);
		return refuse(chan, packet, copy, VSTOR_STATUS_DEVICE_BUSY);
	}
	tmf = kzalloc(sizeof(*tmf), GFP_KERNEL_ACCOUNT);
	if (!tmf) {
		atomic_dec(&ctl->resets);
		return refuse(chan, packet, copy, VSTOR_STATUS_UNSUCCESSFUL);
	}
	tmf->chan = chan;
	tmf->reply.free = tmf_free;
	tmf->reply.trans_id = packet->trans_id;
	tmf->reply.len = packet->wants_completion ? packet->len : 0;
	tmf->reply.packet = *copy;
	atomic_inc(&chan->resets);
	atomic_inc(&chan->busy);
	INIT_WORK(&tmf->work, reset_work);
	queue_work(ctl->lun_wq, &tmf->work);
	return 0;
}
