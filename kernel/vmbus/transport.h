/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a guest is made of: its memory, and how it is told of something. All else
 * of vmbus_host, and every service on it, sees a guest through this only, and so
 * can assume neither that its memory is mapped, nor that it stays as it is while
 * it is being read, nor that it answers.
 *
 *	transport				core
 *	vmh_attach()				the guest of a partition is there
 *	vmh_post(), vmh_message_read()		control messages in, out
 *	vmh_kick()				the guest signals a channel
 *	vmh_detach()				it is gone
 *						struct vmh_transport: the rest
 */
#ifndef _VMH_TRANSPORT_H
#define _VMH_TRANSPORT_H

#include <linux/list.h>
#include <linux/types.h>

#include "wire.h"

struct net;
struct page;
struct vmh_partition;

/**
 * struct vmh_transport - a kind of guest
 * @name: for messages
 * @kind: enum vmbus_host_transport
 * @prompt: no call below keeps anybody waiting; else they wait as long as it pleases
 *	whoever has the guest's memory
 * @lets_go: its guests always close what was taken back, however long that takes
 * @node: in the list of those that come to their partitions by themselves
 * @copy_from: copy from guest physical memory; an aligned piece of 4 bytes is read
 *	at once. Process context, may sleep. -EFAULT for what is no memory.
 * @copy_to: copy to it, likewise
 * @pin: have the pages of @n frames stay where they are, and get them. Process
 *	context, may sleep. All or none; -EFAULT, -ENOMEM or -EDQUOT.
 * @unpin: undo that; @dirty if they may have been written to
 * @borrow: as @pin, but not for long, and for who is not the guest: what reads and
 *	writes the guest's disks. Waits for nobody.
 * @give_back: undo that; NULL if there is nothing to undo
 * @kick: interrupt processor @vp for a channel. Any context.
 * @message: there are messages to be read. The partition's lock is held: must not
 *	call back, nor wait for somebody who does.
 * @gone: the partition was removed; nothing of the guest is used any more when this
 *	is called. The partition's lock is held.
 * @attach: a partition of this kind was made: call vmh_attach() for it, soon, not
 *	here; NULL if the guest comes by itself. Can be called twice for one
 *	partition. Holds a list's lock.
 */
struct vmh_transport {
	const char *name;
	u32 kind;
	bool prompt;
	bool lets_go;
	struct list_head node;
	int (*copy_from)(void *guest, u64 gpa, void *to, u32 len);
	int (*copy_to)(void *guest, u64 gpa, const void *from, u32 len);
	int (*pin)(void *guest, const u64 *pfns, u32 n, struct page **pages);
	void (*unpin)(void *guest, struct page **pages, u32 n, bool dirty);
	int (*borrow)(void *guest, const u64 *pfns, u32 n, struct page **pages);
	void (*give_back)(void *guest, struct page **pages, u32 n, bool dirty);
	void (*kick)(void *guest, u32 relid, u32 vp);
	void (*message)(void *guest);
	void (*gone)(void *guest);
	void (*attach)(struct vmh_partition *p);
};

/* partition.c */
struct vmh_partition *vmh_partition_find(struct net *net, const char *name);
void vmh_partition_hold(struct vmh_partition *p);
void vmh_partition_put(struct vmh_partition *p);
int vmh_attach(struct vmh_partition *p, const struct vmh_transport *transport,
	       void *guest, bool map);
void vmh_detach(struct vmh_partition *p, void *guest);
int vmh_transport_register(struct vmh_transport *transport);
void vmh_transport_unregister(struct vmh_transport *transport);

/* message.c */
bool vmh_post_possible(const struct vmh_partition *p);
int vmh_post(struct vmh_partition *p, const void *message, u32 len);
int vmh_message_read(struct vmh_partition *p, void *message);
bool vmh_message_pending(const struct vmh_partition *p);

/* save.c */
void *vmh_save(struct vmh_partition *p, u32 *size);
int vmh_restore(struct vmh_partition *p, const void *state, u32 size);
int vmh_resume(struct vmh_partition *p);

/* worker.c */
bool vmh_kick(struct vmh_partition *p, u32 relid);

/* channel.c */
bool vmh_serves(struct vmh_partition *p, u32 relid);

#endif
