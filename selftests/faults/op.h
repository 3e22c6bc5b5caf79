/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One operation that is repeated with a fault at its first allocation, its
 * second, ... until it has no more of them.
 */
#ifndef _FAULTS_OP_H
#define _FAULTS_OP_H

#include <stdbool.h>

#include "ask.h"
#include "msg.h"

/**
 * struct op - an operation
 * @name: what it is called in results
 * @setup: make what it needs; NULL for nothing
 * @prepare: write the requests (op_request()); before every attempt
 * @act: do it; NULL sends the requests, in order, until one is refused
 * @judge: is what happened right, besides the state? Returns NULL or what is
 *	wrong; NULL for nothing to add
 * @undo: bring back what was before a success; NULL where nothing changes
 * @cleanup: take away what @setup made
 * @settle: wait for what the kernel does later, before the state is looked at; NULL for
 *	nothing
 * @once_only: there is no sense in failing more than one allocation, or no time
 * @lossy: what it does may come to nothing, and nobody is told: a frame
 * @told_late: rtnetlink sends an event of its own after the change, and what
 *	comes of that is its answer: it may be a refusal of what was done
 * @taken_back: the kernel does it, tells all, and takes it back if one of them has
 *	no memory: then all is as it was, but generations have gone on, and
 *	something of the new name may be left
 * @remade: @prepare makes something anew, so that nothing is left that the attempt
 *	before had got
 * @unheard: a worker tells of it, later
 * @again: so many times more from the first allocation on: slabs that run out are
 *	allocations too, so that it is not the same one that has a number each time
 *
 * A refused attempt has to leave all as it was, a granted one has to leave the
 * same as one without a fault, and its events have to reach a listener, or
 * their loss does.
 */
struct op {
	const char *name;
	void (*setup)(void);
	void (*prepare)(void);
	struct answer (*act)(void);
	const char *(*judge)(const struct answer *answer, bool hit);
	void (*undo)(void);
	void (*cleanup)(void);
	void (*settle)(const struct answer *answer);
	bool once_only;
	bool lossy;
	bool told_late;
	bool taken_back;
	bool remade;
	bool unheard;
	int again;
};

extern const struct op link_ops[], policy_ops[], port_ops[], acl_ops[],
	profile_ops[], fdb_ops[], txn_ops[],
	frame_ops[], netns_ops[], module_ops[], vmbus_ops[],
	nic_ops[], disk_ops[], scsi_ops[];
void percpu_run(void);
/* Nobody else runs on this processor, which provides per-CPU memory ahead of time. */
void own_cpu(bool yes);

/* The next request of the operation that is being prepared. */
struct msg *op_request(void);
struct answer op_send_all(void);

/* world.c: what operations and their undoing have in common; no faults here */
void world_make(void);
void world_vanish(void);
void link_add(const char *name, const char *kind);
void link_del(const char *name);
void link_set_master(const char *name, const char *master);
void link_set_up(const char *name, bool up);
void link_set_mtu(const char *name, uint32_t mtu);
void port_vlan(const char *port, uint16_t pvid, bool untagged_only,
	       uint16_t from, uint16_t to);
void port_mac(const char *port, const uint8_t *mac);
void port_spoofing(const char *port, bool on);
void fdb_add(const char *port, const uint8_t *mac, uint16_t vid);
void fdb_flush(const char *sw, bool statics);

void ask_fdb(struct msg *m, int cmd, const char *port, const uint8_t *mac,
	     uint16_t vid);

extern const uint8_t mac_a[6], mac_b[6], mac_c[6];

#endif
