// SPDX-License-Identifier: GPL-2.0
/*
 * SRBs: checked, given to target core, and taken back from it.
 *
 * An SRB that came is answered, whatever becomes of it: when target core lets go of
 * the command. Until then it may use the command's data; and a command that was
 * aborted is not told apart before that.
 */
#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/minmax.h>
#include <linux/sched/mm.h>
#include <linux/unaligned.h>
#include <linux/wait_bit.h>
#include <scsi/scsi_common.h>
#include <scsi/scsi_proto.h>
#include <target/target_core_backend.h>

#include "storvsp.h"

/**
 * storvsp_own() - say which commands are a channel's own
 * @chan: a new channel
 */
void storvsp_own(struct storvsp_chan *chan)
{
	int i;

	for (i = 0; i < STORVSP_OWN; i++) {
		chan->own[i].own = true;
		llist_add(&chan->own[i].reply.node, &chan->spare);
	}
}

static void cmd_free(struct storvsp_reply *reply)
{
	struct storvsp_cmd *cmd = container_of(reply, struct storvsp_cmd, reply);
	struct storvsp_chan *chan = cmd->chan;

	atomic_dec(&chan->ctl->busy);
	if (likely(cmd->own))
		llist_add(&reply->node, &chan->spare);
	else
		target_free_tag(chan->ctl->sess, &cmd->se);
}

static struct storvsp_cmd *cmd_of_session(struct se_session *sess)
{
	struct storvsp_cmd *cmd;
	int tag, cpu;

	tag = sbitmap_queue_get(&sess->sess_tag_pool, &cpu);
	if (tag < 0)
		return NULL;
	cmd = &((struct storvsp_cmd *)sess->sess_cmd_map)[tag];
	memset(&cmd->se, 0, sizeof(cmd->se));
	cmd->se.map_tag = tag;
	cmd->se.map_cpu = cpu;
	return cmd;
}

/* One at a time for a channel takes packets, and so takes from its list. */
static struct storvsp_cmd *cmd_find(struct storvsp_chan *chan)
{
	struct llist_node *node = llist_del_first(&chan->spare);
	struct storvsp_cmd *cmd;

	if (unlikely(!node))
		return cmd_of_session(chan->ctl->sess);
	cmd = llist_entry(node, struct storvsp_cmd, reply.node);
	memset(&cmd->se, 0, sizeof(cmd->se));
	return cmd;
}

/* A guest that has done nothing for more than a tick may do something else now. */
static void note_depth(struct storvsp_chan *chan)
{
	unsigned long now = jiffies;

	if (storvsp_busy(chan) > 1 || now - chan->last > 1)
		chan->single = 0;
	else
		chan->single++;
	chan->last = now;
}

static struct storvsp_cmd *cmd_get(struct storvsp_chan *chan)
{
	struct storvsp_ctl *ctl = chan->ctl;
	struct storvsp_cmd *cmd = NULL;

	/* There are more, but those are the own ones of channels that do little. */
	if (atomic_inc_return(&ctl->busy) <= STORVSP_DEPTH)
		cmd = cmd_find(chan);
	if (!cmd) {
		atomic_dec(&ctl->busy);
		return NULL;
	}
	cmd->chan = chan;
	cmd->lun = NULL;
	cmd->answered = false;
	cmd->read = false;
	cmd->data = STORVSP_DATA_NONE;
	cmd->cost = 0;
	cmd->copy = NULL;
	cmd->watched = false;
	cmd->reply.free = cmd_free;
	atomic_inc(&chan->busy);
	note_depth(chan);
	return cmd;
}

/* There is not even a command to answer it with. */
static int too_many(struct storvsp_chan *chan, const struct vmh_packet *packet)
{
	struct vstor_packet answer;

	if (!packet->wants_completion)
		return 0;
	storvsp_packet_copy(&answer, packet);
	answer.operation = cpu_to_le32(VSTOR_COMPLETE_IO);
	answer.status = cpu_to_le32(VSTOR_STATUS_DEVICE_BUSY);
	answer.srb.srb_status = VSTOR_SRB_BUSY;
	answer.srb.scsi_status = SAM_STAT_TASK_SET_FULL;
	answer.srb.sense_length = 0;
	answer.srb.data_length = 0;
	return vmh_channel_complete(chan->ch, packet->trans_id, &answer,
				    packet->len);
}

static void lun_get(struct storvsp_cmd *cmd, struct storvsp_lun *lun)
{
	u32 epoch;

	for (;;) {
		epoch = READ_ONCE(lun->epoch);
		atomic_inc(&lun->inflight[epoch]);
		/* Pairs with storvsp_qos_hold(): that waits for us, or we see it. */
		smp_mb__after_atomic();
		if (likely(epoch == READ_ONCE(lun->epoch)))
			break;
		storvsp_lun_put(lun, epoch);
	}
	cmd->lun = lun;
	cmd->epoch = epoch;
	cmd->begun = cmd->chan->now;
}

/**
 * storvsp_lun_switch() - a command of a LUN that is being reset came after the reset
 * @cmd: the command
 *
 * Context: storvsp_qos.lock held.
 */
void storvsp_lun_switch(struct storvsp_cmd *cmd)
{
	struct storvsp_lun *lun = cmd->lun;
	u32 before = cmd->epoch;

	lockdep_assert_held(&lun->qos.lock);
	if (before == lun->epoch)
		return;
	cmd->epoch = lun->epoch;
	atomic_inc(&lun->inflight[cmd->epoch]);
	storvsp_lun_put(lun, before);
}

/**
 * storvsp_lun_put() - a LUN has a command less
 * @lun: the LUN
 * @epoch: of the command
 */
void storvsp_lun_put(struct storvsp_lun *lun, u32 epoch)
{
	/*
	 * Nobody waits for those of the epoch that new ones have. A full barrier before
	 * that pairs with storvsp_qos_hold(): one of us sees what the other did.
	 */
	if (atomic_dec_and_test(&lun->inflight[epoch]) &&
	    unlikely(epoch != READ_ONCE(lun->epoch)))
		wake_up_var(&lun->inflight[epoch]);
}

static u32 lun_depth(const struct storvsp_lun *lun)
{
	return atomic_read(&lun->inflight[0]) + atomic_read(&lun->inflight[1]);
}

/*
 * Twice as many as are left, so that a LUN alone comes to half of all, and several that are
 * stuck do not have everything: the reserve of each is never another's.
 */
static bool is_full(const struct storvsp_lun *lun)
{
	int left = STORVSP_DEPTH - VSTOR_LUNS_MAX * STORVSP_LUN_RESERVE -
		   atomic_read(&lun->ctl->busy);
	u32 depth = lun_depth(lun);

	if (depth < STORVSP_LUN_RESERVE)
		return false;
	return left <= 0 || depth >= min(2U * left, (u32)STORVSP_LUN_DEPTH);
}

/*
 * None is ORDERED: target core would wait for commands that are over, for good, and with it
 * all that come later, whoever has the disk. It counts as begun and not as done what
 * EXTENDED COPY reads and writes (transport_complete_task_attr() does not know its
 * attribute), and what was aborted (target_handle_abort() does not call that).
 */
static int task_attr(const struct storvsp_cmd *cmd)
{
	return cmd->queue == VSTOR_QUEUE_HEAD ? TCM_HEAD_TAG : TCM_SIMPLE_TAG;
}

/*
 * Target core refuses what has data that go to a read-only LUN, and writes a line into the
 * log for each: after the first, so many as a guest likes. Of what has none, or others, it
 * thinks nothing.
 */
static bool is_protected(struct storvsp_cmd *cmd)
{
	const struct vstor_srb *srb = &cmd->reply.packet.srb;
	struct storvsp_lun *lun = cmd->lun;
	struct se_cmd *se = &cmd->se;
	bool readonly;

	/* Reads, and writes of a LUN that takes them, as far as is known. */
	if (likely(storvsp_in_place(srb->cdb) && !READ_ONCE(lun->protected)))
		return false;
	if (se->data_direction != DMA_TO_DEVICE && storvsp_is_harmless(srb->cdb))
		return false;
	/* All that this looks at. */
	se->se_sess = cmd->chan->ctl->sess;
	se->orig_fe_lun = srb->lun;
	readonly = READ_ONCE(lun->readonly) || target_lun_is_rdonly(se);
	se->se_sess = NULL;
	if (READ_ONCE(lun->protected) != readonly)
		WRITE_ONCE(lun->protected, readonly);
	return readonly;
}

/**
 * storvsp_cmd_submit() - give a command to target core
 * @cmd: the command, checked; may be gone when this returns
 *
 * A workqueue of the backstore's runs it, so that nobody here waits for a LUN.
 *
 * Context: process.
 */
void storvsp_cmd_submit(struct storvsp_cmd *cmd)
{
	struct vstor_srb *srb = &cmd->reply.packet.srb;
	struct se_cmd *se = &cmd->se;
	bool core = cmd->data == STORVSP_DATA_NONE ||
		    cmd->data == STORVSP_DATA_CORE;
	int err;

	if (is_protected(cmd)) {
		storvsp_srb_sense(cmd, DATA_PROTECT, 0x27, 0);
		storvsp_cmd_finish(cmd);
		return;
	}
	if (srb->cdb[0] == EXTENDED_COPY && !storvsp_copy_begin(cmd)) {
		storvsp_cmd_finish(cmd);
		return;
	}
	se->tag = cmd->reply.trans_id;
	err = target_init_cmd(se, cmd->chan->ctl->sess, cmd->sense, srb->lun,
			      cmd->len, task_attr(cmd), se->data_direction,
			      cmd->chan->prompt ? 0 : TARGET_SCF_ACK_KREF);
	/* A session is stopped only when its channels are closed. */
	if (WARN_ON_ONCE(err)) {
		storvsp_cmd_finish(cmd);
		return;
	}
	/*
	 * What fails here target core has answered. It has room for our CDBs, and
	 * allocates nothing.
	 */
	if (target_submit_prep(se, srb->cdb, core ? NULL : cmd->sgt.sgl,
			       core ? 0 : cmd->nents, NULL, 0, NULL, 0, GFP_ATOMIC))
		return;
	if (unlikely(se->se_cmd_flags & SCF_COMPARE_AND_WRITE))
		storvsp_caw(cmd);
	if (storvsp_is_local(cmd))
		storvsp_local(cmd);
	if (unlikely(se->data_length < cmd->len))
		storvsp_data_trim(cmd);
	/* A stand-in for LUN 0, which reads nothing and says that all is well. */
	if (se->se_lun == se->se_sess->se_tpg->tpg_virt_lun0 &&
	    !storvsp_stands_in(srb)) {
		transport_generic_request_failure(se, TCM_NON_EXISTENT_LUN);
		return;
	}
	if (unlikely(storvsp_reserves(srb->cdb)))
		storvsp_reserve(cmd);
	else
		target_submit(se);
}

/* Nearly always it is. */
static bool is_there(const struct storvsp_lun *lun)
{
	return !READ_ONCE(lun->ctl->leaving) && storvsp_is_present(lun);
}

/* Find out who it is for; true if it is to be submitted, else it is answered. */
static bool prepare(struct storvsp_cmd *cmd, const struct vmh_packet *packet,
		    gfp_t gfp)
{
	struct vstor_srb *srb = &cmd->reply.packet.srb;
	struct storvsp_ctl *ctl = cmd->chan->ctl;
	struct storvsp_said said;
	struct storvsp_lun *lun;
	int err;

	if (!storvsp_srb_parse(&said, srb, packet)) {
		storvsp_srb_status(cmd, VSTOR_SRB_INVALID_REQUEST, SAM_STAT_GOOD);
		return false;
	}
	cmd->len = said.len;
	cmd->se.data_direction = said.direction;
	cmd->read = said.direction == DMA_FROM_DEVICE;
	cmd->queue = said.queue;
	if (unlikely(!storvsp_is_address(srb)) && storvsp_absent(cmd, packet))
		return false;
	lun = &ctl->luns[srb->lun];
	if (is_full(lun)) {
		storvsp_srb_status(cmd, VSTOR_SRB_BUSY, SAM_STAT_TASK_SET_FULL);
		return false;
	}
	lun_get(cmd, lun);
	/* From here on storvsp_qos_drain() waits for it, if it is not too late. */
	if (unlikely(!is_there(lun)) && storvsp_absent(cmd, packet))
		return false;
	if (unlikely(READ_ONCE(lun->untold)) && storvsp_is_present(lun) &&
	    storvsp_untold(cmd))
		return false;
	err = storvsp_data_get(cmd, packet, gfp);
	if (err == -EFAULT) {
		storvsp_srb_status(cmd, VSTOR_SRB_INVALID_REQUEST, SAM_STAT_GOOD);
		return false;
	}
	if (err) {
		storvsp_srb_status(cmd, VSTOR_SRB_BUSY, SAM_STAT_TASK_SET_FULL);
		return false;
	}
	if (storvsp_refuses(cmd))
		return false;
	cmd->cost = storvsp_cost(cmd);
	if (unlikely(READ_ONCE(lun->qos.min)))
		storvsp_minimum_begin(cmd);
	return true;
}

/**
 * storvsp_srb() - an SRB of the guest
 * @chan: the channel
 * @packet: the packet
 * @gfp: for copies of its data
 *
 * Context: the channel's worker; waits for no LUN.
 * Return: 0, -EAGAIN if there is no room for the answer, -EPROTO if it is not vstor.
 */
int storvsp_srb(struct storvsp_chan *chan, const struct vmh_packet *packet,
		gfp_t gfp)
{
	struct storvsp_cmd *cmd;

	if (!storvsp_is_one_range(packet))
		return -EPROTO;
	/* Not exact with several channels, but never the same for long. */
	WRITE_ONCE(chan->ctl->asked, chan->ctl->asked + 1);
	if (!chan->now)
		chan->now = ktime_get_ns();
	cmd = cmd_get(chan);
	if (!cmd)
		return too_many(chan, packet);
	cmd->reply.trans_id = packet->trans_id;
	cmd->reply.len = packet->wants_completion ? packet->len : 0;
	storvsp_packet_copy(&cmd->reply.packet, packet);
	if (!prepare(cmd, packet, gfp))
		storvsp_cmd_finish(cmd);
	else if (!storvsp_qos_wait(cmd))
		storvsp_cmd_submit(cmd);
	return 0;
}

/* Data that are not copied; a LUN that goes meanwhile, or comes, does no harm. */
static bool is_in_place(const struct storvsp_ctl *ctl,
			const struct vmh_packet *packet)
{
	const struct vstor_packet *vstor = (const void *)packet->payload;
	const struct vstor_srb *srb = &vstor->srb;

	/* All of it is in older packets, too. */
	static_assert(offsetofend(struct vstor_packet, srb.cdb) <= VSTOR_PACKET_V1);
	return packet->type == VMH_PACKET_GPA_DIRECT && packet->range_cnt == 1 &&
	       storvsp_is_address(srb) && storvsp_in_place(srb->cdb) &&
	       storvsp_data_aligned(&ctl->luns[srb->lun], packet,
				    le32_to_cpu(srb->data_length));
}

/**
 * storvsp_try_srb() - an SRB of a guest that nobody waits for
 * @chan: the channel
 * @packet: the packet
 *
 * Reads and writes only need to be handed on. For all else there may be something to
 * allocate, which had better be done where one can wait for it.
 *
 * Context: process, without sleeping.
 * Return: as storvsp_srb(), -EAGAIN also if it has to go there.
 */
int storvsp_try_srb(struct storvsp_chan *chan, const struct vmh_packet *packet)
{
	if (!is_in_place(chan->ctl, packet))
		return -EAGAIN;
	return storvsp_srb(chan, packet, GFP_ATOMIC);
}

static void count(const struct storvsp_cmd *cmd)
{
	struct storvsp_ctl *ctl = cmd->chan->ctl;
	struct storvsp_stats __percpu *stats = ctl->stats + (cmd->lun - ctl->luns);
	u32 len = le32_to_cpu(cmd->reply.packet.srb.data_length);

	if (!cmd->cost) {
		this_cpu_inc(stats->others);
	} else if (cmd->read) {
		this_cpu_inc(stats->reads);
		this_cpu_add(stats->read_bytes, len);
	} else {
		this_cpu_inc(stats->writes);
		this_cpu_add(stats->write_bytes, len);
	}
	if (cmd->reply.packet.srb.srb_status != VSTOR_SRB_SUCCESS)
		this_cpu_inc(stats->errors);
	this_cpu_add(stats->nsecs, ktime_get_ns() - cmd->begun);
}

/**
 * storvsp_cmd_finish() - nobody uses a command any more: answer
 * @cmd: the command; may be gone when this returns
 *
 * Context: process; may wait for guest memory.
 */
void storvsp_cmd_finish(struct storvsp_cmd *cmd)
{
	struct storvsp_chan *chan = cmd->chan;
	struct storvsp_lun *lun = cmd->lun;
	u32 epoch = cmd->epoch;
	bool gone;

	if (cmd->copy)
		storvsp_copy_end(cmd);
	storvsp_data_put(cmd);
	if (!cmd->answered)
		storvsp_srb_status(cmd, VSTOR_SRB_ABORTED, SAM_STAT_GOOD);
	gone = lun && cmd->reply.packet.srb.srb_status == VSTOR_SRB_INVALID_LUN;
	if (unlikely(gone))
		storvsp_hears(lun);
	if (lun) {
		count(cmd);
		if (unlikely(cmd->watched))
			storvsp_minimum_end(cmd);
	}
	storvsp_reply(chan, &cmd->reply);
	if (unlikely(gone))
		storvsp_heard(lun);
	/* A reset is answered when nobody is left: after the commands. */
	if (lun)
		storvsp_lun_put(lun, epoch);
	storvsp_chan_put(chan);
}

static void finish_work(struct work_struct *work)
{
	storvsp_cmd_finish(container_of(work, struct storvsp_cmd, work));
}

/**
 * storvsp_release_cmd() - target core lets go of a command
 * @cmd: the command
 *
 * Only giving the guest's own pages back can take long. The rest is less than having
 * somebody else do it.
 *
 * Context: process.
 */
void storvsp_release_cmd(struct storvsp_cmd *cmd)
{
	if (cmd->chan->prompt || cmd->data != STORVSP_DATA_PINNED) {
		storvsp_cmd_finish(cmd);
		return;
	}
	INIT_WORK(&cmd->work, finish_work);
	queue_work(cmd->chan->ctl->wq, &cmd->work);
}

/*
 * What may have to wait for the guest goes on when target core has let go of it: it has
 * another reference. All else target core releases by itself.
 */
static void let_go(struct storvsp_cmd *cmd)
{
	if (!cmd->chan->prompt)
		transport_generic_free_cmd(&cmd->se, 0);
}

static void end(struct storvsp_cmd *cmd)
{
	storvsp_status(cmd);
	let_go(cmd);
}

/**
 * storvsp_check_stop_free() - target core has nothing more to do with a command
 * @se: the command, or a reset
 *
 * Return: 1 if it is released now.
 */
int storvsp_check_stop_free(struct se_cmd *se)
{
	if (se->se_cmd_flags & (SCF_SCSI_TMR_CDB | SCF_ACK_KREF))
		return target_put_sess_cmd(se);
	return transport_generic_free_cmd(se, 0);
}

static void data_in(struct storvsp_cmd *cmd)
{
	int err = 0;

	if (storvsp_is_gone(&cmd->se)) {
		storvsp_absent_late(cmd);
	} else {
		err = storvsp_data_to_guest(cmd);
		storvsp_status(cmd);
	}
	if (err)
		storvsp_srb_status(cmd, VSTOR_SRB_INVALID_REQUEST, SAM_STAT_GOOD);
	let_go(cmd);
}

static void data_in_work(struct work_struct *work)
{
	data_in(container_of(work, struct storvsp_cmd, work));
}

/**
 * storvsp_queue_data_in() - a command has read, and is through
 * @se: the command
 *
 * Return: 0.
 */
int storvsp_queue_data_in(struct se_cmd *se)
{
	struct storvsp_cmd *cmd = container_of(se, struct storvsp_cmd, se);

	if (!cmd->ranges) {
		end(cmd);
	} else if (cmd->chan->prompt) {
		data_in(cmd);
	} else {
		INIT_WORK(&cmd->work, data_in_work);
		queue_work(cmd->chan->ctl->wq, &cmd->work);
	}
	return 0;
}

/**
 * storvsp_queue_status() - a command is through
 * @se: the command; may have data nevertheless
 *
 * Return: 0.
 */
int storvsp_queue_status(struct se_cmd *se)
{
	struct storvsp_cmd *cmd = container_of(se, struct storvsp_cmd, se);

	if (storvsp_is_recovered(se) ||
	    (se->t_task_cdb[0] == INQUIRY && storvsp_is_gone(se)))
		return storvsp_queue_data_in(se);
	end(cmd);
	return 0;
}
