/* SPDX-License-Identifier: GPL-2.0 */
/* What <net/addrconf.h> lacks on older kernels. */
#ifndef _VSW_COMPAT_NET_ADDRCONF_H
#define _VSW_COMPAT_NET_ADDRCONF_H

#include <linux/rtnetlink.h>
#include_next <net/addrconf.h>
#include <linux/version.h>

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
