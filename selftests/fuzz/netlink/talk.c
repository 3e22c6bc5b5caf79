// SPDX-License-Identifier: GPL-2.0
/*
 * Send a message, hear what the kernel says, and judge it.
 *
 * Behind each message goes one that the kernel does nothing about but
 * acknowledges: when that has come, so has every answer. While a message is in
 * the kernel the name of the thread says which it is ("root0#1234"), so that
 * any kernel report tells it as well, be it the last thing the kernel says.
 */
#include <errno.h>
#include <linux/genetlink.h>
#include <linux/rtnetlink.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "fuzz.h"

/* An emulated kernel that checks each access is slow. */
#define ANSWER_SECONDS 120

struct answer {
	int err;
	bool late;
	bool multi;
	char text[160];
	int off;			/* of the attribute at fault, or 0 */
	int miss;			/* number of one that is missing, or 0 */
};

int sock_open(struct sock *s, int protocol)
{
	struct timeval limit = { .tv_sec = ANSWER_SECONDS };
	struct sockaddr_nl any = { .nl_family = AF_NETLINK };
	int one = 1, size = 1 << 20;

	memset(s, 0, sizeof(*s));
	s->protocol = protocol;
	s->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
	/* Without a number of its own a socket hears no events. */
	if (s->fd < 0 || bind(s->fd, (void *)&any, sizeof(any)))
		return -errno;
	setsockopt(s->fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	setsockopt(s->fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	setsockopt(s->fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size));
	setsockopt(s->fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	setsockopt(s->fd, SOL_NETLINK, NETLINK_EXT_ACK, &one, sizeof(one));
	setsockopt(s->fd, SOL_NETLINK, NETLINK_CAP_ACK, &one, sizeof(one));
	return 0;
}

void sock_close(struct sock *s)
{
	close(s->fd);
	s->fd = -1;
}

static void say_stdout(const char *line)
{
	printf("%s\n", line);
}

void show_sent(const struct sent *sent, void (*say)(const char *line))
{
	char line[160];
	unsigned int i, n = sent->len < RING_BYTES ? sent->len : RING_BYTES;
	size_t used;

	snprintf(line, sizeof(line), "  step %llu: %s, %u bytes: %s",
		 (unsigned long long)sent->step, sent->what, sent->len,
		 sent->err > 0 ? "no answer yet" : strerror(-sent->err));
	say(line);
	for (i = 0; i < n; i += 32) {
		unsigned int j;

		used = snprintf(line, sizeof(line), "    %03x ", i);
		for (j = i; j < i + 32 && j < n; j++)
			used += snprintf(line + used, sizeof(line) - used,
					 "%02x%s", sent->head[j],
					 j % 4 == 3 ? " " : "");
		say(line);
	}
}

/* What must never happen has happened. */
void violation(struct fuzz *f, const char *fmt, ...)
{
	struct stream *st = f->stream;
	va_list ap;

	flockfile(stdout);
	printf("VIOLATION: stream %s, step %llu: ", st->name,
	       (unsigned long long)st->step);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n");
	if (st->ring_pos)
		show_sent(&st->ring[(st->ring_pos - 1) % RING], say_stdout);
	printf("  again: make fuzz FUZZ=%s SEED=%llu STREAM=%s STEPS=%llu\n",
	       f->word, (unsigned long long)f->seed, st->name,
	       (unsigned long long)st->step + 1);
	fflush(stdout);
	funlockfile(stdout);
	__atomic_add_fetch(&shared->violations, 1, __ATOMIC_RELAXED);
}

static void hear_error(struct nlmsghdr *nlh, struct answer *a)
{
	bool done = nlh->nlmsg_type == NLMSG_DONE;
	size_t head = done ? sizeof(int) : sizeof(struct nlmsgerr);
	char *p = NLMSG_DATA(nlh), *end = (char *)nlh + nlh->nlmsg_len;

	if (NLMSG_PAYLOAD(nlh, 0) < sizeof(int))
		return;
	a->err = *(int *)p;
	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	for (p += NLMSG_ALIGN(head); p + NLA_HDRLEN <= end; ) {
		struct nlattr *nla = (struct nlattr *)p;

		if (nla->nla_len < NLA_HDRLEN || p + nla->nla_len > end)
			break;
		switch (nla->nla_type & NLA_TYPE_MASK) {
		case NLMSGERR_ATTR_MSG:
			snprintf(a->text, sizeof(a->text), "%.*s",
				 nla->nla_len - NLA_HDRLEN, (char *)(nla + 1));
			break;
		case NLMSGERR_ATTR_OFFS:
			a->off = *(int *)(nla + 1);
			break;
		case NLMSGERR_ATTR_MISS_TYPE:
			a->miss = *(int *)(nla + 1);
			break;
		}
		p += NLA_ALIGN(nla->nla_len);
	}
}

static void hear(struct fuzz *f, uint32_t seq, uint32_t last, struct sock *s,
		 struct answer *a, answer_cb cb, void *arg)
{
	static char buf[1 << 18];
	bool ended = false, dump_ended = false;
	struct nlmsghdr *nlh;
	ssize_t n;

	while (!ended || (a->multi && !dump_ended)) {
		n = recv(s->fd, buf, sizeof(buf), 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			a->late = true;
			return;
		}
		for (nlh = (void *)buf; NLMSG_OK(nlh, n);
		     nlh = NLMSG_NEXT(nlh, n)) {
			bool end = nlh->nlmsg_type == NLMSG_DONE ||
				   nlh->nlmsg_type == NLMSG_ERROR;

			if (nlh->nlmsg_seq == last && end) {
				ended = true;
			} else if (nlh->nlmsg_seq != seq) {
				continue;
			} else if (end) {
				hear_error(nlh, a);
				if (nlh->nlmsg_type == NLMSG_DONE || a->err)
					dump_ended = true;
			} else {
				a->multi |= nlh->nlmsg_flags & NLM_F_MULTI;
				if (cb)
					cb(f, nlh, arg);
			}
		}
	}
}

static int send_all(struct sock *s, const struct iovec *iov, int n)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	struct msghdr hdr = {
		.msg_name = &kernel, .msg_namelen = sizeof(kernel),
		.msg_iov = (struct iovec *)iov, .msg_iovlen = n,
	};

	return sendmsg(s->fd, &hdr, 0) < 0 ? -errno : 0;
}

static void exchange(struct fuzz *f, struct sock *s, struct msg *m,
		     struct answer *a, answer_cb cb, void *arg)
{
	struct nlmsghdr *nlh = (struct nlmsghdr *)m->buf;
	struct nlmsghdr last = {
		.nlmsg_len = sizeof(last),
		.nlmsg_type = NLMSG_NOOP,
		.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK,
	};
	struct iovec iov[] = {
		{ m->buf, NLMSG_ALIGN(m->len) }, { &last, sizeof(last) },
	};
	uint32_t seq = s->seq + 1;

	memset(a, 0, sizeof(*a));
	nlh->nlmsg_seq = seq;
	last.nlmsg_seq = seq + 1;
	s->seq += 2;
	if (m->lies) {
		a->err = send_all(s, iov, 1);
		if (!a->err)
			a->err = send_all(s, iov + 1, 1);
	} else {
		a->err = send_all(s, iov, 2);
	}
	if (!a->err)
		hear(f, seq, seq + 1, s, a, cb, arg);
}

/* For the fuzzer's own questions: nothing is counted or judged. */
int talk_quietly(struct fuzz *f, struct sock *s, struct msg *m, answer_cb cb,
		 void *arg)
{
	struct answer a;

	exchange(f, s, m, &a, cb, arg);
	return a.late ? -ETIMEDOUT : a.err;
}

struct reading {
	struct sock *s;
	bool family;
};

static void check_reply(struct fuzz *f, struct nlmsghdr *nlh, void *arg)
{
	struct reading *r = arg;
	const char *wrong;

	if (!r->family || nlh->nlmsg_type != f->family)
		return;
	wrong = check_message(f, nlh);
	if (wrong)
		violation(f, "a reply is not what the specification says: %s",
			  wrong);
	check_learn(f, r->s, nlh);
}

/* The operation that the message asks for, if any. */
static const struct spec_op *op_of(struct fuzz *f, const struct msg *m)
{
	const struct nlmsghdr *nlh = (const struct nlmsghdr *)m->buf;
	const struct genlmsghdr *genl = (const void *)(nlh + 1);

	if (!(nlh->nlmsg_flags & NLM_F_REQUEST) || nlh->nlmsg_type != f->family)
		return NULL;
	return spec_op_of_cmd(f->spec, genl->cmd);
}

/* Does the message ask for what takes privileges? */
static bool wants_privilege(struct fuzz *f, const struct msg *m)
{
	const struct nlmsghdr *nlh = (const struct nlmsghdr *)m->buf;
	const struct spec_op *op = op_of(f, m);

	if (!(nlh->nlmsg_flags & NLM_F_REQUEST))
		return false;
	if (nlh->nlmsg_type == f->family)
		return op && op->admin;
	return nlh->nlmsg_type >= RTM_BASE && (nlh->nlmsg_type & 3) != 2;
}

static void judge(struct fuzz *f, struct msg *m, struct answer *a)
{
	const struct nlmsghdr *nlh = (const struct nlmsghdr *)m->buf;
	const struct spec_op *op;

	if (a->late) {
		violation(f, "%s: no answer", m->what);
		return;
	}
	if (a->err == -ENOMEM)
		violation(f, "%s: no memory (%s)", m->what, a->text);
	if (a->err > 0 || a->err < -511)
		violation(f, "%s: %d is no error of user space", m->what,
			  a->err);
	if (m->lies)
		return;
	if (!a->err && f->role == ROLE_NOBODY && wants_privilege(f, m))
		violation(f, "%s: nobody may do it", m->what);
	op = op_of(f, m);
	if (!a->err && f->role == ROLE_USERNS && op && op->admin_of_all)
		violation(f, "%s: root of a user namespace may not do it",
			  m->what);
	/* The core speaks for itself of privileges and unknown commands. */
	if (a->err && !a->text[0] && nlh->nlmsg_type == f->family &&
	    !a->miss && a->err != -EPERM && a->err != -EOPNOTSUPP &&
	    a->err != -ENOMEM)
		violation(f, "%s: refused without a word (%s)", m->what,
			  strerror(-a->err));
}

/*
 * Alone, nobody else changes anything: what was refused, only asked, or only
 * staged has left all as it was.
 */
static void compare(struct fuzz *f, struct msg *m, struct answer *a)
{
	uint64_t digest;

	if (!a->err && !m->stages && wants_privilege(f, m)) {
		f->digest_known = false;
		return;
	}
	if (m->loose || m->lies) {
		f->digest_known = false;
		return;
	}
	digest = digest_take(f);
	if (digest != f->digest)
		violation(f, "%s: %s, and yet something has changed", m->what,
			  a->err ? a->text[0] ? a->text : strerror(-a->err) :
			  "asks or stages only");
	f->digest = digest;
}

/* Returns 0 if the kernel did it, or its error. */
int talk(struct fuzz *f, struct sock *s, struct msg *m)
{
	struct stream *st = f->stream;
	struct sent *sent = &st->ring[st->ring_pos % RING];
	struct reading r = { .s = s, .family = s->protocol == NETLINK_GENERIC };
	struct answer a;
	char name[16];

	if (f->strict && !f->digest_known) {
		f->digest = digest_take(f);
		f->digest_known = true;
	}
	sent->step = st->step;
	sent->len = m->len;
	sent->err = 1;
	memcpy(sent->what, m->what, sizeof(sent->what));
	memcpy(sent->head, m->buf, m->len < RING_BYTES ? m->len : RING_BYTES);
	st->ring_pos++;
	snprintf(name, sizeof(name), "%s#%llu", st->name,
		 (unsigned long long)st->step);
	prctl(PR_SET_NAME, name);

	kcov_reset(f);
	exchange(f, s, m, &a, check_reply, &r);
	kcov_collect(f);

	sent->err = a.err;
	st->messages++;
	if (m->lies)
		st->silent++;
	else if (a.err)
		st->refused++;
	else
		st->accepted++;
	if (a.err < 0 && a.err > -256)
		__atomic_add_fetch(&shared->errors[-a.err], 1,
				   __ATOMIC_RELAXED);
	if (f->verbose)
		printf("# %s %s: %s%s%s\n", name, m->what,
		       a.err ? strerror(-a.err) : "ok", a.text[0] ? ": " : "",
		       a.text);
	judge(f, m, &a);
	if (!m->lies && !a.late)
		cover_answer(f, m, a.err, a.text, a.off, a.miss);
	if (f->strict && !a.late)
		compare(f, m, &a);
	return a.err;
}

struct family {
	uint16_t id;
	uint32_t group;
};

static struct nlattr *find(const void *from, size_t len, int type)
{
	const char *p = from, *end = p + len;

	while (p + NLA_HDRLEN <= end) {
		struct nlattr *nla = (struct nlattr *)p;

		if (nla->nla_len < NLA_HDRLEN || p + nla->nla_len > end)
			break;
		if ((nla->nla_type & NLA_TYPE_MASK) == type)
			return nla;
		p += NLA_ALIGN(nla->nla_len);
	}
	return NULL;
}

static struct nlattr *find_nested(const struct nlattr *in, int type)
{
	return in ? find(in + 1, in->nla_len - NLA_HDRLEN, type) : NULL;
}

static void keep_family(struct fuzz *f, struct nlmsghdr *nlh, void *arg)
{
	char *attrs = (char *)NLMSG_DATA(nlh) + GENL_HDRLEN;
	size_t len = NLMSG_PAYLOAD(nlh, GENL_HDRLEN);
	struct family *fam = arg;
	struct nlattr *nla;

	(void)f;
	nla = find(attrs, len, CTRL_ATTR_FAMILY_ID);
	if (nla)
		fam->id = *(uint16_t *)(nla + 1);
	/* The first group is the only one. */
	nla = find(attrs, len, CTRL_ATTR_MCAST_GROUPS);
	nla = find_nested(nla, 1);
	nla = find_nested(nla, CTRL_ATTR_MCAST_GRP_ID);
	if (nla)
		fam->group = *(uint32_t *)(nla + 1);
}

/* Find the family; its number is 0 if it is not there. */
void talk_resolve(struct fuzz *f)
{
	struct genlmsghdr hdr = { .cmd = CTRL_CMD_GETFAMILY, .version = 1 };
	struct family fam = {};
	static struct msg m;

	msg_begin(&m, GENL_ID_CTRL, NLM_F_ACK, &hdr, sizeof(hdr), "getfamily");
	msg_put_string(&m, CTRL_ATTR_FAMILY_NAME, f->spec->name);
	talk_quietly(f, &f->look, &m, keep_family, &fam);
	f->family = fam.id;
	f->events_group = fam.group;
}
