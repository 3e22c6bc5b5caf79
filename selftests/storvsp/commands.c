// SPDX-License-Identifier: GPL-2.0
/* Commands for target core, and what there is of them to check. */
#include "commands.h"

static void put_be(uint8_t *at, uint64_t value, int bytes)
{
	while (bytes--) {
		at[bytes] = value;
		value >>= 8;
	}
}

/* Whatever the host says unasked is of no interest. */
uint64_t next_completion(struct guest *g, struct vstor_packet *p, int timeout_ms)
{
	struct vg_packet packet;
	uint8_t buf[256];

	do {
		ok(vg_recv_wait(&g->ch, buf, sizeof(buf), &packet, timeout_ms));
	} while (packet.type != VMH_PACKET_COMPLETION);
	memcpy(p, packet.payload, sizeof(*p));
	return packet.trans_id;
}

void run_command(struct guest *g, const struct srb *srb, struct vstor_packet *p)
{
	send_srb(g, srb, 99);
	check_eq(next_completion(g, p, 60000), 99);
}

bool get_naa(struct guest *g, uint8_t lun, uint8_t *naa)
{
	struct srb s = {
		.lun = lun, .cdb = { 0x12, 1, 0x83, 1, 0 }, .cdb_length = 6,
		.data_in = VSTOR_DATA_IN, .len = 256, .offset = READ,
	};
	const uint8_t *d = g->data + READ + 4;
	struct vstor_packet p;

	memset(g->data + READ, 0, 256);
	run_command(g, &s, &p);
	for (; d < g->data + READ + 256 - 20 && d[3]; d += 4 + d[3]) {
		if ((d[1] & 0xf) == 3 && d[3] == NAA_LEN) {
			memcpy(naa, d + 4, NAA_LEN);
			return true;
		}
	}
	return false;
}

void put_copy(uint8_t *list, const struct copy *copy)
{
	uint8_t *segment = list + 16 + 2 * 32, *target = list + 16;
	int i;

	memset(list, 0, COPY_LEN);
	put_be(list + 2, 2 * 32, 2);
	put_be(list + 8, 28, 4);
	for (i = 0; i < 2; i++, target += 32) {
		target[0] = 0xe4;
		target[4] = 1;
		target[5] = 3;
		target[7] = NAA_LEN;
		memcpy(target + 8, i ? copy->to : copy->from, NAA_LEN);
	}
	segment[0] = 2;
	put_be(segment + 2, 0x18, 2);
	put_be(segment + 6, 1, 2);
	put_be(segment + 10, copy->blocks, 2);
	put_be(segment + 12, copy->from_lba, 8);
	put_be(segment + 20, copy->to_lba, 8);
}

struct srb copy_srb(uint8_t lun, uint32_t offset)
{
	return (struct srb) {
		.lun = lun, .cdb = { 0x83, [13] = COPY_LEN }, .cdb_length = 16,
		.data_in = VSTOR_DATA_OUT, .len = COPY_LEN, .offset = offset,
	};
}

struct srb caw_srb(uint8_t lun, uint32_t lba, uint32_t offset)
{
	struct srb s = {
		.lun = lun, .cdb = { 0x89, [13] = 1 }, .cdb_length = 16,
		.data_in = VSTOR_DATA_OUT, .len = 2 * BLOCK, .offset = offset,
	};

	put_be(s.cdb + 6, lba, 4);
	return s;
}

struct srb reserve_srb(uint8_t lun, uint8_t action, uint8_t type, uint32_t offset)
{
	return (struct srb) {
		.lun = lun, .cdb = { 0x5f, action, type, [8] = 24 }, .cdb_length = 10,
		.data_in = VSTOR_DATA_OUT, .len = 24, .offset = offset,
	};
}

void put_keys(uint8_t *list, uint8_t old, uint8_t new)
{
	memset(list, 0, 24);
	list[7] = old;
	list[15] = new;
}

struct srb move_srb(uint8_t opcode, uint8_t lun, uint32_t lba, uint8_t blocks)
{
	struct srb s = {
		.lun = lun, .cdb = { opcode, [8] = blocks }, .cdb_length = 10,
		.data_in = opcode == 0x28 ? VSTOR_DATA_IN : VSTOR_DATA_OUT,
		.len = blocks * BLOCK, .offset = opcode == 0x28 ? READ : SENT,
	};

	put_be(s.cdb + 2, lba, 4);
	return s;
}

void good(struct guest *g, struct srb srb)
{
	struct vstor_packet p;

	run_command(g, &srb, &p);
	if (p.srb.srb_status != VSTOR_SRB_SUCCESS)
		fail("%#x for LUN %u: SRB status %#x, SCSI status %#x, sense %x %02x %02x",
		     srb.cdb[0], srb.lun, p.srb.srb_status, p.srb.scsi_status,
		     p.srb.sense[2] & 0xf, p.srb.sense[12], p.srb.sense[13]);
}

void fill(struct guest *g, uint8_t lun, uint32_t lba, uint8_t blocks, uint8_t byte)
{
	memset(g->data + SENT, byte, blocks * BLOCK);
	good(g, move_srb(0x2a, lun, lba, blocks));
}

/* Is that what is there? */
void filled(struct guest *g, uint8_t lun, uint32_t lba, uint8_t blocks, uint8_t byte)
{
	uint32_t i;

	memset(g->data + READ, ~byte, blocks * BLOCK);
	good(g, move_srb(0x28, lun, lba, blocks));
	for (i = 0; i < blocks * BLOCK; i++)
		if (g->data[READ + i] != byte)
			fail("LUN %u block %u: byte %u is %#x, not %#x", lun,
			     (unsigned int)(lba + i / BLOCK), i % BLOCK,
			     g->data[READ + i], byte);
}

/* What UNIT ATTENTION has to say. */
void hear(struct guest *g, uint8_t lun)
{
	struct srb test = { .lun = lun, .cdb_length = 6, .data_in = VSTOR_DATA_NONE };
	struct vstor_packet p;
	int i;

	for (i = 0; i < 8; i++) {
		run_command(g, &test, &p);
		if (p.srb.srb_status == VSTOR_SRB_SUCCESS)
			return;
	}
	fail("LUN %u is not ready", lun);
}

void sense_is(const struct vstor_packet *p, uint8_t key, uint8_t asc, uint8_t ascq)
{
	if (p->srb.scsi_status != 2 || (p->srb.sense[2] & 0xf) != key ||
	    p->srb.sense[12] != asc || p->srb.sense[13] != ascq)
		fail("SCSI status %#x, sense %x %02x %02x, not %x %02x %02x",
		     p->srb.scsi_status, p->srb.sense[2] & 0xf, p->srb.sense[12],
		     p->srb.sense[13], key, asc, ascq);
}

void send_lun_reset(struct guest *g, uint8_t lun, uint64_t trans_id)
{
	struct vstor_packet p = {
		.operation = htole32(VSTOR_RESET_LUN), .flags = htole32(1),
		.srb.lun = lun,
	};

	ok(vg_send(&g->ch, VMH_PACKET_INBAND, VMH_PACKET_WANTS_COMPLETION, trans_id, NULL, 0,
		   &p, sizeof(p)));
}

void lun_reset(struct guest *g, uint8_t lun)
{
	struct vstor_packet p;

	send_lun_reset(g, lun, 77);
	check_eq(next_completion(g, &p, 60000), 77);
	check_eq(le32toh(p.status), VSTOR_STATUS_SUCCESS);
}

void start_as(struct guest *g, const char *name)
{
	partition = name;
	guest_start(g);
	guest_ready(g, VSTOR_VERSION_WIN10);
}

void put_caw(struct guest *g, uint32_t offset, uint8_t old, uint8_t new)
{
	memset(g->data + offset, old, BLOCK);
	memset(g->data + offset + BLOCK, new, BLOCK);
}
