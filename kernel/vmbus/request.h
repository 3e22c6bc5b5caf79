/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What an administrator asks a guest by an integration component: one at a time,
 * in turn, and the answer whenever it comes.
 *
 * Nothing waits in the kernel meanwhile: a request over netlink is noted down, and
 * its reply is sent when the guest has answered, or has not in time.
 */
#ifndef _VMH_REQUEST_H
#define _VMH_REQUEST_H

#include "ic.h"
#include "netlink.h"

struct vmh_partition;
struct vmh_request;

/* What the answer is called in the attribute set of the command. */
struct vmh_request_attrs {
	int partition;
	int outcome;
	int status;
};

/**
 * struct vmh_request - something that is asked
 * @node: in vmh_ic.requests, until it is sent
 * @ref: one for whoever answers, one for whoever is sending it
 * @portid: of the socket that wants to know, 0 if it is closed
 * @transaction: its number when it is sent
 * @deadline: when it was not answered, in jiffies
 * @attrs: how the answer is put
 * @put: puts what the guest did say, @bytes of @data, into the reply; may use
 *	VMH_REQUEST_SCRATCH bytes of @scratch. -EPROTO if that is no answer. NULL if
 *	its status is all
 * @skb: the reply, for which there is memory before anything is done
 * @hdr: therein
 * @scratch: for @put
 * @len: bytes that are sent
 * @data: these
 */
struct vmh_request {
	struct list_head node;
	refcount_t ref;
	u32 portid;
	u8 transaction;
	unsigned long deadline;
	const struct vmh_request_attrs *attrs;
	int (*put)(const struct vmh_request *r, const void *data, u32 bytes);
	struct sk_buff *skb;
	void *hdr;
	void *scratch;
	u32 len;
	u8 data[] __aligned(8);
};

/* The longest string that an answer has in UTF-8, and its end. */
#define VMH_REQUEST_SCRATCH	(VMBUS_HOST_KVP_VALUE_MAX + 1)

/* For who asks: shutdown.c, kvp.c */
struct vmh_request *vmh_request_alloc(struct genl_info *info, u32 len);
void vmh_request_put(struct vmh_request *r);
int vmh_request_submit(struct genl_info *info, struct vmh_request *r,
		       const struct vmh_ic_service *service, u32 min_version);

/* For who serves the channel: ic.c */
void vmh_request_open(struct vmh_ic *ic);
void vmh_request_close(struct vmh_ic *ic);
void vmh_request_gone(struct vmh_ic *ic);
void vmh_request_next(struct vmh_ic *ic);
int vmh_request_answered(struct vmh_ic *ic, const struct vmh_ic_header *hdr,
			 const void *data, u32 len);

int vmh_request_init(void);
void vmh_request_uninit(void);

#endif
