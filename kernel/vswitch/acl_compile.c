// SPDX-License-Identifier: GPL-2.0
/* From lists of ACL rules to classifiers. */
#include <linux/atomic.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/unaligned.h>

#include "acl.h"
#include "classify.h"

static atomic64_t last_serial;

/*
 * A set of rules while it is made: which they are, in order of preference, and
 * which kinds of rules there are at all.
 */
struct pick {
	const struct vsw_acl *acl;
	u32 *rule;
	u32 n;
	u32 kinds;
};

static struct vsw_range prefix(u32 word, u32 len)
{
	u32 mask = len ? U32_MAX << (32 - len) : 0;

	return (struct vsw_range){ word & mask, word | ~mask };
}

/* An address as @words ranges; VSW_ACL_ANY is all of any kind. */
static void put_addr(struct vsw_range *range, const struct vsw_acl_addr *addr,
		     u32 words)
{
	u32 i, len = addr->len;

	if (addr->family == VSW_ACL_ETHER) {
		/* As in vsw_mac_key(), which ends with the VLAN. */
		range[0] = prefix(get_unaligned_be32(addr->bytes), 32);
		range[1] = prefix((u32)get_unaligned_be16(addr->bytes + 4) << 16,
				  32);
		return;
	}
	for (i = 0; i < words; i++) {
		u32 bits = min(len, 32u);

		range[i] = prefix(get_unaligned_be32(addr->bytes + 4 * i), bits);
		len -= bits;
	}
}

static struct vsw_range port_range(const struct vsw_acl_ports *ports)
{
	if (!ports->said)
		return (struct vsw_range){ 0, U32_MAX };
	return (struct vsw_range){ ports->first, ports->last };
}

static struct vsw_range proto_range(const struct vsw_acl_rule *rule)
{
	u32 proto;

	/* All but neighbour discovery. */
	if (rule->protocol == VSW_ACL_PROTOCOL_ANY)
		return (struct vsw_range){ 0, 255 };
	proto = vsw_acl_proto(rule->protocol);
	return (struct vsw_range){
		proto, rule->protocol == IPPROTO_ICMPV6 ? VSW_ACL_PROTO_ND : proto
	};
}

/* The order of the dimensions is that of vsw_acl_key_dims(). */
static void put_extended(struct vsw_range *range,
			 const struct vsw_acl_rule *rule, u32 words)
{
	put_addr(range, &rule->remote, words);
	put_addr(range + words, &rule->local, words);
	range += 2 * words;
	range[0] = port_range(&rule->local_ports);
	range[1] = port_range(&rule->remote_ports);
	range[2] = proto_range(rule);
	if (rule->isolation)
		range[3] = (struct vsw_range){ rule->isolation, rule->isolation };
	else
		range[3] = (struct vsw_range){ 0, U32_MAX };
}

static void put_rule(struct vsw_range *range, const struct vsw_acl_rule *rule,
		     u32 dims)
{
	if (rule->kind == VSW_ACL_EXTENDED)
		put_extended(range, rule, dims == VSW_ACL_DIMS_EXT4 ? 1 : 4);
	else
		put_addr(range, rule->local.family ? &rule->local :
						     &rule->remote, dims);
}

static int make_set(struct vsw_acl_set *set, const struct pick *pick, u32 dims,
		    size_t *bytes)
{
	struct vsw_range *ranges;
	u32 i;

	if (!pick->n)
		return 0;
	ranges = kvmalloc_array(pick->n, dims * sizeof(*ranges),
				GFP_KERNEL_ACCOUNT);
	set->rule = kvmalloc_array(pick->n, sizeof(u32), GFP_KERNEL_ACCOUNT);
	if (ranges && set->rule) {
		memcpy(set->rule, pick->rule, pick->n * sizeof(u32));
		for (i = 0; i < pick->n; i++)
			put_rule(ranges + (size_t)i * dims,
				 &pick->acl->rules[pick->rule[i]], dims);
		set->class = vsw_class_build(ranges, pick->n, dims);
	}
	kvfree(ranges);
	if (!set->class)
		return -ENOMEM;
	*bytes += set->class->bytes + pick->n * sizeof(u32);
	return 0;
}

/* Does an address of a rule concern packets of an IP version? */
static bool concerns(const struct vsw_acl_addr *addr, u32 version)
{
	return addr->family == VSW_ACL_ANY ||
	       addr->family == (version == VSW_ACL_V4 ? VSW_ACL_IPV4 :
							VSW_ACL_IPV6);
}

/* Extended rules of a direction. They are in the list by weight. */
static int make_ext(struct vsw_acl_compiled *c, struct pick *pick, u32 d,
		    u32 version)
{
	const struct vsw_acl *acl = pick->acl;
	struct vsw_acl_dir *dir = &c->dir[d];
	u32 i;

	pick->n = 0;
	for (i = 0; i < acl->nr; i++) {
		const struct vsw_acl_rule *rule = &acl->rules[i];

		if (rule->kind != VSW_ACL_EXTENDED || rule->direction != d ||
		    !concerns(&rule->local, version) ||
		    !concerns(&rule->remote, version))
			continue;
		pick->rule[pick->n++] = i;
		dir->flags |= VSW_ACL_HAS_EXT;
		if (rule->protocol != VSW_ACL_PROTOCOL_ANY)
			dir->flags |= VSW_ACL_HAS_L4;
		if (rule->stateful)
			dir->flags |= VSW_ACL_HAS_STATE;
	}
	return make_set(&dir->ext[version], pick, version == VSW_ACL_V4 ?
			VSW_ACL_DIMS_EXT4 : VSW_ACL_DIMS_EXT6, &c->bytes);
}

static const struct vsw_acl_addr *side_of(const struct vsw_acl_rule *rule,
					  u32 side)
{
	return side == VSW_ACL_LOCAL ? &rule->local : &rule->remote;
}

static bool is_meter(const struct vsw_acl_rule *rule)
{
	return rule->action == VSWITCH_ACL_ACTION_METER;
}

/*
 * Basic rules of a direction, or its meters. The list has any address first,
 * then each family by length: what is longest comes first here, and of what is
 * equally long, what denies.
 */
static int make_ip(struct vsw_acl_compiled *c, struct pick *pick, u32 d,
		   u32 side, u32 version, bool meter)
{
	const struct vsw_acl *acl = pick->acl;
	struct vsw_acl_dir *dir = &c->dir[d];
	u32 i, pass;

	pick->n = 0;
	for (pass = 0; pass < 3; pass++) {
		for (i = 0; i < acl->nr; i++) {
			const struct vsw_acl_rule *rule = &acl->rules[i];
			const struct vsw_acl_addr *addr = side_of(rule, side);
			bool deny = rule->action == VSWITCH_ACL_ACTION_DENY;

			if (rule->kind != VSW_ACL_IP || rule->direction != d ||
			    is_meter(rule) != meter ||
			    !concerns(addr, version) ||
			    pass != (addr->len ? 0 : deny ? 1 : 2))
				continue;
			pick->rule[pick->n++] = i;
		}
	}
	if (pick->n)
		dir->flags |= meter ? VSW_ACL_HAS_METER : VSW_ACL_HAS_IP;
	if (pick->n && !meter && version == VSW_ACL_V6 &&
	    side == (d == VSWITCH_ACL_DIRECTION_OUT ? VSW_ACL_LOCAL :
						      VSW_ACL_REMOTE))
		dir->flags |= VSW_ACL_HAS_ND;
	return make_set(meter ? &dir->meter[side][version] :
				&dir->ip[side][version], pick,
			version == VSW_ACL_V4 ? VSW_ACL_DIMS_IPV4 :
						VSW_ACL_DIMS_IPV6, &c->bytes);
}

/* Single MAC addresses, then any. */
static int make_mac(struct vsw_acl_compiled *c, struct pick *pick, u32 d,
		    u32 side)
{
	const struct vsw_acl *acl = pick->acl;
	struct vsw_acl_dir *dir = &c->dir[d];
	u32 i, pass;

	pick->n = 0;
	for (pass = 0; pass < 2; pass++) {
		for (i = 0; i < acl->nr; i++) {
			const struct vsw_acl_rule *rule = &acl->rules[i];

			if (rule->kind == VSW_ACL_MAC && rule->direction == d &&
			    side_of(rule, side)->family ==
			    (pass ? VSW_ACL_ANY : VSW_ACL_ETHER))
				pick->rule[pick->n++] = i;
		}
	}
	if (pick->n)
		dir->flags |= VSW_ACL_HAS_MAC;
	return make_set(&dir->mac[side], pick, VSW_ACL_DIMS_MAC, &c->bytes);
}

static int make_dir(struct vsw_acl_compiled *c, struct pick *pick, u32 d)
{
	u32 version, side;
	int err = 0;

	for (version = 0; !err && version < VSW_ACL_VERSIONS; version++) {
		if (pick->kinds & BIT(VSW_ACL_EXTENDED))
			err = make_ext(c, pick, d, version);
		if (!(pick->kinds & BIT(VSW_ACL_IP)))
			continue;
		for (side = 0; !err && side < VSW_ACL_SIDES; side++) {
			err = make_ip(c, pick, d, side, version, false);
			if (!err)
				err = make_ip(c, pick, d, side, version, true);
		}
	}
	if (!(pick->kinds & BIT(VSW_ACL_MAC)))
		return err;
	for (side = 0; !err && side < VSW_ACL_SIDES; side++)
		err = make_mac(c, pick, d, side);
	return err;
}

static u32 kinds_of(const struct vsw_acl *acl)
{
	u32 i, kinds = 0;

	for (i = 0; i < acl->nr; i++)
		kinds |= BIT(acl->rules[i].kind);
	return kinds;
}

/* Which counter of a port belongs to which rule. */
static u32 number_meters(struct vsw_acl *acl)
{
	u32 i, nr = 0;

	for (i = 0; i < acl->nr; i++) {
		if (is_meter(&acl->rules[i]))
			acl->rules[i].meter = nr++;
	}
	return nr;
}

/**
 * vsw_acl_compile() - compile a list of rules, unless that was done already
 * @acl: the list; it does not change any more
 *
 * Context: process; sw->lock.
 * Return: 0 or -ENOMEM.
 */
int vsw_acl_compile(struct vsw_acl *acl)
{
	struct vsw_acl_compiled *c;
	struct pick pick = { .acl = acl };
	int err = -ENOMEM;
	u32 d;

	if (acl->compiled)
		return 0;
	c = kzalloc(sizeof(*c), GFP_KERNEL_ACCOUNT);
	pick.rule = kvmalloc_array(max(acl->nr, 1u), sizeof(u32),
				   GFP_KERNEL_ACCOUNT);
	if (!c || !pick.rule)
		goto free;
	c->bytes = sizeof(*c);
	c->nr_meters = number_meters(acl);
	pick.kinds = kinds_of(acl);
	for (err = 0, d = 0; !err && d < VSW_ACL_DIRECTIONS; d++)
		err = make_dir(c, &pick, d);
	if (!err) {
		c->serial = atomic64_inc_return(&last_serial);
		c->stateful = (c->dir[0].flags | c->dir[1].flags) &
			      VSW_ACL_HAS_STATE;
		acl->compiled = c;
		c = NULL;
	}
free:
	kvfree(pick.rule);
	vsw_acl_compiled_free(c);
	return err;
}

static void free_set(struct vsw_acl_set *set)
{
	vsw_class_free(set->class);
	kvfree(set->rule);
}

/**
 * vsw_acl_compiled_free() - free what a list of rules was compiled to
 * @compiled: it, whole or in parts, or NULL
 *
 * No frame may read it any more.
 */
void vsw_acl_compiled_free(struct vsw_acl_compiled *compiled)
{
	struct vsw_acl_dir *dir;
	u32 d, version, side;

	if (!compiled)
		return;
	for (d = 0; d < VSW_ACL_DIRECTIONS; d++) {
		dir = &compiled->dir[d];
		for (version = 0; version < VSW_ACL_VERSIONS; version++) {
			free_set(&dir->ext[version]);
			for (side = 0; side < VSW_ACL_SIDES; side++) {
				free_set(&dir->ip[side][version]);
				free_set(&dir->meter[side][version]);
			}
		}
		for (side = 0; side < VSW_ACL_SIDES; side++)
			free_set(&dir->mac[side]);
	}
	kfree(compiled);
}
