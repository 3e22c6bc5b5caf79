// SPDX-License-Identifier: GPL-2.0
/*
 * vmbus_local: the guest half of VMBus, in the kernel that has the host half too.
 *
 * It stands in for the distribution's hv_vmbus: it has that module's symbols, with
 * the same CRCs, so that hv_netvsc, hv_storvsc and hv_utils as they come load
 * against it, by path, and bind to what vmbus_host offers.
 *
 * That makes it dangerous where it is not wanted. Were it where depmod looks, a
 * guest of Hyper-V could be given it instead of hv_vmbus, and so lose its disks.
 * So it is not installed, and does not load there.
 *
 *	memory, signals		transport.c, irq.c
 *	a partition's guest	guest.c
 *	messages		connection.c
 *	offers, rescinds	offers.c, bus.c
 *	channels		channel.c, gpadl.c, ring.c
 *	packets			packet.c, packet_iter.c, request.c
 *	integration components	negotiate.c
 *
 * Locking is described in local.h.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <asm/hypervisor.h>
#include <asm/mshyperv.h>

#include "local.h"

/* Guests: they wait for their channels, and for the host. */
struct workqueue_struct *vml_guest_wq;
/* Messages: nothing here waits for anything else. */
struct workqueue_struct *vml_message_wq;
/* Channels: drivers probe, and wait for messages, RTNL and each other. */
struct workqueue_struct *vml_channel_wq;

module_param_named(copy, vml_copy, bool, 0444);
MODULE_PARM_DESC(copy, "Never let the host map guest memory; it copies instead");

#if IS_ENABLED(CONFIG_HYPERV)

static u64 (*real_counter)(void);

/* Units of 100 ns. */
static u64 reference_counter(void)
{
	return div_u64(ktime_get_ns(), 100);
}

/* Drivers read it whether they need it or not; without Hyper-V that is a fault. */
static void counter_init(void)
{
	real_counter = hv_read_reference_counter;
	hv_read_reference_counter = reference_counter;
}

static void counter_exit(void)
{
	hv_read_reference_counter = real_counter;
}

#else

static void counter_init(void)
{
}

static void counter_exit(void)
{
}

#endif

static void destroy_wqs(void)
{
	if (vml_guest_wq)
		destroy_workqueue(vml_guest_wq);
	if (vml_message_wq)
		destroy_workqueue(vml_message_wq);
	if (vml_channel_wq)
		destroy_workqueue(vml_channel_wq);
}

static int __init vml_init(void)
{
	int err;

	if (hypervisor_is_type(X86_HYPER_MS_HYPERV)) {
		pr_err("this is a guest of Hyper-V: its devices are hv_vmbus's, which this module would take the place of\n");
		return -ENODEV;
	}
	vml_guest_wq = alloc_workqueue("vmbus_local", WQ_UNBOUND, 0);
	vml_message_wq = alloc_workqueue("vmbus_local_msg", WQ_UNBOUND, 0);
	vml_channel_wq = alloc_workqueue("vmbus_local_chan", WQ_UNBOUND, 0);
	err = -ENOMEM;
	if (!vml_guest_wq || !vml_message_wq || !vml_channel_wq)
		goto wqs;
	err = vml_bus_init();
	if (err)
		goto wqs;
	counter_init();
	err = vmh_transport_register(&vml_transport);
	if (err)
		goto counter;
	return 0;

counter:
	counter_exit();
	vml_bus_exit();
wqs:
	destroy_wqs();
	return err;
}

/* Drivers are gone: they use our symbols. */
static void __exit vml_exit(void)
{
	vmh_transport_unregister(&vml_transport);
	vml_guest_leave_all();
	destroy_wqs();
	counter_exit();
	vml_bus_exit();
}

module_init(vml_init);
module_exit(vml_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Guest half of VMBus in the host's own kernel");
