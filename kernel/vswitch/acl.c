// SPDX-License-Identifier: GPL-2.0
/*
 * May a frame pass the ACL of a port?
 *
 *	vsw_acl_check
 *	  check_mac		basic rules of MAC addresses
 *	  check_ip		basic rules of IP addresses, ARP and ND among them
 *	  check_fragments	frag.c
 *	  check_extended	flow.c, then the extended rules
 *	vsw_acl_passed		if it passes all else at that port
 *	  vsw_flow_add		flow.c
 *	  count			meter rules
 *
 * Local is the side of the port: the source of what it sends, the destination
 * of what it receives.
 */
#include <linux/icmp.h>
#include <linux/icmpv6.h>

#include "acl.h"
#include "acl_key.h"
#include "classify.h"
#include "deliver.h"
#include "flow.h"
#include "frag.h"
#include "gso.h"
#include "walk.h"

/**
 * struct best - the best basic rule so far
 * @len: length of its prefix, or -1
 * @deny: what it says
 */
struct best {
	int len;
	bool deny;
};

static const struct vsw_acl_rule *lookup(const struct vsw_acl *acl,
					 const struct vsw_acl_set *set,
					 const u32 *key)
{
	u32 nr;

	if (!set->class)
		return NULL;
	nr = vsw_class_lookup(set->class, key);
	return nr == VSW_CLASS_NONE ? NULL : &acl->rules[set->rule[nr]];
}

static const struct vsw_acl_addr *addr_of(const struct vsw_acl_rule *rule,
					  u32 side)
{
	return side == VSW_ACL_LOCAL ? &rule->local : &rule->remote;
}

/* The best rule of a set, all of whose rules are about this side. */
static void consider(struct best *best, const struct vsw_acl *acl,
		     const struct vsw_acl_set *set, const u32 *key, u32 side)
{
	const struct vsw_acl_rule *rule = lookup(acl, set, key);
	bool deny;
	int len;

	if (!rule)
		return;
	deny = rule->action == VSWITCH_ACL_ACTION_DENY;
	len = addr_of(rule, side)->len;
	if (len > best->len)
		*best = (struct best){ len, deny };
	else if (len == best->len)
		best->deny |= deny;
}

/* Where a walk has the verdicts of a direction. */
static enum vswitch_walk_stage stage_of(u32 direction)
{
	return direction == VSWITCH_ACL_DIRECTION_OUT ?
	       VSWITCH_WALK_STAGE_ACL : VSWITCH_WALK_STAGE_ACL_IN;
}

/* Longest prefix first; of equal ones, of whichever side, denial. */
static bool denies_ip(const struct vsw_acl *acl, const struct vsw_acl_dir *dir,
		      u32 version, const u32 *local, const u32 *remote)
{
	struct best best = { .len = -1 };

	if (local)
		consider(&best, acl, &dir->ip[VSW_ACL_LOCAL][version], local,
			 VSW_ACL_LOCAL);
	if (remote)
		consider(&best, acl, &dir->ip[VSW_ACL_REMOTE][version], remote,
			 VSW_ACL_REMOTE);
	return best.deny;
}

/*
 * Who claims an address is matched as if he sent from it: the sender of ARP, a
 * neighbour whose advertisement has a target, or who solicits without a source
 * to find out whether anybody else has his address.
 */
static bool check_ip(const struct vsw_acl *acl, const struct vsw_acl_dir *dir,
		     const struct vsw_acl_key *key)
{
	if (key->claim != VSW_ACL_CLAIM_ONLY &&
	    denies_ip(acl, dir, key->version, key->local, key->remote))
		return false;
	if (key->claim == VSW_ACL_CLAIM_NONE)
		return true;
	return !denies_ip(acl, dir, key->version,
			  key->out ? key->claimed : NULL,
			  key->out ? NULL : key->claimed);
}

static bool denies_mac(const struct vsw_acl *acl,
		       const struct vsw_acl_dir *dir, u32 side, u64 mac,
		       struct best *best)
{
	const u32 key[VSW_ACL_DIMS_MAC] = { mac >> 32, mac };

	consider(best, acl, &dir->mac[side], key, side);
	return best->deny;
}

/* ARP has a sender of its own, who need not be that of the frame. */
static bool check_mac(const struct vsw_acl *acl, const struct vsw_acl_dir *dir,
		      const struct vsw_frame *frame,
		      const struct vsw_headers *headers, bool out)
{
	u64 local = out ? frame->src_key : frame->dst_key;
	u64 remote = out ? frame->dst_key : frame->src_key;
	struct best best = { .len = -1 };

	denies_mac(acl, dir, VSW_ACL_LOCAL, local, &best);
	if (denies_mac(acl, dir, VSW_ACL_REMOTE, remote, &best))
		return false;
	if (headers->kind != VSW_HEADERS_ARP)
		return true;
	best = (struct best){ .len = -1 };
	return !denies_mac(acl, dir, out ? VSW_ACL_LOCAL : VSW_ACL_REMOTE,
			   vsw_mac_key(headers->arp_sender, 0), &best);
}

static const struct vsw_acl_rule *
lookup_extended(const struct vsw_acl *acl, const struct vsw_acl_dir *dir,
		const struct vsw_acl_key *key)
{
	u32 dims[VSW_ACL_DIMS_EXT6];

	if (!dir->ext[key->version].class)
		return NULL;
	vsw_acl_key_dims(key, dims);
	return lookup(acl, &dir->ext[key->version], dims);
}

/* The rules have changed since the flow began: would they allow it today? */
static bool still_allowed(const struct vsw_acl *acl,
			  const struct vsw_acl_key *key, struct vsw_flow *flow)
{
	u8 direction = READ_ONCE(flow->direction);
	const struct vsw_acl_rule *rule;
	struct vsw_acl_key first = *key;

	vsw_acl_key_of_flow(&first, &flow->key, READ_ONCE(flow->vid));
	rule = lookup_extended(acl, &acl->compiled->dir[direction], &first);
	if (!rule || !rule->stateful ||
	    rule->action != VSWITCH_ACL_ACTION_ALLOW) {
		vsw_flow_end(flow);
		return false;
	}
	WRITE_ONCE(flow->timeout, rule->timeout);
	WRITE_ONCE(flow->serial, acl->compiled->serial);
	return true;
}

/* @touch: it keeps the flow alive. */
static bool in_flow(const struct vsw_acl *acl, struct vsw_flows *flows,
		    const struct vsw_acl_key *key,
		    const struct vsw_flow_key *packet, bool touch)
{
	struct vsw_flow *flow = vsw_flow_find(flows, packet);

	if (!flow)
		return false;
	if (unlikely(READ_ONCE(flow->serial) != acl->compiled->serial) &&
	    !still_allowed(acl, key, flow))
		return false;
	if (touch)
		vsw_flow_touch(flow);
	return true;
}

static enum vsw_drop_reason check_extended(const struct vsw_acl *acl,
					   const struct vsw_acl_key *key,
					   struct vsw_frame *frame,
					   const struct vsw_snap *port,
					   struct vsw_acl_pass *pass)
{
	const struct vsw_acl_dir *dir = &acl->compiled->dir[key->direction];
	enum vswitch_walk_stage stage = stage_of(key->direction);
	struct vsw_flows *flows = port->port->flows;
	const struct vsw_acl_rule *rule;
	bool tracked = false;

	if (acl->compiled->stateful && flows) {
		tracked = vsw_acl_flow_key(&pass->flow, key, frame);
		if ((tracked || vsw_acl_quoted_key(&pass->flow, key, frame)) &&
		    in_flow(acl, flows, key, &pass->flow,
			    tracked && !vsw_walk_is_dry(frame))) {
			vsw_walk_note(frame, stage, port, "belongs to a flow");
			return VSW_PASS;
		}
	}
	rule = lookup_extended(acl, dir, key);
	if (!rule)
		return VSW_PASS;
	vsw_walk_note(frame, stage, port, "rule with weight %u, id %u",
		      rule->weight, rule->id);
	if (rule->action == VSWITCH_ACL_ACTION_DENY)
		return VSW_DROP_ACL;
	if (rule->stateful && tracked)
		pass->begins = rule;
	return VSW_PASS;
}

/*
 * Do rules look at what only the first fragment of a datagram shows? If basic ones look
 * at claims, what ends up as neighbour discovery must not have begun as something else.
 */
static bool look_behind(const struct vsw_acl *acl, u32 flags, u32 version)
{
	if (flags & VSW_ACL_HAS_EXT &&
	    (flags & VSW_ACL_HAS_L4 || acl->compiled->stateful))
		return true;
	return flags & VSW_ACL_HAS_ND && version == VSW_ACL_V6;
}

static enum vsw_drop_reason first_fragment(const struct vsw_acl *acl,
					   const struct vsw_acl_key *key,
					   struct vsw_frame *frame,
					   const struct vsw_snap *port,
					   struct vsw_acl_pass *pass)
{
	u32 flags = acl->compiled->dir[key->direction].flags;

	if (flags & VSW_ACL_HAS_ND && vsw_headers_split_nd(&frame->headers))
		return VSW_DROP_UNPARSABLE;
	return flags & VSW_ACL_HAS_EXT ?
	       check_extended(acl, key, frame, port, pass) : VSW_PASS;
}

/*
 * A later fragment shows neither ports nor the type of an ICMP message, and
 * follows the first. What rules say nothing of needs none.
 */
static enum vsw_drop_reason check_fragments(const struct vsw_acl *acl,
					    const struct vsw_acl_key *key,
					    struct vsw_frame *frame,
					    const struct vsw_snap *port,
					    struct vsw_acl_pass *pass)
{
	const struct vsw_headers *headers = &frame->headers;
	u32 flags = acl->compiled->dir[key->direction].flags;
	struct vsw_frags *frags = port->port->acl_frags[key->direction];
	enum vsw_drop_reason reason;

	if (!frags || !look_behind(acl, flags, key->version))
		return first_fragment(acl, key, frame, port, pass);
	if (headers->flags & VSW_HEADERS_LATER)
		return vsw_frags_later(frags, headers, frame->vid, jiffies);
	reason = first_fragment(acl, key, frame, port, pass);
	return vsw_frags_first(frags, headers, frame->vid, frame->src->index,
			       jiffies, reason, vsw_walk_is_dry(frame));
}

/* The longest prefix counts; of equal ones, that of the local side. */
static void count(const struct vsw_snap *port, const struct vsw_acl_dir *dir,
		  const struct vsw_acl_key *key, const struct vsw_frame *frame)
{
	const struct vsw_acl *acl = port->policy.acl;
	const struct vsw_acl_rule *local, *remote;

	local = lookup(acl, &dir->meter[VSW_ACL_LOCAL][key->version],
		       key->local);
	remote = lookup(acl, &dir->meter[VSW_ACL_REMOTE][key->version],
			key->remote);
	if (!local || (remote && remote->remote.len > local->local.len))
		local = remote;
	if (local)
		this_cpu_add(*port->meters->meter[local->meter]->bytes,
			     vsw_gso_bytes(frame));
}

static enum vsw_drop_reason check(struct vsw_frame *frame,
				  const struct vsw_snap *port,
				  enum vswitch_acl_direction direction,
				  struct vsw_acl_pass *pass)
{
	const struct vsw_headers *headers = vsw_frame_headers(frame);
	const struct vsw_acl *acl = port->policy.acl;
	const struct vsw_acl_dir *dir = &acl->compiled->dir[direction];
	struct vsw_acl_key key;

	if (unlikely(headers->kind == VSW_HEADERS_BAD))
		return vsw_frame_unread(headers);
	if (dir->flags & VSW_ACL_HAS_MAC &&
	    !check_mac(acl, dir, frame, headers,
		       direction == VSWITCH_ACL_DIRECTION_OUT))
		return VSW_DROP_ACL;
	if (headers->kind == VSW_HEADERS_OTHER)
		return VSW_PASS;

	vsw_acl_key_init(&key, headers, direction, frame->vid);
	if (dir->flags & VSW_ACL_HAS_IP && !check_ip(acl, dir, &key))
		return VSW_DROP_ACL;
	if (headers->kind == VSW_HEADERS_ARP)
		return VSW_PASS;
	if (unlikely(headers->flags & VSW_HEADERS_FRAGMENT))
		return check_fragments(acl, &key, frame, port, pass);
	if (dir->flags & VSW_ACL_HAS_EXT)
		return check_extended(acl, &key, frame, port, pass);
	return VSW_PASS;
}

/**
 * vsw_acl_check() - may a frame pass the ACL of a port?
 * @frame: the frame
 * @port: the port, which has an ACL of this direction
 * @direction: in, the port would get the frame, or out, it sent it
 * @pass: set, for vsw_acl_passed()
 *
 * Context: softirq, or bottom halves off; RCU read lock.
 * Return: VSW_PASS, or why not.
 */
enum vsw_drop_reason vsw_acl_check(struct vsw_frame *frame,
				   const struct vsw_snap *port,
				   enum vswitch_acl_direction direction,
				   struct vsw_acl_pass *pass)
{
	enum vsw_drop_reason reason;

	pass->begins = NULL;
	reason = check(frame, port, direction, pass);
	if (!reason)
		vsw_walk_pass(frame, stage_of(direction), port, "allowed");
	return reason;
}

/**
 * vsw_acl_passed() - nothing else at that port keeps the frame either
 * @frame: the frame, which vsw_acl_check() has let pass
 * @port: the port
 * @direction: as there
 * @pass: as there
 *
 * Begins the flow that a stateful rule asks for, and counts.
 * Context: softirq, or bottom halves off; RCU read lock.
 * Return: VSW_PASS, or VSW_DROP_FLOW_LIMIT if there is no room for the flow.
 */
enum vsw_drop_reason vsw_acl_passed(const struct vsw_frame *frame,
				    const struct vsw_snap *port,
				    enum vswitch_acl_direction direction,
				    const struct vsw_acl_pass *pass)
{
	const struct vsw_acl *acl = port->policy.acl;
	const struct vsw_acl_dir *dir = &acl->compiled->dir[direction];
	const struct vsw_acl_rule *rule = pass->begins;
	const u8 kind = frame->headers.kind;
	struct vsw_acl_key key;

	if (vsw_walk_is_dry(frame))
		return VSW_PASS;
	if (rule && !vsw_flow_add(port->port->flows, &pass->flow,
				  acl->compiled->serial, rule->timeout,
				  frame->vid, direction))
		return VSW_DROP_FLOW_LIMIT;
	if (dir->flags & VSW_ACL_HAS_METER &&
	    (kind == VSW_HEADERS_IPV4 || kind == VSW_HEADERS_IPV6)) {
		vsw_acl_key_init(&key, &frame->headers, direction, frame->vid);
		count(port, dir, &key, frame);
	}
	return VSW_PASS;
}
