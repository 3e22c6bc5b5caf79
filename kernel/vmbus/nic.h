/* SPDX-License-Identifier: GPL-2.0 */
/*
 * NICs, as netlink and who serves them see them: vmbus_host has the family, netvsp
 * has the NICs.
 */
#ifndef _VMH_NIC_H
#define _VMH_NIC_H

#include <linux/if_ether.h>
#include <linux/netdevice.h>
#include <uapi/linux/vmbus_host.h>

#include "wire.h"

struct module;
struct net;
struct netlink_ext_ack;
struct vmh_partition;

/**
 * struct vmh_nic_config - what an administrator says of a new NIC
 * @name: of its netdev; may have a %d
 * @partition: name of the partition
 * @mac: the guest's address
 * @queues: most queues
 * @mtu: most that a guest gets
 * @speed: Mbit/s
 * @instance: GUID of the device
 */
struct vmh_nic_config {
	char name[IFNAMSIZ];
	char partition[VMBUS_HOST_NAME_MAX + 1];
	u8 mac[ETH_ALEN];
	u32 queues;
	u32 mtu;
	u32 speed;
	struct vmh_guid instance;
};

/**
 * struct vmh_nic_change - what shall be another
 * @mac: the address, or NULL
 * @mtu: or 0
 * @speed: or 0
 */
struct vmh_nic_change {
	const u8 *mac;
	u32 mtu;
	u32 speed;
};

/**
 * struct vmh_nic_info - a NIC
 * @config: as it was made
 * @ifindex: of its netdev
 * @state: enum vmbus_host_nic_state
 * @version: of NVSP; 0 if none was agreed upon
 * @ndis: of the guest
 * @guest_mtu: what it has chosen
 * @guest_mac: what it uses
 * @filter: what it wants
 * @channels: how many it has opened
 * @link: its link is up
 * @rsc: it puts segments together
 * @rss: it has set up how frames are spread
 * @sections: of its receive buffer
 * @section_size: bytes of each
 */
struct vmh_nic_info {
	struct vmh_nic_config config;
	u32 ifindex;
	u32 state;
	u32 version;
	u32 ndis;
	u32 guest_mtu;
	u8 guest_mac[ETH_ALEN];
	u32 filter;
	u32 channels;
	bool link;
	bool rsc;
	bool rss;
	u32 sections;
	u32 section_size;
};

/**
 * struct vmh_nic_ops - who serves NICs
 * @add: make one, for partition @p, of which the caller has a reference. Fills @info.
 * @set: change one; -ENODEV if there is none of this name
 * @del: remove one, likewise
 * @get: read one, likewise
 * @next: read the one with the least ifindex above @after; -ENODEV if there is none
 *
 * Context: process; no lock is held but one that keeps the module there.
 */
struct vmh_nic_ops {
	int (*add)(struct net *net, struct vmh_partition *p,
		   const struct vmh_nic_config *config,
		   struct vmh_nic_info *info, struct netlink_ext_ack *extack);
	int (*set)(struct net *net, const char *name,
		   const struct vmh_nic_change *change,
		   struct vmh_nic_info *info, struct netlink_ext_ack *extack);
	int (*del)(struct net *net, const char *name);
	int (*get)(struct net *net, const char *name, struct vmh_nic_info *info);
	int (*next)(struct net *net, u32 after, struct vmh_nic_info *info);
};

/* nic_nl.c */
int vmh_nic_register(const struct vmh_nic_ops *ops);
void vmh_nic_unregister(void);
void vmh_nic_notify(struct net *net, const struct vmh_nic_info *info, bool gone);

#endif
