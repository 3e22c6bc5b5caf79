/* SPDX-License-Identifier: GPL-2.0 */
/* One thread; that each lock is given back is checked. */
#ifndef _SHIM_LINUX_SPINLOCK_H
#define _SHIM_LINUX_SPINLOCK_H

#include <linux/types.h>

typedef struct {
	bool held;
} spinlock_t;

static inline void spin_lock_init(spinlock_t *lock)
{
	lock->held = false;
}

static inline void spin_lock(spinlock_t *lock)
{
	assert(!lock->held);
	lock->held = true;
}

static inline void spin_unlock(spinlock_t *lock)
{
	assert(lock->held);
	lock->held = false;
}

#define spin_lock_bh spin_lock
#define spin_unlock_bh spin_unlock
#define lockdep_is_held(lock) ((lock)->held)

#endif
