/* SPDX-License-Identifier: GPL-2.0 */
/* For kernel/vmbus/wire.h in user space. */
#ifndef _VMBUSGUEST_SHIM_BUILD_BUG_H
#define _VMBUSGUEST_SHIM_BUILD_BUG_H

#include <assert.h>
#include <stddef.h>

#define __packed __attribute__((packed))

#endif
