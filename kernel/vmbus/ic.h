/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Integration components, as hv_utils has them: small services that agree with
 * the guest on versions, and then ask it something now and then.
 *
 * The frames are those of the guest's drivers/hv/hv_util.c and, for what is
 * agreed upon, vmbus_prep_negotiate_resp().
 */
#ifndef _VMH_IC_H
#define _VMH_IC_H

#include <linux/workqueue.h>

#include "service.h"

/* struct vmbuspipe_hdr */
struct vmh_ic_pipe {
	__le32 flags;
	__le32 size;
} __packed;

struct vmh_ic_version {
	__le16 major;
	__le16 minor;
} __packed;

/* struct icmsg_hdr */
struct vmh_ic_header {
	struct vmh_ic_version frame;
	__le16 type;
	struct vmh_ic_version message;
	__le16 size;
	__le32 status;
	u8 transaction;
	u8 flags;
	u8 reserved[2];
} __packed;

static_assert(sizeof(struct vmh_ic_header) == 20);

enum vmh_ic_type {
	VMH_IC_NEGOTIATE	= 0,
	VMH_IC_HEARTBEAT	= 1,
	VMH_IC_KVP		= 2,
	VMH_IC_SHUTDOWN		= 3,
	VMH_IC_TIMESYNC		= 4,
};

#define VMH_IC_TRANSACTION	1
#define VMH_IC_REQUEST		2
#define VMH_IC_RESPONSE		4

#define VMH_IC_MAX		4096

/* major << 16 | minor */
#define VMH_IC_V(major, minor)	((major) << 16 | (minor))

struct vmh_ic;
struct vmh_request;

/**
 * struct vmh_ic_service - what is asked, and how often
 * @type: enum vmh_ic_type
 * @bit: of enum vmbus_host_service
 * @period: in jiffies; 0: only what an administrator asks, see request.h
 * @versions: of messages that we speak, best first, 0 at the end
 * @ask: make a request: fills at most VMH_IC_MAX bytes, returns how many. NULL if
 *	there is no @period
 * @answered: the guest has answered with @len bytes; -EPROTO if that is no answer;
 *	may be NULL
 */
struct vmh_ic_service {
	u16 type;
	u32 bit;
	unsigned long period;
	const u32 *versions;
	u32 (*ask)(struct vmh_ic *ic, void *data);
	int (*answered)(struct vmh_ic *ic, const void *data, u32 len);
};

/**
 * struct vmh_ic - such a service, of an open channel
 * @ch: the channel
 * @service: what it does
 * @work: asks
 * @version: of messages that was agreed upon; 0: not yet
 * @transaction: number of the last request
 * @asked: requests sent
 * @node: in vmh_partition.ics, whose lock protects this and what follows
 * @requests: of administrators, not sent yet
 * @waiting: how many
 * @sent: the one that the guest is to answer, or NULL
 */
struct vmh_ic {
	struct vmh_channel *ch;
	const struct vmh_ic_service *service;
	struct delayed_work work;
	u32 version;
	u8 transaction;
	u64 asked;
	struct list_head node;
	struct list_head requests;
	u32 waiting;
	struct vmh_request *sent;
};

int vmh_ic_open(struct vmh_channel *ch, const struct vmh_ic_service *service);
void vmh_ic_close(struct vmh_channel *ch);
u32 vmh_ic_save(struct vmh_channel *ch, void *state);
int vmh_ic_restore(struct vmh_channel *ch, const void *state, u32 len);
int vmh_ic_packet(struct vmh_channel *ch, const struct vmh_packet *packet);
int vmh_ic_send(struct vmh_ic *ic, u16 type, const void *data, u32 len);

#endif
