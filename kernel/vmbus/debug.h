/* SPDX-License-Identifier: GPL-2.0 */
/* debugfs. */
#ifndef _VMH_DEBUG_H
#define _VMH_DEBUG_H

void vmh_debug_init(void);
void vmh_debug_exit(void);

#endif
