/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A packet classifier: which is the first of many rules that a packet matches?
 *
 * A rule is a range of values in each of a few dimensions (addresses, ports and
 * so on, 32 bits each), a packet is a point. The rules are sorted into a few
 * groups, so that those of a group overlap little in some dimension, and each
 * group is compiled into a binary tree: inner nodes compare one dimension with
 * a threshold, leaves name the few rules that can match there. See "The
 * classifier" in docs/architecture.md. Pure.
 */
#ifndef _VSW_CLASSIFY_H
#define _VSW_CLASSIFY_H

#include <linux/types.h>

#define VSW_CLASS_DIMS		12		/* most dimensions */
#define VSW_CLASS_TREES		8		/* most groups */
#define VSW_CLASS_RULES		131072		/* most rules */
#define VSW_CLASS_NONE		0xffffffffu	/* no rule matches */

/**
 * struct vsw_range - what a rule says of one dimension
 * @lo: least value
 * @hi: greatest value
 */
struct vsw_range {
	u32 lo;
	u32 hi;
};

/**
 * struct vsw_class_node - one node of a tree
 * @value: of an inner node, the greatest value that goes left; of a leaf, where
 *	its rules begin in vsw_class.refs
 * @link: of an inner node, the dimension and the left child, which the right
 *	one follows; of a leaf, VSW_CLASS_LEAF and the number of rules
 */
struct vsw_class_node {
	u32 value;
	u32 link;
};

#define VSW_CLASS_DIM_BITS	4
#define VSW_CLASS_DIM_MASK	0xf
#define VSW_CLASS_LEAF		0xf		/* in place of the dimension */

/**
 * struct vsw_class_tree - one group of rules
 * @root: its first node
 * @best: the first of its rules
 */
struct vsw_class_tree {
	u32 root;
	u32 best;
};

/**
 * struct vsw_class - compiled rules
 * @nr: number of rules
 * @dims: number of dimensions
 * @trees: number of groups
 * @bytes: memory that it takes
 * @nodes: of all trees
 * @refs: rules of the leaves, the first ones first
 * @ranges: of all rules, @dims each
 * @tree: the groups, by the first of their rules
 *
 * One piece of memory: what the pointers point to follows.
 */
struct vsw_class {
	u32 nr;
	u32 dims;
	u32 trees;
	size_t bytes;
	struct vsw_class_node *nodes;
	u32 *refs;
	struct vsw_range *ranges;
	struct vsw_class_tree tree[VSW_CLASS_TREES];
};

/* Does a rule match? */
static inline bool vsw_ranges_match(const struct vsw_range *range,
				    const u32 *key, u32 dims)
{
	const struct vsw_range *end = range + dims;

	for (; range < end; range++, key++) {
		if (*key - range->lo > range->hi - range->lo)
			return false;
	}
	return true;
}

/**
 * vsw_class_lookup() - find the first rule that a packet matches
 * @class: the rules
 * @key: the packet, a value for each dimension
 *
 * Return: the rule's number, or VSW_CLASS_NONE.
 */
static inline u32 vsw_class_lookup(const struct vsw_class *class,
				   const u32 *key)
{
	const struct vsw_class_node *nodes = class->nodes;
	u32 best = VSW_CLASS_NONE;
	u32 t;

	for (t = 0; t < class->trees && class->tree[t].best < best; t++) {
		struct vsw_class_node node = nodes[class->tree[t].root];
		const u32 *ref, *end;
		u32 dim;

		while ((dim = node.link & VSW_CLASS_DIM_MASK) != VSW_CLASS_LEAF)
			node = nodes[(node.link >> VSW_CLASS_DIM_BITS) +
				     (key[dim] > node.value)];

		ref = class->refs + node.value;
		end = ref + (node.link >> VSW_CLASS_DIM_BITS);
		for (; ref < end && *ref < best; ref++) {
			if (vsw_ranges_match(class->ranges +
					     (size_t)*ref * class->dims,
					     key, class->dims)) {
				best = *ref;
				break;
			}
		}
	}
	return best;
}

struct vsw_class *vsw_class_build(const struct vsw_range *ranges, u32 nr,
				  u32 dims);
void vsw_class_free(struct vsw_class *class);

#endif
