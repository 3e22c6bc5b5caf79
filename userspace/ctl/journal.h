/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Steps that can be undone. Each does its work, and notes how to take it back;
 * the first that fails has its error reported and returns it.
 */
#ifndef _VSWITCHCTL_JOURNAL_H
#define _VSWITCHCTL_JOURNAL_H

#include "cmd.h"
#include "hostmove.h"
#include "macpool.h"

struct journal;

/* One step that was taken; which fields it needs is up to its undo. */
struct journal_entry {
	void (*undo)(struct journal *j, struct journal_entry *e);
	uint32_t ifindex;
	uint32_t sw;
	struct vsw_switch_opts opts;
	struct vsw_switch_change set;
	struct hostmove *hm;
	char name[IFNAMSIZ];
	uint8_t mac[VSW_MAC_LEN];
	uint32_t mtu;			/* 0: that of the switch */
	struct vsw_port_change policy;
	struct vsw_acl *acl;
	size_t n_acl;
	struct mac_lease lease;
	bool release;			/* its mac, when all is done */
};

struct journal {
	struct ctx *ctx;
	struct journal_entry *entries;
	size_t n;
};

/* Signals that would kill us half-way wait until journal_end(). */
void journal_begin(struct journal *j, struct ctx *ctx);
/* With @err not 0, everything is undone. Returns @err. */
int journal_end(struct journal *j, int err);

int step_create_switch(struct journal *j, const char *name,
		       const struct vsw_switch_opts *opts, uint32_t *ifindex);
int step_change_switch(struct journal *j, const struct vsw_switch *sw,
		       const struct vsw_switch_opts *opts,
		       const struct vsw_switch_opts *before);
int step_set_switch(struct journal *j, const struct vsw_switch *sw,
		    const struct vsw_switch_change *chg);
/* @mac NULL: one of the pool */
int step_create_vnic(struct journal *j, uint32_t sw, const char *name,
		     const uint8_t *mac, uint32_t *ifindex);
int step_delete_vnic(struct journal *j, const struct vsw_port *vnic);
int step_set_mac(struct journal *j, uint32_t ifindex, const uint8_t *mac);
int step_up(struct journal *j, uint32_t ifindex);
/* Settings now, addresses and routes with the second. */
int step_settings(struct journal *j, struct hostmove *hm, uint32_t to);
int step_move(struct journal *j, struct hostmove *hm, uint32_t to);

#endif /* _VSWITCHCTL_JOURNAL_H */
