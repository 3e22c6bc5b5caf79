/* SPDX-License-Identifier: GPL-2.0 */
/* What <linux/compiler.h> and what it includes lack on older kernels. */
#ifndef _VSW_COMPAT_LINUX_COMPILER_H
#define _VSW_COMPAT_LINUX_COMPILER_H

#include_next <linux/compiler.h>

/* The compiler shall not zero a variable that is going to be filled. */
#ifndef __uninitialized
#define __uninitialized __attribute__((__uninitialized__))
#endif

#endif
