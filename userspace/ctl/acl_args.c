// SPDX-License-Identifier: GPL-2.0
/* The words that an ACL rule is made of. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "acl_args.h"
#include "cmd.h"

const char acl_rule_usage[] =
	"DEV | profile SWITCH NAME\n"
	"              direction in|out|both action allow|deny|meter\n"
	"              local-ip|remote-ip PREFIX|any | local-mac|remote-mac ADDR|any\n"
	"       vswitchctl acl add DEV | profile SWITCH NAME\n"
	"              direction in|out action allow|deny weight N\n"
	"              [protocol tcp|udp|icmp|icmpv6|udplite|sctp|dccp|N|any]\n"
	"              [local-ip PREFIX|any] [remote-ip PREFIX|any]\n"
	"              [local-port A[-B]|any] [remote-port A[-B]|any] [isolation-id N]\n"
	"              [stateful [idle-timeout SECONDS]]";

static const struct choice directions[] = {
	{ "in", VSWITCH_ACL_DIRECTION_IN },
	{ "out", VSWITCH_ACL_DIRECTION_OUT },
	{ "both", VSWITCH_ACL_DIRECTION_BOTH },
	{}
};

static const struct choice actions[] = {
	{ "allow", VSWITCH_ACL_ACTION_ALLOW },
	{ "deny", VSWITCH_ACL_ACTION_DENY },
	{ "meter", VSWITCH_ACL_ACTION_METER },
	{}
};

static const struct choice protocols[] = {
	{ "tcp", IPPROTO_TCP },
	{ "udp", IPPROTO_UDP },
	{ "icmp", IPPROTO_ICMP },
	{ "icmpv6", IPPROTO_ICMPV6 },
	{ "udplite", IPPROTO_UDPLITE },
	{ "sctp", IPPROTO_SCTP },
	{ "dccp", IPPROTO_DCCP },
	{}
};

const char *acl_protocol_text(uint8_t protocol)
{
	static char text[8];
	const struct choice *c;

	for (c = protocols; c->word; c++)
		if (c->value == protocol)
			return c->word;
	snprintf(text, sizeof(text), "%u", protocol);
	return text;
}

static unsigned int addr_size(const struct vsw_acl_addr *addr)
{
	return addr->kind == VSW_ACL_ADDR_IPV4 ? 4 : 16;
}

const char *acl_addr_text(const struct vsw_acl_addr *addr)
{
	static char text[INET6_ADDRSTRLEN + 8];
	const uint8_t *b = addr->bytes;
	size_t used;

	switch (addr->kind) {
	case VSW_ACL_ADDR_NONE:
	case VSW_ACL_ADDR_ANY_IP:
	case VSW_ACL_ADDR_ANY_MAC:
		return "any";
	case VSW_ACL_ADDR_MAC:
		snprintf(text, sizeof(text), "%02x:%02x:%02x:%02x:%02x:%02x",
			 b[0], b[1], b[2], b[3], b[4], b[5]);
		return text;
	default:
		break;
	}
	inet_ntop(addr->kind == VSW_ACL_ADDR_IPV4 ? AF_INET : AF_INET6, b,
		  text, sizeof(text));
	used = strlen(text);
	if (addr->len != 8 * addr_size(addr))
		snprintf(text + used, sizeof(text) - used, "/%u", addr->len);
	return text;
}

/* The same address without what is behind the prefix. */
static bool clear_host_bits(struct vsw_acl_addr *addr)
{
	unsigned int i, bits = addr->len % 8;
	bool found = false;

	for (i = addr->len / 8; i < addr_size(addr); i++, bits = 0) {
		uint8_t mask = 0xff >> bits;

		found |= addr->bytes[i] & mask;
		addr->bytes[i] &= ~mask;
	}
	return found;
}

/* The first @len characters, or as many as there is room for. */
static void copy_part(char *to, size_t size, const char *text, size_t len)
{
	if (len >= size)
		len = size - 1;
	memcpy(to, text, len);
	to[len] = '\0';
}

static int parse_ip(struct args *a, const char *what, struct vsw_acl_addr *addr)
{
	char host[INET6_ADDRSTRLEN];
	const char *text, *slash;
	uint32_t len;
	int err = arg_word(a, what, &text);

	if (err)
		return err;
	if (is_word(text, "any")) {
		addr->kind = VSW_ACL_ADDR_ANY_IP;
		return 0;
	}
	slash = strchr(text, '/');
	copy_part(host, sizeof(host), text,
		  slash ? (size_t)(slash - text) : strlen(text));
	if (inet_pton(AF_INET, host, addr->bytes) == 1)
		addr->kind = VSW_ACL_ADDR_IPV4;
	else if (inet_pton(AF_INET6, host, addr->bytes) == 1)
		addr->kind = VSW_ACL_ADDR_IPV6;
	else
		return arg_usage(a, "%s '%s' is no IP address, expected one like 192.0.2.0/24 or 2001:db8::/32, or any",
				 what, text);
	len = 8 * addr_size(addr);
	if (slash && (!parse_u32(slash + 1, &len) || len > 8 * addr_size(addr)))
		return arg_usage(a, "%s '%s': the length of the prefix is not a number from 0 to %u",
				 what, text, 8 * addr_size(addr));
	addr->len = len;
	if (clear_host_bits(addr))
		return arg_usage(a, "%s '%s' has bits set behind its prefix: either %s or %s/%u is meant",
				 what, text, acl_addr_text(addr), host,
				 8 * addr_size(addr));
	return 0;
}

static int parse_mac_addr(struct args *a, const char *what,
			  struct vsw_acl_addr *addr)
{
	const char *text;
	int err = arg_word(a, what, &text);

	if (err)
		return err;
	if (is_word(text, "any")) {
		addr->kind = VSW_ACL_ADDR_ANY_MAC;
		return 0;
	}
	addr->kind = VSW_ACL_ADDR_MAC;
	if (!parse_mac(text, addr->bytes))
		return arg_usage(a, "%s '%s' is no MAC address, expected one like 02:00:00:00:00:01, or any",
				 what, text);
	return 0;
}

static int parse_ports(struct args *a, const char *what,
		       struct vsw_acl_ports *ports)
{
	uint32_t first, last;
	const char *text;
	char begin[8];
	size_t len;
	int err = arg_word(a, what, &text);

	if (err)
		return err;
	if (is_word(text, "any"))
		return 0;
	len = strcspn(text, "-");
	copy_part(begin, sizeof(begin), text, len);
	if (len >= sizeof(begin) || !parse_u32(begin, &first) ||
	    first > UINT16_MAX)
		goto bad;
	last = first;
	if (text[len] && (!parse_u32(text + len + 1, &last) ||
			  last > UINT16_MAX))
		goto bad;
	if (last < first)
		return arg_usage(a, "%s '%s': the end of a range must not be below its begin, expected %u-%u",
				 what, text, last, first);
	*ports = (struct vsw_acl_ports){ true, first, last };
	return 0;
bad:
	return arg_usage(a, "%s '%s' is no port, expected one from 0 to 65535, a range of them like 80-90, or any",
			 what, text);
}

static int parse_protocol(struct args *a, struct vsw_acl_rule *rule)
{
	const struct choice *c;
	const char *text;
	uint32_t v;
	int err = arg_word(a, "protocol", &text);

	if (err)
		return err;
	if (is_word(text, "any"))
		return 0;
	rule->has_protocol = true;
	for (c = protocols; c->word; c++) {
		if (is_word(text, c->word)) {
			rule->protocol = c->value;
			return 0;
		}
	}
	if (!parse_u32(text, &v) || v > UINT8_MAX)
		return arg_usage(a, "protocol '%s' is unknown, expected tcp, udp, icmp, icmpv6, udplite, sctp, dccp, any or a number from 0 to 255",
				 text);
	rule->protocol = v;
	return 0;
}

static int parse_u16(struct args *a, const char *what, uint32_t min,
		     uint32_t max, uint16_t *out)
{
	uint32_t v = 0;
	int err = arg_u32(a, what, min, max, &v);

	*out = v;
	return err;
}

/*
 * The keywords, by number, to know which were given. In this order 'acl show' has
 * them, and so do most files.
 */
enum word {
	W_DIRECTION, W_ACTION, W_WEIGHT, W_PROTOCOL, W_LOCAL_IP, W_LOCAL_MAC,
	W_REMOTE_IP, W_REMOTE_MAC, W_LOCAL_PORT, W_REMOTE_PORT,
	W_ISOLATION_ID, W_STATEFUL, W_IDLE_TIMEOUT, W_ID, W_MAX
};

static const char *const words[W_MAX] = {
	"direction", "action", "weight", "protocol", "local-ip", "local-mac",
	"remote-ip", "remote-mac", "local-port", "remote-port",
	"isolation-id", "stateful", "idle-timeout", "id",
};

/* Which keyword comes next? Most likely one behind the last. */
static enum word take_keyword(struct args *a, enum word from, bool name)
{
	enum word w = from;

	do {
		if ((w != W_ID || name) && arg_is(a, words[w]))
			return w;
		w = w + 1 < W_MAX ? w + 1 : 0;
	} while (w != from);
	return W_MAX;
}

static int parse_value(struct args *a, enum word w, struct vsw_acl_rule *rule)
{
	switch (w) {
	case W_DIRECTION:
		rule->has_direction = true;
		return arg_choice(a, words[w], directions, &rule->direction);
	case W_ACTION:
		rule->has_action = true;
		return arg_choice(a, words[w], actions, &rule->action);
	case W_LOCAL_IP:
		return parse_ip(a, words[w], &rule->local);
	case W_REMOTE_IP:
		return parse_ip(a, words[w], &rule->remote);
	case W_LOCAL_MAC:
		return parse_mac_addr(a, words[w], &rule->local);
	case W_REMOTE_MAC:
		return parse_mac_addr(a, words[w], &rule->remote);
	case W_WEIGHT:
		rule->has_weight = true;
		return parse_u16(a, words[w], 0, UINT16_MAX, &rule->weight);
	case W_PROTOCOL:
		return parse_protocol(a, rule);
	case W_LOCAL_PORT:
		return parse_ports(a, words[w], &rule->local_port);
	case W_REMOTE_PORT:
		return parse_ports(a, words[w], &rule->remote_port);
	case W_ISOLATION_ID:
		return parse_u16(a, words[w], 0, VSW_VLAN_MAX,
				 &rule->isolation_id);
	case W_STATEFUL:
		rule->stateful = true;
		return 0;
	case W_IDLE_TIMEOUT:
		return parse_u16(a, words[w], 1, UINT16_MAX,
				 &rule->idle_timeout);
	case W_ID:
		return arg_u32(a, words[w], 1, UINT32_MAX, &rule->id);
	default:
		return arg_unknown(a, "another word");
	}
}

/* What does not go together in words; what does in the rules is the kernel's. */
static int check(struct args *a, const bool *seen, bool name,
		 const struct vsw_acl_rule *rule)
{
	if (name && rule->id)
		return 0;
	if (!rule->has_direction)
		return arg_usage(a, "'direction in|out|both' is missing");
	if (!rule->has_action && !(name && rule->has_weight))
		return arg_usage(a, "'action allow|deny|meter' is missing");
	if ((seen[W_LOCAL_IP] && seen[W_LOCAL_MAC]) ||
	    (seen[W_REMOTE_IP] && seen[W_REMOTE_MAC]))
		return arg_usage(a, "a rule is about IP addresses or about a MAC address, not both");
	if (seen[W_IDLE_TIMEOUT] && !rule->stateful)
		return arg_usage(a, "'idle-timeout' goes with 'stateful'");
	return 0;
}

int acl_args_rule(struct args *a, bool name, struct vsw_acl_rule *rule)
{
	bool seen[W_MAX] = {};
	enum word w = 0;
	int err = 0;

	memset(rule, 0, sizeof(*rule));
	while (!err && arg_peek(a)) {
		w = take_keyword(a, w, name);
		if (w == W_MAX)
			return arg_unknown(a, name ?
				"id, direction, action, local-ip, remote-ip, local-mac, remote-mac, weight, protocol, local-port, remote-port, isolation-id, stateful or idle-timeout" :
				"direction, action, local-ip, remote-ip, local-mac, remote-mac, weight, protocol, local-port, remote-port, isolation-id, stateful or idle-timeout");
		err = arg_once(a, words[w], &seen[w]);
		if (!err)
			err = parse_value(a, w, rule);
	}
	return err ? err : check(a, seen, name, rule);
}
