// SPDX-License-Identifier: GPL-2.0
/* The rules of ACLs, which are those of a port or of a profile. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <netlink/genl/genl.h>

#include "internal.h"

/* As many as this go into one message. */
#define RULES_AT_ONCE	256
/* All that can be said of a rule, and of what a message is about. */
#define RULE_SIZE	160
#define OWNER_SIZE	128

static void put_addr(struct nl_msg *msg, const struct vsw_acl_addr *addr,
		     int ip, int prefix, int mac)
{
	switch (addr->kind) {
	case VSW_ACL_ADDR_NONE:
		break;
	case VSW_ACL_ADDR_ANY_IP:
		nla_put(msg, ip, 0, addr->bytes);
		break;
	case VSW_ACL_ADDR_ANY_MAC:
		nla_put(msg, mac, 0, addr->bytes);
		break;
	case VSW_ACL_ADDR_MAC:
		nla_put(msg, mac, VSW_MAC_LEN, addr->bytes);
		break;
	default:
		nla_put(msg, ip, addr->kind == VSW_ACL_ADDR_IPV4 ? 4 : 16,
			addr->bytes);
		nla_put_u8(msg, prefix, addr->len);
	}
}

static void put_ports(struct nl_msg *msg, const struct vsw_acl_ports *ports,
		      int first, int last)
{
	if (!ports->given)
		return;
	nla_put_u16(msg, first, ports->first);
	if (ports->last != ports->first)
		nla_put_u16(msg, last, ports->last);
}

static int put_rule(struct nl_msg *msg, const struct vsw_acl_rule *r)
{
	struct nlattr *nest = nla_nest_start(msg, VSWITCH_A_ACL_RULE);

	if (!nest)
		return -NLE_NOMEM;
	if (r->id)
		nla_put_u32(msg, VSWITCH_A_ACL_RULE_ID, r->id);
	if (r->has_direction)
		nla_put_u32(msg, VSWITCH_A_ACL_RULE_DIRECTION, r->direction);
	if (r->has_action)
		nla_put_u32(msg, VSWITCH_A_ACL_RULE_ACTION, r->action);
	put_addr(msg, &r->local, VSWITCH_A_ACL_RULE_LOCAL_IP,
		 VSWITCH_A_ACL_RULE_LOCAL_PREFIX, VSWITCH_A_ACL_RULE_LOCAL_MAC);
	put_addr(msg, &r->remote, VSWITCH_A_ACL_RULE_REMOTE_IP,
		 VSWITCH_A_ACL_RULE_REMOTE_PREFIX,
		 VSWITCH_A_ACL_RULE_REMOTE_MAC);
	if (r->has_weight)
		nla_put_u16(msg, VSWITCH_A_ACL_RULE_WEIGHT, r->weight);
	if (r->has_protocol)
		nla_put_u8(msg, VSWITCH_A_ACL_RULE_PROTOCOL, r->protocol);
	put_ports(msg, &r->local_port, VSWITCH_A_ACL_RULE_LOCAL_PORT,
		  VSWITCH_A_ACL_RULE_LOCAL_PORT_END);
	put_ports(msg, &r->remote_port, VSWITCH_A_ACL_RULE_REMOTE_PORT,
		  VSWITCH_A_ACL_RULE_REMOTE_PORT_END);
	if (r->isolation_id)
		nla_put_u16(msg, VSWITCH_A_ACL_RULE_ISOLATION_ID,
			    r->isolation_id);
	if (r->stateful)
		nla_put_flag(msg, VSWITCH_A_ACL_RULE_STATEFUL);
	if (r->idle_timeout)
		nla_put_u16(msg, VSWITCH_A_ACL_RULE_IDLE_TIMEOUT,
			    r->idle_timeout);
	nla_nest_end(msg, nest);
	return 0;
}

static void put_owner(struct nl_msg *msg, const void *filter)
{
	const struct vsw_acl_owner *of = filter;

	if (!of)
		return;
	if (of->port) {
		nla_put_u32(msg, VSWITCH_A_ACL_PORT, of->port);
		return;
	}
	nla_put_u32(msg, VSWITCH_A_ACL_SWITCH, of->sw);
	nla_put_string(msg, VSWITCH_A_ACL_PROFILE, of->profile);
}

static int change(struct vsw *c, uint8_t cmd, const struct vsw_acl_change *chg,
		  const struct vsw_acl_rule *rules, size_t n, bool replace)
{
	int err = vsw_connect(c);
	struct nl_msg *msg;
	size_t i;

	if (err)
		return err;
	msg = vsw_genl_msg_sized(c, cmd, NLM_F_ACK, OWNER_SIZE + n * RULE_SIZE);
	if (!msg)
		return vsw_no_memory(c);
	put_owner(msg, &chg->of);
	if (replace)
		nla_put_flag(msg, VSWITCH_A_ACL_REPLACE);
	if (chg->txn)
		nla_put_u32(msg, VSWITCH_A_ACL_TXN, chg->txn);
	if (chg->has_expect)
		nla_put_u32(msg, VSWITCH_A_ACL_EXPECT_GENERATION,
			    chg->expect_generation);
	for (i = 0; i < n; i++) {
		if (put_rule(msg, &rules[i])) {
			nlmsg_free(msg);
			return vsw_no_memory(c);
		}
	}
	return vsw_genl_talk(c, msg, &vsw_acl_attrs, NULL, NULL);
}

int vsw_acl_add(struct vsw *c, const struct vsw_acl_change *chg,
		const struct vsw_acl_rule *rules, size_t n)
{
	return change(c, VSWITCH_CMD_ACL_ADD, chg, rules, n, chg->replace);
}

int vsw_acl_del(struct vsw *c, const struct vsw_acl_change *chg,
		const struct vsw_acl_rule *rules, size_t n)
{
	return change(c, VSWITCH_CMD_ACL_DEL, chg, rules, n, false);
}

int vsw_acl_flush(struct vsw *c, const struct vsw_acl_change *chg)
{
	return change(c, VSWITCH_CMD_ACL_FLUSH, chg, NULL, 0, false);
}

size_t vsw_acl_at_once(void)
{
	return RULES_AT_ONCE;
}

static void get_addr(struct vsw_acl_addr *addr, struct nlattr **tb, int ip,
		     int prefix, int mac)
{
	struct nlattr *attr = tb[ip] ? tb[ip] : tb[mac];
	int len;

	if (!attr)
		return;
	len = nla_len(attr);
	if (len > (int)sizeof(addr->bytes))
		return;
	memcpy(addr->bytes, nla_data(attr), len);
	if (tb[mac] == attr) {
		addr->kind = len ? VSW_ACL_ADDR_MAC : VSW_ACL_ADDR_ANY_MAC;
		return;
	}
	addr->kind = len == 16 ? VSW_ACL_ADDR_IPV6 :
		     len ? VSW_ACL_ADDR_IPV4 : VSW_ACL_ADDR_ANY_IP;
	addr->len = tb[prefix] ? nla_get_u8(tb[prefix]) : 8 * len;
}

static void get_ports(struct vsw_acl_ports *ports, struct nlattr *first,
		      struct nlattr *last)
{
	if (!first)
		return;
	ports->given = true;
	ports->first = nla_get_u16(first);
	ports->last = last ? nla_get_u16(last) : ports->first;
}

static int get_rule(struct vsw_acl_rule *r, struct nlattr *nest)
{
	static struct nla_policy policy[VSWITCH_A_ACL_RULE_MAX + 1] = {
		[VSWITCH_A_ACL_RULE_ID]		= { .type = NLA_U32 },
		[VSWITCH_A_ACL_RULE_DIRECTION]	= { .type = NLA_U32 },
		[VSWITCH_A_ACL_RULE_ACTION]	= { .type = NLA_U32 },
		[VSWITCH_A_ACL_RULE_LOCAL_PREFIX] = { .type = NLA_U8 },
		[VSWITCH_A_ACL_RULE_REMOTE_PREFIX] = { .type = NLA_U8 },
		[VSWITCH_A_ACL_RULE_WEIGHT]	= { .type = NLA_U16 },
		[VSWITCH_A_ACL_RULE_PROTOCOL]	= { .type = NLA_U8 },
		[VSWITCH_A_ACL_RULE_LOCAL_PORT]	= { .type = NLA_U16 },
		[VSWITCH_A_ACL_RULE_LOCAL_PORT_END] = { .type = NLA_U16 },
		[VSWITCH_A_ACL_RULE_REMOTE_PORT] = { .type = NLA_U16 },
		[VSWITCH_A_ACL_RULE_REMOTE_PORT_END] = { .type = NLA_U16 },
		[VSWITCH_A_ACL_RULE_ISOLATION_ID] = { .type = NLA_U16 },
		[VSWITCH_A_ACL_RULE_IDLE_TIMEOUT] = { .type = NLA_U16 },
		[VSWITCH_A_ACL_RULE_BYTES]	= { .type = NLA_U64 },
	};
	struct nlattr *tb[VSWITCH_A_ACL_RULE_MAX + 1];

	if (nla_parse_nested(tb, VSWITCH_A_ACL_RULE_MAX, nest, policy) < 0 ||
	    !tb[VSWITCH_A_ACL_RULE_DIRECTION] || !tb[VSWITCH_A_ACL_RULE_ACTION])
		return -EPROTO;
	memset(r, 0, sizeof(*r));
	if (tb[VSWITCH_A_ACL_RULE_ID])
		r->id = nla_get_u32(tb[VSWITCH_A_ACL_RULE_ID]);
	r->has_direction = true;
	r->direction = nla_get_u32(tb[VSWITCH_A_ACL_RULE_DIRECTION]);
	r->has_action = true;
	r->action = nla_get_u32(tb[VSWITCH_A_ACL_RULE_ACTION]);
	get_addr(&r->local, tb, VSWITCH_A_ACL_RULE_LOCAL_IP,
		 VSWITCH_A_ACL_RULE_LOCAL_PREFIX, VSWITCH_A_ACL_RULE_LOCAL_MAC);
	get_addr(&r->remote, tb, VSWITCH_A_ACL_RULE_REMOTE_IP,
		 VSWITCH_A_ACL_RULE_REMOTE_PREFIX,
		 VSWITCH_A_ACL_RULE_REMOTE_MAC);
	if (tb[VSWITCH_A_ACL_RULE_WEIGHT]) {
		r->has_weight = true;
		r->weight = nla_get_u16(tb[VSWITCH_A_ACL_RULE_WEIGHT]);
	}
	if (tb[VSWITCH_A_ACL_RULE_PROTOCOL]) {
		r->has_protocol = true;
		r->protocol = nla_get_u8(tb[VSWITCH_A_ACL_RULE_PROTOCOL]);
	}
	get_ports(&r->local_port, tb[VSWITCH_A_ACL_RULE_LOCAL_PORT],
		  tb[VSWITCH_A_ACL_RULE_LOCAL_PORT_END]);
	get_ports(&r->remote_port, tb[VSWITCH_A_ACL_RULE_REMOTE_PORT],
		  tb[VSWITCH_A_ACL_RULE_REMOTE_PORT_END]);
	if (tb[VSWITCH_A_ACL_RULE_ISOLATION_ID])
		r->isolation_id =
			nla_get_u16(tb[VSWITCH_A_ACL_RULE_ISOLATION_ID]);
	r->stateful = tb[VSWITCH_A_ACL_RULE_STATEFUL];
	if (tb[VSWITCH_A_ACL_RULE_IDLE_TIMEOUT])
		r->idle_timeout =
			nla_get_u16(tb[VSWITCH_A_ACL_RULE_IDLE_TIMEOUT]);
	r->has_bytes = tb[VSWITCH_A_ACL_RULE_BYTES];
	if (r->has_bytes)
		r->bytes = nla_get_u64(tb[VSWITCH_A_ACL_RULE_BYTES]);
	return 0;
}

static int add_rules(struct nlmsghdr *nlh, struct vsw_acl *acl)
{
	struct nlattr *attr, *attrs = genlmsg_attrdata(nlmsg_data(nlh), 0);
	int rem, n = 0, len = genlmsg_attrlen(nlmsg_data(nlh), 0);
	struct vsw_acl_rule *rules;
	int err;

	nla_for_each_attr(attr, attrs, len, rem)
		n += nla_type(attr) == VSWITCH_A_ACL_RULE;
	if (!n)
		return 0;
	rules = realloc(acl->rules, (acl->n + n) * sizeof(*rules));
	if (!rules)
		return -ENOMEM;
	acl->rules = rules;
	nla_for_each_attr(attr, attrs, len, rem) {
		if (nla_type(attr) != VSWITCH_A_ACL_RULE)
			continue;
		err = get_rule(&acl->rules[acl->n], attr);
		if (err)
			return err;
		acl->n++;
	}
	return 0;
}

int vsw_acl_parse(struct nlmsghdr *nlh, void *item)
{
	static struct nla_policy policy[VSWITCH_A_ACL_MAX + 1] = {
		[VSWITCH_A_ACL_PORT]		= { .type = NLA_U32 },
		[VSWITCH_A_ACL_RULES]		= { .type = NLA_U32 },
		[VSWITCH_A_ACL_MEMORY]		= { .type = NLA_U64 },
		[VSWITCH_A_ACL_FLOWS]		= { .type = NLA_U32 },
		[VSWITCH_A_ACL_FLOW_LIMIT]	= { .type = NLA_U32 },
		[VSWITCH_A_ACL_SWITCH]		= { .type = NLA_U32 },
		[VSWITCH_A_ACL_PROFILE]		= { .type = NLA_STRING },
	};
	struct nlattr *tb[VSWITCH_A_ACL_MAX + 1];
	struct vsw_acl *acl = item;

	if (nlmsg_parse(nlh, GENL_HDRLEN, tb, VSWITCH_A_ACL_MAX, policy) < 0 ||
	    !tb[VSWITCH_A_ACL_SWITCH] ||
	    (!tb[VSWITCH_A_ACL_PORT] && !tb[VSWITCH_A_ACL_PROFILE]))
		return -EPROTO;
	acl->of.sw = nla_get_u32(tb[VSWITCH_A_ACL_SWITCH]);
	if (tb[VSWITCH_A_ACL_PORT])
		acl->of.port = nla_get_u32(tb[VSWITCH_A_ACL_PORT]);
	if (tb[VSWITCH_A_ACL_PROFILE])
		nla_strlcpy(acl->of.profile, tb[VSWITCH_A_ACL_PROFILE],
			    sizeof(acl->of.profile));
	if (tb[VSWITCH_A_ACL_RULES])
		acl->total = nla_get_u32(tb[VSWITCH_A_ACL_RULES]);
	if (tb[VSWITCH_A_ACL_MEMORY])
		acl->memory = nla_get_u64(tb[VSWITCH_A_ACL_MEMORY]);
	if (tb[VSWITCH_A_ACL_FLOW_LIMIT])
		acl->flow_limit = nla_get_u32(tb[VSWITCH_A_ACL_FLOW_LIMIT]);
	if (tb[VSWITCH_A_ACL_FLOWS])
		acl->flows = nla_get_u32(tb[VSWITCH_A_ACL_FLOWS]);
	return add_rules(nlh, acl);
}

int vsw_acl_restore(struct vsw *c, uint32_t port, struct vsw_acl *list,
		    size_t n)
{
	struct vsw_acl_change chg = { .of.port = port };
	size_t i, j, some;
	int err = 0;

	for (i = 0; !err && i < n; i++) {
		for (j = 0; j < list[i].n; j++)
			list[i].rules[j].id = 0;
		for (j = 0; !err && j < list[i].n; j += some) {
			some = list[i].n - j;
			if (some > RULES_AT_ONCE)
				some = RULES_AT_ONCE;
			err = vsw_acl_add(c, &chg, list[i].rules + j, some);
		}
	}
	return err;
}

void vsw_acl_clear(struct vsw_acl *acl)
{
	free(acl->rules);
	acl->rules = NULL;
	acl->n = 0;
}

static void clear(void *item)
{
	vsw_acl_clear(item);
}

int vsw_acl_get(struct vsw *c, const struct vsw_acl_owner *of,
		struct vsw_acl *acl)
{
	int err = vsw_connect(c);
	struct nl_msg *msg;

	memset(acl, 0, sizeof(*acl));
	if (err)
		return err;
	msg = vsw_genl_msg(c, VSWITCH_CMD_ACL_GET, NLM_F_ACK);
	if (!msg)
		return vsw_no_memory(c);
	put_owner(msg, of);
	return vsw_genl_talk(c, msg, &vsw_acl_attrs, vsw_acl_parse, acl);
}

bool vsw_acl_same_owner(const struct vsw_acl_owner *a,
			const struct vsw_acl_owner *b)
{
	if (a->port || b->port)
		return a->port == b->port;
	return a->sw == b->sw && !strcmp(a->profile, b->profile);
}

int vsw_acl_dump(struct vsw *c, const struct vsw_acl_owner *of,
		 struct vsw_acl **list, size_t *n)
{
	struct vsw_list l = {
		.size = sizeof(struct vsw_acl),
		.parse = vsw_acl_parse,
		.clear = clear,
	};
	int err = vsw_list_dump_filtered(c, &l, VSWITCH_CMD_ACL_GET,
					 &vsw_acl_attrs, put_owner, of);

	*list = l.items;
	*n = l.n;
	return err;
}

void vsw_acl_free(struct vsw_acl *list, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		vsw_acl_clear(&list[i]);
	free(list);
}
