/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What drivers/hv/channel.c includes and the CRCs of its symbols depend on: no
 * more, see local.h.
 */
#ifndef _VML_AS_CHANNEL_H
#define _VML_AS_CHANNEL_H

#include <linux/uio.h>
#include <asm/mshyperv.h>
#include <linux/hyperv.h>
#include <linux/tracepoint.h>

#endif
