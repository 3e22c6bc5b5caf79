/* SPDX-License-Identifier: GPL-2.0 */
/* One thread; that what is begun ends is checked. */
#ifndef _SHIM_LINUX_SEQLOCK_H
#define _SHIM_LINUX_SEQLOCK_H

#include <linux/spinlock.h>

typedef struct {
	unsigned int sequence;
	spinlock_t *lock;
} seqcount_spinlock_t;

static inline void seqcount_spinlock_init(seqcount_spinlock_t *s,
					  spinlock_t *lock)
{
	s->sequence = 0;
	s->lock = lock;
}

static inline void write_seqcount_begin(seqcount_spinlock_t *s)
{
	assert(s->lock->held);
	assert(!(s->sequence++ & 1));
}

static inline void write_seqcount_end(seqcount_spinlock_t *s)
{
	assert(s->lock->held);
	assert(s->sequence++ & 1);
}

static inline unsigned int raw_seqcount_begin(const seqcount_spinlock_t *s)
{
	return s->sequence & ~1;
}

static inline bool read_seqcount_retry(const seqcount_spinlock_t *s,
				       unsigned int start)
{
	return s->sequence != start;
}

#endif
