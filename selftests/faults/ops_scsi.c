// SPDX-License-Identifier: GPL-2.0
/*
 * storvsp: a guest's channel to its controller is opened and closed, saved and restored.
 * What a guest asks on it is done by workers.
 */
#include <endian.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "disk.h"
#include "op.h"

/* More answers than the ring has room for, by a few: those are part of the state. */
#define ANSWERS 100

static uint8_t saved[1 << 16];
static size_t saved_size;
static uint32_t relid;
static uint8_t in[VMBUS_DEV_MESSAGE_MAX];

static void must(int err, const char *what)
{
	if (err < 0)
		die("%s without a fault: %s", what, strerror(-err));
}

static struct answer result(int err)
{
	return (struct answer) { .err = err < 0 ? err : 0, .sure = true };
}

static void gone(void)
{
	scsi_end();
	disk_down();
}

/* ---- Open and close ---- */

static void rings_shown(void)
{
	uint8_t *rings;

	disk_up_to(DISK_ENABLE, false);
	relid = scsi_attach();
	rings = vg_alloc(&scsi.vg, 2 * SCSI_RING / VMH_PAGE_SIZE);
	if (!rings)
		die("no memory for rings");
	must(vg_gpadl_post(&scsi.vg, relid, rings, 2 * SCSI_RING, SCSI_GPADL),
	     "showing rings");
	must(vg_expect(&scsi.vg, VMH_MSG_GPADL_CREATED, in, 5000), "showing rings");
}

/* The answer is there when the message was taken. */
static struct answer act_open(void)
{
	const struct vmh_msg_open_result *opened = (void *)in;
	struct vmh_msg_open msg = {
		.header.type = htole32(VMH_MSG_OPEN),
		.relid = htole32(relid), .gpadl = htole32(SCSI_GPADL),
		.downstream_page = htole32(SCSI_RING / VMH_PAGE_SIZE),
	};
	int err = vg_post(&scsi.vg, &msg, sizeof(msg));

	if (!err)
		err = vg_expect(&scsi.vg, VMH_MSG_OPEN_RESULT, in, 0);
	return result(err < 0 ? err : opened->status ? -ENOMEM : 0);
}

static struct answer act_close(void)
{
	struct vmh_msg_relid msg = {
		.header.type = htole32(VMH_MSG_CLOSE),
		.relid = htole32(relid),
	};

	return result(vg_post(&scsi.vg, &msg, sizeof(msg)));
}

static void undo_open(void)
{
	must(act_close().err, "closing");
}

static void open_again(void)
{
	must(act_open().err, "opening");
}

static void opened(void)
{
	rings_shown();
	open_again();
}

/* ---- State ---- */

/* The guest's memory, and what it knows of its channel, as it was saved. */
static uint8_t memory[SCSI_MEMORY];
static struct vg_channel channel;

/* Has the host taken all that was sent? */
static bool is_taken(void)
{
	struct vmh_ring_header *ring = scsi.ch.out.hdr;

	return __atomic_load_n(&ring->read_index, __ATOMIC_ACQUIRE) ==
	       __atomic_load_n(&ring->write_index, __ATOMIC_ACQUIRE);
}

/* There is no LUN 5, so that answers are there as soon as the worker has looked. */
static void answers_wait(void)
{
	uint32_t sent = 0, tries = 0;

	disk_up_to(DISK_ENABLE, false);
	scsi_begin();
	while (sent < ANSWERS || !is_taken()) {
		if (sent < ANSWERS && !scsi_send(5, 1000 + sent)) {
			sent++;
			continue;
		}
		usleep(100000);
		if (++tries > 600)
			die("of %u commands some are not taken", sent);
	}
}

static struct answer act_save(void)
{
	saved_size = sizeof(saved);
	return result(vg_save(&scsi.vg, saved, &saved_size));
}

static void go_on(void)
{
	must(vg_resume(&scsi.vg), "going on");
}

static struct answer act_resume(void)
{
	return result(vg_resume(&scsi.vg));
}

static void stop(void)
{
	must(act_save().err, "saving");
}

static void there_saved(void)
{
	answers_wait();
	stop();
	memcpy(memory, scsi.vg.mem, sizeof(memory));
	channel = scsi.ch;
	vg_detach(&scsi.vg);
}

static void attach(void)
{
	memcpy(scsi.vg.mem, memory, sizeof(memory));
	scsi.ch = channel;
	if (scsi.vg.fd < 0)
		must(vg_attach(&scsi.vg, "f", 0), "becoming a guest");
}

static struct answer act_restore(void)
{
	return result(vg_restore(&scsi.vg, saved, saved_size));
}

/* Each answer comes once. */
static void use_restored(void)
{
	bool seen[ANSWERS] = {};
	uint64_t trans_id;
	uint8_t status;
	int i;

	go_on();
	for (i = 0; i < ANSWERS; i++) {
		trans_id = scsi_answer(&status) - 1000;
		if (trans_id >= ANSWERS || seen[trans_id] ||
		    status != VSTOR_SRB_INVALID_LUN)
			die("answer %llu has status %#x",
			    (unsigned long long)trans_id, status);
		seen[trans_id] = true;
	}
	vg_detach(&scsi.vg);
	attach();
}

const struct op scsi_ops[] = {
	{ "scsi open", rings_shown, .act = act_open, .undo = undo_open,
	  .cleanup = gone },
	{ "scsi close", opened, .act = act_close, .undo = open_again,
	  .cleanup = gone },
	{ "scsi save", answers_wait, .act = act_save, .undo = go_on,
	  .cleanup = gone },
	{ "scsi resume", answers_wait, stop, act_resume, .cleanup = gone },
	{ "scsi restore", there_saved, attach, act_restore,
	  .undo = use_restored, .cleanup = gone },
	{}
};
