// SPDX-License-Identifier: GPL-2.0
/*
 * A driver for vmbus_host's echo service, written as drivers of hv_vmbus are. On
 * each channel a thread sends packets of all kinds and sizes as fast as it can, and
 * each answer is compared with what was sent.
 *
 *	/sys/module/echo_guest/parameters	sent, good, bad, idle, full
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/hyperv.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/prandom.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>
#include <uapi/linux/vmbus_echo.h>

static uint packets = 1000;
module_param(packets, uint, 0444);
MODULE_PARM_DESC(packets, "on each channel");
static uint subchannels;
module_param(subchannels, uint, 0444);
MODULE_PARM_DESC(subchannels, "besides the primary one");
static uint mode = HV_CALL_BATCHED;
module_param(mode, uint, 0444);
MODULE_PARM_DESC(mode, "enum hv_callback_mode");
static uint ring = 32768;
module_param(ring, uint, 0444);
MODULE_PARM_DESC(ring, "bytes of each ring");
static int cpu = -1;
module_param(cpu, int, 0444);
MODULE_PARM_DESC(cpu, "where what sends runs, and with mode 2 what reads");
static uint longest = 3000;
module_param(longest, uint, 0444);
MODULE_PARM_DESC(longest, "packet, in bytes of its payload");
static uint shown = 8 * PAGE_SIZE;
module_param(shown, uint, 0444);
MODULE_PARM_DESC(shown, "bytes that a GPA-direct packet shows, at most");

static atomic_t sent, good, bad, idle, full;
module_param_named(sent, sent.counter, int, 0444);
module_param_named(good, good.counter, int, 0444);
module_param_named(bad, bad.counter, int, 0444);
module_param_named(idle, idle.counter, int, 0444);
MODULE_PARM_DESC(idle, "channels that have had all answers");
module_param_named(full, full.counter, int, 0444);
MODULE_PARM_DESC(full, "times that there was no room for a packet");

#define MAX_PAYLOAD	3000
#define MIN_PAYLOAD	32
#define MAX_DATA	(8 * PAGE_SIZE)
#define REQUESTS	64
#define PATIENCE	(60 * HZ)
#define XFER_BUFFER	(16 * PAGE_SIZE)

enum kind { ECHO, ECHO_INBAND, INVERT, XFER, KINDS };

struct request {
	struct list_head node;
	enum kind kind;
	u32 len;
	u32 offset;
	u8 seed;
	u32 ranges;
	u8 *data;
	u8 payload[];
};

struct echo {
	struct vmbus_channel *ch;
	struct list_head node;
	struct task_struct *thread;
	spinlock_t lock; /* protects what follows */
	struct list_head requests;
	bool xfer_busy;
	u32 drained;
	wait_queue_head_t wait;
	struct rnd_state rnd;
	struct work_struct work;
	struct vmbus_gpadl gpadl;
	u8 *buffer;
	bool have_buffer;
	bool closing;
};

/* Of a device: one is enough. */
static LIST_HEAD(echoes);
static DEFINE_MUTEX(echoes_lock);

static void complain(const struct echo *e, const char *what, u64 id)
{
	atomic_inc(&bad);
	pr_err_ratelimited("channel %u: %s (%llx)\n",
			   e->ch->offermsg.child_relid, what, id);
}

static void request_free(struct request *r)
{
	kfree(r->data);
	kfree(r);
}

static bool all_are(const u8 *p, u32 len, u8 value)
{
	return !memchr_inv(p, value, len);
}

static bool check_xfer(const struct echo *e, const struct request *r,
		       const struct vmpacket_descriptor *desc)
{
	const struct vmtransfer_page_packet_header *x = (const void *)desc;
	u32 i, each = r->len - sizeof(struct vmbus_echo_header);

	if (x->xfer_pageset_id != VMBUS_ECHO_PAGESET || x->range_cnt != r->ranges) {
		pr_err_ratelimited("pageset %x, %u ranges of %u\n",
				   x->xfer_pageset_id, x->range_cnt, r->ranges);
		return false;
	}
	for (i = 0; i < r->ranges; i++) {
		if (x->ranges[i].byte_count != each ||
		    x->ranges[i].byte_offset != i * each ||
		    !all_are(e->buffer + i * each, each, r->seed)) {
			pr_err_ratelimited("range %u of %u: %u bytes of %u at %u: %x, seed %x\n",
					   i, r->ranges, x->ranges[i].byte_count,
					   each, x->ranges[i].byte_offset,
					   e->buffer[i * each], r->seed);
			return false;
		}
	}
	return true;
}

static bool check_answer(const struct echo *e, const struct request *r,
			 const struct vmpacket_descriptor *desc)
{
	const struct vmbus_echo_header *hdr = hv_pkt_data(desc);
	u32 len = hv_pkt_datalen(desc);

	switch (r->kind) {
	case ECHO:
	case ECHO_INBAND:
		return desc->type == (r->kind == ECHO ? VM_PKT_COMP :
				      VM_PKT_DATA_INBAND) &&
		       len == ALIGN(r->len, 8) &&
		       !memcmp(hdr, r->payload, r->len);
	case INVERT:
		return desc->type == VM_PKT_COMP && len == sizeof(*hdr) &&
		       !hdr->status && le32_to_cpu(hdr->arg) == r->len &&
		       all_are(r->data + r->offset, r->len, ~r->seed) &&
		       all_are(r->data, r->offset, r->seed);
	case XFER:
		return desc->type == VM_PKT_DATA_USING_XFER_PAGES &&
		       check_xfer(e, r, desc);
	default:
		return false;
	}
}

/* Is it one of ours? A wrong name must not be followed. */
static struct request *take(struct echo *e, u64 id)
{
	struct request *r, *found = NULL;
	unsigned long flags;

	spin_lock_irqsave(&e->lock, flags);
	list_for_each_entry(r, &e->requests, node) {
		if ((unsigned long)r == id) {
			found = r;
			list_del(&r->node);
			break;
		}
	}
	spin_unlock_irqrestore(&e->lock, flags);
	return found;
}

static void receive(struct echo *e, struct vmpacket_descriptor *desc)
{
	const struct vmbus_echo_header *hdr = hv_pkt_data(desc);
	u64 id = desc->trans_id;
	struct request *r;

	if (cpu >= 0 && mode == HV_CALL_ISR && raw_smp_processor_id() != cpu)
		complain(e, "read on another processor", raw_smp_processor_id());
	if (desc->type == VM_PKT_COMP)
		id = e->ch->request_addr_callback(e->ch, id);
	/* What has no request: of the setting up. */
	if (!id) {
		if (desc->type != VM_PKT_COMP || hdr->status)
			complain(e, "setting up", le32_to_cpu(hdr->op));
		if (le32_to_cpu(hdr->op) == VMBUS_ECHO_OP_BUFFER)
			WRITE_ONCE(e->have_buffer, true);
		return;
	}
	r = take(e, id);
	if (!r) {
		complain(e, "an answer to nothing", id);
		return;
	}
	if (check_answer(e, r, desc))
		atomic_inc(&good);
	else
		complain(e, "a wrong answer", r->kind);
	if (r->kind == XFER) {
		/* Nobody waits for it, but that is how pages are given back. */
		vmbus_sendpacket(e->ch, NULL, 0, desc->trans_id, VM_PKT_COMP, 0);
		WRITE_ONCE(e->xfer_busy, false);
	}
	request_free(r);
}

static void drain(struct echo *e)
{
	struct vmpacket_descriptor *desc;

	foreach_vmbus_pkt(desc, e->ch)
		receive(e, desc);
	WRITE_ONCE(e->drained, e->drained + 1);
	wake_up(&e->wait);
}

static void isr_work(struct work_struct *work)
{
	struct echo *e = container_of(work, struct echo, work);

	do {
		drain(e);
		if (!hv_end_read(&e->ch->inbound))
			return;
		hv_begin_read(&e->ch->inbound);
	} while (1);
}

static void callback(void *context)
{
	struct echo *e = context;

	if (e->ch->callback_mode != HV_CALL_ISR) {
		if (!in_softirq() || in_hardirq())
			complain(e, "called in a wrong context", preempt_count());
		drain(e);
		return;
	}
	if (!in_hardirq() || smp_processor_id() != e->ch->target_cpu)
		complain(e, "interrupted in a wrong context", preempt_count());
	if (READ_ONCE(e->closing))
		return;
	hv_begin_read(&e->ch->inbound);
	queue_work_on(cpu < 0 ? WORK_CPU_UNBOUND : cpu, system_highpri_wq, &e->work);
}

static struct request *request_create(struct echo *e)
{
	u32 len = sizeof(struct vmbus_echo_header) + prandom_u32_state(&e->rnd) %
		  (longest - sizeof(struct vmbus_echo_header));
	struct vmbus_echo_header *hdr;
	struct request *r;

	r = kzalloc(sizeof(*r) + len + 8, GFP_KERNEL);
	if (!r)
		return NULL;
	r->kind = prandom_u32_state(&e->rnd) % KINDS;
	if (r->kind == XFER && (!READ_ONCE(e->have_buffer) ||
				READ_ONCE(e->xfer_busy)))
		r->kind = ECHO;
	r->seed = prandom_u32_state(&e->rnd);
	r->len = len;
	memset(r->payload, r->seed, len + 8);
	hdr = (void *)r->payload;
	memset(hdr, 0, sizeof(*hdr));
	switch (r->kind) {
	case INVERT:
		hdr->op = cpu_to_le32(VMBUS_ECHO_OP_INVERT);
		r->offset = prandom_u32_state(&e->rnd) % (shown / 8);
		r->len = 1 + prandom_u32_state(&e->rnd) % (shown - r->offset);
		r->data = kmalloc(shown, GFP_KERNEL);
		if (!r->data) {
			kfree(r);
			return NULL;
		}
		memset(r->data, r->seed, shown);
		break;
	case XFER:
		/* The host knows lengths in units of 8. */
		r->len = max(round_down(len, 8), 24U);
		hdr->op = cpu_to_le32(VMBUS_ECHO_OP_XFER);
		r->ranges = 1 + prandom_u32_state(&e->rnd) % (XFER_BUFFER / MAX_PAYLOAD);
		hdr->arg = cpu_to_le32(r->ranges);
		WRITE_ONCE(e->xfer_busy, true);
		break;
	default:
		break;
	}
	return r;
}

static int send_invert(struct echo *e, struct request *r)
{
	struct {
		struct vmbus_packet_mpb_array mpb;
		u64 pfns[MAX_DATA / PAGE_SIZE];
	} desc = {};
	u32 in_page = offset_in_page(r->data + r->offset);
	u32 frames = HVPFN_UP(in_page + r->len), i;

	desc.mpb.rangecount = 1;
	desc.mpb.range.len = r->len;
	desc.mpb.range.offset = in_page;
	for (i = 0; i < frames; i++)
		desc.mpb.range.pfn_array[i] =
			virt_to_hvpfn(r->data + r->offset + i * PAGE_SIZE);
	return vmbus_sendpacket_mpb_desc(e->ch, &desc.mpb,
					 sizeof(desc.mpb) + frames * sizeof(u64),
					 r->payload,
					 sizeof(struct vmbus_echo_header),
					 (unsigned long)r);
}

static int send(struct echo *e, struct request *r)
{
	if (r->kind == INVERT)
		return send_invert(e, r);
	return vmbus_sendpacket(e->ch, r->payload, r->len, (unsigned long)r,
				VM_PKT_DATA_INBAND, r->kind == ECHO ?
				VMBUS_DATA_PACKET_FLAG_COMPLETION_REQUESTED : 0);
}

/* No room, or no id: either comes with an answer, and there is one to come. */
static int send_patiently(struct echo *e, struct request *r)
{
	u32 drained;
	int err;

	spin_lock_irq(&e->lock);
	list_add_tail(&r->node, &e->requests);
	spin_unlock_irq(&e->lock);
	for (;;) {
		drained = READ_ONCE(e->drained);
		err = send(e, r);
		if (err != -EAGAIN || kthread_should_stop())
			break;
		atomic_inc(&full);
		if (!wait_event_timeout(e->wait, kthread_should_stop() ||
					READ_ONCE(e->drained) != drained,
					PATIENCE))
			complain(e, "nothing came for long", r->kind);
	}
	if (!err)
		atomic_inc(&sent);
	else if (take(e, (unsigned long)r))
		request_free(r);
	return err;
}

static int sender(void *data)
{
	struct echo *e = data;
	struct request *r;
	u32 i;

	for (i = 0; i < packets && !kthread_should_stop(); i++) {
		r = request_create(e);
		if (!r || send_patiently(e, r))
			break;
	}
	while (!kthread_should_stop()) {
		if (i == packets && list_empty_careful(&e->requests)) {
			atomic_inc(&idle);
			i++;
		}
		schedule_timeout_interruptible(HZ / 50 + 1);
	}
	return 0;
}

static int say(struct echo *e, u32 op, u32 arg)
{
	struct vmbus_echo_header hdr = {
		.op = cpu_to_le32(op), .arg = cpu_to_le32(arg),
	};

	return vmbus_sendpacket(e->ch, &hdr, sizeof(hdr), 0, VM_PKT_DATA_INBAND,
				VMBUS_DATA_PACKET_FLAG_COMPLETION_REQUESTED);
}

static struct echo *echo_open(struct vmbus_channel *ch)
{
	struct echo *e = kzalloc(sizeof(*e), GFP_KERNEL);
	int err;

	if (!e)
		return ERR_PTR(-ENOMEM);
	e->ch = ch;
	spin_lock_init(&e->lock);
	INIT_LIST_HEAD(&e->requests);
	init_waitqueue_head(&e->wait);
	prandom_seed_state(&e->rnd, get_random_u64());
	INIT_WORK(&e->work, isr_work);
	ch->next_request_id_callback = vmbus_next_request_id;
	ch->request_addr_callback = vmbus_request_addr;
	ch->rqstor_size = REQUESTS;
	ch->max_pkt_size = VMBUS_ECHO_MAX_PACKET;
	set_channel_read_mode(ch, mode);
	err = vmbus_open(ch, ring, ring, NULL, 0, callback, e);
	if (err) {
		kfree(e);
		return ERR_PTR(err);
	}
	mutex_lock(&echoes_lock);
	list_add_tail(&e->node, &echoes);
	mutex_unlock(&echoes_lock);
	return e;
}

static void start(struct echo *e)
{
	struct task_struct *t = kthread_create(sender, e, "echo_guest");

	e->thread = IS_ERR(t) ? NULL : t;
	if (IS_ERR(t))
		return;
	if (cpu >= 0)
		kthread_bind(t, cpu);
	wake_up_process(t);
}

static void on_subchannel(struct vmbus_channel *ch)
{
	struct echo *e = echo_open(ch);

	if (IS_ERR(e))
		pr_err("sub-channel: %ld\n", PTR_ERR(e));
	else
		start(e);
}

static void close_all(struct vmbus_channel *primary)
{
	struct echo *e, *next;
	struct request *r, *n;

	list_for_each_entry(e, &echoes, node) {
		if (e->thread)
			kthread_stop(e->thread);
		WRITE_ONCE(e->closing, true);
	}
	/* Nobody looks into the rings when they are unmapped. */
	synchronize_rcu();
	list_for_each_entry(e, &echoes, node)
		cancel_work_sync(&e->work);
	vmbus_close(primary);
	list_for_each_entry_safe(e, next, &echoes, node) {
		if (e->buffer) {
			vmbus_teardown_gpadl(primary, &e->gpadl);
			vfree(e->buffer);
		}
		list_for_each_entry_safe(r, n, &e->requests, node)
			request_free(r);
		list_del(&e->node);
		kfree(e);
	}
}

static int probe(struct hv_device *dev, const struct hv_vmbus_device_id *id)
{
	struct echo *e;
	int err;

	vmbus_set_sc_create_callback(dev->channel, on_subchannel);
	e = echo_open(dev->channel);
	if (IS_ERR(e))
		return PTR_ERR(e);
	err = -ENOMEM;
	e->buffer = vzalloc(XFER_BUFFER);
	if (!e->buffer)
		goto close;
	err = vmbus_establish_gpadl(dev->channel, e->buffer, XFER_BUFFER,
				    &e->gpadl);
	if (!err)
		err = say(e, VMBUS_ECHO_OP_BUFFER, e->gpadl.gpadl_handle);
	if (!err && subchannels)
		err = say(e, VMBUS_ECHO_OP_SUBCHANNELS, subchannels);
	if (err)
		goto close;
	start(e);
	return 0;

close:
	close_all(dev->channel);
	return err;
}

static VSW_HV_REMOVE remove(struct hv_device *dev)
{
	close_all(dev->channel);
	return (VSW_HV_REMOVE)0;
}

static const struct hv_vmbus_device_id ids[] = {
	{ .guid = { VMBUS_ECHO_CLASS } },
	{ },
};

static struct hv_driver driver = {
	.name		= "echo_guest",
	.id_table	= ids,
	.probe		= probe,
	.remove		= remove,
	.driver.probe_type = PROBE_PREFER_ASYNCHRONOUS,
};

static int __init echo_guest_init(void)
{
	if (longest < MIN_PAYLOAD || longest > MAX_PAYLOAD || shown < 8 ||
	    shown > MAX_DATA || (cpu >= 0 && !cpu_online(cpu)))
		return -EINVAL;
	return vmbus_driver_register(&driver);
}

static void __exit echo_guest_exit(void)
{
	vmbus_driver_unregister(&driver);
}

module_init(echo_guest_init);
module_exit(echo_guest_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Guest driver of the echo service");
