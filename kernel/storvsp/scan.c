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

/* 0, or -EAGAIN if there is no room. */
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
 * storvsp_scan_work() - tell it, now or when there is room
 * @work: of the controller
 *
 * A guest that is not ready will look in any case.
 */
void storvsp_scan_work(struct work_struct *work)
{
	struct storvsp_ctl *ctl = container_of(work, struct storvsp_ctl,
					       scan_work);

	mutex_lock(&ctl->primary_lock);
	WRITE_ONCE(ctl->scan, false);
	if (ctl->primary && tell(ctl->primary) == -EAGAIN)
		WRITE_ONCE(ctl->scan, true);
	mutex_unlock(&ctl->primary_lock);
}
