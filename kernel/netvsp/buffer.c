// SPDX-License-Identifier: GPL-2.0
/*
 * The guest's receive buffer: guest memory that it has shown us once, of which each
 * frame to it gets a section, or some. What is free, and what the guest has, is only
 * ever written down here, so that the guest cannot give back what it has not.
 *
 *	free		nsp_recv.free, a stack
 *	held		nsp_queue.held: taken by the dozen, so that the lock is rarely
 *	shown		a chain for each packet, until the guest completes that
 */
#include <linux/bitops.h>
#include <linux/mm.h>

#include "netvsp.h"

#define SIZE_UNIT	64

static u32 size_least(u32 frame)
{
	return ALIGN(NSP_HEAD_MAX + max_t(u32, frame, NSP_FRAME_MIN), SIZE_UNIT);
}

/**
 * nsp_recv_size() - how long shall a section be?
 * @gpadl: the buffer's memory
 * @frame: longest frame that it has to take, in bytes
 * @parts: the guest takes large ones in parts
 *
 * Parts are as long as a section, and the guest looks at each of them with what accompanies
 * it: a page is longer than most frames need, but makes fewer parts. Not at the cost of there
 * being few sections.
 *
 * Return: bytes.
 */
u32 nsp_recv_size(const struct vmh_gpadl *gpadl, u32 frame, bool parts)
{
	u32 size = size_least(frame);

	return parts && vmh_gpadl_size(gpadl) / VMH_PAGE_SIZE >=
			NSP_SECTIONS_ENOUGH ? max(size, VMH_PAGE_SIZE) : size;
}

/**
 * nsp_recv_create() - divide a receive buffer up
 * @gpadl: its memory; consumed if this succeeds
 * @id: the guest's number for it
 * @frame: longest frame that a section has to take, in bytes
 * @size: bytes of a section, from nsp_recv_size() or a saved state
 *
 * What is left over of a large one is not used: each section is part of the state that
 * is saved.
 *
 * Context: process.
 * Return: the buffer, -EINVAL if it or its sections are too small, -ENOMEM as a pointer.
 */
struct nsp_recv *nsp_recv_create(struct vmh_gpadl *gpadl, u16 id, u32 frame,
				 u32 size)
{
	struct nsp_recv *recv;
	u32 count, control, i;

	if (size < size_least(frame) || size % SIZE_UNIT)
		return ERR_PTR(-EINVAL);
	count = vmh_gpadl_size(gpadl) / size;
	/* Guests may show no more than ten frames of memory. */
	if (count < 4)
		return ERR_PTR(-EINVAL);
	count = min(count, NSP_SECTIONS_MAX);
	control = clamp_t(u32, count / 4, 2, NSP_CONTROL_SECTIONS);
	recv = kvzalloc(struct_size(recv, sections, count), GFP_KERNEL_ACCOUNT);
	if (!recv)
		return ERR_PTR(-ENOMEM);
	recv->free = kvmalloc_array(count, sizeof(*recv->free),
				    GFP_KERNEL_ACCOUNT);
	if (!recv->free) {
		kvfree(recv);
		return ERR_PTR(-ENOMEM);
	}
	recv->gpadl = gpadl;
	recv->map = vmh_gpadl_map(gpadl);
	recv->id = id;
	recv->size = size;
	recv->count = count;
	spin_lock_init(&recv->lock);
	recv->control = GENMASK(control - 1, 0);
	recv->n_control = control;
	recv->parts = count < 2 * NSP_CONTROL_SECTIONS ? 1 :
		      min_t(u32, NSP_RANGES, (count - NSP_CONTROL_SECTIONS) / 2);
	/* The first ones on top: memory that was used last is warm. */
	for (i = count; i > control; i--)
		recv->free[recv->n_free++] = i - 1;
	return recv;
}

/**
 * nsp_recv_destroy() - forget a receive buffer
 * @recv: the buffer, which no queue uses any more
 *
 * Context: process.
 */
void nsp_recv_destroy(struct nsp_recv *recv)
{
	vmh_gpadl_put(recv->gpadl);
	kvfree(recv->free);
	kvfree(recv);
}

/**
 * nsp_recv_take() - take free sections
 * @recv: the buffer
 * @to: where to
 * @least: how many it has to be
 * @most: how many, at most
 * @keep: how many have to be left
 *
 * Context: any but hard-irq.
 * Return: how many it were: 0, or at least @least.
 */
u32 nsp_recv_take(struct nsp_recv *recv, u32 *to, u32 least, u32 most, u32 keep)
{
	u32 i, n = 0;

	spin_lock_bh(&recv->lock);
	if (recv->n_free >= least + keep)
		n = min(most, recv->n_free - keep);
	recv->n_free -= n;
	memcpy(to, recv->free + recv->n_free, n * sizeof(*to));
	spin_unlock_bh(&recv->lock);
	for (i = 0; i < n; i++)
		WRITE_ONCE(recv->sections[to[i]].state, NSP_SECTION_HELD);
	return n;
}

/**
 * nsp_recv_give() - give sections back
 * @recv: the buffer
 * @from: which
 * @n: how many
 *
 * Context: any but hard-irq.
 * Return: queues that waited for some, for nsp_tx_given(); they do so no more.
 */
u64 nsp_recv_give(struct nsp_recv *recv, const u32 *from, u32 n)
{
	u64 waiting;
	u32 i;

	for (i = 0; i < n; i++)
		WRITE_ONCE(recv->sections[from[i]].state, NSP_SECTION_FREE);
	spin_lock_bh(&recv->lock);
	if (WARN_ON_ONCE(n > recv->count - recv->n_control - recv->n_free))
		n = 0;
	memcpy(recv->free + recv->n_free, from, n * sizeof(*from));
	recv->n_free += n;
	waiting = recv->waiting;
	if (unlikely(waiting))
		recv->waiting = 0;
	spin_unlock_bh(&recv->lock);
	return waiting;
}

/**
 * nsp_recv_wait() - wait until sections are given back, unless there are enough
 * @recv: the buffer
 * @queue: who waits
 * @n: how many are enough
 *
 * Context: any but hard-irq.
 * Return: false if there are.
 */
bool nsp_recv_wait(struct nsp_recv *recv, u32 queue, u32 n)
{
	bool wait;

	spin_lock_bh(&recv->lock);
	wait = recv->n_free < n;
	if (wait)
		recv->waiting |= BIT_ULL(queue);
	spin_unlock_bh(&recv->lock);
	return wait;
}

/**
 * nsp_recv_take_control() - take a section for a control message
 * @recv: the buffer
 *
 * Context: process.
 * Return: its number, or -EAGAIN if the guest has them all.
 */
int nsp_recv_take_control(struct nsp_recv *recv)
{
	int section = -EAGAIN;

	spin_lock_bh(&recv->lock);
	if (recv->control) {
		section = __ffs(recv->control);
		__clear_bit(section, &recv->control);
		recv->sections[section].state = NSP_SECTION_CONTROL;
	}
	spin_unlock_bh(&recv->lock);
	return section;
}

/**
 * nsp_recv_give_control() - give that back
 * @recv: the buffer
 * @section: from nsp_recv_take_control()
 *
 * Context: process.
 */
void nsp_recv_give_control(struct nsp_recv *recv, u32 section)
{
	spin_lock_bh(&recv->lock);
	recv->sections[section].state = NSP_SECTION_FREE;
	__set_bit(section, &recv->control);
	spin_unlock_bh(&recv->lock);
}

/**
 * nsp_recv_restore_control() - the guest has those that are not free
 * @recv: the buffer, new but for @recv->control
 */
void nsp_recv_restore_control(struct nsp_recv *recv)
{
	u32 i;

	for (i = 0; i < recv->n_control; i++) {
		if (!test_bit(i, &recv->control))
			recv->sections[i].state = NSP_SECTION_CONTROL;
	}
}

/**
 * nsp_recv_rebuild() - only what is marked as free is
 * @recv: the buffer, of which no queue holds any
 */
void nsp_recv_rebuild(struct nsp_recv *recv)
{
	u32 i;

	spin_lock_bh(&recv->lock);
	recv->n_free = 0;
	for (i = recv->count; i > recv->n_control; i--) {
		if (recv->sections[i - 1].state == NSP_SECTION_FREE)
			recv->free[recv->n_free++] = i - 1;
	}
	spin_unlock_bh(&recv->lock);
}

/**
 * nsp_recv_write() - write into a section
 * @recv: the buffer
 * @section: which
 * @offset: where in it
 * @from: what
 * @len: how much; it fits
 *
 * Context: process; any if the buffer is mapped.
 * Return: 0 or -EFAULT.
 */
int nsp_recv_write(struct nsp_recv *recv, u32 section, u32 offset,
		   const void *from, u32 len)
{
	return vmh_gpadl_write(recv->gpadl, section * recv->size + offset, from,
			       len);
}
