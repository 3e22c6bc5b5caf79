// SPDX-License-Identifier: GPL-2.0
/*
 * The guest's half of a pair of rings; the rules are those of the host's half,
 * kernel/vmbus/ring.h.
 */
#include <endian.h>
#include <errno.h>
#include <string.h>

#include "vmbusguest.h"

static uint32_t load(const __le32 *at)
{
	return le32toh(__atomic_load_n(at, __ATOMIC_ACQUIRE));
}

static void store(__le32 *at, uint32_t v)
{
	__atomic_store_n(at, htole32(v), __ATOMIC_RELEASE);
}

static void barrier(void)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

static uint32_t distance(const struct vg_ring *r, uint32_t from, uint32_t to)
{
	return to >= from ? to - from : r->size - from + to;
}

static uint32_t put(const struct vg_ring *r, uint32_t at, const void *from,
		    uint32_t len)
{
	uint32_t first = len < r->size - at ? len : r->size - at;

	if (first)
		memcpy(r->data + at, from, first);
	if (len > first)
		memcpy(r->data, (const uint8_t *)from + first, len - first);
	at += len;
	return at >= r->size ? at - r->size : at;
}

static uint32_t get(const struct vg_ring *r, uint32_t at, void *to, uint32_t len)
{
	uint32_t first = len < r->size - at ? len : r->size - at;

	memcpy(to, r->data + at, first);
	if (len > first)
		memcpy((uint8_t *)to + first, r->data, len - first);
	at += len;
	return at >= r->size ? at - r->size : at;
}

int vg_send_quiet(struct vg_channel *ch, uint16_t type, uint16_t flags,
		  uint64_t trans_id, const void *extra, uint32_t extra_len,
		  const void *payload, uint32_t len)
{
	struct vg_ring *r = &ch->out;
	uint32_t offset = sizeof(struct vmh_descriptor) + extra_len;
	uint32_t total = (offset + len + 7) & ~7U, need = total + VMH_TRAILER;
	uint64_t trailer = htole64((uint64_t)r->own << 32);
	struct vmh_descriptor desc = {
		.type = htole16(type), .offset8 = htole16(offset / 8),
		.len8 = htole16(total / 8), .flags = htole16(flags),
		.trans_id = htole64(trans_id),
	};
	static const uint8_t zero[8];
	uint32_t at = r->own;

	if (extra_len % 8 || need >= r->size || total / 8 > UINT16_MAX)
		return -EMSGSIZE;
	if (r->size - distance(r, load(&r->hdr->read_index), r->own) <= need) {
		store(&r->hdr->pending_send_sz, need);
		barrier();
		if (r->size - distance(r, load(&r->hdr->read_index), r->own) <=
		    need)
			return -EAGAIN;
	}
	store(&r->hdr->pending_send_sz, 0);
	at = put(r, at, &desc, sizeof(desc));
	at = put(r, at, extra, extra_len);
	at = put(r, at, payload, len);
	at = put(r, at, zero, total - offset - len);
	r->own = put(r, at, &trailer, sizeof(trailer));
	return 0;
}

int vg_flush(struct vg_channel *ch)
{
	struct vg_ring *r = &ch->out;
	uint32_t before = load(&r->hdr->write_index);

	if (before == r->own)
		return 0;
	store(&r->hdr->write_index, r->own);
	barrier();
	if (load(&r->hdr->interrupt_mask) ||
	    load(&r->hdr->read_index) != before)
		return 0;
	return vg_channel_signal(ch);
}

int vg_send(struct vg_channel *ch, uint16_t type, uint16_t flags,
	    uint64_t trans_id, const void *extra, uint32_t extra_len,
	    const void *payload, uint32_t len)
{
	int err = vg_send_quiet(ch, type, flags, trans_id, extra, extra_len,
				payload, len);

	return err ? err : vg_flush(ch);
}

int vg_recv(struct vg_channel *ch, void *buf, uint32_t size,
	    struct vg_packet *packet)
{
	struct vg_ring *r = &ch->in;
	uint32_t write = load(&r->hdr->write_index), len, offset, pending, room;
	struct vmh_descriptor desc;

	if (write == r->own)
		return -EAGAIN;
	get(r, r->own, &desc, sizeof(desc));
	len = le16toh(desc.len8) * 8;
	offset = le16toh(desc.offset8) * 8;
	if (len < sizeof(desc) || offset < sizeof(desc) || offset > len ||
	    len + VMH_TRAILER > distance(r, r->own, write))
		return -EPROTO;
	if (len > size)
		return -EMSGSIZE;
	get(r, r->own, buf, len);
	*packet = (struct vg_packet) {
		.type = le16toh(desc.type), .flags = le16toh(desc.flags),
		.trans_id = le64toh(desc.trans_id),
		.extra = (uint8_t *)buf + sizeof(desc),
		.extra_len = offset - sizeof(desc),
		.payload = (uint8_t *)buf + offset, .len = len - offset,
	};
	len += VMH_TRAILER;
	r->own = (r->own + len) % r->size;
	barrier();
	store(&r->hdr->read_index, r->own);
	barrier();
	pending = load(&r->hdr->pending_send_sz);
	if (!pending)
		return 0;
	room = r->size - distance(r, r->own, load(&r->hdr->write_index));
	if (room > pending && room - len <= pending)
		return vg_channel_signal(ch);
	return 0;
}

int vg_recv_wait(struct vg_channel *ch, void *buf, uint32_t size,
		 struct vg_packet *packet, int timeout_ms)
{
	struct vg_ring *r = &ch->in;
	int err;

	for (;;) {
		store(&r->hdr->interrupt_mask, 1);
		barrier();
		err = vg_recv(ch, buf, size, packet);
		store(&r->hdr->interrupt_mask, 0);
		barrier();
		if (err != -EAGAIN)
			return err;
		if (load(&r->hdr->write_index) != r->own)
			continue;
		err = vg_channel_wait(ch, timeout_ms);
		if (err <= 0)
			return err ? err : -ETIMEDOUT;
	}
}
