/* SPDX-License-Identifier: GPL-2.0 */
/* What was decided of first fragments, for those that follow. */
#ifndef _VSW_FRAG_H
#define _VSW_FRAG_H

#include <linux/types.h>

#include "drop.h"
#include "headers.h"

struct vsw_frags;

struct vsw_frags *vsw_frags_alloc(gfp_t gfp);
void vsw_frags_free(struct vsw_frags *frags);
enum vsw_drop_reason vsw_frags_first(struct vsw_frags *frags,
				     const struct vsw_headers *headers,
				     u16 vid, u16 sender, unsigned long now,
				     enum vsw_drop_reason verdict, bool dry);
enum vsw_drop_reason vsw_frags_later(struct vsw_frags *frags,
				     const struct vsw_headers *headers,
				     u16 vid, unsigned long now);

#endif
