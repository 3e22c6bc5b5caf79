/* SPDX-License-Identifier: GPL-2.0 */
/* A disk of partition "f", made step by step by way of configfs; and who uses it. */
#ifndef _FAULTS_DISK_H
#define _FAULTS_DISK_H

#include <stdbool.h>
#include <stdint.h>

#include "vmbusguest.h"
#include "vstor.h"

#define DISK_FABRIC	"/sys/kernel/config/target/storvsp"
#define DISK_LUN	1

/* Each needs those before it; without an ACL the guest sees all LUNs. */
enum disk_step {
	DISK_PARTITION,
	DISK_FABRIC_DIR,
	DISK_WWN,
	DISK_TPG,
	DISK_LUN_DIR,
	DISK_LINK,
	DISK_ACL,
	DISK_MAPPED,
	DISK_MAPPED_LINK,
	DISK_ENABLE,
	DISK_STEPS
};

/* disk.c; what returns int: 0 or a negative errno. */
int disk_do(enum disk_step step);
int disk_undo(enum disk_step step);
/* The same where only success will do. */
void disk_must_do(enum disk_step step);
void disk_must_undo(enum disk_step step);
/* All up to this step, and all that was done undone. */
void disk_up_to(enum disk_step last, bool with_acl);
void disk_down(void);
/* A file of the controller's. */
int disk_write(const char *file, const char *text);
int disk_read(const char *file, char *text, size_t size);
/* Has the kernel's log said since the last time that a LUN was lost for want of memory? */
bool disk_was_lost(void);
/* Of which partition the directories are: "f", unless said otherwise. */
extern const char *disk_wwn;

/* scsi.c: a guest whose controller's channel is open. */
#define SCSI_MEMORY	(1U << 20)
#define SCSI_RING	(3 * VMH_PAGE_SIZE)
#define SCSI_GPADL	77

struct scsi {
	struct vg vg;
	struct vg_channel ch;
};

extern struct scsi scsi;
/* Connected, with its offers; the controller's is returned. */
uint32_t scsi_attach(void);
/* The channel is open, and vstor spoken. */
void scsi_begin(void);
void scsi_end(void);
/* A command without data is sent; -EAGAIN if there is no room. */
int scsi_send(uint8_t lun, uint64_t trans_id);
/* The next answer: its trans_id; enum vstor_srb_status in @status. */
uint64_t scsi_answer(uint8_t *status);
/* Does the guest see the disk? */
bool scsi_sees(uint8_t lun);

#endif
