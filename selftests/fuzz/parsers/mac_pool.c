// SPDX-License-Identifier: GPL-2.0
/*
 * The file of the MAC pool: what is read from it is written, and read again, as the same;
 * each address and each adapter is there once; and what is given away then is free.
 */
#include <errno.h>

#include "fuzz_target.h"
#include "../../../userspace/lib/pool.h"

static bool is_unicast(uint64_t mac)
{
	return mac && mac < 1ULL << 48 && !(mac >> 40 & 1);
}

static void check_entry(const struct vsw_pool *pool, size_t i)
{
	const struct vsw_pool_entry *e = &pool->entries[i];
	size_t k;

	must(is_unicast(e->mac));
	must(e->sw[0] && memchr(e->sw, 0, sizeof(e->sw)));
	must(e->name[0] && memchr(e->name, 0, sizeof(e->name)));
	must(memchr(e->netns, 0, sizeof(e->netns)));
	must(!strpbrk(e->sw, " \t\r\n") && !strpbrk(e->name, " \t\r\n"));
	must(!strpbrk(e->netns, "\r\n"));
	must(vsw_pool_find(pool, e->sw, e->name, e->netns) == e);
	for (k = 0; k < i; k++)
		must(pool->entries[k].mac != e->mac);
}

static void same(const struct vsw_pool *a, const struct vsw_pool *b)
{
	size_t i;

	must(a->has_range == b->has_range && a->n == b->n);
	must(!a->has_range || (a->first == b->first && a->last == b->last));
	for (i = 0; i < a->n; i++) {
		must(a->entries[i].mac == b->entries[i].mac);
		must(a->entries[i].released == b->entries[i].released);
		must(!strcmp(a->entries[i].sw, b->entries[i].sw));
		must(!strcmp(a->entries[i].name, b->entries[i].name));
		must(!strcmp(a->entries[i].netns, b->entries[i].netns));
	}
}

static void check_take(struct vsw_pool *pool)
{
	uint64_t used[] = { pool->first, pool->last };
	uint64_t left = vsw_pool_count_free(pool);
	struct vsw_pool_entry *e;
	size_t i, n = 0;

	must(!pool->has_range || left <= pool->last - pool->first + 1);
	e = vsw_pool_take(pool, "s", "new", "", used, 2);
	if (!e) {
		must(!pool->has_range || left <= 2);
		return;
	}
	must(is_unicast(e->mac));
	must(!e->released);
	must(!strcmp(e->sw, "s") && !strcmp(e->name, "new") && !e->netns[0]);
	for (i = 0; i < pool->n; i++)
		n += pool->entries[i].mac == e->mac;
	must(n == 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	char *text = take_string(&in), *again, why[128] = "";
	struct vsw_pool pool, other;
	size_t i;
	int err;

	memset(&pool, 0x5a, sizeof(pool));
	err = vsw_pool_parse(text, &pool, why, sizeof(why));
	free(text);
	if (err) {
		must(err == -EINVAL && why[0] && strlen(why) < sizeof(why) - 1);
		must(!pool.entries && !pool.n && !pool.has_range);
		return 0;
	}
	must(!pool.has_range || (is_unicast(pool.first) && is_unicast(pool.last) &&
				 pool.first <= pool.last));
	for (i = 0; i < pool.n; i++)
		check_entry(&pool, i);
	again = vsw_pool_format(&pool);
	must(again);
	must(!vsw_pool_parse(again, &other, why, sizeof(why)));
	same(&pool, &other);
	free(again);
	vsw_pool_free(&other);
	check_take(&pool);
	vsw_pool_free(&pool);
	return 0;
}
