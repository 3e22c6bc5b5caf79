/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The guest half of VMBus in this kernel: what the files of vmbus_local share.
 *
 * Locks
 *	guests_lock		the guests; in guest.c
 *	vml_guest.lock		the channels of a guest: which there are, and which of
 *				a device's sub-channels are open. Nobody waits for the
 *				host while he holds it: who reads the host's messages
 *				takes it.
 *	vml_guest.wait_lock	who waits for an answer; innermost
 *	vmbus_channel.sched_lock  the callback; hard-irq
 *
 * A file that exports a symbol begins with what the file of drivers/hv that exports
 * it includes, since that is what the symbol's CRC depends on, and hides all else,
 * this header too, from the program that computes it.
 */
#ifndef _VML_LOCAL_H
#define _VML_LOCAL_H

#include <linux/completion.h>
#include <linux/hyperv.h>
#include <linux/irq_work.h>
#include <linux/mutex.h>
#include <linux/refcount.h>
#include <linux/smp.h>
#include <linux/spinlock.h>
#include <linux/uio.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

#include "../transport.h"

/**
 * struct vml_guest - what a partition of this kernel's kind has as its guest
 * @partition: whose; holds a reference
 * @node: in the list of guests
 * @ref: itself, and each channel
 * @number: tells its devices from those of others
 * @leaving: it takes no more offers, and leave_work is queued; bit 0
 * @attach_work: attaches it, and asks for offers
 * @message_work: reads what the host says
 * @leave_work: ends it
 * @lock: see above
 * @primaries: primary channels, by vmbus_channel.listentry
 * @channels: all channels by relid
 * @nr_channels: how many there are, those included that are being freed
 * @wait: for one of them to be gone
 * @wait_lock: protects @waiting and @gone
 * @waiting: struct vml_wait
 * @gone: the host does not answer any more
 * @next_gpadl: the number of a GPADL
 */
struct vml_guest {
	struct vmh_partition *partition;
	struct list_head node;
	refcount_t ref;
	u32 number;
	unsigned long leaving;
	struct work_struct attach_work;
	struct work_struct message_work;
	struct work_struct leave_work;

	struct mutex lock; /* see above */
	struct list_head primaries;
	struct xarray channels;
	atomic_t nr_channels;
	wait_queue_head_t wait;

	spinlock_t wait_lock; /* see above */
	struct list_head waiting;
	bool gone;
	atomic_t next_gpadl;
};

/* Bits of vml_channel.flags */
enum {
	VML_REMOVING,	/* somebody has begun to remove it */
	VML_SIGNALLED,	/* an interrupt is on its way */
};

/**
 * struct vml_channel - a channel
 * @ch: what drivers know of it
 * @guest: whose
 * @flags: VML_*
 * @release: the host waits to be told that it is gone
 * @removable: a sub-channel that is to be freed when it is closed
 * @spread: as which of all channels it was given a processor
 * @remove_work: removes it
 * @irq_work: interrupts this CPU
 * @csd: interrupts another
 * @taking: how many interrupts are being taken
 */
struct vml_channel {
	struct vmbus_channel ch;
	struct vml_guest *guest;
	unsigned long flags;
	bool release;
	bool removable;
	u32 spread;
	struct work_struct remove_work;
	struct irq_work irq_work;
	call_single_data_t csd;
	atomic_t taking;
};

static inline struct vml_channel *vml_channel(struct vmbus_channel *ch)
{
	return container_of(ch, struct vml_channel, ch);
}

/**
 * struct vml_wait - somebody waits for an answer
 * @node: in vml_guest.waiting
 * @type: of the answer
 * @id: what it is an answer to
 * @done: it is there, or will never be
 * @answered: it is there
 * @status: what it says; 0 is good
 */
struct vml_wait {
	struct list_head node;
	u32 type;
	u32 id;
	struct completion done;
	bool answered;
	u32 status;
};

extern struct workqueue_struct *vml_guest_wq;
extern struct workqueue_struct *vml_message_wq;
extern struct workqueue_struct *vml_channel_wq;

/* transport.c */
extern struct vmh_transport vml_transport;
extern bool vml_copy;

/* guest.c */
void vml_guest_create(struct vmh_partition *p);
void vml_guest_leave(struct vml_guest *g);
void vml_guest_put(struct vml_guest *g);
void vml_guest_leave_all(void);

/* connection.c */
int vml_post(struct vml_guest *g, void *message, u32 len);
void vml_wait_begin(struct vml_guest *g, struct vml_wait *w, u32 type, u32 id);
int vml_wait_end(struct vml_guest *g, struct vml_wait *w, int err);
void vml_wait_abort(struct vml_guest *g);
int vml_connect(struct vml_guest *g);
void vml_message_work(struct work_struct *work);

/* offers.c */
void vml_on_offer(struct vml_guest *g,
		  const struct vmbus_channel_offer_channel *offer);
void vml_on_rescind(struct vml_guest *g, u32 relid);
void vml_channels_remove(struct vml_guest *g);
void vml_channel_closed(struct vml_channel *c);

/* bus.c */
int vml_bus_init(void);
void vml_bus_exit(void);
u16 vml_device_type(const guid_t *class);
bool vml_is_fast(u16 type);
int vml_device_register(struct vml_channel *c);
void vml_device_unregister(struct vml_channel *c);

/* gpadl.c */
int vml_gpadl_create(struct vmbus_channel *ch, void *buffer, u32 size,
		     struct vmbus_gpadl *gpadl);

/* irq.c */
void vml_irq_init(struct vml_channel *c);
void vml_irq_raise(struct vml_channel *c, u32 cpu);
void vml_irq_sync(struct vml_channel *c);
void vml_irq_last(struct vml_channel *c);
void vml_callback_reset(struct vml_channel *c);

/* ring.c */
int vml_ring_init(struct hv_ring_buffer_info *info, struct page *pages, u32 n);
void vml_ring_exit(struct hv_ring_buffer_info *info);
int vml_ring_write(struct vmbus_channel *ch, const struct kvec *pieces, u32 n,
		   u64 request, u64 *trans_id);

/* request.c */
int vml_requestor_init(struct vmbus_channel *ch);
void vml_requestor_exit(struct vmbus_channel *ch);

#endif
