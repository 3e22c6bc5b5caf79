/* SPDX-License-Identifier: GPL-2.0 */
/* MAC addresses from the pool of this host. */
#ifndef _VSWITCHCTL_MACPOOL_H
#define _VSWITCHCTL_MACPOOL_H

#include "cmd.h"

/* An address that was taken, and how to give it back. */
struct mac_lease {
	bool taken;
	uint8_t mac[VSW_MAC_LEN];
	bool was_known;			/* it is remembered from before */
	int err;			/* errno: why it is not remembered now */
};

/*
 * The address of an adapter: that which it had, or a new one. Returns 0, or
 * EXIT_REFUSED after having said why there is none.
 */
int macpool_take(struct ctx *ctx, const char *what, const char *sw,
		 const char *name, struct mac_lease *lease);
/* It was not made after all. */
void macpool_undo(struct ctx *ctx, const char *sw, const char *name,
		  const struct mac_lease *lease);
/* It was made: say so if its address will not be the same after a reboot. */
void macpool_note(struct ctx *ctx, const char *what, const char *name,
		  const struct mac_lease *lease);
/* An adapter is deleted; @name NULL: all of the switch. */
void macpool_release(struct ctx *ctx, const char *sw, const char *name);

/* poolnet.c: what the pool has to know of the network */

/* The name of this network namespace, "" for the host's; false: it has none. */
bool poolnet_name(char *name, size_t size);
/* Two bytes that other hosts probably do not have. */
void poolnet_host_bytes(const struct ctx *ctx, uint8_t *bytes);
/*
 * All addresses that devices have, and those assigned to ports; but for the
 * assigned MAC of @but.
 * Returns 0, or a negative errno with vsw_error().
 */
int poolnet_used(struct ctx *ctx, const char *but, uint64_t **used, size_t *n);

#endif /* _VSWITCHCTL_MACPOOL_H */
