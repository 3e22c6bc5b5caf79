// SPDX-License-Identifier: GPL-2.0
/* iplimit.c against a list that is searched from end to end. */
#include <linux/bottom_half.h>

#include "test.h"
#include "../../kernel/vswitch/iplimit.c"

#define AGEING	(300UL * HZ)

/* What should be known, in the order in which it was learned. */
static struct {
	struct in6_addr addr;
	unsigned long used;
} model[4096];
static unsigned int n_model;

static struct vsw_ips *ips;
/* So late that time wraps around soon. */
static unsigned long now;
static u32 limit;
static u32 random_state;

static u32 random_below(u32 n)
{
	random_state = random_state * 1664525 + 1013904223;
	return (random_state >> 8) % n;
}

static void begin(u32 new_limit)
{
	ips = vsw_ips_alloc(GFP_KERNEL | __GFP_NOFAIL);
	limit = new_limit;
	now = -400UL * HZ;
	n_model = 0;
	random_state = 1;
	vsw_ips_reserve(ips, limit, GFP_KERNEL | __GFP_NOFAIL);
	vsw_ips_set_limit(ips, limit);
}

static void end(void)
{
	vsw_ips_free(ips);
}

static struct vsw_headers ipv4(u32 addr)
{
	struct vsw_headers h = { .kind = VSW_HEADERS_IPV4 };

	h.src.s6_addr32[0] = htonl(addr);
	return h;
}

static struct vsw_headers ipv6(u8 first, u8 second, u32 last)
{
	struct vsw_headers h = { .kind = VSW_HEADERS_IPV6 };

	h.src.s6_addr[0] = first;
	h.src.s6_addr[1] = second;
	h.src.s6_addr32[3] = htonl(last);
	return h;
}

static bool admit_frame(const struct vsw_headers *h, bool dry)
{
	bool pass;

	local_bh_disable();
	rcu_read_lock();
	pass = !vsw_ips_admit(ips, h, now, AGEING, dry);
	rcu_read_unlock();
	local_bh_enable();
	return pass;
}

static bool admitted(struct vsw_headers h)
{
	return admit_frame(&h, false);
}

static bool would_be(struct vsw_headers h)
{
	return admit_frame(&h, true);
}

static int count_one(const struct vsw_ip *ip, void *arg)
{
	(*(u32 *)arg)++;
	return 0;
}

static u32 count_listed(void)
{
	u32 count = 0;

	vsw_ips_for_each(ips, now, AGEING, count_one, &count);
	return count;
}

static void none_is_no_address(void)
{
	begin(1);
	check(admitted(ipv4(0)));
	check(admitted(ipv6(0, 0, 0)));
	check(count_listed() == 0);
	check(admitted(ipv4(0xc0000201)));
	check(!admitted(ipv4(0xc0000202)));
	check(admitted(ipv4(0)));
	end();
}

static void kinds(void)
{
	struct vsw_headers h;

	begin(3);
	/* The same words, but another family. */
	check(admitted(ipv4(0xc0000201)));
	check(admitted(ipv6(0xc0, 0, 0)));
	check(count_listed() == 2);
	h = ipv4(0xc0000205);
	h.kind = VSW_HEADERS_OTHER;
	check(admitted(h));
	check(count_listed() == 2);
	h.kind = VSW_HEADERS_ARP;
	check(admitted(h));
	check(count_listed() == 3);
	end();
}

static void targets(void)
{
	struct vsw_headers h = ipv6(0xfe, 0x80, 1);

	begin(1);
	h.flags = VSW_HEADERS_TARGET | VSW_HEADERS_ICMP;
	h.target = ipv6(0x20, 1, 1).src;
	h.icmp_type = 135;
	check(admitted(h));
	check(count_listed() == 1, "of a solicitation");
	h.icmp_type = 136;
	check(admitted(h));
	check(count_listed() == 2, "of an advertisement");
	/* All or none: there is room for neither, then for one of them. */
	h.src = ipv6(0xfe, 0x80, 2).src;
	check(!admitted(h));
	vsw_ips_flush(ips);
	check(admitted(ipv6(0x20, 1, 7)));
	h.src = ipv6(0xfe, 0x80, 3).src;
	check(!admitted(h));
	check(count_listed() == 1);
	end();
}

static void scopes(void)
{
	begin(2);
	check(admitted(ipv6(0xfe, 0x80, 1)));
	check(admitted(ipv6(0xfe, 0xbf, 1)));
	check(!admitted(ipv6(0xfe, 0x81, 1)));
	check(!admitted(ipv4(0xa9fe0001)));
	check(admitted(ipv6(0xfe, 0xc0, 1)));
	check(admitted(ipv4(0xa9ff0001)));
	check(!admitted(ipv4(0xa9fd0001)));
	end();
}

static void dry(void)
{
	begin(1);
	check(would_be(ipv4(1)));
	check(would_be(ipv4(2)));
	check(count_listed() == 0);
	check(admitted(ipv4(1)));
	check(!would_be(ipv4(2)));
	now += AGEING;
	check(would_be(ipv4(2)));
	check(would_be(ipv4(1)));
	check(admitted(ipv4(1)));
	check(!would_be(ipv4(2)));
	end();
}

static void lowering(void)
{
	u32 i;

	begin(1024);
	for (i = 1; i <= 1024; i++)
		check(admitted(ipv4(i * 7919)));
	check(!admitted(ipv4(5)));
	vsw_ips_set_limit(ips, 100);
	for (i = 1; i <= 100; i++)
		check(would_be(ipv4(i * 7919)), "%u", i);
	for (; i <= 1024; i++)
		check(!would_be(ipv4(i * 7919)), "%u", i);
	check(count_listed() == 100);
	vsw_ips_set_limit(ips, 0);
	check(count_listed() == 0);
	check(admitted(ipv4(5)));
	check(count_listed() == 0, "without a limit nothing is learned");
	end();
}

static int find(const struct in6_addr *addr)
{
	unsigned int i;

	for (i = 0; i < n_model; i++)
		if (!memcmp(&model[i].addr, addr, sizeof(*addr)))
			return i;
	return -1;
}

static void forget(unsigned int i)
{
	memmove(&model[i], &model[i + 1], (--n_model - i) * sizeof(model[0]));
}

static bool model_admits(u32 addr)
{
	struct in6_addr mapped = {};
	unsigned int i;
	int at;

	mapped.s6_addr32[2] = htonl(0xffff);
	mapped.s6_addr32[3] = htonl(addr);
	at = find(&mapped);
	if (at >= 0) {
		/* Within a second it is not written again. */
		if (now - model[at].used >= HZ)
			model[at].used = now;
		return true;
	}
	if (n_model >= limit)
		for (i = n_model; i-- > 0;)
			if (now - model[i].used >= AGEING)
				forget(i);
	if (n_model >= limit)
		return false;
	model[n_model].addr = mapped;
	model[n_model++].used = now;
	return true;
}

static u32 model_listed(void)
{
	unsigned int i, count = 0;

	for (i = 0; i < n_model; i++)
		count += now - model[i].used < AGEING;
	return count;
}

/* Any sequence of frames, changes and waiting. */
static void like_a_list(void)
{
	u32 i, addr;

	begin(8);
	for (i = 0; i < 20000 && test_ok; i++) {
		now += random_below(HZ * 4);
		addr = 1 + random_below(random_below(3) ? 12 : 200);
		check(would_be(ipv4(addr)) == would_be(ipv4(addr)));
		check(admitted(ipv4(addr)) == model_admits(addr), "step %u", i);
		check(count_listed() == model_listed(), "step %u: %u, %u", i,
		      count_listed(), model_listed());
		if (random_below(200))
			continue;
		limit = 1 + random_below(64);
		vsw_ips_reserve(ips, limit, GFP_KERNEL | __GFP_NOFAIL);
		vsw_ips_set_limit(ips, limit);
		if (n_model > limit)
			n_model = limit;
	}
	end();
}

/* What a question says is what happens when it is done. */
static void dry_agrees(void)
{
	u32 i;

	begin(8);
	for (i = 0; i < 20000 && test_ok; i++) {
		struct vsw_headers h = ipv6(random_below(2) ? 0x20 : 0xfe, 0x80,
					    random_below(20));
		bool would;

		if (!random_below(3)) {
			h.flags = VSW_HEADERS_TARGET | VSW_HEADERS_ICMP;
			h.icmp_type = 136;
			h.target = ipv6(0x20, 0x80, random_below(20)).src;
		}
		now += random_below(random_below(10) ? HZ * 8 : HZ * 200);
		would = would_be(h);
		check(admitted(h) == would, "step %u", i);
	}
	end();
}

#define CASES(X) X(none_is_no_address) X(kinds) X(targets) X(scopes) X(dry) \
	X(lowering) X(like_a_list) X(dry_agrees)
test_suite(iplimit, CASES);
