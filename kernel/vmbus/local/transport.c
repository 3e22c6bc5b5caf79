// SPDX-License-Identifier: GPL-2.0
/*
 * The transport: a guest physical address is a physical address of this machine.
 *
 * Nothing is pinned that would not stay by itself: drivers keep their buffers until
 * the host has said that it uses them no more, or is gone.
 */
#include <linux/highmem.h>
#include <linux/ioport.h>
#include <linux/memory_hotplug.h>
#include <linux/mm.h>
#include <linux/pgtable.h>
#include <uapi/linux/vmbus_host.h>

#include "local.h"

bool vml_copy;

/* Memory, and neither a device's nor a hole. */
static struct page *to_page(u64 pfn)
{
	struct page *page = pfn_to_online_page(pfn);

	if (!page)
		return NULL;
	/* The kernel's own data is reserved too, and so are holes. */
	if (PageReserved(page) && !page_is_ram(pfn))
		return NULL;
	return page;
}

/* Within a page. What is 4 aligned bytes is accessed at once. */
static __always_inline void copy_piece(u8 *at, void *buf, u32 len, bool write)
{
	if (len == sizeof(u32) && IS_ALIGNED((unsigned long)at, sizeof(u32)) &&
	    IS_ALIGNED((unsigned long)buf, sizeof(u32))) {
		if (write)
			WRITE_ONCE(*(u32 *)at, *(u32 *)buf);
		else
			*(u32 *)buf = READ_ONCE(*(u32 *)at);
	} else if (write) {
		memcpy(at, buf, len);
	} else {
		memcpy(buf, at, len);
	}
}

static __always_inline int copy_within(u64 gpa, void *buf, u32 len, bool write)
{
	struct page *page = to_page(gpa >> PAGE_SHIFT);
	u8 *base;

	if (!page)
		return -EFAULT;
	base = kmap_local_page(page);
	copy_piece(base + offset_in_page(gpa), buf, len, write);
	kunmap_local(base);
	return 0;
}

static __always_inline int copy(u64 gpa, void *buf, u32 len, bool write)
{
	int err;
	u32 n;

	/* Mostly it is. */
	if (likely(offset_in_page(gpa) + len <= PAGE_SIZE))
		return copy_within(gpa, buf, len, write);
	for (; len; len -= n, gpa += n, buf += n) {
		n = min_t(u32, len, PAGE_SIZE - offset_in_page(gpa));
		err = copy_within(gpa, buf, n, write);
		if (err)
			return err;
	}
	return 0;
}

static int local_copy_from(void *guest, u64 gpa, void *to, u32 len)
{
	return copy(gpa, to, len, false);
}

static int local_copy_to(void *guest, u64 gpa, const void *from, u32 len)
{
	return copy(gpa, (void *)from, len, true);
}

static int local_pin(void *guest, const u64 *pfns, u32 n, struct page **pages)
{
	u32 i;

	for (i = 0; i < n; i++) {
		pages[i] = to_page(pfns[i]);
		if (!pages[i])
			return -EFAULT;
	}
	return 0;
}

static void local_unpin(void *guest, struct page **pages, u32 n, bool dirty)
{
}

static void local_kick(void *guest, u32 relid, u32 vp)
{
	struct vml_guest *g = guest;
	struct vml_channel *c;

	rcu_read_lock();
	c = xa_load(&g->channels, relid);
	if (c && vp != VMH_VP_NONE)
		vml_irq_raise(c, vp);
	rcu_read_unlock();
}

static void local_message(void *guest)
{
	struct vml_guest *g = guest;

	queue_work(vml_message_wq, &g->message_work);
}

static void local_gone(void *guest)
{
	vml_wait_abort(guest);
	vml_guest_leave(guest);
}

struct vmh_transport vml_transport = {
	.name		= "local",
	.kind		= VMBUS_HOST_TRANSPORT_LOCAL,
	.prompt		= true,
	.lets_go	= true,
	.copy_from	= local_copy_from,
	.copy_to	= local_copy_to,
	.pin		= local_pin,
	.unpin		= local_unpin,
	.borrow		= local_pin,
	.kick		= local_kick,
	.message	= local_message,
	.gone		= local_gone,
	.attach		= vml_guest_create,
};
