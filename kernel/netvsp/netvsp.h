/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A NIC, its queues, and what a guest has agreed upon with it: what the files of
 * netvsp share.
 *
 * Who is where
 *	worker		of a channel: a packet from the guest; may sleep. Primary
 *			channel: control, too. Never takes RTNL, nor waits for who has
 *			it: the guest's driver waits for the worker under RTNL.
 *	partition	its lock is held: a channel is opened or closed; likewise
 *	transmit	ndo_start_xmit, under the queue's transmit lock
 *	RTNL		the netdev; and nsp_nic.work for what others cannot do
 *
 * Locks
 *	nsp_nic.run	workers hold it for reading while they look at what the
 *			others' may change: the session, and whether the NIC is dying.
 *			Who changes that holds it for writing
 *	transmit lock	nsp_queue.tx_*; a queue is @ready while it may send
 *	nsp_recv.lock	free sections; innermost
 *	nsp_nic.control_lock  messages to the guest; a worker, or who indicates
 */
#ifndef _NSP_NETVSP_H
#define _NSP_NETVSP_H

#include <linux/etherdevice.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/refcount.h>
#include <linux/rwsem.h>
#include <linux/u64_stats_sync.h>
#include <linux/workqueue.h>

#include "../vmbus/nic.h"
#include "../vmbus/service.h"
#include "nvsp.h"
#include "parse.h"
#include "rndis.h"

/* As bits they fit into 64. */
#define NSP_QUEUES_MAX		64
/* A frame, without FCS and VLAN tag. */
#define NSP_FRAME_MAX		9216
#define NSP_MTU_MAX		(NSP_FRAME_MAX - ETH_HLEN)
/* What is before a frame: the header, and all that can accompany it. */
#define NSP_HEAD_MAX		128
/* The least a frame has room for in a section. */
#define NSP_FRAME_MIN		(ETH_DATA_LEN + ETH_HLEN)
/* Messages in a packet from the guest; it is told. */
#define NSP_MESSAGES		8
/* Frames of a packet to the guest, and parts of one frame. */
#define NSP_RANGES		64
/* Of the receive buffer, in all: more than a GPADL that a guest makes has room for. */
#define NSP_SECTIONS_MAX	(32U << 10)
/* Small frames that shall fit before large ones matter. */
#define NSP_SECTIONS_ENOUGH	2048
/* Sections that are kept for control messages, of a buffer that is large enough. */
#define NSP_CONTROL_SECTIONS	16
/* Bytes of a control message, either way. */
#define NSP_CONTROL_MAX		4096
/* Of an answer to a query: the least that a section has. */
#define NSP_QUERY_MAX		(NSP_HEAD_MAX + NSP_FRAME_MIN)
/* What waits for a section; more is a guest that does not read. */
#define NSP_CONTROL_QUEUED	64
#define NSP_MCAST_MAX		64
/* Until a guest that gives nothing back is not waited for any more. */
#define NSP_STALL		(4 * HZ)

/* Why something was lost; ethtool -S. */
enum nsp_drop {
	/* from the guest */
	NSP_RX_MALFORMED,	/* RNDIS that contradicts itself */
	NSP_RX_INFO,		/* what accompanies it does */
	NSP_RX_LENGTH,		/* no frame has this length */
	NSP_RX_OFFLOAD,		/* headers that are not what shall be computed */
	NSP_RX_MEMORY,		/* no guest memory there */
	NSP_RX_NO_MEMORY,
	NSP_RX_DOWN,		/* the netdev is down */
	/* to the guest */
	NSP_TX_DOWN,		/* no guest that wants any */
	NSP_TX_FILTER,		/* the guest does not want this one */
	NSP_TX_LENGTH,		/* longer than it can take */
	NSP_TX_CSUM,		/* where its checksum shall be is not in it */
	NSP_TX_STALLED,		/* it does not give buffers back */
	NSP_TX_MEMORY,
	NSP_TX_NO_MEMORY,
	NSP_DROPS,
};

/**
 * struct nsp_stats - counters of a queue
 * @rx_sync: for 32-bit readers
 * @rx_packets: frames from the guest
 * @rx_bytes: of these
 * @rx_batches: packets of VMBus that brought them
 * @rx_multicast: of these
 * @tx_sync: likewise
 * @tx_packets: frames to the guest; parts of a large one are one
 * @tx_bytes: of these
 * @tx_batches: packets of VMBus that took them
 * @tx_full: how often there was no section, or no room in the ring
 * @tx_csum: checksums that were computed
 * @drops: enum nsp_drop; no more than a hint
 */
struct nsp_stats {
	struct u64_stats_sync rx_sync;
	u64 rx_packets;
	u64 rx_bytes;
	u64 rx_batches;
	u64 rx_multicast;
	struct u64_stats_sync tx_sync;
	u64 tx_packets;
	u64 tx_bytes;
	u64 tx_batches;
	u64 tx_full;
	u64 tx_csum;
	atomic64_t drops[NSP_DROPS];
};

enum nsp_section_state {
	NSP_SECTION_FREE,
	NSP_SECTION_HELD,	/* by a queue, or on its way to one */
	NSP_SECTION_CONTROL,	/* shown to the guest, a control message */
	/* And these plus the queue whose packet it is: one word says both. */
	NSP_SECTION_FIRST	= NSP_QUEUES_MAX,	/* shown, the first of a packet */
	NSP_SECTION_MORE	= 2 * NSP_QUEUES_MAX,	/* another, or not shown yet */
};

/**
 * struct nsp_section - a part of the receive buffer
 * @next: of the same packet, or %NSP_LAST
 * @bytes: of frames, of the whole packet; of the first
 * @frames: of the packet; of the first
 * @state: enum nsp_section_state; who takes %NSP_SECTION_FIRST away has the packet
 */
struct nsp_section {
	u32 next;
	u32 bytes;
	u32 frames;
	u32 state;
};

#define NSP_LAST		U32_MAX

/**
 * struct nsp_recv - the guest's receive buffer
 * @gpadl: its memory
 * @map: where that is mapped, or NULL
 * @id: the guest's number for it
 * @size: bytes of a section
 * @count: sections
 * @parts: sections of a frame, at most
 * @lock: protects what follows, but @sections
 * @free: numbers of free sections
 * @n_free: how many
 * @waiting: queues that found too few, as bits
 * @control: free ones of those for control messages, as bits
 * @n_control: how many there are of those, the first ones
 * @sections: all
 */
struct nsp_recv {
	struct vmh_gpadl *gpadl;
	u8 *map;
	u16 id;
	u32 size;
	u32 count;
	u32 parts;
	spinlock_t lock; /* see above */
	u32 n_free;
	u64 waiting;
	unsigned long control;
	u32 n_control;
	u32 *free;
	struct nsp_section sections[];
};

/**
 * struct nsp_queue - a channel, and a queue of the netdev either way
 * @nic: whose
 * @index: of both
 * @ch: the channel, while it is open
 * @running: the worker holds nsp_nic.run
 * @answering: an answer found no room, and is due when the packet comes again
 * @answer: the answer
 * @answer_len: bytes of it
 * @pool: memory for frames
 * @large: and for what large ones are made of
 * @rx: frames of this run
 * @rx_ready: frames for @napi
 * @rx_polled: those that it has taken
 * @rx_in: bytes of memory that frames have taken on their way to the stack; the worker's
 * @rx_out: and have left; of @napi, or of who has disabled it
 * @throttled: too many are on their way; the worker waits for @napi
 * @napi: gives them to the stack
 * @head: of a message from the guest
 * @bounce: a section, for guests that are copied to
 * @ready: the guest takes frames
 * @paused: it would, but is stopped, to be saved or after it was restored
 * @mapped: and at once, from softirq; else the worker copies
 * @batched: in the list of the batch that this CPU is at
 * @stalled: the guest has given nothing back for long: frames are dropped until it does
 * @starved: likewise, but what there is other queues have got
 * @took: when it last took a frame, or began to, in jiffies
 * @given: sections that it has given back, in all; the worker's
 * @taken: sections that the queue has got, in all: what it has less is @held, in the
 *	packet, or the guest's
 * @recv: the receive buffer, while @ready
 * @held: numbers of free sections
 * @n_held: how many
 * @ranges: the packet that is being made
 * @n_ranges: how many; 0: none
 * @first: its first section
 * @last: its last one
 * @bytes: of its frames
 * @frames: how many
 * @backlog: what the worker has to copy
 * @stats: counters
 */
struct nsp_queue {
	struct nsp_nic *nic;
	u16 index;
	struct vmh_channel *ch;

	/* The worker's. */
	bool running;
	bool answering;
	union nvsp_answer answer;
	u32 answer_len;
	struct page_pool *pool;
	struct page_pool *large;
	struct sk_buff_head rx;
	u8 *head;
	u8 *bounce;

	/* The stack's. */
	struct sk_buff_head rx_ready ____cacheline_aligned_in_smp;
	struct sk_buff_head rx_polled;
	u32 rx_in;
	u32 rx_out;
	bool throttled;
	struct napi_struct napi;

	/* Under the transmit lock. */
	bool ready ____cacheline_aligned_in_smp;
	bool paused;
	bool mapped;
	bool batched;
	bool stalled;
	bool starved;
	unsigned long took;
	u32 taken;
	u32 given;
	struct nsp_recv *recv;
	u32 n_held;
	u32 n_ranges;
	u32 first;
	u32 last;
	u32 bytes;
	u32 frames;
	u32 held[NSP_RANGES];
	struct vmh_xfer_range ranges[NSP_RANGES];
	struct sk_buff_head backlog;

	struct nsp_stats stats;
};

/* What a guest has set up, in the order in which it does so. */
enum nsp_state {
	NSP_CLOSED,
	NSP_OPEN,		/* its primary channel is */
	NSP_NEGOTIATED,		/* a version was agreed upon */
	NSP_BUFFERS,		/* there is a receive buffer */
	NSP_RUNNING,		/* RNDIS is initialised */
};

/**
 * struct nsp_rss - how frames are spread over the guest's queues
 * @rcu: frees it
 * @hash: NDIS_HASH_*
 * @size: entries of @table, a power of 2
 * @table: queues
 * @key: as the guest set it
 * @nibbles: the hash of each value of each half byte of what is hashed
 */
struct nsp_rss {
	struct rcu_head rcu;
	u32 hash;
	u32 size;
	u8 table[NSP_RSS_TABLE];
	u8 key[NSP_RSS_KEY];
	u32 nibbles[72][16];
};

/**
 * struct nsp_filter - what the guest wants to receive
 * @rcu: frees it
 * @bits: RNDIS_PACKET_TYPE_*
 * @mac: the guest's address
 * @other: it may have this one instead; or @mac again
 * @mcast: addresses
 * @n_mcast: how many
 */
struct nsp_filter {
	struct rcu_head rcu;
	u32 bits;
	u8 mac[ETH_ALEN];
	u8 other[ETH_ALEN];
	u32 n_mcast;
	u8 mcast[NSP_MCAST_MAX][ETH_ALEN];
};

/**
 * struct nsp_session - what a guest has agreed upon, since it opened the channel
 * @state: enum nsp_state
 * @version: enum nvsp_version
 * @ndis: major << 16 | minor
 * @caps: NVSP_CAP_*
 * @frame: longest frame that it takes, without a VLAN tag
 * @send: its send buffer
 * @send_map: where that is mapped, or NULL
 * @send_size: bytes of it
 * @send_id: the guest's number for it
 * @recv: its receive buffer
 * @rsc4: it puts coalesced segments of IPv4 together
 * @rsc6: and of IPv6
 * @sub_pending: it waits to hear how many sub-channels it gets
 * @sub_known: so many, @sub_count
 * @sub_count: which it is told by the worker; before, how many were asked for
 * @sub_trans: for that
 * @table_due: it has to be told how to spread what it sends
 * @filter_bits: as nsp_filter.bits
 * @mac: the address that the guest uses; a driver that opens the channel again goes on
 *	with it, and says so once only
 * @mac_said: by the guest, now or before
 * @mac_known: in this session, so that it is this one and not the NIC's
 * @mcast: as nsp_filter.mcast
 * @n_mcast: as nsp_filter.n_mcast
 */
struct nsp_session {
	enum nsp_state state;
	u32 version;
	u32 ndis;
	u64 caps;
	u32 frame;
	struct vmh_gpadl *send;
	u8 *send_map;
	u32 send_size;
	u16 send_id;
	struct nsp_recv *recv;
	bool rsc4;
	bool rsc6;
	bool sub_pending;
	bool sub_known;
	bool table_due;
	u32 sub_count;
	u64 sub_trans;
	u32 filter_bits;
	u8 mac[ETH_ALEN];
	bool mac_said;
	bool mac_known;
	u32 n_mcast;
	u8 mcast[NSP_MCAST_MAX][ETH_ALEN];
};

/* nsp_nic.rsc */
#define NSP_RSC_IPV4		BIT(0)
#define NSP_RSC_IPV6		BIT(1)
/* And takes VLAN tags beside a frame. */
#define NSP_TAGS		BIT(2)

/* A signal may wait so many microseconds, unless ethtool -C says otherwise. */
#define NSP_RX_USECS		50

/* Bits of nsp_nic.flags */
enum {
	NSP_GOING,		/* nsp_nic.bye is queued, once */
	NSP_MTU_BY_HAND,
	NSP_MTU_FOLLOWS,	/* it is changed without anybody's hand */
	NSP_LINK_DUE,		/* the guest may not know the link */
	NSP_SPEED_DUE,		/* nor its speed */
};

/**
 * struct nsp_nic - a NIC
 * @ref: its netdev and its device each hold one
 * @dev: the netdev; not once it is @dying
 * @vdev: what is offered to the guest
 * @partition: its name
 * @instance: GUID of it
 * @mac: its permanent address
 * @n_queues: most queues
 * @max_mtu: most that a guest gets
 * @speed: Mbit/s
 * @shown: the session, as it last was shown; RTNL
 * @rx_usecs: so long may signals of a guest that sends much wait; written with RTNL held
 * @rx_adaptive: and of others not at all; likewise
 * @flags: see above
 * @run: see above
 * @dying: the netdev is gone, or about to be
 * @link: the netdev is up, so the guest has a link
 * @session: what the guest has agreed upon
 * @filter: a copy for who sends
 * @rss: how he finds the queue; NULL: the first
 * @rsc: NSP_RSC_*: large frames that the guest puts together
 * @rsc_max: the longest of these
 * @frame: as nsp_session.frame
 * @open_queues: how many channels are open
 * @control_lock: see above
 * @control: messages that wait for a section
 * @n_control: how many
 * @control_ready: the primary channel takes them
 * @message: where a message from the guest is copied to
 * @offer_lock: held while it is made
 * @work: adopts the guest's MTU, tells of events
 * @stall_work: looks whether a guest gives sections back
 * @bye: removes it
 * @queues: @n_queues
 */
struct nsp_nic {
	refcount_t ref;
	struct net_device *dev;
	struct vmh_device *vdev;
	char partition[VMBUS_HOST_NAME_MAX + 1];
	struct vmh_guid instance;
	u8 mac[ETH_ALEN];
	u32 n_queues;
	u32 max_mtu;
	u32 speed;
	struct vmh_nic_info shown;
	u32 rx_usecs;
	bool rx_adaptive;
	unsigned long flags;

	struct rw_semaphore run;
	bool dying;
	bool link;
	struct nsp_session session;
	struct nsp_filter __rcu *filter;
	struct nsp_rss __rcu *rss;
	u32 rsc;
	u32 rsc_max;
	u32 frame;
	atomic_t open_queues;

	struct mutex control_lock; /* see above */
	struct list_head control;
	u32 n_control;
	bool control_ready;
	u8 *message;

	struct mutex offer_lock; /* see above */
	struct work_struct work;
	struct delayed_work stall_work;
	struct work_struct bye;
	struct nsp_queue queues[];
};

/**
 * struct nsp_control - a message to the guest that waits
 * @node: in nsp_nic.control
 * @len: bytes of it
 * @data: the message
 */
struct nsp_control {
	struct list_head node;
	u32 len;
	u8 data[] __aligned(8);
};

/* In the netdev's private data. */
static inline struct nsp_nic *nsp_nic(const struct net_device *dev)
{
	return *(struct nsp_nic **)netdev_priv(dev);
}

static inline void nsp_drop(struct nsp_queue *q, enum nsp_drop why)
{
	atomic64_inc(&q->stats.drops[why]);
}

/* Bytes of a message to the guest, as its version has it. */
static inline u32 nsp_nvsp_size(const struct nsp_nic *nic)
{
	return nic->session.version >= NVSP_VERSION_61 ? NVSP_SIZE_V61 : NVSP_SIZE;
}

/* The state of a packet's first section while the guest has it. */
static inline u32 nsp_shown(const struct nsp_queue *q)
{
	return NSP_SECTION_FIRST + q->index;
}

/* And of the others, and of the first one before. */
static inline u32 nsp_more(const struct nsp_queue *q)
{
	return NSP_SECTION_MORE + q->index;
}

static inline struct netdev_queue *nsp_txq(const struct nsp_queue *q)
{
	return netdev_get_tx_queue(q->nic->dev, q->index);
}

extern struct workqueue_struct *nsp_wq;

/* nic.c */
extern struct rtnl_link_ops nsp_link_ops;
void nsp_nic_put(struct nsp_nic *nic);
extern const struct vmh_nic_ops nsp_nic_ops;

/* netdev.c */
void nsp_netdev_setup(struct net_device *dev);

/* service.c */
extern const struct vmh_service nsp_service;
void nsp_run_begin(struct nsp_queue *q);
void nsp_run_end(struct nsp_queue *q);
void nsp_moderate(const struct nsp_nic *nic, struct vmh_channel *ch);
void nsp_wake_worker(struct nsp_queue *q);
int nsp_answer(struct nsp_queue *q, const struct vmh_packet *packet,
	       const union nvsp_answer *answer, u32 len);

/* nvsp.c */
int nsp_on_nvsp(struct nsp_queue *q, const struct vmh_packet *packet, u32 type);
void nsp_nvsp_resume(struct nsp_nic *nic);
void nsp_on_offered(struct nsp_nic *nic, u32 n);
void nsp_on_subchannel(struct nsp_nic *nic);
void nsp_nvsp_done(struct nsp_nic *nic);
void nsp_session_reset(struct nsp_nic *nic);

/* buffer.c */
u32 nsp_recv_size(const struct vmh_gpadl *gpadl, u32 frame, bool parts);
struct nsp_recv *nsp_recv_create(struct vmh_gpadl *gpadl, u16 id, u32 frame,
				 u32 size);
void nsp_recv_destroy(struct nsp_recv *recv);
u32 nsp_recv_take(struct nsp_recv *recv, u32 *to, u32 least, u32 most, u32 keep);
u64 nsp_recv_give(struct nsp_recv *recv, const u32 *from, u32 n);
bool nsp_recv_wait(struct nsp_recv *recv, u32 queue, u32 n);
int nsp_recv_take_control(struct nsp_recv *recv);
void nsp_recv_give_control(struct nsp_recv *recv, u32 section);
void nsp_recv_restore_control(struct nsp_recv *recv);
void nsp_recv_rebuild(struct nsp_recv *recv);
int nsp_recv_write(struct nsp_recv *recv, u32 section, u32 offset,
		   const void *from, u32 len);

/* frame.c */
int nsp_frame_init(struct nsp_queue *q);
void nsp_frame_exit(struct nsp_queue *q);
struct sk_buff *nsp_frame_alloc(struct nsp_queue *q, u32 len);

/* rx.c */
int nsp_rx(struct nsp_queue *q, const struct vmh_packet *packet);
void nsp_rx_forget(struct nsp_queue *q);
void nsp_rx_done(struct nsp_queue *q);
int nsp_rx_poll(struct napi_struct *napi, int budget);
void nsp_rx_purge(struct nsp_queue *q);

/* parts.c */
u32 nsp_parts_large(const struct nsp_queue *q, const struct sk_buff *skb);
int nsp_parts_write(struct nsp_queue *q, struct sk_buff *skb, u32 parts);
u32 nsp_rsc_max(const struct nsp_recv *recv);

/* How many sections does a frame take? */
static inline u32 nsp_parts(const struct nsp_queue *q, const struct sk_buff *skb)
{
	return likely(!skb_is_gso(skb)) ? 1 : nsp_parts_large(q, skb);
}

/* tx.c */
netdev_tx_t nsp_xmit(struct sk_buff *skb, struct net_device *dev);
int nsp_tx_completion(struct nsp_queue *q, const struct vmh_packet *packet);
void nsp_tx_worker(struct nsp_queue *q);
void nsp_tx_writable(struct nsp_queue *q);
int nsp_tx_flush(struct nsp_queue *q);
void nsp_tx_wake(struct nsp_queue *q);
void nsp_tx_given(struct nsp_nic *nic, u64 waiting);
void nsp_batch_begin(void);
void nsp_batch_end(void);

/* queue.c */
int nsp_tx_start(struct nsp_queue *q, struct nsp_recv *recv);
void nsp_tx_stop(struct nsp_queue *q);
void nsp_tx_quit(struct nsp_queue *q);
void nsp_tx_pause(struct nsp_queue *q);
void nsp_tx_unpause(struct nsp_queue *q);
bool nsp_tx_stall(struct nsp_nic *nic);

/* rndis.c */
int nsp_control(struct nsp_nic *nic, u32 len);
void nsp_control_pump(struct nsp_nic *nic);
void nsp_control_purge(struct nsp_nic *nic);
int nsp_control_send(struct nsp_nic *nic, const void *message, u32 len);
void nsp_indicate_link(struct nsp_nic *nic);
void nsp_indicate_speed(struct nsp_nic *nic);
void nsp_indicate_due(struct nsp_nic *nic);

/* oid.c */
u32 nsp_oid_query(struct nsp_nic *nic, u32 oid, const void *in, u32 in_len,
		  void *out, u32 *out_len);
u32 nsp_oid_set(struct nsp_nic *nic, u32 oid, const void *in, u32 len);

/* save.c */
void nsp_quiesce(struct nsp_queue *q);
void nsp_unquiesce(struct nsp_queue *q);
u32 nsp_save(struct nsp_queue *q, void *to);
int nsp_restore(struct nsp_queue *q, const void *from, u32 len);

/* filter.c */
int nsp_filter_publish(struct nsp_nic *nic);
bool nsp_filter_wants(const struct nsp_nic *nic, const struct sk_buff *skb);

/* offload.c */
u32 nsp_offload_caps(const struct nsp_nic *nic, const void *in, u32 in_len,
		     void *out, u32 *out_len);
u32 nsp_offload_config(const struct nsp_nic *nic, const void *in, u32 in_len,
		       void *out, u32 *out_len);
u32 nsp_offload_set(struct nsp_nic *nic, const void *in, u32 len);
void nsp_offload_publish(struct nsp_nic *nic);
netdev_features_t nsp_features_check(struct sk_buff *skb, struct net_device *dev,
				     netdev_features_t features);
bool nsp_lso(struct sk_buff *skb, u32 info, u32 most);
bool nsp_txcsum(struct sk_buff *skb, u32 info);

/* rss.c */
u32 nsp_rss_caps(const struct nsp_nic *nic, void *out, u32 *out_len);
u32 nsp_rss_set(struct nsp_nic *nic, const void *in, u32 len);
u16 nsp_select_queue(struct net_device *dev, struct sk_buff *skb,
		     struct net_device *sb_dev);
void nsp_rss_reset(struct nsp_nic *nic);
int nsp_rss_restore(struct nsp_nic *nic, u32 hash, const u8 *table, u32 size,
		    const u8 *key);

/* ethtool.c */
extern const struct ethtool_ops nsp_ethtool_ops;

#endif
