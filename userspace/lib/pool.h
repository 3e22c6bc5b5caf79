/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The pool that dynamic MAC addresses are from, as it is remembered: a range,
 * and which adapter was given which address. Pure: text in, text out.
 */
#ifndef _LIBVSWITCH_POOL_H
#define _LIBVSWITCH_POOL_H

#include "vswitch.h"

#define VSW_NETNS_MAX	255

/* An adapter: its switch, its name, and its network namespace, "" the host's. */
struct vsw_pool_entry {
	uint64_t mac;
	bool released;			/* deleted; may be given to another */
	char sw[IFNAMSIZ];
	char name[IFNAMSIZ];
	char netns[VSW_NETNS_MAX + 1];
};

struct vsw_pool {
	bool has_range;
	uint64_t first;
	uint64_t last;
	struct vsw_pool_entry *entries;	/* oldest first; as numbers, see below */
	size_t n;
};

/* MAC addresses as numbers, so that ranges of them can be counted. */
uint64_t vsw_mac_number(const uint8_t *mac);
void vsw_mac_bytes(uint64_t number, uint8_t *mac);

/* Changes @text. Returns 0, -ENOMEM, or -EINVAL with the reason in @why. */
int vsw_pool_parse(char *text, struct vsw_pool *pool, char *why, size_t why_len);
/* malloc'd; NULL without memory */
char *vsw_pool_format(const struct vsw_pool *pool);
void vsw_pool_free(struct vsw_pool *pool);

struct vsw_pool_entry *vsw_pool_find(const struct vsw_pool *pool,
				     const char *sw, const char *name,
				     const char *netns);
/*
 * The address for an adapter: the one it had, else the lowest that is free, else
 * the one that was released first. @used are @n others that must not be given;
 * they get sorted. Returns its entry; or NULL with errno ENOSPC or ENOMEM.
 */
struct vsw_pool_entry *vsw_pool_take(struct vsw_pool *pool, const char *sw,
				     const char *name, const char *netns,
				     uint64_t *used, size_t n);
/* @name NULL: all adapters of the switch. Returns whether anything changed. */
bool vsw_pool_release(struct vsw_pool *pool, const char *sw, const char *name,
		      const char *netns);
bool vsw_pool_forget(struct vsw_pool *pool, uint64_t mac);
/* How many addresses of the range are free. */
uint64_t vsw_pool_count_free(const struct vsw_pool *pool);

#endif /* _LIBVSWITCH_POOL_H */
