/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Private VLANs: which VLANs are one network to the addresses in it.
 *
 * Who may send to whom follows from membership alone (vsw_vlan_make_private()):
 * an isolated port sends on a VLAN of which only promiscuous ports and trunks
 * are members. But stations of one private VLAN answer each other on different
 * VLANs, so addresses belong to the private VLAN as a whole: to its filtering
 * id (FID), the primary VLAN. The FID of any other VLAN is that VLAN.
 *
 * Pure: this file is also built, and tested, in userspace.
 */
#ifndef _VSW_PVLAN_H
#define _VSW_PVLAN_H

#include "vlan.h"

/**
 * struct vsw_fids - the private VLANs of a switch
 * @fid: the FID of each VLAN
 * @next: the VLANs of one FID, as a ring; itself where it is the only one
 *
 * What the ports say of them is put together when a table is built. Immutable
 * with the table.
 */
struct vsw_fids {
	u16 fid[VLAN_N_VID];
	u16 next[VLAN_N_VID];
};

void vsw_fids_init(struct vsw_fids *fids);
int vsw_fids_add(struct vsw_fids *fids, const struct vsw_vlan *vlan);
bool vsw_fids_share(const struct vsw_fids *fids, const struct vsw_vlan *vlan,
		    u16 fid);
bool vsw_fids_diff(const struct vsw_fids *old, const struct vsw_fids *new,
		   unsigned long *left);

#endif
