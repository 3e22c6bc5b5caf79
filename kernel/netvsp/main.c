// SPDX-License-Identifier: GPL-2.0
/*
 * netvsp: the host half of a guest's synthetic network adapter, as Hyper-V has it.
 *
 * A NIC is a netdev here, and a device on the VMBus of a partition's guest. The netdev
 * goes into any bridge or switch, which knows nothing of guests.
 *
 *	control			the guest's driver (hv_netvsc, Windows')
 *	  channels		service.c
 *	  NVSP			nvsp.c		versions, buffers, sub-channels
 *	  RNDIS			rndis.c		requests, answers, indications
 *	  what is asked		oid.c, offload.c, rss.c, filter.c
 *
 *	a frame from the guest
 *	  the channel's worker	service.c, rx.c, frame.c
 *	  what goes with it	offload.c
 *	  NAPI, the stack	rx.c
 *
 *	a frame to the guest
 *	  which queue		rss.c
 *	  wanted, and in a shape that it can take	filter.c, offload.c
 *	  the receive buffer	tx.c, parts.c, queue.c, buffer.c
 *
 *	an administrator
 *	  made, changed, removed	nic.c
 *	  the netdev		netdev.c, ethtool.c
 *	  state, saved and restored	save.c
 *
 * nvsp.h and rndis.h are the wire; parse.c and parse.h look at what a guest says. Locking is
 * described in netvsp.h; above all, nothing that a guest waits for takes RTNL, since its
 * driver may wait under it.
 */
#include <linux/module.h>
#include <net/rtnetlink.h>

#include "netvsp.h"

struct workqueue_struct *nsp_wq;

static int __init nsp_init(void)
{
	int err;

	/* For what waits for guests, and for RTNL. */
	nsp_wq = alloc_workqueue("netvsp", WQ_UNBOUND, 0);
	if (!nsp_wq)
		return -ENOMEM;
	err = rtnl_link_register(&nsp_link_ops);
	if (err)
		goto wq;
	err = vmh_nic_register(&nsp_nic_ops);
	if (err)
		goto link;
	return 0;

link:
	rtnl_link_unregister(&nsp_link_ops);
wq:
	destroy_workqueue(nsp_wq);
	return err;
}

static void __exit nsp_exit(void)
{
	vmh_nic_unregister();
	/* All NICs begin to go, and then they are gone. */
	rtnl_link_unregister(&nsp_link_ops);
	/* While it is drained nothing could be queued, and their timers try to. */
	flush_workqueue(nsp_wq);
	destroy_workqueue(nsp_wq);
	rcu_barrier();
}

module_init(nsp_init);
module_exit(nsp_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Host half of Hyper-V's synthetic network adapter");
MODULE_ALIAS_RTNL_LINK("netvsp");
