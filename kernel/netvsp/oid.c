// SPDX-License-Identifier: GPL-2.0
/* Objects that a guest queries and sets: what NDIS wants to know of an adapter. */
#include <linux/ethtool.h>
#include <linux/kernel.h>
#include <linux/unaligned.h>

#include "netvsp.h"

#define VENDOR_ID	0x155d		/* as on Hyper-V: what guests may look for */
#define BUFFER_SPACE	(256 << 10)
/* What it sends does not come back; priority and VLAN may be said beside a frame. */
#define MAC_OPTIONS	(RNDIS_MAC_OPTION_NO_LOOPBACK | \
			 RNDIS_MAC_OPTION_8021P_PRIORITY | \
			 NDIS_MAC_OPTION_8021Q_VLAN)
#define NDIS_VERSION	0x61e

static const u32 oids[] = {
	RNDIS_OID_GEN_SUPPORTED_LIST,
	RNDIS_OID_GEN_HARDWARE_STATUS,
	RNDIS_OID_GEN_MEDIA_SUPPORTED,
	RNDIS_OID_GEN_MEDIA_IN_USE,
	RNDIS_OID_GEN_MAXIMUM_LOOKAHEAD,
	RNDIS_OID_GEN_MAXIMUM_FRAME_SIZE,
	RNDIS_OID_GEN_LINK_SPEED,
	RNDIS_OID_GEN_TRANSMIT_BUFFER_SPACE,
	RNDIS_OID_GEN_RECEIVE_BUFFER_SPACE,
	RNDIS_OID_GEN_TRANSMIT_BLOCK_SIZE,
	RNDIS_OID_GEN_RECEIVE_BLOCK_SIZE,
	RNDIS_OID_GEN_VENDOR_ID,
	RNDIS_OID_GEN_VENDOR_DESCRIPTION,
	RNDIS_OID_GEN_CURRENT_PACKET_FILTER,
	RNDIS_OID_GEN_CURRENT_LOOKAHEAD,
	RNDIS_OID_GEN_DRIVER_VERSION,
	RNDIS_OID_GEN_MAXIMUM_TOTAL_SIZE,
	RNDIS_OID_GEN_MAC_OPTIONS,
	RNDIS_OID_GEN_MEDIA_CONNECT_STATUS,
	RNDIS_OID_GEN_MAXIMUM_SEND_PACKETS,
	RNDIS_OID_GEN_VENDOR_DRIVER_VERSION,
	RNDIS_OID_GEN_RNDIS_CONFIG_PARAMETER,
	RNDIS_OID_GEN_XMIT_OK,
	RNDIS_OID_GEN_RCV_OK,
	RNDIS_OID_GEN_XMIT_ERROR,
	RNDIS_OID_GEN_RCV_ERROR,
	RNDIS_OID_GEN_RCV_NO_BUFFER,
	RNDIS_OID_GEN_DIRECTED_FRAMES_XMIT,
	RNDIS_OID_GEN_RCV_CRC_ERROR,
	RNDIS_OID_802_3_PERMANENT_ADDRESS,
	RNDIS_OID_802_3_CURRENT_ADDRESS,
	RNDIS_OID_802_3_MULTICAST_LIST,
	RNDIS_OID_802_3_MAXIMUM_LIST_SIZE,
	RNDIS_OID_802_3_RCV_ERROR_ALIGNMENT,
	RNDIS_OID_802_3_XMIT_ONE_COLLISION,
	RNDIS_OID_802_3_XMIT_MORE_COLLISIONS,
	OID_FRIENDLY_NAME,
	OID_LINK_STATE,
	OID_MAX_LINK_SPEED,
	OID_STATISTICS,
	OID_BYTES_RCV,
	OID_BYTES_XMIT,
	OID_RCV_DISCARDS,
	OID_XMIT_DISCARDS,
	OID_OFFLOAD_CONFIG,
	OID_OFFLOAD_PARAMS,
	OID_OFFLOAD_CAPS,
	OID_OFFLOAD_ENCAP,
	OID_RSS_CAPS,
	OID_RSS_PARAMS,
};

static u32 put_u32(void *out, u32 *len, u32 value)
{
	put_unaligned_le32(value, out);
	*len = sizeof(value);
	return RNDIS_STATUS_SUCCESS;
}

static u32 put_bytes(void *out, u32 *len, const void *from, u32 n)
{
	memcpy(out, from, n);
	*len = n;
	return RNDIS_STATUS_SUCCESS;
}

static u32 put_list(void *out, u32 *len)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(oids); i++)
		put_unaligned_le32(oids[i], out + i * sizeof(__le32));
	*len = sizeof(oids);
	return RNDIS_STATUS_SUCCESS;
}

/* UTF-16; Linux makes it the alias of its interface, unless it is this one. */
static u32 put_name(void *out, u32 *len)
{
	static const char name[] = "Network Adapter";
	u32 i;

	for (i = 0; i < sizeof(name); i++)
		put_unaligned_le16(name[i], out + 2 * i);
	*len = 2 * sizeof(name);
	return RNDIS_STATUS_SUCCESS;
}

static u64 speed_bps(const struct nsp_nic *nic)
{
	return READ_ONCE(nic->speed) * 1000000ULL;
}

static u32 put_link_state(const struct nsp_nic *nic, void *out, u32 *len)
{
	struct ndis_link_state state = {
		.head.type = NDIS_OBJECT_DEFAULT,
		.head.revision = 1,
		.head.size = cpu_to_le16(sizeof(state)),
		.connect = cpu_to_le32(READ_ONCE(nic->link) ? 1 : 2),
		.duplex = cpu_to_le32(2),
		.tx_speed = cpu_to_le64(speed_bps(nic)),
		.rx_speed = cpu_to_le64(speed_bps(nic)),
	};

	return put_bytes(out, len, &state, sizeof(state));
}

static u32 put_encap(void *out, u32 *len)
{
	static const struct ndis_encap encap = {
		.head.type = NDIS_OBJECT_ENCAP,
		.head.revision = 1,
		.head.size = cpu_to_le16(sizeof(encap)),
		.on4 = cpu_to_le32(NDIS_ENCAP_ON),
		.encap4 = cpu_to_le32(NDIS_ENCAP_8023),
		.header4 = cpu_to_le32(ETH_HLEN),
		.on6 = cpu_to_le32(NDIS_ENCAP_ON),
		.encap6 = cpu_to_le32(NDIS_ENCAP_8023),
		.header6 = cpu_to_le32(ETH_HLEN),
	};

	return put_bytes(out, len, &encap, sizeof(encap));
}

/*
 * As the guest sees it: what we transmit it receives. Frames that it does not want, or that
 * came while there was no guest, nobody has lost.
 */
#define RCV_NO_BUFFER	BIT(NSP_TX_STALLED)
#define RCV_DISCARDS	(BIT(NSP_TX_STALLED) | BIT(NSP_TX_NO_MEMORY))
#define RCV_ERROR	(BIT(NSP_TX_LENGTH) | BIT(NSP_TX_MEMORY))
#define XMIT_DISCARDS	(BIT(NSP_RX_DOWN) | BIT(NSP_RX_NO_MEMORY))
#define XMIT_ERROR	(BIT(NSP_RX_MALFORMED) | BIT(NSP_RX_INFO) | \
			 BIT(NSP_RX_LENGTH) | BIT(NSP_RX_OFFLOAD) | \
			 BIT(NSP_RX_MEMORY))

/* @which: enum nsp_drop, as bits. */
static u64 sum_drops(const struct nsp_nic *nic, u32 which)
{
	u64 sum = 0;
	u32 i, drop;

	for (i = 0; i < nic->n_queues; i++) {
		for (drop = 0; drop < NSP_DROPS; drop++) {
			if (which & BIT(drop))
				sum += atomic64_read(&nic->queues[i].stats.drops[drop]);
		}
	}
	return sum;
}

/* @offset: of a counter in struct nsp_stats. */
static u64 sum_counter(const struct nsp_nic *nic, size_t offset)
{
	u64 sum = 0;
	u32 i;

	for (i = 0; i < nic->n_queues; i++)
		sum += READ_ONCE(*(const u64 *)((const u8 *)&nic->queues[i].stats +
						offset));
	return sum;
}

#define SUM(nic, counter)	sum_counter(nic, offsetof(struct nsp_stats, counter))

/* Those that are always 0 are of a wire, and of how it is shared. */
static u64 counter(const struct nsp_nic *nic, u32 oid)
{
	u64 multicast;

	switch (oid) {
	case RNDIS_OID_GEN_XMIT_OK:
		return SUM(nic, rx_packets);
	case RNDIS_OID_GEN_RCV_OK:
		return SUM(nic, tx_packets);
	case OID_BYTES_XMIT:
		return SUM(nic, rx_bytes);
	case OID_BYTES_RCV:
		return SUM(nic, tx_bytes);
	case RNDIS_OID_GEN_DIRECTED_FRAMES_XMIT:
		/* First: there are never more of these than of all later. */
		multicast = SUM(nic, rx_multicast);
		return SUM(nic, rx_packets) - multicast;
	case RNDIS_OID_GEN_XMIT_ERROR:
		return sum_drops(nic, XMIT_ERROR);
	case RNDIS_OID_GEN_RCV_ERROR:
		return sum_drops(nic, RCV_ERROR);
	case OID_XMIT_DISCARDS:
		return sum_drops(nic, XMIT_DISCARDS);
	case OID_RCV_DISCARDS:
		return sum_drops(nic, RCV_DISCARDS);
	case RNDIS_OID_GEN_RCV_NO_BUFFER:
		return sum_drops(nic, RCV_NO_BUFFER);
	default:
		return 0;
	}
}

/* Of 64 bits, for who has room for that. */
static u32 put_counter(const struct nsp_nic *nic, u32 oid, u32 room, void *out,
		       u32 *len)
{
	u64 value = counter(nic, oid);

	if (room < sizeof(value))
		return put_u32(out, len, lower_32_bits(value));
	put_unaligned_le64(value, out);
	*len = sizeof(value);
	return RNDIS_STATUS_SUCCESS;
}

static __le64 counter_le(const struct nsp_nic *nic, u32 oid)
{
	return cpu_to_le64(counter(nic, oid));
}

/* What is not known apart, as how many frames of those it received were multicast, is 0. */
static u32 put_stats(const struct nsp_nic *nic, void *out, u32 *len)
{
	struct ndis_statistics stats = {
		.head.type = NDIS_OBJECT_DEFAULT,
		.head.revision = 1,
		.head.size = cpu_to_le16(sizeof(stats)),
		.supported = cpu_to_le32(NDIS_STATISTICS_BYTES_RCV |
					 NDIS_STATISTICS_RCV_DISCARDS |
					 NDIS_STATISTICS_RCV_ERROR |
					 NDIS_STATISTICS_DIRECTED_FRAMES_XMIT |
					 NDIS_STATISTICS_BYTES_XMIT |
					 NDIS_STATISTICS_XMIT_ERROR |
					 NDIS_STATISTICS_XMIT_DISCARDS),
		.in_discards = counter_le(nic, OID_RCV_DISCARDS),
		.in_errors = counter_le(nic, RNDIS_OID_GEN_RCV_ERROR),
		.in_bytes = counter_le(nic, OID_BYTES_RCV),
		.out_bytes = counter_le(nic, OID_BYTES_XMIT),
		.out_ucast = counter_le(nic, RNDIS_OID_GEN_DIRECTED_FRAMES_XMIT),
		.out_errors = counter_le(nic, RNDIS_OID_GEN_XMIT_ERROR),
		.out_discards = counter_le(nic, OID_XMIT_DISCARDS),
	};

	return put_bytes(out, len, &stats, sizeof(stats));
}

/**
 * nsp_oid_query() - the guest wants to know something
 * @nic: the NIC
 * @oid: what
 * @in: what it says to that
 * @in_len: bytes of that
 * @out: what it is, %NSP_QUERY_MAX less a header
 * @out_len: set to how many bytes
 *
 * Context: the primary channel's worker.
 * Return: RNDIS_STATUS_*.
 */
u32 nsp_oid_query(struct nsp_nic *nic, u32 oid, const void *in, u32 in_len,
		  void *out, u32 *out_len)
{
	static const char vendor[] = "vswitch NetVSP";
	const struct nsp_session *s = &nic->session;
	u32 mtu = READ_ONCE(nic->max_mtu);

	switch (oid) {
	case RNDIS_OID_GEN_SUPPORTED_LIST:
		return put_list(out, out_len);
	case RNDIS_OID_GEN_HARDWARE_STATUS:		/* ready */
	case RNDIS_OID_GEN_MEDIA_SUPPORTED:		/* 802.3 */
	case RNDIS_OID_GEN_MEDIA_IN_USE:
		return put_u32(out, out_len, 0);
	case RNDIS_OID_GEN_MAXIMUM_FRAME_SIZE:
		return put_u32(out, out_len, mtu);
	case RNDIS_OID_GEN_MAXIMUM_LOOKAHEAD:
	case RNDIS_OID_GEN_CURRENT_LOOKAHEAD:
	case RNDIS_OID_GEN_MAXIMUM_TOTAL_SIZE:
	case RNDIS_OID_GEN_TRANSMIT_BLOCK_SIZE:
	case RNDIS_OID_GEN_RECEIVE_BLOCK_SIZE:
		return put_u32(out, out_len, mtu + ETH_HLEN);
	case RNDIS_OID_GEN_LINK_SPEED:			/* 100 bit/s */
		return put_u32(out, out_len,
			       min_t(u64, READ_ONCE(nic->speed) * 10000ULL, U32_MAX));
	case OID_MAX_LINK_SPEED:
		put_unaligned_le64(speed_bps(nic), out);
		put_unaligned_le64(speed_bps(nic), out + 8);
		*out_len = 16;
		return RNDIS_STATUS_SUCCESS;
	case RNDIS_OID_GEN_TRANSMIT_BUFFER_SPACE:
	case RNDIS_OID_GEN_RECEIVE_BUFFER_SPACE:
		return put_u32(out, out_len, BUFFER_SPACE);
	case RNDIS_OID_GEN_VENDOR_ID:
		return put_u32(out, out_len, VENDOR_ID);
	case RNDIS_OID_GEN_VENDOR_DESCRIPTION:
		return put_bytes(out, out_len, vendor, sizeof(vendor));
	case RNDIS_OID_GEN_VENDOR_DRIVER_VERSION:
		return put_u32(out, out_len, 1);
	case RNDIS_OID_GEN_DRIVER_VERSION:
		return put_u32(out, out_len, NDIS_VERSION);
	case RNDIS_OID_GEN_CURRENT_PACKET_FILTER:
		return put_u32(out, out_len, s->filter_bits);
	case RNDIS_OID_GEN_MAC_OPTIONS:
		return put_u32(out, out_len, MAC_OPTIONS);
	case RNDIS_OID_GEN_MEDIA_CONNECT_STATUS:
		return put_u32(out, out_len, !READ_ONCE(nic->link));
	case RNDIS_OID_GEN_MAXIMUM_SEND_PACKETS:
		return put_u32(out, out_len, U32_MAX);
	case OID_FRIENDLY_NAME:
		return put_name(out, out_len);
	case RNDIS_OID_802_3_PERMANENT_ADDRESS:
		return put_bytes(out, out_len, nic->mac, ETH_ALEN);
	case RNDIS_OID_802_3_CURRENT_ADDRESS:
		return put_bytes(out, out_len, s->mac_known ? s->mac : nic->mac,
				 ETH_ALEN);
	case RNDIS_OID_802_3_MULTICAST_LIST:
		return put_bytes(out, out_len, s->mcast, s->n_mcast * ETH_ALEN);
	case RNDIS_OID_802_3_MAXIMUM_LIST_SIZE:
		return put_u32(out, out_len, NSP_MCAST_MAX);
	case OID_LINK_STATE:
		return put_link_state(nic, out, out_len);
	case OID_STATISTICS:
		return put_stats(nic, out, out_len);
	case RNDIS_OID_GEN_XMIT_OK:
	case RNDIS_OID_GEN_RCV_OK:
	case RNDIS_OID_GEN_XMIT_ERROR:
	case RNDIS_OID_GEN_RCV_ERROR:
	case RNDIS_OID_GEN_RCV_NO_BUFFER:
	case RNDIS_OID_GEN_DIRECTED_FRAMES_XMIT:
	case OID_BYTES_RCV:
	case OID_BYTES_XMIT:
	case OID_RCV_DISCARDS:
	case OID_XMIT_DISCARDS:
	case RNDIS_OID_GEN_RCV_CRC_ERROR:
	case RNDIS_OID_802_3_RCV_ERROR_ALIGNMENT:
	case RNDIS_OID_802_3_XMIT_ONE_COLLISION:
	case RNDIS_OID_802_3_XMIT_MORE_COLLISIONS:
		return put_counter(nic, oid, in_len, out, out_len);
	case OID_OFFLOAD_CONFIG:
		return nsp_offload_config(nic, in, in_len, out, out_len);
	case OID_OFFLOAD_CAPS:
		return nsp_offload_caps(nic, in, in_len, out, out_len);
	case OID_OFFLOAD_ENCAP:
		return put_encap(out, out_len);
	case OID_RSS_CAPS:
		return nsp_rss_caps(nic, out, out_len);
	default:
		return RNDIS_STATUS_NOT_SUPPORTED;
	}
}

static u32 set_filter(struct nsp_nic *nic, const void *in, u32 len)
{
	if (len < sizeof(u32))
		return RNDIS_STATUS_INVALID_LENGTH;
	nic->session.filter_bits = get_unaligned_le32(in);
	return nsp_filter_publish(nic) ? RNDIS_STATUS_RESOURCES : RNDIS_STATUS_SUCCESS;
}

static u32 set_mcast(struct nsp_nic *nic, const void *in, u32 len)
{
	struct nsp_session *s = &nic->session;

	if (len % ETH_ALEN)
		return RNDIS_STATUS_INVALID_LENGTH;
	if (len / ETH_ALEN > NSP_MCAST_MAX)
		return RNDIS_STATUS_MULTICAST_FULL;
	memcpy(s->mcast, in, len);
	s->n_mcast = len / ETH_ALEN;
	return nsp_filter_publish(nic) ? RNDIS_STATUS_RESOURCES : RNDIS_STATUS_SUCCESS;
}

static u32 set_mac(struct nsp_nic *nic, const char *text)
{
	u8 mac[ETH_ALEN];

	if (strlen(text) != 2 * ETH_ALEN || hex2bin(mac, text, ETH_ALEN) ||
	    !is_valid_ether_addr(mac))
		return RNDIS_STATUS_INVALID_DATA;
	ether_addr_copy(nic->session.mac, mac);
	nic->session.mac_said = true;
	nic->session.mac_known = true;
	return nsp_filter_publish(nic) ? RNDIS_STATUS_RESOURCES : RNDIS_STATUS_SUCCESS;
}

/*
 * What the registry of a Windows guest says of the adapter. The address is the one that
 * the guest sends from, from now on; whether it may is the switch's affair. Offloads it
 * turns off by not using them.
 */
static u32 set_parameter(struct nsp_nic *nic, const void *in, u32 len)
{
	struct nsp_parameter p;

	if (!nsp_parameter_parse(&p, in, len))
		return RNDIS_STATUS_INVALID_LENGTH;
	if (!strcmp(p.name, "NetworkAddress"))
		return set_mac(nic, p.value);
	return RNDIS_STATUS_SUCCESS;
}

/**
 * nsp_oid_set() - the guest wants something to be so
 * @nic: the NIC
 * @oid: what
 * @in: how
 * @len: bytes of that
 *
 * Context: the primary channel's worker.
 * Return: RNDIS_STATUS_*.
 */
u32 nsp_oid_set(struct nsp_nic *nic, u32 oid, const void *in, u32 len)
{
	switch (oid) {
	case RNDIS_OID_GEN_CURRENT_PACKET_FILTER:
		return set_filter(nic, in, len);
	case RNDIS_OID_GEN_CURRENT_LOOKAHEAD:
	case OID_NETWORK_LAYER_ADDRESSES:
	case OID_OFFLOAD_ENCAP:
		return RNDIS_STATUS_SUCCESS;
	case RNDIS_OID_802_3_MULTICAST_LIST:
		return set_mcast(nic, in, len);
	case RNDIS_OID_GEN_RNDIS_CONFIG_PARAMETER:
		return set_parameter(nic, in, len);
	case OID_OFFLOAD_PARAMS:
		return nsp_offload_set(nic, in, len);
	case OID_RSS_PARAMS:
		return nsp_rss_set(nic, in, len);
	default:
		return RNDIS_STATUS_NOT_SUPPORTED;
	}
}
