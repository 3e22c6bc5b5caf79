/* SPDX-License-Identifier: GPL-2.0 */
/* Which IP addresses does a port use, and is that too many? Pure. */
#ifndef _VSW_IPLIMIT_H
#define _VSW_IPLIMIT_H

#include <linux/in6.h>
#include <linux/types.h>

#include "drop.h"

struct vsw_headers;
struct vsw_ips;

/**
 * struct vsw_ip - one address that a port uses
 * @addr: the address; of IPv4 ::ffff:0:0/96
 * @used: jiffies when it was last seen, give or take a second
 * @since: in the order in which addresses were learned, from 1; 0: none
 */
struct vsw_ip {
	struct in6_addr addr;
	unsigned long used;
	u64 since;
};

struct vsw_ips *vsw_ips_alloc(gfp_t gfp);
void vsw_ips_free(struct vsw_ips *ips);
int vsw_ips_reserve(struct vsw_ips *ips, u32 limit, gfp_t gfp);
void vsw_ips_set_limit(struct vsw_ips *ips, u32 limit);
void vsw_ips_flush(struct vsw_ips *ips);
enum vsw_drop_reason vsw_ips_admit(struct vsw_ips *ips,
				   const struct vsw_headers *headers,
				   unsigned long now, unsigned long ageing,
				   bool dry);
int vsw_ips_for_each(struct vsw_ips *ips, unsigned long now,
		     unsigned long ageing,
		     int (*fn)(const struct vsw_ip *ip, void *arg), void *arg);

#endif
