// SPDX-License-Identifier: GPL-2.0
/* The MAC pool: who is given what, what is remembered, what is understood. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "pool.h"
#include "tap.h"

#define BASE	0x00155d010200ULL

static struct vsw_pool pool;

static uint64_t take(const char *sw, const char *name, const char *netns,
		     uint64_t *used, size_t n)
{
	struct vsw_pool_entry *e;

	e = vsw_pool_take(&pool, sw, name, netns, used, n);
	return e ? e->mac - BASE : 1000ULL + errno;
}

static void range(uint64_t first, uint64_t last)
{
	vsw_pool_free(&pool);
	pool.first = BASE + first;
	pool.last = BASE + last;
	pool.has_range = true;
}

static void test_take(void)
{
	uint64_t used[] = { BASE + 2, 5, BASE + 1, BASE + 1 };
	uint64_t now[] = { BASE + 3, BASE + 1 };

	range(0, 5);
	ok(take("s", "a", "", used, 4) == 0, "the lowest is first");
	ok(take("s", "b", "", used, 4) == 3, "what is used is left out");
	ok(take("s", "a", "", used, 4) == 0, "the same is given again");
	ok(take("s", "a", "n", used, 4) == 4, "another netns, another adapter");
	ok(take("t", "a", "", used, 4) == 5, "another switch, another adapter");
	ok(take("t", "b", "", used, 4) == 1000 + ENOSPC, "none is left");
	ok(take("s", "b", "", used, 4) == 3, "which does not matter to the old");
	ok(pool.n == 4, "a refusal leaves nothing");
	ok(take("s", "b", "", now, 2) == 2, "one that somebody took is replaced");
	ok(pool.n == 4 && !vsw_pool_find(&pool, "s", "c", ""), "in its place");
	used[0] = BASE + 3;
	ok(take("s", "b", "", used, 4) == 1000 + ENOSPC, "or is not");
}

static void test_release(void)
{
	range(0, 2);
	take("s", "a", "", NULL, 0);
	take("s", "b", "", NULL, 0);
	take("t", "c", "", NULL, 0);
	ok(!vsw_pool_release(&pool, "s", "x", "") &&
	   !vsw_pool_release(&pool, "s", "a", "n"), "nobody is released");
	vsw_pool_release(&pool, "s", "b", "");
	vsw_pool_release(&pool, "s", "a", "");
	ok(take("s", "a", "", NULL, 0) == 0, "released, and given again");
	vsw_pool_release(&pool, "s", "a", "");
	ok(take("u", "d", "", NULL, 0) == 1, "the one released first goes");
	ok(take("u", "e", "", NULL, 0) == 0, "then the next");
	ok(take("u", "f", "", NULL, 0) == 1000 + ENOSPC,
	   "one that is not released stays");
	ok(vsw_pool_release(&pool, "u", NULL, ""), "a whole switch is released");
	ok(take("v", "g", "", NULL, 0) == 1 && take("v", "h", "", NULL, 0) == 0,
	   "all of it");
	ok(vsw_pool_forget(&pool, BASE + 2) && !vsw_pool_forget(&pool, BASE + 2),
	   "one is forgotten");
	ok(vsw_pool_count_free(&pool) == 1, "and free");
	/* One that was given before the range changed. */
	pool.first = BASE + 100;
	pool.last = BASE + 100;
	ok(take("v", "g", "", NULL, 0) == 1, "the range does not matter to it");
	vsw_pool_release(&pool, "v", NULL, "");
	ok(take("w", "a", "", NULL, 0) == 100 &&
	   take("w", "b", "", NULL, 0) == 1000 + ENOSPC,
	   "outside the range nothing is given to others");
}

static void test_full(void)
{
	char name[16];
	int i, wrong = 0;

	range(0, 255);
	for (i = 0; i < 256; i++) {
		snprintf(name, sizeof(name), "v%d", i);
		wrong += take("s", name, "", NULL, 0) != (uint64_t)i;
	}
	ok(!wrong, "256 adapters");
	ok(take("s", "v256", "", NULL, 0) == 1000 + ENOSPC, "and no more");
}

/* What is written is read as the same. */
static void test_text(void)
{
	char *text, *again, why[256];
	struct vsw_pool other;

	range(0, 255);
	take("s", "a", "", NULL, 0);
	take("s", "b", "net with blanks", NULL, 0);
	take("t", "c", "n", NULL, 0);
	vsw_pool_release(&pool, "s", "a", "");
	text = vsw_pool_format(&pool);
	again = strdup(text);
	ok(!vsw_pool_parse(again, &other, why, sizeof(why)), "it is read");
	free(again);
	again = vsw_pool_format(&other);
	ok(!strcmp(text, again), "and is the same");
	ok(vsw_pool_find(&other, "s", "b", "net with blanks"), "with blanks");
	free(text);
	free(again);
	vsw_pool_free(&other);
}

static void parses(const char *text, const char *reason)
{
	struct vsw_pool p;
	char *copy = strdup(text), why[256] = "";
	int err = vsw_pool_parse(copy, &p, why, sizeof(why));

	if (reason)
		ok(err == -EINVAL && strstr(why, reason), "refused: %s", reason);
	else
		ok(!err, "taken: %zu bytes", strlen(text));
	if (!err)
		vsw_pool_free(&p);
	free(copy);
}

static void test_parse(void)
{
	parses("", NULL);
	parses("\n\n# nothing\n \t \n", NULL);
	parses("range 00:15:5d:01:02:00 00:15:5D:01:02:FF\r\n", NULL);
	parses("used 00:15:5d:01:02:00 s a", NULL);
	parses("range 00:15:5d:01:02:00", "line 1 is no range");
	parses("range 00:15:5d:01:02:01 00:15:5d:01:02:00", "line 1 is no range");
	parses("range 01:15:5d:01:02:00 01:15:5d:01:02:01", "line 1 is no range");
	parses("range 00:15:5d:01:02:00 00:15:5d:01:02:01 x", "line 1 is no range");
	parses("\nrange 00:15:5d:01:02:00 00:15:5d:01:02:01\n"
	       "range 00:15:5d:01:02:00 00:15:5d:01:02:01", "line 3 is no range");
	parses("used 00:15:5d:01:02:0 s a", "is not MAC SWITCH NAME");
	parses("used -0:15:5d:01:02:00 s a", "is not MAC SWITCH NAME");
	parses("used 00:00:00:00:00:00 s a", "is not MAC SWITCH NAME");
	parses("used 00:15:5d:01:02:00 s", "is not MAC SWITCH NAME");
	parses("used 00:15:5d:01:02:00", "is not MAC SWITCH NAME");
	parses("used", "is not MAC SWITCH NAME");
	parses("used 00:15:5d:01:02:00 s 1234567890123456", "is not MAC SWITCH NAME");
	parses("used 00:15:5d:01:02:00 s a\nreleased 00:15:5d:01:02:00 s b",
	       "line 2 has an address");
	parses("used 00:15:5d:01:02:00 s a\nused 00:15:5d:01:02:01 s a",
	       "line 2 is about an adapter");
	parses("used 00:15:5d:01:02:00 s a\nused 00:15:5d:01:02:01 s a n", NULL);
	parses("lost 00:15:5d:01:02:00 s a", "unknown word");
}

int main(void)
{
	test_take();
	test_release();
	test_full();
	test_text();
	test_parse();
	vsw_pool_free(&pool);
	return tap_done();
}
