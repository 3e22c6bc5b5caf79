// SPDX-License-Identifier: GPL-2.0
/*
 * A controller's state, for when its partition is saved: what the guest has negotiated,
 * answers that it had no room for, and what it was not told of its LUNs yet. No command is
 * part of it: they are through when the partition stops, so that whoever takes the disk
 * over finds what was written.
 *
 * The state is not trusted: whoever brings it can have written it himself.
 */
#include <linux/bitops.h>
#include <linux/build_bug.h>
#include <linux/errno.h>
#include <linux/llist.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include "storvsp.h"

struct saved_answer {
	__le64 trans_id;
	__le32 len;
	__le32 reserved;
	struct vstor_packet packet;
};

static_assert(sizeof(struct saved_answer) == 80);

struct saved_chan {
	__le32 state;			/* of the controller: the primary channel's */
	__le32 version;
	__le32 answers;
	__le32 flags;
	struct saved_answer answer[];
	/* then __le64, bits of LUNs, for each flag that says so; in the flags' order */
};

#define SAVED_SCAN	1U		/* storvsp_ctl.scan */
#define SAVED_RESIZED	2U
#define SAVED_REPLACED	4U
#define SAVED_MAY_LOOK	8U

static_assert(sizeof(struct saved_chan) +
	      (STORVSP_DEPTH + STORVSP_RESETS) * sizeof(struct saved_answer) +
	      3 * sizeof(__le64) <= VMH_SAVE_MAX);

/**
 * storvsp_quiesce() - a channel is being stopped
 * @ch: the channel; its worker does not run
 *
 * What waits for its turn gets it now.
 *
 * Context: process, the partition's lock; waits for LUNs.
 */
void storvsp_quiesce(struct vmh_channel *ch)
{
	struct storvsp_chan *chan = vmh_channel_priv(ch);
	u32 i;

	for (i = 0; i < VSTOR_LUNS_MAX; i++)
		storvsp_qos_release(&chan->ctl->luns[i], chan);
	storvsp_chan_wait(chan);
	atomic_inc(&chan->busy);
	flush_work(&chan->work);
	storvsp_reply_all(chan);
}

static u64 untold_luns(struct storvsp_ctl *ctl, enum storvsp_untold what)
{
	u64 bits = 0;
	u32 i;

	BUILD_BUG_ON(VSTOR_LUNS_MAX > 64);
	for (i = 0; i < VSTOR_LUNS_MAX; i++)
		bits |= (u64)test_bit(what, &ctl->luns[i].untold) << i;
	return bits;
}

/* As long, and at the same place, each time: it is asked for twice. */
static u32 save_ctl(struct storvsp_ctl *ctl, struct saved_chan *saved, u32 len)
{
	u32 flags = SAVED_RESIZED | SAVED_REPLACED | SAVED_MAY_LOOK |
		    (READ_ONCE(ctl->scan) ? SAVED_SCAN : 0);
	u8 *bits = (u8 *)saved + len;

	saved->flags = cpu_to_le32(flags);
	put_unaligned_le64(untold_luns(ctl, STORVSP_RESIZED), bits);
	put_unaligned_le64(untold_luns(ctl, STORVSP_REPLACED), bits + sizeof(__le64));
	put_unaligned_le64(untold_luns(ctl, STORVSP_MAY_LOOK), bits + 2 * sizeof(__le64));
	return len + 3 * sizeof(__le64);
}

/**
 * storvsp_save() - write down how a channel stands
 * @ch: the channel, stopped
 * @state: room for %VMH_SAVE_MAX bytes
 *
 * Context: process, the partition's lock.
 * Return: how many bytes.
 */
u32 storvsp_save(struct vmh_channel *ch, void *state)
{
	const struct storvsp_chan *chan = vmh_channel_priv(ch);
	struct saved_chan *saved = state;
	struct storvsp_reply *reply;
	u32 n = 0, len;

	llist_for_each_entry(reply, chan->done.first, node) {
		/* Of commands and resets, or restored: never of both. */
		if (WARN_ON_ONCE(n == STORVSP_DEPTH + STORVSP_RESETS))
			break;
		saved->answer[n++] = (struct saved_answer) {
			.trans_id = cpu_to_le64(reply->trans_id),
			.len = cpu_to_le32(reply->len),
			.packet = reply->packet,
		};
	}
	*saved = (struct saved_chan) {
		.state = cpu_to_le32(chan->ctl->state),
		.version = cpu_to_le32(chan->ctl->version),
		.answers = cpu_to_le32(n),
	};
	len = struct_size(saved, answer, n);
	return vmh_channel_index(ch) ? len : save_ctl(chan->ctl, saved, len);
}

/**
 * struct storvsp_answer - an answer that was saved
 * @chan: where it goes
 * @reply: it
 */
struct storvsp_answer {
	struct storvsp_chan *chan;
	struct storvsp_reply reply;
};

static void answer_free(struct storvsp_reply *reply)
{
	struct storvsp_answer *answer = container_of(reply, struct storvsp_answer,
						     reply);

	/* The next packet may have waited for it. */
	if (atomic_dec_and_test(&answer->chan->restored))
		vmh_channel_wake(answer->chan->ch);
	kfree(answer);
}

/**
 * storvsp_restored_first() - are there answers that were restored, still?
 * @chan: the channel, which had some
 *
 * As long as there are, nothing new is begun: there are never more answers than commands
 * and resets at a time, whatever a guest reads, and however often it is saved.
 *
 * Context: the channel's worker.
 * Return: true if so; the worker looks again when they are written.
 */
bool storvsp_restored_first(struct storvsp_chan *chan)
{
	storvsp_reply_all(chan);
	return atomic_read(&chan->restored);
}

static int restore_answer(struct storvsp_chan *chan,
			  const struct saved_answer *saved)
{
	u32 len = le32_to_cpu(saved->len);
	struct storvsp_answer *answer;
	struct storvsp_reply *reply;

	if (len && len != VSTOR_PACKET_V1 && len != VSTOR_PACKET_V2)
		return -EINVAL;
	answer = kzalloc(sizeof(*answer), GFP_KERNEL_ACCOUNT);
	if (!answer)
		return -ENOMEM;
	answer->chan = chan;
	reply = &answer->reply;
	reply->trans_id = le64_to_cpu(saved->trans_id);
	reply->len = len;
	reply->free = answer_free;
	reply->packet = saved->packet;
	atomic_inc(&chan->restored);
	llist_add(&reply->node, &chan->done);
	return 0;
}

/* Of LUNs, a bit for each. */
struct untold {
	u64 resized;
	u64 replaced;
	u64 may_look;
};

/* What the disks here have gone through with others is of no interest to this guest. */
static void restore_untold(struct storvsp_ctl *ctl, const struct untold *untold)
{
	struct storvsp_lun *lun;
	u32 i;

	for (i = 0; i < VSTOR_LUNS_MAX; i++) {
		lun = &ctl->luns[i];
		if (untold->resized & BIT_ULL(i) && storvsp_is_present(lun))
			set_bit(STORVSP_RESIZED, &lun->untold);
		clear_bit(STORVSP_REFUSED, &lun->untold);
		assign_bit(STORVSP_MAY_LOOK, &lun->untold, untold->may_look & BIT_ULL(i));
		assign_bit(STORVSP_REPLACED, &lun->untold, untold->replaced & BIT_ULL(i));
	}
}

static int restore_ctl(struct storvsp_chan *chan, const struct saved_chan *saved,
		       const struct untold *untold)
{
	u32 state = le32_to_cpu(saved->state), version = le32_to_cpu(saved->version);
	bool spoken = state >= STORVSP_VERSION;
	struct storvsp_ctl *ctl = chan->ctl;

	if (state > STORVSP_READY || spoken != storvsp_is_spoken(version))
		return -EINVAL;
	WRITE_ONCE(ctl->version, version);
	restore_untold(ctl, untold);
	/* It is told when the channel goes on. */
	if (le32_to_cpu(saved->flags) & SAVED_SCAN)
		WRITE_ONCE(ctl->scan, true);
	storvsp_set_state(chan, state);
	return 0;
}

/* What is at @at, and how far that goes, if it is there; false if it should be, and is not. */
static bool take_bits(u64 *bits, bool there, const void *state, u32 len, u32 *at)
{
	if (!there)
		return true;
	if (len < *at + sizeof(__le64))
		return false;
	*bits = get_unaligned_le64(state + *at);
	*at += sizeof(__le64);
	return true;
}

/**
 * storvsp_restore() - a channel goes on from what was saved
 * @ch: the channel, just opened
 * @state: what was saved
 * @len: bytes of it
 *
 * Context: process, the partition's lock.
 * Return: 0, -EINVAL if that is no state, -ENOMEM.
 */
int storvsp_restore(struct vmh_channel *ch, const void *state, u32 len)
{
	struct storvsp_chan *chan = vmh_channel_priv(ch);
	const struct saved_chan *saved = state;
	struct untold untold = {};
	u32 n, i, want, flags;
	int err = 0;

	if (len < sizeof(*saved))
		return -EINVAL;
	n = le32_to_cpu(saved->answers);
	if (n > STORVSP_DEPTH + STORVSP_RESETS)
		return -EINVAL;
	want = struct_size(saved, answer, n);
	flags = le32_to_cpu(saved->flags);
	if (!take_bits(&untold.resized, flags & SAVED_RESIZED, state, len, &want) ||
	    !take_bits(&untold.replaced, flags & SAVED_REPLACED, state, len, &want) ||
	    !take_bits(&untold.may_look, flags & SAVED_MAY_LOOK, state, len, &want) ||
	    len != want)
		return -EINVAL;
	for (i = 0; !err && i < n; i++)
		err = restore_answer(chan, &saved->answer[i]);
	/* Last: what it says of LUNs is not taken back with the channel. */
	if (!err && !vmh_channel_index(ch))
		err = restore_ctl(chan, saved, &untold);
	return err;
}
