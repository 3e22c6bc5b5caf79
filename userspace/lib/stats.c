// SPDX-License-Identifier: GPL-2.0
/* Counters of a port or a switch. */
#include <errno.h>
#include <stdlib.h>

#include "internal.h"

static int drop_parse(struct nlattr *nest, struct vsw_drop *drop)
{
	static struct nla_policy policy[VSWITCH_A_DROP_MAX + 1] = {
		[VSWITCH_A_DROP_REASON]		= { .type = NLA_NUL_STRING },
		[VSWITCH_A_DROP_TEXT]		= { .type = NLA_NUL_STRING },
		[VSWITCH_A_DROP_PACKETS]	= { .type = NLA_U64 },
	};
	struct nlattr *tb[VSWITCH_A_DROP_MAX + 1];

	if (nla_parse_nested(tb, VSWITCH_A_DROP_MAX, nest, policy) < 0)
		return -EPROTO;
	if (tb[VSWITCH_A_DROP_REASON])
		nla_strlcpy(drop->reason, tb[VSWITCH_A_DROP_REASON],
			    sizeof(drop->reason));
	if (tb[VSWITCH_A_DROP_TEXT])
		nla_strlcpy(drop->text, tb[VSWITCH_A_DROP_TEXT],
			    sizeof(drop->text));
	if (tb[VSWITCH_A_DROP_PACKETS])
		drop->packets = nla_get_u64(tb[VSWITCH_A_DROP_PACKETS]);
	return 0;
}

int vsw_stats_parse(struct nlattr *nest, struct vsw_stats *stats)
{
	static struct nla_policy policy[VSWITCH_A_STATS_MAX + 1] = {
		[VSWITCH_A_STATS_RX_PACKETS]	= { .type = NLA_U64 },
		[VSWITCH_A_STATS_RX_BYTES]	= { .type = NLA_U64 },
		[VSWITCH_A_STATS_TX_PACKETS]	= { .type = NLA_U64 },
		[VSWITCH_A_STATS_TX_BYTES]	= { .type = NLA_U64 },
		[VSWITCH_A_STATS_DROP]		= { .type = NLA_NESTED },
	};
	struct nlattr *tb[VSWITCH_A_STATS_MAX + 1], *pos;
	unsigned int n = 0;
	int rem, err;

	if (nla_parse_nested(tb, VSWITCH_A_STATS_MAX, nest, policy) < 0)
		return -EPROTO;
	if (tb[VSWITCH_A_STATS_RX_PACKETS])
		stats->rx_packets = nla_get_u64(tb[VSWITCH_A_STATS_RX_PACKETS]);
	if (tb[VSWITCH_A_STATS_RX_BYTES])
		stats->rx_bytes = nla_get_u64(tb[VSWITCH_A_STATS_RX_BYTES]);
	if (tb[VSWITCH_A_STATS_TX_PACKETS])
		stats->tx_packets = nla_get_u64(tb[VSWITCH_A_STATS_TX_PACKETS]);
	if (tb[VSWITCH_A_STATS_TX_BYTES])
		stats->tx_bytes = nla_get_u64(tb[VSWITCH_A_STATS_TX_BYTES]);

	nla_for_each_nested(pos, nest, rem)
		n += nla_type(pos) == VSWITCH_A_STATS_DROP;
	if (!n)
		return 0;
	stats->drops = calloc(n, sizeof(*stats->drops));
	if (!stats->drops)
		return -ENOMEM;
	nla_for_each_nested(pos, nest, rem) {
		if (nla_type(pos) != VSWITCH_A_STATS_DROP)
			continue;
		err = drop_parse(pos, &stats->drops[stats->n_drops]);
		if (err)
			return err;
		stats->n_drops++;
	}
	return 0;
}

void vsw_stats_clear(struct vsw_stats *stats)
{
	free(stats->drops);
	stats->drops = NULL;
	stats->n_drops = 0;
}
