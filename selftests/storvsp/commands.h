/* SPDX-License-Identifier: GPL-2.0 */
/* Commands for target core, for which it does more than for reads and writes, and those. */
#ifndef _TEST_COMMANDS_H
#define _TEST_COMMANDS_H

#include "guest.h"

/* Of guest memory: what is sent, what is read, and lists. */
#define SENT		(100 * PAGE)
#define READ		(300 * PAGE)
#define LISTS		(500 * PAGE)
#define BLOCK		512

#define NAA_LEN		16
/* A parameter list with two targets and a segment. */
#define COPY_LEN	(16 + 2 * 32 + 28)

/**
 * struct copy - what EXTENDED COPY copies
 * @from: the designator of where it is
 * @to: and of where it goes
 * @blocks: so many
 * @from_lba: from here
 * @to_lba: to there
 */
struct copy {
	uint8_t from[NAA_LEN];
	uint8_t to[NAA_LEN];
	uint16_t blocks;
	uint64_t from_lba;
	uint64_t to_lba;
};

/* How a LUN is called by EXTENDED COPY; false if there is none. */
bool get_naa(struct guest *g, uint8_t lun, uint8_t *naa);
/* The parameter list, and a command for @lun that has it at @offset of the data. */
void put_copy(uint8_t *list, const struct copy *copy);
struct srb copy_srb(uint8_t lun, uint32_t offset);
/* COMPARE AND WRITE of one block, with both at @offset of the data. */
struct srb caw_srb(uint8_t lun, uint32_t lba, uint32_t offset);
/* PERSISTENT RESERVE OUT, whose list is at @offset of the data. */
struct srb reserve_srb(uint8_t lun, uint8_t action, uint8_t type, uint32_t offset);
void put_keys(uint8_t *list, uint8_t old, uint8_t new);
/* What COMPARE AND WRITE sends, at @offset of the data: one block that is there, and the new one. */
void put_caw(struct guest *g, uint32_t offset, uint8_t old, uint8_t new);
/* READ(10) to READ, WRITE(10) from SENT. */
struct srb move_srb(uint8_t opcode, uint8_t lun, uint32_t lba, uint8_t blocks);

/* The guest of partition @name, which has said what a guest says first. */
void start_as(struct guest *g, const char *name);
/* The next answer, and whose it is. Whatever the host says unasked is of no interest. */
uint64_t next_completion(struct guest *g, struct vstor_packet *p, int timeout_ms);
/* Send a command, and wait for it; good() fails if that does not succeed. */
void run_command(struct guest *g, const struct srb *srb, struct vstor_packet *p);
void good(struct guest *g, struct srb srb);
/* Blocks of one byte: write them; and are they there? */
void fill(struct guest *g, uint8_t lun, uint32_t lba, uint8_t blocks, uint8_t byte);
void filled(struct guest *g, uint8_t lun, uint32_t lba, uint8_t blocks, uint8_t byte);
/* Let UNIT ATTENTION say what it has to say. */
void hear(struct guest *g, uint8_t lun);
void sense_is(const struct vstor_packet *p, uint8_t key, uint8_t asc, uint8_t ascq);
/* Reset a LUN; and wait until it has succeeded. */
void send_lun_reset(struct guest *g, uint8_t lun, uint64_t trans_id);
void lun_reset(struct guest *g, uint8_t lun);

#endif
