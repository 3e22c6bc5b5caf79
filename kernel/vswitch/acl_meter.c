// SPDX-License-Identifier: GPL-2.0
/*
 * What the meters of a port have counted. A list of rules can be that of many
 * ports, which have it from a profile, and each of them counts for itself. A
 * count is kept from list to list for as long as its rule stays.
 */
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/slab.h>

#include "acl.h"

static struct vsw_meter *meter_alloc(void)
{
	struct vsw_meter *meter = kmalloc(sizeof(*meter), GFP_KERNEL_ACCOUNT);

	if (!meter)
		return NULL;
	meter->bytes = alloc_percpu_gfp(u64, GFP_KERNEL_ACCOUNT);
	if (!meter->bytes) {
		kfree(meter);
		return NULL;
	}
	refcount_set(&meter->ref, 1);
	return meter;
}

static void meter_put(struct vsw_meter *meter)
{
	if (!meter || !refcount_dec_and_test(&meter->ref))
		return;
	free_percpu(meter->bytes);
	kfree(meter);
}

/**
 * vsw_meter_read() - what a meter has counted
 * @meter: the meter
 *
 * Return: bytes.
 */
u64 vsw_meter_read(const struct vsw_meter *meter)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(*per_cpu_ptr(meter->bytes, cpu));
	return sum;
}

/*
 * The meter that a rule had before, or NULL. @at is where to look in the list
 * before: both lists are in the same order.
 */
static struct vsw_meter *meter_before(const struct vsw_acl *old,
				      const struct vsw_meters *had, u32 *at,
				      const struct vsw_acl_rule *rule)
{
	const struct vsw_acl_rule *there;
	int cmp;

	for (; *at < old->nr; (*at)++) {
		there = &old->rules[*at];
		cmp = vsw_acl_compare(there, rule);
		if (cmp > 0)
			return NULL;
		if (!cmp)
			return there->id == rule->id ?
			       had->meter[there->meter] : NULL;
	}
	return NULL;
}

static int fill(struct vsw_meters *meters, const struct vsw_acl *acl,
		const struct vsw_acl *old, const struct vsw_meters *had)
{
	bool related = had && old->lineage == acl->lineage;
	u32 i, at = 0;

	for (i = 0; i < acl->nr; i++) {
		const struct vsw_acl_rule *rule = &acl->rules[i];
		struct vsw_meter *meter = NULL;

		if (rule->action != VSWITCH_ACL_ACTION_METER)
			continue;
		if (related)
			meter = meter_before(old, had, &at, rule);
		if (meter)
			refcount_inc(&meter->ref);
		else
			meter = meter_alloc();
		if (!meter)
			return -ENOMEM;
		meters->meter[rule->meter] = meter;
	}
	return 0;
}

/**
 * vsw_meters_make() - the meters that a port needs for a list of rules
 * @acl: the list, compiled, or NULL
 * @old: the list that the port has now, or NULL
 * @had: its meters, or NULL
 *
 * Allocates nothing for the list that the port has already.
 * Context: process.
 * Return: the meters, with one reference; NULL if the list has none; or ERR_PTR.
 */
struct vsw_meters *vsw_meters_make(const struct vsw_acl *acl,
				   const struct vsw_acl *old,
				   struct vsw_meters *had)
{
	struct vsw_meters *meters;
	u32 nr;

	nr = acl ? acl->compiled->nr_meters : 0;
	if (!nr)
		return NULL;
	if (acl == old) {
		refcount_inc(&had->ref);
		return had;
	}
	meters = kvzalloc(struct_size(meters, meter, nr), GFP_KERNEL_ACCOUNT);
	if (!meters)
		return ERR_PTR(-ENOMEM);
	refcount_set(&meters->ref, 1);
	meters->nr = nr;
	if (fill(meters, acl, old, had)) {
		vsw_meters_put(meters);
		return ERR_PTR(-ENOMEM);
	}
	return meters;
}

/**
 * vsw_meters_put() - drop a reference to the meters of a port
 * @meters: the meters, or NULL; with the last reference no frame may read them
 *
 * Context: any but hard interrupts.
 */
void vsw_meters_put(struct vsw_meters *meters)
{
	u32 i;

	if (!meters || !refcount_dec_and_test(&meters->ref))
		return;
	for (i = 0; i < meters->nr; i++)
		meter_put(meters->meter[i]);
	kvfree(meters);
}

/**
 * vsw_meters_bytes() - what the meters of a port take
 * @meters: the meters, or NULL
 *
 * Return: bytes.
 */
size_t vsw_meters_bytes(const struct vsw_meters *meters)
{
	size_t each = sizeof(struct vsw_meter *) + sizeof(struct vsw_meter) +
		      num_possible_cpus() * sizeof(u64);

	return meters ? sizeof(*meters) + meters->nr * each : 0;
}
