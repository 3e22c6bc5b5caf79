// SPDX-License-Identifier: GPL-2.0
/*
 * classify.h and classify.c against a walk down the list of rules, with rules
 * that are made to be nice and with rules that are made not to be.
 */
#include "test.h"
#include "../../kernel/vswitch/classify.c"

#define DIMS 6		/* of the sets below: as for IPv4 */
#define PROBES 3000
/* Most that the walks down a list may take, and rules of a set. A kernel that
 * watches each access, emulated, would need an hour for all of them.
 */
#ifdef __KERNEL__
#define STEPS 100000
#define MOST 1000
#else
#define STEPS 20000000
#define MOST VSW_CLASS_RULES
#endif
#define ANY ((struct vsw_range){ 0, U32_MAX })

/* Local and remote address, protocol, local and remote port, VLAN. */
enum { LOCAL, REMOTE, PROTO, LPORT, RPORT, VID };

/* The same numbers everywhere: xorshift. */
static u64 state;

static u32 rnd(u32 below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return ((state >> 32) * below) >> 32;
}

static struct vsw_range exactly(u32 v)
{
	return (struct vsw_range){ v, v };
}

static struct vsw_range prefix(u32 addr, u32 len)
{
	u32 mask = len ? U32_MAX << (32 - len) : 0;

	return (struct vsw_range){ addr & mask, addr | ~mask };
}

static struct vsw_range any_of(u32 below)
{
	u32 a = rnd(below), b = rnd(below);

	return (struct vsw_range){ min(a, b), max(a, b) };
}

static u32 oracle(const struct vsw_range *ranges, u32 n, u32 dims,
		  const u32 *key)
{
	u32 i, d;

	for (i = 0; i < n; i++) {
		const struct vsw_range *r = ranges + (size_t)i * dims;

		for (d = 0; d < dims && key[d] >= r[d].lo && key[d] <= r[d].hi;
		     d++)
			;
		if (d == dims)
			return i;
	}
	return VSW_CLASS_NONE;
}

/* A packet at, or next to, the edges of some rules, or anywhere. */
static void probe(const struct vsw_range *ranges, u32 n, u32 dims, u32 *key)
{
	u32 d, one = rnd(n);

	for (d = 0; d < dims; d++) {
		u32 nr = rnd(4) ? one : rnd(n);
		const struct vsw_range *r = &ranges[(size_t)nr * dims + d];

		switch (rnd(8)) {
		case 0:
			key[d] = r->lo - 1;
			break;
		case 1:
			key[d] = r->hi + 1;
			break;
		case 2:
			key[d] = (u32)rnd(65536) << 16 | rnd(65536);
			break;
		case 3:
			key[d] = r->hi;
			break;
		default:
			key[d] = r->lo;
		}
	}
}

static void compare(const struct vsw_range *ranges, u32 n, u32 dims)
{
	struct vsw_class *class = vsw_class_build(ranges, n, dims);
	u32 i, want, got, key[VSW_CLASS_DIMS];

	check(class);
	if (!class)
		return;
	for (i = 0; i < PROBES && i < STEPS / n; i++) {
		probe(ranges, n, dims, key);
		want = oracle(ranges, n, dims, key);
		got = vsw_class_lookup(class, key);
		check(got == want, "%u of %u rules: %u, not %u", i, n, got,
		      want);
	}
	/* Ranges, then places in leaves, then nodes. */
	check(class->bytes <= sizeof(*class) +
	      (size_t)n * (dims * 8 + 12 * (4 + 2 * 8 * 2)) + 64,
	      "%zu bytes for %u rules", class->bytes, n);
	vsw_class_free(class);
}

typedef void make_rule(struct vsw_range *r, u32 i, u32 n);

static void make_wild(struct vsw_range *r, u32 i, u32 n)
{
	u32 d;

	for (d = 0; d < DIMS; d++)
		r[d] = ANY;
}

/* What an administrator might say. */
static void make_usual(struct vsw_range *r, u32 i, u32 n)
{
	make_wild(r, i, n);
	if (i == n - 1)
		return;
	if (i % 4)
		r[REMOTE] = prefix(rnd(U32_MAX), 8 + rnd(25));
	else
		r[RPORT] = exactly(rnd(65536));
	if (!rnd(3))
		r[LOCAL] = prefix(0x0a000000 + rnd(65536), 24 + rnd(9));
	if (rnd(4))
		r[PROTO] = exactly(rnd(2) ? 6 : 17);
	if (rnd(2))
		r[LPORT] = rnd(4) ? exactly(rnd(1024)) : any_of(65536);
	if (!rnd(8))
		r[RPORT] = (struct vsw_range){ 1024, 65535 };
	if (!rnd(8))
		r[VID] = exactly(1 + rnd(100));
}

static void make_hosts(struct vsw_range *r, u32 i, u32 n)
{
	make_wild(r, i, n);
	if (i == n - 1)
		return;
	r[REMOTE] = exactly(0x0a000000 + i * 7);
	r[PROTO] = exactly(6);
	r[LPORT] = exactly(i % 100);
}

static void make_random(struct vsw_range *r, u32 i, u32 n)
{
	u32 d;

	for (d = 0; d < DIMS; d++)
		r[d] = rnd(3) ? any_of(d < PROTO ? U32_MAX : 65536) : ANY;
}

/* Each prefix in the one before, the longest first. */
static void make_nested(struct vsw_range *r, u32 i, u32 n)
{
	make_wild(r, i, n);
	r[rnd(2)] = prefix(0xc0a80101, 32 - i * 32 / n);
}

/* Each range in the one before, in every dimension. */
static void make_onion(struct vsw_range *r, u32 i, u32 n)
{
	u32 d;

	for (d = 0; d < DIMS; d++)
		r[d] = (struct vsw_range){ 40000 - i, 50000 + i };
}

static void make_onion_inside_out(struct vsw_range *r, u32 i, u32 n)
{
	make_onion(r, n - 1 - i, n);
}

/* Half say all of one address, half all of the other: n * n cells. */
static void make_cross(struct vsw_range *r, u32 i, u32 n)
{
	make_wild(r, i, n);
	r[i & 1] = exactly(i * 1000);
}

/* The same in three dimensions, and with ranges that overlap. */
static void make_cross3(struct vsw_range *r, u32 i, u32 n)
{
	make_wild(r, i, n);
	r[i % 3] = (struct vsw_range){ i * 1000, i * 1000 + 700 * n };
}

static void make_edges(struct vsw_range *r, u32 i, u32 n)
{
	static const struct vsw_range all[] = {
		{ 0, 0 }, { U32_MAX, U32_MAX }, { 0, U32_MAX },
		{ 1, U32_MAX }, { 0, U32_MAX - 1 },
		{ 0x7fffffff, 0x80000000 }, { 0x80000000, U32_MAX },
	};
	u32 d;

	for (d = 0; d < DIMS; d++)
		r[d] = all[rnd(7)];
}

static void try_set(make_rule *make, u32 n)
{
	struct vsw_range *ranges;
	u32 i;

	if (n > MOST)
		return;
	state = 0x1234567887654321ull + n;
	ranges = kvmalloc_array((size_t)n * DIMS, sizeof(*ranges), GFP_KERNEL);
	check(ranges);
	if (!ranges)
		return;
	for (i = 0; i < n; i++)
		make(ranges + (size_t)i * DIMS, i, n);
	compare(ranges, n, DIMS);
	kvfree(ranges);
}

static void try_sizes(make_rule *make)
{
	static const u32 sizes[] = { 1, 2, 3, 4, 5, 9, 33, 100, 1000, 2500 };
	u32 i;

	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		try_set(make, sizes[i]);
}

static void wildcards(void)
{
	try_sizes(make_wild);
}

static void usual(void)
{
	try_sizes(make_usual);
}

static void hosts(void)
{
	try_sizes(make_hosts);
}

static void random_ranges(void)
{
	try_sizes(make_random);
}

static void nested_prefixes(void)
{
	try_sizes(make_nested);
}

static void onions(void)
{
	try_sizes(make_onion);
	try_sizes(make_onion_inside_out);
}

static void cross_products(void)
{
	try_sizes(make_cross);
	try_sizes(make_cross3);
}

static void edge_values(void)
{
	try_sizes(make_edges);
}

/* Addresses of IPv6 are four dimensions each; MACs are two. */
static void other_dimensions(void)
{
	static const u32 dims[] = { 1, 2, 4, VSW_CLASS_DIMS };
	u32 n = 500, i, j, d;

	state = 42;
	for (j = 0; j < 4; j++) {
		struct vsw_range *ranges =
			kvmalloc_array(n * dims[j], sizeof(*ranges), GFP_KERNEL);

		check(ranges);
		if (!ranges)
			return;
		for (i = 0; i < n; i++) {
			u32 len = rnd(dims[j] * 32 + 1);

			for (d = 0; d < dims[j]; d++) {
				u32 bits = min(len, 32u);

				ranges[i * dims[j] + d] =
					prefix(0x20010db8 + rnd(3), bits);
				len -= bits;
			}
		}
		compare(ranges, n, dims[j]);
		kvfree(ranges);
	}
}

static void many(void)
{
	try_set(make_usual, 20000);
	try_set(make_hosts, VSW_CLASS_RULES);
}

#define CASES(X) X(wildcards) X(usual) X(hosts) X(random_ranges) \
	X(nested_prefixes) X(onions) X(cross_products) X(edge_values) \
	X(other_dimensions) X(many)

test_suite(classify, CASES);
