/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Netlink messages in memory that is there already, and a conversation that
 * allocates nothing: what is made to fail is the kernel's memory, not ours.
 */
#ifndef _FAULTS_MSG_H
#define _FAULTS_MSG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

/**
 * struct msg - a request
 * @fd: the socket it is for, msg_genl or msg_rtnl
 * @buf: the message, which begins with struct nlmsghdr
 */
struct msg {
	int *fd;
	union {
		struct nlmsghdr h;
		char buf[16384];
	};
};

/**
 * struct answer - what became of a request
 * @err: 0 or a negative errno
 * @sure: the kernel said so; else its answer was lost, and the request may
 *	have been granted
 * @text: the kernel's words
 */
struct answer {
	int err;
	bool sure;
	char text[160];
};

typedef void (*msg_cb)(const struct nlmsghdr *h, void *arg);

extern int msg_genl, msg_rtnl;
extern int msg_patience;	/* seconds that an answer may take */
extern const char *msg_family_name;	/* vswitch, unless said otherwise */
extern uint16_t msg_family;
extern uint32_t msg_events;	/* its group */

void msg_open(void);
void msg_reopen(void);
int msg_socket(int protocol);
bool msg_learn_family(void);

void msg_begin_genl(struct msg *m, uint8_t cmd, int flags);
void msg_begin_link(struct msg *m, int type, int flags, int family, int index);
void msg_begin_neigh(struct msg *m, int type, int flags, int index, int state);
void msg_put(struct msg *m, int type, const void *data, size_t len);
void msg_u8(struct msg *m, int type, uint8_t v);
void msg_u16(struct msg *m, int type, uint16_t v);
void msg_u32(struct msg *m, int type, uint32_t v);
void msg_text(struct msg *m, int type, const char *text);
struct nlattr *msg_nest(struct msg *m, int type);
void msg_nest_end(struct msg *m, struct nlattr *nest);

struct answer msg_talk(struct msg *m, msg_cb cb, void *arg);
/* The same where only success will do. */
void msg_must(struct msg *m, msg_cb cb, void *arg);

/* Attributes of what came. */
#define msg_for_each(attr, data, len)					\
	for (struct nlattr *attr = (void *)(data),			\
	     *attr##_end = (void *)((char *)(data) + (len));		\
	     (char *)attr + NLA_HDRLEN <= (char *)attr##_end &&		\
	     attr->nla_len >= NLA_HDRLEN;				\
	     attr = (void *)((char *)attr + NLA_ALIGN(attr->nla_len)))

static inline int msg_type(const struct nlattr *a)
{
	return a->nla_type & NLA_TYPE_MASK;
}

static inline void *msg_data(const struct nlattr *a)
{
	return (char *)a + NLA_HDRLEN;
}

static inline int msg_len(const struct nlattr *a)
{
	return a->nla_len - NLA_HDRLEN;
}

static inline uint32_t msg_get_u32(const struct nlattr *a)
{
	return *(uint32_t *)msg_data(a);
}

void die(const char *fmt, ...)
	__attribute__((noreturn, format(printf, 1, 2)));

#endif
