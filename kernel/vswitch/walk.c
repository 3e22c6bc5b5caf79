// SPDX-License-Identifier: GPL-2.0
/*
 * Walks: frames of our own making, and what is written down of their way.
 *
 * What a stage has to say of itself beyond a line is here, so that the stages
 * stay what they are.
 */
#include <linux/etherdevice.h>
#include <linux/mm.h>

#include "deliver.h"
#include "probe.h"
#include "vswitch.h"
#include "walk.h"

/*
 * On while there are walks or probes. It stays on for a second after the last,
 * as code is patched each time.
 */
DEFINE_STATIC_KEY_DEFERRED_FALSE(vsw_walk_key, HZ);

/* Stages that are passed once, and how often a port can come up. */
#define STEPS_ONCE	64
#define STEPS_PORT	4

/* Which stage drops for a reason? */
static const u8 stages[VSW_DROP_MAX] = {
	[VSW_DROP_SWITCH_DOWN]		= VSWITCH_WALK_STAGE_RECEIVE,
	[VSW_DROP_SOURCE_INVALID]	= VSWITCH_WALK_STAGE_SOURCE,
	[VSW_DROP_LINK_LOCAL]		= VSWITCH_WALK_STAGE_LINK_LOCAL,
	[VSW_DROP_VLAN_TAGGED]		= VSWITCH_WALK_STAGE_VLAN,
	[VSW_DROP_VLAN_UNTAGGED]	= VSWITCH_WALK_STAGE_VLAN,
	[VSW_DROP_VLAN_NOT_MEMBER]	= VSWITCH_WALK_STAGE_VLAN,
	[VSW_DROP_VLAN_EGRESS]		= VSWITCH_WALK_STAGE_EGRESS,
	[VSW_DROP_DOUBLE_TAGGED]	= VSWITCH_WALK_STAGE_EGRESS,
	[VSW_DROP_MAC_SPOOFED]		= VSWITCH_WALK_STAGE_SOURCE,
	[VSW_DROP_MAC_ASSIGNED]		= VSWITCH_WALK_STAGE_SOURCE,
	[VSW_DROP_ACL]			= VSWITCH_WALK_STAGE_ACL,
	[VSW_DROP_DHCP_GUARD]		= VSWITCH_WALK_STAGE_DHCP_GUARD,
	[VSW_DROP_ROUTER_GUARD]		= VSWITCH_WALK_STAGE_ROUTER_GUARD,
	[VSW_DROP_UNPARSABLE]		= VSWITCH_WALK_STAGE_HEADERS,
	[VSW_DROP_IP_LIMIT]		= VSWITCH_WALK_STAGE_IP_LIMIT,
	[VSW_DROP_STORM_LIMIT]		= VSWITCH_WALK_STAGE_STORM_LIMIT,
	[VSW_DROP_PVLAN]		= VSWITCH_WALK_STAGE_PVLAN,
	[VSW_DROP_FLOW_LIMIT]		= VSWITCH_WALK_STAGE_ACL,
	[VSW_DROP_SAME_PORT]		= VSWITCH_WALK_STAGE_LOOKUP,
	[VSW_DROP_NO_DESTINATION]	= VSWITCH_WALK_STAGE_LOOKUP,
	[VSW_DROP_LINK_DOWN]		= VSWITCH_WALK_STAGE_EGRESS,
	[VSW_DROP_TOO_BIG]		= VSWITCH_WALK_STAGE_EGRESS,
	[VSW_DROP_NO_MEMORY]		= VSWITCH_WALK_STAGE_RECEIVE,
};

/* The next step, or NULL when there is no room. */
static struct vsw_walk_step *next_step(const struct vsw_frame *frame, u8 stage,
				       u8 verdict, const struct vsw_snap *at)
{
	struct vsw_walk *walk = frame->walk;
	struct vsw_walk_step *step;

	if (walk->n == walk->max) {
		walk->lost++;
		return NULL;
	}
	step = &walk->steps[walk->n++];
	step->stage = stage;
	step->verdict = verdict;
	step->ifindex = at ? at->dev->ifindex : 0;
	step->has_vid = walk->admitted;
	step->vid = frame->vid;
	return step;
}

/**
 * vsw_walk_record() - write a step down
 * @frame: the frame, which somebody walks: vsw_walks()
 * @stage: the stage
 * @verdict: what it decided
 * @at: the port that decided, or that it is about, or NULL
 * @fmt: the details, for printf
 *
 * Use vsw_walk_pass() and its like.
 * Context: softirq, or bottom halves off; RCU read lock.
 */
void vsw_walk_record(const struct vsw_frame *frame,
		     enum vswitch_walk_stage stage,
		     enum vswitch_walk_verdict verdict,
		     const struct vsw_snap *at, const char *fmt, ...)
{
	struct vsw_walk_step *step = next_step(frame, stage, verdict, at);
	va_list args;

	if (!step)
		return;
	va_start(args, fmt);
	vscnprintf(step->detail, sizeof(step->detail), fmt, args);
	va_end(args);
}

/**
 * vsw_walk_received() - write down how a frame was read
 * @frame: the frame, parsed
 *
 * Context: softirq, or bottom halves off; RCU read lock.
 */
void vsw_walk_received(const struct vsw_frame *frame)
{
	u8 src[ETH_ALEN], dst[ETH_ALEN];

	vsw_key_mac(frame->src_key, src);
	vsw_key_mac(frame->dst_key, dst);
	if (frame->tags.tpid)
		vsw_walk_note(frame, VSWITCH_WALK_STAGE_RECEIVE, frame->src,
			      "%pM > %pM tag %04x vlan %u prio %u type %04x",
			      src, dst, ntohs(frame->tags.tpid),
			      frame->tags.tci & VLAN_VID_MASK,
			      frame->tags.tci >> VLAN_PRIO_SHIFT,
			      ntohs(frame->tags.inner));
	else
		vsw_walk_note(frame, VSWITCH_WALK_STAGE_RECEIVE, frame->src,
			      "%pM > %pM untagged type %04x", src, dst,
			      ntohs(frame->tags.inner));
}

static void vlan_admitted(const struct vsw_frame *frame)
{
	bool by_tag = frame->tags.tpid == frame->table->tpid &&
		      frame->tags.tci & VLAN_VID_MASK;

	frame->walk->admitted = true;
	vsw_walk_pass(frame, VSWITCH_WALK_STAGE_VLAN, frame->src, "%s", by_tag ?
		      "the VLAN of its tag" : "the VLAN of untagged frames");
}

/**
 * vsw_walk_admitted() - write down that a frame may come from where it does
 * @frame: the frame, admitted to its VLAN and from its source address
 *
 * Context: softirq, or bottom halves off; RCU read lock.
 */
void vsw_walk_admitted(const struct vsw_frame *frame)
{
	const char *how = "any that is not assigned to another port";

	vlan_admitted(frame);
	if (frame->src_key == frame->src->policy.mac)
		how = "the assigned MAC of the port";
	else if (frame->src->flags & VSW_SNAP_CHECK_SOURCE)
		how = "the assigned MAC of another port of its VM";
	vsw_walk_pass(frame, VSWITCH_WALK_STAGE_SOURCE, frame->src, "%s", how);
}

/**
 * vsw_walk_learn() - write down what a frame teaches the FDB
 * @frame: the frame, whose source may be learned
 *
 * Context: softirq, or bottom halves off; RCU read lock.
 * Return: true if it must not be learned.
 */
bool vsw_walk_learn(const struct vsw_frame *frame)
{
	struct vsw_port *port = frame->src->port;
	const char *what = "the source is new at this port";
	const struct vsw_fdb_entry *entry;

	entry = vsw_fdb_find(&port->sw->fdb, frame->src_key | frame->fid);
	if (entry && READ_ONCE(entry->port) == port)
		what = "the source is known to be at this port";
	else if (entry && vsw_fdb_state(entry) == VSWITCH_FDB_STATE_STATIC)
		what = "a static entry says that the source is elsewhere";
	else if (entry)
		what = "the source moves to this port";
	else if (vsw_fdb_is_full(port->sw))
		what = "the source is new, but the FDB is full";
	vsw_walk_note(frame, VSWITCH_WALK_STAGE_LEARN, frame->src, "%s", what);
	return frame->walk->dry;
}

/* Would its own source address have been learned to be where it is going? */
static bool is_for_itself(const struct vsw_frame *frame)
{
	struct vsw_switch *sw = frame->src->port->sw;
	const struct vsw_fdb_entry *entry;

	if (!frame->walk->dry || frame->dst_key != frame->src_key ||
	    frame->src->flags & VSW_SNAP_CHECK_SOURCE)
		return false;
	entry = vsw_fdb_find(&sw->fdb, frame->src_key | frame->fid);
	return entry ? vsw_fdb_state(entry) != VSWITCH_FDB_STATE_STATIC :
		       !vsw_fdb_is_full(sw);
}

/**
 * vsw_walk_lookup() - write down where a destination address is
 * @frame: the frame, to one station
 * @dst: the port that it is behind, or NULL when nobody knows
 *
 * Context: softirq, or bottom halves off; RCU read lock.
 * Return: @dst, or what it would have been had the frame been learned from.
 */
const struct vsw_snap *vsw_walk_lookup(const struct vsw_frame *frame,
				       const struct vsw_snap *dst)
{
	struct vsw_fdb *fdb = &frame->src->port->sw->fdb;
	const char *how = "learned to be there";
	const struct vsw_fdb_entry *entry;

	if (is_for_itself(frame))
		dst = frame->src;
	if (!dst) {
		how = "unknown: to all ports that may have it";
	} else if (dst->policy.mac == frame->dst_key) {
		how = "the assigned MAC of the port";
	} else {
		entry = vsw_fdb_find(fdb, frame->dst_key | frame->fid);
		if (entry && vsw_fdb_state(entry) == VSWITCH_FDB_STATE_STATIC)
			how = "a static entry";
	}
	vsw_walk_pass(frame, VSWITCH_WALK_STAGE_LOOKUP, dst, "%s", how);
	return dst;
}

/**
 * vsw_walk_unwanted() - write down that a port is left out when a frame is flooded
 * @frame: the frame
 * @dst: the port
 *
 * Context: softirq, or bottom halves off; RCU read lock.
 */
void vsw_walk_unwanted(const struct vsw_frame *frame,
		       const struct vsw_snap *dst)
{
	const char *why = "no unknown address is behind it";

	if (dst == frame->src)
		why = "it came from there";
	else if (!(dst->flags & VSW_SNAP_LINK_UP))
		why = "the port is down";
	else if (!vsw_vlan_member(&dst->policy.vlan, frame->vid))
		why = "not a member of the VLAN";
	vsw_walk_skip(frame, VSWITCH_WALK_STAGE_EGRESS, dst, "%s", why);
}

/**
 * vsw_walk_drop() - write a drop down
 * @frame: the frame, which somebody walks: vsw_walks()
 * @at: the port that decided
 * @reason: why
 *
 * Context: softirq, or bottom halves off; RCU read lock.
 * Return: true if that is all; false if it also has to be counted.
 */
bool vsw_walk_drop(const struct vsw_frame *frame, const struct vsw_snap *at,
		   enum vsw_drop_reason reason)
{
	u8 stage = stages[reason];
	struct vsw_walk *walk = frame->walk;
	struct vsw_walk_step *step;

	/* The same words are said on the way in. */
	if (reason == VSW_DROP_DOUBLE_TAGGED && !walk->admitted)
		stage = VSWITCH_WALK_STAGE_VLAN;
	else if (stage == VSWITCH_WALK_STAGE_ACL && at != frame->src)
		stage = VSWITCH_WALK_STAGE_ACL_IN;
	/* A VLAN comes before a source. */
	if ((reason == VSW_DROP_MAC_SPOOFED ||
	     reason == VSW_DROP_MAC_ASSIGNED) && !walk->admitted)
		vlan_admitted(frame);

	step = next_step(frame, stage, VSWITCH_WALK_VERDICT_DROP, at);
	if (step)
		step->reason = reason;
	return walk->dry;
}

/**
 * vsw_walk_deliver() - a frame is about to leave through a port
 * @frame: the frame
 * @dst: the port
 * @skb: the frame as it leaves, or a copy; consumed if it goes no further
 *
 * Called for all frames while there are walks or probes.
 * Context: softirq, or bottom halves off; RCU read lock.
 * Return: true if it was taken.
 */
bool vsw_walk_deliver(const struct vsw_frame *frame,
		      const struct vsw_snap *dst, struct sk_buff *skb)
{
	struct vsw_walk_step *step;

	if (frame->walk) {
		step = next_step(frame, VSWITCH_WALK_STAGE_DELIVER,
				 VSWITCH_WALK_VERDICT_PASS, dst);
		if (step && skb_vlan_tag_present(skb)) {
			step->tagged = true;
			step->tpid = skb->vlan_proto;
			step->tci = skb_vlan_tag_get(skb);
		}
		if (!frame->walk->dry)
			return false;
	} else if (!vsw_probe_catch(frame, dst, skb)) {
		return false;
	}
	consume_skb(skb);
	return true;
}

/**
 * vsw_walk_alloc() - a walk that has not begun
 * @sw: the switch
 * @dry: see struct vsw_walk
 *
 * Context: process; sw->lock.
 * Return: the walk or NULL.
 */
struct vsw_walk *vsw_walk_alloc(struct vsw_switch *sw, bool dry)
{
	u32 max = STEPS_ONCE + STEPS_PORT * vsw_dereference(sw)->size;
	struct vsw_walk *walk;

	walk = kvzalloc(struct_size(walk, steps, max), GFP_KERNEL_ACCOUNT);
	if (!walk)
		return NULL;
	walk->dry = dry;
	walk->max = max;
	return walk;
}

/**
 * vsw_walk_free() - free a walk
 * @walk: the walk, or NULL
 */
void vsw_walk_free(struct vsw_walk *walk)
{
	kvfree(walk);
}

/**
 * vsw_walk_frame() - make a frame that a port might have sent
 * @port: the port
 * @data: the frame, from its destination address on, its tags in it
 * @len: its length
 * @extack: for the refusal
 *
 * Context: process.
 * Return: the frame as the pipeline takes it, or ERR_PTR.
 */
struct sk_buff *vsw_walk_frame(struct vsw_port *port, const void *data,
			       u32 len, struct netlink_ext_ack *extack)
{
	struct net_device *dev = port->dev;
	u32 headroom = LL_RESERVED_SPACE(dev) + VLAN_HLEN;
	struct sk_buff *skb;

	if (len < ETH_HLEN) {
		NL_SET_ERR_MSG(extack, "a frame has at least the 14 bytes of its header");
		return ERR_PTR(-EINVAL);
	}
	skb = alloc_skb(headroom + len, GFP_KERNEL);
	if (!skb)
		return ERR_PTR(-ENOMEM);
	skb_reserve(skb, headroom);
	skb_put_data(skb, data, len);
	skb->protocol = eth_type_trans(skb, dev);
	skb_reset_network_header(skb);
	skb_reset_transport_header(skb);
	skb_reset_mac_len(skb);
	/* What came over a wire, or from a vNIC, has its tag in the fields. */
	if (eth_type_vlan(skb->protocol)) {
		skb = skb_vlan_untag(skb);
		if (!skb) {
			NL_SET_ERR_MSG(extack,
				       "the frame ends within its tag: no driver would pass it on");
			return ERR_PTR(-EINVAL);
		}
	}
	return skb;
}

/**
 * vsw_walk_begin() - let walks be written down
 *
 * Context: process; no locks.
 */
void vsw_walk_begin(void)
{
	static_branch_deferred_inc(&vsw_walk_key);
}

/**
 * vsw_walk_end() - a walk is over
 *
 * Context: any.
 */
void vsw_walk_end(void)
{
	static_branch_slow_dec_deferred(&vsw_walk_key);
}

/**
 * vsw_walk_exit() - wait for what is still to be patched
 *
 * Context: process; no walk is under way or can begin.
 */
void vsw_walk_exit(void)
{
	static_key_deferred_flush(&vsw_walk_key);
}
