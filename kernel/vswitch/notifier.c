// SPDX-License-Identifier: GPL-2.0
/* What happens to the netdevs that are ports, and what follows from it. */
#include <linux/netdevice.h>

#include "netlink.h"
#include "vswitch.h"

static int netdev_event(struct notifier_block *nb, unsigned long event,
			void *ptr)
{
	struct net_device *dev = netdev_notifier_info_to_dev(ptr);
	struct vsw_port *port = vsw_port_rtnl(dev);

	if (!port)
		return NOTIFY_DONE;

	switch (event) {
	case NETDEV_UP:
	case NETDEV_DOWN:
	case NETDEV_CHANGE:
		vsw_port_link_change(port);
		break;
	case NETDEV_CHANGEMTU:
		vsw_port_update_switch(port->sw);
		break;
	case NETDEV_CHANGENAME:
		mutex_lock(&port->sw->lock);
		vsw_nl_port_notify(port, VSWITCH_CMD_PORT_NTF);
		mutex_unlock(&port->sw->lock);
		break;
	case NETDEV_PRE_TYPE_CHANGE:
		/* A bond with a first member of another type, say. */
		return notifier_from_errno(-EBUSY);
	case NETDEV_UNREGISTER:
		/*
		 * Deleted, or on its way to another netns. vNICs leave in
		 * vsw_vnic_dellink(), before this.
		 */
		if (port->role != VSWITCH_PORT_ROLE_VNIC)
			vsw_port_del(port);
		break;
	}
	return NOTIFY_DONE;
}

struct notifier_block vsw_netdev_notifier = {
	.notifier_call = netdev_event,
};
