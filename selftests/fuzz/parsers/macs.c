// SPDX-License-Identifier: GPL-2.0
/*
 * Addresses as keys, and the table of assigned ones: what is there is found,
 * what is not is not, whatever the addresses have in common.
 */
#include "fuzz_target.h"
#include "mac.h"
#include "table.h"

#define BITS	6
#define PORTS	32		/* half of the table, as the kernel fills it */

static void keys(const uint8_t *mac, u16 vid)
{
	static const uint8_t link_local[] = { 1, 0x80, 0xc2, 0, 0 };
	u64 key = vsw_mac_key(mac, vid);
	uint8_t back[ETH_ALEN];
	uint8_t header[ETH_ALEN + 2];

	vsw_key_mac(key, back);
	must(!memcmp(mac, back, ETH_ALEN));
	must(vsw_key_vid(key) == vid);
	memcpy(header, mac, ETH_ALEN);
	memcpy(header + ETH_ALEN, &vid, 2);
	must(vsw_header_key(header) == vsw_mac_key(mac, 0));
	must(vsw_key_is_multicast(key) == (mac[0] & 1));
	must(vsw_key_is_link_local(key) ==
	     (!memcmp(mac, link_local, 5) && mac[5] < 16));
	must(vsw_key_is_valid_source(vsw_mac_key(mac, 0)) ==
	     (!(mac[0] & 1) && (mac[0] || mac[1] || mac[2] || mac[3] ||
				mac[4] || mac[5])));
}

/* Few bits of the address vary, so that hashes collide and chains wrap. */
static u64 take_mac(struct input *in)
{
	u64 bits = take_u8(in), shift = take_u8(in) % 40;

	return (1ULL + (bits << shift)) << VSW_KEY_MAC_SHIFT;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static u16 macs[1 << BITS];
	struct vsw_table *table;
	struct vsw_snap snaps[PORTS];
	struct input in = { data, size };
	u32 i, n, slot;
	uint8_t mac[ETH_ALEN];

	for (i = 0; i < ETH_ALEN; i++)
		mac[i] = take_u8(&in);
	keys(mac, take_u16(&in));

	table = calloc(1, sizeof(*table) + PORTS * sizeof(table->snaps[0]));
	must(table);
	memset(macs, 0xff, sizeof(macs));
	memset(snaps, 0, sizeof(snaps));
	table->macs = macs;
	table->mac_bits = BITS;
	for (n = 0; n < PORTS && in.size; n++) {
		u64 key = take_mac(&in);

		for (i = 0; i < n && snaps[i].policy.mac != key; i++)
			;
		must(vsw_table_assigned(table, key) ==
		     (i < n ? &snaps[i] : NULL));
		if (i < n)
			key = 0;
		snaps[n].policy.mac = key;
		table->snaps[n] = &snaps[n];
		if (!key)
			continue;
		slot = hash_64(key, BITS);
		while (macs[slot] != VSW_NO_PORT)
			slot = (slot + 1) % (1 << BITS);
		macs[slot] = n;
	}
	for (i = 0; i < n; i++)
		if (snaps[i].policy.mac)
			must(vsw_table_assigned(table, snaps[i].policy.mac) ==
			     &snaps[i]);
	free(table);
	return 0;
}
