/* SPDX-License-Identifier: GPL-2.0 */
/* What <linux/netlink.h> lacks on older kernels. */
#ifndef _VSW_COMPAT_LINUX_NETLINK_H
#define _VSW_COMPAT_LINUX_NETLINK_H

#include_next <linux/netlink.h>
#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 7, 0)
/* No module can choose the listeners of an event before 6.7: nobody gets it. */
static inline int
netlink_broadcast_filtered(struct sock *ssk, struct sk_buff *skb, u32 portid,
			   u32 group, gfp_t allocation,
			   int (*filter)(struct sock *dsk, struct sk_buff *skb,
					 void *data), void *filter_data)
{
	kfree_skb(skb);
	return -EOPNOTSUPP;
}
#endif

#endif
