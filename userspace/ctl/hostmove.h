/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Moving what makes an interface the host's own - addresses, routes, settings
 * - to another interface, and back.
 */
#ifndef _VSWITCHCTL_HOSTMOVE_H
#define _VSWITCHCTL_HOSTMOVE_H

#include "vswitch.h"

struct hostmove;

/* Read what is on @from. Changes nothing; NULL with vsw_error() set. */
struct hostmove *hostmove_read(struct vsw *c, uint32_t from);
/*
 * Make @to have the settings of the interface that was read. Apart from the
 * move proper, because they must be in force before @to is brought up.
 */
int hostmove_settings(struct hostmove *hm, uint32_t to);
/* Move addresses and routes to @to. When that fails, nothing has moved. */
int hostmove_run(struct hostmove *hm, uint32_t to);
/* Put everything back as it was read. */
void hostmove_undo(struct hostmove *hm);
void hostmove_undo_settings(struct hostmove *hm);
/* Set up a new interface like the one that was read, which is gone. */
void hostmove_restore(struct hostmove *hm, uint32_t to);
/* Whether there are addresses or routes at all. */
bool hostmove_is_empty(const struct hostmove *hm);
void hostmove_free(struct hostmove *hm);

#endif /* _VSWITCHCTL_HOSTMOVE_H */
