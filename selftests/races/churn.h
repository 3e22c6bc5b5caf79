/* SPDX-License-Identifier: GPL-2.0 */
/* One process that does one kind of thing to a switch, over and over. */
#ifndef _RACES_CHURN_H
#define _RACES_CHURN_H

#include <stdbool.h>
#include <stdint.h>

#include "ask.h"
#include "msg.h"

/**
 * struct role - what a process does
 * @name: how it is called
 * @step: do it once; called until the time is over
 * @end: leave things as they were before; NULL for nothing
 * @args: how many arguments it needs at least
 */
struct role {
	const char *name;
	void (*step)(void);
	void (*end)(void);
	int args;
};

extern const struct role config_roles[], link_roles[], read_roles[],
	frame_roles[];

/* The arguments: the switch, then mostly devices. */
extern const char *sw;
extern char **devs;
extern int n_devs;

/* Results: what the kernel granted, and refused. */
extern unsigned long granted, refused;

uint32_t below(uint32_t n);
const char *any_dev(void);
/* An address of those that the frames have, too. */
void any_mac(uint8_t *mac);

/**
 * try() - send a request that others may get in the way of
 * @m: the request
 *
 * A refusal is counted, unless it is one that no race explains: then the
 * process ends in failure.
 * Return: true if the request was granted.
 */
bool try(struct msg *m);

#endif
