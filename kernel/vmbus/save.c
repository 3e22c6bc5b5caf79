// SPDX-License-Identifier: GPL-2.0
/*
 * A partition's state, written down and taken up again: what live migration of its
 * guest needs of us. What is in guest memory goes with that.
 *
 * The state is records, one after the other, each with a type and a length. It is
 * as untrusted as the guest: whoever brings it can have written it himself.
 */
#include <linux/mm.h>
#include <linux/slab.h>

#include "partition.h"

#define MAGIC	0x53424d56U		/* "VMBS" */
#define FORMAT	2

enum record_type {
	RECORD_GPADL	= 1,
	RECORD_BUILD	= 2,
	RECORD_CHANNEL	= 3,
	RECORD_MESSAGE	= 4,
};

struct state_header {
	__le32 magic;
	__le32 format;
	__le32 size;			/* all of it */
	__le32 version;			/* of the connection */
	__le32 offers_sent;
	__le32 reserved;
};

struct record {
	__le32 type;
	__le32 len;			/* what follows; padded to 8 in between */
};

struct saved_gpadl {
	__le32 relid;
	__le32 id;
	__le32 offset;
	__le32 bytes;
	__le32 torn;
	__le32 reserved;
	__le64 pfns[];
};

struct saved_build {
	__le32 relid;
	__le32 id;
	__le32 bytes;
	__le32 size;
	u8 data[];
};

#define SAVED_RESCINDED	1U
#define SAVED_OPEN	2U
#define SAVED_TOLD	4U

struct saved_channel {
	struct vmh_guid class;
	struct vmh_guid instance;
	__le32 relid;
	__le16 index;
	__le16 flags;
	__le32 error;			/* all ones: none */
	__le32 vp;
	__le32 in_own;
	__le32 out_own;
	__le32 out_waiting;
	__le32 wanted;			/* sub-channels, of a primary channel */
	struct vmh_msg_open opened;
	__le32 held_len;		/* of a packet that was not taken yet */
	__le32 service_len;
	/* the packet, padded to 8, then what the service saved */
};

/* ---- Saving ---- */

/**
 * struct writer - where state is written to
 * @buf: memory, or NULL to count only
 * @used: bytes so far
 */
struct writer {
	u8 *buf;
	u32 used;
};

static void put(struct writer *w, const void *from, u32 len)
{
	if (w->buf)
		memcpy(w->buf + w->used, from, len);
	w->used += len;
}

static void pad(struct writer *w)
{
	static const u8 zero[8];

	put(w, zero, -w->used & 7);
}

static void put_record(struct writer *w, u32 type, u32 len)
{
	struct record r = {
		.type = cpu_to_le32(type), .len = cpu_to_le32(len),
	};

	put(w, &r, sizeof(r));
}

static void save_gpadl(const struct vmh_gpadl *gpadl, void *arg)
{
	struct saved_gpadl saved = {
		.relid = cpu_to_le32(gpadl->relid),
		.id = cpu_to_le32(gpadl->id),
		.offset = cpu_to_le32(gpadl->offset),
		.bytes = cpu_to_le32(gpadl->bytes),
		.torn = cpu_to_le32(gpadl->torn),
	};
	struct writer *w = arg;
	__le64 pfn;
	u32 i;

	put_record(w, RECORD_GPADL, struct_size(&saved, pfns, gpadl->frames));
	put(w, &saved, sizeof(saved));
	for (i = 0; i < gpadl->frames; i++) {
		pfn = cpu_to_le64(gpadl->pfns[i]);
		put(w, &pfn, sizeof(pfn));
	}
}

static void save_build(const struct vmh_gpadl_build *build, void *arg)
{
	struct saved_build saved = {
		.relid = cpu_to_le32(build->relid),
		.id = cpu_to_le32(build->id),
		.bytes = cpu_to_le32(build->bytes),
		.size = cpu_to_le32(build->size),
	};
	struct writer *w = arg;

	put_record(w, RECORD_BUILD, sizeof(saved) + build->bytes);
	put(w, &saved, sizeof(saved));
	put(w, build->data, build->bytes);
	pad(w);
}

static void save_channel(struct writer *w, struct vmh_channel *ch, void *service)
{
	const struct vmh_device *dev = ch->dev;
	struct saved_channel saved = {
		.class = dev->class,
		.instance = dev->instance,
		.relid = cpu_to_le32(ch->relid),
		.index = cpu_to_le16(ch->index),
		.error = cpu_to_le32(ch->error == VMH_NO_ERROR ? U32_MAX :
							 ch->error),
		.wanted = cpu_to_le32(ch->index ? 0 : dev->wanted),
	};
	u32 held = 0, len = 0;

	saved.flags = cpu_to_le16((ch->told ? SAVED_TOLD : 0) |
				  (ch->rescinded ? SAVED_RESCINDED : 0) |
				  (ch->open ? SAVED_OPEN : 0));
	if (ch->open) {
		saved.vp = cpu_to_le32(ch->vp);
		saved.in_own = cpu_to_le32(ch->in.own);
		saved.out_own = cpu_to_le32(ch->out.own);
		saved.out_waiting = cpu_to_le32(ch->out.waiting);
		saved.opened = ch->opened;
		if (ch->held)
			held = (ch->packet.payload - ch->buf) + ch->packet.len;
		if (dev->service->save)
			len = dev->service->save(ch, service);
	}
	saved.held_len = cpu_to_le32(held);
	saved.service_len = cpu_to_le32(len);
	put_record(w, RECORD_CHANNEL, sizeof(saved) + held + len);
	put(w, &saved, sizeof(saved));
	put(w, ch->buf, held);
	put(w, service, len);
	pad(w);
}

static void save_messages(struct writer *w, struct vmh_partition *p)
{
	struct vmh_out *out;

	spin_lock(&p->out_lock);
	list_for_each_entry(out, &p->out, node) {
		put_record(w, RECORD_MESSAGE, out->len);
		put(w, out->data, out->len);
		pad(w);
	}
	spin_unlock(&p->out_lock);
}

static void save_all(struct writer *w, struct vmh_partition *p, void *service)
{
	struct state_header hdr = {
		.magic = cpu_to_le32(MAGIC), .format = cpu_to_le32(FORMAT),
		.version = cpu_to_le32(p->version),
		.offers_sent = cpu_to_le32(p->offers_sent),
	};
	struct vmh_channel *ch;
	unsigned long relid;

	put(w, &hdr, sizeof(hdr));
	vmh_gpadl_each(p, save_gpadl, save_build, w);
	/* Primary channels first: the others hang on them. */
	xa_for_each(&p->channels, relid, ch) {
		if (!ch->index)
			save_channel(w, ch, service);
	}
	xa_for_each(&p->channels, relid, ch) {
		if (ch->index)
			save_channel(w, ch, service);
	}
	save_messages(w, p);
}

/* Nothing reads or writes guest memory from here on. */
static void stop(struct vmh_partition *p)
{
	struct vmh_channel *ch;
	unsigned long relid;

	p->paused = true;
	xa_for_each(&p->channels, relid, ch) {
		if (!ch->open)
			continue;
		vmh_worker_stop(ch);
		if (ch->dev->service->quiesce)
			ch->dev->service->quiesce(ch);
		/* What is written is shown: only one index is part of the state. */
		vmh_channel_flush_shut(ch);
	}
}

/**
 * vmh_save() - stop a partition, and write down how it stands
 * @p: the partition
 * @size: set to how many bytes that takes
 *
 * Context: process.
 * Return: the state, to be freed by kvfree(); -ENOTCONN if there is no connection,
 * -ENODEV, -ENOMEM as a pointer.
 */
void *vmh_save(struct vmh_partition *p, u32 *size)
{
	struct writer w = {};
	void *service;
	int err = 0;

	service = kvmalloc(VMH_SAVE_MAX, GFP_KERNEL_ACCOUNT);
	if (!service)
		return ERR_PTR(-ENOMEM);
	mutex_lock(&p->lock);
	if (!p->guest)
		err = -ENODEV;
	else if (!p->version)
		err = -ENOTCONN;
	if (err)
		goto out;
	stop(p);
	save_all(&w, p, service);
	*size = w.used;
	w.buf = kvzalloc(w.used, GFP_KERNEL_ACCOUNT);
	err = -ENOMEM;
	if (w.buf) {
		err = 0;
		w.used = 0;
		save_all(&w, p, service);
		/* The guest may have read messages meanwhile. */
		*size = w.used;
		((struct state_header *)w.buf)->size = cpu_to_le32(w.used);
	}
out:
	mutex_unlock(&p->lock);
	kvfree(service);
	return err ? ERR_PTR(err) : w.buf;
}

/* ---- Restoring ---- */

static struct vmh_device *find_device(struct vmh_partition *p,
				      const struct saved_channel *saved)
{
	struct vmh_device *dev;

	list_for_each_entry(dev, &p->devices, node) {
		if (!dev->leaving &&
		    !memcmp(&dev->class, &saved->class, sizeof(dev->class)) &&
		    !memcmp(&dev->instance, &saved->instance,
			    sizeof(dev->instance)))
			return dev;
	}
	return NULL;
}

/* The guest knows it by another number than it got here. */
static int renumber(struct vmh_channel *ch, u32 relid)
{
	struct vmh_partition *p = ch->partition;
	struct vmh_channel *other = xa_load(&p->channels, relid);
	struct vmh_msg_offer *offer;
	u32 old = ch->relid;
	int err;

	if (!relid || relid > VMBUS_HOST_CHANNELS_MAX)
		return -EINVAL;
	if (other == ch)
		return 0;
	/* One that the guest does not know yet can have any. */
	if (other && other->told)
		return -EINVAL;
	err = xa_err(xa_store(&p->channels, relid, ch, GFP_KERNEL_ACCOUNT));
	if (err)
		return err;
	if (other) {
		xa_store(&p->channels, old, other, GFP_KERNEL_ACCOUNT);
		other->relid = old;
		offer = (void *)other->offer.data;
		offer->relid = cpu_to_le32(old);
		offer->connection_id = cpu_to_le32(old | VMH_SINT << 12);
	} else {
		xa_erase(&p->channels, old);
	}
	ch->relid = relid;
	offer = (void *)ch->offer.data;
	offer->relid = cpu_to_le32(relid);
	offer->connection_id = cpu_to_le32(relid | VMH_SINT << 12);
	return 0;
}

static int restore_open(struct vmh_channel *ch, const struct saved_channel *saved,
			const u8 *rest)
{
	u32 held = le32_to_cpu(saved->held_len), error = le32_to_cpu(saved->error);
	u32 len = le32_to_cpu(saved->service_len);
	const struct vmh_service *service = ch->dev->service;
	int err = -EINVAL;
	u32 own;

	switch (vmh_channel_open(ch, &saved->opened)) {
	case VMH_NO_ERROR:
		break;
	case VMBUS_HOST_ERROR_MEMORY:
		return -EFAULT;
	case VMBUS_HOST_ERROR_NO_MEMORY:
		return -ENOMEM;
	default:
		return -EINVAL;
	}
	WRITE_ONCE(ch->vp, le32_to_cpu(saved->vp));
	own = le32_to_cpu(saved->in_own);
	if (own >= ch->in.size || own % VMH_UNIT)
		return -EINVAL;
	ch->in.own = own;
	own = le32_to_cpu(saved->out_own);
	if (own >= ch->out.size || own % VMH_UNIT)
		return -EINVAL;
	ch->out.own = own;
	/* vmh_ring_init() has told the guest that nobody waits: somebody will. */
	ch->out_full = saved->out_waiting;
	if (held) {
		if (held > ch->buf_size)
			return -EINVAL;
		memcpy(ch->buf, rest, held);
		if (vmh_packet_parse(&ch->packet, ch->buf, held))
			return -EINVAL;
		ch->held = true;
	}
	if (len && service->restore)
		err = service->restore(ch, rest + held, len);
	if (len && err)
		return err == -ENOMEM ? err : -EINVAL;
	if (error != U32_MAX) {
		if (error >= VMH_ERRORS)
			return -EINVAL;
		ch->error = error;
	}
	/* Until it goes on. */
	vmh_channel_shut(ch);
	return 0;
}

static int restore_channel(struct vmh_partition *p, const void *data, u32 len)
{
	const struct saved_channel *saved = data;
	u32 flags, rest = len - sizeof(*saved);
	struct vmh_device *dev;
	struct vmh_channel *ch;
	int err;

	if (len < sizeof(*saved) || le32_to_cpu(saved->held_len) > rest ||
	    le32_to_cpu(saved->service_len) != rest - le32_to_cpu(saved->held_len))
		return -EINVAL;
	flags = le16_to_cpu(saved->flags);
	dev = find_device(p, saved);
	/* One that was taken back the guest will only say good-bye to. */
	if (flags & SAVED_RESCINDED) {
		vmh_gpadl_drop(p, le32_to_cpu(saved->relid));
		return 0;
	}
	if (!dev)
		return -ENODEV;
	if (flags & SAVED_OPEN && !(flags & SAVED_TOLD))
		return -EINVAL;
	if (saved->index) {
		/* They come with their primary channel, and after it. */
		if (!dev->primary->open || !(flags & SAVED_TOLD) ||
		    le16_to_cpu(saved->index) >= VMBUS_HOST_CHANNELS_MAX ||
		    vmh_channel_of(dev, le16_to_cpu(saved->index)))
			return -EINVAL;
		ch = vmh_channel_create(dev, le16_to_cpu(saved->index));
		if (IS_ERR(ch))
			return PTR_ERR(ch);
		dev->subchannels++;
	} else {
		ch = dev->primary;
		if (ch->told)
			return -EINVAL;
	}
	err = renumber(ch, le32_to_cpu(saved->relid));
	if (err)
		return err;
	ch->told = flags & SAVED_TOLD;
	if (flags & SAVED_OPEN)
		err = restore_open(ch, saved, data + sizeof(*saved));
	if (err || ch->index)
		return err;
	dev->wanted = le32_to_cpu(saved->wanted);
	if (dev->wanted >= VMBUS_HOST_CHANNELS_MAX ||
	    (dev->wanted && (!dev->service->subchannels || !ch->open)))
		err = -EINVAL;
	return err;
}

static int restore_gpadl(struct vmh_partition *p, const void *data, u32 len)
{
	const struct saved_gpadl *saved = data;

	if (len < sizeof(*saved) || (len - sizeof(*saved)) % sizeof(__le64))
		return -EINVAL;
	return vmh_gpadl_restore(p, le32_to_cpu(saved->relid),
				 le32_to_cpu(saved->id),
				 le32_to_cpu(saved->offset),
				 le32_to_cpu(saved->bytes), saved->pfns,
				 (len - sizeof(*saved)) / sizeof(__le64),
				 saved->torn);
}

static int restore_build(struct vmh_partition *p, const void *data, u32 len)
{
	const struct saved_build *saved = data;

	if (len < sizeof(*saved) ||
	    len - sizeof(*saved) != le32_to_cpu(saved->bytes) ||
	    le32_to_cpu(saved->size) < sizeof(struct vmh_gpa_range))
		return -EINVAL;
	return vmh_gpadl_restore_build(p, le32_to_cpu(saved->relid),
				       le32_to_cpu(saved->id),
				       le32_to_cpu(saved->size), saved->data,
				       le32_to_cpu(saved->bytes));
}

static int restore_message(struct vmh_partition *p, const void *data, u32 len)
{
	struct vmh_out *out;

	/* No more than can have been there: answers, offers and rescinds. */
	if (len < sizeof(struct vmh_msg_header) || len > VMH_MSG_MAX ||
	    p->answers >= 2 * VMBUS_HOST_CHANNELS_MAX + 512)
		return -EINVAL;
	out = vmh_out_alloc();
	if (!out)
		return -ENOMEM;
	memcpy(out->data, data, len);
	out->len = len;
	vmh_out_send(p, out);
	return 0;
}

static int restore_record(struct vmh_partition *p, u32 type, const void *data,
			  u32 len)
{
	switch (type) {
	case RECORD_GPADL:
		return restore_gpadl(p, data, len);
	case RECORD_BUILD:
		return restore_build(p, data, len);
	case RECORD_CHANNEL:
		return restore_channel(p, data, len);
	case RECORD_MESSAGE:
		return restore_message(p, data, len);
	default:
		return -EINVAL;
	}
}

static int restore_all(struct vmh_partition *p, const void *state, u32 size)
{
	const struct state_header *hdr = state;
	const struct record *r;
	u32 at = sizeof(*hdr), len;
	int err;

	if (size < sizeof(*hdr) || le32_to_cpu(hdr->magic) != MAGIC ||
	    le32_to_cpu(hdr->format) != FORMAT ||
	    le32_to_cpu(hdr->size) != size ||
	    !vmh_version_is_known(le32_to_cpu(hdr->version)))
		return -EINVAL;
	p->version = le32_to_cpu(hdr->version);
	p->offers_sent = hdr->offers_sent;
	p->paused = true;
	while (at < size) {
		r = state + at;
		if (size - at < sizeof(*r))
			return -EINVAL;
		at += sizeof(*r);
		len = le32_to_cpu(r->len);
		if (len > size - at)
			return -EINVAL;
		err = restore_record(p, le32_to_cpu(r->type), state + at, len);
		if (err)
			return err;
		at += len;
		at = min(round_up(at, 8), size);
		cond_resched();
	}
	vmh_gpadl_restored(p);
	return 0;
}

/**
 * vmh_restore() - begin with what was saved
 * @p: a partition whose guest has been attached just now
 * @state: in private memory, aligned to 8
 * @size: bytes of it
 *
 * It does not run before vmh_resume().
 *
 * Context: process.
 * Return: 0; -EINVAL if that is no state; -ENODEV if a device is missing here, or the
 * partition is gone; -EISCONN if its guest has connected; -EFAULT if the guest's
 * memory is not that of the state; -EDQUOT, -ENOMEM. Nothing of it stays then, but
 * for numbers of channels, which no guest knows.
 */
int vmh_restore(struct vmh_partition *p, const void *state, u32 size)
{
	int err;

	mutex_lock(&p->lock);
	if (!p->guest) {
		err = -ENODEV;
	} else if (p->version) {
		err = -EISCONN;
	} else {
		err = restore_all(p, state, size);
		if (err)
			vmh_partition_disconnect(p);
	}
	mutex_unlock(&p->lock);
	return err;
}

/**
 * vmh_resume() - go on, after vmh_save() or vmh_restore()
 * @p: the partition
 *
 * Context: process.
 * Return: 0; -EINVAL if it is not stopped; -ENODEV if it is gone.
 */
int vmh_resume(struct vmh_partition *p)
{
	struct vmh_channel *ch;
	unsigned long relid;
	int err = 0;

	mutex_lock(&p->lock);
	if (!p->guest)
		err = -ENODEV;
	else if (!p->paused)
		err = -EINVAL;
	if (err)
		goto out;
	p->paused = false;
	xa_for_each(&p->channels, relid, ch) {
		/* New here, and not yet told of. */
		if (p->offers_sent && !ch->told)
			vmh_offer_one(ch);
		if (!ch->open || ch->error != VMH_NO_ERROR)
			continue;
		vmh_channel_reopen(ch);
		vmh_worker_start(ch);
		/* A signal that was on its way may be lost; one more does no harm. */
		if (ch->vp != VMH_VP_NONE)
			p->transport->kick(p->guest, ch->relid, ch->vp);
	}
	vmh_offer_wanted(p);
out:
	mutex_unlock(&p->lock);
	return err;
}
