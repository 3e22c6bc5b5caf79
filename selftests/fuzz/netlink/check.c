// SPDX-License-Identifier: GPL-2.0
/*
 * Replies and events against the specification: attributes that it lists, of
 * the type it gives, within the range it names. And learn from them.
 */
#include <endian.h>
#include <linux/genetlink.h>
#include <stdio.h>
#include <string.h>

#include "fuzz.h"

static char wrong[200];

static const char *say(const struct spec_attr *attr, const char *what)
{
	snprintf(wrong, sizeof(wrong), "%s.%s: %s", attr->set->name,
		 attr->name, what);
	return wrong;
}

static uint64_t number_of(const struct spec_attr *attr, const void *data)
{
	unsigned int width = spec_width(attr->type);
	uint64_t v = 0;

	memcpy(&v, data, width);
	return attr->big_endian ? be64toh(v) >> (64 - 8 * width) : le64toh(v);
}

static const char *check_attrs(struct fuzz *f, const struct spec_set *set,
			       uint64_t allowed, const char *p,
			       const char *end);

static const char *check_attr(struct fuzz *f, const struct spec_attr *attr,
			      const struct nlattr *nla)
{
	size_t len = nla->nla_len - NLA_HDRLEN;
	const char *data = (const char *)(nla + 1);
	uint64_t v;

	switch (attr->type) {
	case SPEC_FLAG:
		return len ? say(attr, "a flag with contents") : NULL;
	case SPEC_PAD:
		return NULL;
	case SPEC_STRING:
		if (!len || data[len - 1])
			return say(attr, "a string without an end");
		return attr->checked && len - 1 > attr->max ?
			say(attr, "too long") : NULL;
	case SPEC_BINARY:
		return attr->checked && (len < attr->min || len > attr->max) ?
			say(attr, "wrong length") : NULL;
	case SPEC_NEST:
		if (!(nla->nla_type & NLA_F_NESTED))
			return say(attr, "not marked as a nest");
		return check_attrs(f, attr->nested, ~0ULL, data, data + len);
	default:
		if (len != spec_width(attr->type))
			return say(attr, "wrong length");
		v = number_of(attr, data);
		return attr->checked && (v < attr->min || v > attr->max) ?
			say(attr, "out of range") : NULL;
	}
}

static const char *check_attrs(struct fuzz *f, const struct spec_set *set,
			       uint64_t allowed, const char *p,
			       const char *end)
{
	uint64_t seen = 0;

	while (p + NLA_HDRLEN <= end) {
		const struct nlattr *nla = (const struct nlattr *)p;
		unsigned int type = nla->nla_type & NLA_TYPE_MASK;
		const struct spec_attr *attr = &set->attrs[type];
		const char *bad;

		if (nla->nla_len < NLA_HDRLEN || p + nla->nla_len > end)
			return "an attribute leaves its message";
		if (type > set->max || !attr->name) {
			snprintf(wrong, sizeof(wrong), "%s has no attribute %u",
				 set->name, type);
			return wrong;
		}
		if (!(allowed >> type & 1))
			return say(attr, "not listed for this reply");
		if (seen >> type & 1 && !attr->multi && attr->type != SPEC_PAD)
			return say(attr, "there twice");
		seen |= 1ULL << type;
		bad = check_attr(f, attr, nla);
		if (bad)
			return bad;
		/* That of a NIC is no secret. */
		if (f->role == ROLE_NOBODY && !strcmp(attr->name, "mac") &&
		    !vmbus_has(f))
			return say(attr, "shown to nobody");
		p += NLA_ALIGN(nla->nla_len);
	}
	return p < end ? "bytes behind the last attribute" : NULL;
}

const char *check_message(struct fuzz *f, const struct nlmsghdr *nlh)
{
	const struct genlmsghdr *genl = NLMSG_DATA(nlh);
	const char *attrs = (const char *)genl + GENL_HDRLEN;
	const struct spec_op *op;
	uint64_t allowed;

	if (nlh->nlmsg_len < NLMSG_HDRLEN + GENL_HDRLEN)
		return "too short for its header";
	op = spec_op_of_cmd(f->spec, genl->cmd);
	if (!op)
		return "an unknown command";
	if (op->notifies)
		op = op->notifies;
	allowed = op->call.reply | op->dump.reply;
	return check_attrs(f, op->set, allowed, attrs,
			   (const char *)nlh + nlh->nlmsg_len);
}

/* Remember what later requests may refer to; the message has been checked. */
void check_learn(struct fuzz *f, struct sock *s, const struct nlmsghdr *nlh)
{
	const struct genlmsghdr *genl = NLMSG_DATA(nlh);
	const char *p = (const char *)genl + GENL_HDRLEN;
	const char *end = (const char *)nlh + nlh->nlmsg_len;
	const struct spec_op *op = spec_op_of_cmd(f->spec, genl->cmd);

	while (op && p + NLA_HDRLEN <= end) {
		const struct nlattr *nla = (const struct nlattr *)p;
		unsigned int type = nla->nla_type & NLA_TYPE_MASK;
		const struct spec_attr *attr;
		uint32_t v, at;

		if (nla->nla_len < NLA_HDRLEN || type > op->set->max)
			return;
		attr = &op->set->attrs[type];
		if (attr->type == SPEC_U32) {
			memcpy(&v, nla + 1, sizeof(v));
			if (!strcmp(attr->name, "id")) {
				s->ids[s->n_ids++ % 4] = v;
				at = __atomic_fetch_add(&shared->next_id, 1,
							__ATOMIC_RELAXED);
				shared->ids[at % SHARED_IDS] = v;
			} else if (!strcmp(attr->name, "generation")) {
				f->generations[1] = f->generations[0];
				f->generations[0] = v;
				f->n_generations++;
			}
		}
		p += NLA_ALIGN(nla->nla_len);
	}
}
