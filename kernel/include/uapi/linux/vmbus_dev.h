/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * /dev/vmbus_host: a process is the guest of a partition of vmbus_host, or stands
 * for one, as a VMM does.
 *
 *	fd = open("/dev/vmbus_host", O_RDWR);
 *	ioctl(fd, VMBUS_DEV_ATTACH, ...)	become the guest of a partition
 *	ioctl(fd, VMBUS_DEV_SET_REGION, ...)	what of our memory is the guest's
 *	ioctl(fd, VMBUS_DEV_SET_VP, ...)	how a processor is interrupted
 *	write(fd, message, length)		post a control message (HvPostMessage)
 *	read(fd, message, 240)			the next one from the host
 *	poll(fd)				POLLIN: there is one
 *	ioctl(fd, VMBUS_DEV_SIGNAL, relid)	signal a channel (HvSignalEvent), or
 *	ioctl(fd, VMBUS_DEV_SET_EVENT, ...)	by an eventfd, as KVM does by itself
 *	ioctl(fd, VMBUS_DEV_SAVE, ...)		stop, and write down how it stands
 *	ioctl(fd, VMBUS_DEV_RESTORE, ...)	begin with what was written down
 *	ioctl(fd, VMBUS_DEV_RESUME)		go on, after either
 *	close(fd)				the guest is gone
 *
 * One message per write() and read(). write() fails with EAGAIN while too many
 * answers are unread, and the host's answer to what was posted is there when it
 * returns. All is for the process that opened the node: memory is found in its
 * address space. When the partition is removed everything fails with ENODEV, and
 * poll() says POLLHUP.
 */
#ifndef _UAPI_LINUX_VMBUS_DEV_H
#define _UAPI_LINUX_VMBUS_DEV_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define VMBUS_DEV_MESSAGE_MAX	240
#define VMBUS_DEV_REGIONS_MAX	64
#define VMBUS_DEV_VPS_MAX	1024
#define VMBUS_DEV_FLAGS_BYTES	256

/* The host shall copy from and to guest memory, never map it. */
#define VMBUS_DEV_ATTACH_COPY	1U

/**
 * struct vmbus_dev_attach - become the guest of a partition
 * @name: the partition's, in the caller's network namespace
 * @flags: VMBUS_DEV_ATTACH_*
 * @reserved: 0
 *
 * EBUSY if it has a guest, ENOENT if there is none of the name, EPERM without
 * CAP_NET_ADMIN in the initial user namespace.
 */
struct vmbus_dev_attach {
	char name[32];
	__u32 flags;
	__u32 reserved;
};

/**
 * struct vmbus_dev_region - a piece of guest physical memory
 * @gpa: where the guest sees it
 * @size: bytes; 0 removes the region that begins at @gpa
 * @address: where the process does
 * @reserved: 0
 *
 * All in whole pages of 4096 bytes. EEXIST if it overlaps another one, ENOSPC for
 * one too many. What was pinned of a region stays pinned after its removal, until
 * the guest lets go of it.
 */
struct vmbus_dev_region {
	__u64 gpa;
	__u64 size;
	__u64 address;
	__u64 reserved;
};

/**
 * struct vmbus_dev_vp - how a processor of the guest is interrupted
 * @vp: its index
 * @fd: an eventfd that is signalled, as an irqfd of KVM's is; -1 for none
 * @flags: where in the guest's memory its 2048 event flags are (SIEFP, of SINT 2),
 *	aligned to %VMBUS_DEV_FLAGS_BYTES; all ones for none
 *
 * The host sets the bit of a channel's relid in @flags, and then signals @fd if
 * the bit was clear; and once now, as flags may be set already. EINVAL if
 * @flags is none of the guest's memory.
 */
struct vmbus_dev_vp {
	__u32 vp;
	__s32 fd;
	__u64 flags;
};

/**
 * struct vmbus_dev_event - an eventfd by which the guest signals a channel
 * @relid: the channel
 * @fd: the eventfd; -1 takes away what was set
 */
struct vmbus_dev_event {
	__u32 relid;
	__s32 fd;
};

/**
 * struct vmbus_dev_state - where saved state is, or is to be
 * @address: of the process
 * @size: bytes there; set to how many the state has
 *
 * VMBUS_DEV_SAVE stops the partition: the host neither reads nor writes guest
 * memory any more, so that what is in it belongs to the state. ENOSPC if there is too
 * little room, and then @size is how much it takes; it is stopped all the same.
 *
 * VMBUS_DEV_RESTORE is for a guest that was just attached, has its regions, and has
 * not posted anything. The partition, of any name, must have the devices that the
 * state speaks of (ENODEV). EINVAL for what is no state, or one of another version;
 * nothing of it stays if it fails. Processors and eventfds are not part of it.
 *
 * In between posting fails with EBUSY. What is saved of a channel is opaque, and
 * can be restored by this version of the interface or a later one.
 */
struct vmbus_dev_state {
	__u64 address;
	__u64 size;
};

#define VMBUS_DEV_TYPE		0xbb
#define VMBUS_DEV_ATTACH	_IOW(VMBUS_DEV_TYPE, 0, struct vmbus_dev_attach)
#define VMBUS_DEV_SET_REGION	_IOW(VMBUS_DEV_TYPE, 1, struct vmbus_dev_region)
#define VMBUS_DEV_SET_VP	_IOW(VMBUS_DEV_TYPE, 2, struct vmbus_dev_vp)
#define VMBUS_DEV_SET_EVENT	_IOW(VMBUS_DEV_TYPE, 3, struct vmbus_dev_event)
#define VMBUS_DEV_SIGNAL	_IO(VMBUS_DEV_TYPE, 4)
#define VMBUS_DEV_SAVE		_IOWR(VMBUS_DEV_TYPE, 5, struct vmbus_dev_state)
#define VMBUS_DEV_RESTORE	_IOW(VMBUS_DEV_TYPE, 6, struct vmbus_dev_state)
#define VMBUS_DEV_RESUME	_IO(VMBUS_DEV_TYPE, 7)

#endif
