// SPDX-License-Identifier: GPL-2.0
/* Build messages. One that grows too long is cut off: a fuzzer may do that. */
#include <linux/genetlink.h>
#include <stdio.h>
#include <string.h>

#include "fuzz.h"

void *msg_add(struct msg *m, size_t len)
{
	size_t room = NLMSG_ALIGN(len);
	uint8_t *p = m->buf + m->len;

	if (m->len + room > MSG_MAX - 4096)
		return NULL;
	memset(p, 0, room);
	m->len += room;
	((struct nlmsghdr *)m->buf)->nlmsg_len = m->len;
	return p;
}

void msg_begin(struct msg *m, uint16_t type, uint16_t flags,
	       const void *header, size_t len, const char *what)
{
	struct nlmsghdr *nlh = (struct nlmsghdr *)m->buf;

	memset(m, 0, offsetof(struct msg, placed));
	m->len = 0;
	msg_add(m, sizeof(*nlh));
	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	memcpy(m->buf + m->len, header, len);
	memset(m->buf + m->len + len, 0, NLMSG_ALIGN(len) - len);
	m->len += NLMSG_ALIGN(len);
	nlh->nlmsg_len = m->len;
	snprintf(m->what, sizeof(m->what), "%s", what);
}

void msg_begin_genl(struct msg *m, struct fuzz *f, uint8_t cmd, uint16_t flags,
		    const char *what)
{
	struct genlmsghdr hdr = { .cmd = cmd, .version = f->spec->version };

	msg_begin(m, f->family, flags, &hdr, sizeof(hdr), what);
	m->op = spec_op_of_cmd(f->spec, cmd);
}

void msg_put(struct msg *m, uint16_t type, const void *data, size_t len)
{
	struct nlattr *nla = msg_add(m, NLA_HDRLEN + len);

	if (!nla)
		return;
	nla->nla_type = type;
	nla->nla_len = NLA_HDRLEN + len;
	if (len)
		memcpy(nla + 1, data, len);
}

void msg_put_u32(struct msg *m, uint16_t type, uint32_t v)
{
	msg_put(m, type, &v, sizeof(v));
}

void msg_put_u16(struct msg *m, uint16_t type, uint16_t v)
{
	msg_put(m, type, &v, sizeof(v));
}

void msg_put_string(struct msg *m, uint16_t type, const char *s)
{
	msg_put(m, type, s, strlen(s) + 1);
}

/* Returns where it begins, 0 if there is no room. */
size_t msg_nest(struct msg *m, uint16_t type)
{
	size_t at = m->len;
	struct nlattr *nla = msg_add(m, NLA_HDRLEN);

	if (!nla)
		return 0;
	nla->nla_type = type;
	nla->nla_len = NLA_HDRLEN;
	return at;
}

void msg_nest_end(struct msg *m, size_t nest)
{
	struct nlattr *nla = (struct nlattr *)(m->buf + nest);

	if (nest)
		nla->nla_len = m->len - nest > UINT16_MAX ? UINT16_MAX :
			       m->len - nest;
}

void msg_placed(struct msg *m, const struct spec_attr *attr, uint32_t off)
{
	if (m->n_placed == MSG_PLACED)
		return;
	m->placed[m->n_placed].attr = attr;
	m->placed[m->n_placed++].off = off;
}
