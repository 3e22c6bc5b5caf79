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

/* Put an event into a message; -EMSGSIZE if it does not fit. */
typedef int vmh_nl_fill(struct sk_buff *skb, const void *object, u8 cmd);
void vmh_nl_event(struct vmh_partition *p, vmh_nl_fill *fill,
		  const void *object, u8 cmd);

#endif
