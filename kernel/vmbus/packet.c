// SPDX-License-Identifier: GPL-2.0
/* A packet from the guest; see packet.h. */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/unaligned.h>

#include "packet.h"

/* Its ranges lie between the descriptor and the payload (struct gpa_range). */
static int parse_gpa(struct vmh_packet *p, const u8 *copy, u32 offset)
{
	const u8 *at = copy + sizeof(struct vmh_descriptor);
	const u8 *end = copy + offset;
	u32 i, bytes, first;
	u64 n;

	if (end - at < sizeof(struct vmh_gpa_direct_header))
		return -EPROTO;
	p->range_cnt = get_unaligned_le32(at + 4);
	at += sizeof(struct vmh_gpa_direct_header);
	p->ranges = at;
	for (i = 0; i < p->range_cnt; i++) {
		if (end - at < sizeof(struct vmh_gpa_range))
			return -EPROTO;
		bytes = get_unaligned_le32(at);
		first = get_unaligned_le32(at + 4);
		at += sizeof(struct vmh_gpa_range);
		/* The offset is into the first frame. */
		if (first >= VMH_PAGE_SIZE)
			return -EPROTO;
		n = vmh_frames(first, bytes);
		if (n > (u64)(end - at) / sizeof(__le64))
			return -EPROTO;
		at += n * sizeof(__le64);
		p->data_len += bytes;
	}
	return 0;
}

static int parse_xfer(struct vmh_packet *p, const u8 *copy, u32 offset)
{
	const u8 *at = copy + sizeof(struct vmh_descriptor);
	const u8 *end = copy + offset;
	u32 i;

	if (end - at < sizeof(struct vmh_xfer_header))
		return -EPROTO;
	p->pageset_id = get_unaligned_le16(at);
	p->range_cnt = get_unaligned_le32(at + 4);
	at += sizeof(struct vmh_xfer_header);
	p->ranges = at;
	if (p->range_cnt > (end - at) / sizeof(struct vmh_xfer_range))
		return -EPROTO;
	for (i = 0; i < p->range_cnt; i++)
		p->data_len += get_unaligned_le32(at + i * sizeof(struct vmh_xfer_range));
	return 0;
}

/**
 * vmh_packet_parse() - check a packet
 * @packet: to be filled in
 * @copy: the packet, in private memory, from its descriptor on
 * @len: bytes of it
 *
 * What ranges refer to is not looked at: what is the guest's memory only the
 * transport knows.
 *
 * Return: 0, -EPROTO if it contradicts itself, -EOPNOTSUPP for a type that is
 * none of ours.
 */
int vmh_packet_parse(struct vmh_packet *packet, const void *copy, u32 len)
{
	const struct vmh_descriptor *desc = copy;
	u32 offset;

	if (len < sizeof(*desc))
		return -EPROTO;
	offset = le16_to_cpu(desc->offset8) * VMH_UNIT;
	if (offset < sizeof(*desc) || offset > len ||
	    le16_to_cpu(desc->len8) * VMH_UNIT != len)
		return -EPROTO;
	/* One by one, which is less than to clear all of it. */
	packet->type = le16_to_cpu(desc->type);
	packet->wants_completion = le16_to_cpu(desc->flags) &
				   VMH_PACKET_WANTS_COMPLETION;
	packet->trans_id = le64_to_cpu(desc->trans_id);
	packet->payload = copy + offset;
	packet->len = len - offset;
	packet->ranges = NULL;
	packet->range_cnt = 0;
	packet->data_len = 0;
	packet->pageset_id = 0;
	switch (packet->type) {
	case VMH_PACKET_INBAND:
		return 0;
	case VMH_PACKET_COMPLETION:
		/* Nobody completes a completion. */
		packet->wants_completion = false;
		return 0;
	case VMH_PACKET_GPA_DIRECT:
		return parse_gpa(packet, copy, offset);
	case VMH_PACKET_XFER_PAGES:
		return parse_xfer(packet, copy, offset);
	default:
		return -EOPNOTSUPP;
	}
}

/**
 * vmh_packet_xfer() - a range of a packet of transfer pages
 * @packet: which vmh_packet_parse() found good
 * @i: which range, less than range_cnt
 * @offset: set to where it begins in the page set
 * @bytes: set to its length; both are as the guest says
 */
void vmh_packet_xfer(const struct vmh_packet *packet, u32 i, u32 *offset,
		     u32 *bytes)
{
	const u8 *at = packet->ranges + i * sizeof(struct vmh_xfer_range);

	*bytes = get_unaligned_le32(at);
	*offset = get_unaligned_le32(at + 4);
}
