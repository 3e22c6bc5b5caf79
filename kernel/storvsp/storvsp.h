/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Controllers, their LUNs and channels, and commands: what the files of storvsp share.
 *
 * Locks
 *	storvsp_ctl.lock	is it offered; outermost, and taken with the
 *				partition's lock inside
 *	(the partition's)	held while channels open and close
 *	storvsp_ctl.dev_lock	of who only tells netlink something of it
 *	storvsp_ctl.primary_lock which channel ENUMERATE_BUS goes to
 *	storvsp_ctl.luns_lock	is a LUN there, for who says something of it
 *	storvsp_lun.reset_lock	one reset at a time; and it goes when there is none
 *	storvsp_lun.qos.lock	what waits for its turn
 *	storvsp_lun.minimum.lock what it does
 *
 * A command takes none of them, but for the last one if its LUN is limited.
 */
#ifndef _STORVSP_H
#define _STORVSP_H

#include <linux/atomic.h>
#include <linux/llist.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/scatterlist.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include <target/target_core_base.h>
#include <target/target_core_fabric.h>

#include "../vmbus/service.h"
#include "parse.h"
#include "vstor.h"

#define STORVSP_MAX_PAGES	(STORVSP_MAX_TRANSFER / VMH_PAGE_SIZE + 1)
/* Commands of a controller at a time, and how many of them one LUN can have. */
#define STORVSP_DEPTH		1024
#define STORVSP_LUN_DEPTH	512
/* Commands that a channel has for itself, which is less than to look for one. */
#define STORVSP_OWN		32
/* What each LUN can have, whatever the others do. */
#define STORVSP_LUN_RESERVE	4
/* Resets of a channel that are not answered, at a time. */
#define STORVSP_RESETS		8
/* And of a controller. */
#define STORVSP_CTL_RESETS	64
/* Bytes of a controller that are copied, at a time. */
#define STORVSP_MAX_BOUNCE	(64U << 20)
#define STORVSP_SUBCHANNELS	63
/* After so many commands one at a time, without a pause, the next one will be alone, too. */
#define STORVSP_SINGLE		192
#define STORVSP_NAME_MAX	64
#define STORVSP_INITIATOR_LEN	21	/* naa. and 16 digits */
#define STORVSP_NAA_LEN		16	/* what EXTENDED COPY calls a disk */

/**
 * struct storvsp_stats - what a CPU has counted of a LUN
 * @reads: commands that read
 * @writes: commands that write
 * @others: other commands
 * @read_bytes: by the first
 * @write_bytes: by the second
 * @errors: commands that did not end with GOOD
 * @nsecs: that all of them took
 */
struct storvsp_stats {
	u64 reads;
	u64 writes;
	u64 others;
	u64 read_bytes;
	u64 write_bytes;
	u64 errors;
	u64 nsecs;
};

/**
 * struct storvsp_qos - how much a LUN may, and should, do in a second
 * @max: IO operations of 8 KiB, 0 for no limit
 * @min: what it should be able to do, 0 if nobody cares
 * @lock: protects what follows, and storvsp_lun.epoch and before
 * @held: the LUN is being reset: none may begin
 * @due: when the next one may begin, in ns
 * @waiting: commands that wait for that
 * @work: lets them go
 */
struct storvsp_qos {
	u32 max;
	u32 min;
	spinlock_t lock; /* see above */
	bool held;
	u64 due;
	struct list_head waiting;
	struct delayed_work work;
};

/**
 * struct storvsp_minimum - what a LUN does that should be able to do something
 * @work: looks from time to time
 * @lock: protects what follows
 * @active: commands that it has
 * @since: when it came to have some, or was last looked at, in ns
 * @busy: how long it had some before that, since it was last looked at
 * @done: what it has done, likewise, in IO operations of 8 KiB
 * @low: that was too little; @work's own
 */
struct storvsp_minimum {
	struct delayed_work work;
	spinlock_t lock; /* see above */
	u32 active;
	u64 since;
	u64 busy;
	u64 done;
	bool low;
};

/* Bits; untold.c */
enum storvsp_untold {
	STORVSP_RESIZED,	/* its capacity has changed */
	STORVSP_REPLACED,	/* what the guest had there is gone, whatever is there now */
	STORVSP_MAY_LOOK,	/* of that: it may look for the LUN now, as a new one */
	STORVSP_REFUSED,	/* of that: a command was answered INVALID LUN */
};

/**
 * struct storvsp_lun - a LUN, there or not
 * @ctl: whose
 * @present: it is
 * @block: bytes of a block
 * @align: data in the guest's pages begin, and end, at a multiple of it; a power of two
 * @untold: what the guest does not know: bits, enum storvsp_untold
 * @protected: a write was refused, so that it may be read-only
 * @readonly: its device is, whatever an ACL says
 * @file: a file is behind it
 * @epoch: which of @inflight is for new commands
 * @inflight: commands, by when they came: before the last reset, or after it
 * @reset_lock: see above
 * @qos: limits
 * @minimum: what it does
 * @before: what was counted when it was linked
 */
struct storvsp_lun {
	struct storvsp_ctl *ctl;
	bool present;
	bool protected;
	bool readonly;
	bool file;
	u32 block;
	u32 align;
	unsigned long untold;
	u32 epoch;
	atomic_t inflight[2];
	struct mutex reset_lock; /* see above */
	struct storvsp_qos qos;
	struct storvsp_minimum minimum;
	struct storvsp_stats before;
};

/* How far the guest has come (vstor.c) */
enum storvsp_state {
	STORVSP_NEW,
	STORVSP_BEGUN,
	STORVSP_VERSION,
	STORVSP_READY,
};

/**
 * struct storvsp_ctl - a controller: a TPG, and the VMBus device of it
 * @tpg: for target core
 * @wwn: of the partition
 * @number: of the controller in it
 * @initiator: what target core calls the guest
 * @lock: see above
 * @dev_lock: see above
 * @dev: what is offered, or NULL; changed with both locks held
 * @partition: to whom, with a reference; as long as @dev
 * @net: where that is; only to be compared
 * @gone: @partition was removed, and @dev with it
 * @unmarking: who has target core know that nothing is offered
 * @sess: the guest, as target core sees it; as long as @dev
 * @gone_work: takes back what is offered to a partition that was removed, and has target core
 *	know it
 * @wq: for what waits for the guest's memory, and for nothing else
 * @lun_wq: for what waits for LUNs, and so for what @wq does
 * @resets: that are not answered
 * @state: what the guest has negotiated
 * @version: enum vstor_version
 * @busy: commands of all its channels that are not answered
 * @bounce: bytes that are being copied
 * @protect: what is linked under acls/ is read-only until it is said not to be
 * @forget_acl: what target core has made for the guest is not complete, and not kept
 * @leaving: it has no LUNs any more, and is about to be withdrawn
 * @asked: grows with each SRB
 * @primary_lock: see above
 * @primary: the channel, if the guest is ready
 * @scan: the guest shall look for LUNs, and was not told yet
 * @scan_work: tells it
 * @luns_lock: see above
 * @stats: VSTOR_LUNS_MAX of them, for each CPU
 * @luns: by their numbers
 */
struct storvsp_ctl {
	struct se_portal_group tpg;
	struct storvsp_wwn *wwn;
	u16 number;
	char initiator[STORVSP_INITIATOR_LEN];

	struct mutex lock; /* see above */
	struct mutex dev_lock; /* see above */
	struct vmh_device *dev;
	struct vmh_partition *partition;
	const struct net *net;
	bool gone;
	struct task_struct *unmarking;
	struct se_session *sess;
	struct delayed_work gone_work;
	struct workqueue_struct *wq;
	struct workqueue_struct *lun_wq;
	atomic_t resets;

	enum storvsp_state state;
	u16 version;
	atomic_t busy;
	atomic_t bounce;
	bool protect;
	bool forget_acl;
	bool leaving;
	u32 asked;

	struct mutex primary_lock; /* see above */
	struct storvsp_chan *primary;
	bool scan;
	struct work_struct scan_work;

	struct mutex luns_lock; /* see above */
	struct storvsp_stats __percpu *stats;
	struct storvsp_lun luns[VSTOR_LUNS_MAX];
};

/**
 * struct storvsp_wwn - what configfs knows of a partition
 * @wwn: for target core
 * @name: the partition's
 */
struct storvsp_wwn {
	struct se_wwn wwn;
	char name[STORVSP_NAME_MAX];
};

/**
 * struct storvsp_reply - the answer to a packet
 * @node: in storvsp_chan.done
 * @trans_id: the packet's
 * @len: of the answer, 0 if none is wanted
 * @free: gives back what it is part of
 * @packet: the packet, and what becomes of it
 */
struct storvsp_reply {
	struct llist_node node;
	u64 trans_id;
	u32 len;
	void (*free)(struct storvsp_reply *reply);
	struct vstor_packet packet;
};

/* Where a command's data are. */
enum storvsp_data {
	STORVSP_DATA_NONE,
	STORVSP_DATA_PINNED,	/* in the guest's pages */
	STORVSP_DATA_COPIED,	/* in pages of ours */
	STORVSP_DATA_CORE,	/* in pages of target core's */
};

#define STORVSP_INLINE_SG	8

/**
 * struct storvsp_cmd - an SRB on its way
 * @se: for target core
 * @chan: where it came from
 * @lun: for whom
 * @epoch: see struct storvsp_lun
 * @answered: its status is known; else it was aborted
 * @read: data go to the guest
 * @own: it is one of its channel's own
 * @watched: it counts in storvsp_lun.minimum
 * @queue: VSTOR_QUEUE_*
 * @data: where they are
 * @len: bytes of them, as the guest says
 * @copy: what it copies from disk to disk, or NULL
 * @caw_execute: of COMPARE AND WRITE, target core's
 * @caw_done: likewise
 * @local_execute: how a guest in this kernel has it executed, target core's or caw.c's
 * @cost: in IO operations of 8 KiB; 0 if it neither reads the medium nor changes it
 * @nents: entries of @sgt
 * @begun: when it came, in ns
 * @sgt: data that are not target core's
 * @sg: the first ones of it
 * @ranges: copy of the packet's range, for data that are copied to the guest
 * @ranges_inline: the same if it is short
 * @work: what waits for the guest's memory
 * @waiting: in storvsp_qos.waiting
 * @reply: the SRB
 * @sense: for target core
 */
struct storvsp_cmd {
	struct se_cmd se;
	struct storvsp_chan *chan;
	struct storvsp_lun *lun;
	u32 epoch;
	bool answered;
	bool read;
	bool own;
	bool watched;
	u8 queue;
	enum storvsp_data data;
	u32 len;
	u32 cost;
	struct storvsp_copy *copy;
	sense_reason_t (*caw_execute)(struct se_cmd *se);
	sense_reason_t (*caw_done)(struct se_cmd *se, bool success, int *post);
	sense_reason_t (*local_execute)(struct se_cmd *se);
	int nents;
	u64 begun;
	struct sg_table sgt;
	struct scatterlist sg[STORVSP_INLINE_SG];
	u8 *ranges;
	u8 ranges_inline[sizeof(struct vmh_gpa_range) + 4 * sizeof(__le64)];
	struct work_struct work;
	struct list_head waiting;
	struct storvsp_reply reply;
	u8 sense[TRANSPORT_SENSE_BUFFER];
};

/**
 * struct storvsp_chan - a channel, open
 * @ch: the channel
 * @ctl: whose
 * @prompt: nobody waits for this guest
 * @busy: commands and resets that are not answered yet, and one more while somebody can
 *	ask for some; as a variable to wait for
 * @resets: resets whose answers are not written yet
 * @restored: answers that were restored, and are not written yet
 * @done: answers that are to be written into the ring
 * @room: how often there was room again
 * @work: shows several together, and writes them, if the guest can keep one waiting
 * @single: so many commands came one at a time, without a pause; of who takes packets
 * @last: when the last one came, in jiffies; likewise
 * @now: when who takes packets began to look, in ns, or 0; likewise
 * @spare: those of @own that are not used; they are taken by who takes packets
 * @own: commands that no other channel can have
 */
struct storvsp_chan {
	struct vmh_channel *ch;
	struct storvsp_ctl *ctl;
	bool prompt;
	atomic_t busy;
	atomic_t resets;
	atomic_t restored;
	struct llist_head done;
	atomic_t room;
	struct work_struct work;
	u32 single;
	unsigned long last;
	u64 now;
	struct llist_head spare;
	struct storvsp_cmd own[];
};

/**
 * struct storvsp_copy_stop - a disk that no copies are to be from or to
 * @node: in copy.c's list
 * @naa: how it is called
 */
struct storvsp_copy_stop {
	struct list_head node;
	u8 naa[STORVSP_NAA_LEN];
};

static inline struct storvsp_ctl *storvsp_ctl(struct se_portal_group *tpg)
{
	return container_of(tpg, struct storvsp_ctl, tpg);
}

/* It is, and what is known of it can be relied on. */
static inline bool storvsp_is_present(const struct storvsp_lun *lun)
{
	/* Pairs with post_link(). */
	return smp_load_acquire(&lun->present);
}

/* Is a command of a guest in this kernel, and for a file? (local.c) */
static inline bool storvsp_is_local(const struct storvsp_cmd *cmd)
{
	return cmd->chan->prompt && READ_ONCE(cmd->lun->file);
}

/* Commands and resets that are not answered yet. */
static inline u32 storvsp_busy(const struct storvsp_chan *chan)
{
	return atomic_read(&chan->busy) - 1;
}

/* main.c: shows answers, and waits for nobody. */
extern struct workqueue_struct *storvsp_wq;

/* fabric.c */
int storvsp_fabric_init(void);
void storvsp_fabric_exit(void);

/* acl.c */
struct se_device *storvsp_acl_dev(struct storvsp_ctl *ctl, u64 number);
bool storvsp_acl_shows(struct storvsp_ctl *ctl, u64 number);
struct se_session *storvsp_session(struct storvsp_ctl *ctl);

/* controller.c */
int storvsp_ctl_init(struct storvsp_ctl *ctl);
void storvsp_ctl_exit(struct storvsp_ctl *ctl);
int storvsp_enable(struct storvsp_ctl *ctl);
void storvsp_disable(struct storvsp_ctl *ctl);
void storvsp_take_back(struct storvsp_ctl *ctl);
int storvsp_offered_here(struct storvsp_ctl *ctl);

/* vstor.c */
int storvsp_packet(struct vmh_channel *ch, const struct vmh_packet *packet);
int storvsp_try_packet(struct vmh_channel *ch, const struct vmh_packet *packet);
void storvsp_looked(struct vmh_channel *ch);
bool storvsp_is_spoken(u32 version);
void storvsp_set_state(struct storvsp_chan *chan, enum storvsp_state state);

/* srb.c */
void storvsp_own(struct storvsp_chan *chan);
int storvsp_srb(struct storvsp_chan *chan, const struct vmh_packet *packet,
		gfp_t gfp);
int storvsp_try_srb(struct storvsp_chan *chan, const struct vmh_packet *packet);
void storvsp_cmd_submit(struct storvsp_cmd *cmd);
void storvsp_cmd_finish(struct storvsp_cmd *cmd);
void storvsp_lun_switch(struct storvsp_cmd *cmd);
void storvsp_lun_put(struct storvsp_lun *lun, u32 epoch);
int storvsp_check_stop_free(struct se_cmd *se);
int storvsp_queue_data_in(struct se_cmd *se);
int storvsp_queue_status(struct se_cmd *se);
void storvsp_release_cmd(struct storvsp_cmd *cmd);

/* cost.c */
u32 storvsp_cost(const struct storvsp_cmd *cmd);

/* absent.c */
bool storvsp_absent(struct storvsp_cmd *cmd, const struct vmh_packet *packet);
bool storvsp_stands_in(const struct vstor_srb *srb);
void storvsp_absent_late(struct storvsp_cmd *cmd);

/* data.c */
bool storvsp_data_aligned(const struct storvsp_lun *lun,
			  const struct vmh_packet *packet, u32 len);
int storvsp_data_get(struct storvsp_cmd *cmd, const struct vmh_packet *packet,
		     gfp_t gfp);
void storvsp_data_trim(struct storvsp_cmd *cmd);
int storvsp_data_to_guest(struct storvsp_cmd *cmd);
void storvsp_data_put(struct storvsp_cmd *cmd);

/* status.c */
bool storvsp_is_recovered(const struct se_cmd *se);
bool storvsp_is_gone(struct se_cmd *se);
void storvsp_status(struct storvsp_cmd *cmd);
void storvsp_srb_status(struct storvsp_cmd *cmd, u8 srb_status, u8 scsi_status);
void storvsp_srb_sense(struct storvsp_cmd *cmd, u8 key, u8 asc, u8 ascq);

/* reply.c */
void storvsp_reply(struct storvsp_chan *chan, struct storvsp_reply *reply);
void storvsp_chan_put(struct storvsp_chan *chan);
void storvsp_chan_wait(struct storvsp_chan *chan);
void storvsp_reply_all(struct storvsp_chan *chan);
void storvsp_reply_work(struct work_struct *work);
void storvsp_writable(struct vmh_channel *ch);
void storvsp_reply_drop(struct storvsp_chan *chan);

/* PERSISTENT RESERVE OUT: service actions, and the keys that its parameters begin with. */
#define STORVSP_PREEMPT			0x04
#define STORVSP_PREEMPT_AND_ABORT	0x05
#define STORVSP_REGISTER_AND_MOVE	0x07
#define STORVSP_KEY_SIZE		8

#define STORVSP_READ_FULL_STATUS	0x03	/* of PERSISTENT RESERVE IN */

static inline u8 storvsp_service_action(const u8 *cdb)
{
	return cdb[1] & 0x1f;
}

/* untold.c */
bool storvsp_untold(struct storvsp_cmd *cmd);
void storvsp_gone(struct storvsp_lun *lun);
void storvsp_hears(struct storvsp_lun *lun);
void storvsp_heard(struct storvsp_lun *lun);
void storvsp_begins(struct storvsp_ctl *ctl);

/* Is it one for reserve.c? */
static inline bool storvsp_reserves(const u8 *cdb)
{
	return cdb[0] == PERSISTENT_RESERVE_OUT ||
	       (cdb[0] == PERSISTENT_RESERVE_IN &&
		storvsp_service_action(cdb) == STORVSP_READ_FULL_STATUS);
}

/* others.c */
bool storvsp_refuses(struct storvsp_cmd *cmd);

/* copy.c */
bool storvsp_copy_begin(struct storvsp_cmd *cmd);
void storvsp_copy_end(struct storvsp_cmd *cmd);
void storvsp_copy_of(struct storvsp_copy_stop *stop, const struct se_device *dev);
bool storvsp_copy_stop(struct storvsp_copy_stop *stop);
bool storvsp_copy_stopped(const struct storvsp_copy_stop *stop);
void storvsp_copy_go(struct storvsp_copy_stop *stop);

/* caw.c */
void storvsp_caw(struct storvsp_cmd *cmd);

/* local.c */
void storvsp_local(struct storvsp_cmd *cmd);
unsigned int storvsp_local_begin(void);
void storvsp_local_end(unsigned int flags);

/* reserve.c */
struct storvsp_turns;

void storvsp_reserve(struct storvsp_cmd *cmd);
struct storvsp_turns *storvsp_reserve_stop(const struct se_device *dev);
void storvsp_reserve_go(struct storvsp_turns *turns);
int storvsp_reserve_init(void);
void storvsp_reserve_exit(void);

/* tmf.c */
int storvsp_reset(struct storvsp_chan *chan, const struct vmh_packet *packet,
		  const struct vstor_packet *copy);
void storvsp_queue_tm_rsp(struct se_cmd *se);
void storvsp_tmf_done(struct se_cmd *se);

/* scan.c */
void storvsp_scan(struct storvsp_ctl *ctl);
void storvsp_scan_work(struct work_struct *work);
void storvsp_scan_again(struct storvsp_ctl *ctl);

/* qos.c */
void storvsp_qos_init(struct storvsp_lun *lun);
bool storvsp_qos_take(struct storvsp_cmd *cmd);
u32 storvsp_qos_hold(struct storvsp_lun *lun);
void storvsp_qos_unhold(struct storvsp_lun *lun);
void storvsp_qos_drain(struct storvsp_lun *lun);
void storvsp_qos_release(struct storvsp_lun *lun, struct storvsp_chan *chan);
void storvsp_qos_flush(struct storvsp_lun *lun, struct storvsp_chan *chan);
void storvsp_qos_set(struct storvsp_lun *lun, u32 max, u32 min);

/* minimum.c */
void storvsp_minimum_init(struct storvsp_lun *lun);
void storvsp_minimum_set(struct storvsp_lun *lun);
void storvsp_minimum_begin(struct storvsp_cmd *cmd);
void storvsp_minimum_end(struct storvsp_cmd *cmd);

/* save.c */
bool storvsp_restored_first(struct storvsp_chan *chan);
void storvsp_quiesce(struct vmh_channel *ch);
u32 storvsp_save(struct vmh_channel *ch, void *state);
int storvsp_restore(struct vmh_channel *ch, const void *state, u32 len);

/**
 * storvsp_qos_wait() - has a command to wait for its turn?
 * @cmd: the command
 *
 * Context: process.
 * Return: true if so: it is submitted later.
 */
static inline bool storvsp_qos_wait(struct storvsp_cmd *cmd)
{
	const struct storvsp_qos *qos = &cmd->lun->qos;

	/* Pairs with storvsp_qos_hold(): that waits for it, or it is held back. */
	smp_mb();
	if (likely(!READ_ONCE(qos->held)) && (!cmd->cost || !READ_ONCE(qos->max)))
		return false;
	return storvsp_qos_take(cmd);
}

#endif
