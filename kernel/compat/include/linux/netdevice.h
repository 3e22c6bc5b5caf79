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

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
#include <net/addrconf.h>
#endif

/**
 * vsw_netdev_set_addrconf() - may IPv6 give a netdev addresses by itself?
 * @dev: the device
 * @on: it may
 *
 * Those it has already stay. Before 6.2 there is no flag for it, but the mode
 * that makes no link-local address, and so sends no solicitation.
 * Context: process; RTNL.
 */
static inline void vsw_netdev_set_addrconf(struct net_device *dev, bool on)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
	struct inet6_dev *idev = __in6_dev_get(dev);

	if (idev)
		idev->cnf.addr_gen_mode = on ? IN6_ADDR_GEN_MODE_EUI64 :
					       IN6_ADDR_GEN_MODE_NONE;
#else
	if (on)
		dev->priv_flags &= ~IFF_NO_ADDRCONF;
	else
		dev->priv_flags |= IFF_NO_ADDRCONF;
#endif
}

#endif
