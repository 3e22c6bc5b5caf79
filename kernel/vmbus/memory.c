// SPDX-License-Identifier: GPL-2.0
/*
 * Guest memory: GPADLs, which are shown once and used for long, and what packets
 * refer to.
 *
 * A GPADL is in the table until the guest tears it down. Who uses it holds a
 * reference, and only when the last one is gone the guest is told that it may have
 * its memory back.
 */
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/unaligned.h>
#include <linux/vmalloc.h>

#include "partition.h"

/* The GPADLs of two channels may have the same number. */
static unsigned long key(u32 relid, u32 id)
{
	return (unsigned long)relid << 32 | id;
}

struct pending {
	struct list_head node;
	struct vmh_gpadl_build *build;
};

static struct pending *find_pending(struct vmh_partition *p, u32 id)
{
	struct pending *pending;

	list_for_each_entry(pending, &p->builds, node) {
		if (pending->build->id == id)
			return pending;
	}
	return NULL;
}

static void answer_created(struct vmh_partition *p, u32 relid, u32 id, u32 error,
			   struct vmh_out **answer)
{
	struct vmh_msg_gpadl_created *msg = (void *)(*answer)->data;

	if (error != VMH_NO_ERROR)
		vmh_error(p, error);
	vmh_out_init(*answer, VMH_MSG_GPADL_CREATED, sizeof(*msg));
	msg->relid = cpu_to_le32(relid);
	msg->gpadl = cpu_to_le32(id);
	msg->status = cpu_to_le32(error == VMH_NO_ERROR ? VMH_STATUS_SUCCESS :
				  VMH_STATUS_GPADL_REFUSED);
	vmh_out_send(p, *answer);
	*answer = NULL;
}

static u32 to_error(int err)
{
	switch (err) {
	case -EFAULT:
		return VMBUS_HOST_ERROR_MEMORY;
	case -EBUSY:
		return VMBUS_HOST_ERROR_GPADL_DUPLICATE;
	case -EDQUOT:
		return VMBUS_HOST_ERROR_GPADL_QUOTA;
	case -ENOMEM:
		return VMBUS_HOST_ERROR_NO_MEMORY;
	default:
		return VMBUS_HOST_ERROR_GPADL_MALFORMED;
	}
}

/* One piece for each page, for memory that is not mapped. */
static int for_pages(const struct vmh_mem *mem, u32 offset, void *buf, u32 len,
		     bool write)
{
	const struct vmh_gpadl *gpadl = mem->priv;
	const struct vmh_partition *p = gpadl->partition;
	u32 at = gpadl->offset + offset, n;
	u64 gpa;
	int err;

	while (len) {
		n = min(len, VMH_PAGE_SIZE - at % VMH_PAGE_SIZE);
		gpa = (gpadl->pfns[at >> VMH_PAGE_SHIFT] << VMH_PAGE_SHIFT) +
		      at % VMH_PAGE_SIZE;
		err = write ? p->transport->copy_to(p->guest, gpa, buf, n) :
			      p->transport->copy_from(p->guest, gpa, buf, n);
		if (err)
			return err;
		at += n;
		buf += n;
		len -= n;
	}
	return 0;
}

static int read_pages(const struct vmh_mem *mem, u32 offset, void *to, u32 len)
{
	return for_pages(mem, offset, to, len, false);
}

static int write_pages(const struct vmh_mem *mem, u32 offset, const void *from,
		       u32 len)
{
	return for_pages(mem, offset, (void *)from, len, true);
}

/* Pin the guest's pages, and map them one after the other. */
static int map_pages(struct vmh_gpadl *gpadl)
{
	struct vmh_partition *p = gpadl->partition;
	int err;

	gpadl->pages = kvmalloc_array(gpadl->frames, sizeof(*gpadl->pages),
				      GFP_KERNEL_ACCOUNT);
	if (!gpadl->pages)
		return -ENOMEM;
	err = p->transport->pin(p->guest, gpadl->pfns, gpadl->frames,
				gpadl->pages);
	if (err)
		goto free;
	gpadl->vaddr = vmap(gpadl->pages, gpadl->frames, VM_MAP, PAGE_KERNEL);
	if (!gpadl->vaddr) {
		err = -ENOMEM;
		goto unpin;
	}
	gpadl->mem.base = gpadl->vaddr + gpadl->offset;
	return 0;

unpin:
	p->transport->unpin(p->guest, gpadl->pages, gpadl->frames, false);
free:
	kvfree(gpadl->pages);
	gpadl->pages = NULL;
	return err;
}

static void gpadl_free(struct vmh_gpadl *gpadl)
{
	kvfree(gpadl->pfns);
	kfree(gpadl->torndown);
	kfree(gpadl);
}

/* Its frames have been charged to the quota. */
static struct vmh_gpadl *gpadl_create(struct vmh_partition *p, u32 relid, u32 id,
				      const struct vmh_gpadl_range *range)
{
	struct vmh_gpadl *gpadl;
	int err;
	u32 i;

	gpadl = kzalloc(sizeof(*gpadl), GFP_KERNEL_ACCOUNT);
	if (!gpadl)
		return ERR_PTR(-ENOMEM);
	gpadl->partition = p;
	gpadl->relid = relid;
	gpadl->id = id;
	refcount_set(&gpadl->ref, 1);
	gpadl->frames = range->frames;
	gpadl->offset = range->offset;
	gpadl->bytes = range->bytes;
	gpadl->mem = (struct vmh_mem) {
		.size = range->bytes, .priv = gpadl,
		.read = read_pages, .write = write_pages,
	};
	err = -ENOMEM;
	gpadl->torndown = vmh_out_alloc();
	gpadl->pfns = kvmalloc_array(range->frames, sizeof(*gpadl->pfns),
				     GFP_KERNEL_ACCOUNT);
	if (!gpadl->torndown || !gpadl->pfns)
		goto free;
	for (i = 0; i < range->frames; i++) {
		gpadl->pfns[i] = get_unaligned_le64(range->pfns + i * sizeof(__le64));
		/* Physical addresses have 52 bits, or fewer. */
		err = -EFAULT;
		if (gpadl->pfns[i] >> (52 - VMH_PAGE_SHIFT))
			goto free;
	}
	err = p->map ? map_pages(gpadl) : 0;
	if (err)
		goto free;
	err = xa_insert(&p->gpadls, key(gpadl->relid, gpadl->id), gpadl,
			GFP_KERNEL_ACCOUNT);
	if (err)
		goto unmap;
	return gpadl;

unmap:
	if (gpadl->vaddr) {
		vunmap(gpadl->vaddr);
		p->transport->unpin(p->guest, gpadl->pages, gpadl->frames, false);
		kvfree(gpadl->pages);
	}
free:
	gpadl_free(gpadl);
	return ERR_PTR(err);
}

/* All bytes are there, or there is something wrong with them. */
static void finish(struct vmh_partition *p, struct vmh_gpadl_build *build,
		   struct vmh_out **answer)
{
	u32 relid = build->relid, id = build->id;
	struct vmh_gpadl_range range;
	int err;

	err = vmh_gpadl_end(build, &range);
	if (!err)
		err = PTR_ERR_OR_ZERO(gpadl_create(p, relid, id, &range));
	if (err)
		vmh_gpadl_uncharge(&p->quota, build->charged);
	kvfree(build);
	answer_created(p, relid, id, err ? to_error(err) : VMH_NO_ERROR, answer);
}

/**
 * vmh_gpadl_on_header() - the guest begins to show memory
 * @p: the partition
 * @msg: what it says
 * @len: bytes of that
 * @answer: taken if it is answered
 *
 * Also for a channel that was rescinded: Linux does not expect this to fail.
 *
 * Context: process, the partition's lock; may wait for guest memory.
 */
void vmh_gpadl_on_header(struct vmh_partition *p, const void *msg, u32 len,
			 struct vmh_out **answer)
{
	const struct vmh_msg_gpadl_header *hdr = msg;
	u32 relid = le32_to_cpu(hdr->relid), id = le32_to_cpu(hdr->gpadl);
	struct vmh_channel *ch = xa_load(&p->channels, relid);
	struct vmh_gpadl_build *build;
	struct pending *pending;

	if (!ch || !ch->told) {
		answer_created(p, relid, id, VMBUS_HOST_ERROR_RELID, answer);
		return;
	}
	if (find_pending(p, id) || xa_load(&p->gpadls, key(relid, id))) {
		answer_created(p, relid, id, VMBUS_HOST_ERROR_GPADL_DUPLICATE,
			       answer);
		return;
	}
	build = vmh_gpadl_begin(&p->quota, msg, len);
	if (IS_ERR(build)) {
		answer_created(p, relid, id, to_error(PTR_ERR(build)), answer);
		return;
	}
	if (vmh_gpadl_is_complete(build)) {
		finish(p, build, answer);
		return;
	}
	pending = kmalloc(sizeof(*pending), GFP_KERNEL_ACCOUNT);
	if (!pending) {
		vmh_gpadl_uncharge(&p->quota, build->charged);
		kvfree(build);
		answer_created(p, relid, id, VMBUS_HOST_ERROR_NO_MEMORY, answer);
		return;
	}
	pending->build = build;
	list_add_tail(&pending->node, &p->builds);
}

/**
 * vmh_gpadl_on_body() - the guest goes on to show memory
 * @p: the partition
 * @msg: what it says
 * @len: bytes of that
 * @answer: taken if it is answered
 *
 * Bodies do not say which channel they are for. Those of a header that was refused
 * come all the same: nobody waits for an answer to them.
 *
 * Context: process, the partition's lock; may wait for guest memory.
 */
void vmh_gpadl_on_body(struct vmh_partition *p, const void *msg, u32 len,
		       struct vmh_out **answer)
{
	const struct vmh_msg_gpadl_body *hdr = msg;
	struct vmh_gpadl_build *build;
	struct pending *pending;
	int err;

	pending = find_pending(p, le32_to_cpu(hdr->gpadl));
	if (!pending) {
		vmh_error(p, VMBUS_HOST_ERROR_GPADL_UNKNOWN);
		return;
	}
	build = pending->build;
	err = vmh_gpadl_body(build, msg, len);
	if (!err && !vmh_gpadl_is_complete(build))
		return;
	list_del(&pending->node);
	kfree(pending);
	if (!err) {
		finish(p, build, answer);
		return;
	}
	vmh_gpadl_uncharge(&p->quota, build->charged);
	answer_created(p, build->relid, build->id, to_error(err), answer);
	kvfree(build);
}

/* Nobody finds it any more; it is in the table until nobody uses it. */
static void gpadl_tear(struct vmh_gpadl *gpadl)
{
	struct vmh_partition *p = gpadl->partition;

	lockdep_assert_held(&p->lock);
	if (gpadl->torn)
		return;
	xa_lock(&p->gpadls);
	gpadl->torn = true;
	xa_unlock(&p->gpadls);
	vmh_gpadl_put(gpadl);
}

/**
 * vmh_gpadl_on_teardown() - the guest wants its memory back
 * @p: the partition
 * @msg: what it says
 * @answer: taken if it is answered at once
 *
 * The answer comes when nobody uses it any more. One that is not is answered, too:
 * a guest waits for it.
 *
 * Context: process, the partition's lock.
 */
void vmh_gpadl_on_teardown(struct vmh_partition *p,
			   const struct vmh_msg_gpadl_teardown *msg,
			   struct vmh_out **answer)
{
	struct vmh_msg_gpadl_torndown *done = (void *)(*answer)->data;
	struct vmh_gpadl *gpadl;

	gpadl = xa_load(&p->gpadls, key(le32_to_cpu(msg->relid),
					le32_to_cpu(msg->gpadl)));
	if (gpadl && !gpadl->torn) {
		gpadl_tear(gpadl);
		vmh_gpadl_reap(p);
		return;
	}
	vmh_error(p, VMBUS_HOST_ERROR_GPADL_UNKNOWN);
	vmh_out_init(*answer, VMH_MSG_GPADL_TORNDOWN, sizeof(*done));
	done->gpadl = msg->gpadl;
	vmh_out_send(p, *answer);
	*answer = NULL;
}

/**
 * vmh_gpadl_find() - use a GPADL
 * @p: the partition
 * @relid: the channel that it was made for
 * @id: its number
 *
 * Context: process.
 * Return: with a reference, or NULL.
 */
struct vmh_gpadl *vmh_gpadl_find(struct vmh_partition *p, u32 relid, u32 id)
{
	struct vmh_gpadl *gpadl;

	xa_lock(&p->gpadls);
	gpadl = xa_load(&p->gpadls, key(relid, id));
	if (gpadl && gpadl->torn)
		gpadl = NULL;
	if (gpadl)
		refcount_inc(&gpadl->ref);
	xa_unlock(&p->gpadls);
	return gpadl;
}

/**
 * vmh_gpadl_get() - use a GPADL of a channel
 * @ch: the channel, open
 * @id: its number, as the guest says
 *
 * Context: process, calls of the service included.
 * Return: for vmh_gpadl_put(), before the channel is closed; NULL if there is none.
 */
struct vmh_gpadl *vmh_gpadl_get(struct vmh_channel *ch, u32 id)
{
	return vmh_gpadl_find(ch->partition, ch->relid, id);
}
EXPORT_SYMBOL_GPL(vmh_gpadl_get);

/**
 * vmh_gpadl_put() - a GPADL is not used any more
 * @gpadl: from vmh_gpadl_get()
 *
 * Context: process.
 */
void vmh_gpadl_put(struct vmh_gpadl *gpadl)
{
	struct vmh_partition *p = gpadl->partition;

	if (!refcount_dec_and_test(&gpadl->ref))
		return;
	vmh_partition_hold(p);
	llist_add(&gpadl->dead, &p->dead_gpadls);
	/* Who holds the lock reaps by himself; this is for all others. */
	if (!queue_work(vmh_wq, &p->work))
		vmh_partition_put(p);
}
EXPORT_SYMBOL_GPL(vmh_gpadl_put);

static void release(struct vmh_gpadl *gpadl)
{
	struct vmh_partition *p = gpadl->partition;
	struct vmh_msg_gpadl_torndown *msg = (void *)gpadl->torndown->data;

	xa_erase(&p->gpadls, key(gpadl->relid, gpadl->id));
	if (gpadl->vaddr) {
		vunmap(gpadl->vaddr);
		p->transport->unpin(p->guest, gpadl->pages, gpadl->frames, true);
		kvfree(gpadl->pages);
	}
	vmh_gpadl_uncharge(&p->quota, gpadl->frames);
	if (!gpadl->silent) {
		vmh_out_init(gpadl->torndown, VMH_MSG_GPADL_TORNDOWN,
			     sizeof(*msg));
		msg->gpadl = cpu_to_le32(gpadl->id);
		vmh_out_send(p, gpadl->torndown);
		gpadl->torndown = NULL;
	}
	gpadl_free(gpadl);
}

/**
 * vmh_gpadl_reap() - let go of the GPADLs that nobody uses any more
 * @p: the partition
 *
 * Context: process, the partition's lock.
 */
void vmh_gpadl_reap(struct vmh_partition *p)
{
	struct vmh_gpadl *gpadl, *next;

	lockdep_assert_held(&p->lock);
	llist_for_each_entry_safe(gpadl, next,
				  llist_reverse_order(llist_del_all(&p->dead_gpadls)),
				  dead)
		release(gpadl);
}

static void drop_pending(struct vmh_partition *p, struct pending *pending)
{
	list_del(&pending->node);
	vmh_gpadl_uncharge(&p->quota, pending->build->charged);
	kvfree(pending->build);
	kfree(pending);
}

/**
 * vmh_gpadl_drop() - a channel is gone, and what was shown for it
 * @p: the partition
 * @relid: the channel's number, which is free now
 *
 * A guest whose channel was rescinded does not tear down, nor wait for an answer.
 *
 * Context: process, the partition's lock.
 */
void vmh_gpadl_drop(struct vmh_partition *p, u32 relid)
{
	struct pending *pending, *next;
	struct vmh_gpadl *gpadl;
	unsigned long i;

	lockdep_assert_held(&p->lock);
	xa_for_each_range(&p->gpadls, i, gpadl, key(relid, 0),
			  key(relid, U32_MAX)) {
		gpadl->silent = true;
		gpadl_tear(gpadl);
	}
	list_for_each_entry_safe(pending, next, &p->builds, node) {
		if (pending->build->relid == relid)
			drop_pending(p, pending);
	}
	vmh_gpadl_reap(p);
}

/**
 * vmh_gpadl_drop_all() - the guest has forgotten all that it has shown
 * @p: the partition; its channels are closed
 *
 * Context: process, the partition's lock.
 */
void vmh_gpadl_drop_all(struct vmh_partition *p)
{
	struct pending *pending, *next;
	struct vmh_gpadl *gpadl;
	unsigned long i;

	lockdep_assert_held(&p->lock);
	xa_for_each(&p->gpadls, i, gpadl) {
		gpadl->silent = true;
		gpadl_tear(gpadl);
	}
	list_for_each_entry_safe(pending, next, &p->builds, node)
		drop_pending(p, pending);
	vmh_gpadl_reap(p);
	/* A service that still has one would write into what is the guest's. */
	WARN_ON(p->quota.count);
}

/**
 * vmh_gpadl_each() - all that the guest has shown, or is showing
 * @p: the partition
 * @gpadl: called for each GPADL
 * @build: called for each that is not complete
 * @arg: for both
 *
 * Context: process, the partition's lock.
 */
void vmh_gpadl_each(struct vmh_partition *p,
		    void (*gpadl)(const struct vmh_gpadl *gpadl, void *arg),
		    void (*build)(const struct vmh_gpadl_build *build, void *arg),
		    void *arg)
{
	struct pending *pending;
	struct vmh_gpadl *one;
	unsigned long i;

	lockdep_assert_held(&p->lock);
	xa_for_each(&p->gpadls, i, one)
		gpadl(one, arg);
	list_for_each_entry(pending, &p->builds, node)
		build(pending->build, arg);
}

/* As vmh_gpadl_begin() does. */
static int charge(struct vmh_gpadl_quota *quota, u32 frames)
{
	if (quota->count >= quota->max ||
	    frames > quota->max_frames - quota->frames)
		return -EDQUOT;
	quota->count++;
	quota->frames += frames;
	return 0;
}

/**
 * vmh_gpadl_restore() - a GPADL that was saved
 * @p: the partition
 * @relid: the channel that it was made for
 * @id: its number
 * @offset: of its first byte in the first frame
 * @bytes: of it
 * @pfns: its frames, little-endian
 * @frames: how many
 * @torn: it was torn down, and still used: see vmh_gpadl_restored()
 *
 * Context: process, the partition's lock.
 * Return: 0, -EINVAL if it cannot be, or what the guest's memory says.
 */
int vmh_gpadl_restore(struct vmh_partition *p, u32 relid, u32 id, u32 offset,
		      u32 bytes, const __le64 *pfns, u32 frames, bool torn)
{
	struct vmh_gpadl_range range = {
		.offset = offset, .bytes = bytes, .frames = frames,
		.pfns = (const u8 *)pfns,
	};
	struct vmh_gpadl *gpadl;
	int err;

	lockdep_assert_held(&p->lock);
	if (offset >= VMH_PAGE_SIZE || !bytes || frames > VMH_GPADL_FRAMES_MAX ||
	    xa_load(&p->gpadls, key(relid, id)) ||
	    ((u64)offset + bytes + VMH_PAGE_SIZE - 1) >> VMH_PAGE_SHIFT != frames)
		return -EINVAL;
	err = charge(&p->quota, frames);
	if (err)
		return err;
	gpadl = gpadl_create(p, relid, id, &range);
	if (IS_ERR(gpadl)) {
		vmh_gpadl_uncharge(&p->quota, frames);
		return PTR_ERR(gpadl);
	}
	gpadl->tear = torn;
	return 0;
}

/**
 * vmh_gpadl_restored() - channels have been restored, too
 * @p: the partition
 *
 * GPADLs that were torn down while channels used them are so again.
 *
 * Context: process, the partition's lock.
 */
void vmh_gpadl_restored(struct vmh_partition *p)
{
	struct vmh_gpadl *gpadl;
	unsigned long i;

	lockdep_assert_held(&p->lock);
	xa_for_each(&p->gpadls, i, gpadl) {
		if (gpadl->tear)
			gpadl_tear(gpadl);
	}
	vmh_gpadl_reap(p);
}

/**
 * vmh_gpadl_restore_build() - one that was not complete
 * @p: the partition
 * @relid: the channel that it is made for
 * @id: its number
 * @size: bytes that it will have, at least those of a range
 * @data: those that have come
 * @bytes: how many
 *
 * Context: process, the partition's lock.
 * Return: 0, -EINVAL if it cannot be, -EDQUOT, -ENOMEM.
 */
int vmh_gpadl_restore_build(struct vmh_partition *p, u32 relid, u32 id, u32 size,
			    const u8 *data, u32 bytes)
{
	u32 frames = (size - sizeof(struct vmh_gpa_range)) / sizeof(__le64);
	struct vmh_gpadl_build *build;
	struct pending *pending;
	int err;

	lockdep_assert_held(&p->lock);
	if (bytes >= size || size > U16_MAX || size % sizeof(__le64) ||
	    find_pending(p, id) || xa_load(&p->gpadls, key(relid, id)))
		return -EINVAL;
	err = charge(&p->quota, frames);
	if (err)
		return err;
	pending = kmalloc(sizeof(*pending), GFP_KERNEL_ACCOUNT);
	build = kvmalloc(struct_size(build, data, size), GFP_KERNEL_ACCOUNT);
	if (!pending || !build) {
		kfree(pending);
		kvfree(build);
		vmh_gpadl_uncharge(&p->quota, frames);
		return -ENOMEM;
	}
	*build = (struct vmh_gpadl_build) {
		.relid = relid, .id = id, .bytes = bytes, .size = size,
		.charged = frames,
	};
	memcpy(build->data, data, bytes);
	pending->build = build;
	list_add_tail(&pending->node, &p->builds);
	return 0;
}

/**
 * vmh_gpadl_id() - what the guest calls a GPADL
 * @gpadl: from vmh_gpadl_get()
 *
 * Return: the number that vmh_gpadl_get() was given.
 */
u32 vmh_gpadl_id(const struct vmh_gpadl *gpadl)
{
	return gpadl->id;
}
EXPORT_SYMBOL_GPL(vmh_gpadl_id);

/**
 * vmh_gpadl_size() - bytes of a GPADL
 * @gpadl: from vmh_gpadl_get()
 *
 * Return: at least 1.
 */
u32 vmh_gpadl_size(const struct vmh_gpadl *gpadl)
{
	return gpadl->bytes;
}
EXPORT_SYMBOL_GPL(vmh_gpadl_size);

/**
 * vmh_gpadl_map() - where a GPADL is mapped
 * @gpadl: from vmh_gpadl_get()
 *
 * What is there changes as the guest likes: it is written to, or copied from once.
 *
 * Return: its first byte, until vmh_gpadl_put(); NULL if the guest is copied from and
 * to, and then only the calls that follow reach it.
 */
void *vmh_gpadl_map(const struct vmh_gpadl *gpadl)
{
	return gpadl->mem.base;
}
EXPORT_SYMBOL_GPL(vmh_gpadl_map);

/**
 * vmh_gpadl_write() - write into a GPADL
 * @gpadl: from vmh_gpadl_get()
 * @offset: where in it
 * @from: what
 * @len: how much
 *
 * Context: process; any if guest memory is mapped.
 * Return: 0, -ERANGE if it does not lie within, -EFAULT.
 */
int vmh_gpadl_write(const struct vmh_gpadl *gpadl, u32 offset, const void *from,
		    u32 len)
{
	if (offset > gpadl->bytes || len > gpadl->bytes - offset)
		return -ERANGE;
	if (!gpadl->mem.base)
		return write_pages(&gpadl->mem, offset, from, len);
	memcpy(gpadl->mem.base + offset, from, len);
	return 0;
}
EXPORT_SYMBOL_GPL(vmh_gpadl_write);

/**
 * vmh_gpadl_read() - read from a GPADL
 * @gpadl: from vmh_gpadl_get()
 * @offset: where in it
 * @to: where to
 * @len: how much
 *
 * Context: process; any if guest memory is mapped.
 * Return: 0, -ERANGE if it does not lie within, -EFAULT.
 */
int vmh_gpadl_read(const struct vmh_gpadl *gpadl, u32 offset, void *to, u32 len)
{
	if (offset > gpadl->bytes || len > gpadl->bytes - offset)
		return -ERANGE;
	if (!gpadl->mem.base)
		return read_pages(&gpadl->mem, offset, to, len);
	memcpy(to, gpadl->mem.base + offset, len);
	return 0;
}
EXPORT_SYMBOL_GPL(vmh_gpadl_read);

/**
 * vmh_channel_memory() - begin to walk through the memory that a packet refers to
 * @iter: the walk
 * @packet: a packet of the channel; stays while the walk lasts
 */
void vmh_channel_memory(struct vmh_gpa_iter *iter,
			const struct vmh_packet *packet)
{
	vmh_packet_gpa(iter, packet);
}
EXPORT_SYMBOL_GPL(vmh_channel_memory);

/**
 * vmh_channel_skip() - pass what a packet refers to over
 * @iter: the walk; advanced
 * @len: how much, or less if the packet refers to less
 */
void vmh_channel_skip(struct vmh_gpa_iter *iter, u32 len)
{
	u64 gpa;
	u32 n;

	for (; len; len -= n) {
		n = vmh_gpa_next(iter, &gpa, len);
		if (!n)
			return;
	}
}
EXPORT_SYMBOL_GPL(vmh_channel_skip);

/**
 * vmh_channel_copy_piece() - copy of what a GPA-direct packet refers to what lies together
 * @ch: the channel, open
 * @iter: where in the guest's memory; advanced
 * @to: where to
 * @max: how much, at most
 *
 * A piece is never more than the rest of a range, or of a page.
 *
 * Context: process.
 * Return: how much, 0 at the end, -EFAULT if that is no memory.
 */
int vmh_channel_copy_piece(struct vmh_channel *ch, struct vmh_gpa_iter *iter,
			   void *to, u32 max)
{
	const struct vmh_partition *p = ch->partition;
	u64 gpa;
	u32 n = vmh_gpa_next(iter, &gpa, max);

	return n ? p->transport->copy_from(p->guest, gpa, to, n) ?: n : 0;
}
EXPORT_SYMBOL_GPL(vmh_channel_copy_piece);

/**
 * vmh_channel_copy_from() - copy what a GPA-direct packet refers to
 * @ch: the channel, open
 * @iter: where in the guest's memory; advanced
 * @to: where to
 * @len: how much
 *
 * Context: process.
 * Return: 0, -ERANGE if the packet refers to less, -EFAULT if that is no memory.
 */
int vmh_channel_copy_from(struct vmh_channel *ch, struct vmh_gpa_iter *iter,
			  void *to, u32 len)
{
	int n;

	for (; len; len -= n, to += n) {
		n = vmh_channel_copy_piece(ch, iter, to, len);
		if (n <= 0)
			return n ?: -ERANGE;
	}
	return 0;
}
EXPORT_SYMBOL_GPL(vmh_channel_copy_from);

/**
 * vmh_channel_copy_to() - copy to what a GPA-direct packet refers to
 * @ch: the channel, open
 * @iter: where in the guest's memory; advanced
 * @from: what
 * @len: how much
 *
 * Context: process.
 * Return: 0, -ERANGE if the packet refers to less, -EFAULT if that is no memory.
 */
int vmh_channel_copy_to(struct vmh_channel *ch, struct vmh_gpa_iter *iter,
			const void *from, u32 len)
{
	const struct vmh_partition *p = ch->partition;
	u64 gpa;
	int err;
	u32 n;

	for (; len; len -= n, from += n) {
		n = vmh_gpa_next(iter, &gpa, len);
		if (!n)
			return -ERANGE;
		err = p->transport->copy_to(p->guest, gpa, from, n);
		if (err)
			return err;
	}
	return 0;
}
EXPORT_SYMBOL_GPL(vmh_channel_copy_to);
