// SPDX-License-Identifier: GPL-2.0
/*
 * vmbus_host: the host side of VMBus.
 *
 * Words
 *	partition	a guest, or the place for one		(partition.h)
 *	transport	what a guest is made of			(transport.h)
 *	service		who serves a kind of device; a VSP	(service.h)
 *	channel		a pair of rings, and two signals	(ring.h)
 *	GPADL		guest memory that the guest has shown us (gpadl.h)
 *	relid		a channel's number
 *
 * A control message
 *	vmh_post()			message.c
 *	  connection			message.c, partition.c
 *	  offers, rescinds		offer.c
 *	  open, modify, close		channel.c
 *	  GPADLs			gpadl.c, memory.c
 *	vmh_message_read()		message.c
 *
 * A packet
 *	vmh_kick()			worker.c, moderate.c
 *	  the ring from the guest	worker.c, ring.c
 *	  parsing of the copy		packet.c
 *	  the service			echo.c, ic.c, heartbeat.c, timesync.c
 *	  the memory that it names	memory.c, pages.c
 *	  the ring to the guest		send.c, ring.c
 *
 * An administrator
 *	genl				netlink.c, *_nl.c
 *	what a guest is asked by it	request.c, shutdown.c, kvp.c
 *	a process that is the guest	device.c
 *	state, saved and restored	save.c
 *	debugfs				debug.c
 *
 * Locking is described in partition.h.
 */
#include <linux/module.h>
#include <net/net_namespace.h>

#include "debug.h"
#include "netlink.h"
#include "partition.h"
#include "request.h"

unsigned int vmh_net_id;
struct workqueue_struct *vmh_wq;

static int __net_init net_init(struct net *net)
{
	struct vmh_net *vnet = vmh_net(net);

	mutex_init(&vnet->lock);
	INIT_LIST_HEAD(&vnet->partitions);
	return 0;
}

static void __net_exit net_exit(struct net *net)
{
	vmh_partition_remove_all(net);
}

static struct pernet_operations net_ops = {
	.init	= net_init,
	.exit	= net_exit,
	.id	= &vmh_net_id,
	.size	= sizeof(struct vmh_net),
};

static int __init vmh_init(void)
{
	int err;

	/* For what waits for others: each partition's workers have one of their own. */
	vmh_wq = alloc_workqueue("vmbus_host", WQ_UNBOUND, 0);
	if (!vmh_wq)
		return -ENOMEM;
	err = register_pernet_subsys(&net_ops);
	if (err)
		goto wq;
	err = vmh_request_init();
	if (err)
		goto pernet;
	err = vmh_nl_init();
	if (err)
		goto request;
	err = vmh_dev_init();
	if (err)
		goto nl;
	vmh_debug_init();
	return 0;

nl:
	vmh_nl_uninit();
request:
	vmh_request_uninit();
pernet:
	unregister_pernet_subsys(&net_ops);
wq:
	destroy_workqueue(vmh_wq);
	return err;
}

static void __exit vmh_exit(void)
{
	vmh_debug_exit();
	vmh_dev_exit();
	vmh_nl_uninit();
	vmh_request_uninit();
	unregister_pernet_subsys(&net_ops);
	/* Partitions are being removed; and then their channels are freed. */
	flush_workqueue(vmh_wq);
	rcu_barrier();
	destroy_workqueue(vmh_wq);
}

module_init(vmh_init);
module_exit(vmh_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Host side of VMBus");
MODULE_ALIAS_GENL_FAMILY("vmbus_host");
