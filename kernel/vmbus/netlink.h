/* SPDX-License-Identifier: GPL-2.0 */
/* The generic netlink family vmbus_host: what its files share. */
#ifndef _VMH_NETLINK_H
#define _VMH_NETLINK_H

#include <net/genetlink.h>
#include <net/sock.h>

#include "netlink_gen.h"

struct vmh_partition;

extern struct genl_family vmh_genl_family;

int vmh_nl_init(void);
void vmh_nl_uninit(void);

/* Put what is known of something into a message; -EMSGSIZE if it does not fit. */
typedef int vmh_nl_put(struct sk_buff *skb, const void *object);
int vmh_nl_fill(struct sk_buff *skb, vmh_nl_put *put, const void *object,
		u32 portid, u32 seq, int flags, u8 cmd);
int vmh_nl_dump_one(struct sk_buff *skb, vmh_nl_put *put, const void *object,
		    u8 cmd, struct netlink_callback *cb);
void vmh_nl_event(struct vmh_partition *p, vmh_nl_put *put,
		  const void *object, u8 cmd);
void vmh_nl_answer(struct vmh_partition *p, struct sk_buff *skb, u32 portid);

#endif
