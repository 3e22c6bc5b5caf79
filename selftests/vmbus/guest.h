/* SPDX-License-Identifier: GPL-2.0 */
/* Cases of a guest, and what they share. */
#ifndef _TEST_GUEST_H
#define _TEST_GUEST_H

#include "case.h"

extern const struct test_case control_cases[];
extern const struct test_case packet_cases[];
extern const struct test_case hostile_cases[];
extern const struct test_case migrate_cases[];
extern const struct test_case bench_cases[];
extern const struct test_case service_cases[];
extern const struct test_case nic_cases[];
extern const struct test_case nic_oid_cases[];
extern const struct test_case nic_hostile_cases[];
extern const struct test_case nic_fuzz_cases[];
extern const struct test_case death_cases[];

extern const struct vmh_guid echo_class;

/* Attached, connected, offers read. */
void guest_start(struct vg *vg, size_t memory);
/* The echo device, its primary channel open. */
void echo_open(struct vg_channel *ch, struct vg *vg, size_t ring_bytes);
/* Send, and wait for room if there is none. */
void echo_send(struct vg_channel *ch, uint16_t type, uint16_t flags,
	       uint64_t trans_id, const void *extra, uint32_t extra_len,
	       const void *payload, uint32_t len);
/* Ask something, and get the completion. */
uint32_t echo_ask(struct vg_channel *ch, uint32_t op, uint32_t arg,
		  uint32_t *status);
/* Send packets of @size bytes until both rings are full; returns how many. */
uint32_t echo_stuff(struct vg_channel *ch, uint32_t size);
/* Bytes that depend on a seed, after the header that they begin with. */
void fill(uint8_t *buf, uint32_t len, uint32_t seed);

#endif
