// SPDX-License-Identifier: GPL-2.0
/*
 * Probes: a frame is sent on behalf of a port, and the answer is taken before
 * the port, which knows nothing of it, would get it.
 *
 * What is asked is an echo, of ICMP or ICMPv6, or for a MAC address, by ARP or
 * neighbour discovery. An ICMP error that quotes an echo is an answer as well.
 * The answer goes to the socket that asked.
 *
 * A port has at most one probe, made when it is first used. A probe that waits
 * keeps vsw_walk_key on, so that vsw_probe_catch() sees what is delivered.
 */
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/if_arp.h>
#include <linux/ip.h>
#include <linux/ktime.h>
#include <linux/slab.h>
#include <linux/timer.h>
#include <net/ipv6.h>
#include <net/ndisc.h>

#include "headers.h"
#include "netlink.h"
#include "probe.h"
#include "vswitch.h"
#include "walk.h"

/* How much of an answer its reader gets, with the Ethernet header. */
#define ANSWER_MAX	256

enum probe_state {
	IDLE,
	WAITING,
	DEAD,		/* the port is leaving */
};

/**
 * struct vsw_probe - what a port waits for
 * @lock: for all of it
 * @state: enum probe_state
 * @timer: ends the waiting, a little later than it is over
 * @deadline: when that is, ktime
 * @asked: headers of the request
 * @echo: identifier and sequence number, of an echo
 * @sent: when it was sent, ktime
 * @portid: the socket that asked
 * @seq: number of its request
 */
struct vsw_probe {
	spinlock_t lock;	/* all of it */
	enum probe_state state;
	struct timer_list timer;
	u64 deadline;
	struct vsw_headers asked;
	__be32 echo;
	u64 sent;
	u32 portid;
	u32 seq;
};

/* The word at an offset, 0 if there is none. */
static __be32 word_at(const struct sk_buff *skb, int offset)
{
	__be32 buffer, *word;

	word = skb_header_pointer(skb, offset, sizeof(buffer), &buffer);
	return word ? get_unaligned(word) : 0;
}

static __be16 arp_operation(const struct sk_buff *skb,
			    const struct vsw_headers *headers)
{
	struct arphdr buffer, *arp;

	arp = skb_header_pointer(skb, headers->network, sizeof(buffer),
				 &buffer);
	return arp ? get_unaligned(&arp->ar_op) : 0;
}

static bool is_icmp(const struct vsw_headers *headers, u8 kind, u8 type)
{
	return headers->kind == kind && headers->flags & VSW_HEADERS_ICMP &&
	       !(headers->flags & VSW_HEADERS_FRAGMENT) &&
	       headers->icmp_type == type;
}

static bool is_question(const struct sk_buff *skb,
			const struct vsw_headers *headers)
{
	if (headers->kind == VSW_HEADERS_ARP)
		return arp_operation(skb, headers) == htons(ARPOP_REQUEST);
	return is_icmp(headers, VSW_HEADERS_IPV4, ICMP_ECHO) ||
	       is_icmp(headers, VSW_HEADERS_IPV6, ICMPV6_ECHO_REQUEST) ||
	       is_icmp(headers, VSW_HEADERS_IPV6, NDISC_NEIGHBOUR_SOLICITATION);
}

/* Where the quoted packet's ICMP header is, if it is from and to whom we asked. */
static int quoted(const struct vsw_probe *probe, const struct sk_buff *skb,
		  int offset)
{
	const struct vsw_headers *asked = &probe->asked;
	struct ipv6hdr ip6_buffer, *ip6;
	struct iphdr ip_buffer, *ip;

	if (asked->kind == VSW_HEADERS_IPV4) {
		ip = skb_header_pointer(skb, offset, sizeof(*ip), &ip_buffer);
		if (!ip || ip->protocol != IPPROTO_ICMP ||
		    get_unaligned(&ip->saddr) != asked->src.s6_addr32[0] ||
		    get_unaligned(&ip->daddr) != asked->dst.s6_addr32[0])
			return -1;
		return offset + ip->ihl * 4;
	}
	ip6 = skb_header_pointer(skb, offset, sizeof(*ip6), &ip6_buffer);
	if (!ip6 || ip6->nexthdr != IPPROTO_ICMPV6 ||
	    memcmp(&ip6->saddr, &asked->src, sizeof(asked->src)) ||
	    memcmp(&ip6->daddr, &asked->dst, sizeof(asked->dst)))
		return -1;
	return offset + sizeof(*ip6);
}

static bool is_error(const struct vsw_headers *headers)
{
	if (headers->kind == VSW_HEADERS_IPV6)
		return headers->icmp_type < ICMPV6_INFOMSG_MASK;
	return headers->icmp_type == ICMP_DEST_UNREACH ||
	       headers->icmp_type == ICMP_TIME_EXCEEDED ||
	       headers->icmp_type == ICMP_PARAMETERPROB;
}

static bool is_echo_answer(const struct vsw_probe *probe,
			   const struct sk_buff *skb,
			   const struct vsw_headers *headers, bool *error)
{
	const struct vsw_headers *asked = &probe->asked;
	bool ipv6 = asked->kind == VSW_HEADERS_IPV6;
	int offset = headers->transport;

	if (headers->kind != asked->kind ||
	    !(headers->flags & VSW_HEADERS_ICMP) ||
	    !ipv6_addr_equal(&headers->dst, &asked->src))
		return false;
	*error = is_error(headers);
	if (*error) {
		offset = quoted(probe, skb, offset + sizeof(struct icmphdr));
		return offset >= 0 &&
		       word_at(skb, offset + 4) == probe->echo;
	}
	if (headers->icmp_type != (ipv6 ? ICMPV6_ECHO_REPLY : ICMP_ECHOREPLY) ||
	    word_at(skb, offset + 4) != probe->echo)
		return false;
	/* Whoever of a group answers first. */
	if (ipv6 ? ipv6_addr_is_multicast(&asked->dst) :
		   ipv4_is_multicast(asked->dst.s6_addr32[0]) ||
		   ipv4_is_lbcast(asked->dst.s6_addr32[0]))
		return true;
	return ipv6_addr_equal(&headers->src, &asked->dst);
}

static bool is_answer(const struct vsw_probe *probe, const struct sk_buff *skb,
		      bool *error)
{
	const struct vsw_headers *asked = &probe->asked;
	struct vsw_headers headers;

	*error = false;
	vsw_headers_parse(&headers, skb);
	if (asked->kind == VSW_HEADERS_ARP)
		return headers.kind == VSW_HEADERS_ARP &&
		       arp_operation(skb, &headers) == htons(ARPOP_REPLY) &&
		       ipv6_addr_equal(&headers.src, &asked->dst) &&
		       ipv6_addr_equal(&headers.dst, &asked->src);
	if (asked->flags & VSW_HEADERS_TARGET)
		return is_icmp(&headers, VSW_HEADERS_IPV6,
			       NDISC_NEIGHBOUR_ADVERTISEMENT) &&
		       ipv6_addr_equal(&headers.target, &asked->target);
	return is_echo_answer(probe, skb, &headers, error);
}

/*
 * Is an answer still waited for? The timer wheel may be late by an eighth: who
 * asked has counted the time, too, and may ask again before it says so.
 */
static bool waits(const struct vsw_probe *probe)
{
	lockdep_assert_held(&probe->lock);
	return probe->state == WAITING && ktime_get_ns() < probe->deadline;
}

static int fill_answer(struct sk_buff *msg, const struct vsw_probe *probe,
		       const struct vsw_frame *frame,
		       const struct vsw_snap *dst, const struct sk_buff *skb,
		       bool error)
{
	u32 rest = min_t(u32, skb->len, ANSWER_MAX - ETH_HLEN);
	void *hdr = genlmsg_put(msg, probe->portid, probe->seq,
				&vsw_genl_family, 0,
				VSWITCH_CMD_PORT_INJECT_NTF);
	struct nlattr *bytes;

	if (!hdr ||
	    nla_put_u32(msg, VSWITCH_A_INJECT_PORT, dst->dev->ifindex) ||
	    nla_put_u64_64bit(msg, VSWITCH_A_INJECT_TIME,
			      ktime_get_ns() - probe->sent,
			      VSWITCH_A_INJECT_PAD) ||
	    nla_put_u32(msg, VSWITCH_A_INJECT_FROM, frame->src->dev->ifindex) ||
	    nla_put_u8(msg, VSWITCH_A_INJECT_ERROR, error))
		return -EMSGSIZE;
	bytes = nla_reserve(msg, VSWITCH_A_INJECT_FRAME, ETH_HLEN + rest);
	if (!bytes)
		return -EMSGSIZE;
	memcpy(nla_data(bytes), eth_hdr(skb), ETH_HLEN);
	skb_copy_bits(skb, 0, nla_data(bytes) + ETH_HLEN, rest);
	genlmsg_end(msg, hdr);
	return 0;
}

/* Without memory the answer is lost, as any may be. */
static void tell(const struct vsw_probe *probe, const struct vsw_frame *frame,
		 const struct vsw_snap *dst, const struct sk_buff *skb,
		 bool error)
{
	struct sk_buff *msg = genlmsg_new(NLMSG_GOODSIZE, GFP_ATOMIC);

	if (!msg)
		return;
	if (fill_answer(msg, probe, frame, dst, skb, error))
		nlmsg_free(msg);
	else
		genlmsg_unicast(dev_net(dst->dev), msg, probe->portid);
}

/**
 * vsw_probe_catch() - is a frame what a port waits for?
 * @frame: the frame
 * @dst: the port, which is about to get it
 * @skb: the frame, or a copy for this port; data is at the network header
 *
 * Context: softirq, or bottom halves off; RCU read lock.
 * Return: true if it is: the port must not get it.
 */
bool vsw_probe_catch(const struct vsw_frame *frame,
		     const struct vsw_snap *dst, const struct sk_buff *skb)
{
	struct vsw_probe *probe = READ_ONCE(dst->port->probe);
	bool error, caught;

	if (!probe || READ_ONCE(probe->state) != WAITING)
		return false;
	spin_lock(&probe->lock);
	caught = waits(probe) && is_answer(probe, skb, &error);
	if (caught) {
		probe->state = IDLE;
		tell(probe, frame, dst, skb, error);
	}
	spin_unlock(&probe->lock);
	if (caught)
		vsw_walk_end();
	return caught;
}

static void stop_waiting(struct vsw_probe *probe, enum probe_state state)
{
	bool waited;

	spin_lock_bh(&probe->lock);
	waited = probe->state == WAITING;
	probe->state = state;
	spin_unlock_bh(&probe->lock);
	if (waited)
		vsw_walk_end();
}

static void set_timer(struct vsw_probe *probe)
{
	s64 left = probe->deadline - ktime_get_ns();

	/* The jiffy that has begun does not count. */
	mod_timer(&probe->timer,
		  jiffies + nsecs_to_jiffies(max_t(s64, left, 0)) + 2);
}

static void time_out(struct timer_list *timer)
{
	struct vsw_probe *probe = container_of(timer, struct vsw_probe, timer);
	bool late = false;

	spin_lock(&probe->lock);
	if (waits(probe)) {
		/* Answered, and waiting anew. */
		set_timer(probe);
	} else if (probe->state == WAITING) {
		probe->state = IDLE;
		late = true;
	}
	spin_unlock(&probe->lock);
	if (late)
		vsw_walk_end();
}

static struct vsw_probe *probe_of(struct vsw_port *port)
{
	struct vsw_probe *probe = port->probe;

	if (probe)
		return probe;
	probe = kzalloc(sizeof(*probe), GFP_KERNEL_ACCOUNT);
	if (!probe)
		return NULL;
	spin_lock_init(&probe->lock);
	timer_setup(&probe->timer, time_out, 0);
	/* Pairs with vsw_probe_catch(), which depends on the pointer. */
	smp_store_release(&port->probe, probe);
	return probe;
}

/**
 * vsw_probe_start() - wait for the answer to a frame
 * @port: the port that seems to send it
 * @skb: the frame, from vsw_walk_frame(), before it is sent
 * @timeout: how long to wait, in milliseconds
 * @info: the request; its socket is told
 *
 * On success the caller's vsw_walk_begin() is the probe's to end.
 * Context: process; sw->lock; after vsw_walk_begin().
 * Return: 0; -EINVAL if the frame has no answer; -EBUSY; -ENOMEM.
 */
int vsw_probe_start(struct vsw_port *port, const struct sk_buff *skb,
		    u32 timeout, const struct genl_info *info)
{
	struct vsw_probe *probe;
	struct vsw_headers asked;
	bool late = false;
	int err = 0;

	vsw_headers_parse(&asked, skb);
	if (!is_question(skb, &asked)) {
		NL_SET_ERR_MSG_ATTR(info->extack,
				    info->attrs[VSWITCH_A_INJECT_FRAME],
				    "the frame is to be a whole echo request, ARP request or neighbour solicitation");
		return -EINVAL;
	}
	probe = probe_of(port);
	if (!probe)
		return -ENOMEM;

	spin_lock_bh(&probe->lock);
	if (waits(probe)) {
		NL_SET_ERR_MSG_ATTR(info->extack,
				    info->attrs[VSWITCH_A_INJECT_PORT],
				    "the port waits for an answer already: try again later");
		err = -EBUSY;
	} else {
		late = probe->state == WAITING;
		probe->state = WAITING;
		probe->asked = asked;
		probe->echo = word_at(skb, asked.transport + 4);
		probe->sent = ktime_get_ns();
		probe->portid = info->snd_portid;
		probe->seq = info->snd_seq;
		probe->deadline = probe->sent + (u64)timeout * NSEC_PER_MSEC;
		set_timer(probe);
	}
	spin_unlock_bh(&probe->lock);
	if (late)	/* instead of the timer */
		vsw_walk_end();
	return err;
}

/**
 * vsw_probe_stop() - do not wait for an answer any more
 * @port: the port
 *
 * Context: process; sw->lock.
 */
void vsw_probe_stop(struct vsw_port *port)
{
	if (port->probe)
		stop_waiting(port->probe, IDLE);
}

/**
 * vsw_probe_end() - a port is leaving, and waits for nothing
 * @port: the port, already out of the table
 *
 * Context: process; sw->lock.
 */
void vsw_probe_end(struct vsw_port *port)
{
	if (!port->probe)
		return;
	stop_waiting(port->probe, DEAD);
	timer_delete_sync(&port->probe->timer);
}

/**
 * vsw_probe_free() - free the probe of a port that no frame can find any more
 * @port: the port
 */
void vsw_probe_free(struct vsw_port *port)
{
	kfree(port->probe);
}
