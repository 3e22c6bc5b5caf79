// SPDX-License-Identifier: GPL-2.0
/*
 * Interrupts: a channel's callback runs in hard-irq context on the channel's
 * processor, as it does under a hypervisor, and never on the stack of who signals.
 *
 *	vml_irq_raise()		any context; once until it is taken
 *	  this CPU		irq_work; or at once, where bottom halves are
 *				disabled, if that only schedules the tasklet
 *	  another		an IPI of its own
 *	take()			hard-irq: the driver, or its tasklet
 *	on_event()		the tasklet
 */
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/interrupt.h>
#include <linux/jiffies.h>

#include "local.h"

static void take(struct vml_channel *c)
{
	struct vmbus_channel *ch = &c->ch;

	atomic_inc(&c->taking);
	/* Before the bit is clear: vml_irq_sync() looks at both. */
	smp_mb__after_atomic();
	clear_bit(VML_SIGNALLED, &c->flags);
	/* What is signalled from here on comes again; what was before, we see. */
	smp_mb__after_atomic();
	spin_lock(&ch->sched_lock);
	if (!ch->onchannel_callback)
		goto unlock;
	++ch->interrupts;
	switch (ch->callback_mode) {
	case HV_CALL_ISR:
		ch->onchannel_callback(ch->channel_callback_context);
		break;
	case HV_CALL_BATCHED:
		hv_begin_read(&ch->inbound);
		fallthrough;
	case HV_CALL_DIRECT:
		tasklet_schedule(&ch->callback_event);
		break;
	}
unlock:
	spin_unlock(&ch->sched_lock);
	/* The last that is done with it. Pairs with vml_irq_sync(). */
	atomic_dec_return_release(&c->taking);
}

static void take_irq_work(struct irq_work *work)
{
	take(container_of(work, struct vml_channel, irq_work));
}

static void take_csd(void *info)
{
	take(info);
}

/* Whoever masks must look again when he has unmasked. */
static void on_event(unsigned long data)
{
	struct vmbus_channel *ch = (struct vmbus_channel *)data;
	unsigned long limit = jiffies + 2;
	void (*callback)(void *context);

	do {
		/* Pairs with vml_callback_reset(), which waits for us. */
		callback = READ_ONCE(ch->onchannel_callback);
		if (!callback)
			return;
		callback(ch->channel_callback_context);
		if (ch->callback_mode != HV_CALL_BATCHED ||
		    !hv_end_read(&ch->inbound))
			return;
		hv_begin_read(&ch->inbound);
	} while (time_before(jiffies, limit));
	tasklet_schedule(&ch->callback_event);
}

/**
 * vml_irq_init() - have a channel be interruptible
 * @c: a new channel
 */
void vml_irq_init(struct vml_channel *c)
{
	spin_lock_init(&c->ch.sched_lock);
	tasklet_init(&c->ch.callback_event, on_event, (unsigned long)&c->ch);
	init_irq_work(&c->irq_work, take_irq_work);
	INIT_CSD(&c->csd, take_csd, c);
}

/*
 * Only the tasklet runs the driver's callback: then nobody need be interrupted for that. It
 * runs when who has disabled bottom halves enables them.
 */
static bool take_here(struct vml_channel *c)
{
	if (IS_ENABLED(CONFIG_PREEMPT_RT) ||
	    READ_ONCE(c->ch.callback_mode) == HV_CALL_ISR || !softirq_count() ||
	    irqs_disabled())
		return false;
	local_irq_disable();
	take(c);
	local_irq_enable();
	return true;
}

/**
 * vml_irq_raise() - interrupt a processor for a channel
 * @c: the channel, which does not go away meanwhile
 * @cpu: the processor
 *
 * Context: any but NMI.
 */
void vml_irq_raise(struct vml_channel *c, u32 cpu)
{
	/* It is on its way, and will see what this one is for. */
	if (test_and_set_bit(VML_SIGNALLED, &c->flags))
		return;
	if (cpu == get_cpu() && take_here(c))
		goto put;
	/* If it is offline, somebody has to see to the channel. */
	if (cpu == smp_processor_id() || cpu >= nr_cpu_ids ||
	    smp_call_function_single_async(cpu, &c->csd))
		irq_work_queue(&c->irq_work);
put:
	put_cpu();
}

/**
 * vml_irq_sync() - wait for interrupts that were raised
 * @c: the channel
 *
 * Context: process.
 */
void vml_irq_sync(struct vml_channel *c)
{
	while (test_bit(VML_SIGNALLED, &c->flags) ||
	       atomic_read_acquire(&c->taking))
		usleep_range(20, 100);
	irq_work_sync(&c->irq_work);
}

/**
 * vml_irq_last() - have a driver see all that the host has written, then nothing
 * @c: the channel, which the host has closed
 *
 * What the host answered before it closed the channel may not have been seen yet,
 * and drivers wait for it when they are removed.
 *
 * Context: process.
 */
void vml_irq_last(struct vml_channel *c)
{
	vml_irq_raise(c, c->ch.target_cpu);
	vml_irq_sync(c);
	/* Waits for it to have run. */
	tasklet_kill(&c->ch.callback_event);
	vml_callback_reset(c);
}

/**
 * vml_callback_reset() - a channel's callback does not run any more
 * @c: the channel
 *
 * Context: process.
 */
void vml_callback_reset(struct vml_channel *c)
{
	struct vmbus_channel *ch = &c->ch;
	unsigned long flags;

	tasklet_disable(&ch->callback_event);
	spin_lock_irqsave(&ch->sched_lock, flags);
	ch->onchannel_callback = NULL;
	spin_unlock_irqrestore(&ch->sched_lock, flags);
	ch->sc_creation_callback = NULL;
	tasklet_enable(&ch->callback_event);
}
