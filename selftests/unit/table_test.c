// SPDX-License-Identifier: GPL-2.0
/* table.h: the hash of assigned MACs. */
#include "table.h"
#include "mac.h"
#include "test.h"

#define PORTS 256
#define BITS 9

/* Filled by the rule that the kernel fills it by: linear probing. */
static struct vsw_table *make(struct vsw_snap *snaps, u32 n, u64 step)
{
	struct vsw_table *table;
	u32 i, slot;

	table = kzalloc(sizeof(*table) + n * sizeof(*table->snaps),
			GFP_KERNEL);
	table->macs = kmalloc(sizeof(u16) * BIT(BITS), GFP_KERNEL);
	memset(table->macs, 0xff, sizeof(u16) * BIT(BITS));
	table->mac_bits = BITS;
	table->size = n;
	for (i = 0; i < n; i++) {
		snaps[i].policy.mac = (0x00155d000000 + i * step)
				      << VSW_KEY_MAC_SHIFT;
		table->snaps[i] = &snaps[i];
		slot = hash_64(snaps[i].policy.mac, BITS);
		while (table->macs[slot] != VSW_NO_PORT)
			slot = (slot + 1) % BIT(BITS);
		table->macs[slot] = i;
	}
	return table;
}

static void find_all(void)
{
	static const u64 steps[] = { 1, 2, 256, 65536, 0x10001 };
	struct vsw_snap *snaps = kzalloc(PORTS * sizeof(*snaps), GFP_KERNEL);
	u32 i, s;

	for (s = 0; s < 5; s++) {
		struct vsw_table *table = make(snaps, PORTS, steps[s]);

		for (i = 0; i < PORTS; i++) {
			u64 key = snaps[i].policy.mac;

			check(vsw_table_assigned(table, key) == &snaps[i]);
			check(!vsw_table_assigned(table, key ^ 1ULL << 63));
		}
		kfree(table->macs);
		kfree(table);
	}
	kfree(snaps);
}

static void empty(void)
{
	struct vsw_table *table = make(NULL, 0, 0);

	check(!vsw_table_assigned(table, 1ULL << 40));
	kfree(table->macs);
	kfree(table);
}

#define CASES(X) X(find_all) X(empty)

test_suite(table, CASES);
