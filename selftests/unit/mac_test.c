// SPDX-License-Identifier: GPL-2.0
/* mac.h: an address and a VLAN in one word. */
#include "mac.h"
#include "test.h"

static const u8 unicast[ETH_ALEN] = { 0x00, 0x15, 0x5d, 0x01, 0x02, 0x03 };
static const u8 multicast[ETH_ALEN] = { 0x01, 0x00, 0x5e, 0, 0, 1 };
static const u8 broadcast[ETH_ALEN] = { 255, 255, 255, 255, 255, 255 };

static void key_round_trip(void)
{
	u8 mac[ETH_ALEN];
	u64 key;
	u32 vid;

	for (vid = 0; vid < 4096; vid++) {
		key = vsw_mac_key(unicast, vid);
		vsw_key_mac(key, mac);
		check(!memcmp(mac, unicast, ETH_ALEN));
		check(vsw_key_vid(key) == vid, "vid %u", vid);
	}
}

/* Both addresses of a header of 14 bytes, and not a byte beyond it. */
static void key_of_header(void)
{
	u8 *hdr = kmalloc(ETH_HLEN, GFP_KERNEL);

	memcpy(hdr, broadcast, ETH_ALEN);
	memcpy(hdr + ETH_ALEN, unicast, ETH_ALEN);
	hdr[12] = 0x81;
	hdr[13] = 0xff;
	check(vsw_header_key(hdr) == vsw_mac_key(broadcast, 0));
	check(vsw_header_key(hdr + ETH_ALEN) == vsw_mac_key(unicast, 0));
	kfree(hdr);
}

static void kinds_of_address(void)
{
	static const u8 zero[ETH_ALEN];

	check(vsw_key_is_multicast(vsw_mac_key(multicast, 7)));
	check(vsw_key_is_multicast(vsw_mac_key(broadcast, 0)));
	check(!vsw_key_is_multicast(vsw_mac_key(unicast, 4095)));
	check(vsw_key_is_valid_source(vsw_mac_key(unicast, 0)));
	check(!vsw_key_is_valid_source(vsw_mac_key(zero, 0)));
	check(!vsw_key_is_valid_source(vsw_mac_key(multicast, 0)));
	check(!vsw_key_is_valid_source(vsw_mac_key(broadcast, 0)));
}

static void link_local(void)
{
	u8 mac[ETH_ALEN] = { 0x01, 0x80, 0xc2, 0, 0, 0 };
	u32 last;

	for (last = 0; last < 256; last++) {
		mac[5] = last;
		check(vsw_key_is_link_local(vsw_mac_key(mac, 0)) == (last < 16),
		      "last byte %02x", last);
	}
	mac[5] = 0;
	mac[4] = 1;
	check(!vsw_key_is_link_local(vsw_mac_key(mac, 0)));
}

#define CASES(X) \
	X(key_round_trip) X(key_of_header) X(kinds_of_address) \
	X(link_local)

test_suite(mac, CASES);
