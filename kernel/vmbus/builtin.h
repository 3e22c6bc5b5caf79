/* SPDX-License-Identifier: GPL-2.0 */
/* Services that vmbus_host has by itself. */
#ifndef _VMH_BUILTIN_H
#define _VMH_BUILTIN_H

#include "service.h"

extern const struct vmh_service vmh_echo;
extern const struct vmh_service vmh_heartbeat;
extern const struct vmh_service vmh_timesync;
extern const struct vmh_service vmh_shutdown;
extern const struct vmh_service vmh_kvp;

#endif
