// SPDX-License-Identifier: GPL-2.0
/* A guest's way to the echo device; and what the guest can be told to do. */
#include <endian.h>
#include <errno.h>

#include "guest.h"

const struct vmh_guid echo_class = { VMBUS_ECHO_CLASS };

void guest_start(struct vg *vg, size_t memory)
{
	ok(vg_open(vg, partition, memory, attach_flags));
	ok(vg_connect(vg, VMH_VERSION_WIN10_V5_3));
	ok(vg_request_offers(vg));
}

void echo_open(struct vg_channel *ch, struct vg *vg, size_t ring_bytes)
{
	struct vg_offer *offer = vg_find(vg, &echo_class, 0, 0);

	check(offer);
	ok(vg_channel_open(ch, vg, offer->relid, ring_bytes, 0));
}

void echo_send(struct vg_channel *ch, uint16_t type, uint16_t flags,
	       uint64_t trans_id, const void *extra, uint32_t extra_len,
	       const void *payload, uint32_t len)
{
	int err;

	while ((err = vg_send(ch, type, flags, trans_id, extra, extra_len,
			      payload, len)) == -EAGAIN)
		check(vg_channel_wait(ch, 20000) > 0);
	if (err)
		fail("send: %s", strerror(-err));
}

uint32_t echo_ask(struct vg_channel *ch, uint32_t op, uint32_t arg,
		  uint32_t *status)
{
	struct vmbus_echo_header hdr = {
		.op = htole32(op), .arg = htole32(arg),
	};
	struct vg_packet packet;
	uint8_t buf[256];

	ok(vg_send(ch, VMH_PACKET_INBAND, VMH_PACKET_WANTS_COMPLETION, op + 77,
		   NULL, 0, &hdr, sizeof(hdr)));
	ok(vg_recv_wait(ch, buf, sizeof(buf), &packet, 20000));
	check(packet.type == VMH_PACKET_COMPLETION);
	check(packet.trans_id == op + 77);
	check(packet.len == sizeof(hdr));
	memcpy(&hdr, packet.payload, sizeof(hdr));
	*status = le32toh(hdr.status);
	return le32toh(hdr.arg);
}

uint32_t echo_stuff(struct vg_channel *ch, uint32_t size)
{
	uint8_t out[VMBUS_ECHO_MAX_PACKET];
	uint32_t sent = 0;

	fill(out, size, 1);
	do {
		while (!vg_send(ch, VMH_PACKET_INBAND, 1, sent, NULL, 0, out, size))
			sent++;
	} while (vg_channel_wait(ch, 300) > 0);
	return sent;
}

void fill(uint8_t *buf, uint32_t len, uint32_t seed)
{
	struct vmbus_echo_header hdr = {
		.op = htole32(VMBUS_ECHO_OP_ECHO), .reserved = htole32(seed),
	};
	uint32_t i, v = seed * 2654435761U + 1;

	for (i = 0; i + 4 <= len; i += 4, v = v * 1664525 + 1013904223)
		memcpy(buf + i, &v, 4);
	memset(buf + i, 0x5a, len - i);
	memcpy(buf, &hdr, len < sizeof(hdr) ? len : sizeof(hdr));
}

const struct test_case *const test_tables[] = {
	control_cases, packet_cases, hostile_cases, migrate_cases, bench_cases,
	service_cases, nic_cases, nic_oid_cases, nic_hostile_cases, nic_fuzz_cases,
	death_cases, NULL,
};
