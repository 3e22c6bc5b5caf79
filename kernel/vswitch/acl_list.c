// SPDX-License-Identifier: GPL-2.0
/*
 * Lists of ACL rules. Those in force never change: a change makes another list
 * with what is the same copied. A list that only one transaction knows changes
 * in place.
 */
#include <linux/bsearch.h>
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/netlink.h>
#include <linux/sched.h>
#include <linux/sort.h>

#include "acl.h"
#include "quota.h"

static atomic64_t last_lineage = ATOMIC64_INIT(0);

static int compare_u32(u32 a, u32 b)
{
	return a < b ? -1 : a > b;
}

/* Longer prefixes first. */
static int compare_addr(const struct vsw_acl_addr *a,
			const struct vsw_acl_addr *b)
{
	int cmp = compare_u32(a->family, b->family);

	if (!cmp)
		cmp = compare_u32(b->len, a->len);
	return cmp ?: memcmp(a->bytes, b->bytes, sizeof(a->bytes));
}

/**
 * vsw_acl_compare() - the order of rules in a list
 * @a: a rule
 * @b: another
 *
 * Return: as memcmp(); 0 for rules that exclude each other: extended ones of
 * the same weight, basic ones of the same address.
 */
int vsw_acl_compare(const struct vsw_acl_rule *a, const struct vsw_acl_rule *b)
{
	int cmp = compare_u32(a->kind, b->kind);

	if (!cmp)
		cmp = compare_u32(a->direction, b->direction);
	if (cmp)
		return cmp;
	if (a->kind == VSW_ACL_EXTENDED)
		return compare_u32(b->weight, a->weight);
	cmp = compare_u32(a->action == VSWITCH_ACL_ACTION_METER,
			  b->action == VSWITCH_ACL_ACTION_METER);
	if (!cmp)
		cmp = compare_addr(&a->local, &b->local);
	return cmp ?: compare_addr(&a->remote, &b->remote);
}

static bool same_ports(const struct vsw_acl_ports *a,
		       const struct vsw_acl_ports *b)
{
	return a->said == b->said && a->first == b->first && a->last == b->last;
}

/**
 * vsw_acl_same() - do two rules say the same?
 * @a: a rule
 * @b: another, which vsw_acl_compare() finds in the same place
 *
 * Return: true if they do, ids apart.
 */
bool vsw_acl_same(const struct vsw_acl_rule *a, const struct vsw_acl_rule *b)
{
	return a->action == b->action && a->stateful == b->stateful &&
	       a->isolation == b->isolation && a->timeout == b->timeout &&
	       a->protocol == b->protocol &&
	       same_ports(&a->local_ports, &b->local_ports) &&
	       same_ports(&a->remote_ports, &b->remote_ports) &&
	       !compare_addr(&a->local, &b->local) &&
	       !compare_addr(&a->remote, &b->remote);
}

/**
 * vsw_acl_get() - take a reference to a list
 * @acl: the list, or NULL
 *
 * Return: the list.
 */
struct vsw_acl *vsw_acl_get(struct vsw_acl *acl)
{
	if (acl)
		refcount_inc(&acl->ref);
	return acl;
}

/**
 * vsw_acl_put() - drop a reference to a list
 * @acl: the list, or NULL
 *
 * With the last one it is freed: no frame may read it then.
 * Context: any but hard interrupts.
 */
void vsw_acl_put(struct vsw_acl *acl)
{
	if (!acl || !refcount_dec_and_test(&acl->ref))
		return;
	atomic_sub(acl->nr, &acl->quota->rules);
	vsw_quota_put(acl->quota);
	vsw_acl_compiled_free(acl->compiled);
	kvfree(acl->rules);
	kfree(acl);
}

/**
 * vsw_acl_bytes() - what a list takes
 * @acl: the list, or NULL
 *
 * Return: bytes, of the rules as they were given and as they are compiled.
 */
size_t vsw_acl_bytes(const struct vsw_acl *acl)
{
	size_t bytes = 0;

	if (!acl)
		return 0;
	if (acl->compiled)
		bytes += acl->compiled->bytes;
	return bytes + sizeof(*acl) + acl->room * sizeof(*acl->rules);
}

/* Only whoever asks knows the list, and no frame reads it. */
static bool is_exclusive(const struct vsw_acl *acl)
{
	return acl && !acl->compiled && refcount_read(&acl->ref) == 1;
}

static struct vsw_acl *acl_alloc(struct vsw_quota *quota, u32 room)
{
	struct vsw_acl *acl = kzalloc(sizeof(*acl), GFP_KERNEL_ACCOUNT);

	if (!acl)
		return NULL;
	acl->rules = kvmalloc_array(max(room, 1u), sizeof(*acl->rules),
				    GFP_KERNEL_ACCOUNT);
	if (!acl->rules) {
		kfree(acl);
		return NULL;
	}
	refcount_set(&acl->ref, 1);
	acl->room = room;
	acl->next_id = 1;
	acl->lineage = atomic64_inc_return(&last_lineage);
	acl->quota = vsw_quota_get(quota);
	return acl;
}

/*
 * The copy of a list is there beside it until the change is made, or for as long as a
 * transaction is open. Who has as many rules as there may be can change them
 * all the same: copies have as much again.
 */
static bool charge_copy(const struct vsw_acl *old, struct vsw_quota *quota,
			struct netlink_ext_ack *extack)
{
	if (!old || vsw_quota_charge(&quota->rules, old->nr,
				     2 * VSWITCH_ACL_NETNS_RULES_MAX))
		return true;
	NL_SET_ERR_MSG(extack,
		       "2000000 rules are staged and in force: commit or abort other transactions first");
	return false;
}

/*
 * A list to change: the given one, if nobody else has it and there is room, or
 * a copy that takes its place. The caller has charged what it is going to add.
 */
static struct vsw_acl *make_room(struct vsw_acl **place,
				 struct vsw_quota *quota, u32 total, bool more,
				 struct netlink_ext_ack *extack)
{
	struct vsw_acl *old = *place, *acl;

	if (is_exclusive(old) && old->room >= total)
		return old;
	if (!charge_copy(old, quota, extack))
		return ERR_PTR(-ENOSPC);
	acl = acl_alloc(quota, more ? total + total / 2 : total);
	if (!acl) {
		if (old)
			atomic_sub(old->nr, &quota->rules);
		return ERR_PTR(-ENOMEM);
	}
	if (old) {
		acl->nr = old->nr;
		acl->next_id = old->next_id;
		acl->lineage = old->lineage;
		memcpy(acl->rules, old->rules,
		       array_size(old->nr, sizeof(*old->rules)));
	}
	vsw_acl_put(old);
	*place = acl;
	return acl;
}

/* Where in a list is the first rule that does not come before this one? */
static u32 search(const struct vsw_acl *acl, const struct vsw_acl_rule *rule)
{
	u32 low = 0, high = acl ? acl->nr : 0;

	while (low < high) {
		u32 mid = low + (high - low) / 2;

		if (vsw_acl_compare(&acl->rules[mid], rule) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static int refuse_clash(const struct vsw_acl_rule *there,
			const struct vsw_acl_rule *rule,
			struct netlink_ext_ack *extack)
{
	if (vsw_acl_same(there, rule))
		NL_SET_ERR_MSG(extack, "there is this very rule already");
	else if (rule->kind == VSW_ACL_EXTENDED)
		NL_SET_ERR_MSG(extack,
			       "another rule of this direction has that weight: give another, or delete that rule");
	else
		NL_SET_ERR_MSG(extack,
			       "there is a rule for the same address with the other action: delete that one first");
	return -EEXIST;
}

/* Files are often in order: does all that is added come behind what is there? */
static bool follows(const struct vsw_acl *acl, const struct vsw_acl_rule *rule)
{
	return !acl || !acl->nr ||
	       vsw_acl_compare(&acl->rules[acl->nr - 1], rule) < 0;
}

/* Two rules of one request, or one of it and one of the list, may clash. */
static int check_clashes(const struct vsw_acl *acl,
			 const struct vsw_acl_rule *rules, u32 n, u32 *bad,
			 struct netlink_ext_ack *extack)
{
	bool behind = follows(acl, &rules[0]);
	u32 i, at;

	for (i = 0; i < n; i++) {
		*bad = i;
		if (i && !vsw_acl_compare(&rules[i - 1], &rules[i]))
			return refuse_clash(&rules[i - 1], &rules[i], extack);
		if (behind)
			continue;
		at = search(acl, &rules[i]);
		if (acl && at < acl->nr &&
		    !vsw_acl_compare(&acl->rules[at], &rules[i]))
			return refuse_clash(&acl->rules[at], &rules[i], extack);
	}
	return 0;
}

/* Merge from the end, so that each rule is moved once. */
static void merge(struct vsw_acl *acl, struct vsw_acl_rule *rules, u32 n)
{
	u32 old = acl->nr, to = old + n;

	acl->nr = to;
	while (n) {
		if (old && vsw_acl_compare(&acl->rules[old - 1],
					   &rules[n - 1]) > 0)
			acl->rules[--to] = acl->rules[--old];
		else
			acl->rules[--to] = rules[--n];
	}
}

/**
 * vsw_acl_add() - add rules to a list
 * @acl: the list, or NULL for an empty one; another takes its place unless it
 *	is one that nobody else knows
 * @rules: the rules, in order; their ids are set here
 * @n: how many; the caller keeps the array
 * @quota: what they are charged to
 * @more: others are likely to follow
 * @bad: set to the rule at fault
 * @extack: for the refusal
 *
 * Context: process.
 * Return: 0, or a negative error and nothing has changed: -EEXIST for a rule
 * that is there or that contradicts one; -ENOSPC for one too many; -ENOMEM.
 */
int vsw_acl_add(struct vsw_acl **acl, struct vsw_acl_rule *rules, u32 n,
		struct vsw_quota *quota, bool more, u32 *bad,
		struct netlink_ext_ack *extack)
{
	u32 total = (*acl ? (*acl)->nr : 0) + n;
	struct vsw_acl *list;
	int err;
	u32 i;

	err = check_clashes(*acl, rules, n, bad, extack);
	if (err)
		return err;
	*bad = n;
	if (total > VSWITCH_ACL_RULES_MAX) {
		NL_SET_ERR_MSG(extack, "a port or profile has at most 100000 rules");
		return -ENOSPC;
	}
	if (!vsw_quota_charge(&quota->rules, n, VSWITCH_ACL_NETNS_RULES_MAX)) {
		NL_SET_ERR_MSG(extack,
			       "a netns has at most 1000000 rules, staged ones included");
		return -ENOSPC;
	}
	list = make_room(acl, quota, total, more, extack);
	if (IS_ERR(list)) {
		atomic_sub(n, &quota->rules);
		return PTR_ERR(list);
	}
	for (i = 0; i < n; i++)
		rules[i].id = list->next_id++;
	merge(list, rules, n);
	return 0;
}

/* So many rules can each be looked for. */
#define MANY_IDS	8

/* Where in the list a rule is. */
struct place {
	u32 id;
	u32 at;
};

static int compare_places(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	return compare_u32(x->id, y->id);
}

/*
 * The rules of a list by their ids, for a request that names many: to look for each of
 * them in all of the list would take seconds, for which others wait.
 */
static void sort_ids(const struct vsw_acl *acl, struct place *places)
{
	u32 i;

	for (i = 0; i < acl->nr; i++)
		places[i] = (struct place) { acl->rules[i].id, i };
	sort(places, acl->nr, sizeof(*places), compare_places, NULL);
}

static bool find_id(const struct vsw_acl *acl, const struct place *places, u32 id,
		    u32 *at)
{
	const struct place key = { .id = id }, *place;

	if (places) {
		place = bsearch(&key, places, acl->nr, sizeof(key), compare_places);
		if (place)
			*at = place->at;
		return place;
	}
	for (*at = 0; acl && *at < acl->nr; (*at)++) {
		if (acl->rules[*at].id == id)
			return true;
	}
	return false;
}

/* Which rule of the list does a request to delete one mean? -ENOENT if none. */
static int find(const struct vsw_acl *acl, const struct place *places,
		const struct vsw_acl_rule *rule, u32 *at,
		struct netlink_ext_ack *extack)
{
	const struct vsw_acl_rule *there;

	if (rule->id) {
		if (find_id(acl, places, rule->id, at))
			return 0;
		NL_SET_ERR_MSG(extack, "no rule has that id");
		return -ENOENT;
	}
	*at = search(acl, rule);
	there = acl && *at < acl->nr ? &acl->rules[*at] : NULL;
	if (!there || vsw_acl_compare(there, rule)) {
		if (rule->kind == VSW_ACL_EXTENDED)
			NL_SET_ERR_MSG(extack,
				       "no rule of this direction has that weight");
		else
			NL_SET_ERR_MSG(extack, "there is no such rule");
		return -ENOENT;
	}
	/* Nothing but the weight was said. */
	if (rule->action == VSW_ACL_ANY_ACTION || vsw_acl_same(there, rule))
		return 0;
	NL_SET_ERR_MSG(extack,
		       "the rule that is there says something else: name it by its id or weight, or as it is");
	return -ENOENT;
}

static int mark_found(const struct vsw_acl *acl, struct place *places,
		      const struct vsw_acl_rule *rules, u32 n,
		      unsigned long *gone, u32 *bad,
		      struct netlink_ext_ack *extack)
{
	u32 i, at;
	int err;

	if (places)
		sort_ids(acl, places);
	for (i = 0; i < n; i++) {
		*bad = i;
		err = find(acl, places, &rules[i], &at, extack);
		if (err)
			return err;
		if (__test_and_set_bit(at, gone)) {
			NL_SET_ERR_MSG(extack, "a rule is named twice");
			return -EINVAL;
		}
		if (i % 64 == 63)
			cond_resched();
	}
	return 0;
}

/**
 * vsw_acl_del() - delete rules from a list
 * @acl: the list; another takes its place unless it is one that nobody else
 *	knows, and NULL if none is left
 * @rules: which: those of an id, or a weight with VSW_ACL_ANY_ACTION, or the
 *	rules themselves
 * @n: how many, at least one
 * @bad: set to the one at fault
 * @extack: for the refusal
 *
 * Context: process.
 * Return: 0, or a negative error and nothing has changed: -ENOENT, -EINVAL,
 * -ENOSPC, -ENOMEM.
 */
int vsw_acl_del(struct vsw_acl **acl, const struct vsw_acl_rule *rules, u32 n,
		u32 *bad, struct netlink_ext_ack *extack)
{
	u32 i, kept = 0, nr = *acl ? (*acl)->nr : 0;
	size_t bits = (BITS_TO_LONGS(nr) + 1) * sizeof(long);
	bool many = nr && n > MANY_IDS;
	struct vsw_acl *list;
	unsigned long *gone;
	int err;

	gone = kvzalloc(bits + (many ? nr * sizeof(struct place) : 0), GFP_KERNEL);
	if (!gone)
		return -ENOMEM;
	err = mark_found(*acl, many ? (void *)gone + bits : NULL, rules, n, gone, bad,
			 extack);
	if (err)
		goto free;
	list = make_room(acl, (*acl)->quota, nr, false, extack);
	if (IS_ERR(list)) {
		err = PTR_ERR(list);
		goto free;
	}
	for (i = 0; i < nr; i++) {
		if (!test_bit(i, gone))
			list->rules[kept++] = list->rules[i];
	}
	atomic_sub(nr - kept, &list->quota->rules);
	list->nr = kept;
	err = 0;
free:
	kvfree(gone);
	return err;
}
