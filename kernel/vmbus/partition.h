/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Partitions, their devices and channels: what the files of vmbus_host share.
 *
 * Locks
 *	vmh_net.lock		the partitions of a netns; outermost
 *	vmh_partition.lock	all that control messages change: the connection,
 *				devices, channels, GPADLs. Held while services open
 *				and close. A channel's worker never takes it, since
 *				closing waits for the worker.
 *	vmh_channel.out_*	the ring to the guest
 *	vmh_partition.ic_lock	what administrators ask the guest; innermost
 *	vmh_partition.out_lock	messages to the guest; innermost
 *
 * A kick finds its channel under RCU, and does no more than to queue its worker.
 */
#ifndef _VMH_PARTITION_H
#define _VMH_PARTITION_H

#include <linux/hrtimer.h>
#include <linux/llist.h>
#include <linux/mutex.h>
#include <linux/refcount.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>
#include <uapi/linux/vmbus_host.h>

#include "gpadl.h"
#include "moderate.h"
#include "packet.h"
#include "ring.h"
#include "service.h"
#include "transport.h"

#define VMH_ERRORS	(VMBUS_HOST_ERROR_NO_MEMORY + 1)
/* Not an error: why a channel that is not broken is not. */
#define VMH_NO_ERROR	VMH_ERRORS

/**
 * struct vmh_out - a message to the guest
 * @node: in the queue of the partition, or empty
 * @len: bytes of it
 * @own: nobody else's: freed when it has been read
 * @data: the message
 */
struct vmh_out {
	struct list_head node;
	u32 len;
	bool own;
	u8 data[VMH_MSG_MAX] __aligned(8);
};

/**
 * struct vmh_partition - a guest, or the place for one
 * @name: its name, unique in the netns
 * @ref: the list, the guest, devices and work each hold one
 * @node: in vmh_net.partitions; protected by vmh_net.lock
 * @cookie: grows with each partition; the order of dumps
 * @kind: enum vmbus_host_transport
 * @services: enum vmbus_host_service, as bits
 * @coalesce: a signal to the guest may be late by so many ns
 * @net_lock: protects @net
 * @net: where its events go; NULL when it is being removed
 * @lock: see above
 * @removed: it is being removed
 * @paused: it is stopped, to be saved or after it was restored
 * @transport: of the guest, NULL while there is none
 * @guest: for its ops
 * @map: guest memory may be mapped
 * @kcov_handle: whoever has the guest run wants to know what code its workers reach
 * @version: of the connection; 0 for none
 * @offers_sent: the guest has asked for offers
 * @devices: all devices
 * @channels: by relid
 * @next_relid: where the search for a free one begins
 * @gpadls: complete ones by relid and id; see memory.c
 * @builds: those that are not complete
 * @quota: of both
 * @dead_gpadls: whose last user is gone
 * @lingering: open channels of devices that were taken back
 * @let_go: for those to be closed
 * @heartbeat: when the guest last answered, in jiffies
 * @alive: it has, since it opened that channel
 * @ic_lock: protects @ics, and what is asked there
 * @ics: struct vmh_ic of open channels
 * @wq: of its channels' workers: guest memory can keep them waiting
 * @brief_wq: of those of services whose calls take no time
 * @work: does what workers cannot
 * @remove_work: removes it
 * @out_lock: protects what follows
 * @out: messages to the guest that it has not read
 * @answers: of these, the ones that it asked for
 * @messages_in: from the guest
 * @messages_out: to the guest
 * @errors: what the guest did wrong
 */
struct vmh_partition {
	char name[VMBUS_HOST_NAME_MAX + 1];
	refcount_t ref;
	struct list_head node;
	u64 cookie;
	u32 kind;
	u32 services;
	u32 coalesce;
	struct mutex net_lock; /* see above */
	struct net *net;

	struct mutex lock; /* see above */
	bool removed;
	bool paused;
	const struct vmh_transport *transport;
	void *guest;
	bool map;
	u64 kcov_handle;
	u32 version;
	bool offers_sent;
	struct list_head devices;
	struct xarray channels;
	u32 next_relid;
	struct xarray gpadls;
	struct list_head builds;
	struct vmh_gpadl_quota quota;
	struct llist_head dead_gpadls;
	u32 lingering;
	wait_queue_head_t let_go;
	unsigned long heartbeat;
	bool alive;
	spinlock_t ic_lock; /* see above */
	struct list_head ics;
	struct workqueue_struct *wq;
	struct workqueue_struct *brief_wq;
	struct work_struct work;
	struct work_struct remove_work;

	spinlock_t out_lock; /* see above */
	struct list_head out;
	u32 answers;
	u64 messages_in;
	u64 messages_out;
	atomic64_t errors[VMH_ERRORS];
};

#define VMH_SERVICE_NAME	32

/**
 * struct vmh_device - what a service offers: a primary channel and its others
 * @partition: where; holds a reference
 * @node: in its devices
 * @service: who serves it; not there any more when it is @removed
 * @name: of the service
 * @class: GUID of its kind
 * @instance: GUID of the device
 * @user_def: of the offer
 * @priv: of the service
 * @ref: the service, and each channel
 * @removed: the service has been told, or told us; no more calls of it
 * @primary: its first channel
 * @leaving: it was taken back, and is served until the guest has let go of it
 * @lingering: channels that the guest has not closed since
 * @wanted: how many sub-channels there shall be
 * @asked: the service wants to know how many there are
 * @subchannels: how many there are that were not rescinded
 */
struct vmh_device {
	struct vmh_partition *partition;
	struct list_head node;
	const struct vmh_service *service;
	char name[VMH_SERVICE_NAME];
	struct vmh_guid class;
	struct vmh_guid instance;
	u8 user_def[VMH_USER_DEF];
	void *priv;
	refcount_t ref;
	bool removed;
	struct vmh_channel *primary;
	bool leaving;
	u32 lingering;
	u32 wanted;
	bool asked;
	u32 subchannels;
};

/**
 * struct vmh_channel_stats - counters of a channel
 * @rx_packets: from the guest
 * @rx_bytes: of these, descriptors and trailers included
 * @wakeups: how often the worker looked
 * @idle: and found nothing to do
 * @needless: signals of the guest when there was neither a packet nor room
 * @opens: by the guest
 * @tx_packets: to the guest
 * @tx_bytes: of these, likewise
 * @full: how often there was no room for one
 * @rx_signals: from the guest
 * @tx_signals: to the guest
 *
 * The first half is written by the worker, the other under the lock of the ring to
 * the guest, kicks by whoever kicks.
 */
struct vmh_channel_stats {
	u64 rx_packets;
	u64 rx_bytes;
	u64 wakeups;
	u64 idle;
	u64 needless;
	u64 opens;
	u64 tx_packets;
	u64 tx_bytes;
	u64 full;
	atomic64_t rx_signals;
	atomic64_t tx_signals;
};

/* Bits of vmh_channel.flags */
enum {
	VMH_LOOKING,
};

/**
 * struct vmh_channel - a channel
 * @dev: whose
 * @partition: the same as that of @dev
 * @free_work: frees it
 * @relid: its number
 * @index: 0 for the primary channel
 * @told: the guest has been offered it
 * @rescinded: and that was taken back
 * @open: the guest has opened it
 * @error: why it is broken, or VMH_NO_ERROR
 * @opened: what the guest said when it opened it
 * @offer: the message
 * @rescind: the message
 * @armed: the worker may look into the ring
 * @cpu: where the worker runs
 * @vp: the guest's processor, or VMH_VP_NONE
 * @wq: where its worker runs
 * @work: the worker
 * @here: who signals may take packets himself
 * @flags: VMH_LOOKING: somebody takes packets, the worker or who signals
 * @rings: where the rings lie
 * @in: the ring from the guest; the worker's
 * @buf: the packet that the worker is at
 * @buf_size: longest packet
 * @packet: the same, parsed
 * @held: it was not taken yet
 * @needless: so many times in a row it was signalled for nothing
 * @seen_signals: of the guest, when the worker last looked
 * @seen_sent: packets to the guest, then
 * @pace: the guest's, to moderate its signals
 * @moderation: queues the worker for a signal that waited
 * @moderated: it has
 * @out: the ring to the guest
 * @out_spin: protects @out if it is mapped
 * @out_mutex: if it is not
 * @out_open: @out may be used; protected by either
 * @out_full: somebody waits for room; as @out_open
 * @out_error: what was wrong with it, or found by who has signalled
 * @mapped: the rings are; tells which lock it is
 * @late: a signal that is put off
 * @late_due: and the time has come, but the worker has to see whether it is needed
 * @stats: counters
 * @priv: of the service
 */
struct vmh_channel {
	struct vmh_device *dev;
	struct vmh_partition *partition;
	struct rcu_work free_work;
	u32 relid;
	u16 index;
	bool told;
	bool rescinded;
	bool open;
	u32 error;
	struct vmh_msg_open opened;
	struct vmh_out offer;
	struct vmh_out rescind;

	bool armed;
	int cpu;
	u32 vp;
	struct workqueue_struct *wq;
	struct delayed_work work;
	bool here;
	unsigned long flags;
	struct vmh_gpadl *rings;
	struct vmh_ring in;
	u8 *buf;
	u32 buf_size;
	struct vmh_packet packet;
	bool held;
	u32 needless;
	u64 seen_signals;
	u64 seen_sent;
	struct vmh_pace pace;
	struct hrtimer moderation;
	bool moderated;

	struct vmh_ring out;
	spinlock_t out_spin; /* see above */
	struct mutex out_mutex; /* see above */
	bool out_open;
	bool out_full;
	int out_error;
	bool mapped;
	struct hrtimer late;
	bool late_due;
	struct vmh_channel_stats stats;
	void *priv;
};

/**
 * struct vmh_gpadl - guest memory that the guest has shown us
 * @partition: whose
 * @relid: the channel that it was made for
 * @id: the guest's name for it
 * @ref: the table, and each user
 * @dead: in vmh_partition.dead_gpadls
 * @torn: the guest has torn it down; written with the table locked
 * @tear: it shall be, when channels have been restored
 * @silent: nobody waits for its end
 * @torndown: the message for those who do
 * @frames: how many
 * @pfns: their numbers
 * @offset: of its first byte in the first
 * @bytes: of it
 * @pages: pinned, if it is mapped
 * @vaddr: where the first frame is mapped, or NULL
 * @mem: to read and write it
 */
struct vmh_gpadl {
	struct vmh_partition *partition;
	u32 relid;
	u32 id;
	refcount_t ref;
	struct llist_node dead;
	bool torn;
	bool tear;
	bool silent;
	struct vmh_out *torndown;
	u32 frames;
	u64 *pfns;
	u32 offset;
	u32 bytes;
	struct page **pages;
	void *vaddr;
	struct vmh_mem mem;
};

struct vmh_net {
	struct mutex lock; /* protects the list */
	struct list_head partitions;
	u64 cookie;
	u32 seq;
	atomic_t nic_seq; /* changes of NICs by hand */
};

extern unsigned int vmh_net_id;
extern struct workqueue_struct *vmh_wq;

struct vmh_net *vmh_net(struct net *net);

/**
 * struct vmh_partition_config - what an administrator says of a new partition
 * @kind: enum vmbus_host_transport
 * @services: enum vmbus_host_service, as bits
 * @max_gpadls: see struct vmh_gpadl_quota
 * @max_pages: likewise
 * @coalesce_us: a signal to the guest may be late by so many microseconds
 */
struct vmh_partition_config {
	u32 kind;
	u32 services;
	u32 max_gpadls;
	u32 max_pages;
	u32 coalesce_us;
};

/* partition.c */
int vmh_partition_add(struct net *net, const char *name,
		      const struct vmh_partition_config *config);
int vmh_partition_remove(struct net *net, const char *name);
void vmh_partition_remove_all(struct net *net);
void vmh_partition_disconnect(struct vmh_partition *p);
void vmh_error(struct vmh_partition *p, u32 error);

/* message.c */
bool vmh_version_is_known(u32 version);
struct vmh_out *vmh_out_alloc(void);
void vmh_out_init(struct vmh_out *out, u32 type, u32 len);
void vmh_out_send(struct vmh_partition *p, struct vmh_out *out);
bool vmh_out_cancel(struct vmh_partition *p, struct vmh_out *out);
void vmh_out_purge(struct vmh_partition *p);

/* offer.c */
struct vmh_channel *vmh_channel_of(const struct vmh_device *dev, u32 index);
struct vmh_channel *vmh_channel_create(struct vmh_device *dev, u16 index);
void vmh_offer_all(struct vmh_partition *p);
void vmh_offer_one(struct vmh_channel *ch);
void vmh_offer_wanted(struct vmh_partition *p);
void vmh_device_recall(struct vmh_device *dev);
void vmh_device_remove(struct vmh_device *dev);
void vmh_linger(struct vmh_partition *p, const u32 *lingering);
void vmh_channel_rescind(struct vmh_channel *ch);
void vmh_channel_forget(struct vmh_channel *ch);

/* channel.c */
u32 vmh_channel_open(struct vmh_channel *ch, const struct vmh_msg_open *msg);
struct vmh_channel *vmh_channel_find(struct vmh_partition *p, u32 relid);
void vmh_channel_on_open(struct vmh_partition *p, const struct vmh_msg_open *msg,
			 struct vmh_out *answer);
void vmh_channel_on_close(struct vmh_partition *p, u32 relid);
void vmh_channel_on_modify(struct vmh_partition *p,
			   const struct vmh_msg_modify *msg,
			   struct vmh_out *answer);
void vmh_channel_on_released(struct vmh_partition *p, u32 relid);
void vmh_channel_close(struct vmh_channel *ch);

/* memory.c */
int vmh_gpadl_restore(struct vmh_partition *p, u32 relid, u32 id, u32 offset,
		      u32 bytes, const __le64 *pfns, u32 frames, bool torn);
void vmh_gpadl_restored(struct vmh_partition *p);
int vmh_gpadl_restore_build(struct vmh_partition *p, u32 relid, u32 id, u32 size,
			    const u8 *data, u32 bytes);
void vmh_gpadl_each(struct vmh_partition *p,
		    void (*gpadl)(const struct vmh_gpadl *gpadl, void *arg),
		    void (*build)(const struct vmh_gpadl_build *build, void *arg),
		    void *arg);
void vmh_gpadl_on_header(struct vmh_partition *p, const void *msg, u32 len,
			 struct vmh_out **answer);
void vmh_gpadl_on_body(struct vmh_partition *p, const void *msg, u32 len,
		       struct vmh_out **answer);
void vmh_gpadl_on_teardown(struct vmh_partition *p,
			   const struct vmh_msg_gpadl_teardown *msg,
			   struct vmh_out **answer);
struct vmh_gpadl *vmh_gpadl_find(struct vmh_partition *p, u32 relid, u32 id);
void vmh_gpadl_reap(struct vmh_partition *p);
void vmh_gpadl_drop(struct vmh_partition *p, u32 relid);
void vmh_gpadl_drop_all(struct vmh_partition *p);

/* moderate.c */
void vmh_moderate_init(struct vmh_channel *ch);
bool vmh_moderate_signal(struct vmh_channel *ch);
u64 vmh_moderate_begin(struct vmh_channel *ch);
void vmh_moderate_end(struct vmh_channel *ch, u64 began, u64 packets);
void vmh_moderate_cancel(struct vmh_channel *ch);

/* worker.c */
void vmh_worker_init(struct vmh_channel *ch);
void vmh_worker_queue(struct vmh_channel *ch);
void vmh_worker_start(struct vmh_channel *ch);
void vmh_worker_stop(struct vmh_channel *ch);
void vmh_worker_full(struct vmh_channel *ch);
void vmh_channel_break(struct vmh_channel *ch, u32 error);

/* send.c */
void vmh_send_init(struct vmh_channel *ch);
bool vmh_channel_take_full(struct vmh_channel *ch);
bool vmh_channel_kick_due(struct vmh_channel *ch);
void vmh_channel_shut(struct vmh_channel *ch);
void vmh_channel_flush_shut(struct vmh_channel *ch);
void vmh_channel_reopen(struct vmh_channel *ch);

/* partition_nl.c */
void vmh_nl_partition_notify(struct vmh_partition *p, u8 cmd);

/* channel_nl.c */
void vmh_nl_channel_notify(struct vmh_channel *ch);

/* builtin.c */
int vmh_builtin_offer(struct vmh_partition *p);

/* device.c */
int vmh_dev_init(void);
void vmh_dev_exit(void);

#endif
