// SPDX-License-Identifier: GPL-2.0
/*
 * vswitchctl mac-pool: where adapters without a MAC of their own have it from.
 *
 * As with Hyper-V: 00-15-5D, two bytes of the host's address, 00 to FF. What an
 * adapter was given is written down, so that after a reboot the adapter of the
 * same name on the same switch is given the same.
 */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "macpool.h"
#include "out.h"
#include "poolfile.h"

static void mac_text(uint64_t mac, char *text)
{
	uint8_t b[VSW_MAC_LEN];

	vsw_mac_bytes(mac, b);
	snprintf(text, 18, "%02x:%02x:%02x:%02x:%02x:%02x", b[0], b[1], b[2],
		 b[3], b[4], b[5]);
}

/* Which addresses there are, if nobody has said. */
static void default_range(const struct ctx *ctx, struct vsw_pool *pool)
{
	uint8_t mac[VSW_MAC_LEN] = { 0x00, 0x15, 0x5d };

	if (pool->has_range)
		return;
	poolnet_host_bytes(ctx, mac + 3);
	pool->first = vsw_mac_number(mac);
	pool->last = pool->first + 255;
	pool->has_range = true;
}

static int exhausted(struct ctx *ctx, const char *what, const char *name,
		     const struct vsw_pool *pool)
{
	char first[18], last[18];

	mac_text(pool->first, first);
	mac_text(pool->last, last);
	return report_text(ctx, what, name,
			   "the MAC pool, %s to %s, has no free address: see 'vswitchctl mac-pool show', give the adapter a mac, or the pool a larger range",
			   first, last);
}

static int take(struct ctx *ctx, const char *what, const char *sw,
		const char *name, struct poolfile *f, struct mac_lease *lease)
{
	char netns[VSW_NETNS_MAX + 1];
	bool named = poolnet_name(netns, sizeof(netns));
	struct vsw_pool_entry *e;
	uint64_t *used;
	size_t n;

	if (poolnet_used(ctx, name, &used, &n))
		return report(ctx, what, name);
	default_range(ctx, &f->pool);
	e = vsw_pool_find(&f->pool, sw, name, netns);
	lease->was_known = named && e && !e->released;
	/* No name of an adapter is empty: an entry that is nobody's. */
	e = vsw_pool_take(&f->pool, sw, named ? name : "", netns, used, n);
	free(used);
	if (!e && errno == ENOSPC)
		return exhausted(ctx, what, name, &f->pool);
	if (!e)
		return report_text(ctx, what, name, "out of memory");
	vsw_mac_bytes(e->mac, lease->mac);
	lease->taken = true;
	/* A namespace without a name is not there after a reboot. */
	if (named)
		lease->err = poolfile_save(f);
	return 0;
}

int macpool_take(struct ctx *ctx, const char *what, const char *sw,
		 const char *name, struct mac_lease *lease)
{
	struct poolfile f;
	char why[256];
	int err;

	memset(lease, 0, sizeof(*lease));
	if (poolfile_open(&f, true, why, sizeof(why)))
		return report_text(ctx, what, name, "no address for it: %s",
				   why);
	err = take(ctx, what, sw, name, &f, lease);
	poolfile_close(&f);
	return err;
}

/* Change what is remembered, where something is. */
static void change(struct ctx *ctx, const char *sw, const char *name,
		   bool forget)
{
	char netns[VSW_NETNS_MAX + 1];
	struct vsw_pool_entry *e;
	struct poolfile f;
	char why[256];
	bool changed = false;

	(void)ctx;
	if (!poolnet_name(netns, sizeof(netns)) ||
	    poolfile_open(&f, true, why, sizeof(why)))
		return;
	if (forget) {
		e = vsw_pool_find(&f.pool, sw, name, netns);
		changed = e && vsw_pool_forget(&f.pool, e->mac);
	} else {
		changed = vsw_pool_release(&f.pool, sw, name, netns);
	}
	if (changed)
		poolfile_save(&f);
	poolfile_close(&f);
}

void macpool_undo(struct ctx *ctx, const char *sw, const char *name,
		  const struct mac_lease *lease)
{
	if (lease->taken && !lease->was_known && !lease->err)
		change(ctx, sw, name, true);
}

void macpool_note(struct ctx *ctx, const char *what, const char *name,
		  const struct mac_lease *lease)
{
	if (lease->taken && lease->err)
		report_note(ctx, "%s %s: note: its mac may be another after a reboot: cannot write %s: %s",
			    what, name, POOL_FILE, strerror(lease->err));
}

void macpool_release(struct ctx *ctx, const char *sw, const char *name)
{
	struct poolfile f;
	char why[256];
	bool empty;

	/* Nothing is made on disk for that. */
	if (poolfile_open(&f, false, why, sizeof(why)))
		return;
	empty = !f.pool.n;
	poolfile_close(&f);
	if (!empty)
		change(ctx, sw, name, false);
}

/* 3 to 5 bytes, with : or - between them. */
static bool parse_prefix(const char *text, uint64_t *prefix, int *bytes)
{
	char sep = text[0] && text[1] ? text[2] : '\0';

	*prefix = 0;
	for (*bytes = 0; *bytes < 5; text += 3) {
		if (!isxdigit((unsigned char)text[0]) ||
		    !isxdigit((unsigned char)text[1]))
			return false;
		*prefix = *prefix << 8 | strtoul((char[]){ text[0], text[1], 0 },
						 NULL, 16);
		if (++*bytes >= 3 && !text[2])
			return true;
		if (text[2] != sep || (sep != ':' && sep != '-'))
			return false;
	}
	return false;
}

static bool parse_hex(const char *text, size_t len, int digits, uint64_t *out)
{
	char buf[8] = "";

	if (!len || len > (size_t)digits || len >= sizeof(buf) ||
	    strspn(text, "0123456789abcdefABCDEF") < len)
		return false;
	memcpy(buf, text, len);
	*out = strtoull(buf, NULL, 16);
	return true;
}

/* PREFIX [START-END] */
static int parse_range(struct args *a, struct vsw_pool *pool)
{
	const char *prefix, *range, *dash;
	uint64_t base, start = 0, end;
	int err, bytes;

	err = arg_word(a, "prefix", &prefix);
	if (err)
		return err;
	if (!parse_prefix(prefix, &base, &bytes))
		return arg_usage(a, "prefix '%s' is no begin of a MAC, expected 3 to 5 bytes like 00:15:5d:01:02",
				 prefix);
	if (base >> (8 * (bytes - 1)) & 1)
		return arg_usage(a, "prefix '%s' is of multicast addresses, expected one of unicast addresses",
				 prefix);
	bytes = VSW_MAC_LEN - bytes;
	end = (1ULL << (8 * bytes)) - 1;
	range = arg_peek(a);
	if (range) {
		a->pos++;
		dash = strchr(range, '-');
		if (!dash || !parse_hex(range, dash - range, 2 * bytes, &start) ||
		    !parse_hex(dash + 1, strlen(dash + 1), 2 * bytes, &end))
			return arg_usage(a, "range '%s' is no range, expected two hexadecimal numbers of up to %d digits like 10-7f",
					 range, 2 * bytes);
		if (end < start)
			return arg_usage(a, "range '%s' runs backwards, expected the lower number first",
					 range);
	}
	err = arg_end(a);
	if (err)
		return err;
	pool->first = (base << (8 * bytes)) + start;
	pool->last = (base << (8 * bytes)) + end;
	pool->has_range = true;
	if (!pool->first)
		return arg_usage(a, "the range begins with the address of all zeroes, expected another");
	return 0;
}

static int save(struct ctx *ctx, struct poolfile *f)
{
	int err = poolfile_save(f);

	if (!err)
		return EXIT_OK;
	return report_text(ctx, "mac-pool", NULL, "cannot write %s: %s",
			   POOL_FILE, strerror(err));
}

static int pool_set(struct ctx *ctx, struct args *a)
{
	struct vsw_pool range = { .has_range = false };
	struct poolfile f;
	char why[256];
	int err;

	err = parse_range(a, &range);
	if (err)
		return err;
	if (poolfile_open(&f, true, why, sizeof(why)))
		return report_text(ctx, "mac-pool", NULL, "%s", why);
	f.pool.first = range.first;
	f.pool.last = range.last;
	f.pool.has_range = true;
	err = save(ctx, &f);
	poolfile_close(&f);
	return err;
}

static int pool_del(struct ctx *ctx, struct args *a)
{
	uint8_t mac[VSW_MAC_LEN];
	struct poolfile f;
	char why[256];
	int err;

	err = arg_mac(a, "mac", mac);
	if (!err)
		err = arg_end(a);
	if (err)
		return err;
	if (poolfile_open(&f, true, why, sizeof(why)))
		return report_text(ctx, "mac-pool", NULL, "%s", why);
	if (f.err)
		err = save(ctx, &f);
	else if (!vsw_pool_forget(&f.pool, vsw_mac_number(mac)))
		err = report_text(ctx, "mac-pool", NULL,
				  "no adapter was given that mac");
	else
		err = save(ctx, &f);
	poolfile_close(&f);
	return err;
}

static void show_entry(const struct vsw_pool_entry *e)
{
	char mac[18];

	mac_text(e->mac, mac);
	out_break();
	out_object_begin(NULL);
	out_str("mac", "%s", mac);
	out_str("switch", " %s", e->sw);
	out_str("ifname", " %s", e->name);
	if (e->netns[0])
		out_str("netns", " netns %s", e->netns);
	out_on_off("released", NULL, e->released);
	if (e->released)
		out_text(" released");
	out_object_end();
}

static int pool_show(struct ctx *ctx, struct args *a)
{
	struct poolfile f;
	char text[18], why[256];
	size_t i;
	int err;

	err = arg_end(a);
	if (err)
		return err;
	if (poolfile_open(&f, false, why, sizeof(why)))
		return report_text(ctx, "mac-pool", NULL, "%s", why);
	if (f.err) {
		err = report_text(ctx, "mac-pool", NULL, "cannot read %s: %s",
				  POOL_FILE, strerror(f.err));
		poolfile_close(&f);
		return err;
	}
	default_range(ctx, &f.pool);
	out_list_begin();
	out_object_begin(NULL);
	mac_text(f.pool.first, text);
	out_str("first", "%s", text);
	mac_text(f.pool.last, text);
	out_str("last", " to %s", text);
	out_uint("addresses", ": %" PRIu64 " addresses",
		 f.pool.last - f.pool.first + 1);
	out_uint("free", ", %" PRIu64 " free", vsw_pool_count_free(&f.pool));
	out_array_begin("given");
	for (i = 0; i < f.pool.n; i++)
		show_entry(&f.pool.entries[i]);
	out_array_end();
	out_text("\n");
	out_object_end();
	out_list_end();
	poolfile_close(&f);
	return EXIT_OK;
}

static const struct verb verbs[] = {
	{ "show", pool_show, "" },
	{ "set", pool_set, "PREFIX [START-END]" },
	{ "del", pool_del, "MAC" },
	{}
};

const struct object macpool_object = {
	.name = "mac-pool",
	.verbs = verbs,
	.help =
"A vNIC that is made without a mac, and a port with 'mac auto', get one from this\n"
"pool. It begins as 00:15:5d, the last two bytes of an IPv4 address of this host,\n"
"00 to ff, and is then remembered in " POOL_FILE ", as is what each\n"
"adapter was given: made again, after a reboot as well, it gets the same. set\n"
"makes it another range: PREFIX is 3 to 5 bytes, START and END are hexadecimal.\n"
"What was given stays as it is. del forgets an address.\n",
};
