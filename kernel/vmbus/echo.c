// SPDX-License-Identifier: GPL-2.0
/* The echo service; what it does is in uapi/linux/vmbus_echo.h. */
#include <linux/crc32.h>
#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <uapi/linux/vmbus_echo.h>

#include "builtin.h"
#include "service.h"

#define BOUNCE	VMH_PAGE_SIZE

/**
 * struct echo - what a channel of the service remembers
 * @buffer: for transfer pages, or NULL
 * @done: what a GPA-direct packet asks for is done; only the answer is not sent
 * @arg: of that
 * @err: of that
 * @bounce: for GPA-direct packets
 */
struct echo {
	struct vmh_gpadl *buffer;
	bool done;
	u32 arg;
	int err;
	u8 bounce[BOUNCE];
};

static int echo_open(struct vmh_channel *ch, const u8 *user_data)
{
	struct echo *echo = kvzalloc(sizeof(*echo), GFP_KERNEL_ACCOUNT);

	if (!echo)
		return -ENOMEM;
	vmh_channel_set_priv(ch, echo);
	return 0;
}

static void drop_buffer(struct echo *echo)
{
	if (echo->buffer)
		vmh_gpadl_put(echo->buffer);
	echo->buffer = NULL;
}

static void echo_close(struct vmh_channel *ch)
{
	struct echo *echo = vmh_channel_priv(ch);

	drop_buffer(echo);
	kvfree(echo);
}

/* An answer that is no more than a header. */
static int answer(struct vmh_channel *ch, const struct vmh_packet *packet,
		  struct vmbus_echo_header *hdr, u32 arg, int err)
{
	if (!packet->wants_completion)
		return 0;
	hdr->arg = cpu_to_le32(arg);
	hdr->status = cpu_to_le32(-err);
	return vmh_channel_complete(ch, packet->trans_id, hdr, sizeof(*hdr));
}

static int on_echo(struct vmh_channel *ch, const struct vmh_packet *packet)
{
	struct vmh_piece piece = { packet->payload, packet->len };

	if (packet->wants_completion)
		return vmh_channel_complete(ch, packet->trans_id, packet->payload,
					    packet->len);
	return vmh_channel_send(ch, &piece, 1, packet->trans_id, false);
}

/* One walk to read, another one to write: the same bytes, page by page. */
static void do_memory(struct vmh_channel *ch, const struct vmh_packet *packet,
		      bool invert)
{
	struct echo *echo = vmh_channel_priv(ch);
	struct vmh_gpa_iter from, to;
	u64 left = packet->data_len;
	u32 crc = ~0, n, i;
	int err = 0;

	vmh_packet_gpa(&from, packet);
	to = from;
	for (; left; left -= n) {
		n = min_t(u64, left, BOUNCE);
		err = vmh_channel_copy_from(ch, &from, echo->bounce, n);
		if (err)
			break;
		crc = crc32_le(crc, echo->bounce, n);
		if (!invert)
			continue;
		for (i = 0; i < n; i++)
			echo->bounce[i] ^= 0xff;
		err = vmh_channel_copy_to(ch, &to, echo->bounce, n);
		if (err)
			break;
	}
	echo->arg = invert ? packet->data_len - left : ~crc;
	echo->err = err;
}

static int on_memory(struct vmh_channel *ch, const struct vmh_packet *packet,
		     struct vmbus_echo_header *hdr, bool invert)
{
	struct echo *echo = vmh_channel_priv(ch);
	int err;

	/* Once, however often there is no room for the answer. */
	if (!echo->done)
		do_memory(ch, packet, invert);
	err = answer(ch, packet, hdr, echo->arg, echo->err);
	echo->done = err == -EAGAIN;
	return err;
}

static int on_buffer(struct vmh_channel *ch, const struct vmh_packet *packet,
		     struct vmbus_echo_header *hdr)
{
	struct echo *echo = vmh_channel_priv(ch);
	u32 id = le32_to_cpu(hdr->arg);
	int err;

	/* Answered first: a full ring has us come here again. */
	if (id) {
		struct vmh_gpadl *buffer = vmh_gpadl_get(ch, id);

		err = answer(ch, packet, hdr, id, buffer ? 0 : -ENOENT);
		if (err || !buffer) {
			if (buffer)
				vmh_gpadl_put(buffer);
			return err;
		}
		drop_buffer(echo);
		echo->buffer = buffer;
		return 0;
	}
	err = answer(ch, packet, hdr, 0, 0);
	if (!err)
		drop_buffer(echo);
	return err;
}

static int on_xfer(struct vmh_channel *ch, const struct vmh_packet *packet,
		   struct vmbus_echo_header *hdr)
{
	u32 len = packet->len - sizeof(*hdr), n = le32_to_cpu(hdr->arg), i;
	struct vmh_xfer_range ranges[VMBUS_ECHO_MAX_RANGES];
	struct echo *echo = vmh_channel_priv(ch);
	int err;

	if (!echo->buffer)
		return answer(ch, packet, hdr, 0, -ENXIO);
	if (!n || n > VMBUS_ECHO_MAX_RANGES || !len)
		return answer(ch, packet, hdr, 0, -EINVAL);
	for (i = 0; i < n; i++) {
		err = vmh_gpadl_write(echo->buffer, i * len,
				      packet->payload + sizeof(*hdr), len);
		if (err)
			return answer(ch, packet, hdr, 0, err);
		ranges[i].byte_count = cpu_to_le32(len);
		ranges[i].byte_offset = cpu_to_le32(i * len);
	}
	return vmh_channel_send_xfer(ch, VMBUS_ECHO_PAGESET, ranges, n,
				     packet->trans_id, hdr, sizeof(*hdr));
}

static int on_inband(struct vmh_channel *ch, const struct vmh_packet *packet,
		     struct vmbus_echo_header *hdr)
{
	int err;

	switch (le32_to_cpu(hdr->op)) {
	case VMBUS_ECHO_OP_ECHO:
		return on_echo(ch, packet);
	case VMBUS_ECHO_OP_BUFFER:
		return on_buffer(ch, packet, hdr);
	case VMBUS_ECHO_OP_XFER:
		return on_xfer(ch, packet, hdr);
	case VMBUS_ECHO_OP_SUBCHANNELS:
		err = vmh_channel_index(ch) ? -EINVAL :
			vmh_offer_subchannels(vmh_channel_device(ch),
					      le32_to_cpu(hdr->arg));
		return answer(ch, packet, hdr, le32_to_cpu(hdr->arg), err);
	default:
		return -EOPNOTSUPP;
	}
}

static int echo_packet(struct vmh_channel *ch, const struct vmh_packet *packet)
{
	struct vmbus_echo_header hdr;

	/* Of transfer pages; there is nothing to be done about it. */
	if (packet->type == VMH_PACKET_COMPLETION)
		return 0;
	if (packet->len < sizeof(hdr))
		return -EPROTO;
	memcpy(&hdr, packet->payload, sizeof(hdr));
	if (packet->type == VMH_PACKET_INBAND)
		return on_inband(ch, packet, &hdr);
	if (packet->type != VMH_PACKET_GPA_DIRECT)
		return -EOPNOTSUPP;
	switch (le32_to_cpu(hdr.op)) {
	case VMBUS_ECHO_OP_INVERT:
		return on_memory(ch, packet, &hdr, true);
	case VMBUS_ECHO_OP_SUM:
		return on_memory(ch, packet, &hdr, false);
	default:
		return -EOPNOTSUPP;
	}
}

struct saved_echo {
	__le32 buffer;			/* 0: none */
	__le32 done;
	__le32 arg;
	__le32 err;			/* positive */
};

static u32 echo_save(struct vmh_channel *ch, void *state)
{
	const struct echo *echo = vmh_channel_priv(ch);
	struct saved_echo *saved = state;

	saved->buffer = cpu_to_le32(echo->buffer ? vmh_gpadl_id(echo->buffer) : 0);
	saved->done = cpu_to_le32(echo->done);
	saved->arg = cpu_to_le32(echo->arg);
	saved->err = cpu_to_le32(-echo->err);
	return sizeof(*saved);
}

static int echo_restore(struct vmh_channel *ch, const void *state, u32 len)
{
	struct echo *echo = vmh_channel_priv(ch);
	const struct saved_echo *saved = state;

	if (len != sizeof(*saved) || le32_to_cpu(saved->done) > 1)
		return -EINVAL;
	echo->done = saved->done;
	echo->arg = le32_to_cpu(saved->arg);
	echo->err = -le32_to_cpu(saved->err);
	if (!saved->buffer)
		return 0;
	echo->buffer = vmh_gpadl_get(ch, le32_to_cpu(saved->buffer));
	return echo->buffer ? 0 : -EINVAL;
}

const struct vmh_service vmh_echo = {
	.name		= "echo",
	.class		= { VMBUS_ECHO_CLASS },
	.subchannels	= true,
	.max_packet	= VMBUS_ECHO_MAX_PACKET,
	.open		= echo_open,
	.close		= echo_close,
	.packet		= echo_packet,
	.save		= echo_save,
	.restore	= echo_restore,
};
