// SPDX-License-Identifier: GPL-2.0
/* frag.c: later fragments follow the first one. */
#include "test.h"
#include "../../kernel/vswitch/frag.c"

#define DENIED VSW_DROP_DHCP_GUARD
#define UNKNOWN VSW_DROP_UNPARSABLE

static struct vsw_frags *frags;
/* So late that time wraps around soon. */
static unsigned long now = -5UL * HZ;

static struct vsw_headers datagram(u8 kind, u32 id)
{
	struct vsw_headers h = {
		.kind = kind, .protocol = 17, .flags = VSW_HEADERS_FRAGMENT,
		.fragment = htonl(id), .fragment_size = 1480,
	};

	h.src.s6_addr[0] = 1;
	h.dst.s6_addr[0] = 2;
	return h;
}

static int first(struct vsw_headers h, int verdict)
{
	return vsw_frags_first(frags, &h, 7, now, verdict, false);
}

static int later(struct vsw_headers h, u16 offset)
{
	h.flags |= VSW_HEADERS_LATER;
	h.fragment_offset = offset;
	return vsw_frags_later(frags, &h, 7, now);
}

static void begin(void)
{
	frags = vsw_frags_alloc(GFP_KERNEL | __GFP_NOFAIL);
}

static void end(void)
{
	vsw_frags_free(frags);
	frags = NULL;
}

static void follows(void)
{
	static const u8 kinds[] = { VSW_HEADERS_IPV4, VSW_HEADERS_IPV6 };
	u32 i;

	begin();
	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		struct vsw_headers good = datagram(kinds[i], 1);
		struct vsw_headers bad = datagram(kinds[i], 2);

		check(later(good, 1480) == UNKNOWN, "nothing before it");
		check(first(good, VSW_PASS) == VSW_PASS);
		check(first(bad, DENIED) == DENIED);
		check(later(good, 1480) == VSW_PASS);
		check(later(good, 2960) == VSW_PASS);
		check(later(good, 1472) == UNKNOWN, "overlaps the first");
		check(later(good, 8) == UNKNOWN, "overlaps the first");
		check(later(bad, 1480) == DENIED);
		check(later(bad, 8) == DENIED);
	}
	end();
}

/* A datagram is told from another by each of these. */
static void identity(void)
{
	struct vsw_headers h, base = datagram(VSW_HEADERS_IPV4, 1);

	begin();
	first(base, VSW_PASS);
	h = base;
	h.src.s6_addr[3]++;
	check(later(h, 1480) == UNKNOWN, "source");
	h = base;
	h.dst.s6_addr[3]++;
	check(later(h, 1480) == UNKNOWN, "destination");
	h = base;
	h.fragment = htonl(3);
	check(later(h, 1480) == UNKNOWN, "identification");
	h = base;
	h.protocol = 0;
	first(h, VSW_PASS);
	h.kind = VSW_HEADERS_IPV6;
	check(later(h, 1480) == UNKNOWN, "family");
	h = base;
	h.protocol = 6;
	check(later(h, 1480) == UNKNOWN, "protocol");
	h = base;
	h.fragment_offset = 1480;
	check(vsw_frags_later(frags, &h, 7, now) == VSW_PASS);
	check(vsw_frags_later(frags, &h, 8, now) == UNKNOWN, "VLAN");

	/* The headers of IPv6 that name it are not believed. */
	h = datagram(VSW_HEADERS_IPV6, 1);
	first(h, VSW_PASS);
	h.protocol = 60;
	check(later(h, 1480) == VSW_PASS);
	end();
}

static void expiry(void)
{
	struct vsw_headers h = datagram(VSW_HEADERS_IPV6, 1);
	int i;

	begin();
	for (i = 0; i < 3; i++) {
		check(first(h, VSW_PASS) == VSW_PASS, "round %d", i);
		now += 30 * HZ - 1;
		check(later(h, 1480) == VSW_PASS, "round %d", i);
		now++;
		check(later(h, 1480) == UNKNOWN, "round %d", i);
	}
	end();
}

static void begins_twice(void)
{
	struct vsw_headers h4 = datagram(VSW_HEADERS_IPV4, 1);
	struct vsw_headers h6 = datagram(VSW_HEADERS_IPV6, 1);

	begin();
	/* The identification of IPv4 comes round soon. */
	check(first(h4, DENIED) == DENIED);
	check(first(h4, VSW_PASS) == VSW_PASS);
	check(later(h4, 1480) == VSW_PASS);
	h4.fragment_size = 8;
	check(first(h4, VSW_PASS) == VSW_PASS);
	check(later(h4, 8) == UNKNOWN, "overlaps the longer one");
	check(later(h4, 1480) == VSW_PASS);
	check(first(h4, DENIED) == DENIED);
	check(later(h4, 1480) == DENIED);

	check(first(h6, VSW_PASS) == VSW_PASS);
	check(first(h6, VSW_PASS) == UNKNOWN);
	check(first(h6, DENIED) == DENIED);
	h6.protocol = 58;
	check(first(h6, VSW_PASS) == UNKNOWN, "another protocol");
	check(later(h6, 1480) == VSW_PASS);
	end();
}

/* However many there are, the newest few are known. */
static void crowd(void)
{
	u32 i, known = 0, n = 20 * BUCKETS * WAYS;

	begin();
	for (i = 0; i < n; i++) {
		struct vsw_headers h = datagram(VSW_HEADERS_IPV4, i);

		now++;
		check(first(h, i % 2 ? VSW_PASS : DENIED) ==
		      (i % 2 ? VSW_PASS : DENIED));
		check(later(h, 1480) == (i % 2 ? VSW_PASS : DENIED));
	}
	for (i = 0; i < n; i++) {
		int verdict = later(datagram(VSW_HEADERS_IPV4, i), 1480);

		check(verdict == UNKNOWN ||
		      verdict == (i % 2 ? VSW_PASS : DENIED));
		known += verdict != UNKNOWN;
		check(verdict == UNKNOWN || i > n / 2, "number %u", i);
	}
	check(known == BUCKETS * WAYS, "%u known", known);
	end();
}

#define CASES(X) X(follows) X(identity) X(expiry) X(begins_twice) X(crowd)

test_suite(frag, CASES);
