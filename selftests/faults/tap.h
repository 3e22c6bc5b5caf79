/* SPDX-License-Identifier: GPL-2.0 */
/* A tap: what is written to it passes a switch in the writer's own context. */
#ifndef _FAULTS_TAP_H
#define _FAULTS_TAP_H

#include <stddef.h>

void tap_open(const char *name);
void tap_close(void);
/*
 * @linear: so much of it is in one piece, if all of it is longer than a page; 0 for
 *	all of it. 0 or a negative errno.
 */
int tap_write(const void *frame, size_t len, size_t linear);
/* Forget what the switch has sent to it. */
void tap_drain(void);

#endif
