/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The host's side of a pair of rings. Pure logic: unit-tested in userspace.
 *
 * The guest can write to all of a ring at any time. So the host keeps its own
 * index (read of the ring it consumes, write of the one it produces) in private,
 * and only ever publishes it; the other one is read once for each decision, and
 * checked: a multiple of 8 within the ring. Packets are copied out, and looked at
 * only then.
 *
 * Signals, in both directions (the guest's half: drivers/hv/ring_buffer.c):
 *
 *   producer	publishes the write index, full barrier; signals if the consumer
 *		has not masked interrupts and the ring was empty before
 *   consumer	publishes the read index, full barrier; signals if the producer
 *		waits (pending_send_sz), and what it waits for became free with
 *		this very step. The mask is not for this signal.
 *   consumer	that polls: masks, drains, unmasks, full barrier, looks again
 *   producer	that finds it full: sets pending_send_sz, full barrier, looks again
 *
 * One signal too many is abuse to the other side; one too few is a hang.
 */
#ifndef _VMH_RING_H
#define _VMH_RING_H

#include "wire.h"

/**
 * struct vmh_mem - guest memory that rings lie in, mapped or not
 * @base: where it is mapped, or NULL
 * @size: bytes
 * @read: copies out of it if it is not mapped; may fail, may sleep
 * @write: copies into it, likewise
 * @priv: for these two
 *
 * Both functions access 4 aligned bytes at once, and only once.
 */
struct vmh_mem {
	u8 *base;
	u32 size;
	int (*read)(const struct vmh_mem *mem, u32 offset, void *to, u32 len);
	int (*write)(const struct vmh_mem *mem, u32 offset, const void *from,
		     u32 len);
	void *priv;
};

/**
 * struct vmh_ring - one ring of a channel, as the host sees it
 * @mem: the memory that it lies in
 * @start: where its header is therein
 * @size: bytes of data; a multiple of the page size
 * @own: the host's index: that of the next byte to read, or to write
 * @published: what of @own the guest has been told
 * @peer: the guest's index as it was last read, and checked: so far is certain
 * @waiting: as a producer, what pending_send_sz was set to; 0: not waiting
 */
struct vmh_ring {
	const struct vmh_mem *mem;
	u32 start;
	u32 size;
	u32 own;
	u32 published;
	u32 peer;
	u32 waiting;
};

int vmh_ring_init(struct vmh_ring *ring, const struct vmh_mem *mem, u32 start,
		  u32 bytes, bool producer);

/* The ring from the guest. */
int vmh_ring_peek(struct vmh_ring *ring, struct vmh_descriptor *desc);
int vmh_ring_read(struct vmh_ring *ring, const struct vmh_descriptor *desc,
		  void *to);
int vmh_ring_read_done(struct vmh_ring *ring, bool *signal);
int vmh_ring_features(const struct vmh_ring *ring, u32 *features);
int vmh_ring_header(const struct vmh_ring *ring, struct vmh_ring_header *hdr);
void vmh_ring_skip(struct vmh_ring *ring, const struct vmh_descriptor *desc);
int vmh_ring_mask(const struct vmh_ring *ring);
int vmh_ring_unmask(const struct vmh_ring *ring);

/* The ring to the guest. */
struct vmh_piece {
	const void *data;
	u32 len;
};

int vmh_ring_write(struct vmh_ring *ring, const struct vmh_piece *pieces,
		   u32 n);
int vmh_ring_put(struct vmh_ring *ring, const struct vmh_descriptor *desc,
		 const void *payload, u32 len);
bool vmh_ring_is_awaited(const struct vmh_ring *ring);
int vmh_ring_write_done(struct vmh_ring *ring, bool *signal);

#endif
