// SPDX-License-Identifier: GPL-2.0
/* The tracepoints of trace.h, made real. */
#include <linux/module.h>

#ifndef __CHECKER__
#define CREATE_TRACE_POINTS
#include "trace.h"
#endif
