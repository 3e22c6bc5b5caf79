// SPDX-License-Identifier: GPL-2.0
/* Frames on behalf of a port: ask what would become of one, or send one. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include <netlink/genl/genl.h>

#include "internal.h"

static int step_parse(struct nlmsghdr *nlh, void *item)
{
	static struct nla_policy policy[VSWITCH_A_WALK_MAX + 1] = {
		[VSWITCH_A_WALK_PORT]		= { .type = NLA_U32 },
		[VSWITCH_A_WALK_STAGE]		= { .type = NLA_U32 },
		[VSWITCH_A_WALK_VERDICT]	= { .type = NLA_U32 },
		[VSWITCH_A_WALK_VID]		= { .type = NLA_U16 },
		[VSWITCH_A_WALK_REASON]		= { .type = NLA_NUL_STRING },
		[VSWITCH_A_WALK_TEXT]		= { .type = NLA_NUL_STRING },
		[VSWITCH_A_WALK_DETAIL]		= { .type = NLA_NUL_STRING },
		[VSWITCH_A_WALK_TPID]		= { .type = NLA_U16 },
		[VSWITCH_A_WALK_TCI]		= { .type = NLA_U16 },
	};
	struct nlattr *tb[VSWITCH_A_WALK_MAX + 1];
	struct vsw_step *step = item;

	if (nlmsg_parse(nlh, GENL_HDRLEN, tb, VSWITCH_A_WALK_MAX, policy) < 0 ||
	    !tb[VSWITCH_A_WALK_STAGE] || !tb[VSWITCH_A_WALK_VERDICT])
		return -EPROTO;
	step->stage = nla_get_u32(tb[VSWITCH_A_WALK_STAGE]);
	step->verdict = nla_get_u32(tb[VSWITCH_A_WALK_VERDICT]);
	if (tb[VSWITCH_A_WALK_PORT])
		step->port = nla_get_u32(tb[VSWITCH_A_WALK_PORT]);
	if (tb[VSWITCH_A_WALK_VID]) {
		step->has_vid = true;
		step->vid = nla_get_u16(tb[VSWITCH_A_WALK_VID]);
	}
	if (tb[VSWITCH_A_WALK_REASON])
		nla_strlcpy(step->reason, tb[VSWITCH_A_WALK_REASON],
			    sizeof(step->reason));
	if (tb[VSWITCH_A_WALK_TEXT])
		nla_strlcpy(step->text, tb[VSWITCH_A_WALK_TEXT],
			    sizeof(step->text));
	if (tb[VSWITCH_A_WALK_DETAIL])
		nla_strlcpy(step->detail, tb[VSWITCH_A_WALK_DETAIL],
			    sizeof(step->detail));
	if (tb[VSWITCH_A_WALK_TPID] && tb[VSWITCH_A_WALK_TCI]) {
		step->tagged = true;
		step->tpid = ntohs(nla_get_u16(tb[VSWITCH_A_WALK_TPID]));
		step->tci = nla_get_u16(tb[VSWITCH_A_WALK_TCI]);
	}
	return 0;
}

int vsw_port_trace(struct vsw *c, uint32_t port, const void *frame, size_t len,
		   struct vsw_step **list, size_t *n)
{
	struct vsw_list l = {
		.size = sizeof(struct vsw_step),
		.parse = step_parse,
	};
	int err = vsw_connect(c);
	struct nl_msg *msg;

	*list = NULL;
	*n = 0;
	if (err)
		return err;
	msg = vsw_genl_msg(c, VSWITCH_CMD_PORT_TRACE, NLM_F_DUMP);
	if (!msg)
		return vsw_no_memory(c);
	nla_put_u32(msg, VSWITCH_A_WALK_PORT, port);
	nla_put(msg, VSWITCH_A_WALK_FRAME, len, frame);
	err = vsw_list_talk(c, &l, msg, &vsw_walk_attrs);
	*list = l.items;
	*n = l.n;
	return err;
}

/* An answer that may come before the reply, with its number. */
struct injection {
	struct vsw_injected *out;
	uint32_t seq;
	bool answered;
};

static int drop_parse(struct nlattr *nest, struct vsw_injected *out)
{
	static struct nla_policy policy[VSWITCH_A_INJECT_DROP_MAX + 1] = {
		[VSWITCH_A_INJECT_DROP_PORT]	= { .type = NLA_U32 },
		[VSWITCH_A_INJECT_DROP_REASON]	= { .type = NLA_NUL_STRING },
		[VSWITCH_A_INJECT_DROP_TEXT]	= { .type = NLA_NUL_STRING },
	};
	struct nlattr *tb[VSWITCH_A_INJECT_DROP_MAX + 1];
	struct vsw_inject_drop *drop;

	if (nla_parse_nested(tb, VSWITCH_A_INJECT_DROP_MAX, nest, policy) < 0)
		return -EPROTO;
	if (out->n_drops == VSW_INJECT_DROPS)
		return 0;
	drop = &out->drops[out->n_drops++];
	if (tb[VSWITCH_A_INJECT_DROP_PORT])
		drop->port = nla_get_u32(tb[VSWITCH_A_INJECT_DROP_PORT]);
	if (tb[VSWITCH_A_INJECT_DROP_REASON])
		nla_strlcpy(drop->reason, tb[VSWITCH_A_INJECT_DROP_REASON],
			    sizeof(drop->reason));
	if (tb[VSWITCH_A_INJECT_DROP_TEXT])
		nla_strlcpy(drop->text, tb[VSWITCH_A_INJECT_DROP_TEXT],
			    sizeof(drop->text));
	return 0;
}

static void answer_parse(struct nlattr **tb, struct injection *inj)
{
	struct vsw_injected *out = inj->out;
	struct nlattr *frame = tb[VSWITCH_A_INJECT_FRAME];

	inj->answered = true;
	out->answered = true;
	if (tb[VSWITCH_A_INJECT_TIME])
		out->time_ns = nla_get_u64(tb[VSWITCH_A_INJECT_TIME]);
	if (tb[VSWITCH_A_INJECT_FROM])
		out->from = nla_get_u32(tb[VSWITCH_A_INJECT_FROM]);
	if (tb[VSWITCH_A_INJECT_ERROR])
		out->error = nla_get_u8(tb[VSWITCH_A_INJECT_ERROR]);
	if (frame)
		out->answer_len = nla_memcpy(out->answer, frame,
					     sizeof(out->answer));
}

static int inject_parse(struct nlmsghdr *nlh, void *arg)
{
	static struct nla_policy policy[VSWITCH_A_INJECT_MAX + 1] = {
		[VSWITCH_A_INJECT_DELIVERED]	= { .type = NLA_U32 },
		[VSWITCH_A_INJECT_TO]		= { .type = NLA_U32 },
		[VSWITCH_A_INJECT_DROP]		= { .type = NLA_NESTED },
		[VSWITCH_A_INJECT_TIME]		= { .type = NLA_U64 },
		[VSWITCH_A_INJECT_FROM]		= { .type = NLA_U32 },
		[VSWITCH_A_INJECT_ERROR]	= { .type = NLA_U8 },
	};
	struct nlattr *tb[VSWITCH_A_INJECT_MAX + 1], *pos;
	const struct genlmsghdr *genl = nlmsg_data(nlh);
	struct injection *inj = arg;
	int rem;

	if (nlmsg_parse(nlh, GENL_HDRLEN, tb, VSWITCH_A_INJECT_MAX, policy) < 0)
		return -EPROTO;
	inj->seq = nlh->nlmsg_seq;
	if (genl->cmd == VSWITCH_CMD_PORT_INJECT_NTF) {
		answer_parse(tb, inj);
		return 0;
	}
	if (tb[VSWITCH_A_INJECT_DELIVERED])
		inj->out->delivered =
			nla_get_u32(tb[VSWITCH_A_INJECT_DELIVERED]);
	if (tb[VSWITCH_A_INJECT_TO])
		inj->out->to = nla_get_u32(tb[VSWITCH_A_INJECT_TO]);
	nlmsg_for_each_attr(pos, nlh, GENL_HDRLEN, rem) {
		if (nla_type(pos) == VSWITCH_A_INJECT_DROP &&
		    drop_parse(pos, inj->out))
			return -EPROTO;
	}
	return 0;
}

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

/* The kernel says nothing when the time is over. */
static int wait_for_answer(struct vsw *c, uint32_t timeout,
			   struct injection *inj)
{
	struct pollfd pfd = {
		.fd = nl_socket_get_fd(c->genl), .events = POLLIN,
	};
	/* Not before the kernel's: the millisecond that has begun does not count. */
	int64_t end = now_ms() + 1 + timeout, left;
	struct nlmsghdr *nlh;
	ssize_t got;
	int len;

	while (!inj->answered) {
		left = end - now_ms();
		if (left < 0 || poll(&pfd, 1, left) <= 0)
			break;
		got = recv(pfd.fd, c->buf, VSW_RECV_BUFFER, MSG_DONTWAIT);
		if (got < 0 && (errno == EAGAIN || errno == EINTR))
			continue;
		if (got < 0)
			return vsw_set_error(c, -errno, "netlink: %s",
					     strerror(errno));
		nlh = (struct nlmsghdr *)c->buf;
		for (len = got; NLMSG_OK(nlh, (unsigned int)len);
		     nlh = NLMSG_NEXT(nlh, len))
			if (nlh->nlmsg_seq == inj->seq &&
			    nlh->nlmsg_type == c->family[VSW_FAMILY_VSWITCH])
				inject_parse(nlh, inj);
	}
	return 0;
}

int vsw_port_inject(struct vsw *c, uint32_t port, const void *frame, size_t len,
		    uint32_t timeout, struct vsw_injected *out)
{
	struct injection inj = { .out = out };
	int err = vsw_connect(c);
	struct nl_msg *msg;

	memset(out, 0, sizeof(*out));
	if (err)
		return err;
	msg = vsw_genl_msg(c, VSWITCH_CMD_PORT_INJECT, NLM_F_ACK);
	if (!msg)
		return vsw_no_memory(c);
	nla_put_u32(msg, VSWITCH_A_INJECT_PORT, port);
	nla_put(msg, VSWITCH_A_INJECT_FRAME, len, frame);
	nla_put_u32(msg, VSWITCH_A_INJECT_TIMEOUT, timeout);
	err = vsw_genl_talk(c, msg, &vsw_inject_attrs, inject_parse, &inj);
	if (err || !out->delivered)
		return err;
	return wait_for_answer(c, timeout, &inj);
}
