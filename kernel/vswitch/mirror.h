/* SPDX-License-Identifier: GPL-2.0 */
/* Port mirroring: copies of what some ports send and receive, for others. */
#ifndef _VSW_MIRROR_H
#define _VSW_MIRROR_H

#include "dest.h"

struct vsw_frame;

void vsw_mirror_unicast(struct vsw_frame *frame,
			const struct vsw_snap *dst);
void vsw_mirror_flood(struct vsw_frame *frame, enum vsw_flood_kind kind);

#endif
