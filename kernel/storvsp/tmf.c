// SPDX-License-Identifier: GPL-2.0
/*
 * Resets: of a LUN, or of all. When one is answered, no command that came before it
 * can touch the guest's memory any more, and each of them is answered.
 *
 * Target core aborts nothing for it: what came before is waited for, and what comes later
 * is held back, so that it finds no command of ours. It would wait for those that its
 * backstore has begun, and so do we; and one that it aborts between the two halves of a
 * COMPARE AND WRITE has se_device.caw_sem for good, with which the next one hangs
 * (target_handle_abort() does not call transport_complete_callback). What is left to it
 * are the reservation of RESERVE, and the UNIT ATTENTION.
 */
#include <linux/completion.h>
#include <linux/errno.h>
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

static bool reset_lun(struct storvsp_tmf *tmf, struct storvsp_lun *lun)
{
	struct storvsp_ctl *ctl = lun->ctl;
	bool ok = false;
	u32 epoch;
	int err;

	mutex_lock(&lun->reset_lock);
	epoch = storvsp_qos_hold(lun);
	wait_var_event(&lun->inflight[epoch], !atomic_read(&lun->inflight[epoch]));
	memset(&tmf->se, 0, sizeof(tmf->se));
	tmf->response = TMR_FUNCTION_FAILED;
	init_completion(&tmf->released);
	err = target_submit_tmr(&tmf->se, ctl->sess, NULL, lun - ctl->luns, tmf,
				TMR_LUN_RESET, GFP_KERNEL, 0,
				TARGET_SCF_ACK_KREF);
	if (!err) {
		wait_for_completion(&tmf->released);
		ok = tmf->response == TMR_FUNCTION_COMPLETE ||
		     tmf->response == TMR_LUN_DOES_NOT_EXIST;
	}
	storvsp_qos_unhold(lun);
	mutex_unlock(&lun->reset_lock);
	return ok;
}

static void reset_work(struct work_struct *work)
{
	struct storvsp_tmf *tmf = container_of(work, struct storvsp_tmf, work);
	struct vstor_packet *packet = &tmf->reply.packet;
	struct storvsp_chan *chan = tmf->chan;
	struct storvsp_ctl *ctl = chan->ctl;
	bool ok = true;
	u32 i;

	if (le32_to_cpu(packet->operation) == VSTOR_RESET_LUN) {
		ok = reset_lun(tmf, &ctl->luns[packet->srb.lun]);
	} else {
		for (i = 0; i < VSTOR_LUNS_MAX; i++) {
			if (READ_ONCE(ctl->luns[i].present))
				ok &= reset_lun(tmf, &ctl->luns[i]);
		}
	}
	packet->status = cpu_to_le32(ok ? VSTOR_STATUS_SUCCESS :
					  VSTOR_STATUS_UNSUCCESSFUL);
	storvsp_reply(chan, &tmf->reply);
}

static bool is_there(const struct storvsp_ctl *ctl,
		     const struct vstor_packet *packet)
{
	const struct vstor_srb *srb = &packet->srb;

	if (le32_to_cpu(packet->operation) != VSTOR_RESET_LUN)
		return true;
	return !srb->path && !srb->target && srb->lun < VSTOR_LUNS_MAX &&
	       READ_ONCE(ctl->luns[srb->lun].present);
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

	if (!is_there(ctl, copy))
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
