/* SPDX-License-Identifier: GPL-2.0 */
/* What <net/addrconf.h> lacks on older kernels. */
#ifndef _VSW_COMPAT_NET_ADDRCONF_H
#define _VSW_COMPAT_NET_ADDRCONF_H

#include <linux/rtnetlink.h>
#include_next <net/addrconf.h>
#include <linux/version.h>

/**
 * vsw_netdev_stop_addrconf() - keep IPv6 from giving a netdev addresses
 * @dev: the device
 *
 * Those it has already stay. Before 6.2 there is no flag for it, but the mode
 * that makes no link-local address, and so sends no solicitation.
 * Context: process; RTNL.
 * Return: what it was before, for vsw_netdev_resume_addrconf().
 */
static inline int vsw_netdev_stop_addrconf(struct net_device *dev)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
	struct inet6_dev *idev = __in6_dev_get(dev);
	int old = IN6_ADDR_GEN_MODE_EUI64;

	if (idev) {
		old = idev->cnf.addr_gen_mode;
		idev->cnf.addr_gen_mode = IN6_ADDR_GEN_MODE_NONE;
	}
	return old;
#else
	int old = !!(dev->priv_flags & IFF_NO_ADDRCONF);

	dev->priv_flags |= IFF_NO_ADDRCONF;
	return old;
#endif
}

/**
 * vsw_netdev_resume_addrconf() - let IPv6 do as it did before
 * @dev: the device
 * @old: from vsw_netdev_stop_addrconf()
 *
 * Context: process; RTNL.
 */
static inline void vsw_netdev_resume_addrconf(struct net_device *dev, int old)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
	struct inet6_dev *idev = __in6_dev_get(dev);

	if (idev)
		idev->cnf.addr_gen_mode = old;
#else
	if (!old)
		dev->priv_flags &= ~IFF_NO_ADDRCONF;
#endif
}

#endif
