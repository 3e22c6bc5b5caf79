// SPDX-License-Identifier: GPL-2.0
/* A guest that has a SCSI controller: how it says what; and what it can be told to do. */
#include <errno.h>
#include <unistd.h>

#include "guest.h"

uint32_t ring_bytes = RING;

const struct vmh_guid scsi_class = { VSTOR_SCSI_CLASS };

void guest_start(struct guest *g)
{
	struct vg_offer *offer;
	int err;

	memset(g, 0, sizeof(*g));
	/* The one before may not be gone yet. */
	do {
		err = vg_open(&g->vg, partition, MEMORY, attach_flags);
	} while (err == -EBUSY && !usleep(1000));
	ok(err);
	ok(vg_connect(&g->vg, VMH_VERSION_WIN10_V5_3));
	ok(vg_request_offers(&g->vg));
	offer = vg_find(&g->vg, &scsi_class, 0, 5000);
	check(offer);
	ok(vg_channel_open(&g->ch, &g->vg, offer->relid, ring_bytes, 0));
	g->data = vg_alloc(&g->vg, DATA_PAGES);
	check(g->data);
}

void guest_end(struct guest *g)
{
	ok(vg_channel_close(&g->ch));
	vg_close(&g->vg);
}

void ask(struct guest *g, struct vstor_packet *packet, uint32_t len)
{
	struct vg_packet answer;
	uint8_t buf[256];

	ok(vg_send(&g->ch, VMH_PACKET_INBAND, VMH_PACKET_WANTS_COMPLETION, 4711,
		   NULL, 0, packet, len));
	ok(vg_recv_wait(&g->ch, buf, sizeof(buf), &answer, 20000));
	check_eq(answer.type, VMH_PACKET_COMPLETION);
	check_eq(answer.trans_id, 4711);
	check_eq(answer.len, len);
	memcpy(packet, answer.payload, len);
	check_eq(le32toh(packet->operation), VSTOR_COMPLETE_IO);
}

uint32_t ask_op(struct guest *g, uint32_t operation, struct vstor_packet *packet)
{
	packet->operation = htole32(operation);
	packet->flags = htole32(1);
	ask(g, packet, sizeof(*packet));
	return le32toh(packet->status);
}

void put_srb(const struct srb *srb, struct vstor_packet *packet)
{
	*packet = (struct vstor_packet) {
		.operation = htole32(VSTOR_EXECUTE_SRB),
		.flags = htole32(1),
		.srb.length = htole16(sizeof(struct vstor_srb)),
		.srb.path = srb->path,
		.srb.target = srb->target,
		.srb.lun = srb->lun,
		.srb.cdb_length = srb->cdb_length,
		.srb.sense_length = VSTOR_SENSE_MAX,
		.srb.data_in = srb->data_in,
		.srb.data_length = htole32(srb->len),
	};
	if (srb->queue) {
		packet->srb.flags = htole32(VSTOR_SRB_QUEUE_ACTION_ENABLE);
		packet->srb.queue_action = srb->queue;
	}
	memcpy(packet->srb.cdb, srb->cdb, sizeof(srb->cdb));
}

int try_srb_quiet(struct guest *g, struct vg_channel *ch, const struct srb *srb,
		  uint64_t trans_id)
{
	uint32_t bytes = srb->range ? srb->range : srb->len, i, n;
	struct {
		__le32 reserved, count;
		struct vmh_gpa_range range;
		__le64 pfn[DATA_PAGES];
	} extra = { .count = htole32(1) };
	struct vstor_packet packet;
	uint64_t gpa;

	put_srb(srb, &packet);
	gpa = vg_gpa(&g->vg, g->data + srb->offset);
	n = (gpa % PAGE + bytes + PAGE - 1) / PAGE;
	check(n <= DATA_PAGES);
	extra.range.byte_count = htole32(bytes);
	extra.range.byte_offset = htole32(gpa % PAGE);
	for (i = 0; i < n; i++)
		extra.pfn[i] = htole64(gpa / PAGE + i);
	return vg_send_quiet(ch, bytes ? VMH_PACKET_GPA_DIRECT : VMH_PACKET_INBAND,
			     VMH_PACKET_WANTS_COMPLETION, trans_id, &extra,
			     bytes ? 16 + n * 8 : 0, &packet, sizeof(packet));
}

int try_srb(struct guest *g, const struct srb *srb, uint64_t trans_id)
{
	int err = try_srb_quiet(g, &g->ch, srb, trans_id);

	return err ? err : vg_flush(&g->ch);
}

void send_srb(struct guest *g, const struct srb *srb, uint64_t trans_id)
{
	int err;

	do {
		err = try_srb(g, srb, trans_id);
	} while (err == -EAGAIN && vg_channel_wait(&g->ch, 20000) > 0);
	ok(err);
}

void run_srb(struct guest *g, const struct srb *srb, struct vstor_packet *packet)
{
	struct vg_packet answer;
	uint8_t buf[256];

	send_srb(g, srb, 99);
	ok(vg_recv_wait(&g->ch, buf, sizeof(buf), &answer, 60000));
	check_eq(answer.trans_id, 99);
	check_eq(answer.len, sizeof(*packet));
	memcpy(packet, answer.payload, sizeof(*packet));
	check_eq(le32toh(packet->operation), VSTOR_COMPLETE_IO);
}

/* As a guest does that begins: what had the numbers of these before is nothing to it. */
static void look(struct guest *g)
{
	struct srb inquiry = {
		.cdb = { 0x12, 0, 0, 0, 36 }, .cdb_length = 6, .data_in = VSTOR_DATA_IN,
		.len = 36, .offset = (DATA_PAGES - 1) * PAGE,
	};
	struct vstor_packet p;

	for (inquiry.lun = 0; inquiry.lun < 4; inquiry.lun++)
		run_srb(g, &inquiry, &p);
}

void guest_ready(struct guest *g, uint16_t version)
{
	struct vstor_packet p = {};

	check_eq(ask_op(g, VSTOR_BEGIN_INITIALIZATION, &p), 0);
	memset(&p, 0, sizeof(p));
	p.version.version = htole16(version);
	check_eq(ask_op(g, VSTOR_QUERY_PROTOCOL_VERSION, &p), 0);
	memset(&p, 0, sizeof(p));
	check_eq(ask_op(g, VSTOR_QUERY_PROPERTIES, &p), 0);
	check(le32toh(p.properties.max_transfer) >= 1 << 20);
	memset(&p, 0, sizeof(p));
	check_eq(ask_op(g, VSTOR_END_INITIALIZATION, &p), 0);
	look(g);
}

const struct test_case *const test_tables[] = {
	protocol_cases, hostile_cases, migrate_cases, stuck_cases, core_cases,
	copy_cases, limit_cases, NULL,
};
