/* SPDX-License-Identifier: GPL-2.0 */
/* What <linux/netdevice.h> lacks, or says differently, on some kernels. */
#ifndef _VSW_COMPAT_LINUX_NETDEVICE_H
#define _VSW_COMPAT_LINUX_NETDEVICE_H

#include_next <linux/netdevice.h>
#include <linux/version.h>

/**
 * vsw_netdev_set_soft() - mark a software netdev that stays in its netns
 * @dev: the device, in its setup function
 *
 * It needs no transmit lock of the stack's (lltx) and cannot change netns.
 * Both were feature bits before 6.12.
 */
static inline void vsw_netdev_set_soft(struct net_device *dev)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 12, 0)
	dev->features |= NETIF_F_LLTX | NETIF_F_NETNS_LOCAL;
#elif defined(VSW_HAVE_NETNS_IMMUTABLE)
	dev->lltx = true;
	dev->netns_immutable = true;
#else
	dev->lltx = true;
	dev->netns_local = true;
#endif
}

/**
 * vsw_netdev_set_local() - mark a netdev that stays in its netns
 * @dev: the device, in its setup function
 */
static inline void vsw_netdev_set_local(struct net_device *dev)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 12, 0)
	dev->features |= NETIF_F_NETNS_LOCAL;
#elif defined(VSW_HAVE_NETNS_IMMUTABLE)
	dev->netns_immutable = true;
#else
	dev->netns_local = true;
#endif
}

#endif
