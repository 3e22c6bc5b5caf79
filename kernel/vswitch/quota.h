/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a network namespace may still have of things that users can ask for
 * without end. It outlives the namespace, since what was charged to it is
 * freed after a grace period.
 */
#ifndef _VSW_QUOTA_H
#define _VSW_QUOTA_H

#include <linux/atomic.h>
#include <linux/refcount.h>
#include <linux/slab.h>

/**
 * struct vsw_quota - what is in use
 * @ref: the namespace, and each thing that is charged
 * @rules: rules of all ports, staged ones included
 * @flows: places for stateful flows of all ports
 */
struct vsw_quota {
	refcount_t ref;
	atomic_t rules;
	atomic_t flows;
};

static inline struct vsw_quota *vsw_quota_get(struct vsw_quota *quota)
{
	refcount_inc(&quota->ref);
	return quota;
}

static inline void vsw_quota_put(struct vsw_quota *quota)
{
	if (refcount_dec_and_test(&quota->ref))
		kfree(quota);
}

/**
 * vsw_quota_charge() - take some of what is left
 * @used: what of
 * @n: how many
 * @most: how many there may be
 *
 * Return: false if so many are not left, and then nothing was taken.
 */
static inline bool vsw_quota_charge(atomic_t *used, int n, int most)
{
	if (atomic_add_return(n, used) <= most)
		return true;
	atomic_sub(n, used);
	return false;
}

#endif
