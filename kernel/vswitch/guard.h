/* SPDX-License-Identifier: GPL-2.0 */
/* DHCP guard and router guard. Pure. */
#ifndef _VSW_GUARD_H
#define _VSW_GUARD_H

#include "drop.h"
#include "headers.h"

enum vsw_drop_reason vsw_guard(u32 flags, const struct vsw_headers *headers);

#endif
