// SPDX-License-Identifier: GPL-2.0
/*
 * The guest is told that there are other LUNs than there were, or that one has
 * changed. It finds out which by itself (storvsc_host_scan()).
 */
#include <linux/errno.h>

#include "storvsp.h"

/**
 * storvsp_scan() - have the guest look for LUNs
 * @ctl: the controller
 *
 * Context: any.
 */
void storvsp_scan(struct storvsp_ctl *ctl)
{
	WRITE_ONCE(ctl->scan, true);
	queue_work(ctl->wq, &ctl->scan_work);
}

/* 0, -EAGAIN if there is no room, -ENOTCONN if the channel is stopped. */
static int tell(struct storvsp_chan *chan)
{
	struct vstor_packet packet = {
		.operation = cpu_to_le32(VSTOR_ENUMERATE_BUS),
	};
	struct vmh_piece piece = { &packet, VSTOR_PACKET_V2 };
	int err;

	if (chan->ctl->version < VSTOR_VERSION_WIN7)
		return 0;
	if (chan->ctl->version < VSTOR_VERSION_WIN8)
		piece.len = VSTOR_PACKET_V1;
	/* What is not asked for has no transaction. */
	err = vmh_channel_send(chan->ch, &piece, 1, 0, false);
	if (!err)
		vmh_channel_flush(chan->ch);
	return err;
}

/**
 * storvsp_scan_work() - tell it, now or when that can be
 * @work: of the controller
 *
 * A guest that is not ready will look in any case.
 */
void storvsp_scan_work(struct work_struct *work)
{
	struct storvsp_ctl *ctl = container_of(work, struct storvsp_ctl,
					       scan_work);
	int err = 0;

	mutex_lock(&ctl->primary_lock);
	/* Before it fails: then the channel's worker may look at once. */
	WRITE_ONCE(ctl->scan, true);
	if (ctl->primary)
		err = tell(ctl->primary);
	/* Who asks meanwhile has this run again. */
	if (err != -EAGAIN && err != -ENOTCONN)
		WRITE_ONCE(ctl->scan, false);
	mutex_unlock(&ctl->primary_lock);
}

/**
 * storvsp_scan_again() - it may be that it can be told now
 * @ctl: the controller
 *
 * There is room again, or a channel goes on.
 *
 * Context: any.
 */
void storvsp_scan_again(struct storvsp_ctl *ctl)
{
	queue_work(ctl->wq, &ctl->scan_work);
}
