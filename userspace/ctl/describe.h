/* SPDX-License-Identifier: GPL-2.0 */
/* A frame from the words of a command line. */
#ifndef _VSWITCHCTL_DESCRIBE_H
#define _VSWITCHCTL_DESCRIBE_H

#include "cmd.h"
#include "frame.h"

extern const char describe_usage[];

/*
 * Takes all words that are left. A description without smac asks @mac for the
 * port's address: 0, or what the command returns.
 */
int describe_frame(struct ctx *ctx, struct args *a, struct frame *f,
		   int (*mac)(struct ctx *ctx, void *arg, uint8_t *out),
		   void *arg);

#endif /* _VSWITCHCTL_DESCRIBE_H */
