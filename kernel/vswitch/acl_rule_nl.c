// SPDX-License-Identifier: GPL-2.0
/* ACL rules in generic netlink: from attributes and back. */
#include "acl.h"
#include "acl_nl.h"
#include "netlink.h"

#define A(name) VSWITCH_A_ACL_RULE_##name
#define RULE_ATTRS (VSWITCH_A_ACL_RULE_MAX + 1)

static int refuse(struct netlink_ext_ack *extack, const struct nlattr *attr,
		  const char *why)
{
	do_trace_netlink_extack(why);
	extack->_msg = why;
	NL_SET_BAD_ATTR(extack, attr);
	return -EINVAL;
}

/* Is anything set behind the prefix? */
static bool has_host_bits(const u8 *bytes, u32 len, u32 size)
{
	u32 i;

	if (len % 8 && bytes[len / 8] & (0xff >> len % 8))
		return true;
	for (i = DIV_ROUND_UP(len, 8); i < size; i++) {
		if (bytes[i])
			return true;
	}
	return false;
}

static int parse_ip(struct vsw_acl_addr *addr, const struct nlattr *ip,
		    const struct nlattr *prefix, struct netlink_ext_ack *extack)
{
	u32 size = ip ? nla_len(ip) : 0;

	if (!size) {
		if (prefix)
			return refuse(extack, prefix,
				      "a prefix length goes with an address, and any address has none");
		if (ip)
			addr->family = VSW_ACL_ANY;
		return 0;
	}
	if (size != 4 && size != 16)
		return refuse(extack, ip,
			      "an IP address has 4 bytes or 16, and any address has none");
	addr->family = size == 4 ? VSW_ACL_IPV4 : VSW_ACL_IPV6;
	addr->len = prefix ? nla_get_u8(prefix) : 8 * size;
	if (addr->len > 8 * size)
		return refuse(extack, prefix,
			      "the prefix of an IPv4 address has at most 32 bits");
	memcpy(addr->bytes, nla_data(ip), size);
	if (has_host_bits(addr->bytes, addr->len, size))
		return refuse(extack, ip,
			      "the address has bits set behind its prefix: they must be zero");
	return 0;
}

static int parse_mac(struct vsw_acl_addr *addr, const struct nlattr *mac,
		     struct netlink_ext_ack *extack)
{
	if (!mac)
		return 0;
	if (!nla_len(mac)) {
		addr->family = VSW_ACL_ANY;
		return 0;
	}
	if (nla_len(mac) != ETH_ALEN)
		return refuse(extack, mac,
			      "a MAC address has 6 bytes, and any address has none");
	addr->family = VSW_ACL_ETHER;
	addr->len = 8 * ETH_ALEN;
	memcpy(addr->bytes, nla_data(mac), ETH_ALEN);
	return 0;
}

static int parse_ports(struct vsw_acl_ports *ports, const struct nlattr *first,
		       const struct nlattr *last,
		       struct netlink_ext_ack *extack)
{
	if (!first)
		return last ? refuse(extack, last,
				     "the end of a range of ports needs its begin") : 0;
	ports->said = true;
	ports->first = nla_get_u16(first);
	ports->last = last ? nla_get_u16(last) : ports->first;
	if (ports->last < ports->first)
		return refuse(extack, last,
			      "the end of a range of ports must not be below its begin");
	return 0;
}

static bool has_ports(s16 protocol)
{
	switch (protocol) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
	case IPPROTO_SCTP:
	case IPPROTO_DCCP:
		return true;
	default:
		return false;
	}
}

static int parse_state(struct vsw_acl_rule *rule, struct nlattr **tb,
		       struct netlink_ext_ack *extack)
{
	rule->stateful = tb[A(STATEFUL)];
	if (rule->stateful && rule->action != VSWITCH_ACL_ACTION_ALLOW)
		return refuse(extack, tb[A(STATEFUL)],
			      "a stateful rule allows: make it action allow");
	if (!rule->stateful)
		return tb[A(IDLE_TIMEOUT)] ?
		       refuse(extack, tb[A(IDLE_TIMEOUT)],
			      "an idle-timeout is that of a stateful rule") : 0;
	rule->timeout = tb[A(IDLE_TIMEOUT)] ? nla_get_u16(tb[A(IDLE_TIMEOUT)]) :
					      VSWITCH_ACL_IDLE_TIMEOUT;
	return 0;
}

static int parse_extended(struct vsw_acl_rule *rule, struct nlattr **tb,
			  struct netlink_ext_ack *extack)
{
	int err;

	rule->kind = VSW_ACL_EXTENDED;
	rule->weight = nla_get_u16(tb[A(WEIGHT)]);
	if (rule->direction == VSWITCH_ACL_DIRECTION_BOTH)
		return refuse(extack, tb[A(DIRECTION)],
			      "the direction of a rule with a weight is in or out");
	if (tb[A(LOCAL_MAC)] || tb[A(REMOTE_MAC)])
		return refuse(extack, tb[A(LOCAL_MAC)] ?: tb[A(REMOTE_MAC)],
			      "a rule with a weight has no MAC address");
	if (rule->action == VSWITCH_ACL_ACTION_METER)
		return refuse(extack, tb[A(ACTION)],
			      "a rule with a weight allows or denies; meter rules have none");

	if (rule->local.family == VSW_ACL_UNSAID)
		rule->local.family = VSW_ACL_ANY;
	if (rule->remote.family == VSW_ACL_UNSAID)
		rule->remote.family = VSW_ACL_ANY;
	if (rule->local.family != VSW_ACL_ANY &&
	    rule->remote.family != VSW_ACL_ANY &&
	    rule->local.family != rule->remote.family)
		return refuse(extack, tb[A(REMOTE_IP)],
			      "local-ip and remote-ip are both IPv4 or both IPv6");

	if (tb[A(PROTOCOL)])
		rule->protocol = nla_get_u8(tb[A(PROTOCOL)]);
	err = parse_ports(&rule->local_ports, tb[A(LOCAL_PORT)],
			  tb[A(LOCAL_PORT_END)], extack);
	if (!err)
		err = parse_ports(&rule->remote_ports, tb[A(REMOTE_PORT)],
				  tb[A(REMOTE_PORT_END)], extack);
	if (err)
		return err;
	if ((rule->local_ports.said || rule->remote_ports.said) &&
	    !has_ports(rule->protocol))
		return refuse(extack, tb[A(LOCAL_PORT)] ?: tb[A(REMOTE_PORT)],
			      "ports are those of a protocol: tcp, udp, udplite, sctp or dccp");
	if (tb[A(ISOLATION_ID)])
		rule->isolation = nla_get_u16(tb[A(ISOLATION_ID)]);
	return parse_state(rule, tb, extack);
}

static int parse_basic(struct vsw_acl_rule *rule, struct nlattr **tb,
		       const struct nlattr *nest,
		       struct netlink_ext_ack *extack)
{
	static const u8 extended[] = {
		A(PROTOCOL), A(LOCAL_PORT), A(LOCAL_PORT_END), A(REMOTE_PORT),
		A(REMOTE_PORT_END), A(ISOLATION_ID), A(STATEFUL),
		A(IDLE_TIMEOUT),
	};
	bool mac = tb[A(LOCAL_MAC)] || tb[A(REMOTE_MAC)];
	u32 i;

	for (i = 0; i < ARRAY_SIZE(extended); i++) {
		if (tb[extended[i]])
			return refuse(extack, tb[extended[i]],
				      "a rule that says this needs a weight");
	}
	if (!!tb[A(LOCAL_IP)] + !!tb[A(REMOTE_IP)] + !!tb[A(LOCAL_MAC)] +
	    !!tb[A(REMOTE_MAC)] != 1)
		return refuse(extack, nest,
			      "a rule without a weight has one address: local-ip, remote-ip, local-mac or remote-mac");
	if (mac && rule->action == VSWITCH_ACL_ACTION_METER)
		return refuse(extack, tb[A(LOCAL_MAC)] ?: tb[A(REMOTE_MAC)],
			      "a meter rule is about an IP address");
	rule->kind = mac ? VSW_ACL_MAC : VSW_ACL_IP;
	return 0;
}

static int parse_rest(struct vsw_acl_rule *rule, struct nlattr **tb,
		      const struct nlattr *nest,
		      struct netlink_ext_ack *extack)
{
	int err;

	if (tb[A(BYTES)])
		return refuse(extack, tb[A(BYTES)], "bytes are counted, not set");
	if (!tb[A(ACTION)])
		return refuse(extack, nest,
			      "a rule needs an action: allow, deny or meter");
	rule->action = nla_get_u32(tb[A(ACTION)]);
	rule->protocol = VSW_ACL_PROTOCOL_ANY;
	err = parse_ip(&rule->local, tb[A(LOCAL_IP)], tb[A(LOCAL_PREFIX)],
		       extack);
	if (!err)
		err = parse_ip(&rule->remote, tb[A(REMOTE_IP)],
			       tb[A(REMOTE_PREFIX)], extack);
	if (!err)
		err = parse_mac(&rule->local, tb[A(LOCAL_MAC)], extack);
	if (!err)
		err = parse_mac(&rule->remote, tb[A(REMOTE_MAC)], extack);
	if (err)
		return err;
	return tb[A(WEIGHT)] ? parse_extended(rule, tb, extack) :
			       parse_basic(rule, tb, nest, extack);
}

static int parse_direction(struct vsw_acl_rule *rule, struct nlattr **tb,
			   const struct nlattr *nest,
			   struct netlink_ext_ack *extack)
{
	if (!tb[A(DIRECTION)])
		return refuse(extack, nest,
			      "a rule needs a direction: in, out or both");
	rule->direction = nla_get_u32(tb[A(DIRECTION)]);
	return 0;
}

/*
 * The request's policy has this nest in it, so all of it is validated, and a request
 * can have very many.
 */
static void split_rule(struct nlattr **tb, const struct nlattr *rule)
{
	struct nlattr *attr;
	int rem;

	memset(tb, 0, RULE_ATTRS * sizeof(*tb));
	nla_for_each_nested(attr, rule, rem) {
		if (nla_type(attr) < RULE_ATTRS)
			tb[nla_type(attr)] = attr;
	}
}

/**
 * vsw_acl_rule_parse() - read a rule that is to be added
 * @rule: set; its direction may be both
 * @attr: VSWITCH_A_ACL_RULE
 * @extack: names the attribute at fault
 *
 * Return: 0 or a negative error.
 */
int vsw_acl_rule_parse(struct vsw_acl_rule *rule, const struct nlattr *attr,
		       struct netlink_ext_ack *extack)
{
	struct nlattr *tb[RULE_ATTRS];
	int err;

	split_rule(tb, attr);
	memset(rule, 0, sizeof(*rule));
	if (tb[A(ID)])
		return refuse(extack, tb[A(ID)],
			      "the id of a rule is given by the kernel");
	err = parse_direction(rule, tb, attr, extack);
	return err ?: parse_rest(rule, tb, attr, extack);
}

/* Does it say nothing but these two? */
static bool says_only(struct nlattr **tb, u32 a, u32 b)
{
	u32 i;

	for (i = 1; i <= VSWITCH_A_ACL_RULE_MAX; i++) {
		if (tb[i] && i != a && i != b)
			return false;
	}
	return true;
}

/**
 * vsw_acl_rule_parse_name() - read which rule is to be deleted
 * @rule: set, for vsw_acl_del()
 * @attr: VSWITCH_A_ACL_RULE: an id, a direction and a weight, or all of it
 * @extack: names the attribute at fault
 *
 * Return: 0 or a negative error.
 */
int vsw_acl_rule_parse_name(struct vsw_acl_rule *rule,
			    const struct nlattr *attr,
			    struct netlink_ext_ack *extack)
{
	struct nlattr *tb[RULE_ATTRS];
	int err;

	split_rule(tb, attr);
	memset(rule, 0, sizeof(*rule));
	if (tb[A(ID)]) {
		rule->id = nla_get_u32(tb[A(ID)]);
		return says_only(tb, A(ID), A(ID)) ? 0 :
		       refuse(extack, tb[A(ID)],
			      "an id names a rule: say nothing else of it");
	}
	err = parse_direction(rule, tb, attr, extack);
	if (err)
		return err;
	if (!tb[A(WEIGHT)] || !says_only(tb, A(DIRECTION), A(WEIGHT)))
		return parse_rest(rule, tb, attr, extack);
	if (rule->direction == VSWITCH_ACL_DIRECTION_BOTH)
		return refuse(extack, tb[A(DIRECTION)],
			      "the direction of a rule with a weight is in or out");
	rule->kind = VSW_ACL_EXTENDED;
	rule->weight = nla_get_u16(tb[A(WEIGHT)]);
	rule->action = VSW_ACL_ANY_ACTION;
	return 0;
}

static int fill_addr(struct sk_buff *skb, const struct vsw_acl_addr *addr,
		     bool mac, int ip_type, int prefix_type, int mac_type)
{
	switch (addr->family) {
	case VSW_ACL_ANY:
		/* Which an extended rule has as long as nothing is said. */
		return mac_type && nla_put(skb, mac ? mac_type : ip_type, 0, NULL);
	case VSW_ACL_IPV4:
		return nla_put(skb, ip_type, 4, addr->bytes) ||
		       nla_put_u8(skb, prefix_type, addr->len);
	case VSW_ACL_IPV6:
		return nla_put(skb, ip_type, 16, addr->bytes) ||
		       nla_put_u8(skb, prefix_type, addr->len);
	case VSW_ACL_ETHER:
		return nla_put(skb, mac_type, ETH_ALEN, addr->bytes);
	default:
		return 0;
	}
}

static int fill_ports(struct sk_buff *skb, const struct vsw_acl_ports *ports,
		      int first_type, int last_type)
{
	if (!ports->said)
		return 0;
	return nla_put_u16(skb, first_type, ports->first) ||
	       (ports->last != ports->first &&
		nla_put_u16(skb, last_type, ports->last));
}

static int fill_extended(struct sk_buff *skb, const struct vsw_acl_rule *rule)
{
	return nla_put_u16(skb, A(WEIGHT), rule->weight) ||
	       (rule->protocol != VSW_ACL_PROTOCOL_ANY &&
		nla_put_u8(skb, A(PROTOCOL), rule->protocol)) ||
	       fill_ports(skb, &rule->local_ports, A(LOCAL_PORT),
			  A(LOCAL_PORT_END)) ||
	       fill_ports(skb, &rule->remote_ports, A(REMOTE_PORT),
			  A(REMOTE_PORT_END)) ||
	       (rule->isolation &&
		nla_put_u16(skb, A(ISOLATION_ID), rule->isolation)) ||
	       (rule->stateful &&
		(nla_put_flag(skb, A(STATEFUL)) ||
		 nla_put_u16(skb, A(IDLE_TIMEOUT), rule->timeout)));
}

/**
 * vsw_acl_rule_fill() - write a rule into a message
 * @skb: the message
 * @rule: the rule
 * @meters: what the port has counted; NULL for nobody's rules
 *
 * Return: 0, or -EMSGSIZE and the message is as it was.
 */
int vsw_acl_rule_fill(struct sk_buff *skb, const struct vsw_acl_rule *rule,
		      const struct vsw_meters *meters)
{
	struct nlattr *nest = nla_nest_start(skb, VSWITCH_A_ACL_RULE);
	bool mac = rule->kind == VSW_ACL_MAC;
	bool basic = rule->kind != VSW_ACL_EXTENDED;

	if (!nest)
		return -EMSGSIZE;
	if (nla_put_u32(skb, A(ID), rule->id) ||
	    nla_put_u32(skb, A(DIRECTION), rule->direction) ||
	    nla_put_u32(skb, A(ACTION), rule->action) ||
	    fill_addr(skb, &rule->local, mac, A(LOCAL_IP), A(LOCAL_PREFIX),
		      basic ? A(LOCAL_MAC) : 0) ||
	    fill_addr(skb, &rule->remote, mac, A(REMOTE_IP), A(REMOTE_PREFIX),
		      basic ? A(REMOTE_MAC) : 0) ||
	    (!basic && fill_extended(skb, rule)) ||
	    (meters && rule->action == VSWITCH_ACL_ACTION_METER &&
	     nla_put_u64_64bit(skb, A(BYTES),
			       vsw_meter_read(meters->meter[rule->meter]),
			       A(PAD)))) {
		nla_nest_cancel(skb, nest);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	return 0;
}
