// SPDX-License-Identifier: GPL-2.0
/*
 * vswitchctl port test: an echo on behalf of a port. The port's guest neither
 * sends it nor sees the answer; who is asked sees an ordinary ping.
 */
#include <inttypes.h>
#include <linux/if_ether.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "frame.h"
#include "out.h"

#define TTL		64
#define SIZE_DEFAULT	56
#define SIZE_MAX_ECHO	65000
#define SEQ_DEFAULT	100	/* as in Test-VMNetworkAdapter */
#define TIMEOUT_DEFAULT	1000
#define INTERVAL_US	200000

const char porttest_usage[] =
"DEV from IP to IP [next-hop MAC|IP] [mac ADDR] [vlan N]\n"
"          [prio N] [size N] [seq N] [count N] [timeout MS]";

struct test {
	struct ctx *ctx;
	const char *dev;
	uint32_t ifindex;
	struct frame_eth eth;
	bool has_from, has_to, has_hop, has_vid, has_prio;
	bool has_size, has_seq, has_count, has_timeout;
	struct ipaddr from, to;
	struct ipaddr hop;			/* whose MAC is asked for */
	uint32_t size, seq, count, timeout;
};

static int arg_address(struct args *a, const char *what, struct ipaddr *ip)
{
	const char *text;
	int err = arg_word(a, what, &text);

	if (!err && !parse_ip(text, ip))
		err = arg_usage(a, "%s '%s' is no IP address, expected one like 192.0.2.1 or 2001:db8::1",
				what, text);
	return err;
}

static int arg_hop(struct args *a, struct test *t)
{
	const char *text;
	int err = arg_word(a, "next-hop", &text);

	if (err)
		return err;
	if (parse_mac(text, t->eth.dst))
		t->eth.has_dst = true;
	else if (!parse_ip(text, &t->hop))
		return arg_usage(a, "next-hop '%s' is neither a MAC address nor an IP address",
				 text);
	return 0;
}

static int parse_word(struct args *a, struct test *t)
{
	struct {
		const char *name;
		bool *seen;
		uint32_t min, max, *out;
	} numbers[] = {
		{ "size", &t->has_size, 0, SIZE_MAX_ECHO, &t->size },
		{ "seq", &t->has_seq, 0, UINT16_MAX, &t->seq },
		{ "count", &t->has_count, 1, 1000, &t->count },
		{ "timeout", &t->has_timeout, 1, 60000, &t->timeout },
	};
	uint32_t prio;
	size_t i;
	int err;

	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		if (!arg_is(a, numbers[i].name))
			continue;
		err = arg_once(a, numbers[i].name, numbers[i].seen);
		return err ? err : arg_u32(a, numbers[i].name, numbers[i].min,
					   numbers[i].max, numbers[i].out);
	}
	if (arg_is(a, "from")) {
		err = arg_once(a, "from", &t->has_from);
		return err ? err : arg_address(a, "from", &t->from);
	}
	if (arg_is(a, "to")) {
		err = arg_once(a, "to", &t->has_to);
		return err ? err : arg_address(a, "to", &t->to);
	}
	if (arg_is(a, "next-hop")) {
		err = arg_once(a, "next-hop", &t->has_hop);
		return err ? err : arg_hop(a, t);
	}
	if (arg_is(a, "mac")) {
		err = arg_once(a, "mac", &t->eth.has_src);
		return err ? err : arg_mac(a, "mac", t->eth.src);
	}
	if (arg_is(a, "vlan")) {
		err = arg_once(a, "vlan", &t->has_vid);
		t->eth.tagged = true;
		return err ? err : arg_vlan(a, "vlan", VSW_VLAN_MIN,
					    &t->eth.vid);
	}
	if (arg_is(a, "prio")) {
		err = arg_once(a, "prio", &t->has_prio);
		if (!err)
			err = arg_u32(a, "prio", 0, 7, &prio);
		if (!err)
			t->eth.prio = prio;
		t->eth.tagged = true;
		return err;
	}
	return arg_unknown(a, "from, to, next-hop, mac, vlan, prio, size, seq, count or timeout");
}

static int parse(struct args *a, struct test *t)
{
	int err = 0;

	while (!err && arg_peek(a))
		err = parse_word(a, t);
	if (err)
		return err;
	if (!t->has_from || !t->has_to)
		return arg_usage(a, "expected from and to, and their IP addresses");
	if (t->from.family != t->to.family)
		return arg_usage(a, "from and to are not both IPv4, or both IPv6");
	if (t->hop.family && t->hop.family != t->from.family)
		return arg_usage(a, "next-hop is not an address of the same family");
	if (!t->hop.family)
		t->hop = t->to;
	if (!t->eth.has_dst && ip_group_mac(&t->hop, t->eth.dst))
		t->eth.has_dst = true;
	return 0;
}

static void frame_who_has(struct frame *f, const struct test *t)
{
	struct frame_eth eth = t->eth;
	struct ipaddr group;

	if (t->hop.family == AF_INET) {
		memset(eth.dst, 0xff, sizeof(eth.dst));
		frame_arp(f, 1, eth.src, &t->from, NULL, &t->hop);
		frame_eth(f, &eth, ETH_P_ARP);
		return;
	}
	ip_solicited_node(&t->hop, &group);
	ip_group_mac(&group, eth.dst);
	frame_nd(f, ND_NEIGHBOR_SOLICIT, &t->from, &group, &t->hop, eth.src);
	frame_eth(f, &eth, ETH_P_IPV6);
}

static void frame_echo(struct frame *f, const struct test *t, uint16_t seq)
{
	uint32_t rest = (getpid() & 0xffff) << 16 | seq;
	bool v4 = t->from.family == AF_INET;

	frame_begin(f, t->size);
	frame_icmp(f, &t->from, &t->to, v4 ? ICMP_ECHO : ICMP6_ECHO_REQUEST, 0,
		   rest);
	frame_ip(f, &t->from, &t->to, v4 ? IPPROTO_ICMP : IPPROTO_ICMPV6, TTL);
	frame_eth(f, &t->eth, v4 ? ETH_P_IP : ETH_P_IPV6);
}

/* The MAC that an answer to frame_who_has() tells: ARP's sender, or ND's option. */
static void take_mac(struct test *t, const struct vsw_injected *got)
{
	const uint8_t *option = got->answer + 14 + 40 + 8 + 16;

	if (t->hop.family == AF_INET && got->answer_len >= 14 + 28)
		memcpy(t->eth.dst, got->answer + 14 + 8, VSW_MAC_LEN);
	else if (t->hop.family == AF_INET6 &&
		 got->answer_len >= 14 + 40 + 8 + 16 + 8 &&
		 option[0] == ND_OPT_TARGET_LINKADDR && option[1] == 1)
		memcpy(t->eth.dst, option + 2, VSW_MAC_LEN);
	else		/* RFC 4861: it may be left out of an answer to a unicast */
		memcpy(t->eth.dst, got->answer + VSW_MAC_LEN, VSW_MAC_LEN);
	t->eth.has_dst = true;
}

static const char *mac_text(const uint8_t *mac)
{
	static char text[18];

	snprintf(text, sizeof(text), "%02x:%02x:%02x:%02x:%02x:%02x", mac[0],
		 mac[1], mac[2], mac[3], mac[4], mac[5]);
	return text;
}

static void show_drops(const struct vsw_injected *got)
{
	unsigned int i;

	out_array_begin("drops");
	for (i = 0; i < got->n_drops; i++) {
		out_break();
		out_object_begin(NULL);
		out_str("port", "dropped at %s", dev_name(got->drops[i].port));
		out_str("reason", ": %s", got->drops[i].reason);
		out_str("text", " (%s)", got->drops[i].text);
		out_object_end();
	}
	out_array_end();
}

/* The ICMP error that came instead of an echo. */
static void show_icmp_error(const struct test *t, const struct vsw_injected *got)
{
	size_t at = ETH_HLEN + 40;
	struct ipaddr who = { .family = t->from.family };

	if (t->from.family == AF_INET) {
		at = ETH_HLEN + (got->answer[ETH_HLEN] & 15) * 4;
		memcpy(who.addr, got->answer + ETH_HLEN + 12, 4);
	} else {
		memcpy(who.addr, got->answer + ETH_HLEN + 8, 16);
	}
	if (at + 2 > got->answer_len)
		return;
	out_object_begin("error");
	out_str("from", " by %s:", ip_text(&who));
	out_uint("type", " ICMP type %" PRIu64, got->answer[at]);
	out_uint("code", " code %" PRIu64, got->answer[at + 1]);
	out_object_end();
}

static const char *result_of(const struct vsw_injected *got)
{
	if (got->answered)
		return got->error ? "refused" : "answered";
	if (got->delivered)
		return "no answer";
	return got->n_drops ? "dropped" : "not delivered";
}

/* One line for one frame that was sent; JSON: one object. */
static void show_result(const struct test *t, const char *what,
			const struct ipaddr *to, const struct vsw_injected *got)
{
	char time[32];

	out_str("port", "%s:", t->dev);
	out_str("question", " %s", what);
	out_str("to", " %s:", ip_text(to));
	out_str("result", " %s", result_of(got));
	if (got->answered) {
		snprintf(time, sizeof(time), "%" PRIu64 ".%03u",
			 got->time_ns / 1000000,
			 (unsigned int)(got->time_ns / 1000 % 1000));
		out_str(NULL, " after %s ms", time);
		out_uint("time_ns", NULL, got->time_ns);
		out_str("from_port", " from port %s", dev_name(got->from));
	} else if (got->delivered) {
		out_uint(NULL, " within %" PRIu64 " ms", t->timeout);
	}
	out_uint("delivered", NULL, got->delivered);
	if (got->to)
		out_str("to_port", got->answered ? NULL : ", it was delivered to %s",
			dev_name(got->to));
	if (!got->answered && got->delivered > 1)
		out_uint(NULL, got->delivered == 2 ? " and %" PRIu64 " other" :
						     " and %" PRIu64 " others",
			 got->delivered - 1);
	if (got->error)
		show_icmp_error(t, got);
}

static int send_frame(struct test *t, const struct frame *f,
		      struct vsw_injected *got)
{
	if (vsw_port_inject(t->ctx->vsw, t->ifindex, frame_data(f), f->len,
			    t->timeout, got))
		return report(t->ctx, "port", t->dev);
	return 0;
}

static int resolve(struct test *t, struct frame *f, bool *answered)
{
	struct vsw_injected got;
	int err;

	frame_who_has(f, t);
	err = send_frame(t, f, &got);
	if (err)
		return err;
	*answered = got.answered;
	out_object_begin(NULL);
	show_result(t, t->hop.family == AF_INET ? "arp" : "solicit", &t->hop,
		    &got);
	if (got.answered) {
		take_mac(t, &got);
		out_str("mac", ": it is at %s", mac_text(t->eth.dst));
	}
	show_drops(&got);
	out_object_end();
	out_text("\n");
	return 0;
}

static int echo(struct test *t, struct frame *f, uint16_t seq, bool *answered)
{
	struct vsw_injected got;
	int err;

	frame_echo(f, t, seq);
	err = send_frame(t, f, &got);
	if (err)
		return err;
	*answered = got.answered && !got.error;
	out_object_begin(NULL);
	show_result(t, "echo", &t->to, &got);
	out_uint("seq", ", seq %" PRIu64, seq);
	show_drops(&got);
	out_object_end();
	out_text("\n");
	return 0;
}

static int run(struct test *t, bool *all)
{
	static struct frame frame;
	bool answered = true;
	uint32_t i;
	int err;

	if (!t->eth.has_dst) {
		err = resolve(t, &frame, &answered);
		if (err || !answered) {
			*all = false;
			return err;
		}
	}
	for (i = 0; i < t->count; i++) {
		if (i)
			usleep(INTERVAL_US);
		err = echo(t, &frame, t->seq + i, &answered);
		if (err)
			return err;
		*all &= answered;
	}
	return 0;
}

int port_test(struct ctx *ctx, struct args *a)
{
	struct test t = {
		.ctx = ctx, .size = SIZE_DEFAULT, .seq = SEQ_DEFAULT, .count = 1,
		.timeout = TIMEOUT_DEFAULT,
	};
	struct vsw_port port;
	bool all = true;
	int err;

	err = arg_ifname(a, "device", &t.dev);
	if (!err)
		err = parse(a, &t);
	if (!err)
		err = find_port(ctx, "port", t.dev, &port);
	if (err)
		return err;
	t.ifindex = port.ifindex;
	if (!t.eth.has_src)
		err = find_mac(ctx, &port, t.eth.src);
	vsw_port_clear(&port);
	if (err)
		return err;
	out_list_begin();
	err = run(&t, &all);
	out_list_end();
	if (err)
		return err;
	return all ? EXIT_OK : EXIT_REFUSED;
}
