// SPDX-License-Identifier: GPL-2.0
/*
 * /dev/vmbus_host: the transport whose guest is a process, or a VM that a process runs.
 * What it offers is in uapi/linux/vmbus_dev.h. /dev/vmbus is a folder, where hv_utils
 * has its nodes for daemons.
 *
 * Guest memory is the process's, found through its regions. What is mapped is
 * pinned, and counts against its limit of locked memory.
 */
#include <linux/compat.h>
#include <linux/eventfd.h>
#include <linux/file.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/nsproxy.h>
#include <linux/poll.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/uio.h>
#include <uapi/linux/vmbus_dev.h>

#include "partition.h"

/**
 * struct vp - how a processor is interrupted
 * @file: whose; for its limit of locked memory
 * @event: what is signalled, or NULL
 * @page: pinned, where its event flags are, or NULL
 * @flags: therein
 */
struct vp {
	struct vmh_file *file;
	struct eventfd_ctx *event;
	struct page *page;
	unsigned long *flags;
};

/**
 * struct signal - an eventfd by which the guest signals
 * @file: whose
 * @relid: the channel
 * @event: the eventfd
 * @wait: waits for it
 * @table: to begin to
 */
struct signal {
	struct vmh_file *file;
	u32 relid;
	struct eventfd_ctx *event;
	wait_queue_entry_t wait;
	poll_table table;
};

/**
 * struct vmh_file - an open node
 * @mm: whose memory it is; grabbed
 * @lock: one ioctl at a time
 * @partition: whose guest it is, or NULL; set once
 * @gone: the partition was removed
 * @wait: for messages
 * @regions_lock: protects the regions
 * @regions: what of the memory is the guest's, in no order
 * @nr_regions: how many
 * @vps: struct vp, by index
 * @signals: struct signal, by relid
 */
struct vmh_file {
	struct mm_struct *mm;
	struct mutex lock; /* see above */
	struct vmh_partition *partition;
	bool gone;
	wait_queue_head_t wait;
	struct rw_semaphore regions_lock;
	struct vmbus_dev_region regions[VMBUS_DEV_REGIONS_MAX];
	u32 nr_regions;
	struct xarray vps;
	struct xarray signals;
};

/* Where guest memory is in the process: all of @len bytes, or -EFAULT. */
static int find_address(struct vmh_file *file, u64 gpa, u32 len,
			unsigned long *address)
{
	const struct vmbus_dev_region *r;
	int err = -EFAULT;
	u32 i;

	down_read(&file->regions_lock);
	for (i = 0; i < file->nr_regions; i++) {
		r = &file->regions[i];
		if (gpa >= r->gpa && gpa - r->gpa < r->size &&
		    len <= r->size - (gpa - r->gpa)) {
			*address = r->address + (gpa - r->gpa);
			err = 0;
			break;
		}
	}
	up_read(&file->regions_lock);
	return err;
}

/* In the address space of the process. Ring indices must be read at once. */
static int copy_user(unsigned long address, void *buf, u32 len, bool write)
{
	void __user *user = (void __user *)address;
	u32 word;

	if (len == sizeof(word) && !(address % sizeof(word))) {
		if (write)
			return put_user(*(u32 *)buf, (u32 __user *)user);
		if (get_user(word, (u32 __user *)user))
			return -EFAULT;
		*(u32 *)buf = word;
		return 0;
	}
	if (write)
		return copy_to_user(user, buf, len) ? -EFAULT : 0;
	return copy_from_user(buf, user, len) ? -EFAULT : 0;
}

/*
 * In somebody else's. What a user would have to provide first (userfaultfd) is no
 * memory for us: we do not wait for him.
 */
static int copy_remote(struct mm_struct *mm, unsigned long address, void *buf,
		       u32 len, bool write)
{
	struct page *page;
	void *at;
	long n;

	mmap_read_lock(mm);
	n = pin_user_pages_remote(mm, address & PAGE_MASK, 1,
				  write ? FOLL_WRITE : 0, &page, NULL);
	mmap_read_unlock(mm);
	if (n != 1)
		return -EFAULT;
	at = page_address(page) + offset_in_page(address);
	if (len == sizeof(u32) && !(address % sizeof(u32))) {
		if (write)
			WRITE_ONCE(*(u32 *)at, *(u32 *)buf);
		else
			*(u32 *)buf = READ_ONCE(*(u32 *)at);
	} else if (write) {
		memcpy(at, buf, len);
	} else {
		memcpy(buf, at, len);
	}
	unpin_user_pages_dirty_lock(&page, 1, write);
	return 0;
}

/* All of it lies in one page. */
static int copy(struct vmh_file *file, u64 gpa, void *buf, u32 len, bool write)
{
	unsigned long address;
	int err;

	err = find_address(file, gpa, len, &address);
	if (err)
		return err;
	if (current->mm == file->mm)
		return copy_user(address, buf, len, write);
	if (!mmget_not_zero(file->mm))
		return -EFAULT;
	err = copy_remote(file->mm, address, buf, len, write);
	mmput(file->mm);
	return err;
}

static int dev_copy_from(void *guest, u64 gpa, void *to, u32 len)
{
	return copy(guest, gpa, to, len, false);
}

static int dev_copy_to(void *guest, u64 gpa, const void *from, u32 len)
{
	return copy(guest, gpa, (void *)from, len, true);
}

static void unpin(struct vmh_file *file, struct page **pages, u32 n, bool dirty)
{
	unpin_user_pages_dirty_lock(pages, n, dirty);
	account_locked_vm(file->mm, n, false);
}

/* Frames that lie together are pinned together. */
static int find_run(struct vmh_file *file, const u64 *pfns, u32 n,
		    unsigned long *address, u32 *run)
{
	unsigned long next;
	int err;
	u32 i;

	err = find_address(file, pfns[0] << VMH_PAGE_SHIFT, VMH_PAGE_SIZE, address);
	if (err)
		return err;
	for (i = 1; i < n; i++) {
		if (pfns[i] != pfns[0] + i ||
		    find_address(file, pfns[i] << VMH_PAGE_SHIFT, VMH_PAGE_SIZE,
				 &next) ||
		    next != *address + ((unsigned long)i << PAGE_SHIFT))
			break;
	}
	*run = i;
	return 0;
}

static int pin_run(unsigned long address, u32 n, struct page **pages)
{
	u32 done = 0;
	int ret;

	while (done < n) {
		ret = pin_user_pages_fast(address + ((unsigned long)done << PAGE_SHIFT),
					  n - done, FOLL_WRITE | FOLL_LONGTERM,
					  pages + done);
		if (ret <= 0) {
			unpin_user_pages(pages, done);
			return ret == -ENOMEM ? ret : -EFAULT;
		}
		done += ret;
		cond_resched();
	}
	return 0;
}

/* Only what is called by the process itself needs pages that stay. */
static int dev_pin(void *guest, const u64 *pfns, u32 n, struct page **pages)
{
	struct vmh_file *file = guest;
	unsigned long address;
	u32 done = 0, run;
	int err;

	if (current->mm != file->mm)
		return -EFAULT;
	err = account_locked_vm(file->mm, n, true);
	if (err)
		return -EDQUOT;
	while (done < n) {
		err = find_run(file, pfns + done, n - done, &address, &run);
		if (err)
			goto undo;
		err = pin_run(address, run, pages + done);
		if (err)
			goto undo;
		done += run;
	}
	return 0;

undo:
	unpin_user_pages(pages, done);
	account_locked_vm(file->mm, n, false);
	return err;
}

static void dev_unpin(void *guest, struct page **pages, u32 n, bool dirty)
{
	unpin(guest, pages, n, dirty);
}

/*
 * In whatever process: as direct IO does, pages that do not stay for long are not
 * counted as locked. There is no waiting for a user here, either.
 */
static int borrow_run(struct mm_struct *mm, unsigned long address, u32 n,
		      struct page **pages)
{
	long ret;

	mmap_read_lock(mm);
	ret = pin_user_pages_remote(mm, address, n, FOLL_WRITE, pages, NULL);
	mmap_read_unlock(mm);
	if (ret == n)
		return 0;
	if (ret > 0)
		unpin_user_pages(pages, ret);
	return ret == -ENOMEM ? ret : -EFAULT;
}

static int dev_borrow(void *guest, const u64 *pfns, u32 n, struct page **pages)
{
	struct vmh_file *file = guest;
	unsigned long address;
	u32 done = 0, run;
	int err = 0;

	if (!mmget_not_zero(file->mm))
		return -EFAULT;
	while (done < n) {
		err = find_run(file, pfns + done, n - done, &address, &run);
		if (err)
			break;
		err = borrow_run(file->mm, address, run, pages + done);
		if (err)
			break;
		done += run;
	}
	mmput(file->mm);
	if (err)
		unpin_user_pages(pages, done);
	return err;
}

static void dev_give_back(void *guest, struct page **pages, u32 n, bool dirty)
{
	unpin_user_pages_dirty_lock(pages, n, dirty);
}

static void dev_kick(void *guest, u32 relid, u32 index)
{
	struct vmh_file *file = guest;
	struct vp *vp;

	rcu_read_lock();
	vp = xa_load(&file->vps, index);
	/* A flag that is still set: the guest has not looked since. */
	if (vp && !(vp->flags && test_and_set_bit_le(relid, vp->flags)) &&
	    vp->event)
		eventfd_signal(vp->event);
	rcu_read_unlock();
}

static void dev_message(void *guest)
{
	struct vmh_file *file = guest;

	wake_up_interruptible_poll(&file->wait, EPOLLIN | EPOLLRDNORM);
}

static void dev_gone(void *guest)
{
	struct vmh_file *file = guest;

	WRITE_ONCE(file->gone, true);
	wake_up_interruptible_poll(&file->wait, EPOLLHUP | EPOLLERR);
}

static const struct vmh_transport dev_transport = {
	.name		= "device",
	.kind		= VMBUS_HOST_TRANSPORT_DEVICE,
	.copy_from	= dev_copy_from,
	.copy_to	= dev_copy_to,
	.pin		= dev_pin,
	.unpin		= dev_unpin,
	.borrow		= dev_borrow,
	.give_back	= dev_give_back,
	.kick		= dev_kick,
	.message	= dev_message,
	.gone		= dev_gone,
};

/* Whose guest is it? Set once, and then there as long as the node is open. */
static struct vmh_partition *attached(struct vmh_file *file, int *err)
{
	/* Pairs with attach(). */
	struct vmh_partition *p = smp_load_acquire(&file->partition);

	*err = 0;
	if (!p)
		*err = -ENOTCONN;
	else if (READ_ONCE(file->gone))
		*err = -ENODEV;
	return *err ? NULL : p;
}

static int attach(struct vmh_file *file, void __user *arg)
{
	struct vmbus_dev_attach a;
	struct vmh_partition *p;
	int err;

	if (copy_from_user(&a, arg, sizeof(a)))
		return -EFAULT;
	if (a.flags & ~VMBUS_DEV_ATTACH_COPY || a.reserved ||
	    strnlen(a.name, sizeof(a.name)) == sizeof(a.name))
		return -EINVAL;
	if (!capable(CAP_NET_ADMIN))
		return -EPERM;
	if (file->partition)
		return -EISCONN;
	p = vmh_partition_find(current->nsproxy->net_ns, a.name);
	if (!p)
		return -ENOENT;
	err = vmh_attach(p, &dev_transport, file,
			 !(a.flags & VMBUS_DEV_ATTACH_COPY));
	if (err) {
		vmh_partition_put(p);
		return err;
	}
	/* Pairs with attached(). */
	smp_store_release(&file->partition, p);
	return 0;
}

static bool overlaps(const struct vmbus_dev_region *a,
		     const struct vmbus_dev_region *b)
{
	return a->gpa < b->gpa + b->size && b->gpa < a->gpa + a->size;
}

static int set_region(struct vmh_file *file, void __user *arg)
{
	struct vmbus_dev_region r;
	int err = 0;
	u32 i;

	if (copy_from_user(&r, arg, sizeof(r)))
		return -EFAULT;
	if (r.reserved || r.gpa % VMH_PAGE_SIZE || r.size % VMH_PAGE_SIZE ||
	    r.address % VMH_PAGE_SIZE || r.gpa >> 52 || r.size >> 52 ||
	    r.address != (unsigned long)r.address ||
	    !access_ok((void __user *)(unsigned long)r.address, r.size))
		return -EINVAL;
	down_write(&file->regions_lock);
	if (!r.size) {
		for (i = 0; i < file->nr_regions; i++) {
			if (file->regions[i].gpa == r.gpa)
				break;
		}
		if (i < file->nr_regions)
			file->regions[i] = file->regions[--file->nr_regions];
		else
			err = -ENOENT;
		goto unlock;
	}
	for (i = 0; i < file->nr_regions; i++) {
		if (overlaps(&file->regions[i], &r))
			err = -EEXIST;
	}
	if (!err && file->nr_regions == VMBUS_DEV_REGIONS_MAX)
		err = -ENOSPC;
	if (!err)
		file->regions[file->nr_regions++] = r;
unlock:
	up_write(&file->regions_lock);
	return err;
}

static void vp_release(struct vp *vp)
{
	if (vp->event)
		eventfd_ctx_put(vp->event);
	if (vp->page)
		unpin(vp->file, &vp->page, 1, true);
	kfree(vp);
}

static int set_vp(struct vmh_file *file, void __user *arg)
{
	struct vmbus_dev_vp a;
	struct vp *vp, *old;
	u64 pfn;
	int err;

	if (copy_from_user(&a, arg, sizeof(a)))
		return -EFAULT;
	if (a.vp >= VMBUS_DEV_VPS_MAX ||
	    (a.flags != U64_MAX && a.flags % VMBUS_DEV_FLAGS_BYTES))
		return -EINVAL;
	vp = kzalloc(sizeof(*vp), GFP_KERNEL_ACCOUNT);
	if (!vp)
		return -ENOMEM;
	vp->file = file;
	if (a.fd >= 0) {
		vp->event = eventfd_ctx_fdget(a.fd);
		if (IS_ERR(vp->event)) {
			err = PTR_ERR(vp->event);
			vp->event = NULL;
			goto release;
		}
	}
	if (a.flags != U64_MAX) {
		pfn = a.flags >> VMH_PAGE_SHIFT;
		err = dev_pin(file, &pfn, 1, &vp->page);
		if (err) {
			vp->page = NULL;
			err = err == -EFAULT ? -EINVAL : err;
			goto release;
		}
		vp->flags = page_address(vp->page) + a.flags % VMH_PAGE_SIZE;
	}
	/* A flag that was set before had nobody to tell. */
	if (vp->event)
		eventfd_signal(vp->event);
	old = xa_store(&file->vps, a.vp, vp, GFP_KERNEL_ACCOUNT);
	err = xa_err(old);
	if (err)
		goto release;
	if (old) {
		/* A kick may be at it. */
		synchronize_rcu();
		vp_release(old);
	}
	return 0;

release:
	vp_release(vp);
	return err;
}

/* With the lock of the eventfd's queue, by whoever writes to it. */
static int signalled(wait_queue_entry_t *wait, unsigned int mode, int sync,
		     void *key)
{
	struct signal *signal = container_of(wait, struct signal, wait);
	u64 count;

	if (key_to_poll(key) & EPOLLIN) {
		eventfd_ctx_do_read(signal->event, &count);
		vmh_kick(signal->file->partition, signal->relid);
	}
	return 0;
}

static void add_wait(struct file *eventfd, wait_queue_head_t *queue,
		     poll_table *table)
{
	struct signal *signal = container_of(table, struct signal, table);

	add_wait_queue_priority(queue, &signal->wait);
}

static void signal_remove(struct signal *signal)
{
	u64 count;

	eventfd_ctx_remove_wait_queue(signal->event, &signal->wait, &count);
	eventfd_ctx_put(signal->event);
	kfree(signal);
}

static int set_event(struct vmh_file *file, void __user *arg)
{
	struct vmbus_dev_event a;
	struct signal *signal, *old;
	struct file *eventfd;
	int err;

	if (copy_from_user(&a, arg, sizeof(a)))
		return -EFAULT;
	if (!a.relid || a.relid > VMBUS_HOST_CHANNELS_MAX)
		return -EINVAL;
	if (!attached(file, &err))
		return err;
	old = xa_erase(&file->signals, a.relid);
	if (old)
		signal_remove(old);
	if (a.fd < 0)
		return 0;

	eventfd = fget(a.fd);
	if (!eventfd)
		return -EBADF;
	signal = kzalloc(sizeof(*signal), GFP_KERNEL_ACCOUNT);
	err = -ENOMEM;
	if (!signal)
		goto put;
	signal->file = file;
	signal->relid = a.relid;
	signal->event = eventfd_ctx_fileget(eventfd);
	if (IS_ERR(signal->event)) {
		err = PTR_ERR(signal->event);
		goto free;
	}
	err = xa_err(xa_store(&file->signals, a.relid, signal,
			      GFP_KERNEL_ACCOUNT));
	if (err)
		goto ctx;
	init_waitqueue_func_entry(&signal->wait, signalled);
	init_poll_funcptr(&signal->table, add_wait);
	/* What was signalled before counts. */
	if (vfs_poll(eventfd, &signal->table) & EPOLLIN)
		vmh_kick(file->partition, a.relid);
	fput(eventfd);
	return 0;

ctx:
	eventfd_ctx_put(signal->event);
free:
	kfree(signal);
put:
	fput(eventfd);
	return err;
}

/* State is as long as guests have shown memory; what is longer is none. */
#define STATE_MAX	(64U << 20)

static int save(struct vmh_file *file, void __user *arg)
{
	struct vmbus_dev_state s;
	struct vmh_partition *p;
	void *state;
	u64 room;
	u32 size;
	int err;

	if (copy_from_user(&s, arg, sizeof(s)))
		return -EFAULT;
	p = attached(file, &err);
	if (!p)
		return err;
	state = vmh_save(p, &size);
	if (IS_ERR(state))
		return PTR_ERR(state);
	room = s.size;
	s.size = size;
	if (copy_to_user(arg, &s, sizeof(s)))
		err = -EFAULT;
	else if (room < size)
		err = -ENOSPC;
	else if (copy_to_user((void __user *)(unsigned long)s.address, state,
			      size))
		err = -EFAULT;
	kvfree(state);
	return err;
}

static int restore(struct vmh_file *file, void __user *arg)
{
	struct vmbus_dev_state s;
	struct vmh_partition *p;
	void *state;
	int err;

	if (copy_from_user(&s, arg, sizeof(s)))
		return -EFAULT;
	p = attached(file, &err);
	if (!p)
		return err;
	if (!s.size || s.size > STATE_MAX)
		return -EINVAL;
	state = vmemdup_user((void __user *)(unsigned long)s.address, s.size);
	if (IS_ERR(state))
		return PTR_ERR(state);
	err = vmh_restore(p, state, s.size);
	kvfree(state);
	return err;
}

static int resume(struct vmh_file *file)
{
	struct vmh_partition *p;
	int err;

	p = attached(file, &err);
	return p ? vmh_resume(p) : err;
}

static long dev_ioctl(struct file *filp, unsigned int cmd, unsigned long arg)
{
	struct vmh_file *file = filp->private_data;
	void __user *user = (void __user *)arg;
	struct vmh_partition *p;
	int err;

	if (current->mm != file->mm)
		return -EIO;
	/* Without a lock: this is how a guest signals. */
	if (cmd == VMBUS_DEV_SIGNAL) {
		p = attached(file, &err);
		if (!p)
			return err;
		return arg <= U32_MAX && vmh_kick(p, arg) ? 0 : -ENOENT;
	}
	mutex_lock(&file->lock);
	switch (cmd) {
	case VMBUS_DEV_ATTACH:
		err = attach(file, user);
		break;
	case VMBUS_DEV_SET_REGION:
		err = set_region(file, user);
		break;
	case VMBUS_DEV_SET_VP:
		err = set_vp(file, user);
		break;
	case VMBUS_DEV_SET_EVENT:
		err = set_event(file, user);
		break;
	case VMBUS_DEV_SAVE:
		err = save(file, user);
		break;
	case VMBUS_DEV_RESTORE:
		err = restore(file, user);
		break;
	case VMBUS_DEV_RESUME:
		err = resume(file);
		break;
	default:
		err = -ENOTTY;
	}
	mutex_unlock(&file->lock);
	return err;
}

static ssize_t dev_write(struct kiocb *iocb, struct iov_iter *from)
{
	struct vmh_file *file = iocb->ki_filp->private_data;
	size_t len = iov_iter_count(from);
	u8 message[VMH_MSG_MAX] __aligned(8);
	struct vmh_partition *p;
	int err;

	if (current->mm != file->mm)
		return -EIO;
	p = attached(file, &err);
	if (!p)
		return err;
	if (len > sizeof(message))
		return -EMSGSIZE;
	if (!copy_from_iter_full(message, len, from))
		return -EFAULT;
	err = vmh_post(p, message, len);
	return err ?: len;
}

static ssize_t dev_read(struct kiocb *iocb, struct iov_iter *to)
{
	struct vmh_file *file = iocb->ki_filp->private_data;
	u8 message[VMH_MSG_MAX] __aligned(8);
	struct vmh_partition *p;
	int len, err;

	p = attached(file, &err);
	if (!p)
		return err;
	if (iov_iter_count(to) < sizeof(message))
		return -EINVAL;
	while (!(len = vmh_message_read(p, message))) {
		if (iocb->ki_filp->f_flags & O_NONBLOCK ||
		    iocb->ki_flags & IOCB_NOWAIT)
			return -EAGAIN;
		err = wait_event_interruptible(file->wait,
					       READ_ONCE(file->gone) ||
					       vmh_message_pending(p));
		if (err)
			return err;
		if (READ_ONCE(file->gone))
			return -ENODEV;
	}
	return copy_to_iter(message, len, to) == len ? len : -EFAULT;
}

static __poll_t dev_poll(struct file *filp, poll_table *table)
{
	struct vmh_file *file = filp->private_data;
	struct vmh_partition *p;
	int err;

	poll_wait(filp, &file->wait, table);
	p = attached(file, &err);
	if (!p)
		return EPOLLHUP | EPOLLERR;
	return (vmh_post_possible(p) ? EPOLLOUT | EPOLLWRNORM : 0) |
	       (vmh_message_pending(p) ? EPOLLIN | EPOLLRDNORM : 0);
}

static int dev_open(struct inode *inode, struct file *filp)
{
	struct vmh_file *file;

	if (!current->mm)
		return -EINVAL;
	file = kvzalloc(sizeof(*file), GFP_KERNEL_ACCOUNT);
	if (!file)
		return -ENOMEM;
	mmgrab(current->mm);
	file->mm = current->mm;
	mutex_init(&file->lock);
	init_waitqueue_head(&file->wait);
	init_rwsem(&file->regions_lock);
	xa_init(&file->vps);
	xa_init(&file->signals);
	filp->private_data = file;
	return stream_open(inode, filp);
}

static int dev_release(struct inode *inode, struct file *filp)
{
	struct vmh_file *file = filp->private_data;
	struct signal *signal;
	unsigned long i;
	struct vp *vp;

	xa_for_each(&file->signals, i, signal)
		signal_remove(signal);
	xa_destroy(&file->signals);
	if (file->partition) {
		vmh_detach(file->partition, file);
		vmh_partition_put(file->partition);
	}
	/* All channels are closed: nobody kicks. */
	xa_for_each(&file->vps, i, vp)
		vp_release(vp);
	xa_destroy(&file->vps);
	mmdrop(file->mm);
	mutex_destroy(&file->lock);
	kvfree(file);
	return 0;
}

static const struct file_operations dev_fops = {
	.owner		= THIS_MODULE,
	.open		= dev_open,
	.release	= dev_release,
	.read_iter	= dev_read,
	.write_iter	= dev_write,
	.poll		= dev_poll,
	.unlocked_ioctl	= dev_ioctl,
	.compat_ioctl	= compat_ptr_ioctl,
	.llseek		= noop_llseek,
};

static struct miscdevice dev_misc = {
	.minor	= MISC_DYNAMIC_MINOR,
	.name	= "vmbus_host",
	.fops	= &dev_fops,
	.mode	= 0600,
};

/**
 * vmh_dev_init() - make the node
 *
 * Return: 0 or a negative errno.
 */
int __init vmh_dev_init(void)
{
	return misc_register(&dev_misc);
}

/**
 * vmh_dev_exit() - take it away; nobody has it open
 */
void vmh_dev_exit(void)
{
	misc_deregister(&dev_misc);
}
