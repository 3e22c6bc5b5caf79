// SPDX-License-Identifier: GPL-2.0
/* The host's side of a pair of rings; see ring.h. */
#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <asm/barrier.h>

#include "ring.h"

#define FIELD(name) offsetof(struct vmh_ring_header, name)

static __always_inline int
get32(const struct vmh_ring *ring, u32 field, u32 *value)
{
	const struct vmh_mem *mem = ring->mem;
	__le32 v;
	int err;

	if (mem->base) {
		v = READ_ONCE(*(const __le32 *)(mem->base + ring->start + field));
	} else {
		err = mem->read(mem, ring->start + field, &v, sizeof(v));
		if (err)
			return err;
	}
	*value = le32_to_cpu(v);
	return 0;
}

static __always_inline int set32(const struct vmh_ring *ring, u32 field, u32 value)
{
	const struct vmh_mem *mem = ring->mem;
	__le32 v = cpu_to_le32(value);

	if (!mem->base)
		return mem->write(mem, ring->start + field, &v, sizeof(v));
	WRITE_ONCE(*(__le32 *)(mem->base + ring->start + field), v);
	return 0;
}

/*
 * The other side's index, read once. What it covers is read after it. One that cannot be
 * is not kept: who finds @index in the ring relies on it.
 */
static __always_inline int
peer_index(const struct vmh_ring *ring, u32 field, u32 *index)
{
	u32 value;
	int err = get32(ring, field, &value);

	if (err)
		return err;
	if (value >= ring->size || value % VMH_UNIT)
		return -EPROTO;
	*index = value;
	/* What the index covers is read after the index. */
	smp_rmb();
	return 0;
}

/* How far it is from one index to another. */
static u32 distance(const struct vmh_ring *ring, u32 from, u32 to)
{
	return to >= from ? to - from : ring->size - from + to;
}

static u32 advance(const struct vmh_ring *ring, u32 index, u32 by)
{
	index += by;
	return index >= ring->size ? index - ring->size : index;
}

static int mem_read(const struct vmh_mem *mem, u32 offset, void *to, u32 len)
{
	if (!mem->base)
		return mem->read(mem, offset, to, len);
	memcpy(to, mem->base + offset, len);
	return 0;
}

static int mem_write(const struct vmh_mem *mem, u32 offset, const void *from,
		     u32 len)
{
	if (!mem->base)
		return mem->write(mem, offset, from, len);
	memcpy(mem->base + offset, from, len);
	return 0;
}

/* Of the data, mapped, and in one piece: nearly all that is read or written. */
static __always_inline u8 *flat(const struct vmh_ring *ring, u32 index, u32 len)
{
	u8 *base = ring->mem->base;

	if (unlikely(!base || len > ring->size - index))
		return NULL;
	return base + ring->start + VMH_PAGE_SIZE + index;
}

/* @index: of the data; @len: at most its size. It may wrap around. */
static int copy_out(const struct vmh_ring *ring, u32 index, void *to, u32 len)
{
	u32 data = ring->start + VMH_PAGE_SIZE;
	u32 first = min(len, ring->size - index);
	int err;

	err = mem_read(ring->mem, data + index, to, first);
	if (!err && len > first)
		err = mem_read(ring->mem, data, to + first, len - first);
	return err;
}

static int copy_in(const struct vmh_ring *ring, u32 index, const void *from,
		   u32 len)
{
	u32 data = ring->start + VMH_PAGE_SIZE;
	u32 first = min(len, ring->size - index);
	int err;

	err = mem_write(ring->mem, data + index, from, first);
	if (!err && len > first)
		err = mem_write(ring->mem, data, from + first, len - first);
	return err;
}

/**
 * vmh_ring_init() - begin to use a ring
 * @ring: to be filled in
 * @mem: the memory that it lies in
 * @start: of its header therein, in bytes
 * @bytes: of the header's page and the data
 * @producer: it is the ring to the guest
 *
 * The guest has written both headers (hv_ringbuffer_init()). Both indices are
 * read, here for the last time the host's own one. The feature bit belongs to the
 * producer, whatever is in it: Linux sets it in both rings.
 *
 * Context: may sleep if @mem is not mapped.
 * Return: 0; -EPROTO if sizes or indices cannot be; what @mem says.
 */
int vmh_ring_init(struct vmh_ring *ring, const struct vmh_mem *mem, u32 start,
		  u32 bytes, bool producer)
{
	u32 own = producer ? FIELD(write_index) : FIELD(read_index);
	u32 peer = producer ? FIELD(read_index) : FIELD(write_index);
	int err;

	if (start % VMH_PAGE_SIZE || bytes % VMH_PAGE_SIZE ||
	    bytes < 2 * VMH_PAGE_SIZE || start > mem->size ||
	    bytes > mem->size - start)
		return -EPROTO;
	*ring = (struct vmh_ring) {
		.mem = mem, .start = start, .size = bytes - VMH_PAGE_SIZE,
	};
	err = peer_index(ring, own, &ring->own);
	if (!err)
		err = peer_index(ring, peer, &ring->peer);
	if (err)
		return err;
	ring->published = ring->own;
	if (!producer)
		return 0;
	err = set32(ring, FIELD(pending_send_sz), 0);
	if (!err)
		err = set32(ring, FIELD(feature_bits), VMH_RING_FEATURE_PENDING);
	return err;
}

static int copy_descriptor(const struct vmh_ring *ring,
			   struct vmh_descriptor *desc)
{
	const u64 *at = (const void *)flat(ring, ring->own, sizeof(*desc));
	u64 head, trans_id;

	static_assert(sizeof(*desc) == sizeof(head) + sizeof(trans_id));
	if (unlikely(!at))
		return copy_out(ring, ring->own, desc, sizeof(*desc));
	/* What is looked at is what is used: it is not read again. */
	head = READ_ONCE(at[0]);
	trans_id = READ_ONCE(at[1]);
	memcpy(desc, &head, sizeof(head));
	memcpy(&desc->trans_id, &trans_id, sizeof(trans_id));
	return 0;
}

static noinline int look_for_more(struct vmh_ring *ring)
{
	return peer_index(ring, FIELD(write_index), &ring->peer);
}

/**
 * vmh_ring_peek() - is there a packet, and can it be one?
 * @ring: the ring from the guest
 * @desc: its descriptor, copied out, and checked against what the ring holds
 *
 * Context: may sleep if the memory is not mapped.
 * Return: 1 for a packet, 0 for none, -EPROTO if the guest wrote nonsense, what
 * the memory says.
 */
int vmh_ring_peek(struct vmh_ring *ring, struct vmh_descriptor *desc)
{
	u32 there, len, offset;
	int err;

	if (ring->own == ring->peer) {
		err = look_for_more(ring);
		if (err)
			return err;
	}
	there = distance(ring, ring->own, ring->peer);
	if (!there)
		return 0;
	/* A producer publishes whole packets. */
	if (there < sizeof(*desc) + VMH_TRAILER)
		return -EPROTO;
	err = copy_descriptor(ring, desc);
	if (err)
		return err;
	offset = le16_to_cpu(desc->offset8) * VMH_UNIT;
	len = le16_to_cpu(desc->len8) * VMH_UNIT;
	if (offset < sizeof(*desc) || offset > len || len + VMH_TRAILER > there)
		return -EPROTO;
	return 1;
}

/**
 * vmh_ring_read() - copy a packet out, and go on to the next
 * @ring: the ring from the guest
 * @desc: what vmh_ring_peek() gave
 * @to: len8 * 8 bytes, of which the first become @desc: what is in the ring may
 *	be another one by now
 *
 * The guest is told by vmh_ring_read_done(). The trailer is of no use to us and
 * not looked at.
 *
 * Context: may sleep if the memory is not mapped.
 * Return: 0, or what the memory says.
 */
int vmh_ring_read(struct vmh_ring *ring, const struct vmh_descriptor *desc,
		  void *to)
{
	u32 len = le16_to_cpu(desc->len8) * VMH_UNIT;
	const u8 *at = flat(ring, ring->own, len);
	int err;

	memcpy(to, desc, sizeof(*desc));
	if (likely(at)) {
		memcpy(to + sizeof(*desc), at + sizeof(*desc), len - sizeof(*desc));
	} else {
		err = copy_out(ring, advance(ring, ring->own, sizeof(*desc)),
			       to + sizeof(*desc), len - sizeof(*desc));
		if (err)
			return err;
	}
	ring->own = advance(ring, ring->own, len + VMH_TRAILER);
	return 0;
}

/**
 * vmh_ring_read_done() - give the guest the room of what has been read
 * @ring: the ring from the guest
 * @signal: set if it waits for just that
 *
 * hv_pkt_iter_close() is the same in a guest. Whether the guest uses
 * pending_send_sz at all is in a feature bit; if not, it is 0. Some guests ask for
 * all but one byte of the ring, meaning empty.
 *
 * Context: may sleep if the memory is not mapped.
 * Return: 0, -EPROTO for an index that cannot be, or what the memory says.
 */
int vmh_ring_read_done(struct vmh_ring *ring, bool *signal)
{
	u32 read = distance(ring, ring->published, ring->own);
	u32 pending, write, room;
	int err;

	*signal = false;
	if (!read)
		return 0;
	/* The guest may overwrite what it is given: all reads of it come first. */
	smp_mb();
	err = set32(ring, FIELD(read_index), ring->own);
	if (err)
		return err;
	ring->published = ring->own;
	/* Pairs with the barrier between the guest's pending_send_sz and its look. */
	smp_mb();
	err = get32(ring, FIELD(pending_send_sz), &pending);
	if (err || !pending)
		return err;
	err = peer_index(ring, FIELD(write_index), &write);
	if (err)
		return err;
	pending = min(pending & ~(VMH_UNIT - 1), ring->size - VMH_UNIT);
	room = ring->size - distance(ring, ring->own, write);
	*signal = room > pending && (room < read || room - read <= pending);
	return 0;
}

/**
 * vmh_ring_features() - what the guest promises as a producer
 * @ring: the ring from the guest
 * @features: set to VMH_RING_FEATURE_PENDING, or 0, or what is to come
 *
 * Return: 0, or what the memory says.
 */
int vmh_ring_features(const struct vmh_ring *ring, u32 *features)
{
	return get32(ring, FIELD(feature_bits), features);
}

/**
 * vmh_ring_header() - read a ring's header, to look at
 * @ring: either ring
 * @hdr: set to it
 *
 * Return: 0, or what the memory says.
 */
int vmh_ring_header(const struct vmh_ring *ring, struct vmh_ring_header *hdr)
{
	return mem_read(ring->mem, ring->start, hdr, sizeof(*hdr));
}

/**
 * vmh_ring_skip() - go on to the next packet, without reading this one
 * @ring: a ring that nobody else uses
 * @desc: what vmh_ring_peek() gave
 */
void vmh_ring_skip(struct vmh_ring *ring, const struct vmh_descriptor *desc)
{
	ring->own = advance(ring, ring->own,
			    le16_to_cpu(desc->len8) * VMH_UNIT + VMH_TRAILER);
}

/**
 * vmh_ring_mask() - the guest need not signal: we are looking
 * @ring: the ring from the guest
 *
 * Return: 0, or what the memory says.
 */
int vmh_ring_mask(const struct vmh_ring *ring)
{
	int err = set32(ring, FIELD(interrupt_mask), 1);

	/* Whoever signals in spite of the mask had not seen it: it may be late. */
	smp_mb();
	return err;
}

/**
 * vmh_ring_unmask() - the guest shall signal again
 * @ring: the ring from the guest
 *
 * Who calls this looks into the ring once more: a guest that wrote meanwhile has
 * seen the mask.
 *
 * Return: 0, or what the memory says.
 */
int vmh_ring_unmask(const struct vmh_ring *ring)
{
	int err = set32(ring, FIELD(interrupt_mask), 0);

	/* Pairs with the one between a guest's write index and its look at the mask. */
	smp_mb();
	return err;
}

static bool has_room(const struct vmh_ring *ring, u32 read, u32 need)
{
	/* Never quite full: equal indices mean empty. */
	return ring->size - distance(ring, read, ring->own) > need;
}

/* Say what we wait for, and look again: room may have come before we said it. */
static int wait_for(struct vmh_ring *ring, u32 need)
{
	int err;

	if (ring->waiting != need) {
		WRITE_ONCE(ring->waiting, need);
		/* Before the guest can signal for it: who comes then sees it. */
		smp_wmb();
		err = set32(ring, FIELD(pending_send_sz), need);
		if (err) {
			WRITE_ONCE(ring->waiting, 0);
			return err;
		}
	}
	/* Pairs with the one between a guest's read index and pending_send_sz. */
	smp_mb();
	err = peer_index(ring, FIELD(read_index), &ring->peer);
	if (err)
		return err;
	return has_room(ring, ring->peer, need) ? 0 : -EAGAIN;
}

/**
 * vmh_ring_is_awaited() - does the guest still have to be told?
 * @ring: the ring to the guest
 *
 * For a signal that was put off: the guest may have come by itself meanwhile, or be
 * looking right now.
 *
 * Return: true if there is what it has not read, and it has not masked.
 */
bool vmh_ring_is_awaited(const struct vmh_ring *ring)
{
	u32 mask, read;

	return !get32(ring, FIELD(interrupt_mask), &mask) && !mask &&
	       !peer_index(ring, FIELD(read_index), &read) &&
	       read != ring->published;
}

/* Have room for @need bytes, less than the size. Return: as vmh_ring_write(). */
static __always_inline int make_room(struct vmh_ring *ring, u32 need)
{
	int err;

	/* The first of those that are shown together, or room that is not certain. */
	if (ring->own == ring->published || !has_room(ring, ring->peer, need)) {
		err = peer_index(ring, FIELD(read_index), &ring->peer);
		if (err)
			return err;
		if (!has_room(ring, ring->peer, need)) {
			err = wait_for(ring, need);
			if (err)
				return err;
		}
	}
	/* One that is smaller and still fits does not end a larger one's wait. */
	if (unlikely(ring->waiting) && need >= ring->waiting) {
		err = set32(ring, FIELD(pending_send_sz), 0);
		if (err)
			return err;
		WRITE_ONCE(ring->waiting, 0);
	}
	return 0;
}

/* Ends a packet: where it began. Nobody looks at it, but it is part of the format. */
static __le64 trailer_of(u32 begin)
{
	return cpu_to_le64((u64)begin << 32);
}

static int copy_pieces(const struct vmh_ring *ring,
		       const struct vmh_piece *pieces, u32 n, u32 pad)
{
	static const u8 zero[VMH_UNIT];
	__le64 trailer = trailer_of(ring->own);
	u32 at = ring->own, i;
	int err;

	for (i = 0; i < n; i++) {
		err = copy_in(ring, at, pieces[i].data, pieces[i].len);
		if (err)
			return err;
		at = advance(ring, at, pieces[i].len);
	}
	err = copy_in(ring, at, zero, pad);
	if (err)
		return err;
	at = advance(ring, at, pad);
	return copy_in(ring, at, &trailer, sizeof(trailer));
}

/**
 * vmh_ring_write() - put a packet into the ring
 * @ring: the ring to the guest
 * @pieces: the packet, descriptor first
 * @n: how many there are
 *
 * The caller made the descriptor true: len8 is that of all pieces, padded. The
 * guest is told by vmh_ring_write_done().
 *
 * Context: may sleep if the memory is not mapped.
 * Return: 0; -EAGAIN if it is full, and then the guest will signal when there is
 * room; -EMSGSIZE if it never fits; -EPROTO for an index that cannot be, or what
 * the memory says.
 */
int vmh_ring_write(struct vmh_ring *ring, const struct vmh_piece *pieces,
		   u32 n)
{
	__le64 trailer = trailer_of(ring->own);
	u32 len = 0, need, pad, i;
	u8 *to;
	int err;

	for (i = 0; i < n; i++) {
		if (pieces[i].len > ring->size - len)
			return -EMSGSIZE;
		len += pieces[i].len;
	}
	pad = -len % VMH_UNIT;
	need = len + pad + VMH_TRAILER;
	if (need >= ring->size)
		return -EMSGSIZE;
	err = make_room(ring, need);
	if (err)
		return err;
	to = flat(ring, ring->own, need);
	if (likely(to)) {
		for (i = 0; i < n; i++) {
			memcpy(to, pieces[i].data, pieces[i].len);
			to += pieces[i].len;
		}
		memset(to, 0, pad);
		memcpy(to + pad, &trailer, sizeof(trailer));
	} else {
		err = copy_pieces(ring, pieces, n, pad);
		if (err)
			return err;
	}
	ring->own = advance(ring, ring->own, need);
	return 0;
}

/* It wraps around, or is not mapped, or can never be. */
static noinline int put_pieces(struct vmh_ring *ring, const struct vmh_descriptor *desc,
			       const void *payload, u32 len)
{
	struct vmh_piece pieces[] = {
		{ desc, sizeof(*desc) }, { payload, len },
	};

	return vmh_ring_write(ring, pieces, ARRAY_SIZE(pieces));
}

/**
 * vmh_ring_put() - put a packet into the ring that has one piece
 * @ring: the ring to the guest
 * @desc: as in vmh_ring_write()
 * @payload: what follows it at once
 * @len: bytes of it
 *
 * Completions are that, and there is one for nearly every packet.
 *
 * Context: as vmh_ring_write().
 * Return: likewise.
 */
int vmh_ring_put(struct vmh_ring *ring, const struct vmh_descriptor *desc,
		 const void *payload, u32 len)
{
	u32 padded = len + -len % VMH_UNIT;
	u32 need = sizeof(*desc) + padded + VMH_TRAILER;
	__le64 trailer = trailer_of(ring->own);
	u8 *to = flat(ring, ring->own, need);
	int err;

	if (unlikely(!to || need >= ring->size))
		return put_pieces(ring, desc, payload, len);
	err = make_room(ring, need);
	if (err)
		return err;
	memcpy(to, desc, sizeof(*desc));
	to += sizeof(*desc);
	/* What is padding stays so. */
	if (padded)
		memset(to + padded - VMH_UNIT, 0, VMH_UNIT);
	memcpy(to, payload, len);
	memcpy(to + padded, &trailer, sizeof(trailer));
	ring->own = advance(ring, ring->own, need);
	return 0;
}

/**
 * vmh_ring_write_done() - let the guest see what has been written
 * @ring: the ring to the guest
 * @signal: set if it has to be told (hv_signal_on_write())
 *
 * Context: may sleep if the memory is not mapped.
 * Return: 0, -EPROTO for an index that cannot be, or what the memory says.
 */
int vmh_ring_write_done(struct vmh_ring *ring, bool *signal)
{
	u32 before = ring->published, mask;
	int err;

	*signal = false;
	if (ring->own == before)
		return 0;
	/* Packets are there before the index that shows them. */
	smp_wmb();
	err = set32(ring, FIELD(write_index), ring->own);
	if (err)
		return err;
	ring->published = ring->own;
	/* Pairs with the one between a guest's unmasking and its last look. */
	smp_mb();
	err = get32(ring, FIELD(interrupt_mask), &mask);
	if (err)
		return err;
	/* The mask first: a guest that polls masks before it reads. */
	smp_rmb();
	err = peer_index(ring, FIELD(read_index), &ring->peer);
	if (err)
		return err;
	/* Not empty: it was told of what is before this, and has not got there. */
	*signal = !mask && ring->peer == before;
	return 0;
}
