/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A walk: one frame that was made by ourselves goes through the pipeline, and
 * what each stage decides is written down.
 *
 * A stage says what it has decided in one line,
 *
 *	vsw_walk_pass(frame, VSWITCH_WALK_STAGE_ACL, frame->src, "entry %u", n);
 *
 * and leaves things as they were where vsw_walk_is_dry(frame). Drops are
 * written down by vsw_refuse() and vsw_drop() for everybody. While nobody walks
 * a frame, each such line is a no-op in the code, patched when somebody does.
 */
#ifndef _VSW_WALK_H
#define _VSW_WALK_H

#include <linux/jump_label_ratelimit.h>
#include <linux/types.h>

#include <uapi/linux/vswitch.h>

#include "drop.h"
#include "frame.h"

struct netlink_ext_ack;
struct vsw_switch;

#define VSW_WALK_DETAIL	80

/**
 * struct vsw_walk_step - what one stage decided
 * @stage: enum vswitch_walk_stage
 * @verdict: enum vswitch_walk_verdict
 * @reason: enum vsw_drop_reason, for a drop
 * @has_vid: @vid is valid: the frame had been sorted into a VLAN
 * @tagged: @tci and @tpid are valid: a delivery with a tag
 * @ifindex: the port that decided, or that it is about; 0: none
 * @vid: the frame's VLAN
 * @tpid: of the tag that the frame is delivered with
 * @tci: likewise
 * @detail: what else there is to say, in words; may be empty
 */
struct vsw_walk_step {
	u8 stage;
	u8 verdict;
	u8 reason;
	bool has_vid;
	bool tagged;
	int ifindex;
	u16 vid;
	__be16 tpid;
	u16 tci;
	char detail[VSW_WALK_DETAIL];
};

/**
 * struct vsw_walk - the way of a frame
 * @dry: the frame is only a question: it is not delivered, counted or learned
 *	from, and changes no state
 * @admitted: it was sorted into a VLAN
 * @n: number of steps taken
 * @max: room in @steps
 * @lost: steps that there was no room for
 * @steps: in the order of the pipeline
 */
struct vsw_walk {
	bool dry;
	bool admitted;
	u32 n;
	u32 max;
	u32 lost;
	struct vsw_walk_step steps[];
};

extern struct static_key_false_deferred vsw_walk_key;

/* Is what happens to a frame written down? */
static inline bool vsw_walks(const struct vsw_frame *frame)
{
	return static_branch_unlikely(&vsw_walk_key.key) && frame->walk;
}

/* Is a frame not really there? */
static inline bool vsw_walk_is_dry(const struct vsw_frame *frame)
{
	return vsw_walks(frame) && frame->walk->dry;
}

/**
 * vsw_walk_step() - write down what a stage decided
 * @frame: the frame
 * @stage: which
 * @verdict: what
 * @at: the port that decided, or that it is about, or NULL
 *
 * With a format and what goes into it: the details, in a few words.
 */
#define vsw_walk_step(frame, stage, verdict, at, ...) do {		\
	const struct vsw_frame *__frame = (frame);			\
									\
	if (vsw_walks(__frame))						\
		vsw_walk_record(__frame, stage, verdict, at, __VA_ARGS__); \
} while (0)

/* The stage lets it pass. */
#define vsw_walk_pass(frame, stage, at, ...)				\
	vsw_walk_step(frame, stage, VSWITCH_WALK_VERDICT_PASS, at, __VA_ARGS__)

/* What the stage found; its verdict comes in a step of its own. */
#define vsw_walk_note(frame, stage, at, ...)				\
	vsw_walk_step(frame, stage, VSWITCH_WALK_VERDICT_NOTE, at, __VA_ARGS__)

/* The port is not concerned. */
#define vsw_walk_skip(frame, stage, at, ...)				\
	vsw_walk_step(frame, stage, VSWITCH_WALK_VERDICT_SKIP, at, __VA_ARGS__)

__printf(5, 6)
void vsw_walk_record(const struct vsw_frame *frame,
		     enum vswitch_walk_stage stage,
		     enum vswitch_walk_verdict verdict,
		     const struct vsw_snap *at, const char *fmt, ...);
void vsw_walk_received(const struct vsw_frame *frame);
void vsw_walk_admitted(const struct vsw_frame *frame);
bool vsw_walk_learn(const struct vsw_frame *frame);
const struct vsw_snap *vsw_walk_lookup(const struct vsw_frame *frame,
				       const struct vsw_snap *dst);
void vsw_walk_unwanted(const struct vsw_frame *frame,
		       const struct vsw_snap *dst);
bool vsw_walk_drop(const struct vsw_frame *frame, const struct vsw_snap *at,
		   enum vsw_drop_reason reason);
bool vsw_walk_deliver(const struct vsw_frame *frame,
		      const struct vsw_snap *dst, struct sk_buff *skb);

struct vsw_walk *vsw_walk_alloc(struct vsw_switch *sw, bool dry);
void vsw_walk_free(struct vsw_walk *walk);
struct sk_buff *vsw_walk_frame(struct vsw_port *port, const void *data,
			       u32 len, struct netlink_ext_ack *extack);
void vsw_walk_begin(void);
void vsw_walk_end(void);
void vsw_walk_exit(void);

/* pipeline.c */
void vsw_walk_run(struct vsw_port *port, struct sk_buff *skb,
		  struct vsw_walk *walk);

#endif
