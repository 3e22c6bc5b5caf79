// SPDX-License-Identifier: GPL-2.0
/*
 * What the kernel says when it refuses, in one line of words.
 *
 * An extended acknowledgement can carry a sentence, the offset of the attribute
 * that it is about, the policy that the attribute broke, and the number of an
 * attribute that is missing.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "internal.h"

static void append(char *buf, size_t size, const char *text)
{
	size_t used = strlen(buf);

	if (used < size)
		snprintf(buf + used, size - used, "%s", text);
}

static const struct vsw_attr *lookup(const struct vsw_attr_table *table,
				     unsigned int type)
{
	if (!table || type >= table->n || !table->attrs[type].name)
		return NULL;
	return &table->attrs[type];
}

/*
 * Write the dotted path of the attribute at @off into @path. Returns the table
 * for what is nested in it, or NULL.
 */
static const struct vsw_attr_table *
attr_path(const struct vsw_request *req, size_t off, char *path, size_t size)
{
	struct nlmsghdr *nlh = nlmsg_hdr(req->msg);
	const struct vsw_attr_table *table = req->table;
	size_t pos = NLMSG_HDRLEN + req->hdrlen;
	size_t end = nlh->nlmsg_len;

	path[0] = '\0';
	while (table && pos + NLA_HDRLEN <= end) {
		struct nlattr *nla = (struct nlattr *)((char *)nlh + pos);
		size_t next = pos + NLA_ALIGN(nla->nla_len);
		const struct vsw_attr *attr;

		if (nla->nla_len < NLA_HDRLEN)
			break;
		if (off >= next) {
			pos = next;
			continue;
		}
		attr = lookup(table, nla_type(nla));
		if (!attr)
			break;
		if (path[0])
			append(path, size, ".");
		append(path, size, attr->name);
		table = attr->nested;
		if (off < pos + NLA_HDRLEN)
			return table;
		end = next;
		pos += NLA_HDRLEN;
	}
	return NULL;
}

/* How many attributes of the same kind come before that at @off, or -1. */
static int ordinal(const struct vsw_request *req, size_t off)
{
	struct nlmsghdr *nlh = nlmsg_hdr(req->msg);
	size_t pos = NLMSG_HDRLEN + req->hdrlen, next;
	int count[64] = {};

	for (; pos + NLA_HDRLEN <= nlh->nlmsg_len; pos = next) {
		struct nlattr *nla = (struct nlattr *)((char *)nlh + pos);
		unsigned int type = nla_type(nla);

		next = pos + NLA_ALIGN(nla->nla_len);
		if (nla->nla_len < NLA_HDRLEN || type >= 64)
			return -1;
		if (off < next)
			return count[type];
		count[type]++;
	}
	return -1;
}

/* What the policy that was broken would have let through. */
static void accepted(const struct nlattr *policy, char *buf, size_t size)
{
	static struct nla_policy types[NL_POLICY_TYPE_ATTR_MAX + 1] = {
		[NL_POLICY_TYPE_ATTR_MIN_VALUE_U]	= { .type = NLA_U64 },
		[NL_POLICY_TYPE_ATTR_MAX_VALUE_U]	= { .type = NLA_U64 },
		[NL_POLICY_TYPE_ATTR_MIN_LENGTH]	= { .type = NLA_U32 },
		[NL_POLICY_TYPE_ATTR_MAX_LENGTH]	= { .type = NLA_U32 },
	};
	struct nlattr *tb[NL_POLICY_TYPE_ATTR_MAX + 1];

	buf[0] = '\0';
	if (nla_parse_nested(tb, NL_POLICY_TYPE_ATTR_MAX,
			     (struct nlattr *)policy, types) < 0)
		return;

	if (tb[NL_POLICY_TYPE_ATTR_MIN_VALUE_U] &&
	    tb[NL_POLICY_TYPE_ATTR_MAX_VALUE_U])
		snprintf(buf, size, "accepts %" PRIu64 " to %" PRIu64,
			 nla_get_u64(tb[NL_POLICY_TYPE_ATTR_MIN_VALUE_U]),
			 nla_get_u64(tb[NL_POLICY_TYPE_ATTR_MAX_VALUE_U]));
	else if (tb[NL_POLICY_TYPE_ATTR_MIN_LENGTH] &&
		 tb[NL_POLICY_TYPE_ATTR_MAX_LENGTH] &&
		 nla_get_u32(tb[NL_POLICY_TYPE_ATTR_MIN_LENGTH]) ==
		 nla_get_u32(tb[NL_POLICY_TYPE_ATTR_MAX_LENGTH]))
		snprintf(buf, size, "accepts %u bytes",
			 nla_get_u32(tb[NL_POLICY_TYPE_ATTR_MAX_LENGTH]));
	else if (tb[NL_POLICY_TYPE_ATTR_MAX_LENGTH])
		snprintf(buf, size, "accepts up to %u bytes",
			 nla_get_u32(tb[NL_POLICY_TYPE_ATTR_MAX_LENGTH]));
}

/* A bare errno, put as the tool's user would ask about it. */
static const char *errno_text(int err)
{
	switch (err) {
	case -EPERM:
		return "operation not permitted (CAP_NET_ADMIN is needed)";
	case -ENODEV:
		return "no such device";
	case -EEXIST:
		return "already exists";
	case -EOPNOTSUPP:
		return "operation not supported by this kernel or device";
	default:
		return strerror(-err);
	}
}

static void missing(const struct vsw_request *req, struct nlattr **tb,
		    char *buf, size_t size)
{
	const struct vsw_attr_table *table = req->table;
	uint32_t type = nla_get_u32(tb[NLMSGERR_ATTR_MISS_TYPE]);
	const struct vsw_attr *attr;
	char path[128] = "";

	if (tb[NLMSGERR_ATTR_MISS_NEST])
		table = attr_path(req, nla_get_u32(tb[NLMSGERR_ATTR_MISS_NEST]),
				  path, sizeof(path));
	attr = lookup(table, type);
	if (attr)
		snprintf(buf, size, "missing attribute %s%s%s", path,
			 path[0] ? "." : "", attr->name);
	else
		snprintf(buf, size, "missing attribute number %u", type);
}

static const char *last_name(const char *path)
{
	const char *dot = strrchr(path, '.');

	return dot ? dot + 1 : path;
}

void vsw_error_from_ack(struct vsw *c, const struct vsw_request *req,
			int err, const struct nlattr *tlvs, int len)
{
	static struct nla_policy types[NLMSGERR_ATTR_MAX + 1] = {
		[NLMSGERR_ATTR_MSG]		= { .type = NLA_STRING },
		[NLMSGERR_ATTR_OFFS]		= { .type = NLA_U32 },
		[NLMSGERR_ATTR_POLICY]		= { .type = NLA_NESTED },
		[NLMSGERR_ATTR_MISS_TYPE]	= { .type = NLA_U32 },
		[NLMSGERR_ATTR_MISS_NEST]	= { .type = NLA_U32 },
	};
	struct nlattr *tb[NLMSGERR_ATTR_MAX + 1] = {};
	const char *text = NULL;
	char path[160] = "";
	char range[96] = "";
	char miss[192] = "";

	/* What is not well formed says nothing. */
	if (tlvs && nla_parse(tb, NLMSGERR_ATTR_MAX, (struct nlattr *)tlvs,
			      len, types) < 0)
		memset(tb, 0, sizeof(tb));
	if (tb[NLMSGERR_ATTR_MSG])
		text = nla_get_string(tb[NLMSGERR_ATTR_MSG]);
	if (text && !*text)
		text = NULL;
	if (!err) {
		snprintf(c->warning, sizeof(c->warning), "%s",
			 text ? text : "");
		return;
	}
	if (tb[NLMSGERR_ATTR_OFFS])
		c->blamed = ordinal(req, nla_get_u32(tb[NLMSGERR_ATTR_OFFS]));
	if (tb[NLMSGERR_ATTR_OFFS])
		attr_path(req, nla_get_u32(tb[NLMSGERR_ATTR_OFFS]), path,
			  sizeof(path));
	if (tb[NLMSGERR_ATTR_POLICY])
		accepted(tb[NLMSGERR_ATTR_POLICY], range, sizeof(range));
	if (tb[NLMSGERR_ATTR_MISS_TYPE])
		missing(req, tb, miss, sizeof(miss));

	if (!text && !miss[0])
		text = errno_text(err);
	snprintf(c->error, sizeof(c->error), "%s%s%s", text ? text : "",
		 text && miss[0] ? ": " : "", miss);
	/* A sentence that names the attribute itself needs no help. */
	if (path[0] && !range[0] && strstr(c->error, last_name(path)))
		return;
	if (path[0] || range[0]) {
		append(c->error, sizeof(c->error), " (");
		append(c->error, sizeof(c->error), path);
		if (path[0] && range[0])
			append(c->error, sizeof(c->error), " ");
		append(c->error, sizeof(c->error), range);
		append(c->error, sizeof(c->error), ")");
	}
}
