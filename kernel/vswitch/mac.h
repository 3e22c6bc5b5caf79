/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A MAC address and a VLAN in one word: the address in the upper 48 bits in
 * the order of the wire, the VLAN in the lower 16. Pure.
 */
#ifndef _VSW_MAC_H
#define _VSW_MAC_H

#include <linux/etherdevice.h>
#include <linux/types.h>
#include <linux/unaligned.h>

#define VSW_KEY_MAC_SHIFT 16

/* 01-80-C2-00-00-00 to -0F, as keys */
#define VSW_KEY_LINK_LOCAL	(0x0180c2000000ULL << VSW_KEY_MAC_SHIFT)
#define VSW_KEY_LINK_LOCAL_MASK	(0xfffffffffff0ULL << VSW_KEY_MAC_SHIFT)

/**
 * vsw_header_key() - the key, for VLAN 0, of an address in an Ethernet header
 * @addr: destination or source address; two more bytes of header follow it
 *
 * Return: the key.
 */
static inline u64 vsw_header_key(const u8 *addr)
{
	return get_unaligned_be64(addr) & ~0xffffULL;
}

/**
 * vsw_mac_key() - the key of an address and a VLAN
 * @mac: six bytes
 * @vid: the VLAN
 *
 * Return: the key.
 */
static inline u64 vsw_mac_key(const u8 *mac, u16 vid)
{
	return ether_addr_to_u64(mac) << VSW_KEY_MAC_SHIFT | vid;
}

static inline void vsw_key_mac(u64 key, u8 *mac)
{
	u64_to_ether_addr(key >> VSW_KEY_MAC_SHIFT, mac);
}

static inline u16 vsw_key_vid(u64 key)
{
	return key;
}

static inline bool vsw_key_is_multicast(u64 key)
{
	return key >> (VSW_KEY_MAC_SHIFT + 40) & 1;
}

/* A source address that a frame may have: neither zero nor multicast. */
static inline bool vsw_key_is_valid_source(u64 key)
{
	return key && !vsw_key_is_multicast(key);
}

static inline bool vsw_key_is_link_local(u64 key)
{
	return (key & VSW_KEY_LINK_LOCAL_MASK) == VSW_KEY_LINK_LOCAL;
}

#endif
