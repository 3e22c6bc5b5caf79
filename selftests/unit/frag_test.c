// SPDX-License-Identifier: GPL-2.0
/* frag.c: later fragments follow the first one. */
#include "test.h"
#include "../../kernel/vswitch/frag.c"

#define DENIED VSW_DROP_DHCP_GUARD
#define UNKNOWN VSW_DROP_UNPARSABLE

static struct vsw_frags *frags;
/* Who sends what begins. */
static u16 sender;
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
	return vsw_frags_first(frags, &h, 7, sender, now, verdict, false);
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

static bool is_known(u32 id)
{
	return later(datagram(VSW_HEADERS_IPV4, id), 1480) != UNKNOWN;
}

#define FLOOD (20 * BUCKETS * WAYS)

/* Datagrams without end, by one sender. */
static void flood(u16 by, int verdict)
{
	static u32 id = 1000000;
	u32 i;

	sender = by;
	for (i = 0; i < FLOOD; i++) {
		now += !(i % 64);
		first(datagram(VSW_HEADERS_IPV4, id++), verdict);
	}
	sender = 0;
}

/* What was denied takes the place of nothing that passed. */
static void denied_flood(void)
{
	bool known[BUCKETS * WAYS];
	u32 i, n = 0;

	begin();
	for (i = 0; i < ARRAY_SIZE(known); i++)
		first(datagram(VSW_HEADERS_IPV4, i), VSW_PASS);
	for (i = 0; i < ARRAY_SIZE(known); i++)
		n += known[i] = is_known(i);
	check(n > BUCKETS, "%u known", n);
	flood(1, DENIED);
	flood(0, DENIED);
	for (i = 0; i < ARRAY_SIZE(known); i++)
		check(is_known(i) == known[i], "number %u", i);
	/* The other way round is another matter. */
	for (i = 0; i < 1000; i++) {
		first(datagram(VSW_HEADERS_IPV4, 5000 + i), VSW_PASS);
		check(is_known(5000 + i), "number %u", i);
	}
	end();
}

/* Half of each bucket is safe from any one other sender, now and later. */
static void shares(void)
{
	static struct { u32 n; u32 id[WAYS]; } has[BUCKETS];
	u32 i, k, round;

	memset(has, 0, sizeof(has));
	begin();
	flood(1, VSW_PASS);
	for (i = 0; i < BUCKETS * WAYS; i++) {
		struct vsw_headers h = datagram(VSW_HEADERS_IPV4, i);

		k = bucket_of(frags, hash(frags, &h, 7)) - frags->buckets;
		if (has[k].n == WAYS / 2)
			continue;
		first(h, VSW_PASS);
		has[k].id[has[k].n++] = i;
	}
	for (round = 0; round < 3; round++) {
		for (k = 0; k < BUCKETS; k++)
			for (i = 0; i < has[k].n; i++)
				check(is_known(has[k].id[i]), "round %u", round);
		flood(1, round % 2 ? DENIED : VSW_PASS);
	}
	/* Of many others, each keeps a place. */
	end();
	begin();
	for (i = 0; i < BUCKETS; i++)
		has[i].n = 0;
	for (i = 0; i < BUCKETS * WAYS; i++) {
		struct vsw_headers h = datagram(VSW_HEADERS_IPV4, i);

		k = bucket_of(frags, hash(frags, &h, 7)) - frags->buckets;
		if (has[k].n == WAYS - 1)
			continue;
		sender = 10 + has[k].n;
		first(h, VSW_PASS);
		has[k].id[has[k].n++] = i;
	}
	flood(1, VSW_PASS);
	for (k = 0; k < BUCKETS; k++)
		for (i = 0; i < has[k].n; i++)
			check(is_known(has[k].id[i]), "of sender %u", i);
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
		check(first(h, VSW_PASS) == VSW_PASS);
		check(later(h, 1480) == VSW_PASS);
	}
	for (i = 0; i < n; i++) {
		known += is_known(i);
		check(!is_known(i) || i > n / 2, "number %u", i);
	}
	check(known == BUCKETS * WAYS, "%u known", known);
	end();
}

#define CASES(X) X(follows) X(identity) X(expiry) X(begins_twice) X(crowd) \
	X(denied_flood) X(shares)

test_suite(frag, CASES);
