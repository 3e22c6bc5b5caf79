// SPDX-License-Identifier: GPL-2.0
/* Netlink without allocations: see msg.h. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>
#include <linux/genetlink.h>
#include <linux/neighbour.h>
#include <linux/vswitch.h>

#include "msg.h"

int msg_genl = -1, msg_rtnl = -1;
int msg_patience = 20;
const char *msg_family_name = VSWITCH_GENL_NAME;
uint16_t msg_family;
uint32_t msg_events;

static char answer_buf[1 << 18];

void die(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	printf("# ");
	vprintf(fmt, args);
	printf("\n");
	va_end(args);
	exit(1);
}

int msg_socket(int protocol)
{
	struct sockaddr_nl local = { .nl_family = AF_NETLINK };
	struct timeval patience = { .tv_sec = msg_patience };
	int fd, on = 1, room = 1 << 22;

	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
	if (fd < 0 || bind(fd, (void *)&local, sizeof(local)))
		die("no netlink socket: %m");
	setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
	setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on));
	/* bridge fdb dumps are filtered by strict rules; so are link dumps. */
	setsockopt(fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &on, sizeof(on));
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	return fd;
}

void msg_reopen(void)
{
	if (msg_genl >= 0)
		close(msg_genl);
	if (msg_rtnl >= 0)
		close(msg_rtnl);
	msg_genl = msg_socket(NETLINK_GENERIC);
	msg_rtnl = msg_socket(NETLINK_ROUTE);
}

static void learn_family(const struct nlmsghdr *h, void *arg)
{
	char *data = (char *)NLMSG_DATA(h) + GENL_HDRLEN;

	msg_for_each(a, data, h->nlmsg_len - NLMSG_HDRLEN - GENL_HDRLEN) {
		if (msg_type(a) == CTRL_ATTR_FAMILY_ID)
			msg_family = *(uint16_t *)msg_data(a);
		if (msg_type(a) != CTRL_ATTR_MCAST_GROUPS)
			continue;
		msg_for_each(group, msg_data(a), msg_len(a)) {
			msg_for_each(g, msg_data(group), msg_len(group)) {
				if (msg_type(g) == CTRL_ATTR_MCAST_GRP_ID)
					msg_events = msg_get_u32(g);
			}
		}
	}
}

bool msg_learn_family(void)
{
	static struct msg m;

	msg_family = GENL_ID_CTRL;
	msg_begin_genl(&m, CTRL_CMD_GETFAMILY, 0);
	msg_text(&m, CTRL_ATTR_FAMILY_NAME, msg_family_name);
	return !msg_talk(&m, learn_family, NULL).err;
}

void msg_open(void)
{
	msg_reopen();
	if (!msg_learn_family())
		die("there is no generic netlink family %s", msg_family_name);
}

static void *extend(struct msg *m, size_t len)
{
	char *end = m->buf + NLMSG_ALIGN(m->h.nlmsg_len);

	if (end + NLMSG_ALIGN(len) > m->buf + sizeof(m->buf))
		die("a request is too long");
	memset(end, 0, NLMSG_ALIGN(len));
	m->h.nlmsg_len = end - m->buf + len;
	return end;
}

static void *begin(struct msg *m, int *fd, int type, int flags, size_t header)
{
	m->fd = fd;
	m->h = (struct nlmsghdr) {
		.nlmsg_len = NLMSG_HDRLEN,
		.nlmsg_type = type,
		.nlmsg_flags = NLM_F_REQUEST |
			       ((flags & NLM_F_DUMP) == NLM_F_DUMP ?
				flags : flags | NLM_F_ACK),
	};
	return extend(m, header);
}

void msg_begin_genl(struct msg *m, uint8_t cmd, int flags)
{
	struct genlmsghdr *g;

	g = begin(m, &msg_genl, msg_family, flags, GENL_HDRLEN);
	g->cmd = cmd;
	g->version = 1;
}

void msg_begin_link(struct msg *m, int type, int flags, int family, int index)
{
	struct ifinfomsg *ifi;

	ifi = begin(m, &msg_rtnl, type, flags, sizeof(*ifi));
	ifi->ifi_family = family;
	ifi->ifi_index = index;
}

void msg_begin_neigh(struct msg *m, int type, int flags, int index, int state)
{
	struct ndmsg *ndm;

	ndm = begin(m, &msg_rtnl, type, flags, sizeof(*ndm));
	ndm->ndm_family = AF_BRIDGE;
	ndm->ndm_ifindex = index;
	if (state) {
		ndm->ndm_flags = NTF_SELF;
		ndm->ndm_state = state;
	}
}

void msg_put(struct msg *m, int type, const void *data, size_t len)
{
	struct nlattr *a = extend(m, NLA_HDRLEN + len);

	a->nla_type = type;
	a->nla_len = NLA_HDRLEN + len;
	if (len)
		memcpy(msg_data(a), data, len);
}

void msg_u8(struct msg *m, int type, uint8_t v)
{
	msg_put(m, type, &v, sizeof(v));
}

void msg_u16(struct msg *m, int type, uint16_t v)
{
	msg_put(m, type, &v, sizeof(v));
}

void msg_u32(struct msg *m, int type, uint32_t v)
{
	msg_put(m, type, &v, sizeof(v));
}

void msg_text(struct msg *m, int type, const char *text)
{
	msg_put(m, type, text, strlen(text) + 1);
}

struct nlattr *msg_nest(struct msg *m, int type)
{
	struct nlattr *a = extend(m, NLA_HDRLEN);

	a->nla_type = type | NLA_F_NESTED;
	return a;
}

void msg_nest_end(struct msg *m, struct nlattr *nest)
{
	nest->nla_len = m->buf + m->h.nlmsg_len - (char *)nest;
}

static void read_error(const struct nlmsghdr *h, struct answer *answer)
{
	const struct nlmsgerr *e = NLMSG_DATA(h);
	char *tlvs = (char *)(e + 1);

	answer->err = e->error;
	answer->sure = true;
	if (!(h->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	msg_for_each(a, tlvs, (char *)h + h->nlmsg_len - tlvs) {
		if (msg_type(a) == NLMSGERR_ATTR_MSG)
			snprintf(answer->text, sizeof(answer->text), "%s",
				 (char *)msg_data(a));
	}
}

/* Reads one datagram. True when the conversation is over. */
static bool read_some(struct msg *m, struct answer *answer, msg_cb cb,
		      void *arg)
{
	struct nlmsghdr *h = (void *)answer_buf;
	ssize_t n;

	n = recv(*m->fd, answer_buf, sizeof(answer_buf), 0);
	if (n < 0) {
		answer->err = -errno;
		if (errno == EAGAIN)
			die("no answer within %d seconds", msg_patience);
		return true;
	}
	for (; NLMSG_OK(h, n); h = NLMSG_NEXT(h, n)) {
		if (h->nlmsg_seq != m->h.nlmsg_seq)
			continue;
		switch (h->nlmsg_type) {
		case NLMSG_ERROR:
			read_error(h, answer);
			return true;
		case NLMSG_DONE:
			answer->err = *(int *)NLMSG_DATA(h);
			answer->sure = true;
			return true;
		default:
			if (cb)
				cb(h, arg);
		}
	}
	return false;
}

struct answer msg_talk(struct msg *m, msg_cb cb, void *arg)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	struct answer answer = { .sure = false };
	static uint32_t seq;

	m->h.nlmsg_seq = ++seq;
	if (sendto(*m->fd, m->buf, m->h.nlmsg_len, 0, (void *)&kernel,
		   sizeof(kernel)) < 0) {
		answer.err = -errno;
		answer.sure = true;
		return answer;
	}
	while (!read_some(m, &answer, cb, arg))
		;
	return answer;
}

void msg_must(struct msg *m, msg_cb cb, void *arg)
{
	struct answer answer = msg_talk(m, cb, arg);

	if (answer.err)
		die("refused without a fault (type %d): %s: %s",
		    m->h.nlmsg_type, strerror(-answer.err), answer.text);
}
