/* SPDX-License-Identifier: GPL-2.0 */
/* Cases of a guest with a SCSI controller, and what they share. */
#ifndef _TEST_GUEST_H
#define _TEST_GUEST_H

#include <endian.h>

#include "case.h"
#include "vstor.h"

extern uint32_t ring_bytes;
extern const struct vmh_guid scsi_class;

extern const struct test_case protocol_cases[];
extern const struct test_case hostile_cases[];
extern const struct test_case migrate_cases[];
extern const struct test_case stuck_cases[];
extern const struct test_case core_cases[];
extern const struct test_case copy_cases[];
extern const struct test_case limit_cases[];

struct guest {
	struct vg vg;
	struct vg_channel ch;
	uint8_t *data;			/* guest memory for data, DATA_PAGES */
};

#define DATA_PAGES	600

/* Attached, connected, the controller's channel open. */
void guest_start(struct guest *g);
/* And what a guest says first. */
void guest_ready(struct guest *g, uint16_t version);
void guest_end(struct guest *g);
/* Send @packet, get what it becomes; of the length that it has. */
void ask(struct guest *g, struct vstor_packet *packet, uint32_t len);
uint32_t ask_op(struct guest *g, uint32_t operation, struct vstor_packet *packet);

/* An SRB with data in guest memory, or none. */
struct srb {
	uint8_t lun;
	uint8_t target;
	uint8_t path;
	uint8_t cdb[16];
	uint8_t cdb_length;
	uint8_t data_in;
	uint32_t len;
	uint32_t offset;		/* of data in g->data */
	uint32_t range;			/* bytes of the range, if not len */
	uint8_t queue;			/* VSTOR_QUEUE_*, or 0 */
};

void put_srb(const struct srb *srb, struct vstor_packet *packet);
void send_srb(struct guest *g, const struct srb *srb, uint64_t trans_id);
/* The same, but -EAGAIN if there is no room. */
int try_srb(struct guest *g, const struct srb *srb, uint64_t trans_id);
/* On a channel of its, and the host is not told of it yet. */
int try_srb_quiet(struct guest *g, struct vg_channel *ch, const struct srb *srb,
		  uint64_t trans_id);
/* Send, and wait; what it becomes. */
void run_srb(struct guest *g, const struct srb *srb, struct vstor_packet *packet);

#endif
