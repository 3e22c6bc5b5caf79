// SPDX-License-Identifier: GPL-2.0
/*
 * Answers, written into the ring by whoever has one, or kept until there is room.
 *
 * An answer is part of what it answers, so that it needs no memory; and there are
 * only so many commands: a guest that does not read gets no more done. The order of
 * answers means nothing.
 */
#include <linux/llist.h>
#include <linux/wait_bit.h>

#include "storvsp.h"

/* True if it is done with: if it was written, or never will be. */
static bool write(struct storvsp_chan *chan, struct storvsp_reply *reply, bool show)
{
	int err = 0;

	reply->packet.operation = cpu_to_le32(VSTOR_COMPLETE_IO);
	if (reply->len)
		err = (show ? vmh_channel_complete_flush : vmh_channel_complete)
			(chan->ch, reply->trans_id, &reply->packet, reply->len);
	return err != -EAGAIN;
}

/* Return false if there is no room for all. */
static bool write_all(struct storvsp_chan *chan)
{
	struct llist_node *list = llist_reverse_order(llist_del_all(&chan->done));
	struct storvsp_reply *reply;

	while (list) {
		reply = llist_entry(list, struct storvsp_reply, node);
		if (!write(chan, reply, false))
			break;
		list = list->next;
		reply->free(reply);
	}
	if (!list)
		return true;
	while (list) {
		reply = llist_entry(list, struct storvsp_reply, node);
		list = list->next;
		llist_add(&reply->node, &chan->done);
	}
	return false;
}

/**
 * storvsp_reply_all() - write what answers there are
 * @chan: the channel
 *
 * Several may do this at once.
 *
 * Context: process.
 */
void storvsp_reply_all(struct storvsp_chan *chan)
{
	int room;

	do {
		room = atomic_read(&chan->room);
		/* Pairs with storvsp_writable(). */
		smp_mb__after_atomic();
		while (!llist_empty(&chan->done)) {
			if (!write_all(chan))
				break;
		}
		/* Who came to write the rest while we had it has found nothing. */
	} while (!llist_empty(&chan->done) && atomic_read(&chan->room) != room);
}

/**
 * storvsp_reply_work() - likewise, and show the guest all of them
 * @work: of the channel
 */
void storvsp_reply_work(struct work_struct *work)
{
	struct storvsp_chan *chan = container_of(work, struct storvsp_chan, work);

	storvsp_reply_all(chan);
	vmh_channel_flush(chan->ch);
}

/**
 * storvsp_writable() - the ring to the guest has room again
 * @ch: the channel
 *
 * Context: the channel's worker.
 */
void storvsp_writable(struct vmh_channel *ch)
{
	struct storvsp_chan *chan = vmh_channel_priv(ch);

	atomic_inc(&chan->room);
	/* Pairs with storvsp_reply_all(): one of us sees what the other did. */
	smp_mb__after_atomic();
	storvsp_reply_all(chan);
}

static void show_later(struct storvsp_chan *chan)
{
	/* Pairs with the workqueue's, when it is not pending any more, and is run. */
	smp_mb();
	if (!work_pending(&chan->work))
		queue_work(storvsp_wq, &chan->work);
}

/**
 * storvsp_reply() - answer
 * @chan: the channel, of which the caller's command is busy
 * @reply: the answer; may be gone when this returns
 *
 * The last one is shown at once. With more on their way a work item does that, behind
 * those that are being completed: the guest, which may submit the next one for each that
 * it is told of, is told of all of them. Not the channel's worker, which may be waiting for
 * memory that the guest frees when it is told.
 *
 * Context: process.
 */
void storvsp_reply(struct storvsp_chan *chan, struct storvsp_reply *reply)
{
	bool last = storvsp_busy(chan) == 1;

	if (!chan->prompt) {
		llist_add(&reply->node, &chan->done);
		queue_work(chan->ctl->wq, &chan->work);
		return;
	}
	if (llist_empty(&chan->done) && write(chan, reply, last)) {
		reply->free(reply);
		if (!last)
			show_later(chan);
		return;
	}
	llist_add(&reply->node, &chan->done);
	storvsp_reply_all(chan);
	vmh_channel_flush(chan->ch);
}

/**
 * storvsp_chan_put() - a command or a reset was answered
 * @chan: its channel, which may be closing: the last thing that is done with it, and
 *	with all that it is part of
 */
void storvsp_chan_put(struct storvsp_chan *chan)
{
	if (unlikely(atomic_dec_and_test(&chan->busy)))
		wake_up_var(&chan->busy);
}

/**
 * storvsp_chan_wait() - wait until all that was asked for is answered
 * @chan: the channel, for which nobody can ask any more
 *
 * Context: process.
 */
void storvsp_chan_wait(struct storvsp_chan *chan)
{
	atomic_dec(&chan->busy);
	wait_var_event(&chan->busy, !atomic_read(&chan->busy));
}

/**
 * storvsp_reply_drop() - no answer is read any more
 * @chan: the channel, on which nothing is busy
 */
void storvsp_reply_drop(struct storvsp_chan *chan)
{
	struct llist_node *list = llist_del_all(&chan->done);
	struct storvsp_reply *reply;

	while (list) {
		reply = llist_entry(list, struct storvsp_reply, node);
		list = list->next;
		reply->free(reply);
	}
}
