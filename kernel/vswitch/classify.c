// SPDX-License-Identifier: GPL-2.0
/*
 * Compiling rules into the trees of classify.h.
 *
 * Groups. A rule that is wide where a tree splits would have to be in both
 * halves, again and again. So a tree gets rules that are narrow in one and the
 * same dimension: the one in which most rules are goes first, then that in which
 * most of the others are. Narrow means to overlap few of a sample of the rules.
 *
 * Trees. A node with more rules than a leaf should have is split where that
 * leaves the least work (cost()). A rule that covers all of a node's region
 * hides those after it, which are left out. Every rule brings an allowance of
 * places in leaves; a split that would exceed a node's share is not made, and
 * the node becomes a leaf, however large. So memory is linear in the number of
 * rules whatever these are, and what suffers from the worst of them is the
 * speed of the port that has them.
 *
 * Thresholds are chosen, and groups made, by looking at a fixed number of
 * rules, so that the time is that of moving rules down the trees: n log n.
 */
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "classify.h"

#define LEAF_RULES	3	/* a leaf of so few is not split further */
#define ALLOWANCE	12	/* places in leaves per rule */
#define DEPTH		48	/* of a tree */
#define SAMPLE		16	/* rules looked at for thresholds */
#define VALUES		3	/* thresholds tried in a dimension */
#define COUNTED		128	/* rules looked at to judge one */
#define FIRST		8u	/* rules of a node that may hide others */
#define FEW		16	/* so few rules are looked at for hidden ones */
#define GROUP_SAMPLE	32	/* rules looked at to tell narrow ones */
#define GROUP_RULES	8	/* so few rules need no groups */
#define LEFTOVER	2	/* so few rules make no group of their own */

/* A growing array of u32, or of nodes. */
struct vec {
	void *data;
	u32 n;
	u32 room;
};

/*
 * A node that is yet to be made; its rules are on the stack of lists. @dim is
 * where its parent was split, or what its group is narrow in.
 */
struct todo {
	u32 slot;
	u32 count;
	u32 allowance;
	u32 depth;
	u32 dim;
	struct vsw_range region[VSW_CLASS_DIMS];
};

/**
 * struct builder - the work
 * @ranges: of the rules
 * @dims: number of dimensions
 * @trees: how many groups have been made
 * @tree: the groups
 * @nodes: done so far
 * @refs: rules of the leaves done so far
 * @lists: rules of the nodes to be made; the last node's come last
 * @todo: nodes to be made; a path down the tree has one at each level
 */
struct builder {
	const struct vsw_range *ranges;
	u32 dims;
	u32 trees;
	struct vsw_class_tree tree[VSW_CLASS_TREES];
	struct vec nodes;
	struct vec refs;
	struct vec lists;
	struct todo todo[DEPTH + 2];
};

/**
 * struct sample - some ranges
 * @n: how many
 * @lo: where they begin, in order
 * @hi: where they end, in order
 */
struct sample {
	u32 n;
	u32 lo[GROUP_SAMPLE];
	u32 hi[GROUP_SAMPLE];
};

/**
 * struct split - where to split a node
 * @dim: the dimension
 * @value: the greatest value that goes left
 * @cost: what is left to do after it
 */
struct split {
	u32 dim;
	u32 value;
	u64 cost;
};

static bool grow(struct vec *vec, u32 extra, size_t size)
{
	u32 room = vec->room;
	void *data;

	if (vec->n + extra <= room)
		return true;
	room = max(vec->n + extra, room + room / 2);
	data = kvmalloc(room * size, GFP_KERNEL_ACCOUNT);
	if (!data)
		return false;
	if (vec->n)
		memcpy(data, vec->data, vec->n * size);
	kvfree(vec->data);
	vec->data = data;
	vec->room = room;
	return true;
}

static const struct vsw_range *rule(const struct builder *b, u32 nr)
{
	return b->ranges + (size_t)nr * b->dims;
}

static bool covers(const struct vsw_range *range,
		   const struct vsw_range *region, u32 dims)
{
	u32 d;

	for (d = 0; d < dims; d++) {
		if (range[d].lo > region[d].lo || range[d].hi < region[d].hi)
			return false;
	}
	return true;
}

/* How many rules does each of at most @most stand for? */
static u32 stride(u32 n, u32 most)
{
	return (n + most - 1) / most;
}

/*
 * One of the @step rules from @i on, not always the one in the same place:
 * rules often come in turns.
 */
static u32 pick(u32 i, u32 step, u32 n)
{
	if (step == 1)
		return i;
	return min(i + (i * 0x9e3779b1u >> 16) % step, n - 1);
}

/* Insert into an array that is in order, and short. */
static void insert(u32 *sorted, u32 n, u32 value)
{
	for (; n && sorted[n - 1] > value; n--)
		sorted[n] = sorted[n - 1];
	sorted[n] = value;
}

/*
 * The edges of some of the rules in a dimension, inside the region, in order. Those of
 * several rules are there as often: where many are is where to split.
 */
static u32 edges(const struct builder *b, const u32 *list, u32 n, u32 d,
		 struct vsw_range region, u32 *edge)
{
	u32 i, count = 0, step = stride(n, SAMPLE);

	for (i = 0; i < n; i += step) {
		const struct vsw_range *r = rule(b, list[pick(i, step, n)]) + d;

		if (r->lo > region.lo)
			insert(edge, count++, r->lo - 1);
		if (r->hi < region.hi)
			insert(edge, count++, r->hi);
	}
	return count;
}

/* How many of the values, which are in order, does one exceed? */
static u32 exceeds(u32 one, const u32 *value)
{
	static_assert(VALUES == 3);
	return (one > value[0]) + (one > value[1]) + (one > value[2]);
}

/*
 * What splits at these values, which are in order, would cost. Each half will take the
 * longer the more rules it has, those of both twice.
 */
static void costs(const struct builder *b, const u32 *list, u32 n, u32 d,
		  const u32 *value, u64 *cost)
{
	u32 begins[VALUES + 1] = {}, ends[VALUES + 1] = {};
	u32 i, left = 0, right = 0, step = stride(n, COUNTED);

	for (i = 0; i < n; i += step) {
		const struct vsw_range *r = rule(b, list[pick(i, step, n)]) + d;

		begins[exceeds(r->lo, value)]++;
		ends[exceeds(r->hi, value)]++;
	}
	for (i = 0; i <= VALUES; i++)
		right += ends[i];
	for (i = 0; i < VALUES; i++) {
		left += begins[i];
		right -= ends[i];
		cost[i] = (u64)left * left + (u64)right * right;
	}
}

/*
 * The best split there is, if it is one that helps. The dimension @first is
 * likely to have it: if that halves the rules well enough, the others are not
 * looked at.
 */
static bool choose(const struct builder *b, const u32 *list, u32 n, u32 first,
		   const struct vsw_range *region, struct split *best)
{
	u64 seen = stride(n, stride(n, COUNTED));
	u32 edge[2 * SAMPLE];
	u32 value[VALUES];
	u64 cost[VALUES];
	u32 i, k, count;

	best->cost = U64_MAX;
	/* Two halves of equal size cost half of what the node does. */
	for (i = 0; i < b->dims && best->cost > seen * seen * 9 / 16; i++) {
		u32 d = first + i < b->dims ? first + i : first + i - b->dims;

		count = edges(b, list, n, d, region[d], edge);
		if (!count)
			continue;
		for (k = 0; k < VALUES; k++)
			value[k] = edge[count * (k + 1) / (VALUES + 1)];
		costs(b, list, n, d, value, cost);
		for (k = 0; k < VALUES; k++) {
			if (cost[k] < best->cost)
				*best = (struct split){ d, value[k], cost[k] };
		}
	}
	return best->cost < 2 * seen * seen;
}

/* What is left of a rule in a region, in a dimension. */
static struct vsw_range clip(const struct builder *b, u32 nr, u32 d,
			     const struct vsw_range *region)
{
	const struct vsw_range *r = rule(b, nr) + d;

	return (struct vsw_range){ max(r->lo, region[d].lo),
				   min(r->hi, region[d].hi) };
}

static bool within(const struct vsw_range *inner, const struct vsw_range *outer)
{
	return outer->lo <= inner->lo && outer->hi >= inner->hi;
}

/* Is what is left of a rule in a region all of it what is left of another one? */
static bool hides(const struct builder *b, u32 by, u32 nr,
		  const struct vsw_range *region)
{
	struct vsw_range outer, inner;
	u32 d;

	for (d = 0; d < b->dims; d++) {
		outer = clip(b, by, d, region);
		inner = clip(b, nr, d, region);
		if (!within(&inner, &outer))
			return false;
	}
	return true;
}

/*
 * Leave out the rules of a node that one of its first hides. Most often none does,
 * which the dimension @dim is likely to show.
 */
static u32 drop_hidden(const struct builder *b, u32 *list, u32 n, u32 dim,
		       const struct vsw_range *region)
{
	struct vsw_range first[FIRST];
	u32 i, j, kept = 0;

	for (i = 0; i < n; i++) {
		struct vsw_range range = clip(b, list[i], dim, region);
		u32 many = min(kept, FIRST);

		for (j = 0; j < many; j++) {
			if (within(&range, &first[j]) &&
			    hides(b, list[j], list[i], region))
				break;
		}
		if (j < many)
			continue;
		if (kept < FIRST)
			first[kept] = range;
		list[kept++] = list[i];
	}
	return kept;
}

static bool make_leaf(struct builder *b, const struct todo *todo)
{
	struct vsw_class_node *node;

	if (!grow(&b->refs, todo->count, sizeof(u32)))
		return false;
	b->lists.n -= todo->count;
	if (todo->count)
		memcpy((u32 *)b->refs.data + b->refs.n,
		       (u32 *)b->lists.data + b->lists.n,
		       todo->count * sizeof(u32));
	node = (struct vsw_class_node *)b->nodes.data + todo->slot;
	node->value = b->refs.n;
	node->link = todo->count << VSW_CLASS_DIM_BITS | VSW_CLASS_LEAF;
	b->refs.n += todo->count;
	return true;
}

/*
 * The rules of each half, in order, up to one that covers it: all are in the region,
 * so that one edge tells which half they are in. Either half has room for all.
 */
static void divide(const struct builder *b, const u32 *list, u32 n,
		   const struct split *split, struct todo *left, u32 *to_left,
		   struct todo *right, u32 *to_right)
{
	bool left_open = true, right_open = true;
	u32 i, nl = 0, nr = 0;

	for (i = 0; i < n && (left_open || right_open); i++) {
		const struct vsw_range *r = rule(b, list[i]);

		if (left_open && r[split->dim].lo <= split->value) {
			to_left[nl++] = list[i];
			left_open = !covers(r, left->region, b->dims);
		}
		if (right_open && r[split->dim].hi > split->value) {
			to_right[nr++] = list[i];
			right_open = !covers(r, right->region, b->dims);
		}
	}
	left->count = nl;
	right->count = nr;
}

/*
 * Split a node: its list gives way to those of its halves. Returns 0 if the
 * node should be a leaf instead, 1 if it was split, or -ENOMEM.
 */
static int split_node(struct builder *b, struct todo *todo)
{
	struct todo left, *right = todo;
	struct vsw_class_node *node;
	u32 nl, nr, n = todo->count;
	struct split split;
	u32 *list;

	if (!grow(&b->lists, 2 * n, sizeof(u32)) ||
	    !grow(&b->nodes, 2, sizeof(*node)))
		return -ENOMEM;
	list = (u32 *)b->lists.data + b->lists.n - n;
	if (!choose(b, list, n, todo->dim, todo->region, &split))
		return 0;

	todo->dim = split.dim;
	left = *todo;
	left.region[split.dim].hi = split.value;
	right->region[split.dim].lo = split.value + 1;
	divide(b, list, n, &split, &left, list + 2 * n, right, list + n);
	nl = left.count;
	nr = right->count;
	/* The threshold came from a sample: did it keep its promise? */
	if ((nl >= n && nr >= n) || nl + nr > todo->allowance) {
		right->region[split.dim].lo = left.region[split.dim].lo;
		right->count = n;
		return 0;
	}
	memmove(list, list + n, nr * sizeof(u32));
	memmove(list + nr, list + 2 * n, nl * sizeof(u32));
	b->lists.n += nr + nl - n;

	node = (struct vsw_class_node *)b->nodes.data + todo->slot;
	node->value = split.value;
	node->link = b->nodes.n << VSW_CLASS_DIM_BITS | split.dim;
	left.slot = b->nodes.n;
	right->slot = b->nodes.n + 1;
	b->nodes.n += 2;

	left.allowance = div_u64((u64)todo->allowance * nl, max(nl + nr, 1u));
	right->allowance = todo->allowance - left.allowance;
	left.depth++;
	right->depth++;
	todo[1] = left;
	return 1;
}

/* Make a tree of the rules in the only list there is, which @dim tells apart. */
static int build_tree(struct builder *b, u32 n, u32 dim)
{
	struct vsw_class_tree *tree = &b->tree[b->trees++];
	u32 d, work = 0, pending = 1;
	struct todo *todo;
	int err;

	if (!grow(&b->nodes, 1, sizeof(struct vsw_class_node)))
		return -ENOMEM;
	tree->root = b->nodes.n;
	tree->best = *(u32 *)b->lists.data;
	b->todo[0] = (struct todo){
		.slot = b->nodes.n++,
		.count = n,
		.allowance = ALLOWANCE * n,
		.dim = dim,
	};
	for (d = 0; d < b->dims; d++)
		b->todo[0].region[d].hi = U32_MAX;

	while (pending) {
		todo = &b->todo[pending - 1];
		work += todo->count;
		if (work > 4096) {
			work = 0;
			cond_resched();
		}
		/* Few show it as well, and it would take long at each level above. */
		if (todo->count <= FEW || !todo->depth) {
			u32 *list = b->lists.data;

			b->lists.n -= todo->count;
			todo->count = drop_hidden(b, list + b->lists.n,
						  todo->count, todo->dim,
						  todo->region);
			b->lists.n += todo->count;
		}
		err = 0;
		if (todo->count > LEAF_RULES && todo->depth < DEPTH)
			err = split_node(b, todo);
		if (err < 0)
			return err;
		if (err) {
			pending++;
			continue;
		}
		if (!make_leaf(b, todo))
			return -ENOMEM;
		pending--;
	}
	return 0;
}

static void add_to_sample(struct sample *s, const struct vsw_range *r)
{
	insert(s->lo, s->n, r->lo);
	insert(s->hi, s->n, r->hi);
	s->n++;
}

/* How many of a sample's values, which are in order, are below a limit? */
static u32 below(const u32 *sorted, u32 n, u64 limit)
{
	u32 low = 0, high = n;

	while (low < high) {
		u32 mid = (low + high) / 2;

		if (sorted[mid] < limit)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* How many of the sample overlap a range? All but those before and behind it. */
static u32 overlaps(const struct vsw_range *r, const struct sample *s)
{
	return below(s->lo, s->n, r->hi + 1ULL) - below(s->hi, s->n, r->lo);
}

/*
 * What a few of the rules say of a dimension, but for those that say nothing,
 * or something that overlaps most of the others: they belong into another
 * group, and must not keep this one from being seen.
 */
static void take_sample(const struct builder *b, const u32 *list, u32 n, u32 d,
			struct sample *sample)
{
	u32 i, count = 0, step = stride(n, GROUP_SAMPLE);
	const struct vsw_range *which[GROUP_SAMPLE];
	struct sample all = {};

	for (i = 0; i < n; i += step) {
		const struct vsw_range *r = rule(b, list[pick(i, step, n)]) + d;

		if (!r->lo && r->hi == U32_MAX)
			continue;
		which[count++] = r;
		add_to_sample(&all, r);
	}
	for (i = 0; i < count; i++) {
		if (overlaps(which[i], &all) * 2 <= count)
			add_to_sample(sample, which[i]);
	}
}

/*
 * Which of the rules are narrow in a dimension, or at least say something of
 * it? Returns how many, with a bit set.
 */
static u32 find_narrow(const struct builder *b, const u32 *list, u32 n, u32 d,
		       bool at_least, u16 *masks)
{
	struct sample sample = {};
	u32 i, found = 0;

	if (!at_least) {
		take_sample(b, list, n, d, &sample);
		if (sample.n < 4)
			return 0;
	}
	for (i = 0; i < n; i++) {
		const struct vsw_range *r = rule(b, list[i]) + d;

		if ((!r->lo && r->hi == U32_MAX) ||
		    overlaps(r, &sample) * 8 > max(sample.n, 8u))
			continue;
		masks[i] |= 1u << d;
		found++;
	}
	return found;
}

/* The dimension for the next group, and how many rules that has. */
static u32 best_dim(const struct builder *b, const u32 *list, u32 n,
		    bool at_least, u16 *masks, u32 *best)
{
	u32 d, found, most = 0;

	memset(masks, 0, n * sizeof(*masks));
	for (d = 0; d < b->dims; d++) {
		found = find_narrow(b, list, n, d, at_least, masks);
		if (found > most) {
			most = found;
			*best = d;
		}
		cond_resched();
	}
	return most >= GROUP_RULES ? most : 0;
}

/*
 * Take a group out of the rules that are left, for the next tree. Returns how
 * many are still left, and in @dim what those of the group are narrow in.
 */
static u32 take_group(struct builder *b, u32 *left, u32 n, u16 *masks, u32 *dim)
{
	u32 i, most = 0, rest = 0, taken = 0;
	u32 *list = b->lists.data;

	if (n > GROUP_RULES && b->trees < VSW_CLASS_TREES - 1) {
		most = best_dim(b, left, n, false, masks, dim);
		if (!most)
			most = best_dim(b, left, n, true, masks, dim);
	}
	if (!most || n - most <= LEFTOVER) {
		memcpy(list, left, n * sizeof(u32));
		b->lists.n = n;
		return 0;
	}
	for (i = 0; i < n; i++) {
		if (masks[i] >> *dim & 1)
			list[taken++] = left[i];
		else
			left[rest++] = left[i];
	}
	b->lists.n = taken;
	return rest;
}

static int build_groups(struct builder *b, u32 n)
{
	u32 *left = kvmalloc_array(n, sizeof(u32), GFP_KERNEL_ACCOUNT);
	u16 *masks = kvmalloc_array(n, sizeof(u16), GFP_KERNEL_ACCOUNT);
	int err = -ENOMEM;
	u32 i, dim;

	if (!left || !masks || !grow(&b->lists, 4 * n, sizeof(u32)))
		goto free;
	for (i = 0; i < n; i++)
		left[i] = i;
	err = 0;
	while (!err && n) {
		dim = 0;
		n = take_group(b, left, n, masks, &dim);
		err = build_tree(b, b->lists.n, dim);
	}
free:
	kvfree(masks);
	kvfree(left);
	return err;
}

/* Few groups, and nearly in order. */
static void sort_trees(struct builder *b)
{
	u32 i, j;

	for (i = 1; i < b->trees; i++) {
		struct vsw_class_tree tree = b->tree[i];

		for (j = i; j && b->tree[j - 1].best > tree.best; j--)
			b->tree[j] = b->tree[j - 1];
		b->tree[j] = tree;
	}
}

/* Move it all into one piece of memory. */
static struct vsw_class *pack(const struct builder *b, u32 nr)
{
	size_t nodes = b->nodes.n * sizeof(struct vsw_class_node);
	size_t ranges = (size_t)nr * b->dims * sizeof(struct vsw_range);
	size_t refs = b->refs.n * sizeof(u32);
	struct vsw_class *class;
	size_t bytes;

	bytes = sizeof(*class) + nodes + ranges + refs;
	class = kvmalloc(bytes, GFP_KERNEL_ACCOUNT);
	if (!class)
		return NULL;
	memset(class, 0, sizeof(*class));
	class->nr = nr;
	class->dims = b->dims;
	class->trees = b->trees;
	class->bytes = bytes;
	memcpy(class->tree, b->tree, sizeof(class->tree));
	class->nodes = (void *)(class + 1);
	class->ranges = (void *)(class->nodes + b->nodes.n);
	class->refs = (void *)(class->ranges + (size_t)nr * b->dims);
	memcpy(class->nodes, b->nodes.data, nodes);
	memcpy(class->ranges, b->ranges, ranges);
	/* A first rule that matches all leaves nothing to refer to. */
	if (refs)
		memcpy(class->refs, b->refs.data, refs);
	return class;
}

/**
 * vsw_class_build() - compile rules
 * @ranges: of the rules, those of the first rule first; @dims each
 * @nr: number of rules, 1 to VSW_CLASS_RULES
 * @dims: number of dimensions, 1 to VSW_CLASS_DIMS
 *
 * Takes memory and time in proportion to @nr, the latter but for a logarithm.
 * Context: process; may sleep.
 * Return: the compiled rules, or NULL without memory.
 */
struct vsw_class *vsw_class_build(const struct vsw_range *ranges, u32 nr,
				  u32 dims)
{
	struct vsw_class *class = NULL;
	struct builder *b;

	b = kvzalloc(sizeof(*b), GFP_KERNEL_ACCOUNT);
	if (!b)
		return NULL;
	b->ranges = ranges;
	b->dims = dims;
	if (!build_groups(b, nr)) {
		sort_trees(b);
		class = pack(b, nr);
	}
	kvfree(b->lists.data);
	kvfree(b->refs.data);
	kvfree(b->nodes.data);
	kvfree(b);
	return class;
}

/**
 * vsw_class_free() - free compiled rules
 * @class: what vsw_class_build() returned, or NULL
 *
 * No packet may be looking.
 */
void vsw_class_free(struct vsw_class *class)
{
	kvfree(class);
}
