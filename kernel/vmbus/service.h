/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a service (a VSP) sees of VMBus: it offers devices to a partition, is told
 * when the guest opens a device's channels, gets their packets, and sends some.
 *
 * A service never touches guest memory by itself, and gets packets that have been
 * copied and parsed. What a packet means, and whether it makes sense, only the
 * service can know; -EPROTO and the like break the channel, and nothing else.
 */
#ifndef _VMH_SERVICE_H
#define _VMH_SERVICE_H

#include <linux/types.h>

#include "packet.h"
#include "ring.h"
#include "wire.h"

struct scatterlist;
struct vmh_channel;
struct vmh_device;
struct vmh_gpadl;
struct vmh_partition;

/* Answers that wait for room are part of it. */
#define VMH_SAVE_MAX	(256U << 10)

/**
 * struct vmh_service - who serves the channels of a device
 * @name: for people
 * @class: GUID of the kind of device
 * @flags: of the offer, VMH_OFFER_*
 * @subchannels: its devices can have some
 * @linger: a guest's driver waits for answers when it lets go: a device that is taken
 *	back is served until the guest has closed it
 * @brief: its calls take no time, since they hand on what they get: whoever gets it runs
 *	right after them, on the same kernel thread. Others leave that to go on meanwhile.
 * @max_packet: longest packet that is taken, in bytes
 * @open: the guest opens a channel, with VMH_USER_DEF bytes of its own. What is
 *	returned, if not 0, refuses it. Process context, the partition's lock held:
 *	no call that takes it.
 * @close: undo that: answers what is pending, as long as it can, and no longer
 *	uses guest memory when it returns. Not called together with @packet. Process
 *	context, the partition's lock held.
 * @packet: a packet, valid until this returns. -EAGAIN: not now, the ring to the
 *	guest is full; comes again when there is room. Any other error breaks the
 *	channel. What is sent from here the guest learns of when it has returned for
 *	the last packet there is. Process context, one call at a time for a channel;
 *	must not wait for the partition's lock, nor for RTNL.
 * @try_packet: as @packet, for a guest that nobody waits for and whose memory is mapped;
 *	but must not sleep. -EAGAIN: it would; @packet gets it then. Called by who signals,
 *	with whatever that is busy with: in process context, but not preemptible perhaps.
 *	NULL: all is left to @packet.
 * @writable: the ring to the guest has room again after -EAGAIN. As @packet; may be
 *	NULL.
 * @done: there are no more packets for now, or the others' turn has come: what was
 *	put off is due. After each time that the worker has looked, whether
 *	there was a packet or not. As @packet, or as @try_packet after that; may be NULL.
 * @offered: there are so many sub-channels as vmh_offer_subchannels() could get, and
 *	the guest has been told. As @open, of the primary channel; may be NULL.
 * @quiesce: the channel is stopped, to be saved: answers what is pending, and waits for
 *	that; what there is no room for is part of the state. May go on afterwards. As
 *	@close. NULL if nothing is ever pending.
 * @save: write down what the service knows of a channel that is stopped, in at most
 *	%VMH_SAVE_MAX bytes. Returns how many. NULL if there is nothing.
 * @restore: the channel was just opened, and shall go on from there. Returns 0, or
 *	-EINVAL. As @open.
 * @depart: the partition is about to be removed: lets the guest part with the device, if
 *	it has a way to, while its channels still work. For seconds at most. Process
 *	context, the partition's lock held. NULL: there is none.
 * @release: the partition was removed, and the device with it; no more calls.
 *	vmh_withdraw() is still needed, but not here. Process context, the
 *	partition's lock held. NULL: the device is not used any more then.
 */
struct vmh_service {
	const char *name;
	struct vmh_guid class;
	u16 flags;
	bool subchannels;
	bool linger;
	bool brief;
	u32 max_packet;
	int (*open)(struct vmh_channel *ch, const u8 *user_data);
	void (*close)(struct vmh_channel *ch);
	int (*packet)(struct vmh_channel *ch, const struct vmh_packet *packet);
	int (*try_packet)(struct vmh_channel *ch, const struct vmh_packet *packet);
	void (*writable)(struct vmh_channel *ch);
	void (*done)(struct vmh_channel *ch);
	void (*offered)(struct vmh_channel *ch, u32 n);
	void (*quiesce)(struct vmh_channel *ch);
	u32 (*save)(struct vmh_channel *ch, void *state);
	int (*restore)(struct vmh_channel *ch, const void *state, u32 len);
	void (*depart)(struct vmh_device *dev);
	void (*release)(struct vmh_device *dev);
};

/* offer.c */
struct vmh_device *vmh_offer(struct vmh_partition *p,
			     const struct vmh_service *service,
			     const struct vmh_guid *instance,
			     const u8 *user_def, void *priv);
void vmh_withdraw(struct vmh_device *dev);
void vmh_withdraw_gently(struct vmh_device *dev);
int vmh_offer_subchannels(struct vmh_device *dev, u32 n);
void *vmh_device_priv(const struct vmh_device *dev);

/* channel.c */
struct vmh_device *vmh_channel_device(const struct vmh_channel *ch);
u32 vmh_channel_index(const struct vmh_channel *ch);
u32 vmh_channel_version(const struct vmh_channel *ch);
bool vmh_channel_is_prompt(const struct vmh_channel *ch);
bool vmh_channel_is_mapped(const struct vmh_channel *ch);
bool vmh_channel_is_stopped(const struct vmh_channel *ch);
void vmh_channel_set_priv(struct vmh_channel *ch, void *priv);
void *vmh_channel_priv(const struct vmh_channel *ch);

/* send.c */
int vmh_channel_send(struct vmh_channel *ch, const struct vmh_piece *payload,
		     u32 n, u64 trans_id, bool want_completion);
int vmh_channel_complete(struct vmh_channel *ch, u64 trans_id,
			 const void *payload, u32 len);
int vmh_channel_complete_flush(struct vmh_channel *ch, u64 trans_id,
			       const void *payload, u32 len);
int vmh_channel_send_xfer(struct vmh_channel *ch, u16 pageset,
			  const struct vmh_xfer_range *ranges, u32 n,
			  u64 trans_id, const void *payload, u32 len);
void vmh_channel_flush(struct vmh_channel *ch);

/* moderate.c */
#define VMH_MODERATE_MAX	10000	/* microseconds */
void vmh_channel_moderate(struct vmh_channel *ch, u32 usecs, bool adaptive);

/* worker.c */
void vmh_channel_wake(struct vmh_channel *ch);

/* memory.c */
void vmh_channel_memory(struct vmh_gpa_iter *iter,
			const struct vmh_packet *packet);
void vmh_channel_skip(struct vmh_gpa_iter *iter, u32 len);
int vmh_channel_copy_piece(struct vmh_channel *ch, struct vmh_gpa_iter *iter,
			   void *to, u32 max);
int vmh_channel_copy_from(struct vmh_channel *ch, struct vmh_gpa_iter *iter,
			  void *to, u32 len);
int vmh_channel_copy_to(struct vmh_channel *ch, struct vmh_gpa_iter *iter,
			const void *from, u32 len);
struct vmh_gpadl *vmh_gpadl_get(struct vmh_channel *ch, u32 id);
void vmh_gpadl_put(struct vmh_gpadl *gpadl);
u32 vmh_gpadl_id(const struct vmh_gpadl *gpadl);
u32 vmh_gpadl_size(const struct vmh_gpadl *gpadl);
void *vmh_gpadl_map(const struct vmh_gpadl *gpadl);
int vmh_gpadl_write(const struct vmh_gpadl *gpadl, u32 offset, const void *from,
		    u32 len);
int vmh_gpadl_read(const struct vmh_gpadl *gpadl, u32 offset, void *to, u32 len);

/* pages.c */
int vmh_channel_pin(struct vmh_channel *ch, const struct vmh_packet *packet, u32 len,
		    struct scatterlist *sg, u32 nents);
void vmh_channel_unpin(struct vmh_channel *ch, struct scatterlist *sg, u32 nents,
		       bool dirty);

#endif
