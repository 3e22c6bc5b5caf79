// SPDX-License-Identifier: GPL-2.0
/*
 * The MAC pool. Its text has one thing a line:
 *
 *	range FIRST LAST
 *	used MAC SWITCH NAME [NETNS]
 *	released MAC SWITCH NAME [NETNS]
 *
 * NETNS ends with the line, since its name may have blanks in it.
 */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pool.h"

#define MAX_LINES	65536

uint64_t vsw_mac_number(const uint8_t *mac)
{
	uint64_t number = 0;
	int i;

	for (i = 0; i < VSW_MAC_LEN; i++)
		number = number << 8 | mac[i];
	return number;
}

void vsw_mac_bytes(uint64_t number, uint8_t *mac)
{
	int i;

	for (i = VSW_MAC_LEN - 1; i >= 0; i--, number >>= 8)
		mac[i] = number;
}

void vsw_pool_free(struct vsw_pool *pool)
{
	free(pool->entries);
	memset(pool, 0, sizeof(*pool));
}

static bool read_mac(const char *word, uint64_t *mac)
{
	int i;

	*mac = 0;
	if (!word || strlen(word) != 3 * VSW_MAC_LEN - 1)
		return false;
	for (i = 0; word[i]; i++) {
		if (i % 3 == 2 ? word[i] != ':' : !isxdigit(word[i]))
			return false;
		if (i % 3 != 2)
			*mac = *mac << 4 | (isdigit(word[i]) ? word[i] - '0' :
					    (word[i] | 0x20) - 'a' + 10);
	}
	return *mac && !(*mac >> 40 & 1);
}

static struct vsw_pool_entry *add_entry(struct vsw_pool *pool)
{
	struct vsw_pool_entry *e;

	/* Room for twice as many each time. */
	if (!(pool->n & (pool->n - 1))) {
		e = realloc(pool->entries, (pool->n ? pool->n * 2 : 1) *
			    sizeof(*e));
		if (!e)
			return NULL;
		pool->entries = e;
	}
	e = &pool->entries[pool->n++];
	memset(e, 0, sizeof(*e));
	return e;
}

static struct vsw_pool_entry *find_mac(const struct vsw_pool *pool,
				       uint64_t mac)
{
	size_t i;

	for (i = 0; i < pool->n; i++)
		if (pool->entries[i].mac == mac)
			return &pool->entries[i];
	return NULL;
}

struct vsw_pool_entry *vsw_pool_find(const struct vsw_pool *pool,
				     const char *sw, const char *name,
				     const char *netns)
{
	size_t i;

	for (i = 0; i < pool->n; i++) {
		struct vsw_pool_entry *e = &pool->entries[i];

		if (!strcmp(e->sw, sw) && !strcmp(e->name, name) &&
		    !strcmp(e->netns, netns))
			return e;
	}
	return NULL;
}

static bool parse_range(char *rest, struct vsw_pool *pool)
{
	char *save = NULL;

	if (pool->has_range ||
	    !read_mac(strtok_r(rest, " \t", &save), &pool->first) ||
	    !read_mac(strtok_r(NULL, " \t", &save), &pool->last) ||
	    strtok_r(NULL, " \t", &save) || pool->last < pool->first ||
	    /* Between first octets that differ there are multicast addresses. */
	    pool->first >> 40 != pool->last >> 40)
		return false;
	pool->has_range = true;
	return true;
}

/* Returns what is wrong, or NULL. */
static const char *parse_entry(char *rest, bool released, struct vsw_pool *pool)
{
	struct vsw_pool_entry *e, new = { .released = released };
	char *save = NULL, *sw, *name, *netns;
	bool good = read_mac(strtok_r(rest, " \t", &save), &new.mac);

	sw = strtok_r(NULL, " \t", &save);
	name = strtok_r(NULL, " \t", &save);
	netns = save ? save : "";
	if (!good || !sw || !name || strlen(sw) >= IFNAMSIZ ||
	    strlen(name) >= IFNAMSIZ || strlen(netns) > VSW_NETNS_MAX)
		return "is not MAC SWITCH NAME";
	strcpy(new.sw, sw);
	strcpy(new.name, name);
	strcpy(new.netns, netns);
	if (find_mac(pool, new.mac))
		return "has an address that another line has";
	if (vsw_pool_find(pool, sw, name, netns))
		return "is about an adapter that another line is about";
	e = add_entry(pool);
	if (!e)
		return "";
	*e = new;
	return NULL;
}

static const char *parse_line(char *line, struct vsw_pool *pool)
{
	char *rest = NULL, *word;

	line[strcspn(line, "\r")] = '\0';
	word = strtok_r(line, " \t", &rest);
	if (!word || *word == '#')
		return NULL;
	if (!strcmp(word, "range"))
		return parse_range(rest, pool) ? NULL :
		       "is no range of unicast addresses, or a second one";
	if (!strcmp(word, "used"))
		return parse_entry(rest, false, pool);
	if (!strcmp(word, "released"))
		return parse_entry(rest, true, pool);
	return "begins with an unknown word";
}

int vsw_pool_parse(char *text, struct vsw_pool *pool, char *why, size_t why_len)
{
	unsigned int n = 0;
	char *line, *next;

	memset(pool, 0, sizeof(*pool));
	for (line = text; line; line = next) {
		const char *wrong = "is beyond the last that is read";

		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		if (++n <= MAX_LINES)
			wrong = parse_line(line, pool);
		if (!wrong)
			continue;
		vsw_pool_free(pool);
		if (!*wrong)
			return -ENOMEM;
		snprintf(why, why_len, "line %u %s", n, wrong);
		return -EINVAL;
	}
	return 0;
}

static void print_mac(FILE *f, uint64_t mac)
{
	int shift;

	for (shift = 40; shift >= 0; shift -= 8)
		fprintf(f, "%02x%s", (unsigned int)(mac >> shift & 0xff),
			shift ? ":" : "");
}

char *vsw_pool_format(const struct vsw_pool *pool)
{
	char *text = NULL;
	size_t size, i;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		return NULL;
	fputs("# Addresses that vswitchctl gives to vNICs, and has given: see\n"
	      "# 'vswitchctl mac-pool help'. One file for all of this host.\n", f);
	if (pool->has_range) {
		fputs("range ", f);
		print_mac(f, pool->first);
		fputc(' ', f);
		print_mac(f, pool->last);
		fputc('\n', f);
	}
	for (i = 0; i < pool->n; i++) {
		const struct vsw_pool_entry *e = &pool->entries[i];

		fputs(e->released ? "released " : "used ", f);
		print_mac(f, e->mac);
		fprintf(f, " %s %s%s%s\n", e->sw, e->name,
			e->netns[0] ? " " : "", e->netns);
	}
	if (fclose(f)) {
		free(text);
		return NULL;
	}
	return text;
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static bool contains(const uint64_t *sorted, size_t n, uint64_t mac)
{
	return n && bsearch(&mac, sorted, n, sizeof(*sorted), compare);
}

/* The lowest address of the range that is not in a sorted list. */
static bool lowest_free(const struct vsw_pool *pool, const uint64_t *sorted,
			size_t n, uint64_t *mac)
{
	size_t i;

	*mac = pool->first;
	for (i = 0; i < n; i++)
		if (sorted[i] == *mac)
			(*mac)++;
	return pool->has_range && *mac <= pool->last;
}

/* All that is remembered, and what else is used, in order. */
static uint64_t *all_taken(const struct vsw_pool *pool, const uint64_t *used,
			   size_t n)
{
	uint64_t *all = calloc(pool->n + n + 1, sizeof(*all));
	size_t i;

	if (!all)
		return NULL;
	for (i = 0; i < pool->n; i++)
		all[i] = pool->entries[i].mac;
	if (n)
		memcpy(all + pool->n, used, n * sizeof(*all));
	qsort(all, pool->n + n, sizeof(*all), compare);
	return all;
}

/* Released first, and nobody's now. */
static struct vsw_pool_entry *oldest_released(const struct vsw_pool *pool,
					      const uint64_t *used, size_t n)
{
	size_t i;

	for (i = 0; i < pool->n; i++) {
		struct vsw_pool_entry *e = &pool->entries[i];

		if (e->released && e->mac >= pool->first &&
		    e->mac <= pool->last && !contains(used, n, e->mac))
			return e;
	}
	return NULL;
}

static void drop_entry(struct vsw_pool *pool, struct vsw_pool_entry *e)
{
	size_t at = e - pool->entries;

	memmove(e, e + 1, (pool->n - at - 1) * sizeof(*e));
	pool->n--;
}

struct vsw_pool_entry *vsw_pool_take(struct vsw_pool *pool, const char *sw,
				     const char *name, const char *netns,
				     uint64_t *used, size_t n)
{
	struct vsw_pool_entry *e = vsw_pool_find(pool, sw, name, netns);
	uint64_t *all, mac;
	bool found;

	if (n)
		qsort(used, n, sizeof(*used), compare);
	if (e && !contains(used, n, e->mac)) {
		e->released = false;
		return e;
	}
	all = all_taken(pool, used, n);
	if (!all)
		return NULL;
	found = lowest_free(pool, all, pool->n + n, &mac);
	free(all);
	if (!found) {
		struct vsw_pool_entry *old = oldest_released(pool, used, n);

		if (!old) {
			errno = ENOSPC;
			return NULL;
		}
		mac = old->mac;
		drop_entry(pool, old);
		e = vsw_pool_find(pool, sw, name, netns);
	}
	if (!e)
		e = add_entry(pool);
	if (!e)
		return NULL;
	e->mac = mac;
	e->released = false;
	snprintf(e->sw, sizeof(e->sw), "%s", sw);
	snprintf(e->name, sizeof(e->name), "%s", name);
	snprintf(e->netns, sizeof(e->netns), "%s", netns);
	return e;
}

bool vsw_pool_release(struct vsw_pool *pool, const char *sw, const char *name,
		      const char *netns)
{
	size_t i = 0, left = pool->n;
	bool changed = false;

	while (left--) {
		struct vsw_pool_entry e = pool->entries[i];

		if (e.released || strcmp(e.sw, sw) || strcmp(e.netns, netns) ||
		    (name && strcmp(e.name, name))) {
			i++;
			continue;
		}
		/* To the end: the oldest is given away first. */
		drop_entry(pool, &pool->entries[i]);
		e.released = true;
		pool->entries[pool->n++] = e;
		changed = true;
	}
	return changed;
}

bool vsw_pool_forget(struct vsw_pool *pool, uint64_t mac)
{
	struct vsw_pool_entry *e = find_mac(pool, mac);

	if (e)
		drop_entry(pool, e);
	return e;
}

uint64_t vsw_pool_count_free(const struct vsw_pool *pool)
{
	uint64_t left = pool->last - pool->first + 1;
	size_t i;

	if (!pool->has_range)
		return 0;
	for (i = 0; i < pool->n; i++)
		if (pool->entries[i].mac >= pool->first &&
		    pool->entries[i].mac <= pool->last)
			left--;
	return left;
}
