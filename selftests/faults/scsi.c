// SPDX-License-Identifier: GPL-2.0
/* A guest of partition "f" with a SCSI controller. Nothing fails here. */
#include <endian.h>
#include <errno.h>
#include <string.h>

#include <scsi/scsi.h>

#include "disk.h"
#include "msg.h"

/* What an answer may take on an emulated machine, in ms. */
#define PATIENCE 60000

static const struct vmh_guid scsi_class = { VSTOR_SCSI_CLASS };

struct scsi scsi = { .vg.fd = -1 };

static void must(int err, const char *what)
{
	if (err < 0)
		die("%s without a fault: %s", what, strerror(-err));
}

uint32_t scsi_attach(void)
{
	struct vg_offer *offer;

	memset(&scsi, 0, sizeof(scsi));
	must(vg_open(&scsi.vg, "f", SCSI_MEMORY, 0), "becoming a guest");
	/* It is there, or its page tables would be what fails. */
	memset(scsi.vg.mem, 0, scsi.vg.size);
	must(vg_connect(&scsi.vg, VMH_VERSION_WIN10_V5_3), "connecting");
	must(vg_request_offers(&scsi.vg), "asking for offers");
	offer = vg_find(&scsi.vg, &scsi_class, 0, 5000);
	if (!offer)
		die("the controller is not offered");
	return offer->relid;
}

/* What the host says by itself, to have LUNs looked for, is not waited for. */
static uint64_t next_answer(struct vstor_packet *packet)
{
	static uint8_t buf[256];
	struct vg_packet got;

	do {
		must(vg_recv_wait(&scsi.ch, buf, sizeof(buf), &got, PATIENCE),
		     "an answer");
	} while (got.type != VMH_PACKET_COMPLETION);
	memcpy(packet, got.payload, sizeof(*packet));
	return got.trans_id;
}

static void ask(uint32_t operation, uint16_t version)
{
	struct vstor_packet packet = {
		.operation = htole32(operation),
		.version.version = htole16(version),
	};

	must(vg_send(&scsi.ch, VMH_PACKET_INBAND, VMH_PACKET_WANTS_COMPLETION, 1,
		     NULL, 0, &packet, sizeof(packet)), "a packet");
	next_answer(&packet);
	if (packet.status)
		die("operation %u has status %#x", operation,
		    le32toh(packet.status));
}

void scsi_begin(void)
{
	uint32_t relid = scsi_attach();

	must(vg_channel_open(&scsi.ch, &scsi.vg, relid, SCSI_RING, 0), "opening");
	ask(VSTOR_BEGIN_INITIALIZATION, 0);
	ask(VSTOR_QUERY_PROTOCOL_VERSION, VSTOR_VERSION_WIN10);
	ask(VSTOR_QUERY_PROPERTIES, 0);
	ask(VSTOR_END_INITIALIZATION, 0);
}

void scsi_end(void)
{
	vg_close(&scsi.vg);
	scsi.vg.fd = -1;
}

static int send_command(uint8_t lun, uint8_t opcode, uint64_t trans_id)
{
	struct vstor_packet packet = {
		.operation = htole32(VSTOR_EXECUTE_SRB),
		.srb.length = htole16(sizeof(struct vstor_srb)),
		.srb.lun = lun,
		.srb.cdb_length = 6,
		.srb.sense_length = VSTOR_SENSE_MAX,
		.srb.data_in = VSTOR_DATA_NONE,
		.srb.cdb[0] = opcode,
	};

	return vg_send(&scsi.ch, VMH_PACKET_INBAND, VMH_PACKET_WANTS_COMPLETION,
		       trans_id, NULL, 0, &packet, sizeof(packet));
}

int scsi_send(uint8_t lun, uint64_t trans_id)
{
	return send_command(lun, TEST_UNIT_READY, trans_id);
}

uint64_t scsi_answer(uint8_t *status)
{
	struct vstor_packet packet;
	uint64_t trans_id = next_answer(&packet);

	*status = packet.srb.srb_status;
	return trans_id;
}

/*
 * One that was linked just now has a UNIT ATTENTION or two to tell first. Who had another there
 * hears that it is gone, and looks for the one that there is.
 */
bool scsi_sees(uint8_t lun)
{
	bool looked = false;
	uint8_t status = 0;
	int tries;

	for (tries = 0; tries < 8; tries++) {
		must(scsi_send(lun, 2), "a command");
		scsi_answer(&status);
		if (status == VSTOR_SRB_SUCCESS)
			return true;
		if (status != VSTOR_SRB_INVALID_LUN)
			continue;
		if (looked)
			return false;
		must(send_command(lun, INQUIRY, 3), "a command");
		scsi_answer(&status);
		looked = true;
	}
	die("LUN %u has status %#x", lun, status);
}
