/* SPDX-License-Identifier: GPL-2.0 */
/* A guest with a SCSI controller, for tests: cases, and what they share. */
#ifndef _TEST_GUEST_H
#define _TEST_GUEST_H

#include <endian.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vmbusguest.h"
#include "vstor.h"

#define PAGE	VMH_PAGE_SIZE
#define RING	(16 * PAGE)
#define MEMORY	(64U << 20)

extern const char *partition;
extern uint32_t attach_flags;
extern uint32_t ring_bytes;

struct test_case {
	const char *name;
	void (*run)(int argc, char **argv);
};

extern const struct test_case protocol_cases[];
extern const struct test_case hostile_cases[];
extern const struct test_case migrate_cases[];
extern const struct test_case stuck_cases[];

#define fail(fmt, ...) do {						\
	printf("# %s:%d: " fmt "\n", __func__, __LINE__, ##__VA_ARGS__);	\
	exit(1);							\
} while (0)

#define check(cond) do {						\
	if (!(cond))							\
		fail("not so: %s", #cond);				\
} while (0)

#define check_eq(got, want) do {					\
	uint64_t got_ = (got), want_ = (want);				\
									\
	if (got_ != want_)						\
		fail("%s is %#llx, not %#llx", #got,			\
		     (unsigned long long)got_, (unsigned long long)want_); \
} while (0)

#define ok(call) do {							\
	int __err = (call);						\
									\
	if (__err < 0)							\
		fail("%s: %s", #call, strerror(-__err));		\
} while (0)

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
};

void put_srb(const struct srb *srb, struct vstor_packet *packet);
void send_srb(struct guest *g, const struct srb *srb, uint64_t trans_id);
/* The same, but -EAGAIN if there is no room. */
int try_srb(struct guest *g, const struct srb *srb, uint64_t trans_id);
/* Send, and wait; what it becomes. */
void run_srb(struct guest *g, const struct srb *srb, struct vstor_packet *packet);

#endif
