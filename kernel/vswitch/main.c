// SPDX-License-Identifier: GPL-2.0
/*
 * vswitch: a layer-2 switch with the port policies of the Hyper-V extensible
 * switch.
 *
 * Words
 *	switch		a netdev of kind vswitch, master of its ports
 *	port		any netdev enslaved to a switch, or a vNIC
 *	vNIC		a netdev of kind vswitch_vnic: the host's own adapter
 *	uplink		the one port that faces the wire
 *	policy		what the administrator says of a port	(policy.h)
 *	profile		policy under a name, for several ports	(profile.h)
 *	snapshot	a port's policy, compiled		(table.h)
 *	table		the snapshots of a switch: what frames live by
 *	FDB		who is behind which port		(fdb.h)
 *	FID		the VLAN by which the FDB knows a VLAN	(pvlan.h)
 *
 * A frame
 *	vsw_rx_handler() or vnic_xmit()		pipeline.c, vnic.c
 *	  parse
 *	  ingress: VLAN admission, source	vlan.h, pipeline.c
 *	  learn					fdb.h, fdb.c
 *	  forward				pipeline.c
 *	    vsw_unicast, vsw_flood		deliver.c
 *	  or vsw_drop, with its reason		drop.c
 *	of our own making: vsw_walk_run()	walk.h, pipeline.c
 *
 * A change
 *	rtnl: switches, vNICs, enslaving	link.c, vnic.c, switch.c, port.c
 *	genl: policy, FDB, transactions		netlink.c, *_nl.c, txn.c
 *	bridge vlan, bridge fdb			bridge_nl.c, fdb_rtnl.c
 *	what netdevs do by themselves		notifier.c
 *	all of them compile and publish		policy.c, profile.c, table.c
 *
 * Locking is described in vswitch.h.
 */
#include <linux/module.h>
#include <net/rtnetlink.h>

#include "netlink.h"
#include "quota.h"
#include "txn.h"
#include "vswitch.h"
#include "walk.h"

unsigned int vsw_net_id;

static int __net_init net_init(struct net *net)
{
	struct vsw_net *vnet = vsw_net(net);

	INIT_LIST_HEAD(&vnet->switches);
	vnet->quota = kzalloc(sizeof(*vnet->quota), GFP_KERNEL_ACCOUNT);
	if (!vnet->quota)
		return -ENOMEM;
	refcount_set(&vnet->quota->ref, 1);
	return 0;
}

static void __net_exit net_exit(struct net *net)
{
	vsw_quota_put(vsw_net(net)->quota);
}

static struct pernet_operations net_ops = {
	.init	= net_init,
	.exit	= net_exit,
	.id	= &vsw_net_id,
	.size	= sizeof(struct vsw_net),
};

static int __init vsw_init(void)
{
	int err;

	vsw_fdb_keys_init();
	err = register_pernet_subsys(&net_ops);
	if (err)
		return err;
	err = register_netdevice_notifier(&vsw_netdev_notifier);
	if (err)
		goto pernet;
	err = vsw_txn_init();
	if (err)
		goto notifier;
	err = vsw_nl_init();
	if (err)
		goto txn;
	err = rtnl_link_register(&vsw_link_ops);
	if (err)
		goto nl;
	err = rtnl_link_register(&vsw_vnic_link_ops);
	if (err)
		goto link;
	return 0;

link:
	rtnl_link_unregister(&vsw_link_ops);
nl:
	vsw_nl_uninit();
txn:
	vsw_txn_uninit();
notifier:
	unregister_netdevice_notifier(&vsw_netdev_notifier);
pernet:
	unregister_pernet_subsys(&net_ops);
	return err;
}

static void __exit vsw_exit(void)
{
	rtnl_link_unregister(&vsw_vnic_link_ops);
	rtnl_link_unregister(&vsw_link_ops);
	vsw_nl_uninit();
	vsw_txn_uninit();
	unregister_netdevice_notifier(&vsw_netdev_notifier);
	unregister_pernet_subsys(&net_ops);
	vsw_walk_exit();
	/* Ports and snapshots are freed by functions of this module. */
	rcu_barrier();
}

module_init(vsw_init);
module_exit(vsw_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Extensible layer-2 switch with Hyper-V port policies");
MODULE_ALIAS_RTNL_LINK("vswitch");
MODULE_ALIAS_RTNL_LINK("vswitch_vnic");
MODULE_ALIAS_GENL_FAMILY("vswitch");
