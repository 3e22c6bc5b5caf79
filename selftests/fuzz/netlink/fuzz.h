/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of the netlink fuzzer share. */
#ifndef _FUZZ_H
#define _FUZZ_H

#include <linux/netlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "choice.h"
#include "spec.h"

#define MSG_MAX		(80 * 1024)
#define MSG_PLACED	256
#define SOCKETS		3
#define STREAMS		16
#define RING		6
#define RING_BYTES	256
#define TEXTS		256
#define PCS		65536
#define SHARED_IDS	16

/* Who a stream is, and what it does most. */
enum role {
	ROLE_ROOT,		/* root: everything */
	ROLE_DEVICES,		/* root: devices come and go */
	ROLE_USERNS,		/* root of a user namespace, in a netns of it */
	ROLE_NOBODY,		/* without privileges, in the netns of root */
	ROLE_NETNS,		/* root: makes a netns, fills it, deletes it */
	ROLE_TRAFFIC,		/* frames into the ports */
	ROLE_LISTEN,		/* reads events, and checks them */
	ROLE_N,
};

/* --- what all streams share (shared.c) --- */

/**
 * struct sent - a message as it is kept for the report
 * @step: of which step
 * @what: in words
 * @len: length; @head has the beginning
 * @err: what became of it; 1 while the kernel has it
 */
struct sent {
	uint64_t step;
	char what[48];
	uint32_t len;
	int err;
	uint8_t head[RING_BYTES];
};

struct stream {
	char name[8];
	enum role role;
	pid_t pid;
	uint64_t step;
	uint64_t messages;
	uint64_t accepted;
	uint64_t refused;
	uint64_t silent;	/* the kernel took no notice of its form */
	unsigned int ring_pos;
	struct sent ring[RING];
};

struct cover_op {
	uint32_t accepted;
	uint32_t refused;
};

struct cover_attr {
	uint32_t accepted;	/* in a request that was accepted */
	uint32_t blamed;	/* named by the kernel as the one at fault */
};

struct shared {
	int stop;
	int violations;
	uint32_t ids[SHARED_IDS];	/* names of transactions of anybody */
	uint32_t next_id;
	uint32_t errors[256];		/* by errno */
	struct cover_op calls[SPEC_OPS];
	struct cover_op dumps[SPEC_OPS];
	struct cover_op kinds[2];	/* rtnl: switches, vNICs */
	struct cover_attr attrs[SPEC_SETS][SPEC_ATTRS];
	uint32_t events[SPEC_OPS];
	uint32_t texts[TEXTS];
	uint64_t pcs[PCS];
	uint32_t n_pcs;
	struct stream streams[STREAMS];
	unsigned int first;		/* streams run from this one */
	unsigned int n_streams;		/* to the one before this */
};

extern struct shared *shared;

/* --- a stream's own (a process has one) --- */

struct msg;

struct sock {
	int fd;
	int protocol;
	uint32_t seq;
	uint32_t ids[4];	/* its transactions */
	unsigned int n_ids;
};

struct fuzz {
	struct spec *spec;
	const char *word;	/* what run.sh calls it */
	uint16_t family;
	uint32_t events_group;
	uint64_t seed;
	struct stream *stream;
	unsigned int index;
	enum role role;
	bool strict;		/* alone: compare what is there before and after */
	bool verbose;
	struct choice c;
	struct sock genl[SOCKETS];
	struct sock rtnl;
	struct sock look;	/* for digests */
	int ctl;		/* for ioctl */
	int other_netns;
	uint32_t generations[4];
	unsigned int n_generations;
	bool digest_known;
	uint64_t digest;
	/* kcov */
	uint64_t *kcov;
	bool new_code;
	uint8_t *edges;
	unsigned int n_edges;
	/* the defect of the message that is being made */
	int defect;
	int victim;
	char last_text[160];
};

/* --- messages (msg.c) --- */

struct placed {
	const struct spec_attr *attr;
	uint32_t off;
};

/**
 * struct msg - a request
 * @buf: it
 * @len: its length
 * @what: it in words
 * @op: of the family, NULL for rtnetlink
 * @kind: for rtnetlink: 1 a switch, 2 a vNIC, 0 else
 * @lies: nlmsg_len is not its length, so that no answer may come
 * @stages: changes nothing that can be seen yet, accepted or not
 * @loose: refused it may still have changed something, and not by our fault
 * @placed: which attributes it has, and where
 */
struct msg {
	uint8_t buf[MSG_MAX];
	size_t len;
	char what[48];
	struct spec_op *op;
	int kind;
	bool lies;
	bool stages;
	bool loose;
	unsigned int n_placed;
	struct placed placed[MSG_PLACED];
};

void msg_begin(struct msg *m, uint16_t type, uint16_t flags,
	       const void *header, size_t len, const char *what);
void msg_begin_genl(struct msg *m, struct fuzz *f, uint8_t cmd, uint16_t flags,
		    const char *what);
void *msg_add(struct msg *m, size_t len);
void msg_put(struct msg *m, uint16_t type, const void *data, size_t len);
void msg_put_u32(struct msg *m, uint16_t type, uint32_t v);
void msg_put_u16(struct msg *m, uint16_t type, uint16_t v);
void msg_put_string(struct msg *m, uint16_t type, const char *s);
size_t msg_nest(struct msg *m, uint16_t type);
void msg_nest_end(struct msg *m, size_t nest);
void msg_placed(struct msg *m, const struct spec_attr *attr, uint32_t off);

/* --- sockets and answers (talk.c) --- */

int sock_open(struct sock *s, int protocol);
void sock_close(struct sock *s);
typedef void (*answer_cb)(struct fuzz *f, struct nlmsghdr *nlh, void *arg);
int talk(struct fuzz *f, struct sock *s, struct msg *m);
int talk_quietly(struct fuzz *f, struct sock *s, struct msg *m, answer_cb cb,
		 void *arg);
void talk_resolve(struct fuzz *f);
void violation(struct fuzz *f, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void show_sent(const struct sent *sent, void (*say)(const char *line));

/* --- generation (gen.c) --- */

enum quality {
	VALID,
	NEAR_VALID,
	HOSTILE,
};

enum quality gen_quality(struct fuzz *f);
void gen_attrs(struct fuzz *f, struct msg *m, struct spec_set *set,
	       const uint8_t *list, unsigned int n);
void gen_all_attrs(struct fuzz *f, struct msg *m, struct spec_set *set);
void gen_plan(struct fuzz *f, enum quality q);
void gen_request(struct fuzz *f, struct msg *m, struct spec_op *op, bool dump);
void gen_spoil(struct fuzz *f, struct msg *m, enum quality q);
void gen_mac(struct fuzz *f, uint8_t *mac);
uint16_t gen_vid(struct fuzz *f);

/* --- what a reply or an event may look like (check.c) --- */

/* NULL, or what is wrong with it */
const char *check_message(struct fuzz *f, const struct nlmsghdr *nlh);
void check_learn(struct fuzz *f, struct sock *s, const struct nlmsghdr *nlh);

/* --- the devices (world.c) --- */

enum dev_kind {
	DEV_SWITCH,
	DEV_DUMMY,
	DEV_VETH,
	DEV_PEER,		/* of a veth */
	DEV_VNIC,
	DEV_BOND,
	DEV_BRIDGE,
	DEV_MACVLAN,
	DEV_VLAN,
};

struct dev {
	const char *name;
	enum dev_kind kind;
	const char *other;	/* peer, lower device or switch */
};

extern const struct dev world[];
extern const unsigned int world_n;

bool world_has(const struct fuzz *f);
uint32_t world_ifindex(struct fuzz *f, const char *name);
const char *world_pick_name(struct fuzz *f, const char *object);
uint32_t world_pick(struct fuzz *f, const char *object);
bool world_is_object(const char *object);
void world_make(struct fuzz *f, const struct dev *dev, bool random);
void world_delete(struct fuzz *f, const char *name);
void world_set_up(struct fuzz *f, const char *name, bool up);
void world_set_master(struct fuzz *f, const char *name, uint32_t master);
void world_build(struct fuzz *f, unsigned int percent);
void world_clear(struct fuzz *f);

/* --- partitions, NICs and guests (vmbus.c) --- */

bool vmbus_has(const struct fuzz *f);
const char *vmbus_word(struct fuzz *f, const struct spec_attr *attr);
const char *vmbus_pick_nic(struct fuzz *f);
void vmbus_build(struct fuzz *f, unsigned int percent);
void vmbus_clear(struct fuzz *f);
void vmbus_partition(struct fuzz *f);
void vmbus_nic(struct fuzz *f);
void vmbus_guest(struct fuzz *f);

/* --- steps (steps.c) --- */

void step_run(struct fuzz *f);

/* --- state that can be seen (digest.c) --- */

uint64_t digest_take(struct fuzz *f);

/* --- coverage (cover.c) --- */

void cover_find_texts(const char *dir);
void cover_answer(struct fuzz *f, const struct msg *m, int err,
		  const char *text, int off, int miss);
void cover_dump(struct fuzz *f, const struct msg *m, int err);
void cover_event(struct fuzz *f, unsigned int cmd);
void cover_report(struct spec *spec, const char *code_of);
int kcov_open(struct fuzz *f);
void kcov_reset(struct fuzz *f);
void kcov_collect(struct fuzz *f);

/* --- other roles --- */

void traffic_run(struct fuzz *f);
void listen_run(struct fuzz *f);
void guided_run(struct fuzz *f, uint64_t steps);

/* --- main.c --- */

bool fuzz_over(struct fuzz *f);
void fuzz_sockets(struct fuzz *f);
void fuzz_step(struct fuzz *f, uint64_t step);

#endif
