/* SPDX-License-Identifier: GPL-2.0 */
/*
 * libvmbusguest: a process as the guest of a partition of vmbus_host.
 *
 * Small, and of no policy: what a test, a fuzzer or a VMM needs of /dev/vmbus_host. All
 * functions that return int return 0 or a positive number, or a negative errno.
 * Guest memory is one piece from guest physical address 0 on; a VMM has its own,
 * and uses the ioctls directly.
 *
 * A struct vg is for one thread. A channel is, too; several channels can have a
 * thread each, if each has a processor of its own to be interrupted at.
 */
#ifndef _VMBUSGUEST_H
#define _VMBUSGUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <linux/vmbus_dev.h>
#include <linux/vmbus_echo.h>

#include "wire.h"

#define VG_VPS		8
#define VG_OFFERS	2047

struct vg_offer {
	uint32_t relid;
	uint16_t index;			/* 0: primary */
	bool rescinded;
	struct vmh_guid class_id;
	struct vmh_guid instance_id;
	uint32_t connection_id;
};

struct vg {
	int fd;
	uint8_t *mem;			/* guest memory */
	size_t size;
	size_t next;			/* of it is free: from here on */
	uint32_t version;
	int event[VG_VPS];		/* by which a processor is interrupted */
	uint64_t *flags[VG_VPS];	/* its 2048 event flags */
	uint32_t next_gpadl;
	uint32_t next_open;
	struct vg_offer *offers;
	size_t n_offers;
	bool all_offers;
};

struct vg_ring {
	struct vmh_ring_header *hdr;
	uint8_t *data;
	uint32_t size;
	uint32_t own;			/* where we read or write next */
};

struct vg_channel {
	struct vg *vg;
	uint32_t relid;
	uint32_t vp;
	uint32_t gpadl;
	uint8_t *mem;
	size_t bytes;
	struct vg_ring out;		/* to the host */
	struct vg_ring in;
	int signal;			/* eventfd, or -1: by ioctl */
	uint64_t signals;		/* sent */
	uint64_t interrupts;		/* that were waited for and came */
};

struct vg_packet {
	uint16_t type;
	uint16_t flags;
	uint64_t trans_id;
	const uint8_t *extra;		/* between descriptor and payload */
	uint32_t extra_len;
	const uint8_t *payload;
	uint32_t len;
};

/* guest.c */
int vg_open(struct vg *vg, const char *partition, size_t memory, uint32_t flags);
void vg_close(struct vg *vg);
/* What vg_open() does after it has memory, and its opposite: memory stays. */
int vg_attach(struct vg *vg, const char *partition, uint32_t flags);
void vg_detach(struct vg *vg);
/* Channels go on where they were, after vg_resume(); see vmbus_dev.h. */
int vg_save(struct vg *vg, void *state, size_t *size);
int vg_restore(struct vg *vg, const void *state, size_t size);
int vg_resume(struct vg *vg);
/* Pages that nobody frees: a guest's memory ends with the guest. */
void *vg_alloc(struct vg *vg, size_t pages);
uint64_t vg_gpa(const struct vg *vg, const void *at);

/* message.c */
int vg_post(struct vg *vg, const void *message, size_t len);
/* The next message as it is; 0 if none comes in time. */
int vg_message(struct vg *vg, void *message, int timeout_ms);
/* The same, but what is an offer or a rescind is remembered. */
int vg_expect(struct vg *vg, uint32_t type, void *message, int timeout_ms);
int vg_connect(struct vg *vg, uint32_t version);
int vg_request_offers(struct vg *vg);
int vg_unload(struct vg *vg);
int vg_release(struct vg *vg, uint32_t relid);
/* Wait for one, sub-channels included. */
struct vg_offer *vg_find(struct vg *vg, const struct vmh_guid *class_id,
			 uint16_t index, int timeout_ms);

/* gpadl.c */
int vg_gpadl_create(struct vg *vg, uint32_t relid, const void *at, size_t bytes,
		    uint32_t *id);
/* Send all messages of it, and wait for nothing. */
int vg_gpadl_post(struct vg *vg, uint32_t relid, const void *at, size_t bytes,
		  uint32_t id);
int vg_gpadl_teardown(struct vg *vg, uint32_t relid, uint32_t id);

/* channel.c */
int vg_channel_open(struct vg_channel *ch, struct vg *vg, uint32_t relid,
		    size_t ring_bytes, uint32_t vp);
int vg_channel_close(struct vg_channel *ch);
int vg_channel_modify(struct vg_channel *ch, uint32_t vp);
/* Signal by an eventfd, as a VM does. */
int vg_channel_use_eventfd(struct vg_channel *ch);
int vg_channel_signal(struct vg_channel *ch);
/* Wait until the host has signalled the processor of the channel. */
int vg_channel_wait(struct vg_channel *ch, int timeout_ms);

/* ring.c; -EAGAIN if there is no room, or nothing. */
int vg_send(struct vg_channel *ch, uint16_t type, uint16_t flags,
	    uint64_t trans_id, const void *extra, uint32_t extra_len,
	    const void *payload, uint32_t len);
/* In one go, and one signal if one is due: what vg_send() put there. */
int vg_send_quiet(struct vg_channel *ch, uint16_t type, uint16_t flags,
		  uint64_t trans_id, const void *extra, uint32_t extra_len,
		  const void *payload, uint32_t len);
int vg_flush(struct vg_channel *ch);
int vg_recv(struct vg_channel *ch, void *buf, uint32_t size,
	    struct vg_packet *packet);
/* vg_recv() that waits; the ring is masked while it looks, as a driver does. */
int vg_recv_wait(struct vg_channel *ch, void *buf, uint32_t size,
		 struct vg_packet *packet, int timeout_ms);

#endif /* _VMBUSGUEST_H */
