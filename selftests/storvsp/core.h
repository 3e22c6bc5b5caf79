/* SPDX-License-Identifier: GPL-2.0 */
/* Commands that target core does more for than read and write. */
#ifndef _TEST_CORE_H
#define _TEST_CORE_H

#include "guest.h"

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

#endif
