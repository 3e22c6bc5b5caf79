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

/* Before 6.2 what is said of a request is a constant: nobody can be named. */
#ifdef NL_SET_ERR_MSG_FMT
#define vsw_ext_ack_of(extack, name, text) \
	NL_SET_ERR_MSG_FMT(extack, "%s " text, name)
#else
#define vsw_ext_ack_of(extack, name, text) do {	\
	(void)(name);					\
	NL_SET_ERR_MSG(extack, "a port " text);		\
} while (0)
#endif

#endif
